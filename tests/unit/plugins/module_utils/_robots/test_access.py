# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.access import static_doubts
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.permissions import (
    Catalogue,
    known_anywhere,
    resolve,
    static_faults,
    suggest,
)

POWERFUL = ("robot", "member", "user", "user-group", "ldap-user")


def names(pairs: t.Iterable[tuple[str, str]]) -> set[str]:
    return {"%s:%s" % pair for pair in pairs}


# --- pairs and wildcards


def test_pairs_presets_and_wildcards_add_up() -> None:
    found = resolve(["push", "tag:*", "scan:create", "repository:pull"], "project", Catalogue.bundled("2.15.2"))
    assert names(found.pairs) == {"repository:pull", "repository:push", "tag:create", "tag:list", "tag:delete", "scan:create"}
    assert names(found.from_catalogue) == {"tag:create", "tag:list", "tag:delete"}
    assert (found.faults, found.unknown) == ([], [])


def test_what_is_named_does_not_come_from_the_catalogue() -> None:
    catalogue = Catalogue.bundled("2.15.2")
    for access in (["repository:*", "push"], ["push", "repository:*"], ["repository:pull", "repository:push", "*"]):
        assert not {("repository", "pull"), ("repository", "push")} & resolve(access, "project", catalogue).from_catalogue


@pytest.mark.parametrize(
    ("version", "kind", "wildcard", "pairs"),
    [
        ("2.15.2", "project", "artifact:*", "artifact:read artifact:create artifact:list artifact:delete"),
        ("2.9.5", "project", "artifact:*", "artifact:read artifact:list artifact:delete"),
        ("2.2.4", "project", "artifact:*", "artifact:delete"),
        ("2.7.4", "project", "helm-chart-version:*", "helm-chart-version:create helm-chart-version:delete"),
        ("2.15.2", "project", "robot:*", "robot:create robot:read robot:list robot:delete"),
        ("2.12.0", "system", "robot:*", "robot:create robot:read robot:list robot:delete"),
        ("2.15.2", "project", "member:*", "member:create member:read member:update member:list member:delete"),
        ("2.15.2", "system", "ldap-user:*", "ldap-user:create ldap-user:list"),
        ("2.15.2", "system", "quota:*", "quota:read quota:list quota:update"),
        ("2.11.2", "system", "quota:*", "quota:read quota:list"),
        ("2.15.2", "project", "*:push", "repository:push"),
        ("2.15.2", "project", "*:stop", "scan:stop sbom:stop"),
        ("2.10.3", "project", "*:stop", "scan:stop"),
        ("2.15.2", "system", "*:stop", "scan-all:stop garbage-collection:stop purge-audit:stop jobservice-monitor:stop"),
    ],
)
def test_wildcards(version: str, kind: str, wildcard: str, pairs: str) -> None:
    found = resolve([wildcard], kind, Catalogue.bundled(version))
    assert names(found.pairs) == set(pairs.split())
    assert found.from_catalogue == found.pairs
    assert found.faults == []


@pytest.mark.parametrize(
    ("version", "system", "project"),
    [("2.9.5", 51, 14), ("2.10.3", 53, 56), ("2.11.2", 53, 59), ("2.12.0", 56, 59), ("2.12.1", 54, 61), ("2.15.2", 54, 61)],
)
def test_everything_but_power_over_accounts(version: str, system: int, project: int) -> None:
    catalogue = Catalogue.bundled(version)
    for kind, count in (("system", system), ("project", project)):
        found = resolve(["*"], kind, catalogue)
        assert found.pairs == {pair for pair in catalogue.pairs(kind) if pair[0] not in POWERFUL}
        assert len(found.pairs) == count
        assert resolve(["*:*"], kind, catalogue) == found


@pytest.mark.parametrize("action", ["create", "read", "update", "list", "delete"])
def test_an_action_everywhere_gives_no_power_over_accounts(action: str) -> None:
    catalogue = Catalogue.bundled("2.15.2")
    for kind in ("system", "project"):
        found = resolve(["*:" + action], kind, catalogue)
        assert found.pairs == {pair for pair in catalogue.pairs(kind) if pair[1] == action and pair[0] not in POWERFUL}
        assert found.pairs


