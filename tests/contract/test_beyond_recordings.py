# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no recording shows: how the versions from 2.2 on differ."""

from __future__ import annotations

import pytest

from tests.contract.caller import PULL, PUSH, Caller, pair, permission, robot_body
from tests.contract.replayer import Mask
from tests.simulator.versions import LATEST_PATCH, Version

DURATION_RULE = ", duration must be either -1(Never) or a positive integer"


@pytest.mark.parametrize(
    ("asked", "meant"), [("2.9", "2.9.5"), ("2.15", "2.15.2"), ("2.5.2", "2.5.2"), ("v2.12.1", "2.12.1"), ("2.16", "2.16.0-dev")]
)
def test_a_version_without_patch_means_its_latest(asked: str, meant: str) -> None:
    assert Version.parse(asked).text == meant


@pytest.mark.parametrize("asked", ["2", "2.1.0", "3.0", "latest", "2.17.0"])
def test_unknown_versions_are_refused(asked: str) -> None:
    with pytest.raises(ValueError, match="Harbor"):
        Version.parse(asked)


@pytest.mark.parametrize("version", LATEST_PATCH.values())
def test_every_version_creates_reads_changes_and_deletes_a_robot(version: str) -> None:
    harbor = Caller(version)
    number, credentials = harbor.robot("ci")
    reading = harbor("GET", f"/robots/{number}").json
    assert harbor("PUT", f"/robots/{number}", {**reading, "description": "new"}).status == 200
    assert harbor("GET", f"/robots/{number}").json["description"] == "new"
    assert harbor("GET", "//service/token?service=harbor-registry", caller=credentials).status == 200
    assert harbor("DELETE", f"/robots/{number}").status == 200
    assert harbor("GET", f"/robots/{number}").error == (404, "NOT_FOUND", f"robot {number} not found")


class TestDuration:
    @pytest.mark.parametrize("version", ["2.2", "2.10"])
    def test_zero_means_the_configured_days_up_to_2_10(self, version: str) -> None:
        harbor = Caller(version)
        harbor("PUT", "/configurations", {"robot_token_duration": 7})
        number, _x = harbor.robot("ci", duration=0)
        assert harbor("GET", f"/robots/{number}").json["duration"] == 7
        harbor("PUT", f"/robots/{number}", robot_body("robot$ci", duration=5))
        harbor("PUT", f"/robots/{number}", {**robot_body("robot$ci"), "duration": None})
        assert harbor("GET", f"/robots/{number}").json["duration"] == 7

    @pytest.mark.parametrize("version", ["2.11", "2.14"])
    def test_zero_is_refused_and_an_omitted_one_kept_since_2_11(self, version: str) -> None:
        harbor = Caller(version)
        number, _x = harbor.robot("ci", duration=5)
        expected = (400, "BAD_REQUEST", f"bad request error duration input: 0{DURATION_RULE}")
        assert harbor("POST", "/robots", robot_body("other", duration=0)).error == expected
        assert harbor("PUT", f"/robots/{number}", robot_body("robot$ci", duration=0)).error == expected
        body = robot_body("robot$ci")
        del body["duration"]
        assert harbor("PUT", f"/robots/{number}", body).status == 200
        assert harbor("GET", f"/robots/{number}").json["duration"] == 5

    def test_a_stored_zero_is_kept_by_no_update(self) -> None:
        """What is omitted is taken from the robot, and then checked as if it had been sent (read in the source of 2.11 to 2.15)."""
        harbor = Caller("2.11")
        body = {"name": "ci", "access": [{"resource": "/project/1/repository", "action": "pull"}]}
        number = harbor("POST", "/projects/1/robots", body).json["id"]
        reading = harbor("GET", f"/robots/{number}").json
        assert reading["duration"] == 0
        del reading["duration"]
        expected = (400, "BAD_REQUEST", f"bad request error duration input: 0{DURATION_RULE}")
        assert harbor("PUT", f"/robots/{number}", {**reading, "disable": True}).error == expected
        assert harbor("PUT", f"/robots/{number}", {**reading, "disable": True, "duration": 1}).status == 200

    @pytest.mark.parametrize(("version", "rule"), [("2.9", ""), ("2.15", DURATION_RULE)])
    @pytest.mark.parametrize("duration", [-2, 2147483647])
    def test_the_bounds(self, version: str, rule: str, duration: int) -> None:
        reply = Caller(version)("POST", "/robots", robot_body("ci", duration=duration))
        assert reply.error == (400, "BAD_REQUEST", f"bad request error duration input: {duration}{rule}")

    def test_shortening_counts_from_creation_and_can_end_a_robot_at_once(self) -> None:
        harbor = Caller()
        number, credentials = harbor.robot("ci", duration=90)
        harbor.arrange("age_robot", id=number, days=40)
        assert harbor("GET", "/users/current/permissions", caller=credentials).status == 200
        harbor("PUT", f"/robots/{number}", robot_body("robot$ci", duration=30))
        assert harbor("GET", "/users/current/permissions", caller=credentials).status == 401


