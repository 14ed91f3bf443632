# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Robots that are disabled or expired, and how an expiry reads in a plan."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import plan as _plan
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import SECRET, UPDATE, wants_probe
from tests.unit.robots import DAY, NOW, context, entry, executed, plan, robot, untouched, wish
from tests.unit.robots import SECRET as OWN

# --- disabled robots are left alone


ASLEEP = robot(disable=True)
WAKES = "enabled: true in its own declaration wakes it"


@pytest.mark.parametrize(
    ("options", "waits"),
    [
        ({}, ""),
        ({"description": "new"}, " (waiting: set description)"),
        ({"access": ["push"]}, " (waiting: add repository:push on shop)"),
        ({"valid_for": 300, "renew_within": 200}, " (waiting: extend to 2027-09-16)"),
        ({"duration": "never", "description": "x"}, " (waiting: set description, never expire)"),
        ({"secret": OWN}, " (waiting: check the secret)"),
        ({"secret": OWN, "update_secret": "on_create"}, ""),
        ({"secret": OWN, "access": ["push"]}, " (waiting: add repository:push on shop, check the secret)"),
    ],
)
def test_a_disabled_robot_is_left_alone_and_says_what_waits(options: dict[str, t.Any], waits: str) -> None:
    made = plan(ASLEEP, context(works=False), **options)
    assert untouched(made)
    assert made.left_alone
    assert made.after == ASLEEP
    assert made.warnings == ("is disabled, so it was left alone%s; %s" % (waits, WAKES),)


def test_a_disabled_robot_is_not_renewed() -> None:
    expired = robot(disable=True, age=100, duration=30)
    made = plan(expired, valid_for=90)
    assert untouched(made)
    assert made.warnings == ("is disabled, so it was left alone (waiting: extend to 2027-02-18); %s" % WAKES,)


def test_what_would_be_wrong_input_does_not_matter_while_it_sleeps() -> None:
    assert untouched(plan(robot(disable=True, age=200, duration=-1), duration="90"))


def test_a_new_secret_waits_as_well() -> None:
    made = _plan.plan(replace(wish(), refresh=True), ASLEEP, context())
    assert made.steps == ()
    assert made.warnings == ("is disabled, so it was left alone (waiting: refresh the secret); %s" % WAKES,)


def test_a_robot_that_is_declared_disabled_sleeps_in_silence() -> None:
    made = plan(ASLEEP, enabled=False, secret=OWN, access=["pull"])
    assert untouched(made)
    assert made.warnings == ()


def test_a_robot_that_is_declared_disabled_says_what_else_waits() -> None:
    made = plan(ASLEEP, enabled=False, access=["push"])
    assert untouched(made)
    assert made.warnings == ("is disabled, so it was left alone (waiting: add repository:push on shop); %s" % WAKES,)


def test_only_enabled_true_wakes_it_and_everything_happens_then() -> None:
    made = plan(ASLEEP, enabled=True, description="new", access=["push"])
    assert made.steps == (UPDATE,)
    assert made.changes == ("set description", "enable", "add repository:push on shop")
    assert made.put["disable"] is False
    assert (made.warnings, made.left_alone) == ((), False)


def test_disabling_changes_nothing_else() -> None:
    made = plan(robot(description="old"), enabled=False)
    assert dict(made.put) == {"disable": True}
    assert untouched(plan(executed(made), enabled=False))


# --- no probe of a robot that cannot log in


@pytest.mark.parametrize(
    ("held", "options", "wanted"),
    [
        (robot(), {"secret": OWN}, True),
        (robot(), {}, False),
        (robot(), {"secret": OWN, "update_secret": "on_create"}, False),
        (robot(), {"secret": OWN, "state": "absent"}, False),
        (robot(disable=True), {"secret": OWN}, False),
        (robot(disable=True), {"secret": OWN, "enabled": True}, False),
        (robot(age=100, duration=30), {"secret": OWN}, False),
        (robot(editable=False), {"secret": OWN}, False),
        (None, {"secret": OWN}, False),
    ],
)
def test_whom_to_probe(held: t.Any, options: dict[str, t.Any], wanted: bool) -> None:
    assert wants_probe(wish(held, **options), held, NOW) is wanted


# --- expired robots


def expired(**members: t.Any) -> t.Any:
    return robot(**dict({"age": 100, "duration": 30, "permissions": [entry("shop", "repository:pull")]}, **members))


@pytest.mark.parametrize("options", [{"valid_for": 90}, {"expires_at": "2027-02-18"}])
def test_an_expired_robot_is_extended_and_keeps_its_secret(options: dict[str, t.Any]) -> None:
    made = plan(expired(), **options)
    assert made.steps == (UPDATE,)
    assert made.changes == ("extend to 2027-02-18",)
    assert set(made.put) == {"duration"}
    assert made.warnings == ()
    assert untouched(plan(executed(made), **options))


