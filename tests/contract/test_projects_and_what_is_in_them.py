# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no recording shows: labels, metadata, quotas, and the calls about artifacts of which there are none."""
from __future__ import annotations

import pytest

from tests.contract.caller import Caller, pair, permission

NOWHERE = "/projects/library/repositories/x/artifacts/latest"
RULE = "validation failure list:\n"


class TestLabels:
    def test_a_global_label_has_no_project(self) -> None:
        harbor = Caller()
        reply = harbor("POST", "/labels", {"name": "old", "scope": "g", "project_id": 7, "color": "#fff"})
        assert (reply.status, reply.headers["Location"]) == (201, "/api/v2.0/labels/1")
        shown = harbor("GET", "/labels/1").json
        assert {name: shown[name] for name in ("color", "id", "name", "scope")} == {"color": "#fff", "id": 1, "name": "old", "scope": "g"}
        assert sorted(shown) == ["color", "creation_time", "id", "name", "scope", "update_time"]

    def test_they_come_as_they_were_written(self) -> None:
        harbor = Caller()
        for name in ("b", "c", "a"):
            harbor("POST", "/labels", {"name": name, "scope": "p", "project_id": 1})
        where = "/labels?scope=p&project_id=1"
        assert [label["name"] for label in harbor("GET", where).json] == ["b", "c", "a"]
        assert harbor("PUT", "/labels/1", {"name": "b", "description": "new"}).status == 200
        assert [label["name"] for label in harbor("GET", where).json] == ["c", "a", "b"]
        assert [label["name"] for label in harbor("GET", where + "&sort=name").json] == ["a", "b", "c"]
        assert {label["project_id"] for label in harbor("GET", where).json} == {1}

    def test_what_the_database_refuses(self) -> None:
        harbor = Caller()
        harbor("POST", "/labels", {"name": "a", "scope": "g"})
        harbor("POST", "/labels", {"name": "b", "scope": "g"})
        taken = (409, "CONFLICT", "label a already exists")
        assert harbor("POST", "/labels", {"name": "a", "scope": "g"}).error == taken
        assert harbor("PUT", "/labels/2", {"name": "a"}).error == taken
        assert harbor("POST", "/labels", {"name": "a" * 129, "scope": "g"}).status == 500
        assert harbor("POST", "/labels", {"name": "c", "scope": "g", "color": "c" * 17}).status == 500
        assert harbor("PUT", "/labels/2", {"name": "a" * 129}).error[2] == "max length is 128"
        assert harbor("GET", "/labels/2147483648").status == 500
        assert harbor("POST", "/labels", {"scope": "g"}).status == 201  # nobody looks at the name of a new one


