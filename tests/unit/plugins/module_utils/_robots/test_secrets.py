# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import string

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import secrets
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.secrets import fault, generate

RULE = "8 to 128 characters, at least one upper-case letter, one lower-case letter and one digit"
FAULT = "secret does not follow Harbor's rule (%s): " % RULE


@pytest.mark.parametrize("secret", ["Abcdefg1", "A1" + "b" * 126, "Aa1 with blanks", "Aa1éééé", "Aa1-$&%!"])
def test_secrets_that_harbor_takes(secret: str) -> None:
    assert fault(secret) is None


@pytest.mark.parametrize(
    ("secret", "what"),
    [
        ("Abcdef1", "it has 7"),
        ("A1" + "b" * 127, "it has 129"),
        ("abcdefg1", "it has no upper-case letter"),
        ("ABCDEFG1", "it has no lower-case letter"),
        ("Abcdefgh", "it has no digit"),
        ("", "it has 0, it has no upper-case letter, it has no lower-case letter, it has no digit"),
        ("ÄÖÜäöü1234", "it has no upper-case letter, it has no lower-case letter"),
        ("Aa١٢٣٤٥٦", "it has no digit"),
    ],
)
def test_secrets_that_harbor_refuses_are_told_why(secret: str, what: str) -> None:
    assert fault(secret) == FAULT + what


def test_the_length_counts_bytes() -> None:
    assert fault("Aa1" + "é" * 62) is None
    assert fault("Aa1" + "é" * 63) == FAULT + "it has 129"


def test_what_is_no_text_would_arrive_as_something_else() -> None:
    """So Python reads bytes of another encoding, and JSON makes of them what Harbor takes for one letter."""
    assert fault("Abcdefg1\udcff") == "secret has bytes that are no text in UTF-8, and what arrives at Harbor would be another secret"


def test_a_fault_never_says_the_secret() -> None:
    for secret in ("hunter2hunter2", "HUNTER", "hUnTeR" * 30):
        assert secret not in (fault(secret) or "")
        assert fault(secret)


@pytest.mark.parametrize("mask", ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********"])
def test_ansibles_mask_is_no_secret(mask: str) -> None:
    assert fault(mask) == "secret is a mask that Ansible shows instead of a hidden value, not the value itself"


def test_new_secrets_follow_the_rule_and_differ() -> None:
    made = {generate() for _number in range(200)}
    assert len(made) == 200
    for secret in made:
        assert fault(secret) is None
        assert len(secret) == 32
        assert set(secret) <= set(string.ascii_letters + string.digits)


def test_a_new_secret_that_breaks_the_rule_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("a" * 32 + "Ab1" * 11)
    monkeypatch.setattr(secrets.secrets, "choice", lambda alphabet: next(letters))
    assert generate() == ("Ab1" * 11)[:32]
