# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Reads what users write as C(access): presets, pairs and wildcards become pairs, everything else a fault with advice."""

from __future__ import annotations

import re
import typing as t
from functools import lru_cache

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import (
    Catalogue,
    Pair,
    ever_known,
    first_listed,
    gone_since,
    version_text,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.presets import PRESETS
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.suggestions import (
    SCOPES,
    nearest_action,
    nearest_preset,
    nearest_resource,
    suggest,
)

# What an allowed wildcard over resources leaves out: power over who may do what is written out (robot:*), never gained by the way.
POWERFUL = frozenset(("robot", "member", "user", "user-group", "ldap-user"))

_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Resolved(t.NamedTuple):
    """What a list of presets, pairs and wildcards means on one server.

    :ivar pairs: everything that it gives
    :ivar faults: a sentence for each item that is wrong
    :ivar from_catalogue: the pairs that are there because of wildcards alone, and so depend on the version
    :ivar unknown: the items, as written, that have the right form and name nothing that the server accepts
    """

    pairs: frozenset[Pair]
    faults: list[str]
    from_catalogue: frozenset[Pair]
    unknown: list[str]


class Outcome(t.NamedTuple):
    """As M(Resolved), to be kept and shared: C(wild) is C(from_catalogue); a fault over an unknown pair comes with that pair."""

    pairs: frozenset[Pair]
    wild: frozenset[Pair]
    faults: tuple[tuple[str, t.Optional[Pair]], ...]
    unknown: tuple[str, ...]


def known_anywhere(kind: str, resource: str, action: str) -> bool:
    """Whether any version of Harbor that is known here listed or checked the pair."""
    return (resource, action) in ever_known(kind)


# --- the form


def malformed(item: t.Any) -> t.Optional[str]:
    """Why an item is neither a preset nor a pair nor a wildcard nor a mapping of Harbor's own words; None when it has the form of one."""
    if isinstance(item, str):
        return None if _well_formed(item) else "%r is not a permission: %s" % (item, _about_form(item))
    if isinstance(item, dict):
        words = [item.get("resource"), item.get("action")]
        words_of_harbor = {"resource", "action", "effect"}
        effect = item.get("effect")
        if set(item) <= words_of_harbor and all(isinstance(word, str) and word for word in words):
            return None if effect is None or isinstance(effect, str) else "effect %r of %s:%s is neither allow nor deny" % (effect, *words)
        if len(item) == 1 and not set(item) & words_of_harbor and all(isinstance(word, str) for pair in item.items() for word in pair):
            return "{0}: {1} is a mapping in YAML: write {0}:{1}, without a blank".format(*next(iter(item.items())))
        return "%r is not a permission: as a mapping it has resource, action and, where needed, effect" % (item,)
    return "%r is not a permission: write resource:action, resource:*, *:action, * or a preset (%s)" % (item, ", ".join(PRESETS))


def _well_formed(item: str) -> bool:
    if item == "*" or item in PRESETS:
        return True
    words = item.split(":")
    return len(words) == 2 and all(word == "*" or _WORD.fullmatch(word) for word in words)


def _about_form(item: str) -> str:
    parts = [part for part in item.lower().replace(" ", "").split(",") if part]
    if len(parts) > 1:
        resource, colon, _action = parts[0].partition(":")
        return "write one item for each of %s" % ", ".join(
            part if ":" in part else resource + colon + part if colon else part for part in parts
        )
    words = item.lower().split()
    if len(words) > 1 and all(word in PRESETS or (":" in word and _well_formed(word)) for word in words):
        return "write one item for each of %s" % ", ".join(words)
    tidy = re.sub(r"[\s:/.=]+", ":", item.strip().lower())
    if _well_formed(tidy):
        return "write %s%s" % (tidy, ", in lower case and without blanks" if item.split() != [item.lower()] else "")
    if ":" in tidy:
        return "write resource:action%s" % (", with * only for a whole word" if "*" in tidy else ", as in repository:pull")
    preset = nearest_preset(tidy)
    if preset:
        return "did you mean preset %s?" % preset
    pairs = ever_known("system") | ever_known("project")
    if any(tidy == resource for resource, _action in pairs):
        return "write %s:* or %s: with one of its actions" % (tidy, tidy)
    if any(tidy == action for _resource, action in pairs):
        return "write *:%s or the name of a resource before :%s" % (tidy, tidy)
    return "it is neither resource:action nor a preset (%s)" % ", ".join(PRESETS)


# --- the meaning


def words_of(item: str) -> Pair:
    """The two words of a pair or a wildcard; C(*) alone is both."""
    resource, _colon, action = item.partition(":")
    return (resource, action) if item != "*" else ("*", "*")


def matching(resource: str, action: str, pairs: t.Iterable[Pair], spared: frozenset[str] = POWERFUL) -> frozenset[Pair]:
    """Those of the pairs that a wildcard stands for.

    :param spared: resources that a wildcard over all of them leaves out
    """
    return frozenset(
        (owner, verb) for owner, verb in pairs if (owner not in spared if resource == "*" else owner == resource) and action in ("*", verb)
    )


def expanded(resource: str, action: str, kind: str, catalogue: Catalogue, deny: bool) -> frozenset[Pair]:
    """What a wildcard gives on a server; denied, it takes everything that the server would honour, listed or not."""
    if deny:
        return matching(resource, action, catalogue.accepted(kind), frozenset())
    if resource in POWERFUL and not catalogue.enforced:
        # No list before 2.10 has them, and this is how they are written out.
        return matching(resource, action, catalogue.accepted(kind))
    return matching(resource, action, catalogue.pairs(kind))


def _taken(resource: str, action: str, kind: str, catalogue: t.Optional[Catalogue]) -> t.Optional[str]:
    """Advice that there is only before 2.10: pairs that are not on the list, but which the server takes."""
    found = sorted(matching(resource, action, catalogue.accepted(kind))) if catalogue else []
    had = [pair for pair in found if catalogue and catalogue.offers(kind, pair)]
    return "write out those that you need of %s" % ", ".join("%s:%s" % pair for pair in had or found) if found else None


def _about_wildcard(resource: str, action: str, kind: str, catalogue: t.Optional[Catalogue]) -> t.Optional[str]:
    """What to do about a wildcard that matches nothing; one of its two words is not C(*)."""
    other = "project" if kind == "system" else "system"
    taken = _taken(resource, action, kind, catalogue)
    if resource == "*":
        near = nearest_action(action, kind, catalogue)
        return taken or ("did you mean *:%s?" % near if near else None)
    if taken:
        return taken
    if catalogue:
        since = [version for pair, version in first_listed(kind).items() if pair[0] == resource and version > catalogue.number]
        if since:
            return "Harbor has it since %s" % version_text(min(since))
    if matching(resource, action, catalogue.accepted(other) if catalogue else ever_known(other)):
        return "it exists for %s, not for %s" % (SCOPES[other], SCOPES[kind])
    gone = [version for pair, version in gone_since(kind).items() if catalogue and matching(resource, action, (pair,))]
    if gone:
        return "Harbor had it only before %s" % version_text(max(gone))
    near = nearest_resource(resource, kind, catalogue)
    return "did you mean %s:%s?" % (near, action) if near else None


def unknown_pair(resource: str, action: str, kind: str, catalogue: t.Optional[Catalogue]) -> str:
    """The sentence about a pair that the server, or without a catalogue any known version, does not have."""
    advice = suggest(resource, action, kind, catalogue)
    text = "%s:%s is not a permission for %s in %s%s" % (
        resource,
        action,
        SCOPES[kind],
        "Harbor " + catalogue.version if catalogue else "any known version of Harbor",
        ": " + advice if advice else "",
    )
    if catalogue:
        return text
    return text + " (should your Harbor be newer than this collection, write {resource: %s, action: %s})" % (resource, action)


def outcome(access: tuple[str, ...], kind: str, catalogue: t.Optional[Catalogue], deny: bool = False) -> Outcome:
    """What texts mean on a server; without a catalogue, what can be said about them before a server was asked.

    :param deny: the texts are denied, so that wildcards leave nothing out
    """
    key = ("outcome", kind, access, deny)
    if catalogue and key in catalogue.memory:
        return t.cast(Outcome, catalogue.memory[key])
    named: set[Pair] = set()
    wild: set[Pair] = set()
    faults: list[tuple[str, t.Optional[Pair]]] = []
    unknown: list[str] = []
    for item in access:
        fault = malformed(item)
        if fault:
            faults.append((fault, None))
        elif item in PRESETS:
            if not PRESETS[item].pairs(kind):
                faults.append(("preset %s is for projects, not for the system" % item, None))
            elif catalogue:
                named |= PRESETS[item].expand(kind, catalogue)
        else:
            resource, action = words_of(item)
            if "*" in (resource, action):
                found = expanded(resource, action, kind, catalogue, deny) if catalogue else matching(resource, action, ever_known(kind))
                wild |= found
                advice = None if found else _about_wildcard(resource, action, kind, catalogue)
                # Before a server was asked, only what looks like a slip: newer versions may have more.
                if not found and (catalogue or advice):
                    where = "Harbor " + catalogue.version if catalogue else "any known version of Harbor"
                    text = "%s matches nothing for %s in %s%s" % (item, SCOPES[kind], where, ": " + advice if advice else "")
                    faults.append((text, None))
                    unknown.append(item)
            elif (resource, action) in (catalogue.accepted(kind) if catalogue else ever_known(kind)):
                named.add((resource, action))
            else:
                faults.append((unknown_pair(resource, action, kind, catalogue), (resource, action)))
                unknown.append(item)
    result = Outcome(frozenset(named | wild), frozenset(wild - named), tuple(faults), tuple(unknown))
    if catalogue:
        catalogue.memory[key] = result
    return result


def literal_fault(item: t.Mapping[str, t.Any], kind: str, catalogue: Catalogue) -> t.Optional[str]:
    """What is wrong with a well-formed mapping. It is taken to the letter: up to 2.9 anything goes, C(*) too, and later what is listed.

    Harbor stores an effect that it does not know, and then neither allows nor denies anything by it (every version).
    """
    resource, action = item["resource"], item["action"]
    if item.get("effect") not in (None, "", "allow", "deny"):
        return "effect %r of %s:%s is neither allow nor deny" % (item["effect"], resource, action)
    if not catalogue.enforced or (resource, action) in catalogue.pairs(kind):
        return None
    if "*" in (resource, action):
        return "Harbor %s has no wildcards: write %s:%s as text, which is expanded here" % (catalogue.version, resource, action)
    return unknown_pair(resource, action, kind, catalogue)


def resolve(access: t.Sequence[str], kind: str, catalogue: Catalogue) -> Resolved:
    """What a list of presets, pairs and wildcards means on one server.

    :param kind: C(system) or C(project)
    """
    found = outcome(tuple(access), kind, catalogue)
    return Resolved(found.pairs, [text for text, _pair in found.faults], found.wild, list(found.unknown))


@lru_cache(maxsize=4096)
def _anywhere(access: tuple[str, ...], kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Faults and doubts of texts before a server was asked. Remembered, as fleets repeat themselves."""
    found = outcome(access, kind, None).faults
    return tuple(text for text, pair in found if pair is None), tuple(text for text, pair in found if pair is not None)


def static_faults(access: t.Iterable[t.Any], kind: str) -> list[str]:
    """What is wrong whatever the server: the form of the items, presets and wildcards that nobody knows.

    A mapping is held only to its form, as its words are Harbor's own and meant to the letter.
    """
    items = tuple(access)
    if all(isinstance(item, str) for item in items):
        return list(dict.fromkeys(_anywhere(items, kind)[0]))
    faults: list[t.Optional[str]] = []
    for item in items:
        faults += _anywhere((item,), kind)[0] if isinstance(item, str) else [malformed(item)]
    return list(dict.fromkeys(fault for fault in faults if fault))


def static_doubts(access: t.Iterable[t.Any], kind: str) -> list[str]:
    """Pairs that no version known here has. A newer server may have them, so only its own list can refuse them."""
    return list(dict.fromkeys(_anywhere(tuple([item for item in access if isinstance(item, str)]), kind)[1]))
