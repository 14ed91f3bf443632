# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the collection at work: runs `playbooks/demo.yml` twice against a simulated Harbor that lives as long as the runs."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile

from tests.tools import harbor
from tests.tools.paths import BIN, ROOT

VERSION = "2.15.2"

# The playbook runs on this machine alone, and needs no inventory for that.
QUIET = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}

# The line of a host in ansible-playbook's recap, coloured or not.
RECAP = re.compile(r"\S+\s+: .*?ok=(\d+).*?changed=(\d+).*?unreachable=(\d+).*?failed=(\d+)")

CLOSING = """
What you saw
  1. A Harbor {version}, simulated, on {url}; it is stopped again.
  2. The first run declared the robots ({first} tasks changed something) and proved that their credentials log in.
  3. The second run reported changed=0, since everything was as declared already, and proved that the user's own secret still logs in.

What to do next, with a Harbor of your own
  export HARBOR_URL=https://harbor.example.com HARBOR_USERNAME=admin
  read -rs HARBOR_PASSWORD && export HARBOR_PASSWORD
  ANSIBLE_COLLECTIONS_PATH=.cache/collections .venv/bin/ansible-playbook playbooks/demo.yml
It makes what playbooks/vars/demo.yml declares, and removes it again with -e demo_state=absent.
"""


class Failed(Exception):
    """A run of the playbook did not do what this demonstration shows; the text says what."""


def play(variables: dict[str, str]) -> int:
    """Run the playbook once and show its output; how many tasks changed something."""
    command = [str(BIN / "ansible-playbook"), "playbooks/demo.yml"]
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        print(line, end="", flush=True)
    if process.wait():
        raise Failed("The playbook failed; its output above says where.")
    recap = [RECAP.search(line) for line in lines]
    changed = [int(found.group(2)) for found in recap if found]
    if not changed:
        raise Failed("The playbook ended without a recap.")
    return sum(changed)


def main() -> int:
    """Run twice and say in plain words what was seen; 1 when it was not what it should be."""
    harbor.clean_up_when_terminated()
    try:
        with harbor.simulated(VERSION) as url, tempfile.TemporaryDirectory(prefix="harbormaster-") as folder:
            # The playbook keeps its user's secrets in the home folder; those of a simulation are of no use to anybody.
            variables = harbor.variables(url) | QUIET | {"HARBOR_DEMO_SECRETS": folder}
            if sys.stdout.isatty():
                variables["ANSIBLE_FORCE_COLOR"] = "true"
            print(f"First run, against a simulated Harbor {VERSION} on {url}", flush=True)
            first = play(variables)
            print("Second run, with nothing changed in between", flush=True)
            second = play(variables)
        if not first:
            raise Failed("The first run changed nothing, although the Harbor was fresh.")
        if second:
            raise Failed(f"The second run changed {second} of its tasks, although everything was as declared already.")
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    print(CLOSING.format(version=VERSION, url=url, first=first))
    return 0


if __name__ == "__main__":
    sys.exit(main())
