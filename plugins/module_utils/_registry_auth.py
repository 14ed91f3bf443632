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

from ansible_collections.harbormaster.robots.plugins.module_utils._as_user import Account, NoAccount, account, as_account
from ansible_collections.harbormaster.robots.plugins.module_utils._auth_file import (
    CLIENTS,
    BadDocument,
    Found,
    Login,
    Plan,
    Wish,
    helper_of,
    parse,
    plan,
    registry_fault,
    render,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._credential_helpers import Helper, HelperError
from ansible_collections.harbormaster.robots.plugins.module_utils._exit import Report
from ansible_collections.harbormaster.robots.plugins.module_utils._private_file import (
    MODE,
    Content,
    FileFault,
    Moved,
    read,
    refuse_unwritable,
    replace,
    user_name,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import Spec
from ansible_collections.harbormaster.robots.plugins.module_utils._token_flow import NotProved, Settings, prove

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
    if timeout is not None and not timeout > 0:
        faults.append("timeout %g is not valid: seconds, more than 0" % timeout)
    if ca_path and not os.path.isfile(ca_path):
        faults.append("ca_path %s is no file on the host where the module runs" % ca_path)
    return faults, []


def _login_faults(username: t.Optional[str], password: t.Optional[str]) -> list[str]:
    faults = ["%s is required with state: present" % name for name, value in (("username", username), ("password", password)) if not value]
    if username and (":" in username or not username.isprintable()):
        faults.append("username %r is not valid: printable characters without a colon" % username)
    if password and password[-1] in "\r\n":
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
    told = as_account(who, lambda: _work(wish, path, who, params["timeout"], check_mode))
    return Report(dict(told["result"], path=path), failure=told["failure"])


def _work(wish: Wish, path: str, who: Account, timeout: float, check_mode: bool) -> dict[str, t.Any]:
    """The part that the user's own rights have to suffice for: C(result) and, where it failed, C(failure)."""
    for _attempt in range(ATTEMPTS):
        try:
            return _once(wish, path, who, timeout, check_mode)
        except Moved:
            continue
        except (FileFault, HelperError) as exc:
            return _failed(str(exc))
        except BadDocument as exc:
            return _failed("%s is not used: %s" % (path, exc))
    return _failed("%s was written by somebody else again and again" % path)


def _failed(words: str) -> dict[str, t.Any]:
    return {"result": {"changed": False}, "failure": "%s. Nothing was changed." % words.rstrip(".")}


def _once(wish: Wish, path: str, who: Account, timeout: float, check_mode: bool) -> dict[str, t.Any]:
    content = read(path)
    found, helper = _observe(wish, path, who, timeout, content)
    made = plan(wish, found, who.name)
    header = "registry %s of user %s" % (wish.key, who.name)
    result: dict[str, t.Any] = {
        "changed": bool(made.changes),
        "changes": list(made.changes),
        "diff": {"before": made.before, "after": made.after, "before_header": header, "after_header": header},
    }
    if helper is not None:
        result["helper"] = helper.name
    if made.document is not None:
        # Before the helper does its part; and a prediction fails where the run would.
        refuse_unwritable(content)
    if check_mode or not made.changes:
        return {"result": result, "failure": None}
    return {"result": result, "failure": _apply(wish, made, content, helper, result)}


def _observe(wish: Wish, path: str, who: Account, timeout: float, content: Content) -> tuple[Found, t.Optional[Helper]]:
    """What there is, and the helper that keeps the credential of this registry."""
    document = {} if content.raw is None else parse(content.raw)
    name = helper_of(document, wish.client, wish.key)
    helper = Helper(name, who, timeout) if name else None
    there = content.raw is not None
    found = Found(
        document=document,
        name=posixpath.basename(path),
        helper=name,
        held=helper.get(wish.key) if helper else None,
        mode="%04o" % content.mode if there and content.mode != MODE else None,
        owner=user_name(content.uid) if there and content.uid != who.uid else None,
    )
    return found, helper


def _apply(wish: Wish, made: Plan, content: Content, helper: t.Optional[Helper], result: dict[str, t.Any]) -> t.Optional[str]:
    """Carry a plan out: the helper first, since the file says what it has. The message of a failure, None for success."""
    if helper is not None and made.step == "store" and wish.login is not None:
        helper.store(wish.key, wish.login)
    elif helper is not None and made.step == "erase":
        helper.erase(wish.key)
    if made.document is None:
        return None
    try:
        replace(content, render(made.document))
    except FileFault as exc:
        if not made.step:
            raise
        return "%s. What the credential helper had to do was done, and the file was not changed; run it again." % exc
    return None
