# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is written anywhere, all of them are usable, and nothing else is hidden."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from tests.leak.conftest import LETTER, Harbors
from tests.leak.runs import Run, Way
from tests.leak.search import Searcher

MASKS = ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********", "sealed")
# Ansible's own words, those of 2.16 and those of 2.19.
NO_ASYNC = r"async is not supported for this task|does not support async"


def check(harbors: Harbors, done: Run) -> None:
    """What holds for every run: it went to its end, nothing leaks, and what was registered is whole."""
    assert done.code == 0, done.output[-4000:]
    assert {"log", "tree", "junit", "syslog"} <= done.written()
    secrets = harbors.all_secrets(done)
    assert done.hits(secrets) == []
    registered = json.dumps(done.told)
    assert [mask for mask in MASKS if mask in registered] == []


def times(done: Run, text: str) -> int:
    """How often the output has a text, which may be a regular expression."""
    return len(re.findall(text, done.output))


def results(done: Run, name: str) -> list[dict[str, t.Any]]:
    """What was registered under a name: the only result, or those of a loop."""
    told = done.told[name]
    return list(told.get("results", [told]))


@pytest.mark.parametrize("way", [Way()], ids=str)
def test_robots(harbors: Harbors, way: Way) -> None:
    """Robots are made and changed, alone and in loops."""
    done = harbors.run("robots.yml", way)
    check(harbors, done)
    assert "facts" in done.written()

    # Secrets that Harbor made are in the results and log in; those of the user log in and are not returned.
    given = [one for name in ("created_given", "loop_given", "one_letter") for one in results(done, name)]
    assert [harbors.logs_in(one["username"], one["secret"]) for one in given] == [True] * 4
    own = {"own": 1, "loop-a": 2, "nested": 4}
    assert all(harbors.logs_in(f"robot$shop+{name}", harbors.secrets[f"own{number}"]) for name, number in own.items())
    silent = [name for name in done.told if name not in ("created_given", "loop_given", "one_letter")]
    assert [one["secret"] for name in silent for one in results(done, name) if "secret" in one] == []

    # A password of one letter, which is part of everything, spoils nothing.
    letter = done.told["one_letter"]
    assert LETTER == "x"
    assert (letter["username"], letter["robot"]["name"], letter["robot"]["description"]) == ("robot$shop+six-x-axe", "six-x-axe", "x")

    # What changes is in sight, also where secrets are.
    for text in ("created", "given", "changed", "loop-loop-a", "loop-loop-b", "loop-loop-c", "loop-loop-d", "predicted"):
        assert times(done, rf"\+description: seen-{text}\b") == 1, text
    assert times(done, r"-description: seen-loop-loop-b\b") == 1
    assert times(done, r"\[WARNING\]: (harbor: )?robot shop\+asleep: is disabled, so it was left alone") == 1
    assert [one["changed"] for one in results(done, "predicted") + results(done, "predicted_given")] == [True, True]


@pytest.mark.parametrize("way", [Way("ssh", "minimal", check=True)], ids=str)
def test_robots_in_check_mode(harbors: Harbors, way: Way) -> None:
    """A prediction shows its diff and no secret, and makes nothing."""
    done = harbors.run("robots.yml", way)
    check(harbors, done)
    assert all(one["changed"] for name in ("created_own", "created_given", "loop_own", "loop_given") for one in results(done, name))
    assert times(done, r"\+description: seen-created\b") == 1
    assert times(done, r"\+description: seen-loop-loop-a\b") == 1
    assert [entry for entry in harbors.sound.log() if entry["method"] in ("PUT", "PATCH", "DELETE")] == []


@pytest.mark.parametrize("way", [Way("ssh", kept=True)], ids=str)
def test_files_are_private(harbors: Harbors, way: Way) -> None:
    """While the modules run, their options lie in files that nobody else can read, even where the user masks nothing."""
    done = harbors.run("robots.yml", way)
    check(harbors, done)
    found = Searcher(harbors.secrets).folder(done.root / "home")
    assert {"own0", "own2", "password"} <= {hit.secret for hit in found}, "the files of the modules are not where they were looked for"


