# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: dockerconfigjson
short_description: The content of a Kubernetes pull secret
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Makes the text of a secret of type C(kubernetes.io/dockerconfigjson) from one or several credentials.
  - The same credentials always give the same text, byte for byte what C(kubectl create secret docker-registry) makes of them, so nothing
    changes when nothing differs.
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
  base64:
    description: Whether the text is encoded in base64, for the field C(data) of a secret; C(stringData) takes it as it is.
    type: bool
    default: false
  keys:
    description: Which credentials of a dictionary are meant. All of them when it is empty.
    type: list
    elements: str
    default: []
  duplicates:
    description:
      - What happens with different credentials for one registry, of which a pull secret can hold only one.
      - V(first) and V(last) take the one that comes first or last in the input, or in O(keys).
    type: str
    choices: [error, first, last]
    default: error
seealso:
  - plugin: harbormaster.robots.docker_config
    plugin_type: filter
  - name: Pull secrets
    description: How Kubernetes uses them.
    link: https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
"""

EXAMPLES = r"""
- name: The cluster can pull
  kubernetes.core.k8s:
    definition:
      apiVersion: v1
      kind: Secret
      type: kubernetes.io/dockerconfigjson
      metadata:
        name: harbor
        namespace: shop
      data:
        .dockerconfigjson: "{{ credentials | harbormaster.robots.dockerconfigjson(base64=true) }}"
  no_log: true
  vars:
    credentials:
      registry: harbor.example.com
      username: robot$shop+deployer
      password: "{{ vault_deployer_secret }}"
"""

RETURN = r"""
_value:
  description: The text, in base64 when O(base64=true).
  type: str
  sample: >-
    {"auths":{"harbor.example.com":{"username":"robot$shop+ci","password":"Secret-12345","auth":"cm9ib3Qkc2hvcCtjaTpTZWNyZXQtMTIzNDU="}}}
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.harbormaster.robots.plugins.plugin_utils import _docker_config


def dockerconfigjson(
    credentials: t.Any, base64: bool = False, keys: t.Optional[t.Sequence[str]] = None, duplicates: str = "error"
) -> t.Any:
    """The filter: as the function of the same name, with Ansible's kind of error."""
    if not isinstance(base64, bool):
        raise AnsibleFilterError("dockerconfigjson: base64 is true or false")
    try:
        return _docker_config.untouched(_docker_config.dockerconfigjson(credentials, keys, duplicates, base64))
    except _docker_config.CredentialsError as error:
        raise AnsibleFilterError("dockerconfigjson: %s" % error) from None


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"dockerconfigjson": dockerconfigjson}
