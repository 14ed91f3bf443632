# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call below /api/v2.0 that the simulated Harbor knows."""
from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from . import (
    artifacts,
    audit,
    labels,
    metadata,
    permissions,
    project_robots,
    projects,
    quotas,
    robots,
    schemas,
    server,
    settings,
    users,
)
from .binding import Argument, Body, Operation
from .versions import Version

LIST = (Argument("q"), Argument("sort"), Argument("page", int, default=1), Argument("page_size", int, default=10, maximum=100))
PAGES = LIST[2:]
NAME_OR_ID = (Argument("project_name_or_id", place="path"), Argument("X-Is-Resource-Name", bool, "header", False))
PROJECT_NAME = (Argument("project_name", place="path"),)
REPOSITORY = (*PROJECT_NAME, Argument("repository_name", place="path"))
ARTIFACT = (*REPOSITORY, Argument("reference", place="path"))
ROBOT_ID = (Argument("robot_id", int, "path"),)
USER_ID = (Argument("user_id", int, "path"),)
LABEL_ID = (Argument("label_id", int, "path"),)
MEMBER_ID = (Argument("mid", int, "path"),)
QUOTA_ID = (Argument("id", int, "path"),)


def _settings_type(version: Version) -> Any:
    return schemas.settings_struct(settings.defaults_for(version))


_OLD: Callable[[Version], bool] = attrgetter("has_project_robot_paths")
_NEW_LOG: Callable[[Version], bool] = attrgetter("audits_in_new_log")
_CHECKED: Callable[[Version], bool] = attrgetter("checks_permissions")
_SBOMS: Callable[[Version], bool] = attrgetter("scans_for_sboms")

ROBOTS = [
    Operation("GET", "/robots", robots.listed, LIST),
    Operation("POST", "/robots", robots.create, body=Body("robot", schemas.ROBOT_CREATE)),
    Operation("GET", "/robots/{robot_id}", robots.read, ROBOT_ID),
    Operation("PUT", "/robots/{robot_id}", robots.update, ROBOT_ID, Body("robot", schemas.robot)),
    Operation("PATCH", "/robots/{robot_id}", robots.refresh, ROBOT_ID, Body("robotSec", schemas.ROBOT_SECRET)),
    Operation("DELETE", "/robots/{robot_id}", robots.delete, ROBOT_ID),
    Operation("GET", "/permissions", permissions.listed, exists=_CHECKED),
]

_PROJECT_ROBOTS = "/projects/{project_name_or_id}/robots"
PROJECT_ROBOTS = [
    Operation("GET", _PROJECT_ROBOTS, project_robots.listed, NAME_OR_ID + LIST, exists=_OLD),
    Operation("POST", _PROJECT_ROBOTS, project_robots.create, NAME_OR_ID, Body("robot", schemas.ROBOT_CREATE_V1), exists=_OLD),
    Operation("GET", _PROJECT_ROBOTS + "/{robot_id}", project_robots.read, NAME_OR_ID + ROBOT_ID, exists=_OLD),
    Operation("PUT", _PROJECT_ROBOTS + "/{robot_id}", project_robots.update, NAME_OR_ID + ROBOT_ID, Body("robot", schemas.robot),
              exists=_OLD),
    Operation("DELETE", _PROJECT_ROBOTS + "/{robot_id}", project_robots.delete, NAME_OR_ID + ROBOT_ID, exists=_OLD),
]

_PROJECT = "/projects/{project_name_or_id}"
_MEMBERS = _PROJECT + "/members"
PROJECTS = [
    Operation("GET", "/projects", projects.listed, (
        *LIST, Argument("name"), Argument("public", bool), Argument("owner"), Argument("with_detail", bool, default=True))),
    Operation("HEAD", "/projects", projects.exists, (Argument("project_name", required=True),)),
    Operation("POST", "/projects", projects.create, (Argument("X-Resource-Name-In-Location", bool, "header", False),),
              Body("project", schemas.project, projects.check_request)),
    Operation("GET", _PROJECT, projects.read, NAME_OR_ID),
    Operation("PUT", _PROJECT, projects.update, NAME_OR_ID, Body("project", schemas.project, projects.check_request)),
    Operation("DELETE", _PROJECT, projects.delete, NAME_OR_ID),
    Operation("GET", _PROJECT + "/_deletable", projects.deletable, NAME_OR_ID),
    Operation("GET", _PROJECT + "/summary", projects.summary, NAME_OR_ID),
    Operation("GET", _MEMBERS, projects.list_members, (*NAME_OR_ID, *PAGES, Argument("entityname"))),
    Operation("POST", _MEMBERS, projects.add_member, NAME_OR_ID, Body("project_member", schemas.PROJECT_MEMBER)),
    Operation("GET", _MEMBERS + "/{mid}", projects.read_member, NAME_OR_ID + MEMBER_ID),
    Operation("PUT", _MEMBERS + "/{mid}", projects.update_member, NAME_OR_ID + MEMBER_ID, Body("role", schemas.ROLE)),
    Operation("DELETE", _MEMBERS + "/{mid}", projects.remove_member, NAME_OR_ID + MEMBER_ID),
]

