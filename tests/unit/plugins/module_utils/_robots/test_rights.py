# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may carry out which plan, and who could instead."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, robot_of
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.rights import Powers, refusals, who_could
from tests.unit.robots import ADMIN, SECRET, context, entry, plan, raw, robot

ALICE = Caller("user", "alice", False, 3)
MANAGER = Caller("robot", "robot$mgr")
PROJECT_COULD = "a system administrator or an administrator of project shop could"
SYSTEM_COULD = "a system administrator could"
SYSTEM: dict[str, t.Any] = {"name": "mirror", "permissions": [{"project": "*", "access": ["pull"]}]}
ROBOT_PAIRS = frozenset(("robot", action) for action in ("create", "read", "list", "delete"))
ALL_PAIRS = ROBOT_PAIRS | {("repository", "pull")}

CREATION = plan(None, access=["pull"])
UPDATE = plan(robot(), description="new")
REMOVAL = plan(robot(), state="absent")
NOTHING = plan(robot())


def powers(caller: Caller = ADMIN, version: tuple[int, int, int] = (2, 15, 2), **known: t.Any) -> Powers:
    return Powers(caller, version, known.pop("read_only", False), **known)


def own(*entries: dict[str, t.Any]) -> t.Any:
    return robot_of(raw("robot$mgr", permissions=list(entries))).permissions


def test_who_could() -> None:
    assert who_could("project", "shop") == PROJECT_COULD
    assert who_could("system", None) == SYSTEM_COULD


# --- nothing to do is never refused


@pytest.mark.parametrize("caller", [ADMIN, ALICE, MANAGER])
def test_a_plan_that_does_nothing_needs_no_rights(caller: Caller) -> None:
    assert refusals(NOTHING, powers(caller, pairs=frozenset(), read_only=True)) == []


@pytest.mark.parametrize("caller", [ADMIN, ALICE, MANAGER])
def test_read_only_mode_refuses_every_write(caller: Caller) -> None:
    told = "Harbor is in read-only mode, so nothing can be changed; a system administrator can end that"
    for made in (CREATION, UPDATE, REMOVAL):
        assert refusals(made, powers(caller, read_only=True, administered=True, pairs=ALL_PAIRS)) == [told]


# --- users


def test_a_system_administrator_may_do_everything() -> None:
    for made in (CREATION, UPDATE, REMOVAL, plan(None, **SYSTEM)):
        assert refusals(made, powers(ADMIN)) == []


def test_an_administrator_of_the_project_manages_its_robots() -> None:
    for made in (CREATION, UPDATE, REMOVAL):
        assert refusals(made, powers(ALICE, administered=True)) == []


def test_nobody_else_does_and_is_told_who_could() -> None:
    assert refusals(CREATION, powers(ALICE)) == ["user alice may not create it; " + PROJECT_COULD]
    assert refusals(UPDATE, powers(ALICE)) == ["user alice may not update it; " + PROJECT_COULD]
    assert refusals(REMOVAL, powers(ALICE)) == ["user alice may not remove it; " + PROJECT_COULD]
    both = plan(robot(), context(works=False), description="new", secret=SECRET)
    assert refusals(both, powers(ALICE)) == ["user alice may not set the secret of and update it; " + PROJECT_COULD]


def test_system_robots_are_for_system_administrators() -> None:
    assert refusals(plan(None, **SYSTEM), powers(ALICE, administered=True)) == ["user alice may not create it; " + SYSTEM_COULD]


def test_by_id_the_level_is_that_of_the_robot() -> None:
    made = plan(robot(), id=7, description="new")
    assert made.desired.level == "system"
    assert refusals(made, powers(ALICE, administered=True)) == []


# --- robots


@pytest.mark.parametrize("made", [CREATION, REMOVAL])
def test_a_robot_may_create_and_remove_what_it_has_the_right_to(made: t.Any) -> None:
    assert refusals(made, powers(MANAGER, pairs=ALL_PAIRS | {("repository", "pull")})) == []
    # 2.2 does not say, so nothing stands in the way.
    assert refusals(made, powers(MANAGER, (2, 2, 4), pairs=None)) == []
    assert refusals(made, powers(MANAGER, (2, 9, 5), pairs=frozenset([("*", "*")]))) == []


