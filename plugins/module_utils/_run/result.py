# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""What became of a plan that was carried out: what was done, what is known of its secret, and what a failure means."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import CREATE, DELETE, SECRET, UPDATE, WORD, Plan, lines_of


@dataclass
class Result:
    """What became of one plan.

    :ivar plan: the last one; another than at first when somebody else changed the robot meanwhile
    :ivar done: the steps that were carried out
    :ivar secret: a secret that Harbor gave or that was made here; never one that the user gave
    :ivar secret_set: whether this run changed the robot's secret
    :ivar recovered: the robot was made although the answer was lost
    :ivar lost: the robot may have been made with a secret that nobody got to know
    :ivar unsure: whether the robot took C(secret) is not known
    :ivar secret_before: what the diff says of the secret that was replaced
    :ivar foretold: nothing was to be carried out: in check mode, or because there is nothing to do
    """

    plan: Plan
    robot: t.Optional[Robot]
    done: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    secret: t.Optional[str] = field(default=None, repr=False)
    secret_set: bool = False
    recovered: bool = False
    lost: bool = False
    unsure: bool = False
    error: t.Optional[HarborError] = None
    failed_step: str = ""
    secret_before: str = ""
    foretold: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.done)

    @property
    def visible(self) -> bool:
        """Whether the diff has anything of it."""
        return bool(self.plan.steps if self.foretold else self.done)

    def lines(self) -> tuple[list[str], list[str]]:
        """Before and after, line by line, for the diff: only what was done, or what would be."""
        made = self.plan
        if self.foretold:
            return made.lines()
        before = lines_of(made.robot)
        if CREATE in self.done and made.after is not None:
            after = lines_of(made.after if UPDATE in self.done or made.after.enabled else replace(made.after, enabled=True))
        elif DELETE in made.steps:
            before = before if self.done or self.error else []  # somebody else was first
            after = [] if self.done else list(before)
        else:
            after = lines_of(made.after) if UPDATE in self.done else list(before)
        if SECRET in self.done:
            before += ["secret: %s" % self.secret_before] if self.secret_before else []
            after += ["secret: as given" if self.secret is None else "secret: new"]
        return before, after

    def message(self) -> str:
        """What was tried on which robot, what was and was not done, and what to do."""
        if self.error is None:
            return ""
        if self.plan.drift:
            return "%s: %s" % (self.plan.label, self.plan.drift)
        left = [step for step in self.plan.steps if step not in self.done]
        if not self.failed_step:
            text = "%s: %s" % (self.plan.label, self.error.describe())
        else:
            text = "Could not %s %s. %s" % (self.failed_step, self.plan.label, self.error.describe())
        done = ", ".join(WORD[step] for step in self.done) or "nothing"
        text += " Done: %s. Not done: %s." % (done, ", ".join(WORD[step] for step in left) or "nothing")
        if self.error.ambiguous and self.failed_step and not self.unsure:
            text += " Whether the last request did its work is not known; the next run finds out."
        again = "harbor_robot_secret with state=refreshed gives it a new one"
        if self.unsure:
            text += " Whether it took the secret that is in the result (secret) is not known: if that does not log in, %s." % (
                again if self.lost else "the one from before does"
            )
        elif self.lost:
            text += " %s not known to anybody: %s." % (
                "Its secret is" if CREATE in self.done else "If this run made it, its secret is",
                again if self.plan.desired.secret is None else "the next run sets the one that was given",
            )
        elif self.secret:
            text += " The secret that this run was given for it is in the result (secret): keep it, for Harbor shows it only once."
        return text + _advice(self.error)


def _advice(error: HarborError) -> str:
    if error.hint:
        return ""
    if error.status == 403 and "read only" in error.message:
        return " A system administrator can end the read-only mode."
    if error.status == 403:
        return " Run it as a system administrator, or as an administrator of the project."
    if error.status in (None, 429) or error.status >= 500:
        return " Run it again: a run goes on where the last one stopped."
    return ""
