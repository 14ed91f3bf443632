# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Does work as a user of this host, so that it can do no more than that user may."""

from __future__ import annotations

import difflib
import json
import os
import pwd
import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.exit import where

# What a user's log-in finds programs in, where the task's own PATH is short.
PATHS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/snap/bin")


class NoAccount(Exception):
    """There is no such user, or this process may not act as that user; the message is a fault of the input."""


class Account(t.NamedTuple):
    """A user of this host."""

    name: str
    uid: int
    gid: int
    home: str

    @property
    def own(self) -> bool:
        """Whether this process acts as that user already."""
        return self.uid == os.geteuid()

    def environment(self) -> dict[str, str]:
        """The variables for a program of that user; of another user's none, so that nothing of ours gets there."""
        found = dict(os.environ) if self.own else {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
        found.update(HOME=self.home, USER=self.name, LOGNAME=self.name)
        folders = os.environ.get("PATH", "").split(os.pathsep) + [os.path.join(self.home, ".local/bin"), os.path.join(self.home, "bin")]
        found["PATH"] = os.pathsep.join(dict.fromkeys([folder for folder in folders if os.path.isabs(folder)] + list(PATHS)))
        runtime = "/run/user/%d" % self.uid
        if "XDG_RUNTIME_DIR" not in found and os.path.isdir(runtime):
            found["XDG_RUNTIME_DIR"] = runtime
        bus = os.path.join(found.get("XDG_RUNTIME_DIR", runtime), "bus")
        if "DBUS_SESSION_BUS_ADDRESS" not in found and os.path.exists(bus):
            found["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=%s" % bus
        return found


def account(name: t.Optional[str]) -> Account:
    """The user of that name, or the one as whom this process acts; raises NoAccount."""
    try:
        entry = pwd.getpwnam(name) if name is not None else pwd.getpwuid(os.geteuid())
    except (KeyError, ValueError):
        if name is None:
            raise NoAccount("user is required: the one who runs the task, with the number %d, has no name here" % os.geteuid()) from None
        near = difflib.get_close_matches(name, [one.pw_name for one in pwd.getpwall()], 1)
        raise NoAccount("user %r does not exist on this host%s" % (name, " (did you mean %s?)" % near[0] if near else "")) from None
    found = Account(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)
    if not found.own and os.geteuid() != 0:
        raise NoAccount("user %s is another one than who runs the task: run it as root (become: true) or as that user" % found.name)
    return found


def as_account(who: Account, work: t.Callable[[], dict[str, t.Any]]) -> dict[str, t.Any]:
    """What C(work) returns when that user does it, in a process of its own that cannot become anybody else again.

    :param work: returns what JSON can carry, and must not import anything: the module's own files cannot be read any more
    :raises RuntimeError: when the process ended without a result, or with an exception that C(work) did not foresee
    """
    if who.own:
        return work()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _child(who, work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        answer = stream.read()
    status = os.waitpid(child, 0)[1]
    if not answer:
        raise RuntimeError("the process of user %s ended without a word (status %d)" % (who.name, status))
    told: dict[str, t.Any] = json.loads(answer)
    if "fault" in told:
        raise RuntimeError(told["fault"])
    result: dict[str, t.Any] = told["result"]
    return result


def _child(who: Account, work: t.Callable[[], dict[str, t.Any]], writer: int) -> t.NoReturn:
    """Become the user for good, work, tell, and end without what an interpreter does at its end: that is the parent's."""
    try:
        os.initgroups(who.name, who.gid)
        os.setgid(who.gid)
        os.setuid(who.uid)
        os.chdir("/")
        told: dict[str, t.Any] = {"result": work()}
    except BaseException as exc:
        told = {"fault": where(exc)}
    try:
        with os.fdopen(writer, "wb") as stream:
            stream.write(json.dumps(told).encode())
    finally:
        os._exit(0)
