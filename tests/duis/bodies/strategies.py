"""Bodies of every kind that their rows allow, as Hypothesis draws them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from doorstep.duis.bodies import build
from doorstep.duis.bodies.common import device_ids
from doorstep.duis.bodies.shape import Group, Part, Shape
from doorstep.duis.bodies.values import VALUE
from doorstep.duis.element import Element
from doorstep.duis.request_id import RequestId
from doorstep.duis.simple_type import BOOLEAN, DATE, DATE_TIME, TIME, Facets, SimpleType
from doorstep.eui import Eui
from tests.duis.bodies.specimens import smallest_value

# How many more than the least of something that may stand many times are drawn, and the longest text.
_FEW = 3
_LONG = 40
_XML_CHARACTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")

_EUIS = st.binary(min_size=8, max_size=8).map(Eui)
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def elements_of(name: str, shapes: Mapping[str, Shape]) -> st.SearchStrategy[Element]:
    """Elements of that name and its shape."""
    shape = shapes[name]
    return values_of(shape).map(lambda values: build(name, shape, values))


def values_of(shape: Shape) -> st.SearchStrategy[Any]:
    """Plain values of a shape."""
    if shape.anything:
        return st.just(smallest_value(shape))
    if shape.text is not None and not shape.attributes:
        return texts(shape.text)
    fixed = {name: texts(kind) for name, kind in shape.attributes}
    if shape.text is not None:
        return st.fixed_dictionaries(fixed | {VALUE: texts(shape.text)})
    return (
        _merged(st.fixed_dictionaries(fixed), _members(shape.content))
        if shape.content
        else st.fixed_dictionaries(fixed)
    )


def texts(kind: SimpleType[Any]) -> st.SearchStrategy[Any]:
    """Values of a simple type."""
    facets = kind.facets
    if facets.values:
        return st.sampled_from(facets.values)
    if kind in _KINDS:
        return _KINDS[kind]
    return _OF_FACETS[kind.holds](facets)


def _numbers(facets: Facets) -> st.SearchStrategy[int]:
    # The validator reads whole numbers of at most 24 digits.
    low, high = (
        (-(10**23) if facets.low is None else facets.low),
        (10**23 if facets.high is None else facets.high),
    )
    return st.integers(int(low), int(high)) | st.sampled_from([int(low), int(high)])


def _decimals(facets: Facets) -> st.SearchStrategy[Decimal]:
    unit = Decimal(10) ** -facets.digits
    assert facets.low is not None
    assert facets.high is not None
    low, high = int(facets.low / unit), int(facets.high / unit)
    return (st.integers(low, high) | st.sampled_from([low, high])).map(lambda number: number * unit)


def _strings(facets: Facets) -> st.SearchStrategy[str]:
    if facets.pattern == device_ids().facets.pattern:
        return st.lists(_EUIS.map(str), min_size=1, max_size=_FEW).map(",".join)
    longest = facets.longest if facets.longest is not None else facets.shortest + _LONG
    if not facets.pattern:
        return st.text(_XML_CHARACTERS, min_size=facets.shortest, max_size=longest)
    return st.from_regex(facets.pattern, fullmatch=True).filter(
        lambda text: facets.shortest <= len(text) <= longest
    )


def _bytes(facets: Facets) -> st.SearchStrategy[bytes]:
    longest = min(facets.shortest + _LONG, facets.longest or facets.shortest + _LONG)
    return st.binary(min_size=facets.shortest, max_size=longest)


_KINDS: dict[SimpleType[Any], st.SearchStrategy[Any]] = {
    BOOLEAN: st.booleans(),
    DATE_TIME: st.datetimes(timezones=_ZONES).filter(lambda moment: 2 <= moment.year <= 9998),
    DATE: st.dates().map(str) | st.just("65535-12-31"),
    TIME: st.times() | st.times(timezones=_ZONES),
}
_OF_FACETS: dict[Any, Callable[[Facets], st.SearchStrategy[Any]]] = {
    int: _numbers,
    Decimal: _decimals,
    str: _strings,
    bytes: _bytes,
    Eui: lambda _facets: _EUIS,
    RequestId: lambda _facets: st.builds(RequestId, _EUIS, _EUIS, st.integers(0, (1 << 64) - 1)),
}


def _members(group: Group) -> st.SearchStrategy[dict[str, Any]]:
    if group.alternatives:
        drawn = st.one_of(*(_member(member) for member in group.members))
    else:
        drawn = _merged(*(_member(member) for member in group.members))
    return st.just({}) | drawn if group.may_be_missing else drawn


def _member(member: Part | Group) -> st.SearchStrategy[dict[str, Any]]:
    if isinstance(member, Group):
        return _members(member)
    values = values_of(member.shape)
    if member.most > 1:
        most = min(member.most, member.least + _FEW)
        values = st.lists(values, min_size=member.least, max_size=most)
    present = values.map(lambda value: {member.name: value})
    return st.just({}) | present if member.may_be_missing else present


def _merged(*drawn: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def merge(values: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        return {key: value for each in values for key, value in each.items()}

    return st.tuples(*drawn).map(merge)
