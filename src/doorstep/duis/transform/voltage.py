"""Mapping rows of the voltage of an electricity meter's phases: SRV 4.10, 6.2.1, 6.5 and 6.27."""

from __future__ import annotations

from typing import Final

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import INTEGER
from doorstep.duis.simple_type import integer as from_to
from doorstep.duis.transform.dlms import Part, act, double_long_unsigned, get, integer, number, put
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.rows import Mapping, Parts, both, dlms, has, lacks
from doorstep.duis.transform.selection import entries
from doorstep.errors import XmlError
from doorstep.gbcs.payloads.axdr import Tag

__all__ = ["ROWS"]

_SINGLE_PHASE: Final = "SinglePhaseVoltageSettings"
_POLY_PHASE: Final = "PolyPhaseVoltageSettings"
_COUNTERS_STAY: Final = "RMSVoltageCountersNotReset"

_PHASE: Final = from_to(1, 3)
_GROUPS: Final = (32, 52, 72)
"""Value group C of the logical names that belong to the voltage of phases 1, 2 and 3."""

# The limiters of the root mean square voltage, in the order of their logical names.
_LIMITS: Final = ("RMSExtremeOverVoltage", "RMSExtremeUnderVoltage", "RMSVoltageSag", "RMSVoltageSwell")


def _over(group: int) -> str:
    return f"1-0:{group}.35.0.4"


def _under(group: int) -> str:
    return f"1-0:{group}.31.0.4"


def _average(group: int) -> str:
    return f"1-0:{group}.24.0.255"


def _counters(group: int) -> tuple[str, str]:
    """How often the average was over its threshold, and how often under."""
    return f"1-0:{group}.32.0.4", f"1-0:{group}.36.0.4"


# -- reading ----------------------------------------------------------------------------------------


def _operational_data(group: int) -> Parts:
    counters = (get(3, name, attribute) for name in _counters(group) for attribute in (2, 3))
    return *counters, entries(_average(group)), get(7, _average(group), 4)


def _other_thresholds(group: int) -> Parts:
    return get(1, _under(group), 2), get(1, _over(group), 2)


_READ_CONFIGURATION: Final = (
    *(get(71, f"0-0:17.0.{limit}.255", attribute) for limit in (1, 2, 3, 4) for attribute in (4, 6)),
    get(1, _over(32), 2),
    get(1, _under(32), 2),
)


# -- setting ----------------------------------------------------------------------------------------


def _settings(request: Request) -> tuple[Element, ...]:
    """The settings of each phase, in the order of the phases."""
    if request.body.has(_SINGLE_PHASE):
        return (request.body.child(_SINGLE_PHASE),)
    phases = {
        entry.value_of("Phase", _PHASE): entry.child("PhaseVoltageSettings")
        for entry in request.body.children_named(_POLY_PHASE)
    }
    if len(phases) != len(_GROUPS):
        raise XmlError(f"{request.body.name}: {_POLY_PHASE} are wanted for each of {len(_GROUPS)} phases")
    return tuple(settings for _phase, settings in sorted(phases.items()))


def _put(class_id: int, name: str, attribute: int, settings: Element, path: str) -> Part:
    return put(class_id, name, attribute, double_long_unsigned(settings.value_of(path, INTEGER)))


def _set_over(group: int, settings: Element) -> Part:
    return _put(1, _over(group), 2, settings, "AverageRMSOverVoltageThreshold")


def _set_under(group: int, settings: Element) -> Part:
    return _put(1, _under(group), 2, settings, "AverageRMSUnderVoltageThreshold")


def _set_period(group: int, settings: Element) -> Part:
    return _put(7, _average(group), 4, settings, "AverageRMSVoltageMeasurementPeriod")


def _set_limit(index: int, name: str) -> Parts:
    limiter = f"0-0:17.0.{index}.255"
    return (
        put(71, limiter, 4, number(Tag.DOUBLE_LONG_UNSIGNED, f"RMSVoltageSettings/{name}Threshold")),
        put(71, limiter, 6, number(Tag.DOUBLE_LONG_UNSIGNED, f"RMSVoltageSettings/{name}MeasurementPeriod")),
    )


_SET_LIMITS: Final = tuple(part for index, name in enumerate(_LIMITS, 1) for part in _set_limit(index, name))


def _reset(groups: tuple[int, ...]) -> Parts:
    return tuple(act(3, name, 1, integer(0)) for group in groups for name in _counters(group))


def _set_and_reset(request: Request, _known: Known) -> Parts:
    phases = tuple(zip(_GROUPS, _settings(request), strict=False))
    first, *others = phases
    return (
        *(_set_period(*phase) for phase in phases),
        *_SET_LIMITS,
        _set_over(*first),
        _set_under(*first),
        *(threshold(*phase) for phase in others for threshold in (_set_under, _set_over)),
        *_reset(tuple(group for group, _settings in phases)),
    )


def _set_only(request: Request, _known: Known) -> Parts:
    phases = tuple(zip(_GROUPS, _settings(request), strict=False))
    return (
        *(threshold(*phase) for phase in phases for threshold in (_set_under, _set_over)),
        *(_set_period(*phase) for phase in phases),
        *_SET_LIMITS,
    )


ROWS: Final[tuple[Mapping, ...]] = (
    dlms("ECS23", "4.10", *_operational_data(32)),
    dlms("ECS23b", "4.10", *(part for group in _GROUPS for part in _operational_data(group))),
    dlms("ECS26b", "6.2.1", *_READ_CONFIGURATION),
    dlms("ECS26k", "6.2.1", *_READ_CONFIGURATION, *_other_thresholds(52), *_other_thresholds(72)),
    dlms("ECS29a", "6.5", choose=_set_and_reset, when=both(has(_SINGLE_PHASE), lacks(_COUNTERS_STAY))),
    dlms("ECS29b", "6.5", choose=_set_and_reset, when=both(has(_POLY_PHASE), lacks(_COUNTERS_STAY))),
    dlms("ECS29c", "6.5", choose=_set_only, when=both(has(_SINGLE_PHASE), has(_COUNTERS_STAY))),
    dlms("ECS29d", "6.5", choose=_set_only, when=both(has(_POLY_PHASE), has(_COUNTERS_STAY))),
    dlms("ECS29e", "6.27", *_reset(_GROUPS[:1])),
    dlms("ECS29f", "6.27", *_reset(_GROUPS)),
)
