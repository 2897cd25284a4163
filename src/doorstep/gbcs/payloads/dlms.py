"""DLMS COSEM payloads: Access-Request, Access-Response and Data-Notification.

An Access-Request is a list of GET, SET and ACTION components, each naming a class, an object (OBIS
code) and an attribute or method; the Access-Response answers them one for one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Final, TypeVar

from msgspec import Struct

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.gbcs.payloads.axdr import Data, Tag, decode_count, decode_data, encode_count, encode_data

__all__ = [
    "DECODERS",
    "AccessRequest",
    "AccessResponse",
    "AccessResult",
    "Action",
    "Component",
    "DataNotification",
    "Obis",
    "invoke_id",
]

_ACCESS_REQUEST: Final = 0xD9
_ACCESS_RESPONSE: Final = 0xDA
_DATA_NOTIFICATION: Final = 0x0F

_SPECIFICATION: Final = struct.Struct(">BH6sb")  # choice, class, OBIS, attribute or method
_HEAD: Final = struct.Struct(">BIB")  # tag, long-invoke-id-and-priority, length of date-time
_NULL: Final = Data(Tag.NULL_DATA)

T = TypeVar("T")


class Action(IntEnum):
    """What a component of an Access-Request asks for."""

    GET = 1
    SET = 2
    ACTION = 3
    GET_WITH_SELECTION = 4


_ACTIONS: Final = {int(action): action for action in Action}


class Obis(bytes):
    """A logical name: six bytes, written ``0-0:19.10.0.255``."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Obis:
        """Read ``A-B:C.D.E.F``; raises :class:`EncodeError` for anything else."""
        try:
            code = cls(int(part) for part in text.replace("-", ".").replace(":", ".").split("."))
        except ValueError:
            code = cls()
        if len(code) != 6 or str(code) != text:
            raise EncodeError("OBIS code", f"{text[:40]!r} is not six numbers as in 0-0:19.10.0.255")
        return code

    def __str__(self) -> str:
        return "{}-{}:{}.{}.{}.{}".format(*self) if len(self) == 6 else self.hex()

    def __repr__(self) -> str:
        return f"Obis({str(self)!r})"


class Component(Struct, frozen=True, gc=False):
    """One component: what to do with which attribute or method, and the data that goes with it.

    ``attribute`` is the method's number where ``action`` is ACTION. ``selector`` and ``selection`` are
    the selective access of a GET.
    """

    action: Action
    class_id: int
    obis: Obis
    attribute: int
    data: Data = _NULL
    selector: int | None = None
    selection: Data | None = None


class AccessRequest(Struct, frozen=True, gc=False):
    """A Command's payload. ``invoke_id`` is the long-invoke-id-and-priority, see :func:`invoke_id`."""

    invoke_id: int
    components: tuple[Component, ...]

    def encode(self) -> bytes:
        """The bytes, from the ``D9`` on."""
        count = encode_count(len(self.components))
        parts = [_head(_ACCESS_REQUEST, self.invoke_id), count]
        parts += [_encode_specification(component) for component in self.components]
        parts.append(count)
        parts += [encode_data(component.data) for component in self.components]
        return b"".join(parts)


class AccessResult(Struct, frozen=True, gc=False):
    """The answer to one component: its data (null-data where there is none) and a result code."""

    action: Action
    result: int
    data: Data = _NULL


class AccessResponse(Struct, frozen=True, gc=False):
    """A Response's payload, one result for each component of the Command."""

    invoke_id: int
    results: tuple[AccessResult, ...]

    def encode(self) -> bytes:
        """The bytes, from the ``DA`` on."""
        count = encode_count(len(self.results))
        parts = [_head(_ACCESS_RESPONSE, self.invoke_id), b"\x00", count]
        parts += [encode_data(result.data) for result in self.results]
        parts.append(count)
        parts += [bytes((result.action, result.result)) for result in self.results]
        return b"".join(parts)


class DataNotification(Struct, frozen=True, gc=False):
    """An Alert's payload: a structure of alert code, time stamp, and what the use case adds."""

    invoke_id: int
    body: Data

    def encode(self) -> bytes:
        """The bytes, from the ``0F`` on."""
        return _head(_DATA_NOTIFICATION, self.invoke_id) + encode_data(self.body)


def invoke_id(originator_counter: int) -> int:
    """The long-invoke-id-and-priority of a message: 0x20, then the low 24 bits of its counter."""
    return 0x20000000 | originator_counter & 0xFFFFFF


