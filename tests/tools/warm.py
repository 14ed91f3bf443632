# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An interpreter for modules that does not begin at nothing: every program runs in a fork of a Python that has libraries loaded already.

    with warm.interpreter(binaries / "python") as python:
        subprocess.run([python, "AnsiballZ_harbor_robot.py"])

Most of what a module run costs are imports of the standard library, of requests, and of what Ansible puts into every module's zip file,
the same thousands of times in the tests. What is the collection's is never loaded beforehand: that is what is tested. Modules have to
come from the ansible-core that this Python has. Variables that Python reads when it begins (PYTHONPATH and the like) are those of the
loaded one. Used where a suite starts hundreds of modules; the roles' scenarios, the controller of the playbooks, the clients, the demo,
and jobs of AWX do without.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import marshal
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

# What every module has imported in the end, of Ansible's utilities, of its wrapper, and by way of requests.
LIBRARIES = (
    *("argparse", "ast", "concurrent.futures.thread", "contextvars", "ctypes", "dataclasses", "datetime", "decimal", "difflib"),
    *("encodings.cp437", "grp", "inspect", "locale", "optparse", "pkgutil", "platform", "pwd", "queue", "random", "resource", "runpy"),
    *("secrets", "selectors", "shlex", "shutil", "syslog", "textwrap", "threading", "urllib.request", "uuid", "zipfile", "zoneinfo"),
    *("numbers", "requests"),
)

# Of Ansible's, what runs a module and what modules stand on; some came with later versions.
ANSIBLE = (
    *("ansible.module_utils.basic", "ansible.module_utils.urls", "ansible.module_utils._internal._ansiballz._loader"),
    "ansible.module_utils._internal._json._profiles._module_legacy_c2m",
    "ansible.module_utils._internal._json._profiles._module_legacy_m2c",
)

# In place of the interpreter: hands over its arguments and files, and ends as the program did. Whatever is no program in a file or on
# standard input begins at nothing. Nothing is imported but what Python has built in.
CLIENT = """#!{python} -ISs
import _socket, marshal, os, sys
arguments = sys.argv[1:]
if arguments and arguments[0].startswith("-"):
    os.execv({python!r}, [{python!r}, *arguments])
mask = os.umask(0)
there = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
there.connect({path!r})
wanted = marshal.dumps((arguments, {{**os.environ, **{also!r}}}, os.getcwd(), mask))
files = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
there.sendmsg([len(wanted).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
there.sendall(wanted)
ended = there.recv(1)
os._exit(ended[0] if ended else 255)
"""


@contextlib.contextmanager
def interpreter(
    python: Path, variables: Mapping[str, str] | None = None, also: Mapping[str, str] | None = None, libraries: Iterable[str] = ()
) -> Iterator[Path]:
    """A program to be run in place of `python`, as long as the context lasts.

    :param variables: those that Python reads when it begins; default: of this process
    :param also: those that every program has, beside what it is given
    :param libraries: more to be loaded than what every module needs
    """
    with tempfile.TemporaryDirectory(prefix="warm-") as folder:
        client, path = Path(folder) / "python", str(Path(folder) / "socket")
        client.write_text(CLIENT.format(python=os.fspath(python), path=path, also=dict(also or {})), encoding="utf-8")
        client.chmod(0o755)
        # The locale is as Ansible sets it for modules.
        environment = {**(os.environ if variables is None else variables), "LC_ALL": "C.UTF-8"}
        wanted = [*LIBRARIES, *libraries]
        command = [str(python), __file__, path, *wanted]
        with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as server:
            try:
                if not (server.stdout and server.stdout.readline()):
                    raise RuntimeError(f"{python} could not load {', '.join(wanted)}")
                yield client
            finally:
                server.terminate()


class Program:
    """What a client asks for, in the fork that runs it."""

    def __init__(self, connection: socket.socket) -> None:
        """Raises EOFError when the client is gone before it said all."""
        size, self.files, _flags, _address = socket.recv_fds(connection, 4, 3)
        wanted = b""
        while len(wanted) < int.from_bytes(size, "big"):
            piece = connection.recv(1 << 16)
            if not piece:
                self.close()
                raise EOFError
            wanted += piece
        self.arguments, self.environment, self.folder, self.mask = marshal.loads(wanted)

    def close(self) -> None:
        """Leave the files to the fork."""
        for number in self.files:
            os.close(number)

    def run(self) -> None:
        """Become what the client would have been, and run the program as Python does. Ends as the program ends."""
        for number, file in enumerate(self.files):
            os.dup2(file, number)
        self.close()
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
        os.umask(self.mask)
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        # What was read from the variables of the original.
        time.tzset()
        tempfile.tempdir = None
        path = self.arguments[0] if self.arguments else "<stdin>"
        sys.argv = self.arguments or [""]
        sys.path.insert(0, os.path.dirname(os.path.abspath(path)) if self.arguments else "")
        source = Path(path).read_bytes() if self.arguments else sys.stdin.buffer.read()
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        main.__dict__["__file__"] = path
        exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)


class InZip(importlib.abc.MetaPathFinder):
    """Finds what a program needs of Ansible beside what is loaded already: in the zip file that it has put on its path."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Called for what is nowhere else."""
        above = fullname.split(".")[:-1]
        if above[:1] != ["ansible"]:
            return None
        return importlib.machinery.PathFinder.find_spec(
            fullname, [os.path.join(place, *above) for place in sys.path if place.endswith(".zip")]
        )


def load_ansible() -> None:
    """Load what all zip files hold of Ansible, where this interpreter has it: not the controller's part, nor what some modules need."""
    found = importlib.util.find_spec("ansible")
    if not found:
        return
    # Known, and not run, as it would bring the controller's part.
    sys.modules["ansible"] = importlib.util.module_from_spec(found)
    for name in ANSIBLE:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    for name, module in sys.modules.items():
        if name.partition(".")[0] == "ansible" and hasattr(module, "__path__"):
            module.__path__ = []
    sys.meta_path.append(InZip())


def serve(path: str) -> Program:
    """Take programs and fork for each. Returns in the fork alone; the original goes on until it is terminated."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(64)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(writing)
    # Ended from the keyboard without a word, as all of it is then.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    print("ready", flush=True)
    gc.freeze()
    running: dict[int, socket.socket] = {}
    watched: list[socket.socket | int] = [listener, reading]
    while True:
        ready = select.select(watched, [], [])[0]
        if reading in ready:
            os.read(reading, 1 << 10)
            _told(running)
        if listener in ready:
            connection = listener.accept()[0]
            try:
                program = Program(connection)
            except EOFError:
                connection.close()
                continue
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                for one in (listener, connection, *running.values()):
                    one.close()
                os.close(reading)
                os.close(writing)
                return program
            program.close()
            running[pid] = connection


def _told(running: dict[int, socket.socket]) -> None:
    """Tell those whose programs have ended how they did; a shell calls a program that was killed by its signal 128 more than that."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        code = os.waitstatus_to_exitcode(status)
        with running.pop(pid) as connection, contextlib.suppress(BrokenPipeError):
            connection.sendall(bytes([code if code >= 0 else 128 - code]))


if __name__ == "__main__":
    # The folder of this file, whose names are none of a module's business.
    del sys.path[0]
    for library in sys.argv[2:]:
        importlib.import_module(library)
    load_ansible()
    serve(sys.argv[1]).run()
