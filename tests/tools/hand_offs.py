# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collections of others that hand-offs use, as users have them. They come in a Python package; no server of collections is asked."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.tools import pythons
from tests.tools.environments import ensure, locked
from tests.tools.paths import BIN, CACHE

# The package, of which only some folders are kept, and those folders.
BUNDLE = "ansible==12.3.0"
WANTED = ("awx/awx", "community/hashi_vault", "kubernetes/core")
# What the modules of kubernetes.core import, which takes longer than all else that they do here.
KUBERNETES = ("kubernetes.config", "kubernetes.dynamic")


def ensure_collections() -> Path:
    """The folder that holds `ansible_collections` with those that are wanted; made once."""
    folder = CACHE / "hand-offs" / f"{BUNDLE}-{'-'.join(WANTED)}".replace("/", ".")
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(CACHE / "hand-offs"), tempfile.TemporaryDirectory(dir=folder.parent) as place:
            if not folder.exists():
                _unpack(Path(place)).rename(folder)
    return folder


def _unpack(place: Path) -> Path:
    download = [
        str(BIN / "python"),
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--dest",
        str(place),
        BUNDLE,
    ]
    subprocess.run(download, check=True, stdout=sys.stderr)
    (wheel,) = place.glob("*.whl")
    tree = place / "tree"
    folders = tuple(f"ansible_collections/{name}/" for name in WANTED)
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tree, [name for name in opened.namelist() if name.startswith(folders)])
    return tree


def ensure_environment(core: str) -> Path:
    """The bin folder of an environment with ansible-core `core` and with what the modules of those collections import."""
    python = pythons.for_core(core)
    if not python:
        raise LookupError(f"ansible-core {core} needs Python {' or '.join(pythons.CORES[core])}")
    folder = CACHE / "environments" / f"hand-offs-{core}"
    ensure(folder, python, [f"ansible-core~={core}.0"], [Path(__file__).with_name("requirements-hand-offs.txt")])
    return folder / "bin"
