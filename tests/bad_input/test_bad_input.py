# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrong input ends a run before the first write, in check mode too, with one message that holds every fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.bad_input.against_harbor import DYNAMIC, Case
from tests.bad_input.table import STATIC, Entry
from tests.faults.driver import Outcome, run
from tests.faults.story import connection, writes
from tests.faults.world import World
from tests.simulator.launcher import Simulator

Harbors = Callable[[str], World]


@pytest.fixture(scope="session")
def harbor() -> Iterator[Harbors]:
    """A function that gives a Harbor of a version."""
    running: dict[str, World] = {}

    def get(version: str) -> World:
        if version not in running:
            running[version] = World(Simulator.start(harbor=version, refusal_delay=0.0, password_cost=0))
        return running[version]

    yield get
    for world in running.values():
        world.simulator.stop()


def check(outcome: Outcome, faults: list[str]) -> None:
    """The run failed with a message that is made of exactly these faults; those with an ellipsis are beginnings."""
    assert outcome.failed, outcome.result
    assert outcome.changed is False
    head, *rest = outcome.message.split("\n")
    start = "Wrong input, nothing was changed"
    if len(faults) == 1:
        assert not rest and head.startswith(f"{start}: "), outcome.message
        told = [head.removeprefix(f"{start}: ")]
    else:
        assert head == f"{start}; {len(faults)} faults:", outcome.message
        told = [line.removeprefix("- ") for line in rest]
    assert len(told) == len(faults), outcome.message
    for said, expected in zip(told, faults, strict=True):
        if expected.endswith("…"):
            assert said.startswith(expected.removesuffix("…").rstrip()), outcome.message
        else:
            assert said == expected, outcome.message
    assert "faults" not in outcome.result or outcome.result["faults"] == told


def name(entry: Entry) -> str:
    return f"{entry[1]}-{entry[0].replace(' ', '_')}"


@pytest.mark.parametrize("check_mode", [False, True], ids=["run", "check"])
@pytest.mark.parametrize("entry", STATIC, ids=name)
def test_found_without_a_request(harbor: Harbors, entry: Entry, check_mode: bool) -> None:
    _name, module, options, faults = entry
    world = harbor("2.15.2")
    sent = world.asked()
    given = {key: value for key, value in {**connection(world), **options}.items() if value is not None}
    outcome = run(module, given, check_mode=check_mode)
    check(outcome, faults)
    assert world.log(sent) == []
    assert "NotToBeShown" not in str(outcome.result)


def test_there_are_enough_kinds() -> None:
    kinds = [(entry[1], str(entry[2])) for entry in STATIC] + [(case.module, case.name) for case in DYNAMIC]
    assert len(set(kinds)) == len(kinds) >= 50


@pytest.mark.parametrize("case", DYNAMIC, ids=lambda case: case.name.replace(" ", "_"))
def test_found_before_the_first_write(harbor: Harbors, case: Case) -> None:
    world = harbor(case.version)
    world.clear()
    options = {**connection(world), **case.arrange(world), **case.options}
    try:
        for check_mode in (True, False):
            sent = world.asked()
            outcome = run(case.module, options, check_mode=check_mode)
            check(outcome, [fault.format(**options) for fault in case.faults])
            assert world.log(sent), "it was found without asking Harbor, and belongs into the other table"
            assert writes(world.log(sent)) == []
    finally:
        world.call("PUT", "/configurations", {"read_only": False})