class TestSecrets:
    def test_the_old_rule_has_no_upper_bound_and_its_own_words(self) -> None:
        harbor = Caller("2.8")
        number, _x = harbor.robot("ci")
        assert harbor("PATCH", f"/robots/{number}", {"secret": "Aa1" + "x" * 500}).json == {}
        assert harbor("PATCH", f"/robots/{number}", {"secret": "Abcdef1"}).error == (
            400,
            "BAD_REQUEST",
            "the secret must longer than 8 chars with at least 1 uppercase letter, 1 lowercase letter and 1 number",
        )

    def test_a_refresh_revives_neither_a_disabled_nor_an_expired_robot(self) -> None:
        harbor = Caller()
        for name in ("disabled", "expired"):
            number, _x = harbor.robot(name)
            if name == "disabled":
                harbor("PUT", f"/robots/{number}", robot_body("robot$disabled", disable=True))
            else:
                harbor.arrange("expire_robot", id=number)
            assert harbor("PATCH", f"/robots/{number}", {"secret": "Abcdef12"}).status == 200
            assert harbor("GET", "/users/current/permissions", caller=(f"robot${name}", "Abcdef12")).status == 401


class TestPermissions:
    @pytest.mark.parametrize(
        ("version", "system", "project"),
        [
            ("2.10.0", 51, 55),
            ("2.10.3", 53, 56),
            ("2.11.2", 53, 59),
            ("2.12.0", 72, 68),
            ("2.12.1", 70, 70),
            ("2.13.0", 70, 70),
            ("2.16", 70, 70),
        ],
    )
    def test_the_size_of_the_tables(self, version: str, system: int, project: int) -> None:
        tables = Caller(version)("GET", "/permissions").json
        assert (len(tables["system"]), len(tables["project"])) == (system, project)

    @pytest.mark.parametrize("version", ["2.10", "2.12", "2.16"])
    def test_no_version_with_a_table_lets_a_robot_update_robots(self, version: str) -> None:
        reply = Caller(version)("POST", "/robots", robot_body("ci", permission("/", pair("robot:update"), kind="system")))
        assert reply.error == (400, "BAD_REQUEST", "bad request permission: robot:update")

    def test_wildcards_work_up_to_2_9(self) -> None:
        harbor = Caller("2.9")
        shop = harbor.project("shop")
        _x, manager = harbor.robot("mgr", permission("shop", pair("*:*")))
        assert harbor("GET", f"/robots?q=Level%3Dproject%2CProjectID%3D{shop}", caller=manager).status == 200
        assert harbor("DELETE", "/projects/shop", caller=manager).status == 403  # the project itself is no resource below it

    @pytest.mark.parametrize(("version", "status"), [("2.9", 403), ("2.10", 200)])
    def test_system_permissions_hide_project_permissions_up_to_2_9(self, version: str, status: int) -> None:
        harbor = Caller(version)
        harbor.project("shop")
        _x, robot = harbor.robot("both", permission("/", pair("registry:list"), kind="system"), permission("shop", pair("repository:list")))
        assert harbor("GET", "/projects/shop/repositories", caller=robot).status == status

    @pytest.mark.parametrize(("version", "status"), [("2.7", 403), ("2.8", 200)])
    def test_a_robot_reads_its_project_since_2_8(self, version: str, status: int) -> None:
        harbor = Caller(version)
        harbor.project("shop")
        _x, robot = harbor.robot("ci", permission("shop", pair("project:read")))
        assert harbor("GET", "/projects/shop", caller=robot).status == status
        assert harbor("GET", "/projects/library", caller=robot).status == 200

    def test_deny_wins_and_unknown_effects_count_for_nothing(self) -> None:
        harbor = Caller()
        harbor.project("shop")
        shop = "/projects/shop/repositories"
        _x, denied = harbor.robot("denied", permission("*", pair("repository:list")), permission("shop", pair("repository:list", "deny")))
        _x, odd = harbor.robot("odd", permission("shop", pair("repository:list", "perhaps")))
        _x, plain = harbor.robot("plain", permission("*", pair("repository:list")), permission("shop", pair("tag:list")))
        assert [harbor("GET", shop, caller=robot).status for robot in (denied, odd, plain)] == [403, 403, 200]

    def test_push_brings_pull_for_project_robots_only(self) -> None:
        harbor = Caller()
        harbor.project("shop")
        _x, project_robot = harbor.robot("p", permission("shop", PUSH), level="project")
        _x, system_robot = harbor.robot("s", permission("shop", PUSH))
        status = [harbor("GET", "//v2/shop/x/manifests/1", caller=robot).status for robot in (project_robot, system_robot)]
        assert status == [404, 401]

    def test_omitted_members_are_inherited_from_their_place(self) -> None:
        harbor = Caller()
        number, _x = harbor.robot("ci", permission("library", pair("repository:pull", "allow"), pair("tag:list", "deny")))
        body = robot_body("robot$ci", permission("", pair("repository:push"), pair("tag:create"), PULL))
        assert harbor("PUT", f"/robots/{number}", body).status == 200
        (entry,) = harbor("GET", f"/robots/{number}").json["permissions"]
        assert entry["namespace"] == "library"
        assert sorted((access["resource"], access["action"], access.get("effect", "")) for access in entry["access"]) == [
            ("repository", "pull", ""),
            ("repository", "push", "allow"),
            ("tag", "create", "deny"),
        ]

    @pytest.mark.parametrize("permissions", [[None], [{"kind": "project", "namespace": "library", "access": [None]}]])
    def test_null_is_a_panic_up_to_2_15(self, permissions: list[object]) -> None:
        body = {"name": "ci", "level": "system", "duration": 30, "permissions": permissions}
        for version in ("2.9", "2.15"):
            reply = Caller(version)("POST", "/robots", body)
            assert (reply.status, reply.answer.body) == (500, b"")
        assert Caller("2.16")("POST", "/robots", body).error[2] in ("bad request empty permission", "bad request empty access")

    def test_texts_that_the_database_has_no_room_for(self) -> None:
        harbor = Caller()
        for effect, status in (("e" * 255, 201), ("e" * 256, 500), ("e\0", 500)):
            name = f"ci{len(effect)}"
            assert harbor("POST", "/robots", robot_body(name, permission("library", pair("repository:pull", effect)))).status == status

    def test_a_put_that_echoes_pairs_of_old_versions_is_refused(self) -> None:
        harbor = Caller("2.12")
        number, _x = harbor.robot("ci")
        harbor.harbor.state.robots[number].policies = {("/project/1", "*", "*", ""): None}
        reading = harbor("GET", f"/robots/{number}").json
        assert harbor("PUT", f"/robots/{number}", {**reading, "disable": True}).error == (400, "BAD_REQUEST", "bad request permission: *:*")


