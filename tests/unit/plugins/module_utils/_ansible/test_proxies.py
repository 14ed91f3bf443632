# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment's proxies: what is wrong is said without a value, and no password of them is read anywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest import mock

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import connection
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.proxies import encoded, proxy_secrets


@pytest.fixture(autouse=True)
def no_proxies() -> Iterator[None]:
    """Whatever the machine of the test has."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with mock.patch.dict(os.environ, kept, clear=True):
        yield


def faults() -> list[str]:
    return connection({"harbor_url": "https://harbor.example.com", "harbor_username": "admin", "harbor_password": "Harbor12345"})[1]


PROXY = "%s of the environment is not the address of a proxy: http:// and a host"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    "address",
    [
        "http://u:hunter2@:8080",
        "http://u:hunter2@proxy.test:99999",
        "http://u:hunter2@proxy.test:port",
        "http://u:hunter2/x@proxy.test:8080",
        "http://u:12345/hunter2@proxy.test:8080",
        "http://u:hunter2#x@proxy.test:8080",
        "http://u:12345#hunter2@proxy.test:8080",
        "http://u:hunter2?x@proxy.test:8080",
        "http://u:hunter2[x@proxy.test:8080",
        "http://u:hunter2@proxy test:80",
        "ftp://u:hunter2@proxy.test",
    ],
)
def test_a_proxy_that_is_none(variable: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client would show a part of the password as a host or a port."""
    monkeypatch.setenv(variable, address)
    (fault,) = faults()
    assert fault.startswith(PROXY % variable)
    assert "hunter2" not in fault
    monkeypatch.setenv("NO_PROXY", "harbor.example.com")
    assert faults() == []


@pytest.mark.parametrize(
    "address",
    [
        "proxy.test:8080",
        "http://proxy.test",
        "https://u:p@proxy.test:80/",
        "http://u:p%23x@[::1]:80",
        "socks5h://u:a b@h:1",
        "http://u:a@b:c@h",
    ],
)
def test_a_proxy(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    assert faults() == []
    monkeypatch.setenv("HTTP_PROXY", "http://u:hunter2[@h")
    assert faults() == []


def test_the_passwords_of_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("http_proxy", "http://u:hunter%232@h:80"), ("HTTPS_PROXY", "http://u:p@h"), ("ALL_PROXY", "h:80")):
        monkeypatch.setenv(name, value)
    assert set(proxy_secrets()) == {"hunter%232", "hunter#2", "dTpodW50ZXIjMg==", "dTpw"}
    assert encoded(None, "x") == encoded("x", None) == []
