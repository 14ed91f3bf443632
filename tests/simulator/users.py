# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/users: people, and what the caller is told about itself."""
from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from .access import Call
from .errors import bad_request, conflict, forbidden, internal, not_found, precondition
from .identity import RobotIdentity, UserIdentity
from .messages import Answer, created, ok
from .query import Column, Fuzzy, list_headers, order, page, select
from .roles import pairs_of_project
from .state import Conflict, User, digest, now, random_text, stamp

ILLEGAL = ',"~#%$'
OLD_ILLEGAL = ",~#%$"
_LOCAL_PART = r"[^<>()\[\]\\.,;:\s@\"]+(\.[^<>()\[\]\\.,;:\s@\"]+)*|\".+\""
EMAIL = re.compile(rf"({_LOCAL_PART})@(\[(\d{{1,3}}\.){{3}}\d{{1,3}}\]|([a-zA-Z\-0-9]+\.)+[a-zA-Z]{{2,}})")
PASSWORD_RULE = ("the password or secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, "
                 "1 lowercase letter and 1 number")
OLD_PASSWORD_RULE = ("the password or secret must be longer than 8 chars with at least 1 uppercase letter, "
                     "1 lowercase letter and 1 number")

_SYSTEM_PAIRS: list[tuple[str, str, tuple[int, int]]] = [
    ("catalog", "read", (2, 2)), ("audit-log", "list", (2, 2)), ("project", "create read update delete list", (2, 2)),
    ("user", "create read update delete list", (2, 2)), ("user-group", "create read update delete list", (2, 2)),
    ("registry", "create read update delete list", (2, 2)), ("replication", "create read update list delete", (2, 2)),
    ("distribution", "create read update delete list", (2, 2)), ("garbage-collection", "create read update delete list", (2, 2)),
    ("scan-all", "create read update delete list", (2, 2)), ("scan-all", "stop", (2, 4)), ("system-volumes", "read", (2, 2)),
    ("ldap-user", "create list", (2, 3)), ("configuration", "read update", (2, 3)), ("jobservice-monitor", "read list stop", (2, 7)),
    ("security-hub", "read list", (2, 9)),
]
"""What /users/current/permissions asks about for the scope /system: resource, actions, the version that they came with."""

COLUMNS: dict[str, Column[User]] = {
    "user_id": Column(lambda user: user.id, int), "UserID": Column(lambda user: user.id, int),
    "username": Column(lambda user: user.name), "Username": Column(lambda user: user.name),
    "email": Column(lambda user: user.email), "Email": Column(lambda user: user.email),
    "realname": Column(lambda user: user.realname), "Realname": Column(lambda user: user.realname),
    "comment": Column(lambda user: user.comment), "Comment": Column(lambda user: user.comment),
    "sysadmin_flag": Column(lambda user: user.admin, bool), "SysAdminFlag": Column(lambda user: user.admin, bool),
    "creation_time": Column(lambda user: user.created, datetime), "CreationTime": Column(lambda user: user.created, datetime),
}


def printed(user: User) -> dict[str, Any]:
    result: dict[str, Any] = {
        "admin_role_in_auth": False, "creation_time": stamp(user.created), "sysadmin_flag": user.admin, "update_time": stamp(user.updated),
        "user_id": user.id, "username": user.name,
    }
    optional = {"comment": user.comment, "email": user.email, "realname": user.realname}
    result.update((name, value) for name, value in optional.items() if value)
    return result


def current(call: Call) -> Answer:
    call.require_authenticated()
    if isinstance(call.identity, RobotIdentity):
        if not call.version.has_current_permissions:
            raise internal()
        raise precondition("get current user not available for security context: robot")
    return ok(printed(_user(call, getattr(call.identity, "id", 0))))


