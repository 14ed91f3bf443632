# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two hundred robots of all kinds, the Harbor that they live in, and what has to be true of them in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.world import BEFORE, PASSWORD, USERNAME, Json, World, access, pairs_of
from tests.fleet.driver import Outcome
from tests.simulator.launcher import Simulator

PROJECTS = ("shop", "web", "team-a", "team-b", "team-c")
SIZE = 200
PAGE = 100
BYSTANDER = "robot$bystander"
# What presets mean, spelt out.
SETS: dict[str, tuple[str, ...]] = {
    "pull": ("repository:pull",),
    "push": ("repository:pull", "repository:push"),
    "scanner": (
        *("artifact:list", "artifact:read", "label:list", "project:read"),
        *("repository:list", "repository:pull", "repository:read", "tag:list"),
    ),
}


@dataclass(frozen=True)
class Member:
    """One robot of the fleet.

    :ivar declaration: what the user wants of it
    :ivar before: what it is before, as Harbor's own body; None where it does not exist
    :ivar secret_before: the secret that it has before
    :ivar pairs: what it holds in the end
    """

    key: str
    declaration: Json
    before: Json | None
    secret_before: str
    pairs: frozenset[tuple[str, str]]

    @property
    def full_name(self) -> str:
        return f"robot${self.key}"

    @property
    def gone(self) -> bool:
        return self.declaration.get("state") == "absent"

    @property
    def secret(self) -> str | None:
        """The secret that its declaration gives."""
        return self.declaration.get("secret")

    @property
    def asleep(self) -> bool:
        return self.declaration.get("enabled") is False

    @property
    def made_by_harbor(self) -> bool:
        """Whether the run that makes it is the only one who gets its secret."""
        return self.before is None and self.secret is None and not self.gone


def own_secret(number: int) -> str:
    """The secret that a declaration gives."""
    return f"OwnSecretOf{number:04d}"


