# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-builder takes the definition of the execution environment, and finds what the collections in it need. No image is built."""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from tests.awx import rules
from tests.awx.stage import BINARIES, OTHERS, PROJECT
from tests.hand_offs.runs import NEWEST
from tests.tools.paths import COLLECTIONS, link_collection

DEFINITION = PROJECT / "execution-environment.yml"


def builder(*arguments: str) -> str:
    """What ansible-builder says, which has to succeed."""
    done = subprocess.run([str(BINARIES[NEWEST] / "ansible-builder"), *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_definition(tmp_path: Path) -> None:
    """It makes all that an image is built from."""
    context = tmp_path / "context"
    builder("create", "--context", str(context), "-v1")
    containerfile = (context / "Containerfile").read_text(encoding="utf-8")
    definition = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))
    assert definition["images"]["base_image"]["name"] in containerfile
    wanted = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert [one["name"] for one in wanted["collections"]] == ["harbormaster.robots", "community.hashi_vault", "kubernetes.core"]

    link_collection()
    for one in wanted["collections"]:
        namespace, name = one["name"].split(".")
        (tmp_path / "ansible_collections" / namespace).mkdir(parents=True)
        source = next(path for tree in (COLLECTIONS, OTHERS) if (path := tree / "ansible_collections" / namespace / name).exists())
        (tmp_path / "ansible_collections" / namespace / name).symlink_to(source)
    excluded = [str(context / "_build" / f"exclude-{name}.txt") for name in ("requirements", "bindep")]
    options = ("--exclude-pip-reqs", excluded[0], "--exclude-bindep-reqs", excluded[1], "-v1")
    found = yaml.safe_load(builder("introspect", str(tmp_path), *options))
    needed = {line.split("#")[0].strip(): line.split()[-1] for line in found["python"]}
    assert needed["requests"] == "harbormaster.robots"
    assert {"hvac", "kubernetes"} <= {name.split(">")[0].strip() for name in needed}
    assert not {"azure-identity", "boto3", "botocore"} & set(needed)
    assert not [line for line in found["system"] if line.startswith(("kubernetes-client", "openshift-clients"))]


def test_awx_finds_the_playbooks_of_the_project() -> None:
    """And takes nothing else for one."""
    assert rules.playbooks(PROJECT) == ["bootstrap_server.yml", "demo.yml", "robots.yml"]
