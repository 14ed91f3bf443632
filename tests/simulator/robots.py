# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/robots: what each call checks, in Harbor's order, and what it does."""
from __future__ import annotations

import re
import time
from datetime import datetime
from functools import cache
from typing import Any

from .access import Call
from .errors import Panic, bad_request, conflict, denied, forbidden, internal, not_found
from .identity import RobotIdentity
from .messages import Answer, ok
from .query import Column, Query, columns_of, list_headers, order, page, select
from .state import ALL_PROJECTS_SCOPE, DAY, SYSTEM_SCOPE, Conflict, Policy, Robot, State, digest, now, random_text, stamp
from .validation import MAX_INT32, NAME, inherit, new_secret, require_within_creator, valid_secret, validate
from .versions import Version

LONGEST_NAME = 255
LONGEST_DESCRIPTION = 1024
UNIQUE = ("id", "ID", "name", "Name")

COLUMNS: dict[str, Column[Robot]] = columns_of(
    (("id", "ID"), Column(lambda robot: robot.id, int)),
    (("name", "Name"), Column(lambda robot: robot.name)),
    (("description", "Description"), Column(lambda robot: robot.description)),
    (("secret", "Secret"), Column(lambda robot: robot.secret)),
    (("salt", "Salt"), Column(lambda robot: robot.salt)),
    (("duration", "Duration"), Column(lambda robot: robot.duration, int, bits=32)),
    (("project_id", "ProjectID"), Column(lambda robot: robot.project_id, int, bits=32)),
    (("expiresat", "ExpiresAt"), Column(lambda robot: robot.expires_at, int)),
    (("disabled", "Disabled"), Column(lambda robot: robot.disabled, bool)),
    (("visible", "Visible"), Column(lambda robot: robot.visible, bool)),
    (("creation_time", "CreationTime"), Column(lambda robot: robot.created, datetime)),
    (("update_time", "UpdateTime"), Column(lambda robot: robot.updated, datetime)),
    (("creator_ref", "CreatorRef"), Column(lambda robot: robot.creator_ref, int)),
    (("creator_type", "CreatorType"), Column(lambda robot: robot.creator_type)),
)


@cache
def columns(version: Version) -> dict[str, Column[Robot]]:
    """The columns that a version lets lists filter and sort by."""
    result = dict(COLUMNS)
    if not version.robot_ids_are_64_bit:
        for name in ("id", "ID", "creator_ref", "CreatorRef"):
            result[name] = Column(result[name].get, int, bits=32)
    if not version.knows_creator:
        for name in ("creator_ref", "CreatorRef", "creator_type", "CreatorType"):
            del result[name]
    if not version.secret_is_filterable:
        for name in ("secret", "Secret", "salt", "Salt"):
            result[name] = Column(result[name].get, filterable=False)
    return result


# --- printing ---------------------------------------------------------------------------------------------------------


def full_name(state: State, robot: Robot) -> str:
    """Prefix and stored name; robots of 2.1 and earlier show the stored name alone."""
    return f"{state.settings['robot_name_prefix']}{robot.name}" if robot.editable else robot.name


def permissions_of(state: State, robot: Robot) -> list[dict[str, Any]]:
    """One entry for each scope, in random order; projects that are gone are left out."""
    groups: dict[str, list[dict[str, str]]] = {}
    for scope, resource, action, effect in state.visible_policies(robot):
        access = {"action": action, "resource": resource}
        if effect:
            access["effect"] = effect
        groups.setdefault(scope, []).append(access)
    return [{"access": access, **state.place_of(scope)} for scope, access in state.shuffled(groups.items())]


