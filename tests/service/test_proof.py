"""Proofs: one Device, one server, one purpose, one connection; and no GBCS message is one."""

from __future__ import annotations

import pytest

from doorstep.errors import BadSignature, NoKey
from doorstep.gbcs.keys import KeyRing, MemoryKeyStore
from doorstep.service.proof import NONCE_LENGTH, Purpose, check, new_nonce, prove
from tests.service.device_keys import DCC, HUB, OTHER, PPMID, SUPPLIER, keys_of

NONCE = bytes(range(32))


def test_a_proof_holds_for_what_it_was_made_for() -> None:
    proof = prove(keys_of(HUB), Purpose.WAN, HUB, DCC, NONCE)
    assert len(proof) == 64
    check(keys_of(), Purpose.WAN, HUB, DCC, NONCE, proof)


@pytest.mark.parametrize(
    ("purpose", "device", "server", "nonce"),
    [
        (Purpose.RELAY, HUB, DCC, NONCE),
        (Purpose.WAN, PPMID, DCC, NONCE),
        (Purpose.WAN, OTHER, DCC, NONCE),
        (Purpose.WAN, HUB, SUPPLIER, NONCE),
        (Purpose.WAN, HUB, DCC, NONCE[::-1]),
    ],
)
def test_and_for_nothing_else(purpose: Purpose, device: bytes, server: bytes, nonce: bytes) -> None:
    proof = prove(keys_of(HUB), Purpose.WAN, HUB, DCC, NONCE)
    with pytest.raises(BadSignature):
        check(keys_of(), purpose, type(HUB)(device), type(HUB)(server), nonce, proof)


@pytest.mark.parametrize("proof", [b"", b"\x00" * 64, b"\xff" * 64, b"x" * 63, b"x" * 65])
def test_what_is_no_proof_is_refused(proof: bytes) -> None:
    with pytest.raises(BadSignature):
        check(keys_of(), Purpose.WAN, HUB, DCC, NONCE, proof)


def test_without_the_key_nothing_is_proved_or_checked() -> None:
    with pytest.raises(NoKey):
        prove(keys_of(PPMID), Purpose.WAN, HUB, DCC, NONCE)
    with pytest.raises(NoKey):
        check(KeyRing(MemoryKeyStore()), Purpose.WAN, HUB, DCC, NONCE, bytes(64))


def test_nonces_are_new_each_time() -> None:
    nonces = {new_nonce() for _ in range(100)}
    assert len(nonces) == 100
    assert {len(nonce) for nonce in nonces} == {NONCE_LENGTH}
