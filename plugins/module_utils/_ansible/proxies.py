# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""The proxies that the environment names: what is wrong with them, and what of them nobody may read."""

from __future__ import annotations

import base64
import os
import re
import typing as t
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

SHORTEST = 4
SCHEME = re.compile(r"(https?|socks[45][ah]?)\Z")


def encoded(username: t.Optional[str], password: t.Optional[str]) -> list[str]:
    """Basic credentials as they are sent."""
    if username is None or not password:
        return []
    pair = "%s:%s" % (username, password)
    # Not all programs write the same bytes for it.
    return sorted({base64.b64encode(pair.encode(code, "replace")).decode() for code in ("utf-8", "latin-1")})


def proxy_secrets() -> t.Iterator[str]:
    """The passwords of all proxies, as they are sent, and as they are written where that blots no words of ours."""
    for address in getproxies_environment().values():
        login = address.partition("://")[2] or address
        username, colon, password = login.rpartition("@")[0].partition(":")
        if colon and password:
            yield from encoded(unquote(username), unquote(password))
            yield from (text for text in (password, unquote(password)) if len(text) >= SHORTEST)


def proxy_faults(scheme: str) -> list[str]:
    """What is wrong with the proxy for addresses with this scheme, said without its value, in which a password may be."""
    proxies = getproxies_environment()
    scheme = scheme if proxies.get(scheme) else "all"
    address = proxies.get(scheme)
    if not address or _is_address(address):
        return []
    named = [name for name, value in os.environ.items() if name.lower() == scheme + "_proxy" and value == address]
    return [
        "%s of the environment is not the address of a proxy: http:// and a host, and a port where needed; in a user name or a password, "
        "characters such as / ? # [ ] have to be percent-encoded" % named[0]
    ]


def _is_address(address: str) -> bool:
    """Whether everybody reads an address alike: some take what follows a sign in a password for the host, its port or a path."""
    try:
        parts = urlsplit(address if "://" in address else "http://" + address)
        return bool(
            SCHEME.match(parts.scheme)
            and parts.hostname
            and parts.port != 0
            and not re.search(r"\s", parts.hostname)
            and "@" not in parts.path + parts.query + parts.fragment
        )
    except ValueError:
        return False
