# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays recorded scenarios of real Harbor servers against a simulated one, and tells every difference.

A recording holds requests and what six versions answered, with everything volatile masked: times, ids, secrets, tokens, cookie
values. The same masks are laid over the answers here, so that what is left has to be equal.
"""
from __future__ import annotations

import base64
import calendar
import http.client
import json
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).resolve().parent / "recorded"
REAL_DELAY = 1.5
"""Seconds that the recorded servers took to refuse credentials."""
PAUSE = 0.4
"""Seconds that another client's request was under way before the recorded one was sent."""
SLOW = 1.3
"""An answer that took longer than this was recorded as slow."""

SHOWN = {"Content-Type", "Location", "Link", "X-Total-Count", "Www-Authenticate", "Docker-Distribution-Api-Version", "X-Request-Id",
         "Content-Disposition", "X-Harbor-Csrf-Token"}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
NO_TIME = "0001-01-01T00:00:00.000Z"
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
IDS = {"id": "robots", "creator_ref": "robots", "project_id": "projects"}
"""Members that hold ids, and of what."""
ANONYMOUS_IDS = {"owner_id", "user_id", "repository_id", "artifact_id", "entity_id"}
BYTES = {"total_storage_consumption", "free", "total"}
FIXED_EXPIRY = 1999999999
FAR_AWAY = 4000000000
IDS_IN_TEXT = ((re.compile(r"(robot account )(\d+)(?=:)"), "projects"),
               (re.compile(r"((?:robot|robotaccount|robot account)[ :])(\d+)(?= not found)"), "robots"),
               (re.compile(r"(project )(\d+)(?= not found)"), "projects"),
               (re.compile(r"(for project: )(\d+)$"), "projects"))
WELL_KNOWN_IDS = (0, 99999)


@dataclass
class Reply:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass
class Difference:
    """One step whose answer is not the recorded one."""

    step: int
    request: str
    recorded: Any
    got: Any

    def __str__(self) -> str:
        lines = [f"step {self.step}, {self.request}"]
        members = sorted({*self.recorded, *self.got}) if isinstance(self.recorded, dict) and isinstance(self.got, dict) else []
        for member in members:
            if self.recorded.get(member) != self.got.get(member):
                lines += [f"  {member}:", f"    recorded  {json.dumps(self.recorded.get(member))[:800]}",
                          f"    simulated {json.dumps(self.got.get(member))[:800]}"]
        return "\n".join(lines) if members else f"{lines[0]}: {self.got}"


