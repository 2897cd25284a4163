"""Money in service requests: what a person gives in pence, as the meters count it.

Balances, thresholds and debts are counted in thousandths of a penny. Prices of electricity are whole numbers
with a scale: the number times ten to the power of the scale, in pounds. Prices of gas are in thousandths of a
penny, which is that scale at -5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from doorstep.errors import EncodeError

__all__ = ["Pence", "scaled", "thousandths"]

Pence: TypeAlias = int | Decimal
"""An amount in pence: ``150`` or ``Decimal("12.345")``. A ``float`` is refused, since it is not exact."""

_LARGEST: Final = (1 << 15) - 1
_SMALLEST_SCALE: Final = -128
_MOST_DIGITS: Final = 28
_SAID: Final = 40
_THOUSANDTHS: Final = -3
"""The power of ten of a penny that prices are counted in where they fit."""
_PENNY: Final = -2
"""The power of ten of a pound that a penny is."""


def thousandths(pence: Pence, field: str = "Pence") -> int:
    """The amount in thousandths of a penny. Raises :class:`EncodeError` for one that is not whole."""
    return _whole(_exact(pence, field) * 1000, field)


def scaled(prices: Iterable[Pence], field: str = "Price") -> tuple[int, Sequence[int]]:
    """The scale that prices have in common, and each as a whole number of signed 16 bits.

    The scale is -5, thousandths of a penny, as in all test requests; a finer one where the prices are finer,
    and the greatest that leaves all whole where they are too large for that.
    Raises :class:`EncodeError` for prices that have no scale in common.
    """
    exact = [_exact(price, field) for price in prices]
    # The power of ten of the last digit that is not zero, of the price that has the last one.
    finest = min((int(price.normalize().as_tuple().exponent) for price in exact if price), default=0)
    for scale in (min(finest, _THOUSANDTHS), finest):
        numbers = [int(price.scaleb(-scale)) for price in exact]
        fits = all(-_LARGEST - 1 <= number <= _LARGEST for number in numbers)
        if fits and scale + _PENNY >= _SMALLEST_SCALE:
            return scale + _PENNY, numbers
    raise EncodeError(field, f"the prices {', '.join(map(str, exact))} have no scale in common")


def _exact(pence: Pence, field: str) -> Decimal:
    if isinstance(pence, bool) or not isinstance(pence, int | Decimal):
        raise EncodeError(field, f"pence are an int or a Decimal, not a {type(pence).__name__}")
    exact = Decimal(pence)
    _sign, digits, exponent = exact.as_tuple()
    if not isinstance(exponent, int):
        raise EncodeError(field, f"{exact} is not an amount")
    # What has more is no money, and neither exact (Python reckons with 28 digits) nor quick to write out.
    if len(digits) > _MOST_DIGITS or not _SMALLEST_SCALE <= exponent <= -_SMALLEST_SCALE:
        raise EncodeError(field, f"{str(exact)[:_SAID]} has more digits than an amount")
    return exact


def _whole(number: Decimal, field: str) -> int:
    if number != number.to_integral_value():
        raise EncodeError(field, f"{number / 1000} pence are not whole thousandths of a penny")
    return int(number)
