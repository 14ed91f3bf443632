# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each request of each kind of work fails in turn, in each way; then one clean run converges, and nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.kinds import FEW_KINDS, IN_SESSION, KINDS, LOCK, RETRY_AFTER, SORTS, Kind
from tests.faults.scenarios import CREATES, PROJECTS, REMOVES, ROBOTS, SECRETS, UPDATES, Scenario
from tests.faults.story import Story, of_message, play, problems, undisturbed
from tests.faults.world import World

NEWEST, OTHERS = "2.15.2", ("2.9.5", "2.16")
FEW = [CREATES[-1], UPDATES[-1], SECRETS[-1]]
WHOLE = [CREATES[0], *FEW, SECRETS[0], *REMOVES, PROJECTS[0]]
CASES = [
    *((scenario, kind, NEWEST) for scenario in [*ROBOTS, *PROJECTS] for kind in (KINDS if scenario in WHOLE else SORTS)),
    *((scenario, kind, NEWEST) for scenario in FEW for kind in IN_SESSION),
    *((scenario, LOCK, NEWEST) for scenario in [*FEW, *REMOVES, *PROJECTS[:1]]),
    *((scenario, kind, version) for version in OTHERS for scenario in FEW for kind in FEW_KINDS if kind is not LOCK or version == "2.9.5"),
]
Harbors = Callable[[str, bool], World]


def name(case: tuple[Scenario, Kind, str]) -> str:
    return f"{case[0].name}-{case[1].name}-{case[2]}"


@pytest.mark.parametrize("case", CASES, ids=name)
def test_each_request_fails(harbor: Harbors, case: tuple[Scenario, Kind, str]) -> None:
    scenario, kind, version = case
    world = harbor(version, kind is LOCK)
    clean = undisturbed(world, scenario, login=kind.options["login"])
    found = []
    for k, request in enumerate(clean, 1):
        if not kind.concerns(request["method"]):
            continue
        # Whether a repetition helps is not for the scenario to say, so that few are enough for it.
        for retries in (0, 2) if scenario in WHOLE and not kind.always_survived else (0,):
            title = f"{scenario.name}, {kind.name} at request {k} ({request['method']} {request['path']}), retries={retries}"
            story = play(world, scenario, title, kind.faults(k), kind.settles, retries=retries, **kind.options)
            found += [f"{title}: {fault}" for fault in dict.fromkeys([*problems(story), *survival(story, kind, retries)])]
    assert not found, "\n".join(found)


def survival(story: Story, kind: Kind, retries: int) -> list[str]:
    """What passes is survived, and then there is nothing left for the next run; what a server asks for is waited for."""
    found = []
    if story.first.failed and (kind.always_survived or (kind.passes and retries)):
        found.append(f"one fault that passes is not survived: {story.first.message}")
    if not story.first.failed and story.clean.changed != story.scenario.repeats:
        found.append("the disturbed run succeeds, and leaves something to the next one")
    if not story.first.failed and not story.first.changed:
        found.append("the disturbed run says that it changed nothing")
    if kind.status == 429 and retries and story.first.pauses != [RETRY_AFTER]:
        found.append(f"Retry-After is not heeded: {story.first.pauses}")
    return found + (of_message(story, kind.status) if kind.status else [])
