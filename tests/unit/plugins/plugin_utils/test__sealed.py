# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin of every module: opens the seal, and keeps secrets out of everything that Ansible shows."""

from __future__ import annotations

import base64
import json
import typing as t
from types import SimpleNamespace
from unittest import mock

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.harbormaster.robots.plugins.plugin_utils import _sealed
from ansible_collections.harbormaster.robots.plugins.plugin_utils._sealed import SealedAction, holds, merge, secrets_in

SECRET = "S3cret-value"
DIFF = {"before": "enabled: true\n", "after": "enabled: false\n", "before_header": "robot ci", "after_header": "robot ci"}


def sealed(secrets: dict[str, t.Any]) -> str:
    return base64.b64encode(json.dumps(secrets).encode()).decode()


class Shown:
    """What was displayed, as (kind, text)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def display(self, text: str, color: str | None = None) -> None:
        self.lines.append(("display", text))

    def warning(self, text: str) -> None:
        self.lines.append(("warning", text))

    @property
    def text(self) -> str:
        return "\n".join(text for _kind, text in self.lines)


class Run:
    """One task with the plugin, over a module that answers `result`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, result: dict[str, t.Any], **task: t.Any) -> None:
        self.shown = Shown()
        monkeypatch.setattr(_sealed, "Display", lambda: self.shown)
        monkeypatch.setattr(ActionBase, "run", lambda plugin, tmp, task_vars: {})
        self.task = SimpleNamespace(**dict({"args": {}, "check_mode": False, "diff": False, "no_log": None}, **task))
        self.context = SimpleNamespace(no_log=False)
        self.during: list[t.Any] = []
        plugin: t.Any = object.__new__(SealedAction)
        plugin._task = self.task
        plugin._connection = SimpleNamespace(_play_context=self.context)
        plugin._execute_module = self._execute(result)
        self.plugin = plugin

    def _execute(self, result: dict[str, t.Any]) -> t.Any:
        def execute(**options: t.Any) -> dict[str, t.Any]:
            self.during.append(self.context.no_log)
            if isinstance(result.get("raise"), Exception):
                raise result["raise"]
            return dict(result)

        return execute

    def __call__(self, **task_vars: t.Any) -> dict[str, t.Any]:
        told: dict[str, t.Any] = self.plugin.run(None, dict({"inventory_hostname": "h1"}, **task_vars))
        return told


# --- the seal


