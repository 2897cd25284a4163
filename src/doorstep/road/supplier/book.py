"""The supplier's book: every order with its delivery, as it is written down and found again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from doorstep.errors import DecodeError, DoorstepError, InputError
from doorstep.eui import Eui
from doorstep.road.machine import Memory
from doorstep.road.supplier.delivery import FINAL, Delivery
from doorstep.road.supplier.orders import Order

__all__ = ["Book", "Record"]

_PREFIX: Final = "delivery/"


class Record(Struct, frozen=True):
    """An entry: the order, where its delivery stands, and what is needed to go on after a restart.

    ``signed`` is the Signed Pre-Command. ``returning`` is the counter of the request that hands a Response,
    which came by the PPMID, to the DCC (SRV 8.13), for as long as that is not done.
    """

    order: Order
    delivery: Delivery
    signed: bytes = b""
    returning: int | None = None

    @property
    def name(self) -> str:
        """The order's name, which is the delivery's too."""
        return self.order.name

    def with_delivery(self, delivery: Delivery) -> Record:
        """The same entry with its delivery somewhere else."""
        return msgspec.structs.replace(self, delivery=delivery)


class Book:
    """All records by name; the open ones also by Device and by PPMID, answers by Device and counter.

    Raises :class:`DecodeError` where what was remembered is no record.
    """

    def __init__(self, memory: Memory) -> None:
        self._records: dict[str, Record] = {}
        self._by_counter: dict[tuple[Eui, int], str] = {}
        self._open: dict[Eui, dict[str, None]] = {}
        for key, value in memory.items():
            if key.startswith(_PREFIX) and value is not None:
                self.write(_decode(key, value))

    def __iter__(self) -> Iterator[Record]:
        return iter(tuple(self._records.values()))

    def find(self, name: str) -> Record | None:
        """The record of that name, if there is one."""
        return self._records.get(name)

    def answered_by(self, device: Eui, counter: int) -> Record | None:
        """The record whose Command a Response of the Device with that counter answers, if there is one."""
        name = self._by_counter.get((device, counter))
        return None if name is None else self._records[name]

    def of(self, device: Eui) -> list[Record]:
        """All records of a Device, those that are final among them."""
        return [self._records[name] for (target, _), name in self._by_counter.items() if target == device]

    def open_for(self, party: Eui) -> list[Record]:
        """The records not yet final of a Device, or of a PPMID, in the order of their counters."""
        records = [self._records[name] for name in self._open.get(party, ())]
        return sorted(records, key=lambda record: (record.delivery.target, record.delivery.counter))

    def write(self, record: Record) -> dict[str, bytes | None]:
        """Put a record in, in place of the one of that name; returns what to remember."""
        self._drop_indexes(record.name)
        delivery = record.delivery
        self._records[record.name] = record
        self._by_counter[delivery.target, delivery.counter] = record.name
        if delivery.state not in FINAL:
            for party in _parties(delivery):
                self._open.setdefault(party, {})[record.name] = None
        return {_PREFIX + record.name: msgspec.json.encode(record, enc_hook=_encode_eui)}

    def strike(self, name: str) -> dict[str, bytes | None]:
        """Take a record out for good; returns what to remember of it: nothing."""
        self._drop_indexes(name)
        self._records.pop(name, None)
        return {_PREFIX + name: None}

    def _drop_indexes(self, name: str) -> None:
        record = self._records.get(name)
        if record is None:
            return
        delivery = record.delivery
        self._by_counter.pop((delivery.target, delivery.counter), None)
        for party in _parties(delivery):
            names = self._open.get(party, {})
            names.pop(name, None)
            if not names:
                self._open.pop(party, None)


def _parties(delivery: Delivery) -> tuple[Eui, ...]:
    return (delivery.target,) if delivery.relay is None else (delivery.target, delivery.relay)


def _decode(key: str, value: bytes) -> Record:
    try:
        return msgspec.json.decode(value, type=Record, dec_hook=_decode_eui)
    except (msgspec.DecodeError, DoorstepError) as error:
        raise DecodeError(key, 0, str(error)) from None


def _encode_eui(value: Any) -> str:
    if isinstance(value, Eui):
        return str(value)
    raise NotImplementedError(f"a record holds no {type(value).__name__}")


def _decode_eui(kind: type, value: Any) -> Eui:
    if kind is Eui and isinstance(value, str):
        return Eui.parse(value)
    raise InputError(f"{value!r} is no {kind.__name__}")
