# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of fault meets a fleet at random places; the next clean run converges, and the third changes nothing."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable

import pytest

from tests.faults.driver import REFUSAL_SECONDS
from tests.faults.kinds import KINDS, LOCK, Kind
from tests.fleet.driver import run
from tests.fleet.fleet import Json, Member, Port, declarations, members, of_convergence, of_outcome, of_secrets, writes

SEED = 20261120
PLACES = 8
# Requests that two places are apart at least, so that a repetition does not meet the next one.
APART = 12
OBSERVING = 12
# A run never makes so many requests.
FOR_GOOD = 3000


@functools.cache
def fleet() -> list[Member]:
    return members()


@functools.cache
def requests_of(port: Port, login: str) -> int:
    """How many requests a run makes that nobody disturbs."""
    port.arrange(fleet())
    done = run(port.connection(robots=declarations(fleet()), on_drift="restore", login=login))
    assert not done.failed, done.message
    return int(done.statistics["requests"])


def places(kind: Kind, total: int, retries: int) -> list[int]:
    """Where it goes wrong, the same at each run. What is not repeated would end while it still reads, so it goes wrong later."""
    chance = random.Random(f"{SEED} {kind.name} {retries}")
    slots = list(range(1 if retries else OBSERVING, total - APART, APART))
    chosen = chance.sample(slots, PLACES if kind.passes else 1)
    return sorted(slot + chance.randrange(3) for slot in chosen)


def faults_of(kind: Kind, chosen: list[int]) -> list[Json]:
    """What the simulated Harbor is told to do."""
    found: list[Json] = [fault for place in chosen for fault in kind.faults(place)]
    if not kind.passes:
        after = {"match": {"nth": list(range(chosen[-1] + 1, FOR_GOOD))}, "do": {"kind": "cut_before"}}
        found = [found[0], after]
    return found


# Repeated, and where a session makes no difference also given up at once.
STORIES = [(kind, 2) for kind in KINDS] + [(kind, 0) for kind in KINDS if kind.options["login"] == "basic" and not kind.always_survived]


@pytest.mark.parametrize(("kind", "retries"), STORIES, ids=lambda one: getattr(one, "name", str(one)))
def test_faults(ports: Callable[..., Port], kind: Kind, retries: int) -> None:
    port = ports(refusal_delay=REFUSAL_SECONDS if kind is LOCK else 0.0)
    options = port.connection(robots=declarations(fleet()), on_drift="restore")
    total = requests_of(port, kind.options["login"])
    port.arrange(fleet())
    port.simulator.faults(*faults_of(kind, places(kind, total, retries)))
    first = run({**options, **kind.options, "retries": retries})
    port.simulator.faults()
    time.sleep(kind.settles)
    found = of_outcome(first, fleet())
    if kind.always_survived or (kind.passes and retries):
        found += [] if not first.failed else [f"faults that pass are not survived: {first.message}"]
    elif not kind.passes:
        found += [] if first.failed else ["a Harbor that is gone for good does not fail the run"]
    clean = run(options)
    if not first.failed and clean.changed:
        found.append(f"the disturbed run succeeds, and leaves something to the next one: {clean.summary}")
    sent = port.asked()
    third = run(options)
    found += of_convergence(port, fleet(), clean, third, port.log(sent))
    found += of_secrets(port, fleet(), [first, clean, third])
    assert not found, "\n".join(found)


def test_nothing_is_written_when_a_listing_fails(port: Port) -> None:
    """Absent means proved absent: a page that is not to be had is no proof."""
    port.simulator.faults({"match": {"path": "/robots$", "nth": 3}, "do": {"kind": "status", "status": 500}})
    sent = port.asked()
    outcome = run(port.connection(robots=declarations(fleet()), on_drift="restore", retries=0))
    assert outcome.failed
    assert "Nothing was changed" in outcome.message
    assert writes(port.log(sent)) == []
