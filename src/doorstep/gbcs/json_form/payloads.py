"""The kinds of payload in JSON: an object with one member, which is named for the kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from doorstep.errors import EncodeError
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.json_form.at import At, JsonObject
from doorstep.gbcs.json_form.dlms import (
    read_notification,
    read_request,
    read_response,
    write_notification,
    write_request,
    write_response,
)
from doorstep.gbcs.json_form.gbz import read_gbz, write_gbz
from doorstep.gbcs.json_form.layouts import UNPARSED
from doorstep.gbcs.json_form.octets import read_octets
from doorstep.gbcs.payloads import Payload, Unparsed, asn1
from doorstep.gbcs.payloads.asn1 import Asn1Payload, Departure
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse, DataNotification
from doorstep.gbcs.payloads.gbz import GbzPayload

__all__ = ["read_payload", "write_payload"]


class _Kind(NamedTuple):
    """One kind of payload: its name in JSON, its class, and how it is written and read again."""

    name: str
    python: type[Payload]
    write: Callable[[Any], Any]
    read: Callable[[At, GroupingHeader], Payload]


def write_payload(payload: Payload) -> JsonObject:
    """A payload under the name of its kind."""
    kind = _BY_CLASS[type(payload)]
    return {kind.name: kind.write(payload)}


def read_payload(at: At, header: GroupingHeader) -> Payload:
    """The payload that :func:`write_payload` wrote; raises :class:`EncodeError` with the path."""
    name, inner = at.sole()
    kind = _BY_NAME.get(name)
    if kind is None:
        raise at.wrong(f"{name[:40]!r} is none of {', '.join(_BY_NAME)}")
    return kind.read(inner, header)


# -- the kinds that need no file of their own -------------------------------------------------------


def _write_asn1(payload: Asn1Payload) -> JsonObject:
    written: JsonObject = {"type": payload.type_name, "value": asn1.plain(payload.value)}
    if payload.departures:
        written["departures"] = [
            {"before_end": departure.before_end, "length_octets": departure.length_octets}
            for departure in payload.departures
        ]
    return written


def _read_asn1(at: At, header: GroupingHeader) -> Asn1Payload:
    members = at.members("type", "value", optional=("departures",))
    departures = members["departures"].items() if "departures" in members else []
    noted = tuple(map(_read_departure, departures))
    try:
        payload = asn1.build(header.message_code, header.cra, members["value"].value, noted)
    except EncodeError as error:
        raise members["value"].wrong(f"{error.field}: {error.detail}") from None
    except OverflowError:
        # What a time with an offset, at the very edge of the calendar, becomes in UTC.
        raise members["value"].wrong("a time in it is outside the calendar") from None
    if members["type"].text() != payload.type_name:
        raise members["type"].wrong(f"with this Message Code and CRA Flag it is {payload.type_name}")
    return payload


def _read_departure(at: At) -> Departure:
    members = at.members("before_end", "length_octets")
    try:
        return Departure(members["before_end"].integer(0, 0xFFFF), members["length_octets"].integer(0, 5))
    except EncodeError as error:
        raise at.wrong(error.detail) from None


_KINDS: Final = (
    _Kind("access_request", AccessRequest, write_request, lambda at, _header: read_request(at)),
    _Kind("access_response", AccessResponse, write_response, lambda at, _header: read_response(at)),
    _Kind(
        "data_notification", DataNotification, write_notification, lambda at, _header: read_notification(at)
    ),
    _Kind("gbz", GbzPayload, write_gbz, lambda at, _header: read_gbz(at)),
    _Kind("asn1", Asn1Payload, _write_asn1, _read_asn1),
    _Kind(
        UNPARSED,
        Unparsed,
        lambda payload: payload.data.hex(),
        lambda at, _header: Unparsed(read_octets(at)),
    ),
)
_BY_CLASS: Final[dict[type, _Kind]] = {kind.python: kind for kind in _KINDS}
_BY_NAME: Final = {kind.name: kind for kind in _KINDS}
