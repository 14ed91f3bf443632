# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is declared, and the playbooks that declare it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

PROJECTS = tuple(f"bench-{number}" for number in range(10))
PAIRS = ("artifact:read", "repository:pull", "repository:push")
FEWER = PAIRS[:2]
MARK = "bench-robot-"
# No robot has this name: declaring it absent in each scope tells a purge where to search.
NOBODY = "bench-nobody"

Robot = dict[str, Any]


def robots(count: int, changed: bool = False, secrets: Mapping[str, str] | None = None) -> list[Robot]:
    """Declarations of `count` robots, half of them of the system, half of ten projects; with `changed`, 5 % hold a pair less."""
    found = []
    for number in range(count):
        access = list(FEWER if changed and number % 20 == 0 else PAIRS)
        project = PROJECTS[number // 2 % 10]
        robot: Robot = {"name": f"{MARK}{number:05}", "description": "made by make bench", "duration": "never"}
        robot |= {"project": project, "access": access} if number % 2 else {"permissions": [{"project": project, "access": access}]}
        if secrets:
            robot["secret"] = secrets[key(robot)]
        found.append(robot)
    return found


def key(robot: Robot) -> str:
    """The stored name of a declared robot."""
    return f"{robot['project']}+{robot['name']}" if robot.get("project") else str(robot["name"])


def options(phase: str, declared: Sequence[Robot]) -> dict[str, Any]:
    """What `harbor_robots` is given in a phase, beside the list itself."""
    if phase == "purge":
        return {"purge": {"names": [f"{MARK}*"]}, "purge_limit": "100%"}
    return {"on_drift": "report"} if any("secret" in robot for robot in declared) else {}


def absent() -> list[Robot]:
    """Declarations that only name the scopes in which a purge is to search."""
    return [{"name": NOBODY, "state": "absent"}, *({"name": NOBODY, "project": name, "state": "absent"} for name in PROJECTS)]


def task(subject: str, phase: str, declared: Sequence[Robot]) -> dict[str, Any] | None:
    """The task of a playbook subject; None for the one without any."""
    if subject == "playbook":
        arguments = {"robots": "{{ robots }}", **options(phase, declared)}
        return {"harbormaster.robots.harbor_robots": arguments, "register": "fleet"}
    if subject == "baseline playbook":
        return {"nothing": {"robots": "{{ robots }}"}, "register": "fleet"}
    if subject == "loop":
        return {"harbormaster.robots.harbor_robot": "{{ item }}", "loop": "{{ robots }}", "register": "fleet"}
    if subject == "uri loop":
        request = {
            "url": "{{ lookup('env', 'HARBOR_URL') }}/api/v2.0/robots?q=name%3D{{ item.name }}",
            "url_username": "{{ lookup('env', 'HARBOR_USERNAME') }}",
            "url_password": "{{ lookup('env', 'HARBOR_PASSWORD') }}",
            "force_basic_auth": True,
        }
        return {"ansible.builtin.uri": request, "loop": "{{ robots }}", "register": "fleet"}
    return None


def write_playbook(
    folder: Path, subject: str, phase: str, declared: Sequence[Robot], form: str, more: Mapping[str, Any] | None = None
) -> Path:
    """Write the playbook of a subject, and its variables in the form `yaml` or `json`; the path of the playbook.

    :param more: keywords of the play that are added or take the place of others
    """
    play: dict[str, Any] = {"hosts": "localhost", "connection": "local", "gather_facts": False, **(more or {})}
    one = task(subject, phase, declared)
    if one:
        variables = folder / f"variables.{form}"
        # Dumped without aliases: people write their robots out.
        text = yaml.dump({"robots": list(declared)}, Dumper=_Plain, sort_keys=False) if form == "yaml" else json.dumps({"robots": declared})
        variables.write_text(text, encoding="utf-8")
        play |= {"vars_files": [str(variables)], "tasks": [{"name": phase.capitalize(), **one}]}
    playbook = folder / "playbook.yml"
    playbook.write_text(yaml.dump([play], sort_keys=False, width=200), encoding="utf-8")
    return playbook


class _Plain(yaml.SafeDumper):
    """Writes lists that occur twice twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
