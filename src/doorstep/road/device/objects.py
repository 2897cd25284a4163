"""COSEM objects as a Device sees them: what a component names, of which type it is, and what may go wrong.

An object is a class and a logical name (OBIS code); what a component reads, writes or invokes is one
attribute or method of it, named here by a :class:`Place`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Final, TypeVar

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.gbcs.payloads.axdr import BitString, Data, Tag, Value
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse, AccessResult, Action, Component, Obis
from doorstep.road.device.failure import Failure

__all__ = ["Place", "Refused", "Result", "Shape", "array", "carry_out", "place", "structure"]

_SIZE: Final = 9
_NULL: Final = Data(Tag.NULL_DATA)
_ANSWERED_AS: Final = {action: action for action in Action} | {Action.GET_WITH_SELECTION: Action.GET}

S = TypeVar("S")


class Result(IntEnum):
    """The result of one component, by its DLMS number."""

    SUCCESS = 0
    HARDWARE_FAULT = 1
    TEMPORARY_FAILURE = 2
    READ_WRITE_DENIED = 3
    OBJECT_UNDEFINED = 4
    TYPE_UNMATCHED = 0x0B
    OTHER_REASON = 0xFA


class Refused(Failure):
    """A component that is not carried out: its result, and an alert code where there is one for it."""

    def __init__(self, result: Result, why: str, alert: int | None = None) -> None:
        super().__init__(why, alert)
        self.result = result


class Place(Struct, frozen=True):
    """One attribute or method of one object; ``str`` gives ``112 0-0:19.10.0.255 2``.

    ``index`` numbers attributes and methods alike, so the table in which a place is looked up says
    which of the two it is. Its bytes, class, OBIS code and index, are what Alerts name it by.
    """

    class_id: int
    obis: Obis
    index: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Place:
        """Read the nine bytes; raises :class:`DecodeError` for another number of them."""
        if len(data) != _SIZE:
            raise DecodeError("attribute", 0, f"{_SIZE} bytes name one, not {len(data)}")
        return cls(data[0] << 8 | data[1], Obis(data[2:8]), data[8])

    def __bytes__(self) -> bytes:
        return self.class_id.to_bytes(2, "big") + self.obis + bytes((self.index & 0xFF,))

    def __str__(self) -> str:
        return f"{self.class_id} {self.obis} {self.index}"


class Shape(Struct, frozen=True):
    """The type of a COSEM value: its tag, and what is inside where that is laid down.

    ``parts`` are the elements of a structure, or the one type of an array's elements; none of them
    leaves the inside open. ``size`` is the number of bytes of a string of fixed length.
    """

    tag: Tag
    parts: tuple[Shape, ...] = ()
    size: int | None = None

    def fits(self, data: Data) -> bool:
        """Whether the value is of this type."""
        if data.tag is not self.tag:
            return False
        value = data.value
        if isinstance(value, bytes):
            return self.size is None or len(value) == self.size
        if not self.parts or not isinstance(value, tuple):
            return True
        if self.tag is Tag.ARRAY:
            return all(self.parts[0].fits(item) for item in value)
        return len(value) == len(self.parts) and all(
            part.fits(item) for part, item in zip(self.parts, value, strict=True)
        )

    @property
    def blank(self) -> Data:
        """The value of this type before anything is set: zero, no text, no elements."""
        return Data(self.tag, self._blank_value())

    def _blank_value(self) -> Value:
        if self.tag is Tag.STRUCTURE:
            return tuple(part.blank for part in self.parts)
        if self.tag in _EMPTY:
            return _EMPTY[self.tag]
        return bytes(self.size or 0) if self.tag in _STRINGS else 0


_STRINGS: Final = (Tag.OCTET_STRING, Tag.VISIBLE_STRING, Tag.UTF8_STRING)
_EMPTY: Final[dict[Tag, Value]] = {
    Tag.NULL_DATA: None,
    Tag.ARRAY: (),
    Tag.BIT_STRING: BitString(0, b""),
}


def carry_out(
    request: AccessRequest, before: S, perform: Callable[[Component, S], tuple[S, Data]]
) -> tuple[S, AccessResponse, Refused | None]:
    """Carry out the components in order, up to the first that fails (fail-fast).

    ``perform`` gives the state that follows a component and the data to answer it with, or raises
    :class:`Refused`: that component gives its result code, all later ones other-reason. Gives the state
    with the effects of those before it, the answer, and what failed.
    """
    state, failure, results = before, None, []
    for component in request.components:
        data, result = _NULL, Result.SUCCESS
        if failure is not None:
            result = Result.OTHER_REASON
        else:
            try:
                state, data = perform(component, state)
            except Refused as refused:
                failure, result = refused, refused.result
        results.append(AccessResult(_ANSWERED_AS[component.action], result, data))
    return state, AccessResponse(request.invoke_id, tuple(results)), failure


def place(text: str) -> Place:
    """Read ``112 0-0:19.10.0.255 2``, as tables write it."""
    class_id, obis, index = text.split()
    return Place(int(class_id), Obis.parse(obis), int(index))


def structure(*parts: Shape) -> Shape:
    """A structure of just these elements."""
    return Shape(Tag.STRUCTURE, parts)


def array(of: Shape) -> Shape:
    """An array, of any length, of elements of one type."""
    return Shape(Tag.ARRAY, (of,))