def test_the_seal_is_opened_and_the_result_censored(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": True, "secret_known": True, "sealed": sealed({"secret": SECRET})})
    result = run()
    assert result == {"changed": True, "secret_known": True, "secret": SECRET, "_ansible_no_log": True}
    assert run.task.no_log is True


def test_long_lists_are_unpacked_before_secrets_are_put_into_them(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = json.dumps({"robots": [{"key": "a"}, {"key": "b"}]})
    run = Run(monkeypatch, {"changed": True, "packed": packed, "sealed": sealed({"robots": {"1": {"secret": SECRET}}})})
    assert run().get("robots") == [{"key": "a"}, {"key": "b", "secret": SECRET}]
    run = Run(monkeypatch, {"changed": False, "packed": packed})
    assert run() == {"changed": False, "robots": [{"key": "a"}, {"key": "b"}]}


def test_without_a_seal_nothing_is_censored(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": True, "diff": DIFF}, diff=True, args={"secret": SECRET})
    result = run()
    assert result == {"changed": True, "diff": DIFF}
    assert (run.task.no_log, run.shown.lines) == (None, [])


def test_what_a_module_prints_is_not_shown_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": False})
    run()
    assert (run.during, run.context.no_log) == ([True], False)
    run = Run(monkeypatch, {"raise": RuntimeError("unreachable")})
    with pytest.raises(RuntimeError):
        run()
    assert run.context.no_log is False


def test_connections_without_a_play_context(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": False})
    run.plugin._connection = SimpleNamespace()
    assert run() == {"changed": False}


def test_sealed_values_go_where_they_belong() -> None:
    target = {"robots": [{"name": "a"}, {"name": "b"}], "credentials": {"a": {"username": "robot$a"}}}
    merge(target, {"secret": SECRET, "robots": {"1": {"secret": "B"}}, "credentials": {"a": {"secret": "A"}}})
    assert target == {
        "secret": SECRET,
        "robots": [{"name": "a"}, {"name": "b", "secret": "B"}],
        "credentials": {"a": {"username": "robot$a", "secret": "A"}},
    }


# --- loops


@pytest.mark.parametrize(
    ("item", "args", "hidden"),
    [
        ({"name": "ci", "password": SECRET}, {"name": "ci", "secret": SECRET}, True),
        ({"name": "ci", "secret": SECRET}, {"name": "ci"}, True),
        ("prefix " + SECRET, {"secret": SECRET}, True),
        ([{"deep": {SECRET: 1}}], {"secret": SECRET}, True),
        ({"name": "ci"}, {"name": "ci", "secret": SECRET}, False),
        ("ci", {"name": "ci"}, False),
        ("hunter2", {"harbor_password": "hunter2"}, True),
        ({"registry": "h", "password": SECRET}, {"registry": "h"}, True),
        (["ci", SECRET], {"password": SECRET}, True),
        ("id", {"harbor_token": ""}, False),
    ],
)
def test_an_item_that_holds_a_secret_is_hidden(item: t.Any, args: dict[str, t.Any], hidden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": False}, args=args)
    result = run(ansible_loop_var="item", item=item)
    assert result.get("_ansible_no_log", False) is hidden
    assert bool(run.task.no_log) is hidden


def test_a_loop_may_call_its_item_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": False}, args={"secret": SECRET})
    assert "_ansible_no_log" not in run(ansible_loop_var="robot", item=SECRET)
    assert run(ansible_loop_var="robot", robot={"s": SECRET})["_ansible_no_log"] is True


def test_a_variable_called_item_is_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "_ansible_no_log" not in Run(monkeypatch, {"changed": False}, args={"secret": SECRET})(item=SECRET)


def test_secrets_among_arguments() -> None:
    args = {
        "secret": "a",
        "harbor_password": "b",
        "harbor_token": "c",
        "name": "d",
        "robots": [{"secret": "e", "access": ["f"]}],
        "x": {"secret": None},
    }
    assert sorted(secrets_in(args)) == ["a", "b", "c", "e"]
    assert holds({"k": [("x", {"y": "…e…"})]}, {"e"})
    assert not holds({"k": 5}, {"e"})


# --- what is told of a censored result


def test_a_censored_diff_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": True, "diff": DIFF, "sealed": sealed({"secret": SECRET})}, diff=True)
    run()
    assert [text for _kind, text in run.shown.lines] == [
        "--- before: robot ci",
        "+++ after: robot ci",
        "@@ -1 +1 @@",
        "-enabled: true",
        "+enabled: false",
    ]


@pytest.mark.parametrize(("diff", "wanted"), [(DIFF, False), (dict(DIFF, after=DIFF["before"]), True), (None, True)])
def test_a_diff_is_shown_only_where_it_is_wanted_and_says_something(diff: t.Any, wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": True, "diff": diff, "sealed": sealed({"secret": SECRET})}, diff=wanted)
    run()
    assert run.shown.lines == []


FAILURE = {"failed": True, "msg": "Could not disable robot ci.", "warnings": ["robot ci: mind"], "sealed": sealed({"secret": SECRET})}


@pytest.mark.parametrize(
    ("tells", "callback", "loop", "message", "warning"),
    [
        (False, "default", False, True, True),
        (True, "default", False, False, False),
        (True, "ansible.builtin.default", True, False, False),
        (True, "minimal", False, False, False),
        (True, "minimal", True, True, False),
        (True, "junit", False, True, False),
    ],
)
def test_a_censored_failure_is_told_once(
    tells: bool, callback: str, loop: bool, message: bool, warning: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since 2.19 ansible-core tells a part of it itself."""
    monkeypatch.setattr(_sealed, "TELLS", tells)
    run = Run(monkeypatch, FAILURE)
    settings = {"DEFAULT_STDOUT_CALLBACK": callback}
    with mock.patch.object(_sealed.constants.config, "get_config_value", lambda name: settings.get(name, "red")):
        run(**({"ansible_loop_var": "item", "item": "ci"} if loop else {}))
    assert (("display", "h1: Could not disable robot ci.") in run.shown.lines) is message
    assert (("warning", "h1: robot ci: mind") in run.shown.lines) is warning


def test_nothing_that_is_told_is_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sealed, "TELLS", False)
    run = Run(monkeypatch, dict(FAILURE, diff=DIFF, changes=["create"]), diff=True, args={"secret": "Own-Secret-1"})
    run(ansible_loop_var="item", item={"secret": "Own-Secret-1"})
    assert run.shown.lines
    assert SECRET not in run.shown.text and "Own-Secret-1" not in run.shown.text


def test_a_censored_item_of_a_loop_says_which_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    result = {"changed": True, "changes": ["create", "disable"], "diff": DIFF, "sealed": sealed({"secret": SECRET})}
    run = Run(monkeypatch, result)
    run(ansible_loop_var="item", item="ci")
    assert run.shown.lines == [("display", "h1: robot ci: create, disable")]


# --- async


def test_async_is_refused() -> None:
    """It would end the task without the plugin, which has to open the seal."""
    plugin = object.__new__(SealedAction)
    plugin._task = mock.MagicMock(async_val=60, check_mode=False, action="harbormaster.robots.harbor_robot")
    plugin._connection = mock.MagicMock()
    plugin._play_context = mock.MagicMock(check_mode=False)
    with pytest.raises(AnsibleError, match="async"):
        plugin.run(None, {})
