"""The reading of meters for the display: asked for in turn, shown when it changes, marked when it is old."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct, structs

from doorstep.gbcs.times import Instant
from doorstep.road.machine import Alarms, Outbox
from doorstep.road.ppmid.config import DisplayPolicy, PpmidConfig
from doorstep.road.ppmid.display import (
    COMMANDS,
    NOTHING,
    Display,
    Fuel,
    MeterDisplay,
    fields_in,
    reads_of,
    shown,
    values_in,
)
from doorstep.road.ppmid.events import Displayed, PpmidEvent
from doorstep.road.ppmid.inquiries import Answered, Inquiries, Request, Server, Unasked
from doorstep.zigbee.clusters import MESSAGING, METERING, PREPAYMENT, PRICE
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import DefaultResponse, ReadAttributes, ReadAttributesResponse

__all__ = ["CLUSTERS", "Looked", "Screen", "servers_of"]

CLUSTERS: Final = (PREPAYMENT, METERING, PRICE, MESSAGING)
"""The clusters whose servers are asked, in turn."""

_Commands = tuple[Command | ReadAttributes, ...]

_ELECTRICITY_ENDPOINT: Final = 1
_GAS_ENDPOINTS: Final = {PREPAYMENT.id: 2, METERING.id: 2, PRICE.id: 1, MESSAGING.id: 1}
"""One stack's: a hub has its energy services at endpoint 1 and the gas meter's mirror at 2."""


class Looked(Struct, frozen=True):
    """The purpose of a request that is made for the display; ``why`` is empty for a poll."""

    fuel: Fuel
    why: Any = None


class _Alarm(enum.Enum):
    POLL = "the meters are to be read"
    EMPTY = "a meter may have told nothing yet"
    STALE = "what was read may be too old"


class _Meter:
    """What is known of one meter."""

    def __init__(self) -> None:
        self.values: dict[tuple[int, int], Value] = {}
        self.commanded: dict[str, Any] = {}
        self.read: Instant | None = None

    @property
    def has_told(self) -> bool:
        """Whether it has told the value of any attribute."""
        return any(value is not None for value in self.values.values())


class Screen:
    """The display of one PPMID. What it shows is not remembered: it reads anew when it starts."""

    def __init__(
        self, config: PpmidConfig, policy: DisplayPolicy, inquiries: Inquiries, out: Outbox[PpmidEvent]
    ) -> None:
        self._policy = policy
        self._inquiries = inquiries
        self._out = out
        self._servers = servers_of(config)
        self._meters = {fuel: _Meter() for fuel in self._servers}
        self._told = Display()
        self._awaited = 0
        self._alarms: Alarms[_Alarm] = Alarms()
        self._due: dict[_Alarm, Callable[[Instant], None]] = {
            _Alarm.POLL: self._poll,
            _Alarm.EMPTY: self._poll_empty,
            _Alarm.STALE: self._tell,
        }

    def start(self, now: Instant) -> None:
        """Read every meter."""
        self._awaited = 0
        if self._meters:
            self._poll(now)

    def look(self, fuel: Fuel, cluster: Cluster, why: Any, now: Instant) -> None:
        """Read a cluster of one of the home's meters out of turn: its attributes, or what it has instead."""
        self._ask(fuel, cluster, _asked(cluster)[:1], why, now)

    def look_all(self, fuel: Fuel, now: Instant) -> None:
        """Read all of a meter, if the home has it."""
        if fuel in self._servers:
            for cluster in CLUSTERS:
                self._ask(fuel, cluster, _asked(cluster), None, now)

    def meter(self, fuel: Fuel) -> MeterDisplay:
        """What is known of a meter, whether it was told or not."""
        known = self._meters.get(fuel)
        return MeterDisplay() if known is None else shown(known.values, known.commanded, known.read, False)

    def answered(self, event: Answered, now: Instant) -> None:
        """A server has told what was asked for."""
        purpose, cluster = event.request.purpose, event.request.server.cluster
        meter = self._meters[purpose.fuel]
        match event.answer:
            case ReadAttributesResponse():
                assert isinstance(event.request.command, ReadAttributes), "nothing else is so answered"
                meter.values |= values_in(cluster, event.request.command, event.answer)
            case DefaultResponse():
                # There is no such thing, or none at present: no message, no price in force.
                if not isinstance(event.request.command, ReadAttributes):
                    meter.commanded |= NOTHING[cluster.id]
            case Command():
                meter.commanded |= fields_in(event.answer)
        meter.read = now
        self._over(now)

    def unanswered(self, now: Instant) -> None:
        """A server does not answer: what it told before grows old."""
        self._over(now)

    def unasked(self, event: Unasked, now: Instant) -> None:
        """A server has sent a command of its own accord: a new price, a message."""
        for fuel, servers in self._servers.items():
            if any(server.device == event.device for server in servers.values()):
                self._meters[fuel].commanded |= fields_in(event.command)
                self._tell(now)

    def deadline(self) -> Instant | None:
        """When the meters are to be read, or what was read is too old."""
        return self._alarms.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        for alarm in self._alarms.due(now):
            self._due[alarm](now)

    def _ask(self, fuel: Fuel, cluster: Cluster, asked: _Commands, why: Any, now: Instant) -> None:
        server = self._servers[fuel][cluster.id]
        self._awaited += len(asked)
        for command in asked:
            self._inquiries.ask(Request(server, command, Looked(fuel, why)), now)

    def _poll(self, now: Instant) -> None:
        """Read every meter, and plan the next time."""
        self._alarms.set(_Alarm.POLL, now + self._policy.poll_every)
        self._alarms.set(_Alarm.EMPTY, now + self._policy.poll_empty)
        for fuel in self._meters:
            self.look_all(fuel, now)

    def _poll_empty(self, now: Instant) -> None:
        """Read those meters again that have told nothing yet."""
        empty = [fuel for fuel, meter in self._meters.items() if not meter.has_told]
        if empty:
            self._alarms.set(_Alarm.EMPTY, now + self._policy.poll_empty)
        for fuel in empty:
            self.look_all(fuel, now)

    def _over(self, now: Instant) -> None:
        """A question has come to its end; with the last that was asked there may be something to say."""
        self._awaited -= 1
        if self._awaited <= 0:
            self._tell(now)

    def _tell(self, now: Instant) -> None:
        """Say what is shown, where anything but the time of reading has changed."""
        displays = {}
        for fuel, meter in self._meters.items():
            old = meter.read is None or now >= meter.read + self._policy.stale_after
            displays[fuel] = shown(meter.values, meter.commanded, meter.read, old)
        reads = [meter.read for meter in self._meters.values() if meter.read is not None]
        dues = [read + self._policy.stale_after for read in reads]
        due = min((one for one in dues if one > now), default=None)
        if due is not None:
            self._alarms.set(_Alarm.STALE, due)
        display = Display(displays.get(Fuel.ELECTRICITY), displays.get(Fuel.GAS))
        if _timeless(display) != _timeless(self._told):
            self._out.put(Displayed(display))
        self._told = display


def servers_of(config: PpmidConfig) -> dict[Fuel, dict[int, Server]]:
    """Where the clusters of each of the home's meters are: gas in the hub's mirror."""
    servers: dict[Fuel, dict[int, Server]] = {}
    if config.esme is not None:
        servers[Fuel.ELECTRICITY] = {
            cluster.id: Server(config.esme, _ELECTRICITY_ENDPOINT, cluster) for cluster in CLUSTERS
        }
    if config.gsme is not None:
        servers[Fuel.GAS] = {
            cluster.id: Server(config.hub, _GAS_ENDPOINTS[cluster.id], cluster) for cluster in CLUSTERS
        }
    return servers


def _asked(cluster: Cluster) -> _Commands:
    """All that is asked of the server of a cluster."""
    reads, command = reads_of(cluster), COMMANDS.get(cluster.id)
    return tuple(one for one in (reads, command) if one is not None)


def _timeless(display: Display) -> tuple[MeterDisplay | None, ...]:
    """What is shown, but for when it was read."""
    meters = (display.electricity, display.gas)
    return tuple(None if meter is None else structs.replace(meter, read=None) for meter in meters)
