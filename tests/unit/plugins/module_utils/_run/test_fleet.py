# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run over robots from end to end: what is refused before the first write, what is returned, and what is never returned."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.results import report
from ansible_collections.harbormaster.robots.plugins.module_utils._errors import WrongInput
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import read
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Conditions, Desired
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import CREATE, SECRET
from ansible_collections.harbormaster.robots.plugins.module_utils._run import fleet as _fleet
from ansible_collections.harbormaster.robots.plugins.module_utils._run.fleet import Fleet
from tests.unit.applying import GIVEN, OWN, created
from tests.unit.robots import entry, raw
from tests.unit.wire import Reply, Wire, cut, info, listing, me, ok, project, refused, robot_me, transport

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
PROBE = "GET /users/current/permissions"
CATALOGUE = ok(
    {
        "system": [{"resource": "registry", "action": "list"}],
        "project": [{"resource": "repository", "action": action} for action in ("pull", "push")] + [{"resource": "tag", "action": "list"}],
    }
)
CI = {"name": "ci", "project": "shop"}
ALWAYS: dict[str, list[t.Any]] = {
    "GET /users/current": [me()],
    "GET /systeminfo": [info()],
    "GET /projects/shop": [ok(project(roles=[1]))],
    "GET /permissions": [CATALOGUE],
}


def harbor(*script: tuple[str, t.Any], **always: t.Any) -> Wire:
    return Wire(
        *script, always=dict(ALWAYS, **{"GET /robots": [listing()]}, **always) if "GET /robots" not in always else dict(ALWAYS, **always)
    )


def wish(place: str = "", **options: t.Any) -> Desired:
    desired, faults = read(options, place)
    assert faults == []
    return desired


def fleet(wire: Wire, monkeypatch: pytest.MonkeyPatch, **conditions: t.Any) -> Fleet:
    return Fleet(HarborApi(transport(wire, monkeypatch)), Conditions(**dict({"workers": 1}, **conditions)))


def run(wire: Wire, monkeypatch: pytest.MonkeyPatch, desired: Desired, **conditions: t.Any) -> tuple[t.Any, ...]:
    """(result, secrets, warnings, failure) of a module that is about one robot."""
    one = fleet(wire, monkeypatch, **conditions)
    world, plans = one.prepare([desired])
    found = report(one.apply(world, plans)[0], world, one.conditions.check_mode)
    wire.done()
    return found


def refusal(wire: Wire, monkeypatch: pytest.MonkeyPatch, *desired: Desired) -> list[str]:
    with pytest.raises(WrongInput) as caught:
        fleet(wire, monkeypatch).prepare(desired)
    assert not WRITES & {one.method for one in wire.sent}
    return caught.value.faults


# --- check mode, diff and the real run are one plan


def both(monkeypatch: pytest.MonkeyPatch, script: list[tuple[str, t.Any]], desired: Desired, **always: t.Any) -> tuple[t.Any, t.Any]:
    """What check mode says, and what the real run does."""
    wire = harbor(**always)
    checked = run(wire, monkeypatch, desired, check_mode=True)
    assert not WRITES & {one.method for one in wire.sent}
    return checked, run(harbor(*script, **always), monkeypatch, desired)


def test_a_new_robot(monkeypatch: pytest.MonkeyPatch) -> None:
    always = {"GET /configurations": [ok({"robot_name_prefix": {"value": "robot$"}})]}
    checked, real = both(monkeypatch, [("POST /robots", created())], wish(**CI, access=["push"], valid_for=90), **always)
    for result, _secrets, warnings, failure in (checked, real):
        assert (result["changed"], result["changes"], result["secret_changed"], warnings, failure) == (True, ["create"], True, [], None)
        assert result["username"] == "robot$shop+ci"
        assert result["registry"] == "harbor.test"
        assert result["diff"] == {
            "before": "",
            "after": "enabled: true\nexpires: 2027-02-18\nrepository:pull on shop\nrepository:push on shop\n",
            "before_header": "robot shop+ci",
            "after_header": "robot shop+ci",
        }
        assert result["declaration"] == {
            "name": "ci",
            "project": "shop",
            "access": ["repository:pull", "repository:push"],
            "duration": "90",
        }
        assert "secret" not in result
    assert (checked[0]["secret_known"], checked[1]) == (False, {})
    assert (real[0]["secret_known"], real[1]) == (True, {"secret": GIVEN})
    assert (checked[0]["robot"]["id"], real[0]["robot"]["id"]) == (None, 7)


