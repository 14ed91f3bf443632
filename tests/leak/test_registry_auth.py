# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The passwords of log-ins are in the files that are meant to have them, and nowhere else."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from tests.leak.conftest import LETTER, Harbors
from tests.leak.runs import Way
from tests.leak.test_leak import NO_ASYNC, check, results, times


@pytest.fixture
def logins(harbors: Harbors) -> Path:
    """The folder of the files, with one that is none, and one of a helper that says everything it knows."""
    folder = harbors.folder / "logins"
    folder.mkdir()
    (folder / "broken.json").write_text('{"auths": oops}', encoding="utf-8")
    (folder / "helped.json").write_text('{"credsStore": "loud"}', encoding="utf-8")
    helper = folder / "docker-credential-loud"
    helper.write_text(
        '#!/bin/sh\n[ "$1" = get ] && { echo credentials not found in native keychain; exit 1; }\nprintf "seen-loud "; cat; exit 1\n',
        encoding="utf-8",
    )
    helper.chmod(0o755)
    harbors.variables["logins"] = str(folder)
    return folder


@pytest.mark.parametrize("way", [Way(), Way("ssh", "minimal", pipelining=True), Way("ssh", check=True, kept=True)], ids=str)
def test_log_ins(harbors: Harbors, logins: Path, way: Way) -> None:
    """Alone, in loops and in the role; right, wrong and refused."""
    done = harbors.run("registries.yml", way)
    # The one message in which a secret was masked, and with it the words around stay.
    helped = done.told.pop("helped")
    check(harbors, done)

    if not way.check:
        auths = json.loads((logins / "config.json").read_text(encoding="utf-8"))["auths"]
        wanted = {"one.example.com": ("seen-one", 1), "two.example.com": ("seen-two", 2), "three.example.com": ("seen-three", 3)}
        for registry, (username, number) in wanted.items():
            own = harbors.secrets[f"own{number}"]
            assert auths[registry] == {"auth": base64.b64encode(f"{username}:{own}".encode()).decode()}
        assert [done.told[name]["changed"] for name in ("one", "one_again", "another")] == [True, False, True]
    assert json.loads((logins / "helped.json").read_text(encoding="utf-8")) == {"credsStore": "loud"}

    # A password of one letter, which is part of everything, spoils nothing.
    letter = done.told["one_letter"]
    assert LETTER == "x"
    assert letter["changes"] == ["log in as six-x-axe"]
    assert letter["path"] == str(logins / "config.json")

    # What changes is in sight, also where items are hidden, and what goes wrong is said.
    for text in ("seen-one", "seen-two", "seen-three", "seen-four"):
        assert times(done, rf"\+\w+\.example\.com: {text} \(in config\.json\)") >= 1, text
    assert len(results(done, "loop_held")) == 2
    assert "broken.json is not used: it is not valid JSON, line 1 column 11" in done.told["broken"]["msg"]
    assert "Wrong input, nothing was changed; 2 faults" in done.told["wrong_input"]["msg"]
    (refused,) = results(done, "refused")
    assert "refused the log-in of robot$seen-refused" in refused["msg"]
    assert times(done, r"refused the log-in of robot\$seen-refused") >= 1
    assert times(done, r"refused the log-in of robot\$seen-role") >= 1
    if not way.check:
        assert "docker-credential-loud store failed with exit code 1: seen-loud" in helped["msg"]
    assert re.search(NO_ASYNC, done.told["background"]["msg"])
