# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Robots that are made: what POST ignores, answers that are lost, and others who were first."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, robot_of
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import CREATE, SECRET, UPDATE
from tests.unit.applying import GIVEN, MADE_HERE, OWN, carried_out, created, planned
from tests.unit.robots import NOW, entry, raw
from tests.unit.wire import Wire, cut, gateway, ok, refused

POST, LIST, PATCH, PUT, READ = "POST /robots", "GET /robots", "PATCH /robots/7", "PUT /robots/7", "GET /robots/7"
PULL: dict[str, t.Any] = {"access": ["pull"], "duration": "90"}
EXISTS = refused(409, "CONFLICT", "robot account 2:shop+ci already exists")
MANAGER = Caller("robot", "robot$mgr")


def fresh(**members: t.Any) -> dict[str, t.Any]:
    """The robot as our own POST made it a moment ago."""
    return raw(**dict({"age": 0, "duration": 90}, **members))


def listed(*found: dict[str, t.Any]) -> t.Any:
    return ok(list(found), X_Total_Count=str(len(found)))


# --- the plain way


def test_create(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert wire.sent[0].json == {
        "name": "ci",
        "level": "project",
        "description": "",
        "duration": 90,
        "permissions": [
            {"kind": "project", "namespace": "shop", "access": [{"resource": "repository", "action": "pull", "effect": "allow"}]}
        ],
    }
    assert (result.error, result.changes, result.done) == (None, ["create"], [CREATE])
    assert (result.secret, result.secret_set, result.recovered) == (GIVEN, True, False)
    robot = result.robot
    assert robot is not None
    assert (robot.id, robot.full_name, robot.expires_at, robot.created) == (7, "robot$shop+ci", int(NOW) + 5, NOW)


def test_a_secret_of_ones_own_replaces_the_one_that_harbor_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()), (PATCH, ok({})))
    result = carried_out(wire, monkeypatch, planned(secret=OWN, **PULL))
    assert "secret" not in wire.sent[0].json
    assert wire.sent[1].json == {"secret": OWN}
    assert (result.secret, result.secret_set, result.changes) == (None, True, ["create", "set secret"])


def test_disabled_on_create_comes_right_after_the_post_whose_answer_is_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(enabled=False, **PULL))
    assert "disable" not in wire.sent[0].json
    body = wire.sent[1].json
    assert (body["name"], body["disable"], body["duration"], body["level"]) == ("robot$shop+ci", True, 90, "project")
    assert (result.done, result.changes, result.secret) == ([CREATE, UPDATE], ["create", "disable"], GIVEN)
    assert result.robot is not None and not result.robot.enabled


def test_after_a_secret_was_set_the_disabling_reads_first(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()), (PATCH, ok({})), (READ, ok(fresh(description="theirs"))), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(secret=OWN, enabled=False, **PULL))
    body = wire.sent[-1].json
    assert (body["description"], body["disable"]) == ("theirs", True)
    assert (result.done, result.changes) == ([CREATE, SECRET, UPDATE], ["create", "set secret", "disable"])
    assert result.robot is not None and not result.robot.enabled


def test_the_prefix_is_taken_from_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    result = carried_out(Wire((POST, created("bot-shop+ci"))), monkeypatch, planned(**PULL))
    assert result.robot is not None and result.robot.full_name == "bot-shop+ci"


# --- later steps that fail


def test_the_secret_that_harbor_gave_is_in_the_result_when_a_later_step_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()), (PUT, refused(403, "FORBIDDEN", "forbidden")))
    result = carried_out(wire, monkeypatch, planned(enabled=False, **PULL))
    assert (result.secret, result.changed, result.changes) == (GIVEN, True, ["create"])
    told = result.message()
    assert told.startswith(
        "Could not disable robot shop+ci. Harbor answered PUT /api/v2.0/robots/7 with 403 FORBIDDEN: forbidden (request id "
    )
    assert "Done: create. Not done: update." in told
    assert "The secret that this run was given for it is in the result (secret): keep it, for Harbor shows it only once." in told
    assert GIVEN not in told


