"""The short form of a request: a Service Reference Variant and the values of its body, instead of XML.

A value is named by its path in the body, ``Prepayment/DisablementThreshold=0``; a path without a value is an
element without content, ``Credit``. The order is that of the body, in whatever order they are given. Of an
element that may stand more than once the second is ``Name[2]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from doorstep.duis import Element, variant
from doorstep.duis.bodies import BODIES, Shape, build
from doorstep.duis.bodies.shape import parts
from doorstep.errors import EncodeError, UsageError

__all__ = ["short_body"]

_MOST_VALUES: Final = 10_000
_DEEPEST: Final = 16
_STEP: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,99})(?:\[([1-9][0-9]{0,3})\])?", re.ASCII)


class _Node:
    """What the paths say of one element: its text, and what is below it by name and number."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.below: dict[str, dict[int, _Node]] = {}


def short_body(srv: str, values: Iterable[str]) -> Element:
    """The body of a Service Reference Variant.

    Raises :class:`UsageError` for values that are none, do not fit or are missing, and :class:`Unsupported`.
    """
    name = variant(srv).body_element
    root = _Node()
    for count, value in enumerate(values):
        if count >= _MOST_VALUES:
            raise UsageError(f"more than {_MOST_VALUES} values")
        _put(root, value)
    try:
        return build(name, BODIES[name], _plain(root, BODIES[name]))
    except EncodeError as error:
        raise UsageError(f"{srv}: {error}") from None


def _put(root: _Node, value: str) -> None:
    path, equals, text = value.partition("=")
    steps = [_STEP.fullmatch(step) for step in path.split("/")]
    node = root
    if len(steps) > _DEEPEST:
        raise UsageError(f"{value[:80]!r} goes deeper than {_DEEPEST} elements")
    for step in steps:
        if step is None:
            raise UsageError(
                f"a value is PATH=TEXT, as in Prepayment/DisablementThreshold=0, not {value[:80]!r}"
            )
        node = node.below.setdefault(step[1], {}).setdefault(int(step[2] or 1), _Node())
    if node.text is not None:
        raise UsageError(f"{path[:80]} is given twice")
    node.text = text if equals else None


def _plain(node: _Node, shape: Shape) -> Any:
    """The plain values (:mod:`doorstep.duis.bodies.values`) of an element of that shape."""
    if node.below and node.text:
        raise UsageError(f"{node.text[:80]!r} stands beside elements")
    if not node.below:
        return {} if node.text is None else node.text
    known = {part.name: part for part in parts(shape)}
    values: dict[str, Any] = {}
    for name, numbered in node.below.items():
        part = known.get(name)
        entries = [_plain(one, part.shape if part else shape) for _, one in sorted(numbered.items())]
        several = len(entries) > 1 or (part is not None and part.most > 1)
        values[name] = entries if several else entries[0]
    return values
