# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""What a store and Harbor know of one robot's secret, and what follows from that. Pure.

The module is asked first, in check mode, with the secret that should work; its answer says which robots are missing, which secrets are
refused, and whether there is anything to do at all. Whatever is to be set is then written to the store, as pending, before Harbor gets it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import names, secrets
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declaration_list import merged
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Entry

Options = t.Mapping[str, t.Any]
MOST_TOLD = 10
REPORT, RESTORE, REFRESH = "report", "restore", "refresh"


@dataclass(frozen=True)
class Kept:
    """A declaration whose secret the store keeps.

    :ivar number: its place in the list
    :ivar before: what the store has
    :ivar adopt: whether the robot may get a secret of ours although it was there before
    :ivar candidate: the secret that the module is given; "" for none
    :ivar known: whether somebody may have the candidate already, so that it is tried first
    """

    number: int
    key: str
    before: t.Optional[Entry]
    adopt: bool
    candidate: str
    known: bool = True

    def options(self) -> dict[str, t.Any]:
        """What the module is told beside the declaration."""
        if not self.candidate:
            return {}
        if self.known:
            return {"secret": self.candidate, "update_secret": "always", "on_drift": REPORT}
        if self.adopt:
            return {"secret": self.candidate, "update_secret": "always", "on_drift": RESTORE}
        return {"secret": self.candidate, "update_secret": "on_create"}


def without(kept: Kept) -> Kept:
    """As asked by a robot, which cannot set secrets: Harbor makes them."""
    return replace(kept, candidate="", known=False)


@dataclass(frozen=True)
class Verdict:
    """What is to be done with one kept secret.

    :ivar options: what the module is told beside the declaration when it works
    :ivar pending: what the store has to know before that; None for nothing new
    :ivar missing: there is no robot yet, so no secret is confirmed
    :ivar works: the candidate was tried and logs in
    """

    kept: Kept
    options: dict[str, t.Any]
    pending: t.Optional[str] = None
    missing: bool = False
    works: bool = False


def keys_of(robots: t.Any, defaults: t.Any) -> dict[int, str]:
    """The stored names of the declarations whose secrets a store keeps: robots that are wanted, by name, without a secret of the user's.

    What is no declaration at all is left to the module, which says what is wrong with it.
    """
    found: dict[int, str] = {}
    for number, options in enumerate(robots if isinstance(robots, list) else ()):
        whole = merged(options, defaults if isinstance(defaults, dict) else {}) if isinstance(options, dict) else {}
        name, project = whole.get("name"), whole.get("project")
        usable = all(isinstance(one, str) and names.NAME.match(one) for one in (name, project) if one is not None)
        if name and usable and whole.get("state") in (None, "present") and whole.get("secret") is None:
            found[number] = names.stored(project, str(name))
    return found


def candidates(keys: t.Mapping[int, str], entries: t.Mapping[str, Entry], adopt: t.Collection[str]) -> list[Kept]:
    """For each kept declaration the secret that should work: one that may be on its way, else the confirmed one, else a new one."""
    found = []
    for number, key in keys.items():
        entry = entries.get(key)
        known = (entry.pending or entry.secret) if entry else None
        found.append(Kept(number, key, entry, key in adopt, known or secrets.generate(), known is not None))
    return found


def declared(robots: t.Sequence[t.Any], more: t.Mapping[int, Options]) -> list[t.Any]:
    """The declarations with what is said of their secrets; what is no declaration stays for the module to refuse."""
    return [{**options, **more[number]} if number in more else options for number, options in enumerate(robots)]


def unclear(kept: t.Iterable[Kept], told: t.Sequence[Options]) -> list[Kept]:
    """Those whose pending secret is refused, so that the confirmed one is to be tried."""
    return [
        replace(one, candidate=one.before.secret)
        for one in kept
        if one.before and one.before.pending and one.before.secret and told[one.number].get("drifted")
    ]


