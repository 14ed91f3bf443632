# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Observed and desired robot in, steps out. Pure: check mode, the diff and the real run show the same plan."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import expiry
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, Desired, Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import Grant, compare, refused, to_harbor

CREATE, SECRET, UPDATE, DELETE = "create", "secret", "update", "delete"
DRIFT = (
    "its secret no longer logs in although nothing here changed it, so nothing of it was touched; "
    "on_drift=restore sets the declared one again, on_drift=refresh makes a new one"
)
# Since the first, a duration of 0 is refused; in and between the others, updates of system robots look for a project.
NO_ZERO_SINCE = (2, 11, 0)
LOOK_UP_FIRST = ((2, 5, 2), (2, 5, 3))
WORD = {CREATE: "create", SECRET: "set secret", UPDATE: "update", DELETE: "remove"}


@dataclass(frozen=True)
class Context:
    """What a plan depends on besides the robot and the wish.

    :ivar now: Harbor's clock, seconds since 1970
    :ivar works: what the probe of the given secret said, None where none was made
    :ivar prefix: what stands before stored names, None where it is not known
    """

    now: float
    catalogue: Catalogue
    caller: Caller
    works: t.Optional[bool] = None
    prefix: t.Optional[str] = None


@dataclass(frozen=True)
class Plan:
    """What one run does to one robot.

    :ivar put: the members that the update changes, as PUT names them
    :ivar generate: the secret to be set is made here and not the user's
    :ivar drift: why nothing of the robot is touched: its secret was changed by somebody else
    """

    desired: Desired
    robot: t.Optional[Robot]
    steps: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    after: t.Optional[Robot] = None
    left_alone: bool = False
    put: t.Mapping[str, t.Any] = field(default_factory=dict)
    secret_before: str = ""
    generate: bool = False
    drift: str = ""

    @property
    def changed(self) -> bool:
        return bool(self.steps)

    @property
    def label(self) -> str:
        """How messages call the robot: C(robot shop+ci)."""
        return "robot %s" % ((self.robot.key or self.robot.full_name) if self.robot else self.desired.key)

    def lines(self) -> tuple[list[str], list[str]]:
        """Before and after, line by line, for the diff."""
        before = lines_of(self.robot)
        after = lines_of(self.after) if self.steps else list(before)
        if SECRET in self.steps:
            before += ["secret: %s" % self.secret_before] if self.secret_before else []
            after += ["secret: new" if self.generate else "secret: as given"]
        return before, after


def lines_of(robot: t.Optional[Robot]) -> list[str]:
    """A robot as a person reads it: its members, then one line for each pair."""
    if robot is None:
        return []
    lines = ["description: %s" % robot.description] if robot.description else []
    lines += [
        "enabled: %s" % ("true" if robot.enabled else "false"),
        "expires: %s" % (expiry.day(robot.expires_at) if robot.expires_at > 0 else "never"),
    ]
    return lines + [grant.line() for grant in sorted(robot.permissions)]


def wants_probe(desired: Desired, robot: t.Optional[Robot], now: float) -> bool:
    """Whether the plan has to know if the given secret works: an existing robot that can log in at all."""
    return bool(
        desired.present
        and desired.secret is not None
        and desired.update_secret == "always"
        and robot is not None
        and robot.editable
        and robot.sleeping(now) is None
    )


def plan(desired: Desired, robot: t.Optional[Robot], context: Context) -> Plan:
    """What turns C(robot) into C(desired). Never asks anybody, never fails: faults and warnings are part of the plan."""
    if not desired.present:
        return _removal(desired, robot, context)
    if robot is None:
        return _creation(desired, context)
    if not robot.editable:
        return Plan(
            desired,
            robot,
            after=robot,
            faults=("is a legacy robot from before Harbor 2.2, which can only be removed (state=absent with its id); make a new one",),
        )
    if not robot.enabled and desired.enabled is not True:
        return _left_alone(desired, robot, context)
    return _update(desired, robot, context)


def _is_caller(robot: Robot, context: Context) -> bool:
    return context.caller.is_robot and context.caller.name == robot.full_name


