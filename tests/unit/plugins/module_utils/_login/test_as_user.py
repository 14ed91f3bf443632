# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work as another user of this host, and the credential helpers of that user: a real program, written here."""

from __future__ import annotations

import json
import os
import sys
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._login import as_user
from ansible_collections.harbormaster.robots.plugins.module_utils._login.as_user import Account, NoAccount, account, as_account
from ansible_collections.harbormaster.robots.plugins.module_utils._login.auth_file import Login
from ansible_collections.harbormaster.robots.plugins.module_utils._login.credential_helpers import Helper, HelperError

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
CI = Login("robot$ci", 'S3cret-"ü"')
HOST = "harbor.example.com"

# Keeps what it is given in the file `kept` beside it, and notes how it was run.
PROGRAM = """#!%s
import json, os, sys
here = os.path.dirname(os.path.abspath(__file__))
kept = os.path.join(here, "kept")
word, given = sys.argv[1], sys.stdin.read()
with open(os.path.join(here, "runs"), "a") as stream:
    run = {"arguments": sys.argv[1:], "uid": os.getuid(), "groups": os.getgroups(), "home": os.environ["HOME"]}
    stream.write(json.dumps(dict(run, variables=dict(os.environ), cwd=os.getcwd())) + "\\n")
have = json.load(open(kept)) if os.path.exists(kept) else {}
if word == "store":
    one = json.loads(given)
    have[one["ServerURL"]] = {"Username": one["Username"], "Secret": one["Secret"]}
elif given not in have:
    print("credentials not found in native keychain")
    sys.exit(1)
elif word == "get":
    print(json.dumps(dict(have[given], ServerURL=given)))
else:
    del have[given]
json.dump(have, open(kept, "w"))
"""


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., Helper]:
    """Writes a program, the one above or another, and gives the helper of that name."""
    monkeypatch.setenv("PATH", os.pathsep.join((str(tmp_path), "/usr/bin", "/bin", "relative")))

    def write(program: str = PROGRAM % sys.executable, timeout: float = 20.0) -> Helper:
        path = tmp_path / "docker-credential-test"
        path.write_text(program, encoding="utf-8")
        path.chmod(0o755)
        return Helper("test", account(None)._replace(home=str(tmp_path)), timeout)

    return write


def shell(text: str) -> str:
    return "#!/bin/sh\n%s\n" % text


# --- helpers


def test_a_helper_keeps_gives_and_forgets(helper: t.Callable[..., Helper], tmp_path: Path) -> None:
    one = helper()
    assert one.get(HOST) is None
    one.store(HOST, CI)
    assert one.get(HOST) == CI
    assert one.get("other") is None
    one.erase(HOST)
    assert one.get(HOST) is None
    one.erase(HOST)

    runs = [json.loads(line) for line in (tmp_path / "runs").read_text(encoding="utf-8").splitlines()]
    assert [run["arguments"] for run in runs] == [["get"], ["store"], ["get"], ["get"], ["erase"], ["get"], ["erase"]]
    assert {(run["home"], run["cwd"]) for run in runs} == {(str(tmp_path), str(tmp_path))}
    assert "S3cret" not in (tmp_path / "runs").read_text(encoding="utf-8"), "the password was in an argument or a variable"


def test_a_token_is_no_password(helper: t.Callable[..., Helper]) -> None:
    one = helper()
    one.store(HOST, Login("<token>", "x"))
    assert one.get(HOST) == Login("<token>", "x", True)


def test_a_helper_that_is_not_there(helper: t.Callable[..., Helper]) -> None:
    helper()
    missing = Helper("missing", account(None), 5.0)
    for call in (lambda: missing.get(HOST), lambda: missing.store(HOST, CI), lambda: missing.erase(HOST)):
        with pytest.raises(HelperError, match=r"missing is not there for user .* not written in clear text instead") as caught:
            call()
        assert "relative" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("echo the keyring is locked; exit 3", "failed with exit code 3: the keyring is locked"),
        ("echo no display >&2; exit 1", "failed with exit code 1: no display"),
        ("exit 1", "failed with exit code 1: it said nothing"),
        ("cat > /dev/null; kill -9 $$", "failed with exit code -9"),
    ],
)
def test_a_helper_that_fails(helper: t.Callable[..., Helper], text: str, says: str) -> None:
    one = helper(shell(text))
    for word, call in (("get", lambda: one.get(HOST)), ("store", lambda: one.store(HOST, CI)), ("erase", lambda: one.erase(HOST))):
        with pytest.raises(HelperError) as caught:
            call()
        assert str(caught.value).startswith(f"docker-credential-test {word} {says}")


