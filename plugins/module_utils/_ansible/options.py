# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Options: what the modules accept, and what is wrong with the values of a call."""

from __future__ import annotations

import os
import re
import typing as t
from urllib.parse import urlsplit

from ansible.module_utils.basic import env_fallback

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.proxies import proxy_faults
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.http import Settings
from ansible_collections.harbormaster.robots.plugins.module_utils._mask import quotable
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import Spec, is_text, timeout_fault

Params = t.Mapping[str, t.Any]

REQUEST_ID = re.compile(r"[\x21-\x7e]{1,64}\Z")
TOKEN = re.compile(r"[\x21-\x7e]+\Z")
REGISTRY = re.compile(r"[^\s/]+\Z")


def _from_env(name: str, **spec: t.Any) -> Spec:
    return dict(spec, fallback=(env_fallback, [name]))


def connection_spec() -> Spec:
    """The options that every module shares."""
    return {
        "harbor_url": _from_env("HARBOR_URL", type="str", required=True),
        "harbor_username": _from_env("HARBOR_USERNAME", type="str"),
        "harbor_password": _from_env("HARBOR_PASSWORD", type="str", no_log=True),
        "harbor_token": _from_env("HARBOR_TOKEN", type="str", no_log=True),
        "validate_certs": _from_env("HARBOR_VALIDATE_CERTS", type="bool", default=True),
        "ca_path": _from_env("HARBOR_CA_PATH", type="path"),
        "client_cert": _from_env("HARBOR_CLIENT_CERT", type="path"),
        "client_key": _from_env("HARBOR_CLIENT_KEY", type="path", no_log=False),
        "timeout": _from_env("HARBOR_TIMEOUT", type="float", default=30.0),
        "retries": _from_env("HARBOR_RETRIES", type="int", default=3),
        "login": _from_env("HARBOR_LOGIN", type="str", choices=["auto", "basic", "session"], default="auto"),
        "registry": _from_env("HARBOR_REGISTRY", type="str"),
        "robot_name_prefix": _from_env("HARBOR_ROBOT_NAME_PREFIX", type="str"),
        "request_id": _from_env("HARBOR_REQUEST_ID", type="str"),
    }


def identity_spec() -> Spec:
    """What names one robot."""
    return {"name": {"type": "str"}, "id": {"type": "int"}, "project": {"type": "str"}}


def declaration_spec() -> Spec:
    """What a user may say of one robot."""
    entry = {
        "project": {"type": "str"},
        "projects": {"type": "list", "elements": "str"},
        "system": {"type": "bool"},
        "access": {"type": "list", "elements": "raw", "required": True},
        "effect": {"type": "str", "choices": ["allow", "deny"]},
    }
    return dict(
        identity_spec(),
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        access={"type": "list", "elements": "raw"},
        permissions={"type": "list", "elements": "dict", "options": entry},
        description={"type": "str"},
        enabled={"type": "bool"},
        duration={"type": "str"},
        valid_for={"type": "int"},
        renew_within={"type": "int"},
        expires_at={"type": "str"},
        allow_expire={"type": "bool", "default": False},
        secret={"type": "str", "no_log": True},
        update_secret={"type": "str", "choices": ["always", "on_create"], "default": "always", "no_log": False},
    )


def store_spec() -> Spec:
    """Where secrets are kept between runs; read on the controller."""
    return {
        "type": {"type": "str", "choices": ["file", "hashi_vault", "command"], "required": True},
        "path": {"type": "str"},
        "format": {"type": "str", "choices": ["vault", "plain"], "default": "vault"},
        "lasts": {"type": "bool", "default": False},
        "engine_mount_point": {"type": "str", "default": "secret"},
        "options": {"type": "dict", "default": {}, "no_log": True},
        "command": {"type": "list", "elements": "str"},
        "timeout": {"type": "float", "default": 30.0},
    }


