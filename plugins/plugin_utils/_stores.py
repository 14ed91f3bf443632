# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""The stores by their names, and what users say of them."""

from __future__ import annotations

import os
import typing as t

from ansible.utils.collection_loader import AnsibleCollectionConfig

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import store_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import spec_faults, timeout_fault
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Store, StoreError
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_command import CommandStore
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_file import Cipher, FileStore
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_hashi_vault import HashiVaultStore, Lookups

NEEDS = {"file": "path", "hashi_vault": "path", "command": "command"}
BELONGS = {"file": ("path", "format", "lasts"), "hashi_vault": ("path", "engine_mount_point", "options"), "command": ("command", "timeout")}
# Where AWX puts what a job sees, and removes it with the job. That is its name on the node that AWX runs on; in a container, or on another
# node, the job sees it elsewhere: two levels above the folder in which ansible-runner puts what this one run leaves.
AWX_FOLDER = "AWX_PRIVATE_DATA_DIR"
RUN_FOLDER = "AWX_ISOLATED_DATA_DIR"


def store_of(options: t.Any, loader: t.Any, templar: t.Any, variables: t.Mapping[str, t.Any]) -> Store:
    """The store that a user described.

    :param loader: ansible-core's, which knows the folder of the playbook and the vault identities
    :param templar: ansible-core's, for the variables
    :raises StoreError: with everything that is wrong with the description
    """
    if not isinstance(options, dict):
        raise StoreError("store has to be a mapping of options, as in {type: file, path: secrets.yml}")
    wrong, valid = spec_faults(options, store_spec())
    kind, timeout = valid.get("type"), valid.get("timeout")
    if kind in NEEDS:
        given = [name for name, value in options.items() if value is not None and name != "type"]
        wrong += ["%s is required with type=%s" % (NEEDS[kind], kind)] if not options.get(NEEDS[kind]) else []
        others = [name for name in given if name not in BELONGS[kind] and any(name in names for names in BELONGS.values())]
        wrong += ["%s does not go with type=%s" % (name, kind) for name in others]
    late = timeout_fault(timeout if isinstance(timeout, (int, float)) else None)
    wrong += [late] if late else []
    if wrong:
        raise StoreError("store: %s" % "; ".join(wrong))
    if kind == "command":
        return CommandStore(valid["command"], timeout or 30.0)
    if kind == "hashi_vault":
        lookups = Lookups(valid["options"] or {}, loader, templar, variables)
        return HashiVaultStore(lookups, valid["engine_mount_point"] or "secret", valid["path"])
    path = _absolute(valid["path"], loader)
    if not valid.get("lasts"):
        _refuse_passing(path)
    return FileStore(path, None if valid.get("format") == "plain" else Cipher(_vault_identities(loader)))


def _absolute(path: str, loader: t.Any) -> str:
    """A path as users mean it: seen from the playbook's folder, or from the working folder where the playbook belongs to a collection.

    What lies in an installed collection is gone with its next version.
    """
    path = os.path.expanduser(path)
    return os.path.realpath(path if AnsibleCollectionConfig.default_collection else loader.path_dwim(path))


def _vault_identities(loader: t.Any) -> t.Sequence[tuple[str, t.Any]]:
    """The (identity, secret) pairs of the run. Nothing public gives them to a plugin (2.16 to 2.21)."""
    return loader._vault.secrets or ()


def _refuse_passing(path: str) -> None:
    """Raise StoreError for a file in a folder that AWX removes after the job."""
    node, run = os.environ.get(AWX_FOLDER), os.environ.get(RUN_FOLDER)
    for folder in (node, os.path.join(run, "..", "..") if run else node) if node else ():
        folder = os.path.realpath(folder)
        if os.path.commonpath([folder, path]) == folder:
            raise StoreError(
                "store %s lies in the folder that AWX removes after the job; take a path that stays, or say lasts=true if it is one" % path
            )
