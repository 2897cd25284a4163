"""What a meter hears and does, as events.

In: :class:`~doorstep.road.machine.Heard` (its home's network) and :class:`PoweredOn`.
Out: :class:`~doorstep.road.machine.Remember`, then :class:`~doorstep.road.machine.Send`;
:class:`~doorstep.road.machine.Note` for its logs; :class:`Executed` and :class:`Rejected`, which no
real meter says aloud but which let a bench see what became of a Command.
"""

from __future__ import annotations

from msgspec import Struct

from doorstep.road.machine import Heard, Note, Remember, Send

__all__ = ["Executed", "MeterEvent", "MeterInput", "PoweredOn", "Rejected"]


class PoweredOn(Struct, frozen=True):
    """The meter starts, with whatever it remembers."""


class Executed(Struct, frozen=True):
    """A Command was authenticated and executed; ``response`` is what answers it.

    ``succeeded`` is False where a component failed: the Command counts as executed all the same, and
    its Response says which component failed.
    """

    command: bytes
    response: bytes
    succeeded: bool
    why: str = ""


class Rejected(Struct, frozen=True):
    """A Command was not executed and gets no Response; ``alert`` is the alert code for the reason."""

    command: bytes
    why: str
    alert: int


MeterInput = Heard | PoweredOn
MeterEvent = Remember | Send | Note | Executed | Rejected
