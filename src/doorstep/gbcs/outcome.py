"""What a Device's Response says became of the Command: that every part of it succeeded, or what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import Unsupported
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.payloads.asn1 import Asn1Payload, names
from doorstep.gbcs.payloads.dlms import AccessResponse
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.zigbee.clusters.metering import StartSamplingResponse
from doorstep.zigbee.clusters.prepayment import ConsumerTopUpResponse
from doorstep.zigbee.zcl import DefaultResponse, ReadAttributesResponse, Status, WriteAttributesResponse

__all__ = ["failure", "is_readable"]


def is_readable(payload: Payload) -> bool:
    """Whether doorstep understands what the Response says."""
    return type(payload) in _FAILURES


def failure(payload: Payload) -> str | None:
    """The first part of the Command that failed and why, ``item 1: hardware-fault``; None for success.

    Later parts only say that they were not tried: a Device stops at the first that fails. Raises
    :class:`Unsupported` for a payload that is not readable.
    """
    failures = _FAILURES.get(type(payload))
    if failures is None:
        raise Unsupported(f"a {type(payload).__name__} does not say what became of a Command")
    return next(failures(payload), None)


# -- DLMS COSEM -----------------------------------------------------------------------------------------

_ACCESS_RESULTS: Final = {
    1: "hardware-fault",
    2: "temporary-failure",
    3: "read-write-denied",
    4: "object-undefined",
    9: "object-class-inconsistent",
    11: "object-unavailable",
    12: "type-unmatched",
    13: "scope-of-access-violated",
    14: "data-block-unavailable",
    15: "long-get-aborted",
    16: "no-long-get-in-progress",
    17: "long-set-aborted",
    18: "no-long-set-in-progress",
    19: "data-block-number-invalid",
    250: "other-reason",
}


def _of_dlms(payload: AccessResponse) -> Iterator[str]:
    for place, item in enumerate(payload.results, start=1):
        if item.result:
            yield f"item {place}: {_ACCESS_RESULTS.get(item.result, f'result {item.result}')}"


# -- ASN.1 ----------------------------------------------------------------------------------------------

# The named numbers that say how something went; in each of them 0 is success, or there is no 0.
_RESULTS: Final = (
    names.StatusCode,
    names.IssueCredentialsFailure,
    names.UpdateCertificateResponseCode,
    names.ProvideCertificateFailure,
    names.JoinResponseCode,
    names.UnjoinResponseCode,
    names.ReadResponseCode,
    names.ActivateImageResponseCode,
    names.DeviceTimeStatus,
)


def _of_asn1(payload: Asn1Payload) -> Iterator[str]:
    return _bad_results(payload.value, "result")


def _bad_results(value: object, name: str) -> Iterator[str]:
    """Every result that is not success, wherever in the value it stands."""
    if isinstance(value, Struct):
        for field in value.__struct_fields__:
            yield from _bad_results(getattr(value, field), field)
    elif isinstance(value, tuple):
        for place, element in enumerate(value, start=1):
            yield from _bad_results(element, f"{name} {place}")
    elif isinstance(value, _RESULTS) and value:
        yield f"{name.replace('_', ' ')}: {value.name.lower().replace('_', '-')}"


# -- GBZ ------------------------------------------------------------------------------------------------

# What each answer to a component says of it, for those that can say that it failed. A meter that does not
# start to sample answers with a number that no sample has.
_STATUSES: Final[dict[type, Callable[[Any], Iterable[int]]]] = {
    DefaultResponse: lambda answer: (answer.status,),
    ReadAttributesResponse: lambda answer: (record.status for record in answer.records),
    WriteAttributesResponse: lambda answer: (record.status for record in answer.records),
    ConsumerTopUpResponse: lambda answer: (answer.result,),
    StartSamplingResponse: lambda answer: (
        Status.FAILURE if answer.sample_id == _NO_SAMPLE else Status.SUCCESS,
    ),
}
_NO_SAMPLE: Final = 0xFFFF
# A log that has fewer entries than were asked for was read all the same.
_NO_FAILURE: Final = (Status.SUCCESS, Status.NOT_FOUND)
_STATUS_NAMES: Final = {int(status): status.name.lower().replace("_", "-") for status in Status}


def _of_gbz(payload: GbzPayload) -> Iterator[str]:
    for place, component in enumerate(payload.components, start=1):
        statuses = _STATUSES.get(type(component.command), lambda _answer: ())
        for status in statuses(component.command):
            if status not in _NO_FAILURE:
                yield f"item {place}: {_STATUS_NAMES.get(status, f'status 0x{status:02X}')}"


_FAILURES: Final[dict[type, Callable[[Any], Iterator[str]]]] = {
    AccessResponse: _of_dlms,
    Asn1Payload: _of_asn1,
    GbzPayload: _of_gbz,
}
