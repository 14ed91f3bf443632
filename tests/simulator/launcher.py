# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts a simulated Harbor for tests; needs the standard library alone.

    with Simulator.start(harbor="2.12.4") as harbor:
        harbor.url, harbor.arrange("expire_robot", id=3), harbor.log(), …
"""
from __future__ import annotations

import http.client
import json
import os
import select
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).resolve().parent
START_SECONDS = 30.0
STOP_SECONDS = 5.0


class SimulatorError(RuntimeError):
    """It did not start, or it refused to be steered."""


class Simulator:
    """A running simulated Harbor: `url` and `pid`, and what steers it."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, errors: Path) -> None:
        self.url = url
        self.pid = process.pid
        self.errors = errors
        self._process = process

    @classmethod
    def start(cls, harbor: str = "2.15.2", refusal_delay: float = 1.5, password_cost: float | None = None, port: int = 0,
              tls_cert: str | None = None, tls_key: str | None = None, python: str = sys.executable) -> Simulator:
        """Start one in a process of its own and wait until it listens.

        `refusal_delay` is in seconds, `password_cost` in milliseconds (None: as the version has it). Raises SimulatorError.
        """
        command = [python, str(HERE), "--harbor", harbor, "--port", str(port), "--refusal-delay", str(refusal_delay)]
        for option, value in (("--password-cost", password_cost), ("--tls-cert", tls_cert), ("--tls-key", tls_key)):
            if value is not None:
                command += [option, str(value)]
        handle, name = tempfile.mkstemp(prefix="simulator-", suffix=".stderr")
        errors = Path(name)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=handle, env=_environment())
        os.close(handle)
        line = _first_line(process)
        if not line.startswith("listening on "):
            process.kill()
            process.wait()
            raise SimulatorError(f"the simulated Harbor did not start: {line}{errors.read_text(errors='replace')}")
        return cls(process, line.removeprefix("listening on ").strip(), errors)

    def stop(self) -> None:
        """End the process by its id; safe to call twice."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self.errors.unlink(missing_ok=True)

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.stop()

    # --- steering -----------------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Back to a fresh Harbor, without faults and statistics."""
        self._call("POST", "reset", {})

    def keep(self, name: str) -> None:
        """Remember what the database holds now."""
        self._call("POST", "keep", {"name": name})

    def restore(self, name: str) -> None:
        """Back to what was kept, without faults, statistics, sessions and locks."""
        self._call("POST", "restore", {"name": name})

    def are_right(self, secrets: list[tuple[int, str]]) -> list[bool]:
        """Which of these secrets are those of the robots with these ids, disabled or not."""
        right: list[bool] = self._call("POST", "arrange", {"do": "check_secrets", "secrets": secrets})["right"]
        return right

    def arrange(self, do: str, **arguments: Any) -> Any:
        """`legacy_robot` (name, project_id, expires_at) returns its id; `expire_robot` (id); `age_robot` (id, days)."""
        return self._call("POST", "arrange", {"do": do, **arguments}).get("id")

    def faults(self, *faults: dict[str, Any], deadlock: bool = False) -> None:
        """Replace what is arranged to go wrong; without arguments nothing goes wrong any more."""
        self._call("POST", "faults", {"faults": list(faults), "deadlock": deadlock})

    def log(self, after: int = 0) -> list[dict[str, Any]]:
        """The requests since the last reset, without the first `after`."""
        entries: list[dict[str, Any]] = self._call("GET", f"log?after={after}")
        return entries

    def statistics(self) -> dict[str, Any]:
        """Counts by call and status, and the mean of the server's own milliseconds."""
        numbers: dict[str, Any] = self._call("GET", "statistics")
        return numbers

    def certificate(self) -> str:
        """What a registry has to trust to take this Harbor's tokens (PEM)."""
        return self._answer("GET", "certificate").decode()

    def _call(self, method: str, name: str, body: Any = None) -> Any:
        return json.loads(self._answer(method, name, body))

    def _answer(self, method: str, name: str, body: Any = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        connection = _connection(self.url)
        try:
            connection.request(method, f"/_simulator/{name}", data, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise SimulatorError(f"{name}: {answer.status} {content.decode(errors='replace')}")
        return content


def _environment() -> dict[str, str]:
    """This environment without what would send a loopback server's output elsewhere or change how Python starts."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONSTARTUP")}


def _connection(url: str) -> http.client.HTTPConnection:
    scheme, _slashes, place = url.partition("://")
    if scheme == "http":
        return http.client.HTTPConnection(place, timeout=30)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # steering talks to the process that was just started here
    return http.client.HTTPSConnection(place, timeout=30, context=context)


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """The first line of output; what there is of it when the process ends or takes too long."""
    assert process.stdout is not None
    line, end = b"", time.monotonic() + START_SECONDS
    while not line.endswith(b"\n") and time.monotonic() < end:
        ready = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))[0]
        if not ready:
            break
        piece = os.read(process.stdout.fileno(), 4096)
        if not piece:
            break
        line += piece
    return line.decode(errors="replace").partition("\n")[0]
