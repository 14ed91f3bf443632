# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._mask import Mask

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


def test_values() -> None:
    """What is no text stays what it is."""
    told: dict[str, t.Any] = {"status": 500, "message": "said %s" % LONG, "faults": [LONG, None], "path": "/robots"}
    assert Mask([LONG]).value(told) == {"status": 500, "message": "said ********", "faults": ["********", None], "path": "/robots"}


def test_many_secrets_in_many_texts() -> None:
    """One by one this would be a hundred million searches, and the test would seem to hang."""
    secrets = ["Secret-%05d-abc" % number for number in range(10_000)]
    mask = Mask(secrets)
    assert {mask.text("robot %d: said %s" % (number, secret)) for number, secret in enumerate(secrets)} == {
        "robot %d: said ********" % number for number in range(10_000)
    }
