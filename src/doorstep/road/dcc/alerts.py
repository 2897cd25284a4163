"""The DCC's own alerts, as the elements that say what happened; and what a Device's alert is about."""

from __future__ import annotations

from hashlib import sha1
from typing import Final

from msgspec import Struct

from doorstep.duis.element import Element, element
from doorstep.duis.request_id import RequestId
from doorstep.duis.simple_type import BASE64
from doorstep.eui import Eui
from doorstep.gbcs.alerts import alert_code
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, DataNotification
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.gbcs.payloads.gbz_alerts import FutureDatedOutcome
from doorstep.gbcs.times import CANCEL, IMMEDIATE, Instant, iso
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.inventory import Device

__all__ = [
    "Dated",
    "command_failure",
    "credentials_updated",
    "device_log_result",
    "firmware_failure",
    "instructions_of",
    "log_restored",
    "outcome_of",
    "ppmid_firmware",
    "quarantined",
    "removed",
    "schedule_removal",
]

_OUTCOMES: Final = (0x8F66, 0x8F67)
_DATE_TIME: Final = 12
_COMMAND: Final = 10  # the Message Code and the counter of the Command, before what it had dated


def command_failure(request: RequestId, schedule: int | None = None) -> Element:
    """That a Command could not be delivered."""
    number = () if schedule is None else (element("DSPScheduleID", str(schedule)),)
    return element(
        "CommandFailure",
        element("CommandRequestID", str(request)),
        *number,
        element("DeviceID", str(request.target)),
    )


def quarantined(request: RequestId, breach: str, reference: int) -> Element:
    """That a request is over a threshold and waits; ``breach`` is the element that says which."""
    return element(
        "QuarantinedRequest",
        element(breach, element("RequestID", str(request)), element("QuarantineEventRef", str(reference))),
    )


def schedule_removal(device: Eui, schedule: int) -> Element:
    """That a schedule is no more."""
    return element(
        "DSPScheduleRemoval", element("DeviceID", str(device)), element("DSPScheduleID", str(schedule))
    )


def device_log_result(request: RequestId) -> Element:
    """That a hub has changed its Device Log as a request asked for."""
    return element("UpdateHANDeviceLogResult", element("UpdateHANDeviceLogServiceRequestID", str(request)))


def firmware_failure(request: RequestId, devices: tuple[Eui, ...]) -> Element:
    """That Devices have not said that an image came to them."""
    return element(
        "FirmwareDistributionFailure",
        element("UpdateFirmwareRequestID", str(request)),
        element("MeterIDs", ",".join(map(str, devices))),
    )


def ppmid_firmware(device: Eui, code: int, now: Instant, version: str, *, done: bool) -> Element:
    """That a PPMID runs its new firmware, or could not start it."""
    result = "ActivationSuccess" if done else "ActivationFailure"
    return element(
        "PPMIDAlert",
        element("DeviceID", str(device)),
        element("DeviceAlertCode", f"{code:04X}"),
        element("Timestamp", iso(now)),
        element(
            "PPMIDFirmwareUpgradeAlert",
            element("FirmwareVersion", version),
            element("ActivateImageResultCode", result),
        ),
    )


def log_restored(of_proxy: bool, old: tuple[Eui, Eui], new: tuple[Eui, Eui], now: Instant) -> Element:
    """That the Device Log of a hub, or of its gas proxy, is on another: old and new, with both named."""
    names = ("OldCHFDeviceID", old[0]), ("NewCHFDeviceID", new[0]), ("OldGPFDeviceID", old[1])
    return element(
        "DeviceLogRestored",
        element("RestoredDate", iso(now)[:10]),
        element(
            "GPFDeviceLog" if of_proxy else "CHFDeviceLog",
            *(element(name, str(eui)) for name, eui in (*names, ("NewGPFDeviceID", new[1]))),
        ),
    )


def removed(device: Device, *, deleted: bool) -> Element | None:
    """That a Device is no longer in use, or in the inventory; None where the schema has no word for it."""
    details = device.details
    if deleted:
        change = element("DeviceRemovedFromInventory")
    elif device.device_type is DeviceType.CHF:
        change = element("CHFDecommissioning")
    elif details.import_mpxn:
        numbers = (
            ("ImportMPxN", details.import_mpxn),
            ("SecondaryImportMPAN", details.secondary_import_mpan),
            ("ExportMPAN", details.export_mpan),
        )
        mpxns = (element(name, number) for name, number in numbers if number)
        change = element("MeterDecommissioningOrWithdrawal", element("MeterDecommissionOrWithdrawal", *mpxns))
    else:
        return None
    return element(
        "DeviceStatusChangeEvent",
        element("DeviceID", str(device.eui)),
        element("DeviceStatusChange", change),
    )


def credentials_updated(device: Eui, role: str, certificates: tuple[tuple[str, bytes], ...]) -> Element:
    """That a Device holds new certificates of a Remote Party: of each its type and its DER."""
    return element(
        "SecurityCredentialsUpdated",
        element("DeviceID", str(device)),
        element("RemotePartyRole", role),
        *(
            element(
                "Certificates",
                element("CertificateType", kind),
                element("CertificateHash", BASE64.render(sha1(data, usedforsecurity=False).digest())),
            )
            for kind, data in certificates
        ),
    )


class Dated(Struct, frozen=True):
    """What became of an instruction for later: of which Command, and which of its instructions."""

    alert: int
    message_code: int
    counter: int
    instruction: bytes


def outcome_of(alert: Message) -> Dated | None:
    """What an Alert says of an instruction for later, None where it is about something else."""
    code = alert_code(alert)
    if code not in _OUTCOMES:
        return None
    payload = alert.payload
    if isinstance(payload, GbzPayload) and payload.alert is not None:
        tail = payload.alert.tail
        if isinstance(tail, FutureDatedOutcome):
            what = tail.cluster, tail.frame_control, tail.command_id
            return Dated(code, tail.message_code, tail.originator_counter, _of_gbz(*what))
    if isinstance(payload, DataNotification) and isinstance(payload.body.value, tuple):
        last = payload.body.value[-1].value
        if isinstance(last, bytes) and len(last) > _COMMAND:
            message_code, counter = int.from_bytes(last[:2], "big"), int.from_bytes(last[2:_COMMAND], "big")
            return Dated(code, message_code, counter, last[_COMMAND:])
    return None


def instructions_of(command: Message) -> tuple[bytes, ...]:
    """The instructions of a Command that a Device holds until later, each as its Alert will name it.

    In DLMS COSEM they are the activation times that the Command sets, in GBZ each of its components.
    """
    payload = command.payload
    if isinstance(payload, AccessRequest):
        return tuple(
            part.class_id.to_bytes(2, "big") + part.obis + bytes((part.attribute & 0xFF,))
            for part in payload.components
            if part.action is Action.SET and _is_time(part.data)
        )
    if isinstance(payload, GbzPayload):
        return tuple(
            _of_gbz(part.cluster, part.frame_control, part.command_id) for part in payload.components
        )
    return ()


def _is_time(data: Data) -> bool:
    value = data.value
    return (
        data.tag is Tag.OCTET_STRING
        and isinstance(value, bytes)
        and len(value) == _DATE_TIME
        and value not in (CANCEL, IMMEDIATE)
    )


def _of_gbz(cluster: int, frame_control: int, command_id: int) -> bytes:
    return cluster.to_bytes(2, "big") + bytes((frame_control, command_id))
