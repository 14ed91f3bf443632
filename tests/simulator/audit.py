# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit log: what it shows, and which calls leave something in it."""
from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from .access import Call
from .identity import Identity, UserIdentity
from .messages import Answer, Request, ok
from .query import Column, columns_of, list_headers, order, page, select
from .state import Event, State, stamp

_USER = re.compile(r"/api/v2\.0/users/(\d+)(/password|/sysadmin)?$")
_MEMBERS = re.compile(r"/api/v2\.0/projects/([^/]+)/members(?:/(\d+))?$")
_PROJECT = re.compile(r"/api/v2\.0/projects/([^/]+)$")
_EVENT_TYPES = ("create_artifact", "delete_artifact", "pull_artifact", "create_project", "delete_project", "delete_repository",
                "login_user", "logout_user", "create_user", "delete_user", "update_user", "create_robot", "delete_robot",
                "update_configuration")
_LATER_EVENT_TYPES = ("create_member", "delete_member", "update_member", "update_project")
_OPERATIONS = {"POST": "create", "PUT": "update", "DELETE": "delete"}

COLUMNS: dict[str, Column[Event]] = columns_of(
    (("id", "ID"), Column(lambda event: event.id, int)),
    (("project_id", "ProjectID"), Column(lambda event: event.project_id, int)),
    (("username", "Username"), Column(lambda event: event.user)),
    (("resource", "Resource"), Column(lambda event: event.resource)),
    (("resource_type", "ResourceType"), Column(lambda event: event.resource_type)),
    (("operation", "Operation"), Column(lambda event: event.operation)),
    (("op_desc", "OperationDescription"), Column(lambda event: event.description)),
    (("op_result", "IsSuccessful"), Column(lambda event: event.successful, bool)),
    (("op_time", "OpTime"), Column(lambda event: event.at, datetime)),
)


class Watcher:
    """Sees a call before and after it is done, since Harbor 2.13, and records it where it is one of those that are audited.

    Creating and deleting projects and robots is recorded where it is done.
    """

    def __init__(self, state: State, request: Request, identity: Identity) -> None:
        self._state = state
        self._request = request
        self._who = identity.name if identity.authenticated else "unknown"
        self._watching = state.version.audits_in_new_log and (request.method in _OPERATIONS or request.path == "/c/log_out")
        self._user = self._user_name() if self._watching else ""
        self._member = self._member_name() if self._watching else ""

    def _user_name(self) -> str:
        match = _USER.match(self._request.path)
        user = self._state.users.get(int(match[1])) if match else None
        return user.name if user else match[1] if match else ""

    def _member_name(self) -> str:
        match = _MEMBERS.match(self._request.path)
        project = self._state.project_named(match[1]) if match else None
        if project is None or not match or not match[2] or int(match[2]) not in project.members:
            return ""
        return self._state.users[project.members[int(match[2])].user_id].name

    def done(self, answer: Answer) -> None:
        """Record what came of it."""
        if not self._watching:
            return
        path, method = self._request.path, self._request.method
        if path == "/c/login" and method == "POST":
            found = re.search("principal=(.*?)&password", self._request.body.decode("utf-8", "replace"))
            who = found[1] if found else self._who
            self._record("login", "user", who, "login", answer.status < 308, who=who)
        elif path == "/c/log_out":
            self._record("logout", "user", self._who, "logout", answer.status == 200)
        elif path == "/api/v2.0/configurations" and method == "PUT":
            self._record("update", "configuration", "configuration", "update configuration", answer.status == 200)
        elif path == "/api/v2.0/users" and method == "POST":
            made = re.search(r"/(\d+)$", answer.headers.get("Location", ""))
            self._about_user("create", self._state.users[int(made[1])].name if made else "", answer)
        elif _USER.match(path):
            self._about_user(_OPERATIONS[method], self._user, answer)
        elif self._state.version.audits_members:
            self._about_project(answer)

    def _about_user(self, operation: str, name: str, answer: Answer) -> None:
        reasons = {"/password": ", change user password", "/sysadmin": ", add/remove user as system administrator"}
        reason = next((text for end, text in reasons.items() if self._request.path.endswith(end)), "")
        self._record(operation, "user", name, f"{operation} user with name: {name}{reason}", answer.status in (200, 201))

    def _about_project(self, answer: Answer) -> None:
        match = _MEMBERS.match(self._request.path) or _PROJECT.match(self._request.path)
        named = match[1] if match else ""
        project = self._state.project_named(named) or self._state.projects.get(int(named) if named.isdigit() else 0)
        if not match or project is None:
            return
        operation, good = _OPERATIONS[self._request.method], answer.status in (200, 201)
        if match.re is _PROJECT:
            if operation == "update":
                self._record("update", "project", project.name, f"update project: {project.name}", good, project.id)
            return
        name = self._member
        if operation == "create" and good:
            number = int(answer.headers["Location"].rpartition("/")[2])
            name = self._state.users[project.members[number].user_id].name
        target = f"user member {name}" if name else f"member ID {match[2]}" if match[2] else "member"
        place = f"{'from' if operation == 'delete' else 'in'} project {project.name}"
        self._record(operation, "member", name or match[2] or "", f"{operation} {target} {place}", good, project.id)

    def _record(self, operation: str, kind: str, resource: str, description: str, successful: bool, project_id: int = 0,
                who: str | None = None) -> None:
        self._state.record(self._who if who is None else who, operation, kind, resource, project_id, description, successful)


def old_log(call: Call) -> Answer:
    """/audit-logs; since 2.13 it holds only what was there before, which is nothing here."""
    return _events(call, [] if call.version.audits_in_new_log else call.state.events, new=False)


def new_log(call: Call) -> Answer:
    return _events(call, call.state.events, new=True)


def event_types(call: Call) -> Answer:
    """What can be switched off."""
    call.require_in_system("audit-log", "list")
    kinds = [*_EVENT_TYPES, *(_LATER_EVENT_TYPES if call.version.audits_members else ())]
    return ok([{"event_type": kind} for kind in kinds])


def old_project_log(call: Call) -> Answer:
    return _project_events(call, [] if call.version.audits_in_new_log else call.state.events, new=False)


def new_project_log(call: Call) -> Answer:
    return _project_events(call, call.state.events, new=True)


def _project_events(call: Call, events: list[Event], new: bool) -> Answer:
    wanted = str(call.arguments["project_name"])
    call.require_in_project(wanted, "log", "list")
    project = call.project(wanted)
    return _event_list(call, [event for event in events if event.project_id == project.id], new)


def _events(call: Call, events: list[Event], new: bool) -> Answer:
    call.require_authenticated(message="")
    if not call.identity.may_in_system("audit-log", "list"):
        mine = {project.id for project in call.state.projects.values()
                if isinstance(call.identity, UserIdentity) and call.state.roles(project, call.identity.id)
                and call.may_in_project(project.id, "log", "list")}
        events = [event for event in events if event.project_id in mine]
    return _event_list(call, events, new)


def _event_list(call: Call, events: list[Event], new: bool) -> Answer:
    query = call.query()
    rows = order(select(events, query, COLUMNS, call.version), query, COLUMNS, "-op_time")
    return ok([_printed_event(event, new) for event in page(rows, query)], list_headers(call.request, query, len(rows)))


def _printed_event(event: Event, new: bool) -> dict[str, Any]:
    result: dict[str, Any] = {"id": event.id, "op_time": stamp(event.at), "operation": event.operation, "resource": event.resource,
                              "resource_type": event.resource_type, "username": event.user}
    if new:
        result.update(operation_description=event.description, operation_result=event.successful)
    return result
