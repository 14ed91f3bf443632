# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Input that only Harbor can tell is wrong: what it has, what its version knows, and what the caller may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bad_input.table import PROJECT, ROBOT, SECRET, ci, mirror
from tests.faults.world import BEFORE, OWN, Json, World, access

NEWEST = "2.15.2"


def nothing(world: World) -> Json:
    return {}


@dataclass(frozen=True)
class Case:
    """A call that fails, with every fault; C(arrange) makes the Harbor for it and gives further options, which the faults can name."""

    name: str
    module: str
    options: dict[str, Any]
    faults: list[str]
    arrange: Callable[[World], Json] = nothing
    version: str = NEWEST


# --- Harbors


def working(world: World) -> Json:
    world.make("ci", BEFORE)
    return {}


def aged(world: World) -> Json:
    robot = world.make("ci", BEFORE, duration=-1)
    world.simulator.arrange("age_robot", id=robot["id"], days=200)
    return {}


def by_id(world: World) -> Json:
    return {"id": world.make("ci", BEFORE)["id"]}


def legacy(world: World) -> Json:
    project = world.project("shop")
    assert project
    return {"id": world.simulator.arrange("legacy_robot", name="robot$old", project_id=project["project_id"])}


def stranded(world: World) -> Json:
    """A robot whose only project was removed."""
    world.call("POST", "/projects", {"project_name": "web"})
    world.call("POST", "/robots", {"name": "mirror", "level": "system", "duration": -1, "permissions": access("web", "repository:pull")})
    world.call("DELETE", "/projects/web")
    return {}


def born_expired(world: World) -> Json:
    """A robot from the old API, whose duration is 0."""
    project = world.project("shop")
    assert project
    held = {"resource": f"/project/{project['project_id']}/repository", "action": "pull"}
    world.call("POST", "/projects/shop/robots", {"name": "ci", "access": [held]})
    return {}


def everywhere(world: World) -> Json:
    world.call("POST", "/robots", {"name": "mirror", "level": "system", "duration": -1, "permissions": access("*", "repository:pull")})
    return {}


def read_only(world: World) -> Json:
    world.call("PUT", "/configurations", {"read_only": True})
    return {}


def user(role: int | None) -> Callable[[World], Json]:
    """A user with this role in the project (1 its administrator, 2 developer), or with none."""

    def arrange(world: World) -> Json:
        name = f"user{role or 0}"
        if not [one for one in world.call("GET", "/users") if one["username"] == name]:
            world.call("POST", "/users", {"username": name, "password": "Passw0rd1", "realname": name, "email": f"{name}@example.com"})
        members = [one["entity_name"] for one in world.call("GET", "/projects/shop/members")]
        if role and name not in members:
            world.call("POST", "/projects/shop/members", {"role_id": role, "member_user": {"username": name}})
        return {"harbor_username": name, "harbor_password": "Passw0rd1"}

    return arrange


def robot(*pairs: str) -> Callable[[World], Json]:
    """A robot as caller, which holds these pairs on the project."""

    def arrange(world: World) -> Json:
        held = access("shop", *pairs)
        made = world.call("POST", "/robots", {"name": "caller", "level": "system", "duration": -1, "permissions": held})
        return {"harbor_username": made["name"], "harbor_password": made["secret"]}

    return arrange


def both(first: Callable[[World], Any], second: Callable[[World], Json]) -> Callable[[World], Json]:
    def arrange(world: World) -> Json:
        return {**first(world), **second(world)}

    return arrange


MANAGER = robot("robot:create", "robot:delete", "robot:list", "robot:read", "repository:pull", "project:read")
COULD = "a system administrator or an administrator of project shop could"
LEGACY = "is a legacy robot from before Harbor 2.2, which can only be removed (state=absent with its id); make a new one"

