# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench HOSTS=20 ROBOTS=5000`: many simulated Harbors as inventory hosts of one playbook, each with so many robots.

A simulation of a large organisation: all Harbors and Ansible share the cores of this machine.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

import yaml

from tests.bench import declared
from tests.bench.subjects import Bench, Failed
from tests.bench.target import Target, simulated


def measure(hosts: int, robots: int, forks: int, binaries: Path, form: str) -> str:
    """Run one converged playbook over `hosts` Harbors with `robots` each, `forks` at a time; what it took, in one line."""
    fleet = declared.robots(robots)
    with contextlib.ExitStack() as stack:
        harbors: list[Target] = []
        for number in range(hosts):
            harbors.append(stack.enter_context(simulated()))
            Bench(harbors[-1], binaries).measure("floor", "create", fleet)
            print(f"Harbor {number + 1} of {hosts} has {robots} robots", file=sys.stderr, flush=True)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="harbormaster-")))
        connection = {f"harbor_{name}": "{{ harbor_%s }}" % name for name in ("url", "username", "password")}
        more = {"hosts": "all", "module_defaults": {"group/harbormaster.robots.harbor": connection}}
        playbook = declared.write_playbook(folder, "playbook", "converged", fleet, form, more)
        inventory = folder / "inventory.yml"
        inventory.write_text(yaml.safe_dump({"all": {"hosts": {f"harbor{n}": _variables(one) for n, one in enumerate(harbors)}}}))
        bench = Bench(harbors[0], binaries, form)
        before = sum(one.requests or 0 for one in harbors)
        found = bench.run([str(binaries / "ansible-playbook"), "-i", str(inventory), "-f", str(forks), str(playbook)])
        asked = sum(one.requests or 0 for one in harbors) - before
        if found.own["changed"]:
            raise Failed("the robots were not as declared")
    return (
        f"ansible-core {bench.core}, variables in {form.upper()}: converged run of {hosts} simulated Harbors with {robots} robots each, "
        f"{forks} forks: {found.seconds:.1f} s, {found.cpu:.1f} s of CPU without the Harbors, {asked} requests, "
        f"{found.peak_mb:.0f} MB in the largest process"
    )


def _variables(one: Target) -> dict[str, str]:
    interpreter = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    return {"harbor_url": one.url, "harbor_username": one.username, "harbor_password": one.password, **interpreter}
