# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sets up .venv with everything that the other tools use. Says something only when there is something to do."""

from __future__ import annotations

import os
import sys

from tests.tools.environments import ensure
from tests.tools.paths import ROOT, RUN_REQUIREMENTS, VENV, link_collection


def main() -> None:
    """Make .venv, or complete it when a requirement file changed; all output goes to stderr."""
    os.chdir(ROOT)
    python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    if not (VENV / "ready").exists():
        print("setting up .venv (once; a few seconds to a minute)", file=sys.stderr)
    ensure(VENV, python, [], [ROOT / "requirements-dev.txt", *RUN_REQUIREMENTS])
    link_collection()


if __name__ == "__main__":
    main()
