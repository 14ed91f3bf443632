# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""One connection pool to one Harbor: credentials, sessions, repetition, and one exception for every failure."""

from __future__ import annotations

import base64
import itertools
import json
import os
import random
import threading
import time
import traceback
import typing as t
import uuid
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlencode

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.connection import TellingAdapter, was_sent
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.failures import is_harbors, no_answer, refusal, said
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.session import WebSession, cookies_of

REQUESTS_IMPORT_ERROR: t.Optional[str]
try:
    import requests
    from requests.structures import CaseInsensitiveDict
    from requests.utils import get_environ_proxies
    from urllib3.exceptions import HTTPError, LocationValueError
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

# A refused password makes Harbor sleep for 1.5 s; while it does, the right one is refused too, at once (every version).
LOCK_SECONDS = 1.6
QUICK_SECONDS = 1.0
LOCK_PATIENCE = 3
# Repeating these is harmless in this collection: a PATCH always carries the secret that it is to set.
REPEATABLE = ("GET", "HEAD", "PATCH", "DELETE")
API = "/api/v2.0"


class Settings(t.NamedTuple):
    """How to reach Harbor; the documented connection options of the modules. Times are in seconds."""

    url: str
    username: t.Optional[str] = None
    password: t.Optional[str] = None
    token: t.Optional[str] = None
    validate_certs: bool = True
    ca_path: t.Optional[str] = None
    client_cert: t.Optional[str] = None
    client_key: t.Optional[str] = None
    timeout: float = 30.0
    retries: int = 3
    login: str = "auto"
    request_id: t.Optional[str] = None


class Answer(t.NamedTuple):
    """One answer; C(body) is parsed JSON or None, C(empty) that there is no body, C(seconds) is how long it took."""

    status: int
    body: t.Any
    headers: t.Mapping[str, str]
    request_id: str
    seconds: float
    repeated: bool
    empty: bool = False

    @property
    def date(self) -> t.Optional[float]:
        """Harbor's clock as seconds since 1970, from the Date header; None when there is none."""
        try:
            return parsedate_to_datetime(self.headers["Date"]).timestamp()
        except (KeyError, TypeError, ValueError):
            return None


def basic(username: str, password: str) -> str:
    """The value of an Authorization header. Harbor reads UTF-8 there."""
    return "Basic " + base64.b64encode(("%s:%s" % (username, password)).encode()).decode()


def _read(method: str, response: t.Any) -> None:
    """Read a body while failures are caught. Older versions of urllib3 do not notice that it ended early."""
    size = response.headers.get("Content-Length", "")
    content = response.content
    if size.isdecimal() and int(size) > len(content) and method != "HEAD" and "Content-Encoding" not in response.headers:
        raise requests.exceptions.ConnectionError("the answer ended early")


def _as_requests_has_it(exc: Exception, sent: bool) -> Exception:
    """A failure as an exception of requests, which lets some of urllib3's and of the system's pass."""
    wrong = exc
    if isinstance(exc, LocationValueError):
        wrong = requests.exceptions.InvalidURL(exc)  # a host that no name server could be asked for, of Harbor or of a proxy
    elif not isinstance(exc, requests.exceptions.RequestException):
        wrong = requests.exceptions.ConnectionError(exc) if sent else requests.exceptions.SSLError(exc)  # files of TLS cannot be read
    setattr(wrong, "sent", sent)
    return wrong


