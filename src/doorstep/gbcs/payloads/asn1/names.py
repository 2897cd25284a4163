"""The named numbers and named bits of GBCS's ASN.1, with the standard's names."""

from __future__ import annotations

from enum import IntEnum, IntFlag

from doorstep.gbcs.role import Role as RemotePartyRole  # as the standard's ASN.1 calls it

__all__ = [
    "ActivateImageResponseCode",
    "ApplyTimeBasedCpvChecks",
    "CellUsage",
    "CredentialsReplacementMode",
    "DeviceTimeStatus",
    "DeviceType",
    "FirmwareActivationCode",
    "FirmwareTransferCode",
    "IssueCredentialsFailure",
    "JoinMethodAndRole",
    "JoinResponseCode",
    "KeyUsageBits",
    "ProvideCertificateFailure",
    "ReadResponseCode",
    "RemotePartyRole",
    "SeqNumberUsage",
    "StatusCode",
    "UnjoinResponseCode",
    "UpdateCertificateResponseCode",
]


class KeyUsageBits(IntFlag):
    """X.509 KeyUsage, its first bit as flag 1. A cell has digital signature, key agreement or cert sign."""

    DIGITAL_SIGNATURE = 1 << 0
    CONTENT_COMMITMENT = 1 << 1
    KEY_ENCIPHERMENT = 1 << 2
    DATA_ENCIPHERMENT = 1 << 3
    KEY_AGREEMENT = 1 << 4
    KEY_CERT_SIGN = 1 << 5
    CRL_SIGN = 1 << 6
    ENCIPHER_ONLY = 1 << 7
    DECIPHER_ONLY = 1 << 8


class CellUsage(IntEnum):
    """Which of two cells with the same role and key usage."""

    MANAGEMENT = 0
    PRE_PAYMENT_TOP_UP = 1


class SeqNumberUsage(IntEnum):
    """What an anti-replay counter of its own is kept for."""

    PREPAYMENT_TOP_UP = 0


class CredentialsReplacementMode(IntEnum):
    """Whose credentials are replaced, and by whom."""

    ROOT_BY_SUPPLIER = 0
    ROOT_BY_WAN_PROVIDER = 1
    SUPPLIER_BY_SUPPLIER = 2
    NETWORK_OPERATOR_BY_NETWORK_OPERATOR = 3
    ACCESS_CONTROL_BROKER_BY_ACB = 4
    WAN_PROVIDER_BY_WAN_PROVIDER = 5
    TRANS_COS_BY_TRANS_COS = 6
    SUPPLIER_BY_TRANS_COS = 7
    ANY_EXCEPT_ABNORMAL_ROOT_BY_RECOVERY = 8
    ANY_BY_CONTINGENCY = 9
    LOAD_CONTROLLER_BY_LOAD_CONTROLLER = 10
    LOAD_CONTROLLER_BY_SUPPLIER = 11


class ApplyTimeBasedCpvChecks(IntEnum):
    """Whether certification path validation looks at the time."""

    APPLY = 0
    DISAPPLY = 1


class StatusCode(IntEnum):
    """What became of one trust anchor cell, or of reading one party's."""

    SUCCESS = 0
    BAD_CERTIFICATE = 5
    NO_TRUST_ANCHOR = 10
    INSUFFICIENT_MEMORY = 17
    TRUST_ANCHOR_NOT_FOUND = 25
    RESOURCES_BUSY = 30
    OTHER = 127


class IssueCredentialsFailure(IntEnum):
    """Why a Device made no certification request (CS02c)."""

    INVALID_KEY_USAGE = 1
    KEY_PAIR_GENERATION_FAILED = 2
    CR_PRODUCTION_FAILED = 3


class UpdateCertificateResponseCode(IntEnum):
    """What a Device did with a new certificate of its own (CS02d)."""

    SUCCESS = 0
    INVALID_CERTIFICATE = 1
    WRONG_DEVICE_IDENTITY = 2
    INVALID_KEY_USAGE = 3
    NO_CORRESPONDING_KEY_PAIR_GENERATED = 4
    WRONG_PUBLIC_KEY = 5
    CERTIFICATE_STORAGE_FAILED = 6
    PRIVATE_KEY_CHANGE_FAILED = 7


class ProvideCertificateFailure(IntEnum):
    """Why a Device returned no certificate (CS02e)."""

    INVALID_KEY_USAGE = 1
    NO_CERTIFICATE_HELD = 2
    CERTIFICATE_RETRIEVAL_FAILURE = 3


class JoinMethodAndRole(IntEnum):
    """How two Devices are to be joined, and which part the addressed one plays."""

    METHOD_A_INITIATOR = 0
    METHOD_A_RESPONDER = 1
    METHOD_B = 2
    METHOD_C = 3


class DeviceType(IntEnum):
    """A Device as another Device's log has it."""

    GSME = 0
    ESME = 1
    CHF = 2
    GPF = 3
    HCALCS = 4
    PPMID = 5
    TYPE_2 = 6


class JoinResponseCode(IntEnum):
    """What became of a join (CS03), or of one entry of a log that is restored (GCS59)."""

    SUCCESS = 0
    INVALID_MESSAGE_CODE_FOR_JOIN_METHOD_AND_ROLE = 1
    INVALID_JOIN_METHOD_AND_ROLE = 2
    INCOMPATIBLE_WITH_EXISTING_ENTRY = 3
    DEVICE_LOG_FULL = 4
    WRITE_FAILURE = 5
    KEY_AGREEMENT_NO_RESOURCES = 6
    KEY_AGREEMENT_UNKNOWN_ISSUER = 7
    KEY_AGREEMENT_UNSUPPORTED_SUITE = 8
    KEY_AGREEMENT_BAD_MESSAGE = 9
    KEY_AGREEMENT_BAD_KEY_CONFIRM = 10
    INVALID_OR_MISSING_CERTIFICATE = 11
    NO_PARTNER_LINK_KEY_RECEIVED = 12
    NO_CBKE_RESPONSE = 13


class UnjoinResponseCode(IntEnum):
    """What became of an unjoin (CS04)."""

    SUCCESS = 0
    NOT_IN_DEVICE_LOG = 1
    OTHER_FAILURE = 2


class ReadResponseCode(IntEnum):
    """Whether a log or a version could be read (CS07, CS08)."""

    SUCCESS = 0
    READ_FAILURE = 1


class ActivateImageResponseCode(IntEnum):
    """What became of a firmware image that was to be activated (CS06)."""

    SUCCESS = 0
    NO_IMAGE_HELD = 1
    HASH_MISMATCH = 2
    ACTIVATION_FAILURE = 3


class FirmwareActivationCode(IntEnum):
    """Whether a PPMID runs its new firmware (CS09)."""

    SUCCESS = 0
    FAILURE = 1


class FirmwareTransferCode(IntEnum):
    """What became of an image on its way from the hub to a Device (CCS08)."""

    SUCCESS = 0
    IMAGE_DISCARDED = 1
    HARDWARE_VERSION_MISMATCH = 2
    FILE_TRANSFER_FAILURE = 3


class DeviceTimeStatus(IntEnum):
    """How far a GSME trusts its clock (GCS28)."""

    RELIABLE = 0
    INVALID = 1
    UNRELIABLE = 2
