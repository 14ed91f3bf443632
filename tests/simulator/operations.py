# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call below /api/v2.0 that the simulated Harbor knows."""
from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from . import audit, permissions, project_robots, projects, robots, schemas, server, settings, users
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
ADDITIONS = ("build_history", "values.yaml", "readme.md", "dependencies", "sbom", "license", "files")


def _settings_type(version: Version) -> Any:
    return schemas.settings_struct(settings.defaults_for(version))


_OLD: Callable[[Version], bool] = attrgetter("has_project_robot_paths")
_NEW_LOG: Callable[[Version], bool] = attrgetter("audits_in_new_log")
_CHECKED: Callable[[Version], bool] = attrgetter("checks_permissions")

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

_REPOSITORIES = "/projects/{project_name}/repositories"
_REPOSITORY = _REPOSITORIES + "/{repository_name}"
_ARTIFACTS = _REPOSITORY + "/artifacts"
_ARTIFACT = _ARTIFACTS + "/{reference}"
REPOSITORIES = [
    Operation("GET", "/repositories", projects.all_repositories, LIST),
    Operation("GET", _REPOSITORIES, projects.repositories, PROJECT_NAME + LIST),
    Operation("GET", _REPOSITORY, projects.repository, REPOSITORY),
    Operation("DELETE", _REPOSITORY, projects.repository, REPOSITORY),
    Operation("GET", _ARTIFACTS, projects.artifacts, REPOSITORY + LIST),
    Operation("GET", _ARTIFACT, projects.artifact, ARTIFACT + PAGES),
    Operation("DELETE", _ARTIFACT, projects.artifact, ARTIFACT),
    Operation("GET", _ARTIFACT + "/tags", projects.tags, ARTIFACT + LIST),
    Operation("GET", _ARTIFACT + "/additions/vulnerabilities", projects.additions, ARTIFACT),
    Operation("GET", _ARTIFACT + "/additions/{addition}", projects.additions, (
        *ARTIFACT, Argument("addition", place="path", choices=ADDITIONS))),
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
    Operation("GET", "/statistics", server.statistics),
    Operation("GET", "/search", server.search, (Argument("q", required=True),)),
    Operation("GET", "/labels", server.list_labels, (*LIST, Argument("name"), Argument("scope"), Argument("project_id", int))),
    Operation("POST", "/labels", server.create_label, body=Body("label", schemas.LABEL)),
    Operation("GET", "/labels/{label_id}", server.read_label, LABEL_ID),
    Operation("PUT", "/labels/{label_id}", server.update_label, LABEL_ID, Body("label", schemas.LABEL)),
    Operation("DELETE", "/labels/{label_id}", server.delete_label, LABEL_ID),
    Operation("GET", "/audit-logs", audit.old_log, LIST),
    Operation("GET", "/auditlog-exts", audit.new_log, LIST, exists=_NEW_LOG),
    Operation("GET", _LOG + "/logs", audit.old_project_log, PROJECT_NAME + LIST),
    Operation("GET", _LOG + "/auditlog-exts", audit.new_project_log, PROJECT_NAME + LIST, exists=_NEW_LOG),
]

ALL = ROBOTS + PROJECT_ROBOTS + PROJECTS + REPOSITORIES + USERS + SERVER
