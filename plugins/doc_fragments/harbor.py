# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  harbor_url:
    description:
      - Address of Harbor itself, as in V(https://harbor.example.com), without a path.
      - If it is not given, the environment variable E(HARBOR_URL) of the host where the module runs is used.
      - Redirections are not followed, since they would carry the password along.
    type: str
    required: true
  harbor_username:
    description:
      - The user, or the full name of the robot, that logs in; as in V(admin), or V(robot$manager) for a robot.
      - If it is not given, the environment variable E(HARBOR_USERNAME) is used.
      - Excludes O(harbor_token).
    type: str
  harbor_password:
    description:
      - The password of that user, or the secret of that robot.
      - If it is not given, the environment variable E(HARBOR_PASSWORD) is used.
    type: str
  harbor_token:
    description:
      - An OIDC id token, sent as bearer token. Harbor takes one where it authenticates with OIDC.
      - If it is not given, the environment variable E(HARBOR_TOKEN) is used.
      - Excludes O(harbor_username).
    type: str
  validate_certs:
    description:
      - Whether Harbor's TLS certificate is verified. Turn this off for a test of your own only, because then anybody on the way can read
        the password.
      - If it is not given, the environment variable E(HARBOR_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities that are trusted (PEM), or a folder with hashed ones.
      - If it is not given, the environment variables E(HARBOR_CA_PATH), E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE) are used, in this
        order, else the authorities that requests brings.
    type: path
  client_cert:
    description:
      - File with a client certificate (PEM), for a Harbor or a gateway that asks for one. It may hold the key, too.
      - If it is not given, the environment variable E(HARBOR_CLIENT_CERT) is used.
    type: path
  client_key:
    description:
      - File with the key of O(client_cert) (PEM), where that does not hold it.
      - If it is not given, the environment variable E(HARBOR_CLIENT_KEY) is used.
    type: path
  timeout:
    description:
      - How long one request may wait for a connection, and then for each part of the answer, in seconds; up to 86400.
      - If it is not given, the environment variable E(HARBOR_TIMEOUT) is used.
    type: float
    default: 30.0
  retries:
    description:
      - How often a request is repeated that got no answer, or one of 429, 500, 502, 503 and 504, where repeating is safe; from 0 to 20.
        The pauses double, with jitter; a Retry-After of up to 120 seconds is kept.
      - A robot is never made twice. When the answer to its creation was lost, it is looked up first.
      - If it is not given, the environment variable E(HARBOR_RETRIES) is used.
    type: int
    default: 3
  login:
    description:
      - How a user logs in. Robots and tokens always send their credentials with each request.
      - With V(basic), user name and password go with every request. Since 2.15.2 each costs Harbor about 0.1 s of CPU.
      - With V(session), the module logs in once, as the web page does, and logs out at its end.
      - With V(auto), it opens a session where that pays (2.15.2 and later, more than a few requests) and is to be had.
      - If it is not given, the environment variable E(HARBOR_LOGIN) is used.
    type: str
    choices:
      - auto
      - basic
      - session
    default: auto
  registry:
    description:
      - The host, and the port where needed, that clients name in C(docker login), for the return value RV(ignore:registry).
      - If it is not given, the environment variable E(HARBOR_REGISTRY) is used, then what Harbor is configured to say, then the host
        of O(harbor_url).
    type: str
  robot_name_prefix:
    description:
      - What Harbor puts before the stored names of robots. Needed only where it cannot be learned, since only system administrators may
        read it and no robot shows it. It is never assumed.
      - If it is not given, the environment variable E(HARBOR_ROBOT_NAME_PREFIX) is used.
    type: str
  request_id:
    description:
      - Beginning of the C(X-Request-Id) of every request, up to 64 printable characters without blanks. Each request gets an id of
        its own, which Harbor logs and messages show.
      - If it is not given, the environment variable E(HARBOR_REQUEST_ID) is used, else each id is a random UUID.
    type: str
requirements:
  - Python 3.9 or later
  - requests 2.25.1 or later
notes:
  - The module runs wherever Python and requests are, usually with C(connection=local). Each Harbor can be an inventory host of its own.
  - Proxies of the environment (E(HTTPS_PROXY), E(HTTP_PROXY), E(NO_PROXY)) are used.
  - Works with Harbor 2.2 and later.
  - In a loop whose items hold secrets, Ansible itself shows an item whose task never runs, because C(when) is false or an option cannot be
    put together; C(loop_control.label) hides it from ordinary output, but neither from C(-v) nor from failures. Use
    M(harbormaster.robots.harbor_robots) instead of a loop there, or loop over names and look the secrets up.
  - Callbacks get the options of every task from Ansible, secrets too; one of your own that writes them shows them.
"""
