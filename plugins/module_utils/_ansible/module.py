# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""The one way in of every module that talks to Harbor: its connection, and what becomes of its failures."""

from __future__ import annotations

import signal
import typing as t

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.exit import (
    OUR_FAULT,
    Judge,
    Report,
    SealedModule,
    all_at_once,
    repeats,
    where,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import connection, connection_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.proxies import encoded, proxy_secrets
from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError, Interrupted, WrongInput
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.http import REQUESTS_IMPORT_ERROR, Transport
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Conditions
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import stored
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import Shape, aligned, distinct, unknown_options, usable

# A kill, Ctrl-C, and a terminal that closed.
ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class HarborModule(SealedModule):
    """A module with the options of a connection to Harbor.

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
        self._explain = explain
        self._writing = False
        self._ending = False
        self._http: t.Optional[Transport] = None
        self._checked: dict[str, t.Any] = {}
        super().__init__(dict(connection_spec(), **argument_spec), judge)
        self.params.update(self._checked)

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

    def _option_faults(self) -> list[str]:
        """What Ansible's validation found, all of it and at its place, and what else is wrong as far as it can be told."""
        try:
            return self._told_faults()
        except Exception as exc:
            unknown, errors = self._validation_errors()
            return unknown_options(unknown, self.argument_spec) + errors + [OUR_FAULT % where(exc)]

    def _told_faults(self) -> list[str]:
        explained = self._explain(self._given)
        told = [fault for faults, _value in explained.values() for fault in faults]
        unknown, errors = self._validation_errors(left_out=explained)
        known = [error for error in errors if not any(_is_about(error, option) for option in explained)]
        if any("is not a mapping" in fault for fault in told):
            known = [one for one in known if not one.startswith("dictionary requested")]  # says neither of which option nor of which entry
        values = {option: value for option, (_faults, value) in explained.items()}
        lists = [name for name, one in self.argument_spec.items() if one.get("elements") == "dict"]
        placed = {name: aligned(self._given.get(name), self.params.get(name)) for name in lists}
        params = usable({**self.params, **placed, **self._checked, **values}, self.argument_spec)
        faults, doubts = self._judge(params)
        known = distinct(known, told)
        # Of an entry without access the fault stays that says which entry it is.
        if any("].access is empty" in fault for fault in faults):
            known = [one for one in known if one != "missing required arguments: access found in permissions"]
        own = [fault for fault in [*connection(params)[1], *faults, *doubts] if not repeats(fault, known + told)]
        return unknown_options(unknown, self.argument_spec) + known + told + own

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

    def _on_end(self, number: int, frame: t.Any) -> None:
        first, self._ending = not self._ending, True
        if first and not self._writing and self._http is not None:
            self._http.interrupt(Interrupted("the run was asked to end (signal %d)" % number))

    def run(self, work: t.Callable[[HarborModule, HarborApi], Report]) -> t.NoReturn:
        """Do the module's work and leave; every failure is a message, none a traceback."""
        self.leave(self._report(work))

    def _report(self, work: t.Callable[[HarborModule, HarborApi], Report]) -> Report:
        if REQUESTS_IMPORT_ERROR is not None:
            return Report(failure=missing_required_lib("requests"))
        api: t.Optional[HarborApi] = None
        try:
            api = HarborApi(self._connect())
            return work(self, api)
        except WrongInput as exc:
            # Who asks matters where somebody else would be allowed what is refused.
            caller = {"caller": api.caller.kind} if api and api.caller else {}
            return Report({"changed": False, "faults": exc.faults, **caller}, failure=all_at_once(exc.faults))
        except HarborError as exc:
            return Report(
                {"changed": False, "error": exc.as_dict()}, failure="%s%s Nothing was changed." % (self._subject(), exc.describe())
            )
        except Interrupted as exc:
            return Report({"changed": False}, failure="%s%s. Nothing was changed." % (self._subject(), exc))
        except Exception as exc:  # a fault of this collection; still no traceback for its user
            return Report(failure=OUR_FAULT % where(exc))
        finally:
            self.writing()  # a signal that comes now must not keep us from logging out and telling
            if self._http is not None:
                self._http.close()

    def _connect(self) -> Transport:
        """What talks to Harbor, when nothing is wrong with the options."""
        settings, faults = connection(self.params)
        own, doubts = self._judge(self.params)
        if faults or own:
            raise WrongInput([*faults, *own, *doubts])
        self.no_log_values.update(proxy_secrets(), encoded(settings.username, settings.password))
        self._http = Transport(settings)
        for number in ENDINGS:
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
                signal.signal(number, self._on_end)
        return self._http


def _is_about(error: str, option: str) -> bool:
    """Whether an error of Ansible's is about the entries of an option, or what they hold."""
    return any(words % option in error for words in ("found in %s", "found in '%s'", "option '%s'", "field '%s'"))
