"""The network that a radio is on: what it must not forget to come back to it."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.road.han.config import Network
from doorstep.road.machine import Memory
from doorstep.secret import Secret, repr_without
from doorstep.zigbee.nwk import COORDINATOR

__all__ = ["Membership"]

_NAME: Final = "han/network"


class Membership(Struct, frozen=True, kw_only=True):
    """A place on a network. Between association and Transport Key there is no network key yet.

    ``established`` says that the link key with the trust centre (``centre``) is no longer that of the
    install code.
    """

    pan: int
    extended_pan: Eui
    short: int
    centre: Eui | None = None
    key: Secret | None = None
    key_sequence: int = 0
    established: bool = False

    @classmethod
    def of_coordinator(cls, network: Network, eui: Eui) -> Membership:
        """The place of the coordinator on the network that it makes."""
        return cls(
            pan=network.pan,
            extended_pan=network.extended_pan,
            short=COORDINATOR,
            centre=eui,
            key=Secret(network.key),
            key_sequence=network.key_sequence,
            established=True,
        )

    @classmethod
    def remembered(cls, memory: Memory) -> Membership | None:
        """The place that a radio had; None where it had none that it could come back to."""
        data = memory.get(_NAME)
        if data is None:
            return None
        try:
            record = msgspec.msgpack.decode(data, type=_Record)
            return cls(
                pan=record.pan,
                extended_pan=Eui.of(record.extended_pan),
                short=record.short,
                centre=Eui.of(record.centre),
                key=Secret(record.key),
                key_sequence=record.key_sequence,
                established=True,
            )
        except msgspec.DecodeError as error:
            raise DecodeError("remembered network", 0, str(error)) from None

    def entries(self) -> dict[str, bytes | None]:
        """What is to be remembered: nothing, before a link key is established."""
        if not self.established or self.key is None or self.centre is None:
            return {_NAME: None}
        record = _Record(
            self.pan,
            bytes(self.extended_pan),
            self.short,
            bytes(self.centre),
            bytes(self.key),
            self.key_sequence,
        )
        return {_NAME: msgspec.msgpack.encode(record)}


class _Record(Struct, frozen=True, array_like=True):
    """A membership as it is remembered."""

    pan: int
    extended_pan: bytes
    short: int
    centre: bytes
    key: bytes
    key_sequence: int

    def __repr__(self) -> str:
        return repr_without(self, "key")
