# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What project members and everybody else may do in a project.

Written as words: `resource: action action …`; the empty resource is the project itself. Each role adds to the one before it.
"""
from __future__ import annotations

from functools import cache

from .versions import Version

Pair = tuple[str, str]

PROJECT_ADMIN, DEVELOPER, GUEST, MAINTAINER, LIMITED_GUEST = 1, 2, 3, 4, 5
PUBLIC = 0
ROLE_NAMES = {PROJECT_ADMIN: "projectAdmin", DEVELOPER: "developer", GUEST: "guest", MAINTAINER: "maintainer",
              LIMITED_GUEST: "limitedGuest"}

_LIMITED_GUEST = """
    : read
    quota: read
    repository: list pull
    configuration: read
    scan: read
    scanner: read
    tag: list
    artifact: read list
    artifact-addition: read
"""
_GUEST = """
    member: read list
    label: read list
    repository: read
    robot: read list
"""
_DEVELOPER = """
    repository: create update push
    artifact: create
    tag: create
    artifact-label: create delete
"""
_MAINTAINER = """
    metadata: read
    label: create update delete
    repository: delete
    artifact: delete
    tag: delete
    tag-retention: create read update delete list operate
    immutable-tag: create update delete list
    notification-policy: list
    scan: create
"""
_PROJECT_ADMIN = """
    : update delete
    member: create update delete
    metadata: create update delete
    log: list
    configuration: update
    robot: create update delete
    notification-policy: create read update delete
    scanner: create
    preheat-policy: create read update delete list
"""
_PUBLIC = """
    : read
    label: read list
    repository: list pull
    scan: read
    scanner: read
    tag: list
    artifact: read list
    artifact-addition: read
"""
_ALWAYS, _NEVER = (0, 0), (99, 0)
_CHANGES: list[tuple[tuple[int, ...], tuple[int, ...], dict[int, str]]] = [
    (_ALWAYS, (2, 8), {
        LIMITED_GUEST: "helm-chart: read list\n helm-chart-version: read list",
        DEVELOPER: "helm-chart: create\n helm-chart-version: create\n helm-chart-version-label: create delete",
        MAINTAINER: "helm-chart: delete\n helm-chart-version: delete",
        PUBLIC: "helm-chart: read list\n helm-chart-version: read list",
    }),
    ((2, 4), (2, 8), {DEVELOPER: "helm-chart-version-label: list"}),
    (_ALWAYS, (2, 9), {MAINTAINER: "metadata: create update delete"}),
    (_ALWAYS, (2, 13), {GUEST: "log: list"}),
    ((2, 4), _NEVER, {MAINTAINER: "scan: stop"}),
    ((2, 5), _NEVER, {LIMITED_GUEST: "accessory: list", PUBLIC: "accessory: list"}),
    ((2, 6), _NEVER, {DEVELOPER: "export-cve: create read list\n tag-retention: create read update delete list operate"}),
    ((2, 9), _NEVER, {LIMITED_GUEST: "repository: read"}),
    ((2, 11), _NEVER, {LIMITED_GUEST: "sbom: read", MAINTAINER: "sbom: create stop"}),
    ((2, 14), _NEVER, {MAINTAINER: "notification-policy: read"}),
]
"""What some versions have beyond that: since, until (not included), and the lowest role that has it."""

_ORDER = """
    : read update delete
    member: create read update delete list
    metadata: create read update delete
    log: list
    label: create read update delete list
    quota: read
    repository: create read update delete list pull push
    tag-retention: create read update delete list operate
    immutable-tag: create update delete list
    helm-chart: create read delete list
    helm-chart-version: create read delete list
    helm-chart-version-label: create delete list
    configuration: read update
    robot: create read update delete list
    notification-policy: create update delete list read
    scan: create read stop
    sbom: create stop read
    scanner: read create
    artifact: create read delete list
    artifact-addition: read
    tag: list create delete
    accessory: list
    artifact-label: create delete
    preheat-policy: create read update delete list
    export-cve: create read list
"""
"""The order in which a caller is told what they may do in a project."""

_LADDER = [(LIMITED_GUEST, _LIMITED_GUEST), (GUEST, _GUEST), (DEVELOPER, _DEVELOPER), (MAINTAINER, _MAINTAINER),
           (PROJECT_ADMIN, _PROJECT_ADMIN)]


def _pairs(words: str) -> list[Pair]:
    result: list[Pair] = []
    for line in words.splitlines():
        resource, _unused, actions = line.strip().partition(":")
        result += [(resource, action) for action in actions.split()]
    return result


@cache
def _table(version: Version) -> dict[int, frozenset[Pair]]:
    table: dict[int, frozenset[Pair]] = {}
    held: set[Pair] = set()
    changes = [extra for since, until, extra in _CHANGES if version.since(*since) and not version.since(*until)]
    for role, words in _LADDER:
        held.update(_pairs(words))
        for extra in changes:
            held.update(_pairs(extra.get(role, "")))
        table[role] = frozenset(held)
    public = set(_pairs(_PUBLIC))
    for extra in changes:
        public.update(_pairs(extra.get(PUBLIC, "")))
    table[PUBLIC] = frozenset(public)
    return table


def pairs_of_role(version: Version, role: int) -> frozenset[Pair]:
    """What a member of that role may do; nothing for an unknown role."""
    return _table(version).get(role, frozenset()) if role else frozenset()


def pairs_of_public(version: Version) -> frozenset[Pair]:
    """What everybody may do in a public project."""
    return _table(version)[PUBLIC]


@cache
def pairs_of_project(version: Version) -> tuple[Pair, ...]:
    """Every pair that some role has in a project, in the order in which a caller is told of them."""
    known = pairs_of_role(version, PROJECT_ADMIN)
    return tuple(pair for pair in _pairs(_ORDER) if pair in known)
