#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_robot_secret
short_description: Make the secret of a Harbor robot work, or give it a new one
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Sets the secret of a robot account that exists, and touches nothing else of it.
  - With O(state=present), a secret of your own is tried first and set only when it does not work.
  - With O(state=refreshed), the robot gets a new secret; the old one stops working at once.
  - Secrets are in the registered result and never in the output, whatever the verbosity.
extends_documentation_fragment:
  - harbormaster.robots.harbor
  - harbormaster.robots.attributes
  - harbormaster.robots.attributes.action_group
  - harbormaster.robots.robot
attributes:
  idempotent:
    support: partial
    details: With O(state=refreshed) every run makes a new secret.
options:
  secret:
    description:
      - The secret that is to work. Required with O(state=present), and not possible with O(state=refreshed).
      - "8 to 128 characters, at least one upper-case letter, one lower-case letter and one digit."
    type: str
  state:
    description:
      - With V(present), O(secret) works. With V(refreshed), the secret is a new one.
      - A disabled robot is left alone, with a warning. An expired one is not tried; V(refreshed) gives it a new secret all the same.
    type: str
    choices:
      - present
      - refreshed
    default: present
notes:
  - A task whose result holds a secret is shown as censored; its message, warnings and diff are shown all the same.
  - No robot may do this since Harbor 2.10, not even for itself; log in as a user.
seealso:
  - module: harbormaster.robots.harbor_robot
  - module: harbormaster.robots.harbor_robot_secret_info
"""

EXAMPLES = r"""
- name: The secret that we keep works
  harbormaster.robots.harbor_robot_secret:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: ci
    project: shop
    secret: "{{ vault_ci_secret }}"

- name: A new secret after an incident
  harbormaster.robots.harbor_robot_secret:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: mirror
    state: refreshed
  register: mirror # mirror.secret is the new one
"""

RETURN = r"""
username:
  description: The full name, with which clients log in.
  returned: success
  type: str
  sample: robot$shop+ci
registry:
  description: What clients name in C(docker login).
  returned: success
  type: str
  sample: harbor.example.com
secret:
  description:
    - The new secret, when this run made it. Absent otherwise; never null and never empty. A secret that was given is not returned.
    - It is there as well when the run failed after Harbor may have taken it.
  returned: when this run made it
  type: str
  sample: F9v1qJ0WZr3nS6tYbE8uK2mXcA5dLh7P
secret_known:
  description: Whether RV(secret) is there.
  returned: success
  type: bool
  sample: true
secret_changed:
  description: Whether the secret of the robot is another one than before.
  returned: success
  type: bool
  sample: true
robot:
  description: The robot, as RV(harbormaster.robots.harbor_robot#module:robot).
  returned: success
  type: dict
  sample: {"name": "ci", "full_name": "robot$shop+ci", "level": "project", "project": "shop", "enabled": true, "expired": false}
changes:
  description: What was changed, in words; in check mode what would be.
  returned: success
  type: list
  elements: str
  sample: ["set secret"]
error:
  description: The request that failed, with C(status), C(code), C(message), C(request_id), C(method) and C(path).
  returned: when Harbor refused something or did not answer
  type: dict
  sample: {"status": 403, "code": "FORBIDDEN", "message": "forbidden", "request_id": "7e", "method": "PATCH", "path": "/api/v2.0/robots/7"}
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
  sample: ["secret is required with state=present"]
"""

import typing as t
from dataclasses import replace

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.module import HarborModule, Report
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import identity_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.results import report
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import read
from ansible_collections.harbormaster.robots.plugins.module_utils._run.fleet import Fleet


def judge(params: t.Mapping[str, t.Any]) -> tuple[list[str], list[str]]:
    faults = read(dict(params, state=None))[1]
    if params["state"] == "refreshed" and params["secret"] is not None:
        faults.append("secret does not go with state=refreshed, which makes a new one; state=present makes yours work")
    if params["state"] != "refreshed" and params["secret"] is None:
        faults.append("secret is required with state=present")
    return faults, []


def work(module: HarborModule, api: HarborApi) -> Report:
    desired = read(dict(module.params, state=None))[0]
    fleet = Fleet(api, module.conditions())
    world, plans = fleet.prepare([replace(desired, refresh=module.params["state"] == "refreshed", may_create=False)])
    module.writing()
    result, secrets, warnings, failure = report(fleet.apply(world, plans)[0], world, module.check_mode)
    result.pop("declaration", None)
    return Report(result, secrets, warnings, failure)


def main() -> None:
    spec = dict(
        identity_spec(),
        secret={"type": "str", "no_log": True},
        state={"type": "str", "choices": ["present", "refreshed"], "default": "present"},
    )
    HarborModule(spec, judge).run(work)


if __name__ == "__main__":
    main()
