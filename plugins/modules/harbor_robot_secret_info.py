#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_robot_secret_info
short_description: Tell whether the secret of a Harbor robot works
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Tries one log-in with a secret, and says why it does not work where it does not. Changes nothing.
  - A disabled or expired robot is not tried, since no secret of it works.
  - A log-in that is refused makes Harbor wait for 1.5 seconds.
extends_documentation_fragment:
  - harbormaster.robots.harbor
  - harbormaster.robots.attributes.info
  - harbormaster.robots.attributes.action_group
  - harbormaster.robots.robot
options:
  secret:
    description:
      - The secret to be tried.
    type: str
    required: true
seealso:
  - module: harbormaster.robots.harbor_robot_secret
"""

EXAMPLES = r"""
- name: Does the secret that we keep still work?
  harbormaster.robots.harbor_robot_secret_info:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: ci
    project: shop
    secret: "{{ vault_ci_secret }}"
  register: ci

- name: Say why it does not
  ansible.builtin.debug:
    msg: "{{ ci.explanation }}"
  when: not ci.works
"""

RETURN = r"""
works:
  description: Whether the secret logs in.
  returned: success
  type: bool
  sample: false
reason:
  description: Why it does not, one of V(wrong), V(disabled), V(expired) and V(absent); null when it works.
  returned: success
  type: str
  sample: expired
explanation:
  description: The same as a sentence.
  returned: success
  type: str
  sample: robot shop+ci has expired on 2026-10-01; extend it with valid_for or expires_at of harbor_robot
username:
  description: The full name, with which clients log in.
  returned: when the robot exists
  type: str
  sample: robot$shop+ci
registry:
  description: What clients name in C(docker login).
  returned: success
  type: str
  sample: harbor.example.com
robot:
  description: The robot, as RV(harbormaster.robots.harbor_robot#module:robot); null when there is none.
  returned: success
  type: dict
  sample: {"name": "ci", "full_name": "robot$shop+ci", "level": "project", "project": "shop", "enabled": true, "expired": true}
error:
  description: The request that failed, with C(status), C(code), C(message), C(request_id), C(method) and C(path).
  returned: when Harbor refused something or did not answer
  type: dict
  sample: {"status": 403, "code": "FORBIDDEN", "message": "forbidden", "request_id": "7e1f…", "method": "GET", "path": "/api/v2.0/robots"}
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

import typing as t
from dataclasses import replace

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.module import HarborModule, Report
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import identity_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.results import shown
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import read
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.verdict import can_log_in, verdict
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer


def judge(params: t.Mapping[str, t.Any]) -> tuple[list[str], list[str]]:
    return read(dict(params, secret=None))[1], []


def work(module: HarborModule, api: HarborApi) -> Report:
    conditions = module.conditions()
    observer = Observer(api, registry=conditions.registry, prefix=conditions.prefix)
    # A project that is gone took its robots with it, so it is no fault here.
    desired = replace(read(dict(module.params, secret=None))[0], present=False)
    world, faults = observer.observe([desired])
    module.refuse([fault for some in faults.values() for fault in some])
    robot = world.robot_for(desired)
    now = world.server.now()
    secret, version = module.params["secret"], world.server.version
    works = robot is not None and can_log_in(robot, version, now) and api.probe(robot.full_name, secret)
    reason, explanation = verdict(desired.key, robot, works, secret, now, version)
    result = {
        "changed": False,
        "works": works,
        "reason": reason,
        "explanation": explanation,
        "registry": world.server.registry,
        "robot": shown(robot, world) if robot else None,
    }
    if robot is not None:
        result["username"] = robot.full_name
    return Report(result)


def main() -> None:
    spec = dict(identity_spec(), secret={"type": "str", "no_log": True, "required": True})
    HarborModule(spec, judge).run(work)


if __name__ == "__main__":
    main()