class TestProjectsOfRobots:
    @pytest.mark.parametrize(("version", "moves"), [("2.4.2", True), ("2.4.3", False), ("2.5.1", True), ("2.5.2", False), ("2.6.0", False)])
    def test_moving_a_project_robot(self, version: str, moves: bool) -> None:
        harbor = Caller(version)
        harbor.project("shop")
        harbor.project("other")
        number, _x = harbor.robot("ci", permission("shop"), level="project")
        reply = harbor("PUT", f"/robots/{number}", robot_body("robot$shop+ci", permission("other"), level="project"))
        assert reply.status == (200 if moves else 400)
        if not moves:
            assert reply.error[2] == "cannot update the project id of robot"

    @pytest.mark.parametrize(("version", "status"), [("2.5.1", 200), ("2.5.2", 404), ("2.5.3", 404), ("2.5.4", 200)])
    @pytest.mark.parametrize("first", [permission("*"), permission("/", pair("project:list"), kind="system")])
    def test_two_patches_resolve_the_namespace_of_system_robots(self, version: str, status: int, first: dict[str, object]) -> None:
        harbor = Caller(version)
        number, _x = harbor.robot("ci", first)
        assert harbor("PUT", f"/robots/{number}", robot_body("robot$ci", first)).status == status
        assert harbor("PUT", f"/robots/{number}", robot_body("robot$ci", permission("library"), first)).status == 200

    @pytest.mark.parametrize(
        ("version", "error"), [("2.6", (403, "FORBIDDEN", "forbidden")), ("2.7", (404, "NOT_FOUND", "project nosuch not found"))]
    )
    def test_an_absent_project(self, version: str, error: tuple[int, str, str]) -> None:
        harbor = Caller(version)
        assert harbor("GET", "/projects/nosuch").error == error
        assert harbor("POST", "/robots", robot_body("ci", permission("nosuch"), level="project")).error == error
        assert harbor("GET", "/projects/999").error == (404, "NOT_FOUND", "project 999 not found")
        assert harbor("GET", "/projects/nosuch", caller=harbor.user("bob")).error == (403, "FORBIDDEN", "forbidden")

    @pytest.mark.parametrize(
        ("version", "system", "project"), [("2.4", 404, 403), ("2.5", 400, 403), ("2.13", 400, 403), ("2.14", 400, 400)]
    )
    def test_a_namespace_with_a_blank(self, version: str, system: int, project: int) -> None:
        harbor = Caller(version)
        assert harbor("POST", "/robots", robot_body("ci", permission("a b"))).status == system
        assert harbor("POST", "/robots", robot_body("ci", permission("a b"), level="project")).status == project


