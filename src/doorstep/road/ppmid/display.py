"""What a PPMID shows of its meters, and the attributes and commands that it reads for it.

One table, :data:`ROWS`, says which attribute becomes which field, and how. Money is in pounds. That credit
and debt are counted in thousandths of a penny is what the balances in GBCS messages are counted in, and a
guess for the attributes; a price has as many decimal places as the cluster's trailing digit says.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from doorstep.gbcs.times import Instant
from doorstep.zigbee.clusters import MESSAGING, METERING, PREPAYMENT, PRICE
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.clusters.messaging import (
    CancelAllMessages,
    CancelMessage,
    DisplayMessage,
    GetLastMessage,
)
from doorstep.zigbee.clusters.metering import SupplyStatus
from doorstep.zigbee.clusters.prepayment import CreditStatus, PaymentControl
from doorstep.zigbee.clusters.price import GetCurrentPrice, PublishPrice
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import ReadAttributes, ReadAttributesResponse

__all__ = [
    "COMMANDS",
    "MONEY_DIGITS",
    "NOTHING",
    "ROWS",
    "Display",
    "Fuel",
    "MeterDisplay",
    "PaymentMode",
    "Row",
    "fields_in",
    "reads_of",
    "shown",
    "values_in",
]

MONEY_DIGITS: Final = 5
"""Decimal places of pounds in an attribute of the Prepayment cluster that holds money."""


class Fuel(enum.Enum):
    """Which of the home's meters."""

    ELECTRICITY = "electricity"
    GAS = "gas"


class PaymentMode(enum.Enum):
    """How the home pays."""

    CREDIT = "credit"
    PREPAYMENT = "prepayment"


class MeterDisplay(Struct, frozen=True, kw_only=True):
    """What is shown of one meter; None for what it has not told.

    Money in pounds, prices in pounds for a unit, consumption in units (kWh, or cubic metres). ``read`` is
    when the meter last answered, ``stale`` that this is too long ago to be believed.
    """

    payment_mode: PaymentMode | None = None
    balance: Decimal | None = None
    emergency_credit: Decimal | None = None
    emergency_credit_in_use: bool | None = None
    low_credit: bool | None = None
    debt: Decimal | None = None
    emergency_credit_limit: Decimal | None = None
    emergency_credit_threshold: Decimal | None = None
    low_credit_level: Decimal | None = None
    supply: SupplyStatus | None = None
    consumption: Decimal | None = None
    tariff_label: str | None = None
    standing_charge: Decimal | None = None
    first_price: Decimal | None = None
    price: Decimal | None = None
    message: str | None = None
    read: Instant | None = None
    stale: bool = False


class Display(Struct, frozen=True):
    """All that a PPMID shows; None for a meter that the home has not."""

    electricity: MeterDisplay | None = None
    gas: MeterDisplay | None = None


Values = Mapping[tuple[int, int], Value]
"""What was read, by cluster and attribute."""

Show = Callable[[Any, Values], Any]
"""From an attribute's value to what is shown of it; the other values tell its scale."""


class Row(Struct, frozen=True):
    """One attribute that is read, and the field that shows it; an empty field only scales others."""

    cluster: Cluster
    attribute: int
    field: str = ""
    show: Show = lambda value, _values: value


# Attributes that scale others.
_UNIT, _MULTIPLIER, _DIVISOR = 0x0300, 0x0301, 0x0302
_TRAILING_DIGIT: Final = 0x0617


def _money(value: int, _values: Values) -> Decimal:
    return Decimal(value).scaleb(-MONEY_DIGITS)


def _priced(value: int, values: Values) -> Decimal:
    digit = values.get((PRICE.id, _TRAILING_DIGIT))
    return Decimal(value).scaleb(-(digit >> 4)) if isinstance(digit, int) else Decimal(value)


def _consumed(value: int, values: Values) -> Decimal:
    multiplier, divisor = (values.get((METERING.id, one)) for one in (_MULTIPLIER, _DIVISOR))
    scale = Decimal(multiplier or 1 if isinstance(multiplier, int) else 1)
    return Decimal(value) * scale / (divisor or 1 if isinstance(divisor, int) else 1)


def _mode(value: int, _values: Values) -> PaymentMode:
    return PaymentMode.PREPAYMENT if value & PaymentControl.PREPAYMENT else PaymentMode.CREDIT


