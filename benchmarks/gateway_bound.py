"""The gateway's bound: what lxml and ``cryptography`` take for one request's XML and P-256 work, and no more.

One XML signature checked (parse, two canonical forms, digest, ECDSA), one made (two canonical forms, digest,
ECDSA, the document written), and of a Signed Pre-Command the check of its User's signature. Everything else
is made ready beforehand: keys are parsed, shared secrets agreed, signatures in DER, the answer is a tree, and
what is to be compared is at hand. No gateway that has these two libraries under it can be faster.
"""

from __future__ import annotations

from copy import deepcopy
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from benchmarks.requests import Posting, Street
from doorstep.duis.simple_type import BASE64
from doorstep.duis.writing import serialise
from doorstep.duis.xml import DS, Node, parse
from doorstep.gbcs import decode
from doorstep.gbcs.keys import PrivateKey, PublicKey

__all__ = ["Work", "work_of"]

_ECDSA: Final = ec.ECDSA(SHA256())


class _Signature(NamedTuple):
    """An ECDSA signature to be checked."""

    key: PublicKey
    der: bytes
    data: bytes

    def check(self) -> None:
        self.key.verify(self.der, self.data, _ECDSA)


class Work(NamedTuple):
    """The work of one request, ready to be done."""

    document: bytes
    digest: bytes
    der: bytes
    user: PublicKey
    answer: Node
    signed_answer: Node
    signed_info: Node
    dcc: PrivateKey
    message: _Signature | None

    def verify(self) -> None:
        """Check the XML signature of the request."""
        root = etree.fromstring(self.document)
        signature = root[-1]
        signed_info = _canonical(signature[0], exclusive=True)
        root.remove(signature)
        assert sha256(_canonical(root)).digest() == self.digest
        self.user.verify(self.der, signed_info, _ECDSA)

    def sign(self) -> bytes:
        """Make the XML signature of the answer, and write it."""
        sha256(_canonical(self.answer)).digest()
        self.dcc.sign(_canonical(self.signed_info, exclusive=True), _ECDSA)
        return etree.tostring(self.signed_answer, encoding="UTF-8")

    def do(self) -> None:
        """All of it."""
        self.verify()
        if self.message is not None:
            self.message.check()
        self.sign()


def work_of(posting: Posting, street: Street) -> Work:
    """The work of a request, made ready."""
    root = parse(posting.document)
    signature = root[-1]
    digest = BASE64.read(signature.findtext(f".//{{{DS}}}DigestValue", ""))
    value = BASE64.read(signature.findtext(f"{{{DS}}}SignatureValue", ""))
    answer = parse(serialise(posting.answer))
    signed_answer = deepcopy(answer)
    signed_answer.append(deepcopy(signature))
    return Work(
        posting.document,
        digest,
        _der(value),
        street.user_key(),
        answer,
        signed_answer,
        signed_answer[-1][0],
        street.dcc_key(),
        _message(posting, street),
    )


def _message(posting: Posting, street: Street) -> _Signature | None:
    payload = posting.request.gbcs_payload
    if payload is None:
        return None
    message = decode(payload)
    return _Signature(street.supplier_key(), _der(message.signature), message.grouped[1:])


def _der(signature: bytes) -> bytes:
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    return encode_dss_signature(r, s)


def _canonical(node: Node, *, exclusive: bool = False) -> bytes:
    return etree.tostring(node, method="c14n", exclusive=exclusive, with_comments=False)
