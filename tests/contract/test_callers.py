# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no recording shows: people and robots as callers, sessions, and the registry's tokens."""
from __future__ import annotations

import time

import jwt
import pytest

from tests.contract.caller import ADMIN, PULL, PUSH, Caller, pair, permission, robot_body

SHOP = "/projects/shop"
TOKEN = "//service/token?service=harbor-registry"
MANAGE = [pair(f"robot:{action}") for action in ("create", "read", "list", "delete")]


class TestRoles:
    @pytest.mark.parametrize(("role", "read", "create", "member_list", "log"), [
        (1, 200, 201, 200, 200), (4, 200, 403, 200, 403), (2, 200, 403, 200, 403), (3, 200, 403, 200, 403), (5, 403, 403, 403, 403)])
    def test_what_members_may(self, role: int, read: int, create: int, member_list: int, log: int) -> None:
        harbor = Caller()
        shop = harbor.project("shop")
        number = harbor.robot("ci", permission("shop"), level="project")[0]
        member = harbor.user("mary", "shop", role)
        assert harbor("GET", f"/robots?q=Level%3Dproject%2CProjectID%3D{shop}", caller=member).status == read
        assert harbor("GET", f"/robots/{number}", caller=member).status == read
        assert harbor("POST", "/robots", robot_body("new", permission("shop"), level="project"), member).status == create
        assert harbor("GET", f"{SHOP}/members", caller=member).status == member_list
        assert harbor("GET", f"{SHOP}/auditlog-exts", caller=member).status == log
        assert harbor("GET", SHOP, caller=member).json["current_user_role_ids"] == [role]

    def test_public_projects_are_read_by_everybody_and_their_robots_by_nobody(self) -> None:
        harbor = Caller()
        stranger = harbor.user("carol")
        assert harbor("GET", "/projects/library", caller=stranger).json["current_user_role_ids"] is None
        assert harbor("GET", "/robots?q=Level%3Dproject%2CProjectID%3D1", caller=stranger).error == (403, "FORBIDDEN", "forbidden")
        assert harbor("GET", "/robots?q=Level%3Dproject%2CProjectID%3D1", caller=None).error == (401, "UNAUTHORIZED", "unauthorized")

    def test_what_a_project_administrator_sees(self) -> None:
        harbor = Caller()
        harbor.project("shop")
        harbor.project("hidden")
        alice = harbor.user("alice", "shop", 1)
        assert harbor("GET", "/permissions", caller=alice).json["system"] is None
        assert [project["name"] for project in harbor("GET", "/projects", caller=alice).json] == ["library", "shop"]
        assert [project["name"] for project in harbor("GET", "/projects?public=false", caller=alice).json] == ["shop"]
        assert harbor("GET", "/systeminfo/volumes", caller=alice).error == (403, "FORBIDDEN", "alice")
        numbers = harbor("GET", "/statistics", caller=alice).json
        assert (numbers["private_project_count"], numbers["public_project_count"], numbers["total_project_count"]) == (1, 1, 0)

    def test_creation_of_projects_can_be_restricted(self) -> None:
        harbor = Caller()
        alice = harbor.user("alice")
        able = harbor.robot("able", permission("/", pair("project:create"), kind="system"))[1]
        unable = harbor.robot("unable")[1]
        assert harbor("POST", "/projects", {"project_name": "hers"}, alice).status == 201
        harbor("PUT", "/configurations", {"project_creation_restriction": "adminonly"})
        refusal = (403, "FORBIDDEN", "Only system admin can create project")
        assert harbor("POST", "/projects", {"project_name": "more"}, alice).error == refusal
        assert harbor("POST", "/projects", {"project_name": "more"}, unable).error == refusal
        reply = harbor("POST", "/projects", {"project_name": "more"}, able, headers={"X-Resource-Name-In-Location": "true"})
        assert reply.headers["Location"] == "/api/v2.0/projects/more"

    def test_permissions_of_oneself(self) -> None:
        harbor = Caller()
        shop = harbor.project("shop")
        robot = harbor.robot("ci", permission("shop", PULL), level="project")[1]
        where = f"/users/current/permissions?scope=/project/{shop}"
        assert harbor("GET", f"{where}&relative=true", caller=robot).json == [{"action": "pull", "resource": "repository"}]
        assert harbor("GET", where, caller=robot).json == [{"action": "pull", "resource": f"/project/{shop}/repository"}]
        mine = harbor("GET", f"{where}&relative=true").json
        assert mine[:3] == [{"action": action, "resource": "."} for action in ("read", "update", "delete")]
        assert {"action": "update", "resource": "robot"} in mine
        below = harbor("GET", f"{where}/robot&relative=true").json
        assert below == [{"action": action, "resource": "."} for action in ("create", "read", "update", "delete", "list")]

    def test_a_robot_of_2_2_is_no_user_who_could_ask(self) -> None:
        harbor = Caller("2.2")
        harbor.project("shop")
        robot = harbor.robot("ci", permission("shop", PULL), level="project")[1]
        assert harbor("GET", "/users/current/permissions", caller=robot).status == 500
        assert harbor("GET", "/users/current/permissions", caller=None).status == 401

    def test_permissions_in_the_system_are_the_administrators_alone(self) -> None:
        where = "/users/current/permissions?scope=/system"
        for version, count in (("2.2", 43), ("2.3", 47), ("2.6", 48), ("2.8", 51), ("2.9", 53), ("2.16", 53)):
            harbor = Caller(version)
            told = harbor("GET", where).json
            assert len(told) == count, version
            assert told[:2] == [{"action": "read", "resource": "catalog"}, {"action": "list", "resource": "audit-log"}]
            assert harbor("GET", f"{where}&relative=true").json == []
        robot = harbor.robot("ci", permission("/", pair("catalog:read"), kind="system"))[1]
        assert harbor("GET", where, caller=robot).json == []

    def test_members_and_users(self) -> None:
        harbor = Caller()
        harbor.project("shop")
        harbor.user("alice", "shop", 1)
        again = harbor("POST", f"{SHOP}/members", {"role_id": 2, "member_user": {"username": "alice"}})
        assert again.error == (409, "CONFLICT", "The project member specified already exist")
        assert harbor("POST", "/users", {"username": "alice", "email": "a@b.cc", "realname": "a", "password": "Harbor12345"}).error == (
            409, "CONFLICT", "user alice or email a@b.cc already exists")
        assert harbor("POST", "/users", {"username": "bob", "email": "b@b.cc", "realname": "b", "password": "weak"}).error[2].startswith(
            "the password or secret must be 8-128")
        assert harbor("POST", "/users", {}, caller=None).error == (401, "UNAUTHORIZED", "unauthorized")

    @pytest.mark.parametrize(("version", "refusals"), [
        ("2.9", ["Not authorized to read user: 1", "User with ID 1 can't be updated", "Not authorized to delete users"]),
        ("2.14", ["Not authorized to read user: 1", "User with ID 1 can't be updated", "Not authorized to delete users"]),
        ("2.15", ["alice"] * 3),
    ])
    def test_what_is_said_to_whoever_asks_for_other_users(self, version: str, refusals: list[str]) -> None:
        harbor = Caller(version)
        alice = harbor.user("alice")
        calls = [harbor("GET", "/users/1", caller=alice), harbor("PUT", "/users/1", {}, alice), harbor("DELETE", "/users/1", caller=alice)]
        assert [call.error for call in calls] == [(403, "FORBIDDEN", refusal) for refusal in refusals]
        assert harbor("PUT", "/users/1/password", {}, alice).error[2] == refusals[1]
        assert harbor("PUT", "/users/1/sysadmin", {}, alice).error[2] == "alice"
        assert harbor("GET", "/users/1", caller=None).status == 401
        assert harbor("GET", "/users/3", caller=alice).json["username"] == "alice"
        assert harbor("DELETE", "/users/1").error[2] == "User with ID 1 cannot be deleted"
        assert [harbor(method, "/users/77" + end, body).error[2] for method, end, body in (
            ("GET", "", None), ("DELETE", "", None), ("PUT", "/sysadmin", {"sysadmin_flag": True}))] == [
            "user 77 not found", "user 77 not found", "user with id 77 not found"]

    @pytest.mark.parametrize(("version", "status"), [("2.14", 403), ("2.15", 200)])
    def test_robots_read_users_since_2_15(self, version: str, status: int) -> None:
        harbor = Caller(version)
        robot = harbor.robot("ci", permission("/", pair("user:read"), pair("user:list"), kind="system"))[1]
        assert harbor("GET", "/users", caller=robot).status == 200
        assert harbor("GET", "/users/1", caller=robot).status == status

    def test_the_administrator_has_no_address(self) -> None:
        mine = Caller()("GET", "/users/current").json
        assert {**mine, "creation_time": 0, "update_time": 0} == {
            "admin_role_in_auth": False, "comment": "admin user", "creation_time": 0, "realname": "system admin", "sysadmin_flag": True,
            "update_time": 0, "user_id": 1, "username": "admin"}

    def test_searching_users(self) -> None:
        for version, found in (("2.13", ["min", "admina", "seminar"]), ("2.14", ["min", "admin", "admina", "seminar"])):
            harbor = Caller(version)
            for name in ("seminar", "admina", "min"):
                harbor.user(name)
            reply = harbor("GET", "/users/search?username=min")
            assert ([user["username"] for user in reply.json], reply.headers["X-Total-Count"]) == (found, "3")
            assert len(harbor("GET", "/users/search?username=MIN").json) == (3 if version == "2.13" else 0)
            assert len(harbor("GET", "/users/search?username=min&page=2&page_size=2").json) == (1 if version == "2.13" else 2)

    def test_names_of_new_users(self) -> None:
        def create(version: str, **members: str) -> tuple[int, str, str] | None:
            body = {"username": "bob", "email": "b@b.cc", "realname": "b", "password": "Harbor12345", **members}
            reply = Caller(version)("POST", "/users", body)
            return None if reply.status == 201 else reply.error

        assert create("2.9", username="b#b") is None
        assert create("2.9", realname='"b"') is None
        assert create("2.10", username="b#b") == (400, "BAD_REQUEST", "username contains illegal characters")
        assert create("2.10", realname='"b"') == (400, "BAD_REQUEST", "realname contains illegal characters")
        assert create("2.16", comment="ä" * 16) == (400, "BAD_REQUEST", "comment with illegal length")  # counted in bytes
        assert create("2.16", username="ä" * 128) == (400, "BAD_REQUEST", "username with illegal length")
        assert create("2.16", email='"b b"@b.cc') is None
        assert create("2.16", email="b@b") == (400, "BAD_REQUEST", "email with illegal format")
        long = create("2.16", username="b" * 256, email="b" * 256)
        assert long == (422, "UNPROCESSABLE_ENTITY", "validation failure list:\nvalidation failure list:\n"
                        "email in body should be at most 255 chars long\nusername in body should be at most 255 chars long")

    @pytest.mark.parametrize(("version", "nobody"), [("2.15", 500), ("2.16", 400)])
    def test_members_whom_nobody_knows(self, version: str, nobody: int) -> None:
        harbor = Caller(version)

        def add(**member: object) -> tuple[int, str, str]:
            return harbor("POST", "/projects/library/members", {"role_id": 2, **member}).error

        assert add(member_user={"username": "carol"}) == (404, "NOT_FOUND", "user carol is not found")
        assert add(member_user={"user_id": 77}) == (400, "BAD_REQUEST", "Failed to get user 77: user 77 not found")
        assert add(member_group={"id": 5}, member_user={"username": "admin"}) == (400, "BAD_REQUEST", "Group 5 not found")
        assert add(member_group={"group_name": "crew"}) == (404, "NOT_FOUND", "crew not found: not supported")
        assert add()[0] == nobody
        assert harbor("GET", "/projects/library/members/0").error[2] == "the member id can not be empty!"
        assert harbor("GET", "/projects/library/members/77").error[2] == "the project member is not found, project id 1, member id 77"

    def test_a_role_that_there_is_not(self) -> None:
        """Nobody looks at the number when a role is changed: who gets a wrong one is in no list, and counted all the same."""
        harbor = Caller()
        alice = harbor.user("alice", "library", 2)
        number = harbor("GET", "/projects/library/members?entityname=alice").json[0]["id"]
        assert harbor("PUT", f"/projects/library/members/{number}", {"role_id": 9}).status == 200
        reply = harbor("GET", "/projects/library/members")
        assert ([member["entity_name"] for member in reply.json], reply.headers["X-Total-Count"]) == (["admin"], "2")
        assert harbor("GET", f"/projects/library/members/{number}").status == 404
        shown = harbor("GET", "/projects/library", caller=alice).json
        assert (shown["current_user_role_ids"], shown.get("current_user_role_id")) == ([9], None)

    def test_what_projects_are_not_made_of(self) -> None:
        harbor = Caller()
        alice = harbor.user("alice")

        def refused(caller: tuple[str, str] = ("admin", "Harbor12345"), **members: object) -> str | None:
            reply = harbor("POST", "/projects", {"project_name": "shop", **members}, caller)
            return None if reply.status == 201 else reply.error[2]

        assert refused(registry_id=0) == "bad request: 0 is invalid value of registry_id, it should be geater than 0"
        assert refused(registry_id=5) == "internal server error"
        assert refused(storage_limit=-2) == "bad request: invalid non-positive value for quota limit, value=-2"
        assert str(refused(storage_limit=2 ** 51)).startswith("bad request: exceeded 1024TB")
        assert str(refused(metadata={"retention_id": "3"})).startswith("bad request: the retention_id in the request's payload")
        assert refused(alice, storage_limit=-2) is None
        assert harbor("PUT", "/projects/shop", {"cve_allowlist": {"project_id": 1}}).error[2] == (
            "project_id in cve_allowlist must be 2 but it's 1")