def printed(state: State, robot: Robot) -> dict[str, Any]:
    """A robot as GET shows it; members that are empty are left out as Harbor does."""
    result: dict[str, Any] = {
        "creation_time": stamp(robot.created), "disable": robot.disabled, "editable": robot.editable, "id": robot.id, "level": robot.level,
        "name": full_name(state, robot), "permissions": permissions_of(state, robot), "update_time": stamp(robot.updated),
    }
    optional = {"description": robot.description, "expires_at": robot.expires_at}
    if state.version.knows_creator:
        optional.update(creator_ref=robot.creator_ref, creator_type=robot.creator_type)
    result.update((name, value) for name, value in optional.items() if value)
    if robot.duration or state.version.keeps_omitted_duration:
        result["duration"] = robot.duration
    return result


# --- access and rows -------------------------------------------------------------------------------------------------


def _require_access(call: Call, level: str, project: int | str, action: str) -> None:
    if level == "system":
        call.require_in_system("robot", action)
    else:
        call.require_in_project(project, "robot", action)


def _existing(call: Call) -> Robot:
    """The robot of the path; 401 first, then 404. Before 2.16 an id beyond 32 bits is a database error."""
    call.require_authenticated()
    number: int = call.arguments["robot_id"]
    if not -MAX_INT32 - 1 <= number <= MAX_INT32 and not call.version.robot_ids_are_64_bit:
        raise internal()
    robot = call.state.robots.get(number)
    if robot is None:
        raise not_found(f"robot {number} not found")
    return robot


def rows_for(call: Call, permissions: list[dict[str, Any]]) -> dict[Policy, None]:
    """Permission rows for entries of a body; raises 400 for a bad scope and 404 for a project that is not there."""
    rows: dict[Policy, None] = {}
    for permission in permissions:
        scope = _scope(call, permission.get("kind", ""), permission.get("namespace", ""))
        for access in permission["access"]:
            if access is None:
                raise Panic
            row = (scope, access.get("resource", ""), access.get("action", ""), access.get("effect", ""))
            if any(len(text) > LONGEST_NAME or "\0" in text for text in row):
                raise internal()
            rows[row] = None
    return rows


def _scope(call: Call, kind: str, namespace: str) -> str:
    if kind == "system":
        if namespace != "/":
            raise bad_request("unknown namespace")
        return SYSTEM_SCOPE
    if kind == "project":
        return ALL_PROJECTS_SCOPE if namespace == "*" else f"/project/{call.project(namespace).id}"
    raise bad_request("unknown robot kind")


# --- calls ------------------------------------------------------------------------------------------------------------


def create(call: Call) -> Answer:
    body, version = call.body, call.version
    if not NAME.fullmatch(body.get("name", "")):
        raise bad_request("robot name is not in lower case or contains illegal characters")
    level, permissions = body.get("level", ""), body.get("permissions", [])
    validate(version, body.get("duration", 0), level, permissions)
    namespace = permissions[0].get("namespace", "")
    _require_access(call, level, namespace, "create")
    creator = call.identity if isinstance(call.identity, RobotIdentity) and version.compares_with_creator else None
    if creator and not version.looks_up_creator_by_project:
        require_within_creator(call, creator, permissions)
    project = call.project(namespace) if level == "project" else None
    if creator and version.looks_up_creator_by_project:
        if creator.robot.project_id != (project.id if project else 0):
            raise denied()
        require_within_creator(call, creator, permissions)
    name = f"{project.name}+{body['name']}" if project else body["name"]
    robot, secret = insert(call, name, project.id if project else 0, body.get("description", ""), body.get("duration", 0), permissions)
    return ok({"creation_time": stamp(robot.created), "expires_at": robot.expires_at, "id": robot.id, "name": full_name(call.state, robot),
               "secret": secret}, {"Location": f"{call.request.path.rstrip('/')}/{robot.id}"}, 201)


