# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, Desired, robot_of, view
from tests.unit.robots import DAY, NOW, SECRET, entry, raw, robot

# --- names


@pytest.mark.parametrize(
    ("name", "known", "short", "key", "project"),
    [
        ("robot$shop+ci", {"project": "shop"}, "ci", "shop+ci", "shop"),
        ("bot-shop+ci", {"project": "shop"}, "ci", "shop+ci", "shop"),
        # Read by id: the project is that of its permissions.
        ("robot$shop+ci", {}, "ci", "shop+ci", "shop"),
        ("robot$mirror", {"prefix": "robot$"}, "mirror", "mirror", None),
        ("robot$mirror", {"key": "mirror"}, "mirror", "mirror", None),
        ("bot-bot-x", {"prefix": "bot-"}, "bot-x", "bot-x", None),
        ("mirror", {"prefix": ""}, "mirror", "mirror", None),
        # A prefix that nobody told is not guessed.
        ("robot$mirror", {}, "", "", None),
        ("robot$mirror", {"prefix": "bot-"}, "", "", None),
        # The old API, which 2.12 still had, checked no names; none of these is to be taken for another robot.
        ("robot$shop+z+b", {"project": "shop"}, "", "shop+z+b", "shop"),
        ("robot$shop+Ci", {"project": "shop"}, "", "shop+Ci", "shop"),
        ("robot$shop+shop+b", {"project": "shop"}, "", "", "shop"),
        ("robot$shop+shop+b", {"project": "shop", "prefix": "robot$"}, "", "shop+shop+b", "shop"),
        ("robot$shop+shop+b", {"project": "shop", "prefix": "robot$shop+"}, "b", "shop+b", "shop"),
    ],
)
def test_names_of_a_robot(name: str, known: dict[str, t.Any], short: str, key: str, project: str | None) -> None:
    one = robot_of(raw(name), **known)
    assert (one.full_name, one.short, one.key, one.project) == (name, short, key, project)


def test_a_project_robot_without_permissions_is_known_by_its_prefix() -> None:
    one = robot_of(raw("robot$shop+ci", permissions=[]))
    assert (one.short, one.key, one.project) == ("", "", None)
    one = robot_of(raw("robot$shop+ci", permissions=[]), prefix="robot$")
    assert (one.short, one.key, one.project) == ("ci", "shop+ci", "shop")


def test_a_robot_is_at_home_where_its_name_says_also_when_it_holds_permissions_elsewhere() -> None:
    """2.2 lets a robot of one project hold permissions on another."""
    elsewhere = raw("robot$shop+ci", permissions=[entry("web", "repository:pull")])
    one = robot_of(elsewhere, prefix="robot$")
    assert (one.short, one.key, one.project) == ("ci", "shop+ci", "shop")
    one = robot_of(elsewhere)
    assert (one.short, one.key, one.project) == ("", "", None)


def test_a_system_robot_of_the_old_api() -> None:
    one = robot_of(raw("robot$+old", level="system"), prefix="robot$")
    assert (one.short, one.key, one.project, one.called) == ("", "+old", None, "+old")


@pytest.mark.parametrize(
    ("name", "members", "called", "declarable"),
    [
        ("robot$ci", {}, "ci", True),
        ("robot$shop+ci", {}, "ci", True),
        ("robot$shop+z+b", {"permissions": [entry("shop", "repository:pull")]}, "z+b", False),
        ("robot$old", {"level": "project", "editable": False, "permissions": []}, "robot$old", False),
        ("bot-ci", {}, "bot-ci", False),
    ],
)
def test_what_patterns_are_held_against(name: str, members: dict[str, t.Any], called: str, declarable: bool) -> None:
    one = robot(name, **members)
    assert (one.called, one.declarable) == (called, declarable)


def test_a_legacy_name_is_stored_as_it_is_shown() -> None:
    one = robot_of(raw("robot$old", level="project", editable=False, permissions=[]), project="shop", prefix="robot$")
    assert (one.short, one.key, one.project, one.editable) == ("", "robot$old", "shop", False)


