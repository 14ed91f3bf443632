# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A purge removes what nobody declares, last, never too much, and never after a failure; and what one failing robot stops."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.world import Json, access
from tests.fleet.driver import Strike, run, start
from tests.fleet.fleet import PROJECTS, Port, writes

MARKER = "managed by ansible"


def declared(count: int = 30) -> list[Json]:
    """Robots of the system and of two projects."""
    robots: list[Json] = []
    for number in range(count):
        where: Json = {"permissions": [{"project": "*", "access": ["pull"]}]}
        if number % 3:
            where = {"project": PROJECTS[number % 3], "access": ["pull"]}
        robots.append({"name": f"p{number:02d}", "description": MARKER, **where})
    return robots


def others(port: Port, count: int, *, project: str = PROJECTS[1], description: str = MARKER, **more: Any) -> list[str]:
    """Robots that nobody declares; their full names."""
    names = []
    for number in range(count):
        level = "project" if project else "system"
        body = {"name": f"old{number:02d}", "level": level, "duration": -1, "description": description, **more}
        made = port.call("POST", "/robots", {**body, "permissions": access(project or "*", "repository:pull")})
        names.append(str(made["name"]))
        if more.get("disable"):
            port.call("PUT", f"/robots/{made['id']}", {**port.call("GET", f"/robots/{made['id']}"), "disable": True})
    return names


def purge(port: Port, *, check_mode: bool = False, limit: str = "5", robots: list[Json] | None = None, **options: Any) -> Any:
    options.setdefault("purge", {"marker": MARKER})
    given = declared() if robots is None else robots
    return run(port.connection(robots=given, purge_limit=limit, **options), check_mode=check_mode)


def test_what_nobody_declares_goes_and_nothing_else(port: Port) -> None:
    run(port.connection(robots=declared()))
    going = others(port, 4)
    staying = [
        *others(port, 2, project=PROJECTS[2], description="by hand"),
        *others(port, 2, project="library"),
        *others(port, 1, project="", description="", name="other"),
        *others(port, 1, name="asleep", disable=True),
    ]
    foretold = purge(port, check_mode=True)
    before = port.by_name()
    assert set(going) < set(before)
    done = purge(port)
    assert not done.failed, done.message
    assert set(before) - set(port.by_name()) == set(going)
    assert set(staying) < set(port.by_name())
    assert done.result["purged"] == [name.removeprefix("robot$") for name in going] == foretold.result["purged"]
    assert done.summary == {"unchanged": 30, "removed": 4} == foretold.summary
    assert done.result["diff"] == foretold.result["diff"]
    assert done.result["diff"]["before"].count("description: " + MARKER) == 4
    assert done.changed
    assert foretold.changed
    assert purge(port).changed is False


def test_a_fence_around_nothing_is_told(port: Port) -> None:
    robots = [{"name": "p", "project": PROJECTS[1], "access": ["pull"]}]
    for check_mode in (True, False):
        done = purge(port, check_mode=check_mode, robots=robots, purge={"projects": ["nosuch", PROJECTS[1]], "names": ["old*"]})
        assert not done.failed, done.message
        assert len(done.warnings) == 1 and "purge: project nosuch, to which it is fenced in, does not exist" in done.warnings[0]
    assert purge(port, robots=robots, purge={"projects": [PROJECTS[1]], "names": ["old*"]}).warnings == []


def test_it_comes_last(port: Port) -> None:
    others(port, 4)
    sent = port.asked()
    assert not purge(port).failed
    kinds = [one.partition(" ")[0] for one in writes(port.log(sent))]
    assert kinds == ["POST"] * 30 + ["DELETE"] * 4


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("limit", "refused"), [("5", True), ("6", False), ("16%", True), ("17%", False), ("0", True)])
def test_more_than_allowed_are_listed_and_none_is_removed(port: Port, limit: str, refused: bool, check_mode: bool) -> None:
    """36 are inside the fence."""
    run(port.connection(robots=declared()))
    names = [name.removeprefix("robot$") for name in others(port, 6)]
    outcome = purge(port, limit=limit, check_mode=check_mode)
    assert outcome.failed is refused
    assert len(port.robots()) == 31 + (6 if refused or check_mode else 0)
    if refused:
        assert ", ".join(names) in outcome.message
        assert (outcome.result["purged"], outcome.changed) == ([], False)
        assert outcome.summary == {"unchanged": 30}
    else:
        assert outcome.result["purged"] == names


def test_what_is_declared_is_done_also_when_too_many_would_go(port: Port) -> None:
    others(port, 6)
    outcome = purge(port)
    assert outcome.failed
    assert outcome.summary == {"created": 30}
    assert len(outcome.credentials) == 30
    assert len(port.robots()) == 37


