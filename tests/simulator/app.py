# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web application: Harbor's calls, the calls that steer a simulated one, and the record of what was asked."""
from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as WebRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .arrange import arrange
from .faults import CUT, Faults, FaultyRequest
from .harbor import Harbor
from .messages import Answer, Request
from .registry import certificate

LOG_LIMIT = 200_000


@dataclass
class Record:
    """Every request since the last reset, and what they took."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    own_seconds: float = 0.0

    def add(self, request: Request, user: str, status: int, seconds: float) -> None:
        self.calls[f"{request.method} {request.path}"] += 1
        self.statuses[str(status)] += 1
        self.own_seconds += seconds
        if len(self.entries) < LOG_LIMIT:
            self.entries.append({"method": request.method, "path": request.path, "query": request.query_string, "user": user,
                                 "status": status, "request_id": request.id, "milliseconds": round(seconds * 1000, 3)})

    def statistics(self) -> dict[str, Any]:
        total = sum(self.calls.values())
        return {"requests": total, "calls": dict(self.calls), "statuses": dict(self.statuses),
                "mean_milliseconds": round(self.own_seconds * 1000 / total, 3) if total else 0.0}


class Application:
    """ASGI: one simulated Harbor. `closers` closes the connection of a client, by its address, without an answer."""

    def __init__(self, harbor: Harbor) -> None:
        self.harbor = harbor
        self.faults = Faults()
        self.record = Record()
        self.close_connection: Any = None
        self.web = Starlette(routes=[
            Route("/_simulator/reset", self.reset, methods=["POST"]),
            Route("/_simulator/keep", self.keep, methods=["POST"]),
            Route("/_simulator/restore", self.restore, methods=["POST"]),
            Route("/_simulator/arrange", self.arrange, methods=["POST"]),
            Route("/_simulator/faults", self.set_faults, methods=["POST"]),
            Route("/_simulator/log", self.log, methods=["GET"]),
            Route("/_simulator/statistics", self.statistics, methods=["GET"]),
            Route("/_simulator/certificate", self.certificate, methods=["GET"]),
        ])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Harbor's own calls go past the framework, whose layers cost more than most of the answers.
        steering = scope["type"] != "http" or scope["path"].startswith("/_simulator/")
        await (self.web if steering else self.serve)(scope, receive, send)

    # --- Harbor -------------------------------------------------------------------------------------------------------

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a request, let Harbor (and what was arranged to go wrong) answer it, send the answer."""
        start = time.perf_counter()
        request = Request(scope["method"], scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1"),
                          {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}, await _body(receive))
        fault: FaultyRequest | None = self.faults.next(request)
        answer, user = await fault.serve(self.harbor) if fault else await _plain(self.harbor, request)
        self.record.add(request, user, answer.status if answer is not CUT else 0, time.perf_counter() - start)
        if answer is CUT:
            await self.close_connection(scope["client"])
            return
        headers = [(name.lower().encode(), value.encode("utf-8", "surrogatepass")) for name, value in answer.headers.items()]
        if answer.kind:
            headers.append((b"content-type", answer.kind.encode()))
        headers += [(b"set-cookie", cookie.encode()) for cookie in answer.cookies]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})

    # --- steering -----------------------------------------------------------------------------------------------------

    async def reset(self, _request: WebRequest) -> Response:
        self.harbor.reset()
        return self._begun()

    async def keep(self, request: WebRequest) -> Response:
        self.harbor.keep(str((await request.json())["name"]))
        return JSONResponse({})

    async def restore(self, request: WebRequest) -> Response:
        try:
            self.harbor.restore(str((await request.json())["name"]))
        except KeyError as error:
            return JSONResponse({"error": f"nothing was kept by the name of {error}"}, 400)
        return self._begun()

    def _begun(self) -> Response:
        self.faults = Faults()
        self.record = Record()
        return JSONResponse({})

    async def arrange(self, request: WebRequest) -> Response:
        try:
            return JSONResponse(arrange(self.harbor.state, await request.json()))
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    async def set_faults(self, request: WebRequest) -> Response:
        try:
            self.faults = Faults.parse(await request.json())
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
        return JSONResponse({})

    async def log(self, request: WebRequest) -> Response:
        return JSONResponse(self.record.entries[int(request.query_params.get("after", 0)):])

    async def statistics(self, _request: WebRequest) -> Response:
        return JSONResponse(self.record.statistics())

    async def certificate(self, _request: WebRequest) -> Response:
        return Response(certificate(), media_type="application/x-pem-file")


async def _plain(harbor: Harbor, request: Request) -> tuple[Answer, str]:
    answer, identity = await harbor.serve(request)
    return answer, identity.name


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body
