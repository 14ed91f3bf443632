# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GET /permissions, and the pairs that each version accepts."""
from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from .access import Call
from .errors import forbidden, not_found
from .identity import UserIdentity
from .messages import Answer, ok
from .roles import PROJECT_ADMIN
from .versions import Version

_EXPORT_CVE = [("export-cve", "create"), ("export-cve", "read")]
_SECOND_PATCH_OF_2_10 = {"system": {("quota", "read"), ("quota", "list")}, "project": {("quota", "read")}}


@cache
def _tables() -> dict[str, dict[str, list[list[str]]]]:
    text = Path(__file__).with_name("permissions-by-version.json").read_text(encoding="utf-8")
    tables: dict[str, dict[str, list[list[str]]]] = json.loads(text)
    return tables


@cache
def catalogue(version: Version, kind: str) -> tuple[tuple[str, str], ...]:
    """The pairs of one kind (system or project) that a version accepts, in its own order; nothing before 2.10."""
    if not version.checks_permissions:
        return ()
    pairs = [(pair[0], pair[1]) for pair in _tables()[version.permission_table][kind]]
    if version.number == (2, 10, 0):
        pairs = [pair for pair in pairs if pair not in _SECOND_PATCH_OF_2_10[kind]]
    if version.number == (2, 12, 0):  # the tables are those of 2.12.1, which moved export-cve to projects
        pairs = [pair for pair in pairs if pair not in _EXPORT_CVE] + (_EXPORT_CVE if kind == "system" else [])
    return tuple(pairs)


@cache
def accepted_pairs(version: Version, kind: str) -> frozenset[tuple[str, str]]:
    """The same, to look a pair up."""
    return frozenset(catalogue(version, kind))


def listed(call: Call) -> Answer:
    """Administrators see both tables, administrators of a project that of projects."""
    call.require_authenticated(message="")
    caller = call.identity
    if not caller.administrator:
        if not isinstance(caller, UserIdentity) and not call.version.permissions_for_users_only:
            raise not_found(f"user {caller.name} not found")
        roles = [role for project in call.state.projects.values() for role in call.state.roles(project, getattr(caller, "id", 0))]
        if not isinstance(caller, UserIdentity) or PROJECT_ADMIN not in roles:
            raise forbidden("forbidden: only admins(system and project) can access permissions")
    return ok({"project": _printed(call.version, "project"), "system": _printed(call.version, "system") if caller.administrator else None})


def _printed(version: Version, kind: str) -> list[dict[str, str]]:
    return [{"action": action, "resource": resource} for resource, action in catalogue(version, kind)]
