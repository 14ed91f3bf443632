# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWX 24.6.1 takes for a credential type, for a survey and for a playbook, as far as clients meet it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

Item = dict[str, Any]

_NAME = re.compile(r"[a-zA-Z_]+[a-zA-Z0-9_]*")
_FIELD = {"id": str, "label": str, "type": str, "help_text": str, "format": str, "secret": bool, "multiline": bool}
_ANSWERS: dict[str, Any] = {
    "text": str,
    "textarea": str,
    "password": str,
    "multiplechoice": str,
    "multiselect": str,
    "integer": int,
    "float": (float, int),
}
_SURVEY: dict[str, type] = {"name": str, "description": str, "spec": list}
_QUESTION: dict[str, type] = {"type": str, "question_name": str, "variable": str, "required": bool}
# A line by which AWX takes a YAML file for a playbook.
_PLAYBOOK = re.compile(r"\s*-?\s*(hosts|(ansible\.builtin\.)?(include|import_playbook)):")
_NO_PLAYBOOKS = ("roles", "tasks", "group_vars", "host_vars")


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, body: Item) -> None:
        super().__init__(code, body)
        self.code, self.body = code, body


def secret_fields(inputs: Mapping[str, Any]) -> set[str]:
    """The inputs of a credential type that nobody gets to see."""
    return {field["id"] for field in inputs.get("fields", ()) if field.get("secret")}


def check_credential_type(item: Item) -> None:
    """Refuse what is no schema of inputs, and injectors that name other inputs or what a job must not be given."""
    if item["kind"] not in ("cloud", "net"):
        raise Refusal(400, {"kind": [f"Must be 'cloud' or 'net', not {item['kind']}"]})
    fields = item["inputs"].get("fields", [])
    if set(item["inputs"]) - {"fields", "required"}:
        raise Refusal(400, {"inputs": ["Additional properties are not allowed"]})
    for field in fields:
        field.setdefault("type", "string")
        odd = [name for name, value in field.items() if not isinstance(value, _FIELD.get(name, ()))]
        if odd or not {"id", "label"} <= set(field) or not _NAME.fullmatch(field["id"]) or field["type"] not in ("string", "boolean"):
            raise Refusal(400, {"inputs": [f"{field} is no field"]})
        if field.get("format") not in (None, "url", "ssh_private_key") or field["type"] == "boolean" and "secret" in field:
            raise Refusal(400, {"inputs": [f"{field} is no field"]})
    names = [field["id"] for field in fields]
    if len(names) > len(set(names)) or "tower" in names:
        raise Refusal(400, {"inputs": ["field IDs must be unique"]})
    if set(item["injectors"]) - {"env", "extra_vars", "file"}:
        raise Refusal(400, {"injectors": ["Additional properties are not allowed"]})
    for name, template in item["injectors"].get("env", {}).items():
        if name.startswith("ANSIBLE_") or name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV") or not _NAME.fullmatch(name):
            raise Refusal(400, {"injectors": [f"Environment variable {name} is not allowed to be used in credentials."]})
        try:
            rendered = ImmutableSandboxedEnvironment(undefined=StrictUndefined).from_string(template)
            rendered.render(dict.fromkeys(names, "EXAMPLE"))
        except TemplateError as error:
            raise Refusal(400, {"injectors": [f"{name} uses an undefined field ({error})"]}) from None


def check_inputs(given: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Refuse inputs of a credential that its type does not have."""
    types = {field["id"]: {"string": str, "boolean": bool}[field["type"]] for field in inputs.get("fields", ())}
    for name, value in given.items():
        if name not in types or not isinstance(value, types[name]):
            raise Refusal(400, {"inputs": {name: ["Additional properties are not allowed, or it is of another type"]}})


def checked_variables(name: str, text: str) -> Item:
    """The variables in a text of YAML or JSON."""
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise Refusal(400, {name: [f"Cannot parse as JSON or YAML: {error}"]}) from None
    if not isinstance(found, dict):
        raise Refusal(400, {name: ["Variables have to be a mapping."]})
    return found


def checked_survey(spec: Any) -> Item:
    """A survey, or a refusal in the words of the API."""

    def refused(why: str) -> Refusal:
        return Refusal(400, {"error": why})

    for name, kind in _SURVEY.items():
        if not isinstance(spec.get(name), kind):
            raise refused(f"Field '{name}' is missing from survey spec, or of another type.")
    if not spec["spec"]:
        raise refused("'spec' doesn't contain any items.")
    for number, question in enumerate(spec["spec"]):
        for name, kind in _QUESTION.items():
            if not isinstance(question.get(name), kind):
                raise refused(f"'{name}' missing from survey question {number}, or of another type.")
        if question["type"] not in _ANSWERS:
            raise refused(f"'{question['type']}' in survey question {number} is not one of the allowed question types.")
        default = question.get("default", "")
        if default != "" and (not isinstance(default, _ANSWERS[question["type"]]) or isinstance(default, bool)):
            raise refused(f"Default value {default} in survey question {number} is of another type.")
        if any(not isinstance(question.get(limit), (int, type(None))) for limit in ("min", "max")):
            raise refused(f"A limit in survey question {number} expected to be integer.")
        if question["type"] in ("multiplechoice", "multiselect"):
            if "choices" not in question:
                raise refused(f"Survey question {number} must specify choices.")
            if set(default.splitlines()) - set(choices(question)):
                raise refused("Default choice must be answered from the choices listed.")
    names = [question["variable"] for question in spec["spec"]]
    if len(names) > len(set(names)):
        raise refused("'variable' duplicated in survey question.")
    return dict(spec)


def choices(question: Item) -> list[str]:
    """What can be answered; AWX takes a list, or a text with one in each line."""
    found = question["choices"]
    return found.splitlines() if isinstance(found, str) else list(found)


def answer_faults(question: Item, answer: Any) -> list[str]:
    """Why AWX would not launch a job with an answer."""
    kind, name = question["type"], question["variable"]
    if kind == "multiselect":
        return [] if isinstance(answer, list) and set(answer) <= set(choices(question)) else [f"{name}: not a list of choices"]
    if not isinstance(answer, _ANSWERS[kind]) or isinstance(answer, bool):
        return [f"{name}: {answer!r} is of another type"]
    if kind == "multiplechoice":
        return [] if answer in choices(question) else [f"{name}: {answer} is no choice"]
    size = len(answer) if isinstance(answer, str) else answer
    low, high = question.get("min"), question.get("max")
    return [f"{name}: {answer!r} is out of bounds"] if (low is not None and size < low) or (high is not None and size > high) else []


def playbooks(folder: Path) -> list[str]:
    """The files of a repository that AWX takes for playbooks."""
    found = []
    for path in sorted(folder.rglob("*.y*ml")):
        parts = path.relative_to(folder).parts
        if any(part in _NO_PLAYBOOKS or part.startswith(".") for part in parts):
            continue
        if any(_PLAYBOOK.match(line) for line in path.read_text(encoding="utf-8").splitlines()):
            found.append("/".join(parts))
    return found
