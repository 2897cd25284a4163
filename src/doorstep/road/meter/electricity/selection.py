"""Selective access: which entries of a log a Command asks for, as a span of time."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import Component, Obis
from doorstep.gbcs.times import Instant, from_cosem_date_time, from_utc2000
from doorstep.road.device.objects import Refused, Result

__all__ = ["Span", "by_clock", "by_date"]

_BY_RANGE: Final = 1
"""The selector of a range descriptor."""
_BY_DATE: Final = Data(Tag.ENUM, 1)
"""The restriction type of a span of dates."""
_NULL: Final = Data(Tag.NULL_DATA)

_CLOCK: Final = Data(
    Tag.STRUCTURE,
    (
        Data(Tag.LONG_UNSIGNED, 1),
        Data(Tag.OCTET_STRING, bytes(Obis.parse("0-0:94.44.100.255"))),
        Data(Tag.INTEGER, 2),
        Data(Tag.LONG_UNSIGNED, 0),
    ),
)
"""The object that a log is restricted by: the clock, in seconds since 2000."""


class Span(Struct, frozen=True):
    """From when to when, both included; one that ends before it starts holds nothing."""

    start: Instant
    end: Instant


def by_clock(component: Component) -> Span:
    """The span of a GET with selection; raises :class:`Refused` for any other selection."""
    match (component.selection or _NULL).value:
        case (restricting, start, end, Data(tag=Tag.ARRAY) as of):
            pass
        case _:
            raise Refused(Result.TYPE_UNMATCHED, "a log is read by a range of its clock")
    if component.selector != _BY_RANGE or restricting != _CLOCK or of.value:
        raise Refused(Result.OTHER_REASON, "a log is read whole entries at a time, by a range of its clock")
    return Span(_seconds(start), _seconds(end))


def by_date(restriction: Data) -> Span:
    """The span of the restriction of a protected attribute; raises :class:`Refused` for any other."""
    match restriction.value:
        case (kind, Data(tag=Tag.STRUCTURE, value=(start, end))) if kind == _BY_DATE:
            return Span(_date(start), _date(end))
        case _:
            raise Refused(Result.TYPE_UNMATCHED, "a log is restricted by two dates")


def _seconds(data: Data) -> Instant:
    if data.tag is not Tag.DOUBLE_LONG_UNSIGNED or not isinstance(data.value, int):
        raise Refused(Result.TYPE_UNMATCHED, "a range is between two numbers of seconds")
    return from_utc2000(data.value)


def _date(data: Data) -> Instant:
    try:
        instant = from_cosem_date_time(data.value if isinstance(data.value, bytes) else b"")
    except DecodeError as error:
        raise Refused(Result.TYPE_UNMATCHED, str(error)) from None
    if instant is None:
        raise Refused(Result.OTHER_REASON, "a span has a beginning and an end")
    return instant
