"""The Communications Hub as a machine: every Remote Party Message it receives goes through 10.8.2.

It reads headers and nothing else, and needs no key for that. A message is written down before the hub
confirms it to the Device it came from, so a hub that is switched off at any point loses none.

Not there yet: executing what is for the CHF or GPF itself, tapping gas Commands off for the GPF, and
signalling to a GSME that a message waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import DecodeError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub import events
from doorstep.road.hub.config import HubConfig, HubPolicy
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.post import Post
from doorstep.road.hub.returns import ReturnPaths
from doorstep.road.hub.routing import Decision, Fate, Source, decide
from doorstep.road.hub.store import Entries, Held
from doorstep.road.hub.wan import Wan
from doorstep.road.machine import Heard, Memory, Note, Remember, Stop

__all__ = ["Hub"]

_SOURCES: Final = {DeviceType.HHT: Source.HHT, DeviceType.PPMID: Source.PPMID}
_FIRMWARE: Final = "firmware"
_DEVICE_LOG: Final = "device-log"


class _Passing(Struct, frozen=True):
    """A message on its way through the hub. ``sender`` is None for the WAN."""

    message: bytes
    header: GroupingHeader
    source: Source
    sender: Eui | None
    decision: Decision


class Hub(Stop[events.HubEvent]):
    """One Communications Hub. ``memory`` is what it asked to have remembered before it was switched off.

    It begins with :class:`~doorstep.road.hub.events.PoweredOn` and takes the WAN to be down until it is
    told otherwise.
    """

    def __init__(
        self, config: HubConfig, policy: HubPolicy | None = None, memory: Memory | None = None
    ) -> None:
        super().__init__()
        memory = memory or {}
        self._config = config
        self._policy = policy or HubPolicy()
        log = memory.get(_DEVICE_LOG)
        devices = config.devices if log is None else DeviceLog.from_bytes(log)
        self._devices = devices.adding(config.chf, DeviceType.CHF).adding(config.gpf, DeviceType.GPF)
        self._firmware = _version(memory.get(_FIRMWARE), config.firmware)
        self._post = Post(config, self._policy, memory, self._out)
        self._wan = Wan(self._policy, memory, self._out)
        self._returns = ReturnPaths(self._policy.returns, memory)
        self._hht_until: Instant | None = None
        self._inputs: dict[type, Callable[[Any, Instant], None]] = {
            Heard: self._heard,
            events.FromWan: self._from_wan,
            events.WanUp: self._wan_up,
            events.WanDown: self._wan_down,
            events.WanTook: self._wan_took,
            events.PoweredOn: self._powered_on,
            events.HhtPresented: self._hht_presented,
            events.Listed: self._listed,
            events.Unlisted: self._unlisted,
            events.FirmwareActivated: self._firmware_activated,
        }
        self._fates: dict[Fate, Callable[[_Passing, Instant], None]] = {
            Fate.DELIVER: self._deliver,
            Fate.WAN: self._to_wan,
            Fate.PROCESS: self._process,
            Fate.REFUSE: self._refuse,
        }

    @property
    def devices(self) -> DeviceLog:
        """The CHF Device Log as it stands, the hub's own two included."""
        return self._devices

    def receive(self, event: events.HubInput, now: Instant) -> None:
        """Take one event; see :mod:`doorstep.road.hub.events`."""
        self._inputs[type(event)](event, now)
        self._take_in(now)

    def deadline(self) -> Instant | None:
        """When a tunnel, a message or the Hand-Held Terminals' time is due."""
        dues = (self._hht_until, self._post.deadline(), self._wan.deadline())
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        if self._hht_until is not None and self._hht_until <= now:
            self._hht_until = None
            self._dismiss_hhts(now)
        self._post.on_deadline(now)
        self._wan.on_deadline(now)
        self._take_in(now)

    # -- the box ----------------------------------------------------------------------------------

    def _powered_on(self, event: events.PoweredOn, now: Instant) -> None:
        self._dismiss_hhts(now)
        self._hht_until = now + self._policy.hht_window
        self._post.start({entry.eui: entry.device_type for entry in self._devices.entries}, now)

    def _firmware_activated(self, event: events.FirmwareActivated, now: Instant) -> None:
        self._firmware = event.version
        self._out.put(Remember({_FIRMWARE: str(event.version).encode()}))
        self._out.put(Note("firmware", f"version {event.version} is active"))

    # -- the CHF Device Log -----------------------------------------------------------------------

    def _listed(self, event: events.Listed, now: Instant) -> None:
        self._list(event.eui, event.device_type, now)

    def _unlisted(self, event: events.Unlisted, now: Instant) -> None:
        if event.eui in (self._config.chf, self._config.gpf):
            self._out.put(Note("refused", f"{event.eui} is the hub itself and stays in the CHF Device Log"))
        elif self._devices.device_type(event.eui) is not None:
            self._unlist(event.eui, now)

    def _hht_presented(self, event: events.HhtPresented, now: Instant) -> None:
        if self._hht_until is None or self._hht_until <= now:
            self._out.put(Note("refused", f"HHT {event.eui}: not within the time after power-on"))
        else:
            self._list(event.eui, DeviceType.HHT, now)

    def _list(self, eui: Eui, device_type: DeviceType, now: Instant) -> None:
        listed = self._devices.device_type(eui)
        if listed is device_type:
            return
        if listed is not None:
            why = f"{eui} is no {device_type.value}: the CHF Device Log has it as {listed.value}"
            self._out.put(Note("refused", why))
            return
        try:
            self._devices = self._devices.adding(eui, device_type)
        except UsageError as error:
            self._out.put(Note("refused", f"{device_type.value} {eui}: {error}"))
            return
        self._out.put(Remember({_DEVICE_LOG: self._devices.to_bytes()}))
        self._out.put(Note("listed", f"{device_type.value} {eui} is in the CHF Device Log"))
        self._post.listed(eui, device_type, now)

    def _unlist(self, eui: Eui, now: Instant) -> None:
        self._devices = self._devices.removing(eui)
        entries = self._post.unlisted(eui, now) | self._returns.forget(eui)
        self._out.put(Remember({**entries, _DEVICE_LOG: self._devices.to_bytes()}))
        self._out.put(Note("unlisted", f"{eui} is out of the CHF Device Log"))

    def _dismiss_hhts(self, now: Instant) -> None:
        for entry in self._devices.entries:
            if entry.device_type is DeviceType.HHT:
                self._unlist(entry.eui, now)

    # -- messages in ------------------------------------------------------------------------------

    def _from_wan(self, event: events.FromWan, now: Instant) -> None:
        self._route(event.message, Source.WAN, None, now)

    def _heard(self, event: Heard, now: Instant) -> None:
        if self._devices.device_type(event.asdu.source) is None:
            why = f"{event.asdu.source} is not in the CHF Device Log"
            self._out.put(Note("refused", why, event.asdu.payload))
        else:
            self._post.hear(event.asdu, now)

    def _take_in(self, now: Instant) -> None:
        """Route what came through the tunnels, each before its arrival is confirmed."""
        while (arrival := self._post.next_arrival(now)) is not None:
            device, message = arrival
            device_type = self._devices.device_type(device)
            source = Source.OTHER if device_type is None else _SOURCES.get(device_type, Source.OTHER)
            self._route(message, source, device, now)

    def _route(self, message: bytes, source: Source, sender: Eui | None, now: Instant) -> None:
        try:
            header = peek(message)
        except DecodeError as error:
            self._out.put(Note("refused", f"from {source.value}: {error}", message))
            return
        decision = decide(header, source, sender, self._devices, self._firmware)
        self._out.put(events.Routed(message, source, sender, decision))
        self._fates[decision.fate](_Passing(message, header, source, sender, decision), now)

    # -- fates ------------------------------------------------------------------------------------

    def _refuse(self, passing: _Passing, now: Instant) -> None:
        self._out.put(Note("refused", passing.decision.why, passing.message))

    def _process(self, passing: _Passing, now: Instant) -> None:
        self._out.put(Note("for the hub itself", f"{passing.decision.why}, not executed", passing.message))

    def _deliver(self, passing: _Passing, now: Instant) -> None:
        added = self._post.add(passing.decision.target, passing.sender, passing.message, now)
        if isinstance(added, str):
            self._out.put(Note("refused", added, passing.message))
            return
        held, entries = added
        self._out.put(Remember(entries | self._note_return(passing)))
        self._post.dispatch(held, now)

    def _note_return(self, passing: _Passing) -> Entries:
        """Know a relay's Command, where its Response is to be tunnelled to the relay as well."""
        copied = passing.source is Source.HHT or (
            passing.source is Source.PPMID and self._config.response_copy
        )
        if not copied or passing.sender is None or passing.header.cra is not Cra.COMMAND:
            return {}
        return self._returns.note(passing.sender, passing.header)

    def _to_wan(self, passing: _Passing, now: Instant) -> None:
        assert passing.sender is not None, "only a Device's message goes to the WAN"
        copies, entries = self._copies(passing, passing.sender, now)
        held, holding = self._wan.add(passing.sender, passing.message, now)
        self._out.put(Remember(entries | holding))
        self._wan.send(held, now)
        for copy in copies:
            self._post.dispatch(copy, now)

    def _copies(self, passing: _Passing, sender: Eui, now: Instant) -> tuple[list[Held], Entries]:
        """A Response, once more for each relay that its Command came from."""
        copies: list[Held] = []
        entries: Entries = {}
        relays = self._returns.relays(passing.header) if passing.header.cra is Cra.RESPONSE else []
        for relay in relays:
            added = self._post.add(relay, sender, passing.message, now)
            if isinstance(added, str):
                self._out.put(Note("not copied", added, passing.message))
            else:
                copies.append(added[0])
                entries |= added[1]
        return copies, entries

    # -- the WAN ----------------------------------------------------------------------------------

    def _wan_up(self, event: events.WanUp, now: Instant) -> None:
        self._wan.went_up(now)

    def _wan_down(self, event: events.WanDown, now: Instant) -> None:
        self._wan.went_down()

    def _wan_took(self, event: events.WanTook, now: Instant) -> None:
        self._wan.took(event.reference)


def _version(data: bytes | None, default: int) -> int:
    """A firmware version that was remembered; raises :class:`DecodeError` where it is none."""
    if data is None:
        return default
    if not data.isdigit():
        raise DecodeError("remembered firmware version", 0, f"{data[:16]!r} is no number")
    return int(data)
