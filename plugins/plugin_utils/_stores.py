# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""The stores by their names, and what users say of them."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.collection_loader import AnsibleCollectionConfig

from ansible_collections.harbormaster.robots.plugins.module_utils._options import store_spec
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Store, StoreError
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_command import CommandStore
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_file import Cipher, FileStore
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_hashi_vault import HashiVaultStore, Lookups

NEEDS = {"file": "path", "hashi_vault": "path", "command": "command"}
BELONGS = {"file": ("path", "format", "lasts"), "hashi_vault": ("path", "engine_mount_point", "options"), "command": ("command", "timeout")}
# Where AWX puts what a job sees, and removes it with the job.
AWX_FOLDER = "AWX_PRIVATE_DATA_DIR"


def store_of(options: t.Any, loader: t.Any, templar: t.Any, variables: t.Mapping[str, t.Any]) -> Store:
    """The store that a user described.

    :param loader: ansible-core's, which knows the folder of the playbook and the vault identities
    :param templar: ansible-core's, for the variables
    :raises StoreError: with everything that is wrong with the description
    """
    if not isinstance(options, dict):
        raise StoreError("store has to be a mapping of options, as in {type: file, path: secrets.yml}")
    result = ArgumentSpecValidator(store_spec()).validate(dict(options))
    kind = result.validated_parameters.get("type")
    wrong = [str(text) for text in result.error_messages]
    if kind in NEEDS:
        given = [name for name, value in options.items() if value is not None and name != "type"]
        wrong += ["%s is required with type=%s" % (NEEDS[kind], kind)] if NEEDS[kind] not in given else []
        others = [name for name in given if name not in BELONGS[kind] and any(name in names for names in BELONGS.values())]
        wrong += ["%s does not go with type=%s" % (name, kind) for name in others]
    if wrong:
        raise StoreError("store: %s" % "; ".join(wrong))
    valid = result.validated_parameters
    if kind == "command":
        return CommandStore(valid["command"], valid.get("timeout") or 30.0)
    if kind == "hashi_vault":
        return HashiVaultStore(Lookups(valid["options"], loader, templar, variables), valid["engine_mount_point"], valid["path"])
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
    folder = os.environ.get(AWX_FOLDER)
    if folder and os.path.commonpath([os.path.realpath(folder), path]) == os.path.realpath(folder):
        raise StoreError(
            "store %s lies in the folder that AWX removes after the job; take a path that stays, or say lasts=true if it is one" % path
        )
