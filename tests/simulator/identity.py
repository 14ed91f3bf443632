# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks, and what they may do."""
from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from .roles import LIMITED_GUEST, PROJECT_ADMIN, pairs_of_public, pairs_of_role
from .state import SYSTEM_SCOPE, Policy, Project, Robot, State, User

ROLES = range(PROJECT_ADMIN, LIMITED_GUEST + 1)


class Identity:
    """The anonymous caller, and what every other kind of caller overrides."""

    kind = "unauthorized"
    name = ""
    authenticated = False
    administrator = False

    def may_in_system(self, resource: str, action: str) -> bool:
        """True when the caller may do `action` on a resource of the system."""
        return False

    def may_in_project(self, state: State, project: Project | None, resource: str, action: str) -> bool:
        """The same in a project; the empty resource is the project itself, None a project that does not exist."""
        return bool(project and project.public and (resource, action) in pairs_of_public(state.version))


class UserIdentity(Identity):
    """A person, as they were when they logged in."""

    kind = "local"
    authenticated = True

    def __init__(self, number: int, name: str, administrator: bool) -> None:
        self.id = number
        self.name = name
        self.administrator = administrator

    @classmethod
    def of(cls, user: User) -> UserIdentity:
        return cls(user.id, user.name, user.admin)

    def may_in_system(self, resource: str, action: str) -> bool:
        return self.administrator

    def may_in_project(self, state: State, project: Project | None, resource: str, action: str) -> bool:
        if self.administrator:
            return action != "scanner-pull"  # scanners pull what others may not
        if project is None:
            return False
        if any((resource, action) in pairs_of_role(state.version, role) for role in state.roles(project, self.id)):
            return True
        return super().may_in_project(state, project, resource, action)


@cache
def _pattern(resource: str) -> re.Pattern[str]:
    return re.compile("^" + resource.replace("/*", "/.*") + "$")


def _matches(wanted: str, granted: str) -> bool:
    """A granted resource covers a wanted one, `*` in it covering anything."""
    if "*" not in granted:
        return wanted == granted
    try:
        return bool(_pattern(granted).match(wanted))
    except re.error:
        return False


NOTHING = "\0"
"""What no resource is called."""


def _allowed(policies: Iterable[Policy], wanted: str, action: str, itself: str = NOTHING) -> bool:
    """Some policy allows it and none denies it; an effect that is neither counts for nothing. `itself` is what means the scope."""
    allowed = False
    for scope, resource, granted_action, effect in policies:
        path = scope if resource == itself else f"{scope}/{resource}"
        if granted_action in (action, "*") and _matches(wanted, path):
            if effect == "deny":
                return False
            allowed = allowed or effect in ("", "allow")
    return allowed


class RobotIdentity(Identity):
    """A robot account: full name, and the permissions that it had when it logged in."""

    kind = "robot"
    authenticated = True

    def __init__(self, robot: Robot, name: str, policies: list[Policy]) -> None:
        self.robot = robot
        self.name = name
        self.policies = policies

    @property
    def of_system(self) -> bool:
        return self.robot.project_id == 0

    def may_in_system(self, resource: str, action: str) -> bool:
        return self.of_system and _allowed([p for p in self.policies if p[0] == SYSTEM_SCOPE], f"/system/{resource}", action)

    def may_in_project(self, state: State, project: Project | None, resource: str, action: str) -> bool:
        granted = [policy for policy in self.policies if policy[0] != SYSTEM_SCOPE]
        itself = "project" if state.version.robots_hold_projects else NOTHING
        if self.of_system:
            # up to 2.9 system permissions hide the others; without project permissions public projects are closed too
            if not granted or (len(granted) < len(self.policies) and not state.version.evaluates_mixed_permissions):
                return False
        else:
            own = f"/project/{self.robot.project_id}"
            granted = [policy for policy in granted if policy[0] == own]
            granted += [(scope, kind, "pull", "") for scope, kind, verb, _effect in granted if verb == "push"]
        if project is None:
            return False
        if project.public:
            granted += [(f"/project/{project.id}", kind or itself, verb, "") for kind, verb in pairs_of_public(state.version)]
        wanted = f"/project/{project.id}" + (f"/{resource}" if resource else "")
        return _allowed(granted, wanted, action, itself)
