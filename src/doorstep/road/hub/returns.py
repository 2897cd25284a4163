"""Which relay a Command came from, so that its Response can be tunnelled to that relay too."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from doorstep.errors import DecodeError, InputError
from doorstep.eui import Eui
from doorstep.gbcs.header import GroupingHeader
from doorstep.road.hub.store import Entries
from doorstep.road.machine import Memory

__all__ = ["ReturnPaths"]

_PREFIX: Final = "return:"
_KNOWN: Final = b"\x01"

_Question = tuple[Eui, Eui, int]
"""What a Response repeats of its Command: the Device, the remote party and the Originator Counter."""


class ReturnPaths:
    """The last Commands of each relay, ``limit`` at most: one relay's do not push out another's.

    Every change gives the entries to remember. Raises :class:`DecodeError` for a memory that is not of
    this class's writing.
    """

    def __init__(self, limit: int, memory: Memory) -> None:
        self._limit = limit
        self._questions: dict[Eui, OrderedDict[_Question, None]] = {}
        for key, data in memory.items():
            if key.startswith(_PREFIX) and data is not None:
                relay, question = _parse(key)
                self._questions.setdefault(relay, OrderedDict())[question] = None

    def note(self, relay: Eui, command: GroupingHeader) -> Entries:
        """A Command with this header came from the relay."""
        question = command.business_target_id, command.business_originator_id, command.originator_counter
        asked = self._questions.setdefault(relay, OrderedDict())
        asked[question] = None
        asked.move_to_end(question)
        entries: Entries = {_key(relay, question): _KNOWN}
        if len(asked) > self._limit:
            oldest, _none = asked.popitem(last=False)
            entries[_key(relay, oldest)] = None
        return entries

    def relays(self, response: GroupingHeader) -> list[Eui]:
        """The relays that the Command of this Response came from."""
        question = response.business_originator_id, response.business_target_id, response.originator_counter
        return [relay for relay, asked in self._questions.items() if question in asked]

    def forget(self, relay: Eui) -> Entries:
        """The relay is gone."""
        return {_key(relay, question): None for question in self._questions.pop(relay, ())}


def _key(relay: Eui, question: _Question) -> str:
    device, party, counter = question
    return f"{_PREFIX}{relay.hex()}:{device.hex()}:{party.hex()}:{counter:x}"


def _parse(key: str) -> tuple[Eui, _Question]:
    try:
        relay, device, party, counter = key.removeprefix(_PREFIX).split(":")
        return Eui.parse(relay), (Eui.parse(device), Eui.parse(party), int(counter, 16))
    except (ValueError, InputError):
        raise DecodeError("remembered return path", 0, f"{key!r} is no name of one") from None
