# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies that Harbor takes, as its generated Go code knows them."""
from __future__ import annotations

from functools import cache

from .gojson import ANY, BOOLEAN, INTEGER, STRING, GoType, ListOf, MapOf, Struct
from .versions import Version

ACCESS = Struct("Access", {"action": STRING, "effect": STRING, "resource": STRING})
ROBOT_PERMISSION = Struct("RobotPermission", {"access": ListOf(ACCESS), "kind": STRING, "namespace": STRING})

ROBOT_CREATE = Struct("RobotCreate", {
    "description": STRING, "disable": BOOLEAN, "duration": INTEGER, "level": STRING, "name": STRING,
    "permissions": ListOf(ROBOT_PERMISSION), "secret": STRING,
})
_ROBOT: dict[str, GoType] = {
    "creation_time": STRING, "description": STRING, "disable": BOOLEAN, "duration": INTEGER, "editable": BOOLEAN, "expires_at": INTEGER,
    "id": INTEGER, "level": STRING, "name": STRING, "permissions": ListOf(ROBOT_PERMISSION), "secret": STRING, "update_time": STRING,
}


@cache
def robot(version: Version) -> Struct:
    """The body of PUT /robots/{id}."""
    return Struct("Robot", {**_ROBOT, **({"creator_ref": INTEGER, "creator_type": STRING} if version.knows_creator else {})})


ROBOT_SECRET = Struct("RobotSec", {"secret": STRING})
ROBOT_CREATE_V1 = Struct("RobotCreateV1", {
    "access": ListOf(ACCESS), "description": STRING, "expires_at": INTEGER, "name": STRING,
})

_METADATA: list[tuple[str, tuple[int, int]]] = [
    ("auto_sbom_generation", (2, 11)), ("auto_scan", (2, 2)), ("enable_content_trust", (2, 2)), ("enable_content_trust_cosign", (2, 5)),
    ("prevent_vul", (2, 2)), ("proxy_cache_local_on_not_found", (2, 15)), ("proxy_referrer_api", (2, 16)), ("public", (2, 2)),
    ("retention_id", (2, 2)), ("reuse_sys_cve_allowlist", (2, 2)), ("severity", (2, 2)),
]
"""What projects that cache nothing may have as metadata, and the version that it came with."""

CVE_ALLOWLIST = Struct("CVEAllowlist", {
    "creation_time": STRING, "expires_at": INTEGER, "id": INTEGER,
    "items": ListOf(Struct("CVEAllowlistItem", {"cve_id": STRING})), "project_id": INTEGER, "update_time": STRING,
})


@cache
def project(version: Version) -> Struct:
    """The body of POST and PUT /projects."""
    metadata = Struct("ProjectMetadata", {name: STRING for name, since in _METADATA if version.since(*since)})
    return Struct("ProjectReq", {
        "cve_allowlist": CVE_ALLOWLIST, "metadata": metadata, "project_name": STRING, "public": BOOLEAN, "registry_id": INTEGER,
        "storage_limit": INTEGER,
    })


PROJECT_MEMBER = Struct("ProjectMember", {
    "member_group": Struct("UserGroup", {"group_name": STRING, "group_type": INTEGER, "id": INTEGER, "ldap_group_dn": STRING}),
    "member_user": Struct("UserEntity", {"user_id": INTEGER, "username": STRING}),
    "role_id": INTEGER,
})
ROLE = Struct("RoleRequest", {"role_id": INTEGER})

USER_CREATE = Struct("UserCreationReq", {
    "comment": STRING, "email": STRING, "password": STRING, "realname": STRING, "username": STRING,
})
USER_PROFILE = Struct("UserProfile", {"comment": STRING, "email": STRING, "realname": STRING})
USER_PASSWORD = Struct("PasswordReq", {"new_password": STRING, "old_password": STRING})
USER_ADMIN = Struct("UserSysAdminFlag", {"sysadmin_flag": BOOLEAN})

LABEL = Struct("Label", {
    "color": STRING, "creation_time": STRING, "description": STRING, "id": INTEGER, "name": STRING, "project_id": INTEGER,
    "scope": STRING, "update_time": STRING,
})

METADATA = MapOf(STRING, "map[string]string")
QUOTA = Struct("QuotaUpdateReq", {"hard": MapOf(INTEGER, "models.ResourceList")})
CLI_SECRET = Struct("OIDCCliSecretReq", {"secret": STRING})
SCAN_TYPE = Struct("ScanType", {"scan_type": STRING})


def check_scan_type(body: dict[str, str]) -> list[str]:
    """What the generated model says of the kind of a scan."""
    known = ("vulnerability", "sbom")
    return [] if body.get("scan_type", "") in ("", *known) else [f"scan_type in body should be one of [{' '.join(known)}]"]


REPOSITORY = Struct("Repository", {
    "artifact_count": INTEGER, "creation_time": STRING, "description": STRING, "id": INTEGER, "name": STRING, "project_id": INTEGER,
    "pull_count": INTEGER, "update_time": STRING,
})
TAG = Struct("Tag", {
    "artifact_id": INTEGER, "id": INTEGER, "immutable": BOOLEAN, "name": STRING, "pull_time": STRING, "push_time": STRING,
    "repository_id": INTEGER,
})

_GO_OF_SETTING: dict[type, GoType] = {str: STRING, int: INTEGER, bool: BOOLEAN, dict: ANY}


def settings_struct(defaults: dict[str, object]) -> Struct:
    """The body of PUT /configurations for the given settings: each has the type of its default."""
    return Struct("Configurations", {name: _GO_OF_SETTING[type(value)] for name, value in defaults.items()})
