# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request to an operation and its arguments, with the words that Harbor's generated code has for what does not fit.

All of it happens before the caller is asked who they are.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from .errors import HarborError, not_found, unprocessable
from .gojson import GoError, GoType, NoBody, decode
from .messages import JSON, Answer, Request
from .versions import Version

BASE = "/api/v2.0"
TRUE_WORDS = {"true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"}
_INTEGER = re.compile("[+-]?[0-9]+")


@dataclass(frozen=True)
class Argument:
    """A parameter of an operation. `place` is path, query or header; `default` is used where it was not sent."""

    name: str
    kind: type = str
    place: str = "query"
    default: Any = None
    required: bool = False
    maximum: int | None = None
    minimum_length: int = 0
    choices: tuple[str, ...] | Callable[[Version], tuple[str, ...]] = ()


@dataclass(frozen=True)
class Body:
    """The body that an operation takes; `check` returns what is wrong with a decoded one."""

    name: str
    type: GoType | Callable[[Version], GoType]
    check: Callable[[Any], list[str]] | None = None
    required: bool = True


@dataclass(frozen=True)
class Operation:
    """One method of one path. `exists` says whether a version has it."""

    method: str
    path: str
    handler: Callable[..., Answer]
    arguments: tuple[Argument, ...] = ()
    body: Body | None = None
    produces: tuple[str, ...] = (JSON,)
    exists: Callable[[Version], bool] = lambda _version: True


@dataclass
class Bound:
    """An operation with its arguments. `accepts` is empty where the caller wants nothing of what it offers, and gets it all the same."""

    operation: Operation
    arguments: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    accepts: str = JSON


class Router:
    """The operations of one version, by path."""

    def __init__(self, operations: list[Operation], version: Version) -> None:
        self._version = version
        self._plain: dict[str, dict[str, Operation]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Operation]]] = {}
        for operation in operations:
            if not operation.exists(version):
                continue
            if "{" not in operation.path:
                self._plain.setdefault(operation.path, {})[operation.method] = operation
            else:
                pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.path) + "$")
                self._patterns.setdefault(operation.path, (pattern, {}))[1][operation.method] = operation

    def find(self, request: Request) -> tuple[Operation, dict[str, str]]:
        """The operation and its raw path arguments; raises HarborError 404 or 405."""
        path = request.path.removeprefix(BASE).rstrip("/") or "/"
        methods = self._plain.get(path)
        values: dict[str, str] = {}
        if methods is None:
            for pattern, candidates in self._patterns.values():
                match = pattern.match(path)
                if match:
                    methods, values = candidates, {name: unquote(value) for name, value in match.groupdict().items()}
                    break
        if methods is None:
            raise not_found(f"path {request.path} was not found")
        if request.method not in methods:
            return self._behind(path, request.method, methods)
        return methods[request.method], values

    def _behind(self, path: str, method: str, methods: dict[str, Operation]) -> tuple[Operation, dict[str, str]]:
        """A path without this method may be an argument of another that has it, as /users/current is of PUT /users/{user_id}."""
        allowed = dict.fromkeys(methods)
        for pattern, candidates in self._patterns.values():
            match = pattern.match(path)
            if match and method in candidates:
                return candidates[method], {name: unquote(value) for name, value in match.groupdict().items()}
            if match:
                allowed.update(dict.fromkeys(candidates))
        raise HarborError("METHOD_NOT_ALLOWED", f"method {method} is not allowed, but [{','.join(allowed)}] are")

    def bind(self, request: Request, operation: Operation, values: dict[str, str]) -> Bound:
        """Raises HarborError 422 with everything that does not fit."""
        try:
            return self._bind(request, operation, values)
        except HarborError as error:
            if request.basic is None:  # what a scheme that found no credentials leaves behind
                error.headers["Www-Authenticate"] = 'Basic realm="API"'
            raise

    def _bind(self, request: Request, operation: Operation, values: dict[str, str]) -> Bound:
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower() or "application/octet-stream"
        if request.body and kind != JSON:
            raise unprocessable([f'unsupported media type "{kind}", only [{JSON}] are allowed'])
        produces = operation.produces
        if self._version.always_offers_json and JSON not in produces:
            produces = (*produces, JSON)
        bound = Bound(operation, accepts=negotiate(request.headers.get("accept", ""), produces) or "")
        if not bound.accepts and not request.body:  # what a body was sent in counts as wanted
            raise unprocessable([f"unsupported media type requested, only [{' '.join(produces)}] are available"])
        faults: list[str] = []
        steps: list[Argument | Body] = [*operation.arguments, *([operation.body] if operation.body else [])]
        for step in sorted(steps, key=lambda each: each.name):
            if isinstance(step, Body):
                bound.body = self._body(step, request.body, faults)
            else:
                bound.arguments[step.name] = _convert(step, _raw(step, request, values), faults, self._version)
        if faults:
            raise unprocessable(faults)
        return bound

    def _body(self, body: Body, data: bytes, faults: list[str]) -> Any:
        if not body.required and not data:
            return None
        go = body.type(self._version) if callable(body.type) else body.type
        try:
            value = decode(data, go)
        except NoBody:
            faults.append(f"{body.name} in body is required" if body.required else f'parsing {body.name} body from "" failed, because EOF')
            return None
        except GoError as error:
            faults.append(f'parsing {body.name} body from "" failed, because {error}')
            return None
        wrong = body.check(value) if body.check else []
        if wrong:
            faults.append("\n".join(["validation failure list:", *wrong]))
        return value


def _raw(argument: Argument, request: Request, values: dict[str, str]) -> str | None:
    if argument.place == "path":
        return values[argument.name]
    if argument.place == "header":
        return request.headers.get(argument.name.lower())
    return next((value for key, value in reversed(request.query) if key == argument.name), None)


def _convert(argument: Argument, raw: str | None, faults: list[str], version: Version) -> Any:
    if raw is None or raw == "":
        if argument.required:
            faults.append(f"{argument.name} in {argument.place} is required")
        return argument.default
    if argument.kind is bool:
        return raw.lower() in TRUE_WORDS
    if argument.kind is int:
        if not _INTEGER.fullmatch(raw) or not -2 ** 63 <= int(raw) < 2 ** 63:
            faults.append(f'{argument.name} in {argument.place} must be of type int64: "{raw}"')
            return None
        if argument.maximum is not None and int(raw) > argument.maximum:
            faults.append(f"{argument.name} in {argument.place} should be less than or equal to {argument.maximum}")
        return int(raw)
    if len(raw) < argument.minimum_length:
        faults.append(f"{argument.name} in {argument.place} should be at least {argument.minimum_length} chars long")
    choices = argument.choices(version) if callable(argument.choices) else argument.choices
    if choices and raw not in choices:
        faults.append(f"{argument.name} in {argument.place} should be one of [{' '.join(choices)}]")
    return raw


def negotiate(accept: str, offers: tuple[str, ...]) -> str | None:
    """The offer that an Accept header likes best; None where it wants none of them."""
    if not accept.strip():
        return offers[0]
    best: tuple[float, int, str] | None = None
    for spec in accept.split(","):
        wanted, *parameters = (part.strip() for part in spec.split(";"))
        weight = next((_weight(part[2:]) for part in parameters if part.startswith("q=")), 1.0)
        for at, offer in enumerate(offers):
            fits = wanted in ("*/*", offer) or (wanted.endswith("/*") and offer.startswith(wanted[:-1]))
            if fits and weight > 0 and (best is None or weight > best[0]):
                best = (weight, -at, offer)
    return best[2] if best else None


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
