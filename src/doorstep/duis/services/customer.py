"""Messages to the customer and change of tenancy: Service References 3.1 to 3.5, and 9.1."""

from __future__ import annotations

from doorstep.duis.element import Element
from doorstep.duis.services.body import Moment, body

__all__ = [
    "clear_event_log",
    "disable_privacy_pin",
    "display_message",
    "request_customer_identification_number",
    "restrict_access",
    "update_supplier_name",
]


def display_message(message: str, at: Moment | None = None) -> Element:
    """Show a message of 1 to 116 printable ASCII characters (SRV 3.1)."""
    return body("DisplayMessage", {"SupplierMessage": message}, at)


def restrict_access(since: Moment, at: Moment | None = None) -> Element:
    """Keep what was recorded before a change of tenancy from who lives there now (SRV 3.2)."""
    return body("RestrictAccessForChangeOfTenancy", {"RestrictionDateTime": since}, at)


def clear_event_log(*, auxiliary_loads: bool | None = None) -> Element:
    """Clear the Event Log (SRV 3.3); of an electricity meter say whether that of its auxiliary loads."""
    log = None if auxiliary_loads is None else "ALCS" if auxiliary_loads else "ESME"
    return body("ClearEventLog", {"ESMEEventLogType": log})


def update_supplier_name(name: str, telephone: str, at: Moment | None = None) -> Element:
    """The supplier's name (15 characters) and telephone number (18) on the meter (SRV 3.4)."""
    return body("UpdateSupplierName", {"SupplierName": name, "SupplierTelephoneNumber": telephone}, at)


def disable_privacy_pin() -> Element:
    """Take the customer's privacy PIN off (SRV 3.5)."""
    return body("DisablePrivacyPIN", {})


def request_customer_identification_number() -> Element:
    """Show a number of 4 digits, which the DCC makes and returns, for the customer to read out (SRV 9.1)."""
    return body("RequestCustomerIdentificationNumber", {})
