# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/projects: their metadata and their members."""
from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from .access import Call
from .errors import bad_request, conflict, forbidden, internal, not_found
from .identity import RobotIdentity, UserIdentity
from .messages import Answer, created, ok
from .query import Column, Fuzzy, columns_of, list_headers, order, page, select
from .robots import permissions_of
from .roles import DEVELOPER, GUEST, LIMITED_GUEST, MAINTAINER, PROJECT_ADMIN, ROLE_NAMES
from .settings import fault_of_limit
from .state import ALL_PROJECTS_SCOPE, Conflict, Member, Project, now, stamp

NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
LONGEST_NAME = 255
NO_TIME = "0001-01-01T00:00:00.000Z"
SEVERITIES = {"none": "none", "negligible": "none", "low": "low", "medium": "medium", "high": "high", "critical": "critical"}
"""The words for how severe a vulnerability is, and what Harbor makes of them."""
HIGHEST_FIRST = (PROJECT_ADMIN, MAINTAINER, DEVELOPER, GUEST, LIMITED_GUEST)

COLUMNS: dict[str, Column[Project]] = columns_of(
    (("project_id", "ProjectID"), Column(lambda project: project.id, int, bits=32)),
    (("owner_id", "OwnerID"), Column(lambda project: project.owner_id, int)),
    (("name", "Name"), Column(lambda project: project.name)),
    (("creation_time", "CreationTime"), Column(lambda project: project.created, datetime)),
    (("update_time", "UpdateTime"), Column(lambda project: project.updated, datetime)),
    (("deleted", "Deleted"), Column(lambda project: False, bool)),
    (("registry_id", "RegistryID"), Column(lambda project: 0, int)),
)


def check_request(body: dict[str, Any]) -> list[str]:
    """What the generated model says of a body before the handler sees it."""
    if len(body.get("project_name", "")) > LONGEST_NAME:
        return [f"project_name in body should be at most {LONGEST_NAME} chars long"]
    return []


def printed(call: Call, project: Project, detail: bool = True, with_owner: bool = True) -> dict[str, Any]:
    """A project as Harbor shows it; searches leave out owner and allowlist, lists without detail the metadata too."""
    roles = call.state.roles(project, call.identity.id) if isinstance(call.identity, UserIdentity) else []
    allowlist: dict[str, Any] = {"creation_time": NO_TIME, "items": None, "update_time": NO_TIME}
    result: dict[str, Any] = {
        "creation_time": stamp(project.created), "current_user_role_ids": roles or None, "cve_allowlist": allowlist, "name": project.name,
        "owner_id": project.owner_id, "project_id": project.id, "repo_count": 0, "update_time": stamp(project.updated),
    }
    known = [role for role in roles if role in ROLE_NAMES]
    if known:
        result["current_user_role_id"] = min(known, key=HIGHEST_FIRST.index)
    if detail:
        result["metadata"] = dict(project.metadata)
        if "severity" in project.metadata:
            result["metadata"]["severity"] = SEVERITIES.get(project.metadata["severity"].lower(), "unknown")
    if detail and with_owner:
        allowlist.update(items=project.items, project_id=project.id)
        if project.items_expire is not None:
            allowlist["expires_at"] = project.items_expire
        if project.owner_id in call.state.users:
            result["owner_name"] = call.state.users[project.owner_id].name
    if call.version.counts_charts:
        result["chart_count"] = 0
    return result


# --- projects ---------------------------------------------------------------------------------------------------------


def visible(call: Call, public: bool | None) -> list[Project]:
    """The projects that a list or search is about; `public` narrows it down."""
    projects = list(call.state.projects.values())
    caller = call.identity
    if public is not None:
        projects = [project for project in projects if project.public == public]
    if caller.may_in_system("project", "list"):
        return projects
    with_public = public is not False
    if isinstance(caller, UserIdentity):
        return [project for project in projects if call.state.roles(project, caller.id) or (with_public and project.public)]
    if isinstance(caller, RobotIdentity):
        if any(policy[0] == ALL_PROJECTS_SCOPE for policy in caller.policies):
            return projects
        names = {entry["namespace"] for entry in permissions_of(call.state, caller.robot)}
        if not names:  # Harbor leaves the filter out then
            return projects
        return [project for project in projects if project.name in names or (with_public and project.public)]
    return [project for project in projects if project.public]


