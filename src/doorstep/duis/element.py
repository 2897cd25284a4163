"""The contents of a body as a value: a small immutable tree of elements.

``element("UpdatePaymentMode", element("Credit"))`` makes one. Names are those of DUIS; a name of another
namespace is written ``{namespace}name``.
"""

from __future__ import annotations

import re
from typing import Final, TypeVar

from msgspec import Struct

from doorstep.duis import xml
from doorstep.duis.simple_type import BASE64, SimpleType
from doorstep.duis.writing import SCOPE, Prefixes, escaped, tags
from doorstep.errors import EncodeError, InputError, XmlError

__all__ = ["Element", "element"]

T = TypeVar("T")

_NAME: Final = re.compile(r"(?:\{[^{}\s]+\})?[A-Za-z_][A-Za-z0-9_.-]*")


def element(name: str, *content: Element | str, **attributes: str | int) -> Element:
    """An element with the given content: other elements, or one text.

    Raises :class:`EncodeError` for what XML cannot hold, and for text beside elements.
    """
    return Element(
        name,
        tuple(sorted((key, str(value)) for key, value in attributes.items())),
        "".join(part for part in content if isinstance(part, str)),
        tuple(part for part in content if isinstance(part, Element)),
    )


class Element(Struct, frozen=True):
    """An element: its name, its attributes in order of name, and either a text or child elements.

    Paths are names joined by ``/``; each step takes the first child of that name.
    """

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    children: tuple[Element, ...] = ()

    def __post_init__(self) -> None:
        for name, text in ((self.name, self.text), *self.attributes):
            if not _NAME.fullmatch(name):
                raise EncodeError(name[:40], "not the name of an element or attribute")
            if not xml.is_text(text):
                raise EncodeError(name, "the text has a character that XML cannot hold")
        if self.text and self.children:
            raise EncodeError(self.name, "an element holds either text or elements")

    def find(self, path: str) -> Element | None:
        """The element at the path, if there is one."""
        found = self
        for name in path.split("/"):
            for child in found.children:
                if child.name == name:
                    found = child
                    break
            else:
                return None
        return found

    def has(self, path: str) -> bool:
        """Whether there is an element at the path."""
        return self.find(path) is not None

    def child(self, path: str) -> Element:
        """The element at the path. Raises :class:`XmlError` where there is none."""
        found = self.find(path)
        if found is None:
            raise XmlError(f"{self.name} has no {path}")
        return found

    def children_named(self, name: str) -> tuple[Element, ...]:
        """Every child of that name, in the order of the document."""
        return tuple(child for child in self.children if child.name == name)

    def text_of(self, path: str) -> str:
        """The text at the path as it stands. Raises :class:`XmlError` where there is none."""
        return self.child(path).text

    def value(self, kind: SimpleType[T]) -> T:
        """This element's own text, read as a simple type. Raises :class:`XmlError` if it is none."""
        return _read(self.text, kind, self.name)

    def value_of(self, path: str, kind: SimpleType[T]) -> T:
        """The text at the path, read as a simple type. Raises :class:`XmlError` if missing or wrong."""
        return _read(self.text_of(path), kind, f"{self.name}/{path}")

    def bytes_of(self, path: str) -> bytes:
        """The bytes that the base64 at the path stands for. Raises :class:`XmlError`."""
        return self.value_of(path, BASE64)

    def attribute(self, name: str) -> str:
        """The value of an attribute. Raises :class:`XmlError` where there is none."""
        for key, value in self.attributes:
            if key == name:
                return value
        raise XmlError(f"{self.name} has no attribute {name}")

    @classmethod
    def from_xml(cls, node: xml.Node) -> Element:
        """The value of a parsed element. Raises :class:`XmlError` for a name in no namespace."""
        attributes = tuple(sorted((str(key), str(value)) for key, value in node.attrib.items()))
        try:
            return cls(xml.local_name(node), attributes, node.text or "", tuple(map(cls.from_xml, node)))
        except EncodeError as error:
            raise XmlError(f"{xml.place(node)}: {error.detail}") from None

    def to_xml(self, above: int, around: Prefixes = SCOPE) -> str:
        """The element in canonical form, as it stands in a DUIS document with so many elements above it.

        Raises :class:`EncodeError` where it nests deeper than a document may that is to be read back.
        """
        if above >= xml.MAX_DEPTH:
            raise EncodeError(self.name, f"elements nest deeper than {xml.MAX_DEPTH}")
        start, end, within = tags(self.name, self.attributes, around)
        if self.children:
            content = "".join([child.to_xml(above + 1, within) for child in self.children])
        else:
            content = escaped(self.text)
        return f"{start}{content}{end}"


def _read(text: str, kind: SimpleType[T], place: str) -> T:
    try:
        return kind.read(text)
    except InputError as error:
        raise XmlError(f"{place}: {error}") from None
