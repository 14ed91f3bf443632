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
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import Catalogue
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.names import name_fault
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer, World

# From here on a system robot may make projects, and one that holds project:update or project:delete may change or remove one.
ROBOTS_MAKE_PROJECTS = (2, 4, 0)
ROBOTS_HOLD_PROJECTS = (2, 8, 0)
# What C(relative) rights call the project itself.
ITSELF = "."
COULD = "a system administrator or an administrator of the project could"


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


class Standing(t.NamedTuple):
    """What is known of a calling robot.

    :ivar of_project: it belongs to a project
    :ivar pairs: what it holds in the scope of the plan, the project or else the system; None when nobody says
    """

    of_project: bool = False
    pairs: t.Optional[frozenset[tuple[str, str]]] = None


def unseen(name: str) -> Project:
    """A project of which only is known that it exists."""
    return Project(0, name, False, None, {})


def faults_of(name: t.Optional[str]) -> list[str]:
    """What is wrong with a project's name."""
    fault = name_fault(name) if name is not None else None
    faults = [fault] if fault else []
    if name is not None and len(name) > 255:
        faults.append("name has %d characters, and Harbor takes at most 255" % len(name))
    return faults


def find(api: HarborApi, name: str, caller: Caller) -> t.Optional[Project]:
    """The project, None when it is proved absent. A robot that made one need not be able to see it."""
    try:
        return api.project(name)
    except HarborError as exc:
        if exc.status != 403 or not caller.is_robot:
            raise
        return unseen(name)


def standing(api: HarborApi, wish: Wish, project: t.Optional[Project], server: Server, prefix: t.Optional[str]) -> Standing:
    """What the plan has to know of a calling robot, read only as far as it matters.

    :param prefix: what stands before the names of robots, where the user says so
    """
    caller, step = api.caller, _plan(wish, project).step
    if caller is None or not caller.is_robot or not step:
        return Standing()
    if project is not None:
        known = project.id and server.version >= ROBOTS_HOLD_PROJECTS
        return Standing(pairs=api.rights("/project/%d" % project.id) if known else None)
    if server.version < ROBOTS_MAKE_PROJECTS:
        return Standing()
    name = caller.name[len(prefix) :] if prefix and caller.name.startswith(prefix) else caller.name
    home, plus, _short = name.rpartition("+")
    if plus and (prefix or any(home.endswith(one.name) for one in api.projects())):  # a prefix may have a plus sign as well
        return Standing(of_project=True)
    if not server.admins_make_projects:
        return Standing()
    world = World(caller, server, Catalogue.bundled(server.version_text), prefix)
    Observer(api, prefix=prefix).read_own_powers(world, [""])
    return Standing(pairs=world.pairs.get("/"))


def plan(wish: Wish, project: t.Optional[Project], caller: Caller, server: Server, robot: t.Optional[Standing] = None) -> ProjectPlan:
    """What turns the project into the wish, and why it would be refused. Pure.

    :param robot: what is known of the caller when it is a robot
    """
    made = _plan(wish, project)
    faults = list(made.faults)
    if made.step and not faults:
        faults += _refusals(made, caller, server, robot or Standing())
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
    if wish.public is None or (wish.public == project.public and project.id):
        return ProjectPlan(wish, project, after=project.public if project.id else None)
    return ProjectPlan(wish, project, "update", ("make public" if wish.public else "make private",), after=wish.public)


CONTENTS = (("repo_count", "repositories"), ("chart_count", "charts"))


def _refusals(made: ProjectPlan, caller: Caller, server: Server, robot: Standing) -> list[str]:
    if server.read_only:
        return ["Harbor is in read-only mode, so nothing can be changed; a system administrator can end that"]
    if caller.is_robot:
        return _refusals_of_robot(made, caller.name, server, robot)
    if caller.admin:
        return []
    if made.step == "create" and server.admins_make_projects:
        return ["user %s may not make projects; a system administrator could" % caller.name]
    if made.project is not None and not made.project.administered:
        return ["user %s may not %s it; %s" % (caller.name, made.step, COULD)]
    return []


def _refusals_of_robot(made: ProjectPlan, name: str, server: Server, robot: Standing) -> list[str]:
    if made.step == "create":
        could = "a system administrator could" if server.admins_make_projects else "any user could"
        if server.version < ROBOTS_MAKE_PROJECTS:
            return ["%s is a robot and may not make projects (system robots can since Harbor 2.4); %s" % (name, could)]
        if robot.of_project:
            return ["%s is a robot of a project and may not make projects; %s" % (name, could)]
        if server.admins_make_projects and robot.pairs is not None and ("project", "create") not in robot.pairs:
            return ["robot %s lacks project:create on the system; %s" % (name, could)]
        return []
    if made.project is not None and not made.project.id:
        return ["robot %s may not see it, so it cannot %s it; %s" % (name, made.step, COULD)]
    if server.version < ROBOTS_HOLD_PROJECTS:
        return ["%s is a robot and may not %s it (no robot can before Harbor 2.8); %s" % (name, made.step, COULD)]
    if robot.pairs is not None and (ITSELF, made.step) not in robot.pairs:
        return ["robot %s lacks project:%s there; %s" % (name, made.step, COULD)]
    return []


def doubts(made: ProjectPlan, caller: Caller, server: Server, robot: Standing) -> list[str]:
    """What check mode cannot foretell."""
    if made.step == "create" and not made.faults and caller.is_robot and server.admins_make_projects and robot.pairs is None:
        return [
            "project %s: only system administrators and robots with project:create on the system make projects here, and "
            "whether %s is one is not known before it tries" % (made.wish.name, caller.name)
        ]
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
        if exc.status == 403 and not exc.hint and "read only" not in exc.message and api.caller and not api.caller.admin:
            exc.hint = "A system administrator could."
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
            outcome.project = find(api, wish.name, api.caller) if api.caller else api.project(wish.name)
            return


def _public(project: t.Optional[Project]) -> t.Optional[bool]:
    return project.public if project and project.id else None


def told(outcome: Outcome, check_mode: bool) -> dict[str, t.Any]:
    """What the module returns: what was done, or in check mode what would be."""
    made = outcome.intended
    wish, done = made.wish, outcome.changed or (check_mode and bool(made.step))
    before, after = _public(made.project), made.after
    if made.step and not done:
        before = after = before if outcome.error else _public(outcome.project)  # without an error somebody else was first
    shown = outcome.project or made.project
    public = after if wish.present else _public(made.project)
    out: dict[str, t.Any] = {
        "changed": done,
        "changes": list(made.changes) if done else [],
        "project": view(wish.name, shown, public) if shown or (done and wish.present) else None,
        "diff": {
            "before": lines(before),
            "after": lines(after),
            "before_header": "project %s" % wish.name,
            "after_header": "project %s" % wish.name,
        },
    }
    if outcome.error is not None:
        out["error"] = outcome.error.as_dict()
    return out


def lines(public: t.Optional[bool]) -> str:
    """One side of the diff."""
    return "" if public is None else "public: %s\n" % ("true" if public else "false")


def view(name: str, project: t.Optional[Project], public: t.Optional[bool]) -> dict[str, t.Any]:
    """The C(project) that the module returns."""
    return {
        "id": (project.id or None) if project else None,
        "name": name,
        "public": public,
        "repo_count": int(project.raw.get("repo_count") or 0) if project else 0,
        "owner": project.raw.get("owner_name") if project else None,
        "creation_time": project.raw.get("creation_time") if project else None,
        "update_time": project.raw.get("update_time") if project else None,
    }
