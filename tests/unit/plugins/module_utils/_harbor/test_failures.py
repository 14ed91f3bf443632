# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer says, and what to do about one that did not come. What follows from failures is in test_http.py."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._harbor.failures import reasons, said, tls_hint


@pytest.mark.parametrize(
    ("content", "code", "message", "body"),
    [
        (
            b'{"errors":[{"code":"CONFLICT","message":"exists"}]}',
            "CONFLICT",
            "exists",
            {"errors": [{"code": "CONFLICT", "message": "exists"}]},
        ),
        (b'{"errors":[{"code":"UNAUTHORIZED","message":""}]}', "UNAUTHORIZED", "", {"errors": [{"code": "UNAUTHORIZED", "message": ""}]}),
        (b'{"errors":[]}', "", "", {"errors": []}),
        (b'{"errors":null}', "", "", {"errors": None}),
        (b'{"errors":["x"]}', "", "", {"errors": ["x"]}),
        (b"[1]", "", "", [1]),
        (b"<html>", "", "", None),
        (b"", "", "", None),
        (b"\xff\xfe", "", "", None),
    ],
)
def test_what_an_answer_says(content: bytes, code: str, message: str, body: t.Any) -> None:
    assert said(content) == (code, message, body)


def test_reasons_are_found_once_in_whatever_they_are_wrapped() -> None:
    inner, loop = ValueError("inner"), ValueError()
    loop.args = (loop, inner)
    outer = RuntimeError(loop)
    outer.reason = inner  # type: ignore[attr-defined]
    assert reasons(outer)[0] is outer
    assert sorted(map(id, reasons(outer))) == sorted(map(id, [outer, loop, inner]))


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "There is no TLS at this address"),
        ("certificate verify failed: certificate has expired", "renewed"),
        ("certificate verify failed: Hostname mismatch, certificate is not valid for 'x'", "harbor_url has to have a name"),
        ("certificate verify failed: IP address mismatch", "harbor_url has to have a name"),
        ("hostname 'x' doesn't match 'y'", "harbor_url has to have a name"),
        ("certificate verify failed: self-signed certificate", "in ca_path"),
        ("tlsv13 alert certificate required", "client_cert"),
    ],
)
def test_every_failure_of_tls_has_advice_of_its_own(what: str, hint: str) -> None:
    assert hint in tls_hint(what)
