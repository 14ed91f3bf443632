# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The layers know each other in one direction only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
OURS = "ansible_collections.harbormaster.robots.plugins."

SHARED = {"_errors", "_mask", "_shapes"}
# Who may import what, the lowest layer first; every layer has its own files and those that all share.
LAYERS: dict[str, set[str]] = {
    "_robots": set(),
    "_harbor": {"_robots"},
    "_run": {"_robots", "_harbor"},
    "_ansible": {"_robots", "_harbor", "_run"},
    "_login": {"_ansible"},
}
# What the pure layer may need of Python beside language and text: nothing that waits, connects, or reads a clock or a file.
IMPURE = {"socket", "ssl", "http", "urllib", "requests", "time", "os", "pathlib", "subprocess", "threading", "ansible"}
FILES = sorted((PLUGINS / "module_utils").rglob("*.py"))


def imported(file: Path) -> set[str]:
    """Names of all modules that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names


def test_every_file_is_in_a_layer() -> None:
    assert {file.relative_to(PLUGINS / "module_utils").parts[0].removesuffix(".py") for file in FILES} == {*SHARED, *LAYERS}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PLUGINS)))
def test_a_layer_imports_only_what_is_below_it(file: Path) -> None:
    own = file.relative_to(PLUGINS / "module_utils").parts[0].removesuffix(".py")
    ours = {tuple(name.removeprefix(OURS).split(".")) for name in imported(file) if name.startswith(OURS)}
    allowed = SHARED | ({own} | LAYERS[own] if own in LAYERS else set())
    assert {place for place in ours if place[0] != "module_utils" or place[1] not in allowed} == set()


@pytest.mark.parametrize("file", [file for file in FILES if "_robots" in file.parts], ids=lambda file: file.name)
def test_the_rules_about_robots_are_pure(file: Path) -> None:
    assert not IMPURE & {name.partition(".")[0] for name in imported(file)}
