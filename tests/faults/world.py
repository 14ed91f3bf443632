# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests themselves know of a Harbor and do to it, past the collection: its administrator, its robots, who can log in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import urllib3

from tests.faults.driver import REFUSAL_SECONDS
from tests.simulator.launcher import Simulator

USERNAME = "admin"
PASSWORD = "Harbor12345"
PROJECT = "shop"
# Secrets that the robot had before, that its declaration gives, and that another client sets.
BEFORE, OWN, OTHERS = "BeforeTheRun1", "GivenByItsUser2", "SetBySomebodyElse3"

Json = dict[str, Any]


def access(project: str, *pairs: str) -> list[Json]:
    """The permissions of a robot on one project, as Harbor wants them."""
    items = [dict(zip(("resource", "action"), pair.split(":"), strict=True)) for pair in pairs]
    return [{"kind": "project", "namespace": project, "access": [{**item, "effect": "allow"} for item in items]}]


def pairs_of(robot: Json) -> set[tuple[str, str]]:
    """(project, resource:action) of everything that a robot holds."""
    return {(entry["namespace"], f"{one['resource']}:{one['action']}") for entry in robot["permissions"] for one in entry["access"]}


class World:
    """One simulated Harbor, seen by its administrator."""

    # Kept for all, because questions of the tests outnumber those of the runs.
    _kept = urllib3.PoolManager(maxsize=8, retries=False)

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.url = simulator.url
        self.bystander: Json = {}
        self._held: dict[str, list[Json]] = {}

    def ask(self, method: str, path: str, user: str, password: str, body: Any = None) -> urllib3.BaseHTTPResponse:
        """One request by anybody, whatever the answer."""
        headers = urllib3.make_headers(basic_auth=f"{user}:{password}") | {"X-Is-Resource-Name": "true"}
        content = None if body is None else json.dumps(body).encode()
        headers |= {"Content-Type": "application/json"} if content else {}
        return self._kept.request(method, self.url + path, body=content, headers=headers, timeout=60.0)

    def call(self, method: str, path: str, body: Any = None, *, status: int | None = None) -> Any:
        """One call as administrator; the parsed answer. Raises AssertionError where the status is not below 300 (or C(status))."""
        for _patience in range(3):
            answer = self.ask(method, f"/api/v2.0{path}", USERNAME, PASSWORD, body)
            if answer.status != 401:
                break
            time.sleep(REFUSAL_SECONDS)  # a story with a lock is over, and the lock is not
        right = answer.status == status if status else answer.status < 300
        assert right, f"{method} {path}: {answer.status} {answer.data.decode(errors='replace')}"
        return json.loads(answer.data) if answer.data else None

    def clear(self) -> None:
        """Back to a Harbor with the project, and a robot of somebody else's in it that no run may touch."""
        self.begin("", lambda: None)

    def begin(self, name: str, arrange: Callable[[], object]) -> list[Json]:
        """A cleared Harbor as `arrange` leaves it, which is called for the first story of this name; the robots that it has."""
        if name not in self._held:
            if name:
                self.clear()
            else:
                self.simulator.reset()
                self.call("POST", "/projects", {"project_name": PROJECT, "metadata": {"public": "false"}})
                self.bystander = self.make("bystander", "ByStanderRobot4", description="not to be touched")
            arrange()
            self.simulator.keep(name)
            self._held[name] = self.robots()
        self.simulator.restore(name)
        return self._held[name]

    def make(self, name: str, secret: str, pairs: tuple[str, ...] = ("repository:pull",), **body: Any) -> Json:
        """A robot of the project as Harbor shows it; `disable` and the secret are set as Harbor wants that, after the creation."""
        whole = {"name": name, "level": "project", "duration": 30, "permissions": access(PROJECT, *pairs), **body}
        made = self.call("POST", "/robots", whole)
        path = f"/robots/{made['id']}"
        self.call("PATCH", path, {"secret": secret})
        if body.get("disable"):
            self.call("PUT", path, {**self.call("GET", path), "disable": True})
        found: Json = self.call("GET", path)
        return found

    def project(self, name: str) -> Json | None:
        """A project, None when there is none."""
        found = [one for one in self.call("GET", f"/projects?name={name}") if one["name"] == name]
        return found[0] if found else None

    def robots(self) -> list[Json]:
        """Every robot of the system and of the project, in the order of their ids."""
        found = self.call("GET", "/robots?page_size=100")  # first, because it tells whether we are locked out, unlike a list of projects
        project = self.project(PROJECT)
        if project:
            found += self.call("GET", f"/robots?q=Level%3Dproject%2CProjectID%3D{project['project_id']}&page_size=100")
        by_id = {robot["id"]: robot for robot in found}
        return [by_id[number] for number in sorted(by_id)]

    def works(self, robot: Json, secret: str | None) -> bool:
        """Whether a secret is the robot's. A disabled robot is woken for the question."""
        if secret is None:
            return False
        path = f"/robots/{robot['id']}"
        if robot["disable"]:
            self.call("PUT", path, {**robot, "disable": False})
        answer = self.ask("GET", "/service/token?service=harbor-registry", robot["name"], secret)
        if robot["disable"]:
            self.call("PUT", path, robot)
        return answer.status == 200

    def asked(self) -> int:
        """How many requests there were since the reset."""
        return int(self.simulator.statistics()["requests"])

    def log(self, after: int = 0) -> list[Json]:
        """The requests since the reset, from number C(after) on."""
        return self.simulator.log(after)
