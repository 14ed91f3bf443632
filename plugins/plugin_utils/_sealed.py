# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""The action plugin of every module: opens the seal, and keeps secrets out of everything that Ansible shows.

What Ansible would have told of a result that it censors is shown here: on standard output, where the user's callback writes
lines for people, too; else on standard error, since other callbacks may write one document there that programs read.
"""

from __future__ import annotations

import base64
import contextlib
import difflib
import json
import re
import typing as t

from ansible import constants
from ansible.errors import AnsibleAction, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.release import __version__ as core_version
from ansible.utils.display import Display

# Options of modules and of stores, and what users call theirs; not those that only name a secret, or say what to do with it.
SECRET_OPTION = re.compile(r"(?:\A|client_)secret\Z|(?:password|token|secret_id|secret_key|jwt)\Z")
# Since 2.19 ansible-core shows the warnings of a result that it censors, and with some callbacks its message.
TELLS = tuple(int(part) for part in core_version.split(".")[:2]) >= (2, 19)
# Callbacks that write lines for people to standard output; those of AWX and ansible-runner show lines between their events.
WRITE_LINES = ("default", "minimal", "oneline", "debug", "yaml", "unixy", "dense", "diy", "awx_display")
# Modules that may return a secret of their own making.
MAKE_SECRETS = ("harbor_robot", "harbor_robots", "harbor_robot_secret")
# What is in every line that is a part of a result, and what else may be a piece of the seal.
QUOTES = frozenset('{"')
SEAL = re.compile(r"[A-Za-z0-9+/=]{32,}")
MOST_SAID = 500

DIFF_COLOURS = {"+": "COLOR_DIFF_ADD", "-": "COLOR_DIFF_REMOVE", "@": "COLOR_DIFF_LINES"}


def colour(setting: str) -> str:
    """The colour that the user configured for this kind of line."""
    return str(constants.config.get_config_value(setting))


def secrets_in(value: t.Any) -> t.Iterator[str]:
    """The secret values among a task's arguments, those of nested declarations and of stores too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if SECRET_OPTION.search(str(key)) and inner and not isinstance(inner, bool):
                yield str(inner)
            else:
                yield from secrets_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from secrets_in(inner)


def texts_in(value: t.Any) -> t.Iterator[str]:
    """Everything in a value, at any depth, as texts."""
    if isinstance(value, dict):
        for pair in value.items():
            yield from texts_in(pair)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts_in(inner)
    else:
        yield str(value)


def masked(text: str, secrets: t.Iterable[str]) -> str:
    """A text without secrets, in whatever form."""
    # Only here, because Ansible compiles what a collection's plugin imports anew for each task.
    from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask

    return Mask(secrets).text(text)


def holds(value: t.Any, secrets: t.Collection[str]) -> bool:
    """Whether a value, at any depth, contains one of the secrets."""
    text = "\n".join(texts_in(value)) if secrets else ""
    return masked(text, secrets) != text


def taken_from(variable: str, source: t.Any) -> bool:
    """Whether the source of a task takes a secret from a variable."""
    return any(re.search(r"\b%s\b" % re.escape(variable), text) for text in secrets_in(source))


def result_in(output: str) -> t.Optional[str]:
    """A module's result among what its host wrote around it; None when there is no whole one."""
    for start in re.finditer(r"^\s*(?=\{)", output, re.M):
        try:
            found, end = json.JSONDecoder().raw_decode(output, start.end())
        except (ValueError, RecursionError):
            continue
        # What every module of ours says, or Ansible where it cannot run one.
        if "changed" in found or "failed" in found:
            return output[start.end() : end]
    return None


def harmless(output: str) -> str:
    """What a module's host wrote, without whatever may be a part of a result."""
    lines = [line for line in output.splitlines() if not QUOTES.intersection(line)]
    return SEAL.sub("********", "\n".join(lines)).strip()[-MOST_SAID:]


