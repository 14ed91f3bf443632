# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a playbook as a user of other collections would, and looks for secrets in everything that it wrote."""

from __future__ import annotations

import json
import os
import re
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.leak.search import Hit, Searcher
from tests.tools.paths import COLLECTIONS, link_collection

PATIENCE = 300.0


@dataclass(frozen=True)
class Run:
    """A run that has ended; `place` has all that it wrote."""

    code: int
    output: str
    place: Path

    def count(self, word: str) -> int:
        """A number of the recap, as `changed`."""
        found = re.search(rf"\b{word}=(\d+)", self.output)
        assert found, self.output
        return int(found.group(1))

    def hits(self, secrets: t.Mapping[str, str]) -> list[Hit]:
        """Where a secret can be read: plain, in base64 or encoded for URLs."""
        search = Searcher(secrets)
        return search.bytes("output", self.output.encode()) + search.folder(self.place)


def run(
    folder: Path, binaries: Path, playbook: str, variables: t.Mapping[str, t.Any], collections: t.Iterable[Path] = (), *options: str
) -> Run:
    """Run a playbook with -vvvv and --diff.

    :param folder: below it the run has a home folder of its own; what it is given lies beside it
    :param playbook: its text
    :param binaries: where ansible-playbook and the Python of its modules are
    :param collections: where other collections are, beside the one under test
    """
    link_collection()
    number = len(list(folder.iterdir()))
    place, inputs = folder / f"run{number}", folder / f"inputs{number}"
    for name in (place / "home", place / "tmp", inputs):
        name.mkdir(parents=True)
    file = inputs / "variables.json"
    file.write_text(json.dumps({"ansible_python_interpreter": str(binaries / "python"), **variables}), encoding="utf-8")
    (inputs / "playbook.yml").write_text(playbook, encoding="utf-8")
    environment = {
        "PATH": os.pathsep.join((str(binaries), "/usr/local/bin", "/usr/bin", "/bin")),
        "LANG": "C.UTF-8",
        "NO_PROXY": "*",
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOG_PATH": str(place / "ansible.log"),
        "ANSIBLE_REMOTE_TMP": str(place / "home" / "remote"),
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, (COLLECTIONS, *collections))),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
    }
    command = [str(binaries / "ansible-playbook"), "-vvvv", "--diff", "-i", "localhost,", "-e", f"@{file}", *options]
    done = subprocess.run(
        [*command, str(inputs / "playbook.yml")],
        cwd=place,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
    )
    return Run(done.returncode, done.stdout.decode(errors="backslashreplace"), place)
