"""Bodies of security credentials: Service References 6.15, 6.17, 6.21, 6.23, 6.24 and 8.5."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.common import (
    FLOOR_SEQUENCE_NUMBER,
    IMPORT_MPXN,
    REMOTE_PARTY_ROLE,
    future_dated,
)
from doorstep.duis.bodies.shape import Member, Shape, elements, one, optional, some
from doorstep.duis.simple_type import BASE64, BOOLEAN, DATE_TIME, one_of

__all__ = ["BODIES"]

_CERTIFICATION_PATH: Final = one("CertificationPathCertificates", elements(some("Certificate", BASE64, 1, 3)))
_TIME_BASED_CHECKS: Final = one("ApplyTimeBasedCPVChecks", BOOLEAN)

_ROLE_AND_FLOORS: Final = (
    one("RemotePartyRole", REMOTE_PARTY_ROLE),
    optional("RemotePartyFloorSeqNumber", FLOOR_SEQUENCE_NUMBER),
    optional("RemotePartyPrepaymentTopUpFloorSeqNumber", FLOOR_SEQUENCE_NUMBER),
)
_KEY_AGREEMENT: Final = (
    optional("KeyAgreementCertificate", BASE64),
    optional("KeyAgreementTopUpCertificate", BASE64),
)
_A_NEW_PARTY: Final = elements(one("DigitalSigningCertificate", BASE64), *_KEY_AGREEMENT)
_THE_SAME_PARTY: Final = elements(optional("DigitalSigningCertificate", BASE64), *_KEY_AGREEMENT)


def _replacing(name: str, certificates: Shape) -> tuple[Member, ...]:
    """The certificates that replace others, and how the Device is to check them."""
    return one(name, certificates), _CERTIFICATION_PATH, _TIME_BASED_CHECKS


_TYPE_OF_CREDENTIAL: Final = elements(one("CredentialType", one_of(("Digital Signature", "Key Agreement"))))

BODIES: Final = {
    "UpdateSecurityCredentialsKRP": future_dated(
        *_ROLE_AND_FLOORS,
        *_replacing(
            "ReplacementCertificates",
            elements(one("SupplierOrNetworkOperatorCertificates", _THE_SAME_PARTY)),
        ),
    ),
    "UpdateSecurityCredentialsDevice": elements(one("DeviceCertificate", BASE64)),
    "IssueSecurityCredentials": _TYPE_OF_CREDENTIAL,
    "RequestHandoverOfDCCControlledDevice": future_dated(
        *_ROLE_AND_FLOORS, *_replacing("ReplacementCertificates", _A_NEW_PARTY)
    ),
    "UpdateSecurityCredentialsCoS": future_dated(
        one("SupplierFloorSeqNumber", FLOOR_SEQUENCE_NUMBER),
        optional("SupplierPrepaymentTopUpFloorSeqNumber", FLOOR_SEQUENCE_NUMBER),
        *_replacing("SupplierReplacementCertificates", _A_NEW_PARTY),
        one("ImportMPxN", IMPORT_MPXN),
    ),
    "RetrieveDeviceSecurityCredentialsKRP": elements(some("RemotePartyRole", REMOTE_PARTY_ROLE, 1, 7)),
    "RetrieveDeviceSecurityCredentialsDevice": _TYPE_OF_CREDENTIAL,
    "ServiceOptOut": elements(
        one("ExecutionDateTime", DATE_TIME),
        one("ACBFloorSeqNumber", FLOOR_SEQUENCE_NUMBER),
        *_replacing(
            "ReplacementCertificates",
            elements(optional("DigitalSigningCertificate", BASE64), one("KeyAgreementCertificate", BASE64)),
        ),
    ),
}
"""The shape of each body by its name."""
