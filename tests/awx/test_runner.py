# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of AWX, run by ansible-runner as AWX runs them: they do their work, and what they leave behind has no secret in it.

AWX is the stand-in, which hands over what the playbook `awx` made in it. ansible-runner, ansible-playbook and the repository of the project
are real; a container is not there, but another folder than the one that AWX knows, as on another node.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.awx import jobs
from tests.awx.conftest import Made
from tests.awx.stage import BINARIES, OTHERS
from tests.hand_offs.runs import NEWEST, OLDEST, PATIENCE, environment
from tests.leak.search import Hit, Searcher

RUNNER = Path(__file__).with_name("runner.py")
ROBOTS = "Harbor robots"


@dataclass(frozen=True)
class Done:
    """A job that has ended.

    :ivar events: what ansible-runner told of each step
    """

    status: str
    output: str
    events: list[dict[str, t.Any]]

    @property
    def told(self) -> str:
        """What a user reads in AWX."""
        return "\n".join(event.get("stdout", "") for event in self.events)

    @property
    def changed(self) -> int:
        """How many tasks changed something."""
        (summary,) = (event["event_data"] for event in self.events if event["event"] == "playbook_on_stats")
        return sum(summary["changed"].values())


class Stage:
    """Where jobs run; everything that they leave is below `place`."""

    def __init__(self, place: Path, made: Made) -> None:
        self.place, self.made = place, made

    def prepare(self) -> jobs.Job:
        """Launch a job."""
        return jobs.prepare(self.made.awx.store, ROBOTS, self.place, {})

    def as_awx_does(self, job: jobs.Job, core: str, worker: Path | None = None) -> Done:
        """Run it on another node."""
        given = {**job.parameters, "envvars": dict(job.variables), "fact_cache_type": "jsonfile"}
        worker = worker or self.place / f"worker{job.number}"
        output = self._call([str(RUNNER), str(job.folder), str(worker)], core, json.dumps(given))
        last = output.splitlines()[-1]
        return self._done(job, json.loads(last)["status"] if last.startswith("{") else "none", output)

    def by_hand(self, job: jobs.Job, core: str) -> Done:
        """Run it as somebody does who has the same folder and no AWX: ansible-runner then takes credentials from a file, too."""
        (job.folder / "env" / "envvars").write_text(json.dumps(dict(job.variables)), encoding="utf-8")
        (job.folder / "env" / "settings").unlink()
        arguments = ["run", str(job.folder), "--ident", str(job.number), "-p", job.parameters["playbook"]]
        output = self._call(["-m", "ansible_runner", *arguments], core)
        status = job.folder / "artifacts" / str(job.number) / "status"
        return self._done(job, status.read_text(encoding="utf-8") if status.exists() else "none", output)

    def _call(self, arguments: list[str], core: str, given: str = "") -> str:
        done = subprocess.run(
            [str(BINARIES[core] / "python"), *arguments],
            cwd=self.place,
            env=environment(self.place, BINARIES[core], [OTHERS]),
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="backslashreplace",
            timeout=PATIENCE,
            check=False,
        )
        return done.stdout

    def _done(self, job: jobs.Job, status: str, output: str) -> Done:
        files = (job.folder / "artifacts" / str(job.number) / "job_events").glob("*.json")
        events = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        return Done(status, output, sorted(events, key=lambda event: event["counter"]))

    def secrets(self) -> dict[str, str]:
        """Those that the credentials have, those that Vault gave and those that it keeps for robots."""
        vault = self.made.vault
        kept = {f"{path}.{name}": text for path, versions in vault.kept.items() for name, text in (versions[-1].data or {}).items()}
        found = {name: text for name, text in kept.items() if name.endswith((".secret", ".pending")) and text}
        return self.made.secrets | found | {f"token{number}": token for number, token in enumerate(vault.given)}

    def hits(self, *outputs: str) -> list[Hit]:
        """Every secret in everything that is left."""
        search = Searcher(self.secrets())
        return search.folder(self.place) + [hit for output in outputs for hit in search.bytes("output", output.encode())]


@pytest.fixture
def stage(made: Made) -> Iterator[Stage]:
    """A fresh Harbor and a Vault without secrets; a folder with a short path, because Ansible makes sockets in it."""
    made.simulator.reset()
    made.vault.kept.clear()
    with tempfile.TemporaryDirectory(prefix="awx-") as folder:
        yield Stage(Path(folder), made)


def test_jobs_of_awx(stage: Stage) -> None:
    """The first job makes the robots, and the second one, of which nothing is left of the first, finds them and their secrets."""
    first = stage.as_awx_does(stage.prepare(), OLDEST)
    assert first.status == "successful", first.output + first.told
    assert first.changed > 0
    assert set(stage.made.vault.kept) == {"harbor/robots/shop+ci", "harbor/robots/shop+deployer"}
    second = stage.as_awx_does(stage.prepare(), NEWEST)
    assert (second.status, second.changed) == ("successful", 0), second.output + second.told

    secrets = stage.secrets()
    assert {name.partition(".")[0] for name in secrets} >= {"password", "secret_id", "token0", "harbor/robots/shop+ci"}
    # ansible-runner itself writes the environment of each job, where it runs, and AWX's node gets a copy. Nothing else has a secret.
    hits = stage.hits(first.output, second.output)
    assert {hit.secret for hit in hits} == set(stage.made.secrets)
    places = {str(path.relative_to(stage.place)) for path in stage.place.glob("*/artifacts/*/command")}
    assert {hit.place for hit in hits} == places
    assert len(places) == 4
    left = {path.relative_to(stage.place).parts[1] for path in stage.place.glob("awx_*/**/*") if path.is_file()}
    assert left == {"artifacts", "env", "inventory", "project"}
    assert [event for event in first.events if "robots" in event.get("stdout", "")]


def test_ansible_runner_by_hand(stage: Stage) -> None:
    """With its own settings it leaves its output as well, and the credentials only where they were given to it."""
    job = stage.prepare()
    done = stage.by_hand(job, OLDEST)
    assert done.status == "successful", done.output + done.told
    assert done.changed > 0
    artifacts = job.folder / "artifacts" / str(job.number)
    assert (artifacts / "stdout").stat().st_size > 0
    hits = stage.hits(done.output)
    assert {hit.secret for hit in hits} == set(stage.made.secrets)
    assert {stage.place / hit.place for hit in hits} == {job.folder / "env" / "envvars", artifacts / "command"}


def test_a_store_that_goes_with_the_job(stage: Stage) -> None:
    """It is refused before Harbor has a robot. The job has another name for the folder than AWX."""
    template = stage.made.awx.store.named("job_templates", ROBOTS)
    variables = template["extra_vars"]
    path = stage.place / "worker" / "secrets.yml"
    template["extra_vars"] = json.dumps({"robots_store": {"type": "file", "path": str(path), "format": "plain"}})
    try:
        job = stage.prepare()
    finally:
        template["extra_vars"] = variables
    done = stage.as_awx_does(job, OLDEST, path.parent)
    assert done.status == "failed"
    assert f"store {path} lies in the folder that AWX removes after the job" in done.told
    assert not path.exists()
    assert [entry for entry in stage.made.simulator.log() if entry["path"].endswith("/robots") and entry["method"] == "POST"] == []
