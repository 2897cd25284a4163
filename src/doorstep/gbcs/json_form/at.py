"""JSON data with the path that leads to each part of it, so that an error can say where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from msgspec import Struct

from doorstep.errors import EncodeError

__all__ = ["At", "JsonObject", "bounded"]

JsonObject = dict[str, Any]
"""A JSON object as Python has it: keys to text, numbers, booleans, None, lists and objects."""

# A message has at most 65,535 bytes. The shallowest form of the deepest of them, the longest string of
# hex digits and the most values that they could be written as stay within these.
MAX_DEPTH: Final = 96
MAX_TEXT: Final = 0x20000
MAX_VALUES: Final = 300_000
_SHOWN: Final = 60

T = TypeVar("T")


class At(Struct, frozen=True):
    """One JSON value and the path to it, ``payload.asn1.value``; the whole has the path ``""``.

    Every method raises :class:`EncodeError`, whose field is the path, for a value that is not what it
    asks for.
    """

    value: Any
    path: str = ""

    def wrong(self, detail: str) -> EncodeError:
        """The error that says what is wrong with this value."""
        return EncodeError(self.path or "message", detail)

    def members(self, *required: str, optional: tuple[str, ...] = ()) -> dict[str, At]:
        """The members of an object: all that are required, and of the others only optional ones."""
        found = self._object()
        for name in found:
            if name not in required and name not in optional:
                raise self.wrong(f"it has no member {name[:_SHOWN]!r}")
        for name in required:
            if name not in found:
                raise self.wrong(f"it lacks {name}")
        return {name: self._below(f".{name}", value) for name, value in found.items()}

    def sole(self) -> tuple[str, At]:
        """Name and value of an object that has one member, whose name says what the value is."""
        found = self._object()
        if len(found) != 1:
            raise self.wrong(f"an object with one member is wanted, not with {len(found)}")
        ((name, value),) = found.items()
        return name, self._below(f".{name[:_SHOWN]}", value)

    def items(self) -> list[At]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            raise self._not("a list")
        return [self._below(f"[{number}]", value) for number, value in enumerate(self.value)]

    def text(self) -> str:
        """A string."""
        if not isinstance(self.value, str):
            raise self._not("a string")
        return self.value

    def flag(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            raise self._not("true or false")
        return self.value

    def integer(self, least: int, most: int) -> int:
        """A whole number within bounds."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self._not("a whole number")
        if not least <= self.value <= most:
            raise self.wrong(f"{self.value} is not within {least} to {most}")
        return self.value

    def one_of(self, names: Mapping[str, T]) -> T:
        """What one of a few names stands for."""
        text = self.text()
        if text not in names:
            raise self.wrong(f"{text[:_SHOWN]!r} is none of {', '.join(names)}")
        return names[text]

    def _object(self) -> JsonObject:
        if not isinstance(self.value, dict):
            raise self._not("an object")
        return self.value

    def _below(self, step: str, value: Any) -> At:
        return At(value, f"{self.path}{step}".removeprefix("."))

    def _not(self, wanted: str) -> EncodeError:
        kind = _KINDS.get(type(self.value), "something else")
        return self.wrong(f"{wanted} is wanted, not {kind}")


_KINDS: Final = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "a whole number",
    float: "a number with a fraction",
    bool: "true or false",
    type(None): "null",
}


def bounded(value: object) -> At:
    """The whole of a JSON value, once it is sure that it is one and that reading it cannot take long.

    Raises :class:`EncodeError` for what is too deep, too long or too much, for text that UTF-8 does not
    have, for numbers beyond 64 bits, and for what is not JSON at all.
    """
    whole = At(value)
    level, seen = [whole], 0
    for _depth in range(MAX_DEPTH):
        seen += len(level)
        if seen > MAX_VALUES:
            raise whole.wrong(f"it has more than {MAX_VALUES} values")
        level = [below for at in level for below in _checked(at)]
        if not level:
            return whole
    raise level[0].wrong(f"it is nested deeper than {MAX_DEPTH}")


def _checked(at: At) -> list[At]:
    """The values inside one value, which is itself found good."""
    value = at.value
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str):
                raise at.wrong("the name of a member is no string")
            _check_text(at, name)
        return [at._below(f".{name[:_SHOWN]}", inner) for name, inner in value.items()]
    if isinstance(value, list):
        return at.items()
    if isinstance(value, str):
        _check_text(at, value)
    elif isinstance(value, int):
        # Before anything prints the number: Python itself refuses to write out very long ones.
        if value.bit_length() > 64:
            raise at.wrong(f"a number of {value.bit_length()} bits does not fit 64")
    elif not isinstance(value, float | None):
        raise at.wrong(f"a {type(value).__name__} is not JSON")
    return []


def _check_text(at: At, text: str) -> None:
    if len(text) > MAX_TEXT:
        raise at.wrong(f"a string of {len(text)} characters is over the limit of {MAX_TEXT}")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise at.wrong("a string holds half a character, which UTF-8 does not have")