def current_permissions(call: Call) -> Answer:
    call.require_authenticated()
    if isinstance(call.identity, RobotIdentity) and not call.version.has_current_permissions:
        raise internal()
    scope, relative = call.arguments["scope"] or "", call.arguments["relative"]
    result = []
    project = re.match(r"/project/(-?\d+)(?:/|$)", scope)
    if project:
        number = int(project[1])
        for resource, action in pairs_of_project(call.version):
            if call.may_in_project(number, resource, action):
                path = f"/project/{number}" + (f"/{resource}" if resource else "")
                if not relative:
                    result.append({"action": action, "resource": path})
                elif path.startswith(scope):
                    result.append({"action": action, "resource": path.removeprefix(scope).removeprefix("/") or "."})
    elif scope.startswith("/system") and call.identity.administrator and not relative:
        # Harbor asks about bare names, which are in no scope: nobody but administrators has them, and they are relative to nothing
        result = [{"action": action, "resource": resource} for resource, actions, since in _SYSTEM_PAIRS if call.version.since(*since)
                  for action in actions.split()]
    return ok(result)


def listed(call: Call) -> Answer:
    call.require_in_system("user", "list")
    query = call.query()
    for name in ("username", "email"):
        value = call.request.argument(name)
        if value:
            query.keywords[name] = Fuzzy(value)
    rows = [user for user in call.state.users.values() if user.id != 1]
    rows = order(select(rows, query, COLUMNS, call.version), query, COLUMNS, "username")
    return ok([printed(user) for user in page(rows, query)], list_headers(call.request, query, len(rows)))


def search(call: Call) -> Answer:
    call.require_authenticated()
    query, wanted = call.query(), call.arguments["username"]
    counted = [user for user in call.state.users.values() if user.id != 1 and wanted.lower() in user.name.lower()]
    if not counted:
        return ok([], {"X-Total-Count": "0"})
    if call.version.user_search_finds_administrator:  # who is found, but not counted
        rows = [user for user in call.state.users.values() if wanted in user.name]
        rows = sorted(rows, key=lambda user: (len(user.name), user.name))[:query.page_size]
    else:
        rows = page(sorted(counted, key=lambda user: user.name), query)
        rows.sort(key=lambda user: (user.name != wanted, len(user.name), user.name))
    return ok([{"user_id": user.id, "username": user.name} for user in rows], list_headers(call.request, query, len(counted)))


def check_new(body: dict[str, Any]) -> list[str]:
    """What the generated model says of a new user before the handler sees it."""
    return [f"{name} in body should be at most 255 chars long" for name in ("email", "username") if len(body.get(name, "")) > 255]


def create(call: Call) -> Answer:
    body = call.body
    if call.state.settings["auth_mode"] != "db_auth":
        raise forbidden(f"creating local user is not allowed under auth mode: {call.state.settings['auth_mode']}")
    if call.state.settings["self_registration"] and not call.identity.may_in_system("user", "create"):
        if call.request.cookie("sid") is None:
            raise forbidden("self-registration cannot be triggered via API")
    else:
        call.require_in_system("user", "create")
    _require_password(call, body.get("password", ""))
    _check_profile(call)
    name = body.get("username", "")
    if call.version.checks_user_names:
        if not 1 <= _length(name) <= 255:
            raise bad_request("username with illegal length")
        if any(letter in ILLEGAL for letter in name):
            raise bad_request("username contains illegal characters")
    try:
        user = call.state.add_user(name, body["email"], body["password"], body.get("realname", ""), body.get("comment", ""))
    except Conflict:
        raise conflict(f"user {name} or email {body['email']} already exists") from None
    return created(f"{call.request.path.rstrip('/')}/{user.id}")


def _length(text: str) -> int:
    """In bytes, as Go counts."""
    return len(text.encode("utf-8", "surrogatepass"))


def _check_profile(call: Call) -> None:
    body: dict[str, Any] = call.body
    if not body.get("email"):
        raise bad_request("email can't be empty")
    if not EMAIL.fullmatch(body["email"]):
        raise bad_request("email with illegal format")
    if not 1 <= _length(body.get("realname", "")) <= 255:
        raise bad_request("realname with illegal length")
    if any(letter in (ILLEGAL if call.version.checks_user_names else OLD_ILLEGAL) for letter in body["realname"]):
        raise bad_request("realname contains illegal characters")
    if _length(body.get("comment", "")) > 30:
        raise bad_request("comment with illegal length")


