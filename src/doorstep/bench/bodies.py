"""Bodies of the service requests that the demonstration's supplier sends."""

from __future__ import annotations

from datetime import time
from typing import Final

from doorstep.duis import services
from doorstep.duis.element import Element

__all__ = ["CREDIT", "ENABLE", "PREPAYMENT", "READ_BALANCE", "RESET_BALANCE", "tariff"]

READ_BALANCE: Final = services.read(services.Reading.BALANCE)
RESET_BALANCE: Final = services.reset_balance(services.PaymentMode.CREDIT)
ENABLE: Final = services.enable_supply()
CREDIT: Final = services.credit_mode()
PREPAYMENT: Final = services.prepayment_mode(suspend_debt_disabled=True, suspend_debt_emergency=True)

_TIMES_OF_USE: Final = 8
_DAYS: Final = 16
_NO_BLOCKS: Final = ((0xFFFFFFFF,),) * _TIMES_OF_USE


def tariff() -> Element:
    """A whole electricity tariff, as long as they come: its Command has some 5,000 bytes.

    Sixteen kinds of day, each with another of eight prices every hour.
    """
    calendar = services.ElectricityCalendar(
        days=[services.Day(number, _hours(number)) for number in range(1, _DAYS + 1)],
        weeks=[services.Week(1, (1, 2, 3, 4, 5, 6, 7))],
        seasons=[services.Season(services.CalendarDate(month=3, day=29), week=1, name="all")],
        thresholds=_NO_BLOCKS,
    )
    prices = services.TimeOfUsePrices(range(10, 10 + _TIMES_OF_USE))
    return services.update_tariff(calendar, standing_charge=25, prices=prices)


def _hours(day: int) -> list[services.Switch]:
    return [services.Switch(time(hour), register=1 + (hour + day) % _TIMES_OF_USE) for hour in range(24)]
