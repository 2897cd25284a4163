"""COSEM data as nodes: values beside their readings, arrays of structures as tables."""

from __future__ import annotations

from typing import Any, Final

from doorstep.gbcs.json_form.cosem import TYPE_NAMES, describe_type, write_value
from doorstep.gbcs.names.cosem_items import Item, logical_name
from doorstep.gbcs.names.cosem_objects import OBJECTS
from doorstep.gbcs.names.readings import bits, date_time, text
from doorstep.gbcs.payloads.axdr import CompactArray, Data, Tag
from doorstep.gbcs.view.node import Node, as_written, beyond, count, table

__all__ = ["describe_data", "object_name"]

_UNNAMED: Final = Item()


def describe_data(data: Data, item: Item = _UNNAMED, label: str = "") -> Node:
    """A value under its item's name; ``label`` is for one whose item has none."""
    label = item.name or label or _type_name(data.tag)
    value = data.value
    if isinstance(value, CompactArray):
        type_words = _type_words(describe_type(value.description))
        return table(label, f"{len(value.elements)} of {type_words}", _rows(value.elements, item))
    if data.tag is Tag.ARRAY and isinstance(value, tuple):
        return table(label, count(len(value)), _rows(value, item))
    if isinstance(value, tuple):
        return Node(label, children=_parts(data, value, item))
    raw = as_written(write_value(data))
    return Node(label, raw, beyond(raw, _meaning(data, item)))


def object_name(octets: bytes) -> str:
    """What the object with a logical name is called; empty where no row knows it."""
    known = OBJECTS.get(octets)
    return known.name if known else ""


def _rows(elements: tuple[Data, ...], item: Item) -> list[Node]:
    """The elements of an array: each has the array's item, but for the name, which the array has used up."""
    inside = Item("", item.reads, item.items, item.within)
    return [describe_data(element, inside, str(number)) for number, element in enumerate(elements, start=1)]


def _parts(data: Data, elements: tuple[Data, ...], item: Item) -> tuple[Node, ...]:
    """The elements of a structure; those beyond the known items are read like the structure itself."""
    items = item.parts(data)
    rest = Item(reads=item.reads)
    return tuple(
        describe_data(element, items[number] if number < len(items) else rest)
        for number, element in enumerate(elements)
    )


def _meaning(data: Data, item: Item) -> str:
    if item.reads is logical_name and isinstance(data.value, bytes):
        return " ".join(filter(None, (logical_name(data.value), object_name(data.value))))
    return item.reads(data.value) or _by_type(data)


def _by_type(data: Data) -> str:
    """What a value means by its type alone, where no item says more."""
    reading = _TYPE_READINGS.get(data.tag)
    return reading(data.value) if reading else ""


def _octets(value: Any) -> str:
    """Octets that no item describes: a time, or text; of a single one nothing can be said."""
    if len(value) == _DATE_TIME:
        return date_time(value)
    return "" if len(value) == 1 else text(value)


_DATE_TIME: Final = 12
_TYPE_READINGS: Final = {Tag.OCTET_STRING: _octets, Tag.DATE_TIME: date_time, Tag.BIT_STRING: bits}


def _type_name(tag: Tag) -> str:
    return TYPE_NAMES[tag].replace("_", "-")


def _type_words(description: Any) -> str:
    """The type of a compact array's elements in words."""
    if isinstance(description, str):
        return description
    ((name, inner),) = description.items()
    if name == "structure":
        return f"{name} of {', '.join(map(_type_words, inner))}"
    return f"{name} of {inner['count']} {_type_words(inner['of'])}"
