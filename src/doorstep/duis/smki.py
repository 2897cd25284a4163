"""The documents of the SMKI repository service: a search for certificates, and the retrieval of one.

They have neither namespace nor signature (``duis.md`` section 6). Both directions of each are here, the
requests for a client and the answers for a server, each read within the bounds of :mod:`doorstep.duis.xml`.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from doorstep.duis import leaf, xml
from doorstep.duis.leaf import Leaf, Leaves
from doorstep.duis.simple_type import BASE64, BOOLEAN, SimpleType, integer, matching, one_of
from doorstep.duis.writing import bare, serialise, tag
from doorstep.errors import EncodeError, XmlError
from doorstep.eui import Eui

__all__ = [
    "MAX_REQUEST",
    "DataRequest",
    "Entry",
    "SearchRequest",
    "build_data_request",
    "build_data_response",
    "build_search_request",
    "build_search_response",
    "parse_data_request",
    "parse_data_response",
    "parse_search_request",
    "parse_search_response",
]

MAX_REQUEST: Final = 4096
"""The largest request that is read, in bytes (policy); one of a client has some 150."""

STATUSES: Final = ("P", "I", "N", "E", "R")
"""Certificate statuses: pending, in use, not in use, expired, revoked."""
USAGES: Final = ("DS", "KA")
"""Certificate usages: digital signing, key agreement."""

_OK: Final = 200
_SUCCESS: Final = "Success"


class SearchRequest(Struct, frozen=True):
    """Whose certificates are looked for: a Device by its identifier, or an organisation by its name."""

    device: Eui | None = None
    organisation: str | None = None

    def __post_init__(self) -> None:
        leaf.check(_SEARCH, self)
        _check_whose(self.device, self.organisation)


class DataRequest(Struct, frozen=True):
    """Which certificate is wanted, by its serial number."""

    serial: int

    def __post_init__(self) -> None:
        leaf.check(_DATA, self)


class Entry(Struct, frozen=True, kw_only=True):
    """One certificate as the repository lists it.

    Either ``device`` or ``organisation`` says whose it is; an organisation's has a ``role``, the number in
    its Organisational Unit. ``body`` is the certificate (DER), which the answer to a search does not carry.
    Raises :class:`EncodeError` for what does not fit.
    """

    serial: int
    usage: str
    device: Eui | None = None
    organisation: str | None = None
    role: int | None = None
    status: str = "I"
    manufacturing: bool = False
    body: bytes | None = None

    def __post_init__(self) -> None:
        leaf.check(_ENTRY, self)
        _check_whose(self.device, self.organisation)


def parse_search_request(document: bytes) -> SearchRequest:
    """Read a search. Raises :class:`XmlError`, for one that names nobody or two as well."""
    root = _root(document, "CertificateSearchRequest", MAX_REQUEST)
    return leaf.built(root, SearchRequest, **_fields(root, _SEARCH))


def build_search_request(request: SearchRequest) -> bytes:
    """Write a search."""
    return _document("CertificateSearchRequest", _SEARCH, request)


def parse_data_request(document: bytes) -> DataRequest:
    """Read the request for one certificate. Raises :class:`XmlError`."""
    root = _root(document, "CertificateDataRequest", MAX_REQUEST)
    return leaf.built(root, DataRequest, **_fields(root, _DATA))


def build_data_request(request: DataRequest) -> bytes:
    """Write the request for one certificate."""
    return _document("CertificateDataRequest", _DATA, request)


def build_search_response(entries: tuple[Entry, ...], audit: str) -> bytes:
    """Write what a search found; ``audit`` is the repository's own reference of this answer."""
    return _answer("CertificateSearchResponse", audit, "Result", entries)


def parse_search_response(document: bytes) -> tuple[Entry, ...]:
    """Read what a search found. Raises :class:`XmlError`."""
    return _entries(_root(document, "CertificateSearchResponse"), "Result")


def build_data_response(entry: Entry, audit: str) -> bytes:
    """Write the answer with one certificate. Raises :class:`EncodeError` where it lacks its body."""
    if entry.body is None:
        raise EncodeError("CertificateBody", "the certificate itself is missing")
    return _answer("CertificateDataResponse", audit, "CertificateResponse", (entry,))


