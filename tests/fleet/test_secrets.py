# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets of a fleet: what happens when some of them no longer log in, and that waiting for refusals is done side by side."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.driver import PLUGINS, prepare
from tests.faults.world import OTHERS, PROJECT, Json
from tests.fleet.driver import run
from tests.fleet.fleet import Port, own_secret, writes

COUNT, STALE = 30, (3, 17, 29)


def name_of(number: int) -> str:
    return f"robot${PROJECT}+s{number:03d}"


def fleet(count: int = COUNT) -> list[Json]:
    return [{"name": f"s{number:03d}", "project": PROJECT, "access": ["pull"], "secret": own_secret(number)} for number in range(count)]


def drifted(port: Port, count: int = COUNT, stale: tuple[int, ...] = STALE) -> list[Json]:
    """Declarations of robots that exist; somebody changed the secrets of a few."""
    robots = fleet(count)
    assert not run(port.connection(robots=robots)).failed
    there = port.by_name()
    for number in stale:
        port.call("PATCH", f"/robots/{there[name_of(number)]['id']}", {"secret": OTHERS})
    return robots


def working(port: Port, numbers: tuple[int, ...], secrets: Callable[[int], str]) -> bool:
    there = port.by_name()
    return all(port.logs_in(there[name_of(number)], secrets(number)) for number in numbers)


def test_drift_is_reported_and_nothing_of_those_robots_is_touched(port: Port) -> None:
    robots = [dict(one, description="new") for one in drifted(port)]
    outcome = run(port.connection(robots=robots))
    assert outcome.failed
    assert [number for number, told in enumerate(outcome.robots) if told["failed"]] == list(STALE)
    for number in STALE:
        assert f"robots[{number}] (s{number:03d}): robot {PROJECT}+s{number:03d}: its secret no longer logs in" in outcome.message
    assert outcome.summary == {"updated": COUNT - len(STALE), "failed": len(STALE)}
    assert working(port, STALE, lambda number: OTHERS)
    there = port.by_name()
    assert [number for number in range(COUNT) if there[name_of(number)].get("description") != "new"] == list(STALE)


def test_drift_is_reported_in_check_mode_too(port: Port) -> None:
    robots = drifted(port)
    sent = port.asked()
    outcome = run(port.connection(robots=robots), check_mode=True)
    assert outcome.failed
    assert outcome.summary == {"unchanged": COUNT - len(STALE), "failed": len(STALE)}
    assert writes(port.log(sent)) == []


def test_a_declared_secret_is_restored(port: Port) -> None:
    robots = drifted(port)
    outcome = run(port.connection(robots=robots, on_drift="restore"))
    assert (outcome.failed, outcome.summary) == (False, {"updated": len(STALE), "unchanged": COUNT - len(STALE)})
    assert outcome.credentials == {}
    assert working(port, tuple(range(COUNT)), own_secret)
    assert run(port.connection(robots=robots)).changed is False


def test_a_new_secret_is_made_and_returned(port: Port) -> None:
    robots = drifted(port)
    outcome = run(port.connection(robots=robots, on_drift="refresh"))
    assert not outcome.failed, outcome.message
    assert set(outcome.credentials) == {f"{PROJECT}+s{number:03d}" for number in STALE}
    assert working(port, STALE, lambda number: str(outcome.credentials[f"{PROJECT}+s{number:03d}"]["secret"]))
    assert {outcome.credentials[key]["secret"] for key in outcome.credentials}.isdisjoint({own_secret(number) for number in STALE})
    told = outcome.robots[STALE[0]]
    assert (told["secret_known"], told["secret"]) == (True, outcome.credentials[told["key"]]["secret"])


def test_what_is_not_to_be_verified_is_not_touched(port: Port) -> None:
    robots = drifted(port)
    sent = port.asked()
    outcome = run(port.connection(robots=robots, verify=False, on_drift="restore"))
    assert (outcome.failed, outcome.changed) == (False, False)
    assert [one for one in port.log(sent) if one["status"] == 401 or one["user"].startswith("robot$")] == []
    assert working(port, STALE, lambda number: OTHERS)


@pytest.mark.parametrize("option", [{"update_secret": "on_create"}, {"enabled": False}])
def test_who_needs_no_working_secret_is_not_asked(port: Port, option: Json) -> None:
    run(port.connection(robots=[dict(one, **option) for one in fleet()]))
    robots = [dict(one, **option) for one in drifted(port)]
    sent = port.asked()
    outcome = run(port.connection(robots=robots))
    assert (outcome.failed, outcome.changed) == (False, False), outcome.message
    assert [one for one in port.log(sent) if one["status"] == 401 or one["user"].startswith("robot$")] == []


def test_two_hundred_refusals_are_waited_for_side_by_side(ports: Callable[..., Port], monkeypatch: pytest.MonkeyPatch) -> None:
    """Harbor sleeps over each of them as long as a real one does; the few workers that are allowed do not sleep in turn."""
    port = ports(refusal_delay=1.5)
    port.clear()
    robots = drifted(port, 210, tuple(range(200)))
    prepare()
    api: Any = importlib.import_module(f"{PLUGINS}.module_utils._harbor.api")
    ask, guard, inside, most = api.HarborApi.probe, threading.Lock(), [0], [0]

    def counted(*arguments: Any) -> bool:
        with guard:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        try:
            return bool(ask(*arguments))
        finally:
            with guard:
                inside[0] -= 1

    monkeypatch.setattr(api.HarborApi, "probe", counted)
    sent = port.asked()
    outcome = run(port.connection(robots=robots, concurrency=4))
    refused = [one for one in port.log(sent) if one["status"] == 401]
    assert len(refused) == 200, "each robot is asked once"
    assert all(one["milliseconds"] >= 1400 for one in refused)
    assert outcome.summary == {"failed": 200, "unchanged": 10}
    assert most[0] >= 20, f"never more than {most[0]} waited at once"
