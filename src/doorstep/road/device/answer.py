"""The Response to a Command: whose header repeats the Command's, and how it is protected."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import build
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.protection import protect
from doorstep.gbcs.times import ClockStatus, Instant, cosem_date_time
from doorstep.gbcs.usecases import UseCase

__all__ = ["TIMED", "answer", "response_header"]

_FUTURE_DATABLE: Final = "ECS01a ECS01b ECS01c ECS01d ECS02 ECS03 ECS08 ECS08a ECS28a ECS46c ECS46d"
_FUTURE_DATABLE_GAS: Final = "GCS01a GCS01b GCS02 GCS03 GCS05"
_READINGS: Final = "ECS17a ECS17b ECS17c ECS17d ECS17e ECS18a ECS18b ECS19 ECS23 ECS23b"
_READINGS_GAS: Final = "GCS13a GCS13b GCS13c GCS14 GCS60a"
_TOP_UPS: Final = "CS01a CS01b"
_COMMON: Final = "CS02b CS02g CS06"

TIMED: Final[Mapping[str, ClockStatus]] = MappingProxyType(
    dict.fromkeys(
        " ".join((_FUTURE_DATABLE, _FUTURE_DATABLE_GAS, _READINGS, _TOP_UPS, _COMMON)).split(),
        ClockStatus.NOT_SPECIFIED,
    )
    | dict.fromkeys(_READINGS_GAS.split(), ClockStatus.RELIABLE)
)
"""The use cases whose Responses say when they were made, and what they say of the clock.

They are future-datable instructions, top-ups and register reads; gas readings alone vouch for the clock.
"""


def response_header(
    command: GroupingHeader, row: UseCase, device: Eui, now: Instant, own_counter: int | None = None
) -> GroupingHeader:
    """The header of the Response of ``device`` to the Command with this header.

    It repeats the Command's counter, Message Code and supplementary fields, and goes to its Business
    Originator. ``own_counter`` is the Device's own Originator Counter, where the Command brought the
    certificate of the User for whom data are to be encrypted.
    """
    status = TIMED.get(row.name)
    return GroupingHeader(
        Cra.RESPONSE,
        command.originator_counter,
        device,
        command.business_originator_id,
        command.message_code,
        b"" if status is None else cosem_date_time(now, status),
        command.supplementary_remote_party_id,
        command.supplementary_remote_party_counter,
        own_counter,
    )


def answer(header: GroupingHeader, row: UseCase, payload: Payload, keys: KeyRing) -> bytes:
    """The Response with this header and payload.

    It is signed where the Command is critical, else it has a MAC for its recipient. Raises :class:`NoKey`
    where the Device's own keys are not held.
    """
    return bytes(protect(build(header, payload), row.response[0], keys))
