# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is run while things go wrong: one entry for each kind of work that a module does, with what has to be true in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.faults.world import BEFORE, OWN, PROJECT

FULL_NAME = f"robot${PROJECT}+ci"


@dataclass(frozen=True)
class Scenario:
    """One call of a module.

    :ivar options: without those of the connection
    :ivar before: what the robot is before, as keywords of World.make; None where it does not exist
    :ivar goal: what holds in the end: `pairs`, `description`, `disable`, `secret`, `days` (at least so many are left), `gone`
    :ivar repeats: each run changes something, as a new secret does
    """

    name: str
    module: str
    options: dict[str, Any]
    before: dict[str, Any] | None = None
    goal: dict[str, Any] = field(default_factory=dict)
    repeats: bool = False
    label: str = f"{PROJECT}+ci"

    @property
    def mentions(self) -> set[str]:
        """The members of the robot that the declaration is about: another client's value of those does not have to last."""
        told = {"access": "pairs", "permissions": "pairs", "description": "description", "enabled": "disable", "secret": "secret"}
        return {told[option] for option in self.options if option in told} | ({"secret"} if self.repeats else set())

    @property
    def about_robot(self) -> bool:
        return self.module != "harbor_project"


ROBOT = {"name": "ci", "project": PROJECT}
PULLER = {"pairs": ("repository:pull", "artifact:list"), "description": "as it was", "secret": BEFORE}
PUSH = {(PROJECT, "repository:pull"), (PROJECT, "repository:push")}
NEW = {**ROBOT, "access": ["push"], "valid_for": 90}

CREATES = [
    Scenario("create", "harbor_robot", NEW, None, {"pairs": PUSH, "days": 89, "disable": False}),
    Scenario("create_with_secret", "harbor_robot", {**NEW, "secret": OWN}, None, {"pairs": PUSH, "secret": OWN, "disable": False}),
    Scenario("create_disabled", "harbor_robot", {**NEW, "enabled": False}, None, {"pairs": PUSH, "disable": True}),
    Scenario(
        "create_disabled_with_secret",
        "harbor_robot",
        {**NEW, "enabled": False, "secret": OWN, "description": "both"},
        None,
        {"pairs": PUSH, "disable": True, "secret": OWN, "description": "both"},
    ),
]
UPDATES = [
    Scenario("set_permissions", "harbor_robot", {**ROBOT, "access": ["push"]}, PULLER, {"pairs": PUSH, "secret": BEFORE}),
    Scenario("set_description", "harbor_robot", {**ROBOT, "description": "new"}, PULLER, {"description": "new", "secret": BEFORE}),
    Scenario(
        "extend",
        "harbor_robot",
        {**ROBOT, "valid_for": 90, "renew_within": 40},
        PULLER,
        {"days": 89, "description": "as it was", "secret": BEFORE},
    ),
    Scenario("disable", "harbor_robot", {**ROBOT, "enabled": False}, PULLER, {"disable": True, "secret": BEFORE}),
    Scenario(
        "enable_with_secret",
        "harbor_robot",
        {**ROBOT, "enabled": True, "secret": OWN},
        {**PULLER, "disable": True},
        {"disable": False, "secret": OWN},
    ),
    Scenario(
        "set_secret_and_description",
        "harbor_robot",
        {**ROBOT, "secret": OWN, "description": "new"},
        PULLER,
        {"secret": OWN, "description": "new"},
    ),
]
SECRETS = [
    Scenario("secret", "harbor_robot_secret", {**ROBOT, "secret": OWN}, PULLER, {"secret": OWN, "description": "as it was"}),
    Scenario("new_secret", "harbor_robot_secret", {**ROBOT, "state": "refreshed"}, PULLER, {"description": "as it was"}, repeats=True),
]
REMOVES = [Scenario("remove", "harbor_robot", {**ROBOT, "state": "absent"}, PULLER, {"gone": True})]
ROBOTS = [*CREATES, *UPDATES, *SECRETS, *REMOVES]

READS = [
    Scenario("info", "harbor_robot_info", {"projects": [PROJECT, "lib*"]}, PULLER),
    Scenario("info_of_one", "harbor_robot_info", {**ROBOT}, PULLER),
    Scenario("secret_info", "harbor_robot_secret_info", {**ROBOT, "secret": BEFORE}, PULLER),
]

# Of projects: C(before) and the goal say whether it exists and is public.
PROJECTS = [
    Scenario("create_project", "harbor_project", {"name": "web", "public": True}, None, {"public": True}, label="web"),
    Scenario("update_project", "harbor_project", {"name": "web", "public": False}, {"public": True}, {"public": False}, label="web"),
    Scenario("delete_project", "harbor_project", {"name": "web", "state": "absent"}, {"public": True}, {"public": None}, label="web"),
]
