"""Effects of delivered Commands, looked for on the home's network: evidence, but no proof.

What is compared is one table, :data:`EFFECTS`, by use case. A PPMID sees numbers that a meter shows; it
authenticates nothing, and other causes may move a number. So an effect counts as seen only where

* the meter was read after the PPMID took the Command on, and did *not* show the effect then;
* it shows it when it is read after the hub has confirmed the Command;
* nothing else that the PPMID knows of was under way meanwhile that changes the same fields.

The values before and after go with the report, for the User to compare with what it ordered.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import use_case
from doorstep.road.machine import Alarms, Note, Outbox
from doorstep.road.ppmid.config import DisplayPolicy, PpmidConfig
from doorstep.road.ppmid.deliveries import Delivery
from doorstep.road.ppmid.display import ROWS, Fuel, MeterDisplay, PaymentMode
from doorstep.road.ppmid.events import PpmidEvent, Stage
from doorstep.road.ppmid.inquiries import Answered
from doorstep.road.ppmid.screen import Screen
from doorstep.zigbee.clusters import MESSAGING
from doorstep.zigbee.clusters.cluster import Cluster
from doorstep.zigbee.clusters.metering import SupplyStatus
from doorstep.zigbee.zcl import DefaultResponse, ReadAttributes

__all__ = ["EFFECTS", "Effect", "Effects", "Seen"]

Holds = Callable[[Any, Any], bool]
"""Whether a value, before and after, shows the effect. Neither is None."""


class Effect(Struct, frozen=True):
    """What a Command does that can be seen: fields of one cluster, of which one at least shows it."""

    fields: tuple[str, ...]
    words: str
    holds: Holds


def _rises(*fields: str) -> Effect:
    """A fall may be consumption or recovery of debt, a rise is not."""
    return Effect(fields, "rises", lambda before, after: after > before)


def _becomes(value: Any, *fields: str) -> Effect:
    name = value.name.lower().replace("_", " ") if isinstance(value, enum.Enum) else str(value).lower()
    return Effect(fields, f"becomes {name}", lambda before, after: before != value and after == value)


def _changes(*fields: str) -> Effect:
    """For what nothing but a Command changes."""
    return Effect(fields, "changes", lambda before, after: before != after)


_TOP_UP = _rises("balance")
_RESET = _becomes(0, "balance")
_CONFIGURED = _changes("emergency_credit_limit", "emergency_credit_threshold", "low_credit_level")
_PRICED = _changes("standing_charge", "first_price")

EFFECTS: Final[Mapping[str, Effect]] = {
    "CS01a": _TOP_UP,
    "CS01b": _TOP_UP,
    "ECS01a": _PRICED,
    "GCS01a": _PRICED,
    "ECS01b": _PRICED,
    "GCS01b": _PRICED,
    "ECS02": _becomes(PaymentMode.CREDIT, "payment_mode"),
    "GCS02": _becomes(PaymentMode.CREDIT, "payment_mode"),
    "ECS03": _becomes(PaymentMode.PREPAYMENT, "payment_mode"),
    "GCS03": _becomes(PaymentMode.PREPAYMENT, "payment_mode"),
    "ECS04a": _TOP_UP,
    "GCS40a": _TOP_UP,
    "ECS04b": _RESET,
    "GCS40b": _RESET,
    "ECS07": _rises("debt"),
    "GCS04": _rises("debt"),
    "ECS08": _CONFIGURED,
    "ECS08a": _CONFIGURED,
    "GCS05": _CONFIGURED,
    "ECS09": _becomes(True, "emergency_credit_in_use"),
    "GCS06": _becomes(True, "emergency_credit_in_use"),
    "ECS10": _changes("message"),
    "GCS07": _changes("message"),
    "ECS42": _becomes(SupplyStatus.ON, "supply"),
    "ECS43": _becomes(SupplyStatus.OFF, "supply"),
    "GCS32": _becomes(SupplyStatus.OFF, "supply"),
    "ECS44": _becomes(SupplyStatus.OFF_ARMED, "supply"),
    "GCS39": _becomes(SupplyStatus.OFF_ARMED, "supply"),
}
"""By use case: which fields show that its Command was executed, and how. What is not here shows nothing."""

_CLUSTERS: Final = {row.field: row.cluster for row in ROWS if row.field} | {"message": MESSAGING}


class Seen(Struct, frozen=True):
    """The purpose of a reading that is made for a delivery: before it goes, or after it went."""

    delivery: str
    before: bool


class _Watch:
    """One delivery whose effect is looked for."""

    def __init__(self, fuel: Fuel, effect: Effect) -> None:
        self.fuel = fuel
        self.effect = effect
        self.cluster: Cluster = _CLUSTERS[effect.fields[0]]
        self.before: MeterDisplay | None = None
        self.looks = 0


class Effects:
    """The effects that are looked for. None of it is remembered: a restart ends the search, not the delivery.

    ``seen`` is told the name of a delivery whose effect was seen, and the values in words.
    """

    def __init__(
        self,
        config: PpmidConfig,
        policy: DisplayPolicy,
        screen: Screen,
        out: Outbox[PpmidEvent],
        seen: Callable[[str, str, Instant], None],
    ) -> None:
        self._policy = policy
        self._screen = screen
        self._out = out
        self._seen = seen
        self._meters: dict[Eui | None, Fuel] = {config.esme: Fuel.ELECTRICITY, config.gsme: Fuel.GAS}
        self._watches: dict[str, _Watch] = {}
        self._alarms: Alarms[str] = Alarms()

    def start(self) -> None:
        """Begin with nothing to look for."""
        for name in list(self._watches):
            self._end(name)

    def moved(self, delivery: Delivery, now: Instant) -> None:
        """A delivery has come to its stage just now."""
        if delivery.stage is Stage.ACCEPTED:
            self._begin(delivery, now)
        elif delivery.stage in (Stage.RECEIVED, Stage.UNANSWERED):
            self._carried(delivery.name, now)
        else:
            self._end(delivery.name)

    def _begin(self, delivery: Delivery, now: Instant) -> None:
        """A Command is taken on: read what it changes, before it goes."""
        header = peek(delivery.command)
        row, fuel = use_case(header.message_code), self._meters.get(header.business_target_id)
        effect = None if row is None else EFFECTS.get(row.name)
        self._end(delivery.name)
        if effect is None or fuel is None or self.disturbed(fuel, effect.fields):
            return
        watch = self._watches[delivery.name] = _Watch(fuel, effect)
        self._screen.look(fuel, watch.cluster, Seen(delivery.name, before=True), now)

    def _carried(self, name: str, now: Instant) -> None:
        """The hub may have all of a Command: look for its effect from now on."""
        watch = self._watches.get(name)
        if watch is not None and not self._alarms.set_for(name):
            self._alarms.set(name, now + self._policy.effect_after[0])

    def disturbed(self, fuel: Fuel, fields: tuple[str, ...]) -> bool:
        """Something else changes these fields: what is looked for in them proves nothing any more."""
        others = [
            name
            for name, watch in self._watches.items()
            if watch.fuel is fuel and set(fields) & set(watch.effect.fields)
        ]
        for name in others:
            why = f"{name}: something else changes the {' and '.join(fields)}, so seeing that proves nothing"
            self._out.put(Note("effect not looked for", why))
            self._end(name)
        return bool(others)

    def looked(self, purpose: Seen, event: Answered, now: Instant) -> None:
        """A meter was read for a delivery, and the screen knows what it told."""
        watch = self._watches.get(purpose.delivery)
        read = isinstance(event.request.command, ReadAttributes)
        if watch is None or (read and isinstance(event.answer, DefaultResponse)):
            return
        reading = self._screen.meter(watch.fuel)
        if purpose.before:
            watch.before = watch.before or reading
        elif watch.before is not None and (words := _shows(watch.effect, watch.before, reading)):
            self._end(purpose.delivery)
            self._seen(purpose.delivery, words, now)

    def deadline(self) -> Instant | None:
        """When an effect is to be looked for."""
        return self._alarms.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Look for what is due, and again later."""
        for name in self._alarms.due(now):
            watch, waits = self._watches[name], self._policy.effect_after
            watch.looks += 1
            if watch.looks > len(waits) or watch.before is None:
                self._end(name)
                continue
            self._screen.look(watch.fuel, watch.cluster, Seen(name, before=False), now)
            last = watch.looks == len(waits)
            wait = self._policy.poll_every if last else waits[watch.looks] - waits[watch.looks - 1]
            self._alarms.set(name, now + wait)

    def _end(self, name: str) -> None:
        self._watches.pop(name, None)
        self._alarms.clear(name)


def _shows(effect: Effect, before: MeterDisplay, after: MeterDisplay) -> str:
    """The fields that show the effect with their values, in words; empty where none does."""
    found = []
    for field in effect.fields:
        then, now = getattr(before, field), getattr(after, field)
        if then is not None and now is not None and effect.holds(then, now):
            found.append(f"{field.replace('_', ' ')} was {_word(then)}, is {_word(now)}")
    return "; ".join(found)


def _word(value: Any) -> str:
    return str(value.name.lower().replace("_", " ") if isinstance(value, enum.Enum) else value)
