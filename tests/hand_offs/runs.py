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

import pytest

from tests.leak.search import Hit, Searcher
from tests.tools import hand_offs, pythons
from tests.tools.paths import COLLECTIONS, link_collection

PATIENCE = 300.0
CORES = pythons.usable_cores()
OLDEST, NEWEST = CORES[0], CORES[-1]


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


def installed() -> tuple[Path, dict[str, Path]]:
    """Where collections of others are, and by the oldest and the newest ansible-core where the programs are that run them.

    Called while a module is loaded, which is skipped with one line where they cannot be installed.
    """
    try:
        return hand_offs.ensure_collections(), {core: hand_offs.ensure_environment(core) for core in (OLDEST, NEWEST)}
    except subprocess.CalledProcessError as error:
        pytest.skip(f"collections of others could not be installed: a command ended with {error.returncode}", allow_module_level=True)


def environment(place: Path, binaries: Path, collections: t.Iterable[Path] = ()) -> dict[str, str]:
    """That of a run which keeps everything below `place`; makes its folders."""
    link_collection()
    for name in ("home", "tmp"):
        (place / name).mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.pathsep.join((str(binaries), "/usr/local/bin", "/usr/bin", "/bin")),
        "LANG": "C.UTF-8",
        "NO_PROXY": "*",
        # No server here is asked over TLS, and Ansible's client would read all authorities of the machine again for each request.
        "SSL_CERT_FILE": os.devnull,
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOG_PATH": str(place / "ansible.log"),
        "ANSIBLE_REMOTE_TMP": str(place / "home" / "remote"),
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, (COLLECTIONS, *collections))),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
    }


def run(
    folder: Path,
    binaries: Path,
    playbook: str,
    variables: t.Mapping[str, t.Any],
    collections: t.Iterable[Path] = (),
    *options: str,
    more: t.Mapping[str, str] | None = None,
) -> Run:
    """Run a playbook with -vvvv and --diff.

    :param folder: below it the run has a home folder of its own; what it is given lies beside it
    :param playbook: its text, or the name of one in a collection
    :param binaries: where ansible-playbook and the Python of its modules are
    :param collections: where other collections are, beside the one under test
    :param more: additions to the environment
    """
    number = len(list(folder.iterdir()))
    place, inputs = folder / f"run{number}", folder / f"inputs{number}"
    inputs.mkdir(parents=True)
    file = inputs / "variables.json"
    file.write_text(json.dumps({"ansible_python_interpreter": str(binaries / "python"), **variables}), encoding="utf-8")
    if "\n" in playbook:
        (inputs / "playbook.yml").write_text(playbook, encoding="utf-8")
        playbook = str(inputs / "playbook.yml")
    command = [str(binaries / "ansible-playbook"), "-vvvv", "--diff", "-i", "localhost,", "-e", f"@{file}", *options]
    env = environment(place, binaries, collections) | dict(more or {})
    done = subprocess.run(
        [*command, playbook],
        cwd=place,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
    )
    return Run(done.returncode, done.stdout.decode(errors="backslashreplace"), place)
