# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what users write to what is wanted, and back."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import complete, declaration_of, doubts, judge, read
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.expiry import Expiry
from tests.unit.robots import NEW, NOW, OLD, SECRET, context, entry, plan, robot, untouched

CI = {"name": "ci", "project": "shop"}
NAME_RULE = "lower-case letters and digits, with single '.', '_' or '-' between them"


def faults(**options: t.Any) -> list[str]:
    return read(options)[1]


# --- what is in order


def test_what_is_not_given_is_not_mentioned() -> None:
    desired, wrong = read(dict(CI, access=None, description=None, enabled=None, state="present", update_secret=None))
    assert wrong == []
    for member in ("description", "enabled", "entries", "permissions", "expiry", "secret", "id"):
        assert getattr(desired, member) is None
    assert (desired.present, desired.allow_expire, desired.update_secret) == (True, False, "always")
    assert (desired.refresh, desired.may_create) == (False, True)


def test_what_is_given_is_wanted() -> None:
    desired, wrong = read(
        dict(CI, description="", enabled=False, secret=SECRET, update_secret="on_create", allow_expire=True, state="absent"),
        "robots[3] (ci)",
    )
    assert wrong == []
    assert (desired.key, desired.place, desired.present) == ("shop+ci", "robots[3] (ci)", False)
    assert (desired.description, desired.enabled, desired.secret) == ("", False, SECRET)
    assert (desired.update_secret, desired.allow_expire) == ("on_create", True)


@pytest.mark.parametrize(
    ("options", "wish"),
    [
        ({"duration": "90"}, Expiry("duration", days=90)),
        ({"duration": "never"}, Expiry("duration", days=-1)),
        ({"duration": "-1"}, Expiry("duration", days=-1)),
        ({"valid_for": 90, "renew_within": 30}, Expiry("valid_for", days=90, renew_within=30)),
        ({"valid_for": 90, "renew_within": 0}, Expiry("valid_for", days=90, renew_within=0)),
        ({"valid_for": 1}, Expiry("valid_for", days=1, renew_within=1 / 3)),
        ({"expires_at": "2026-11-20T12:00:00Z"}, Expiry("expires_at", until=NOW)),
    ],
)
def test_the_three_forms_of_expiry(options: dict[str, t.Any], wish: Expiry) -> None:
    desired, wrong = read(dict(CI, **options))
    assert (desired.expiry, wrong) == (wish, [])


def test_access_is_an_entry_of_the_project() -> None:
    assert read(dict(CI, access=["push"]))[0].entries == [{"kind": "project", "namespace": "shop", "access": ["push"], "effect": None}]


def test_entries_of_a_system_robot() -> None:
    desired, wrong = read(
        {
            "name": "mirror",
            "permissions": [
                {"project": "*", "access": ["pull"]},
                {"projects": ["shop", "web"], "access": ["push"], "effect": "deny"},
                {"system": True, "access": ["registry:list"]},
            ],
        }
    )
    assert wrong == []
    assert [(one["kind"], one["namespace"], one["access"], one["effect"]) for one in desired.entries or ()] == [
        ("project", "*", ["pull"], None),
        ("project", "shop", ["push"], "deny"),
        ("project", "web", ["push"], "deny"),
        ("system", "/", ["registry:list"], None),
    ]


def test_permissions_of_a_project_robot_may_name_its_project() -> None:
    desired, wrong = read(
        dict(CI, permissions=[{"project": "shop", "access": ["pull"]}, {"project": "shop", "access": ["push"], "effect": "deny"}])
    )
    assert wrong == []
    assert {one["namespace"] for one in desired.entries or ()} == {"shop"}


