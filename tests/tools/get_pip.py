# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the script that ansible-test fetches from the internet to put pip into a virtual environment.

It takes pip from the interpreter itself and what ansible-test asks for from the package index that pip is set up with.
"""

import subprocess
import sys

# A process of its own: run in-process, ensurepip switches pip's settings off for the rest of the process.
subprocess.check_call([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", *wanted])
