# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes `ansible_collections.harbormaster.robots` importable wherever the repository lies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Ansible's HTTP client reads all authorities of the machine for each request, also without TLS, which no test here needs.
os.environ["SSL_CERT_FILE"] = os.devnull

# ansible-test has the tree in place already; everybody else gets a link to the repository.
if ROOT.parts[-3:] != ("ansible_collections", "harbormaster", "robots"):
    tree = ROOT / ".cache" / "collections"
    link = tree / "ansible_collections" / "harbormaster" / "robots"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT, target_is_directory=True)
    sys.path.insert(0, str(tree))
