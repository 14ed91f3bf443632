# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the tests and checks of the collection: all of them, or the parts that are named.

    python -m tests.tools.check [--keep-going] [PART …]

Four parts run at a time, each prints as a whole when it ends, and the first that fails ends the run, unless told to keep going. With
HARBORMASTER_REQUIRE_ALL=1 a test that was skipped, or a program that some test needs and is not installed, is a failure.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

from tests.tools import parts, programs, pythons
from tests.tools.paths import BIN, ROOT, link_collection

# Twice what a small machine has cores, because most parts wait for something now and then, and one for those that wait most of the time.
LANES = 5
# Seconds after which a command hangs rather than works.
PATIENCE = 1800.0

# The line by which pytest sums up.
PYTEST = re.compile(r"^(?:=+ )?(\d+ (?:passed|failed|errors?|skipped|warnings?)\b[\w, ]* in [\d.]+s(?: \([\d:]+\))?)(?: =+)?$", re.M)
COUNTED = re.compile(r"(\d+) (passed|failed|error|skipped)")
# Lines that stand for one test each of a runner without a count.
TESTS = re.compile(r"^(?:Running sanity test \S+|Running \S+ integration test role|INFO +\S+ \S+ \S+ Executed: Successful)", re.M)


@dataclasses.dataclass
class Result:
    """How one part ended.

    :ivar cpu: seconds that its processes computed
    """

    part: parts.Part
    seconds: float
    code: int
    output: str
    cpu: float = 0.0

    @property
    def summaries(self) -> list[str]:
        """The lines by which pytest summed up."""
        return [found.group(1) for found in PYTEST.finditer(self.output)]

    def count(self, word: str) -> int:
        """How many tests pytest counted under `word`."""
        return sum(int(number) for line in self.summaries for number, kind in COUNTED.findall(line) if kind == word)

    @property
    def passed(self) -> int:
        """Tests that passed; a check without tests of its own is one."""
        return self.count("passed") or len(TESTS.findall(self.output)) or int(self.code == 0)

    @property
    def failed(self) -> int:
        """Tests that failed, at least one for a part that failed."""
        return max(self.count("failed") + self.count("error"), int(self.code != 0))


