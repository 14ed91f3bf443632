# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module registry_auth as a whole, without Ansible around it: options in, files and a result out."""

from __future__ import annotations

import importlib
import json
import os
import stat
import sys
import tempfile
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from ansible.module_utils import basic

from ansible_collections.harbormaster.robots.plugins.module_utils._login import registry_auth
from ansible_collections.harbormaster.robots.plugins.module_utils._login.as_user import Account, account
from ansible_collections.harbormaster.robots.plugins.module_utils._login.auth_file import Login
from ansible_collections.harbormaster.robots.plugins.module_utils._login.token_flow import NotProved

HOST = "harbor.example.com"
SECRET = "S3cret-value"
GIVEN: dict[str, t.Any] = {"registry": HOST, "username": "robot$ci", "password": SECRET}
AUTH = Login("robot$ci", SECRET).encoded
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@contextmanager
def arguments(options: dict[str, t.Any]) -> t.Iterator[None]:
    """Options as Ansible hands them to a module."""
    content = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()
    with mock.patch.object(basic, "_ANSIBLE_ARGS", content), mock.patch.object(basic, "_ANSIBLE_PROFILE", "legacy", create=True):
        yield


Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the module; nothing that it prints may have the password, in whatever form."""
    module = importlib.import_module("ansible_collections.harbormaster.robots.plugins.modules.registry_auth")

    def go(**options: t.Any) -> dict[str, t.Any]:
        with arguments({name: value for name, value in {**GIVEN, **options}.items() if value is not None}), pytest.raises(SystemExit):
            module.main()
        text = capsys.readouterr().out
        assert SECRET not in text and AUTH not in text and "Traceback" not in text
        result: dict[str, t.Any] = json.loads(text)
        return result

    return go


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, as the user database names it."""
    here = account(None)._replace(home=str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    known = account

    def look(name: str | None) -> Account:
        return here if name in (None, here.name) else known(name)

    monkeypatch.setattr(registry_auth, "account", look)
    monkeypatch.setattr(registry_auth, "_passing", lambda client, who: [] if client.stores else [str(tmp_path / "run" / "auth.json")])
    monkeypatch.setenv("HOME", "/somewhere/else")
    return tmp_path / "home"


def document(path: Path) -> t.Any:
    return json.loads(path.read_text(encoding="utf-8"))


# --- where it goes


@pytest.mark.parametrize(
    ("client", "place"),
    [
        ("docker", ".docker/config.json"),
        ("podman", ".config/containers/auth.json"),
        ("buildah", ".config/containers/auth.json"),
        ("skopeo", ".config/containers/auth.json"),
    ],
)
def test_each_client_finds_it(run: Run, home: Path, client: str, place: str) -> None:
    predicted = run(client=client, _ansible_check_mode=True)
    assert list(home.iterdir()) == []
    done = run(client=client)
    assert done == predicted
    assert (done["changed"], done["changes"], done["path"]) == (True, ["log in as robot$ci"], str(home / place))
    assert "helper" not in done and "mode" not in done
    assert document(home / place) == {"auths": {HOST: {"auth": AUTH}}}
    assert stat.S_IMODE((home / place).stat().st_mode) == 0o600
    again = run(client=client)
    assert (again["changed"], again["changes"], again["diff"]["before"]) == (False, [], done["diff"]["after"])


def test_docker_is_the_default_and_docker_hub_has_its_key(run: Run, home: Path) -> None:
    assert run(registry="docker.io")["path"] == str(home / ".docker/config.json")
    assert list(document(home / ".docker/config.json")["auths"]) == ["https://index.docker.io/v1/"]


def test_a_path_of_its_own(run: Run, home: Path, tmp_path: Path) -> None:
    assert run(path="~/x.json")["path"] == str(home / "x.json")
    assert run(path=str(tmp_path / "y" / "z.json"))["changed"]
    assert document(home / "x.json") == document(tmp_path / "y" / "z.json")


def test_the_diff_has_headers_and_no_secret(run: Run, home: Path) -> None:
    name = account(None).name
    assert run()["diff"] == {
        "before": "",
        "after": "harbor.example.com: robot$ci (in config.json)\n",
        "before_header": f"registry {HOST} of user {name}",
        "after_header": f"registry {HOST} of user {name}",
    }


# --- what goes


def test_absent(run: Run, home: Path) -> None:
    run()
    run(registry="other.example.com")
    for check in (True, False):
        gone = run(state="absent", username=None, password=None, _ansible_check_mode=check)
        assert (gone["changed"], gone["changes"]) == (True, ["log out"])
    assert document(home / ".docker/config.json") == {"auths": {"other.example.com": {"auth": AUTH}}}
    again = run(state="absent", username=None, password=None)
    assert (again["changed"], again["diff"]["before"]) == (False, "")


def test_absent_makes_no_file(run: Run, home: Path) -> None:
    assert not run(state="absent", username=None, password=None)["changed"]
    assert list(home.iterdir()) == []


def test_what_podmans_own_login_left_hides_nothing(run: Run, home: Path, tmp_path: Path) -> None:
    hiding = tmp_path / "run" / "auth.json"
    hiding.parent.mkdir()
    hiding.write_text(json.dumps({"auths": {HOST: {"auth": "eDp5"}, "other": {"auth": "eDp5"}}}), encoding="utf-8")
    hiding.chmod(0o600)
    done = run(client="podman")
    assert done["changes"] == ["log in as robot$ci", f"log out in {hiding}"]
    assert document(hiding) == {"auths": {"other": {"auth": "eDp5"}}}
    assert not run(client="podman")["changed"]
    assert not run(client="docker", state="absent")["changed"]
    hiding.write_text(json.dumps({"auths": {HOST: {"auth": AUTH}}}), encoding="utf-8")
    assert not run(client="podman")["changed"]
    assert run(client="podman", state="absent")["changes"] == ["log out", f"log out in {hiding}"]
    assert document(hiding) == {"auths": {}}


# --- faults


def test_the_proxy_is_judged_where_it_is_used(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://u:hunter2/x@proxy.test:80")
    monkeypatch.setenv("NO_PROXY", "other.example.com")
    (fault,) = run(verify=True)["faults"]
    assert fault.startswith("HTTPS_PROXY of the environment is not the address of a proxy")
    assert "hunter2" not in fault
    assert run()["changed"]


@pytest.mark.parametrize(
    ("option", "value"), [("username", "robot$ci:hunter2"), ("registry", "https://robot:hunter2"), ("registry", "h/?p=hunter2")]
)
def test_no_fault_repeats_what_may_be_a_password(run: Run, home: Path, option: str, value: str) -> None:
    (fault,) = run(**{option: value})["faults"]
    assert fault.startswith(option)
    assert "hunter2" not in fault


def test_all_faults_at_once_and_nothing_is_touched(run: Run, home: Path) -> None:
    given = {"registry": "https://harbor.example.com", "username": "a:b", "password": "x\n", "user": "noboddy", "path": "config.json"}
    failed = run(**given, timeout=0, ca_path="/nowhere/ca.pem")
    assert failed["faults"] == [
        "registry 'https://harbor.example.com' is not valid: a host, and a port where needed, as in docker login "
        "(did you mean harbor.example.com?)",
        "username cannot hold a colon; the password goes into password",
        "password ends with a line break, which clients would send along: take it off with the filter trim",
        "user 'noboddy' does not exist on this host (did you mean nobody?)",
        "path 'config.json' is not valid: one that begins with / or, for the home folder of the user, with ~/ "
        "(did you mean ~/config.json?)",
        "timeout 0 is not valid: seconds, more than 0",
        "ca_path /nowhere/ca.pem is no file on the host where the module runs",
    ]
    assert failed["msg"].startswith("Wrong input, nothing was changed; 7 faults:\n- registry")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"username": None}, "username is required with state: present"),
        ({"password": ""}, "password is required with state: present"),
        ({"username": "a\nb"}, "username 'a\\nb' is not valid"),
        ({"password": "a\nb"}, "password is not valid: it holds a line break or a zero byte"),
        ({"timeout": "inf"}, "timeout inf is not valid: seconds, more than 0 and at most 86400"),
        ({"path": ""}, "path '' is not valid"),
        ({"path": "~other/x"}, "path '~other/x' is not valid"),
        ({"path": "/etc/"}, "path '/etc/' is not valid: it names a folder, not a file"),
        ({"client": "dokcer"}, "value of client must be one of: docker, podman, buildah, skopeo"),
        ({"registry": None}, "missing required arguments: registry"),
        ({"pasword": "x"}, "option pasword does not exist (did you mean password?)"),
        ({"timeout": "soon"}, "timeout"),
    ],
)
def test_faults(run: Run, home: Path, options: dict[str, t.Any], says: str) -> None:
    failed = run(**options)
    assert failed["failed"] and says in failed["msg"] and failed["msg"].startswith("Wrong input, nothing was changed")
    assert list(home.iterdir()) == []