@dataclass
class Player:
    """Plays scenarios against one server of one version. `refusal_delay` is what that server takes to refuse credentials, in seconds."""

    url: str
    version: str
    refusal_delay: float = REAL_DELAY
    saved: dict[str, Any] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return urllib.parse.urlsplit(self.url).netloc

    def compare(self, scenario: dict[str, Any]) -> tuple[int, list[Difference]]:
        """How many answers were recorded of this version, and which of them differ."""
        self.saved.clear()
        self.kinds.clear()
        self._steer("reset", {})
        compared = 0
        differences: list[Difference] = []
        for number, step in enumerate(scenario["steps"]):
            expected = recorded_answer(step, self.version)
            try:
                got = self._play(step)
            except Exception as error:
                # a version that refused an earlier step has nothing to go on with, and nothing recorded either
                rest = sum(1 for later in scenario["steps"][number:] if recorded_answer(later, self.version))
                if rest:
                    differences.append(Difference(number, _title(step), expected, f"stopped: {error!r}"))
                return compared + rest, differences
            if expected is not None:
                compared += 1
                if got != expected:
                    differences.append(Difference(number, _title(step), expected, got))
        return compared, differences

    # --- playing ------------------------------------------------------------------------------------------------------

    def _play(self, step: dict[str, Any]) -> dict[str, Any] | None:
        """The masked answer to one step; None for a step that only arranges something."""
        if "arrange" in step:
            self._arrange(self._filled(step["arrange"]))
            return None
        other = None
        if "while" in step:
            other = threading.Thread(target=self._send, args=(step["while"],))
            other.start()
            time.sleep(PAUSE * self.refusal_delay / REAL_DELAY)
        reply = self._send(step)
        if other:
            other.join()
        if reply.status < 300 or step.get("save_always"):
            self._save(step, reply)
        return self._masked(step, reply)

    def _send(self, step: dict[str, Any]) -> Reply:
        headers: dict[str, str] = self._filled(step.get("headers", {}))
        caller = step.get("as", "admin")
        if caller != "anonymous":
            name, password = ("admin", "Harbor12345") if caller == "admin" else self._filled(caller)
            headers["Authorization"] = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
        body = None
        if "body" in step or "raw" in step:
            body = (json.dumps(self._filled(step["body"])) if "body" in step else self._filled(step["raw"])).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self.host, timeout=60)
        start = time.monotonic()
        try:
            connection.request(step["method"], self._filled(step["path"]), body, headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        named = [("-".join(part.capitalize() for part in name.split("-")), value) for name, value in answer.getheaders()]
        return Reply(answer.status, {name: value for name, value in named if name in SHOWN},
                     [value for name, value in named if name == "Set-Cookie"], data, time.monotonic() - start)

    def _arrange(self, wanted: dict[str, Any]) -> None:
        if wanted["do"] == "wait":
            time.sleep(wanted["seconds"])
            return
        reply = self._steer("arrange", {name: value for name, value in wanted.items() if name != "save"})
        if wanted.get("save"):
            self._remember(wanted["save"], reply.json["id"], "robots")

    def _steer(self, name: str, body: dict[str, Any]) -> Reply:
        reply = self._send({"as": "anonymous", "method": "POST", "path": f"/_simulator/{name}", "body": body})
        if reply.status >= 300:
            raise RuntimeError(f"{name} was answered {reply.status}: {reply.body!r}")
        return reply

    # --- what earlier answers gave ------------------------------------------------------------------------------------

    def _filled(self, value: Any) -> Any:
        """A value with what was saved put in; a text that is one placeholder takes the saved value's type."""
        if isinstance(value, dict):
            return {self._filled(name): self._filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if not isinstance(value, str):
            return value
        alone = PLACEHOLDER.fullmatch(value)
        return self.saved[alone[1]] if alone else PLACEHOLDER.sub(lambda found: str(self.saved[found[1]]), value)

    def _save(self, step: dict[str, Any], reply: Reply) -> None:
        path = step["path"]
        kind = "projects" if path.startswith("/api/v2.0/projects") else "users" if path.startswith("/api/v2.0/users") else "robots"
        for name, source in step.get("save", {}).items():
            where, _unused, what = source.partition(":")
            if where == "header":
                value: Any = reply.headers[what]
                if what == "Location":
                    value = int(value.rpartition("/")[2])
            elif where == "cookie":
                value = next(cookie.split(";")[0] for cookie in reply.cookies if cookie.startswith(what + "="))
            else:
                value = reply.json
                for part in source.removeprefix("body.").split("."):
                    value = value[int(part) if isinstance(value, list) else part]
            self._remember(name, value, kind)

    def _remember(self, name: str, value: Any, kind: str) -> None:
        self.saved[name], self.kinds[name] = value, kind

    # --- masks --------------------------------------------------------------------------------------------------------

    def _masked(self, step: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """An answer in the form of the recordings."""
        names = {(self.kinds[name], value): f"${{{name}}}" for name, value in self.saved.items()
                 if isinstance(value, int) and not isinstance(value, bool)}
        if not self._filled(step["path"]).lstrip("/").startswith("api/v2.0/robots"):
            names = {key: name for key, name in names.items() if key[0] != "robots"}
        mask = Mask(names)
        result: dict[str, Any] = {"status": reply.status, "headers": self._masked_headers(step, reply, mask)}
        if reply.cookies:
            result["cookies"] = sorted(_masked_cookie(cookie) for cookie in reply.cookies)
        body = reply.json
        if isinstance(body, (dict, list)):
            if step.get("only") and isinstance(body, dict):
                body = {name: body[name] for name in step["only"] if name in body}
            result["body"] = mask.value(body)
        else:
            text = reply.body.decode("utf-8", "replace")
            is_page = text.lstrip().lower().startswith("<!doctype html")
            result["text"] = "<a web page>" if is_page else mask.text(text.replace(self.host, "<host>"))
        if reply.seconds > SLOW * self.refusal_delay / REAL_DELAY and not step.get("untimed"):
            result["slow"] = True
        return result

    def _masked_headers(self, step: dict[str, Any], reply: Reply, mask: Mask) -> dict[str, str]:
        headers = dict(reply.headers)
        own_id = any(name.lower() == "x-request-id" for name in step.get("headers", {}))
        if not own_id and re.fullmatch("[0-9a-f-]{36}", headers.get("X-Request-Id", "")):
            headers["X-Request-Id"] = "<uuid>"
        for name in ("Location", "Link", "Www-Authenticate"):
            if name in headers:
                headers[name] = headers[name].replace(self.host, "<host>")
        if "Location" in headers:
            headers["Location"] = re.sub(r"/(\w+)/(\d+)$", lambda found: f"/{found[1]}/{mask.number(found[1], int(found[2]))}",
                                         headers["Location"])
        if "X-Harbor-Csrf-Token" in headers:
            headers["X-Harbor-Csrf-Token"] = "<csrf>"
        return headers


@dataclass
class Mask:
    """Takes away what differs from run to run; ids that were saved go by their name."""

    names: dict[tuple[str, int], str]

    def number(self, kind: str, number: int) -> str:
        return self.names.get((kind, number), "<id>")

    def text(self, text: str) -> str:
        text = STAMP.sub(lambda found: found[0] if found[0] == NO_TIME else "<time>", text)
        for pattern, kind in IDS_IN_TEXT:
            text = pattern.sub(lambda found, kind=kind: found[0] if int(found[2]) in WELL_KNOWN_IDS  # type: ignore[misc]
                               else found[1] + self.number(kind, int(found[2])), text)
        return re.sub(r"but \[([A-Z,]+)\] are", lambda found: f"but [{','.join(sorted(found[1].split(',')))}] are", text)

    def value(self, value: Any, member: str = "") -> Any:
        """Any JSON value; `member` is the name that it goes by."""
        if isinstance(value, dict):
            return {name: self._member(name, item, value) for name, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, member) for item in value]
        if isinstance(value, str):
            return self._string(value, member)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            if member in IDS:
                return self.number(IDS[member], value)
            if member in ANONYMOUS_IDS:
                return "<id>"
        return value

    def _member(self, name: str, value: Any, whole: dict[str, Any]) -> Any:
        if name == "expires_at" and isinstance(value, int) and value > 0:
            return _masked_expiry(value, whole.get("creation_time"))
        if name == "creator_ref" and whole.get("creator_type") != "robot":
            return "<id>"
        if name in BYTES:
            return "<bytes>"
        if name == "error":
            return "<error>"
        if name == "cve_allowlist" and isinstance(value, dict):
            return {**self.value(value), "id": "<id>"}
        if name == "permissions" and isinstance(value, list):
            return self.value(_ordered(value), name)
        return self.value(value, name)

    def _string(self, value: str, member: str) -> str:
        if member == "secret" and re.fullmatch("[A-Za-z0-9]{32}", value):
            return "<secret>"
        if member == "token" and value.count(".") == 2:
            return "<jwt>"
        return {"issued_at": "<time>", "harbor_version": "<version>"}.get(member) or self.text(value)


def _masked_expiry(value: int, created: Any) -> Any:
    """In days from the creation beside it, where that comes out even."""
    if isinstance(created, str) and STAMP.fullmatch(created):
        passed = value - calendar.timegm(time.strptime(created[:19], "%Y-%m-%dT%H:%M:%S"))
        days = round(passed / 86400)
        if abs(passed - days * 86400) <= 3700:
            return f"<created + {days} days>"
    return value if value >= FAR_AWAY or value == FIXED_EXPIRY else "<unix time>"


def _ordered(permissions: list[Any]) -> list[Any]:
    """Permissions in one order: Harbor has none."""
    def text(item: Any) -> str:
        return json.dumps(item, sort_keys=True)

    entries = [{**entry, "access": sorted(entry["access"], key=text)} if isinstance(entry, dict) and isinstance(entry.get("access"), list)
               else entry for entry in permissions]
    return sorted(entries, key=text)


def _masked_cookie(cookie: str) -> str:
    value, semicolon, rest = cookie.partition(";")
    return value.partition("=")[0] + "=<value>" + semicolon + re.sub("Expires=[^;]+", "Expires=<time>", rest)


def _title(step: dict[str, Any]) -> str:
    return f"arrange {step['arrange']['do']}" if "arrange" in step else f"{step['method']} {step['path']}"


def recorded_answer(step: dict[str, Any], version: str) -> dict[str, Any] | None:
    """What that version answered, in the form that is compared."""
    for answer in step.get("answers", []):
        if version in answer["harbor"]:
            return {name: value for name, value in answer.items() if name != "harbor"}
    return None


def scenarios() -> Iterator[dict[str, Any]]:
    """Every recorded scenario, by name."""
    for path in sorted(RECORDED.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def versions() -> list[str]:
    """The versions that were recorded, oldest first."""
    found = {version for scenario in scenarios() for step in scenario["steps"] for answer in step.get("answers", [])
             for version in answer["harbor"]}
    return sorted(found, key=lambda version: [int(part) for part in re.findall(r"\d+", version)])