class Transport:
    """Sends requests to one Harbor.

    :param settings: how to reach it
    :param sleep: waits a number of seconds; tests pass their own
    :param pool: connections that are kept, that is how many requests may be under way at once
    """

    def __init__(self, settings: Settings, *, sleep: t.Callable[[float], None] = time.sleep, pool: int = 128) -> None:
        self.settings = settings
        self.base = settings.url.rstrip("/")
        self.statistics = {"requests": 0, "retries": 0}
        self._sleep = sleep
        self._guard = threading.RLock()
        self._web: t.Optional[WebSession] = None
        self._web_failed = False
        self._relogins = 0
        self._logging_in = False
        self._interruption: t.Optional[BaseException] = None
        self._origin: t.Optional[str] = None
        self._http = requests.Session()
        # What the environment says is read once: at each request it would cost time, and .netrc would replace our credentials.
        self._http.trust_env = False
        self._http.proxies = get_environ_proxies(self.base)
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._headers = {**{name: str(value) for name, value in self._http.headers.items()}, "User-Agent": "harbormaster.robots"}
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, TellingAdapter(pool_connections=1, pool_maxsize=pool, max_retries=0))
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        self._verify: t.Union[bool, str] = (settings.ca_path or bundle) if settings.validate_certs else False
        if not any(one.lower().startswith("https:") for one in (self.base, *self._http.proxies.values())):
            self._verify = True  # there is nothing to verify, and a path would be looked up at each request
        self._cert: t.Any = (settings.client_cert, settings.client_key) if settings.client_key else settings.client_cert

    @property
    def in_session(self) -> bool:
        """Whether requests go through a web session, where an answer for an anonymous caller would be noticed."""
        return self._web is not None

    def wait(self, seconds: float) -> None:
        """Let Harbor's lock pass."""
        self._sleep(seconds)

    # -- what a request looks like ---------------------------------------------------------------------------------

    @property
    def own_authorization(self) -> t.Optional[str]:
        """The header that the configured credentials give; None when there are none."""
        if self.settings.token:
            return "Bearer " + self.settings.token
        if self.settings.username is not None:
            return basic(self.settings.username, self.settings.password or "")
        return None

    def _next_id(self) -> str:
        # Not uuid4, which asks the system at each request, where threads wait for each other.
        fresh = str(uuid.UUID(int=random.getrandbits(128), version=4))
        return "%s-%s" % (self.settings.request_id, fresh[:8]) if self.settings.request_id else fresh

    def _once(self, method: str, path: str, body: t.Any, headers: dict[str, str], form: t.Any = None) -> tuple[t.Any, str, float]:
        """One attempt: the raw response, its request id and the seconds that it took; requests' exceptions pass."""
        request_id = self._next_id()
        headers = dict(headers, **{"X-Request-Id": request_id})
        data: t.Any = form
        if body is not None:
            data = json.dumps(body, separators=(",", ":")).encode()
            headers["Content-Type"] = "application/json"
        with self._guard:
            self.statistics["requests"] += 1
        start = time.monotonic()
        prepared = response = None
        try:
            prepared = self._prepared(method, path, data, headers)
            # Not through the session, which would look for cookies, proxies, redirections and hooks at each request.
            response = self._http.get_adapter(self.base).send(
                prepared, timeout=self.settings.timeout, verify=self._verify, cert=self._cert, proxies=self._http.proxies
            )
            _read(method, response)
        except (requests.exceptions.RequestException, HTTPError, OSError) as exc:
            wrong = _as_requests_has_it(exc, prepared is not None and (response is not None or was_sent(exc)))
            setattr(wrong, "request_id", request_id)
            raise wrong from (None if wrong is exc else exc)
        return response, response.headers.get("X-Request-Id") or request_id, time.monotonic() - start

    def _prepared(self, method: str, path: str, data: t.Any, headers: dict[str, str]) -> t.Any:
        """A request as it goes out. The address is judged once, as it is the same every time; paths are encoded where they are made."""
        if self._origin is None:
            probe = requests.PreparedRequest()
            probe.prepare_url(self.base, None)
            self._origin = str(probe.url).rstrip("/")
        prepared = requests.PreparedRequest()
        prepared.method = method
        prepared.url = self._origin + path
        prepared.headers = CaseInsensitiveDict({**self._headers, **headers})
        prepared.prepare_body(data, None)
        return prepared

    # -- sending ---------------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        *,
        query: t.Optional[t.Sequence[tuple[str, t.Any]]] = None,
        body: t.Any = None,
        accept: t.Container[int] = (200, 201),
        credentials: t.Optional[tuple[str, str]] = None,
        robot: bool = False,
        headers: t.Optional[dict[str, str]] = None,
        again: bool = True,
    ) -> Answer:
        """Send one request, again where that is safe, and return an answer whose status is in C(accept).

        :param again: False for what its caller has to prepare anew before it is sent again
        :param query: pairs that are encoded once
        :param credentials: (user name, secret) to be used instead of our own, as a probe does; never in our session
        :param robot: True when the caller is known to be a robot: Harbor's lock does not touch robots, so 401 is final
        :raises HarborError: for any other status, and when there was no answer
        """
        full = path + ("?" + urlencode(list(query)) if query else "")
        maybe_done = False
        locks = reopened = retries = 0
        while True:
            web = None if credentials else self._web
            sent = dict(headers or {})
            authorization = basic(*credentials) if credentials else (None if web else self.own_authorization)
            if authorization:
                sent["Authorization"] = authorization
            if web:
                sent.update(web.headers(method))
            try:
                response, request_id, seconds = self._once(method, full, body, sent)
            except requests.exceptions.RequestException as exc:
                failure = no_answer(method, full, exc, self.base, self.settings.timeout)
                if not failure.passing:
                    raise failure from exc
            else:
                code, message, parsed = said(response.content)
                if web and web.ended(method, response.status_code, response.headers, message):
                    if reopened:
                        self._give_up(web, refusal(method, full, response, request_id, maybe_done))
                    else:
                        self._reopen(web)
                    reopened += 1
                    if not again:
                        failure = refusal(method, full, response, request_id, maybe_done)
                        failure.cleared = True
                        raise failure
                    continue
                if response.status_code in accept and is_harbors(method, response, code):
                    return Answer(response.status_code, parsed, response.headers, request_id, seconds, maybe_done, not response.content)
                failure = refusal(method, full, response, request_id, maybe_done)
                if response.status_code == 401 and not credentials and not robot and not self.settings.token:
                    if seconds < QUICK_SECONDS and locks < LOCK_PATIENCE:
                        locks += 1
                        self.wait(LOCK_SECONDS + random.uniform(0, 0.2))
                        if again:
                            continue
                        failure.cleared = True
            maybe_done = maybe_done or not failure.undone
            safe = failure.undone or method in REPEATABLE
            if not (again and failure.passing and safe) or retries >= self.settings.retries:
                failure.repeated = maybe_done and failure.undone
                raise failure
            self.pause_before_retry(retries, failure)
            retries += 1

    def pause_before_retry(self, retries: int, failure: HarborError) -> None:
        """Wait as long as the server asked, else twice as long each time, with jitter so that many clients do not meet again."""
        with self._guard:
            self.statistics["retries"] += 1
        self.wait(failure.pause if failure.pause is not None else min(0.5 * 2**retries, 30.0) * random.uniform(0.5, 1.0))

    # -- sessions --------------------------------------------------------------------------------------------------

    def interrupt(self, exc: BaseException) -> None:
        """Raise C(exc), but not in the middle of a log-in, which would leave a session that nobody ends."""
        if not self._logging_in:
            raise exc
        self._interruption = exc

    def log_in(self) -> bool:
        """Open a web session for what follows; False where Harbor or a gateway before it offers none.

        :raises HarborError: when the password is refused, or a log-in was demanded (login=session) and is not to be had
        """
        with self._guard:
            self._logging_in = True
            try:
                opened = self._open_session()
            finally:
                self._logging_in = False
        if self._interruption is not None:
            raise self._interruption
        return opened

    def _open_session(self) -> bool:
        with self._guard:
            if self._web or self._web_failed or self.settings.token or self.settings.username is None:
                return self._web is not None
            for patience in range(LOCK_PATIENCE + 1):
                try:
                    first, first_id = self._log_in_step("GET", {})[:2]
                    cookies = cookies_of(first.headers)
                    token = first.headers.get("X-Harbor-Csrf-Token")
                    if not token or "sid" not in cookies or "_gorilla_csrf" not in cookies:
                        return self._no_session("GET", first, first_id)
                    web = WebSession(cookies["sid"], cookies["_gorilla_csrf"], token)
                    form = {"principal": self.settings.username, "password": self.settings.password or ""}
                    answer, request_id, seconds = self._log_in_step("POST", web.headers("POST"), form)
                except HarborError:
                    if self.settings.login == "session":
                        raise
                    self._web_failed = True
                    return False
                if answer.status_code == 200:
                    web.sid = cookies_of(answer.headers).get("sid", web.sid)
                    self._web = web
                    return True
                if answer.status_code == 401 and seconds < QUICK_SECONDS and patience < LOCK_PATIENCE:
                    self.wait(LOCK_SECONDS)
                    continue
                if answer.status_code == 401:
                    raise refusal("POST", "/c/login", answer, request_id, False)
                break
            return self._no_session("POST", answer, request_id)

    def _log_in_step(self, method: str, headers: dict[str, str], form: t.Any = None) -> tuple[t.Any, str, float]:
        """One request of the log-in; again after what may pass, but only where basic credentials are not to be used instead."""
        retries = self.settings.retries if self.settings.login == "session" else 0
        for attempt in itertools.count():
            try:
                response, request_id, seconds = self._once(method, "/c/login", None, headers, form)
            except requests.exceptions.RequestException as exc:
                failure = no_answer(method, "/c/login", exc, self.base, self.settings.timeout)
            else:
                failure = refusal(method, "/c/login", response, request_id, False)
                if not failure.passing:
                    return response, request_id, seconds
            if not failure.passing or attempt >= retries:
                raise failure
            self.pause_before_retry(attempt, failure)
        raise AssertionError("unreachable")

    def _no_session(self, method: str, response: t.Any, request_id: str) -> bool:
        self._web_failed = True
        if self.settings.login == "session":
            hint = "There is no log-in as of the web page here; use login=auto or login=basic."
            raise refusal(method, "/c/login", response, request_id, False, hint)
        return False

    def _reopen(self, dead: WebSession) -> None:
        """Replace a session that Harbor no longer knows; once for all threads that noticed."""
        with self._guard:
            if self._web is dead:
                self._web = None
                self._relogins += 1
                if not self.log_in() and self.settings.login == "session":
                    raise HarborError("the session ended and no new one could be opened", method="POST", path="/c/login")

    def _give_up(self, web: WebSession, failure: HarborError) -> None:
        """Go on without a session where the new one is no better; raises C(failure) where Harbor refuses, or a session was demanded."""
        if failure.status is None or failure.status >= 400:
            raise failure
        if self.settings.login == "session":
            failure.message = "its session ended at once"
            failure.hint = "Something before Harbor sets a cookie sid of its own, so that no session lasts; use login=auto or login=basic."
            raise failure
        with self._guard:
            self._web_failed = True
            if self._web is web:
                self._web = None
        self._log_out(web)

    def _log_out(self, web: WebSession) -> None:
        for _attempt in range(2):
            try:
                if self._once("GET", "/c/log_out", None, web.headers("GET"))[0].status_code < 500:
                    return
            except requests.exceptions.RequestException:
                pass  # in the end the session ends by itself, after an hour

    def close(self) -> None:
        """Log out where we logged in, always: a session outlives even a change of its user's password."""
        with self._guard:
            web, self._web = self._web, None
        if web:
            self._log_out(web)
        self._http.close()