class TestMetadata:
    def test_one_at_a_time(self) -> None:
        harbor = Caller()
        where = "/projects/library/metadatas"
        assert harbor("GET", where + "/").json == {"public": "true"}
        assert harbor("POST", where, {"auto_scan": "T"}).status == 200
        assert harbor("POST", where, {"auto_scan": "1"}).error == (409, "CONFLICT", "metadata auto_scan already exists for project 1")
        assert harbor("PUT", where + "/auto_scan", {"auto_scan": "0"}).status == 200
        assert harbor("PUT", where + "/severity", {"severity": "High"}).status == 200
        assert harbor("GET", where + "/auto_scan").json == {"auto_scan": "false"}
        assert harbor("GET", where + "/severity").json == {}
        assert harbor("DELETE", where + "/auto_scan").status == 200
        assert harbor("GET", "/projects/library").json["metadata"] == {"public": "true"}

    def test_what_is_refused(self) -> None:
        harbor = Caller()
        where = "/projects/library/metadatas"
        one = "only allow one key/value pair"
        for body, words in ((None, one), ({}, one), ({"public": "1", "auto_scan": "1"}, one), ({"bogus": "1"}, "invalid key: bogus"),
                            ({"public": "yes"}, "invalid value: yes"), ({"severity": "bad"}, "invalid value: bad")):
            assert harbor("POST", where, body).error == (400, "BAD_REQUEST", words)
        assert harbor("PUT", where + "/public").error[2] == "invalid value: "

    def test_what_projects_show_of_vulnerabilities(self) -> None:
        harbor = Caller()
        for severity, shown in (("HIGH", "high"), ("negligible", "none"), ("bad", "unknown")):
            harbor("PUT", "/projects/library", {"metadata": {"severity": severity}})
            assert harbor("GET", "/projects/library").json["metadata"] == {"public": "true", "severity": shown}
        items = [{"cve_id": "CVE-2026-1"}]
        assert harbor("PUT", "/projects/library", {"cve_allowlist": {"items": items * 2}}).status == 500
        assert harbor("PUT", "/projects/library", {"cve_allowlist": {"items": items, "expires_at": 0}}).status == 200
        allowed = harbor("GET", "/projects/library").json["cve_allowlist"]
        assert (allowed["items"], allowed["expires_at"], allowed["project_id"]) == (items, 0, 1)

    @pytest.mark.parametrize(("version", "words"), [("2.15", "invalid key: bogus"), ("2.16", "project nosuch not found")])
    def test_a_project_that_is_not_there(self, version: str, words: str) -> None:
        assert Caller(version)("POST", "/projects/nosuch/metadatas", {"bogus": "1"}).error[2] == words

    def test_who_may(self) -> None:
        harbor = Caller()
        harbor.project("shop")
        robot = harbor.robot("ci", permission("shop", pair("metadata:list")))[1]
        assert harbor("GET", "/projects/shop/metadatas", caller=robot).json == {"public": "false"}
        assert harbor("GET", "/projects/shop/metadatas/public", caller=robot).error == (403, "FORBIDDEN", "forbidden")
        assert harbor("GET", "/projects/shop/metadatas", caller=None).status == 401


    def test_names_are_measured_in_bytes(self) -> None:
        name = "ä" * 128
        assert Caller()("POST", "/projects", {"project_name": name}).error[2] == (
            f"Project name {name} is illegal in length. (greater than 255 or less than 1)")


class TestQuotas:
    def test_the_limit_of_a_project_is_its_own(self) -> None:
        harbor = Caller()
        harbor("POST", "/projects", {"project_name": "small", "storage_limit": 1024})
        assert harbor("GET", "/projects/small/summary").json["quota"] == {"hard": {"storage": 1024}, "used": {"storage": 0}}
        harbor("PUT", "/configurations", {"storage_per_project": 2048})
        alice = harbor.user("alice")
        harbor("POST", "/projects", {"project_name": "hers", "storage_limit": 7}, alice)
        rows = harbor("GET", "/quotas").json
        assert [(row["ref"]["name"], row["hard"]) for row in rows] == [
            ("hers", {"storage": 2048}), ("small", {"storage": 1024}), ("library", {"storage": -1})]
        assert harbor("GET", "/quotas?reference_id=2").json[0]["ref"] == {"id": 2, "name": "small", "owner_name": "admin"}
        assert harbor("PUT", "/quotas/2", {"hard": {"storage": 5}}).status == 200
        assert harbor("GET", "/quotas/2").json["hard"] == {"storage": 5}

    def test_what_is_refused(self) -> None:
        harbor = Caller()
        robot = harbor.robot("ci", permission("/", pair("quota:list"), kind="system"))[1]
        assert harbor("GET", "/quotas", caller=robot).headers["X-Total-Count"] == "1"
        assert harbor("GET", "/quotas/1", caller=robot).error == (403, "FORBIDDEN", "robot$ci")
        assert harbor("GET", "/quotas/9").error == (404, "NOT_FOUND", "quota 9 not found")
        assert harbor("PUT", "/quotas/1", {}).error[2] == "hard required in body"
        assert harbor("PUT", "/quotas/1", {"hard": {"storage": 0}}).error[2] == "invalid non-positive value for quota limit, value=0"

    def test_the_limit_for_new_projects(self) -> None:
        refusal = Caller()("PUT", "/configurations", {"storage_per_project": 2 ** 51}).error[2]
        assert refusal == f"bad request: exceeded 1024TB, which is {2 ** 50} Bytes, value={2 ** 51}"

    def test_without_quotas_there_is_none(self) -> None:
        harbor = Caller()
        harbor("PUT", "/configurations", {"quota_per_project_enable": False})
        harbor("POST", "/projects", {"project_name": "free", "storage_limit": 7})
        assert "quota" not in harbor("GET", "/projects/free/summary").json
        assert len(harbor("GET", "/quotas").json) == 1