class TestLegacyRobots:
    def test_up_to_2_3_they_can_be_disabled(self) -> None:
        harbor = Caller("2.3")
        number = harbor.arrange("legacy_robot", name="robot$old", project_id=1, expires_at=-1, token="a.b.c")
        assert harbor("GET", "//service/token?service=harbor-registry", caller=("robot$old", "a.b.c")).status == 200
        body = robot_body("anything", level="project", disable=True, description="off")
        assert harbor("PUT", f"/robots/{number}", body).status == 200
        reading = harbor("GET", f"/robots/{number}").json
        assert (reading["disable"], reading["description"], reading["editable"], reading["permissions"]) == (True, "off", False, [])
        assert harbor("GET", "//service/token?service=harbor-registry", caller=("robot$old", "a.b.c")).status == 401

    def test_since_2_4_they_can_neither_log_in_nor_be_edited(self) -> None:
        harbor = Caller("2.4")
        number = harbor.arrange("legacy_robot", name="robot$old", project_id=1, expires_at=-1, token="a.b.c")
        assert harbor("GET", "//service/token?service=harbor-registry", caller=("robot$old", "a.b.c")).status == 401
        assert harbor("PUT", f"/robots/{number}", robot_body("robot$old", level="project"), harbor.user("bob")).error == (
            403,
            "DENIED",
            "editing of legacy robot is not allowed",
        )

    @pytest.mark.parametrize(("version", "repaired"), [("2.7", False), ("2.8", True)])
    def test_what_a_patch_corrupts_a_put_repairs_since_2_8(self, version: str, repaired: bool) -> None:
        harbor = Caller(version)
        number = harbor.arrange("legacy_robot", name="robot$old", project_id=1, expires_at=-1)
        harbor("PATCH", f"/robots/{number}", {})
        no_rows = (404, "NOT_FOUND", f"role permission robotaccount:{number} not found")
        assert harbor("DELETE", f"/robots/{number}").error == no_rows
        put = harbor("PUT", f"/robots/{number}", robot_body("robot$robot$old", level="project"))
        if repaired:
            assert put.status == 200
            assert harbor("DELETE", f"/robots/{number}").status == 200
        else:
            assert put.error == no_rows


    def test_they_are_of_the_time_of_2_1(self) -> None:
        # at some hour of every day, a robot of today would be whole days away from the recorded expiry, and masked as such
        harbor = Caller()
        number = harbor.arrange("legacy_robot", name="robot$old", project_id=1, expires_at=1999999999)
        reading = harbor("GET", f"/robots/{number}").json
        assert reading["creation_time"] == "2020-09-16T12:00:00.000Z"
        assert Mask({}).value(reading)["expires_at"] == 1999999999


