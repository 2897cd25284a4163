"""The supplier's side of the DCC's gateway: the documents it posts, and which answers it believes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from doorstep.duis import (
    Request,
    RequestId,
    Response,
    ResponseMessage,
    command_variant,
    element,
    is_signed,
    issuer_and_serial,
    parse_response,
    response_code,
    service_request,
    sign,
    signed_pre_command,
    verify,
    xml,
)
from doorstep.duis.request import build_request
from doorstep.duis.signature import CertificateFor
from doorstep.duis.simple_type import BASE64
from doorstep.errors import BadSignature, DoorstepError
from doorstep.eui import Eui
from doorstep.road.supplier.book import Record

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

__all__ = [
    "GatewayRefused",
    "Signer",
    "SupplierConfig",
    "Unanswered",
    "believed",
    "document_of",
    "explained",
    "local_response",
    "read_answer",
    "request_of",
    "return_of",
    "xml_signer",
]

_TRANSFORM: Final = 4
_NON_DEVICE: Final = 8
_TRY_AGAIN: Final = (408, 429)
_NEVER_SERVED: Final = 501  # The gateway has no such service, and will have none in a minute.

Signer = Callable[[bytes], bytes]
"""Puts the supplier's XML signature on a document. It has to give the same bytes for the same document."""


class SupplierConfig(Struct, frozen=True):
    """Who the supplier is, and whom it believes.

    ``dcc`` is the DCC's identifier as a message target and as Access Control Broker. ``certificate_for``
    finds the XML-signing certificates of the DCC and nobody else's: what they verify, the DCC has said.
    ``check`` is what documents are held to, both ways, besides our own rules: the published schema, say.
    ``key_agreement_certificate`` finds those of Devices that are to be joined (DER; empty where there is
    none).
    """

    eui: Eui
    dcc: Eui
    sign: Signer
    certificate_for: CertificateFor
    check: xml.Check = xml.no_check
    key_agreement_certificate: Callable[[Eui], bytes] = lambda _eui: b""


def xml_signer(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Signer:
    """The signer that a key held in this process makes."""
    issuer_name, serial = issuer_and_serial(certificate)
    return lambda document: sign(document, key, issuer_name, serial)


class Unanswered(DoorstepError):
    """There is no answer to a request, so that it is worth asking again.

    ``unheard`` says that the DCC may have done what was asked: the answer was lost, or cannot be believed.
    """

    def __init__(self, detail: str, *, unheard: bool) -> None:
        super().__init__(detail)
        self.unheard = unheard


class GatewayRefused(DoorstepError):
    """The gateway would not look at the request: asking again will not help."""


def request_of(config: SupplierConfig, record: Record) -> Request:
    """The request that a delivery waits for the answer to: CV 4, or the one that makes the Command.

    All of them have one RequestID, whose counter is the Originator Counter of the Command.
    """
    order, delivery = record.order, record.delivery
    name = RequestId(config.eui, delivery.target, delivery.counter)
    body = element(order.body.name, element("UTRN", delivery.utrn)) if delivery.utrn else order.body
    number = order.route.command_variant(order.critical)
    if not order.critical:
        return service_request(name, number, body)
    to_transform = service_request(name, _TRANSFORM, body)
    if not record.signed:
        return to_transform
    return signed_pre_command(to_transform, number, record.signed)


def return_of(config: SupplierConfig, record: Record) -> Request:
    """The request that hands a record's Response to the DCC as it came."""
    assert record.returning is not None
    delivery = record.delivery
    original = RequestId(config.eui, delivery.target, delivery.counter)
    return local_response(RequestId(config.eui, config.dcc, record.returning), original, delivery.response)


def local_response(name: RequestId, original: RequestId, response: bytes) -> Request:
    """The request ``name`` that returns a Device's Response to a Command of ``original`` (SRV 8.13, CV 8)."""
    body = element(
        "ReturnLocalCommandResponse",
        element("OriginalRequestID", str(original)),
        element("DeviceGBCSResponse", BASE64.render(response)),
    )
    return service_request(name, _NON_DEVICE, body)


def document_of(config: SupplierConfig, request: Request) -> tuple[str, bytes]:
    """The path to post a request to, and the signed document: the same bytes however often it is made.

    Raises :class:`XmlError` where the document is not what the configuration's ``check`` asks for.
    """
    service = command_variant(request.command_variant).service
    assert service is not None
    document = build_request(request)
    config.check(xml.parse(document))
    return service.path, config.sign(document)


def read_answer(config: SupplierConfig, request: RequestId, status: int | None, body: bytes) -> Response:
    """The answer to a request, believed. Raises :class:`Unanswered` or :class:`GatewayRefused`."""
    if status is None:
        raise Unanswered("gateway unreachable", unheard=True)
    if (status >= 500 and status != _NEVER_SERVED) or status in _TRY_AGAIN:
        raise Unanswered(f"gateway unreachable: HTTP {status}", unheard=False)
    if status != 200:
        raise GatewayRefused(f"the gateway answered HTTP {status}")
    try:
        response = believed(config, body)
    except DoorstepError as error:
        raise Unanswered(f"the gateway's answer is not believed: {error}", unheard=True) from None
    if response.request_id != request or not isinstance(response.body, ResponseMessage):
        raise Unanswered("the gateway's answer is to something else", unheard=True)
    return response


def believed(config: SupplierConfig, document: bytes) -> Response:
    """What the DCC says in a document that it signed; or in an unsigned one, if that carries no data.

    Raises :class:`BadSignature`, :class:`NoKey`, :class:`XmlError` or :class:`Unsupported`.
    """
    signed = is_signed(document)
    root = verify(document, config.certificate_for).root if signed else xml.parse(document)
    config.check(root)
    response = parse_response(root)
    if signed:
        return response
    if not isinstance(response.body, ResponseMessage) or response.body.content is not None:
        raise BadSignature("the document carries data and is not signed")
    return response


def explained(code: str) -> str:
    """A Response Code and its meaning, where one is published."""
    meaning = response_code(code).meaning
    return f"{code}: {meaning}" if meaning else f"{code} (its meaning is not published)"
