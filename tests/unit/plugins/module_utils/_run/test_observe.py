# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that a plan has to know, read with as few requests as possible."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import read
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Desired
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer, World, texts_of_own
from tests.unit.robots import entry, raw
from tests.unit.robots import wish as whole
from tests.unit.wire import Reply, Wire, info, listing, me, ok, project, refused, robot_me, transport

SHOP = {"GET /projects/shop": [ok(project(roles=[1]))]}
GREETING: dict[str, list[t.Any]] = {"GET /users/current": [me()], "GET /systeminfo": [info()]}
PROBE = "GET /users/current/permissions"
PERMISSIONS = ok({"system": None, "project": [{"resource": "repository", "action": "pull"}]})


def wish(**options: t.Any) -> Desired:
    desired, faults = read(options)
    assert faults == []
    return desired


CI = wish(name="ci", project="shop")


def observer(wire: Wire, monkeypatch: pytest.MonkeyPatch, prefix: str | None = None, **settings: t.Any) -> Observer:
    return Observer(HarborApi(transport(wire, monkeypatch, **settings)), prefix=prefix, workers=1)


def observed(wire: Wire, monkeypatch: pytest.MonkeyPatch, *desired: Desired, **options: t.Any) -> tuple[World, dict[int, list[str]]]:
    found = observer(wire, monkeypatch, **options).observe(desired)
    wire.done()
    return found


def answering(*script: tuple[str, t.Any], **always: t.Any) -> Wire:
    return Wire(*script, always=dict(GREETING, **always))


# --- what is there


def test_one_robot_of_a_project_costs_four_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("GET /robots", listing(raw())), **SHOP)
    world, faults = observed(wire, monkeypatch, CI)
    assert faults == {}
    robot = world.robot_for(CI)
    assert robot is not None and (robot.id, robot.key) == (7, "shop+ci")
    assert world.prefix == "robot$"
    assert len(wire.sent) == 4
    assert dict(wire.sent[3].query)["q"] == "Level=project,ProjectID=2,name=shop%2Bci"


def test_what_a_complete_listing_lacks_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    world, faults = observed(answering(("GET /robots", listing()), **SHOP), monkeypatch, CI)
    assert (world.robot_for(CI), faults) == (None, {})


@pytest.mark.parametrize("answer", [refused(403, "FORBIDDEN", "forbidden"), refused(500, "UNKNOWN"), refused(401, seconds=1.5), ok({})])
def test_anything_else_is_an_error(answer: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HarborError):
        observed(answering(("GET /robots", answer), **SHOP), monkeypatch, CI, retries=0)


def test_a_system_robot_shows_the_prefix_by_its_stored_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Harbor compared the stored name, so what stands before it is the prefix, whatever it looks like."""
    mirror = wish(name="bot-x")
    world, _faults = observed(answering(("GET /robots", listing(raw("bot-bot-x", level="system")))), monkeypatch, mirror)
    robot = world.robot_for(mirror)
    assert robot is not None and (robot.short, world.prefix) == ("bot-x", "bot-")


def test_a_robot_of_another_name_is_not_taken_for_the_one_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = wish(name="mirror")
    world, _faults = observed(answering(("GET /robots", listing(raw("robot$ci", level="system")))), monkeypatch, mirror)
    assert (world.robot_for(mirror), world.prefix) == (None, None)


def test_a_few_robots_are_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = [wish(name="a", project="shop"), wish(name="b", project="shop")]
    wire = answering(("GET /robots", listing(raw("robot$shop+b", id=8))), **SHOP)
    world, _faults = observed(wire, monkeypatch, *pair)
    assert [world.robot_for(one) is not None for one in pair] == [False, True]
    assert dict(wire.sent[-1].query)["q"] == "Level=project,ProjectID=2,name={shop%2Ba shop%2Bb}"


def test_for_many_the_whole_scope_is_cheaper(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [wish(name="n%d" % number, project="shop") for number in range(21)]
    wire = answering(("GET /robots", listing(*(raw("robot$shop+n%d" % number, id=number + 1) for number in range(21)))), **SHOP)
    world, _faults = observed(wire, monkeypatch, *many)
    assert all(world.robot_for(one) for one in many)
    assert dict(wire.sent[-1].query)["q"] == "Level=project,ProjectID=2"


def test_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    by_id = wish(id=7)
    world, faults = observed(answering(("GET /robots/7", ok(raw())), **SHOP), monkeypatch, by_id)
    robot = world.robot_for(by_id)
    assert robot is not None and (robot.key, faults) == ("shop+ci", {})
    # Its project is read too, for the rights that the caller has there.
    assert world.projects["shop"] is not None
    world, _faults = observed(answering(("GET /robots/7", refused(404, "NOT_FOUND"))), monkeypatch, by_id)
    assert world.robot_for(by_id) is None


def test_numbers_of_system_robots_are_given_names_by_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(
        ("GET /robots/1", ok(raw("bot-a", id=1, level="system"))),
        ("GET /robots/2", ok(raw("bot-b", id=2, level="system"))),
        ("GET /configurations", ok({"robot_name_prefix": {"value": "bot-"}})),
    )
    by_id = [wish(id=1), wish(id=2)]
    world, _faults = observed(wire, monkeypatch, *by_id)
    assert [robot.key for robot in map(world.robot_for, by_id) if robot] == ["a", "b"]


def by_number(raw_robot: t.Any, monkeypatch: pytest.MonkeyPatch, *script: tuple[str, t.Any], **options: t.Any) -> World:
    """The world after asking for robot 7 by its number, as a project administrator."""
    alice = {"GET /users/current": [me("alice", False, 3)]}
    wire = answering(("GET /robots/7", ok(raw_robot)), *script, **dict(SHOP, **alice))
    return observed(wire, monkeypatch, wish(id=7, **options))[0]


LEGACY = raw("robot$old", level="project", editable=False, permissions=[])
OWN_PROJECTS = ("GET /projects", listing(project("library", 1, []), project("web", 3, [1]), project(roles=[1])))


def test_a_legacy_robot_is_found_in_the_project_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Harbor shows of it neither project nor permissions, and a project administrator may remove it."""
    world = by_number(LEGACY, monkeypatch, ("GET /robots", listing(LEGACY)), project="shop", state="absent")
    robot = world.robots[7]
    assert (robot.project, robot.key, world.powers("project", robot.project).administered) == ("shop", "robot$old", True)
    world = by_number(LEGACY, monkeypatch, ("GET /robots", listing(dict(LEGACY, id=8))), project="shop", state="absent")
    assert world.robots[7].project is None


