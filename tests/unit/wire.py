# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A scripted Harbor below `requests`: no socket, no waiting, and every request is there to be looked at."""

from __future__ import annotations

import base64
import io
import json
import threading
import typing as t
from http.client import HTTPMessage
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.response import HTTPResponse

from ansible_collections.harbormaster.robots.plugins.module_utils._harbor import api
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor import http as _http
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.http import Settings, Transport
from tests.unit.robots import NOW

URL = "http://harbor.test"
API = "/api/v2.0"
CODES = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT", 412: "PRECONDITION", 500: "UNKNOWN"}


class Reply(t.NamedTuple):
    """One answer of the scripted Harbor; `seconds` is how long it seems to have taken."""

    status: int
    body: bytes = b""
    headers: t.Mapping[str, str] = {}
    seconds: float = 0.0


def ok(body: t.Any = None, status: int = 200, seconds: float = 0.0, **headers: str) -> Reply:
    """A good answer; header names are written with _ for -."""
    return Reply(status, b"" if body is None else json.dumps(body).encode(), named(headers), seconds)


def refused(status: int, code: str = "", message: str = "", seconds: float = 0.0, **headers: str) -> Reply:
    """An answer in Harbor's envelope for errors."""
    body = json.dumps({"errors": [{"code": code or CODES.get(status, ""), "message": message}]}).encode() + b"\n"
    return Reply(status, body, named(headers), seconds)


def gateway(status: int, **headers: str) -> Reply:
    """The page of a gateway before Harbor."""
    return Reply(status, b"<html>Bad Gateway</html>", named(headers))


def cut() -> Exception:
    """The connection ends without an answer."""
    return requests.exceptions.ConnectionError("Connection aborted.")


def named(headers: t.Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


class Sent(t.NamedTuple):
    """One request as it went out."""

    method: str
    path: str
    query: list[tuple[str, str]]
    raw_query: str
    headers: t.Mapping[str, str]
    content: bytes
    options: t.Mapping[str, t.Any]

    @property
    def line(self) -> str:
        """`GET /robots/7`, without the API's base."""
        return "%s %s" % (self.method, self.path[len(API) :] if self.path.startswith(API) else self.path)

    @property
    def json(self) -> t.Any:
        return json.loads(self.content)

    @property
    def credentials(self) -> str:
        """`user:password` of basic credentials, else an empty text."""
        kind, _blank, value = self.headers.get("Authorization", "").partition(" ")
        return base64.b64decode(value).decode() if kind == "Basic" else ""


class _Original:
    """What requests reads cookies from."""

    def __init__(self, headers: t.Mapping[str, str]) -> None:
        self.msg = HTTPMessage()
        for name, value in headers.items():
            self.msg[name] = value

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        pass


Answering = t.Union[Reply, Exception, t.Callable[[Sent], t.Any]]


class Wire(BaseAdapter):
    """Answers requests in the order of a script; each step names the request that has to come.

    `always` answers what is asked at any time, such as who one is, from what is left of its list; the last one stays.
    """

    def __init__(self, *script: tuple[str, Answering], always: t.Optional[dict[str, list[Answering]]] = None) -> None:
        super().__init__()
        self.script = list(script)
        self.always = {line: list(answers) for line, answers in (always or {}).items()}
        self.sent: list[Sent] = []
        self.slept: list[float] = []
        self.clock = 0.0
        self._guard = threading.Lock()

    # -- what requests wants of an adapter

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **options: t.Any
    ) -> requests.Response:
        parts = urlsplit(t.cast(str, request.url))
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        query = parse_qsl(parts.query, keep_blank_values=True)
        one = Sent(str(request.method), parts.path, query, parts.query, request.headers, content, options)
        with self._guard:
            self.sent.append(one)
            answer = self._next(one)
        while callable(answer) and not isinstance(answer, Exception):
            answer = answer(one)
        if isinstance(answer, Exception):
            raise answer
        self.clock += answer.seconds
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict({"X-Request-Id": str(request.headers.get("X-Request-Id")), **answer.headers})
        response.raw = HTTPResponse(
            body=io.BytesIO(answer.body),
            headers=answer.headers,
            status=answer.status,
            preload_content=False,
            original_response=t.cast(t.Any, _Original(answer.headers)),
        )
        response.url = t.cast(str, request.url)
        response.request = request
        return response

    def close(self) -> None:
        pass

    def _next(self, one: Sent) -> Answering:
        if self.script and self.script[0][0] == one.line:
            return self.script.pop(0)[1]
        if one.line in self.always:
            answers = self.always[one.line]
            return answers.pop(0) if len(answers) > 1 else answers[0]
        raise AssertionError("unexpected %s; the script says %s" % (one.line, [line for line, _answer in self.script] or "nothing more"))

    # -- what tests want of it

    @property
    def lines(self) -> list[str]:
        return [one.line for one in self.sent]

    def done(self) -> None:
        """Fail unless every step of the script was asked for."""
        assert not self.script, "never asked for: %s" % [line for line, _answer in self.script]


def transport(wire: Wire, monkeypatch: pytest.MonkeyPatch, **settings: t.Any) -> Transport:
    """A transport over the wire, for user admin unless told otherwise; time begins at NOW and passes only as the script says."""
    monkeypatch.setattr(api, "time", SimpleNamespace(time=lambda: NOW + wire.clock))
    monkeypatch.setattr(_http, "time", SimpleNamespace(monotonic=lambda: wire.clock))
    given = dict({"url": URL, "username": "admin", "password": "Harbor12345"}, **settings)
    http = Transport(Settings(**given), sleep=wire.slept.append)
    http._http.mount("http://", wire)
    http._http.mount("https://", wire)
    return http


# --- a Harbor that knows its caller

INFO = {"harbor_version": "v2.12.4-436918f8", "current_time": "2026-11-20T12:00:00.000Z", "registry_url": "harbor.test"}


def me(name: str = "admin", admin: bool = True, number: int = 1) -> Reply:
    """What Harbor says to a user who asks who he is."""
    return ok({"username": name, "user_id": number, "sysadmin_flag": admin})


def robot_me() -> Reply:
    """What Harbor says to a robot that asks who it is (2.3 and later)."""
    return refused(412, "PRECONDITION", "get current user not available for security context: robot")


def info(version: str = "2.12.4", **members: t.Any) -> Reply:
    """`/systeminfo` for somebody who is logged in; on 2.12 no log-in is worth its while."""
    return ok(dict(INFO, harbor_version="v%s-436918f8" % version, **members))


def project(name: str = "shop", number: int = 2, roles: t.Optional[list[int]] = None, **members: t.Any) -> dict[str, t.Any]:
    """A project as the API answers it; `roles` are those of the calling user, None for robots."""
    return dict({"project_id": number, "name": name, "current_user_role_ids": roles, "metadata": {"public": "false"}}, **members)


def listing(*entries: t.Any) -> Reply:
    """One complete page."""
    return ok(list(entries), X_Total_Count=str(len(entries)))
