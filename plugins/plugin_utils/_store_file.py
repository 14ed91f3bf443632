# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""A store in one YAML file on the controller, encrypted with Ansible Vault."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import typing as t

import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, is_encrypted, match_encrypt_secret

from ansible_collections.harbormaster.robots.plugins.module_utils._login import private_file
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Changes, Entry, Store, StoreError, conflict, entry_of, moved

VERSION = 1
TITLE = "# The secrets of Harbor robots, kept by harbormaster.robots. Runs rewrite this file.\n"


class Cipher:
    """Ansible Vault with the identities of the run.

    :param secrets: (identity, secret) pairs, as ansible-core's loader has them
    """

    def __init__(self, secrets: t.Sequence[tuple[str, t.Any]]) -> None:
        self._secrets = list(secrets)
        self._opened_with: t.Optional[tuple[str, t.Any]] = None

    def open(self, content: bytes) -> bytes:
        """Decrypt. Raises StoreError when no identity fits."""
        plain: bytes
        try:
            plain, identity, secret = VaultLib(self._secrets).decrypt_and_get_vault_id(content)
        except AnsibleError as exc:
            raise StoreError("it cannot be decrypted with the vault identities of this run") from exc
        self._opened_with = identity, secret
        return plain

    def identity(self) -> tuple[str, t.Any]:
        """Who encrypts: the identity that the configuration names, else the one that decrypted, else the first one of the run.

        :raises StoreError: when there is none
        """
        if not self._secrets:
            raise StoreError("this run has no vault identity to encrypt it with: give --vault-id or --vault-password-file, or format=plain")
        wanted = constants.config.get_config_value("DEFAULT_VAULT_ENCRYPT_IDENTITY")
        if self._opened_with is not None and not wanted:
            return self._opened_with  # whoever can read the file goes on reading it
        try:
            identity, secret = match_encrypt_secret(self._secrets, encrypt_vault_id=wanted)
        except AnsibleError as exc:
            raise StoreError("it cannot be encrypted: %s" % exc) from exc
        return identity, secret

    def close(self, content: bytes) -> bytes:
        """Encrypt. Raises StoreError when that cannot be done."""
        identity, secret = self.identity()
        try:
            closed: bytes = VaultLib(self._secrets).encrypt(content, secret, identity)
        except AnsibleError as exc:
            raise StoreError("it cannot be encrypted: %s" % exc) from exc
        return closed


class FileStore(Store):
    """One file. Writers hold a lock beside it and replace it as a whole, so that readers need none.

    Who edits it by other means, as C(ansible-vault edit), is noticed and not overwritten.

    :param path: absolute; a link is followed
    :param cipher: None for a file in clear text
    """

    def __init__(self, path: str, cipher: t.Optional[Cipher]) -> None:
        self.path = os.path.realpath(path)
        self._cipher = cipher

    def read(self, keys: t.Sequence[str]) -> dict[str, Entry]:
        _content, entries = self._load()
        return {key: entries[key] for key in keys if key in entries}

    def write(self, changes: Changes) -> None:
        with self._locked():
            content, entries = self._load()
            others = moved(changes, entries)
            if others:
                raise conflict(others)
            entries.update((key, after) for key, (_before, after) in changes.items())
            self._save(content, entries)

    def rehearse(self) -> None:
        try:
            private_file.refuse_unwritable(private_file.Content(self.path))
            if self._cipher is not None:
                self._cipher.identity()
        except private_file.FileFault as exc:
            raise StoreError("store %s" % exc) from exc
        except StoreError as exc:
            raise self._fault(exc) from exc

    # -- one file --------------------------------------------------------------------------------------------------

    def _fault(self, text: t.Any) -> StoreError:
        return StoreError("store %s: %s" % (self.path, text))

    def _load(self) -> tuple[private_file.Content, dict[str, Entry]]:
        try:
            # A playbook's own folder, which may be anybody's in a container where root runs it.
            content = private_file.read(self.path, wary=False)
            return content, {} if content.raw is None else _parsed(self._opened(content.raw))
        except StoreError as exc:
            raise self._fault(exc) from exc
        except private_file.FileFault as exc:
            raise StoreError("store %s" % exc) from exc

    def _opened(self, content: bytes) -> bytes:
        if is_encrypted(content):
            if self._cipher is None:
                raise StoreError("it is encrypted, and format=plain would write it in clear text")
            return self._cipher.open(content)
        if self._cipher is not None:
            raise StoreError("it is not encrypted; encrypt it with ansible-vault, or say format=plain")
        return content

    def _save(self, content: private_file.Content, entries: t.Mapping[str, Entry]) -> None:
        # Through JSON, because YAML knows none of the kinds of text that Ansible has (up to 2.18).
        robots = json.loads(json.dumps({key: entries[key].as_dict() for key in sorted(entries)}))
        text = (TITLE + yaml.safe_dump({"version": VERSION, "robots": robots}, sort_keys=False)).encode()
        try:
            private_file.replace(content, text if self._cipher is None else self._cipher.close(text))
        except StoreError as exc:
            raise self._fault(exc) from exc
        except private_file.FileFault as exc:
            raise StoreError("store %s" % exc) from exc
        except private_file.Moved as exc:
            raise self._fault("somebody else wrote it meanwhile; run again") from exc

    @contextlib.contextmanager
    def _locked(self) -> t.Iterator[None]:
        folder, name = os.path.split(self.path)
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            lock = os.open(os.path.join(folder, ".%s.lock" % name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise self._fault("it cannot be written: %s" % exc.strerror) from exc
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _parsed(content: bytes) -> dict[str, Entry]:
    try:
        whole = yaml.safe_load(content)
    except yaml.YAMLError as exc:
        raise StoreError("it is not YAML") from exc  # the parser's own words would show what it could not read
    if not isinstance(whole, dict) or not isinstance(whole.get("robots"), dict):
        raise StoreError("it is no store of robots: a mapping with version and robots")
    if whole.get("version") != VERSION:
        raise StoreError("its version is %s, and this collection knows version %d" % (whole.get("version"), VERSION))
    return {str(key): entry_of(str(key), value) for key, value in whole["robots"].items()}
