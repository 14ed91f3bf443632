# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that are not what they should be: numbers without end, and entries that are no mappings."""

from __future__ import annotations

import math
import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.bulk import bulk_spec, entry_spec, explain
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.exit import repeats
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import judge
from ansible_collections.harbormaster.robots.plugins.module_utils._run.reader import judge as judge_reading
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import aligned, countable, distinct, spec_faults, usable

ENDLESS = [math.inf, -math.inf, "inf", "-Infinity", "1e400", "1e999999999", "9" * 5000, 1e19]
WRONG: dict[str, t.Any] = {"project": "shop", "access": ["puhs"]}


@pytest.mark.parametrize("value", ENDLESS, ids=lambda value: str(value)[:12])
def test_a_number_without_end_is_a_fault_and_no_traceback(value: t.Any) -> None:
    (fault,) = spec_faults({"name": "ci", "valid_for": value}, entry_spec())[0]
    assert "valid_for" in fault
    assert "converted to an int" in fault or "convert to int" in fault
    given = {"concurrency": value, "robots": [{"name": "ci", "valid_for": value}], "defaults": {"renew_within": value}}
    found = countable(given, bulk_spec())
    for text in (found["concurrency"], found["robots"][0]["valid_for"], found["defaults"]["renew_within"]):
        assert text == "%.40s (too large)" % value
    assert given["concurrency"] == value


def test_a_float_of_any_size_can_be_converted() -> None:
    assert countable({"timeout": 10**400}, {"timeout": {"type": "float"}}) == {"timeout": math.inf}
    assert countable({"timeout": -(10**400)}, {"timeout": {"type": "float"}}) == {"timeout": -math.inf}


@pytest.mark.parametrize("options", [{"valid_for": 30}, {"valid_for": "30", "id": True}, {"valid_for": "soon"}, {"id": None}, "x", 5])
def test_other_values_stay(options: t.Any) -> None:
    assert countable(options, entry_spec()) == options


@pytest.mark.parametrize(
    ("given", "kept", "placed"),
    [
        (["pull", WRONG], [WRONG], [None, WRONG]),
        ([None, 5, WRONG, [], WRONG], [WRONG, WRONG], [None, None, WRONG, None, WRONG]),
        (["project=shop", "x", WRONG], [{"project": "shop"}, WRONG], [{"project": "shop"}, None, WRONG]),
        (['{"project": "shop"}', "{", WRONG], [{"project": "shop"}, WRONG], [{"project": "shop"}, None, WRONG]),
        ([WRONG], [WRONG], [WRONG]),
        ("pull", [], []),
        (None, None, None),
    ],
)
def test_entries_stay_at_their_places(given: t.Any, kept: t.Any, placed: t.Any) -> None:
    assert aligned(given, kept) == placed


def test_a_fault_behind_an_entry_that_is_no_mapping_has_its_own_place() -> None:
    entry = {"name": "ci", "permissions": ["pull", WRONG, {"project": "shop", "access": ["x:y", "Pull"]}]}
    faults, values = spec_faults(entry, entry_spec())
    assert len(faults) == 1
    assert "permissions" in faults[0] and "dictionary requested" in faults[0]
    told, doubts = judge(usable(values, entry_spec()))
    assert [fault.partition(":")[0] for fault in told] == ["permissions[1].access", "permissions[2].access"]
    assert [doubt.partition(":")[0] for doubt in doubts] == ["permissions[2].access"]


@pytest.mark.parametrize("first", ["pull", None, 5, []])
def test_one_wrong_entry_is_one_fault(first: t.Any) -> None:
    faults, _usable = explain({"robots": [{"name": "ci", "permissions": [first, WRONG]}]})["robots"]
    assert len(faults) == 1, faults
    assert faults[0].startswith("robots[0] (ci): Elements value for option 'permissions' is of type ")


def test_what_ansible_says_twice_is_told_once() -> None:
    longer = "Elements value for option 'permissions' is of type int and we were unable to convert to dict: no"
    field = "Value '5' in the sub parameter field 'permissions' must be a list, not 'int'"
    assert distinct([field, longer, longer, "no"]) == [longer]
    assert distinct([field, "no"], ["robots[0]: %s" % longer]) == []
    assert distinct([field, "other"]) == [field, "other"]
    # As 2.16 has it.
    assert distinct([field.replace("must be", "must by"), longer]) == [longer]


def test_an_id_that_is_no_number_does_not_lack_a_name() -> None:
    told = ["argument 'id' is of type str and we were unable to convert to int: no"]
    assert repeats("name is required (or id, for a robot that exists)", told)
    assert not repeats("name is required (or id, for a robot that exists)", [told[0].replace("'id'", "'timeout'")])


@pytest.mark.parametrize("within", [math.nan, -1.0, -math.inf])
def test_expires_within_is_a_number_of_days(within: float) -> None:
    assert judge_reading({"expires_within": within})[0] == ["expires_within %g is not valid: days, 0 or more" % within]
    assert judge_reading({"expires_within": 0.0})[0] == []
