"""The short form of a request: a Service Reference Variant and the values of its body, instead of XML.

A value is named by its path in the body, ``Prepayment/DisablementThreshold=0``; a path without a value is an
element without content, ``Credit``. Paths that begin alike share their elements, in the order in which they
are first named.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from doorstep.duis import Element, variant
from doorstep.errors import EncodeError, UsageError

__all__ = ["short_body"]

_MOST_VALUES: Final = 10_000
_DEEPEST: Final = 16


class _Node(dict[str, "_Node"]):
    """Children by name, and the text of an element that has none."""

    text: str = ""


def short_body(srv: str, values: Iterable[str]) -> Element:
    """The body of a Service Reference Variant. Raises :class:`UsageError` or :class:`Unsupported`."""
    name = variant(srv).body_element
    root = _Node()
    for count, value in enumerate(values):
        if count >= _MOST_VALUES:
            raise UsageError(f"more than {_MOST_VALUES} values")
        _put(root, value)
    try:
        return _element(name, root)
    except EncodeError as error:
        raise UsageError(f"{srv}: {error}") from None


def _put(root: _Node, value: str) -> None:
    path, equals, text = value.partition("=")
    names = path.split("/")
    if not all(names) or len(names) > _DEEPEST:
        raise UsageError(f"a value is PATH=TEXT, as in Prepayment/DisablementThreshold=0, not {value[:80]!r}")
    node = root
    for name in names:
        node = node.setdefault(name, _Node())
    if node.text and equals:
        raise UsageError(f"{path[:80]} has two values")
    node.text = text


def _element(name: str, node: _Node) -> Element:
    return Element(name, (), node.text, tuple(_element(child, below) for child, below in node.items()))