class Run:
    """Runs parts in lanes until all are done or one failed."""

    def __init__(self, wanted: list[parts.Part], keep_going: bool = False) -> None:
        self.waiting: queue.SimpleQueue[parts.Part] = queue.SimpleQueue()
        for part in wanted:
            self.waiting.put(part)
        self.alone = len(wanted) == 1
        self.keep_going = keep_going
        self.results: list[Result] = []
        self.started = time.monotonic()
        self.processes: set[subprocess.Popen[str]] = set()
        self.over = threading.Event()
        self.lock = threading.Lock()

    def go(self) -> list[Result]:
        """All results, the failed one last."""
        lanes = [threading.Thread(target=self._lane, daemon=True) for lane in range(LANES)]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        return self.results

    def stop(self) -> None:
        """End what runs now and start nothing more."""
        self.over.set()
        for process in list(self.processes):
            _end(process)

    def _lane(self) -> None:
        while not self.over.is_set():
            try:
                part = self.waiting.get_nowait()
            except queue.Empty:
                return
            result = self._part(part)
            with self.lock:
                if self.over.is_set():
                    return
                self.results.append(result)
                if not self.alone:
                    at = time.monotonic() - self.started
                    print(f"\n=== {part.name}: {result.seconds:.0f} s (at {at:.0f} s)\n{result.output}", flush=True)
                if result.code and not self.keep_going:
                    self.stop()

    def _part(self, part: parts.Part) -> Result:
        start, code, cpu = time.monotonic(), 0, 0.0
        lines: list[str] = []
        path = os.pathsep.join((str(BIN), pythons.path_without_shims()))
        environment = dict(os.environ, PATH=path, **dict(part.variables))
        # Hundreds of processes would compile the same files again.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for command in part.commands:
            code, computed = self._command(command, part, environment, lines)
            cpu += computed
            if code or self.over.is_set():
                break
        result = Result(part, time.monotonic() - start, code, "".join(lines), cpu)
        if programs.REQUIRE_ALL and not result.code and result.count("skipped"):
            result.code = 1
            result.output += "A test was skipped, and HARBORMASTER_REQUIRE_ALL is set.\n"
        return result

    def _command(self, command: tuple[str, ...], part: parts.Part, environment: dict[str, str], lines: list[str]) -> tuple[int, float]:
        # Looked up here, because subprocess would look on this process's own PATH.
        program = shutil.which(command[0], path=environment["PATH"])
        if program is None:
            lines.append(f"{command[0]} was not found.\n")
            return 127, 0.0
        process = subprocess.Popen(
            [program, *command[1:]],
            cwd=part.cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.processes.add(process)
        if self.over.is_set():
            _end(process)
        overdue = threading.Timer(PATIENCE, self._overdue, (process, lines))
        overdue.start()
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            if self.alone:
                print(line, end="", flush=True)
        # Waited for here, because only so the kernel tells what this one process and its children took.
        usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(usage[1])
        overdue.cancel()
        self.processes.discard(process)
        return process.returncode, usage[2].ru_utime + usage[2].ru_stime

    def _overdue(self, process: subprocess.Popen[str], lines: list[str]) -> None:
        lines.append(f"Ended, because it took more than {PATIENCE} s.\n")
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        # Each command leads a process group of its own.
        os.killpg(process.pid, signal.SIGTERM)


def select(names: list[str]) -> list[parts.Part]:
    """The parts of these names, or all; an unknown name ends the program with the list of names."""
    every = {part.name: part for part in parts.everything()}
    unknown = [name for name in names if name not in every]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}. The parts are: {', '.join(every)}")
    return [every[name] for name in names] or list(every.values())


def report(run: Run) -> int:
    """Print what ran and how it ended; the exit code."""
    order = sorted(run.results, key=lambda result: bool(result.code))
    width = max((len(result.part.name) for result in order), default=0)
    print("\n=== what ran")
    for result in order:
        told = ", ".join(result.summaries) or (f"{result.passed} passed" if result.passed > 1 else "ok")
        print(f"{result.part.name:{width}}  {result.seconds:5.0f} s  {result.cpu:5.0f} s CPU  {'FAILED' if result.code else told}")
    failed = [result for result in order if result.code]
    if not run.alone:
        print(*parts.not_run(), sep="\n")
    for result in failed:
        print(f"The part {result.part.name} failed; alone it runs by: .venv/bin/python -m tests.tools.check {result.part.name}")
    passed, broken = sum(result.passed for result in order if not result.code), sum(result.failed for result in failed)
    seconds = time.monotonic() - run.started
    print(f"{passed} passed, {broken} failed in {seconds:.2f}s", flush=True)
    return 1 if failed else 0


def main() -> int:
    """Run, report, and give the exit code."""
    os.chdir(ROOT)
    link_collection()
    parser = argparse.ArgumentParser(prog="python -m tests.tools.check", description="Runs the tests and checks of the collection.")
    parser.add_argument("--keep-going", action="store_true", help="run all parts, also when one fails")
    parser.add_argument("parts", nargs="*", metavar="PART", help="a part by its name; default: all")
    arguments = parser.parse_args()
    if not arguments.parts:
        print(*parts.not_run(), sep="\n", flush=True)
    if programs.REQUIRE_ALL and programs.missing():
        sys.exit("HARBORMASTER_REQUIRE_ALL is set, and programs that tests need are missing.")
    run = Run(select(arguments.parts), arguments.keep_going)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    try:
        run.go()
    finally:
        run.stop()
    return report(run)


if __name__ == "__main__":
    sys.exit(main())
