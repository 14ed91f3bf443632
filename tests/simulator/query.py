# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists: the `q` filter, `sort`, pages and the Link header, as Harbor's query builder and database layer have them."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Generic, TypeVar
from urllib.parse import quote_plus

from .errors import Panic, bad_request, internal
from .messages import Request, unescape
from .versions import Version

Row = TypeVar("Row")


@dataclass
class Fuzzy:
    text: str


@dataclass
class Range:
    low: Any = None
    high: Any = None


@dataclass
class AnyOf:
    values: list[Any]


@dataclass
class AllOf:
    values: list[Any]


@dataclass
class Query:
    """What a caller asked of a list."""

    keywords: dict[str, Any] = field(default_factory=dict)
    sorts: list[tuple[str, bool]] = field(default_factory=list)
    page: int = 1
    page_size: int = 10

    @classmethod
    def build(cls, q: str | None, sort: str | None, page: int | None, page_size: int | None) -> Query:
        """Raises HarborError (400) for a filter that is malformed."""
        sorts = [(key.removeprefix("-"), key.startswith("-")) for key in (sort or "").split(",") if key]
        return cls(_keywords(q or ""), sorts, 1 if page is None else page, 10 if page_size is None else page_size)


def _keywords(q: str) -> dict[str, Any]:
    """Filters by key; a key that is there twice counts as it was last. The text is unescaped a second time here."""
    if not q:
        return {}
    try:
        q = unescape(q)
    except ValueError:
        pass
    keywords: dict[str, Any] = {}
    for part in q.split(","):
        key, _unused, value = part.partition("=")
        if not key or not value:
            raise bad_request('the query string must contain "=" and the key/value cannot be empty')
        try:
            keywords[key] = _pattern(value)
        except ValueError:
            raise bad_request(f"invalid query string value: {value}") from None
    return keywords


def _pattern(value: str) -> Any:
    if value[0] == "~":
        if len(value) < 2:
            raise ValueError
        return Fuzzy(value[1:])
    if value[0] == "[":
        if value[-1] != "]" or value.count("~") != 1:
            raise ValueError
        low, high = (part.strip() for part in value[1:-1].split("~"))
        if not low and not high:
            raise ValueError
        return Range(_value(low) if low else None, _value(high) if high else None)
    if value[0] in "{(":
        if value[-1] != {"{": "}", "(": ")"}[value[0]]:
            raise ValueError
        values = [item for item in map(_value, value[1:-1].split(" ")) if item != ""]
        return AnyOf(values) if value[0] == "{" else AllOf(values)
    return value[1:] if value[0] == "\\" else value


def _value(text: str) -> Any:
    """A value inside of a list or range: a time, else an integer, else text without its quotes."""
    text = text.strip()
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        pass
    if text.lstrip("+-").isdigit() and text.count("-") + text.count("+") <= 1:
        return int(text)
    return text.strip("\"'")


# --- columns ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column that lists can be filtered and sorted by."""

    get: Callable[[Row], Any]
    kind: type = str
    filterable: bool = True
    bits: int = 64


def columns_of(*named: tuple[tuple[str, ...], Column[Row]]) -> dict[str, Column[Row]]:
    """Columns by every name that they have."""
    return {name: column for names, column in named for name in names}


_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")


def cast(value: Any, kind: type, bits: int = 64) -> Any:
    """A filter's value as the column's type; HarborError 500 where the database or its driver would refuse it.

    Plain values are text, which the database reads; inside of lists and ranges they are integers and times where they look like it.
    """
    if isinstance(value, int) and not isinstance(value, bool) and kind is not int:
        raise internal()
    if kind is str:
        return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else str(value)
    if isinstance(value, kind) and kind is not int:
        return value
    text = str(value).strip()
    if kind is bool:
        for truth, words in ((True, ("true", "t", "yes", "y", "on", "1")), (False, ("false", "f", "no", "n", "off", "0"))):
            if text.lower() in words:
                return truth
        raise internal()
    if kind is int:
        if not _WHOLE.fullmatch(text) or not -2 ** (bits - 1) <= int(text) < 2 ** (bits - 1):
            raise internal()
        return int(text)
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise internal() from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda have, want: have == want, "gte": lambda have, want: have >= want, "lte": lambda have, want: have <= want,
    "gt": lambda have, want: have > want, "lt": lambda have, want: have < want, "ne": lambda have, want: have != want,
    "eq": lambda have, want: have == want,
}
_LIKE = {"icontains": "%{}%", "contains": "%{}%", "startswith": "{}%", "istartswith": "{}%", "endswith": "%{}", "iendswith": "%{}"}
_UNWRITTEN = ("nq", "strictexact")
"""Operators that the database layer knows and has no SQL for."""
_LIMITED = {"icontains", "in", "gte", "lte", "gt", "lt", "exact"}
_SPECIAL = re.compile(r"[%_\\]")


def _test(column: Column[Row], operator: str, value: Any) -> Callable[[Row], bool]:
    """One condition on one column."""
    if operator in _LIKE or operator == "iexact":
        return _text_test(column, operator, str(value))
    if operator in _UNWRITTEN:
        raise internal()
    if operator not in _OPERATORS:
        raise Panic
    test, wanted = _OPERATORS[operator], cast(value, column.kind, column.bits)
    return lambda row: test(column.get(row), wanted)


