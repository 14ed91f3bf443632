# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every store does, and what each says when it cannot."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar, trust_as_template

from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Entry, StoreError
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_command import CommandStore
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_file import Cipher, FileStore
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_hashi_vault import HashiVaultStore, Lookups
from ansible_collections.harbormaster.robots.plugins.plugin_utils._stores import store_of
from tests.stores.conftest import IDENTITIES, documented, in_vault
from tests.vault.app import Vault, Version

WHOLE = Entry("S3cret-one", "S3cret-two", "robot$shop+ci", "harbor.example.com:8443", "2027-01-01T00:00:00Z")
HEAD = "version: 1\nrobots:\n"

Open = Callable[[], Any]


def test_what_is_written_is_read(make_store: Open) -> None:
    make_store().read([])
    store = make_store()
    assert store.read(["shop+ci", "mirror"]) == {}
    store.write({"shop+ci": (None, WHOLE), "mirror": (None, Entry("S3cret-three"))})
    assert make_store().read(["shop+ci", "gone"]) == {"shop+ci": WHOLE}


def test_others_survive(make_store: Open) -> None:
    store = make_store()
    assert store.read(["a", "b"]) == {}
    store.write({"a": (None, Entry("A"))})
    store.write({"b": (None, Entry(pending="B"))})
    store.write({"b": (Entry(pending="B"), Entry("B"))})
    assert make_store().read(["a", "b"]) == {"a": Entry("A"), "b": Entry("B")}


def test_nobody_is_overwritten(make_store: Open) -> None:
    """All of it is refused when one entry is not what it was when it was read."""
    first, second = make_store(), make_store()
    assert first.read(["a", "b"]) == second.read(["a", "b"]) == {}
    second.write({"a": (None, Entry("theirs"))})
    with pytest.raises(StoreError, match="a"):
        first.write({"a": (None, Entry("ours")), "b": (None, Entry("ours"))})
    assert make_store().read(["a", "b"]) == {"a": Entry("theirs")}


def test_two_at_once_lose_nothing(make_store: Open, request: pytest.FixtureRequest) -> None:
    if "careless" in request.node.name:
        return  # its writers see each other, but what they write passes the program one by one all the same
    names = [f"robot-{number}" for number in range(12)]

    def write(name: str) -> None:
        store = make_store()
        store.read([name])
        store.write({name: (None, Entry(name))})

    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert make_store().read(names) == {name: Entry(name) for name in names}


# --- files


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets.yml"


def test_a_file_is_encrypted_and_private(path: Path) -> None:
    FileStore(str(path), Cipher(IDENTITIES)).write({"ci": (None, WHOLE)})
    assert path.read_text().startswith("$ANSIBLE_VAULT;1.1;AES256")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir() if one.name not in (path.name, f".{path.name}.lock")] == []


def test_the_identity_that_encrypts_can_be_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible import constants

    identities = [("one", VaultSecret(b"1")), ("two", VaultSecret(b"2"))]
    monkeypatch.setattr(constants.config, "get_config_value", lambda name: "two" if name == "DEFAULT_VAULT_ENCRYPT_IDENTITY" else None)
    FileStore(str(path), Cipher(identities)).write({"ci": (None, WHOLE)})
    assert path.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;two")
    assert FileStore(str(path), Cipher(identities)).read(["ci"]) == {"ci": WHOLE}


def test_who_could_read_a_file_goes_on_reading_it(path: Path) -> None:
    """Another identity that comes first in a run does not lock out those who have only the one that encrypted the file."""
    one, two = ("one", VaultSecret(b"1")), ("two", VaultSecret(b"2"))
    FileStore(str(path), Cipher([two])).write({"ci": (None, WHOLE)})
    FileStore(str(path), Cipher([one, two])).write({"mirror": (None, WHOLE)})
    assert path.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;two")
    assert FileStore(str(path), Cipher([two])).read(["ci", "mirror"]) == {"ci": WHOLE, "mirror": WHOLE}