def insert(call: Call, name: str, project_id: int, description: str, duration: int, permissions: list[Any],
           with_creator: bool = True) -> tuple[Robot, str]:
    """A robot's row and its permission rows, all or nothing; returns it with its secret."""
    state, moment = call.state, now()
    if duration == 0 and call.version.zero_duration_is_configured:
        duration = int(state.settings["robot_token_duration"])
    secret, salt = new_secret(call.version), random_text()
    robot = Robot(state.next_id("robot"), name, project_id, description, duration, _expiry(moment.timestamp(), duration),
                  secret=digest(secret, salt), salt=salt, created=moment, updated=moment)
    if call.version.knows_creator and with_creator:
        robot.creator_type = call.identity.kind
        robot.creator_ref = call.identity.robot.id if isinstance(call.identity, RobotIdentity) else getattr(call.identity, "id", 0)
    if len(name) > LONGEST_NAME or _refused_by_database(description):
        raise internal()
    if state.robot_with_key(project_id, name):
        raise conflict(f"robot account {project_id}:{name} already exists")
    robot.policies = rows_for(call, permissions)
    try:
        state.add_robot(robot)
    except Conflict:
        raise conflict(f"robot account {project_id}:{name} already exists") from None
    if call.version.audits_robots:
        state.record(call.identity.name, "create", "robot", full_name(state, robot), project_id)
    return robot, secret


def _refused_by_database(description: str) -> bool:
    return len(description) > LONGEST_DESCRIPTION or "\0" in description


def _expiry(start: float, duration: int) -> int:
    return -1 if duration == -1 else int(start) + duration * DAY


def listed(call: Call) -> Answer:
    call.require_authenticated()
    query = call.query()
    level, project_id = _list_scope(call, query.keywords)
    query.keywords["Visible"] = True
    _require_access(call, level, project_id, "list")
    return ok_list(call, query)


def _list_scope(call: Call, keywords: dict[str, Any]) -> tuple[str, int]:
    """Level and project that a list is about; the filter is completed for it."""
    if "Level" not in keywords:
        keywords["ProjectID"] = 0
        return "system", 0
    strict = call.version.level_must_be_plain
    level = keywords["Level"]
    if not isinstance(level, str) and not strict:
        raise Panic
    if level not in ("system", "project"):
        raise bad_request("bad request error level input")
    if level == "system":
        if call.version.level_system_means_system:
            keywords["ProjectID"] = 0
        return level, 0
    if "ProjectID" not in keywords:
        raise bad_request("must with project ID when to query project robots")
    wanted = keywords["ProjectID"]
    if not isinstance(wanted, str) and not strict:
        raise Panic
    if isinstance(wanted, str) and re.fullmatch("[+-]?[0-9]+", wanted) and -2 ** 63 <= int(wanted) < 2 ** 63:
        if int(wanted) > 0 or not call.version.level_system_means_system:
            return level, int(wanted)
    raise bad_request("ProjectID must be a positive integer" if call.version.level_system_means_system else "Project ID must be int type.")


def ok_list(call: Call, query: Query) -> Answer:
    """Robots that fit a query, a page of them."""
    state, known = call.state, columns(call.version)
    wanted = str(query.keywords.get("ProjectID"))
    by_name = False
    if wanted.isascii() and wanted.isdigit() and int(wanted) <= MAX_INT32:
        named = query.keywords.get("name")
        if isinstance(named, str):  # what a look-up by name asks of thousands of robots
            robot = state.robot_with_key(int(wanted), named)
            rows = [robot] if robot else []
        else:
            rows = state.robots_of(int(wanted))
        by_name = True
        del query.keywords["ProjectID"]
    else:
        rows = list(state.all_robots())
    rows = select(rows, query, known, call.version)
    sorts = [name for name, _backwards in query.sorts if name in known]
    if sorts and sorts[0] not in UNIQUE:  # what is equal comes as the table has it: the latest written last
        rows.sort(key=lambda robot: (robot.updated, robot.id))
    if not by_name or sorts or not call.version.sorts_lists:
        rows = order(rows, query, known, "name" if call.version.sorts_lists else "id")
    return ok([printed(state, robot) for robot in page(rows, query)], list_headers(call.request, query, len(rows)))