class TestRobotsAsCallers:
    def test_children_hold_no_more_than_their_creator(self) -> None:
        harbor = Caller()
        harbor.project("shop")
        manager = harbor.robot("mgr", permission("/", *MANAGE, kind="system"), permission("*", PULL, *MANAGE))[1]
        denied = "permission scope is invalid. It must be equal to or more restrictive than the creator robot's permissions: robot$mgr"
        assert harbor("POST", "/robots", robot_body("a", permission("shop", PUSH)), manager).error == (403, "DENIED", denied)
        assert harbor("POST", "/robots", robot_body("b", permission("/", pair("registry:list"), kind="system")), manager).error[2] == denied
        number = harbor.robot("c", permission("shop", PULL), caller=manager)[0]
        reading = harbor("GET", f"/robots/{number}").json
        assert (reading["creator_type"], reading["creator_ref"]) == ("robot", 1)
        harbor("DELETE", "/robots/1")
        assert harbor("GET", f"/robots/{number}").status == 200

    @pytest.mark.parametrize(("version", "status"), [("2.12.0", 403), ("2.12.1", 201)])
    def test_all_projects_of_the_creator_cover_each_since_2_12_1(self, version: str, status: int) -> None:
        harbor = Caller(version)
        manager = harbor.robot("mgr", permission("/", *MANAGE, kind="system"), permission("*", PULL, *MANAGE))[1]
        assert harbor("POST", "/robots", robot_body("kid"), manager).status == status

    @pytest.mark.parametrize(("version", "status"), [("2.12", 403), ("2.14.0", 403), ("2.14.1", 201)])
    def test_project_robots_of_system_robots_since_2_14_1(self, version: str, status: int) -> None:
        harbor = Caller(version)
        harbor.project("shop")
        manager = harbor.robot("mgr", permission("/", *MANAGE, kind="system"), permission("shop", PULL, *MANAGE))[1]
        reply = harbor("POST", "/robots", robot_body("kid", permission("shop"), level="project"), manager)
        assert reply.status == status
        if status == 403:
            assert reply.error == (403, "DENIED", "denied")

    def test_project_robots_stay_in_their_project(self) -> None:
        harbor = Caller()
        harbor.project("shop")
        harbor.project("other")
        manager = harbor.robot("mgr", permission("shop", PULL, *MANAGE), level="project")[1]
        assert harbor("POST", "/robots", robot_body("kid", permission("shop"), level="project"), manager).status == 201
        assert harbor("POST", "/robots", robot_body("kid", permission("other"), level="project"), manager).error == (
            403, "FORBIDDEN", "forbidden")
        assert harbor("POST", "/robots", robot_body("kid"), manager).error == (403, "FORBIDDEN", "robot$shop+mgr")

    def test_a_granted_update_works_up_to_2_9(self) -> None:
        harbor = Caller("2.9")
        harbor.project("shop")
        number = harbor.robot("kid", permission("shop"), level="project")[0]
        manager = harbor.robot("mgr", permission("shop", pair("robot:update")))[1]
        assert harbor("PATCH", f"/robots/{number}", {"secret": "Abcdef12"}, manager).json == {}

    def test_which_projects_a_robot_lists(self) -> None:
        harbor = Caller()
        harbor.project("shop")
        harbor.project("hidden")
        one = harbor.robot("one", permission("shop"))[1]
        every = harbor.robot("every", permission("*"))[1]
        system = harbor.robot("system", permission("/", pair("project:list"), kind="system"))[1]

        def seen(robot: tuple[str, str], query: str = "") -> list[str]:
            return [project["name"] for project in harbor("GET", f"/projects{query}", caller=robot).json]

        assert seen(one) == ["library", "shop"]
        assert seen(one, "?public=false") == ["shop"]
        assert seen(every) == seen(system) == ["hidden", "library", "shop"]

    def test_ids_can_be_probed_by_whoever_is_logged_in(self) -> None:
        harbor = Caller()
        number, robot = harbor.robot("ci")
        assert harbor("DELETE", "/robots/77", caller=robot).error == (404, "NOT_FOUND", "robot 77 not found")
        assert harbor("DELETE", f"/robots/{number}", caller=robot).error == (403, "FORBIDDEN", "robot$ci")


