# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the molecule scenarios against a simulated Harbor and a stand-in for Kubernetes.

python -m tests.tools.molecule 2.15.2 [ARGUMENT …]
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.kubernetes.app import Cluster
from tests.tools import hand_offs, harbor, pythons
from tests.tools.paths import COLLECTIONS, ROOT

NAMESPACES = ("molecule-a", "molecule-b")


def main(version: str, arguments: list[str]) -> int:
    """All scenarios, unless the arguments name one, as in `--scenario-name robots`."""
    harbor.clean_up_when_terminated()
    core = pythons.usable_cores()[0]
    others, binaries = hand_offs.ensure_collections(), hand_offs.ensure_environment(core)
    cluster = Cluster(*NAMESPACES)
    with harbor.simulated(version) as url, cluster.serving():
        variables = harbor.variables(url)
        variables["ANSIBLE_COLLECTIONS_PATH"] = os.pathsep.join((str(COLLECTIONS), str(others)))
        # No server here is asked over TLS, and Ansible's client would read all authorities of the machine for each request.
        variables["SSL_CERT_FILE"] = os.devnull
        variables |= {"K8S_AUTH_HOST": cluster.url, "K8S_AUTH_API_KEY": cluster.token, "KUBERNETES_PYTHON": str(binaries / "python")}
        return subprocess.run(["molecule", "test", *(arguments or ["--all"])], cwd=ROOT, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