def _has(*flags: CreditStatus) -> Show:
    return lambda value, _values: any(value & flag for flag in flags)


def _supply(value: int, _values: Values) -> SupplyStatus | None:
    return SupplyStatus(value) if value in SupplyStatus.__members__.values() else None


def _text(value: bytes, _values: Values) -> str:
    """Words of a meter's, with nothing in them that could move a cursor."""
    return "".join(letter if letter.isprintable() else " " for letter in value.decode(errors="replace"))


_IN_USE: Final = (CreditStatus.EMERGENCY_CREDIT_SELECTED, CreditStatus.EMERGENCY_CREDIT_IN_USE)
_LOW: Final = (CreditStatus.LOW_CREDIT, CreditStatus.CREDIT_EXHAUSTED)

ROWS: Final = (
    Row(PREPAYMENT, 0x0000, "payment_mode", _mode),
    Row(PREPAYMENT, 0x0001, "balance", _money),
    Row(PREPAYMENT, 0x0002, "emergency_credit", _money),
    Row(PREPAYMENT, 0x0003, "emergency_credit_in_use", _has(*_IN_USE)),
    Row(PREPAYMENT, 0x0003, "low_credit", _has(*_LOW)),
    Row(PREPAYMENT, 0x0005, "debt", _money),
    Row(PREPAYMENT, 0x0010, "emergency_credit_limit", _money),
    Row(PREPAYMENT, 0x0011, "emergency_credit_threshold", _money),
    Row(PREPAYMENT, 0x0031, "low_credit_level", _money),
    Row(METERING, 0x0000, "consumption", _consumed),
    Row(METERING, 0x0014, "supply", _supply),
    Row(METERING, _UNIT),
    Row(METERING, _MULTIPLIER),
    Row(METERING, _DIVISOR),
    Row(METERING, 0x030F, "tariff_label", _text),
    Row(PRICE, 0x0301, "standing_charge", _priced),
    Row(PRICE, 0x0410, "first_price", _priced),
    Row(PRICE, _TRAILING_DIGIT),
)
"""Every attribute that is read, cluster by cluster. The first price is that of the first block of tier 1."""

COMMANDS: Final[Mapping[int, Command]] = {
    PRICE.id: GetCurrentPrice(0x01),
    MESSAGING.id: GetLastMessage(),
}
"""What is asked for by a command of the cluster: the price in force, and the message in force."""

NOTHING: Final[Mapping[int, dict[str, Any]]] = {PRICE.id: {"price": None}, MESSAGING.id: {"message": ""}}
"""What is shown where the server answers that there is none."""


def reads_of(cluster: Cluster) -> ReadAttributes | None:
    """The request for all attributes of a cluster that are shown or scale others, if there is any."""
    attributes = dict.fromkeys(row.attribute for row in ROWS if row.cluster is cluster)
    return ReadAttributes(tuple(attributes)) if attributes else None


def values_in(
    cluster: Cluster, asked: ReadAttributes, response: ReadAttributesResponse
) -> dict[tuple[int, int], Value]:
    """The values of the attributes that were asked for: None for what was not told, or with another type."""
    values: dict[tuple[int, int], Value] = {(cluster.id, attribute): None for attribute in asked.attributes}
    for record in response.records:
        known, place = cluster.attribute(record.attribute), (cluster.id, record.attribute)
        if known is not None and place in values and record.type == known.type.id:
            values[place] = record.value
    return values


def fields_in(command: Command) -> dict[str, Any]:
    """The fields that a command of a server sets; none for a command that shows nothing."""
    match command:
        case PublishPrice():
            digits = command.trailing_digit_and_tier >> 4
            return {"price": Decimal(command.price).scaleb(-digits)}
        case DisplayMessage():
            return {"message": _text(command.message or b"", {})}
        case CancelMessage() | CancelAllMessages():
            return {"message": ""}
    return {}


def shown(values: Values, commanded: Mapping[str, Any], read: Instant | None, stale: bool) -> MeterDisplay:
    """The display of what was read as attributes and told by commands."""
    fields = dict(commanded)
    for row in ROWS:
        value = values.get((row.cluster.id, row.attribute))
        if row.field and value is not None:
            fields[row.field] = row.show(value, values)
    return MeterDisplay(**fields, read=read, stale=stale)
