"""Mapping rows of a gas meter's logs: SRV 3.3, 4.4.2 to 4.4.5, 4.6.1, 4.8.1, 4.10, 4.14, 4.17, 6.13 and 14.1.

A log is kept as snapshots, as the samples of a session or as entries. Snapshots are asked for one by one,
as many as the log can hold.
"""

from __future__ import annotations

import enum
from typing import Final

from doorstep.duis.simple_type import DATE_TIME
from doorstep.duis.transform.gbz import NOW, Part, Place, Source, event, gbz, moment, send, since
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, lacks, says
from doorstep.errors import XmlError
from doorstep.gbcs.usecases import DeviceType
from doorstep.zigbee.clusters import EVENTS, METERING, PREPAYMENT
from doorstep.zigbee.clusters.events import ClearEventLog, EventLog, GetEventLog
from doorstep.zigbee.clusters.metering import GetSampledData, GetSnapshot, StartSampling
from doorstep.zigbee.clusters.prepayment import GetDebtRepaymentLog, GetPrepaySnapshot, GetTopUpLog

__all__ = ["ROWS"]

_MIRRORED: Final = (DeviceType.GSME, DeviceType.GPF)

_START: Final = "ReadLogPeriod/StartDateTime"
_END: Final = "ReadLogPeriod/EndDateTime"

# -- snapshots ------------------------------------------------------------------------------------


class _Cause(enum.IntFlag):
    """Why a snapshot was taken."""

    GENERAL = 1 << 0
    END_OF_BILLING_PERIOD = 1 << 1
    CHANGE_OF_TARIFF_INFORMATION = 1 << 3
    CHANGE_OF_SUPPLIER = 1 << 13
    CHANGE_OF_METER_MODE = 1 << 14


_DAYS: Final = 31
_BILLS: Final = 12

_CHANGES: Final = (
    _Cause.CHANGE_OF_TARIFF_INFORMATION | _Cause.CHANGE_OF_SUPPLIER | _Cause.CHANGE_OF_METER_MODE
)


def _snapshots(number: int, cause: _Cause) -> tuple[Part, ...]:
    """Every snapshot of the meter's consumption in the period."""
    return tuple(send(METERING, GetSnapshot, **_snapshot(offset, cause)) for offset in range(number))


def _prepay_snapshots(number: int, cause: _Cause) -> tuple[Part, ...]:
    """Every snapshot of the meter's account in the period."""
    return tuple(send(PREPAYMENT, GetPrepaySnapshot, **_snapshot(offset, cause)) for offset in range(number))


def _snapshot(offset: int, cause: _Cause) -> dict[str, Source]:
    return {
        "earliest_start_time": moment(_START),
        "latest_end_time": moment(_END),
        "offset": offset,
        "cause": cause,
    }


# -- samples --------------------------------------------------------------------------------------------

_CONSUMPTION: Final = 0  # the sample type

_HALF_HOUR: Final = 30 * 60
_SIX_MINUTES: Final = 6 * 60
_DAY: Final = 24 * 60 * 60

_PROFILE: Final = 0
_DAILY: Final = 1
_NETWORK: Final = 2

_NETWORK_SAMPLES: Final = 41  # four hours, and the one that they start from


def _samples(session: int, interval: int) -> Part:
    """The samples of a session in the period, of which there is one every ``interval`` seconds."""

    def number(place: Place) -> int:
        period = place.element.value_of(_END, DATE_TIME) - place.element.value_of(_START, DATE_TIME)
        if period < 0:
            raise XmlError("ReadLogPeriod ends before it starts")
        return period // (interval * 1000) + 1

    return send(
        METERING,
        GetSampledData,
        sample_id=session,
        earliest_sample_time=moment(_START),
        sample_type=_CONSUMPTION,
        number_of_samples=number,
    )


# -- entries ----------------------------------------------------------------------------------------------

