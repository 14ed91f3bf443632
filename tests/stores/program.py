# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A store behind a program that looks at nothing before it writes: `program.py FILE get|put`, with JSON on standard input and output."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path


def main() -> int:
    """Answer one call; the exit code."""
    file, verb = Path(sys.argv[1]), sys.argv[-1]
    asked = json.load(sys.stdin)
    with open(f"{file}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        held = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if verb == "get":
            print(json.dumps({"entries": {key: held[key] for key in asked["keys"] if key in held}}))
            return 0
        held.update((key, change["after"]) for key, change in asked["changes"].items())
        fresh = Path(f"{file}.new")
        fresh.write_text(json.dumps(held), encoding="utf-8")
        os.replace(fresh, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
