# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run with a store gives only secrets that work, whatever happened to the robots, the store or the run before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Entry
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_file import FileStore
from tests.faults.world import PROJECT
from tests.stores.keeping import CI, MIRROR, Counting, Harbor, Json, keep

KEYS = ["shop+ci", "mirror"]
Open = Callable[[], Any]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    return lambda: FileStore(str(tmp_path / "secrets.yml"), None)


def held(opened: Open) -> dict[str, Entry]:
    entries: dict[str, Entry] = opened().read(KEYS)
    return entries


def put(opened: Open, **members: str) -> None:
    """What the store has of shop+ci."""
    before = held(opened).get("shop+ci")
    opened().write({"shop+ci": (before, Entry(**members))})


def changes(result: Json) -> list[list[str]]:
    return [robot["changes"] for robot in result["robots"]]


def all_work(harbor: Harbor, result: Json, keys: list[str]) -> None:
    assert sorted(result["credentials"]) == sorted(keys)
    assert [key for key, credential in result["credentials"].items() if not harbor.logs_in(credential)] == []


def test_new_robots(harbor: Harbor, make_store: Open) -> None:
    """Predicted, made, kept; and the second run finds nothing to do, writes nothing and reads the store once."""
    predicted = keep(harbor, make_store(), CI, MIRROR, check_mode=True)
    assert harbor.writes() == []
    assert make_store().read(KEYS) == {}
    done = keep(harbor, make_store(), CI, MIRROR)
    assert changes(done) == changes(predicted) == [["create", "set secret"]] * 2
    assert done["stored"] == predicted["stored"] == sorted(KEYS)
    assert done["changed"] and predicted["changed"]
    assert done["diff"] == predicted["diff"]
    assert [line for line in done["diff"]["after"].splitlines() if "secret" in line] == [
        "shop+ci: secret: kept in the store",
        "mirror: secret: kept in the store",
    ]
    assert predicted["credentials"] == {}
    all_work(harbor, done, KEYS)
    assert done["credentials"]["shop+ci"] == {
        "username": "robot$shop+ci",
        "secret": make_store().read(KEYS)["shop+ci"].secret,
        "registry": done["registry"],
        "expires_at": done["robots"][0]["robot"]["expires_at"],
    }
    before, counting = harbor.asked(), Counting(make_store())
    again = keep(harbor, counting, CI, MIRROR)
    assert harbor.asked() - before <= 11
    assert (again["changed"], again["stored"], counting.reads, counting.writes) == (False, [], 1, [])
    assert again["credentials"] == done["credentials"]
    assert harbor.writes(before) == []


def test_a_secret_is_noted_before_harbor_has_it(harbor: Harbor, opened: Open) -> None:
    counting = Counting(opened())
    keep(harbor, counting, CI)
    pending, confirmed = (written["shop+ci"] for written in counting.writes)
    assert (pending.secret, pending.pending) == (None, confirmed.secret)
    assert confirmed.pending is None


def test_who_was_there_before_keeps_its_secret(harbor: Harbor, opened: Open) -> None:
    harbor.make("ci", "OfSomebodyElse1")
    result = keep(harbor, opened(), CI)
    assert changes(result) == [["add repository:push on shop"]]
    assert (result["credentials"], result["stored"], held(opened)) == ({}, [], {})
    warning = "the store has no secret of robots that were there before (shop+ci); adopt names those that may get a new one"
    assert result["warnings"] == keep(harbor, opened(), CI, check_mode=True)["warnings"] == [warning]
    assert harbor.logs_in({"username": "robot$shop+ci", "secret": "OfSomebodyElse1"})


def test_who_is_adopted_gets_one(harbor: Harbor, opened: Open) -> None:
    harbor.make("ci", "OfSomebodyElse1")
    predicted = keep(harbor, opened(), CI, adopt=["shop+ci"], check_mode=True)
    assert harbor.logs_in({"username": "robot$shop+ci", "secret": "OfSomebodyElse1"})
    done = keep(harbor, opened(), CI, adopt=["shop+ci"])
    assert changes(done) == changes(predicted) == [["add repository:push on shop", "set secret"]]
    assert done["stored"] == predicted["stored"] == ["shop+ci"]
    all_work(harbor, done, ["shop+ci"])
    assert [one.get("warnings") or [] for one in (predicted, done)] == [[], []]
    assert not keep(harbor, opened(), CI, adopt=["shop+ci"])["changed"]


def test_whose_secret_the_user_gave_is_not_said_to_be_in_the_store(harbor: Harbor, opened: Open) -> None:
    result = keep(harbor, opened(), CI, {**MIRROR, "secret": "OfTheUser1"}, check_mode=True)
    assert [line for line in result["diff"]["after"].splitlines() if "secret" in line] == [
        "shop+ci: secret: kept in the store",
        "mirror: secret: as given",
    ]