def _text_test(column: Column[Row], operator: str, text: str) -> Callable[[Row], bool]:
    """A comparison of texts; the database layer escapes `%`, and nothing else."""
    fold: Callable[[str], str] = str.upper if operator.startswith("i") else str
    wanted = fold(text.replace("%", "\\%"))
    if operator == "iexact":
        return lambda row: fold(_as_text(column.get(row))) == wanted
    if operator in ("contains", "icontains") and not _SPECIAL.search(wanted):
        return lambda row: wanted in fold(_as_text(column.get(row)))
    pattern = _like(_LIKE[operator].format(wanted))
    return lambda row: bool(pattern.fullmatch(fold(_as_text(column.get(row)))))


def _like(pattern: str) -> re.Pattern[str]:
    """A pattern of SQL as a regular expression; HarborError 500 where it ends in an escape."""
    parts, letters = [], iter(pattern)
    for letter in letters:
        if letter == "\\":
            following = next(letters, "")
            if not following:
                raise internal()
            parts.append(re.escape(following))
        else:
            parts.append({"%": ".*", "_": "."}.get(letter) or re.escape(letter))
    return re.compile("".join(parts), re.DOTALL)


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _conditions(column: Column[Row], operator: str, value: Any) -> list[Callable[[Row], bool]]:
    if operator and isinstance(value, (Fuzzy, Range, AnyOf)):
        raise Panic  # an operator behind an operator: the database layer takes the first for a field
    if isinstance(value, Fuzzy):
        # Harbor escapes what is special before the database layer does, so that a `%` finds what has a backslash
        return [_test(column, "icontains", _SPECIAL.sub(r"\\\g<0>", value.text))]
    if isinstance(value, Range):
        bounds = [("gte", value.low), ("lte", value.high)]
        return [_test(column, name, bound) for name, bound in bounds if bound is not None]
    if isinstance(value, AnyOf):
        wanted = [cast(item, column.kind, column.bits) for item in value.values]
        return [lambda row: column.get(row) in wanted]
    if isinstance(value, AllOf):
        return []
    if operator == "in":
        only = cast(value, column.kind, column.bits)
        return [lambda row: column.get(row) == only]
    return [_test(column, operator or "exact", value)]


def select(rows: Iterable[Row], query: Query, columns: dict[str, Column[Row]], version: Version) -> list[Row]:
    """The rows that fit every filter. Filters on what is no column do not apply; ill-typed ones are 500."""
    conditions: list[Callable[[Row], bool]] = []
    for key, value in query.keywords.items():
        name, *operators = key.split("__")
        column = columns.get(name)
        if column is None:
            column = columns.get(snake_case(name))
            if column and name.lower() not in (known.lower() for known in columns if not known.islower()):
                raise Panic  # Harbor takes it for that column, and the database layer does not
        if column is None or not column.filterable:
            continue
        operator = operators[0] if operators else ""
        if version.limits_filter_operators and (len(operators) > 1 or (operators and operator not in _LIMITED)):
            continue
        if len(operators) > 1:
            raise Panic
        conditions += _conditions(column, operator, value)
    if not conditions:
        return list(rows)
    return [row for row in rows if all(condition(row) for condition in conditions)]


def snake_case(name: str) -> str:
    """A Go field name as its column: ProjectID is project_id."""
    result = ""
    for at, char in enumerate(name):
        following = name[at + 1:at + 2]
        if at and char.isupper() and (following.islower() or name[at - 1].islower()):
            result += "_"
        result += char.lower()
    return result


def order(rows: list[Row], query: Query, columns: dict[str, Column[Row]], default: str | None) -> list[Row]:
    """Rows in the wanted order. Unknown fields count for nothing; without any the default applies (None: as they are)."""
    sorts = [(name, backwards) for name, backwards in query.sorts if name in columns]
    if not sorts and default is not None:
        sorts = [(default.removeprefix("-"), default.startswith("-"))]
    result = list(rows)
    for name, backwards in reversed(sorts):
        result.sort(key=columns[name].get, reverse=backwards)
    return result


def page(rows: list[Row], query: Query) -> list[Row]:
    """One page; a page size of 0 or less means everything, a page of 0 or less the first."""
    if query.page_size <= 0:
        return rows
    start = query.page_size * (query.page - 1) if query.page > 0 else 0
    return rows[start:start + query.page_size]


def list_headers(request: Request, query: Query, total: int) -> dict[str, str]:
    """X-Total-Count, and Link where there is a page before or after."""
    headers = {"X-Total-Count": str(total)}
    links = []
    if query.page_size != 0:
        if query.page > 1 and (query.page - 1) * query.page_size < total:
            links.append(_link(request, query.page - 1, query.page_size, "prev"))
        if query.page_size * query.page < total:
            links.append(_link(request, query.page + 1, query.page_size, "next"))
    if links:
        headers["Link"] = " , ".join(links)
    return headers


def _link(request: Request, number: int, size: int, relation: str) -> str:
    arguments: dict[str, list[str]] = {}
    for key, value in request.query:
        arguments.setdefault(key, []).append(value)
    arguments["page"], arguments["page_size"] = [str(number)], [str(size)]
    pairs = [f"{quote_plus(key, safe='~')}={quote_plus(value, safe='~')}" for key in sorted(arguments) for value in arguments[key]]
    text = "&".join(pairs)
    # Harbor prints the query with its escapes undone, so that a `q` with special characters can't be followed
    return f'<{request.path}?{unescape(text)}>; rel="{relation}"'
