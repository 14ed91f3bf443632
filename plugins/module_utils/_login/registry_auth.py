# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Makes one log-in of one user right: what the options mean, and the way from the file through the plan into the file."""

from __future__ import annotations

import os
import posixpath
import typing as t
from urllib.request import proxy_bypass

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.exit import Report
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.proxies import proxy_faults
from ansible_collections.harbormaster.robots.plugins.module_utils._login.as_user import Account, NoAccount, account, as_account
from ansible_collections.harbormaster.robots.plugins.module_utils._login.auth_file import (
    CLIENTS,
    BadDocument,
    Client,
    Found,
    Login,
    Plan,
    Wish,
    helper_of,
    parse,
    plan,
    plan_passing,
    registry_fault,
    render,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._login.credential_helpers import Helper, HelperError
from ansible_collections.harbormaster.robots.plugins.module_utils._login.private_file import (
    MODE,
    Content,
    FileFault,
    Moved,
    read,
    refuse_unwritable,
    replace,
    user_name,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._login.token_flow import NotProved, Settings, prove
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import Spec, is_text, timeout_fault

Params = t.Mapping[str, t.Any]

# How often the work is begun again because somebody else wrote the file meanwhile.
ATTEMPTS = 5


def spec() -> Spec:
    """The options of the module."""
    return {
        "registry": {"type": "str", "required": True},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "client": {"type": "str", "choices": list(CLIENTS), "default": "docker"},
        "user": {"type": "str"},
        "path": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "verify": {"type": "bool", "default": False},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "plain_http": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": 30.0},
    }


def judge(params: Params) -> tuple[list[str], list[str]]:
    """Everything that is wrong with the options, before anything is read or asked."""
    faults = []
    registry, timeout, ca_path = params["registry"], params["timeout"], params["ca_path"]
    fault = registry_fault(registry) if registry is not None else None
    if fault:
        faults.append(fault)
    if params["state"] != "absent":
        faults += _login_faults(params["username"], params["password"])
    try:
        account(params["user"])
    except NoAccount as exc:
        faults.append(str(exc))
    path = params["path"]
    if path is not None and not path.startswith(("/", "~/")):
        near = " (did you mean ~/%s?)" % path if path and not path.startswith("~") else ""
        faults.append("path %r is not valid: one that begins with / or, for the home folder of the user, with ~/%s" % (path, near))
    elif path and path.endswith("/"):
        faults.append("path %r is not valid: it names a folder, not a file" % path)
    wrong = timeout_fault(timeout)
    faults += [wrong] if wrong else []
    if params["verify"] and registry and not fault and not proxy_bypass(registry):
        faults += proxy_faults("http" if params["plain_http"] else "https")
    if ca_path and not os.path.isfile(ca_path):
        faults.append("ca_path %s is no file on the host where the module runs" % ca_path)
    return faults, []


def _login_faults(username: t.Optional[str], password: t.Optional[str]) -> list[str]:
    faults = ["%s is required with state: present" % name for name, value in (("username", username), ("password", password)) if not value]
    if username and ":" in username:
        # Said without the value, in which the password may follow.
        faults.append("username cannot hold a colon; the password goes into password")
    elif username and not username.isprintable():
        faults.append("username %r is not valid: printable characters without a colon" % username)
    if password and not is_text(password):
        faults.append("password has bytes that are no text in UTF-8")
    elif password and password[-1] in "\r\n":
        faults.append("password ends with a line break, which clients would send along: take it off with the filter trim")
    elif password and any(one in password for one in "\0\r\n"):
        faults.append("password is not valid: it holds a line break or a zero byte")
    return faults


def _path(params: Params, who: Account) -> str:
    """Where the file is: the given path, or where the client looks below the home folder that the user database names."""
    given = params["path"]
    if given is None:
        return posixpath.join(who.home, CLIENTS[params["client"]].place)
    return posixpath.join(who.home, given[2:]) if given.startswith("~/") else str(given)


def _passing(client: Client, who: Account) -> list[str]:
    """Files that are lost at a reboot, but in which the client looks first: what its own C(login) left there would hide ours."""
    if client.stores:
        return []
    return ["/run/user/%d/containers/auth.json" % who.uid, "/run/containers/%d/auth.json" % who.uid]


def run(params: Params, check_mode: bool) -> Report:
    """Make the log-in right, or tell what would be done."""
    client, who = CLIENTS[params["client"]], account(params["user"])
    login = Login(params["username"], params["password"]) if params["state"] == "present" else None
    wish = Wish(client, client.key(params["registry"]), login)
    path = _path(params, who)
    if login is not None and params["verify"]:
        settings = Settings(params["validate_certs"], params["ca_path"], params["plain_http"], params["timeout"])
        try:
            prove(wish.key, login, settings)
        except NotProved as exc:
            return Report({"changed": False, "path": path}, failure="%s. Nothing was changed." % exc)
    work = _Work(wish, path, who, params["timeout"], _passing(client, who) if params["path"] is None else ())
    told = as_account(who, lambda: work.do(check_mode))
    return Report(dict(told["result"], path=path), failure=told["failure"])


class _Job(t.NamedTuple):
    """What has to be done in one file."""

    content: Content
    helper: t.Optional[Helper]
    made: Plan


class _Work:
    """The part that the user's own rights have to suffice for."""

    def __init__(self, wish: Wish, path: str, who: Account, timeout: float, passing: t.Sequence[str] = ()) -> None:
        self._wish = wish
        self._who = who
        self._timeout = timeout
        self._path = path
        self._passing = passing

    def do(self, check_mode: bool) -> dict[str, t.Any]:
        """C(result) and, where it failed, C(failure)."""
        done: list[str] = []
        try:
            # What the user cannot even see, clients of that user do not see either.
            paths = [self._path, *filter(os.path.lexists, self._passing)]
            jobs = [self._job(path) for path in paths]
            changes = [one for job in jobs for one in job.made.changes]
            result = self._result(jobs, changes)
            for path, job in zip(paths, jobs) if not check_mode else ():
                self._carry_out(path, job)
                done += job.made.changes
        except (FileFault, HelperError) as exc:
            undone = "Done: %s. Not done: the rest; run it again." % ", ".join(done) if done else "Nothing was changed."
            return {"result": {"changed": bool(done), "changes": done}, "failure": "%s. %s" % (str(exc).rstrip("."), undone)}
        return {"result": result, "failure": None}

    def _result(self, jobs: t.Sequence[_Job], changes: list[str]) -> dict[str, t.Any]:
        header = "registry %s of user %s" % (self._wish.key, self._who.name)
        result: dict[str, t.Any] = {
            "changed": bool(changes),
            "changes": changes,
            "diff": {
                "before": "".join(job.made.before for job in jobs),
                "after": "".join(job.made.after for job in jobs),
                "before_header": header,
                "after_header": header,
            },
        }
        if jobs[0].helper is not None:
            result["helper"] = jobs[0].helper.name
        return result

    def _job(self, path: str) -> _Job:
        """What a file needs; raises FileFault or HelperError, and changes nothing."""
        content = read(path)
        try:
            found, helper = self._observe(path, content)
            made = plan(self._wish, found, self._who.name) if path == self._path else plan_passing(self._wish, found)
        except BadDocument as exc:
            raise FileFault("%s is not used: %s" % (path, exc)) from None
        if made.document is not None:
            # Before the helper does its part; and a prediction fails where the run would.
            refuse_unwritable(content)
        return _Job(content, helper, made)

    def _observe(self, path: str, content: Content) -> tuple[Found, t.Optional[Helper]]:
        """What there is, and the helper that keeps the credential of this registry."""
        document = {} if content.raw is None else parse(content.raw)
        name = helper_of(document, self._wish.client, self._wish.key)
        helper = Helper(name, self._who, self._timeout) if name else None
        there = content.raw is not None
        found = Found(
            document=document,
            name=posixpath.basename(path) if path == self._path else path,
            helper=name,
            held=helper.get(self._wish.key) if helper else None,
            mode="%04o" % content.mode if there and content.mode != MODE else None,
            owner=user_name(content.uid) if there and content.uid != self._who.uid else None,
        )
        return found, helper

    def _carry_out(self, path: str, job: _Job) -> None:
        """Do what a file needs: the helper first, since the file says what it has."""
        for _attempt in range(ATTEMPTS):
            made, key, login = job.made, self._wish.key, self._wish.login
            if job.helper is not None and made.step == "store" and login is not None:
                job.helper.store(key, login)
            elif job.helper is not None and made.step == "erase":
                job.helper.erase(key)
            if made.document is None:
                return None
            try:
                return replace(job.content, render(made.document))
            except Moved:
                job = self._job(path)
        raise FileFault("%s was written by somebody else again and again" % path)
