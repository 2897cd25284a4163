"""How one party's credentials at a Device are replaced (CS02b, CS02g), by the certificates of a request.

A Command of that kind says who authorises it, which certificate goes into which trust anchor cell, and the
counters that the Device is to start from.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import BASE64, BOOLEAN
from doorstep.duis.simple_type import integer as from_to
from doorstep.duis.transform.asn1 import execution_time
from doorstep.duis.transform.dlms import CANCEL_DATE
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.numbered import several
from doorstep.errors import Unsupported, XmlError
from doorstep.gbcs.payloads.asn1 import Certificate
from doorstep.gbcs.payloads.asn1.credentials import (
    AuthorisingRemotePartyControl,
    CredentialsUpdate,
    RemotePartySeqNumberChange,
    SpecialistSeqNumber,
    TrustAnchorCellIdentifier,
    TrustAnchorReplacement,
)
from doorstep.gbcs.payloads.asn1.names import (
    ApplyTimeBasedCpvChecks,
    CellUsage,
    CredentialsReplacementMode,
    KeyUsageBits,
    RemotePartyRole,
    SeqNumberUsage,
)

__all__ = ["Replacement"]

_Cell = TrustAnchorCellIdentifier
_TopUps = tuple[SpecialistSeqNumber, ...] | None
_Changes = tuple[RemotePartySeqNumberChange, ...] | None

_COUNTER: Final = from_to(0, (1 << 63) - 1)
_LONGEST_PATH: Final = 3

_CELLS: Final = {
    "DigitalSigningCertificate": (KeyUsageBits.DIGITAL_SIGNATURE, CellUsage.MANAGEMENT),
    "KeyAgreementCertificate": (KeyUsageBits.KEY_AGREEMENT, CellUsage.MANAGEMENT),
    "KeyAgreementTopUpCertificate": (KeyUsageBits.KEY_AGREEMENT, CellUsage.PRE_PAYMENT_TOP_UP),
}
"""The cells of a party in the order of a Command, by the elements that hold a certificate for them."""


class Replacement(Struct, frozen=True, kw_only=True):
    """How a service has a party's credentials replaced.

    ``party`` is whose they are, ``by`` who authorises it: nobody is named where the Access Control Broker
    replaces its own. ``certificates``, ``floor`` and ``top_up_floor`` are the paths of what the body has of
    them. Where ``by_device``, a future-dated Command is held by the Device, so that its time is in it.
    """

    mode: CredentialsReplacementMode
    party: RemotePartyRole
    by: RemotePartyRole | None
    certificates: str = "ReplacementCertificates"
    floor: str = "RemotePartyFloorSeqNumber"
    top_up_floor: str = "RemotePartyPrepaymentTopUpFloorSeqNumber"
    by_device: bool = True

    def value(self, request: Request, _known: Known, counter: int) -> CredentialsUpdate:
        """What the Device is told, under the message's Originator Counter."""
        return CredentialsUpdate(
            self._control(request, counter),
            self._replacements(request.body.child(self.certificates)),
            _certification_path(request.body),
            execution_time(request) if self.by_device else None,
        )

    def _control(self, request: Request, counter: int) -> AuthorisingRemotePartyControl:
        floor, top_ups = self._floors(request.body)
        own = self.by in (None, self.party)
        changes = None if own else _changes_of_another(request, self.party, floor, top_ups)
        return AuthorisingRemotePartyControl(
            credentials_replacement_mode=self.mode,
            apply_time_based_cpv_checks=_time_based_checks(request.body),
            authorising_remote_party_ta_cell_identifier=self._authority,
            authorising_remote_party_seq_number=counter,
            new_remote_party_floor_seq_number=floor if own else None,
            new_remote_party_specialist_floor_seq_number=top_ups if own else None,
            other_remote_party_seq_number_changes=changes,
        )

    @property
    def _authority(self) -> TrustAnchorCellIdentifier | None:
        """The cell with which the Device checks the Command's signature."""
        return _Cell(self.by, KeyUsageBits.DIGITAL_SIGNATURE) if self.by is not None else None

    def _floors(self, body: Element) -> tuple[int | None, _TopUps]:
        """The counters that the Device starts from: of messages, and of a Supplier's top-ups."""
        floor = body.value_of(self.floor, _COUNTER) if body.has(self.floor) else None
        if not body.has(self.top_up_floor):
            return floor, None
        self._check_top_up(self.top_up_floor)
        top_up = body.value_of(self.top_up_floor, _COUNTER)
        return floor, (SpecialistSeqNumber(SeqNumberUsage.PREPAYMENT_TOP_UP, top_up),)

    def _replacements(self, certificates: Element) -> tuple[TrustAnchorReplacement, ...]:
        there = [name for name in _CELLS if certificates.has(name)]
        if not there:
            raise XmlError(f"{certificates.name} holds no certificate")
        return tuple(self._replacement(certificates, name) for name in there)

    def _replacement(self, certificates: Element, name: str) -> TrustAnchorReplacement:
        key_usage, cell_usage = _CELLS[name]
        if cell_usage is CellUsage.PRE_PAYMENT_TOP_UP:
            self._check_top_up(name)
        cell = _Cell(self.party, key_usage, cell_usage)
        return TrustAnchorReplacement(Certificate(certificates.bytes_of(name)), cell)

    def _check_top_up(self, name: str) -> None:
        if self.party is not RemotePartyRole.SUPPLIER:
            raise Unsupported(f"{name}: only a Supplier makes top-ups")


def _changes_of_another(
    request: Request, party: RemotePartyRole, floor: int | None, top_ups: _TopUps
) -> _Changes:
    """The counters of a party other than the one that authorises; a cancellation leaves them as they are."""
    if request.execution_date_time == CANCEL_DATE:
        return None
    if floor is not None:
        return (RemotePartySeqNumberChange(party, floor, top_ups),)
    if top_ups:
        raise Unsupported("a floor for top-ups of another party has no place without one for its messages")
    return None


def _time_based_checks(body: Element) -> ApplyTimeBasedCpvChecks:
    checked = body.value_of("ApplyTimeBasedCPVChecks", BOOLEAN)
    return ApplyTimeBasedCpvChecks.APPLY if checked else ApplyTimeBasedCpvChecks.DISAPPLY


def _certification_path(body: Element) -> tuple[Certificate, ...]:
    path = several(body, "CertificationPathCertificates/Certificate", least=1, most=_LONGEST_PATH)
    return tuple(Certificate(certificate.value(BASE64)) for certificate in path)
