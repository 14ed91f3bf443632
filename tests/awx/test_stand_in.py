# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for AWX refuses what AWX refuses, and hands jobs what AWX hands them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.awx import jobs, rules
from tests.awx.app import Awx
from tests.awx.rules import Refusal
from tests.awx.store import Store

URL = "https://git.example.com/team/harbor.git"
FIELDS = [{"id": "url", "label": "URL"}, {"id": "password", "label": "Password", "secret": True}]
TYPE = {"name": "Harbor", "kind": "cloud", "inputs": {"fields": FIELDS}, "injectors": {"env": {"A": "{{ url }} {{ password }}"}}}
QUESTION = {"variable": "a", "question_name": "A", "type": "text", "required": True}
SURVEY: dict[str, Any] = {"name": "", "description": "", "spec": [QUESTION]}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """With a credential, an inventory and a project that has one playbook."""
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "a.yml").write_text("- name: A\n  hosts: all\n", encoding="utf-8")
    (repository / "vars.yml").write_text("a: b\n", encoding="utf-8")
    store = Store({URL: repository})
    made = store.create("credential_types", TYPE)["id"]
    store.create("credentials", {"name": "x", "organization": 1, "credential_type": made, "inputs": {"url": "u", "password": "{{ p }}"}})
    inventory = store.create("inventories", {"name": "x", "organization": 1})["id"]
    store.create("hosts", {"name": "h", "inventory": inventory, "variables": '{"a": 1}'})
    project = store.create("projects", {"name": "x", "organization": 1, "scm_type": "git", "scm_url": URL})
    store.finish_update(project["summary_fields"]["current_update"]["id"])
    return store


def template(store: Store, **more: Any) -> dict[str, Any]:
    """A job template that can be made."""
    return {"name": "t", "project": number(store, "projects"), "inventory": number(store, "inventories"), "playbook": "a.yml", **more}


def number(store: Store, kind: str) -> int:
    """The number of what the fixture made."""
    return next(iter(store.items[kind]))


def kind(**more: Any) -> dict[str, Any]:
    """Another credential type."""
    return {**TYPE, "name": "another", **more}


def survey(**more: Any) -> dict[str, Any]:
    """A survey of one question."""
    return {**SURVEY, "spec": [{**QUESTION, **more}]}


REFUSALS: dict[str, tuple[Callable[[Store], Any], str]] = {
    "name": (lambda store: store.create("credential_types", TYPE), "already exists"),
    "kind": (lambda store: store.create("credential_types", kind(kind="ssh")), "Must be"),
    "field": (lambda store: store.create("credential_types", kind(inputs={"fields": [{"id": "a b"}]})), "no field"),
    "variable": (lambda store: store.create("credential_types", kind(injectors={"env": {"ANSIBLE_X": ""}})), "ANSIBLE_X"),
    "input": (lambda store: store.create("credential_types", kind(injectors={"env": {"A": "{{ b }}"}})), "undefined"),
    "in use": (lambda store: store.change("credential_types", number(store, "credential_types"), {"inputs": {}}), "in use"),
    "unknown": (lambda store: store.change("credentials", number(store, "credentials"), {"inputs": {"b": "c"}}), "not allowed"),
    "link": (lambda store: store.create("inventories", {"name": "y", "organization": 99}), "does not exist"),
    "type": (lambda store: store.create("inventories", {"name": "y", "organization": 1, "variables": {}}), "Not a valid str"),
    "needed": (lambda store: store.create("inventories", {"name": "y"}), "required"),
    "playbook": (lambda store: store.create("job_templates", template(store, playbook="vars.yml")), "Playbook not found"),
    "inventory": (lambda store: store.create("job_templates", template(store, inventory=None)), "ask to prompt"),
    "filter": (lambda store: store.find("projects", {"playbook": "a"}), "no field"),
    "survey": (lambda store: rules.checked_survey({**SURVEY, "spec": []}), "any items"),
    "question": (lambda store: rules.checked_survey(survey(type="bool")), "not one of"),
    "default": (lambda store: rules.checked_survey(survey(default=True)), "another type"),
    "twice": (lambda store: rules.checked_survey({**SURVEY, "spec": [QUESTION, QUESTION]}), "duplicated"),
    "choice": (lambda store: rules.checked_survey(survey(type="multiplechoice", choices=["a"], default="b")), "choices listed"),
}


@pytest.mark.parametrize("which", REFUSALS)
def test_refusals(store: Store, which: str) -> None:
    """In words that tell which rule it was."""
    work, words = REFUSALS[which]
    with pytest.raises(Refusal, match=words):
        work(store)


def test_a_job(store: Store, tmp_path: Path) -> None:
    """Its credentials are in its environment alone; answers are no templates, and have to be answers."""
    made = store.create("job_templates", template(store, survey_enabled=True, extra_vars='{"a": "no", "b": "{{ c }}"}'))
    store.set_survey(made["id"], {**SURVEY, "spec": [QUESTION, {**QUESTION, "variable": "d", "default": "{{ e }}"}]})
    store.attach(made["id"], {"id": number(store, "credentials")})
    with pytest.raises(Refusal, match="Cannot assign multiple Harbor credentials"):
        store.attach(made["id"], {"id": number(store, "credentials")})
    for answers, words in (({}, "a: value missing"), ({"a": 1}, "another type"), ({"z": ""}, "not allowed on launch")):
        with pytest.raises(Refusal, match=words):
            jobs.prepare(store, "t", tmp_path / "never", answers)
    job = jobs.prepare(store, "t", tmp_path / "jobs", {"a": "{{ x }}"})
    assert job.variables["A"] == "u {{ p }}"
    written = (job.folder / "env" / "extravars").read_text(encoding="utf-8")
    assert "b: '{{ c }}'\n" in written
    assert '!unsafe "a": !unsafe "{{ x }}"\n' in written.replace("'", '"')
    assert '!unsafe "{{ e }}"' in written.replace("'", '"')
    assert not [path for path in job.folder.rglob("*") if path.is_file() and b"{{ p }}" in path.read_bytes()]


@pytest.fixture
def awx() -> Iterator[Awx]:
    """One that answers."""
    awx = Awx({})
    with awx.serving():
        yield awx


def test_without_the_token(awx: Awx) -> None:
    """Nobody is told anything."""
    for token, expected in (("wrong", 401), (awx.token, 200)):
        request = urllib.request.Request(f"{awx.url}/api/v2/organizations/?name=Default", headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
                assert (answer.status, json.load(answer)["count"]) == (expected, 1)
        except urllib.error.HTTPError as error:
            assert error.code == expected
