"""Keys, MACs and encryption: the published vector, an item sealed by hand, and what must not open."""

from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.errors import BadMac
from doorstep.eui import Eui
from doorstep.gbcs.cipher import decrypt, derive_key, encrypt, gmac, message_mac, reader
from doorstep.gbcs.keys import KeyRing
from tests.gbcs.vectors import BROKER, COMMAND_18_4, DEVICE, SUPPLIER, keys_18_4

SECRET = bytes(range(32))
HEADER = gbcs.peek(COMMAND_18_4)
USER = Eui.parse("90-B3-D5-1F-30-03-00-00")


def test_vector_intermediate_values() -> None:
    secret = KeyRing(keys_18_4()).shared_secret(BROKER, DEVICE)
    assert secret is not None
    assert secret.hex() == "9aacf2e6d51bd5ff8f37bf368019a691cb5b2fcb7b5f030a00063647b20e13fe"
    key = derive_key(secret, SUPPLIER, HEADER.transaction_id, DEVICE)
    assert key.hex() == "859b846a24e1ea70a168409a1180676b"
    covered = COMMAND_18_4[14:-12]  # from the Grouping Header up to the MAC
    assert gmac(key, SUPPLIER, covered)[:12].hex() == "5d832d15b57a56d620f198b3"
    assert message_mac(secret, HEADER, covered).hex() == "5d832d15b57a56d620f198b3"


# Where the real User or the Device's own counter stand in the header, the key is derived from them:
# gbcs-crypto.md sections 2 and 6. What OtherInfo ends with, transaction id and recipient, by hand.
@pytest.mark.parametrize(
    ("supplementary", "names"),
    [
        pytest.param({}, "04 0000000000000001 fffffffffffffffe", id="User known"),
        pytest.param(
            {"supplementary_remote_party_id": USER, "supplementary_remote_party_counter": 7},
            "04 0000000000000001 90b3d51f30030000",
            id="User unknown",
        ),
        pytest.param(
            {
                "supplementary_remote_party_id": USER,
                "supplementary_remote_party_counter": 7,
                "supplementary_originator_counter": 9,
            },
            "04 0000000000000009 90b3d51f30030000",
            id="counter of the Device's own",
        ),
    ],
)
def test_an_item_sealed_by_hand(supplementary: dict[str, int | Eui], names: str) -> None:
    header = replace(HEADER, cra=gbcs.Cra.RESPONSE, **supplementary)
    other_info = "60857406080300 123456789abcdef0 09" + names
    key = sha256(bytes.fromhex("00000001") + SECRET + bytes.fromhex(other_info)).digest()[:16]
    iv = bytes.fromhex("123456789abcdef000000000")
    item = AESGCM(key).encrypt(iv, b"forty-two", b"\x31")[: 9 + 12]
    assert encrypt(SECRET, header, b"forty-two") == item
    assert decrypt(SECRET, header, item) == b"forty-two"
    assert reader(header) == (USER if supplementary else DEVICE)


@given(st.binary(max_size=300))
def test_what_is_encrypted_is_decrypted(plaintext: bytes) -> None:
    item = encrypt(SECRET, HEADER, plaintext)
    assert len(item) == len(plaintext) + 12
    assert decrypt(SECRET, HEADER, item) == plaintext


@given(st.binary(min_size=1, max_size=60), st.data())
def test_an_altered_item_does_not_decrypt(plaintext: bytes, data: st.DataObject) -> None:
    item = bytearray(encrypt(SECRET, HEADER, plaintext))
    item[data.draw(st.integers(0, len(item) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadMac):
        decrypt(SECRET, HEADER, bytes(item))


@pytest.mark.parametrize("size", range(12))
def test_an_item_too_short_for_its_tag_does_not_decrypt(size: int) -> None:
    with pytest.raises(BadMac):
        decrypt(SECRET, HEADER, bytes(size))
