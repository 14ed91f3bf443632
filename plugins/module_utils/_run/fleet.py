# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""One run over any number of robots: declarations in, plans, results out. A fleet of one is a fleet."""

from __future__ import annotations

import time
import typing as t
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import WrongInput
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._robots import declaration_list
from ansible_collections.harbormaster.robots.plugins.module_utils._robots import purge as _purge
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import complete
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Conditions, Desired, Robot
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import (
    CREATE,
    SECRET,
    UPDATE,
    Context,
    Plan,
    plan,
    wants_probe,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.rights import refusals
from ansible_collections.harbormaster.robots.plugins.module_utils._run.apply import Applier
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer, World
from ansible_collections.harbormaster.robots.plugins.module_utils._run.result import Result


class Fleet:
    """Robots that are declared together.

    :ivar seconds: how long the run observed, probed and wrote
    """

    def __init__(self, api: HarborApi, conditions: Conditions) -> None:
        self.api = api
        self.conditions = conditions
        self.observer = Observer(api, registry=conditions.registry, prefix=conditions.prefix, workers=conditions.workers)
        self.seconds = {"observing": 0.0, "probing": 0.0, "writing": 0.0}

    @contextmanager
    def _timed(self, what: str) -> t.Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[what] += time.monotonic() - start

    def prepare(self, declared: t.Sequence[Desired], purge: t.Optional[_purge.Purge] = None) -> tuple[World, list[Plan]]:
        """Observe and plan.

        :raises WrongInput: with every fault of every declaration; nothing was changed then
        :raises HarborError: when Harbor could not be read
        """
        with self._timed("observing"):
            world, found = self.observer.observe(declared, purge.scopes(declared) if purge else ())
            faults: dict[int, list[str]] = defaultdict(list, found)
            unknown = set(found)
            desired = self._completed(world, self._resolved(world, declared, faults), faults, unknown)
            for number, wrong in self.observer.check_projects(world, desired).items():
                faults[number] += wrong
        plans = [self._plan(world, one) for one in desired]
        self._judge(world, plans, faults, unknown)
        if self.conditions.verify and any(wants_probe(one, world.robot_for(one), world.server.now()) for one in desired):
            with self._timed("probing"):
                self.observer.probe(world, desired)
            plans = [self._plan(world, one) for one in desired]
            self._judge(world, plans, faults, unknown)
        if self.conditions.check_mode and world.prefix is None and any(CREATE in made.steps for made in plans):
            self.observer.learn_prefix(world, [made.desired.project for made in plans if CREATE in made.steps])
            plans = [self._plan(world, made.desired) if CREATE in made.steps else made for made in plans]
        return world, plans

    def _resolved(self, world: World, declared: t.Sequence[Desired], faults: dict[int, list[str]]) -> list[Desired]:
        """Declarations without patterns of projects."""
        if not any(declaration_list.has_patterns(one) for one in declared):
            return list(declared)
        names = sorted(self.observer.read_every_project(world))
        out = []
        for number, one in enumerate(declared):
            wrong: list[str] = []
            if declaration_list.has_patterns(one):
                one, wrong = declaration_list.resolved(one, names, self.conditions.allow_unmatched)
            faults[number] += wrong
            out.append(one)
        return out

    def _completed(self, world: World, declared: t.Sequence[Desired], faults: dict[int, list[str]], unknown: set[int]) -> list[Desired]:
        """Declarations with their permissions spelt out, as far as they can be.

        :param unknown: declarations of which it is not known what robot they are about; some may be added
        """
        out = []
        first: dict[int, Desired] = {}
        for number, one in enumerate(declared):
            robot = world.robot_for(one)
            if robot is not None and first.setdefault(robot.id, one) is not one:
                # One names it and the other gives its number, so nobody could tell before.
                faults[number].append("declares the same robot as %s" % first[robot.id].place)
            elsewhere = misplaced(one, robot)
            if elsewhere:
                unknown.add(number)
            whole, wrong = complete(one, robot, world.catalogue, world.server.version_text)
            faults[number] += elsewhere + wrong
            if faults[number] and robot is not None and whole.permissions is not None:
                # What could not be understood is not to look as if it were to be taken away.
                whole = whole.holding(whole.permissions | robot.permissions, {})
            out.append(whole)
        return out

    def _plan(self, world: World, desired: Desired) -> Plan:
        robot = world.robot_for(desired)
        works = world.works.get(robot.id) if robot else None
        return plan(desired, robot, Context(world.server.now(), world.catalogue, world.caller, works, world.prefix))

    def _judge(self, world: World, plans: t.Sequence[Plan], faults: dict[int, list[str]], unknown: t.Container[int]) -> None:
        """Raise every fault of every plan, and everything that the caller may not do."""
        for number, made in enumerate(plans):
            if number in unknown:
                faults[number] += self._faults_of_lost(world, made.desired)
            elif made.faults or made.steps:
                faults[number] += [*made.faults, *self.refusals(world, self._wanted(world, made)), *locked_out(world, made, plans)]
        told = [located(plans[number].desired, fault) for number in sorted(faults) for fault in dict.fromkeys(faults[number])]
        if told:
            raise WrongInput(told)

    def _faults_of_lost(self, world: World, desired: Desired) -> t.Sequence[str]:
        """What is wrong with a robot whose project does not exist, besides that it does not."""
        if not desired.present or not desired.project or not desired.short or world.projects.get(desired.project):
            return ()
        return self._plan(world, replace(desired, permissions=desired.permissions or frozenset(), may_create=True)).faults

    def _wanted(self, world: World, made: Plan) -> Plan:
        """A plan with its steps, also where faults keep it from having any: who may not take them is to be told at once."""
        desired, robot = made.desired, made.robot
        if not made.faults or not desired.present:
            return made
        if robot is not None:
            return replace(made, steps=(UPDATE,)) if robot.editable else made
        if not desired.short or not desired.may_create:
            return made
        return self._plan(world, replace(desired, expiry=None, permissions=desired.permissions or frozenset()))

    def refusals(self, world: World, made: Plan) -> list[str]:
        """Why the caller may not carry out a plan."""
        robot, desired = made.robot, made.desired
        level, project = (robot.level, robot.project) if robot else (desired.level, desired.project)
        return refusals(made, world.powers(level, project))

    def cull(self, world: World, purge: _purge.Purge, desired: t.Sequence[Desired]) -> tuple[_purge.Cull, list[Plan]]:
        """What a purge would remove, with the plans for it.

        :raises WrongInput: when the caller may not remove them
        """
        robots = {robot.id: robot for robot in world.robots.values()}.values()
        scopes = set(purge.scopes(desired))
        found = _purge.cull(purge, [robot for robot in robots if (robot.project or "") in scopes], desired, world.caller)
        plans = [self._plan_removal(world, robot) for robot in found.robots]
        wrong = [located(made.desired, fault) for made in plans for fault in self.refusals(world, made)]
        if wrong and not found.refusal:
            raise WrongInput(["purge: %s" % fault for fault in wrong])
        return found, plans

    def _plan_removal(self, world: World, robot: Robot) -> Plan:
        gone = Desired(place="", short=robot.short, project=robot.project, id=robot.id, present=False)
        return plan(gone, robot, Context(world.server.now(), world.catalogue, world.caller))

    def apply(self, world: World, plans: t.Sequence[Plan]) -> list[Result]:
        """Carry the plans out; in check mode only tell what they would do. Nothing is raised: failures are results."""
        conditions = self.conditions
        applier = Applier(
            self.api,
            self.observer,
            world,
            stopping=conditions.stopping,
            stop_on_error=conditions.stop_on_error,
            verify=conditions.verify,
        )
        if self.conditions.check_mode:
            return [applier.foretell(one) for one in plans]
        with self._timed("writing"):
            busy = [number for number, one in enumerate(plans) if one.steps]
            done = dict(zip(busy, applier.all([plans[number] for number in busy], self.conditions.workers)))
        return [done[number] if number in done else applier.foretell(one) for number, one in enumerate(plans)]

    def statistics(self) -> dict[str, t.Any]:
        """Why a run took as long as it did: requests, retries, and seconds spent observing, probing and writing."""
        return dict(self.api.http.statistics, **{"seconds_%s" % what: round(spent, 3) for what, spent in self.seconds.items()})


def misplaced(one: Desired, robot: t.Optional[Robot]) -> list[str]:
    """Faults of a declaration by id whose robot turns out to be elsewhere."""
    if one.short or robot is None:
        return []
    if one.project is not None and one.project != robot.project:
        elsewhere = "the system" if robot.level == "system" else "another project"
        where = "project %s" % robot.project if robot.project else elsewhere
        return ["is not in project %s but in %s" % (one.project, where)]
    if robot.level == "project" and robot.editable and one.entries is not None and one.project is None:
        return ["is in %s: give project and access" % ("project %s" % robot.project if robot.project else "a project")]
    return []


def locked_out(world: World, made: Plan, plans: t.Sequence[Plan]) -> list[str]:
    """A fault of a robot that gives itself a new secret while other things are still to be done with the one it has."""
    robot, caller = made.robot, world.caller
    if SECRET not in made.steps or robot is None or not caller.is_robot or caller.name != robot.full_name:
        return []
    if UPDATE not in made.steps and sum(1 for one in plans if one.steps) == 1:
        return []
    return ["is the robot that is logged in, and its new secret would lock this run out: set it alone, with harbor_robot_secret"]


def located(desired: Desired, fault: str) -> str:
    """A fault with its place: the entry of the list where there is one, else the robot."""
    return "%s: %s" % (desired.place or "robot %s" % desired.key, fault)
