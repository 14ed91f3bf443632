# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Everything that a plan has to know, read with as few requests as Harbor allows."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import PAGE, HarborApi, Project, Server
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.parallel import each, side_by_side
from ansible_collections.harbormaster.robots.plugins.module_utils._robots import names as _names
from ansible_collections.harbormaster.robots.plugins.module_utils._robots import permissions
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, Desired, Robot, robot_of
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import wants_probe
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.rights import Powers, who_could

EVERY_NAME: list[str] = [""]
# Up to so many robots of one scope are asked for by name; for more, the whole scope is cheaper.
FEW_NAMES = 20
FEW_PROJECTS = 3
# Harbor numbers robots in 32 bits; asked for a larger one, 2.15 and earlier answer 500.
LARGEST_ID = 2**31 - 1


@dataclass
class World:
    """What was read. C(robots) holds every robot that is proved present, by key and by id; what it lacks is proved absent."""

    caller: Caller
    server: Server
    catalogue: Catalogue
    prefix: t.Optional[str] = None
    projects: dict[str, t.Optional[Project]] = field(default_factory=dict)
    robots: dict[t.Union[str, int], Robot] = field(default_factory=dict)
    works: dict[int, bool] = field(default_factory=dict)
    pairs: dict[str, t.Optional[frozenset[tuple[str, str]]]] = field(default_factory=dict)
    own: t.Optional[Robot] = None

    def robot_for(self, desired: Desired) -> t.Optional[Robot]:
        """The observed robot of a declaration, None when it is proved absent."""
        return self.robots.get(desired.key if desired.short else desired.id or 0)

    def powers(self, level: str, project: t.Optional[str]) -> Powers:
        """What the caller may do in the scope of a robot."""
        known = self.projects.get(project or "") if level == "project" else None
        return Powers(
            caller=self.caller,
            version=self.server.version,
            read_only=self.server.read_only,
            administered=known is not None and known.administered,
            pairs=self.pairs.get((project or "") if level == "project" else "/"),
            own=self.own.permissions if self.own else None,
        )


