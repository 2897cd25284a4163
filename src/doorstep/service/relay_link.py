"""The link between a supplier and its customers' PPMIDs and HHTs, both ends: a WebSocket that the home dials.

What is said on it is :mod:`doorstep.service.relay_protocol`; who may dial, and how it proves who it is,
:mod:`doorstep.service.proof`. :class:`RelayServer` is the supplier's end, :class:`RelayDialler` the
home's. Whoever holds this link, or the machine at either end, holds no GBCS key.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from typing import Final, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection

from doorstep.errors import DecodeError, DoorstepError, InputError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing
from doorstep.service import relay_protocol as protocol
from doorstep.service.back_off import BackOff
from doorstep.service.dialling import keep_dialling
from doorstep.service.driver import Stopped
from doorstep.service.peers import Line, Peers
from doorstep.service.proof import Purpose, check, new_nonce, prove

__all__ = ["RelayDialler", "RelayServer", "RelaySide"]

_LOG: Final = logging.getLogger(__name__)

_HEARTBEAT: Final = 20.0
_MISSED: Final = 3
_PROOF_TIMEOUT: Final = 5.0
_REPORTS_KEPT: Final = 1000


class RelaySide(Protocol):
    """What the supplier's end tells of relays."""

    async def online(self, relay: Eui) -> None:
        """The relay has connected and shown who it is."""

    async def offline(self, relay: Eui) -> None:
        """The relay's link is gone."""

    async def reported(self, relay: Eui, report: protocol.Report) -> None:
        """The relay reports. Its next message is not read until this returns."""


class RelayServer:
    """The supplier's end: gives :meth:`serve` every WebSocket that a relay opens.

    ``relays`` are those that it lets in; ``supplier`` is whom they prove themselves to. ``heartbeat`` is
    the number of seconds that it asks for.
    """

    def __init__(
        self,
        supplier: Eui,
        keys: KeyRing,
        relays: Collection[Eui],
        told: RelaySide,
        *,
        heartbeat: float = _HEARTBEAT,
    ) -> None:
        self._supplier = supplier
        self._keys = keys
        self._relays = frozenset(relays)
        self._told = told
        self._heartbeat = heartbeat
        self._peers: Peers[str] = Peers(told.online, told.offline)

    @property
    def relays_online(self) -> tuple[Eui, ...]:
        """The relays that hold a link now, in order."""
        return self._peers.present

    def hand(self, relay: Eui, delivery: str, command: bytes) -> bool:
        """Give a Command to a relay; False where it holds no link, and nothing is sent."""
        return self._peers.send(relay, protocol.encode(protocol.Deliver(delivery, command)))

    async def serve(self, socket: WebSocket, name: str) -> None:
        """Serve one WebSocket, opened for the relay of that name, until it ends."""
        try:
            relay = Eui.parse(name)
        except InputError:
            relay = None
        if relay is None or relay not in self._relays:
            # Closed before it is accepted, which the relay sees as HTTP 403.
            await socket.close()
            return
        await socket.accept()
        try:
            await self._let_in(relay, socket)
            line = Line(socket.send_text)
            await self._peers.serve(relay, line, self._read(relay, socket, line))
        except WebSocketDisconnect as error:
            _LOG.info("relay %s: it ended the link (%s)", relay, error.code)
        except TimeoutError:
            _LOG.info("relay %s: nothing heard of it in time", relay)
            await _close(socket, 1001, "silent")
        except Stopped:
            await _close(socket, 1012, "the supplier is stopping")
        except DoorstepError as error:
            _LOG.warning("relay %s: %s", relay, error)
            await _refuse(socket, str(error))

    async def _let_in(self, relay: Eui, socket: WebSocket) -> None:
        """Say welcome to a relay that proves who it is; raises for any other."""
        async with asyncio.timeout(_PROOF_TIMEOUT):
            hello = await _received(socket)
            if not isinstance(hello, protocol.Hello):
                raise _out_of_turn(hello)
            if hello.version != protocol.VERSION:
                raise DecodeError("version", 0, f"{hello.version}; this supplier speaks {protocol.VERSION}")
            nonce = new_nonce()
            await socket.send_text(protocol.encode(protocol.Challenge(nonce)))
            proof = await _received(socket)
            if not isinstance(proof, protocol.Proof):
                raise _out_of_turn(proof)
        check(self._keys, Purpose.RELAY, relay, self._supplier, nonce, proof.signature)
        await socket.send_text(protocol.encode(protocol.Welcome(self._heartbeat)))

    async def _read(self, relay: Eui, socket: WebSocket, line: Line[str]) -> None:
        while True:
            async with asyncio.timeout(self._heartbeat * _MISSED):
                message = await _received(socket)
            if isinstance(message, protocol.Report):
                await self._told.reported(relay, message)
            elif isinstance(message, protocol.Heartbeat):
                line.put(_HEARTBEAT_FRAME)
            else:
                raise _out_of_turn(message)


