# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""The run of C(harbor_robots): its options read once, its phases in order, its results put together."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible import results as _results
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.module import HarborModule, Report
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import declaration_spec, store_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declaration_list import Declarations, place_of
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.purge import Cull, Purge, faults_of
from ansible_collections.harbormaster.robots.plugins.module_utils._run.fleet import Fleet
from ansible_collections.harbormaster.robots.plugins.module_utils._run.observe import World
from ansible_collections.harbormaster.robots.plugins.module_utils._run.result import Result
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import spec_faults

Params = t.Mapping[str, t.Any]
MOST_AT_ONCE = 64
NOT_DEFAULTS = ("name", "id", "enabled", "secret", "state", "on_drift")


def entry_spec() -> dict[str, t.Any]:
    """A declaration in a list: without defaults of its own, so that the common ones can tell what it leaves out."""
    spec = {name: {key: value for key, value in one.items() if key != "default"} for name, one in declaration_spec().items()}
    spec["state"]["default"] = "present"
    spec["on_drift"] = {"type": "str", "choices": ["report", "restore", "refresh"]}
    return spec


def defaults_spec() -> dict[str, t.Any]:
    """What declarations can have in common."""
    return {name: one for name, one in entry_spec().items() if name not in NOT_DEFAULTS}


def bulk_spec() -> dict[str, t.Any]:
    """The options of C(harbor_robots)."""
    purge = {
        "names": {"type": "list", "elements": "str"},
        "projects": {"type": "list", "elements": "str"},
        "level": {"type": "str", "choices": ["system", "project"]},
        "marker": {"type": "str"},
        "disabled": {"type": "bool", "default": False},
        "legacy": {"type": "bool", "default": False},
    }
    return {
        "robots": {"type": "list", "elements": "dict", "required": True, "options": entry_spec()},
        "defaults": {"type": "dict", "options": defaults_spec()},
        "allow_unmatched": {"type": "bool", "default": False},
        "allow_empty": {"type": "bool", "default": False},
        "purge": {"type": "dict", "options": purge},
        "purge_limit": {"type": "str", "default": "5"},
        "concurrency": {"type": "int", "default": 4},
        "on_error": {"type": "str", "choices": ["continue", "stop"], "default": "continue"},
        "verify": {"type": "bool", "default": True},
        "on_drift": {"type": "str", "choices": ["report", "restore", "refresh"], "default": "report"},
        # Both belong to the action plugin, which runs on the controller; it hands neither on.
        "store": {"type": "dict", "options": store_spec()},
        "adopt": {"type": "list", "elements": "str"},
    }


def explain(given: Params) -> dict[str, tuple[list[str], t.Any]]:
    """Faults of types and unknown options in each declaration, at its place, and the values as far as they are of their types.

    AnsibleModule says of neither which entry of the list it means.
    """
    faults: list[str] = []
    usable: list[t.Any] = []
    robots = given.get("robots")
    for number, entry in enumerate(robots if isinstance(robots, list) else ()):
        if not isinstance(entry, dict):
            faults.append("robots[%d]: is not a mapping of options" % number)
            usable.append({})
            continue
        place = place_of(number, entry)
        wrong, value = spec_faults(entry, entry_spec())
        faults += ["%s: %s" % (place, fault) for fault in wrong]
        usable.append(value)
    explained: dict[str, tuple[list[str], t.Any]] = {"robots": (faults, usable)} if isinstance(robots, list) else {}
    defaults = given.get("defaults")
    if isinstance(defaults, dict):
        told = ["defaults: %s belongs to each declaration alone" % name for name in NOT_DEFAULTS if name in defaults]
        wrong, value = spec_faults({name: one for name, one in defaults.items() if name not in NOT_DEFAULTS}, defaults_spec())
        explained["defaults"] = (told + ["defaults: %s" % fault for fault in wrong], value)
    return explained


