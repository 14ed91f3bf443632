# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server as a whole: what every request passes on its way, in Harbor's order."""
from __future__ import annotations

import pickle
import random
import re
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qsl

from . import operations, server
from .access import Call
from .audit import Watcher
from .auth import Authenticator, Costs
from .binding import BASE, Router
from .errors import HarborError, Panic, bad_request, denied
from .identity import Identity, UserIdentity
from .messages import JSON, Answer, Request, failure, text
from .registry import Registry, check_path
from .sessions import SAFE_METHODS, SID, Csrf, Sessions
from .state import State
from .versions import Version

PAGE = b"<!DOCTYPE html>\n<html><head><title>Harbor</title></head><body><harbor-app>404</harbor-app></body></html>\n"
WRITABLE = re.compile(r"PUT /api/v2\.0/configurations|POST /c/(login|userExists)|POST /service/token")
_BAD_ESCAPE = re.compile("%(?![0-9a-fA-F]{2})")
_SLASHES = re.compile("/{2,}")
_uuids = random.Random()


@dataclass(frozen=True)
class Options:
    """How the simulated Harbor behaves: its version, its own address, and its costs in seconds."""

    version: Version
    endpoint: str = "http://127.0.0.1"
    refusal: float = 1.5
    password: float = 0.0


class Harbor:
    """One Harbor: its database, its sessions, and the way of a request through it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.router = Router(operations.ALL, options.version)
        self._kept: dict[str, bytes] = {}
        self.reset()

    def reset(self) -> None:
        """Back to a fresh installation: project `library`, user `admin`."""
        self._begin(State(self.options.version))

    def keep(self, name: str) -> None:
        """Remember what the database holds."""
        self._kept[name] = pickle.dumps(self.state)

    def restore(self, name: str) -> None:
        """Back to what the database held when it was kept, as after a restart: nobody is logged in or locked. Raises KeyError."""
        self._begin(pickle.loads(self._kept[name]))

    def _begin(self, state: State) -> None:
        self.state = state
        self.sessions = Sessions()
        self.csrf = Csrf(self.options.version, self.options.endpoint.startswith("https://"))
        self.authenticator = Authenticator(self.state, self.sessions, Costs(self.options.refusal, self.options.password))
        self.registry = Registry(self.state)

    async def serve(self, request: Request) -> tuple[Answer, Identity]:
        """The answer to a request, and who it came from."""
        if _BAD_ESCAPE.search(request.path):  # the server beneath Harbor does not let it through
            return text("400 Bad Request", 400), Identity()
        fault = request.parse_query()
        if fault and self.options.version.refuses_malformed_query_strings:
            return failure(bad_request(fault)), Identity()
        request.path = _SLASHES.sub("/", request.path)
        request.id = request.headers.get("x-request-id") or str(uuid.UUID(int=_uuids.getrandbits(128), version=4))
        identity: Identity = Identity()
        try:
            headers, cookies = self.csrf.check(request)
            check_path(request.path)
        except HarborError as error:
            cookie = error.headers.pop("Set-Cookie", None)
            answer = failure(error)
            answer.cookies = [cookie] if cookie else []
        else:
            identity = await self.identify(request)
            watcher = Watcher(self.state, request, identity)
            if self._read_only(request):
                answer = failure(denied("The system is in read only mode. Any modification is prohibited."))
            else:
                answer = await self._dispatch(request, identity)
            watcher.done(answer)
            answer.headers.update(headers)
            answer.cookies = cookies + answer.cookies
        answer.headers["X-Request-Id"] = request.id
        return answer, identity

    async def identify(self, request: Request) -> Identity:
        if request.method == "GET" and request.path == f"{BASE}/ping":
            return Identity()  # the one call that Harbor answers without looking at credentials
        if request.path.startswith("/v2") and request.bearer:
            token = self.registry.identity(request)
            if token:
                return token
        return await self.authenticator.identify(request)

    async def serve_as(self, request: Request, identity: Identity) -> Answer:
        """A call on behalf of somebody, past all checks of who they are."""
        request.parse_query()
        return await self._dispatch(request, identity)

    def _read_only(self, request: Request) -> bool:
        return bool(self.state.settings["read_only"]) and request.method not in SAFE_METHODS and not WRITABLE.match(
            f"{request.method} {request.path}")

    async def _dispatch(self, request: Request, identity: Identity) -> Answer:
        """Beyond the checks for everybody: a session is opened where there is none, then the call itself."""
        opened = [] if self.sessions.live(request.cookie(SID)) else [self.sessions.open()]
        try:
            answer = await self._call(request, identity)
        except HarborError as error:
            answer = failure(error)
        except Panic:
            answer = Answer(500)
        answer.cookies = opened + answer.cookies
        return answer

    async def _call(self, request: Request, identity: Identity) -> Answer:
        path, call = request.path, Call(self.state, identity, request, endpoint=self.options.endpoint)
        if path == BASE or path.startswith(BASE + "/"):
            operation, values = self.router.find(request)
            bound = self.router.bind(request, operation, values)
            call.arguments, call.body, call.accepts = bound.arguments, bound.body, bound.accepts
            answer = operation.handler(call)
            if not bound.accepts and answer.kind:
                answer.kind, answer.headers["Content-Type"] = None, ""
            return answer
        if path == "/api/version" and request.method == "GET":
            return server.version(call)
        if path == "/service/token":
            return self.registry.token(call) if request.method == "GET" else text("Method Not Allowed\n", 405)
        if path == "/v2" or path.startswith("/v2/"):
            return self.registry.answer(call)
        if path == "/c/login" and request.method == "POST":
            return await self._log_in(request)
        if path == "/c/log_out" and request.method == "GET":
            return Answer(cookies=[] if request.cookie(SID) == "" else [self.sessions.close(request.cookie(SID))])
        return Answer(404, PAGE, "text/html; charset=utf-8")

    async def _log_in(self, request: Request) -> Answer:
        """The log-in of the web page: users only, and a new session for whoever succeeds."""
        form = dict(request.query)
        if "form" in request.headers.get("content-type", ""):
            form.update(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        principal, password = form.get("principal", ""), form.get("password", "")
        if self.state.settings["auth_mode"] == "oidc_auth" and self.state.user_named(principal) is None:
            location = f'{{"redirect_location":"{self.options.endpoint}/c/oidc/login"}}'
            return Answer(403, location.encode(), f"{JSON}; charset=utf-8")
        user = await self.authenticator.log_in(principal, password)
        if user is None:
            return Answer(401)
        self.sessions.close(request.cookie(SID))
        return Answer(cookies=[self.sessions.open(UserIdentity.of(user))])
