# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: credentials
short_description: Credentials of robots that a store has
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Reads from a store, on the controller, what M(harbormaster.robots.harbor_robots) keeps there. Harbor is not asked.
  - So a host can be logged in although the one that made the robots is not part of the run, as under C(--limit) or in another job slice
    of AWX.
  - Only a secret that is known to have reached Harbor is handed out, and none while another one is on its way.
options:
  _terms:
    description: Stored names of robots, as in V(ci), or V(shop+ci) for one of project V(shop).
    type: list
    elements: str
    required: true
  store:
    description: The store, as in O(harbormaster.robots.harbor_robots#module:store).
    type: dict
    required: true
notes:
  - The result holds a password. Hand it to options that are meant for one, and give C(no_log) to tasks that would show it.
  - Every use of a variable that holds this lookup reads the store again; take M(ansible.builtin.set_fact) with C(no_log) to read it once.
seealso:
  - module: harbormaster.robots.harbor_robots
"""

EXAMPLES = r"""
- name: A server logs in with what the store has
  harbormaster.robots.registry_auth:
    registry: "{{ deployer.registry }}"
    username: "{{ deployer.username }}"
    password: "{{ deployer.password }}"
  vars:
    deployer: "{{ lookup('harbormaster.robots.credentials', 'shop+deployer', store={'type': 'file', 'path': 'secrets/harbor.yml'}) }}"
"""

RETURN = r"""
_raw:
  description: One for each name.
  type: list
  elements: dict
  contains:
    username:
      description: The full name, which logs in.
      type: str
      returned: always
      sample: robot$shop+deployer
    password:
      description: The confirmed secret.
      type: str
      returned: always
      sample: xxxx
    registry:
      description: The host, and a port where needed.
      type: str
      returned: always
      sample: harbor.example.com
    expires_at:
      description: When it stops to log in; nothing for never.
      type: str
      returned: always
      sample: "2027-01-01T00:00:00Z"
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.harbormaster.robots.plugins.plugin_utils._keeping import credential
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import StoreError
from ansible_collections.harbormaster.robots.plugins.plugin_utils._stores import store_of


class LookupModule(LookupBase):
    """Hands out what a store has confirmed."""

    def run(self, terms: t.Sequence[t.Any], variables: t.Optional[dict[str, t.Any]] = None, **kwargs: t.Any) -> list[dict[str, t.Any]]:
        """One credential for each term. Raises AnsibleLookupError when the store cannot tell, or has none."""
        self.set_options(var_options=variables, direct=kwargs)
        keys = [str(term) for term in self._flatten(terms)]  # a list that a variable holds counts as its items
        try:
            found = store_of(self.get_option("store"), self._loader, self._templar, variables or {}).read(keys)
        except StoreError as exc:
            raise AnsibleLookupError(str(exc)) from exc
        settled = {key: credential(entry) for key, entry in found.items() if not entry.pending}
        credentials = {key: told for key, told in settled.items() if told}
        missing = [key for key in dict.fromkeys(keys) if key not in credentials]
        if missing:
            raise AnsibleLookupError(
                "the store has no secret of %s that is known to log in; a run of harbor_robots with this store settles that"
                % ", ".join(missing)
            )
        return [{"password" if name == "secret" else name: value for name, value in credentials[key].items()} for key in keys]
