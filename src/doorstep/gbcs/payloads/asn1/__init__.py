"""ASN.1 payloads: security credentials, joins, firmware, clocks, device logs.

::

    payload = asn1.decode(content, 0x007F, Cra.COMMAND)
    payload.value.validity_interval_start               # datetime(2015, 1, 1, 0, 10, tzinfo=UTC)
    payload.encode() == content                         # always
    asn1.build(0x000F, Cra.COMMAND, "00-DB-12-34-56-78-90-99").encode()

The parts: :mod:`.names`, the named numbers; :mod:`.credentials` and :mod:`.devices`, the types as
classes; :mod:`.certificate`; :mod:`.schema`, how a class becomes a reader and writer; :mod:`.payload`,
which message carries which type.
"""

from __future__ import annotations

from doorstep.gbcs.payloads.asn1 import credentials, devices, names
from doorstep.gbcs.payloads.asn1.certificate import Certificate, CertificateView, CertificationRequest
from doorstep.gbcs.payloads.asn1.payload import CANCEL, CODES, Asn1Payload, Departure, build, decode, plain

__all__ = [
    "CANCEL",
    "CODES",
    "Asn1Payload",
    "Certificate",
    "CertificateView",
    "CertificationRequest",
    "Departure",
    "build",
    "credentials",
    "decode",
    "devices",
    "names",
    "plain",
]
