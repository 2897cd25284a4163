"""Checking that an element has its shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from doorstep.duis import xml
from doorstep.duis.bodies.shape import Group, Member, Part, Shape
from doorstep.duis.element import Element
from doorstep.duis.simple_type import SimpleType
from doorstep.errors import EncodeError, InputError

__all__ = ["check", "missing"]

_LONG: Final = 80
"""How much of a name that does not belong is repeated."""


def check(element: Element, shape: Shape) -> None:
    """Raise :class:`EncodeError` unless the element has that shape.

    Its field is the path to what does not fit (``UpdatePaymentMode/Prepayment/DisablementThreshold``).
    """
    _element(element, shape, element.name)


def missing(member: Member) -> str:
    """What is said of a member that has to be there and is not."""
    if isinstance(member, Group) and not member.alternatives:
        return missing(next(inner for inner in member.members if not inner.may_be_missing))
    return f"{' or '.join(member.starts)} is missing"


def _element(element: Element, shape: Shape, path: str) -> None:
    if shape.anything:
        return
    if element.attributes or shape.attributes:
        _attributes(element, shape, path)
    if shape.text is not None:
        if element.children:
            raise EncodeError(_inside(path, element.children[0]), "only text belongs here")
        _text(shape.text, element.text, path)
        return
    # White space may stand where elements may, even where there are none; but not in what is empty.
    if element.text and (shape.content is None or element.text.strip(xml.WHITE_SPACE)):
        raise EncodeError(path, "no text belongs here")
    end = _group(element.children, 0, shape.content, path) if shape.content is not None else 0
    if end < len(element.children):
        raise EncodeError(_inside(path, element.children[end]), "the element is out of place")


def _inside(path: str, element: Element) -> str:
    return f"{path}/{element.name[:_LONG]}"


def _attributes(element: Element, shape: Shape, path: str) -> None:
    held = dict(element.attributes)
    for name, kind in shape.attributes:
        if name not in held:
            raise EncodeError(path, f"the attribute {name} is missing")
        _text(kind, held.pop(name), f"{path}/@{name}")
    for name in held:
        raise EncodeError(f"{path}/@{name[:_LONG]}", "the attribute does not belong here")


def _text(kind: SimpleType[Any], text: str, path: str) -> None:
    try:
        kind.read(text)
    except InputError as error:
        raise EncodeError(path, str(error)) from None


# Each of these checks the children from ``at`` on that are the member's, and returns where the next one is.


def _member(children: Sequence[Element], at: int, member: Member, path: str) -> int:
    if isinstance(member, Part):
        return _part(children, at, member, path)
    return _group(children, at, member, path)


def _group(children: Sequence[Element], at: int, group: Group, path: str) -> int:
    if at == len(children) or children[at].name not in group.starts:
        if not group.may_be_missing:
            raise _is_missing(group, children, at, path)
        return at
    if group.alternatives:
        chosen = next(member for member in group.members if children[at].name in member.starts)
        return _member(children, at, chosen, path)
    for member in group.members:
        at = _member(children, at, member, path)
    return at


def _part(children: Sequence[Element], at: int, part: Part, path: str) -> int:
    start = at
    while at < len(children) and at - start < part.most and children[at].name == part.name:
        place = f"{path}/{part.name}" if part.most == 1 else f"{path}/{part.name}[{at - start + 1}]"
        _element(children[at], part.shape, place)
        at += 1
    if at - start < part.least:
        raise _is_missing(part, children, at, path)
    return at


def _is_missing(member: Member, children: Sequence[Element], at: int, path: str) -> EncodeError:
    found = f"found {children[at].name[:_LONG]}" if at < len(children) else "nothing is left"
    return EncodeError(path, f"{missing(member)} ({found})")
