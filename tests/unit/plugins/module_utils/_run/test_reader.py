# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which robots a reader wants to see."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer
from ansible_collections.harbormaster.robots.plugins.module_utils._run.reader import Found, Reader, declarations_of, judge
from tests.unit.robots import DAY, NEW, NOW, entry, raw
from tests.unit.wire import Reply, Wire, cut, info, listing, me, ok, project, refused, robot_me, transport

OPTIONS = ("name", "name_pattern", "id", "level", "project", "projects", "expires_within", "expired", "enabled", "q", "sort")
DENIED = refused(403, "FORBIDDEN", "alice")
SYSTEM = [raw("robot$mirror", id=1, duration=-1), raw("robot$ci", id=2, disable=True)]
IN_SHOP = [raw("robot$shop+ci", id=3), raw("robot$shop+old", id=4, age=100, duration=30)]
IN_WEB = [raw("robot$web+ci", id=5, duration=12)]


def scopes(sent: t.Any) -> Reply:
    """The listings of a Harbor with two projects."""
    q = dict(sent.query).get("q", "")
    found = IN_SHOP if "ProjectID=2" in q else IN_WEB if "ProjectID=3" in q else SYSTEM
    name = q.rpartition("name=")[2].replace("%2B", "+") if "name=" in q else None
    return listing(*(one for one in found if name is None or one["name"] == "robot$" + name))


def harbor(**always: t.Any) -> Wire:
    told: dict[str, list[t.Any]] = {
        "GET /users/current": [me()],
        "GET /systeminfo": [info()],
        "GET /projects/shop": [ok(project(roles=[1]))],
        "GET /projects": [listing(project(roles=[1]), project("web", 3, [1]))],
        "GET /robots": [scopes],
    }
    return Wire(always=dict(told, **always))


def found(wire: Wire, monkeypatch: pytest.MonkeyPatch, prefix: str | None = "robot$", **options: t.Any) -> Found:
    api = HarborApi(transport(wire, monkeypatch))
    observer = Observer(api, prefix=prefix, workers=1)
    return Reader(api, observer, observer.greet(), dict(dict.fromkeys(OPTIONS), **options)).read()


def ids(wire: Wire, monkeypatch: pytest.MonkeyPatch, **options: t.Any) -> list[int]:
    return [robot.id for robot in found(wire, monkeypatch, **options).robots]


# --- options


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"id": 7, "name": "ci"}, "id excludes name"),
        ({"id": 7, "level": "system"}, "id excludes level"),
        ({"id": 0}, "id 0 is not valid: ids begin at 1"),
        ({"name": "ci", "name_pattern": "c*"}, "name and name_pattern exclude each other"),
        ({"project": "shop", "projects": ["web"]}, "project and projects exclude each other"),
        ({"project": "shop", "level": "system"}, "level system has no projects; level all reads both"),
        ({"projects": []}, "projects is empty: give names, patterns, or all"),
        ({"expires_within": -1.0}, "expires_within -1 is not valid: days, 0 or more"),
        ({"q": "name"}, "q 'name' is not valid: terms such as name=~ci, separated by commas"),
        ({"q": ""}, "q '' is not valid: terms such as name=~ci, separated by commas"),
        ({"q": "name=ci,"}, "q 'name=ci,' is not valid: terms such as name=~ci, separated by commas"),
        ({"q": "Level=project"}, "q cannot select the scope with Level: use level, project or projects"),
        ({"q": "name=~ci,project_id=2"}, "q cannot select the scope with project_id: use level, project or projects"),
    ],
)
def test_what_is_wrong(options: dict[str, t.Any], fault: str) -> None:
    assert judge(options) == ([fault], [])


def test_names_are_held_to_harbors_rule() -> None:
    told = judge({"name": "CI", "projects": ["Shop", "team-*", "all", "*", "web"]})[0]
    assert [text.split(" is not valid")[0] for text in told] == ["name 'CI'", "project 'Shop'"]
    assert judge({"project": "robot$x"})[0][0].startswith("project 'robot$x' is not valid")


def test_what_is_right() -> None:
    options: list[dict[str, t.Any]] = [
        {},
        {"id": 7},
        {"q": "name=~ci,creation_time=[a~b]", "sort": "-id"},
        {"level": "all", "projects": ["all"]},
    ]
    for one in options:
        assert judge(one) == ([], [])


