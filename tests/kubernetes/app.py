# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in as a web application, and a server for it in a thread of the test's own process."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.kubernetes.store import Object, Refusal, Store
from tests.tools.serving import serving

VERBS = ["create", "delete", "get", "list", "patch", "update"]
RESOURCES = [{"name": "secrets", "singularName": "secret", "namespaced": True, "kind": "Secret", "verbs": VERBS}]
PATCHES = ("application/merge-patch+json", "application/strategic-merge-patch+json")


class Cluster:
    """One stand-in.

    :ivar token: the only bearer token that is let in
    :ivar forbidden: namespaces in which the token may do nothing
    :ivar repeats: whether a refusal has the request in its message, as no Kubernetes does
    :ivar log: method, path and status of every request
    """

    def __init__(self, *namespaces: str) -> None:
        self.store = Store(namespaces)
        self.token = secrets.token_urlsafe(24)
        self.forbidden: set[str] = set()
        self.repeats = False
        self.log: list[tuple[str, str, int]] = []
        self.url = ""
        one, all_ = "/api/v1/namespaces/{namespace}/secrets/{name}", "/api/v1/namespaces/{namespace}/secrets"
        answers: dict[str, Object] = {
            "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0-stand-in"},
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
            "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": RESOURCES},
        }
        self.web = Starlette(
            routes=[
                *(Route(path, self._fixed(body), methods=["GET"]) for path, body in answers.items()),
                Route(one, self._answering, methods=["GET", "PUT", "PATCH", "DELETE"]),
                Route(all_, self._answering, methods=["GET", "POST"]),
            ]
        )

    def _fixed(self, body: Object) -> Any:
        async def answer(request: Request) -> JSONResponse:
            return self._told(request, lambda: (200, body))

        return answer

    async def _answering(self, request: Request) -> JSONResponse:
        content = await request.body()
        return self._told(request, lambda: self._secrets(request, content), content)

    def _told(self, request: Request, work: Any, content: bytes = b"") -> JSONResponse:
        body: Object
        try:
            if request.headers.get("authorization") != f"Bearer {self.token}":
                raise Refusal(401, "Unauthorized", "Unauthorized")
            code, body = work()
        except Refusal as refusal:
            code, body = refusal.code, refusal.body
            if self.repeats:
                body = {**body, "message": refusal.body["message"] + content.decode()}
        self.log.append((request.method, str(request.url).removeprefix(self.url), code))
        return JSONResponse(body, code)

    def _secrets(self, request: Request, content: bytes) -> tuple[int, Any]:
        namespace, name = request.path_params["namespace"], request.path_params.get("name", "")
        method, dry = request.method, request.query_params.get("dryRun") == "All"
        if namespace in self.forbidden:
            raise Refusal(
                403, "Forbidden", f'secrets is forbidden: User "test" cannot touch resource "secrets" in the namespace "{namespace}"'
            )
        if method == "GET":
            return 200, self.store.get(namespace, name) if name else {
                "kind": "SecretList",
                "apiVersion": "v1",
                "items": self.store.list(namespace),
            }
        if method == "DELETE":
            self.store.delete(namespace, name, dry)
            return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}
        try:
            body = json.loads(content)
        except ValueError:
            raise Refusal(400, "BadRequest", "the object provided is unrecognized") from None
        if method == "POST":
            return 201, self.store.create(namespace, body, dry)
        if method == "PUT":
            return 200, self.store.replace(namespace, name, body, dry)
        if request.headers.get("content-type", "") not in PATCHES:
            raise Refusal(415, "UnsupportedMediaType", "the body of the request was in an unknown format")
        return 200, self.store.patch(namespace, name, body, dry)

    def writes(self) -> list[tuple[str, str, int]]:
        """The requests so far that would have changed something, without those that only tried."""
        return [entry for entry in self.log if entry[0] != "GET" and "dryRun=All" not in entry[1]]

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Listen on a free port of loopback, whose address is then `url`."""
        with serving(self.web) as self.url:
            yield
