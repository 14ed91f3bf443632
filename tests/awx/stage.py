# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook `harbormaster.robots.awx`, run against the stand-in."""

from __future__ import annotations

import typing as t
from pathlib import Path

from tests.awx.app import Awx
from tests.hand_offs.runs import Run, installed, run
from tests.tools import warm
from tests.tools.paths import ROOT

OTHERS, BINARIES = installed()

PLAYBOOK = "harbormaster.robots.awx"
# What users copy into a repository of their own, and the URL of such a one.
PROJECT = ROOT / "playbooks" / "awx_project"
URL = "https://git.example.com/team/harbor.git"
IMAGE = "registry.example.com/tools/harbor-robots:1"


def apply(awx: Awx, folder: Path, core: str, *options: str, **variables: t.Any) -> Run:
    """Run it as somebody who has a token of AWX."""
    access = {"CONTROLLER_HOST": awx.url, "CONTROLLER_OAUTH_TOKEN": awx.token}
    with warm.interpreter(BINARIES[core] / "python") as python:
        given = {"ansible_python_interpreter": str(python), "awx_project_url": URL, **variables}
        return run(folder, BINARIES[core], PLAYBOOK, given, [OTHERS], *options, more=access)
