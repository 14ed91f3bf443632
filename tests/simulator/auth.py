# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials: who a request is from, the delay and the lock after a refused password, and what checking one costs."""
from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from .identity import Identity, RobotIdentity, UserIdentity
from .messages import Request
from .sessions import Sessions
from .state import State, User, digest

CORES = 2
"""How many password hashes are under way at once, as on a server with two cores."""


@dataclass
class Costs:
    """Seconds: what refused credentials wait, and what checking a user's password takes."""

    refusal: float
    password: float


class Authenticator:
    """Turns credentials into identities."""

    def __init__(self, state: State, sessions: Sessions, costs: Costs) -> None:
        self._state = state
        self._sessions = sessions
        self._costs = costs
        self._locked_until: dict[str, float] = {}
        self._cores = asyncio.Semaphore(CORES)

    async def identify(self, request: Request) -> Identity:
        """Robot, then user, then web session, else nobody. Wrong credentials are the same as none, only slower."""
        if request.basic:
            name, password = request.basic
            robot = self._robot(name, password)
            if robot:
                return robot
            user = await self.log_in(name, password)
            if user:
                return UserIdentity.of(user)
        return self._sessions.identity(request.cookie("sid")) or Identity()

    def _robot(self, name: str, secret: str) -> RobotIdentity | None:
        """A robot logs in by full name: right secret, not disabled, not expired."""
        prefix = str(self._state.settings["robot_name_prefix"])
        if not name.startswith(prefix):
            return self._legacy_robot(name, secret)
        named = self._state.robots_named(name.removeprefix(prefix))
        if not named:
            return self._legacy_robot(name, secret)
        robot = named[0]
        if not robot.secret or digest(secret, robot.salt) != robot.secret or robot.disabled or robot.expired():
            return None
        return RobotIdentity(robot, name, self._state.visible_policies(robot))

    def _legacy_robot(self, name: str, secret: str) -> RobotIdentity | None:
        """Robots of 2.1 and earlier, whose secret is a token; up to 2.3 they log in with it."""
        if self._state.version.legacy_robots_are_frozen:
            return None
        for robot in self._state.robots_named(name):
            if not robot.editable and robot.salt and secret == robot.salt and not robot.disabled and not robot.expired():
                scope = f"/project/{robot.project_id}"
                return RobotIdentity(robot, name, [(scope, "repository", "pull", ""), (scope, "repository", "push", "")])
        return None

    async def log_in(self, principal: str, password: str) -> User | None:
        """A user by name or address and password; None at once while the principal is locked, else after the delay."""
        if self._state.settings["auth_mode"] != "db_auth" and principal != self._state.users[1].name:
            return None  # somebody else's business, who is not simulated
        if self.locked(principal):
            return None
        user = self._state.user_to_log_in(principal)
        if user:
            await self.spend()
            if digest(password, user.salt) == user.password:
                return user
        self.lock(principal)
        if self._costs.refusal:
            await asyncio.sleep(self._costs.refusal)
        return None

    async def spend(self) -> None:
        """Take the time that hashing a password takes, without holding up other requests' event loop."""
        if self._costs.password:
            async with self._cores:
                await asyncio.sleep(self._costs.password)

    def locked(self, principal: str) -> bool:
        return self._locked_until.get(principal, 0.0) > time.monotonic()

    def lock(self, principal: str) -> None:
        """As a wrong password does: for as long as its refusal takes, counted from now."""
        self._locked_until[principal] = time.monotonic() + self._costs.refusal
