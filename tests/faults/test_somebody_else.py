# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another client writes between two of our requests: nothing of it is undone, and its robot is not taken from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.kinds import CREATE_FIRST, THEIRS, WRITES
from tests.faults.scenarios import CREATES, FULL_NAME, REMOVES, SECRETS, UPDATES, Scenario
from tests.faults.story import Story, play, problems, undisturbed
from tests.faults.world import OTHERS, OWN, PROJECT, Json, World, pairs_of

Harbors = Callable[[str, bool], World]


def before_request(k: int, *do: Json) -> list[Json]:
    return [{"match": {"nth": k}, "do": one} for one in do]


def number_of(requests: list[Json], method: str) -> int:
    """The number of the first request of a method, or one that is never reached."""
    return next((k for k, request in enumerate(requests, 1) if request["method"] == method and "/c/" not in request["path"]), 1000)


def kept(story: Story, write: str, robots: list[Json]) -> bool:
    """Whether what the other client did is still so, in as far as the declaration says nothing about it."""
    robot, mentions = story.robot(robots), story.scenario.mentions
    if robot is None:
        return write == "delete" or bool(story.scenario.goal.get("gone"))
    so: dict[str, bool] = {
        "disable": "disable" in mentions or robot["disable"],
        "narrow": "pairs" in mentions or pairs_of(robot) == {(PROJECT, "repository:pull")},
        "describe": "description" in mentions or robot.get("description") == "by somebody else",
        "rotate": True,
        "delete": True,
    }
    return so[write]


def judge(story: Story, write: str, k: int, clean: list[Json]) -> list[str]:
    """What is wrong with a story in which somebody else wrote before request k."""
    found = []
    put, patch = number_of(clean, "PUT"), number_of(clean, "PATCH")
    # A write between our own and the reading before it has no defence: Harbor knows no versions, and the last writer wins.
    inevitable = (k == put and write != "rotate") or (k == patch and write == "rotate")
    if not inevitable:
        for robots, when in ((story.after_first, "disturbed"), (story.after_clean, "clean")):
            if not (kept(story, write, robots) or (write == "delete" and when == "clean")):
                found.append(f"the {when} run undid it: {story.robot(robots)}")
        # A secret that was changed before ours was tried is one that does not work, and is put right as declared.
        probe = next((n for n, request in enumerate(clean, 1) if request["user"].startswith("robot$") or request["status"] == 401), 0)
        touched = "secret" in story.scenario.mentions and (k <= probe or not probe or story.scenario.repeats)
        if write == "rotate" and not touched and story.disturbed and story.known[0] != OTHERS:
            found.append(f"the disturbed run replaced a secret that was set a moment ago; now it is {story.known[0]}")
    if write == "disable" and story.final and story.final["disable"] and "disable" not in story.scenario.mentions:
        # The clean run leaves the robot alone, and says so; what it was to do waits.
        if story.clean.failed or not any("left alone" in warning for warning in story.clean.warnings):
            found.append(f"the clean run does not say that it leaves the robot alone: {story.clean.result}")
    return found


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("scenario", [*UPDATES, *SECRETS, *REMOVES], ids=lambda scenario: scenario.name)
def test_somebody_else_changes_the_robot(harbor: Harbors, scenario: Scenario, write: str) -> None:
    world = harbor("2.15.2", False)
    clean = undisturbed(world, scenario)
    found = []
    for k in range(1, len(clean) + 1):
        if write != "delete" and k > number_of(clean, "DELETE"):
            break  # there is nothing left that could be changed
        title = f"{scenario.name}, somebody else's {write} before request {k} ({clean[k - 1]['method']} {clean[k - 1]['path']})"
        story = play(world, scenario, title, before_request(k, WRITES[write]), retries=0)
        wrong = judge(story, write, k, clean) + [fault for fault in problems(story) if not expected(story, write, fault)]
        found += [f"{title}: {fault}" for fault in dict.fromkeys(wrong)]
    assert not found, "\n".join(found)


