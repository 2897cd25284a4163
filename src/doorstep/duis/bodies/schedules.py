"""Bodies of schedules that the DCC holds: Service References 5.1 to 5.3."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.common import SCHEDULE_ID
from doorstep.duis.bodies.shape import EMPTY, choice, elements, one, optional
from doorstep.duis.simple_type import BASE64, DATE, EUI, TIME, integer, one_of

__all__ = ["BODIES", "SCHEDULE"]

_DAYS_BACK: Final = integer(-400, 0)
_PERIOD: Final = elements(
    one("StartDateOffset", _DAYS_BACK),
    one("StartTime", TIME),
    one("EndDateOffset", _DAYS_BACK),
    one("EndTime", TIME),
)
"""The period to read, as days before the one on which it is read."""

_VARIANTS: Final = (
    *("4.2", "4.6.1", "4.6.2", "4.8.1", "4.8.2", "4.8.3", "4.10", "4.12.1", "4.12.2", "4.14", "4.15"),
    *("4.16", "4.17", "14.1"),
)
_REFERENCES: Final = ("4.2", "4.6", "4.8", "4.10", "4.12", "4.14", "4.15", "4.16", "4.17", "14.1")

SCHEDULE: Final = elements(
    one("ScheduleFrequency", one_of(("Daily", "Weekly", "Monthly", "Quarterly", "Half-Yearly", "Yearly"))),
    one("ScheduleStartDate", DATE),
    optional("ScheduleEndDate", DATE),
    optional("ScheduleExecutionStartTime", TIME),
    optional("KAPublicSecurityCredential", BASE64),
    one("DSPScheduledServiceReference", one_of(_REFERENCES)),
    one("DSPScheduledServiceReferenceVariant", one_of(_VARIANTS)),
    one("DeviceID", EUI),
    choice(
        one("DSPRetrieveImportDailyReadLog", _PERIOD),
        one("DSPRetrieveExportDailyReadLog", _PERIOD),
        one("DSPReadActiveImportProfileData", _PERIOD),
        one("DSPReadReactiveImportProfileData", _PERIOD),
        one("DSPReadExportProfileData", _PERIOD),
        one("DSPReadNetworkData", _PERIOD),
        one("DSPReadMaximumDemandImportRegisters", EMPTY),
        one("DSPReadMaximumDemandExportRegisters", EMPTY),
        one("DSPReadPrepaymentDailyReadLog", _PERIOD),
        one("DSPReadLoadLimitData", EMPTY),
        one("DSPReadActivePowerImport", EMPTY),
        one("DSPRetrieveDailyConsumptionLog", _PERIOD),
        one("DSPRecordNetworkDataGAS", EMPTY),
        one("DSPReadInstantaneousExportRegisters", EMPTY),
    ),
)
"""A schedule: how often which service is carried out for which Device."""

_WHICH: Final = elements(choice(one("DSPScheduleID", SCHEDULE_ID), one("DeviceID", EUI)))
"""One schedule, or all of a Device."""

BODIES: Final = {
    "CreateSchedule": SCHEDULE,
    "ReadSchedule": _WHICH,
    "DeleteSchedule": _WHICH,
}
"""The shape of each body by its name."""