def test_a_legacy_robot_is_found_among_the_projects_that_the_caller_administers(monkeypatch: pytest.MonkeyPatch) -> None:
    script = [OWN_PROJECTS, ("GET /robots", listing()), ("GET /robots", listing(LEGACY))]
    world = by_number(LEGACY, monkeypatch, *script, state="absent")
    assert (world.robots[7].project, world.powers("project", "shop").administered) == ("shop", True)


def test_so_is_a_robot_that_holds_nothing_on_its_own_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """2.2 lets it hold permissions on another one, and nobody tells a project administrator the prefix."""
    elsewhere = raw(permissions=[entry("hidden", "repository:pull")])
    script = [("GET /robots", refused(403)), OWN_PROJECTS, ("GET /robots", listing()), ("GET /robots", listing(elsewhere))]
    robot = by_number(elsewhere, monkeypatch, *script).robots[7]
    assert (robot.project, robot.short, robot.key) == ("shop", "ci", "shop+ci")


def test_who_administers_no_project_of_a_legacy_robot(monkeypatch: pytest.MonkeyPatch) -> None:
    script = [OWN_PROJECTS, ("GET /robots", listing()), ("GET /robots", listing())]
    assert by_number(LEGACY, monkeypatch, *script, state="absent").robots[7].project is None


def test_a_name_in_which_the_project_s_occurs_twice_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = raw("robot$shop+shop+b", permissions=[entry("shop", "repository:pull")])
    for names, key in (("shop%2Bshop%2Bb", "shop+shop+b"), ("shop%2Bb", "shop+b")):
        script: list[tuple[str, t.Any]] = [("GET /robots", asked_for(names, twice))] * 2
        assert by_number(twice, monkeypatch, *script).robots[7].key == key


def asked_for(name: str, found: t.Any) -> t.Callable[[t.Any], Reply]:
    """A listing that finds a robot when it is asked for this stored name."""
    return lambda sent: listing(*([found] if name in dict(sent.query)["q"].partition("name=")[2].strip("{}").split(" ") else []))


# --- names that nobody could declare


def odd(name: str, **members: t.Any) -> t.Any:
    return raw(name, **dict({"level": "project", "permissions": [entry("shop", "repository:push")]}, **members))


