# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""The one way out of every module, whatever it is about.

What a module prints is read by Ansible before the action plugin of the same name sees it. Therefore secrets leave in one
sealed field, messages and warnings are masked here, and Ansible's own masking is switched off: it would blot letters of
the seal when a password is short, and costs secrets times values.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import sys
import typing as t
from dataclasses import dataclass, field

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import WrongInput
from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import Spec, countable, unknown_options, usable

# A longer list leaves as one text: Ansible walks over every value of a result twice before it prints it, and again when it reads it.
LONG = 100

# So many objects are made before Python looks for garbage once more.
SELDOM = 100_000

OUR_FAULT = "A fault of harbormaster.robots itself, please report it: %s"

# Faults, and doubts that are worth saying, and finding, only beside a fault.
Judge = t.Callable[[t.Mapping[str, t.Any]], tuple[list[str], t.Iterable[str]]]


@dataclass
class Report:
    """What a module has to say.

    :ivar result: the return values
    :ivar secrets: return values that nobody but the user's playbook may see
    :ivar failure: what to fail with; None for success
    """

    result: dict[str, t.Any] = field(default_factory=dict)
    secrets: dict[str, t.Any] = field(default_factory=dict, repr=False)
    warnings: list[str] = field(default_factory=list)
    failure: t.Optional[str] = None


def all_at_once(faults: t.Sequence[str]) -> str:
    """All faults of a call in one message."""
    if len(faults) == 1:
        return "Wrong input, nothing was changed: %s" % faults[0]
    return "Wrong input, nothing was changed; %d faults:\n%s" % (len(faults), "\n".join("- %s" % fault for fault in faults))


def made_in(secrets: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """The secrets among what is to be sealed; user names and dates beside them are no secret."""
    for key, value in secrets.items():
        if isinstance(value, dict):
            yield from made_in(value)
        elif key == "secret" and isinstance(value, str):
            yield value


class SealedModule(AnsibleModule):
    """An AnsibleModule that reports every fault of its options at once, and seals secrets.

    :param judge: what is wrong with the options besides their types; called with options of the right types only
    """

    def __init__(self, argument_spec: Spec, judge: Judge = lambda params: ([], [])) -> None:
        self._judge = judge
        self._ready = False
        # A process of seconds leaves next to nothing to collect, and a thousand robots are looked through again and again for it.
        gc.set_threshold(SELDOM)
        super().__init__(argument_spec=argument_spec, supports_check_mode=True, no_log=True)
        self._ready = True

    def _load_params(self) -> None:
        super()._load_params()
        self.params = countable(self.params, self.argument_spec)

    def fail_json(self, msg: str, **kwargs: t.Any) -> t.NoReturn:
        """Fail without a traceback and without repeating the options; while options are read, with all their faults."""
        if not self._ready and getattr(self, "validation_result", None) is not None and self.validation_result.errors:
            msg = all_at_once(self._option_faults())
        kwargs.setdefault("invocation", {})
        super().fail_json(msg=Mask(self.no_log_values).text(str(msg)), **kwargs)

    def _option_faults(self) -> list[str]:
        """What Ansible's validation found, all of it, and what else is wrong as far as it can be told."""
        unknown, errors = self._validation_errors()
        faults, doubts = self._judge(usable(self.params, self.argument_spec))
        return unknown_options(unknown, self.argument_spec) + errors + [one for one in [*faults, *doubts] if not repeats(one, errors)]

    def _validation_errors(self, left_out: t.Container[str] = ()) -> tuple[list[str], list[str]]:
        """The unknown options, and what else Ansible's validation found.

        :param left_out: options below which unknown ones are told elsewhere
        """
        result = self.validation_result
        paths = [name if isinstance(name, (tuple, list)) else (name,) for name in result.unsupported_parameters]
        # Once each: of a text instead of a list, Ansible says of every comma the same.
        errors = list(dict.fromkeys(str(error) for error in result.errors if type(error).__name__ != "UnsupportedError"))
        return [".".join(path) for path in paths if path[0] not in left_out], errors

    def add_path_info(self, kwargs: dict[str, t.Any]) -> dict[str, t.Any]:
        """Leave a result as it is: Ansible would look at whatever its C(path) names, and add what the module does not document."""
        return kwargs

    def judged(self, work: t.Callable[[], Report]) -> Report:
        """What a module has to say that needs no connection: its faults, or what its work reports. Nothing is raised."""
        try:
            faults, doubts = self._judge(self.params)
            if faults:
                raise WrongInput([*faults, *doubts])
            return work()
        except WrongInput as exc:
            return Report({"changed": False, "faults": exc.faults}, failure=all_at_once(exc.faults))
        except Exception as exc:  # a fault of this collection; still no traceback for its user
            return Report(failure=OUR_FAULT % where(exc))

    def leave(self, report: Report) -> t.NoReturn:
        """Print the report and end."""
        made = set(made_in(report.secrets))
        # A short password would blot our own words, a secret that was made here is nowhere in them.
        mask, ours = Mask({*self.no_log_values, *made}), Mask(made)
        for warning in report.warnings:
            self.warn(mask.text(warning))
        failure = None if report.failure is None else mask.text(report.failure)
        masks = {"msg": mask, "error": mask, "faults": mask, **({"changes": ours} if made else {})}
        result = {key: masks[key].value(value) if key in masks else value for key, value in report.result.items()}
        for one in result.get("robots") or ():
            one.update((key, masks[key].value(one[key])) for key in masks if one.get(key))
        self.no_log_values = set()
        result["invocation"] = {}
        long = {key: result.pop(key) for key, value in report.result.items() if isinstance(value, list) and len(value) > LONG}
        if long:
            result["packed"] = json.dumps(long, separators=(",", ":"))
        if report.secrets:
            result["sealed"] = base64.b64encode(json.dumps(report.secrets).encode()).decode()
        if failure is not None:
            self.fail_json(msg=failure, **result)
        self.exit_json(**result)


def repeats(fault: str, told: t.Sequence[str]) -> bool:
    """True when a fault is only that an option lacks whose value, or whose entry, was refused already."""
    if "is required" not in fault and "is empty" not in fault:
        return False
    if "(or id," in fault and any("argument 'id'" in one for one in told):
        return True
    place = fault.split(":", 1)[0] if fault.startswith("robots[") else fault.split(" ", 1)[0]
    return any(place in one for one in told)


def where(exc: BaseException) -> str:
    """An unexpected exception in one line, with the place that it came from."""
    trace = exc.__traceback__ or sys.exc_info()[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "%s:%d" % (os.path.basename(trace.tb_frame.f_code.co_filename), trace.tb_lineno) if trace else "unknown place"
    return "%s at %s: %s" % (type(exc).__name__, place, exc)
