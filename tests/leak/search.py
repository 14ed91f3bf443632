# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds secrets in bytes, in the forms in which programs write them."""

from __future__ import annotations

import base64
import json
import os
import stat
import typing as t
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

# What others than the owner may do with a file or folder.
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Hit:
    """A secret that was found: where, which one and how it was written."""

    place: str
    secret: str
    form: str


def _base64_forms(raw: bytes) -> t.Iterator[bytes]:
    """What of the secret is the same whatever stands around it, for each of the three places where it can begin in a group."""
    for before in range(3):
        # Letters at both ends hold bits of the neighbours as well.
        start, end = (0, 2, 3)[before], (before + len(raw)) * 8 // 6
        text = base64.b64encode(b"\0" * before + raw + b"\0\0\0")[start:end]
        yield text
        yield text.translate(bytes.maketrans(b"+/", b"-_"))


def forms(secret: str) -> dict[bytes, str]:
    """Every form that is searched for, with its name."""
    found: dict[bytes, str] = {}
    texts = {secret, json.dumps(secret, ensure_ascii=False)[1:-1]}
    for _depth in range(3):  # as in JSON within JSON within a result
        texts |= {quote(text)[1:-1] for text in texts for quote in (json.dumps, repr)}
    for text in sorted(texts):
        found.setdefault(text.encode(), "plain")
    for text in (urllib.parse.quote(secret), urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)):
        found.setdefault(text.encode(), "URL-encoded")
    for raw in (secret.encode(), json.dumps(secret)[1:-1].encode()):
        for coded in _base64_forms(raw):
            found.setdefault(coded, "base64")
    return found


class Searcher:
    """Searches for a number of secrets.

    :param secrets: name and value; the names are for messages
    """

    def __init__(self, secrets: t.Mapping[str, str]) -> None:
        self._forms = [(form, name, kind) for name, secret in secrets.items() for form, kind in forms(secret).items()]

    def bytes(self, place: str, content: bytes) -> list[Hit]:
        """Every secret in `content`."""
        return [Hit(place, name, kind) for form, name, kind in self._forms if form in content]

    def folder(self, root: Path, counts: t.Callable[[Path], bool] = lambda path: True) -> list[Hit]:
        """Every secret in the names and contents of the files below `root` for which `counts` is true."""
        hits = []
        for folder, _folders, names in os.walk(root):
            for name in names:
                path = Path(folder, name)
                if path.is_file() and counts(path):
                    hits += self.bytes(str(path.relative_to(root)), os.fsencode(name) + b"\n" + path.read_bytes())
        return hits


def private(path: Path, root: Path) -> bool:
    """Whether nobody but the owner reaches a file: it, or a folder between it and `root`, is closed to all others."""
    return any(one.stat().st_mode & OTHERS == 0 for one in (path, *path.parents) if root in one.parents)
