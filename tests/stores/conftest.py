# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every store, and the simulated Harbor that robots live in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultSecret

from tests.faults.driver import prepare
from tests.simulator.launcher import Simulator
from tests.stores.keeping import Harbor

prepare()

from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_command import CommandStore  # noqa: E402  needs prepare()
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_file import Cipher, FileStore  # noqa: E402

PROGRAM = str(Path(__file__).with_name("program.py"))
IDENTITIES = [("default", VaultSecret(b"the vault password"))]

Make = Callable[[Path], Any]

STORES: dict[str, Make] = {
    "file": lambda folder: FileStore(str(folder / "kept" / "secrets.yml"), Cipher(IDENTITIES)),
    "plain file": lambda folder: FileStore(str(folder / "kept" / "secrets.yml"), None),
    "command": lambda folder: CommandStore([sys.executable, PROGRAM, str(folder / "kept.json")], 30.0),
    "careless command": lambda folder: CommandStore([sys.executable, PROGRAM, str(folder / "kept.json"), "careless"], 30.0),
}


@pytest.fixture(params=STORES)
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    """Opens one store, as each run does anew."""
    return lambda: STORES[request.param](tmp_path)


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with Simulator.start(harbor="2.15.2", refusal_delay=0.0, password_cost=0) as running:
        yield running


@pytest.fixture
def harbor(simulator: Simulator) -> Harbor:
    """A fresh Harbor with a project."""
    fresh = Harbor(simulator)
    fresh.clear()
    return fresh
