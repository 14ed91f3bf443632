# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of plans and results: one word for each robot, only what changes in the diff, secrets by stored name."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible import results as _results
from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import Server
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import Plan
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import World
from ansible_collections.harbormaster.robots.plugins.module_utils._run.result import Result
from tests.unit.robots import ADMIN, NEW, SECRET, context, entry, plan, robot

WORLD = World(ADMIN, Server((2, 15, 2), "v2.15.2", "harbor.test", False, False, 0.0), NEW, "robot$")


def foretold(made: Plan, **members: t.Any) -> Result:
    """The result of a plan that is only foretold."""
    return replace(Result(made, made.after, changes=list(made.changes), warnings=list(made.warnings), foretold=True), **members)


def carried_out(made: Plan, *done: str, **members: t.Any) -> Result:
    """The result of a plan of which these steps were carried out."""
    return foretold(made, done=list(done), foretold=False, **members)


def created(key: str = "shop+new", **options: t.Any) -> Plan:
    project, _plus, short = key.rpartition("+")
    permissions = {"project": project, "access": ["pull"]} if project else {"permissions": [{"project": "*", "access": ["pull"]}]}
    return plan(None, name=short, **permissions, **options)


UNCHANGED = plan(robot())
UPDATED = plan(robot(description="old"), description="new")
REMOVED = plan(robot(), state="absent")
ASLEEP = plan(robot(disable=True), description="new")
DRIFTED = replace(UNCHANGED, drift="its secret no longer logs in")


# --- the summary


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (foretold(UNCHANGED), "unchanged"),
        (foretold(created()), "created"),
        (foretold(created(secret=SECRET, enabled=False)), "created"),
        (foretold(UPDATED), "updated"),
        (foretold(plan(robot(), context(works=False), secret=SECRET)), "updated"),
        (foretold(REMOVED), "removed"),
        (foretold(plan(None, state="absent")), "unchanged"),
        (foretold(ASLEEP), "left_alone"),
        (foretold(plan(robot(disable=True), enabled=False)), "unchanged"),
        (foretold(created(), error=HarborError("no")), "failed"),
        (foretold(REMOVED, changes=[]), "unchanged"),
        (foretold(UPDATED, changes=[]), "unchanged"),
        (foretold(UNCHANGED, done=["secret"]), "updated"),
        (foretold(DRIFTED, error=HarborError("drift")), "failed"),
    ],
)
def test_one_word_for_each_robot(result: Result, word: str) -> None:
    assert _results.outcome_of(result) == word


def test_the_summary_counts_the_purge_too_and_has_every_word() -> None:
    results = [foretold(made) for made in (UNCHANGED, UNCHANGED, created(), UPDATED, ASLEEP)]
    purged = [foretold(REMOVED), foretold(REMOVED, error=HarborError("no"))]
    told = _results.summary_of(results, purged)
    assert told == {"created": 1, "updated": 1, "unchanged": 2, "removed": 1, "failed": 1, "left_alone": 1}
    assert list(_results.summary_of([], []).values()) == [0] * 6


# --- the diff


def lines(diff: t.Mapping[str, str]) -> tuple[list[str], list[str]]:
    return diff["before"].splitlines(), diff["after"].splitlines()


def test_a_fleet_that_is_as_declared_has_no_diff() -> None:
    diff = _results.diff_of_fleet([foretold(UNCHANGED)] * 1000)
    assert lines(diff) == ([], [])
    assert diff["after_header"] == "0 robots"


def test_only_what_changes_is_in_the_diff_and_says_whose_it_is() -> None:
    held = robot("robot$mirror", description="old", permissions=[entry("web", "repository:pull", "artifact:list")])
    pairs = [{"project": "web", "access": ["artifact:list", "artifact:read"]}]
    changed = plan(held, name="mirror", description="new", permissions=pairs)
    plans = [UNCHANGED, changed, ASLEEP, created("shop+new", description="d"), REMOVED]
    diff = _results.diff_of_fleet([foretold(made) for made in plans])
    assert diff == _results.diff_of_fleet([carried_out(made, *made.steps) for made in plans])
    before, after = lines(diff)
    assert before[:2] == ["mirror: description: old", "mirror: repository:pull on web"]
    assert after[:2] == ["mirror: description: new", "mirror: artifact:read on web"]
    assert "mirror: artifact:list on web" not in before + after
    assert after[2:] == ["shop+new: description: d", "shop+new: enabled: true", after[4], "shop+new: repository:pull on shop"]
    assert after[4].startswith("shop+new: expires: ")
    assert before[2:] == ["shop+ci: enabled: true", before[3], "shop+ci: repository:pull on shop"]
    assert (diff["before_header"], diff["after_header"]) == ("3 robots", "3 robots")


def test_a_secret_is_named_in_the_diff_and_not_shown() -> None:
    made = plan(robot(), context(works=False), secret=SECRET)
    for result in (foretold(made), carried_out(made, "secret", secret_before="does not log in")):
        assert lines(_results.diff_of_fleet([result])) == (["shop+ci: secret: does not log in"], ["shop+ci: secret: as given"])


def test_the_diff_of_one_robot_is_whole() -> None:
    before, after = lines(_results.diff_of(foretold(UPDATED)))
    assert (before[0], after[0]) == ("description: old", "description: new")
    assert before[1:] == after[1:]
    assert before[-1] == "repository:pull on shop"


FAILED = {"error": HarborError("no")}
WOKEN = plan(robot(disable=True, description="old"), secret=SECRET, enabled=True, description="new")
WITH_ALL = created(secret=SECRET, enabled=False)


