"""Bodies made from their rows: the smallest of each, for tests in which it does not matter what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from doorstep.duis.bodies import BODIES, DCC_ALERTS, build
from doorstep.duis.bodies.shape import Group, Part, Shape
from doorstep.duis.bodies.values import VALUE
from doorstep.duis.element import Element
from doorstep.duis.request_id import RequestId
from doorstep.duis.simple_type import DATE, DATE_TIME, TIME, SimpleType
from doorstep.eui import Eui

DEVICE = Eui.parse("D0-05-5E-01-00-01-00-E5")
NEW_YEAR = 1_767_225_600_000
"""The first moment of 2026."""


def smallest(name: str) -> Element:
    """The body of that name that says no more than it has to."""
    return build(name, BODIES[name], smallest_value(BODIES[name]))


def covering(name: str, shapes: Mapping[str, Shape]) -> list[Element]:
    """A few elements of that name in which everything occurs that may."""
    return [build(name, shapes[name], values) for values in _covering(shapes[name])]


def smallest_alert(name: str) -> Element:
    """The alert of the DCC of that name that says no more than it has to."""
    return build(name, DCC_ALERTS[name], smallest_value(DCC_ALERTS[name]))


def smallest_value(shape: Shape) -> Any:
    """The smallest plain value of a shape: the first of a choice, and nothing that may be left out."""
    if shape.anything:
        return Element("S1SPAlert")
    if shape.text is not None and not shape.attributes:
        return text_value(shape.text)
    values: dict[str, Any] = {name: text_value(kind) for name, kind in shape.attributes}
    if shape.text is not None:
        values[VALUE] = text_value(shape.text)
    return values | (_members(shape.content) if shape.content is not None else {})


def text_value(kind: SimpleType[Any]) -> Any:
    """The least value of a simple type."""
    facets = kind.facets
    if facets.values:
        return facets.values[0]
    if facets.low is not None:
        return facets.low
    given: dict[SimpleType[Any], Any] = {DATE_TIME: NEW_YEAR, DATE: "2026-01-31", TIME: time(9, 30)}
    if kind in given:
        return given[kind]
    if kind.holds is str:
        return str(DEVICE) if "Entity" in kind.what else "0" * max(1, facets.shortest)
    made = {Eui: DEVICE, RequestId: RequestId(DEVICE, DEVICE, 1), bytes: bytes(facets.shortest)}
    return made[kind.holds] if kind.holds in made else kind.holds()  # type: ignore[operator]


def _covering(shape: Shape) -> list[Any]:
    if shape.content is None or shape.anything:
        return [smallest_value(shape)]
    attributes = {name: text_value(kind) for name, kind in shape.attributes}
    return [attributes | members for members in _covering_members(shape.content)]


def _covering_members(group: Group) -> list[dict[str, Any]]:
    each = [_covering_member(member) for member in group.members]
    if group.alternatives:
        return [values for alternatives in each for values in alternatives]
    rounds = max((len(values) for values in each), default=1)
    return [
        {key: value for values in each for key, value in values[number % len(values)].items()}
        for number in range(rounds)
    ]


def _covering_member(member: Part | Group) -> list[dict[str, Any]]:
    if isinstance(member, Group):
        return _covering_members(member)
    values = _covering(member.shape)
    if member.most == 1:
        return [{member.name: value} for value in values]
    return [{member.name: [value] * max(1, member.least)} for value in values]


def _members(group: Group) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for member in group.members:
        if not member.may_be_missing:
            if isinstance(member, Group):
                values |= _members(member)
            else:
                value = smallest_value(member.shape)
                values[member.name] = value if member.most == 1 else [value] * member.least
            if group.alternatives:
                break
    return values
