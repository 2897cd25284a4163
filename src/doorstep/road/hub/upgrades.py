"""Firmware of the hub itself as it comes and is activated, and what is said of it."""

from __future__ import annotations

from typing import Final

from msgspec import structs

from doorstep.eui import Eui
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.road.hub import firmware
from doorstep.road.hub.events import HubEvent
from doorstep.road.hub.function import Function
from doorstep.road.hub.journal import Journal
from doorstep.road.hub.state import ChfState, Image
from doorstep.road.hub.uplink import Uplink
from doorstep.road.machine import Outbox, Remember

__all__ = ["Upgrades"]

FIRMWARE_CHANGED: Final = 0x8F43


class Upgrades:
    """Images and activations. What it remembers goes to ``out``."""

    def __init__(
        self, chf: Function[ChfState], own: Eui, uplink: Uplink, out: Outbox[HubEvent], journal: Journal
    ) -> None:
        self._chf = chf
        self._own = own
        self._uplink = uplink
        self._out = out
        self._journal = journal

    def received(self, image: Image, now: Instant) -> None:
        """An image came over the WAN; it takes the place of one that is held."""
        self._out.put(Remember(self._chf.become(structs.replace(self._chf.state, image=image))))
        self._journal.note(now, "image", f"firmware version {image.version} was received")

    def activated(self, version: int, now: Instant) -> None:
        """The hub's own upgrade, by whatever way, has put another version in place."""
        before = self._chf.state.firmware
        entries = self._chf.become(structs.replace(self._chf.state, firmware=version))
        if entries:
            self._out.put(Remember(entries))
        self.notice(before, now)

    def deadline(self) -> Instant | None:
        """When an activation is due."""
        activation = self._chf.state.activation
        return None if activation is None else activation.due

    def on_deadline(self, now: Instant) -> None:
        """Do an activation that is due, and tell whoever asked for it what became of it."""
        before = self._chf.state
        due = firmware.taken_due(before, now)
        if due is None:
            return
        state, activation, outcome = due
        entries = self._chf.become(state)
        code = firmware.outcome_code(outcome)
        if self._chf.has_keys:
            said = firmware.outcome_alert(activation, outcome)
            alert, counted = self._chf.alert(firmware.OUTCOME, lambda _counter: said, activation.originator)
            self._uplink.send(alert, peek(alert), self._own, now, entries | counted)
        else:
            self._out.put(Remember(entries))
        self._journal.note(now, "activation", "an activation of firmware was due", code=code)
        self.notice(before.firmware, now)

    def notice(self, before: int, now: Instant) -> None:
        """Say that another version than ``before`` runs, if one does."""
        version = self._chf.state.firmware
        if version != before:
            self._journal.note(now, "firmware", f"version {version} is active", code=FIRMWARE_CHANGED)
