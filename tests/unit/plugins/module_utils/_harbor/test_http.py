# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes out, what comes back, and what is sent again."""

from __future__ import annotations

import typing as t

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, SSLError

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor import http as _http
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.http import Answer, Settings, Transport, basic
from tests.unit.wire import URL, Reply, Wire, cut, gateway, ok, refused, transport

LINE = "GET /robots"
PATH = "/api/v2.0/robots"
NOBODYS = {"X-Request-Id": ""}  # what Harbor never leaves out


def failing(http: Transport, method: str = "GET", path: str = PATH, **options: t.Any) -> HarborError:
    with pytest.raises(HarborError) as caught:
        http.request(method, path, **options)
    return caught.value


# --- what goes out


def test_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("POST /robots", ok({"id": 7}, 201, X_Request_Id="from-harbor")))
    http = transport(wire, monkeypatch, timeout=7.5)
    answer = http.request("POST", PATH, body={"name": "ci", "description": "é"}, query=[("q", "name=~a b"), ("page", 1)])
    assert (answer.status, answer.body, answer.request_id, answer.repeated) == (201, {"id": 7}, "from-harbor", False)
    sent = wire.sent[0]
    assert sent.content == b'{"name":"ci","description":"\\u00e9"}'
    assert sent.raw_query == "q=name%3D~a+b&page=1"
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["User-Agent"] == "harbormaster.robots"
    assert sent.credentials == "admin:Harbor12345"
    assert "Cookie" not in sent.headers
    assert sent.options["timeout"] == 7.5
    assert http.statistics == {"requests": 1, "retries": 0}


def test_credentials_are_sent_at_once_and_in_utf_8() -> None:
    assert basic("admin", "pässwörd") == "Basic YWRtaW46cMOkc3N3w7ZyZA=="


@pytest.mark.parametrize(
    ("settings", "header"),
    [
        ({"username": None, "password": None, "token": "id-token"}, "Bearer id-token"),
        ({"username": "robot$ci", "password": None}, basic("robot$ci", "")),
        ({"username": None, "password": None}, None),
    ],
)
def test_own_authorization(settings: dict[str, t.Any], header: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LINE, ok([])))
    http = transport(wire, monkeypatch, **settings)
    assert http.own_authorization == header
    http.request("GET", PATH)
    assert wire.sent[0].headers.get("Authorization") == header


def test_other_credentials_for_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LINE, ok([])), (LINE, ok([])))
    http = transport(wire, monkeypatch)
    http.request("GET", PATH, credentials=("robot$ci", "Own-Secret-1"))
    http.request("GET", PATH)
    assert [one.credentials for one in wire.sent] == ["robot$ci:Own-Secret-1", "admin:Harbor12345"]


def test_every_request_has_an_id_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(*[(LINE, ok([]))] * 3, (LINE, refused(500, "UNKNOWN")), (LINE, ok([])))
    http = transport(wire, monkeypatch, request_id="night-run")
    ids = [http.request("GET", PATH).request_id for _number in range(4)]
    sent = [one.headers["X-Request-Id"] for one in wire.sent]
    assert len(set(sent)) == 5
    assert all(one.startswith("night-run-") and len(one) == len("night-run-") + 8 for one in sent)
    assert ids == sent[:3] + sent[4:]


def test_without_a_prefix_ids_are_random(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LINE, ok([])))
    transport(wire, monkeypatch).request("GET", PATH)
    assert len(wire.sent[0].headers["X-Request-Id"]) == 36


