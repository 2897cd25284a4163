"""The nodes of a view, and the plain text of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

__all__ = ["Node", "as_written", "beyond", "count", "printable", "shown", "table", "text"]


class Node(Struct, frozen=True):
    """One thing that a message says.

    ``value`` is how it stands in the message, ``meaning`` what that means; either may be empty. A node with
    ``columns`` is a table: its children are rows, whose children are cells in the order of the columns.
    """

    label: str
    value: str = ""
    meaning: str = ""
    children: tuple[Node, ...] = ()
    columns: tuple[str, ...] = ()


def as_written(plain: Any) -> str:
    """A value as its JSON form has it, the parts of one in a row."""
    if isinstance(plain, dict):
        return " ".join(map(as_written, plain.values()))
    if plain is None:
        return ""
    return str(plain).lower() if isinstance(plain, bool) else str(plain)


def beyond(value: str, meaning: str) -> str:
    """The part of a time's meaning that the time as it is written does not say already."""
    return "" if meaning == value else meaning.removeprefix(f"{value.partition(' ')[0]}, ")


def count(number: int) -> str:
    """How many elements there are, in words."""
    return "1 element" if number == 1 else f"{number} elements"


def table(label: str, value: str, rows: list[Node]) -> Node:
    """Rows as a table, where none of their cells has anything inside it; else simply as children.

    A row may lack cells at its end, which become empty ones.
    """
    columns = max((tuple(cell.label for cell in row.children) for row in rows), key=len, default=())
    if not columns or not all(_fits(row, columns) for row in rows):
        return Node(label, value, children=tuple(rows))
    filled = (
        Node(row.label, children=row.children + tuple(Node(name) for name in columns[len(row.children) :]))
        for row in rows
    )
    return Node(label, value, children=tuple(filled), columns=columns)


def _fits(row: Node, columns: tuple[str, ...]) -> bool:
    names = tuple(cell.label for cell in row.children)
    bare = not row.value and not row.meaning and not any(cell.children for cell in row.children)
    return bare and bool(names) and names == columns[: len(names)]


# -- plain text ---------------------------------------------------------------------------------

_INDENT: Final = "  "
# A value that long (a certificate, ciphertext) is cut where something says what it is.
_LONG: Final = 80
_KEPT: Final = 24


def text(node: Node) -> str:
    """The tree as indented lines, ``label: value (meaning)``, with tables in columns.

    Long values that have a meaning or parts are cut; the tree has them whole.
    """
    return "\n".join(_lines(node, ""))


def shown(node: Node) -> str:
    """A node's value as a person is shown it: printable, and cut where it is long and explained."""
    value = node.value
    if len(value) > _LONG and " " not in value and (node.meaning or node.children):
        value = f"{value[:_KEPT]}… ({len(value)} characters)"
    return printable(value)


def printable(words: str) -> str:
    """Text that does nothing to the screen it is shown on: what is no printable character is escaped."""
    if words.isprintable():
        return words
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in words)


def _lines(node: Node, indent: str) -> Iterator[str]:
    yield indent + _line(node)
    inner = indent + _INDENT
    if node.columns:
        yield from _table_lines(node, inner)
    else:
        for child in node.children:
            yield from _lines(child, inner)


def _line(node: Node) -> str:
    label, value, meaning = printable(node.label), shown(node), printable(node.meaning)
    said = f"{value} ({meaning})" if value and meaning else value or meaning
    return f"{label}: {said}" if said else label


def _table_lines(node: Node, indent: str) -> Iterator[str]:
    rows = [node.columns, *(tuple(map(_cell, row.children)) for row in node.children)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(cell: Node) -> str:
    return printable(cell.meaning or cell.value)
