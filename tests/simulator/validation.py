# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for robots: what a body may say, what a secret may be, what one robot may give to another."""
from __future__ import annotations

import re
from typing import Any

from .access import Call
from .errors import Panic, bad_request, denied
from .identity import RobotIdentity
from .permissions import accepted_pairs
from .state import random_text
from .versions import Version

NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
MAX_INT32 = 2 ** 31 - 1


def validate(version: Version, duration: int, level: str, permissions: list[Any]) -> None:
    """What create and update check of a body, in Harbor's order; raises HarborError 400, or Panic where Harbor does."""
    lowest = -1 if version.zero_duration_is_configured else 1
    if duration != -1 and not lowest <= duration < MAX_INT32:
        reason = "" if version.zero_duration_is_configured else ", duration must be either -1(Never) or a positive integer"
        raise bad_request(f"bad request error duration input: {duration}{reason}")
    if level not in ("system", "project"):
        raise bad_request(f"bad request error level input: {level}")
    if not permissions:
        raise bad_request("bad request empty permission")
    for permission in permissions:
        if permission is None:
            _null(version, "bad request empty permission")
        if not permission.get("access"):
            raise bad_request("bad request empty access")
        if version.refuses_null_permissions and None in permission["access"]:
            raise bad_request("bad request empty access")
    if level == "project" and len(permissions) > 1:
        raise bad_request("bad request permission")
    if version.checks_permissions:
        for permission in permissions:
            _check_pairs(version, permission)


def _null(version: Version, message: str) -> None:
    if version.refuses_null_permissions:
        raise bad_request(message)
    raise Panic


def _check_pairs(version: Version, permission: dict[str, Any]) -> None:
    kind = permission.get("kind", "")
    if kind not in ("system", "project"):
        raise bad_request(f"bad request permission level: {kind}")
    accepted = accepted_pairs(version, kind)
    for access in permission["access"]:
        if access is None:
            raise Panic
        pair = (access.get("resource", ""), access.get("action", ""))
        if pair not in accepted:
            raise bad_request(f"bad request permission: {pair[0]}:{pair[1]}")


def valid_secret(version: Version, secret: str) -> bool:
    """The rule for secrets, counted in bytes: 8 (to 128 since 2.9), a lower and an upper case letter and a digit."""
    length = len(secret.encode("utf-8", "surrogatepass"))
    return length >= 8 and (length <= 128 or not version.secret_has_maximum) and all(
        re.search(letters, secret) for letters in ("[a-z]", "[A-Z]", "[0-9]"))


def new_secret(version: Version) -> str:
    """32 letters and digits; since 2.6 they always follow the rule."""
    while True:
        secret = random_text()
        if valid_secret(version, secret) or not version.generated_secrets_are_valid:
            return secret


def require_within_creator(call: Call, creator: RobotIdentity, permissions: list[dict[str, Any]]) -> None:
    """A robot's child holds only what the robot holds, compared as text."""
    held: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    for scope, resource, action, effect in creator.policies:
        place = call.state.place_of(scope)
        held.setdefault((place["kind"], place["namespace"]), set()).add((resource, action, effect))
    for permission in permissions:
        kind, namespace = permission.get("kind", ""), permission.get("namespace", "")
        granted = held.get((kind, namespace))
        if granted is None and call.version.creator_may_hold_all_projects:
            granted = held.get((kind, "*"))
        wanted = {(access.get("resource", ""), access.get("action", ""), access.get("effect", "")) for access in permission["access"]}
        if granted is None or not wanted <= granted:
            raise denied("permission scope is invalid. It must be equal to or more restrictive than the creator robot's permissions: "
                         f"{creator.name}")


def inherit(old: list[dict[str, Any]], new: list[Any]) -> list[dict[str, Any]]:
    """Harbor decodes the new permissions over the old ones: what an entry leaves out it gets from the one at its place."""
    merged = []
    for at, entry in enumerate(new):
        before = old[at] if at < len(old) else {}
        filled = {**before, **{name: value for name, value in entry.items() if value}}
        earlier = before.get("access", [])
        access: list[Any] = []
        for position, item in enumerate(entry["access"]):
            base = earlier[position] if position < len(earlier) else {}
            access.append(None if item is None else {**base, **{name: value for name, value in item.items() if value}})
        filled["access"] = access
        merged.append(filled)
    return merged
