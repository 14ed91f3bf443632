# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of declarations: what defaults give to whom, where faults are, who is declared twice, what patterns mean."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.bulk import entry_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declaration_list import (
    Declarations,
    duplicates,
    has_patterns,
    merged,
    resolved,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import read
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.expiry import Expiry

Options = dict[str, t.Any]
PULL: Options = {"project": "*", "access": ["pull"]}


def given(**options: t.Any) -> Options:
    """A declaration as AnsibleModule hands it over: everything that was not given is None."""
    return dict(dict.fromkeys(entry_spec()), **options)


def declared(*robots: Options, on_drift: str = "report", **defaults: t.Any) -> Declarations:
    return Declarations([given(**one) for one in robots], defaults or None, on_drift)


def entries(*wheres: str) -> t.Any:
    """A declaration of a system robot with one entry for each name or pattern."""
    permissions = [{"project": where, "access": ["pull"]} for where in wheres]
    desired, faults = read(given(name="ci", permissions=permissions), "robots[0] (ci)", patterns=True)
    assert faults == []
    return desired


# --- defaults


def test_defaults_fill_what_is_left_out_and_nothing_else() -> None:
    whole = merged(
        given(name="ci", project="shop", access=["push"], description=""),
        {"description": "managed", "update_secret": "on_create", "allow_expire": True, "access": ["pull"]},
    )
    told = {key: value for key, value in whole.items() if value is not None}
    assert told == {
        "name": "ci",
        "project": "shop",
        "access": ["push"],
        "description": "",
        "update_secret": "on_create",
        "allow_expire": True,
    }


@pytest.mark.parametrize("own", [{"duration": "never"}, {"valid_for": 7}, {"expires_at": "2027-01-01"}, {"duration": "30"}])
def test_an_expiry_of_its_own_replaces_all_of_the_defaults_expiry(own: Options) -> None:
    whole = merged(given(name="ci", **own), {"valid_for": 90, "renew_within": 30, "description": "d"})
    mine = {key: whole[key] for key in ("duration", "valid_for", "renew_within", "expires_at")}
    assert mine == dict({"duration": None, "valid_for": None, "renew_within": None, "expires_at": None}, **own)
    assert whole["description"] == "d"


def test_an_expiry_of_its_own_is_read_as_if_there_were_no_defaults() -> None:
    made = declared(
        {"name": "a", "permissions": [PULL], "valid_for": 9},
        {"name": "b", "permissions": [PULL], "duration": "never"},
        {"name": "c", "permissions": [PULL]},
        valid_for=90,
        renew_within=30,
    )
    assert made.faults == []
    assert [one.expiry for one in made.desired] == [
        Expiry("valid_for", days=9, renew_within=3.0),
        Expiry("duration", days=-1),
        Expiry("valid_for", days=90, renew_within=30),
    ]


def test_a_renewal_of_its_own_without_its_validity_is_a_fault() -> None:
    made = declared({"name": "a", "permissions": [PULL], "renew_within": 3}, valid_for=90)
    assert made.faults == ["robots[0] (a): renew_within goes with valid_for"]


def test_permissions_go_to_robots_of_their_level() -> None:
    made = declared(
        {"name": "a", "project": "shop"},
        {"name": "b"},
        {"name": "c", "project": "shop", "access": ["push"]},
        {"name": "d", "permissions": [dict(PULL, access=["scan"])]},
        access=["pull"],
        permissions=[PULL],
    )
    assert made.faults == []
    held = [[(entry["kind"], entry["namespace"], entry["access"]) for entry in one.entries or ()] for one in made.desired]
    assert held == [
        [("project", "shop", ["pull"])],
        [("project", "*", ["pull"])],
        [("project", "shop", ["push"])],
        [("project", "*", ["scan"])],
    ]


def test_a_default_project_makes_robots_of_it_unless_they_are_of_the_system() -> None:
    made = declared(
        {"name": "a", "access": ["pull"]},
        {"name": "b", "project": "web", "access": ["pull"]},
        {"name": "c", "permissions": [PULL]},
        {"id": 7, "description": "by number"},
        {"name": "e", "state": "absent"},
        project="shop",
    )
    assert made.faults == []
    assert [one.key for one in made.desired] == ["shop+a", "web+b", "c", "id 7", "shop+e"]


def test_what_a_declaration_says_of_drift_comes_from_the_run() -> None:
    assert declared({"name": "a"}, on_drift="refresh").desired[0].on_drift == "refresh"


# --- faults and their places


def test_every_fault_of_every_declaration_has_its_place() -> None:
    made = declared(
        {"name": "Bad", "permissions": []},
        {"name": "fine", "permissions": [PULL]},
        {"project": "shop", "access": ["pull"]},
        {"name": "late", "permissions": [PULL], "valid_for": 0, "secret": "short"},
        {"id": 0},
    )
    assert [fault.split(": ", 1)[0] for fault in made.faults] == [
        "robots[0] (Bad)",
        "robots[0] (Bad)",
        "robots[2]",
        "robots[3] (late)",
        "robots[3] (late)",
        "robots[4] (id 0)",
    ]
    assert "name is required" in made.faults[2]
    assert "short" not in made.faults[4]
    assert [one.place for one in made.desired][3] == "robots[3] (late)"