def test_a_password_that_is_no_text() -> None:
    """Asked without a module's input, which ansible-core 2.19 and later refuse themselves on the controller."""
    params = {**dict.fromkeys(registry_auth.spec()), "registry": "harbor.example.com", "username": "ci", "password": "caf\udce9"}
    assert registry_auth.judge(params) == (["password has bytes that are no text in UTF-8"], [])
    assert Login("ci", "caf\udce9").secrets


def test_unknown_options_and_other_faults_are_told_together(run: Run, home: Path) -> None:
    failed = run(pasword="x", username=None, registry="x/y")
    assert [line[:14] for line in failed["msg"].splitlines()[1:]] == ["- option paswo", "- registry 'x/", "- username is "]


def test_a_file_that_is_none_of_a_clients(run: Run, home: Path) -> None:
    path = home / ".docker" / "config.json"
    path.parent.mkdir()
    path.write_text('{\n\t"auths": {"x": }\n}', encoding="utf-8")
    for check in (True, False):
        failed = run(_ansible_check_mode=check)
        assert failed["msg"] == f"{path} is not used: it is not valid JSON, line 2 column 17: Expecting value. Nothing was changed."
        assert failed["changed"] is False
    assert path.read_text(encoding="utf-8") == '{\n\t"auths": {"x": }\n}'


