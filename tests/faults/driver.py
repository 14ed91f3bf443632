# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module of the collection without Ansible around it: in this process, or in one of its own.

    run("harbor_robot", {"harbor_url": …, "name": "ci", …}).result["changed"]
    echo '{"module": "harbor_robot", "options": {…}}' | python -m tests.faults.driver

The sealed secrets are opened as the action plugin opens them. Works with ansible-core 2.16 to 2.21.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import io
import json
import random
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.tools.paths import COLLECTIONS, link_collection

# Harbor's own times are 1.5 s for a refusal, and the collection's 1.6 s and 1.0 s follow from it; tests keep the proportions,
# and leave a busy machine time to refuse at once.
REFUSAL_SECONDS = 0.6
LOCK_SECONDS = 0.65
QUICK_SECONDS = 0.45
PLUGINS = "ansible_collections.harbormaster.robots.plugins"


@dataclass
class Outcome:
    """What a run said. `pauses` are the seconds that it would have waited before its repetitions."""

    result: dict[str, Any]
    pauses: list[float] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed"))

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))

    @property
    def message(self) -> str:
        return str(self.result.get("msg") or "")

    @property
    def secret(self) -> str | None:
        return self.result.get("secret")

    @property
    def warnings(self) -> list[str]:
        return [str(warning) for warning in self.result.get("warnings") or []]


def prepare() -> None:
    """Make the collection importable."""
    link_collection()
    if str(COLLECTIONS) not in sys.path:
        sys.path.insert(0, str(COLLECTIONS))


@contextlib.contextmanager
def impatient() -> Iterator[list[float]]:
    """Shorten what the client waits for: repetitions to nothing, Harbor's lock to that of the simulated one. Gives the pauses."""
    http: Any = importlib.import_module(f"{PLUGINS}.module_utils._harbor.http")
    api: Any = importlib.import_module(f"{PLUGINS}.module_utils._harbor.api")
    pauses: list[float] = []
    before = (http.LOCK_SECONDS, http.QUICK_SECONDS, http.Transport.pause_before_retry)

    def pause(transport: Any, retries: int, failure: Any) -> None:
        sleep, transport._sleep = transport._sleep, pauses.append
        try:
            before[2](transport, retries, failure)
        finally:
            transport._sleep = sleep

    http.LOCK_SECONDS = api.LOCK_SECONDS = LOCK_SECONDS
    http.QUICK_SECONDS, http.Transport.pause_before_retry = QUICK_SECONDS, pause
    try:
        yield pauses
    finally:
        http.LOCK_SECONDS = api.LOCK_SECONDS = before[0]
        http.QUICK_SECONDS, http.Transport.pause_before_retry = before[1:]


def _start(module: str, options: dict[str, Any], check_mode: bool) -> str:
    """Give the options to AnsibleModule as its wrapper does, and return what the module prints."""
    basic: Any = importlib.import_module("ansible.module_utils.basic")
    warnings: Any = importlib.import_module("ansible.module_utils.common.warnings")
    warnings._global_warnings.clear()
    wanted = {**options, "_ansible_check_mode": check_mode, "_ansible_diff": True}
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": wanted}).encode()
    basic._ANSIBLE_PROFILE = "legacy"  # since 2.19: how the options are to be read
    printed = io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            importlib.import_module(f"{PLUGINS}.modules.{module}").main()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return printed.getvalue()


def run(module: str, options: dict[str, Any], *, check_mode: bool = False) -> Outcome:
    """Run a module in this process."""
    prepare()
    with impatient() as pauses:
        printed = _start(module, options, check_mode)
    result: dict[str, Any] = json.loads(printed)
    result.update(json.loads(result.pop("packed", "{}")))
    sealed = result.pop("sealed", None)
    if sealed:
        result.update(json.loads(base64.b64decode(sealed)))
    return Outcome(result, pauses)


def main() -> None:
    """Run what standard input asks for and print the result as JSON."""
    random.seed()
    wanted = json.load(sys.stdin)
    print(json.dumps(run(wanted["module"], wanted["options"], check_mode=wanted.get("check_mode", False)).result))


if __name__ == "__main__":
    main()
