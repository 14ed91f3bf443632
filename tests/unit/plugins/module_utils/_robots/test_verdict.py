# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.verdict import can_log_in, verdict
from tests.unit.robots import NOW, SECRET, robot

NEW = (2, 15, 2)
FROZEN = (2, 4, 0)
OLD = (2, 3, 5)


@pytest.mark.parametrize(
    ("held", "reason", "told"),
    [
        (None, "absent", "robot shop+ci does not exist"),
        (robot(), "wrong", "the secret of robot shop+ci is another one; harbor_robot_secret makes this one work"),
        (robot(disable=True), "disabled", "robot shop+ci is disabled, so no secret of it works; enabled: true of harbor_robot wakes it"),
        (
            robot(age=100, duration=30),
            "expired",
            "robot shop+ci has expired on 2026-09-11; extend it with valid_for or expires_at of harbor_robot",
        ),
        # Disabled comes first: extending it would not help.
        (
            robot(age=100, duration=30, disable=True),
            "disabled",
            "robot shop+ci is disabled, so no secret of it works; enabled: true of harbor_robot wakes it",
        ),
        (
            robot("robot$old", editable=False, permissions=[]),
            "wrong",
            "robot robot$old is a legacy robot from before Harbor 2.2, whose secrets no longer log in since 2.4; "
            "remove it and make a new one",
        ),
    ],
)
def test_why_a_secret_does_not_work(held: object, reason: str, told: str) -> None:
    assert verdict("shop+ci", held, False, SECRET, NOW, NEW) == (reason, told)  # type: ignore[arg-type]


def test_a_secret_that_works() -> None:
    assert verdict("shop+ci", robot(), True, SECRET, NOW, NEW) == (None, "the secret of robot shop+ci works")


def test_a_secret_that_harbor_would_never_take() -> None:
    assert verdict("shop+ci", robot(), False, "short", NOW, NEW) == (
        "wrong",
        "the secret of robot shop+ci is another one; and Harbor would not take this one: secret does not follow Harbor's rule "
        "(8 to 128 characters, at least one upper-case letter, one lower-case letter and one digit): "
        "it has 5, it has no upper-case letter, it has no digit",
    )


@pytest.mark.parametrize("held", [None, robot(), robot(disable=True)])
def test_a_verdict_never_says_the_secret(held: object) -> None:
    for secret in ("hunter2", "Correct-Horse-7"):
        assert secret not in verdict("shop+ci", held, False, secret, NOW, NEW)[1]  # type: ignore[arg-type]


# --- legacy robots


def legacy(**members: t.Any) -> Robot:
    return robot("robot$old", **dict({"level": "project", "editable": False, "permissions": []}, **members))


def test_who_can_log_in_at_all() -> None:
    assert [can_log_in(robot(), version, NOW) for version in (OLD, FROZEN)] == [True, True]
    assert [can_log_in(legacy(), version, NOW) for version in (OLD, FROZEN, NEW)] == [True, False, False]
    for asleep in (robot(disable=True), robot(age=100, duration=30), legacy(disable=True)):
        assert not can_log_in(asleep, OLD, NOW)


@pytest.mark.parametrize(
    ("held", "version", "reason", "told"),
    [
        (legacy(), OLD, "wrong", "and its secret is another one, which cannot be changed"),
        (legacy(disable=True), OLD, "disabled", "and disabled, so no secret of it works"),
        (legacy(age=100, duration=30), OLD, "expired", "and has expired on 2026-09-11"),
        (legacy(disable=True), FROZEN, "wrong", "whose secrets no longer log in since 2.4"),
    ],
)
def test_nothing_wakes_a_legacy_robot(held: Robot, version: tuple[int, int, int], reason: str, told: str) -> None:
    found = verdict("", held, False, SECRET, NOW, version)
    assert found[0] == reason
    assert found[1].startswith("robot robot$old is a legacy robot from before Harbor 2.2, ")
    assert found[1].endswith(told + "; remove it and make a new one")


def test_its_old_token_works_where_harbor_takes_it() -> None:
    assert verdict("", legacy(), True, "eyJhbGci", NOW, OLD) == (None, "the secret of robot robot$old works")
