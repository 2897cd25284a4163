"""Bodies that switch supply and loads: Service References 6.14 and 7.1 to 7.16."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.calendar import DAYS_OF_WEEK, SWITCHING_PERIOD, WILDCARD_DATE
from doorstep.duis.bodies.common import PRINTABLE, UNSIGNED_SHORT, future_dated
from doorstep.duis.bodies.shape import (
    EMPTY,
    attributed,
    choice,
    elements,
    indexed,
    one,
    optional,
    sequence,
    some,
)
from doorstep.duis.simple_type import BOOLEAN, DATE_TIME, EUI, integer, text

__all__ = ["BODIES"]

# -- auxiliary load control switches, which an index from 1 to 5 names ------------------------------

_SWITCHES: Final = 5
_SPECIAL_DAYS: Final = 20

_FOR_A_TIME: Final = indexed(elements(one("Duration", UNSIGNED_SHORT)), _SWITCHES)

_CONNECTION: Final = elements(
    one(
        "ActivateDeactivateSwitch",
        indexed(elements(choice(one("ActivateSwitch", EMPTY), one("DeactivateSwitch", EMPTY))), _SWITCHES),
    ),
    some("SpecialDaysApplicability", indexed(EMPTY, _SPECIAL_DAYS), 0, _SPECIAL_DAYS),
    optional("DaysOfWeekApplicability", DAYS_OF_WEEK),
    one("ALCSScheduleDatesAndTime", SWITCHING_PERIOD),
)

# -- auxiliary controllers, which have a level between off and on -----------------------------------

_CONTROLLER: Final = integer(1, 5)
_LEVEL: Final = sequence(
    one("CommandedStateLevel", integer(0, 100)), optional("InputFromControlledLoad", EMPTY)
)
_DAY_IDENTIFIER: Final = integer(1, _SPECIAL_DAYS)

_LEVEL_IN_A_PERIOD: Final = elements(
    one("StartDateTime", DATE_TIME),
    one("EndDateTime", DATE_TIME),
    _LEVEL,
    auxiliaryControllerN=_CONTROLLER,
)
_CONTROLLER_SCHEDULE: Final = elements(
    one("AuxiliaryControllerAction", elements(_LEVEL, auxiliaryControllerN=_CONTROLLER)),
    some("SpecialDaysApplicability", attributed(EMPTY, identifier=_DAY_IDENTIFIER), 0, _SPECIAL_DAYS),
    optional("DaysOfWeekApplicability", DAYS_OF_WEEK),
    one("AuxiliaryControllerSchedulePeriodAndTime", SWITCHING_PERIOD),
)

BODIES: Final = {
    "UpdateDeviceConfigurationALCDescriptions": elements(
        some(
            "ALCSHCALCSDescription",
            indexed(
                elements(
                    one("SwitchDescription", text(1, 22, PRINTABLE, "1 to 22 printable ASCII characters"))
                ),
                _SWITCHES,
            ),
            1,
            5,
        )
    ),
    "UpdateDeviceConfigurationALCScheduler": future_dated(
        some("ALCSHCALCSConnectionSchedule", _CONNECTION, 1, 48),
        one(
            "ALCSHCALCSSpecialDays",
            elements(some("ALCSHCALCSSpecialDay", indexed(WILDCARD_DATE, _SPECIAL_DAYS), 0, _SPECIAL_DAYS)),
        ),
        some(
            "SwitchTypeAndId",
            indexed(elements(choice(one("ALCS", EMPTY), one("HCALCS", EUI))), _SWITCHES),
            0,
            5,
        ),
    ),
    "UpdateDeviceConfigurationAuxiliaryControllerScheduler": future_dated(
        some("AuxiliaryControllerSchedule", _CONTROLLER_SCHEDULE, 0, 120),
        one(
            "AuxiliaryControllerSpecialDayDefinitions",
            elements(
                some(
                    "AuxiliaryControllerSpecialDayDefinition",
                    attributed(WILDCARD_DATE, identifier=_DAY_IDENTIFIER),
                    0,
                    _SPECIAL_DAYS,
                )
            ),
        ),
    ),
    "EnableSupply": EMPTY,
    "DisableSupply": EMPTY,
    "ArmSupply": EMPTY,
    "ActivateAuxiliaryLoad": elements(one("ActivateALCSHCALCS", _FOR_A_TIME)),
    "DeactivateAuxiliaryLoad": elements(one("DeactivateALCSHCALCS", _FOR_A_TIME)),
    "ResetAuxiliaryLoad": elements(one("ResetALCSHCALCS", indexed(EMPTY, _SWITCHES))),
    "AddAuxiliaryLoadToBoostButton": future_dated(
        some("AddToBoostButton", indexed(BOOLEAN, _SWITCHES), 5, 5)
    ),
    "RemoveAuxiliaryLoadFromBoostButton": future_dated(
        some("RemoveFromBoostButton", indexed(BOOLEAN, _SWITCHES), 5, 5)
    ),
    "SetRandomisedOffsetLimit": elements(one("RandomisedOffsetLimit", integer(0, 1799))),
    "SetAuxiliaryControllerState": _LEVEL_IN_A_PERIOD,
    "LimitAPCLevel": _LEVEL_IN_A_PERIOD,
}
"""The shape of each body by its name."""
