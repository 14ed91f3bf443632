# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The floor: a raw client with the fewest requests that do the same work, `requests`, kept connections, one log-in.

It checks next to nothing, so nobody should run it against a Harbor that matters. As a program it reads its work from stdin
and prints what it took; nobody waits for its imports then.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter

from tests.bench.declared import MARK, PROJECTS, Robot, key

API = "/api/v2.0"
PAGE = 100


class Floor:
    """A client of one Harbor.

    :param session: whether a log-in as of the web page pays, as it does since 2.15.2
    """

    def __init__(self, url: str, username: str, password: str, concurrency: int, session: bool) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.mount("http", HTTPAdapter(pool_maxsize=concurrency))
        self.concurrency = concurrency
        self.counter = itertools.count()
        self.credentials = (username, password)
        self.session = session
        self.headers: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many requests were sent."""
        return next(self.counter)

    def each(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """The results of `work`, so many at once as may be."""
        with ThreadPoolExecutor(self.concurrency) as pool:
            return list(pool.map(work, items))

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> requests.Response:
        next(self.counter)
        answer = self.http.request(method, self.url + path, headers=headers or self.headers, allow_redirects=False, **more)
        self.http.cookies.clear()
        if answer.status_code >= 400 and path != "/c/login":
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer

    def log_in(self) -> None:
        if not self.session:
            self.headers = {"Authorization": requests.auth._basic_auth_str(*self.credentials)}
            return
        first = self.send("GET", "/c/login")
        cookies, token = first.cookies, first.headers["X-Harbor-Csrf-Token"]
        headers = {"Cookie": "; ".join(f"{one.name}={one.value}" for one in cookies), "X-Harbor-CSRF-Token": token}
        form = {"principal": self.credentials[0], "password": self.credentials[1]}
        sid = self.send("POST", "/c/login", headers, data=form).cookies["sid"]
        self.headers = {"Cookie": f"_gorilla_csrf={cookies['_gorilla_csrf']}; sid={sid}", "X-Harbor-CSRF-Token": token}

    def log_out(self) -> None:
        if self.session:
            self.send("GET", "/c/log_out")

    # -- what the phases do --------------------------------------------------------------------------------------------

    def listing(self, used: Iterable[str]) -> list[dict[str, Any]]:
        """Every robot of the system and of the used projects: pages of 100, side by side."""
        projects = self.send("GET", f"{API}/projects?page_size={PAGE}").json()
        numbers = [one["project_id"] for one in projects if one["name"] in set(used)]
        queries = ["", *(f"&q={quote(f'Level=project,ProjectID={number}')}" for number in numbers)]

        def fetch(place: tuple[str, int]) -> requests.Response:
            return self.send("GET", f"{API}/robots?page={place[1]}&page_size={PAGE}{place[0]}")

        first = self.each(fetch, [(query, 1) for query in queries])
        totals = [int(answer.headers["X-Total-Count"]) for answer in first]
        rest = [(query, page) for query, total in zip(queries, totals) for page in range(2, -(-total // PAGE) + 1)]
        return [robot for answer in (*first, *self.each(fetch, rest)) for robot in answer.json()]

    def create(self, declared: list[Robot]) -> dict[str, str]:
        """POST each; the secrets that Harbor gave, by stored name."""

        def make(robot: Robot) -> str:
            return str(self.send("POST", f"{API}/robots", json=body(robot)).json()["secret"])

        return dict(zip(map(key, declared), self.each(make, declared)))

    def different(self, declared: list[Robot]) -> Iterator[tuple[dict[str, Any], Robot]]:
        """The robots of Harbor that are not as declared."""
        wanted = {key(robot): robot for robot in declared}
        for robot in self.listing({name for one in declared if (name := one.get("project"))}):
            want = wanted.get(stored(robot["name"]))
            if want and pairs(robot["permissions"]) != pairs(body(want)["permissions"]):
                yield robot, want

    def change(self, declared: list[Robot]) -> None:
        """Read by id and PUT what differs."""

        def put(both: tuple[dict[str, Any], Robot]) -> None:
            path = f"{API}/robots/{both[0]['id']}"
            self.send("PUT", path, json=self.send("GET", path).json() | {"permissions": body(both[1])["permissions"]})

        self.each(put, self.different(declared))

    def verify(self, declared: list[Robot]) -> None:
        """Try each secret; the listing says who is there, under which name, and neither disabled nor expired."""
        secrets = {key(robot): robot["secret"] for robot in declared}
        there = self.listing({name for one in declared if (name := one.get("project"))})
        pairs_to_try = [(robot["name"], secret) for robot in there if (secret := secrets.get(stored(robot["name"])))]

        def probe(pair: tuple[str, str]) -> None:
            self.send("GET", f"{API}/users/current/permissions", {"Authorization": requests.auth._basic_auth_str(*pair)})

        self.each(probe, pairs_to_try)

    def purge(self) -> None:
        """DELETE every robot of the bench."""
        doomed = [robot["id"] for robot in self.listing(PROJECTS) if MARK in robot["name"]]
        self.each(lambda number: self.send("DELETE", f"{API}/robots/{number}"), doomed)

    def run(self, phase: str, declared: list[Robot]) -> dict[str, str]:
        """Do the work of a phase; the secrets that it made."""
        secrets: dict[str, str] = {}
        self.log_in()
        if phase == "create":
            secrets = self.create(declared)
        elif phase == "converged":
            if list(self.different(declared)):
                raise SystemExit("the robots are not as declared")
        elif phase == "change":
            self.change(declared)
        elif phase == "verify":
            self.verify(declared)
        else:
            self.purge()
        self.log_out()
        return secrets


def stored(full_name: str) -> str:
    """The stored name in a full name, whatever the prefix."""
    return re.sub(rf".*?((?:{'|'.join(PROJECTS)})\+)?({MARK}\d+)$", r"\1\2", full_name)


def body(robot: Robot) -> dict[str, Any]:
    """The POST of a declaration."""
    project, access = robot.get("project"), robot.get("access")
    if not project:
        project, access = robot["permissions"][0]["project"], robot["permissions"][0]["access"]
    items = [dict(zip(("resource", "action", "effect"), (*pair.split(":"), "allow"))) for pair in access or ()]
    return {
        "name": robot["name"],
        "description": robot["description"],
        "level": "project" if robot.get("project") else "system",
        "duration": -1,
        "permissions": [{"kind": "project", "namespace": project, "access": items}],
    }


def pairs(permissions: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Permissions as a set."""
    return {(entry["namespace"], one["resource"], one["action"]) for entry in permissions for one in entry["access"]}


def main() -> None:
    """Work from stdin; prints seconds, requests and secrets as JSON."""
    work = json.load(sys.stdin)
    floor = Floor(work["url"], work["username"], work["password"], work["concurrency"], work["session"])
    start = time.perf_counter()
    secrets = floor.run(work["phase"], work["robots"])
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "requests": floor.count, "secrets": secrets}))


if __name__ == "__main__":
    main()
