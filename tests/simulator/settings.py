# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What /configurations knows: the settings with their defaults, and the rules for changing them."""
from __future__ import annotations

from typing import Any

from .errors import bad_request
from .versions import Version

_DEFAULTS: list[tuple[str, Any, tuple[int, ...]]] = [
    ("auth_mode", "db_auth", (2, 2)),
    ("primary_auth_mode", False, (2, 8)),
    ("ldap_base_dn", "", (2, 2)),
    ("ldap_filter", "", (2, 2)),
    ("ldap_group_admin_dn", "", (2, 2)),
    ("ldap_group_attach_parallel", False, (2, 12)),
    ("ldap_group_attribute_name", "", (2, 2)),
    ("ldap_group_base_dn", "", (2, 2)),
    ("ldap_group_membership_attribute", "memberof", (2, 2)),
    ("ldap_group_search_filter", "", (2, 2)),
    ("ldap_group_search_scope", 2, (2, 2)),
    ("ldap_scope", 2, (2, 2)),
    ("ldap_search_dn", "", (2, 2)),
    ("ldap_search_password", "", (2, 2)),
    ("ldap_timeout", 5, (2, 2)),
    ("ldap_uid", "cn", (2, 2)),
    ("ldap_url", "", (2, 2)),
    ("ldap_verify_cert", True, (2, 2)),
    ("project_creation_restriction", "everyone", (2, 2)),
    ("read_only", False, (2, 2)),
    ("self_registration", False, (2, 2)),
    ("token_expiration", 30, (2, 2)),
    ("uaa_client_id", "", (2, 2)),
    ("uaa_client_secret", "", (2, 2)),
    ("uaa_endpoint", "", (2, 2)),
    ("uaa_verify_cert", False, (2, 2)),
    ("http_authproxy_admin_groups", "", (2, 2)),
    ("http_authproxy_admin_usernames", "", (2, 3)),
    ("http_authproxy_endpoint", "", (2, 2)),
    ("http_authproxy_server_certificate", "", (2, 2)),
    ("http_authproxy_skip_search", False, (2, 2)),
    ("http_authproxy_tokenreview_endpoint", "", (2, 2)),
    ("http_authproxy_verify_cert", True, (2, 2)),
    ("oidc_admin_group", "", (2, 2)),
    ("oidc_auto_onboard", False, (2, 2)),
    ("oidc_client_id", "", (2, 2)),
    ("oidc_client_secret", "", (2, 2)),
    ("oidc_endpoint", "", (2, 2)),
    ("oidc_extra_redirect_parms", "{}", (2, 2)),
    ("oidc_group_filter", "", (2, 7)),
    ("oidc_groups_claim", "", (2, 2)),
    ("oidc_logout", False, (2, 13)),
    ("oidc_name", "", (2, 2)),
    ("oidc_scope", "", (2, 2)),
    ("oidc_user_claim", "", (2, 2)),
    ("oidc_verify_cert", True, (2, 2)),
    ("notification_enable", True, (2, 2)),
    ("quota_per_project_enable", True, (2, 2)),
    ("storage_per_project", -1, (2, 2)),
    ("robot_name_prefix", "robot$", (2, 2)),
    ("robot_token_duration", 30, (2, 2)),
    ("audit_log_forward_endpoint", "", (2, 6)),
    ("skip_audit_log_database", False, (2, 6)),
    ("scanner_skip_update_pulltime", False, (2, 8)),
    ("session_timeout", 60, (2, 7)),
    ("banner_message", "", (2, 9)),
    ("disabled_audit_log_event_types", "", (2, 13)),
]
"""Name, default and the version that it came with."""

PASSWORDS = {"email_password", "ldap_search_password", "oidc_client_secret"}
"""Settings that can be written and are never shown."""

AUTH_MODES = ("db_auth", "ldap_auth", "uaa_auth", "http_auth", "oidc_auth")
LIMIT = 9999999999
_POSITIVE = ("token_expiration", "robot_token_duration", "session_timeout")
LARGEST_STORAGE = 2 ** 50


def fault_of_limit(limit: int) -> str:
    """What is wrong with a limit in bytes; nothing where it is fine."""
    if limit <= 0 and limit != -1:
        return f"invalid non-positive value for quota limit, value={limit}"
    return f"exceeded 1024TB, which is {LARGEST_STORAGE} Bytes, value={limit}" if limit > LARGEST_STORAGE else ""


_EMAIL: dict[str, Any] = {
    "email_from": "admin <sample_admin@mydomain.com>", "email_host": "smtp.mydomain.com", "email_identity": "", "email_insecure": False,
    "email_password": "", "email_port": 25, "email_ssl": False, "email_username": "sample_admin@mydomain.com",
}
"""Gone with 2.7."""


def defaults_for(version: Version) -> dict[str, Any]:
    """The settings of a fresh Harbor of that version."""
    return {name: value for name, value, since in _DEFAULTS if version.since(*since)} | ({} if version.since(2, 7) else _EMAIL)


def shown(settings: dict[str, Any], auth_mode_editable: bool, omit_zero: bool) -> dict[str, dict[str, Any]]:
    """The settings as GET prints them; up to 2.3 zero values are left out."""
    result: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        if name not in PASSWORDS:
            result[name] = {"editable": auth_mode_editable if name == "auth_mode" else True}
            if value or not omit_zero:
                result[name]["value"] = value
    return result


def change(settings: dict[str, Any], wanted: dict[str, Any], version: Version, auth_mode_editable: bool) -> None:
    """Check all of it, then change it; raises HarborError and changes nothing where a value is refused."""
    wanted = dict(wanted)
    mode = wanted.get("auth_mode", settings["auth_mode"])
    if mode != settings["auth_mode"] and not auth_mode_editable:
        raise bad_request("the auth mode cannot be modified as new users have been inserted into database")
    if mode not in AUTH_MODES:
        raise bad_request(f"bad request: item name auth_mode: invalid auth_mode, shoud be one of {', '.join(AUTH_MODES)}")
    if version.refuses_empty_prefix and "robot_name_prefix" in wanted:
        wanted["robot_name_prefix"] = wanted["robot_name_prefix"].strip()
        if not wanted["robot_name_prefix"]:
            raise bad_request("bad request: robot_name_prefix cannot be empty or contain only spaces")
    if wanted.get("project_creation_restriction", "everyone") not in ("everyone", "adminonly"):
        raise bad_request("bad request: item name project_creation_restriction: "
                          "invalid project_creation_restriction, should be adminonly or everyone")
    for name in ("ldap_scope", "ldap_group_search_scope"):
        if wanted.get(name, 0) not in (0, 1, 2):
            raise bad_request(f"bad request: item name {name}: invalid scope, should be 0, 1 or 2")
    fault = fault_of_limit(wanted.get("storage_per_project", -1))
    if fault:
        raise bad_request(f"bad request: {fault}")
    together = {**settings, **wanted}
    if "skip_audit_log_database" in wanted and wanted["skip_audit_log_database"] and not together["audit_log_forward_endpoint"]:
        raise bad_request("bad request: audit log forward endpoint should be configured before enable skip audit log in database")
    if version.limits_token_duration:
        for name in _POSITIVE:
            if name in wanted and wanted[name] <= 0:
                raise bad_request(f"the {name} value must be positive")
            if name in wanted and wanted[name] > LIMIT:
                raise bad_request(f"the {name} value is over the limit value: {LIMIT}")
    if wanted.get("audit_log_forward_endpoint"):
        raise bad_request(f"bad request: could not connect to the audit endpoint: {wanted['audit_log_forward_endpoint']}")
    settings.update(wanted)
