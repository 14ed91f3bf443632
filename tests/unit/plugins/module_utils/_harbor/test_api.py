# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One method for each call: paths, queries, pages, and what proves who asked."""

from __future__ import annotations

import functools
import json
import time
import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi, Server, escaped
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller
from tests.unit.robots import ADMIN, NOW
from tests.unit.wire import API, Reply, Wire, cut, gateway, ok, refused, transport

ROBOT = Caller("robot", "robot$mgr")
INFO = {"harbor_version": "v2.15.2-436918f8", "current_time": "2026-11-20T12:00:00.000Z", "registry_url": "harbor.example.com"}
ME = ok({"username": "admin", "user_id": 1, "sysadmin_flag": True})


def server(version: tuple[int, int, int] = (2, 15, 2)) -> Server:
    return Server(version, "v%d.%d.%d" % version, "harbor.test", False, False, 0.0)


def api(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, caller: Caller | None = ADMIN, version: t.Any = (2, 15, 2), **settings: t.Any
) -> HarborApi:
    made = HarborApi(transport(wire, monkeypatch, **settings))
    made.caller = caller
    made.server = server(version) if version else None
    return made


def failing(work: t.Callable[[], t.Any]) -> HarborError:
    with pytest.raises(HarborError) as caught:
        work()
    return caught.value


# --- who one is


@pytest.mark.parametrize(
    ("body", "caller"),
    [
        ({"username": "admin", "user_id": 1, "sysadmin_flag": True}, Caller("user", "admin", True, 1)),
        ({"username": "alice", "user_id": 3, "sysadmin_flag": False}, Caller("user", "alice", False, 3)),
        ({"username": "bob", "user_id": 4, "admin_role_in_auth": True}, Caller("user", "bob", True, 4)),
    ],
)
def test_users(body: dict[str, t.Any], caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /users/current", ok(body)))
    asked = api(wire, monkeypatch, None, None)
    assert asked.identify() == caller
    assert asked.caller == caller


@pytest.mark.parametrize("body", [{}, {"username": "admin"}, {"username": None, "user_id": 1}, [], "x"])
def test_who_one_is_has_to_be_said_as_harbor_says_it(body: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not the answer of a Harbor" in str(failing(api(Wire(("GET /users/current", ok(body))), monkeypatch, None, None).identify))


def test_a_session_that_is_demanded_is_opened_as_soon_as_one_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for login, opens in (("session", 1), ("auto", 0), ("basic", 0)):
        asked = api(Wire(("GET /users/current", ME)), monkeypatch, None, None, login=login)
        opened: list[bool] = []
        monkeypatch.setattr(asked.http, "log_in", functools.partial(opened.append, True))
        asked.identify()
        assert len(opened) == opens


def test_a_server_that_fails_and_answers_in_turn_is_asked_no_more_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        ("GET /users/current", refused(500, "UNKNOWN", "internal server error")),
        ("GET /systeminfo", ok(INFO)),
        ("GET /users/current", ME),
    )
    assert api(wire, monkeypatch, None, None).identify().name == "admin"
    wire.done()


def test_robots(monkeypatch: pytest.MonkeyPatch) -> None:
    told = "get current user not available for security context: robot"
    wire = Wire(("GET /users/current", refused(412, "PRECONDITION", told)))
    assert api(wire, monkeypatch, None, None, username="robot$mgr").identify() == ROBOT


def test_robots_of_2_2_are_proved_by_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        ("GET /users/current", refused(500, "UNKNOWN", "internal server error")),
        ("GET /systeminfo", ok({"harbor_version": "v2.2.4-abc"})),
        ("GET /service/token", ok({"token": "x"})),
    )
    asked = api(wire, monkeypatch, None, None, username="robot$mgr", password="Secret-1")
    assert asked.identify() == ROBOT
    assert wire.sent[-1].credentials == "robot$mgr:Secret-1"
    assert wire.sent[-1].query == [("service", "harbor-registry")]


def test_a_500_of_a_newer_server_is_an_ordinary_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = refused(500, "UNKNOWN", "internal server error")
    wire = Wire(
        ("GET /users/current", broken),
        ("GET /systeminfo", ok(INFO)),
        ("GET /users/current", broken),
        ("GET /users/current", ME),
        ("GET /users/current", ME),
    )
    assert api(wire, monkeypatch, None, None).identify() == ADMIN
    wire = Wire(("GET /users/current", broken), ("GET /systeminfo", ok(INFO)), ("GET /users/current", broken))
    assert failing(api(wire, monkeypatch, None, None, retries=0).identify).status == 500


