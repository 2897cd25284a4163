"""What a radio is told, and what it says.

What it is told: :class:`PoweredOn`, :class:`Received`, and :class:`~doorstep.road.machine.Send` from the
stop in the same box; the hub's radio, which is coordinator and trust centre, :class:`Permit`,
:class:`Expel` and :class:`Describe` as well. What it says: :class:`Transmit`,
:class:`~doorstep.road.machine.Heard`, :class:`Joined`, :class:`Left`, :class:`Described`,
:class:`~doorstep.road.machine.Remember` and :class:`~doorstep.road.machine.Note`.
"""

from __future__ import annotations

from msgspec import Struct, structs

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.config import link_key_of
from doorstep.road.machine import Heard, Note, Remember, Send
from doorstep.zigbee.zdo import SimpleDescriptor

__all__ = [
    "Describe",
    "Described",
    "Expel",
    "HanEvent",
    "HanInput",
    "Joined",
    "Left",
    "Permit",
    "PoweredOn",
    "Received",
    "Transmit",
]


class PoweredOn(Struct, frozen=True):
    """The box was switched on. A radio that was on a network comes back to it; another looks for one."""


class Received(Struct, frozen=True):
    """A radio frame (IEEE 802.15.4, its check included) was heard, whoever it is for."""

    frame: bytes


class Permit(Struct, frozen=True):
    """To the trust centre: this Device is in the CHF Device Log and may join ``until`` then (CCS01).

    ``link_key`` is what its install code stands for (:func:`doorstep.zigbee.keys.link_key`), 16 octets.
    A Device that has joined stays, whatever ``until`` was; permitting it again opens the time anew. With
    None, it may join at any time. Raises :class:`UsageError` for a key of another size.
    """

    eui: Eui
    link_key: bytes
    until: Instant | None = None

    def __post_init__(self) -> None:
        structs.force_setattr(self, "link_key", link_key_of(self.link_key))


class Expel(Struct, frozen=True):
    """To the trust centre: this Device is out of the CHF Device Log (CCS02), and leaves the network."""

    eui: Eui


class Describe(Struct, frozen=True):
    """To the trust centre: ask this Device, which has joined, what it says of itself.

    :class:`Described` is the answer. There may be none; to ask again begins anew.
    """

    eui: Eui


class Transmit(Struct, frozen=True):
    """Put a radio frame, its check included, on the air."""

    frame: bytes


class Joined(Struct, frozen=True):
    """This Device is on the network and holds a link key of its own with the trust centre.

    The trust centre's radio says it of each Device, every other radio of itself; and again when a
    Device that was on the network comes back to it. ``hashed_link_key`` is what the trust centre's radio
    tells of the link key, which stays in it: the 16 octets of its hash (``zigbee.md`` 5.1).
    """

    eui: Eui
    hashed_link_key: bytes = b""


class Left(Struct, frozen=True):
    """This Device is no longer on the network; said by the same radios as :class:`Joined`."""

    eui: Eui


class Described(Struct, frozen=True):
    """What a Device says of itself: the simple descriptors of its endpoints (``zigbee.md`` 6).

    Its own word, under the network key alone; nothing vouches for it.
    """

    eui: Eui
    endpoints: tuple[SimpleDescriptor, ...]


HanInput = PoweredOn | Received | Send | Permit | Expel | Describe
HanEvent = Transmit | Heard | Joined | Left | Described | Remember | Note
