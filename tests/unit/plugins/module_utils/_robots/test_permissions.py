# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import itertools
import random
import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import (
    Catalogue,
    compact,
    compare,
    from_harbor,
    grants,
    mixing_fault,
    refused,
    texts_of,
    to_harbor,
)
from tests.unit.granting import NEW, OLD, Entries, grant, harbor, normalised, some

# --- one permission


@pytest.mark.parametrize(
    ("line", "pair", "where"),
    [
        ("repository:pull on shop", "repository:pull", "shop"),
        ("deny repository:pull on shop", "repository:pull", "shop"),
        ("registry:list on system", "registry:list", "system"),
        ("artifact:read on all projects", "artifact:read", "all projects"),
    ],
)
def test_a_grant_in_words(line: str, pair: str, where: str) -> None:
    one = grant(line)
    assert (one.line(), one.pair, one.where) == (line, pair, where)


# --- Harbor's JSON


def test_harbors_permissions_are_a_set() -> None:
    raw = [harbor("shop", "repository:pull", "repository:push", effect="allow"), harbor("/", "registry:list", kind="system")]
    assert from_harbor(raw) == some("repository:pull on shop", "repository:push on shop", "registry:list on system")


def test_no_order_makes_a_difference() -> None:
    dice = random.Random(7)
    entries = [harbor(name, *("%s:%s" % pair for pair in NEW.project[start:][:12])) for start, name in enumerate(["*", "a", "b", "shop"])]
    entries.append(harbor("/", *("%s:%s" % pair for pair in NEW.system[:9]), kind="system"))
    first = from_harbor(entries)
    assert len(first) == 4 * 12 + 9
    for _turn in range(50):
        shuffled = copy.deepcopy(entries)
        dice.shuffle(shuffled)
        for entry in shuffled:
            dice.shuffle(entry["access"])
        again = from_harbor(shuffled)
        assert again == first
        assert compare(again, first) == ([], [])
        assert to_harbor(again) == to_harbor(first)


@pytest.mark.parametrize("effect", [{}, {"effect": ""}, {"effect": "allow"}, {"effect": None}])
def test_an_empty_effect_is_allow(effect: dict[str, t.Any]) -> None:
    assert from_harbor([harbor("shop", "repository:pull", **effect)]) == some("repository:pull on shop")


def test_other_effects_stay_as_they_are() -> None:
    raw = [harbor("shop", "repository:pull", effect="deny"), harbor("shop", "repository:pull", effect="maybe")]
    assert {one.effect for one in from_harbor(raw)} == {"deny", "maybe"}
    assert to_harbor(from_harbor(raw)) == [
        {
            "kind": "project",
            "namespace": "shop",
            "access": [
                {"resource": "repository", "action": "pull", "effect": "deny"},
                {"resource": "repository", "action": "pull", "effect": "maybe"},
            ],
        }
    ]


def test_duplicates_merge() -> None:
    raw = [harbor("shop", "repository:pull", "repository:pull", effect="allow"), harbor("shop", "repository:pull")]
    assert from_harbor(raw) == some("repository:pull on shop")
    assert len(to_harbor(from_harbor(raw))[0]["access"]) == 1


@pytest.mark.parametrize(
    "raw",
    [None, [], [None], [{"kind": "project", "namespace": "shop", "access": None}], [{"kind": "project", "namespace": "shop"}, None], [{}]],
)
def test_nulls_count_as_nothing(raw: t.Any) -> None:
    assert from_harbor(raw) == frozenset()
    assert texts_of(raw) == {}


def test_a_null_among_others_takes_nothing_away() -> None:
    raw = [None, {"kind": "project", "namespace": "shop", "access": [None, {"resource": "tag", "action": "list"}, None]}]
    assert from_harbor(raw) == some("tag:list on shop")


def test_what_is_sent_is_sorted_and_says_every_effect() -> None:
    """All projects come after the named ones, as Harbor 2.5.2 and 2.5.3 look the first namespace up as a project."""
    wanted = some(
        "registry:list on system",
        "tag:list on shop",
        "deny artifact:delete on shop",
        "artifact:delete on shop",
        "repository:pull on all projects",
        "repository:pull on a",
    )
    expected = [
        harbor("a", "repository:pull", effect="allow"),
        {
            "kind": "project",
            "namespace": "shop",
            "access": [
                {"resource": "artifact", "action": "delete", "effect": "allow"},
                {"resource": "artifact", "action": "delete", "effect": "deny"},
                {"resource": "tag", "action": "list", "effect": "allow"},
            ],
        },
        harbor("*", "repository:pull", effect="allow"),
        harbor("/", "registry:list", kind="system", effect="allow"),
    ]
    assert to_harbor(wanted) == expected
    for order in itertools.permutations(sorted(wanted)):
        assert to_harbor(order) == expected
    assert from_harbor(expected) == wanted


