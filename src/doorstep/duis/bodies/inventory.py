"""Bodies of the DCC's inventory and of the logs of Devices: Service References 8.1 to 8.13, and 12.2."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.common import (
    DEVICE_MANUFACTURER,
    DEVICE_MODEL,
    DEVICE_TYPE,
    ESME_VARIANT,
    FIRMWARE_VERSION,
    IMPORT_MPXN,
    METER_POINTS,
    MPAN,
    PROPERTY,
    SMETS_CHTS_VERSION,
    UPRN,
    future_dated,
)
from doorstep.duis.bodies.configuration import SYNCHRONISE_CLOCK
from doorstep.duis.bodies.shape import EMPTY, choice, elements, one, optional
from doorstep.duis.request_id import REQUEST_ID
from doorstep.duis.simple_type import BASE64, DATE, EUI, integer, octets, one_of

__all__ = ["BODIES"]

_DEVICE: Final = one("DeviceID", EUI)
_OTHER_DEVICE: Final = elements(one("OtherDeviceID", EUI))

BODIES: Final = {
    "CommissionDeviceSynchroniseClock": SYNCHRONISE_CLOCK,
    "ReadInventory": elements(
        choice(one("UPRN", UPRN), _DEVICE, one("MPxN", IMPORT_MPXN), one("PropertyFilter", PROPERTY))
    ),
    "DecommissionDevice": elements(_DEVICE),
    "UpdateInventory": elements(
        _DEVICE,
        choice(
            one("UpdateDeviceStatusExceptCH", one_of(("Pending", "InstalledNotCommissioned"))),
            one("UpdateDeviceStatusCH", one_of(("Commissioned", "Withdrawn", "InstalledNotCommissioned"))),
            one(
                "UpdateDeviceDetails",
                elements(
                    optional("DeviceManufacturer", DEVICE_MANUFACTURER),
                    optional("DeviceModel", DEVICE_MODEL),
                    optional("SMETSCHTSVersion", SMETS_CHTS_VERSION),
                    optional("FirmwareVersion", FIRMWARE_VERSION),
                    optional("ESMEVariant", ESME_VARIANT),
                ),
            ),
            one("DeleteDevice", EMPTY),
            one(
                "UpdateMPxN",
                elements(
                    choice(
                        one("ImportMPxN", IMPORT_MPXN),
                        one("SecondaryImportMPAN", MPAN),
                        one("ExportMPAN", MPAN),
                    )
                ),
            ),
        ),
    ),
    "ServiceOptIn": elements(
        _DEVICE, one("DeviceType", DEVICE_TYPE), one("MPxNs", METER_POINTS), one("OptInDate", DATE)
    ),
    "JoinServiceCritical": _OTHER_DEVICE,
    "JoinServiceNonCritical": _OTHER_DEVICE,
    "UnjoinServiceCritical": _OTHER_DEVICE,
    "UnjoinServiceNonCritical": _OTHER_DEVICE,
    "ReadDeviceLog": future_dated(optional("ReadSecurityDetails", EMPTY)),
    "UpdateHANDeviceLog": future_dated(
        _DEVICE,
        one("RequestType", one_of(("Add", "Remove"))),
        optional(
            "AddDeviceToCHFWhitelist",
            elements(
                one("JoinTimePeriod", integer(1, 3600)),
                one("InstallCode", octets(6, 16, told=False)),
                optional("ImportMPxN", IMPORT_MPXN),
                optional("SecondaryImportMPAN", MPAN),
                optional("ExportMPAN", MPAN),
            ),
        ),
    ),
    "RestoreHANDeviceLog": elements(one("OldCHFID", EUI)),
    "RestoreGPFDeviceLog": elements(one("OldGPFID", EUI)),
    "ReturnLocalCommandResponse": elements(
        optional("OriginalRequestID", REQUEST_ID), one("DeviceGBCSResponse", BASE64)
    ),
    "DevicePrenotification": elements(
        _DEVICE,
        one("DeviceManufacturer", DEVICE_MANUFACTURER),
        one("DeviceModel", DEVICE_MODEL),
        one("DeviceType", DEVICE_TYPE),
        optional("SMETSCHTSVersion", SMETS_CHTS_VERSION),
        optional("FirmwareVersion", FIRMWARE_VERSION),
        optional("ESMEVariant", ESME_VARIANT),
        optional("AssociatedGPFDeviceID", EUI),
    ),
}
"""The shape of each body by its name."""
