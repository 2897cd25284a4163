"""The auxiliary header: what a receiver must know of a frame's protection before it can undo it."""

from __future__ import annotations

import enum
from typing import Annotated, Final, Self

from doorstep.eui import Eui
from doorstep.zigbee.fields import U8, U32, Bitmap8, EuiField, When, bit, masked
from doorstep.zigbee.layout import Layout

__all__ = ["Auxiliary", "KeyId"]


class KeyId(enum.IntEnum):
    """Which key protects a frame."""

    LINK = 0
    NETWORK = 1
    KEY_TRANSPORT = 2
    KEY_LOAD = 3


_KEY_ID: Final = 0x18
_EXTENDED_NONCE: Final = 0x20


class Auxiliary(Layout, frozen=True):
    """The auxiliary header. On the air the level of security stands as zero.

    ``source`` is there where receivers may not know the sender's Entity Identifier; a network key
    is named by its sequence number.
    """

    control: Bitmap8
    frame_counter: U32
    source: Annotated[EuiField | None, When("control", bit(5))] = None
    key_sequence: Annotated[U8 | None, When("control", masked(_KEY_ID, KeyId.NETWORK << 3))] = None

    @classmethod
    def of(
        cls, key: KeyId, frame_counter: int, source: Eui | None = None, key_sequence: int | None = None
    ) -> Self:
        """The header as it goes on the air."""
        control = key << 3 | (0 if source is None else _EXTENDED_NONCE)
        return cls(control, frame_counter, source, key_sequence)

    @property
    def key(self) -> KeyId:
        return KeyId((self.control & _KEY_ID) >> 3)
