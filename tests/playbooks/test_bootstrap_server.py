# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook bootstrap_server, run by its full name: robots of servers, their log-ins, pulls that prove them, and robots that go."""

from __future__ import annotations

import typing as t

import yaml

from tests.faults.world import pairs_of
from tests.playbooks.stage import Run, Stage
from tests.tools.paths import ROOT

FIFTY = [f"node{number:02}.example.com" for number in range(50)]
NOTHING = "Nothing was removed:"
# What AWX gives to every job besides; the first is a slice, the second a slice that is run once more.
SLICE = {"awx_job_id": 7, "awx_job_launch_type": "workflow", "awx_workflow_job_id": 6}
# One that has the whole inventory.
WHOLE_JOB = {"awx_job_id": 9, "awx_job_launch_type": "scheduled"}
# What makes of a source that cannot be read a failure.
WHOLE = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
AGAIN = {"awx_job_id": 8, "awx_job_launch_type": "relaunch"}

BODY = {
    "level": "system",
    "duration": 30,
    "permissions": [{"kind": "project", "namespace": "shop", "access": [{"resource": "repository", "action": "pull"}]}],
}


def robots(stage: Stage) -> dict[str, dict[str, t.Any]]:
    """The robots of the system by name, without prefix."""
    return {one["name"].removeprefix("robot$"): one for one in stage.harbor.robots() if one["level"] == "system"}


def works(stage: Stage, server: str) -> bool:
    """Whether what a server has logs in."""
    username, secret = stage.logged_in(server)
    return stage.harbor.logs_in({"username": username, "secret": secret})


def unchanged(run: Run) -> bool:
    """Whether a run went well and changed nothing."""
    return (run.code, run.total("changed")) == (0, 0)


def test_fifty_servers_at_once(stage: Stage) -> None:
    """Each gets a robot of its own and is logged in. Run again, nothing changes: not Harbor, not the store, not a server."""
    # A file of its own spares each server from reading all authorities of this machine.
    authority = stage.inputs / "authority.pem"
    authority.write_text(stage.harbor.simulator.certificate(), encoding="ascii")
    servers: dict[str, t.Any] = {name: {"registry_login_ca_path": str(authority)} for name in FIFTY}
    first = stage.bootstrap(servers)
    assert (first.code, len(first.hosts), first.total("failed")) == (0, 50, 0), first.output[-3000:]
    made = robots(stage)
    assert set(made) == {f"server-{name}" for name in FIFTY}
    for name in FIFTY:
        robot = made[f"server-{name}"]
        assert robot["description"] == f"{name} (bootstrap_server)" and 89 <= robot["duration"] <= 90
        assert pairs_of(robot) == {("shop", "repository:pull")}
    assert len({stage.logged_in(name) for name in FIFTY}) == 50
    assert all(works(stage, name) for name in FIFTY)
    assert stage.kept.read_text(encoding="utf-8").startswith("$ANSIBLE_VAULT")

    # Log-ins of ten are looked at once more; what is seen of one costs a third of a second.
    for name in FIFTY[10:]:
        servers[name]["bootstrap_server_clients"] = []
    asked, kept = stage.harbor.asked(), stage.kept.stat()
    files = {path: path.stat().st_mtime_ns for path in stage.servers.glob("*/home/.docker/config.json")}
    second = stage.bootstrap(servers)
    assert unchanged(second) and len(second.hosts) == 50, second.output[-3000:]
    assert stage.harbor.writes(asked) == []
    assert (stage.kept.stat().st_mtime_ns, stage.kept.stat().st_ino) == (kept.st_mtime_ns, kept.st_ino)
    assert files == {path: path.stat().st_mtime_ns for path in files}


def test_one_server_in_trouble_is_alone(stage: Stage) -> None:
    """One is away, two would share a name, one robot was there before, and one may do nothing; the last server is done."""
    stage.harbor.call("POST", "/robots", {**BODY, "name": "server-before"})
    stage.away("away")
    servers: dict[str, t.Any] = {"away": {}, "Web1": {}, "web1": {}, "before": {}, "idle": {"bootstrap_server_projects": []}, "good": {}}
    done = stage.bootstrap(servers, purge=True, marker="test")
    assert done.code != 0
    assert {host for host, counts in done.hosts.items() if counts["failed"]} == {"Web1", "web1", "before", "idle"}
    assert done.said("robots of Web1 and web1 would all be named server-web1; rename hosts in the inventory")
    assert done.said("bootstrap_server_projects is required: the projects that the server may pull from")
    assert done.said("server-before was there before, and the store has no secret of it: name it in bootstrap_server_adopt")
    assert done.hosts["away"]["unreachable"] == 1 and works(stage, "good")
    assert set(robots(stage)) == {"server-before", "server-good"}
    assert done.said(f'{NOTHING} not reached, or failed: Web1, away, before, idle, web1"')


