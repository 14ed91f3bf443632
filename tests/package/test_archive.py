# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The archive as users get it: what is in it, and that it works once it is installed, without the repository around it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.tools import harbor
from tests.tools.importer import build
from tests.tools.paths import ROOT

# ansible-galaxy adds the first two itself.
FILES = {
    "FILES.json",
    "MANIFEST.json",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "changelogs/changelog.yaml",
    "LICENSES/GPL-3.0-or-later.txt",
}
FOLDERS = {"meta", "playbooks", "plugins", "roles"}

MODULES = [path.stem for path in sorted((ROOT / "plugins" / "modules").glob("*.py"))]
# Those that talk to Harbor.
GROUP = [name for name in MODULES if name.startswith("harbor_")]

PLAYBOOK = """
- name: A playbook of a user
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/harbormaster.robots.harbor:
      harbor_url: "{{ lookup('ansible.builtin.env', 'HARBOR_URL') }}"
  tasks:
    - name: Declare a robot
      harbormaster.robots.harbor_robot:
        name: archive
        project: library
        access: [pull]
        duration: never
    - name: See it
      harbormaster.robots.harbor_robot_info:
        project: library
      register: seen
    - name: It is there
      ansible.builtin.assert:
        that: seen.robots | map(attribute='name') | list == ['archive']
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built archive."""
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def installed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of somebody who has the archive installed and nothing of this repository."""
    home = tmp_path_factory.mktemp("home")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "HARBOR_"))}
    environment |= {
        "HOME": str(home),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "ANSIBLE_COLLECTIONS_PATH": str(home / "collections"),
        "ANSIBLE_NOCOLOR": "true",
    }
    run(environment, "ansible-galaxy", "collection", "install", str(archive), "--offline", "-p", str(home / "collections"))
    return environment


def run(environment: dict[str, str], *command: str) -> str:
    """The standard output of a command that has to succeed, run in the home folder of `environment`."""
    done = subprocess.run(command, env=environment, cwd=environment["HOME"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_archive_holds_what_users_need_and_nothing_else(archive: Path) -> None:
    """Tests, tools, settings of tools and fragments stay out; documentation, licences and the changelog stay in."""
    with tarfile.open(archive) as opened:
        names = {member.name for member in opened.getmembers() if member.isfile()}
    assert names >= FILES
    stray = {name for name in names - FILES if name.split("/")[0] not in FOLDERS}
    assert not stray
    assert not {name for name in names if any(part.startswith(".") or part == "__pycache__" for part in name.split("/"))}
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wanted = {name for name in tracked.stdout.split() if (ROOT / name).exists()}
    assert wanted <= names


def test_links_of_pages_lead_somewhere(archive: Path) -> None:
    """What a page links to inside of the collection is in the archive."""
    with tarfile.open(archive) as opened:
        names = set(opened.getnames())
        pages = {name: str(opened.extractfile(name).read(), "utf-8") for name in names if name.endswith(".md")}  # type: ignore[union-attr]
    dead = [
        (page, target)
        for page, text in pages.items()
        for target in re.findall(r"\]\(([^)#:]+)\)", text)
        if os.path.normpath(os.path.join(os.path.dirname(page), target)) not in names
    ]
    assert len(pages) >= 8
    assert not dead


def test_action_group_names_every_module_that_talks_to_harbor() -> None:
    """A module outside of the group would miss the connection that a playbook sets once."""
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"]["harbor"] == GROUP


def test_documentation_of_every_module(installed: dict[str, str]) -> None:
    """ansible-doc finds each module in the installed collection, complete with examples and return values."""
    names = [f"harbormaster.robots.{name}" for name in MODULES]
    assert len(names) >= 5
    told = json.loads(run(installed, "ansible-doc", "--json", *names))
    assert set(told) == set(names)
    for name, documented in told.items():
        assert documented["examples"].strip(), name
        assert documented["return"], name
        assert all(option.get("description") for option in documented["doc"]["options"].values()), name
        assert run(installed, "ansible-doc", name).strip()


def test_playbooks_of_the_installed_collection(installed: dict[str, str]) -> None:
    """Ansible finds and reads each by its name, and the files that import them in AWX."""
    names = [f"harbormaster.robots.{path.stem}" for path in sorted((ROOT / "playbooks").glob("*.yml"))]
    assert len(names) >= 4
    folder = Path(installed["ANSIBLE_COLLECTIONS_PATH"]) / "ansible_collections/harbormaster/robots/playbooks/awx_project"
    files = [str(path) for path in sorted(folder.glob("*.yml")) if path.name != "execution-environment.yml"]
    assert len(files) >= 3
    run(installed, "ansible-playbook", "--syntax-check", *names, *files)


def test_playbook_from_the_installed_collection(installed: dict[str, str]) -> None:
    """A robot is declared and read, with the modules of the archive."""
    playbook = Path(installed["HOME"]) / "play.yml"
    playbook.write_text(PLAYBOOK, encoding="utf-8")
    with harbor.simulated("2.15.2") as url:
        environment = installed | {"HARBOR_URL": url, "HARBOR_USERNAME": harbor.USERNAME, "HARBOR_PASSWORD": harbor.PASSWORD}
        first = run(environment, "ansible-playbook", str(playbook))
        second = run(environment, "ansible-playbook", str(playbook))
    assert "changed=1" in first
    assert "changed=0" in second


def test_demonstration_in_check_mode(installed: dict[str, str]) -> None:
    """What a careful user runs first: on a Harbor that has none of it, and on one that has all of it with another secret."""
    command = ("ansible-playbook", "harbormaster.robots.demo")
    with harbor.simulated("2.15.2") as url:
        environment = installed | {"HARBOR_URL": url, "HARBOR_USERNAME": harbor.USERNAME, "HARBOR_PASSWORD": harbor.PASSWORD}
        assert "changed=1 " in run(environment, *command, "--check", "--diff")
        assert "changed=2 " in run(environment, *command)
        assert "changed=0 " in run(environment, *command, "--check", "--diff")
        environment["HARBOR_DEMO_SECRETS"] = f"{installed['HOME']}/others"
        assert "changed=1 " in run(environment, *command, "--check", "--diff")
        assert "changed=2 " in run(environment, *command, "--check", "--extra-vars", "demo_state=absent")
