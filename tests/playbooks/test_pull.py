# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pull that proves a log-in: real programs pull a real image from a real registry, and the right program is chosen."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.playbooks.stage import Stage
from tests.tools import harbor
from tests.tools.paths import ROOT
from tests.tools.programs import needed

SCRIPT = ROOT / "playbooks" / "files" / "pull.sh"
# All that a server without podman has: what Ansible and the script call.
TOOLS = ("cat", "chmod", "dd", "echo", "id", "mkdir", "mktemp", "rm", "sh", "sleep")

# In place of each program: tells who called it, how, and what of its surroundings counts.
PROGRAM = """#!/bin/sh
echo "$(id -un) $HOME ${XDG_RUNTIME_DIR-none} $(pwd): $(basename "$0") $*"
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that all users may see."""
    with tempfile.TemporaryDirectory(prefix="pull-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def pull(place: Path, installed: str, clients: str, user: str = "", verify: str = "true") -> subprocess.CompletedProcess[str]:
    """Run the script where only some programs are installed."""
    for name in installed.split():
        (place / name).write_text(PROGRAM, encoding="utf-8")
        (place / name).chmod(0o755)
    for name in ("basename", "id", "mktemp", "rm", "sh", "su"):
        for folder in ("/usr/bin", "/bin"):
            if Path(folder, name).exists() and not (place / name).exists():
                (place / name).symlink_to(Path(folder, name))
    given = {"PULL_USER": user, "PULL_IMAGE": "harbor.example.com/shop/app:1", "PULL_CLIENTS": clients, "PULL_VERIFY": verify}
    environment = {"PATH": str(place), "HOME": "/home/caller", "XDG_RUNTIME_DIR": "/run/user/caller", **given}
    return subprocess.run([str(SCRIPT)], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("installed", "clients", "called"),
    [
        ("docker podman skopeo", "docker podman", "podman pull --quiet --authfile {containers} --tls-verify=true {image}"),
        ("docker skopeo", "docker podman", "docker --config /home/caller/.docker pull --quiet {image}"),
        ("docker podman", "docker", "docker --config /home/caller/.docker pull --quiet {image}"),
        ("docker podman", "skopeo", "podman pull --quiet --authfile {containers} --tls-verify=true {image}"),
        ("skopeo", "docker podman", "skopeo copy --quiet --src-authfile {containers} --src-tls-verify=true docker://{image} dir:"),
        ("podman skopeo", "docker", ""),
        ("", "docker podman", ""),
    ],
)
def test_the_first_that_finds_its_log_in(place: Path, installed: str, clients: str, called: str) -> None:
    """One that is not installed, or whose file nobody wrote, is passed over."""
    done = pull(place, installed, clients)
    if called:
        names = {"image": "harbor.example.com/shop/app:1", "containers": "/home/caller/.config/containers/auth.json"}
        assert done.returncode == 0 and called.format(**names) in done.stdout, done.stderr
    else:
        assert done.returncode == 1 and f"no program is installed that could pull with the log-ins of: {clients}" in done.stderr


def test_root_pulls_as_the_user(place: Path) -> None:
    """With the user's home folder, from a folder that is open to everybody, and without root's runtime folder."""
    if os.geteuid():
        pytest.skip("only root can become another user")
    nobody = pwd.getpwnam("nobody")
    done = pull(place, "podman", "podman", user="nobody", verify="false")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"nobody {nobody.pw_dir} none /: podman pull --quiet --authfile {nobody.pw_dir}/.config/")
    assert "--tls-verify=false" in done.stdout
    assert pull(place, "podman", "podman", user="root").stdout.startswith("root /home/caller /run/user/caller /: podman pull")


def test_servers_pull(stage: Stage, registry: str, image: Path) -> None:
    """By podman, and by skopeo where there is nothing else; and what a robot may not pull fails, for its server alone."""
    needed("podman")
    stage.harbor.call("POST", "/projects", {"project_name": "closed", "metadata": {"public": "false"}})
    for project in ("shop", "closed"):
        where = [f"oci:{image}", f"docker://{registry}/{project}/app:1"]
        user = f"{harbor.USERNAME}:{harbor.PASSWORD}"
        command = [needed("skopeo"), "copy", "--quiet", "--dest-tls-verify=false", "--dest-creds", user, *where]
        subprocess.run(command, check=True, capture_output=True)
    stage.has_only("poor", (*TOOLS, "skopeo"))
    common = {"harbor_registry": registry, "registry_login_validate_certs": False, "clients": ["podman"]}

    first = stage.bootstrap(["rich", "poor"], "-vvvv", image="shop/app:1", **common)
    assert (first.code, first.total("failed")) == (0, 0), first.output[-3000:]
    assert list((stage.servers / "rich" / "root").glob("vfs-images/*/manifest")), "podman has no image"
    assert list((stage.servers / "poor" / "tmp").iterdir()) == []

    images = {"rich": f"{registry}/shop/app:1", "poor": "closed/app:1"}
    second = stage.bootstrap({name: {"bootstrap_server_image": one} for name, one in images.items()}, **common)
    assert (second.total("changed"), second.hosts["rich"]["failed"], second.hosts["poor"]["failed"]) == (0, 0, 1)
    assert second.said("closed/app") and not second.said("no program is installed")
