# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Robots that exist: what is mentioned is brought about, everything else stays."""

from __future__ import annotations

import random
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import NONE
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import (
    DELETE,
    UPDATE,
    lines_of,
    moved,
    refused_pairs,
    update_body,
)
from tests.unit.robots import NEW, NOW, OLD, context, entry, executed, plan, robot, untouched, wish

# --- what is not mentioned is not touched


@pytest.mark.parametrize(
    "held",
    [
        robot(),
        robot(description="made by hand", duration=-1),
        robot(permissions=[entry("shop", "repository:push", effect="deny")]),
        robot("robot$mirror", duration=365, permissions=[entry("*", "repository:pull"), entry("/", "registry:list")]),
        robot("robot$mirror", permissions=[], description="its projects are gone"),
    ],
)
def test_a_robot_of_which_nothing_is_mentioned_stays_as_it_is(held: t.Any) -> None:
    options = {"name": held.short, "project": held.project}
    assert untouched(plan(held, **options))
    assert plan(held, **options).after == held


@pytest.mark.parametrize(
    ("option", "member", "word"),
    [
        ({"description": "new"}, "description", "set description"),
        ({"enabled": False}, "disable", "disable"),
        ({"duration": "never"}, "duration", "never expire"),
        ({"access": ["push"]}, "permissions", "add repository:push on shop"),
    ],
)
def test_one_option_changes_one_member(option: dict[str, t.Any], member: str, word: str) -> None:
    held = robot(description="old")
    made = plan(held, **option)
    assert (made.steps, made.changes, made.faults, made.warnings) == ((UPDATE,), (word,), (), ())
    assert set(made.put) == {member}
    assert made.changed


@pytest.mark.parametrize(
    "options",
    [{"description": "old"}, {"enabled": True}, {"duration": "90"}, {"valid_for": 60, "renew_within": 10}, {"access": ["pull"]}],
)
def test_what_is_so_already_is_no_change(options: dict[str, t.Any]) -> None:
    assert untouched(plan(robot(description="old"), **options))


def test_an_empty_description_removes_it() -> None:
    made = plan(robot(description="old"), description="")
    assert made.put == {"description": ""}
    assert made.lines()[0][0] == "description: old"
    assert made.lines()[1][0] == "enabled: true"


def test_everything_at_once_is_one_update() -> None:
    made = plan(robot(), description="new", enabled=False, duration="365", access=["push", "tag:list"])
    assert made.steps == (UPDATE,)
    assert made.changes == (
        "set description",
        "disable",
        "extend to 2027-11-10",
        "add repository:push on shop",
        "add tag:list on shop",
    )


def test_the_second_run_changes_nothing() -> None:
    for options in (
        {"description": "new", "access": ["push"], "duration": "365"},
        {"valid_for": 200, "renew_within": 100},
        {"expires_at": "2027-11-30T06:30:00Z", "access": ["ci", "artifact:*"]},
        {"duration": "never", "access": ["*"]},
        {"enabled": False},
    ):
        first = plan(robot(), **options)
        assert first.steps == (UPDATE,)
        second = plan(executed(first), **options)
        assert untouched(second), options
        assert second.warnings == ()


# --- permissions are sets, and exact


def test_a_list_of_permissions_is_exact() -> None:
    held = robot(permissions=[entry("shop", "repository:pull", "repository:push", "artifact:delete")])
    made = plan(held, access=["pull", "tag:list"])
    assert made.changes == ("add tag:list on shop", "remove artifact:delete on shop", "remove repository:push on shop")
    assert made.put["permissions"] == wish(access=["pull", "tag:list"]).permissions


def test_order_duplicates_and_empty_effects_are_no_difference() -> None:
    dice = random.Random(3)
    entries = [entry("shop", "repository:pull", "repository:push"), entry("web", "repository:pull"), entry("/", "registry:list")]
    for _number in range(10):
        dice.shuffle(entries)
        shuffled = [dict(one, access=dice.sample(one["access"], len(one["access"]))) for one in entries + entries[:1]]
        shuffled[0] = dict(shuffled[0], access=[dict(pair, effect="allow") for pair in shuffled[0]["access"]])
        made = plan(
            robot("robot$mirror", permissions=shuffled),
            name="mirror",
            permissions=[
                {"projects": ["shop"], "access": ["push", "pull"]},
                {"system": True, "access": ["registry:list"]},
                {"project": "web", "access": ["pull"]},
            ],
        )
        assert untouched(made)


def test_a_denial_is_another_permission() -> None:
    held = robot("robot$mirror", permissions=[entry("shop", "repository:pull")])
    made = plan(held, name="mirror", permissions=[{"project": "shop", "access": ["pull"], "effect": "deny"}])
    assert made.changes == ("add deny repository:pull on shop", "remove repository:pull on shop")


