"""What the functions of this room have in common: a body from plain values, and when it is to be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from doorstep.duis import bodies, catalogue
from doorstep.duis.bodies import BODIES, Values
from doorstep.duis.element import Element
from doorstep.errors import EncodeError

__all__ = ["CANCEL", "Moment", "body", "build", "seconds"]

Moment: TypeAlias = datetime | int
"""A ``datetime`` that knows its time zone, or milliseconds since 1970 UTC."""

CANCEL: Final = datetime(3000, 12, 31, tzinfo=UTC)
"""As the time of a request: cancel what was asked for a later time before."""


def body(name: str, values: Values, at: Moment | None = None) -> Element:
    """The body of that name; ``at`` is when it is to be carried out, by default at once."""
    timed = values if at is None else {"ExecutionDateTime": at, **values}
    return bodies.build(name, BODIES[name], timed)


def seconds(period: timedelta) -> int:
    """A period in seconds. Raises :class:`EncodeError` for one that is not whole."""
    whole, rest = divmod(period, timedelta(seconds=1))
    if rest:
        raise EncodeError("Period", f"{period} is not whole seconds")
    return whole


def build(srv: str, values: Values) -> Element:
    """The body of any Service Request Variant, from plain values (:mod:`doorstep.duis.bodies.values`).

    Raises :class:`EncodeError` with the path to a value that does not fit, and :class:`Unsupported` for a
    variant that does not exist.
    """
    return body(catalogue.variant(srv).body_element, values)
