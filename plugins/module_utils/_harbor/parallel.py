# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Requests side by side: so many at once, and more where Harbor only sleeps."""

from __future__ import annotations

import queue
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

In = t.TypeVar("In")
Out = t.TypeVar("Out")

# Harbor answers a log-in that works within milliseconds, and sleeps for 1.5 s over one that does not.
ASLEEP = 0.1
# So many connections may wait for a sleeping Harbor at once.
MOST_ASLEEP = 100
WATCH = 0.02


def each(work: t.Callable[[In], Out], items: t.Sequence[In], workers: int) -> list[Out]:
    """The results of C(work) in the order of C(items); side by side when there are several."""
    if len(items) < 2 or workers < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(workers, len(items))) as pool:
        return list(pool.map(work, items))


class _Worker(threading.Thread):
    """Takes items until none is left, or until it is one too many."""

    def __init__(self, crowd: _Crowd) -> None:
        super().__init__(daemon=True)
        self.crowd = crowd
        self.since: t.Optional[float] = None

    def run(self) -> None:
        crowd = self.crowd
        while not crowd.failures and not crowd.too_many(self):
            try:
                number, item = crowd.waiting.get_nowait()
            except queue.Empty:
                return
            self.since = time.monotonic()
            try:
                crowd.results[number] = crowd.work(item)
            except BaseException as exc:
                crowd.failures.append(exc)
                return
            finally:
                self.since = None


class _Crowd:
    """Workers of which C(size) are awake; those that wait for a sleeping server do not count."""

    def __init__(self, work: t.Callable[[t.Any], t.Any], items: t.Sequence[t.Any], size: int) -> None:
        self.work = work
        self.size = size
        self.results: list[t.Any] = [None] * len(items)
        self.failures: list[BaseException] = []
        self.waiting: queue.SimpleQueue[tuple[int, t.Any]] = queue.SimpleQueue()
        for pair in enumerate(items):
            self.waiting.put(pair)
        self.workers: list[_Worker] = []

    def awake(self, now: float) -> int:
        return sum(1 for worker in self.workers if worker.is_alive() and (worker.since is None or now - worker.since < ASLEEP))

    def too_many(self, worker: _Worker) -> bool:
        """Whether a worker that comes back from a long wait finds its place taken."""
        return len(self.workers) > self.size and self.awake(time.monotonic()) > self.size and worker in self.workers[self.size :]

    def fill(self) -> None:
        """As many new workers as sleeping ones left places."""
        self.workers = [worker for worker in self.workers if worker.is_alive()]
        places = min(self.size - self.awake(time.monotonic()), MOST_ASLEEP - len(self.workers), self.waiting.qsize())
        for _place in range(places):
            worker = _Worker(self)
            self.workers.append(worker)
            worker.start()

    def run(self) -> list[t.Any]:
        while True:
            self.fill()
            alive = [worker for worker in self.workers if worker.is_alive()]
            if not alive and (self.failures or self.waiting.empty()):
                break
            if alive:
                alive[0].join(WATCH)
        if self.failures:
            raise self.failures[0]
        return self.results


def side_by_side(work: t.Callable[[In], Out], items: t.Sequence[In], workers: int) -> list[Out]:
    """Like M(each), for requests that a server may sleep over: whoever waits long is no longer counted among C(workers)."""
    return [work(item) for item in items] if len(items) < 2 else _Crowd(work, items, workers).run()
