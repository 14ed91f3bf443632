# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Keeps secrets out of messages. What it costs grows with the texts; with Ansible's own it is secrets times texts."""

from __future__ import annotations

import base64
import html
import json
import re
import typing as t
from collections import defaultdict
from urllib.parse import quote, quote_plus

STARS = "********"
# Secrets are looked up by so many of their first characters; the few that are shorter are looked for one by one.
WIDTH = 8
# Whatever is none of these is written otherwise by one program or another.
PLAIN = re.compile(r"[A-Za-z0-9_.-]*\Z")
# Go, in which Harbor is written, writes these so in JSON.
GO = {ord(one): "\\u%04x" % ord(one) for one in "<>&\u2028\u2029"}


def escaped(secret: str) -> t.Iterator[str]:
    """A secret with other characters than letters and digits as languages, URLs and web pages write it."""
    raw = secret.encode("utf-8", "surrogatepass")
    yield from (text[1:-1] for text in (repr(secret), repr(raw)[1:], json.dumps(secret), json.dumps(secret, ensure_ascii=False)))
    yield json.dumps(secret, ensure_ascii=False)[1:-1].translate(GO)
    yield secret.encode("ascii", "backslashreplace").decode()
    yield secret.encode("unicode_escape").decode()
    # As web servers write it to their logs.
    yield "".join("\\x%02X" % one if one in b'"\\' or not 32 <= one < 127 else chr(one) for one in raw)
    for text in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield text
        yield re.sub("%..", lambda found: found[0].lower(), text)
    web = html.escape(secret, quote=False)
    yield from (web, html.escape(secret), web.replace('"', "&#34;").replace("'", "&#39;"), web.replace('"', "&quot;").replace("'", "&#39;"))


def forms(secret: str) -> set[str]:
    """A secret as messages may show it: as it is, escaped, and in base64; nothing of it that is as short as a word."""
    found = {secret}
    if not PLAIN.match(secret):
        # What grew has an escape in it, so that a blank, say, does not stand for every plus.
        found.update(text for text in escaped(secret) if len(text) > len(secret) or len(text) >= WIDTH)
    raw = secret.encode("utf-8", "surrogatepass")
    coded = {code(raw).decode() for code in (base64.b64encode, base64.urlsafe_b64encode)}
    # Not all write its padding.
    found.update(one for text in coded for one in (text, text.rstrip("=")) if len(text.rstrip("=")) >= WIDTH)
    return found


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


def quotable(address: str) -> t.Optional[str]:
    """An address as a message may quote it, without what is asked of it; None where a password may be in the place of a port."""
    place = re.split(r"[?#]", address, maxsplit=1)[0]
    if not re.match(r"(?:[A-Za-z][A-Za-z0-9+.-]*:/+)?[^:@]*(?::[0-9]*)?(?:/[^:@]*)?\Z", place):
        return None
    return address if place == address else place + address[len(place)] + "…"
