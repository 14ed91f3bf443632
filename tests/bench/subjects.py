# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured: each subject is a process of its own that does the work of a phase once."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench import declared
from tests.bench.target import Target
from tests.tools import shortcuts
from tests.tools.paths import COLLECTIONS, ROOT

CHANGED = re.compile(r" : ok=\d+ +changed=(\d+) ")
PLAYBOOKS = ("playbook", "baseline playbook", "empty playbook", "loop", "uri loop")


@dataclasses.dataclass
class Measurement:
    """What one run took.

    :ivar seconds: of the whole process for playbooks, after the imports for others
    :ivar requests: None where nobody counts them
    :ivar peak_mb: of the largest process of the run
    :ivar own: what the process itself tells; of a playbook, how many tasks changed something
    """

    seconds: float
    requests: int | None
    peak_mb: float
    cpu: float
    own: dict[str, Any]


class Failed(Exception):
    """A subject did not do its work; the text is what it said."""


class Bench:
    """Runs subjects against one Harbor.

    :param binaries: the bin folder of the environment whose ansible-core is measured
    :param form: how the playbooks' variables are written, `yaml` or `json`
    """

    def __init__(self, target: Target, binaries: Path, form: str = "yaml") -> None:
        self.target = target
        self.binaries = binaries
        self.form = form
        said = subprocess.run([binaries / "ansible-playbook", "--version"], capture_output=True, text=True, check=True).stdout
        self.core = said.splitlines()[0].split()[-1].rstrip("]")

    def measure(self, subject: str, phase: str, robots: Sequence[declared.Robot]) -> Measurement:
        """Do the work of a phase once. Raises Failed when it was not done."""
        before = self.target.requests
        if subject in PLAYBOOKS:
            found = self._playbook(subject, phase, robots)
        else:
            found = self._client(subject, phase, robots)
        after = self.target.requests
        if before is not None and after is not None:
            found.requests = after - before
        if phase in ("converged", "verify") and found.own.get("changed"):
            raise Failed(f"{subject} changed robots that were as declared")
        return found

    def _playbook(self, subject: str, phase: str, robots: Sequence[declared.Robot]) -> Measurement:
        with tempfile.TemporaryDirectory(prefix="harbormaster-") as folder:
            robots = declared.absent() if phase == "purge" else robots
            playbook = declared.write_playbook(Path(folder), subject, phase, robots, self.form)
            return self.run([str(self.binaries / "ansible-playbook"), str(playbook)])

    def _client(self, subject: str, phase: str, robots: Sequence[declared.Robot]) -> Measurement:
        work: dict[str, Any]
        if subject == "floor":
            command = [sys.executable, "-m", "tests.bench.floor"]
            target = self.target
            work = {"url": target.url, "username": target.username, "password": target.password, "concurrency": target.concurrency}
            work |= {"session": target.session, "phase": phase, "robots": list(robots)}
        else:
            command = [str(self.binaries / "python"), "-m", "tests.bench.alone"]
            robots = declared.absent() if phase == "purge" else robots
            work = {"ANSIBLE_MODULE_ARGS": {"robots": list(robots), **declared.options(phase, robots)}}
        found = self.run(command, work)
        return dataclasses.replace(found, seconds=found.own["seconds"], requests=found.own["requests"])

    def run(self, command: list[str], work: Mapping[str, Any] | None = None) -> Measurement:
        """Measure one process, with `work` as JSON on its standard input. Raises Failed when it fails."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told:
            given.write(json.dumps(work).encode() if work else b"")
            given.seek(0)
            start = time.perf_counter()
            process = subprocess.Popen(command, stdin=given, stdout=told, stderr=subprocess.STDOUT, cwd=ROOT, env=self._environment())
            # Waited for here, because only so the kernel tells what this one process took.
            _pid, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            told.seek(0)
            text = told.read().decode(errors="replace")
        if process.returncode:
            raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{text[-4000:]}")
        changed = sum(int(count) for count in CHANGED.findall(text))
        own = json.loads(text.splitlines()[-1]) if work else {"changed": changed}
        return Measurement(seconds, None, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, own)

    def _environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
        places = {
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_CONFIG": str(Path(__file__).with_name("ansible.cfg")),
            "PYTHONPATH": str(COLLECTIONS),
        }
        return plain | places | {shortcuts.OFF: "1"} | self.target.environment
