# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way in and the one way out of every module."""

from __future__ import annotations

import base64
import json
import signal
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
from ansible.module_utils import basic

from ansible_collections.harbormaster.robots.plugins.module_utils._ansible import module as _module
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.module import (
    ENDINGS,
    HarborModule,
    Report,
    all_at_once,
    where,
)
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.options import declaration_spec
from ansible_collections.harbormaster.robots.plugins.module_utils._ansible.proxies import encoded
from ansible_collections.harbormaster.robots.plugins.module_utils._errors import HarborError, WrongInput
from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.api import HarborApi
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.declarations import judge
from tests.unit.wire import Wire, cut, ok, transport

CONNECTION = {"harbor_url": "http://harbor.test", "harbor_username": "admin", "harbor_password": "Harbor12345"}
CI = {"name": "ci", "project": "shop"}
OWN = "Own-Secret-1"


@pytest.fixture(autouse=True)
def untouched_signals() -> Iterator[None]:
    """Modules take for themselves what ends a program; the tests' own handlers come back."""
    # Not those that this process was started with: a shell has what it runs in the background ignore Ctrl-C.
    before = {number: signal.signal(number, signal.SIG_DFL) for number in ENDINGS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What the module's transport talks to."""
    made = Wire()
    monkeypatch.setattr(_module, "Transport", lambda settings: transport(made, monkeypatch, **settings._asdict()))
    return made


@contextmanager
def arguments(options: dict[str, t.Any]) -> Iterator[None]:
    """Options as Ansible hands them to a module."""
    content = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()
    with mock.patch.object(basic, "_ANSIBLE_ARGS", content), mock.patch.object(basic, "_ANSIBLE_PROFILE", "legacy", create=True):
        yield


def run(
    capsys: pytest.CaptureFixture[str],
    work: t.Callable[[HarborModule, HarborApi], Report] = lambda module, api: Report(),
    **options: t.Any,
) -> tuple[dict[str, t.Any], str]:
    """(what a module printed, the raw text); a module for declarations."""
    given = {name: value for name, value in dict(CONNECTION, **dict(CI, **options)).items() if value is not None}
    with arguments(given), pytest.raises(SystemExit):
        HarborModule(declaration_spec(), judge).run(work)
    text = capsys.readouterr().out
    return json.loads(text), text


def unsealed(result: dict[str, t.Any]) -> t.Any:
    return json.loads(base64.b64decode(result["sealed"]))


# --- success


def test_a_report_is_printed(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    result, _text = run(capsys, lambda module, api: Report({"changed": True, "changes": ["create"]}))
    assert (result["changed"], result["changes"]) == (True, ["create"])
    assert not result.get("invocation")
    assert "sealed" not in result and "failed" not in result


def test_secrets_leave_in_one_sealed_field(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    result, text = run(capsys, lambda module, api: Report({"changed": True}, {"secret": "S3cret-value"}))
    assert unsealed(result) == {"secret": "S3cret-value"}
    assert "S3cret-value" not in text
    assert "secret" not in result


def test_long_lists_leave_as_one_text(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    """Ansible would walk over each of their values, several times."""
    result, _text = run(capsys, lambda module, api: Report({"robots": [{"key": "ci"}] * 101, "purged": ["old"] * 100}))
    assert json.loads(result["packed"]) == {"robots": [{"key": "ci"}] * 101}
    assert result["purged"] == ["old"] * 100
    assert "robots" not in result


def test_a_short_password_does_not_blot_the_seal(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    """Ansible would replace every letter of the password in every value."""
    for password in ("e", "a", "S"):
        result, _text = run(capsys, lambda module, api: Report({"changed": True}, {"secret": "S3cret-value"}), harbor_password=password)
        assert unsealed(result) == {"secret": "S3cret-value"}


def test_options_are_not_repeated(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    for report in (Report(), Report(failure="it failed")):
        result, text = run(capsys, lambda module, api, report=report: report, secret=OWN)  # type: ignore[misc]
        assert OWN not in text
        assert "Harbor12345" not in text
        # A module that sends none gets one from older versions of Ansible, with every option in it.
        assert not result.get("invocation")


def test_messages_warnings_and_errors_are_masked(wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    warned: list[str] = []
    monkeypatch.setattr(HarborModule, "warn", lambda module, text: warned.append(text))
    said = "Harbor said %s and Harbor12345" % OWN
    report = Report({"error": {"message": said}, "faults": [said]}, {"secret": "S3cret-value"}, [said], said)
    result, text = run(capsys, lambda module, api: report, secret=OWN)
    assert OWN not in text and "Harbor12345" not in text
    assert result["msg"].startswith("Harbor said ****")
    assert "Harbor said ****" in result["error"]["message"]
    assert "Harbor said ****" in result["faults"][0]
    assert len(warned) == 1 and warned[0].startswith("Harbor said ****")
    assert OWN not in warned[0] and "Harbor12345" not in warned[0]
    assert unsealed(result) == {"secret": "S3cret-value"}


def test_what_was_made_in_this_run_is_masked_wherever_a_server_repeats_it(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(HarborModule, "warn", lambda module, text: warned.append(text))
    made = "Made1" * 6
    for secrets in ({"secret": made}, {"credentials": {"ci": {"username": "robot$ci", "secret": made}}, "robots": {"0": {"secret": made}}}):
        said = "robot$ci: Harbor said %s and %s" % (made, base64.b64encode(made.encode()).decode())
        robots = [{"msg": said, "error": {"message": said}, "changes": [said]}]
        report = Report({"error": {"message": said}, "changes": [said], "robots": robots}, secrets, [said], said)
        result, text = run(capsys, lambda module, api, report=report: report)  # type: ignore[misc]
        masked = "robot$ci: Harbor said ******** and ********"
        assert unsealed(result) == secrets
        assert (result["msg"], result["error"], result["changes"], warned) == (masked, {"message": masked}, [masked], [masked])
        assert result["robots"] == [{"msg": masked, "error": {"message": masked}, "changes": [masked]}]
        assert made not in text
        warned.clear()


def test_a_short_password_does_not_blot_what_was_changed(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report({"changes": ["six-x-axe"], "robots": [{"changes": ["six-x-axe"]}]}, {"secret": "Made1" * 6})
    result, _text = run(capsys, lambda module, api: report, harbor_password="x")
    assert (result["changes"], result["robots"]) == (["six-x-axe"], [{"changes": ["six-x-axe"]}])


def test_credentials_are_masked_as_they_are_sent(wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://u:hunter%232@proxy.test:80")
    sent = (encoded("admin", "Harbor12345")[0], encoded("u", "hunter#2")[0], "hunter#2", "hunter%232")
    result, _text = run(capsys, raising(HarborError("no %s, %s, %s, %s" % sent, method="GET", path="/x", code="Basic " + sent[0])))
    assert "Basic ********: no ********, ********, ********, ********" in result["msg"]
    assert result["error"]["code"] == "Basic ********"


def test_a_report_does_not_show_its_secrets() -> None:
    assert "S3cret-value" not in repr(Report(secrets={"secret": "S3cret-value"}))


# --- failure


def test_a_failure_keeps_its_result_and_its_seal(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report({"changed": True, "changes": ["create"]}, {"secret": "S3cret-value"}, [], "Could not disable robot ci.")
    result, _text = run(capsys, lambda module, api: report)
    assert (result["failed"], result["changed"], result["msg"]) == (True, True, "Could not disable robot ci.")
    assert unsealed(result) == {"secret": "S3cret-value"}


def raising(exc: BaseException) -> t.Callable[[HarborModule, HarborApi], Report]:
    def work(module: HarborModule, api: HarborApi) -> Report:
        raise exc

    return work


def test_harbors_refusals_are_messages(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    exc = HarborError("forbidden", method="GET", path="/p", status=403, code="FORBIDDEN", request_id="id-1")
    result, text = run(capsys, raising(exc))
    assert result["msg"] == "robot shop+ci: Harbor answered GET /p with 403 FORBIDDEN: forbidden (request id id-1). Nothing was changed."
    assert (result["changed"], result["error"]["request_id"], result["error"]["status"]) == (False, "id-1", 403)
    assert "Traceback" not in text


def test_wrong_input_that_harbor_had_to_tell(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    result, _text = run(capsys, raising(WrongInput(["robot ci: this", "robot ci: that"])))
    assert result["msg"] == "Wrong input, nothing was changed; 2 faults:\n- robot ci: this\n- robot ci: that"
    assert (result["changed"], result["faults"]) == (False, ["robot ci: this", "robot ci: that"])


def test_a_fault_of_our_own_has_no_traceback_and_shows_where(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    result, text = run(capsys, raising(KeyError("x")))
    assert result["msg"].startswith("A fault of harbormaster.robots itself, please report it: KeyError at test_module.py:")
    assert result["failed"] and "Traceback" not in text


@pytest.mark.parametrize("options", [{}, {"valid_for": "ninety"}], ids=["good types", "wrong types"])
def test_a_fault_of_our_own_while_options_are_judged_has_no_traceback_either(
    options: dict[str, t.Any], wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble(params: t.Mapping[str, t.Any]) -> tuple[list[str], list[str]]:
        raise ValueError("too many digits")

    with arguments({**CONNECTION, **CI, **options}), pytest.raises(SystemExit):
        HarborModule(declaration_spec(), stumble).run(lambda module, api: Report())
    text = capsys.readouterr().out
    told = json.loads(text)["msg"]
    assert "A fault of harbormaster.robots itself, please report it: ValueError at test_module.py:" in told
    assert ("valid_for" in told) is bool(options)
    assert "Traceback" not in text
    assert wire.sent == []


def test_a_connection_that_cannot_be_prepared_has_no_traceback(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble(settings: t.Any) -> t.Any:
        raise OSError("no such device")

    monkeypatch.setattr(_module, "Transport", stumble)
    result, text = run(capsys)
    assert result["msg"].startswith("A fault of harbormaster.robots itself, please report it: OSError at test_module.py:")
    assert "Traceback" not in text


def test_where() -> None:
    assert where(ValueError("x")) == "ValueError at unknown place: x"


def test_without_requests_there_is_advice(wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_module, "REQUESTS_IMPORT_ERROR", "Traceback: no module named requests")
    result, _text = run(capsys)
    assert "Failed to import the required Python library (requests)" in result["msg"]


def test_it_always_logs_out(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    closed: list[bool] = []

    def work(module: HarborModule, api: HarborApi) -> Report:
        close = api.http.close

        def watch() -> None:
            closed.append(True)
            close()

        setattr(api.http, "close", watch)
        raise HarborError("x")

    run(capsys, work)
    assert closed == [True]


# --- options


def test_one_fault_and_many() -> None:
    assert all_at_once(["this"]) == "Wrong input, nothing was changed: this"
    assert all_at_once(["this", "that"]) == "Wrong input, nothing was changed; 2 faults:\n- this\n- that"


def test_all_faults_of_the_options_at_once_and_no_request(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    result, _text = run(capsys, harbor_url="harbor", name="CI", access=["pussh"], valid_for=0, retries=99)
    lines = result["msg"].splitlines()
    assert lines[0] == "Wrong input, nothing was changed; 5 faults:"
    assert [line.split(" is not")[0] for line in lines[1:]] == [
        "- harbor_url 'harbor'",
        "- retries 99",
        "- name 'CI'",
        "- access: 'pussh'",
        "- valid_for 0",
    ]
    assert result["faults"] == [line[2:] for line in lines[1:]]
    assert wire.sent == []


def test_doubts_are_told_beside_faults_only(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    result, _text = run(capsys, access=["attestation:verify"])
    assert "failed" not in result
    result, _text = run(capsys, access=["attestation:verify"], description="x" * 2000)
    assert len(result["faults"]) == 2
    assert result["faults"][1].startswith("access: attestation:verify is not a permission")


def test_wrong_types_and_unknown_options_are_told_together_with_the_rest(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    result, text = run(capsys, acess=["pull"], valid_for="ninety", state="gone", name="CI", secret="weak")
    told = result["msg"]
    assert told.startswith("Wrong input, nothing was changed; 5 faults:")
    assert "- option acess does not exist (did you mean access?)" in told
    assert "valid_for" in told and "state" in told
    assert "- name 'CI' is not valid" in told
    assert "- secret does not follow Harbor's rule" in told
    assert "weak" not in text
    assert wire.sent == []


def test_a_value_that_was_refused_is_not_called_missing_as_well(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    result, _text = run(capsys, harbor_url=None, valid_for=5)
    assert result["msg"] == "Wrong input, nothing was changed: missing required arguments: harbor_url"


def test_the_environment_stands_in_for_options(wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HARBOR_ROBOT_NAME_PREFIX", "bot-")
    monkeypatch.setenv("HARBOR_REGISTRY", "mine:5000")
    seen: list[t.Any] = []

    def work(module: HarborModule, api: HarborApi) -> Report:
        seen.append(module.conditions())
        return Report()

    run(capsys, work)
    assert (seen[0].prefix, seen[0].registry, seen[0].check_mode) == ("bot-", "mine:5000", False)
    run(capsys, work, _ansible_check_mode=True)
    assert seen[1].check_mode is True


# --- an end that is asked for


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_before_the_first_write_it_ends_at_once(number: signal.Signals, wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    def work(module: HarborModule, api: HarborApi) -> Report:
        signal.raise_signal(number)
        raise AssertionError("went on")

    result, _text = run(capsys, work)
    assert result["msg"] == "robot shop+ci: the run was asked to end (signal %d). Nothing was changed." % number
    assert (result["failed"], result["changed"]) == (True, False)


def test_what_is_to_outlive_its_terminal_does(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def work(module: HarborModule, api: HarborApi) -> Report:
        signal.raise_signal(signal.SIGHUP)
        return Report({"changed": False})

    assert "failed" not in run(capsys, work)[0]
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_while_writing_it_ends_between_two_requests(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    def work(module: HarborModule, api: HarborApi) -> Report:
        stopping = module.conditions().stopping
        module.writing()
        assert not stopping()
        signal.raise_signal(signal.SIGTERM)
        assert stopping()
        return Report({"changed": True, "changes": ["create"]}, {"secret": "S3cret-value"}, [], "the run was asked to end")

    result, _text = run(capsys, work)
    assert (result["changed"], result["changes"], result["msg"]) == (True, ["create"], "the run was asked to end")
    assert unsealed(result) == {"secret": "S3cret-value"}


# --- settings reach the transport


def test_a_module_talks_to_the_harbor_of_its_options(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    wire.script = [("GET /users/current", ok({"username": "admin", "sysadmin_flag": True, "user_id": 1}))]
    result, _text = run(capsys, lambda module, api: Report({"changed": False, "who": api.identify().name}), request_id="night")
    assert result["who"] == "admin"
    assert wire.sent[0].headers["X-Request-Id"].startswith("night-")
    wire.script = [("GET /users/current", cut())] * 2
    result, _text = run(capsys, lambda module, api: Report({"who": api.identify().name}), retries=1)
    assert "GET /api/v2.0/users/current got no answer: the connection was cut" in result["msg"]
    wire.done()