def test_refused_credentials_are_final_and_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /users/current", refused(401, "UNAUTHORIZED", "unauthorized", seconds=1.5)))
    error = failing(api(wire, monkeypatch, None, None, request_id="run").identify)
    assert str(error) == (
        "Harbor answered GET /api/v2.0/users/current with 401 UNAUTHORIZED: Harbor refuses these credentials (request id %s). "
        "Wrong, disabled and expired look the same to Harbor; a robot's user name is its full name, prefix included." % error.request_id
    )
    assert error.request_id.startswith("run-")
    assert wire.slept == []


def test_a_quick_401_is_somebody_elses_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The very first request meets the lock like any other."""
    wire = Wire(("GET /users/current", refused(401, "UNAUTHORIZED", "unauthorized", seconds=0.01)), ("GET /users/current", ME))
    assert api(wire, monkeypatch, None, None).identify() == ADMIN
    assert len(wire.slept) == 1 and wire.slept[0] >= 1.6


def test_without_credentials_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    error = failing(api(wire, monkeypatch, None, None, username=None, password=None).identify)
    assert str(error) == "no credentials: give harbor_username and harbor_password, or harbor_token."
    assert wire.sent == []


@pytest.mark.parametrize("body", [b"<html>It works!", b"[]", b'"x"', b"5", b"null", b""])
def test_what_is_no_harbor_says_so(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    error = failing(api(Wire(("GET /users/current", Reply(200, body))), monkeypatch, None, None).identify)
    assert "not the answer of a Harbor" in str(error)
    assert "Check harbor_url" in str(error)


# --- whom one asks


def test_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    later = NOW + 3600
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(later))
    info = dict(INFO, read_only=True, project_creation_restriction="adminonly")
    asked = api(Wire(("GET /systeminfo", ok(info, Date=date))), monkeypatch, version=None)
    found = asked.info()
    assert asked.server == found
    assert (found.version, found.version_text) == ((2, 15, 2), "v2.15.2-436918f8")
    assert (found.registry, found.read_only, found.admins_make_projects) == ("harbor.example.com", True, True)
    assert (found.clock, found.now()) == (3600.0, later)


@pytest.mark.parametrize(
    ("given", "told", "registry"),
    [
        ("mine:5000", "harbor.example.com", "mine:5000"),
        (None, "harbor.example.com", "harbor.example.com"),
        (None, "https://harbor.example.com:8443", "harbor.example.com:8443"),
        (None, "", "harbor.test"),
        (None, None, "harbor.test"),
    ],
)
def test_what_clients_name_at_log_in(given: str | None, told: str | None, registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /systeminfo", ok(dict(INFO, registry_url=told))))
    assert api(wire, monkeypatch, version=None).info(given).registry == registry


def test_a_systeminfo_for_anonymous_callers_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    anonymous = ok({"auth_mode": "db_auth", "harbor_version": "v2.12.4-abc"})
    wire = Wire(("GET /systeminfo", anonymous), ("GET /systeminfo", ok(INFO)))
    assert api(wire, monkeypatch, version=None).info().version == (2, 15, 2)
    assert wire.slept == [1.6]
    error = failing(api(Wire(*[("GET /systeminfo", anonymous)] * 3), monkeypatch, version=None).info)
    assert str(error).startswith("Harbor answered GET /api/v2.0/systeminfo with 200 Harbor answers as if nobody were logged in")


def test_2_4_proves_a_log_in_without_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /systeminfo", ok({"harbor_version": "v2.4.3-abc", "has_ca_root": False})))
    assert api(wire, monkeypatch, version=None).info().version == (2, 4, 3)


# --- one log-in where it pays


@pytest.mark.parametrize(
    ("caller", "version", "login", "requests", "logs_in"),
    [
        (ADMIN, (2, 15, 2), "auto", 4, True),
        (ADMIN, (2, 15, 2), "auto", 3, False),
        (ADMIN, (2, 15, 1), "auto", 100, False),
        (ADMIN, (2, 15, 2), "basic", 100, False),
        (ADMIN, (2, 15, 2), "session", 4, True),
        (ROBOT, (2, 15, 2), "auto", 100, False),
        (ROBOT, (2, 15, 2), "session", 100, False),
        (None, (2, 15, 2), "auto", 100, False),
    ],
)
def test_who_logs_in(
    caller: Caller | None, version: t.Any, login: str, requests: int, logs_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = api(Wire(), monkeypatch, caller, version, login=login)
    opened: list[bool] = []
    monkeypatch.setattr(asked.http, "log_in", lambda: opened.append(True))
    asked.expect(requests)
    assert opened == [True] * logs_in


# --- probes and powers


@pytest.mark.parametrize(("answer", "works"), [(ok([]), True), (refused(401, "UNAUTHORIZED", seconds=1.5), False), (refused(401), False)])
def test_a_probe_is_one_request_with_the_robots_own_credentials(answer: Reply, works: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /users/current/permissions", answer))
    assert api(wire, monkeypatch).probe("robot$shop+ci", "Own-Secret-1") is works
    assert wire.sent[0].credentials == "robot$shop+ci:Own-Secret-1"
    assert (wire.sent[0].query, wire.slept) == ([], [])


@pytest.mark.parametrize("version", [(2, 2, 4), None])
def test_a_probe_on_2_2_asks_the_registry(version: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /service/token", refused(401, seconds=1.5)))
    assert api(wire, monkeypatch, version=version).probe("robot$ci", "x") is False


def test_a_probe_that_is_neither_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in (cut(), gateway(502), refused(403, "FORBIDDEN")):
        asked = api(Wire(("GET /users/current/permissions", answer)), monkeypatch, retries=0)
        with pytest.raises(HarborError):
            asked.probe("robot$ci", "x")


def test_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [{"resource": "robot", "action": "create"}, {"resource": "robot", "action": "list"}]
    wire = Wire(("GET /users/current/permissions", ok(told)))
    asked = api(wire, monkeypatch, ROBOT)
    assert asked.rights("/project/2") == {("robot", "create"), ("robot", "list")}
    assert wire.sent[0].query == [("scope", "/project/2"), ("relative", "true")]


def test_robots_of_2_2_are_not_asked_for_their_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Harbor looks them up among the users there and answers 500."""
    assert api(Wire(), monkeypatch, ROBOT, version=(2, 2, 4)).rights("/project/2") is None
    listed = ("GET /projects", ok([{"project_id": 2, "name": "shop"}], X_Total_Count="1"))
    for answer, works in ((ok({"token": "x"}), True), (refused(401), False)):
        wire = Wire(listed, ("GET /service/token", answer))
        asked = api(wire, monkeypatch, ROBOT, version=(2, 2, 4), username="robot$mgr", password="Secret-1")
        if works:
            assert [one.name for one in asked.projects()] == ["shop"]
        else:
            with pytest.raises(HarborError, match="refuses these credentials"):
                asked.projects()
        assert wire.sent[-1].credentials == "robot$mgr:Secret-1"


