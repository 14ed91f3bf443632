# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.session import WebSession, cookies_of


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("sid=abc; Path=/; HttpOnly", {"sid": "abc"}),
        # As requests joins several; the comma of a date is none between cookies.
        (
            "_gorilla_csrf=MTc2; Path=/; Expires=Fri, 20 Nov 2026 12:00:00 GMT; HttpOnly; SameSite=Strict, sid=abc; Path=/; Secure",
            {"_gorilla_csrf": "MTc2", "sid": "abc"},
        ),
        ("harbor-lang=en-us, sid=abc", {"sid": "abc"}),
        ("xsid=1; Path=/", {}),
        ("theme=sid=1", {}),
        ("", {}),
    ],
)
def test_the_two_cookies_that_matter(header: str, cookies: dict[str, str]) -> None:
    assert cookies_of({"Set-Cookie": header}) == cookies
    assert cookies_of({}) == {}


def test_reading_needs_the_cookies_and_writing_the_token_as_well() -> None:
    web = WebSession("abc", "MTc2", "token")
    cookies = {"Cookie": "_gorilla_csrf=MTc2; sid=abc"}
    for method in ("GET", "HEAD", "OPTIONS"):
        assert web.headers(method) == cookies
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert web.headers(method) == dict(cookies, **{"X-Harbor-CSRF-Token": "token"})


@pytest.mark.parametrize(
    ("status", "headers", "message", "ended"),
    [
        (200, {}, "", False),
        (200, {"Set-Cookie": "sid=abc; Path=/"}, "", False),
        (200, {"Set-Cookie": "sid=; Path=/"}, "", False),
        # An anonymous caller gets an answer of its own, and a session of its own.
        (200, {"Set-Cookie": "sid=new; Path=/"}, "", True),
        (401, {}, "unauthorized", True),
        (403, {}, "CSRF token invalid", True),
        (403, {}, "CSRF token not found in request", True),
        (403, {}, "forbidden", False),
        (500, {}, "internal server error", False),
    ],
)
def test_what_gives_a_dead_session_away(status: int, headers: dict[str, str], message: str, ended: bool) -> None:
    assert WebSession("abc", "MTc2", "token").ended("GET", status, headers, message) is ended


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_that_was_done_was_done_in_the_session(method: str) -> None:
    web, other = WebSession("abc", "MTc2", "token"), {"Set-Cookie": "sid=of-a-gateway; Path=/"}
    assert not web.ended(method, 201, other, "")
    assert web.ended(method, 401, other, "unauthorized")
