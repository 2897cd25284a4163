"""Which key protects which cluster (``zigbee.md`` 4.4), and what a payload of each may hold."""

from __future__ import annotations

from typing import Final

from doorstep.zigbee.asdu import ZDO_PROFILE
from doorstep.zigbee.clusters import BASIC, KEY_ESTABLISHMENT
from doorstep.zigbee.fragmentation import BLOCK_SIZE

__all__ = ["BLOCK_SIZES", "FRAME_SIZES", "NETWORK_KEY_ONLY", "needs_link_key"]

_IDENTIFY: Final = 0x0003

NETWORK_KEY_ONLY: Final = frozenset((BASIC.id, _IDENTIFY, KEY_ESTABLISHMENT.id))
"""The clusters that the network key alone protects. Every other one asks for a link key as well."""

FRAME_SIZES: Final = {True: 65, False: 82}
"""The most octets of a payload in one frame, with and without a link key (``zigbee.md`` 3.2)."""

BLOCK_SIZES: Final = {True: BLOCK_SIZE, False: 80}
"""The octets of a block of a longer payload, with and without a link key."""


def needs_link_key(profile: int, cluster: int) -> bool:
    """Whether payloads of a cluster are protected with a link key, and refused where they are not."""
    return profile != ZDO_PROFILE and cluster not in NETWORK_KEY_ONLY