@pytest.mark.parametrize("text", ["echo S3cret", "echo '[]'", 'echo \'{"Username": "x"}\'', "true"])
def test_an_answer_that_is_no_credential_is_not_quoted(helper: t.Callable[..., Helper], text: str) -> None:
    with pytest.raises(HelperError, match=r"answered get with something else than a credential\Z"):
        helper(shell(text)).get(HOST)


def test_a_helper_that_repeats_what_it_was_given_gives_nothing_away(helper: t.Callable[..., Helper]) -> None:
    for before in ("", "x" * 230):
        with pytest.raises(HelperError) as caught:
            helper(shell(f"printf '{before}refused '; cat; exit 1")).store(HOST, CI)
        assert "S3cr" not in str(caught.value) and "refused" in str(caught.value)


def test_an_empty_answer_is_none(helper: t.Callable[..., Helper]) -> None:
    assert helper(shell('echo \'{"Username": "", "Secret": ""}\'')).get(HOST) is None


def alive(process: Path) -> bool:
    """Whether a process runs; one that was killed may take a moment, and nobody has to wait for it."""
    try:
        return (process / "stat").read_text(encoding="utf-8").split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_helper_that_hangs_is_ended_with_what_it_started(helper: t.Callable[..., Helper], tmp_path: Path) -> None:
    one = helper(shell(f"sleep 60 & echo $! > {tmp_path}/child; wait"), timeout=0.5)
    with pytest.raises(HelperError, match=r"docker-credential-test get did not answer within 0.5 seconds"):
        one.get(HOST)
    process = Path("/proc", (tmp_path / "child").read_text(encoding="utf-8").strip())
    end = time.monotonic() + 10
    while alive(process):
        assert time.monotonic() < end, "what it started goes on"
        time.sleep(0.01)


def test_a_helper_that_is_no_program(helper: t.Callable[..., Helper]) -> None:
    with pytest.raises(HelperError, match="could not be run: "):
        helper("no program").get(HOST)


# --- users


def test_who_runs_this() -> None:
    here = account(None)
    assert (here.uid, here.own) == (os.geteuid(), True)
    assert account(here.name) == here
    assert as_account(here, lambda: {"pid": os.getpid()}) == {"pid": os.getpid()}


def test_a_user_that_does_not_exist() -> None:
    with pytest.raises(NoAccount, match=r"user 'noboddy' does not exist on this host \(did you mean nobody\?\)"):
        account("noboddy")
    for name in ("", "x\0y", "zzzzzzzzzzz"):
        with pytest.raises(NoAccount, match=r"does not exist on this host\Z"):
            account(name)


def test_a_number_without_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_user.os, "geteuid", lambda: 2**31 - 7)
    with pytest.raises(NoAccount, match="user is required: the one who runs the task, with the number 2147483641, has no name here"):
        account(None)


def test_only_root_can_become_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_user.os, "geteuid", lambda: 2**31 - 7)
    with pytest.raises(NoAccount, match=r"user nobody is another one than who runs the task: run it as root .*become: true"):
        account("nobody")


def test_another_user_gets_no_variables_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "S3cret")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/0")
    assert account(None).environment()["VAULT_TOKEN"] == "S3cret"
    other = Account("other", 2**31 - 7, 1, "/home/other").environment()
    assert not {"VAULT_TOKEN", "XDG_RUNTIME_DIR"} & set(other)
    assert (other["HOME"], other["USER"], other["LOGNAME"]) == ("/home/other", "other", "other")
    assert "/home/other/.local/bin" in other["PATH"].split(":")


@ROOT_ONLY
def test_work_as_somebody_else_cannot_come_back() -> None:
    def work() -> dict[str, t.Any]:
        ids = [os.getuid(), os.geteuid(), os.getgid(), os.getegid()]
        try:
            os.setuid(0)
        except OSError:
            return {"ids": ids, "groups": os.getgroups(), "cwd": os.getcwd()}
        return {"ids": "root again"}

    nobody = account("nobody")
    told = as_account(nobody, work)
    assert told["ids"] == [nobody.uid] * 2 + [nobody.gid] * 2
    assert 0 not in told["groups"]
    assert (told["cwd"], os.geteuid()) == ("/", 0)


@ROOT_ONLY
def test_work_that_fails_or_vanishes() -> None:
    def fail() -> dict[str, t.Any]:
        raise KeyError("x")

    def vanish() -> dict[str, t.Any]:
        os._exit(3)

    with pytest.raises(RuntimeError, match=r"KeyError at test_as_user.py:\d+: 'x'"):
        as_account(account("nobody"), fail)
    with pytest.raises(RuntimeError, match="ended without a word"):
        as_account(account("nobody"), vanish)
