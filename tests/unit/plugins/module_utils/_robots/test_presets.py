# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.access import POWERFUL, resolve
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.presets import PRESETS

VERSIONS = [
    "2.2.4",
    "2.3.5",
    "2.4.3",
    "2.5.6",
    "2.6.4",
    "2.7.4",
    "2.8.6",
    "2.9.5",
    "2.10.0",
    "2.10.3",
    "2.11.2",
    "2.12.0",
    "2.12.4",
    "2.15.2",
]

READ_PROJECT = (
    "accessory:list artifact:list artifact:read artifact-addition:read immutable-tag:list label:list label:read log:list metadata:list"
    " metadata:read preheat-policy:list preheat-policy:read project:read quota:read repository:list repository:read sbom:read scan:read"
    " tag:list tag-retention:list tag-retention:read"
)
READ_SYSTEM = (
    "audit-log:list catalog:read garbage-collection:list garbage-collection:read jobservice-monitor:list label:read project:list"
    " purge-audit:list purge-audit:read quota:list quota:read registry:list registry:read replication:list replication:read"
    " replication-adapter:list replication-policy:list replication-policy:read scan-all:read security-hub:list security-hub:read"
    " system-volumes:read"
)
LATER_SBOM = "sbom:create sbom:read sbom:stop"
LATER_LABELS = "label:list label:read"


def given(preset: str, version: str, kind: str = "project") -> set[str]:
    found = resolve([preset], kind, Catalogue.bundled(version))
    assert (found.faults, found.unknown, found.from_catalogue) == ([], [], frozenset())
    return {"%s:%s" % pair for pair in found.pairs}


def test_the_presets() -> None:
    assert list(PRESETS) == ["pull", "push", "scan", "ci", "read", "cleanup", "scanner"]
    for preset in PRESETS.values():
        assert preset.meaning.endswith(".")
        assert preset.meaning.count(". ") == 0


@pytest.mark.parametrize(
    ("preset", "pairs"),
    [
        ("pull", "repository:pull"),
        ("push", "repository:pull repository:push"),
        (
            "scan",
            "accessory:list artifact:list artifact:read artifact-addition:read project:read repository:list repository:read sbom:create"
            " sbom:read sbom:stop scan:create scan:read scan:stop tag:list",
        ),
        (
            "ci",
            "accessory:list artifact:list artifact:read artifact-addition:read artifact-label:create label:list project:read"
            " repository:list repository:pull repository:push repository:read sbom:create sbom:read sbom:stop"
            " scan:create scan:read scan:stop tag:create tag:list",
        ),
        ("read", READ_PROJECT),
        (
            "cleanup",
            "accessory:list artifact:delete artifact:list artifact:read project:read repository:delete repository:list repository:read"
            " tag:delete tag:list",
        ),
        ("scanner", "artifact:list artifact:read label:list project:read repository:list repository:pull repository:read tag:list"),
    ],
)
@pytest.mark.parametrize("version", ["2.12.4", "2.16.0-dev"])
def test_what_presets_give_on_new_servers(preset: str, pairs: str, version: str) -> None:
    assert given(preset, version) == set(pairs.split())


@pytest.mark.parametrize(
    ("preset", "version", "less"),
    [
        ("scan", "2.11.0", ""),
        ("scan", "2.10.3", LATER_SBOM),
        ("scan", "2.9.5", LATER_SBOM),
        ("scan", "2.5.0", LATER_SBOM),
        ("scan", "2.4.0", LATER_SBOM + " accessory:list"),
        ("scan", "2.3.5", LATER_SBOM + " accessory:list scan:stop"),
        ("ci", "2.10.0", LATER_SBOM),
        ("ci", "2.9.5", LATER_SBOM + " label:list"),
        ("ci", "2.2.4", LATER_SBOM + " label:list accessory:list scan:stop"),
        ("read", "2.11.2", ""),
        ("read", "2.10.3", "sbom:read"),
        ("read", "2.10.0", "sbom:read quota:read"),
        # Not in a list of the time, but old servers check it.
        ("read", "2.9.5", "sbom:read " + LATER_LABELS),
        ("read", "2.4.3", "sbom:read accessory:list " + LATER_LABELS),
        ("cleanup", "2.5.0", ""),
        ("cleanup", "2.2.0", "accessory:list"),
        ("scanner", "2.10.0", ""),
        ("scanner", "2.9.5", "label:list"),
        ("scanner", "2.2.4", "label:list"),
    ],
)
def test_what_presets_give_less_on_older_servers(preset: str, version: str, less: str) -> None:
    assert given(preset, "2.15.2") - given(preset, version) == set(less.split())
    assert given(preset, version) <= given(preset, "2.15.2")


@pytest.mark.parametrize(
    ("version", "less"),
    [
        ("2.15.2", ""),
        ("2.10.1", ""),
        ("2.10.0", "quota:list quota:read"),
        ("2.9.5", ""),
        ("2.8.6", "security-hub:list security-hub:read"),
        ("2.6.4", "security-hub:list security-hub:read jobservice-monitor:list"),
        ("2.5.6", "security-hub:list security-hub:read jobservice-monitor:list purge-audit:list purge-audit:read"),
    ],
)
def test_reading_the_system(version: str, less: str) -> None:
    assert given("read", version, "system") == set(READ_SYSTEM.split()) - set(less.split())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_presets_work_on_every_version_and_give_no_power_over_accounts(preset: str, version: str) -> None:
    catalogue = Catalogue.bundled(version)
    for kind in ("project", "system"):
        pairs = PRESETS[preset].expand(kind, catalogue)
        assert {resource for resource, _action in pairs}.isdisjoint(POWERFUL)
        if catalogue.enforced:
            assert pairs <= catalogue.pairs(kind)
    assert PRESETS[preset].expand("project", catalogue)


def test_presets_do_not_grow_with_the_catalogue() -> None:
    server = {
        "system": [{"resource": "registry", "action": "read"}, {"resource": "vault", "action": "read"}],
        "project": [{"resource": "repository", "action": action} for action in ("pull", "push", "mirror", "read")],
    }
    catalogue = Catalogue.from_server(server, "2.30.0")
    assert resolve(["push"], "project", catalogue).pairs == {("repository", "pull"), ("repository", "push")}
    assert resolve(["read"], "system", catalogue).pairs == {("registry", "read")}


@pytest.mark.parametrize("preset", ["pull", "push", "scan", "ci", "cleanup", "scanner"])
def test_most_presets_are_for_projects(preset: str) -> None:
    found = resolve([preset], "system", Catalogue.bundled("2.15.2"))
    assert found.pairs == frozenset()
    assert found.faults == ["preset %s is for projects, not for the system" % preset]


def test_reading_shows_no_credentials() -> None:
    for kind in ("project", "system"):
        shown = {resource for resource, _action in PRESETS["read"].pairs(kind)}
        assert shown.isdisjoint({"notification-policy", "scanner", "preheat-instance", "configuration"})
    assert all(action in ("read", "list") for kind in ("project", "system") for _resource, action in PRESETS["read"].pairs(kind))