def test_check_mode_looks_for_what_would_keep_a_file_from_being_written(path: Path, tmp_path: Path) -> None:
    FileStore(str(path), Cipher(IDENTITIES)).rehearse()
    FileStore(str(path), None).rehearse()
    with pytest.raises(StoreError, match="no vault identity"):
        FileStore(str(path), Cipher([])).rehearse()
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot be written: .* is not a folder"):
        FileStore(str(tmp_path / "file" / "secrets.yml"), None).rehearse()
    assert not path.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"type": "file", "path": ""}, "path is required with type=file"),
        ({"type": "command", "command": []}, "command is required with type=command"),
        ({"type": "hashi_vault", "path": None}, "path is required with type=hashi_vault"),
        ({"type": "file", "pth": "x"}, "option pth does not exist (did you mean path?); path is required with type=file"),
        ({"type": "command", "command": ["x"], "timeout": -1}, "timeout -1 is not valid: seconds, more than 0"),
        ({"type": "file", "path": "x", "command": ["x"]}, "command does not go with type=file"),
    ],
)
def test_descriptions_that_are_wrong(options: dict[str, Any], words: str) -> None:
    loader = DataLoader()
    with pytest.raises(StoreError) as told:
        store_of(options, loader, Templar(loader), {})
    assert str(told.value) == f"store: {words}"


