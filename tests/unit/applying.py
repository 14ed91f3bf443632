# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Appliers over a scripted Harbor."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi, Project, Server
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller, Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import Plan
from ansible_collections.harbormaster.robots.plugins.module_utils._run.apply import Applier
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer, World
from ansible_collections.harbormaster.robots.plugins.module_utils._run.result import Result
from tests.unit import robots
from tests.unit.robots import ADMIN, NEW, NOW, raw
from tests.unit.wire import Reply, Wire, ok, transport

OWN = "Own-Secret-1"
MADE_HERE = "Generated1Generated1Generated1xx"
GIVEN = "GivenByHarbor1GivenByHarbor1xxxx"
SHOP = Project(2, "shop", False, (1,), {})


def created(name: str = "robot$shop+ci", **members: t.Any) -> Reply:
    """The answer to a POST that made robot 7."""
    made = raw(name, age=0)
    return ok(
        dict({"id": 7, "name": name, "secret": GIVEN, "creation_time": made["creation_time"], "expires_at": int(NOW) + 5}, **members), 201
    )


def applier(wire: Wire, monkeypatch: pytest.MonkeyPatch, caller: Caller = ADMIN, own: Robot | None = None, **options: t.Any) -> Applier:
    """An applier for a world that knows project shop; `retries` is 2 unless it is among the options."""
    api = HarborApi(transport(wire, monkeypatch, retries=options.pop("retries", 2)))
    version = options.pop("version", (2, 15, 2))
    api.caller = caller
    api.server = Server(version, "v%d.%d.%d" % version, "harbor.test", False, False, 0.0)
    world = World(caller, api.server, NEW, "robot$", projects={"shop": SHOP}, own=own)
    return Applier(api, Observer(api, prefix="robot$"), world, generate=lambda: MADE_HERE, **options)


def carried_out(wire: Wire, monkeypatch: pytest.MonkeyPatch, intended: Plan, **options: t.Any) -> Result:
    """What became of one plan; every step of the script has to have been asked for."""
    result = applier(wire, monkeypatch, **options).one(intended)
    wire.done()
    return result


def planned(held: t.Any = None, works: bool | None = None, **options: t.Any) -> Plan:
    """The plan for a robot as the API answers it (None: there is none)."""
    return robots.plan(robots.robot_of(held) if held else None, robots.context(works=works), **options)
