"""What somebody who overhears a home reads: one line a frame, and one a message that frames make.

Pure: radio frames and their times in, lines out. A :class:`Tracer` keeps the state of no radio; its tables
are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import DecodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.overhearing import Bounded, Overhearing
from doorstep.zigbee import aps, gsme, mac, nwk, zcl, zdo
from doorstep.zigbee.asdu import ZDO_PROFILE
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.clusters.tunneling import TransferData
from doorstep.zigbee.fragmentation import MOST_BLOCKS

__all__ = ["Layer", "Line", "Tracer"]

_INTER_PAN: Final = int(nwk.FrameType.INTER_PAN)
_MOST_PARTIALS: Final = 64
_MOST_RECENT: Final = 256


class Layer(Enum):
    """The layer that a line speaks of."""

    MAC = "MAC"
    NETWORK = "NWK"
    SUPPORT = "APS"
    OBJECTS = "ZDO"
    CLUSTERS = "ZCL"


class Line(Struct, frozen=True, kw_only=True):
    """A frame or, with ``whole``, a message: something that a person wants to know was said.

    ``source`` and ``destination`` are names, identifiers or short addresses, whatever is known.
    ``octets`` is the size of the frame, or of the message's payload. ``sealed`` says that no key opened
    it. ``tunnel`` and ``message`` are the tunnel's number and the GBCS message that is in it.
    """

    at: Instant
    pan: int | None
    source: str
    destination: str
    layer: Layer
    what: str
    octets: int
    whole: bool = False
    sealed: bool = False
    repeated: bool = False
    tunnel: int | None = None
    message: bytes = b""


class _Way(Struct, frozen=True):
    """From where to where a network frame goes, in which network."""

    pan: int
    source: int
    destination: int


class _Partial(Struct):
    """A message of which some blocks were heard."""

    blocks: dict[int, bytes] = {}
    total: int | None = None


class Tracer:
    """Reads the air of homes. ``names`` says how Devices are called."""

    def __init__(self, names: Mapping[Eui, str] | None = None) -> None:
        self._names = names or {}
        self._overhearing = Overhearing()
        self._partials: Bounded[tuple[_Way, int], _Partial] = Bounded(_MOST_PARTIALS)
        self._seen: Bounded[tuple[_Way, int, bytes], bool] = Bounded(_MOST_RECENT)

    def know(self, keys: Iterable[tuple[bytes, str]]) -> None:
        """Use these keys too, each with its kind, ``nwk`` or ``link``."""
        self._overhearing.know(keys)

    def take(self, octets: bytes, now: Instant) -> list[Line]:
        """The lines of a radio frame: of the frame itself, then of a message that it completes."""
        size = len(octets)
        try:
            frame = mac.Frame.from_bytes(octets)
        except DecodeError as error:
            return [_line(now, None, "?", "?", Layer.MAC, f"malformed: {error.detail}", size)]
        if frame.frame_type != mac.FrameType.DATA:
            return [self._mac(frame, now, size)]
        if frame.payload[:1] and frame.payload[0] & _INTER_PAN == _INTER_PAN:
            return [self._inter_pan(frame, now, size)]
        pan = frame.destination_pan or 0
        try:
            packet = nwk.Frame.from_bytes(frame.payload)
        except DecodeError as error:
            source, destination = self._ends(pan, frame.source, frame.destination)
            what = f"malformed: {error.detail}"
            return [_line(now, pan, source, destination, Layer.NETWORK, what, size)]
        return self._packet(_Way(pan, packet.source, packet.destination), packet, now, size)

    # -- radio frames --------------------------------------------------------------------------------

    def _mac(self, frame: mac.Frame, now: Instant, size: int) -> Line:
        pan = frame.source_pan if frame.destination_pan in (None, mac.BROADCAST) else frame.destination_pan
        source = self._name(pan, frame.source, frame.source_eui)
        destination = self._name(pan, frame.destination, frame.destination_eui)
        if frame.frame_type == mac.FrameType.BEACON:
            destination = "all"
        what, whole = _mac_words(frame)
        return _line(now, pan, source, destination, Layer.MAC, what, size, whole=whole)

    def _inter_pan(self, frame: mac.Frame, now: Instant, size: int) -> Line:
        """What is said to Devices of another network, or before there is one; nothing protects it."""
        source = self._name(frame.source_pan, frame.source, frame.source_eui)
        destination = self._name(frame.destination_pan, frame.destination, frame.destination_eui)
        pan, layer = frame.source_pan, Layer.SUPPORT
        try:
            packet = aps.InterPan.from_bytes(frame.payload)
        except DecodeError as error:
            return _line(now, pan, source, destination, layer, f"malformed: {error.detail}", size)
        words = _cluster_words(packet.cluster, packet.payload)[0]
        return _line(now, pan, source, destination, layer, f"inter-PAN: {words}", size, whole=True)

    # -- network frames ------------------------------------------------------------------------------

    def _packet(self, way: _Way, packet: nwk.Frame, now: Instant, size: int) -> list[Line]:
        source, destination = self._ends(way.pan, way.source, way.destination)
        try:
            opened = self._overhearing.open_network(packet, way.pan)
        except (NoKey, DecodeError) as error:
            return [_line(now, way.pan, source, destination, Layer.NETWORK, str(error), size, sealed=True)]
        source, destination = self._ends(way.pan, way.source, way.destination)
        if opened.is_command:
            what = _command_words(nwk.COMMANDS, opened.payload)
            return [_line(now, way.pan, source, destination, Layer.NETWORK, what, size, whole=True)]
        try:
            frame = aps.Frame.from_bytes(opened.payload)
            inner = self._overhearing.open_support(frame, way.pan, way.source, way.destination)
        except NoKey as error:
            return [_line(now, way.pan, source, destination, Layer.SUPPORT, str(error), size, sealed=True)]
        except DecodeError as error:
            what = f"malformed: {error.detail}"
            return [_line(now, way.pan, source, destination, Layer.SUPPORT, what, size)]
        return self._support(way, inner, now, size)

    # -- APS frames ----------------------------------------------------------------------------------

    def _support(self, way: _Way, frame: aps.Frame, now: Instant, size: int) -> list[Line]:
        source, destination = self._ends(way.pan, way.source, way.destination)
        if frame.frame_type is aps.FrameType.ACKNOWLEDGEMENT:
            what = f"acknowledgement of {frame.counter}"
            what += "" if frame.block is None else f", blocks from {frame.block}"
            return [_line(now, way.pan, source, destination, Layer.SUPPORT, what, size)]
        if frame.frame_type is aps.FrameType.COMMAND:
            what = _command_words(aps.COMMANDS, frame.payload)
            return [_line(now, way.pan, source, destination, Layer.SUPPORT, what, size, whole=True)]
        number = frame.block_number
        if number is None:
            return [self._message(way, frame, frame.payload, now)]
        key = way, frame.counter
        partial = self._partials.take(key) or _Partial({})
        partial.blocks[number] = frame.payload
        partial.total = frame.total_blocks or partial.total
        of = "" if partial.total is None else f" of {partial.total}"
        what = f"block {number + 1}{of} of message {frame.counter}"
        lines = [_line(now, way.pan, source, destination, Layer.SUPPORT, what, size)]
        if partial.total is not None and len(partial.blocks) == min(partial.total, MOST_BLOCKS):
            payload = b"".join(octets for _number, octets in sorted(partial.blocks.items()))
            lines.append(self._message(way, frame, payload, now))
        else:
            self._partials.put(key, partial)
        return lines

    def _message(self, way: _Way, frame: aps.Frame, payload: bytes, now: Instant) -> Line:
        repeated = self._seen.get((way, frame.counter, payload)) is not None
        self._seen.put((way, frame.counter, payload), True)
        if frame.profile == ZDO_PROFILE:
            layer, words = Layer.OBJECTS, self._object(way.pan, frame.cluster or 0, payload)
            tunnel, message = None, b""
        else:
            layer = Layer.CLUSTERS
            words, tunnel, message = _cluster_words(frame.cluster or 0, payload)
        source, destination = self._ends(way.pan, way.source, way.destination)
        return Line(
            at=now,
            pan=way.pan,
            source=source,
            destination=destination,
            layer=layer,
            what=words,
            octets=len(payload),
            whole=True,
            repeated=repeated,
            tunnel=tunnel,
            message=message,
        )

    def _object(self, pan: int, cluster: int, payload: bytes) -> str:
        try:
            command = zdo.Message.from_bytes(cluster, payload).command
        except DecodeError as error:
            return f"malformed: {error.detail}"
        if isinstance(command, zdo.DeviceAnnounce):
            self._overhearing.learn(pan, command.short_address, command.eui)
        return _name_of(command)

    # -- names ---------------------------------------------------------------------------------------

    def _ends(self, pan: int, source: int | None, destination: int | None) -> tuple[str, str]:
        return self._name(pan, source, None), self._name(pan, destination, None)

    def _name(self, pan: int | None, short: int | None, eui: Eui | None) -> str:
        if eui is None and short is not None and pan is not None:
            eui = self._overhearing.eui_of(pan, short)
        if eui is not None:
            return self._names.get(eui, str(eui))
        if short is None:
            return "?"
        return "all" if short >= nwk.ROUTERS else f"0x{short:04X}"


def _line(
    now: Instant,
    pan: int | None,
    source: str,
    destination: str,
    layer: Layer,
    what: str,
    octets: int,
    *,
    whole: bool = False,
    sealed: bool = False,
) -> Line:
    return Line(
        at=now,
        pan=pan,
        source=source,
        destination=destination,
        layer=layer,
        what=what,
        octets=octets,
        whole=whole,
        sealed=sealed,
    )


def _mac_words(frame: mac.Frame) -> tuple[str, bool]:
    """What a radio frame says that carries no network frame, and whether a person wants to know."""
    if frame.frame_type == mac.FrameType.ACKNOWLEDGEMENT:
        return f"acknowledgement of {frame.sequence}", False
    if frame.frame_type == mac.FrameType.BEACON:
        try:
            beacon = mac.Beacon.from_bytes(frame.payload)
        except DecodeError as error:
            return f"malformed: {error.detail}", False
        joining = "Devices may join" if beacon.superframe & 0x8000 else "no Device may join"
        return f"beacon of {beacon.extended_pan}: {joining}", True
    if frame.frame_type != mac.FrameType.COMMAND:
        return "of no use", False
    words = _command_words(mac.COMMANDS, frame.payload)
    return words, words != "Data Request"


def _command_words(commands: Any, payload: bytes) -> str:
    try:
        return _name_of(commands.from_bytes(payload))
    except DecodeError as error:
        return f"malformed: {error.detail}"


def _cluster_words(cluster: int, payload: bytes) -> tuple[str, int | None, bytes]:
    """What a ZCL frame says: in words, and the tunnel and the GBCS message where it carries one."""
    row = CLUSTERS.get(cluster)
    name = row.name if row is not None else f"cluster 0x{cluster:04X}"
    try:
        frame = zcl.Frame.from_bytes(payload)
        if frame.profile_wide or row is None:
            return f"{name}: {_general_words(frame)}", None, b""
        command = row.command_in(frame)
    except DecodeError as error:
        return f"{name}: malformed: {error.detail}", None, b""
    words = f"{name}: {_name_of(command)}"
    if not isinstance(command, TransferData):
        return words, getattr(command, "tunnel_id", None), b""
    form, message = _form_of(command.data)
    return words + form, command.tunnel_id, message


def _general_words(frame: zcl.Frame) -> str:
    if not frame.profile_wide:
        return f"command 0x{frame.command:02X}"
    command = frame.general_command
    if isinstance(command, zcl.DefaultResponse):
        return f"Default Response 0x{command.status:02X} to command 0x{command.command:02X}"
    return _name_of(command)


def _form_of(data: bytes) -> tuple[str, bytes]:
    """A gas meter's form, where the data of a transfer has one, and the message in it."""
    try:
        form = gsme.from_bytes(data)
    except DecodeError:
        return "", data
    return _FORMS[type(form)], getattr(form, "message", b"")


_FORMS: Final = {gsme.Get: " (GET)", gsme.GetResponse: " (GET-RESPONSE)", gsme.Put: " (PUT)"}


def _name_of(command: object) -> str:
    """A command by its class: ``MatchDescriptorRequest`` is Match Descriptor Request."""
    identifier = getattr(command, "id", None)
    name = type(command).__name__
    if name == "Unknown" and identifier is not None:
        return f"command 0x{identifier:02X}"
    return "".join(f" {sign}" if sign.isupper() else sign for sign in name).strip()
