# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Suboptions that are in order as they stand are not sent through Ansible's validation; the result has to be the same."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.bulk import entry_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import declaration_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import Shape

IN_ORDER: list[dict[str, t.Any]] = [
    {},
    {"name": "ci"},
    {"name": "ci", "project": "shop", "access": ["push", {"resource": "a", "action": "b"}], "secret": "Secret12345"},
    {"id": 7, "state": "absent", "description": None},
    {"name": "ci", "permissions": [{"projects": ["a", "b"], "access": ["pull"]}, {"system": True, "access": [], "effect": "deny"}]},
    {"name": "ci", "permissions": [], "enabled": False, "valid_for": 90, "update_secret": "on_create", "access": None},
]

NOT_IN_ORDER: list[t.Any] = [
    "ci",
    None,
    {"nmae": "ci"},
    {"name": 7},
    {"id": "7"},
    {"id": True},
    {"valid_for": 9.5},
    {"enabled": "yes"},
    {"enabled": 1},
    {"duration": 90},
    {"state": "gone"},
    {"access": "pull"},
    {"permissions": {"project": "a", "access": ["pull"]}},
    {"permissions": ["a"]},
    {"permissions": [{"project": "a"}]},
    {"permissions": [{"projects": "a", "access": ["pull"]}]},
    {"permissions": [{"projects": ["a", 7], "access": ["pull"]}]},
    {"permissions": [{"project": "a", "access": ["pull"], "more": 1}]},
]


@pytest.mark.parametrize("spec", [declaration_spec(), entry_spec()], ids=["one", "many"])
@pytest.mark.parametrize("given", IN_ORDER, ids=str)
def test_same_as_ansible(given: dict[str, t.Any], spec: dict[str, t.Any]) -> None:
    """Defaults and nulls included; and what is secret is known as such."""
    hidden: set[str] = set()
    judged = ArgumentSpecValidator(spec).validate(given)
    assert judged.error_messages == []
    assert Shape(spec).conforming(given, hidden) == judged.validated_parameters
    assert hidden == judged._no_log_values


@pytest.mark.parametrize("given", NOT_IN_ORDER, ids=str)
def test_left_to_ansible(given: t.Any) -> None:
    """Whatever has to be converted or refused."""
    assert Shape(declaration_spec()).conforming(given, set()) is None
