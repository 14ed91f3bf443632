# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Short, stored and full names of robots, and the prefix between them.

A robot that its user calls C(ci) is stored as C(ci), or as C(shop+ci) in project C(shop); the API shows the stored name
behind a prefix, C(robot$) unless configured otherwise. A full name alone does not tell where the prefix ends.
"""

from __future__ import annotations

import re
import typing as t

NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
# The column holds what is stored, so a project's name counts too (every version); a longer one gives a bare 500.
LONGEST_STORED = 255
# What the system may hold: such a name, or one of any letters behind a plus sign (see short_of).
IN_SYSTEM = re.compile(r"(?:%s|\+[A-Za-z0-9+$._-]*\Z)" % NAME.pattern)
# What a filter can name: it has signs of its own.
ASKABLE = re.compile(r"[A-Za-z0-9+$._-]+\Z")
NAME_RULE = "lower-case letters and digits, with single '.', '_' or '-' between them"


def stored(project: t.Optional[str], short: str) -> str:
    """The name in Harbor's database, which is also this collection's key of a robot: C(ci) or C(shop+ci)."""
    return "%s+%s" % (project, short) if project else short


def prefix_before(full: str, key: str) -> t.Optional[str]:
    """The prefix of a full name whose stored name is known; None when it does not end so."""
    return full[: len(full) - len(key)] if full.endswith(key) else None


def prefixes(full: str, project: str) -> list[str]:
    """What may stand before the stored name of a robot of this project, shortest first; nothing for a name of another kind."""
    own, found = project + "+", []
    place = full.find(own)
    while place >= 0:
        found.append(full[:place])
        place = full.find(own, place + 1)
    return found


def in_common(names: t.Collection[str]) -> int:
    """With how many letters all of these names begin alike: a prefix has no more."""
    first, last = min(names, default=""), max(names, default="")
    return next((place for place, (one, other) in enumerate(zip(first, last)) if one != other), min(len(first), len(last)))


def stored_of(
    full: str, *, project: t.Optional[str] = None, prefix: t.Optional[str] = None, key: t.Optional[str] = None
) -> t.Optional[str]:
    """The stored name behind a full one; None when nothing tells how long its prefix is.

    :param project: the robot's project, with which its stored name begins
    :param prefix: the prefix, as far as it is known
    :param key: the stored name, where a filter for exactly that one gave the robot
    """
    if key is not None and full.endswith(key):
        return key
    fitting = prefixes(full, project) if project else []
    if len(fitting) == 1:
        return full[len(fitting[0]) :]
    if prefix is not None and (prefix in fitting or (not fitting and full.startswith(prefix))):
        return full[len(prefix) :]
    return None


def short_of(key: str, project: t.Optional[str]) -> str:
    """The short name of a stored one; empty where it is none that could be declared.

    The old API, which 2.12 still had, checked no names: it made C(shop+a+b), C(shop+Ci), and in 2.12 C(+ci), in the system.
    """
    own = project + "+" if project else ""
    rest = key[len(own) :] if key.startswith(own) else ""
    return rest if NAME.match(rest) else ""


def name_fault(name: str, what: str = "name") -> t.Optional[str]:
    """Why Harbor would refuse a short name or a project's name; None when it would not."""
    if NAME.match(name):
        return None
    fault = "%s %r is not valid: %s" % (what, name, NAME_RULE)
    guess = re.sub(r"[^a-z0-9]+", "-", name.rpartition("+")[2].rpartition("$")[2].lower()).strip("-")
    if "$" in name or "+" in name:
        fault += "; give the short name, without prefix and project"
    return "%s%s" % (fault, " (did you mean %r?)" % guess if guess and NAME.match(guess) else "")


def stored_fault(project: t.Optional[str], short: str) -> t.Optional[str]:
    """Why a robot's stored name does not fit into Harbor's database; None when it does."""
    length = len(stored(project, short).encode())
    if length <= LONGEST_STORED:
        return None
    return "the stored name has %d characters, and Harbor keeps at most %d, project included" % (length, LONGEST_STORED)
