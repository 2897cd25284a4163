"""Who takes part in the tests of the supplier: keys for everybody, a DCC that plays by a script, a meter."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from doorstep import duis, gbcs
from doorstep.duis.response import Content
from doorstep.duis.transform import Known, signed_form, transform
from doorstep.eui import Eui
from doorstep.gbcs import KeyUsage, MemoryKeyStore, Role
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse, AccessResult
from doorstep.road.supplier.gateway import SupplierConfig, xml_signer

SUPPLIER = Eui.parse("90-B3-D5-1F-30-01-00-00")
DCC = Eui.parse("90-B3-D5-1F-30-00-00-02")
METER = Eui.parse("00-DB-12-34-56-78-90-A0")
METER_2 = Eui.parse("00-DB-12-34-56-78-90-B0")
PPMID = Eui.parse("00-DB-12-34-56-78-90-A4")
STRANGER = Eui.parse("00-DB-12-34-56-78-90-FF")

NOW = 1_764_000_000_000
DS, KA, PP_KA = KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT, KeyUsage.PREPAYMENT_TOP_UP


@cache
def key(eui: Eui, usage: KeyUsage) -> ec.EllipticCurvePrivateKey:
    """The key of a party, the same in every run."""
    secret = int.from_bytes(eui, "big") * 10 + list(KeyUsage).index(usage) + 1
    return ec.derive_private_key(secret, ec.SECP256R1())


def ring(owner: Eui, *usages: KeyUsage) -> gbcs.KeyRing:
    """The keys that a party holds: its own private ones, and everybody's public ones."""
    everybody = (SUPPLIER, DCC, METER, METER_2, STRANGER)
    return gbcs.KeyRing(
        MemoryKeyStore(
            private={(owner, usage): key(owner, usage) for usage in usages},
            public={(eui, usage): key(eui, usage).public_key() for eui in everybody for usage in (DS, KA)},
            roles={DCC: Role.ACCESS_CONTROL_BROKER},
        )
    )


@cache
def xml_certificate(eui: Eui, role: str) -> x509.Certificate:
    owner = key(eui, KeyUsage.XML_SIGNATURE)
    unit, common = NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.COMMON_NAME
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(unit, role)]))
        .issuer_name(x509.Name([x509.NameAttribute(unit, "07"), x509.NameAttribute(common, "Z1")]))
        .public_key(owner.public_key())
        .serial_number(int.from_bytes(eui, "big"))
        .not_valid_before(datetime(2016, 1, 1))
        .not_valid_after(datetime(2116, 1, 1))
        .sign(owner, SHA256())
    )


def _dcc_certificate(_issuer: str, serial: int) -> x509.Certificate | None:
    certificate = xml_certificate(DCC, "89")
    return certificate if serial == certificate.serial_number else None


CONFIG = SupplierConfig(
    eui=SUPPLIER,
    dcc=DCC,
    sign=xml_signer(key(SUPPLIER, KeyUsage.XML_SIGNATURE), xml_certificate(SUPPLIER, "87")),
    certificate_for=_dcc_certificate,
)
KEYS = ring(SUPPLIER, DS, KA, PP_KA)

dcc_signs = xml_signer(key(DCC, KeyUsage.XML_SIGNATURE), xml_certificate(DCC, "89"))
stranger_signs = xml_signer(key(STRANGER, KeyUsage.XML_SIGNATURE), xml_certificate(STRANGER, "89"))


# -- the DCC ------------------------------------------------------------------------------------------------


def request_in(document: bytes) -> duis.Request:
    """The request in a document that the supplier posted; its signature must hold."""
    certificate = xml_certificate(SUPPLIER, "87")
    return duis.parse_request(duis.verify(document, lambda _issuer, _serial: certificate).root)


def says(
    request: duis.Request,
    code: str = "I0",
    content: Content | None = None,
    *,
    signed: bool = True,
) -> bytes:
    """A Response of the DCC to a request."""
    document = duis.build_response(
        duis.Response(
            code=code,
            response_date_time=NOW,
            request_id=request.request_id,
            body=duis.ResponseMessage(request.service_reference, request.service_reference_variant, content),
        )
    )
    return dcc_signs(document) if signed else document


def pre_command_of(request: duis.Request) -> bytes:
    return bytes(transform(request, Known(DCC)))


def command_of(request: duis.Request) -> bytes:
    """The whole Command that a request asks for, with the Access Control Broker's MAC."""
    payload = request.gbcs_payload
    message = transform(request, Known(DCC)) if payload is None else signed_form(payload)
    return bytes(gbcs.seal(message, ring(DCC, KA), author=DCC))


def answer_to(request: duis.Request) -> bytes:
    """What a DCC that finds nothing wrong answers at once, by Command Variant."""
    content: dict[int, Content | None] = {1: None, 5: None, 8: None, 3: None, 7: None}
    number = request.command_variant
    if number == 4:
        return says(request, "I0", duis.PreCommand("4.2", pre_command_of(request)))
    if number in content:
        return says(request, "I99")
    return says(request, "I0", duis.LocalCommand(command_of(request)))


def comes_to(request: duis.Request) -> bytes:
    """What the DCC pushes once it lets a request go on that it kept back."""
    content: Content
    if request.command_variant == 4:
        content = duis.PreCommand("4.2", pre_command_of(request))
    else:
        content = duis.LocalCommand(command_of(request))
    return says(request, "I0", content)


def alert_of(
    counter: int, reference: int | str = 7, originator: Eui = SUPPLIER, target: Eui = METER
) -> bytes:
    """The DCC Alert on a request that is over a threshold of the User's own."""
    breach = duis.element(
        "ADUserThresholdBreach",
        duis.element("RequestID", f"{originator}:{target}:{counter}"),
        duis.element("QuarantineEventRef", str(reference)),
    )
    body = duis.DccAlert("AD1", duis.element("QuarantinedRequest", breach))
    return dcc_signs(duis.build_response(duis.Response(code="I0", response_date_time=NOW, body=body)))


# -- the meter ----------------------------------------------------------------------------------------------


def response_to(command: bytes, *results: int, by: Eui = METER) -> bytes:
    """The authenticated Response of a meter: one result code an item, success where none is given.

    A Response to a critical Command is signed by the meter; any other has a MAC for the supplier.
    """
    asked = gbcs.decode(command)
    assert isinstance(asked.payload, AccessRequest)
    codes = [*results, *([0] * len(asked.payload.components))]
    payload = AccessResponse(
        asked.payload.invoke_id,
        tuple(
            AccessResult(component.action, code)
            for component, code in zip(asked.payload.components, codes, strict=False)
        ),
    )
    header = msgspec.structs.replace(
        asked.header,
        cra=gbcs.Cra.RESPONSE,
        business_originator_id=by,
        business_target_id=asked.header.business_originator_id,
    )
    message = gbcs.build(header, payload)
    keys = ring(by, DS, KA)
    return bytes(gbcs.sign(message, keys) if asked.signature else gbcs.seal(message, keys))
