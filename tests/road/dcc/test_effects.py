"""What a Command that replaces certificates leads to, once the Device has taken them."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha1

from cryptography.hazmat.primitives.serialization import Encoding

from doorstep import gbcs
from doorstep.duis import Request, RequestId, service_request
from doorstep.gbcs import Cra, GroupingHeader, KeyUsage
from doorstep.gbcs.payloads.asn1 import build
from doorstep.gbcs.payloads.asn1.certificate import Certificate
from doorstep.gbcs.payloads.asn1.credentials import (
    AuthorisingRemotePartyControl,
    CredentialsUpdate,
    TrustAnchorCellIdentifier,
    TrustAnchorReplacement,
)
from doorstep.gbcs.payloads.asn1.names import (
    CellUsage,
    CredentialsReplacementMode,
    KeyUsageBits,
    RemotePartyRole,
)
from doorstep.road.dcc.alerts import credentials_updated
from doorstep.road.dcc.effects import effect_of
from tests.duis.bodies.specimens import smallest
from tests.road.dcc.office import ESME, KEYS, SUPPLIER

CELLS = (
    (KeyUsageBits.DIGITAL_SIGNATURE, CellUsage.MANAGEMENT, "DigitalSigning"),
    (KeyUsageBits.KEY_AGREEMENT, CellUsage.MANAGEMENT, "KeyAgreement"),
    (KeyUsageBits.KEY_AGREEMENT, CellUsage.PRE_PAYMENT_TOP_UP, "KeyAgreementTopUp"),
)


def certificate() -> Certificate:
    found = KEYS.certificate(SUPPLIER, KeyUsage.DIGITAL_SIGNATURE)
    assert found is not None
    return Certificate(found.public_bytes(Encoding.DER))


def command(role: int, *, date: datetime | None = None, cells: int = 3) -> gbcs.Message:
    """The supplier's Command CS02b, which gives the meter certificates of a party."""
    replacements = tuple(
        TrustAnchorReplacement(certificate(), TrustAnchorCellIdentifier(role, usage, cell))
        for usage, cell, _word in CELLS[:cells]
    )
    control = AuthorisingRemotePartyControl(
        credentials_replacement_mode=CredentialsReplacementMode.SUPPLIER_BY_SUPPLIER,
        authorising_remote_party_ta_cell_identifier=TrustAnchorCellIdentifier(
            RemotePartyRole.SUPPLIER, KeyUsageBits.DIGITAL_SIGNATURE
        ),
        authorising_remote_party_seq_number=10,
    )
    update = CredentialsUpdate(control, replacements, (), date)
    header = GroupingHeader(Cra.COMMAND, 10, SUPPLIER, ESME, 0x0102)
    return gbcs.build(header, build(0x0102, Cra.COMMAND, update))


def request() -> Request:
    return service_request(RequestId(SUPPLIER, ESME, 10), 4, smallest("UpdateSecurityCredentialsKRP"))


def test_the_user_is_told_which_certificates_the_device_holds_now() -> None:
    effect = effect_of(request(), command(RemotePartyRole.SUPPLIER))
    assert effect is not None
    assert (effect.srv, effect.device, effect.value) == ("6.15.1", ESME, "Supplier")
    assert effect.certificates == tuple((word, bytes(certificate())) for _usage, _cell, word in CELLS)
    alert = credentials_updated(effect.device, effect.value, effect.certificates)
    digest = sha1(certificate(), usedforsecurity=False).digest()
    assert [one.bytes_of("CertificateHash") for one in alert.children_named("Certificates")] == [digest] * 3


def test_a_party_that_the_schema_has_no_word_for_is_not_told_of() -> None:
    assert effect_of(request(), command(RemotePartyRole.WAN_PROVIDER)) is None
    assert effect_of(request(), command(99)) is None


def test_nothing_is_replaced_by_an_update_without_replacements() -> None:
    assert effect_of(request(), command(RemotePartyRole.SUPPLIER, cells=0)) is None


def test_what_is_for_later_is_told_by_the_device_then() -> None:
    assert (
        effect_of(request(), command(RemotePartyRole.SUPPLIER, date=datetime(2027, 1, 1, tzinfo=UTC))) is None
    )
