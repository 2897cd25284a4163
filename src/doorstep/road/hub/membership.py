"""Who belongs to the home's network: how the CHF Device Log changes, and what follows from a change.

Whatever changes the log, a Command, a Hand-Held Terminal or the bench, its consequences are read off the
log as it was and as it is: tunnels and queues, permission to join, and an event that becomes an Alert.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from doorstep.errors import InputError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.han.events import Described, Joined
from doorstep.road.hub.alerts import DEVICE_LOG_CHANGED
from doorstep.road.hub.config import HubPolicy
from doorstep.road.hub.device_log import DeviceLog, Entry
from doorstep.road.hub.events import HubEvent
from doorstep.road.hub.function import Function
from doorstep.road.hub.gas_proxy import GasProxy
from doorstep.road.hub.identification import Identification, type_of
from doorstep.road.hub.joining import Joining
from doorstep.road.hub.journal import Journal
from doorstep.road.hub.post import Post
from doorstep.road.hub.returns import ReturnPaths
from doorstep.road.hub.state import ChfState
from doorstep.road.hub.store import Entries
from doorstep.road.machine import Outbox, Remember
from doorstep.zigbee.keys import install_code as with_check
from doorstep.zigbee.keys import link_key

__all__ = ["Membership"]

JOINED: Final = 0x8183
CONNECTED_TO_ESME: Final = 0x81A2
DISCONNECTED_FROM_ESME: Final = 0x81A3


class Membership:
    """The Device Log's keeper. What it remembers goes to ``out``."""

    def __init__(
        self,
        chf: Function[ChfState],
        policy: HubPolicy,
        post: Post,
        returns: ReturnPaths,
        proxy: GasProxy,
        out: Outbox[HubEvent],
        journal: Journal,
    ) -> None:
        self._chf = chf
        self._policy = policy
        self._post = post
        self._returns = returns
        self._proxy = proxy
        self._out = out
        self._journal = journal
        self._joining = Joining(out)
        self._identification = Identification(policy, out)
        self._hht_until: Instant | None = None

    @property
    def devices(self) -> DeviceLog:
        """The CHF Device Log as it stands."""
        return self._chf.state.devices

    # -- the box ----------------------------------------------------------------------------------

    def power_on(self, now: Instant) -> None:
        """The hub starts: the time of the Hand-Held Terminals begins, joining and asking go on."""
        self._dismiss_hhts(now)
        self._hht_until = now + self._policy.hht_window
        until = self._chf.state.joining_until
        for entry in self.devices.others:
            if entry.restored and not entry.joined:
                self._joining.permit(entry, None, now)
            elif not entry.joined and until is not None and until > now:
                self._joining.permit(entry, until, now)
            elif entry.joined and entry.device_type is None:
                self._identification.ask(entry.eui, now)

    def deadline(self) -> Instant | None:
        """When the Hand-Held Terminals' time, a Device's time to join or a question to one is due."""
        dues = (
            self._hht_until,
            self._joining.deadline(),
            self._identification.deadline(),
            self._chf.state.joining_until,
        )
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        if self._hht_until is not None and self._hht_until <= now:
            self._hht_until = None
            self._dismiss_hhts(now)
        self._joining.on_deadline(self.devices, now)
        self._identification.on_deadline(now)
        until = self._chf.state.joining_until
        if until is not None and until <= now:
            self._become(structs.replace(self._chf.state, joining_until=None), now)

    # -- Devices ----------------------------------------------------------------------------------

    def list(self, eui: Eui, device_type: DeviceType, now: Instant) -> None:
        """Put a Device in the log that is on the network already."""
        listed = self.devices.find(eui)
        if listed is not None and listed.device_type is not device_type:
            kind = listed.device_type.value if listed.device_type else "a Device of unknown type"
            why = f"{eui} is no {device_type.value}: the CHF Device Log has it as {kind}"
            self._journal.note(now, "refused", why)
        elif listed is None:
            try:
                self._change(self.devices.adding(eui, device_type), now)
            except UsageError as error:
                self._journal.note(now, "refused", f"{device_type.value} {eui}: {error}")

    def unlist(self, eui: Eui, now: Instant) -> None:
        """Take a Device out of the log."""
        entry = self.devices.find(eui)
        if entry is not None and entry not in self.devices.others:
            why = f"{eui} is the hub itself and stays in the CHF Device Log"
            self._journal.note(now, "refused", why)
        elif entry is not None:
            self._change(self.devices.removing(eui), now)

    def present_hht(self, eui: Eui, install_code: bytes, now: Instant) -> None:
        """A Hand-Held Terminal shows itself, which it may within 60 minutes of power-on.

        With an install code it may join the network until they are over; without, it is there.
        """
        if self._hht_until is None or self._hht_until <= now:
            self._journal.note(now, "refused", f"HHT {eui}: not within the time after power-on")
            return
        self.list(eui, DeviceType.HHT, now)
        if install_code and self.devices.device_type(eui) is DeviceType.HHT:
            self._let_join(eui, install_code, self._hht_until, now)

    def _let_join(self, eui: Eui, install_code: bytes, until: Instant, now: Instant) -> None:
        try:
            key = link_key(with_check(install_code))
        except InputError as error:
            self._journal.note(now, "refused", f"{eui}: {error}")
            return
        devices = self.devices.changing(eui, lambda one: one.joining_with(key))
        self._change(devices, now)
        entry = devices.find(eui)
        assert entry is not None
        self._joining.permit(entry, until, now)

    def described(self, event: Described, now: Instant) -> None:
        """A Device has said what it is: one whose type is known keeps it."""
        entry = self.devices.find(event.eui)
        if entry is None or entry.device_type is not None:
            return
        self._identification.settled(event.eui)
        kind = type_of(event.endpoints)
        if kind is None:
            why = f"{event.eui} says nothing of itself that a Device of this network is"
            self._journal.note(now, "not identified", why)
            return
        self._journal.note(now, "identified", f"{event.eui} says that it is a device of type {kind.value}")
        devices = self.devices.changing(event.eui, lambda one: structs.replace(one, device_type=kind))
        self._change(devices, now)

    def joined(self, event: Joined, now: Instant) -> None:
        """A Device is on the network, or is again: its tunnel, if it had one, is forgotten."""
        eui = event.eui
        entry = self.devices.find(eui)
        if entry is None:
            self._joining.expel(eui)
            return
        self._joining.settled(eui)
        self._journal.note(now, "joined", f"{_name(entry)} is on the network", code=JOINED)
        if entry.device_type is DeviceType.ESME:
            self._journal.note(now, "connected", f"to {_name(entry)}", code=CONNECTED_TO_ESME)
        key_hash = event.hashed_link_key
        self._change(self.devices.changing(eui, lambda one: one.on_network(key_hash)), now)
        self._post.rejoined(eui, now)
        if entry.device_type is None:
            self._identification.ask(eui, now)

    def left(self, eui: Eui, now: Instant) -> None:
        """A Device is no longer on the network; it stays in the log."""
        entry = self.devices.find(eui)
        if entry is None:
            return
        self._identification.settled(eui)
        self._journal.note(now, "left", f"{_name(entry)} is not on the network any more")
        if entry.device_type is DeviceType.ESME:
            self._journal.note(now, "disconnected", f"from {_name(entry)}", code=DISCONNECTED_FROM_ESME)
        self._change(self.devices.changing(eui, lambda one: structs.replace(one, joined=False)), now)
        self._post.left(eui, now)

    def _dismiss_hhts(self, now: Instant) -> None:
        for entry in self.devices.entries:
            if entry.device_type is DeviceType.HHT:
                self.unlist(entry.eui, now)

    # -- what every change goes through -----------------------------------------------------------

    def _change(self, devices: DeviceLog, now: Instant) -> None:
        self._become(self._chf.state.with_devices(devices), now)

    def _become(self, state: ChfState, now: Instant) -> None:
        before = self._chf.state
        entries = self._chf.become(state)
        if entries:
            self._out.put(Remember(entries))
        self.follow(before, now)

    def follow(self, before: ChfState, now: Instant) -> None:
        """Do what follows from the change from ``before`` to the state as it is, which is remembered."""
        old = {entry.eui: entry for entry in before.devices.entries}
        new = {entry.eui: entry for entry in self.devices.entries}
        for eui in old.keys() - new.keys():
            self._forget(old[eui], now)
        for eui in new.keys() - old.keys():
            self._journal.note(now, "listed", f"{_name(new[eui])} is in the CHF Device Log")
        for eui, entry in new.items():
            known = old.get(eui)
            if entry.device_type is not None and (known is None or known.device_type is None):
                self._post.listed(eui, entry.device_type, now)
        if before.devices.told != self.devices.told:
            why = "Devices were added or removed, or have other link keys"
            self._journal.note(now, "device log", why, code=DEVICE_LOG_CHANGED)
        self._admit(before, old, now)

    def _forget(self, entry: Entry, now: Instant) -> None:
        entries: Entries = self._post.unlisted(entry.eui, now)
        entries |= self._returns.forget(entry.eui) | self._proxy.forget(entry.eui)
        if entries:
            self._out.put(Remember(entries))
        self._journal.note(now, "unlisted", f"{_name(entry)} is out of the CHF Device Log")
        self._identification.settled(entry.eui)
        self._joining.expel(entry.eui)

    def _admit(self, before: ChfState, old: dict[Eui, Entry], now: Instant) -> None:
        """Tell the radio who may join: with joining enabled anew, all who have not; restored ones always."""
        state = self._chf.state
        opened = state.joining_until is not None and state.joining_until != before.joining_until
        for entry in self.devices.others:
            if entry.joined:
                continue
            if entry.restored and entry != old.get(entry.eui):
                self._joining.permit(entry, None, now)
            elif opened:
                self._joining.permit(entry, state.joining_until, now)


def _name(entry: Entry) -> str:
    return f"{entry.device_type.value if entry.device_type else 'Device'} {entry.eui}"
