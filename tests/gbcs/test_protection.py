"""MAC, signature and encryption: whose keys, what must not pass, and every reference message."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from doorstep import gbcs
from doorstep.errors import BadMac, BadSignature, DecodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader, Verdict
from doorstep.gbcs.encrypted import encrypted_items, protected
from doorstep.gbcs.keys import MAX_SECRETS, Holding, KeyRing, KeyUsage, MemoryKeyStore, Role
from doorstep.gbcs.message import Form, Message
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessResponse, AccessResult, Action, invoke_id
from doorstep.gbcs.protection import (
    authenticate,
    carried,
    check_mac,
    check_signature,
    demanded,
    mac_parties,
    protect,
)
from doorstep.gbcs.usecases import Protection
from doorstep.service.keystore import FolderKeyStore
from tests.gbcs import parties
from tests.gbcs.parties import ESME
from tests.gbcs.vectors import BROKER, COMMAND_18_4, DEVICE, SUPPLIER, keys_18_4
from tests.reference import hex_file, manifest, shared

NOTHING = Protection(0)
MAC, SIGNATURE = Protection.MAC, Protection.SIGNATURE
BOTH = MAC | SIGNATURE

PRE_COMMAND = COMMAND_18_4[14:-77]
SIGNED = COMMAND_18_4[14:-12]


# -- the published vector ----------------------------------------------------------------------------


def test_vector_verifies() -> None:
    proof = gbcs.verify(gbcs.decode(COMMAND_18_4), KeyRing(keys_18_4()))
    assert (proof.mac, proof.signature) == (Verdict.VERIFIED, Verdict.VERIFIED)
    check_mac(gbcs.decode(COMMAND_18_4), KeyRing(keys_18_4()), BROKER)
    check_signature(gbcs.decode(COMMAND_18_4), KeyRing(keys_18_4()))


def test_vector_mac_is_reproduced() -> None:
    assert bytes(gbcs.seal(gbcs.decode(SIGNED), KeyRing(keys_18_4()), author=BROKER)) == COMMAND_18_4


def test_our_signature_of_the_vector_verifies_and_is_the_same_each_time() -> None:
    keys = KeyRing(keys_18_4())
    pre_command = gbcs.decode(PRE_COMMAND)
    assert pre_command.form is Form.UNSIGNED
    signed = gbcs.sign(pre_command, keys)
    assert gbcs.verify(signed, keys).signature is Verdict.VERIFIED
    assert gbcs.sign(pre_command, KeyRing(keys_18_4())) == signed


def test_signing_drops_the_empty_signature_of_dcc_boxed_and_a_mac_that_would_not_hold() -> None:
    keys = KeyRing(keys_18_4())
    signed = gbcs.sign(gbcs.decode(PRE_COMMAND), keys)
    assert gbcs.sign(gbcs.decode(PRE_COMMAND + b"\x00"), keys) == signed
    assert gbcs.sign(gbcs.decode(COMMAND_18_4), keys) == signed
    assert bytes(signed)[:-64] == SIGNED[:-64]


@pytest.mark.parametrize("offset", range(len(COMMAND_18_4)))
def test_every_altered_byte_is_noticed(offset: int) -> None:
    altered = bytearray(COMMAND_18_4)
    altered[offset] ^= 0x01
    try:
        message = gbcs.decode(bytes(altered))
    except DecodeError:
        return
    if message.header.business_target_id != DEVICE:
        # Nobody's key: the Device that is named has other keys, and here none.
        assert gbcs.judge(message, KeyRing(keys_18_4())).mac is Verdict.NO_KEY
        return
    with pytest.raises((BadMac, BadSignature)):
        gbcs.verify(message, KeyRing(keys_18_4()))


def test_what_no_key_is_held_for_is_said_and_not_passed() -> None:
    nobody = KeyRing(MemoryKeyStore())
    message = gbcs.decode(COMMAND_18_4)
    proof = gbcs.verify(message, nobody)
    assert (proof.mac, proof.signature) == (Verdict.NO_KEY, Verdict.NO_KEY)
    for refused in (gbcs.sign, gbcs.seal, check_mac, check_signature):
        with pytest.raises(NoKey, match=str(SUPPLIER)):
            refused(message, nobody)


def test_a_pre_command_has_nothing_to_verify() -> None:
    pre_command, keys = gbcs.decode(PRE_COMMAND), KeyRing(keys_18_4())
    proof = gbcs.verify(pre_command, keys)
    assert (proof.mac, proof.signature) == (Verdict.ABSENT, Verdict.ABSENT)
    with pytest.raises(BadMac):
        check_mac(pre_command, keys, BROKER)
    with pytest.raises(BadSignature):
        check_signature(pre_command, keys)


# -- whose keys --------------------------------------------------------------------------------------


def reading(cra: Cra, code: int = 0x0027) -> Message:
    """A message of a use case in clear (ECS17b unless another is asked for), either way."""
    ends = (parties.SUPPLIER, ESME) if cra is Cra.COMMAND else (ESME, parties.SUPPLIER)
    header = GroupingHeader(cra, 1000, *ends, code)
    return gbcs.build(header, AccessResponse(invoke_id(1000), (AccessResult(Action.GET, 0),)))


def test_a_command_has_the_mac_of_the_broker_and_a_response_that_of_the_device() -> None:
    everybody = KeyRing(parties.everybody())
    command, response = reading(Cra.COMMAND), reading(Cra.RESPONSE)
    assert mac_parties(command, everybody) == ((parties.BROKER, ESME),)
    assert mac_parties(response, everybody) == ((ESME, parties.SUPPLIER),)
    assert mac_parties(reading(Cra.ALERT), everybody) == ((ESME, parties.SUPPLIER),)


def test_what_a_ppmid_says_to_a_gas_meter_has_its_own_mac() -> None:
    keys = KeyRing(parties.everybody())
    selection = reading(Cra.COMMAND, 0x0090)  # PCS02
    assert mac_parties(selection, keys) == ((parties.SUPPLIER, ESME),)
    assert gbcs.verify(gbcs.seal(selection, keys), keys).mac is Verdict.VERIFIED


def test_a_command_with_the_mac_of_its_user_is_refused() -> None:
    """A User shares a secret with the Device too; only the broker's makes a Command."""
    forged = gbcs.seal(reading(Cra.COMMAND), parties.ring(parties.SUPPLIER))
    with pytest.raises(BadMac):
        gbcs.verify(forged, parties.ring(ESME))
    with pytest.raises(BadMac):
        check_mac(forged, parties.ring(ESME), parties.BROKER)
    check_mac(forged, parties.ring(ESME))  # ... by the supplier it does hold


