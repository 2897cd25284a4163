"""Security credentials: Service References 6.15, 6.17, 6.23 and 6.24. Certificates are in DER."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

from doorstep.duis.bodies import Values
from doorstep.duis.element import Element
from doorstep.duis.services.body import Moment, body

__all__ = [
    "CredentialType",
    "RemotePartyRole",
    "Replacement",
    "change_of_supplier",
    "issue_credentials",
    "retrieve_device_credentials",
    "retrieve_party_credentials",
    "update_device_credentials",
    "update_party_credentials",
]


class RemotePartyRole(Enum):
    """Whose credentials a Device holds."""

    ACB = "ACB"
    NETWORK_OPERATOR = "NetworkOperator"
    RECOVERY = "Recovery"
    ROOT = "Root"
    SUPPLIER = "Supplier"
    TRANSITIONAL_COS = "TransCoS"
    LOAD_CONTROLLER = "LoadController"


class CredentialType(Enum):
    """What a credential is for."""

    DIGITAL_SIGNATURE = "Digital Signature"
    KEY_AGREEMENT = "Key Agreement"


class Replacement(Struct, frozen=True, kw_only=True):
    """The certificates that a Device is to hold, and those that lead to its root.

    ``check_times`` says whether the Device checks that they are valid at its time.
    """

    digital_signing: bytes | None = None
    key_agreement: bytes | None = None
    top_up: bytes | None = None
    path: Sequence[bytes]
    check_times: bool = False

    def certificates(self) -> Values:
        """The plain values of the certificates themselves."""
        return {
            "DigitalSigningCertificate": self.digital_signing,
            "KeyAgreementCertificate": self.key_agreement,
            "KeyAgreementTopUpCertificate": self.top_up,
        }

    def checks(self) -> Values:
        """The plain values of how they are checked."""
        return {
            "CertificationPathCertificates": {"Certificate": list(self.path)},
            "ApplyTimeBasedCPVChecks": self.check_times,
        }


def update_party_credentials(
    role: RemotePartyRole,
    new: Replacement,
    *,
    floor: int | None = None,
    top_up_floor: int | None = None,
    at: Moment | None = None,
) -> Element:
    """Replace certificates of a party that a Device knows by others of the same party (SRV 6.15.1).

    ``floor`` is the counter below which nothing of the party is taken any more.
    """
    certificates = {"SupplierOrNetworkOperatorCertificates": new.certificates()}
    values = {
        "RemotePartyRole": role.value,
        "RemotePartyFloorSeqNumber": floor,
        "RemotePartyPrepaymentTopUpFloorSeqNumber": top_up_floor,
        "ReplacementCertificates": certificates,
        **new.checks(),
    }
    return body("UpdateSecurityCredentialsKRP", values, at)


def change_of_supplier(
    import_mpxn: str,
    new: Replacement,
    *,
    floor: int,
    top_up_floor: int | None = None,
    at: Moment | None = None,
) -> Element:
    """Put the certificates of a new supplier in place of the old one's (SRV 6.23)."""
    values = {
        "SupplierFloorSeqNumber": floor,
        "SupplierPrepaymentTopUpFloorSeqNumber": top_up_floor,
        "SupplierReplacementCertificates": new.certificates(),
        **new.checks(),
        "ImportMPxN": import_mpxn,
    }
    return body("UpdateSecurityCredentialsCoS", values, at)


def update_device_credentials(certificate: bytes) -> Element:
    """Give a Device the new certificate of its own (SRV 6.15.2)."""
    return body("UpdateSecurityCredentialsDevice", {"DeviceCertificate": certificate})


def issue_credentials(kind: CredentialType) -> Element:
    """Have a Device make a new key pair, and ask it for the certificate request (SRV 6.17)."""
    return body("IssueSecurityCredentials", {"CredentialType": kind.value})


def retrieve_party_credentials(*roles: RemotePartyRole) -> Element:
    """Read which credentials of other parties a Device holds (SRV 6.24.1)."""
    return body("RetrieveDeviceSecurityCredentialsKRP", {"RemotePartyRole": [role.value for role in roles]})


def retrieve_device_credentials(kind: CredentialType) -> Element:
    """Read a Device's own certificate (SRV 6.24.2)."""
    return body("RetrieveDeviceSecurityCredentialsDevice", {"CredentialType": kind.value})
