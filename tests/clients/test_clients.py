# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real clients use what registry_auth wrote: they pull and push a real image, as far as their robot may."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.clients.conftest import Site

HELPER = """#!/bin/sh
# A credential helper that keeps everything in one folder.
kept="KEPT"
mkdir -p "$kept"
case "$1" in
get)
  read -r server
  file="$kept/$(printf %s "$server" | tr -c 'A-Za-z0-9' _)"
  if [ -f "$file" ]; then cat "$file"; else echo "credentials not found in native keychain"; exit 1; fi ;;
store)
  cat > "$kept/passing"
  server=$(sed 's/.*"ServerURL": *"\\([^"]*\\)".*/\\1/' "$kept/passing")
  mv "$kept/passing" "$kept/$(printf %s "$server" | tr -c 'A-Za-z0-9' _)" ;;
erase)
  read -r server
  rm "$kept/$(printf %s "$server" | tr -c 'A-Za-z0-9' _)" ;;
esac
"""


def test_a_robot_that_may_push_and_one_that_may_only_pull(site: Site, image: Path) -> None:
    pusher, puller = site.robot("pusher", "push", "pull"), site.robot("puller", "pull")
    assert site.push(image, "1").returncode != 0, "the registry lets everybody in"

    first = site.play("login.yml", robot=pusher)
    assert (first["code"], first["changed"]) == (0, 1), first["output"]
    pushed = site.push(image, "1")
    assert pushed.returncode == 0, pushed.stderr
    pulled = site.pull("1")
    assert pulled.returncode == 0, pulled.stderr
    assert site.docker_reads("1")
    assert site.docker_writes("1")
    assert site.play("login.yml", robot=pusher)["changed"] == 0

    assert site.play("login.yml", robot=puller)["changed"] == 1
    assert site.docker_reads("1")
    assert not site.docker_writes("1")
    refused = site.push(image, "2")
    assert refused.returncode != 0
    assert "denied" in refused.stderr or "authentication required" in refused.stderr
    assert site.pull("1").returncode == 0

    assert site.play("login.yml", robot=puller, wanted="absent")["changed"] == 1
    assert not site.docker_reads("1")
    assert site.pull("1").returncode != 0


def test_the_next_run_repairs_what_a_new_secret_broke(site: Site, image: Path) -> None:
    old = site.robot("ci", "push", "pull")
    site.play("login.yml", robot=old)
    assert site.push(image, "1").returncode == 0

    new = site.refresh(old)
    assert site.push(image, "2").returncode != 0
    assert not site.docker_reads("1")

    # Who still has the old one is told so, and what was written stays as it is.
    before = site.docker.read_bytes(), site.containers.read_bytes()
    failed = site.play("login.yml", robot=old)
    assert failed["code"] != 0
    assert "refused the log-in of robot$shop+ci" in failed["output"]
    assert (site.docker.read_bytes(), site.containers.read_bytes()) == before

    assert site.play("login.yml", robot=new)["changed"] == 1
    assert site.push(image, "2").returncode == 0
    assert site.docker_reads("2")
    assert site.play("login.yml", robot=new)["changed"] == 0


def test_what_clients_wrote_themselves_is_left_alone_and_mended(site: Site) -> None:
    """Their own log-in to the registry counts as one, and what else is in their files stays."""
    robot = site.robot("ci", "pull")
    given = ["--username", robot["username"], "--password", robot["password"]]
    assert site.client("docker", "login", *given, site.registry).returncode == 0
    site.containers.parent.mkdir(parents=True)
    place = ["--authfile", str(site.containers), "--tls-verify=false"]
    assert site.client("skopeo", "login", *place, *given, site.registry).returncode == 0
    for path in (site.docker, site.containers):
        document = json.loads(path.read_text(encoding="utf-8"))
        document["auths"]["other.example.com"] = {"auth": "bzpw", "email": "o@example.com"}
        document["unknown"] = {"psFormat": ["ü", 1.5]}
        path.write_text(json.dumps(document), encoding="utf-8")
    before = site.docker.read_bytes(), site.containers.read_bytes()
    assert site.play("login.yml", robot=robot)["changed"] == 0
    assert (site.docker.read_bytes(), site.containers.read_bytes()) == before

    assert site.play("login.yml", robot=site.refresh(robot))["changed"] == 1
    for path in (site.docker, site.containers):
        document = json.loads(path.read_text(encoding="utf-8"))
        assert document["auths"]["other.example.com"] == {"auth": "bzpw", "email": "o@example.com"}
        assert document["unknown"] == {"psFormat": ["ü", 1.5]}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["credsStore", "credHelpers"])
def test_a_credential_helper_has_it_instead_of_the_file(site: Site, image: Path, kind: str) -> None:
    robot = site.robot("ci", "push", "pull")
    helper = site.folder / "bin" / "docker-credential-kept"
    helper.parent.mkdir()
    for path, named in ((site.docker, kind), (site.containers, "credHelpers")):
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({named: "kept" if named == "credsStore" else {site.registry: "kept"}}), encoding="utf-8")

    missing = site.play("login.yml", robot=robot)
    assert missing["code"] != 0
    assert "docker-credential-kept is not there for user" in missing["output"]
    assert "auths" not in json.loads(site.docker.read_text(encoding="utf-8"))

    helper.write_text(HELPER.replace("KEPT", str(site.folder / "kept")), encoding="utf-8")
    helper.chmod(0o755)
    assert site.play("login.yml", robot=robot)["changed"] == 1
    for path in (site.docker, site.containers):
        assert json.loads(path.read_text(encoding="utf-8"))["auths"] == {site.registry: {}}
        assert robot["password"] not in path.read_text(encoding="utf-8")
    assert site.push(image, kind.lower()).returncode == 0
    assert site.docker_reads(kind.lower())
    assert site.play("login.yml", robot=robot)["changed"] == 0

    assert site.play("login.yml", robot=robot, wanted="absent")["changed"] == 1
    assert not site.docker_reads(kind.lower())
    assert site.push(image, kind.lower()).returncode != 0
