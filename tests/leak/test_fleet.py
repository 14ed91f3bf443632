# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleets: no secret is written anywhere, those that were made are usable, and nothing else is hidden."""

from __future__ import annotations

import base64
import json
import re
import typing as t

import pytest

from tests.leak.conftest import Harbors
from tests.leak.runs import Run, Way
from tests.vault.app import Vault

MASKS = ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********", "sealed")
# Ansible's own words, those of 2.16 and those of 2.19.
NO_ASYNC = r"async is not supported for this task|does not support async"


def check(harbors: Harbors, done: Run) -> None:
    """What holds for every run: it went to its end, nothing leaks, and what was registered is whole."""
    assert done.code == 0, done.output[-4000:]
    assert {"log", "tree", "junit", "syslog"} <= done.written()
    assert done.hits(harbors.all_secrets(done)) == []
    registered = json.dumps(done.told)
    assert [mask for mask in MASKS if mask in registered] == []


def times(done: Run, pattern: str) -> int:
    return len(re.findall(pattern, done.output))


def credentials(told: dict[str, t.Any]) -> dict[str, t.Any]:
    """What a task made, which its robots have as well."""
    made: dict[str, t.Any] = told["credentials"]
    assert {one["key"]: one["secret"] for one in told["robots"] if "secret" in one} == {key: one["secret"] for key, one in made.items()}
    return made


@pytest.mark.parametrize("way", [Way(), Way("ssh", "minimal", pipelining=True)], ids=str)
def test_fleets(harbors: Harbors, way: Way) -> None:
    done = harbors.run("fleet.yml", way)
    check(harbors, done)
    told = done.told

    # Secrets that were made are there, by stored name, and log in; those of the user log in and are not returned.
    made = credentials(told["created"])
    assert list(made) == ["shop+given-a", "shop+given-b"]
    assert list(credentials(told["refreshed"])) == ["shop+own-a"]
    first, second = told["looped"]["results"]
    assert (credentials(first), list(credentials(second))) == ({}, ["shop+loop-b"])
    assert list(credentials(told["one_letter"])) == ["shop+six-x-axe"]
    for given in (made["shop+given-b"], told["refreshed"]["credentials"]["shop+own-a"]):
        assert harbors.logs_in(given["username"], given["secret"])
    for name, number in (("own-c", 2), ("given-a", 4), ("loop-a", 5)):
        assert harbors.logs_in(f"robot$shop+{name}", harbors.secrets[f"own{number}"]) is (name != "loop-a"), "the purge came last"
    assert all(credentials(told[name]) == {} for name in ("predicted", "converged", "warned", "drifted"))
    assert told["one_letter"]["robots"][0]["robot"]["description"] == "x"

    # What failed half-way: the secrets of what was made are in the result, and log in.
    half = told["half"]
    assert half["failed"]
    assert credentials(half)
    for key in ("shop+given-a", "shop+given-b"):
        assert harbors.logs_in("robot$" + key, half["credentials"][key]["secret"], harbors.broken.url)

    # The rest is in sight.
    for text, count in (("predicted", 4), ("created", 4), ("given", 3), ("changed", 1), ("loop", 2)):
        assert times(done, rf"\+shop\+[\w-]+: description: seen-{text}\b") == count, text
    assert times(done, r"own-b: is disabled, so it was left alone") >= 1
    assert times(done, "its secret no longer logs in") >= 1
    assert times(done, r"request id id-half-\w{8}\)") >= 1
    assert times(done, r"request id id-password-\w{8}\)") >= 1
    for words in (
        "secret does not follow Harbor's rule",
        r"option secrt does not exist \(did you mean secret",
        "is not a mapping of options",
    ):
        assert times(done, words) >= 1, words
    assert times(done, "defaults: secret belongs to each declaration alone") >= 1
    assert told["purged"]["purged"] == ["shop+loop-a", "shop+loop-b"]
    assert told["background"]["failed"]
    assert re.search(NO_ASYNC, told["background"]["msg"])


@pytest.mark.parametrize("way", [Way(), Way("ssh", "minimal", pipelining=True)], ids=str)
def test_stores(harbors: Harbors, way: Way) -> None:
    """What a store keeps is handed out, logs in, and is written nowhere but into the encrypted file, Vault and a log-in."""
    vault, logins = Vault(role_id=harbors.secrets["own2"], secret_id=harbors.secrets["own3"]), harbors.folder / "logins"
    logins.mkdir()
    with vault.serving():
        harbors.variables |= {"vault_url": vault.url, "logins": str(logins)}
        done = harbors.run("stores.yml", way)
    harbors.secrets |= {f"token{number}": token for number, token in enumerate(vault.given)}
    check(harbors, done)
    told = done.told
    made = told["created"]["credentials"]
    assert sorted(made) == told["created"]["stored"] == ["shop+kept-a", "shop+kept-b"]
    assert (told["converged"]["credentials"], told["converged"]["changed"]) == (made, False)
    assert told["drifted"]["failed"]
    assert "shop+kept-a" in told["drifted"]["msg"]
    first, second = told["refreshed"]["results"]
    assert first["stored"] == ["shop+kept-a"]
    assert first["credentials"]["shop+kept-a"]["secret"] != made["shop+kept-a"]["secret"]
    assert (second["changed"], second["credentials"]) == (False, {"shop+kept-b": made["shop+kept-b"]})
    for one in (first["credentials"]["shop+kept-a"], made["shop+kept-b"]):
        assert harbors.logs_in(one["username"], one["secret"])
    assert sorted(told["role"]) == ["shop+kept-a", "shop+kept-b"]
    assert told["role"]["shop+kept-a"]["password"] == first["credentials"]["shop+kept-a"]["secret"]
    assert harbors.logs_in("robot$shop+role-own", harbors.secrets["own1"])
    assert "it is not encrypted" in told["unreadable"]["msg"]
    assert times(done, r"put: it ended with 1: .*[*]{8}") > 0, "the program repeats on standard error what it is told"
    assert times(done, "seen-kept") > 0

    (vaulted,) = told["vaulted"]["credentials"].values()
    assert vault.kept["harbor/shop+kept-d"][-1].data == vaulted
    assert harbors.logs_in(vaulted["username"], vaulted["secret"])
    assert "invalid role or secret ID" in told["closed"]["msg"]
    written = json.loads((logins / "config.json").read_text(encoding="utf-8"))["auths"][vaulted["registry"]]["auth"]
    assert base64.b64decode(written).decode() == f"{vaulted['username']}:{vaulted['secret']}"
    assert times(done, "the store has no secret of seen-nobody that is known to log in") > 0
