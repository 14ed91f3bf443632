# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""What options of any module look like: values of the right type, and options that do not exist."""

from __future__ import annotations

import difflib
import re
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_dict

Spec = dict[str, t.Any]

LONGEST_TIMEOUT = 86400
# The largest number that Harbor has a column for.
LARGEST = 2**63 - 1

PYTHON_TYPES: dict[str, t.Any] = {
    "str": str,
    "path": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
    "list": list,
    "dict": dict,
    "raw": object,
}


def is_text(value: str) -> bool:
    """Whether a text can be written in UTF-8. What Python read from bytes of another encoding, as in the environment, cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def countable(params: t.Any, spec: Spec) -> t.Any:
    """The same options without numbers that are too large for Ansible to convert: its own conversions stumble over those.

    An integer becomes a text that is none, a float is endless, which its option's own rule refuses.
    """
    if not isinstance(params, dict):
        return params
    found = dict(params)
    for name, one in spec.items():
        value = found.get(name)
        if one.get("type") == "int" and _is_endless(value):
            found[name] = "%.40s (too large)" % value
        elif one.get("type") == "float" and isinstance(value, int) and abs(value) > LARGEST:
            found[name] = float("inf") if value > 0 else float("-inf")
        elif "options" in one and isinstance(value, list):
            found[name] = [countable(entry, one["options"]) for entry in value]
        elif "options" in one and isinstance(value, dict):
            found[name] = countable(value, one["options"])
    return found


def _is_endless(value: t.Any) -> bool:
    try:
        return isinstance(value, (str, float)) and abs(float(value)) > LARGEST
    except ValueError:
        return False


def timeout_fault(seconds: t.Optional[float]) -> t.Optional[str]:
    """Why a number of seconds is no timeout; None when it is one, or is not given. Sockets take neither none nor endless ones."""
    if seconds is None or 0 < seconds <= LONGEST_TIMEOUT:
        return None
    limit = " and at most %d" % LONGEST_TIMEOUT if seconds > 0 else ""
    return "timeout %g is not valid: seconds, more than 0%s" % (seconds, limit)


def usable(params: t.Any, spec: Spec) -> dict[str, t.Any]:
    """The options whose values have the type that they should; the others count as not given."""
    kept: dict[str, t.Any] = {}
    for name, one in spec.items():
        value = params.get(name) if isinstance(params, dict) else None
        kind = PYTHON_TYPES.get(one.get("type", "str"), object)
        if value is None or not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            kept[name] = None
        elif one.get("elements") == "dict":
            kept[name] = [None if entry is None else usable(entry, one.get("options") or {}) for entry in value]
        elif one.get("elements"):
            kept[name] = [entry for entry in value if isinstance(entry, PYTHON_TYPES[one["elements"]])]
        else:
            kept[name] = value
    return kept


class Shape:
    """The options of a mapping: validates those that are in order as they stand, and leaves all others to Ansible.

    Validating and copying one suboption costs Ansible as much as comparing a whole robot costs us.
    """

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._defaults = {name: one.get("default") for name, one in spec.items()}
        self._required = [name for name, one in spec.items() if one.get("required")]
        self._inner = {name: Shape(one["options"]) for name, one in spec.items() if one.get("elements") == "dict" and "options" in one}

    def conforming(self, given: t.Any, hidden: set[str]) -> t.Optional[dict[str, t.Any]]:
        """Options as Ansible would return them; None where it would convert or refuse something.

        :param hidden: gets the values that are not to be shown
        """
        if not isinstance(given, dict):
            return None
        found = dict(self._defaults)
        for name, value in given.items():
            one = self._spec.get(name)
            if one is None:
                return None
            if value is None:
                continue
            if "options" in one:
                shape = self._inner.get(name)
                if shape is None or not isinstance(value, list):
                    return None
                value = [shape.conforming(entry, hidden) for entry in value]
                if None in value:
                    return None
            elif not _exact(value, one["type"], one.get("elements")) or ("choices" in one and value not in one["choices"]):
                return None
            elif one.get("no_log"):
                hidden.add(value)
            found[name] = value
        return found if all(found[name] is not None for name in self._required) else None


def _exact(value: t.Any, name: str, elements: t.Optional[str]) -> bool:
    """Whether a value has its option's type already, so that Ansible would convert nothing."""
    if elements:
        return isinstance(value, list) and (elements == "raw" or (elements == "str" and all(isinstance(one, str) for one in value)))
    return (name == "str" and isinstance(value, str)) or (
        name in ("int", "bool") and isinstance(value, PYTHON_TYPES[name]) and isinstance(value, bool) == (name == "bool")
    )


def aligned(given: t.Any, kept: t.Any) -> t.Any:
    """A list of mappings with None where something else was given, which Ansible leaves out, so that each stays at its place."""
    if not isinstance(given, list) or not isinstance(kept, list) or len(given) == len(kept):
        return kept
    rest = iter(kept)
    return [next(rest, None) if _is_mapping(entry) else None for entry in given]


def _is_mapping(entry: t.Any) -> bool:
    try:
        return isinstance(check_type_dict(entry), dict)
    except (TypeError, ValueError):
        return False


def distinct(errors: t.Iterable[str], told: t.Sequence[str] = ()) -> list[str]:
    """Errors of Ansible's once each: of what it says twice the longer form stays, which tells the option.

    :param told: what is told already, with its place
    """
    once = list(dict.fromkeys(errors))
    everything = [*once, *told]
    found = []
    for one in once:
        field = re.search(r"in the sub parameter field '(\w+)' must ", one)
        longer = "Elements value for option '%s'" % field.group(1) if field else one
        if not any(one != other and longer in other for other in everything):
            found.append(one)
    return found


def spec_faults(entry: dict[str, t.Any], spec: Spec) -> tuple[list[str], dict[str, t.Any]]:
    """What Ansible's own validation says of one mapping, all of it, and the mapping as it understands it."""
    result = ArgumentSpecValidator(spec).validate(countable(entry, spec))
    unknown = sorted(".".join(name) if isinstance(name, (tuple, list)) else str(name) for name in result.unsupported_parameters)
    known = [str(error) for error in result.errors if type(error).__name__ != "UnsupportedError"]
    values = dict(result.validated_parameters)
    values.update((name, aligned(entry.get(name), values.get(name))) for name, one in spec.items() if one.get("elements") == "dict")
    return unknown_options(unknown, spec) + distinct(known), values


def unknown_options(given: t.Iterable[str], spec: Spec) -> list[str]:
    """A fault for each option that does not exist, with the nearest that does."""
    faults = []
    for name in sorted(given):
        path, _dot, last = name.rpartition(".")
        options = spec
        for step in path.split(".") if path else ():
            options = (options.get(step) or {}).get("options") or {}
        near = difflib.get_close_matches(last, options, 1)
        faults.append("option %s does not exist%s" % (name, " (did you mean %s?)" % near[0] if near else ""))
    return faults
