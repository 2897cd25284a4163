"""Values with named fields as nodes: ASN.1 types and ZCL commands, whose JSON form has the same shape.

The value says what things are, its JSON form how they are written; both are walked side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from doorstep.gbcs.payloads.asn1 import Certificate
from doorstep.gbcs.view.certificates import describe_certificate
from doorstep.gbcs.view.node import Node, as_written, count, table

__all__ = ["Reads", "describe_field", "describe_fields"]

Reads = Callable[[Any, str, Any], str]
"""What a field means: given the value that has it, its name, and its own value."""


def describe_fields(value: Struct, plain: dict[str, Any], reads: Reads) -> tuple[Node, ...]:
    """The fields that a value has, with their readings; ``plain`` is the value's JSON form.

    A field that is None is left out unless that means something.
    """
    nodes = []
    for name in value.__struct_fields__:
        part = getattr(value, name)
        meaning = reads(value, name, part)
        if part is not None or meaning:
            nodes.append(_describe(_words(name), part, plain.get(name), meaning, value, name, reads))
    return tuple(nodes)


def describe_field(label: str, value: Any, plain: Any, reads: Reads) -> Node:
    """A value by itself, which no other has as a field."""
    return _describe(label, value, plain, reads(None, label, value), None, label, reads)


def _describe(label: str, value: Any, plain: Any, meaning: str, owner: Any, name: str, reads: Reads) -> Node:
    if isinstance(value, Struct):
        return Node(label, meaning=meaning, children=describe_fields(value, plain, reads))
    if isinstance(value, tuple):
        rows = [
            _describe(str(number), one, its_plain, _meaning_of(one, owner, name, reads), owner, name, reads)
            for number, (one, its_plain) in enumerate(zip(value, plain, strict=True), start=1)
        ]
        return table(label, count(len(rows)), rows)
    if isinstance(value, Certificate):
        return describe_certificate(label, value)
    return Node(label, as_written(plain), meaning)


def _meaning_of(value: Any, owner: Any, name: str, reads: Reads) -> str:
    """The meaning of one of several values of a field; a value with fields of its own has none."""
    return "" if isinstance(value, Struct) else reads(owner, name, value)


def _words(name: str) -> str:
    return name.replace("_", " ")
