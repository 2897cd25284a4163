"""The Alerts that the hub sends of its own accord, as rows: for which event, by which Function, what it says.

Whom an Alert is for and what one of them says beyond its code is in no public text, where a row says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, structs

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra
from doorstep.gbcs.keys import Role
from doorstep.gbcs.message import peek
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.payloads.asn1 import build
from doorstep.gbcs.payloads.asn1.devices import DeviceLogBackupAlert, DeviceLogEntry
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.gbz import Alert, GbzPayload
from doorstep.gbcs.times import Instant, seconds_since_2000
from doorstep.road.device import notification
from doorstep.road.hub.chf_objects import backup
from doorstep.road.hub.function import Function
from doorstep.road.hub.gas_proxy import TAP_OFF_FAILED
from doorstep.road.hub.gpf_state import GpfState
from doorstep.road.hub.state import ChfState
from doorstep.road.hub.uplink import Uplink
from doorstep.road.machine import Note

__all__ = ["DEVICE_LOG_CHANGED", "GPF_DEVICE_LOG_CHANGED", "NOT_DELIVERED", "NOT_RETRIEVED", "Alerts"]

DEVICE_LOG_CHANGED: Final = 0x8F12
NOT_DELIVERED: Final = 0x8F84
NOT_RETRIEVED: Final = 0x819D
GPF_DEVICE_LOG_CHANGED: Final = 0x8071


class _Row(Struct, frozen=True):
    """An Alert's Message Code, what it says for an event, whether the GPF sends it and not the CHF.

    One that ``settles`` is owed from the change on that it tells of, and is not owed any more when it is
    written down.
    """

    message_code: int
    say: Callable[[Alerts, Note, int, Instant], Payload]
    by_gpf: bool = False
    recipient: Role = Role.ACCESS_CONTROL_BROKER
    settles: bool = False


def _bare(_alerts: Alerts, event: Note, counter: int, now: Instant) -> Payload:
    return notification(event.code or 0, counter, now)


def _device_log(alerts: Alerts, event: Note, counter: int, now: Instant) -> Payload:
    """CS14: a backup of the log, from which CCS03 can restore it on another hub."""
    state = alerts.chf.state
    saved = backup(state, state.devices.others, now)
    return notification(event.code or 0, counter, now, saved)


def _undelivered(_alerts: Alerts, event: Note, counter: int, now: Instant) -> Payload:
    """A choice: of the undelivered message its Message Code, Originator Counter and both identifiers."""
    header = peek(event.about)
    parts = (
        header.message_code.to_bytes(2, "big"),
        header.originator_counter.to_bytes(8, "big"),
        header.business_originator_id,
        header.business_target_id,
    )
    return notification(event.code or 0, counter, now, Data(Tag.OCTET_STRING, b"".join(parts)))


def _in_gbz(_alerts: Alerts, event: Note, _counter: int, now: Instant) -> Payload:
    return GbzPayload(alert=Alert(event.code or 0, seconds_since_2000(now)))


def _gpf_device_log(alerts: Alerts, event: Note, _counter: int, now: Instant) -> Payload:
    """GCS62: the GPF Device Log, from which GCS59 can restore it on another hub."""
    entries = tuple(DeviceLogEntry(eui, kind) for eui, kind in alerts.gpf.state.devices)
    when = (_EPOCH + now * _MILLISECOND).replace(microsecond=0)
    return build(0x00B2, Cra.ALERT, DeviceLogBackupAlert(event.code or 0, when, entries))


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

_GENERIC: Final = 0x1001
"""A choice where no Message Code is known: the generic non-critical Alert."""

_ROWS: Final[Mapping[int, _Row]] = MappingProxyType(
    {
        DEVICE_LOG_CHANGED: _Row(0x0018, _device_log, settles=True),
        NOT_DELIVERED: _Row(0x00D5, _undelivered),
        NOT_RETRIEVED: _Row(_GENERIC, _bare),
        TAP_OFF_FAILED: _Row(_GENERIC, _in_gbz, by_gpf=True, recipient=Role.SUPPLIER),
        GPF_DEVICE_LOG_CHANGED: _Row(0x00B2, _gpf_device_log, by_gpf=True, settles=True),
    }
)


class Alerts:
    """Sends the Alerts of ``chf`` and ``gpf``.

    The CHF knows one remote party, the Access Control Broker. That the GPF tells the supplier what it
    could not tap off is a choice.
    """

    def __init__(
        self,
        chf: Function[ChfState],
        chf_eui: Eui,
        gpf: Function[GpfState],
        gpf_eui: Eui,
        uplink: Uplink,
    ) -> None:
        self.chf, self._chf_eui = chf, chf_eui
        self.gpf, self._gpf_eui = gpf, gpf_eui
        self._uplink = uplink

    def owed(self) -> list[int]:
        """The codes of events whose Alerts were owed when the hub was switched off."""
        functions: tuple[tuple[Function[Any], int], ...] = (
            (self.chf, DEVICE_LOG_CHANGED),
            (self.gpf, GPF_DEVICE_LOG_CHANGED),
        )
        return [code for function, code in functions if function.state.alert_owed and function.has_keys]

    def tell(self, event: Note, now: Instant) -> None:
        """Send the Alert for an event, where there is one for it."""
        row = _ROWS.get(event.code or 0)
        if row is None:
            return
        function: Function[Any] = self.gpf if row.by_gpf else self.chf
        recipient = function.state.cells.party(row.recipient)
        if recipient is None or not function.has_keys:
            return
        message, entries = function.alert(
            row.message_code, lambda counter: row.say(self, event, counter, now), recipient
        )
        if row.settles:
            entries |= function.become(structs.replace(function.state, alert_owed=False))
        own = self._gpf_eui if row.by_gpf else self._chf_eui
        self._uplink.send(message, peek(message), own, now, entries)
