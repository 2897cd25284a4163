"""Commands in ASN.1 that are the same for every Device: CS02a and CS02b, and what is for later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from msgspec import Struct, structs

from doorstep.gbcs.header import Cra
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.asn1 import CANCEL, Asn1Payload, build, decode
from doorstep.gbcs.payloads.asn1.credentials import (
    CredentialsRequest,
    CredentialsUpdate,
    CredentialsUpdateResponse,
)
from doorstep.gbcs.times import from_iso, iso
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.credentials import replace, tell
from doorstep.road.device.execution import Execution, Occasion
from doorstep.road.device.state import Deferred, DeviceState

__all__ = ["CREDENTIALS", "Settled", "put_off", "replace_deferred", "settled"]

S = TypeVar("S", bound=DeviceState)

_CREDENTIALS_ALERT: Final = 0x00CB
"""The Message Code of *Future Dated Update Security Credentials Alert*."""
_SECONDS: Final = len("2026-11-23T14:20:00")


class Settled(Struct, frozen=True):
    """What became of a Command that was for later: the state, and the payload of the Alert on it."""

    state: Any
    message_code: int
    payload: Asn1Payload
    code: AlertCode


# -- what is for later -----------------------------------------------------------------------------------


def put_off(payload: Asn1Payload, state: S, occasion: Occasion) -> tuple[S, bool]:
    """The state without what waited under the same Message Code, and whether the Command is for now.

    It waits where its date is to come, and is done with where its date only cancels.
    """
    header, when = occasion.header, payload.value.execution_date_time
    others = tuple(one for one in state.deferred if one.message_code != header.message_code)
    state = structs.replace(state, deferred=others)
    if when == CANCEL:
        return state, False
    due = occasion.now if when is None else from_iso(when.isoformat())
    if due <= occasion.now:
        return state, True
    waiting = Deferred(
        due,
        header.message_code,
        header.business_originator_id,
        header.originator_counter,
        payload.encode(),
    )
    return structs.replace(state, deferred=(*others, waiting)), False


def settled(one: Deferred, message_code: int, state: S, *, failed: bool, **told: Any) -> Settled:
    """The end of a Command that was for later: the Alert with this Message Code says what is ``told``."""
    code = AlertCode.FUTURE_DATED_NOT_ACTIONED if failed else AlertCode.FUTURE_DATED_ACTIONED
    due = f"{iso(one.due)[:_SECONDS]}Z"
    said = {"alert_code": int(code), "execution_date_time": due, **told}
    return Settled(state, message_code, build(message_code, Cra.ALERT, said), code)


def replace_deferred(one: Deferred, state: S, keys: KeyRing) -> Settled:
    """Carry out a CS02b that was for later; ``state`` does not have it any more."""
    update: CredentialsUpdate = decode(one.content, one.message_code, Cra.COMMAND).value
    replaced = replace(update, one.message_code, state, keys)
    failed = replaced.failure is not None
    return settled(one, _CREDENTIALS_ALERT, replaced.state, failed=failed, execution_outcome=replaced.outcome)


# -- credentials -----------------------------------------------------------------------------------------


def _replace_credentials(payload: Asn1Payload, state: S, occasion: Occasion) -> Execution[S]:
    update: CredentialsUpdate = payload.value
    state, at_once = put_off(payload, state, occasion)
    if not at_once:
        return Execution(state, _response(occasion, CredentialsUpdateResponse(None)))
    replaced = replace(update, occasion.header.message_code, state, occasion.keys)
    response = _response(occasion, CredentialsUpdateResponse(None, replaced.outcome))
    return Execution(replaced.state, response, replaced.failure)


def _tell_credentials(payload: Asn1Payload, state: S, occasion: Occasion) -> Execution[S]:
    request: CredentialsRequest = payload.value
    before = structs.replace(state, counters=occasion.counters)
    return Execution(state, _response(occasion, tell(request, before, occasion.keys)))


def _response(occasion: Occasion, value: Any) -> Asn1Payload:
    return build(occasion.header.message_code, Cra.RESPONSE, value)


CREDENTIALS: Final[Mapping[str, Callable[[Asn1Payload, Any, Occasion], Execution[Any]]]] = MappingProxyType(
    {"CS02a": _tell_credentials, "CS02b": _replace_credentials}
)
"""What carries out each, by its use case."""