def test_both_ends_of_a_mac_verify_it_and_nobody_else_can() -> None:
    sealed = gbcs.seal(reading(Cra.RESPONSE), parties.ring(ESME))
    assert gbcs.verify(sealed, parties.ring(parties.SUPPLIER)).mac is Verdict.VERIFIED
    assert gbcs.verify(sealed, parties.ring(ESME)).mac is Verdict.VERIFIED
    assert gbcs.verify(sealed, parties.ring(parties.BROKER)).mac is Verdict.NO_KEY


def test_with_several_brokers_the_mac_of_any_holds() -> None:
    second = Eui.parse("90-B3-D5-1F-30-00-00-07")
    private = {
        (eui, KeyUsage.KEY_AGREEMENT): parties.private_key(eui, KeyUsage.KEY_AGREEMENT)
        for eui in (parties.BROKER, second, ESME)
    }
    roles = dict.fromkeys((parties.BROKER, second), Role.ACCESS_CONTROL_BROKER)
    keys = KeyRing(MemoryKeyStore(private, roles=roles))
    for author in (parties.BROKER, second):
        command = gbcs.seal(reading(Cra.COMMAND), keys, author)
        assert gbcs.verify(command, keys).mac is Verdict.VERIFIED
    with pytest.raises(BadMac):
        gbcs.verify(gbcs.seal(reading(Cra.COMMAND), keys, ESME), keys)


# -- which protections -------------------------------------------------------------------------------