def test_the_catalogue_and_the_prefix_are_not_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    listed: dict[str, t.Any] = {"system": [], "project": []}
    wire = Wire(
        ("GET /permissions", ok(listed)),
        ("GET /permissions", refused(403)),
        ("GET /permissions", refused(404)),
        ("GET /configurations", ok({"robot_name_prefix": {"value": "bot-", "editable": True}})),
        ("GET /configurations", refused(403, "FORBIDDEN", "alice")),
        ("GET /configurations", ok({})),
    )
    asked = api(wire, monkeypatch)
    assert [asked.catalogue() for _number in range(3)] == [listed, None, None]
    assert [asked.prefix_setting() for _number in range(3)] == ["bot-", None, None]


# --- listings


def robots(*names: str) -> list[dict[str, t.Any]]:
    return [{"id": number, "name": name, "level": "system"} for number, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("arguments", "raw_query"),
    [
        ({}, "page=1&page_size=100"),
        ({"names": ["ci"]}, "q=name%3Dci&page=1&page_size=100"),
        # The plus is decoded twice.
        ({"project_id": 2, "names": ["shop+ci"]}, "q=Level%3Dproject%2CProjectID%3D2%2Cname%3Dshop%252Bci&page=1&page_size=100"),
        (
            {"project_id": 2, "names": ["shop+a", "shop+b"]},
            "q=Level%3Dproject%2CProjectID%3D2%2Cname%3D%7Bshop%252Ba+shop%252Bb%7D&page=1&page_size=100",
        ),
        ({"q": "name=~a b+c", "sort": "-id"}, "q=name%3D~a%2520b%252Bc&sort=-id&page=1&page_size=100"),
    ],
)
def test_queries_are_encoded_twice_where_harbor_decodes_twice(
    arguments: dict[str, t.Any], raw_query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire(("GET /robots", ok([])))
    assert api(wire, monkeypatch).robots(**arguments) == []
    assert wire.sent[0].raw_query == raw_query


def test_escaped() -> None:
    assert escaped("shop+ci/x y") == "shop%2Bci%2Fx%20y"


def test_what_is_asked_for_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to 2.12 a question for the level system is answered with every robot."""
    wire = Wire(("GET /robots", ok(robots("robot$ci") + [{"id": 2, "name": "robot$shop+ci", "level": "project"}])))
    assert [one["name"] for one in api(wire, monkeypatch, version=(2, 9, 5)).robots()] == ["robot$ci"]


def page(first: int, count: int, total: int) -> Reply:
    return ok(
        [{"id": number, "name": "n%d" % number, "level": "system"} for number in range(first, first + count)], X_Total_Count=str(total)
    )


def test_pages_are_followed_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /robots", page(0, 100, 250)), ("GET /robots", page(100, 100, 250)), ("GET /robots", page(200, 50, 250)))
    assert len(api(wire, monkeypatch).robots()) == 250
    assert [dict(one.query)["page"] for one in wire.sent] == ["1", "2", "3"]


def test_a_full_last_page_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /robots", page(0, 100, 200)), ("GET /robots", page(100, 100, 200)))
    assert len(api(wire, monkeypatch).robots()) == 200


def test_a_listing_without_a_count_ends_with_a_short_page(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [{"id": number, "name": "robot$%d" % number, "level": "system"} for number in range(100)]
    wire = Wire(("GET /robots", ok(whole)), ("GET /robots", ok([])))
    assert len(api(wire, monkeypatch).robots()) == 100


def test_2_2_has_no_order_so_everything_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("GET /robots", page(0, 250, 250)))
    assert len(api(wire, monkeypatch, version=(2, 2, 4)).robots()) == 250
    assert dict(wire.sent[0].query)["page_size"] == "0"


def test_a_listing_that_changed_between_two_pages_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        ("GET /robots", page(0, 100, 150)),
        ("GET /robots", page(99, 50, 149)),
        ("GET /robots", page(0, 100, 149)),
        ("GET /robots", page(100, 49, 149)),
    )
    assert len(api(wire, monkeypatch).robots()) == 149


def test_a_listing_that_lacks_what_it_counts_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pages that share an entry lack another one, which must not pass for absent."""
    shifted = [("GET /robots", page(0, 100, 150)), ("GET /robots", page(99, 50, 150))]
    wire = Wire(*shifted, ("GET /robots", page(0, 100, 150)), ("GET /robots", page(100, 50, 150)))
    assert len(api(wire, monkeypatch).robots()) == 150
    error = failing(api(Wire(*shifted * 3), monkeypatch).robots)
    assert str(error) == "GET /api/v2.0/robots got no answer: the listing changed at each of 3 readings. Run again when nobody else writes."


def test_what_is_no_list_is_no_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[t.Any] = [
        {},
        "x",
        5,
        [None],
        [{}],
        [[]],
        [{"id": 1}],
        [{"id": "1", "name": "x"}],
        [{"id": 1, "name": "x", "permissions": {}}],
    ]
    for body in bodies:
        assert "not the answer of a Harbor" in str(failing(api(Wire(("GET /robots", ok(body))), monkeypatch).robots))
    assert "not the answer of a Harbor" in str(failing(api(Wire(("GET /robots", Reply(200, b""))), monkeypatch).robots))


# --- one robot


def test_a_robot_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    seven = {"id": 7, "name": "robot$ci", "permissions": []}
    wire = Wire(("GET /robots/7", ok(seven)), ("GET /robots/7", refused(404, "NOT_FOUND", "robot 7 not found")))
    asked = api(wire, monkeypatch)
    assert asked.robot(7) == seven
    assert asked.robot(7) is None


PAGE = Reply(200, b"<html>We will be back soon</html>")


@pytest.mark.parametrize(
    ("line", "work"),
    [
        ("POST /robots", lambda asked: asked.create_robot({})),
        ("PUT /robots/7", lambda asked: asked.update_robot(7, {})),
        ("PATCH /robots/7", lambda asked: asked.set_secret(7, "Own-Secret-1")),
        ("DELETE /robots/7", lambda asked: asked.delete_robot(7)),
        ("PUT /projects/2", lambda asked: asked.update_project(2, True)),
        ("DELETE /projects/2", lambda asked: asked.delete_project(2)),
    ],
)
def test_a_page_of_a_gateway_did_no_work(line: str, work: t.Callable[[HarborApi], t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    pages = (
        [PAGE] if line != "POST /robots" else [PAGE._replace(status=201), ok(None, 201), ok({}, 201), ok({"id": 1, "name": "robot$x"}, 201)]
    )
    for page in pages:
        error = failing(functools.partial(work, api(Wire((line, page)), monkeypatch)))
        assert error.message == "not the answer of a Harbor" and error.ambiguous


@pytest.mark.parametrize(("version", "line"), [((2, 15, 2), "GET /api/v2.0/users/current/permissions"), ((2, 2, 4), "GET /service/token")])
def test_a_probe_that_nobody_answered_names_its_own_path(version: t.Any, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = api(Wire((line.replace(API, ""), PAGE)), monkeypatch, version=version)
    error = failing(functools.partial(asked.probe, "robot$ci", "Own-Secret-1"))
    assert f"{error.method} {error.path}" == line


@pytest.mark.parametrize(
    ("line", "work"),
    [
        ("GET /users/current/permissions", lambda asked: asked.probe("robot$ci", "Own-Secret-1")),
        ("GET /users/current/permissions", lambda asked: asked.rights("/system")),
        ("GET /permissions", lambda asked: asked.catalogue()),
        ("GET /configurations", lambda asked: asked.prefix_setting()),
        ("GET /robots/7", lambda asked: asked.robot(7)),
        ("GET /projects/shop", lambda asked: asked.project("shop")),
        ("GET /projects", lambda asked: asked.projects()),
        ("GET /systeminfo", lambda asked: asked.info()),
    ],
)
def test_a_page_of_a_gateway_says_nothing(line: str, work: t.Callable[[HarborApi], t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither with 200 nor with a refusal that Harbor gives as well."""
    for status in (200, 401, 403, 404):
        asked = api(Wire((line, PAGE._replace(status=status)), always={line: [PAGE]}), monkeypatch)
        assert failing(functools.partial(work, asked)).undone


def test_only_a_404_proves_an_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in (refused(403), refused(401, seconds=1.5), gateway(502), cut()):
        failing(lambda answer=answer: api(Wire(("GET /robots/7", answer)), monkeypatch, retries=0).robot(7))  # type: ignore[misc]


def test_create(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"id": 7, "name": "robot$ci", "secret": "S3cret", "creation_time": "2026-11-20T12:00:00.598Z", "expires_at": 5}
    wire = Wire(("POST /robots", ok(made, 201)))
    created = api(wire, monkeypatch).create_robot({"name": "ci"})
    assert tuple(created) == (7, "robot$ci", "S3cret", 5, "2026-11-20T12:00:00.598Z")
    assert wire.sent[0].json == {"name": "ci"}


def test_set_secret_is_repeated_and_an_update_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("PATCH /robots/7", cut()), ("PATCH /robots/7", ok({})), ("PUT /robots/7", refused(500, "UNKNOWN")))
    asked = api(wire, monkeypatch)
    asked.set_secret(7, "Own-Secret-1")
    assert [one.json for one in wire.sent] == [{"secret": "Own-Secret-1"}] * 2
    assert failing(lambda: asked.update_robot(7, {})).passing
    wire.done()


@pytest.mark.parametrize("secret", ["Own-Secret-1", 'Own"Se<c>ret\\1'])
def test_a_gateway_that_repeats_the_new_secret(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"secret": secret})
    echo = refused(502, code=secret, message="no upstream for %s" % body, X_Request_Id=secret)
    asked = api(Wire(("PATCH /robots/7", echo)), monkeypatch, retries=0)
    failure = failing(lambda: asked.set_secret(7, secret))
    told = [str(failure), failure.describe(), *map(str, failure.as_dict().values())]
    assert not [text for text in told if secret in text or json.dumps(secret)[1:-1] in text]
    assert 'no upstream for {"secret": "********"}' in failure.describe()
    assert failure.ambiguous


def test_delete(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("DELETE /robots/7", ok()), ("DELETE /robots/7", refused(404, "NOT_FOUND")))
    asked = api(wire, monkeypatch)
    assert asked.delete_robot(7) is True
    assert asked.delete_robot(7) is False


def test_a_delete_whose_answer_was_lost_is_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("DELETE /robots/7", cut()), ("DELETE /robots/7", refused(404, "NOT_FOUND")))
    assert api(wire, monkeypatch).delete_robot(7) is True