def test_every_update_sends_one_canonical_order() -> None:
    one = robot(
        "robot$mirror", permissions=[entry("web", "tag:list", "repository:pull"), entry("/", "registry:list"), entry("shop", "scan:read")]
    )
    body = update_body(one, {})
    assert [(given["kind"], given["namespace"]) for given in body["permissions"]] == [
        ("project", "shop"),
        ("project", "web"),
        ("system", "/"),
    ]
    assert [pair["resource"] for pair in body["permissions"][1]["access"]] == ["repository", "tag"]


def test_pairs_that_a_wildcard_brings_because_the_catalogue_grew_are_named_so() -> None:
    before = Catalogue.bundled("2.11.2")
    held = replace(robot(), permissions=wish(None, before, access=["*:list", "pull"]).permissions or NONE)
    assert untouched(plan(held, context(catalogue=before), access=["*:list", "pull"]))
    newer = {
        "system": None,
        "project": [{"resource": r, "action": a} for r, a in before.project] + [{"resource": "attestation", "action": "list"}],
    }
    grown = context(catalogue=Catalogue.from_server(newer, "2.30.0"))
    made = plan(held, grown, access=["*:list", "pull"])
    assert made.changes == ("add attestation:list on shop (the catalogue grew: *:list)",)
    # Written out, it is the user's own wish.
    assert plan(held, grown, access=["*:list", "pull", "attestation:list"]).changes == ("add attestation:list on shop",)


def test_presets_do_not_grow() -> None:
    before = Catalogue.bundled("2.9.5")
    held = replace(robot(), permissions=wish(None, before, access=["pull"]).permissions or NONE)
    assert untouched(plan(held, access=["pull"]))


# --- pairs that the server no longer accepts


def stale() -> t.Any:
    """A robot from before 2.10 on a newer server."""
    return robot(permissions=[entry("shop", "repository:pull", "repository:*")])


def test_refused_pairs_are_shown() -> None:
    assert refused_pairs(stale(), NEW) == ["repository:* on shop"]
    assert refused_pairs(stale(), OLD) == []
    assert refused_pairs(robot(), NEW) == []


def test_refused_pairs_stand_in_the_way_of_an_update() -> None:
    for options in ({"description": "new"}, {"duration": "365"}, {"valid_for": 300, "renew_within": 200}):
        made = plan(stale(), **options)
        assert made.faults == (
            "holds permissions that this Harbor no longer accepts (repository:* on shop), and an update has to send them all: give access",
        )
        assert (made.steps, dict(made.put)) == ((), {})
    system = robot("robot$mirror", permissions=[entry("*", "*:*"), entry("/", "registry:list")])
    assert (
        plan(system, name="mirror", description="new")
        .faults[0]
        .endswith("(*:* on all projects), and an update has to send them all: give permissions")
    )


def test_refused_pairs_without_an_update_are_left_in_peace() -> None:
    assert untouched(plan(stale(), duration="90", enabled=True))


def test_new_permissions_replace_refused_pairs() -> None:
    made = plan(stale(), access=["pull"], description="new")
    assert made.faults == ()
    assert made.changes == ("set description", "remove repository:* on shop")


def test_disabling_drops_refused_pairs_and_says_so() -> None:
    made = plan(stale(), enabled=False)
    assert made.faults == ()
    assert made.changes == ("disable", "remove repository:* on shop (no longer accepted by this Harbor)")
    assert made.put == {"disable": True, "permissions": wish(access=["pull"]).permissions}
    assert untouched(plan(executed(made), enabled=False))


def test_a_robot_of_refused_pairs_alone_cannot_even_be_disabled() -> None:
    made = plan(robot(permissions=[entry("shop", "*:*")]), enabled=False)
    assert made.faults == (
        "holds permissions that this Harbor no longer accepts (*:* on shop), and an update has to send them all: give access",
    )


def test_old_servers_take_anything_back() -> None:
    assert plan(stale(), context(catalogue=OLD), description="new").steps == (UPDATE,)


def test_a_robot_whose_projects_are_gone_needs_permissions_for_any_update() -> None:
    gone = robot("robot$mirror", permissions=[])
    assert plan(gone, name="mirror", enabled=False).faults == (
        "has no permissions any more (its projects are gone), and Harbor refuses to update such a robot: give permissions",
    )
    made = plan(gone, name="mirror", description="new", permissions=[{"project": "web", "access": ["pull"]}])
    assert (made.steps, made.faults) == ((UPDATE,), ())


# --- legacy robots


LEGACY = robot("robot$old", editable=False, level="project", permissions=[], duration=0, expires_at=int(NOW) + 1000)
LEGACY_FAULT = "is a legacy robot from before Harbor 2.2, which can only be removed (state=absent with its id); make a new one"


@pytest.mark.parametrize("options", [{}, {"description": "new"}, {"enabled": False}, {"secret": "Own-Secret-1"}, {"valid_for": 5}])
def test_legacy_robots_are_never_changed(options: dict[str, t.Any]) -> None:
    made = plan(LEGACY, **dict(options, id=7))
    assert (made.steps, made.faults, made.after) == ((), (LEGACY_FAULT,), LEGACY)


