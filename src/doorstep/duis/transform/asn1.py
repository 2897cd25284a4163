"""The words in which a mapping row says an ASN.1 payload: the value of the use case's type."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from doorstep.duis.request import Request
from doorstep.duis.transform.dlms import CANCEL_DATE, whole_seconds
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, always
from doorstep.errors import Unsupported
from doorstep.gbcs.header import Cra
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.payloads.asn1 import CANCEL, build
from doorstep.gbcs.times import utc
from doorstep.gbcs.usecases import DeviceType, UseCase, use_cases_named

__all__ = ["Value", "asn1", "execution_time", "nothing"]

Value = Callable[[Request, Known, int], Any]
"""What makes a payload's value: for a request, what is known, and the message's Originator Counter."""


def asn1(
    name: str,
    variant: str,
    value: Value,
    *,
    devices: Iterable[DeviceType],
    code: int | None = None,
    when: Callable[[Request], bool] = always,
    originator: Originator = Originator.USER,
    other: DeviceType | None = None,
    basis: str = "",
) -> tuple[Mapping, ...]:
    """The rows, one for each kind of Device, of a use case whose payload is a value of its ASN.1 type.

    ``code`` is the Message Code where the use case has several.
    """
    row = _use_case(name, code)

    def payload(request: Request, known: Known, counter: int) -> Payload:
        return build(row.code, Cra.COMMAND, value(request, known, counter))

    return tuple(Mapping(row, variant, device, payload, when, originator, basis, other) for device in devices)


def nothing(_request: Request, _known: Known, _counter: int) -> None:
    """NULL, for a Command that only asks."""


def execution_time(request: Request) -> datetime | None:
    """When the Command takes effect: None for at once, :data:`CANCEL` to take back what is pending."""
    if request.execution_date_time is None:
        return None
    if request.execution_date_time == CANCEL_DATE:
        return CANCEL
    time = utc(whole_seconds(request.body, "ExecutionDateTime"))
    if time == CANCEL:
        raise Unsupported("ExecutionDateTime: this second has another meaning, it takes back what is pending")
    return time


def _use_case(name: str, code: int | None) -> UseCase:
    (row,) = (row for row in use_cases_named(name) if code in (None, row.code))
    return row
