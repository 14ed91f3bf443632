# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document in which clients keep log-ins."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._login.auth_file import (
    CLIENTS,
    BadDocument,
    Document,
    Found,
    Login,
    Plan,
    Wish,
    entry_of,
    helper_of,
    login_of,
    parse,
    plan,
    plan_passing,
    registry_fault,
    render,
    spellings,
)

HOST = "harbor.example.com"
DOCKER, PODMAN = CLIENTS["docker"], CLIENTS["podman"]
CI = Login("robot$ci", "S3cret-value")


def auth(username: str = "robot$ci", password: str = "S3cret-value") -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode()


def planned(document: Document, login: Login | None = CI, client: str = "docker", **found: t.Any) -> Plan:
    return plan(Wish(CLIENTS[client], HOST, login), Found(document, "config.json", **found), "alice")


# --- names of registries


@pytest.mark.parametrize(
    "registry", ["harbor.example.com", "harbor.example.com:8443", "localhost:5000", "127.0.0.1:5000", "[::1]:5000", "docker.io", "h"]
)
def test_registries(registry: str) -> None:
    assert registry_fault(registry) is None


@pytest.mark.parametrize(
    ("registry", "meant"),
    [
        ("https://harbor.example.com/", "harbor.example.com"),
        ("harbor.example.com/shop", "harbor.example.com"),
        ("http://harbor.example.com:8080/v2/", "harbor.example.com:8080"),
        (" harbor.example.com", "harbor.example.com"),
        ("harbor.example.com:0", None),
        ("harbor.example.com:65536", None),
        ("harbor.example.com:", None),
        ("-h", None),
        ("", None),
        ("a b", None),
    ],
)
def test_what_is_no_registry(registry: str, meant: str | None) -> None:
    fault = registry_fault(registry)
    assert fault is not None and fault.startswith(f"registry {registry!r} is not valid")
    assert ("did you mean %s?" % meant in fault) if meant else ("did you mean" not in fault)


@pytest.mark.parametrize("password", ["S3cret", "S3/cr@et", "S3cret/"])
def test_a_password_in_an_address_is_not_repeated(password: str) -> None:
    fault = registry_fault(f"https://admin:{password}@harbor.example.com")
    assert fault == "registry holds credentials, or a digest: give a host, and the credentials in username and password"


@pytest.mark.parametrize("name", ["docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/"])
def test_docker_hub_has_a_key_for_each_client(name: str) -> None:
    assert registry_fault(name) is None
    assert DOCKER.key(name) == "https://index.docker.io/v1/"
    assert PODMAN.key(name) == "docker.io"


# --- reading


@pytest.mark.parametrize("content", [b"", b" \n", b"{}", b'{"auths": null}'])
def test_nothing_is_an_empty_document(content: bytes) -> None:
    assert not parse(content).get("auths")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"auths": {\n  "x": }}', "line 2 column 8: Expecting value"),
        (b"{'auths': {}}", "line 1 column 2"),
        (b'{"auths": {}} x', "line 1 column 15: Extra data"),
        (b'{"a": "\xff"}', "byte 8 is not UTF-8"),
        (b"[]", "it holds a list, not an object"),
        (b"null", "it holds null, not an object"),
        (b"5", "it holds a number, not an object"),
        (b"true", "it holds true or false, not an object"),
        (b'{"auths": []}', None),
        (b'{"auths": ["x"]}', "auths is a list, not an object"),
        (b'{"credHelpers": "pass"}', "credHelpers is a string, not an object"),
        (b'{"credHelpers": {"h": 1}}', "credHelpers of h is a number, not a string"),
        (b'{"credsStore": {}}', "credsStore is an object, not a string"),
        (b"[" * 100000, "it is nested too deeply"),
    ],
)
def test_what_no_client_could_read(content: bytes, says: str | None) -> None:
    if says is None:
        assert parse(content) == json.loads(content)
        return
    with pytest.raises(BadDocument) as caught:
        parse(content)
    assert says in str(caught.value)


def test_messages_quote_nothing_of_the_file() -> None:
    with pytest.raises(BadDocument) as caught:
        parse(b'{"auths": {"h": {"auth": "c2VjcmV0" "x"}}}')
    assert "c2VjcmV0" not in str(caught.value)


def test_it_is_written_as_clients_do() -> None:
    document = {"auths": {HOST: {"auth": "eA=="}}, "HttpHeaders": {"x": "ü"}}
    assert render(document).startswith(b'{\n\t"auths": {\n\t\t"harbor.example.com": {')
    assert parse(render(document)) == document


