#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: registry_auth
short_description: Log a user of a host in to a container registry
version_added: 0.1.0
author:
  - The harbormaster.robots contributors (@harbormaster)
description:
  - Makes the entry of one registry right in the file in which docker, podman, buildah or skopeo keeps log-ins. Everything else in the file
    stays as it is.
  - It works for any registry, not only for Harbor. It needs no daemon, no client program and no Python library on the host.
  - The file is written only when something differs, as a whole or not at all, through symbolic links, with mode V(0600) and the user as
    owner. Folders that are missing are made with mode V(0700).
  - Where the file names a credential helper for the registry (C(credHelpers), or docker's C(credsStore)), the helper gets the credential
    and the file an empty entry. When the helper is missing or fails, the task fails; the password is never put into the file instead.
  - The work in the files is done with the rights of O(user), also when the task runs as root, so that no link in a home folder can lead
    root elsewhere.
extends_documentation_fragment:
  - harbormaster.robots.attributes
attributes:
  async:
    description: Supports being used with the C(async) keyword.
    support: none
    details: Its result would then be shown before secrets are taken out of sight.
  platform:
    description: Target OS or families that can be operated against.
    support: full
    platforms: posix
options:
  registry:
    description:
      - The registry as images name it, a host with a port where needed, as in V(harbor.example.com) or V(127.0.0.1:5000).
      - For Docker Hub V(docker.io), which gets the key that the client uses.
    type: str
    required: true
  username:
    description:
      - Who logs in, as in V(robot$shop+ci). Required with O(state=present).
    type: str
  password:
    description:
      - The password, or a robot's secret. Required with O(state=present).
    type: str
  client:
    description:
      - The program that is to find the log-in. It decides where the file is, unless O(path) says so, and which helpers count.
      - V(docker) reads C(~/.docker/config.json).
      - V(podman), V(buildah) and V(skopeo) share C(~/.config/containers/auth.json), which lasts. Their own C(login) writes to a file below
        C(/run) that is lost at every reboot, and in which they look first. An entry of the registry there that says something else is
        removed, because it would hide this one.
      - These three know C(credHelpers), but not C(credsStore). Where their file has C(credsStore) and no helper for the registry, the task
        fails.
      - Docker alone looks for a helper on the host before its file has any log-in. This module uses only helpers that the file names.
    type: str
    choices:
      - docker
      - podman
      - buildah
      - skopeo
    default: docker
  user:
    description:
      - The user of the host who is to be logged in. The home folder is the one that the user database names, whatever E(HOME) says.
      - For another user than the one who runs the task, the task has to run as root.
      - When it is not given, it is the user who runs the task.
    type: str
  path:
    description:
      - The file, when it is not where O(client) looks for one. A leading C(~/) is the home folder of O(user).
      - When the task runs as root without O(user), every folder and link on the way must belong to root.
    type: str
  state:
    description:
      - Whether the user is logged in. With V(absent), the entry of the registry is removed in all its spellings, from the helper too.
    type: str
    choices:
      - present
      - absent
    default: present
  verify:
    description:
      - Whether to prove, before anything is written and also when nothing has to be, that the registry lets O(username) in. If it does not,
        the task fails.
      - This is done from the host, as clients do it, with the token server that the registry names, or with basic credentials.
        Redirections are not followed, and a registry with TLS whose token server has none gets no password.
    type: bool
    default: false
  validate_certs:
    description:
      - Whether O(verify) checks TLS certificates. Turn this off for a test of your own only, because then anybody on the way can read the
        password.
    type: bool
    default: true
  ca_path:
    description:
      - File with certificates of authorities that O(verify) trusts besides those of the host (PEM).
    type: path
  plain_http:
    description:
      - Whether O(verify) talks HTTP without TLS to the registry. It does so by itself, where TLS is not spoken, with a registry on the host
        itself (V(localhost) or V(127.0.0.1)), as clients do.
    type: bool
    default: false
  timeout:
    description:
      - How long the registry, or the credential helper, may take for each answer, in seconds; up to 86400.
    type: float
    default: 30.0
notes:
  - Who can read the file can log in, since it has the password in a form that is not encrypted. Use a credential helper where that matters.
  - In a loop whose items hold passwords, Ansible itself shows an item whose task never runs, because C(when) is false or an option cannot
    be put together; C(loop_control.label) hides it from ordinary output, but neither from C(-v) nor from failures. Loop over names there,
    and look the passwords up.
  - Callbacks get the options of every task from Ansible, passwords too; one of your own that writes them shows them.
seealso:
  - module: harbormaster.robots.harbor_robot
"""

EXAMPLES = r"""
- name: Docker of user deploy is logged in
  harbormaster.robots.registry_auth:
    registry: harbor.example.com
    username: robot$shop+deployer
    password: "{{ vault_deployer_secret }}"
    user: deploy
    verify: true
  become: true

- name: Podman of the user who runs the task is logged in
  harbormaster.robots.registry_auth:
    registry: harbor.example.com
    username: robot$shop+deployer
    password: "{{ vault_deployer_secret }}"
    client: podman

- name: A file of its own, for a service
  harbormaster.robots.registry_auth:
    registry: harbor.example.com
    username: robot$shop+deployer
    password: "{{ vault_deployer_secret }}"
    client: skopeo
    path: /etc/mirror/auth.json
  become: true

- name: Nobody is logged in any more
  harbormaster.robots.registry_auth:
    registry: old.example.com
    user: deploy
    state: absent
  become: true
"""

RETURN = r"""
path:
  description: The file, as it was named; links are not resolved.
  returned: when the input is right
  type: str
  sample: /home/deploy/.docker/config.json
helper:
  description: The credential helper that has the credential. The key is absent where the file has it.
  returned: success, when a helper keeps the credential
  type: str
  sample: secretservice
changes:
  description: What was changed, in words; in check mode what would be.
  returned: success
  type: list
  elements: str
  sample: ["log in as robot$shop+deployer", "set mode 0600"]
faults:
  description: Everything that is wrong with the input.
  returned: when the input is wrong
  type: list
  elements: str
  sample: ["registry 'https://harbor.example.com' is not valid: a host, and a port where needed, as in docker login"]
"""

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.exit import SealedModule
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.proxies import proxy_secrets
from ansible_collections.harbormaster.robots.plugins.module_utils._login.auth_file import Login
from ansible_collections.harbormaster.robots.plugins.module_utils._login.registry_auth import judge, run, spec


def main() -> None:
    module = SealedModule(spec(), judge)
    if module.params["password"]:
        # The forms in which files and helpers have it are no less secret.
        module.no_log_values.update(Login(module.params["username"] or "", module.params["password"]).secrets)
    module.no_log_values.update(proxy_secrets())
    module.leave(module.judged(lambda: run(module.params, module.check_mode)))


if __name__ == "__main__":
    main()
