"""Frames written by hand, and what an end says, for the tests of the tunnel."""

from __future__ import annotations

from doorstep.road.tunnel import End, FrameOut, TunnelClient, TunnelEvent, TunnelServer
from doorstep.road.tunnel.states import State
from doorstep.zigbee.zcl import Frame

REQUEST = "06 FFFF 00 DC05"
"""RequestTunnel: GB-HRGP, no manufacturer, no flow control, 1,500 bytes."""


def frame(text: str) -> Frame:
    """A frame from its octets, in hex with any spaces."""
    return Frame.from_bytes(bytes.fromhex(text))


def said(end: End) -> list[TunnelEvent | str]:
    """All that an end has to say, in order; a frame as :func:`hexed` writes it."""
    said: list[TunnelEvent | str] = []
    while (event := end.next_event()) is not None:
        said.append(event.frame.hex(" ").upper() if isinstance(event, FrameOut) else event)
    return said


def sent(end: End) -> list[str]:
    """The frames that an end sends; whatever else it says is passed over."""
    return [item for item in said(end) if isinstance(item, str)]


def told(end: End) -> list[TunnelEvent]:
    """What an end tells its owner; the frames are passed over."""
    return [item for item in said(end) if not isinstance(item, str)]


def state(end: End) -> State:
    """Where an end stands now."""
    return end.state


def hear(end: End, text: str, now: int = 0) -> None:
    end.receive(frame(text), now)


def hexed(text: str) -> str:
    """Octets as :func:`said` writes them."""
    return bytes.fromhex(text).hex(" ").upper()


def open_client(client: TunnelClient, *, tunnel_id: int = 1, now: int = 0) -> TunnelClient:
    """Ask and be granted; the request has the sequence number 0."""
    client.open(now)
    hear(client, f"09 00 00 {tunnel_id:02X}00 00 DC05", now)
    said(client)
    return client


def open_server(server: TunnelServer, *, now: int = 0) -> TunnelServer:
    """Be asked with the sequence number 0; the tunnel has the first free id."""
    hear(server, f"01 00 00 {REQUEST}", now)
    said(server)
    return server


def exchange(client: TunnelClient, server: TunnelServer, now: int = 0) -> dict[End, list[TunnelEvent]]:
    """Carry frames both ways until there are none; gives what each end tells its owner."""
    tells: dict[End, list[TunnelEvent]] = {client: [], server: []}
    while True:
        quiet = True
        for end, other in ((client, server), (server, client)):
            for item in said(end):
                if isinstance(item, str):
                    quiet = False
                    hear(other, item, now)
                else:
                    tells[end].append(item)
        if quiet:
            return tells
