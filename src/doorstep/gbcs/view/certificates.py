"""A certificate as a node: whose it is, in which role, for which use, from when to when."""

from __future__ import annotations

from typing import Final

from doorstep.errors import DoorstepError
from doorstep.gbcs.certificates import CertificateFacts, describe, parsing
from doorstep.gbcs.names.readings import flags
from doorstep.gbcs.payloads.asn1 import Certificate
from doorstep.gbcs.payloads.asn1.names import KeyUsageBits
from doorstep.gbcs.view.node import Node

__all__ = ["describe_certificate"]


def describe_certificate(label: str, octets: bytes) -> Node:
    """The certificate with what it says of itself; whether that is true is not looked at."""
    from cryptography import x509

    try:
        with parsing("certificate", "certificate"):
            certificate = x509.load_der_x509_certificate(octets)
        facts = describe(certificate)
        use = _use(Certificate(octets).view.key_usage)
    except DoorstepError as error:
        return Node(label, octets.hex(), f"it cannot be read: {error}")
    subject = str(facts.eui) if facts.eui else "an authority"
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    parts = (
        Node("subject", subject),
        Node("role", _role(facts)),
        Node("use", use),
        Node("valid", f"{begin:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}"),
        Node("serial number", f"{facts.serial:x}"),
    )
    return Node(label, octets.hex(), f"certificate of {subject}, {use}", parts)


def _role(facts: CertificateFacts) -> str:
    if facts.role is not None:
        return facts.role.name.replace("_", " ").lower()
    return "Device" if facts.code is None else f"0x{facts.code:02X}"


_use: Final = flags(KeyUsageBits)
