# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the unit tests with one ansible-core: `python -m tests.tools.unit 2.16 [ARGUMENT …]`."""

from __future__ import annotations

import os
import sys

from tests.tools import pythons
from tests.tools.environments import ensure_core
from tests.tools.paths import ROOT


def main(core: str, arguments: list[str]) -> None:
    """Replace this process by pytest in the environment of `core`."""
    python = pythons.for_core(core)
    if not python:
        sys.exit(f"ansible-core {core} needs Python {' or '.join(pythons.CORES[core])}, and none was found")
    binaries = ensure_core(core, python)
    os.chdir(ROOT)
    os.environ["PATH"] = os.pathsep.join((str(binaries), pythons.path_without_shims()))
    os.execv(binaries / "python", [str(binaries / "python"), "-m", "pytest", *(arguments or ["tests/unit"])])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