def merge(target: t.Any, sealed: dict[str, t.Any]) -> None:
    """Put what was sealed where it belongs; the entries of a list go by their number."""
    for key, value in sealed.items():
        place: t.Any = int(key) if isinstance(target, list) else key
        inner = target[place] if isinstance(target, list) else target.get(key)
        if isinstance(value, dict) and isinstance(inner, (dict, list)):
            merge(inner, value)
        else:
            target[place] = value


class SealedAction(ActionBase):
    """Runs the module of the same name. C(async) is refused: it would end the task without this plugin."""

    _supports_async = False
    _supports_check_mode = True

    def run(self, tmp: t.Any = None, task_vars: t.Optional[dict[str, t.Any]] = None) -> dict[str, t.Any]:
        """Do the task's work, and censor its result where a secret could be read."""
        task_vars = task_vars or {}
        self.secret_inside = False
        hidden = self._shown_by_loop(task_vars)
        if hidden:
            # Before anything is done: what ends the task without a result, as a host that is not reached, shows the item, too.
            self._task.no_log = True
        try:
            result: dict[str, t.Any] = super().run(tmp, task_vars)
            result.update(self.work(task_vars))
        except BaseException as exc:
            # Before 2.19 Ansible itself tells all but these, which end the item and not the loop; an order to end needs no words.
            ends_item = TELLS or isinstance(exc, (AnsibleAction, AnsibleConnectionFailure)) or not isinstance(exc, Exception)
            if hidden and ends_item and not isinstance(exc, (KeyboardInterrupt, SystemExit)):
                self._show({"failed": True, "msg": self._words(exc)}, task_vars)
            raise
        if self.secret_inside or hidden:
            self._show(result, task_vars)
            result["_ansible_no_log"] = True
            self._task.no_log = True  # or the result of the whole loop shows it before 2.19
        return result

    def _words(self, exc: BaseException) -> str:
        """What ended a task without a result."""
        # What Ansible raises for the keyword timeout has no words in some versions.
        words = str(exc) or "The task was ended after its timeout of %s seconds." % self._task.timeout
        return masked(words, secrets_in(self._task.args))

    def work(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """What the task does; sets C(secret_inside) when the result holds a secret."""
        return self.module(task_vars)

    def module(
        self, task_vars: dict[str, t.Any], arguments: t.Optional[dict[str, t.Any]] = None, check_mode: t.Optional[bool] = None
    ) -> dict[str, t.Any]:
        """Run the module of the same name and open its seal.

        :param arguments: instead of the task's own
        :param check_mode: instead of the task's own
        """
        # The plugin's own play context is a copy; the connection's is the one whose -vvv output shows what a module prints.
        context = getattr(self._connection, "_play_context", None)
        before, checking = getattr(context, "no_log", None), self._task.check_mode
        self._users_no_log = before
        if context is not None:
            context.no_log = True
        if check_mode is not None:
            self._task.check_mode = check_mode
        try:
            result: dict[str, t.Any] = self._execute_module(module_args=arguments, task_vars=task_vars)
        finally:
            self._task.check_mode = checking
            if context is not None:
                context.no_log = before
        if "module_stdout" in result:
            return self._unread(result)
        result.update(json.loads(result.pop("packed", "{}")))
        sealed = result.pop("sealed", None)
        if sealed:
            merge(result, json.loads(base64.b64decode(sealed)))
            self.secret_inside = True
        return result

    @contextlib.contextmanager
    def _in_the_open(self) -> t.Iterator[None]:
        """While the connection says what it did and why it failed, which nobody would hide before the module itself runs."""
        context = getattr(self._connection, "_play_context", None)
        if context is None:
            yield
            return
        context.no_log = self._users_no_log
        try:
            yield
        finally:
            context.no_log = True

    def _configure_module(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        """Ansible's own; it looks for an interpreter, and so is the first to notice that a host is not reached."""
        with self._in_the_open():
            return super()._configure_module(*args, **kwargs)

    def _make_tmp_path(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        """Ansible's own, which is the first where the interpreter is known."""
        with self._in_the_open():
            return super()._make_tmp_path(*args, **kwargs)

    def _parse_returned_data(self, res: dict[str, t.Any], *more: t.Any) -> t.Any:
        """Ansible's own, which shows what it cannot read, and what stands around the result: that gets the result alone."""
        output = res.get("stdout", "")
        found = result_in(output)
        return super()._parse_returned_data({**res, "stdout": harmless(output) if found is None else found}, *more)

    def _unread(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
        """A failure without what the module wrote, in which there may be a part of the seal."""
        said = (harmless(str(result.get(name) or "")) for name in ("module_stderr", "module_stdout"))
        words = masked("; ".join(filter(None, said)), secrets_in(self._task.args))
        first = str(result.get("msg") or "").partition("\n")[0].rstrip(".")
        started = "interpreter" not in first
        text = "%s (exit code %s): %s." % (
            "The answer of the module could not be read" if started else first,
            result.get("rc"),
            words.rstrip(".") or "nothing of it can be shown",
        )
        if started and self._task.action.rpartition(".")[2] in MAKE_SECRETS and not self._task.check_mode:
            text += " If it made a robot or a secret, nobody knows the secret: harbor_robot_secret with state=refreshed gives a new one."
        return {"failed": True, "changed": False, "rc": result.get("rc"), "msg": text}

    def _shown_by_loop(self, task_vars: dict[str, t.Any]) -> bool:
        """Whether the loop's item, which callbacks print as a label, holds a secret: one that the task was given, or its own."""
        loop_var = task_vars.get("ansible_loop_var")
        if not loop_var or loop_var not in task_vars:
            return False
        # With loop_control.extended the other items are shown as well, whose secrets this task was not given.
        others = task_vars.get("ansible_loop")
        shown = [task_vars[loop_var], others]
        # A declaration has its secret in sight also where a task uses nothing of it but the name.
        if next(secrets_in(shown), None) is not None:
            return True
        if others and taken_from(loop_var, self._task.get_ds()):
            return True
        return holds(shown, set(secrets_in(self._task.args)))

    def _show(self, result: dict[str, t.Any], task_vars: dict[str, t.Any]) -> None:
        """Tell what the censored result would have told; nothing in it is secret, since the module masks its messages."""
        if self._play_context.no_log:
            return  # the user's own no_log, which is about everything
        display, host, looping = Display(), task_vars.get("inventory_hostname", ""), "ansible_loop_var" in task_vars
        callback = str(constants.config.get_config_value("DEFAULT_STDOUT_CALLBACK")).rpartition(".")[2]

        def tell(text: str, setting: t.Optional[str]) -> None:
            display.display(text, color=colour(setting) if setting else None, stderr=callback not in WRITE_LINES)

        # Not twice where Ansible itself shows the message of a failure that is censored.
        if result.get("failed") and not (TELLS and (callback == "default" or (callback == "minimal" and not looping))):
            tell("%s: %s" % (host, result.get("msg", "failed")), "COLOR_ERROR")
        if not TELLS:
            for warning in result.get("warnings") or ():
                display.warning("%s: %s" % (host, warning))
        diff = result.get("diff")
        if looping and result.get("changes") and diff and not result.get("failed"):
            # A loop hides the label of a censored item, so this says which it was.
            tell("%s: %s: %s" % (host, diff["after_header"], ", ".join(result["changes"])), "COLOR_CHANGED")
        if self._task.diff and diff and diff.get("before") != diff.get("after"):
            lines = difflib.unified_diff(
                diff["before"].splitlines(),
                diff["after"].splitlines(),
                "before: " + diff["before_header"],
                "after: " + diff["after_header"],
                lineterm="",
            )
            for line in lines:
                tell(line, DIFF_COLOURS.get(line[:1]))
