# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run is killed at fifty places; the next one converges, doubles nothing, and claims no secret that nobody knows."""

from __future__ import annotations

import functools

import pytest

from tests.fleet.driver import Strike, run, start
from tests.fleet.fleet import Member, Port, declarations, members, of_convergence, of_secrets

PLACES = 50
WHEN = ("before", "during", "after")


@functools.cache
def fleet_of(stale: bool) -> list[Member]:
    return members(stale=stale)


def options_of(port: Port, stale: bool) -> dict[str, object]:
    """Drift is repaired where there is some; else the default has to do."""
    return port.connection(robots=declarations(fleet_of(stale)), on_drift="restore" if stale else "report")


@functools.cache
def requests_of(port: Port, stale: bool) -> int:
    """How many requests a run makes that nobody disturbs."""
    port.arrange(fleet_of(stale))
    done = run(options_of(port, stale))
    assert not done.failed, done.message
    return int(done.statistics["requests"])


@pytest.mark.parametrize("place", range(PLACES))
def test_killed(port: Port, place: int) -> None:
    stale = place % 2 == 0
    fleet, options, total = fleet_of(stale), options_of(port, stale), requests_of(port, stale)
    at = 1 + place * (total - 1) // (PLACES - 1)
    port.arrange(fleet)
    assert start(options, Strike(at, WHEN[place % 3])).ended() is None, "the run ended before it was killed"
    clean = run(options)
    sent = port.asked()
    third = run(options)
    wrong = of_convergence(port, fleet, clean, third, port.log(sent))
    assert not wrong, "\n".join(wrong)
    wrong = of_secrets(port, fleet, [clean, third], killed=True)
    assert not wrong, "\n".join(wrong)
