"""What a Communications Hub is told about itself, and its choices."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.device import Cells
from doorstep.road.device.objects import Place
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.tunnel import TunnelPolicy

__all__ = ["HubConfig", "HubKeys", "HubPolicy"]

_HOUR: Final = 3_600_000


class HubConfig(Struct, frozen=True, kw_only=True):
    """One hub.

    ``gpf`` is also the identifier of its radio on the home's network. ``devices`` need not list the CHF
    and the GPF themselves. ``firmware`` decides which text of GBCS 10.8.2 it follows
    (:data:`~doorstep.road.hub.routing.CHANGED_RULE_FIRMWARE`). ``response_copy`` is doorstep's extension:
    a Response is tunnelled to the PPMID that its Command came from, too. ``opens_ppmid_tunnels`` is the
    older reading in which the hub asks a PPMID for the tunnel. ``chf_cells`` and ``gpf_cells`` are the
    parties that the two Functions trust as they leave the factory. ``extended_pan`` identifies the home's
    network; without one it is the GPF's identifier. ``manufacturer`` and ``model`` are what the hub says
    of itself. ``faults`` are attributes and methods of the CHF that are broken, which is how a bench makes
    a Command fail half-way.

    Raises :class:`UsageError` where the log gives the hub's own identifiers to other Devices.
    """

    chf: Eui
    gpf: Eui
    devices: DeviceLog = DeviceLog()
    firmware: int = 1
    response_copy: bool = False
    opens_ppmid_tunnels: bool = False
    chf_cells: Cells = Cells(MappingProxyType({}))
    gpf_cells: Cells = Cells(MappingProxyType({}))
    extended_pan: Eui | None = None
    manufacturer: bytes = b"doorstep"
    model: bytes = b"emulated"
    faults: frozenset[Place] = frozenset()

    def __post_init__(self) -> None:
        if self.chf == self.gpf:
            raise UsageError(f"CHF and GPF are different Devices, not both {self.chf}")
        for eui, own in ((self.chf, DeviceType.CHF), (self.gpf, DeviceType.GPF)):
            listed = self.devices.device_type(eui)
            if listed not in (None, own):
                raise UsageError(f"the log has {eui} as {listed.value}, and it is the hub's {own.value}")


class HubKeys(Struct, frozen=True):
    """The keys of the hub's two Functions: each has its own, and the certificates of those that it trusts."""

    chf: KeyRing
    gpf: KeyRing


class HubPolicy(Struct, frozen=True, kw_only=True):
    """How much a hub holds and for how long: mostly choices, as the standard's values are not public.

    Raises :class:`UsageError` for a number that is not above zero.
    """

    tunnel: TunnelPolicy = TunnelPolicy(queue=1024, patience=24 * _HOUR)

    largest_message: int = 1_500
    """Bytes of one message, or one block of it, that the hub takes on for a Device: no more than one tunnel
    transfer. Open implementations have a buffer of 1,200; longer Commands come in blocks of that."""

    waiting: int = 32
    """How many messages from one sender may wait for one Device, so that no sender keeps out another."""

    wan_waiting: int = 256
    """How many messages from one Device may wait for the WAN; the oldest goes for the newest."""

    wan_retry: Instant = 60_000
    """A message that the WAN has not taken after so long is sent again."""

    gas_retention: Instant = 24 * _HOUR
    """One stack's: for how long a message waits to be fetched by a GSME."""

    hht_window: Instant = _HOUR
    """The standard's: for how long after power-on a Hand-Held Terminal may be there."""

    describe_retry: Instant = 60_000
    """A Device that has not said what it is after so long is asked again."""

    taps: int = 16
    """How many Commands to the gas meter are known for the gas proxy until their Responses come."""

    mirrored: int = 256
    """How many attributes of the gas meter are mirrored."""

    events: int = 100
    """How many entries the Event Log and the Security Log hold each; the oldest is overwritten."""

    returns: int = 64
    """How many Commands from one relay are known, so that their Responses are tunnelled to it."""

    def __post_init__(self) -> None:
        for name in structs.fields(self):
            value = getattr(self, name.name)
            if isinstance(value, int) and value <= 0:
                raise UsageError(f"a hub's {name.name} is above zero, not {value}")