def test_robots_of_servers_that_left(stage: Stage) -> None:
    """Exactly those go, when that is asked for and the whole inventory is known to be well. Else it is said what stands against it."""
    # Without log-ins, which have nothing to do with it.
    common: dict[str, t.Any] = {"clients": [], "marker": "test", "purge": True}
    for name, description in (("server-other", "other (another inventory)"), ("elsewhere", "elsewhere (test)")):
        stage.harbor.call("POST", "/robots", {**BODY, "name": name, "description": description})
    others = {"server-other", "elsewhere"}
    made = stage.bootstrap("abcd", **common)
    assert (made.code, made.total("changed")) == (0, 1)
    everything = {f"server-{name}" for name in "abcd"} | others
    assert set(robots(stage)) == everything

    def nothing_goes(why: str, servers: t.Iterable[str], *options: str, **variables: t.Any) -> Run:
        done = stage.bootstrap(servers, *options, **{**common, **variables})
        assert done.code == 0 and done.said(f'{NOTHING} {why}"'), done.output
        assert set(robots(stage)) == everything
        return done

    assert unchanged(nothing_goes("this run is limited", "ab", "--limit", "a"))
    assert unchanged(nothing_goes("AWX may have sliced this job: it was launched as workflow", "a", **SLICE))
    why = "AWX may have sliced this job: it was launched as relaunch; "
    why += "bootstrap_server_marker is not given, and has to be one that no other inventory has; "
    why += "a part of the inventory may be missing: set ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true"
    nothing_goes(why, "a", "-i", str(stage.inventory("part", "b")), marker=None, **AGAIN)
    # A group that is empty may be a mistake, too.
    assert stage.bootstrap("abcd", hosts="nobody", **common).said("no hosts matched")
    refused = stage.bootstrap("a", purge_limit=1, **common, **WHOLE_JOB)
    assert refused.code != 0 and refused.said("purge would remove 2 robots, more than purge_limit 1 allows")
    assert set(robots(stage)) == everything

    # One left, one came, and one is in the inventory still, though not among the servers.
    kept, rest = stage.stored(), stage.inventory("rest", "d")
    done = stage.bootstrap("abe", "-i", str(rest), environment=WHOLE, hosts="servers", **common)
    assert (done.code, done.total("changed")) == (0, 2), done.output
    assert set(robots(stage)) == {"server-a", "server-b", "server-d", "server-e"} | others
    assert set(stage.stored()) == set(kept) | {"server-e"} and stage.stored()["server-c"] == kept["server-c"]


def test_what_is_required(stage: Stage) -> None:
    """The message says how."""
    done = stage.run("bootstrap_server", "-i", "server,")
    assert done.code != 0
    assert done.said("bootstrap_server_store is required: where the secrets of the robots are kept between runs", "{type: file, path: ")


def test_the_example_and_a_secret_that_somebody_changed(stage: Stage) -> None:
    """As it is written: users, as root. A changed secret is reported and nothing touched; on demand it is mended on all servers."""
    example = ROOT / "playbooks" / "examples" / "servers.yml"
    names = sorted(yaml.safe_load(example.read_text(encoding="utf-8"))["servers"]["hosts"])
    for name in names:
        stage.server(name)
    predicted = stage.run("bootstrap_server", "-i", str(example), "--check")
    assert (predicted.code, predicted.total("changed"), robots(stage)) == (0, 1, {})
    done = stage.run("bootstrap_server", "-i", str(example))
    assert (done.code, sorted(done.hosts), len(names)) == (0, names, 2), done.output
    before = {name: stage.logged_in(name) for name in names}
    assert all(before[name] == stage.logged_in(name, ".config/containers/auth.json") for name in names)
    assert set(robots(stage)) == {f"server-{name}" for name in names}
    assert stage.stored(stage.work / "home" / ".harbormaster" / "servers.yml").keys() == robots(stage).keys()
    # Root is what servers need, and what the controller does not.
    assert set(stage.sudo.read_text(encoding="utf-8").split()) == {str(stage.servers / name / "home") for name in names}

    stage.harbor.call("PATCH", f"/robots/{robots(stage)['server-' + names[0]]['id']}", {"secret": "SetBySomebody1"})
    asked = stage.harbor.asked()
    told = stage.run("bootstrap_server", "-i", str(example))
    assert (told.hosts[names[0]]["failed"], told.hosts[names[1]]["failed"], told.total("changed")) == (1, 0, 0)
    assert told.said(f"server-{names[0]}", "no longer logs in") and stage.harbor.writes(asked) == []
    assert before == {name: stage.logged_in(name) for name in names}

    mended = stage.run("bootstrap_server", "-i", str(example), "-vvvv", bootstrap_server_on_drift="refresh")
    assert (mended.code, mended.total("failed")) == (0, 0)
    assert all(works(stage, name) for name in names)
    assert [name for name in names if stage.logged_in(name) == before[name]] == names[1:]
    assert stage.logged_in(names[0]) == stage.logged_in(names[0], ".config/containers/auth.json")
