# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of ansible-playbook with everything that it writes below one folder."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.leak.search import Hit, Searcher, private
from tests.tools import warm
from tests.tools.hand_offs import ensure_collections
from tests.tools.paths import COLLECTIONS, link_collection

HERE = Path(__file__).resolve().parent
PATIENCE = 300.0

# Runs the command that is meant for the other host, which is the last argument, here.
SSH = """#!/bin/sh
for command in "$@"; do :; done
case "$command" in ControlPersist*) exit 0 ;; esac
exec /bin/sh -c "$command"
"""


@dataclass(frozen=True)
class Way:
    """How a playbook is run.

    :ivar kept: files for the modules are kept where Ansible put them and nothing is masked when files are made, so that it shows
        whether others could have read them
    """

    connection: str = "local"
    callback: str = "default"
    pipelining: bool = False
    check: bool = False
    kept: bool = False

    def __str__(self) -> str:
        words = [self.connection, self.callback, "pipelining" if self.pipelining else "files"]
        return "-".join(words + ["check"] * self.check + ["kept"] * self.kept)


class Run:
    """A run that has ended.

    :ivar told: what the playbook handed to the test, by name: registered results
    """

    def __init__(self, folder: Path, way: Way, code: int, output: str, told: dict[str, t.Any]) -> None:
        self.root = folder / "run"
        self.graveyard = folder / "graveyard"
        self.way = way
        self.code = code
        self.output = output
        self.told = told

    def hits(self, secrets: t.Mapping[str, str]) -> list[Hit]:
        """Where a secret can be read: in the output, in what is left of the run, and in what others could read for a while."""
        search = Searcher(secrets)
        hits = search.bytes("output", self.output.encode())
        hits += search.folder(self.root, (lambda path: not private(path, self.root)) if self.way.kept else (lambda path: True))
        return hits + search.folder(self.graveyard / "open")

    def written(self) -> set[str]:
        """The first folder or file below the run's folder of everything that is there: which channels were in use."""
        return {path.relative_to(self.root).parts[0] for path in self.root.rglob("*") if path.is_file()}


def run(
    folder: Path, playbook: Path | str, way: Way, variables: t.Mapping[str, t.Any], received: t.Callable[[], dict[str, t.Any]] = dict
) -> Run:
    """Run a playbook in a folder of its own.

    :param playbook: a name below `playbooks`, or a path
    :param variables: extra variables; they are in a file outside of what is searched
    :param received: called after the run; gives what the playbook handed over
    """
    link_collection()
    root, graveyard, inputs = folder / "run", folder / "graveyard", folder / "inputs"
    for place in ("home", "tmp", "work", "facts", "junit", "tree", "log"):
        (root / place).mkdir(parents=True)
    for place in ("open", "private"):
        (graveyard / place).mkdir(parents=True)
    inputs.mkdir()
    (inputs / "variables.json").write_text(json.dumps(dict(variables)), encoding="utf-8")
    (inputs / "ssh").write_text(SSH, encoding="utf-8")
    (inputs / "ssh").chmod(0o755)
    (inputs / "vault").write_text("the vault password", encoding="utf-8")
    binaries = Path(sys.executable).parent
    environment = {
        "PATH": os.pathsep.join((str(binaries), "/usr/local/bin", "/usr/bin", "/bin")),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "NO_PROXY": "*",
        # No server here is asked over TLS, and Ansible's client would read all authorities of the machine for each request.
        "SSL_CERT_FILE": os.devnull,
        "NO_COLOR": "1",
        "HOME": str(root / "home"),
        "TMPDIR": str(root / "tmp"),
        "PYTHONPATH": str(HERE / "spy"),
        "LEAK_ROOT": str(root),
        "LEAK_KEPT": str(graveyard),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join((str(COLLECTIONS), str(ensure_collections()))),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(root / "facts"),
        "ANSIBLE_LOG_PATH": str(root / "log" / "ansible.log"),
        "ANSIBLE_STDOUT_CALLBACK": way.callback,
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit,ansible.builtin.tree",
        "JUNIT_OUTPUT_DIR": str(root / "junit"),
        "ANSIBLE_CALLBACK_TREE_DIR": str(root / "tree"),
        "ANSIBLE_VAULT_PASSWORD_FILE": str(inputs / "vault"),
        "ANSIBLE_RETRY_FILES_ENABLED": "1",
        "ANSIBLE_RETRY_FILES_SAVE_PATH": str(root / "work"),
        "ANSIBLE_PIPELINING": str(way.pipelining),
        "ANSIBLE_SSH_EXECUTABLE": str(inputs / "ssh"),
        "ANSIBLE_SSH_ARGS": "",
        "ANSIBLE_SSH_TRANSFER_METHOD": "piped",
        "ANSIBLE_HOST_KEY_CHECKING": "0",
        # By default it lies below the home folder of the user's account, whatever HOME is.
        "ANSIBLE_REMOTE_TMP": str(root / "home" / "remote"),
        "ANSIBLE_ASYNC_DIR": str(root / "home" / "async"),
        "ANSIBLE_KEEP_REMOTE_FILES": str(way.kept),
    }
    path = HERE / "playbooks" / playbook
    command = [str(binaries / "ansible-playbook"), "-vvvv", "--diff", "-i", str(inputs / "hosts"), "-e", f"@{inputs / 'variables.json'}"]
    with warm.interpreter(Path(sys.executable), environment) as python:
        host = f"harbor ansible_connection={way.connection} ansible_python_interpreter={python}\n"
        (inputs / "hosts").write_text(host, encoding="utf-8")
        done = subprocess.run(
            [*command, *(["--check"] if way.check else []), str(path)],
            cwd=root / "work",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            umask=0 if way.kept else 0o022,
            timeout=PATIENCE,
            check=False,
        )
    return Run(folder, way, done.returncode, done.stdout.decode(errors="backslashreplace"), received())


def secrets_among(told: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The secrets that results hold, by the place where each is."""
    found: dict[str, str] = {}

    def look(place: str, value: t.Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "secret" and isinstance(inner, str):
                    found[f"{place}.secret"] = inner
                else:
                    look(f"{place}.{key}", inner)
        elif isinstance(value, list):
            for number, inner in zip(itertools.count(), value):
                look(f"{place}[{number}]", inner)

    for name, value in told.items():
        look(name, value)
    return found
