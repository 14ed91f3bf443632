# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests side by side: results in order, never more at once than allowed, and more where a server only sleeps."""

from __future__ import annotations

import threading
import time
import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._harbor import parallel
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.parallel import each, side_by_side

Runner = t.Callable[[t.Callable[[int], int], t.Sequence[int], int], list[int]]
BOTH = pytest.mark.parametrize("runner", [each, side_by_side], ids=["each", "side_by_side"])
PATIENCE = 30.0


class Crowded:
    """Counts who is inside at once."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.inside = self.most = self.calls = 0

    def __enter__(self) -> None:
        with self.guard:
            self.inside += 1
            self.calls += 1
            self.most = max(self.most, self.inside)

    def __exit__(self, *_exception: object) -> None:
        with self.guard:
            self.inside -= 1


@BOTH
@pytest.mark.parametrize("count", [0, 1, 2, 3, 100])
@pytest.mark.parametrize("workers", [1, 4, 64])
def test_results_come_in_the_order_of_the_items(runner: Runner, count: int, workers: int) -> None:
    def work(number: int) -> int:
        time.sleep(0.001 * (number * 7 % 5))
        return number * number

    assert runner(work, list(range(count)), workers) == [number * number for number in range(count)]


@BOTH
def test_no_more_than_allowed_at_once(runner: Runner) -> None:
    crowd = Crowded()

    def work(number: int) -> int:
        with crowd:
            time.sleep(0.005)
        return number

    runner(work, range(40), 4)
    assert crowd.calls == 40
    assert 1 < crowd.most <= 4


def test_as_many_as_allowed_really_are_at_work_at_once() -> None:
    barrier = threading.Barrier(4, timeout=PATIENCE)
    assert each(lambda number: barrier.wait() * 0 + number, range(8), 4) == list(range(8))


@BOTH
@pytest.mark.parametrize("count", [1, 50])
def test_a_failure_is_raised(runner: Runner, count: int) -> None:
    def work(number: int) -> int:
        if number == count // 2:
            raise ValueError("number %d" % number)
        return number

    with pytest.raises(ValueError, match="number %d" % (count // 2)):
        runner(work, range(count), 4)


@BOTH
def test_after_a_failure_nothing_new_is_begun(runner: Runner) -> None:
    crowd = Crowded()

    def work(number: int) -> int:
        with crowd:
            time.sleep(0.002)
            if number == 0:
                raise ValueError
        return number

    with pytest.raises(ValueError):
        runner(work, range(2000), 2)
    assert crowd.calls < 1000


@pytest.mark.parametrize("runner", [each, side_by_side])
def test_one_item_needs_no_thread(runner: Runner) -> None:
    assert runner(lambda number: threading.get_ident(), [1], 4) == [threading.get_ident()]


def test_one_worker_needs_no_thread() -> None:
    assert set(each(lambda number: threading.get_ident(), range(9), 1)) == {threading.get_ident()}


# --- servers that sleep


def test_who_waits_for_a_sleeping_server_does_not_count() -> None:
    """Twelve that all have to be there before the first can go on; only two are allowed at once."""
    barrier = threading.Barrier(12, timeout=PATIENCE)

    def work(number: int) -> int:
        barrier.wait()
        return number

    assert side_by_side(work, range(12), 2) == list(range(12))


def test_there_is_a_bound_to_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "MOST_ASLEEP", 6)
    monkeypatch.setattr(parallel, "ASLEEP", 0.005)
    crowd = Crowded()

    def work(number: int) -> int:
        with crowd:
            time.sleep(0.1)
        return number

    assert side_by_side(work, range(30), 2) == list(range(30))
    assert 2 < crowd.most <= 6


def test_when_the_server_wakes_the_crowd_goes_home() -> None:
    """Sleepers first, then quick ones: soon there are again no more than allowed."""
    asleep, quick = Crowded(), Crowded()
    woken = threading.Event()

    def work(number: int) -> int:
        if number < 10:
            with asleep:
                if asleep.inside == 10:
                    woken.set()
                assert woken.wait(PATIENCE)
        elif number < 40:
            time.sleep(0.005)  # meanwhile those that slept notice that their places are taken
        else:
            with quick:
                time.sleep(0.005)
        return number

    assert side_by_side(work, range(80), 3) == list(range(80))
    assert asleep.most == 10
    assert 1 < quick.most <= 3


def test_a_mixture_keeps_its_order() -> None:
    def work(number: int) -> int:
        time.sleep(0.15 if number % 9 == 0 else 0.001)
        return -number

    assert side_by_side(work, range(90), 3) == [-number for number in range(90)]
