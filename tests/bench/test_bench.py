# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench` in its smallest form: every phase and subject works, and the file for programs has what it promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.declared import robots
from tests.bench.subjects import Bench, Measurement
from tests.bench.table import AIMS, Table
from tests.bench.target import target
from tests.tools.paths import BIN, ROOT


def bench(file: Path, **more: str) -> dict[tuple[str, str], int]:
    """Run it for one robot; the requests by phase and subject."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("HARBOR", "CORE"))}
    variables |= {"ROBOTS": "1", "RUNS": "1", "BENCH_JSON": str(file), "PASSWORD_COST": "1", **more}
    run = subprocess.run([sys.executable, "-m", "tests.bench"], cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    rows = json.loads(file.read_text())
    assert all(list(row) == ["what", "robots", "subject", "seconds", "requests", "peak_mb"] for row in rows)
    return {(row["what"], row["subject"]): row["requests"] for row in rows}


def test_every_phase_of_one_robot(tmp_path: Path) -> None:
    """Requests are counted by the server, so that one that does not do its work shows."""
    found = bench(tmp_path / "figures.json", SUBJECTS="floor module")
    assert set(found) == {(what, who) for what in ("create", "converged", "change", "verify", "purge") for who in ("floor", "module")}
    # More than a converged run: whether the project exists, and one write; one reading and one write; one probe.
    converged = found["converged", "module"]
    assert (found["create", "module"], found["change", "module"]) == (converged + 2, converged + 2)
    assert found["verify", "module"] == converged + 1


def test_playbooks_do_what_the_module_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that makes a robot, and the one that only costs."""
    monkeypatch.delenv("HARBOR_URL", raising=False)
    with target() as harbor:
        subjects = Bench(harbor, BIN)
        assert subjects.measure("baseline playbook", "converged", robots(1)).requests == 0
        made = subjects.measure("playbook", "create", robots(1)).requests
        left = subjects.measure("playbook", "converged", robots(1)).requests
        assert made is not None and made - 2 == left


def test_ratio_that_misses_its_aim_is_marked() -> None:
    """Medians are compared, and the mark stands where the limit is not kept; other sizes have no aim."""
    table = Table()
    for size in (10, 1000):
        for seconds in (1.0, 9.0, 2.0):
            table.add("create", size, "module", Measurement(seconds, 10, 1.0, 1.0, {}))
        table.add("create", size, "floor", Measurement(1.0, 10, 1.0, 1.0, {}))
    assert [line.split("module ")[1] for line in table.ratios()] == ["÷ floor: 2.00", "÷ floor: 2.00 (aim at most 1.2)  MISSED"]
    assert AIMS[-1].kept(20.0)
    assert not AIMS[-1].kept(19.9)
