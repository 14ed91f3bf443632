# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""What a caller may do, judged before the first write. Pure: says why not, and who could."""

from __future__ import annotations

import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, Desired, Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import prefixes
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import Grant
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import CREATE, DELETE, SECRET, UPDATE, Plan

# From here on robot:update can no longer be granted, so that no robot changes a robot (absent from every table since 2.10).
ROBOTS_NEVER_UPDATE = (2, 10, 0)
# Between these a system robot that makes a robot of a project is looked up in that project and refused.
CHILDREN_OF_SYSTEM_ROBOTS = ((2, 12, 0), (2, 14, 1))

Version = tuple


class Powers(t.NamedTuple):
    """What is known of the caller in the scope of one robot.

    :ivar administered: the calling user administers the robot's project
    :ivar pairs: for a robot, the pairs that it holds in the scope; None when the server does not say
    :ivar own: for a robot, its own grants; None when it may not read itself
    """

    caller: Caller
    version: tuple[int, int, int]
    read_only: bool
    administered: bool = False
    pairs: t.Optional[frozenset[tuple[str, str]]] = None
    own: t.Optional[frozenset[Grant]] = None


def who_could(level: str, project: t.Optional[str]) -> str:
    """The end of a refusal: who has to run this."""
    if level == "project":
        return "a system administrator or an administrator of %s could" % ("project %s" % project if project else "its project")
    return "a system administrator could"


def refusals(plan: Plan, powers: Powers) -> list[str]:
    """Why the caller may not carry a plan out; empty when nothing is known to stand in the way."""
    if not plan.steps:
        return []
    if powers.read_only:
        return ["Harbor is in read-only mode, so nothing can be changed; a system administrator can end that"]
    level, project = _scope(plan.desired, plan.robot)
    if not powers.caller.is_robot:
        if powers.caller.admin or (level == "project" and powers.administered):
            return []
        return ["user %s may not %s it; %s" % (powers.caller.name, _verbs(plan.steps), who_could(level, project))]
    return _refusals_of_robot(plan, powers, level, project)


def _scope(desired: Desired, robot: t.Optional[Robot]) -> tuple[str, t.Optional[str]]:
    return (robot.level, robot.project) if robot is not None else (desired.level, desired.project)


def _verbs(steps: t.Sequence[str]) -> str:
    words = {CREATE: "create", SECRET: "set the secret of", UPDATE: "update", DELETE: "remove"}
    return " and ".join(words[step] for step in steps)


def _refusals_of_robot(plan: Plan, powers: Powers, level: str, project: t.Optional[str]) -> list[str]:
    name, could = powers.caller.name, who_could(level, project)
    faults = []
    later = [step for step in plan.steps if step in (SECRET, UPDATE)]
    granted = powers.pairs
    if later and (powers.version >= ROBOTS_NEVER_UPDATE or (granted is not None and ("robot", "update") not in granted)):
        what = {SECRET: "set its secret", UPDATE: "disable it" if CREATE in plan.steps else "update it"}
        since = "no robot can, since Harbor 2.10" if powers.version >= ROBOTS_NEVER_UPDATE else "it lacks robot:update there"
        faults.append("%s is a robot and may not %s (%s); %s" % (name, " or ".join(what[step] for step in later), since, could))
    for step in (CREATE, DELETE):
        if step in plan.steps and granted is not None and ("robot", step) not in granted and ("*", "*") not in granted:
            faults.append("robot %s lacks robot:%s there; %s" % (name, step, could))
    if CREATE in plan.steps and not faults:
        faults += _scope_faults(plan, powers, level, could)
    return faults


def _scope_faults(plan: Plan, powers: Powers, level: str, could: str) -> list[str]:
    """A robot gives away only what it holds (2.12 and later), in C(kind:namespace) or in C(kind:*)."""
    if powers.version < (2, 12, 0) or plan.after is None:
        return []
    first, fixed = CHILDREN_OF_SYSTEM_ROBOTS
    # The name of a robot of a project tells that, also where it may not read itself; a prefix can have a plus sign, too.
    of_project = bool(prefixes(powers.caller.name, _scope(plan.desired, plan.robot)[1] or ""))
    everywhere = any(grant.kind == "system" or grant.namespace == "*" for grant in powers.own or ())
    if level == "project" and first <= powers.version < fixed and (everywhere or not of_project):
        return ["Harbor before 2.14.1 does not let system robot %s make robots of a project; %s" % (powers.caller.name, could)]
    if powers.own is None:
        # It may not read itself, but Harbor tells what it holds in the project of the new robot.
        held = powers.pairs if level == "project" else None
        if held is None or ("*", "*") in held:
            return []
        # What it may do it does not hold as a denial, and what it may not do it does not hold as a permission.
        lacking = [grant for grant in plan.after.permissions if ((grant.resource, grant.action) in held) == (grant.effect == "deny")]
        return _lacks(powers, lacking, could)
    missing = sorted(
        grant
        for grant in plan.after.permissions
        if grant not in powers.own and (powers.version < (2, 12, 1) or grant._replace(namespace="*") not in powers.own)
    )
    return _lacks(powers, missing, could)


def _lacks(powers: Powers, missing: t.Iterable[Grant], could: str) -> list[str]:
    lacking = ", ".join(grant.line() for grant in sorted(missing))
    return ["robot %s can give only what it holds itself, and lacks %s; %s" % (powers.caller.name, lacking, could)] if lacking else []
