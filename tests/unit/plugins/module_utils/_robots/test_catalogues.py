# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue, ever_known, parse_version

# Harbor's table since 2.12.1 as its pages give it: resource, then actions in any order.
SYSTEM = """
audit-log list
preheat-instance read create delete list update
project list create
replication-policy read create delete list update
replication read create list
replication-adapter list
registry read create delete list update
scan-all read update stop create
system-volumes read
garbage-collection read create list update stop
purge-audit read create list update stop
jobservice-monitor list stop
scanner read create delete list update
label read create delete update
security-hub read list
catalog read
quota read list update
robot create read list delete
user create read update list delete
ldap-user create list
user-group create read update list delete
"""
PROJECT = """
log list
project read delete update
metadata read create delete list update
repository read update delete list pull push
artifact read create list delete
scan create read stop
sbom create stop read
tag create list delete
accessory list
artifact-addition read
artifact-label create delete
scanner create read
preheat-policy read create delete list update
immutable-tag create delete list update
notification-policy read create delete list update
tag-retention read create delete list update
label read create delete list update
quota read
robot create read list delete
export-cve create read
member create read update list delete
"""


def pairs(text: str) -> set[tuple[str, str]]:
    lines = [line.split() for line in text.strip().splitlines()]
    return {(line[0], action) for line in lines for action in line[1:]}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("v2.13.2-436918f8", (2, 13, 2)),
        ("2.16.0-dev", (2, 16, 0)),
        ("v2.9.5", (2, 9, 5)),
        ("2.10", (2, 10, 0)),
        ("3.0.1", (3, 0, 1)),
        ("-", (2, 16, 0)),
        ("", (2, 16, 0)),
        (None, (2, 16, 0)),
        ("dev", (2, 16, 0)),
    ],
)
def test_versions_are_read_as_harbor_states_them(text: str | None, numbers: tuple[int, int, int]) -> None:
    assert parse_version(text) == numbers


@pytest.mark.parametrize(
    ("version", "system", "project"),
    [
        ("2.2", 51, 10),
        ("v2.2.0", 51, 10),
        ("v2.3.5", 51, 10),
        ("v2.4.0", 51, 13),
        ("v2.4.3", 51, 13),
        ("v2.5.6", 51, 19),
        ("v2.6.4", 51, 19),
        ("v2.7.4", 51, 19),
        ("v2.8.0", 51, 14),
        ("v2.9.5", 51, 14),
        ("v2.10.0", 51, 55),
        ("v2.10.1", 53, 56),
        ("v2.10.3", 53, 56),
        ("2.10", 53, 56),
        ("v2.11.0", 53, 59),
        ("v2.11.2", 53, 59),
        ("v2.12.0", 72, 68),
        ("v2.12.1", 70, 70),
        ("2.12", 70, 70),
        ("v2.13.5-abcdef", 70, 70),
        ("v2.14.4", 70, 70),
        ("v2.15.2", 70, 70),
        ("2.16.0-dev", 70, 70),
        ("2.31.4", 70, 70),
        ("-", 70, 70),
        (None, 70, 70),
        ("1.10.2", 51, 10),
    ],
)
def test_every_version_has_its_table(version: str | None, system: int, project: int) -> None:
    catalogue = Catalogue.bundled(version)
    assert (len(catalogue.system), len(catalogue.project)) == (system, project)
    assert (len(catalogue.pairs("system")), len(catalogue.pairs("project"))) == (system, project), "a table repeats itself"
    assert catalogue.source == "bundled"


def test_the_newest_table() -> None:
    catalogue = Catalogue.bundled("2.15.2")
    assert catalogue.pairs("system") == pairs(SYSTEM)
    assert catalogue.pairs("project") == pairs(PROJECT)
    # The order is the one in which Harbor answers.
    assert catalogue.system[:3] == (("audit-log", "list"), ("preheat-instance", "read"), ("preheat-instance", "create"))
    assert catalogue.project[19:26] == (
        ("scan", "create"),
        ("scan", "read"),
        ("scan", "stop"),
        ("sbom", "create"),
        ("sbom", "stop"),
        ("sbom", "read"),
        ("tag", "create"),
    )


