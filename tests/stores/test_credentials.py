# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup that hands out what a store has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar

from ansible_collections.harbormaster.robots.plugins.plugin_utils._store import Entry
from ansible_collections.harbormaster.robots.plugins.plugin_utils._store_file import FileStore

WHOLE = Entry("S3cret-one", None, "robot$shop+ci", "harbor.example.com", "2027-01-01T00:00:00Z")
Look = Callable[..., Any]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Calls the lookup for some keys; the store has one that is confirmed, one that is not, and one that is both."""
    store = FileStore(str(tmp_path / "kept.yml"), None)
    entries = {"shop+ci": WHOLE, "pending": Entry(pending="S3cret-two"), "both": Entry("S3cret-three", "S3cret-four")}
    store.write({key: (None, entry) for key, entry in entries.items()})
    loader = DataLoader()
    plugin = lookup_loader.get("harbormaster.robots.credentials", loader=loader, templar=Templar(loader))

    def call(*keys: str, **instead: Any) -> Any:
        return plugin.run(list(keys), variables={}, store={"type": "file", "path": store.path, "format": "plain", **instead})

    return call


def test_what_is_confirmed_is_handed_out(look: Look) -> None:
    assert look("shop+ci") == [
        {
            "username": "robot$shop+ci",
            "password": "S3cret-one",
            "registry": "harbor.example.com",
            "expires_at": "2027-01-01T00:00:00Z",
        }
    ]
    assert look() == []
    assert look(["shop+ci", "shop+ci"]) == look("shop+ci", "shop+ci")  # as from a variable that holds a list


def test_what_is_not_is_told(look: Look) -> None:
    """All of it at once, and no secret."""
    with pytest.raises(AnsibleLookupError, match="no secret of pending, both, gone that is known to log in; a run of") as caught:
        look("shop+ci", "pending", "both", "gone")
    assert "S3cret" not in str(caught.value)


def test_wrong_stores(look: Look) -> None:
    with pytest.raises(AnsibleLookupError, match="it is not encrypted"):
        look("shop+ci", format="vault")
    with pytest.raises(AnsibleLookupError, match="store: timeout does not go with type=file"):
        look("shop+ci", timeout=3)
