# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/projects/{}/metadatas: the metadata of a project, one at a time."""
from __future__ import annotations

from .access import Call
from .errors import bad_request, conflict
from .messages import Answer, ok
from .projects import SEVERITIES
from .state import Project

_TRUE, _FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")


def _project(call: Call, action: str) -> Project:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "metadata", action)
    return call.project(wanted)


def _checked(call: Call, action: str, values: dict[str, str | None] | None) -> tuple[Project, str, str]:
    """Whose metadata, and the one pair that a body may hold, as it is stored; since 2.16 the project is looked up before."""
    wanted = call.project_in_path()
    call.require_in_project(wanted, "metadata", action)
    if call.version.looks_up_project_of_metadata_first:
        call.project(wanted)
    if not values or len(values) > 1:
        raise bad_request("only allow one key/value pair")
    ((name, value),) = values.items()
    stored = _value(call, name, value or "")
    return call.project(wanted), name, stored


def _value(call: Call, name: str, value: str) -> str:
    stored: str | None
    if name in call.version.metadata_switches:
        stored = "true" if value in _TRUE else "false" if value in _FALSE else None
    elif name == "severity":
        stored = SEVERITIES.get(value.lower())
    else:
        raise bad_request(f"invalid key: {name}")
    if stored is None:
        raise bad_request(f"invalid value: {value}")
    return stored


def listed(call: Call) -> Answer:
    return ok(_project(call, "list").metadata)


def read(call: Call) -> Answer:
    known, name = _project(call, "read").metadata, call.arguments["meta_name"]
    return ok({name: known[name]} if name in known else {})


def add(call: Call) -> Answer:
    project, name, value = _checked(call, "create", call.body)
    if name in project.metadata:
        raise conflict(f"metadata {name} already exists for project {project.id}")
    project.metadata[name] = value
    return Answer()


def update(call: Call) -> Answer:
    """What is not there stays away."""
    name = str(call.arguments["meta_name"])
    project, name, value = _checked(call, "update", {name: (call.body or {}).get(name)})
    if name in project.metadata:
        project.metadata[name] = value
    return Answer()


def delete(call: Call) -> Answer:
    _project(call, "delete").metadata.pop(call.arguments["meta_name"], None)
    return Answer()
