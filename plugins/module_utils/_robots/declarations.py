# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""What a user writes for one robot, turned into what is wanted of it; and the way back."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import permissions as _permissions
from ansible_collections.harbormaster.robots.plugins.module_utils._robots import secrets
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.access import static_doubts, static_faults
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.expiry import LONGEST, NEVER, Expiry, parse_date, parse_duration
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Desired, Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import name_fault, stored_fault
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import is_text

Options = t.Mapping[str, t.Any]
EXPIRY = ("duration", "valid_for", "expires_at")
NUMBERS = ("id", "valid_for", "renew_within")
LONGEST_DESCRIPTION = 1024
PATTERN = frozenset("*?[")


def read(options: Options, place: str = "", *, patterns: bool = False, on_drift: str = "restore") -> tuple[Desired, list[str]]:
    """One declaration as Desired, and every fault that can be seen without asking Harbor.

    :param options: validated by the argument spec; options that were not given are None
    :param place: how messages call it, as in C(robots[3] (ci)); empty where there is only one
    :param patterns: whether the permissions of a system robot may name projects by pattern
    :param on_drift: what a secret that no longer logs in means
    """
    # To Python, and so to Ansible, true is the number 1.
    faults = [
        "%s has to be a number, not %s" % (name, str(options[name]).lower()) for name in NUMBERS if isinstance(options.get(name), bool)
    ]
    faults += _identity_faults(options)
    entries, wrong = _entries(options, patterns and not options.get("project"))
    faults += wrong
    expiry, wrong = _expiry_wish(options)
    faults += wrong
    description = options.get("description")
    if description is not None and len(description) > LONGEST_DESCRIPTION:
        faults.append("description has %d characters, and Harbor keeps at most %d" % (len(description), LONGEST_DESCRIPTION))
    if description is not None and ("\0" in description or not is_text(description)):
        faults.append("description has a zero byte, or bytes that are no text in UTF-8, which Harbor cannot keep")
    secret = options.get("secret")
    if secret is not None:
        wrong_secret = secrets.fault(secret)
        faults += [wrong_secret] if wrong_secret else []
    desired = Desired(
        place=place,
        short=options.get("name") or "",
        project=options.get("project"),
        id=options.get("id"),
        present=options.get("state") != "absent",
        description=description,
        enabled=options.get("enabled"),
        entries=entries,
        expiry=expiry,
        allow_expire=bool(options.get("allow_expire")),
        secret=secret,
        update_secret=options.get("update_secret") or "always",
        on_drift=on_drift,
    )
    return desired, faults


def _identity_faults(options: Options) -> list[str]:
    name, project, robot_id = options.get("name"), options.get("project"), options.get("id")
    faults: list[t.Optional[str]] = []
    if name is None and robot_id is None:
        faults.append("name is required (or id, for a robot that exists)")
    if name is not None and robot_id is not None:
        faults.append("name and id exclude each other: id selects a robot only where no name is given")
    if robot_id is not None and robot_id < 1:
        faults.append("id %d is not valid: ids begin at 1" % robot_id)
    if name is not None:
        faults.append(name_fault(name))
    if project == "*":
        faults.append(
            "project '*' is not a project: a robot of all projects is a system robot, with permissions: [{project: '*', access: […]}]"
        )
    elif project is not None:
        faults.append(name_fault(project, "project"))
    if name is not None:
        faults.append(stored_fault(project, name))
    return [fault for fault in faults if fault]


def _entries(options: Options, patterns: bool) -> tuple[t.Optional[list[dict[str, t.Any]]], list[str]]:
    """Normal entries (kind, namespace, access, effect), one for each project, or None when permissions are not mentioned."""
    access, permissions, project = options.get("access"), options.get("permissions"), options.get("project")
    faults: list[str] = []
    if access is not None and permissions is not None:
        faults.append("access and permissions exclude each other: access is for the robot of a project, permissions for a system robot")
    if access is not None and project is None:
        faults.append("access goes with project; a system robot has permissions, whose entries name a project, projects or system")
    entries: list[dict[str, t.Any]] = []
    if access is not None:
        faults += _access_faults("access", access, "project")
        entries.append({"kind": "project", "namespace": project or "", "access": access, "effect": None})
    for number, entry in enumerate(permissions or ()):
        if entry is None:
            continue  # no mapping, which is told already
        place = "permissions[%d]" % number
        wrong, made = _entry(place, entry, project, patterns)
        faults += wrong
        entries += made
    if permissions is not None and not permissions:
        faults.append(
            "permissions is empty, and Harbor has no robots without; remove the robot (state=absent) or disable it (enabled=false)"
        )
    return (None if access is None and permissions is None else entries), faults


def is_pattern(name: str) -> bool:
    """Whether a project's name is a pattern, as in C(team-*); C(*) alone is all projects."""
    return name != "*" and not PATTERN.isdisjoint(name)


