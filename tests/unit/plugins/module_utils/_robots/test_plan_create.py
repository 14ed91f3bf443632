# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Robots that do not exist yet, and secrets."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import plan as _plan
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import CREATE, SECRET, UPDATE, creation_body
from tests.unit.robots import NOW, context, executed, plan, robot, untouched, wish
from tests.unit.robots import SECRET as OWN

# --- a new robot


def test_create() -> None:
    made = plan(None, access=["push"], description="for CI")
    assert (made.steps, made.changes, made.faults, made.warnings) == ((CREATE,), ("create",), (), ())
    assert made.lines() == (
        [],
        ["description: for CI", "enabled: true", "expires: 2026-12-20", "repository:pull on shop", "repository:push on shop"],
    )


def test_what_post_ignores_comes_after_it_and_the_secret_before_the_disabling() -> None:
    made = plan(None, access=["pull"], secret=OWN, enabled=False)
    assert made.steps == (CREATE, SECRET, UPDATE)
    assert made.changes == ("create", "set secret", "disable")
    assert dict(made.put) == {"disable": True}
    assert made.lines()[1] == ["enabled: false", "expires: 2026-12-20", "repository:pull on shop", "secret: as given"]


@pytest.mark.parametrize("update_secret", ["always", "on_create"])
def test_a_secret_of_ones_own_is_set_on_create(update_secret: str) -> None:
    assert plan(None, access=["pull"], secret=OWN, update_secret=update_secret).steps == (CREATE, SECRET)


def test_enabled_true_needs_no_step_of_its_own() -> None:
    assert plan(None, access=["pull"], enabled=True).steps == (CREATE,)


def test_a_new_robot_in_check_mode_is_the_one_that_is_made() -> None:
    after = plan(None, access=["pull"], valid_for=90).after
    assert after is not None
    assert (after.full_name, after.key, after.short, after.project, after.level) == ("robot$shop+ci", "shop+ci", "ci", "shop", "project")
    assert (after.duration, after.enabled, after.editable, after.id) == (90, True, True, 0)
    assert after.expired(NOW) is False


def test_the_full_name_is_left_open_where_the_prefix_is_not_known() -> None:
    after = plan(None, context(prefix=None), access=["pull"]).after
    assert after is not None
    assert after.full_name == ""
    after = plan(None, context(prefix="bot-"), name="x", permissions=[{"system": True, "access": ["registry:list"]}]).after
    assert after is not None
    assert (after.full_name, after.level) == ("bot-x", "system")


@pytest.mark.parametrize(("options", "needed"), [({}, "access"), ({"secret": OWN}, "access"), ({"name": "mirror"}, "permissions")])
def test_a_new_robot_needs_permissions(options: dict[str, t.Any], needed: str) -> None:
    made = plan(None, **options)
    assert (made.steps, made.faults) == ((), ("does not exist yet, and to make it %s is needed" % needed,))


def test_a_robot_is_made_by_name() -> None:
    assert plan(None, id=7).faults == ("does not exist, and a robot is made by name, not by id",)


def test_modules_that_make_no_robots_say_which_does() -> None:
    made = _plan.plan(replace(wish(secret=OWN), may_create=False), None, context())
    assert made.faults == ("does not exist; harbor_robot makes it",)


def test_all_faults_of_a_new_robot_at_once() -> None:
    made = plan(None, expires_at="2026-11-01")
    assert made.faults == (
        "does not exist yet, and to make it access is needed",
        "expires_at 2026-11-01T00:00:00Z is in the past (Harbor's clock says 2026-11-20T12:00:00Z)",
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"duration": "never"},
        {"duration": "7"},
        {"valid_for": 90, "renew_within": 89},
        {"expires_at": "2027-02-18"},
        {"enabled": False},
        {"description": "x", "enabled": True},
    ],
)
def test_the_run_after_the_creation_changes_nothing(options: dict[str, t.Any]) -> None:
    options = dict(options, access=["ci"])
    again = plan(executed(plan(None, **options)), context(now=NOW + 60), **options)
    assert untouched(again)
    assert again.warnings == ()


def test_the_body_of_a_creation() -> None:
    made = plan(None, access=["push"], valid_for=90, secret=OWN, enabled=False)
    assert creation_body(made) == {
        "name": "ci",
        "level": "project",
        "description": "",
        "duration": 90,
        "permissions": [
            {
                "kind": "project",
                "namespace": "shop",
                "access": [
                    {"resource": "repository", "action": "pull", "effect": "allow"},
                    {"resource": "repository", "action": "push", "effect": "allow"},
                ],
            }
        ],
    }


def test_a_robot_that_makes_a_robot_copies_the_text_of_its_own_effects() -> None:
    made = plan(None, access=["pull"])
    body = creation_body(made, {("project", "shop", "repository", "pull"): ""})
    assert body["permissions"][0]["access"] == [{"resource": "repository", "action": "pull", "effect": ""}]


# --- secrets of robots that exist


def test_a_working_secret_is_never_sent_again() -> None:
    assert untouched(plan(robot(), context(works=True), secret=OWN))


def test_a_secret_that_does_not_work_is_set() -> None:
    made = plan(robot(), context(works=False), secret=OWN)
    assert (made.steps, made.changes, made.warnings) == ((SECRET,), ("set secret",), ())
    assert made.lines() == (
        ["enabled: true", "expires: 2027-02-08", "repository:pull on shop", "secret: does not log in"],
        ["enabled: true", "expires: 2027-02-08", "repository:pull on shop", "secret: as given"],
    )


def test_without_a_probe_no_secret_is_sent() -> None:
    assert untouched(plan(robot(), context(works=None), secret=OWN))


def test_on_create_leaves_the_secret_of_a_robot_that_exists() -> None:
    assert untouched(plan(robot(), context(works=False), secret=OWN, update_secret="on_create"))


def test_the_secret_comes_before_the_update() -> None:
    made = plan(robot(), context(works=False), secret=OWN, description="new")
    assert made.steps == (SECRET, UPDATE)
    assert made.changes == ("set description", "set secret")


def test_no_plan_and_no_diff_holds_a_secret() -> None:
    for held, works in ((None, None), (robot(), False), (robot(disable=True), None)):
        made = plan(held, context(works=works), secret=OWN, access=["pull"], enabled=True)
        assert SECRET in made.steps
        told = repr((made.changes, made.warnings, made.lines(), made.put, made.secret_before, made))
        assert OWN not in told


# --- a new secret on demand


def refreshed(held: t.Any, **options: t.Any) -> _plan.Plan:
    return _plan.plan(replace(wish(held, **options), refresh=True, may_create=False), held, context())


def test_a_refresh_changes_the_secret_and_nothing_else() -> None:
    made = refreshed(robot())
    assert (made.steps, made.changes, made.warnings) == ((SECRET,), ("set secret",), ())
    assert made.lines()[0][-1] == "secret: as before"
    assert made.lines()[1][-1] == "secret: new"


def test_the_refresh_of_an_expired_robot_says_that_it_will_not_log_in() -> None:
    made = refreshed(robot(age=100, duration=30))
    assert made.steps == (SECRET,)
    assert made.warnings == ("is expired, so its new secret will not log in until that has ended",)


def test_what_does_not_exist_has_no_secret_to_be_refreshed() -> None:
    assert refreshed(None).faults == ("does not exist; harbor_robot makes it",)
