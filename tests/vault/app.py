# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in as a web application."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.tools.serving import serving

Json = dict[str, Any]
CREATED = "2026-01-01T00:00:00.000000000Z"
MOUNT, FIRST_VERSION = "secret", "old"


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, *errors: str, body: Json | None = None) -> None:
        super().__init__(*errors)
        self.code = code
        self.body = {"errors": list(errors)} if body is None else body


@dataclass
class Version:
    """One version of a secret; `data` is None where it was destroyed."""

    data: Json | None
    deleted: bool = False

    def metadata(self, number: int) -> Json:
        return {
            "version": number,
            "created_time": CREATED,
            "custom_metadata": None,
            "deletion_time": CREATED if self.deleted else "",
            "destroyed": self.data is None,
        }


@dataclass
class Vault:
    """One stand-in, with a KV engine of version 2 at `secret` and one of version 1 at `old`.

    :ivar token: one that may do everything
    :ivar role_id: with `secret_id`, what logs in by AppRole
    :ivar forbidden: (capability, path) pairs that no token has, as ("update", "harbor/ci")
    :ivar log: method, path and status of every request
    """

    token: str = field(default_factory=lambda: f"hvs.{secrets.token_urlsafe(24)}")
    role_id: str = field(default_factory=lambda: secrets.token_hex(16))
    secret_id: str = field(default_factory=lambda: secrets.token_hex(16))
    sealed: bool = False
    forbidden: set[tuple[str, str]] = field(default_factory=set)
    kept: dict[str, list[Version]] = field(default_factory=dict)
    first: dict[str, Json] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    log: list[tuple[str, str, int]] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.web = Starlette(routes=[Route("/v1/{path:path}", self._answer, methods=["GET", "POST", "PUT", "DELETE"])])

    async def _answer(self, request: Request) -> Response:
        content = await request.body()
        try:
            code, body = self._work(request.method, request.path_params["path"], request.headers.get("x-vault-token"), content)
        except Refusal as refusal:
            code, body = refusal.code, refusal.body
        self.log.append((request.method, request.path_params["path"], code))
        return JSONResponse(body, code) if body is not None else Response(status_code=code)

    def _work(self, method: str, path: str, token: str | None, content: bytes) -> tuple[int, Json | None]:
        if self.sealed:
            raise Refusal(503, "Vault is sealed")
        try:
            body = json.loads(content) if content else {}
        except ValueError:
            raise Refusal(400, "failed to parse JSON input") from None
        if path == "auth/approle/login":
            return 200, self._log_in(body)
        if token != self.token and token not in self.given:
            raise Refusal(403, "permission denied")
        mount, _slash, rest = path.partition("/")
        if mount == FIRST_VERSION:
            return self._first_version(method, rest, body)
        kind, _slash, name = rest.partition("/")
        if mount != MOUNT or kind != "data" or not name:
            raise Refusal(404, f'no handler for route "{path}". route entry not found.')
        return 200, self._read(name) if method == "GET" else self._write(name, body)

    def _log_in(self, body: Json) -> Json:
        if (body.get("role_id"), body.get("secret_id")) != (self.role_id, self.secret_id):
            raise Refusal(400, "invalid role or secret ID")
        token = f"hvs.{secrets.token_urlsafe(24)}"
        self.given.add(token)
        return {"auth": {"client_token": token, "policies": ["default"], "lease_duration": 2764800, "renewable": True}}

    def _first_version(self, method: str, path: str, body: Json) -> tuple[int, Json | None]:
        if method != "GET":
            self.first[path] = body
            return 204, None
        if path not in self.first:
            raise Refusal(404)
        return 200, {"data": self.first[path], "lease_duration": 2764800}

    def _may(self, capability: str, name: str) -> None:
        if (capability, name) in self.forbidden:
            raise Refusal(403, "1 error occurred:\n\t* permission denied\n\n")

    def _read(self, name: str) -> Json:
        self._may("read", name)
        versions = self.kept.get(name)
        if not versions:
            raise Refusal(404)
        last = versions[-1]
        found = {"data": {"data": None if last.deleted else last.data, "metadata": last.metadata(len(versions))}}
        if last.deleted or last.data is None:
            raise Refusal(404, body=found)
        return found

    def _write(self, name: str, body: Json) -> Json:
        versions = self.kept.get(name, [])
        self._may("update" if versions else "create", name)
        if not isinstance(body.get("data"), dict):
            raise Refusal(400, "no data provided")
        wanted = (body.get("options") or {}).get("cas")
        if wanted is not None and wanted != len(versions):
            raise Refusal(400, "check-and-set parameter did not match the current version")
        self.kept[name] = [*versions, Version(body["data"])]
        return {"data": self.kept[name][-1].metadata(len(versions) + 1)}

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Listen on a free port of loopback, whose address is then `url`."""
        with serving(self.web) as self.url:
            yield