@pytest.mark.parametrize(
    ("before", "after", "kind", "added", "removed"),
    [
        ("2.3.5", "2.4.0", "project", "scan stop\nartifact list\nrepository list", ""),
        (
            "2.4.3",
            "2.5.0",
            "project",
            "repository delete\nartifact read\nartifact-label delete\ntag list\nhelm-chart-version-label create delete",
            "",
        ),
        (
            "2.7.4",
            "2.8.0",
            "project",
            "",
            "helm-chart read\nhelm-chart-version create delete\nhelm-chart-version-label create delete",
        ),
        ("2.10.0", "2.10.1", "system", "quota read list", ""),
        ("2.10.0", "2.10.1", "project", "quota read", ""),
        ("2.10.3", "2.11.0", "system", "", ""),
        ("2.10.3", "2.11.0", "project", "sbom create stop read", ""),
        (
            "2.11.2",
            "2.12.0",
            "system",
            "robot create read list delete\nuser create read update list delete\nldap-user create list\nexport-cve create read\n"
            "quota update\nuser-group create read update list delete",
            "",
        ),
        ("2.11.2", "2.12.0", "project", "robot create read list delete\nmember create read update list delete", ""),
        ("2.12.0", "2.12.1", "system", "", "export-cve create read"),
        ("2.12.0", "2.12.1", "project", "export-cve create read", ""),
        ("2.12.1", "2.16.0", "system", "", ""),
        ("2.12.1", "2.16.0", "project", "", ""),
    ],
)
def test_what_changed_between_versions(before: str, after: str, kind: str, added: str, removed: str) -> None:
    old, new = Catalogue.bundled(before).pairs(kind), Catalogue.bundled(after).pairs(kind)
    assert new - old == (pairs(added) if added else set())
    assert old - new == (pairs(removed) if removed else set())


@pytest.mark.parametrize(
    ("stated", "version", "enforced"),
    [("v2.13.5-abcdef", "2.13.5", True), ("2.10", "2.10", True), ("v2.9.5", "2.9.5", False), ("-", "2.16", True), (None, "2.16", True)],
)
def test_a_catalogue_says_whose_it_is(stated: str | None, version: str, enforced: bool) -> None:
    catalogue = Catalogue.bundled(stated)
    assert (catalogue.version, catalogue.enforced) == (version, enforced)


@pytest.mark.parametrize(
    ("version", "kind", "pair", "accepted"),
    [
        ("2.15.2", "project", ("repository", "pull"), True),
        ("2.15.2", "system", ("repository", "pull"), False),
        ("2.15.2", "project", ("robot", "update"), False),
        ("2.15.2", "project", ("*", "*"), False),
        ("2.10.3", "project", ("sbom", "create"), False),
        ("2.11.0", "project", ("sbom", "create"), True),
        ("2.10.0", "project", ("quota", "read"), False),
        # Up to 2.9 the server takes anything; what counts is whether any server understands it.
        ("2.9.5", "project", ("project", "read"), True),
        ("2.9.5", "project", ("sbom", "create"), True),
        ("2.9.5", "project", ("robot", "update"), True),
        ("2.9.5", "system", ("robot", "update"), True),
        ("2.9.5", "system", ("configuration", "read"), True),
        ("2.9.5", "project", ("helm-chart", "read"), False),
        ("2.7.4", "project", ("helm-chart", "read"), True),
        ("2.2.0", "project", ("helm-chart-version-label", "create"), True),
        ("2.9.5", "project", ("repository", "pusch"), False),
        ("2.9.5", "system", ("repository", "pull"), False),
    ],
)
def test_what_a_server_accepts(version: str, kind: str, pair: tuple[str, str], accepted: bool) -> None:
    assert Catalogue.bundled(version).accepts(kind, *pair) is accepted


def test_the_server_is_believed_about_its_own_permissions() -> None:
    body = {"system": [{"action": "brew", "resource": "coffee"}], "project": [{"action": "pull", "resource": "repository"}]}
    catalogue = Catalogue.from_server(body, "v2.17.1-12345678")
    assert (catalogue.source, catalogue.version, catalogue.enforced) == ("server", "2.17.1", True)
    assert catalogue.system == (("coffee", "brew"),)
    assert catalogue.project == (("repository", "pull"),)
    assert catalogue.accepts("system", "coffee", "brew")
    assert not catalogue.accepts("project", "artifact", "read")


def test_project_administrators_are_told_nothing_about_the_system() -> None:
    catalogue = Catalogue.from_server({"project": [{"resource": "repository", "action": "pull"}], "system": None}, "2.10.0")
    assert catalogue.project == (("repository", "pull"),)
    assert catalogue.system == Catalogue.bundled("2.10.0").system
    assert len(catalogue.system) == 51


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"project": []},
        {"system": [], "project": "all"},
        {"system": [], "project": [{"resource": "x"}]},
        {"errors": []},
    ],
)
def test_another_answer_is_no_catalogue(body: t.Any) -> None:
    with pytest.raises(ValueError, match="not a list of permissions"):
        Catalogue.from_server(body, "2.15.2")


def test_known_is_what_any_version_knew() -> None:
    assert ("helm-chart", "read") in ever_known("project")
    assert ("export-cve", "create") in ever_known("system")
    assert ("robot", "update") in ever_known("system")
    assert ("repository", "pusch") not in ever_known("project")
    for version in ("2.2", "2.5", "2.9.5", "2.10.0", "2.12.0", "2.16.0"):
        for kind in ("system", "project"):
            assert Catalogue.bundled(version).pairs(kind) <= ever_known(kind)
