"""Requests: what a DCC User sends to the DCC. A Service Request, or a Signed Pre-Command in its place."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from doorstep.duis import bodies, catalogue, envelope, leaf, xml
from doorstep.duis.catalogue import SIGNED_PRE_COMMAND
from doorstep.duis.element import Element, element
from doorstep.duis.envelope import SCHEMA_VERSION
from doorstep.duis.leaf import Leaf, Leaves
from doorstep.duis.request_id import REQUEST_ID, RequestId
from doorstep.duis.simple_type import BASE64, BOOLEAN, DATE_TIME, integer
from doorstep.duis.writing import Canonical, serialise
from doorstep.errors import EncodeError

__all__ = [
    "Element",
    "Request",
    "RequestId",
    "build_request",
    "element",
    "parse_request",
    "service_request",
    "signed_pre_command",
    "write_request",
]


class Request(Struct, frozen=True, kw_only=True):
    """A request.

    ``service_reference_variant`` is in the catalogue and ``service_reference`` is its reference; the body is
    the one element that the catalogue names for it, or a ``SignedPreCommand``, and has its shape
    (:mod:`doorstep.duis.bodies`). So nobody who decides by the Header can be shown one service and made to
    carry out another. Whether the Command Variant suits it is left open: the DCC answers that with a Response
    Code.

    Raises :class:`EncodeError` when built from values that do not fit; for a body its field is the path.
    """

    request_id: RequestId
    command_variant: int
    service_reference: str
    service_reference_variant: str
    body: Element
    first_in_sequence: bool | None = None
    preceding_service_request_id: RequestId | None = None
    schema_version: str = SCHEMA_VERSION

    def __post_init__(self) -> None:
        envelope.check(_HEADER, self)
        envelope.check_reference(self.service_reference, self.service_reference_variant)
        wanted = catalogue.variant(self.service_reference_variant).body_element
        if self.body.name not in (wanted, SIGNED_PRE_COMMAND):
            raise EncodeError("Body", f"{self.body.name[:80]} is neither {wanted} nor {SIGNED_PRE_COMMAND}")
        bodies.check(self.body, bodies.BODIES[self.body.name])

    @property
    def gbcs_payload(self) -> bytes | None:
        """The GBCS message of a Signed Pre-Command; ``None`` for a Service Request."""
        return self.body.bytes_of("GBCSPayload") if self.body.name == SIGNED_PRE_COMMAND else None

    @property
    def execution_date_time(self) -> int | None:
        """When to carry it out, in milliseconds since 1970 UTC; ``None`` for at once.

        31 December 3000 means: cancel what was future-dated before.
        """
        here = self.body.has("ExecutionDateTime")
        return self.body.value_of("ExecutionDateTime", DATE_TIME) if here else None


def service_request(request_id: RequestId, command_variant: int, body: Element) -> Request:
    """The Service Request that a body belongs to: the catalogue knows the rest of the Header.

    Raises :class:`Unsupported` for a body that is not in the catalogue.
    """
    row = catalogue.of_body(body.name)
    return Request(
        request_id=request_id,
        command_variant=command_variant,
        service_reference=row.service_reference,
        service_reference_variant=row.srv,
        body=body,
    )


def signed_pre_command(request: Request, command_variant: int, payload: bytes) -> Request:
    """The request that sends the signed form of the Pre-Command that ``request`` was transformed into.

    The Header stays as it was, RequestID included; only the Command Variant changes, from 4 to 5, 6 or 7.
    """
    body = element(SIGNED_PRE_COMMAND, element("GBCSPayload", BASE64.render(payload)))
    return replace(request, command_variant=command_variant, body=body)


def parse_request(document: bytes | xml.Node) -> Request:
    """The request in a document, or in the root that a verified signature covers.

    A signature, or a placeholder for one, is passed over: :func:`doorstep.duis.signature.verify` checks it.
    Raises :class:`XmlError`.
    """
    fields, body = envelope.read(document, "Request", _HEADER)
    return leaf.built(body, Request, body=Element.from_xml(body), **fields)


def build_request(request: Request) -> bytes:
    """The request as a document without a signature."""
    return serialise(write_request(request))


def write_request(request: Request) -> Canonical:
    """The request in canonical form, for whoever signs it."""
    return envelope.write("Request", _HEADER, request, request.body.to_xml(_ABOVE_BODY))


_ABOVE_BODY: Final = 2
"""What the element in the Body stands in: the root, and the Body."""

_HEADER: Final[Leaves] = (
    Leaf("RequestID", "request_id", REQUEST_ID),
    Leaf("FirstInSequence", "first_in_sequence", BOOLEAN, optional=True),
    Leaf("PrecedingServiceRequestID", "preceding_service_request_id", REQUEST_ID, optional=True),
    Leaf("CommandVariant", "command_variant", integer(1, 9)),
    *envelope.REFERENCES,
)
