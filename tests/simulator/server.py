# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client may ask about the server: settings, versions, health, statistics and search."""
from __future__ import annotations

from typing import Any

from . import projects, settings
from .access import Call
from .errors import not_found, unauthorized
from .identity import UserIdentity
from .messages import JSON, TEXT, Answer, ok, text
from .state import now, stamp

COMPONENTS = ("core", "database", "jobservice", "portal", "redis", "registry", "registryctl", "trivy")
DISK = {"free": 40 * 2**30, "total": 80 * 2**30}


def ping(call: Call) -> Answer:
    if call.accepts == JSON:
        return ok("Pong")
    return text("Pong", kind="text/plain")


def version(_call: Call) -> Answer:
    answer = ok({"version": "v2.0"})
    answer.kind, answer.body = TEXT, answer.body.rstrip()
    return answer


def health(_call: Call) -> Answer:
    return ok({"components": [{"name": name, "status": "healthy"} for name in COMPONENTS], "status": "healthy"})


def system_info(call: Call) -> Answer:
    known, having = call.state.settings, call.version
    result: dict[str, Any] = {"auth_mode": known["auth_mode"], "self_registration": known["self_registration"]}
    if having.has_primary_auth_mode:
        result["primary_auth_mode"] = known["primary_auth_mode"]
    if having.has_banner:
        result["banner_message"] = known["banner_message"]
    if having.has_oidc_provider_name:
        result["oidc_provider_name"] = known["oidc_name"] if known["auth_mode"] == "oidc_auth" else ""
    if call.identity.authenticated or not having.hides_version:
        result["harbor_version"] = having.harbor_version
    if call.identity.authenticated:
        result.update(
            external_url=call.endpoint, has_ca_root=False, notification_enable=known["notification_enable"],
            project_creation_restriction=known["project_creation_restriction"], read_only=known["read_only"],
            registry_storage_provider_name="filesystem", registry_url=call.endpoint.partition("://")[2])
        if having.tells_of_notary:
            result["with_notary"] = False
        if having.counts_charts:
            result["with_chartmuseum"] = False
        if having.tells_time:
            result["current_time"] = stamp(now())
    return ok(result)


def volumes(call: Call) -> Answer:
    call.require_in_system("system-volumes", "read")
    return ok({"storage": [dict(DISK)]})


def certificate(_call: Call) -> Answer:
    raise not_found("resource not found: cert not found in path: /etc/core/ca/ca.crt")


def read_settings(call: Call) -> Answer:
    call.require_in_system("configuration", "read")
    return ok(settings.shown(call.state.settings, _auth_mode_editable(call), omit_zero=not call.version.since(2, 4)))


def change_settings(call: Call) -> Answer:
    call.require_in_system("configuration", "update")
    settings.change(call.state.settings, call.body, call.version, _auth_mode_editable(call))
    return Answer()


def internal_settings(_call: Call) -> Answer:
    """For Harbor's own services, which nobody is here."""
    raise unauthorized("only internal service is allowed to call this API")


def _auth_mode_editable(call: Call) -> bool:
    return len(call.state.users) == 1


def statistics(call: Call) -> Answer:
    call.require_authenticated()
    everything = list(call.state.projects.values())
    public = sum(project.public for project in everything)
    private = total = 0
    if call.identity.administrator:
        total = len(everything)
        private = total - public
    elif isinstance(call.identity, UserIdentity):
        private = sum(1 for project in everything if not project.public and call.state.roles(project, call.identity.id))
    return ok({"private_project_count": private, "private_repo_count": 0, "public_project_count": public, "public_repo_count": 0,
               "total_project_count": total, "total_repo_count": 0, "total_storage_consumption": 0})


def search(call: Call) -> Answer:
    rows = list(call.state.projects.values())
    caller = call.identity
    if not caller.administrator:
        rows = [project for project in rows
                if project.public or (isinstance(caller, UserIdentity) and call.state.roles(project, caller.id))]
    found = sorted((project for project in rows if call.arguments["q"] in project.name), key=lambda project: project.name)
    return ok({"project": [projects.printed(call, project, with_owner=False) for project in found], "repository": []})
