# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that only its owner may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._login import private_file
from ansible_collections.harbormaster.robots.plugins.module_utils._login.private_file import (
    FileFault,
    Moved,
    read,
    refuse_unwritable,
    replace,
    user_name,
)

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root has files of others to be careful with")
NOBODY = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_that_is_not_there_is_made_with_its_folders(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        content = read(str(tmp_path / "a" / "b" / "config.json"))
        assert (content.raw, content.mark) == (None, ())
        refuse_unwritable(content)
        replace(content, b"{}")
    finally:
        os.umask(before)
    made = tmp_path / "a" / "b" / "config.json"
    assert made.read_bytes() == b"{}"
    assert [mode(path) for path in (made, made.parent, made.parent.parent)] == [0o600, 0o700, 0o700]
    assert [path.name for path in made.parent.iterdir()] == ["config.json"]


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    with path.open("rb") as opened:
        content = read(str(path))
        assert (content.raw, content.mode, content.uid) == (b"old", 0o644, os.geteuid())
        replace(content, b"new")
        assert opened.read() == b"old", "the old file was written to"
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)


def test_it_is_written_through_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "real" / "link.json").symlink_to("there.json")
    content = read(str(tmp_path / "folder" / "link.json"))
    assert content.target == str(tmp_path / "real" / "there.json")
    replace(content, b"{}")
    assert (tmp_path / "real" / "link.json").is_symlink()
    assert (tmp_path / "real" / "there.json").read_bytes() == b"{}"


def test_what_somebody_else_wrote_meanwhile_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    absent = read(str(path))
    path.write_bytes(b"theirs")
    with pytest.raises(Moved):
        replace(absent, b"ours")
    there = read(str(path))
    path.write_bytes(b"their second")
    with pytest.raises(Moved):
        replace(there, b"ours")
    assert path.read_bytes() == b"their second"
    assert [one.name for one in tmp_path.iterdir()] == ["config.json"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(b"old")
    content = read(str(path))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private_file.os, "fsync", full)
    with pytest.raises(FileFault, match=r"config.json cannot be written: No space left on device"):
        replace(content, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["config.json"]


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name, says in (("pipe", "is not a file"), ("loop", "cannot be read"), (".", "is not a file")):
        with pytest.raises(FileFault, match=says):
            read(str(tmp_path / name))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileFault, match="Not a directory"):
        read(str(tmp_path / "file" / "config.json"))


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("file/there.json")
    content = read(str(tmp_path / "dangling"))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileFault, match="file is not a folder"):
        refuse_unwritable(content)
    with pytest.raises(FileFault, match="cannot be written"):
        replace(content, b"{}")


@ROOT_ONLY
def test_root_follows_nobodys_paths(tmp_path: Path) -> None:
    """Neither a link nor a folder that a user could change must lead root anywhere."""
    target = tmp_path / "target.json"
    target.write_bytes(b"{}")
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.json").symlink_to(target)
    assert read(str(home / "config.json")).raw == b"{}"

    os.lchown(home / "config.json", NOBODY, NOBODY)
    with pytest.raises(FileFault, match=f"config.json belongs to {user_name(NOBODY)}, .* say user: {user_name(NOBODY)}"):
        read(str(home / "config.json"))
    (tmp_path / "way").symlink_to("home/config.json")
    with pytest.raises(FileFault, match="belongs to"):
        read(str(tmp_path / "way"))
    os.chown(home, NOBODY, NOBODY)
    for path in (home / "new.json", home / ".." / "home" / "." / "new.json"):
        with pytest.raises(FileFault, match="home belongs to"):
            read(str(path))


@ROOT_ONLY
def test_root_writes_nothing_where_everybody_may(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(FileFault, match="everybody may write in"):
        read(str(tmp_path / "open" / "config.json"))
    (tmp_path / "open").chmod(0o1777)
    assert read(str(tmp_path / "open" / "config.json")).raw is None


def test_a_user_without_a_name_has_a_number() -> None:
    assert user_name(2**31 - 7) == str(2**31 - 7)
