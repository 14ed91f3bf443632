# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench`: measures the collection beside a raw client, an empty playbook and loops, and prints a table."""

from __future__ import annotations

import itertools
import os
import platform
import sys
import time
from pathlib import Path

from tests.bench import declared, hosts
from tests.bench.subjects import Bench, Failed
from tests.bench.table import Table
from tests.bench.target import target
from tests.tools import harbor, pythons
from tests.tools.environments import ensure_core
from tests.tools.paths import BIN

SIZES = (1, 100, 1000, 5000)
LOOPS = (20, 100)
# What is measured in every phase; SUBJECTS picks some of them.
EVERYWHERE = ("floor", "module", "playbook")


class Run:
    """One size after the other; subjects take turns, so that a busy machine is as busy for all."""

    def __init__(self, bench: Bench, repeats: int | None, subjects: tuple[str, ...] = EVERYWHERE) -> None:
        self.bench = bench
        self.subjects = subjects
        self.table = Table()
        self.repeats = repeats

    def take(self, what: str, size: int, subjects: tuple[str, ...], robots: list[declared.Robot], repeats: int = 1) -> None:
        """Measure a phase that leaves Harbor as it found it."""
        for _turn in range(repeats):
            for subject in subjects:
                self.once(what, size, subject, robots)

    def once(self, what: str, size: int, subject: str, robots: list[declared.Robot]) -> dict[str, str]:
        """Measure once; the secrets that were made, where the subject tells."""
        found = self.bench.measure(subject, what, robots)
        self.table.add(what, size, subject, found)
        print(f"{size} robots, {what}, {subject}: {found.seconds:.2f} s", file=sys.stderr, flush=True)
        secrets: dict[str, str] = found.own.get("secrets", {})
        return secrets

    def size(self, size: int) -> None:
        """Every phase with so many robots."""
        repeats = self.repeats or (5 if size <= 100 else 3)
        robots = declared.robots(size)
        for _turn in range(repeats):
            for subject in self.subjects:
                self.once("create", size, subject, robots)
                self.once("purge", size, subject, robots)
        secrets = self.bench.measure("floor", "create", robots).own["secrets"]
        playbooks = ("empty playbook", "baseline playbook") if "playbook" in self.subjects else ()
        self.take("converged", size, (*playbooks, *self.subjects), robots, repeats)
        # There and back, so that each subject finds the 5 % to be changed.
        variants = itertools.cycle((declared.robots(size, changed=True), robots))
        for _turn in range(repeats):
            for subject in self.subjects:
                self.once("change", size, subject, next(variants))
        if repeats * len(self.subjects) % 2:
            self.bench.measure("floor", "change", next(variants))
        self.take("verify", size, self.subjects, declared.robots(size, secrets=secrets), repeats)
        if size in LOOPS:
            self.take("converged", size, ("loop", "uri loop"), robots)
        self.bench.measure("floor", "purge", robots)

    def loops(self, size: int) -> None:
        """The loops at a size that is not among those of the table."""
        robots = declared.robots(size)
        self.bench.measure("floor", "create", robots)
        self.take("converged", size, ("playbook", "loop", "uri loop"), robots)
        self.bench.measure("floor", "purge", robots)


def binaries() -> Path:
    """The environment of ansible-core CORE, else .venv."""
    core = os.environ.get("CORE")
    if not core:
        return BIN
    python = pythons.for_core(core)
    if not python:
        sys.exit(f"ansible-core {core} needs Python {' or '.join(pythons.CORES[core])}, and none was found")
    return ensure_core(core, python)


def main() -> int:
    """Measure what the environment asks for; 1 when a subject failed."""
    harbor.clean_up_when_terminated()
    wanted = [int(text) for text in os.environ.get("ROBOTS", "").replace(",", " ").split()]
    repeats = int(os.environ.get("RUNS") or 0) or None
    subjects = tuple(name for name in EVERYWHERE if name in os.environ.get("SUBJECTS", " ".join(EVERYWHERE)))
    form = os.environ.get("VARIABLES") or "yaml"
    start = time.monotonic()
    try:
        if os.environ.get("HOSTS"):
            size = (wanted or [5000])[0]
            print(hosts.measure(int(os.environ["HOSTS"]), size, int(os.environ.get("FORKS") or os.cpu_count() or 1), binaries(), form))
            return 0
        with target() as harbor_target:
            run = Run(Bench(harbor_target, binaries(), form), repeats, subjects)
            for size in wanted or sorted({*SIZES, *LOOPS}):
                if size in LOOPS and size not in SIZES:
                    run.loops(size)
                else:
                    run.size(size)
            described = harbor_target.described
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"ansible-core {run.bench.core}, variables in {run.bench.form.upper()}, {python}, {os.cpu_count()} cores; {described}")
    print(*run.table.lines(), sep="\n")
    print(f"{time.monotonic() - start:.0f} s in all")
    if os.environ.get("BENCH_JSON"):
        run.table.write(os.environ["BENCH_JSON"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
