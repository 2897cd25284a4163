"""The Commands that a PPMID executes itself: joins, unjoins and the reading of its firmware version.

What a PPMID keeps of a join is which Devices it is joined to; the agreement of link keys that method A
asks for belongs to the radio. A GSME's certificate for key agreement (method C) has to be there and to
be one; the key that later checks its MACs is the one in the key store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra
from doorstep.gbcs.payloads.asn1 import Asn1Payload, build
from doorstep.gbcs.payloads.asn1.certificate import Certificate
from doorstep.gbcs.payloads.asn1.devices import FirmwareVersionResponse, Join
from doorstep.gbcs.payloads.asn1.names import (
    DeviceType,
    FirmwareActivationCode,
    JoinMethodAndRole,
    JoinResponseCode,
    KeyUsageBits,
    ReadResponseCode,
    UnjoinResponseCode,
)
from doorstep.gbcs.times import Instant, iso
from doorstep.road.device import READERS, DeviceState, Execution, Failure, Occasion
from doorstep.road.device import changes as device_changes
from doorstep.road.device.memory import Entries, Reader

__all__ = ["FIRMWARE_ALERT", "MOST_JOINED", "PpmidState", "changes", "execute", "firmware_alert", "readers"]

FIRMWARE_ALERT: Final = 0x012B
"""The Message Code of CS09."""

_FIRMWARE_VERSION: Final = 0x8F8B
"""The alert code *Firmware version of the PPMID*."""

_SECONDS: Final = len("2026-11-23T14:20:00")

MOST_JOINED: Final = 16
"""A choice: how many Devices a PPMID can be joined to; a hub's Device Log has as many entries."""


class PpmidState(DeviceState, frozen=True, kw_only=True):
    """What a PPMID must not forget of itself: the Devices that it is joined to, and its firmware version."""

    joined: Mapping[Eui, int] = MappingProxyType({})
    firmware: bytes = bytes(4)


# -- executing ----------------------------------------------------------------------------------------


class _Refused(Failure):
    """A join or unjoin that is not carried out, and the code that its Response gives."""

    def __init__(self, code: JoinResponseCode | UnjoinResponseCode) -> None:
        super().__init__(code.name.lower().replace("_", " "))
        self.code = code


def execute(payload: Asn1Payload, state: PpmidState, occasion: Occasion) -> Execution[PpmidState]:
    """Carry out a Command of the table :data:`_VERBS`."""
    code, failure = occasion.header.message_code, None
    try:
        state, value = _VERBS[occasion.row.name](payload.value, state)
    except _Refused as refused:
        failure, value = refused, refused.code
    return Execution(state, build(code, Cra.RESPONSE, value), failure)


def _join(command: Join, state: PpmidState, method: JoinMethodAndRole, *types: DeviceType) -> PpmidState:
    device, device_type = command.other_device_entity_identifier, command.other_device_type
    if command.join_method_and_role != method:
        raise _Refused(JoinResponseCode.INVALID_MESSAGE_CODE_FOR_JOIN_METHOD_AND_ROLE)
    if device_type not in types or state.joined.get(device, device_type) != device_type:
        raise _Refused(JoinResponseCode.INCOMPATIBLE_WITH_EXISTING_ENTRY)
    if device not in state.joined and len(state.joined) >= MOST_JOINED:
        raise _Refused(JoinResponseCode.DEVICE_LOG_FULL)
    return structs.replace(state, joined={**state.joined, device: device_type})


def _join_a(command: Join, state: PpmidState) -> tuple[PpmidState, Any]:
    state = _join(command, state, JoinMethodAndRole.METHOD_A_RESPONDER, DeviceType.ESME, DeviceType.HCALCS)
    return state, JoinResponseCode.SUCCESS


def _join_c(command: Join, state: PpmidState) -> tuple[PpmidState, Any]:
    state = _join(command, state, JoinMethodAndRole.METHOD_C, DeviceType.GSME)
    if not _is_for_key_agreement(command.other_device_certificate):
        raise _Refused(JoinResponseCode.INVALID_OR_MISSING_CERTIFICATE)
    peers = state.cells.peers | {command.other_device_entity_identifier}
    return structs.replace(state, cells=structs.replace(state.cells, peers=peers)), JoinResponseCode.SUCCESS


def _is_for_key_agreement(certificate: Certificate | None) -> bool:
    try:
        return certificate is not None and bool(certificate.view.key_usage & KeyUsageBits.KEY_AGREEMENT)
    except DecodeError:
        return False


def _unjoin(device: Eui, state: PpmidState) -> tuple[PpmidState, Any]:
    if device not in state.joined:
        raise _Refused(UnjoinResponseCode.NOT_IN_DEVICE_LOG)
    joined = {other: kind for other, kind in state.joined.items() if other != device}
    cells = structs.replace(state.cells, peers=state.cells.peers - {device})
    return structs.replace(state, joined=joined, cells=cells), UnjoinResponseCode.SUCCESS


def _read_firmware(_nothing: None, state: PpmidState) -> tuple[PpmidState, Any]:
    return state, FirmwareVersionResponse(state.firmware, ReadResponseCode.SUCCESS)


_VERBS: Final[Mapping[str, Callable[[Any, PpmidState], tuple[PpmidState, Any]]]] = {
    "CS03A2": _join_a,
    "CS03C": _join_c,
    "CS04AC": _unjoin,
    "CS08": _read_firmware,
}
"""By use case: the state that follows, and the value of the Response's payload."""


def firmware_alert(version: bytes, now: Instant) -> Asn1Payload:
    """What a PPMID says once it runs another firmware: CS09."""
    when = f"{iso(now)[:_SECONDS]}Z"
    return build(
        FIRMWARE_ALERT,
        Cra.ALERT,
        {
            "alert_code": _FIRMWARE_VERSION,
            "execution_date_time": when,
            "firmware_version": version,
            "activate_image_response_code": FirmwareActivationCode.SUCCESS,
        },
    )


# -- remembering --------------------------------------------------------------------------------------


def changes(before: PpmidState, after: PpmidState) -> Entries:
    """The entries that turn the memory of ``before`` into that of ``after``."""
    entries = device_changes(before, after)
    for device, kind in after.joined.items():
        if before.joined.get(device) != kind:
            entries[f"joined/{device}"] = bytes((kind,))
    for device in before.joined.keys() - after.joined.keys():
        entries[f"joined/{device}"] = None
    if before.firmware != after.firmware:
        entries["firmware/version"] = after.firmware
    return entries


def _read_joined(state: PpmidState, name: str, value: bytes) -> PpmidState:
    (kind,) = value
    return structs.replace(state, joined={**state.joined, Eui.parse(name): DeviceType(kind)})


def _read_version(state: PpmidState, _name: str, value: bytes) -> PpmidState:
    return structs.replace(state, firmware=value)


def readers() -> Mapping[str, Reader]:
    """The readers of all that a PPMID remembers of itself."""
    return {**READERS, "joined": _read_joined, "firmware": _read_version}
