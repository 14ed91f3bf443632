# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the tools keep things. Everything that is made lies in `.venv` and `.cache`, which git ignores."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
BIN = VENV / "bin"

# The folder that holds `ansible_collections`; the collection in it is a link to the repository.
COLLECTIONS = CACHE / "collections"
LINK = COLLECTIONS / "ansible_collections" / "harbormaster" / "robots"

# The requirements of what runs the tests, as far as they are there.
RUN_REQUIREMENTS = (ROOT / "tests" / "unit" / "requirements.txt", ROOT / "tests" / "simulator" / "requirements.txt")


def link_collection() -> None:
    """Make the repository reachable as a collection, for all programs but ansible-test (it resolves links)."""
    LINK.parent.mkdir(parents=True, exist_ok=True)
    if not LINK.is_symlink() or Path(os.readlink(LINK)) != ROOT:
        fresh = LINK.with_name(f".{LINK.name}.{os.getpid()}")
        fresh.symlink_to(ROOT, target_is_directory=True)
        fresh.replace(LINK)