def test_who_was_removed_comes_back_with_the_secret_that_it_had(harbor: Harbor, opened: Open) -> None:
    first = keep(harbor, opened(), CI)
    robot = harbor.robot("robot$shop+ci")
    assert robot
    harbor.call("DELETE", f"/robots/{robot['id']}")
    again = keep(harbor, opened(), CI)
    assert changes(again) == [["create", "set secret"]]
    assert again["credentials"]["shop+ci"]["secret"] == first["credentials"]["shop+ci"]["secret"]
    all_work(harbor, again, ["shop+ci"])


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("on_drift", ["report", "restore", "refresh"])
def test_drift(harbor: Harbor, opened: Open, on_drift: str, check_mode: bool) -> None:
    """Somebody changed the secret: nothing of that robot is touched unless it is wanted; the others are brought on."""
    keep(harbor, opened(), CI)
    before = held(opened)
    harbor.rotate("robot$shop+ci", "SetBySomebody1")
    sent = harbor.asked()
    result = keep(harbor, opened(), {**CI, "description": "x"}, MIRROR, on_drift=on_drift, check_mode=check_mode)
    if on_drift == "report":
        assert result["failed"] and "no longer logs in although nothing here changed it" in result["msg"]
        assert result["robots"][0]["drifted"]
        assert changes(result) == [[], ["create", "set secret"]]
        assert result["stored"] == ["mirror"]
        assert "shop+ci" not in result["credentials"], "Harbor does not take it"
    else:
        assert not result.get("failed")
        assert changes(result) == [["set description", "set secret"], ["create", "set secret"]]
        assert result["stored"] == (["mirror"] if on_drift == "restore" else sorted(KEYS))
    if check_mode:
        assert harbor.writes(sent) == []
        assert held(opened) == before
    else:
        assert harbor.logs_in({"username": "robot$shop+ci", "secret": "SetBySomebody1"}) == (on_drift == "report")
        assert (held(opened)["shop+ci"] == before["shop+ci"]) == (on_drift != "refresh")
        if on_drift != "report":
            all_work(harbor, result, KEYS)


def test_a_pending_secret_that_arrived_is_confirmed(harbor: Harbor, opened: Open) -> None:
    keep(harbor, opened(), CI)
    harbor.rotate("robot$shop+ci", "OnItsWay123")
    put(opened, secret="WhatItWas123", pending="OnItsWay123")
    sent = harbor.asked()
    result = keep(harbor, opened(), CI)
    assert (changes(result), result["changed"], result["stored"]) == ([[]], True, ["shop+ci"])
    assert harbor.writes(sent) == []
    assert held(opened)["shop+ci"].secret == "OnItsWay123"
    all_work(harbor, result, ["shop+ci"])


def test_a_pending_secret_that_never_arrived_is_sent_again(harbor: Harbor, opened: Open) -> None:
    first = keep(harbor, opened(), CI)
    put(opened, secret=first["credentials"]["shop+ci"]["secret"], pending="OnItsWay123")
    result = keep(harbor, opened(), CI)
    assert changes(result) == [["set secret"]]
    assert held(opened)["shop+ci"].secret == "OnItsWay123"
    all_work(harbor, result, ["shop+ci"])


def test_what_is_pending_is_tried_although_nothing_else_is(harbor: Harbor, opened: Open) -> None:
    """Or nobody could say which of two secrets logs in."""
    keep(harbor, opened(), CI, MIRROR)
    harbor.rotate("robot$shop+ci", "OnItsWay123")
    put(opened, secret="WhatItWas123", pending="OnItsWay123")
    result = keep(harbor, opened(), CI, MIRROR, verify=False)
    assert result["credentials"]["shop+ci"]["secret"] == held(opened)["shop+ci"].secret == "OnItsWay123"
    all_work(harbor, result, KEYS)


def test_neither_works(harbor: Harbor, opened: Open) -> None:
    """Then somebody else changed it, and what was on its way does not go over that."""
    keep(harbor, opened(), CI)
    harbor.rotate("robot$shop+ci", "SetBySomebody1")
    put(opened, secret="WhatItWas123", pending="OnItsWay123")
    result = keep(harbor, opened(), CI)
    assert result["failed"] and result["robots"][0]["drifted"]
    assert result["credentials"] == {}
    assert harbor.logs_in({"username": "robot$shop+ci", "secret": "SetBySomebody1"})
    assert held(opened)["shop+ci"] == Entry("WhatItWas123", "OnItsWay123")


def test_another_address_is_noted(harbor: Harbor, opened: Open) -> None:
    first = keep(harbor, opened(), CI)
    again = keep(harbor, opened(), CI, registry="registry.example.com")
    assert (again["changed"], again["stored"], changes(again)) == (True, ["shop+ci"], [[]])
    assert again["credentials"]["shop+ci"]["registry"] == held(opened)["shop+ci"].registry == "registry.example.com"
    assert again["credentials"]["shop+ci"]["secret"] == first["credentials"]["shop+ci"]["secret"]