@pytest.mark.parametrize(
    ("document", "client", "helper"),
    [
        ({}, DOCKER, None),
        ({"credsStore": "pass"}, DOCKER, "pass"),
        ({"credsStore": ""}, DOCKER, None),
        ({"credsStore": "pass", "credHelpers": {HOST: "ecr"}}, DOCKER, "ecr"),
        ({"credsStore": "pass", "credHelpers": {"other": "ecr"}}, DOCKER, "pass"),
        ({"credsStore": "pass", "credHelpers": {HOST: ""}}, DOCKER, None),
        ({"credHelpers": {HOST: "ecr"}}, PODMAN, "ecr"),
        ({"credsStore": "pass", "credHelpers": {HOST: "ecr"}}, PODMAN, "ecr"),
        ({"credHelpers": None}, PODMAN, None),
    ],
)
def test_helpers(document: Document, client: t.Any, helper: str | None) -> None:
    assert helper_of(document, client, HOST) == helper


def test_a_store_that_podman_does_not_know_is_no_reason_for_clear_text() -> None:
    with pytest.raises(BadDocument, match=r"name it as .*credHelpers.*harbor\.example\.com.*pass"):
        helper_of({"credsStore": "pass"}, PODMAN, HOST)


def test_a_helper_is_a_name_and_no_path() -> None:
    with pytest.raises(BadDocument, match="has a name that is none"):
        helper_of({"credsStore": "x/../../tmp/evil"}, DOCKER, HOST)


def test_an_entry_that_is_none() -> None:
    with pytest.raises(BadDocument, match=r"auths of harbor.example.com is a string, not an object"):
        entry_of({"auths": {HOST: "x"}}, HOST)


@pytest.mark.parametrize(
    ("entry", "login"),
    [
        (None, None),
        ({}, None),
        ({"email": "a@b"}, None),
        ({"auth": ""}, None),
        ({"auth": auth()}, CI),
        ({"auth": auth("a", "b:c"), "email": "x"}, Login("a", "b:c")),
        ({"auth": auth(), "identitytoken": "t"}, Login("robot$ci", "S3cret-value", True)),
        ({"auth": auth(), "registrytoken": "t"}, Login("robot$ci", "S3cret-value", True)),
        ({"username": "a", "password": "b"}, Login("", "", True)),
        ({"auth": "not base64!"}, Login("", "", True)),
        ({"auth": "/w=="}, Login("", "", True)),
        ({"auth": "eA=="}, Login("x", "", True)),
        ({"auth": 5}, Login("", "", True)),
    ],
)
def test_who_logs_in_by_an_entry(entry: Document | None, login: Login | None) -> None:
    assert login_of(entry) == login


def test_a_login_does_not_show_its_password() -> None:
    assert "S3cret-value" not in repr(CI)


def test_spellings_of_one_registry() -> None:
    names = [f"https://{HOST}/v2/", f"http://{HOST}", HOST, f"{HOST}/shop", f"{HOST}:443", f"x.{HOST}"]
    assert spellings({"auths": {key: {} for key in names}}, DOCKER, HOST) == [HOST, f"https://{HOST}/v2/", f"http://{HOST}"]
    hub = ["docker.io", "https://index.docker.io/v1/", "docker.io/library"]
    assert spellings({"auths": {key: {} for key in hub}}, PODMAN, "docker.io") == ["docker.io", "https://index.docker.io/v1/"]
    assert spellings({}, DOCKER, HOST) == []


# --- planning: the file


def test_a_new_entry() -> None:
    made = planned({})
    assert made.document == {"auths": {HOST: {"auth": auth()}}}
    assert made.changes == ("log in as robot$ci",)
    assert (made.step, made.before, made.after) == ("", "", "harbor.example.com: robot$ci (in config.json)\n")


def test_what_is_right_stays() -> None:
    made = planned({"auths": {HOST: {"auth": auth(), "email": "x"}}})
    assert made == Plan(before=made.after, after=made.before)
    assert made.after == "harbor.example.com: robot$ci (in config.json)\n"


def test_another_password_is_no_secret_in_the_diff() -> None:
    made = planned({"auths": {HOST: {"auth": auth(password="Old-S3cret")}}})
    assert made.changes == ("set the password of robot$ci",)
    assert made.before == "harbor.example.com: robot$ci, another password (in config.json)\n"
    assert made.after == "harbor.example.com: robot$ci (in config.json)\n"


def test_another_user() -> None:
    made = planned({"auths": {HOST: {"auth": auth("admin")}}})
    assert made.changes == ("log in as robot$ci instead of admin",)
    assert made.before == "harbor.example.com: admin (in config.json)\n"


@pytest.mark.parametrize("rest", [{"identitytoken": "t"}, {"registrytoken": "t"}, {"username": "robot$ci", "password": "old"}])
def test_what_would_win_over_the_password_goes(rest: dict[str, str]) -> None:
    made = planned({"auths": {HOST: {"auth": auth(), "email": "x", **rest}}})
    assert made.document == {"auths": {HOST: {"auth": auth(), "email": "x"}}}
    assert made.changes == ("log in as robot$ci instead of by what is there",)
    assert "t\n" not in made.before and made.before != made.after


