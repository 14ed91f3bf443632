# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated Harbors for fleets, as few as their delays allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.fleet.fleet import Port
from tests.simulator.launcher import Simulator


@pytest.fixture(scope="session")
def ports() -> Iterator[Callable[..., Port]]:
    """A function that gives a Harbor by its version and the seconds that it sleeps over refused credentials."""
    running: dict[tuple[str, float], Port] = {}

    def get(version: str = "2.15.2", refusal_delay: float = 0.0) -> Port:
        if (version, refusal_delay) not in running:
            running[version, refusal_delay] = Port(Simulator.start(harbor=version, refusal_delay=refusal_delay, password_cost=0))
        return running[version, refusal_delay]

    yield get
    for port in running.values():
        port.simulator.stop()


@pytest.fixture
def port(ports: Callable[..., Port]) -> Port:
    """A fresh Harbor that refuses wrong secrets without sleeping over them."""
    fresh = ports()
    fresh.clear()
    return fresh
