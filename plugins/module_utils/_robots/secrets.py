# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""What Harbor takes as a robot's secret, and new ones."""

from __future__ import annotations

import secrets
import string
import typing as t

from ansible_collections.harbormaster.robots.plugins.module_utils._shapes import is_text

SHORTEST = 8
LONGEST = 128
LENGTH = 32
ALPHABET = string.ascii_letters + string.digits
RULE = "%d to %d characters, at least one upper-case letter, one lower-case letter and one digit" % (SHORTEST, LONGEST)
# What Ansible puts where it hides a value; whoever sends it on has lost the value already.
MASKS = ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********")


def fault(secret: str) -> t.Optional[str]:
    """Why Harbor would refuse a secret; None when it would not. Never says the secret.

    Harbor counts bytes; its upper bound came with 2.9 and is kept for older ones too, so that an upgrade breaks nothing.
    """
    if secret in MASKS:
        return "secret is a mask that Ansible shows instead of a hidden value, not the value itself"
    if not is_text(secret):
        return "secret has bytes that are no text in UTF-8, and what arrives at Harbor would be another secret"
    wrong = []
    length = len(secret.encode())
    if length < SHORTEST or length > LONGEST:
        wrong.append("it has %d" % length)
    wrong += [
        "it has no %s" % what
        for what, letters in (
            ("upper-case letter", string.ascii_uppercase),
            ("lower-case letter", string.ascii_lowercase),
            ("digit", string.digits),
        )
        if not any(letter in letters for letter in secret)
    ]
    return "secret does not follow Harbor's rule (%s): %s" % (RULE, ", ".join(wrong)) if wrong else None


def generate() -> str:
    """A new secret as Harbor itself makes them: 32 letters and digits that follow its rule."""
    while True:
        secret = "".join(secrets.choice(ALPHABET) for dummy in range(LENGTH))
        if fault(secret) is None:
            return secret
