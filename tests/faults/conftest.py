# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated Harbors for the fault tests, one for each version and process."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.driver import REFUSAL_SECONDS
from tests.faults.world import World
from tests.simulator.launcher import Simulator


@pytest.fixture(scope="session")
def harbor() -> Iterator[Callable[[str, bool], World]]:
    """A function that gives a Harbor of a version: one that locks users who are attacked, or one that refuses at once."""
    running: dict[tuple[str, bool], World] = {}

    def get(version: str, locking: bool = False) -> World:
        if (version, locking) not in running:
            delay = REFUSAL_SECONDS if locking else 0.0
            running[version, locking] = World(Simulator.start(harbor=version, refusal_delay=delay, password_cost=0))
        return running[version, locking]

    yield get
    for world in running.values():
        world.simulator.stop()