def test_no_cookie_is_ever_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any sid cookie makes Harbor refuse every write."""
    wire = Wire((LINE, ok([], Set_Cookie="sid=abc; Path=/; HttpOnly")), ("POST /robots", ok({}, 201)))
    http = transport(wire, monkeypatch)
    http.request("GET", PATH)
    http.request("POST", PATH, body={})
    assert "Cookie" not in wire.sent[1].headers


def test_netrc_and_environment_do_not_replace_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine harbor.test login other password wrong\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    wire = Wire((LINE, ok([])))
    transport(wire, monkeypatch).request("GET", PATH)
    assert wire.sent[0].credentials == "admin:Harbor12345"


@pytest.mark.parametrize(
    ("settings", "environment", "verify", "cert"),
    [
        ({}, {}, True, None),
        ({"validate_certs": False, "ca_path": "/ca"}, {}, False, None),
        ({"ca_path": "/ca"}, {"REQUESTS_CA_BUNDLE": "/env"}, "/ca", None),
        ({}, {"REQUESTS_CA_BUNDLE": "/env"}, "/env", None),
        ({}, {"CURL_CA_BUNDLE": "/curl"}, "/curl", None),
        ({"client_cert": "/both"}, {}, True, "/both"),
        ({"client_cert": "/c", "client_key": "/k"}, {}, True, ("/c", "/k")),
    ],
)
def test_tls(settings: dict[str, t.Any], environment: dict[str, str], verify: t.Any, cert: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    wire = Wire((LINE, ok([])))
    transport(wire, monkeypatch, url="https://harbor.test", **settings).request("GET", PATH)
    assert (wire.sent[0].options["verify"], wire.sent[0].options["cert"]) == (verify, cert)


@pytest.mark.parametrize(
    ("url", "proxies", "verify"),
    [
        ("http://harbor.test", {}, True),
        ("HTTPS://harbor.test", {}, "/ca"),
        ("http://harbor.test", {"http_proxy": "https://proxy.test"}, "/ca"),
    ],
)
def test_a_path_is_looked_up_only_for_tls(url: str, proxies: dict[str, str], verify: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in proxies.items():
        monkeypatch.setenv(name, value)
    wire = Wire((LINE, ok([])))
    transport(wire, monkeypatch, url=url, ca_path="/ca").request("GET", PATH)
    assert wire.sent[0].options["verify"] == verify


def test_ids_of_requests_are_no_two_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    http = transport(Wire(), monkeypatch)
    found = {http._next_id() for _number in range(1000)}
    assert len(found) == 1000
    assert {len(one) for one in found} == {36}


def test_the_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://proxy.test:3128")
    wire = Wire((LINE, ok([])))
    transport(wire, monkeypatch).request("GET", PATH)
    assert wire.sent[0].options["proxies"]["http"] == "http://proxy.test:3128"
    monkeypatch.setenv("no_proxy", "harbor.test")
    wire = Wire((LINE, ok([])))
    transport(wire, monkeypatch).request("GET", PATH)
    assert not wire.sent[0].options["proxies"].get("http")


# --- what comes back


def test_an_answer_tells_harbors_clock() -> None:
    def answer(**headers: str) -> Answer:
        return Answer(200, None, headers, "", 0.0, False)

    assert answer(Date="Fri, 20 Nov 2026 12:00:00 GMT").date == 1795176000.0
    assert answer(Date="yesterday").date is None
    assert answer().date is None


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (refused(403, "FORBIDDEN", "forbidden"), "403 FORBIDDEN: forbidden (request id %s)."),
        (refused(400, "BAD_REQUEST", "bad request permission: a:b"), "400 BAD_REQUEST: bad request permission: a:b (request id %s)."),
        (refused(403, "UNAUTHORIZED", ""), "403 UNAUTHORIZED (request id %s)."),
        (Reply(404, b""), "404 (no message) (request id %s)."),
        (
            Reply(200, b"<html>Welcome</html>"),
            "200 not the answer of a Harbor (request id %s). Check harbor_url: it is the address of Harbor itself, without a path.",
        ),
    ],
)
def test_failures_say_everything_that_helps_to_find_them(reply: Reply, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    http = transport(Wire((LINE, reply)), monkeypatch, request_id="run")
    error = failing(http, accept=(201,))
    assert error.request_id.startswith("run-")
    assert str(error) == "Harbor answered GET /api/v2.0/robots with " + told % error.request_id
    assert error.as_dict() == {
        "status": reply.status,
        "code": error.code or None,
        "message": error.message,
        "request_id": error.request_id,
        "method": "GET",
        "path": PATH,
    }


@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("https://harbor.test/api/v2.0/robots?x=1", "a redirection to https://harbor.test"),
        ("/elsewhere", "a redirection"),
        ("https://admin:pw@evil.test/x", "a redirection to https://"),
    ],
)
def test_no_redirection_is_followed(location: str, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for status in (301, 302, 307, 308):
        wire = Wire(("POST /robots", Reply(status, b"", {"Location": location})))
        error = failing(transport(wire, monkeypatch), "POST", body={})
        assert error.message.startswith(where)
        assert error.undone and not error.passing
        assert "set harbor_url to the address that Harbor has" in error.hint
        assert len(wire.sent) == 1


# --- what is sent again


def names(reply: t.Any) -> str:
    return "cut" if isinstance(reply, Exception) else "%d %s" % (reply.status, "Harbor" if b"errors" in reply.body else "gateway")


PASSING = [
    cut(),
    requests.exceptions.ReadTimeout("slow"),
    refused(500, "UNKNOWN", "internal server error"),
    Reply(500, b""),
    gateway(502),
    gateway(503),
    gateway(504),
    refused(429, "TOO_MANY_REQUEST"),
]


@pytest.mark.parametrize("failure", PASSING, ids=names)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "DELETE"])
def test_what_is_harmless_is_sent_again(method: str, failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((method + " /robots", failure), (method + " /robots", failure), (method + " /robots", ok([])))
    http = transport(wire, monkeypatch, retries=2)
    assert http.request(method, PATH).status == 200
    assert http.statistics == {"requests": 3, "retries": 2}
    assert 0.25 <= wire.slept[0] <= 0.5 <= wire.slept[1] <= 1.0
    wire.done()


@pytest.mark.parametrize("failure", PASSING, ids=names)
def test_only_so_often(failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for retries in (0, 3):
        wire = Wire(*[(LINE, failure)] * (retries + 1))
        error = failing(transport(wire, monkeypatch, retries=retries))
        assert error.passing
        assert not error.ambiguous
        wire.done()


CERTAINLY_UNDONE = [refused(500, "UNKNOWN", "internal server error"), Reply(500, b""), refused(429, "TOO_MANY_REQUEST"), gateway(429)]


@pytest.mark.parametrize("failure", CERTAINLY_UNDONE, ids=names)
def test_a_post_is_sent_again_only_when_it_certainly_did_nothing(failure: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("POST /robots", failure), ("POST /robots", ok({"id": 1}, 201)))
    assert transport(wire, monkeypatch).request("POST", PATH, body={}).status == 201


@pytest.mark.parametrize(
    "failure", [cut(), requests.exceptions.ReadTimeout("slow"), gateway(500), gateway(502), gateway(503), gateway(504)], ids=names
)
def test_a_post_that_may_have_done_its_work_is_not(failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("POST /robots", failure))
    error = failing(transport(wire, monkeypatch, retries=5), "POST", body={})
    assert error.ambiguous
    assert wire.slept == []


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "odd", [Reply(103), Reply(202), Reply(204), Reply(206, b"{}"), Reply(408), Reply(408, b"<html>"), Reply(499, b"<html>")], ids=names
)
def test_what_is_no_refusal_of_harbors_says_nothing_about_the_work(method: str, odd: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    error = failing(transport(Wire((method + " /robots", odd)), monkeypatch, retries=0), method, body={})
    assert (error.status, error.ambiguous) == (odd.status, True)


@pytest.mark.parametrize("reply", [gateway(404), gateway(401), gateway(403), Reply(404, b"", NOBODYS), Reply(401, b"", NOBODYS)], ids=names)
def test_a_refusal_counts_only_when_it_is_harbors(reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    for method in ("GET", "DELETE"):
        wire = Wire((method + " /robots", reply))
        error = failing(transport(wire, monkeypatch), method, accept=(200, 401, 403, 404), robot=True)
        assert error.status == reply.status
        assert not reply.body or error.message == "not the answer of a Harbor"


def test_an_empty_refusal_of_harbors_has_its_request_id(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("HEAD /robots", ok(None, 404, X_Request_Id="abc")))
    assert transport(wire, monkeypatch).request("HEAD", PATH, accept=(404,)).status == 404


def test_an_answer_that_ended_early_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("POST /robots", Reply(201, b'{"id":1', {"Content-Length": "80"})))
    error = failing(transport(wire, monkeypatch), "POST", body={})
    assert (error.status, error.message, error.ambiguous) == (None, "the connection was cut", True)


def test_a_409_after_what_harbor_rolled_back_is_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("POST /robots", refused(500, "UNKNOWN")), ("POST /robots", refused(409, "CONFLICT", "exists")))
    error = failing(transport(wire, monkeypatch), "POST", body={})
    assert (error.status, error.repeated, error.ambiguous) == (409, False, False)


def test_a_404_after_a_lost_delete_may_be_our_own_work(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        ("DELETE /robots", cut()), ("DELETE /robots", refused(404, "NOT_FOUND")), ("DELETE /robots", cut()), ("DELETE /robots", ok())
    )
    http = transport(wire, monkeypatch)
    assert failing(http, "DELETE").ambiguous
    assert http.request("DELETE", PATH).repeated


@pytest.mark.parametrize("failure", PASSING, ids=names)
def test_what_has_to_be_prepared_anew_is_sent_once(failure: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("PUT /robots", failure))
    error = failing(transport(wire, monkeypatch), "PUT", body={}, again=False)
    assert error.passing
    assert wire.slept == []


@pytest.mark.parametrize(
    "failure", [refused(400, "BAD_REQUEST"), refused(403, "DENIED"), refused(409, "CONFLICT"), refused(422)], ids=names
)
def test_what_is_final_is_not_repeated(failure: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LINE, failure))
    error = failing(transport(wire, monkeypatch))
    assert error.undone and not error.passing and not error.ambiguous


@pytest.mark.parametrize(("said_so", "waited"), [("7", 7.0), ("0", 0.0), ("120", 120.0)])
def test_retry_after_is_obeyed(said_so: str, waited: float, monkeypatch: pytest.MonkeyPatch) -> None:
    for status in (429, 503):
        wire = Wire((LINE, gateway(status, Retry_After=said_so)), (LINE, ok([])))
        transport(wire, monkeypatch).request("GET", PATH)
        assert wire.slept == [waited]


@pytest.mark.parametrize("nonsense", ["soon", "1.5", "-5", "", "Fri, Nov"])
def test_a_wait_that_cannot_be_understood_was_not_asked_for(nonsense: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LINE, gateway(503, Retry_After=nonsense)), (LINE, ok([])))
    transport(wire, monkeypatch).request("GET", PATH)
    assert 0.25 <= wire.slept[0] <= 0.5


def test_nobody_waits_for_longer_than_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LINE, gateway(503, Retry_After="3600")))
    error = failing(transport(wire, monkeypatch))
    assert (error.pause, error.passing, wire.slept) == (3600.0, False, [])


def test_pauses_double_up_to_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http.random, "uniform", lambda low, high: high)
    wire = Wire(*[(LINE, gateway(502))] * 9)
    failing(transport(wire, monkeypatch, retries=8))
    assert wire.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


# --- no answer


def unsent(failure: requests.exceptions.RequestException) -> t.Any:
    """As the adapter marks what failed before anything went out."""
    setattr(failure, "sent", False)
    return failure


def unreachable() -> requests.exceptions.ConnectionError:
    reason = NewConnectionError(HTTPConnection("harbor.test"), "refused")
    return unsent(requests.exceptions.ConnectionError(MaxRetryError(t.cast(t.Any, None), "/", reason)))


@pytest.mark.parametrize(
    ("failure", "message", "hint", "passing", "undone"),
    [
        (unreachable(), "no connection to " + URL, "Check harbor_url, and the proxies that the environment names.", True, True),
        (cut(), "the connection was cut", "", True, False),
        (requests.exceptions.ReadTimeout("x"), "nothing came within 30 s", "A slower Harbor needs a longer timeout.", True, False),
        (
            unsent(requests.exceptions.SSLError("self-signed")),
            "TLS: self-signed",
            "Give the certificate of its authority in ca_path.",
            False,
            True,
        ),
        (
            unsent(requests.exceptions.SSLError(MaxRetryError(t.cast(t.Any, None), "/", SSLError("[X509: KEY_VALUES_MISMATCH] mismatch")))),
            "TLS: [X509: KEY_VALUES_MISMATCH] mismatch",
            "Check ca_path, client_cert and client_key.",
            False,
            True,
        ),
        (
            unsent(requests.exceptions.SSLError("[SSL: WRONG_VERSION_NUMBER] wrong version number")),
            "TLS: [SSL: WRONG_VERSION_NUMBER] wrong version number",
            "There is no TLS at this address: give harbor_url with http:// if that is meant, or the port of HTTPS.",
            False,
            True,
        ),
        (unsent(requests.exceptions.ProxyError("407")), "the proxy of the environment failed: 407", "", True, True),
        (unsent(requests.exceptions.InvalidURL("bad")), "bad", "", False, True),
        # In the middle of an answer the same say that it was cut.
        (requests.exceptions.ProxyError("reset"), "the connection was cut", "", True, False),
        (requests.exceptions.SSLError("[SSL] record"), "TLS: [SSL] record", "", True, False),
        (ProtocolError("more than said"), "the connection was cut", "", True, False),
        (OSError("reset"), "the connection was cut", "", True, False),
    ],
)
def test_why_there_was_no_answer(
    failure: Exception, message: str, hint: str, passing: bool, undone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = failing(transport(Wire(("POST /robots", failure)), monkeypatch, retries=0, request_id="run"), "POST", body={})
    assert (error.status, error.message, error.hint, error.passing, error.undone) == (None, message, hint, passing, undone)
    assert error.request_id.startswith("run-")
    assert str(error).startswith("POST /api/v2.0/robots got no answer: " + message)


@pytest.mark.parametrize("settings", [{}, {"username": None, "token": "NotToBeShown-1"}])
def test_credentials_that_something_in_between_repeats_are_not_shown(settings: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    http = transport(Wire(), monkeypatch, **settings)
    credential = (http.own_authorization or "").partition(" ")[2]
    assert credential
    wire = Wire(("GET /robots", refused(418, "ODD", "this came: Basic %s, and more" % credential)))
    error = failing(transport(wire, monkeypatch, **settings))
    assert error.message == "this came: Basic ********, and more"


def test_an_answer_without_end_is_no_answer_of_harbor(monkeypatch: pytest.MonkeyPatch) -> None:
    error = failing(transport(Wire(("GET /robots", Reply(404, b"[" * 100_000))), monkeypatch))
    assert error.message == "not the answer of a Harbor"


def test_a_file_of_tls_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any) -> None:
    http = Transport(Settings("https://127.0.0.1:1", ca_path=str(tmp_path / "none.pem")))
    error = failing(http, "POST", body={})
    assert "none.pem" in error.message and error.undone and not error.passing


@pytest.mark.parametrize("url", ["http://a..b", "http://harbor.test:port"])
def test_an_address_that_is_none(url: str) -> None:
    error = failing(Transport(Settings(url)), "POST", body={})
    assert error.undone and not error.passing and error.status is None


def test_a_post_that_reached_nobody_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(("POST /robots", unreachable()), ("POST /robots", ok({}, 201)))
    assert transport(wire, monkeypatch).request("POST", PATH, body={}).status == 201


def test_no_failure_shows_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    failures: list[t.Any] = [*PASSING, unreachable(), refused(401, "UNAUTHORIZED"), Reply(301, b"", {"Location": "https://x"})]
    for failure in failures:
        error = failing(
            transport(Wire(("POST /robots", failure)), monkeypatch, retries=0, token="t0ken-value", username=None), "POST", body={}
        )
        assert "Harbor12345" not in repr((str(error), error.as_dict(), error.hint))
        assert "t0ken-value" not in repr((str(error), error.as_dict(), error.hint))


# --- Harbor's lock


def test_a_quick_401_is_somebody_elses_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = refused(401, "UNAUTHORIZED", "unauthorized", seconds=0.01)
    wire = Wire(("POST /robots", locked), ("POST /robots", locked), ("POST /robots", ok({}, 201)))
    assert transport(wire, monkeypatch, retries=0).request("POST", PATH, body={}).status == 201
    assert all(1.6 <= pause <= 1.8 for pause in wire.slept)
    assert len(wire.slept) == 2


def test_patience_with_the_lock_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(*[(LINE, refused(401, "UNAUTHORIZED", "unauthorized"))] * 4)
    assert failing(transport(wire, monkeypatch)).status == 401
    wire.done()


def test_a_slow_401_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LINE, refused(401, "UNAUTHORIZED", "unauthorized", seconds=1.5)))
    error = failing(transport(wire, monkeypatch))
    assert (error.status, error.undone, error.passing, wire.slept) == (401, True, False, [])


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({}, {"robot": True}),
        ({}, {"credentials": ("robot$ci", "x")}),
        ({"token": "id-token", "username": None}, {}),
    ],
)
def test_the_lock_does_not_touch_robots_probes_and_tokens(
    settings: dict[str, t.Any], options: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire((LINE, refused(401, "UNAUTHORIZED")))
    assert failing(transport(wire, monkeypatch, **settings), **options).status == 401
    assert wire.slept == []


def test_an_empty_401_has_a_message_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    error = failing(transport(Wire((LINE, Reply(401, b"", {}, 1.5))), monkeypatch))
    assert error.message == "not authenticated"


def test_settings_have_documented_defaults() -> None:
    settings = Settings("https://h")
    assert (settings.timeout, settings.retries, settings.login, settings.validate_certs) == (30.0, 3, "auto", True)
