# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for a Kubernetes API server keeps the rules that clients stumble over."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kubernetes.app import Cluster

SECRETS = "/api/v1/namespaces/shop/secrets"
GIVEN: dict[str, Any] = {"metadata": {"name": "a", "labels": {}}, "stringData": {"x": "y"}}
MERGE = "application/merge-patch+json"


class Client:
    """Somebody with a token."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.token = cluster, cluster.token

    def __call__(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        request = urllib.request.Request(self.cluster.url + path, json.dumps(body).encode() if body else None, headers, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a fresh cluster with one namespace."""
    cluster = Cluster("shop")
    with cluster.serving():
        yield Client(cluster)


def test_without_the_token(client: Client) -> None:
    """Nobody is told anything, not even what there is."""
    client.token = "wrong"
    for path in ("/version", "/api/v1", SECRETS, f"{SECRETS}/a"):
        code, body = client("GET", path)
        assert (code, body["reason"]) == (401, "Unauthorized")


def test_versions(client: Client) -> None:
    """A write in an older version is a conflict, one without a version is not, and one that changes nothing keeps the version."""
    code, made = client("POST", SECRETS, GIVEN)
    assert (code, made["data"], made["type"]) == (201, {"x": "eQ=="}, "Opaque")
    assert client("POST", SECRETS, GIVEN)[0] == 409
    assert client("PATCH", f"{SECRETS}/a", {"data": {"x": "eQ=="}}, MERGE)[1]["metadata"] == made["metadata"]
    code, newer = client("PATCH", f"{SECRETS}/a", {"data": {"x": None, "z": "eQ=="}}, MERGE)
    assert (code, newer["data"]) == (200, {"z": "eQ=="})
    assert newer["metadata"]["resourceVersion"] != made["metadata"]["resourceVersion"]
    for method, kind in (("PUT", "application/json"), ("PATCH", MERGE)):
        code, body = client(method, f"{SECRETS}/a", made, kind)
        assert (code, body["reason"]) == (409, "Conflict")
    assert client("PUT", f"{SECRETS}/a", {**newer, "data": {}})[1]["data"] == {}
    assert client("PUT", f"{SECRETS}/a", GIVEN)[0] == 200


def test_trying(client: Client) -> None:
    """A dry run answers as the real one would and leaves everything as it is."""
    assert client("POST", f"{SECRETS}?dryRun=All", GIVEN)[0] == 201
    assert client("GET", f"{SECRETS}/a")[0] == 404
    client("POST", SECRETS, GIVEN)
    assert client("PATCH", f"{SECRETS}/a?dryRun=All", {"data": {"x": "eg=="}}, MERGE)[1]["data"] == {"x": "eg=="}
    assert client("DELETE", f"{SECRETS}/a?dryRun=All")[0] == 200
    assert client("GET", SECRETS)[1]["items"][0]["data"] == {"x": "eQ=="}
    assert client("DELETE", f"{SECRETS}/a")[0] == 200
    assert client("GET", SECRETS)[1]["items"] == []


def test_refusals(client: Client) -> None:
    """The type stays, and what says that it is a docker configuration has to be one."""
    client("POST", SECRETS, GIVEN)
    docker = "kubernetes.io/dockerconfigjson"
    code, body = client("PATCH", f"{SECRETS}/a", {"type": docker, "stringData": {".dockerconfigjson": "{}"}}, MERGE)
    assert code == 422 and "field is immutable" in body["message"]
    for content in ({}, {".dockerconfigjson": "{"}):
        assert client("POST", SECRETS, {"metadata": {"name": "b"}, "type": docker, "stringData": content})[0] == 422
    assert client("POST", SECRETS, {"metadata": {"name": "b"}, "data": {"x": "?"}})[0] == 400
    assert client("POST", SECRETS, {"metadata": {"name": "b", "labels": {"x": True}}})[0] == 400
    assert client("POST", SECRETS, {"metadata": {"name": "B_"}})[0] == 422
    assert client("POST", "/api/v1/namespaces/nowhere/secrets", GIVEN)[0] == 404
    assert client("PATCH", f"{SECRETS}/a", GIVEN)[0] == 415