def test_an_expired_robot_with_a_plain_duration_is_left_with_a_warning() -> None:
    for duration in ("30", "60", "3000"):
        made = plan(expired(), duration=duration)
        assert untouched(made)
        assert made.warnings == (
            "expired on 2026-09-11 and a plain duration counts from its creation, so its expiry was left as it is; "
            "valid_for or a later expires_at extends it and keeps its secret",
        )


def test_the_rest_of_an_expired_robot_is_brought_about_all_the_same() -> None:
    made = plan(expired(), duration="60", description="new")
    assert dict(made.put) == {"description": "new"}
    assert len(made.warnings) == 1


def test_an_expired_robot_of_which_no_expiry_is_mentioned_is_no_news() -> None:
    made = plan(expired(), access=["pull"])
    assert untouched(made)
    assert made.warnings == ()


def test_a_secret_of_an_expired_robot_is_not_checked_and_that_is_said() -> None:
    made = plan(expired(), secret=OWN)
    assert untouched(made)
    assert made.warnings == ("is expired, so its secret was not checked",)
    # One warning is enough.
    assert len(plan(expired(), secret=OWN, duration="60").warnings) == 1


def test_a_robot_that_is_enabled_and_stays_expired_is_called_expired() -> None:
    made = plan(expired(disable=True), enabled=True, secret=OWN)
    assert made.steps == (UPDATE,)
    assert made.warnings == ("is expired, so its secret was not checked",)


# --- a robot that wakes gets its secret first


@pytest.mark.parametrize(
    ("held", "options", "before"),
    [
        (robot(disable=True), {"enabled": True}, "not checked (disabled)"),
        (expired(), {"valid_for": 90}, "not checked (expired)"),
        (expired(disable=True), {"valid_for": 90, "enabled": True}, "not checked (disabled)"),
    ],
)
def test_the_secret_comes_before_the_waking(held: t.Any, options: dict[str, t.Any], before: str) -> None:
    made = plan(held, secret=OWN, **options)
    assert made.steps == (SECRET, UPDATE)
    assert "set secret" in made.changes
    assert made.secret_before == before
    assert made.lines()[0][-1] == "secret: " + before
    assert made.lines()[1][-1] == "secret: as given"
    assert made.warnings == ()


def test_a_robot_that_wakes_keeps_its_secret_where_the_user_says_on_create() -> None:
    assert plan(robot(disable=True), secret=OWN, enabled=True, update_secret="on_create").steps == (UPDATE,)


# --- how an expiry reads


@pytest.mark.parametrize(
    ("members", "options", "word"),
    [
        ({"duration": 30}, {"duration": "90"}, "extend to 2027-02-08"),
        ({"duration": 300}, {"duration": "90"}, "shorten to 2027-02-08"),
        ({"duration": -1}, {"duration": "90"}, "expire on 2027-02-08"),
        ({"duration": 30}, {"duration": "never"}, "never expire"),
        ({"duration": 30}, {"valid_for": 90, "renew_within": 60}, "extend to 2027-02-18"),
        ({"duration": 300}, {"expires_at": "2027-01-01"}, "shorten to 2027-01-01"),
        ({"duration": 0, "expires_at": 0}, {"duration": "90"}, "expire on 2027-02-08"),
    ],
)
def test_the_word_of_a_new_expiry(members: dict[str, t.Any], options: dict[str, t.Any], word: str) -> None:
    assert plan(robot(**members), **options).changes == (word,)


def test_valid_for_leaves_what_lives_longer() -> None:
    assert untouched(plan(robot(duration=-1), valid_for=90))
    assert untouched(plan(robot(duration=4000), valid_for=90))


def test_the_default_of_renew_within_is_a_third() -> None:
    almost = int(NOW) + 30 * DAY
    assert untouched(plan(robot(age=60, expires_at=almost), valid_for=90))
    assert plan(robot(age=60, expires_at=almost - 1), valid_for=90).changes == ("extend to 2027-02-18",)


def test_no_plan_kills_a_working_robot_by_arithmetic() -> None:
    old = robot(age=200, duration=-1)
    made = plan(old, duration="90", description="new")
    assert (made.steps, made.changes, dict(made.put), made.after) == ((), (), {}, old)
    assert made.faults == (
        "duration 90 counts from its creation on 2026-05-04, so it would end a working robot on 2026-08-02T12:00:00Z; "
        "for days from now use valid_for: 90, or set allow_expire to end it",
    )


def test_allow_expire_kills_it() -> None:
    made = plan(robot(age=200, duration=-1), duration="90", allow_expire=True)
    assert (made.steps, made.changes) == ((UPDATE,), ("expire on 2026-08-02",))
    # It is what was asked for, so the next run has nothing to do and only says how it is.
    again = plan(executed(made), duration="90", allow_expire=True)
    assert untouched(again)


def test_every_fault_of_a_robot_is_told_at_once() -> None:
    held = robot(age=200, duration=-1, permissions=[entry("shop", "*:*")])
    assert len(plan(held, duration="90").faults) == 1
    made = plan(held, duration="90", description="new")
    assert [fault.split()[0] for fault in made.faults] == ["duration", "holds"]