_METADATA = _PROJECT + "/metadatas"
_META_NAME = (*NAME_OR_ID, Argument("meta_name", place="path"))
_PAIR = Body("metadata", schemas.METADATA, required=False)
PROJECTS += [
    Operation("GET", _METADATA, metadata.listed, NAME_OR_ID),
    Operation("POST", _METADATA, metadata.add, NAME_OR_ID, _PAIR),
    Operation("GET", _METADATA + "/{meta_name}", metadata.read, _META_NAME),
    Operation("PUT", _METADATA + "/{meta_name}", metadata.update, _META_NAME, _PAIR),
    Operation("DELETE", _METADATA + "/{meta_name}", metadata.delete, _META_NAME),
    Operation("GET", _PROJECT + "/artifacts", artifacts.of_project, (*NAME_OR_ID, *LIST, Argument("latest_in_repository", bool)),
              exists=_SBOMS),
    Operation("GET", _PROJECT + "/scanner", quotas.scanner, NAME_OR_ID),
    Operation("GET", _PROJECT + "/scanner/candidates", quotas.none_in_project("scanner", "create"), NAME_OR_ID + LIST),
    Operation("GET", _PROJECT + "/immutabletagrules", quotas.none_in_project("immutable-tag"), NAME_OR_ID + LIST),
    Operation("GET", _PROJECT + "/webhook/policies", quotas.none_in_project("notification-policy"), NAME_OR_ID + LIST),
    Operation("GET", "/projects/{project_name}/preheat/policies", quotas.none_in_project("preheat-policy"), PROJECT_NAME + LIST),
]

_REPOSITORIES = "/projects/{project_name}/repositories"
_REPOSITORY = _REPOSITORIES + "/{repository_name}"
_ARTIFACTS = _REPOSITORY + "/artifacts"
_ARTIFACT = _ARTIFACTS + "/{reference}"
REPOSITORIES = [
    Operation("GET", "/repositories", artifacts.all_repositories, LIST),
    Operation("GET", _REPOSITORIES, artifacts.repositories, PROJECT_NAME + LIST),
    Operation("GET", _REPOSITORY, artifacts.absent("repository", "read"), REPOSITORY),
    Operation("PUT", _REPOSITORY, artifacts.absent("repository", "update"), REPOSITORY, Body("repository", schemas.REPOSITORY)),
    Operation("DELETE", _REPOSITORY, artifacts.absent("repository", "delete"), REPOSITORY),
    Operation("GET", _ARTIFACTS, artifacts.listed, REPOSITORY + LIST),
    Operation("POST", _ARTIFACTS, artifacts.copy, (*REPOSITORY, Argument("from", required=True))),
    Operation("GET", _ARTIFACT, artifacts.absent("artifact", "read"), ARTIFACT + PAGES),
    Operation("DELETE", _ARTIFACT, artifacts.absent("artifact", "delete"), ARTIFACT),
    Operation("POST", _ARTIFACT + "/scan", artifacts.scan("create"), ARTIFACT,
              Body("scanType", schemas.SCAN_TYPE, schemas.check_scan_type, required=False), exists=_SBOMS),
    Operation("POST", _ARTIFACT + "/scan", artifacts.scan("create"), ARTIFACT, exists=lambda version: not version.scans_for_sboms),
    Operation("POST", _ARTIFACT + "/scan/stop", artifacts.scan("stop"), ARTIFACT,
              Body("scanType", schemas.SCAN_TYPE, schemas.check_scan_type), exists=_SBOMS),
    Operation("POST", _ARTIFACT + "/scan/stop", artifacts.scan("stop"), ARTIFACT,
              exists=lambda version: version.stops_scans and not version.scans_for_sboms),
    Operation("GET", _ARTIFACT + "/scan/{report_id}/log", artifacts.absent("scan", "read"),
              (*ARTIFACT, Argument("report_id", place="path")), produces=("text/plain",)),
    Operation("GET", _ARTIFACT + "/tags", artifacts.absent("tag", "list"), ARTIFACT + LIST),
    Operation("POST", _ARTIFACT + "/tags", artifacts.absent("tag", "create", in_project=True), ARTIFACT, Body("tag", schemas.TAG)),
    Operation("DELETE", _ARTIFACT + "/tags/{tag_name}", artifacts.absent("tag", "delete"),
              (*ARTIFACT, Argument("tag_name", place="path"))),
    Operation("GET", _ARTIFACT + "/accessories", artifacts.absent("accessory", "list"), ARTIFACT + LIST,
              exists=attrgetter("has_accessories")),
    Operation("POST", _ARTIFACT + "/labels", artifacts.add_label, ARTIFACT, Body("label", schemas.LABEL)),
    Operation("DELETE", _ARTIFACT + "/labels/{label_id}", artifacts.absent("artifact-label", "delete"), ARTIFACT + LABEL_ID),
    Operation("GET", _ARTIFACT + "/additions/vulnerabilities", artifacts.absent("artifact-addition", "read"), ARTIFACT),
    Operation("GET", _ARTIFACT + "/additions/{addition}", artifacts.absent("artifact-addition", "read"), (
        *ARTIFACT, Argument("addition", place="path", choices=attrgetter("artifact_additions")))),
]

