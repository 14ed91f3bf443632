# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""The run of C(harbor_robots) with a store: ask, note what is on its way, have the module work, note what arrived."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.validation import check_type_list
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.harbormaster.robots.plugins.plugin_utils import _keeping
from ansible_collections.harbormaster.robots.plugins.plugin_utils._keeping import Kept, Verdict
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Entry, Store, StoreError

Result = dict[str, t.Any]
# Runs the module with these arguments; in check mode where that is True, as the task says where it is None.
Ask = t.Callable[[dict[str, t.Any], t.Optional[bool]], Result]
SUMS = ("requests", "retries", "seconds_observing", "seconds_probing", "seconds_writing")
NOTHING = "Nothing was changed."


class Storekeeper:
    """One run.

    :param arguments: the task's own
    """

    def __init__(self, store: Store, arguments: dict[str, t.Any], ask: Ask, check_mode: bool) -> None:
        self.store = store
        self.arguments = arguments
        self.ask = ask
        self.check_mode = check_mode
        self.on_drift = str(arguments.get("on_drift") or _keeping.REPORT)
        self.entries: dict[str, Entry] = {}
        self.stored: set[str] = set()
        self.statistics: dict[str, float] = dict.fromkeys(SUMS, 0)

    def run(self) -> Result:
        """The module's result, with the credentials that the store holds. Never raises for what a store or Harbor may do."""
        keys = _keeping.keys_of(self.arguments.get("robots"), self.arguments.get("defaults"))
        try:
            self.entries = self.store.read(list(keys.values()))
        except StoreError as exc:
            return failed("%s %s" % (sentence(exc), NOTHING))
        try:
            # As the module would take it: in a text, a name that is a part of another one would be found.
            adopt = check_type_list(self.arguments.get("adopt") or [])
        except TypeError:
            return failed("Wrong input, nothing was changed: adopt has to be a list of stored names")
        kept = _keeping.candidates(keys, self.entries, adopt)
        if any(entry.pending for entry in self.entries.values()):
            # Nothing else tells which of two secrets Harbor has.
            self.arguments = {**self.arguments, "verify": True}
        kept, first = self._question(kept)
        if len(first.get("robots") or ()) != len(self.arguments.get("robots") or ()):
            return first  # refused as a whole
        verdicts = self._verdicts(kept, first)
        result, works = first, self._needs_work(verdicts, first)
        noted = {one.kept.key: _keeping.with_pending(one) for one in verdicts if one.pending}
        try:
            if self.check_mode and noted:
                self.store.rehearse()
            elif works and not self.check_mode:
                self._write(noted)
        except StoreError as exc:
            return failed("%s %s" % (sentence(exc), NOTHING), first)
        if works:
            result = self._module({one.kept.number: one.options for one in verdicts}, None)
        return self._settled(verdicts, result, first)

    # -- asking ----------------------------------------------------------------------------------------------------

    def _module(self, more: t.Mapping[int, t.Mapping[str, t.Any]], check_mode: t.Optional[bool], **instead: t.Any) -> Result:
        arguments = {name: value for name, value in self.arguments.items() if name not in ("store", "adopt")}
        arguments["robots"] = _keeping.declared(arguments.get("robots") or (), more) if more else arguments.get("robots")
        result = self.ask({**arguments, **instead}, check_mode)
        for name in SUMS:
            self.statistics[name] += (result.get("statistics") or {}).get(name, 0)
        return result

    def _question(self, kept: list[Kept]) -> tuple[list[Kept], Result]:
        """What would be done with the secrets that should work; a robot as caller cannot set any, so it is asked without."""
        first = self._module({one.number: one.options() for one in kept}, True)
        if first.get("failed") and first.get("caller") == "robot" and not first.get("robots"):
            known = [one if one.known else _keeping.without(one) for one in kept]
            first = self._module({one.number: one.options() for one in known}, True)
            if first.get("failed") and not first.get("robots"):
                known = [_keeping.without(one) for one in kept]
                first = self._module({}, True)
            return known, first
        return kept, first

    def _verdicts(self, kept: t.Sequence[Kept], first: Result) -> list[Verdict]:
        told = first["robots"]
        works = self._confirmed_works(_keeping.unclear(kept, told))
        verify = self.arguments.get("verify")
        tried = verify is None or boolean(verify)
        return [_keeping.verdict(one, told[one.number], one.key in works, self.on_drift, tried) for one in kept]

    def _confirmed_works(self, kept: t.Sequence[Kept]) -> set[str]:
        """The keys whose pending secret is refused and whose confirmed one logs in: the pending one never arrived."""
        if not kept:
            return set()
        robots = [{**self.arguments["robots"][one.number], **one.options()} for one in kept]
        answer = self._module({}, True, robots=robots, purge=None)
        return {
            one.key for one, told in zip(kept, answer.get("robots") or ()) if not told.get("drifted") and not told.get("secret_changed")
        }

    def _needs_work(self, verdicts: t.Sequence[Verdict], first: Result) -> bool:
        """Whether the answer to the question is not yet the result."""
        drifted = [one for one in verdicts if first["robots"][one.kept.number].get("drifted")]
        mends = any(one.options != one.kept.options() for one in drifted)
        return mends or (bool(first.get("changed")) and not self.check_mode)

    # -- the store -------------------------------------------------------------------------------------------------

    def _changes(self, after: t.Mapping[str, Entry]) -> dict[str, tuple[t.Optional[Entry], Entry]]:
        """The entries that are not in the store as they are to be."""
        return {key: (self.entries.get(key), entry) for key, entry in after.items() if entry != self.entries.get(key)}

    def _write(self, after: t.Mapping[str, Entry]) -> None:
        """Write the entries that are new. Raises StoreError."""
        changes = self._changes(after)
        if changes:
            self.store.write(changes)
            self.entries.update(after)
            self.stored.update(changes)

    def _settled(self, verdicts: t.Sequence[Verdict], result: Result, first: Result) -> Result:
        """Note what is proved, and hand out what is confirmed.

        :param first: the answer to the question
        """
        told = result.get("robots") or ()
        whole = len(told) == len(self.arguments["robots"])
        after: dict[str, Entry] = {}
        for one in verdicts if whole else ():
            key = one.kept.key
            made = (result.get("credentials") or {}).get(key, {}).get("secret")
            entry = _keeping.settled(one, told[one.kept.number], self.entries.get(key), made)
            if entry is not None:
                after[key] = entry
        if self.check_mode:
            # Predicted entries are not credentials yet.
            self.stored.update(self._changes(after), (one.kept.key for one in verdicts if one.pending))
        else:
            try:
                self._write(after)
            except StoreError as exc:
                result = self._not_stored(result, verdicts, exc)
        told = told if whole else first["robots"]
        entries = {one.kept.key: (told[one.kept.number], self.entries.get(one.kept.key)) for one in verdicts}
        kept = {
            key: _keeping.credential(entry)
            for key, (one, entry) in entries.items()
            if entry and _keeping.logs_in(one, entry, self.check_mode)
        }
        unknown = [one.kept.key for one in verdicts if _keeping.unknown(one, *entries[one.kept.key])]
        warnings = [*(result.get("warnings") or ()), *([_keeping.about_unknown(unknown)] if unknown else [])]
        credentials = {**(result.get("credentials") or {}), **{key: one for key, one in kept.items() if one}}
        return {
            **result,
            **({"warnings": warnings} if warnings else {}),
            **({"diff": _keeping.diff_of(result["diff"], {one.kept.key for one in verdicts})} if result.get("diff") else {}),
            "changed": bool(result.get("changed") or self.stored),
            "credentials": credentials,
            "stored": sorted(self.stored),
            "statistics": {name: round(value, 3) for name, value in self.statistics.items()},
        }

    def _not_stored(self, result: Result, verdicts: t.Sequence[Verdict], exc: StoreError) -> Result:
        """Harbor has what the store does not confirm: what a robot as caller made would be lost, so it is removed again."""
        made = dict(result.get("credentials") or {})
        numbers = {one.kept.key: one.kept.number for one in verdicts if not one.options and one.kept.key in made}
        words = sentence(exc)
        if numbers:
            robots = [self.arguments["robots"][number] for number in numbers.values()]
            gone = [{**{name: one[name] for name in ("name", "project") if one.get(name)}, "state": "absent"} for one in robots]
            removal = self._module({}, None, robots=gone, purge=None)
            if removal.get("failed"):
                words += " Their secrets are in credentials and nowhere else, and they could not be removed again: %s." % ", ".join(numbers)
            else:
                words += " Removed again, because their secrets would be lost: %s." % ", ".join(numbers)
                made = {key: one for key, one in made.items() if key not in numbers}
        else:
            words += " New secrets are still noted as pending, and the next run confirms them."
        before = result.get("msg") if result.get("failed") else ""
        return {**result, "failed": True, "credentials": made, "msg": "\n".join(filter(None, (before, words)))}


def sentence(exc: StoreError) -> str:
    """What a store says, with one full stop at its end; a program's own words may bring theirs."""
    return str(exc).rstrip(".") + "."


def failed(message: str, result: t.Optional[Result] = None) -> Result:
    """A failure before anything was changed."""
    told = {name: value for name, value in (result or {}).items() if name in ("registry", "statistics")}
    return {**told, "failed": True, "changed": False, "msg": message}