# gbcs-messages.md section 6, by hand: Message Code, then Command, Response and Alert.
SECTION_6 = [
    pytest.param(0x00B3, (BOTH,), (SIGNATURE,), (), id="SME.C.C: ECS04b"),
    pytest.param(0x0027, (MAC,), (MAC,), (), id="SME.C.NC: ECS17b"),
    pytest.param(0x009B, (MAC,), (MAC,), (), id="PCS01"),
    pytest.param(0x0090, (MAC,), (MAC,), (), id="PCS02"),
    pytest.param(0x0008, (MAC, SIGNATURE), (MAC, SIGNATURE), (), id="CS02a"),
    pytest.param(0x011B, (MAC, SIGNATURE), (MAC, SIGNATURE), (), id="CS02f"),
    pytest.param(0x0102, (BOTH,), (SIGNATURE,), (), id="CS02b supplierBySupplier"),
    pytest.param(0x0104, (MAC,), (SIGNATURE,), (), id="CS02b accessControlBrokerByACB"),
    pytest.param(0x0108, (SIGNATURE,), (SIGNATURE,), (), id="CS02b anyExceptAbnormalRootByRecovery"),
    pytest.param(0x0109, (SIGNATURE,), (SIGNATURE,), (), id="CS02b anyByContingency"),
    pytest.param(0x000C, (BOTH,), (SIGNATURE,), (), id="CS02e"),
    pytest.param(0x00AB, (BOTH,), (SIGNATURE,), (), id="CS03A2"),
    pytest.param(0x00AF, (BOTH,), (SIGNATURE,), (), id="CS03C"),
    pytest.param(0x000F, (BOTH,), (SIGNATURE,), (), id="CS04AC"),
    pytest.param(0x0129, (MAC,), (MAC,), (), id="CS08"),
    pytest.param(0x012B, (), (), (SIGNATURE,), id="CS09"),
    pytest.param(0x1000, (), (), (SIGNATURE,), id="generic critical alert"),
    pytest.param(0x1001, (), (), (MAC,), id="generic non-critical alert"),
    pytest.param(0x00CA, (), (), (SIGNATURE,), id="future dated firmware activation"),
    pytest.param(0x00CB, (), (), (SIGNATURE,), id="future dated credentials"),
    pytest.param(0x00CC, (), (), (SIGNATURE,), id="future dated instruction, DLMS"),
    pytest.param(0x00CD, (), (), (SIGNATURE,), id="future dated instruction, GBZ"),
    pytest.param(0x00CE, (), (), (SIGNATURE,), id="firmware receipt, ESME"),
    pytest.param(0x00CF, (), (), (SIGNATURE,), id="firmware receipt, GSME"),
    pytest.param(0x0061, (), (), (SIGNATURE,), id="ECS68"),
    pytest.param(0x008B, (), (), (SIGNATURE,), id="GCS53"),
    pytest.param(0x0067, (), (), (SIGNATURE,), id="ECS80"),
    pytest.param(0x0128, (), (), (SIGNATURE,), id="CCS08"),
    pytest.param(0x0018, (), (), (MAC,), id="CS14"),
    pytest.param(0x00B2, (), (), (MAC,), id="GCS62"),
    pytest.param(0x0110, (), (), (MAC,), id="DBCH06"),
    pytest.param(0x0115, (), (), (MAC,), id="DBCH11"),
    pytest.param(0x00F0, (), (), (MAC,), id="integrity issue, ESME"),
    pytest.param(0x00F2, (), (), (MAC,), id="integrity issue, GSME"),
    pytest.param(0xFFFF, (), (), (), id="a code that no row knows"),
]


@pytest.mark.parametrize(("code", "command", "response", "alert"), SECTION_6)
def test_what_section_6_demands(
    code: int,
    command: tuple[Protection, ...],
    response: tuple[Protection, ...],
    alert: tuple[Protection, ...],
) -> None:
    assert [demanded(reading(cra, code)) for cra in Cra] == [command, response, alert]


@pytest.mark.parametrize(
    ("protection", "form"),
    [(NOTHING, Form.UNSIGNED), (MAC, Form.MACED), (SIGNATURE, Form.SIGNED), (BOTH, Form.MACED)],
)
def test_a_message_is_protected_as_asked_and_no_more(protection: Protection, form: Form) -> None:
    keys = KeyRing(parties.everybody())
    message = protect(reading(Cra.RESPONSE), protection, keys)
    assert (carried(message), message.form) == (protection, form)
    proof = gbcs.verify(gbcs.decode(bytes(message)), keys)
    assert proof.meets(protection)
    assert proof.meets(BOTH) is (protection is BOTH)


