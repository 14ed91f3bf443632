# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no recording shows: requests that are wrong in form, filters, order and pages."""
from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.contract.caller import Caller, Reply, permission, robot_body

RULE = "validation failure list:\n"


def unprocessable(reply: Reply) -> str:
    """What a 422 says after its first line."""
    status, code, message = reply.error
    assert (status, code) == (422, "UNPROCESSABLE_ENTITY")
    assert message.startswith(RULE)
    return message.removeprefix(RULE)


@pytest.fixture(scope="module")
def harbor() -> Caller:
    """A Harbor that is only asked, never changed."""
    harbor = Caller()
    shop = harbor.project("shop")
    assert shop == 2
    for name, days in (("alpha", 30), ("beta", -1), ("gamma_x", 60), ("gammaux", 60)):
        harbor.robot(name, duration=days)
    harbor.robot("ci", permission("shop"), level="project")
    number = harbor("GET", "/robots?q=name%3Dbeta").json[0]["id"]
    harbor("PUT", f"/robots/{number}", {**robot_body("robot$beta", duration=-1), "disable": True, "description": "50% off"})
    return harbor


class TestForm:
    @pytest.mark.parametrize(("raw", "fault"), [
        ('{"name": }', "invalid character '}' looking for beginning of value"),
        ('{"name": "a" "level"}', "invalid character '\"' after object key:value pair"),
        ("{name: 1}", "invalid character 'n' looking for beginning of object key string"),
        ('{"name" 1}', "invalid character '1' after object key"),
        ('{"permissions": [1 2]}', "invalid character '2' after array element"),
        ('{"disable": tru}', "invalid character '}' in literal true (expecting 'e')"),
        ('{"name": "\\x"}', "invalid character 'x' in string escape code"),
        ('{"name": "a', "unexpected EOF"),
        ('{"duration": -}', "invalid character '}' in numeric literal"),
        ("'x'", "invalid character '\\'' looking for beginning of value"),
        ("é", "invalid character 'Ã' looking for beginning of value"),
        ('{"name": "\x01"}', "invalid character '\\x01' in string literal"),
        ('"x"', "json: cannot unmarshal string into Go value of type models.RobotCreate"),
        ("7", "json: cannot unmarshal number into Go value of type models.RobotCreate"),
        ('{"disable": "yes"}', "json: cannot unmarshal string into Go struct field RobotCreate.disable of type bool"),
        ('{"duration": 9223372036854775808}',
         "json: cannot unmarshal number 9223372036854775808 into Go struct field RobotCreate.duration of type int64"),
        ('{"permissions": {}}',
         "json: cannot unmarshal object into Go struct field RobotCreate.permissions of type []*models.RobotPermission"),
        ('{"permissions": ["x"]}',
         "json: cannot unmarshal string into Go struct field RobotCreate.permissions of type models.RobotPermission"),
        ('{"permissions": [{"kind": 5}]}',
         "json: cannot unmarshal number into Go struct field RobotPermission.permissions.kind of type string"),
        ('{"permissions": [{"access": [{"action": []}]}]}',
         "json: cannot unmarshal array into Go struct field Access.permissions.access.action of type string"),
    ])
    def test_what_is_wrong_with_a_body(self, harbor: Caller, raw: str, fault: str) -> None:
        assert unprocessable(harbor("POST", "/robots", raw=raw)) == f'parsing robot body from "" failed, because {fault}'

    @pytest.mark.parametrize("raw", ['{"NAME": "Bad"}', '{"name": "a", "name": "Bad"}', '{"name": "Bad"} and more', ' \n{"name": "Bad"}'])
    def test_what_is_not_wrong_with_a_body(self, harbor: Caller, raw: str) -> None:
        assert harbor("POST", "/robots", raw=raw).error[2] == "robot name is not in lower case or contains illegal characters"

    @pytest.mark.parametrize("raw", ["", "  \n"])
    def test_a_body_of_nothing(self, harbor: Caller, raw: str) -> None:
        assert unprocessable(harbor("POST", "/robots", raw=raw)) == "robot in body is required"

    def test_all_faults_of_a_request_are_told(self, harbor: Caller) -> None:
        assert unprocessable(harbor("GET", "/robots?page=x&page_size=101")) == (
            'page in query must be of type int64: "x"\npage_size in query should be less than or equal to 100')
        assert unprocessable(harbor("PUT", "/robots/x")) == 'robot in body is required\nrobot_id in path must be of type int64: "x"'

    def test_form_comes_before_the_caller_and_leaves_a_challenge(self, harbor: Caller) -> None:
        reply = harbor("GET", "/robots?page=x", caller=None)
        assert unprocessable(reply)
        assert reply.headers["Www-Authenticate"] == 'Basic realm="API"'
        assert "Www-Authenticate" not in harbor("GET", "/robots?page=x").headers
        assert "Www-Authenticate" not in harbor("GET", "/robots", caller=None).headers

    def test_media_types(self, harbor: Caller) -> None:
        assert unprocessable(harbor("POST", "/robots", raw="{}", headers={"Content-Type": "text/yaml; charset=utf-8"})) == (
            'unsupported media type "text/yaml", only [application/json] are allowed')
        for kind in ("application/json; charset=utf-8", "Application/JSON"):
            assert harbor("POST", "/robots", raw="{}", headers={"Content-Type": kind}).status == 400
        for accept, status in (("*/*", 200), ("application/*", 200), ("text/html, */*;q=0.1", 200), ("text/html", 422), ("*/*;q=0", 422)):
            assert harbor("GET", "/robots", headers={"Accept": accept}).status == status, accept

    def test_what_a_body_was_sent_in_counts_as_wanted(self, harbor: Caller) -> None:
        """With a body no Accept is refused; the answer's type is left empty where it has content."""
        wanted = {"Accept": "text/html"}
        assert harbor("POST", "/robots", {"name": "Bad"}, headers=wanted).status == 400
        reply = Caller()("POST", "/robots", robot_body("ci"), headers=wanted)
        assert (reply.status, reply.answer.kind, reply.headers["Content-Type"]) == (201, None, "")
        assert "Content-Type" not in Caller()("POST", "/projects", {"project_name": "shop"}, headers=wanted).headers

    def test_what_answers_with_bytes_offers_json_too_since_2_11(self) -> None:
        assert unprocessable(Caller("2.10")("GET", "/systeminfo/getcert", headers={"Accept": "application/json"})) == (
            "unsupported media type requested, only [application/octet-stream] are available")
        assert Caller("2.11")("GET", "/systeminfo/getcert", headers={"Accept": "application/json"}).status == 404

    @pytest.mark.parametrize(("method", "path", "allowed"), [
        ("POST", "/permissions", "GET"), ("HEAD", "/robots", "GET,POST"), ("PATCH", "/projects", "GET,HEAD,POST"),
        ("POST", "/users/current", "GET,PUT,DELETE")])
    def test_methods(self, harbor: Caller, method: str, path: str, allowed: str) -> None:
        status, code, message = harbor(method, path).error
        assert (status, code) == (405, "METHOD_NOT_ALLOWED")
        assert message == f"method {method} is not allowed, but [{allowed}] are"

    def test_what_is_a_word_for_one_method_is_an_argument_of_another(self, harbor: Caller) -> None:
        assert unprocessable(harbor("DELETE", "/users/current")) == 'user_id in path must be of type int64: "current"'

    def test_a_path_that_can_not_be_read(self, harbor: Caller) -> None:
        reply = harbor("GET", "/robots/%zz")
        assert (reply.status, reply.answer.body, reply.headers, reply.cookies) == (400, b"400 Bad Request", {}, {})

    def test_request_ids(self, harbor: Caller) -> None:
        assert harbor("GET", "/ping", headers={"X-Request-Id": "mine"}).headers["X-Request-Id"] == "mine"
        assert len(harbor("GET", "/ping", headers={"X-Request-Id": ""}).headers["X-Request-Id"]) == 36

    def test_beyond_the_api_is_a_page(self, harbor: Caller) -> None:
        reply = harbor("GET", "//harbor/projects")
        assert (reply.status, reply.answer.kind) == (404, "text/html; charset=utf-8")


