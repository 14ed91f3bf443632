# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every store, and the simulated Harbor that robots live in."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar

from tests.faults.driver import prepare
from tests.simulator.launcher import Simulator
from tests.stores.keeping import Harbor
from tests.tools.hand_offs import ensure_collections
from tests.tools.paths import COLLECTIONS, ROOT
from tests.vault.app import MOUNT, Vault

prepare()
init_plugin_loader([str(COLLECTIONS), str(ensure_collections())])

from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_command import CommandStore  # noqa: E402  needs prepare()
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_file import Cipher, FileStore  # noqa: E402
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_hashi_vault import HashiVaultStore, Lookups  # noqa: E402

CARELESS = str(Path(__file__).with_name("program.py"))
README = ROOT / "roles" / "robots" / "README.md"
IDENTITIES = [("default", VaultSecret(b"the vault password"))]

Make = Callable[[Path, Vault], Any]


def in_vault(vault: Vault, path: str = "harbor", mount: str = MOUNT, **options: Any) -> HashiVaultStore:
    """A store in a stand-in for Vault, below a path."""
    loader = DataLoader()
    given = options or {"url": vault.url, "token": vault.token}
    return HashiVaultStore(Lookups(given, loader, Templar(loader), {}), mount, path)


def documented(folder: Path) -> list[str]:
    """The program that the documentation shows, with a file of its own."""
    (program,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return ["env", f"ROBOT_STORE={folder / 'kept.json'}", sys.executable, "-IS", "-c", program]


STORES: dict[str, Make] = {
    "file": lambda folder, _: FileStore(str(folder / "kept" / "secrets.yml"), Cipher(IDENTITIES)),
    "plain file": lambda folder, _: FileStore(str(folder / "kept" / "secrets.yml"), None),
    "hashi_vault": lambda folder, vault: in_vault(vault, str(folder)),
    "command": lambda folder, _: CommandStore(documented(folder), 30.0),
    "careless command": lambda folder, _: CommandStore([sys.executable, "-IS", CARELESS, str(folder / "kept.json")], 30.0),
}


@pytest.fixture(scope="session")
def running_vault() -> Iterator[Vault]:
    """A stand-in for Vault; tests that share it use paths of their own."""
    vault = Vault()
    with vault.serving():
        yield vault


@pytest.fixture
def vault() -> Iterator[Vault]:
    """A stand-in for Vault that a test may seal, and close to whom it likes."""
    vault = Vault()
    with vault.serving():
        yield vault


@pytest.fixture(params=STORES)
def make_store(request: pytest.FixtureRequest, tmp_path: Path, running_vault: Vault) -> Callable[[], Any]:
    """Opens one store, as each run does anew."""
    return lambda: STORES[request.param](tmp_path, running_vault)


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
