"""What a request does not say, and the DCC knows: about the Device, and about itself."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType

__all__ = ["ELEMENTS", "Known"]

ELEMENTS: Final = ("single", "twin")
"""The variants of an ESME that choose between two forms of the same Command."""


class Known(Struct, frozen=True):
    """The inputs to a transform beside the request.

    ``broker`` and ``broker_counter`` are the Access Control Broker's own identifier and Originator
    Counter, for Commands of which it is the originator. ``use_cases`` names those that the Device
    takes, which settles what a request becomes where GBCS version or meter variant decide: of several
    rows that fit, one that is named there is taken, else the first. ``element`` is the ESME's variant.
    ``clock`` stamps what carries a time. ``customer_identification_number`` is what the DCC makes up for
    SRV 9.1; the default is that of all published test data. ``on_behalf`` says that the broker asks for it
    on behalf of the User, as it does for a schedule: it is the originator then, whatever the row says.
    """

    broker: Eui
    broker_counter: int = 0
    device_type: DeviceType | None = None
    use_cases: frozenset[str] = frozenset()
    element: str = "single"
    clock: Instant = 0
    customer_identification_number: str = "1234"
    on_behalf: bool = False
