# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests as they arrive and answers as they leave, without any framework in them."""
from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from .errors import HarborError

JSON = "application/json"
JSON_UTF8 = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
DIGEST = re.compile("sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
"""What names an artifact by its content, not by a tag."""


def dump(value: Any) -> bytes:
    """JSON as Harbor prints it: compact, keys in order, a newline at the end."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass") + b"\n"


def unescape(text: str) -> str:
    """Undo URL escapes of a query; raises ValueError with Go's words for a bad one."""
    at = text.find("%")
    while at >= 0:
        part = text[at:at + 3]
        if len(part) < 3 or any(digit not in "0123456789abcdefABCDEF" for digit in part[1:]):
            raise ValueError(f'invalid URL escape "{part}"')
        at = text.find("%", at + 3)
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "replace")


@dataclass
class Request:
    """One request. `path` is the escaped path with repeated slashes merged."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes
    client: str = ""
    query: list[tuple[str, str]] = field(default_factory=list)
    id: str = ""

    def parse_query(self) -> str | None:
        """Fill `query`; returns what is wrong with the query string in Go's words, or None."""
        fault = None
        for part in self.query_string.split("&"):
            if ";" in part:
                fault = "invalid semicolon separator in query"
                continue
            if not part:
                continue
            key, _unused, value = part.partition("=")
            try:
                self.query.append((unescape(key), unescape(value)))
            except ValueError as error:
                fault = fault or str(error)
        return fault

    def argument(self, name: str) -> str | None:
        """First value of a query parameter."""
        return next((value for key, value in self.query if key == name), None)

    def cookie(self, name: str) -> str | None:
        for part in self.headers.get("cookie", "").split(";"):
            key, _equals, value = part.strip().partition("=")
            if key == name:
                return value
        return None

    @property
    def basic(self) -> tuple[str, str] | None:
        """User name and password of the Authorization header."""
        scheme, _unused, value = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, password = base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace").partition(":")
        except (binascii.Error, ValueError):
            return None
        return (name, password) if colon else None

    @property
    def bearer(self) -> str | None:
        scheme, _unused, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" else None


@dataclass
class Answer:
    """One answer; no Content-Type without `kind`."""

    status: int = 200
    body: bytes = b""
    kind: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)


def ok(value: Any, headers: dict[str, str] | None = None, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, dump(value), JSON, dict(headers or {}))


def created(location: str) -> Answer:
    return Answer(201, headers={"Location": location})


def text(value: str, status: int = 200, kind: str = TEXT) -> Answer:
    return Answer(status, value.encode(), kind)


def failure(error: HarborError) -> Answer:
    """An error in Harbor's envelope."""
    message = "internal server error" if error.status >= 500 else error.message
    body = json.dumps({"errors": [{"code": error.code, "message": message}]}, separators=(",", ":"), ensure_ascii=False)
    return Answer(error.status, body.encode("utf-8", "surrogatepass") + b"\n", JSON_UTF8, dict(error.headers))
