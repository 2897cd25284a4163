"""Mapping rows of security credentials: SRV 6.15.1, 6.15.2, 6.17, 6.21, 6.23, 6.24.1, 6.24.2 and 8.5.

A party replaces its own credentials at a Device, or those of another party that it answers for. A Command of
that kind (CS02b, CS02g) says who authorises it, which certificate goes into which trust anchor cell, and the
counters that the Device is to start from.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import BASE64, BOOLEAN, one_of
from doorstep.duis.simple_type import integer as from_to
from doorstep.duis.transform.asn1 import asn1, execution_time
from doorstep.duis.transform.dlms import CANCEL_DATE
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.numbered import several
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, says
from doorstep.errors import Unsupported, XmlError
from doorstep.gbcs.payloads.asn1 import Certificate
from doorstep.gbcs.payloads.asn1.credentials import (
    AuthorisingRemotePartyControl,
    CredentialsRequest,
    CredentialsUpdate,
    KeyUsageRequest,
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
from doorstep.gbcs.usecases import DeviceType

__all__ = ["ROWS"]

_SIGNATURE: Final = KeyUsageBits.DIGITAL_SIGNATURE
_AGREEMENT: Final = KeyUsageBits.KEY_AGREEMENT

_Cell = TrustAnchorCellIdentifier

_KEY_USAGES: Final = {"Digital Signature": _SIGNATURE, "Key Agreement": _AGREEMENT}
_KEY_USAGE: Final = one_of(_KEY_USAGES, " or ".join(_KEY_USAGES))

_ROLES: Final = {
    "ACB": RemotePartyRole.ACCESS_CONTROL_BROKER,
    "NetworkOperator": RemotePartyRole.NETWORK_OPERATOR,
    "Recovery": RemotePartyRole.RECOVERY,
    "Root": RemotePartyRole.ROOT,
    "Supplier": RemotePartyRole.SUPPLIER,
    "TransCoS": RemotePartyRole.TRANSITIONAL_COS,
    "LoadController": RemotePartyRole.LOAD_CONTROLLER,
}
_ROLE: Final = one_of(_ROLES, "a Remote Party Role")
_MOST_ROLES: Final = 7

_COUNTER: Final = from_to(0, (1 << 63) - 1)
_LONGEST_PATH: Final = 3

_CELLS: Final = {
    "DigitalSigningCertificate": (_SIGNATURE, CellUsage.MANAGEMENT),
    "KeyAgreementCertificate": (_AGREEMENT, CellUsage.MANAGEMENT),
    "KeyAgreementTopUpCertificate": (_AGREEMENT, CellUsage.PRE_PAYMENT_TOP_UP),
}
"""The cells of a party in the order of a Command, by the elements that hold a certificate for them."""


# -- replacing credentials (CS02b, CS02g) -----------------------------------------------------------


class _Replacement(Struct, frozen=True, kw_only=True):
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
        return _Cell(self.by, _SIGNATURE) if self.by is not None else None

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


_TopUps = tuple[SpecialistSeqNumber, ...] | None
_Changes = tuple[RemotePartySeqNumberChange, ...] | None


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


# -- reading credentials (CS02a, CS02f) -------------------------------------------------------------


def _roles(request: Request) -> tuple[RemotePartyRole, ...]:
    named = several(request.body, "RemotePartyRole", least=1, most=_MOST_ROLES)
    return tuple(_ROLES[role.value(_ROLE)] for role in named)


def _without_load_controller(request: Request) -> bool:
    return RemotePartyRole.LOAD_CONTROLLER not in _roles(request)


def _read(request: Request, _known: Known, _counter: int) -> CredentialsRequest:
    return CredentialsRequest(_Cell(RemotePartyRole.ACCESS_CONTROL_BROKER, _AGREEMENT), _roles(request))


# -- the Device's own certificates (CS02c, CS02d, CS02e) --------------------------------------------


def _key_usage(request: Request) -> KeyUsageBits:
    return _KEY_USAGES[request.body.value_of("CredentialType", _KEY_USAGE)]


def _issue(request: Request, _known: Known, _counter: int) -> KeyUsageBits:
    return _key_usage(request)


def _provide(request: Request, _known: Known, _counter: int) -> KeyUsageRequest:
    return KeyUsageRequest(_key_usage(request))


def _update(request: Request, _known: Known, _counter: int) -> Certificate:
    return Certificate(request.body.bytes_of("DeviceCertificate"))


# -- rows -------------------------------------------------------------------------------------------

_METERS: Final = (DeviceType.ESME, DeviceType.GSME)
_KNOWING_SUPPLIERS: Final = (*_METERS, DeviceType.GPF, DeviceType.HCALCS, DeviceType.SAPC)
_KNOWING_NETWORK_OPERATORS: Final = (*_METERS, DeviceType.GPF)
_KNOWING_LOAD_CONTROLLERS: Final = (DeviceType.ESME, DeviceType.SAPC)
_ALL: Final = (*_KNOWING_SUPPLIERS, DeviceType.CHF, DeviceType.PPMID)

_FOR_AN_ESME: Final = "samples for an ESME"
_PARTY: Final = "RemotePartyRole"
_OF_USER: Final = "ReplacementCertificates/SupplierOrNetworkOperatorCertificates"

_SUPPLIER: Final = _Replacement(
    mode=CredentialsReplacementMode.SUPPLIER_BY_SUPPLIER,
    party=RemotePartyRole.SUPPLIER,
    by=RemotePartyRole.SUPPLIER,
    certificates=_OF_USER,
)
_NETWORK_OPERATOR: Final = _Replacement(
    mode=CredentialsReplacementMode.NETWORK_OPERATOR_BY_NETWORK_OPERATOR,
    party=RemotePartyRole.NETWORK_OPERATOR,
    by=RemotePartyRole.NETWORK_OPERATOR,
    certificates=_OF_USER,
)
_LOAD_CONTROLLER: Final = _Replacement(
    mode=CredentialsReplacementMode.LOAD_CONTROLLER_BY_SUPPLIER,
    party=RemotePartyRole.LOAD_CONTROLLER,
    by=RemotePartyRole.SUPPLIER,
    certificates=_OF_USER,
)
_CHANGE_OF_SUPPLIER: Final = _Replacement(
    mode=CredentialsReplacementMode.SUPPLIER_BY_TRANS_COS,
    party=RemotePartyRole.SUPPLIER,
    by=RemotePartyRole.TRANSITIONAL_COS,
    certificates="SupplierReplacementCertificates",
    floor="SupplierFloorSeqNumber",
    top_up_floor="SupplierPrepaymentTopUpFloorSeqNumber",
)
_OPT_OUT: Final = _Replacement(
    mode=CredentialsReplacementMode.ACCESS_CONTROL_BROKER_BY_ACB,
    party=RemotePartyRole.ACCESS_CONTROL_BROKER,
    by=None,
    floor="ACBFloorSeqNumber",
    by_device=False,
)


def _handed_over(replacement: _Replacement) -> _Replacement:
    """The same in a Command of the broker, who holds the party's place until then, and any future date."""
    return replace(replacement, certificates="ReplacementCertificates", by_device=False)


