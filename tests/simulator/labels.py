# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/labels: global ones and those of projects."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from .access import Call
from .errors import bad_request, conflict, internal, not_found
from .messages import Answer, created, ok
from .query import Column, Fuzzy, columns_of, list_headers, order, page, select
from .state import Label, now, stamp

GLOBAL, OF_PROJECT = "g", "p"
LONGEST_NAME = 128
LONGEST_COLOR = 16

COLUMNS: dict[str, Column[Label]] = columns_of(
    (("id", "ID"), Column(lambda label: label.id, int, bits=32)),
    (("name", "Name"), Column(lambda label: label.name)),
    (("description", "Description"), Column(lambda label: label.description)),
    (("color", "Color"), Column(lambda label: label.color)),
    (("level", "Level"), Column(lambda label: "u")),
    (("scope", "Scope"), Column(lambda label: label.scope)),
    (("project_id", "ProjectID"), Column(lambda label: label.project_id, int, bits=32)),
    (("creation_time", "CreationTime"), Column(lambda label: label.created, datetime)),
    (("update_time", "UpdateTime"), Column(lambda label: label.updated, datetime)),
    (("deleted", "Deleted"), Column(lambda label: False, bool)),
)


def _require_access(call: Call, scope: str, project_id: int, action: str) -> None:
    if scope == GLOBAL:
        call.require_in_system("label", action)
    elif scope == OF_PROJECT:
        call.require_in_project(project_id, "label", action)
    else:
        raise bad_request("unsupported label scope")


def _printed(label: Label) -> dict[str, Any]:
    shown = {"color": label.color, "description": label.description, "id": label.id, "name": label.name, "project_id": label.project_id,
             "scope": label.scope, "creation_time": stamp(label.created), "update_time": stamp(label.updated)}
    return {name: value for name, value in shown.items() if value}


def _require_room(call: Call, label: Label) -> None:
    """What the database refuses: texts that are too long, and a name that is there already."""
    texts = (label.name, label.description, label.color)
    if len(label.name) > LONGEST_NAME or len(label.color) > LONGEST_COLOR or any("\0" in text for text in texts):
        raise internal()
    if not -2 ** 31 <= label.project_id < 2 ** 31:
        raise internal()
    for other in call.state.labels.values():
        if other.id != label.id and (other.name, other.scope, other.project_id) == (label.name, label.scope, label.project_id):
            raise conflict(f"label {label.name} already exists")


def listed(call: Call) -> Answer:
    """Labels have no order of their own: they come as the table has them, the latest written last."""
    query, scope = call.query(), call.arguments["scope"] or ""
    if scope not in (GLOBAL, OF_PROJECT):
        raise bad_request(f"invalid scope: {scope}")
    query.keywords.update(Level="u", Scope=scope)
    if call.arguments["name"]:
        query.keywords["name"] = Fuzzy(call.arguments["name"])
    if scope == OF_PROJECT:
        project_id = call.arguments["project_id"] or 0
        if not project_id:
            raise bad_request("must with project ID when to query project labels")
        call.require_in_project(project_id, "label", "list")
        query.keywords["ProjectID"] = str(project_id)
    rows = sorted(call.state.labels.values(), key=lambda label: (label.updated, label.id))
    rows = order(select(rows, query, COLUMNS, call.version), query, COLUMNS, None)
    return ok([_printed(label) for label in page(rows, query)], list_headers(call.request, query, len(rows)))


def create(call: Call) -> Answer:
    """The name is looked at only when it changes."""
    body: dict[str, Any] = call.body
    scope, project_id = body.get("scope", ""), body.get("project_id", 0)
    if scope == GLOBAL:
        project_id = 0
    _require_access(call, scope, project_id, "create")
    label = Label(call.state.next_id("label"), body.get("name", ""), scope, project_id, body.get("description", ""), body.get("color", ""))
    _require_room(call, label)
    call.state.labels[label.id] = label
    return created(f"{call.request.path.rstrip('/')}/{label.id}")


def _label(call: Call) -> Label:
    number = call.arguments["label_id"]
    if not -2 ** 31 <= number < 2 ** 31:
        raise internal()
    if number not in call.state.labels:
        raise not_found(f"label {number} not found")
    return call.state.labels[number]


def read(call: Call) -> Answer:
    label = _label(call)
    _require_access(call, label.scope, label.project_id, "read")
    return ok(_printed(label))


def update(call: Call) -> Answer:
    label, body = _label(call), call.body
    _require_access(call, label.scope, label.project_id, "update")
    length = len(body.get("name", "").encode("utf-8", "surrogatepass"))
    if not 1 <= length <= LONGEST_NAME:
        raise bad_request(f"max length is {LONGEST_NAME}" if length else "cannot be empty")
    if label.scope == OF_PROJECT and label.project_id <= 0:
        raise bad_request(f"invalid: {label.project_id}")
    changed = Label(label.id, body.get("name", ""), label.scope, label.project_id, body.get("description", ""), body.get("color", ""),
                    label.created, now())
    _require_room(call, changed)
    call.state.labels[label.id] = changed
    return Answer()


def delete(call: Call) -> Answer:
    label = _label(call)
    _require_access(call, label.scope, label.project_id, "delete")
    del call.state.labels[label.id]
    return Answer()
