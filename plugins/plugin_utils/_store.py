# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""What every store has in common: its entries, and the two things that it can do."""

from __future__ import annotations

import abc
import typing as t
from dataclasses import asdict, dataclass, field

MEMBERS = ("secret", "pending", "username", "registry", "expires_at")


class StoreError(Exception):
    """A store that is denied, sealed, odd or not to be reached, or that somebody else changed meanwhile; the text is for the user."""


@dataclass(frozen=True)
class Entry:
    """What a store knows of one robot.

    :ivar secret: the confirmed one, which alone is ever given to anyone
    :ivar pending: one that is on its way to Harbor; whether it arrived is not known
    :ivar expires_at: a date, or None for never
    """

    secret: t.Optional[str] = field(default=None, repr=False)
    pending: t.Optional[str] = field(default=None, repr=False)
    username: t.Optional[str] = None
    registry: t.Optional[str] = None
    expires_at: t.Optional[str] = None

    def as_dict(self) -> dict[str, str]:
        """The members that have a value."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def entry_of(key: str, value: t.Any) -> Entry:
    """An entry out of what a store holds. Raises StoreError, without any secret, for what is none."""
    if not isinstance(value, t.Mapping):
        raise StoreError("the entry of %s is not a mapping" % key)
    unknown = sorted(str(name) for name in value if name not in MEMBERS)
    if unknown:
        raise StoreError("the entry of %s has unknown members: %s" % (key, ", ".join(unknown)))
    odd = sorted(name for name, inner in value.items() if inner is not None and not (isinstance(inner, str) and inner))
    if odd:
        raise StoreError("the entry of %s is damaged: %s %s no text" % (key, " and ".join(odd), "is" if len(odd) == 1 else "are"))
    found = Entry(**{name: None if inner is None else str(inner) for name, inner in value.items()})
    if found.secret is None and found.pending is None:
        raise StoreError("the entry of %s has no secret" % key)
    return found


# By key: the entry as it was read, None where there was none, and the entry as it is to be.
Changes = t.Mapping[str, tuple[t.Optional[Entry], Entry]]


class Store(abc.ABC):
    """Where a user keeps secrets between runs."""

    @abc.abstractmethod
    def read(self, keys: t.Sequence[str]) -> dict[str, Entry]:
        """The entries of these keys; a key that is not in the answer is proved to have none.

        :raises StoreError: when that cannot be proved
        """

    @abc.abstractmethod
    def write(self, changes: Changes) -> None:
        """Write entries, where nobody else changed them since they were read; other entries stay as they are.

        :raises StoreError: when not all of them were written
        """

    def rehearse(self) -> None:
        """What check mode does instead of writing: look for what would make it fail, as far as that shows without writing.

        :raises StoreError: when a write would fail
        """
        return


def moved(changes: Changes, now: t.Mapping[str, Entry]) -> list[str]:
    """The keys whose entries are no longer what they were when they were read."""
    return sorted(key for key, (before, _after) in changes.items() if now.get(key) != before)


def conflict(keys: t.Sequence[str]) -> StoreError:
    """Somebody else was there."""
    return StoreError("another run changed %s in the store meanwhile; run again" % ", ".join(keys))
