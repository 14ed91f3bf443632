# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Which permissions each version of Harbor knows, for the system and for projects.

Since 2.10.0 Harbor holds every robot to a table, which C(GET /permissions) shows. Before, it took any text and compared
it when a robot asked for something; only its user interface had a list. Both kinds of lists are kept here as data.
"""

from __future__ import annotations

import re
import typing as t
from functools import cache

Pair = tuple[str, str]
Version = tuple[int, int, int]

KINDS = ("system", "project")
NEWEST: Version = (2, 16, 0)
ENFORCED_SINCE: Version = (2, 10, 0)

# Rows of the enforced tables, in the order in which Harbor answers them: resource, actions, first version, first version without it.
_ROWS: dict[str, tuple[tuple[str, str, Version, t.Optional[Version]], ...]] = {
    "system": (
        ("audit-log", "list", (2, 10, 0), None),
        ("preheat-instance", "read create delete list update", (2, 10, 0), None),
        ("project", "list create", (2, 10, 0), None),
        ("replication-policy", "read create delete list update", (2, 10, 0), None),
        ("replication", "read create list", (2, 10, 0), None),
        ("replication-adapter", "list", (2, 10, 0), None),
        ("registry", "read create delete list update", (2, 10, 0), None),
        ("scan-all", "read update stop create", (2, 10, 0), None),
        ("system-volumes", "read", (2, 10, 0), None),
        ("garbage-collection", "read create list update stop", (2, 10, 0), None),
        ("purge-audit", "read create list update stop", (2, 10, 0), None),
        ("jobservice-monitor", "list stop", (2, 10, 0), None),
        ("scanner", "read create delete list update", (2, 10, 0), None),
        ("label", "read create delete update", (2, 10, 0), None),
        ("security-hub", "read list", (2, 10, 0), None),
        ("catalog", "read", (2, 10, 0), None),
        ("quota", "read list", (2, 10, 1), None),
        ("robot", "create read list delete", (2, 12, 0), None),
        ("user", "create read update list delete", (2, 12, 0), None),
        ("ldap-user", "create list", (2, 12, 0), None),
        ("export-cve", "create read", (2, 12, 0), (2, 12, 1)),
        ("quota", "update", (2, 12, 0), None),
        ("user-group", "create read update list delete", (2, 12, 0), None),
    ),
    "project": (
        ("log", "list", (2, 10, 0), None),
        ("project", "read delete update", (2, 10, 0), None),
        ("metadata", "read create delete list update", (2, 10, 0), None),
        ("repository", "read update delete list pull push", (2, 10, 0), None),
        ("artifact", "read create list delete", (2, 10, 0), None),
        ("scan", "create read stop", (2, 10, 0), None),
        ("sbom", "create stop read", (2, 11, 0), None),
        ("tag", "create list delete", (2, 10, 0), None),
        ("accessory", "list", (2, 10, 0), None),
        ("artifact-addition", "read", (2, 10, 0), None),
        ("artifact-label", "create delete", (2, 10, 0), None),
        ("scanner", "create read", (2, 10, 0), None),
        ("preheat-policy", "read create delete list update", (2, 10, 0), None),
        ("immutable-tag", "create delete list update", (2, 10, 0), None),
        ("notification-policy", "read create delete list update", (2, 10, 0), None),
        ("tag-retention", "read create delete list update", (2, 10, 0), None),
        ("label", "read create delete list update", (2, 10, 0), None),
        ("quota", "read", (2, 10, 1), None),
        ("robot", "create read list delete", (2, 12, 0), None),
        ("export-cve", "create read", (2, 12, 1), None),
        ("member", "create read update list delete", (2, 12, 0), None),
    ),
}

# What the user interface offered for a project before 2.10, from the named version on.
_OFFERED: tuple[tuple[Version, str], ...] = (
    (
        (2, 2, 0),
        "repository:push repository:pull artifact:delete helm-chart:read helm-chart-version:create helm-chart-version:delete"
        " tag:create tag:delete artifact-label:create scan:create",
    ),
    (
        (2, 4, 0),
        "repository:push repository:pull artifact:delete helm-chart:read helm-chart-version:create helm-chart-version:delete"
        " tag:create tag:delete artifact-label:create scan:create scan:stop artifact:list repository:list",
    ),
    (
        (2, 5, 0),
        "repository:list repository:pull repository:push repository:delete artifact:read artifact:list artifact:delete"
        " artifact-label:create artifact-label:delete tag:create tag:delete tag:list scan:create scan:stop"
        " helm-chart:read helm-chart-version:create helm-chart-version:delete"
        " helm-chart-version-label:create helm-chart-version-label:delete",
    ),
    (
        (2, 8, 0),
        "repository:list repository:pull repository:push repository:delete artifact:read artifact:list artifact:delete"
        " artifact-label:create artifact-label:delete tag:create tag:delete tag:list scan:create scan:stop",
    ),
)

# What servers before 2.10 check although neither their interface nor any table has it; the version is the first that does not.
_UNLISTED: dict[str, tuple[tuple[str, str, Version], ...]] = {
    "system": (
        ("configuration", "read update", (2, 10, 0)),
        ("robot", "update", (2, 10, 0)),
    ),
    "project": (
        ("robot", "update", (2, 10, 0)),
        ("repository", "scanner-pull", (2, 10, 0)),
        ("helm-chart", "create read list delete", (2, 8, 0)),
        ("helm-chart-version", "create read list delete", (2, 8, 0)),
        ("helm-chart-version-label", "create list delete", (2, 8, 0)),
    ),
}

# Features that came between 2.2 and 2.10, so that a preset does not name them on servers that lack them. Labels could be asked for
# earlier, but no list before 2.10 offers them to robots. An action of "*" stands for the whole resource.
_FEATURES: dict[str, dict[Pair, Version]] = {
    "system": {
        ("garbage-collection", "stop"): (2, 6, 0),
        ("purge-audit", "*"): (2, 6, 0),
        ("jobservice-monitor", "*"): (2, 7, 0),
        ("security-hub", "*"): (2, 9, 0),
    },
    "project": {
        ("scan", "stop"): (2, 4, 0),
        ("accessory", "*"): (2, 5, 0),
        ("export-cve", "*"): (2, 6, 0),
        ("label", "*"): (2, 10, 0),
        ("sbom", "*"): (2, 11, 0),
    },
}

_VERSION = re.compile(r"^v?(\d+)\.(\d+)(?:\.(\d+))?")


def parse_version(text: t.Optional[str]) -> Version:
    """The three numbers of a version as Harbor states it, C(v2.13.2-436918f8).

    A missing patch is 0. A text without numbers (development builds say C(-)) is taken for the newest version that is known.
    """
    found = _VERSION.match(text or "")
    if not found:
        return NEWEST
    return int(found.group(1)), int(found.group(2)), int(found.group(3) or 0)


def table_version(text: t.Optional[str]) -> Version:
    """As M(parse_version), but a minor version without a patch (C(2.10)) stands for its last patch, as tables change in patches too."""
    found = _VERSION.match(text or "")
    if found and found.group(3) is None:
        return int(found.group(1)), int(found.group(2)), 9999
    return parse_version(text)


def version_text(version: Version) -> str:
    """C(2.10.1) for people; C(2.12) where the patch is 0 or not known."""
    return "%d.%d" % version[:2] if version[2] in (0, 9999) else "%d.%d.%d" % version


@cache
def table(kind: str, version: Version) -> tuple[Pair, ...]:
    """The pairs that a version lists, in its own order: enforced since 2.10, before that what the user interface offered.

    The interface before 2.10 had nothing for the system; the first table of 2.10 stands in.
    """
    if version < ENFORCED_SINCE:
        if kind == "project":
            offered = [text for since, text in _OFFERED if since <= version] or [_OFFERED[0][1]]
            return tuple((resource, action) for resource, _colon, action in (pair.partition(":") for pair in offered[-1].split()))
        version = ENFORCED_SINCE
    return tuple(
        (resource, action)
        for resource, actions, since, until in _ROWS[kind]
        if since <= version and (until is None or version < until)
        for action in actions.split()
    )


@cache
def first_listed(kind: str) -> t.Mapping[Pair, Version]:
    """Since when a server that enforces its table has had each pair."""
    found: dict[Pair, Version] = {}
    for resource, actions, since, _until in _ROWS[kind]:
        for action in actions.split():
            found.setdefault((resource, action), since)
    return found


@cache
def gone_since(kind: str) -> t.Mapping[Pair, Version]:
    """The first version that has lost a pair, for those that were lost."""
    found = {(resource, action): until for resource, actions, _since, until in _ROWS[kind] if until for action in actions.split()}
    for resource, actions, until in _UNLISTED[kind]:
        found.update({(resource, action): until for action in actions.split()})
    return found


@cache
def changes(kind: str) -> tuple[Version, ...]:
    """The versions in which the table changed, or what an older server is asked for, oldest first."""
    found = {since for since, _text in _OFFERED} | set(_FEATURES[kind].values())
    for _resource, _actions, since, until in _ROWS[kind]:
        found |= {since, until or since}
    return tuple(sorted(found))


@cache
def tables_from(kind: str, version: Version) -> frozenset[Pair]:
    """Every pair in the table of a version or of any later one."""
    return frozenset(pair for since in (version, *changes(kind)) if since >= version for pair in table(kind, since))


@cache
def understood(kind: str, version: Version) -> frozenset[Pair]:
    """Every pair that makes sense on a server before 2.10, which takes any text: in its list or a later one, or checked unlisted."""
    unlisted = {(resource, action) for resource, actions, until in _UNLISTED[kind] if version < until for action in actions.split()}
    return tables_from(kind, version) | unlisted


@cache
def ever_known(kind: str) -> frozenset[Pair]:
    """Every pair that any version listed or checked."""
    return understood(kind, (0, 0, 0))


def has_feature(kind: str, pair: Pair, version: Version) -> bool:
    """Whether a server before 2.10 has what the pair is about."""
    features = _FEATURES[kind]
    return version >= features.get(pair, features.get((pair[0], "*"), (0, 0, 0)))


class Catalogue:
    """The pairs that one server accepts.

    :ivar version: as Harbor stated it without the commit (C(2.13.5)), or the newest version that is known here
    :ivar source: C(server) or C(bundled)
    :ivar enforced: whether the server refuses pairs that it does not list (2.10 and later)
    :ivar system: the pairs of the system, in Harbor's order
    :ivar project: the pairs of a project, in Harbor's order
    """

    def __init__(self, version: t.Optional[str], source: str, enforced: bool, system: t.Iterable[Pair], project: t.Iterable[Pair]) -> None:
        found = _VERSION.match(version or "")
        self.version = ".".join(number for number in found.groups() if number is not None) if found else version_text(NEWEST)
        self.number = table_version(version)
        self.source = source
        self.enforced = enforced
        self.system = tuple(system)
        self.project = tuple(project)
        self._pairs = {"system": frozenset(self.system), "project": frozenset(self.project)}
        # What declarations resolve to; fleets repeat the same few lists thousands of times.
        self.memory: dict[t.Hashable, t.Any] = {}

    @classmethod
    def bundled(cls, version: t.Optional[str]) -> Catalogue:
        """The table of a version that is known here; of the newest one for newer or unreadable versions, of 2.2 for older ones."""
        number = table_version(version)
        return cls(version, "bundled", number >= ENFORCED_SINCE, table("system", number), table("project", number))

    @classmethod
    def from_server(cls, body: t.Any, version: t.Optional[str]) -> Catalogue:
        """What C(GET /permissions) answered (2.10 and later).

        Harbor tells project administrators nothing about the system; the bundled table of the version then stands in.
        :raises ValueError: the body is not such an answer
        """
        lists = []
        for kind in KINDS:
            try:
                listed = body[kind]
                if listed is None:
                    lists.append(table(kind, max(table_version(version), ENFORCED_SINCE)))
                else:
                    lists.append(tuple((str(pair["resource"]), str(pair["action"])) for pair in listed))
            except (TypeError, KeyError, IndexError):
                raise ValueError("not a list of permissions for %s: %.200r" % (kind, body)) from None
        return cls(version, "server", True, *lists)

    def pairs(self, kind: str) -> frozenset[Pair]:
        """The pairs that the server lists."""
        return self._pairs[kind]

    def accepted(self, kind: str) -> frozenset[Pair]:
        """The pairs that a declaration may name on this server. Before 2.10 that is more than its list."""
        return self._pairs[kind] if self.enforced else understood(kind, self.number)

    def accepts(self, kind: str, resource: str, action: str) -> bool:
        """Whether the server takes the pair (2.10 and later), or has ever understood it (before, when servers took anything)."""
        return (resource, action) in self.accepted(kind)

    def offers(self, kind: str, pair: Pair) -> bool:
        """Whether a preset may name the pair on this server: it is listed, or the older server has what it is about."""
        if self.enforced:
            return pair in self._pairs[kind]
        return has_feature(kind, pair, self.number)
