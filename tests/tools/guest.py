# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Integration tests as guests of a Harbor: everything that they make has one random word in its name, and goes when they go."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import string
from collections.abc import Iterator
from typing import Any

import requests

LETTERS = string.ascii_lowercase + string.digits
PAGE = 100


class Guest:
    """One visit.

    :ivar word: begins all names; nobody else's name has it
    """

    def __init__(self, url: str, username: str, password: str) -> None:
        self.word = "it" + "".join(secrets.choice(LETTERS) for _letter in range(8))
        self._api = url.rstrip("/") + "/api/v2.0"
        self._http = requests.Session()
        self._http.auth = (username, password)
        self._http.verify = os.environ.get("HARBOR_CA_PATH") or True

    def _call(self, method: str, path: str) -> Any:
        answer = self._http.request(method, self._api + path, timeout=60)
        # A Harbor that kept the session would ask for its token before it removes anything.
        self._http.cookies.clear()
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _listed(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(page := self._call("GET", f"{path}&page_size={PAGE}&page={len(found) // PAGE + 1}")) == PAGE:
            found += page
        return found + page

    def version(self) -> str:
        """Harbor's version, as 2.15.2."""
        found = re.search(r"\d+\.\d+(\.\d+)?", self._call("GET", "/systeminfo")["harbor_version"])
        assert found
        return found.group()

    def leave(self) -> list[str]:
        """Remove what has the word in its name, and nothing else; what that was."""
        removed = self._remove_robots("/robots?sort=id")
        for project in self._listed(f"/projects?name={self.word}"):
            if self.word in project["name"]:
                removed += self._remove_robots(f"/robots?q=Level%3Dproject%2CProjectID%3D{project['project_id']}")
                self._call("DELETE", f"/projects/{project['project_id']}")
                removed.append(f"project {project['name']}")
        for user in self._call("GET", f"/users/search?username={self.word}&page_size={PAGE}"):
            if self.word in user["username"]:
                self._call("DELETE", f"/users/{user['user_id']}")
                removed.append(f"user {user['username']}")
        return removed

    def _remove_robots(self, path: str) -> list[str]:
        ours = [robot for robot in self._listed(path) if self.word in robot["name"]]
        for robot in ours:
            self._call("DELETE", f"/robots/{robot['id']}")
        return [f"robot {robot['name']}" for robot in ours]


@contextlib.contextmanager
def visiting(url: str, username: str, password: str) -> Iterator[Guest]:
    """A guest that leaves in all cases."""
    guest = Guest(url, username, password)
    try:
        yield guest
    finally:
        print(f"removed from {url}: {', '.join(guest.leave()) or 'nothing'}", flush=True)
