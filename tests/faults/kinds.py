# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong with a request, in the words of the simulated Harbor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.faults.world import OTHERS, PROJECT, USERNAME, access

Fault = dict[str, Any]

# A run never makes so many requests: a fault of all of these is one for good.
FOR_GOOD = 200
# An ordinary answer must not take as long, on a busy machine either.
TIMEOUT, SLOW = 0.5, 0.7
RETRY_AFTER = 7


@dataclass(frozen=True)
class Kind:
    """One way for the k-th request to go wrong.

    :ivar options: of the connection
    :ivar passes: true where a repetition meets it no more
    :ivar always_survived: true where the client has to cope without any repetition that its user allowed
    :ivar status: which the message of a failing run names
    :ivar at_reads: false where a request that only reads cannot tell it from another kind
    :ivar settles: seconds after which Harbor has done what it was still at
    """

    name: str
    faults: Callable[[int], list[Fault]]
    options: dict[str, Any]
    passes: bool = True
    always_survived: bool = False
    status: int | None = None
    at_reads: bool = True
    settles: float = 0.0

    def concerns(self, method: str) -> bool:
        """Whether a request of this method is worth a try."""
        return self.at_reads or method not in ("GET", "HEAD")


def _once(name: str, kind: str, at_reads: bool = True, **do: Any) -> Kind:
    slow = kind == "slow"
    options = {"login": "basic", "timeout": TIMEOUT} if slow else {"login": "basic"}
    fault = {"kind": kind, **do}
    return Kind(
        name,
        lambda k: [{"match": {"nth": k}, "do": fault}],
        options,
        status=do.get("status"),
        at_reads=at_reads,
        settles=SLOW if slow else 0.0,
    )


def _for_good(name: str, kind: str, at_reads: bool = True) -> Kind:
    def faults(k: int) -> list[Fault]:
        after = [{"match": {"nth": list(range(k + 1, FOR_GOOD))}, "do": {"kind": "cut_before"}}]
        return [{"match": {"nth": k}, "do": {"kind": kind}}, *after]

    return Kind(name, faults, {"login": "basic"}, passes=False, at_reads=at_reads)


def _in_session(kind: Kind) -> Kind:
    return replace(kind, name=f"{kind.name}_in_session", options={**kind.options, "login": "session"})


CUTS = [_once("cut_before", "cut_before"), _once("cut_after", "cut_after", False)]
STATUSES = [
    _once("500", "status", status=500),
    _once("502", "status", False, status=502),
    _once("502_after", "status", False, status=502, after=True),
    _once("503", "status", False, status=503),
    _once("503_after", "status", False, status=503, after=True),
    _once("504_after", "status", False, status=504, after=True),
    _once("429", "status", status=429, retry_after=RETRY_AFTER),
]
SLOWS = [_once("slow_before", "slow", False, seconds=SLOW), _once("slow_after", "slow", False, seconds=SLOW, after=True)]
GONE = [_for_good("gone_before", "cut_before", False), _for_good("gone_after", "cut_after", False)]
# A gateway answers in Harbor's place, with a status that Harbor has for good news as well.
PAGES = [
    *(replace(_once(f"page_{status}", "page", status=status), passes=False) for status in (200, 201, 404)),
    replace(_once("page_200_after", "page", False, status=200, after=True), passes=False),
]
LOCK = Kind(
    "lock", lambda k: [{"match": {"nth": k}, "do": {"kind": "lock_user", "name": USERNAME}}], {"login": "basic"}, always_survived=True
)
DEAD_SESSION = Kind(
    "dead_session", lambda k: [{"match": {"nth": k}, "do": {"kind": "kill_sessions"}}], {"login": "session"}, always_survived=True
)
IN_SESSION = [*map(_in_session, [*CUTS, STATUSES[0], STATUSES[1], GONE[1]])]
KINDS = [*CUTS, *STATUSES, *SLOWS, *GONE, *PAGES, DEAD_SESSION]
# One of each sort, for work whose requests are like those of other work that meets them all.
SORTS = [CUTS[1], STATUSES[0], STATUSES[4], SLOWS[1], *GONE, PAGES[0], DEAD_SESSION]
# With other versions, where the requests are others; what the transport does about a fault is the same there.
FEW_KINDS = [CUTS[1], STATUSES[0], GONE[1], LOCK, DEAD_SESSION]


def _write(method: str, body: Any = None, *, merge: bool = False, path: str = "/{id:%s+ci}" % PROJECT) -> dict[str, Any]:
    request = {"method": method, "path": f"/api/v2.0/robots{path}", "body": body, "merge": merge}
    return {"kind": "write", "request": request}


# What another client does to the robot right before one of our requests is served.
WRITES: dict[str, dict[str, Any]] = {
    "disable": _write("PUT", {"disable": True}, merge=True),
    "narrow": _write("PUT", {"permissions": access(PROJECT, "repository:pull")}, merge=True),
    "describe": _write("PUT", {"description": "by somebody else"}, merge=True),
    "rotate": _write("PATCH", {"secret": OTHERS}),
    "delete": _write("DELETE"),
}
THEIRS = {"name": "ci", "level": "project", "duration": 10, "description": "theirs", "permissions": access(PROJECT, "repository:pull")}
CREATE_FIRST = _write("POST", THEIRS, path="")
