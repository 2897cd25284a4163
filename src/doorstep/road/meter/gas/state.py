"""All that a gas meter knows and must not forget, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from doorstep.errors import EncodeError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.gbz import Component
from doorstep.gbcs.times import Instant
from doorstep.road.device.clusters import Attr, Declined, named
from doorstep.road.device.firmware import Firmware
from doorstep.road.meter.state import MeterState
from doorstep.zigbee.clusters import METERING
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import Status

__all__ = ["GasState", "Pending"]


class Pending(Struct, frozen=True):
    """A future-dated component: when, which it is, and which Command of whom brought it.

    ``instruction`` names what it sets: a later one of the same name takes its place.
    """

    due: Instant
    instruction: str
    component: Component
    originator: Eui
    message_code: int
    counter: int


_FIRMWARE_VERSION: Final = named(METERING, "CurrentMeterID")


class GasState(MeterState, frozen=True, kw_only=True):
    """The attributes, what was published to the meter, what is pending, and what every Device has.

    ``published`` are whole commands that no attribute holds: calendars, a message, the supplier's name;
    by the slot that each of them fills. ``pending`` is in the order in which it was asked for.
    """

    attributes: Mapping[Attr, Value]
    published: Mapping[str, Command] = MappingProxyType({})
    pending: tuple[Pending, ...] = ()

    def with_firmware(self, firmware: Firmware) -> GasState:
        """The state in which another firmware runs, whose version the meter tells as its own."""
        return structs.replace(self, firmware=firmware).holding({_FIRMWARE_VERSION: firmware.version})

    def number(self, attribute: Attr) -> int:
        """The value of an attribute that holds a number."""
        value = self.attributes[attribute]
        assert isinstance(value, int), f"{attribute} holds no number"
        return value

    def holding(self, values: Mapping[Attr, Value]) -> GasState:
        """The state in which attributes have other values.

        Raises :class:`Declined` for a value that the attribute's type cannot hold.
        """
        for attribute, value in values.items():
            try:
                attribute.type.write(str(attribute), value)
            except EncodeError as error:
                raise Declined(Status.INVALID_VALUE, str(error)) from None
        return structs.replace(self, attributes={**self.attributes, **values})

    def publishing(self, slot: str, command: Command) -> GasState:
        """The state in which a command fills its slot."""
        return structs.replace(self, published={**self.published, slot: command})

    def without_pending(self, instruction: str) -> GasState:
        """The state in which nothing of that name is pending."""
        kept = tuple(one for one in self.pending if one.instruction != instruction)
        return structs.replace(self, pending=kept)
