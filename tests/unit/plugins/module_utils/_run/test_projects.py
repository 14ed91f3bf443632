# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Projects by name, and which of them a caller sees: what proves a presence, an absence, and who asked."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi, Project, Server, project_of
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller
from ansible_collections.harbormaster.robots.plugins.module_utils._run import projects
from ansible_collections.harbormaster.robots.plugins.module_utils._run.projects import (
    Outcome,
    ProjectPlan,
    Wish,
    faults_of,
    lines,
    plan,
    view,
)
from tests.unit.robots import ADMIN
from tests.unit.wire import Reply, Wire, cut, gateway, listing, ok, project, refused, transport

ALICE = Caller("user", "alice", False, 3)
ROBOT = Caller("robot", "robot$mgr")
GET, LIST, HEAD, ME = "GET /projects/shop", "GET /projects", "HEAD /projects", "GET /users/current"
GONE = refused(404, "NOT_FOUND", "project shop not found")
DENIED = refused(403, "FORBIDDEN", "forbidden")


def server(**members: t.Any) -> Server:
    return Server((2, 12, 4), "v2.12.4", "harbor.test", members.get("read_only", False), members.get("restricted", False), 0.0)


def api(wire: Wire, monkeypatch: pytest.MonkeyPatch, caller: Caller = ADMIN, **settings: t.Any) -> HarborApi:
    made = HarborApi(transport(wire, monkeypatch, **settings))
    made.caller, made.server = caller, server()
    return made


def shop(public: bool = False, roles: tuple[int, ...] | None = (1,), **raw: t.Any) -> Project:
    return Project(2, "shop", public, roles, raw)


# --- reading one


@pytest.mark.parametrize(
    ("raw", "public", "administered"),
    [
        (project(roles=[1]), False, True),
        (project(roles=[2, 4]), False, False),
        (project(roles=None, metadata={"public": "true"}), True, False),
        (project(roles=[], metadata=None), False, False),
        (project(roles=[1], metadata={"public": True}), True, True),
    ],
)
def test_a_project(raw: dict[str, t.Any], public: bool, administered: bool) -> None:
    one = project_of(raw)
    assert (one.id, one.name, one.public, one.administered) == (2, "shop", public, administered)


def test_a_project_is_asked_for_by_name_even_when_it_looks_like_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /projects/42", ok(project("42", roles=[1]))))
    found = api(wire, monkeypatch).project("42")
    assert found is not None and found.name == "42"
    assert wire.sent[0].headers["X-Is-Resource-Name"] == "true"


