"""What a network analyser would have captured of a street's homes, and the keys that open it."""

from __future__ import annotations

from collections.abc import Iterable

from doorstep.gbcs.times import Instant
from doorstep.zigbee import capture

__all__ = ["Capture"]


class Capture:
    """Every radio frame that was transmitted, in order, and every key that was in use."""

    def __init__(self) -> None:
        self.frames: list[tuple[Instant, bytes]] = []
        self._keys: dict[tuple[bytes, str], None] = {}

    def add(self, frame: bytes, now: Instant) -> None:
        """A frame was transmitted."""
        self.frames.append((now, frame))

    def know(self, keys: Iterable[tuple[bytes, str]]) -> None:
        """A radio uses these keys: each with its kind, ``nwk`` or ``link``."""
        for key, kind in keys:
            self._keys[bytes(key), kind] = None

    @property
    def keys(self) -> list[tuple[bytes, str]]:
        """The keys, network keys first."""
        return sorted(self._keys, key=lambda key: key[1] != "nwk")

    def pcap(self) -> bytes:
        """The capture as a file (pcap, link type 195)."""
        return capture.HEADER + b"".join(capture.record(frame, now) for now, frame in self.frames)

    def key_table(self) -> str:
        """The rows of Wireshark's table ``zigbee_pc_keys``, one a line."""
        return "".join(capture.key_row(key, kind) for key, kind in self.keys)