def _entry(place: str, entry: Options, project: t.Optional[str], patterns: bool) -> tuple[list[str], list[dict[str, t.Any]]]:
    faults: list[str] = []
    given = [key for key in ("project", "projects", "system") if entry.get(key) is not None]
    if len(given) != 1:
        faults.append(
            "%s: exactly one of project, projects and system says where it holds%s"
            % (place, ", not %s" % " and ".join(given) if given else "")
        )
    if entry.get("system") is False:
        faults.append("%s: system can only be true" % place)
    names = list(entry.get("projects") or ()) + ([entry["project"]] if entry.get("project") is not None else [])
    if entry.get("projects") is not None and not entry["projects"]:
        faults.append("%s: projects is empty" % place)
    faults += ["%s: projects names %s twice" % (place, name) for name, count in Counter(names).items() if count > 1]
    for name in names:
        if name == "*" and entry.get("projects") is not None:
            faults.append("%s: all projects are project: '*', in an entry of its own" % place)
        elif name != "*" and not (patterns and is_pattern(name)):
            wrong = name_fault(name, "project")
            faults += ["%s: %s" % (place, wrong)] if wrong else []
        if project is not None and name != project:
            faults.append("%s: a robot of project %s cannot hold permissions on %s; a system robot can" % (place, project, name))
    if project is not None and entry.get("system"):
        faults.append("%s: a robot of project %s cannot hold permissions of the system; a system robot can" % (place, project))
    kind = "system" if entry.get("system") else "project"
    faults += _access_faults("%s.access" % place, entry.get("access"), kind)
    wheres = ["/"] if kind == "system" else names
    return faults, [
        {"kind": kind, "namespace": where, "access": entry.get("access") or [], "effect": entry.get("effect")} for where in wheres
    ]


def _access_faults(place: str, access: t.Optional[t.Sequence[str]], kind: str) -> list[str]:
    if not access:
        return ["%s is empty: give presets or pairs such as repository:pull" % place]
    return ["%s: %s" % (place, fault) for fault in static_faults(access, kind)]


def _expiry_wish(options: Options) -> tuple[t.Optional[Expiry], list[str]]:
    faults: list[str] = []
    given = [form for form in EXPIRY if options.get(form) is not None]
    if len(given) > 1:
        faults.append("%s exclude each other: give the expiry in one form" % " and ".join(given))
    wish: t.Optional[Expiry] = None
    wrong: t.Optional[str]
    if "duration" in given:
        days, wrong = parse_duration(options["duration"])
        faults += [wrong] if wrong else []
        wish = Expiry("duration", days=days or 0)
    if "expires_at" in given:
        until, wrong = parse_date(options["expires_at"])
        faults += [wrong] if wrong else []
        wish = Expiry("expires_at", until=until or 0.0)
    renew = options.get("renew_within")
    if "valid_for" in given:
        days = options["valid_for"]
        if not 1 <= days <= LONGEST:
            faults.append(
                "valid_for %d is not valid: a number of days from 1 to %d%s" % (days, LONGEST, " (duration=never for ever)" * (days < 1))
            )
        elif renew is not None and not 0 <= renew < days:
            faults.append("renew_within %d has to be at least 0 and smaller than valid_for %d" % (renew, days))
        else:
            wish = Expiry("valid_for", days=days, renew_within=days / 3 if renew is None else renew)
    elif renew is not None:
        faults.append("renew_within goes with valid_for")
    return wish, faults


def doubts(options: Options) -> list[str]:
    """Permissions that no known version has: worth saying beside other faults, while alone they are for the server to judge."""
    told = ["access: %s" % doubt for doubt in static_doubts(options.get("access") or (), "project")]
    for number, entry in enumerate(options.get("permissions") or ()):
        if entry is None:
            continue
        kind = "system" if entry.get("system") else "project"
        told += ["permissions[%d].access: %s" % (number, doubt) for doubt in static_doubts(entry.get("access") or (), kind)]
    return told


def judge(options: Options) -> tuple[list[str], list[str]]:
    """The faults of one declaration, and its doubts."""
    return read(options)[1], doubts(options)


def complete(desired: Desired, robot: t.Optional[Robot], catalogue: Catalogue, version: str) -> tuple[Desired, list[str]]:
    """Expand presets and wildcards by the server's catalogue; C(growth) marks what only a newer catalogue brings."""
    if desired.entries is None or not desired.present:
        return desired, []
    held = robot.permissions if robot is not None else frozenset()
    grants, faults = _permissions.grants(desired.entries, catalogue, held)
    # What a robot holds already is in order, so that its declaration can be given back.
    if not faults and grants != held:
        mixing = _permissions.mixing_fault(grants, version)
        faults = [mixing] if mixing else []
    growth = {} if faults or grants <= held else _permissions.growth(desired.entries, catalogue, held)
    return desired.holding(grants, growth), faults


def declaration_of(robot: Robot, catalogue: Catalogue) -> dict[str, t.Any]:
    """A robot as accepted options. Given back, it changes nothing; it says C(enabled) only when that is false."""
    entries = _permissions.compact(robot.permissions, catalogue)
    told: dict[str, t.Any] = {"name": robot.short or robot.full_name}
    if robot.level == "project":
        told["project"] = robot.project
        if any(grant.namespace != robot.project for grant in robot.permissions):
            entries = []  # only 2.2 lets it hold others; they cannot be declared, and what is not mentioned stays
        if len(entries) == 1 and "effect" not in entries[0]:
            told["access"] = entries[0]["access"]
        elif entries:
            told["permissions"] = entries
    elif entries:
        told["permissions"] = entries
    if robot.description:
        told["description"] = robot.description
    if not robot.enabled:
        told["enabled"] = False
    if robot.duration:
        told["duration"] = "never" if robot.duration == NEVER else str(robot.duration)
    return told