def test_a_command_is_protected_by_its_user_and_the_broker() -> None:
    keys = parties.ring(parties.SUPPLIER, parties.BROKER)
    command = protect(reading(Cra.COMMAND), BOTH, keys, author=parties.BROKER)
    assert gbcs.verify(command, parties.ring(ESME)).meets(BOTH)


@pytest.mark.parametrize("mac", Verdict)
def test_an_unchecked_mac_passes_only_where_the_caller_says_so(mac: Verdict) -> None:
    proof = gbcs.Proof(mac, Verdict.ABSENT)
    assert proof.meets(MAC) is (mac is Verdict.VERIFIED)
    assert proof.meets(MAC, unchecked_mac=True) is (mac in (Verdict.VERIFIED, Verdict.NO_KEY))
    assert not proof.meets(BOTH, unchecked_mac=True)


# -- encrypted items ---------------------------------------------------------------------------------


def hiding(spoil: int = 0) -> Message:
    """A Response with a MAC that holds and one encrypted item; ``spoil`` is mixed into its last byte."""
    bare = reading(Cra.RESPONSE)
    secret = parties.ring(ESME).shared_secret(ESME, parties.SUPPLIER)
    assert secret is not None
    parameters, octets = protected(Data(Tag.UNSIGNED, 42), bare.header, secret)
    assert isinstance(octets.value, bytes)
    octets = Data(Tag.OCTET_STRING, octets.value[:-1] + bytes([octets.value[-1] ^ spoil]))
    result = AccessResult(Action.ACTION, 0, Data(Tag.STRUCTURE, (parameters, octets)))
    message = gbcs.build(bare.header, AccessResponse(invoke_id(1000), (result,)))
    return gbcs.seal(message, parties.ring(ESME))


def test_encrypted_items_are_counted_and_opened_by_their_user_alone() -> None:
    message = hiding()
    user, broker = parties.ring(parties.SUPPLIER), parties.ring(parties.BROKER)
    assert gbcs.verify(message, user) == gbcs.Proof(Verdict.VERIFIED, Verdict.ABSENT, 1, 1)
    assert gbcs.judge(message, user) == gbcs.verify(message, user)
    assert authenticate(message, user) == gbcs.Proof(Verdict.VERIFIED, Verdict.ABSENT, 1, 0)
    assert gbcs.verify(message, broker) == gbcs.Proof(Verdict.NO_KEY, Verdict.ABSENT, 1, 0)


def test_a_tag_that_does_not_hold_fails_the_message_though_its_mac_holds() -> None:
    message, user = hiding(spoil=1), parties.ring(parties.SUPPLIER)
    with pytest.raises(BadMac, match="encrypted item"):
        gbcs.verify(message, user)
    assert gbcs.judge(message, user) == gbcs.Proof(Verdict.FAILED, Verdict.ABSENT, 1, 0)
    assert authenticate(message, user).mac is Verdict.VERIFIED


# -- what a party holds ------------------------------------------------------------------------------


def test_a_holding_keeps_others_private_keys_out() -> None:
    broker = Holding(keys_18_4(), BROKER)
    assert broker.private_key(BROKER, KeyUsage.KEY_AGREEMENT) is not None
    assert broker.private_key(SUPPLIER, KeyUsage.DIGITAL_SIGNATURE) is None
    assert broker.public_key(SUPPLIER, KeyUsage.DIGITAL_SIGNATURE) is not None
    assert broker.parties(Role.ACCESS_CONTROL_BROKER) == (BROKER,)


def test_secrets_are_remembered_within_a_bound() -> None:
    private = ec.derive_private_key(7, ec.SECP256R1())
    public = ec.derive_private_key(9, ec.SECP256R1()).public_key()

    class Endless(MemoryKeyStore):
        def public_key(self, eui: Eui, usage: KeyUsage) -> ec.EllipticCurvePublicKey | None:
            return public

        def private_key(self, eui: Eui, usage: KeyUsage) -> ec.EllipticCurvePrivateKey | None:
            return private if eui == BROKER else None

    ring = KeyRing(Endless())
    for number in range(MAX_SECRETS + 10):
        assert ring.shared_secret(BROKER, Eui(number.to_bytes(8, "big"))) is not None
    assert len(ring._secrets) == MAX_SECRETS