def test_a_robot_with_two_plus_signs_is_not_taken_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old API, which 2.12 still had, checked no names."""
    many = [wish(name="n%d" % number, project="shop") for number in range(21)]
    robots = [raw("robot$shop+n1", id=1), odd("robot$shop+z+n1", id=2), odd("robot$shop+z+n2", id=3), odd("robot$shop+N3", id=4)]
    world, _faults = observed(answering(("GET /robots", listing(*robots)), **SHOP), monkeypatch, *many)
    assert [robot.id for robot in map(world.robot_for, many) if robot] == [1]
    assert [world.robots[number].key for number in (1, 2, 3, 4)] == ["shop+n1", "shop+z+n1", "shop+z+n2", "shop+N3"]


def test_a_legacy_robot_is_not_taken_for_a_system_robot(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stored as it is shown, with whatever stood before names in its time."""
    ours, legacy = wish(name="bot-x"), dict(LEGACY, name="bot-x", id=8)
    other = wish(id=8, state="absent")
    wire = answering(("GET /robots", listing(raw("robot$bot-x", level="system"))), ("GET /robots/8", ok(legacy)))
    world, _faults = observed(wire, monkeypatch, ours, other)
    robots = [world.robot_for(ours), world.robot_for(other)]
    assert [robot and robot.id for robot in robots] == [7, 8]


def test_other_robots_tell_where_a_prefix_ends_before_a_project_that_occurs_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = [wish(name="a", project="shop"), wish(name="b", project="shop")]
    twice = odd("robot$shop+shop+b", id=2)
    world, _faults = observed(answering(("GET /robots", listing(twice, raw("robot$shop+a", id=1))), **SHOP), monkeypatch, *pair)
    assert ([world.robot_for(one) is not None for one in pair], world.prefix) == ([True, False], "robot$")
    prefixed = listing(twice, raw("robot$shop+shop+a", id=1, level="project", permissions=[entry("shop", "repository:pull")]))
    configured = ("GET /configurations", ok({"robot_name_prefix": {"value": "robot$shop+"}}))
    world, _faults = observed(answering(("GET /robots", prefixed), configured, **SHOP), monkeypatch, *pair)
    assert ([world.robot_for(one) is not None for one in pair], world.prefix) == ([True, True], "robot$shop+")


OLD_NAMES = [odd("robot$+old", id=2, level="system"), raw("robot$mirror", id=1, level="system")]


def test_an_odd_name_in_the_system_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """2.12 made system robots of those that the old API was asked for."""
    pair = [wish(name="mirror"), wish(name="old")]
    configured = ("GET /configurations", ok({"robot_name_prefix": {"value": "robot$"}}))
    world, _faults = observed(answering(("GET /robots", listing(*OLD_NAMES)), configured), monkeypatch, *pair)
    assert [world.robot_for(one) is not None for one in pair] == [True, False]
    assert world.robots[2].key == "+old"
    # An option may be wrong, so Harbor is asked whether it stores such a name.
    script = [("GET /robots", listing(*OLD_NAMES)), ("GET /robots", asked_for("%2Bold", OLD_NAMES[0]))]
    world, _faults = observed(answering(*script), monkeypatch, *pair, prefix="robot$")
    assert [world.robot_for(one) is not None for one in pair] == [True, False]


@pytest.mark.parametrize("prefix", ["robot", "", "rob"])
def test_an_option_that_ends_too_early_does_not_make_robots_absent(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script = [("GET /robots", listing(OLD_NAMES[1])), ("GET /robots", listing())]
    with pytest.raises(HarborError) as caught:
        observed(answering(*script), monkeypatch, wish(name="a"), wish(name="b"), prefix=prefix)
    key = "robot$mirror"[len(prefix) :]
    told = "Harbor has no robot stored as %s, so robot_name_prefix %r is not what stands before robot robot$mirror. Correct the option."
    assert str(caught.value) == told % (key, prefix)


@pytest.mark.parametrize("names", [["bot-+old"], ["bot-+old", "bot-x"], ["bot-+Old", "bot-+old"]])
def test_odd_names_tell_the_prefix_as_well(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("GET /users/current", me("alice", False, 3)), **{"GET /robots": [stored(names[0].removeprefix("bot-"))]})
    looking = observer(wire, monkeypatch)
    assert looking.find_prefix(looking.greet(), names) == "bot-"


def test_who_may_not_list_robots_does_not_learn_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("GET /users/current", robot_me()), **{"GET /robots": [refused(403)]})
    looking = observer(wire, monkeypatch)
    assert looking.find_prefix(looking.greet(), ["bot-x"]) is None


def test_a_project_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: dict[str, t.Any] = {"GET /projects/shop": [refused(404)], "HEAD /projects": [Reply(404)]}
    _world, faults = observed(answering(**gone), monkeypatch, CI, wish(name="mirror", state="absent", project="shop"))
    assert faults == {0: ["project shop does not exist; harbor_project makes it"]}