def test_it_is_there_as_well_when_ones_own_secret_could_not_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()), (PATCH, refused(403, "FORBIDDEN", "forbidden")))
    result = carried_out(wire, monkeypatch, planned(secret=OWN, **PULL))
    assert (result.secret, result.changes) == (GIVEN, ["create"])
    assert "Could not set the secret of robot shop+ci." in result.message()
    assert OWN not in result.message()


def test_an_end_that_is_asked_for_after_the_post_keeps_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()))
    result = carried_out(wire, monkeypatch, planned(secret=OWN, **PULL), stopping=lambda: bool(wire.sent))
    assert (result.secret, result.changes) == (GIVEN, ["create"])
    assert "the run was asked to end" in result.message()


@pytest.mark.parametrize("failure", [refused(500, "UNKNOWN"), gateway(502), cut()])
def test_the_disabling_is_sent_again_after_a_reading(failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()), (PUT, failure), (READ, ok(fresh(description="theirs"))), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(enabled=False, **PULL))
    assert (result.error, result.secret) == (None, GIVEN)
    assert wire.sent[-1].json["description"] == "theirs"


def test_a_disabling_whose_answer_was_lost_is_recognised_as_done(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()), (PUT, cut()), (READ, ok(fresh(disable=True))))
    result = carried_out(wire, monkeypatch, planned(enabled=False, **PULL))
    assert (result.error, result.changes) == (None, ["create", "disable"])


def test_a_new_robot_that_was_removed_before_it_could_be_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, created()), (PUT, cut()), (READ, refused(404, "NOT_FOUND")))
    result = carried_out(wire, monkeypatch, planned(enabled=False, **PULL))
    assert "it was removed by somebody else" in result.message()


# --- somebody else was first


