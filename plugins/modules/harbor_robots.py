#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_robots
short_description: Manage many robot accounts of Harbor in one task
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Makes, changes and removes robot accounts as a list declares them, and removes those that nobody declares when asked to.
  - Reads whole listings and writes side by side, so a thousand robots cost about what their HTTP requests cost. A loop over
    M(harbormaster.robots.harbor_robot) costs about 0.3 seconds for each robot before Harbor does anything.
  - One robot that fails does not stop the others. The result tells of each what was done, and carries every secret that was made; then
    the task fails.
  - Everything else is as for M(harbormaster.robots.harbor_robot).
extends_documentation_fragment:
  - harbormaster.robots.harbor
  - harbormaster.robots.attributes
  - harbormaster.robots.attributes.action_group
options:
  robots:
    description:
      - The robots, each with the options of M(harbormaster.robots.harbor_robot).
      - Two declarations of one robot are refused, like everything else that is wrong in any of them, before the first write and in one
        message.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Short name of the robot. Either this or O(robots[].id) is required.
        type: str
      id:
        description: Number of a robot that exists, where no O(robots[].name) is given.
        type: int
      project:
        description: Name of the project that it belongs to. Without it, it is a system robot.
        type: str
      access:
        description: Pairs, presets and wildcards of a robot of a project; exact when given.
        type: list
        elements: raw
      permissions:
        description:
          - Entries of a system robot; exact when given.
          - Names of projects may be patterns such as V(team-*), which are replaced by the projects that exist when the task runs.
        type: list
        elements: dict
        suboptions:
          project:
            description: Name or pattern of projects, or V(*) for all, present and future.
            type: str
          projects:
            description: Names and patterns of projects.
            type: list
            elements: str
          system:
            description: Can only be V(true), and says that the pairs are those of the system.
            type: bool
          access:
            description: Pairs, presets and wildcards.
            type: list
            elements: raw
            required: true
          effect:
            description: Whether this is allowed, which is what Harbor takes otherwise, or denied.
            type: str
            choices: [allow, deny]
      description:
        description: A text of up to 1024 characters.
        type: str
      enabled:
        description: Whether the robot may log in. Only V(true) here wakes a robot that somebody disabled.
        type: bool
      duration:
        description: Days from its creation, or V(never).
        type: str
      valid_for:
        description: Days from now; renewed, with the same secret, as soon as fewer than O(robots[].renew_within) are left.
        type: int
      renew_within:
        description: Days; a third of O(robots[].valid_for) when it is not given.
        type: int
      expires_at:
        description: A date or time in ISO 8601, UTC unless it says otherwise.
        type: str
      allow_expire:
        description: Whether a working robot may be made to expire within 24 hours. V(false) when it is not given.
        type: bool
      secret:
        description: A secret of your own, which has to work.
        type: str
      update_secret:
        description:
          - V(on_create) sets O(robots[].secret) only when the robot is made; V(always), what holds otherwise, lets O(on_drift) decide.
        type: str
        choices: [always, on_create]
      on_drift:
        description: What O(on_drift) says, for this robot alone.
        type: str
        choices: [report, restore, refresh]
      state:
        description: Whether the robot is there.
        type: str
        choices: [present, absent]
        default: present
  defaults:
    description:
      - Options for declarations that leave them out.
      - An expiry option of a declaration replaces all of the defaults' expiry, and its permissions replace all of theirs.
      - O(defaults.project) and O(defaults.access) go to robots that have no O(robots[].permissions), O(defaults.permissions) to system
        robots.
    type: dict
    suboptions:
      project:
        description: As O(robots[].project).
        type: str
      access:
        description: As O(robots[].access).
        type: list
        elements: raw
      permissions:
        description: As O(robots[].permissions).
        type: list
        elements: dict
        suboptions:
          project:
            description: Name or pattern of projects, or V(*) for all, present and future.
            type: str
          projects:
            description: Names and patterns of projects.
            type: list
            elements: str
          system:
            description: Can only be V(true), and says that the pairs are those of the system.
            type: bool
          access:
            description: Pairs, presets and wildcards.
            type: list
            elements: raw
            required: true
          effect:
            description: Whether this is allowed, which is what Harbor takes otherwise, or denied.
            type: str
            choices: [allow, deny]
      description:
        description: As O(robots[].description).
        type: str
      duration:
        description: As O(robots[].duration).
        type: str
      valid_for:
        description: As O(robots[].valid_for).
        type: int
      renew_within:
        description: As O(robots[].renew_within).
        type: int
      expires_at:
        description: As O(robots[].expires_at).
        type: str
      allow_expire:
        description: As O(robots[].allow_expire).
        type: bool
      update_secret:
        description: As O(robots[].update_secret).
        type: str
        choices: [always, on_create]
  allow_unmatched:
    description: Whether a pattern of projects may match none. Otherwise that is an error.
    type: bool
    default: false
  allow_empty:
    description: Whether O(robots) may be empty. Otherwise that is taken for a mistake.
    type: bool
    default: false
  purge:
    description:
      - Removes robots that O(robots) does not declare, inside these fences. At least one of O(purge.names), O(purge.projects),
        O(purge.level) and O(purge.marker) is required, and a robot has to be inside all that are given.
      - Only the scopes that the fences name are searched, else those of the robots that O(robots) declares by name.
      - It runs last, and only when nothing failed. The robot that is logged in is never removed.
    type: dict
    suboptions:
      names:
        description:
          - Patterns of short names, as in V(ci-*).
          - Of a robot whose name no declaration can have, such as V(shop+a+b) from the old API of Harbor 2.12 and earlier, what follows its
            project counts; of one in the system, and of legacy robots, the whole stored name.
        type: list
        elements: str
      projects:
        description: Names of projects.
        type: list
        elements: str
      level:
        description: Robots of the system, or of projects.
        type: str
        choices: [system, project]
      marker:
        description: A text that the description contains.
        type: str
      disabled:
        description: Whether disabled robots are removed, too.
        type: bool
        default: false
      legacy:
        description: Whether legacy robots from before Harbor 2.2 are removed, too.
        type: bool
        default: false
  purge_limit:
    description:
      - How many robots O(purge) may remove at most; a number, or a percentage of the robots inside the fences, as in V(10%).
      - If there are more, none is removed, the task fails and names them.
    type: str
    default: "5"
  concurrency:
    description: How many requests may be under way at once; from 1 to 64.
    type: int
    default: 4
  on_error:
    description: Whether the other robots are still brought to what is declared when one fails.
    type: str
    choices: [continue, stop]
    default: continue
  verify:
    description:
      - Whether each O(robots[].secret) is tried with one log-in.
      - With O(store), secrets are tried all the same when a run before this one ended while one of them was on its way.
    type: bool
    default: true
  on_drift:
    description:
      - What happens when a secret no longer logs in although nothing here changed it. Somebody did, perhaps for a reason.
      - With V(report), nothing of that robot is touched, and the task fails at its end.
      - With V(restore), the declared secret is set again. With V(refresh), a new one is made and returned.
      - A robot that an interrupted run left without its secret is not taken for this; it gets the declared one.
    type: str
    choices: [report, restore, refresh]
    default: report
  store:
    description:
      - Where the secrets of robots are kept between runs. With it, each robot that is declared without a secret gets one that is made on
        the controller, noted in the store before Harbor has it, and handed out in RV(credentials) by every run.
      - A robot that was there before keeps its secret, which nobody knows, unless O(adopt) names it. A warning names such robots.
      - A secret that the store has and Harbor refuses is drift, which O(on_drift) is about. V(restore) sets the stored one again.
      - It is read and written on the controller, once for all robots. A run that finds everything as it should be writes nothing.
      - Entries of robots that are removed stay, so that a robot that comes back has the secret that it had.
    type: dict
    suboptions:
      type:
        description:
          - V(file) is a YAML file on the controller, encrypted by Ansible Vault.
          - V(hashi_vault) is a KV engine, version 2, of HashiCorp Vault or OpenBao, with a secret for each robot. It needs the collection
            C(community.hashi_vault) and what that needs on the controller.
          - V(command) is a program of your own; it is run with C(get) or C(put), and JSON on its standard input and output.
        type: str
        required: true
        choices: [file, hashi_vault, command]
      path:
        description:
          - With V(file), its path, seen from the playbook's folder; for a playbook that is part of a collection, from the working folder.
          - With V(hashi_vault), the path below which the secrets are, one for each robot by its stored name, as in V(harbor/shop+ci) for
            V(harbor).
          - Required with both. Each Harbor needs one of its own.
        type: str
      format:
        description:
          - V(vault) encrypts the file with a vault identity of the run, where there are several with the one that
            C(ANSIBLE_VAULT_ENCRYPT_IDENTITY) names, else with the one that decrypted it, else with the first.
          - V(plain) writes clear text, with mode C(0600).
        type: str
        choices: [vault, plain]
        default: vault
      lasts:
        description: Whether O(store.path) stays although it is in the folder that AWX removes after a job; otherwise it is refused there.
        type: bool
        default: false
      engine_mount_point:
        description: With V(hashi_vault), where the KV engine is.
        type: str
        default: secret
      options:
        description:
          - With V(hashi_vault), options of the lookup P(community.hashi_vault.vault_kv2_get#lookup), as C(url), C(auth_method), C(token) or
            C(namespace). What is not said comes from the variables and the environment that the lookup reads.
          - Where logging in takes a request, it is made once in a run.
          - The token needs to C(create), C(read) and C(update) below C(data/) and O(store.path).
        type: dict
        default: {}
      command:
        description: With V(command), the program and its arguments; required then.
        type: list
        elements: str
      timeout:
        description: With V(command), how many seconds the program may take; up to 86400.
        type: float
        default: 30
  adopt:
    description:
      - Stored names, as in V(ci) or V(shop+ci), of robots that were there before and whose secret may be replaced by one that O(store)
        keeps.
      - Whoever uses the secret of before is locked out.
    type: list
    elements: str
notes:
  - A task whose result holds a secret is shown as censored; its message, warnings and diff are shown all the same.
  - Ansible reads a list from JSON faster than from YAML, which matters from some thousand robots on.
seealso:
  - module: harbormaster.robots.harbor_robot
  - module: harbormaster.robots.harbor_permission_info
"""

EXAMPLES = r"""
- name: All robots of our teams
  harbormaster.robots.harbor_robots:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    defaults:
      description: managed by ansible
      valid_for: 90
      renew_within: 30
    robots:
      - name: ci
        project: shop
        access: [push]
        secret: "{{ vault_ci_secret }}"
      - name: deployer
        project: shop
        access: [pull]
      - name: mirror
        permissions:
          - project: team-*
            access: [pull]
        duration: never
    purge:
      marker: managed by ansible
    purge_limit: 10%
  register: fleet

- name: The same robots on every run, with secrets that are kept
  harbormaster.robots.harbor_robots:
    robots: "{{ robots }}"
    store:
      type: file
      path: secrets/harbor.yml
  register: kept

- name: The same, with secrets in HashiCorp Vault or OpenBao
  harbormaster.robots.harbor_robots:
    robots: "{{ robots }}"
    store:
      type: hashi_vault
      path: harbor
      options:
        url: https://vault.example.com
        auth_method: approle
        role_id: "{{ vault_role_id }}"
        secret_id: "{{ vault_secret_id }}"
  register: kept

- name: Hand the new secrets on
  ansible.builtin.include_tasks: store.yml
  vars:
    credentials: "{{ fleet.credentials }}"
  when: fleet.credentials | length > 0
"""

RETURN = r"""
robots:
  description:
    - The robots in the order of O(robots), each with the return values of M(harbormaster.robots.harbor_robot) except its diff, and with its
      C(key), which is its stored name. Where C(failed) is true, C(msg) says why, and C(drifted) is true when its secret no longer logs in.
  returned: success, and when a part of the work failed
  type: list
  elements: dict
  sample: [{"key": "shop+ci", "changed": false, "changes": [], "failed": false, "username": "robot$shop+ci", "secret_known": false}]
credentials:
  description:
    - The secrets that were made in this run, and those that O(store) holds, by stored name, as in V(ci) or V(shop+ci).
    - Each has C(username), C(secret), C(registry) and C(expires_at). Empty when no secret was made.
    - A secret of O(store) that Harbor refuses is not among them, nor is one that another may have replaced.
  returned: success, and when a part of the work failed
  type: dict
  sample:
    shop+ci:
      username: robot$shop+ci
      secret: F9v1qJ0WZr3nS6tYbE8uK2mXcA5dLh7P
      registry: harbor.example.com
      expires_at: null
stored:
  description: Stored names of the robots whose entry in O(store) was written; in check mode of those whose entry would be.
  returned: as RV(credentials), when O(store) is given
  type: list
  elements: str
  sample: [shop+ci]
caller:
  description: Whether it was a C(user) or a C(robot) who was refused something.
  returned: when the input is refused after Harbor was asked
  type: str
  sample: user
purged:
  description: Stored names of the robots that O(purge) removed; in check mode of those that it would remove.
  returned: success, and when a part of the work failed
  type: list
  elements: str
  sample: [shop+old]
summary:
  description: How many robots were C(created), C(updated), C(unchanged), C(removed), C(failed) and C(left_alone).
  returned: success, and when a part of the work failed
  type: dict
  sample: {"created": 2, "updated": 0, "unchanged": 998, "removed": 0, "failed": 0, "left_alone": 0}
statistics:
  description:
    - Why the run took as long as it did. C(requests) and C(retries) are counts; C(seconds_observing), C(seconds_probing) and
      C(seconds_writing) are seconds.
  returned: success, and when a part of the work failed
  type: dict
  sample: {"requests": 27, "retries": 0, "seconds_observing": 0.21, "seconds_probing": 0.0, "seconds_writing": 0.05}
registry:
  description: What clients name in C(docker login).
  returned: success, and when a part of the work failed
  type: str
  sample: harbor.example.com
error:
  description: The request that failed before anything was changed.
  returned: when Harbor could not be read
  type: dict
  sample: {"status": 401, "code": "UNAUTHORIZED", "message": "unauthorized", "request_id": "7", "method": "GET", "path": "/api/v2.0/robots"}
faults:
  description: Everything that is wrong with the input.
  returned: when the input is wrong
  type: list
  elements: str
  sample: ["robots[3] (ci): name 'CI' is not valid"]
"""

import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.bulk import Input, bulk_spec, explain, run
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.module import HarborModule, Report
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi


def main() -> None:
    given: dict[str, Input] = {}

    def judge(params: t.Mapping[str, t.Any]) -> tuple[list[str], t.Iterable[str]]:
        given["input"] = Input(params)
        return given["input"].faults, given["input"].declarations.doubts()

    def work(module: HarborModule, api: HarborApi) -> Report:
        return run(module, api, given["input"])

    HarborModule(bulk_spec(), judge, explain).run(work)


if __name__ == "__main__":
    main()
