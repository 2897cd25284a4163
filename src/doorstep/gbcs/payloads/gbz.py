"""GBZ payloads: ZCL frames of a gas meter's clusters, a component each, wrapped for a Remote Party.

::

    payload = gbz.decode(content, header)
    payload.components[0].command               # ChangeSupply(supply_status=2, ...)
    payload.encode() == content                 # always

The wrapper is big endian; inside a frame ZigBee's own order holds. Which layout a command has is said by
the rows of :mod:`doorstep.zigbee.clusters`. In a Response a frame's payload may be encrypted for its
User: such a component holds :class:`Encrypted`, and :func:`opened` reads what
:func:`doorstep.gbcs.decrypt` makes of it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.payloads.gbz_alerts import WITH_COMPONENTS, Alert, decode_alert
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.layout import Layout, Unknown
from doorstep.zigbee.types import read_octets
from doorstep.zigbee.zcl import GENERAL_COMMANDS, Frame

__all__ = [
    "PROFILE",
    "Alert",
    "Component",
    "Encrypted",
    "GbzPayload",
    "compose",
    "decode",
    "encrypted_items",
    "opened",
]

PROFILE: Final = b"\x01\x09"
"""The ZigBee Smart Energy profile: the first two bytes of every GBZ payload."""

# Extended Header Control.
_LAST: Final = 0x01
_ENCRYPTED: Final = 0x02
_FROM_DATE_TIME: Final = 0x10
_RESERVED: Final = 0xFF & ~(_LAST | _ENCRYPTED | _FROM_DATE_TIME)

_EXTENDED_HEADER: Final = struct.Struct(">BHH")  # control, cluster, length of what follows
_ADDITIONAL_HEADER: Final = struct.Struct("BB")  # control, frame counter
_ZCL_HEADER: Final = struct.Struct("BBB")  # frame control, transaction sequence number, command
_U16: Final = struct.Struct(">H")
_U32: Final = struct.Struct(">I")

_SECURITY_HEADER: Final = bytes.fromhex("3100000000")
_TAG_LENGTH: Final = 12

# The bits of a frame control that say whose commands the frame has: its type, whether a manufacturer
# has defined it, and its direction. GBZ has no manufacturer's frames, so those have no row.
_KIND: Final = 0x0F
_PROFILE_WIDE: Final = (0x00, 0x08)
_TO_SERVER: Final = 0x01
_TO_CLIENT: Final = 0x09


class Encrypted(Struct, frozen=True, gc=False):
    """A frame's payload that only its User can read: ciphertext, then a tag of 12 bytes.

    ``control`` and ``frame_counter`` are the Additional Header; no key is derived from them.
    """

    item: bytes
    frame_counter: int
    control: int = 0

    def __post_init__(self) -> None:
        if len(self.item) < _TAG_LENGTH:
            raise EncodeError("ciphered information", f"{len(self.item)} bytes cannot hold a tag")


class Component(Struct, frozen=True, gc=False):
    """One ZCL frame, the cluster that it is for, and what the wrapper adds.

    ``command`` is a layout of :mod:`doorstep.zigbee.clusters` or a general command of
    :mod:`doorstep.zigbee.zcl`; it stays :class:`Unknown` where neither has a row for ``cluster``,
    ``frame_control`` and ``command_id``. ``from_date_time`` is the earliest entry of a log that is
    asked for, in seconds since 2000-01-01 UTC. ``last`` says that no component follows; it is kept as
    it stands, as are the ``reserved`` bits of the Extended Header Control.
    """

    cluster: int
    frame_control: int
    sequence: int
    command_id: int
    command: Layout | Unknown | Encrypted
    last: bool = False
    from_date_time: int | None = None
    reserved: int = 0

    @classmethod
    def of_frame(cls, cluster: int, frame: Frame, from_date_time: int | None = None) -> Component:
        """The component that carries a frame.

        Raises :class:`DecodeError` for a payload that does not follow its row, :class:`EncodeError` for
        a manufacturer's frame.
        """
        if frame.manufacturer is not None:
            raise EncodeError("frame control", "GBZ has no manufacturer's frames")
        command = _command(cluster, frame.frame_control, frame.command, frame.payload)
        return cls(
            cluster,
            frame.frame_control,
            frame.sequence,
            frame.command,
            command,
            from_date_time=from_date_time,
        )

    @property
    def frame(self) -> Frame:
        """The ZCL frame; raises :class:`EncodeError` for one whose payload is encrypted."""
        if isinstance(self.command, Encrypted):
            raise EncodeError("command", "the frame is encrypted")
        return Frame(self.frame_control, None, self.sequence, self.command_id, self.command.to_bytes())


class GbzPayload(Struct, frozen=True, gc=False):
    """The components of a Command, of a Response, or of the few Alerts that have any.

    ``alert`` is there in Alerts, and in nothing else.
    """

    components: tuple[Component, ...] = ()
    alert: Alert | None = None

    def __post_init__(self) -> None:
        if self.alert is not None and self.components and self.alert.code not in WITH_COMPONENTS:
            raise EncodeError("components", f"an Alert 0x{self.alert.code:04X} has none")

    def encode(self) -> bytes:
        """The bytes, from the profile on; raises :class:`EncodeError` for a value out of range."""
        count, head = len(self.components), b""
        if self.alert is not None:
            count, head = self.alert.count(count), self.alert.encode()
        if not 0 <= count <= 0xFF:
            raise EncodeError("number of components", f"{count} does not fit one byte")
        return b"".join((PROFILE, bytes((count,)), head, *map(_encode_component, self.components)))


def compose(components: Iterable[Component]) -> GbzPayload:
    """The payload of a Command or Response with these components, the last of them marked as such."""
    found = tuple(components)
    return GbzPayload(
        tuple(replace(component, last=number == len(found)) for number, component in enumerate(found, 1))
    )


def decode(content: bytes, header: GroupingHeader) -> GbzPayload:
    """Read a GBZ payload. Raises :class:`DecodeError`, offsets counted from ``content``."""
    at = len(PROFILE) + 1
    if len(content) < at:
        raise Truncated("number of components", len(content), "the payload ends before it")
    if not content.startswith(PROFILE):
        raise DecodeError("profile", 0, f"{content[: len(PROFILE)].hex()} is not {PROFILE.hex()}")
    count = content[at - 1]
    alert = None
    if header.cra is Cra.ALERT:
        alert, at, count = decode_alert(content, at, count)
    components = []
    for _ in range(count):
        component, at = _decode_component(content, at)
        components.append(component)
    if at != len(content):
        raise DecodeError("payload", at, f"{len(content) - at} bytes are left over")
    return GbzPayload(tuple(components), alert)


def opened(component: Component, plaintext: bytes) -> Layout | Unknown:
    """The command of an encrypted component, from its decrypted item.

    Raises :class:`DecodeError`, offsets counted from ``plaintext``.
    """
    return _command(component.cluster, component.frame_control, component.command_id, plaintext)


def encrypted_items(payload: GbzPayload) -> tuple[bytes, ...]:
    """Ciphertext and tag of each encrypted component, in order: what :func:`doorstep.gbcs.decrypt` takes."""
    return tuple(
        component.command.item for component in payload.components if isinstance(component.command, Encrypted)
    )


# -- decoding ---------------------------------------------------------------------------------------


def _decode_component(content: bytes, at: int) -> tuple[Component, int]:
    if len(content) < at + _EXTENDED_HEADER.size:
        raise Truncated("Extended Header", len(content), "the payload ends inside it")
    control, cluster, length = _EXTENDED_HEADER.unpack_from(content, at)
    at += _EXTENDED_HEADER.size
    end = at + length
    if end > len(content):
        raise Truncated(
            "Extended Header GBZ length",
            at - _U16.size,
            f"{length} bytes are announced, {len(content) - at} are there",
        )
    from_date_time = None
    if control & _FROM_DATE_TIME:
        (from_date_time,) = _U32.unpack(read_octets("From Date Time", content, at, end, _U32.size))
        at += _U32.size
    additional = b""
    if control & _ENCRYPTED:
        additional = read_octets("Additional Header", content, at, end, _ADDITIONAL_HEADER.size)
        at += _ADDITIONAL_HEADER.size
    frame_control, sequence, command_id = read_octets("ZCL header", content, at, end, _ZCL_HEADER.size)
    at += _ZCL_HEADER.size
    command: Layout | Unknown | Encrypted
    if additional:
        command = Encrypted(_decode_item(content, at, end), additional[1], additional[0])
    else:
        command = _command(cluster, frame_control, command_id, content, at, end)
    last, reserved = bool(control & _LAST), control & _RESERVED
    component = Component(
        cluster, frame_control, sequence, command_id, command, last, from_date_time, reserved
    )
    return component, end


def _decode_item(content: bytes, at: int, end: int) -> bytes:
    """Ciphertext and tag of the ciphered information that fills ``content[at:end]``."""
    (length,) = _U16.unpack(read_octets("length of ciphered information", content, at, end, _U16.size))
    start = at + _U16.size
    if length != end - start:
        kind = Truncated if length > end - start else DecodeError
        raise kind(
            "length of ciphered information", at, f"{length} bytes are announced, {end - start} are there"
        )
    item = start + len(_SECURITY_HEADER)
    if length < len(_SECURITY_HEADER) + _TAG_LENGTH:
        raise Truncated("ciphered information", start, f"{length} bytes cannot hold a tag")
    if content[start:item] != _SECURITY_HEADER:
        raise DecodeError("security header", start, f"{content[start:item].hex()} is not 3100000000")
    return content[item:end]


def _command(
    cluster: int, frame_control: int, command_id: int, data: bytes, start: int = 0, end: int | None = None
) -> Layout | Unknown:
    """The command whose payload ``data[start:end]`` is."""
    layout = _layout(cluster, frame_control, command_id)
    if layout is None:
        return Unknown(command_id, data[start:end])
    return layout.from_bytes(data, start, end)


_GENERAL: Final = dict.fromkeys(_PROFILE_WIDE, GENERAL_COMMANDS.rows)
_SPECIFIC: Final[dict[tuple[int, int], Mapping[int, type[Layout]]]] = {
    (cluster.id, kind): rows
    for cluster in CLUSTERS.values()
    for kind, rows in ((_TO_SERVER, cluster.to_server), (_TO_CLIENT, cluster.to_client))
}


def _layout(cluster: int, frame_control: int, command_id: int) -> type[Layout] | None:
    """The layout of a command, or None where no row has it."""
    kind = frame_control & _KIND
    rows = _GENERAL.get(kind) or _SPECIFIC.get((cluster, kind))
    return rows.get(command_id) if rows else None


# -- encoding ---------------------------------------------------------------------------------------


def _encode_component(component: Component) -> bytes:
    control, command = component.reserved, component.command
    if control & ~_RESERVED:
        raise EncodeError("Extended Header Control", f"0x{control:02X} has bits that are not reserved")
    if component.last:
        control |= _LAST
    body = b""
    if component.from_date_time is not None:
        control |= _FROM_DATE_TIME
        body = _pack(_U32, "From Date Time", component.from_date_time)
    if isinstance(command, Encrypted):
        control |= _ENCRYPTED
        body += _pack(_ADDITIONAL_HEADER, "Additional Header", command.control, command.frame_counter)
        payload = _encode_item(command.item)
    else:
        payload = _encode_command(component, command)
    numbers = component.frame_control, component.sequence, component.command_id
    body += _pack(_ZCL_HEADER, "ZCL header", *numbers) + payload
    if len(body) > 0xFFFF:
        raise EncodeError("Extended Header GBZ length", f"{len(body)} bytes do not fit two-byte length")
    return _pack(_EXTENDED_HEADER, "Extended Header Cluster ID", control, component.cluster, len(body)) + body


def _encode_item(item: bytes) -> bytes:
    ciphered = _SECURITY_HEADER + item
    return _pack(_U16, "length of ciphered information", len(ciphered)) + ciphered


def _encode_command(component: Component, command: Layout | Unknown) -> bytes:
    """The payload of a frame in clear, once it is sure that the frame's header calls for it."""
    layout = _layout(component.cluster, component.frame_control, component.command_id)
    fits = command.id == component.command_id if isinstance(command, Unknown) else type(command) is layout
    if not fits:
        place = f"0x{component.command_id:02X} of cluster 0x{component.cluster:04X}"
        raise EncodeError("command", f"{place} is no {type(command).__name__}")
    return command.to_bytes()


def _pack(layout: struct.Struct, field: str, *values: int) -> bytes:
    try:
        return layout.pack(*values)
    except struct.error as error:
        raise EncodeError(field, str(error)) from None
