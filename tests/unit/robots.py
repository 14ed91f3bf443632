# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Robots, wishes and plans for the tests of what needs no server."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timezone

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import plan as _plan
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import complete, read
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, Desired, Robot, robot_of

DAY = 86400
# 2026-11-20 12:00 UTC, as Harbor's clock says it in most tests.
NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc).timestamp()
SECRET = "Own-Secret-1"
ADMIN = Caller("user", "admin", True, 1)
NEW = Catalogue.bundled("2.15.2")
OLD = Catalogue.bundled("2.9.5")
UNSET = object()

Raw = dict[str, t.Any]


def stamp(seconds: float) -> str:
    """A time as Harbor writes it."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.598Z")


def entry(namespace: str, *pairs: str, effect: str = "") -> Raw:
    """One entry of a robot's permissions as Harbor answers it: "/" is the system."""
    access = [dict(zip(("resource", "action"), pair.split(":"))) for pair in pairs]
    if effect:
        access = [dict(one, effect=effect) for one in access]
    return {"kind": "system" if namespace == "/" else "project", "namespace": namespace, "access": access}


def raw(name: str = "robot$shop+ci", *, age: float = 10, duration: int = 90, permissions: t.Any = UNSET, **members: t.Any) -> Raw:
    """A robot as the API answers it, `age` days old; `expires_at` follows from the duration unless it is given."""
    created = NOW - age * DAY
    project = name.rpartition("+")[0].rpartition("$")[2]
    told: Raw = {
        "id": 7,
        "name": name,
        "level": "project" if project else "system",
        "duration": duration,
        "editable": True,
        "disable": False,
        "expires_at": -1 if duration == -1 else int(created) + duration * DAY,
        "permissions": [entry(project or "/", *(("repository:pull",) if project else ("registry:list",)))],
        "creation_time": stamp(created),
        "update_time": stamp(created),
        "creator_type": "local",
        "creator_ref": 1,
    }
    if permissions is not UNSET:
        told["permissions"] = permissions
    told.update(members)
    return told


def robot(name: str = "robot$shop+ci", **members: t.Any) -> Robot:
    """A robot as this collection sees it; the prefix is Harbor's default."""
    return robot_of(raw(name, **members), prefix="robot$")


def wish(_held: t.Optional[Robot] = None, _catalogue: Catalogue = NEW, **options: t.Any) -> Desired:
    """What options mean for robot ci of project shop (or another); they have to be in order."""
    if "name" not in options and "id" not in options:
        options = dict({"name": "ci", "project": "shop"}, **options)
    desired, faults = read(options)
    assert faults == []
    desired, faults = complete(desired, _held, _catalogue, _catalogue.version)
    assert faults == []
    return desired


def context(**members: t.Any) -> _plan.Context:
    """What plans depend on: a system administrator on 2.15.2 unless said otherwise."""
    return _plan.Context(**dict({"now": NOW, "catalogue": NEW, "caller": ADMIN, "prefix": "robot$"}, **members))


def plan(held: t.Optional[Robot], _context: t.Optional[_plan.Context] = None, **options: t.Any) -> _plan.Plan:
    """The plan that brings `held` to what the options say."""
    around = _context or context()
    return _plan.plan(wish(held, around.catalogue, **options), held, around)


def untouched(made: _plan.Plan) -> bool:
    """Whether a plan does nothing at all, and is in order."""
    before, after = made.lines()
    return (made.steps, made.changes, made.faults, dict(made.put)) == ((), (), (), {}) and before == after


def executed(made: _plan.Plan) -> Robot:
    """The robot as Harbor has it once the plan was carried out: expiry counts from creation, in whole days."""
    after = made.after
    assert after is not None
    if made.robot is None:
        return replace(after, id=7, full_name="robot$" + after.key, created=NOW, expires_at=_end(NOW, after.duration))
    if "duration" in made.put and after.duration != made.robot.duration:
        return replace(after, expires_at=_end(made.robot.created, after.duration))
    return replace(after, expires_at=made.robot.expires_at)


def _end(created: float, duration: int) -> int:
    return -1 if duration == -1 else int(created) + duration * DAY
