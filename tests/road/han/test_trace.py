"""A tracer reads homes as their radios do, and any frame at all without harm."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.bench.capture import Capture
from doorstep.road.han.overhearing import Bounded
from doorstep.road.han.trace import Layer, Line, Tracer
from doorstep.zigbee import aps, mac, nwk
from doorstep.zigbee.asdu import SMART_ENERGY
from doorstep.zigbee.capture import read_key_rows
from doorstep.zigbee.clusters import METERING
from tests.road.han.home import GAS, HUB, METER, NOW, PPMID, RadioHome, payload
from tests.road.han.test_machine import LONG, home


def captured() -> tuple[RadioHome, Capture]:
    """A home that joined and said a few things, with its capture."""
    made = home(gas=True)
    capture = Capture()
    made.air.taps.append(capture.add)
    made.run(5)
    made.send(payload(PPMID, HUB, LONG[:1_200]))
    made.send(payload(PPMID, METER, b"\x00\x01\x00\x00\x00", METERING.id))
    made.send(payload(GAS, HUB, b"\x01\x08\x02\x01\x00\x01"))
    made.run(5)
    for eui in made.configs:
        capture.know(made.radio(eui).keys())
    return made, capture


def lines_of(capture: Capture, keys: bool = True) -> list[Line]:
    tracer = Tracer({HUB: "hub", METER: "meter", PPMID: "ppmid", GAS: "gas meter"})
    if keys:
        tracer.know(read_key_rows(capture.key_table()))
    return [line for now, frame in capture.frames for line in tracer.take(frame, now)]


def test_every_payload_that_a_stop_heard_is_a_line() -> None:
    made, capture = captured()
    lines = [line for line in lines_of(capture) if line.layer is Layer.CLUSTERS and not line.repeated]
    said = [line for line in lines if not line.what.startswith("Key Establishment")]
    assert [(line.source, line.destination, line.octets) for line in said] == [
        ("gas meter", "hub", 6),
        ("ppmid", "meter", 5),
        ("ppmid", "hub", 1_200),
    ]
    assert sum(len(made.heard(eui)) for eui in made.configs) == len(said)


def test_a_join_reads_like_one() -> None:
    _made, capture = captured()
    said = [line.what for line in lines_of(capture) if line.whole]
    for step in ("Association Request", "Transport Key", "Device Announce", "Match Descriptor Request"):
        assert step in said
    assert "Key Establishment: Confirm Key" in said


def test_nothing_is_sealed_for_who_has_the_keys_and_everything_for_who_has_not() -> None:
    _made, capture = captured()
    assert not [line for line in lines_of(capture) if line.sealed]
    without = lines_of(capture, keys=False)
    assert {line.layer for line in without if not line.sealed} == {Layer.MAC}
    assert [line for line in without if line.sealed]


def test_what_is_said_between_networks_is_read_too() -> None:
    """As a Hand-Held Terminal does before it has joined; nothing of it is sealed."""
    stub = aps.InterPan.of(aps.Delivery.BROADCAST, METERING.id, SMART_ENERGY, b"\x00\x01\x00\x00\x00")
    frame = mac.Frame.of(
        *(mac.FrameType.DATA, 1, stub.to_bytes()),
        pan=mac.BROADCAST,
        destination=mac.BROADCAST,
        source=PPMID,
        source_pan=0x1234,
    )
    (line,) = Tracer({PPMID: "terminal"}).take(frame.to_bytes(), NOW)
    assert (line.source, line.destination, line.what) == (
        "terminal",
        "all",
        "inter-PAN: Metering: Read Attributes",
    )


@given(st.binary(max_size=125))
def test_any_frame_is_a_line(noise: bytes) -> None:
    tracer = Tracer()
    assert len(tracer.take(noise, NOW)) == 1
    assert tracer.take(noise + mac.check(noise), NOW)


KNOWN = captured()[1]


@settings(max_examples=200)
@given(
    st.integers(0, len(KNOWN.frames) - 1), st.integers(0, 126), st.integers(0, 255), st.binary(max_size=90)
)
def test_any_change_of_any_frame_is_a_line_too(number: int, at: int, octet: int, inner: bytes) -> None:
    tracer = Tracer()
    tracer.know(KNOWN.keys)
    frame = bytearray(KNOWN.frames[number][1][:-2])
    frame[at % len(frame)] = octet
    assert tracer.take(bytes(frame) + mac.check(bytes(frame)), NOW)
    unsealed = nwk.Frame.of(nwk.FrameType.DATA, 0, 1, 1, inner).to_bytes()
    made_up = mac.Frame.of(mac.FrameType.DATA, 1, unsealed, pan=1, destination=0, source=1).to_bytes()
    assert tracer.take(made_up, NOW)


def test_what_is_kept_is_bounded() -> None:
    table: Bounded[int, int] = Bounded(3)
    for number in range(10):
        table.put(number, number)
    assert len(table) == 3
    assert [table.get(number) for number in (6, 7, 9)] == [None, 7, 9]
