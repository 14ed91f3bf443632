# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""What modules return of plans and their results. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import declaration_of
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.expiry import iso
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Robot, view
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import compact
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import CREATE, DELETE, SECRET, refused_pairs
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import World
from ansible_collections.harbormaster.robots.plugins.module_utils._run.result import Result

CREATED, UPDATED, UNCHANGED, REMOVED, FAILED, LEFT_ALONE = "created", "updated", "unchanged", "removed", "failed", "left_alone"


def shown(robot: Robot, world: World) -> dict[str, t.Any]:
    """The C(robot) that modules return."""
    permissions = compact(robot.permissions, world.catalogue)
    return view(robot, world.server.now(), refused_pairs(robot, world.catalogue), permissions)


def told(result: Result, world: World, check_mode: bool) -> dict[str, t.Any]:
    """What a module returns for one robot, without its secret and its diff."""
    steps = result.plan.steps
    would = CREATE in steps or SECRET in steps
    out: dict[str, t.Any] = {
        "changed": result.plan.changed if check_mode else result.changed,
        "changes": list(result.changes),
        "registry": world.server.registry,
        "secret_changed": would if check_mode else result.secret_set,
        "secret_known": result.secret is not None,
        "robot": None,
    }
    if result.recovered:
        out["recovered"] = True
    if result.plan.drift:
        out["drifted"] = True
    if result.error is not None:
        out["error"] = result.error.as_dict()
    present = result.plan.desired.present
    known = result.robot or (None if present else result.plan.robot)
    if known is not None:
        out["robot"] = shown(known, world)
        if known.full_name:
            out["username"] = known.full_name
        if present and known.declarable:
            out["declaration"] = declaration_of(known, world.catalogue)
    return out


def warnings_of(result: Result) -> list[str]:
    """The warnings about one robot, each of which names it."""
    return [text if text.startswith("robot ") else "%s: %s" % (result.plan.label, text) for text in result.warnings]


def diff_of(result: Result) -> dict[str, str]:
    """What C(--diff) shows of one robot: its members, and one line for each pair on a project."""
    before, after = result.lines()
    return _diff(before, after, result.plan.label)


def _diff(before: t.Iterable[str], after: t.Iterable[str], header: str) -> dict[str, str]:
    return {
        "before": "".join(line + "\n" for line in before),
        "after": "".join(line + "\n" for line in after),
        "before_header": header,
        "after_header": header,
    }


def diff_of_fleet(results: t.Sequence[Result]) -> dict[str, str]:
    """What C(--diff) shows of many robots: only lines that change, each with the robot that it belongs to."""
    before: list[str] = []
    after: list[str] = []
    seen = [result for result in results if result.visible]
    for result in seen:
        old, new = result.lines()
        gone, come = set(old).difference(new), set(new).difference(old)
        name = result.plan.label.partition(" ")[2]
        before += ["%s: %s" % (name, line) for line in old if line in gone]
        after += ["%s: %s" % (name, line) for line in new if line in come]
    return _diff(before, after, "%d robots" % len(seen))


def report(result: Result, world: World, check_mode: bool) -> tuple[dict[str, t.Any], dict[str, t.Any], list[str], t.Optional[str]]:
    """The result, the secrets, the warnings and the failure of a module that is about one robot."""
    out = dict(told(result, world, check_mode), diff=diff_of(result))
    secrets = {"secret": result.secret} if result.secret is not None else {}
    return out, secrets, warnings_of(result), result.message() or None


def outcome_of(result: Result) -> str:
    """What became of a robot, in one of the words of C(summary)."""
    if result.error is not None:
        return FAILED
    if result.plan.left_alone:
        return LEFT_ALONE
    # What was done, else what would be; a plan that somebody else made needless did nothing and has no words left.
    steps = result.done or (result.plan.steps if result.changes else ())
    if not steps:
        return UNCHANGED
    return CREATED if CREATE in steps else REMOVED if DELETE in steps else UPDATED


def summary_of(results: t.Sequence[Result], purged: t.Sequence[Result]) -> dict[str, int]:
    """How many robots of each outcome; in check mode how many there would be."""
    counts = Counter(outcome_of(result) for result in [*results, *purged])
    return {word: counts[word] for word in (CREATED, UPDATED, UNCHANGED, REMOVED, FAILED, LEFT_ALONE)}


def credentials_of(results: t.Sequence[Result], world: World) -> dict[str, dict[str, t.Any]]:
    """By stored name, the credentials of robots whose secret was made in this run."""
    return {
        result.robot.key or result.robot.full_name: {
            "username": result.robot.full_name,
            "secret": result.secret,
            "registry": world.server.registry,
            "expires_at": iso(result.robot.expires_at if result.robot.expires_at > 0 else None),
        }
        for result in results
        if result.secret is not None and result.robot is not None
    }
