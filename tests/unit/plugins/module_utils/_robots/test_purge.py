# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a purge removes: nobody outside the fences, nobody who is declared, nobody who is to be spared, and never too many."""

from __future__ import annotations

import random
import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, Desired, Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.purge import Cull, Purge, cull, faults_of
from tests.unit.robots import ADMIN, entry, robot

NUMBERS = iter(range(100, 10**6))


def held(key: str, **members: t.Any) -> Robot:
    return robot("robot$" + key, **dict({"id": next(NUMBERS)}, **members))


def wanted(key: str) -> Desired:
    project, _plus, short = key.rpartition("+")
    return Desired(place="", short=short, project=project or None)


def keys(robots: t.Iterable[Robot]) -> list[str]:
    return [one.key for one in robots]


def culled(purge: Purge, robots: t.Sequence[Robot], *declared: str, caller: Caller = ADMIN) -> Cull:
    return cull(purge, robots, [wanted(key) for key in declared], caller)


# --- fences


@pytest.mark.parametrize(
    ("fences", "inside"),
    [
        ({"names": ("ci-*",)}, {"ci-a", "shop+ci-b"}),
        ({"names": ("ci-?", "mirror")}, {"ci-a", "shop+ci-b", "mirror"}),
        ({"names": ("CI-*",)}, set()),
        ({"projects": ("shop",)}, {"shop+ci-b", "shop+old"}),
        ({"level": "system"}, {"ci-a", "mirror"}),
        ({"level": "project"}, {"shop+ci-b", "shop+old"}),
        ({"marker": "by ansible"}, {"mirror", "shop+old"}),
        ({"marker": "by ansible", "level": "project"}, {"shop+old"}),
        ({"names": ("ci-*",), "projects": ("shop",), "marker": "by ansible"}, set()),
    ],
)
def test_a_robot_has_to_be_inside_all_fences(fences: dict[str, t.Any], inside: set[str]) -> None:
    robots = [held("ci-a"), held("mirror", description="made by ansible"), held("shop+ci-b"), held("shop+old", description="by ansible")]
    assert set(keys(culled(Purge(**fences), robots).robots)) == inside


def test_who_is_declared_stays_also_when_only_the_number_is_known() -> None:
    robots = [held("ci"), held("shop+ci"), held("old", id=7)]
    assert keys(culled(Purge(names=("*",)), robots, "ci").robots) == ["old", "shop+ci"]
    by_number = [Desired(place="", id=7)]
    assert keys(cull(Purge(names=("*",)), robots, by_number, ADMIN).robots) == ["ci", "shop+ci"]


def test_names_that_cannot_be_declared_are_nobody_else_s() -> None:
    in_shop = [entry("shop", "repository:pull")]
    odd = [held("shop+z+b", permissions=in_shop), held("+b"), held("+old")]
    legacy = robot("b", id=next(NUMBERS), level="project", editable=False, permissions=[])
    robots = [*odd, legacy, held("shop+b"), held("b")]
    assert keys(culled(Purge(names=("*",), legacy=True), robots, "shop+b", "b").robots) == ["b", "+b", "+old", "shop+z+b"]
    assert keys(culled(Purge(names=("b",)), robots).robots) == ["b", "shop+b"]
    assert keys(culled(Purge(names=("z+*", "+o*")), robots).robots) == ["+old", "shop+z+b"]


@pytest.mark.parametrize(
    ("fences", "declared", "scopes"),
    [
        ({"names": ("*",)}, ["ci", "web+a", "shop+b", "shop+c"], ["", "shop", "web"]),
        ({"names": ("*",)}, ["shop+b"], ["shop"]),
        ({"projects": ("b", "a", "b")}, ["ci", "shop+b"], ["a", "b"]),
        ({"level": "system"}, ["shop+b"], [""]),
        ({"level": "project"}, ["ci", "shop+b"], ["shop"]),
        ({"marker": "m"}, [], []),
    ],
)
def test_only_scopes_that_are_named_are_searched(fences: dict[str, t.Any], declared: list[str], scopes: list[str]) -> None:
    assert Purge(**fences).scopes([wanted(key) for key in declared]) == scopes


# --- who is spared


def test_disabled_and_legacy_robots_are_spared_unless_asked_for() -> None:
    robots = [held("asleep", disable=True), held("old", editable=False), held("gone")]
    cases: list[tuple[dict[str, t.Any], list[str]]] = [
        ({}, ["gone"]),
        ({"disabled": True}, ["asleep", "gone"]),
        ({"legacy": True}, ["gone", "old"]),
        ({"disabled": True, "legacy": True}, ["asleep", "gone", "old"]),
    ]
    for options, going in cases:
        found = culled(Purge(names=("*",), limit="9", **options), robots)
        # A legacy robot is stored under its full name.
        assert [name.partition("$")[2] or name for name in (one.key or one.full_name for one in found.robots)] == going
        assert len(found.spared) == 3 - len(going)


