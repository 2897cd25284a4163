"""A stop's events in words, for its log: what kind, and the fields that matter, as text and numbers.

Messages show by what their headers say, which is in clear on every link anyway; no payload, no document
and no UTRN (which is worth its money to whoever reads it) comes into a log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs.headline import headline
from doorstep.road.hub.routing import Decision
from doorstep.road.machine import Note
from doorstep.road.ppmid.events import Displayed, KeyedIn, Result
from doorstep.road.supplier.delivery import Delivery
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.zcl import Frame

__all__ = ["Fields", "fields_of", "message_words", "word_of"]

Fields = dict[str, str | int | bool]


def word_of(event: Struct) -> str:
    """The event in a word or two: its class's name in small letters."""
    name = type(event).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def fields_of(event: Struct) -> Fields:
    """What the event says, by the names of its fields; empty ones are left out."""
    return {name: value for name, value in _fields(event) if value not in ("", None)}


def message_words(data: bytes) -> str:
    """A GBCS message in a line, with who sends it to whom; of anything else just how much it is."""
    try:
        return headline(data, parties=True)
    except DoorstepError:
        return f"{len(data)} bytes"


def _fields(event: Struct) -> Iterator[tuple[str, Any]]:
    chosen = _CHOSEN.get(type(event))
    if chosen is not None:
        yield from chosen(event)
        return
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, Struct):
            yield from _fields(value)
        elif name == "alert":
            yield name, f"0x{value:04X}"
        else:
            yield name, _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Eui):
        return str(value)
    if isinstance(value, bytes):
        return message_words(value) if value else ""
    if isinstance(value, Enum):
        return value.value
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def _asdu(asdu: Asdu) -> Iterator[tuple[str, Any]]:
    yield "from", str(asdu.source)
    yield "to", str(asdu.destination)
    cluster = CLUSTERS.get(asdu.cluster)
    yield "cluster", cluster.name if cluster is not None else f"0x{asdu.cluster:04X}"
    yield "command", _command(asdu)


def _command(asdu: Asdu) -> str:
    cluster = CLUSTERS.get(asdu.cluster)
    try:
        frame = Frame.from_bytes(asdu.payload)
        if frame.cluster_specific and cluster is not None:
            command: Any = cluster.command_in(frame)
        else:
            command = frame.general_command
    except DoorstepError:
        return f"{len(asdu.payload)} bytes"
    carried = getattr(command, "data", b"")
    words = f" {message_words(carried)}" if isinstance(carried, bytes) and carried else ""
    return type(command).__name__ + words


def _note(note: Note) -> Iterator[tuple[str, Any]]:
    yield "what", note.what
    yield "why", note.why
    yield "about", _plain(note.about)
    yield "code", f"0x{note.code:04X}" if note.code is not None else None


def _keyed_in(keyed: KeyedIn) -> Iterator[tuple[str, Any]]:
    yield "action", keyed.action.value
    yield "fuel", keyed.fuel.value


def _result(result: Result) -> Iterator[tuple[str, Any]]:
    yield from _keyed_in(result.keyed)
    yield "succeeded", result.succeeded
    yield "words", result.words


def _displayed(displayed: Displayed) -> Iterator[tuple[str, Any]]:
    for fuel, meter in (("electricity", displayed.display.electricity), ("gas", displayed.display.gas)):
        if meter is not None:
            for name in meter.__struct_fields__:
                value = getattr(meter, name)
                if name != "read":
                    named = isinstance(value, Enum)
                    yield f"{fuel}_{name}", value.name.lower() if named else _plain(value)


def _decision(decision: Decision) -> Iterator[tuple[str, Any]]:
    yield "fate", decision.fate.value
    yield "why", decision.why


def _delivery(delivery: Delivery) -> Iterator[tuple[str, Any]]:
    yield "delivery", delivery.name
    yield "state", delivery.state.value
    yield "evidence", delivery.evidence.value
    yield "use_case", delivery.use_case
    yield "reason", delivery.reason


_CHOSEN: Final[dict[type, Callable[[Any], Iterator[tuple[str, Any]]]]] = {
    Asdu: _asdu,
    Note: _note,
    Decision: _decision,
    Delivery: _delivery,
    Displayed: _displayed,
    KeyedIn: _keyed_in,
    Result: _result,
}
