#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_project
short_description: Manage a project of Harbor
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Makes a project, makes it public or private, and removes it when it is empty.
  - The robots of a project go with it.
extends_documentation_fragment:
  - harbormaster.robots.harbor
  - harbormaster.robots.attributes
  - harbormaster.robots.attributes.action_group
options:
  name:
    description:
      - Name of the project.
      - "Lower-case letters and digits, with single V(.), V(_) or V(-) between them; up to 255 characters."
    type: str
    required: true
  public:
    description:
      - Whether everybody may pull from it without a log-in.
      - When it is not given, a new project is private and one that exists stays as it is.
    type: bool
  state:
    description:
      - Whether the project is there. Harbor removes only projects without repositories.
    type: str
    choices:
      - present
      - absent
    default: present
notes:
  - In check mode no project is made, so that later tasks that need it fail.
seealso:
  - module: harbormaster.robots.harbor_robot
"""

EXAMPLES = r"""
- name: There is a private project
  harbormaster.robots.harbor_project:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: shop
    public: false

- name: An old project is gone
  harbormaster.robots.harbor_project:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: shop-2019
    state: absent
"""

RETURN = r"""
project:
  description:
    - The project as it is after the run, or would be in check mode; as it was, when it was removed. Null when there is none and was none.
  returned: success
  type: dict
  contains:
    id:
      description: Its number; null in check mode for a project that would be made, and for a robot that may not see the project.
      type: int
      sample: 4
    name:
      description: Its name.
      type: str
      sample: shop
    public:
      description: Whether everybody may pull from it; null for a robot that may not see a project that was there before.
      type: bool
      sample: false
    repo_count:
      description: How many repositories it has.
      type: int
      sample: 12
    owner:
      description: The user or robot that made it; null in check mode for a project that would be made.
      type: str
      sample: admin
    creation_time:
      description: When it was made, as Harbor says it; null in check mode for a project that would be made.
      type: str
      sample: "2026-11-20T19:09:00.598Z"
    update_time:
      description: When it was last changed, as Harbor says it; null in check mode for a project that would be made.
      type: str
      sample: "2026-11-20T19:09:00.598Z"
changes:
  description: What was changed, in words; in check mode what would be.
  returned: success
  type: list
  elements: str
  sample: ["make private"]
error:
  description: The request that failed, with C(status), C(code), C(message), C(request_id), C(method) and C(path).
  returned: when Harbor refused something or did not answer
  type: dict
  sample: {"status": 403, "code": "FORBIDDEN", "message": "forbidden", "request_id": "7e1f", "method": "POST", "path": "/api/v2.0/projects"}
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
  sample: ["name 'Shop' is not valid"]
"""

import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.module import HarborModule, Report
from ansible_collections.harbormaster.robots.plugins.module_utils._errors import WrongInput
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._run.projects import (
    Outcome,
    Wish,
    apply,
    doubts,
    faults_of,
    find,
    plan,
    standing,
    told,
)


def judge(params: t.Mapping[str, t.Any]) -> tuple[list[str], list[str]]:
    return faults_of(params["name"]), []


def work(module: HarborModule, api: HarborApi) -> Report:
    wish = Wish(module.params["name"], module.params["state"] == "present", module.params["public"])
    caller, server = api.identify(), api.info(module.params["registry"])
    project = find(api, wish.name, caller)
    robot = standing(api, wish, project, server, module.params["robot_name_prefix"])
    made = plan(wish, project, caller, server, robot)
    if made.faults:
        raise WrongInput(["project %s: %s" % (wish.name, fault) for fault in made.faults])
    outcome = Outcome(made, project=project)
    if made.step and not module.check_mode:
        module.writing()
        outcome = apply(api, made)
    warnings = doubts(made, caller, server, robot) if module.check_mode else []
    return Report(told(outcome, module.check_mode), warnings=warnings, failure=outcome.message())


def main() -> None:
    spec = {
        "name": {"type": "str", "required": True},
        "public": {"type": "bool"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    }
    HarborModule(spec, judge).run(work)


if __name__ == "__main__":
    main()
