# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin_utils is PRIVATE to the collection and can change at any time.

"""The action plugin of every module: opens the seal, and keeps secrets out of everything that Ansible shows."""

from __future__ import annotations

import base64
import difflib
import json
import typing as t

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.release import __version__ as core_version
from ansible.utils.display import Display

SECRET_OPTIONS = ("secret", "password", "harbor_password", "harbor_token")
# Since 2.19 ansible-core shows the warnings of a result that it censors, and with some callbacks its message.
TELLS = tuple(int(part) for part in core_version.split(".")[:2]) >= (2, 19)


DIFF_COLOURS = {"+": "COLOR_DIFF_ADD", "-": "COLOR_DIFF_REMOVE", "@": "COLOR_DIFF_LINES"}


def colour(setting: str) -> str:
    """The colour that the user configured for this kind of line."""
    return str(constants.config.get_config_value(setting))


def secrets_in(value: t.Any) -> t.Iterator[str]:
    """The secret values among a task's arguments, those of nested declarations too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in SECRET_OPTIONS and inner:
                yield str(inner)
            else:
                yield from secrets_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from secrets_in(inner)


def holds(value: t.Any, secrets: t.Collection[str]) -> bool:
    """Whether a value, at any depth, contains one of the secrets."""
    if isinstance(value, dict):
        return any(holds(inner, secrets) for pair in value.items() for inner in pair)
    if isinstance(value, (list, tuple)):
        return any(holds(inner, secrets) for inner in value)
    text = str(value)
    return any(secret in text for secret in secrets)


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
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        result.update(self.work(task_vars))
        if self.secret_inside or self._shown_by_loop(task_vars):
            self._show(result, task_vars)
            result["_ansible_no_log"] = True
            self._task.no_log = True  # or the result of the whole loop shows it before 2.19
        return result

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
        result.update(json.loads(result.pop("packed", "{}")))
        sealed = result.pop("sealed", None)
        if sealed:
            merge(result, json.loads(base64.b64decode(sealed)))
            self.secret_inside = True
        return result

    def _shown_by_loop(self, task_vars: dict[str, t.Any]) -> bool:
        """Whether the loop's item, which callbacks print as a label, holds a secret: one that the task was given, or its own."""
        loop_var = task_vars.get("ansible_loop_var")
        if not loop_var or loop_var not in task_vars:
            return False
        item = task_vars[loop_var]
        # A declaration has its secret in sight also where a task uses nothing of it but the name.
        if next(secrets_in(item), None) is not None:
            return True
        secrets = set(secrets_in(self._task.args))
        return bool(secrets) and holds(item, secrets)

    def _told_by_callback(self, looping: bool) -> bool:
        """Whether Ansible itself shows the message of a failure that is censored, so that it is not said twice."""
        callback = str(constants.config.get_config_value("DEFAULT_STDOUT_CALLBACK")).rpartition(".")[2]
        return TELLS and (callback == "default" or (callback == "minimal" and not looping))

    def _show(self, result: dict[str, t.Any], task_vars: dict[str, t.Any]) -> None:
        """Tell what the censored result would have told; nothing in it is secret, since the module masks its messages."""
        display = Display()
        host = task_vars.get("inventory_hostname", "")
        if result.get("failed") and not self._told_by_callback("ansible_loop_var" in task_vars):
            display.display("%s: %s" % (host, result.get("msg", "failed")), color=colour("COLOR_ERROR"))
        if not TELLS:
            for warning in result.get("warnings") or ():
                display.warning("%s: %s" % (host, warning))
        diff = result.get("diff")
        if "ansible_loop_var" in task_vars and result.get("changes") and diff and not result.get("failed"):
            # A loop hides the label of a censored item, so this says which it was.
            display.display("%s: %s: %s" % (host, diff["after_header"], ", ".join(result["changes"])), color=colour("COLOR_CHANGED"))
        if self._task.diff and diff and diff.get("before") != diff.get("after"):
            lines = difflib.unified_diff(
                diff["before"].splitlines(),
                diff["after"].splitlines(),
                "before: " + diff["before_header"],
                "after: " + diff["after_header"],
                lineterm="",
            )
            for line in lines:
                name = DIFF_COLOURS.get(line[:1])
                display.display(line, color=colour(name) if name else None)
