"""Security credentials: what the payloads of CS02a to CS02g are made of.

A Device keeps each party's credentials in *trust anchor cells*. These are read (CS02a, CS02f), replaced
(CS02b, CS02g), and the Device's own certificates are made and exchanged (CS02c, CS02d, CS02e).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.payloads.asn1 import names
from doorstep.gbcs.payloads.asn1.certificate import Certificate, CertificationRequest
from doorstep.gbcs.payloads.asn1.schema import Implicit
from doorstep.gbcs.payloads.der import Flags, GeneralizedTime, Integer, Null, OctetString, Whole

__all__ = [
    "AuthorisingRemotePartyControl",
    "CredentialsRequest",
    "CredentialsUpdate",
    "CredentialsUpdateAlert",
    "CredentialsUpdateOutcome",
    "CredentialsUpdateResponse",
    "KeyUsageRequest",
    "RemotePartyDetails",
    "RemotePartySeqNumberChange",
    "ReplacementOutcome",
    "SpecialistSeqNumber",
    "TrustAnchorCellContents",
    "TrustAnchorCellIdentifier",
    "TrustAnchorReplacement",
]

_ENUMERATED = 0x0A


def _identifier(octets: bytes) -> bytes:
    """An Entity Identifier where there are eight bytes; of an empty cell there may be none."""
    return Eui(octets) if len(octets) == 8 else octets


Time: TypeAlias = Annotated[datetime, GeneralizedTime()]
AlertCode: TypeAlias = Annotated[int, Integer(maximum=0xFFFFFFFF)]
SeqNumber: TypeAlias = Annotated[int, Integer()]
Role: TypeAlias = Annotated[int, Integer.of(names.RemotePartyRole)]
ReplacementMode: TypeAlias = Annotated[int, Integer.of(names.CredentialsReplacementMode)]
Status: TypeAlias = Annotated[int, Integer.of(names.StatusCode, tag=_ENUMERATED)]
KeyUsage: TypeAlias = Annotated[names.KeyUsageBits, Flags.of(names.KeyUsageBits)]
CellUsage: TypeAlias = Annotated[int, Integer.of(names.CellUsage)]
SubjectUniqueId: TypeAlias = Annotated[bytes, OctetString(wrap=_identifier)]
SubjectKeyIdentifier: TypeAlias = Annotated[bytes, OctetString()]
CertificateDer: TypeAlias = Annotated[Certificate, Whole(python=Certificate)]
CertificationRequestDer: TypeAlias = Annotated[CertificationRequest, Whole(python=CertificationRequest)]


class TrustAnchorCellIdentifier(Struct, frozen=True, gc=False):
    """Names one cell: whose credentials, for which use."""

    remote_party_role: Role
    key_usage: KeyUsage
    cell_usage: CellUsage = names.CellUsage.MANAGEMENT


# -- CS02a, CS02f: reading ------------------------------------------------------------------------


class CredentialsRequest(Struct, frozen=True, gc=False):
    """Command: which parties' credentials to report, and the cell that the asking party is checked by."""

    authorising_remote_party_ta_cell_identifier: TrustAnchorCellIdentifier
    remote_party_roles_credentials_required: tuple[Role, ...]


class TrustAnchorCellContents(Struct, frozen=True, gc=False, kw_only=True):
    """What one cell holds: the party's identifier, and the identifier (8 bytes) of its key."""

    key_usage: KeyUsage
    cell_usage: CellUsage = names.CellUsage.MANAGEMENT
    existing_subject_unique_id: SubjectUniqueId
    existing_subject_key_identifier: SubjectKeyIdentifier


class RemotePartyDetails(Struct, frozen=True, gc=False):
    """Response, one for each party: its counter and its cells, or why there are none."""

    remote_party_role: Role
    status_code: Status
    current_seq_number: SeqNumber | None = None
    trust_anchor_cells_details: tuple[TrustAnchorCellContents, ...] | None = None


# -- CS02b, CS02g: replacing ----------------------------------------------------------------------


class SpecialistSeqNumber(Struct, frozen=True, gc=False):
    """The floor of a counter that is kept apart, that of prepayment top-ups."""

    seq_number_usage: Annotated[int, Integer.of(names.SeqNumberUsage)]
    seq_number: SeqNumber


class RemotePartySeqNumberChange(Struct, frozen=True, gc=False):
    """From which counter on a Device accepts what a party sends."""

    other_remote_party_role: Role
    other_remote_party_floor_seq_number: SeqNumber
    new_remote_party_specialist_floor_seq_number: tuple[SpecialistSeqNumber, ...] | None = None


