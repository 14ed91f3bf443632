# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook robots, run by its full name: a file is applied, and what is wrong with a file is said."""

from __future__ import annotations

import functools
import json
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.faults.world import pairs_of
from tests.playbooks.conftest import NEWEST
from tests.playbooks.stage import Run, Stage
from tests.tools.paths import ROOT

PLAYBOOK = ROOT / "playbooks" / "robots.yml"
ROLE = ROOT / "roles" / "robots" / "meta" / "argument_specs.yml"
CHECK = "--check"
OWN = "GivenByItsUser-2+/x"

# What is wrong with a file, by the name of the Harbor whose file it is, and what is said of it.
WRONG = {
    "nothing": (None, "robots_file is required: the file that declares the robots, as in -e robots_file="),
    "missing": (None, "robots_file {path} is not there"),
    "broken": ("robots_declarations: [\n  {{name: a, secret: Not-To-Be-Shown-1", "{path} cannot be read: it has to be a mapping"),
    "sealed": ("$ANSIBLE_VAULT;1.1;AES256\n3132\n", "{path} cannot be read: "),
    "misspelt": ("robots_declaration: []\nmine: 1\n", "{path} has robots_declaration, which nothing reads; what it may have is "),
    "empty": ("robots_projects: []\n", "robots is empty"),
}


def declare(stage: Stage, *robots: dict[str, t.Any], **variables: t.Any) -> None:
    """Write the file."""
    fixed = {
        "robots_projects": [{"name": "open", "public": True}],
        "robots_store": {"type": "file", "path": "kept/robots.yml"},
        "robots_defaults": {"valid_for": 90, "description": "by a file"},
    }
    text = yaml.safe_dump({**fixed, **variables, "robots_declarations": robots, "own_secret": OWN})
    (stage.work / "robots.yml").write_text(text, encoding="utf-8")


def apply(stage: Stage, *options: str) -> Run:
    """Run the playbook in the folder of the file, which holds a secret in clear text; nothing else may."""
    content = (stage.work / "robots.yml").read_bytes()
    done = stage.run("robots", "-e", "robots_file=robots.yml", "-vvvv", *options)
    assert (done.code, OWN in done.output) == (0, False), done.output
    found = [path for path in stage.work.rglob("*") if path.is_file() and OWN.encode() in path.read_bytes()]
    assert found == [stage.work / "robots.yml"] and content == found[0].read_bytes()
    return done


def test_a_file_is_applied(stage: Stage) -> None:
    """Check mode predicts it, the next run changes nothing, and what is no longer declared goes inside the fences."""
    ci = {"name": "ci", "project": "shop", "access": ["push"], "secret": "{{ own_secret }}"}
    mirror = {"name": "mirror", "permissions": [{"projects": ["shop", "open"], "access": ["pull"]}]}
    declare(stage, ci, {"name": "old", "project": "shop", "access": ["pull"]})
    predicted = apply(stage, CHECK)
    assert predicted.said("2 created, 0 updated, 0 unchanged, 0 removed, 0 failed, 0 left_alone (predicted)")
    # The project and the robots, of which there is none yet.
    assert predicted.total("changed") == 2 and stage.harbor.robots() == []

    first = apply(stage)
    assert first.total("changed") == 2 and first.said('2 created, 0 updated, 0 unchanged, 0 removed, 0 failed, 0 left_alone"')
    place = stage.harbor.project("open")
    assert place and place["metadata"]["public"] == "true"
    robots = {one["name"]: one for one in stage.harbor.robots()}
    assert pairs_of(robots["robot$shop+ci"]) == {("shop", "repository:pull"), ("shop", "repository:push")}
    assert stage.harbor.logs_in({"username": "robot$shop+ci", "secret": OWN})
    kept = stage.stored(stage.work / "kept" / "robots.yml")
    assert set(kept) == {"shop+old"} and stage.harbor.logs_in(kept["shop+old"])

    asked = stage.harbor.asked()
    again = apply(stage)
    assert (again.total("changed"), stage.harbor.writes(asked)) == (0, [])

    declare(stage, ci, mirror, robots_purge={"marker": "by a file", "projects": ["shop"]})
    second = apply(stage)
    assert second.total("changed") == 1 and second.said('1 created, 0 updated, 1 unchanged, 1 removed, 0 failed, 0 left_alone"')
    assert [one["name"] for one in stage.harbor.robots()] == ["robot$shop+ci", "robot$mirror"]


def test_what_is_wrong_with_a_file(stage: Stage) -> None:
    """Each is told for its own Harbor, without a word of what the file holds."""
    hosts: dict[str, t.Any] = {}
    for name, (content, _said) in WRONG.items():
        path = stage.inputs / f"{name}.yml"
        if content is not None:
            path.write_text(content, encoding="utf-8")
        hosts[name] = {"robots_file": str(path)} if name != "nothing" else {}
    inventory = stage.inputs / "harbors.json"
    inventory.write_text(json.dumps({"harbors": {"hosts": hosts}}), encoding="utf-8")
    done = stage.run("robots", "-i", str(inventory), "-vvvv", robots_hosts="harbors")
    assert {host for host, counts in done.hosts.items() if counts["failed"]} == set(WRONG)
    for name, (_content, said) in WRONG.items():
        assert done.said(said.format(path=stage.inputs / f"{name}.yml")), (name, done.output)
    assert "Not-To-Be-Shown-1" not in done.output


@pytest.mark.parametrize("core", [NEWEST])
def test_the_example(stage: Stage) -> None:
    """Many Harbors, as it is written, but for the address of each: here all have the same one."""
    path = ROOT / "playbooks" / "examples" / "harbors.yml"
    names = yaml.safe_load(path.read_text(encoding="utf-8"))["harbors"]["hosts"]
    # One at a time, since they are one; before, what can be told of the first without the projects that are missing.
    run = functools.partial(stage.run, "robots", "-i", str(path), "--forks", "1", robots_hosts="harbors", harbor_url=stage.harbor.url)
    predicted = run(CHECK, "--limit", "north")
    assert predicted.code == 0, predicted.output
    assert predicted.said("2 created, 0 updated", "(predicted); not without their new projects: mirror")
    done = run()
    assert (done.code, set(done.hosts), len(names)) == (0, set(names), 2), done.output
    stores = {one.name: stage.stored(one) for one in (stage.work / "home" / ".harbormaster").glob("*.yml")}
    # The second one finds what the first one made, and its own store has nothing of it.
    assert stores == {"north.yml": stores["north.yml"]} and set(stores["north.yml"]) == {"shop+ci", "shop+deployer", "mirror"}
    assert done.said("the store has no secret of mirror, shop+ci, shop+deployer, which nobody named in robots_adopt")


def test_every_variable_of_the_role_counts() -> None:
    """The playbook knows their names, so that it can tell one that is misspelt."""
    play: dict[str, t.Any] = yaml.safe_load(Path(PLAYBOOK).read_text(encoding="utf-8"))[0]
    role = yaml.safe_load(ROLE.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    assert set(play["vars"]["robots_variables"]) == {*role, "robots_projects"}