def test_legacy_robots_can_be_removed() -> None:
    assert plan(LEGACY, id=7, state="absent").steps == (DELETE,)


# --- the robot that is logged in


def itself(**members: t.Any) -> t.Any:
    return context(catalogue=OLD, caller=Caller("robot", "robot$shop+ci"), **members)


@pytest.mark.parametrize("options", [{"enabled": False}, {"access": ["scan"]}, {"access": ["scan"], "description": "x"}])
def test_the_caller_is_never_disabled_or_narrowed(options: dict[str, t.Any]) -> None:
    made = plan(robot(), itself(), **options)
    assert (made.steps, made.faults) == (
        (),
        ("is the robot that is logged in, and this would disable or narrow it; log in as somebody else",),
    )
    # Somebody else may.
    assert plan(robot(), context(catalogue=OLD), **options).steps == (UPDATE,)


def test_the_caller_is_never_removed() -> None:
    made = plan(robot(), itself(), state="absent")
    assert (made.steps, made.faults) == ((), ("is the robot that is logged in, and removing it would lock this run out",))


def test_the_caller_may_describe_and_widen_itself() -> None:
    assert plan(robot(), itself(), description="me").steps == (UPDATE,)
    assert plan(robot(), itself(), access=["push"]).steps == (UPDATE,)


def test_a_user_of_the_same_name_is_somebody_else() -> None:
    made = plan(robot(), context(caller=Caller("user", "robot$shop+ci", True, 1)), state="absent")
    assert made.steps == (DELETE,)


# --- removal


def test_removal() -> None:
    made = plan(robot(), state="absent")
    assert (made.steps, made.changes, made.after) == ((DELETE,), ("remove",), None)
    assert made.lines() == (["enabled: true", "expires: 2027-02-08", "repository:pull on shop"], [])


def test_what_is_absent_is_not_removed_again() -> None:
    made = plan(None, state="absent")
    assert (made.steps, made.changes, made.faults, made.lines()) == ((), (), (), ([], []))


def test_a_disabled_robot_can_be_removed_without_a_word() -> None:
    made = plan(robot(disable=True), state="absent", secret="Own-Secret-1")
    assert (made.steps, made.warnings) == ((DELETE,), ())


def test_removal_needs_no_permissions_in_order() -> None:
    assert plan(stale(), state="absent", access=["repository:nonsense"]).steps == (DELETE,)


# --- the words around


def test_the_diff_has_one_line_for_each_pair() -> None:
    made = plan(robot(description="old"), access=["push"], description="new", duration="never", enabled=False)
    assert made.lines() == (
        ["description: old", "enabled: true", "expires: 2027-02-08", "repository:pull on shop"],
        ["description: new", "enabled: false", "expires: never", "repository:pull on shop", "repository:push on shop"],
    )


def test_labels() -> None:
    assert plan(robot()).label == "robot shop+ci"
    assert plan(None, state="absent", name="mirror").label == "robot mirror"
    assert plan(LEGACY, id=7).label == "robot robot$old"
    assert plan(None, id=7, state="absent").label == "robot id 7"
    assert lines_of(None) == []


def test_what_somebody_else_changed_between_two_readings() -> None:
    before = robot(description="old")
    assert moved(before, robot(description="old", update_time="later")) == []
    assert moved(before, robot(description="new")) == ["description"]
    assert moved(before, robot(description="old", disable=True)) == ["enabled"]
    assert moved(before, robot(description="old", duration=365)) == ["expiry"]
    assert moved(before, robot(description="old", permissions=[entry("shop", "tag:list")])) == ["permissions"]


def test_an_update_sends_everything_and_changes_only_what_was_planned() -> None:
    reading = robot(description="theirs", disable=True, duration=365, permissions=[entry("shop", "repository:pull")])
    pull = {"resource": "repository", "action": "pull", "effect": "allow"}
    whole = {
        "name": "robot$shop+ci",
        "level": "project",
        "description": "theirs",
        "disable": True,
        "duration": 365,
        "permissions": [{"kind": "project", "namespace": "shop", "access": [pull]}],
    }
    assert update_body(reading, {}) == whole
    assert update_body(reading, {"disable": False}) == dict(whole, disable=False)
    assert update_body(reading, {"description": "", "duration": -1}) == dict(whole, description="", duration=-1)
    assert update_body(reading, {"permissions": wish(access=["scan:read"]).permissions})["permissions"] == [
        {"kind": "project", "namespace": "shop", "access": [{"resource": "scan", "action": "read", "effect": "allow"}]}
    ]


def test_a_stored_duration_of_0_is_not_sent_back() -> None:
    """It comes from the old API; left out, it stays, up to 2.10."""
    assert "duration" not in update_body(robot(duration=0, expires_at=0), {"description": "new"})
