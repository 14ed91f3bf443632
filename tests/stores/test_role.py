# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role robots as inventories and command lines have it: many Harbors, one for many servers, tags, check mode and --diff."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hand_offs.runs import Run, run
from tests.simulator.launcher import Simulator
from tests.stores.keeping import Harbor
from tests.tools.paths import BIN

# Harbors and servers are hosts of this machine, made up by the playbook.
PLAYBOOK = """
- name: An inventory
  hosts: localhost
  gather_facts: false
  tags: [always]
  tasks:
    - name: Harbors and servers
      ansible.builtin.add_host:
        name: "{{ item.name }}"
        groups: "{{ item.group }}"
        url: "{{ item.url | default('') }}"
        ansible_connection: local
        ansible_python_interpreter: "{{ ansible_playbook_python }}"
      loop: "{{ inventory }}"
      changed_when: false

- name: Many Harbors
  hosts: harbors
  gather_facts: false
  vars: &common
    robots_declarations: "{{ declarations }}"
    robots_store: {type: file, path: "{{ stores }}/{{ store_name | default(inventory_hostname) }}.yml", format: plain}
  module_defaults:
    group/harbormaster.robots.harbor: {harbor_url: "{{ url }}", harbor_username: admin, harbor_password: Harbor12345}
  roles:
    - role: harbormaster.robots.robots
      tags: [robots]

- name: One Harbor for many servers
  hosts: servers
  gather_facts: false
  vars:
    <<: *common
    store_name: one
  module_defaults:
    group/harbormaster.robots.harbor:
      harbor_url: "{{ hostvars['one'].url }}"
      harbor_username: admin
      harbor_password: Harbor12345
  tasks:
    - name: Robots, once
      ansible.builtin.import_role:
        name: harbormaster.robots.robots
      run_once: true
      delegate_to: localhost
      tags: [servers]

    - name: Each server knows them
      ansible.builtin.debug:
        msg: "{{ inventory_hostname }} knows {{ robots_credentials | sort | join(' ') }}."
      tags: [servers]
"""


class Inventory:
    """Two Harbors, two servers, and a folder in which runs are made."""

    def __init__(self, folder: Path, *simulators: Simulator) -> None:
        self.folder = folder
        self.stores = folder / "stores"
        self.stores.mkdir()
        self.harbors = [Harbor(simulator) for simulator in simulators]
        for harbor in self.harbors:
            harbor.clear()

    def run(self, *options: str, code: int = 0, **more: str) -> Run:
        """Run the playbook; it has to end with this code, and to show no secret."""
        names = [{"name": name, "group": "harbors", "url": harbor.url} for name, harbor in zip(("one", "two"), self.harbors, strict=True)]
        variables = {
            "ansible_connection": "local",
            "inventory": [*names, {"name": "web-1", "group": "servers"}, {"name": "web-2", "group": "servers"}],
            "declarations": [{"name": "ci", "project": "shop", "access": ["pull"], "description": "seen"}],
            "stores": str(self.stores),
            **more,
        }
        done = run(self.folder, BIN, PLAYBOOK, variables, (), *options)
        assert done.code == code, done.output
        secrets = {
            file.name: line.split(": ")[1] for file in self.stores.iterdir() for line in file.read_text().splitlines() if "secret:" in line
        }
        assert done.hits(secrets) == []
        return done


@pytest.fixture
def inventory(simulator: Simulator) -> Iterator[Inventory]:
    with (
        Simulator.start(harbor="2.15.2", refusal_delay=0.0, password_cost=0) as second,
        tempfile.TemporaryDirectory(prefix="role-") as folder,
    ):
        yield Inventory(Path(folder), simulator, second)


def test_role(inventory: Inventory) -> None:
    """Check mode predicts, tags choose, a store for each Harbor is made, and the second run changes nothing."""
    predicted = inventory.run("--check", "--tags", "robots")
    assert len(re.findall(r"^\+.*shop\+ci: description: seen$", predicted.output, re.M)) == 2
    assert predicted.output.count("changed=1 ") == 2
    assert [harbor.robots() for harbor in inventory.harbors] == [[], []]

    done = inventory.run("--tags", "robots")
    assert done.output.count("changed=1 ") == 2
    assert sorted(file.name for file in inventory.stores.glob("*.yml")) == ["one.yml", "two.yml"]
    assert [len(harbor.robots()) for harbor in inventory.harbors] == [1, 1]
    assert "knows" not in done.output

    asked = [harbor.asked() for harbor in inventory.harbors]
    again = inventory.run()
    assert again.output.count("changed=0") == 5
    assert [harbor.writes(before) for harbor, before in zip(inventory.harbors, asked, strict=True)] == [[], []]
    assert "web-1 knows shop+ci." in again.output and "web-2 knows shop+ci." in again.output


def test_who_cannot_be_reached(inventory: Inventory) -> None:
    """It is Ansible that says so, with a store, too."""
    done = inventory.run("--tags", "robots", code=4, ansible_connection="ssh", ansible_ssh_executable="/bin/false")
    assert done.output.count("unreachable=1 ") == 2
    assert list(inventory.stores.iterdir()) == []
