# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program in a warm interpreter sees, says and leaves what it would in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools import warm

# Shows what a program has from outside, and leaves a word for its end.
SHOWS = """
import atexit, json, os, sys, tempfile
mask = os.umask(0o022)
print(json.dumps([sys.argv, __name__, __file__, sys.path[0], os.getcwd(), mask, tempfile.gettempdir(), dict(os.environ)]))
print("said", file=sys.stderr)
atexit.register(print, "at the end")
raise SystemExit(7)
"""


@pytest.fixture(scope="module")
def python() -> Iterator[Path]:
    with warm.interpreter(Path(sys.executable)) as client:
        yield client


def test_what_a_program_has(python: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SHOWS, encoding="utf-8")
    environment = {"TMPDIR": str(tmp_path), "GIVEN": "ä b"}
    ran = [
        subprocess.run([one, program, "a", "ö"], env=environment, cwd=tmp_path, umask=0o027, capture_output=True, text=True, check=False)
        for one in (python, Path(sys.executable))
    ]
    assert [done.returncode for done in ran] == [7, 7]
    assert [done.stderr for done in ran] == ["said\n"] * 2
    assert [done.stdout.splitlines()[1] for done in ran] == ["at the end"] * 2
    # Python itself sets a variable for the locale, where there is none.
    warmed, cold = (json.loads(done.stdout.splitlines()[0]) for done in ran)
    cold[-1].pop("LC_CTYPE", None)
    warmed[-1].pop("LC_CTYPE", None)
    assert warmed == cold
    assert (warmed[0], warmed[5], warmed[-1]) == ([str(program), "a", "ö"], 0o027, environment)


def test_what_is_loaded(python: Path, tmp_path: Path) -> None:
    """Libraries are, and what Ansible gives to every module; of what is under test nothing is, nor the controller's part of Ansible."""
    told = subprocess.run(
        [python], input="import sys; print(*sys.modules)", cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert {"requests", "urllib3", "zipfile", "ansible.module_utils.basic"} <= set(told.split())
    assert [name for name in told.split() if name.startswith("ansible") and not f"{name}.".startswith("ansible.module_utils.")] == [
        "ansible"
    ]


def test_what_else_is_ansibles(python: Path, tmp_path: Path) -> None:
    """It comes from the zip file that a program has put on its path, as the collection does; without one it is not there."""
    packed = tmp_path / "payload.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("ansible/modules/__init__.py", "")
        file.writestr("ansible/modules/made_up.py", "from ansible.module_utils.basic import AnsibleModule")
        file.writestr("ansible/module_utils/basic.py", "raise ValueError")
    program = tmp_path / "program.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(packed)!r})\n"
        "from ansible.modules import made_up\n"
        "print(made_up.__file__, made_up.AnsibleModule.__name__)\n"
        "import ansible.module_utils.facts",
        encoding="utf-8",
    )
    done = subprocess.run([python, program], capture_output=True, text=True, check=False)
    assert done.stdout == f"{packed}/ansible/modules/made_up.py AnsibleModule\n", done.stderr
    assert "No module named 'ansible.module_utils.facts'" in done.stderr


def test_from_standard_input(python: Path) -> None:
    """As modules come where Ansible pipelines."""
    done = subprocess.run([python], input="import sys; print(sys.argv, sys.stdin.read())", capture_output=True, text=True, check=True)
    assert done.stdout == "[''] \n"


def test_an_option_begins_at_nothing(python: Path) -> None:
    loaded = "import sys; print('requests' in sys.modules)"
    assert subprocess.run([python, "-c", loaded], capture_output=True, text=True, check=True).stdout == "False\n"


def test_how_programs_fail(python: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("raise ValueError('of a program')", encoding="utf-8")
    done = subprocess.run([python, program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith("ValueError: of a program\n")
    program.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", encoding="utf-8")
    assert subprocess.run([python, program], check=False).returncode == 128 + 9


def test_many_at_once_end_as_they_do(python: Path, tmp_path: Path) -> None:
    """The first one waits for what the last one says; one after the other they would wait for ever."""
    reading, writing = os.pipe()
    program = tmp_path / "program.py"
    program.write_text(
        "import os, sys; os.write(1, b'x') if sys.argv[1] == '3' else os.read(0, 1); sys.exit(int(sys.argv[1]))", encoding="utf-8"
    )
    running = [subprocess.Popen([python, program, "1"], stdin=reading), subprocess.Popen([python, program, "3"], stdout=writing)]
    assert [one.wait(30) for one in running] == [1, 3]
    os.close(reading)
    os.close(writing)


def test_what_every_program_has_besides(tmp_path: Path) -> None:
    shown = "import os; print(os.environ['GIVEN'], os.environ['BESIDES'])"
    with warm.interpreter(Path(sys.executable), also={"BESIDES": "two"}) as client:
        done = subprocess.run([client], env={"GIVEN": "one"}, input=shown, capture_output=True, text=True, check=True)
    assert done.stdout == "one two\n"


def test_an_interpreter_that_does_not_come_up(tmp_path: Path) -> None:
    (tmp_path / "requests.py").write_text("raise ImportError", encoding="utf-8")
    variables = {"PYTHONPATH": str(tmp_path)}
    with pytest.raises(RuntimeError, match=r"could not load .*requests"), warm.interpreter(Path(sys.executable), variables):
        pass