# --- members


def test_what_harbor_leaves_out() -> None:
    """Up to 2.10 zeros are left out, and everywhere empty texts are."""
    told = {"id": 7, "name": "robot$ci", "level": "system", "editable": True, "disable": False, "permissions": None}
    one = robot_of(told, prefix="robot$")
    assert (one.description, one.duration, one.expires_at, one.created) == ("", 0, 0, 0.0)
    assert (one.creator_type, one.creator_ref, one.permissions) == ("", 0, frozenset())
    assert one.enabled and one.editable


def test_times_and_creator() -> None:
    one = robot(age=10, duration=90)
    assert one.created == NOW - 10 * DAY
    assert one.expires_at == NOW + 80 * DAY
    assert (one.created_text, one.creator_type, one.creator_ref) == ("2026-11-10T12:00:00.598Z", "local", 1)


@pytest.mark.parametrize(
    ("members", "sleeping"),
    [
        ({}, None),
        ({"duration": -1}, None),
        ({"disable": True}, "disabled"),
        ({"age": 100, "duration": 30}, "expired"),
        ({"age": 100, "duration": 30, "disable": True}, "disabled"),
    ],
)
def test_who_cannot_log_in(members: dict[str, t.Any], sleeping: str | None) -> None:
    assert robot(**members).sleeping(NOW) == sleeping


def test_robots_compare_by_what_they_are() -> None:
    assert robot(permissions=[entry("shop", "repository:pull", "tag:list")]) == robot(
        permissions=[entry("shop", "tag:list", "repository:pull", "tag:list", effect="allow")]
    )
    assert robot() != robot(description="x")


# --- what is returned


def test_the_view() -> None:
    one = robot(description="for CI")
    assert view(one, NOW, ["repository:* on shop"], ["as given"]) == {
        "id": 7,
        "name": "ci",
        "full_name": "robot$shop+ci",
        "stored_name": "shop+ci",
        "level": "project",
        "project": "shop",
        "description": "for CI",
        "enabled": True,
        "editable": True,
        "permissions": ["as given"],
        "refused_pairs": ["repository:* on shop"],
        "duration": 90,
        "expires_at": "2027-02-08T12:00:00Z",
        "expired": False,
        "creator_type": "local",
        "creator_ref": 1,
        "creation_time": "2026-11-10T12:00:00.598Z",
        "update_time": "2026-11-10T12:00:00.598Z",
    }


def test_the_view_shows_the_stored_name_of_a_robot_that_has_no_short_one() -> None:
    shown = view(robot("robot$shop+z+b", permissions=[entry("shop", "repository:pull")]), NOW, [], [])
    assert (shown["name"], shown["stored_name"], shown["full_name"]) == ("shop+z+b", "shop+z+b", "robot$shop+z+b")


def test_the_view_of_what_is_not_known_is_null() -> None:
    shown = view(robot_of(raw("robot$mirror", duration=-1, creator_type="", creator_ref=0, creation_time="", update_time="")), NOW, [], [])
    assert (shown["stored_name"], shown["name"], shown["expires_at"]) == (None, "robot$mirror", None)
    assert (shown["creator_type"], shown["creator_ref"], shown["creation_time"], shown["update_time"]) == (None, None, None, None)


# --- who is wanted, who asks


def test_the_key_of_a_declaration() -> None:
    assert (Desired("", "ci", "shop").key, Desired("", "ci", "shop").level) == ("shop+ci", "project")
    assert (Desired("", "mirror").key, Desired("", "mirror").level) == ("mirror", "system")
    assert Desired("", id=7).key == "id 7"


def test_nothing_that_shows_a_wish_shows_its_secret() -> None:
    assert SECRET not in repr(Desired("", "ci", secret=SECRET))


def test_callers() -> None:
    assert Caller("robot", "robot$mgr").is_robot
    assert not Caller("user", "robot$mgr", True).is_robot