class TestCredentials:
    def test_users_log_in_by_address_too(self) -> None:
        harbor = Caller()
        harbor.user("alice")
        assert harbor("GET", "/users/current", caller=("alice@example.com", "Harbor12345")).json["username"] == "alice"

    def test_a_prefix_is_taken_off_once(self) -> None:
        harbor = Caller()
        harbor("PUT", "/configurations", {"robot_name_prefix": "bot-"})
        first = harbor.robot("x")[1]
        second = harbor.robot("bot-x")[1]
        assert (first[0], second[0]) == ("bot-x", "bot-bot-x")
        assert [harbor("GET", "/users/current", caller=robot).status for robot in (first, second)] == [412, 412]

    def test_other_modes_leave_only_the_administrator_and_robots(self) -> None:
        harbor = Caller()
        robot = harbor.robot("ci")[1]
        assert harbor("PUT", "/configurations", {"auth_mode": "oidc_auth"}).status == 200
        assert harbor("GET", "/robots").status == 200
        assert harbor("GET", "/users/current/permissions", caller=robot).status == 200
        token, cookies = _open(harbor)
        reply = harbor("POST", "//c/login", raw="principal=somebody&password=x", caller=None, headers={**token, **cookies, **FORM})
        assert (reply.status, list(reply.json)) == (403, ["redirect_location"])

    def test_the_mode_stays_once_there_are_users(self) -> None:
        harbor = Caller()
        assert harbor("GET", "/configurations").json["auth_mode"]["editable"] is True
        harbor.user("alice")
        assert harbor("GET", "/configurations").json["auth_mode"]["editable"] is False
        assert harbor("PUT", "/configurations", {"auth_mode": "oidc_auth"}).status == 400


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _open(harbor: Caller) -> tuple[dict[str, str], dict[str, str]]:
    """The first step of the web page's log-in: token header and cookies."""
    page = harbor("GET", "//c/login", caller=None)
    cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    return {"X-Harbor-CSRF-Token": page.headers["X-Harbor-Csrf-Token"]}, {"Cookie": cookies}


