"""Mapping rows of payment: balance, mode and top-ups of an electricity meter, SRV 1.5, 1.6, 2.2 and 4.18."""

from __future__ import annotations

from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.simple_type import INTEGER
from doorstep.duis.transform.dlms import (
    act,
    activation,
    array,
    bits,
    double_long,
    enum,
    flag,
    get,
    number,
    obis,
    put,
    structure,
    text,
)
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.rows import Mapping, Parts, dlms, has
from doorstep.errors import Unsupported
from doorstep.gbcs.payloads.axdr import Data, Tag

__all__ = ["ROWS"]

_ACCOUNT_PASSIVE: Final = "0-1:19.0.0.255"
_METER_BALANCE: Final = "0-0:19.10.0.255"
_EMERGENCY_CREDIT: Final = "0-0:19.10.1.255"
_ACCUMULATED_DEBT: Final = "0-0:19.10.2.255"
_TOKEN_GATEWAY: Final = "0-0:19.40.0.255"  # noqa: S105 - an OBIS code
_DISABLEMENT_THRESHOLD: Final = "0-0:94.44.128.22"

_TARIFF: Final = "0-0:19.20.0.255"
_TIME_DEBT_1: Final = "0-0:19.20.1.255"
_TIME_DEBT_2: Final = "0-0:19.20.2.255"
_PAYMENT_DEBT: Final = "0-0:19.20.3.255"
_STANDING_CHARGE: Final = "0-0:19.20.4.255"
_TARIFF_SECONDARY: Final = "0-0:19.20.5.255"

_CREDIT: Final = 1
_PREPAYMENT: Final = 2
_NEW_ACCOUNT: Final = 1

_COLLECT: Final = "111"
_SUSPENDED: Final = "110"  # not collected while the supply is disabled

_Collection = tuple[str, str, str]  # credit, charge, when it is collected


def _collections(*rows: _Collection) -> Data:
    return array(*(structure(obis(credit), obis(charge), bits(when)) for credit, charge, when in rows))


def _mode(mode: int) -> Data:
    return structure(enum(mode), enum(_NEW_ACCOUNT))


def _credit_mode(_request: Request, known: Known) -> Parts:
    rows: list[_Collection] = [
        (_METER_BALANCE, _TARIFF, _COLLECT),
        (_METER_BALANCE, _STANDING_CHARGE, _COLLECT),
    ]
    if known.element == "twin":
        rows.append((_METER_BALANCE, _TARIFF_SECONDARY, _COLLECT))
    return (
        put(111, _ACCOUNT_PASSIVE, 2, _mode(_CREDIT)),
        put(111, _ACCOUNT_PASSIVE, 11, _collections(*rows)),
        put(111, _ACCOUNT_PASSIVE, 13, activation),
    )


def _prepayment_mode(request: Request, known: Known) -> Parts:
    if not flag(request, "Prepayment/SuspendDebtEmergency"):
        raise Unsupported("UpdatePaymentMode with SuspendDebtEmergency false: no source gives its encoding")
    debt = _SUSPENDED if flag(request, "Prepayment/SuspendDebtDisabled") else _COLLECT
    rows: list[_Collection] = [
        (_METER_BALANCE, _TARIFF, _COLLECT),
        (_METER_BALANCE, _STANDING_CHARGE, _COLLECT),
        (_METER_BALANCE, _TIME_DEBT_1, debt),
        (_METER_BALANCE, _TIME_DEBT_2, debt),
        (_METER_BALANCE, _PAYMENT_DEBT, _COLLECT),
        (_EMERGENCY_CREDIT, _PAYMENT_DEBT, _COLLECT),
        (_EMERGENCY_CREDIT, _TARIFF, _COLLECT),
        (_EMERGENCY_CREDIT, _STANDING_CHARGE, _COLLECT),
        (_EMERGENCY_CREDIT, _TIME_DEBT_1, debt),
        (_EMERGENCY_CREDIT, _TIME_DEBT_2, debt),
        (_ACCUMULATED_DEBT, _STANDING_CHARGE, _COLLECT),
        (_ACCUMULATED_DEBT, _TIME_DEBT_1, _COLLECT),
        (_ACCUMULATED_DEBT, _TIME_DEBT_2, _COLLECT),
    ]
    if known.element == "twin":
        rows += [
            (_METER_BALANCE, _TARIFF_SECONDARY, _COLLECT),
            (_EMERGENCY_CREDIT, _TARIFF_SECONDARY, _COLLECT),
        ]
    return (
        put(111, _ACCOUNT_PASSIVE, 2, _mode(_PREPAYMENT)),
        put(9000, _DISABLEMENT_THRESHOLD, 4, number(Tag.DOUBLE_LONG, "Prepayment/DisablementThreshold")),
        put(111, _ACCOUNT_PASSIVE, 11, _collections(*rows)),
        put(9000, _DISABLEMENT_THRESHOLD, 6, activation),
        put(111, _ACCOUNT_PASSIVE, 13, activation),
    )


def _adjusts(request: Request) -> bool:
    return request.body.has("CreditMode/AdjustMeterBalance") or request.body.has(
        "PrepaymentMode/AdjustMeterBalance"
    )


def _resets(request: Request) -> bool:
    return request.body.has("CreditMode/ResetMeterBalance") or request.body.has(
        "PrepaymentMode/ResetMeterBalance"
    )


def _adjustment(request: Request, _known: Known) -> Data:
    mode = "CreditMode" if request.body.has("CreditMode") else "PrepaymentMode"
    return Data(Tag.DOUBLE_LONG, request.body.value_of(f"{mode}/AdjustMeterBalance", INTEGER))


ROWS: Final[tuple[Mapping, ...]] = (
    dlms("ECS04a", "1.5", act(112, _METER_BALANCE, 1, _adjustment), when=_adjusts),
    dlms(
        "ECS04b",
        "1.5",
        act(112, _METER_BALANCE, 2, double_long(0)),
        act(112, _EMERGENCY_CREDIT, 2, double_long(0)),
        act(112, _ACCUMULATED_DEBT, 2, double_long(0)),
        when=_resets,
    ),
    dlms("ECS02", "1.6", choose=_credit_mode, when=has("Credit")),
    dlms(
        "ECS03",
        "1.6",
        choose=_prepayment_mode,
        when=has("Prepayment"),
        basis="two samples, both with SuspendDebtEmergency",
    ),
    dlms("CS01a", "2.2", act(115, _TOKEN_GATEWAY, 1, text("UTRN"))),
    dlms("ECS82", "4.18", get(112, _METER_BALANCE, 2)),
)
