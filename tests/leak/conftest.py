# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two simulated Harbors for each process of the tests, one of which fails, and what a playbook needs to use them."""

from __future__ import annotations

import base64
import http.client
import http.server
import json
import secrets
import tempfile
import threading
import typing as t
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.leak.runs import Run, Way, run, secrets_among
from tests.simulator.launcher import Simulator

ADMIN = ("admin", "Harbor12345")
# Longer than what the client takes for somebody else's wrong password, shorter than the 1.5 s of a real Harbor.
REFUSAL_DELAY = 1.05
LETTER = "x"

# The Harbor that fails: robots cannot be updated, the answer to a new secret is lost, the first creation and all of projects fail.
BROKEN: tuple[dict[str, t.Any], ...] = (
    {"match": {"method": "POST", "path": "/robots$", "nth": 1}, "do": {"kind": "status", "status": 500}},
    {"match": {"method": "PUT", "path": "/robots/"}, "do": {"kind": "status", "status": 500}},
    {"match": {"method": "PATCH", "path": "/robots/"}, "do": {"kind": "cut_after"}},
    {"match": {"method": "POST", "path": "/projects$"}, "do": {"kind": "status", "status": 500}},
)


def basic(user: str, password: str) -> str:
    """The header for a user and password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class _Server(http.server.BaseHTTPRequestHandler):
    """What both little servers share: one request on each connection, and no log."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def body(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, headers: t.Iterable[tuple[str, str]], body: bytes) -> None:
        """Send an answer."""
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _serving(handler: type[_Server]) -> Iterator[tuple[http.server.ThreadingHTTPServer, str]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Channel:
    """Where playbooks hand over what they registered. Nothing of it is written anywhere, so that it does not count as a leak."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.results: dict[str, t.Any] = {}

    def take(self) -> dict[str, t.Any]:
        """What came since the last time."""
        taken, self.results = self.results, {}
        return taken


@pytest.fixture(scope="session")
def channel() -> Iterator[Channel]:
    """A server that takes JSON objects."""
    made: list[Channel] = []

    class Taker(_Server):
        def do_POST(self) -> None:  # noqa: N802
            made[0].results.update(json.loads(self.body()))
            self.answer(200, (), b"")

    for _server, url in _serving(Taker):
        made.append(Channel(url))
        yield made[0]


class _Gateway(_Server):
    """Hands every request on to the sound Harbor."""

    target = ""

    def forward(self) -> None:
        """Ask Harbor, and tell what it answered."""
        body = self.body()
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        target = urllib.parse.urlsplit(self.target)
        connection = http.client.HTTPConnection(str(target.hostname), target.port or 80, timeout=30)
        connection.request(self.command, self.path, body, self.changed(headers))
        answer = connection.getresponse()
        self.tell(body, answer.status, answer.getheaders(), answer.read())
        connection.close()

    def changed(self, headers: dict[str, str]) -> dict[str, str]:
        """The headers with which a request goes on."""
        return headers

    def tell(self, sent: bytes, status: int, headers: t.Iterable[tuple[str, str]], body: bytes) -> None:
        """Answer."""
        self.answer(status, headers, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward  # noqa: N815


@pytest.fixture(scope="session")
def one_letter_url(sound: Simulator) -> Iterator[str]:
    """The sound Harbor, with a password of one letter for the administrator: today's versions of Harbor let nobody choose such a one."""

    class Exchanger(_Gateway):
        target = sound.url

        def changed(self, headers: dict[str, str]) -> dict[str, str]:
            if headers.get("Authorization") == basic(ADMIN[0], LETTER):
                headers["Authorization"] = basic(*ADMIN)
            return headers

    for _server, url in _serving(Exchanger):
        yield url


@pytest.fixture(scope="session")
def echo_url(sound: Simulator) -> Iterator[str]:
    """The sound Harbor behind a gateway that loses the answer to a new secret, and repeats what it was sent instead."""

    class Repeater(_Gateway):
        target = sound.url

        def tell(self, sent: bytes, status: int, headers: t.Iterable[tuple[str, str]], body: bytes) -> None:
            if self.command == "PATCH":
                told = {"errors": [{"code": "GATEWAY", "message": f"it got {sent.decode()}"}]}
                status, headers, body = 502, (("Content-Type", "application/json"),), json.dumps(told).encode()
            self.answer(status, headers, body)

    for _server, url in _serving(Repeater):
        yield url


@pytest.fixture(scope="session")
def sound() -> Iterator[Simulator]:
    """A Harbor that works."""
    with Simulator.start(refusal_delay=REFUSAL_DELAY, password_cost=1.0) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def broken() -> Iterator[Simulator]:
    """A Harbor that fails."""
    with Simulator.start(refusal_delay=REFUSAL_DELAY, password_cost=1.0) as simulator:
        yield simulator


def fresh_secret(number: int) -> str:
    """A secret of a user's own; some have characters that are written in other ways."""
    special = ("", "-/+", '"\\', "$' ", "ü%&")[number % 5]
    return f"Aa1{special}{secrets.token_urlsafe(15)}"


class Harbors:
    """What a test needs: two Harbors with a project, and fresh secrets."""

    def __init__(self, folder: Path, sound: Simulator, broken: Simulator, channel: Channel, one_letter_url: str) -> None:
        self.folder = folder
        self.sound, self.broken, self.channel = sound, broken, channel
        sound.reset()
        broken.reset()
        for simulator in (sound, broken):
            self.call(simulator.url, "POST", "/api/v2.0/projects", {"project_name": "shop"})
        broken.faults(*BROKEN)
        self.secrets = {f"own{number}": fresh_secret(number) for number in range(40)}
        self.secrets |= {"weak": "onlylowercase" + secrets.token_hex(8), "token": "eyJ" + secrets.token_urlsafe(30)}
        self.secrets |= {"wrong": "Wrong1" + secrets.token_urlsafe(12), "password": ADMIN[1]}
        self.variables = {
            "url": sound.url,
            "broken_url": broken.url,
            "one_letter_url": one_letter_url,
            "channel_url": channel.url,
            "password": ADMIN[1],
            "wrong": self.secrets["wrong"],
            "weak": self.secrets["weak"],
            "token": self.secrets["token"],
            "own": [self.secrets[f"own{number}"] for number in range(40)],
        }

    def run(self, playbook: Path | str, way: Way) -> Run:
        """Run a playbook; it hands what it registered to the channel."""
        return run(self.folder, playbook, way, self.variables, self.channel.take)

    def all_secrets(self, done: Run) -> dict[str, str]:
        """Those that the playbook was given and those that it got."""
        return self.secrets | secrets_among(done.told)

    def call(self, url: str, method: str, path: str, body: t.Any = None, user: tuple[str, str] = ADMIN) -> int:
        """Send one request of the administrator's, or of somebody else's; the status."""
        headers = {"Authorization": basic(*user), "Content-Type": "application/json"}
        request = urllib.request.Request(url + path, None if body is None else json.dumps(body).encode(), headers, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def logs_in(self, username: str, secret: str, url: str = "") -> bool:
        """Whether a robot's credentials work."""
        return self.call(url or self.sound.url, "GET", "/api/v2.0/users/current/permissions", user=(username, secret)) == 200


@pytest.fixture
def harbors(sound: Simulator, broken: Simulator, channel: Channel, one_letter_url: str) -> Iterator[Harbors]:
    """Both Harbors, as good as new, and a folder with a short path: ansible-core 2.19 and later make sockets below their home folder."""
    with tempfile.TemporaryDirectory(prefix="leak-") as folder:
        yield Harbors(Path(folder), sound, broken, channel, one_letter_url)
