# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""A file that only its owner may read, replaced as a whole so that nobody ever finds half of it, or loses it."""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
import tempfile
import typing as t

MODE = 0o600
FOLDER_MODE = 0o700
MOST_LINKS = 40


class FileFault(Exception):
    """The file cannot be read or written as it has to be; the message names it."""


class Moved(Exception):
    """Somebody else wrote the file meanwhile."""


class Content(t.NamedTuple):
    """A file as it was read.

    :ivar target: its path without symbolic links
    :ivar raw: None for a file that is not there
    :ivar mode: its permission bits
    :ivar mark: differs when somebody writes it
    """

    target: str
    raw: t.Optional[bytes] = None
    mode: int = MODE
    uid: int = -1
    mark: tuple[int, ...] = ()


def user_name(uid: int) -> str:
    """The name of a user, or the number of one without."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def read(path: str, wary: bool = True) -> Content:
    """The file at a path, through its links; raises FileFault.

    :param wary: root follows no path that somebody else could lead elsewhere
    """
    if wary and os.geteuid() == 0:
        _refuse_what_others_steer(path)
    target = os.path.realpath(path)
    try:
        handle = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Content(target)
    except OSError as exc:
        raise FileFault("%s cannot be read: %s%s" % (path, exc.strerror, _whose(target))) from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise FileFault("%s is not a file" % target)
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return Content(target, stream.read(), stat.S_IMODE(found.st_mode), found.st_uid, _mark(found))
    finally:
        os.close(handle)


def _mark(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _whose(target: str) -> str:
    try:
        uid = os.stat(target).st_uid
    except OSError:
        return ""
    return "" if uid == os.geteuid() else "; it belongs to %s, and this is done as %s" % (user_name(uid), user_name(os.geteuid()))


def refuse_unwritable(content: Content) -> None:
    """Raise FileFault when the file could not be replaced; nothing is tried out."""
    folder = os.path.dirname(content.target)
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    if not os.path.isdir(folder):
        raise FileFault("%s cannot be written: %s is not a folder" % (content.target, folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileFault(
            "%s cannot be written: %s may not write in %s, which belongs to %s"
            % (content.target, user_name(os.geteuid()), folder, user_name(os.stat(folder).st_uid))
        )


def replace(content: Content, raw: bytes) -> None:
    """Write a file that was read before, with mode 0600 and its owner, its folders too; raises FileFault, or Moved with nothing done."""
    folder, name = os.path.split(content.target)
    try:
        _make_folders(folder)
        handle, passing = tempfile.mkstemp(prefix=".%s." % name, dir=folder)
    except OSError as exc:
        raise FileFault("%s cannot be written: %s" % (content.target, exc.strerror)) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            os.fchmod(handle, MODE)
            if os.geteuid() == 0 and content.uid > 0:
                os.fchown(handle, content.uid, -1)
            stream.write(raw)
            stream.flush()
            os.fsync(handle)
        if _now(content.target) != content.mark:
            raise Moved
        os.replace(passing, content.target)
    except OSError as exc:
        raise FileFault("%s cannot be written: %s" % (content.target, exc.strerror)) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(passing)
    with contextlib.suppress(OSError):  # the file is there; only a crash right now could still undo that
        _sync(folder)


def _make_folders(folder: str) -> None:
    """Make what is missing, each with mode 0700: os.makedirs gives the upper ones another."""
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for one in reversed(missing):
        os.mkdir(one, FOLDER_MODE)


def _now(target: str) -> tuple[int, ...]:
    try:
        return _mark(os.lstat(target))
    except FileNotFoundError:
        return ()


def _sync(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_what_others_steer(path: str) -> None:
    """Raise FileFault when a folder or link on the way is in other hands than root's: it could lead to any file of the system."""
    pending, place, links = path.split("/")[::-1], "/", 0
    while pending:
        name = pending.pop()
        if name in ("", "."):
            continue
        if name == "..":
            place = os.path.dirname(place)
            continue
        step = os.path.join(place, name)
        try:
            found = os.lstat(step)
        except (FileNotFoundError, NotADirectoryError):
            return  # whoever opens it finds the same
        if found.st_uid != 0:
            owner = user_name(found.st_uid)
            raise FileFault("%s belongs to %s, and root follows nobody's paths: say user: %s" % (step, owner, owner))
        if stat.S_ISLNK(found.st_mode):
            links += 1
            if links > MOST_LINKS:
                return
            aim = os.readlink(step)
            pending += aim.split("/")[::-1]
            place = "/" if aim.startswith("/") else place
            continue
        if stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            raise FileFault("%s is a folder that everybody may write in, so root writes nothing there" % step)
        place = step
