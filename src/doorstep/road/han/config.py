"""What a radio is told about itself and its network, and its choices."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct, structs

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.secret import Secret
from doorstep.zigbee import fragmentation, mac
from doorstep.zigbee.asdu import SMART_ENERGY
from doorstep.zigbee.clusters import KEY_ESTABLISHMENT
from doorstep.zigbee.zdo import SimpleDescriptor

__all__ = [
    "BARE_ENDPOINT",
    "Admission",
    "HanConfig",
    "HanPolicy",
    "Network",
    "Role",
    "link_key_of",
    "secret",
]

KEY_SIZE: Final = 16
SEED_SIZE: Final = 32
_CHANNELS: Final = range(11, 27)
_MINUTE: Final = 60_000
_PHYSICAL_DEVICE: Final = 0x0507


def link_key_of(octets: bytes) -> Secret:
    """A link key; raises :class:`UsageError` where it has not 16 octets."""
    return secret(octets, KEY_SIZE, "link key")


def secret(octets: bytes, size: int, what: str) -> Secret:
    if len(octets) != size:
        raise UsageError(f"a {what} has {size} octets, not {len(octets)}")
    return Secret(octets)


class Role(Enum):
    """What a radio is to the network, with the capability octet by which it says so when it joins.

    ``SLEEPY`` is a gas meter: battery powered, its receiver off until it has something to send or to ask.
    """

    COORDINATOR = mac.Capability(0x8F)
    ROUTER = mac.Capability(0x8E)
    SLEEPY = mac.Capability(0x80)


class Network(Struct, frozen=True):
    """A network, as its coordinator makes it.

    ``pan`` is its 16-bit identifier, ``extended_pan`` its long one, ``key`` the network key of 16 octets
    and ``key_sequence`` its number. Raises :class:`UsageError` for what no network can have.
    """

    pan: int
    extended_pan: Eui
    key: bytes
    key_sequence: int = 0
    channel: int = 11

    def __post_init__(self) -> None:
        structs.force_setattr(self, "key", secret(self.key, KEY_SIZE, "network key"))
        if not 0 < self.pan < mac.BROADCAST:
            raise UsageError(f"a PAN identifier is 0x0001 to 0xFFFE, not 0x{self.pan:04X}")
        if self.channel not in _CHANNELS:
            raise UsageError(f"the channels of 2.4 GHz are 11 to 26, not {self.channel}")
        if not 0 <= self.key_sequence <= 0xFF:
            raise UsageError(f"a key sequence number is one octet, not {self.key_sequence}")


class Admission(Struct, frozen=True):
    """A Device that the trust centre lets in from the start, with the link key of its install code."""

    eui: Eui
    link_key: bytes
    until: Instant | None = None

    def __post_init__(self) -> None:
        structs.force_setattr(self, "link_key", link_key_of(self.link_key))


BARE_ENDPOINT: Final = SimpleDescriptor(
    1, SMART_ENERGY, _PHYSICAL_DEVICE, 0, (KEY_ESTABLISHMENT.id,), (KEY_ESTABLISHMENT.id,)
)
"""An endpoint with key establishment and nothing else."""


class HanConfig(Struct, frozen=True, kw_only=True):
    """One radio.

    ``seed`` is 32 octets that nobody else knows: keys that this radio makes are derived from it and from
    counters that it remembers. A coordinator has ``network`` and ``admitted``; any other radio has
    ``link_key``, which its install code stands for, and learns the network when it joins. ``endpoints``
    is what it says of itself when others ask; the first has key establishment.

    Raises :class:`UsageError` for a radio that has not what its role needs.
    """

    eui: Eui
    role: Role
    seed: bytes
    link_key: bytes | None = None
    network: Network | None = None
    admitted: tuple[Admission, ...] = ()
    endpoints: tuple[SimpleDescriptor, ...] = (BARE_ENDPOINT,)

    def __post_init__(self) -> None:
        structs.force_setattr(self, "seed", secret(self.seed, SEED_SIZE, "seed"))
        if (self.role is Role.COORDINATOR) != (self.network is not None):
            raise UsageError("a coordinator makes its network, and nobody else does")
        if (self.role is Role.COORDINATOR) == (self.link_key is not None):
            raise UsageError("a Device joins with its install code, and a coordinator does not join")
        if not self.endpoints:
            raise UsageError("key establishment needs an endpoint")
        if self.link_key is not None:
            structs.force_setattr(self, "link_key", link_key_of(self.link_key))


class HanPolicy(Struct, frozen=True, kw_only=True):
    """The timers and bounds of a radio, in milliseconds: choices, but for what their text names.

    Raises :class:`UsageError` for a number that is not above zero.
    """

    fragments: fragmentation.Policy = fragmentation.Policy()
    """Windows, retries and the acknowledgement wait of the APS layer (``zigbee.md`` 4.2)."""

    scan: Instant = 500
    """How long a Device listens for beacons after it asked for them."""

    join_step: Instant = 7_000
    """How long each step of joining may take before the Device begins again."""

    join_pause: Instant = 5_000
    """How long a Device that could not join waits before it looks again; twice as long each time."""

    longest_join_pause: Instant = 10 * _MINUTE
    """The most that this pause grows to."""

    rejoins: int = 3
    """So often a Device comes back to a coordinator that then acknowledges nothing; then it joins anew,
    since its link key must be another than the trust centre's."""

    held_for_child: Instant = 7_680
    """For how long a parent holds a frame for a sleeping child (the standard's 7.68 seconds)."""

    awake: Instant = 8_000
    """For how long a sleeping Device stays awake after it sent or heard something."""

    poll: Instant = 250
    """How often it polls its parent while awake."""

    seek: Instant = 3_000
    """How long a radio waits before it asks again for a short address, or for a key to share."""

    patience: Instant = 30_000
    """For how long a payload may wait for its destination to join, or for a key to be made."""

    counter_step: int = 1_000
    """So many frame counters are written down ahead, and never used again after a restart."""

    heard_step: int = 256
    """After so many frames a neighbour's network frame counter is written down, which bounds what can be
    replayed at network level after a restart. Link-key counters are written down with every payload."""

    neighbours: int = 32
    """The most Devices that a radio knows: twice the Devices that a CHF Device Log holds."""

    waiting: int = 16
    """The most payloads that wait for one Device."""

    waiting_in_all: int = 64
    """The most payloads that wait for all Devices together."""

    held_frames: int = 16
    """The most frames that a parent holds for one sleeping child."""

    endpoints: int = 8
    """The most endpoints that a Device is asked about; one stack keeps up to three with a tunnel."""

    remembered: int = 64
    """The most payloads that are remembered so that a second copy is not taken for another one."""

    def __post_init__(self) -> None:
        for name, value in structs.asdict(self).items():
            if isinstance(value, int) and value <= 0:
                raise UsageError(f"a radio's {name} is above zero, not {value}")