def test_who_is_disabled_is_left_alone(harbor: Harbor, opened: Open) -> None:
    first = keep(harbor, opened(), CI)
    robot = harbor.robot("robot$shop+ci")
    assert robot
    harbor.call("PUT", f"/robots/{robot['id']}", {**robot, "disable": True})
    put(opened, secret=first["credentials"]["shop+ci"]["secret"], pending="OnItsWay123")
    before = held(opened)
    result = keep(harbor, opened(), CI)
    assert not result["changed"]
    assert result["credentials"] == {}, "which of the two it has is not known"
    assert held(opened) == before


def test_a_secret_of_the_user_is_none_of_the_stores_business(harbor: Harbor, opened: Open) -> None:
    counting = Counting(opened())
    result = keep(harbor, counting, {**CI, "secret": "GivenByItsUser2"})
    assert (counting.writes, result["credentials"], result["stored"]) == ([], {}, [])
    assert harbor.logs_in({"username": "robot$shop+ci", "secret": "GivenByItsUser2"})


def test_defaults_count_for_the_name(harbor: Harbor, opened: Open) -> None:
    result = keep(harbor, opened(), {"name": "ci"}, defaults={"project": PROJECT, "access": ["pull"]})
    all_work(harbor, result, ["shop+ci"])


def test_wrong_input_is_refused_as_without_a_store(harbor: Harbor, opened: Open) -> None:
    counting = Counting(opened())
    result = keep(harbor, counting, CI, {"name": "CI", "project": PROJECT, "access": ["pull"]}, {**MIRROR, "access": ["nothing"]})
    assert result["failed"] and "robots[1] (CI)" in result["msg"] and "robots[2] (mirror)" in result["msg"]
    assert (counting.writes, harbor.writes()) == ([], [])


def test_what_is_no_declaration_is_refused_by_the_module(harbor: Harbor, opened: Open) -> None:
    broken: Any = "ci"
    result = keep(harbor, opened(), CI, broken)
    assert result["failed"] and "robots[1]: is not a mapping of options" in result["msg"]
    assert harbor.writes() == []


def test_a_name_within_another_is_not_adopted(harbor: Harbor, opened: Open) -> None:
    """A list may be written as a text, too."""
    harbor.make("ci", "OfSomebodyElse1")
    assert keep(harbor, opened(), CI, adopt="shop+ci-2,other")["credentials"] == {}
    assert harbor.logs_in({"username": "robot$shop+ci", "secret": "OfSomebodyElse1"})
    all_work(harbor, keep(harbor, opened(), CI, adopt="other,shop+ci"), ["shop+ci"])
    assert "adopt has to be a list" in keep(harbor, opened(), CI, adopt={"shop+ci": True})["msg"]


def test_a_store_that_cannot_be_read(harbor: Harbor, opened: Open, tmp_path: Path) -> None:
    (tmp_path / "secrets.yml").write_text("half a fi")
    sent = harbor.asked()
    result = keep(harbor, opened(), CI)
    assert result["failed"] and "it is no store of robots" in result["msg"] and "Nothing was changed" in result["msg"]
    assert harbor.asked() == sent


def test_a_store_that_takes_no_pending(harbor: Harbor, opened: Open) -> None:
    result = keep(harbor, Counting(opened(), refuse=(1,)), CI, MIRROR)
    assert result["failed"] and result["msg"] == "the store is sealed. Nothing was changed."
    assert harbor.writes() == []


def test_a_store_that_confirms_nothing(harbor: Harbor, opened: Open) -> None:
    """No secret is given out that the store does not have, and the next run finds what is pending."""
    result = keep(harbor, Counting(opened(), refuse=(2,)), CI)
    assert result["failed"] and "the next run confirms them" in result["msg"]
    assert result["credentials"] == {}
    again = keep(harbor, opened(), CI)
    assert (changes(again), again["stored"]) == ([[]], ["shop+ci"])
    all_work(harbor, again, ["shop+ci"])


# --- a robot as caller


@pytest.fixture
def as_robot(harbor: Harbor) -> Json:
    return {"harbor_username": harbor.manager("OfTheManager1"), "harbor_password": "OfTheManager1"}


def test_a_robot_stores_what_harbor_made(harbor: Harbor, opened: Open, as_robot: Json) -> None:
    predicted = keep(harbor, opened(), CI, check_mode=True, **as_robot)
    done = keep(harbor, opened(), CI, **as_robot)
    assert changes(done) == changes(predicted) == [["create"]]
    all_work(harbor, done, ["shop+ci"])
    assert held(opened)["shop+ci"].secret == done["credentials"]["shop+ci"]["secret"]
    again = keep(harbor, opened(), CI, **as_robot)
    assert (again["changed"], again["credentials"]) == (False, done["credentials"])


def test_a_robot_removes_what_it_cannot_store(harbor: Harbor, opened: Open, as_robot: Json) -> None:
    result = keep(harbor, Counting(opened(), refuse=(1,)), CI, **as_robot)
    assert result["failed"] and "Removed again" in result["msg"] and "shop+ci" in result["msg"]
    assert result["credentials"] == {}
    assert harbor.robot("robot$shop+ci") is None
    all_work(harbor, keep(harbor, opened(), CI, **as_robot), ["shop+ci"])
