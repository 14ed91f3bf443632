# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.verdict import verdict
from tests.unit.robots import NOW, SECRET, robot


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
    assert verdict("shop+ci", held, False, SECRET, NOW) == (reason, told)  # type: ignore[arg-type]


def test_a_secret_that_works() -> None:
    assert verdict("shop+ci", robot(), True, SECRET, NOW) == (None, "the secret of robot shop+ci works")


def test_a_secret_that_harbor_would_never_take() -> None:
    assert verdict("shop+ci", robot(), False, "short", NOW) == (
        "wrong",
        "the secret of robot shop+ci is another one; and Harbor would not take this one: secret does not follow Harbor's rule "
        "(8 to 128 characters, at least one upper-case letter, one lower-case letter and one digit): "
        "it has 5, it has no upper-case letter, it has no digit",
    )


@pytest.mark.parametrize("held", [None, robot(), robot(disable=True)])
def test_a_verdict_never_says_the_secret(held: object) -> None:
    for secret in ("hunter2", "Correct-Horse-7"):
        assert secret not in verdict("shop+ci", held, False, secret, NOW)[1]  # type: ignore[arg-type]
