# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""A project, as far as bootstrapping a registry needs it: planned, then carried out."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi, Project, Server
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import name_fault


@dataclass(frozen=True)
class Wish:
    """What the user wants of a project; C(public) None leaves a project as it is, and makes a new one private."""

    name: str
    present: bool = True
    public: t.Optional[bool] = None


@dataclass(frozen=True)
class ProjectPlan:
    """What one run does to one project. C(after) is what it is then: public or not, None for gone."""

    wish: Wish
    project: t.Optional[Project]
    step: str = ""
    changes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    after: t.Optional[bool] = None


def faults_of(name: t.Optional[str]) -> list[str]:
    """What is wrong with a project's name."""
    fault = name_fault(name) if name is not None else None
    faults = [fault] if fault else []
    if name is not None and len(name) > 255:
        faults.append("name has %d characters, and Harbor takes at most 255" % len(name))
    return faults


def plan(wish: Wish, project: t.Optional[Project], caller: Caller, server: Server) -> ProjectPlan:
    """What turns the project into the wish, and why it would be refused. Pure."""
    made = _plan(wish, project)
    faults = list(made.faults)
    if made.step and not faults:
        faults += _refusals(made, caller, server)
    return ProjectPlan(wish, project, made.step, made.changes, tuple(faults), made.after)


def _plan(wish: Wish, project: t.Optional[Project]) -> ProjectPlan:
    if not wish.present:
        if project is None:
            return ProjectPlan(wish, None)
        holds = ["%d %s" % (project.raw.get(key) or 0, what) for key, what in CONTENTS if project.raw.get(key)]
        faults = ("holds %s, and Harbor removes only empty projects: remove them first" % " and ".join(holds),) if holds else ()
        return ProjectPlan(wish, project, "delete", ("remove",), faults)
    if project is None:
        return ProjectPlan(wish, None, "create", ("create",), after=bool(wish.public))
    if wish.public is None or wish.public == project.public:
        return ProjectPlan(wish, project, after=project.public)
    return ProjectPlan(wish, project, "update", ("make public" if wish.public else "make private",), after=wish.public)


CONTENTS = (("repo_count", "repositories"), ("chart_count", "charts"))


def _refusals(made: ProjectPlan, caller: Caller, server: Server) -> list[str]:
    if server.read_only:
        return ["Harbor is in read-only mode, so nothing can be changed; a system administrator can end that"]
    if caller.is_robot or caller.admin:
        return []
    if made.step == "create" and server.admins_make_projects:
        return ["user %s may not make projects; a system administrator could" % caller.name]
    if made.project is not None and not made.project.administered:
        return ["user %s may not %s it; a system administrator or an administrator of the project could" % (caller.name, made.step)]
    return []


@dataclass
class Outcome:
    """What became of a plan.

    :ivar changed: whether this run changed something
    :ivar project: the project as it is then
    :ivar started: an answer was lost, so that the work may have been done
    """

    intended: ProjectPlan
    changed: bool = False
    project: t.Optional[Project] = None
    started: bool = False
    error: t.Optional[HarborError] = None

    def message(self) -> t.Optional[str]:
        """What failed, and what was and was not done; None for success."""
        if self.error is None:
            return None
        verb = {"create": "create", "update": "change", "delete": "remove"}[self.intended.step]
        done, left = (verb, "nothing") if self.changed else ("nothing", verb)
        text = "Could not %s project %s. %s" % ("read" if self.changed else verb, self.intended.wish.name, self.error.describe())
        text += " Done: %s. Not done: %s." % (done, left)
        if self.started and not self.changed:
            text += " Whether the request did its work is not known; the next run finds out."
        return text


def apply(api: HarborApi, intended: ProjectPlan) -> Outcome:
    """Carry a plan out. Failures are in the result, never raised, so that what was done is told.

    An answer that was lost is made up for by looking: names are unique, and a project has no secret that could be lost.
    """
    outcome = Outcome(intended)
    try:
        _apply(api, intended, outcome)
    except HarborError as exc:
        outcome.error = exc
    return outcome


def _apply(api: HarborApi, intended: ProjectPlan, outcome: Outcome) -> None:
    wish, project = intended.wish, intended.project
    for attempt in itertools.count():
        try:
            if intended.step == "create":
                api.create_project(wish.name, bool(wish.public))
            elif intended.step == "update" and project is not None:
                api.update_project(project.id, bool(wish.public))
            elif intended.step == "delete" and project is not None:
                outcome.changed = api.delete_project(project.id) or outcome.started
                return
        except HarborError as exc:
            outcome.started = outcome.started or exc.ambiguous
            if exc.status != 409 and not exc.ambiguous:
                raise
            try:
                project = api.project(wish.name)
            except HarborError as other:
                raise exc from other
            intended = _plan(wish, project)
            if not intended.step:
                outcome.changed, outcome.project = outcome.started, project
                return
            if attempt >= api.http.settings.retries:
                raise
            api.http.pause_before_retry(attempt, exc)
        else:
            outcome.changed = True
            outcome.project = api.project(wish.name)
            return


def lines(public: t.Optional[bool]) -> str:
    """One side of the diff."""
    return "" if public is None else "public: %s\n" % ("true" if public else "false")


def view(name: str, project: t.Optional[Project], public: t.Optional[bool]) -> dict[str, t.Any]:
    """The C(project) that the module returns."""
    return {
        "id": project.id if project else None,
        "name": name,
        "public": public,
        "repo_count": int(project.raw.get("repo_count") or 0) if project else 0,
        "owner": project.raw.get("owner_name") if project else None,
        "creation_time": project.raw.get("creation_time") if project else None,
        "update_time": project.raw.get("update_time") if project else None,
    }
