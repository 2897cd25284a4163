"""Mapping rows of security credentials: SRV 6.15.1, 6.15.2, 6.17, 6.21, 6.23, 6.24.1, 6.24.2 and 8.5.

A party replaces its own credentials at a Device, or those of another party that it answers for. A Device's
own certificates are made, exchanged and read as well.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from doorstep.duis.request import Request
from doorstep.duis.simple_type import one_of
from doorstep.duis.transform.asn1 import asn1
from doorstep.duis.transform.credential_replacement import Replacement
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.numbered import several
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, says
from doorstep.gbcs.payloads.asn1 import Certificate
from doorstep.gbcs.payloads.asn1.credentials import (
    CredentialsRequest,
    KeyUsageRequest,
    TrustAnchorCellIdentifier,
)
from doorstep.gbcs.payloads.asn1.names import (
    CredentialsReplacementMode,
    KeyUsageBits,
    RemotePartyRole,
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

_SUPPLIER: Final = Replacement(
    mode=CredentialsReplacementMode.SUPPLIER_BY_SUPPLIER,
    party=RemotePartyRole.SUPPLIER,
    by=RemotePartyRole.SUPPLIER,
    certificates=_OF_USER,
)
_NETWORK_OPERATOR: Final = Replacement(
    mode=CredentialsReplacementMode.NETWORK_OPERATOR_BY_NETWORK_OPERATOR,
    party=RemotePartyRole.NETWORK_OPERATOR,
    by=RemotePartyRole.NETWORK_OPERATOR,
    certificates=_OF_USER,
)
_LOAD_CONTROLLER: Final = Replacement(
    mode=CredentialsReplacementMode.LOAD_CONTROLLER_BY_SUPPLIER,
    party=RemotePartyRole.LOAD_CONTROLLER,
    by=RemotePartyRole.SUPPLIER,
    certificates=_OF_USER,
)
_CHANGE_OF_SUPPLIER: Final = Replacement(
    mode=CredentialsReplacementMode.SUPPLIER_BY_TRANS_COS,
    party=RemotePartyRole.SUPPLIER,
    by=RemotePartyRole.TRANSITIONAL_COS,
    certificates="SupplierReplacementCertificates",
    floor="SupplierFloorSeqNumber",
    top_up_floor="SupplierPrepaymentTopUpFloorSeqNumber",
)
_OPT_OUT: Final = Replacement(
    mode=CredentialsReplacementMode.ACCESS_CONTROL_BROKER_BY_ACB,
    party=RemotePartyRole.ACCESS_CONTROL_BROKER,
    by=None,
    floor="ACBFloorSeqNumber",
    by_device=False,
)


def _handed_over(replacement: Replacement) -> Replacement:
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
