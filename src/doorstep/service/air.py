"""The air of the homes on this machine: radio frames as ZEP over UDP, which network analysers read live.

Every frame is one datagram to a multicast group on one interface, so that whoever listens there hears it,
as on a radio channel: the boxes of all homes, and a capture. Nothing here knows keys; frames are sealed by
the radios that send them. :class:`Air` is the interface: a program that stands between the group and a
real radio takes part like any other (``docs/han.md``).
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Protocol

from doorstep.errors import DecodeError, EncodeError, UsageError
from doorstep.service.clock import Clock
from doorstep.zigbee import zep

__all__ = ["GROUP", "LARGEST_DATAGRAM", "Address", "Air", "UdpAir"]

Address = tuple[str, int]
"""A host's IP address and a port."""

GROUP: Final = "239.255.77.54"
"""The multicast group that is the air: of administrative scope, and a choice of ours."""

LARGEST_DATAGRAM: Final = 256
"""Octets of the largest datagram that is looked at: a frame of 127 and its ZEP header fit well."""

_RECEIVE_BUFFER: Final = 1 << 20
_LOG: Final = logging.getLogger(__name__)


class Air(Protocol):
    """What carries radio frames within earshot."""

    def transmit(self, frame: bytes) -> None:
        """Put a frame, its check included, on the air. Nobody says whether it was heard."""

    def close(self) -> None:
        """Leave the air."""


class UdpAir(asyncio.DatagramProtocol):
    """The air over UDP, made by :meth:`opened`.

    ``heard`` is given every frame of everybody else. ``dropped`` counts what was not: datagrams that are
    no ZEP, and frames that could not be sent.
    """

    def __init__(
        self, to: Address, own: socket.socket, clock: Clock, heard: Callable[[bytes], object]
    ) -> None:
        self._to = to
        self._own = own
        self._clock = clock
        self._heard = heard
        self._sequence = 0
        self._device_id = os.getpid() & 0xFFFF
        self._transport: asyncio.DatagramTransport | None = None
        self.dropped: Counter[str] = Counter()

    @classmethod
    async def opened(
        cls, interface: str, port: int, clock: Clock, heard: Callable[[bytes], object]
    ) -> UdpAir:
        """The air on the interface of that address. Raises :class:`UsageError` where there is none."""
        try:
            listening, sending = _listening(interface, port), _sending(interface)
        except OSError as error:
            raise UsageError(f"no air on {interface}, UDP port {port}: {error.strerror or error}") from None
        loop = asyncio.get_running_loop()
        _transport, air = await loop.create_datagram_endpoint(
            lambda: cls((GROUP, port), sending, clock, heard), sock=listening
        )
        return air

    def transmit(self, frame: bytes) -> None:
        """Send a frame to all."""
        if self._transport is None:
            return
        self._sequence = (self._sequence + 1) & 0xFFFF_FFFF
        data = zep.Data.of(frame, self._clock.now(), self._sequence, device_id=self._device_id)
        try:
            self._own.sendto(data.to_bytes(), self._to)
        except (OSError, EncodeError) as error:
            self._drop("not sent", error)

    def close(self) -> None:
        """Close the sockets."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            self._own.close()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if self._transport is None or addr[1] == self._own.getsockname()[1]:
            return  # What this box sends comes back to it as to everybody.
        if len(data) > LARGEST_DATAGRAM:
            self._drop("too large", f"{len(data)} bytes from {addr[0]}:{addr[1]}")
            return
        try:
            frame = zep.Data.from_bytes(data).frame
        except DecodeError as error:
            self._drop("malformed", f"{error} from {addr[0]}:{addr[1]}")
            return
        self._heard(frame)

    def error_received(self, exc: Exception) -> None:
        """Something did not go out: to a radio that is silence."""
        self._drop("not sent", exc)

    def _drop(self, why: str, what: object) -> None:
        self.dropped[why] += 1
        # One line for each reason at first, then at every power of two: a flood must not fill the log.
        count = self.dropped[why]
        if count & (count - 1) == 0:
            _LOG.warning("dropped (%s, %d so far): %s", why, count, what)


def _listening(interface: str, port: int) -> socket.socket:
    """A socket that hears the group, beside those of other boxes."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform != "linux" and hasattr(socket, "SO_REUSEPORT"):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        listening.bind((GROUP, port))
        membership = socket.inet_aton(GROUP) + socket.inet_aton(interface)
        listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def _sending(interface: str) -> socket.socket:
    """A socket that sends from one interface, and not beyond its network."""
    sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
        sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        sending.bind((interface, 0))
        sending.setblocking(False)
    except OSError:
        sending.close()
        raise
    return sending
