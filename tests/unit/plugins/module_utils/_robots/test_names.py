# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import (
    in_common,
    name_fault,
    prefix_before,
    prefixes,
    short_of,
    stored,
    stored_fault,
    stored_of,
)


@pytest.mark.parametrize(("project", "short", "key"), [(None, "ci", "ci"), ("shop", "ci", "shop+ci"), ("", "ci", "ci")])
def test_stored_names(project: str | None, short: str, key: str) -> None:
    assert stored(project, short) == key


@pytest.mark.parametrize(
    ("full", "key", "prefix"),
    [
        ("robot$ci", "ci", "robot$"),
        ("bot-bot-x", "bot-x", "bot-"),
        ("bot-bot-x", "x", "bot-bot-"),
        ("robot$shop+ci", "shop+ci", "robot$"),
        ("ci", "ci", ""),
        ("robot$ci", "mirror", None),
    ],
)
def test_the_prefix_is_what_stands_before_a_known_stored_name(full: str, key: str, prefix: str | None) -> None:
    assert prefix_before(full, key) == prefix


@pytest.mark.parametrize(
    ("full", "project", "found"),
    [
        ("robot$shop+ci", "shop", ["robot$"]),
        ("bot-shop+ci", "shop", ["bot-"]),
        ("shop+ci", "shop", [""]),
        ("a+shop+ci", "shop", ["a+"]),
        ("robot$shop+z+b", "shop", ["robot$"]),
        ("robot$shop+shop+b", "shop", ["robot$", "robot$shop+"]),
        ("robot$old", "shop", []),
        ("robot$web+ci", "shop", []),
    ],
)
def test_what_may_stand_before_the_name_of_a_project_robot(full: str, project: str, found: list[str]) -> None:
    assert prefixes(full, project) == found


@pytest.mark.parametrize(
    ("full", "known", "key"),
    [
        ("robot$shop+ci", {"project": "shop"}, "shop+ci"),
        # What the project tells is certain, an option may be wrong.
        ("robot$shop+ci", {"project": "shop", "prefix": "bot-"}, "shop+ci"),
        ("robot$shop+z+b", {"project": "shop"}, "shop+z+b"),
        ("robot$shop+shop+b", {"project": "shop"}, None),
        ("robot$shop+shop+b", {"project": "shop", "prefix": "robot$"}, "shop+shop+b"),
        ("robot$shop+shop+b", {"project": "shop", "prefix": "robot$shop+"}, "shop+b"),
        ("robot$shop+shop+b", {"project": "shop", "prefix": "bot-"}, None),
        ("robot$shop+shop+b", {"project": "shop", "key": "shop+b"}, "shop+b"),
        ("robot$robot$old", {"project": "shop", "prefix": "robot$"}, "robot$old"),
        ("robot$robot$old", {"project": "shop"}, None),
        ("robot$+old", {"prefix": "robot$"}, "+old"),
        ("robot$ci", {}, None),
        ("robot$ci", {"key": "other"}, None),
    ],
)
def test_the_stored_name_behind_a_full_one(full: str, known: dict[str, str], key: str | None) -> None:
    assert stored_of(full, **known) == key


@pytest.mark.parametrize(
    ("key", "project", "short"),
    [
        ("ci", None, "ci"),
        ("shop+ci", "shop", "ci"),
        ("shop+z+b", "shop", ""),
        ("shop+Ci", "shop", ""),
        ("shop+x y", "shop", ""),
        ("shop+", "shop", ""),
        ("robot$old", "shop", ""),
        ("web+ci", "shop", ""),
        ("+old", None, ""),
        ("", None, ""),
    ],
)
def test_a_short_name_is_one_that_can_be_declared(key: str, project: str | None, short: str) -> None:
    assert short_of(key, project) == short


@pytest.mark.parametrize(
    ("names", "letters"),
    [([], 0), (["robot$ci"], 8), (["robot$ci", "robot$+old"], 6), (["robot$ci", "robot$cicd"], 8), (["a", "b"], 0)],
)
def test_how_long_a_prefix_can_be(names: list[str], letters: int) -> None:
    assert in_common(names) == letters


@pytest.mark.parametrize("name", ["ci", "a", "0", "a.b_c-d", "team-a.ci_2", "9lives"])
def test_names_that_harbor_takes(name: str) -> None:
    assert name_fault(name) is None


RULE = "lower-case letters and digits, with single '.', '_' or '-' between them"


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("CI", " (did you mean 'ci'?)"),
        ("my robot", " (did you mean 'my-robot'?)"),
        ("a--b", " (did you mean 'a-b'?)"),
        ("-ci", " (did you mean 'ci'?)"),
        ("ci\n", " (did you mean 'ci'?)"),
        ("robot$ci", "; give the short name, without prefix and project (did you mean 'ci'?)"),
        ("shop+ci", "; give the short name, without prefix and project (did you mean 'ci'?)"),
        ("robot$shop+ci", "; give the short name, without prefix and project (did you mean 'ci'?)"),
        ("", ""),
        ("…", ""),
        ("é", ""),
    ],
)
def test_names_that_harbor_refuses(name: str, rest: str) -> None:
    assert name_fault(name) == "name %r is not valid: %s%s" % (name, RULE, rest)


def test_a_projects_name_is_called_so() -> None:
    assert re.match("project 'Shop' is not valid: ", name_fault("Shop", "project") or "")


def test_the_stored_name_has_to_fit_project_included() -> None:
    assert stored_fault("p" * 100, "n" * 154) is None
    assert stored_fault(None, "n" * 255) is None
    assert stored_fault("p" * 100, "n" * 155) == "the stored name has 256 characters, and Harbor keeps at most 255, project included"
