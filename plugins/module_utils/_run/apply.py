# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Carries plans out: in which order, with what care for others, and what is still known when something fails."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import replace

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import Created, HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.parallel import each
from ansible_collections.harbormaster.robots.plugins.module_utils._robots import secrets
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.expiry import parse_time
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Robot, robot_of
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.plan import (
    CREATE,
    DELETE,
    SECRET,
    UPDATE,
    WORD,
    Context,
    Plan,
    creation_body,
    moved,
    plan,
    update_body,
    wants_probe,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import Observer, World, texts_of_own
from ansible_collections.harbormaster.robots.plugins.module_utils._run.result import Result

# Harbor shows whole seconds in Date and stores fractions, so two readings of one moment may differ by one.
CLOCK_SLACK = 2.0
# A lock or a dead session that came and went is no failure, so it does not count among the retries; but it has to end some time.
CLEARED_AGAIN = 3


class Applier:
    """Carries out plans against one Harbor."""

    def __init__(
        self,
        api: HarborApi,
        observer: Observer,
        world: World,
        *,
        stopping: t.Callable[[], bool] = lambda: False,
        stop_on_error: bool = False,
        verify: bool = True,
        generate: t.Callable[[], str] = secrets.generate,
    ) -> None:
        self.api = api
        self.stopping = stopping
        self.stop_on_error = stop_on_error
        self.verify = verify
        self.failed = False
        self.observer = observer
        self.world = world
        self.generate = generate

    def all(self, plans: t.Sequence[Plan], workers: int) -> list[Result]:
        """One result for each plan, in their order; a failing robot does not stop the others."""
        self.api.expect(sum(2 * len(one.steps) for one in plans))
        return each(self.one, plans, workers)

    def foretell(self, intended: Plan) -> Result:
        """The result of a plan that is not carried out: in check mode, or because it has nothing to do."""
        error = HarborError(intended.drift) if intended.drift else None
        changes, warnings = list(intended.changes), list(intended.warnings)
        return Result(intended, intended.after, changes=changes, warnings=warnings, error=error, foretold=True)

    def one(self, intended: Plan) -> Result:
        """Carry out one plan. Failures are in the result, never raised, so that no secret is lost with them."""
        result = Result(intended, intended.robot, warnings=list(intended.warnings))
        try:
            self._steps(intended, result)
        except HarborError as exc:
            self.failed = True
            result.error = exc
            result.changes = [WORD[step] for step in result.done]
        except Exception as exc:  # a fault of this collection must not take the secrets of other robots with it
            self.failed = True
            result.error = HarborError("a fault of harbormaster.robots itself, please report it: %s: %s" % (type(exc).__name__, exc))
            result.changes = [WORD[step] for step in result.done]
        return result

    def _check_stop(self) -> None:
        """Between two requests a run that was asked to end does so, with everything that it knows."""
        if self.stopping():
            raise HarborError("the run was asked to end", hint="Run it again: a run goes on where the last one stopped.")

    def _once_more(self, attempt: int, exc: HarborError) -> None:
        """Wait before another attempt of a write that its preparation has to precede; raises when there is none left."""
        if exc.cleared and attempt < self.api.http.settings.retries + CLEARED_AGAIN:
            return
        if not (exc.ambiguous or exc.passing or exc.status == 409) or attempt >= self.api.http.settings.retries:
            raise exc
        self.api.http.pause_before_retry(attempt, exc)

    def _context(self, works: t.Optional[bool] = None) -> Context:
        world = self.world
        return Context(world.server.now(), world.catalogue, world.caller, works, world.prefix)

    def _steps(self, intended: Plan, result: Result) -> None:
        if self.failed and self.stop_on_error:
            raise HarborError("not tried, because another robot failed", hint="With on_error=continue the others are tried all the same.")
        self._check_stop()
        if CREATE in intended.steps:
            found = self._create(intended, result)
            if found is None:
                return self._finish_creation(intended, result)
            return self._bring(intended, found, result)
        if DELETE in intended.steps and intended.robot is not None:
            result.failed_step = "remove"
            if self.api.delete_robot(intended.robot.id):
                result.done.append(DELETE)
            result.changes = list(intended.changes) if result.done else []
            result.robot, result.failed_step = None, ""
            return None
        return self._change(intended, result)

    # -- robots that exist -----------------------------------------------------------------------------------------

    def _bring(self, intended: Plan, found: Robot, result: Result) -> None:
        """Bring the robot that somebody else made first to what is declared, and say so when it is."""
        place, told = len(result.warnings), "%s was made by somebody else while this run was under way" % intended.label
        result.warnings.append(told)
        self._change(self._again(intended, found, result), result)
        if not result.plan.left_alone:
            told += "; it was brought to what is declared"
            checked = result.secret_set or (self.verify and intended.desired.update_secret == "always")
            if intended.desired.secret is not None and not checked:
                told += ", but its secret was neither checked nor set"
            result.warnings[place] = told

    def _again(self, intended: Plan, reading: Robot, result: Result, works: t.Optional[bool] = None) -> Plan:
        """Plan once more from the newest reading; a fault that appears now stops this robot."""
        secret = intended.desired.secret
        if works is None and secret is not None and self.verify and wants_probe(intended.desired, reading, self.world.server.now()):
            works = self.api.probe(reading.full_name, secret)
        fresh = plan(intended.desired, reading, self._context(works))
        result.plan, result.robot = fresh, reading
        result.warnings += [warning for warning in fresh.warnings if warning not in result.warnings]
        if fresh.faults or fresh.drift:
            faults = ["%s: %s" % (fresh.label, fault) for fault in fresh.faults or (fresh.drift,)]
            raise HarborError("; ".join(faults), hint="Somebody else changed it while this run was under way.")
        return fresh

    def _read(self, intended: Plan) -> Robot:
        if intended.robot is None:
            raise AssertionError("a plan of another kind")
        raw = self.api.robot(intended.robot.id)
        if raw is None:
            raise HarborError("it was removed by somebody else while this run was under way", hint="Run again to make it anew.")
        return robot_of(raw, project=intended.robot.project, key=intended.robot.key or None)

    def _noticed(self, intended: Plan, reading: Robot, result: Result) -> None:
        """Say what somebody else changed and we do not mention: it keeps its newest value."""
        if intended.robot is None:
            raise AssertionError("a plan of another kind")
        mine = {"description": "description", "disable": "enabled", "duration": "expiry", "permissions": "permissions"}
        planned = {mine[member] for member in intended.put}
        for word in moved(intended.robot, reading):
            if word not in planned:
                result.warnings.append("%s: its %s changed while this run was under way; the newest was kept" % (intended.label, word))

    def _change(self, intended: Plan, result: Result) -> None:
        """Set the secret, then update: each right after a reading of its own, each planned again when the robot moved."""
        if SECRET in intended.steps:
            intended = self._secret(intended, result)
        if UPDATE in intended.steps:
            self._check_stop()
            self._update(intended, result)
        result.failed_step = ""
        result.changes = list(result.plan.changes) if result.done else []
        if SECRET in result.done and WORD[SECRET] not in result.changes:
            result.changes.append(WORD[SECRET])  # the rest was planned again after it was set
        result.robot = result.plan.after

    def _secret(self, intended: Plan, result: Result) -> Plan:
        """Set a secret unless somebody else was faster: what they set a moment ago is not replaced in the same run."""
        if intended.robot is None:
            raise AssertionError("a plan of another kind")
        result.failed_step = "set the secret of"
        reading = self._read(intended)
        others = moved(intended.robot, reading)
        if others or reading.updated != intended.robot.updated:
            self._noticed(intended, reading, result)
            intended = self._again(intended, reading, result)
            if SECRET in intended.steps and not others and not intended.desired.refresh:
                raise HarborError(
                    "its secret was changed by somebody else while this run was under way, and was left so", hint="Run again."
                )
        if SECRET in intended.steps:
            self._send_secret(reading.id, None if intended.generate else intended.desired.secret, result)
            result.done.append(SECRET)
            result.secret_before = intended.secret_before
        return intended

    def _send_secret(self, robot_id: int, secret: t.Optional[str], result: Result) -> None:
        """Give the robot the user's secret, or a new one where there is none."""
        sent = self.generate() if secret is None else secret
        result.failed_step = "set the secret of"
        try:
            self.api.set_secret(robot_id, sent)
        except HarborError as exc:
            if secret is None and exc.ambiguous:
                # It may work by now, so whoever reads the message has to have it.
                result.secret, result.unsure = sent, True
            raise
        result.secret = sent if secret is None else None
        result.secret_set, result.lost, result.unsure = True, False, False

    def _update(self, intended: Plan, result: Result) -> None:
        result.failed_step = "update"
        sent: t.Optional[Plan] = None
        for attempt in itertools.count():
            reading = self._read(intended)
            if intended.robot is not None and moved(intended.robot, reading):
                self._noticed(intended, reading, result)
                intended = self._again(intended, reading, result, True if SECRET in result.done else self.world.works.get(reading.id))
                if UPDATE not in intended.steps:
                    if sent is not None and not intended.left_alone:
                        result.plan = sent  # the answer was lost, the work was done
                        result.done.append(UPDATE)
                    return
            sent = intended
            try:
                self.api.update_robot(reading.id, update_body(reading, intended.put))
            except HarborError as exc:
                self._once_more(attempt, exc)
                continue
            result.done.append(UPDATE)
            return

    # -- robots that are made --------------------------------------------------------------------------------------

    def _create(self, intended: Plan, result: Result) -> t.Optional[Robot]:
        """Make the robot; None when it is ours now, else the robot that somebody else made first."""
        result.failed_step = "create"
        effects = texts_of_own(self.world)
        body = creation_body(intended, effects)
        started = self.world.server.now()
        lost = False
        for attempt in itertools.count():
            try:
                made = self.api.create_robot(body)
            except HarborError as exc:
                if (
                    exc.status == 403
                    and "permission scope is invalid" in exc.message
                    and self.world.caller.is_robot
                    and not attempt
                    and not effects
                ):
                    # A robot that may not read itself cannot know how its effects are written; nothing was done.
                    wanted = intended.after.permissions if intended.after else ()
                    body = creation_body(intended, {tuple(grant[:4]): "" for grant in wanted})
                    continue
                lost = result.lost = lost or exc.ambiguous
                if exc.status != 409 and not exc.ambiguous:
                    raise
                try:
                    found = self._look_up(intended)
                except HarborError as other:
                    if exc.ambiguous:
                        raise exc from other  # what was lost is worth more than why it could not be looked up
                    raise
                if found is None:
                    self._once_more(attempt, exc)
                    continue
                if not lost:
                    return found
                if not self._is_ours(intended, found, started):
                    raise HarborError(
                        "its answer was lost, and the robot that is there now may be somebody else's; it was not touched",
                        method=exc.method,
                        path=exc.path,
                        status=exc.status,
                        request_id=exc.request_id,
                        hint="Look at robot id %d; if it is yours, run again." % found.id,
                    ) from exc
                self._recovered(intended, found, result)
                return None
            self._made(intended, made, result)
            return None
        return None

    def _made(self, intended: Plan, made: Created, result: Result) -> None:
        if intended.after is None:
            raise AssertionError("a plan of another kind")
        result.robot = replace(
            intended.after,
            id=made.id,
            full_name=made.full_name,
            expires_at=made.expires_at or intended.after.expires_at,
            created=parse_time(made.creation_time),
            created_text=made.creation_time,
            enabled=True,
        )
        result.secret = made.secret
        result.secret_set, result.lost = True, False
        result.done.append(CREATE)

    def _look_up(self, intended: Plan) -> t.Optional[Robot]:
        project = self.world.projects.get(intended.desired.project or "") if intended.desired.project else None
        for robot in self.observer.list_robots(self.world, project, [intended.desired.key]):
            if robot.key == intended.desired.key:
                return robot
        return None

    def _is_ours(self, intended: Plan, found: Robot, started: float) -> bool:
        """A robot after a lost answer is ours when it was made after our first attempt, as we asked, and by us where Harbor tells."""
        caller, after = self.world.caller, intended.after
        if after is None or found.created < started - CLOCK_SLACK:
            return False
        if found.creator_type and (found.creator_type == "robot") != caller.is_robot:
            return False
        known = caller.id or (self.world.own.id if self.world.own else 0)
        if found.creator_type and known and found.creator_ref != known:
            return False
        return (found.permissions, found.description, found.duration) == (after.permissions, after.description, after.duration)

    def _recovered(self, intended: Plan, found: Robot, result: Result) -> None:
        """Ours, with a secret that nobody knows: it gets a new one."""
        result.done.append(CREATE)
        result.robot = found
        result.recovered = True
        if SECRET not in intended.steps:
            self._send_secret(found.id, None, result)

    def _finish_creation(self, intended: Plan, result: Result) -> None:
        """What POST ignores: the user's own secret, then the disabling. A PUT right after the POST needs no reading of its own."""
        if result.robot is None:
            raise AssertionError("a plan of another kind")
        if SECRET in intended.steps:
            self._check_stop()
            self._send_secret(result.robot.id, intended.desired.secret, result)
            result.done.append(SECRET)
        if UPDATE in intended.steps:
            self._check_stop()
            result.failed_step = "disable"
            self._disable_new(intended, result)
        result.failed_step = ""
        result.changes = list(intended.changes)
        if result.recovered:
            result.changes[0] = "create (recovered: the answer was lost)"

    def _disable_new(self, intended: Plan, result: Result) -> None:
        for attempt in itertools.count():
            reading = result.robot
            if reading is None:
                raise AssertionError("a plan of another kind")
            if attempt or SECRET in result.done or result.recovered:
                raw = self.api.robot(reading.id)
                if raw is None:
                    raise HarborError("it was removed by somebody else while this run was under way")
                reading = robot_of(raw, project=reading.project, key=reading.key)
            try:
                if reading.enabled:
                    self.api.update_robot(reading.id, update_body(reading, intended.put))
            except HarborError as exc:
                self._once_more(attempt, exc)
                continue
            result.robot = replace(reading, enabled=False)
            result.done.append(UPDATE)
            return
