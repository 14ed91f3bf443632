# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Robots that exist: secrets, updates and removals, with others at work at the same time."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import plan as _plan
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import DELETE, SECRET, UPDATE
from tests.unit.applying import MADE_HERE, OWN, applier, carried_out, planned
from tests.unit.robots import NOW, context, entry, plan, raw, robot_of, stamp, wish
from tests.unit.wire import Wire, cut, gateway, ok, refused

READ, PUT, PATCH = "GET /robots/7", "PUT /robots/7", "PATCH /robots/7"
PROBE = "GET /users/current/permissions"
WORKS, FAILS = ok([]), refused(401, "UNAUTHORIZED", seconds=1.5)


def put_of(wire: Wire) -> dict[str, t.Any]:
    (sent,) = (one for one in wire.sent if one.method == "PUT")
    return t.cast("dict[str, t.Any]", sent.json)


# --- updates


def test_an_update_is_read_merged_and_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    held = raw(description="old")
    wire = Wire((READ, ok(held)), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(held, description="new"))
    assert (result.error, result.changed, result.changes, result.warnings) == (None, True, ["set description"], [])
    assert result.done == [UPDATE]
    assert put_of(wire) == {
        "name": "robot$shop+ci",
        "level": "project",
        "description": "new",
        "disable": False,
        "duration": 90,
        "permissions": [
            {"kind": "project", "namespace": "shop", "access": [{"resource": "repository", "action": "pull", "effect": "allow"}]}
        ],
    }
    assert result.robot is not None and result.robot.description == "new"


def test_what_somebody_else_changed_meanwhile_is_kept_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """A robot that was disabled after an incident must not wake because an older reading was sent back."""
    wire = Wire((READ, ok(raw(description="theirs", permissions=[entry("shop", "tag:list")]))), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(raw(description="old"), duration="365"))
    assert (put_of(wire)["description"], put_of(wire)["duration"]) == ("theirs", 365)
    assert [pair["resource"] for pair in put_of(wire)["permissions"][0]["access"]] == ["tag"]
    assert result.warnings == [
        "robot shop+ci: its description changed while this run was under way; the newest was kept",
        "robot shop+ci: its permissions changed while this run was under way; the newest was kept",
    ]
    assert result.changes == ["extend to 2027-11-10"]


def test_a_robot_that_was_disabled_meanwhile_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw(disable=True))))
    result = carried_out(wire, monkeypatch, planned(raw(), description="new"))
    assert (result.error, result.changed, result.changes) == (None, False, [])
    assert result.robot is not None and not result.robot.enabled
    assert result.warnings == [
        "robot shop+ci: its enabled changed while this run was under way; the newest was kept",
        "is disabled, so it was left alone (waiting: set description); enabled: true in its own declaration wakes it",
    ]


def test_a_member_that_we_change_and_that_moved_is_planned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = raw(permissions=[entry("shop", "repository:pull", "tag:list")])
    wire = Wire((READ, ok(theirs)), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(raw(), access=["push"]))
    assert result.changes == ["add repository:push on shop", "remove tag:list on shop"]
    assert result.warnings == []


def test_what_somebody_else_did_already_is_not_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw(description="new"))))
    result = carried_out(wire, monkeypatch, planned(raw(), description="new"))
    assert (result.error, result.changed, result.changes) == (None, False, [])


def test_an_update_that_had_to_wait_for_harbors_lock_is_prepared_again(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = refused(401, "UNAUTHORIZED", "unauthorized", seconds=0.01)
    disabled = raw(disable=True)
    wire = Wire((READ, ok(raw())), ("PUT /robots/7", locked), (READ, ok(disabled)))
    result = carried_out(wire, monkeypatch, planned(raw(), description="new"), retries=0)
    assert (result.changed, result.plan.left_alone, len(wire.slept)) == (False, True, 1)


def test_a_plan_that_became_wrong_meanwhile_is_not_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw(permissions=[entry("shop", "*:*")]))))
    result = carried_out(wire, monkeypatch, planned(raw(), description="new"))
    assert result.message().startswith(
        "Could not update robot shop+ci. robot shop+ci: holds permissions that this Harbor no longer accepts (*:* on shop), and an update "
        "has to send them all: give access. Somebody else changed it while this run was under way. Done: nothing. Not done: "
    )


