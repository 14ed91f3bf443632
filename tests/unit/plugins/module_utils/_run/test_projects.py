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
    Standing,
    Wish,
    faults_of,
    lines,
    plan,
    told,
    unseen,
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
    version = members.get("version", (2, 12, 4))
    restricted = members.get("restricted", False)
    return Server(version, "v%d.%d.%d" % version, "harbor.test", members.get("read_only", False), restricted, 0.0)


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
    ],
)
def test_what_is_refused_before_the_first_write(
    wish: Wish, held: Project | None, caller: Caller, around: dict[str, t.Any], told: tuple[str, ...]
) -> None:
    assert plan(wish, held, caller, server(**around)).faults == told


def pairs(*told: str) -> frozenset[tuple[str, str]]:
    return frozenset((resource, action) for resource, _colon, action in (one.rpartition(":") for one in told))


HERE = "a system administrator or an administrator of the project could"


@pytest.mark.parametrize(
    ("wish", "held", "robot", "around", "told"),
    [
        (CREATE, None, Standing(), {}, None),
        (CREATE, None, Standing(of_project=True), {}, "robot$mgr is a robot of a project and may not make projects; any user could"),
        (
            CREATE,
            None,
            Standing(),
            {"version": (2, 3, 5)},
            "robot$mgr is a robot and may not make projects (system robots can since Harbor 2.4); any user could",
        ),
        (CREATE, None, Standing(), {"restricted": True}, None),
        (CREATE, None, Standing(pairs=pairs("project:create")), {"restricted": True}, None),
        (
            CREATE,
            None,
            Standing(pairs=pairs("robot:list")),
            {"restricted": True},
            "robot robot$mgr lacks project:create on the system; a system administrator could",
        ),
        (UPDATE, shop(roles=None), Standing(pairs=pairs(".:update")), {}, None),
        (UPDATE, shop(roles=None), Standing(pairs=pairs("repository:update")), {}, "robot robot$mgr lacks project:update there; " + HERE),
        (REMOVE, shop(roles=None), Standing(pairs=pairs(".:update")), {}, "robot robot$mgr lacks project:delete there; " + HERE),
        (
            UPDATE,
            shop(roles=None),
            Standing(),
            {"version": (2, 2, 4)},
            "robot$mgr is a robot and may not update it (no robot can before Harbor 2.8); " + HERE,
        ),
        (UPDATE, unseen("shop"), Standing(), {}, "robot robot$mgr may not see it, so it cannot update it; " + HERE),
        (REMOVE, unseen("shop"), Standing(), {}, "robot robot$mgr may not see it, so it cannot delete it; " + HERE),
        (Wish("shop", public=False), unseen("shop"), Standing(), {}, "robot robot$mgr may not see it, so it cannot update it; " + HERE),
        (CREATE, unseen("shop"), Standing(), {}, None),
    ],
)
def test_what_a_robot_is_refused_before_the_first_write(
    wish: Wish, held: Project | None, robot: Standing, around: dict[str, t.Any], told: str | None
) -> None:
    assert plan(wish, held, ROBOT, server(**around), robot).faults == (() if told is None else (told,))


def stand(wire: Wire, monkeypatch: pytest.MonkeyPatch, wish: Wish, held: Project | None = None, **around: t.Any) -> Standing:
    asked = api(wire, monkeypatch, Caller("robot", around.pop("name", "robot$mgr")))
    found = projects.standing(asked, wish, held, server(**around), around.get("prefix"))
    wire.done()
    return found


RIGHTS, ROBOTS = "GET /users/current/permissions", "GET /robots"


def test_what_a_robot_may_is_asked_only_where_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    held = shop(roles=None)
    may = (RIGHTS, ok([{"resource": ".", "action": "update"}]))
    assert stand(Wire(), monkeypatch, CREATE, held) == Standing()
    assert stand(Wire(), monkeypatch, CREATE) == Standing()
    assert stand(Wire(), monkeypatch, CREATE, version=(2, 3, 5), name="robot$shop+mgr") == Standing()
    assert stand(Wire(), monkeypatch, UPDATE, held, version=(2, 7, 4)) == Standing()
    assert stand(Wire(), monkeypatch, UPDATE, unseen("shop")) == Standing()
    assert stand(Wire(may), monkeypatch, UPDATE, held) == Standing(pairs=pairs(".:update"))
    asked = api(Wire(), monkeypatch, ALICE)
    assert projects.standing(asked, UPDATE, shop(), server(), None) == Standing()


