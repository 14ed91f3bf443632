# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories and artifacts: nothing can be pushed, so that there are none, and every call ends at their absence.

What comes before is as in Harbor: who may do it, and what else has to be there.
"""
from __future__ import annotations

import re
from collections.abc import Callable

from .access import Call
from .errors import bad_request, not_found
from .messages import DIGEST, Answer, ok
from .query import list_headers

_SOURCE = re.compile(r"([a-zA-Z0-9][a-zA-Z0-9._:/-]*?)(?::(\w[\w.-]{0,127}))?(?:@([a-z0-9]+:[0-9a-fA-F]{32,}))?")


def _empty_list(call: Call) -> Answer:
    query = call.query()
    return ok([], list_headers(call.request, query, 0))


def _named_project(call: Call) -> str:
    return str(call.arguments["project_name"])


def _absent(call: Call) -> Exception:
    """Names with a slash arrive escaped twice. A digest is looked up at once, a tag in its repository."""
    name = re.sub("%2[fF]", "/", str(call.arguments["repository_name"]))
    return _unknown(f"{_named_project(call)}/{name}", str(call.arguments.get("reference", "")))


def _unknown(repository: str, reference: str) -> Exception:
    if DIGEST.fullmatch(reference):
        return not_found(f"artifact {repository}@{reference} not found")
    return not_found(f"repository {repository} not found")


# --- repositories -----------------------------------------------------------------------------------------------------


def all_repositories(call: Call) -> Answer:
    return _empty_list(call)


def repositories(call: Call) -> Answer:
    call.require_in_project(_named_project(call), "repository", "list")
    call.project(_named_project(call))
    return _empty_list(call)


def of_project(call: Call) -> Answer:
    """The artifacts of all repositories of a project."""
    call.require_authenticated()
    wanted = call.project_in_path()
    call.require_in_project(wanted, "artifact", "list")
    call.project(wanted)
    query = call.query()
    if call.arguments["latest_in_repository"] and ("media_type" in query.keywords) == ("artifact_type" in query.keywords):
        raise bad_request("bad request: either 'media_type' or 'artifact_type' must be specified, but not both, "
                          "when querying with latest_in_repository")
    return ok([], list_headers(call.request, query, 0))


def listed(call: Call) -> Answer:
    call.require_in_project(_named_project(call), "artifact", "list")
    return _empty_list(call)


# --- one of them ------------------------------------------------------------------------------------------------------


def absent(resource: str, action: str, in_project: bool = False) -> Callable[[Call], Answer]:
    """A call about what is not there, for those who may make it; with `in_project` the project is looked up before."""
    def handler(call: Call) -> Answer:
        call.require_in_project(_named_project(call), resource, action)
        if in_project:
            call.project(_named_project(call))
        call.query()
        raise _absent(call)
    return handler


def scan(action: str) -> Callable[[Call], Answer]:
    """A scan for vulnerabilities, or for what an artifact is made of, which is a permission of its own."""
    def handler(call: Call) -> Answer:
        made_of = bool(call.body) and call.body.get("scan_type") == "sbom"
        call.require_in_project(_named_project(call), "sbom" if made_of else "scan", action)
        raise _absent(call)
    return handler


def copy(call: Call) -> Answer:
    call.require_in_project(_named_project(call), "artifact", "create")
    call.project(_named_project(call))
    source = str(call.arguments["from"])
    match = _SOURCE.fullmatch(source)
    if not match:
        raise bad_request(f"invalid input: {source}")
    call.require_in_project(match[1].partition("/")[0] if "/" in match[1] else "", "artifact", "read")
    raise _unknown(match[1], match[3] or match[2] or "")


def add_label(call: Call) -> Answer:
    """The project and the label are looked up first."""
    project = call.project(_named_project(call))
    call.require_in_project(project.id, "artifact-label", "create")
    number = call.body.get("id", 0)
    label = call.state.labels.get(number)
    if label is None:
        raise not_found(f"label {number} not found")
    if label.scope == "p" and label.project_id != project.id:
        raise not_found(f"project id {project.id}, label {number} not found")
    raise _absent(call)
