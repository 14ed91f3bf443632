# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Permissions of robots as sets: from Harbor and to Harbor, from declarations and back, and what differs between two of them."""

from __future__ import annotations

import typing as t
from functools import cache, lru_cache

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.access import (
    Resolved,
    expanded,
    known_anywhere,
    literal_fault,
    malformed,
    outcome,
    resolve,
    static_faults,
    words_of,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import (
    ENFORCED_SINCE,
    Catalogue,
    Pair,
    changes,
    parse_version,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.presets import PRESETS
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.suggestions import suggest

__all__ = [
    "NONE",
    "Catalogue",
    "Grant",
    "Permissions",
    "Resolved",
    "compact",
    "compare",
    "from_harbor",
    "grants",
    "growth",
    "known_anywhere",
    "mixing_fault",
    "parse_version",
    "refused",
    "resolve",
    "static_faults",
    "suggest",
    "texts_of",
    "to_harbor",
]


class Grant(t.NamedTuple):
    """One permission of one robot. Grants sort in the one order in which people see them.

    :ivar kind: C(system) or C(project)
    :ivar namespace: C(/) for the system; the name of a project, or C(*) for all of them
    :ivar effect: C(allow), C(deny), or another text that Harbor has stored; never empty, as Harbor takes an empty one for C(allow)
    """

    kind: str
    namespace: str
    resource: str
    action: str
    effect: str

    @property
    def pair(self) -> str:
        """As people write it: C(repository:pull)."""
        return "%s:%s" % (self.resource, self.action)

    @property
    def where(self) -> str:
        """C(system), C(all projects) or the name of the project."""
        if self.kind == "system":
            return "system"
        return "all projects" if self.namespace == "*" else self.namespace

    def line(self) -> str:
        """For diffs and messages: C(repository:pull on shop), C(deny repository:pull on shop)."""
        return "%s%s on %s" % ("" if self.effect == "allow" else self.effect + " ", self.pair, self.where)


Permissions = frozenset[Grant]
Key = tuple[str, str, str, str]

NONE: Permissions = frozenset()


# --- Harbor's JSON


@lru_cache(maxsize=4096)
def _group(kind: str, namespace: str, access: tuple[tuple[t.Any, t.Any, t.Any], ...]) -> Permissions:
    """One entry as a set. Fleets repeat the same few entries, so that most robots cost a look-up and share their sets."""
    return frozenset(Grant(kind, namespace, resource or "", action or "", effect or "allow") for resource, action, effect in access)


def from_harbor(raw: t.Optional[t.Sequence[t.Any]]) -> Permissions:
    """The C(permissions) of a robot as Harbor returns them, in whatever order, with duplicates merged. Nulls count as nothing."""
    found = [
        _group(
            entry.get("kind") or "",
            entry.get("namespace") or "",
            tuple([(one.get("resource"), one.get("action"), one.get("effect")) for one in entry.get("access") or () if one]),
        )
        for entry in raw or ()
        if entry
    ]
    return found[0] if len(found) == 1 else NONE.union(*found)


def to_harbor(permissions: t.Iterable[Grant], effects: t.Optional[t.Mapping[Key, str]] = None) -> list[dict[str, t.Any]]:
    """The C(permissions) to send, in one order and with every effect spelled out.

    Harbor deadlocks when parallel writers use different orders, and a PUT inherits an effect that is left out from whatever stood at
    its place.
    :param effects: for a robot as caller, what M(texts_of) says about its own permissions. Harbor compares what it grants with what it
        holds as text (2.12 and later), where an empty effect is not C(allow); so the text of the caller's own entry is copied. As there,
        the caller's entries for all projects count for a project only when it has none for that very project.
    """
    own = {key[:2] for key in effects} if effects else set()
    entries: list[dict[str, t.Any]] = []
    here: t.Optional[tuple[str, str]] = None
    for grant in sorted(permissions, key=_turn):
        place = (grant.kind, grant.namespace)
        if place != here:
            here = place
            entries.append({"kind": grant.kind, "namespace": grant.namespace, "access": []})
        effect = grant.effect
        if effects and effect == "allow":
            source = place if place in own else (grant.kind, "*")
            text = effects.get((source[0], source[1], grant.resource, grant.action), effect)
            effect = text if text in ("", "allow") else effect
        entries[-1]["access"].append({"resource": grant.resource, "action": grant.action, "effect": effect})
    return entries


def _turn(grant: Grant) -> tuple[t.Any, ...]:
    """Where a grant is sent: named projects, all projects, the system; Harbor 2.5.2 and 2.5.3 look the first one up as a project."""
    return (grant.kind, grant.namespace == "*", *grant[1:])


def texts_of(raw: t.Optional[t.Sequence[t.Any]]) -> dict[Key, str]:
    """The effects of a robot's own permissions as they are stored, empty or not; that which allows, where a pair is denied as well."""
    texts: dict[Key, str] = {}
    for entry in raw or ():
        for one in (entry or {}).get("access") or ():
            if one:
                key = (entry.get("kind") or "", entry.get("namespace") or "", one.get("resource") or "", one.get("action") or "")
                effect = one.get("effect") or ""
                if key not in texts or effect in ("", "allow"):
                    texts[key] = effect
    return texts


# --- comparing


def compare(have: Permissions, want: Permissions) -> tuple[list[Grant], list[Grant]]:
    """What has to be added and what has to be removed, each sorted."""
    if have is want or have == want:
        return [], []
    return sorted(want - have), sorted(have - want)


def refused(permissions: Permissions, catalogue: Catalogue) -> list[str]:
    """The pairs, as C(repository:* on shop), that the server would no longer accept; robots keep them over an upgrade to 2.10 or later.

    The catalogue remembers them, as fleets repeat themselves.
    """
    if not catalogue.enforced:
        return []
    key = ("refused", permissions)
    if key not in catalogue.memory:
        catalogue.memory[key] = _refused(permissions, catalogue)
    return list(catalogue.memory[key])


def _refused(permissions: Permissions, catalogue: Catalogue) -> list[str]:
    bad = {grant[:4] for grant in permissions if (grant.resource, grant.action) not in catalogue.pairs(grant.kind)}
    return ["%s on %s" % (grant.pair, grant.where) for grant in (Grant(*key, effect="allow") for key in sorted(bad))]


def mixing_fault(permissions: t.Iterable[Grant], version: t.Optional[str]) -> t.Optional[str]:
    """Why a system robot's permissions would not work together on this version, if so.

    Up to 2.9, a robot with any permission on the system has its project permissions ignored.
    """
    if len({grant.kind for grant in permissions}) < 2 or parse_version(version) >= ENFORCED_SINCE:
        return None
    return (
        "Harbor %s ignores the project permissions of a robot that has permissions on the system as well (since 2.10 both count): "
        "declare two robots, one for the system and one for projects" % Catalogue.bundled(version).version
    )


# --- declarations


def grants(entries: t.Iterable[t.Mapping[str, t.Any]], catalogue: Catalogue, held: Permissions = NONE) -> tuple[Permissions, list[str]]:
    """What declared entries give a robot on one server, and everything that is wrong with them.

    :param entries: C(kind), C(namespace), C(access) (texts, or mappings of C(resource), C(action), C(effect) to the letter), and C(effect)
        for those items that do not bring their own
    :param held: what the robot has; a pair of it that the server no longer accepts is not a fault, so that a robot given back as it is
        is in order. M(refused) tells which of them stand in the way of a change.
    """
    found: list[Permissions] = []
    faults: dict[str, None] = {}
    for entry in entries:
        kind, namespace, effect = entry["kind"], entry["namespace"], entry.get("effect") or "allow"
        access = entry.get("access") or ()
        if not access:
            faults["the access to %s is empty: name at least one permission" % Grant(kind, namespace, "", "", effect).where] = None
        given, wrong = _texts(tuple([item for item in access if isinstance(item, str)]), kind, namespace, effect, catalogue)
        found.append(given)
        others = [item for item in access if not isinstance(item, str)]
        if wrong or others:
            extra = _literal(others, wrong, kind, namespace, effect, catalogue, held)
            found.append(extra[0])
            faults.update(dict.fromkeys(extra[1]))
    return found[0] if len(found) == 1 else NONE.union(*found), list(faults)


Wrong = tuple[tuple[str, t.Optional[Grant]], ...]


def _texts(access: tuple[str, ...], kind: str, namespace: str, effect: str, catalogue: Catalogue) -> tuple[Permissions, Wrong]:
    """The texts of one entry; each fault with the grant that it keeps out, if it does. Remembered, as fleets repeat themselves."""
    key = ("grants", kind, namespace, effect, access)
    if key not in catalogue.memory:
        meant = outcome(access, kind, catalogue, effect == "deny")
        catalogue.memory[key] = (
            frozenset(Grant(kind, namespace, resource, action, effect) for resource, action in meant.pairs),
            tuple((text, Grant(kind, namespace, *pair, effect) if pair else None) for text, pair in meant.faults),
        )
    return t.cast(tuple[Permissions, Wrong], catalogue.memory[key])


def _literal(
    items: t.Iterable[t.Any], wrong: Wrong, kind: str, namespace: str, effect: str, catalogue: Catalogue, held: Permissions
) -> tuple[Permissions, list[str]]:
    """The mappings of one entry, and what was wrong with its texts: in order if the robot holds it already."""
    given: set[Grant] = set()
    doubts: list[tuple[t.Optional[str], t.Optional[Grant]]] = list(wrong)
    for item in items:
        fault = malformed(item)
        if fault:
            doubts.append((fault, None))
        else:
            grant = Grant(kind, namespace, item["resource"], item["action"], item.get("effect") or effect)
            doubts.append((literal_fault(item, kind, catalogue), grant))
    faults: list[str] = []
    for text, one in doubts:
        if one is not None and (text is None or one in held):
            given.add(one)
        elif text:
            faults.append(text)
    return frozenset(given), faults


def growth(entries: t.Iterable[t.Mapping[str, t.Any]], catalogue: Catalogue, held: Permissions) -> dict[Grant, str]:
    """The declared grants that a robot lacks only because its Harbor has more permissions than when its wildcards were last expanded.

    That is so where it holds all that the same wildcard or preset gave on an earlier version, and no pair names the grant.
    :param held: what the robot has
    :returns: for each such grant the words to put behind it, as C( (the catalogue grew: *:list))
    """
    found: dict[Grant, str] = {}
    named: set[Grant] = set()
    for entry in entries:
        kind, namespace, effect = entry["kind"], entry["namespace"], entry.get("effect") or "allow"
        for item in entry.get("access") or ():
            if isinstance(item, dict):
                if not malformed(item):
                    named.add(Grant(kind, namespace, item["resource"], item["action"], item.get("effect") or effect))
            elif isinstance(item, str):
                given = _texts((item,), kind, namespace, effect, catalogue)[0]
                if item not in PRESETS and "*" not in words_of(item):
                    named |= given
                elif not given <= held:
                    before = _held_before(item, kind, namespace, effect, held)
                    found.update(dict.fromkeys(given - held - before if before else (), " (the catalogue grew: %s)" % item))
    return {grant: words for grant, words in sorted(found.items()) if grant not in named}


def _held_before(item: str, kind: str, namespace: str, effect: str, held: Permissions) -> Permissions:
    """What the wildcard or preset gave on the newest version of which the robot holds everything; empty when there is none."""
    for pairs in _earlier(item, kind, effect == "deny"):
        before = frozenset([Grant(kind, namespace, *pair, effect) for pair in pairs])
        if before and before <= held:
            return before
    return NONE


@cache
def _earlier(item: str, kind: str, deny: bool) -> tuple[frozenset[Pair], ...]:
    """What a wildcard or a preset gave on each version where that changed, newest first."""
    found: dict[frozenset[Pair], None] = {}
    for version in reversed(changes(kind)):
        catalogue = Catalogue.bundled("%d.%d.%d" % version)
        preset = PRESETS.get(item)
        pairs = preset.expand(kind, catalogue) if preset else expanded(*words_of(item), kind, catalogue, deny)
        found.setdefault(pairs)
    return tuple(found)


def compact(permissions: t.Iterable[Grant], catalogue: t.Optional[Catalogue] = None) -> list[dict[str, t.Any]]:
    """The entries of a declaration that give exactly these permissions: sorted pairs, no presets, projects with equal access together.

    A pair that would not be taken as text, such as a C(*) that a server before 2.10 has stored, becomes a mapping.
    :param catalogue: of the robot's server, which decides what is taken as text; otherwise every known version does. It remembers, as
        fleets repeat themselves; nobody changes what this returns.
    """
    key = ("compact", frozenset(permissions))
    if catalogue is None or key not in catalogue.memory:
        entries = _compact(key[1], catalogue)
        if catalogue is None:
            return entries
        catalogue.memory[key] = entries
    return t.cast(list[dict[str, t.Any]], catalogue.memory[key])


def _compact(permissions: Permissions, catalogue: t.Optional[Catalogue]) -> list[dict[str, t.Any]]:
    places: dict[tuple[str, str, str], list[tuple[str, str, str]]] = {}
    for kind, namespace, resource, action, effect in sorted(permissions):
        # Other effects than the two that an entry can have stay with their pair.
        whole, own = ("deny", "") if effect == "deny" else ("", "" if effect == "allow" else effect)
        places.setdefault((kind, namespace, whole), []).append((resource, action, own))
    alike: dict[tuple[str, bool, str, tuple[tuple[str, str, str], ...]], list[str]] = {}
    for (kind, namespace, whole), access in places.items():
        alike.setdefault((kind, namespace == "*", whole, tuple(access)), []).append(namespace)
    entries: list[dict[str, t.Any]] = []
    for (kind, _everywhere, whole, items), namespaces in alike.items():
        entry: dict[str, t.Any] = {}
        if kind == "system":
            entry["system"] = True
        elif len(namespaces) == 1:
            entry["project"] = namespaces[0]
        else:
            entry["projects"] = namespaces
        entry["access"] = [_item(kind, *item, catalogue) for item in items]
        if whole:
            entry["effect"] = whole
        entries.append(entry)
    return entries


def _item(kind: str, resource: str, action: str, effect: str, catalogue: t.Optional[Catalogue]) -> t.Union[str, dict[str, str]]:
    as_text = known_anywhere(kind, resource, action)
    if as_text and catalogue and not catalogue.enforced:
        as_text = catalogue.accepts(kind, resource, action)
    if as_text and not effect:
        return "%s:%s" % (resource, action)
    item = {"resource": resource, "action": action}
    return {**item, "effect": effect} if effect else item
