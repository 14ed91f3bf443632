# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the stand-in keeps and refuses, as AWX 24.6.1 does."""

from __future__ import annotations

import copy
import dataclasses
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.awx import rules
from tests.awx.rules import Item, Refusal

ASKED = ("credential", "diff_mode", "execution_environment", "inventory", "job_slice_count", "job_type", "limit", "variables", "verbosity")


@dataclasses.dataclass(frozen=True)
class Kind:
    """A collection of the API.

    :ivar fields: what a client can set, with the value that it has otherwise
    :ivar links: fields that are the number of another object, with its kind
    :ivar needed: fields that a new object has to be given
    :ivar unique: fields that no two objects share all of
    :ivar secret: fields that hold no more than a hint once they are written
    """

    fields: Mapping[str, Any]
    links: Mapping[str, str] = dataclasses.field(default_factory=dict)
    needed: tuple[str, ...] = ()
    unique: tuple[str, ...] = ("name",)


_NAMED = {"name": "", "description": ""}

KINDS = {
    "organizations": Kind(_NAMED),
    "credential_types": Kind({**_NAMED, "kind": "", "inputs": {}, "injectors": {}}, needed=("kind",), unique=("name", "kind")),
    "credentials": Kind(
        {**_NAMED, "inputs": {}},
        {"organization": "organizations", "credential_type": "credential_types"},
        ("organization", "credential_type"),
        ("organization", "name", "credential_type"),
    ),
    "execution_environments": Kind({**_NAMED, "image": "", "pull": ""}, {"organization": "organizations"}, ("image",)),
    "inventories": Kind(
        {**_NAMED, "kind": "", "host_filter": None, "variables": ""},
        {"organization": "organizations"},
        ("organization",),
        ("name", "organization"),
    ),
    "hosts": Kind({**_NAMED, "enabled": True, "variables": ""}, {"inventory": "inventories"}, ("inventory",), ("name", "inventory")),
    "projects": Kind(
        {**_NAMED, "scm_type": "", "scm_url": "", "scm_branch": "", "scm_update_on_launch": False},
        {"organization": "organizations", "credential": "credentials"},
        (),
        ("name", "organization"),
    ),
    "job_templates": Kind(
        {
            **_NAMED,
            "playbook": "",
            "job_type": "run",
            "extra_vars": "",
            "job_slice_count": 1,
            "survey_enabled": False,
            "allow_simultaneous": False,
            "use_fact_cache": False,
            **{f"ask_{name}_on_launch": False for name in ASKED},
        },
        {"project": "projects", "inventory": "inventories", "execution_environment": "execution_environments"},
        ("project", "playbook"),
        ("name", "organization"),
    ),
}