def test_many_projects_are_listed_at_once_for_an_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["a", "b", "c", "d"]
    wire = answering(
        ("GET /projects", listing(*(project(name, number, [1]) for number, name in enumerate(names[:3], 1)))),
        **{"GET /robots": [listing()]},
    )
    _world, faults = observed(wire, monkeypatch, *(wish(name="ci", project=name) for name in names))
    assert faults == {3: ["project d does not exist; harbor_project makes it"]}


def test_who_may_not_list_robots_is_told_who_could(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("GET /robots", refused(403, "FORBIDDEN", "forbidden")), **SHOP)
    with pytest.raises(HarborError) as told:
        observed(wire, monkeypatch, CI, retries=0)
    assert told.value.hint == "admin may not list robots of project shop; a system administrator or an administrator of project shop could."


def test_a_user_may_not_see_system_robots(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("GET /users/current", me("alice", False, 3)))
    _world, faults = observed(wire, monkeypatch, wish(name="mirror"))
    assert faults == {0: ["user alice may not see system robots; a system administrator could"]}
    assert "GET /robots" not in wire.lines


# --- the prefix


def test_the_prefix_of_a_listing_is_in_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = [wish(name="a"), wish(name="b")]
    wire = answering(
        ("GET /robots", listing(raw("bot-a", level="system"))), ("GET /configurations", ok({"robot_name_prefix": {"value": "bot-"}}))
    )
    world, _faults = observed(wire, monkeypatch, *pair)
    assert [world.robot_for(one) is not None for one in pair] == [True, False]
    assert world.prefix == "bot-"


def test_an_option_names_it_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = [wish(name="a"), wish(name="b")]
    world, _faults = observed(answering(("GET /robots", listing(raw("bot-b", level="system")))), monkeypatch, *pair, prefix="bot-")
    assert [world.robot_for(one) is not None for one in pair] == [False, True]


def test_a_wrong_option_does_not_make_robots_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("GET /robots", listing(raw("robot$b", level="system"))))
    with pytest.raises(HarborError) as caught:
        observed(wire, monkeypatch, wish(name="a"), wish(name="b"), prefix="bot-")
    assert str(caught.value) == "robot robot$b does not begin with robot_name_prefix 'bot-'. Correct the option."


def stored(name: str) -> t.Callable[[t.Any], Reply]:
    """A listing that compares stored names, as Harbor does; the prefix is bot-."""

    def judge(sent: t.Any) -> Reply:
        q = dict(sent.query).get("q", "")
        names = q.partition("name=")[2].replace("%2B", "+").strip("{}").split(" ") if "name=" in q else [name]
        return listing(*([raw("bot-" + name, level="system")] if name in names else []))

    return judge


@pytest.mark.parametrize("name", ["x", "bot-x", "a.b-c_d", "t-bot-t"])
def test_whom_the_configuration_is_not_shown_harbor_tells_by_what_it_stores(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("GET /users/current", me("alice", False, 3)), **{"GET /robots": [stored(name)]})
    looking = observer(wire, monkeypatch)
    world = looking.greet()
    assert looking.find_prefix(world, ["bot-" + name]) == "bot-"
    assert looking.find_prefix(world, []) is None


# --- the catalogue


def test_the_catalogue_is_the_servers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = wish(name="ci", project="shop", access=["pull"])
    world, _faults = observed(answering(("GET /robots", listing()), ("GET /permissions", PERMISSIONS), **SHOP), monkeypatch, declared)
    assert world.catalogue.source == "server"
    assert world.catalogue.project == (("repository", "pull"),)


@pytest.mark.parametrize(("version", "script"), [("2.9.5", []), ("2.12.4", [("GET /permissions", refused(403))])])
def test_else_it_is_the_bundled_one_of_its_version(version: str, script: list[t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    declared = wish(name="ci", project="shop", access=["pull"])
    wire = answering(("GET /users/current", me()), ("GET /systeminfo", info(version)), **SHOP, **{"GET /robots": [listing()]})
    wire.script += script
    world, _faults = observed(wire, monkeypatch, declared)
    assert (world.catalogue.source, world.catalogue.version) == ("bundled", version)


def test_without_permissions_in_sight_it_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("GET /robots", listing()), **SHOP)
    observed(wire, monkeypatch, CI)
    assert "GET /permissions" not in wire.lines


def test_a_catalogue_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("GET /robots", listing()), ("GET /permissions", ok({"project": 5})), **SHOP)
    with pytest.raises(HarborError, match="not a list of permissions"):
        observed(wire, monkeypatch, wish(name="ci", project="shop", access=["pull"]))