def read(call: Call) -> Answer:
    robot = _existing(call)
    _require_access(call, robot.level, robot.project_id, "read")
    return ok(printed(call.state, robot))


def update(call: Call) -> Answer:
    robot, body, version = _existing(call), call.body, call.version
    if not robot.editable:
        return _update_legacy(call, robot)
    duration = body.get("duration")
    if duration is None:
        duration = robot.duration if version.keeps_omitted_duration else 0
    permissions = body.get("permissions", [])
    validate(version, duration, body.get("level", ""), permissions)
    namespace: int | str = permissions[0].get("namespace", "")
    if version.looks_up_project_of_system_robot:
        namespace = call.project(str(namespace)).id
        if robot.project_id and robot.project_id != namespace:
            raise bad_request("cannot update the project id of robot")
    elif version.keeps_project_of_robot and robot.project_id and call.project(str(namespace)).id != robot.project_id:
        raise bad_request("cannot update the project id of robot")
    _require_access(call, robot.level if version.access_from_stored_robot else body.get("level", ""), namespace, "update")
    if body.get("level", "") != robot.level or body.get("name", "") != full_name(call.state, robot):
        raise bad_request("cannot update the level or name of robot")
    if _refused_by_database(body.get("description", "")):
        raise internal()
    if not robot.policies and not version.puts_robots_without_rows:
        raise not_found(f"role permission robotaccount:{robot.id} not found")
    rows = rows_for(call, inherit(permissions_of(call.state, robot), permissions))
    if duration != robot.duration:
        if duration == 0:
            duration = int(call.state.settings["robot_token_duration"])
        robot.duration = duration
        robot.expires_at = _expiry(robot.created.timestamp(), duration)
    robot.description = body.get("description", "")
    robot.disabled = body.get("disable", False)
    robot.policies = rows
    robot.updated = now()
    return Answer()


def _update_legacy(call: Call, robot: Robot) -> Answer:
    """Robots of 2.1 and earlier: `disable` and `description` up to 2.3, nothing later."""
    if call.version.legacy_robots_are_frozen:
        raise denied("editing of legacy robot is not allowed")
    level = call.body.get("level", "")
    if level not in ("system", "project"):
        raise forbidden()
    _require_access(call, level, robot.project_id, "update")
    robot.disabled = call.body.get("disable", False)
    robot.description = call.body.get("description", "")
    robot.updated = now()
    return Answer()


def refresh(call: Call) -> Answer:
    robot = _existing(call)
    _require_access(call, robot.level, robot.project_id, "update")
    wanted = call.body.get("secret", "")
    if wanted and not valid_secret(call.version, wanted):
        length = "be 8-128, inclusively, characters long" if call.version.secret_has_maximum else "longer than 8 chars"
        raise bad_request(f"the secret must {length} with at least 1 uppercase letter, 1 lowercase letter and 1 number")
    secret = wanted or new_secret(call.version)
    robot.secret = digest(secret, robot.salt)
    robot.updated = now()
    return ok({} if wanted else {"secret": secret})


def delete(call: Call) -> Answer:
    robot = _existing(call)
    _require_access(call, robot.level, robot.project_id, "delete")
    if robot.editable and not robot.policies:
        raise not_found(f"role permission robotaccount:{robot.id} not found")
    remove(call, robot)
    return Answer()


def remove(call: Call, robot: Robot) -> None:
    """A robot's rows; what has no permission rows, as robots of 2.1 and earlier, goes without a word in the audit log."""
    call.state.remove_robot(robot)
    if call.version.audits_robots and robot.policies:
        call.state.record(call.identity.name, "delete", "robot", f"{call.state.settings['robot_name_prefix']}{robot.name}",
                          robot.project_id)


def expire(robot: Robot) -> None:
    """Let a robot's time be over, for tests."""
    robot.expires_at = int(time.time()) - 1
