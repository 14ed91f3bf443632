# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import (
    connection,
    connection_spec,
    declaration_spec,
    identity_spec,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import unknown_options, usable

GOOD = {"harbor_url": "https://harbor.example.com", "harbor_username": "admin", "harbor_password": "Harbor12345"}


def faults(**options: t.Any) -> list[str]:
    return connection(dict(GOOD, **options))[1]


# --- the connection


def test_the_settings_of_a_connection() -> None:
    settings, wrong = connection(
        dict(
            GOOD, validate_certs=False, timeout=5.0, retries=0, login="session", request_id="night-run", registry="harbor.example.com:8443"
        )
    )
    assert wrong == []
    assert (settings.url, settings.username, settings.password, settings.token) == (
        "https://harbor.example.com",
        "admin",
        "Harbor12345",
        None,
    )
    assert (settings.validate_certs, settings.timeout, settings.retries) == (False, 5.0, 0)
    assert (settings.login, settings.request_id) == ("session", "night-run")


def test_certificates_are_verified_unless_switched_off() -> None:
    assert connection(GOOD)[0].validate_certs is True
    assert connection(dict(GOOD, validate_certs=None))[0].validate_certs is True


def test_a_token_instead_of_a_user() -> None:
    settings, wrong = connection({"harbor_url": "https://h", "harbor_token": "id-token"})
    assert (settings.token, settings.username, wrong) == ("id-token", None, [])


@pytest.mark.parametrize(
    "url",
    [
        "https://h",
        "http://h/",
        "https://h:8443",
        "http://127.0.0.1:80/",
        "https://[::1]:443",
        " https://h ",
        "https://hafen.öffentlich.example",
    ],
)
def test_addresses(url: str) -> None:
    assert faults(harbor_url=url) == []


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "harbor_url is empty"),
        ("   ", "harbor_url is empty"),
        (
            "harbor.example.com",
            "harbor_url 'harbor.example.com' is not valid: https:// and a host (did you mean https://harbor.example.com?)",
        ),
        ("ftp://h", "harbor_url 'ftp://h' is not valid: https:// and a host (did you mean https://h?)"),
        ("https://", "harbor_url 'https://' is not valid: https:// and a host"),
        ("https://h:0", "harbor_url is not valid: port 0"),
        ("https://h:", "harbor_url is not valid: there is no port behind the colon"),
        ("https://h:99999", "harbor_url is not valid: Port out of range 0-65535"),
        ("https://admin:pw@h", "harbor_url holds credentials: give them in harbor_username and harbor_password"),
        ("https://h/api/v2.0", "harbor_url 'https://h/api/v2.0' is not the address of Harbor alone (did you mean https://h?)"),
        ("https://h/?x=1", "harbor_url 'https://h/?…' is not the address of Harbor alone (did you mean https://h?)"),
        ("//h", "harbor_url '//h' is not valid: https:// and a host (did you mean https://h?)"),
        ("http:/h", "harbor_url 'http:/h' is not valid: https:// and a host (did you mean https://h?)"),
        ("localhost:8080", "harbor_url 'localhost:8080' is not valid: https:// and a host (did you mean https://localhost:8080?)"),
        ("https://a..b", "harbor_url 'https://a..b' is not valid: https:// and a host"),
        ("https://my harbor", "harbor_url 'https://my harbor' is not valid: https:// and a host"),
        ("https://h\\x", "harbor_url 'https://h\\\\x' is not valid: https:// and a host"),
        ("https://" + "h" * 64, "harbor_url 'https://%s' is not valid: https:// and a host" % ("h" * 64)),
        ("https://h/#x", "harbor_url 'https://h/#…' is not the address of Harbor alone (did you mean https://h?)"),
    ],
)
def test_addresses_that_are_wrong(url: str, fault: str) -> None:
    assert faults(harbor_url=url) == [fault]


