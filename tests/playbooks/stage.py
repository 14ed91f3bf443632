# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller that runs the playbooks of the collection by their full names, and servers that are folders of this machine."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.leak.search import Searcher
from tests.simulator.launcher import Simulator
from tests.stores.keeping import Harbor
from tests.tools import harbor
from tests.tools.paths import COLLECTIONS, link_collection
from tests.tools.programs import needed

PATIENCE = 300.0
VAULT_PASSWORD = "the vault password"

# In place of ssh: runs what is meant for a server here, as a user whose home folder is the server's. The server is the one of its arguments
# that is the name of a folder of SERVERS.
SSH = """#!/bin/sh
for command in "$@"; do :; done
case "$command" in ControlPersist*) exit 0 ;; esac
for word in "$@"; do
  case "$word" in */*|.*|'') continue ;; esac
  if [ -d "$SERVERS/$word" ]; then server=$SERVERS/$word; break; fi
done
[ -e "$server/away" ] && exit 255
cd "$server/home" || exit 255
path=/usr/local/bin:/usr/bin:/bin
[ -d "$server/bin" ] && path=$server/bin
exec env -i HOME="$server/home" TMPDIR="$server/tmp" PATH="$path" PYTHONPATH="$SERVERS/python" NO_PROXY='*' \\
  CONTAINERS_STORAGE_CONF="$server/storage.conf" /bin/sh -c "$command"
"""

# In place of sudo: notes whose home folder it was called in, and goes on without becoming anybody.
SUDO = """#!/bin/sh
echo "$HOME" >> "$SERVERS_SUDO"
while :; do case "$1" in -u) shift 2 ;; -*) shift ;; *) break ;; esac; done
exec "$@"
"""

# The user database as the Python of a server sees it: everybody is who runs this, at home in the server's folder.
PWD = """import os
import pwd


def at_home(find):
    def found(who):
        entry = list(pwd_of(os.getuid()))
        entry[0], entry[5] = (who if isinstance(who, str) else entry[0]), os.environ["HOME"]
        return pwd.struct_passwd(entry)

    return found


pwd_of = pwd.getpwuid
pwd.getpwuid, pwd.getpwnam = at_home(pwd.getpwuid), at_home(pwd.getpwnam)
"""

STORAGE = '[storage]\ndriver = "vfs"\ngraphroot = "{0}/root"\nrunroot = "{0}/run"\n'


@dataclass(frozen=True)
class Run:
    """A run that has ended.

    :ivar hosts: the lines of its recap: the counts by host, as `changed`
    """

    code: int
    output: str
    hosts: dict[str, dict[str, int]]

    def total(self, word: str) -> int:
        """The sum of one count of the recap."""
        return sum(counts[word] for counts in self.hosts.values())

    def said(self, *words: str) -> bool:
        """Whether the output has all of these, whatever the line breaks."""
        flat = " ".join(self.output.replace("\\", "").split())
        return all(" ".join(one.split()) in flat for one in words)


