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
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.harbormaster.robots.plugins.plugin_utils import _sealed
from ansible_collections.harbormaster.robots.plugins.plugin_utils._sealed import SealedAction, holds, merge, secrets_in

SECRET = "S3cret-value"
DIFF = {"before": "enabled: true\n", "after": "enabled: false\n", "before_header": "robot ci", "after_header": "robot ci"}


def sealed(secrets: dict[str, t.Any]) -> str:
    return base64.b64encode(json.dumps(secrets).encode()).decode()


class Shown:
    """What was displayed, as (kind, text); C(errors) has what of it went to standard error."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.errors: list[str] = []

    def display(self, text: str, color: str | None = None, stderr: bool = False) -> None:
        self.lines.append(("display", text))
        self.errors += [text] if stderr else []

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
        given = {"args": {}, "check_mode": False, "diff": False, "no_log": None, "timeout": 0, "action": "harbormaster.robots.harbor_robot"}
        self.source = task.pop("source", {})
        self.task = SimpleNamespace(**dict(given, get_ds=lambda: self.source, **task))
        self.context = SimpleNamespace(no_log=False)
        self.during: list[t.Any] = []
        plugin: t.Any = object.__new__(SealedAction)
        plugin._task = self.task
        plugin._play_context = SimpleNamespace(no_log=self.task.no_log)
        plugin._connection = SimpleNamespace(_play_context=self.context)
        plugin._execute_module = self._execute(result)
        self.plugin = plugin

    def _execute(self, result: dict[str, t.Any]) -> t.Any:
        def execute(**options: t.Any) -> dict[str, t.Any]:
            self.during.append(self.context.no_log)
            self.hidden_before = self.task.no_log
            if isinstance(result.get("raise"), BaseException):
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


@pytest.mark.parametrize("own", [False, True])
def test_until_the_module_runs_a_host_that_is_not_reached_says_why(own: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": False})
    run.context.no_log = own
    seen: dict[str, t.Any] = {}
    for step in ("_configure_module", "_make_tmp_path"):
        monkeypatch.setattr(ActionBase, step, lambda plugin, step=step: seen.setdefault(step, run.context.no_log))

    def execute(**options: t.Any) -> dict[str, t.Any]:
        run.plugin._configure_module()
        run.plugin._make_tmp_path()
        seen["module"] = run.context.no_log
        return {"changed": False}

    run.plugin._execute_module = execute
    run()
    assert seen == {"_configure_module": own, "_make_tmp_path": own, "module": True}
    assert run.context.no_log is own


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
        ({"pw": "UzNjcmV0LXZhbHVl"}, {"secret": SECRET}, True),
        ({"path": "harbor", "key": SECRET}, {"store": {"type": "hashi_vault", "options": {"url": "http://v", "token": SECRET}}}, True),
        ({"path": "harbor", "role": SECRET}, {"store": {"options": {"auth_method": "approle", "secret_id": SECRET}}}, True),
        ({"path": "harbor", "token": SECRET}, {"store": {"path": "harbor"}}, True),
        ({"url": "http://v"}, {"store": {"options": {"url": "http://v", "token": SECRET}}}, False),
        ({"name": "ci", "update_secret": "always", "pull_secret": "harbor", "token": True}, {"update_secret": "always"}, False),
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


def test_an_extended_loop_shows_the_other_items_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """C(allitems), C(nextitem) and C(previtem) are in the result of an item that has no secret of its own."""
    clean, held = {"name": "a"}, {"name": "b", "secret": SECRET}
    for others in ({"allitems": [clean, held]}, {"nextitem": held}, {"previtem": held}, {"allitems": ["x", "prefix " + SECRET]}):
        run = Run(monkeypatch, {"changed": False}, args={"harbor_password": SECRET})
        assert run(ansible_loop_var="item", item=clean, ansible_loop={"index": 1, **others})["_ansible_no_log"] is True
    run = Run(monkeypatch, {"changed": False}, args={"harbor_password": SECRET})
    assert "_ansible_no_log" not in run(ansible_loop_var="item", item=clean, ansible_loop={"allitems": [clean, {"name": "c"}]})


@pytest.mark.parametrize(
    ("source", "hidden"),
    [
        ({"harbormaster.robots.harbor_robot": {"name": "{{ item.0 }}", "secret": "{{ item.1 | default(omit) }}"}}, True),
        ({"harbormaster.robots.harbor_robot": {"name": "{{ item.0 }}", "secret": "{{ items }}"}}, False),
        ({"harbormaster.robots.harbor_robot": {"name": "{{ item.0 }}"}}, False),
        (None, False),
    ],
)
def test_items_of_an_extended_loop_have_secrets_where_the_task_takes_them_from_there(
    source: t.Any, hidden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing about the others' texts tells that they are secrets, and this item has none."""
    items = [["a", ""], ["b", SECRET]]
    run = Run(monkeypatch, {"changed": False}, args={"name": "a"}, source=source)
    assert run(ansible_loop_var="item", item=items[0], ansible_loop={"allitems": items}).get("_ansible_no_log", False) is hidden
    assert "_ansible_no_log" not in Run(monkeypatch, {"changed": False}, source=source)(ansible_loop_var="item", item=items[0])


