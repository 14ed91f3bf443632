# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Named sets of permissions, each a fixed list of what its meaning takes.

A preset never grows because a new Harbor has more permissions, and none names robots, members, users or groups, nor
anything that shows credentials of others: whoever may read webhooks sees their authorization headers, and on many
versions whoever may read scanners or preheat instances sees the credentials with which Harbor calls them.
"""

from __future__ import annotations

import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue, Pair


class Preset(t.NamedTuple):
    """A named set of pairs.

    :ivar meaning: one sentence for people
    :ivar project: its pairs in a project; empty when it is not for projects
    :ivar system: its pairs for the system; empty when it is not for the system
    """

    meaning: str
    project: tuple[Pair, ...]
    system: tuple[Pair, ...] = ()

    def pairs(self, kind: str) -> tuple[Pair, ...]:
        """All its pairs for C(system) or C(project), whatever the version."""
        return self.system if kind == "system" else self.project

    def expand(self, kind: str, catalogue: Catalogue) -> frozenset[Pair]:
        """The pairs that the server has.

        Servers before 2.10 take pairs that their interface never offered, and those stay, except those of features that came later.
        """
        return frozenset(pair for pair in self.pairs(kind) if catalogue.offers(kind, pair))


def _pairs(text: str) -> tuple[Pair, ...]:
    return tuple((resource, action) for resource, _colon, action in (pair.partition(":") for pair in text.split()))


PRESETS: dict[str, Preset] = {
    # Clients need no more, not even to list the tags of a repository whose name they know.
    "pull": Preset("Pull images, charts and other artifacts.", _pairs("repository:pull")),
    # Clients look before they push and mount layers from other repositories, hence pull. Tags, signatures and attestations of
    # cosign are pushed like anything else.
    "push": Preset("Push and pull images, charts and other artifacts.", _pairs("repository:pull repository:push")),
    # The report itself is an addition of the artifact; SBOMs are accessories. Harbor's scanner pulls by itself, so no pull here.
    "scan": Preset(
        "Find artifacts, start and stop scans of them and read the reports and SBOMs.",
        _pairs(
            "accessory:list artifact:list artifact:read artifact-addition:read project:read repository:list repository:read"
            " sbom:create sbom:read sbom:stop scan:create scan:read scan:stop tag:list"
        ),
    ),
    # A label is put on an artifact by its number, which label:list tells. Nothing here deletes.
    "ci": Preset(
        "What a build needs: push and pull, look up what was pushed, tag and label it, scan it and read the report.",
        _pairs(
            "accessory:list artifact:list artifact:read artifact-addition:read artifact-label:create label:list project:read"
            " repository:list repository:pull repository:push repository:read sbom:create sbom:read sbom:stop"
            " scan:create scan:read scan:stop tag:create tag:list"
        ),
    ),
    "read": Preset(
        "Look at everything in a project, or at the state of the system, without pulling, changing or seeing credentials.",
        _pairs(
            "accessory:list artifact:list artifact:read artifact-addition:read immutable-tag:list label:list label:read log:list"
            " metadata:list metadata:read preheat-policy:list preheat-policy:read project:read quota:read repository:list repository:read"
            " sbom:read scan:read tag:list tag-retention:list tag-retention:read"
        ),
        _pairs(
            "audit-log:list catalog:read garbage-collection:list garbage-collection:read jobservice-monitor:list label:read"
            " project:list purge-audit:list purge-audit:read quota:list quota:read registry:list registry:read"
            " replication:list replication:read replication-adapter:list replication-policy:list replication-policy:read"
            " scan-all:read security-hub:list security-hub:read system-volumes:read"
        ),
    ),
    # repository:delete is also what Harbor asks of clients that delete through the registry protocol, as skopeo delete does.
    "cleanup": Preset(
        "Find and delete tags, artifacts and repositories.",
        _pairs(
            "accessory:list artifact:delete artifact:list artifact:read project:read repository:delete repository:list repository:read"
            " tag:delete tag:list"
        ),
    ),
    "scanner": Preset(
        "Exactly what an external scanner needs to find, read and pull everything in a project.",
        _pairs("artifact:list artifact:read label:list project:read repository:list repository:pull repository:read tag:list"),
    ),
}
