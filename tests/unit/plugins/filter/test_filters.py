# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters as templates use them: nothing is converted, templated or lost on the way."""

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path

import pytest
from ansible import template as template_module
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import filter_loader
from ansible.template import Templar

# Up to ansible-core 2.18 every text is trusted.
TRUSTED: t.Callable[[str], str] = getattr(template_module, "trust_as_template", str)

# By their short names, because nothing loads collections in a unit test.
filter_loader.add_directory(str(Path(__file__).resolve().parents[4] / "plugins" / "filter"))

SECRET = 'a$b+c/{{ 1 + 1 }}\\"{% raw %}ü'
CI = {"username": "robot$shop+ci", "password": SECRET, "registry": "harbor.example.com"}
CONFIG = {
    "auths": {
        "harbor.example.com": {
            "username": "robot$shop+ci",
            "password": SECRET,
            "auth": base64.b64encode(f"robot$shop+ci:{SECRET}".encode()).decode(),
        }
    }
}


def template(text: str, **variables: t.Any) -> t.Any:
    """What Ansible makes of a template."""
    try:
        from ansible.utils.unsafe_proxy import wrap_var

        variables = wrap_var(variables)
    except ImportError:
        pass
    return Templar(loader=DataLoader(), variables=variables).template(TRUSTED(text))


def test_mapping() -> None:
    assert template("{{ ci | docker_config }}", ci=CI) == CONFIG


def test_text_stays_text() -> None:
    """Up to ansible-core 2.18, text that looks like a dictionary becomes one otherwise."""
    text = template("{{ ci | dockerconfigjson }}", ci=CI)
    assert isinstance(text, str)
    assert json.loads(text) == CONFIG


def test_base64() -> None:
    text = template("{{ ci | dockerconfigjson(base64=true) }}", ci=CI)
    assert json.loads(base64.b64decode(text)) == CONFIG


def test_in_a_definition() -> None:
    """As a task of kubernetes.core has it, which becomes JSON on its way to the module."""
    data = template("{{ {'data': {'x': ci | dockerconfigjson}, 'y': ci | docker_config} }}", ci=CI)
    data = json.loads(json.dumps(data))
    assert json.loads(data["data"]["x"]) == CONFIG == data["y"]


def test_options() -> None:
    fleet = {"ci": CI, "deployer": dict(CI, username="robot$shop+deployer")}
    chosen = template("{{ fleet | docker_config(keys=['ci']) }}", fleet=fleet)
    first = template("{{ fleet | docker_config(duplicates='first') }}", fleet=fleet)
    assert chosen == CONFIG == first
    assert json.loads(template("{{ fleet | dockerconfigjson(keys=['ci']) }}", fleet=fleet)) == CONFIG


@pytest.mark.parametrize("name", ["docker_config", "dockerconfigjson"])
def test_errors(name: str) -> None:
    """What lacks is named, and what is secret is not."""
    with pytest.raises(AnsibleError) as caught:
        template("{{ fleet | %s }}" % name, fleet={"shop+ci": dict(CI, registry="")})
    assert f"{name}: credentials[shop+ci]: it has no registry" in str(caught.value)
    assert SECRET not in repr(caught.value) and "a$b+c" not in str(caught.value)


def test_base64_is_a_boolean() -> None:
    with pytest.raises(AnsibleError, match="base64 is true or false"):
        template("{{ ci | dockerconfigjson('yes') }}", ci=CI)
