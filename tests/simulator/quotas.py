# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/quotas, and the lists of what nobody can make here: registries, replications, groups, scanners and the like."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .access import Call
from .errors import bad_request, not_found
from .messages import JSON, Answer, ok
from .query import list_headers, page
from .settings import fault_of_limit
from .state import Project, stamp

NO_TIME = "0001-01-01T00:00:00.000Z"

# --- quotas: each project has one, with its own number; nothing is stored, so that nothing is used --------------------------


def _printed(call: Call, project: Project, updated: str) -> dict[str, Any]:
    of = {"id": project.id, "name": project.name, "owner_name": call.state.users[project.owner_id].name
          if project.owner_id in call.state.users else ""}
    return {"creation_time": stamp(project.created), "hard": {"storage": project.storage}, "id": project.id, "ref": of,
            "update_time": updated, "used": {"storage": 0}}


def _quota(call: Call) -> Project:
    number = call.arguments["id"]
    project = call.state.projects.get(number)
    if project is None or project.storage is None:
        raise not_found(f"quota {number} not found")
    return project


def listed(call: Call) -> Answer:
    """The latest first."""
    call.require_in_system("quota", "list")
    query, kind, number = call.query(), call.arguments["reference"], call.arguments["reference_id"]
    rows = [project for project in call.state.projects.values() if project.storage is not None and kind in (None, "", "project")
            and number in (None, "", str(project.id))]
    forwards = any(name.lstrip("+") in ("creation_time", "update_time") and not back for name, back in query.sorts[:1])
    rows.sort(key=lambda project: (project.created, project.id), reverse=not forwards)
    return ok([_printed(call, project, stamp(project.created)) for project in page(rows, query)],
              list_headers(call.request, query, len(rows)))


def read(call: Call) -> Answer:
    call.require_in_system("quota", "read")
    return ok(_printed(call, _quota(call), NO_TIME))


def update(call: Call) -> Answer:
    call.require_in_system("quota", "update")
    hard = {name: value or 0 for name, value in call.body.get("hard", {}).items()}
    if not hard:
        raise bad_request("hard required in body")
    project = _quota(call)
    for name, limit in hard.items():
        fault = fault_of_limit(limit) if name == "storage" else f"resource {name} not support"
        if fault:
            raise bad_request(fault)
    project.storage = hard["storage"]
    return Answer()


# --- what is empty ----------------------------------------------------------------------------------------------------


def none_of(resource: str) -> Callable[[Call], Answer]:
    """A list of the system in which nothing is."""
    def handler(call: Call) -> Answer:
        call.require_in_system(resource, "list")
        return ok([], list_headers(call.request, call.query(), 0))
    return handler


def none_in_project(resource: str, action: str = "list") -> Callable[[Call], Answer]:
    """A list of a project in which nothing is. A project that is named has to be there, a numbered one has not."""
    def handler(call: Call) -> Answer:
        named = "project_name" in call.arguments
        wanted = str(call.arguments["project_name"]) if named else call.project_in_path()
        call.require_in_project(wanted, resource, action)
        if isinstance(wanted, str) and action == "list":
            call.project(wanted)
        return ok([], list_headers(call.request, call.query(), 0))
    return handler


def scanner(call: Call) -> Answer:
    """A project's scanner: there is none, which Harbor says with an answer of JSON without content."""
    wanted = call.project_in_path()
    call.require_in_project(wanted, "scanner", "read")
    call.project(wanted)
    return Answer(200, b"", JSON)
