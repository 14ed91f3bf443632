# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Harbor as a process: what is arranged to go wrong, the lock and the delay, its records, and how it ends."""
from __future__ import annotations

import base64
import concurrent.futures
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.caller import PULL, pair, permission, robot_body
from tests.simulator.launcher import HERE, Simulator, SimulatorError

DELAY = 1.6  # long enough for a busy machine to answer others within half of it
ROBOTS = "/api/v2.0/robots"


class Client:
    """One kept connection."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)

    def __call__(self, method: str, path: str, body: Any = None, caller: str = "admin:Harbor12345", headers: dict[str, str] | None = None
                 ) -> tuple[int, Any]:
        sent = {"Authorization": "Basic " + base64.b64encode(caller.encode()).decode(), **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        self.connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = self.connection.getresponse()
        data = answer.read()
        self.headers = dict(answer.getheaders())
        try:
            return answer.status, json.loads(data)
        except ValueError:
            return answer.status, data.decode()


@pytest.fixture(scope="module")
def process() -> Iterator[Simulator]:
    with Simulator.start(refusal_delay=DELAY, password_cost=0) as server:
        yield server


@pytest.fixture
def server(process: Simulator) -> Simulator:
    process.reset()
    return process


@pytest.fixture
def client(server: Simulator) -> Client:
    return Client(server.url)


def fault(kind: str, method: str = "POST", path: str = "/robots$", **do: Any) -> dict[str, Any]:
    match = {name: do.pop(name) for name in ("nth", "every", "probability", "seed", "times") if name in do}
    return {"match": {"method": method, "path": path, **match}, "do": {"kind": kind, **do}}


class TestFaults:
    @pytest.mark.parametrize(("kind", "made"), [("cut_before", 0), ("cut_after", 1)])
    def test_a_cut_connection(self, server: Simulator, client: Client, kind: str, made: int) -> None:
        server.faults(fault(kind, nth=1))
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            client("POST", ROBOTS, robot_body("ci"))
        client.connection.close()
        assert len(client("GET", ROBOTS)[1]) == made
        assert client("POST", ROBOTS, robot_body("ci"))[0] == (409 if made else 201)

    @pytest.mark.parametrize(("status", "after"), [(500, False), (500, True), (502, False), (502, True), (503, False), (429, False)])
    def test_a_status(self, server: Simulator, client: Client, status: int, after: bool) -> None:
        server.faults(fault("status", nth=1, status=status, after=after, retry_after=2))
        got, body = client("POST", ROBOTS, robot_body("ci"))
        assert (got, client.headers["retry-after"]) == (status, "2")
        if status in (502, 503):
            assert body.startswith(f"<html>\r\n<head><title>{status} ")
        elif status == 500:
            assert body == {"errors": [{"code": "UNKNOWN", "message": "internal server error"}]}
        assert client("POST", ROBOTS, robot_body("ci"))[0] == (409 if after else 201)

    @pytest.mark.parametrize("after", [False, True])
    def test_a_slow_answer(self, server: Simulator, client: Client, after: bool) -> None:
        server.faults(fault("slow", seconds=0.3, after=after))
        start = time.monotonic()
        assert client("POST", ROBOTS, robot_body("ci"))[0] == 201
        assert time.monotonic() - start >= 0.3

    def test_a_deadlock_takes_its_time(self, server: Simulator, client: Client) -> None:
        server.faults(fault("deadlock", nth=1))
        start = time.monotonic()
        assert client("POST", ROBOTS, robot_body("ci"))[0] == 500
        assert time.monotonic() - start >= 1
        assert client("POST", ROBOTS, robot_body("ci"))[0] == 201

    def test_which_requests_meet_it(self, server: Simulator, client: Client) -> None:
        def statuses(count: int, **match: Any) -> list[int]:
            server.faults(fault("status", "GET", "/systeminfo$", status=503, **match))
            return [client("GET", "/api/v2.0/systeminfo")[0] for _request in range(count)]

        assert statuses(4, nth=[2, 3]) == [200, 503, 503, 200]
        assert statuses(6, every=3) == [200, 200, 503, 200, 200, 503]
        assert statuses(3, times=1) == [503, 200, 200]
        some = statuses(40, probability=0.5, seed=7)
        assert {200, 503} == set(some)
        assert some == statuses(40, probability=0.5, seed=7)
        server.faults()
        assert client("GET", "/api/v2.0/systeminfo")[0] == 200

    def test_another_clients_write(self, server: Simulator, client: Client) -> None:
        number = client("POST", ROBOTS, robot_body("ci"))[1]["id"]
        server.faults(
            fault("write", "PUT", r"/robots/\d+$", nth=1, request={
                "method": "PUT", "path": f"{ROBOTS}/{{robot_id}}", "body": {"disable": True}, "merge": True}),
            fault("write", "GET", f"/robots/{number}$", nth=2, request={"method": "DELETE", "path": f"{ROBOTS}/{{id:ci}}"}))
        assert client("PUT", f"{ROBOTS}/{number}", robot_body("robot$ci", description="mine"))[0] == 200
        assert client("GET", f"{ROBOTS}/{number}")[1]["description"] == "mine"
        assert client("GET", f"{ROBOTS}/{number}")[0] == 404

    def test_another_client_takes_the_name(self, server: Simulator, client: Client) -> None:
        server.faults(fault("write", nth=1, request={"method": "POST", "path": ROBOTS, "body": robot_body("ci")}))
        assert client("POST", ROBOTS, robot_body("ci"))[0] == 409

    def test_a_user_who_is_locked_by_somebody_else(self, server: Simulator, client: Client) -> None:
        server.faults(fault("lock_user", "GET", "/robots$", nth=1, name="admin"))
        assert [client("GET", ROBOTS)[0] for _request in range(2)] == [401, 401]
        time.sleep(DELAY)
        assert client("GET", ROBOTS)[0] == 200

    def test_sessions_that_die(self, server: Simulator, client: Client) -> None:
        client("GET", ROBOTS)
        cookie = {"Cookie": client.headers["set-cookie"].split(";")[0]}
        client("GET", ROBOTS, headers=cookie)
        assert "sid=" not in client.headers.get("set-cookie", "")
        server.faults(fault("kill_sessions", "GET", "/robots$", nth=1))
        client("GET", ROBOTS, headers=cookie)
        assert "sid=" in client.headers["set-cookie"]

    @pytest.mark.parametrize("nonsense", [{"do": {"kind": "magic"}}, {"do": {}}, {"match": {"url": "x"}, "do": {"kind": "cut_before"}},
                                          {"match": {"path": "("}, "do": {"kind": "cut_before"}}])
    def test_nonsense_is_refused(self, server: Simulator, nonsense: dict[str, Any]) -> None:
        with pytest.raises(SimulatorError, match="400"):
            server.faults(nonsense)


class TestDeadlocks:
    def make(self, server: Simulator, orders: list[list[dict[str, str]]]) -> list[int]:
        def one(number: int) -> int:
            return Client(server.url)("POST", ROBOTS, robot_body(f"r{number}", permission("library", *orders[number])))[0]

        with concurrent.futures.ThreadPoolExecutor(len(orders)) as pool:
            return list(pool.map(one, range(len(orders))))

    def test_parallel_writers_in_opposite_orders(self, server: Simulator, client: Client) -> None:
        access = [pair(f"tag:{action}") for action in ("create", "list", "delete")] + [pair(f"label:{action}") for action in (
            "create", "read", "list", "update", "delete")]
        server.faults(deadlock=True)
        assert self.make(server, [access] * 6) == [201] * 6
        for _turn in range(20):  # nobody promises that they meet in the first
            for robot in client("GET", ROBOTS)[1]:
                client("DELETE", f"{ROBOTS}/{robot['id']}")
            start = time.monotonic()
            statuses = self.make(server, [access, access[::-1]] * 3)
            assert len(client("GET", ROBOTS)[1]) == statuses.count(201)
            if 500 in statuses:
                break
        assert 500 in statuses
        assert 201 in statuses
        assert time.monotonic() - start >= 1
        server.faults()
        client("GET", ROBOTS)


class TestRefusals:
    def test_the_delay_holds_up_nobody_else_and_locks_one_name(self, server: Simulator, client: Client) -> None:
        secret = client("POST", ROBOTS, robot_body("ci", permission("library", PULL)))[1]["secret"]
        probe = "/api/v2.0/users/current/permissions"

        def timed(caller: str) -> tuple[int, float]:
            start = time.monotonic()
            return Client(server.url)("GET", probe, caller=caller)[0], time.monotonic() - start

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            wrong = [pool.submit(timed, caller) for caller in ("admin:wrong", "robot$ci:Wrong1234")]
            time.sleep(DELAY / 4)
            locked, robot = timed("admin:Harbor12345"), timed(f"robot$ci:{secret}")
        assert locked[0] == 401
        assert robot[0] == 200
        assert max(locked[1], robot[1]) < DELAY / 2
        assert all(answer.result()[0] == 401 and answer.result()[1] >= DELAY for answer in wrong)

    def test_a_password_has_a_price_and_a_robots_secret_has_none(self) -> None:
        with Simulator.start(refusal_delay=0) as costly:
            client = Client(costly.url)
            secret = client("POST", ROBOTS, robot_body("ci"))[1]["secret"]
            for _request in range(2):
                client("GET", "/api/v2.0/users/current/permissions")
                client("GET", "/api/v2.0/users/current/permissions", caller=f"robot$ci:{secret}")
            taken = {name: [entry["milliseconds"] for entry in costly.log() if entry["user"] == name] for name in ("admin", "robot$ci")}
        assert min(taken["admin"]) >= 99  # timers may fire a little early
        assert min(taken["robot$ci"]) < 50


class TestProcess:
    def test_kept_connections_do_not_stall(self, server: Simulator, client: Client) -> None:
        client("POST", ROBOTS, robot_body("ci"))
        taken = []
        for _request in range(51):
            start = time.monotonic()
            client("GET", ROBOTS)
            taken.append(time.monotonic() - start)
        assert sorted(taken)[25] < 0.035  # Nagle's algorithm and delayed acknowledgements together make 0.04

    def test_its_records(self, server: Simulator, client: Client) -> None:
        client("GET", f"{ROBOTS}?page_size=5", headers={"X-Request-Id": "mine"})
        client("GET", ROBOTS, caller="admin:wrong")
        first, second = server.log()
        assert (first["method"], first["path"], first["query"], first["user"], first["status"], first["request_id"]) == (
            "GET", ROBOTS, "page_size=5", "admin", 200, "mine")
        # Timers may be early by a little.
        assert (second["user"], second["status"], second["milliseconds"] > DELAY * 900) == ("", 401, True)
        numbers = server.statistics()
        assert (numbers["requests"], numbers["calls"], numbers["statuses"]) == (2, {f"GET {ROBOTS}": 2}, {"200": 1, "401": 1})
        server.reset()
        assert server.log() == []

    def test_reset_and_arrange(self, server: Simulator, client: Client) -> None:
        number = server.arrange("legacy_robot", name="robot$old", project_id=1, expires_at=1999999999)
        assert client("GET", f"{ROBOTS}/{number}")[1]["editable"] is False
        server.arrange("expire_robot", id=number)
        assert client("GET", f"{ROBOTS}/{number}")[1]["expires_at"] < time.time()
        with pytest.raises(SimulatorError):
            server.arrange("miracle", id=number)
        server.reset()
        assert client("GET", f"{ROBOTS}/{number}")[0] == 404

    def test_keep_and_restore(self, server: Simulator, client: Client) -> None:
        first = client("POST", ROBOTS, robot_body("first", permission("library", PULL)))[1]
        server.keep("one robot")
        second = client("POST", ROBOTS, robot_body("second", permission("library", PULL)))[1]
        client("DELETE", f"{ROBOTS}/{first['id']}")
        client("GET", ROBOTS, caller="admin:wrong")
        server.faults({"do": {"kind": "status", "status": 500}})
        server.reset()
        server.restore("one robot")
        assert server.log() == []
        assert client("GET", f"{ROBOTS}/{first['id']}")[1]["name"] == first["name"]
        assert client("GET", f"{ROBOTS}/{second['id']}")[0] == 404
        assert server.are_right([(first["id"], first["secret"]), (first["id"], second["secret"])]) == [True, False]
        with pytest.raises(SimulatorError, match="nothing was kept"):
            server.restore("miracle")

    def test_it_serves_https(self, tmp_path: Path) -> None:
        key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
                        "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        with Simulator.start(tls_cert=str(certificate), tls_key=str(key)) as server:
            assert server.url.startswith("https://127.0.0.1:")
            server.reset()
            assert server.statistics()["requests"] == 0

    def test_it_ends_when_it_is_told_to(self) -> None:
        process = subprocess.Popen([sys.executable, str(HERE), "--harbor", "2.12", "--port", "0"], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"listening on http://127.0.0.1:")
        process.terminate()
        assert process.wait(10) == 0
        process.stdout.close()

    def test_a_start_that_fails_says_why(self) -> None:
        with pytest.raises(SimulatorError, match=r"Harbor 1\.9 is not known"):
            Simulator.start(harbor="1.9")

    def test_a_port_that_is_taken_is_named(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            told = subprocess.run([sys.executable, str(HERE), "--port", port], capture_output=True, text=True, check=False)
        assert told.returncode == 2
        assert f"port {port} of 127.0.0.1 cannot be had" in told.stderr
        assert "Traceback" not in told.stderr