def _require_password(call: Call, password: str) -> None:
    fits = _length(password) >= 8 and all(re.search(letters, password) for letters in ("[a-z]", "[A-Z]", "[0-9]"))
    if call.version.secret_has_maximum:
        if not fits or _length(password) > 128:
            raise bad_request(PASSWORD_RULE)
    elif not fits:
        raise bad_request(OLD_PASSWORD_RULE)


def _user(call: Call, number: int) -> User:
    user = call.state.users.get(number)
    if user is None:
        raise not_found(f"user {number} not found")
    return user


def _is_self(call: Call) -> bool:
    return isinstance(call.identity, UserIdentity) and call.identity.id == call.arguments["user_id"]


def _require(call: Call, action: str, refusal: str) -> None:
    """Since 2.15 a permission as any other; before, administrators alone have it, and the refusal has words of its own."""
    if call.version.grants_user_calls:
        call.require_in_system("user", action)
        return
    call.require_authenticated()
    if not call.identity.administrator:
        raise forbidden(refusal)


def _require_modifiable(call: Call) -> None:
    number = call.arguments["user_id"]
    refusal = f"User with ID {number} can't be updated"
    if call.state.settings["auth_mode"] != "db_auth":
        if not call.version.grants_user_calls:
            call.require_authenticated()
        if number != 1:
            raise forbidden(refusal)
        _require(call, "update", refusal)
    elif not _is_self(call):
        _require(call, "update", refusal)


def _written(call: Call) -> User:
    """The user that a call changes without having read it."""
    number = call.arguments["user_id"]
    if number not in call.state.users:
        raise not_found(f"user with id {number} not found")
    return call.state.users[number]


def read(call: Call) -> Answer:
    if not _is_self(call):
        _require(call, "read", f"Not authorized to read user: {call.arguments['user_id']}")
    return ok(printed(_user(call, call.arguments["user_id"])))


def update(call: Call) -> Answer:
    _require_modifiable(call)
    _check_profile(call)
    user = _written(call)
    if any(other.email == call.body["email"] and other is not user for other in call.state.users.values()):
        raise internal()
    user.email, user.realname, user.comment = call.body["email"], call.body["realname"], call.body.get("comment", "")
    user.updated = now()
    return Answer()


def delete(call: Call) -> Answer:
    _require(call, "delete", "Not authorized to delete users")
    number = call.arguments["user_id"]
    if _is_self(call) or number == 1:
        raise forbidden(f"User with ID {number} cannot be deleted")
    _user(call, number)
    for project in call.state.projects.values():
        for member in [member for member in project.members.values() if member.user_id == number]:
            del project.members[member.id]
    del call.state.users[number]
    return Answer()


def set_administrator(call: Call) -> Answer:
    call.require_in_system("user", "update")
    user = _written(call)
    user.admin = call.body.get("sysadmin_flag", False)
    user.updated = now()
    return Answer()


def set_cli_secret(call: Call) -> Answer:
    """For those who log in by OIDC, who are not simulated."""
    if call.state.settings["auth_mode"] != "oidc_auth":
        raise precondition(f"unable to update CLI secret under authmode: {call.state.settings['auth_mode']}")
    if not _is_self(call):
        _require(call, "update", f"Not authorized to update the CLI secret for user: {call.arguments['user_id']}")
    secret = call.body.get("secret", "")
    if secret:
        _require_password(call, secret)
    raise not_found(f"oidc info for user {call.arguments['user_id']} not found")


def set_password(call: Call) -> Answer:
    _require_modifiable(call)
    if _is_self(call):
        user = _user(call, call.arguments["user_id"])
        if digest(call.body.get("old_password", ""), user.salt) != user.password:
            raise forbidden("Current password is incorrect")
    wanted = call.body.get("new_password", "")
    _require_password(call, wanted)
    user = _user(call, call.arguments["user_id"])
    if digest(wanted, user.salt) == user.password:
        raise bad_request("New password is identical to old password")
    user.salt = random_text()
    user.password, user.updated = digest(wanted, user.salt), now()
    return Answer()