class Input:
    """The options of one call, read once."""

    def __init__(self, params: Params) -> None:
        robots = params["robots"] or []
        self.declarations = Declarations(robots, params["defaults"], params["on_drift"] or "report")
        limit = params["purge_limit"] or "5"
        self.faults = list(self.declarations.faults)
        if params["robots"] is not None:
            self.faults += faults_of(params["purge"], limit, robots, bool(params["allow_empty"]))
        concurrency = params["concurrency"]
        if concurrency is not None and not 1 <= concurrency <= MOST_AT_ONCE:
            self.faults.append("concurrency %d is not valid: a number from 1 to %d" % (concurrency, MOST_AT_ONCE))
        if params["adopt"]:
            self.faults.append("adopt goes with store, which keeps the new secrets")
        self.purge: t.Optional[Purge] = None
        if params["purge"] is not None and not self.faults:
            fences = params["purge"]
            self.purge = Purge(
                names=tuple(fences["names"] or ()),
                projects=tuple(fences["projects"] or ()),
                level=fences["level"],
                marker=fences["marker"],
                disabled=bool(fences["disabled"]),
                legacy=bool(fences["legacy"]),
                limit=limit,
            )


def run(module: HarborModule, api: HarborApi, given: Input) -> Report:
    """Observe, plan, write, purge last; the report carries everything that was done and every secret, whatever failed."""
    params = module.params
    conditions = replace(
        module.conditions(),
        workers=params["concurrency"],
        verify=params["verify"],
        stop_on_error=params["on_error"] == "stop",
        allow_unmatched=params["allow_unmatched"],
    )
    fleet = Fleet(api, conditions)
    world, plans = fleet.prepare(given.declarations.desired, given.purge)
    cull, removals = (Cull(), []) if given.purge is None else fleet.cull(world, given.purge, [plan.desired for plan in plans])
    module.writing()
    results = fleet.apply(world, plans)
    failed = any(result.error is not None for result in results)
    purged = [] if cull.refusal or failed else fleet.apply(world, removals)
    diff = _results.diff_of_fleet([*results, *purged])
    problems = [] if not failed else _problems(results)
    problems += [cull.refusal] if cull.refusal else []
    problems += ["purge removed nothing, because other robots failed"] if failed and removals and not cull.refusal else []
    problems += [result.message() for result in purged if result.error is not None]
    absent = [name for name in given.purge.scopes(()) if name and not world.projects.get(name)] if given.purge else []
    told = ["purge: project %s, to which it is fenced in, does not exist" % name for name in absent]
    return _report(module, fleet, world, results, purged, diff, problems, told)


def _problems(results: t.Sequence[Result]) -> list[str]:
    return ["%s: %s" % (result.plan.desired.place, result.message()) for result in results if result.error is not None]


def _report(
    module: HarborModule,
    fleet: Fleet,
    world: World,
    results: t.Sequence[Result],
    purged: t.Sequence[Result],
    diff: dict[str, str],
    problems: t.Sequence[str],
    told_of_purge: t.Sequence[str],
) -> Report:
    robots = []
    for result in results:
        told = _results.told(result, world, module.check_mode)
        told["key"] = (result.plan.robot.key or result.plan.robot.full_name) if result.plan.robot else result.plan.desired.key
        told["failed"] = result.error is not None
        if result.error is not None:
            told["msg"] = result.message()
        robots.append(told)
    secrets: dict[str, t.Any] = {}
    credentials = _results.credentials_of(results, world)
    if credentials:
        made = {str(number): {"secret": result.secret} for number, result in enumerate(results) if result.secret is not None}
        secrets = {"credentials": credentials, "robots": made}
    summary = _results.summary_of(results, purged)
    return Report(
        {
            "changed": any(told["changed"] for told in robots) or any(r.plan.changed if module.check_mode else r.changed for r in purged),
            "robots": robots,
            "credentials": {},
            "purged": [
                result.plan.robot.key or result.plan.robot.full_name for result in purged if result.plan.robot and result.error is None
            ],
            "summary": summary,
            "statistics": fleet.statistics(),
            "registry": world.server.registry,
            "diff": diff,
        },
        secrets,
        [*told_of_purge, *(warning for result in results for warning in _results.warnings_of(result))],
        failure(problems, len(results)) if problems else None,
    )


def failure(problems: t.Sequence[str], robots: int) -> str:
    """Everything that went wrong, in one message."""
    if len(problems) == 1:
        return problems[0]
    return "%d problems with %d robots:\n%s" % (len(problems), robots, "\n".join("- %s" % problem for problem in problems))
