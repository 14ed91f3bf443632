# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""One method for each REST call: its path, its query, its types, its pages, and what proves who asked."""

from __future__ import annotations

import re
import time
import typing as t
from time import monotonic
from urllib.parse import quote, urlsplit

from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.failures import ADDRESS, NOT_HARBOR, READING
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.http import API, LOCK_SECONDS, Answer, Transport
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.parallel import each
from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.catalogues import parse_version
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.model import Caller

PAGE = 100
READINGS = 3
WITNESSED_SECONDS = 1.3
PROJECT_ADMIN = 1
# From here on a user's password costs Harbor 0.1 s of CPU at every request.
DEAR_PASSWORDS = (2, 15, 2)
WORTH_A_SESSION = 4
# So many are worth it before the version is known: it takes three short requests, and to ask for the version may take those 0.1 s.
SURELY_WORTH_A_SESSION = 10

Json = dict[str, t.Any]


class Server(t.NamedTuple):
    """What a logged-in caller learns about Harbor. C(clock) is what its clock is ahead of ours, in seconds."""

    version: tuple[int, int, int]
    version_text: str
    registry: str
    read_only: bool
    admins_make_projects: bool
    clock: float

    def now(self) -> float:
        """Harbor's time, seconds since 1970."""
        return time.time() + self.clock


class Project(t.NamedTuple):
    """A project; C(roles) are those of the caller (1 is a project's administrator), None for robots."""

    id: int
    name: str
    public: bool
    roles: t.Optional[tuple[int, ...]]
    raw: Json

    @property
    def administered(self) -> bool:
        """True when the calling user is this project's administrator."""
        return PROJECT_ADMIN in (self.roles or ())


class Created(t.NamedTuple):
    """What Harbor says of a robot that it just made; the only time that it shows this secret."""

    id: int
    full_name: str
    secret: str
    expires_at: int
    creation_time: str


def project_of(raw: Json) -> Project:
    """Normalise a project of the API."""
    roles = raw.get("current_user_role_ids")
    public = str((raw.get("metadata") or {}).get("public", "false")).lower() == "true"
    return Project(int(raw["project_id"]), raw["name"], public, None if roles is None else tuple(roles), raw)


def counted(answer: Answer) -> t.Optional[int]:
    """How many entries a whole listing has, as each of its pages says; None where it does not."""
    text = answer.headers.get("X-Total-Count", "")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def is_one(raw: t.Any, **members: type) -> bool:
    """Whether a value of an answer is an object with these members of these types."""
    return isinstance(raw, dict) and all(isinstance(raw.get(name), kind) for name, kind in members.items())


def is_robot(raw: t.Any) -> bool:
    """Whether a value of an answer is a robot, as far as this collection takes it apart."""
    return is_one(raw, id=int, name=str) and isinstance(raw.get("permissions", []), (list, type(None)))


def is_project(raw: t.Any) -> bool:
    """Whether a value of an answer is a project."""
    roles, metadata = (raw.get(name) for name in ("current_user_role_ids", "metadata")) if isinstance(raw, dict) else (None, None)
    return is_one(raw, project_id=int, name=str) and isinstance(roles, (list, type(None))) and isinstance(metadata, (dict, type(None)))


def shaped(answer: Answer, method: str, path: str, right: bool) -> Answer:
    """A good answer, unless its body has not the shape that Harbor's has: a page of a gateway, say, which did nothing."""
    if answer.status >= 300 or right:
        return answer
    raise HarborError(
        NOT_HARBOR,
        method=method,
        path=path,
        status=answer.status,
        request_id=answer.request_id,
        undone=method in READING,
        hint=ADDRESS,
    )


def escaped(value: str) -> str:
    """A value for q, which Harbor decodes once more than usual: a plus that is encoded once would become a blank (every version)."""
    return quote(value, safe="")