def test_the_robot_that_is_logged_in_is_never_removed() -> None:
    me = Caller("robot", "robot$me")
    robots = [held("me"), held("shop+me"), held("other")]
    found = culled(Purge(names=("*",), disabled=True, legacy=True), robots, caller=me)
    assert (keys(found.robots), keys(found.spared)) == (["other", "shop+me"], ["me"])
    # A user of that name is somebody else.
    assert "me" in keys(culled(Purge(names=("*",)), robots, caller=Caller("user", "robot$me")).robots)


# --- how many


@pytest.mark.parametrize(
    ("limit", "fenced", "declared", "refused"),
    [
        ("5", 5, 0, False),
        ("5", 6, 0, True),
        ("0", 1, 0, True),
        ("0", 3, 3, False),
        ("10%", 20, 18, False),
        ("10%", 20, 17, True),
        ("10%", 9, 8, True),
        ("100%", 7, 0, False),
        ("0%", 7, 6, True),
        ("50%", 3, 2, False),
    ],
)
def test_a_percentage_is_of_the_robots_inside_the_fences(limit: str, fenced: int, declared: int, refused: bool) -> None:
    robots = [held("r%02d" % number) for number in range(fenced)] + [held("shop+x%d" % number) for number in range(50)]
    found = culled(Purge(level="system", limit=limit), robots, *("r%02d" % number for number in range(declared)))
    assert len(found.robots) == fenced - declared
    assert bool(found.refusal) is refused


def test_a_refusal_lists_all_that_would_go() -> None:
    found = culled(Purge(names=("*",), limit="2"), [held("shop+c"), held("b"), held("a"), held("shop+d")])
    assert found.refusal == "purge would remove 4 robots, more than purge_limit 2 allows (2), so it removed none: a, b, shop+c, shop+d"


def test_who_is_spared_does_not_count_against_the_limit() -> None:
    robots = [held("asleep%d" % number, disable=True) for number in range(9)] + [held("gone")]
    assert not culled(Purge(names=("*",), limit="1"), robots).refusal


def test_the_order_is_always_the_same() -> None:
    robots = [held("%s%s" % (project, name)) for project in ("", "shop+", "web+") for name in "dbac"]
    shuffled = list(robots)
    random.Random(1).shuffle(shuffled)
    purge = Purge(names=("*",), limit="99")
    assert keys(culled(purge, robots).robots) == keys(culled(purge, shuffled).robots)


# --- options


FENCES: dict[str, t.Any] = {"names": None, "projects": None, "level": None, "marker": None, "disabled": False, "legacy": False}


@pytest.mark.parametrize("limit", ["0", "5", "1000", "0%", "10%", "100%"])
def test_good_limits(limit: str) -> None:
    assert faults_of(dict(FENCES, names=["a"]), limit, [{}], False) == []


@pytest.mark.parametrize("limit", ["", "-1", "101%", "5 %", "10%%", "ten", "1.5", "5\n", "9" * 5000, "9" * 5000 + "%"])
def test_bad_limits(limit: str) -> None:
    (fault,) = faults_of(dict(FENCES, names=["a"]), limit, [{}], False)
    assert fault == "purge_limit %r is not valid: a number of robots, or a percentage such as 10%%" % limit


@pytest.mark.parametrize("fences", [{}, {"names": []}, {"projects": []}, {"marker": ""}, {"disabled": True, "legacy": True}])
def test_a_purge_needs_a_fence(fences: dict[str, t.Any]) -> None:
    assert faults_of(dict(FENCES, **fences), "5", [{}], False) == ["purge needs a fence: names, projects, level or marker"]


def test_an_empty_list_has_to_be_meant() -> None:
    empty = "robots is empty; if that is meant, set allow_empty"
    where = "purge: with no robot declared by name, its fences have to say where to search: projects, or level system"
    assert faults_of(None, "5", [], False) == [empty]
    assert faults_of(None, "5", [], True) == []
    assert faults_of(dict(FENCES, names=["a"]), "5", [], False) == [empty, where]
    assert faults_of(dict(FENCES, names=["a"]), "5", [], True) == [where]
    assert faults_of(dict(FENCES, level="project"), "5", [], True) == [where]
    assert faults_of(dict(FENCES, level="system"), "5", [], True) == []
    assert faults_of(dict(FENCES, projects=["shop"]), "5", [], True) == []
    # An id does not tell its scope before Harbor is asked.
    assert faults_of(dict(FENCES, names=["a"]), "5", [{"id": 7}], False) == [where]
    assert faults_of(dict(FENCES, names=["a"]), "5", [{"id": 7}, {"name": "a"}], False) == []


def test_fences_that_nothing_can_be_inside() -> None:
    """A slip there would look like a purge that has nothing to do."""
    told = faults_of(dict(FENCES, names=["a", ""], projects=["Shop", "team-*", "web"]), "5", [{}], False)
    assert [fault.split(" is not valid")[0] for fault in told] == [
        "purge: names has an empty pattern",
        "purge: project 'Shop'",
        "purge: project 'team-*'",
    ]


def test_fences_that_exclude_each_other() -> None:
    fences = dict(FENCES, projects=["shop"], level="system")
    assert faults_of(fences, "5", [{}], False) == ["purge: system robots have no projects"]
