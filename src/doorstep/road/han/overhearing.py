"""The keys and addresses of somebody who overhears homes: what opens which frames, found by trying."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

from doorstep.errors import BadMac, DecodeError, NoKey
from doorstep.eui import Eui
from doorstep.road.han.layers import key_for
from doorstep.zigbee import aps, nwk
from doorstep.zigbee.auxiliary import KeyId
from doorstep.zigbee.security import unseal

__all__ = ["Bounded", "Overhearing"]

K = TypeVar("K")
V = TypeVar("V")

_MOST_KEYS: Final = 10_000
_MOST_ADDRESSES: Final = 4_096


class Bounded(Generic[K, V]):
    """A table that forgets what was put down longest ago when it is full."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: K) -> V | None:
        """What is held under a key, or None."""
        return self._held.get(key)

    def put(self, key: K, value: V) -> None:
        """Hold this under a key."""
        self._held[key] = value
        self._held.move_to_end(key)
        if len(self._held) > self._most:
            self._held.popitem(last=False)

    def take(self, key: K) -> V | None:
        """What is held under a key, which is not held any more then."""
        return self._held.pop(key, None)


class Overhearing:
    """Opens frames with whatever key fits, and learns keys and addresses from what it opened.

    It checks no counters: whoever listens wants to see a replay as well.
    """

    def __init__(self) -> None:
        self._network_keys: dict[bytes, None] = {}
        self._link_keys: dict[bytes, None] = {}
        self._fits: Bounded[object, bytes] = Bounded(_MOST_ADDRESSES)
        self._addresses: Bounded[tuple[int, int], Eui] = Bounded(_MOST_ADDRESSES)

    def know(self, keys: Iterable[tuple[bytes, str]]) -> None:
        """Try these keys too, each with its kind: ``nwk`` for a network key, all others are link keys."""
        for key, kind in keys:
            held = self._network_keys if kind == "nwk" else self._link_keys
            if len(held) < _MOST_KEYS:
                held[bytes(key)] = None

    def learn(self, pan: int, short: int, eui: Eui) -> None:
        """A Device has this short address now."""
        self._addresses.put((pan, short), eui)

    def eui_of(self, pan: int, short: int) -> Eui | None:
        """The Device that has a short address, where that is known."""
        return self._addresses.get((pan, short))

    def open_network(self, packet: nwk.Frame, pan: int) -> nwk.Frame:
        """A network frame in clear. Raises :class:`NoKey` where no key fits, :class:`DecodeError`."""
        if packet.auxiliary is None:
            return packet
        if packet.auxiliary.key is not KeyId.NETWORK:
            raise NoKey("sealed with a link key")
        for key in self._tries(self._network_keys, pan):
            try:
                opened = unseal(packet, key)
            except BadMac:
                continue
            self._fits.put(pan, key)
            if packet.auxiliary.source is not None:
                self.learn(pan, packet.source, packet.auxiliary.source)
            return opened
        raise NoKey("sealed with a network key that is not known")

    def open_support(self, frame: aps.Frame, pan: int, source: int, destination: int) -> aps.Frame:
        """An APS frame in clear. Raises :class:`NoKey` where no key fits, :class:`DecodeError`."""
        auxiliary = frame.auxiliary
        if auxiliary is None:
            return frame
        between = frozenset((source, destination)), pan, auxiliary.key
        sender = auxiliary.source or self.eui_of(pan, source)
        if sender is None:
            raise NoKey("sealed by somebody whose identifier is not known")
        for key in self._tries(self._link_keys, between):
            try:
                opened = unseal(frame, key_for(auxiliary.key, key), sender)
            except BadMac:
                continue
            self._fits.put(between, key)
            self._learn_key(opened)
            return opened
        raise NoKey("sealed with a link key that is not known")

    def _tries(self, keys: dict[bytes, None], where: object) -> Iterator[bytes]:
        """The keys, the one that fitted there last before the others."""
        last = self._fits.get(where)
        if last is not None:
            yield last
        yield from tuple(key for key in keys if key != last)

    def _learn_key(self, frame: aps.Frame) -> None:
        """Transport Key brings a key to whoever can read it."""
        if frame.frame_type is not aps.FrameType.COMMAND:
            return
        try:
            command = aps.COMMANDS.from_bytes(frame.payload)
        except DecodeError:
            return
        if isinstance(command, aps.TransportKey):
            kind = "nwk" if command.key_type == aps.KeyType.NETWORK else "link"
            self.know([(command.key, kind)])