@pytest.mark.parametrize("what", ["create", "drift", "term"])
def test_it_never_runs_after_a_failure(port: Port, what: str) -> None:
    others(port, 4)
    robots = declared()
    if what == "create":
        port.simulator.faults({"match": {"method": "POST", "path": "/robots$", "nth": 17}, "do": {"kind": "status", "status": 400}})
        outcome = purge(port)
    elif what == "drift":
        robots[7]["secret"] = "OwnSecret1"
        assert not run(port.connection(robots=robots)).failed
        number = port.by_name()[f"robot${PROJECTS[1]}+p07"]["id"]
        port.call("PATCH", f"/robots/{number}", {"secret": "SomebodyElses1"})
        outcome = purge(port, robots=robots)
    else:
        strike = Strike(25, "after", __import__("signal").SIGTERM)
        outcome = start(port.connection(robots=robots, purge={"marker": MARKER}), strike).ended()
    assert outcome.failed
    assert "purge removed nothing, because other robots failed" in outcome.message
    assert outcome.result["purged"] == []
    assert not [one for one in port.log() if one["method"] == "DELETE"]
    port.simulator.faults()
    again = purge(port, robots=robots, on_drift="restore")
    assert not again.failed, again.message
    assert len(again.result["purged"]) == 4


def test_one_that_cannot_be_removed_does_not_save_the_others(port: Port) -> None:
    run(port.connection(robots=declared()))
    others(port, 4)
    port.simulator.faults({"match": {"method": "DELETE", "nth": 2}, "do": {"kind": "status", "status": 400}})
    outcome = purge(port)
    assert outcome.failed
    assert outcome.summary == {"unchanged": 30, "removed": 3, "failed": 1}
    assert len(outcome.result["purged"]) == 3
    assert "Could not remove robot" in outcome.message


def test_everything_may_go_when_that_is_said(port: Port) -> None:
    run(port.connection(robots=declared()))
    fences: list[Json] = [{"projects": list(PROJECTS), "marker": MARKER}, {"level": "system", "marker": MARKER}]
    for one in fences:
        refused = purge(port, robots=[], purge=one, limit="100%")
        assert "set allow_empty" in refused.message
        outcome = purge(port, robots=[], purge=one, limit="100%", allow_empty=True)
        assert not outcome.failed, outcome.message
        assert purge(port, robots=[], purge=one, limit="0", allow_empty=True).changed is False
    assert [robot["name"] for robot in port.robots()] == [port.bystander["name"]]


def test_the_robot_that_is_logged_in_stays(port: Port) -> None:
    """It declares nothing of itself, and the fence is around it."""
    manager = {
        "name": "manager",
        "level": "system",
        "duration": -1,
        "description": MARKER,
        "permissions": [
            *access(PROJECTS[0], "repository:pull", "robot:create", "robot:read", "robot:list", "robot:delete"),
            {"kind": "system", "namespace": "/", "access": access("/", "robot:list", "robot:read", "robot:delete")[0]["access"]},
        ],
    }
    made = port.call("POST", "/robots", manager)
    old = port.call("POST", "/robots", dict(manager, name="old"))
    login = {"harbor_username": made["name"], "harbor_password": made["secret"]}
    outcome = run({**port.connection(robots=[], allow_empty=True, purge={"level": "system", "marker": MARKER}), **login})
    assert not outcome.failed, outcome.message
    assert outcome.result["purged"] == ["old"]
    assert {robot["name"] for robot in port.robots()} == {made["name"], port.bystander["name"]}
    assert old["name"] not in port.by_name()


# --- one that fails


@pytest.mark.parametrize(("on_error", "concurrency"), [("stop", 1), ("stop", 4), ("continue", 1), ("continue", 4)])
def test_one_that_fails_stops_the_others_only_when_that_is_wanted(port: Port, on_error: str, concurrency: int) -> None:
    refuse = {"kind": "status", "status": 400}
    port.simulator.faults({"match": {"method": "POST", "path": "/robots$", "nth": 10}, "do": refuse})
    outcome = run(port.connection(robots=declared(), on_error=on_error, concurrency=concurrency))
    assert outcome.failed
    posted = len([one for one in writes(port.log()) if one.startswith("POST")])
    failed = [told for told in outcome.robots if told["failed"]]
    if on_error == "continue":
        assert (posted, len(failed), len(outcome.credentials)) == (30, 1, 29)
        assert "400" in outcome.message
    else:
        # What is under way when one fails goes on.
        assert posted == 10 if concurrency == 1 else 10 <= posted < 30
        assert len(failed) == 30 - posted + 1
        assert len(outcome.credentials) == posted - 1
        assert "not tried, because another robot failed" in outcome.message
    assert sum(outcome.summary.values()) == 30
    port.simulator.faults()
    again = run(port.connection(robots=declared()))
    assert again.summary == {word: n for word, n in (("created", len(failed)), ("unchanged", 30 - len(failed))) if n}


# --- declared twice


def test_one_robot_by_name_and_by_number_is_declared_twice(port: Port) -> None:
    """Only Harbor knows that, so it is found after its answer, and still before the first write."""
    robots = declared(3)
    run(port.connection(robots=robots))
    number = port.by_name()[f"robot${PROJECTS[1]}+p01"]["id"]
    sent = port.asked()
    outcome = run(port.connection(robots=[*declared(4), {"id": number, "state": "absent"}]))
    assert outcome.failed
    assert outcome.message == f"Wrong input, nothing was changed: robots[4] (id {number}): declares the same robot as robots[1] (p01)"
    assert writes(port.log(sent)) == []
