"""A stop and its radio in one box: one machine with one memory, for the bench and for processes alike."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from doorstep.gbcs.times import Instant
from doorstep.road.han.events import (
    Describe,
    Described,
    Expel,
    Joined,
    Left,
    Permit,
    PoweredOn,
    Received,
    Transmit,
)
from doorstep.road.han.machine import Radio
from doorstep.road.machine import Heard, Machine, Note, Remember, Send, Stop

__all__ = ["Box"]

In = TypeVar("In")
Out = TypeVar("Out")

_FOR_THE_RADIO = (Send, Permit, Expel, Describe)


class Box(Stop[Out | Transmit | Heard | Joined | Left | Described | Remember | Note], Generic[In, Out]):
    """What stands in a home: ``stop`` says payloads to ``radio``, and hears them from it.

    It takes radio frames (:class:`~doorstep.road.han.events.Received`) and whatever the stop takes. It
    says radio frames (:class:`~doorstep.road.han.events.Transmit`) and whatever the stop says; ``Send``
    and ``Heard`` come out too, for the record: nothing is to be done about them.

    ``power_on`` is the stop's own event of being switched on, which switches the radio on with it.
    ``minds`` names events of the radio that the stop takes besides ``Heard``: a hub minds ``Joined``,
    ``Left`` and ``Described``. Both were made with the same memory: a radio's entries begin with ``han/``.
    """

    def __init__(
        self,
        stop: Machine[Any, Any],
        radio: Radio,
        power_on: type,
        minds: tuple[type, ...] = (),
    ) -> None:
        super().__init__()
        self.stop = stop
        self.radio = radio
        self._power_on = power_on
        self._minds = (Heard, *minds)

    def receive(self, event: Any, now: Instant) -> None:
        """Take a radio frame, or an event of the stop's."""
        if isinstance(event, (Received, *_FOR_THE_RADIO)):
            self.radio.receive(event, now)
        else:
            if isinstance(event, self._power_on):
                self.radio.receive(PoweredOn(), now)
            self.stop.receive(event, now)
        self._settle(now)

    def deadline(self) -> Instant | None:
        """When the stop or its radio wants to be woken."""
        dues = (self.stop.deadline(), self.radio.deadline())
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        self.radio.on_deadline(now)
        self._settle(now)
        self.stop.on_deadline(now)
        self._settle(now)

    def _settle(self, now: Instant) -> None:
        """Let the two hear each other until both have nothing more to say."""
        while True:
            if (said := self.radio.next_event()) is not None:
                self._out.put(said)
                if isinstance(said, self._minds):
                    self.stop.receive(said, now)
            elif (said := self.stop.next_event()) is not None:
                self._out.put(said)
                if isinstance(said, _FOR_THE_RADIO):
                    self.radio.receive(said, now)
            else:
                return