@pytest.mark.parametrize(
    ("result", "gone", "come"),
    [
        (carried_out(created(), **FAILED), [], []),
        (carried_out(UPDATED, **FAILED), [], []),
        (carried_out(REMOVED, **FAILED), [], []),
        (carried_out(REMOVED, changes=[]), [], []),
        (carried_out(ASLEEP), [], []),
        (carried_out(WOKEN, "secret", secret_before="not checked (disabled)", **FAILED), ["not checked (disabled)"], ["as given"]),
        (carried_out(UPDATED, "secret", secret="Made1here", secret_before="as before", **FAILED), ["as before"], ["new"]),
    ],
)
def test_what_was_not_done_is_not_in_the_diff(result: Result, gone: list[str], come: list[str]) -> None:
    name = result.plan.label.partition(" ")[2]
    secrets = [["%s: secret: %s" % (name, word) for word in words] for words in (gone, come)]
    diff = _results.diff_of_fleet([result])
    assert lines(diff) == (secrets[0], secrets[1])
    assert diff["after_header"] == "%d robots" % len(result.done)
    before, after = lines(_results.diff_of(result))
    assert set(before) ^ set(after) == {"secret: %s" % word for word in gone + come}


def test_a_robot_that_was_made_but_not_whole_is_in_the_diff_as_it_is() -> None:
    after = lines(_results.diff_of(carried_out(WITH_ALL, "create", **FAILED)))[1]
    assert (after[0], after[-1]) == ("enabled: true", "repository:pull on shop")
    after = lines(_results.diff_of(carried_out(WITH_ALL, "create", "secret", **FAILED)))[1]
    assert (after[0], after[-1]) == ("enabled: true", "secret: as given")
    after = lines(_results.diff_of(carried_out(WITH_ALL, "create", "secret", "update")))[1]
    assert (after[0], after[-1]) == ("enabled: false", "secret: as given")


def test_a_robot_that_somebody_else_removed_first_is_in_no_diff() -> None:
    assert lines(_results.diff_of(carried_out(REMOVED, changes=[]))) == ([], [])
    assert lines(_results.diff_of(carried_out(REMOVED, **FAILED)))[0] == lines(_results.diff_of(foretold(REMOVED)))[0]


# --- credentials


def test_credentials_have_the_stored_name_as_key_and_only_secrets_that_were_made() -> None:
    made = [
        foretold(created("ci", duration="never"), robot=robot("robot$ci", duration=-1), secret="Made1byHarbor"),
        foretold(created("shop+ci"), robot=robot("robot$shop+ci", expires_at=1800000000), secret="Made2byHarbor"),
        foretold(UNCHANGED),
        foretold(created("shop+own"), robot=robot("robot$shop+own"), secret_set=True),
        foretold(created("web+lost"), robot=None, secret=None, lost=True, error=HarborError("no")),
        foretold(created("web+half"), robot=robot("robot$web+half", duration=-1), secret="Made3byHarbor", error=HarborError("no")),
    ]
    told = _results.credentials_of(made, WORLD)
    assert list(told) == ["ci", "shop+ci", "web+half"]
    assert told["ci"] == {"username": "robot$ci", "secret": "Made1byHarbor", "registry": "harbor.test", "expires_at": None}
    assert told["shop+ci"]["expires_at"] == "2027-01-15T08:00:00Z"
    assert told["web+half"]["secret"] == "Made3byHarbor"


# --- one robot


def test_what_is_told_of_a_robot_never_holds_its_secret() -> None:
    result = foretold(created(), robot=robot("robot$shop+new"), secret="Made1byHarbor", secret_set=True, done=["create"])
    told = _results.told(result, WORLD, check_mode=False)
    assert "Made1byHarbor" not in str(told)
    assert (told["changed"], told["secret_changed"], told["secret_known"], told["username"]) == (True, True, True, "robot$shop+new")
    assert told["declaration"]["name"] == "new"
    assert "error" not in told
    assert "recovered" not in told


@pytest.mark.parametrize(
    ("made", "changed", "secret_changed"),
    [(created(), True, True), (UPDATED, True, False), (UNCHANGED, False, False), (REMOVED, True, False), (ASLEEP, False, False)],
)
def test_check_mode_tells_what_would_be(made: Plan, changed: bool, secret_changed: bool) -> None:
    told = _results.told(foretold(made), WORLD, check_mode=True)
    assert (told["changed"], told["secret_changed"], told["secret_known"]) == (changed, secret_changed, False)


def test_a_removed_robot_is_shown_as_it_was() -> None:
    told = _results.told(foretold(REMOVED), WORLD, check_mode=False)
    assert told["robot"]["full_name"] == "robot$shop+ci"
    assert "declaration" not in told
    assert _results.told(foretold(plan(None, state="absent")), WORLD, check_mode=False)["robot"] is None


def test_a_failure_has_its_request() -> None:
    error = HarborError("broken", method="PUT", path="/x", status=500, code="UNKNOWN", request_id="r-1", undone=False)
    told = _results.told(foretold(UPDATED, error=error), WORLD, check_mode=False)
    assert (told["error"]["status"], told["error"]["request_id"], told["changed"]) == (500, "r-1", False)


def test_every_warning_names_its_robot() -> None:
    result = foretold(UPDATED, warnings=["is odd", "robot shop+ci was made by somebody else"])
    assert _results.warnings_of(result) == ["robot shop+ci: is odd", "robot shop+ci was made by somebody else"]
