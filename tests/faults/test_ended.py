# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed at each request, and one that is asked to end: the next one converges, and nothing goes unsaid."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.faults.driver import Outcome, run
from tests.faults.scenarios import CREATES, FULL_NAME, SECRETS, UPDATES, Scenario
from tests.faults.story import Story, arrange, connection, known_secret, of_convergence, undisturbed, writes
from tests.faults.world import BEFORE, OWN, Json, World
from tests.tools.paths import ROOT

Harbors = Callable[[str, bool], World]
HANG = 0.5
SCENARIOS = [CREATES[0], CREATES[-1], UPDATES[-1], SECRETS[-1]]


def start(options: Json, scenario: Scenario) -> subprocess.Popen[str]:
    """A run in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.driver"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps({"module": scenario.module, "options": {**options, **scenario.options}}))
    process.stdin.close()
    process.stdin = None
    return process


def at_request(world: World, process: subprocess.Popen[str], sent: int, k: int) -> None:
    """Wait until a run hangs in its k-th request, whose work is done by then."""
    end = time.monotonic() + 20
    while len(world.log(sent)) < k - 1:
        assert process.poll() is None, f"it ended before request {k}: {process.communicate()}"
        assert time.monotonic() < end, f"it never came to request {k}"
        time.sleep(0.01)
    time.sleep(0.1)


def over(world: World, sent: int, k: int) -> None:
    """Wait until Harbor has noted the k-th request too, which it does when it would have answered."""
    end = time.monotonic() + 20
    while len(world.log(sent)) < k:
        assert time.monotonic() < end, f"request {k} never ended"
        time.sleep(0.02)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_killed_after_each_write(harbor: Harbors, scenario: Scenario) -> None:
    """Nobody can report a secret from the grave; but nothing is doubled, and what was declared comes to be."""
    world = harbor("2.15.2", False)
    clean = undisturbed(world, scenario)
    found = []
    for k, request in enumerate(clean, 1):
        if request["method"] == "GET" and k < len(clean):
            continue  # before the first write there is nothing to see
        begin, sent = arrange(world, scenario), world.asked()
        world.simulator.faults({"match": {"nth": k}, "do": {"kind": "slow", "seconds": HANG, "after": True}})
        process = start(connection(world, timeout=60), scenario)
        try:
            at_request(world, process, sent, k)
        finally:
            process.kill()
            process.communicate()
        over(world, sent, k)
        world.simulator.faults()
        call = {**connection(world), **scenario.options}
        unheard = Outcome({})
        story = Story(scenario, f"killed after request {k}", unheard, unheard, unheard, begin, world.robots(), [], [], world.bystander)
        story.known.append(known_secret(world, story.disturbed, [OWN, BEFORE]))
        story.clean, story.after_clean = run(scenario.module, call), world.robots()
        story.known.append(known_secret(world, story.final, [story.clean.secret, OWN, BEFORE]))
        story.third = run(scenario.module, call)
        wrong = of_convergence(story)
        if world.bystander not in story.after_clean:
            wrong.append("somebody else's robot was touched")
        if story.disturbed and story.final and story.disturbed["id"] != story.final["id"]:
            wrong.append("the robot was made a second time")
        found += [f"{scenario.name}, killed after request {k} ({request['method']}): {fault}" for fault in wrong]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("scenario", "login"),
    [*((scenario, "basic") for scenario in SCENARIOS[1:]), (SCENARIOS[0], "session"), (SCENARIOS[-1], "session")],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_asked_to_end_at_each_request(harbor: Harbors, scenario: Scenario, login: str) -> None:
    world = harbor("2.15.2", False)
    clean = undisturbed(world, scenario, login=login)
    found = []
    for k, request in enumerate(clean[1:], 2):  # before the second, it cannot be seen when the run has begun
        begin, sent = arrange(world, scenario), world.asked()
        world.simulator.faults({"match": {"nth": k}, "do": {"kind": "slow", "seconds": HANG, "after": True}})
        process = start(connection(world, login=login), scenario)
        try:
            at_request(world, process, sent, k)
            process.send_signal(signal.SIGTERM)
            printed, errors = process.communicate(timeout=20)
        finally:
            process.kill()
            process.wait()
        over(world, sent, k)
        world.simulator.faults()
        title = f"{scenario.name}, {login}, ended at request {k} ({request['method']} {request['path']})"
        if not printed.startswith("{"):
            found.append(f"{title}: it says nothing: {printed}{errors}")
            continue
        outcome = Outcome(json.loads(printed))
        found += [f"{title}: {fault}" for fault in said(world, scenario, outcome, begin, world.log(sent))]
    assert not found, "\n".join(found)


def said(world: World, scenario: Scenario, outcome: Outcome, begin: list[Json], requests: list[Json]) -> list[str]:
    """What is wrong with how a run ended that was asked to."""
    found = []
    done = [request for request in requests if writes([request])]
    opened = [r for r in requests if (r["method"], r["path"], r["status"]) == ("POST", "/c/login", 200)]
    ended = [r for r in requests if r["path"] == "/c/log_out"]
    if len(opened) != len(ended):
        found.append(f"{len(opened)} sessions were opened and {len(ended)} ended")
    if outcome.failed and "was asked to end" not in outcome.message:
        found.append(f"it does not say why it ended: {outcome.message}")
    if outcome.failed and scenario.label not in outcome.message:
        found.append(f"it does not name the robot: {outcome.message}")
    if outcome.failed and not done and ("Nothing was changed" not in outcome.message or world.robots() != begin):
        found.append(f"it does not say that nothing was changed: {outcome.message}")
    if outcome.failed and done and ("Done: " not in outcome.message or "Done: nothing" in outcome.message or not outcome.changed):
        found.append(f"it does not say what was done: {outcome.message}")
    robot = next((robot for robot in world.robots() if robot["name"] == FULL_NAME), None)
    if robot and known_secret(world, robot, [outcome.secret, OWN, BEFORE]) is None:
        found.append(f"the secret is lost: {outcome.result}")
    return found
