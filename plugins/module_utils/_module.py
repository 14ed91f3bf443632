# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""The one way in and the one way out of every module.

What a module prints is read by Ansible before the action plugin of the same name sees it. Therefore secrets leave in one
sealed field, messages and warnings are masked here, and Ansible's own masking is switched off: it would blot letters of
the seal when a password is short, and costs secrets times values.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import typing as t
from dataclasses import dataclass, field

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.harbormaster.robots.plugins.module_utils._api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError, Interrupted, WrongInput
from ansible_collections.harbormaster.robots.plugins.module_utils._fleet import Conditions
from ansible_collections.harbormaster.robots.plugins.module_utils._http import REQUESTS_IMPORT_ERROR, Transport
from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask
from ansible_collections.harbormaster.robots.plugins.module_utils._names import stored
from ansible_collections.harbormaster.robots.plugins.module_utils._options import (
    Shape,
    connection,
    connection_spec,
    unknown_options,
    usable,
)

# A longer list leaves as one text: Ansible walks over every value of a result twice before it prints it, and again when it reads it.
LONG = 100

# Faults, and doubts that are worth saying only beside a fault.
Judge = t.Callable[[t.Mapping[str, t.Any]], tuple[list[str], list[str]]]


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


class HarborModule(AnsibleModule):
    """An AnsibleModule that reports every fault of its options at once, and seals secrets.

    :param argument_spec: the module's own options; those of the connection are added
    :param judge: what is wrong with them besides their types; called with options of the right types only
    :param explain: by option, faults of types and the usable value, where Ansible does not say which entry of a list it means
    """

    def __init__(
        self,
        argument_spec: dict[str, t.Any],
        judge: Judge = lambda params: ([], []),
        explain: t.Callable[[t.Mapping[str, t.Any]], dict[str, tuple[list[str], t.Any]]] = lambda given: {},
    ) -> None:
        self._judge = judge
        self._explain = explain
        self._ready = False
        self._writing = False
        self._ending = False
        self._http: t.Optional[Transport] = None
        self._checked: dict[str, t.Any] = {}
        spec = dict(connection_spec(), **argument_spec)
        super().__init__(argument_spec=spec, supports_check_mode=True, no_log=True)
        self.params.update(self._checked)
        self._ready = True

    def _load_params(self) -> None:
        super()._load_params()
        self._given = dict(self.params)  # validation replaces the values, and its messages need those that were given
        for option, one in self.argument_spec.items():
            given = self.params.get(option)
            if one.get("elements") == "dict" and isinstance(given, list) and given:
                shape = Shape(one["options"])
                entries = [shape.conforming(entry, self.no_log_values) for entry in given]
                if None not in entries:
                    self._checked[option] = entries
                    self.params[option] = []

    # -- the way out -----------------------------------------------------------------------------------------------

    def fail_json(self, msg: str, **kwargs: t.Any) -> t.NoReturn:
        """Fail without a traceback and without repeating the options; while options are read, with all their faults."""
        if not self._ready and getattr(self, "validation_result", None) is not None and self.validation_result.errors:
            msg = all_at_once(self._option_faults())
        kwargs.setdefault("invocation", {})
        super().fail_json(msg=Mask(self.no_log_values).text(str(msg)), **kwargs)

    def _option_faults(self) -> list[str]:
        """What Ansible's validation found, all of it and at its place, and what else is wrong as far as it can be told."""
        explained = self._explain(self._given)
        told = [fault for faults, _value in explained.values() for fault in faults]
        result = self.validation_result
        paths = [name if isinstance(name, (tuple, list)) else (name,) for name in result.unsupported_parameters]
        unknown = [".".join(path) for path in paths if path[0] not in explained]
        errors = [str(error) for error in result.errors if type(error).__name__ != "UnsupportedError"]
        known = [error for error in errors if not any(_is_about(error, option) for option in explained)]
        values = {option: value for option, (_faults, value) in explained.items()}
        params = usable({**self.params, **self._checked, **values}, self.argument_spec)
        faults, doubts = self._judge(params)
        # Of what Ansible says twice the longer form stays, and of an entry without access the one that says which entry it is.
        known = [one for one in known if not any(one != other and one in other for other in known)]
        if any("].access is empty" in fault for fault in faults):
            known = [one for one in known if one != "missing required arguments: access found in permissions"]
        own = [fault for fault in connection(params)[1] + faults + doubts if not _repeats(fault, known + told)]
        return unknown_options(unknown, self.argument_spec) + known + told + own

    def leave(self, report: Report) -> t.NoReturn:
        """Print the report and end."""
        mask = Mask(self.no_log_values)
        for warning in report.warnings:
            self.warn(mask.text(warning))
        failure = None if report.failure is None else mask.text(report.failure)
        result = {key: mask.value(value) if key in ("error", "faults") else value for key, value in report.result.items()}
        for one in result.get("robots") or ():
            one.update((key, mask.value(one[key])) for key in ("msg", "error") if one.get(key))
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

    # -- the way in ------------------------------------------------------------------------------------------------

    def conditions(self) -> Conditions:
        """What holds for the whole run."""
        return Conditions(
            registry=self.params["registry"],
            prefix=self.params["robot_name_prefix"],
            check_mode=self.check_mode,
            stopping=lambda: self._ending,
        )

    def writing(self) -> None:
        """From here on an end that is asked for comes between two requests, so that nothing that was done goes unsaid."""
        self._writing = True

    def refuse(self, faults: t.Sequence[str]) -> None:
        """End with these faults, when there are any."""
        if faults:
            raise WrongInput(faults)

    def _subject(self) -> str:
        """What the run is about, as the beginning of a message; empty for modules that are about many things."""
        name, project, number = (self.params.get(option) for option in ("name", "project", "id"))
        if not name and number is None:
            return ""
        if "project" not in self.argument_spec:
            return "project %s: " % name
        return "robot %s: " % (stored(project, name) if name else "id %d" % number)

    def _on_term(self, number: int, frame: t.Any) -> None:
        first, self._ending = not self._ending, True
        if first and not self._writing and self._http is not None:
            self._http.interrupt(Interrupted("the run was asked to end (signal %d)" % number))

    def run(self, work: t.Callable[[HarborModule, HarborApi], Report]) -> t.NoReturn:
        """Do the module's work and leave; every failure is a message, none a traceback."""
        self.leave(self._report(work))

    def _report(self, work: t.Callable[[HarborModule, HarborApi], Report]) -> Report:
        if REQUESTS_IMPORT_ERROR is not None:
            return Report(failure=missing_required_lib("requests"))
        settings, faults = connection(self.params)
        own, doubts = self._judge(self.params)
        faults = faults + own
        if faults:
            faults += doubts
            return Report({"changed": False, "faults": faults}, failure=all_at_once(faults))
        http = self._http = Transport(settings)
        signal.signal(signal.SIGTERM, self._on_term)
        api = HarborApi(http)
        try:
            return work(self, api)
        except WrongInput as exc:
            # Who asks matters where somebody else would be allowed what is refused.
            caller = {"caller": api.caller.kind} if api.caller else {}
            return Report({"changed": False, "faults": exc.faults, **caller}, failure=all_at_once(exc.faults))
        except HarborError as exc:
            return Report(
                {"changed": False, "error": exc.as_dict()}, failure="%s%s Nothing was changed." % (self._subject(), exc.describe())
            )
        except Interrupted as exc:
            return Report({"changed": False}, failure="%s%s. Nothing was changed." % (self._subject(), exc))
        except Exception as exc:  # a fault of this collection; still no traceback for its user
            return Report(failure="A fault of harbormaster.robots itself, please report it: %s" % where(exc))
        finally:
            self.writing()  # a signal that comes now must not keep us from logging out and telling
            http.close()


def _is_about(error: str, option: str) -> bool:
    """Whether an error of Ansible's is about the entries of an option, or what they hold."""
    return any(words % option in error for words in ("found in %s", "found in '%s'", "option '%s'", "field '%s'"))


def _repeats(fault: str, told: t.Sequence[str]) -> bool:
    """True when a fault is only that an option lacks whose value, or whose entry, was refused already."""
    if "is required" not in fault and "is empty" not in fault:
        return False
    place = fault.split(":", 1)[0] if fault.startswith("robots[") else fault.split(" ", 1)[0]
    return any(place in one for one in told)


def where(exc: BaseException) -> str:
    """An unexpected exception in one line, with the place that it came from."""
    trace = exc.__traceback__ or sys.exc_info()[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "%s:%d" % (os.path.basename(trace.tb_frame.f_code.co_filename), trace.tb_lineno) if trace else "unknown place"
    return "%s at %s: %s" % (type(exc).__name__, place, exc)