def test_a_robot_that_was_removed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, refused(404, "NOT_FOUND", "robot 7 not found")))
    result = carried_out(wire, monkeypatch, planned(raw(), description="new"))
    assert result.message() == (
        "Could not update robot shop+ci. it was removed by somebody else while this run was under way. Run again to make it anew. "
        "Done: nothing. Not done: update."
    )


@pytest.mark.parametrize("failure", [refused(500, "UNKNOWN", "internal server error"), gateway(502), gateway(503), cut()])
def test_a_put_is_sent_again_only_after_another_reading(failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held = raw(description="old")
    wire = Wire((READ, ok(held)), (PUT, failure), (READ, ok(held)), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(held, description="new"))
    assert (result.error, result.changes) == (None, ["set description"])
    assert len(wire.slept) == 1


def test_another_client_between_two_attempts_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    held, disabled = raw(description="old"), raw(description="old", disable=True)
    wire = Wire((READ, ok(held)), (PUT, gateway(502)), (READ, ok(disabled)))
    result = carried_out(wire, monkeypatch, planned(held, description="new"))
    assert (result.error, result.changed) == (None, False)
    assert "is disabled, so it was left alone (waiting: set description)" in result.warnings[-1]


@pytest.mark.parametrize("failure", [gateway(502), gateway(504), cut()])
def test_a_put_whose_answer_was_lost_is_recognised_as_done(failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held = raw(description="old", duration=30)
    after = raw(description="new", duration=365)
    wire = Wire((READ, ok(held)), (PUT, failure), (READ, ok(after)))
    result = carried_out(wire, monkeypatch, planned(held, description="new", duration="365"))
    assert (result.error, result.changed, result.warnings) == (None, True, [])
    assert result.changes == ["set description", "extend to 2027-11-10"]
    assert result.robot is not None and result.robot.description == "new"


def test_a_put_that_fails_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    held = raw()
    wire = Wire(*[(READ, ok(held)), (PUT, gateway(502))] * 3)
    result = carried_out(wire, monkeypatch, planned(held, description="new"))
    assert result.error is not None
    told = result.message()
    assert told.startswith("Could not update robot shop+ci. Harbor answered PUT /api/v2.0/robots/7 with 502 a gateway's error (request id ")
    assert told.endswith(
        "Done: nothing. Not done: update. Whether the last request did its work is not known; the next run finds out. "
        "Run it again: a run goes on where the last one stopped."
    )


def test_a_refused_put_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw())), (PUT, refused(403, "FORBIDDEN", "forbidden")))
    result = carried_out(wire, monkeypatch, planned(raw(), description="new"))
    assert result.message().endswith(
        "Done: nothing. Not done: update. Run it as a system administrator, or as an administrator of the project."
    )
    assert not result.changed


def test_read_only_mode_that_began_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    told = "The system is in read only mode. Any modification is prohibited."
    wire = Wire((READ, ok(raw())), (PUT, refused(403, "DENIED", told)))
    result = carried_out(wire, monkeypatch, planned(raw(), description="new"))
    assert result.message().endswith("Not done: update. A system administrator can end the read-only mode.")


# --- secrets


def test_a_secret_is_set_after_a_reading_and_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw())), (PATCH, ok({})))
    result = carried_out(wire, monkeypatch, planned(raw(), works=False, secret=OWN))
    assert wire.sent[-1].json == {"secret": OWN}
    assert (result.error, result.secret, result.secret_set, result.changes) == (None, None, True, ["set secret"])


def test_the_secret_comes_before_the_update_each_after_its_own_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    held = raw(disable=True)
    patched = dict(held, update_time=stamp(NOW))
    wire = Wire((READ, ok(held)), (PATCH, ok({})), (READ, ok(patched)), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(held, secret=OWN, enabled=True))
    assert result.error is None
    assert (result.done, put_of(wire)["disable"]) == ([SECRET, UPDATE], False)
    assert result.robot is not None and result.robot.enabled


