"""Execution: what a Device does with the payload of an authenticated Command, by the payload's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.payloads.dlms import AccessRequest
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import PayloadKind, UseCase
from doorstep.road.device.counters import Counters
from doorstep.road.device.failure import Failure
from doorstep.road.device.state import DeviceState

__all__ = ["LANGUAGES", "Execution", "Executor", "Executors", "Occasion"]

S = TypeVar("S", bound=DeviceState)

LANGUAGES: Final[Mapping[PayloadKind, type]] = MappingProxyType(
    {
        PayloadKind.DLMS: AccessRequest,
        PayloadKind.GBZ: GbzPayload,
        PayloadKind.ASN1: Asn1Payload,
    }
)
"""What a Command's payload is, by the language of its use case."""


class Occasion(Struct, frozen=True):
    """The circumstances of one execution: the Command's header and use case, the Device, and the time.

    ``response`` is the header that the Response will have, for which data are encrypted; ``counters`` are
    those from before this Command was counted.
    """

    header: GroupingHeader
    response: GroupingHeader
    row: UseCase
    device: Eui
    keys: KeyRing
    now: Instant
    counters: Counters


class Execution(Struct, Generic[S], frozen=True):
    """What came of a Command: the state that follows, the payload of its Response, and what failed."""

    state: S
    payload: Payload
    failure: Failure | None = None


Executor = Callable[[Any, S, Occasion], Execution[S]]
"""Carries out a payload of one language upon a state. What fails is said in the Response, not raised."""

Executors = Mapping[PayloadKind, Executor[S]]
"""The languages that a Device executes, and how."""
