# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is arranged to go wrong: which requests meet it, and what they meet. The README has the format."""
from __future__ import annotations

import asyncio
import json
import random
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from .errors import HarborError
from .harbor import Harbor
from .identity import UserIdentity
from .locks import Deadlock, RowLocks, rows_of
from .messages import Answer, Request, failure

CUT = Answer(0)
"""Stands for a connection that is closed without an answer."""

DEADLOCK_SECONDS = 1.05
GATEWAY = {502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}
CODES = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT", 412: "PRECONDITION",
         429: "TOO_MANY_REQUEST", 500: "UNKNOWN"}
KINDS = {"cut_before": (), "cut_after": (), "status": ("status",), "page": ("status",), "deadlock": (), "slow": ("seconds",),
         "kill_sessions": (), "lock_user": ("name",), "write": ("request",)}
"""What can go wrong, and what has to be said about it."""
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass
class Fault:
    """One thing that goes wrong, for the requests that fit."""

    do: dict[str, Any]
    methods: tuple[str, ...] = ()
    path: re.Pattern[str] = re.compile("")
    nth: tuple[int, ...] = ()
    every: int = 0
    probability: float = 1.0
    times: int = 0
    chance: random.Random = field(default_factory=random.Random)
    seen: int = 0
    done: int = 0

    @classmethod
    def parse(cls, wanted: dict[str, Any]) -> Fault:
        """Raises KeyError, TypeError or ValueError for what makes no sense."""
        match, do = dict(wanted.get("match", {})), dict(wanted["do"])
        if do["kind"] not in KINDS:
            raise ValueError(f"no fault is called {do['kind']}; known are {', '.join(KINDS)}")
        missing = [name for name in KINDS[do["kind"]] if name not in do]
        unknown = set(match) - {"method", "path", "nth", "every", "probability", "seed", "times"}
        if missing or unknown:
            raise ValueError(f"{do['kind']}: {', '.join(missing)} missing; match: {', '.join(sorted(unknown))} unknown")
        if do["kind"] == "status" and do["status"] not in GATEWAY and do["status"] not in CODES:
            raise ValueError(f"no answer is known for status {do['status']}")
        try:
            path = re.compile(match.get("path", ""))
        except re.error as error:
            raise ValueError(f"path: {error}") from None
        method, nth = match.get("method", []), match.get("nth", [])
        return cls(do, (method,) if isinstance(method, str) else tuple(method), path,
                   (nth,) if isinstance(nth, int) else tuple(nth), int(match.get("every", 0)), float(match.get("probability", 1.0)),
                   int(match.get("times", 0)), random.Random(match.get("seed")))

    def meets(self, request: Request) -> re.Match[str] | None:
        """Whether this request is one of those; it is counted either way."""
        found = self.path.search(request.path)
        if not found or (self.methods and request.method not in self.methods):
            return None
        self.seen += 1
        if self.nth and self.seen not in self.nth or self.every and self.seen % self.every:
            return None
        if self.probability < 1 and self.chance.random() >= self.probability or self.times and self.done >= self.times:
            return None
        self.done += 1
        return found


class Faults:
    """Everything that is arranged to go wrong at the moment."""

    def __init__(self, faults: list[Fault] | None = None, deadlock: bool = False) -> None:
        self._faults = faults or []
        self._locks = RowLocks() if deadlock else None

    @classmethod
    def parse(cls, wanted: dict[str, Any]) -> Faults:
        unknown = set(wanted) - {"faults", "deadlock"}
        if unknown:
            raise ValueError(f"no {', '.join(sorted(unknown))} is known here")
        return cls([Fault.parse(item) for item in wanted.get("faults", [])], bool(wanted.get("deadlock", False)))

    def next(self, request: Request) -> FaultyRequest | None:
        """What a request meets; None for the many that meet nothing."""
        if not self._faults and not self._locks:
            return None
        meeting = [(fault.do, match) for fault in self._faults for match in [fault.meets(request)] if match]
        locks = self._locks if request.method in ("POST", "PUT") and "/robots" in request.path else None
        return FaultyRequest(request, meeting, locks) if meeting or locks else None


