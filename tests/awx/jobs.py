# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWX 24.6.1 makes of a job template that is launched: a private data folder, and what it tells ansible-runner beside that."""

from __future__ import annotations

import itertools
import json
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.awx import rules
from tests.awx.store import Store

_NUMBERS = itertools.count(1)


class _Untrusted(yaml.SafeDumper):
    """Marks every text, so that Ansible does not take it for a template."""


_Untrusted.add_representer(str, lambda dumper, text: dumper.represent_scalar("!unsafe", text))


@dataclass(frozen=True)
class Job:
    """A job that is ready to run.

    :ivar folder: its private data folder, with `project`, `inventory` and `env`
    :ivar variables: its environment; the only place where AWX hands credentials on
    :ivar parameters: what else AWX tells ansible-runner
    """

    folder: Path
    number: int
    variables: Mapping[str, str]
    parameters: Mapping[str, Any]


def environment(store: Store, credential: int) -> dict[str, str]:
    """What a credential gives to jobs: the injectors of its type with its inputs. What is not filled in is an empty text."""
    kept = store.get("credentials", credential)
    injectors = store.get("credential_types", kept["credential_type"])["injectors"]
    sandbox = ImmutableSandboxedEnvironment()
    return {name: sandbox.from_string(template).render(kept["inputs"]) for name, template in injectors.get("env", {}).items()}


def extra_variables(store: Store, template: str, answers: Mapping[str, Any]) -> str:
    """The file of extra variables: those of the template may hold templates, what somebody answered may not."""
    kept = store.named("job_templates", template)
    survey = store.surveys[kept["id"]]["spec"] if kept["survey_enabled"] else []
    questions = {question["variable"]: question for question in survey}
    if set(answers) - set(questions):
        raise rules.Refusal(400, {"extra_vars": [f"Variables {', '.join(answers)} are not allowed on launch."]})
    # AWX passes over defaults that would be no answer, such as the text of a question with several choices.
    defaults = {name: question["default"] for name, question in questions.items() if "default" in question}
    told = {name: answer for name, answer in defaults.items() if not rules.answer_faults(questions[name], answer)} | dict(answers)
    faults = [fault for name, answer in answers.items() for fault in rules.answer_faults(questions[name], answer)]
    faults += [f"{name}: value missing" for name, question in questions.items() if question["required"] and name not in told]
    if faults:
        raise rules.Refusal(400, {"variables_needed_to_start": faults})
    own = {name: value for name, value in rules.checked_variables("extra_vars", kept["extra_vars"]).items() if name not in told}
    told |= {"awx_job_template_name": template, "awx_inventory_name": store.get("inventories", kept["inventory"])["name"]}
    return "".join(yaml.dump({name: value}, Dumper=yaml.SafeDumper) for name, value in own.items()) + yaml.dump(told, Dumper=_Untrusted)


def prepare(store: Store, template: str, base: Path, answers: Mapping[str, Any], *options: str) -> Job:
    """Make the private data folder of a job in a folder.

    :param answers: to the survey, where they are others than its defaults
    :param options: for ansible-playbook, as `--check`
    """
    kept = store.named("job_templates", template)
    told = extra_variables(store, template, answers)
    number = next(_NUMBERS)
    folder = base / f"awx_{number}_{template.replace(' ', '')}"
    for part in ("inventory", "env"):
        (folder / part).mkdir(parents=True, mode=0o700)
    shutil.copytree(store.repositories[store.get("projects", kept["project"])["scm_url"]], folder / "project")
    hosts = {one["name"]: rules.checked_variables("variables", one["variables"]) for one in _hosts(store, kept["inventory"])}
    listed = json.dumps({"all": {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}})
    _write(folder / "inventory" / "hosts", f"#! /usr/bin/env python3\nprint({listed!r})\n", 0o700)
    _write(folder / "env" / "extravars", told)
    _write(folder / "env" / "cmdline", shlex.join(["-u", "root", "--diff", "-vvvv", *options]))
    _write(folder / "env" / "settings", json.dumps({"job_timeout": 0, "suppress_ansible_output": True, "suppress_output_file": True}))
    variables = {"AWX_PRIVATE_DATA_DIR": str(folder), "JOB_ID": str(number), "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True"}
    for credential in store.attached.get(kept["id"], []):
        variables |= environment(store, credential)
    parameters = {"ident": number, "playbook": kept["playbook"], "inventory": "inventory/hosts", "suppress_env_files": True}
    return Job(folder, number, variables, parameters)


def _hosts(store: Store, inventory: int) -> list[rules.Item]:
    return [one for one in store.items["hosts"].values() if one["inventory"] == inventory]


def _write(path: Path, content: str, mode: int = 0o600) -> None:
    path.touch(mode=mode)
    path.write_text(content, encoding="utf-8")
