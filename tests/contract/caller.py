# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls a simulated Harbor within this process, for what does not need a network: fast, and of any version."""
from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.simulator.arrange import arrange
from tests.simulator.harbor import Harbor, Options
from tests.simulator.messages import Answer, Request
from tests.simulator.versions import Version

ADMIN = ("admin", "Harbor12345")
PULL = {"resource": "repository", "action": "pull"}
PUSH = {"resource": "repository", "action": "push"}


@dataclass
class Reply:
    """An answer, with its JSON where it has some."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def headers(self) -> dict[str, str]:
        return self.answer.headers

    @property
    def cookies(self) -> dict[str, str]:
        pairs = [cookie.split(";")[0].partition("=") for cookie in self.answer.cookies]
        return {name: value for name, _equals, value in pairs}

    @property
    def json(self) -> Any:
        return json.loads(self.answer.body)

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, code and message of Harbor's error envelope."""
        (only,) = self.json["errors"]
        return self.status, only["code"], only["message"]


class Caller:
    """A fresh Harbor of one version, without delays."""

    def __init__(self, version: str = "2.15.2") -> None:
        self.harbor = Harbor(Options(Version.parse(version), "http://harbor.example", refusal=0.0))

    def __call__(self, method: str, path: str, body: Any = None, caller: tuple[str, str] | None = ADMIN, raw: str | None = None,
                 headers: dict[str, str] | None = None) -> Reply:
        """One request: `path` with its query, below /api/v2.0 unless it begins with two slashes."""
        sent = {"host": "harbor.example", **{name.lower(): value for name, value in (headers or {}).items()}}
        if caller:
            sent["authorization"] = "Basic " + base64.b64encode(":".join(caller).encode()).decode()
        data = b"" if body is None and raw is None else (json.dumps(body) if raw is None else raw).encode()
        if data:
            sent.setdefault("content-type", "application/json")
        whole = path[1:] if path.startswith("//") else f"/api/v2.0{path}"
        where, _unused, query = whole.partition("?")
        answer, _identity = asyncio.run(self.harbor.serve(Request(method, where, query, sent, data)))
        return Reply(answer)

    def arrange(self, do: str, **arguments: Any) -> Any:
        return arrange(self.harbor.state, {"do": do, **arguments}).get("id")

    def project(self, name: str, public: bool = False) -> int:
        reply = self("POST", "/projects", {"project_name": name, "metadata": {"public": str(public).lower()}})
        assert reply.status == 201
        return int(reply.headers["Location"].rpartition("/")[2])

    def user(self, name: str, project: str = "", role: int = 0) -> tuple[str, str]:
        """A user, and their role in a project; returns their credentials."""
        password = "Harbor12345"
        reply = self("POST", "/users", {"username": name, "email": f"{name}@example.com", "realname": name, "password": password})
        assert reply.status == 201
        if project:
            member = self("POST", f"/projects/{project}/members", {"role_id": role, "member_user": {"username": name}})
            assert member.status == 201
        return name, password

    def robot(self, name: str, *permissions: dict[str, Any], level: str = "system", duration: int = 30,
              caller: tuple[str, str] = ADMIN) -> tuple[int, tuple[str, str]]:
        """A robot; returns its id and its credentials."""
        reply = self("POST", "/robots", robot_body(name, *permissions, level=level, duration=duration), caller)
        assert reply.status == 201, reply.json
        return reply.json["id"], (reply.json["name"], reply.json["secret"])

    def names(self, query: str = "", **parameters: Any) -> list[str]:
        """Full names of the robots that a list shows; `query` is the q filter, escaped as it has to be."""
        arguments = {**({"q": quote(quote(query, safe=""), safe="")} if query else {}), **parameters}
        reply = self("GET", "/robots?" + "&".join(f"{key}={value}" for key, value in arguments.items()))
        assert reply.status == 200, reply.json
        return [robot["name"] for robot in reply.json]


def permission(namespace: str = "library", *access: dict[str, str], kind: str = "project") -> dict[str, Any]:
    return {"kind": kind, "namespace": namespace, "access": list(access or [PULL])}


def pair(text: str, effect: str | None = None) -> dict[str, str]:
    """`resource:action` as an entry of `access`."""
    resource, _unused, action = text.partition(":")
    return {"resource": resource, "action": action, **({} if effect is None else {"effect": effect})}


def robot_body(name: str, *permissions: dict[str, Any], level: str = "system", **members: Any) -> dict[str, Any]:
    return {"name": name, "level": level, "duration": 30, "permissions": list(permissions or [permission()]), **members}
