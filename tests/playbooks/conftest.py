# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stage of the playbooks, with the oldest and the newest ansible-core of this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients.conftest import image, registry, simulator  # noqa: F401  fixtures
from tests.playbooks.stage import Stage
from tests.simulator.launcher import Simulator
from tests.tools import pythons, warm
from tests.tools.environments import ensure_core

CORES = pythons.usable_cores()
# Between them variables are templated in other ways. The oldest one is the quickest.
OLDEST, NEWEST = CORES[0], CORES[-1]


@pytest.fixture(scope="session")
def binaries() -> Callable[[str], Path]:
    """Where the programs of an ansible-core are."""
    return lambda core: ensure_core(core, pythons.for_core(core) or "")


@pytest.fixture
def core() -> str:
    """The ansible-core where a test does not say which."""
    return OLDEST


@pytest.fixture
def stage(simulator: Simulator, binaries: Callable[[str], Path], core: str) -> Iterator[Stage]:  # noqa: F811
    """A fresh Harbor with project shop, and a folder with a short path, because Ansible makes sockets in it."""
    with tempfile.TemporaryDirectory(prefix="play-") as folder:
        stage = Stage(Path(folder), simulator, binaries(core))
        with warm.interpreter(stage.python, {"HOME": folder, "PYTHONPATH": str(stage.servers / "python")}) as stage.python:
            yield stage
