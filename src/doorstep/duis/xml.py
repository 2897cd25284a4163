"""XML as DUIS allows it: UTF-8, no document type, elements that hold either elements or text.

``parse`` is the only way a document comes in. It refuses what DUIS has no use for (document types and with
them entities, processing instructions, mixed content) and what would make a small document expensive, and it
drops comments and the white space between elements. The real validator drops that white space before it
digests a document too, so what is left is exactly what a signature covers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from lxml import etree

from doorstep.errors import XmlError

__all__ = [
    "DS",
    "MAX_ATTRIBUTES",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "MAX_NAMESPACES",
    "MAX_SIZE",
    "RA",
    "SR",
    "WHITE_SPACE",
    "XSI",
    "Check",
    "Node",
    "canonical",
    "is_text",
    "local_name",
    "no_check",
    "parse",
    "place",
    "qualified",
]

SR: Final = "http://www.dccinterface.co.uk/ServiceUserGateway"
"""The namespace of every DUIS element."""
RA: Final = "http://www.dccinterface.co.uk/ResponseAndAlert"
"""The namespace of the Message Mapping Catalogue, used by SMETS1 bodies only."""
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
"""The namespace of the XML signature."""
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
"""The namespace of ``schemaLocation``, which clients declare and mostly do not use."""

# The bounds are policy choices, each several times what the largest reference request needs. The last two
# guard time, not memory: canonical XML takes the square of the namespaces in scope, and of an element's
# attributes.
MAX_SIZE: Final = 1 << 20
"""The largest document that is read, in bytes."""
MAX_DEPTH: Final = 32
"""How deep elements may nest, the root counted."""
MAX_ELEMENTS: Final = 20_000
"""How many elements a document may hold."""
MAX_ATTRIBUTES: Final = 32
"""How many attributes an element may have."""
MAX_NAMESPACES: Final = 16
"""How many namespace declarations a document may hold."""

WHITE_SPACE: Final = " \t\r\n"
"""What XML calls white space. ``str.strip()`` would take more away, such as a no-break space."""

Node: TypeAlias = etree._Element
"""An element of a parsed document."""

Check: TypeAlias = Callable[[Node], None]
"""What a document is held to besides doorstep's own rules, given its root: raises :class:`XmlError`."""

_DECLARED: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml\s[^?>]*?(?:encoding\s*=\s*["'](?P<encoding>[^"'?>]*)["'][^?>]*)?\?>"""
)
_DECLARED_WITHIN: Final = 200
"""How long an XML declaration may be, in bytes: a policy choice that keeps the search for it short."""
_UNWANTED: Final = ((b"<!DOCTYPE", "a document type"), (b"<?", "a processing instruction"))
_SAID: Final = 80
"""How much of a name an error message repeats."""
_NOT_TEXT: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# The encoding is fixed here, so that the bytes that were searched are the characters that the parser sees.
_PARSER: Final = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    load_dtd=False,
    no_network=True,
    remove_comments=True,
    huge_tree=False,
    collect_ids=False,
)


def parse(data: bytes, max_size: int = MAX_SIZE) -> Node:
    """The root of a document, freed of comments and of white space between elements.

    Raises :class:`XmlError`, with the line where there is one, for a document that is not well formed,
    breaks one of the bounds above, or holds something that no DUIS document holds.
    """
    if len(data) > max_size:
        raise XmlError(f"the document has {len(data)} bytes; at most {max_size} are read")
    _refuse_unwanted(data)
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        reason = (error.msg or "it does not parse").partition("\n")[0].partition(", line ")[0]
        raise XmlError(f"line {error.lineno or 1}: not well-formed XML: {reason}") from None
    if not _is_tidy(root, data):
        _tidy(root)
    return root


def no_check(root: Node) -> None:
    """The :data:`Check` that lets every document through."""


def canonical(node: Node, *, exclusive: bool = False) -> bytes:
    """Canonical XML 1.0 without comments of an element and all that it holds: inclusive, or exclusive.

    Inclusive keeps the namespace declarations that nothing uses; exclusive drops them.
    Raises :class:`XmlError` where there is none: a namespace name that is relative.
    """
    try:
        return etree.tostring(node, method="c14n", exclusive=exclusive, with_comments=False)
    except etree.C14NError:
        raise XmlError("the document has no canonical form: a namespace name is not absolute") from None


def qualified(name: str) -> str:
    """A name as lxml writes it; the DUIS namespace is assumed where the name has none in braces."""
    return name if name.startswith("{") else f"{{{SR}}}{name}"


def local_name(node: Node) -> str:
    """The inverse of :func:`qualified`: ``Header``, ``{namespace}Header``, or ``{}Header`` for none."""
    tag = str(node.tag)
    return tag.removeprefix(f"{{{SR}}}") if tag.startswith("{") else f"{{}}{tag}"


def place(node: Node) -> str:
    """Where an element stands, as an error message names it: ``line 3: Header/RequestID``."""
    parent = node.getparent()
    name = local_name(node)[:_SAID]
    path = name if parent is None else f"{local_name(parent)[:_SAID]}/{name}"
    return f"line {node.sourceline}: {path}"


def is_text(text: str) -> bool:
    """Whether XML can hold every character of the text."""
    return _NOT_TEXT.search(text) is None


def _refuse_unwanted(data: bytes) -> None:
    """Look for what is refused before a parser has seen a byte.

    Outside comments and CDATA these marks can only be what they look like; inside them, which no DUIS writer
    needs, they are refused as well.
    """
    declaration = _DECLARED.match(data, 0, _DECLARED_WITHIN)
    encoding = declaration and declaration["encoding"]
    if encoding and encoding.lower() not in (b"utf-8", b"us-ascii"):
        raise XmlError(f"line 1: the encoding is {encoding[:40].decode('latin-1')!r}; DUIS is UTF-8")
    for mark, what in _UNWANTED:
        found = data.find(mark, declaration.end() if declaration else 0)
        if found >= 0:
            line = data.count(b"\n", 0, found) + 1
            raise XmlError(f"line {line}: {what} is not allowed in a DUIS document")
    if data.count(b"xmlns") > MAX_NAMESPACES:
        raise XmlError(f"the document declares more than {MAX_NAMESPACES} namespaces")


_UNTIDY: Final = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)} | //*[*]/text())")
"""Whether there is an element that is too deep, or a text beside elements."""


def _is_tidy(root: Node, data: bytes) -> bool:
    """Whether there is nothing for :func:`_tidy` to do or to refuse, told in a quarter of the time.

    There are no more elements than ``<`` in the document, and no more attributes than ``=``.
    """
    within = data.count(b"<") <= MAX_ELEMENTS and data.count(b"=") <= MAX_ATTRIBUTES
    return within and not _UNTIDY(root)


def _tidy(root: Node) -> None:
    """Drop the white space between elements, and hold the document to its bounds."""
    depth = elements = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        elements += 1
        if depth > MAX_DEPTH:
            raise XmlError(f"{place(node)}: elements nest deeper than {MAX_DEPTH}")
        if elements > MAX_ELEMENTS:
            raise XmlError(f"{place(node)}: the document holds more than {MAX_ELEMENTS} elements")
        if len(node.attrib) > MAX_ATTRIBUTES:
            raise XmlError(f"{place(node)}: the element has more than {MAX_ATTRIBUTES} attributes")
        if len(node):
            _refuse_text(node.text, node)
            node.text = None
        _refuse_text(node.tail, node)
        node.tail = None


def _refuse_text(text: str | None, node: Node) -> None:
    if text and text.strip(WHITE_SPACE):
        raise XmlError(f"{place(node)}: text stands beside elements")