def test_somebody_else_writes_again_and_again(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once is made up for, always is a failure."""
    real = registry_auth.replace
    path = home / ".docker" / "config.json"
    seen: list[str] = []

    def busy(content: t.Any, raw: bytes) -> None:
        seen.append(content.target)
        if len(seen) != 2:
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps({"auths": {f"other{len(seen)}": {}}}), encoding="utf-8")
        real(content, raw)

    monkeypatch.setattr(registry_auth, "replace", busy)
    assert run()["changed"]
    assert document(path) == {"auths": {"other1": {}, HOST: {"auth": AUTH}}}
    failed = run(password="Another-1")
    assert "written by somebody else again and again. Nothing was changed." in failed["msg"]


# --- the proof


def test_a_login_that_is_refused_is_not_written(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[t.Any] = []

    def refuse(key: str, login: Login, settings: t.Any) -> None:
        asked.append((key, login.username, settings))
        raise NotProved(f"{key} refused the log-in of {login.username} with {SECRET}")

    monkeypatch.setattr(registry_auth, "prove", refuse)
    for check in (True, False):
        failed = run(verify=True, timeout=3, validate_certs=False, plain_http=True, _ansible_check_mode=check)
        assert failed["msg"] == f"{HOST} refused the log-in of robot$ci with ********. Nothing was changed."
    assert asked[0] == (HOST, "robot$ci", (False, None, True, 3.0))
    assert list(home.iterdir()) == []
    assert "failed" not in run(verify=True, state="absent")
    assert len(asked) == 2


def test_a_login_that_is_proved_is_written(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_auth, "prove", lambda key, login, settings: None)
    assert run(verify=True)["changed"]


# --- helpers


def write_helper(folder: Path, ends: str = "") -> None:
    """A helper that keeps one credential in a file beside it; C(ends) is what it does first when it has to store."""
    path = folder / "docker-credential-test"
    kept = folder / "kept"
    path.write_text(
        f"#!/bin/sh\ncase $1 in get) [ -f {kept} ] && cat {kept} || "
        f"{{ echo credentials not found in native keychain; exit 1; }} ;; store) {ends}\ncat > {kept} ;; erase) rm {kept} ;; esac\n",
        encoding="utf-8",
    )
    path.chmod(0o755)


def test_a_helper_has_it_instead_of_the_file(run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home / ".docker" / "config.json"
    path.parent.mkdir()
    path.write_text('{"credsStore": "test"}', encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert "docker-credential-test is not there for user" in run()["msg"]

    write_helper(tmp_path, "echo locked; exit 2")
    failed = run()
    assert failed["msg"] == "docker-credential-test store failed with exit code 2: locked. Nothing was changed."
    assert document(path) == {"credsStore": "test"}

    write_helper(tmp_path)
    assert run(_ansible_check_mode=True)["changes"] == ["log in as robot$ci", "name it in the file"]
    assert not (tmp_path / "kept").exists()
    done = run()
    assert (done["helper"], done["changed"]) == ("test", True)
    assert document(path) == {"credsStore": "test", "auths": {HOST: {}}}
    assert document(tmp_path / "kept") == {"ServerURL": HOST, "Username": "robot$ci", "Secret": SECRET}
    assert not run()["changed"]
    assert run(state="absent")["changes"] == ["log out"]
    assert not (tmp_path / "kept").exists()
    assert document(path) == {"credsStore": "test", "auths": {}}


# --- users


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user can reach; other runs of pytest close pytest's own whenever they start."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def folders(place: Path, uid: int, gid: int) -> tuple[Path, Path]:
    """A folder of another user, who can reach it, and the path of one of root's beside it."""
    own = place / "own"
    own.mkdir()
    os.chown(own, uid, gid)
    return own, place / "roots"


@ROOT_ONLY
def test_the_work_is_done_with_the_rights_of_the_user(run: Run, shared: Path) -> None:
    """A link in a user's folder leads root nowhere, and what is made belongs to the user."""
    nobody = account("nobody")
    own, roots = folders(shared, nobody.uid, nobody.gid)
    roots.mkdir()
    (roots / "secret.json").write_text('{"auths": {}}', encoding="utf-8")
    (roots / "secret.json").chmod(0o600)
    (own / "trap.json").symlink_to(roots / "secret.json")
    (own / "new.json").symlink_to(roots / "new.json")
    (roots / "open.json").write_text("{}", encoding="utf-8")
    (roots / "open.json").chmod(0o644)
    (own / "open.json").symlink_to(roots / "open.json")

    done = run(user="nobody", path=str(own / "a" / "config.json"))
    assert done["changed"], done
    found = (own / "a" / "config.json").stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (nobody.uid, nobody.gid, 0o600)
    assert (own / "a").stat().st_uid == nobody.uid
    assert not run(user="nobody", path=str(own / "a" / "config.json"))["changed"]

    assert "trap.json cannot be read: Permission denied; it belongs to root" in run(user="nobody", path=str(own / "trap.json"))["msg"]
    for name in ("new", "open"):
        for check in (True, False):
            failed = run(user="nobody", path=str(own / f"{name}.json"), _ansible_check_mode=check)
            assert "cannot be written: nobody may not write in" in failed["msg"]
    assert (roots / "open.json").read_text(encoding="utf-8") == "{}"
    assert sorted(path.name for path in roots.iterdir()) == ["open.json", "secret.json"]

    assert "and root follows nobody's paths: say user: nobody" in run(path=str(own / "a" / "config.json"))["msg"]


@ROOT_ONLY
def test_what_a_user_cannot_see_hides_nothing(run: Run, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = account("nobody")
    own, roots = folders(shared, nobody.uid, nobody.gid)
    roots.mkdir(0o700)
    (roots / "auth.json").write_text("not JSON", encoding="utf-8")
    monkeypatch.setattr(registry_auth, "account", lambda name: nobody._replace(home=str(own)))
    monkeypatch.setattr(registry_auth, "_passing", lambda client, who: [str(roots / "auth.json"), str(roots / "none.json")])
    assert run(client="podman", user="nobody")["changes"] == ["log in as robot$ci"]


@ROOT_ONLY
def test_a_file_of_somebody_else_in_ones_own_folder_becomes_ones_own(run: Run, shared: Path) -> None:
    nobody = account("nobody")
    own = folders(shared, nobody.uid, nobody.gid)[0]
    path = own / "config.json"
    path.write_text(json.dumps({"auths": {HOST: {"auth": AUTH}}}), encoding="utf-8")
    path.chmod(0o644)
    done = run(user="nobody", path=str(path))
    assert done["changes"] == ["set mode 0600", "set owner nobody"]
    assert path.stat().st_uid == nobody.uid


def test_it_needs_nothing_of_the_way_to_harbor() -> None:
    """The module runs on servers, where requests need not be."""
    import subprocess

    program = "import sys; sys.modules['requests'] = None\nimport ansible_collections.harbormaster.robots.plugins.modules.registry_auth\n"
    program += "print([name for name in sys.modules if name.endswith(('._harbor.http', '._harbor.api'))])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
