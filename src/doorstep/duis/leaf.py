"""Runs of simple elements, described once and both read and written from that description."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from msgspec import Struct

from doorstep.duis import xml
from doorstep.duis.simple_type import SimpleType
from doorstep.duis.writing import escaped, tag
from doorstep.errors import EncodeError, InputError, XmlError

__all__ = ["Leaf", "Leaves", "built", "check", "read", "value_of", "write"]

T = TypeVar("T")


class Leaf(Struct, frozen=True, dict=True):
    """An element with one simple value: its name, the field of ours that holds the value, and its type.

    An optional one fills its field with ``None`` where it is left out.
    """

    name: str
    field: str
    kind: SimpleType[Any]
    optional: bool = False

    @cached_property
    def tag(self) -> str:
        """The name as lxml has it: with its namespace in braces, or bare where it is in none."""
        return xml.qualified(self.name).removeprefix("{}")


Leaves = tuple[Leaf, ...]


def read(parent: xml.Node, leaves: Leaves) -> tuple[dict[str, Any], list[xml.Node]]:
    """The fields that an element's first children give, which stand in that order, and the children left.

    Raises :class:`XmlError` where one is missing, out of order or of the wrong type.
    """
    fields: dict[str, Any] = {}
    nodes = list(parent)
    at = 0
    for leaf in leaves:
        if at < len(nodes) and nodes[at].tag == leaf.tag:
            fields[leaf.field] = value_of(nodes[at], leaf.kind)
            at += 1
        elif leaf.optional:
            fields[leaf.field] = None
        else:
            found = f"found {xml.local_name(nodes[at])[:80]}" if at < len(nodes) else "nothing is left"
            raise XmlError(f"{xml.place(parent)}: {leaf.name} is missing ({found})")
    return fields, nodes[at:]


def value_of(node: xml.Node, kind: SimpleType[Any]) -> Any:
    """The simple value of one element. Raises :class:`XmlError` where it holds anything else."""
    if len(node) or node.attrib:
        raise XmlError(f"{xml.place(node)}: only text belongs here")
    try:
        return kind.read(node.text or "")
    except InputError as error:
        raise XmlError(f"{xml.place(node)}: {error}") from None


def built(node: xml.Node, make: Callable[..., T], **fields: Any) -> T:
    """The value that an element's fields make. Raises :class:`XmlError` where the value refuses them."""
    try:
        return make(**fields)
    except EncodeError as error:
        raise XmlError(f"{xml.place(node)}: {error}") from None


def write(leaves: Leaves, value: object) -> str:
    """A value's leaves in canonical form. Raises :class:`EncodeError` as :func:`check` does."""
    return "".join([tag(leaf.name, escaped(text)) for leaf, text in _each(leaves, value, SimpleType.write)])


def check(leaves: Leaves, value: object) -> None:
    """Raise :class:`EncodeError`, naming the element, where a value's field has no text."""
    _each(leaves, value, SimpleType.check)


def _each(leaves: Leaves, value: object, do: Callable[[SimpleType[Any], Any], T]) -> list[tuple[Leaf, T]]:
    """Do something with every field that is there, and its type."""
    done = []
    for leaf in leaves:
        field = getattr(value, leaf.field)
        if field is None and leaf.optional:
            continue
        try:
            done.append((leaf, do(leaf.kind, field)))
        except InputError as error:
            raise EncodeError(leaf.name, str(error)) from None
    return done