def _log_in(harbor: Caller, name: str, password: str) -> tuple[dict[str, str], dict[str, str]]:
    token, cookies = _open(harbor)
    reply = harbor("POST", "//c/login", raw=f"principal={name}&password={password}", caller=None, headers={**token, **cookies, **FORM})
    assert reply.status == 200
    gorilla = cookies["Cookie"].partition("; ")[0]
    return token, {"Cookie": f"{gorilla}; sid={reply.cookies['sid']}"}


class TestSessions:
    def test_a_session_outlives_a_new_password_and_a_demotion(self) -> None:
        harbor = Caller()
        harbor.user("alice")
        number = harbor("GET", "/users/search?username=alice").json[0]["user_id"]
        harbor("PUT", f"/users/{number}/sysadmin", {"sysadmin_flag": True})
        token, cookies = _log_in(harbor, "alice", "Harbor12345")
        harbor("PUT", f"/users/{number}/sysadmin", {"sysadmin_flag": False})
        harbor("PUT", f"/users/{number}/password", {"new_password": "Changed12345"})
        assert harbor("GET", "/users/current", caller=("alice", "Harbor12345")).status == 401
        assert harbor("POST", "/robots", robot_body("ci"), caller=None, headers={**token, **cookies}).status == 201

    def test_ending_one_session_leaves_the_others(self) -> None:
        harbor = Caller()
        first = _log_in(harbor, "admin", "Harbor12345")[1]
        second = _log_in(harbor, "admin", "Harbor12345")[1]
        assert harbor("GET", "//c/log_out", caller=None, headers=first).status == 200
        assert [harbor("GET", "/users/current", caller=None, headers=cookies).status for cookies in (first, second)] == [401, 200]

    def test_a_log_in_or_out_without_a_session_opens_one_first(self) -> None:
        harbor = Caller()
        token, cookies = _open(harbor)
        gorilla = {"Cookie": cookies["Cookie"].partition("; ")[0]}
        reply = harbor("POST", "//c/login", raw="principal=admin&password=Harbor12345", caller=None, headers={**token, **gorilla, **FORM})
        assert [cookie.partition("=")[0] for cookie in reply.answer.cookies] == ["sid", "sid"]
        out = harbor("GET", "//c/log_out", caller=None, headers=gorilla).answer.cookies
        assert ["Max-Age=0" in cookie for cookie in out] == [False, True]

    def test_every_answer_has_a_token_and_any_of_them_does(self) -> None:
        harbor = Caller()
        token, cookies = _log_in(harbor, "admin", "Harbor12345")
        fresh = harbor("GET", "/robots", caller=None, headers=cookies).headers["X-Harbor-Csrf-Token"]
        assert fresh != token["X-Harbor-CSRF-Token"]
        for value in (fresh, token["X-Harbor-CSRF-Token"]):
            reply = harbor("POST", "/projects", {"project_name": "Bad"}, caller=None, headers={**cookies, "X-Harbor-CSRF-Token": value})
            assert reply.status == 400

    def test_a_session_without_the_other_cookie_can_only_read(self) -> None:
        harbor = Caller()
        token, cookies = _log_in(harbor, "admin", "Harbor12345")
        only_sid = {"Cookie": cookies["Cookie"].split("; ")[1]}
        assert harbor("GET", "/robots", caller=None, headers=only_sid).status == 200
        assert harbor("POST", "/robots", robot_body("ci"), caller=None, headers={**only_sid, **token}).error == (
            403, "FORBIDDEN", "CSRF token invalid")

    def test_credentials_come_before_the_session(self) -> None:
        harbor = Caller()
        robot = harbor.robot("ci")[1]
        cookies = _log_in(harbor, "admin", "Harbor12345")[1]
        assert harbor("GET", "/users/current", caller=robot, headers=cookies).status == 412
        assert harbor("GET", "/users/current", caller=("robot$ci", "wrong"), headers=cookies).json["username"] == "admin"

    def test_log_in_and_out_are_audited_since_2_13(self) -> None:
        harbor = Caller("2.13")
        cookies = _log_in(harbor, "admin", "Harbor12345")[1]
        harbor("GET", "//c/log_out", caller=None, headers=cookies)
        assert [event["operation"] for event in harbor("GET", "/auditlog-exts?sort=id").json] == ["login", "logout"]


