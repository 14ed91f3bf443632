# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What declarations come to as catalogues grow, and what robots are as declarations."""

from __future__ import annotations

import itertools
import random
import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.access import POWERFUL
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import (
    Catalogue,
    Grant,
    Permissions,
    compact,
    from_harbor,
    grants,
    growth,
    to_harbor,
)
from tests.unit.granting import NEW, OLD, Entries, grant, normalised, some


def held_on(version: str, namespace: str, *access: str) -> Permissions:
    """What a robot got when the access was declared on that version, as far as the version had it."""
    return grants([{"kind": "project", "namespace": namespace, "access": list(access)}], Catalogue.bundled(version))[0]


@pytest.mark.parametrize(
    ("before", "after", "access", "grown"),
    [
        ("2.10.3", "2.11.2", "*", "sbom:create sbom:read sbom:stop"),
        ("2.10.3", "2.12.0", "*", "sbom:create sbom:read sbom:stop"),
        ("2.10.3", "2.15.2", "*", "export-cve:create export-cve:read sbom:create sbom:read sbom:stop"),
        ("2.10.0", "2.10.3", "*:read pull", "quota:read"),
        ("2.9.5", "2.10.3", "artifact:*", "artifact:create"),
        ("2.4.3", "2.5.0", "repository:* *:list", "repository:delete tag:list"),
        # Presets are fixed lists, of which a server may lack a part.
        ("2.2.4", "2.4.3", "ci", "scan:stop"),
        ("2.4.3", "2.5.0", "ci", "accessory:list"),
        ("2.9.5", "2.10.3", "ci", "label:list"),
        ("2.10.3", "2.11.2", "ci", "sbom:create sbom:read sbom:stop"),
        ("2.10.3", "2.11.2", "scan *:list", "sbom:create sbom:read sbom:stop"),
        ("2.2.4", "2.15.2", "read", "accessory:list label:list label:read sbom:read"),
        # Named: wanted, whatever the version.
        ("2.10.3", "2.11.2", "* sbom:create ci", "sbom:read sbom:stop"),
        ("2.9.5", "2.10.3", "ci label:list", ""),
        ("2.12.4", "2.15.2", "* robot:*", ""),
    ],
)
def test_what_only_a_newer_catalogue_brings(before: str, after: str, access: str, grown: str) -> None:
    entries: Entries = [{"kind": "project", "namespace": "shop", "access": access.split(), "effect": None}]
    found = growth(entries, Catalogue.bundled(after), held_on(before, "shop", *access.split()))
    assert [one.line() for one in found] == [pair + " on shop" for pair in grown.split()]
    assert set(found.values()) <= {" (the catalogue grew: %s)" % item for item in access.split() if ":" not in item or "*" in item}


def test_presets_of_the_system_grow_too() -> None:
    entries: Entries = [{"kind": "system", "namespace": "/", "access": ["read"], "effect": None}]
    held = grants(entries, Catalogue.bundled("2.5.6"))[0]
    found = growth(entries, Catalogue.bundled("2.6.4"), held)
    assert [one.line() for one in found] == ["purge-audit:list on system", "purge-audit:read on system"]
    assert set(found.values()) == {" (the catalogue grew: read)"}


@pytest.mark.parametrize("version", ["2.2.4", "2.9.5", "2.10.3", "2.15.2"])
@pytest.mark.parametrize("wildcard", ["*", "*:*", "*:list"])
def test_a_denial_leaves_nothing_out(version: str, wildcard: str) -> None:
    """What it left out would stay allowed by another entry."""
    catalogue = Catalogue.bundled(version)
    for kind, namespace in (("project", "shop"), ("system", "/")):
        everything = {(r, a) for r, a in catalogue.accepted(kind) if wildcard != "*:list" or a == "list"}
        denied, faults = grants([{"kind": kind, "namespace": namespace, "access": [wildcard], "effect": "deny"}], catalogue)
        assert faults == []
        assert {(one.resource, one.action) for one in denied} == everything
        allowed = grants([{"kind": kind, "namespace": namespace, "access": [wildcard]}], catalogue)[0]
        assert not [one for one in allowed if one.resource in POWERFUL]
        if catalogue.number >= (2, 12, 0):
            assert ("robot", "list") in everything


def test_a_denial_grows_too() -> None:
    entries: Entries = [{"kind": "project", "namespace": "shop", "access": ["*"], "effect": "deny"}]
    held = grants(entries, Catalogue.bundled("2.11.2"))[0]
    found = growth(entries, Catalogue.bundled("2.12.0"), held)
    assert {one.resource for one in found} == {"robot", "member"}
    assert set(found.values()) == {" (the catalogue grew: *)"}


def test_a_server_that_is_newer_than_every_table() -> None:
    body: dict[str, t.Any] = {kind: [{"resource": r, "action": a} for r, a in getattr(NEW, kind)] for kind in ("system", "project")}
    body["project"].append({"resource": "tag", "action": "sign"})
    entries: Entries = [{"kind": "project", "namespace": "shop", "access": ["tag:*"]}]
    found = growth(entries, Catalogue.from_server(body, "2.20.0"), held_on("2.15.2", "shop", "tag:*"))
    assert found == {grant("tag:sign on shop"): " (the catalogue grew: tag:*)"}


