# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""A store in a KV engine, version 2, of HashiCorp Vault or OpenBao, by way of the lookups of community.hashi_vault."""

from __future__ import annotations

import re
import typing as t

from ansible.plugins.loader import lookup_loader

from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Changes, Entry, Store, StoreError, conflict, entry_of

COLLECTION = "community.hashi_vault"
# What the lookups have options for, and this store says itself.
OURS = ("data", "engine_mount_point", "version", "wrap_ttl")
# Ways of logging in that ask Vault for nothing.
AT_HAND = ("token", "none")
# The variables from which the lookups take options, and the end of the names of those that nobody may read.
VARIABLES = "ansible_hashi_vault"
SECRET = re.compile(r"(token|secret|secret_id|secret_key|password|jwt)$")
NEW = 0
ODD = "the answer is not one of a KV engine, version 2"
# What Vault and OpenBao answer where a secret is no longer at the version that the writer says.
MOVED = "check-and-set parameter did not match"


class Lookups:
    """The lookups of community.hashi_vault, called in this process.

    :param options: those of the user, as C(url) or C(auth_method); what is not said comes from variables and the environment, as ever
    :param templar: ansible-core's, for the user's variables
    """

    def __init__(self, options: t.Mapping[str, t.Any], loader: t.Any, templar: t.Any, variables: t.Mapping[str, t.Any]) -> None:
        self._options = dict(options)
        self._loader = loader
        self._templar = templar
        self._variables = {name: templar.template(value) for name, value in variables.items() if name.startswith(VARIABLES)}
        self._ready = False

    def hidden(self) -> list[str]:
        """What the user said to log in, and what Vault gave for it; no message may have it."""
        given = [*self._options.items(), *self._variables.items()]
        return [value for name, value in given if SECRET.search(name) and isinstance(value, str)]

    def __call__(self, name: str, term: str, **more: t.Any) -> t.Any:
        """Call a lookup for one term; its answer. Raises whatever the lookup raises."""
        if not self._ready:
            self._prepare()
        return self._run(name, [term], **more)[0]

    def _plugin(self, name: str) -> t.Any:
        plugin = lookup_loader.get("%s.%s" % (COLLECTION, name), loader=self._loader, templar=self._templar)
        if plugin is None:
            raise StoreError("it needs the collection %s, by ansible-galaxy collection install %s" % (COLLECTION, COLLECTION))
        return plugin

    def _run(self, name: str, terms: list[str], **more: t.Any) -> t.Any:
        return self._plugin(name).run(terms, variables=self._variables, **self._options, **more)

    def _prepare(self) -> None:
        """Refuse options that nothing reads, and log in once where that is a request of its own."""
        plugin = self._plugin("vault_kv2_get")
        unknown = sorted(name for name in self._options if name not in plugin.option_definitions or name in OURS)
        if unknown:
            known = ", ".join(sorted(name for name in plugin.option_definitions if name not in OURS and not name.startswith("_")))
            raise StoreError("options has no %s; %s has %s" % (" and no ".join(unknown), COLLECTION, known))
        plugin.set_options(var_options=self._variables, direct=self._options)
        if plugin.get_option("auth_method") not in AT_HAND:
            token = self._run("vault_login", [])[0]["auth"]["client_token"]
            self._options.update(auth_method="token", token=token)
        self._ready = True


class HashiVaultStore(Store):
    """One secret for each robot, below a path, so that Vault's policies can say who reads which.

    Every write says the version that was read: Vault refuses it where somebody else wrote meanwhile.

    :param mount: where the KV engine is
    :param path: where the robots' secrets are in it
    """

    def __init__(self, lookups: Lookups, mount: str, path: str) -> None:
        self._lookups = lookups
        self._mount = mount.strip("/")
        self._path = path.strip("/")
        self._versions: dict[str, int] = {}

    def read(self, keys: t.Sequence[str]) -> dict[str, Entry]:
        found = {key: self._read(key) for key in keys}
        return {key: entry for key, entry in found.items() if entry}

    def write(self, changes: Changes) -> None:
        written: list[str] = []
        for key, (_before, after) in sorted(changes.items()):
            try:
                self._write(key, after, changes)
            except StoreError as exc:
                raise StoreError("%s; written before that: %s" % (exc, ", ".join(written))) if written else exc from exc.__cause__
            written.append(key)

    # -- one secret ------------------------------------------------------------------------------------------------

    def _read(self, key: str) -> t.Optional[Entry]:
        path = "%s/%s" % (self._path, key)
        try:
            answer = self._lookups("vault_kv2_get", path, engine_mount_point=self._mount)
        except Exception as exc:
            if _absent(exc):
                self._versions[key] = NEW
                return None
            raise self._fault(key, exc) from exc
        try:
            self._versions[key] = int(answer["metadata"]["version"])
            return entry_of(key, answer["secret"])
        except (KeyError, TypeError, ValueError) as exc:
            raise self._fault(key, ODD) from exc
        except StoreError as exc:
            raise self._fault(key, exc) from exc

    def _write(self, key: str, entry: Entry, changes: Changes) -> None:
        term = "%s/data/%s/%s" % (self._mount, self._path, key)
        content = {"data": entry.as_dict(), "options": {"cas": self._versions.get(key, NEW)}}
        try:
            answer = self._lookups("vault_write", term, data=content)
        except Exception as exc:
            if MOVED in str(exc):
                raise conflict([key]) from exc
            raise self._fault(key, exc, changes) from exc
        try:
            self._versions[key] = int(answer["data"]["version"])
        except (KeyError, TypeError, ValueError) as exc:
            raise self._fault(key, ODD) from exc

    def _fault(self, key: str, why: t.Any, changes: t.Optional[Changes] = None) -> StoreError:
        entries = [entry for pair in (changes or {}).values() for entry in pair if entry]
        hidden = [one for entry in entries for one in (entry.secret, entry.pending) if one]
        words = Mask([*hidden, *self._lookups.hidden()]).text(_words(why))
        return StoreError("store %s/%s/%s: %s" % (self._mount, self._path, key, words))


def _refusal(exc: BaseException) -> t.Any:
    """What hvac raised; the lookups raise their own words from some of it."""
    return exc.__cause__ if hasattr(exc.__cause__, "errors") else exc


def _absent(exc: BaseException) -> bool:
    """Whether Vault says that there never was such a secret: 404 and an empty list of errors, and nothing of a version that was deleted."""
    refusal = _refusal(exc)
    return type(refusal).__name__ == "InvalidPath" and refusal.errors == [] and not (getattr(refusal, "json", None) or {}).get("data")


def _words(why: t.Any) -> str:
    if not isinstance(why, Exception) or isinstance(why, StoreError):
        return str(why)
    if isinstance(why, (KeyError, TypeError)):
        return ODD  # a lookup did not find what every answer has
    refusal = _refusal(why)
    deletion = ((getattr(refusal, "json", None) or {}).get("data") or {}).get("metadata") or {}
    if deletion.get("destroyed"):
        return "its last version was destroyed; remove its metadata, too, or write another version"
    if deletion.get("deletion_time"):
        return "its last version was deleted; undelete it, or remove its metadata, too"
    said = ", ".join(str(one) for one in getattr(refusal, "errors", None) or () if one)
    return "%s: %s" % (type(refusal).__name__, said) if said else str(why) or type(why).__name__
