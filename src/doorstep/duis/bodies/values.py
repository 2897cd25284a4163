"""Elements as plain Python values, both ways.

=========================  ==================================================================
what an element holds      its value
=========================  ==================================================================
text of a simple type      the value of that type
elements                   a mapping of their names to their values; to a list of values for
                           one that may stand more than once
nothing                    an empty mapping
attributes as well         a mapping that has them beside the elements; a text is ``"value"``
=========================  ==================================================================

For a value that is not text its text will do when one is built; what is ``None`` is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from doorstep.duis.bodies.check import missing
from doorstep.duis.bodies.shape import Group, Member, Part, Shape, parts
from doorstep.duis.element import Element
from doorstep.duis.simple_type import SimpleType
from doorstep.errors import EncodeError, InputError

__all__ = ["VALUE", "Values", "build", "read"]

Values: TypeAlias = Mapping[str, Any]
"""The plain values of an element that holds elements."""

VALUE: Final = "value"
"""The key of an element's text in a mapping, where it has attributes as well."""


# -- reading ----------------------------------------------------------------------------------------


def read(element: Element, shape: Shape) -> Any:
    """The plain values of an element that has that shape (:func:`doorstep.duis.bodies.check.check`)."""
    if shape.anything:
        return element
    values: dict[str, Any] = {name: kind.read(element.attribute(name)) for name, kind in shape.attributes}
    if shape.text is not None:
        text = shape.text.read(element.text)
        return values | {VALUE: text} if shape.attributes else text
    for part in parts(shape):
        children = [read(child, part.shape) for child in element.children_named(part.name)]
        if children:
            values[part.name] = children if part.most > 1 else children[0]
    return values


# -- building ---------------------------------------------------------------------------------------


def build(name: str, shape: Shape, values: Any) -> Element:
    """The element of that name and shape with the given values.

    Raises :class:`EncodeError` with the path to a value that is missing, does not fit or does not belong.
    """
    return _build(name, shape, values, name)


def _build(name: str, shape: Shape, values: Any, path: str) -> Element:
    if shape.anything:
        if not isinstance(values, Element) or values.name != name:
            raise EncodeError(path, f"an Element of the name {name} is wanted")
        return values
    if shape.text is not None and not shape.attributes:
        return Element(name, text=_text(shape.text, values, path))
    given = _mapping(values, shape, path)
    attributes = tuple(
        (key, _text(kind, _required(given, key, path), f"{path}/@{key}"))
        for key, kind in sorted(shape.attributes)
    )
    if shape.text is not None:
        return Element(name, attributes, text=_text(shape.text, _required(given, VALUE, path), path))
    children = tuple(_group(shape.content, given, path)) if shape.content is not None else ()
    return Element(name, attributes, children=children)


def _mapping(values: Any, shape: Shape, path: str) -> dict[str, Any]:
    """The values that are given, if all of them belong."""
    if not isinstance(values, Mapping):
        raise EncodeError(path, f"a mapping is wanted, not a {type(values).__name__}")
    wanted = {part.name for part in parts(shape)} | {key for key, _ in shape.attributes}
    if shape.text is not None:
        wanted.add(VALUE)
    given = {key: value for key, value in values.items() if value is not None}
    for key in given:
        if key not in wanted:
            raise EncodeError(f"{path}/{str(key)[:80]}", "this does not belong here")
    return given


def _required(given: Values, key: str, path: str) -> Any:
    if key not in given:
        raise EncodeError(path, f"{key} is missing")
    return given[key]


def _group(group: Group, given: Values, path: str) -> Iterator[Element]:
    named = [member for member in group.members if _names(member) & given.keys()]
    if not named and group.may_be_missing:
        return
    if not group.alternatives:
        named = list(group.members)
    elif not named:
        raise EncodeError(path, missing(group))
    elif len(named) > 1:
        both = " and ".join(sorted(_names(member) & given.keys())[0] for member in named)
        raise EncodeError(path, f"{both} exclude each other")
    for member in named:
        yield from _part(member, given, path) if isinstance(member, Part) else _group(member, given, path)


def _part(part: Part, given: Values, path: str) -> Iterator[Element]:
    if part.name not in given:
        if not part.may_be_missing:
            raise EncodeError(path, missing(part))
        return
    place = f"{path}/{part.name}"
    value = given[part.name]
    if part.most == 1:
        yield _build(part.name, part.shape, value, place)
        return
    if not isinstance(value, list | tuple):
        raise EncodeError(place, f"a list is wanted, not a {type(value).__name__}")
    if not part.least <= len(value) <= part.most:
        raise EncodeError(place, f"{len(value)} of them are not {part.least} to {part.most}")
    for number, entry in enumerate(value, 1):
        yield _build(part.name, part.shape, entry, f"{place}[{number}]")


def _names(member: Member) -> set[str]:
    if isinstance(member, Part):
        return {member.name}
    return set[str]().union(*(_names(inner) for inner in member.members))


def _text(kind: SimpleType[Any], value: Any, path: str) -> str:
    try:
        return kind.write(kind.read(value) if isinstance(value, str) else value)
    except InputError as error:
        raise EncodeError(path, str(error)) from None