class TestFilters:
    @pytest.mark.parametrize(("q", "found"), [
        ("name=[alpha~beta]", "alpha beta"), ("name=[beta~]", "beta gamma_x gammaux"), ("duration=[-1~30]", "alpha beta"),
        ("duration={-1 60}", "beta gamma_x gammaux"), ("name={}", ""), ("name=(alpha beta)", "alpha beta gamma_x gammaux"),
        ("name=~a_x", "gamma_x"), ("name=~A", "alpha beta gamma_x gammaux"), ("description=~off", "beta"), ("disabled=true", "beta"),
        ("disabled=f", "alpha gamma_x gammaux"), ("Disabled=1", "beta"), ("expiresat=-1", "beta"), ("ExpiresAt=-1", "beta"),
        ("creator_type=local", "alpha beta gamma_x gammaux"), ("CreatorType=robot", ""), ("creation_time=[~2020-01-01T00:00:00]", ""),
        ("creation_time=[2020-01-01T00:00:00~]", "alpha beta gamma_x gammaux"), ("visible=false", ""),
        ("nosuch=1", "alpha beta gamma_x gammaux"),
        ("secret=x", "alpha beta gamma_x gammaux"), ("name__icontains=GAMMA", "gamma_x gammaux"), ("id__gt=2", "gamma_x gammaux"),
        ("name__startswith=a", "alpha beta gamma_x gammaux"), ("name__a__b=a", "alpha beta gamma_x gammaux"), ("name=\\alpha", "alpha"),
        ("project_id=2", ""), ("ProjectID=2", "alpha beta gamma_x gammaux"), ("name=alpha,name=beta", "beta"),
        ("description=~%", ""), ("name__icontains=A_X", "gamma_x gammaux"), ("name__icontains=a%", ""), ("NAME=alpha", "alpha"),
        ("disabled={true}", "beta"), ("expires_at=-1", "alpha beta gamma_x gammaux"),
    ])
    def test_what_a_filter_finds(self, harbor: Caller, q: str, found: str) -> None:
        assert harbor.names(q) == [f"robot${name}" for name in found.split()]

    @pytest.mark.parametrize("q", ["disabled=abc", "id=abc", "id=2147483648", "duration=1.5", "creation_time=yesterday", "id={1 x}",
                                   "name={1 2}", "disabled={0 1}", "creation_time=[2020~]", "duration=2147483648", "id=1_0"])
    def test_a_value_of_the_wrong_type_is_an_error_of_the_database(self, harbor: Caller, q: str) -> None:
        assert harbor("GET", f"/robots?q={quote(quote(q, safe=''), safe='')}").error == (500, "UNKNOWN", "internal server error")

    @pytest.mark.parametrize("q", ["name=[a]", "name=[~]", "name=[a~b~c]", "name={a", "name=(a", "name=~", "name=[a~b"])
    def test_a_malformed_value(self, harbor: Caller, q: str) -> None:
        assert harbor("GET", f"/robots?q={quote(q, safe='')}").error == (400, "BAD_REQUEST", f"invalid query string value: {q[5:]}")

    def test_operators_and_secrets_of_older_versions(self) -> None:
        harbor = Caller("2.12")
        harbor.robot("alpha")
        harbor.robot("beta")
        assert harbor.names("name__startswith=a") == ["robot$alpha"]
        assert harbor.names("name__contains=A") == []
        assert harbor.names("secret=x") == []
        assert harbor.names("creator_ref=1") == ["robot$alpha", "robot$beta"]
        nonsense = harbor("GET", "/robots?q=name__nosuch%3Da")
        assert (nonsense.status, nonsense.answer.body) == (500, b"")
        assert harbor.names("name__eq=alpha") == ["robot$alpha"]
        assert [harbor("GET", f"/robots?q=name__{operator}%3Dalpha").status for operator in ("nq", "isnull", "between")] == [500] * 3
        assert harbor.names("name__startswith=_l") == ["robot$alpha"]
        assert harbor("GET", "/robots?q=name__endswith%3Da%5C").status == 500
        assert Caller("2.11").names("creator_ref=1") == []

    def test_the_text_is_unescaped_twice(self, harbor: Caller) -> None:
        where = "/robots?q=Level%3Dproject%2CProjectID%3D2%2Cname%3Dshop"
        assert [harbor("GET", where + plus).headers["X-Total-Count"] for plus in ("+ci", "%2Bci", "%252Bci")] == ["0", "0", "1"]

    @pytest.mark.parametrize(("version", "error"), [("2.15", None), ("2.16", "bad request error level input")])
    def test_a_level_that_is_no_word(self, version: str, error: str | None) -> None:
        reply = Caller(version)("GET", "/robots?q=Level%3D~system")
        if error:
            assert reply.error == (400, "BAD_REQUEST", error)
        else:
            assert (reply.status, reply.answer.body) == (500, b"")

    def test_a_column_in_the_wrong_letters(self, harbor: Caller) -> None:
        reply = harbor("GET", "/robots?q=Project_id%3D1")
        assert (reply.status, reply.answer.body) == (500, b"")
        assert harbor.names("projectID=0")[0] == "robot$alpha"

    def test_a_project_id_that_is_no_word(self) -> None:
        reply = Caller("2.16")("GET", "/robots?q=Level%3Dproject%2CProjectID%3D%7B1%7D")
        assert reply.error[2] == "ProjectID must be a positive integer"


