"""What the published schema declares an element to hold, read from the schema itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

_XS = "{http://www.w3.org/2001/XMLSchema}"
_GROUPS = (f"{_XS}sequence", f"{_XS}choice")


class Declared(NamedTuple):
    """One element as the schema declares it, with what it holds in order."""

    name: str
    least: int
    most: int | None
    children: list[Declared]
    attributes: list[str]
    values: list[str]


class Schema:
    """The declarations of a schema, by the name of their type."""

    def __init__(self, root: etree._Element) -> None:
        self._types = {
            str(node.get("name")): node
            for node in root
            if node.tag in (f"{_XS}complexType", f"{_XS}simpleType")
        }

    def alternatives(self, type_name: str, *path: str) -> dict[str, Declared]:
        """The elements among which a type, or an element inside it, leaves the choice."""
        node = self._types[type_name]
        for name in path:
            node = next(each for each in node.iter(f"{_XS}element") if each.get("name") == name)
        choice = next(node.iter(f"{_XS}choice"))
        return {declared.name: declared for declared in map(self._element, choice)}

    def _element(self, node: etree._Element) -> Declared:
        ref = str(node.get("ref") or "").partition(":")
        name = str(node.get("name")) if not ref[2] else ref[2]
        most = node.get("maxOccurs", "1")
        kind = self._type_of(node)
        return Declared(
            name,
            int(node.get("minOccurs", "1")),
            None if most == "unbounded" else int(most),
            list(self._children(kind)) if not ref[2] else [],
            [str(each.get("name")) for each in self._attributes(kind)],
            self._values(kind),
        )

    def _type_of(self, node: etree._Element) -> etree._Element | None:
        named = self._types.get(str(node.get("type") or node.get("base") or "").removeprefix("sr:"))
        inline = next((each for each in node if each.tag in (f"{_XS}complexType", f"{_XS}simpleType")), None)
        return named if inline is None else inline

    def _extended(self, kind: etree._Element) -> Iterator[etree._Element]:
        """The types that a type is made from, the first one first."""
        for extension in kind.iterchildren(f"{_XS}complexContent", f"{_XS}simpleContent"):
            base = self._type_of(extension[0])
            if base is not None:
                yield from self._extended(base)
        yield kind

    def _children(self, kind: etree._Element | None) -> Iterator[Declared]:
        for each in self._extended(kind) if kind is not None else ():
            yield from self._held(each)

    def _held(self, node: etree._Element) -> Iterator[Declared]:
        for each in node:
            if each.tag == f"{_XS}element":
                yield self._element(each)
            elif each.tag in _GROUPS and len(each) == 1:
                # A group of one element that stands so many times is an element that does.
                for declared in self._held(each):
                    least, most = int(each.get("minOccurs", "1")), int(each.get("maxOccurs", "1"))
                    yield declared._replace(
                        least=declared.least * least,
                        most=None if declared.most is None else declared.most * most,
                    )
            elif each.tag in (*_GROUPS, f"{_XS}complexContent", f"{_XS}extension"):
                yield from self._held(each)

    def _attributes(self, kind: etree._Element | None) -> Iterator[etree._Element]:
        for each in self._extended(kind) if kind is not None else ():
            yield from each.iterchildren(f"{_XS}attribute")
            for extension in each.iterfind(f"./*/{_XS}extension"):
                yield from extension.iterchildren(f"{_XS}attribute")

    def _values(self, kind: etree._Element | None) -> list[str]:
        if kind is None or kind.tag != f"{_XS}simpleType":
            return []
        return [str(each.get("value")) for each in kind.iter(f"{_XS}enumeration")]
