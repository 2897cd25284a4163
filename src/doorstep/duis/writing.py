"""XML as it goes out: text in the canonical form, which is what a signature covers.

A document that is written so is signed as it stands: nobody has to parse it again to find what its digest is
over, and the bytes that were digested are those that go out, with the signature put before the last tag. The
form is Canonical XML 1.0, inclusive and without comments; a namespace is declared where it is first used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NewType, TypeAlias

from doorstep.duis import xml
from doorstep.errors import EncodeError

__all__ = [
    "SCOPE",
    "Canonical",
    "Prefixes",
    "bare",
    "document",
    "escaped",
    "put_last",
    "serialise",
    "tag",
    "tags",
    "unescaped",
]

Canonical = NewType("Canonical", str)
"""A whole document in canonical form: its root, without a declaration."""

Prefixes: TypeAlias = Mapping[str, str]
"""The prefixes of the namespaces that are declared around an element."""

_PREFIXES: Final = {xml.SR: "sr", xml.RA: "ra", xml.DS: "ds"}
SCOPE: Final[Prefixes] = MappingProxyType(
    {xml.SR: _PREFIXES[xml.SR], "http://www.w3.org/XML/1998/namespace": "xml"}
)
"""What is declared within the root of a DUIS document."""

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_SPACE: Final = re.compile(r"\{(.*)\}(.*)")
# Without "&": libxml2 forgets to escape it when it brings a declaration into canonical form.
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9!#$'()*+,./:;=?@_~-]|%[0-9A-Fa-f]{2})+")
_TO_ESCAPE: Final = re.compile("[&<>\r]")
_IN_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_IN_ATTRIBUTE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
)


def document(name: str, schema_version: str, content: str) -> Canonical:
    """A DUIS document, ``Request`` or ``Response``, of elements that are written already."""
    version = schema_version.translate(_IN_ATTRIBUTE)
    return Canonical(f'<sr:{name} xmlns:sr="{xml.SR}" schemaVersion="{version}">{content}</sr:{name}>')


def bare(name: str, content: str) -> Canonical:
    """A document whose root is in no namespace, as those of the SMKI repository service are."""
    return Canonical(tag(f"{{}}{name}", content))


def tag(name: str, content: str) -> str:
    """An element without attributes: of DUIS, or of no namespace (``{}name``).

    Its content is written already: elements, or a text that is :func:`escaped`.
    """
    name = name[2:] if name.startswith("{}") else f"sr:{name}"
    return f"<{name}>{content}</{name}>"


def tags(name: str, attributes: Iterable[tuple[str, str]], around: Prefixes) -> tuple[str, str, Prefixes]:
    """The start tag and the end tag of any element, and the prefixes within it.

    A name is one of DUIS, or has its namespace in braces before it; an attribute without braces is in none.
    Raises :class:`EncodeError` for a namespace whose name is no absolute URI: it has no canonical form.
    """
    if not attributes and not name.startswith("{"):
        return f"<sr:{name}>", f"</sr:{name}>", around
    space, local = _parted(name, xml.SR)
    keys = sorted((*_parted(key, ""), value) for key, value in attributes)
    within = _declared((space, *(space for space, _local, _value in keys)), around)
    new = sorted((prefix, space) for space, prefix in within.items() if space not in around)
    written = [f"xmlns:{prefix}={_quoted(space)}" for prefix, space in new]
    written += [f"{_qualified(space, local, within)}={_quoted(value)}" for space, local, value in keys]
    full = _qualified(space, local, within)
    return f"<{' '.join((full, *written))}>", f"</{full}>", within


def escaped(text: str) -> str:
    """The text of an element as canonical XML writes it."""
    return text.translate(_IN_TEXT) if _TO_ESCAPE.search(text) else text


def unescaped(text: str) -> str:
    """The inverse of :func:`escaped`."""
    if "&" not in text:
        return text
    return text.replace("&#xD;", "\r").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")


def put_last(root: Canonical, element: str) -> Canonical:
    """The document with an element that is written already as the last child of its root."""
    content, end, name = root.rpartition("</")
    return Canonical("".join((content, element, end, name)))


def serialise(root: Canonical) -> bytes:
    """The document in UTF-8 with its declaration."""
    return (_DECLARATION + root).encode()


def _parted(name: str, default: str) -> tuple[str, str]:
    """Namespace and local name."""
    found = _SPACE.fullmatch(name)
    return (found[1], found[2]) if found else (default, name)


def _declared(spaces: Iterable[str], around: Prefixes) -> Prefixes:
    """The prefixes within an element that uses these namespaces; the empty one needs none."""
    within = dict(around)
    for space in filter(None, spaces):
        if not _ABSOLUTE.fullmatch(space):
            raise EncodeError(space[:40], "the namespace name is not an absolute URI")
        within.setdefault(space, _PREFIXES.get(space, f"ns{len(within)}"))
    return within


def _qualified(space: str, local: str, prefixes: Prefixes) -> str:
    return f"{prefixes[space]}:{local}" if space else local


def _quoted(text: str) -> str:
    return f'"{text.translate(_IN_ATTRIBUTE)}"'