class Interrupted(BaseException):
    """As what Ansible raises when the keyword timeout has run out."""


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize(
    ("exc", "told"),
    [
        (AnsibleConnectionFailure("no route for %s" % SECRET), "h1: no route for ********"),
        (AnsibleActionFail("no folder"), "h1: no folder"),
        (Interrupted(), "h1: The task was ended after its timeout of 7 seconds."),
    ],
)
def test_an_item_is_hidden_also_when_there_is_no_result(
    exc: BaseException, told: str, tells: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sealed, "TELLS", tells)
    run = Run(monkeypatch, {"raise": exc}, args={"secret": SECRET}, timeout=7)
    with mock.patch.object(_sealed.constants.config, "get_config_value", lambda name: "oneline"), pytest.raises(type(exc)):
        run(ansible_loop_var="item", item={"s": SECRET})
    assert (run.task.no_log, run.hidden_before) == (True, True)
    assert run.shown.lines == [("display", told)]


def test_what_ends_a_task_before_the_plugin_works_hides_the_item_too(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"changed": False}, args={"secret": SECRET})

    def refuse(plugin: t.Any, tmp: t.Any, task_vars: t.Any) -> None:
        raise AnsibleActionFail("async is not supported for this task.")

    monkeypatch.setattr(ActionBase, "run", refuse)
    with pytest.raises(AnsibleActionFail):
        run(ansible_loop_var="item", item=SECRET)
    assert run.task.no_log is True


@pytest.mark.parametrize("exc", [KeyboardInterrupt(), SystemExit()])
def test_an_order_to_end_is_told_nobody(exc: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"raise": exc}, args={"secret": SECRET})
    with pytest.raises(type(exc)):
        run(ansible_loop_var="item", item=SECRET)
    assert run.shown.lines == []


def test_what_ends_a_whole_loop_ansible_tells_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sealed, "TELLS", False)
    run = Run(monkeypatch, {"raise": AnsibleError("no such user")}, args={"secret": SECRET})
    with pytest.raises(AnsibleError):
        run(ansible_loop_var="item", item=SECRET)
    assert run.shown.lines == []


def test_without_a_secret_in_the_item_nothing_is_hidden_or_told(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, {"raise": AnsibleConnectionFailure("no route")}, args={"secret": SECRET})
    with pytest.raises(AnsibleConnectionFailure):
        run(ansible_loop_var="item", item="ci")
    assert (run.task.no_log, run.shown.lines) == (None, [])


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
        "store": {"options": {"token": "g", "secret_id": "h", "jwt": "i", "aws_secret_key": "j", "azure_client_secret": "k", "url": "l"}},
    }
    assert sorted(secrets_in(args)) == ["a", "b", "c", "e", "g", "h", "i", "j", "k"]
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


