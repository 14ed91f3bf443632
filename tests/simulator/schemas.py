# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies that Harbor takes, as its generated Go code knows them."""
from __future__ import annotations

from .gojson import ANY, BOOLEAN, INTEGER, STRING, GoType, ListOf, MapOf, Struct

ACCESS = Struct("Access", {"action": STRING, "effect": STRING, "resource": STRING})
ROBOT_PERMISSION = Struct("RobotPermission", {"access": ListOf(ACCESS), "kind": STRING, "namespace": STRING})

ROBOT_CREATE = Struct("RobotCreate", {
    "description": STRING, "disable": BOOLEAN, "duration": INTEGER, "level": STRING, "name": STRING,
    "permissions": ListOf(ROBOT_PERMISSION), "secret": STRING,
})
ROBOT = Struct("Robot", {
    "creation_time": STRING, "creator_ref": INTEGER, "creator_type": STRING, "description": STRING, "disable": BOOLEAN,
    "duration": INTEGER, "editable": BOOLEAN, "expires_at": INTEGER, "id": INTEGER, "level": STRING, "name": STRING,
    "permissions": ListOf(ROBOT_PERMISSION), "secret": STRING, "update_time": STRING,
})
ROBOT_SECRET = Struct("RobotSec", {"secret": STRING})
ROBOT_CREATE_V1 = Struct("RobotCreateV1", {
    "access": ListOf(ACCESS), "description": STRING, "expires_at": INTEGER, "name": STRING,
})

PROJECT_METADATA = Struct("ProjectMetadata", dict.fromkeys((
    "auto_sbom_generation", "auto_scan", "enable_content_trust", "enable_content_trust_cosign", "max_upstream_conn", "prevent_vul",
    "proxy_speed_kb", "public", "retention_id", "reuse_sys_cve_allowlist", "severity",
), STRING))
CVE_ALLOWLIST = Struct("CVEAllowlist", {
    "creation_time": STRING, "expires_at": INTEGER, "id": INTEGER,
    "items": ListOf(Struct("CVEAllowlistItem", {"cve_id": STRING})), "project_id": INTEGER, "update_time": STRING,
})
PROJECT = Struct("ProjectReq", {
    "cve_allowlist": CVE_ALLOWLIST, "metadata": PROJECT_METADATA, "project_name": STRING, "public": BOOLEAN,
    "registry_id": INTEGER, "storage_limit": INTEGER,
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

_GO_OF_SETTING: dict[type, GoType] = {str: STRING, int: INTEGER, bool: BOOLEAN, dict: ANY}


def settings_struct(defaults: dict[str, object]) -> Struct:
    """The body of PUT /configurations for the given settings: each has the type of its default."""
    return Struct("Configurations", {name: _GO_OF_SETTING[type(value)] for name, value in defaults.items()})
