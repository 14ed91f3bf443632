# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual environments: made by uv, kept in the repository, made again only when what they are made from changes."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.tools import shortcuts
from tests.tools.paths import BIN, CACHE, RUN_REQUIREMENTS, VENV

# pip's settings and the variables by which uv takes the same ones.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}


def uv_environment(python: Path) -> dict[str, str]:
    """The environment for uv, which reads no pip settings: those of `python -m pip` are handed to it.

    A variable of uv's own that is set already stays as it is.
    """
    environment = dict(os.environ)
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    settings = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True).stdout
    for line in settings.splitlines():
        key, value = line.split("=", 1)
        name = UV_NAMES.get(key.rpartition(".")[2])
        # What is set for other commands than install is none of uv's business.
        if name and key.startswith(("global.", ":env:.", "install.")):
            environment.setdefault(name, " ".join(value.strip("'\"").replace("\\n", " ").split()))
    return environment


# The unit tests of this ansible-core meet the oldest libraries that the modules support.
OLD_LIBRARIES_WITH = "2.17"
OLD_LIBRARIES = Path(__file__).with_name("requirements-old.txt")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of one environment, so that two commands at once do not both make it."""
    CACHE.mkdir(exist_ok=True)
    with open(CACHE / f"{folder.name}.lock", "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def fingerprint(python: str, requirements: list[str], files: list[Path]) -> str:
    """A text that changes when the interpreter, a requirement or a requirement file changes."""
    digest = hashlib.sha256(f"{python} {requirements}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def ensure(folder: Path, python: str, requirements: list[str], files: list[Path], instead: Path | None = None) -> bool:
    """Make or complete the environment `folder` with `python`; False when it was complete already.

    A complete environment costs one read of a stamp. A changed requirement is installed into the environment that is
    there, so that programs which run from it go on.

    :param instead: a file of requirements that hold instead of what others require
    """
    files = [file for file in files if file.exists()]
    wanted = fingerprint(python, requirements, [*files, *([instead] if instead else [])])
    stamp = folder / "ready"

    def ready() -> bool:
        return stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and (folder / "bin" / "python").exists()

    if ready():
        provide_shortcuts(_packages(folder))
        return False
    with locked(folder):
        if ready():
            return False
        if folder == VENV:
            _bootstrap(python)
        elif not (folder / "bin" / "python").exists():
            _uv("venv", "--quiet", "--clear", "--python", python, str(folder))
        arguments = [argument for file in files for argument in ("-r", str(file))] + (["--override", str(instead)] if instead else [])
        _uv("pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *requirements, *arguments)
        provide_shortcuts(_packages(folder))
        stamp.write_text(wanted, encoding="utf-8")
    return True


def ensure_core(core: str, python: str) -> Path:
    """The environment that holds ansible-core `core` (as `2.16`) on the interpreter `python`; its bin folder."""
    folder = CACHE / "environments" / f"core-{core}"
    files = [*RUN_REQUIREMENTS, Path(__file__).with_name("requirements-core.txt")]
    ensure(folder, python, [f"ansible-core~={core}.0"], files, OLD_LIBRARIES if core == OLD_LIBRARIES_WITH else None)
    return folder / "bin"


def provide_shortcuts(packages: Path) -> None:
    """Have every process take them whose Python finds packages, and what to do when it begins, in this folder."""
    source = Path(shortcuts.__file__).read_text(encoding="utf-8")
    for name, content in {"_shortcuts.py": source, "_shortcuts.pth": "import _shortcuts; _shortcuts.take()\n"}.items():
        file = packages / name
        if not file.exists() or file.read_text(encoding="utf-8") != content:
            fresh = file.with_name(f"{name}.{os.getpid()}")
            fresh.write_text(content, encoding="utf-8")
            fresh.replace(file)


def _packages(folder: Path) -> Path:
    (packages,) = (folder / "lib").glob("python*/site-packages")
    return packages


def _bootstrap(python: str) -> None:
    """Make .venv with nothing but Python's standard library, and put uv into it."""
    if not (BIN / "python").exists():
        shutil.rmtree(VENV, ignore_errors=True)
        made = subprocess.run([python, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
        if made.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            sys.exit(f"{made.stdout}{made.stderr}No virtual environment could be made; on Debian the package python3-venv is needed.")
    if not (BIN / "uv").exists():
        install = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"]
        subprocess.run(install, check=True, stdout=sys.stderr)


def _uv(*arguments: str) -> None:
    subprocess.run([BIN / "uv", *arguments], check=True, env=uv_environment(BIN / "python"), stdout=sys.stderr)