def member(number: int, *, stale: bool = True) -> Member:
    """Robot `number` of the fleet: half of them are new, the others are changed, removed or as they should be.

    :param stale: whether some of those that exist have another secret than their declaration gives
    """
    role, block = number % 10, number // 10
    project = PROJECTS[block // 2 % len(PROJECTS)] if block % 2 else None
    wanted = list(SETS)[number % 3]
    name = f"r{number:03d}"
    declaration: Json = {"name": name, "description": f"robot {number}"}
    system = ["registry:list", "audit-log:list"]
    wheres = [project] if project else [PROJECTS[block % 5], PROJECTS[(block + 2) % 5]]
    if project:
        declaration.update(project=project, access=[wanted])
    else:
        declaration["permissions"] = [{"projects": wheres, "access": [wanted]}, {"system": True, "access": system}]
    pairs = {(where, pair) for where in wheres for pair in SETS[wanted]} | ({("/", pair) for pair in system} if not project else set())
    before: Json | None = None
    if role < 5:
        if block % 3 == 0:
            declaration["secret"] = own_secret(number)
        if role == 2:
            declaration["enabled"] = False
    else:
        permissions = [entry for where in wheres for entry in access(where, *SETS["pull" if role == 5 else wanted])]
        if not project:
            entry = {"kind": "system", "namespace": "/", "access": access("/", *system)[0]["access"]}
            permissions.append(entry)
        level = "project" if project else "system"
        before = {"name": name, "level": level, "duration": 30, "permissions": permissions, "description": f"robot {number}"}
        if role == 8:
            declaration = {key: value for key, value in declaration.items() if key in ("name", "project")} | {"state": "absent"}
        elif role in (6, 7, 9):
            declaration["secret"] = own_secret(number)
        if role == 7:
            before["description"] = "as it was"
    works = before is not None and declaration.get("secret") is not None and not (stale and role == 6)
    secret_before = own_secret(number) if works else BEFORE
    return Member(f"{project}+{name}" if project else name, declaration, before, secret_before, frozenset(pairs))


def members(size: int = SIZE, *, stale: bool = True) -> list[Member]:
    """The fleet."""
    return [member(number, stale=stale) for number in range(size)]


def declarations(fleet: Iterable[Member]) -> list[Json]:
    """What the user declares."""
    return [one.declaration for one in fleet]


class Port(World):
    """The simulated Harbor of a fleet, seen by its administrator: the same questions as of one robot, and cheaper, as there are many."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self._arranged: dict[str, Json] = {}

    def clear(self) -> None:
        """A fresh Harbor with the projects, and a robot of somebody else's."""
        self.arrange(())

    def arrange(self, fleet: Sequence[Member]) -> None:
        """A fresh Harbor with those robots of the fleet that are there before."""
        before = [one for one in fleet if one.before]
        name = repr([(one.before, one.secret_before) for one in before])
        if name not in self._arranged:
            self._begin()
            for one in before:
                made = self.call("POST", "/robots", one.before)
                self.call("PATCH", f"/robots/{made['id']}", {"secret": one.secret_before})
            self.simulator.keep(name)
            self._arranged[name] = self.bystander
        self.simulator.restore(name)
        self.bystander = self._arranged[name]

    def _begin(self) -> None:
        self.simulator.reset()
        for project in PROJECTS:
            self.call("POST", "/projects", {"project_name": project, "metadata": {"public": "false"}})
        body = {"name": "bystander", "level": "system", "duration": -1, "permissions": access("*", "repository:pull")}
        self.bystander = self.call("GET", "/robots/%d" % self.call("POST", "/robots", body)["id"])

    def robots(self) -> list[Json]:
        """Every robot there is."""
        ids = {project["name"]: project["project_id"] for project in self.call("GET", f"/projects?page_size={PAGE}")}
        scopes = ["", *(f"Level%3Dproject%2CProjectID%3D{number}" for number in ids.values())]
        found: dict[int, Json] = {}
        for scope in scopes:
            for page in range(1, PAGE):
                listed = self.call("GET", f"/robots?page={page}&page_size={PAGE}&q={scope}")
                found.update((robot["id"], robot) for robot in listed)
                if len(listed) < PAGE:
                    break
        return [found[number] for number in sorted(found)]

    def by_name(self) -> dict[str, Json]:
        """Every robot by its full name. Raises AssertionError when two have one name."""
        listed = self.robots()
        twice = [name for name, count in Counter(robot["name"] for robot in listed).items() if count > 1]
        assert not twice, f"there are doubles: {twice}"
        return {robot["name"]: robot for robot in listed}

    def logs_in(self, robot: Json, secret: str) -> bool:
        """Whether a robot's secret works; one that is disabled is woken for the question."""
        path = f"/robots/{robot['id']}"
        if robot["disable"]:
            self.call("PUT", path, {**robot, "disable": False})
        answer = self.ask("GET", "/api/v2.0/users/current/permissions", robot["name"], secret)
        if robot["disable"]:
            self.call("PUT", path, robot)
        return answer.status == 200

    def connection(self, **options: Any) -> Json:
        """Options that reach this Harbor."""
        return {"harbor_url": self.url, "harbor_username": USERNAME, "harbor_password": PASSWORD, **options}


def writes(log: Iterable[Json]) -> list[str]:
    """The requests that change robots, as `PUT /robots/7`."""
    return [f"{one['method']} {one['path'].removeprefix('/api/v2.0')}" for one in log if is_write(one)]


def is_write(request: Json) -> bool:
    """Whether a request changes robots."""
    return request["method"] in ("POST", "PUT", "PATCH", "DELETE") and "/robots" in request["path"]


def of_members(port: Port, fleet: Iterable[Member]) -> list[str]:
    """How the robots differ from what was declared, secrets aside."""
    found, there = [], port.by_name()
    if there.get(BYSTANDER) != port.bystander:
        found.append("somebody else's robot was touched")
    fleet = list(fleet)
    unknown = set(there) - {one.full_name for one in fleet} - {BYSTANDER}
    found += [f"nobody asked for {name}" for name in sorted(unknown)]
    for one in fleet:
        robot = there.get(one.full_name)
        if (robot is None) != one.gone:
            found.append(f"{one.key}: is {'gone' if robot is None else 'there'}")
        elif robot is not None:
            told = (frozenset(pairs_of(robot)), robot.get("description", ""), robot["disable"])
            wanted = (one.pairs, one.declaration["description"], one.asleep)
            if told != wanted:
                found.append(f"{one.key}: is {told} and not {wanted}")
    return found


def of_secrets(port: Port, fleet: Iterable[Member], runs: Iterable[Outcome], *, killed: bool = False) -> list[str]:
    """Robots whose secret is not what somebody was told.

    :param runs: all runs since the arrangement, the first one first
    :param killed: whether there was another one before, which could say nothing
    """
    found, there, told = [], port.by_name(), list(runs)
    asked: list[tuple[int, str, str]] = []
    for one in fleet:
        robot = there.get(one.full_name)
        if robot is None:
            continue
        given = [run.credentials[one.key]["secret"] for run in told if one.key in run.credentials]
        if one.secret is not None:
            if given and not any("secret" in run.robot(one.key).get("msg", "") for run in told):
                found.append(f"{one.key}: a secret is returned although one was given")
            asked.append((robot["id"], one.secret, f"{one.key}: its declared secret does not log in"))
        elif given:
            asked.append((robot["id"], given[-1], f"{one.key}: the secret that was returned does not log in"))
        elif not one.made_by_harbor:
            asked.append((robot["id"], one.secret_before, f"{one.key}: its secret was replaced"))
        elif not killed and not any("not known" in run.robot(one.key).get("msg", "") for run in told if run.robots):
            found.append(f"{one.key}: nobody knows its secret, and nobody said so")
        if not given and any(run.robot(one.key)["secret_known"] for run in told if run.robots):
            found.append(f"{one.key}: its secret is said to be known")
    right = port.simulator.are_right([(number, secret) for number, secret, _wrong in asked])
    return found + [wrong for (_number, _secret, wrong), is_right in zip(asked, right, strict=True) if not is_right]


def of_outcome(outcome: Outcome, fleet: list[Member]) -> list[str]:
    """A run says of each robot what became of it; a failing one which failed and why."""
    message = outcome.message
    if "A fault of harbormaster.robots" in message or "Traceback" in message:
        return [f"an unexpected exception: {message}"]
    if outcome.failed and not outcome.robots:
        return [] if "Nothing was changed" in message or "nothing was changed" in message else [f"what was done is not said: {message}"]
    found = []
    if [told["key"] for told in outcome.robots] != [one.key for one in fleet]:
        found.append("the robots are not those of the list, in its order")
    failed = [told for told in outcome.robots if told["failed"]]
    if outcome.failed != bool(failed) or outcome.summary.get("failed", 0) != len(failed):
        found.append(f"{len(failed)} robots failed, and the summary is {outcome.summary}")
    if sum(outcome.summary.values()) != len(fleet):
        found.append(f"the summary does not count every robot: {outcome.summary}")
    found += [f"{told['key']}: is not in the message" for told in failed if told["msg"] not in message or told["key"] not in told["msg"]]
    return found


def of_convergence(port: Port, fleet: list[Member], clean: Outcome, third: Outcome, log: Iterable[Json]) -> list[str]:
    """One clean run brings everything in order, and the one after it has nothing to do.

    :param log: the requests of the third run
    """
    if clean.failed or third.failed:
        return [f"a clean run fails: {clean.message or third.message}"]
    found = [*of_outcome(clean, fleet), *of_members(port, fleet)]
    if third.changed or third.credentials or set(third.summary) != {"unchanged"}:
        found.append(f"the third run changes something: {third.summary}")
    return found + [f"the third run writes: {one}" for one in writes(log)]
