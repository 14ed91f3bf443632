# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Proves a log-in as registries do it: the challenge of /v2/, the token that it names, and /v2/ again."""

from __future__ import annotations

import http.client
import json
import re
import typing as t
import urllib.error
from urllib.parse import urlencode, urlsplit

from ansible.module_utils.urls import ConnectionError as UrlsConnectionError
from ansible.module_utils.urls import SSLValidationError, open_url

from ansible_collections.harbormaster.robots.plugins.module_utils._login.auth_file import HUB_KEY, HUB_KEY_OF_DOCKER, Login

HUB_HOST = "registry-1.docker.io"
LOOPBACK = re.compile(r"(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?\Z", re.I)
# A scheme, or a parameter with its value.
WORD = re.compile(r'([A-Za-z][\w-]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+)))?')
MOST_BYTES = 1 << 20


class NotProved(Exception):
    """The registry refused the log-in, or did not answer as registries do; the message names it."""


class _NoAnswer(Exception):
    """Nothing came back."""


class Settings(t.NamedTuple):
    """How to reach a registry.

    :ivar plain_http: whether it speaks HTTP without TLS
    :ivar timeout: seconds for each answer
    """

    validate_certs: bool = True
    ca_path: t.Optional[str] = None
    plain_http: bool = False
    timeout: float = 30.0


class _Answer(t.NamedTuple):
    status: int
    challenges: list[str]
    body: bytes


def challenges_in(headers: t.Iterable[str]) -> dict[str, dict[str, str]]:
    """The parameters of each challenge in the headers WWW-Authenticate, by its scheme in lower case."""
    found: dict[str, dict[str, str]] = {}
    for header in headers:
        values: dict[str, str] = {}
        for name, quoted, bare in WORD.findall(header):
            if quoted or bare:
                values[name.lower()] = bare or re.sub(r"\\(.)", r"\1", quoted)
            else:
                values = found.setdefault(name.lower(), {})
    return {scheme: values for scheme, values in found.items() if scheme in ("bearer", "basic")}


def prove(key: str, login: Login, settings: Settings) -> None:
    """Return when a registry lets somebody in; raises NotProved.

    :param key: the registry's host, and port, or a name under which clients keep Docker Hub
    """
    host = HUB_HOST if key in (HUB_KEY, HUB_KEY_OF_DOCKER) else key
    # Clients take a registry on this very host for one that may do without TLS.
    schemes = ["http"] if settings.plain_http else ["https", "http"] if LOOPBACK.match(host) else ["https"]
    failures = []
    for scheme in schemes:
        root = "%s://%s/v2/" % (scheme, host)
        try:
            answer = _get(root, settings)
        except _NoAnswer as exc:
            failures.append("%s: %s" % (root, exc))
            continue
        return _log_in(host, root, answer, login, settings)
    raise NotProved("%s gave no answer (%s)" % (host, "; ".join(failures)))


def _log_in(host: str, root: str, answer: _Answer, login: Login, settings: Settings) -> None:
    if answer.status == 200:
        raise NotProved("%s lets everybody in, so that a log-in cannot be proved: leave verify out" % host)
    challenges = challenges_in(answer.challenges)
    if answer.status != 401 or not challenges:
        raise NotProved("%s is not the address of a registry: %s answered with status %d and no challenge" % (host, root, answer.status))
    basic = "Basic %s" % login.encoded
    if "bearer" in challenges:
        header = "Bearer %s" % _token(host, root, challenges["bearer"], login, basic, settings)
    else:
        header = basic
    try:
        last = _get(root, settings, header)
    except _NoAnswer as exc:
        raise NotProved("%s gave no answer (%s: %s)" % (host, root, exc)) from None
    if last.status in (401, 403):
        raise NotProved("%s refused the log-in of %s (status %d)" % (host, login.username, last.status))
    if last.status != 200:
        raise NotProved("%s answered the log-in of %s with status %d" % (host, login.username, last.status))


def _token(host: str, root: str, challenge: t.Mapping[str, str], login: Login, basic: str, settings: Settings) -> str:
    """The token that the server in a challenge gives for a password."""
    realm = challenge.get("realm", "")
    parts = urlsplit(realm)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise NotProved("%s names a token server that is none: %r" % (host, realm))
    if parts.scheme == "http" and not root.startswith("http:"):
        raise NotProved("%s names a token server without TLS, %s, which gets no password" % (host, realm))
    query = {"account": login.username}
    query.update((name, challenge[name]) for name in ("service", "scope") if challenge.get(name))
    try:
        answer = _get("%s%s%s" % (realm, "&" if parts.query else "?", urlencode(query)), settings, basic)
    except _NoAnswer as exc:
        raise NotProved("the token server of %s gave no answer (%s: %s)" % (host, realm, exc)) from None
    if answer.status in (401, 403):
        raise NotProved("%s refused the log-in of %s (status %d of %s)" % (host, login.username, answer.status, realm))
    try:
        told = json.loads(answer.body) if answer.status == 200 else None
        token = (told.get("token") or told.get("access_token")) if isinstance(told, dict) else None
    except ValueError:
        token = None
    if not token or not isinstance(token, str):
        raise NotProved("the token server of %s gave no token (status %d of %s)" % (host, answer.status, realm))
    return token


def _get(url: str, settings: Settings, authorization: str = "") -> _Answer:
    """One request. No redirection is followed, because it would carry the password along, and no .netrc is read."""
    headers = {"Authorization": authorization} if authorization else {}
    try:
        with open_url(
            url,
            headers=headers,
            timeout=settings.timeout,
            validate_certs=settings.validate_certs,
            ca_path=settings.ca_path,
            follow_redirects="none",
            use_netrc=False,
            http_agent="harbormaster.robots",
        ) as answer:
            return _Answer(answer.status, answer.headers.get_all("WWW-Authenticate") or [], answer.read(MOST_BYTES))
    except urllib.error.HTTPError as exc:
        with exc:
            return _Answer(exc.code, exc.headers.get_all("WWW-Authenticate") or [], b"")
    except urllib.error.URLError as exc:
        raise _NoAnswer(str(exc.reason)) from None
    except (OSError, ValueError, http.client.HTTPException, UrlsConnectionError, SSLValidationError) as exc:
        raise _NoAnswer(str(exc) or type(exc).__name__) from None
