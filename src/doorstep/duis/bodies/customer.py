"""Bodies of messages to the customer and of change of tenancy: Service References 3.1 to 3.5, and 9.1."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.common import PRINTABLE, future_dated
from doorstep.duis.bodies.shape import EMPTY, elements, one, optional
from doorstep.duis.simple_type import DATE_TIME, one_of, text

__all__ = ["BODIES"]

BODIES: Final = {
    "DisplayMessage": future_dated(
        one("SupplierMessage", text(1, 116, PRINTABLE, "1 to 116 printable ASCII characters"))
    ),
    "RestrictAccessForChangeOfTenancy": future_dated(one("RestrictionDateTime", DATE_TIME)),
    "ClearEventLog": elements(optional("ESMEEventLogType", one_of(("ESME", "ALCS")))),
    "UpdateSupplierName": future_dated(
        one("SupplierName", text(1, 15, PRINTABLE, "1 to 15 printable ASCII characters")),
        one("SupplierTelephoneNumber", text(1, 18, "[0-9 ]+", "1 to 18 digits and spaces")),
    ),
    "DisablePrivacyPIN": EMPTY,
    "RequestCustomerIdentificationNumber": EMPTY,
}
"""The shape of each body by its name."""