@pytest.mark.parametrize(
    ("version", "kind", "wildcard", "advice"),
    [
        ("2.15.2", "project", "artifacts:*", "did you mean artifact:*?"),
        ("2.15.2", "project", "*:pusch", "did you mean *:push?"),
        ("2.15.2", "project", "registry:*", "it exists for the system, not for a project"),
        ("2.15.2", "system", "artifact:*", "it exists for a project, not for the system"),
        ("2.10.3", "project", "sbom:*", "Harbor has it since 2.11"),
        ("2.11.2", "project", "robot:*", "Harbor has it since 2.12"),
        (
            "2.9.5",
            "project",
            "label:*",
            "write out those that you need of label:create, label:delete, label:list, label:read, label:update",
        ),
        ("2.9.5", "project", "*:pusch", "did you mean *:push?"),
        (
            "2.9.5",
            "project",
            "*:update",
            "write out those that you need of immutable-tag:update, metadata:update, notification-policy:update, "
            "preheat-policy:update, project:update, repository:update, tag-retention:update",
        ),
        ("2.8.6", "project", "helm-chart:*", "Harbor had it only before 2.8"),
        ("2.15.2", "project", "helm-chart-version:*", "Harbor had it only before 2.8"),
        ("2.15.2", "system", "export-cve:*", "it exists for a project, not for the system"),
        ("2.12.1", "system", "configuration:*", "Harbor had it only before 2.10"),
    ],
)
def test_a_wildcard_that_matches_nothing(version: str, kind: str, wildcard: str, advice: str) -> None:
    found = resolve([wildcard], kind, Catalogue.bundled(version))
    scope = {"project": "a project", "system": "the system"}[kind]
    assert found.faults == ["%s matches nothing for %s in Harbor %s: %s" % (wildcard, scope, version, advice)]
    assert found.unknown == [wildcard]
    assert found.pairs == frozenset()


@pytest.mark.parametrize("version", ["2.2.4", "2.9.5"])
@pytest.mark.parametrize(
    ("kind", "wildcard", "pairs"),
    [
        ("system", "robot:*", "robot:create robot:delete robot:list robot:read robot:update"),
        ("project", "robot:*", "robot:create robot:delete robot:list robot:read robot:update"),
        ("project", "member:*", "member:create member:delete member:list member:read member:update"),
        ("system", "ldap-user:*", "ldap-user:create ldap-user:list"),
    ],
)
def test_power_over_accounts_is_written_out_where_no_list_has_it(version: str, kind: str, wildcard: str, pairs: str) -> None:
    found = resolve([wildcard], kind, Catalogue.bundled(version))
    assert found.faults == []
    assert sorted("%s:%s" % pair for pair in found.pairs) == pairs.split()
    everything = resolve(["*"], kind, Catalogue.bundled(version)).pairs
    assert not everything & found.pairs


def test_a_wildcard_like_nothing_at_all() -> None:
    assert resolve(["*:xyz"], "project", Catalogue.bundled("2.15.2")).faults == ["*:xyz matches nothing for a project in Harbor 2.15.2"]


def test_results_are_the_callers_own() -> None:
    catalogue = Catalogue.bundled("2.15.2")
    first = resolve(["foo:bar"], "project", catalogue)
    first.faults.clear()
    first.unknown.clear()
    again = resolve(["foo:bar"], "project", catalogue)
    assert len(again.faults) == len(again.unknown) == 1


def test_every_fault_is_told_and_the_rest_resolved() -> None:
    found = resolve(["pull", "repository:pusch", "nonsense!", "labels:list", "tag:list"], "project", Catalogue.bundled("2.15.2"))
    assert names(found.pairs) == {"repository:pull", "tag:list"}
    assert found.unknown == ["repository:pusch", "labels:list"]
    assert len(found.faults) == 3
    assert found.faults[0] == "repository:pusch is not a permission for a project in Harbor 2.15.2: did you mean repository:push?"


# --- suggestions


