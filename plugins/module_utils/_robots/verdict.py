# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Why a robot's secret works or not, for people. Pure: Harbor itself tells wrong, disabled, expired and unknown apart for nobody."""

from __future__ import annotations

import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import secrets
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.expiry import day
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Robot

# From here on the tokens of robots from before 2.2 are refused.
LEGACY_LOCKED_OUT = (2, 4, 0)
WRONG, DISABLED, EXPIRED, ABSENT = "wrong", "disabled", "expired", "absent"


def can_log_in(robot: Robot, version: tuple[int, int, int], now: float) -> bool:
    """Whether any secret may work; legacy robots log in with their old tokens on 2.2 and 2.3 alone."""
    return (robot.editable or version < LEGACY_LOCKED_OUT) and robot.sleeping(now) is None


def verdict(
    key: str, robot: t.Optional[Robot], works: bool, secret: str, now: float, version: tuple[int, int, int]
) -> tuple[t.Optional[str], str]:
    """(reason, explanation); the reason is None when the secret works.

    :param key: the stored name, for a robot that is absent
    :param works: what the log-in said; False where none was tried
    :param now: Harbor's clock, seconds since 1970
    :param version: Harbor's
    """
    if robot is None:
        return ABSENT, "robot %s does not exist" % key
    name = "robot %s" % (robot.key or robot.full_name)
    if works:
        return None, "the secret of %s works" % name
    if not robot.editable:
        return _of_legacy(robot, name, now, version)
    if not robot.enabled:
        return DISABLED, "%s is disabled, so no secret of it works; enabled: true of harbor_robot wakes it" % name
    if robot.expired(now):
        return EXPIRED, "%s has expired on %s; extend it with valid_for or expires_at of harbor_robot" % (name, day(robot.expires_at))
    fault = secrets.fault(secret)
    hint = "and Harbor would not take this one: %s" % fault if fault else "harbor_robot_secret makes this one work"
    return WRONG, "the secret of %s is another one; %s" % (name, hint)


def _of_legacy(robot: Robot, name: str, now: float, version: tuple[int, int, int]) -> tuple[str, str]:
    """Nothing can be changed about it but its being there."""
    advice = "; remove it and make a new one"
    if version >= LEGACY_LOCKED_OUT:
        return WRONG, "%s is a legacy robot from before Harbor 2.2, whose secrets no longer log in since 2.4%s" % (name, advice)
    what = "%s is a legacy robot from before Harbor 2.2, and " % name
    if not robot.enabled:
        return DISABLED, "%sdisabled, so no secret of it works%s" % (what, advice)
    if robot.expired(now):
        return EXPIRED, "%shas expired on %s%s" % (what, day(robot.expires_at), advice)
    return WRONG, "%sits secret is another one, which cannot be changed%s" % (what, advice)
