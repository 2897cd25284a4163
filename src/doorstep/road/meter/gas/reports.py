"""What a gas meter tells its mirror at every wake: what a display in the home shows of it."""

from __future__ import annotations

from typing import Final

from doorstep.road.device.clusters import Attr, named
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.clusters.cluster import Cluster

__all__ = ["REPORTED"]


def _row(cluster: Cluster, *names: str) -> tuple[Cluster, tuple[Attr, ...]]:
    return cluster, tuple(named(cluster, name) for name in names)


REPORTED: Final[tuple[tuple[Cluster, tuple[Attr, ...]], ...]] = (
    _row(
        PREPAYMENT,
        "PaymentControlConfiguration",
        "CreditRemaining",
        "EmergencyCreditRemaining",
        "CreditStatus",
        "AccumulatedDebt",
        "EmergencyCreditLimit",
        "EmergencyCreditThreshold",
        "LowCreditWarningLevel",
        "CutOffValue",
        "DebtAmount1",
        "DebtAmount2",
        "DebtAmount3",
    ),
    # Metering comes last: its report ends with the mark that all of it is there.
    _row(
        METERING,
        "CurrentSummationDelivered",
        "SupplyStatus",
        "Status",
        "UnitOfMeasure",
        "Multiplier",
        "Divisor",
        "BillToDateDelivered",
    ),
)
"""The attributes of each report, in the order in which the reports are sent."""
