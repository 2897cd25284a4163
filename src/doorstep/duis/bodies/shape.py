"""Shapes: what an element may hold, declared once, and both checked and written from that.

A shape is made of a few words::

    elements(
        one("StandingCharge", SHORT),               # once
        optional("ExecutionDateTime", DATE_TIME),   # once or not at all
        some("TOUPrice", indexed(SHORT, 48), 1, 48),  # so many times
        choice(one("Credit", EMPTY), one("Prepayment", elements(...))),  # one of them
    )

What stands behind a name is a simple type, or a shape of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from msgspec import Struct

from doorstep.duis.simple_type import SimpleType, integer

__all__ = [
    "ANYTHING",
    "EMPTY",
    "Content",
    "Group",
    "Member",
    "Part",
    "Shape",
    "attributed",
    "choice",
    "elements",
    "indexed",
    "one",
    "optional",
    "optionally",
    "parts",
    "sequence",
    "some",
]

Attributes: TypeAlias = tuple[tuple[str, SimpleType[Any]], ...]


class Shape(Struct, frozen=True):
    """What an element holds: a text, or elements, or nothing, and its attributes, all of them required.

    ``anything`` is an element of another language, which is kept as it stands.
    """

    text: SimpleType[Any] | None = None
    content: Group | None = None
    attributes: Attributes = ()
    anything: bool = False


class Part(Struct, frozen=True):
    """An element of that name and shape, which stands from ``least`` to ``most`` times."""

    name: str
    shape: Shape
    least: int = 1
    most: int = 1

    @property
    def starts(self) -> tuple[str, ...]:
        """The name that it begins with."""
        return (self.name,)

    @property
    def may_be_missing(self) -> bool:
        """Whether no element at all is a Part."""
        return self.least == 0


class Group(Struct, frozen=True):
    """Members of which all stand in that order, or (``alternatives``) one stands.

    ``starts`` are the names that it can begin with. No name is in a shape twice, so the name of an element
    decides what it is.
    """

    members: tuple[Member, ...]
    starts: tuple[str, ...]
    alternatives: bool = False
    may_be_missing: bool = False


Member: TypeAlias = Part | Group
Content: TypeAlias = SimpleType[Any] | Shape

EMPTY: Final = Shape()
"""An element that says all by being there."""
ANYTHING: Final = Shape(anything=True)
"""An element that doorstep does not look into."""


# -- the words that rows are made of ----------------------------------------------------------------


def one(name: str, content: Content) -> Part:
    """An element that stands once."""
    return some(name, content, 1, 1)


def optional(name: str, content: Content) -> Part:
    """An element that stands once or not at all."""
    return some(name, content, 0, 1)


def some(name: str, content: Content, least: int, most: int) -> Part:
    """An element that stands from ``least`` to ``most`` times."""
    return Part(name, _shape(content), least, most)


def sequence(*members: Member) -> Group:
    """All members, in that order."""
    starts: list[str] = []
    for member in members:
        starts += member.starts
        if not member.may_be_missing:
            break
    return Group(members, tuple(starts), may_be_missing=all(member.may_be_missing for member in members))


def choice(*members: Member) -> Group:
    """One of the members."""
    starts = tuple(name for member in members for name in member.starts)
    missing = any(member.may_be_missing for member in members)
    return Group(members, starts, alternatives=True, may_be_missing=missing)


def optionally(group: Group) -> Group:
    """A group that stands once or not at all."""
    return Group(group.members, group.starts, group.alternatives, may_be_missing=True)


def elements(*members: Member, **attributes: SimpleType[Any]) -> Shape:
    """The shape of an element that holds all members in that order, and has the attributes."""
    return Shape(content=sequence(*members), attributes=tuple(attributes.items()))


def attributed(content: Content, **attributes: SimpleType[Any]) -> Shape:
    """A shape, and attributes on it."""
    shape = _shape(content)
    return Shape(shape.text, shape.content, tuple(attributes.items()))


def indexed(content: Content, most: int) -> Shape:
    """A shape with an ``index`` from 1 to ``most``, as the entries of the schema's lists have."""
    return attributed(content, index=integer(1, most))


def _shape(content: Content) -> Shape:
    return content if isinstance(content, Shape) else Shape(text=content)


def parts(shape: Shape) -> Iterator[Part]:
    """Every element that may stand directly in one of that shape, in order."""
    if shape.content is not None:
        yield from _parts(shape.content)


def _parts(group: Group) -> Iterator[Part]:
    for member in group.members:
        if isinstance(member, Part):
            yield member
        else:
            yield from _parts(member)