def test_everything_else_survives() -> None:
    document: dict[str, t.Any] = {
        "HttpHeaders": {"a": "b"},
        "auths": {"other": {"auth": "x"}, f"https://{HOST}/v1/": {"auth": "y"}, HOST: {"email": "e", "auth": auth("x")}},
        "unknown": [1, None, {"deep": 1.5}],
    }
    before = json.dumps(document)
    made = planned(document)
    assert json.dumps(document) == before, "the former document was changed"
    assert made.document is not None
    assert made.document["auths"].pop(HOST) == {"email": "e", "auth": auth()}
    del document["auths"][HOST]
    assert json.dumps(made.document) == json.dumps(document)


def test_mode_and_owner() -> None:
    right = {"auths": {HOST: {"auth": auth()}}}
    made = planned(right, mode="0644", owner="root")
    assert made.changes == ("set mode 0600", "set owner alice")
    assert made.document == right
    assert made.before.splitlines()[1:] == ["mode: 0644", "owner: root"]
    assert made.after.splitlines()[1:] == ["mode: 0600", "owner: alice"]
    assert planned({}, None, mode="0644", owner="root").changes == ()
    assert planned({}, mode="0644").changes == ("log in as robot$ci", "set mode 0600")
    assert planned(right, None, mode="0644").changes == ("log out", "set mode 0600")


# --- planning: log out


def test_log_out_in_all_spellings() -> None:
    old = f"https://{HOST}/v1/"
    made = planned({"auths": {HOST: {"auth": auth()}, old: {"auth": auth("x")}, "other": {}}}, None)
    assert (made.changes, made.document, made.after) == (("log out",), {"auths": {"other": {}}}, "")
    assert made.before == f"{HOST}: robot$ci (in config.json)\n{old}: x (in config.json)\n"


def test_log_out_of_what_is_not_there() -> None:
    nothing: tuple[Document, ...] = ({}, {"auths": {}}, {"auths": None}, {"auths": {"other": {"auth": "x"}}})
    for document in nothing:
        assert planned(document, None) == Plan()


def test_an_empty_entry_is_removed() -> None:
    made = planned({"auths": {HOST: {}}}, None)
    assert (made.changes, made.document) == (("remove the entry",), {"auths": {}})


# --- planning: helpers

KEPT = {"credsStore": "pass"}


def test_a_helper_gets_it_and_the_file_an_empty_entry() -> None:
    made = planned(KEPT, helper="pass")
    assert (made.step, made.document) == ("store", {**KEPT, "auths": {HOST: {}}})
    assert made.changes == ("log in as robot$ci", "name it in the file")
    assert made.after == f"{HOST}: robot$ci (in helper pass)\n{HOST}: named (in config.json)\n"


def test_what_a_helper_has_stays() -> None:
    document = {**KEPT, "auths": {HOST: {"email": "x", "auth": ""}}}
    made = planned(document, helper="pass", held=CI)
    assert (made.step, made.document, made.changes) == ("", None, ())
    assert made.before == made.after != ""


def test_a_helper_with_another_password() -> None:
    made = planned({**KEPT, "auths": {HOST: {}}}, helper="pass", held=Login("robot$ci", "old"))
    assert (made.step, made.document, made.changes) == ("store", None, ("set the password of robot$ci",))
    assert made.before != made.after


def test_clear_text_is_taken_out_of_the_file() -> None:
    made = planned({**KEPT, "auths": {HOST: {"auth": auth(), "email": "x"}}}, helper="pass", held=CI)
    assert (made.step, made.document) == ("", {**KEPT, "auths": {HOST: {"email": "x"}}})
    assert made.changes == ("take the password out of the file",)


def test_log_out_of_a_helper() -> None:
    made = planned({**KEPT, "auths": {HOST: {}}}, None, helper="pass", held=CI)
    assert (made.step, made.document, made.changes, made.after) == ("erase", {**KEPT, "auths": {}}, ("log out",), "")
    made = planned(KEPT, None, helper="pass", held=CI)
    assert (made.step, made.document, made.changes) == ("erase", None, ("log out",))
    assert planned(KEPT, None, helper="pass") == Plan()


# --- files that hide others


def passing(document: Document, login: Login | None = CI, **found: t.Any) -> Plan:
    return plan_passing(Wish(PODMAN, HOST, login), Found(document, "/run/auth.json", **found))


def test_a_file_that_hides_another_may_say_the_same_but_nothing_else() -> None:
    same, other = {"auths": {HOST: {"auth": auth()}}}, {"auths": {HOST: {"auth": auth("x")}}}
    assert passing({}) == passing(same) == Plan()
    made = passing(other)
    assert (made.document, made.changes) == ({"auths": {}}, ("log out in /run/auth.json",))
    assert made.before == f"{HOST}: x (in /run/auth.json)\n"
    assert passing(same, None).changes == ("log out in /run/auth.json",)


def test_a_helper_of_a_file_that_hides_another_is_left_alone() -> None:
    assert passing({"credHelpers": {HOST: "pass"}}, helper="pass", held=Login("x", "y")) == Plan()
