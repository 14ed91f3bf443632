# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs with a store that are killed: what the store confirms always logs in, and the next run brings everything in order."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.driver import PLUGINS
from tests.stores.conftest import STORES
from tests.stores.keeping import Harbor, Json, keep
from tests.vault.app import Vault

PLACES = 50
ROBOTS = [{"name": name, "project": "shop", "access": ["push"]} for name in ("new", "gone", "drifted", "adopted", "quiet", "halfway")]
KEYS = [f"shop+{robot['name']}" for robot in ROBOTS]
OPTIONS: Json = {"adopt": ["shop+adopted"], "on_drift": "refresh", "concurrency": 2}
STORE_KINDS = ("file", "hashi_vault", "command")


def arrange(harbor: Harbor, store: Any) -> None:
    """Robots in every state that a store knows: one is missing, one came to nothing on the way, one was changed by somebody, …"""
    from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Entry

    harbor.clear()
    there = {"drifted": "SetBySomebody1", "adopted": "OfSomebodyElse1", "quiet": "WhatItWas123", "halfway": "WhatItWas123"}
    for name, secret in there.items():
        harbor.make(name, secret)
    known = {f"shop+{name}": Entry("WhatItWas123", username=f"robot$shop+{name}") for name in ("gone", "drifted", "quiet", "halfway")}
    known["shop+halfway"] = Entry("WhatItWas123", "NeverArrived123", "robot$shop+halfway")
    store.read(list(known))
    store.write({key: (None, entry) for key, entry in known.items()})


def steps(store: Any, step: Callable[[], None]) -> Any:
    """Call `step` before and after each request and each write of the store; only for a process that ends with its run."""
    http: Any = importlib.import_module(f"{PLUGINS}.module_utils._harbor.http")
    in_vault: Any = importlib.import_module(f"{PLUGINS}.plugin_utils._store_hashi_vault")
    send, write, look = http.Transport._once, store.write, in_vault.Lookups.__call__

    def once(transport: Any, *arguments: Any) -> Any:
        step()
        answer = send(transport, *arguments)
        step()
        return answer

    def wrote(changes: Any) -> None:
        step()
        write(changes)
        step()

    def looked(lookups: Any, name: str, *arguments: Any, **options: Any) -> Any:
        answer = look(lookups, name, *arguments, **options)
        step()
        return answer

    http.Transport._once, store.write, in_vault.Lookups.__call__ = once, wrote, looked
    return store


def run(harbor: Harbor, store: Any, killed_at: int = 0) -> int:
    """A run in a process of its own, which kills itself at a step; how many steps there were, 0 when it was killed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        count = [0]

        def step() -> None:
            count[0] += 1
            if count[0] == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            result = keep(harbor, steps(store, step), *ROBOTS, **OPTIONS)
            os.write(writing, str(0 if result.get("failed") else count[0]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with os.fdopen(reading) as pipe:
        return int(pipe.read() or 0)


def misleading(harbor: Harbor, store: Any) -> list[str]:
    """The keys whose confirmed secret does not log in, unless the next one is there already; of robots that nobody else changed."""
    names = {robot["name"] for robot in harbor.robots()}
    entries = store.read([key for key in KEYS if f"robot${key}" in names and key != "shop+drifted"])
    tried = {key: [one.secret, one.pending] for key, one in entries.items() if one.secret}
    return [
        key
        for key, secrets in tried.items()
        if not any(harbor.logs_in({"username": f"robot${key}", "secret": one}) for one in secrets if one)
    ]


Place = tuple[Callable[[Path], Any], list[int]]


def maker(kind: str, vault: Vault) -> Callable[[Path], Any]:
    """Opens a store of a kind in a folder, or in a stand-in for Vault below a path."""
    return lambda folder: STORES[kind](folder, vault)


@pytest.fixture(scope="module", params=STORE_KINDS)
def places(request: pytest.FixtureRequest, simulator: Any, running_vault: Vault, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A kind of store, and the steps at which its runs are killed."""
    make = maker(request.param, running_vault)
    folder, harbor = tmp_path_factory.mktemp("counted"), Harbor(simulator)
    arrange(harbor, make(folder))
    count = run(harbor, make(folder))
    assert count >= PLACES
    return make, sorted({round(1 + place * (count - 1) / (PLACES - 1)) for place in range(PLACES)})


@pytest.mark.parametrize("place", range(PLACES))
def test_killed(simulator: Any, tmp_path: Path, places: Place, place: int) -> None:
    make, at = places
    harbor = Harbor(simulator)
    arrange(harbor, make(tmp_path))
    assert run(harbor, make(tmp_path), killed_at=at[place]) == 0, "it was not killed"
    assert misleading(harbor, make(tmp_path)) == []
    clean = keep(harbor, make(tmp_path), *ROBOTS, **OPTIONS)
    assert not clean.get("failed"), clean.get("msg")
    assert sorted(clean["credentials"]) == sorted(KEYS)
    assert [key for key, one in clean["credentials"].items() if not harbor.logs_in(one)] == []
    sent = harbor.asked()
    third = keep(harbor, make(tmp_path), *ROBOTS, **OPTIONS)
    assert (third["changed"], third["stored"], harbor.writes(sent)) == (False, [], [])
    assert third["credentials"] == clean["credentials"]