PERMISSIONS = [
    Case(
        "misspelt resource",
        ROBOT,
        ci(access=["labels:list"]),
        ["robot shop+ci: labels:list is not a permission for a project in Harbor 2.15.2: did you mean label:list?"],
    ),
    Case(
        "misspelt action",
        ROBOT,
        ci(access=["repository:pusch"]),
        ["robot shop+ci: repository:pusch is not a permission for a project in Harbor 2.15.2: did you mean repository:push?"],
    ),
    Case(
        "abbreviated, and another",
        ROBOT,
        ci(access=["repo:pull", "tag:lsit"]),
        [
            "robot shop+ci: repo:pull is not a permission for a project in Harbor 2.15.2: did you mean repository:pull?",
            "robot shop+ci: tag:lsit is not a permission for a project in Harbor 2.15.2: did you mean tag:list?",
        ],
    ),
    Case(
        "for the system only",
        ROBOT,
        ci(access=["registry:list"]),
        ["robot shop+ci: registry:list is not a permission for a project in Harbor 2.15.2: it exists for the system, not for a project"],
    ),
    Case(
        "for projects only",
        ROBOT,
        mirror({"system": True, "access": ["repository:pull"]}),
        ["robot mirror: repository:pull is not a permission for the system in Harbor 2.15.2: it exists for a project, not for the system"],
    ),
    Case(
        "SBOMs on 2.10",
        ROBOT,
        ci(access=["sbom:create"]),
        ["robot shop+ci: sbom:create is not a permission for a project in Harbor 2.10.3: Harbor has it since 2.11"],
        version="2.10",
    ),
    Case(
        "robots on 2.11",
        ROBOT,
        ci(access=["robot:create", "robot:*"]),
        [
            "robot shop+ci: robot:create is not a permission for a project in Harbor 2.11.2: Harbor has it since 2.12",
            "robot shop+ci: robot:* matches nothing for a project in Harbor 2.11.2: Harbor has it since 2.12",
        ],
        version="2.11",
    ),
    Case(
        "mixing on 2.9",
        ROBOT,
        mirror({"project": "*", "access": ["pull"]}, {"system": True, "access": ["registry:list"]}),
        [
            "robot mirror: Harbor 2.9.5 ignores the project permissions of a robot that has permissions on the system as well"
            " (since 2.10 both count): declare two robots, one for the system and one for projects"
        ],
        version="2.9.5",
    ),
    Case(
        "wildcard to the letter",
        ROBOT,
        ci(access=[{"resource": "*", "action": "*"}]),
        ["robot shop+ci: Harbor 2.15.2 has no wildcards: write *:* as text, which is expanded here"],
    ),
]

STATE = [
    Case(
        "stored duration of 0",
        ROBOT,
        ci(description="new"),
        ["robot shop+ci: has a stored duration of 0, which this Harbor refuses in any update: give valid_for or expires_at as well"],
        born_expired,
        "2.11",
    ),
    Case(
        "first namespace of a system robot",
        ROBOT,
        {"name": "mirror", "description": "new"},
        [
            "robot mirror: cannot be updated: Harbor 2.5.3 updates only those system robots that have permissions on a named project "
            "(since 2.5.4 all)"
        ],
        everywhere,
        "2.5.3",
    ),
    Case("end before the creation", ROBOT, ci(expires_at="2020-01-01"), ["robot shop+ci: an expiry of 2020-01-01T00:00:00Z …"], working),
    Case(
        "new robot that expired",
        ROBOT,
        ci(expires_at="2020-01-01"),
        ["robot shop+ci: expires_at 2020-01-01T00:00:00Z is in the past (Harbor's clock says …"],
    ),
    Case(
        "expiry before its creation",
        ROBOT,
        ci(expires_at="2020-01-01"),
        ["robot shop+ci: an expiry of 2020-01-01T00:00:00Z cannot be counted from its creation on …"],
        working,
    ),
    Case(
        "duration that ends it within a day",
        ROBOT,
        ci(duration=200),
        ["robot shop+ci: duration 200 counts from its creation on …"],
        aged,
    ),
    Case(
        "duration that ends it at once",
        ROBOT,
        ci(duration=90),
        ["robot shop+ci: duration 90 counts from its creation on …"],
        aged,
    ),
    Case(
        "unknown project",
        ROBOT,
        ci(project="nosuch"),
        ["robot nosuch+ci: project nosuch does not exist; harbor_project makes it"],
    ),
    Case(
        "permissions on unknown projects",
        ROBOT,
        mirror({"projects": ["shop", "nosuch", "neither"], "access": ["pull"]}),
        [
            "robot mirror: project neither, which its permissions name, does not exist",
            "robot mirror: project nosuch, which its permissions name, does not exist",
        ],
    ),
    Case(
        "creation without access",
        ROBOT,
        {"name": "ci", "project": "shop", "enabled": True},
        ["robot shop+ci: does not exist yet, and to make it access is needed"],
    ),
    Case(
        "creation without permissions",
        ROBOT,
        {"name": "mirror", "expires_at": "2020-01-01"},
        [
            "robot mirror: does not exist yet, and to make it permissions is needed",
            "robot mirror: expires_at 2020-01-01T00:00:00Z is in the past (Harbor's clock says …",
        ],
    ),
    Case(
        "creation by id", ROBOT, {"id": 9999, "enabled": False}, ["robot id 9999: does not exist, and a robot is made by name, not by id"]
    ),
    Case(
        "id in another project",
        ROBOT,
        {"project": "library", "description": "x"},
        ["robot id {id}: is not in project library but in project shop"],
        by_id,
    ),
    Case(
        "id of a project robot with permissions",
        ROBOT,
        {"permissions": [{"project": "shop", "access": ["pull"]}]},
        ["robot id {id}: is in project shop: give project and access"],
        by_id,
    ),
    Case("legacy robot", ROBOT, {"enabled": False}, ["robot id {id}: " + LEGACY], legacy),
    Case("secret of a legacy robot", SECRET, {"secret": OWN}, ["robot id {id}: " + LEGACY], legacy),
    Case(
        "robot without permissions",
        ROBOT,
        {"name": "mirror", "description": "x"},
        ["robot mirror: has no permissions any more (its projects are gone), and Harbor refuses to update such a robot: give permissions"],
        stranded,
    ),
    Case(
        "secret of nobody",
        SECRET,
        {"name": "ci", "project": "shop", "secret": OWN},
        ["robot shop+ci: does not exist; harbor_robot makes it"],
    ),
    Case(
        "secret in no project",
        SECRET,
        {"name": "ci", "project": "nosuch", "secret": OWN},
        ["robot nosuch+ci: project nosuch does not exist; harbor_project makes it"],
    ),
]

