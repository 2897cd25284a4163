"""The DCC's inventory, joining of Devices, firmware, and local delivery: Service References 8 and 11."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Final

from doorstep.duis.bodies import Values
from doorstep.duis.element import Element
from doorstep.duis.request_id import RequestId
from doorstep.duis.services.body import Moment, body, seconds
from doorstep.eui import Eui

__all__ = [
    "DeviceKind",
    "activate_firmware",
    "add_to_hub",
    "decommission",
    "join",
    "pre_notify",
    "read_inventory",
    "remove_from_hub",
    "return_local_command_response",
    "unjoin",
    "update_firmware",
]


class DeviceKind(Enum):
    """The types of Devices in the inventory."""

    ESME = "ESME"
    GSME = "GSME"
    GPF = "GPF"
    CHF = "CHF"
    HCALCS = "HCALCS"
    PPMID = "PPMID"
    IHD = "IHD"
    CAD = "CAD"


_AN_HOUR: Final = timedelta(hours=1)

# -- the inventory ----------------------------------------------------------------------------------


def read_inventory(
    *,
    device: Eui | None = None,
    mpxn: str | None = None,
    uprn: int | None = None,
    address: tuple[str, str] | None = None,
) -> Element:
    """What Devices there are (SRV 8.2): with a Device, at a meter point, in a property, or at an address.

    An address is a post code and what tells the property from the others there.
    """
    place = None if address is None else {"PostCode": address[0], "AddressIdentifier": address[1]}
    return body("ReadInventory", {"DeviceID": device, "MPxN": mpxn, "UPRN": uprn, "PropertyFilter": place})


def pre_notify(
    device: Eui,
    kind: DeviceKind,
    *,
    manufacturer: str,
    model: str,
    smets_version: str | None = None,
    firmware_version: str | None = None,
    esme_variant: str | None = None,
    gas_proxy: Eui | None = None,
) -> Element:
    """Tell the DCC of a Device before it is installed (SRV 12.2); of a hub its gas proxy as well."""
    values = {
        "DeviceID": device,
        "DeviceManufacturer": manufacturer,
        "DeviceModel": model,
        "DeviceType": kind.value,
        "SMETSCHTSVersion": smets_version,
        "FirmwareVersion": firmware_version,
        "ESMEVariant": esme_variant,
        "AssociatedGPFDeviceID": gas_proxy,
    }
    return body("DevicePrenotification", values)


def decommission(device: Eui) -> Element:
    """Take a Device out of use (SRV 8.3)."""
    return body("DecommissionDevice", {"DeviceID": device})


def join(other: Eui, *, critical: bool) -> Element:
    """Let the target talk to another Device; a meter's joining is critical (SRV 8.7.1 and 8.7.2)."""
    return body("JoinServiceCritical" if critical else "JoinServiceNonCritical", {"OtherDeviceID": other})


def unjoin(other: Eui, *, critical: bool) -> Element:
    """Let the target talk to another Device no more (SRV 8.8.1 and 8.8.2)."""
    return body("UnjoinServiceCritical" if critical else "UnjoinServiceNonCritical", {"OtherDeviceID": other})


def add_to_hub(
    device: Eui,
    install_code: bytes,
    *,
    join_within: timedelta = _AN_HOUR,
    import_mpxn: str | None = None,
    secondary_import_mpan: str | None = None,
    export_mpan: str | None = None,
    at: Moment | None = None,
) -> Element:
    """Let a Device join the home's network, by the install code of 6 to 16 bytes that it has (SRV 8.11).

    It may join within a time of up to an hour, which is in whole seconds.
    """
    new = {
        "JoinTimePeriod": seconds(join_within),
        "InstallCode": install_code,
        "ImportMPxN": import_mpxn,
        "SecondaryImportMPAN": secondary_import_mpan,
        "ExportMPAN": export_mpan,
    }
    values = {"DeviceID": device, "RequestType": "Add", "AddDeviceToCHFWhitelist": new}
    return body("UpdateHANDeviceLog", values, at)


def remove_from_hub(device: Eui, at: Moment | None = None) -> Element:
    """Take a Device off a Communications Hub's Device Log (SRV 8.11)."""
    return body("UpdateHANDeviceLog", {"DeviceID": device, "RequestType": "Remove"}, at)


# -- firmware ---------------------------------------------------------------------------------------


def update_firmware(image: bytes, version: str, devices: Sequence[Eui], *, ppmids: bool = False) -> Element:
    """Send firmware to meters (SRV 11.1), or to PPMIDs (11.4)."""
    values = {
        "FirmwareImage": image,
        "FirmwareVersion": version,
        "DeviceIDList": ",".join(map(str, devices)),
    }
    return body("UpdatePPMIDFirmware" if ppmids else "UpdateFirmware", values)


def activate_firmware(digest: bytes, at: Moment | None = None) -> Element:
    """Run the firmware that was sent, of which the SHA-256 is given (SRV 11.3)."""
    return body("ActivateFirmware", {"FirmwareHash": digest}, at)


# -- local delivery ---------------------------------------------------------------------------------


def return_local_command_response(original: RequestId, response: bytes) -> Element:
    """Hand the DCC what a Device answered to a Command that came by another way than the WAN (SRV 8.13)."""
    values: Values = {"OriginalRequestID": original, "DeviceGBCSResponse": response}
    return body("ReturnLocalCommandResponse", values)
