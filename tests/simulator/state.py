# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the simulated Harbor remembers, in memory, with the indexes that keep thousands of robots fast."""
from __future__ import annotations

import bisect
import hashlib
import random
import secrets
import string
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from .settings import defaults_for
from .versions import Version

LETTERS = string.ascii_letters + string.digits
DAY = 86400
SYSTEM_SCOPE = "/system"
ALL_PROJECTS_SCOPE = "/project/*"
ADMIN = "admin"
ADMIN_PASSWORD = "Harbor12345"

Policy = tuple[str, str, str, str]
"""A row of the permission tables: scope, resource, action, effect."""


def now() -> datetime:
    return datetime.now(timezone.utc)


def stamp(moment: datetime) -> str:
    """A time as Harbor prints it: UTC, milliseconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (moment.microsecond // 1000)


def random_text(length: int = 32) -> str:
    return "".join(secrets.choice(LETTERS) for _letter in range(length))


def digest(secret: str, salt: str) -> str:
    """What is stored instead of a secret. Harbor takes 4096 rounds for it; that cost is of no use here."""
    return hashlib.sha256(f"{salt}:{secret}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def project_of_scope(scope: str) -> int | None:
    """The project id in a scope such as /project/7; None for /system and /project/*."""
    last = scope.rpartition("/")[2]
    return int(last) if last.isdigit() else None


@dataclass
class User:
    id: int
    name: str
    email: str
    password: str
    salt: str
    realname: str = ""
    comment: str = ""
    admin: bool = False
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)


@dataclass
class Project:
    id: int
    name: str
    owner_id: int
    metadata: dict[str, str]
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    members: dict[int, Member] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    items_expire: int | None = None
    storage: int | None = -1

    @property
    def public(self) -> bool:
        return self.metadata.get("public", "").lower() in ("true", "1")


@dataclass
class Member:
    id: int
    user_id: int
    role: int


@dataclass
class Robot:
    """A row of the robot table, and its permission rows."""

    id: int
    name: str
    project_id: int
    description: str = ""
    duration: int = 0
    expires_at: int = 0
    disabled: bool = False
    visible: bool = True
    secret: str = ""
    salt: str = ""
    creator_type: str = ""
    creator_ref: int = 0
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    policies: dict[Policy, None] = field(default_factory=dict)

    @property
    def editable(self) -> bool:
        """False for robots of Harbor 2.1 and earlier, which have no secret here."""
        return bool(self.secret)

    @property
    def level(self) -> str:
        return "project" if self.project_id else "system"

    def expired(self, at: float | None = None) -> bool:
        return self.expires_at != -1 and self.expires_at <= int(time.time() if at is None else at)


@dataclass
class Label:
    """A label for artifacts: global (scope `g`), or of a project (`p`)."""

    id: int
    name: str
    scope: str
    project_id: int = 0
    description: str = ""
    color: str = ""
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)


@dataclass
class Event:
    """A row of the audit log."""

    id: int
    project_id: int
    user: str
    resource: str
    resource_type: str
    operation: str
    description: str
    successful: bool = True
    at: datetime = field(default_factory=now)


class Conflict(Exception):
    """A unique constraint: such a row exists."""


class State:
    """The database of one Harbor."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.settings: dict[str, Any] = defaults_for(version)
        self.users: dict[int, User] = {}
        self.projects: dict[int, Project] = {}
        self.project_ids: dict[str, int] = {}
        self.robots: dict[int, Robot] = {}
        self.labels: dict[int, Label] = {}
        self.events: list[Event] = []
        self._by_key: dict[tuple[int, str], int] = {}
        self._by_name: dict[str, list[int]] = {}
        self._sorted: dict[int, list[tuple[str, int]]] = {}
        self._sequences: dict[str, int] = {}
        self._random = random.Random()
        admin = self.add_user(ADMIN, "", ADMIN_PASSWORD, realname="system admin", comment="admin user", admin=True)
        self.next_id("user")  # Harbor's own anonymous user has the second id
        self.add_project("library", admin.id, {"public": "true"})

    def next_id(self, table: str) -> int:
        """Next number of a sequence; never given back, as in a database."""
        self._sequences[table] = self._sequences.get(table, 0) + 1
        return self._sequences[table]

    # --- users --------------------------------------------------------------------------------------------------------

    def add_user(self, name: str, email: str, password: str, realname: str = "", comment: str = "", admin: bool = False) -> User:
        """Raises Conflict where name or address are taken."""
        number = self.next_id("user")
        if any(user.name == name or (email and user.email == email) for user in self.users.values()):
            raise Conflict
        salt = random_text()
        user = User(number, name, email, digest(password, salt), salt, realname, comment, admin)
        self.users[number] = user
        return user

    def user_named(self, name: str) -> User | None:
        return next((user for user in self.users.values() if user.name == name), None)

    def user_to_log_in(self, principal: str) -> User | None:
        """Users log in with their name or their address."""
        return next((user for user in self.users.values() if principal and principal in (user.name, user.email)), None)

    # --- projects -----------------------------------------------------------------------------------------------------

    def add_project(self, name: str, owner_id: int, metadata: dict[str, str]) -> Project:
        """A project with its owner as administrator; raises Conflict where the name is taken."""
        number = self.next_id("project")
        if name in self.project_ids:
            raise Conflict
        project = Project(number, name, owner_id, metadata)
        self.projects[number] = project
        self.project_ids[name] = number
        self.add_member(project, owner_id, 1)
        return project

    def project_named(self, name: str) -> Project | None:
        number = self.project_ids.get(name)
        return None if number is None else self.projects[number]

    def remove_project(self, project: Project) -> None:
        """Its project robots go too; what other robots may do in it stays as rows that nobody sees."""
        del self.projects[project.id]
        del self.project_ids[project.name]
        for _name, number in list(self._sorted.get(project.id, [])):
            self.remove_robot(self.robots[number])

    def add_member(self, project: Project, user_id: int, role: int) -> Member:
        member = Member(self.next_id("member"), user_id, role)
        project.members[member.id] = member
        return member

    def roles(self, project: Project, user_id: int) -> list[int]:
        return [member.role for member in project.members.values() if member.user_id == user_id]

    # --- robots -------------------------------------------------------------------------------------------------------

    def add_robot(self, robot: Robot) -> None:
        """Raises Conflict where the project has a robot of that name."""
        key = (robot.project_id, robot.name)
        if key in self._by_key:
            raise Conflict
        self.robots[robot.id] = robot
        self._by_key[key] = robot.id
        self._by_name.setdefault(robot.name, []).append(robot.id)
        bisect.insort(self._sorted.setdefault(robot.project_id, []), (robot.name, robot.id))

    def remove_robot(self, robot: Robot) -> None:
        del self.robots[robot.id]
        del self._by_key[(robot.project_id, robot.name)]
        self._by_name[robot.name].remove(robot.id)
        names = self._sorted[robot.project_id]
        del names[bisect.bisect_left(names, (robot.name, robot.id))]

    def robot_with_key(self, project_id: int, name: str) -> Robot | None:
        number = self._by_key.get((project_id, name))
        return None if number is None else self.robots[number]

    def robots_named(self, name: str) -> list[Robot]:
        """Every robot of that stored name."""
        return [self.robots[number] for number in self._by_name.get(name, [])]

    def robots_of(self, project_id: int) -> list[Robot]:
        """Robots of a project (0: system robots), by name."""
        return [self.robots[number] for _name, number in self._sorted.get(project_id, [])]

    def all_robots(self) -> Iterable[Robot]:
        """Every robot, oldest first."""
        return self.robots.values()

    def visible_policies(self, robot: Robot) -> list[Policy]:
        """A robot's permission rows without those of projects that are gone."""
        return [policy for policy in robot.policies if project_of_scope(policy[0]) is None or project_of_scope(policy[0]) in self.projects]

    def place_of(self, scope: str) -> dict[str, str]:
        """A scope as kind and namespace."""
        number = project_of_scope(scope)
        if number is not None:
            return {"kind": "project", "namespace": self.projects[number].name}
        return {"kind": "system", "namespace": "/"} if scope == SYSTEM_SCOPE else {"kind": "project", "namespace": "*"}

    def shuffled(self, items: Iterable[Any]) -> list[Any]:
        """Items in no particular order, as Go's maps have it."""
        result = list(items)
        if len(result) > 1:
            self._random.shuffle(result)
        return result

    def age(self, robot: Robot, days: float) -> None:
        """Make a robot older: its creation and its expiry move into the past."""
        robot.created -= timedelta(days=days)
        if robot.expires_at != -1:
            robot.expires_at -= int(days * DAY)

    # --- audit --------------------------------------------------------------------------------------------------------

    def record(self, user: str, operation: str, resource_type: str, resource: str, project_id: int = 0, description: str = "",
               successful: bool = True) -> None:
        """An event, unless the settings switch its kind off."""
        switched_off = str(self.settings.get("disabled_audit_log_event_types", "")).lower().split(",")
        if f"{operation}_{resource_type}" in [kind.strip() for kind in switched_off]:
            return
        self.events.append(Event(self.next_id("event"), project_id, user, resource, resource_type, operation,
                                 description or f"{operation} {resource_type}: {resource}", successful))