@dataclass
class FaultyRequest:
    """A request and what goes wrong with it."""

    request: Request
    meeting: list[tuple[dict[str, Any], re.Match[str]]]
    locks: RowLocks | None

    async def serve(self, harbor: Harbor) -> tuple[Answer, str]:
        """The answer, or CUT, and the name of the caller where that came to be known."""
        for do, match in self.meeting:
            answer = await self._before(harbor, do, match)
            if answer:
                return answer, ""
        try:
            answer, user = await self._serve(harbor)
        except Deadlock:
            answer, user = self._failure(500), ""
        for do, _match in self.meeting:
            if do["kind"] == "slow" and do.get("after"):
                await asyncio.sleep(float(do["seconds"]))
            elif do["kind"] == "status" and do.get("after"):
                answer = self._failure(int(do["status"]), do.get("retry_after"))
            elif do["kind"] == "page" and do.get("after"):
                answer = _page(int(do["status"]), "Back soon")
            elif do["kind"] == "cut_after":
                answer = CUT
        return answer, user

    async def _before(self, harbor: Harbor, do: dict[str, Any], match: re.Match[str]) -> Answer | None:
        kind = do["kind"]
        if kind == "cut_before":
            return CUT
        if kind == "status" and not do.get("after"):
            return self._failure(int(do["status"]), do.get("retry_after"))
        if kind == "page" and not do.get("after"):
            return _page(int(do["status"]), "Back soon")
        if kind == "deadlock":
            await asyncio.sleep(DEADLOCK_SECONDS)
            return self._failure(500)
        if kind == "slow" and not do.get("after"):
            await asyncio.sleep(float(do["seconds"]))
        elif kind == "kill_sessions":
            harbor.sessions.kill()
        elif kind == "lock_user":
            harbor.authenticator.lock(str(do["name"]))
        elif kind == "write":
            await _write(harbor, dict(do["request"]), self.request, match)
        return None

    async def _serve(self, harbor: Harbor) -> tuple[Answer, str]:
        if self.locks is None:
            answer, identity = await harbor.serve(self.request)
            return answer, identity.name
        async with self.locks.transaction() as transaction:
            for row in rows_of(self.request):
                await transaction.lock(row)
            answer, identity = await harbor.serve(self.request)
            return answer, identity.name

    def _failure(self, status: int, retry_after: Any = None) -> Answer:
        """A gateway's page for a gateway's statuses, else Harbor's envelope."""
        if status in GATEWAY:
            answer = _page(status, f"{status} {GATEWAY[status]}")
        else:
            answer = failure(HarborError(CODES[status], "too many requests" if status == 429 else "arranged"))
            self.request.id = self.request.headers.get("x-request-id") or str(uuid.uuid4())
            answer.headers["X-Request-Id"] = self.request.id
        if retry_after is not None:
            answer.headers["Retry-After"] = str(retry_after)
        return answer


def _page(status: int, title: str) -> Answer:
    """What a gateway answers in Harbor's place."""
    page = (f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
            "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
    return Answer(status, page.encode(), "text/html")


async def _write(harbor: Harbor, wanted: dict[str, Any], request: Request, match: re.Match[str]) -> None:
    """Another client's write, done by the administrator. With `merge` the body is laid over what GET shows."""
    path = str(_filled(harbor, wanted["path"], request, match))
    body = _filled(harbor, wanted.get("body"), request, match)
    admin = UserIdentity.of(harbor.state.users[1])
    if wanted.get("merge"):
        reading = await harbor.serve_as(Request("GET", path, "", {}, b""), admin)
        body = {**json.loads(reading.body), **body}
    data = b"" if body is None else json.dumps(body).encode()
    answer = await harbor.serve_as(Request(wanted["method"], path, "", {"content-type": "application/json"}, data), admin)
    if answer.status >= 300 and not wanted.get("may_fail"):
        raise RuntimeError(f"the other client's {wanted['method']} {path} was answered {answer.status}: {answer.body!r}")


def _filled(harbor: Harbor, value: Any, request: Request, match: re.Match[str]) -> Any:
    """A value with its placeholders filled in; a text that is nothing but one keeps that one's type."""
    if isinstance(value, dict):
        return {key: _filled(harbor, item, request, match) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(harbor, item, request, match) for item in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    if whole:
        return _placeholder(harbor, whole[1], request, match)
    return _PLACEHOLDER.sub(lambda found: str(_placeholder(harbor, found[1], request, match)), value)


def _placeholder(harbor: Harbor, name: str, request: Request, match: re.Match[str]) -> Any:
    kind, colon, key = name.partition(":")
    if colon and kind == "id":
        return next(robot.id for robot in harbor.state.robots_named(key))
    if colon and kind == "project":
        return harbor.state.project_ids[key]
    groups = match.groupdict()
    if name in groups:
        return groups[name]
    if name == "robot_id":
        found = re.search(r"/robots/(\d+)", request.path)
        if found:
            return int(found[1])
    raise ValueError(f"nothing known by the name of {name}")