class Observer:
    """Reads what declarations need, once."""

    def __init__(self, api: HarborApi, *, registry: t.Optional[str] = None, prefix: t.Optional[str] = None, workers: int = 4) -> None:
        self.api = api
        self.registry = registry
        self.prefix = prefix
        self.workers = workers

    def greet(self, requests: int = 0) -> World:
        """Log in, and learn who and what is there. Two requests.

        :param requests: how many are coming at least
        """
        caller = self.api.identify()
        self.api.expect(requests)
        server = self.api.info(self.registry)
        return World(caller, server, Catalogue.bundled(server.version_text), self.prefix)

    def observe(self, desired: t.Sequence[Desired], whole: t.Iterable[str] = ()) -> tuple[World, dict[int, list[str]]]:
        """Read the robots of all declarations and what they refer to; faults by the number of the declaration.

        :param whole: projects ("" is the system) of which every robot is to be read, declared or not
        """
        whole = list(whole)
        world = self.greet(len({*whole, *(one.project or "" for one in desired)}) + len(desired) // PAGE)
        faults: dict[int, list[str]] = {}
        scopes = self._scopes(world, desired, faults)
        for scope in whole:
            scopes[scope] = EVERY_NAME
        self.api.expect(2 * len(scopes) + sum(1 for one in desired if one.id is not None))
        self._read_projects(world, sorted(name for name in scopes if name))
        for number, one in enumerate(desired):
            if one.project and one.present and not world.projects.get(one.project):
                self._fault(faults, number, "project %s does not exist; harbor_project makes it" % one.project)
        self._read_robots(world, desired, scopes)
        if any(one.entries is not None and one.present for one in desired):
            self.read_catalogue(world)
        return world, faults

    def _fault(self, faults: dict[int, list[str]], number: int, text: str) -> None:
        faults.setdefault(number, []).append(text)

    def _scopes(self, world: World, desired: t.Sequence[Desired], faults: dict[int, list[str]]) -> dict[str, list[str]]:
        """Stored names by project ("" is the system), without those that the caller may not even list."""
        scopes: dict[str, list[str]] = {}
        for number, one in enumerate(desired):
            if one.project:
                scopes.setdefault(one.project, [])
            if not one.short:
                continue
            if not one.project and world.caller.kind == "user" and not world.caller.admin:
                text = "user %s may not see system robots; %s" % (world.caller.name, who_could("system", None))
                self._fault(faults, number, text)
                continue
            scopes.setdefault(one.project or "", []).append(one.key)
        return scopes

    def _read_projects(self, world: World, names: t.Sequence[str]) -> None:
        wanted = [name for name in names if name not in world.projects]
        if len(wanted) > FEW_PROJECTS and world.caller.admin:
            listed = {project.name: project for project in self.api.projects()}
            world.projects.update((name, listed.get(name)) for name in wanted)
        else:
            world.projects.update(zip(wanted, each(self.api.project, wanted, self.workers)))

    def read_every_project(self, world: World) -> list[str]:
        """The names of all projects that the caller can see."""
        listed = self.api.projects()
        world.projects.update((project.name, project) for project in listed)
        return [project.name for project in listed]

    def _read_robots(self, world: World, desired: t.Sequence[Desired], scopes: t.Mapping[str, list[str]]) -> None:
        lists = [(name, keys) for name, keys in scopes.items() if keys and (not name or world.projects.get(name))]

        def fetch(scope: tuple[str, list[str]]) -> list[t.Any]:
            name, keys = scope
            project = world.projects[name] if name else None
            try:
                return self.api.robots(project.id if project else None, self._few(keys), workers=self.workers if len(lists) == 1 else 1)
            except HarborError as exc:
                if exc.status == 403:
                    what = "robots of project %s" % name if name else "system robots"
                    could = who_could("project" if name else "system", name)
                    exc.hint = "%s may not list %s; %s." % (world.caller.name, what, could)
                raise

        fetched = dict(zip([name for name, _keys in lists], each(fetch, lists, self.workers)))
        # Projects first: their robots show the prefix, which a whole listing of the system needs.
        for name, keys in sorted(lists, key=lambda scope: not scope[0]):
            self._remember(world, self.normalised(world, fetched[name], world.projects[name] if name else None, self._few(keys)))
        ids = {one.id: one.project for one in desired if one.id is not None and not one.short}
        self._remember(world, self.read_by_id(world, sorted(ids), ids))
        self._read_projects(world, sorted({r.project for r in world.robots.values() if r.project}))
        if world.caller.is_robot:
            self.read_own_powers(world, [name for name, dummy in lists] or [r.project or "" for r in world.robots.values()])

    def _remember(self, world: World, robots: t.Iterable[Robot]) -> None:
        for robot in robots:
            world.robots[robot.id] = robot
            if robot.short:  # a name that no declaration can have must not stand in the way of one that can
                world.robots[robot.key] = robot
            if world.prefix is None and robot.key and robot.editable:
                world.prefix = _names.prefix_before(robot.full_name, robot.key)

    def read_by_id(self, world: World, ids: t.Sequence[int], projects: t.Optional[t.Mapping[int, t.Optional[str]]] = None) -> list[Robot]:
        """The robots with these numbers, without those that are proved absent.

        :param projects: where somebody says that they are
        """

        def fetch(robot_id: int) -> t.Any:
            try:
                return self.api.robot(robot_id) if robot_id <= LARGEST_ID else None
            except HarborError as exc:
                if exc.status == 403 and not exc.hint:
                    could = "a system administrator, or where it belongs to a project an administrator of that, could"
                    exc.hint = "%s may not read robot id %d; %s." % (world.caller.name, robot_id, could)
                raise

        raws = [raw for raw in each(fetch, ids, self.workers) if raw is not None]
        robots = [robot_of(raw, prefix=world.prefix) for raw in raws]
        for robot in robots:
            if world.prefix is None and robot.editable and not robot.key:
                world.prefix = self._prefix_by(world, robot)
        robots = [robot_of(raw, prefix=world.prefix) for raw in raws]
        return [
            self._placed(world, robot, (projects or {}).get(robot.id)) if robot.level == "project" and not robot.project else robot
            for robot in robots
        ]

    def _prefix_by(self, world: World, robot: Robot) -> t.Optional[str]:
        """The prefix before the name of a robot that was asked for by its number."""
        if robot.project:
            self._read_projects(world, [robot.project])
        return self.find_prefix(world, [robot.full_name], world.projects.get(robot.project or ""))

    def _placed(self, world: World, robot: Robot, named: t.Optional[str]) -> Robot:
        """A robot with the project that Harbor does not show of it: the one that is said, or one that the caller administers.

        So are legacy robots, and where the prefix is not known others that hold nothing on their own project (2.2, or deleted since).
        """
        if named:
            self._read_projects(world, [named])
            there = [world.projects[named]]
        elif world.caller.admin or world.caller.is_robot:
            there = []  # for them it makes no difference
        else:
            there = [project for project in self.api.projects() if project.administered]
        keys = [robot.key] if _names.ASKABLE.match(robot.key) else []
        for project in there:
            if project and any(raw["id"] == robot.id for raw in self.api.robots(project.id, keys)):
                world.projects[project.name] = project
                return robot_of(robot.raw, project=project.name, prefix=world.prefix)
        return robot

    def list_robots(
        self,
        world: World,
        project: t.Optional[Project],
        keys: t.Sequence[str] = (),
        q: t.Optional[str] = None,
        sort: t.Optional[str] = None,
    ) -> list[Robot]:
        """The robots of a scope, those with these stored names or all. Without names, a system listing needs the prefix."""
        found = self.api.robots(project.id if project else None, keys, q, sort)
        # Of two terms for the name Harbor takes the last one, so what it found then need not have this one.
        return self.normalised(world, found, project, () if q else keys)

    def _few(self, keys: t.Sequence[str]) -> t.Sequence[str]:
        """The names to ask for, or none when the whole scope is cheaper or wanted."""
        return keys if keys != EVERY_NAME and len(keys) <= FEW_NAMES else ()

    def normalised(self, world: World, found: t.Sequence[t.Any], project: t.Optional[Project], keys: t.Sequence[str]) -> list[Robot]:
        """Robots of a listing; it needs the prefix, unless Harbor was asked for one stored name."""
        name = project.name if project else None
        if len(keys) == 1:
            # Harbor compared the stored name for us, so whatever stands before it is the prefix.
            return [robot_of(raw, project=name, key=keys[0]) for raw in found if raw["name"].endswith(keys[0])]
        names = [raw["name"] for raw in found if raw.get("editable", True)]
        if project is not None:
            prefix = self._prefix_in(world, project, names)
            return [robot_of(raw, project=name, prefix=prefix) for raw in found]
        if world.prefix is None:
            world.prefix = self.find_prefix(world, names)
        robots = [robot_of(raw, prefix=world.prefix) for raw in found]
        self._check_prefix(world, [robot for robot in robots if robot.editable and not robot.short])
        return robots

    def _prefix_in(self, world: World, project: Project, names: t.Sequence[str]) -> t.Optional[str]:
        """The prefix of robots of a project; where its name occurs twice in theirs, the others or Harbor tell which one is meant."""
        fitting = [found for found in (set(_names.prefixes(name, project.name)) for name in names) if found]
        common = set.intersection(*fitting) if fitting else set()
        if len(common) == 1:
            return common.pop()
        return self.find_prefix(world, names, project) if common and world.prefix not in common else world.prefix

    def _check_prefix(self, world: World, odd: t.Sequence[Robot]) -> None:
        """With a wrong prefix every robot would look absent. Names that nobody could declare prove nothing yet: they may be so."""
        outside = next((robot for robot in odd if world.prefix is not None and not robot.full_name.startswith(world.prefix)), None)
        if outside is not None:
            raise HarborError(
                "robot %s does not begin with robot_name_prefix %r" % (outside.full_name, world.prefix),
                hint="Correct the option." if self.prefix is not None else "Somebody seems to be changing it; run again.",
            )
        if self.prefix is None or not odd:
            return  # Harbor itself told it
        asked = {robot.key: robot.id for robot in odd if _names.ASKABLE.match(robot.key)}
        keys = list(asked)[:FEW_NAMES]
        stored = {raw["id"] for raw in self.api.robots(None, keys)} if keys else set()
        if not stored.intersection(asked.values()):
            raise HarborError(
                "Harbor has no robot stored as %s, so robot_name_prefix %r is not what stands before robot %s"
                % (odd[0].key, world.prefix, odd[0].full_name),
                hint="Correct the option.",
            )

    def learn_prefix(self, world: World, projects: t.Iterable[t.Optional[str]]) -> None:
        """Find out what names of new robots begin with, from the configuration or from robots that are there."""
        if world.caller.admin:
            world.prefix = self.api.prefix_setting()
        for name in dict.fromkeys(name for name in projects if name):
            project = world.projects.get(name)
            if world.prefix is None and project is not None:
                own = _names.prefixes(world.caller.name, name) if world.caller.is_robot else []
                if len(own) == 1:
                    world.prefix = own[0]
                else:
                    self._remember(world, self.list_robots(world, project))

    def find_prefix(self, world: World, names: t.Sequence[str], project: t.Optional[Project] = None) -> t.Optional[str]:
        """The prefix of robots of one scope: from the configuration, else by asking Harbor which part of a name it stores."""
        if names and world.caller.admin:
            prefix = self.api.prefix_setting()
            if prefix is not None:
                return prefix
        # It stands before all of them, which leaves less to ask; an odd name among them may then leave nothing.
        longest = _names.in_common(names)
        for full in names:
            if project is not None:
                tails = [full[len(before) :] for before in _names.prefixes(full, project.name)]
                tails = [tail for tail in tails if _names.ASKABLE.match(tail)]
            else:
                tails = [full[cut:] for cut in range(min(longest + 1, len(full))) if _names.IN_SYSTEM.match(full[cut:])]
            if tails:
                return self._asked_prefix(full, tails, project)
        return None

    def _asked_prefix(self, full: str, tails: list[str], project: t.Optional[Project]) -> t.Optional[str]:
        number = project.id if project else None

        def stores(some: list[str]) -> bool:
            return any(raw["name"] == full for raw in self.api.robots(number, some))

        try:
            while len(tails) > 1:
                half = tails[: len(tails) // 2]
                tails = half if stores(half) else tails[len(tails) // 2 :]
            return _names.prefix_before(full, tails[0]) if stores(tails) else None
        except HarborError as exc:
            if exc.status != 403:
                raise
            return None  # who may read one robot need not be allowed to list them

    def read_catalogue(self, world: World) -> None:
        """The permissions of this server; the bundled ones of its version where it has or shows no list."""
        if world.server.version >= (2, 10, 0) and not world.caller.is_robot:
            body = self.api.catalogue()
            try:
                world.catalogue = world.catalogue if body is None else Catalogue.from_server(body, world.server.version_text)
            except ValueError as exc:
                raise HarborError(str(exc), method="GET", path="/api/v2.0/permissions", status=200) from None

    def read_own_powers(self, world: World, scopes: t.Sequence[str]) -> None:
        """What the calling robot holds where it is to act, and its own entry where it may read it."""
        for name in dict.fromkeys(scopes):
            project = world.projects.get(name) if name else None
            if project:
                world.pairs[name] = self.api.rights("/project/%d" % project.id)
        own = [robot for robot in world.robots.values() if robot.full_name == world.caller.name]
        if not own and "" in scopes:
            tails = [world.caller.name[cut:] for cut in range(len(world.caller.name))]
            try:
                raws = self.api.robots(None, [tail for tail in tails if _names.NAME.match(tail)])
            except HarborError as exc:
                if exc.status != 403:
                    raise
                raws = []
            own = [robot_of(raw) for raw in raws if raw["name"] == world.caller.name]
        for name in [name for name in dict.fromkeys(scopes) if name and not own]:
            project, short = world.projects.get(name), world.caller.name.rpartition("+")[2]
            if project and world.caller.name.endswith(_names.stored(name, short)) and ("robot", "list") in (world.pairs.get(name) or ()):
                raws = self.api.robots(project.id, [_names.stored(name, short)])
                own = [robot_of(raw, project=name) for raw in raws if raw["name"] == world.caller.name]
        world.own = own[0] if own else None
        if world.own and "" in scopes:
            # Asked what one may do in the system, Harbor leaves out robot:* (every version); only the own entry tells.
            grants = [grant for grant in world.own.permissions if grant.kind == "system" and grant.effect != "deny"]
            if not any("*" in grant.pair for grant in grants):
                world.pairs["/"] = frozenset((grant.resource, grant.action) for grant in grants)

    def check_projects(self, world: World, desired: t.Sequence[Desired]) -> dict[int, list[str]]:
        """Faults of declarations whose permissions name a project that does not exist; what a robot already holds exists."""
        faults: dict[int, list[str]] = {}
        wanted: dict[str, list[int]] = {}
        for number, one in enumerate(desired):
            robot = world.robot_for(one)
            held = {grant.namespace for grant in robot.permissions} if robot else set()
            # Also where nothing that it gives there could be understood.
            named = {entry["namespace"] for entry in one.entries or () if entry["kind"] == "project"} if one.present else set()
            for name in named - held - {"*", one.project}:
                wanted.setdefault(name, []).append(number)
        missing = [name for name in wanted if name not in world.projects]
        if len(missing) > FEW_PROJECTS and world.caller.admin:
            listed = {project.name for project in self.api.projects()}
            absent = {name for name in missing if name not in listed}
        else:
            absent = {name for name, there in zip(missing, each(self.api.project_exists, missing, self.workers)) if not there}
        absent |= {name for name in wanted if name in world.projects and world.projects[name] is None}
        for name in sorted(absent):
            for number in wanted[name]:
                self._fault(faults, number, "project %s, which its permissions name, does not exist" % name)
        return faults

    def probe(self, world: World, desired: t.Sequence[Desired]) -> None:
        """Ask each robot once whether the secret that the user gave logs in; side by side, since a refusal takes 1.5 s."""
        tried: dict[int, tuple[str, str]] = {}
        for one in desired:
            robot = world.robot_for(one)
            if robot is not None and one.secret is not None and wants_probe(one, robot, world.server.now()):
                tried[robot.id] = (robot.full_name, one.secret)
        ids = list(tried)
        world.works.update(zip(ids, side_by_side(lambda robot_id: self.api.probe(*tried[robot_id]), ids, self.workers)))


def texts_of_own(world: World) -> t.Optional[t.Mapping[t.Any, str]]:
    """The literal effects of the calling robot's entries: a child's have to be the same text (2.12 and later)."""
    return permissions.texts_of(world.own.raw.get("permissions")) if world.own else None
