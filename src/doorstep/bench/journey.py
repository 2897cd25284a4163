"""A journey as lines: each hop of a case in words, with its bytes, and what each stop did about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from msgspec import Struct

from doorstep import gbcs
from doorstep.bench.records import Hop, Record, Remark
from doorstep.duis.request import parse_request
from doorstep.duis.response import DccAlert, DeviceAlert, parse_response
from doorstep.errors import DoorstepError
from doorstep.gbcs.headline import headline
from doorstep.gbcs.times import Instant
from doorstep.road.hub.events import Routed
from doorstep.road.machine import Note
from doorstep.road.meter.events import Executed, Rejected
from doorstep.road.ppmid.display import MeterDisplay
from doorstep.road.ppmid.events import Displayed, Report, Result
from doorstep.road.supplier.events import Hand, Progress
from doorstep.zigbee import gsme
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.clusters.tunneling import TransferData
from doorstep.zigbee.zcl import DefaultResponse, Frame

__all__ = ["Line", "lines"]


class Line(Struct, frozen=True):
    """One line: a hop where ``receiver`` is set, else what ``stop`` did; ``data`` are the bytes concerned."""

    at: Instant
    stop: str
    receiver: str
    medium: str
    what: str
    data: bytes = b""


def lines(records: Iterable[Record]) -> Iterator[Line]:
    """The records as lines, in order of arrival."""
    for record in sorted(records, key=_when):
        if isinstance(record, Hop):
            what, data = _item(record.item, record.medium)
            yield Line(record.arrived, record.sender, record.receiver, record.medium, what, data)
        else:
            yield from _remark(record)


def _when(record: Record) -> Instant:
    return record.arrived if isinstance(record, Hop) else record.at


def _message(message: bytes) -> str:
    """A GBCS message, or a block of one, in a few words."""
    try:
        return headline(message)
    except DoorstepError as error:
        return f"not a GBCS message: {error}"


def _item(item: Any, medium: str) -> tuple[str, bytes]:
    if isinstance(item, Asdu):
        return _asdu(item)
    if isinstance(item, Hand):
        return f"hand over: {_message(item.command)}", item.command
    if isinstance(item, Report):
        words = f"report: {item.stage.value}" + (f" ({item.detail})" if item.detail else "")
        return words, item.message
    if medium == "WAN":
        return _message(item), item
    if isinstance(item, tuple):
        status, body = item
        words, data = _response(body) if body else ("no body", b"")
        return f"{status}: {words}", data
    return _response(item) if medium == "HTTP receive" else _request(item)


def _asdu(asdu: Asdu) -> tuple[str, bytes]:
    try:
        frame = Frame.from_bytes(asdu.payload)
        cluster = CLUSTERS.get(asdu.cluster)
        specific = frame.cluster_specific and cluster is not None
        command: Any = cluster.command_in(frame) if specific and cluster else frame.general_command
    except DoorstepError as error:
        return f"unreadable: {error}", asdu.payload
    if isinstance(command, TransferData):
        return f"TransferData on tunnel {command.tunnel_id}: {_transferred(command.data)}", asdu.payload
    if isinstance(command, DefaultResponse):
        return f"Default Response, status 0x{command.status:02X}", asdu.payload
    of_cluster = f" of {cluster.name}" if cluster is not None and not specific else ""
    return f"{type(command).__name__}{of_cluster}", asdu.payload


def _transferred(data: bytes) -> str:
    """What goes down a tunnel: a message, or one of the forms of a gas meter that sleeps."""
    try:
        form = gsme.from_bytes(data)
    except DoorstepError:
        return _message(data)
    match form:
        case gsme.GetResponse(remaining=remaining, message=message):
            what = _message(message) if message else "nothing"
            return f"GET-RESPONSE, {remaining} remaining: {what}"
        case gsme.Put(message=message):
            return f"PUT: {_message(message)}"
    return "GET"


def _request(document: bytes) -> tuple[str, bytes]:
    """What a request asks for, and the GBCS bytes in it."""
    request = parse_request(document)
    words = (
        f"CV{request.command_variant}, SRV {request.service_reference_variant} {request.body.name}, "
        f"XML of {len(document)} bytes"
    )
    return words, request.gbcs_payload or b""


def _response(document: bytes) -> tuple[str, bytes]:
    """What a response says, and the GBCS bytes in it."""
    response = parse_response(document)
    body = response.body
    if isinstance(body, DccAlert):
        return f"DCCAlert {body.code} {body.alert.name}", b""
    if isinstance(body, DeviceAlert):
        return f"DeviceAlert 0x{body.alert_code:04X}", body.payload
    content = body.content
    name = f"{type(content).__name__}, " if content is not None else ""
    payload = getattr(content, "payload", b"")
    return f"{response.code}, {name}XML of {len(document)} bytes", payload


def _shown(displayed: Displayed) -> tuple[str, bytes]:
    """What a display shows of each meter: how the home pays, what is left, and whether there is supply."""
    meters = {"electricity": displayed.display.electricity, "gas": displayed.display.gas}
    return "shows " + "; ".join(f"{name}: {_meter(one)}" for name, one in meters.items() if one), b""


def _meter(meter: MeterDisplay) -> str:
    said = [
        meter.payment_mode and f"{meter.payment_mode.value} mode",
        meter.balance is not None and f"balance {meter.balance:.2f} pounds",
        meter.supply is not None and f"supply {meter.supply.name.lower().replace('_', ' ')}",
        meter.stale and "not read for long",
    ]
    return ", ".join(part for part in said if part) or "nothing yet"


_WORDS: Final[dict[type, Callable[[Any], tuple[str, bytes]]]] = {
    Note: lambda note: (f"{note.what}: {note.why}", note.about),
    Routed: lambda routed: (
        f"rule: from {routed.source.value}, {routed.decision.fate.value} ({routed.decision.why})",
        b"",
    ),
    Executed: lambda done: (
        "checked target, Message Code, role, signature, MAC and counter; then executed"
        if gbcs.decode(done.command).signature
        else "checked target, Message Code, role, MAC and counter; then executed",
        done.command,
    ),
    Rejected: lambda refused: (f"not executed: {refused.why} (alert 0x{refused.alert:04X})", b""),
    Displayed: _shown,
    Result: lambda result: (f"keyed in {result.keyed.action.value}: {result.words}", b""),
    Progress: lambda progress: (
        f"{progress.delivery.state.value}; evidence: {progress.delivery.evidence.value}"
        + (f"; {progress.delivery.reason}" if progress.delivery.reason else ""),
        b"",
    ),
}


def _remark(remark: Remark) -> Iterator[Line]:
    words = _WORDS.get(type(remark.event))
    said_better = isinstance(remark.event, Note) and remark.event.what == "executed"
    if words is not None and not said_better:
        what, data = words(remark.event)
        yield Line(remark.at, remark.stop, "", "", what, data)
