# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""What was probably meant by a permission that does not exist."""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import (
    Catalogue,
    Pair,
    ever_known,
    first_listed,
    gone_since,
    version_text,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.presets import PRESETS

# How messages name the two kinds.
SCOPES = {"system": "the system", "project": "a project"}

# Words from Harbor's pages, other registries and other tools, which no comparison of letters would lead to the right ones.
_RESOURCES = {
    "charts": "repository",
    "gc": "garbage-collection",
    "image": "repository",
    "images": "repository",
    "retention": "tag-retention",
    "vulnerability": "artifact-addition",
    "vulnerabilities": "artifact-addition",
    "webhook": "notification-policy",
    "webhooks": "notification-policy",
}
_ACTIONS = {
    "add": "create",
    "download": "pull",
    "edit": "update",
    "get": "read",
    "modify": "update",
    "remove": "delete",
    "start": "create",
    "upload": "push",
    "view": "read",
    "write": "update",
}


def _other(kind: str) -> str:
    return "project" if kind == "system" else "system"


def _pool(kind: str, catalogue: t.Optional[Catalogue]) -> frozenset[Pair]:
    return catalogue.accepted(kind) if catalogue else ever_known(kind)


def _near(word: str, words: t.Iterable[str], aliases: t.Mapping[str, str]) -> list[str]:
    """The words that were probably meant, best first."""
    known = sorted(set(words))
    found = [word] if word in known else []
    if aliases.get(word) in known:
        found.append(aliases[word])
    if len(word) >= 3:
        # An abbreviation: the shortest word that it begins.
        found += sorted((one for one in known if one.startswith(word)), key=len)
    found += difflib.get_close_matches(word, known, n=3, cutoff=0.7)
    return list(dict.fromkeys(found))


def nearest_resource(word: str, kind: str, catalogue: t.Optional[Catalogue] = None) -> t.Optional[str]:
    """The resource of that kind which was probably meant, if any comes near."""
    found = _near(word, (resource for resource, _action in _pool(kind, catalogue)), _RESOURCES)
    return found[0] if found else None


def nearest_action(word: str, kind: str, catalogue: t.Optional[Catalogue] = None) -> t.Optional[str]:
    """The action, of whatever resource of that kind, which was probably meant, if any comes near."""
    found = _near(word, (action for _resource, action in _pool(kind, catalogue)), _ACTIONS)
    return found[0] if found else None


def nearest_preset(word: str) -> t.Optional[str]:
    """The preset that was probably meant, if any comes near."""
    found = difflib.get_close_matches(word.lower(), sorted(PRESETS), n=1, cutoff=0.6)
    return found[0] if found else None


def _nearest_pair(resource: str, action: str, pool: frozenset[Pair]) -> t.Optional[Pair]:
    """The pair that was probably meant: a resource that has this very action before one that has a similar action."""
    resources = _near(resource, (known for known, _action in pool), _RESOURCES)
    if resource in resources:
        # There is nothing wrong with the resource.
        resources = [resource]
    for candidate in resources:
        if (candidate, action) in pool:
            return candidate, action
    for candidate in resources:
        actions = _near(action, (known for owner, known in pool if owner == candidate), _ACTIONS)
        if actions:
            return candidate, actions[0]
    return None


def suggest(resource: str, action: str, kind: str, catalogue: t.Optional[Catalogue] = None) -> t.Optional[str]:
    """What to do about a pair that is not there, as the end of a sentence; None when the pair is there or nothing comes near.

    :param kind: C(system) or C(project), for which the pair was asked
    :param catalogue: of the server; without one, every version that is known counts
    """
    pair = (resource, action)
    pool = _pool(kind, catalogue)
    if pair in pool:
        return None
    other = _other(kind)
    if catalogue:
        since = first_listed(kind).get(pair)
        if since and since > catalogue.number:
            return "Harbor has it since %s" % version_text(since)
    if pair in _pool(other, catalogue):
        return "it exists for %s, not for %s" % (SCOPES[other], SCOPES[kind])
    if catalogue and pair in gone_since(kind):
        return "Harbor had it only before %s" % version_text(gone_since(kind)[pair])

    found = _nearest_pair(resource, action, pool)
    if found and (found[1] == action or found[0] == resource):
        return "did you mean %s:%s?" % found
    elsewhere = _nearest_pair(resource, action, _pool(other, catalogue))
    if elsewhere and elsewhere[1] == action:
        return "did you mean %s:%s? It exists for %s, not for %s" % (*elsewhere, SCOPES[other], SCOPES[kind])
    if found:
        return "did you mean %s:%s?" % found
    later = _nearest_pair(resource, action, ever_known(kind)) if catalogue else None
    if catalogue and later and first_listed(kind).get(later, (0, 0, 0)) > catalogue.number:
        return "did you mean %s:%s? Harbor has it since %s" % (*later, version_text(first_listed(kind)[later]))
    near = nearest_resource(resource, kind, catalogue)
    if near:
        return "%s has the actions %s" % (near, ", ".join(sorted(known for owner, known in pool if owner == near)))
    return None
