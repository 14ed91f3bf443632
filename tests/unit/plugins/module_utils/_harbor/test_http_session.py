# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in once, as the web page does: opened, used, opened again, and always closed."""

from __future__ import annotations

import threading
import typing as t
from urllib.parse import parse_qs

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.http import Transport
from tests.unit.wire import Reply, Sent, Wire, cut, gateway, ok, refused, transport

PATH = "/api/v2.0/robots"
FORM = (
    "GET /c/login",
    Reply(404, b"<html>", {"X-Harbor-Csrf-Token": "token", "Set-Cookie": "_gorilla_csrf=MTc2; Path=/, sid=first; Path=/"}),
)
OUT = ("GET /c/log_out", ok())


def opened(sid: str = "own") -> tuple[str, Reply]:
    return "POST /c/login", ok(None, Set_Cookie="sid=%s; Path=/; HttpOnly" % sid)


def in_session(sid: str, answer: t.Any) -> t.Callable[[Sent], t.Any]:
    """An answer for requests of one session only."""

    def judge(sent: Sent) -> t.Any:
        assert sent.headers.get("Cookie") == "_gorilla_csrf=MTc2; sid=%s" % sid
        assert "Authorization" not in sent.headers
        return answer

    return judge


def logged_in(wire: Wire, monkeypatch: pytest.MonkeyPatch, **settings: t.Any) -> Transport:
    http = transport(wire, monkeypatch, **settings)
    assert http.log_in() is True
    return http


def failing(work: t.Callable[[], t.Any]) -> HarborError:
    with pytest.raises(HarborError) as caught:
        work()
    return caught.value


def test_a_log_in_costs_two_requests_and_carries_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        FORM,
        opened(),
        ("GET /robots", in_session("own", ok([]))),
        ("POST /robots", in_session("own", ok({"id": 1}, 201))),
        ("GET /c/log_out", in_session("own", ok())),
    )
    http = logged_in(wire, monkeypatch)
    assert http.log_in() is True
    http.request("GET", PATH)
    http.request("POST", PATH, body={})
    http.close()
    wire.done()
    first, form, get, post, _out = wire.sent
    assert "Authorization" not in first.headers and "Cookie" not in first.headers
    assert parse_qs(form.content.decode()) == {"principal": ["admin"], "password": ["Harbor12345"]}
    assert form.headers["Cookie"] == "_gorilla_csrf=MTc2; sid=first"
    assert form.headers["X-Harbor-CSRF-Token"] == "token"
    assert "X-Harbor-CSRF-Token" not in get.headers
    assert post.headers["X-Harbor-CSRF-Token"] == "token"


def test_a_probe_never_runs_in_our_session(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FORM, opened(), ("GET /robots", refused(401, "UNAUTHORIZED", seconds=1.5)))
    http = logged_in(wire, monkeypatch)
    assert http.request("GET", PATH, credentials=("robot$ci", "x"), accept=(200, 401)).status == 401
    assert "Cookie" not in wire.sent[-1].headers
    assert wire.sent[-1].credentials == "robot$ci:x"


def test_without_a_user_there_is_nothing_to_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    assert transport(wire, monkeypatch, username=None, token="id").log_in() is False
    assert transport(wire, monkeypatch, username=None, password=None).log_in() is False


# --- sessions that end


ANOTHER: dict[str, t.Any] = {"Set_Cookie": "sid=anonymous; Path=/"}


@pytest.mark.parametrize(
    ("method", "dead"),
    [
        ("POST", refused(401, "UNAUTHORIZED", "unauthorized")),
        ("POST", refused(403, "FORBIDDEN", "CSRF token invalid")),
        ("POST", refused(403, "FORBIDDEN", "forbidden", **ANOTHER)),
        ("GET", ok([], **ANOTHER)),
    ],
)
def test_a_session_that_ended_is_opened_again_and_the_request_sent_again(method: str, dead: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    line = method + " /robots"
    wire = Wire(FORM, opened("one"), (line, in_session("one", dead)), FORM, opened("two"), (line, in_session("two", ok({"id": 1}, 201))))
    http = logged_in(wire, monkeypatch)
    assert http.request(method, PATH, body={}).body == {"id": 1}
    wire.done()


def test_a_write_that_was_done_is_not_sent_again_for_a_cookie_of_a_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FORM, opened("one"), ("POST /robots", ok({"id": 1}, 201, **ANOTHER)))
    assert logged_in(wire, monkeypatch).request("POST", PATH, body={}).body == {"id": 1}
    wire.done()


def test_where_no_session_lasts_auto_goes_on_with_basic(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = ("GET /robots", ok([], **ANOTHER))
    wire = Wire(FORM, opened("one"), odd, FORM, opened("two"), odd, ("GET /c/log_out", ok()), odd, odd)
    http = logged_in(wire, monkeypatch)
    assert [http.request("GET", PATH).body for _request in range(2)] == [[], []]
    assert [one.credentials for one in wire.sent[-2:]] == ["admin:Harbor12345"] * 2
    assert not http.in_session
    wire.done()


def test_where_no_session_lasts_one_that_was_demanded_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = ("GET /robots", ok([], **ANOTHER))
    wire = Wire(FORM, opened("one"), odd, FORM, opened("two"), odd)
    error = failing(lambda: logged_in(wire, monkeypatch, login="session").request("GET", PATH))
    assert (error.status, error.message, error.undone) == (200, "its session ended at once", True)
    assert "sets a cookie sid of its own" in error.hint


def test_it_is_opened_again_once_for_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = refused(401, "UNAUTHORIZED", "unauthorized")
    wire = Wire(FORM, opened("one"), ("GET /robots", dead), FORM, opened("two"), ("GET /robots", dead))
    http = logged_in(wire, monkeypatch)
    error = failing(lambda: http.request("GET", PATH))
    assert (error.status, error.undone) == (401, True)
    wire.done()


def test_a_403_that_has_nothing_to_do_with_the_session_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FORM, opened(), ("GET /robots", refused(403, "FORBIDDEN", "alice")))
    http = logged_in(wire, monkeypatch)
    assert failing(lambda: http.request("GET", PATH)).message == "alice"


