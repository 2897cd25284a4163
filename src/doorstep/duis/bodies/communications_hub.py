"""Bodies that tell the DCC of a Communications Hub's installation or return: Service Reference 8.14."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.common import IMPORT_MPXN
from doorstep.duis.bodies.shape import elements, one, optional
from doorstep.duis.simple_type import BOOLEAN, DATE_TIME, EUI, one_of, text

__all__ = ["BODIES"]

_HUB: Final = one("DeviceID", EUI)
_REFERENCE: Final = optional("UserRefID", text(0, 25))
_WHEN: Final = optional("UserRefDateTime", DATE_TIME)
_INCIDENT: Final = optional("IncidentReference", text(0, 15))
_MORE: Final = optional("AdditionalInformation", text(0, 200))

_INSTALLATION: Final = (
    _HUB,
    one("CHFInstallType", one_of(("New CHF Install", "Replacement CHF Install", "CHF Install - no SM WAN"))),
    optional("InstallDateTime", DATE_TIME),
    _REFERENCE,
    one("MPxN", IMPORT_MPXN),
    optional("GISData", text(0, 25)),
    one("AerialInstall", BOOLEAN),
    one(
        "CHFLocation",
        one_of(("Outside Premises", "Indoors on external wall", "Deep indoors", "Basement or Cellar")),
    ),
)

_PREMISES: Final = (
    "Detached / Semi Detached",
    "Terraced",
    "Low Rise Apartment (MDU <= 5 floors)",
    "High Rise Apartment (MDU > 5 floors)",
)
_FAULTS: Final = (
    "Damaged case",
    "Damaged Connector",
    "Illegal interference or missing seals",
    "Environmental conditions exceeded",
    "SM WAN Fault",
    "SMHAN Interface Fault",
    "LED Fault",
    "Aerial fault",
    "Manufacturing defect",
)
_RETURNS_WITHOUT_FAULT: Final = (
    "No Fault Return (general)",
    "No Fault Return (non-dom opt out)",
    "No Fault Return (dual supplier HAN variant replacement)",
    "No Fault Return (SM WAN variant replacement requested by DCC)",
    "Lost or Stolen Hub",
)

BODIES: Final = {
    "CHFInstallSuccessSMWAN": elements(*_INSTALLATION, _MORE),
    "CHFInstallSuccessNoSMWAN": elements(
        *_INSTALLATION,
        one("PremiseType", one_of(_PREMISES)),
        one("MetalObstructionCheck", BOOLEAN),
        one("ConnectivityObstructionCheck", BOOLEAN),
        one("SharedObstructionCheck", BOOLEAN),
        _MORE,
    ),
    "CHFFaultReturn": elements(
        _HUB,
        one(
            "CHFFaultReturnType",
            one_of(("Fault identified prior to installation", "Fault identified post installation")),
        ),
        _WHEN,
        _REFERENCE,
        one("OtherDeviceID", EUI),
        _INCIDENT,
        one("CHFConnectionMethod", one_of(("Hot-shoe", "Cradle", "ESME"))),
        one("CHFFaultReason", one_of(_FAULTS)),
        _MORE,
    ),
    "CHFNoFaultReturn": elements(
        _HUB,
        one("CHFNoFaultReturnType", one_of(_RETURNS_WITHOUT_FAULT)),
        _WHEN,
        _REFERENCE,
        _INCIDENT,
        _MORE,
    ),
}
"""The shape of each body by its name."""
