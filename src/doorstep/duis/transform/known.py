"""What a request does not say, and the DCC knows: about the Devices, and about itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType

__all__ = ["ELEMENTS", "HubLog", "Known", "OtherDevice"]

ELEMENTS: Final = ("single", "twin")
"""The variants of an ESME that choose between two forms of the same Command."""


class OtherDevice(Struct, frozen=True):
    """A Device that a request names beside its target, to be joined with it.

    ``certificate`` is the DER of its Key Agreement certificate, empty where the DCC has none.
    """

    device_type: DeviceType | None = None
    certificate: bytes = b""


class HubLog(Struct, frozen=True):
    """What the DCC has kept of a hub's Device Log: of each Device the hash of its link key, 16 bytes or none.

    ``extended_pan_id`` names the home's ZigBee network, in 8 bytes.
    """

    extended_pan_id: bytes
    link_keys: tuple[tuple[Eui, bytes], ...]


class Known(Struct, frozen=True):
    """The inputs to a transform beside the request.

    ``broker`` and ``broker_counter`` are the Access Control Broker's own identifier and Originator
    Counter, for Commands of which it is the originator; ``transitional_cos`` and its counter those of the
    party that replaces suppliers' credentials. ``use_cases`` names those that the Device
    takes, which settles what a request becomes where GBCS version or meter variant decide: of several
    rows that fit, one that is named there is taken, else the first. ``element`` is the ESME's variant.
    ``clock`` stamps what carries a time. ``customer_identification_number`` is what the DCC makes up for
    SRV 9.1; the default is that of all published test data. ``on_behalf`` says that the broker asks for it
    on behalf of the User, as it does for a schedule: it is the originator then, whatever the row says.

    By the identifiers of Devices: ``others`` are those to be joined, ``hub_logs`` and ``gpf_logs`` what the
    old hub and the old GPF had in their Device Logs, to be restored.
    """

    broker: Eui
    broker_counter: int = 0
    transitional_cos: Eui | None = None
    transitional_cos_counter: int = 0
    device_type: DeviceType | None = None
    use_cases: frozenset[str] = frozenset()
    element: str = "single"
    clock: Instant = 0
    customer_identification_number: str = "1234"
    on_behalf: bool = False
    others: Mapping[Eui, OtherDevice] = {}
    hub_logs: Mapping[Eui, HubLog] = {}
    gpf_logs: Mapping[Eui, tuple[tuple[Eui, DeviceType], ...]] = {}