def parse_data_response(document: bytes) -> Entry:
    """Read the answer with one certificate. Raises :class:`XmlError`."""
    entries = _entries(_root(document, "CertificateDataResponse"), "CertificateResponse")
    if len(entries) != 1 or entries[0].body is None:
        raise XmlError("the answer to a retrieval holds one certificate with its body")
    return entries[0]


class _Outcome(Struct, frozen=True):
    """What every answer begins with."""

    audit: str
    code: int = _OK
    message: str = _SUCCESS


def _check_whose(device: Eui | None, organisation: str | None) -> None:
    if (device is None) is (organisation is None):
        raise EncodeError("CertificateSubject", "either a Device or an organisation is to be named")


def _root(document: bytes, name: str, max_size: int = xml.MAX_SIZE) -> xml.Node:
    root = xml.parse(document, max_size)
    if root.tag != name:
        raise XmlError(f"{xml.place(root)}: the document is not a {name}")
    return root


def _fields(node: xml.Node, leaves: Leaves) -> dict[str, Any]:
    fields, rest = leaf.read(node, leaves)
    if rest:
        raise XmlError(f"{xml.place(rest[0])}: the element is out of place")
    return fields


def _entries(root: xml.Node, name: str) -> tuple[Entry, ...]:
    _, rest = leaf.read(root, _OUTCOME)
    for node in rest:
        if node.tag != name:
            raise XmlError(f"{xml.place(node)}: a {name} is wanted")
    return tuple(leaf.built(node, Entry, **_fields(node, _ENTRY)) for node in rest)


def _document(name: str, leaves: Leaves, value: object) -> bytes:
    return serialise(bare(name, leaf.write(leaves, value)))


def _answer(name: str, audit: str, each: str, entries: tuple[Entry, ...]) -> bytes:
    found = [tag(_plain(each), leaf.write(_ENTRY, entry)) for entry in entries]
    return serialise(bare(name, leaf.write(_OUTCOME, _Outcome(audit)) + "".join(found)))


def _plain(name: str) -> str:
    """The name of an element in no namespace."""
    return f"{{}}{name}"


# Clients write identifiers in lower case.
_EUI: Final = SimpleType(Eui.parse, lambda eui: str(eui).lower())
# X.509 gives a serial number 20 bytes at most. Clients drop leading zeros and write either case.
_HEX: Final = matching("[0-9A-Fa-f]{1,40}", "a serial number of at most 20 bytes in hexadecimal")
_SERIAL: Final = SimpleType(lambda text: int(_HEX.parse(text), 16), lambda serial: _HEX.render(f"{serial:X}"))
_NAME: Final = matching(r"[\x20-\x7e]{1,64}", "the name of an organisation of 1 to 64 characters")
_LINE: Final = matching(r"[\x20-\x7e]{1,80}", "a line of text")

_WHOSE: Final[Leaves] = (
    Leaf(_plain("CertificateSubjectAltName"), "device", _EUI, optional=True),
    Leaf(_plain("CertificateSubjectName"), "organisation", _NAME, optional=True),
)
_SEARCH: Final[Leaves] = _WHOSE
_DATA: Final[Leaves] = (Leaf(_plain("CertificateSerial"), "serial", _SERIAL),)
_ENTRY: Final[Leaves] = (
    *_DATA,
    *_WHOSE,
    Leaf(_plain("CertificateStatus"), "status", one_of(STATUSES, "a Certificate Status")),
    Leaf(_plain("CertificateRole"), "role", integer(0, 0xFF), optional=True),
    Leaf(_plain("CertificateUsage"), "usage", one_of(USAGES, "a Certificate Usage")),
    Leaf(_plain("ManufacturingFlag"), "manufacturing", BOOLEAN),
    Leaf(_plain("CertificateBody"), "body", BASE64, optional=True),
)
_OUTCOME: Final[Leaves] = (
    Leaf(_plain("ResponseCode"), "code", integer(200, 200)),
    Leaf(_plain("ResponseMessage"), "message", _LINE),
    Leaf(_plain("AuditReference"), "audit", _LINE),
)
