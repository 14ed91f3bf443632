# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the script that ansible-test fetches from the internet to put pip into a virtual environment.

Beside it lie folders such as `pip-24.2`, which hold the versions that ansible-test asks for, and the shortcuts: an environment that names
one on its path has it at once, and each Python compiles pip once for all environments.
"""

import pathlib
import subprocess
import sys
import sysconfig

packages = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
for package in packages:
    name, _equals, version = package.partition("==")
    held = pathlib.Path(__file__).with_name(f"{name}-{version}")
    if held.is_dir():
        named = pathlib.Path(sysconfig.get_path("purelib"), f"{name}.pth")
        named.write_text(f"import site; site.addsitedir({str(held)!r})\n", encoding="utf-8")
    else:
        subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", package])
