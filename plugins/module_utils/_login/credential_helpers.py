# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Credential helpers: the programs docker-credential-NAME, to which docker and the others give what they do not want in a file.

A helper is run with one word, get, store or erase, and reads the rest from its standard input, so that no list of processes shows it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._login.as_user import Account
from ansible_collections.harbormaster.robots.plugins.module_utils._login.auth_file import Login
from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask

# The words by which every helper says so.
NOT_FOUND = "credentials not found in native keychain"
# The user name by which helpers mark what is no password.
TOKEN = "<token>"
LONGEST = 300


class HelperError(Exception):
    """A helper is not there, refused or did not answer; the message has nothing secret but what the caller knows."""


class Helper:
    """The helper of one name, run as one user.

    :param timeout: seconds for each answer
    """

    def __init__(self, name: str, who: Account, timeout: float) -> None:
        self.name = name
        self._program = "docker-credential-%s" % name
        self._who = who
        self._timeout = timeout

    def get(self, key: str) -> t.Optional[Login]:
        """What it has for a registry, None for nothing."""
        code, said = self._run("get", key)
        if code and said.strip() == NOT_FOUND:
            return None
        self._check("get", code, said)
        try:
            answer = json.loads(said)
            username, secret = answer["Username"], answer["Secret"]
        except (ValueError, KeyError, TypeError):
            raise HelperError("%s answered get with something else than a credential" % self._program) from None
        if not username and not secret:
            return None
        return Login(str(username), str(secret), username == TOKEN)

    def store(self, key: str, login: Login) -> None:
        """Have it keep a credential."""
        code, said = self._run("store", json.dumps({"ServerURL": key, "Username": login.username, "Secret": login.password}))
        # Before it is cut: half a password is no less secret, and would not be found any more.
        self._check("store", code, Mask(login.secrets).text(said))

    def erase(self, key: str) -> None:
        """Have it forget a credential."""
        code, said = self._run("erase", key)
        if said.strip() != NOT_FOUND:
            self._check("erase", code, said)

    def _check(self, word: str, code: int, said: str) -> None:
        if code:
            words = " ".join(said.split())[:LONGEST]
            raise HelperError("%s %s failed with exit code %d: %s" % (self._program, word, code, words or "it said nothing"))

    def _run(self, word: str, given: str) -> tuple[int, str]:
        """(exit code, what it said): its output, or its errors when there is no output."""
        environment = self._who.environment()
        program = shutil.which(self._program, path=environment["PATH"])
        if program is None:
            raise HelperError(
                "the credential helper %s is not there for user %s (looked in %s): install it, or take it out of the file; the password is "
                "not written in clear text instead" % (self._program, self._who.name, environment["PATH"])
            )
        try:
            process = subprocess.Popen(
                [program, word],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._who.home if os.path.isdir(self._who.home) else "/",
                env=environment,
                start_new_session=True,
            )
        except OSError as exc:
            raise HelperError("%s could not be run: %s" % (program, exc.strerror)) from None
        try:
            output, errors = process.communicate(given.encode(), self._timeout)
        except subprocess.TimeoutExpired:
            raise HelperError("%s %s did not answer within %g seconds" % (self._program, word, self._timeout)) from None
        finally:
            _end(process)
        return process.returncode, (output.strip() or errors).decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a helper that still runs, with what it started: it leads a process group of its own."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
