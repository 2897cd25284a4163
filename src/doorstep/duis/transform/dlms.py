"""The words in which a mapping row says an Access-Request: components, and where their data comes from.

A source is either a constant or a function of the request; :func:`text`, :func:`number` and the others
make such functions from the path of an element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from doorstep.duis.request import Request
from doorstep.duis.simple_type import BOOLEAN, INTEGER, TEXT
from doorstep.duis.transform.known import Known
from doorstep.errors import Unsupported, XmlError
from doorstep.gbcs import times
from doorstep.gbcs.payloads.axdr import BitString, Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component, Obis, invoke_id

__all__ = [
    "CANCEL_DATE",
    "NULL",
    "Part",
    "Source",
    "access_request",
    "act",
    "activation",
    "array",
    "bits",
    "double_long",
    "enum",
    "flag",
    "get",
    "long_unsigned",
    "number",
    "obis",
    "octets",
    "put",
    "structure",
    "text",
]

Source = Data | Callable[[Request, Known], Data]

NULL: Final = Data(Tag.NULL_DATA)

CANCEL_DATE: Final = times.from_iso("3000-12-31T00:00:00Z")
"""The execution date by which a request asks to cancel what is pending."""


class Part(Struct, frozen=True):
    """One component of an Access-Request, its data still to come from the request."""

    action: Action
    class_id: int
    obis: Obis
    attribute: int
    source: Source = NULL


def get(class_id: int, name: str, attribute: int) -> Part:
    """Read an attribute."""
    return Part(Action.GET, class_id, Obis.parse(name), attribute)


def put(class_id: int, name: str, attribute: int, source: Source) -> Part:
    """Set an attribute."""
    return Part(Action.SET, class_id, Obis.parse(name), attribute, source)


def act(class_id: int, name: str, method: int, source: Source) -> Part:
    """Invoke a method."""
    return Part(Action.ACTION, class_id, Obis.parse(name), method, source)


def access_request(parts: Iterable[Part], request: Request, known: Known, counter: int) -> AccessRequest:
    """The payload that the parts make of a request; ``counter`` is the message's Originator Counter."""
    components = tuple(
        Component(part.action, part.class_id, part.obis, part.attribute, resolve(part.source, request, known))
        for part in parts
    )
    return AccessRequest(invoke_id(counter), components)


def resolve(source: Source, request: Request, known: Known) -> Data:
    """The data that a source gives for a request."""
    return source if isinstance(source, Data) else source(request, known)


# -- constants ----------------------------------------------------------------------------------


def enum(value: int) -> Data:
    """An enum."""
    return Data(Tag.ENUM, value)


def long_unsigned(value: int) -> Data:
    """A long-unsigned, 16 bits."""
    return Data(Tag.LONG_UNSIGNED, value)


def double_long(value: int) -> Data:
    """A double-long, 32 bits with a sign."""
    return Data(Tag.DOUBLE_LONG, value)


def octets(value: bytes) -> Data:
    """An octet-string."""
    return Data(Tag.OCTET_STRING, value)


def obis(name: str) -> Data:
    """A logical name as an octet-string."""
    return octets(bytes(Obis.parse(name)))


def bits(pattern: str) -> Data:
    """A bit-string written as ``110``."""
    size = (len(pattern) + 7) // 8
    return Data(
        Tag.BIT_STRING, BitString(len(pattern), int(pattern.ljust(size * 8, "0"), 2).to_bytes(size, "big"))
    )


def structure(*items: Data) -> Data:
    """A structure of constants."""
    return Data(Tag.STRUCTURE, items)


def array(*items: Data) -> Data:
    """An array of constants."""
    return Data(Tag.ARRAY, items)


# -- what the request says ------------------------------------------------------------------------


def text(path: str) -> Source:
    """An octet-string of the element's characters, which must be of ASCII. Raises :class:`XmlError`."""

    def source(request: Request, _known: Known) -> Data:
        characters = request.body.value_of(path, TEXT)
        if not characters.isascii():
            raise XmlError(f"{request.body.name}/{path}: a meter takes ASCII characters only")
        return octets(characters.encode("ascii"))

    return source


def number(tag: Tag, path: str) -> Source:
    """A number of the given type."""
    return lambda request, _known: Data(tag, request.body.value_of(path, INTEGER))


def flag(request: Request, path: str) -> bool:
    """The truth of a boolean element."""
    return request.body.value_of(path, BOOLEAN)


def activation(request: Request, _known: Known) -> Data:
    """When the values set before it take effect: at once, at the execution time, or never (cancel)."""
    moment = request.execution_date_time
    if moment is None:
        return octets(times.IMMEDIATE)
    if moment == CANCEL_DATE:
        return octets(times.CANCEL)
    if moment % 1000:
        raise Unsupported("an execution time has whole seconds: a COSEM date-time carries no less")
    return octets(times.cosem_date_time(moment))
