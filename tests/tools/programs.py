# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that tests use as a user would, and that need not be there."""

from __future__ import annotations

import os
import shutil

# Each with the Debian package that has it.
PACKAGES = {
    "docker": "docker.io",
    "docker-registry": "docker-registry",
    "podman": "podman",
    "shellcheck": "shellcheck",
    "skopeo": "skopeo",
}

# Set in CI: what would be skipped is a failure.
REQUIRE_ALL = os.environ.get("HARBORMASTER_REQUIRE_ALL", "") not in ("", "0")


def missing() -> dict[str, str]:
    """The programs that are not installed, with their packages."""
    return {name: package for name, package in PACKAGES.items() if not shutil.which(name)}


def needed(name: str) -> str:
    """The path of the program `name` for a pytest test, which is skipped with one line when the program is not installed."""
    import pytest

    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed (Debian package {PACKAGES[name]})")
    return path
