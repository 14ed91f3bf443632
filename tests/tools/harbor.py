# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated Harbor for as long as something runs against it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator

from tests.simulator.launcher import Simulator
from tests.tools.paths import BIN, COLLECTIONS

# What a fresh Harbor, real or simulated, lets in.
USERNAME = "admin"
PASSWORD = "Harbor12345"
# Milliseconds for the check of a password: a real server takes longer, which would make tests wait and tell nothing.
PASSWORD_COST = 5.0


def clean_up_when_terminated() -> None:
    """Have SIGTERM end this program as an exception does, so that what it started is stopped."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))


@contextlib.contextmanager
def simulated(version: str) -> Iterator[str]:
    """Start a simulated Harbor of `version` on a free loopback port; gives its URL and stops it in all cases."""
    with Simulator.start(harbor=version, password_cost=PASSWORD_COST) as simulator:
        yield simulator.url


def variables(url: str) -> dict[str, str]:
    """The environment of a program that is to use the collection of this repository against `url`."""
    path = os.pathsep.join((str(BIN), os.environ.get("PATH", "")))
    found = {"HARBOR_URL": url, "HARBOR_USERNAME": USERNAME, "HARBOR_PASSWORD": PASSWORD}
    return dict(os.environ, PATH=path, ANSIBLE_COLLECTIONS_PATH=str(COLLECTIONS), **found)