@pytest.mark.parametrize(
    ("pair", "kind", "version", "advice"),
    [
        ("labels:list", "project", "2.15.2", "did you mean label:list?"),
        ("repository:pusch", "project", "2.15.2", "did you mean repository:push?"),
        ("repo:pull", "project", "2.15.2", "did you mean repository:pull?"),
        ("repo:pull", "project", "2.9.5", "did you mean repository:pull?"),
        ("artifacts:raed", "project", "2.15.2", "did you mean artifact:read?"),
        ("images:download", "project", "2.15.2", "did you mean repository:pull?"),
        ("webhook:create", "project", "2.15.2", "did you mean notification-policy:create?"),
        ("gc:start", "system", "2.15.2", "did you mean garbage-collection:create?"),
        ("tag:remove", "project", "2.15.2", "did you mean tag:delete?"),
        ("registry:list", "project", "2.15.2", "it exists for the system, not for a project"),
        ("repository:pull", "system", "2.15.2", "it exists for a project, not for the system"),
        ("export-cve:read", "system", "2.15.2", "it exists for a project, not for the system"),
        ("registries:list", "project", "2.15.2", "did you mean registry:list? It exists for the system, not for a project"),
        ("labels:list", "system", "2.15.2", "did you mean label:list? It exists for a project, not for the system"),
        ("sbom:create", "project", "2.10.3", "Harbor has it since 2.11"),
        ("quota:read", "project", "2.10.0", "Harbor has it since 2.10.1"),
        ("robot:create", "project", "2.11.2", "Harbor has it since 2.12"),
        ("export-cve:read", "project", "2.12.0", "Harbor has it since 2.12.1"),
        ("users:list", "system", "2.10.3", "did you mean user:list? Harbor has it since 2.12"),
        ("robot:update", "project", "2.15.2", "Harbor had it only before 2.10"),
        ("helm-chart:read", "project", "2.9.5", "Harbor had it only before 2.8"),
        ("artifact-label:list", "project", "2.15.2", "artifact-label has the actions create, delete"),
        ("xyzzy:plugh", "project", "2.15.2", None),
        ("repository:pull", "project", "2.15.2", None),
    ],
)
def test_suggestions(pair: str, kind: str, version: str, advice: str | None) -> None:
    resource, action = pair.split(":")
    assert suggest(resource, action, kind, Catalogue.bundled(version)) == advice


def test_suggestions_know_what_only_the_server_knows() -> None:
    body = {"system": [], "project": [{"resource": "attestation", "action": "verify"}]}
    assert suggest("attestations", "verify", "project", Catalogue.from_server(body, "2.20.0")) == "did you mean attestation:verify?"


@pytest.mark.parametrize(
    ("kind", "pair", "known"),
    [
        ("project", "repository:pull", True),
        ("project", "helm-chart:read", True),
        ("project", "robot:update", True),
        ("system", "export-cve:read", True),
        ("system", "repository:pull", False),
        ("project", "repository:pusch", False),
        ("project", "*:*", False),
    ],
)
def test_known_anywhere(kind: str, pair: str, known: bool) -> None:
    assert known_anywhere(kind, *pair.split(":")) is known


# --- before a server was asked


@pytest.mark.parametrize(
    "access",
    [
        ["pull", "push", "scan", "ci", "read", "cleanup", "scanner"],
        ["*", "*:*", "*:read", "robot:*", "artifact:*", "helm-chart:*"],
        ["repository:pull", "sbom:create", "helm-chart:read", "robot:update"],
        # To the letter, whatever it is: an older server may have stored it, a newer one may know it.
        [{"resource": "*", "action": "*"}, {"resource": "coffee", "action": "brew", "effect": "deny"}],
        # Not like anything that is known here, so perhaps of a newer server.
        ["attestation:*"],
        [],
    ],
)
def test_nothing_is_wrong(access: list[t.Any]) -> None:
    assert static_faults(access, "project") == []
    assert static_doubts(access, "project") == []


