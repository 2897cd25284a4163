"""What the DCC itself reports in the answer to a request: an inventory, schedules, coverage, warnings."""

from __future__ import annotations

from typing import Final

from doorstep.duis import codes
from doorstep.duis.bodies.common import (
    DEVICE_MANUFACTURER,
    DEVICE_MODEL,
    DEVICE_TYPE,
    ESME_VARIANT,
    FIRMWARE_VERSION,
    IMPORT_MPXN,
    MPAN,
    PROPERTY,
    SCHEDULE_ID,
    SMETS_CHTS_VERSION,
    UPRN,
    device_ids,
)
from doorstep.duis.bodies.firmware import WAN_MATRIX
from doorstep.duis.bodies.schedules import SCHEDULE
from doorstep.duis.bodies.shape import Shape, elements, one, optional, optionally, sequence, some
from doorstep.duis.simple_type import BASE64, BOOLEAN, DATE, EUI, TEXT, one_of, text
from doorstep.duis.xml import MAX_ELEMENTS

__all__ = ["CONTENTS"]

_CSP_REGION: Final = one_of(
    ("North", "Central", "South", "4G North", "4G Central", "4G South", "Unknown", "SMETS1")
)
_APPROVAL: Final = one_of(("Active", "Cancelled", "Expired", "Withdrawn"))

_DEVICE: Final = elements(
    one("DeviceID", EUI),
    one("DeviceType", DEVICE_TYPE),
    optional(
        "DeviceStatus",
        one_of(
            (
                *("Pending", "Whitelisted", "InstalledNotCommissioned", "Commissioned", "Decommissioned"),
                *("Withdrawn", "Suspended", "Recovery", "Recovered"),
            )
        ),
    ),
    one("DeviceManufacturer", DEVICE_MANUFACTURER),
    one("DeviceModel", DEVICE_MODEL),
    optional("SMETSCHTSVersion", SMETS_CHTS_VERSION),
    optional("DeviceFirmwareVersion", FIRMWARE_VERSION),
    optional("DeviceFirmwareVersionStatus", _APPROVAL),
    optional("CPLStatus", _APPROVAL),
    optional("DateCommissioned", DATE),
    optional("ImportMPxN", IMPORT_MPXN),
    optional("SecondaryImportMPAN", MPAN),
    optional("ExportMPAN", MPAN),
    optional("ESMEVariant", ESME_VARIANT),
    optional("UPRN", UPRN),
    optional("PropertyFilter", PROPERTY),
    optional("CSPRegion", _CSP_REGION),
    optional("DeviceGBCSVersion", TEXT),
    optional("HANVariant", TEXT),
    optional("S1SP", TEXT),
    optional("Connectivity", one_of(("Cellular", "Virtual"))),
)

_COVERAGE: Final = elements(
    one("CSPRegion", _CSP_REGION),
    one("CSPRegionResponseCode", one_of(codes.RESPONSE_CODES, "a Response Code")),
    optionally(
        sequence(
            one("CoverageAvailability", BOOLEAN),
            optional("AnticipatedCoverageDate", DATE),
            one("WANTechnology", text(1, 30)),
            one("ConnectivityLikelihood", one_of(("High", "Medium", "Low"))),
            optional("AuxiliaryEquipmentRequired", text(0, 50)),
            optional("AdditionalInformation", text(0, 250)),
        )
    ),
)

_NOT_UPDATED: Final = elements(
    optional("InvalidDeviceIDList", device_ids()),
    optional("NotCommissionedDeviceIDList", device_ids()),
    optional("NotApplicableFirmwareDeviceIDList", device_ids()),
    optional("OtherRequestInProgressList", device_ids()),
    optional("InvalidGBCSVersionList", device_ids()),
)

CONTENTS: Final[dict[str, Shape]] = {
    "CINMessage": elements(
        one("GBCSPayload", BASE64),
        one("CustomerIdentificationNumber", text(4, 4, "[0-9]{4}", "4 digits")),
    ),
    "DSPInventory": elements(some("Device", _DEVICE, 1, 17)),
    "DSPOptIn": elements(
        one("DeviceID", EUI),
        optional("DSPBrokerSecurityCredentialsDigitalSigning", BASE64),
        one("DSPBrokerSecurityCredentialsKeyAgreement", BASE64),
    ),
    "DSPScheduleID": Shape(text=SCHEDULE_ID),
    "DSPScheduledMessage": elements(one("GBCSPayload", BASE64), one("DSPScheduleID", SCHEDULE_ID)),
    "DSPSchedulesRead": elements(
        some(
            "DSPSchedules",
            elements(one("DSPScheduleID", SCHEDULE_ID), one("DSPScheduleDetails", SCHEDULE)),
            1,
            99,
        )
    ),
    "DSPUpdateFirmwareWarning": _NOT_UPDATED,
    "DSPUpdatePPMIDFirmwareWarning": _NOT_UPDATED,
    # The schema sets no bound to the answers; a document does to its elements.
    "DSPWANMatrix": elements(
        one("Request", WAN_MATRIX), some("DSPWANMatrixResponse", _COVERAGE, 1, MAX_ELEMENTS)
    ),
}
"""The shape of each content of a ResponseMessage that the DCC itself makes, by its name."""
