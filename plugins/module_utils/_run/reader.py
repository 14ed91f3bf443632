# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Which robots a reader wants to see: in which scopes, by which filters."""

from __future__ import annotations

import fnmatch
import typing as t
from dataclasses import dataclass, field

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi, Project
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.parallel import each
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import declaration_of, is_pattern
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.expiry import DAY
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import name_fault, stored
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.rights import who_could
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer, World

EVERY = "all"
# These select the scope, which options do.
SCOPE_KEYS = ("level", "projectid", "project_id")

Params = t.Mapping[str, t.Any]


@dataclass
class Found:
    """Robots in the order of their scopes, and the scopes that this caller may not list."""

    robots: list[Robot] = field(default_factory=list)
    not_listed: list[str] = field(default_factory=list)


def declarations_of(robots: t.Iterable[Robot], catalogue: Catalogue) -> tuple[list[dict[str, t.Any]], list[str]]:
    """The declarations of robots, and a warning for each that has none although it could be updated."""
    declarations, warnings = [], []
    for robot in robots:
        if robot.declarable:
            declarations.append(declaration_of(robot, catalogue))
        elif robot.editable:
            why = "has a name that cannot be declared" if robot.key else "has a name of which the prefix is not known"
            warnings.append("robot %s %s, so it is not among the declarations" % (robot.key or robot.full_name, why))
    return declarations, warnings


def judge(params: Params) -> tuple[list[str], list[str]]:
    """What is wrong with the options, before Harbor is asked."""
    faults: list[t.Optional[str]] = []
    robot_id, name, project, projects = (params.get(key) for key in ("id", "name", "project", "projects"))
    if robot_id is not None:
        faults += [
            "id excludes %s" % key for key in ("name", "project", "projects", "level", "name_pattern", "q", "sort") if params.get(key)
        ]
        if robot_id < 1:
            faults.append("id %d is not valid: ids begin at 1" % robot_id)
    if name is not None:
        faults.append(name_fault(name))
        if params.get("name_pattern"):
            faults.append("name and name_pattern exclude each other")
    if project is not None and projects is not None:
        faults.append("project and projects exclude each other")
    if (project is not None or projects is not None) and params.get("level") == "system":
        faults.append("level system has no projects; level all reads both")
    if project is not None:
        faults.append(name_fault(project, "project"))
    faults += [name_fault(one, "project") for one in projects or () if one not in (EVERY, "*") and not is_pattern(one)]
    if projects is not None and not projects:
        faults.append("projects is empty: give names, patterns, or all")
    within = params.get("expires_within")
    if within is not None and not within >= 0:  # nor is it a number that is none
        faults.append("expires_within %g is not valid: days, 0 or more" % within)
    faults += _q_faults(params.get("q"))
    return [fault for fault in faults if fault], []


def _q_faults(q: t.Optional[str]) -> list[str]:
    faults = []
    for term in (q or "").split(",") if q is not None else ():
        key, equals, value = term.partition("=")
        if not equals or not key or not value:
            faults.append("q %r is not valid: terms such as name=~ci, separated by commas" % q)
        elif key.lower() in SCOPE_KEYS:
            faults.append("q cannot select the scope with %s: use level, project or projects" % key)
    return faults


class Reader:
    """Reads robots for C(harbor_robot_info)."""

    def __init__(self, api: HarborApi, observer: Observer, world: World, params: Params) -> None:
        self.api = api
        self.observer = observer
        self.world = world
        self.params = params

    def read(self) -> Found:
        """All robots that the options ask for; every page of every scope.

        :raises HarborError: when a scope that was named may not be listed, or Harbor fails
        """
        found = Found()
        if self.params["id"] is not None:
            found.robots = self.observer.read_by_id(self.world, [self.params["id"]])
        else:
            self._read_scopes(found)
        now = self.world.server.now()
        found.robots = [robot for robot in found.robots if self._wanted(robot, now)]
        return found

    def _read_scopes(self, found: Found) -> None:
        level, named, wanted = self.params["level"], self.params["project"], self.params["projects"]
        names = [named] if named is not None else wanted
        if level in ("system", "all") or (level is None and names is None):
            self._read_system(found, must=level != "all")
        if level in ("project", "all") or names is not None:
            scopes = self._projects(names if names is not None else [EVERY])
            self.api.expect(len(scopes))
            for robots in each(lambda scope: self._read_project(scope, found), scopes, self.observer.workers):
                found.robots += robots

    def _read_system(self, found: Found, must: bool) -> None:
        caller = self.world.caller
        try:
            found.robots += self._list(None)
        except HarborError as exc:
            if exc.status != 403:
                raise
            if must:
                exc.hint = "%s %s may not list system robots; %s." % (caller.kind.capitalize(), caller.name, who_could("system", None))
                raise
            found.not_listed.append("system")

    def _projects(self, names: t.Sequence[str]) -> list[tuple[Project, bool]]:
        """The projects to be listed, each with whether it was named itself; what does not exist is left out."""
        scopes: dict[str, tuple[Project, bool]] = {}
        visible: t.Optional[list[Project]] = None
        by_name = self.params["project"] is not None
        for name in names:
            if not by_name and (name in (EVERY, "*") or is_pattern(name)):
                visible = self.api.projects() if visible is None else visible
                for project in visible:
                    if name in (EVERY, "*") or fnmatch.fnmatchcase(project.name, name):
                        scopes.setdefault(project.name, (project, False))
            else:
                one = self.api.project(name)
                if one is not None:
                    scopes[name] = (one, True)
        return [scopes[name] for name in sorted(scopes)]

    def _read_project(self, scope: tuple[Project, bool], found: Found) -> list[Robot]:
        project, named = scope
        try:
            return self._list(project)
        except HarborError as exc:
            if exc.status != 403:
                raise
            if named:
                exc.hint = "%s may not list the robots of project %s; its members could." % (self.world.caller.name, project.name)
                raise
            found.not_listed.append(project.name)
            return []

    def _list(self, project: t.Optional[Project]) -> list[Robot]:
        name = self.params["name"]
        keys = [stored(project.name if project else None, name)] if name else []
        robots = self.observer.list_robots(self.world, project, keys, self.params["q"], self.params["sort"])
        return [robot for robot in robots if not name or robot.short == name]

    def _wanted(self, robot: Robot, now: float) -> bool:
        params = self.params
        if params["enabled"] is not None and robot.enabled != params["enabled"]:
            return False
        if params["expired"] is not None and robot.expired(now) != params["expired"]:
            return False
        if params["expires_within"] is not None and not 0 < robot.expires_at <= now + params["expires_within"] * DAY:
            return False
        pattern = params["name_pattern"]
        return pattern is None or fnmatch.fnmatchcase(robot.called, pattern)