def test_nothing_to_send() -> None:
    assert to_harbor(frozenset()) == []


# --- a robot as caller


def test_the_callers_own_texts() -> None:
    raw = [
        harbor("shop", "repository:pull"),
        harbor("*", "tag:list", effect="allow"),
        harbor("/", "robot:create", kind="system", effect=""),
    ]
    assert texts_of(raw) == {
        ("project", "shop", "repository", "pull"): "",
        ("project", "*", "tag", "list"): "allow",
        ("system", "/", "robot", "create"): "",
    }


@pytest.mark.parametrize("effects", [("", "deny"), ("deny", "")])
def test_of_two_texts_the_one_that_allows(effects: tuple[str, str]) -> None:
    raw = [harbor("shop", "repository:pull", effect=effect) for effect in effects]
    assert texts_of(raw) == {("project", "shop", "repository", "pull"): ""}


def test_the_callers_text_is_copied() -> None:
    own = texts_of([harbor("shop", "repository:pull", "tag:list"), harbor("*", "artifact:read", effect="allow")])
    wanted = some("repository:pull on shop", "deny tag:list on shop", "tag:list on shop")
    access = to_harbor(wanted, own)[0]["access"]
    assert [(one["resource"], one["effect"]) for one in access] == [("repository", ""), ("tag", ""), ("tag", "deny")]


def test_the_callers_text_for_all_projects_counts_where_it_has_none_for_the_project() -> None:
    own = texts_of([harbor("*", "repository:pull"), harbor("web", "tag:list")])

    def effect(line: str) -> str:
        return t.cast(str, to_harbor(some(line), own)[0]["access"][0]["effect"])

    assert effect("repository:pull on all projects") == ""
    assert effect("repository:pull on shop") == ""
    # The entry for web is the one that Harbor looks at, and it does not have this.
    assert effect("repository:pull on web") == "allow"
    assert effect("tag:list on web") == ""
    assert effect("registry:list on system") == "allow"


def test_a_callers_denial_is_not_copied() -> None:
    own = texts_of([harbor("shop", "repository:pull", effect="deny")])
    assert to_harbor(some("repository:pull on shop"), own)[0]["access"][0]["effect"] == "allow"


# --- comparing


def test_what_differs() -> None:
    have = some("repository:pull on shop", "tag:list on shop", "artifact:read on a")
    want = some("repository:pull on shop", "deny tag:list on shop", "repository:push on shop", "artifact:read on b")
    added, removed = compare(have, want)
    assert [one.line() for one in added] == ["artifact:read on b", "repository:push on shop", "deny tag:list on shop"]
    assert [one.line() for one in removed] == ["artifact:read on a", "tag:list on shop"]
    there, back = want, have
    assert compare(there, back) == (removed, added)
    assert compare(have, frozenset(list(have))) == ([], [])


def test_what_the_server_would_refuse() -> None:
    have = some(
        "repository:pull on shop",
        "*:* on shop",
        "deny *:* on shop",
        "robot:update on system",
        "helm-chart:read on all projects",
        "registry:list on system",
    )
    assert refused(have, NEW) == ["helm-chart:read on all projects", "*:* on shop", "robot:update on system"]
    assert refused(have, OLD) == []
    assert refused(some("sbom:read on shop"), Catalogue.bundled("2.10.3")) == ["sbom:read on shop"]


@pytest.mark.parametrize("version", ["2.2.4", "v2.9.5-01234567", "2.9"])
def test_the_system_and_projects_do_not_mix_on_old_servers(version: str) -> None:
    mixed = some("registry:list on system", "repository:pull on shop")
    fault = mixing_fault(mixed, version)
    assert fault is not None
    assert "ignores the project permissions" in fault
    assert "two robots" in fault
    for alone in mixed:
        assert mixing_fault(frozenset([alone]), version) is None
    assert mixing_fault(frozenset(), version) is None


@pytest.mark.parametrize("version", ["2.10.0", "2.15.2", "-", None])
def test_the_system_and_projects_mix_on_new_servers(version: str | None) -> None:
    assert mixing_fault(some("registry:list on system", "repository:pull on shop"), version) is None


