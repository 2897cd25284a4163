"""The Smart Metering Inventory: which Devices and Users the DCC knows, and what it knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.duis.catalogue import Role
from doorstep.duis.transform import ELEMENTS
from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.machine import Memory

__all__ = ["Details", "Device", "DeviceStatus", "Inventory", "Registry", "User"]


class DeviceStatus(Enum):
    """Where a Device is in its life; the value is the schema's word."""

    PENDING = "Pending"
    WHITELISTED = "Whitelisted"
    INSTALLED_NOT_COMMISSIONED = "InstalledNotCommissioned"
    COMMISSIONED = "Commissioned"
    DECOMMISSIONED = "Decommissioned"
    WITHDRAWN = "Withdrawn"
    SUSPENDED = "Suspended"
    RECOVERY = "Recovery"
    RECOVERED = "Recovered"


class Details(Struct, frozen=True, kw_only=True):
    """What the inventory says of a Device beside what the DCC acts on; empty where it is not known.

    Each is the text of the schema's element, ``date_commissioned`` excepted.
    """

    manufacturer: str = "doorstep"
    model: str = "emulated"
    smetschts_version: str = ""
    firmware_version: str = ""
    date_commissioned: Instant | None = None
    import_mpxn: str = ""
    secondary_import_mpan: str = ""
    export_mpan: str = ""
    esme_variant: str = ""
    uprn: str = ""
    post_code: str = ""
    address: str = ""


class Device(Struct, frozen=True):
    """One Device. ``hub`` is the CHF that it is reached through: itself, for a CHF; None while unknown.

    ``element`` is an ESME's variant, one of :data:`~doorstep.duis.transform.ELEMENTS`; ``use_cases`` names
    the versions of use cases that it takes, where there is a choice. ``parties`` are the Users that are
    registered for it, empty where anybody is. Raises :class:`UsageError` for another element.
    """

    eui: Eui
    device_type: DeviceType
    hub: Eui | None
    element: str = "single"
    use_cases: frozenset[str] = frozenset()
    status: DeviceStatus = DeviceStatus.COMMISSIONED
    parties: frozenset[Eui] = frozenset()
    details: Details = Details()

    def __post_init__(self) -> None:
        if self.element not in ELEMENTS:
            raise UsageError(f"{self.eui}: element {self.element[:40]!r} is not one of {', '.join(ELEMENTS)}")

    @property
    def commissioned(self) -> bool:
        """Whether it is in use."""
        return self.status is DeviceStatus.COMMISSIONED


class User(Struct, frozen=True):
    """One DCC User and the roles it has; one that is suspended may send nothing."""

    eui: Eui
    roles: frozenset[Role]
    suspended: bool = False


class Inventory:
    """Devices and Users by Entity Identifier, as the DCC is given them."""

    def __init__(self, users: Iterable[User] = (), devices: Iterable[Device] = ()) -> None:
        self.users: Mapping[Eui, User] = MappingProxyType({user.eui: user for user in users})
        self.devices: Mapping[Eui, Device] = MappingProxyType({device.eui: device for device in devices})


class _Entry(Struct, frozen=True):
    """What is remembered of a Device: what it has become, None for one that was taken out."""

    device: Device | None


_MOST_IN_A_HOME: Final = 17
"""How many Devices a ``DSPInventory`` holds at most."""


class Registry:
    """The inventory as it stands: as given, and as it was changed since. What was changed goes before."""

    def __init__(self, inventory: Inventory, memory: Memory) -> None:
        self.users = inventory.users
        self._changed: Book[_Entry] = Book("device:", _Entry, memory)
        self._devices = dict(inventory.devices)
        self._homes: dict[Eui, dict[Eui, None]] = {}
        for device in inventory.devices.values():
            self._settle(device)
        for name, entry in self._changed.items():
            self._forget(Eui.parse(name))
            if entry.device is not None:
                self._settle(entry.device)

    @property
    def devices(self) -> Mapping[Eui, Device]:
        """Every Device by its identifier."""
        return self._devices

    def home(self, device: Device) -> tuple[Device, ...]:
        """The Devices that are reached through the same hub, it first; of those at most 17."""
        if device.hub is None:
            return (device,)
        euis = sorted(self._homes[device.hub], key=lambda eui: (eui != device.hub, eui))
        return tuple(self._devices[eui] for eui in euis[:_MOST_IN_A_HOME])

    def put(self, device: Device) -> Entries:
        """Add a Device, or let it be what it has become."""
        self._forget(device.eui)
        self._settle(device)
        return self._changed.write(str(device.eui), _Entry(device))

    def remove(self, eui: Eui) -> Entries:
        """Take a Device out."""
        self._forget(eui)
        return self._changed.write(str(eui), _Entry(None))

    def _settle(self, device: Device) -> None:
        self._devices[device.eui] = device
        if device.hub is not None:
            self._homes.setdefault(device.hub, {})[device.eui] = None

    def _forget(self, eui: Eui) -> None:
        device = self._devices.pop(eui, None)
        if device is not None and device.hub is not None:
            del self._homes[device.hub][eui]