def test_the_secret_with_a_public_key_that_came_in_a_message() -> None:
    public = parties.private_key(ESME, KeyUsage.KEY_AGREEMENT).public_key()
    supplier = parties.ring(parties.SUPPLIER)
    assert supplier.agree(parties.SUPPLIER, public) == supplier.shared_secret(parties.SUPPLIER, ESME)
    with pytest.raises(NoKey, match=str(ESME)):
        supplier.agree(ESME, public)


# -- the reference set -------------------------------------------------------------------------------


@cache
def reference_keys() -> KeyRing:
    return KeyRing(FolderKeyStore(shared("rtds/keystore"), test_pki=True))


def reference() -> list[tuple[dict[str, str], Message]]:
    """Every reference message, with its row."""
    return [(row, gbcs.decode(hex_file(shared("rtds") / row["path"]))) for row in manifest()]


_SAID = {"yes": Verdict.VERIFIED, "n/a": Verdict.ABSENT, "no-key": Verdict.NO_KEY}


def test_reference_messages_prove_what_the_manifest_says() -> None:
    proved = 0
    for row, message in reference():
        expected = gbcs.Proof(
            _SAID[row["mac_verified"]],
            _SAID[row["signature_verified"]],
            int(row["encrypted_blobs"]),
            int(row["encrypted_blobs"]) if row["decrypted"] == "yes" else 0,
        )
        assert gbcs.verify(message, reference_keys()) == expected, row["path"]
        assert gbcs.judge(message, reference_keys()) == expected, row["path"]
        proved += expected.decrypted
    assert proved == sum(int(row["encrypted_blobs"]) for row in manifest()) > 0


def test_reference_messages_carry_what_their_use_cases_demand() -> None:
    for row, message in reference():
        expected = (NOTHING,) if row["kind"] == "PRECOMMAND" else demanded(message)
        assert carried(message) in expected, row["path"]


def test_reference_macs_are_reproduced() -> None:
    for row, message in reference():
        if row["mac_verified"] != "yes":
            continue
        bare = gbcs.build(message.header, message.payload, signature=message.signature)
        (author, recipient) = mac_parties(message, reference_keys())[0]
        assert recipient == message.header.business_target_id
        sealed = gbcs.seal(bare, reference_keys(), author)
        assert bytes(sealed) == bytes(message), row["path"]
        assert len(mac_parties(message, reference_keys())) == 1


def test_reference_pre_commands_become_their_commands() -> None:
    """Built from header and payload, signed and sealed: all is the same but for signature and MAC."""
    commands = {row["path"]: message for row, message in reference() if row["kind"] == "COMMAND"}
    pairs = [
        (row["path"], message, commands[row["path"].replace("PRECOMMAND", "COMMAND")])
        for row, message in reference()
        if row["kind"] == "PRECOMMAND"
    ]
    for path, pre_command, command in pairs:
        built = gbcs.build(command.header, command.payload)
        assert bytes(built) == bytes(pre_command) == command.grouped, path
        ours = gbcs.sign(built, reference_keys())
        author = mac_parties(command, reference_keys())[0][0]
        if command.mac:
            ours = gbcs.seal(ours, reference_keys(), author)
        assert len(bytes(ours)) == len(bytes(command)), path
        assert gbcs.verify(ours, reference_keys()) == gbcs.verify(command, reference_keys()), path
        theirs = gbcs.build(command.header, command.payload, signature=command.signature, mac=command.mac)
        assert bytes(theirs) == bytes(command), path
    assert pairs


def test_altered_tags_of_reference_items_are_noticed() -> None:
    """The MAC is made anew over the change, so that nothing but the item's own tag can tell."""
    for row, message in reference():
        if row["decrypted"] != "yes" or not message.mac:
            continue
        altered = gbcs.decode(bytes(message).replace(encrypted_items(message)[-1].tag, bytes(12)))
        resealed = gbcs.seal(altered, reference_keys())
        assert authenticate(resealed, reference_keys()).mac is Verdict.VERIFIED, row["path"]
        with pytest.raises(BadMac, match="encrypted item"):
            gbcs.verify(resealed, reference_keys())