# --- projects that permissions name


def test_projects_that_permissions_name_have_to_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(("HEAD /projects", Reply(404)))
    looking = observer(wire, monkeypatch)
    world = looking.greet()
    named = whole(name="m", permissions=[{"projects": ["shop"], "access": ["pull"]}, {"project": "*", "access": ["pull"]}])
    assert looking.check_projects(world, [named]) == {0: ["project shop, which its permissions name, does not exist"]}
    # What a robot holds already exists, and its own project was read.
    own = whole(name="ci", project="shop", access=["pull"])
    assert looking.check_projects(world, [own]) == {}
    assert wire.lines.count("HEAD /projects") == 1


# --- robots as callers


def test_what_a_calling_robot_holds_in_the_system_is_in_its_own_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked what one may do in the system, Harbor leaves out robots."""
    manager = raw(
        "robot$mgr", id=3, permissions=[entry("/", "robot:create", "robot:list"), entry("shop", "repository:pull", "robot:delete")]
    )
    wire = answering(("GET /users/current", robot_me()), ("GET /robots", listing()), ("GET /robots", listing(manager)))
    world, _faults = observed(wire, monkeypatch, wish(name="mirror"), username="robot$mgr")
    assert PROBE not in wire.lines
    powers = world.powers("system", None)
    assert powers.pairs == {("robot", "create"), ("robot", "list")}
    assert world.own is not None and powers.own == world.own.permissions
    assert texts_of_own(world) == {
        ("project", "shop", "repository", "pull"): "",
        ("project", "shop", "robot", "delete"): "",
        ("system", "/", "robot", "create"): "",
        ("system", "/", "robot", "list"): "",
    }


def test_in_a_project_harbor_tells_what_a_calling_robot_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(
        ("GET /users/current", robot_me()),
        ("GET /robots", listing()),
        (PROBE, ok([{"resource": "robot", "action": "create"}])),
        **{"GET /projects/shop": [ok(project())]},
    )
    world, _faults = observed(wire, monkeypatch, CI, username="robot$mgr")
    assert world.powers("project", "shop").pairs == {("robot", "create")}
    assert wire.sent[-1].query[0] == ("scope", "/project/2")


def test_a_project_robot_finds_itself_in_its_project(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [{"resource": "robot", "action": "list"}]
    wire = answering(
        ("GET /users/current", robot_me()),
        ("GET /robots", listing()),
        ("GET /users/current/permissions", ok(held)),
        ("GET /robots", listing(raw("robot$shop+mgr", id=3))),
        **{"GET /projects/shop": [ok(project())]},
    )
    world, _faults = observed(wire, monkeypatch, CI, username="robot$shop+mgr")
    assert world.own is not None and world.own.id == 3
    assert world.powers("project", "shop").pairs == {("robot", "list")}
    assert dict(wire.sent[-1].query)["q"] == "Level=project,ProjectID=2,name=shop%2Bmgr"


def test_a_robot_that_may_not_list_robots_does_not_know_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = answering(
        ("GET /users/current", robot_me()),
        ("GET /robots", listing()),
        ("GET /users/current/permissions", ok([{"resource": "robot", "action": "create"}])),
        **{"GET /projects/shop": [ok(project())]},
    )
    world, _faults = observed(wire, monkeypatch, CI, username="robot$mgr")
    assert (world.own, texts_of_own(world)) == (None, None)


def test_the_powers_of_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    world, _faults = observed(answering(("GET /robots", listing()), **SHOP), monkeypatch, CI)
    assert world.powers("project", "shop").administered
    assert not world.powers("project", "web").administered
    assert not world.powers("system", None).administered


# --- probes


def test_each_robot_is_probed_once_and_only_where_it_can_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    wishes = [wish(name=name, project="shop", secret="Own-Secret-1") for name in ("a", "b", "c", "d")]
    wire = answering(
        ("GET /robots", listing(raw("robot$shop+a", id=1), raw("robot$shop+b", id=2), raw("robot$shop+c", id=3, disable=True))),
        ("GET /users/current/permissions", ok([])),
        ("GET /users/current/permissions", refused(401, seconds=1.5)),
        **SHOP,
    )
    looking = observer(wire, monkeypatch)
    world, _faults = looking.observe(wishes)
    monkeypatch.setattr(looking, "workers", 1)
    looking.probe(world, wishes)
    wire.done()
    assert sorted(world.works) == [1, 2]
    assert sorted(world.works.values()) == [False, True]
    assert {one.credentials for one in wire.sent[-2:]} == {"robot$shop+a:Own-Secret-1", "robot$shop+b:Own-Secret-1"}
