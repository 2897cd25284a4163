"""Bodies that configure a meter: Service References 6.4 to 6.12, 6.18, 6.20 and 6.25 to 6.27."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.common import MPAN, MPRN, UNSIGNED_INT, UNSIGNED_SHORT, future_dated
from doorstep.duis.bodies.shape import EMPTY, choice, elements, one, optional, some
from doorstep.duis.simple_type import BOOLEAN, DATE_TIME, TIME, decimal, integer, one_of

__all__ = ["BODIES"]

SYNCHRONISE_CLOCK: Final = elements(
    one("CurrentDateTime", DATE_TIME), one("TolerancePeriod", integer(0, 86_400))
)
"""The time, and by how many seconds the meter's may differ."""

_LOCKED_OR_UNCHANGED: Final = one_of(("Unchanged", "Locked"))

_AVERAGE_RMS: Final = elements(
    one("AverageRMSOverVoltageThreshold", UNSIGNED_INT),
    one("AverageRMSUnderVoltageThreshold", UNSIGNED_INT),
    one("AverageRMSVoltageMeasurementPeriod", UNSIGNED_INT),
)
_RMS: Final = elements(
    one("RMSExtremeOverVoltageMeasurementPeriod", UNSIGNED_INT),
    one("RMSExtremeOverVoltageThreshold", UNSIGNED_INT),
    one("RMSExtremeUnderVoltageMeasurementPeriod", UNSIGNED_INT),
    one("RMSExtremeUnderVoltageThreshold", UNSIGNED_INT),
    one("RMSVoltageSagMeasurementPeriod", UNSIGNED_INT),
    one("RMSVoltageSagThreshold", UNSIGNED_INT),
    one("RMSVoltageSwellMeasurementPeriod", UNSIGNED_INT),
    one("RMSVoltageSwellThreshold", UNSIGNED_INT),
)

_DAY_OF_MONTH: Final = integer(1, 28)
_OF_A_MONTH: Final = elements(
    one("DayOfMonth", _DAY_OF_MONTH), one("BillingPeriodStartMonth", integer(1, 12))
)
_ELECTRICITY_BILLING: Final = elements(
    one("BillingTime", TIME),
    choice(
        one("Daily", EMPTY),
        one("Weekly", integer(1, 7)),
        one("Monthly", _DAY_OF_MONTH),
        one("Quarterly", _OF_A_MONTH),
        one("SixMonthly", _OF_A_MONTH),
        one("Yearly", _OF_A_MONTH),
    ),
)
_GAS_BILLING: Final = elements(
    one("BillingPeriodStart", DATE_TIME),
    one("Periodicity", one_of(("Daily", "Weekly", "Monthly", "Quarterly", "SixMonthly", "Yearly"))),
)

BODIES: Final = {
    "UpdateDeviceConfigurationLoadLimitingGeneralSettings": future_dated(
        one("LoadLimitPeriod", UNSIGNED_INT),
        one("LoadLimitPowerThreshold", UNSIGNED_INT),
        one("LoadLimitRestorationPeriod", UNSIGNED_INT),
        one("LoadLimitSupplyState", one_of(("Disable", "Unchanged"))),
    ),
    "UpdateDeviceConfigurationLoadLimitingCounterReset": future_dated(),
    "UpdateDeviceConfigurationVoltage": future_dated(
        one("RMSVoltageSettings", _RMS),
        choice(
            one("SinglePhaseVoltageSettings", _AVERAGE_RMS),
            some(
                "PolyPhaseVoltageSettings",
                elements(one("Phase", integer(1, 3)), one("PhaseVoltageSettings", _AVERAGE_RMS)),
                3,
                3,
            ),
        ),
        optional("RMSVoltageCountersNotReset", EMPTY),
    ),
    "UpdateDeviceConfigurationGasConversion": elements(
        one("CalorificValue", decimal("0", "429496729.5", 1)),
        one("ConversionFactor", decimal("0", "42949.67295", 5)),
    ),
    "UpdateDeviceConfigurationGasFlow": elements(
        choice(
            one("UncontrolledGasFlowRate", UNSIGNED_SHORT),
            one("UncontrolledGasFlowRateDecimal", decimal("0", "6.5535", 4)),
        ),
        one("SupplyDepletionState", _LOCKED_OR_UNCHANGED),
        one("SupplyTamperState", _LOCKED_OR_UNCHANGED),
        one("StabilisationPeriod", integer(1, 255)),
        one("MeasurementPeriod", integer(1, 65_535)),
    ),
    "UpdateDeviceConfigurationBillingCalendar": elements(
        choice(
            one("ElectricityBillingCalendar", _ELECTRICITY_BILLING),
            one("GasBillingCalendar", _GAS_BILLING),
        )
    ),
    "SynchroniseClock": SYNCHRONISE_CLOCK,
    "UpdateDeviceConfigurationInstantaneousPowerThreshold": future_dated(
        one("LowMediumPowerThreshold", UNSIGNED_INT), one("MediumHighPowerThreshold", UNSIGNED_INT)
    ),
    "SetMaximumDemandConfigurableTimePeriod": future_dated(
        one("MaximumDemandTimePeriodSchedule", elements(one("StartTime", TIME), one("EndTime", TIME)))
    ),
    "ResetMaximumDemandRegisters": future_dated(
        optional("MaxDemandActivePowerImportValue", EMPTY),
        optional("MaxDemandActivePowerExportValue", EMPTY),
        optional("MaxDemandConfigTimeActivePowerImportValue", EMPTY),
    ),
    "SetDeviceConfigurationImportMPxN": future_dated(
        choice(
            one("ImportMPANs", elements(one("ImportMPAN", MPAN), optional("SecondaryImportMPAN", MPAN))),
            one("ImportMPRN", MPRN),
        )
    ),
    "SetDeviceConfigurationExportMPAN": future_dated(one("ExportMPAN", MPAN)),
    "SetElectricitySupplyTamperState": elements(one("SupplyTamperState", _LOCKED_OR_UNCHANGED)),
    "UpdateDeviceConfigurationDailyResettingOfTariffBlockCounterMatrix": elements(
        one("DailyTariffBlockCounterMatrixReset", BOOLEAN)
    ),
    "UpdateDeviceConfigurationRMSVoltageCounterReset": future_dated(),
}
"""The shape of each body by its name."""
