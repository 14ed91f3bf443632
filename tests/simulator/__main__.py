# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python tests/simulator --harbor 2.15.2 --port 0`: a simulated Harbor in the foreground."""
from __future__ import annotations

import sys
from pathlib import Path

if not __package__:  # started as a folder: make it a package, so that its modules shadow nobody's
    here = Path(__file__).resolve().parent
    sys.path[:] = [str(here.parent)] + [place for place in sys.path if Path(place or ".").resolve() != here]
    from simulator.command import main  # type: ignore[import-not-found]
else:
    from .command import main

if __name__ == "__main__":
    sys.exit(main())
