# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A store behind a program, as a user may write one: `program.py FILE [careless] get|put`, with JSON on standard input and output.

It keeps everything in one JSON file. Unless it is careless, it can check and set: it writes nothing where an entry is no longer what the
writer saw.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path


def main() -> int:
    """Answer one call; the exit code."""
    file, careless, verb = Path(sys.argv[1]), "careless" in sys.argv[2:], sys.argv[-1]
    asked = json.load(sys.stdin)
    with open(f"{file}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        held = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if verb == "get":
            entries = {key: held[key] for key in asked["keys"] if key in held}
            print(json.dumps({"entries": entries, "capabilities": [] if careless else ["check_and_set"]}))
            return 0
        moved = [key for key, change in asked["changes"].items() if held.get(key) != change["before"]]
        if moved and not careless:
            print(f"changed meanwhile: {', '.join(moved)}", file=sys.stderr)
            return 1
        held.update((key, change["after"]) for key, change in asked["changes"].items())
        fresh = Path(f"{file}.new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(held), encoding="utf-8")
        os.replace(fresh, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