@pytest.mark.parametrize("answer", [GONE, DENIED])
def test_absent_is_what_nobody_has(answer: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 403 is also what an absent project gives to anybody but an administrator, so everybody who is logged in may ask again."""
    wire = Wire((GET, answer), (HEAD, Reply(404)))
    assert api(wire, monkeypatch, ALICE).project("shop") is None
    assert wire.sent[-1].query == [("project_name", "shop")]


def test_a_project_that_exists_and_may_not_be_seen_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((GET, DENIED), (HEAD, Reply(200)), (LIST, listing(project("shop-2", 3, [1]))))
    with pytest.raises(HarborError) as caught:
        api(wire, monkeypatch, ALICE).project("shop")
    assert (caught.value.status, caught.value.path) == (403, "/api/v2.0/projects/shop")


def test_a_robot_finds_its_project_in_the_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((GET, DENIED), (HEAD, Reply(200)), (LIST, listing(project("shop-2", 3), project("shop", 2))))
    found = api(wire, monkeypatch, ROBOT).project("shop")
    assert found is not None and found.id == 2


@pytest.mark.parametrize("failure", [gateway(502), cut(), refused(401, seconds=1.5)])
def test_a_failure_is_no_absence(failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for script in ([(GET, failure)], [(GET, GONE), (HEAD, failure)]):
        with pytest.raises(HarborError):
            api(Wire(*script), monkeypatch, retries=0).project("shop")


# --- reading all


def test_the_listing_of_a_user_proves_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LIST, listing(project("a", 1, [1]), project("b", 2, [], metadata={"public": "true"}))))
    assert [one.name for one in api(wire, monkeypatch, ALICE).projects()] == ["a", "b"]
    assert wire.slept == []


def test_the_listing_of_a_robot_is_proved_by_another_request(monkeypatch: pytest.MonkeyPatch) -> None:
    rights = "GET /users/current/permissions"
    wire = Wire((LIST, listing(project("shop", 2))), (rights, ok([])))
    assert len(api(wire, monkeypatch, ROBOT).projects()) == 1
    with pytest.raises(HarborError):
        api(Wire((LIST, listing(project("shop", 2))), (rights, refused(401))), monkeypatch, ROBOT).projects()


# --- planning


@pytest.mark.parametrize(
    ("wish", "held", "step", "changes", "after"),
    [
        (Wish("shop"), None, "create", ("create",), False),
        (Wish("shop", public=True), None, "create", ("create",), True),
        (Wish("shop"), shop(public=True), "", (), True),
        (Wish("shop", public=True), shop(public=True), "", (), True),
        (Wish("shop", public=False), shop(public=True), "update", ("make private",), False),
        (Wish("shop", public=True), shop(public=False), "update", ("make public",), True),
        (Wish("shop", present=False), None, "", (), None),
        (Wish("shop", present=False), shop(), "delete", ("remove",), None),
    ],
)
def test_plans(wish: Wish, held: Project | None, step: str, changes: tuple[str, ...], after: bool | None) -> None:
    made = plan(wish, held, ADMIN, server())
    assert (made.step, made.changes, made.faults, made.after) == (step, changes, (), after)


def test_a_project_that_holds_something_is_not_removed() -> None:
    gone = Wish("shop", present=False)
    assert plan(gone, shop(repo_count=3), ADMIN, server()).faults == (
        "holds 3 repositories, and Harbor removes only empty projects: remove them first",
    )
    assert plan(gone, shop(repo_count=3, chart_count=2), ADMIN, server()).faults == (
        "holds 3 repositories and 2 charts, and Harbor removes only empty projects: remove them first",
    )
    assert plan(gone, shop(repo_count=0), ADMIN, server()).faults == ()


CREATE, UPDATE, REMOVE = Wish("shop"), Wish("shop", public=True), Wish("shop", present=False)


@pytest.mark.parametrize(
    ("wish", "held", "caller", "around", "told"),
    [
        (CREATE, None, ALICE, {}, ()),
        (CREATE, None, ALICE, {"restricted": True}, ("user alice may not make projects; a system administrator could",)),
        (CREATE, None, ADMIN, {"restricted": True}, ()),
        (
            UPDATE,
            shop(roles=(2,)),
            ALICE,
            {},
            ("user alice may not update it; a system administrator or an administrator of the project could",),
        ),
        (UPDATE, shop(), ALICE, {}, ()),
        (UPDATE, shop(roles=None), ADMIN, {}, ()),
        (
            REMOVE,
            shop(roles=None),
            ALICE,
            {},
            ("user alice may not delete it; a system administrator or an administrator of the project could",),
        ),
        (CREATE, shop(), ALICE, {"read_only": True}, ()),
        (
            CREATE,
            None,
            ADMIN,
            {"read_only": True},
            ("Harbor is in read-only mode, so nothing can be changed; a system administrator can end that",),
        ),
        (UPDATE, shop(roles=None), ROBOT, {}, ()),
    ],
)
def test_what_is_refused_before_the_first_write(
    wish: Wish, held: Project | None, caller: Caller, around: dict[str, t.Any], told: tuple[str, ...]
) -> None:
    assert plan(wish, held, caller, server(**around)).faults == told


def test_names() -> None:
    assert faults_of("shop") == []
    assert faults_of(None) == []
    assert faults_of("Shop")[0].startswith("name 'Shop' is not valid: ")
    assert faults_of("a" * 256) == ["name has 256 characters, and Harbor takes at most 255"]


# --- carrying out


def carried_out(wire: Wire, monkeypatch: pytest.MonkeyPatch, wish: Wish, held: Project | None = None) -> Outcome:
    done = projects.apply(api(wire, monkeypatch, retries=1), plan(wish, held, ADMIN, server()))
    wire.done()
    return done


POST, PUT, DELETE = "POST /projects", "PUT /projects/2", "DELETE /projects/2"
THERE = (GET, ok(project(roles=[1])))
ABSENT: list[tuple[str, t.Any]] = [(GET, GONE), (HEAD, Reply(404))]


def test_create(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, Reply(201)), THERE)
    done = carried_out(wire, monkeypatch, CREATE)
    assert wire.sent[0].json == {"project_name": "shop", "metadata": {"public": "false"}}
    assert (done.changed, done.message()) == (True, None)
    assert done.project is not None and done.project.id == 2


def test_update_touches_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((PUT, ok()), THERE)
    assert carried_out(wire, monkeypatch, UPDATE, shop()).changed
    assert wire.sent[0].json == {"metadata": {"public": "true"}}


def test_remove(monkeypatch: pytest.MonkeyPatch) -> None:
    done = carried_out(Wire((DELETE, ok())), monkeypatch, REMOVE, shop())
    assert (done.changed, done.project) == (True, None)
    assert not carried_out(Wire((DELETE, refused(404))), monkeypatch, REMOVE, shop()).changed


def test_a_project_that_somebody_else_made_is_no_change_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    done = carried_out(Wire((POST, refused(409, "CONFLICT", "exists")), THERE), monkeypatch, CREATE)
    assert (done.changed, done.message()) == (False, None)


def test_it_is_brought_to_what_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, refused(409, "CONFLICT")), THERE, (PUT, ok()), THERE)
    assert carried_out(wire, monkeypatch, Wish("shop", public=True)).changed


def test_a_lost_answer_is_made_up_for_by_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    assert carried_out(Wire((POST, cut()), THERE), monkeypatch, CREATE).changed
    assert carried_out(Wire((POST, cut()), *ABSENT, (POST, Reply(201)), THERE), monkeypatch, CREATE).changed
    public = (GET, ok(project(roles=[1], metadata={"public": "true"})))
    assert carried_out(Wire((PUT, gateway(502)), public), monkeypatch, UPDATE, shop()).changed
    assert carried_out(Wire((PUT, gateway(502)), THERE, (PUT, ok()), public), monkeypatch, UPDATE, shop()).changed


def test_a_refusal_says_what_was_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    done = carried_out(Wire((POST, refused(403, "FORBIDDEN", "Only system admin can create project"))), monkeypatch, CREATE)
    told = done.message() or ""
    assert told.startswith(
        "Could not create project shop. Harbor answered POST /api/v2.0/projects with 403 FORBIDDEN: Only system admin can"
    )
    assert told.endswith("Done: nothing. Not done: create.")
    assert not done.changed


def test_an_answer_that_stays_lost_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, cut()), *ABSENT, (POST, cut()), *ABSENT)
    assert (carried_out(wire, monkeypatch, CREATE).message() or "").endswith(
        "Done: nothing. Not done: create. Whether the request did its work is not known; the next run finds out."
    )


# --- what is shown


def test_the_diff_and_the_view() -> None:
    assert [lines(public) for public in (None, True, False)] == ["", "public: true\n", "public: false\n"]
    raw: dict[str, t.Any] = {"repo_count": 3, "owner_name": "admin", "creation_time": "then", "update_time": "now"}
    assert view("shop", shop(**raw), True) == {
        "id": 2,
        "name": "shop",
        "public": True,
        "repo_count": 3,
        "owner": "admin",
        "creation_time": "then",
        "update_time": "now",
    }
    assert view("shop", None, False) == {
        "id": None,
        "name": "shop",
        "public": False,
        "repo_count": 0,
        "owner": None,
        "creation_time": None,
        "update_time": None,
    }
    assert ProjectPlan(Wish("shop"), None).step == ""
