"""GBZ carried out for a reader, who alone can read what a Response tells of consumption and credit.

Which use cases hide what is said of which cluster, and how their reads are answered, is the same for the gas
meter and for the gas proxy that answers in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from msgspec import structs

from doorstep.errors import DecodeError, NoKey
from doorstep.gbcs.encrypted import ciphered, device_secret
from doorstep.gbcs.payloads.gbz import Component, GbzPayload
from doorstep.gbcs.usecases import UseCase
from doorstep.road.device.clusters import Declined, Performed, carry_out
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.execution import Occasion
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.zcl import DefaultResponse, Status

__all__ = ["CONFIDENTIAL", "carry_out_for", "wants_no_default_response"]

S = TypeVar("S")

CONFIDENTIAL: Final[Mapping[str, int]] = MappingProxyType(
    {
        "GCS13a": METERING.id,
        "GCS13b": METERING.id,
        "GCS13c": METERING.id,
        "GCS14": PREPAYMENT.id,
    }
)
"""The use cases whose Responses hide for their reader what they say of one cluster."""

# The reads whose reference Responses want no Default Response; the others leave that bit clear.
_QUIET_READS: Final = ("GCS13a", "GCS13b", "GCS13c", "GCS21f")


def wants_no_default_response(row: UseCase) -> bool:
    """Whether the answer to a read of this use case says that it wants no Default Response."""
    return row.name in _QUIET_READS


def carry_out_for(
    payload: GbzPayload, before: S, occasion: Occasion, perform: Performed[S]
) -> tuple[S, GbzPayload, Declined | None]:
    """As :func:`~doorstep.road.device.clusters.carry_out`, with what only the reader is to see hidden for it.

    Where that cannot be, since the reader's certificate is not held or the one that came is not its own,
    nothing is told and nothing changes: every component is answered as one that failed.
    """
    state, answer, failure = carry_out(payload, before, perform)
    try:
        return state, _hidden(answer, occasion), failure
    except (NoKey, DecodeError) as error:
        unread = Declined(Status.FAILURE, str(error), AlertCode.FAILED_AUTHORISATION)
        return before, _refused(payload, unread), unread


def _hidden(payload: GbzPayload, occasion: Occasion) -> GbzPayload:
    cluster = CONFIDENTIAL.get(occasion.row.name)
    if cluster is None:
        return payload
    secret = device_secret(occasion.header, occasion.keys)
    components, counter = [], 0
    for component in payload.components:
        if component.cluster == cluster and not isinstance(component.command, DefaultResponse):
            component = ciphered(component, occasion.response, secret, counter)
            counter += 1
        components.append(component)
    return structs.replace(payload, components=tuple(components))


def _refused(payload: GbzPayload, declined: Declined) -> GbzPayload:
    def refuse(_component: Component, _state: None) -> tuple[None, tuple[Component, ...]]:
        raise declined

    return carry_out(payload, None, refuse)[1]
