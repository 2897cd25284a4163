"""The Tapping Off Mechanism: the gas proxy learns the gas meter's configuration from Commands to the meter.

The hub hands the GPF each Command of one of these Message Codes that it takes on for a GSME, whichever way
it came, and the GSME's Response to it. The GPF acts upon a component only when the Response answers the
Command component by component (as many, with the same sequence numbers and clusters, the other way) and
the component's answer is success. It sends no Response of its own.

Nobody authenticates the Response here: the hub holds no key for that. A Response comes out of the tunnel of
the GSME that the Command was for, and only for a Command that is known.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError, InputError
from doorstep.eui import Eui
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.message import decode
from doorstep.gbcs.payloads.gbz import Component, GbzPayload
from doorstep.gbcs.times import Instant, from_utc2000
from doorstep.road.device.clusters import direction_of
from doorstep.road.hub.gpf_state import GpfState, Published, Slot
from doorstep.road.hub.store import Entries
from doorstep.road.machine import Memory
from doorstep.zigbee.clusters import CALENDAR, DEVICE_MANAGEMENT, MESSAGING, PRICE
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.zcl import DefaultResponse, Status

__all__ = ["TAPPED", "Tapped", "Taps", "apply", "settled"]

TARIFF: Final = "tariff"
FRIENDLY_CREDIT: Final = "friendly-credit"
GAS: Final = "gas"
_CALENDAR_PARTS: Final = (0x00, 0x01, 0x02, 0x03, 0x04)
_PRICE_PARTS: Final = (0x04, 0x05, 0x06)


def _rows(purpose: str, cluster: int, *commands: int) -> dict[tuple[int, int], Slot]:
    return {(cluster, command): Slot(purpose, cluster, command) for command in commands}


# Message Code -> what the GPF acts upon: cluster and command of a component, and the slot that it fills.
TAPPED: Final[Mapping[int, Mapping[tuple[int, int], Slot]]] = MappingProxyType(
    {
        0x006B: _rows(TARIFF, CALENDAR.id, *_CALENDAR_PARTS) | _rows(GAS, PRICE.id, *_PRICE_PARTS),  # GCS01a
        0x00A3: _rows(GAS, PRICE.id, *_PRICE_PARTS),  # GCS01b
        0x006F: _rows(FRIENDLY_CREDIT, CALENDAR.id, *_CALENDAR_PARTS),  # GCS05
        0x0071: _rows(GAS, MESSAGING.id, 0x00),  # GCS07
        0x0015: {},  # CS11: the GPF keeps no copy of the GSME's event log that would have to be cleared
        0x007C: _rows(GAS, PRICE.id, 0x02, 0x03),  # GCS23
        0x007E: _rows(GAS, PRICE.id, 0x01, 0x09),  # GCS25
        0x00D8: _rows(GAS, PRICE.id, 0x01, 0x09),  # GCS25a
        0x0088: _rows(GAS, DEVICE_MANAGEMENT.id, 0x01),  # GCS44
    }
)
"""The TOM Commands. Those of later versions of GBCS than the one that lists them (GCS25a) are inferred."""

_CANCEL: Final = (0xFFFFFFFE, 0xFFFFFFFF)
"""The start times that take back what is for later."""
_PREFIX: Final = "tap:"


class Tapped(Struct, frozen=True):
    """A Command whose Response is awaited."""

    name: str
    command: bytes


class Taps:
    """The TOM Commands on their way to a GSME, the last ``limit`` of them, written down while they are.

    Raises :class:`DecodeError` for a memory that is not of this class's writing.
    """

    def __init__(self, limit: int, memory: Memory) -> None:
        self._limit = limit
        self._commands: OrderedDict[str, bytes] = OrderedDict()
        for key, data in memory.items():
            if key.startswith(_PREFIX) and data is not None:
                _check(key)
                self._commands[key] = data

    def __len__(self) -> int:
        return len(self._commands)

    def add(self, header: GroupingHeader, command: bytes) -> tuple[Entries, bytes | None]:
        """Know a Command that is on its way; nothing to remember where it is none of TOM.

        Gives the Command that is forgotten for it as well, where there are too many.
        """
        if header.message_code not in TAPPED:
            return {}, None
        name = _name(header.business_target_id, header.business_originator_id, header)
        self._commands[name] = command
        self._commands.move_to_end(name)
        if len(self._commands) <= self._limit:
            return {name: command}, None
        oldest, forgotten = self._commands.popitem(last=False)
        return {name: command, oldest: None}, forgotten

    def answered(self, header: GroupingHeader) -> Tapped | None:
        """The Command that a Response with this header answers, if it is known."""
        name = _name(header.business_originator_id, header.business_target_id, header)
        command = self._commands.get(name)
        return None if command is None else Tapped(name, command)

    def of(self, header: GroupingHeader) -> Tapped | None:
        """The Command with this header, if it is known."""
        name = _name(header.business_target_id, header.business_originator_id, header)
        command = self._commands.get(name)
        return None if command is None else Tapped(name, command)

    def forget(self, device: Eui) -> Entries:
        """A GSME is gone: so are the Commands on their way to it."""
        gone = [name for name in self._commands if name.startswith(f"{_PREFIX}{device.hex()}:")]
        for name in gone:
            del self._commands[name]
        return dict.fromkeys(gone)

    def drop(self, tapped: Tapped) -> Entries:
        """Forget a Command."""
        return {} if self._commands.pop(tapped.name, None) is None else {tapped.name: None}


def _name(device: Eui, party: Eui, header: GroupingHeader) -> str:
    question = f"{header.originator_counter:x}:{header.message_code:x}"
    return f"{_PREFIX}{device.hex()}:{party.hex()}:{question}"


def _check(key: str) -> None:
    try:
        device, party, counter, code = key.removeprefix(_PREFIX).split(":")
        Eui.parse(device), Eui.parse(party), int(counter, 16), int(code, 16)
    except (ValueError, InputError):
        raise DecodeError("tapped Command", 0, f"{key!r} is no name of one") from None


# -- what the GPF makes of it --------------------------------------------------------------------------


def settled(command: bytes, response: bytes) -> tuple[tuple[Component, bool], ...] | None:
    """Each component of a Command, and whether its answer in the Response is success.

    None where the Response does not answer the Command component by component, or one of the two is not
    in GBZ.
    """
    asked, answered = _components(command), _components(response)
    if asked is None or answered is None or len(asked) != len(answered):
        return None
    pairs = tuple(zip(asked, answered, strict=True))
    if not all(_answers(one, other) for one, other in pairs):
        return None
    return tuple((one, _is_success(other)) for one, other in pairs)


def apply(
    code: int, components: tuple[tuple[Component, bool], ...], state: GpfState, now: Instant
) -> GpfState:
    """The state of the GPF after a TOM Command whose components went as said.

    All of what one Command publishes comes into force at the same time: the first start time that one of
    its commands has.
    """
    filled: dict[Slot, list[Command]] = {}
    for component, succeeded in components:
        slot = TAPPED[code].get((component.cluster, component.command_id))
        if slot is not None and succeeded and isinstance(component.command, Command):
            filled.setdefault(slot, []).append(component.command)
    starts = [start for commands in filled.values() for start in map(_start, commands) if start is not None]
    start = starts[0] if starts else 0
    for slot, commands in filled.items():
        if start in _CANCEL:
            state = state.cancelling(slot, now)
        else:
            begins = now if start == 0 else from_utc2000(start)
            state = state.publishing(slot, Published(begins, tuple(commands)), now)
    return state


def _components(message: bytes) -> tuple[Component, ...] | None:
    try:
        payload = decode(message).payload
    except DecodeError:
        return None
    return payload.components if isinstance(payload, GbzPayload) else None


def _answers(asked: Component, answer: Component) -> bool:
    return (
        asked.sequence == answer.sequence
        and asked.cluster == answer.cluster
        and direction_of(asked) is not direction_of(answer)
    )


def _is_success(answer: Component) -> bool:
    """Any command of the cluster says that what was asked was done; a Default Response says how it went."""
    command = answer.command
    return not isinstance(command, DefaultResponse) or command.status == Status.SUCCESS


def _start(command: Command) -> int | None:
    start: int | None = getattr(command, "start_time", None)
    return start
