"""Mapping rows of a gas meter's settings: SRV 6.6, 6.8, 6.20.1 and 6.22."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from doorstep.duis.element import Element
from doorstep.duis.simple_type import hexadecimal, one_of
from doorstep.duis.transform.gbz import (
    NOW,
    Part,
    Place,
    Sent,
    Source,
    code,
    decimal,
    event,
    gbz,
    moment,
    send,
    text,
)
from doorstep.duis.transform.rows import Mapping, has, says
from doorstep.errors import InputError, XmlError
from doorstep.zigbee.clusters import DEVICE_MANAGEMENT, PRICE
from doorstep.zigbee.clusters.device_management import (
    ConfigurationControl,
    SetEventConfiguration,
    UpdateSiteId,
)
from doorstep.zigbee.clusters.events import EventLog
from doorstep.zigbee.clusters.price import (
    PublishBillingPeriod,
    PublishBlockPeriod,
    PublishCalorificValue,
    PublishConversionFactor,
)

__all__ = ["ROWS"]

# -- energy in a volume of gas ------------------------------------------------------------------------

_MEGAJOULES_PER_CUBIC_METRE: Final = 1
_FACTOR_PLACES: Final = 5
_VALUE_PLACES: Final = 1


def _trailing_digit(places: int) -> int:
    return places << 4


_CONVERSION: Final = (
    send(
        PRICE,
        PublishConversionFactor,
        issuer_event_id=event,
        start_time=NOW,
        conversion_factor=decimal("ConversionFactor", _FACTOR_PLACES),
        trailing_digit=_trailing_digit(_FACTOR_PLACES),
    ),
    send(
        PRICE,
        PublishCalorificValue,
        issuer_event_id=event,
        start_time=NOW,
        calorific_value=decimal("CalorificValue", _VALUE_PLACES),
        unit=_MEGAJOULES_PER_CUBIC_METRE,
        trailing_digit=_trailing_digit(_VALUE_PLACES),
    ),
)

# -- billing calendar -----------------------------------------------------------------------------------

# Units of a duration, in the low nibble. The high one says that it begins when it is said to, not with
# the unit.
_DAYS: Final = 0x21
_WEEKS: Final = 0x22
_MONTHS: Final = 0x23

_PERIODS: Final = {
    "Daily": (1, _DAYS),
    "Weekly": (1, _WEEKS),
    "Monthly": (1, _MONTHS),
    "Quarterly": (3, _MONTHS),
    "SixMonthly": (6, _MONTHS),
    "Yearly": (12, _MONTHS),
}
_PERIODICITY: Final = "GasBillingCalendar/Periodicity"
_BILLING_START: Final = moment("GasBillingCalendar/BillingPeriodStart")
_DURATION: Final = code(_PERIODICITY, {name: length for name, (length, _) in _PERIODS.items()})
_DURATION_TYPE: Final = code(_PERIODICITY, {name: unit for name, (_, unit) in _PERIODS.items()})

_REPEATING: Final = 0x02
_DELIVERED: Final = 0
_WHOLE_PERIOD: Final = 1  # a price is worked out for a block period at a time

_BILLING_CALENDAR: Final = (
    send(
        PRICE,
        PublishBillingPeriod,
        provider_id=0,
        issuer_event_id=event,
        start_time=_BILLING_START,
        duration=_DURATION,
        duration_type=_DURATION_TYPE,
        tariff_type=_DELIVERED,
    ),
    # By position, for our layout has the names of an older form of the command: the last four are its
    # control, the types of duration and of tariff, and the resolution.
    send(
        PRICE,
        PublishBlockPeriod,
        0,
        event,
        _BILLING_START,
        _DURATION,
        _REPEATING,
        _DURATION_TYPE,
        _DELIVERED,
        _WHOLE_PERIOD,
    ),
)

# -- alerts and events ----------------------------------------------------------------------------------

_ALERTS: Final = "GasSupplierAlertEventSettings"
_ALERT_CODE: Final = hexadecimal(2)
_ENABLED: Final = "Enable"
_SETTING: Final = one_of((_ENABLED, "Disable"), "Enable or Disable")

_TO_WAN: Final = 0x08
_TO_HAN: Final = 0x10
_CONFIGURATION: Final = {
    "WANAlert": _TO_WAN,
    "HANAlert": _TO_HAN,
    "EventLog": int(EventLog.GENERAL),
    "Alarm": 0x40,
}


def _event_configurations(place: Place) -> Iterator[Sent]:
    """A command for each configuration, with the events that shall have it in the request's order.

    The meter does not care for the order of the commands. Ours, which is that of the one sample: first
    what is told in the home, then what is told to the supplier, then by number.
    """
    events: dict[int, list[int]] = {}
    alerts = place.element.child(_ALERTS).children
    if not alerts:
        raise XmlError(f"{_ALERTS} names no alert")
    for settings in alerts:
        events.setdefault(_configuration(settings), []).append(_event_id(settings))
    for configuration in sorted(events, key=lambda value: (not value & _TO_HAN, not value & _TO_WAN, value)):
        yield from _set(configuration, tuple(events[configuration]))(place)


def _set(configuration: int, event_ids: Source) -> Part:
    return send(
        DEVICE_MANAGEMENT,
        SetEventConfiguration,
        issuer_event_id=event,
        start_time=NOW,
        configuration=configuration,
        control=ConfigurationControl.LISTED,
        event_ids=event_ids,
    )


def _configuration(settings: Element) -> int:
    return sum(bits for name, bits in _CONFIGURATION.items() if settings.value_of(name, _SETTING) == _ENABLED)


def _event_id(settings: Element) -> int:
    """The alert code that an element's name holds, as in ``x81C4``."""
    try:
        return _ALERT_CODE.read(settings.name.removeprefix("x"))
    except InputError as error:
        raise XmlError(f"{_ALERTS}/{settings.name}: {error}") from None


ROWS: Final[tuple[Mapping, ...]] = (
    *gbz("GCS23", "6.6", *_CONVERSION, basis="one sample"),
    *gbz(
        "GCS25",
        "6.8",
        *_BILLING_CALENDAR,
        when=says(_PERIODICITY, "Daily", "Weekly", "Monthly"),
        basis="one sample, monthly",
    ),
    *gbz(
        "GCS25a",
        "6.8",
        *_BILLING_CALENDAR,
        when=has("GasBillingCalendar"),
        basis="one sample, six-monthly",
    ),
    *gbz(
        "GCS41",
        "6.20.1",
        send(
            DEVICE_MANAGEMENT,
            UpdateSiteId,
            issuer_event_id=event,
            implementation_time=NOW,
            provider_id=0,
            site_id=text("ImportMPRN"),
        ),
        when=has("ImportMPRN"),
    ),
    *gbz(
        "GCS20",
        "6.22",
        _event_configurations,
        when=has(_ALERTS),
        basis="one sample: the order of the commands is a guess that agrees with it",
    ),
)
