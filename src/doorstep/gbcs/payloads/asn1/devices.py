"""Joins, device logs, firmware and clocks: the payloads of CS03 to CS09, CCS08, GCS28, GCS59, GCS62."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.payloads.asn1 import names
from doorstep.gbcs.payloads.asn1.credentials import AlertCode, CertificateDer, SeqNumber, Time
from doorstep.gbcs.payloads.der import Integer, Null, OctetString

__all__ = [
    "DeviceLogBackupAlert",
    "DeviceLogEntry",
    "DeviceLogResponse",
    "DeviceLogRestore",
    "DeviceLogRestoreResponse",
    "FirmwareActivation",
    "FirmwareActivationAlert",
    "FirmwareOutcome",
    "FirmwareTransferAlert",
    "FirmwareVersionResponse",
    "Join",
    "PpmidFirmwareAlert",
    "RestoreOutcome",
    "SetTime",
    "SetTimeResponse",
]

Nothing: TypeAlias = Annotated[None, Null()]
EntityId: TypeAlias = Annotated[Eui, OctetString(least=8, most=8, wrap=Eui)]
DeviceType: TypeAlias = Annotated[int, Integer.of(names.DeviceType)]
JoinResponse: TypeAlias = Annotated[int, Integer.of(names.JoinResponseCode)]
UnjoinResponse: TypeAlias = Annotated[int, Integer.of(names.UnjoinResponseCode)]
ReadResponse: TypeAlias = Annotated[int, Integer.of(names.ReadResponseCode)]
FirmwareVersion: TypeAlias = Annotated[bytes, OctetString()]


# -- CS03, CS07, GCS59, GCS62: joins and device logs --------------------------------------------------


class Join(Struct, frozen=True, gc=False):
    """Command: enter another Device in the log and agree keys with it.

    The certificate is the other Device's, for key agreement; GSME and PPMID are sent each other's.
    """

    join_method_and_role: Annotated[int, Integer.of(names.JoinMethodAndRole)]
    other_device_entity_identifier: EntityId
    other_device_type: DeviceType
    other_device_certificate: CertificateDer | None = None


class DeviceLogEntry(Struct, frozen=True, gc=False):
    """One Device in another's log."""

    device_identifier: EntityId
    device_type: DeviceType


class DeviceLogResponse(Struct, frozen=True, gc=False):
    """Response: the log, or that it could not be read."""

    read_log_response_code: ReadResponse
    device_log_entries: tuple[DeviceLogEntry, ...] | None = None


class DeviceLogRestore(Struct, frozen=True, gc=False):
    """Command: what a new GPF's log shall hold."""

    device_log_entries: tuple[DeviceLogEntry, ...]


class RestoreOutcome(Struct, frozen=True, gc=False):
    """What became of one entry."""

    device_log_entry: DeviceLogEntry
    join_response_code: JoinResponse


class DeviceLogRestoreResponse(Struct, frozen=True, gc=False):
    """Response: what became of each entry."""

    restore_outcomes: tuple[RestoreOutcome, ...]


class DeviceLogBackupAlert(Struct, frozen=True, gc=False):
    """Alert: a GPF's log, sent whenever it changes so that it can be restored."""

    alert_code: AlertCode
    backup_date_time: Time
    device_log_entries: tuple[DeviceLogEntry, ...]


# -- CS06, CS08, CS09, CCS08: firmware ------------------------------------------------------------------


class FirmwareActivation(Struct, frozen=True, gc=False):
    """Command: run the image with this SHA-256 hash (32 bytes); the counter is the message's own.

    Without ``execution_date_time`` it is for now; with :data:`~doorstep.gbcs.payloads.asn1.CANCEL` it
    takes back one that is pending.
    """

    manufacturer_image_hash: Annotated[bytes, OctetString(least=32, most=32)]
    originator_counter: SeqNumber
    execution_date_time: Time | None = None


class FirmwareOutcome(Struct, frozen=True, gc=False):
    """What became of the image, and the version that now runs (4 bytes)."""

    activate_image_response_code: Annotated[int, Integer.of(names.ActivateImageResponseCode)]
    firmware_version: FirmwareVersion


class FirmwareActivationAlert(Struct, frozen=True, gc=False):
    """Alert: what became of an activation that was for later; the counter is that of its Command."""

    alert_code: AlertCode
    execution_date_time: Time
    originator_counter: SeqNumber
    execution_outcome: FirmwareOutcome


class FirmwareVersionResponse(Struct, frozen=True, gc=False):
    """Response: the version that a PPMID or HCALCS runs."""

    firmware_version: FirmwareVersion
    read_response_code: ReadResponse


class PpmidFirmwareAlert(Struct, frozen=True, gc=False):
    """Alert: a PPMID has, or has not, started its new firmware."""

    alert_code: AlertCode
    execution_date_time: Time
    firmware_version: FirmwareVersion
    activate_image_response_code: Annotated[int, Integer.of(names.FirmwareActivationCode)]


class FirmwareTransferAlert(Struct, frozen=True, gc=False):
    """Alert: a hub has, or has not, brought an image to a Device."""

    alert_code: AlertCode
    execution_date_time: Time
    device_identifier: EntityId
    firmware_version: FirmwareVersion
    firmware_transfer_response_code: Annotated[int, Integer.of(names.FirmwareTransferCode)]


# None for an activation that is for later: it is accepted, and an Alert will say what became of it.
FirmwareActivationResponse: TypeAlias = Nothing | FirmwareOutcome


# -- GCS28: the clock of a GSME -------------------------------------------------------------------------


class SetTime(Struct, frozen=True, gc=False):
    """Command: take the hub's time, provided that it lies between these two."""

    validity_interval_start: Time
    validity_interval_end: Time


class SetTimeResponse(Struct, frozen=True, gc=False):
    """Response: the Device's time now, and how far it trusts it."""

    device_time: Time
    device_time_status: Annotated[int, Integer.of(names.DeviceTimeStatus)]