def test_a_robot_of_a_project_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prefix may have a plus sign as well, and then there is no such project."""
    seen = [(LIST, listing(project("shop", 2))), (RIGHTS, ok([]))]
    new = Wish("new")
    assert stand(Wire(*seen), monkeypatch, new, name="robot$shop+mgr").of_project
    assert not stand(Wire(*seen), monkeypatch, new, name="a+bot-mgr").of_project
    assert not stand(Wire(), monkeypatch, new, name="a+bot-mgr", prefix="a+bot-").of_project
    assert stand(Wire(), monkeypatch, new, name="a+bot-shop+mgr", prefix="a+bot-").of_project


def test_what_a_robot_may_in_the_system_only_its_own_entry_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"kind": "system", "namespace": "/", "access": [{"resource": "project", "action": "create"}]}
    own = listing({"id": 3, "name": "robot$mgr", "level": "system", "permissions": [entry]})
    assert stand(Wire((ROBOTS, own)), monkeypatch, CREATE, restricted=True) == Standing(pairs=pairs("project:create"))
    assert stand(Wire((ROBOTS, DENIED)), monkeypatch, CREATE, restricted=True) == Standing()


def test_check_mode_says_what_it_cannot_foretell() -> None:
    restricted = server(restricted=True)
    made = plan(CREATE, None, ROBOT, restricted)
    assert projects.doubts(made, ROBOT, restricted, Standing()) == [
        "project shop: only system administrators and robots with project:create on the system make projects here, and "
        "whether robot$mgr is one is not known before it tries"
    ]
    assert projects.doubts(made, ROBOT, restricted, Standing(pairs=pairs("project:create"))) == []
    assert projects.doubts(made, ROBOT, server(), Standing()) == []
    assert projects.doubts(plan(CREATE, None, ADMIN, restricted), ADMIN, restricted, Standing()) == []
    assert projects.doubts(plan(CREATE, shop(), ROBOT, restricted), ROBOT, restricted, Standing()) == []


def test_a_robot_need_not_see_a_project_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = [(GET, DENIED), (HEAD, Reply(200)), (LIST, listing())]
    assert projects.find(api(Wire(*hidden), monkeypatch, ROBOT), "shop", ROBOT) == unseen("shop")
    with pytest.raises(HarborError):
        projects.find(api(Wire(*hidden), monkeypatch, ALICE), "shop", ALICE)
    wire = Wire(("POST /projects", Reply(201)), *hidden)
    done = projects.apply(api(wire, monkeypatch, ROBOT), plan(CREATE, None, ROBOT, server()))
    assert (done.changed, done.message(), done.project) == (True, None, unseen("shop"))
    shown = told(done, False)
    assert (shown["project"]["id"], shown["project"]["public"]) == (None, False)
    again = told(Outcome(plan(CREATE, unseen("shop"), ROBOT, server()), project=unseen("shop")), False)
    assert (again["changed"], again["project"]["id"], again["project"]["public"]) == (False, None, None)


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


def test_a_refusal_that_could_not_be_foretold_says_who_could(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((POST, refused(403, "FORBIDDEN", "Only system admin can create project")))
    done = projects.apply(api(wire, monkeypatch, ROBOT), plan(CREATE, None, ROBOT, server()))
    assert "A system administrator could. Done: nothing." in (done.message() or "")


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


def shown(done: Outcome, check_mode: bool = False) -> tuple[t.Any, ...]:
    """(changed, public or None for no project, before, after)."""
    out = told(done, check_mode)
    return out["changed"], out["project"] and out["project"]["public"], out["diff"]["before"], out["diff"]["after"]


PRIVATE, PUBLIC = "public: false\n", "public: true\n"


def test_what_is_told_is_what_was_done() -> None:
    failed: dict[str, t.Any] = {"error": HarborError("no")}
    new, change, gone = (plan(wish, held, ADMIN, server()) for wish, held in ((CREATE, None), (UPDATE, shop()), (REMOVE, shop())))
    assert shown(Outcome(new), True) == (True, False, "", PRIVATE)
    assert shown(Outcome(new, True, shop())) == (True, False, "", PRIVATE)
    assert shown(Outcome(new, **failed)) == (False, None, "", "")
    assert shown(Outcome(new, False, shop())) == (False, False, PRIVATE, PRIVATE)
    assert shown(Outcome(change, project=shop()), True) == (True, True, PRIVATE, PUBLIC)
    assert shown(Outcome(change, True, shop(public=True))) == (True, True, PRIVATE, PUBLIC)
    assert shown(Outcome(change, **failed)) == (False, False, PRIVATE, PRIVATE)
    assert shown(Outcome(change, False, shop(public=True))) == (False, True, PUBLIC, PUBLIC)
    assert shown(Outcome(gone, project=shop()), True) == (True, False, PRIVATE, "")
    assert shown(Outcome(gone, True)) == (True, False, PRIVATE, "")
    assert shown(Outcome(gone, **failed)) == (False, False, PRIVATE, PRIVATE)
    assert shown(Outcome(gone)) == (False, False, "", "")
    assert shown(Outcome(plan(REMOVE, None, ADMIN, server()))) == (False, None, "", "")
