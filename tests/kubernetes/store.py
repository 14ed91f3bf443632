# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the stand-in knows and refuses: the rules of Kubernetes for secrets, as far as a client that manages them meets them."""

from __future__ import annotations

import base64
import binascii
import copy
import itertools
import json
import re
import uuid
from typing import Any

Object = dict[str, Any]

DOCKER = "kubernetes.io/dockerconfigjson"
DOCKER_KEY = ".dockerconfigjson"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
# What the server sets and a client cannot.
OWNED = ("uid", "creationTimestamp", "resourceVersion", "namespace", "name")


class Refusal(Exception):
    """An answer of kind Status."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.body: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "code": code,
        }


def invalid(name: str, field: str, what: str) -> Refusal:
    """422, in the words of Kubernetes."""
    return Refusal(422, "Invalid", f'Secret "{name}" is invalid: {field}: {what}')


def merged(old: Any, change: Any) -> Any:
    """A merge patch (RFC 7386); for a secret, a strategic merge patch means the same."""
    if not isinstance(change, dict):
        return change
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


class Store:
    """The secrets of some namespaces, each with the version that it was last written with."""

    def __init__(self, namespaces: tuple[str, ...]) -> None:
        self.namespaces = set(namespaces)
        self.secrets: dict[tuple[str, str], Object] = {}
        self._versions = itertools.count(1000)

    def get(self, namespace: str, name: str) -> Object:
        """One secret."""
        try:
            return copy.deepcopy(self.secrets[namespace, name])
        except KeyError:
            raise Refusal(404, "NotFound", f'secrets "{name}" not found') from None

    def list(self, namespace: str) -> list[Object]:
        """All secrets of a namespace, by name."""
        return [copy.deepcopy(secret) for (place, _name), secret in sorted(self.secrets.items()) if place == namespace]

    def create(self, namespace: str, given: Object, dry: bool) -> Object:
        """A new secret, which must not be there yet."""
        name = (given.get("metadata") or {}).get("name") or ""
        if namespace not in self.namespaces:
            raise Refusal(404, "NotFound", f'namespaces "{namespace}" not found')
        if not _NAME.fullmatch(name):
            raise invalid(name, "metadata.name", f'Invalid value: "{name}": a lowercase RFC 1123 subdomain is wanted')
        if (namespace, name) in self.secrets:
            raise Refusal(409, "AlreadyExists", f'secrets "{name}" already exists')
        fixed = {"uid": str(uuid.uuid4()), "creationTimestamp": "2026-01-01T00:00:00Z", "namespace": namespace, "name": name}
        return self._write(namespace, name, given, fixed, dry)

    def replace(self, namespace: str, name: str, given: Object, dry: bool) -> Object:
        """A secret in place of one that is there, read in the version that the caller names, if any."""
        old = self.get(namespace, name)
        wanted = (given.get("metadata") or {}).get("resourceVersion")
        if wanted and wanted != old["metadata"]["resourceVersion"]:
            raise Refusal(
                409,
                "Conflict",
                f'Operation cannot be fulfilled on secrets "{name}": the object has been modified; '
                "please apply your changes to the latest version and try again",
            )
        if given.get("type", "Opaque") != old["type"]:
            raise invalid(name, "type", f'Invalid value: "{given.get("type", "Opaque")}": field is immutable')
        return self._write(namespace, name, given, {key: old["metadata"][key] for key in OWNED}, dry)

    def patch(self, namespace: str, name: str, change: Object, dry: bool) -> Object:
        """A secret with some fields changed."""
        result = merged(self.get(namespace, name), change)
        return self.replace(namespace, name, result, dry)

    def delete(self, namespace: str, name: str, dry: bool) -> None:
        """Remove a secret that is there."""
        self.get(namespace, name)
        if not dry:
            del self.secrets[namespace, name]

    def _write(self, namespace: str, name: str, given: Object, fixed: Object, dry: bool) -> Object:
        metadata = {key: value for key, value in (given.get("metadata") or {}).items() if key in ("labels", "annotations") and value}
        for field, values in metadata.items():
            if not all(isinstance(value, str) for value in values.values()):
                raise Refusal(400, "BadRequest", f"Secret in version v1 cannot be handled as a Secret: {field} have to be strings")
        secret: Object = {"kind": "Secret", "apiVersion": "v1", "type": given.get("type") or "Opaque", "metadata": {**metadata, **fixed}}
        secret["data"] = _checked(name, secret["type"], dict(given.get("data") or {}), given.get("stringData") or {})
        old = self.secrets.get((namespace, name))
        # A write that changes nothing keeps the version.
        if secret != old:
            secret["metadata"]["resourceVersion"] = str(next(self._versions))
            if not dry:
                self.secrets[namespace, name] = copy.deepcopy(secret)
        return secret


def _checked(name: str, kind: str, data: Object, texts: Object) -> Object:
    for key, text in data.items():
        try:
            base64.b64decode(text, validate=True)
        except (TypeError, ValueError, binascii.Error):
            message = f"Secret in version v1 cannot be handled as a Secret: data[{key}]: illegal base64 data"
            raise Refusal(400, "BadRequest", message) from None
    data.update({key: base64.b64encode(text.encode()).decode() for key, text in texts.items()})
    if kind == DOCKER:
        if DOCKER_KEY not in data:
            raise invalid(name, f"data[{DOCKER_KEY}]", "Required value")
        try:
            json.loads(base64.b64decode(data[DOCKER_KEY]))
        except ValueError:
            raise invalid(name, f"data[{DOCKER_KEY}]", 'Invalid value: "<secret contents redacted>": not JSON') from None
    return data
