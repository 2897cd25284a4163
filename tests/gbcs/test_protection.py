"""MAC, signature and encryption: the published vector, and what must not pass."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import BadMac, BadSignature, DecodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.keys import MAX_SECRETS, Holding, KeyRing, KeyUsage, MemoryKeyStore, Role
from doorstep.gbcs.protection import Verdict, derive_key, gmac
from tests.gbcs.vectors import BROKER, COMMAND_18_4, DEVICE, SUPPLIER, keys_18_4


def test_vector_verifies() -> None:
    proof = gbcs.verify(gbcs.decode(COMMAND_18_4), KeyRing(keys_18_4()))
    assert (proof.mac, proof.signature) == (Verdict.VERIFIED, Verdict.VERIFIED)


def test_vector_intermediate_values() -> None:
    secret = KeyRing(keys_18_4()).shared_secret(BROKER, DEVICE)
    assert secret is not None
    assert secret.hex() == "9aacf2e6d51bd5ff8f37bf368019a691cb5b2fcb7b5f030a00063647b20e13fe"
    header = gbcs.peek(COMMAND_18_4)
    key = derive_key(secret, SUPPLIER, header.transaction_id, DEVICE)
    assert key.hex() == "859b846a24e1ea70a168409a1180676b"
    covered = COMMAND_18_4[14:-12]  # from the Grouping Header up to the MAC
    assert gmac(key, SUPPLIER, covered)[:12].hex() == "5d832d15b57a56d620f198b3"


def test_vector_mac_is_reproduced() -> None:
    signed = gbcs.decode(COMMAND_18_4[14:-12])
    assert bytes(gbcs.seal(signed, KeyRing(keys_18_4()), author=BROKER)) == COMMAND_18_4


def test_our_signature_of_the_vector_verifies_and_is_the_same_each_time() -> None:
    keys = KeyRing(keys_18_4())
    pre_command = gbcs.decode(COMMAND_18_4[14:-77])
    assert pre_command.form is gbcs.Form.UNSIGNED
    signed = gbcs.sign(pre_command, keys)
    assert gbcs.verify(signed, keys).signature is Verdict.VERIFIED
    assert gbcs.sign(pre_command, KeyRing(keys_18_4())) == signed


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
    proof = gbcs.verify(gbcs.decode(COMMAND_18_4), nobody)
    assert (proof.mac, proof.signature) == (Verdict.NO_KEY, Verdict.NO_KEY)
    with pytest.raises(NoKey, match=str(SUPPLIER)):
        gbcs.sign(gbcs.decode(COMMAND_18_4[14:-77]), nobody)


def test_a_pre_command_has_nothing_to_verify() -> None:
    proof = gbcs.verify(gbcs.decode(COMMAND_18_4[14:-77]), KeyRing(keys_18_4()))
    assert (proof.mac, proof.signature) == (Verdict.ABSENT, Verdict.ABSENT)


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


_SECRET = bytes(range(32))
_HEADER = gbcs.peek(COMMAND_18_4)


@given(st.binary(max_size=300))
def test_what_is_encrypted_is_decrypted(plaintext: bytes) -> None:
    item = gbcs.encrypt(_SECRET, _HEADER, plaintext)
    assert len(item) == len(plaintext) + 12
    assert gbcs.decrypt(_SECRET, _HEADER, item) == plaintext


@given(st.binary(min_size=1, max_size=60), st.data())
def test_an_altered_item_does_not_decrypt(plaintext: bytes, data: st.DataObject) -> None:
    item = bytearray(gbcs.encrypt(_SECRET, _HEADER, plaintext))
    item[data.draw(st.integers(0, len(item) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadMac):
        gbcs.decrypt(_SECRET, _HEADER, bytes(item))


@pytest.mark.parametrize("size", range(12))
def test_an_item_too_short_for_its_tag_does_not_decrypt(size: int) -> None:
    with pytest.raises(BadMac):
        gbcs.decrypt(_SECRET, _HEADER, bytes(size))
