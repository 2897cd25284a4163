"""What is measured over: messages in memory, as bytes and as values, and the keys to check them with."""

from __future__ import annotations

from typing import Final, NamedTuple

from tests import reference
from tests.gbcs import specimens

from doorstep import gbcs
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import Message
from doorstep.service.keystore import FolderKeyStore

__all__ = ["Material", "gather"]

# A round over our own messages is to take about as long as one over the reference set.
_OURS_TIMES: Final = 25


class Material(NamedTuple):
    """Messages and keys; ``origin`` says in words where they are from."""

    origin: str
    data: list[bytes]
    messages: list[Message]
    keys: KeyRing

    @property
    def average(self) -> int:
        """The mean length of a message, in bytes."""
        return sum(map(len, self.data)) // len(self.data)


def gather() -> Material:
    """The open reference messages where they are at hand, else messages of our own making."""
    if reference.available():
        folder = reference.shared("rtds")
        data = [reference.hex_file(folder / row["path"]) for row in reference.manifest()]
        keys = KeyRing(FolderKeyStore(folder / "keystore", test_pki=True))
        return _warm(f"the {len(data)} open messages of the reference set (RTDS 4.5.0)", data, keys)
    ours = list(specimens.specimens().values())
    origin = f"{len(ours)} messages of our own making, as there is no reference data here"
    return _warm(origin, ours * _OURS_TIMES, specimens.KEYS)


def _warm(origin: str, data: list[bytes], keys: KeyRing) -> Material:
    """Read and check everything once: certificates are parsed, shared secrets and layouts made."""
    messages = [gbcs.decode(message) for message in data]
    for message in messages:
        gbcs.verify(message, keys)
    return Material(origin, data, messages, keys)
