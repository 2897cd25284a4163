"""The words in which a mapping row says an Access-Request: components, and where their data comes from.

A source is either a constant or a function of the request; :func:`text`, :func:`number` and the others
make such functions from the path of an element, and :func:`together` joins several into one value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from msgspec import Struct

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import BOOLEAN, DATE_TIME, EUI, INTEGER, TEXT, SimpleType, one_of
from doorstep.duis.transform.known import Known
from doorstep.errors import InputError, Unsupported, XmlError
from doorstep.gbcs import times
from doorstep.gbcs.payloads.axdr import BitString, Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component, Obis, invoke_id

__all__ = [
    "ASCII",
    "CANCEL_DATE",
    "EUI",
    "FALSE",
    "HEX",
    "NULL",
    "TRUE",
    "Part",
    "Source",
    "access_request",
    "act",
    "activation",
    "array",
    "bits",
    "choice",
    "decimal",
    "double_long",
    "double_long_unsigned",
    "element_at",
    "enum",
    "flag",
    "get",
    "integer",
    "long",
    "long_unsigned",
    "moment",
    "number",
    "obis",
    "octet_string",
    "octets",
    "put",
    "resolve",
    "scaled",
    "select",
    "structure",
    "text",
    "together",
    "unsigned",
    "whole_seconds",
]

Octets = TypeVar("Octets", bound=bytes)
Source = Data | Callable[[Request, Known], Data]

_RANGE_DESCRIPTOR: Final = 1  # the access selector of a profile's entries within a range

NULL: Final = Data(Tag.NULL_DATA)
TRUE: Final = Data(Tag.BOOLEAN, 0xFF)
FALSE: Final = Data(Tag.BOOLEAN, 0x00)

CANCEL_DATE: Final = times.from_iso("3000-12-31T00:00:00Z")
"""The execution date by which a request asks to cancel what is pending."""


class Part(Struct, frozen=True):
    """One component of an Access-Request, its data still to come from the request.

    A ``selection`` makes it a GET of the part of an attribute that the selection says.
    """

    action: Action
    class_id: int
    obis: Obis
    attribute: int
    source: Source = NULL
    selection: Source | None = None


def get(class_id: int, name: str, attribute: int) -> Part:
    """Read an attribute."""
    return Part(Action.GET, class_id, Obis.parse(name), attribute)


def select(class_id: int, name: str, attribute: int, selection: Source) -> Part:
    """Read the entries of an attribute that are in the range that ``selection`` gives."""
    return Part(Action.GET_WITH_SELECTION, class_id, Obis.parse(name), attribute, NULL, selection)


def put(class_id: int, name: str, attribute: int, source: Source) -> Part:
    """Set an attribute."""
    return Part(Action.SET, class_id, Obis.parse(name), attribute, source)


def act(class_id: int, name: str, method: int, source: Source) -> Part:
    """Invoke a method."""
    return Part(Action.ACTION, class_id, Obis.parse(name), method, source)


def access_request(parts: Iterable[Part], request: Request, known: Known, counter: int) -> AccessRequest:
    """The payload that the parts make of a request; ``counter`` is the message's Originator Counter.

    Raises :class:`XmlError` where there are no parts: for a request that asks for nothing.
    """
    components = tuple(_component(part, request, known) for part in parts)
    if not components:
        raise XmlError(f"{request.body.name} asks for nothing")
    return AccessRequest(invoke_id(counter), components)


def _component(part: Part, request: Request, known: Known) -> Component:
    data = resolve(part.source, request, known)
    if part.selection is None:
        return Component(part.action, part.class_id, part.obis, part.attribute, data)
    chosen = resolve(part.selection, request, known)
    return Component(part.action, part.class_id, part.obis, part.attribute, data, _RANGE_DESCRIPTOR, chosen)


def resolve(source: Source, request: Request, known: Known) -> Data:
    """The data that a source gives for a request."""
    return source if isinstance(source, Data) else source(request, known)


# -- constants ----------------------------------------------------------------------------------


def enum(value: int) -> Data:
    """An enum."""
    return Data(Tag.ENUM, value)


def integer(value: int) -> Data:
    """An integer, 8 bits with a sign."""
    return Data(Tag.INTEGER, value)


def unsigned(value: int) -> Data:
    """An unsigned, 8 bits."""
    return Data(Tag.UNSIGNED, value)


def long_unsigned(value: int) -> Data:
    """A long-unsigned, 16 bits."""
    return Data(Tag.LONG_UNSIGNED, value)


def long(value: int) -> Data:
    """A long, 16 bits with a sign."""
    return Data(Tag.LONG, value)


def double_long(value: int) -> Data:
    """A double-long, 32 bits with a sign."""
    return Data(Tag.DOUBLE_LONG, value)


def double_long_unsigned(value: int) -> Data:
    """A double-long-unsigned, 32 bits."""
    return Data(Tag.DOUBLE_LONG_UNSIGNED, value)


def octets(value: bytes) -> Data:
    """An octet-string."""
    return Data(Tag.OCTET_STRING, value)


def obis(name: str) -> Data:
    """A logical name as an octet-string."""
    return octets(bytes(Obis.parse(name)))


def bits(pattern: str) -> Data:
    """A bit-string written as ``110``."""
    size = (len(pattern) + 7) // 8
    value = int(pattern.ljust(size * 8, "0") or "0", 2)
    return Data(Tag.BIT_STRING, BitString(len(pattern), value.to_bytes(size, "big")))


def structure(*items: Data) -> Data:
    """A structure of constants."""
    return Data(Tag.STRUCTURE, items)


def array(*items: Data) -> Data:
    """An array of constants."""
    return Data(Tag.ARRAY, items)


# -- what the request says ------------------------------------------------------------------------


def text(path: str, tag: Tag = Tag.OCTET_STRING) -> Source:
    """The element's characters, which must be of ASCII, in an octet-string unless ``tag`` says otherwise."""
    return lambda request, _known: Data(tag, request.body.value_of(path, ASCII))


