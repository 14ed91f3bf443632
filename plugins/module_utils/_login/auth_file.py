# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""The document in which docker, podman, buildah and skopeo keep log-ins: what is in it, and what has to change. Pure."""

from __future__ import annotations

import base64
import binascii
import copy
import json
import re
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.harbormaster.robots.plugins.module_utils._mask import quotable

Document = dict[str, t.Any]

# Names of Docker Hub, and the names under which docker and the others keep a log-in to it.
HUB = ("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")
HUB_KEY = "docker.io"
HUB_KEY_OF_DOCKER = "https://index.docker.io/v1/"

# Members of an entry that log somebody in. Whatever else is in an entry stays.
CREDENTIALS = ("auth", "identitytoken", "registrytoken", "username", "password")

HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?\Z"
)


class BadDocument(Exception):
    """The file is not what its client could read; the message says where, and quotes nothing of it."""


@dataclass(frozen=True)
class Client:
    """A program that reads such a document.

    :ivar place: where it reads one that stays, below the user's home folder
    :ivar stores: whether it knows C(credsStore), a helper for all registries
    """

    name: str
    place: str
    stores: bool = False

    def key(self, registry: str) -> str:
        """The name of a registry's entry."""
        if registry.lower() in HUB or registry == HUB_KEY_OF_DOCKER:
            return HUB_KEY_OF_DOCKER if self.stores else HUB_KEY
        return registry


CONTAINERS = ".config/containers/auth.json"
CLIENTS = {
    client.name: client
    for client in (
        Client("docker", ".docker/config.json", stores=True),
        Client("podman", CONTAINERS),
        Client("buildah", CONTAINERS),
        Client("skopeo", CONTAINERS),
    )
}


