# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the archive and has galaxy-importer judge it, as Ansible Galaxy does with every upload."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.tools.environments import ensure
from tests.tools.paths import BIN, CACHE, ROOT


def build(folder: Path) -> Path:
    """Build the archive of the collection in `folder`; its path."""
    command = [str(BIN / "ansible-galaxy"), "collection", "build", "--force", "--output-path", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return next(folder.glob("harbormaster-robots-*.tar.gz"))


def main() -> int:
    """The exit code of galaxy-importer."""
    environment = CACHE / "environments" / "importer"
    python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    ensure(environment, python, [], [Path(__file__).with_name("requirements-importer.txt")])
    with tempfile.TemporaryDirectory(prefix="harbormaster-") as folder:
        archive = build(Path(folder))
        command = [str(environment / "bin" / "python"), "-m", "galaxy_importer.main", str(archive)]
        path = os.pathsep.join((str(environment / "bin"), os.environ.get("PATH", "")))
        # ansible-lint is a part of its own, with a stricter profile.
        variables = {**os.environ, "PATH": path, "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "False"}
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
