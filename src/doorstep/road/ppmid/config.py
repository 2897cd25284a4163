"""What a PPMID is told about itself, and its choices."""

from __future__ import annotations

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.tunnel import TunnelPolicy

__all__ = ["PpmidConfig", "PpmidPolicy"]


class PpmidConfig(Struct, frozen=True):
    """Which Device it is and which hub it belongs to. It holds no GBCS key.

    ``hub`` is the Entity Identifier of the Communications Hub's radio, the GPF's. ``relays`` is False
    for a PPMID without the capability, which stays legal. ``hub_opens_tunnel`` is the older reading in
    which the hub asks a PPMID for the tunnel. Raises :class:`UsageError` for another type of Device.
    """

    eui: Eui
    hub: Eui
    device_type: DeviceType = DeviceType.PPMID
    relays: bool = True
    hub_opens_tunnel: bool = False

    def __post_init__(self) -> None:
        if self.device_type not in (DeviceType.PPMID, DeviceType.HHT):
            raise UsageError(f"a {self.device_type.value} relays no Commands; a PPMID or an HHT does")


class PpmidPolicy(Struct, frozen=True, kw_only=True):
    """The choices of a PPMID; raises :class:`UsageError` for a number that is not above zero."""

    tunnel: TunnelPolicy = TunnelPolicy(renewal_seconds=3_600)
    """It asks for its tunnel hourly: a hub that was switched off knows no tunnel, and cannot ask for one."""

    pending: int = 16
    """How many deliveries may be on their way to the hub at once."""

    remembered: int = 256
    """How many deliveries that are over it knows by name, to repeat their last report."""

    def __post_init__(self) -> None:
        if self.pending <= 0 or self.remembered <= 0:
            raise UsageError("a PPMID's numbers of deliveries are above zero")