def test_a_robot_without_the_right_is_refused() -> None:
    assert refusals(CREATION, powers(MANAGER, pairs=frozenset())) == ["robot robot$mgr lacks robot:create there; " + PROJECT_COULD]
    assert refusals(REMOVAL, powers(MANAGER, pairs=ALL_PAIRS - {("robot", "delete")})) == [
        "robot robot$mgr lacks robot:delete there; " + PROJECT_COULD
    ]


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (plan(None, access=["pull"], secret=SECRET), "set its secret"),
        (plan(None, access=["pull"], enabled=False), "disable it"),
        (plan(None, access=["pull"], enabled=False, secret=SECRET), "set its secret or disable it"),
        (plan(robot(), description="new"), "update it"),
        (plan(robot(), enabled=False), "update it"),
        (plan(robot(), valid_for=300, renew_within=200), "update it"),
        (plan(robot(), context(works=False), secret=SECRET), "set its secret"),
    ],
)
def test_a_robot_changes_no_robot_since_2_10(made: t.Any, what: str) -> None:
    for version in ((2, 10, 0), (2, 15, 2)):
        assert refusals(made, powers(MANAGER, version, pairs=ALL_PAIRS | {("robot", "update")})) == [
            "robot$mgr is a robot and may not %s (no robot can, since Harbor 2.10); %s" % (what, PROJECT_COULD)
        ]


def test_before_2_10_robot_update_counts() -> None:
    assert refusals(UPDATE, powers(MANAGER, (2, 9, 5), pairs=ALL_PAIRS)) == [
        "robot$mgr is a robot and may not update it (it lacks robot:update there); " + PROJECT_COULD
    ]
    assert refusals(UPDATE, powers(MANAGER, (2, 9, 5), pairs=ALL_PAIRS | {("robot", "update")})) == []
    assert refusals(UPDATE, powers(MANAGER, (2, 9, 5))) == []


def test_all_that_a_robot_lacks_is_told_at_once() -> None:
    told = refusals(plan(None, access=["pull"], secret=SECRET), powers(MANAGER, pairs=frozenset()))
    assert [text.split(" ")[0] for text in told] == ["robot$mgr", "robot"]


# --- a child holds only what its maker holds


def test_a_child_within_its_makers_powers() -> None:
    for grants in (own(entry("shop", "repository:pull", "robot:create")), own(entry("*", "repository:pull", "robot:create"))):
        assert refusals(CREATION, powers(MANAGER, (2, 15, 2), pairs=ALL_PAIRS, own=grants)) == []


def test_a_child_beyond_its_makers_powers() -> None:
    made = plan(None, access=["push", "tag:list"])
    assert refusals(made, powers(MANAGER, pairs=ALL_PAIRS, own=own(entry("shop", "repository:pull"), entry("web", "tag:list")))) == [
        "robot robot$mgr can give only what it holds itself, and lacks repository:push on shop, tag:list on shop; " + PROJECT_COULD
    ]


def test_a_child_for_all_projects_needs_a_maker_for_all_projects() -> None:
    made = plan(None, **SYSTEM)
    told = refusals(made, powers(MANAGER, pairs=ALL_PAIRS, own=own(entry("shop", "repository:pull"))))
    assert told == ["robot robot$mgr can give only what it holds itself, and lacks repository:pull on all projects; " + SYSTEM_COULD]
    assert refusals(made, powers(MANAGER, pairs=ALL_PAIRS, own=own(entry("*", "repository:pull")))) == []


