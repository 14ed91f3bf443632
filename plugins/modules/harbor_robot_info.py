#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_robot_info
short_description: Read robot accounts of Harbor
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Reads one, some or all robot accounts of the system and of projects. Never shows a secret.
  - Without options it reads the robots of the system. Filters are combined; a robot is returned when it passes all.
  - Every page is followed to the end.
extends_documentation_fragment:
  - harbormaster.robots.harbor
  - harbormaster.robots.attributes.info
  - harbormaster.robots.attributes.action_group
options:
  name:
    description:
      - Short name of the robot, as in V(ci). What does not exist gives an empty list.
    type: str
  name_pattern:
    description:
      - Pattern of short names, as in V(ci-*), with V(*), V(?) and V([abc]).
      - Of a robot whose name no declaration can have, such as V(shop+a+b), what follows its project counts; of one in the system, and of
        legacy robots, the whole stored name.
    type: str
  id:
    description:
      - Number of one robot, of any level. Excludes the options that select others.
    type: int
  level:
    description:
      - Which robots are read. The default is V(project) when O(project) or O(projects) is given, else V(system).
      - With V(project) and no project named, those of all projects that the caller can list. With V(all), those of the system too.
    type: str
    choices:
      - system
      - project
      - all
  project:
    description:
      - Name of one project. It is an error when its robots may not be listed.
    type: str
  projects:
    description:
      - Names of projects, patterns such as V(team-*), or V(all) for every project that the caller can see.
      - It is an error when the robots of a project that was named may not be listed; what a pattern or V(all) found and may not be listed
        is named in RV(not_listed).
    type: list
    elements: str
  expires_within:
    description:
      - Only robots that expire within so many days from now, those that have expired included.
    type: float
  expired:
    description:
      - Only robots that have expired, or only those that have not.
    type: bool
  enabled:
    description:
      - Only robots that are enabled, or only those that are not.
    type: bool
  q:
    description:
      - "Harbor's own filter, passed on as it is: terms such as V(name=~ci) or V(creator_type=robot), separated by commas."
      - Harbor ignores keys that it does not know. Names in it are stored names, as in V(shop+ci).
    type: str
  sort:
    description:
      - Harbor's own order within each project and the system, as in V(-creation_time). Harbor 2.2 has none.
    type: str
seealso:
  - module: harbormaster.robots.harbor_robot
"""

EXAMPLES = r"""
- name: What expires in the next 30 days, anywhere
  harbormaster.robots.harbor_robot_info:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    level: all
    expires_within: 30
    expired: false
  register: ending

- name: Show it
  ansible.builtin.debug:
    msg: "{{ item.full_name }} until {{ item.expires_at }}"
  loop: "{{ ending.robots }}"
  loop_control:
    label: "{{ item.full_name }}"

- name: One robot of a project
  harbormaster.robots.harbor_robot_info:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: ci
    project: shop
  register: ci
"""

RETURN = r"""
robots:
  description:
    - The robots, each as RV(harbormaster.robots.harbor_robot#module:robot). Those of the system come first, then project by project.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "ci", "full_name": "robot$shop+ci", "level": "project", "project": "shop", "enabled": true, "expired": false}]
declarations:
  description:
    - The same robots in the same order as options of M(harbormaster.robots.harbor_robot). Given back, they change nothing.
    - Legacy robots from before Harbor 2.2 cannot be declared and are left out.
    - So are robots with names that no declaration can have, such as V(shop+a+b) or V(shop+Ci), which the old API of Harbor 2.12 and
      earlier took; a warning names each. By their number they can be changed and removed all the same.
    - On Harbor 2.2 the permissions of a robot that holds some on other projects than its own cannot be declared and are left out.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "ci", "project": "shop", "access": ["repository:pull"], "duration": "90"}]
not_listed:
  description: Projects whose robots the caller may not list, and V(system) where that holds for the system.
  returned: success
  type: list
  elements: str
  sample: [library]
registry:
  description: What clients name in C(docker login).
  returned: success
  type: str
  sample: harbor.example.com
error:
  description: The request that failed, with C(status), C(code), C(message), C(request_id), C(method) and C(path).
  returned: when Harbor refused something or did not answer
  type: dict
  sample: {"status": 403, "code": "FORBIDDEN", "message": "forbidden", "request_id": "7e1f…", "method": "GET", "path": "/api/v2.0/robots"}
faults:
  description: Everything that is wrong with the input.
  returned: when the input is wrong
  type: list
  elements: str
  sample: ["name 'CI' is not valid"]
"""

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.module import HarborModule, Report
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.results import shown
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer
from ansible_collections.harbormaster.robots.plugins.module_utils._run.reader import Reader, declarations_of, judge


def work(module: HarborModule, api: HarborApi) -> Report:
    conditions = module.conditions()
    observer = Observer(api, registry=conditions.registry, prefix=conditions.prefix, workers=conditions.workers)
    world = observer.greet()
    found = Reader(api, observer, world, module.params).read()
    declarations, warnings = declarations_of(found.robots, world.catalogue)
    return Report(
        {
            "changed": False,
            "robots": [shown(robot, world) for robot in found.robots],
            "declarations": declarations,
            "not_listed": sorted(found.not_listed),
            "registry": world.server.registry,
        },
        warnings=warnings,
    )


def main() -> None:
    spec = {
        "name": {"type": "str"},
        "name_pattern": {"type": "str"},
        "id": {"type": "int"},
        "level": {"type": "str", "choices": ["system", "project", "all"]},
        "project": {"type": "str"},
        "projects": {"type": "list", "elements": "str"},
        "expires_within": {"type": "float"},
        "expired": {"type": "bool"},
        "enabled": {"type": "bool"},
        "q": {"type": "str"},
        "sort": {"type": "str"},
    }
    HarborModule(spec, judge).run(work)


if __name__ == "__main__":
    main()
