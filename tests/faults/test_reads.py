# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that only read: a request that fails gives an error or, repeated, the whole answer; never a part of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.driver import Outcome, run
from tests.faults.kinds import CUTS, DEAD_SESSION, LOCK, SLOWS, STATUSES, Kind
from tests.faults.scenarios import READS, Scenario
from tests.faults.story import arrange, connection
from tests.faults.world import World

KINDS = [CUTS[0], STATUSES[0], STATUSES[4], SLOWS[0], DEAD_SESSION, LOCK]
RETRIES = 2


def told(outcome: Outcome) -> dict[str, object]:
    """What a run found, without what it cost."""
    return {name: value for name, value in outcome.result.items() if name not in ("statistics", "invocation")}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("scenario", READS, ids=lambda scenario: scenario.name)
def test_no_answer_is_a_part_of_the_truth(harbor: Callable[[str, bool], World], scenario: Scenario, kind: Kind) -> None:
    world = harbor("2.15.2", kind is LOCK)
    arrange(world, scenario)
    call = {**connection(world, **kind.options), **scenario.options}
    before, sent = world.robots(), world.asked()
    whole = run(scenario.module, call)
    requests = world.log(sent)
    assert not whole.failed, whole.message
    found = []
    for k, request in enumerate(requests, 1):
        for retries in (0,) if kind.always_survived else (0, RETRIES):
            world.simulator.faults(*kind.faults(k))
            outcome = run(scenario.module, {**call, "retries": retries})
            world.simulator.faults()
            title = f"{kind.name} at request {k} ({request['method']} {request['path']}), retries={retries}"
            if outcome.failed and (retries or kind.always_survived):
                found.append(f"{title}: one fault that passes is not survived: {outcome.message}")
            elif outcome.failed and (outcome.changed or not outcome.result["error"]["request_id"]):
                found.append(f"{title}: the error does not say which request failed: {outcome.result}")
            elif not outcome.failed and told(outcome) != told(whole):
                found.append(f"{title}: the answer is another one: {told(outcome)} instead of {told(whole)}")
    assert not found, "\n".join(found)
    assert world.robots() == before
