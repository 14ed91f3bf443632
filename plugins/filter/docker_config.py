# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: docker_config
short_description: The configuration with which docker and podman log in
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Makes the content of C(config.json) of docker, or of C(auth.json) of podman, from one or several credentials.
  - User names and passwords stay exact, C($) and C(+) of robots' names too.
  - Everything that is wrong with the credentials is told in one message, which has no secret in it.
positional: _input
options:
  _input:
    description:
      - One credential, a list of them, or a dictionary from keys to them as RV(harbormaster.robots.harbor_robots#module:credentials).
      - Each has C(username), C(password) or C(secret), and C(registry); whatever else it has does not matter.
      - No credentials at all are an error.
    type: raw
    required: true
  keys:
    description: Which credentials of a dictionary are meant. All of them when it is empty.
    type: list
    elements: str
    default: []
  duplicates:
    description:
      - What happens with different credentials for one registry, of which a configuration can hold only one.
      - V(first) and V(last) take the one that comes first or last in the input, or in O(keys).
    type: str
    choices: [error, first, last]
    default: error
seealso:
  - plugin: harbormaster.robots.dockerconfigjson
    plugin_type: filter
  - module: harbormaster.robots.registry_auth
"""

EXAMPLES = r"""
- name: A job that is given its log-in as a file, as in podman pull --authfile
  ansible.builtin.copy:
    content: "{{ ci | harbormaster.robots.docker_config | to_nice_json }}"
    dest: /var/tmp/ci-auth.json
    mode: "0600"
  no_log: true
  vars:
    ci:
      registry: harbor.example.com
      username: robot$shop+ci
      password: "{{ vault_ci_secret }}"

- name: A host that pulls from two registries, whose file has nothing else in it
  ansible.builtin.copy:
    content: "{{ credentials | harbormaster.robots.docker_config(keys=['shop+deployer', 'mirror']) | to_nice_json }}"
    dest: /home/ci/.docker/config.json
    mode: "0600"
  no_log: true
"""

RETURN = r"""
_value:
  description:
    - C(auths), with C(username), C(password) and C(auth) for each registry. C(auth) is user name and password in base64, all that docker
      and podman read; Kubernetes takes either.
  type: dict
  sample:
    auths:
      harbor.example.com:
        username: robot$shop+ci
        password: Secret-12345
        auth: cm9ib3Qkc2hvcCtjaTpTZWNyZXQtMTIzNDU=
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.harbormaster.robots.plugins.plugin_utils import _docker_config


def docker_config(credentials: t.Any, keys: t.Optional[t.Sequence[str]] = None, duplicates: str = "error") -> t.Any:
    """The filter: as the function of the same name, with Ansible's kind of error."""
    try:
        return _docker_config.untouched(_docker_config.docker_config(credentials, keys, duplicates))
    except _docker_config.CredentialsError as error:
        raise AnsibleFilterError("docker_config: %s" % error) from None


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"docker_config": docker_config}
