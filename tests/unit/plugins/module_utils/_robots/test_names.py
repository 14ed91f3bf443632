# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import (
    name_fault,
    prefix_before,
    split_project_robot,
    stored,
    stored_fault,
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
    ("full", "project", "parts"),
    [
        ("robot$shop+ci", "shop", ("robot$", "ci")),
        ("bot-shop+ci", "shop", ("bot-", "ci")),
        ("shop+ci", "shop", ("", "ci")),
        ("a+shop+ci", "shop", ("a+", "ci")),
        ("robot$old", "shop", None),
        ("robot$web+ci", "shop", None),
    ],
)
def test_a_project_robots_name_falls_apart_at_its_project(full: str, project: str, parts: tuple[str, str] | None) -> None:
    assert split_project_robot(full, project) == parts


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
