# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""A store behind the user's own program: C(PROGRAM get) and C(PROGRAM put), with JSON on standard input and output."""

from __future__ import annotations

import json
import subprocess
import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Changes, Entry, Store, StoreError, conflict, entry_of, moved

CHECKS = "check_and_set"
LONGEST_WORDS = 500


class CommandStore(Store):
    """What the program is told and answers:

    - C(get): C({"keys": ["ci"]}) in, C({"entries": {"ci": {"secret": "…"}}, "capabilities": ["check_and_set"]}) out; a key that is not
      in the answer has no entry.
    - C(put): C({"changes": {"ci": {"before": null, "after": {"secret": "…"}}}}) in, anything out. A program that can check and set
      refuses, and writes nothing, where an entry is no longer as in C(before).
    - Any other exit than 0 is an error, and its last words on standard error are shown.

    :param command: the program and its arguments
    :param timeout: seconds
    """

    def __init__(self, command: t.Sequence[str], timeout: float) -> None:
        self._command = list(command)
        self._timeout = timeout
        self._checks = False

    def read(self, keys: t.Sequence[str]) -> dict[str, Entry]:
        answer = self._run("get", {"keys": list(keys)}, ())
        try:
            whole = json.loads(answer)
        except ValueError as exc:
            raise self._fault("get", "its answer is not JSON") from exc
        entries = whole.get("entries") if isinstance(whole, dict) else None
        if not isinstance(entries, dict):
            raise self._fault("get", "its answer has no entries")
        capabilities = whole.get("capabilities") or []
        if not isinstance(capabilities, list):
            raise self._fault("get", "its capabilities are not a list")
        self._checks = CHECKS in capabilities
        try:
            return {key: entry_of(key, entries[key]) for key in keys if key in entries}
        except StoreError as exc:
            raise self._fault("get", exc) from exc

    def write(self, changes: Changes) -> None:
        if not self._checks:
            # Better than nothing: what is left is the moment between this look and the writing.
            others = moved(changes, self.read(list(changes)))
            if others:
                raise conflict(others)
        pairs = {
            key: {"before": before.as_dict() if before else None, "after": after.as_dict()} for key, (before, after) in changes.items()
        }
        secrets = [one for entries in changes.values() for entry in entries if entry for one in (entry.secret, entry.pending) if one]
        self._run("put", {"changes": pairs}, secrets)

    def _fault(self, verb: str, text: t.Any) -> StoreError:
        return StoreError("store %s %s: %s" % (self._command[0], verb, text))

    def _run(self, verb: str, said: t.Any, secrets: t.Sequence[str]) -> str:
        try:
            done = subprocess.run(
                [*self._command, verb], input=json.dumps(said), capture_output=True, text=True, check=False, timeout=self._timeout
            )
        except subprocess.TimeoutExpired as exc:
            raise self._fault(verb, "it took more than %g s" % self._timeout) from exc
        except (OSError, UnicodeError) as exc:
            raise self._fault(verb, exc) from exc
        if done.returncode:
            words = Mask(secrets).text(done.stderr).strip()[-LONGEST_WORDS:]
            raise self._fault(verb, "it ended with %d%s" % (done.returncode, ": %s" % words if words else ""))
        return done.stdout
