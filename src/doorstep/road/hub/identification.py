"""What a Device is that CCS01 has added: the hub asks it, and takes its type from what it says of itself.

A Device is believed as far as the table goes, and no type in it lets a Device do what its messages'
protection does not bear out: a meter that is none has no meter's keys. A Hand-Held Terminal is not in the
table: it is one because an engineer presented it within the time after power-on, for no word of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.han.events import Describe
from doorstep.road.hub.config import HubPolicy
from doorstep.road.hub.events import HubEvent
from doorstep.road.machine import Alarms, Outbox
from doorstep.zigbee.asdu import SMART_ENERGY
from doorstep.zigbee.clusters import METERING, TUNNELING
from doorstep.zigbee.zdo import SimpleDescriptor

__all__ = ["Identification", "type_of"]

_ENERGY_SERVICE_INTERFACE: Final = 0x0500
_METERING_DEVICE: Final = 0x0501
_IN_HOME_DISPLAY: Final = 0x0502
_LOAD_CONTROL: Final = 0x0504
_PREPAYMENT_TERMINAL: Final = 0x0506


class _Row(Struct, frozen=True):
    """A type of Device: one of these device identifiers, and all of these clusters, served and asked for."""

    device_type: DeviceType
    device_ids: frozenset[int]
    serves: frozenset[int]
    asks: frozenset[int]


# GBCS gives neither endpoints nor device identifiers. The clusters are those of the tunnel's roles and of
# the meters. That a prepayment terminal with a tunnel is a PPMID, as is a display with one, and that a
# display without is of Type 2, is our policy; a SAPC is in no public text, and has no row.
_ROWS: Final = (
    _Row(
        DeviceType.ESME,
        frozenset((_METERING_DEVICE, _ENERGY_SERVICE_INTERFACE)),
        serves=frozenset((METERING.id, TUNNELING.id)),
        asks=frozenset(),
    ),
    _Row(
        DeviceType.GSME,
        frozenset((_METERING_DEVICE,)),
        serves=frozenset((METERING.id,)),
        asks=frozenset((TUNNELING.id,)),
    ),
    _Row(
        DeviceType.HCALCS,
        frozenset((_LOAD_CONTROL,)),
        serves=frozenset((TUNNELING.id,)),
        asks=frozenset(),
    ),
    _Row(
        DeviceType.PPMID,
        frozenset((_PREPAYMENT_TERMINAL, _IN_HOME_DISPLAY)),
        serves=frozenset(),
        asks=frozenset((METERING.id, TUNNELING.id)),
    ),
    _Row(
        DeviceType.TYPE2,
        frozenset((_IN_HOME_DISPLAY,)),
        serves=frozenset(),
        asks=frozenset((METERING.id,)),
    ),
)


def type_of(endpoints: Iterable[SimpleDescriptor]) -> DeviceType | None:
    """The type of a Device with these endpoints, the first row that fits; None where none does.

    Only what belongs to ZigBee Smart Energy counts, and what several endpoints have counts together.
    """
    endpoints = [one for one in endpoints if one.profile == SMART_ENERGY]
    ids = {one.device_id for one in endpoints}
    served = {cluster for one in endpoints for cluster in one.server_clusters}
    asked = {cluster for one in endpoints for cluster in one.client_clusters}
    fitting = (row for row in _ROWS if row.device_ids & ids and row.serves <= served and row.asks <= asked)
    return next((row.device_type for row in fitting), None)


class Identification:
    """Devices of unknown type that are on the network: each is asked until it answers, or is gone."""

    def __init__(self, policy: HubPolicy, out: Outbox[HubEvent]) -> None:
        self._policy = policy
        self._out = out
        self._again: Alarms[Eui] = Alarms()

    def ask(self, device: Eui, now: Instant) -> None:
        """Ask a Device what it is, and again where no answer comes."""
        self._out.put(Describe(device))
        self._again.set(device, now + self._policy.describe_retry)

    def settled(self, device: Eui) -> None:
        """A Device has answered, or nobody wants to know any more."""
        self._again.clear(device)

    def deadline(self) -> Instant | None:
        """When a Device is to be asked again."""
        return self._again.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Ask those again that have not answered."""
        for device in self._again.due(now):
            self.ask(device, now)