class TestProjectRobotPaths:
    def test_up_to_2_11_they_make_a_robot_of_any_name(self) -> None:
        harbor = Caller("2.10")
        shop = harbor.project("shop")
        access = [{"resource": f"/project/{shop}/repository", "action": "pull"}]
        reply = harbor("POST", "/projects/shop/robots", {"name": "Any Name", "expires_at": 5, "access": access})
        assert reply.status == 201
        assert reply.headers["Location"] == f"/api/v2.0/projects/shop/robots/{reply.json['id']}"
        assert reply.json["name"] == "robot$shop+Any Name"
        assert "expires_at" not in reply.json
        where = f"/projects/{shop}/robots/{reply.json['id']}"
        assert harbor("PUT", where, {"disable": True, "description": "ignored"}).status == 200
        reading = harbor("GET", where).json
        assert (reading["disable"], reading.get("description"), reading["level"]) == (True, None, "project")
        assert harbor("GET", "/projects/shop/robots").headers["X-Total-Count"] == "1"
        assert harbor("DELETE", where).status == 200
        assert harbor("GET", where).error[2] == (
            f"resource not found: cannot find robot with project id: {shop} and id: {reply.json['id']}"
        )

    @pytest.mark.parametrize(
        ("access", "shown"),
        [
            ({"resource": "/project/1/nosuch", "action": "pull"}, None),
            ({"resource": "/project/1/repository", "action": "pull", "effect": "deny"}, None),
            ({"resource": "/project/2/repository", "action": "pull"}, None),
            ({"resource": "/project/1", "action": "read"}, "bad resource /project/1"),
        ],
    )
    def test_what_they_refuse(self, access: dict[str, str], shown: str | None) -> None:
        harbor = Caller("2.12")
        for path, name in (("library", "library"), ("1", "%!s(int64=1)")):
            reply = harbor("POST", f"/projects/{path}/robots", {"name": "x", "access": [access]})
            unknown = f"{access['action']} action of {access['resource']} resource not exist in project {name}"
            assert reply.error == (400, "BAD_REQUEST", shown or unknown)
        assert harbor("POST", "/projects/library/robots", {"name": "x"}).error[2] == "bad request no access"
        assert harbor("POST", "/projects/library/robots", {"name": "x", "access": [None]}).answer.body == b""

    def test_digits_are_an_id_unless_the_header_says_otherwise(self) -> None:
        harbor = Caller("2.12")
        assert harbor("GET", "/projects/1/robots").status == 200
        assert harbor("GET", "/projects/1/robots", headers={"X-Is-Resource-Name": "true"}).error[2] == "project 1 not found"

    @pytest.mark.parametrize(("version", "status"), [("2.12", 200), ("2.13", 404)])
    def test_they_are_gone_with_2_13(self, version: str, status: int) -> None:
        assert Caller(version)("GET", "/projects/library/robots").status == status