class TestRegistry:
    def claims(self, harbor: Caller, query: str, caller: tuple[str, str] | None) -> dict[str, object]:
        reply = harbor("GET", f"{TOKEN}{query}", caller=caller)
        assert reply.status == 200
        claims: dict[str, object] = jwt.decode(reply.json["token"], options={"verify_signature": False})
        return claims

    def test_the_claims(self) -> None:
        harbor = Caller()
        robot = harbor.robot("ci")[1]
        claims = self.claims(harbor, "", robot)
        assert (claims["iss"], claims["sub"], claims["aud"]) == ("harbor-token-issuer", "robot$ci", "harbor-registry")
        assert claims["access"] is None
        assert abs(float(str(claims["exp"])) - time.time() - 1800) < 5
        assert len(str(claims["jti"])) == 16
        harbor("PUT", "/configurations", {"token_expiration": 5})
        assert harbor("GET", TOKEN, caller=robot).json["expires_in"] == 300

    def test_a_scope_is_answered_with_all_that_the_caller_has(self) -> None:
        harbor = Caller()
        harbor.project("shop")
        robot = harbor.robot("ci", permission("shop", PULL, PUSH))[1]
        for scope, caller, actions in (("shop/x:pull", robot, ["pull", "push"]), ("nosuch/x:pull", robot, []), ("shop/x:pull", None, []),
                                       ("library/x:push", None, ["pull"]), ("library/x:pull", ("robot$ci", "wrong"), ["pull"]),
                                       ("shop/x:push", ADMIN, ["pull", "push", "delete"])):
            claims = self.claims(harbor, f"&scope=repository:{scope}", caller)
            assert claims["access"] == [{"type": "repository", "name": scope.partition(":")[0], "actions": actions}]
            assert claims.get("sub") == (caller[0] if caller in (robot, ADMIN) else None)

    def test_an_empty_scope_lets_everybody_in(self) -> None:
        assert Caller()("GET", f"{TOKEN}&scope=", caller=None).status == 200

    def test_tokens_outlive_their_robot_and_are_no_use_elsewhere(self) -> None:
        harbor = Caller()
        number, robot = harbor.robot("ci")
        token = {"Authorization": f"Bearer {harbor('GET', TOKEN, caller=robot).json['token']}"}
        harbor("DELETE", f"/robots/{number}")
        assert harbor("GET", "//v2/", caller=None, headers=token).status == 200
        assert harbor("GET", "/users/current/permissions", caller=None, headers=token).status == 401

    @pytest.mark.parametrize(("version", "realm"), [("2.13", "http://harbor.example"), ("2.14", "http://other.example:8080")])
    def test_the_challenge_names_the_host_that_was_asked_since_2_14(self, version: str, realm: str) -> None:
        reply = Caller(version)("GET", "//v2/", caller=None, headers={"Host": "other.example:8080"})
        assert reply.headers["Www-Authenticate"] == f'Bearer realm="{realm}/service/token",service="harbor-registry"'

    def test_what_is_not_there(self) -> None:
        harbor = Caller()
        robot = harbor.robot("ci")[1]
        digest = "sha256:" + "0" * 64
        for api, v2 in (("artifacts/latest", "manifests/latest"), (f"artifacts/{digest}", f"manifests/{digest}")):
            known = f"artifact library/x@{digest}" if digest in api else "repository library/x"
            expected = (404, "NOT_FOUND", f"{known} not found")
            assert harbor("GET", f"/projects/library/repositories/x/{api}").error == expected
            assert harbor("GET", f"//v2/library/x/{v2}", caller=robot).error == expected

    def test_challenges(self) -> None:
        harbor = Caller()
        robot = harbor.robot("ci")[1]
        assert harbor("GET", "//v2", caller=None).error == (
            401, "UNAUTHORIZED", "un-recognized request: GET /v2: un-recognized request: GET /v2")
        assert harbor("GET", "//v2/shop/x/tags/list", caller=None).headers["Www-Authenticate"].endswith(
            ',scope="repository:shop/x:pull"')
        assert harbor("GET", "//v2/_catalog", caller=robot).headers["Www-Authenticate"] == 'Basic realm="harbor"'
        assert harbor("GET", "//v2/", caller=("robot$ci", "wrong")).headers["Www-Authenticate"] == 'Basic realm="harbor"'
