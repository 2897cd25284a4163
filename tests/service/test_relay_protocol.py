"""The messages between supplier and relay: each both ways, their limits, and frames that mean harm."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, EncodeError
from doorstep.road.ppmid.events import Stage
from doorstep.service import relay_protocol as protocol
from doorstep.service.relay_protocol import (
    Challenge,
    Deliver,
    FromRelay,
    FromSupplier,
    Heartbeat,
    Hello,
    Proof,
    Refused,
    Report,
    Welcome,
)

NONCE = bytes(range(32))
NONCE_BASE64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SIGNATURE = b"\x40" * 64
SIGNATURE_BASE64 = "QEBA" * 21 + "QA=="

# Written by hand: what a maker of PPMIDs would read in the protocol's table.
FROM_RELAY: list[tuple[FromRelay, str]] = [
    (Hello(1), '{"kind":"hello","version":1}'),
    (Proof(SIGNATURE), f'{{"kind":"proof","signature":"{SIGNATURE_BASE64}"}}'),
    (
        Report("order 7", "received"),
        '{"kind":"report","delivery":"order 7","stage":"received","detail":"","message":""}',
    ),
    (
        Report("", "response", "Ünïcode", b"\xdf\x09"),
        '{"kind":"report","delivery":"","stage":"response","detail":"Ünïcode","message":"3wk="}',
    ),
    (Heartbeat(), '{"kind":"heartbeat"}'),
]
FROM_SUPPLIER: list[tuple[FromSupplier, str]] = [
    (Challenge(NONCE), f'{{"kind":"challenge","nonce":"{NONCE_BASE64}"}}'),
    (Welcome(20.0), '{"kind":"welcome","heartbeat":20.0}'),
    (Refused("not one of ours"), '{"kind":"refused","why":"not one of ours"}'),
    (Deliver("order 7", b"\xdd\x00"), '{"kind":"deliver","delivery":"order 7","command":"3QA="}'),
    (Heartbeat(), '{"kind":"heartbeat"}'),
]


@pytest.mark.parametrize(("message", "frame"), FROM_RELAY)
def test_what_a_relay_says(message: FromRelay, frame: str) -> None:
    assert protocol.encode(message) == frame
    assert protocol.from_relay(frame) == message


@pytest.mark.parametrize(("message", "frame"), FROM_SUPPLIER)
def test_what_a_supplier_says(message: FromSupplier, frame: str) -> None:
    assert protocol.encode(message) == frame
    assert protocol.from_supplier(frame) == message


def test_fields_that_have_a_default_may_be_left_out() -> None:
    frame = '{"kind":"report","delivery":"a","stage":"accepted"}'
    assert protocol.from_relay(frame) == Report("a", "accepted")


@pytest.mark.parametrize("frame", [frame for _message, frame in FROM_RELAY])
def test_every_truncation_is_refused(frame: str) -> None:
    for length in range(len(frame)):
        with pytest.raises(DecodeError):
            protocol.from_relay(frame[:length])


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "null",
        "[]",
        "7",
        '"hello"',
        "{}",
        '{"kind":"Hello","version":1}',
        '{"kind":"deliver","delivery":"a","command":"3QA="}',  # the supplier's to say
        '{"kind":"hello"}',
        '{"kind":"hello","version":"1"}',
        '{"kind":"hello","version":1.5}',
        '{"kind":"hello","version":1,"more":true}',
        '{"kind":"hello","version":1}{"kind":"hello","version":1}',
        '{"kind":"hello","version":1} x',
        '{"kind":"proof","signature":"AAAA"}',
        '{"kind":"proof","signature":"%s"}' % ("A" * 88),
        '{"kind":"proof","signature":"not base64!"}',
        '{"kind":"report","delivery":"a","stage":"executed"}',
        '{"kind":"report","delivery":"a","stage":"received\\n"}',
        '{"kind":"report","delivery":"a","stage":""}',
        '{"kind":"report","delivery":null,"stage":"received"}',
        json.dumps({"kind": "report", "delivery": "a" * 129, "stage": "received"}),
        json.dumps({"kind": "report", "delivery": "a", "stage": "received", "detail": "a" * 501}),
        json.dumps({"kind": "report", "delivery": "a", "stage": "response", "message": "A" * 87_384}),
        '{"kind":"heartbeat","padding":"' + "x" * 100_000 + '"}',
        '{"kind":' + "[" * 50_000,
        '{"kind":"heartbeat","x":' + "[" * 40_000 + "]" * 40_000 + "}",
        '{"kind":"hello","version":' + "9" * 5000 + "}",
        '{"kind":"heartbeat\ud800"}',
    ],
)
def test_frames_that_are_not_of_this_version_are_refused(frame: str) -> None:
    with pytest.raises(DecodeError):
        protocol.from_relay(frame)


def test_binary_frames_are_refused() -> None:
    with pytest.raises(DecodeError, match="binary"):
        protocol.from_relay(b'{"kind":"heartbeat"}')


@given(st.text(max_size=200))
def test_no_text_raises_anything_else(frame: str) -> None:
    for read in (protocol.from_relay, protocol.from_supplier):
        with suppress(DecodeError):
            read(frame)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=128),
    st.binary(min_size=1, max_size=2000),
)
def test_a_command_arrives_as_the_bytes_it_was(name: str, command: bytes) -> None:
    assert protocol.from_supplier(protocol.encode(Deliver(name, command))) == Deliver(name, command)


def test_the_largest_command_fits_a_frame() -> None:
    frame = protocol.encode(Deliver("\u0001" * 128, b"\xff" * 0xFFFF))
    assert len(frame) <= protocol.MAX_FRAME
    worst = protocol.encode(Report("\u0001" * 128, "response", "\u0001" * 500, b"\xff" * 0xFFFF))
    assert len(worst.encode()) <= protocol.MAX_FRAME


@pytest.mark.parametrize(
    "message",
    [
        Deliver("", b"\xdd"),
        Deliver("a", b""),
        Deliver("a" * 129, b"\xdd"),
        Deliver("a", b"\xdd" * 0x10000),
        Report("a", "executed"),
        Refused("a" * 501),
        Challenge(b""),
        Proof(bytes(63)),
        Welcome(0.0),
    ],
)
def test_what_no_frame_holds_is_not_encoded(message: FromRelay | FromSupplier) -> None:
    with pytest.raises(EncodeError):
        protocol.encode(message)


def test_every_stage_that_a_ppmid_reports_is_one_of_the_protocol() -> None:
    assert {stage.value for stage in Stage} <= set(protocol.STAGES)


def test_a_text_for_a_person_is_clipped_to_what_a_frame_takes() -> None:
    assert protocol.clipped("short") == "short"
    assert protocol.clipped("a" * 501) == "a" * 499 + "…"
