"""What one mapping row is: a use case, the requests that become it, and how its payload follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from doorstep.duis.request import Request
from doorstep.duis.transform.dlms import EUI, Part, access_request
from doorstep.duis.transform.known import Known, OtherDevice
from doorstep.duis.transform.originator import Originator
from doorstep.eui import Eui
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.usecases import DeviceType, UseCase, use_cases_named

__all__ = [
    "OTHER_DEVICE",
    "Mapping",
    "Parts",
    "always",
    "both",
    "dlms",
    "has",
    "lacks",
    "other_device",
    "other_id",
    "says",
]

Parts = tuple[Part, ...]
_When = Callable[[Request], bool]

OTHER_DEVICE: Final = "OtherDeviceID"
"""The element that names the Device to be joined with the target, or no longer."""


class Mapping(Struct, frozen=True):
    """One row: the use case that requests of ``variant`` become when ``when`` holds of them.

    ``device_type`` is the kind of Device that it is for, and ``other`` the kind of the one that it is to be
    joined with. ``payload`` makes the content of a request, for what is known of the Device and under the
    message's Originator Counter. ``basis`` says what the row rests on, for the documentation.
    """

    use_case: UseCase
    variant: str
    device_type: DeviceType
    payload: Callable[[Request, Known, int], Payload]
    when: _When
    originator: Originator = Originator.USER
    basis: str = ""
    other: DeviceType | None = None

    def fits(self, request: Request, known: Known) -> bool:
        """Whether the request, for such a Device, becomes this use case."""
        return (
            request.service_reference_variant == self.variant
            and known.device_type in (None, self.device_type)
            and self.when(request)
            and (self.other is None or other_device(request, known).device_type in (None, self.other))
        )


def other_id(request: Request) -> Eui:
    """The Device that the target is to be joined with, or no longer."""
    return request.body.value_of(OTHER_DEVICE, EUI)


def other_device(request: Request, known: Known) -> OtherDevice:
    """What the DCC knows of that Device: nothing, perhaps."""
    return known.others.get(other_id(request), OtherDevice())


def always(_request: Request) -> bool:
    """For a service that becomes one use case, whatever its body says."""
    return True


def has(path: str) -> _When:
    """For a service whose body decides by which element it holds."""
    return lambda request: request.body.has(path)


def lacks(path: str) -> _When:
    """For a service whose body decides by which element it does not hold."""
    return lambda request: not request.body.has(path)


def says(path: str, *values: str) -> _When:
    """For a service whose body decides by the value of an enumeration."""
    return lambda request: request.body.has(path) and request.body.text_of(path).strip() in values


def both(first: _When, second: _When) -> _When:
    """For a service whose body decides by two things."""
    return lambda request: first(request) and second(request)


def dlms(
    name: str,
    variant: str,
    *parts: Part,
    when: _When = always,
    choose: Callable[[Request, Known], Parts] | None = None,
    device_type: DeviceType = DeviceType.ESME,
    originator: Originator = Originator.USER,
    basis: str = "",
) -> Mapping:
    """A row whose payload is an Access-Request of ``parts``, or of what ``choose`` makes of the request."""
    (use_case,) = use_cases_named(name)

    def payload(request: Request, known: Known, counter: int) -> Payload:
        return access_request(choose(request, known) if choose else parts, request, known, counter)

    return Mapping(use_case, variant, device_type, payload, when, originator, basis)