def verdict(kept: Kept, told: Options, confirmed_works: bool, on_drift: str, verify: bool) -> Verdict:
    """What follows from the module's first answer about one robot.

    :param told: its entry of C(robots)
    :param confirmed_works: whether a pending secret was refused and the confirmed one logs in
    """
    entry, options = kept.before, kept.options()
    if entry is None:
        # New, or adopted; a robot that was there before and is not adopted keeps the secret that it has.
        return Verdict(kept, options, pending=kept.candidate if told.get("secret_changed") and kept.candidate else None)
    if told.get("drifted"):
        if confirmed_works:
            return Verdict(kept, {**options, "on_drift": RESTORE})  # it never arrived: on its way once more
        if on_drift == RESTORE:
            return Verdict(kept, {**options, "secret": entry.secret or entry.pending, "on_drift": RESTORE})
        if on_drift == REFRESH:
            fresh = secrets.generate()
            return Verdict(kept, {**options, "secret": fresh, "on_drift": RESTORE}, pending=fresh)
        return Verdict(kept, options)
    robot = told.get("robot") or {}
    if kept.candidate and not robot.get("id"):
        # Somebody removed it. It gets the secret that it had, which nobody is given until Harbor has it.
        return Verdict(kept, options, pending=kept.candidate, missing=True)
    awake = robot.get("enabled") and not robot.get("expired")
    works = bool(kept.candidate and verify and awake and not told.get("failed") and not told.get("secret_changed"))
    # What works is not tried again, and is still set when somebody removes the robot meanwhile.
    return Verdict(kept, {**options, "update_secret": "on_create"} if works else options, works=works)


def with_pending(one: Verdict) -> Entry:
    """The entry that the store has to hold before Harbor gets the new secret."""
    entry = replace(one.kept.before or Entry(), pending=one.pending)
    return replace(entry, secret=None) if one.missing else entry


def settled(one: Verdict, told: Options, before: t.Optional[Entry], made: t.Optional[str] = None) -> t.Optional[Entry]:
    """The entry as it is after the work; unchanged where nothing is proved.

    :param told: the robot's entry of C(robots) after the work
    :param before: what the store holds now
    :param made: a secret that Harbor made
    """
    robot = told.get("robot") or {}
    secret: t.Optional[str] = made
    if told.get("failed") or not told.get("username"):
        return before
    if secret is None and told.get("secret_changed"):
        secret = one.options.get("secret")
    if secret is None and one.works:
        secret = one.kept.candidate
    if secret is None and (before is None or before.pending or not before.secret):
        return before  # asleep, or not tried: nobody knows whether it works
    return Entry(
        secret=secret or (before.secret if before else None),
        username=told["username"],
        registry=told.get("registry"),
        expires_at=robot.get("expires_at"),
    )


def logs_in(told: Options, entry: Entry, check_mode: bool) -> bool:
    """Whether the confirmed secret may be given to anyone: Harbor does not refuse it, and no other one may have replaced it.

    :param told: the robot's entry of C(robots)
    :param entry: what the store holds now
    """
    mended = bool(told.get("secret_changed")) and not told.get("failed") and not check_mode
    return entry.pending is None and (mended or not told.get("drifted"))


def unknown(one: Verdict, told: Options, entry: t.Optional[Entry]) -> bool:
    """Whether a robot was there before, with a secret that neither the store nor anybody here knows, although it could get one.

    :param told: the robot's entry of C(robots)
    :param entry: what the store holds now
    """
    there = bool((told.get("robot") or {}).get("id")) and not told.get("failed")
    return there and entry is None and bool(one.kept.candidate) and not one.pending


def about_unknown(keys: t.Sequence[str]) -> str:
    """The warning about them: whoever wants to log in with one of them would look for the reason elsewhere."""
    more = " and %d more" % (len(keys) - MOST_TOLD) if len(keys) > MOST_TOLD else ""
    return "the store has no secret of robots that were there before (%s%s); adopt names those that may get a new one" % (
        ", ".join(keys[:MOST_TOLD]),
        more,
    )


def diff_of(diff: t.Mapping[str, str], keys: t.Collection[str]) -> dict[str, str]:
    """The diff of a fleet: the module was given the secrets of these robots by us, and not by the user."""
    given = {"%s: secret: as given" % key: "%s: secret: kept in the store" % key for key in keys}
    return {**diff, "after": "\n".join(given.get(line, line) for line in diff["after"].split("\n"))}


def credential(entry: Entry) -> t.Optional[dict[str, t.Any]]:
    """What is given to whoever is to log in; None where nothing is confirmed."""
    if entry.secret is None:
        return None
    return {"username": entry.username, "secret": entry.secret, "registry": entry.registry, "expires_at": entry.expires_at}