def listed(call: Call) -> Answer:
    query = call.query()
    public: Any = call.arguments["public"]
    if public is None and "public" in query.keywords:
        public = str(query.keywords["public"]).lower() in ("true", "1")
    if not call.identity.authenticated and public is False and call.arguments["public"] is not None:
        return ok([], {"X-Total-Count": "0"})
    if call.arguments["name"]:
        query.keywords["name"] = Fuzzy(call.arguments["name"])
    if not call.identity.authenticated:
        public = True
    rows = visible(call, public)
    owner = call.arguments["owner"] or query.keywords.get("owner")
    if isinstance(owner, str) and owner:
        user = call.state.user_named(owner)
        rows = [project for project in rows if user and project.owner_id == user.id]
    rows = order(select(rows, query, COLUMNS, call.version), query, COLUMNS, "name" if call.version.sorts_lists else None)
    if not rows:
        return ok([], {"X-Total-Count": "0"})
    detail = call.arguments["with_detail"]
    return ok([printed(call, project, detail) for project in page(rows, query)], list_headers(call.request, query, len(rows)))


def exists(call: Call) -> Answer:
    call.require_authenticated()
    call.project(call.arguments["project_name"])
    return Answer()


def create(call: Call) -> Answer:
    call.require_authenticated()
    caller, body = call.identity, call.body
    if isinstance(caller, RobotIdentity) and call.version.robots_create_projects and not caller.of_system:
        raise forbidden("Only system level robot can create project")
    may_administer = caller.may_in_system("project", "create")
    if call.state.settings["project_creation_restriction"] == "adminonly" and not may_administer:
        raise forbidden("Only system admin can create project")
    if body.get("registry_id") is not None and not may_administer:
        raise forbidden("Only system admin can create proxy cache project")
    metadata = dict(body.get("metadata", {}))
    if not metadata.get("public"):
        metadata["public"] = "true" if body.get("public") else "false"
    if metadata["public"] not in ("true", "false"):
        raise bad_request(f"metadata.public should only be 'true' or 'false', but got: '{metadata['public']}'")
    _check_limits(call, metadata, may_administer)
    if isinstance(caller, RobotIdentity) and not call.version.robots_create_projects:
        raise not_found(f"user {caller.name} not found")
    name = body.get("project_name", "")
    if not 1 <= len(name.encode("utf-8", "surrogatepass")) <= LONGEST_NAME:
        raise bad_request(f"Project name {name} is illegal in length. (greater than {LONGEST_NAME} or less than 1)")
    if not NAME.fullmatch(name):
        raise bad_request("project name is not in lower case or contains illegal characters")
    try:
        project = call.state.add_project(name, caller.id if isinstance(caller, UserIdentity) else 1, metadata)
    except Conflict:
        raise conflict(f"The project named {name} already exists") from None
    if not call.state.settings["quota_per_project_enable"]:
        project.storage = None
    else:
        limit = body.get("storage_limit", 0) if may_administer else 0
        project.storage = limit or int(call.state.settings["storage_per_project"])
    call.state.record(caller.name, "create", "project", name, project.id)
    last = name if call.arguments["X-Resource-Name-In-Location"] else project.id
    return created(f"{call.request.path.rstrip('/')}/{last}")


def _check_limits(call: Call, metadata: dict[str, str], may_administer: bool) -> None:
    """Registries and retention policies are not simulated, so that a body can't name one; the storage limit is read of administrators."""
    if metadata.pop("retention_id", ""):
        raise bad_request("bad request: the retention_id in the request's payload when creating a project should be omitted, "
                          "alternatively passing an empty string")
    registry, limit = call.body.get("registry_id"), call.body.get("storage_limit", 0)
    if registry is not None:
        raise internal() if registry > 0 else bad_request(
            f"bad request: {registry} is invalid value of registry_id, it should be geater than 0")
    fault = fault_of_limit(limit) if limit and may_administer and call.state.settings["quota_per_project_enable"] else ""
    if fault:
        raise bad_request(f"bad request: {fault}")


def read(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "", "read")
    return ok(printed(call, call.project(wanted)))


def update(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "", "update")
    project = call.project(wanted)
    allowlist, metadata = call.body.get("cve_allowlist", {}), call.body.get("metadata", {})
    if allowlist.get("project_id", 0) not in (0, project.id):
        raise bad_request(f"project_id in cve_allowlist must be {project.id} but it's {allowlist['project_id']}")
    if "retention_id" in metadata:
        raise bad_request("the retention_id in the request's payload when updating a project should be omitted, "
                          "alternatively passing the one that has already been associated to this project")
    items = [item or {"cve_id": ""} for item in allowlist.get("items", [])]
    if len({item.get("cve_id", "") for item in items}) < len(items):
        raise internal()
    project.metadata.update(metadata)
    if "cve_allowlist" in call.body:
        project.items, project.items_expire = items, allowlist.get("expires_at")
    project.updated = now()
    return Answer()


