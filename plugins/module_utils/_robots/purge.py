# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Which robots nobody declares any more, inside the fences that the user set. Pure."""

from __future__ import annotations

import fnmatch
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, Desired, Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import name_fault

SYSTEM = ""
LIMIT = re.compile(r"(\d{1,9})(%?)\Z")


@dataclass(frozen=True)
class Purge:
    """The fences of a purge: a robot has to be inside all of them to be removed."""

    names: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    level: t.Optional[str] = None
    marker: t.Optional[str] = None
    disabled: bool = False
    legacy: bool = False
    limit: str = "5"

    def scopes(self, desired: t.Iterable[Desired]) -> list[str]:
        """The scopes to be searched: those that the fences name, else those that occur in the declarations. "" is the system."""
        if self.projects:
            return sorted(set(self.projects))
        found = {one.project or SYSTEM for one in desired if one.short}
        if self.level == "system":
            return [SYSTEM]
        return sorted(found - {SYSTEM}) if self.level == "project" else sorted(found)

    def fences(self, robot: Robot) -> bool:
        """Whether a robot of a searched scope is inside the fences, declared or not."""
        if self.level is not None and robot.level != self.level:
            return False
        if self.projects and robot.project not in self.projects:
            return False
        if self.marker is not None and self.marker not in robot.description:
            return False
        return not self.names or any(fnmatch.fnmatchcase(robot.called, pattern) for pattern in self.names)


@dataclass(frozen=True)
class Cull:
    """What a purge would remove, and why it does not."""

    robots: tuple[Robot, ...] = ()
    spared: tuple[Robot, ...] = ()
    refusal: str = ""


def faults_of(options: t.Optional[t.Mapping[str, t.Any]], limit: str, robots: t.Sequence[t.Any], allow_empty: bool) -> list[str]:
    """What is wrong with the options of a purge."""
    faults = []
    if not LIMIT.match(limit) or (limit.endswith("%") and int(limit[:-1]) > 100):
        faults.append("purge_limit %r is not valid: a number of robots, or a percentage such as 10%%" % limit)
    if not robots and not allow_empty:
        faults.append("robots is empty; if that is meant, set allow_empty")
    if options is None:
        return faults
    if not any(options.get(fence) for fence in ("names", "projects", "level", "marker")):
        faults.append("purge needs a fence: names, projects, level or marker")
    if "" in (options.get("names") or ()):
        faults.append("purge: names has an empty pattern")
    wrong = [name_fault(name, "project") for name in options.get("projects") or ()]
    faults += ["purge: %s" % fault for fault in wrong if fault]
    if options.get("projects") and options.get("level") == "system":
        faults.append("purge: system robots have no projects")
    unnamed = all(one.get("id") is not None and not one.get("name") for one in robots)
    if unnamed and not options.get("projects") and options.get("level") != "system":
        faults.append("purge: with no robot declared by name, its fences have to say where to search: projects, or level system")
    return faults


def cull(purge: Purge, robots: t.Iterable[Robot], desired: t.Sequence[Desired], caller: Caller) -> Cull:
    """The robots inside the fences that nobody declares, in a fixed order; none when they are more than the limit."""
    declared = {one.key for one in desired if one.short} | {one.id for one in desired if one.id is not None}
    fenced = sorted((robot for robot in robots if purge.fences(robot)), key=lambda robot: (robot.project or "", robot.full_name))
    left = [robot for robot in fenced if not (robot.short and robot.key in declared) and robot.id not in declared]
    spared = tuple(robot for robot in left if _spared(purge, robot, caller))
    going = tuple(robot for robot in left if not _spared(purge, robot, caller))
    number, percent = LIMIT.match(purge.limit).groups()  # type: ignore[union-attr]
    most = len(fenced) * int(number) // 100 if percent else int(number)
    refusal = ""
    if len(going) > most:
        names = ", ".join(robot.key or robot.full_name for robot in going)
        refusal = "purge would remove %d robots, more than purge_limit %s allows (%d), so it removed none: %s" % (
            len(going),
            purge.limit,
            most,
            names,
        )
    return Cull(going, spared, refusal)


def _spared(purge: Purge, robot: Robot, caller: Caller) -> bool:
    if caller.is_robot and robot.full_name == caller.name:
        return True
    return (not robot.enabled and not purge.disabled) or (not robot.editable and not purge.legacy)
