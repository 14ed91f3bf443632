# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers and credentials that are not what they should be: what the message says, and that nothing was sent where it should not go."""

from __future__ import annotations

import datetime
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.bad_input.table import CI
from tests.faults.driver import Outcome, run
from tests.faults.story import connection, writes
from tests.faults.world import World
from tests.simulator.launcher import Simulator

CREDENTIALS = {"harbor_username": "admin", "harbor_password": "Harbor12345"}
PAGE = b"<html><body>Welcome to something else</body></html>"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Simulator.start(harbor="2.15.2", refusal_delay=0.0, password_cost=0) as simulator:
        yield World(simulator)


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[str, list[str]]]]:
    """A function that starts a server which answers everything alike; gives its address and the requests that it gets."""
    running: list[ThreadingHTTPServer] = []

    def start(status: int, body: bytes = b"", **headers: str) -> tuple[str, list[str]]:
        seen: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(f"{self.command} {self.path}")
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}", seen

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def attempt(url: str, **more: Any) -> Outcome:
    outcome = run("harbor_robot", {**CI, **CREDENTIALS, "harbor_url": url, "retries": 0, "timeout": 10, **more})
    assert outcome.failed and not outcome.changed
    assert outcome.message.startswith("robot shop+ci: ")
    assert outcome.message.endswith(" Nothing was changed.")
    assert CREDENTIALS["harbor_password"] not in str(outcome.result)
    return outcome


def said(outcome: Outcome, *parts: str) -> None:
    lacking = [part for part in parts if part not in outcome.message]
    assert not lacking, f"{lacking} is not in: {outcome.message}"


def test_a_server_that_is_no_harbor(serve: Callable[..., tuple[str, list[str]]]) -> None:
    url, seen = serve(200, PAGE, **{"Content-Type": "text/html"})
    outcome = attempt(url)
    said(outcome, "GET /api/v2.0/users/current with 200 not the answer of a Harbor", "Check harbor_url: it is the address of Harbor itself")
    assert len(seen) == 1


def test_a_server_without_such_a_page(serve: Callable[..., tuple[str, list[str]]]) -> None:
    url, _seen = serve(404, PAGE, **{"Content-Type": "text/html"})
    said(attempt(url), "GET /api/v2.0/users/current with 404", "Check harbor_url")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirection_is_not_followed(serve: Callable[..., tuple[str, list[str]]], status: int) -> None:
    target, followed = serve(200, b"{}")
    url, seen = serve(status, Location=f"{target}/api/v2.0/users/current")
    outcome = attempt(url)
    said(
        outcome,
        f"with {status} a redirection to {target}",
        "Redirections are not followed",
        "set harbor_url to the address that Harbor has",
    )
    assert len(seen) == 1 and not followed


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    outcome = attempt(url)
    said(outcome, f"GET /api/v2.0/users/current got no answer: no connection to {url}", "Check harbor_url, and the proxies")
    assert outcome.result["error"]["status"] is None


def test_a_name_that_is_nobodys() -> None:
    said(attempt("http://harbor.invalid"), "got no answer: no connection to http://harbor.invalid", "Check harbor_url")


def test_a_server_that_says_nothing() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        outcome = attempt(f"http://127.0.0.1:{deaf.getsockname()[1]}", timeout=0.3)
    said(outcome, "got no answer: nothing came within 0.3 s", "A slower Harbor needs a longer timeout.")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that only itself vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated")])
    now = datetime.datetime.now(datetime.timezone.utc)
    alternative = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    files[1].write_bytes(key.private_bytes(encoding, kind, serialization.NoEncryption()))
    return files


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    certified, key = certificate(tmp_path)
    with Simulator.start(harbor="2.15.2", refusal_delay=0.0, tls_cert=str(certified), tls_key=str(key)) as simulator:
        url = simulator.url.replace("127.0.0.1", "localhost")
        said(attempt(url), "got no answer: TLS: ", "certificate verify failed", "Give the certificate of its authority in ca_path.")
        # Vouched for, but for another name.
        said(attempt(simulator.url, ca_path=str(certified)), "TLS: ", "127.0.0.1")
        assert simulator.log() == []
        trusted = run("harbor_robot_info", {**CREDENTIALS, "harbor_url": url, "ca_path": str(certified), "retries": 0})
        assert not trusted.failed, trusted.message


@pytest.mark.parametrize("login", ["auto", "basic", "session"])
def test_a_wrong_password(world: World, login: str) -> None:
    sent = world.asked()
    outcome = attempt(world.url, harbor_password="NotThePassword1", login=login, retries=3)
    said(
        outcome,
        "with 401 UNAUTHORIZED: Harbor refuses these credentials (request id ",
        "Wrong, disabled and expired look the same to Harbor",
    )
    assert "NotThePassword1" not in str(outcome.result)
    assert writes(world.log(sent)) == []


def test_a_wrong_token(world: World) -> None:
    outcome = run("harbor_robot", {**CI, "harbor_url": world.url, "harbor_token": "NotATokenAtAll", "retries": 0})
    said(
        outcome, "robot shop+ci: Harbor answered GET /api/v2.0/users/current with 401", "refuses these credentials", "Nothing was changed."
    )
    assert "NotATokenAtAll" not in str(outcome.result)


@pytest.mark.parametrize("module", ["harbor_robot", "harbor_robot_info"])
def test_a_project_that_the_user_may_not_see(world: World, module: str) -> None:
    world.clear()
    world.call("POST", "/users", {"username": "stranger", "password": "Passw0rd1", "realname": "s", "email": "s@example.com"})
    options = {**connection(world), "harbor_username": "stranger", "harbor_password": "Passw0rd1", "project": "shop", "name": "ci"}
    try:
        outcome = run(module, {**options, **({"access": ["pull"]} if module == "harbor_robot" else {})})
    finally:
        number = next(one["user_id"] for one in world.call("GET", "/users") if one["username"] == "stranger")
        world.call("DELETE", f"/users/{number}")
    assert outcome.failed
    said(outcome, "robot shop+ci: ", "with 403 FORBIDDEN", "may not see project shop; its members and system administrators can.")


def test_a_project_with_repositories_is_not_removed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulated Harbor has no images, so that its answer is given some."""
    from ansible_collections.harbormaster.robots.plugins.module_utils._harbor import api

    world.clear()
    plain = api.project_of
    monkeypatch.setattr(api, "project_of", lambda raw: plain({**raw, "repo_count": 3}))
    sent = world.asked()
    outcome = run("harbor_project", {**connection(world), "name": "shop", "state": "absent"})
    assert outcome.message == (
        "Wrong input, nothing was changed: project shop: holds 3 repositories, and Harbor removes only empty projects: remove them first"
    )
    assert writes(world.log(sent)) == []