def _removal(desired: Desired, robot: t.Optional[Robot], context: Context) -> Plan:
    if robot is None:
        return Plan(desired, None)
    if _is_caller(robot, context):
        return Plan(desired, robot, after=robot, faults=("is the robot that is logged in, and removing it would lock this run out",))
    return Plan(desired, robot, (DELETE,), ("remove",), after=None)


def _creation(desired: Desired, context: Context) -> Plan:
    if not desired.short:
        return Plan(desired, None, faults=("does not exist, and a robot is made by name, not by id",))
    if not desired.may_create:
        return Plan(desired, None, faults=("does not exist; harbor_robot makes it",))
    faults = []
    if desired.permissions is None:
        faults.append("does not exist yet, and to make it %s is needed" % ("access" if desired.project else "permissions"))
    outcome = expiry.of_new(desired.expiry, context.now)
    if outcome.fault:
        faults.append(outcome.fault)
    if desired.enabled is False and desired.permissions:
        faults += _unnamed_faults(desired.level, desired.permissions, context.catalogue)
    if faults or outcome.change is None:
        return Plan(desired, None, faults=tuple(faults))
    steps, changes = [CREATE], ["create"]
    if desired.secret is not None:
        steps.append(SECRET)
        changes.append(WORD[SECRET])
    if desired.enabled is False:
        steps.append(UPDATE)
        changes.append("disable")
    after = Robot(
        id=0,
        full_name="" if context.prefix is None else context.prefix + desired.key,
        level=desired.level,
        project=desired.project,
        short=desired.short,
        key=desired.key,
        description=desired.description or "",
        enabled=desired.enabled is not False,
        editable=True,
        duration=outcome.change.duration,
        expires_at=outcome.change.expires_at,
        created=context.now,
        updated="",
        created_text="",
        creator_type="",
        creator_ref=0,
        permissions=desired.permissions or frozenset(),
    )
    return Plan(desired, None, tuple(steps), tuple(changes), after=after, put={"disable": True} if desired.enabled is False else {})


def _left_alone(desired: Desired, robot: Robot, context: Context) -> Plan:
    """Somebody disabled it, perhaps after an incident: say what waits, touch nothing."""
    waiting = _update(replace(desired, enabled=None), robot, context)
    waits = [change for change in waiting.changes if change != WORD[SECRET]]
    if desired.refresh:
        waits.append("refresh the secret")
    elif desired.secret is not None and desired.update_secret == "always":
        waits.append("check the secret")
    quiet = desired.enabled is False and not [change for change in waits if change != "check the secret"]
    warning = "is disabled, so it was left alone%s; enabled: true in its own declaration wakes it" % (
        " (waiting: %s)" % ", ".join(waits) if waits else ""
    )
    return Plan(desired, robot, after=robot, left_alone=not quiet, warnings=() if quiet else (warning,))


def _update(desired: Desired, robot: Robot, context: Context) -> Plan:
    steps: list[str] = []
    changes: list[str] = []
    warnings: list[str] = []
    faults: list[str] = []
    put: dict[str, t.Any] = {}
    after = robot

    if desired.description is not None and desired.description != robot.description:
        put["description"] = desired.description
        changes.append("set description")
        after = replace(after, description=desired.description)
    if desired.enabled is not None and desired.enabled != robot.enabled:
        put["disable"] = not desired.enabled
        changes.append("enable" if desired.enabled else "disable")
        after = replace(after, enabled=desired.enabled)

    outcome = expiry.of_existing(desired.expiry, robot.created, robot.duration, robot.expires_at, context.now, desired.allow_expire)
    if outcome.fault:
        faults.append(outcome.fault)
    if outcome.warning:
        warnings.append(outcome.warning)
    if outcome.change:
        put["duration"] = outcome.change.duration
        changes.append(_expiry_word(robot.expires_at, outcome.change.expires_at))
        after = replace(after, duration=outcome.change.duration, expires_at=outcome.change.expires_at)

    if desired.permissions is not None:
        added, removed = compare(robot.permissions, desired.permissions)
        if added or removed:
            put["permissions"] = desired.permissions
            changes += permission_words(added, removed, desired)
            after = replace(after, permissions=desired.permissions)
    if put:
        after = _with_acceptable_pairs(desired, robot, after, context, put, changes, faults)
        after = _with_acceptable_duration(robot, after, context, put, changes, faults)
        faults += _unnamed_faults(robot.level, after.permissions, context.catalogue)
        if _is_caller(robot, context) and (not after.enabled or robot.permissions - after.permissions):
            faults.append("is the robot that is logged in, and this would disable or narrow it; log in as somebody else")

    if _drifted(desired, robot, context) and not faults:
        return Plan(desired, robot, warnings=tuple(warnings), after=robot, drift=DRIFT)
    secret_before = _secret_step(desired, robot, after, context, steps, changes, warnings)
    if put:
        steps.append(UPDATE)
    if faults:
        return Plan(desired, robot, faults=tuple(faults), warnings=tuple(warnings), after=robot)
    generate = desired.refresh or (context.works is False and desired.on_drift == "refresh")
    return Plan(
        desired, robot, tuple(steps), tuple(changes), tuple(warnings), (), after, put=put, secret_before=secret_before, generate=generate
    )


