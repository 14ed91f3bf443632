# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs harbor_robots as the driver of the fault tests runs modules: in this process, or in a copy of it that can be killed.

run(options).credentials["shop+ci"]
start(options, Strike(at=17, when="after")).ended() is None     # killed right after its 17th request
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import select
import signal
import threading
import time
import typing as t
from dataclasses import dataclass
from typing import Any

from tests.faults import driver
from tests.faults.driver import PLUGINS, impatient, prepare

MODULE = "harbor_robots"
PATIENCE = 120.0
DURING_SECONDS = 0.002

Json = dict[str, Any]


class Outcome(driver.Outcome):
    """What a run of harbor_robots said."""

    @property
    def robots(self) -> list[Json]:
        return list(self.result.get("robots") or [])

    @property
    def credentials(self) -> dict[str, Json]:
        return dict(self.result.get("credentials") or {})

    @property
    def summary(self) -> dict[str, int]:
        """Only what is not zero."""
        return {word: number for word, number in (self.result.get("summary") or {}).items() if number}

    @property
    def statistics(self) -> Json:
        return dict(self.result.get("statistics") or {})

    def robot(self, key: str) -> Json:
        """What the result has about one robot."""
        return next(told for told in self.robots if told["key"] == key)


@dataclass(frozen=True)
class Strike:
    """A signal that a run gets from itself, so that it always comes at the same place.

    :ivar at: number of the request, beginning with 1
    :ivar when: C(before) it is sent, C(during) it, or C(after) its answer came
    """

    at: int
    when: str = "before"
    signal: signal.Signals = signal.SIGKILL

    def arm(self) -> None:
        """Change how this process sends requests. Only for a process that ends with its run."""
        http: Any = importlib.import_module(f"{PLUGINS}.module_utils._harbor.http")
        send, guard, count = http.Transport._once, threading.Lock(), [0]

        def strike() -> None:
            os.kill(os.getpid(), self.signal)

        def once(transport: Any, *arguments: Any) -> Any:
            with guard:
                count[0] += 1
                number = count[0]
            if number == self.at and self.when == "before":
                strike()
            if number == self.at and self.when == "during":
                threading.Timer(DURING_SECONDS, strike).start()
            answer = send(transport, *arguments)
            if number == self.at and self.when == "after":
                strike()
            return answer

        http.Transport._once = once


def run(options: Json, *, check_mode: bool = False, module: str = MODULE) -> Outcome:
    """Run the module in this process."""
    prepare()
    with impatient() as pauses:
        http: Any = importlib.import_module(f"{PLUGINS}.module_utils._harbor.http")

        def pause(transport: Any, retries: int, failure: Any) -> None:
            with transport._guard:  # many threads come here at once
                transport.statistics["retries"] += 1
                pauses.append(0.0)

        http.Transport.pause_before_retry = pause  # put back by impatient()
        printed = driver._start(module, options, check_mode)
    return _opened(json.loads(printed), pauses)


def _opened(result: Json, pauses: list[float]) -> Outcome:
    """The result as the action plugin hands it on. That itself belongs to the controller, where modules show their warnings at once."""
    result.update(json.loads(result.pop("packed", "{}")))
    sealed = result.pop("sealed", None)
    if sealed:
        opened = json.loads(base64.b64decode(sealed))
        for number, secret in opened.pop("robots", {}).items():
            result["robots"][int(number)].update(secret)
        result.update(opened)
    return Outcome(result, pauses)


class Running:
    """A run in a process of its own."""

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid = pid
        self._pipe = pipe

    def send(self, number: signal.Signals) -> None:
        """Give it a signal."""
        os.kill(self.pid, number)

    def ended(self) -> Outcome | None:
        """Wait for its end; what it said, None when it was killed. Raises AssertionError when it hangs."""
        told, end = b"", time.monotonic() + PATIENCE
        while True:
            ready = select.select([self._pipe], [], [], max(0.0, end - time.monotonic()))[0]
            if not ready:
                os.kill(self.pid, signal.SIGKILL)
            piece = os.read(self._pipe, 1 << 16) if ready else b""
            if not piece:
                break
            told += piece
        os.close(self._pipe)
        status = os.waitpid(self.pid, 0)[1]
        assert time.monotonic() < end, "the run hangs"
        if os.WIFSIGNALED(status):
            return None
        assert status == 0, "the process of the run failed: %s" % told.decode(errors="replace")
        return Outcome(json.loads(told))


def start(options: Json, strike: Strike | None = None) -> Running:
    """Run the module in a copy of this process."""
    prepare()
    importlib.import_module(f"{PLUGINS}.modules.{MODULE}")  # once, and not in each copy
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        _child(options, strike, writing)
    os.close(writing)
    return Running(pid, reading)


def _child(options: Json, strike: Strike | None, writing: int) -> t.NoReturn:
    """Run, write the result to a pipe and end, past everything that this copy would clean up for its original."""
    code = 1
    try:
        if strike:
            strike.arm()
        told = json.dumps(run(options).result)
        code = 0
    except BaseException as exc:
        told = repr(exc)
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(told.encode())
    os._exit(code)
