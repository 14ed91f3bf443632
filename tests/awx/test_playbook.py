# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook `awx`, run by ansible-playbook through awx.awx against the stand-in for AWX."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.awx.app import Awx
from tests.awx.conftest import Made
from tests.awx.stage import BINARIES, IMAGE, PLAYBOOK, PROJECT, URL, apply
from tests.hand_offs.runs import NEWEST, OLDEST, run
from tests.tools.paths import ROOT

TEMPLATES = {"Harbor robots": "robots.yml", "Harbor bootstrap server": "bootstrap_server.yml", "Harbor demonstration": "demo.yml"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a short path, because Ansible makes sockets in it."""
    with tempfile.TemporaryDirectory(prefix="awx-") as path:
        yield Path(path)


def test_a_fresh_awx(folder: Path) -> None:
    """Check mode tells what would be made, although AWX cannot be asked for what is to come, and makes nothing."""
    awx = Awx({URL: PROJECT})
    with awx.serving():
        done = apply(awx, folder, NEWEST, "--check")
    assert (done.code, done.count("changed"), awx.writes()) == (0, 4, []), done.output
    assert f"These would be made or changed, too, with what they need: {', '.join(TEMPLATES)}" in done.output


def test_a_second_run(made: Made, folder: Path) -> None:
    """It changes nothing, with another ansible-core, too."""
    before = len(made.awx.writes())
    done = apply(made.awx, folder, NEWEST, **made.variables)
    assert (done.code, done.count("changed")) == (0, 0), done.output
    assert made.awx.writes()[before:] == []
    assert done.hits(made.secrets | {"token": made.awx.token}) == []


def test_what_somebody_changed(made: Made, folder: Path) -> None:
    """Check mode tells which job templates are no longer as they were, and leaves them so."""
    template, survey = (made.awx.store.named("job_templates", name) for name in ("Harbor robots", "Harbor demonstration"))
    (question,) = made.awx.store.surveys[survey["id"]]["spec"]
    before = len(made.awx.writes())
    template["job_slice_count"], question["default"] = 5, "absent"
    try:
        done = apply(made.awx, folder, OLDEST, "--check", **made.variables)
        assert (template["job_slice_count"], question["default"]) == (5, "absent")
    finally:
        template["job_slice_count"], question["default"] = 1, "present"
    assert (done.code, done.count("changed")) == (0, 1), done.output
    assert {name: f"changed: [localhost] => (item={name})" in done.output for name in TEMPLATES} == {
        "Harbor robots": True,
        "Harbor bootstrap server": False,
        "Harbor demonstration": True,
    }
    assert made.awx.writes()[before:] == []


def test_credential_types(made: Made) -> None:
    """They give jobs what the modules and lookups read, and AWX hides what is secret."""
    store = made.awx.store
    harbor = store.named("credential_types", "Harbor")
    variables = {name: "HARBOR_" + name.upper() for name in ("url", "username", "password", "ca_path")}
    assert harbor["injectors"] == {"env": {variable: f"{{{{ {name} }}}}" for name, variable in variables.items()}}
    assert {field["id"]: field.get("secret", False) for field in harbor["inputs"]["fields"]} == {
        "url": False,
        "username": False,
        "password": True,
        "ca_path": False,
    }
    assert harbor["inputs"]["required"] == ["url", "username", "password"]
    vault = store.named("credential_types", "Vault of Harbor robots")
    assert set(vault["injectors"]["env"]) == {"VAULT_ADDR", "VAULT_TOKEN", "VAULT_ROLE_ID", "VAULT_SECRET_ID"}
    assert {field["id"] for field in vault["inputs"]["fields"] if field.get("secret")} == {"token", "secret_id"}
    (shown,) = store.find("credentials", {"name": "The Harbor"})
    assert shown["inputs"]["password"] == "$encrypted$"


def test_job_templates(made: Made) -> None:
    """They belong to the project, ask what can be asked, and are never sliced; their variables are templates as they were written."""
    store = made.awx.store
    environment = store.named("execution_environments", "Harbor robots")
    assert environment["image"] == IMAGE
    credentials = [item["id"] for item in store.items["credentials"].values()]
    assert {item["name"]: item["playbook"] for item in store.items["job_templates"].values()} == TEMPLATES
    for item in store.items["job_templates"].values():
        assert item["project"] == store.named("projects", "Harbor robots")["id"]
        assert item["execution_environment"] == environment["id"]
        assert store.attached[item["id"]] == credentials
        asked = {name for name, value in item.items() if name.startswith("ask_") and value}
        asked -= {"ask_inventory_on_launch"} if item["name"] == "Harbor bootstrap server" else set()
        assert asked == {f"ask_{name}_on_launch" for name in ("credential", "diff_mode", "job_type", "limit", "verbosity")}
        assert (item["job_slice_count"], item["allow_simultaneous"], item["survey_enabled"]) == (1, False, True)
    variables = json.loads(store.named("job_templates", "Harbor robots")["extra_vars"])
    assert variables["robots_store"]["options"] == {
        "auth_method": "approle",
        "role_id": "{{ lookup('ansible.builtin.env', 'VAULT_ROLE_ID') }}",
        "secret_id": "{{ lookup('ansible.builtin.env', 'VAULT_SECRET_ID') }}",
    }


def test_surveys(made: Made) -> None:
    """Each question is for a variable that the playbook has, and none is for a secret."""
    store = made.awx.store
    asked = {}
    for name, playbook in TEMPLATES.items():
        spec = store.surveys[store.named("job_templates", name)["id"]]["spec"]
        asked[name] = {question["variable"]: question.get("default") for question in spec}
        sources = [ROOT / "playbooks" / playbook, ROOT / "playbooks" / "vars" / playbook, ROOT / "roles/robots/defaults/main.yml"]
        known = "".join(path.read_text(encoding="utf-8") for path in sources if path.exists())
        assert [variable for variable in asked[name] if variable not in known] == []
        assert "password" not in {question["type"] for question in spec}
    assert asked == {
        "Harbor robots": {
            "robots_file": "declarations/robots.yml",
            "robots_on_drift": "report",
            "robots_purge_limit": "5",
            "robots_verify": "true",
        },
        "Harbor bootstrap server": {
            "bootstrap_server_clients": None,
            "bootstrap_server_image": "",
            "bootstrap_server_on_drift": "report",
            "bootstrap_server_purge": "false",
            "bootstrap_server_purge_limit": "5",
        },
        "Harbor demonstration": {"demo_state": "present"},
    }
    assert (PROJECT / asked["Harbor robots"]["robots_file"]).is_file()


@pytest.mark.parametrize("core", sorted({OLDEST, NEWEST}))
def test_awx_awx_is_missing(folder: Path, core: str) -> None:
    """The playbook says what to install."""
    done = run(folder, BINARIES[core], PLAYBOOK, {"awx_project_url": URL})
    assert done.code != 0
    assert "ansible-galaxy collection install awx.awx" in done.output


def test_the_repository_is_missing(folder: Path) -> None:
    """The playbook asks for it before it asks AWX for anything."""
    awx = Awx({})
    with awx.serving():
        done = apply(awx, folder, OLDEST, awx_project_url="")
    assert done.code != 0
    assert "awx_project_url is required" in done.output
    assert awx.log == []
