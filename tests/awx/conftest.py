# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An AWX in which the playbook has made everything, with a Harbor and a Vault that its credentials are for."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.awx.app import Awx
from tests.awx.stage import IMAGE, PROJECT, URL, apply
from tests.hand_offs.runs import OLDEST
from tests.simulator.launcher import Simulator
from tests.tools import harbor
from tests.vault.app import Vault


@dataclass
class Made:
    """One run of the playbook.

    :ivar variables: what it was given
    :ivar secrets: what the credentials hold that nobody may read
    """

    awx: Awx
    simulator: Simulator
    vault: Vault
    variables: dict[str, Any]
    secrets: dict[str, str]


@pytest.fixture(scope="session")
def made() -> Iterator[Made]:
    """On the oldest ansible-core, with credentials. AWX was empty, and holds all of this afterwards."""
    with contextlib.ExitStack() as stack:
        simulator = stack.enter_context(Simulator.start(refusal_delay=0.0, password_cost=harbor.PASSWORD_COST))
        awx, vault = Awx({URL: PROJECT}), Vault()
        stack.enter_context(awx.serving())
        stack.enter_context(vault.serving())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="awx-")))
        inputs = {
            "Harbor": {"url": simulator.url, "username": harbor.USERNAME, "password": harbor.PASSWORD},
            "Vault of Harbor robots": {"url": vault.url, "role_id": vault.role_id, "secret_id": vault.secret_id},
        }
        credentials = [{"name": f"The {kind}", "type": kind, "inputs": given} for kind, given in inputs.items()]
        variables = {"awx_credentials": credentials, "awx_execution_environment_image": IMAGE}
        done = apply(awx, folder, OLDEST, **variables)
        # A task for each kind.
        assert (done.code, done.count("changed")) == (0, 7), done.output
        secrets = {"password": harbor.PASSWORD, "secret_id": vault.secret_id}
        assert done.hits(secrets | {"token": awx.token}) == []
        yield Made(awx, simulator, vault, variables, secrets)
