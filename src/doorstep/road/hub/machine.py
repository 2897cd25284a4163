"""The Communications Hub as a machine: every Remote Party Message it receives goes through 10.8.2.

To route, it reads headers and nothing else, and needs no key for that. A message is written down before
the hub confirms it to the Device it came from, so a hub that is switched off at any point loses none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.device import AlertCode, Executed
from doorstep.road.han.events import Described, Joined, Left
from doorstep.road.hub import events
from doorstep.road.hub.alerts import GPF_DEVICE_LOG_CHANGED, NOT_RETRIEVED, Alerts
from doorstep.road.hub.blocks import Blocks
from doorstep.road.hub.chf import communications_hub_function
from doorstep.road.hub.config import HubConfig, HubKeys, HubPolicy
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.event_log import EventLog
from doorstep.road.hub.function import Function
from doorstep.road.hub.gas_proxy import MIRROR_RECORD, GasProxy
from doorstep.road.hub.gpf import gas_proxy_function
from doorstep.road.hub.journal import Journal
from doorstep.road.hub.membership import Membership
from doorstep.road.hub.mirror import Mirror
from doorstep.road.hub.post import Post
from doorstep.road.hub.replacements import Replacements
from doorstep.road.hub.returns import ReturnPaths
from doorstep.road.hub.routing import Decision, Fate, Source, decide
from doorstep.road.hub.state import Image
from doorstep.road.hub.store import Entries
from doorstep.road.hub.upgrades import Upgrades
from doorstep.road.hub.uplink import Uplink
from doorstep.road.hub.wan import Wan
from doorstep.road.machine import Heard, Memory, Remember, Stop

__all__ = ["Hub"]

_SOURCES: Final = {DeviceType.HHT: Source.HHT, DeviceType.PPMID: Source.PPMID}


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
    told otherwise. Without ``keys`` it routes all the same, but its own Functions execute nothing and
    send no Alerts. Raises :class:`DecodeError` for a memory that no hub has written.
    """

    def __init__(
        self,
        config: HubConfig,
        policy: HubPolicy | None = None,
        memory: Memory | None = None,
        keys: HubKeys | None = None,
    ) -> None:
        super().__init__()
        memory, policy = memory or {}, policy or HubPolicy()
        self._config = config
        self._log = EventLog(policy.events, memory)
        self._journal = Journal(self._out, self._log)
        self._post = Post(config, policy, memory, self._out, self._journal)
        self._wan = Wan(policy, memory, self._out, self._journal)
        self._returns = ReturnPaths(policy.returns, memory)
        self._uplink = Uplink(self._wan, self._post, self._returns, self._out, self._journal)
        self._chf = communications_hub_function(config, keys, memory, self._log, self._post.link)
        mirror = Mirror(policy.mirrored, self._post.waits, memory.get(MIRROR_RECORD))
        self._gpf = gas_proxy_function(config, keys, memory, mirror)
        self._proxy = GasProxy(self._gpf, config.gpf, policy, memory, self._out, self._journal, mirror)
        self._members = Membership(
            self._chf, policy, self._post, self._returns, self._proxy, self._out, self._journal
        )
        self._blocks = Blocks(self._journal, "refused")
        self._upgrades = Upgrades(self._chf, config.chf, self._uplink, self._out, self._journal)
        functions = ((self._chf, config.chf), (self._gpf, config.gpf))
        self._replacements = Replacements(functions, self._uplink, self._journal)
        self._alerts = Alerts(self._chf, config.chf, self._gpf, config.gpf, self._uplink)
        self._inputs: dict[type, Callable[[Any, Instant], None]] = {
            Heard: self._heard,
            events.FromWan: lambda event, now: self._route(event.message, Source.WAN, None, now),
            events.WanUp: lambda _event, now: self._wan.went_up(now),
            events.WanDown: lambda _event, _now: self._wan.went_down(),
            events.WanTook: lambda event, _now: self._wan.took(event.reference),
            events.PoweredOn: self._powered_on,
            events.HhtPresented: lambda event, now: self._members.present_hht(
                event.eui, event.install_code, now
            ),
            events.Listed: lambda event, now: self._members.list(event.eui, event.device_type, now),
            events.Unlisted: lambda event, now: self._members.unlist(event.eui, now),
            Joined: self._members.joined,
            Left: lambda event, now: self._members.left(event.eui, now),
            Described: self._members.described,
            events.ImageReceived: lambda event, now: self._upgrades.received(
                Image(event.hash, event.version), now
            ),
            events.FirmwareActivated: lambda event, now: self._upgrades.activated(event.version, now),
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
        return self._chf.state.devices

    @property
    def firmware(self) -> int:
        """The firmware version that runs."""
        return self._chf.state.firmware

    @property
    def log(self) -> EventLog:
        """The hub's own Event Log and Security Log."""
        return self._log

    def receive(self, event: events.HubInput, now: Instant) -> None:
        """Take one event; see :mod:`doorstep.road.hub.events`. What was due before that comes first."""
        self._upgrades.on_deadline(now)
        self._replacements.on_deadline(now)
        self._inputs[type(event)](event, now)
        self._take_in(now)

    def deadline(self) -> Instant | None:
        """When a tunnel, a message, a Device's time to join or an activation is due."""
        dues = (
            self._members.deadline(),
            self._post.deadline(),
            self._proxy.deadline(),
            self._blocks.deadline(),
            self._wan.deadline(),
            self._upgrades.deadline(),
            self._replacements.deadline(),
        )
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        self._upgrades.on_deadline(now)
        self._replacements.on_deadline(now)
        self._members.on_deadline(now)
        self._post.on_deadline(now)
        self._proxy.on_deadline(now)
        self._blocks.on_deadline(now)
        self._wan.on_deadline(now)
        self._take_in(now)

    # -- the box ----------------------------------------------------------------------------------

    def _powered_on(self, event: events.PoweredOn, now: Instant) -> None:
        self._members.power_on(now)
        types = {entry.eui: entry.device_type for entry in self.devices.entries if entry.device_type}
        self._post.start(types, now)
        for code in self._alerts.owed():
            self._journal.note(now, "owed", "what changed before the hub was switched off", code=code)

    # -- messages in ------------------------------------------------------------------------------

    def _heard(self, event: Heard, now: Instant) -> None:
        if self.devices.find(event.asdu.source) is None:
            why = f"{event.asdu.source} is not in the CHF Device Log"
            self._journal.note(now, "refused", why, event.asdu.payload)
        elif self._proxy.is_for(event.asdu):
            self._proxy.hear(event.asdu, self.devices.device_type(event.asdu.source), now)
        else:
            self._post.hear(event.asdu, now)

    def _take_in(self, now: Instant) -> None:
        """Route what came through the tunnels, each before its arrival is confirmed; then tell of events."""
        while (arrival := self._post.next_arrival(now)) is not None:
            device, message = arrival
            device_type = self.devices.device_type(device)
            source = Source.OTHER if device_type is None else _SOURCES.get(device_type, Source.OTHER)
            self._route(message, source, device, now)
        while (note := self._journal.next_event()) is not None:
            if note.code == NOT_RETRIEVED:
                self._remember(self._proxy.untap(peek(note.about)))
            self._alerts.tell(note, now)

    def _route(self, message: bytes, source: Source, sender: Eui | None, now: Instant) -> None:
        try:
            header = peek(message)
        except DecodeError as error:
            self._journal.note(now, "refused", f"from {source.value}: {error}", message)
            return
        decision = decide(header, source, sender, self.devices, self.firmware)
        self._out.put(events.Routed(message, source, sender, decision))
        self._fates[decision.fate](_Passing(message, header, source, sender, decision), now)

    # -- fates ------------------------------------------------------------------------------------

    def _refuse(self, passing: _Passing, now: Instant) -> None:
        self._journal.note(now, "refused", passing.decision.why, passing.message)

    def _deliver(self, passing: _Passing, now: Instant) -> None:
        added = self._post.add(passing.decision.target, passing.sender, passing.message, now)
        if isinstance(added, str):
            self._journal.note(now, "refused", added, passing.message)
            return
        held, entries = added
        self._remember(entries | self._note_return(passing) | self._tap(passing, now))
        self._post.dispatch(held, now)

    def _note_return(self, passing: _Passing) -> Entries:
        """Know a relay's Command, where its Response is to be tunnelled to the relay as well."""
        copied = passing.source is Source.HHT or (
            passing.source is Source.PPMID and self._config.response_copy
        )
        if not copied or passing.sender is None or passing.header.cra is not Cra.COMMAND:
            return {}
        return self._returns.note(passing.sender, passing.header)

    def _tap(self, passing: _Passing, now: Instant) -> Entries:
        """Hand a Command for a gas meter to the gas proxy as well, whichever way it came."""
        is_for_gsme = self.devices.device_type(passing.decision.target) is DeviceType.GSME
        if not is_for_gsme or passing.header.cra is not Cra.COMMAND:
            return {}
        return self._proxy.tap(passing.header, passing.message, now)

    def _to_wan(self, passing: _Passing, now: Instant) -> None:
        assert passing.sender is not None, "only a Device's message goes to the WAN"
        if self.devices.device_type(passing.sender) is DeviceType.GSME:
            self._proxy.answered(passing.header, passing.message, now)
        self._uplink.send(passing.message, passing.header, passing.sender, now)

    def _process(self, passing: _Passing, now: Instant) -> None:
        """Execute a Command that is for one of the hub's own Functions, and answer it.

        One that comes in blocks is executed once all of them have come.
        """
        own = passing.decision.target
        function: Function[Any] = self._chf if own == self._config.chf else self._gpf
        if not function.has_keys:
            why = f"{passing.decision.why}, not executed"
            self._journal.note(now, "for the hub itself", why, passing.message)
        elif not function.executes(passing.header):
            why = f"{passing.decision.why}, which does not execute it"
            self._journal.note(now, "refused", why, passing.message, AlertCode.NOT_SUPPORTED)
        elif (command := self._blocks.whole(passing.message, now)) is not None:
            chf, gpf = self._chf.state, self._gpf.state
            self._execute(function, command, passing, now)
            self._members.follow(chf, now)
            self._upgrades.notice(chf.firmware, now)
            if self._gpf.state.devices != gpf.devices:
                why = "Devices were added"
                self._journal.note(now, "GPF device log", why, code=GPF_DEVICE_LOG_CHANGED)

    def _execute(self, function: Function[Any], command: bytes, passing: _Passing, now: Instant) -> None:
        outcome = function.process(command, now)
        self._out.put(outcome.event)
        if isinstance(outcome.event, Executed):
            entries = function.become(outcome.state) | self._note_return(passing)
            response = outcome.event.response
            self._uplink.send(response, peek(response), passing.decision.target, now, entries)
        for note in outcome.notes:
            self._journal.take(now, note)

    def _remember(self, entries: Entries) -> None:
        if entries:
            self._out.put(Remember(entries))