# --- scopes


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, [1, 2]),
        ({"level": "system"}, [1, 2]),
        ({"level": "project"}, [3, 4, 5]),
        ({"level": "all"}, [1, 2, 3, 4, 5]),
        ({"project": "shop"}, [3, 4]),
        ({"project": "shop", "level": "all"}, [1, 2, 3, 4]),
        ({"projects": ["all"]}, [3, 4, 5]),
        ({"projects": ["*"]}, [3, 4, 5]),
        ({"projects": ["w*", "shop"]}, [3, 4, 5]),
        ({"projects": ["sh?p"]}, [3, 4]),
        ({"projects": ["nothing-*"]}, []),
        ({"name": "ci"}, [2]),
        ({"name": "ci", "project": "shop"}, [3]),
        ({"name": "ci", "level": "all"}, [2, 3, 5]),
        ({"name": "nobody"}, []),
    ],
)
def test_scopes(options: dict[str, t.Any], wanted: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert ids(harbor(), monkeypatch, **options) == wanted


def test_projects_are_listed_once_for_many_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor()
    ids(wire, monkeypatch, projects=["s*", "w*", "all"])
    assert wire.lines.count("GET /projects") == 1


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"enabled": True}, [1, 3, 4, 5]),
        ({"enabled": False}, [2]),
        ({"expired": True}, [4]),
        ({"expired": False}, [1, 2, 3, 5]),
        ({"expires_within": 2.0}, [4, 5]),
        ({"expires_within": 2.0, "expired": False}, [5]),
        ({"expires_within": 80.0}, [2, 3, 4, 5]),
        ({"name_pattern": "c*"}, [2, 3, 5]),
        ({"name_pattern": "[mo]*"}, [1, 4]),
    ],
)
def test_filters(options: dict[str, t.Any], wanted: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert ids(harbor(), monkeypatch, level="all", **options) == wanted


def test_never_is_not_within_any_number_of_days(monkeypatch: pytest.MonkeyPatch) -> None:
    far = raw("robot$far", expires_at=int(NOW) + 400 * DAY)
    wire = harbor(**{"GET /robots": [listing(far, raw("robot$never", id=8, duration=-1))]})
    assert ids(wire, monkeypatch, expires_within=100000.0) == [7]


def test_harbors_own_q_and_sort_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor()
    ids(wire, monkeypatch, project="shop", q="description=~x", sort="-creation_time")
    assert dict(wire.sent[-1].query)["q"] == "Level=project,ProjectID=2,description=~x"
    assert dict(wire.sent[-1].query)["sort"] == "-creation_time"


# --- by id


def test_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(**{"GET /robots/3": [ok(IN_SHOP[0])]})
    (robot,) = found(wire, monkeypatch, id=3).robots
    assert (robot.key, robot.project) == ("shop+ci", "shop")


def test_a_system_robot_by_id_has_a_name_although_nobody_told_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(**{"GET /robots/1": [ok(SYSTEM[0])], "GET /configurations": [ok({"robot_name_prefix": {"value": "robot$"}})]})
    (robot,) = found(wire, monkeypatch, None, id=1).robots
    assert robot.short == "mirror"


def test_an_id_that_does_not_exist_gives_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ids(harbor(**{"GET /robots/9": [refused(404, "NOT_FOUND")]}), monkeypatch, id=9) == []


def test_what_a_filter_of_the_user_s_found_is_not_taken_for_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Harbor takes the last of two terms for one key."""
    wire = harbor(**{"GET /robots": [listing(raw("robot$my-ci", id=8), SYSTEM[1])]})
    (robot,) = found(wire, monkeypatch, name="ci", q="name=~ci").robots
    assert (robot.id, robot.key) == (2, "ci")


def test_what_has_a_name_that_cannot_be_declared_is_listed_without_a_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = raw("robot$shop+z+ci", id=8, permissions=[entry("shop", "repository:pull")])
    legacy = raw("robot$old", id=9, level="project", editable=False, permissions=[])
    system = raw("robot$+old", id=10, level="system")
    wire = harbor(
        **{
            "GET /robots": [lambda sent: listing(odd, legacy, IN_SHOP[0]) if "ProjectID" in sent.raw_query else listing(system, SYSTEM[1])],
            "GET /configurations": [ok({"robot_name_prefix": {"value": "robot$"}})],
        }
    )
    told = found(wire, monkeypatch, None, level="all", projects=["shop"]).robots
    assert [(robot.id, robot.short, robot.key) for robot in told] == [
        (10, "", "+old"),
        (2, "ci", "ci"),
        (8, "", "shop+z+ci"),
        (9, "", "robot$old"),
        (3, "ci", "shop+ci"),
    ]
    declarations, warnings = declarations_of(told, NEW)
    assert [(one["name"], one.get("project")) for one in declarations] == [("ci", None), ("ci", "shop")]
    assert warnings == [
        "robot %s has a name that cannot be declared, so it is not among the declarations" % name for name in ("+old", "shop+z+ci")
    ]


def test_without_its_prefix_a_name_cannot_be_declared_either(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(**{"GET /users/current": [robot_me()], "GET /robots/1": [ok(SYSTEM[0])], "GET /robots": [DENIED]})
    told = found(wire, monkeypatch, None, id=1).robots
    assert [(robot.full_name, robot.key) for robot in told] == [("robot$mirror", "")]
    warning = "robot robot$mirror has a name of which the prefix is not known, so it is not among the declarations"
    assert declarations_of(told, NEW) == ([], [warning])


def test_by_number_an_odd_name_is_nobody_else_s(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = raw("robot$shop+z+ci", id=8, permissions=[entry("shop", "repository:pull")])
    (robot,) = found(harbor(**{"GET /robots/8": [ok(odd)]}), monkeypatch, None, id=8).robots
    assert (robot.short, robot.key, robot.project) == ("", "shop+z+ci", "shop")


def test_numbers_that_harbor_cannot_have_are_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """2.15 and earlier answer 500."""
    wire = harbor()
    assert ids(wire, monkeypatch, id=2**31) == []
    assert "GET /robots/%d" % 2**31 not in wire.lines


def test_who_may_not_read_a_robot_by_its_number_is_told_who_could(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HarborError) as caught:
        ids(harbor(**{"GET /robots/1": [DENIED]}), monkeypatch, id=1)
    assert caught.value.describe().endswith(
        "admin may not read robot id 1; a system administrator, or where it belongs to a project an administrator of that, could."
    )


# --- what may not be read


def test_a_project_that_does_not_exist_gives_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = harbor(**{"GET /projects/gone": [refused(404)], "HEAD /projects": [Reply(404)]})
    assert ids(wire, monkeypatch, project="gone") == []


def judged(sent: t.Any) -> t.Any:
    """Alice lists the robots of shop and nothing else."""
    return scopes(sent) if "ProjectID=2" in dict(sent.query).get("q", "") else DENIED


ALICE: dict[str, t.Any] = {"GET /users/current": [me("alice", False, 3)], "GET /robots": [judged]}


def test_what_all_cannot_show_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told = found(harbor(**ALICE), monkeypatch, level="all")
    assert [robot.id for robot in told.robots] == [3, 4]
    assert told.not_listed == ["system", "web"]


def test_a_project_that_was_named_and_is_refused_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    web = {"GET /projects/web": [ok(project("web", 3, []))]}
    for options in ({"project": "web"}, {"projects": ["all", "web"]}):
        with pytest.raises(HarborError) as caught:
            found(harbor(**ALICE, **web), monkeypatch, **options)
        assert caught.value.describe().endswith("alice may not list the robots of project web; its members could.")


def test_the_system_that_was_asked_for_and_is_refused_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    options: list[dict[str, t.Any]] = [{}, {"level": "system"}]
    for one in options:
        with pytest.raises(HarborError) as caught:
            found(harbor(**ALICE), monkeypatch, **one)
        assert caught.value.describe().endswith("User alice may not list system robots; a system administrator could.")
    robot = {"GET /users/current": [robot_me()], "GET /robots": [DENIED]}
    with pytest.raises(HarborError) as caught:
        found(harbor(**robot), monkeypatch)
    assert "Robot admin may not list system robots" in caught.value.describe()


def test_a_failure_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in (refused(401, seconds=1.5), refused(500, "UNKNOWN"), cut()):
        with pytest.raises(HarborError):
            found(harbor(**{"GET /robots": [answer]}), monkeypatch, level="all")