FORM = "'%s' is not a permission: %s"
PRESETS = "pull, push, scan, ci, read, cleanup, scanner"


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        ("pussh", FORM % ("pussh", "did you mean preset push?")),
        ("scaner", FORM % ("scaner", "did you mean preset scanner?")),
        ("Push", FORM % ("Push", "write push, in lower case and without blanks")),
        (" pull", FORM % (" pull", "write pull, in lower case and without blanks")),
        ("repository: pull", FORM % ("repository: pull", "write repository:pull, in lower case and without blanks")),
        ("Repository:Pull", FORM % ("Repository:Pull", "write repository:pull, in lower case and without blanks")),
        ("repository/pull", FORM % ("repository/pull", "write repository:pull")),
        ("repository pull", FORM % ("repository pull", "write repository:pull, in lower case and without blanks")),
        ("repository:pull,push", FORM % ("repository:pull,push", "write one item for each of repository:pull, repository:push")),
        ("pull push", FORM % ("pull push", "write one item for each of pull, push")),
        ("pull tag:list", FORM % ("pull tag:list", "write one item for each of pull, tag:list")),
        ("pull, scan", FORM % ("pull, scan", "write one item for each of pull, scan")),
        ("repository", FORM % ("repository", "write repository:* or repository: with one of its actions")),
        ("delete", FORM % ("delete", "write *:delete or the name of a resource before :delete")),
        ("repo*:pull", FORM % ("repo*:pull", "write resource:action, with * only for a whole word")),
        ("a:b:c", FORM % ("a:b:c", "write resource:action, as in repository:pull")),
        (":pull", FORM % (":pull", "write resource:action, as in repository:pull")),
        ("", FORM % ("", "it is neither resource:action nor a preset (%s)" % PRESETS)),
        ("everything!", FORM % ("everything!", "it is neither resource:action nor a preset (%s)" % PRESETS)),
        (5, "5 is not a permission: write resource:action, resource:*, *:action, * or a preset (%s)" % PRESETS),
        (None, "None is not a permission: write resource:action, resource:*, *:action, * or a preset (%s)" % PRESETS),
        (["pull"], "['pull'] is not a permission: write resource:action, resource:*, *:action, * or a preset (%s)" % PRESETS),
        ({"repository": "pull"}, "repository: pull is a mapping in YAML: write repository:pull, without a blank"),
        (
            {"resource": "repository"},
            "{'resource': 'repository'} is not a permission: as a mapping it has resource, action and, where needed, effect",
        ),
        (
            {"resource": "repository", "action": "pull", "efect": "deny"},
            "{'resource': 'repository', 'action': 'pull', 'efect': 'deny'} is not a permission: "
            "as a mapping it has resource, action and, where needed, effect",
        ),
        ({"resource": "tag", "action": "list", "effect": 5}, "effect 5 of tag:list is neither allow nor deny"),
        ("repositry:*", "repositry:* matches nothing for a project in any known version of Harbor: did you mean repository:*?"),
        ("*:pul", "*:pul matches nothing for a project in any known version of Harbor: did you mean *:pull?"),
    ],
)
def test_what_is_wrong_whatever_the_server(item: t.Any, fault: str) -> None:
    assert static_faults([item], "project") == [fault]
    # Said once, and together with everything else.
    assert static_faults(["pull", item, item, 7], "project")[:1] == [fault]
    assert len(static_faults(["pull", item, item, 7], "project")) == 2
    assert static_doubts([item], "project") == []


NEWER = " (should your Harbor be newer than this collection, write {resource: %s, action: %s})"


@pytest.mark.parametrize(
    ("item", "kind", "advice"),
    [
        ("repository:pusch", "project", ": did you mean repository:push?"),
        ("registry:list", "project", ": it exists for the system, not for a project"),
        ("repository:pull", "system", ": it exists for a project, not for the system"),
        ("attestation:verify", "project", ""),
    ],
)
def test_a_pair_that_no_known_version_has_is_a_doubt_for_a_newer_server_may_have_it(item: str, kind: str, advice: str) -> None:
    scope = {"project": "a project", "system": "the system"}[kind]
    resource, action = item.split(":")
    told = "%s is not a permission for %s in any known version of Harbor%s" % (item, scope, advice) + NEWER % (resource, action)
    assert static_faults([item], kind) == []
    # Said once; what is a fault is not said again.
    assert static_doubts([item, "Push", 5, {"resource": resource, "action": action}, item], kind) == [told]


def test_presets_of_projects_are_wrong_for_the_system_whatever_the_server() -> None:
    assert static_faults(["read", "push"], "system") == ["preset push is for projects, not for the system"]
