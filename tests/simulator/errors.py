# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbor's error answers: one envelope, one status for each code."""
from __future__ import annotations

STATUS = {
    "BAD_REQUEST": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403, "DENIED": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405,
    "CONFLICT": 409, "PRECONDITION": 412, "PROJECTPOLICYVIOLATION": 412, "UNPROCESSABLE_ENTITY": 422, "TOO_MANY_REQUEST": 429,
    "UNKNOWN": 500,
}


class HarborError(Exception):
    """An answer in Harbor's error envelope.

    `headers` are added to the answer; a status of 500 or above never shows its message.
    """

    def __init__(self, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = STATUS[code]
        self.headers = headers or {}


class Panic(Exception):
    """The place where Harbor's code dereferences nil: status 500 and an empty body."""


def bad_request(message: str) -> HarborError:
    return HarborError("BAD_REQUEST", message)


def unauthorized(message: str = "unauthorized") -> HarborError:
    return HarborError("UNAUTHORIZED", message)


def forbidden(message: str = "forbidden") -> HarborError:
    return HarborError("FORBIDDEN", message)


def denied(message: str = "denied") -> HarborError:
    return HarborError("DENIED", message)


def not_found(message: str) -> HarborError:
    return HarborError("NOT_FOUND", message)


def conflict(message: str) -> HarborError:
    return HarborError("CONFLICT", message)


def precondition(message: str) -> HarborError:
    return HarborError("PRECONDITION", message)


def unprocessable(faults: list[str]) -> HarborError:
    """What binding a request to its parameters found wrong, all of it."""
    return HarborError("UNPROCESSABLE_ENTITY", "\n".join(["validation failure list:", *faults]))


def internal() -> HarborError:
    return HarborError("UNKNOWN", "internal server error")