# -- decoding ---------------------------------------------------------------------------------------


def _decode_request(content: bytes) -> AccessRequest:
    number, pos = _decode_head(content)
    count, pos = decode_count(content, pos)
    specifications = []
    for _ in range(count):
        specification, pos = _decode_specification(content, pos)
        specifications.append(specification)
    pos = _same_count(content, pos, count, "data list")
    components = []
    for action, class_id, obis, attribute, selector, selection in specifications:
        data, pos = decode_data(content, pos)
        components.append(Component(action, class_id, obis, attribute, data, selector, selection))
    _ends(content, pos)
    return AccessRequest(number, tuple(components))


def _decode_response(content: bytes) -> AccessResponse:
    number, pos = _decode_head(content)
    if content[pos]:
        raise DecodeError("request specification", pos, "a Response repeats none, and 00 says so")
    count, pos = decode_count(content, pos + 1)
    values = []
    for _ in range(count):
        data, pos = decode_data(content, pos)
        values.append(data)
    pos = _same_count(content, pos, count, "result list")
    results = []
    for data in values:
        action = _ACTIONS.get(content[pos])
        if action is None:
            raise DecodeError("access response", pos, f"0x{content[pos]:02X} is no kind of component")
        results.append(AccessResult(action, content[pos + 1], data))
        pos += 2
    _ends(content, pos)
    return AccessResponse(number, tuple(results))


def _decode_notification(content: bytes) -> DataNotification:
    number, pos = _decode_head(content)
    body, pos = decode_data(content, pos)
    _ends(content, pos)
    return DataNotification(number, body)


def _decode_head(content: bytes) -> tuple[int, int]:
    _tag, number, date_time = _HEAD.unpack_from(content, 0)
    if date_time:
        raise DecodeError("date-time", 5, "GBCS payloads carry none, and 00 says so")
    return number, 6


_Specification = tuple[Action, int, Obis, int, int | None, Data | None]


def _decode_specification(content: bytes, pos: int) -> tuple[_Specification, int]:
    choice, class_id, obis, attribute = _SPECIFICATION.unpack_from(content, pos)
    action = _ACTIONS.get(choice)
    if action is None:
        raise DecodeError("access request", pos, f"0x{choice:02X} is no kind of component")
    pos += _SPECIFICATION.size
    if action is not Action.GET_WITH_SELECTION:
        return (action, class_id, Obis(obis), attribute, None, None), pos
    selector = content[pos]
    selection, pos = decode_data(content, pos + 1)
    return (action, class_id, Obis(obis), attribute, selector, selection), pos


def _same_count(content: bytes, pos: int, count: int, field: str) -> int:
    found, after = decode_count(content, pos)
    if found != count:
        raise DecodeError(field, pos, f"{found} entries where there are {count} components")
    return after


def _ends(content: bytes, pos: int) -> None:
    if pos != len(content):
        raise DecodeError("payload", pos, f"{len(content) - pos} bytes are left over")


def _bounded(decode: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """A decoder that says where the bytes ended, for one that just reads on."""

    def bounded(content: bytes) -> T:
        try:
            return decode(content)
        except (IndexError, struct.error):
            raise Truncated("payload", len(content), "it ends inside a field") from None

    return bounded


DECODERS: Final[dict[int, Callable[[bytes], AccessRequest | AccessResponse | DataNotification]]] = {
    _ACCESS_REQUEST: _bounded(_decode_request),
    _ACCESS_RESPONSE: _bounded(_decode_response),
    _DATA_NOTIFICATION: _bounded(_decode_notification),
}


# -- encoding ---------------------------------------------------------------------------------------


def _head(tag: int, number: int) -> bytes:
    if not 0 <= number <= 0xFFFFFFFF:
        raise EncodeError("long-invoke-id-and-priority", f"{number} does not fit 32 bits")
    return _HEAD.pack(tag, number, 0)


def _encode_specification(component: Component) -> bytes:
    try:
        fixed = _SPECIFICATION.pack(component.action, component.class_id, component.obis, component.attribute)
    except struct.error:
        raise EncodeError("component", f"{component.obis!s} attribute {component.attribute}") from None
    if component.action is not Action.GET_WITH_SELECTION:
        return fixed
    if component.selector is None or component.selection is None:
        raise EncodeError("selection", "a GET with selection needs a selector and its parameters")
    return fixed + bytes((component.selector,)) + encode_data(component.selection)