READ_ONLY = "Harbor is in read-only mode, so nothing can be changed; a system administrator can end that"
RIGHTS = [
    Case("read-only mode", ROBOT, ci(), [f"robot shop+ci: {READ_ONLY}"], read_only),
    Case("project in read-only mode", PROJECT, {"name": "web"}, [f"project web: {READ_ONLY}"], read_only),
    Case(
        "project administrator on system robots",
        ROBOT,
        mirror({"project": "*", "access": ["pull"]}),
        ["robot mirror: user user1 may not see system robots; a system administrator could"],
        user(1),
    ),
    Case("developer creates", ROBOT, ci(), [f"robot shop+ci: user user2 may not create it; {COULD}"], user(2)),
    Case(
        "developer updates",
        ROBOT,
        ci(description="x"),
        [f"robot shop+ci: user user2 may not update it; {COULD}"],
        both(working, user(2)),
    ),
    Case(
        "developer sets a secret",
        SECRET,
        {"name": "ci", "project": "shop", "state": "refreshed"},
        [f"robot shop+ci: user user2 may not set the secret of it; {COULD}"],
        both(working, user(2)),
    ),
    Case(
        "developer removes",
        ROBOT,
        {"name": "ci", "project": "shop", "state": "absent"},
        [f"robot shop+ci: user user2 may not remove it; {COULD}"],
        both(working, user(2)),
    ),
    Case(
        "developer on the project",
        PROJECT,
        {"name": "shop", "public": True},
        ["project shop: user user2 may not update it; a system administrator or an administrator of the project could"],
        user(2),
    ),
    Case(
        "robot that may not create",
        ROBOT,
        ci(),
        [f"robot shop+ci: robot robot$caller lacks robot:create there; {COULD}"],
        robot("robot:list", "robot:read", "repository:pull", "project:read"),
    ),
    Case(
        "robot that gives more than it holds",
        ROBOT,
        ci(access=["push"]),
        [f"robot shop+ci: robot robot$caller can give only what it holds itself, and lacks repository:push on shop; {COULD}"],
        MANAGER,
    ),
    Case(
        "robot that updates",
        ROBOT,
        ci(description="x"),
        [f"robot shop+ci: robot$caller is a robot and may not update it (no robot can, since Harbor 2.10); {COULD}"],
        both(working, MANAGER),
    ),
    Case(
        "robot that sets a secret",
        SECRET,
        {"name": "ci", "project": "shop", "secret": OWN},
        [f"robot shop+ci: robot$caller is a robot and may not set its secret (no robot can, since Harbor 2.10); {COULD}"],
        both(working, MANAGER),
    ),
    Case(
        "robot that makes one with a secret, disabled",
        ROBOT,
        ci(secret=OWN, enabled=False),
        [f"robot shop+ci: robot$caller is a robot and may not set its secret or disable it (no robot can, since Harbor 2.10); {COULD}"],
        MANAGER,
    ),
]

DYNAMIC = [*PERMISSIONS, *STATE, *RIGHTS]
