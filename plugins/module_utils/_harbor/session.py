# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Logging in once, as Harbor's web page does.

Since 2.15.2 Harbor hashes a user's password 600,000 times at every request with basic credentials, which costs about
0.1 s of its CPU; a session costs 2 ms. The cookies are kept as two strings that came from our own log-in, because any
other C(sid) cookie makes Harbor refuse writes, and because C(_gorilla_csrf) is marked Secure where TLS ends before Harbor.
"""

from __future__ import annotations

import re
import typing as t

COOKIE = re.compile(r"(?:^|,\s*)(sid|_gorilla_csrf)=([^;,\s]*)")
TOKEN_HEADER = "X-Harbor-CSRF-Token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def cookies_of(headers: t.Mapping[str, str]) -> dict[str, str]:
    """The two cookies that matter, out of Set-Cookie as requests joins them."""
    return dict(COOKIE.findall(headers.get("Set-Cookie", "")))


class WebSession:
    """The two cookies and the CSRF token of one log-in."""

    def __init__(self, sid: str, gorilla: str, token: str) -> None:
        self.sid = sid
        self.gorilla = gorilla
        self.token = token

    def headers(self, method: str) -> dict[str, str]:
        """What makes a request one of this session; writes need the token as well."""
        headers = {"Cookie": "_gorilla_csrf=%s; sid=%s" % (self.gorilla, self.sid)}
        if method not in SAFE_METHODS:
            headers[TOKEN_HEADER] = self.token
        return headers

    def ended(self, method: str, status: int, headers: t.Mapping[str, str], message: str) -> bool:
        """True when the answer shows that Harbor no longer knows this session.

        A dead session is an anonymous caller: many paths still answer 200, with less. What gives it away is a new C(sid). A write that
        was done needs no such proof, as nobody anonymous may write, and must not be sent again.
        """
        if status < 300 and method not in SAFE_METHODS:
            return False
        if cookies_of(headers).get("sid") not in (None, "", self.sid):
            return True
        return status == 401 or (status == 403 and "CSRF" in message)
