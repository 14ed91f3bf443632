# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests need and no REST call gives: robots of old Harbors, expired robots, robots of some age, many secrets checked at once."""
from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any

from .robots import expire
from .state import Robot, State, digest

LEGACY = datetime(2020, 9, 16, 12, tzinfo=timezone.utc)
"""When robots of Harbor 2.1 were made. Of today, they would expire whole days after their creation once a day, by the recorded expiry."""


def arrange(state: State, wanted: dict[str, Any]) -> dict[str, Any]:
    """Do what `wanted["do"]` names; raises KeyError or ValueError for what it does not know."""
    what = wanted["do"]
    if what == "legacy_robot":
        return {"id": _legacy_robot(state, wanted).id}
    if what == "check_secrets":
        return {"right": [_is_right(state.robots[int(number)], secret) for number, secret in wanted["secrets"]]}
    robot = state.robots[int(wanted["id"])]
    if what == "expire_robot":
        expire(robot)
    elif what == "age_robot":
        state.age(robot, float(wanted["days"]))
    else:
        raise ValueError(f"nothing known by the name of {what}")
    return {}


def _is_right(robot: Robot, secret: str) -> bool:
    """Whether a secret is a robot's, which may be disabled or expired."""
    return robot.editable and digest(secret, robot.salt) == robot.secret


def _legacy_robot(state: State, wanted: dict[str, Any]) -> Robot:
    """A row as Harbor 2.1 left it: no secret, no permissions. Its token, if one is given, logs in up to 2.3."""
    project_id = int(wanted["project_id"])
    if project_id not in state.projects:
        raise ValueError(f"there is no project {project_id}")
    robot = Robot(state.next_id("robot"), str(wanted["name"]), project_id, str(wanted.get("description", "legacy")),
                  expires_at=int(wanted.get("expires_at", time.time() + 30 * 86400)), salt=str(wanted.get("token", "")),
                  created=LEGACY)
    state.add_robot(robot)
    return robot
