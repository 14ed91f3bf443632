# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""The words that all layers share: a robot as Harbor has it, as a user wants it, and who is asking."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.expiry import Expiry, is_expired, iso, parse_time
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import NAME, prefixes, short_of, stored, stored_of
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import Permissions, from_harbor


@dataclass(frozen=True)
class Robot:
    """A robot as Harbor has it, normalised. Times are seconds since 1970; C(expires_at) and C(duration) are -1 for never.

    C(key) is empty where it cannot be known, as that of a system robot whose prefix nobody told. C(short) is empty then, too, and for
    legacy robots and others that no declaration can name.
    """

    id: int
    full_name: str
    level: str
    project: t.Optional[str]
    short: str
    key: str
    description: str
    enabled: bool
    editable: bool
    duration: int
    expires_at: int
    created: float
    updated: str
    created_text: str
    creator_type: str
    creator_ref: int
    permissions: Permissions
    raw: t.Mapping[str, t.Any] = field(repr=False, compare=False, default_factory=dict)

    @property
    def called(self) -> str:
        """What patterns of short names are held against: the short name, or what is there instead."""
        own = "%s+" % self.project if self.project else ""
        return self.short or (self.key[len(own) :] if self.key.startswith(own) else self.key) or self.full_name

    @property
    def declarable(self) -> bool:
        """Whether a declaration can name it."""
        return self.editable and bool(self.short)

    def expired(self, now: float) -> bool:
        """Whether Harbor refuses its log-in for its age."""
        return is_expired(self.expires_at, now)

    def sleeping(self, now: float) -> t.Optional[str]:
        """C(disabled) or C(expired) when no secret can log in, else None."""
        return "disabled" if not self.enabled else "expired" if self.expired(now) else None


def robot_of(
    raw: t.Mapping[str, t.Any], *, project: t.Optional[str] = None, key: t.Optional[str] = None, prefix: t.Optional[str] = None
) -> Robot:
    """Normalise a robot of the API.

    :param project: the project whose listing it came from
    :param key: its stored name, where a filter for exactly that one gave it
    :param prefix: the prefix, where it is known
    """
    full = raw["name"]
    level = raw.get("level") or "system"
    permissions = from_harbor(raw.get("permissions"))
    editable = bool(raw.get("editable", True))
    listed = project is not None
    if level == "project" and not listed and permissions:
        project = next(iter(permissions)).namespace
    if not editable:
        key = full  # a legacy name is stored as it is shown
    else:
        key = stored_of(full, project=project if level == "project" else None, prefix=prefix, key=key)
    if level == "project" and editable and not listed:
        project = _home(full, key, project)
    short = short_of(key or "", project if level == "project" else None) if editable else ""
    return Robot(
        id=int(raw["id"]),
        full_name=full,
        level=level,
        project=project if level == "project" else None,
        short=short,
        key=key or "",
        description=raw.get("description") or "",
        enabled=not raw.get("disable", False),
        editable=editable,
        duration=int(raw.get("duration") or 0),
        expires_at=int(raw.get("expires_at") or 0),
        created=parse_time(raw.get("creation_time")),
        updated=raw.get("update_time") or "",
        created_text=raw.get("creation_time") or "",
        creator_type=raw.get("creator_type") or "",
        creator_ref=int(raw.get("creator_ref") or 0),
        permissions=permissions,
        raw=raw,
    )


def _home(full: str, key: t.Optional[str], guess: t.Optional[str]) -> t.Optional[str]:
    """The project of a robot that came from no listing; on 2.2 its permissions may name another one."""
    if key is None:
        return guess if guess and prefixes(full, guess) else None
    home, plus, _rest = key.partition("+")
    return home if plus and NAME.match(home) else None


@dataclass(frozen=True)
class Desired:
    """A robot as its user wants it. None means: not mentioned, so left as it is.

    :ivar place: how messages call the declaration, as in C(robots[3] (ci)); empty where there is only one
    :ivar growth: grants that only a newer catalogue brings, with the words that say so
    :ivar on_drift: what a secret that no longer logs in means: C(report), C(restore) or C(refresh)
    :ivar refresh: a new secret is to be made
    :ivar may_create: False where the robot has to exist already
    """

    place: str
    short: str = ""
    project: t.Optional[str] = None
    id: t.Optional[int] = None
    present: bool = True
    description: t.Optional[str] = None
    enabled: t.Optional[bool] = None
    entries: t.Optional[t.Sequence[t.Mapping[str, t.Any]]] = None
    permissions: t.Optional[Permissions] = None
    growth: t.Mapping[t.Any, str] = field(default_factory=dict)
    expiry: t.Optional[Expiry] = None
    allow_expire: bool = False
    secret: t.Optional[str] = field(default=None, repr=False)
    update_secret: str = "always"
    on_drift: str = "restore"
    refresh: bool = False
    may_create: bool = True

    def holding(self, permissions: Permissions, growth: t.Mapping[t.Any, str]) -> Desired:
        """The same with its permissions spelt out, at a fifth of what dataclasses.replace costs a large fleet."""
        whole = object.__new__(Desired)
        whole.__dict__.update(self.__dict__, permissions=permissions, growth=growth)
        return whole

    @property
    def key(self) -> str:
        """The stored name; of a robot that is given by id, a word that says so."""
        return stored(self.project, self.short) if self.short else "id %s" % self.id

    @property
    def level(self) -> str:
        """C(project) or C(system)."""
        return "project" if self.project else "system"


@dataclass(frozen=True)
class Caller:
    """Who Harbor says we are.

    :ivar kind: C(user) or C(robot)
    :ivar admin: a system administrator
    :ivar id: the number of a user, as in a robot's C(creator_ref); 0 for robots
    """

    kind: str
    name: str
    admin: bool = False
    id: int = 0

    @property
    def is_robot(self) -> bool:
        return self.kind == "robot"


@dataclass(frozen=True)
class Conditions:
    """What holds for a whole run; the documented options of the modules."""

    registry: t.Optional[str] = None
    prefix: t.Optional[str] = None
    workers: int = 4
    check_mode: bool = False
    verify: bool = True
    stop_on_error: bool = False
    allow_unmatched: bool = False
    stopping: t.Callable[[], bool] = lambda: False


def view(robot: Robot, now: float, refused_pairs: t.Sequence[str], permissions: t.Any) -> dict[str, t.Any]:
    """The C(robot) that modules return."""
    return {
        "id": robot.id or None,
        "name": robot.short or robot.key or robot.full_name,
        "full_name": robot.full_name or None,
        "stored_name": robot.key or None,
        "level": robot.level,
        "project": robot.project,
        "description": robot.description,
        "enabled": robot.enabled,
        "editable": robot.editable,
        "permissions": permissions,
        "refused_pairs": list(refused_pairs),
        "duration": robot.duration,
        "expires_at": iso(robot.expires_at if robot.expires_at > 0 else None),
        "expired": robot.expired(now),
        "creator_type": robot.creator_type or None,
        "creator_ref": robot.creator_ref or None,
        "creation_time": robot.created_text or None,
        "update_time": robot.updated or None,
    }
