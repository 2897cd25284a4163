"""What a meter does with Commands in ASN.1: credentials, firmware, joins, the clock. One row a use case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar

from msgspec import Struct, structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra
from doorstep.gbcs.keys import KeyRing, KeyUsage
from doorstep.gbcs.payloads.asn1 import Asn1Payload, Certificate, build, decode
from doorstep.gbcs.payloads.asn1.devices import (
    DeviceLogEntry,
    DeviceLogResponse,
    FirmwareActivation,
    Join,
    SetTime,
    SetTimeResponse,
)
from doorstep.gbcs.payloads.asn1.names import (
    ActivateImageResponseCode,
    DeviceTimeStatus,
    DeviceType,
    JoinMethodAndRole,
    JoinResponseCode,
    KeyUsageBits,
    ReadResponseCode,
    UnjoinResponseCode,
)
from doorstep.gbcs.times import Instant, from_iso, iso
from doorstep.road.device import Execution, Failure, Occasion
from doorstep.road.device.administration import CREDENTIALS, Settled, put_off, replace_deferred, settled
from doorstep.road.device.anchors import checked
from doorstep.road.device.state import Deferred
from doorstep.road.meter.state import MeterState

__all__ = ["ESME", "GSME", "MOST_JOINED", "carry_out_deferred", "execute"]

S = TypeVar("S", bound=MeterState)

MOST_JOINED: Final = 16
"""A choice: how many Devices a meter can be joined to; a hub's Device Log has as many entries."""


class _Answer(Struct, frozen=True):
    """The state that follows, the value of the Response's payload, and what failed."""

    state: Any
    value: Any
    failure: Failure | None = None


def execute(payload: Asn1Payload, state: S, occasion: Occasion) -> Execution[S]:
    """Carry out a Command of a use case that :data:`ESME` or :data:`GSME` names."""
    if occasion.row.name in CREDENTIALS:
        return CREDENTIALS[occasion.row.name](payload, state, occasion)
    answer = _VERBS[occasion.row.name](payload, state, occasion)
    response = build(occasion.header.message_code, Cra.RESPONSE, answer.value)
    return Execution(answer.state, response, answer.failure)


# -- firmware ----------------------------------------------------------------------------------------------


def carry_out_deferred(one: Deferred, state: S, keys: KeyRing) -> Settled:
    """Carry out what was for later; ``state`` does not have it any more."""
    value = decode(one.content, one.message_code, Cra.COMMAND).value
    if not isinstance(value, FirmwareActivation):
        return replace_deferred(one, state, keys)
    state, outcome = _activated(value, state, one.counter)
    failed = outcome.activate_image_response_code != ActivateImageResponseCode.SUCCESS
    told = {"originator_counter": one.counter, "execution_outcome": outcome}
    return settled(one, _FIRMWARE_ALERT, state, failed=failed, **told)


_FIRMWARE_ALERT: Final = 0x00CA
_SECONDS: Final = len("2026-11-23T14:20:00")


def _activate_firmware(payload: Asn1Payload, state: S, occasion: Occasion) -> _Answer:
    state, at_once = put_off(payload, state, occasion)
    if not at_once:
        return _Answer(state, None)
    state, outcome = _activated(payload.value, state, occasion.header.originator_counter)
    code = outcome.activate_image_response_code
    failed = code != ActivateImageResponseCode.SUCCESS
    failure = Failure(ActivateImageResponseCode(code).name.lower().replace("_", " ")) if failed else None
    return _Answer(state, outcome, failure)


def _activated(activation: FirmwareActivation, state: S, counter: int) -> tuple[S, Any]:
    firmware, outcome = state.firmware.activated(activation.manufacturer_image_hash)
    if activation.originator_counter != counter:
        failed = ActivateImageResponseCode.ACTIVATION_FAILURE
        return state, structs.replace(
            outcome, activate_image_response_code=failed, firmware_version=state.firmware.version
        )
    return (state.with_firmware(firmware) if firmware is not state.firmware else state), outcome


# -- joins -------------------------------------------------------------------------------------------------


def _join(method: JoinMethodAndRole, *types: DeviceType) -> Callable[[Asn1Payload, Any, Occasion], _Answer]:
    """A join by one method, with Devices of these types."""

    def verb(payload: Asn1Payload, state: Any, _occasion: Occasion) -> _Answer:
        command: Join = payload.value
        code = _objection(command, state, method, types)
        if code is not None:
            return _Answer(state, code, Failure(code.name.lower().replace("_", " ")))
        return _Answer(_joined(command, state), JoinResponseCode.SUCCESS)

    return verb


