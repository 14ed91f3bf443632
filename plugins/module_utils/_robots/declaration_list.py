# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""A list of declarations with common defaults: what a user hands to C(harbor_robots)."""

from __future__ import annotations

import fnmatch
import typing as t
from dataclasses import replace

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import EXPIRY, Options, doubts, is_pattern, read
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Desired

PERMISSIONS = ("access", "permissions")
EXPIRY_OPTIONS = (*EXPIRY, "renew_within")


def merged(options: Options, defaults: Options) -> dict[str, t.Any]:
    """A declaration with the defaults for what it leaves out.

    Expiry is replaced as a whole, and so are permissions; those of projects go to robots of projects, others to system robots.
    """
    out = dict(options)
    own = {key for key, value in options.items() if value is not None}
    skip: set[str] = set()
    if own.intersection(EXPIRY_OPTIONS):
        skip.update(EXPIRY_OPTIONS)
    if own.intersection(PERMISSIONS):
        skip.update(PERMISSIONS)
    if "permissions" in own or "id" in own:
        skip.add("project")
    project = options.get("project") or (defaults.get("project") if "project" not in skip else None)
    skip.add("permissions" if project else "access")
    out.update((key, value) for key, value in defaults.items() if value is not None and key not in own and key not in skip)
    return out


def place_of(number: int, entry: t.Mapping[str, t.Any]) -> str:
    """How messages call an entry of the list: C(robots[3] (ci)), or with the id where it has no name."""
    called = entry.get("name") or ("id %s" % entry["id"] if entry.get("id") is not None else "")
    return "robots[%d]%s" % (number, " (%s)" % called if called else "")


class Declarations:
    """The declarations of one call: read once, with every fault at its place."""

    def __init__(self, robots: t.Sequence[Options], defaults: t.Optional[Options], on_drift: str) -> None:
        self._robots = robots
        self.desired: list[Desired] = []
        self.faults = self._default_faults(defaults or {})
        usable = {} if self.faults else defaults or {}
        for number, options in enumerate(robots):
            place = place_of(number, options)
            whole = merged(options, usable)
            desired, faults = read(whole, place, patterns=True, on_drift=whole.get("on_drift") or on_drift)
            self.desired.append(desired)
            self.faults += ["%s: %s" % (place, fault) for fault in faults]
        self.faults += duplicates(self.desired)

    def doubts(self) -> t.Iterator[str]:
        """What may be wrong as well, each at its place."""
        for number, options in enumerate(self._robots):
            for doubt in doubts(options):
                yield "%s: %s" % (place_of(number, options), doubt)

    def _default_faults(self, defaults: Options) -> list[str]:
        """What is wrong with the defaults themselves, said once instead of for every robot."""
        faults: list[str] = []
        for without, project in (("permissions", defaults.get("project") or "a"), ("access", None)):
            alone = {key: value for key, value in defaults.items() if key != without}
            found = read(dict(alone, name="a", project=project), patterns=True)[1]
            faults += [fault for fault in found if fault not in faults]
        return ["defaults: %s" % fault for fault in faults]


def duplicates(declared: t.Sequence[Desired]) -> list[str]:
    """Faults of declarations that name the same robot."""
    first: dict[str, Desired] = {}
    faults = []
    for one in declared:
        if not one.short and one.id is None:
            continue
        other = first.setdefault(one.key, one)
        if other is not one:
            faults.append("%s: declares the same robot as %s" % (one.place, other.place))
    return faults


def has_patterns(desired: Desired) -> bool:
    """Whether a declaration names projects by pattern."""
    return desired.present and any(is_pattern(entry["namespace"]) for entry in desired.entries or ())


def resolved(desired: Desired, projects: t.Sequence[str], allow_unmatched: bool) -> tuple[Desired, list[str]]:
    """A declaration whose patterns are replaced by the projects that exist, and a fault for each that matches none."""
    entries: list[t.Mapping[str, t.Any]] = []
    faults = []
    for entry in desired.entries or ():
        pattern = entry["namespace"]
        if not is_pattern(pattern):
            entries.append(entry)
            continue
        names = [name for name in projects if fnmatch.fnmatchcase(name, pattern)]
        if not names and not allow_unmatched:
            faults.append("no project matches %s; allow_unmatched lets that pass" % pattern)
        entries += [dict(entry, namespace=name) for name in names]
    if not entries and not faults:
        faults.append("none of its patterns matches a project, and Harbor has no robots without permissions")
    return replace(desired, entries=entries), faults
