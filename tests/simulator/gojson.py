# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON into typed bodies, with the words that Go's encoding/json has for what is wrong.

Harbor shows these words to its clients, so that a client's error handling can only be tried out with them.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Union

SPACE = " \t\r\n"
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
INT64 = 2 ** 63


class GoError(Exception):
    """What Go's decoder says."""


class NoBody(Exception):
    """Nothing but white space: io.EOF."""


class Number(str):
    """A number as it was written."""


@dataclass(frozen=True)
class Scalar:
    """A Go type that is one value: string, int64, bool, float64 or any."""

    go: str


@dataclass(frozen=True)
class ListOf:
    item: GoType
    pointers: bool = True

    @property
    def go(self) -> str:
        return "[]" + ("*" if self.pointers and isinstance(self.item, Struct) else "") + self.item.go


@dataclass(frozen=True)
class MapOf:
    """A Go map from strings."""

    item: GoType
    go: str


@dataclass(frozen=True)
class Struct:
    name: str
    members: dict[str, GoType] = field(hash=False)

    @property
    def go(self) -> str:
        return f"models.{self.name}"


GoType = Union[Scalar, ListOf, MapOf, Struct]

STRING = Scalar("string")
INTEGER = Scalar("int64")
BOOLEAN = Scalar("bool")
ANY = Scalar("interface {}")


