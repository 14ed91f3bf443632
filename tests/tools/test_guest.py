# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A guest removes what it made, and nothing else."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.simulator.launcher import Simulator
from tests.tools import harbor
from tests.tools.guest import visiting

AUTH = (harbor.USERNAME, harbor.PASSWORD)
PULL = [{"resource": "repository", "action": "pull"}]


def everything(url: str) -> list[Any]:
    """What the server has, as far as guests make such things."""
    api = f"{url}/api/v2.0"
    projects = requests.get(f"{api}/projects?page_size=100", auth=AUTH, timeout=30).json()
    scopes = [f"Level=project,ProjectID={one['project_id']}" for one in projects]
    robots = [requests.get(f"{api}/robots?page_size=100&q={quote(q)}", auth=AUTH, timeout=30).json() for q in ("", *scopes)]
    return [projects, robots, requests.get(f"{api}/users", auth=AUTH, timeout=30).json()]


def make(url: str, name: str) -> None:
    """A project with a robot, a robot of the system and a user."""

    def post(path: str, body: dict[str, Any]) -> None:
        requests.post(f"{url}/api/v2.0{path}", json=body, auth=AUTH, timeout=30).raise_for_status()

    post("/projects", {"project_name": name})
    permissions = [{"kind": "project", "namespace": name, "access": PULL}]
    post("/robots", {"name": "ci", "level": "project", "duration": 30, "permissions": permissions})
    post("/robots", {"name": name, "level": "system", "duration": 30, "permissions": permissions})
    post("/users", {"username": name, "password": "Harbor12345", "email": f"{name}@example.com", "realname": name, "comment": ""})


@pytest.mark.parametrize("version", ["2.9.5", "2.15.2"])
def test_a_guest_leaves_nothing_behind_and_takes_nothing_along(version: str) -> None:
    with Simulator.start(harbor=version, password_cost=1) as simulator:
        make(simulator.url, "theirs")
        before = everything(simulator.url)
        with pytest.raises(KeyboardInterrupt), visiting(simulator.url, *AUTH) as guest:
            make(simulator.url, guest.word + "-a")
            make(simulator.url, guest.word + "-b")
            assert guest.version() == version
            assert everything(simulator.url) != before
            raise KeyboardInterrupt
        assert everything(simulator.url) == before
