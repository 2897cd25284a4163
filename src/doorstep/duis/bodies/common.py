"""The simple types and shapes that bodies of several services have in common."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.shape import Member, Shape, elements, one, optional
from doorstep.duis.simple_type import DATE_TIME, SimpleType, integer, one_of, text

# Numbers of the schema language.
SHORT: Final = integer(-(1 << 15), (1 << 15) - 1)
INT: Final = integer(-(1 << 31), (1 << 31) - 1)
UNSIGNED_SHORT: Final = integer(0, (1 << 16) - 1)
UNSIGNED_INT: Final = integer(0, (1 << 32) - 1)

# Money: an amount is its number times ten to the power of its scale, in units of the currency.
PRICE_SCALE: Final = integer(-128, 127)
CURRENCY_UNITS: Final = one_of(("GBP", "ECB"))

# Meter points and premises.
IMPORT_MPXN: Final = text(1, 13)
MPAN: Final = text(13, 13)
MPRN: Final = text(1, 10)
UPRN: Final = integer(1, 10**12 - 1)

METER_POINTS: Final = elements(
    one("ImportMPxN", IMPORT_MPXN),
    optional("SecondaryImportMPAN", MPAN),
    optional("ExportMPAN", MPAN),
)
"""The meter points of a meter."""
PROPERTY: Final = elements(one("PostCode", text(6, 8)), one("AddressIdentifier", text(0, 30)))
"""A property by its address."""

# Devices.
DEVICE_TYPE: Final = one_of(("ESME", "GSME", "GPF", "CHF", "HCALCS", "PPMID", "IHD", "CAD"))
ESME_VARIANT: Final = one_of(
    (
        *("A", "B", "C", "AD", "BD", "CD", "ADE", "BDE", "CDE", "ADF", "BDF", "CDF", "ADEF", "BDEF", "CDEF"),
        *("ADG", "ADEG", "AF", "BF", "CF", "AEF", "BEF", "CEF", "AG", "AEG"),
    )
)
DEVICE_MANUFACTURER: Final = text(0, 30)
DEVICE_MODEL: Final = text(0, 30)
SMETS_CHTS_VERSION: Final = text(1, 20)
FIRMWARE_VERSION: Final = text(1, 8)

# Other things that have a name.
REMOTE_PARTY_ROLE: Final = one_of(
    ("ACB", "NetworkOperator", "Recovery", "Root", "Supplier", "TransCoS", "LoadController"), token=True
)
FLOOR_SEQUENCE_NUMBER: Final = integer(0, (1 << 63) - 1)
SCHEDULE_ID: Final = integer(0, 10**12)
UTRN: Final = text(20, 20, "[0-9]{20}", "a UTRN of 20 digits", told=False)
PRINTABLE: Final = "[ -~]+"
"""The pattern of texts that a Device shows."""

READ_LOG_PERIOD: Final = elements(one("StartDateTime", DATE_TIME), one("EndDateTime", DATE_TIME))
"""The period of which the entries of a log are read."""

_EUI: Final = "(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}"


def device_ids(longest: int | None = None) -> SimpleType[str]:
    """Entity Identifiers joined by commas, in at most so many characters."""
    return text(23, longest, rf"(?:{_EUI},)*{_EUI}", "Entity Identifiers joined by commas")


def future_dated(*members: Member) -> Shape:
    """What a request holds that may be carried out at a later time."""
    return elements(optional("ExecutionDateTime", DATE_TIME), *members)
