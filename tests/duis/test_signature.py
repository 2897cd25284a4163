"""The XML signature: the one form that is made and accepted, and everything that is refused."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from doorstep.duis.request import parse_request
from doorstep.duis.signature import is_signed, issuer_and_serial, sign, verify
from doorstep.errors import BadSignature, DoorstepError, EncodeError, NoKey, XmlError
from tests.duis.conftest import Party, certify
from tests.duis.test_request import READ_REGISTERS, written

DS = "http://www.w3.org/2000/09/xmldsig#"
DOCUMENT = written()
# Clients declare what they do not use; so the two canonical forms differ.
UNUSED = DOCUMENT.replace(
    b" schemaVersion", b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" schemaVersion'
)


@pytest.fixture
def signed(party: Party) -> bytes:
    return sign(UNUSED, party.key, party.issuer, party.serial)


def refused(document: bytes, party: Party) -> str:
    """Why a document is not accepted."""
    with pytest.raises(BadSignature) as refusal:
        verify(document, party.certificate_for)
    return str(refusal.value)


def test_what_is_signed_verifies(signed: bytes, party: Party) -> None:
    verified = verify(signed, party.certificate_for)
    assert verified.certificate is party.certificate
    assert parse_request(verified.root) == READ_REGISTERS
    assert etree.tostring(verified.root, method="c14n") == etree.tostring(
        etree.fromstring(UNUSED), method="c14n"
    )


def test_the_same_document_and_key_give_the_same_bytes(signed: bytes, party: Party) -> None:
    assert sign(UNUSED, party.key, party.issuer, party.serial) == signed


def test_the_form_of_a_signature(party: Party) -> None:
    document = sign(DOCUMENT, party.key, party.issuer, party.serial).decode()
    before, signature, after = re.split(r"(<ds:Signature .*</ds:Signature>)", document)
    assert (before + after).encode() == DOCUMENT
    assert after == "</sr:Request>"
    digest = base64.b64encode(
        hashlib.sha256(etree.tostring(etree.fromstring(DOCUMENT), method="c14n")).digest()
    )
    value = re.search("<ds:SignatureValue>([A-Za-z0-9+/]{86}==)</ds:SignatureValue>", signature)
    assert value
    assert signature == (
        f'<ds:Signature xmlns:ds="{DS}">'
        "<ds:SignedInfo>"
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"></ds:SignatureMethod>'
        '<ds:Reference URI="">'
        "<ds:Transforms>"
        '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>'
        "</ds:Transforms>"
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest.decode()}</ds:DigestValue>"
        "</ds:Reference>"
        "</ds:SignedInfo>"
        f"<ds:SignatureValue>{value[1]}</ds:SignatureValue>"
        "<ds:KeyInfo><ds:X509Data><ds:X509IssuerSerial>"
        "<ds:X509IssuerName>CN=Z1,OU=07</ds:X509IssuerName>"
        "<ds:X509SerialNumber>27572613927499351639968579586655397031</ds:X509SerialNumber>"
        "</ds:X509IssuerSerial></ds:X509Data></ds:KeyInfo>"
        "</ds:Signature>"
    )


def test_the_schema_accepts_it(signed: bytes, schema: etree.XMLSchema) -> None:
    assert schema.validate(etree.fromstring(signed)), schema.error_log


def test_the_digest_is_over_inclusive_and_the_value_over_exclusive_canonical_xml(
    signed: bytes, party: Party
) -> None:
    document = etree.fromstring(UNUSED)
    inclusive, exclusive = (
        hashlib.sha256(etree.tostring(document, method="c14n", exclusive=each)).digest()
        for each in (False, True)
    )
    assert inclusive != exclusive
    root = etree.fromstring(signed)
    assert base64.b64decode(root.findtext(f".//{{{DS}}}DigestValue", "")) == inclusive
    value = base64.b64decode(root.findtext(f".//{{{DS}}}SignatureValue", ""))
    der = encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
    signed_info = root.find(f".//{{{DS}}}SignedInfo")
    assert signed_info is not None
    covered = etree.tostring(signed_info, method="c14n", exclusive=True)
    assert covered.startswith(f'<ds:SignedInfo xmlns:ds="{DS}"><ds:Can'.encode())
    party.key.public_key().verify(der, covered, ec.ECDSA(SHA256()))


@pytest.mark.parametrize("document", [DOCUMENT, UNUSED], ids=["plain", "with an unused declaration"])
def test_another_implementation_verifies_it(document: bytes, party: Party) -> None:
    signed = sign(document, party.key, party.issuer, party.serial)
    expected = SignatureConfiguration(
        require_x509=True,
        signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    found = XMLVerifier().verify(signed, x509_cert=party.certificate, expect_config=expected)
    assert isinstance(found, VerifyResult)
    assert found.signed_data == etree.tostring(etree.fromstring(document), method="c14n")
    with pytest.raises(InvalidDigest):
        XMLVerifier().verify(
            signed.replace(b">4<", b">5<"), x509_cert=party.certificate, expect_config=expected
        )


def test_what_another_implementation_signs_verifies(party: Party) -> None:
    key_info = etree.fromstring(
        f'<KeyInfo xmlns="{DS}"><X509Data><X509IssuerSerial><X509IssuerName>{party.issuer}</X509IssuerName>'
        f"<X509SerialNumber>{party.serial}</X509SerialNumber></X509IssuerSerial></X509Data></KeyInfo>"
    )
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    # Its one canonical form serves the digest too, which is the right one where nothing unused is declared.
    signed = signer.sign(
        etree.fromstring(DOCUMENT), key=party.key, key_info=key_info, exclude_c14n_transform_element=True
    )
    verified = verify(etree.tostring(signed), party.certificate_for)
    assert parse_request(verified.root) == READ_REGISTERS


def test_a_digest_over_exclusive_canonical_xml_is_refused(party: Party) -> None:
    signed = sign(DOCUMENT, party.key, party.issuer, party.serial)
    unused = signed.replace(b" schemaVersion", b' xmlns:x="urn:x" schemaVersion')
    assert etree.tostring(etree.fromstring(unused), method="c14n", exclusive=True) == etree.tostring(
        etree.fromstring(signed), method="c14n", exclusive=True
    )
    assert "its digest differs" in refused(unused, party)


def test_a_value_may_be_wrapped_as_java_wraps_it(signed: bytes, party: Party) -> None:
    wrapped = re.sub(b"(<ds:SignatureValue>.{76})", rb"\1&#13;\n", signed)
    assert wrapped != signed
    assert parse_request(verify(wrapped, party.certificate_for).root) == READ_REGISTERS


def test_white_space_and_comments_between_elements_do_not_count(signed: bytes, party: Party) -> None:
    for place in (b"<sr:Header>", b"</sr:Body>", b"<ds:Signature ", b"<ds:Reference ", b"</ds:KeyInfo>"):
        changed = signed.replace(place, b"\n  <!-- a comment -->" + place)
        assert changed != signed
        assert parse_request(verify(changed, party.certificate_for).root) == READ_REGISTERS


def test_white_space_that_the_signer_digested_is_fatal(party: Party) -> None:
    # The reader drops it before it digests, as the real validator does; so must whoever signs.
    pretty = DOCUMENT.replace(b"<sr:Body>", b"\n  <sr:Body>")
    digest = base64.b64encode(
        hashlib.sha256(etree.tostring(etree.fromstring(pretty), method="c14n")).digest()
    )
    signed = sign(pretty, party.key, party.issuer, party.serial)
    assert b"\n" not in signed
    careless = re.sub(b"<ds:DigestValue>[^<]*", b"<ds:DigestValue>" + digest, signed)
    assert "its digest differs" in refused(careless, party)


def accepted(document: bytes, party: Party) -> bool:
    try:
        verify(document, party.certificate_for)
    except DoorstepError:
        return False
    return True


def test_no_bit_of_it_may_change(signed: bytes, party: Party) -> None:
    start = signed.index(b"<sr:Request")  # The XML declaration before it is no part of what a document says.
    survivors = [
        (position, bit)
        for position in range(start, len(signed))
        for bit in (0x01, 0x04, 0x20)
        if accepted(signed[:position] + bytes([signed[position] ^ bit]) + signed[position + 1 :], party)
    ]
    assert survivors == []


def test_every_truncation_is_refused(signed: bytes, party: Party) -> None:
    for end in range(len(signed)):
        with pytest.raises(XmlError):
            verify(signed[:end], party.certificate_for)


SIGNATURE = re.compile(rb"<ds:Signature .*</ds:Signature>")


def test_a_signature_stands_last_in_the_root_and_nowhere_else(signed: bytes, party: Party) -> None:
    signature = SIGNATURE.findall(signed)[0]
    unsigned = signed.replace(signature, b"")
    for place in (b"<sr:Header>", b"<sr:RequestID>", b"<sr:Body>", b"<sr:ReadInstantaneousImportRegisters>"):
        moved = unsigned.replace(place, signature + place)
        assert refused(moved, party) == "the signature is not the last child of the root", place
    nested = unsigned.replace(b"</sr:Body>", signature + b"</sr:Body>")
    assert refused(nested, party) == "the signature is not the last child of the root"
    assert refused(signature, party) == "the signature is not the last child of the root"
    followed = signed.replace(signature, signature + b"<sr:More/>")
    assert refused(followed, party) == "the signature is not the last child of the root"
    with pytest.raises(XmlError, match="text stands beside"):
        verify(signed.replace(signature, signature + b"text"), party.certificate_for)


def test_there_is_one_signature(signed: bytes, party: Party) -> None:
    signature = SIGNATURE.findall(signed)[0]
    assert refused(UNUSED, party) == "one signature is wanted; the document has none"
    assert refused(b"<Signature/>", party) == "one signature is wanted; the document has none"
    twice = signed.replace(signature, signature * 2)
    assert refused(twice, party) == "one signature is wanted; the document has 2"


def test_a_signed_document_cannot_be_wrapped_in_another(signed: bytes, party: Party) -> None:
    signature = SIGNATURE.findall(signed)[0]
    root = signed.partition(b"?>")[2]
    forged, end = DOCUMENT.replace(b"4.1.1", b"4.1.2"), b"</sr:Request>"
    for wrapped in (
        b"<a>" + root + b"</a>",
        forged.replace(end, root + end),
        forged.replace(end, b"<a>" + root + b"</a>" + end),
    ):
        assert refused(wrapped, party) == "the signature is not the last child of the root"
    assert "its digest differs" in refused(forged.replace(end, signature + end), party)
    # The old document kept inside the signature, and the signature taken over by the new one.
    kept = b"<ds:Object>" + root.replace(signature, b"") + b"</ds:Object></ds:Signature>"
    taken_over = forged.replace(end, signature.replace(b"</ds:Signature>", kept) + end)
    assert "Signature holds SignedInfo, SignatureValue, KeyInfo, Object" in refused(taken_over, party)


REFERENCE = rb"<ds:Reference .*</ds:Reference>"
CHANGES = {
    "SignedInfo by inclusive C14N": (rb"2001/10/xml-exc-c14n#", rb"TR/2001/REC-xml-c14n-20010315"),
    "exclusive C14N with comments": (rb"xml-exc-c14n#", rb"xml-exc-c14n#WithComments"),
    "weaker hash in the signature": (rb"ecdsa-sha256", rb"ecdsa-sha1"),
    "HMAC": (rb"2001/04/xmldsig-more#ecdsa-sha256", rb"2000/09/xmldsig#hmac-sha1"),
    "weaker digest": (rb"2001/04/xmlenc#sha256", rb"2000/09/xmldsig#sha1"),
    "another transform": (rb"xmldsig#enveloped-signature", rb"xmldsig#base64"),
    "no algorithm": (rb'<ds:Transform Algorithm="[^"]*"', rb"<ds:Transform"),
    "a part of the document": (rb'URI=""', rb'URI="#part"'),
    "another document": (rb'URI=""', rb'URI="http://127.0.0.1/"'),
    "nothing referred to": (rb' URI=""', rb""),
    "type of the reference": (rb'URI=""', rb'URI="" Type="urn:x"'),
    "identifier": (rb"<ds:SignedInfo>", rb'<ds:SignedInfo Id="a">'),
    "identifier of the signature": (rb"<ds:Signature ", rb'<ds:Signature Id="a" '),
    "prefix list": (
        rb"(<ds:CanonicalizationMethod [^>]*)></ds:CanonicalizationMethod>",
        rb'\1><InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="sr"/>'
        rb"</ds:CanonicalizationMethod>",
    ),
    "an XPath in the transform": (
        rb"(<ds:Transform [^>]*)></ds:Transform>",
        rb"\1><ds:XPath>not(ancestor-or-self::Body)</ds:XPath></ds:Transform>",
    ),
    "an XSLT transform more": (
        rb"</ds:Transforms>",
        rb'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/></ds:Transforms>',
    ),
    "the same transform twice": (rb"(<ds:Transform [^>]*></ds:Transform>)", rb"\1\1"),
    "no transform": (rb"<ds:Transform [^>]*></ds:Transform>", rb""),
    "no transforms": (rb"<ds:Transforms>.*</ds:Transforms>", rb""),
    "two references": (rb"(" + REFERENCE + rb")", rb"\1\1"),
    "no reference": (REFERENCE, rb""),
    "two SignedInfos": (rb"(<ds:SignedInfo>.*</ds:SignedInfo>)", rb"\1\1"),
    "no SignedInfo": (rb"<ds:SignedInfo>.*</ds:SignedInfo>", rb""),
    "an empty signature": (rb"(<ds:Signature [^>]*>).*</ds:Signature>", rb"\1</ds:Signature>"),
    "two values": (rb"(<ds:SignatureValue>.*</ds:SignatureValue>)", rb"\1\1"),
    "a value with an attribute": (rb"<ds:SignatureValue>", rb'<ds:SignatureValue Id="a">'),
    "no digest": (rb"<ds:DigestValue>.*</ds:DigestValue>", rb""),
    "a digest of elements": (rb"(<ds:DigestValue>)[^<]*", rb"\1<ds:a/>"),
    "no key info": (rb"<ds:KeyInfo>.*</ds:KeyInfo>", rb""),
    "a certificate of its own": (rb"<ds:X509Data>", rb"<ds:X509Data><ds:X509Certificate/>"),
    "another key info": (rb"<ds:X509Data>.*</ds:X509Data>", rb"<ds:KeyName>me</ds:KeyName>"),
    "an object": (rb"</ds:KeyInfo>", rb"</ds:KeyInfo><ds:Object/>"),
    "text among attributes": (rb"(<ds:DigestMethod [^>]*>)", rb"\1text"),
}


@pytest.mark.parametrize(("pattern", "replacement"), CHANGES.values(), ids=CHANGES)
def test_there_is_one_form(signed: bytes, party: Party, pattern: bytes, replacement: bytes) -> None:
    changed = re.sub(pattern, replacement, signed)
    assert changed != signed
    reason = refused(changed, party)
    assert "Signature" in reason
    assert re.search("holds|has attributes", reason), reason


def test_a_signature_has_one_prefix_whichever_it_is(signed: bytes, party: Party) -> None:
    """The value is over SignedInfo with its prefix, so another prefix makes another signature."""
    for there, here in ((b"ds:", b"other:"), (b"ds:", b"")):
        renamed = signed.replace(b"xmlns:ds=", b"xmlns:other=" if here else b"xmlns=").replace(there, here)
        assert "not made with the certificate's key" in refused(renamed, party)
    mixed = signed.replace(b"<ds:KeyInfo>", b'<x:KeyInfo xmlns:x="%s">' % DS.encode())
    mixed = mixed.replace(b"</ds:KeyInfo>", b"</x:KeyInfo>")
    assert refused(mixed, party) == "Signature holds more than one prefix of its namespace"


def test_the_reason_names_the_place(signed: bytes, party: Party) -> None:
    assert refused(signed.replace(b'URI=""', b'URI="a"'), party) == (
        "Signature/SignedInfo/Reference has attributes (('URI', 'a'),); it has to have (('URI', ''),)"
    )
    assert refused(signed.replace(b"</ds:KeyInfo>", b"</ds:KeyInfo><ds:Object/>"), party) == (
        "Signature holds SignedInfo, SignatureValue, KeyInfo, Object; "
        "it has to hold SignedInfo, SignatureValue, KeyInfo"
    )


def with_value(signed: bytes, value: bytes) -> bytes:
    return re.sub(b"<ds:SignatureValue>[^<]*", b"<ds:SignatureValue>" + base64.b64encode(value), signed)


def test_values_that_are_not_r_and_s(signed: bytes, party: Party) -> None:
    value = base64.b64decode(re.findall(b"<ds:SignatureValue>([^<]*)", signed)[0])
    r, s = (int.from_bytes(part, "big") for part in (value[:32], value[32:]))
    assert accepted(with_value(signed, value), party)
    assert "bytes; r and s have 32 each" in refused(with_value(signed, encode_dss_signature(r, s)), party)
    assert "bytes; r and s have 32 each" in refused(with_value(signed, b""), party)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for wrong in ((0, 0), (0, s), (r, 0), (s, r), (order, s), (r, order), (2**256 - 1, 2**256 - 1)):
        made = b"".join(part.to_bytes(32, "big") for part in wrong)
        assert "not made with the certificate's key" in refused(with_value(signed, made), party)


@pytest.mark.parametrize(
    ("pattern", "text", "reason"),
    [
        (b"SignatureValue", b"!", "SignatureValue: '!' is not base64"),
        (b"DigestValue", b"!", "DigestValue: '!' is not base64"),
        (b"DigestValue", b"", "its digest differs"),
        (b"X509SerialNumber", b"", "X509SerialNumber: '' is not a decimal number"),
        (b"X509SerialNumber", b"0x14BE", "X509SerialNumber: '0x14BE' is not a decimal number"),
        (b"X509SerialNumber", b"-1", "X509SerialNumber: -1 is not from 0 to"),
        (b"X509SerialNumber", b"9" * 5000, "is not a decimal number"),
    ],
)
def test_values_that_do_not_read(
    signed: bytes, party: Party, pattern: bytes, text: bytes, reason: str
) -> None:
    changed = re.sub(b"<ds:" + pattern + b">[^<]*", b"<ds:" + pattern + b">" + text, signed)
    assert reason in refused(changed, party)


def test_the_signer_is_looked_up_by_issuer_and_serial(signed: bytes, party: Party) -> None:
    asked: list[tuple[str, int]] = []

    def nobody(issuer: str, serial: int) -> None:
        asked.append((issuer, serial))

    with pytest.raises(NoKey, match="no certificate of issuer 'CN=Z1,OU=07' with serial number 2757"):
        verify(signed, nobody)
    assert asked == [("CN=Z1,OU=07", 27572613927499351639968579586655397031)]
    assert asked == [issuer_and_serial(party.certificate)]


def test_another_partys_key_does_not_do(signed: bytes) -> None:
    other = certify(ec.derive_private_key(0x07E4, ec.SECP256R1()))
    with pytest.raises(BadSignature, match="not made with the certificate's key"):
        verify(signed, lambda issuer, serial: other)


def test_another_curve_does_not_do(signed: bytes, party: Party) -> None:
    key = ec.derive_private_key(0x5EED, ec.SECP384R1())
    with pytest.raises(BadSignature, match="not on P-256"):
        verify(signed, lambda issuer, serial: certify(key))
    with pytest.raises(EncodeError, match="the key is on secp384r1"):
        sign(DOCUMENT, key, party.issuer, party.serial)


def test_a_document_is_signed_once(signed: bytes, party: Party) -> None:
    with pytest.raises(EncodeError, match="the document has one already"):
        sign(signed, party.key, party.issuer, party.serial)


def test_what_a_name_cannot_hold(party: Party) -> None:
    with pytest.raises(EncodeError):
        sign(DOCUMENT, party.key, "CN=\x00", party.serial)


def test_whether_there_is_one(signed: bytes) -> None:
    assert is_signed(signed)
    assert not is_signed(DOCUMENT)
    with pytest.raises(XmlError):
        is_signed(b"")


def test_a_placeholder_is_read_past_but_never_verified(requests: dict[str, bytes], party: Party) -> None:
    document = requests["ECS43_7.2_SUCCESS_REQUEST_DUIS.XML"]
    assert parse_request(document).service_reference_variant == "7.2"
    assert is_signed(document)
    with pytest.raises(BadSignature, match="its digest differs"):
        verify(document, lambda issuer, serial: party.certificate)


def test_hostile_xml_is_refused_before_any_signature_is_looked_at(signed: bytes, party: Party) -> None:
    root = signed.partition(b"?>")[2]
    for hostile in (
        b"<!DOCTYPE a>" + root,
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + root,
        root + b" " * (1 << 20),
        b"<a>" * 40 + root + b"</a>" * 40,
    ):
        with pytest.raises(XmlError):
            verify(hostile, party.certificate_for)
    relative = signed.replace(b" schemaVersion", b' xmlns:x="here" schemaVersion')
    with pytest.raises(XmlError, match="no canonical form"):
        verify(relative, party.certificate_for)


def test_a_serial_number_of_20_bytes_is_found_again(party: Party) -> None:
    longest = (1 << 160) - 1
    document = sign(UNUSED, party.key, party.issuer, longest)
    asked: list[tuple[str, int]] = []

    def certificate_for(issuer: str, serial: int) -> x509.Certificate:
        asked.append((issuer, serial))
        return party.certificate

    verify(document, certificate_for)
    assert asked == [(party.issuer, longest)]
