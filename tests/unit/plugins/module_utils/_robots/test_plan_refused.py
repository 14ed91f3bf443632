# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Robots that their Harbor would refuse in an update because of what they hold, whatever is changed of them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import Context, update_body
from tests.unit.robots import DAY, NOW, context, entry, executed, plan, robot, untouched, wish

# --- pairs that are no longer accepted, in a list that keeps them

STALE = {"resource": "repository", "action": "*"}


def stale() -> Robot:
    return robot(permissions=[entry("shop", "repository:pull", "repository:*")])


@pytest.mark.parametrize("access", [[STALE, "repository:pull", "repository:push"], [STALE], [STALE, "pull", "tag:list"]])
def test_a_new_list_that_keeps_refused_pairs_is_refused(access: list[t.Any]) -> None:
    made = plan(stale(), access=access)
    assert made.faults == (
        "holds permissions that this Harbor no longer accepts (repository:* on shop), and an update has to send them all: "
        "leave them out of access",
    )
    assert made.steps == ()


def test_the_same_list_is_no_update() -> None:
    assert untouched(plan(stale(), access=[STALE, "pull"]))
    assert plan(stale(), access=[STALE, "pull"], description="new").faults[0].endswith("leave them out of access")


def test_disabling_drops_them_out_of_a_new_list_too() -> None:
    made = plan(stale(), access=[STALE, "push"], enabled=False)
    assert made.faults == ()
    assert made.changes == ("disable", "add repository:push on shop", "remove repository:* on shop (no longer accepted by this Harbor)")
    assert made.put == {"disable": True, "permissions": wish(access=["push"]).permissions}
    assert plan(stale(), access=[STALE], enabled=False).faults[0].endswith("leave them out of access")


# --- a stored duration of 0

ZERO = "set duration 1 (0 is no longer accepted by this Harbor)"


def born_expired(age: float, **members: t.Any) -> Robot:
    """As the old API of 2.11 and 2.12 makes them."""
    return robot(age=age, duration=0, expires_at=int(NOW - age * DAY), **members)


@pytest.mark.parametrize("options", [{"description": "new"}, {"access": ["push"]}, {"description": "new", "duration": "90"}])
def test_an_update_gives_an_expired_robot_a_duration_that_wakes_nobody(options: dict[str, t.Any]) -> None:
    made = plan(born_expired(10), **options)
    assert made.faults == ()
    assert made.changes[-1] == ZERO
    assert made.put["duration"] == 1
    assert executed(made).expired(NOW)
    assert made.robot and update_body(made.robot, made.put)["duration"] == 1
    assert untouched(plan(executed(made), **{key: value for key, value in options.items() if key != "duration"}))


@pytest.mark.parametrize("age", [0.1, 10])
def test_it_can_be_disabled(age: float) -> None:
    made = plan(born_expired(age), enabled=False)
    assert made.faults == ()
    assert (made.changes, dict(made.put)) == (("disable", ZERO), {"disable": True, "duration": 1})


def test_a_day_may_not_wake_it() -> None:
    for held in (born_expired(0.5), robot(duration=0, expires_at=-1), robot(duration=0, expires_at=int(NOW) + DAY)):
        assert plan(held, description="new").faults == (
            "has a stored duration of 0, which this Harbor refuses in any update: give valid_for or expires_at as well",
        )
    made = plan(born_expired(0.5), description="new", valid_for=90, renew_within=30)
    assert made.faults == ()
    assert made.put["duration"] == 91


def test_without_an_update_it_is_left_in_peace() -> None:
    assert untouched(plan(born_expired(10), access=["pull"]))


def test_before_2_11_a_0_stays() -> None:
    held = born_expired(10)
    made = plan(held, context(catalogue=Catalogue.bundled("2.10.3")), description="new")
    assert dict(made.put) == {"description": "new"}
    assert "duration" not in update_body(held, made.put)


# --- system robots on 2.5.2 and 2.5.3, which look the first namespace up as a project


def on(version: str) -> Context:
    return context(catalogue=Catalogue.bundled(version))


def mirror(*entries: t.Any) -> Robot:
    return robot("robot$mirror", permissions=list(entries))


EVERYWHERE = entry("*", "repository:pull")
UNNAMED = "cannot be updated: Harbor %s updates only those system robots that have permissions on a named project (since 2.5.4 all)"


@pytest.mark.parametrize("version", ["2.5.2", "2.5.3"])
def test_a_system_robot_without_a_named_project_cannot_be_updated(version: str) -> None:
    for held in (mirror(EVERYWHERE), mirror(entry("/", "registry:list"))):
        assert plan(held, on(version), name="mirror", description="new").faults == (UNNAMED % version,)
        assert untouched(plan(held, on(version), name="mirror"))
    named = [{"project": "*", "access": ["pull"]}, {"project": "shop", "access": ["pull"]}]
    for held, permissions in ((mirror(EVERYWHERE), named), (mirror(EVERYWHERE, entry("shop", "repository:pull")), None)):
        made = plan(held, on(version), name="mirror", description="new", permissions=permissions)
        assert made.faults == ()
        assert [one["namespace"] for one in update_body(held, made.put)["permissions"]] == ["shop", "*"]


def test_a_system_robot_cannot_be_made_disabled_there() -> None:
    everywhere = [{"project": "*", "access": ["pull"]}]
    assert plan(None, on("2.5.3"), name="mirror", permissions=everywhere, enabled=False).faults == (UNNAMED % "2.5.3",)
    assert plan(None, on("2.5.3"), name="mirror", permissions=everywhere).faults == ()


@pytest.mark.parametrize("version", ["2.5.1", "2.5.4", "2.15.2"])
def test_other_versions_update_all(version: str) -> None:
    assert plan(mirror(EVERYWHERE), on(version), name="mirror", description="new").faults == ()
    assert plan(robot(), on("2.5.3"), description="new").faults == ()
