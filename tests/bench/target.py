# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Harbor that is measured against: a simulated one, or the one in HARBOR_URL."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator

import requests

from tests.bench.declared import PROJECTS
from tests.bench.floor import API, PAGE, Floor
from tests.simulator.launcher import Simulator
from tests.tools import harbor

# From here on a user's password costs 0.1 s of CPU at every request.
DEAR_PASSWORDS = (2, 15, 2)


@dataclasses.dataclass
class Target:
    """One Harbor.

    :ivar simulator: what counts requests; None for a real Harbor, where clients count their own
    """

    url: str
    username: str
    password: str
    version: str
    concurrency: int = 4
    simulator: Simulator | None = None

    @property
    def session(self) -> bool:
        """Whether a log-in as of the web page pays."""
        return tuple(int(part) for part in self.version.lstrip("v").partition("-")[0].split(".")) >= DEAR_PASSWORDS

    @property
    def requests(self) -> int | None:
        """How many requests the server has answered; None where it does not tell."""
        return int(self.simulator.statistics()["requests"]) if self.simulator else None

    @property
    def described(self) -> str:
        """What the figures hold for."""
        if not self.simulator:
            return f"Harbor {self.version} at {self.url}"
        return f"simulated Harbor {self.version}, {self.simulator.statistics()['mean_milliseconds']} ms a request inside the server"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the collection finds it."""
        return {"HARBOR_URL": self.url, "HARBOR_USERNAME": self.username, "HARBOR_PASSWORD": self.password}

    def floor(self) -> Floor:
        """A raw client that is logged in."""
        client = Floor(self.url, self.username, self.password, self.concurrency, self.session)
        client.log_in()
        return client

    def make_projects(self) -> None:
        """The ten projects, as far as they are not there."""
        client = self.floor()
        there = {one["name"] for one in client.send("GET", f"{API}/projects?page_size={PAGE}").json()}
        for name in PROJECTS:
            if name not in there:
                client.send("POST", f"{API}/projects", json={"project_name": name})
        client.log_out()

    def clean(self) -> None:
        """Remove robots and projects of the bench."""
        client = self.floor()
        client.purge()
        for one in client.send("GET", f"{API}/projects?page_size={PAGE}").json():
            if one["name"] in PROJECTS:
                client.send("DELETE", f"{API}/projects/{one['project_id']}")
        client.log_out()


def _version(url: str, username: str, password: str) -> str:
    answer = requests.get(f"{url}{API}/systeminfo", auth=(username, password), timeout=30)
    answer.raise_for_status()
    return str(answer.json()["harbor_version"])


@contextlib.contextmanager
def target() -> Iterator[Target]:
    """The Harbor that the environment names, else a simulated one of version HARBOR; its projects come and go with it."""
    url = os.environ.get("HARBOR_URL", "").rstrip("/")
    if not url:
        with simulated() as found:
            yield found
        return
    username, password = os.environ.get("HARBOR_USERNAME", harbor.USERNAME), os.environ.get("HARBOR_PASSWORD", harbor.PASSWORD)
    found = Target(url, username, password, _version(url, username, password))
    found.make_projects()
    try:
        yield found
    finally:
        found.clean()


@contextlib.contextmanager
def simulated() -> Iterator[Target]:
    """A simulated Harbor of version HARBOR with the ten projects; a user's password costs PASSWORD_COST ms, else what it costs there."""
    cost = os.environ.get("PASSWORD_COST")
    with Simulator.start(harbor=os.environ.get("HARBOR", "2.15.2"), password_cost=float(cost) if cost else None) as simulator:
        version = _version(simulator.url, harbor.USERNAME, harbor.PASSWORD)
        found = Target(simulator.url, harbor.USERNAME, harbor.PASSWORD, version, simulator=simulator)
        found.make_projects()
        yield found