def _drifted(desired: Desired, robot: Robot, context: Context) -> bool:
    """Whether a secret that is refused was changed by somebody else, perhaps for a reason, and that is only to be reported."""
    return context.works is False and desired.on_drift == "report" and not unfinished(desired, robot, context.caller)


def unfinished(desired: Desired, robot: Robot, caller: Caller) -> bool:
    """Whether a robot looks as our own creation leaves it before its secret is set: nothing of it was ever changed.

    A run that was killed there has to heal. Setting a secret changes the time of the last update (every version).
    """
    untouched = robot.updated == robot.created_text
    ours = not robot.creator_type or (robot.creator_type == "robot") == caller.is_robot
    same_user = not robot.creator_type or not caller.id or robot.creator_ref == caller.id
    return untouched and ours and same_user and desired.permissions in (None, robot.permissions)


def _secret_step(
    desired: Desired, robot: Robot, after: Robot, context: Context, steps: list[str], changes: list[str], warnings: list[str]
) -> str:
    """Plan the secret before the update, so that a robot never wakes with an old one; returns what the diff says of before."""
    sleeping = robot.sleeping(context.now)
    if desired.refresh:
        steps.append(SECRET)
        changes.append(WORD[SECRET])
        if sleeping:
            warnings.append("is %s, so its new secret will not log in until that has ended" % sleeping)
        return "as before"
    if desired.secret is None or desired.update_secret != "always":
        return ""
    asleep = after.sleeping(context.now)
    if sleeping and asleep:
        if not warnings:
            warnings.append("is %s, so its secret was not checked" % asleep)
        return ""
    # A robot that this run wakes cannot be asked first; sending the same secret again changes nothing.
    if sleeping or context.works is False:
        steps.append(SECRET)
        changes.append(WORD[SECRET])
        return "not checked (%s)" % sleeping if sleeping else "does not log in"
    return ""


def _with_acceptable_pairs(
    desired: Desired, robot: Robot, after: Robot, context: Context, put: dict[str, t.Any], changes: list[str], faults: list[str]
) -> Robot:
    """PUT replaces the permissions too, so those that Harbor no longer accepts, or an empty list, stand in the way of any update."""
    if not after.permissions:
        faults.append(
            "has no permissions any more (its projects are gone), and Harbor refuses to update such a robot: give %s" % _needed(robot)
        )
        return after
    stale = stale_grants(after, context.catalogue)
    if not stale:
        return after
    kept = after.permissions - stale
    if put.get("disable") and kept:
        put["permissions"] = kept
        changes += ["remove %s (no longer accepted by this Harbor)" % grant.line() for grant in sorted(stale)]
        return replace(after, permissions=kept)
    faults.append(
        "holds permissions that this Harbor no longer accepts (%s), and an update has to send them all: %s %s"
        % (
            ", ".join(grant.line() for grant in sorted(stale)),
            "give" if desired.permissions is None else "leave them out of",
            _needed(robot),
        )
    )
    return after