def expected(story: Story, write: str, fault: str) -> bool:
    """Whether a deviation from the ordinary end is what has to come of the other client's write."""
    if write == "delete" and not story.scenario.goal.get("gone"):
        # Without permissions, or from a module that is about secrets, a robot cannot be made anew.
        cannot = story.clean.failed and "does not exist" in story.clean.message
        return fault.startswith("there is no robot") or (cannot and fault.startswith("the clean run fails")) or made_anew(story, fault)
    if fault.startswith("in the end secret") and write == "rotate":
        return story.known[1] == OTHERS  # which nobody declared
    if write == "disable" and "disable" not in story.scenario.mentions:
        # What the run had not done yet waits for somebody to wake the robot.
        return fault.startswith(("in the end ", "the third run"))
    if write in MEMBER and story.final and story.final["disable"] and any("left alone" in warning for warning in story.clean.warnings):
        return fault.startswith(f"in the end {MEMBER[write]} ")  # a disabled robot is not put right, and that is said
    return fault.startswith(f"in the end {MEMBER.get(write)} ") and MEMBER[write] not in story.scenario.mentions


MEMBER = {"describe": "description", "narrow": "pairs"}


def made_anew(story: Story, fault: str) -> bool:
    """The declaration is complete, so the robot is made anew, with a secret that is returned."""
    return fault.startswith("in the end secret") and bool(story.clean.secret or story.first.secret) and not story.clean.failed


@pytest.mark.parametrize("version", ["2.9.5", "2.15.2"])
@pytest.mark.parametrize("scenario", CREATES, ids=lambda scenario: scenario.name)
def test_somebody_else_creates_first(harbor: Harbors, scenario: Scenario, version: str) -> None:
    world = harbor(version, False)
    clean = undisturbed(world, scenario)
    found = []
    for k in range(1, number_of(clean, "POST") + 1):
        for retries in (0, 2):
            title = f"{scenario.name}, somebody else creates before request {k}, retries={retries}"
            story = play(world, scenario, title, before_request(k, CREATE_FIRST, ROTATE), retries=retries)
            theirs, wrong = story.disturbed, problems(story)
            if theirs is None or story.final is None or theirs["id"] != story.final["id"]:
                wrong.append("their robot is another one now")
            elif "description" not in scenario.mentions and story.final["description"] != THEIRS["description"]:
                wrong.append("their description is gone")
            if story.first.secret or story.clean.secret:
                wrong.append("their robot got a new secret")
            if story.known[1] != (OWN if "secret" in scenario.mentions else OTHERS):
                wrong.append(f"their secret was replaced: {story.known[1]}")
            if story.first.failed:
                wrong.append(f"the run fails: {story.first.message}")
            elif k == number_of(clean, "POST") and not any("made by somebody else" in warning for warning in story.first.warnings):
                wrong.append("nothing says that somebody else made it")
            found += [f"{title}: {fault}" for fault in dict.fromkeys(wrong)]
    assert not found, "\n".join(found)


ROTATE = WRITES["rotate"]


@pytest.mark.parametrize("scenario", CREATES, ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("retries", [0, 2])
def test_a_rival_is_not_taken_for_ours(harbor: Harbors, scenario: Scenario, retries: int) -> None:
    """Our creation is cut off before it is done, and somebody else's of that name comes before we look."""
    world = harbor("2.15.2", False)
    post = number_of(undisturbed(world, scenario), "POST")
    cut: dict[str, Any] = {"match": {"nth": post}, "do": {"kind": "cut_before"}}
    faults = [cut, *before_request(post + 1, CREATE_FIRST, ROTATE)]
    story = play(world, scenario, f"{scenario.name}, a rival", faults, retries=retries)
    assert story.first.failed
    assert "may be somebody else's; it was not touched" in story.first.message, story.first.message
    assert story.disturbed is not None and story.disturbed["description"] == THEIRS["description"], story.disturbed
    assert story.known[0] == OTHERS
    assert "secret" not in story.first.result
    assert not problems(story)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("scenario", CREATES, ids=lambda scenario: scenario.name)
def test_somebody_else_changes_what_we_just_made(harbor: Harbors, scenario: Scenario, write: str) -> None:
    world = harbor("2.15.2", False)
    clean = undisturbed(world, scenario)
    found = []
    for k in range(number_of(clean, "POST") + 1, len(clean) + 1):
        title = f"{scenario.name}, somebody else's {write} before request {k} ({clean[k - 1]['method']} {clean[k - 1]['path']})"
        story = play(world, scenario, title, before_request(k, WRITES[write]), retries=0)
        wrong = [fault for fault in problems(story) if not expected(story, write, fault)]
        if write == "disable" and story.disturbed and not story.disturbed["disable"]:
            wrong.append("it was enabled again")
        if write == "delete" and story.disturbed:
            wrong.append("the disturbed run made it anew")
        found += [f"{title}: {fault}" for fault in dict.fromkeys(wrong)]
    assert not found, "\n".join(found)
    assert FULL_NAME not in str(world.bystander)
