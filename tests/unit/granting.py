# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Permissions in words, for tests of what is planned and declared."""

from __future__ import annotations

import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import Catalogue, Grant, Permissions

Entries = list[dict[str, t.Any]]
NEW = Catalogue.bundled("2.15.2")
OLD = Catalogue.bundled("2.9.5")


def grant(text: str) -> Grant:
    """`deny repository:pull on shop`, as Grant.line() says it."""
    pair, _on, where = text.partition(" on ")
    effect, _blank, pair = pair.rpartition(" ")
    resource, _colon, action = pair.partition(":")
    kind, namespace = {"system": ("system", "/"), "all projects": ("project", "*")}.get(where, ("project", where))
    return Grant(kind, namespace, resource, action, effect or "allow")


def some(*texts: str) -> Permissions:
    return frozenset(map(grant, texts))


def harbor(namespace: str, *access: str, kind: str = "project", **effect: str) -> dict[str, t.Any]:
    """One entry as Harbor answers it; an effect that is empty is left out there."""
    pairs = [one.split(":") for one in access]
    return {
        "kind": kind,
        "namespace": namespace,
        "access": [{"resource": resource, "action": action, **effect} for resource, action in pairs],
    }


def normalised(entries: Entries) -> Entries:
    """A declaration's entries with one namespace each."""
    places = []
    for entry in entries:
        names = [("system", "/")] if entry.get("system") else [("project", name) for name in entry.get("projects", [entry.get("project")])]
        for kind, namespace in names:
            places.append({"kind": kind, "namespace": namespace, "access": entry["access"], "effect": entry.get("effect")})
    return places
