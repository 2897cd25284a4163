"""What the Communications Hub Function must not forget, and how it is written down."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.axdr import Data, decode_data, encode_data
from doorstep.gbcs.times import Instant
from doorstep.road.device import READERS, DeviceState
from doorstep.road.device.memory import Reader
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.store import Entries

__all__ = ["CHF_READERS", "Activation", "ChfState", "Image", "chf_changes"]

HASH_SIZE: Final = 32
_VERSION_SIZE: Final = 4
_ACTIVATION: Final = struct.Struct(">QQ8s32s")
_JOINING: Final = struct.Struct(">HQ")


class Image(Struct, frozen=True):
    """A firmware image that the hub holds: the SHA-256 hash over it, and the version that it is."""

    hash: bytes
    version: int


class Activation(Struct, frozen=True):
    """Firmware that is to be activated later: when, which image, and which Command of whom asked for it."""

    due: Instant
    counter: int
    originator: Eui
    hash: bytes


class ChfState(DeviceState, frozen=True, kw_only=True):
    """The CHF Device Log, the firmware, and what the CHF was told; a change makes a new one.

    ``firmware`` is the version that runs, ``image`` one that was received and is not activated.
    ``join_timeout`` is in seconds; Devices that are listed and have not joined may do so until
    ``joining_until``. ``sub_ghz`` is the configuration of the radio below one gigahertz, which doorstep
    keeps and does not act upon. ``alert_owed``: the log has changed, and no Alert
    that is written down says so.
    """

    devices: DeviceLog
    extended_pan: Eui
    firmware: int
    image: Image | None = None
    activation: Activation | None = None
    join_timeout: int = 0
    joining_until: Instant | None = None
    sub_ghz: Data | None = None
    alert_owed: bool = False

    def with_devices(self, devices: DeviceLog) -> ChfState:
        """The state with another log; where its backup says something else, an Alert is owed with it."""
        owed = self.alert_owed or devices.told != self.devices.told
        return structs.replace(self, devices=devices, alert_owed=owed)


def chf_changes(before: ChfState, after: ChfState) -> Entries:
    """What is to be remembered of a change, beyond what all Devices have."""
    entries: Entries = {}
    if before.devices != after.devices:
        entries["device-log"] = after.devices.to_bytes()
    if before.extended_pan != after.extended_pan:
        entries["extended-pan"] = bytes(after.extended_pan)
    if before.firmware != after.firmware:
        entries["firmware"] = after.firmware.to_bytes(_VERSION_SIZE, "big")
    if before.image != after.image:
        entries["image"] = None if after.image is None else _pack_image(after.image)
    if before.activation != after.activation:
        entries["activation"] = None if after.activation is None else _pack_activation(after.activation)
    joining = after.join_timeout, after.joining_until
    if (before.join_timeout, before.joining_until) != joining:
        entries["joining"] = _JOINING.pack(after.join_timeout, after.joining_until or 0)
    if before.sub_ghz != after.sub_ghz:
        entries["sub-ghz"] = None if after.sub_ghz is None else encode_data(after.sub_ghz)
    if before.alert_owed != after.alert_owed:
        entries["alert-owed"] = b"" if after.alert_owed else None
    return entries


def _pack_image(image: Image) -> bytes:
    return image.hash + image.version.to_bytes(_VERSION_SIZE, "big")


def _pack_activation(one: Activation) -> bytes:
    return _ACTIVATION.pack(one.due, one.counter, one.originator, one.hash)


def _read_device_log(state: ChfState, _name: str, value: bytes) -> ChfState:
    return structs.replace(state, devices=DeviceLog.from_bytes(value))


def _read_extended_pan(state: ChfState, _name: str, value: bytes) -> ChfState:
    return structs.replace(state, extended_pan=Eui.of(value))


def _read_firmware(state: ChfState, _name: str, value: bytes) -> ChfState:
    return structs.replace(state, firmware=_version(value))


def _read_image(state: ChfState, _name: str, value: bytes) -> ChfState:
    image = Image(value[:HASH_SIZE], _version(value[HASH_SIZE:]))
    return structs.replace(state, image=image)


def _read_activation(state: ChfState, _name: str, value: bytes) -> ChfState:
    due, counter, originator, image_hash = _ACTIVATION.unpack(value)
    return structs.replace(state, activation=Activation(due, counter, Eui.of(originator), image_hash))


def _read_joining(state: ChfState, _name: str, value: bytes) -> ChfState:
    timeout, until = _JOINING.unpack(value)
    return structs.replace(state, join_timeout=timeout, joining_until=until or None)


def _read_sub_ghz(state: ChfState, _name: str, value: bytes) -> ChfState:
    return structs.replace(state, sub_ghz=decode_data(value, 0)[0])


def _read_alert_owed(state: ChfState, _name: str, _value: bytes) -> ChfState:
    return structs.replace(state, alert_owed=True)


CHF_READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        **READERS,
        "device-log": _read_device_log,
        "extended-pan": _read_extended_pan,
        "firmware": _read_firmware,
        "image": _read_image,
        "activation": _read_activation,
        "joining": _read_joining,
        "sub-ghz": _read_sub_ghz,
        "alert-owed": _read_alert_owed,
    }
)
"""The readers of what a CHF remembers."""


def _version(value: bytes) -> int:
    if len(value) != _VERSION_SIZE:
        raise DecodeError("firmware version", 0, f"{_VERSION_SIZE} bytes, not {len(value)}")
    return int.from_bytes(value, "big")
