"""The Smart Metering Inventory: which Devices and Users the DCC knows, and what it knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from doorstep.duis.catalogue import Role
from doorstep.duis.transform import ELEMENTS
from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType

__all__ = ["Device", "Inventory", "User"]


class Device(Struct, frozen=True):
    """One Device. ``hub`` is the CHF that it is reached through: itself, for a CHF.

    ``element`` is an ESME's variant, one of :data:`~doorstep.duis.transform.ELEMENTS`; ``use_cases`` names
    the versions of use cases that it takes, where there is a choice. Raises :class:`UsageError` for another
    element.
    """

    eui: Eui
    device_type: DeviceType
    hub: Eui
    element: str = "single"
    use_cases: frozenset[str] = frozenset()
    commissioned: bool = True

    def __post_init__(self) -> None:
        if self.element not in ELEMENTS:
            raise UsageError(f"{self.eui}: element {self.element[:40]!r} is not one of {', '.join(ELEMENTS)}")


class User(Struct, frozen=True):
    """One DCC User and the roles it has."""

    eui: Eui
    roles: frozenset[Role]


class Inventory:
    """Devices and Users by Entity Identifier."""

    def __init__(self, users: Iterable[User] = (), devices: Iterable[Device] = ()) -> None:
        self.users: Mapping[Eui, User] = MappingProxyType({user.eui: user for user in users})
        self.devices: Mapping[Eui, Device] = MappingProxyType({device.eui: device for device in devices})
