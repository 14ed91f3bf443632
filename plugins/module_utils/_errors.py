# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""The two ways in which a run fails: the user's input is wrong, or Harbor did not do what was asked."""

from __future__ import annotations

import typing as t


class WrongInput(Exception):
    """Faults that were found before the first write; all of them, each a sentence of its own."""

    def __init__(self, faults: t.Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


class Interrupted(Exception):
    """The process was asked to end by a signal; what was done so far still has to be reported."""


class HarborError(Exception):
    """A request that did not give what was asked for.

    :ivar status: the HTTP status, or None when there was no answer
    :ivar code: Harbor's own code, as in C(FORBIDDEN); empty when the answer was not Harbor's
    :ivar message: Harbor's own message, or what went wrong on the way
    :ivar request_id: the X-Request-Id that Harbor has in its log
    :ivar undone: True when it is certain that the request changed nothing
    :ivar repeated: True when an earlier attempt of the same request may have done its work
    :ivar passing: True for a failure that may be gone at the next attempt
    :ivar cleared: True when what stood in the way is gone already, and the request only has to be prepared anew
    :ivar pause: seconds that the server asked to wait before that, None where it did not
    """

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        status: t.Optional[int] = None,
        code: str = "",
        request_id: str = "",
        undone: bool = True,
        repeated: bool = False,
        hint: str = "",
        passing: bool = False,
        pause: t.Optional[float] = None,
    ) -> None:
        self.message = message
        self.method = method
        self.path = path
        self.status = status
        self.code = code
        self.request_id = request_id
        self.undone = undone
        self.repeated = repeated
        self.hint = hint
        self.passing = passing
        self.cleared = False
        self.pause = pause
        super().__init__(self.describe())

    def hide(self, hiding: t.Callable[[str], str]) -> None:
        """Take what nobody may read out of everything that the server said."""
        self.message, self.code, self.request_id = hiding(self.message), hiding(self.code), hiding(self.request_id)
        self.args = (self.describe(),)

    @property
    def ambiguous(self) -> bool:
        """True when the work may have been done although no good answer came."""
        return not self.undone or (self.repeated and self.status in (404, 409))

    def describe(self) -> str:
        """One sentence with everything that helps to find the request again, and the hint behind it."""
        said = ("%s: %s" % (self.code, self.message) if self.message else self.code) if self.code else self.message
        if self.status is None:
            text = "%s %s got no answer: %s" % (self.method, self.path, said) if self.method else said
        else:
            text = "Harbor answered %s %s with %d %s" % (self.method, self.path, self.status, said or "(no message)")
        if self.request_id:
            text += " (request id %s)" % self.request_id
        text = text.rstrip(".") + "."
        return "%s %s" % (text, self.hint) if self.hint else text

    def as_dict(self) -> dict[str, t.Any]:
        """The RV(error) that a failing module returns."""
        return {
            "status": self.status,
            "code": self.code or None,
            "message": self.message,
            "request_id": self.request_id or None,
            "method": self.method or None,
            "path": self.path or None,
        }