USERS = [
    Operation("GET", "/users", users.listed, LIST),
    Operation("POST", "/users", users.create, body=Body("userReq", schemas.USER_CREATE, users.check_new)),
    Operation("GET", "/users/current", users.current),
    Operation("GET", "/users/current/permissions", users.current_permissions, (Argument("scope"), Argument("relative", bool))),
    Operation("GET", "/users/search", users.search, (*PAGES, Argument("username", required=True))),
    Operation("GET", "/users/{user_id}", users.read, USER_ID),
    Operation("PUT", "/users/{user_id}", users.update, USER_ID, Body("profile", schemas.USER_PROFILE)),
    Operation("DELETE", "/users/{user_id}", users.delete, USER_ID),
    Operation("PUT", "/users/{user_id}/password", users.set_password, USER_ID, Body("password", schemas.USER_PASSWORD)),
    Operation("PUT", "/users/{user_id}/cli_secret", users.set_cli_secret, USER_ID, Body("secret", schemas.CLI_SECRET)),
    Operation("PUT", "/users/{user_id}/sysadmin", users.set_administrator, USER_ID, Body("sysadmin_flag", schemas.USER_ADMIN)),
]

_LOG = "/projects/{project_name}"
SERVER = [
    Operation("GET", "/ping", server.ping, produces=("text/plain",)),
    Operation("GET", "/health", server.health),
    Operation("GET", "/systeminfo", server.system_info),
    Operation("GET", "/systeminfo/volumes", server.volumes),
    Operation("GET", "/systeminfo/getcert", server.certificate, produces=("application/octet-stream",)),
    Operation("GET", "/configurations", server.read_settings),
    Operation("PUT", "/configurations", server.change_settings, body=Body("configurations", _settings_type)),
    Operation("GET", "/internalconfig", server.internal_settings),
    Operation("GET", "/statistics", server.statistics),
    Operation("GET", "/search", server.search, (Argument("q", required=True),)),
    Operation("GET", "/labels", labels.listed, (*LIST, Argument("name"), Argument("scope"), Argument("project_id", int))),
    Operation("POST", "/labels", labels.create, body=Body("label", schemas.LABEL)),
    Operation("GET", "/labels/{label_id}", labels.read, LABEL_ID),
    Operation("PUT", "/labels/{label_id}", labels.update, LABEL_ID, Body("label", schemas.LABEL)),
    Operation("DELETE", "/labels/{label_id}", labels.delete, LABEL_ID),
    Operation("GET", "/quotas", quotas.listed, (*PAGES, Argument("sort"), Argument("reference"), Argument("reference_id"))),
    Operation("GET", "/quotas/{id}", quotas.read, QUOTA_ID),
    Operation("PUT", "/quotas/{id}", quotas.update, QUOTA_ID, Body("hard", schemas.QUOTA)),
    Operation("GET", "/registries", quotas.none_of("registry"), LIST),
    Operation("GET", "/replication/policies", quotas.none_of("replication-policy"), LIST),
    Operation("GET", "/replication/executions", quotas.none_of("replication"), (*PAGES, Argument("sort"), Argument("policy_id", int))),
    Operation("GET", "/usergroups", quotas.none_of("user-group"), PAGES),
    Operation("GET", "/scanners", quotas.none_of("scanner"), LIST),
    Operation("GET", "/system/gc", quotas.none_of("garbage-collection"), LIST),
    Operation("GET", "/system/purgeaudit", quotas.none_of("purge-audit"), LIST, exists=attrgetter("purges_audit_log")),
    Operation("GET", "/p2p/preheat/instances", quotas.none_of("preheat-instance"), LIST),
    Operation("GET", "/audit-logs", audit.old_log, LIST),
    Operation("GET", "/auditlog-exts/events", audit.event_types, exists=_NEW_LOG),
    Operation("GET", "/auditlog-exts", audit.new_log, LIST, exists=_NEW_LOG),
    Operation("GET", _LOG + "/logs", audit.old_project_log, PROJECT_NAME + LIST),
    Operation("GET", _LOG + "/auditlog-exts", audit.new_project_log, PROJECT_NAME + LIST, exists=_NEW_LOG),
]

ALL = ROBOTS + PROJECT_ROBOTS + PROJECTS + REPOSITORIES + USERS + SERVER