def test_where_no_new_session_is_to_be_had_auto_goes_on_with_basic(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FORM, opened(), ("GET /robots", refused(401)), ("GET /c/login", gateway(404)), ("GET /robots", ok([])))
    http = logged_in(wire, monkeypatch)
    assert http.request("GET", PATH).status == 200
    assert wire.sent[-1].credentials == "admin:Harbor12345"


def test_where_no_new_session_is_to_be_had_session_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FORM, opened(), ("GET /robots", refused(401)), ("GET /c/login", gateway(404)))
    http = logged_in(wire, monkeypatch, login="session")
    assert failing(lambda: http.request("GET", PATH)).path == "/c/login"


def test_threads_that_notice_the_same_end_open_one_session(monkeypatch: pytest.MonkeyPatch) -> None:
    barrier = threading.Barrier(3, timeout=10)

    def judge(sent: Sent) -> Reply:
        if "sid=one" in sent.headers["Cookie"]:
            barrier.wait()
            return refused(401, "UNAUTHORIZED")
        return ok([])

    wire = Wire(FORM, opened("one"), FORM, opened("two"), always={"GET /robots": [judge]})
    http = logged_in(wire, monkeypatch)
    threads = [threading.Thread(target=http.request, args=("GET", PATH)) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wire.lines.count("POST /c/login") == 2
    assert sum("sid=two" in one.headers.get("Cookie", "") for one in wire.sent) == 3


# --- where there is no session


NOT_TO_BE_HAD: list[list[tuple[str, t.Any]]] = [
    # A gateway that passes only /api, something without cookies, something without a token.
    [("GET /c/login", gateway(404))],
    [("GET /c/login", ok(None, X_Harbor_Csrf_Token="token"))],
    [("GET /c/login", ok(None, Set_Cookie="_gorilla_csrf=MTc2, sid=x"))],
    # auth_mode=oidc_auth
    [FORM, ("POST /c/login", Reply(403, b'{"redirect_location":"/c/oidc/login"}'))],
]


@pytest.mark.parametrize("script", NOT_TO_BE_HAD)
def test_auto_stays_with_basic_where_there_is_none(script: list[tuple[str, t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(*script, ("GET /robots", ok([])))
    http = transport(wire, monkeypatch)
    assert http.log_in() is False
    assert http.log_in() is False  # not asked again
    http.request("GET", PATH)
    assert wire.sent[-1].credentials == "admin:Harbor12345"
    http.close()
    wire.done()
    assert "GET /c/log_out" not in wire.lines


@pytest.mark.parametrize("script", NOT_TO_BE_HAD)
def test_session_fails_where_there_is_none(script: list[tuple[str, t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    http = transport(Wire(*script), monkeypatch, login="session")
    error = failing(http.log_in)
    assert error.path == "/c/login"
    assert error.hint == "There is no log-in as of the web page here; use login=auto or login=basic."


def test_a_cut_connection_at_the_log_in_is_no_reason_to_give_up_in_auto(monkeypatch: pytest.MonkeyPatch) -> None:
    for script in ([("GET /c/login", cut())], [FORM, ("POST /c/login", cut())]):
        assert transport(Wire(*script), monkeypatch).log_in() is False


def test_a_cut_connection_at_the_log_in_is_a_failure_in_session(monkeypatch: pytest.MonkeyPatch) -> None:
    error = failing(transport(Wire(("GET /c/login", cut())), monkeypatch, login="session", retries=0).log_in)
    assert "the connection was cut" in str(error)


# --- refused passwords


def test_a_wrong_password_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FORM, ("POST /c/login", refused(401, "UNAUTHORIZED", "unauthorized", seconds=1.5)))
    error = failing(transport(wire, monkeypatch).log_in)
    assert (error.status, error.path, wire.slept) == (401, "/c/login", [])


def test_the_lock_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FORM, ("POST /c/login", refused(401, "UNAUTHORIZED", "unauthorized", seconds=0.01)), FORM, opened())
    logged_in(wire, monkeypatch)
    assert wire.slept == [1.6]


def test_patience_with_the_lock_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(*[FORM, ("POST /c/login", refused(401, "UNAUTHORIZED", "unauthorized"))] * 4)
    assert failing(transport(wire, monkeypatch).log_in).status == 401
    assert wire.slept == [1.6] * 3


# --- logging out


def test_who_did_not_log_in_does_not_log_out(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    transport(wire, monkeypatch).close()
    assert wire.sent == []


def test_logging_out_happens_once_and_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[list[t.Any]] = [[ok()], [gateway(404)], [gateway(502), ok()], [cut(), ok()], [cut(), gateway(502)]]
    for answers in kinds:
        wire = Wire(FORM, opened(), *(("GET /c/log_out", answer) for answer in answers))
        http = logged_in(wire, monkeypatch)
        http.close()
        http.close()
        wire.done()
