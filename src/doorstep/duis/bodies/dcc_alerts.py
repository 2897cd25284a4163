"""What a DCC Alert tells: of Devices, of requests that came to nothing, of firmware and credentials.

Alert Codes and Message Codes are taken to have two bytes, as all have that are published; the schema leaves
their length open.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies import sub_ghz
from doorstep.duis.bodies.common import (
    DEVICE_TYPE,
    ESME_VARIANT,
    FIRMWARE_VERSION,
    FLOOR_SEQUENCE_NUMBER,
    IMPORT_MPXN,
    METER_POINTS,
    REMOTE_PARTY_ROLE,
    SCHEDULE_ID,
    device_ids,
)
from doorstep.duis.bodies.shape import (
    ANYTHING,
    EMPTY,
    choice,
    elements,
    one,
    optional,
    optionally,
    sequence,
    some,
)
from doorstep.duis.request_id import REQUEST_ID
from doorstep.duis.simple_type import (
    BASE64,
    DATE,
    DATE_TIME,
    EUI,
    INTEGER,
    TEXT,
    hexadecimal,
    integer,
    one_of,
    text,
)

__all__ = ["DCC_ALERTS"]

_CODE: Final = hexadecimal(2)
_DEVICE: Final = one("DeviceID", EUI)
_FIRMWARE: Final = one("FirmwareVersion", FIRMWARE_VERSION)
_ASKED_FOR: Final = "UpdateFirmwareRequestID"

_SIGNING: Final = "DigitalSigning"
_AGREEMENT: Final = "KeyAgreement"
_TOP_UP: Final = "KeyAgreementTopUp"

# -- a Device's status ------------------------------------------------------------------------------

_STATUS_CHANGE: Final = choice(
    one(
        "MeterIdentity",
        elements(one("MeterMPxNs", METER_POINTS), optional("ESMEVariant", ESME_VARIANT)),
    ),
    one(
        "MeterDecommissioningOrWithdrawal",
        elements(
            one("MeterDecommissionOrWithdrawal", METER_POINTS),
            some("AssociatedType1Device", elements(_DEVICE, one("DeviceType", DEVICE_TYPE)), 0, 7),
        ),
    ),
    one("DeviceRemovedFromInventory", EMPTY),
    one("CHFDecommissioning", EMPTY),
    one("DeviceSuspended", EMPTY),
    one("DeviceRestored", EMPTY),
    one(
        "RecoveryCompleteACBCredentials",
        elements(
            some("SupplierCertificateType", one_of((_SIGNING, _AGREEMENT, _TOP_UP)), 1, 3),
            some("NetworkOperatorCertificateType", one_of((_SIGNING, _AGREEMENT)), 0, 2),
        ),
    ),
    one("RecoveryComplete", EMPTY),
)
_RESTORED_LOG: Final = elements(
    one("OldCHFDeviceID", EUI),
    one("NewCHFDeviceID", EUI),
    one("OldGPFDeviceID", EUI),
    one("NewGPFDeviceID", EUI),
)

# -- the Sub GHz network ----------------------------------------------------------------------------

_SCAN_TRIGGER: Final = one(
    "ScanTrigger",
    one_of(
        (
            "RemotePartyCommand",
            "GSMERequest",
            "GSMEMissedItsCurfew",
            "GSMEMissingForTheLastDay",
            "CHDetectedMessageFailureProblems",
            "CHDetectedMessageRetryProblems",
            "SubGHzNon-GSMEDeviceRequest",
            "SMHANFormation",
        )
    ),
)
_SCAN_STATUS: Final = one(
    "StatusCode",
    one_of(
        (
            "ScanRequestAccepted",
            "HHTConnected",
            "DutyCycleUsageIsTooHigh",
            "JoiningIsCurrentlyPermitted",
            "GSMEOTADistributionUnderway",
            "TooManyScansToday",
            "TooManyCommandsToday",
            "TooManyScansThisWeek",
        )
    ),
)
_OPERATING_CHANNEL: Final = choice(
    one("OperatingLowerBandSubGHzChannel", elements(choice(*sub_ghz.channels(0, 61)))),
    one("OperatingUpperBandSubGHzChannel", elements(choice(*sub_ghz.channels(0, 26)))),
)
_DUAL_BAND: Final = choice(
    one("LimitedDutyCycleActionTaken", elements(one("DeviceIDToSuspend", EUI))),
    one(
        "SubGHzChannelChanged",
        elements(one("OperatingSubGHzChannel", elements(_OPERATING_CHANNEL)), _SCAN_TRIGGER),
    ),
    one("SubGHzChannelScanRequestAssessmentOutcome", elements(_SCAN_STATUS, _SCAN_TRIGGER)),
    one("SubGHzConfigurationChanged", sub_ghz.CONFIGURATION),
    one(
        "MessageDiscardedDueToDutyCycleManagement",
        elements(one("RequestID", REQUEST_ID), one("CRAFlag", one_of(("Command", "Response", "Alert")))),
    ),
    one("NoMoreSubGHzDeviceCapacity", elements(_DEVICE, optional("DeviceType", DEVICE_TYPE))),
)

# -- anomaly detection, and schema versions ---------------------------------------------------------

_BREACH: Final = elements(
    one("RequestID", REQUEST_ID), one("QuarantineEventRef", integer(-(10**20) + 1, 10**20 - 1))
)
_OTHER_VERSION: Final = choice(
    one(
        "DCCAlertVersionMismatch",
        elements(one("DCCAlertCode", TEXT), optional("DeviceID", EUI), optional("RequestID", REQUEST_ID)),
    ),
    one(
        "ServiceResponseVersionMismatch",
        elements(
            one("RequestID", REQUEST_ID),
            one("ServiceReference", TEXT),
            one("ServiceReferenceVariant", TEXT),
            one("ServiceRequestDUISVersion", TEXT),
        ),
    ),
)

DCC_ALERTS: Final = {
    "PowerOutageEvent": elements(
        one("CommsHubDeviceID", EUI), one("StartDateTime", DATE_TIME), one("MPxN", IMPORT_MPXN)
    ),
    "DeviceStatusChangeEvent": elements(_DEVICE, one("DeviceStatusChange", elements(_STATUS_CHANGE))),
    "DSPScheduleRemoval": elements(_DEVICE, one("DSPScheduleID", SCHEDULE_ID)),
    "CommandFailure": elements(
        one("CommandRequestID", REQUEST_ID), optional("DSPScheduleID", SCHEDULE_ID), _DEVICE
    ),
    "FirmwareDistributionFailure": elements(one(_ASKED_FOR, REQUEST_ID), one("MeterIDs", device_ids())),
    "UpdateHANDeviceLogResult": elements(one("UpdateHANDeviceLogServiceRequestID", REQUEST_ID)),
    "ChangeOfSupplier": elements(
        choice(
            sequence(
                one("ChangeOfSupplierServiceRequestID", REQUEST_ID), optional("ECoSErrorCode", text(3, 3))
            ),
            one(
                "DeviceChangeOfSupplier",
                elements(_DEVICE, one("DeviceType", DEVICE_TYPE), one("MPxNs", METER_POINTS)),
            ),
        )
    ),
    "DeviceLogRestored": elements(
        one("RestoredDate", DATE),
        choice(one("CHFDeviceLog", _RESTORED_LOG), one("GPFDeviceLog", _RESTORED_LOG)),
    ),
    "PPMIDAlert": elements(
        _DEVICE,
        one("DeviceAlertCode", _CODE),
        optional("Timestamp", DATE_TIME),
        optional(
            "PPMIDFirmwareUpgradeAlert",
            elements(
                _FIRMWARE,
                one("ActivateImageResultCode", one_of(("ActivationSuccess", "ActivationFailure"))),
            ),
        ),
    ),
    "SecurityCredentialsUpdated": elements(
        _DEVICE,
        one("RemotePartyRole", REMOTE_PARTY_ROLE),
        optional(
            "RemotePartySeqNumberChange",
            elements(
                one("RemotePartyFloorSeqNumber", FLOOR_SEQUENCE_NUMBER),
                optional("RemotePartyPrepaymentTopUpFloorSeqNumber", FLOOR_SEQUENCE_NUMBER),
            ),
        ),
        some(
            "Certificates",
            elements(
                one("CertificateType", one_of((_SIGNING, _AGREEMENT, _TOP_UP))),
                one("CertificateHash", BASE64),
            ),
            1,
            3,
        ),
    ),
    "PPMIDRemoval": elements(one("PPMIDDeviceID", EUI), one("CHFDeviceID", EUI)),
    "QuarantinedRequest": elements(
        choice(
            one("ADUserThresholdBreach", _BREACH),
            one("ADDCCThresholdBreach", _BREACH),
            one("ADAttributeLimitsBreach", _BREACH),
        )
    ),
    "FirmwareVersionMismatch": elements(
        _DEVICE,
        one("DeviceType", DEVICE_TYPE),
        one("FirmwareVersionSMI", FIRMWARE_VERSION),
        one("FirmwareVersionDevice", FIRMWARE_VERSION),
    ),
    "DualBandCHAlert": elements(
        one("CHFDeviceID", EUI),
        one("DeviceAlertCode", _CODE),
        optional("GBCSHexadecimalMessageCode", _CODE),
        optionally(_DUAL_BAND),
    ),
    # It holds what another party signed, of a Device that doorstep does not serve.
    "S1SPAlertDSP": elements(one("S1SPAlert", ANYTHING), optional("DSPScheduleID", SCHEDULE_ID)),
    "SMETS1CHFirmwareNotification": elements(
        _DEVICE,
        _FIRMWARE,
        one("FirmwareVersionUpdateStatus", one_of(("UpdateRequested", "ActivationSuccessful"))),
    ),
    "ALCSHCALCSConfigurationChange": elements(
        one("ESMEDeviceID", EUI),
        optional("ESMEVariant", ESME_VARIANT),
        optional("DeviceGBCSVersion", TEXT),
    ),
    "FirmwareUpgradeRequested": elements(
        one("DeviceType", DEVICE_TYPE), _FIRMWARE, one("DeviceList", device_ids())
    ),
    "CSPFirmwareDeliveryStatus": elements(
        one(_ASKED_FOR, REQUEST_ID),
        one("CommsHubDeviceID", EUI),
        one("TargetDeviceID", EUI),
        _FIRMWARE,
        one("TimeStamp", DATE_TIME),
        one("CommsHubTransferStatus", one_of(("Success", "Failure"))),
    ),
    "CommsHubAlert": elements(
        one("CommsHubDeviceID", EUI),
        one("AlertCode", _CODE),
        optional("TimeStamp", DATE_TIME),
        optional(
            "FirmwareTransferAlert",
            elements(
                optional(_ASKED_FOR, REQUEST_ID),
                one("OtherDeviceID", EUI),
                _FIRMWARE,
                one(
                    "TransferResponseCode",
                    one_of(
                        (
                            "FileTransferSuccess",
                            "FirmwareImageDiscarded",
                            "HardwareVersionMismatch",
                            "FileTransferFailure",
                        )
                    ),
                ),
            ),
        ),
    ),
    "ECoSAlert": elements(
        one("AlertID", REQUEST_ID),
        optional("RequestID", REQUEST_ID),
        one("ECoSAlertCode", TEXT),
        _DEVICE,
        optional("AdditionalInformation", TEXT),
    ),
    "CommsHubFirmwareActivation": elements(_DEVICE, _FIRMWARE),
    "CoSCertificateAlert": elements(_DEVICE, optional("CertificateSerialNumber", INTEGER)),
    "DUISVersionMismatch": elements(_OTHER_VERSION, one("ServiceUserDUISVersion", TEXT)),
}
"""The shape of each alert of the DCC by its name."""
