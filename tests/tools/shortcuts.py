# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every Python process of the test environments does in less time. It changes when things are done, and nothing else.

Half of what a module run costs is compiling the same sources again, those of the zip file that Ansible sends with every module: what is
compiled is kept. Half of what Ansible needs to make that file is looking for garbage among objects that go by themselves: it is looked
for less often. This file is put into the environments, beside a .pth file that calls it in each process.
"""

from __future__ import annotations

import _imp
import gc
import marshal
import os
import sys
import zipimport
from types import CodeType

FOLDER = os.path.join(sys.prefix, "kept-bytecode")
# New objects that can refer to others, less those that are gone, before garbage is looked for; Python's own limit is some hundreds.
MANY = 1_000_000
# Set where times are measured, because users have none of this.
OFF = "HARBORMASTER_TAKES_NO_SHORTCUTS"


def take() -> None:
    """Called by each process when it begins."""
    if not os.environ.get(OFF):
        gc.set_threshold(MANY)
        keep()


def keep(folder: str = FOLDER) -> None:
    """From now on in this process, compile a source out of a zip file only where `folder` has no bytecode of the same source."""
    # Of Python's own and without a promise: where it has another name one day, sources are compiled as ever.
    compiled = getattr(zipimport, "_compile_source", None)
    if compiled is None:
        return

    def kept(pathname: str, source: bytes) -> CodeType:
        digest = _imp.source_hash(len(source), source).hex()
        path = os.path.join(folder, f"{sys.implementation.cache_tag}-{len(source)}-{digest}")
        try:
            with open(path, "rb") as file:
                code: CodeType = marshal.loads(file.read())
        except OSError:
            code = compiled(pathname, source)
            _write(path, marshal.dumps(code))
        return code

    vars(zipimport)["_compile_source"] = kept


def _write(path: str, content: bytes) -> None:
    """Let nobody see half a file; a folder that cannot be written to is no reason to fail."""
    fresh = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(fresh, "wb") as file:
            file.write(content)
        os.replace(fresh, path)
    except OSError:
        pass