class TestWhatIsNotThere:
    @pytest.mark.parametrize(("path", "granted"), [
        ("/registries", "registry:list"), ("/replication/policies", "replication-policy:list"), ("/scanners", "scanner:list"),
        ("/usergroups", "user-group:list"), ("/system/gc", "garbage-collection:list"), ("/system/purgeaudit", "purge-audit:list"),
        ("/p2p/preheat/instances", "preheat-instance:list"), ("/replication/executions", "replication:list")])
    def test_lists_of_the_system(self, path: str, granted: str) -> None:
        harbor = Caller()
        able, unable = (harbor.robot(name, permission("/", pair(what), kind="system"))[1]
                        for name, what in (("able", granted), ("unable", "catalog:read")))
        reply = harbor("GET", path, caller=able)
        assert (reply.json, reply.headers["X-Total-Count"]) == ([], "0")
        assert harbor("GET", path, caller=unable).error == (403, "FORBIDDEN", "robot$unable")
        assert harbor("GET", path, caller=None).status == 401

    @pytest.mark.parametrize(("path", "granted"), [
        ("immutabletagrules", "immutable-tag:list"), ("webhook/policies", "notification-policy:list"),
        ("preheat/policies", "preheat-policy:list"), ("scanner/candidates", "scanner:create"), ("artifacts", "artifact:list")])
    def test_lists_of_a_project(self, path: str, granted: str) -> None:
        harbor = Caller()
        harbor.project("shop")
        able = harbor.robot("able", permission("shop", pair(granted)))[1]
        unable = harbor.robot("unable", permission("shop", pair("quota:read")))[1]
        assert harbor("GET", f"/projects/shop/{path}", caller=able).json == []
        assert harbor("GET", f"/projects/shop/{path}", caller=unable).error == (403, "FORBIDDEN", "forbidden")

    @pytest.mark.parametrize(("method", "path", "body", "granted"), [
        ("POST", "/scan", None, "scan:create"), ("POST", "/scan", {"scan_type": "sbom"}, "sbom:create"),
        ("POST", "/scan/stop", {"scan_type": "vulnerability"}, "scan:stop"), ("GET", "/scan/1/log", None, "scan:read"),
        ("POST", "/tags", {"name": "new"}, "tag:create"), ("DELETE", "/tags/latest", None, "tag:delete"),
        ("GET", "/accessories", None, "accessory:list"), ("DELETE", "/labels/1", None, "artifact-label:delete"),
        ("DELETE", "", None, "artifact:delete"), ("GET", "/additions/readme.md", None, "artifact-addition:read")])
    def test_who_may_do_what_to_an_artifact(self, method: str, path: str, body: object, granted: str) -> None:
        """The right to it shows in the refusal: of the call, or for want of the artifact."""
        harbor = Caller()
        harbor.project("shop")
        able = harbor.robot("able", permission("shop", pair(granted)))[1]
        unable = harbor.robot("unable", permission("shop", pair("quota:read")))[1]
        where = NOWHERE.replace("library", "shop") + path
        assert harbor(method, where, body, able).error == (404, "NOT_FOUND", "repository shop/x not found")
        assert harbor(method, where, body, unable).error == (403, "FORBIDDEN", "forbidden")
        assert harbor(method, where, body, None).status == 401

    def test_what_is_looked_up_before(self) -> None:
        harbor = Caller()
        assert harbor("POST", NOWHERE + "/labels", {"id": 9}, None).status == 401
        assert harbor("POST", NOWHERE + "/labels", {"id": 9}).error[2] == "label 9 not found"
        assert harbor("POST", NOWHERE.replace("library", "nosuch") + "/labels", {"id": 9}, None).error[2] == "project nosuch not found"
        assert harbor("POST", NOWHERE.replace("library", "nosuch") + "/tags", {"name": "x"}).error[2] == "project nosuch not found"
        copy = "/projects/library/repositories/x/artifacts"
        assert harbor("POST", copy).error[2] == f"{RULE}from in query is required"
        assert harbor("POST", copy + "?from=library/y:1").error[2] == "repository library/y not found"
        assert harbor("POST", copy + "?from=$").error[2] == "invalid input: $"

    @pytest.mark.parametrize(("version", "more"), [("2.10", ""), ("2.12", " sbom"), ("2.13", " sbom license files")])
    def test_the_additions_of_a_version(self, version: str, more: str) -> None:
        reply = Caller(version)("GET", NOWHERE + "/additions/bogus")
        assert reply.error[2] == f"{RULE}addition in path should be one of [build_history values.yaml readme.md dependencies{more}]"

    def test_a_kind_of_scan_that_there_is_not(self) -> None:
        reply = Caller()("POST", NOWHERE + "/scan", {"scan_type": "x"})
        assert reply.error[2] == f"{RULE}{RULE}scan_type in body should be one of [vulnerability sbom]"
        assert Caller("2.10")("POST", NOWHERE + "/scan", {"scan_type": "x"}).status == 404

    def test_what_can_be_switched_off_in_the_audit_log(self) -> None:
        for version, count in (("2.13", 14), ("2.16", 18)):
            assert len(Caller(version)("GET", "/auditlog-exts/events").json) == count

    def test_what_is_for_other_parts_of_harbor(self) -> None:
        assert Caller()("GET", "/internalconfig").error == (401, "UNAUTHORIZED", "only internal service is allowed to call this API")

    def test_a_secret_for_the_command_line(self) -> None:
        assert Caller()("PUT", "/users/1/cli_secret", {"secret": "x"}, None).error == (
            412, "PRECONDITION", "unable to update CLI secret under authmode: db_auth")

    def test_what_the_registry_does_not_take_for_a_name(self) -> None:
        harbor = Caller()
        nameless = harbor("GET", "//v2/x/tags/list")
        assert nameless.error == (400, "BAD_REQUEST", "bad request: invalid repository name: x")
        assert nameless.cookies == {}  # nobody was asked who they are yet
        assert harbor("GET", "//v2/library/x/manifests/-", caller=None).error == (404, "NOT_FOUND", "invalid reference format")
        assert harbor("GET", "//v2/library/x/referrers/latest").error[2] == "unsupported digest latest: invalid checksum digest format"
        assert harbor("GET", "//v2/library/X/manifests/1").error[2].startswith("un-recognized request: GET /v2/library/X/manifests/1: ")
        assert harbor("GET", f"//v2/library/x/blobs/sha256:{'0' * 64}").json["errors"][0]["code"] == "BLOB_UNKNOWN"
        assert harbor("GET", f"//v2/{'a' * 60}!/manifests/1").status == 401  # at once
        for version, kind in (("2.9", "application/json; charset=utf-8"), ("2.10", "application/vnd.oci.image.index.v1+json")):
            reply = Caller(version)("GET", f"//v2/library/x/referrers/sha256:{'0' * 64}")
            assert (reply.json["manifests"], reply.headers["X-Total-Count"], reply.answer.kind) == ([], "0", kind)
