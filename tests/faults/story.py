# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One disturbed run, a clean one and a third: what they said and what Harbor had in between, and what must be true of that."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from tests.faults.driver import Outcome, run
from tests.faults.scenarios import FULL_NAME, Scenario
from tests.faults.world import BEFORE, OTHERS, OWN, PASSWORD, USERNAME, Json, World, pairs_of

SAFE = ("GET", "HEAD")
PARTS = ("Done: ", "Not done: ")
UNTOUCHED = "Nothing was changed."
DAY = 86400


@dataclass
class Story:
    """What happened.

    :ivar public: of the project that this is about, in the end; None where there is none
    :ivar known: after the disturbed and after the clean run, the secret that works; None when it is none that anybody was told
    """

    scenario: Scenario
    title: str
    first: Outcome
    clean: Outcome
    third: Outcome
    start: list[Json]
    after_first: list[Json]
    after_clean: list[Json]
    requests: list[Json]
    bystander: Json
    public: bool | None = None
    known: list[str | None] = field(default_factory=list)

    def robot(self, robots: list[Json]) -> Json | None:
        """The robot that this is about, None when it does not exist."""
        found = [robot for robot in robots if robot["name"] == FULL_NAME]
        assert len(found) < 2, f"{self.title}: the robot was doubled: {found}"
        return found[0] if found else None

    @property
    def ended_early(self) -> bool:
        """True when the disturbed run failed before its first write, so that there was nothing to be put right."""
        return self.clean is self.first

    @property
    def disturbed(self) -> Json | None:
        return self.robot(self.after_first)

    @property
    def final(self) -> Json | None:
        return self.robot(self.after_clean)


def connection(world: World, **more: Any) -> Json:
    """The connection options of a run."""
    return {"harbor_url": world.url, "harbor_username": USERNAME, "harbor_password": PASSWORD, "retries": 0, "timeout": 20, **more}


def arrange(world: World, scenario: Scenario) -> list[Json]:
    """The Harbor that a scenario begins with; the robots in it."""

    def before() -> None:
        if scenario.before is not None and not scenario.about_robot:
            public = str(scenario.before["public"]).lower()
            world.call("POST", "/projects", {"project_name": scenario.label, "metadata": {"public": public}})
        elif scenario.before is not None:
            members = dict(scenario.before)
            world.make("ci", members.pop("secret"), members.pop("pairs"), **members)

    return world.begin(scenario.name, before)


def undisturbed(world: World, scenario: Scenario, **options: Any) -> list[Json]:
    """The requests of a run in which nothing goes wrong; the faults are numbered after them."""
    arrange(world, scenario)
    outcome = run(scenario.module, {**connection(world, **options), **scenario.options})
    assert not outcome.failed, f"{scenario.name} fails without any fault: {outcome.message}"
    return world.log()


def play(world: World, scenario: Scenario, title: str, faults: list[Json], settles: float = 0.0, **options: Any) -> Story:
    """Run a scenario with faults, then without, then once more."""
    start = arrange(world, scenario)
    call = {**connection(world), **scenario.options}
    world.simulator.faults(*faults)
    first = run(scenario.module, {**call, **options})
    world.simulator.faults()
    if settles:
        time.sleep(settles)
    requests = world.log()
    after_first = world.robots()
    story = Story(scenario, title, first, first, first, start, after_first, after_first, requests, world.bystander)
    if first.failed and after_first == start and not settles and not writes(requests):
        return story  # what follows would be an undisturbed run
    if scenario.about_robot:
        story.known.append(known_secret(world, story.disturbed, [first.secret, OWN, BEFORE, OTHERS]))
    story.clean = run(scenario.module, call)
    story.after_clean = world.robots()
    project = world.project(scenario.label)
    story.public = project["metadata"]["public"] == "true" if project else None
    if scenario.about_robot:
        story.known.append(known_secret(world, story.final, [story.clean.secret, first.secret, OWN, BEFORE, OTHERS]))
    story.third = run(scenario.module, call)
    return story


def known_secret(world: World, robot: Json | None, candidates: list[str | None]) -> str | None:
    """The first of the secrets that anybody was told which is the robot's."""
    return next((secret for secret in candidates if secret and robot and world.works(robot, secret)), None)


def writes(requests: list[Json]) -> list[str]:
    """The requests that may change something; a log-in does not."""
    return [f"{one['method']} {one['path']}" for one in requests if one["method"] not in SAFE and not one["path"].startswith("/c/")]


# --- what must be true


