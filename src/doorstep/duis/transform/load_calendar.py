"""Mapping rows of the calendars by which a meter switches auxiliary loads: SRV 6.14.2 and 6.14.3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.transform.calendar import (
    SPECIAL_DAY,
    TIME,
    SpecialDays,
    Switching,
    date,
    number_of,
    schedule,
    special_days,
    week_days,
)
from doorstep.duis.transform.dlms import EUI, Part, activation, octets, put
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.load_control import LOAD, STATE_SCRIPTS, identity, level_script, switch_script
from doorstep.duis.transform.rows import Mapping, Parts, dlms
from doorstep.gbcs.usecases import DeviceType

__all__ = ["ROWS"]

_ACTIVATE: Final = 0x01
_DEACTIVATE: Final = 0x02
_BY_CALENDAR: Final = 0x80  # a level that the calendar sets, not a Command

_METERS_OWN: Final = bytes(8)
"""Stands where a load has no HCALCS: the meter switches it itself."""


class _Calendar(Struct, frozen=True):
    """How a service names the parts of a calendar, and the script that an entry of it runs.

    ``number`` is the attribute that holds the number of a special day.
    """

    days: str
    day: str
    number: str
    entry: str
    period: str
    script: Callable[[Element], int]

    def parts(self, request: Request, _known: Known) -> Parts:
        """Set the special days and the schedule that are passive, and when they become active."""
        named = request.body.child(self.days).children_named(self.day)
        days = special_days((number_of(day, self.number, SPECIAL_DAY), day) for day in named)
        entries = request.body.children_named(self.entry)
        return (
            put(11, "0-1:11.0.3.255", 2, days.data),
            put(10, "0-1:12.0.2.255", 2, schedule(self._switching(entry, days) for entry in entries)),
            put(9000, "0-0:94.44.128.26", 6, activation),
            put(9000, "0-0:94.44.128.35", 6, activation),
        )

    def _switching(self, entry: Element, days: SpecialDays) -> Switching:
        chosen = entry.children_named("SpecialDaysApplicability")
        period = entry.child(self.period)
        return Switching(
            STATE_SCRIPTS,
            self.script(entry),
            period.value_of("SwitchTime", TIME),
            week_days(entry),
            days.chosen([number_of(day, self.number, SPECIAL_DAY) for day in chosen]),
            date(period.child("StartDate")),
            date(period.child("EndDate")),
        )


def _switch(entry: Element) -> int:
    switch = entry.child("ActivateDeactivateSwitch")
    what = _ACTIVATE if switch.has("ActivateSwitch") else _DEACTIVATE
    return switch_script(number_of(switch, "index", LOAD), what)


def _level(entry: Element) -> int:
    action = entry.child("AuxiliaryControllerAction")
    return level_script(number_of(action, "auxiliaryControllerN", LOAD), action) | _BY_CALENDAR


_SWITCHES: Final = _Calendar(
    days="ALCSHCALCSSpecialDays",
    day="ALCSHCALCSSpecialDay",
    number="index",
    entry="ALCSHCALCSConnectionSchedule",
    period="ALCSScheduleDatesAndTime",
    script=_switch,
)
_CONTROLLERS: Final = _Calendar(
    days="AuxiliaryControllerSpecialDayDefinitions",
    day="AuxiliaryControllerSpecialDayDefinition",
    number="identifier",
    entry="AuxiliaryControllerSchedule",
    period="AuxiliaryControllerSchedulePeriodAndTime",
    script=_level,
)


def _switch_calendar(request: Request, known: Known) -> Parts:
    identities = (_identify(entry) for entry in request.body.children_named("SwitchTypeAndId"))
    return *identities, *_SWITCHES.parts(request, known)


def _identify(entry: Element) -> Part:
    """Say which HCALCS switches a load, or that none does."""
    switch = entry.value_of("HCALCS", EUI) if entry.has("HCALCS") else _METERS_OWN
    return put(1, identity(number_of(entry, "index", LOAD)), 2, octets(switch))


ROWS: Final[tuple[Mapping, ...]] = (
    dlms("ECS46c", "6.14.2", choose=_switch_calendar, basis="one sample"),
    dlms("ECS46d", "6.14.3", choose=_CONTROLLERS.parts),
    dlms("ECS46d", "6.14.3", choose=_CONTROLLERS.parts, device_type=DeviceType.SAPC),
)