def test_2_12_0_knows_no_maker_for_all_projects() -> None:
    made = plan(None, name="mirror", permissions=[{"project": "shop", "access": ["pull"]}])
    everywhere = own(entry("*", "repository:pull"))
    assert refusals(made, powers(MANAGER, (2, 12, 1), pairs=ALL_PAIRS, own=everywhere)) == []
    assert refusals(made, powers(MANAGER, (2, 12, 0), pairs=ALL_PAIRS, own=everywhere)) == [
        "robot robot$mgr can give only what it holds itself, and lacks repository:pull on shop; " + SYSTEM_COULD
    ]


@pytest.mark.parametrize(("version", "refused"), [((2, 12, 0), True), ((2, 13, 5), True), ((2, 14, 0), True), ((2, 14, 1), False)])
def test_system_robots_make_no_project_robots_before_2_14_1(version: tuple[int, int, int], refused: bool) -> None:
    told = refusals(CREATION, powers(MANAGER, version, pairs=ALL_PAIRS, own=own(entry("*", "repository:pull"))))
    assert told == (
        ["Harbor before 2.14.1 does not let system robot robot$mgr make robots of a project; " + PROJECT_COULD] if refused else []
    )


@pytest.mark.parametrize("held", [None, own(entry("shop", "repository:pull"))], ids=["does not read itself", "holds one project"])
def test_the_name_tells_a_system_robot(held: t.Any) -> None:
    told = "Harbor before 2.14.1 does not let system robot robot$mgr make robots of a project; " + PROJECT_COULD
    assert refusals(CREATION, powers(MANAGER, (2, 12, 4), pairs=ALL_PAIRS, own=held)) == [told]
    # A prefix may have a plus sign.
    with_plus = Caller("robot", "team+mgr")
    assert refusals(CREATION, powers(with_plus, (2, 12, 4), pairs=ALL_PAIRS, own=held)) == [told.replace("robot$mgr", "team+mgr")]
    of_project = Caller("robot", "team+shop+mgr")
    assert refusals(CREATION, powers(of_project, (2, 12, 4), pairs=ALL_PAIRS, own=held)) == []


def test_a_project_robot_makes_robots_of_its_project_in_2_12() -> None:
    project_maker = Caller("robot", "robot$shop+mgr")
    held = own(entry("shop", "repository:pull"))
    assert refusals(CREATION, powers(project_maker, (2, 12, 0), pairs=ALL_PAIRS, own=held)) == []


def test_a_robot_that_may_not_read_itself_is_held_to_what_harbor_says_of_it() -> None:
    """The question about one's own permissions is answered for a project, to everybody."""
    made = plan(None, access=["push"])
    assert refusals(made, powers(MANAGER, pairs=ALL_PAIRS, own=None)) == [
        "robot robot$mgr can give only what it holds itself, and lacks repository:push on shop; " + PROJECT_COULD
    ]
    assert refusals(made, powers(MANAGER, pairs=ALL_PAIRS | {("repository", "push")}, own=None)) == []


def test_a_robot_that_may_not_read_itself_denies_only_what_it_is_denied() -> None:
    """Harbor compares the effect as well, and what it may do it cannot hold as a denial."""
    made = plan(None, permissions=[{"project": "shop", "access": ["pull"], "effect": "deny"}])
    assert refusals(made, powers(MANAGER, pairs=ALL_PAIRS, own=None)) == [
        "robot robot$mgr can give only what it holds itself, and lacks deny repository:pull on shop; " + PROJECT_COULD
    ]
    assert refusals(made, powers(MANAGER, pairs=ROBOT_PAIRS, own=None)) == []


def test_what_is_not_known_is_left_to_harbor() -> None:
    assert refusals(plan(None, access=["*"]), powers(MANAGER, pairs=None, own=None)) == []
    assert refusals(plan(None, **SYSTEM), powers(MANAGER, pairs=ROBOT_PAIRS, own=None)) == []


def test_before_2_12_a_robot_gives_what_it_likes() -> None:
    old = context(catalogue=Catalogue.bundled("2.9.5"))
    made = plan(None, old, access=["push"])
    assert refusals(made, powers(MANAGER, (2, 9, 5), pairs=ALL_PAIRS, own=own(entry("shop", "repository:pull")))) == []
