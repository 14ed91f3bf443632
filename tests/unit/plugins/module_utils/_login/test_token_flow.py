# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A log-in is proved as registries do it; by a little registry of the test's own, which answers as it is told."""

from __future__ import annotations

import base64
import http.server
import json
import threading
import typing as t
import urllib.parse
from collections.abc import Iterator

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._login.auth_file import Login
from ansible_collections.harbormaster.robots.plugins.module_utils._login.token_flow import NotProved, Settings, challenges_in, prove

CI = Login("robot$shop+ci", "S3cret-value")
BASIC = "Basic " + base64.b64encode(b"robot$shop+ci:S3cret-value").decode()
QUICK = Settings(timeout=5.0)


class Registry:
    """What the little registry answers, and what it was asked.

    :ivar challenge: of /v2/ for whoever does not show `takes`
    :ivar token: status and body of the token server
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self.challenge: str | None = f'Bearer realm="http://{host}/token?from=test",service="harbor-registry"'
        self.takes = "Bearer T0ken"
        self.status = 401
        self.last = 401
        self.token: tuple[int, t.Any] = (200, {"token": "T0ken"})
        self.asked: list[tuple[str, str]] = []


@pytest.fixture
def registry() -> Iterator[Registry]:
    made: list[Registry] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: t.Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:  # noqa: N802
            here, shown = made[0], self.headers.get("Authorization", "")
            here.asked.append((self.path, shown))
            body, headers = b"", {}
            if self.path.startswith("/token"):
                status, answer = here.token
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                headers = {"Location": f"http://{here.host}/elsewhere"} if status == 307 else {}
            elif shown == here.takes:
                status = 200
            else:
                status = here.last if shown else here.status
                headers = {"WWW-Authenticate": here.challenge} if here.challenge else {}
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.append(Registry(f"127.0.0.1:{server.server_port}"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made[0]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def refusal(registry: Registry, settings: Settings = QUICK, key: str = "") -> str:
    with pytest.raises(NotProved) as caught:
        prove(key or registry.host, CI, settings)
    assert "S3cret-value" not in str(caught.value)
    return str(caught.value)


def test_a_token_proves_it(registry: Registry) -> None:
    prove(registry.host, CI, QUICK)
    (first, without), (token, basic), (last, bearer) = registry.asked
    assert (first, without, last, bearer) == ("/v2/", "", "/v2/", "Bearer T0ken")
    path, _mark, query = token.partition("?")
    assert (path, basic) == ("/token", BASIC)
    assert urllib.parse.parse_qs(query) == {"from": ["test"], "account": ["robot$shop+ci"], "service": ["harbor-registry"]}


def test_a_token_may_have_the_other_name(registry: Registry) -> None:
    registry.token = (200, {"access_token": "T0ken", "token": ""})
    prove(registry.host, CI, QUICK)


def test_a_realm_without_a_query_and_a_scope(registry: Registry) -> None:
    registry.challenge = f'Bearer realm="http://{registry.host}/token",scope="registry:catalog:*"'
    prove(registry.host, CI, QUICK)
    assert urllib.parse.parse_qs(registry.asked[1][0].partition("?")[2])["scope"] == ["registry:catalog:*"]


def test_basic_credentials_prove_it(registry: Registry) -> None:
    registry.challenge, registry.takes = 'Basic realm="x"', BASIC
    prove(registry.host, CI, QUICK)
    assert registry.asked == [("/v2/", ""), ("/v2/", BASIC)]


@pytest.mark.parametrize(("status", "says"), [(401, "refused the log-in of robot$shop+ci (status 401)"), (500, "with status 500")])
def test_basic_credentials_that_are_refused(registry: Registry, status: int, says: str) -> None:
    registry.challenge, registry.last = "Basic realm=x", status
    assert says in refusal(registry)


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ((401, {}), "refused the log-in of robot$shop+ci (status 401 of http://"),
        ((403, {}), "refused the log-in"),
        ((500, {}), "gave no token (status 500"),
        ((200, {}), "gave no token (status 200"),
        ((200, []), "gave no token"),
        ((200, {"token": 5}), "gave no token"),
        ((200, b"<html>"), "gave no token"),
        ((307, {}), "gave no token (status 307"),
    ],
)
def test_a_token_server_that_gives_none(registry: Registry, token: tuple[int, t.Any], says: str) -> None:
    registry.token = token
    assert says in refusal(registry)
    assert len(registry.asked) == 2, "the password was carried on"


def test_a_token_that_the_registry_does_not_take(registry: Registry) -> None:
    registry.token = (200, {"token": "other"})
    assert "refused the log-in of robot$shop+ci (status 401)" in refusal(registry)


def test_a_registry_that_asks_nobody(registry: Registry) -> None:
    registry.status = 200
    assert "lets everybody in" in refusal(registry)


@pytest.mark.parametrize(("status", "challenge"), [(404, None), (401, None), (401, "Negotiate"), (200, None)])
def test_what_is_no_registry(registry: Registry, status: int, challenge: str | None) -> None:
    registry.status, registry.challenge = status, challenge
    said = refusal(registry)
    assert ("lets everybody in" if status == 200 else f"answered with status {status} and no challenge") in said


@pytest.mark.parametrize("realm", ["", "token", "ftp://x/y", "/service/token"])
def test_a_token_server_that_is_none(registry: Registry, realm: str) -> None:
    registry.challenge = f'Bearer realm="{realm}"'
    assert "names a token server that is none" in refusal(registry)
    assert [shown for _path, shown in registry.asked] == [""]


def test_a_token_server_that_is_not_there(registry: Registry) -> None:
    registry.challenge = 'Bearer realm="http://127.0.0.1:1/token"'
    assert "the token server of" in refusal(registry)


def test_a_registry_that_is_not_there() -> None:
    with pytest.raises(NotProved, match=r"127.0.0.1:1 gave no answer \(https://127.0.0.1:1/v2/: .*; http://127.0.0.1:1/v2/: "):
        prove("127.0.0.1:1", CI, QUICK)
    with pytest.raises(NotProved, match=r"gave no answer \(http://127.0.0.1:1/v2/: [^;]*\)\Z"):
        prove("127.0.0.1:1", CI, QUICK._replace(plain_http=True))


def test_only_this_host_may_do_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.harbormaster.robots.plugins.module_utils._login import token_flow

    asked: list[str] = []

    def open_url(url: str, **options: t.Any) -> t.Any:
        asked.append(url)
        raise OSError("not spoken")

    monkeypatch.setattr(token_flow, "open_url", open_url)
    for key in ("harbor.example.com", "localhost:5000", "127.0.0.1.example.com", "docker.io"):
        with pytest.raises(NotProved):
            prove(key, CI, QUICK)
    assert asked == [
        "https://harbor.example.com/v2/",
        "https://localhost:5000/v2/",
        "http://localhost:5000/v2/",
        "https://127.0.0.1.example.com/v2/",
        "https://registry-1.docker.io/v2/",
    ]


def test_a_password_does_not_leave_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.harbormaster.robots.plugins.module_utils._login import token_flow

    answer = token_flow._Answer(401, ['Bearer realm="http://harbor.example.com/token"'], b"")
    monkeypatch.setattr(token_flow, "_get", lambda url, settings, authorization="": answer)
    with pytest.raises(NotProved, match=r"names a token server without TLS, http:.*, which gets no password"):
        prove("harbor.example.com", CI, QUICK)


def test_no_netrc_is_read(registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password other\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    prove(registry.host, CI, QUICK)
    assert registry.asked[0] == ("/v2/", "")


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ([], {}),
        (["Basic"], {"basic": {}}),
        (['Bearer realm="https://a/b?c=d,e",service="x y"'], {"bearer": {"realm": "https://a/b?c=d,e", "service": "x y"}}),
        (["bearer Realm=https://a/b, service=x"], {"bearer": {"realm": "https://a/b", "service": "x"}}),
        (['Basic realm="a", Bearer realm="b"'], {"basic": {"realm": "a"}, "bearer": {"realm": "b"}}),
        (['Basic realm="a"', 'Bearer realm="b\\"c"'], {"basic": {"realm": "a"}, "bearer": {"realm": 'b"c'}}),
        (["Negotiate abc", 'Basic realm="a"'], {"basic": {"realm": "a"}}),
    ],
)
def test_challenges(headers: list[str], found: dict[str, dict[str, str]]) -> None:
    assert challenges_in(headers) == found