class AuthorisingRemotePartyControl(Struct, frozen=True, gc=False, kw_only=True):
    """Who replaces what, the party's counter, and the counters from now on.

    ``plaintext_symmetric_key`` opens the contingency public key, and is there for *any by contingency*
    alone. ``authorising_remote_party_ta_cell_identifier`` is missing where the Access Control Broker
    replaces its own credentials.
    """

    credentials_replacement_mode: ReplacementMode
    plaintext_symmetric_key: Annotated[bytes, OctetString(), Implicit(0)] | None = None
    apply_time_based_cpv_checks: Annotated[int, Integer.of(names.ApplyTimeBasedCpvChecks), Implicit(1)] = (
        names.ApplyTimeBasedCpvChecks.APPLY
    )
    authorising_remote_party_ta_cell_identifier: Annotated[TrustAnchorCellIdentifier, Implicit(2)] | None = (
        None
    )
    authorising_remote_party_seq_number: Annotated[SeqNumber, Implicit(3)]
    new_remote_party_floor_seq_number: Annotated[SeqNumber, Implicit(4)] | None = None
    new_remote_party_specialist_floor_seq_number: (
        Annotated[tuple[SpecialistSeqNumber, ...], Implicit(5)] | None
    ) = None
    other_remote_party_seq_number_changes: (
        Annotated[tuple[RemotePartySeqNumberChange, ...], Implicit(6)] | None
    ) = None


class TrustAnchorReplacement(Struct, frozen=True, gc=False):
    """A certificate, and the cell that takes it."""

    replacement_certificate: CertificateDer
    target_trust_anchor_cell: TrustAnchorCellIdentifier


class CredentialsUpdate(Struct, frozen=True, gc=False):
    """Command: the replacements, and the certificates that lead from them to the Device's root.

    Without ``execution_date_time`` it is for now; with :data:`~doorstep.gbcs.payloads.asn1.CANCEL` it
    takes back one that is pending.
    """

    authorising_remote_party_control: AuthorisingRemotePartyControl
    replacements: tuple[TrustAnchorReplacement, ...]
    certification_path_certificates: tuple[CertificateDer, ...]
    execution_date_time: Time | None = None


class ReplacementOutcome(Struct, frozen=True, gc=False):
    """What became of one cell. Where it failed, what replaces is what was there."""

    affected_trust_anchor_cell: TrustAnchorCellIdentifier
    status_code: Status
    existing_subject_unique_id: SubjectUniqueId
    existing_subject_key_identifier: SubjectKeyIdentifier
    replacing_subject_unique_id: SubjectUniqueId
    replacing_subject_key_identifier: SubjectKeyIdentifier


class CredentialsUpdateOutcome(Struct, frozen=True, gc=False):
    """What became of every cell, and the counters that were set."""

    authorising_remote_party_seq_number: SeqNumber
    credentials_replacement_mode: ReplacementMode
    remote_party_seq_number_changes: tuple[RemotePartySeqNumberChange, ...]
    replacement_outcomes: tuple[ReplacementOutcome, ...]


class CredentialsUpdateResponse(Struct, frozen=True, gc=False):
    """Response: accepted (the value is None), and the outcome unless that is for later."""

    command_accepted: Annotated[None, Null()]
    execution_outcome: CredentialsUpdateOutcome | None = None


class CredentialsUpdateAlert(Struct, frozen=True, gc=False):
    """Alert: what became of an update that was for later."""

    alert_code: AlertCode
    execution_date_time: Time
    execution_outcome: CredentialsUpdateOutcome


# -- CS02c, CS02d, CS02e: the Device's own certificates ---------------------------------------------


class KeyUsageRequest(Struct, frozen=True, gc=False):
    """Command: which of its key pairs a Device is asked about."""

    key_usage: KeyUsage


# Two readings of CS02c's Command are about: the KeyUsage bare, or in a SEQUENCE as CS02e has it.
IssueCommand: TypeAlias = KeyUsage | KeyUsageRequest
IssueResponse: TypeAlias = CertificationRequestDer | Annotated[int, Integer.of(names.IssueCredentialsFailure)]
UpdateCertificateResponse: TypeAlias = Annotated[int, Integer.of(names.UpdateCertificateResponseCode)]
ProvideResponse: TypeAlias = CertificateDer | Annotated[int, Integer.of(names.ProvideCertificateFailure)]
