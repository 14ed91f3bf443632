# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import html
import json
import typing as t
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask, quotable

LONG, LONGER, SHORT = "Secret-12345", "Secret-12345-and-more", "x1"


@pytest.mark.parametrize(
    ("secrets", "text", "masked"),
    [
        ([], "nothing is secret", "nothing is secret"),
        ([LONG], "", ""),
        ([LONG], LONG, "********"),
        ([LONG], "said %s, and %s%s." % (LONG, LONG, LONG), "said ********, and ****************."),
        ([LONG], LONG[:-1], LONG[:-1]),
        ([LONG], "Secret-1Secret-12345", "Secret-1********"),
        ([LONG, LONGER], "%s or %s" % (LONG, LONGER), "******** or ********"),
        (["12345678"], "at the end 12345678", "at the end ********"),
        ([SHORT, LONG], "x1 or %s" % LONG, "******** or ********"),
        (["x", ""], "axa", "a********a"),
        (["pässwört-ü"], "said pässwört-ü", "said ********"),
    ],
)
def test_texts(secrets: list[str], text: str, masked: str) -> None:
    assert Mask(secrets).text(text) == masked


@pytest.mark.parametrize("secret", ["Secret-1\n", "Se'cret\"1", "Se\\cret-1", "Sécret-1", "S\n", "Secret-1\udcff"])
def test_a_secret_as_python_quotes_it(secret: str) -> None:
    """As in C(Invalid header value b'…'), which would show all of a token that has a line break at its end."""
    raw = secret.encode("utf-8", "surrogatepass")
    for quoted in (repr(secret), repr(raw), json.dumps(secret)):
        masked = Mask([secret]).text("Invalid value %s" % quoted)
        assert masked in ("Invalid value '********'", "Invalid value b'********'", 'Invalid value "********"')


ODD = "Own\"Se<c>ret'1&é+/%x\\ y"


@pytest.mark.parametrize(
    "written",
    [
        base64.b64encode(ODD.encode()).decode(),
        base64.b64encode(ODD.encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(ODD.encode()).decode(),
        quote(ODD),
        quote(ODD, safe=""),
        quote_plus(ODD),
        "Own%22Se%3cc%3eret%271%26%c3%a9%2b%2f%25x%5c+y",
        html.escape(ODD),
        html.escape(ODD, quote=False),
        ODD.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;").replace("'", "&#39;"),
        json.dumps(ODD)[1:-1],
        json.dumps(ODD, ensure_ascii=False)[1:-1],
        json.dumps(ODD, ensure_ascii=False)[1:-1].replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
        ODD.encode("unicode_escape").decode(),
        ODD.encode("ascii", "backslashreplace").decode(),
        ODD.replace("\\", "\\x5C").replace('"', "\\x22").replace("é", "\\xC3\\xA9"),
    ],
)
def test_a_secret_as_servers_and_gateways_write_it(written: str) -> None:
    assert Mask([ODD]).text("said %s, and no more" % written) == "said ********, and no more"


@pytest.mark.parametrize("secret", ["Harbor12345", "a", "ab"])
def test_a_plain_secret_in_base64(secret: str) -> None:
    """A short one would stand for pieces of words."""
    coded = base64.b64encode(secret.encode()).decode()
    assert Mask([secret]).text("c: %s" % coded) == ("c: ********" if len(secret) > 5 else "c: %s" % coded)


@pytest.mark.parametrize("secret", [" ", "a b", "1", "%", "&", "+", "é"])
def test_short_secrets_blot_no_more_than_themselves(secret: str) -> None:
    words = "Could-not,create(robot).shop+ci:GET/api_v2.0/robots?q=name%3Dci;dead=beef".replace(secret, "")
    assert Mask([secret]).text(words) == words


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://harbor.example.com", "https://harbor.example.com"),
        ("https://harbor.example.com:8443/x", "https://harbor.example.com:8443/x"),
        ("localhost:8080", "localhost:8080"),
        ("my harbor", "my harbor"),
        ("https://h/?password=hunter2", "https://h/?…"),
        ("https://h#hunter2", "https://h#…"),
        ("admin:hunter2", None),
        ("https://admin:hunter2", None),
        ("https:admin:hunter2", None),
        ("https://h/x:hunter2", None),
        ("https://hunter2@h", None),
    ],
)
def test_an_address_is_quoted_where_no_password_can_be_in_it(address: str, shown: str | None) -> None:
    assert quotable(address) == shown


def test_values() -> None:
    """What is no text stays what it is."""
    told: dict[str, t.Any] = {"status": 500, "message": "said %s" % LONG, "faults": [LONG, None], "path": "/robots"}
    assert Mask([LONG]).value(told) == {"status": 500, "message": "said ********", "faults": ["********", None], "path": "/robots"}


def test_many_secrets_in_many_texts() -> None:
    """One by one this would be a hundred million searches, and the test would seem to hang."""
    secrets = ["Secret-%05d-&bc" % number for number in range(10_000)]
    mask = Mask(secrets)
    assert {mask.text("robot %d: said %s" % (number, secret)) for number, secret in enumerate(secrets)} == {
        "robot %d: said ********" % number for number in range(10_000)
    }
