# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests a fleet takes: none per robot that is as declared, one to make one, two with a secret or disabled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults.world import Json
from tests.fleet.driver import run
from tests.fleet.fleet import PROJECTS, Port, is_write

VERSIONS = ("2.9.5", "2.12.4", "2.15.2")
# Who am I, what is this, who may do what; log-in and out take three more where passwords are dear.
CONSTANT = 8


def fleet(size: int) -> list[Json]:
    """Half of the system, half in the projects."""
    robots: list[Json] = []
    for number in range(size):
        if number % 2:
            robots.append({"name": f"r{number}", "project": PROJECTS[number // 2 % len(PROJECTS)], "access": ["push"]})
        else:
            robots.append({"name": f"r{number}", "permissions": [{"projects": list(PROJECTS[:2]), "access": ["pull"]}]})
    return robots


def sent(port: Port, robots: list[Json], **options: object) -> tuple[Counter[str], Json]:
    """How often each kind of request was sent in a run, and what the run said."""
    before = port.asked()
    outcome = run(port.connection(robots=robots, **options))
    assert not outcome.failed, outcome.message
    kinds: Counter[str] = Counter()
    for one in port.log(before):
        path = one["path"].removeprefix("/api/v2.0")
        kinds["probe" if one["user"].startswith("robot$") else f"{one['method']} {path.rstrip('0123456789')}"] += 1
    assert outcome.statistics["requests"] in (kinds.total(), kinds.total() - 1)  # it is written before the log-out
    assert outcome.statistics["retries"] == 0
    return kinds, outcome.result


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("size", [60, 240, 600])
def test_a_converged_run_takes_pages_and_projects(ports: Callable[..., Port], version: str, size: int) -> None:
    port = ports(version)
    port.clear()
    robots = fleet(size)
    run(port.connection(robots=robots))
    kinds, result = sent(port, robots)
    assert result["changed"] is False
    pages = -(-(size // 2 + 1) // 100) + sum(-(-(size // 10) // 100) for _project in PROJECTS)
    assert kinds["GET /robots"] == pages
    assert kinds.total() <= pages + CONSTANT
    assert not [kind for kind in kinds if not kind.startswith("GET") and kind != "POST /c/login"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("options", "requests"), [({}, {"POST": 1}), ({"secret": "OwnSecret1"}, {"POST": 1, "PATCH": 1})])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_robot_takes_one_request_for_each_thing(
    ports: Callable[..., Port], version: str, options: Json, requests: dict[str, int], enabled: bool
) -> None:
    port = ports(version)
    port.clear()
    robots = [dict(one, **options, **({} if enabled else {"enabled": False})) for one in fleet(60)]
    before = port.asked()
    outcome = run(port.connection(robots=robots))
    assert outcome.summary == {"created": 60}
    writes = Counter(one["method"] for one in port.log(before) if is_write(one))
    assert writes == Counter({method: 60 * count for method, count in requests.items()} | ({} if enabled else {"PUT": 60}))
    readings = [one for one in port.log(before) if one["method"] == "GET" and one["path"].rpartition("/")[2].isdigit()]
    # Between the POST and the PUT of one that gets a secret as well, somebody else could have changed it.
    assert len(readings) == (60 if not enabled and "secret" in options else 0)


def test_a_change_takes_one_reading_and_one_write(port: Port) -> None:
    robots = fleet(60)
    run(port.connection(robots=robots))
    changed = [dict(one, description="new") if number < 6 else one for number, one in enumerate(robots)]
    kinds, result = sent(port, changed)
    assert {word: number for word, number in result["summary"].items() if number} == {"updated": 6, "unchanged": 54}
    assert (kinds["GET /robots/"], kinds["PUT /robots/"]) == (6, 6)
    assert result["diff"]["after"].count("\n") == 6
    assert len([one for one in result["robots"] if one["changed"]]) == 6


def test_each_secret_is_tried_once(port: Port) -> None:
    robots = [dict(one, secret="OwnSecret1") for one in fleet(60)]
    run(port.connection(robots=robots))
    kinds, result = sent(port, robots)
    assert (kinds["probe"], result["changed"]) == (60, False)
    kinds, result = sent(port, robots, verify=False)
    assert (kinds["probe"], result["changed"]) == (0, False)


def test_check_mode_sends_nothing_but_questions(port: Port) -> None:
    robots = fleet(60)
    before = port.asked()
    foretold = run(port.connection(robots=robots), check_mode=True)
    assert {one["method"] for one in port.log(before)} <= {"GET", "POST"}
    assert not [one for one in port.log(before) if is_write(one)]
    done = run(port.connection(robots=robots))
    assert (foretold.summary, foretold.result["diff"]) == (done.summary, done.result["diff"])
    assert [one["changes"] for one in foretold.robots] == [one["changes"] for one in done.robots]
    assert foretold.credentials == {}


def test_patterns_take_one_listing_of_projects(port: Port) -> None:
    robots = [{"name": f"p{number}", "permissions": [{"project": "team-*", "access": ["pull"]}]} for number in range(60)]
    run(port.connection(robots=robots))
    kinds, result = sent(port, robots)
    assert result["changed"] is False
    assert kinds["GET /projects"] == 1
    assert not [kind for kind in kinds if kind.startswith("GET /projects/")]
    assert result["robots"][0]["robot"]["permissions"] == [{"projects": ["team-a", "team-b", "team-c"], "access": ["repository:pull"]}]