_SHOWN = {"'": "\\'", '"': '"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


def quoted(char: str) -> str:
    """A character as Go shows it in a message: of what is beyond ASCII, its first byte."""
    char = chr(char.encode("utf-8", "replace")[0])
    if char in _SHOWN:
        return f"'{_SHOWN[char]}'"
    return f"'{char}'" if char.isprintable() else f"'\\x{ord(char):02x}'" if char < "\x80" else f"'\\u{ord(char):04x}'"


class _Scanner:
    """Reads one JSON value; what follows it is ignored, as a stream decoder does."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        while self.at < len(self.text) and self.text[self.at] in SPACE:
            self.at += 1
        return self.take(advance=False)

    def take(self, advance: bool = True) -> str:
        if self.at >= len(self.text):
            raise GoError("unexpected EOF")
        char = self.text[self.at]
        self.at += advance
        return char

    def wrong(self, where: str) -> GoError:
        return GoError(f"invalid character {quoted(self.text[self.at])} {where}")

    def value(self) -> Any:
        char = self.peek()
        if char == "{":
            return self.object()
        if char == "[":
            return self.array()
        if char == '"':
            return self.string()
        if char in "tfn":
            return self.literal({"t": "true", "f": "false", "n": "null"}[char])
        if char == "-" or char.isdigit():
            return self.number()
        raise self.wrong("looking for beginning of value")

    def object(self) -> dict[str, Any]:
        self.at += 1
        members: dict[str, Any] = {}
        if self.peek() == "}":
            self.at += 1
            return members
        while True:
            if self.peek() != '"':
                raise self.wrong("looking for beginning of object key string")
            key = self.string()
            if self.peek() != ":":
                raise self.wrong("after object key")
            self.at += 1
            members[key] = self.value()
            if self.peek() == "}":
                self.at += 1
                return members
            if self.peek() != ",":
                raise self.wrong("after object key:value pair")
            self.at += 1

    def array(self) -> list[Any]:
        self.at += 1
        items: list[Any] = []
        if self.peek() == "]":
            self.at += 1
            return items
        while True:
            items.append(self.value())
            if self.peek() == "]":
                self.at += 1
                return items
            if self.peek() != ",":
                raise self.wrong("after array element")
            self.at += 1

    def string(self) -> str:
        self.at += 1
        parts: list[str] = []
        while True:
            char = self.take()
            if char == '"':
                return "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            if char == "\\":
                code = self.take()
                if code == "u":
                    for _digit in range(4):
                        if self.take() not in "0123456789abcdefABCDEF":
                            self.at -= 1
                            raise self.wrong("in \\u hexadecimal character escape")
                    parts.append(chr(int(self.text[self.at - 4:self.at], 16)))
                elif code in ESCAPES:
                    parts.append(ESCAPES[code])
                else:
                    self.at -= 1
                    raise self.wrong("in string escape code")
            elif char < " ":
                self.at -= 1
                raise self.wrong("in string literal")
            else:
                parts.append(char)

    def literal(self, word: str) -> Any:
        for expected in word:
            if self.take(advance=False) != expected:
                raise self.wrong(f"in literal {word} (expecting {quoted(expected)})")
            self.at += 1
        return {"true": True, "false": False, "null": None}[word]

    def number(self) -> Number:
        start = self.at
        if self.text[self.at] == "-":
            self.at += 1
            if not self.take(advance=False).isdigit():
                raise self.wrong("in numeric literal")
        if self.take() != "0":
            self._digits()
        if self._next() == ".":
            self.at += 1
            if not self.take(advance=False).isdigit():
                raise self.wrong("after decimal point in numeric literal")
            self._digits()
        if self._next() in ("e", "E"):
            self.at += 1
            if self.take(advance=False) in "+-":
                self.at += 1
            if not self.take(advance=False).isdigit():
                raise self.wrong("in exponent of numeric literal")
            self._digits()
        return Number(self.text[start:self.at])

    def _next(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _digits(self) -> None:
        while self._next().isdigit():
            self.at += 1


class _Decoder:
    """Puts a parsed value into a Go type; keeps the first mismatch and goes on, as Go does."""

    def __init__(self) -> None:
        self.fault: str | None = None

    def mismatch(self, kind: str, go: str, struct: str, path: list[str]) -> None:
        place = f"struct field {struct}.{'.'.join(path)} of type {go}" if struct else f"value of type {go}"
        self.fault = self.fault or f"json: cannot unmarshal {kind} into Go {place}"

    def decode(self, value: Any, go: GoType, struct: str = "", path: list[str] | None = None) -> Any:
        path = path or []
        if value is None:
            return None
        if isinstance(go, Scalar):
            return self.scalar(value, go, struct, path)
        if isinstance(go, ListOf):
            if not isinstance(value, list):
                self.mismatch(_kind(value), go.go, struct, path)
                return None
            return [self.decode(item, go.item, struct, path) for item in value]
        if not isinstance(value, dict):
            self.mismatch(_kind(value), go.go, struct, path)
            return None
        if isinstance(go, MapOf):
            return {key: self.decode(item, go.item, struct, path) for key, item in value.items()}
        result: dict[str, Any] = {}
        for key, item in value.items():
            name = _member(go, key)
            if name is not None:
                decoded = self.decode(item, go.members[name], go.name, [*path, name])
                if decoded is not None:
                    result[name] = decoded
        return result

    def scalar(self, value: Any, go: Scalar, struct: str, path: list[str]) -> Any:
        if go is ANY:
            return _plain(value)
        if isinstance(value, Number):
            if go is not INTEGER:
                self.mismatch("number", go.go, struct, path)
                return None
            try:
                number = int(value)
            except ValueError:
                number = INT64
            if not -INT64 <= number < INT64:
                self.mismatch(f"number {value}", go.go, struct, path)
                return None
            return number
        if isinstance(value, bool) and go is BOOLEAN or isinstance(value, str) and go is STRING:
            return value
        self.mismatch(_kind(value), go.go, struct, path)
        return None


def _kind(value: Any) -> str:
    if isinstance(value, Number):
        return "number"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _member(go: Struct, key: str) -> str | None:
    """The member that a key means: exact, else without regard to case."""
    if key in go.members:
        return key
    return next((name for name in go.members if name.lower() == key.lower()), None)


def _plain(value: Any) -> Any:
    if isinstance(value, Number):
        return int(value) if value.lstrip("-").isdigit() else float(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def decode(body: bytes, go: GoType) -> Any:
    """The first JSON value of a body as the given type: members that are null or absent are left out.

    Raises NoBody for white space alone and GoError, in Go's words, for everything else that is wrong.
    """
    text = body.decode("utf-8", "replace")
    if not text.strip(SPACE):
        raise NoBody
    value = _Scanner(text).value()
    decoder = _Decoder()
    result = decoder.decode(value, go)
    if decoder.fault:
        raise GoError(decoder.fault)
    return {} if result is None and isinstance(go, (Struct, MapOf)) else result
