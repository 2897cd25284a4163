"""The radio at work on frames that another program made and an independent dissector has read.

They are those of ``tests/zigbee/test_worked_example.py``: a PPMID's GBCS Message in two blocks, and what
the hub said to each.
"""

from __future__ import annotations

from doorstep.road.han.config import Admission, HanConfig, Network, Role
from doorstep.road.han.events import HanEvent, PoweredOn, Received, Transmit
from doorstep.road.han.machine import Radio
from doorstep.road.han.neighbours import Neighbours
from doorstep.road.han.trace import Layer, Tracer
from doorstep.road.machine import Heard
from doorstep.zigbee import mac, nwk, zep
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.clusters import TUNNELING
from doorstep.zigbee.security import unseal
from tests.road.han.home import NOW
from tests.zigbee.test_worked_example import (
    ACK_0,
    ACK_1,
    BLOCK_0,
    BLOCK_1,
    COMMAND,
    HUB_EUI,
    LINK_KEY,
    NETWORK_KEY,
    PAN,
    PPMID,
    PPMID_EUI,
    RESPONSE,
    TRANSPORT_KEY,
)

PAYLOAD = bytes.fromhex("0140020100") + COMMAND


def frame(datagram: bytes) -> bytes:
    return zep.Data.from_bytes(datagram).frame


def hub() -> Radio:
    """The hub of the example, which shares the example's link key with the PPMID."""
    neighbours = Neighbours(8, {})
    ppmid = neighbours.meet(PPMID_EUI)
    assert ppmid is not None
    neighbours.move(ppmid, PPMID)
    ppmid.share(LINK_KEY)
    config = HanConfig(
        eui=HUB_EUI,
        role=Role.COORDINATOR,
        seed=bytes(32),
        network=Network(PAN, HUB_EUI, NETWORK_KEY),
        admitted=(Admission(PPMID_EUI, LINK_KEY),),
    )
    radio = Radio(config, memory=neighbours.entries(ppmid))
    radio.receive(PoweredOn(), NOW)
    drained(radio)
    return radio


def drained(radio: Radio) -> list[HanEvent]:
    said = []
    while (event := radio.next_event()) is not None:
        said.append(event)
    return said


def in_clear(octets: bytes) -> bytes:
    """The APS frame in a radio frame, opened with the network key."""
    packet = nwk.Frame.from_bytes(mac.Frame.from_bytes(octets).payload)
    return unseal(packet, NETWORK_KEY).payload


def test_the_hub_answers_each_block_as_the_example_s_does_and_hears_the_message() -> None:
    radio = hub()
    for block, acknowledgement in ((BLOCK_0, ACK_0), (BLOCK_1, ACK_1)):
        radio.receive(Received(frame(block)), NOW)
        said = drained(radio)
        sent = [event.frame for event in said if isinstance(event, Transmit)]
        assert sent[0] == mac.Frame.from_bytes(frame(block)).acknowledgement().to_bytes()
        assert in_clear(sent[1]) == in_clear(frame(acknowledgement))
    heard = [event.asdu for event in said if isinstance(event, Heard)]
    assert heard == [Asdu(PPMID_EUI, HUB_EUI, 1, 1, TUNNELING.id, SMART_ENERGY, PAYLOAD)]
    assert not radio.dropped


def test_blocks_out_of_order_are_not_taken_for_replays_of_the_message() -> None:
    radio = hub()
    radio.receive(Received(frame(BLOCK_1)), NOW)
    radio.receive(Received(frame(BLOCK_0)), NOW)
    assert not any(isinstance(event, Heard) for event in drained(radio))
    assert radio.dropped == {"replayed network frame": 1}


def test_a_tracer_reads_it_with_the_link_key_alone() -> None:
    """Transport Key gives it the network key, as it does to Wireshark."""
    tracer = Tracer({PPMID_EUI: "the PPMID", HUB_EUI: "the hub"})
    tracer.know([(LINK_KEY, "link")])
    datagrams = (TRANSPORT_KEY, BLOCK_0, ACK_0, BLOCK_1, ACK_1, RESPONSE)
    lines = [line for datagram in datagrams for line in tracer.take(frame(datagram), NOW)]
    assert [(line.layer, line.what) for line in lines] == [
        (Layer.SUPPORT, "Transport Key"),
        (Layer.SUPPORT, "block 1 of 2 of message 48"),
        (Layer.SUPPORT, "acknowledgement of 48, blocks from 0"),
        (Layer.SUPPORT, "block 2 of 2 of message 48"),
        (Layer.CLUSTERS, "Tunneling: Transfer Data"),
        (Layer.SUPPORT, "acknowledgement of 48, blocks from 1"),
        (Layer.CLUSTERS, "Tunneling: Default Response 0x00 to command 0x02"),
    ]
    (message,) = [line for line in lines if line.message]
    assert (message.source, message.destination) == ("the PPMID", "the hub")
    assert (message.tunnel, message.message, message.octets) == (1, COMMAND, len(PAYLOAD))


def test_a_tracer_without_keys_says_that_it_is_sealed() -> None:
    tracer = Tracer()
    lines = [line for datagram in (BLOCK_0, BLOCK_1) for line in tracer.take(frame(datagram), NOW)]
    assert [(line.layer, line.sealed) for line in lines] == [(Layer.NETWORK, True)] * 2
    assert lines[0].source == "0x3C41"


def test_a_wrong_check_is_said() -> None:
    broken = frame(BLOCK_0)[:-1] + b"\x00"
    (line,) = Tracer().take(broken, NOW)
    assert line.what == "malformed: the frame check is wrong"