_TOP_UPS: Final = 5
_DEBT_PAYMENTS: Final = 10
_PAYMENT_DEBT: Final = 2  # the third, which top-ups pay

_FULL_INFORMATION: Final = 0x10
_ALL: Final = 0


def _events(log: EventLog) -> Part:
    return send(
        EVENTS,
        GetEventLog,
        control_and_log=_FULL_INFORMATION | log,
        event_id=_ALL,
        start_time=moment(_START),
        end_time=moment(_END),
        number_of_events=_ALL,
        offset=0,
    )


ROWS: Final[tuple[Mapping, ...]] = (
    *gbz("CS11", "3.3", send(EVENTS, ClearEventLog, log=EventLog.GENERAL), when=lacks("ESMEEventLogType")),
    *gbz("GCS15b", "4.4.2", *_prepay_snapshots(_BILLS, _CHANGES), *_snapshots(_BILLS, _CHANGES)),
    *gbz(
        "GCS15c",
        "4.4.3",
        *_snapshots(_BILLS, _Cause.END_OF_BILLING_PERIOD),
        *_prepay_snapshots(_BILLS, _Cause.END_OF_BILLING_PERIOD),
        basis="one sample, whose period is not that of its request",
    ),
    *gbz(
        "GCS15d",
        "4.4.4",
        since(
            moment(_START),
            send(
                PREPAYMENT,
                GetDebtRepaymentLog,
                latest_end_time=moment(_END),
                number_of_debts=_DEBT_PAYMENTS,
                debt_type=_PAYMENT_DEBT,
            ),
        ),
        originator=Originator.BROKER_FOR_USER,
        basis="one sample; nothing in its request says that the broker is the originator",
    ),
    *gbz(
        "GCS15e",
        "4.4.5",
        since(
            moment(_START),
            send(PREPAYMENT, GetTopUpLog, latest_end_time=moment(_END), number_of_records=_TOP_UPS),
        ),
    ),
    *gbz(
        "GCS16a",
        "4.6.1",
        *_snapshots(_DAYS, _Cause.GENERAL),
        devices=_MIRRORED,
        basis="one Command without its request",
    ),
    *gbz("GCS17", "4.8.1", _samples(_PROFILE, _HALF_HOUR), basis="one sample"),
    *gbz(
        "GCS18",
        "4.10",
        _samples(_NETWORK, _SIX_MINUTES),
        basis="one sample, whose earliest time is not that of its request",
    ),
    *gbz("GCS16b", "4.14", *_prepay_snapshots(_DAYS, _Cause.GENERAL), devices=_MIRRORED),
    *gbz(
        "GCS61",
        "4.17",
        _samples(_DAILY, _DAY),
        devices=(DeviceType.GPF,),
        basis="one sample, whose period is not that of its request",
    ),
    *gbz("CS10a", "6.13", _events(EventLog.GENERAL), when=says("LogToRead", "Event")),
    *gbz(
        "CS10b",
        "6.13",
        _events(EventLog.SECURITY),
        when=says("LogToRead", "Security"),
        basis="guess: CS10a with the number of the other log",
    ),
    *(
        row
        for name, log, which in (
            ("CS10a", EventLog.GENERAL, "GSMEEvent"),
            ("CS10b", EventLog.SECURITY, "GSMESecurity"),
        )
        for row in gbz(
            name,
            "6.13",
            _events(log),
            when=says("LogToRead", which),
            devices=_MIRRORED,
            basis="guess: the meter's log by its other name, from the meter or its mirror; no sample",
        )
    ),
    *gbz(
        "GCS31",
        "14.1",
        send(
            METERING,
            StartSampling,
            issuer_event_id=event,
            start_time=NOW,
            sample_type=_CONSUMPTION,
            interval=_SIX_MINUTES,
            maximum_samples=_NETWORK_SAMPLES,
        ),
        originator=Originator.BROKER_FOR_USER,
    ),
)
