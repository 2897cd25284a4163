"""AES-MMO, install codes and derived keys, against known answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import EncodeError, InputError
from doorstep.zigbee import keys

WELL_KNOWN = b"ZigBeeAlliance09"


@pytest.mark.parametrize(
    ("code", "check", "key"),
    [
        ("83FED3407A93", "2B70", "CD4FA064773F46941EC986C09963D1A8"),
        ("83FED3407A939738", "C552", "A833A77434F3BFBD7A7AB97942149287"),
        ("83FED3407A939723A5C639FF", "4C12", "58C1828CF7F1C3FE29E7B1024AD84BFA"),
        ("83FED3407A939723A5C639B26916D505", "C3B5", "66B6900981E1EE3CA4206B6B861C02BB"),
    ],
)
def test_install_codes(code: str, check: str, key: str) -> None:
    printed = bytes.fromhex(code + check)
    assert keys.install_code(bytes.fromhex(code)) == printed
    assert keys.link_key(printed) == bytes.fromhex(key)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "C3B5",
        "83FED3407A939723A5C639B26916D505C3B4",
        "82FED3407A939723A5C639B26916D505C3B5",
        "83FED3407A939723A5C639B26916D505B5C3",
        "83FED3407A932B",
        "83FED3407A93972B70",
    ],
)
def test_a_misread_code_gives_no_key(code: str) -> None:
    with pytest.raises(InputError):
        keys.link_key(bytes.fromhex(code))


@given(st.binary(min_size=16, max_size=16), st.integers(0, 18 * 8 - 1))
def test_no_single_wrong_bit_goes_unnoticed(code: bytes, bit: int) -> None:
    printed = int.from_bytes(keys.install_code(code), "big") ^ 1 << bit
    with pytest.raises(InputError):
        keys.link_key(printed.to_bytes(18, "big"))


def test_mmo() -> None:
    assert keys.mmo(b"\xc0").hex().upper() == "AE3A102A28D43EE0D4A09E22788B206C"
    assert (
        keys.hmac_mmo(bytes(range(0x40, 0x50)), b"\xc0").hex().upper() == "4512807BF94CB3400F0E2C25FB76E999"
    )


def test_derived_keys() -> None:
    assert keys.key_transport_key(WELL_KNOWN).hex().upper() == "4BAB0F173E1434A2D572E1C1EF478782"
    assert keys.key_load_key(WELL_KNOWN).hex().upper() == "C5A47035C332CCBF251571D8BADED188"
    assert keys.verify_key_hash(WELL_KNOWN).hex().upper() == "1AB128DF1639A1246AABA72A6A559124"
    assert keys.hashed_link_key(WELL_KNOWN).hex().upper() == "A7A76FA3B83B21641DD3216D6F9CE302"


@given(st.binary(max_size=100))
def test_every_length_hashes(data: bytes) -> None:
    assert len(keys.mmo(data)) == 16
    assert keys.mmo(data) != keys.mmo(data + b"\x00")


def test_the_hash_ends_where_its_length_does() -> None:
    assert len(keys.mmo(bytes(8_191))) == 16
    with pytest.raises(EncodeError):
        keys.mmo(bytes(8_192))


def test_keys_have_16_octets() -> None:
    with pytest.raises(EncodeError, match="16 octets"):
        keys.key_load_key(bytes(15))
