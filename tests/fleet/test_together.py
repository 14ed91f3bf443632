# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several runs over one list at once, other clients that write in between, and writers that must not lock each other out."""

from __future__ import annotations

import concurrent.futures
import functools
import random
import signal
from collections import Counter
from collections.abc import Callable

import pytest
import requests

from tests.faults.world import BEFORE, OTHERS, PASSWORD, PROJECT, USERNAME, Json, access, pairs_of
from tests.fleet.driver import Strike, run, start
from tests.fleet.fleet import PROJECTS, Port, declarations, members, of_members, of_outcome, of_secrets, own_secret, writes

RUNS = 8


@pytest.mark.parametrize("on_drift", ["report", "restore"])
def test_eight_runs_at_once(port: Port, on_drift: str) -> None:
    """With what holds by default, and where there are stale secrets that all of them repair."""
    fleet = members(stale=on_drift == "restore")
    port.arrange(fleet)
    options = port.connection(robots=declarations(fleet), on_drift=on_drift)
    begun = [start(options) for _number in range(RUNS)]
    outcomes = [outcome for outcome in (one.ended() for one in begun) if outcome]
    assert len(outcomes) == RUNS
    found = [fault for outcome in outcomes for fault in of_outcome(outcome, fleet)]
    sent = port.asked()
    further = run(options)
    found += of_members(port, fleet)
    assert not found, "\n".join(found)
    assert (further.failed, further.changed, further.summary) == (False, False, {"unchanged": len(fleet)}), further.message
    assert writes(port.log(sent)) == []

    # Whoever made a robot has its secret, nobody else has, and it works.
    made = Counter(key for outcome in outcomes for key in outcome.credentials)
    assert made == Counter(one.key for one in fleet if one.made_by_harbor)
    there = port.by_name()
    given = {key: told["secret"] for outcome in outcomes for key, told in outcome.credentials.items()}
    wrong = [one.key for one in fleet if one.key in given and not port.logs_in(there[one.full_name], given[one.key])]
    wrong += [one.key for one in fleet if one.secret and not one.gone and not port.logs_in(there[one.full_name], one.secret)]
    assert wrong == []


# --- other clients


def other(method: str, key: str, body: Json | None = None, *, nth: int, on: str, merge: bool = False) -> Json:
    """Another client's write to a robot, right before the n-th request that is such a write."""
    request = {"method": method, "path": "/api/v2.0/robots/{id:%s}" % key, "body": body, "merge": merge}
    return {"match": {"method": on, "path": "/robots", "nth": nth}, "do": {"kind": "write", "request": request}}


def existing(port: Port, count: int, *pairs: str, secret: str = "") -> list[str]:
    """Short names of robots of a project that are there, each with its own secret."""
    names = [f"e{number:02d}" for number in range(count)]
    for number, name in enumerate(names):
        body = {"name": name, "level": "project", "duration": 30, "description": "old", "permissions": access(PROJECT, *pairs)}
        made = port.call("POST", "/robots", body)
        port.call("PATCH", f"/robots/{made['id']}", {"secret": secret or own_secret(number)})
    return names


@pytest.mark.parametrize(("nth", "victim"), [(1, 15), (1, 29), (10, 0), (10, 29), (30, 0), (30, 15)])
def test_who_is_disabled_stays_so(port: Port, victim: int, nth: int) -> None:
    """Whether its turn has come already or is to come; only between a reading and the PUT right after it could nobody tell."""
    names = existing(port, 30, "repository:pull")
    port.simulator.faults(other("PUT", f"{PROJECT}+{names[victim]}", {"disable": True}, nth=nth, on="PUT", merge=True))
    robots = [{"name": name, "project": PROJECT, "access": ["push"], "description": "new"} for name in names]
    first = run(port.connection(robots=robots))
    second = run(port.connection(robots=robots))
    assert not first.failed, first.message
    assert not second.failed, second.message
    there = port.by_name()
    assert [name for name in names if there[f"robot${PROJECT}+{name}"]["disable"]] == [names[victim]]
    assert sum(there[f"robot${PROJECT}+{name}"]["description"] == "new" for name in names) >= len(names) - 1