def octet_string(path: str, kind: SimpleType[Octets]) -> Source:
    """An octet-string of the bytes that the element's text stands for."""
    return lambda request, _known: octets(request.body.value_of(path, kind))


def number(tag: Tag, path: str) -> Source:
    """A number of the given type."""
    return lambda request, _known: Data(tag, request.body.value_of(path, INTEGER))


def decimal(tag: Tag, path: str, places: int) -> Source:
    """A decimal fraction as a whole number of its smallest unit, ``places`` digits below the point."""
    kind = scaled(places)
    return lambda request, _known: Data(tag, request.body.value_of(path, kind))


def choice(path: str, options: Mapping[str, Data]) -> Source:
    """The data that stands for the value of an enumeration."""
    kind = one_of(options, " or ".join(options))
    return lambda request, _known: options[request.body.value_of(path, kind)]


def element_at(path: str, encode: Callable[[Element], Data]) -> Source:
    """What ``encode`` makes of the element at a path."""
    return lambda request, _known: encode(request.body.child(path))


def together(tag: Tag, *sources: Source) -> Source:
    """An array or a structure of what the sources give."""
    return lambda request, known: Data(tag, tuple(resolve(source, request, known) for source in sources))


def flag(request: Request, path: str) -> bool:
    """The truth of a boolean element."""
    return request.body.value_of(path, BOOLEAN)


def moment(path: str) -> Source:
    """The COSEM date-time of an element."""
    return lambda request, _known: octets(times.cosem_date_time(whole_seconds(request.body, path)))


def activation(request: Request, _known: Known) -> Data:
    """When the values set before it take effect: at once, at the execution time, or never (cancel)."""
    if request.execution_date_time is None:
        return octets(times.IMMEDIATE)
    if request.execution_date_time == CANCEL_DATE:
        return octets(times.CANCEL)
    return octets(times.cosem_date_time(whole_seconds(request.body, "ExecutionDateTime")))


def whole_seconds(body: Element, path: str) -> times.Instant:
    """The instant of a date and time that has no fraction of a second, since no GBCS time carries one."""
    instant = body.value_of(path, DATE_TIME)
    if instant % 1000:
        raise Unsupported(f"{path} has a fraction of a second, which no GBCS time carries")
    return instant


# -- how values are written that DUIS has no simple type for ----------------------------------------


def _ascii(value: str) -> bytes:
    if not value.isascii():
        raise InputError("a meter takes ASCII characters only")
    return TEXT.parse(value).encode("ascii")


def _hex(value: str) -> bytes:
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", value):
        raise InputError(f"text of {len(value)} characters is not bytes in hexadecimal digits")
    return bytes.fromhex(value)


def scaled(places: int) -> SimpleType[int]:
    """A decimal fraction, zero or more, in units of its last place, ``places`` digits below the point.

    It is written in any way that ``xs:decimal`` allows: ``.5`` and ``+0.50`` are the same number.
    """

    def parse(value: str) -> int:
        if not _DECIMAL.fullmatch(value):
            raise InputError(f"{value[:40]!r} is not a decimal number")
        units = Decimal(value).scaleb(places)
        if units < 0:
            raise InputError(f"{value[:40]!r} is less than nothing")
        if units % 1:
            raise InputError(f"{value[:40]!r} has more than {places} decimal places")
        return int(units)

    return SimpleType(parse, lambda value: str(Decimal(value).scaleb(-places)))


_DECIMAL: Final = re.compile(r"[+-]?(?=\.?[0-9])[0-9]{0,12}(?:\.[0-9]{0,12})?")

ASCII: Final = SimpleType(_ascii, bytes.decode, keeps_white_space=True)
"""A text of ASCII characters, white space included, as its bytes."""
HEX: Final = SimpleType(_hex, bytes.hex)
"""Bytes as hexadecimal digits."""