@pytest.mark.parametrize(
    "held",
    [
        frozenset(),
        some("repository:pull on shop"),
        # In another place, or only a part of what the wildcard has ever given.
        held_on("2.10.3", "web", "*"),
        held_on("2.10.3", "shop", "tag:*", "repository:*"),
        # Everything is there already.
        held_on("2.15.2", "shop", "*"),
    ],
)
def test_a_wildcard_that_is_new_to_the_robot_is_no_growth(held: Permissions) -> None:
    assert growth([{"kind": "project", "namespace": "shop", "access": ["*"]}], NEW, held) == {}


def test_growth_minds_mappings_and_effects() -> None:
    held = held_on("2.10.3", "shop", "*:stop")
    stop = {"resource": "sbom", "action": "stop"}
    grown = {grant("sbom:stop on shop"): " (the catalogue grew: *:stop)"}
    assert growth([{"kind": "project", "namespace": "shop", "access": ["*:stop", 5, {"x": "y"}]}], NEW, held) == grown
    assert growth([{"kind": "project", "namespace": "shop", "access": ["*:stop", stop]}], NEW, held) == {}
    assert growth([{"kind": "project", "namespace": "shop", "access": ["*:stop", {**stop, "effect": "deny"}]}], NEW, held) == grown
    assert growth([{"kind": "project", "namespace": "shop", "access": ["*:stop"], "effect": "deny"}], NEW, held) == {}


# --- and back


def test_a_declaration_of_what_is_there() -> None:
    held = some(
        "repository:pull on all projects",
        "repository:pull on web",
        "repository:push on web",
        "repository:push on shop",
        "repository:pull on shop",
        "deny tag:delete on shop",
        "deny tag:delete on web",
        "tag:list on alone",
        "registry:list on system",
        "catalog:read on system",
    )
    assert compact(held, NEW) == [
        {"project": "*", "access": ["repository:pull"]},
        {"project": "alone", "access": ["tag:list"]},
        {"projects": ["shop", "web"], "access": ["repository:pull", "repository:push"]},
        {"projects": ["shop", "web"], "access": ["tag:delete"], "effect": "deny"},
        {"system": True, "access": ["catalog:read", "registry:list"]},
    ]
    assert compact(frozenset()) == []


def test_all_projects_are_not_listed_with_others() -> None:
    assert compact(some("tag:list on all projects", "tag:list on a", "tag:list on b")) == [
        {"project": "*", "access": ["tag:list"]},
        {"projects": ["a", "b"], "access": ["tag:list"]},
    ]


def test_what_would_mean_something_else_as_text_becomes_a_mapping() -> None:
    held = some("*:* on shop", "repository:* on shop", "repository:pull on shop", "maybe tag:list on shop")
    access = compact(held | {Grant("project", "shop", "Odd Thing", "x", "allow")})[0]["access"]
    assert access == [
        {"resource": "*", "action": "*"},
        {"resource": "Odd Thing", "action": "x"},
        {"resource": "repository", "action": "*"},
        "repository:pull",
        {"resource": "tag", "action": "list", "effect": "maybe"},
    ]


def test_an_old_servers_leftovers_become_mappings_there() -> None:
    held = some("helm-chart:read on shop")
    assert compact(held, Catalogue.bundled("2.7.4")) == [{"project": "shop", "access": ["helm-chart:read"]}]
    assert compact(held, OLD) == [{"project": "shop", "access": [{"resource": "helm-chart", "action": "read"}]}]


def test_order_makes_no_difference_to_a_declaration() -> None:
    held = sorted(some("tag:list on b", "tag:list on a", "deny tag:list on a", "registry:list on system"))
    assert {repr(compact(order)) for order in itertools.permutations(held)} == {repr(compact(held))}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("catalogue", [NEW, OLD, Catalogue.bundled("2.7.4"), Catalogue.bundled("2.10.0")], ids=lambda one: str(one.version))
def test_a_declaration_gives_back_exactly_what_was_there(seed: int, catalogue: Catalogue) -> None:
    dice = random.Random(seed)
    odd = [
        ("*", "*"),
        ("repository", "*"),
        ("helm-chart", "read"),
        ("robot", "update"),
        ("tea", "brew"),
        ("Tea Pot", "a:b"),
        ("sbom", "read"),
    ]
    lists = [dice.sample([*catalogue.project, *odd], dice.randint(1, 9)) for _turn in range(3)]
    held = {
        Grant("project", namespace, *pair, dice.choice(["allow", "allow", "allow", "deny", "maybe"]))
        for namespace in ["*", "a", "b", "c", "shop"]
        for pair in dice.choice(lists)
    }
    held |= {Grant("system", "/", *pair, "allow") for pair in dice.sample(catalogue.system, 5)}
    entries = compact(held, catalogue)
    # What servers that enforce their table no longer accept is in order for the robot that has it, and so is an odd effect anywhere.
    needed = frozenset(held) if catalogue.enforced else frozenset(grant for grant in held if grant.effect == "maybe")
    assert grants(normalised(entries), catalogue, needed) == (held, [])
    assert from_harbor(to_harbor(held)) == held
    assert compact(from_harbor(to_harbor(held)), catalogue) == entries


@pytest.mark.parametrize("kind", ["system", "project"])
def test_every_listed_pair_is_text(kind: str) -> None:
    for version in ("2.2.4", "2.4.3", "2.5.6", "2.9.5", "2.10.0", "2.11.2", "2.12.0", "2.15.2"):
        catalogue = Catalogue.bundled(version)
        entry = compact([Grant(kind, "/" if kind == "system" else "shop", *pair, "allow") for pair in catalogue.pairs(kind)], catalogue)[0]
        assert entry["access"] == ["%s:%s" % pair for pair in sorted(catalogue.pairs(kind))]