def test_a_409_means_that_somebody_else_was_first_and_nothing_is_stolen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret is set: the first client has just been given one."""
    wire = Wire((POST, EXISTS), (LIST, listed(fresh())))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert (result.error, result.changed, result.changes, result.secret, result.secret_set) == (None, False, [], None, False)
    assert result.warnings == ["robot shop+ci was made by somebody else while this run was under way; it was brought to what is declared"]
    assert result.robot is not None and result.robot.id == 7


def test_it_is_brought_to_what_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = fresh(permissions=[entry("shop", "tag:list")])
    wire = Wire((POST, EXISTS), (LIST, listed(theirs)), (READ, ok(theirs)), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert result.changes == ["add repository:pull on shop", "remove tag:list on shop"]


def test_a_secret_of_ones_own_is_checked_there_before_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = "GET /users/current/permissions"
    wire = Wire((POST, EXISTS), (LIST, listed(fresh())), (probe, ok([])))
    assert not carried_out(wire, monkeypatch, planned(secret=OWN, **PULL)).changed
    wire = Wire((POST, EXISTS), (LIST, listed(fresh())), (probe, refused(401, seconds=1.5)), (READ, ok(fresh())), (PATCH, ok({})))
    assert carried_out(wire, monkeypatch, planned(secret=OWN, **PULL)).changes == ["set secret"]


@pytest.mark.parametrize(("wanted", "options"), [({"update_secret": "on_create"}, {}), ({}, {"verify": False})])
def test_a_secret_that_is_not_to_be_checked_is_left_to_whoever_was_first(
    wanted: t.Any, options: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = fresh(permissions=[entry("shop", "tag:list")])
    wire = Wire((POST, EXISTS), (LIST, listed(theirs)), (READ, ok(theirs)), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(secret=OWN, **wanted, **PULL), **options)
    assert result.changes == ["add repository:pull on shop", "remove tag:list on shop"]
    assert result.warnings == [
        "robot shop+ci was made by somebody else while this run was under way; it was brought to what is declared, "
        "but its secret was neither checked nor set"
    ]


def test_a_robot_that_somebody_made_and_disabled_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, EXISTS), (LIST, listed(fresh(disable=True))))
    result = carried_out(wire, monkeypatch, planned(secret=OWN, **PULL))
    assert (result.error, result.changed) == (None, False)
    assert result.warnings[0] == "robot shop+ci was made by somebody else while this run was under way"


def test_a_robot_that_somebody_made_and_that_could_not_be_changed_was_not_brought_to_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = fresh(permissions=[entry("shop", "tag:list")])
    wire = Wire((POST, EXISTS), (LIST, listed(theirs)), (READ, ok(theirs)), (PUT, refused(403, "FORBIDDEN", "forbidden")))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert result.error is not None
    assert result.warnings == ["robot shop+ci was made by somebody else while this run was under way"]


def test_a_robot_that_came_and_went_is_made_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, EXISTS), (LIST, listed()), (POST, created()))
    assert carried_out(wire, monkeypatch, planned(**PULL)).secret == GIVEN


def test_a_409_for_a_robot_that_cannot_be_found_ends_some_time(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(*[(POST, EXISTS), (LIST, listed())] * 3)
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert result.error is not None and result.error.status == 409


# --- lost answers


LOST = [cut(), gateway(502), gateway(503), gateway(504)]


@pytest.mark.parametrize("failure", LOST)
def test_a_lost_answer_is_looked_up_and_our_robot_gets_a_new_secret(failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, failure), (LIST, listed(fresh())), (PATCH, ok({})))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert (result.error, result.recovered, result.secret, result.secret_set) == (None, True, MADE_HERE, True)
    assert result.changes == ["create (recovered: the answer was lost)"]
    assert wire.sent[-1].json == {"secret": MADE_HERE}
    assert wire.lines.count(POST) == 1


def test_a_secret_of_ones_own_is_the_new_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, cut()), (LIST, listed(fresh())), (PATCH, ok({})), (READ, ok(fresh())), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(secret=OWN, enabled=False, **PULL))
    assert (result.recovered, result.secret) == (True, None)
    assert result.changes == ["create (recovered: the answer was lost)", "set secret", "disable"]


def test_a_recovered_robot_is_read_again_before_it_is_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, cut()), (LIST, listed(fresh())), (PATCH, ok({})), (READ, ok(fresh(description="theirs"))), (PUT, ok()))
    result = carried_out(wire, monkeypatch, planned(enabled=False, **PULL))
    assert wire.sent[-1].json["description"] == "theirs"
    assert (result.secret, result.changes) == (MADE_HERE, ["create (recovered: the answer was lost)", "disable"])


def test_what_is_not_there_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, cut()), (LIST, listed()), (POST, created()))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert (result.error, result.secret, result.recovered) == (None, GIVEN, False)
    assert len(wire.slept) == 1


def test_a_409_after_a_lost_attempt_is_our_own_robot(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first attempt was still at work when it was looked for."""
    wire = Wire((POST, cut()), (LIST, listed()), (POST, EXISTS), (LIST, listed(fresh())), (PATCH, ok({})))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert (result.recovered, result.secret) == (True, MADE_HERE)


@pytest.mark.parametrize(
    "theirs",
    [
        fresh(creator_ref=3),
        fresh(creator_type="robot"),
        fresh(creation_time="2026-11-20T11:59:30.000Z"),
        fresh(description="theirs"),
        fresh(duration=30),
        fresh(permissions=[entry("shop", "repository:pull", "repository:push")]),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_robot_that_may_be_somebody_elses_is_never_stolen(theirs: dict[str, t.Any], late: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [(POST, cut()), (LIST, listed()), (POST, EXISTS)] if late else [(POST, cut())]
    wire = Wire(*before, (LIST, listed(theirs)))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert not {"PATCH", "PUT", "DELETE"} & {one.method for one in wire.sent}
    assert (result.changed, result.secret, result.secret_set) == (False, None, False)
    told = result.message()
    assert "its answer was lost, and the robot that is there now may be somebody else's; it was not touched" in told
    assert "Look at robot id 7; if it is yours, run again." in told


def test_before_2_12_the_creator_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, cut()), (LIST, listed(fresh(creator_type="", creator_ref=0))), (PATCH, ok({})))
    assert carried_out(wire, monkeypatch, planned(**PULL)).recovered


def test_harbors_seconds_may_differ_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, cut()), (LIST, listed(fresh(creation_time="2026-11-20T11:59:59.000Z"))), (PATCH, ok({})))
    assert carried_out(wire, monkeypatch, planned(**PULL)).recovered


