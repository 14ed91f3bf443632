# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Medians, ratios and what has to be reached, as a table for people and a list for programs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.subjects import Measurement


class Key(NamedTuple):
    """What was measured of whom."""

    what: str
    robots: int
    subject: str


class Aim(NamedTuple):
    """A ratio of two subjects in one phase, and the limit that it has to keep with so many robots."""

    what: str
    subject: str
    divisor: str
    limit: float
    sizes: tuple[int, ...] = (1000,)
    least: bool = False

    def kept(self, ratio: float) -> bool:
        """Whether a ratio reaches it."""
        return ratio >= self.limit if self.least else ratio <= self.limit


AIMS = (
    Aim("converged", "playbook", "baseline playbook", 1.3, (1000, 5000)),
    Aim("converged", "module", "floor", 2.0),
    Aim("create", "module", "floor", 1.2),
    Aim("verify", "module", "floor", 1.2, (1000, 5000)),
    Aim("purge", "module", "floor", 1.2),
    Aim("converged", "loop", "playbook", 20.0, (100,), least=True),
)


class Table:
    """All measurements of one run."""

    def __init__(self) -> None:
        self.runs: dict[Key, list[Measurement]] = {}

    def add(self, what: str, robots: int, subject: str, found: Measurement) -> None:
        self.runs.setdefault(Key(what, robots, subject), []).append(found)

    def median(self, key: Key, value: Callable[[Measurement], float]) -> float:
        """The median of one value over the runs."""
        return statistics.median(value(one) for one in self.runs[key])

    def rows(self) -> list[dict[str, Any]]:
        """For BENCH_JSON."""
        return [
            {
                **key._asdict(),
                "seconds": round(self.median(key, lambda one: one.seconds), 4),
                "requests": runs[-1].requests,
                "peak_mb": round(max(one.peak_mb for one in runs), 1),
            }
            for key, runs in self.runs.items()
        ]

    def write(self, file: str) -> None:
        """Write the rows as JSON."""
        Path(file).write_text(json.dumps(self.rows(), indent=2) + "\n", encoding="utf-8")

    def lines(self) -> Iterator[str]:
        """The table, one line for each subject and phase, then the ratios."""
        yield f"{'robots':>6}  {'what':<10}{'subject':<19}{'median s':>9}{'ms each':>9}{'CPU s':>8}{'requests':>9}{'peak MB':>8}{'runs':>5}"
        for row, key in zip(self.rows(), self.runs):
            asked = "-" if row["requests"] is None else row["requests"]
            each = row["seconds"] * 1000 / row["robots"]
            cpu = self.median(key, lambda one: one.cpu)
            numbers = f"{row['seconds']:9.3f}{each:9.2f}{cpu:8.2f}{asked:>9}{row['peak_mb']:8.0f}{len(self.runs[key]):5}"
            yield f"{row['robots']:>6}  {row['what']:<10}{row['subject']:<19}{numbers}"
        yield ""
        yield from self.ratios()

    def ratios(self) -> Iterator[str]:
        """How the subjects compare, and what is aimed at where something is."""
        for aim in AIMS:
            for size in sorted({key.robots for key in self.runs}):
                over, under = Key(aim.what, size, aim.subject), Key(aim.what, size, aim.divisor)
                if over in self.runs and under in self.runs:
                    ratio = self.median(over, lambda one: one.seconds) / self.median(under, lambda one: one.seconds)
                    bound = f" (aim at {'least' if aim.least else 'most'} {aim.limit:g})" if size in aim.sizes else ""
                    mark = "" if aim.kept(ratio) or not bound else "  MISSED"
                    yield f"{size:>6}  {aim.what:<10}{aim.subject} ÷ {aim.divisor}: {ratio:.2f}{bound}{mark}"
