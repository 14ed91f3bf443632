# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that transactions lock one after the other, as PostgreSQL does: whoever waits in a circle is found after a second."""
from __future__ import annotations

import asyncio
import json
from typing import Any

from .messages import Request

DETECTION_SECONDS = 1.0
ROW_SECONDS = 0.0005
"""What writing one row takes."""


class Deadlock(Exception):
    """This transaction is the victim: it is rolled back."""


class RowLocks:
    """Which transaction holds which row."""

    def __init__(self) -> None:
        self.holders: dict[Any, Transaction] = {}

    def transaction(self) -> Transaction:
        return Transaction(self)


class Transaction:
    """One request's transaction; its rows are free again when it ends."""

    def __init__(self, locks: RowLocks) -> None:
        self._locks = locks
        self._held: list[Any] = []
        self._ended = asyncio.Event()
        self._waits_for: Transaction | None = None

    async def __aenter__(self) -> Transaction:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        for row in self._held:
            del self._locks.holders[row]
        self._ended.set()

    async def lock(self, row: Any) -> None:
        """Wait for a row and hold it; raises Deadlock where that would take forever."""
        await asyncio.sleep(ROW_SECONDS)
        while True:
            holder = self._locks.holders.get(row)
            if holder is self:
                return
            if holder is None:
                self._locks.holders[row] = self
                self._held.append(row)
                return
            self._waits_for = holder
            try:
                await asyncio.wait_for(holder._ended.wait(), DETECTION_SECONDS)
            except asyncio.TimeoutError:
                if self._in_circle():
                    raise Deadlock from None
            finally:
                self._waits_for = None

    def _in_circle(self) -> bool:
        seen: set[int] = set()
        other = self._waits_for
        while other is not None and id(other) not in seen:
            if other is self:
                return True
            seen.add(id(other))
            other = other._waits_for
        return False


def rows_of(request: Request) -> list[Any]:
    """The policy rows that a create or an update writes, in its own order; none for a body that is no such thing."""
    try:
        permissions = json.loads(request.body)["permissions"]
        return [(entry.get("kind"), entry.get("namespace"), access.get("resource"), access.get("action"), access.get("effect") or "")
                for entry in permissions for access in entry["access"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