@pytest.mark.parametrize("nth", [1, 10, 30])
def test_who_is_narrowed_stays_so(port: Port, nth: int) -> None:
    """One whose permissions are not mentioned keeps its newest ones; one that the run does not write is not touched at all."""
    names = existing(port, 31, "repository:pull", "repository:push")
    described, declared = names[:30], names[30]
    narrow = {"permissions": access(PROJECT, "repository:pull")}
    port.simulator.faults(
        other("PUT", f"{PROJECT}+{described[14]}", narrow, nth=nth, on="PUT", merge=True),
        other("PUT", f"{PROJECT}+{declared}", narrow, nth=nth, on="PUT", merge=True),
    )
    robots: list[Json] = [{"name": name, "project": PROJECT, "description": "new"} for name in described]
    outcome = run(port.connection(robots=[*robots, {"name": declared, "project": PROJECT, "access": ["push"]}]))
    assert not outcome.failed, outcome.message
    there = port.by_name()
    held = {name: pairs_of(there[f"robot${PROJECT}+{name}"]) for name in names}
    assert [name for name in names if held[name] == {(PROJECT, "repository:pull")}] == [described[14], declared]
    assert all(there[f"robot${PROJECT}+{name}"]["description"] == "new" for name in described)


@pytest.mark.parametrize("nth", [1, 10, 30])
@pytest.mark.parametrize("on_drift", ["report", "restore", "refresh"])
def test_who_is_rotated_stays_so(port: Port, nth: int, on_drift: str) -> None:
    """Neither a secret that was right when it was tried nor one that was to be repaired replaces somebody else's newest."""
    names = existing(port, 40, "repository:pull")
    robots = [{"name": name, "project": PROJECT, "access": ["push"], "secret": own_secret(number)} for number, name in enumerate(names)]
    stale = names[30:]
    for name in stale if on_drift != "report" else ():
        port.call("PATCH", "/robots/%d" % port.by_name()[f"robot${PROJECT}+{name}"]["id"], {"secret": BEFORE})
    victims = [names[5], names[20]] + ([names[35]] if on_drift != "report" else [])
    port.simulator.faults(*(other("PATCH", f"{PROJECT}+{name}", {"secret": OTHERS}, nth=nth, on="PUT") for name in victims[:2]))
    if len(victims) == 3:
        on_patch = other("PATCH", f"{PROJECT}+{victims[2]}", {"secret": OTHERS}, nth=1, on="GET")
        on_patch["match"]["path"] = r"/robots/\d+$"
        port.simulator.faults(
            on_patch, *(other("PATCH", f"{PROJECT}+{name}", {"secret": OTHERS}, nth=nth, on="PUT") for name in victims[:2])
        )
    outcome = run(port.connection(robots=robots, on_drift=on_drift))
    there = port.by_name()
    for name in victims:
        assert port.logs_in(there[f"robot${PROJECT}+{name}"], OTHERS), name
    failed = [told["key"] for told in outcome.robots if told["failed"]]
    assert failed == [f"{PROJECT}+{name}" for name in victims[2:]], outcome.message
    for number, name in enumerate(names):
        if name not in victims:
            told = outcome.credentials.get(f"{PROJECT}+{name}", {}).get("secret")
            assert (told is not None) == (on_drift == "refresh" and name in stale)
            assert port.logs_in(there[f"robot${PROJECT}+{name}"], told or own_secret(number)), name


def test_who_was_made_first_by_somebody_else_is_taken_up(port: Port) -> None:
    """A robot that appears between the listing and its creation is brought to what is declared, and its secret is its maker's."""
    theirs = {"name": "n05", "level": "project", "duration": 10, "permissions": access(PROJECT, "repository:pull")}
    request = {"method": "POST", "path": "/api/v2.0/robots", "body": theirs}
    port.simulator.faults({"match": {"method": "POST", "path": "/robots$", "nth": 2}, "do": {"kind": "write", "request": request}})
    robots = [{"name": f"n{number:02d}", "project": PROJECT, "access": ["push"]} for number in range(20)]
    outcome = run(port.connection(robots=robots))
    assert not outcome.failed, outcome.message
    assert f"{PROJECT}+n05" not in outcome.credentials
    assert len(outcome.credentials) == 19
    assert pairs_of(port.by_name()[f"robot${PROJECT}+n05"]) == {(PROJECT, "repository:pull"), (PROJECT, "repository:push")}
    assert any("made by somebody else" in warning for warning in outcome.warnings)
    assert run(port.connection(robots=robots)).changed is False


