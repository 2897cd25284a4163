"""The Response to a Command: whose header repeats the Command's, and how it is protected."""

from __future__ import annotations

from typing import Final

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import build
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.protection import protect
from doorstep.gbcs.times import Instant, cosem_date_time
from doorstep.gbcs.usecases import UseCase

__all__ = ["TIMED", "answer"]

_FUTURE_DATABLE: Final = "ECS01a ECS01b ECS01c ECS01d ECS02 ECS03 ECS08 ECS08a ECS28a ECS46c ECS46d"
_FUTURE_DATABLE_GAS: Final = "GCS01a GCS01b GCS02 GCS03 GCS05"
_READINGS: Final = "ECS17a ECS17b ECS17c ECS17d ECS17e ECS18a ECS18b ECS19 ECS23 ECS23b"
_READINGS_GAS: Final = "GCS13a GCS13b GCS13c GCS14 GCS60a"
_TOP_UPS: Final = "CS01a CS01b"
_COMMON: Final = "CS02b CS02g CS06"

TIMED: Final = frozenset(
    " ".join((_FUTURE_DATABLE, _FUTURE_DATABLE_GAS, _READINGS, _READINGS_GAS, _TOP_UPS, _COMMON)).split()
)
"""The use cases whose Responses say when they were made: future-datable ones, top-ups, register reads."""


def answer(
    command: GroupingHeader, row: UseCase, payload: Payload, device: Eui, keys: KeyRing, now: Instant
) -> bytes:
    """The Response of ``device`` to the Command with this header.

    It repeats the Command's counter, Message Code and supplementary fields, and goes to its Business
    Originator: signed where the Command is critical, else with a MAC for that party. Raises
    :class:`NoKey` where the Device's own keys are not held.
    """
    header = GroupingHeader(
        Cra.RESPONSE,
        command.originator_counter,
        device,
        command.business_originator_id,
        command.message_code,
        cosem_date_time(now) if row.name in TIMED else b"",
        command.supplementary_remote_party_id,
        command.supplementary_remote_party_counter,
    )
    return bytes(protect(build(header, payload), row.response[0], keys))