def test_faults_of_the_defaults_are_said_once() -> None:
    made = declared({"name": "a", "permissions": [PULL]}, {"name": "b", "permissions": [PULL]}, duration="0", valid_for=0)
    assert made.faults
    assert all(fault.startswith("defaults: ") for fault in made.faults)
    assert len(made.faults) == len(set(made.faults))


def test_defaults_may_hold_permissions_for_both_levels_and_patterns() -> None:
    made = declared({"name": "a", "permissions": [PULL]}, access=["pull"], permissions=[{"projects": ["team-*"], "access": ["pull"]}])
    assert made.faults == []


def test_doubts_have_a_place_too() -> None:
    made = declared({"name": "a", "project": "shop", "access": ["repository:pulll"]})
    assert made.faults == []
    (doubt,) = made.doubts()
    assert doubt.startswith("robots[0] (a): access: ")


# --- declared twice


@pytest.mark.parametrize(
    ("robots", "faults"),
    [
        ([{"name": "a"}, {"name": "a"}], ["robots[1] (a): declares the same robot as robots[0] (a)"]),
        (
            [{"name": "a"}, {"name": "b"}, {"name": "a", "state": "absent"}, {"name": "a"}],
            [
                "robots[2] (a): declares the same robot as robots[0] (a)",
                "robots[3] (a): declares the same robot as robots[0] (a)",
            ],
        ),
        ([{"id": 3}, {"id": 4}, {"id": 3}], ["robots[2]: declares the same robot as robots[0]"]),
        ([{"name": "a"}, {"name": "a", "project": "shop"}, {"name": "a", "project": "web"}], []),
        ([{}, {}], []),
    ],
)
def test_one_robot_is_declared_once(robots: list[Options], faults: list[str]) -> None:
    desired = [
        read(given(**one), "robots[%d]%s" % (number, " (%s)" % one["name"] if "name" in one else ""))[0]
        for number, one in enumerate(robots)
    ]
    assert duplicates(desired) == faults


def test_a_default_project_can_make_two_declarations_one() -> None:
    made = declared({"name": "a", "access": ["pull"]}, {"name": "a", "project": "shop", "access": ["pull"]}, project="shop")
    assert made.faults == ["robots[1] (a): declares the same robot as robots[0] (a)"]


def test_duplicates_are_found_in_one_pass() -> None:
    desired = [read(given(name="r%d" % (number % 5000)))[0] for number in range(10000)]
    assert len(duplicates(desired)) == 5000


# --- patterns


@pytest.mark.parametrize(("where", "is_one"), [("team-*", True), ("team-?", True), ("team-[ab]", True), ("*", False), ("team", False)])
def test_a_star_alone_is_no_pattern(where: str, is_one: bool) -> None:
    assert has_patterns(entries(where)) is is_one


def test_who_is_to_be_absent_needs_no_projects() -> None:
    desired, faults = read(given(name="ci", state="absent", permissions=[{"project": "team-*", "access": ["pull"]}]), patterns=True)
    assert faults == []
    assert not has_patterns(desired)


@pytest.mark.parametrize(
    ("patterns", "wheres"),
    [
        (["team-*"], ["team-a", "team-b"]),
        (["shop", "team-?", "*"], ["shop", "team-a", "team-b", "*"]),
        (["team-[!a]"], ["team-b"]),
        (["*-a", "TEAM-*", "web"], ["team-a", "web"]),
    ],
)
def test_patterns_become_the_projects_that_exist(patterns: list[str], wheres: list[str]) -> None:
    made, faults = resolved(entries(*patterns), ["shop", "team-a", "team-b"], allow_unmatched=True)
    assert faults == []
    assert [entry["namespace"] for entry in made.entries or ()] == wheres
    assert all(entry["access"] == ["pull"] for entry in made.entries or ())


def test_a_pattern_without_a_project_is_a_fault_unless_allowed() -> None:
    desired = entries("team-*", "shop")
    made, faults = resolved(desired, ["shop"], allow_unmatched=False)
    assert faults == ["no project matches team-*; allow_unmatched lets that pass"]
    made, faults = resolved(desired, ["shop"], allow_unmatched=True)
    assert faults == []
    assert [entry["namespace"] for entry in made.entries or ()] == ["shop"]


def test_a_robot_of_which_nothing_would_be_left_is_a_fault_even_so() -> None:
    faults = resolved(entries("team-*"), ["shop"], allow_unmatched=True)[1]
    assert faults == ["none of its patterns matches a project, and Harbor has no robots without permissions"]
