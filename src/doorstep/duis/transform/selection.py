"""Reading a part of the meter's data: the entries of a log in a period, and data that come back encrypted."""

from __future__ import annotations

from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.transform.dlms import (
    NULL,
    Part,
    Source,
    act,
    array,
    double_long_unsigned,
    enum,
    integer,
    long_unsigned,
    obis,
    octets,
    resolve,
    select,
    structure,
    whole_seconds,
)
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.originator import certificate
from doorstep.gbcs import times
from doorstep.gbcs.payloads.axdr import Data

__all__ = ["entries", "protected_log", "protected_value"]

_START: Final = "ReadLogPeriod/StartDateTime"
_END: Final = "ReadLogPeriod/EndDateTime"

_TIME_STAMP: Final = structure(long_unsigned(1), obis("0-0:94.44.100.255"), integer(2), long_unsigned(0))
"""The column by which the entries of a log are chosen: its time stamps, in seconds since 2000."""

_DATA: Final = 1
_PROFILE: Final = 7
_DATA_PROTECTION: Final = 30
_GET_PROTECTED_ATTRIBUTES: Final = 1

_ENCRYPTION: Final = b"\x04"  # where the transaction of a message has its CRA Flag
_UNRESTRICTED: Final = structure(enum(0), NULL)
_RESTRICTED_BY_DATE: Final = enum(1)
_AUTHENTICATION_AND_ENCRYPTION: Final = enum(2)
_AGREED_KEY: Final = structure(enum(2), structure(octets(b"\x02"), octets(b"")))
"""Key information: static keys of both parties, C(0e, 2s, ECC CDH), and nothing more to carry."""


def entries(log: str) -> Part:
    """Read the entries of a log that were made in the request's period."""
    return select(_PROFILE, log, 2, _range)


def protected_value(collection: str, value: str) -> Part:
    """Read a value encrypted, through the Data Protection object ``collection``."""
    return _get_protected(collection, _DATA, value, _UNRESTRICTED)


def protected_log(collection: str, log: str) -> Part:
    """Read the entries of a log in the request's period encrypted, through ``collection``."""
    return _get_protected(collection, _PROFILE, log, _restriction)


def _range(request: Request, _known: Known) -> Data:
    start, end = (times.utc2000(instant) for instant in _period(request))
    return structure(_TIME_STAMP, double_long_unsigned(start), double_long_unsigned(end), array())


def _restriction(request: Request, _known: Known) -> Data:
    start, end = (octets(times.cosem_date_time(instant)) for instant in _period(request))
    return structure(_RESTRICTED_BY_DATE, structure(start, end))


def _period(request: Request) -> tuple[times.Instant, times.Instant]:
    return whole_seconds(request.body, _START), whole_seconds(request.body, _END)


def _get_protected(collection: str, class_id: int, name: str, restriction: Source) -> Part:
    """Read an object encrypted: what to read of it, and how to protect it for whom."""

    def source(request: Request, known: Known) -> Data:
        wanted = structure(
            long_unsigned(class_id),
            obis(name),
            integer(2),
            long_unsigned(0),
            resolve(restriction, request, known),
        )
        return structure(array(wanted), array(_protection(request, known)))

    return act(_DATA_PROTECTION, collection, _GET_PROTECTED_ATTRIBUTES, source)


def _protection(request: Request, known: Known) -> Data:
    """How the data come back: encrypted for the User, under the Originator Counter of this Command."""
    name = request.request_id
    counter = known.broker_counter if certificate(request) else name.counter
    return structure(
        _AUTHENTICATION_AND_ENCRYPTION,
        structure(
            octets(_ENCRYPTION + counter.to_bytes(8, "big")),
            octets(name.originator),
            octets(name.target),
            octets(b""),
            _AGREED_KEY,
        ),
    )
