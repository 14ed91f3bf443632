# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Robots with names that nobody could declare, which the old API of 2.12 and earlier made: nobody's neighbour and in nobody's way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.world import Json, access
from tests.fleet.driver import run
from tests.fleet.fleet import Port, own_secret

EVERYWHERE = [{"project": "*", "access": ["pull"]}]
MANY = 25


@pytest.fixture(params=["2.9.5", "2.12.4"])
def port(ports: Callable[..., Port], request: pytest.FixtureRequest) -> Port:
    """A fresh Harbor that has the old API."""
    fresh = ports(request.param)
    fresh.clear()
    return fresh


def odd(port: Port, name: str, action: str = "push") -> Json:
    """A robot of project shop as the old API makes it; 2.12 makes it one of the system."""
    number = {one["name"]: one["project_id"] for one in port.call("GET", "/projects?page_size=100")}["shop"]
    pair = {"resource": f"/project/{number}/repository", "action": action}
    made: Json = port.call("POST", "/projects/shop/robots", {"name": name, "access": [pair]})
    return made


def neighbour(port: Port, name: str) -> Json:
    """An ordinary robot of project shop."""
    body = {"name": name, "level": "project", "duration": 30, "permissions": access("shop", "repository:pull")}
    made: Json = port.call("POST", "/robots", body)
    return made


def many(state: str) -> list[Json]:
    """So many that whole scopes are read."""
    return [{"name": f"n{number}", "project": "shop", "state": state} for number in range(MANY)]


def read(port: Port, **options: Any) -> Json:
    outcome = run(port.connection(**options), module="harbor_robot_info")
    assert not outcome.failed, outcome.message
    return outcome.result


def test_nobody_is_taken_for_another(port: Port) -> None:
    near, far = neighbour(port, "b"), odd(port, "z+b")
    before = port.call("GET", f"/robots/{far['id']}")
    declared = {"name": "b", "project": "shop", "access": ["push"], "secret": own_secret(1)}
    changed = run(port.connection(robots=[declared, *many("absent")], on_drift="restore"))
    assert not changed.failed, changed.message
    assert changed.robot("shop+b")["robot"]["id"] == near["id"]
    gone = run(port.connection(robots=[{"name": "b", "project": "shop", "state": "absent"}, *many("absent")]))
    assert not gone.failed, gone.message
    assert near["name"] not in port.by_name()
    assert port.call("GET", f"/robots/{far['id']}") == before


def test_nobody_is_in_the_way_of_the_others(port: Port) -> None:
    names = [odd(port, name)["name"] for name in ("old", "z+b", "Big", "x y")]
    system = [{"name": f"s{number}", "permissions": EVERYWHERE} for number in range(MANY)]
    for expected in (True, False):
        outcome = run(port.connection(robots=system))
        assert (outcome.failed, outcome.changed) == (False, expected), outcome.message
    assert not run(port.connection(robots=system, purge={"level": "system", "names": ["nosuch-*"]})).changed
    told = read(port, level="all")
    assert set(names) < {robot["full_name"] for robot in told["robots"]}


def test_what_cannot_be_declared_has_no_declaration(port: Port) -> None:
    neighbour(port, "b")
    numbers = {made["id"]: made["name"].removeprefix("robot$") for made in (odd(port, "z+b"), odd(port, "Big"))}
    told = read(port, level="all")
    shown = {robot["id"]: (robot["name"], robot["stored_name"]) for robot in told["robots"]}
    assert {number: shown[number] for number in numbers} == {number: (key, key) for number, key in numbers.items()}
    assert {one["name"] for one in told["declarations"]} == {"b", "bystander"}
    for key in numbers.values():
        assert any(f"robot {key} has a name that cannot be declared" in str(warning) for warning in told["warnings"])
    again = run(port.connection(robots=told["declarations"]))
    assert (again.failed, again.changed) == (False, False), again.message
    for number, key in numbers.items():
        outcome = run(port.connection(id=number, enabled=False), module="harbor_robot", check_mode=True)
        assert not outcome.failed, outcome.message
        assert outcome.result["robot"]["stored_name"] == key
        assert "declaration" not in outcome.result


def test_by_number_they_are_removed_and_a_purge_removes_them_too(port: Port) -> None:
    near = neighbour(port, "b")
    first, second = odd(port, "z+b"), odd(port, "z+c")
    outcome = run(port.connection(id=first["id"], state="absent"), module="harbor_robot")
    assert (outcome.failed, outcome.changed) == (False, True), outcome.message
    assert first["name"] not in port.by_name()
    where = "" if second["name"].startswith("robot$+") else "shop"
    fences: Json = {"projects": [where]} if where else {"level": "system"}
    fences["names"] = ["z+*"] if where else ["+z+*"]
    done = run(port.connection(robots=[], allow_empty=True, purge=fences))
    assert (done.failed, done.result["purged"]) == (False, [second["name"].removeprefix("robot$")]), done.message
    assert near["name"] in port.by_name()


def test_system_robots_by_number_have_their_names(port: Port) -> None:
    made = [
        port.call("POST", "/robots", {"name": name, "level": "system", "duration": 30, "permissions": access("*", "repository:pull")})
        for name in ("ci", "mirror")
    ]
    robots = [{"id": one["id"], "secret": own_secret(number)} for number, one in enumerate(made)]
    outcome = run(port.connection(robots=robots, on_drift="refresh"))
    assert not outcome.failed, outcome.message
    assert [told["key"] for told in outcome.robots] == ["ci", "mirror"] == list(outcome.credentials)
    assert [told["declaration"]["name"] for told in outcome.robots] == ["ci", "mirror"]
