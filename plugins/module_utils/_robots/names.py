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
NAME_RULE = "lower-case letters and digits, with single '.', '_' or '-' between them"


def stored(project: t.Optional[str], short: str) -> str:
    """The name in Harbor's database, which is also this collection's key of a robot: C(ci) or C(shop+ci)."""
    return "%s+%s" % (project, short) if project else short


def prefix_before(full: str, key: str) -> t.Optional[str]:
    """The prefix of a full name whose stored name is known; None when it does not end so."""
    return full[: len(full) - len(key)] if full.endswith(key) else None


def split_project_robot(full: str, project: str) -> t.Optional[tuple[str, str]]:
    """(prefix, short name) of a robot of a known project; None for a legacy robot, whose name is stored as it is.

    Neither short names nor projects can hold a C(+), so the last one is where the short name begins.
    """
    head, plus, short = full.rpartition("+")
    if not plus or not head.endswith(project):
        return None
    return head[: len(head) - len(project)], short


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