def test_no_fault_repeats_a_password() -> None:
    for url in (
        "https://admin:hunter2@h",
        "ftp://admin:hunter2@h",
        "admin:hunter2@h",
        "https://admin:hunter2@h:x",
        "https://admin:hunter2/x@h",
        "https://admin:hunter2",
        "https://admin:hunter2/",
        "admin:hunter2",
        "//admin:hunter2",
        "https://h/?password=hunter2",
        "h?password=hunter2",
        "https://h#hunter2",
        "https://h/x:hunter2",
    ):
        told = faults(harbor_url=url)
        assert len(told) == 1, url
        assert told[0].startswith("harbor_url"), url
        assert "hunter2" not in told[0], url
    for name, value in (("harbor_username", "admin:hunter2"), ("registry", "admin:hunter2@h"), ("registry", "https://admin:hunter2@h")):
        (fault,) = faults(**{name: value})
        assert fault.startswith(name)
        assert "hunter2" not in fault


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"harbor_username": None, "harbor_password": None}, "harbor_username and harbor_password are required (or harbor_token)"),
        ({"harbor_username": "", "harbor_password": ""}, "harbor_username and harbor_password are required (or harbor_token)"),
        ({"harbor_password": None}, "harbor_password is required with harbor_username"),
        ({"harbor_token": "x"}, "harbor_username and harbor_token exclude each other"),
        ({"harbor_username": "a:b"}, "harbor_username cannot hold a colon; the password goes into harbor_password"),
        ({"timeout": 0.0}, "timeout 0 is not valid: seconds, more than 0"),
        ({"timeout": -1.5}, "timeout -1.5 is not valid: seconds, more than 0"),
        ({"timeout": float("nan")}, "timeout nan is not valid: seconds, more than 0"),
        ({"timeout": float("inf")}, "timeout inf is not valid: seconds, more than 0 and at most 86400"),
        ({"harbor_username": "j\udcfc"}, "harbor_username has bytes that are no text in UTF-8"),
        ({"harbor_password": "p\udcfc"}, "harbor_password has bytes that are no text in UTF-8"),
        ({"registry": "h h"}, "registry 'h h' is not valid: a host, and a port where needed, as in docker login"),
        ({"retries": -1}, "retries -1 is not valid: a number from 0 to 20"),
        ({"retries": 21}, "retries 21 is not valid: a number from 0 to 20"),
        ({"ca_path": "/nonexistent/ca.crt"}, "ca_path /nonexistent/ca.crt does not exist on the host where the module runs"),
        ({"client_cert": "/nonexistent/c"}, "client_cert /nonexistent/c does not exist on the host where the module runs"),
        ({"request_id": "has blanks"}, "request_id 'has blanks' is not valid: 1 to 64 printable characters without blanks"),
        ({"request_id": "x" * 65}, "request_id %r is not valid: 1 to 64 printable characters without blanks" % ("x" * 65)),
        ({"request_id": "line\n"}, "request_id 'line\\n' is not valid: 1 to 64 printable characters without blanks"),
        ({"registry": "https://h"}, "registry 'https://h' is not valid: a host, and a port where needed, as in docker login"),
    ],
)
def test_connections_that_are_wrong(options: dict[str, t.Any], fault: str) -> None:
    assert faults(**options) == [fault]


@pytest.mark.parametrize("token", ["NotToBeShown\n", "Not ToBeShown", "NotToBeShown\udcff", "NotToBeShöwn"])
def test_a_token_that_no_header_can_hold(token: str) -> None:
    given = {"harbor_username": None, "harbor_password": None, "harbor_token": token}
    assert faults(**given) == ["harbor_token has blanks, line breaks or other characters that no token has"]


def test_authorities_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv("CURL_CA_BUNDLE", "/nonexistent/ca.crt")
    assert faults() == ["CURL_CA_BUNDLE of the environment names /nonexistent/ca.crt, which does not exist"]
    assert faults(ca_path=__file__) == faults(validate_certs=False) == faults(harbor_url="http://h") == []


def test_a_key_goes_with_its_certificate(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("", encoding="utf-8")
    assert faults(client_key=str(key)) == ["client_key goes with client_cert"]
    assert faults(client_key=str(key), client_cert=str(key)) == []


def test_all_faults_of_a_connection_at_once() -> None:
    assert len(faults(harbor_url="h", harbor_password=None, timeout=0.0, retries=99, ca_path="/no", request_id="", registry="a/b")) == 6


# --- specs


def test_every_shared_option_has_its_variable() -> None:
    for name, one in connection_spec().items():
        variable = name.upper() if name.startswith("harbor_") else "HARBOR_" + name.upper()
        assert one["fallback"][1] == [variable], name


def test_what_is_secret_is_marked_and_what_only_looks_so_is_not() -> None:
    marked = {name: one.get("no_log") for name, one in dict(connection_spec(), **declaration_spec()).items()}
    assert {name for name, mark in marked.items() if mark} == {"harbor_password", "harbor_token", "secret"}
    assert marked["client_key"] is False
    assert marked["update_secret"] is False


def test_a_declaration_names_a_robot() -> None:
    assert set(identity_spec()) == {"name", "id", "project"} <= set(declaration_spec())


# --- what is left when types are wrong


def test_only_values_of_the_right_type_are_judged() -> None:
    spec = declaration_spec()
    kept = usable(
        {
            "name": "ci",
            "id": "seven",
            "project": 5,
            "enabled": "perhaps",
            "valid_for": True,
            "access": ["pull", 5, {"resource": "a", "action": "b"}],
            "permissions": [{"project": "shop", "access": "pull"}, {"projects": ["a", 3], "access": ["pull"]}],
            "secret": None,
        },
        spec,
    )
    assert kept["name"] == "ci"
    assert [kept[name] for name in ("id", "project", "enabled", "valid_for", "secret", "description")] == [None] * 6
    assert kept["access"] == ["pull", 5, {"resource": "a", "action": "b"}]
    assert kept["permissions"][0] == {"project": "shop", "projects": None, "system": None, "access": None, "effect": None}
    assert kept["permissions"][1]["projects"] == ["a"]
    assert usable("no mapping", {"name": {"type": "str"}}) == {"name": None}
    assert usable({"timeout": 3}, connection_spec())["timeout"] == 3


def test_unknown_options_and_what_was_meant() -> None:
    assert unknown_options(["acess", "zzz", "harbor_pasword"], dict(connection_spec(), **declaration_spec())) == [
        "option acess does not exist (did you mean access?)",
        "option harbor_pasword does not exist (did you mean harbor_password?)",
        "option zzz does not exist",
    ]
