# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line, and the web server around the application."""
from __future__ import annotations

import argparse
import asyncio
import signal
import socket
from typing import Any

import uvicorn

from .app import Application
from .harbor import Harbor, Options
from .versions import Version

FAST_HASH_MILLISECONDS = 2.0
SLOW_HASH_MILLISECONDS = 100.0


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="simulator", description="A simulated Harbor on loopback.")
    arguments.add_argument("--harbor", default="2.15.2", metavar="VERSION", help="x.y (its latest patch) or x.y.z, 2.2 to 2.16")
    arguments.add_argument("--host", default="127.0.0.1", help="address to listen on")
    arguments.add_argument("--port", type=int, default=0, help="0 for a free one")
    arguments.add_argument("--refusal-delay", type=float, default=1.5, metavar="SECONDS", help="what refused credentials wait")
    arguments.add_argument("--password-cost", type=float, metavar="MS",
                           help="what checking a user's password takes (100 since 2.15.2, 2 before)")
    arguments.add_argument("--tls-cert", metavar="FILE", help="serve https with this certificate")
    arguments.add_argument("--tls-key", metavar="FILE", help="its key")
    return arguments


class _Server(uvicorn.Server):
    """Says where it listens as soon as it does."""

    def __init__(self, config: uvicorn.Config, endpoint: str) -> None:
        super().__init__(config)
        self._endpoint = endpoint

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"listening on {self._endpoint}", flush=True)

    async def close_connection(self, client: Any) -> None:
        """Close a client's connection as it is."""
        for connection in list(self.server_state.connections):
            if getattr(connection, "client", None) == tuple(client):
                connection.transport.close()
        await asyncio.sleep(0.01)  # let the event loop tell the protocol, which would answer 500 otherwise


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    arguments = parser().parse_args(argv)
    try:
        version = Version.parse(arguments.harbor)
    except ValueError as error:
        parser().error(str(error))
    cost = arguments.password_cost
    if cost is None:
        cost = SLOW_HASH_MILLISECONDS if version.slow_password_hash else FAST_HASH_MILLISECONDS
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((arguments.host, arguments.port))
    except (OSError, OverflowError) as error:
        parser().error(f"port {arguments.port} of {arguments.host} cannot be had: {error}")
    scheme = "https" if arguments.tls_cert else "http"
    endpoint = f"{scheme}://{arguments.host}:{listener.getsockname()[1]}"
    app = Application(Harbor(Options(version, endpoint, arguments.refusal_delay, cost / 1000)))
    server = _Server(uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, proxy_headers=False, lifespan="off", backlog=2048,
        timeout_keep_alive=75, timeout_graceful_shutdown=1, ssl_certfile=arguments.tls_cert, ssl_keyfile=arguments.tls_key), endpoint)
    app.close_connection = server.close_connection
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: None)  # uvicorn raises the signal again when it is done
    server.run(sockets=[listener])
    return 0
