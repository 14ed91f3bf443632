# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Harbor answers as real ones did: every recorded answer of every recorded version is equal."""
from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.contract.replayer import Difference, Player, scenarios, versions
from tests.simulator.launcher import Simulator

REFUSAL_DELAY = 1.0
"""Seconds; less than a real Harbor's, because the recordings wait for it often."""
RECORDED_VERSIONS = ["2.9.5", "2.10.3", "2.12.4", "2.13.5", "2.15.2", "2.16.0-dev"]
FEWEST_ANSWERS = 500
"""Fewer in all would mean that recordings are missing."""

Outcome = dict[str, tuple[int, list[Difference]]]
SCENARIOS = [scenario["scenario"] for scenario in scenarios()]


def play(version: str) -> Outcome:
    """Every scenario against a server of its own."""
    with Simulator.start(harbor=version, refusal_delay=REFUSAL_DELAY, password_cost=0) as server:
        player = Player(server.url, version, REFUSAL_DELAY)
        return {scenario["scenario"]: player.compare(scenario) for scenario in scenarios()}


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Outcome]]]:
    """The versions side by side: most of the time they wait for refusals. Only those that selected tests ask for."""
    wanted = {item.callspec.params["version"] for item in request.session.items  # type: ignore[attr-defined]
              if "version" in getattr(getattr(item, "callspec", None), "params", {})}
    with ThreadPoolExecutor(max_workers=len(RECORDED_VERSIONS)) as pool:
        yield {version: pool.submit(play, version) for version in RECORDED_VERSIONS if version in wanted}


def test_all_six_versions_are_recorded() -> None:
    assert versions() == RECORDED_VERSIONS


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("version", RECORDED_VERSIONS)
def test_every_recorded_answer_is_equal(outcomes: dict[str, Future[Outcome]], version: str, scenario: str) -> None:
    compared, differences = outcomes[version].result()[scenario]
    assert compared, f"nothing of {version} is recorded in {scenario}"
    assert not differences, "\n".join(map(str, differences))


@pytest.mark.parametrize("version", RECORDED_VERSIONS)
def test_no_recording_is_missing(outcomes: dict[str, Future[Outcome]], version: str) -> None:
    assert sum(compared for compared, _differences in outcomes[version].result().values()) >= FEWEST_ANSWERS
