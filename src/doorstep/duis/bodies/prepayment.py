"""Bodies of balance, payment mode, prepayment and debt: Service References 1.5 to 2.5.

Amounts of money are in thousandths of a penny, as the meters count them.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.calendar import (
    DAYS_OF_WEEK,
    GAS_SEASONS,
    WILDCARD_DATE,
    gas_special_days,
    gas_weeks,
)
from doorstep.duis.bodies.common import (
    INT,
    PRICE_SCALE,
    SHORT,
    UNSIGNED_INT,
    UNSIGNED_SHORT,
    UTRN,
    future_dated,
)
from doorstep.duis.bodies.shape import EMPTY, choice, elements, indexed, one, sequence, some
from doorstep.duis.simple_type import BOOLEAN, DATE, TIME, integer, one_of

__all__ = ["BODIES"]

_START_OR_STOP: Final = one_of(("START", "STOP"))

# -- when a meter must not cut off supply -----------------------------------------------------------

_ELECTRICITY_CALENDAR: Final = elements(
    one(
        "ElectricitySpecialDays",
        elements(some("SpecialDay", indexed(elements(one("Date", WILDCARD_DATE)), 20), 0, 20)),
    ),
    some(
        "ElectricityNonDisablementSchedule",
        elements(
            one("NonDisablementScript", _START_OR_STOP),
            one(
                "SpecialDaysApplicability",
                elements(
                    some("SpecialDayApplicability", elements(one("SpecialDayID", integer(1, 20))), 0, 20)
                ),
            ),
            one("DaysOfWeekApplicability", DAYS_OF_WEEK),
            one(
                "ScheduleDatesAndTime",
                elements(one("SwitchTime", TIME), one("StartDate", DATE), one("EndDate", DATE)),
            ),
        ),
        1,
        22,
    ),
)

_GAS_DAYS: Final = 5

_GAS_CALENDAR: Final = elements(
    one(
        "DayProfiles",
        elements(
            some(
                "GasNonDisablementDayProfile",
                elements(
                    some(
                        "TimeStartAction",
                        elements(one("StartTime", TIME), one("NonDisablementAction", _START_OR_STOP)),
                        1,
                        3,
                    ),
                    one("GasDayName", integer(1, _GAS_DAYS)),
                ),
                1,
                _GAS_DAYS,
            )
        ),
    ),
    one("WeekProfiles", gas_weeks(_GAS_DAYS)),
    one("SeasonProfiles", GAS_SEASONS),
    one("SpecialDays", gas_special_days(_GAS_DAYS)),
)

# -- debt and balance -------------------------------------------------------------------------------

_PERIOD: Final = one("DebtRecoveryRatePeriod", one_of(("HOURLY", "DAILY")))
_ELECTRICITY_RECOVERY: Final = elements(
    one("DebtRecoveryRate", SHORT), one("DebtRecoveryRatePriceScale", PRICE_SCALE), _PERIOD
)
_GAS_RECOVERY: Final = elements(one("DebtRecoveryRate", INT), _PERIOD)

_ADJUST_OR_RESET: Final = elements(choice(one("AdjustMeterBalance", INT), one("ResetMeterBalance", EMPTY)))

# -- the bodies -------------------------------------------------------------------------------------

BODIES: Final = {
    "UpdateMeterBalance": elements(
        choice(one("PrepaymentMode", _ADJUST_OR_RESET), one("CreditMode", _ADJUST_OR_RESET))
    ),
    "UpdatePaymentMode": future_dated(
        choice(
            one("Credit", EMPTY),
            one(
                "Prepayment",
                elements(
                    one("SuspendDebtDisabled", BOOLEAN),
                    one("SuspendDebtEmergency", BOOLEAN),
                    one("DisablementThreshold", INT),
                ),
            ),
        )
    ),
    "ResetTariffBlockCounterMatrix": EMPTY,
    "UpdatePrepayConfiguration": future_dated(
        choice(
            one(
                "UpdatePrepayConfigElectricity",
                elements(
                    one("DebtRecoveryRateCap", UNSIGNED_SHORT),
                    one("EmergencyCreditLimit", INT),
                    one("EmergencyCreditThreshold", INT),
                    one("LowCreditThreshold", INT),
                    one("ElectricityNonDisablementCalendar", _ELECTRICITY_CALENDAR),
                    one("MaxMeterBalance", INT),
                    one("MaxCreditThreshold", INT),
                ),
            ),
            one(
                "UpdatePrepayConfigGas",
                elements(
                    one("DebtRecoveryRateCap", INT),
                    one("EmergencyCreditLimit", UNSIGNED_INT),
                    one("EmergencyCreditThreshold", UNSIGNED_INT),
                    one("LowCreditThreshold", UNSIGNED_INT),
                    one("GasNonDisablementCalendar", _GAS_CALENDAR),
                    one("MaxMeterBalance", UNSIGNED_INT),
                    one("MaxCreditThreshold", UNSIGNED_INT),
                ),
            ),
        )
    ),
    "TopUpDevice": elements(one("UTRN", UTRN)),
    "UpdateDebt": elements(
        one("TimeDebtRegister1", INT),
        one("TimeDebtRegister2", INT),
        one("PaymentDebtRegister", INT),
        one("DebtRecoveryPerPayment", integer(0, 10_000)),
        choice(
            sequence(
                one("ElecDebtRecovery1", _ELECTRICITY_RECOVERY),
                one("ElecDebtRecovery2", _ELECTRICITY_RECOVERY),
            ),
            sequence(one("GasDebtRecovery1", _GAS_RECOVERY), one("GasDebtRecovery2", _GAS_RECOVERY)),
        ),
    ),
    "ActivateEmergencyCredit": EMPTY,
}
"""The shape of each body by its name."""
