# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make test` consists of. A part is a name and the commands that have to succeed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from tests.tools import programs, pythons
from tests.tools.ansible_test import INTEGRATION
from tests.tools.paths import CACHE, COLLECTIONS, LINK, ROOT

# The Harbor versions whose simulation the integration tests meet.
HARBORS = tuple(INTEGRATION)

# The ansible-cores whose sanity tests run: their findings differ little from one core to the next.
SANITY = ("2.19",)

# What takes minutes, the longest first; the rest fills up the lanes in the end.
LONGEST = (
    *("faults", "integration-2.15.2", "leak-2.21", "fleet", "playbooks", "sanity-2.19", "integration-2.12.4", "integration-2.9.5"),
    *("leak-2.16", "stores", "molecule", "clients", "awx", "hand-offs", "contract"),
)

# What is written for a shell.
SCRIPTS = (".ci/run", "playbooks/files/pull.sh", "tests/tools/python3")

# Further folders of pytest tests.
SUITES = ("playbooks", "clients", "stores", "hand_offs", "awx", "bad_input", "bench", "package")


@dataclasses.dataclass(frozen=True)
class Part:
    """One line of the summary.

    :ivar commands: argument lists, run in turn in the folder `cwd`; a name without a slash is looked up on PATH, .venv first
    :ivar variables: additions to the environment
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    variables: tuple[tuple[str, str], ...] = ()
    cwd: Path = ROOT


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return ("python", "-m", f"tests.tools.{name}", *arguments)


def _pytest(folder: str) -> tuple[str, ...]:
    return ("python", "-m", "pytest", "-q", "-rs", f"tests/{folder}")


def everything() -> list[Part]:
    """All parts in the order in which they start: what fails soonest first, then the longest, so that all lanes end together."""
    cores = pythons.usable_cores()
    collections = (("ANSIBLE_COLLECTIONS_PATH", str(COLLECTIONS)),)
    plugins = str((LINK / "plugins").relative_to(ROOT))
    mypy = ("mypy", "tests", plugins)
    # Where it puts stand-ins for modules of other collections.
    lint_home = (*collections, ("ANSIBLE_HOME", str(CACHE / "home" / "ansible-lint")))
    lint_docs = ("antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", ".")
    quick = [
        Part("ruff", (("ruff", "check", "."), ("ruff", "format", "--check", "."))),
        Part("mypy", (mypy,), (("MYPYPATH", str(COLLECTIONS)),)),
        Part("yamllint", (("yamllint", "--strict", "."),)),
        *([] if "shellcheck" in programs.missing() else [Part("shellcheck", (("shellcheck", *SCRIPTS),))]),
        Part("licences", (("reuse", "lint"),)),
        Part("changelog", (("antsibull-changelog", "lint"),)),
        Part("ansible-lint", (("ansible-lint", "--offline", "--profile", "production", "--strict"),), lint_home),
        Part("tools", (_pytest("tools"),)),
        *(Part(f"unit-{core}", (_tool("unit", core, "-q", "-rs", "tests/unit"),)) for core in cores),
    ]
    longer = [
        Part("faults", (_pytest("faults"),)),
        *(Part(f"integration-{version}", (_tool("ansible_test", "integration", version),)) for version in reversed(HARBORS)),
        Part("fleet", (_pytest("fleet"),)),
        *(Part(f"leak-{core}", (_tool("unit", core, "-q", "-rs", "tests/leak"),)) for core in (cores[-1], cores[0])),
        *(Part(f"sanity-{core}", (_tool("ansible_test", "sanity", core),)) for core in SANITY),
        Part("contract", (_pytest("contract"),)),
        *(Part(folder.replace("_", "-"), (_pytest(folder),)) for folder in SUITES),
        Part("docs", (lint_docs,), collections),
        Part("action-groups", (("nox", "-e", "extra-checks"),)),
        Part("importer", (_tool("importer"),)),
        Part("molecule", (_tool("molecule", HARBORS[-1]),)),
        Part("demo", (_tool("demo"),)),
    ]
    return quick + sorted(longer, key=lambda part: LONGEST.index(part.name) if part.name in LONGEST else len(LONGEST))


def not_run() -> list[str]:
    """One line for each thing that this machine cannot run, with what would make it possible."""
    lines = [
        f"not run: unit tests on ansible-core {core}, because no Python {' or '.join(wanted)} was found"
        for core, wanted in pythons.CORES.items()
        if not pythons.for_core(core)
    ]
    return lines + [f"not run: tests that need {name} (Debian package {package})" for name, package in programs.missing().items()]
