"""Unit charges of COSEM class 113: what a register costs, as tariffs and debts set it."""

from __future__ import annotations

from typing import Final

from doorstep.duis.transform.dlms import Source, integer, long_unsigned, obis, octets, structure, together
from doorstep.gbcs.payloads.axdr import Data, Tag

__all__ = ["NO_COMMODITY", "price", "register", "unit_charge"]

_CLASS_REGISTER: Final = 3
_VALUE: Final = 2

NO_COMMODITY: Final = structure(long_unsigned(0), octets(bytes(6)), integer(0))
"""The register of a charge that does not depend on consumption."""


def register(name: str) -> Data:
    """The value of a register, which a charge is for."""
    return structure(long_unsigned(_CLASS_REGISTER), obis(name), integer(_VALUE))


def unit_charge(commodity: Data, prices: Source, *, commodity_scale: int, price_scale: Source) -> Source:
    """Prices for what the commodity's register counts; both scales are powers of ten."""
    scales = together(Tag.STRUCTURE, integer(commodity_scale), price_scale)
    return together(Tag.STRUCTURE, scales, commodity, prices)


def price(name: bytes, amount: Source) -> Source:
    """One price, under the name of what it is for: an index of one byte, or none."""
    return together(Tag.STRUCTURE, octets(name), amount)
