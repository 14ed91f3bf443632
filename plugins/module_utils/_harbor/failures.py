# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""What a failed request means: who refused what, whether its work may have been done, and whether another attempt makes sense."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import urlsplit

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.connection import was_sent
from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask

try:
    import requests
    from urllib3.exceptions import InvalidHeader
    from urllib3.util.retry import Retry
except ImportError:  # what is missing is said by who wants to connect
    pass

LONGEST_RETRY_AFTER = 120.0
READING = ("GET", "HEAD")
# Harbor's own refusals, and a gateway's before it handed the request on. These it gives after a while, when Harbor may be at work.
GIVEN_UP = (408, 499)
PASSING = (408, 429, 500, 502, 503, 504)
NOT_HARBOR = "not the answer of a Harbor"
ADDRESS = "Check harbor_url: it is the address of Harbor itself, without a path."


def said(content: bytes) -> tuple[str, str, t.Any]:
    """(code, message, JSON) of an answer; Harbor wraps its errors in a list with one entry."""
    body: t.Any
    try:
        body = json.loads(content) if content else None
    except (ValueError, RecursionError):
        return "", "", None
    try:
        first = body["errors"][0]
        return str(first.get("code") or ""), str(first.get("message") or ""), body
    except (KeyError, IndexError, TypeError, AttributeError):
        return "", "", body


def is_harbors(method: str, response: t.Any, code: str) -> bool:
    """Whether a status of 400 or more comes from Harbor and not from something in between: only then it says anything of robots.

    Harbor has a code in all that it refuses. Where it answers without a body, as to HEAD, its X-Request-Id is there (every version).
    """
    if response.status_code < 400 or code:
        return True
    return not response.content and bool(response.headers.get("X-Request-Id"))


def reasons(exc: BaseException) -> list[BaseException]:
    """An exception and those that it wraps, outermost first."""
    found: list[BaseException] = []
    unseen: list[t.Any] = [exc]
    while unseen:
        one = unseen.pop()
        if not any(one is other for other in found):
            found.append(one)
            unseen += [x for x in (getattr(one, "reason", None), *getattr(one, "args", ())) if isinstance(x, BaseException)]
    return found


def tls_hint(what: str) -> str:
    """What to do about a failure of TLS."""
    if "WRONG_VERSION_NUMBER" in what or "RECORD_LAYER_FAILURE" in what:
        return "There is no TLS at this address: give harbor_url with http:// if that is meant, or the port of HTTPS."
    if "certificate has expired" in what or "not yet valid" in what:
        return "The certificate has to be renewed there; or the clock of this host is wrong."
    if "ostname mismatch" in what or "IP address mismatch" in what or "doesn't match" in what:
        return "harbor_url has to have a name that the certificate is for."
    if "verify failed" in what or "self-signed" in what:
        return "Give the certificate of its authority in ca_path."
    return "Check ca_path, client_cert and client_key."


def no_answer(method: str, path: str, exc: t.Any, base: str, timeout: float) -> HarborError:
    """A request to which no whole answer came.

    :param exc: what requests raised, with C(request_id), and C(sent) where that is known
    """
    sent = was_sent(exc)
    passing = True
    hint = ""
    what = "the connection was cut"
    if isinstance(exc, requests.exceptions.SSLError):
        # What fails before anything was sent fails the same way the next time.
        passing, what = sent, "TLS: %s" % reasons(exc)[-1]
        hint = "" if sent else tls_hint(what)
    elif not sent and isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        passing, what = False, str(exc)
    elif isinstance(exc, requests.exceptions.ProxyError) and not sent:
        what = "the proxy of the environment failed: %s" % reasons(exc)[-1]
    elif not sent:
        what = "no connection to %s" % base
        hint = "Check harbor_url, and the proxies that the environment names."
    elif isinstance(exc, requests.exceptions.Timeout):
        what = "nothing came within %g s" % timeout
        hint = "A slower Harbor needs a longer timeout."
    return HarborError(
        what,
        method=method,
        path=path,
        request_id=getattr(exc, "request_id", ""),
        undone=not sent or method in READING,
        hint=hint,
        passing=passing,
    )


def refusal(method: str, path: str, response: t.Any, request_id: str, repeated: bool, hint: str = "") -> HarborError:
    """An answer that is not what was asked for.

    :param response: of requests, its body read
    :param repeated: True when an earlier attempt may have done the work
    """
    code, message, parsed = said(response.content)
    # What stands between may repeat the request, and with it credentials in a form that nobody else would recognise.
    authorization, cookies = (response.request.headers.get(name) or "" for name in ("Authorization", "Cookie"))
    message = Mask([authorization.partition(" ")[2], *(one.partition("=")[2] for one in cookies.split(";"))]).text(message)
    status = response.status_code
    pause = _pause(response) if status in (429, 503) else None
    undone = True
    if 300 <= status < 400:
        target = urlsplit(response.headers.get("Location", ""))
        message = "a redirection to %s://%s" % (target.scheme, target.netloc) if target.netloc else "a redirection"
        hint = "Redirections are not followed, because they would carry the password along; set harbor_url to the address that Harbor has."
    elif status >= 500:
        # Harbor rolls its transaction back at any error of its own; a gateway's error, Envoy's 503 for a connection that broke
        # behind it among them, says nothing about the work.
        undone = method in READING or (status == 500 and (bool(code) or not response.content))
        message = message or ("a gateway's error" if response.content else "an empty answer")
    elif status < 300 or status in GIVEN_UP:
        undone = method in READING or bool(code)
        message = message or NOT_HARBOR
        hint = hint or (ADDRESS if status < 300 else "")
    elif status == 429:
        message = message or "too many requests"
    elif status == 401 and not code and not response.content:
        message = "not authenticated"
    elif parsed is None and response.content:
        message, hint = NOT_HARBOR, hint or (ADDRESS if status == 404 else "Something between here and Harbor answered in its place.")
    return HarborError(
        message,
        method=method,
        path=path,
        status=status,
        code=code,
        request_id=request_id,
        undone=undone,
        repeated=repeated,
        hint=hint,
        passing=status in PASSING and (pause or 0.0) <= LONGEST_RETRY_AFTER,
        pause=pause,
    )


def _pause(response: t.Any) -> t.Optional[float]:
    """Seconds that the server asked to wait; None where it did not, or not in a way that can be understood."""
    try:
        return Retry().get_retry_after(response.raw)
    except (InvalidHeader, ValueError, OverflowError):
        return None
