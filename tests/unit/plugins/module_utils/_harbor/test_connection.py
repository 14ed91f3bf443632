# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether anything of a request went out, seen with real connections: direct, by a proxy, through its tunnel, and with TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
import typing as t
from pathlib import Path

import pytest
import requests

from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.connection import TellingAdapter, was_sent

Peer = t.Callable[[socket.socket], None]


def head(connection: socket.socket) -> bytes:
    """A request up to the end of its head."""
    read = b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(4096)
        if not piece:
            break
        read += piece
    return read


@contextlib.contextmanager
def listening(peer: Peer) -> t.Iterator[int]:
    """The port of a server that has `peer` handle one connection, and then closes it."""

    def serve() -> None:
        with contextlib.suppress(OSError), listener.accept()[0] as connection:
            connection.settimeout(10)
            peer(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
    thread.join(10)


def failure(url: str, timeout: t.Any = 5, proxy: str = "") -> requests.exceptions.RequestException:
    """How a POST fails."""
    request = requests.Request("POST", url, data=b"{}").prepare()
    proxies = {"http": proxy, "https": proxy} if proxy else {}
    with contextlib.closing(TellingAdapter(max_retries=0)) as adapter, pytest.raises(requests.exceptions.RequestException) as caught:
        adapter.send(request, timeout=timeout, verify=False, proxies=proxies)
    return caught.value


def cut_after_request(connection: socket.socket) -> None:
    head(connection)


def cut_at_once(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def answer_then_rubbish(connection: socket.socket) -> None:
    head(connection)
    connection.sendall(b"rubbish\r\n\r\n")


def refuse_tunnel(connection: socket.socket) -> None:
    head(connection)
    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


def open_tunnel_and_cut(connection: socket.socket) -> None:
    head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


def silent(connection: socket.socket) -> None:
    head(connection)
    with contextlib.suppress(OSError):
        connection.recv(1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    subprocess.run([*command, "-subj", "/CN=localhost", "-keyout", file, "-out", file], check=True, capture_output=True)
    return file


@pytest.mark.parametrize("peer", [cut_after_request, answer_then_rubbish, silent])
def test_what_went_out_may_have_arrived(peer: Peer) -> None:
    with listening(peer) as port:
        assert was_sent(failure(f"http://127.0.0.1:{port}/", timeout=0.5))


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert not was_sent(failure(f"http://127.0.0.1:{port}/"))
    assert not was_sent(failure("http://harbor.test/", proxy=f"http://127.0.0.1:{port}"))
    assert not was_sent(failure("https://harbor.test/", proxy=f"http://127.0.0.1:{port}"))


def test_a_proxy_that_cuts_the_answer_had_the_request() -> None:
    with listening(cut_after_request) as port:
        assert was_sent(failure("http://harbor.test/", proxy=f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize("peer", [refuse_tunnel, open_tunnel_and_cut, cut_at_once])
def test_what_fails_in_a_tunnel_before_tls_stands_was_not_sent(peer: Peer) -> None:
    with listening(peer) as port:
        assert not was_sent(failure("https://harbor.test/", proxy=f"http://127.0.0.1:{port}"))


def test_tls_that_never_stood_sent_nothing() -> None:
    with listening(answer_then_rubbish) as port:
        assert not was_sent(failure(f"https://127.0.0.1:{port}/", timeout=1))


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize("rubbish", [b"", b"rubbish, and enough of it to be no record of TLS"])
def test_tls_that_breaks_in_the_middle_had_the_request(certificate: Path, rubbish: bytes) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def peer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            head(t.cast(socket.socket, secure))
            raw = socket.socket(fileno=secure.detach())
            with raw:
                raw.sendall(rubbish)

    with listening(peer) as port:
        assert was_sent(failure(f"https://127.0.0.1:{port}/"))


def test_of_other_failures_nothing_is_known() -> None:
    assert was_sent(ValueError())
