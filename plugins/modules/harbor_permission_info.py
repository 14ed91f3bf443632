#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_permission_info
short_description: Tell which permissions a Harbor knows, and what presets and wildcards mean
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Returns the permissions of the system and of projects, from the server or of a version from the tables that this collection brings.
  - Tells what each preset expands to, and checks pairs, presets and wildcards before anybody declares them.
extends_documentation_fragment:
  - harbormaster.robots.harbor
  - harbormaster.robots.attributes.info
  - harbormaster.robots.attributes.action_group
options:
  harbor_version:
    description:
      - A version such as V(2.12), in quotes, whose table is to be used. No server is asked then, and O(harbor_url) and credentials only
        have to be there in form.
    type: str
  check:
    description:
      - Pairs, presets and wildcards to be checked.
    type: list
    elements: raw
  check_for:
    description:
      - Whether O(check) is meant for a project or for the system.
    type: str
    choices:
      - project
      - system
    default: project
notes:
  - Harbor tells its list since 2.10, and to system administrators and administrators of projects only. Otherwise the table of the
    server's version is returned; RV(source) says which it is.
  - Harbor before 2.10 takes any pair. The table then holds what its web page offers for projects, and the system's pairs of 2.10.
seealso:
  - module: harbormaster.robots.harbor_robot
"""

EXAMPLES = r"""
- name: What does our Harbor know?
  harbormaster.robots.harbor_permission_info:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
  register: permissions

- name: Would this be accepted?
  harbormaster.robots.harbor_permission_info:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    check: [push, "artifact:*", "labels:list"]
  register: checked

- name: Show what would not
  ansible.builtin.debug:
    msg: "{{ checked.check.refused }}"
"""

RETURN = r"""
version:
  description: The version of Harbor whose permissions these are.
  returned: success
  type: str
  sample: 2.15.2
source:
  description: V(server) when Harbor told them, V(bundled) when they come from this collection's tables.
  returned: success
  type: str
  sample: server
enforced:
  description: Whether this Harbor refuses pairs that it does not list, which it does since 2.10.
  returned: success
  type: bool
  sample: true
system:
  description: The pairs of the system.
  returned: success
  type: list
  elements: str
  sample: ["audit-log:list", "registry:list"]
project:
  description: The pairs of a project.
  returned: success
  type: list
  elements: str
  sample: ["repository:pull", "repository:push"]
presets:
  description:
    - The presets by name, each with its C(meaning) and what it expands to here, for a C(project) and for the C(system); empty where it has
      no meaning.
  returned: success
  type: dict
  sample: {"pull": {"meaning": "Pull images, charts and other artifacts.", "project": ["repository:pull"], "system": []}}
check:
  description:
    - What O(check) comes to. C(accepted) are its pairs, with presets and wildcards expanded. C(refused) has an entry for each item that is
      wrong, with C(item) and C(message), which holds a suggestion where there is one.
  returned: when O(check) is given
  type: dict
  sample: {"accepted": ["repository:pull"], "refused": [{"item": "labels:list", "message": "labels:list is not a permission"}]}
error:
  description: The request that failed, with C(status), C(code), C(message), C(request_id), C(method) and C(path).
  returned: when Harbor refused something or did not answer
  type: dict
  sample: {"status": 401, "code": "UNAUTHORIZED", "message": "", "request_id": "7e", "method": "GET", "path": "/api/v2.0/users/current"}
faults:
  description: Everything that is wrong with the input.
  returned: when the input is wrong
  type: list
  elements: str
  sample: ["harbor_version 'new' is not a version"]
"""

import re
import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.module import HarborModule, Report
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue, parse_version
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import grants
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.presets import PRESETS
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer

OLDEST = (2, 2, 0)
VERSION = re.compile(r"v?\d+\.\d+(\.\d+)?([-+].*)?\Z")


def judge(params: t.Mapping[str, t.Any]) -> tuple[list[str], list[str]]:
    version = params["harbor_version"]
    if version is None:
        return [], []
    if not VERSION.match(version):
        return ["harbor_version %r is not a version such as 2.12 or 2.15.2" % version], []
    if parse_version(version) < OLDEST:
        return ["harbor_version %r is older than 2.2; without quotes YAML takes 2.10 for 2.1" % version], []
    return [], []


def written(pairs: t.Iterable[tuple[str, str]]) -> list[str]:
    return ["%s:%s" % pair for pair in pairs]


def checked(items: t.Sequence[t.Any], kind: str, catalogue: Catalogue) -> dict[str, t.Any]:
    accepted: set[str] = set()
    refused = []
    for item in items:
        namespace = "/" if kind == "system" else "any"
        found, faults = grants([{"kind": kind, "namespace": namespace, "access": [item]}], catalogue)
        accepted.update(grant.pair for grant in found if not faults)
        refused += [{"item": item, "message": fault} for fault in faults]
    return {"accepted": sorted(accepted), "refused": refused}


def work(module: HarborModule, api: HarborApi) -> Report:
    version = module.params["harbor_version"]
    if version is not None:
        catalogue = Catalogue.bundled(version)
    else:
        observer = Observer(api, registry=module.params["registry"], prefix=module.params["robot_name_prefix"])
        world = observer.greet()
        observer.read_catalogue(world)
        catalogue = world.catalogue
    result: dict[str, t.Any] = {
        "changed": False,
        "version": catalogue.version,
        "source": catalogue.source,
        "enforced": catalogue.enforced,
        "system": written(catalogue.system),
        "project": written(catalogue.project),
        "presets": {
            name: {
                "meaning": preset.meaning,
                "project": sorted(written(preset.expand("project", catalogue))),
                "system": sorted(written(preset.expand("system", catalogue))),
            }
            for name, preset in PRESETS.items()
        },
    }
    if module.params["check"] is not None:
        result["check"] = checked(module.params["check"], module.params["check_for"], catalogue)
    return Report(result)


def main() -> None:
    spec = {
        "harbor_version": {"type": "str"},
        "check": {"type": "list", "elements": "raw"},
        "check_for": {"type": "str", "choices": ["project", "system"], "default": "project"},
    }
    HarborModule(spec, judge).run(work)


if __name__ == "__main__":
    main()
