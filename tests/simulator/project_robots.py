# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/projects/{}/robots: the calls of Harbor 2.1, which stayed until 2.12."""
from __future__ import annotations

import re

from .access import Call
from .errors import Panic, bad_request, not_found
from .messages import Answer, ok
from .query import Query
from .robots import full_name, insert, ok_list, printed, remove
from .roles import pairs_of_project
from .state import Robot, now, stamp

RESOURCE = re.compile(r"/project/[0-9]+/([a-z-]+)")


def _allowed_project(call: Call, action: str) -> int:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "robot", action)
    return call.project(wanted).id


def _robot(call: Call, action: str) -> Robot:
    project_id, number = _allowed_project(call, action), call.arguments["robot_id"]
    robot = call.state.robots.get(number)
    if robot is None or robot.project_id != project_id:
        raise not_found(f"resource not found: cannot find robot with project id: {project_id} and id: {number}")
    return robot


def _pair(call: Call, access: dict[str, str] | None, project_id: int, wanted: int | str) -> dict[str, str]:
    """An entry of the body as an entry of a permission; raises 400 for what is not known, and shows ids as Go's `%s` does."""
    if access is None:
        raise Panic
    resource, action, effect = (access.get(name, "") for name in ("resource", "action", "effect"))
    own = f"/project/{project_id}"
    known = {(f"{own}/{kind}" if kind else own, verb) for kind, verb in pairs_of_project(call.version)}
    if (resource, action) not in known or effect not in ("", "allow"):
        shown = f"%!s(int64={wanted})" if isinstance(wanted, int) else wanted
        raise bad_request(f"{action} action of {resource} resource not exist in project {shown}")
    match = RESOURCE.fullmatch(resource)
    if not match:
        raise bad_request(f"bad resource {resource}")
    return {"resource": match[1], "action": action, "effect": effect}


def create(call: Call) -> Answer:
    """The name is not checked; neither is the expiry read."""
    wanted = call.project_in_path()
    call.require_in_project(wanted, "robot", "create")
    accesses = call.body.get("access", [])
    if not accesses:
        raise bad_request("bad request no access")
    project = call.project(wanted)
    pairs = [_pair(call, access, project.id, wanted) for access in accesses]
    permission = {"kind": "project", "namespace": project.name, "access": pairs}
    # in 2.12 the project is not known yet when the robot is made: it becomes a system robot with an odd name
    home = 0 if call.version.project_robot_paths_forget_project else project.id
    stored = f"{'' if call.version.project_robot_paths_forget_project else project.name}+{call.body.get('name', '')}"
    robot, secret = insert(call, stored, home, call.body.get("description", ""), 0, [permission], with_creator=False)
    location = f"{call.request.path.rstrip('/')}/{robot.id}"
    return ok({"creation_time": stamp(robot.created), "id": robot.id, "name": full_name(call.state, robot), "secret": secret},
              {"Location": location}, 201)


def listed(call: Call) -> Answer:
    wanted = call.project_in_path()
    call.require_in_project(wanted, "robot", "list")
    query: Query = call.query()
    query.keywords["Visible"] = True
    query.keywords["ProjectID"] = call.project(wanted).id
    return ok_list(call, query)


def read(call: Call) -> Answer:
    return ok(printed(call.state, _robot(call, "read")))


def update(call: Call) -> Answer:
    robot = _robot(call, "update")
    robot.disabled = call.body.get("disable", False)
    robot.updated = now()
    return Answer()


def delete(call: Call) -> Answer:
    remove(call, _robot(call, "delete"))
    return Answer()
