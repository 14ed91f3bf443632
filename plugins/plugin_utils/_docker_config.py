# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""What docker, podman and Kubernetes read to log in, made from credentials."""

from __future__ import annotations

import base64
import json
import typing as t
from collections.abc import Mapping, Sequence

try:
    # Up to ansible-core 2.18 a result that looks like a dictionary becomes one, and one that looks like a template is templated.
    from ansible.utils.native_jinja import NativeJinjaText
    from ansible.utils.unsafe_proxy import wrap_var
except ImportError:
    NativeJinjaText = None

FIELDS = ("username", "password", "secret", "registry")
DUPLICATES = ("error", "first", "last")
# encoding/json of Go writes these so; with the same bytes, a secret that kubectl made does not count as different.
GO_ESCAPES = {ord(letter): "\\u%04x" % ord(letter) for letter in "<>&\u2028\u2029"}

Auth = dict[str, str]


class CredentialsError(ValueError):
    """What is wrong with credentials: every fault with its place, and never a value that could be secret."""

    def __init__(self, faults: t.Iterable[str]) -> None:
        super().__init__("; ".join(faults))


class _Fault(Exception):
    """One thing that is wrong, still without its place."""


def _is_mapping(value: t.Any) -> bool:
    return isinstance(value, Mapping)


def _is_text(value: t.Any) -> bool:
    # A value of YAML's !vault tag is no str before it is used; up to 2.18 it has this attribute, later this name.
    return isinstance(value, str) or bool(getattr(value, "__ENCRYPTED__", False)) or type(value).__name__ == "EncryptedString"


def _plain(value: t.Any) -> str:
    """The text without Ansible's tags and subclasses, which not every program can write."""
    return str(value).encode("utf-8").decode("utf-8")


def _text(credential: Mapping[str, t.Any], field: str) -> str:
    """The text of a field; an empty one where there is none."""
    value = credential.get(field)
    if value is None:
        return ""
    if not _is_text(value):
        raise _Fault("%s has to be text; put it in quotes" % field)
    try:
        text = _plain(value)
    except UnicodeError:
        # Without the cause, whose message has the value.
        raise _Fault("%s cannot be written as UTF-8" % field) from None
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise _Fault("%s has a line break or another control character" % field)
    return text


def _auth(credential: Mapping[str, t.Any]) -> tuple[str, Auth]:
    """The registry and what it is logged in to with; raises _Fault."""
    values = {field: _text(credential, field) for field in FIELDS}
    username, password, secret, registry = (values[field] for field in FIELDS)
    if password and secret and password != secret:
        raise _Fault("password and secret contradict each other")
    password = password or secret
    lacking = [name for name, value in (("username", username), ("password or secret", password), ("registry", registry)) if not value]
    if lacking:
        raise _Fault("it has no %s" % ", ".join(lacking))
    if ":" in username:
        raise _Fault("username has a colon, after which clients take the rest for the password")
    return registry, {
        "username": username,
        "password": password,
        "auth": base64.b64encode(("%s:%s" % (username, password)).encode("utf-8")).decode("ascii"),
    }


def _places(credentials: t.Any, keys: t.Optional[Sequence[str]]) -> list[tuple[str, t.Any]]:
    """Every credential with the place where it stands."""
    if _is_mapping(credentials):
        if any(field in credentials and not _is_mapping(credentials[field]) for field in FIELDS):
            found = [("credential", credentials)]
        else:
            chosen = list(credentials) if not keys else list(keys)
            absent = [str(key) for key in chosen if key not in credentials]
            if absent:
                raise CredentialsError("credentials have no key %s" % key for key in absent)
            return [("credentials[%s]" % key, credentials[key]) for key in chosen]
    elif isinstance(credentials, Sequence) and not isinstance(credentials, (str, bytes)) and not _is_text(credentials):
        found = [("credentials[%d]" % number, credential) for number, credential in enumerate(credentials)]
    else:
        raise CredentialsError(["credentials have to be one credential, a list of them, or a dictionary from keys to them"])
    if keys:
        raise CredentialsError(["keys choose from a dictionary of credentials, and these are none"])
    return found


def docker_config(credentials: t.Any, keys: t.Optional[Sequence[str]] = None, duplicates: str = "error") -> dict[str, dict[str, Auth]]:
    """The content of docker's C(config.json), as plain values.

    :param credentials: one, a list, or a dictionary from keys to them
    :param keys: which of a dictionary are meant; all of them when there are none
    :param duplicates: which of several different credentials for one registry counts, if any
    :raises CredentialsError: with all faults
    """
    if duplicates not in DUPLICATES:
        raise CredentialsError(["duplicates is one of %s" % ", ".join(DUPLICATES)])
    if keys is not None and (isinstance(keys, (str, bytes)) or not isinstance(keys, Sequence)):
        raise CredentialsError(["keys have to be a list"])
    auths: dict[str, Auth] = {}
    origins: dict[str, str] = {}
    faults: list[str] = []
    places = _places(credentials, keys)
    if not places:
        # Written over a good configuration, an empty one would lock everybody out.
        raise CredentialsError(["there are no credentials"])
    for place, credential in places:
        if not _is_mapping(credential):
            faults.append("%s: has to be a dictionary with username, password or secret, and registry" % place)
            continue
        try:
            registry, auth = _auth(credential)
        except _Fault as fault:
            faults.append("%s: %s" % (place, fault))
            continue
        if auths.get(registry, auth) != auth and duplicates == "error":
            faults.append("%s and %s: different credentials for the registry %s" % (origins[registry], place, registry))
        if registry not in auths or duplicates == "last":
            auths[registry], origins[registry] = auth, place
    if faults:
        raise CredentialsError(faults)
    return {"auths": {registry: auths[registry] for registry in sorted(auths)}}


def dockerconfigjson(
    credentials: t.Any, keys: t.Optional[Sequence[str]] = None, duplicates: str = "error", base64_form: bool = False
) -> str:
    """The same as JSON, byte for byte as C(kubectl create secret docker-registry) writes it.

    :param base64_form: whether it is encoded once more, as the field C(data) of a Kubernetes secret holds it
    """
    config = docker_config(credentials, keys, duplicates)
    text = json.dumps(config, ensure_ascii=False, separators=(",", ":")).translate(GO_ESCAPES)
    return base64.b64encode(text.encode("utf-8")).decode("ascii") if base64_form else text


def untouched(value: t.Any) -> t.Any:
    """The result of a filter in the form that keeps Ansible from converting or templating it."""
    if NativeJinjaText is None:
        return value
    return wrap_var(NativeJinjaText(value) if isinstance(value, str) else value)
