# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The search itself: it would find what leaks."""

from __future__ import annotations

import base64
import json
import urllib.parse
from pathlib import Path

import pytest

from tests.leak.conftest import Harbors
from tests.leak.runs import Way
from tests.leak.search import Searcher, private

SECRETS = ("Aa1" + "b" * 20, 'Aa1"\\/ +$%ü-_?', "Zz9~~~~>>>>")


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
def test_finds_every_form(secret: str, before: str, after: str) -> None:
    """Whatever stands around a secret, and however it is written."""
    search = Searcher({"it": secret})
    whole = before + secret + after
    written = [
        whole,
        json.dumps(whole),
        json.dumps(json.dumps({"a": whole})),
        repr(whole),
        urllib.parse.quote(whole),
        urllib.parse.urlencode({"secret": whole}),
        base64.b64encode(whole.encode()).decode(),
        base64.urlsafe_b64encode(whole.encode()).decode(),
        base64.b64encode(json.dumps({"secret": whole}).encode()).decode(),
    ]
    missed = [text for text in written if not search.bytes("", text.encode())]
    assert not missed
    assert not search.bytes("", whole.replace(secret[3:], "").encode())


def test_sees_who_can_read(tmp_path: Path) -> None:
    """A file counts as private when it or a folder above it is closed, up to the folder that is looked at."""
    tmp_path.chmod(0o700)
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o755 if name == "open" else 0o700)
        for mode in (0o644, 0o600):
            file = tmp_path / name / f"{mode:o}"
            file.write_text("")
            file.chmod(mode)
    found = {str(file.relative_to(tmp_path)): private(file, tmp_path) for file in tmp_path.rglob("*") if file.is_file()}
    assert found == {"open/644": False, "open/600": True, "closed/644": True, "closed/600": True}


def test_finds_leaks_in_every_place(harbors: Harbors) -> None:
    """A playbook that lets its secrets out is caught wherever it does."""
    done = harbors.run("control.yml", Way())
    assert done.code == 0, done.output
    hits = done.hits(harbors.secrets)
    assert {"own0", "own1", "own2", "own5", "own10", "own15"} <= {hit.secret for hit in hits if hit.place == "output"}
    assert {"plain", "base64", "URL-encoded"} <= {hit.form for hit in hits if hit.place == "output"}
    assert {"output", "log", "junit", "syslog", "facts"} <= {hit.place.split("/")[0] for hit in hits}
    # The callback tree overwrites its file at each task.
    kept = {hit.secret for hit in hits if hit.place.endswith("-harbor")}
    assert "own0" in kept
    assert [hit.secret for hit in hits if hit.place.endswith("-passing")] == ["own30"]