# --- declarations


def test_entries_become_grants() -> None:
    entries: Entries = [
        {"kind": "project", "namespace": "*", "access": ["pull"], "effect": None},
        {"kind": "project", "namespace": "shop", "access": ["push", "tag:*"], "effect": "allow"},
        {"kind": "project", "namespace": "shop", "access": ["tag:delete"], "effect": "deny"},
        {"kind": "system", "namespace": "/", "access": ["registry:list"]},
    ]
    found, faults = grants(entries, NEW)
    assert faults == []
    assert found == some(
        "repository:pull on all projects",
        "repository:pull on shop",
        "repository:push on shop",
        "tag:create on shop",
        "tag:list on shop",
        "tag:delete on shop",
        "deny tag:delete on shop",
        "registry:list on system",
    )
    # What was remembered from the first time is the same.
    assert grants(entries, NEW) == (found, [])


def test_the_same_words_mean_different_things_in_different_places() -> None:
    entries: Entries = [
        {"kind": kind, "namespace": namespace, "access": ["label:*"]} for kind, namespace in (("system", "/"), ("project", "a"))
    ]
    found, faults = grants(entries, NEW)
    assert faults == []
    assert len([one for one in found if one.kind == "system"]) == 4
    assert len([one for one in found if one.kind == "project"]) == 5


def test_mappings_bring_their_own_effect() -> None:
    access = [
        "repository:pull",
        {"resource": "tag", "action": "list"},
        {"resource": "tag", "action": "delete", "effect": "deny"},
        {"resource": "artifact", "action": "read", "effect": ""},
    ]
    found, faults = grants([{"kind": "project", "namespace": "shop", "access": access, "effect": "allow"}], NEW)
    assert faults == []
    assert found == some("repository:pull on shop", "tag:list on shop", "deny tag:delete on shop", "artifact:read on shop")
    denied, faults = grants([{"kind": "project", "namespace": "shop", "access": access, "effect": "deny"}], NEW)
    assert faults == []
    assert {one.effect for one in denied} == {"deny"}


def test_a_mapping_is_taken_to_the_letter() -> None:
    entries: Entries = [
        {"kind": "project", "namespace": "shop", "access": [{"resource": "*", "action": "*"}, {"resource": "tea", "action": "brew"}]}
    ]
    found, faults = grants(entries, OLD)
    assert faults == []
    assert found == some("*:* on shop", "tea:brew on shop")
    found, faults = grants(entries, NEW)
    assert found == frozenset()
    assert faults == [
        "Harbor 2.15.2 has no wildcards: write *:* as text, which is expanded here",
        "tea:brew is not a permission for a project in Harbor 2.15.2",
    ]


def test_all_faults_of_all_entries_once_each() -> None:
    entries: Entries = [
        {"kind": "project", "namespace": "a", "access": ["repository:pusch", "pull", {"repository": "pull"}]},
        {"kind": "project", "namespace": "b", "access": ["repository:pusch", 5]},
        {"kind": "project", "namespace": "c", "access": []},
        {"kind": "project", "namespace": "*", "access": None},
        {"kind": "system", "namespace": "/", "access": ["push"]},
    ]
    _found, faults = grants(entries, NEW)
    assert faults == [
        "repository:pusch is not a permission for a project in Harbor 2.15.2: did you mean repository:push?",
        "repository: pull is a mapping in YAML: write repository:pull, without a blank",
        "5 is not a permission: write resource:action, resource:*, *:action, * or a preset (pull, push, scan, ci, read, cleanup, scanner)",
        "the access to c is empty: name at least one permission",
        "the access to all projects is empty: name at least one permission",
        "preset push is for projects, not for the system",
    ]


def test_what_a_robot_holds_already_is_no_fault() -> None:
    held = some("*:* on shop", "helm-chart:read on shop", "deny robot:update on shop")
    entries = normalised(compact(held | some("repository:pull on shop"), NEW))
    found, faults = grants(entries, NEW, held)
    assert faults == []
    assert found == held | some("repository:pull on shop")
    # Another robot, another place and another effect are other matters.
    assert len(grants(entries, NEW)[1]) == 3
    assert len(grants(entries, NEW, some("*:* on web", "helm-chart:read on web", "robot:update on shop"))[1]) == 3
    # The answer without it was not spoilt by the answer with it.
    assert len(grants(entries, NEW)[1]) == 3
