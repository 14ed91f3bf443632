# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose list of projects it is: Harbor answers 200 with less to whoever is locked out."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor import api as _api
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi, Server
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller
from tests.unit.wire import Reply, Wire, ok, transport

ADMIN = Caller("user", "admin", True, 1)
ALICE = Caller("user", "alice", False, 3)
MANAGER = Caller("robot", "robot$mgr")
ME = ok({"username": "alice", "user_id": 3})


def listing(*roles: t.Optional[list[int]]) -> Reply:
    projects = [
        {"project_id": n, "name": "p%d" % n, "metadata": {"public": "true"}, "current_user_role_ids": one} for n, one in enumerate(roles, 1)
    ]
    return ok(projects, X_Total_Count=str(len(projects)))


def api(wire: Wire, monkeypatch: pytest.MonkeyPatch, caller: Caller) -> HarborApi:
    made = HarborApi(transport(wire, monkeypatch))
    made.caller = caller
    made.server = Server((2, 15, 2), "v2.15.2", "harbor.test", False, False, 0.0)
    return made


LIST = "GET /projects"


def test_a_role_in_the_listing_proves_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LIST, listing([1], None)))
    assert [project.name for project in api(wire, monkeypatch, ALICE).projects()] == ["p1", "p2"]


def test_a_listing_without_roles_is_read_between_two_answers_that_need_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LIST, listing(None)), ("GET /users/current", ME), (LIST, listing(None, None)), ("GET /users/current", ME))
    assert [project.name for project in api(wire, monkeypatch, ADMIN).projects()] == ["p1", "p2"]


def test_a_listing_that_took_longer_than_a_lock_is_proved_by_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 100, 2))
    monkeypatch.setattr(_api, "monotonic", lambda: float(next(clock)))
    again = [("GET /users/current", ME), (LIST, listing(None)), ("GET /users/current", ME)]
    wire = Wire((LIST, listing(None)), *again, *again, *again)
    with pytest.raises(HarborError, match="nothing proves for whom it was made"):
        api(wire, monkeypatch, ADMIN).projects()


def test_a_robot_proves_itself_afterwards_because_no_lock_touches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire((LIST, listing(None)), ("GET /users/current/permissions", ok([])))
    assert len(api(wire, monkeypatch, MANAGER).projects()) == 1


def test_an_administrator_needs_no_role_in_a_project(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = {"project_id": 7, "name": "shop", "metadata": {"public": "true"}, "current_user_role_ids": None}
    project = api(Wire(("GET /projects/shop", ok(raw))), monkeypatch, ADMIN).project("shop")
    assert project is not None and project.id == 7 and not project.administered


def test_a_public_project_without_roles_is_read_again_for_an_ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = {"project_id": 7, "name": "shop", "metadata": {"public": "true"}, "current_user_role_ids": None}
    own = dict(hidden, current_user_role_ids=[1])
    calls = [("GET /projects/shop", ok(hidden)), ("GET /users/current", ME), ("GET /projects/shop", ok(own)), ("GET /users/current", ME)]
    project = api(Wire(*calls), monkeypatch, ALICE).project("shop")
    assert project is not None and project.administered
