# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runner behind `make test`: it fails when a part fails, names it, and counts what the other runners counted."""

from __future__ import annotations

import sys
import time

import pytest

from tests.tools import check, programs
from tests.tools.parts import Part, everything
from tests.tools.paths import ROOT


def python(name: str, *programs_text: str) -> Part:
    """A part whose commands are short Python programs."""
    return Part(name, tuple((sys.executable, "-c", text) for text in programs_text))


def test_all_parts_succeed(capsys: pytest.CaptureFixture[str]) -> None:
    """The report closes with one line over all runners and repeats the runners' own."""
    run = check.Run([python("one", "print('3 passed, 1 warning in 0.12s')"), python("two", "pass"), python("three", "pass", "print('x')")])
    run.go()
    assert check.report(run) == 0
    told = capsys.readouterr().out
    assert "3 passed, 1 warning in 0.12s" in told
    assert told.splitlines()[-1].startswith("5 passed, 0 failed in ")


def test_first_failure_ends_the_run_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """What runs beside the failed part is ended, what waits is not started, and a command behind the failed one neither."""
    start = time.monotonic()
    broken = python("broken", "print('2 failed, 1 passed in 1.00s'); raise SystemExit(3)", "print('behind')")
    slow = [python(f"slow-{number}", "import time; time.sleep(60)") for number in range(check.LANES - 1)]
    run = check.Run([*slow, broken, python("waiting", "print('started')")])
    run.go()
    assert check.report(run) == 1
    assert time.monotonic() - start < 30
    told = capsys.readouterr().out
    assert "The part broken failed" in told
    assert "started" not in told
    assert "behind" not in told
    assert told.splitlines()[-1].startswith("0 passed, 2 failed in ")


def test_keep_going_shows_every_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """Who mends things wants to see all that is broken at once."""
    run = check.Run(
        [python("broken", "raise SystemExit(3)"), python("fine", "pass"), python("bad", "raise SystemExit(1)")], keep_going=True
    )
    run.go()
    assert check.report(run) == 1
    told = capsys.readouterr().out
    assert "The part broken failed" in told
    assert "The part bad failed" in told
    assert told.splitlines()[-1].startswith("1 passed, 2 failed in ")


@pytest.mark.parametrize("required", [True, False])
def test_skip_is_a_failure_where_everything_is_required(required: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """CI sets a variable so that no test is skipped without anybody seeing it."""
    monkeypatch.setattr(programs, "REQUIRE_ALL", required)
    run = check.Run([python("some", "print('3 passed, 1 skipped in 0.12s')")])
    run.go()
    assert check.report(run) == int(required)


def test_program_that_cannot_start_is_a_failure() -> None:
    """A missing tool does not count as success."""
    run = check.Run([Part("absent", (("no-such-program-anywhere",),)), python("slow", "import time; time.sleep(60)")])
    run.go()
    assert check.report(run) == 1


def test_part_that_hangs_is_ended_and_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the run would end without a word when somebody loses patience with it."""
    monkeypatch.setattr(check, "PATIENCE", 0.5)
    run = check.Run([python("hanging", "import time; time.sleep(60)"), python("other", "pass")])
    run.go()
    assert check.report(run) == 1
    told = capsys.readouterr().out
    assert "Ended, because it took more than 0.5 s." in told
    assert "The part hanging failed" in told


def test_every_folder_of_tests_belongs_to_a_part() -> None:
    """Tests in a new folder would else never run."""
    folders = {f"tests/{path.relative_to(ROOT / 'tests').parts[0]}" for path in (ROOT / "tests").rglob("test_*.py")}
    run = {argument for part in everything() for command in part.commands for argument in command}
    assert folders
    assert folders <= run


def test_unknown_part_is_refused() -> None:
    """A misspelt name would else run nothing and succeed."""
    with pytest.raises(SystemExit, match=r"unknown: rufff\. The parts are: ruff, "):
        check.select(["rufff"])


def test_count_of_runners_without_a_summary() -> None:
    """ansible-test prints a line for each test and no sum."""
    output = 'Running sanity test "compile" on Python 3.9\nRunning sanity test "import"\nRunning harbor_robot integration test role\n'
    assert check.Result(python("sanity"), 1.0, 0, output).passed == 3
