# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Keeps secrets out of messages. What it costs grows with the texts; with Ansible's own it is secrets times texts."""

from __future__ import annotations

import json
import typing as t
from collections import defaultdict

STARS = "********"
# Secrets are looked up by so many of their first characters; the few that are shorter are looked for one by one.
WIDTH = 8
QUOTED = frozenset("'\"\\")


def forms(secret: str) -> set[str]:
    """A secret as messages of Python may quote it, which differs where it has quotes, backslashes, control or foreign characters."""
    if secret.isascii() and secret.isprintable() and QUOTED.isdisjoint(secret):
        return {secret}
    raw = secret.encode("utf-8", "surrogatepass")
    quoted = (repr(secret), repr(raw)[1:], json.dumps(secret), json.dumps(secret, ensure_ascii=False))
    return {secret, *(text[1:-1] for text in quoted)}


class Mask:
    """Replaces secrets by stars."""

    def __init__(self, secrets: t.Iterable[str]) -> None:
        longest_first = sorted({form for secret in secrets if secret for form in forms(secret)}, key=len, reverse=True)
        self._short = [secret for secret in longest_first if len(secret) < WIDTH]
        # By beginning and length, because many secrets of one make may begin alike.
        self._long: dict[str, dict[int, set[str]]] = defaultdict(dict)
        for secret in longest_first:
            if len(secret) >= WIDTH:
                self._long[secret[:WIDTH]].setdefault(len(secret), set()).add(secret)

    def text(self, text: str) -> str:
        """A text without secrets."""
        pieces: list[str] = []
        done = at = 0
        end = len(text) - WIDTH if self._long else -1
        while at <= end:
            lengths = self._long.get(text[at : at + WIDTH], {})
            found = next((length for length, secrets in lengths.items() if text[at : at + length] in secrets), 0)
            if not found:
                at += 1
            else:
                pieces += (text[done:at], STARS)
                at += found
                done = at
        text = "".join((*pieces, text[done:]))
        for secret in self._short:
            text = text.replace(secret, STARS)
        return text

    def value(self, value: t.Any) -> t.Any:
        """A text, or a list or mapping that may hold texts, without secrets."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.value(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(inner) for inner in value]
        return value