class TestServer:
    @pytest.mark.parametrize("version", ["2.12", "2.13"])
    def test_who_is_told_the_version(self, version: str) -> None:
        harbor = Caller(version)
        _x, robot = harbor.robot("ci")
        assert ("harbor_version" in harbor("GET", "/systeminfo", caller=None).json) == (version == "2.12")
        assert harbor("GET", "/systeminfo", caller=robot).json["harbor_version"].startswith(f"v{version}.")

    @pytest.mark.parametrize(
        ("member", "since"),
        [("current_time", "2.5"), ("primary_auth_mode", "2.8"), ("banner_message", "2.9"), ("oidc_provider_name", "2.10")],
    )
    def test_what_came_to_systeminfo(self, member: str, since: str) -> None:
        for version in ("2.2", "2.4", "2.7", "2.8", "2.9", "2.10", "2.16"):
            told = member in Caller(version)("GET", "/systeminfo").json
            assert told == (Version.parse(version).number >= Version.parse(since).number), version

    def test_settings_without_value_up_to_2_3(self) -> None:
        assert Caller("2.3")("GET", "/configurations").json["read_only"] == {"editable": True}
        assert Caller("2.4")("GET", "/configurations").json["read_only"] == {"editable": True, "value": False}

    @pytest.mark.parametrize(("version", "status"), [("2.2", 500), ("2.3", 412)])
    def test_a_robot_asks_who_it_is(self, version: str, status: int) -> None:
        harbor = Caller(version)
        _x, robot = harbor.robot("ci")
        assert harbor("GET", "/users/current", caller=robot).status == status

    def test_robots_create_projects_since_2_4(self) -> None:
        for version in ("2.3", "2.4"):
            harbor = Caller(version)
            harbor.project("shop")
            _x, system = harbor.robot("s")
            _x, project = harbor.robot("p", permission("shop"), level="project")
            replies = [harbor("POST", "/projects", {"project_name": f"by-{robot[0][6]}"}, robot) for robot in (system, project)]
            if version == "2.3":
                assert [reply.error[:2] for reply in replies] == [(404, "NOT_FOUND")] * 2
                assert replies[0].error[2] == "user robot$s not found"
            else:
                assert replies[0].status == 201
                assert replies[1].error == (403, "FORBIDDEN", "Only system level robot can create project")

    def test_bad_queries_since_2_5(self) -> None:
        assert Caller("2.4")("GET", "/robots?a=1;b=2").status == 200
        assert Caller("2.5")("GET", "/robots?a=1;b=2").error == (400, "BAD_REQUEST", "invalid semicolon separator in query")

    def test_an_id_beyond_32_bits_is_an_error_of_the_database_up_to_2_15(self) -> None:
        assert Caller("2.15")("GET", "/robots/2147483648").error == (500, "UNKNOWN", "internal server error")
        assert Caller("2.16")("GET", "/robots/2147483648").status == 404
        assert Caller("2.16")("GET", "/projects/2147483648").status == 500

    def test_what_went_from_systeminfo(self) -> None:
        for version, told in (("2.7", ["with_chartmuseum", "with_notary"]), ("2.8", ["with_notary"]), ("2.9", [])):
            assert [name for name in sorted(Caller(version)("GET", "/systeminfo").json) if name.startswith("with_")] == told
            assert not any(name.startswith("with_") for name in Caller(version)("GET", "/systeminfo", caller=None).json)

    @pytest.mark.parametrize(
        ("setting", "refusal"),
        [
            ({"ldap_scope": 3}, "item name ldap_scope: invalid scope, should be 0, 1 or 2"),
            ({"storage_per_project": 0}, "invalid non-positive value for quota limit, value=0"),
            (
                {"skip_audit_log_database": True},
                "audit log forward endpoint should be configured before enable skip audit log in database",
            ),
        ],
    )
    def test_settings_that_are_refused(self, setting: dict[str, object], refusal: str) -> None:
        assert Caller()("PUT", "/configurations", setting).error == (400, "BAD_REQUEST", f"bad request: {refusal}")


