# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loaded by every Python process of a run: keeps what the run overwrites and deletes, and what it sends to the system's log.

What was reachable for others at that moment is kept in the folder `open` of LEAK_KEPT, what was not in `private`.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import threading
from typing import Any

ROOT = os.environ.get("LEAK_ROOT", "")
KEPT = os.environ.get("LEAK_KEPT", "")
number = itertools.count()
busy = threading.local()


def keep(path: str | bytes) -> None:
    """Copy a file that is about to go."""
    path = os.path.abspath(os.fsdecode(path))
    if not path.startswith(ROOT + os.sep) or not os.path.isfile(path):
        return
    place, closed = path, False
    while place != ROOT:
        closed = closed or os.stat(place).st_mode & 0o077 == 0
        place = os.path.dirname(place)
    name = "%d-%d-%s" % (os.getpid(), next(number), os.path.basename(path))
    shutil.copyfile(path, os.path.join(KEPT, "private" if closed else "open", name))


def keep_all(folder: str | bytes) -> None:
    """Copy everything below a folder that is about to go."""
    for below, _folders, names in os.walk(os.fsdecode(folder)):
        for name in names:
            keep(os.path.join(below, name))


def hook(event: str, args: tuple[Any, ...]) -> None:
    """Called by Python before each of the events."""
    if event not in ("open", "os.remove", "os.rename", "shutil.rmtree") or getattr(busy, "now", False):
        return
    busy.now = True
    try:
        if event == "open":
            if isinstance(args[0], (str, bytes)) and isinstance(args[2], int) and args[2] & os.O_TRUNC:
                keep(args[0])
        elif event == "os.remove" and args[1] in (-1, None):
            keep(args[0])
        elif event == "os.rename":
            keep(args[1])
        elif event == "shutil.rmtree":
            keep_all(args[0])
    except OSError:
        pass  # gone already
    finally:
        busy.now = False


if ROOT and KEPT:
    import syslog

    def write(*arguments: object) -> None:
        with open(os.path.join(ROOT, "syslog"), "a", encoding="utf-8") as log:
            log.write("%s\n" % (arguments[-1],))

    setattr(syslog, "syslog", write)
    sys.addaudithook(hook)