def _objection(
    command: Join, state: MeterState, method: JoinMethodAndRole, types: tuple[DeviceType, ...]
) -> JoinResponseCode | None:
    """Why a join is not carried out, or None."""
    other, kind = command.other_device_entity_identifier, command.other_device_type
    if command.join_method_and_role != method:
        return JoinResponseCode.INVALID_MESSAGE_CODE_FOR_JOIN_METHOD_AND_ROLE
    if kind not in types or state.joined.get(other, kind) != kind:
        return JoinResponseCode.INCOMPATIBLE_WITH_EXISTING_ENTRY
    if other not in state.joined and len(state.joined) >= MOST_JOINED:
        return JoinResponseCode.DEVICE_LOG_FULL
    if method is JoinMethodAndRole.METHOD_C and not _is_of(command.other_device_certificate, other):
        return JoinResponseCode.INVALID_OR_MISSING_CERTIFICATE
    return None


def _is_of(certificate: Certificate | None, device: Eui) -> bool:
    """Whether a certificate is a Device's own, for key agreement."""
    try:
        view = checked(certificate or Certificate(b"")).view
    except DecodeError:
        return False
    return view.subject_unique_id == device and KeyUsageBits.KEY_AGREEMENT in view.key_usage


def _joined(command: Join, state: S) -> S:
    """The state in which the other Device is in the log; a PPMID is trusted from now on."""
    other, kind = command.other_device_entity_identifier, command.other_device_type
    state = structs.replace(state, joined={**state.joined, other: kind})
    if kind == DeviceType.PPMID:
        state = structs.replace(state, cells=structs.replace(state.cells, peers=state.cells.peers | {other}))
    if command.other_device_certificate is not None:
        anchors = {**state.anchors, (other, KeyUsage.KEY_AGREEMENT): command.other_device_certificate}
        state = structs.replace(state, anchors=anchors)
    return state


def _unjoin(payload: Asn1Payload, state: S, _occasion: Occasion) -> _Answer:
    other: Eui = payload.value
    if other not in state.joined:
        code = UnjoinResponseCode.NOT_IN_DEVICE_LOG
        return _Answer(state, code, Failure(f"{other} is not in the log"))
    left = structs.replace(
        state,
        joined={eui: kind for eui, kind in state.joined.items() if eui != other},
        cells=structs.replace(state.cells, peers=state.cells.peers - {other}),
        anchors={anchor: one for anchor, one in state.anchors.items() if anchor[0] != other},
    )
    return _Answer(left, UnjoinResponseCode.SUCCESS)


def _tell_log(_payload: Asn1Payload, state: S, _occasion: Occasion) -> _Answer:
    entries = tuple(DeviceLogEntry(eui, kind) for eui, kind in state.joined.items())
    return _Answer(state, DeviceLogResponse(ReadResponseCode.SUCCESS, entries))


# -- the clock ---------------------------------------------------------------------------------------------


def _set_clock(payload: Asn1Payload, state: S, occasion: Occasion) -> _Answer:
    """GCS28: the meter's clock is that of its world, so it is reliable where the interval agrees."""
    interval: SetTime = payload.value
    start, end = _instant(interval.validity_interval_start), _instant(interval.validity_interval_end)
    inside = start <= occasion.now <= end
    now = datetime.fromisoformat(f"{iso(occasion.now)[:_SECONDS]}+00:00")
    if inside:
        return _Answer(state, SetTimeResponse(now, DeviceTimeStatus.RELIABLE))
    failure = Failure("the clock is outside of the interval that the Command gives")
    return _Answer(state, SetTimeResponse(now, DeviceTimeStatus.UNRELIABLE), failure)


def _instant(moment: datetime) -> Instant:
    return from_iso(moment.isoformat())


_Verb = Callable[[Asn1Payload, Any, Occasion], _Answer]

_OF_BOTH: Final[Mapping[str, _Verb]] = {
    "CS04AC": _unjoin,
    "CS06": _activate_firmware,
}
_OF_ESME: Final[Mapping[str, _Verb]] = {
    "CS03A1": _join(JoinMethodAndRole.METHOD_A_INITIATOR, DeviceType.PPMID, DeviceType.HCALCS),
}
_OF_GSME: Final[Mapping[str, _Verb]] = {
    "CS03B": _join(JoinMethodAndRole.METHOD_B, DeviceType.GPF, DeviceType.TYPE_2),
    "CS03C": _join(JoinMethodAndRole.METHOD_C, DeviceType.PPMID),
    "CS04B": _unjoin,
    "CS07": _tell_log,
    "GCS28": _set_clock,
}
_VERBS: Final = MappingProxyType({**_OF_BOTH, **_OF_ESME, **_OF_GSME})

ESME: Final = frozenset(CREDENTIALS) | frozenset(_OF_BOTH) | frozenset(_OF_ESME)
"""The use cases in ASN.1 that an electricity meter executes."""
GSME: Final = frozenset(CREDENTIALS) | frozenset(_OF_BOTH) | frozenset(_OF_GSME)
"""The use cases in ASN.1 that a gas meter executes."""
