# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in as a web application."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.awx.rules import Item, Refusal
from tests.awx.store import KINDS, Store
from tests.tools.serving import serving

HEADERS = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}


def page(results: list[Item]) -> Item:
    """A list as the API gives it; all of it fits on one page here."""
    return {"count": len(results), "next": None, "previous": None, "results": results}


class Awx:
    """One stand-in, with the organization `Default`.

    :param repositories: the folder in which a project's repository is, by its URL
    :ivar token: the only bearer token that is let in
    :ivar log: method, path and status of every request
    """

    def __init__(self, repositories: Mapping[str, Path]) -> None:
        self.store = Store(repositories)
        self.token = secrets.token_urlsafe(24)
        self.log: list[tuple[str, str, int]] = []
        self.url = ""
        self.web = Starlette(routes=[Route("/api/v2/{path:path}", self._answer, methods=["GET", "POST", "PATCH"])])

    async def _answer(self, request: Request) -> Response:
        content = await request.body()
        body: Any
        try:
            if request.headers.get("authorization") != f"Bearer {self.token}":
                raise Refusal(401, {"detail": "Authentication credentials were not provided."})
            path = request.path_params["path"]
            # Without the last slash, AWX sends clients elsewhere.
            code, body = self._work(request.method, path.split("/")[:-1], dict(request.query_params), json.loads(content or b"{}"))
        except Refusal as refusal:
            code, body = refusal.code, refusal.body
        self.log.append((request.method, request.path_params["path"], code))
        return Response(status_code=code, headers=HEADERS) if body is None else JSONResponse(body, code, HEADERS)

    def _work(self, method: str, parts: list[str], query: dict[str, str], given: Item) -> tuple[int, Any]:
        kind, number, more = parts[0] if parts else "", int(parts[1]) if parts[1:] and parts[1].isdigit() else None, parts[2:]
        if kind == "project_updates" and method == "GET" and number in self.store.updates and not more:
            return 200, self.store.finish_update(number)
        if kind not in KINDS or (parts[1:] and number is None):
            raise Refusal(404, {"detail": "Not found."})
        if number is None:
            return (200, page(self.store.find(kind, query))) if method == "GET" else (201, self.store.create(kind, given))
        if more == ["survey_spec"] and kind == "job_templates":
            if method == "POST":
                self.store.set_survey(number, given)
            return 200, {} if method == "POST" else self.store.surveys.get(number, {})
        if more == ["credentials"] and kind == "job_templates":
            if method == "POST":
                self.store.attach(number, given)
                return 204, None
            return 200, page([self.store.show("credentials", one) for one in self.store.attached.get(number, [])])
        if more or method == "POST":
            raise Refusal(404, {"detail": "Not found."})
        return 200, self.store.change(kind, number, given) if method == "PATCH" else self.store.show(kind, number)

    def writes(self) -> list[tuple[str, str, int]]:
        """The requests so far that would have changed something."""
        return [entry for entry in self.log if entry[0] != "GET"]

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Listen on a free port of loopback, whose address is then `url`."""
        with serving(self.web) as self.url:
            yield