def problems(story: Story) -> list[str]:
    """Everything that is wrong with a story about a robot, whatever went wrong in it."""
    found = of_message(story)
    if story.ended_early:
        return found
    found += of_convergence(story)
    if story.scenario.about_robot:
        found += of_secrets(story)
    for robots in (story.after_first, story.after_clean):
        if story.bystander not in robots:
            found.append("somebody else's robot was touched")
        if {robot["name"] for robot in robots} - {FULL_NAME, story.bystander["name"]}:
            found.append(f"there are robots that nobody asked for: {[robot['name'] for robot in robots]}")
    return found


def of_message(story: Story, status: int | None = None) -> list[str]:
    """A failing run says what failed, where, for which robot, what was and was not done; and it is true."""
    found = []
    outcome, message = story.first, story.first.message
    if "A fault of harbormaster.robots" in message or "Traceback" in message:
        return [f"an unexpected exception: {message}"]
    if not outcome.failed:
        return []
    error = outcome.result.get("error") or {}
    if error.get("status") and f" with {error['status']} " not in message:
        found.append("the message lacks the status")
    if status and error.get("status") not in (status, 404, 409, None):
        found.append(f"the error has status {error.get('status')} instead of {status}")
    if error.get("method"):
        answered = {request["request_id"] for request in story.requests if request["request_id"]}
        if not error.get("request_id") or error["request_id"] not in message:
            found.append("the message lacks the request id")
        elif error.get("code") and error["request_id"] not in answered:
            found.append("the request id is none that Harbor saw")
    if story.scenario.label not in message:
        found.append("the message does not name the robot or project")
    if UNTOUCHED in message:
        if writes(story.requests) or outcome.changed:
            found.append(f"the message says that nothing was changed, after {writes(story.requests)}")
    elif not all(part in message for part in PARTS) and not message.startswith("Wrong input, nothing was changed"):
        found.append("the message does not say what was and what was not done")
    return [f"{fault}: {message}" for fault in found]


def of_convergence(story: Story) -> list[str]:
    """One clean run brings everything in order, and the one after it has nothing to do."""
    found = []
    if story.clean.failed:
        return [f"the clean run fails: {story.clean.message}"]
    if story.third.failed or story.third.changed != story.scenario.repeats:
        found.append(f"the third run {'fails' if story.third.failed else 'changes'}: {story.third.result}")
    if not story.scenario.repeats and story.third.secret:
        found.append("the third run gives a secret")
    return found + of_goal(story)


def of_goal(story: Story) -> list[str]:
    """The robot is as it was declared."""
    goal, robot = story.scenario.goal, story.final
    if "public" in goal:
        return [] if story.public == goal["public"] else [f"in the end the project's public is {story.public}"]
    if goal.get("gone"):
        return ["the robot is still there"] if robot else []
    if robot is None:
        return ["there is no robot in the end"]
    is_so: dict[str, bool] = {
        "pairs": pairs_of(robot) == goal.get("pairs"),
        "description": robot.get("description", "") == goal.get("description"),
        "disable": robot["disable"] == goal.get("disable"),
        "secret": story.known[1] == goal.get("secret"),
        "days": days_left(robot) >= goal.get("days", 0),
    }
    return [f"in the end {member} is not what it should be: {robot}" for member in goal if not is_so[member]]


def days_left(robot: Json) -> float:
    """Days until the robot expires."""
    return float(robot["expires_at"] - datetime.now(timezone.utc).timestamp()) / DAY


def of_secrets(story: Story) -> list[str]:
    """A secret that works is known to somebody, or the run that lost it said so, by the name of the robot."""
    found = []
    first, clean = story.first, story.clean
    if story.disturbed and story.known[0] is None:
        told = story.scenario.label in first.message and "secret" in first.message and "not known" in first.message
        if not first.failed or not told:
            found.append(f"a secret that nobody knows, without a word: {first.message or first.result}")
    if story.final and story.known[1] is None and not (first.failed and "state=refreshed" in first.message):
        found.append(f"a secret that nobody knows in the end, and nobody said how to get one: {first.message or first.result}")
    for outcome, secret, robot in ((first, story.known[0], story.disturbed), (clean, story.known[1], story.final)):
        if outcome.secret and not outcome.failed and robot and secret != outcome.secret and secret != OTHERS:
            found.append("the run gives a secret that does not work")
        if outcome.secret in (OWN, BEFORE, OTHERS):
            found.append("the run returns a secret that was given to it")
        if outcome.result.get("secret_known") not in (None, outcome.secret is not None):
            found.append("secret_known is wrong")
    return found
