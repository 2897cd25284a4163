"""ZCL attributes whose values have names or units, by cluster and attribute identifier."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from doorstep.gbcs.names.readings import Reading, chosen, flags, member, money, percent, quantity
from doorstep.gbcs.names.zcl_fields import UNIT_OF_MEASURE
from doorstep.zigbee.clusters import METERING, PREPAYMENT, PRICE
from doorstep.zigbee.clusters.metering import SupplyAction, SupplyStatus
from doorstep.zigbee.clusters.prepayment import CreditStatus, OriginatingDevice, PaymentControl

__all__ = ["ATTRIBUTES"]

_PAYMENT_CONTROL: Final = flags(PaymentControl)
_CREDIT_STATUS: Final = flags(CreditStatus)
_SUPPLY_ACTION: Final = member(SupplyAction)
_FREQUENCY: Final = chosen(dict(enumerate(("hourly", "daily", "weekly", "monthly", "quarterly"))))
_TOP_UPS: Final = tuple(0x0100 + 0x10 * number for number in range(5))
_DEBTS: Final = tuple(0x0210 + 0x10 * number for number in range(3))
_MONEY: Final = (0x0001, 0x0002, 0x0005, 0x0006, 0x0010, 0x0011, 0x0021, 0x0022, 0x0031, 0x0040)

ATTRIBUTES: Final[Mapping[tuple[int, int], Reading]] = MappingProxyType(
    {
        (PREPAYMENT.id, 0x0000): _PAYMENT_CONTROL,
        (PREPAYMENT.id, 0x0003): _CREDIT_STATUS,
        **{(PREPAYMENT.id, attribute): money for attribute in _MONEY},
        **{(PREPAYMENT.id, top_up + 1): money for top_up in _TOP_UPS},
        **{(PREPAYMENT.id, top_up + 2): member(OriginatingDevice) for top_up in _TOP_UPS},
        **{(PREPAYMENT.id, debt + 1): money for debt in _DEBTS},
        **{(PREPAYMENT.id, debt + 6): _FREQUENCY for debt in _DEBTS},
        **{(PREPAYMENT.id, debt + 7): money for debt in _DEBTS},
        **{(PREPAYMENT.id, debt + 9): percent for debt in _DEBTS},
        (METERING.id, 0x0014): member(SupplyStatus),
        (METERING.id, 0x0201): quantity("%"),
        (METERING.id, 0x0205): quantity("days"),
        (METERING.id, 0x0300): UNIT_OF_MEASURE,
        (METERING.id, 0x0605): _SUPPLY_ACTION,
        (METERING.id, 0x0607): _SUPPLY_ACTION,
        (METERING.id, 0x0608): _SUPPLY_ACTION,
        (METERING.id, 0x0609): _SUPPLY_ACTION,
        (METERING.id, 0x0A00): money,
        (METERING.id, 0x0B11): UNIT_OF_MEASURE,
        (METERING.id, 0x0B14): quantity("s"),
        (METERING.id, 0x0B15): quantity("s"),
        (PRICE.id, 0x0615): UNIT_OF_MEASURE,
        (PRICE.id, 0x0616): chosen({826: "pounds sterling", 978: "euro"}),
    }
)
"""The readings of attributes."""
