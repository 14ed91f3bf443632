# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for pip in the virtual environments that ansible-test makes: uv installs in a tenth of the time.

It is also the script that ansible-test would fetch from the internet to put pip there; beside that lies the folder `packages`, which has
this file as `pip/__main__.py`. Beside that one lies what it has to know, as JSON:

    uv            the program
    environment   variables that tell it where packages come from
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from pathlib import Path

KNOWN = "pip_by_uv.json"
PACKAGES = "packages"


def main(arguments: list[str]) -> None:
    """What `pip` does with these, or the script that installs it."""
    wanted = [argument for argument in arguments if argument != "--disable-pip-version-check"]
    if wanted[:1] == ["install"]:
        known = json.loads(Path(__file__).with_name(KNOWN).read_text(encoding="utf-8"))
        os.environ.update(known["environment"])
        os.execv(known["uv"], [known["uv"], "pip", "install", "--quiet", "--python", sys.executable, *wanted[1:]])
    elif wanted[:1] == ["uninstall"]:
        # What ansible-test wants to be rid of in the end is pip, which was not installed.
        pass
    elif wanted and wanted[0].startswith("pip=="):
        named = Path(sysconfig.get_path("purelib"), "pip.pth")
        named.write_text(f"import site; site.addsitedir({str(Path(__file__).with_name(PACKAGES))!r})\n", encoding="utf-8")
    else:
        sys.exit(f"Not done here: pip {' '.join(arguments)}")


if __name__ == "__main__":
    main(sys.argv[1:])