class TestAudit:
    def test_robots_are_audited_since_2_12_and_elsewhere_since_2_13(self) -> None:
        for version, path in (("2.11", "/audit-logs"), ("2.12", "/audit-logs"), ("2.13", "/auditlog-exts")):
            harbor = Caller(version)
            number, _x = harbor.robot("ci")
            harbor("PATCH", f"/robots/{number}", {})
            harbor("PUT", f"/robots/{number}", robot_body("robot$ci"))
            harbor("DELETE", f"/robots/{number}")
            events = harbor("GET", f"{path}?q=resource_type%3Drobot&sort=id").json
            assert [event["operation"] for event in events] == ([] if version == "2.11" else ["create", "delete"])
            if events:
                assert (events[0]["resource"], events[0]["username"]) == ("robot$ci", "admin")
                assert events[0].get("operation_description") == ("create robot: robot$ci" if version == "2.13" else None)

    def test_robots_without_permission_rows_go_without_a_word(self) -> None:
        harbor = Caller("2.12")
        number = harbor.arrange("legacy_robot", name="robot$old", project_id=1, expires_at=-1)
        assert harbor("DELETE", f"/robots/{number}").status == 200
        number = harbor.robot("ci", level="project")[0]
        assert harbor("DELETE", f"/projects/library/robots/{number}").status == 200
        events = harbor("GET", "/audit-logs?q=resource_type%3Drobot%2Coperation%3Ddelete").json
        assert [event["resource"] for event in events] == ["robot$library+ci"]

    def test_it_can_be_switched_off(self) -> None:
        harbor = Caller("2.15")
        harbor("PUT", "/configurations", {"disabled_audit_log_event_types": "create_robot,delete_robot"})
        harbor.robot("ci")
        assert harbor("GET", "/auditlog-exts?q=resource_type%3Drobot").json == []

    def test_what_else_is_audited_since_2_13(self) -> None:
        for version, changes in (
            ("2.12", []),
            ("2.13", ["update_configuration", "create_user", "update_user"]),
            ("2.16", ["update_configuration", "create_user", "update_user", "create_member", "update_project"]),
        ):
            harbor = Caller(version)
            harbor("PUT", "/configurations", {"token_expiration": 0})
            name, _x = harbor.user("alice")
            harbor("PUT", "/users/3/sysadmin", {"sysadmin_flag": True})
            harbor("POST", "/projects/library/members", {"role_id": 2, "member_user": {"username": name}})
            harbor("PUT", "/projects/library", {"metadata": {"public": "false"}})
            path = "/auditlog-exts" if changes else "/audit-logs"
            events = harbor("GET", f"{path}?sort=id").json
            assert [f"{event['operation']}_{event['resource_type']}" for event in events] == changes
            if changes:
                assert events[0]["operation_result"] is False
                assert events[2]["operation_description"] == "update user with name: alice, add/remove user as system administrator"

    def test_nobody_is_refused_without_a_word(self) -> None:
        assert Caller()("GET", "/auditlog-exts", caller=None).error == (401, "UNAUTHORIZED", "")
        assert Caller("2.12")("GET", "/auditlog-exts").error == (404, "NOT_FOUND", "path /api/v2.0/auditlog-exts was not found")