def _with_acceptable_duration(
    robot: Robot, after: Robot, context: Context, put: dict[str, t.Any], changes: list[str], faults: list[str]
) -> Robot:
    """A stored 0 comes from the old API, and Harbor holds it against every update: one day takes its place where that wakes nobody."""
    if after.duration or context.catalogue.number < NO_ZERO_SINCE:
        return after
    end = int(robot.created) + expiry.DAY
    if not after.enabled or (robot.expired(context.now) and expiry.is_expired(end, context.now)):
        put["duration"] = 1
        changes.append("set duration 1 (0 is no longer accepted by this Harbor)")
        return replace(after, duration=1, expires_at=end)
    faults.append("has a stored duration of 0, which this Harbor refuses in any update: give valid_for or expires_at as well")
    return after


def _unnamed_faults(level: str, permissions: t.Iterable[Grant], catalogue: Catalogue) -> list[str]:
    """Two versions look a system robot's first namespace up as a project when they update it; named projects are sent first."""
    first, last = LOOK_UP_FIRST
    if level != "system" or not first <= catalogue.number <= last:
        return []
    if any(grant.kind == "project" and grant.namespace != "*" for grant in permissions):
        return []
    return [
        "cannot be updated: Harbor %s updates only those system robots that have permissions on a named project (since 2.5.4 all)"
        % catalogue.version
    ]


def _needed(robot: Robot) -> str:
    return "access" if robot.level == "project" else "permissions"


def stale_grants(robot: Robot, catalogue: Catalogue) -> frozenset[Grant]:
    """What a robot holds and its server would refuse today; nothing before 2.10, which takes anything."""
    if not catalogue.enforced:
        return frozenset()
    return frozenset(g for g in robot.permissions if not catalogue.accepts(g.kind, g.resource, g.action))


def _expiry_word(before: int, end: int) -> str:
    if end <= 0:
        return "never expire"
    if 0 < before < end:
        return "extend to %s" % expiry.day(end)
    return "expire on %s" % expiry.day(end) if before <= 0 else "shorten to %s" % expiry.day(end)


def permission_words(added: t.Sequence[Grant], removed: t.Sequence[Grant], desired: Desired) -> list[str]:
    """One word of C(changes) for each pair; those that a wildcard brings to an existing robot are named so."""
    words = ["add %s%s" % (g.line(), desired.growth.get(g, "")) for g in added]
    return words + ["remove %s" % g.line() for g in removed]


def creation_body(made: Plan, effects: t.Optional[t.Mapping[t.Any, str]] = None) -> dict[str, t.Any]:
    """The POST of a planned creation. Secret and disable are not in it: Harbor ignores both there (every version)."""
    if made.after is None:
        raise AssertionError("a plan of another kind")
    return {
        "name": made.desired.short,
        "level": made.desired.level,
        "description": made.after.description,
        "duration": made.after.duration,
        "permissions": to_harbor(made.after.permissions, effects),
    }


def update_body(reading: Robot, put: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The PUT that changes C(put) and nothing else of the newest reading; it replaces everything, so all of it is sent."""
    body = {
        "name": reading.full_name,
        "level": reading.level,
        "description": put.get("description", reading.description),
        "disable": put.get("disable", not reading.enabled),
        "permissions": to_harbor(put.get("permissions", reading.permissions)),
    }
    duration = put.get("duration", reading.duration)
    # A stored 0 comes from the old API; left out it stays, up to 2.10. Later another one is planned.
    return dict(body, duration=duration) if duration else body


def moved(before: Robot, reading: Robot) -> list[str]:
    """The members that somebody else changed between two readings, in words."""
    pairs = (
        ("description", before.description, reading.description),
        ("enabled", before.enabled, reading.enabled),
        ("expiry", (before.duration, before.expires_at), (reading.duration, reading.expires_at)),
        ("permissions", before.permissions, reading.permissions),
    )
    return [word for word, old, new in pairs if old != new]


def refused_pairs(robot: Robot, catalogue: Catalogue) -> list[str]:
    """The pairs of a robot that its server no longer accepts, as the result shows them."""
    return refused(robot.permissions, catalogue) if catalogue.enforced else []
