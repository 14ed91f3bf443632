# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a fleet: what may be given, what is wrong with it and where, and what its failures say together."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible import bulk
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import connection_spec, declaration_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.purge import Purge
from ansible_collections.harbormaster.robots.plugins.modules import harbor_robots

Options = dict[str, t.Any]
OWN: Options = {"robots": [], "defaults": None, "purge": None, "purge_limit": "5", "concurrency": 4, "on_drift": "report"}
OWN.update(adopt=None, allow_empty=False, allow_unmatched=False, on_error="continue", verify=True)
FENCES: Options = {"names": None, "projects": None, "level": None, "marker": None, "disabled": False, "legacy": False}


def robots(*declared: Options) -> list[Options]:
    return [dict(dict.fromkeys(bulk.entry_spec()), **one) for one in declared]


def given(**options: t.Any) -> bulk.Input:
    return bulk.Input(dict(OWN, **options))


CI: Options = {"name": "ci", "project": "shop", "access": ["pull"]}


# --- what may be given


def test_a_declaration_of_a_list_is_that_of_one_robot_without_its_defaults() -> None:
    entry, alone = bulk.entry_spec(), declaration_spec()
    assert set(entry) - set(alone) == {"on_drift"}
    assert {name for name, one in entry.items() if "default" in one} == {"state"}
    assert all(entry[name]["type"] == alone[name]["type"] for name in alone)
    assert entry["secret"]["no_log"] is True


def test_defaults_are_of_no_single_robot() -> None:
    assert set(bulk.entry_spec()) - set(bulk.defaults_spec()) == {"name", "id", "enabled", "secret", "state", "on_drift"}


def _shape(options: t.Mapping[str, t.Any], inner: str) -> t.Any:
    """Types, defaults and choices, the same way from the code and from the documentation."""
    return {
        name: (
            one.get("type", "str"),
            one.get("elements"),
            one.get("required", False),
            one.get("choices"),
            _shape(one.get(inner) or {}, inner),
        )
        for name, one in options.items()
    }


def test_what_is_documented_is_what_is_accepted() -> None:
    told = yaml.safe_load(harbor_robots.DOCUMENTATION)["options"]
    assert _shape(bulk.bulk_spec(), "options") == _shape(told, "suboptions")
    defaults = {name: one.get("default") for name, one in bulk.bulk_spec().items()}
    assert defaults == {name: one.get("default") for name, one in told.items()}


def test_no_option_means_two_things() -> None:
    assert not set(bulk.bulk_spec()) & set(connection_spec())


# --- what is wrong, and where


def test_types_and_unknown_options_have_their_place() -> None:
    explained = bulk.explain(
        {
            "robots": [
                {"name": "ci", "valid_for": "soon", "acces": ["pull"]},
                "ci",
                {"project": "shop", "enabled": "perhaps", "state": "here"},
                {"name": "fine", "permissions": [{"project": "*"}]},
            ],
            "defaults": {"name": "x", "secret": "S", "enabled": True, "valid_for": [], "renew": 3},
        }
    )
    faults, usable = explained["robots"]
    assert [fault.split(": ", 1)[0] for fault in faults] == [
        "robots[0] (ci)",
        "robots[0] (ci)",
        "robots[1]",
        "robots[2]",
        "robots[2]",
        "robots[3] (fine)",
    ]
    assert "option acces does not exist (did you mean access?)" in faults[0]
    assert "valid_for" in faults[1]
    assert faults[2] == "robots[1]: is not a mapping of options"
    assert "access" in faults[5]
    assert len(usable) == 4
    told, _value = explained["defaults"]
    assert told[:3] == ["defaults: %s belongs to each declaration alone" % name for name in ("name", "enabled", "secret")]
    assert any("valid_for" in fault for fault in told[3:])
    assert any("option renew does not exist" in fault for fault in told[3:])
    assert len(told) == 5


@pytest.mark.parametrize("value", [None, "ci", {"name": "ci"}, 3])
def test_what_is_no_list_is_left_to_ansible(value: t.Any) -> None:
    assert bulk.explain({"robots": value}) == {}


def test_a_good_list_explains_nothing() -> None:
    faults, usable = bulk.explain({"robots": [CI, {"id": "7", "enabled": "yes"}]})["robots"]
    assert faults == []
    assert (usable[1]["id"], usable[1]["enabled"]) == (7, True)


def test_input_gathers_all_faults() -> None:
    made = given(
        robots=robots(CI, CI, {"name": "Bad", "permissions": [{"system": True, "access": ["registry:list"]}]}),
        purge=dict(FENCES),
        purge_limit="many",
        concurrency=0,
    )
    assert [fault.split(" ")[0] for fault in made.faults] == ["robots[2]", "robots[1]", "purge_limit", "purge", "concurrency"]
    assert made.purge is None


@pytest.mark.parametrize(("concurrency", "fine"), [(1, True), (64, True), (65, False), (0, False), (-1, False)])
def test_concurrency_has_bounds(concurrency: int, fine: bool) -> None:
    assert (given(robots=robots(CI), concurrency=concurrency).faults == []) is fine


def test_an_empty_list_has_to_be_meant() -> None:
    assert given(adopt=["ci"]).faults[-1] == "adopt goes with store, which keeps the new secrets"
    assert given().faults == ["robots is empty; if that is meant, set allow_empty"]
    made = given(allow_empty=True, purge=dict(FENCES, projects=["shop"], marker="m", disabled=True), purge_limit="10%")
    assert made.faults == []
    assert made.purge == Purge(projects=("shop",), marker="m", disabled=True, limit="10%")
    assert made.declarations.desired == []


def test_what_is_of_the_wrong_type_is_not_judged_again() -> None:
    """Options that Ansible's validation refused arrive as None."""
    made = bulk.Input(dict.fromkeys(OWN))
    assert made.faults == []


def test_what_a_drift_means_reaches_every_declaration() -> None:
    made = given(robots=robots(CI, dict(CI, name="cd")), on_drift="restore")
    assert [one.on_drift for one in made.declarations.desired] == ["restore", "restore"]


# --- failures together


def test_one_problem_is_told_as_it_is_and_several_as_a_list() -> None:
    assert bulk.failure(["robots[0] (ci): no"], 9) == "robots[0] (ci): no"
    assert bulk.failure(["a", "b"], 9) == "2 problems with 9 robots:\n- a\n- b"