@pytest.mark.parametrize(
    ("theirs", "changes"),
    [
        ({"description": "theirs"}, ["set description", "set secret"]),
        ({"description": "new"}, ["set secret"]),
        ({"disable": True}, ["set secret"]),
    ],
)
def test_a_secret_that_was_set_is_told_although_the_rest_was_planned_again(
    theirs: dict[str, t.Any], changes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [] if changes == ["set secret"] else [(PUT, ok())]
    wire = Wire((READ, ok(raw(description="old"))), (PATCH, ok({})), (READ, ok(raw(**{"description": "old", **theirs}))), *later)
    result = carried_out(wire, monkeypatch, planned(raw(description="old"), works=False, secret=OWN, description="new"))
    assert (result.error, result.changes) == (None, changes)
    before, after = result.lines()
    assert (before[-1], after[-1]) == ("secret: does not log in", "secret: as given")


@pytest.mark.parametrize("failure", [cut(), gateway(502), refused(500, "UNKNOWN")])
def test_setting_a_secret_is_repeated(failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw())), (PATCH, failure), (PATCH, ok({})))
    result = carried_out(wire, monkeypatch, planned(raw(), works=False, secret=OWN))
    assert (result.error, result.secret_set) == (None, True)
    assert [one.json for one in wire.sent if one.method == "PATCH"] == [{"secret": OWN}] * 2


def test_a_secret_that_somebody_changed_meanwhile_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """It moved after our probe: perhaps after an incident, a moment ago."""
    wire = Wire((READ, ok(raw(update_time=stamp(NOW)))), (PROBE, FAILS))
    result = carried_out(wire, monkeypatch, planned(raw(), works=False, secret=OWN))
    assert result.message() == (
        "Could not set the secret of robot shop+ci. its secret was changed by somebody else while this run was under way, and was left so. "
        "Run again. Done: nothing. Not done: set secret."
    )
    assert not result.secret_set


def test_a_secret_that_works_meanwhile_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw(update_time=stamp(NOW)))), (PROBE, WORKS))
    result = carried_out(wire, monkeypatch, planned(raw(), works=False, secret=OWN))
    assert (result.error, result.changed, result.secret_set, result.changes) == (None, False, False, [])
    assert wire.sent[-1].credentials == "robot$shop+ci:" + OWN


def test_a_robot_that_was_changed_otherwise_meanwhile_still_gets_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = raw(description="theirs", update_time=stamp(NOW))
    wire = Wire((READ, ok(theirs)), (PROBE, FAILS), (PATCH, ok({})))
    result = carried_out(wire, monkeypatch, planned(raw(), works=False, secret=OWN))
    assert (result.error, result.secret_set) == (None, True)
    assert result.warnings == ["robot shop+ci: its description changed while this run was under way; the newest was kept"]


def test_a_robot_that_was_disabled_meanwhile_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw(disable=True, update_time=stamp(NOW)))))
    result = carried_out(wire, monkeypatch, planned(raw(), works=False, secret=OWN))
    assert (result.error, result.secret_set) == (None, False)
    assert "is disabled, so it was left alone (waiting: check the secret)" in result.warnings[-1]


def test_a_failure_after_the_secret_says_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw())), (PATCH, ok({})), (READ, ok(raw())), (PUT, refused(403, "FORBIDDEN", "forbidden")))
    result = carried_out(wire, monkeypatch, planned(raw(), works=False, secret=OWN, description="new"))
    assert (result.changed, result.changes, result.secret_set) == (True, ["set secret"], True)
    assert "Done: set secret. Not done: update." in result.message()
    assert OWN not in result.message()


