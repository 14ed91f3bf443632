# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kept bytecode is that of the very source, nothing depends on it, and no shortcut is taken where times are measured."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.tools import shortcuts
from tests.tools.paths import ROOT


class Zipped:
    """A module in a zip file, and a folder for its bytecode."""

    def __init__(self, folder: Path) -> None:
        self.zip = folder / "modules.zip"
        self.kept = folder / "kept"

    def says(self, value: str) -> str:
        """What a process prints that imports a module with this value."""
        with zipfile.ZipFile(self.zip, "w") as file:
            file.writestr("said.py", f"VALUE = {value!r}\n")
        program = f"from tests.tools import shortcuts; shortcuts.keep({str(self.kept)!r}); import said; print(said.VALUE)"
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join((str(ROOT), str(self.zip))))
        ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    def files(self) -> list[Path]:
        return sorted(self.kept.iterdir()) if self.kept.is_dir() else []


@pytest.fixture
def zipped(tmp_path: Path) -> Zipped:
    return Zipped(tmp_path)


def test_a_source_is_compiled_once(zipped: Zipped) -> None:
    assert zipped.says("one") == "one"
    (file,) = zipped.files()
    file.write_bytes(marshal.dumps(compile("VALUE = 'from the folder'", "said.py", "exec")))
    assert zipped.says("one") == "from the folder"


def test_another_source_is_compiled(zipped: Zipped) -> None:
    assert [zipped.says(value) for value in ("one", "two", "one")] == ["one", "two", "one"]
    assert len(zipped.files()) == 2


@pytest.mark.parametrize(("variables", "taken"), [({}, True), ({shortcuts.OFF: "1"}, False)], ids=["taken", "off"])
def test_each_process_takes_them(variables: dict[str, str], taken: bool) -> None:
    """As the environment that this test runs in has them."""
    program = "import gc, zipimport; print(gc.get_threshold()[0], zipimport._compile_source.__module__)"
    environment = {name: value for name, value in os.environ.items() if name != shortcuts.OFF} | variables
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert (ran.stdout.split() == [str(shortcuts.MANY), "_shortcuts"]) is taken


def test_a_folder_that_takes_no_files_does_no_harm(zipped: Zipped) -> None:
    zipped.kept.write_text("a file in its place")
    assert zipped.says("one") == "one"
