"""The home's network (HAN) as a process sees it: something that carries payloads by Entity Identifier.

:class:`Radio` is the interface. :class:`UdpRadio` carries each payload in one UDP datagram, in the form
of :mod:`doorstep.zigbee.asdu`, between addresses that a table gives. Like a radio it loses and may
reorder; unlike one it has no keys: whoever can send to the port is in the home. So it is for one
machine, or one bench, and listens on 127.0.0.1 unless told otherwise.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Protocol

from doorstep.errors import DecodeError, UsageError
from doorstep.eui import Eui
from doorstep.street import HomePlan, StreetPlan
from doorstep.zigbee.asdu import Asdu

__all__ = ["FIRST_PORT", "MAX_DATAGRAM", "Address", "Radio", "UdpRadio", "home_addresses"]

Address = tuple[str, int]
"""A host's IP address and a port."""

MAX_DATAGRAM: Final = 4096
"""Bytes of the largest datagram: one tunnel transfer of 1,500 and its headers fit well."""

FIRST_PORT: Final = 20_000
"""The first port of home 1, by default: below those that systems give out of their own accord."""

_PORTS_PER_HOME: Final = 8
_PLACES: Final = {"CHF": 0, "GPF": 0, "ESME": 1, "GSME": 2, "PPMID": 3, "HHT": 4}
"""A home's ports by type of Device; CHF and GPF are one box, the Communications Hub."""

_LOG: Final = logging.getLogger(__name__)


class Radio(Protocol):
    """What carries application payloads within one home."""

    def send(self, asdu: Asdu) -> None:
        """Put a payload on the air. It arrives or does not; nobody is told."""

    def close(self) -> None:
        """Leave the air."""


def home_addresses(
    street: StreetPlan, home: HomePlan, host: str = "127.0.0.1", first_port: int = FIRST_PORT
) -> dict[Eui, Address]:
    """Where each Device of a home listens, by default: eight ports a home, one for each box.

    Raises :class:`UsageError` for a home that there are no ports left for.
    """
    base = first_port + _PORTS_PER_HOME * street.homes.index(home)
    if not 0 < base <= 0x10000 - _PORTS_PER_HOME:
        raise UsageError(f"{home.name}: there are no ports from {base} on; choose a lower first port")
    return {eui: (host, base + _PLACES[device_type]) for eui, device_type in home.devices}


class UdpRadio(asyncio.DatagramProtocol):
    """A radio over UDP, made by :meth:`opened`.

    ``own`` are the identifiers of the Devices in this box, ``addresses`` where everybody listens.
    ``heard`` is given each payload for one of ours. ``dropped`` counts what was not: datagrams that do
    not parse or are too large, that are for others, or do not come from where their source lives; and
    payloads of ours that are too large or for Devices without an address.
    """

    def __init__(
        self, own: Collection[Eui], addresses: Mapping[Eui, Address], heard: Callable[[Asdu], object]
    ) -> None:
        self._own = frozenset(own)
        self._addresses = addresses
        self._heard = heard
        self._transport: asyncio.DatagramTransport | None = None
        self.dropped: Counter[str] = Counter()

    @classmethod
    async def opened(
        cls, own: Collection[Eui], addresses: Mapping[Eui, Address], heard: Callable[[Asdu], object]
    ) -> UdpRadio:
        """A radio that listens where ``addresses`` puts the first of ``own``.

        Raises :class:`UsageError` where it cannot.
        """
        here = next((addresses[eui] for eui in own if eui in addresses), None)
        if here is None:
            raise UsageError("the radio has no address for any Device of this box")
        loop = asyncio.get_running_loop()
        try:
            _transport, radio = await loop.create_datagram_endpoint(
                lambda: cls(own, addresses, heard), local_addr=here
            )
        except OSError as error:
            raise UsageError(f"cannot listen on UDP {here[0]}:{here[1]}: {error.strerror}") from None
        return radio

    def send(self, asdu: Asdu) -> None:
        """Send a payload to where its destination listens."""
        address = self._addresses.get(asdu.destination)
        if address is None or self._transport is None:
            self._drop("no address", asdu.destination)
            return
        datagram = asdu.to_bytes()
        if len(datagram) > MAX_DATAGRAM:
            self._drop("too large to send", f"{len(datagram)} bytes")
            return
        self._transport.sendto(datagram, address)

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if len(data) > MAX_DATAGRAM:
            self._drop("too large", f"{len(data)} bytes from {addr[0]}:{addr[1]}")
            return
        try:
            asdu = Asdu.from_bytes(data)
        except DecodeError as error:
            self._drop("malformed", f"{error} from {addr[0]}:{addr[1]}")
            return
        if asdu.destination not in self._own:
            self._drop("for another", asdu.destination)
        elif self._addresses.get(asdu.source) != addr[:2]:
            self._drop("not from where its source is", f"{asdu.source} from {addr[0]}:{addr[1]}")
        else:
            self._heard(asdu)

    def error_received(self, exc: Exception) -> None:
        """A datagram came back, as one does when nobody listens: to a radio that is silence."""
        self._drop("not received", exc)

    def _drop(self, why: str, what: object) -> None:
        self.dropped[why] += 1
        # One line for each reason at first, then at every power of two: a flood must not fill the log.
        count = self.dropped[why]
        if count & (count - 1) == 0:
            _LOG.warning("dropped (%s, %d so far): %s", why, count, what)