@pytest.mark.parametrize(("wanted", "options"), [({"update_secret": "on_create"}, {}), ({}, {"verify": False})])
@pytest.mark.parametrize("on_drift", ["report", "restore"])
def test_a_secret_that_nobody_wants_checked_is_not_checked_when_somebody_else_writes(
    on_drift: str, wanted: t.Any, options: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused one would stop the update, and it costs 1.5 s to learn that."""
    desired = replace(wish(access=["push"], secret=OWN, **wanted), on_drift=on_drift)
    wire = Wire((READ, ok(raw(description="theirs"))), (PUT, ok()))
    result = carried_out(wire, monkeypatch, _plan.plan(desired, robot_of(raw()), context()), **options)
    assert (result.error, result.changes, result.secret_set) == (None, ["add repository:push on shop"], False)


# --- new secrets


def refresh() -> t.Any:
    return _plan.plan(replace(wish(), refresh=True, may_create=False), robot_of(raw()), context())


def test_a_new_secret_is_made_on_this_side_and_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw())), (PATCH, cut()), (PATCH, ok({})))
    result = carried_out(wire, monkeypatch, refresh())
    assert (result.error, result.secret, result.secret_set) == (None, MADE_HERE, True)
    assert [one.json for one in wire.sent if one.method == "PATCH"] == [{"secret": MADE_HERE}] * 2


def test_a_new_secret_that_may_work_is_in_the_result_of_the_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw())), *[(PATCH, cut())] * 3)
    result = carried_out(wire, monkeypatch, refresh())
    assert (result.secret, result.secret_set) == (MADE_HERE, False)
    assert "Whether it took the secret that is in the result (secret) is not known" in result.message()
    assert MADE_HERE not in result.message()


def test_a_new_secret_that_was_refused_is_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw())), (PATCH, refused(403, "FORBIDDEN")))
    assert carried_out(wire, monkeypatch, refresh()).secret is None


def test_a_refresh_goes_on_although_the_secret_was_changed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new one was asked for, whatever the old one was."""
    wire = Wire((READ, ok(raw(update_time=stamp(NOW)))), (PATCH, ok({})))
    assert carried_out(wire, monkeypatch, refresh()).secret == MADE_HERE


# --- removals


def test_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("DELETE /robots/7", ok()))
    result = carried_out(wire, monkeypatch, planned(raw(), state="absent"))
    assert (result.done, result.changes, result.robot, result.error) == ([DELETE], ["remove"], None, None)


def test_what_somebody_else_removed_is_no_change_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("DELETE /robots/7", refused(404, "NOT_FOUND")))
    result = carried_out(wire, monkeypatch, planned(raw(), state="absent"))
    assert (result.changed, result.changes, result.error) == (False, [], None)


def test_a_removal_whose_answer_was_lost_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("DELETE /robots/7", cut()), ("DELETE /robots/7", refused(404, "NOT_FOUND")))
    assert carried_out(wire, monkeypatch, planned(raw(), state="absent")).changes == ["remove"]


def test_a_removal_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("DELETE /robots/7", refused(403, "FORBIDDEN", "forbidden")))
    result = carried_out(wire, monkeypatch, planned(raw(), state="absent"))
    assert result.message().startswith(
        "Could not remove robot shop+ci. Harbor answered DELETE /api/v2.0/robots/7 with 403 FORBIDDEN: forbidden"
    )
    assert not result.changed


# --- several robots, and an end that is asked for


def test_a_failing_robot_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = raw(), raw("robot$shop+cd", id=8)
    wire = Wire(
        always={
            READ: [ok(first)],
            PUT: [refused(403, "FORBIDDEN")],
            "GET /robots/8": [ok(second)],
            "PUT /robots/8": [ok()],
        }
    )
    plans = [planned(first, description="new"), planned(second, name="cd", project="shop", description="new")]
    for workers in (1, 4):
        results = applier(wire, monkeypatch, version=(2, 12, 4)).all(plans, workers)
        assert [result.error is None for result in results] == [False, True]
        assert results[1].plan.label == "robot shop+cd"


def test_a_run_that_is_asked_to_end_begins_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    result = carried_out(Wire(), monkeypatch, planned(raw(), description="new"), stopping=lambda: True)
    assert result.message() == (
        "robot shop+ci: the run was asked to end. Run it again: a run goes on where the last one stopped. Done: nothing. Not done: update."
    )


def test_a_run_that_is_asked_to_end_between_two_requests_says_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((READ, ok(raw())), (PATCH, ok({})))
    intended = planned(raw(), works=False, secret=OWN, description="new")
    result = carried_out(wire, monkeypatch, intended, stopping=lambda: "PATCH /robots/7" in wire.lines)
    assert (result.changed, result.changes) == (True, ["set secret"])
    assert "Done: set secret. Not done: update." in result.message()


def test_a_plan_without_steps_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    result = applier(wire, monkeypatch).foretell(plan(robot_of(raw())))
    assert (result.changed, result.changes, result.error, wire.sent) == (False, [], None, [])


def test_requests_are_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two for each step, so that a log-in is made where it pays."""
    wire = Wire((READ, ok(raw())), (PUT, ok()))
    made = applier(wire, monkeypatch)
    told: list[int] = []
    monkeypatch.setattr(made.api, "expect", told.append)
    made.all([planned(raw(), description="new")], 1)
    assert told == [2]