FAILURES = [Way("local", "minimal"), Way("ssh", "default", pipelining=True)]


@pytest.mark.parametrize("way", FAILURES, ids=str)
def test_failures_of_robots(harbors: Harbors, way: Way) -> None:
    """A failing task hides its secrets, and shows its message with request id and advice, once where Ansible does not repeat itself."""
    done = harbors.run("failures.yml", way)
    check(harbors, done)
    url = harbors.broken.url

    # Robots that were made, although the task failed: their secrets are not lost.
    for one in results(done, "half") + results(done, "loop_half"):
        assert one["failed"]
        assert one["changed"]
        assert harbors.logs_in(one["username"], one["secret"], url)
        assert one["error"]["request_id"] in one["msg"]
    for name, number in (("unsure", 1), ("loop_unsure", 2)):
        (one,) = results(done, name)
        assert one["failed"]
        assert one["secret"]
        assert harbors.logs_in(one["username"], harbors.secrets[f"own{number}"], url)
    retried = done.told["retried"]
    assert (retried["changed"], retried["attempts"]) == (True, 2)
    assert harbors.logs_in(retried["username"], retried["secret"], url)

    # The output says everything else, and says it once.
    for name in ("half", "loop-half-a", "loop-half-b", "unsure", "loop-unsure"):
        assert times(done, rf"request id id-{name}-\w{{8}}\)") == 1, name
        (line,) = re.findall(rf".*request id id-{name}-.*", done.output)
        assert "keep it, for Harbor shows it only once. Run it again" in line
    for name in ("loop-password", "loop-token"):
        assert times(done, rf"request id id-{name}-\w{{8}}\)") == 1, name
    assert times(done, r"request id id-password-\w{8}\)") >= 1
    assert times(done, "name 'Wrong' is not valid") >= 1
    assert times(done, "name 'Wrong-too' is not valid") == 1
    assert times(done, r"\+description: seen-retried\b") == 1

    # The background would write results to a file.
    assert done.told["background"]["failed"]
    assert re.search(NO_ASYNC, done.told["background"]["msg"])
    assert times(done, NO_ASYNC) >= 1
    assert not [entry for entry in harbors.sound.log() if entry["method"] == "POST" and entry["path"].endswith("/robots")]


@pytest.mark.parametrize("way", [Way(callback="minimal", pipelining=True), Way("ssh")], ids=str)
def test_secrets_projects_and_readers(harbors: Harbors, way: Way) -> None:
    """The other modules."""
    done = harbors.run("secrets.yml", way)
    check(harbors, done)

    assert [one["works"] for one in results(done, "works") + results(done, "loop_works")] == [True, True, False]
    (newest,) = results(done, "loop_refreshed")
    assert harbors.logs_in(newest["username"], newest["secret"])
    assert not harbors.logs_in(newest["username"], done.told["refreshed"]["secret"])
    assert "secret" not in done.told["predicted"]
    for name in ("present", "loop_present", "read", "loop_read", "works", "robots"):
        assert not any("secret" in one for one in results(done, name))

    # The answer to the new secret was lost: it may work, so it is in the result. Here it does.
    lost = done.told["lost"]
    assert lost["failed"]
    assert harbors.logs_in("robot$shop+ci", lost["secret"], harbors.broken.url)
    assert times(done, r"request id id-lost-\w{8}\).*secret that is in the result \(secret\) is not known") == 1

    for name in ("check", "read", "project"):
        assert times(done, rf"request id id-loop-{name}-\w{{8}}\)") == 1, name
    assert times(done, "secret does not follow Harbor's rule") == 1
    assert times(done, r"\+public: true\b") == 1
    assert times(done, r"-public: true\n(<.*\n)*\+public: false\n") == 1
    assert re.search(NO_ASYNC, done.told["background"]["msg"])
