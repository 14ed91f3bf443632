# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Input that is wrong whatever Harbor says: found without a single request, all of it at once.

An entry is: a name, the module, its options (None takes one of the connection away), and every fault in the order of the message. A fault
that ends with "…" is the beginning of one: the rest is Ansible's own and differs from one ansible-core to the next.
"""

from __future__ import annotations

from typing import Any

Entry = tuple[str, str, dict[str, Any], list[str]]

ROBOT, SECRET, INFO, PROJECT = "harbor_robot", "harbor_robot_secret", "harbor_robot_info", "harbor_project"
CI: dict[str, Any] = {"name": "ci", "project": "shop", "access": ["pull"]}

NAME = "lower-case letters and digits, with single '.', '_' or '-' between them"
SHORT = f"{NAME}; give the short name, without prefix and project"
DAYS = "a number of days from 1 to 2147483646, or never"
DATE = "a date such as 2027-02-18, or a time such as 2027-02-18T06:00:00Z"
RULE = "secret does not follow Harbor's rule (8 to 128 characters, at least one upper-case letter, one lower-case letter and one digit)"
EMPTY = "access is empty: give presets or pairs such as repository:pull"
PRESETS = "pull, push, scan, ci, read, cleanup, scanner"


def ci(**more: Any) -> dict[str, Any]:
    return {**CI, **more}


def mirror(*entries: Any, **more: Any) -> dict[str, Any]:
    return {"name": "mirror", "permissions": list(entries), **more}


NAMES: list[Entry] = [
    ("upper case", ROBOT, ci(name="CI"), [f"name 'CI' is not valid: {NAME} (did you mean 'ci'?)"]),
    ("with prefix", ROBOT, ci(name="robot$ci"), [f"name 'robot$ci' is not valid: {SHORT} (did you mean 'ci'?)"]),
    ("with project", ROBOT, ci(name="shop+ci"), [f"name 'shop+ci' is not valid: {SHORT} (did you mean 'ci'?)"]),
    ("full name", ROBOT, ci(name="robot$shop+ci"), [f"name 'robot$shop+ci' is not valid: {SHORT} (did you mean 'ci'?)"]),
    ("empty name", ROBOT, ci(name=""), [f"name '' is not valid: {NAME}"]),
    ("blank in name", ROBOT, ci(name="my robot"), [f"name 'my robot' is not valid: {NAME} (did you mean 'my-robot'?)"]),
    ("too long", ROBOT, ci(name="a" * 252), ["the stored name has 257 characters, and Harbor keeps at most 255, project included"]),
    ("id 0", ROBOT, {"id": 0, "enabled": False}, ["id 0 is not valid: ids begin at 1"]),
    ("name and id", ROBOT, ci(id=3), ["name and id exclude each other: id selects a robot only where no name is given"]),
    ("neither", ROBOT, {"project": "shop", "access": ["pull"]}, ["name is required (or id, for a robot that exists)"]),
    (
        "project *",
        ROBOT,
        ci(project="*"),
        ["project '*' is not a project: a robot of all projects is a system robot, with permissions: [{project: '*', access: […]}]"],
    ),
    ("project in upper case", ROBOT, ci(project="Shop"), [f"project 'Shop' is not valid: {NAME} (did you mean 'shop'?)"]),
    ("empty project", ROBOT, ci(project=""), [f"project '' is not valid: {NAME}"]),
]

PERMISSIONS: list[Entry] = [
    (
        "access without project",
        ROBOT,
        {"name": "ci", "access": ["pull"]},
        ["access goes with project; a system robot has permissions, whose entries name a project, projects or system"],
    ),
    (
        "access and permissions",
        ROBOT,
        ci(permissions=[{"project": "shop", "access": ["push"]}]),
        ["access and permissions exclude each other: access is for the robot of a project, permissions for a system robot"],
    ),
    ("no place", ROBOT, mirror({"access": ["pull"]}), ["permissions[0]: exactly one of project, projects and system says where it holds"]),
    (
        "two places",
        ROBOT,
        mirror({"project": "*", "access": ["pull"]}, {"project": "shop", "projects": ["web"], "access": ["pull"]}),
        ["permissions[1]: exactly one of project, projects and system says where it holds, not project and projects"],
    ),
    (
        "project and system",
        ROBOT,
        mirror({"project": "shop", "system": True, "access": ["label:create"]}),
        ["permissions[0]: exactly one of project, projects and system says where it holds, not project and system"],
    ),
    ("system: false", ROBOT, mirror({"system": False, "access": ["pull"]}), ["permissions[0]: system can only be true"]),
    ("empty access", ROBOT, ci(access=[]), [EMPTY]),
    ("empty access of an entry", ROBOT, mirror({"project": "shop", "access": []}), [f"permissions[0].{EMPTY}"]),
    ("entry without access", ROBOT, mirror({"project": "shop"}), [f"permissions[0].{EMPTY}"]),
    (
        "no permissions",
        ROBOT,
        mirror(),
        ["permissions is empty, and Harbor has no robots without; remove the robot (state=absent) or disable it (enabled=false)"],
    ),
    ("no projects", ROBOT, mirror({"projects": [], "access": ["pull"]}), ["permissions[0]: projects is empty"]),
    (
        "* among projects",
        ROBOT,
        mirror({"projects": ["*"], "access": ["pull"]}),
        ["permissions[0]: all projects are project: '*', in an entry of its own"],
    ),
    ("a project twice", ROBOT, mirror({"projects": ["a", "a"], "access": ["pull"]}), ["permissions[0]: projects names a twice"]),
    (
        "project robot on another project",
        ROBOT,
        mirror({"project": "web", "access": ["pull"]}, project="shop"),
        ["permissions[0]: a robot of project shop cannot hold permissions on web; a system robot can"],
    ),
    (
        "project robot on the system",
        ROBOT,
        mirror({"system": True, "access": ["registry:list"]}, project="shop"),
        ["permissions[0]: a robot of project shop cannot hold permissions of the system; a system robot can"],
    ),
    ("unknown preset", ROBOT, ci(access=["puhs"]), ["access: 'puhs' is not a permission: did you mean preset push?"]),
    (
        "preset for the system",
        ROBOT,
        mirror({"system": True, "access": ["push"]}),
        ["permissions[0].access: preset push is for projects, not for the system"],
    ),
    (
        "blank in a pair",
        ROBOT,
        ci(access=["repository: pull"]),
        ["access: 'repository: pull' is not a permission: write repository:pull, in lower case and without blanks"],
    ),
    (
        "pair that became a mapping",
        ROBOT,
        ci(access=[{"repository": "pull"}]),
        ["access: repository: pull is a mapping in YAML: write repository:pull, without a blank"],
    ),
    (
        "number",
        ROBOT,
        ci(access=[7]),
        [f"access: 7 is not a permission: write resource:action, resource:*, *:action, * or a preset ({PRESETS})"],
    ),
    ("slash", ROBOT, ci(access=["repository/pull"]), ["access: 'repository/pull' is not a permission: write repository:pull"]),
    (
        "resource alone",
        ROBOT,
        ci(access=["repository"]),
        ["access: 'repository' is not a permission: write repository:* or repository: with one of its actions"],
    ),
    (
        "action alone",
        ROBOT,
        ci(access=["delete"]),
        ["access: 'delete' is not a permission: write *:delete or the name of a resource before :delete"],
    ),
    (
        "several in one text",
        ROBOT,
        ci(access=["repository:pull,push"]),
        ["access: 'repository:pull,push' is not a permission: write one item for each of repository:pull, repository:push"],
    ),
    (
        "wildcard of no resource",
        ROBOT,
        ci(access=["repo:*"]),
        ["access: repo:* matches nothing for a project in any known version of Harbor: did you mean repository:*?"],
    ),
    (
        "wildcard of no action",
        ROBOT,
        ci(access=["*:pusch"]),
        ["access: *:pusch matches nothing for a project in any known version of Harbor: did you mean *:push?"],
    ),
    (
        "half a wildcard",
        ROBOT,
        ci(access=["repo*:pull"]),
        ["access: 'repo*:pull' is not a permission: write resource:action, with * only for a whole word"],
    ),
]

EXPIRY: list[Entry] = [
    (
        "duration 0",
        ROBOT,
        ci(duration=0),
        [f"duration '0' is not valid: {DAYS}; 0 is refused by Harbor since 2.11 and meant its default before"],
    ),
    ("duration -5", ROBOT, ci(duration=-5), [f"duration '-5' is not valid: {DAYS}"]),
    ("duration 30d", ROBOT, ci(duration="30d"), [f"duration '30d' is not valid: {DAYS} (did you mean 30?)"]),
    ("duration soon", ROBOT, ci(duration="soon"), [f"duration 'soon' is not valid: {DAYS}"]),
    ("duration too long", ROBOT, ci(duration=9999999999), [f"duration '9999999999' is not valid: {DAYS}"]),
    (
        "two forms",
        ROBOT,
        ci(duration=30, valid_for=90),
        ["duration and valid_for exclude each other: give the expiry in one form"],
    ),
    (
        "three forms",
        ROBOT,
        ci(duration=30, valid_for=90, expires_at="2030-01-01"),
        ["duration and valid_for and expires_at exclude each other: give the expiry in one form"],
    ),
    ("renew_within alone", ROBOT, ci(renew_within=3), ["renew_within goes with valid_for"]),
    (
        "renew_within too large",
        ROBOT,
        ci(valid_for=30, renew_within=30),
        ["renew_within 30 has to be at least 0 and smaller than valid_for 30"],
    ),
    (
        "valid_for 0",
        ROBOT,
        ci(valid_for=0),
        ["valid_for 0 is not valid: a number of days from 1 to 2147483646 (duration=never for ever)"],
    ),
    ("expires_at before all counting", ROBOT, ci(expires_at="0001-01-01"), ["expires_at '0001-01-01' is in the past"]),
    ("valid_for yes", ROBOT, ci(valid_for=True), ["valid_for has to be a number, not true"]),
    ("expires_at nonsense", ROBOT, ci(expires_at="tomorrow"), [f"expires_at 'tomorrow' is not valid: {DATE}"]),
    (
        "expires_at never",
        ROBOT,
        ci(expires_at="never"),
        [f"expires_at 'never' is not valid: {DATE} (use duration=never for a robot that never expires)"],
    ),
]

SECRETS: list[Entry] = [
    ("short", ROBOT, ci(secret="Ab1"), [f"{RULE}: it has 3"]),
    ("no digit", ROBOT, ci(secret="Abcdefgh"), [f"{RULE}: it has no digit"]),
    ("no upper-case letter", ROBOT, ci(secret="abcdefg1"), [f"{RULE}: it has no upper-case letter"]),
    ("no lower-case letter", SECRET, {"name": "ci", "secret": "ABCDEFG1"}, [f"{RULE}: it has no lower-case letter"]),
    ("129 bytes", ROBOT, ci(secret="Aa1" + "x" * 126), [f"{RULE}: it has 129"]),
    ("129 bytes in 128 letters", ROBOT, ci(secret="Aa1" + "x" * 124 + "é"), [f"{RULE}: it has 129"]),
    (
        "mask",
        ROBOT,
        ci(secret="VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"),
        ["secret is a mask that Ansible shows instead of a hidden value, not the value itself"],
    ),
    (
        "refreshed with a secret",
        SECRET,
        {"name": "ci", "secret": "Abcdefg1", "state": "refreshed"},
        ["secret does not go with state=refreshed, which makes a new one; state=present makes yours work"],
    ),
    ("present without a secret", SECRET, {"name": "ci"}, ["secret is required with state=present"]),
    ("nothing to check", "harbor_robot_secret_info", {"name": "ci"}, ["missing required arguments: secret"]),
]

CONNECTION: list[Entry] = [
    (
        "no scheme",
        ROBOT,
        ci(harbor_url="harbor.example.com"),
        ["harbor_url 'harbor.example.com' is not valid: https:// and a host (did you mean https://harbor.example.com?)"],
    ),
    (
        "another scheme",
        ROBOT,
        ci(harbor_url="ftp://harbor.example.com"),
        ["harbor_url 'ftp://harbor.example.com' is not valid: https:// and a host (did you mean https://harbor.example.com?)"],
    ),
    (
        "with a path",
        ROBOT,
        ci(harbor_url="https://harbor.example.com/api/v2.0"),
        ["harbor_url 'https://harbor.example.com/api/v2.0' is not the address of Harbor alone (did you mean https://harbor.example.com?)"],
    ),
    (
        "with credentials",
        ROBOT,
        ci(harbor_url="https://admin:NotToBeShown@harbor.example.com"),
        ["harbor_url holds credentials: give them in harbor_username and harbor_password"],
    ),
    ("port is no number", ROBOT, ci(harbor_url="https://harbor.example.com:https"), ["harbor_url is not valid: …"]),
    ("empty address", ROBOT, ci(harbor_url=""), ["harbor_url is empty"]),
    ("no address", ROBOT, ci(harbor_url=None), ["missing required arguments: harbor_url"]),
    (
        "no credentials",
        ROBOT,
        ci(harbor_username=None, harbor_password=None),
        ["harbor_username and harbor_password are required (or harbor_token)"],
    ),
    ("no password", ROBOT, ci(harbor_password=None), ["harbor_password is required with harbor_username"]),
    ("token and user", ROBOT, ci(harbor_token="eyJhbGciOi"), ["harbor_username and harbor_token exclude each other"]),
    (
        "token with a line break",
        ROBOT,
        ci(harbor_username=None, harbor_password=None, harbor_token="NotToBeShown\n"),
        ["harbor_token has blanks, line breaks or other characters that no token has"],
    ),
    ("empty part in the host", ROBOT, ci(harbor_url="https://a..b"), ["harbor_url 'https://a..b' is not valid: https:// and a host"]),
    ("timeout for ever", ROBOT, ci(timeout="inf"), ["timeout inf is not valid: seconds, more than 0 and at most 86400"]),
    (
        "colon in user name",
        ROBOT,
        ci(harbor_username="a:b"),
        ["harbor_username cannot hold a colon; the password goes into harbor_password"],
    ),
    (
        "no such authority",
        ROBOT,
        ci(ca_path="/nowhere/ca.pem"),
        ["ca_path /nowhere/ca.pem does not exist on the host where the module runs"],
    ),
    ("key without certificate", ROBOT, ci(client_key=__file__), ["client_key goes with client_cert"]),
    ("timeout 0", ROBOT, ci(timeout=0), ["timeout 0 is not valid: seconds, more than 0"]),
    ("retries -1", ROBOT, ci(retries=-1), ["retries -1 is not valid: a number from 0 to 20"]),
    ("retries 99", ROBOT, ci(retries=99), ["retries 99 is not valid: a number from 0 to 20"]),
    (
        "blank in request_id",
        ROBOT,
        ci(request_id="my run"),
        ["request_id 'my run' is not valid: 1 to 64 printable characters without blanks"],
    ),
    (
        "registry is an address",
        ROBOT,
        ci(registry="https://harbor.example.com"),
        ["registry 'https://harbor.example.com' is not valid: a host, and a port where needed, as in docker login"],
    ),
    (
        "version without quotes",
        "harbor_permission_info",
        {"harbor_version": 2.10},
        ["harbor_version '2.1' is older than 2.2; without quotes YAML takes 2.10 for 2.1"],
    ),
    ("unknown login", ROBOT, ci(login="cookie"), ["value of login must be one of: auto, basic, session, got: cookie"]),
]

TYPES: list[Entry] = [
    ("misspelt", ROBOT, ci(acces=["pull"]), ["option acces does not exist (did you mean access?)"]),
    (
        "two misspelt",
        ROBOT,
        ci(desciption="x", valid_until="2030-01-01"),
        ["option desciption does not exist (did you mean description?)", "option valid_until does not exist (did you mean valid_for?)"],
    ),
    (
        "misspelt in an entry",
        ROBOT,
        mirror({"project": "shop", "acess": ["pull"]}),
        ["option permissions.acess does not exist (did you mean access?)", f"permissions[0].{EMPTY}"],
    ),
    ("like nothing", ROBOT, ci(zzz=1), ["option zzz does not exist"]),
    ("no boolean", ROBOT, ci(enabled="perhaps"), ["argument 'enabled' is of type str and we were unable to convert to bool: …"]),
    ("no number", ROBOT, ci(valid_for="many"), ["argument 'valid_for' is of type str and we were unable to convert to int: …"]),
    ("no list", ROBOT, {"name": "mirror", "permissions": "pull"}, ["Elements value for option 'permissions' is of type str and we …"]),
    ("JSON for a list", ROBOT, {"name": "mirror", "permissions": '[{"project": "a", "access": ["pull"]}]'}, ["Elements value for …"]),
    (
        "no mapping in a list",
        ROBOT,
        mirror("pull", {"project": "shop", "access": ["puhs"]}),
        ["Elements value for option 'permissions' is of type str and we …", "permissions[1].access: 'puhs' is not a permission: did you …"],
    ),
    (
        "nothing in a list",
        ROBOT,
        mirror(None, {"project": "shop", "access": ["puhs"]}),
        ["Elements value for option 'permissions' is of type NoneType …", "permissions[1].access: 'puhs' is not a permission: did you …"],
    ),
    ("no id", ROBOT, {"id": "x", "project": "shop"}, ["argument 'id' is of type str and we were unable to convert to int: …"]),
    ("number without end", ROBOT, ci(valid_for="1e400"), ["argument 'valid_for' is of type str and we were unable to convert to int: …"]),
    ("endless digits", ROBOT, ci(duration="9" * 5000), [f"duration of 5000 characters is not valid: {DAYS}"]),
    ("unknown state", ROBOT, ci(state="gone"), ["value of state must be one of: present, absent, got: gone"]),
    (
        "unknown effect",
        ROBOT,
        mirror({"project": "shop", "access": ["pull"], "effect": "maybe"}),
        ["value of effect must be one of: allow, deny, got: maybe found in permissions"],
    ),
    ("description too long", ROBOT, ci(description="d" * 1025), ["description has 1025 characters, and Harbor keeps at most 1024"]),
]

INFOS: list[Entry] = [
    ("no number of days", INFO, {"expires_within": "nan"}, ["expires_within nan is not valid: days, 0 or more"]),
    ("id and name", INFO, {"id": 3, "name": "ci"}, ["id excludes name"]),
    ("id 0 of info", INFO, {"id": 0}, ["id 0 is not valid: ids begin at 1"]),
    ("q without =", INFO, {"q": "ci"}, ["q 'ci' is not valid: terms such as name=~ci, separated by commas"]),
    ("q for a level", INFO, {"q": "Level=project"}, ["q cannot select the scope with Level: use level, project or projects"]),
    (
        "q with two faults",
        INFO,
        {"q": "ci,ProjectID=1"},
        [
            "q 'ci,ProjectID=1' is not valid: terms such as name=~ci, separated by commas",
            "q cannot select the scope with ProjectID: use level, project or projects",
        ],
    ),
    ("unknown level", INFO, {"level": "user"}, ["value of level must be one of: system, project, all, got: user"]),
    ("level and project", INFO, {"level": "system", "project": "shop"}, ["level system has no projects; level all reads both"]),
    ("project and projects", INFO, {"project": "shop", "projects": ["web"]}, ["project and projects exclude each other"]),
    ("no projects of info", INFO, {"projects": []}, ["projects is empty: give names, patterns, or all"]),
    ("name and pattern", INFO, {"name": "ci", "name_pattern": "c*"}, ["name and name_pattern exclude each other"]),
    ("negative days", INFO, {"expires_within": -1}, ["expires_within -1 is not valid: days, 0 or more"]),
    ("pattern as project", INFO, {"project": "shop*"}, [f"project 'shop*' is not valid: {NAME} (did you mean 'shop'?)"]),
]

PROJECTS: list[Entry] = [
    ("project in upper case", PROJECT, {"name": "Shop"}, [f"name 'Shop' is not valid: {NAME} (did you mean 'shop'?)"]),
    ("two underscores", PROJECT, {"name": "a__b"}, [f"name 'a__b' is not valid: {NAME} (did you mean 'a-b'?)"]),
    ("empty name", PROJECT, {"name": ""}, [f"name '' is not valid: {NAME}"]),
    ("too long", PROJECT, {"name": "a" * 256}, ["name has 256 characters, and Harbor takes at most 255"]),
    ("no name", PROJECT, {}, ["missing required arguments: name"]),
    (
        "public often",
        PROJECT,
        {"name": "web", "public": "often"},
        ["argument 'public' is of type str and we were unable to convert to bool: …"],
    ),
]

# Types, unknown options and faults of our own in one call: each is told, none hides another.
TOGETHER: list[Entry] = [
    (
        "everything of one robot",
        ROBOT,
        ci(name="CI", enabled="perhaps", acces=["pull"], duration="30d", secret="short", valid_for="many", timeout=0),
        [
            "option acces does not exist (did you mean access?)",
            "argument 'enabled' is of type str and we were unable to convert to bool: …",
            "argument 'valid_for' is of type str and we were unable to convert to int: …",
            "timeout 0 is not valid: seconds, more than 0",
            f"name 'CI' is not valid: {NAME} (did you mean 'ci'?)",
            f"duration '30d' is not valid: {DAYS} (did you mean 30?)",
            f"{RULE}: it has 5, it has no upper-case letter, it has no digit",
        ],
    ),
    (
        "everything of its permissions",
        ROBOT,
        {
            "name": "Mirror",
            "permissions": [{"acces": ["pull"], "project": "Shop"}, {"system": False, "access": ["puhs"]}],
            "duration": 0,
            "expires_at": "soon",
            "description": "d" * 2000,
        },
        [
            "option permissions.acces does not exist (did you mean access?)",
            f"name 'Mirror' is not valid: {NAME} (did you mean 'mirror'?)",
            f"permissions[0]: project 'Shop' is not valid: {NAME} (did you mean 'shop'?)",
            f"permissions[0].{EMPTY}",
            "permissions[1]: system can only be true",
            "permissions[1].access: 'puhs' is not a permission: did you mean preset push?",
            "duration and expires_at exclude each other: give the expiry in one form",
            f"duration '0' is not valid: {DAYS}; 0 is refused by Harbor since 2.11 and meant its default before",
            f"expires_at 'soon' is not valid: {DATE}",
            "description has 2000 characters, and Harbor keeps at most 1024",
        ],
    ),
    (
        "a doubt beside a fault",
        ROBOT,
        ci(name="CI", access=["repo:pull", "pull"]),
        [
            f"name 'CI' is not valid: {NAME} (did you mean 'ci'?)",
            "access: repo:pull is not a permission for a project in any known version of Harbor: did you mean repository:pull? …",
        ],
    ),
]

STATIC: list[Entry] = [*NAMES, *PERMISSIONS, *EXPIRY, *SECRETS, *CONNECTION, *TYPES, *INFOS, *PROJECTS, *TOGETHER]
