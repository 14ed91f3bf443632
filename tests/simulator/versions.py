# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between Harbor versions, in one place.

Every switch is named after the behaviour, never after the number, so that the code which asks reads by itself.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

LATEST_PATCH: dict[tuple[int, int], str] = {
    (2, 2): "2.2.4", (2, 3): "2.3.5", (2, 4): "2.4.3", (2, 5): "2.5.6", (2, 6): "2.6.4", (2, 7): "2.7.4", (2, 8): "2.8.6", (2, 9): "2.9.5",
    (2, 10): "2.10.3", (2, 11): "2.11.2", (2, 12): "2.12.4", (2, 13): "2.13.5", (2, 14): "2.14.4", (2, 15): "2.15.2", (2, 16): "2.16.0-dev",
}
"""The latest patch release known of each minor version; what a version given as x.y means."""

_FORM = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:-[\w.]+)?")


@dataclass(frozen=True)
class Version:
    """One Harbor version, as text and as the behaviour that it has."""

    text: str
    number: tuple[int, int, int] = field(default=(0, 0, 0))

    @classmethod
    def parse(cls, text: str) -> Version:
        """Return the version named `x.y` (its latest known patch) or `x.y.z`, 2.2 to 2.16; raises ValueError."""
        match = _FORM.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is no Harbor version: expected x.y or x.y.z")
        minor = (int(match[1]), int(match[2]))
        if minor not in LATEST_PATCH:
            raise ValueError(f"Harbor {text} is not known; known are {', '.join('%d.%d' % known for known in LATEST_PATCH)}")
        if match[3] is None:
            return cls.parse(LATEST_PATCH[minor])
        return cls(text.removeprefix("v"), (*minor, int(match[3])))

    def since(self, *number: int) -> bool:
        """True when this is the given version or a later one."""
        return self.number >= number

    @cached_property
    def harbor_version(self) -> str:
        """`harbor_version` of /systeminfo: version and a commit."""
        return f"v{self.text}-51a1a7ed"

    # --- listing ------------------------------------------------------------------------------------------------------

    @cached_property
    def sorts_lists(self) -> bool:
        """Lists have a `sort` parameter and the default order by name (2.3)."""
        return self.since(2, 3)

    @cached_property
    def refuses_malformed_query_strings(self) -> bool:
        """A raw `;` or a bad `%` in the query is 400 (2.5)."""
        return self.since(2, 5)

    @cached_property
    def level_system_means_system(self) -> bool:
        """`q=Level=system` lists system robots only, and ProjectID has to be positive (2.13)."""
        return self.since(2, 13)

    @cached_property
    def level_must_be_plain(self) -> bool:
        """A list or range as Level or ProjectID is 400; before it is a panic (2.16)."""
        return self.since(2, 16)

    @cached_property
    def secret_is_filterable(self) -> bool:
        """`secret` and `salt` work as filters (up to 2.12)."""
        return not self.since(2, 13)

    @cached_property
    def limits_filter_operators(self) -> bool:
        """Only a few `field__operator` keys are honoured (2.13.2)."""
        return self.since(2, 13, 2)

    @cached_property
    def knows_creator(self) -> bool:
        """Robots have `creator_type` and `creator_ref`, creating and deleting them is audited (2.12)."""
        return self.since(2, 12)

    # --- robots -------------------------------------------------------------------------------------------------------

    @cached_property
    def zero_duration_is_configured(self) -> bool:
        """A duration of 0, or none, means `robot_token_duration` (up to 2.10); later it is refused on create."""
        return not self.since(2, 11)

    @cached_property
    def keeps_omitted_duration(self) -> bool:
        """`duration` is nullable: always printed, and kept by a PUT that does not mention it (2.11)."""
        return self.since(2, 11)

    @cached_property
    def checks_permissions(self) -> bool:
        """Pairs have to be in the permission table, and GET /permissions exists (2.10)."""
        return self.since(2, 10)

    @cached_property
    def refuses_null_permissions(self) -> bool:
        """null in permissions or access is 400; before it is a panic (2.16)."""
        return self.since(2, 16)

    @cached_property
    def legacy_robots_are_frozen(self) -> bool:
        """Robots of 2.1 and earlier can't log in and can't be edited (2.4)."""
        return self.since(2, 4)

    @cached_property
    def keeps_project_of_robot(self) -> bool:
        """PUT refuses to point a project robot to another project (2.4.3, 2.5.2, 2.6)."""
        return self.since(2, 6) or (2, 4, 3) <= self.number < (2, 5, 0) or (2, 5, 2) <= self.number < (2, 6, 0)

    @cached_property
    def looks_up_project_of_system_robot(self) -> bool:
        """PUT resolves the first namespace of system robots too (2.5.2 and 2.5.3 only)."""
        return (2, 5, 2) <= self.number <= (2, 5, 3)

    @cached_property
    def access_from_stored_robot(self) -> bool:
        """PUT checks access for the stored level, not for the level in the body (2.12)."""
        return self.since(2, 12)

    @cached_property
    def puts_robots_without_rows(self) -> bool:
        """PUT works on robots that have no permission rows (2.8)."""
        return self.since(2, 8)

    @cached_property
    def secret_has_maximum(self) -> bool:
        """Secrets are 8 to 128 long, with a message that says so (2.9)."""
        return self.since(2, 9)

    @cached_property
    def generated_secrets_are_valid(self) -> bool:
        """Generated secrets always satisfy the rule (2.6)."""
        return self.since(2, 6)

    @cached_property
    def compares_with_creator(self) -> bool:
        """A robot can give its children only what it holds (2.12)."""
        return self.since(2, 12)

    @cached_property
    def creator_may_hold_all_projects(self) -> bool:
        """A creator's `*` covers every project (2.12.1)."""
        return self.since(2, 12, 1)

    @cached_property
    def looks_up_creator_by_project(self) -> bool:
        """The creator is looked up in the new robot's project, so system robots can't make project robots (2.12.0 to 2.14.0)."""
        return (2, 12, 0) <= self.number <= (2, 14, 0)

    @cached_property
    def has_project_robot_paths(self) -> bool:
        """/projects/{}/robots exists (up to 2.12)."""
        return not self.since(2, 13)

    @cached_property
    def project_robot_paths_forget_project(self) -> bool:
        """POST /projects/{}/robots does not set the project before it creates (2.12)."""
        return self.since(2, 12)

    @cached_property
    def robot_ids_are_64_bit(self) -> bool:
        """Robot ids are bigint; before, a larger id is a database error (2.16)."""
        return self.since(2, 16)

    # --- access -------------------------------------------------------------------------------------------------------

    @cached_property
    def absent_project_is_404(self) -> bool:
        """A project that does not exist is 404 for administrators; before it is 403 (2.7)."""
        return self.since(2, 7)

    @cached_property
    def space_in_project_name_is_400(self) -> bool:
        """Looking up a project whose name has a space is 400 (2.5)."""
        return self.since(2, 5)

    @cached_property
    def access_reports_bad_project_names(self) -> bool:
        """The access check passes that 400 on; before it says 403 (2.14)."""
        return self.since(2, 14)

    @cached_property
    def evaluates_mixed_permissions(self) -> bool:
        """System and project permissions of one robot both count; before, system ones hide the others (2.10)."""
        return self.since(2, 10)

    @cached_property
    def robots_hold_projects(self) -> bool:
        """`project` in a robot's permissions means the project itself; before, it means nothing (2.8)."""
        return self.since(2, 8)

    @cached_property
    def robots_create_projects(self) -> bool:
        """System robots may create projects (2.4)."""
        return self.since(2, 4)

    @cached_property
    def permissions_for_users_only(self) -> bool:
        """GET /permissions refuses robots; in 2.10 it looks them up as users (2.11)."""
        return self.since(2, 11)

    @cached_property
    def grants_user_calls(self) -> bool:
        """Reading, changing and deleting users can be granted; before, it is for administrators, with refusals of its own (2.15)."""
        return self.since(2, 15)

    @cached_property
    def user_search_finds_administrator(self) -> bool:
        """/users/search looks the text up as it is written, in the administrator's name too, and takes no page (2.14)."""
        return self.since(2, 14)

    @cached_property
    def checks_user_names(self) -> bool:
        """The name of a new user is checked (2.10)."""
        return self.since(2, 10)

    @cached_property
    def unknown_member_is_404(self) -> bool:
        """A new member whom nobody knows is 404; before it is an error of the server (2.4)."""
        return self.since(2, 4)

    @cached_property
    def exclaims_over_member_id(self) -> bool:
        """The refusal of a member with the id 0 ends in an exclamation mark (up to 2.11)."""
        return not self.since(2, 12)

    @cached_property
    def refuses_nobody_as_member(self) -> bool:
        """A new member that names nobody is 400; before it is an error of the server (2.16)."""
        return self.since(2, 16)

    # --- sessions -----------------------------------------------------------------------------------------------------

    @cached_property
    def tells_missing_csrf_token(self) -> bool:
        """A missing CSRF token has a message of its own (2.11)."""
        return self.since(2, 11)

    @cached_property
    def slow_password_hash(self) -> bool:
        """User passwords cost 600,000 rounds (2.15.2)."""
        return self.since(2, 15, 2)

    @cached_property
    def realm_follows_host(self) -> bool:
        """The Bearer realm names the host that was asked (2.14); before it is always EXT_ENDPOINT."""
        return self.since(2, 14)

    @cached_property
    def names_referrers_an_index(self) -> bool:
        """What refers to an artifact comes as an index; before, as plain JSON (2.10)."""
        return self.since(2, 10)

    # --- the server ---------------------------------------------------------------------------------------------------

    @cached_property
    def has_current_permissions(self) -> bool:
        """/users/current/permissions answers robots, /users/current refuses them with 412 (2.3)."""
        return self.since(2, 3)

    @cached_property
    def refuses_empty_prefix(self) -> bool:
        """The robot name prefix can't be empty (2.16)."""
        return self.since(2, 16)

    @cached_property
    def limits_token_duration(self) -> bool:
        """robot_token_duration and the like have to be positive and short enough (2.7)."""
        return self.since(2, 7)

    @cached_property
    def hides_version(self) -> bool:
        """harbor_version is for those who log in (2.13)."""
        return self.since(2, 13)

    @cached_property
    def tells_time(self) -> bool:
        """/systeminfo has current_time (2.5)."""
        return self.since(2, 5)

    @cached_property
    def tells_of_notary(self) -> bool:
        """/systeminfo has with_notary (up to 2.8)."""
        return not self.since(2, 9)

    @cached_property
    def has_primary_auth_mode(self) -> bool:
        """/systeminfo has primary_auth_mode (2.8)."""
        return self.since(2, 8)

    @cached_property
    def has_banner(self) -> bool:
        """/systeminfo has banner_message (2.9)."""
        return self.since(2, 9)

    @cached_property
    def has_oidc_provider_name(self) -> bool:
        """/systeminfo has oidc_provider_name (2.10)."""
        return self.since(2, 10)

    @cached_property
    def always_offers_json(self) -> bool:
        """What answers with text or bytes can be asked for JSON (newer libraries, 2.11)."""
        return self.since(2, 11)

    @cached_property
    def counts_charts(self) -> bool:
        """Projects have chart_count, and /systeminfo with_chartmuseum (up to 2.7)."""
        return not self.since(2, 8)

    @cached_property
    def looks_up_project_of_metadata_first(self) -> bool:
        """A project that is not there is told before what is wrong with new metadata (2.16)."""
        return self.since(2, 16)

    @cached_property
    def metadata_switches(self) -> tuple[str, ...]:
        """The metadata of projects that are true or false, and can be set one at a time."""
        came = (("public", (2, 2)), ("enable_content_trust", (2, 2)), ("enable_content_trust_cosign", (2, 5)), ("prevent_vul", (2, 2)),
                ("auto_scan", (2, 2)), ("reuse_sys_cve_allowlist", (2, 7)), ("auto_sbom_generation", (2, 11)),
                ("proxy_cache_local_on_not_found", (2, 15)), ("proxy_referrer_api", (2, 16)))
        return tuple(name for name, since in came if self.since(*since))

    @cached_property
    def artifact_additions(self) -> tuple[str, ...]:
        """What can be asked of an artifact beside itself; what it is made of since 2.11, its license and files since 2.13."""
        names = ("build_history", "values.yaml", "readme.md", "dependencies", "sbom", "license", "files")
        return names if self.since(2, 13) else names[:5] if self.since(2, 11) else names[:4]

    @cached_property
    def scans_for_sboms(self) -> bool:
        """A scan may be one for what an artifact is made of, and the artifacts of a whole project can be listed (2.11)."""
        return self.since(2, 11)

    @cached_property
    def stops_scans(self) -> bool:
        """A scan can be stopped (2.4)."""
        return self.since(2, 4)

    @cached_property
    def has_accessories(self) -> bool:
        """Artifacts have accessories (2.5)."""
        return self.since(2, 5)

    @cached_property
    def purges_audit_log(self) -> bool:
        """/system/purgeaudit exists (2.6)."""
        return self.since(2, 6)

    @cached_property
    def audits_in_new_log(self) -> bool:
        """Events go to /auditlog-exts; /audit-logs keeps what was there before (2.13)."""
        return self.since(2, 13)

    @cached_property
    def audits_members(self) -> bool:
        """Changing projects and their members is audited (2.16)."""
        return self.since(2, 16)

    @cached_property
    def audits_robots(self) -> bool:
        """Creating and deleting robots is audited (2.12)."""
        return self.since(2, 12)

    @cached_property
    def permission_table(self) -> str:
        """Key of this version's table in permissions-by-version.json."""
        if self.since(2, 16):
            return "HEAD"
        return "v%d.%d" % self.number[:2]
