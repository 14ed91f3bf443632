#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_robot
short_description: Manage a robot account of Harbor
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Makes, changes and removes a robot account, of a project or of the system.
  - A run changes only what differs. What is not mentioned stays as it is.
  - A secret of your own is tried before it is sent. A working secret is never changed here; for that there is
    M(harbormaster.robots.harbor_robot_secret).
  - Secrets are in the registered result and never in the output, whatever the verbosity.
extends_documentation_fragment:
  - harbormaster.robots.harbor
  - harbormaster.robots.attributes
  - harbormaster.robots.attributes.action_group
  - harbormaster.robots.robot
  - harbormaster.robots.robot.declaration
notes:
  - A task whose result holds a secret is shown as censored; its message, warnings and diff are shown all the same.
  - E(ANSIBLE_DEBUG), E(ANSIBLE_KEEP_REMOTE_FILES) and E(ANSIBLE_DISPLAY_ARGS_TO_STDOUT) make Ansible itself show secrets.
  - A robot as caller can create, read, list and remove robots since Harbor 2.12, and nothing else.
seealso:
  - module: harbormaster.robots.harbor_robots
  - module: harbormaster.robots.harbor_robot_info
  - module: harbormaster.robots.harbor_robot_secret
  - module: harbormaster.robots.harbor_project
  - module: harbormaster.robots.registry_auth
"""

EXAMPLES = r"""
- name: CI may push to shop, with a secret of our own
  harbormaster.robots.harbor_robot:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: ci
    project: shop
    access:
      - push
    valid_for: 90
    renew_within: 30
    secret: "{{ vault_ci_secret }}"
  register: ci

- name: Docker of the user who runs this logs in with it, on every run
  harbormaster.robots.registry_auth:
    registry: "{{ ci.registry }}"
    username: "{{ ci.username }}"
    password: "{{ vault_ci_secret }}"

- name: A system robot over several projects, with a secret that Harbor makes
  harbormaster.robots.harbor_robot:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: mirror
    permissions:
      - project: "*"
        access: [pull]
      - projects: [shop, web]
        access: [push, "artifact:*"]
      - system: true
        access: ["registry:list", "replication:*"]
    duration: never
  register: mirror # mirror.secret is there in the run that makes the robot, and only then

- name: A robot that is no longer needed
  harbormaster.robots.harbor_robot:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: old-deployer
    project: shop
    state: absent
"""

RETURN = r"""
robot:
  description:
    - The robot as it is after the run, or would be in check mode; as it was, when it was removed. Null when there is none and was none.
  returned: success
  type: dict
  contains:
    id:
      description: Its number; null in check mode for a robot that would be made.
      type: int
      sample: 17
    name:
      description:
        - Its short name. The stored name where it has none that could be declared, the full name where the prefix is not known.
      type: str
      sample: ci
    full_name:
      description: The name that logs in; null in check mode where the prefix is not known.
      type: str
      sample: robot$shop+ci
    stored_name:
      description: The name without prefix, by which Harbor's C(q) finds it; null where it cannot be known.
      type: str
      sample: shop+ci
    level:
      description: V(system) or V(project).
      type: str
      sample: project
    project:
      description: Its project; null for a system robot, and for a legacy robot that was selected by O(id) alone by an administrator.
      type: str
      sample: shop
    description:
      description: Its description.
      type: str
      sample: Pushes what CI has built
    enabled:
      description: Whether it may log in.
      type: bool
      sample: true
    editable:
      description: False for a legacy robot from before Harbor 2.2, which can only be removed.
      type: bool
      sample: true
    permissions:
      description: What it may do, in the form of O(permissions), with every pair written out.
      type: list
      elements: dict
      sample: [{"project": "shop", "access": ["repository:pull", "repository:push"]}]
    refused_pairs:
      description: Pairs that it holds and that this Harbor would no longer accept.
      type: list
      elements: str
      sample: []
    duration:
      description: Days from its creation to its expiry; -1 for never.
      type: int
      sample: 90
    expires_at:
      description: When it expires, in UTC; null for never.
      type: str
      sample: "2027-02-18T19:09:00Z"
    expired:
      description: Whether it has expired.
      type: bool
      sample: false
    creator_type:
      description: V(local) for a user, V(robot) for a robot; null before Harbor 2.12, and in the run that makes the robot.
      type: str
      sample: local
    creator_ref:
      description: Number of the user or robot that made it; null before Harbor 2.12, and in the run that makes the robot.
      type: int
      sample: 1
    creation_time:
      description: When it was made, as Harbor says it; null in check mode for a robot that would be made.
      type: str
      sample: "2026-11-20T19:09:00.598Z"
    update_time:
      description: When it was last changed, as Harbor said it before this run; null in the run that makes the robot.
      type: str
      sample: "2026-11-20T19:09:00.598Z"
username:
  description: The full name, with which clients log in. Absent in check mode where the prefix of a new robot is not known.
  returned: when there is or was such a robot
  type: str
  sample: robot$shop+ci
registry:
  description: What clients name in C(docker login).
  returned: success
  type: str
  sample: harbor.example.com
secret:
  description:
    - The secret that Harbor or this module made in this run. Absent otherwise; never null and never empty.
    - A secret that was given is not returned.
    - It is there as well when a later step failed.
  returned: when this run made it
  type: str
  sample: F9v1qJ0WZr3nS6tYbE8uK2mXcA5dLh7P
secret_known:
  description: Whether RV(secret) is there.
  returned: success
  type: bool
  sample: false
secret_changed:
  description: Whether the secret of the robot is another one than before.
  returned: success
  type: bool
  sample: true
changes:
  description: What was changed, in words; in check mode what would be.
  returned: success
  type: list
  elements: str
  sample: ["add repository:push on shop", "extend to 2027-02-18"]
recovered:
  description: Whether the answer to the creation was lost and the robot was found and given a new secret.
  returned: when it is true
  type: bool
  sample: true
declaration:
  description: The robot as options of this module, with one form of expiry and without its number. Given back, it changes nothing.
  returned: when O(state=present), unless it was selected by O(id) and has a name that cannot be declared
  type: dict
  sample: {"name": "ci", "project": "shop", "access": ["repository:pull", "repository:push"], "duration": "90"}
error:
  description: The request that failed, with C(status), C(code), C(message), C(request_id), C(method) and C(path).
  returned: when Harbor refused something or did not answer
  type: dict
  sample: {"status": 403, "code": "FORBIDDEN", "message": "forbidden", "request_id": "7e1f…", "method": "POST", "path": "/api/v2.0/robots"}
caller:
  description: Whether it was a C(user) or a C(robot) who was refused something.
  returned: when the input is refused after Harbor was asked
  type: str
  sample: user
faults:
  description: Everything that is wrong with the input.
  returned: when the input is wrong
  type: list
  elements: str
  sample: ["name 'CI' is not valid"]
"""

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.module import HarborModule, Report
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import declaration_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.results import report
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import judge, read
from ansible_collections.harbormaster.robots.plugins.module_utils._run.fleet import Fleet


def work(module: HarborModule, api: HarborApi) -> Report:
    fleet = Fleet(api, module.conditions())
    world, plans = fleet.prepare([read(module.params)[0]])
    module.writing()
    return Report(*report(fleet.apply(world, plans)[0], world, module.check_mode))


def main() -> None:
    HarborModule(declaration_spec(), judge).run(work)


if __name__ == "__main__":
    main()