# --- what is wrong


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({}, "name is required (or id, for a robot that exists)"),
        ({"name": "ci", "id": 7}, "name and id exclude each other: id selects a robot only where no name is given"),
        ({"id": 0}, "id 0 is not valid: ids begin at 1"),
        ({"name": "CI"}, "name 'CI' is not valid: %s (did you mean 'ci'?)" % NAME_RULE),
        ({"name": "ci", "project": "Shop"}, "project 'Shop' is not valid: %s (did you mean 'shop'?)" % NAME_RULE),
        (
            {"name": "ci", "project": "*"},
            "project '*' is not a project: a robot of all projects is a system robot, with permissions: [{project: '*', access: […]}]",
        ),
        ({"name": "a" * 256}, "the stored name has 256 characters, and Harbor keeps at most 255, project included"),
        (dict(CI, description="x" * 1025), "description has 1025 characters, and Harbor keeps at most 1024"),
        (
            dict(CI, secret="weak"),
            "secret does not follow Harbor's rule (8 to 128 characters, at least one upper-case letter, one lower-case letter "
            "and one digit): it has 4, it has no upper-case letter, it has no digit",
        ),
        (
            dict(CI, duration="0"),
            "duration '0' is not valid: a number of days from 1 to 2147483646, or never; "
            "0 is refused by Harbor since 2.11 and meant its default before",
        ),
        (dict(CI, expires_at="soon"), "expires_at 'soon' is not valid: a date such as 2027-02-18, or a time such as 2027-02-18T06:00:00Z"),
        (dict(CI, duration="30", valid_for=30), "duration and valid_for exclude each other: give the expiry in one form"),
        (
            dict(CI, duration="30", valid_for=30, expires_at="2027-01-01"),
            "duration and valid_for and expires_at exclude each other: give the expiry in one form",
        ),
        (dict(CI, valid_for=0), "valid_for 0 is not valid: a number of days from 1 to 2147483646 (duration=never for ever)"),
        (dict(CI, valid_for=2147483647), "valid_for 2147483647 is not valid: a number of days from 1 to 2147483646"),
        (dict(CI, valid_for=30, renew_within=30), "renew_within 30 has to be at least 0 and smaller than valid_for 30"),
        (dict(CI, valid_for=30, renew_within=-1), "renew_within -1 has to be at least 0 and smaller than valid_for 30"),
        (dict(CI, renew_within=5), "renew_within goes with valid_for"),
        (dict(CI, duration="30", renew_within=5), "renew_within goes with valid_for"),
        (
            {"name": "ci", "access": ["pull"]},
            "access goes with project; a system robot has permissions, whose entries name a project, projects or system",
        ),
        (dict(CI, access=[]), "access is empty: give presets or pairs such as repository:pull"),
        (dict(CI, access=["pussh"]), "access: 'pussh' is not a permission: did you mean preset push?"),
        (
            {"name": "m", "permissions": []},
            "permissions is empty, and Harbor has no robots without; remove the robot (state=absent) or disable it (enabled=false)",
        ),
        (
            {"name": "m", "permissions": [{"access": ["pull"]}]},
            "permissions[0]: exactly one of project, projects and system says where it holds",
        ),
        (
            {"name": "m", "permissions": [{"project": "a", "system": True, "access": ["log:list"]}]},
            "permissions[0]: exactly one of project, projects and system says where it holds, not project and system",
        ),
        ({"name": "m", "permissions": [{"system": False, "access": ["pull"]}]}, "permissions[0]: system can only be true"),
        ({"name": "m", "permissions": [{"projects": [], "access": ["pull"]}]}, "permissions[0]: projects is empty"),
        ({"name": "m", "permissions": [{"projects": ["a", "a"], "access": ["pull"]}]}, "permissions[0]: projects names a twice"),
        (
            {"name": "m", "permissions": [{"projects": ["a", "*"], "access": ["pull"]}]},
            "permissions[0]: all projects are project: '*', in an entry of its own",
        ),
        (
            {"name": "m", "permissions": [{"project": "a", "access": ["pull"]}, {"project": "B", "access": ["pull"]}]},
            "permissions[1]: project 'B' is not valid: %s (did you mean 'b'?)" % NAME_RULE,
        ),
        (
            {"name": "m", "permissions": [{"project": "a", "access": []}]},
            "permissions[0].access is empty: give presets or pairs such as repository:pull",
        ),
        (
            {"name": "m", "permissions": [{"system": True, "access": ["push"]}]},
            "permissions[0].access: preset push is for projects, not for the system",
        ),
        (
            dict(CI, permissions=[{"project": "web", "access": ["pull"]}]),
            "permissions[0]: a robot of project shop cannot hold permissions on web; a system robot can",
        ),
        (
            dict(CI, permissions=[{"project": "*", "access": ["pull"]}]),
            "permissions[0]: a robot of project shop cannot hold permissions on *; a system robot can",
        ),
        (
            dict(CI, permissions=[{"system": True, "access": ["registry:list"]}]),
            "permissions[0]: a robot of project shop cannot hold permissions of the system; a system robot can",
        ),
        (
            dict(CI, description="a\0b"),
            "description has a zero byte, or bytes that are no text in UTF-8, which Harbor cannot keep",
        ),
        (
            dict(CI, description="caf\udce9"),
            "description has a zero byte, or bytes that are no text in UTF-8, which Harbor cannot keep",
        ),
        (dict(CI, valid_for=True), "valid_for has to be a number, not true"),
        ({"id": True}, "id has to be a number, not true"),
        (
            dict(CI, access=["pull"], permissions=[{"project": "shop", "access": ["pull"]}]),
            "access and permissions exclude each other: access is for the robot of a project, permissions for a system robot",
        ),
    ],
)
def test_one_fault_one_sentence(options: dict[str, t.Any], fault: str) -> None:
    assert read(options)[1] == [fault]


