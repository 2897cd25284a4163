"""The SMKI repository: who asks for certificates of a party or Device gets those that the DCC holds.

It is public: certificates are no secrets, and the key in the query of each request is a constant of the
clients. So whatever key is sent will do, but one has to be (policy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from msgspec import Struct, structs

from doorstep.duis.smki import (
    MAX_REQUEST,
    Entry,
    build_data_response,
    build_search_response,
    parse_data_request,
    parse_search_request,
)
from doorstep.errors import InputError
from doorstep.eui import Eui
from doorstep.gbcs.certificates import CertificateFacts, HeldCertificate, common_name
from doorstep.gbcs.keys import KeyUsage
from doorstep.gbcs.times import Instant

__all__ = ["RETRIEVE_PATH", "SEARCH_PATH", "Asked", "Repository", "Told"]

SEARCH_PATH: Final = "/services/certificatesearch"
RETRIEVE_PATH: Final = "/services/retrievecertificate"

_OK: Final = 200
_INVALID: Final = 401
_NOTHING_FOUND: Final = 402
_EXPIRED: Final = "E"
_TOP_UP: Final = " PP"
"""What the name of a prepayment certificate ends with, as clients tell it from the other one by."""


class Asked(Struct, frozen=True):
    """An HTTP request to the repository; ``key`` is the ``apikey`` of its query."""

    method: str
    path: str
    content_type: str
    key: str
    body: bytes


class Told(Struct, frozen=True):
    """The HTTP response to it, and what it says in a word for the log."""

    status: int
    body: bytes = b""
    why: str = ""


class _Filed(Struct, frozen=True):
    """A certificate of the repository, and until when it is listed as in use."""

    entry: Entry
    held: HeldCertificate
    facts: CertificateFacts

    def at(self, now: Instant) -> Entry:
        if self.facts.valid_at(now):
            return self.entry
        return structs.replace(self.entry, status=_EXPIRED)


class Repository:
    """Certificates by whose they are and by serial number.

    An organisation is found by the common name in its certificate and by its Entity Identifier, letters in
    either case; the identifier is its name where the certificate has none (policy).
    """

    def __init__(self, certificates: Iterable[tuple[HeldCertificate, CertificateFacts]]) -> None:
        self._by_owner: dict[Eui | str, list[_Filed]] = {}
        self._by_serial: dict[int, _Filed] = {}
        for held, facts in certificates:
            filed = _Filed(_entry(held, facts), held, facts)
            self._by_serial[facts.serial] = filed
            for owner in _owners(filed):
                self._by_owner.setdefault(owner, []).append(filed)
        self._services: dict[str, Callable[[bytes, Instant], bytes | None]] = {
            SEARCH_PATH: self._search,
            RETRIEVE_PATH: self._retrieve,
        }

    def answer(self, asked: Asked, now: Instant) -> Told:
        """Answer one request; what is wrong with it is said by the status (``duis.md`` section 6)."""
        service = self._services.get(asked.path)
        if service is None:
            return Told(404, why="no such service")
        if asked.method != "POST":
            return Told(405, why=f"{asked.method[:20]!r} at a service that takes POST")
        if asked.content_type.partition(";")[0].strip().lower() != "application/xml":
            return Told(415, why=f"content type {asked.content_type[:60]!r}")
        if len(asked.body) > MAX_REQUEST:
            return Told(413, why=f"{len(asked.body)} bytes, over the limit of {MAX_REQUEST}")
        if not asked.key:
            return Told(_INVALID, why="no apikey in the query")
        try:
            body = service(asked.body, now)
        except InputError as error:
            return Told(_INVALID, why=str(error))
        return Told(_OK, body, "found") if body is not None else Told(_NOTHING_FOUND, why="nothing found")

    def _search(self, document: bytes, now: Instant) -> bytes | None:
        request = parse_search_request(document)
        wanted = request.device if request.device is not None else (request.organisation or "").casefold()
        found = self._by_owner.get(wanted)
        if not found:
            return None
        entries = tuple(structs.replace(filed.at(now), body=None) for filed in found)
        return build_search_response(entries, _audit(document))

    def _retrieve(self, document: bytes, now: Instant) -> bytes | None:
        filed = self._by_serial.get(parse_data_request(document).serial)
        return build_data_response(filed.at(now), _audit(document)) if filed else None


def _entry(held: HeldCertificate, facts: CertificateFacts) -> Entry:
    body = held.certificate.public_bytes(Encoding.DER)
    usage = "KA" if facts.agrees else "DS"
    if facts.code is None:
        return Entry(serial=facts.serial, usage=usage, device=held.eui, body=body)
    name = common_name(held.certificate) or str(held.eui)
    if held.usage is KeyUsage.PREPAYMENT_TOP_UP:
        name += _TOP_UP
    return Entry(serial=facts.serial, usage=usage, organisation=name, role=facts.code, body=body)


def _owners(filed: _Filed) -> set[Eui | str]:
    """Under which owners a certificate is found: a Device has its identifier, an organisation names."""
    entry, eui = filed.entry, filed.held.eui
    return {eui} if entry.organisation is None else {entry.organisation.casefold(), str(eui).casefold()}


def _audit(document: bytes) -> str:
    """A reference for the answer: the same request has the same one, as nothing here is written down."""
    return sha256(document).hexdigest()[:16]