class Stage:
    """A controller, some servers, and the Harbor that they use.

    :ivar kept: the store that inventories of `servers` name
    :ivar python: the interpreter of the servers
    """

    def __init__(self, folder: Path, simulator: Simulator, binaries: Path) -> None:
        link_collection()
        self.binaries, self.python = binaries, binaries / "python"
        self.work, self.inputs, self.servers = folder / "work", folder / "inputs", folder / "servers"
        for place in (self.work / "home", self.work / "tmp", self.inputs, self.servers / "python"):
            place.mkdir(parents=True)
        self.program("ssh", SSH)
        self.program("sudo", SUDO.replace("$SERVERS_SUDO", str(folder / "sudo.log")))
        (self.servers / "python" / "sitecustomize.py").write_text(PWD, encoding="utf-8")
        (self.inputs / "vault").write_text(VAULT_PASSWORD, encoding="utf-8")
        self.sudo, self.kept = folder / "sudo.log", self.work / "kept" / "servers.yml"
        self.harbor = Harbor(simulator)
        self.harbor.clear()

    def program(self, name: str, content: str) -> Path:
        """A program of the controller."""
        path = self.inputs / name
        path.write_text(content, encoding="utf-8")
        path.chmod(0o755)
        return path

    # -- running ---------------------------------------------------------------------------------------------------

    def run(self, playbook: str, *options: str, environment: t.Mapping[str, str] | None = None, **variables: t.Any) -> Run:
        """Run a playbook by its short name; variables are extra ones. No secret that a server has may be in what it wrote."""
        given = self.inputs / "variables.json"
        given.write_text(json.dumps(variables), encoding="utf-8")
        command = [str(self.binaries / "ansible-playbook"), f"harbormaster.robots.{playbook}", "--diff", "-e", f"@{given}", *options]
        settings = {
            "PATH": os.pathsep.join((str(self.binaries), "/usr/local/bin", "/usr/bin", "/bin")),
            "HOME": str(self.work / "home"),
            "TMPDIR": str(self.work / "tmp"),
            "LANG": "C.UTF-8",
            "NO_PROXY": "*",
            "SERVERS": str(self.servers),
            "HARBOR_URL": self.harbor.url,
            "HARBOR_USERNAME": harbor.USERNAME,
            "HARBOR_PASSWORD": harbor.PASSWORD,
            "ANSIBLE_BECOME_EXE": str(self.inputs / "sudo"),
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_FORKS": "10",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "ANSIBLE_LOG_PATH": str(self.work / "ansible.log"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_PYTHON_INTERPRETER": str(self.python),
            "ANSIBLE_SSH_ARGS": "",
            "ANSIBLE_SSH_EXECUTABLE": str(self.inputs / "ssh"),
            "ANSIBLE_SSH_TRANSFER_METHOD": "piped",
            "ANSIBLE_VAULT_PASSWORD_FILE": str(self.inputs / "vault"),
        }
        done = subprocess.run(
            command,
            cwd=self.work,
            env={**settings, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        output = done.stdout.decode(errors="backslashreplace")
        search = Searcher({"administrator": harbor.PASSWORD, **self.secrets()})
        assert search.bytes("output", done.stdout) + search.folder(self.work) == []
        lines = re.findall(r"^(\S+) +: (ok=.*)$", output.rpartition("PLAY RECAP")[2], re.M)
        hosts = {host: {word: int(count) for word, count in re.findall(r"(\w+)=(\d+)", counts)} for host, counts in lines}
        return Run(done.returncode, output, hosts)

    def bootstrap(self, servers: t.Iterable[str] | t.Mapping[str, t.Any], *options: str, **variables: t.Any) -> Run:
        """Run bootstrap_server for servers of an inventory; variables are those of the playbook without their prefix."""
        given = {
            name if name.startswith(("awx_", "environment", "harbor_", "registry_login_")) else f"bootstrap_server_{name}": value
            for name, value in variables.items()
            if value is not None
        }
        return self.run("bootstrap_server", "-i", str(self.inventory("servers", servers)), *options, **given)

    def inventory(self, name: str, servers: t.Iterable[str] | t.Mapping[str, t.Any]) -> Path:
        """An inventory of servers, which are made where they are not there yet, with one group that is named as the inventory is."""
        for server in servers:
            self.server(server)
        hosts = dict(servers) if isinstance(servers, t.Mapping) else {server: {} for server in servers}
        # docker alone, because each client costs a task for each server.
        common = {
            "bootstrap_server_projects": ["shop"],
            "bootstrap_server_store": {"type": "file", "path": "kept/servers.yml"},
            "bootstrap_server_clients": ["docker"],
        }
        path = self.inputs / f"{name}.json"
        path.write_text(json.dumps({name: {"vars": common, "hosts": hosts}}), encoding="utf-8")
        return path

    # -- servers ---------------------------------------------------------------------------------------------------

    def server(self, name: str) -> Path:
        """The folder of a server, made where it is not there yet."""
        place = self.servers / name
        if not place.exists():
            for part in ("home", "tmp"):
                (place / part).mkdir(parents=True)
            (place / "storage.conf").write_text(STORAGE.format(place), encoding="utf-8")
        return place

    def away(self, name: str, is_away: bool = True) -> None:
        """A server cannot be reached any more, or again."""
        if is_away:
            (self.server(name) / "away").touch()
        else:
            (self.server(name) / "away").unlink()

    def has_only(self, name: str, programs: t.Iterable[str]) -> None:
        """A server has none but these programs."""
        place = self.server(name) / "bin"
        place.mkdir()
        for program in programs:
            (place / program).symlink_to(needed(program))

    def logged_in(self, name: str, client: str = ".docker/config.json") -> tuple[str, str]:
        """User name and password of the one log-in that a server has."""
        (entry,) = json.loads((self.servers / name / "home" / client).read_text(encoding="utf-8"))["auths"].values()
        user, _colon, password = base64.b64decode(entry["auth"]).decode().partition(":")
        return user, password

    def secrets(self) -> dict[str, str]:
        """The passwords that servers have, by name."""
        found = {}
        for path in self.servers.glob("*/home/.*/**/*.json"):
            for entry in json.loads(path.read_text(encoding="utf-8")).get("auths", {}).values():
                found[str(path)] = base64.b64decode(entry["auth"]).decode().partition(":")[2]
        return found

    def stored(self, path: Path | None = None) -> dict[str, t.Any]:
        """What the store has, by robot."""
        vault = VaultLib([("default", VaultSecret(VAULT_PASSWORD.encode()))])
        robots: dict[str, t.Any] = yaml.safe_load(vault.decrypt((path or self.kept).read_bytes()))["robots"]
        return robots