def connection(params: Params) -> tuple[Settings, list[str]]:
    """The connection settings of a call, and everything that is wrong with them."""
    url = (params.get("harbor_url") or "").strip()
    faults = _url_faults(url) or ([] if _needs_no_proxy(url) else proxy_faults(urlsplit(url).scheme))
    username, password, token = (params.get(key) or None for key in ("harbor_username", "harbor_password", "harbor_token"))
    if token and username:
        faults.append("harbor_username and harbor_token exclude each other")
    if not token and not username:
        faults.append("harbor_username and harbor_password are required (or harbor_token)")
    if username and not token and not password:
        faults.append("harbor_password is required with harbor_username")
    if username and ":" in username:
        # Said without the value, in which the password may follow.
        faults.append("harbor_username cannot hold a colon; the password goes into harbor_password")
    faults += [
        "%s has bytes that are no text in UTF-8" % name
        for name in ("harbor_username", "harbor_password")
        if not is_text(params.get(name) or "")
    ]
    if token and not TOKEN.match(token):
        # Said without the value, of which a refused header would show a part.
        faults.append("harbor_token has blanks, line breaks or other characters that no token has")
    timeout, retries = params.get("timeout"), params.get("retries")
    wrong = timeout_fault(timeout)
    faults += [wrong] if wrong else []
    if retries is not None and not 0 <= retries <= 20:
        faults.append("retries %d is not valid: a number from 0 to 20" % retries)
    for option in ("ca_path", "client_cert", "client_key"):
        if params.get(option) and not os.path.exists(params[option]):
            faults.append("%s %s does not exist on the host where the module runs" % (option, params[option]))
    bundle = next((name for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if os.environ.get(name)), None)
    if bundle and url.startswith("https:") and params.get("validate_certs") is not False and not params.get("ca_path"):
        if not os.path.exists(os.environ[bundle]):
            faults.append("%s of the environment names %s, which does not exist" % (bundle, os.environ[bundle]))
    if params.get("client_key") and not params.get("client_cert"):
        faults.append("client_key goes with client_cert")
    if params.get("request_id") and not REQUEST_ID.match(params["request_id"]):
        faults.append("request_id %r is not valid: 1 to 64 printable characters without blanks" % params["request_id"])
    if "@" in (params.get("registry") or ""):
        faults.append("registry holds credentials: give the host, and a port where needed, as in docker login")
    elif params.get("registry") and not REGISTRY.match(params["registry"]):
        faults.append("registry %r is not valid: a host, and a port where needed, as in docker login" % params["registry"])
    settings = Settings(
        url=url,
        username=None if token else username,
        password=password,
        token=token,
        validate_certs=params.get("validate_certs") is not False,
        ca_path=params.get("ca_path"),
        client_cert=params.get("client_cert"),
        client_key=params.get("client_key"),
        timeout=timeout or 30.0,
        retries=retries or 0,
        login=params.get("login") or "auto",
        request_id=params.get("request_id"),
    )
    return settings, faults


def _needs_no_proxy(url: str) -> bool:
    """Whether the environment exempts an address from its proxies, as requests reads it; without requests nothing is sent."""
    try:
        from requests.utils import should_bypass_proxies
    except ImportError:
        return True
    return bool(should_bypass_proxies(url, None))


def _is_host(place: str, host: str) -> bool:
    """Whether somebody could be asked for the address of a host; DNS knows no empty parts and none of more than 63 characters."""
    try:
        return bool(host.encode("idna")) and not re.search(r"[\s\\]", place)
    except UnicodeError:
        return False


def _url_faults(url: str) -> list[str]:
    if not url:
        return ["harbor_url is empty"]
    if "@" in url:
        # Said first and without the value, which is not to be read in a log.
        return ["harbor_url holds credentials: give them in harbor_username and harbor_password"]
    try:
        parts = urlsplit(url)
        if parts.port == 0 or parts.netloc.endswith(":"):
            return ["harbor_url is not valid: %s" % ("port 0" if parts.port == 0 else "there is no port behind the colon")]
    except ValueError as exc:
        # What Python quotes may be a password in the place of the port.
        return ["harbor_url is not valid: %s" % ("what follows the host is no port" if "'" in str(exc) else exc)]
    shown, near = quotable(url), ""
    name = "harbor_url %r" % shown if shown is not None else "harbor_url"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        guess = re.sub(r"\A(?:[A-Za-z][A-Za-z0-9+.-]*:(?=/))?/*", "", shown or "").rstrip("…?")
        near = " (did you mean https://%s?)" % guess if guess else ""
        return ["%s is not valid: https:// and a host%s" % (name, near)]
    if not _is_host(parts.netloc, parts.hostname):
        return ["%s is not valid: https:// and a host" % name]
    if parts.path.rstrip("/") or parts.query or parts.fragment:
        base = "%s://%s" % (parts.scheme, parts.netloc)
        return ["%s is not the address of Harbor alone (did you mean %s?)" % (name, base)]
    return []