def test_all_faults_of_a_declaration_at_once() -> None:
    told = faults(
        name="CI",
        project="Shop",
        access=["pussh", "repository pull"],
        description="x" * 2000,
        secret="weak",
        duration="0",
        valid_for=5,
        renew_within=9,
    )
    beginnings = [
        "name 'CI'",
        "project 'Shop'",
        "access: 'pussh'",
        "access: 'repository pull'",
        "duration and",
        "duration '0'",
        "renew_within 9",
        "description has",
        "secret does",
    ]
    assert len(told) == len(beginnings)
    for text, beginning in zip(told, beginnings):
        assert text.startswith(beginning)


def test_no_fault_says_the_secret() -> None:
    assert "hunter2" not in repr(faults(name="ci", project="shop", secret="hunter2"))


# --- doubts are for the server


def test_pairs_that_no_known_version_has_are_no_faults_before_the_server_was_asked() -> None:
    options = {
        "name": "m",
        "permissions": [{"project": "a", "access": ["attestation:verify", "pull"]}, {"system": True, "access": ["coffee:brew"]}],
    }
    wrong, told = judge(options)
    assert wrong == []
    assert [text.split(" is not")[0] for text in told] == [
        "permissions[0].access: attestation:verify",
        "permissions[1].access: coffee:brew",
    ]
    assert doubts(dict(CI, access=["repository:pusch"])) == [
        "access: repository:pusch is not a permission for a project in any known version of Harbor: did you mean repository:push? "
        "(should your Harbor be newer than this collection, write {resource: repository, action: pusch})"
    ]
    assert doubts(CI) == []


# --- completed by the server's catalogue


def completed(catalogue: Catalogue, held: t.Any = None, **options: t.Any) -> tuple[list[str], list[str]]:
    desired, wrong = complete(read(options)[0], held, catalogue, catalogue.version)
    return sorted(grant.line() for grant in desired.permissions or ()), wrong


def test_presets_and_wildcards_become_pairs_of_this_server() -> None:
    assert completed(NEW, **CI, access=["push", "tag:*"]) == (
        ["repository:pull on shop", "repository:push on shop", "tag:create on shop", "tag:delete on shop", "tag:list on shop"],
        [],
    )
    told, wrong = completed(Catalogue.bundled("2.10.3"), **CI, access=["sbom:create"])
    assert wrong == ["sbom:create is not a permission for a project in Harbor 2.10.3: Harbor has it since 2.11"]
    assert told == []


def test_without_permissions_or_for_a_removal_nothing_is_completed() -> None:
    for options in (CI, dict(CI, state="absent", access=["nonsense:pair"])):
        desired, wrong = complete(read(options)[0], None, NEW, NEW.version)
        assert (desired.permissions, wrong) == (None, [])


def test_a_pair_that_the_robot_holds_is_no_fault_although_the_server_would_refuse_it() -> None:
    held = robot(permissions=[entry("shop", "helm-chart:read", "repository:pull")])
    told, wrong = completed(NEW, held, **CI, access=["helm-chart:read", "pull"])
    assert (told, wrong) == (["helm-chart:read on shop", "repository:pull on shop"], [])
    assert completed(NEW, None, **CI, access=["helm-chart:read"])[1] == [
        "helm-chart:read is not a permission for a project in Harbor 2.15.2: Harbor had it only before 2.8"
    ]


@pytest.mark.parametrize("catalogue", [OLD, NEW], ids=["old", "new"])
def test_an_effect_that_does_nothing_is_a_slip_unless_the_robot_has_it_already(catalogue: Catalogue) -> None:
    odd = {"resource": "repository", "action": "pull", "effect": "Deny"}
    fault = "effect 'Deny' of repository:pull is neither allow nor deny"
    assert completed(catalogue, None, **CI, access=["push", odd])[1] == [fault]
    held = robot(permissions=[{"kind": "project", "namespace": "shop", "access": [odd]}])
    assert completed(catalogue, held, **CI, access=[odd]) == (["Deny repository:pull on shop"], [])