@dataclass(frozen=True)
class Login:
    """Who logs in, as far as a document or a helper tells.

    :ivar token: something else than a password logs in, or something that would get in its way
    """

    username: str
    password: str = field(repr=False)
    token: bool = False

    @property
    def encoded(self) -> str:
        """Both in the form of the member C(auth)."""
        # What is no text is refused, but messages are masked before that.
        return base64.b64encode(("%s:%s" % (self.username, self.password)).encode("utf-8", "surrogatepass")).decode()

    @property
    def secrets(self) -> set[str]:
        """The password in every form in which files and helpers have it."""
        quoted = (json.dumps(self.password, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
        return {self.password, self.encoded, *quoted} - {""}


def registry_fault(registry: str) -> t.Optional[str]:
    """What is wrong with the name of a registry, and what was probably meant."""
    if registry == HUB_KEY_OF_DOCKER:
        return None
    if "@" in registry:
        # Said without the value, which is not to be read in a log.
        return "registry holds credentials, or a digest: give a host, and the credentials in username and password"
    found = HOST.match(registry)
    if found and (not found.group(1) or 0 < int(found.group(1)) < 65536):
        return None
    meant = _host(registry)
    near = " (did you mean %s?)" % meant if meant != registry and HOST.match(meant) else ""
    shown = quotable(registry)
    name = "registry %r" % shown if shown is not None else "registry"
    return "%s is not valid: a host, and a port where needed, as in docker login%s" % (name, near)


def _host(key: str) -> str:
    """The host, and port, of an entry's name in any of its spellings."""
    host = key.strip().partition("://")[2] or key.strip()
    return host.partition("/")[0].rpartition("@")[2]


# --- reading


def parse(content: bytes) -> Document:
    """The document in a file's content; raises BadDocument. An empty file is an empty document, as it is for the clients."""
    try:
        text = content.decode()
    except UnicodeDecodeError as exc:
        raise BadDocument("byte %d is not UTF-8" % (exc.start + 1)) from None
    if not text.strip():
        return {}
    try:
        document = json.loads(text)
    except ValueError as exc:
        place = (
            "line %d column %d: %s" % (exc.lineno, exc.colno, exc.msg) if isinstance(exc, json.JSONDecodeError) else "a number is too long"
        )
        raise BadDocument("it is not valid JSON, %s" % place) from None
    except RecursionError:
        raise BadDocument("it is nested too deeply") from None
    if not isinstance(document, dict):
        raise BadDocument("it holds %s, not an object" % _kind(document))
    for name in ("auths", "credHelpers"):
        if not isinstance(document.get(name) or {}, dict):
            raise BadDocument("%s is %s, not an object" % (name, _kind(document[name])))
    for name, store in [("credsStore", document.get("credsStore"))] + [
        ("credHelpers of %s" % key, helper) for key, helper in (document.get("credHelpers") or {}).items()
    ]:
        if store is not None and not isinstance(store, str):
            raise BadDocument("%s is %s, not a string" % (name, _kind(store)))
    return document


def _kind(value: t.Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def render(document: Document) -> bytes:
    """The content of a file, laid out as the clients do."""
    return json.dumps(document, indent="\t").encode() + b"\n"


def helper_of(document: Document, client: Client, key: str) -> t.Optional[str]:
    """The helper that keeps an entry, None where the file does so itself; raises BadDocument for one that the client would not use."""
    helpers = document.get("credHelpers") or {}
    store = document.get("credsStore") or None
    if key in helpers:
        helper = helpers[key] or None  # docker: an empty name takes this registry out of credsStore
    elif client.stores:
        helper = store
    elif store:
        raise BadDocument(
            "its credsStore %s is a helper of docker's that %s does not use, and the password is not to be in clear text where a helper is "
            'wanted: name it as {"credHelpers": {"%s": "%s"}}' % (store, client.name, key, store)
        )
    else:
        helper = None
    if helper and ("/" in helper or "\0" in helper):
        raise BadDocument("helper %r has a name that is none" % helper)
    return helper


def entry_of(document: Document, key: str) -> t.Optional[Document]:
    """A registry's entry, None where there is none; raises BadDocument when it is no object."""
    entry = (document.get("auths") or {}).get(key)
    if entry is not None and not isinstance(entry, dict):
        raise BadDocument("auths of %s is %s, not an object" % (key, _kind(entry)))
    return entry


def login_of(entry: t.Optional[Document]) -> t.Optional[Login]:
    """Who logs in by an entry, None for an entry without credentials."""
    if not entry or not any(entry.get(name) for name in CREDENTIALS):
        return None
    others = any(entry.get(name) for name in CREDENTIALS[1:])
    try:
        raw = base64.b64decode(str(entry.get("auth") or ""), validate=True).decode()
    except (binascii.Error, ValueError):
        return Login("", "", True)
    username, colon, password = raw.partition(":")
    return Login(username, password, others or not colon)


def spellings(document: Document, client: Client, key: str) -> list[str]:
    """The names of all entries by which the client logs in to the same registry; the usual one first.

    Older clients wrote addresses. One that names a repository behind a host is an entry of its own.
    """
    hosts = HUB if client.key(key) in (HUB_KEY, HUB_KEY_OF_DOCKER) else (_host(key),)
    same = [name for name in document.get("auths") or {} if ("://" in name or "/" not in name) and _host(name) in hosts]
    return sorted(same, key=lambda name: name != key)


# --- planning


@dataclass(frozen=True)
class Wish:
    """What the user wants.

    :ivar login: None for nobody
    """

    client: Client
    key: str
    login: t.Optional[Login]


@dataclass(frozen=True)
class Found:
    """What there is.

    :ivar name: of the file, for the diff
    :ivar helper: the helper of this registry
    :ivar held: what the helper has
    :ivar mode: of the file, None for one that has its mode already, or is not there
    :ivar owner: of the file, None for one that has its owner already
    """

    document: Document
    name: str
    helper: t.Optional[str] = None
    held: t.Optional[Login] = None
    mode: t.Optional[str] = None
    owner: t.Optional[str] = None


@dataclass(frozen=True)
class Plan:
    """What one run does.

    :ivar step: what the helper has to do: store, erase or nothing
    :ivar document: what to write; None to leave the file as it is
    """

    step: str = ""
    document: t.Optional[Document] = None
    changes: tuple[str, ...] = ()
    before: str = ""
    after: str = ""


def plan(wish: Wish, found: Found, owner: str = "") -> Plan:
    """What turns the one into the other. Pure.

    :param owner: whose the file has to be, for the words
    """
    document, held, changes = copy.deepcopy(found.document), found.held, []
    if wish.login is None:
        names = spellings(document, wish.client, wish.key)
        if held is not None or any(login_of(entry_of(document, name)) for name in names):
            changes.append("log out")
        elif names:
            changes.append("remove the entry")
        for name in names:
            del document["auths"][name]
        held = None
    else:
        entry = entry_of(document, wish.key)
        had = held if found.helper else login_of(entry)
        if had != wish.login:
            changes.append(_log_in(had, wish.login))
        wanted = {name: value for name, value in (entry or {}).items() if name not in CREDENTIALS or not value}
        if not found.helper:
            wanted["auth"] = wish.login.encoded
        elif login_of(entry):
            changes.append("take the password out of the file")
        elif entry is None:
            changes.append("name it in the file")
        if entry != wanted:
            document["auths"] = dict(document.get("auths") or {}, **{wish.key: wanted})
            changes = changes or ["clean up the entry"]
        held = wish.login if found.helper else None
    writes = document != found.document
    former = _attributes(found.mode, found.owner)
    attributes = former
    if writes or wish.login is not None:
        attributes = _attributes(found.mode and "0600", found.owner and owner)
        changes += ["set " + line.replace(":", "") for line in attributes]
        writes = writes or bool(attributes)
    before = _lines(wish, found, found.document, found.held)
    after = _lines(wish, found, document, held)
    if not changes:
        return Plan(before=_text(before + former), after=_text(before + former))
    if before + former == after + attributes:
        before = _lines(wish, found, found.document, found.held, ", another password")
    step = "" if found.held == held else "store" if held is not None else "erase"
    return Plan(step, document if writes else None, tuple(changes), _text(before + former), _text(after + attributes))


def plan_passing(wish: Wish, found: Found) -> Plan:
    """What a file needs that hides another one: it may say the same, but nothing else. Pure."""
    there = login_of(entry_of(found.document, wish.key))
    if wish.login is not None and (found.helper or there in (None, wish.login)):
        return Plan()  # a helper may be the one that serves the other file, too
    made = plan(replace(wish, login=None), found)
    return replace(made, changes=tuple("%s in %s" % (change, found.name) for change in made.changes))


def _log_in(had: t.Optional[Login], wanted: Login) -> str:
    if had is None:
        return "log in as %s" % wanted.username
    if had.token:
        return "log in as %s instead of by what is there" % wanted.username
    if had.username != wanted.username:
        return "log in as %s instead of %s" % (wanted.username, had.username)
    return "set the password of %s" % wanted.username


# --- the diff


def _lines(wish: Wish, found: Found, document: Document, held: t.Optional[Login], remark: str = "") -> list[str]:
    """The log-ins of one side, without their passwords."""
    lines = [] if held is None else ["%s: %s%s (in helper %s)" % (wish.key, held.username, remark, found.helper)]
    for name in spellings(document, wish.client, wish.key):
        if name == wish.key or wish.login is None:
            login = login_of(entry_of(document, name))
            who = _who(login) + remark if login else "named" if found.helper else "nobody"
            lines.append("%s: %s (in %s)" % (name, who, found.name))
    return lines


def _who(login: Login) -> str:
    if not login.username:
        return "a token"
    return "%s, with something else than the password" % login.username if login.token else login.username


def _attributes(mode: t.Optional[str], owner: t.Optional[str]) -> list[str]:
    return ["%s: %s" % (name, value) for name, value in (("mode", mode), ("owner", owner)) if value]


def _text(lines: list[str]) -> str:
    return "".join("%s\n" % line for line in lines)