def test_a_lost_answer_that_cannot_be_looked_up_says_that_a_secret_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, cut()), *[(LIST, gateway(502))] * 3)
    result = carried_out(wire, monkeypatch, planned(**PULL))
    told = result.message()
    assert told.startswith("Could not create robot shop+ci. POST /api/v2.0/robots got no answer: the connection was cut")
    assert "If this run made it, its secret is not known to anybody: harbor_robot_secret with state=refreshed gives it a new one." in told


def test_a_recovery_that_fails_says_so_and_shows_the_secret_that_may_work(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, cut()), (LIST, listed(fresh())), *[(PATCH, cut())] * 3)
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert (result.secret, result.changes) == (MADE_HERE, ["create"])
    assert (
        "Whether it took the secret that is in the result (secret) is not known: if that does not log in, harbor_robot_secret"
        in result.message()
    )
    wire = Wire((POST, cut()), (LIST, listed(fresh())), (PATCH, refused(403, "FORBIDDEN")))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert result.secret is None
    assert "Its secret is not known to anybody: harbor_robot_secret with state=refreshed gives it a new one." in result.message()


def test_what_harbor_rolled_back_is_simply_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadlock of the database, for one."""
    wire = Wire((POST, refused(500, "UNKNOWN", "internal server error")), (POST, created()))
    assert carried_out(wire, monkeypatch, planned(**PULL)).secret == GIVEN


def test_a_refused_create_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, refused(400, "BAD_REQUEST", "bad request permission: a:b")))
    result = carried_out(wire, monkeypatch, planned(**PULL))
    assert (result.changed, result.robot, result.changes) == (False, None, [])
    assert result.message().endswith("Done: nothing. Not done: create.")


# --- robots that make robots


def test_the_text_of_the_makers_effects_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    own = robot_of(raw("robot$mgr", id=3, permissions=[entry("shop", "repository:pull", "robot:create")]))
    wire = Wire((POST, created()))
    carried_out(wire, monkeypatch, planned(**PULL), caller=MANAGER, own=own)
    assert wire.sent[0].json["permissions"][0]["access"] == [{"resource": "repository", "action": "pull", "effect": ""}]


def test_a_maker_that_cannot_read_itself_tries_both_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = refused(
        403,
        "DENIED",
        "permission scope is invalid. It must be equal to or more restrictive than the creator robot's permissions: robot$mgr",
    )
    wire = Wire((POST, scope), (POST, created()))
    assert carried_out(wire, monkeypatch, planned(**PULL), caller=MANAGER).secret == GIVEN
    assert [one.json["permissions"][0]["access"][0]["effect"] for one in wire.sent] == ["allow", ""]
    wire = Wire((POST, scope), (POST, scope))
    assert carried_out(wire, monkeypatch, planned(**PULL), caller=MANAGER).error is not None


def test_a_user_does_not_try_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, refused(403, "DENIED", "permission scope is invalid. …")))
    assert carried_out(wire, monkeypatch, planned(**PULL)).error is not None


def test_a_robot_recognises_its_own_child(monkeypatch: pytest.MonkeyPatch) -> None:
    own = robot_of(raw("robot$mgr", id=3, permissions=[entry("shop", "repository:pull", "robot:create")]))
    for child, ours in (
        (fresh(creator_type="robot", creator_ref=3), True),
        (fresh(creator_type="robot", creator_ref=4), False),
        (fresh(), False),
    ):
        wire = Wire((POST, cut()), (LIST, listed(child)), *([(PATCH, ok({}))] if ours else []))
        assert carried_out(wire, monkeypatch, planned(**PULL), caller=MANAGER, own=own).recovered is ours
