"""The Alerts that the hub sends of its own accord, as rows: for which event, by which Function, what it says.

Whom an Alert is for and what one of them says beyond its code is in no public text, where a row says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.keys import Role
from doorstep.gbcs.message import peek
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.times import Instant
from doorstep.road.device import notification
from doorstep.road.hub.chf_objects import backup
from doorstep.road.hub.function import Function
from doorstep.road.hub.state import ChfState
from doorstep.road.hub.uplink import Uplink
from doorstep.road.machine import Note

__all__ = ["DEVICE_LOG_CHANGED", "NOT_DELIVERED", "NOT_RETRIEVED", "Alerts"]

DEVICE_LOG_CHANGED: Final = 0x8F12
NOT_DELIVERED: Final = 0x8F84
NOT_RETRIEVED: Final = 0x819D


class _Row(Struct, frozen=True):
    """An Alert's Message Code, and the details that it adds to code and time."""

    message_code: int
    details: Callable[[Function[ChfState], bytes, Instant], tuple[Data, ...]]


def _nothing(_chf: Function[ChfState], _about: bytes, _now: Instant) -> tuple[Data, ...]:
    return ()


def _device_log(chf: Function[ChfState], _about: bytes, now: Instant) -> tuple[Data, ...]:
    """CS14: a backup of the log, from which CCS03 can restore it on another hub."""
    return (backup(chf.state, chf.state.devices.others, now),)


def _undelivered(_chf: Function[ChfState], about: bytes, _now: Instant) -> tuple[Data, ...]:
    """A choice: of the undelivered message its Message Code, Originator Counter and both identifiers."""
    try:
        header = peek(about)
    except DecodeError:
        return ()
    parts = (
        header.message_code.to_bytes(2, "big"),
        header.originator_counter.to_bytes(8, "big"),
        header.business_originator_id,
        header.business_target_id,
    )
    return (Data(Tag.OCTET_STRING, b"".join(parts)),)


_ROWS: Final[Mapping[int, _Row]] = MappingProxyType(
    {
        DEVICE_LOG_CHANGED: _Row(0x0018, _device_log),
        NOT_DELIVERED: _Row(0x00D5, _undelivered),
        NOT_RETRIEVED: _Row(0x1001, _nothing),  # a choice: the generic non-critical Alert
    }
)


class Alerts:
    """Sends the CHF's Alerts to the Access Control Broker, the one remote party that it knows."""

    def __init__(self, chf: Function[ChfState], own: Eui, uplink: Uplink) -> None:
        self._chf = chf
        self._own = own
        self._uplink = uplink

    def tell(self, event: Note, now: Instant) -> None:
        """Send the Alert for an event, where there is one for it."""
        row = _ROWS.get(event.code or 0)
        recipient = self._chf.state.cells.party(Role.ACCESS_CONTROL_BROKER)
        if row is None or recipient is None or not self._chf.has_keys:
            return
        code = event.code

        def say(counter: int) -> Payload:
            assert code is not None
            return notification(code, counter, now, *row.details(self._chf, event.about, now))

        message, entries = self._chf.alert(row.message_code, say, recipient)
        self._uplink.send(message, peek(message), self._own, now, entries)
