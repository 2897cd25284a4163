"""A street on paper: its parties, its homes and the Devices in them, before any key is made.

The identifiers that :func:`street_plan` gives begin with D0-05-5E, which is a policy choice of ours and
assigned to us by nobody: they are for streets that meet no real Device. Their last byte says what they
name: the Remote Party Role of an organisation (``D0-05-5E-00-0F-00-00-02`` is the supplier), or the
type of a Device (``D0-05-5E-01-00-03-00-E5`` is the electricity meter of home 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.keys import Role

__all__ = ["DEVICE_TYPES", "MAX_HOMES", "Firmware", "HomePlan", "StreetPlan", "street_plan"]

# The last byte of a Device's identifier, by the type of the Device.
DEVICE_TYPES: Final[Mapping[str, int]] = {
    "ESME": 0xE5,
    "GSME": 0x65,
    "CHF": 0xCF,
    "GPF": 0x6F,
    "PPMID": 0xBD,
    "HHT": 0x44,
}

# Two bytes of a Device's identifier number its home.
MAX_HOMES: Final = 0xFFFF

MAX_NAME: Final = 64

_THE_HUB: Final = ("CHF", "GPF")
_ORGANISATION: Final = bytes.fromhex("D0055E000F0000")
_DEVICE: Final = bytes.fromhex("D0055E01")


class Firmware(Enum):
    """Which GBCS 10.8.2 a Communications Hub has: with the rule that SECMP0038 changes, or before it."""

    CURRENT = "current"
    OLD = "old"


class HomePlan(Struct, frozen=True):
    """One home: its Devices, at most one of each type, and how it takes part in local delivery.

    ``relay`` says whether its PPMID passes on Commands at all, which it need not; ``response_copy``
    whether its Communications Hub has that extension switched on. Devices of the types in ``newcomers``
    are there, and not yet in the CHF Device Log: they join when CCS01 has added them.
    """

    name: str
    devices: tuple[tuple[Eui, str], ...]
    firmware: Firmware = Firmware.CURRENT
    relay: bool = True
    response_copy: bool = False
    newcomers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= MAX_NAME or not self.name.isprintable():
            raise UsageError(
                f"a home's name has 1 to {MAX_NAME} printable characters, not {self.name[:80]!r}"
            )
        types = [device_type for _, device_type in self.devices]
        for device_type in types:
            if device_type not in DEVICE_TYPES:
                raise UsageError(f"{self.name}: {device_type[:40]!r} is not one of {', '.join(DEVICE_TYPES)}")
            if types.count(device_type) > 1:
                raise UsageError(f"{self.name}: it has more than one {device_type}")
        for newcomer in self.newcomers:
            if newcomer not in types or newcomer in _THE_HUB:
                raise UsageError(f"{self.name}: {newcomer[:40]!r} is no Device of it that can come later")

    @property
    def listed(self) -> tuple[tuple[Eui, str], ...]:
        """The Devices in the CHF Device Log from the start: never an HHT, which comes for a visit."""
        return tuple(one for one in self.devices if one[1] != "HHT" and one[1] not in self.newcomers)

    def device(self, device_type: str) -> Eui | None:
        """The home's Device of a type (``"ESME"``), or None where it has none."""
        return next((eui for eui, held in self.devices if held == device_type), None)

    def eui(self, device_type: str) -> Eui:
        """As :meth:`device`, for who cannot do without; raises :class:`UsageError` where it has none."""
        eui = self.device(device_type)
        if eui is None:
            raise UsageError(f"{self.name} has no {device_type}")
        return eui


class StreetPlan(Struct, frozen=True):
    """The parties that a street's Devices know, and its homes. Every identifier in it is a different one."""

    supplier: Eui
    network_operator: Eui
    dcc: Eui
    homes: tuple[HomePlan, ...]
    recovery: Eui = Eui(_ORGANISATION + bytes((Role.RECOVERY.value,)))
    transitional_cos: Eui = Eui(_ORGANISATION + bytes((Role.TRANSITIONAL_COS.value,)))
    wan_provider: Eui = Eui(_ORGANISATION + bytes((Role.WAN_PROVIDER.value,)))

    def __post_init__(self) -> None:
        seen: set[bytes] = set()
        for eui in (*self.parties, *(eui for eui, _ in self.devices())):
            if eui in seen:
                raise UsageError(f"{eui} names two parties or Devices of the street")
            seen.add(eui)
        names = [home.name for home in self.homes]
        if len(set(names)) < len(names):
            raise UsageError("two homes of the street have the same name")

    @property
    def parties(self) -> tuple[Eui, ...]:
        """The organisations, each once."""
        return (
            self.supplier,
            self.network_operator,
            self.dcc,
            self.recovery,
            self.transitional_cos,
            self.wan_provider,
        )

    def devices(self) -> Iterator[tuple[Eui, str]]:
        """Every Device with its type, home by home."""
        for home in self.homes:
            yield from home.devices

    def home(self, which: str) -> HomePlan:
        """A home by its name, or by its place in the street counted from 1.

        Raises :class:`UsageError` where there is none.
        """
        named = {str(place): home for place, home in enumerate(self.homes, 1)}
        named |= {home.name: home for home in self.homes}
        if which in named:
            return named[which]
        raise UsageError(f"no home {which[:80]!r} in a street of {len(self.homes)}")


def street_plan(homes: int) -> StreetPlan:
    """A street of ``homes`` dual-fuel homes, 1 to 65,535, each with one Device of every type."""
    if not 1 <= homes <= MAX_HOMES:
        raise UsageError(f"a street has 1 to {MAX_HOMES} homes, not {homes}")
    return StreetPlan(
        supplier=_organisation(Role.SUPPLIER),
        network_operator=_organisation(Role.NETWORK_OPERATOR),
        dcc=_organisation(Role.ACCESS_CONTROL_BROKER),
        homes=tuple(map(_home, range(1, homes + 1))),
    )


def _organisation(role: Role) -> Eui:
    return Eui(_ORGANISATION + bytes((role.value,)))


def _home(number: int) -> HomePlan:
    front = _DEVICE + number.to_bytes(2, "big") + b"\x00"
    devices = tuple((Eui(front + bytes((last,))), name) for name, last in DEVICE_TYPES.items())
    return HomePlan(f"home {number}", devices)
