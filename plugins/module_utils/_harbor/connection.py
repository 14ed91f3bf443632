# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Connections that tell of a failed request whether any of it went out: what did not cannot have been done.

The exceptions of requests do not tell. A proxy's and TLS's are the same whether a connection could not be made or was cut in the middle
of the answer.
"""

from __future__ import annotations

import threading
import typing as t

try:
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.exceptions import HTTPError
except ImportError:  # what is missing is said by who wants to connect
    HTTPAdapter = HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[assignment,misc]

# What the thread's present request has come to.
_present = threading.local()


def was_sent(exc: BaseException) -> bool:
    """Whether the request that failed so may have reached anybody; True where nothing is known of it."""
    return bool(getattr(exc, "sent", True))


class _Telling:
    """A connection that notes when the first byte of a request goes out; TLS and a proxy's tunnel are there by then."""

    def endheaders(self, *args: t.Any, **kwargs: t.Any) -> None:
        connection = t.cast(t.Any, self)
        if connection.sock is None:
            connection.connect()
        _present.sent = True
        super().endheaders(*args, **kwargs)  # type: ignore[misc]


class _Plain(_Telling, HTTPConnection):
    pass


class _Tls(_Telling, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


POOLS = {"http": _PlainPool, "https": _TlsPool}


class TellingAdapter(HTTPAdapter):
    """Sends requests; the exceptions that it raises have an attribute C(sent)."""

    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        """Called once, by requests."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
        """Called for each request that goes by a proxy, by requests."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not _is_socks(proxy):
            manager.pool_classes_by_scheme = POOLS
        return manager

    def send(self, request: t.Any, *args: t.Any, **kwargs: t.Any) -> t.Any:
        """The answer to a request, its body not read yet."""
        # Connections by SOCKS are of another make, which tells nothing.
        _present.sent = any(_is_socks(proxy) for proxy in (kwargs.get("proxies") or {}).values())
        try:
            return super().send(request, *args, **kwargs)
        except (HTTPError, OSError) as exc:
            setattr(exc, "sent", _present.sent)
            raise


def _is_socks(proxy: str) -> bool:
    return proxy.lower().startswith("socks")
