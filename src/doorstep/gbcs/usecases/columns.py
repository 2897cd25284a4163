"""Short words for the columns of the use case tables, and the function that reads a row of them."""

from __future__ import annotations

from typing import Final

from doorstep.gbcs.usecases.row import Category, DeviceType, PayloadKind, Protection, UseCase

__all__ = [
    "ASN1",
    "DLMS",
    "GBZ",
    "HAN_ONLY",
    "MAC",
    "MAC_SIG",
    "MIXED",
    "NONE",
    "SIG",
    "SME_A_C",
    "SME_A_NC",
    "SME_C_C",
    "SME_C_NC",
    "SME_C_PPMID_GSME",
    "VARIANT",
    "row",
]

DLMS, GBZ, ASN1 = PayloadKind.DLMS, PayloadKind.GBZ, PayloadKind.ASN1
MIXED, NONE = PayloadKind.MIXED, PayloadKind.NONE

SME_C_C, SME_C_NC, SME_C_PPMID_GSME = Category.SME_C_C, Category.SME_C_NC, Category.SME_C_PPMID_GSME
SME_A_C, SME_A_NC = Category.SME_A_C, Category.SME_A_NC
VARIANT, HAN_ONLY = Category.VARIANT, Category.HAN_ONLY

MAC, SIG = Protection.MAC, Protection.SIGNATURE
MAC_SIG = MAC | SIG

_Alternatives = tuple[Protection, ...]

# Message Category -> protection of its Command, Response and Alert. A row may depart from it.
_BY_CATEGORY: Final[dict[Category, tuple[_Alternatives, _Alternatives, _Alternatives]]] = {
    SME_C_C: ((MAC_SIG,), (SIG,), ()),
    SME_C_NC: ((MAC,), (MAC,), ()),
    SME_C_PPMID_GSME: ((MAC,), (MAC,), ()),
    SME_A_C: ((), (), (SIG,)),
    SME_A_NC: ((), (), (MAC,)),
    VARIANT: ((), (), ()),
    HAN_ONLY: ((), (), ()),
}
_DEVICES: Final = {device.value: device for device in DeviceType}


def row(
    code: int,
    name: str,
    title: str,
    payload: PayloadKind,
    category: Category,
    srvs: str,
    roles: str,
    targets: str,
    *,
    command: _Alternatives | None = None,
    response: _Alternatives | None = None,
    alert: _Alternatives | None = None,
    critical: bool | None = None,
) -> UseCase:
    """One use case; what is not said follows from its Message Category."""
    by_category = _BY_CATEGORY[category]
    return UseCase(
        code=code,
        name=name,
        title=title,
        payload=payload,
        category=category,
        critical=category in (SME_C_C, SME_A_C) if critical is None else critical,
        command=by_category[0] if command is None else command,
        response=by_category[1] if response is None else response,
        alert=by_category[2] if alert is None else alert,
        srvs=tuple(srvs.split()),
        roles=tuple(roles.split()),
        targets=tuple(_DEVICES[target] for target in targets.split()),
    )
