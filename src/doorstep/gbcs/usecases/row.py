"""What one row of the use case tables says, and the words its columns are written in."""

from __future__ import annotations

from enum import Enum, Flag, auto

from msgspec import Struct

__all__ = ["Category", "DeviceType", "PayloadKind", "Protection", "UseCase"]


class PayloadKind(Enum):
    """The language that a use case's payload is written in."""

    DLMS = "DLMS COSEM"
    GBZ = "GBZ"
    ASN1 = "ASN.1 DER"
    MIXED = "DLMS COSEM or GBZ"
    NONE = "none: a code for event logs only"


class Protection(Flag):
    """What stands behind a message: a MAC, a signature, or both."""

    MAC = auto()
    SIGNATURE = auto()


class Category(Enum):
    """The Message Category, which decides the protection of each kind of message."""

    SME_C_C = "SME.C.C"
    SME_C_NC = "SME.C.NC"
    SME_C_PPMID_GSME = "SME.C.PPMID-GSME"
    SME_A_C = "SME.A.C"
    SME_A_NC = "SME.A.NC"
    VARIANT = "variant"
    HAN_ONLY = "ZSE specified"


class DeviceType(Enum):
    """The kinds of Device on a home's network; the value is the industry's abbreviation."""

    ESME = "ESME"
    GSME = "GSME"
    CHF = "CHF"
    GPF = "GPF"
    PPMID = "PPMID"
    HCALCS = "HCALCS"
    SAPC = "SAPC"
    HHT = "HHT"
    TYPE2 = "Type 2"

    # Looked up for every request; the hash that an Enum brings is one of Python code.
    __hash__ = object.__hash__


class UseCase(Struct, frozen=True, kw_only=True):
    """One Message Code and what is known of it.

    ``command``, ``response`` and ``alert`` are the protections of each kind of message, None where
    there is no such message; a tuple lists the alternatives of a code that has more than one form.
    ``srvs`` are the Service Request Variants that lead to it, ``roles`` the User roles that may send
    those, ``targets`` the Device types seen as its target (not an access rule).
    """

    code: int
    name: str
    title: str
    payload: PayloadKind
    category: Category
    critical: bool
    command: tuple[Protection, ...] = ()
    response: tuple[Protection, ...] = ()
    alert: tuple[Protection, ...] = ()
    srvs: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    targets: tuple[DeviceType, ...] = ()

    @property
    def label(self) -> str:
        """The use case's name, or the title of a message that has none."""
        return self.name or self.title
