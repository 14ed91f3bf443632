# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docker, podman and Kubernetes read to log in."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.plugin_utils._docker_config import CredentialsError, docker_config, dockerconfigjson

SECRET = "S3cret-value"
CI = {"username": "robot$shop+ci", "password": SECRET, "registry": "harbor.example.com"}
WEB = {"username": "robot$web+ci", "secret": "0ther-value", "registry": "harbor.example.org:8443", "expires_at": None}


class Tagged(str):
    """As Ansible's own kinds of text are."""


class Vaulted:
    """As a value of YAML's !vault tag is up to ansible-core 2.18."""

    __ENCRYPTED__ = True

    def __str__(self) -> str:
        return SECRET


def faults(credentials: t.Any, **options: t.Any) -> str:
    """What is said of credentials that are wrong."""
    with pytest.raises(CredentialsError) as caught:
        docker_config(credentials, **options)
    text = str(caught.value)
    assert SECRET not in text and "0ther-value" not in text
    return text


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("robot$shop+ci", SECRET),
        ("robot$ci", "$HOME$$ ${x} $(id)"),
        ("robot+x", "a+b/c=%2B&<d>"),
        ("robot$ü", "pässwörd-€-\U0001f511"),
        ("robot$ci", "with:colon: and 'quotes\" \\ back"),
        ("robot$ci", "{{ 1 + 1 }}{% if x %}"),
        ("robot$ci", " leading and trailing "),
    ],
)
def test_exact(username: str, password: str) -> None:
    """Whatever is in the name or password comes out again, in the mapping and in both forms of the text."""
    credential = {"username": username, "password": password, "registry": "h"}
    config = docker_config(credential)
    auth = config["auths"]["h"]
    assert (auth["username"], auth["password"]) == (username, password)
    assert base64.b64decode(auth["auth"]).decode("utf-8") == f"{username}:{password}"
    assert json.loads(dockerconfigjson(credential)) == config
    assert json.loads(base64.b64decode(dockerconfigjson(credential, base64_form=True))) == config


def test_text_is_what_kubectl_writes() -> None:
    """In the order of its fields, without spaces, and with the escapes of Go's encoder."""
    text = dockerconfigjson([dict(CI, registry="z"), dict(CI, registry="a", password="<ü>&")])
    first = base64.b64encode("robot$shop+ci:<ü>&".encode()).decode()
    second = base64.b64encode(f"robot$shop+ci:{SECRET}".encode()).decode()
    assert text == (
        '{"auths":{"a":{"username":"robot$shop+ci","password":"\\u003cü\\u003e\\u0026","auth":"%s"},'
        '"z":{"username":"robot$shop+ci","password":"%s","auth":"%s"}}}' % (first, SECRET, second)
    )


def test_one_and_several() -> None:
    """One credential, a list and a dictionary of them; what else they hold does not matter."""
    assert list(docker_config(CI)["auths"]) == ["harbor.example.com"]
    both = docker_config([CI, WEB])
    assert list(both["auths"]) == ["harbor.example.com", "harbor.example.org:8443"]
    assert docker_config({"web+ci": WEB, "shop+ci": CI}) == both == docker_config((WEB, CI))
    assert both["auths"]["harbor.example.org:8443"]["password"] == "0ther-value"


def test_a_robot_may_be_named_like_a_field() -> None:
    assert docker_config({"username": CI}) == docker_config(CI)


def test_password_and_secret_may_agree() -> None:
    assert docker_config(dict(CI, secret=SECRET)) == docker_config(CI)
    assert docker_config(dict(CI, secret=None)) == docker_config(CI)


def test_keys_choose() -> None:
    fleet = {"shop+ci": CI, "web+ci": WEB}
    assert docker_config(fleet, ["shop+ci"]) == docker_config(CI)
    assert docker_config(fleet, []) == docker_config(fleet)
    assert faults(fleet, keys=["shop+c", "x"]) == "credentials have no key shop+c; credentials have no key x"
    assert "these are none" in faults(CI, keys=["shop+ci"])
    assert "these are none" in faults([CI], keys=["shop+ci"])
    assert faults(fleet, keys="shop+ci") == "keys have to be a list"


def test_two_for_one_registry() -> None:
    """They contradict each other unless they are equal or the caller says which counts."""
    fleet = {"shop+ci": CI, "shop+deployer": dict(CI, username="robot$shop+deployer")}
    said = faults(fleet)
    assert said == "credentials[shop+ci] and credentials[shop+deployer]: different credentials for the registry harbor.example.com"
    assert faults(list(fleet.values())).startswith("credentials[0] and credentials[1]: ")
    assert docker_config(fleet, duplicates="first") == docker_config(CI)
    assert docker_config(fleet, duplicates="last") == docker_config(fleet["shop+deployer"])
    assert docker_config(fleet, ["shop+deployer", "shop+ci"], "last") == docker_config(CI)
    assert docker_config([CI, dict(CI)]) == docker_config(CI)
    assert faults(fleet, duplicates="any") == "duplicates is one of error, first, last"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": None}, "it has no username"),
        ({"password": ""}, "it has no password or secret"),
        ({"registry": "", "username": ""}, "it has no username, registry"),
        ({"secret": "0ther-value"}, "password and secret contradict each other"),
        ({"password": 12345}, "password has to be text; put it in quotes"),
        ({"password": {"x": SECRET}}, "password has to be text; put it in quotes"),
        ({"password": SECRET + "\n"}, "password has a line break or another control character"),
        ({"password": SECRET + "\ud800"}, "password cannot be written as UTF-8"),
        ({"username": "robot:ci"}, "username has a colon, after which clients take the rest for the password"),
    ],
)
def test_faults(change: dict[str, t.Any], said: str) -> None:
    """Each is named with its place, and with those of other credentials."""
    wrong = dict(CI, **change)
    assert faults(wrong) == "credential: " + said
    assert faults({"web+ci": WEB, "shop+ci": wrong}) == "credentials[shop+ci]: " + said
    assert faults([wrong, wrong]) == f"credentials[0]: {said}; credentials[1]: {said}"


@pytest.mark.parametrize("nothing", [{}, [], ()])
def test_no_credentials(nothing: t.Any) -> None:
    """An empty configuration would replace one that works."""
    assert faults(nothing) == "there are no credentials"


@pytest.mark.parametrize("odd", [None, SECRET, 7, Vaulted()])
def test_what_are_no_credentials(odd: t.Any) -> None:
    assert faults(odd) == "credentials have to be one credential, a list of them, or a dictionary from keys to them"
    assert faults([odd]) == "credentials[0]: has to be a dictionary with username, password or secret, and registry"


@pytest.mark.parametrize("password", [Tagged(SECRET), Vaulted()])
def test_only_plain_types_come_out(password: t.Any) -> None:
    (item,) = docker_config({key: Tagged(value) for key, value in CI.items()} | {"password": password})["auths"].items()
    assert item[0] == "harbor.example.com"
    assert {type(text) for text in (item[0], *item[1].values())} == {str}
    assert item[1]["password"] == SECRET
