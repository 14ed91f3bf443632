# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs ansible-test on a copy of the collection.

It wants to be below `ansible_collections/NAMESPACE/NAME`, follows links, and asks git which files count: so the copy is a real
one and lies outside of every repository. Its environments and caches go to a home folder of its own in `.cache`.

    python -m tests.tools.ansible_test sanity 2.19 [ARGUMENT …]
    python -m tests.tools.ansible_test integration 2.15.2 [TARGET …]
    HARBOR_URL=… HARBOR_USERNAME=… HARBOR_PASSWORD=… python -m tests.tools.ansible_test integration server [TARGET …]
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from tests.tools import harbor, pip_by_uv, pythons, warm
from tests.tools.environments import ensure_core, provide_shortcuts, uv_environment
from tests.tools.guest import visiting
from tests.tools.paths import BIN, CACHE, ROOT

# The versions of pip that ansible-cores ask for; each is in the name of the script that is looked for.
PIPS = ("23.1.2", "24.2", "25.2")


# The ansible-core that meets each Harbor version in the integration tests. The last version runs every case.
INTEGRATION = {"2.9.5": "2.16", "2.12.4": "2.18", "2.15.2": "2.19"}
SERVER_CORE = "2.19"
# Targets that are the same for every version of Harbor.
SAME = ("connection", "registry_auth")


# What ansible-test is about. The rest of the tests is no part of a collection's own layout, and ruff and mypy are stricter with it.
OURS = ("tests/config.yml", "tests/integration/", "tests/sanity/", "tests/unit/")


@contextlib.contextmanager
def copied_tree(whole: bool = True) -> Iterator[Path]:
    """A copy of what git knows or would know (uncommitted work too), as `ansible_collections/harbormaster/robots`.

    :param whole: with those tests, too, that are none of ansible-test's business
    """
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    with tempfile.TemporaryDirectory(prefix="harbormaster-") as folder:
        tree = Path(folder) / "ansible_collections" / "harbormaster" / "robots"
        for name in filter(None, listed.stdout.split("\0")):
            wanted = whole or not name.startswith("tests/") or name.startswith(OURS)
            if wanted and (ROOT / name).exists():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, tree / name, follow_symlinks=False)
        yield tree


def environment(home: Path, binaries: Path) -> dict[str, str]:
    """Variables for ansible-test: its own home, the interpreters by name, no shims."""
    interpreters = CACHE / "pythons"
    pythons.link_all(interpreters)
    home.mkdir(parents=True, exist_ok=True)
    return dict(os.environ, HOME=str(home), PATH=os.pathsep.join((str(binaries), str(interpreters), pythons.path_without_shims())))


def _provide_pip(home: Path) -> None:
    """Have ansible-test find the script by which it gets pip where it would download it to, and no pip but uv."""
    downloads = home / ".ansible" / "test" / "cache"
    package = downloads / pip_by_uv.PACKAGES / "pip"
    package.mkdir(parents=True, exist_ok=True)
    provide_shortcuts(package.parent)
    names = ("UV_", "SSL_CERT_FILE")
    known = {
        "uv": str(BIN / "uv"),
        "environment": {name: value for name, value in uv_environment(BIN / "python").items() if name.startswith(names)},
    }
    file = package / pip_by_uv.KNOWN
    # Where packages come from may be told with a password.
    file.touch(0o600)
    file.write_text(json.dumps(known), encoding="utf-8")
    for script in (package / "__main__.py", *(downloads / f"get_pip_{version.replace('.', '_')}.py" for version in PIPS)):
        shutil.copyfile(pip_by_uv.__file__, script)


def sanity(core: str, arguments: list[str]) -> int:
    """All sanity tests with ansible-core `core`; modules are compiled and imported by every interpreter found."""
    python = pythons.for_core(core)
    if not python:
        sys.exit(f"ansible-core {core} needs Python {' or '.join(pythons.CORES[core])}, and none was found")
    binaries = ensure_core(core, python)
    home = CACHE / "home" / f"sanity-{core}"
    variables = environment(home, binaries)
    _provide_pip(home)
    with copied_tree(whole=False) as tree:
        return _run(["sanity", "--local", *arguments], tree, variables)


def integration(version: str, targets: list[str]) -> int:
    """The integration targets against a simulated Harbor of `version`, or against the one in HARBOR_URL when that is `server`.

    Only `integration_config.yml` reaches the targets: ansible-test hands on no variables of the environment.
    """
    harbor.clean_up_when_terminated()
    core = INTEGRATION.get(version) or SERVER_CORE
    python = pythons.for_core(core)
    binaries = ensure_core(core, python) if python else BIN
    # No simulated Harbor is asked over TLS, and Ansible's client would read all authorities of the machine for each request.
    besides = {} if version == "server" else {"SSL_CERT_FILE": os.devnull}
    with _server(version) as variables, copied_tree() as tree, warm.interpreter(binaries / "python", also=besides) as interpreter:
        known = {name.lower(): variables[name] for name in ("HARBOR_URL", "HARBOR_USERNAME", "HARBOR_PASSWORD")}
        with visiting(*known.values()) as guest:
            # What is the same for every version of Harbor is seen with one of them.
            every_case = version not in list(INTEGRATION)[:-1]
            config = {**known, "harbor_is": guest.version(), "word": guest.word, "every_case": every_case}
            config["ansible_python_interpreter"] = str(interpreter)
            file = tree / "tests" / "integration" / "integration_config.yml"
            file.touch(0o600)
            file.write_text(yaml.safe_dump(config), encoding="utf-8")
            selected = targets or ([] if every_case else [f"--exclude={name}" for name in SAME])
            return _run(["integration", "--local", *selected], tree, environment(CACHE / "home" / f"integration-{version}", binaries))


@contextlib.contextmanager
def _server(version: str) -> Iterator[Mapping[str, str]]:
    """The variables by which a Harbor is found."""
    if version != "server":
        with harbor.simulated(version) as url:
            yield harbor.variables(url)
        return
    missing = [name for name in ("HARBOR_URL", "HARBOR_USERNAME", "HARBOR_PASSWORD") if not os.environ.get(name)]
    if missing:
        sys.exit(f"A server needs {' and '.join(missing)} in the environment.")
    yield os.environ


def _run(arguments: list[str], tree: Path, variables: dict[str, str]) -> int:
    # Looked up here, because subprocess would look on this process's own PATH.
    program = shutil.which("ansible-test", path=variables["PATH"]) or "ansible-test"
    return subprocess.run([program, *arguments, "--color", "no"], cwd=tree, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit({"sanity": sanity, "integration": integration}[sys.argv[1]](sys.argv[2], sys.argv[3:]))