def test_a_link_is_followed(path: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    path.symlink_to(tmp_path / "there" / "secrets.yml")
    FileStore(str(path), None).write({"ci": (None, WHOLE)})
    assert path.is_symlink()
    assert "S3cret-one" in (tmp_path / "there" / "secrets.yml").read_text()


@pytest.mark.parametrize(
    "content, words",
    [
        ("a: [", "it is not YAML"),
        ("- a", "it is no store of robots"),
        ("", "it is no store of robots"),
        ("version: 2\nrobots: {}", "its version is 2"),
        (HEAD + "  ci: S3cret-one", "the entry of ci is not a mapping"),
        (HEAD + "  ci: {secret: S3cret-one, password: x}", "the entry of ci has unknown members: password"),
        (HEAD + "  ci: {secret: ''}", "the entry of ci is damaged: secret is no text"),
        (HEAD + "  ci: {secret: 12345678, username: [S3cret-one]}", "the entry of ci is damaged: secret and username are no text"),
        (HEAD + "  ci: {username: x}", "the entry of ci has no secret"),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162", "it is encrypted, and format=plain"),
    ],
)
def test_odd_files(path: Path, content: str, words: str) -> None:
    path.write_text(content)
    with pytest.raises(StoreError, match=words) as told:
        FileStore(str(path), None).read(["other"])
    assert str(path) in str(told.value)
    assert "S3cret-one" not in str(told.value)


def test_the_wrong_vault_password(path: Path) -> None:
    FileStore(str(path), Cipher(IDENTITIES)).write({"ci": (None, WHOLE)})
    with pytest.raises(StoreError, match="cannot be decrypted"):
        FileStore(str(path), Cipher([("default", VaultSecret(b"another"))])).read(["ci"])


def test_clear_text_has_to_be_asked_for(path: Path) -> None:
    FileStore(str(path), None).write({"ci": (None, WHOLE)})
    with pytest.raises(StoreError, match="it is not encrypted"):
        FileStore(str(path), Cipher(IDENTITIES)).read(["ci"])


def test_no_identity_to_encrypt_with(path: Path) -> None:
    with pytest.raises(StoreError, match="no vault identity"):
        FileStore(str(path), Cipher([])).write({"ci": (None, WHOLE)})
    assert not path.exists()


def test_what_cannot_be_read_is_not_taken_for_absent(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match="is not a file"):
        FileStore(str(path), None).read(["ci"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")
def test_the_file_keeps_its_owner(path: Path) -> None:
    """As in a container where root works in a folder of somebody outside."""
    path.parent.mkdir(exist_ok=True)
    FileStore(str(path), None).write({"ci": (None, WHOLE)})
    for one in (path.parent, path):
        os.chown(one, 12345, 12345)
    FileStore(str(path), None).write({"ci": (WHOLE, Entry("S3cret-new"))})
    assert path.stat().st_uid == 12345


def test_who_edits_the_file_meanwhile_is_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an editor, which knows nothing of the lock."""
    store = FileStore(str(path), None)
    store.write({"ci": (None, WHOLE)})
    load = store._load

    def edited() -> Any:
        found = load()
        path.write_text(path.read_text() + "# by hand\n")
        return found

    monkeypatch.setattr(store, "_load", edited)
    with pytest.raises(StoreError, match="somebody else wrote it meanwhile"):
        store.write({"ci": (WHOLE, Entry("S3cret-new"))})
    assert path.read_text().endswith("# by hand\n")


def test_a_write_that_fails_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(str(path), None)
    store.write({"ci": (None, WHOLE)})
    before = path.read_text()

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StoreError, match="No space left on device"):
        store.write({"ci": (WHOLE, Entry("S3cret-new"))})
    assert path.read_text() == before
    assert sorted(one.name for one in path.parent.iterdir()) == [f".{path.name}.lock", path.name]


@pytest.mark.parametrize("folder", ["node", "job"])
def test_a_file_that_goes_with_a_job_of_awx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """AWX's node has one name for the folder, and the job may have another one, as in a container."""
    options = {"type": "file", "path": str(tmp_path / folder / "project" / "secrets.yml"), "format": "plain"}
    loader = DataLoader()
    monkeypatch.setenv("AWX_ISOLATED_DATA_DIR", str(tmp_path / "job" / "artifacts" / "5"))
    # Whoever runs ansible-runner by hand keeps the folder.
    store_of(options, loader, Templar(loader), {})
    monkeypatch.setenv("AWX_PRIVATE_DATA_DIR", str(tmp_path / "node"))
    with pytest.raises(StoreError, match="lies in the folder that AWX removes"):
        store_of(options, loader, Templar(loader), {})
    store_of({**options, "lasts": True}, loader, Templar(loader), {})
    store_of({**options, "path": str(tmp_path / "kept.yml")}, loader, Templar(loader), {})


# --- programs


def program(tmp_path: Path, text: str) -> CommandStore:
    file = tmp_path / "store.py"
    file.write_text(text)
    return CommandStore([sys.executable, str(file)], 5.0)


@pytest.mark.parametrize(
    "text, words",
    [
        ("print('no')", "get: its answer is not JSON"),
        ("print('[]')", "get: its answer has no entries"),
        ("import sys; sys.exit('denied by policy')", "get: it ended with 1: denied by policy"),
        ('print(\'{"entries": {"ci": {}}}\')', "get: the entry of ci has no secret"),
        ('print(\'{"entries": {}, "capabilities": 5}\')', "get: its capabilities are not a list"),
        ("import time; time.sleep(60)", "get: it took more than 0.5 s"),
    ],
)
def test_odd_answers(tmp_path: Path, text: str, words: str) -> None:
    store = program(tmp_path, text)
    store._timeout = 0.5 if "sleep" in text else 30.0
    with pytest.raises(StoreError, match=words):
        store.read(["ci"])


def test_no_such_program() -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        CommandStore(["/no/such/program"], 5.0).read(["ci"])


def test_what_a_program_says_of_secrets_is_masked(tmp_path: Path) -> None:
    store = program(tmp_path, "import sys; sys.exit('cannot write ' + sys.stdin.read())")
    store._checks = True
    with pytest.raises(StoreError, match="cannot write") as told:
        store.write({"ci": (None, WHOLE)})
    assert "S3cret" not in str(told.value)


def test_what_the_program_is_told(tmp_path: Path) -> None:
    store = CommandStore(documented(tmp_path), 30.0)
    store.read(["ci"])
    store.write({"ci": (None, WHOLE)})
    assert json.loads((tmp_path / "kept.json").read_text()) == {"ci": WHOLE.as_dict()}


# --- HashiCorp Vault and OpenBao


def error(store: Any, *keys: str) -> str:
    """What reading says that cannot be done."""
    with pytest.raises(StoreError) as caught:
        store.read(keys or ["shop+ci"])
    return str(caught.value)


def test_vault_has_one_secret_for_each_robot(vault: Vault) -> None:
    """At a path that policies can name, and each is asked for once."""
    store = in_vault(vault)
    assert store.read(["shop+ci", "mirror"]) == {}
    store.write({"shop+ci": (None, WHOLE), "mirror": (None, Entry("S3cret-three"))})
    assert {name: versions[-1].data for name, versions in vault.kept.items()} == {
        "harbor/shop+ci": WHOLE.as_dict(),
        "harbor/mirror": {"secret": "S3cret-three"},
    }
    assert vault.log == [
        ("GET", "secret/data/harbor/shop+ci", 404),
        ("GET", "secret/data/harbor/mirror", 404),
        ("POST", "secret/data/harbor/mirror", 200),
        ("POST", "secret/data/harbor/shop+ci", 200),
    ]


def test_vault_logs_in_once(vault: Vault) -> None:
    store = in_vault(vault, url=vault.url, auth_method="approle", role_id=vault.role_id, secret_id=vault.secret_id)
    assert store.read(["a", "b"]) == {}
    store.write({"a": (None, Entry("A"))})
    assert [path for _method, path, _code in vault.log].count("auth/approle/login") == 1
    wrong = in_vault(vault, url=vault.url, auth_method="approle", role_id=vault.role_id, secret_id="not-this-one")
    assert "invalid role or secret ID" in error(wrong)


def test_vault_takes_options_from_variables(vault: Vault) -> None:
    loader = DataLoader()
    variables = {"ansible_hashi_vault_url": vault.url, "ansible_hashi_vault_token": trust_as_template("{{ mine }}"), "mine": vault.token}
    store = HashiVaultStore(Lookups({}, loader, Templar(loader, variables), variables), "secret", "harbor")
    assert store.read(["a"]) == {}


@pytest.mark.parametrize("denied", ["sealed", "token", "read", "mount", "version 1", "gone", "deleted", "destroyed", "odd"])
def test_vault_does_not_prove_that_nothing_is_there(vault: Vault, denied: str) -> None:
    """What is refused, or no longer there, is never taken for absent; nothing is written."""
    kept: dict[str, list[Version]] = {
        "deleted": [Version({"secret": "A"}, deleted=True)],
        "destroyed": [Version(None)],
        "odd": [Version({"password": "A"})],
    }
    if denied in kept:
        vault.kept["harbor/shop+ci"] = kept[denied]
    vault.sealed = denied == "sealed"
    vault.forbidden = {("read", "harbor/shop+ci")} if denied == "read" else set()
    mounts = {"mount": "elsewhere", "version 1": "old"}
    token = "hvs.another" if denied == "token" else vault.token
    url = "http://127.0.0.1:9" if denied == "gone" else vault.url
    vault.first["data/harbor/shop+ci"] = {"data": "x"}
    said = error(in_vault(vault, mount=mounts.get(denied, "secret"), url=url, token=token))
    expected = {
        "sealed": "VaultDown: Vault is sealed",
        "token": "permission denied",
        "read": "permission denied",
        "mount": "no handler for route",
        "version 1": "not one of a KV engine, version 2",
        "gone": "Connection refused",
        "deleted": "its last version was deleted; undelete it",
        "destroyed": "its last version was destroyed",
        "odd": "unknown members: password",
    }
    assert expected[denied] in said and "harbor/shop+ci" in said and token not in said
    assert [entry for entry in vault.log if entry[0] != "GET"] == []


def test_vault_refuses_a_write(vault: Vault) -> None:
    """It says what was written before that, and no secret."""
    store = in_vault(vault)
    store.read(["a", "b"])
    vault.forbidden = {("create", "harbor/b")}
    with pytest.raises(StoreError) as caught:
        store.write({"a": (None, Entry("S3cret-one")), "b": (None, Entry("S3cret-two"))})
    assert "permission denied" in str(caught.value) and "written before that: a" in str(caught.value)
    assert "S3cret" not in str(caught.value)


def test_vault_of_version_1_is_no_place_to_write(vault: Vault) -> None:
    """It has no check-and-set, and says that nothing is there just as version 2 does."""
    store = in_vault(vault, mount="old", url=vault.url, token=vault.token)
    assert store.read(["a"]) == {}
    with pytest.raises(StoreError, match="not one of a KV engine, version 2"):
        store.write({"a": (None, Entry("A"))})


def test_vault_options_that_nothing_reads(vault: Vault) -> None:
    said = error(in_vault(vault, url=vault.url, tokn="x", engine_mount_point="y"))
    assert "options has no engine_mount_point and no tokn" in said and "role_id" in said
    assert vault.log == []


def test_vault_needs_a_collection(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup_loader, "get", lambda *arguments, **options: None)
    assert "ansible-galaxy collection install community.hashi_vault" in error(in_vault(vault))