_HANDOVER_SUPPLIER: Final = _handed_over(_SUPPLIER)
_HANDOVER_NETWORK_OPERATOR: Final = _handed_over(_NETWORK_OPERATOR)

ROWS: Final[tuple[Mapping, ...]] = (
    *asn1(
        "CS02b",
        "6.15.1",
        _SUPPLIER.value,
        code=0x0102,
        devices=_KNOWING_SUPPLIERS,
        when=says(_PARTY, "Supplier"),
        basis=_FOR_AN_ESME,
    ),
    *asn1(
        "CS02b",
        "6.15.1",
        _NETWORK_OPERATOR.value,
        code=0x0103,
        devices=_KNOWING_NETWORK_OPERATORS,
        when=says(_PARTY, "NetworkOperator"),
        basis="one sample, for an ESME",
    ),
    *asn1(
        "CS02g",
        "6.15.1",
        _LOAD_CONTROLLER.value,
        code=0x0126,
        devices=_KNOWING_LOAD_CONTROLLERS,
        when=says(_PARTY, "LoadController"),
        basis="one sample, for an ESME; that cancelling leaves counters out, as in SRV 6.23, is a guess",
    ),
    *asn1("CS02d", "6.15.2", _update, devices=_KNOWING_SUPPLIERS, basis=_FOR_AN_ESME),
    *asn1(
        "CS02c",
        "6.17",
        _issue,
        devices=_KNOWING_SUPPLIERS,
        basis="guess: a KeyUsage not in a SEQUENCE, which the sources are not at one about; no sample",
    ),
    *asn1(
        "CS02b",
        "6.21",
        _HANDOVER_SUPPLIER.value,
        code=0x0102,
        devices=_KNOWING_SUPPLIERS,
        when=says(_PARTY, "Supplier"),
        originator=Originator.BROKER,
        basis="one sample, for a GPF",
    ),
    *asn1(
        "CS02b",
        "6.21",
        _HANDOVER_NETWORK_OPERATOR.value,
        code=0x0103,
        devices=_KNOWING_NETWORK_OPERATORS,
        when=says(_PARTY, "NetworkOperator"),
        originator=Originator.BROKER,
        basis="one sample, for a GPF",
    ),
    *asn1(
        "CS02b",
        "6.23",
        _CHANGE_OF_SUPPLIER.value,
        code=0x0107,
        devices=_KNOWING_SUPPLIERS,
        originator=Originator.TRANSITIONAL_COS,
        basis=_FOR_AN_ESME,
    ),
    *asn1(
        "CS02a",
        "6.24.1",
        _read,
        devices=_ALL,
        when=_without_load_controller,
        originator=Originator.BROKER,
        basis=_FOR_AN_ESME,
    ),
    *asn1(
        "CS02f",
        "6.24.1",
        _read,
        devices=_KNOWING_LOAD_CONTROLLERS,
        originator=Originator.BROKER,
        basis=_FOR_AN_ESME,
    ),
    *asn1("CS02e", "6.24.2", _provide, devices=_KNOWING_SUPPLIERS, basis=_FOR_AN_ESME),
    *asn1(
        "CS02b",
        "8.5",
        _OPT_OUT.value,
        code=0x0104,
        devices=_ALL,
        originator=Originator.BROKER,
        basis="one sample, for an ESME; the cell of a certificate for signatures is a guess",
    ),
)