class TestOrderAndPages:
    def test_order(self, harbor: Caller) -> None:
        assert harbor.names(sort="-duration,name")[:2] == ["robot$gamma_x", "robot$gammaux"]
        assert harbor.names(sort="nosuch,-name")[0] == "robot$gammaux"
        assert harbor.names(sort="-id")[0] == "robot$gammaux"
        assert harbor.names(sort="Name")[0] == "robot$alpha"

    def test_equal_ones_come_as_they_were_written(self) -> None:
        harbor = Caller()
        first = harbor.robot("b")[0]
        harbor.robot("a")
        assert harbor.names(sort="duration") == ["robot$b", "robot$a"]
        harbor("PATCH", f"/robots/{first}", {})
        assert harbor.names(sort="-duration") == ["robot$a", "robot$b"]

    def test_2_2_knows_no_order(self) -> None:
        harbor = Caller("2.2")
        for name in ("b", "a"):
            harbor.robot(name)
        assert harbor.names(sort="name") == ["robot$b", "robot$a"]

    @pytest.mark.parametrize(("query", "shown", "link"), [
        ("page_size=-1", 4, '</api/v2.0/robots?page=2&page_size=-1>; rel="next"'),
        ("page_size=0", 4, None),
        ("page=-1&page_size=2", 2, '</api/v2.0/robots?page=0&page_size=2>; rel="next"'),
        ("page_size=1&q=name%3D~a%2520b", 0, None),
        ("page_size=1&q=name%3D~gamma", 1, '</api/v2.0/robots?page=2&page_size=1&q=name=~gamma>; rel="next"'),
        ("page_size=3&page_size=2", 2, '</api/v2.0/robots?page=2&page_size=2>; rel="next"'),
    ])
    def test_odd_pages(self, harbor: Caller, query: str, shown: int, link: str | None) -> None:
        reply = harbor("GET", f"/robots?{query}")
        assert (len(reply.json), reply.headers.get("Link")) == (shown, link)

    def test_projects_without_detail(self, harbor: Caller) -> None:
        first = harbor("GET", "/projects?with_detail=false&sort=-name").json[0]
        assert first["name"] == "shop"
        assert not {"metadata", "owner_name"} & set(first)

    def test_names_sort_by_byte(self) -> None:
        harbor = Caller()
        for name in ("ab", "a-b", "a_b", "a.b", "0"):
            harbor.robot(name)
        assert harbor.names() == [f"robot${name}" for name in ("0", "a-b", "a.b", "a_b", "ab")]

    def test_thousands_are_listed_whole(self) -> None:
        harbor = Caller()
        for number in range(1050):
            harbor.robot(f"r{number}")
        pages = [harbor.names(page=page, page_size=100) for page in range(1, 12)]
        assert [len(page) for page in pages] == [100] * 10 + [50]
        assert len({name for page in pages for name in page}) == 1050
