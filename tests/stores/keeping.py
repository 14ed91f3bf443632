# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of harbor_robots with a store: the real store and the real module, without Ansible around them."""

from __future__ import annotations

from typing import Any

from tests.faults.world import PASSWORD, PROJECT, USERNAME, World, access
from tests.fleet import driver

Json = dict[str, Any]
CI = {"name": "ci", "project": PROJECT, "access": ["push"]}
MIRROR = {"name": "mirror", "permissions": [{"project": "*", "access": ["pull"]}], "duration": "never"}


class Counting:
    """A store that notes what is written to it, and fails where a test says so.

    :ivar refuse: the numbers of the writes that fail, beginning with 1
    """

    def __init__(self, store: Any, refuse: tuple[int, ...] = (), after_write: Any = None) -> None:
        self.store = store
        self.refuse = refuse
        self.reads = 0
        self.writes: list[Json] = []

    def read(self, keys: Any) -> Any:
        self.reads += 1
        return self.store.read(keys)

    def write(self, changes: Any) -> None:
        from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import StoreError

        self.writes.append({key: after for key, (_before, after) in changes.items()})
        if len(self.writes) in self.refuse:
            raise StoreError("the store is sealed")
        self.store.write(changes)

    def rehearse(self) -> None:
        self.store.rehearse()


class Harbor(World):
    """A simulated Harbor and its project."""

    def clear(self) -> None:
        self.simulator.reset()
        self.call("POST", "/projects", {"project_name": PROJECT, "metadata": {"public": "false"}})

    def robot(self, name: str) -> Json | None:
        return next((robot for robot in self.robots() if robot["name"] == name), None)

    def logs_in(self, credential: Json) -> bool:
        """Whether a credential works."""
        return self.ask("GET", "/api/v2.0/users/current/permissions", credential["username"], credential["secret"]).status == 200

    def writes(self, after: int = 0) -> list[str]:
        """The requests that changed robots."""
        return [one["method"] for one in self.log(after) if "/robots" in one["path"] and one["method"] != "GET"]

    def rotate(self, name: str, secret: str) -> None:
        """What somebody else does."""
        robot = self.robot(name)
        assert robot
        self.call("PATCH", f"/robots/{robot['id']}", {"secret": secret})

    def manager(self, secret: str) -> str:
        """A robot that can manage robots of the project; its full name."""
        pairs = [f"robot:{action}" for action in ("create", "read", "list", "delete")] + ["repository:pull", "repository:push"]
        body = {"name": "manager", "level": "project", "duration": -1, "permissions": access(PROJECT, *pairs)}
        made = self.call("POST", "/robots", body)
        self.call("PATCH", f"/robots/{made['id']}", {"secret": secret})
        return str(made["name"])


def keep(harbor: Harbor, store: Any, *robots: Json, check_mode: bool = False, **options: Any) -> Json:
    """One run; its result."""
    from ansible_collections.harbormaster.robots.plugins.plugin_utils._storekeeper import Storekeeper

    connection = {"harbor_url": harbor.url, "harbor_username": USERNAME, "harbor_password": PASSWORD, "retries": 0, "timeout": 20}
    arguments = {**connection, "robots": list(robots), "store": {"type": "file"}, **options}

    def ask(changed: Json, asked: bool | None) -> Json:
        return driver.run(changed, check_mode=check_mode if asked is None else asked).result

    result: Json = Storekeeper(store, arguments, ask, check_mode).run()
    return result