def test_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    held = raw(description="old")
    checked, real = both(
        monkeypatch,
        [("GET /robots/7", ok(held)), ("PUT /robots/7", ok())],
        wish(**CI, description="new", access=["push"]),
        **{"GET /robots": [listing(held)]},
    )
    assert checked == real
    result, secrets, warnings, failure = real
    assert (result["changed"], result["changes"]) == (True, ["set description", "add repository:push on shop"])
    assert (result["secret_changed"], result["secret_known"], secrets, warnings, failure) == (False, False, {}, [], None)
    assert result["robot"]["description"] == "new"


def test_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    checked, real = both(monkeypatch, [], wish(**CI, access=["pull"], duration="90"), **{"GET /robots": [listing(raw())]})
    assert checked == real
    assert (real[0]["changed"], real[0]["changes"], real[0]["diff"]["before"]) == (False, [], real[0]["diff"]["after"])


def test_a_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    always = {"GET /robots": [listing(raw())]}
    checked, real = both(monkeypatch, [("DELETE /robots/7", ok())], wish(**CI, state="absent"), **always)
    assert checked == real
    result = real[0]
    assert (result["changed"], result["changes"], result["username"], result["diff"]["after"]) == (True, ["remove"], "robot$shop+ci", "")
    assert result["robot"]["id"] == 7
    assert "declaration" not in result


