"""The Originator Counters that the supplier gives its Commands, and what a later one does to earlier ones.

A Device accepts a Command only if its counter is over that of the last one it accepted from the same party,
and counts top-ups apart from all others (``gbcs-crypto.md`` section 8). Of a top-up's counter only ten bits
of the upper half travel in its UTRN, and the Device has to find the rest from the last one it knows (section
9). So the two halves are used for two things (policy):

* a Command takes the next counter;
* a top-up takes the next one whose lower half is zero.

The upper half then counts top-ups alone. Had every Command a step of the upper half, a Device that has seen
1,024 of them since its last top-up could not tell which counter a UTRN was issued for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from doorstep.errors import DecodeError, EncodeError
from doorstep.eui import Eui
from doorstep.road.machine import Memory
from doorstep.road.supplier.delivery import FINAL, Delivery, State
from doorstep.road.supplier.orders import TOP_UP_VARIANT, Route

__all__ = ["Sequencer", "Sequencers", "gone_before", "void_after"]

_HALF: Final = 32
_LAST: Final = 2**64 - 1
_GONE: Final = (State.SENT, State.HANDED, State.RECEIVED, State.EXECUTED, State.REFUSED, State.UNKNOWN)


class Sequencer:
    """The counters of one originator for one Device: each is over all before it."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def take(self, *, top_up: bool = False) -> int:
        """The next counter, which nobody has had. Raises :class:`EncodeError` when they are used up."""
        counter = ((self.last >> _HALF) + 1) << _HALF if top_up else self.last + 1
        if counter > _LAST:
            raise EncodeError("Originator Counter", "all 64-bit counters for this Device are used up")
        self.last = counter
        return counter


class Sequencers:
    """One sequencer for each Device, made when it is first asked for.

    ``floor`` is the counter over which a Device starts that none has been remembered for: what an earlier
    system of the same supplier got to.
    """

    def __init__(self, originator: Eui, memory: Memory, floor: int = 0) -> None:
        self._prefix = f"counter/{originator}/"
        self._floor = floor
        self._of: dict[Eui, Sequencer] = {}
        for key, value in memory.items():
            if key.startswith(self._prefix) and value is not None:
                self._of[Eui.parse(key.removeprefix(self._prefix))] = Sequencer(_number(key, value))

    def take(self, device: Eui, *, top_up: bool = False) -> int:
        """The next counter for a Device; :meth:`entry` is to be remembered before it is used."""
        return self._of.setdefault(device, Sequencer(self._floor)).take(top_up=top_up)

    def entry(self, device: Eui) -> dict[str, bytes | None]:
        """What to remember, so that no counter taken so far is taken again."""
        return {f"{self._prefix}{device}": b"%d" % self._of[device].last}


def void_after(deliveries: Iterable[Delivery], counter: int) -> tuple[Delivery, ...]:
    """The undelivered ones of a Device's deliveries that no longer count once ``counter`` was executed.

    Top-ups are not among them: a Device takes them in any order. Whether a Device checks the counters of its
    non-critical Commands is not certain (``gbcs-crypto.md`` section 8); here it is taken to.
    """
    return tuple(
        delivery
        for delivery in deliveries
        if delivery.state not in FINAL and delivery.counter < counter and delivery.variant != TOP_UP_VARIANT
    )


def gone_before(deliveries: Iterable[Delivery], held: Delivery) -> Delivery | None:
    """One of a Device's later deliveries whose Command may be there already, if there is any.

    The Device then may take nothing under the counter of ``held`` any more. One of the same service is named
    before others. None for a top-up.
    """
    if held.variant == TOP_UP_VARIANT:
        return None
    gone = [one for one in deliveries if one.counter > held.counter and _may_be_there(one)]
    return min(gone, key=lambda one: (one.variant != held.variant, one.counter), default=None)


def _may_be_there(delivery: Delivery) -> bool:
    sending = delivery.state is State.COMMANDING and Route(delivery.route).wan
    return delivery.variant != TOP_UP_VARIANT and (sending or delivery.state in _GONE)


def _number(key: str, value: bytes) -> int:
    if not value.isdigit() or int(value) > _LAST:
        raise DecodeError(key, 0, f"{value[:40]!r} is no Originator Counter")
    return int(value)
