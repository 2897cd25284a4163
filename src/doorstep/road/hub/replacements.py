"""Security credentials of the hub's two Functions that are replaced later, and what is said of it (CS02b)."""

from __future__ import annotations

from typing import Any

from doorstep.eui import Eui
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.road.device.administration import Settled
from doorstep.road.device.state import Deferred
from doorstep.road.hub.function import Function
from doorstep.road.hub.journal import Journal
from doorstep.road.hub.uplink import Uplink

__all__ = ["Replacements"]


class Replacements:
    """What is due of each Function, which stands here with its identifier."""

    def __init__(
        self, functions: tuple[tuple[Function[Any], Eui], ...], uplink: Uplink, journal: Journal
    ) -> None:
        self._functions = functions
        self._uplink = uplink
        self._journal = journal

    def deadline(self) -> Instant | None:
        """When the first replacement is due."""
        functions = (function for function, _own in self._functions if function.has_keys)
        dues = (one.due for function in functions for one in function.state.deferred)
        return min(dues, default=None)

    def on_deadline(self, now: Instant) -> None:
        """Replace what is due, and tell whoever asked for it what became of it."""
        for function, own in self._functions:
            while (due := function.take_due(now)) is not None:
                self._settle(function, own, *due, now)

    def _settle(
        self, function: Function[Any], own: Eui, one: Deferred, settled: Settled, now: Instant
    ) -> None:
        entries = function.become(settled.state)
        alert, counted = function.alert(
            settled.message_code, lambda _counter: settled.payload, one.originator
        )
        self._uplink.send(alert, peek(alert), own, now, entries | counted)
        self._journal.note(now, "activated", f"0x{one.message_code:04X} was due", alert, settled.code)
