# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret that no longer logs in although nothing here changed it: somebody did, perhaps for a reason."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import plan
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import DRIFT, SECRET, UPDATE
from tests.unit.robots import ADMIN, NOW, context, robot, stamp, untouched, wish
from tests.unit.robots import SECRET as OWN

LATER = stamp(NOW - 3600)


def drifted(on_drift: str, held: t.Any = None, works: bool | None = False, caller: Caller = ADMIN, **options: t.Any) -> plan.Plan:
    one = held or robot(update_time=LATER)
    desired = replace(wish(one, secret=OWN, **options), on_drift=on_drift)
    return plan.plan(desired, one, context(works=works, caller=caller))


def test_report_touches_nothing_of_the_robot_not_even_what_is_declared_besides() -> None:
    made = drifted("report", access=["push"], description="new")
    assert untouched(made)
    assert made.drift == DRIFT
    assert made.drift.endswith("on_drift=restore sets the declared one again, on_drift=refresh makes a new one")


def test_restore_sets_the_declared_secret_again() -> None:
    made = drifted("restore", description="new")
    assert (made.steps, made.generate, made.drift) == ((SECRET, UPDATE), False, "")
    assert made.lines()[1][-1] == "secret: as given"


def test_refresh_makes_a_new_one() -> None:
    made = drifted("refresh")
    assert (made.steps, made.generate, made.drift) == ((SECRET,), True, "")
    assert made.lines()[0][-1] == "secret: does not log in"
    assert made.lines()[1][-1] == "secret: new"


@pytest.mark.parametrize("on_drift", ["report", "restore", "refresh"])
@pytest.mark.parametrize("works", [True, None])
def test_a_secret_that_works_or_was_not_asked_is_no_drift(on_drift: str, works: bool | None) -> None:
    made = drifted(on_drift, works=works)
    assert untouched(made)
    assert (made.drift, made.generate) == ("", False)


@pytest.mark.parametrize("held", [robot(disable=True, update_time=LATER), robot(age=100, duration=30, update_time=LATER)])
def test_a_robot_that_cannot_log_in_has_not_drifted(held: t.Any) -> None:
    assert drifted("report", held, works=None).drift == ""


def test_what_our_own_creation_left_unfinished_heals() -> None:
    """Nothing of it was ever changed, so nobody changed its secret: the run was killed before it was set."""
    made = drifted("report", robot())
    assert (made.steps, made.drift, made.generate) == ((SECRET,), "", False)


@pytest.mark.parametrize(
    ("held", "options", "caller"),
    [
        (robot(update_time=LATER), {}, ADMIN),
        (robot(creator_ref=3), {}, ADMIN),
        (robot(creator_type="robot"), {}, ADMIN),
        (robot(), {}, Caller("robot", "robot$mgr")),
        (robot(), {"access": ["push"]}, ADMIN),
    ],
)
def test_what_was_changed_or_made_by_somebody_else_is_not_taken_for_our_own(held: t.Any, options: t.Any, caller: Caller) -> None:
    assert drifted("report", held, caller=caller, **options).drift == DRIFT


def test_before_2_12_the_maker_is_not_known_and_the_times_decide() -> None:
    assert drifted("report", robot(creator_type="", creator_ref=0)).steps == (SECRET,)


def test_wrong_input_is_told_before_drift() -> None:
    made = drifted("report", robot(age=200, duration=-1, update_time=LATER), duration="90")
    assert (made.drift, len(made.faults)) == ("", 1)
