"""Mapping rows of the clocks of meters: SRV 6.11 and 8.1.1.

A request gives the interval in which the meter's own time has to be, which it takes from the hub: it starts
with the current time and is as long as the tolerance.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.simple_type import integer as from_to
from doorstep.duis.transform.asn1 import asn1
from doorstep.duis.transform.dlms import act, enum, get, integer, octets, put, structure, whole_seconds
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.rows import Mapping, Parts, dlms
from doorstep.gbcs import times
from doorstep.gbcs.payloads.asn1.devices import SetTime
from doorstep.gbcs.payloads.axdr import Data
from doorstep.gbcs.usecases import DeviceType

__all__ = ["ROWS"]

_CLOCK: Final = "0-0:1.0.0.255"
_SYNCHRONISED_BY_PRESET: Final = 5
_TOLERANCE: Final = from_to(0, 86_400)  # seconds


def _interval(request: Request) -> tuple[times.Instant, times.Instant]:
    start = whole_seconds(request.body, "CurrentDateTime")
    return start, start + 1_000 * request.body.value_of("TolerancePeriod", _TOLERANCE)


def _adjustment(request: Request, _known: Known) -> Data:
    """The interval; before it stands the time to set the clock to, which is left open."""
    start, end = map(times.cosem_date_time, _interval(request))
    return structure(octets(times.CANCEL), octets(start), octets(end))


def _set_time(request: Request, _known: Known, _counter: int) -> SetTime:
    return SetTime(*map(times.utc, _interval(request)))


_SET_CLOCK: Final[Parts] = (
    put(8, _CLOCK, 9, enum(_SYNCHRONISED_BY_PRESET)),
    act(8, _CLOCK, 5, _adjustment),
    act(8, _CLOCK, 4, integer(0)),
    get(8, _CLOCK, 2),
    get(8, _CLOCK, 4),
)
_SERVICES: Final = ("6.11", "8.1.1")
_NO_REQUEST: Final = "guess: the interval of ECS70; Commands without requests agree with it"

ROWS: Final[tuple[Mapping, ...]] = (
    *(dlms("ECS70", variant, *_SET_CLOCK, basis="one sample") for variant in _SERVICES),
    *(
        row
        for variant in _SERVICES
        for row in asn1("GCS28", variant, _set_time, devices=(DeviceType.GSME,), basis=_NO_REQUEST)
    ),
)