@pytest.mark.parametrize(
    ("callback", "errors"),
    [("default", False), ("ansible.builtin.minimal", False), ("awx_display", False), ("ansible.posix.json", True), ("of_our_own", True)],
)
def test_what_is_told_goes_where_the_callback_writes_lines(callback: str, errors: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one may write a document for programs to standard output, which lines of ours would break."""
    monkeypatch.setattr(_sealed, "TELLS", False)
    run = Run(monkeypatch, dict(FAILURE, diff=DIFF), diff=True)
    settings = {"DEFAULT_STDOUT_CALLBACK": callback}
    with mock.patch.object(_sealed.constants.config, "get_config_value", lambda name: settings.get(name, "red")):
        run()
    shown = [text for kind, text in run.shown.lines if kind == "display"]
    assert len(shown) == 6
    assert run.shown.errors == (shown if errors else [])


def test_with_the_users_own_no_log_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sealed, "TELLS", False)
    for result in (dict(FAILURE, diff=DIFF), {"changed": True, "changes": ["create"], "diff": DIFF, "sealed": sealed({"secret": SECRET})}):
        run = Run(monkeypatch, result, no_log=True, diff=True)
        assert run(ansible_loop_var="item", item="ci")["_ansible_no_log"] is True
        assert run.shown.lines == []


def test_what_we_hid_ourselves_is_told_at_the_next_attempt_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """The task has our no_log by then."""
    monkeypatch.setattr(_sealed, "TELLS", False)
    run = Run(monkeypatch, FAILURE)
    run()
    run()
    assert run.task.no_log is True
    assert run.shown.lines.count(("display", "h1: Could not disable robot ci.")) == 2


# --- answers that cannot be read

RESULT = json.dumps({"changed": True, "sealed": sealed({"secret": SECRET})})


@pytest.mark.parametrize(
    ("output", "read"),
    [
        (RESULT, RESULT),
        ("\n" + RESULT + "\n", RESULT),
        ("[motd] hello\n" + RESULT, RESULT),
        ('{"motd": 1}\n' + RESULT + "\nbye\n", RESULT),
        (RESULT + "logout }\n", RESULT),
        ('{"failed": true, "msg": "too old"}', '{"failed": true, "msg": "too old"}'),
        ("sh: no such file\n" + RESULT[:-20], "sh: no such file"),
        (RESULT[-40:] + "\nbye", "bye"),
        ("hello %s bye" % sealed({"secret": SECRET}), "hello ******** bye"),
        ('{"motd": 1}', ""),
        ("", ""),
    ],
)
def test_ansible_reads_the_result_alone(output: str, read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it cannot read it would show, and warn of what stands behind."""
    given: list[t.Any] = []
    monkeypatch.setattr(ActionBase, "_parse_returned_data", lambda plugin, res, *more: given.append((res, more)))
    plugin = Run(monkeypatch, {}).plugin
    plugin._parse_returned_data({"stdout": output, "stderr": "x", "rc": 1}, "legacy")
    assert given == [({"stdout": read, "stderr": "x", "rc": 1}, ("legacy",))]


ADVICE = " If it made a robot or a secret, nobody knows the secret: harbor_robot_secret with state=refreshed gives a new one."
UNREAD = {
    "failed": True,
    "_ansible_parsed": False,
    "msg": "MODULE FAILURE\nSee stdout/stderr for the exact error",
    "exception": "x",
    "rc": 137,
}


@pytest.mark.parametrize(
    ("action", "check_mode", "result", "told"),
    [
        (
            "harbor_robot",
            False,
            {"module_stdout": RESULT[:-20], "module_stderr": ""},
            "(exit code 137): nothing of it can be shown." + ADVICE,
        ),
        ("harbor_robot", False, {"module_stdout": "", "module_stderr": "Killed.\n"}, "(exit code 137): Killed." + ADVICE),
        ("harbor_robot", True, {"module_stdout": "bye", "module_stderr": "Killed"}, "(exit code 137): Killed; bye."),
        ("registry_auth", False, {"module_stdout": "", "module_stderr": "of %s" % SECRET}, "(exit code 137): of ********."),
        ("harbor_robot_info", False, {"module_stdout": ""}, "(exit code 137): nothing of it can be shown."),
    ],
)
def test_an_answer_that_cannot_be_read(
    action: str, check_mode: bool, result: dict[str, t.Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = "harbormaster.robots." + action
    run = Run(monkeypatch, {**UNREAD, **result}, args={"password": SECRET}, action=action, check_mode=check_mode)
    told = "The answer of the module could not be read " + told
    assert run() == {"failed": True, "changed": False, "rc": 137, "msg": told}


def test_a_module_that_was_never_started(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "The module interpreter '/x' was not found."
    run = Run(monkeypatch, {**UNREAD, "msg": words, "rc": 127, "module_stdout": "", "module_stderr": "/bin/sh: 1: /x: not found\n"})
    assert run()["msg"] == "The module interpreter '/x' was not found (exit code 127): /bin/sh: 1: /x: not found."


# --- async


def test_async_is_refused() -> None:
    """It would end the task without the plugin, which has to open the seal."""
    plugin = object.__new__(SealedAction)
    plugin._task = mock.MagicMock(async_val=60, check_mode=False, action="harbormaster.robots.harbor_robot")
    plugin._connection = mock.MagicMock()
    plugin._play_context = mock.MagicMock(check_mode=False, no_log=False)
    with pytest.raises(AnsibleError, match="async"):
        plugin.run(None, {})
