"""The tunnel between two Devices of a home: octets of GBCS Messages in frames of the Tunneling cluster.

A client asks for the tunnel and a server grants it; after that either end sends. PPMID, hub and meters
each own ends; which of two Devices is the client is theirs to know.

==================  ================================================================================
:mod:`.states`      the two tables: in which state what happens, and what is done about it
:mod:`.client`      :class:`TunnelClient`, which asks and renews
:mod:`.server`      :class:`TunnelServer`, which grants and closes, and the :class:`Slots` of its ids
:mod:`.end`         what they share: the step through the table, and data both ways
:mod:`.side`        ZCL frames in and out
:mod:`.sending`     one message in flight, the others behind it
:mod:`.pieces`      long messages in blocks, each a message to the tunnel
:mod:`.events`      what an end tells its owner
:mod:`.policy`      how patient an end is and how much it holds
:mod:`.path`        endpoints, and the payloads that carry the frames
==================  ================================================================================
"""

from __future__ import annotations

from doorstep.road.tunnel.client import TunnelClient
from doorstep.road.tunnel.end import End
from doorstep.road.tunnel.events import (
    Arrived,
    Closed,
    Delivered,
    FrameOut,
    Opened,
    Rejected,
    TunnelEvent,
    Undelivered,
    Why,
)
from doorstep.road.tunnel.path import ENDPOINTS, Path
from doorstep.road.tunnel.pieces import Pieces
from doorstep.road.tunnel.policy import TunnelPolicy
from doorstep.road.tunnel.server import Slots, TunnelServer

__all__ = [
    "ENDPOINTS",
    "Arrived",
    "Closed",
    "Delivered",
    "End",
    "FrameOut",
    "Opened",
    "Path",
    "Pieces",
    "Rejected",
    "Slots",
    "TunnelClient",
    "TunnelEvent",
    "TunnelPolicy",
    "TunnelServer",
    "Undelivered",
    "Why",
]