def test_system_and_project_do_not_mix_before_2_10() -> None:
    options = {"name": "m", "permissions": [{"system": True, "access": ["registry:list"]}, {"project": "*", "access": ["pull"]}]}
    assert completed(NEW, **options)[1] == []
    assert completed(OLD, **options)[1] == [
        "Harbor 2.9.5 ignores the project permissions of a robot that has permissions on the system as well (since 2.10 both count): "
        "declare two robots, one for the system and one for projects"
    ]


def test_a_mixture_that_is_there_already_is_in_order() -> None:
    held = robot("robot$m", permissions=[entry("*", "repository:pull"), entry("/", "registry:list")])
    system, project = {"system": True, "access": ["registry:list"]}, {"project": "*", "access": ["pull"]}
    assert completed(OLD, held, name="m", permissions=[system, project])[1] == []
    assert "declare two robots" in completed(OLD, held, name="m", permissions=[system, {"project": "*", "access": ["push"]}])[1][0]


# --- and back


@pytest.mark.parametrize(
    ("held", "declaration"),
    [
        (robot(), {"name": "ci", "project": "shop", "access": ["repository:pull"], "duration": "90"}),
        (
            robot(description="for CI", disable=True, duration=-1),
            {
                "name": "ci",
                "project": "shop",
                "access": ["repository:pull"],
                "description": "for CI",
                "enabled": False,
                "duration": "never",
            },
        ),
        (
            robot(permissions=[entry("shop", "repository:pull"), entry("shop", "repository:push", effect="deny")]),
            {
                "name": "ci",
                "project": "shop",
                "permissions": [
                    {"project": "shop", "access": ["repository:pull"]},
                    {"project": "shop", "access": ["repository:push"], "effect": "deny"},
                ],
                "duration": "90",
            },
        ),
        (
            robot(
                "robot$mirror", permissions=[entry("web", "repository:pull"), entry("shop", "repository:pull"), entry("/", "registry:list")]
            ),
            {
                "name": "mirror",
                "permissions": [
                    {"projects": ["shop", "web"], "access": ["repository:pull"]},
                    {"system": True, "access": ["registry:list"]},
                ],
                "duration": "90",
            },
        ),
        (robot("robot$mirror", permissions=[], duration=0, expires_at=0), {"name": "mirror"}),
    ],
)
def test_declarations_of_robots(held: t.Any, declaration: dict[str, t.Any]) -> None:
    assert declaration_of(held, NEW) == declaration


@pytest.mark.parametrize(
    "held",
    [
        robot(),
        robot(duration=-1, description="x"),
        robot(disable=True),
        robot(disable=True, description="x", duration=365),
        robot(age=100, duration=30),
        robot(age=89.9, duration=90),
        robot(permissions=[entry("shop", "*:*", "repository:pull")]),
        robot(permissions=[entry("shop", "repository:pull", effect="deny"), entry("shop", "repository:pull")]),
        robot("robot$mirror", permissions=[entry("*", "repository:pull"), entry("/", "registry:list"), entry("shop", "tag:list")]),
        robot("robot$mirror", permissions=[]),
    ],
)
def test_a_declaration_given_back_changes_nothing(held: t.Any) -> None:
    for catalogue in (NEW, OLD):
        declaration = declaration_of(held, catalogue)
        assert {"id", "secret", "allow_expire"}.isdisjoint(declaration)
        assert judge(declaration)[0] == []
        assert untouched(plan(held, context(catalogue=catalogue), **declaration))


def test_permissions_elsewhere_are_not_declared_for_a_robot_of_a_project() -> None:
    """2.2 lets a robot of one project hold permissions on another; declared as its own they would be others."""
    elsewhere = [[entry("web", "repository:pull")], [entry("shop", "repository:pull"), entry("web", "repository:pull")]]
    for permissions in elsewhere:
        held = robot("robot$shop+ci", permissions=permissions)
        declared = declaration_of(held, Catalogue.bundled("2.2"))
        assert declared == {"name": "ci", "project": "shop", "duration": "90"}
        assert untouched(plan(held, **declared))
