# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds the interpreters of a machine: the system's, those on PATH and those that a version manager keeps."""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

# Which Pythons each ansible-core runs on as a controller, the preferred one first.
CORES = {
    "2.16": ("3.11", "3.12", "3.10"),
    "2.17": ("3.11", "3.12", "3.10"),
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
}

# Looked at first, because a distribution compiles with optimisations, and what a version manager compiles may take half as long again.
SYSTEM = Path("/usr/bin")

# Where version managers keep what they installed, below the folder of their variable or below the home folder.
MANAGERS = (
    ("PYENV_ROOT", ".pyenv", "versions/{version}*/bin"),
    ("ASDF_DATA_DIR", ".asdf", "installs/python/{version}*/bin"),
    ("MISE_DATA_DIR", ".local/share/mise", "installs/python/{version}*/bin"),
    ("UV_PYTHON_INSTALL_DIR", ".local/share/uv/python", "cpython-{version}*/bin"),
)


def _candidates(version: str) -> Iterator[Path]:
    yield SYSTEM / f"python{version}"
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        # A version manager's shim runs, but only for the versions that are switched on.
        if folder and Path(folder).name != "shims":
            yield Path(folder) / f"python{version}"
    for variable, home, pattern in MANAGERS:
        root = Path(os.environ.get(variable) or Path.home() / home)
        for binaries in sorted(root.glob(pattern.format(version=version)), reverse=True):
            yield binaries / f"python{version}"


@functools.cache
def find(version: str) -> str | None:
    """The real path of an interpreter of `version` (as `3.12`) outside of virtual environments, or None.

    It has to have the modules that a virtual environment and TLS need.
    """
    probe = "import ensurepip, ssl, sys, venv; print('%d.%d' % sys.version_info[:2], sys._base_executable)"
    for candidate in _candidates(version):
        if candidate.exists():
            said = subprocess.run([candidate, "-I", "-c", probe], capture_output=True, text=True, check=False).stdout.split()
            if said[:1] == [version]:
                return os.path.realpath(said[1])
    return None


def for_core(core: str) -> str | None:
    """The interpreter for ansible-core `core`, or None."""
    return next((found for found in map(find, CORES[core]) if found), None)


def usable_cores() -> list[str]:
    """The ansible-cores that some interpreter of this machine runs, the oldest first."""
    return [core for core in CORES if for_core(core)]


def link_all(folder: Path) -> None:
    """Fill `folder` with links `python3.x` to every interpreter that modules may meet: ansible-test looks for such names on PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    for minor in range(9, 15):
        link, found = folder / f"python3.{minor}", find(f"3.{minor}")
        if found and not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(found)


def path_without_shims() -> str:
    """PATH without folders of shims, which look like interpreters and refuse to run."""
    return os.pathsep.join(folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder and Path(folder).name != "shims")
