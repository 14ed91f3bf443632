# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module alone: as Ansible runs it, but without ansible-playbook; prints what it took after its imports.

It reads the options from stdin, validates them, does its work and writes its result, all of which is measured.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time


def main() -> int:
    """Run the module with the options on stdin; prints seconds, requests and whether it changed anything as JSON."""
    options = sys.stdin.buffer.read()
    from ansible.module_utils import basic

    from ansible_collections.harbormaster.robots.plugins.modules import harbor_robots

    basic._ANSIBLE_ARGS = options
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        basic._ANSIBLE_PROFILE = "legacy"  # how values travel since 2.19
    told = io.StringIO()
    start = time.perf_counter()
    with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
        harbor_robots.main()
    seconds = time.perf_counter() - start
    result = json.loads(told.getvalue())
    if result.get("failed"):
        print(result.get("msg"), file=sys.stderr)
        return 1
    print(json.dumps({"seconds": seconds, "requests": result["statistics"]["requests"], "changed": result["changed"]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