class Store:
    """All objects by kind and number.

    :param repositories: the folder in which a project's repository is, by its URL; of others an update fails
    """

    def __init__(self, repositories: Mapping[str, Path]) -> None:
        self.repositories = repositories
        self.items: dict[str, dict[int, Item]] = {kind: {} for kind in KINDS}
        self.surveys: dict[int, Item] = {}
        self.attached: dict[int, list[int]] = {}
        self.updates: dict[int, int] = {}
        self._numbers = itertools.count(1)
        self._checks: dict[str, Callable[[Item, Item | None], None]] = {
            "credential_types": self._check_type,
            "credentials": self._check_credential,
            "projects": self._check_project,
            "job_templates": self._check_template,
        }
        self.create("organizations", {"name": "Default"})

    # -- what clients do -------------------------------------------------------------------------------------------

    def find(self, kind: str, wanted: Mapping[str, str]) -> list[Item]:
        """The objects that fit all filters, of which those with `or__` are one."""
        known = {"id", *KINDS[kind].fields, *KINDS[kind].links, *KINDS[kind].unique}
        for name in wanted:
            if name.removeprefix("or__") not in known:
                raise Refusal(400, {"detail": f"{name} is no field of {kind}"})
        every = {name: value for name, value in wanted.items() if not name.startswith("or__")}
        any_of = {name.removeprefix("or__"): value for name, value in wanted.items() if name.startswith("or__")}

        def fits(item: Item) -> bool:
            one = not any_of or any(str(item[name]) == value for name, value in any_of.items())
            return one and all(str(item[name]) == value for name, value in every.items())

        return [self.show(kind, number) for number, item in self.items[kind].items() if fits(item)]

    def show(self, kind: str, number: int) -> Item:
        """One object as clients see it."""
        item = copy.deepcopy(self.get(kind, number))
        url = f"/api/v2/{kind}/{number}/"
        item |= {"url": url, "managed": False, "related": {}, "summary_fields": {}}
        if kind == "credentials":
            secret = rules.secret_fields(self.get("credential_types", item["credential_type"])["inputs"])
            item["inputs"] = {name: "$encrypted$" if name in secret else value for name, value in item["inputs"].items()}
        if kind == "projects":
            item["related"]["update"] = f"{url}update/"
            running = [update for update, project in self.updates.items() if project == number]
            item["summary_fields"] = {"current_update": {"id": running[0]}} if running else {}
        if kind == "job_templates":
            item["related"] = {"survey_spec": f"{url}survey_spec/", "credentials": f"{url}credentials/"}
        return item

    def create(self, kind: str, given: Mapping[str, Any]) -> Item:
        """A new object."""
        missing = [name for name in ("name", *KINDS[kind].needed) if given.get(name) in (None, "")]
        if missing:
            raise Refusal(400, {name: ["This field is required."] for name in missing})
        item = {**copy.deepcopy(dict(KINDS[kind].fields)), **dict.fromkeys(KINDS[kind].links)}
        return self._write(kind, next(self._numbers), item, given, None)

    def change(self, kind: str, number: int, given: Mapping[str, Any]) -> Item:
        """An object with other values."""
        old = self.get(kind, number)
        return self._write(kind, number, copy.deepcopy(old), given, old)

    def finish_update(self, update: int) -> Item:
        """Get a project's repository; what became of it."""
        project = self.items["projects"][self.updates.pop(update)]
        folder = self.repositories.get(project["scm_url"])
        project["playbook_files"] = rules.playbooks(folder) if folder else []
        project["scm_revision"] = "5" * 40 if folder else ""
        return {"id": update, "status": "successful" if folder else "failed"}

    def set_survey(self, number: int, spec: Any) -> None:
        """Give a job template a survey."""
        self.get("job_templates", number)
        self.surveys[number] = rules.checked_survey(spec)

    def attach(self, number: int, given: Mapping[str, Any]) -> None:
        """Give a job template a credential, or take one away."""
        attached = self.attached.setdefault(number, [])
        if given.get("disassociate"):
            attached.remove(given["id"])
            return
        kinds = [self.get("credentials", one)["credential_type"] for one in (*attached, given["id"])]
        if len(kinds) > len(set(kinds)):
            raise Refusal(400, {"error": f"Cannot assign multiple {self.get('credential_types', kinds[-1])['name']} credentials."})
        attached.append(given["id"])

    def get(self, kind: str, number: Any) -> Item:
        """One object as it is kept."""
        try:
            return self.items[kind][number]
        except KeyError:
            raise Refusal(404, {"detail": "Not found."}) from None

    def named(self, kind: str, name: str) -> Item:
        """The only object of a name, as it is kept."""
        (found,) = (item for item in self.items[kind].values() if item["name"] == name)
        return found

    # -- what is refused -------------------------------------------------------------------------------------------

    def _write(self, kind: str, number: int, item: Item, given: Mapping[str, Any], old: Item | None) -> Item:
        shape = KINDS[kind]
        for name, value in given.items():
            if name in shape.links:
                if value is not None and value not in self.items[shape.links[name]]:
                    raise Refusal(400, {name: [f'Invalid pk "{value}" - object does not exist.']})
            elif name not in shape.fields:
                continue  # AWX ignores what it does not know
            elif value is None and shape.fields[name] == "":
                value = ""
            elif type(value) is not type(shape.fields[name]):
                raise Refusal(400, {name: [f"Not a valid {type(shape.fields[name]).__name__}."]})
            item[name] = copy.deepcopy(value)
        if kind == "job_templates":
            item["organization"] = self.get("projects", item["project"])["organization"]
        if kind in self._checks:
            self._checks[kind](item, old)
        key = [item.get(name) for name in shape.unique]
        if any(key == [other.get(name) for name in shape.unique] for one, other in self.items[kind].items() if one != number):
            raise Refusal(400, {"__all__": [f"{kind} with this ({', '.join(shape.unique)}) combination already exists."]})
        self.items[kind][number] = {"id": number, **item}
        if kind == "projects" and (old is None or any(item[name] != old[name] for name in ("scm_type", "scm_url", "scm_branch"))):
            self.items[kind][number] |= {"scm_revision": "", "playbook_files": []}
            self.updates[next(self._numbers)] = number
        return self.show(kind, number)

    def _check_type(self, item: Item, old: Item | None) -> None:
        used = old and any(one["credential_type"] == old["id"] for one in self.items["credentials"].values())
        if used and old and old["inputs"] != item["inputs"]:
            raise Refusal(403, {"detail": "Modifications to inputs are not allowed for credential types that are in use"})
        rules.check_credential_type(item)

    def _check_credential(self, item: Item, old: Item | None) -> None:
        for name, value in item["inputs"].items():
            if value == "$encrypted$":
                if not old or name not in old["inputs"]:
                    raise Refusal(400, {"inputs": [f"$encrypted$ is a reserved keyword, and cannot be used for {name}."]})
                item["inputs"][name] = old["inputs"][name]
        rules.check_inputs(item["inputs"], self.get("credential_types", item["credential_type"])["inputs"])

    def _check_project(self, item: Item, old: Item | None) -> None:
        if not item["scm_type"] and item["scm_update_on_launch"]:
            raise Refusal(400, {"scm_update_on_launch": ["Update options must be set to false for manual projects."]})
        if item["scm_type"] and not item["scm_url"]:
            raise Refusal(400, {"scm_url": ["SCM URL is required."]})

    def _check_template(self, item: Item, old: Item | None) -> None:
        if item["inventory"] is None and not item["ask_inventory_on_launch"]:
            raise Refusal(400, {"inventory": ["You must either set a default value or ask to prompt on launch."]})
        if item["playbook"] not in self.get("projects", item["project"])["playbook_files"]:
            raise Refusal(400, {"playbook": ["Playbook not found for project."]})
        rules.checked_variables("extra_vars", item["extra_vars"])
