# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Web sessions, their `sid` cookie, and the protection against forged requests that comes with it."""
from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from email.utils import formatdate

from .errors import forbidden
from .identity import UserIdentity
from .messages import Request
from .versions import Version

LIFETIME = 3600
SID = "sid"
CSRF_COOKIE = "_gorilla_csrf"
CSRF_HEADER = "x-harbor-csrf-token"
TOKEN_BYTES = 32
FREE_PATHS = ("/v2/", "/api/", "/service/")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


class Sessions:
    """Sessions by id. Most hold no user: Harbor opens one for every request that comes without a live one."""

    def __init__(self) -> None:
        self._sessions: dict[str, tuple[float, UserIdentity | None]] = {}

    def live(self, sid: str | None) -> bool:
        if not sid or sid not in self._sessions:
            return False
        opened, user = self._sessions[sid]
        if time.monotonic() - opened > LIFETIME:
            del self._sessions[sid]
            return False
        self._sessions[sid] = (time.monotonic(), user)
        return True

    def identity(self, sid: str | None) -> UserIdentity | None:
        """The user who logged in to that session, as they were then."""
        return self._sessions[sid][1] if sid and self.live(sid) else None

    def open(self, user: UserIdentity | None = None) -> str:
        """A new session; returns its Set-Cookie."""
        sid = secrets.token_hex(16)
        self._sessions[sid] = (time.monotonic(), user)
        return f"{SID}={sid}; Path=/; HttpOnly"

    def close(self, sid: str | None) -> str:
        """End a session, where there is one; returns the Set-Cookie that says so."""
        self._sessions.pop(sid or "", None)
        return f"{SID}=; Path=/; Expires={formatdate(usegmt=True)}; Max-Age=0; HttpOnly"

    def kill(self) -> None:
        """End every session, as a restart of Redis does."""
        self._sessions.clear()

    def __len__(self) -> int:
        return len(self._sessions)


class Csrf:
    """Double-submit protection: a cookie with a signed token, and the same token, masked, in a header."""

    def __init__(self, version: Version, secure: bool) -> None:
        self._key = secrets.token_bytes(32)
        self._version = version
        self._secure = "; Secure" if secure else ""

    def check(self, request: Request) -> tuple[dict[str, str], list[str]]:
        """Headers and cookies for the answer; raises HarborError (403) with them for an unsafe request without the right token."""
        if request.path.startswith(FREE_PATHS) and request.cookie(SID) is None:
            return {}, []
        token = self._token_of(request.cookie(CSRF_COOKIE))
        cookies = []
        if token is None:
            token = secrets.token_bytes(TOKEN_BYTES)
            cookies.append(f"{CSRF_COOKIE}={self._sign(token)}; Path=/; Expires={formatdate(time.time() + 43200, usegmt=True)}; "
                           f"Max-Age=43200; HttpOnly{self._secure}; SameSite=Strict")
        headers = {"X-Harbor-Csrf-Token": _mask(token)}
        if request.method not in SAFE_METHODS and not _same(request.headers.get(CSRF_HEADER), token):
            missing = not request.headers.get(CSRF_HEADER) and self._version.tells_missing_csrf_token
            error = forbidden("CSRF token not found in request" if missing else "CSRF token invalid")
            error.headers = dict(headers, **({"Set-Cookie": cookies[0]} if cookies else {}))
            raise error
        return headers, cookies

    def _sign(self, token: bytes) -> str:
        return base64.urlsafe_b64encode(token + hmac.digest(self._key, token, hashlib.sha256)).decode()

    def _token_of(self, cookie: str | None) -> bytes | None:
        try:
            value = base64.urlsafe_b64decode(cookie or "")
        except ValueError:
            return None
        token, mark = value[:TOKEN_BYTES], value[TOKEN_BYTES:]
        return token if hmac.compare_digest(mark, hmac.digest(self._key, token, hashlib.sha256)) else None


def _mask(token: bytes) -> str:
    pad = secrets.token_bytes(TOKEN_BYTES)
    return base64.b64encode(pad + bytes(a ^ b for a, b in zip(pad, token))).decode()


def _same(sent: str | None, token: bytes) -> bool:
    try:
        value = base64.b64decode(sent or "", validate=True)
    except ValueError:
        return False
    if len(value) != 2 * TOKEN_BYTES:
        return False
    return hmac.compare_digest(bytes(a ^ b for a, b in zip(value[:TOKEN_BYTES], value[TOKEN_BYTES:])), token)