class RelayDialler:
    """The home's end: dials the supplier for as long as :meth:`run` runs.

    ``deliver`` is given each Command that is handed over, by its delivery's name. Reports that are made
    while there is no link are kept, the last thousand, until there is one.
    """

    def __init__(
        self,
        relay: Eui,
        supplier: Eui,
        keys: KeyRing,
        url: str,
        deliver: Callable[[str, bytes], Awaitable[None]],
        *,
        back_off: BackOff | None = None,
    ) -> None:
        self._relay = relay
        self._supplier = supplier
        self._keys = keys
        self._url = f"{url.rstrip('/')}{protocol.PATH}{relay}"
        self._deliver = deliver
        self._back_off = back_off or BackOff()
        self._line: Line[str] | None = None
        self._unsent: deque[str] = deque(maxlen=_REPORTS_KEPT)

    async def run(self) -> None:
        """Keep the link up as well as can be; runs until cancelled."""
        await keep_dialling(
            self._url, self._use, self._back_off, max_frame=protocol.MAX_FRAME, ping_interval=None
        )

    def report(self, delivery: str, stage: str, detail: str = "", message: bytes = b"") -> None:
        """Tell the supplier how far a delivery has come; raises :class:`EncodeError`."""
        report = protocol.Report(
            protocol.clipped(delivery, protocol.MAX_NAME), stage, protocol.clipped(detail), message
        )
        frame = protocol.encode(report)
        if self._line is None or not self._line.put(frame):
            self._unsent.append(frame)

    async def _use(self, connection: ClientConnection) -> None:
        async with asyncio.timeout(_PROOF_TIMEOUT):
            heartbeat = await self._be_let_in(connection)
        self._back_off.reset()
        line: Line[str] = Line(connection.send)
        self._line = line
        while self._unsent and line.put(self._unsent[0]):
            self._unsent.popleft()
        beating = asyncio.ensure_future(_beat(line, heartbeat))
        try:
            await line.run(self._read(connection, heartbeat))
        finally:
            self._line = None
            beating.cancel()

    async def _be_let_in(self, connection: ClientConnection) -> float:
        """Prove who we are; gives the seconds between heartbeats that the supplier asks for."""
        await connection.send(protocol.encode(protocol.Hello(protocol.VERSION)))
        challenge = _accepted(await connection.recv())
        if not isinstance(challenge, protocol.Challenge):
            raise _out_of_turn(challenge)
        # Signed for the supplier that this home knows, not for whoever may be at the other end.
        proof = prove(self._keys, Purpose.RELAY, self._relay, self._supplier, challenge.nonce)
        await connection.send(protocol.encode(protocol.Proof(proof)))
        welcome = _accepted(await connection.recv())
        if not isinstance(welcome, protocol.Welcome):
            raise _out_of_turn(welcome)
        return welcome.heartbeat

    async def _read(self, connection: ClientConnection, heartbeat: float) -> None:
        while True:
            async with asyncio.timeout(heartbeat * _MISSED):
                message = _accepted(await connection.recv())
            if isinstance(message, protocol.Deliver):
                await self._deliver(message.delivery, message.command)
            elif not isinstance(message, protocol.Heartbeat):
                raise _out_of_turn(message)


class RelayRefused(DoorstepError):
    """The supplier does not want this relay's link, and has said why."""


_HEARTBEAT_FRAME: Final = protocol.encode(protocol.Heartbeat())


async def _beat(line: Line[str], seconds: float) -> None:
    while line.put(_HEARTBEAT_FRAME):
        await asyncio.sleep(seconds)


async def _received(socket: WebSocket) -> protocol.FromRelay:
    """The next message of a relay; raises :class:`DecodeError` for what is none."""
    frame = await socket.receive()
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame["code"], frame.get("reason"))
    text = frame.get("text")
    return protocol.from_relay(frame.get("bytes") or b"" if text is None else text)


def _accepted(frame: str | bytes) -> protocol.FromSupplier:
    message = protocol.from_supplier(frame)
    if isinstance(message, protocol.Refused):
        raise RelayRefused(f"the supplier refuses the link: {message.why}")
    return message


def _out_of_turn(message: protocol.FromRelay | protocol.FromSupplier) -> DecodeError:
    return DecodeError("relay message", 0, f"{type(message).__name__.lower()} is out of turn here")


async def _refuse(socket: WebSocket, why: str) -> None:
    try:
        await socket.send_text(protocol.encode(protocol.Refused(protocol.clipped(why))))
    except (RuntimeError, WebSocketDisconnect):
        return  # It is gone already.
    await _close(socket, 1008, "refused")


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        await socket.close(code, reason)
    except (RuntimeError, WebSocketDisconnect):
        return  # It is gone already.
