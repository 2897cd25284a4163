"""What a meter hears and does, as events.

In: :class:`~doorstep.road.machine.Heard` (its home's network) and
:class:`~doorstep.road.device.events.PoweredOn`.
Out: :class:`~doorstep.road.machine.Remember`, then :class:`~doorstep.road.machine.Send`;
:class:`~doorstep.road.machine.Note` for its logs; and what became of a Command.
"""

from __future__ import annotations

from doorstep.road.device.events import Executed, PoweredOn, Rejected
from doorstep.road.machine import Heard, Note, Remember, Send

__all__ = ["Executed", "MeterEvent", "MeterInput", "PoweredOn", "Rejected"]

MeterInput = Heard | PoweredOn
MeterEvent = Remember | Send | Note | Executed | Rejected