def delete(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "", "delete")
    project = call.project(wanted)
    call.state.remove_project(project)
    call.state.record(call.identity.name, "delete", "project", project.name, project.id)
    return Answer()


def deletable(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "", "delete")
    call.project(wanted)
    return ok({"deletable": True})


def summary(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "", "read")
    project = call.project(wanted)
    result: dict[str, Any] = {"repo_count": 0}
    quotas = call.state.settings["quota_per_project_enable"] and project.storage is not None
    if quotas and call.may_in_project(project.id, "quota", "read"):
        result["quota"] = {"hard": {"storage": project.storage}, "used": {"storage": 0}}
    if call.may_in_project(project.id, "member", "list"):
        roles = [member.role for member in project.members.values()]
        for name, role in (("project_admin", PROJECT_ADMIN), ("maintainer", MAINTAINER), ("developer", DEVELOPER), ("guest", GUEST),
                           ("limited_guest", LIMITED_GUEST)):
            if role in roles:
                result[f"{name}_count"] = roles.count(role)
    return ok(result)


# --- members ----------------------------------------------------------------------------------------------------------


def _member(call: Call, project: Project, member: Member) -> dict[str, Any]:
    return {"entity_id": member.user_id, "entity_name": call.state.users[member.user_id].name, "entity_type": "u", "id": member.id,
            "project_id": project.id, "role_id": member.role, "role_name": ROLE_NAMES[member.role]}


def list_members(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "member", "list")
    query, project = call.query(), call.project(wanted)
    rows = [member for member in project.members.values() if member.role in ROLE_NAMES]  # the others are counted all the same
    rows.sort(key=lambda member: call.state.users[member.user_id].name)
    total = len(project.members)
    if call.arguments["entityname"]:
        rows = [member for member in rows if call.state.users[member.user_id].name == call.arguments["entityname"]]
    return ok([_member(call, project, member) for member in page(rows, query)], list_headers(call.request, query, total))


def add_member(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "member", "create")
    user, group = call.body.get("member_user", {}), call.body.get("member_group", {})
    number, name = user.get("user_id", 0), user.get("username", "")
    nobody = number <= 0 and not name and group.get("id", 0) <= 0 and not group.get("group_name") and not group.get("ldap_group_dn")
    if nobody and call.version.refuses_nobody_as_member:
        raise bad_request("at least one of member_user or member_group must be provided")
    project = call.project(wanted)
    if nobody:
        raise internal()
    if number <= 0 < group.get("id", 0):
        raise bad_request(f"Group {group['id']} not found")
    found = call.state.users.get(number) if number > 0 else call.state.user_named(name) if name else None
    if found is None and number > 0:
        raise bad_request(f"Failed to get user {number}: user {number} not found")
    if found is None and name and call.version.unknown_member_is_404:
        raise not_found(f"user {name} is not found")
    if found is None:
        raise internal() if name else not_found(f"{group.get('ldap_group_dn') or group.get('group_name', '')} not found: not supported")
    if call.state.roles(project, found.id):
        raise conflict("The project member specified already exist")
    role = call.body.get("role_id", 0)
    if role not in ROLE_NAMES:
        raise bad_request("Failed to update project member, role is not in 1,2,3")
    return created(f"/api/v2.0/projects/{wanted}/members/{call.state.add_member(project, found.id, role).id}")


def read_member(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "member", "read")
    if not call.arguments["mid"]:
        raise bad_request("the member id can not be empty!")
    project, number = call.project(wanted), call.arguments["mid"]
    if number not in project.members or project.members[number].role not in ROLE_NAMES:
        raise not_found(f"the project member is not found, project id {project.id}, member id {number}")
    return ok(_member(call, project, project.members[number]))


def update_member(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "member", "update")
    if not call.arguments["mid"]:
        raise bad_request("member id can not be empty" + ("!" if call.version.exclaims_over_member_id else ""))
    member, role = call.project(wanted).members.get(call.arguments["mid"]), call.body.get("role_id", 0)
    if not -2 ** 31 <= role < 2 ** 31:
        raise internal()
    if member:
        member.role = role  # whatever it is
    return Answer()


def remove_member(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "member", "delete")
    if not call.arguments["mid"]:
        raise bad_request("the project member id is required.")
    call.project(wanted).members.pop(call.arguments["mid"], None)
    return Answer()
