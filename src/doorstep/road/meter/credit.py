"""The Prepayment attribute *CreditStatus* of any meter, from what its credit stands at."""

from __future__ import annotations

from msgspec import Struct

from doorstep.zigbee.clusters.prepayment import CreditStatus

__all__ = ["Standing"]


class Standing(Struct, frozen=True, kw_only=True):
    """How a meter's credit stands, in thousandths of a penny.

    ``emergency`` is what is left of emergency credit; it counts only where it is ``in_use``. ``cut_off`` is
    the balance below which supply ends, ``low`` the one at which the home is warned.
    """

    prepaid: bool
    credit: int
    emergency: int
    in_use: bool
    limit: int
    threshold: int
    low: int
    cut_off: int

    @property
    def combined(self) -> int:
        """The credit, and the emergency credit where it is in use."""
        return self.credit + (self.emergency if self.in_use else 0)

    @property
    def is_low(self) -> bool:
        """Whether prepaid credit is below the low credit threshold."""
        return self.prepaid and self.combined < self.low

    @property
    def is_exhausted(self) -> bool:
        """Whether prepaid credit is below the disablement threshold."""
        return self.prepaid and self.combined < self.cut_off

    @property
    def status(self) -> CreditStatus:
        """What the attribute says."""
        offered = self.prepaid and self.limit > 0
        status = CreditStatus(0)
        for holds, bits in (
            (not self.is_low and not self.is_exhausted, CreditStatus.CREDIT_OK),
            (self.is_low, CreditStatus.LOW_CREDIT),
            (offered, CreditStatus.EMERGENCY_CREDIT_ENABLED),
            (
                offered and not self.in_use and self.credit <= self.threshold,
                CreditStatus.EMERGENCY_CREDIT_AVAILABLE,
            ),
            (self.in_use, CreditStatus.EMERGENCY_CREDIT_SELECTED | CreditStatus.EMERGENCY_CREDIT_IN_USE),
            (self.is_exhausted, CreditStatus.CREDIT_EXHAUSTED),
        ):
            if holds:
                status |= bits
        return status
