"""Command Variants: what a User sends, to which web service, and where the Command is to go."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.errors import Unsupported

__all__ = ["COMMAND_VARIANTS", "CommandVariant", "Input", "Service", "command_variant"]


class Service(Enum):
    """A web service of the DCC's gateway; the value is its path."""

    SEND_COMMAND = "/api/v1/serviceS"
    TRANSFORM = "/api/v1/serviceT"
    NON_DEVICE = "/api/v1/serviceD"

    @property
    def path(self) -> str:
        """Where requests for it are posted."""
        return self.value


class Input(Enum):
    """What the body of a request holds."""

    SERVICE_REQUEST = "Service Request"
    SIGNED_PRE_COMMAND = "Signed Pre-Command"


class CommandVariant(Struct, frozen=True):
    """A Command Variant.

    ``wan``: the DCC sends the Command to the Device. ``local_copy``: the Command comes back to the User for
    Local Delivery. Input and service are ``None`` for the variant that no User may send.
    """

    number: int
    input: Input | None
    service: Service | None
    meaning: str
    wan: bool = False
    local_copy: bool = False


_SR: Final = Input.SERVICE_REQUEST
_SPC: Final = Input.SIGNED_PRE_COMMAND
_S: Final = Service.SEND_COMMAND
_T: Final = Service.TRANSFORM
_D: Final = Service.NON_DEVICE

COMMAND_VARIANTS: Final = (
    CommandVariant(1, _SR, _S, "non-critical Command over the SM WAN", wan=True),
    CommandVariant(2, _SR, _D, "non-critical Command for Local Delivery", local_copy=True),
    CommandVariant(3, _SR, _S, "non-critical Command by both ways", wan=True, local_copy=True),
    CommandVariant(4, _SR, _T, "transform a critical Service Request into a Pre-Command"),
    CommandVariant(5, _SPC, _S, "critical Command over the SM WAN", wan=True),
    CommandVariant(6, _SPC, _D, "critical Command for Local Delivery", local_copy=True),
    CommandVariant(7, _SPC, _S, "critical Command by both ways", wan=True, local_copy=True),
    CommandVariant(8, _SR, _D, "non-device request, done by the DCC itself"),
    CommandVariant(9, None, None, "internal to the DCC"),
)
"""The nine Command Variants in order."""


def command_variant(number: int) -> CommandVariant:
    """The row of a Command Variant. Raises :class:`Unsupported` for a number that is not 1 to 9."""
    if not 1 <= number <= len(COMMAND_VARIANTS):
        raise Unsupported(f"{number} is not a Command Variant (1 to 9)")
    return COMMAND_VARIANTS[number - 1]