class HarborApi:
    """The REST API of one Harbor, for one caller."""

    def __init__(self, http: Transport) -> None:
        self.http = http
        self.caller: t.Optional[Caller] = None
        self.server: t.Optional[Server] = None

    def _call(self, method: str, path: str, **options: t.Any) -> Answer:
        robot = self.caller is not None and self.caller.is_robot
        return self.http.request(method, API + path, robot=robot, **options)

    def _get(self, path: str, query: t.Optional[t.Sequence[tuple[str, t.Any]]] = None, **options: t.Any) -> Answer:
        answer = self._call("GET", path, query=query, **options)
        return self._shaped(answer, "GET", path, isinstance(answer.body, (dict, list) if query else dict))

    def _shaped(self, answer: Answer, method: str, path: str, right: bool) -> Answer:
        return shaped(answer, method, API + path, right)

    def _done(self, method: str, path: str, **options: t.Any) -> Answer:
        """A write to which Harbor answers without a body."""
        answer = self._call(method, path, **options)
        return self._shaped(answer, method, path, answer.empty)

    # -- who asks whom ---------------------------------------------------------------------------------------------

    def identify(self) -> Caller:
        """Log in with what was configured and learn who that is. One request; robots of 2.2 need three.

        :raises HarborError: 401 when the credentials are refused
        """
        if self.http.own_authorization is None:
            raise HarborError("no credentials: give harbor_username and harbor_password, or harbor_token")
        name = self.http.settings.username or ""
        try:
            # A 401 is left to the transport, which knows Harbor's lock: the first request may meet it like any other.
            answer = self._get("/users/current", accept=(200, 412, 500))
            if answer.status == 500 and not self._is_robot_of_2_2(name):
                answer = self._get("/users/current", accept=(200, 412))  # an ordinary failure: repeated as often as any, then raised
        except HarborError as exc:
            if exc.status != 401:
                raise
            raise HarborError(
                "Harbor refuses these credentials",
                method="GET",
                path=API + "/users/current",
                status=401,
                code="UNAUTHORIZED",
                request_id=exc.request_id,
                hint="Wrong, disabled and expired look the same to Harbor; a robot's user name is its full name, prefix included.",
            ) from exc
        if answer.status == 200:
            self._shaped(answer, "GET", "/users/current", is_one(answer.body, username=str, user_id=int))
            admin = bool(answer.body.get("sysadmin_flag") or answer.body.get("admin_role_in_auth"))
            self.caller = Caller("user", answer.body["username"], admin, answer.body["user_id"])
            if self.http.settings.login == "session":
                self.http.log_in()
        else:
            self.caller = Caller("robot", name)
        return self.caller

    def _is_robot_of_2_2(self, name: str) -> bool:
        """Whether a 500 to the question who one is comes from a robot on 2.2 (2.3 and later say 412)."""
        info = self._get("/systeminfo")
        return parse_version(info.body.get("harbor_version"))[:2] == (2, 2) and self.probe(name, self.http.settings.password or "")

    def _proved(self, fetch: t.Callable[[], Answer], proof: t.Callable[[Answer], bool]) -> Answer:
        """An answer that only somebody who is logged in gets; a user may be locked out for 1.5 s by somebody else's mistake."""
        for _reading in range(READINGS):
            answer = fetch()
            if proof(answer):
                return answer
            self.http.wait(LOCK_SECONDS)
        raise HarborError(
            "Harbor answers as if nobody were logged in",
            method="GET",
            path=API + "/systeminfo",
            status=answer.status,
            request_id=answer.request_id,
            hint="Somebody may be trying wrong passwords of this user; run again later.",
        )

    def info(self, registry: t.Optional[str] = None) -> Server:
        """Version, registry, read-only mode and clock of the server. One request.

        :param registry: what clients name at log-in, where the user says so
        """
        answer = self._proved(lambda: self._get("/systeminfo"), lambda a: "current_time" in a.body or "has_ca_root" in a.body)
        text = answer.body.get("harbor_version") or ""
        host = urlsplit(self.http.base).netloc.rpartition("@")[2]
        self.server = Server(
            version=parse_version(text),
            version_text=text,
            registry=registry or urlsplit("//" + (answer.body.get("registry_url") or "").rpartition("://")[2]).netloc or host,
            read_only=bool(answer.body.get("read_only")),
            admins_make_projects=answer.body.get("project_creation_restriction") == "adminonly",
            clock=(answer.date or time.time()) - time.time(),
        )
        return self.server

    def expect(self, requests: int) -> None:
        """Say how many more requests are coming: on 2.15.2 and later a user logs in once for more than a few, and before the version
        is known for many."""
        if self.http.settings.login == "basic" or self.caller is None or self.caller.is_robot:
            return
        if self.server is None:
            worth = requests >= SURELY_WORTH_A_SESSION
        else:
            worth = requests >= WORTH_A_SESSION and self.server.version >= DEAR_PASSWORDS
        if worth:
            self.http.log_in()

    def probe(self, full_name: str, secret: str) -> bool:
        """Whether a robot's secret logs in; False means refused (wrong, disabled, expired or unknown alike).

        Costs Harbor 1.4 ms when it works and 1.5 s of sleep when not. 2.2 lacks the path; there the registry's log-in is asked.
        """
        old = self.server is None or self.server.version < (2, 3, 0)
        path, query = ("/service/token", [("service", "harbor-registry")]) if old else (API + "/users/current/permissions", None)
        answer = self.http.request("GET", path, query=query, credentials=(full_name, secret), accept=(200, 401))
        return shaped(answer, "GET", path, isinstance(answer.body, dict if old else list)).status == 200

    def rights(self, scope: str) -> t.Optional[frozenset[tuple[str, str]]]:
        """The pairs that the caller holds in C(/system) or C(/project/ID); None for a robot on 2.2, which is answered 500."""
        if self._cannot_be_asked():
            return None
        answer = self._call("GET", "/users/current/permissions", query=[("scope", scope), ("relative", "true")])
        self._shaped(answer, "GET", "/users/current/permissions", isinstance(answer.body, list))
        return frozenset((one.get("resource", ""), one.get("action", "")) for one in answer.body)

    def _cannot_be_asked(self) -> bool:
        """Whether Harbor looks the caller up among the users, and does not find it: robots on 2.2."""
        return self.caller is not None and self.caller.is_robot and self.server is not None and self.server.version < (2, 3, 0)

    def _prove_robot(self) -> None:
        """Raise 401 unless the calling robot is still logged in; Harbor's lock does not touch robots."""
        if not self._cannot_be_asked():
            self.rights("/system")
        elif not self.probe(self.http.settings.username or "", self.http.settings.password or ""):
            raise HarborError("Harbor refuses these credentials", method="GET", path="/service/token", status=401, code="UNAUTHORIZED")

    def catalogue(self) -> t.Optional[Json]:
        """The permissions that the server accepts; None where it does not tell this caller, or has no such list (before 2.10)."""
        answer = self._get("/permissions", accept=(200, 403, 404))
        return answer.body if answer.status == 200 else None

    def prefix_setting(self) -> t.Optional[str]:
        """The prefix of robots' names; None for anybody but a system administrator."""
        answer = self._get("/configurations", accept=(200, 403))
        return (answer.body.get("robot_name_prefix") or {}).get("value") if answer.status == 200 else None

    # -- robots ----------------------------------------------------------------------------------------------------

    def robots(
        self,
        project_id: t.Optional[int] = None,
        names: t.Sequence[str] = (),
        q: t.Optional[str] = None,
        sort: t.Optional[str] = None,
        workers: int = 1,
    ) -> list[Json]:
        """All robots of the system or of one project, complete.

        :param names: stored names; Harbor then returns these alone
        :param q: further terms in Harbor's own syntax, as the user wrote them
        """
        terms = ["Level=project", "ProjectID=%d" % project_id] if project_id is not None else []
        if len(names) == 1:
            terms.append("name=" + escaped(names[0]))
        elif names:
            terms.append("name={%s}" % " ".join(escaped(name) for name in names))
        if q:
            terms.append(escaped(q).replace("%3D", "=").replace("%2C", ",").replace("%7E", "~"))
        query: list[tuple[str, t.Any]] = [("q", ",".join(terms))] if terms else []
        level = "project" if project_id is not None else "system"
        # Level=system gives robots of every level up to 2.12, and leaving it out does not; still, what is asked for is checked.
        found = self._pages("/robots", query + ([("sort", sort)] if sort else []), "id", is_robot, workers=workers)
        return [raw for raw in found if raw.get("level", level) == level]

    def _pages(
        self,
        path: str,
        query: list[tuple[str, t.Any]],
        key: str,
        right: t.Callable[[t.Any], bool],
        check: t.Optional[t.Callable[[Answer], None]] = None,
        workers: int = 1,
    ) -> list[Json]:
        """Every entry of a listing; read again when somebody changed it between two pages."""
        # 2.2 lists without any order, so that pages could lack what they share; 0 means no limit in every version.
        size = 0 if self.server is not None and self.server.version < (2, 3, 0) else PAGE

        def fetch(page: int) -> Answer:
            answer = self._get(path, [*query, ("page", page), ("page_size", size)])
            return self._shaped(answer, "GET", path, isinstance(answer.body, list) and all(map(right, answer.body)))

        for _reading in range(READINGS):
            answers = [fetch(1)]
            total = counted(answers[0])
            if size and total is not None:
                answers += each(fetch, range(2, -(-total // size) + 1), workers)
            while size and total is None and len(answers[-1].body) == size:
                answers.append(fetch(len(answers) + 1))
            found = {entry[key]: entry for answer in answers for entry in answer.body}
            for answer in answers:
                if check:
                    check(answer)
            if all(counted(answer) == total for answer in answers) and total in (None, len(found)):
                return list(found.values())
        raise HarborError(
            "the listing changed at each of %d readings" % READINGS,
            method="GET",
            path=API + path,
            hint="Run again when nobody else writes.",
        )

    def robot(self, robot_id: int) -> t.Optional[Json]:
        """One robot by id, None when it is proved absent."""
        path = "/robots/%d" % robot_id
        answer = self._get(path, accept=(200, 404))
        self._shaped(answer, "GET", path, is_robot(answer.body))
        return answer.body if answer.status == 200 else None

    def create_robot(self, body: Json) -> Created:
        """Make a robot. Harbor ignores secret and disable here (every version)."""
        answer = self._call("POST", "/robots", body=body, accept=(201,))
        made = self._shaped(answer, "POST", "/robots", is_one(answer.body, id=int, name=str, secret=str)).body
        return Created(int(made["id"]), made["name"], made["secret"], int(made.get("expires_at") or 0), made.get("creation_time") or "")

    def update_robot(self, robot_id: int, body: Json) -> None:
        """Replace a robot with everything in C(body). Sent once: before it is sent again, the robot has to be read again."""
        self._done("PUT", "/robots/%d" % robot_id, body=body, again=False)

    def set_secret(self, robot_id: int, secret: str) -> None:
        """Give a robot this secret; the old one stops working at once. Repeating it is safe."""
        path = "/robots/%d" % robot_id
        try:
            answer = self._call("PATCH", path, body={"secret": secret})
            self._shaped(answer, "PATCH", path, isinstance(answer.body, dict))
        except HarborError as exc:
            # What stands between may repeat the request.
            exc.hide(Mask([secret]).text)
            raise

    def delete_robot(self, robot_id: int) -> bool:
        """Remove a robot; False when it was gone before this run asked for it."""
        answer = self._done("DELETE", "/robots/%d" % robot_id, accept=(200, 404))
        return answer.status == 200 or answer.repeated

    # -- projects --------------------------------------------------------------------------------------------------

    def project(self, name: str) -> t.Optional[Project]:
        """A project by name, None when it is proved absent.

        :raises HarborError: 403 when it exists and this caller may not see it
        """

        def fetch() -> Answer:
            found = self._get("/projects/" + quote(name, safe=""), accept=(200, 403, 404), headers={"X-Is-Resource-Name": "true"})
            return self._shaped(found, "GET", "/projects/" + name, is_project(found.body))

        answer = fetch()
        ordinary = self.caller is not None and self.caller.kind == "user" and not self.caller.admin
        if answer.status == 200 and ordinary and answer.body.get("current_user_role_ids") is None:
            # A public project looks so to a user who has no part in it, and to one who is locked out.
            answer = self._witnessed(fetch)
        if answer.status == 200:
            return project_of(answer.body)
        if not self.project_exists(name):
            return None
        # A robot may act in a project whose page it may not read; the listing shows it all the same.
        for raw in self._pages("/projects", [("name", name)], "project_id", is_project):
            if raw["name"] == name:
                return project_of(raw)
        raise HarborError(
            "forbidden",
            method="GET",
            path=API + "/projects/" + name,
            status=403,
            code="FORBIDDEN",
            request_id=answer.request_id,
            hint="%s may not see project %s; its members and system administrators can."
            % (self.caller.name if self.caller else "It", name),
        )

    def project_exists(self, name: str) -> bool:
        """Whether a project exists; anybody who is logged in may ask."""
        answer = self._call("HEAD", "/projects", query=[("project_name", name)], accept=(200, 404))
        return self._shaped(answer, "HEAD", "/projects", bool(answer.headers.get("X-Request-Id"))).status == 200

    def projects(self) -> list[Project]:
        """Every project that the caller can see, proved to be a listing for this caller and not for an anonymous one."""
        proofs: list[bool] = []

        def check(answer: Answer) -> None:
            proofs.append(any(raw.get("current_user_role_ids") is not None for raw in answer.body))

        listed = self._pages("/projects", [], "project_id", is_project, check)
        if all(proofs) or self.http.in_session:
            return [project_of(raw) for raw in listed]
        if self.caller is not None and self.caller.is_robot:
            self._prove_robot()
        else:
            listed = self._witnessed(lambda: self._pages("/projects", [], "project_id", is_project))
        return [project_of(raw) for raw in listed]

    def _witnessed(self, fetch: t.Callable[[], t.Any]) -> t.Any:
        """What is read between two answers that only a user who is logged in gets.

        Harbor's lock lasts 1.5 s, so that it cannot begin and end between two such answers that are less apart (every version).
        """
        for _reading in range(READINGS):
            start = monotonic()
            self._get("/users/current")
            found = fetch()
            self._get("/users/current")
            if monotonic() - start < WITNESSED_SECONDS:
                return found
        raise HarborError(
            "the project listing takes so long that nothing proves for whom it was made",
            method="GET",
            path=API + "/projects",
            hint="Use login=session.",
        )

    def create_project(self, name: str, public: bool) -> None:
        """Make a project."""
        self._done("POST", "/projects", body={"project_name": name, "metadata": {"public": "true" if public else "false"}}, accept=(201,))

    def update_project(self, project_id: int, public: bool) -> None:
        """Make a project public or private; its other settings stay."""
        self._done("PUT", "/projects/%d" % project_id, body={"metadata": {"public": "true" if public else "false"}})

    def delete_project(self, project_id: int) -> bool:
        """Remove a project and its robots; False when it was gone before this run asked for it."""
        answer = self._done("DELETE", "/projects/%d" % project_id, accept=(200, 404))
        return answer.status == 200 or answer.repeated