def test_what_somebody_else_did_first_is_not_in_the_diff(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {"GET /robots": [listing(raw())]}
    gone = run(harbor(("DELETE /robots/7", refused(404, "NOT_FOUND")), **held), monkeypatch, wish(**CI, state="absent"))[0]
    assert (gone["changed"], gone["diff"]["before"], gone["diff"]["after"]) == (False, "", "")
    asleep = run(harbor(("GET /robots/7", ok(raw(disable=True))), **held), monkeypatch, wish(**CI, access=["push"]))[0]
    assert (asleep["changed"], asleep["diff"]["before"]) == (False, asleep["diff"]["after"])


def test_what_failed_is_not_in_the_diff(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(("POST /robots", refused(400, "BAD_REQUEST", "no")))
    result, _secrets, _warnings, failure = run(wire, monkeypatch, wish(**CI, access=["push"]))
    assert failure is not None
    assert (result["diff"]["before"], result["diff"]["after"]) == ("", "")


def test_what_is_absent_already(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(harbor(), monkeypatch, wish(**CI, state="absent"))[0]
    assert (result["changed"], result["robot"]) == (False, None)
    assert "username" not in result


# --- secrets


def test_a_secret_that_works_is_probed_and_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor((PROBE, ok([])), **{"GET /robots": [listing(raw())]})
    result, secrets, _warnings, _failure = run(wire, monkeypatch, wish(**CI, secret=OWN))
    assert (result["changed"], result["secret_changed"], secrets) == (False, False, {})


def test_a_secret_that_does_not_work_is_set_and_is_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(
        (PROBE, refused(401, seconds=1.5)), ("GET /robots/7", ok(raw())), ("PATCH /robots/7", ok({})), **{"GET /robots": [listing(raw())]}
    )
    result, secrets, _warnings, _failure = run(wire, monkeypatch, wish(**CI, secret=OWN))
    assert (result["changes"], result["secret_changed"], result["secret_known"], secrets) == (["set secret"], True, False, {})
    assert OWN not in repr(result)


def test_a_secret_that_is_not_to_be_verified_is_never_probed(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = {"GET /robots": [listing(raw())], "GET /robots/7": [ok(raw(description="theirs"))], "PUT /robots/7": [ok()]}
    wire = harbor(**theirs)
    result, _secrets, _warnings, failure = run(wire, monkeypatch, wish(**CI, access=["push"], secret=OWN), verify=False)
    assert (result["changes"], failure) == (["add repository:push on shop"], None)
    assert PROBE not in wire.lines


@pytest.mark.parametrize("held", [raw(disable=True), raw(age=100, duration=30)])
def test_a_robot_that_cannot_log_in_is_not_probed(held: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(**{"GET /robots": [listing(held)]})
    _result, _secrets, warnings, _failure = run(wire, monkeypatch, wish(**CI, secret=OWN))
    assert PROBE not in wire.lines
    assert len(warnings) == 1 and warnings[0].startswith("robot shop+ci: is ")


def test_a_failure_after_the_create_returns_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(("POST /robots", created()), ("PUT /robots/7", refused(403, "FORBIDDEN", "forbidden")))
    result, secrets, _warnings, failure = run(wire, monkeypatch, wish(**CI, access=["pull"], enabled=False))
    assert secrets == {"secret": GIVEN}
    assert (result["changed"], result["changes"], result["secret_known"], result["username"]) == (True, ["create"], True, "robot$shop+ci")
    assert (result["error"]["status"], result["error"]["path"]) == (403, "/api/v2.0/robots/7")
    assert failure.startswith("Could not disable robot shop+ci.")
    assert GIVEN not in failure and GIVEN not in repr(result)


def test_a_recovered_robot_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(("POST /robots", cut()), ("PATCH /robots/7", ok({})), **{"GET /robots": [listing(), listing(raw(age=0, duration=30))]})
    result, secrets, _warnings, _failure = run(wire, monkeypatch, wish(**CI, access=["pull"]))
    assert result["recovered"] is True
    assert len(secrets["secret"]) == 32


# --- refused before the first write, all of it at once


def test_all_faults_of_all_declarations_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"GET /projects/gone": [refused(404)], "HEAD /projects": [Reply(404)]}
    told = refusal(
        harbor(**gone),
        monkeypatch,
        wish("robots[0] (ci)", **CI, access=["repository:pusch"]),
        wish("robots[1] (cd)", name="cd", project="gone", access=["pull"]),
        wish("robots[2] (cx)", name="cx", project="shop"),
    )
    assert told == [
        "robots[0] (ci): repository:pusch is not a permission for a project in Harbor 2.12.4: did you mean repository:push?",
        "robots[1] (cd): project gone does not exist; harbor_project makes it",
        "robots[2] (cx): does not exist yet, and to make it access is needed",
    ]


def test_a_fault_hides_no_other_of_the_same_robot(monkeypatch: pytest.MonkeyPatch) -> None:
    held = raw(age=20, duration=90)
    pair = "repository:pusch is not a permission for a project in Harbor 2.12.4: did you mean repository:push?"
    past = "expires_at 2020-01-01T00:00:00Z is in the past"
    guest = {"GET /users/current": [me("alice", False, 3)], "GET /projects/shop": [ok(project(roles=[3]))]}
    wrong = wish(**CI, access=["repository:pusch"], duration="5")
    told = refusal(harbor(**guest, **{"GET /robots": [listing(held)]}), monkeypatch, wrong)
    assert [one.partition(": ")[2] for one in told[:1]] == [pair]
    assert "duration 5 counts from its creation" in told[1]
    assert told[2] == ("robot shop+ci: user alice may not update it; a system administrator or an administrator of project shop could")
    assert len(told) == 3
    gone = {"HEAD /projects": [Reply(404)], "GET /projects/gone": [refused(404)]}
    both = [{"project": "gone", "access": ["repository:pusch"]}, {"project": "off", "access": ["pull"]}]
    told = refusal(harbor(**gone), monkeypatch, wish(name="m", permissions=both, expires_at="2020-01-01"))
    assert [one.partition(" (Harbor's clock")[0] for one in told] == [
        "robot m: " + pair,
        "robot m: project gone, which its permissions name, does not exist",
        "robot m: project off, which its permissions name, does not exist",
        "robot m: " + past,
    ]
    told = refusal(harbor(**gone), monkeypatch, wish(name="x", project="gone", access=["repository:pusch"], expires_at="2020-01-01"))
    assert [one.partition(" (Harbor's clock")[0] for one in told] == [
        "robot gone+x: project gone does not exist; harbor_project makes it",
        "robot gone+x: " + pair,
        "robot gone+x: " + past,
    ]
    told = refusal(harbor(**guest), monkeypatch, wish(**CI, expires_at="2020-01-01"))
    assert [one.partition(" (Harbor's clock")[0] for one in told] == [
        "robot shop+ci: does not exist yet, and to make it access is needed",
        "robot shop+ci: " + past,
        "robot shop+ci: user alice may not create it; a system administrator or an administrator of project shop could",
    ]


def test_a_fault_does_not_bring_others_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be understood is no narrowing, and nobody is refused what is perhaps not wanted."""
    held = {"GET /robots": [listing(raw(permissions=[entry("shop", "repository:pull", "repository:push")]))]}
    guest = {"GET /users/current": [me("alice", False, 3)], "GET /projects/shop": [ok(project(roles=[3]))]}
    told = refusal(harbor(**guest, **held), monkeypatch, wish(**CI, access=["repository:pusch", "repository:pull"]))
    assert len(told) == 1 and "repository:pusch" in told[0]
    told = refusal(harbor(**{"GET /users/current": [me("alice", False, 3)]}), monkeypatch, wish(name="m", expires_at="2020-01-01"))
    assert told == ["robot m: user alice may not see system robots; a system administrator could"]


def test_a_single_robot_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(harbor(), monkeypatch, wish(**CI)) == ["robot shop+ci: does not exist yet, and to make it access is needed"]
    told = refusal(harbor(**{"GET /robots/9": [refused(404)]}), monkeypatch, wish(id=9, description="x"))
    assert told == ["robot id 9: does not exist, and a robot is made by name, not by id"]


def test_projects_that_permissions_name(monkeypatch: pytest.MonkeyPatch) -> None:
    told = refusal(
        harbor(**{"HEAD /projects": [Reply(404)]}), monkeypatch, wish(name="m", permissions=[{"project": "gone", "access": ["pull"]}])
    )
    assert told == ["robot m: project gone, which its permissions name, does not exist"]


def test_what_the_caller_may_not_do_is_told_with_who_could(monkeypatch: pytest.MonkeyPatch) -> None:
    developer = {"GET /users/current": [me("alice", False, 3)], "GET /projects/shop": [ok(project(roles=[2]))]}
    assert refusal(harbor(**developer), monkeypatch, wish(**CI, access=["pull"])) == [
        "robot shop+ci: user alice may not create it; a system administrator or an administrator of project shop could"
    ]


def test_a_secret_that_turns_out_to_be_needed_is_refused_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it works is known only after the probe, so the rights are judged again."""
    manager = {
        "GET /users/current": [robot_me()],
        "GET /projects/shop": [ok(project())],
        "GET /robots": [listing(raw())],
        PROBE: [ok([{"resource": "robot", "action": "create"}]), refused(401, seconds=1.5)],
    }
    wire = Wire(always=dict(ALWAYS, **manager))
    with pytest.raises(WrongInput) as caught:
        Fleet(HarborApi(transport(wire, monkeypatch, username="robot$mgr")), Conditions(workers=1)).prepare([wish(**CI, secret=OWN)])
    assert caught.value.faults == [
        "robot shop+ci: robot$mgr is a robot and may not set its secret (no robot can, since Harbor 2.10); "
        "a system administrator or an administrator of project shop could"
    ]


def test_a_robot_sets_its_own_secret_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 2.10 it may, and everything that comes after that meets a 401."""

    def prepared(*desired: Desired) -> t.Any:
        rights = ok([{"resource": "robot", "action": action} for action in ("create", "update")])
        own = {
            "GET /users/current": [robot_me()],
            "GET /systeminfo": [info("2.9.5")],
            "GET /robots": [listing(raw())],
            PROBE: [rights, refused(401, seconds=1.5)],
        }
        api = HarborApi(transport(Wire(always=dict(ALWAYS, **own)), monkeypatch, username="robot$shop+ci"))
        return Fleet(api, Conditions(workers=1)).prepare(desired)

    assert prepared(wish(**CI, secret=OWN))[1][0].steps == (SECRET,)
    fault = "is the robot that is logged in, and its new secret would lock this run out: set it alone, with harbor_robot_secret"
    for more in ([wish(**CI, secret=OWN, description="new")], [wish(**CI, secret=OWN), wish(name="cd", project="shop", access=["pull"])]):
        with pytest.raises(WrongInput) as caught:
            prepared(*more)
        assert caught.value.faults == ["robot shop+ci: " + fault]


def test_read_only_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    told = refusal(harbor(**{"GET /systeminfo": [info(read_only=True)]}), monkeypatch, wish(**CI, access=["pull"]))
    assert told == ["robot shop+ci: Harbor is in read-only mode, so nothing can be changed; a system administrator can end that"]
    wire = harbor(**{"GET /systeminfo": [info(read_only=True)], "GET /robots": [listing(raw())]})
    assert run(wire, monkeypatch, wish(**CI, access=["pull"]))[0]["changed"] is False


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"id": 7, "project": "web"}, "is not in project web but in project shop"),
        ({"id": 7, "permissions": [{"project": "shop", "access": ["pull"]}]}, "is in project shop: give project and access"),
    ],
)
def test_a_robot_by_id_that_is_elsewhere(options: dict[str, t.Any], fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    web = {"GET /robots/7": [ok(raw())], "GET /projects/web": [ok(project("web", 3, [1]))]}
    assert refusal(harbor(**web), monkeypatch, wish(**options)) == ["robot id 7: " + fault]


def test_what_is_declared_of_a_legacy_robot_is_not_asked_for_its_project(monkeypatch: pytest.MonkeyPatch) -> None:
    legacy = raw("robot$old", level="project", editable=False, permissions=[])
    wanted = wish(id=7, permissions=[{"project": "shop", "access": ["pull"]}])
    told = refusal(harbor(**{"GET /robots/7": [ok(legacy)], "HEAD /projects": [ok(X_Request_Id="7")]}), monkeypatch, wanted)
    assert len(told) == 1
    assert told[0].startswith("robot id 7: is a legacy robot from before Harbor 2.2, which can only be removed")


def test_a_robot_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(("GET /robots/7", ok(raw())), ("GET /robots/7", ok(raw())), ("PUT /robots/7", ok()))
    assert run(wire, monkeypatch, wish(id=7, description="new"))[0]["changes"] == ["set description"]


# --- around a run


def test_warnings_name_their_robot(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(**{"GET /robots": [listing(raw(disable=True))]})
    warnings = run(wire, monkeypatch, wish(**CI, description="new"))[2]
    assert warnings == [
        "robot shop+ci: is disabled, so it was left alone (waiting: set description); enabled: true in its own declaration wakes it"
    ]


def test_refused_pairs_are_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(**{"GET /robots": [listing(raw(permissions=[entry("shop", "repository:*")]))]})
    assert run(wire, monkeypatch, wish(**CI))[0]["robot"]["refused_pairs"] == ["repository:* on shop"]


def test_check_mode_asks_for_the_prefix_only_where_a_name_depends_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    developer = {"GET /users/current": [me("alice", False, 3)]}
    result = run(harbor(**developer), monkeypatch, wish(**CI, access=["pull"]), check_mode=True)[0]
    assert "username" not in result
    assert result["robot"]["full_name"] is None
    wire = harbor(**{"GET /robots": [listing(raw())]})
    run(wire, monkeypatch, wish(**CI, access=["push"]), check_mode=True)
    assert "GET /configurations" not in wire.lines


def test_check_mode_learns_the_prefix_from_robots_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    alice = {"GET /users/current": [me("alice", False, 3)]}

    def others(sent: t.Any) -> Reply:
        return listing() if "name=" in dict(sent.query)["q"] else listing(raw("bot-shop+x"))

    checked = run(harbor(**alice, **{"GET /robots": [others]}), monkeypatch, wish(**CI, access=["pull"]), check_mode=True)[0]
    assert (checked["username"], checked["robot"]["full_name"]) == ("bot-shop+ci", "bot-shop+ci")


def test_check_mode_learns_the_prefix_from_a_calling_robot_of_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    held = ok([{"resource": "robot", "action": "create"}, {"resource": "repository", "action": "pull"}])
    always = {"GET /users/current": [robot_me()], PROBE: [held], "GET /projects/shop": [ok(project())]}
    one = Fleet(HarborApi(transport(harbor(**always), monkeypatch, username="bot-shop+mgr")), Conditions(workers=1, check_mode=True))
    world, _plans = one.prepare([wish(**CI, access=["pull"])])
    assert world.prefix == "bot-"


def test_many_at_once_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [raw("robot$shop+a", id=1), raw("robot$shop+b", id=2)]
    wire = harbor(
        ("POST /robots", created("robot$shop+c")),
        **{
            "GET /robots": [listing(*held)],
            "GET /robots/1": [ok(held[0])],
            "PUT /robots/1": [refused(403, "FORBIDDEN", "forbidden")],
        },
    )
    one = fleet(wire, monkeypatch)
    world, plans = one.prepare(
        [
            wish(name="a", project="shop", description="x"),
            wish(name="b", project="shop", access=["pull"]),
            wish(name="c", project="shop", access=["pull"]),
        ]
    )
    assert [made.steps for made in plans] == [("update",), (), (CREATE,)]
    results = one.apply(world, plans)
    assert [result.plan.label for result in results] == ["robot shop+a", "robot shop+b", "robot shop+c"]
    assert [result.error is None for result in results] == [False, True, True]
    assert one.statistics()["requests"] == len(wire.sent)


def test_a_new_secret_of_a_module_that_makes_no_robots(monkeypatch: pytest.MonkeyPatch) -> None:
    desired = replace(wish(**CI), refresh=True, may_create=False)
    assert refusal(harbor(), monkeypatch, desired) == ["robot shop+ci: does not exist; harbor_robot makes it"]
    wire = harbor(("GET /robots/7", ok(raw())), ("PATCH /robots/7", ok({})), **{"GET /robots": [listing(raw())]})
    result, secrets, _warnings, _failure = run(wire, monkeypatch, desired)
    assert (result["changes"], result["secret_known"]) == (["set secret"], True)
    assert len(secrets["secret"]) == 32
    assert SECRET not in result


def test_places() -> None:
    assert _fleet.located(wish("robots[3] (ci)", **CI), "x") == "robots[3] (ci): x"
    assert _fleet.located(wish(**CI), "x") == "robot shop+ci: x"
