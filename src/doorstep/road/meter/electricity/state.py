"""All that a meter knows and must not forget, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, structs

from doorstep.errors import EncodeError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.axdr import Data, Tag, encode_data
from doorstep.gbcs.times import Instant
from doorstep.road.device.firmware import Firmware
from doorstep.road.device.objects import Place, Refused, Result, place
from doorstep.road.meter.state import MeterState
from doorstep.road.meter.usage import NOTHING, Usage

__all__ = ["Pending", "State"]


class Pending(Struct, frozen=True):
    """A future-dated activation: when, of what, and which Command of whom asked for it.

    ``place`` is the activation attribute that the Command set.
    """

    due: Instant
    place: Place
    originator: Eui
    message_code: int
    counter: int


_FIRMWARE_VERSION: Final = place("1 0-0:0.2.1.255 2")


class State(MeterState, frozen=True, kw_only=True):
    """The registers, what is pending, and what every Device has; a change makes a new one.

    ``usage`` and ``twin`` are what the meter is made with, not what it remembers: what its home uses, and
    whether it has a second element.
    """

    registers: Mapping[Place, Data]
    pending: tuple[Pending, ...] = ()
    usage: Usage = NOTHING
    twin: bool = False

    def with_firmware(self, firmware: Firmware) -> State:
        """The state in which another firmware runs, whose version the meter tells as its own."""
        changed = structs.replace(self, firmware=firmware)
        return changed.holding(_FIRMWARE_VERSION, Data(Tag.OCTET_STRING, firmware.version))

    def value(self, place: Place) -> Data:
        """The value of a register; the table says which places have one."""
        return self.registers[place]

    def number(self, place: Place) -> int:
        """The value of a register that holds a number."""
        value = self.registers[place].value
        assert isinstance(value, int), f"{place} holds no number"
        return value

    def holding(self, place: Place, data: Data) -> State:
        """The state in which the register at ``place`` holds ``data``."""
        return structs.replace(self, registers={**self.registers, place: data})

    def with_number(self, place: Place, number: int) -> State:
        """The state in which a register holds another number, of the type that it has.

        Raises :class:`Refused` for a number that the type cannot hold.
        """
        data = Data(self.registers[place].tag, number)
        try:
            encode_data(data)
        except EncodeError:
            raise Refused(Result.OTHER_REASON, f"{number} does not fit {place}") from None
        return self.holding(place, data)

    def amount(self, place: Place) -> int:
        """An amount of money, wherever it stands: in the register, or as the first element of its array."""
        data = self.registers[place]
        if data.tag is Tag.ARRAY and isinstance(data.value, tuple) and data.value:
            data = data.value[0]
        return data.value if isinstance(data.value, int) else 0

    def without_pending(self, place: Place) -> State:
        """The state in which nothing is pending for the activation attribute ``place``."""
        return structs.replace(self, pending=tuple(one for one in self.pending if one.place != place))
