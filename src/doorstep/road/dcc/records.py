"""What the DCC writes down, as values."""

from __future__ import annotations

from msgspec import Struct

from doorstep.duis.request_id import RequestId
from doorstep.duis.writing import Canonical
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant

__all__ = ["Effect", "Issued", "Kept", "Outstanding", "Queued", "Waited", "command_name"]


def command_name(request: RequestId, schedule: int | None) -> str:
    """The name of a Command on its way: a read of a schedule has a counter of the DCC's own."""
    return str(request) if schedule is None else f"{request}/{schedule}"


class Kept(Struct, frozen=True):
    """A request that was accepted, by its digest, and the answer that it got, not signed yet.

    ``pre_command`` is the digest of what a critical request was transformed into, empty for others.
    """

    request: bytes
    answer: Canonical
    pre_command: bytes = b""


class Effect(Struct, frozen=True):
    """What a Command changes: which service, for which Device, and the value set.

    ``certificates`` are the ones that it gives a Device, each a CertificateType of the schema and its DER;
    the value is then the RemotePartyRole that they are for. ``devices`` are the ones that a restored Device
    Log lists; the value is then the hub, or the gas proxy, that had it.
    """

    srv: str
    device: Eui
    value: str = ""
    certificates: tuple[tuple[str, bytes], ...] = ()
    devices: tuple[Eui, ...] = ()


class Issued(Struct, frozen=True):
    """A Command that was made: which request asked for it, and whether its Response has come.

    ``schedule`` is the number of the schedule that asked, ``effect`` what a Response that says success means
    for the inventory. ``instructions`` names those of its parts that the Device holds until later, as the
    Device names them in its Alert of each.
    """

    request: RequestId
    service_reference: str
    variant: str
    message_code: int
    answered: bool = False
    schedule: int | None = None
    effect: Effect | None = None
    instructions: tuple[bytes, ...] = ()


class Waited(Struct, frozen=True):
    """That a Command's request was held until its time: the service that a time-out is reported for."""

    service_reference: str
    variant: str


class Outstanding(Struct, frozen=True):
    """A Command that the DCC keeps trying to deliver over the WAN."""

    request: RequestId
    hub: Eui
    command: bytes
    accepted: Instant
    schedule: int | None = None
    waited: Waited | None = None

    @property
    def name(self) -> str:
        """What it is filed under, and what a hub acknowledges it by."""
        return command_name(self.request, self.schedule)


class Queued(Struct, frozen=True):
    """A document on its way to a User's receive address."""

    user: Eui
    body: bytes