# --- deadlocks


def test_parallel_writers_never_meet_a_deadlock(port: Port) -> None:
    """Real sets of permissions, in an order that differs from robot to robot, written by two runs with many hands each."""
    chance = random.Random(7)
    words = ["ci", "read", "cleanup", "scanner", "repository:*", "tag:*", "artifact:*", "scan:*", "*:list"]
    robots: list[Json] = []
    for number in range(60):
        wheres = chance.sample(PROJECTS, 3)
        permissions: list[Json] = [{"project": where, "access": chance.sample(words, 4)} for where in wheres]
        permissions.append({"system": True, "access": chance.sample(["registry:*", "replication:*", "label:*", "quota:*"], 3)})
        chance.shuffle(permissions)
        robots.append({"name": f"d{number:02d}", "permissions": permissions})
    port.simulator.faults(deadlock=True)
    halves = [start(port.connection(robots=half, concurrency=8, retries=0)) for half in (robots[:30], robots[30:])]
    for outcome in [one.ended() for one in halves]:
        assert outcome
        assert not outcome.failed, outcome.message
    chance.shuffle(robots)
    changed = [dict(robot, permissions=other["permissions"]) for robot, other in zip(robots, reversed(robots), strict=True)]
    halves = [start(port.connection(robots=half, concurrency=8, retries=0)) for half in (changed[:30], changed[30:])]
    for outcome in [one.ended() for one in halves]:
        assert outcome
        assert not outcome.failed, outcome.message
    assert 500 not in {one["status"] for one in port.log()}


def test_writers_in_different_orders_do_meet_a_deadlock(port: Port) -> None:
    """So that the test above means something."""
    pairs = [f"{resource}:{action}" for resource in ("repository", "tag", "artifact", "scan") for action in ("list", "read", "create")]
    port.simulator.faults(deadlock=True)

    def write(turn: int, number: int) -> int:
        ordered = pairs if number % 2 else list(reversed(pairs))
        body = {"name": f"raw{turn}-{number}", "level": "project", "duration": -1, "permissions": access(PROJECT, *ordered)}
        answer = requests.post(f"{port.url}/api/v2.0/robots", json=body, auth=(USERNAME, PASSWORD), timeout=60)
        return answer.status_code

    def meet(turn: int) -> bool:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            return 500 in pool.map(functools.partial(write, turn), range(8))

    # How many are there at the same moment is up to the machine, so they may need several turns.
    assert any(meet(turn) for turn in range(20))


# --- an end that was asked for


@pytest.mark.parametrize(("at", "when"), [(90, "before"), (150, "after"), (220, "during"), (330, "before")])
def test_who_is_asked_to_end_tells_what_was_done(port: Port, at: int, when: str) -> None:
    fleet = members()
    port.arrange(fleet)
    options = port.connection(robots=declarations(fleet), on_drift="restore")
    first = start(options, Strike(at, when, signal.SIGTERM)).ended()
    assert first
    assert first.failed
    assert first.robots
    assert "the run was asked to end" in first.message
    assert of_outcome(first, fleet) == []
    ended = [told for told in first.robots if "asked to end" in told.get("msg", "")]
    assert ended
    second = run(options)
    assert not second.failed, second.message
    assert of_members(port, fleet) == []
    assert of_secrets(port, fleet, [first, second]) == []
    assert run(options).changed is False


def test_who_is_asked_to_end_while_it_reads_changes_nothing(ports: Callable[..., Port]) -> None:
    port = ports()
    fleet = members()
    port.arrange(fleet)
    sent = port.asked()
    outcome = start(port.connection(robots=declarations(fleet), on_drift="restore"), Strike(9, "after", signal.SIGTERM)).ended()
    assert outcome
    assert outcome.failed
    assert "Nothing was changed" in outcome.message
    assert writes(port.log(sent)) == []
