"""A join's key, a GBCS Message in two blocks, its acknowledgements and its default response, octet by octet.

The six datagrams were made by another program and read by an independent dissector. Here each is built
from values, from the GBCS Message down to UDP, and read back up again.
"""

from __future__ import annotations

import pytest

from doorstep.eui import Eui
from doorstep.zigbee import aps, mac, nwk, zep
from doorstep.zigbee.asdu import SMART_ENERGY
from doorstep.zigbee.auxiliary import Auxiliary, KeyId
from doorstep.zigbee.clusters.tunneling import TUNNELING, TransferData
from doorstep.zigbee.fragmentation import (
    Acknowledgement,
    Arrived,
    Block,
    MessageKey,
    Policy,
    Receiving,
    split,
)
from doorstep.zigbee.keys import key_transport_key
from doorstep.zigbee.security import seal, unseal
from doorstep.zigbee.zcl import DefaultResponse, Direction, Frame, Status

NETWORK_KEY = bytes.fromhex("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF")
LINK_KEY = bytes.fromhex("C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF")
PAN = 0x1A62
HUB, HUB_EUI = 0x0000, Eui.parse("D0-05-5E-00-00-00-00-C0")
PPMID, PPMID_EUI = 0x3C41, Eui.parse("D0-05-5E-00-00-00-00-A2")
COUNTER = 0x30
COMMAND = bytes.fromhex(
    "DD000000000000441100000000DF0901000000000000271108D0055E00000000A208D0055E00000000A3"
    "0002009010010901010705000801000000000000020000112233445566778899AABB"
)

TRANSPORT_KEY, BLOCK_0, ACK_0, BLOCK_1, ACK_1, RESPONSE = (
    bytes.fromhex(line)
    for line in (
        "455802010b000101ffe000000100000000000000010000000000000000000049618810621a413c00004800413c"
        "00001e2021603001100000c0000000005e05d0dcdd1bcab54e3601d5e104a2c35845617423297d0f565c22083e"
        "a68db9aed5c34385c76d80b0ce24d2",
        "455802010b000101ffe00000020000000000000002000000000000000000007f618811621a0000413c48020000"
        "413c1e212801100000a2000000005e05d000a18cfaf32d0627d31dacc8414e3f92da708df576de21340596c39d"
        "a048437b423fc95532e408226ac5e2ad5285e069f121453af3f74443fc07a34f47541af73a17dcfb59a0b96a83"
        "23d0d456bb92211558807f741d8d4cd414689d031294bdfa",
        "455802010b000101ffe000000300000000000000030000000000000000000030618812621a413c00004802413c"
        "00001e222801100000c0000000005e05d00007fad5a0007eae05f586cbbc3b83e21386",
        "455802010b000101ffe000000400000000000000040000000000000000000052618813621a0000413c48020000"
        "413c1e232802100000a2000000005e05d000daa52a80389f42d8b84ae7c22d4747cb24bb8fdbe8daa633bf1d7b"
        "92a7c28fc941670e99e64e6ea78a128df5ed7ec9ed339516",
        "455802010b000101ffe000000500000000000000050000000000000000000030618814621a413c00004802413c"
        "00001e242802100000c0000000005e05d000fcc7fb8d2edeb04a55ea28033fba862734",
        "455802010b000101ffe000000600000000000000060000000000000000000043618815621a413c00004802413c"
        "00001e252803100000c0000000005e05d00066b2355080403f02dc8e662e2bf35f7303764f543937f18aed00da"
        "75c926590d650f3210",
    )
)


def datagram(network: nwk.Frame, mac_sequence: int, zep_sequence: int) -> bytes:
    """What a network frame looks like on the capture: radio frame, then ZEP."""
    frame = mac.Frame.of(
        mac.FrameType.DATA,
        mac_sequence,
        network.to_bytes(),
        pan=PAN,
        destination=network.destination,
        source=network.source,
        ack_request=True,
    )
    now = (0xE0000000 + zep_sequence - 2_208_988_800) * 1000
    return zep.Data.of(frame.to_bytes(), now, zep_sequence).to_bytes()


def on_the_network(payload: aps.Frame, source: int, sequence: int, counter: int) -> nwk.Frame:
    """An APS frame in a network frame, sealed with the network key."""
    eui, destination = (PPMID_EUI, HUB) if source == PPMID else (HUB_EUI, PPMID)
    header = Auxiliary.of(KeyId.NETWORK, counter, eui, 0)
    frame = nwk.Frame.of(
        nwk.FrameType.DATA, destination, source, sequence, payload.to_bytes(), auxiliary=header
    )
    return seal(frame, NETWORK_KEY)


def opened(octets: bytes) -> tuple[nwk.Frame, aps.Frame]:
    """The network frame and the APS frame of a datagram, the latter not yet opened."""
    frame = mac.Frame.from_bytes(zep.Data.from_bytes(octets).frame)
    network = nwk.Frame.from_bytes(frame.payload)
    if network.auxiliary is not None:
        network = unseal(network, NETWORK_KEY)
    return network, aps.Frame.from_bytes(network.payload)


def tunnel_frame() -> Frame:
    return TUNNELING.frame(TransferData(1, COMMAND), Direction.TO_SERVER, sequence=0x40)


def block(number: int) -> aps.Frame:
    """One block of the tunnel's frame, sealed with the link key."""
    part = split(tunnel_frame().to_bytes())[number]
    frame = aps.Frame.data(
        *(1, 1, TUNNELING.id, SMART_ENERGY, COUNTER, part.octets),
        auxiliary=Auxiliary.of(KeyId.LINK, 0x1001 + number, PPMID_EUI),
        fragment=aps.Fragment.LATER if number else aps.Fragment.FIRST,
        block=number or part.total,
    )
    return seal(frame, LINK_KEY)


def test_line_1_transport_key() -> None:
    command = aps.TransportKey(
        aps.KeyType.NETWORK, NETWORK_KEY, key_sequence=0, destination=PPMID_EUI, source=HUB_EUI
    )
    frame = aps.Frame.command(
        0x60,
        aps.COMMANDS.to_bytes(command),
        Auxiliary.of(KeyId.KEY_TRANSPORT, 0x1001, HUB_EUI),
    )
    sealed = seal(frame, key_transport_key(LINK_KEY))
    network = nwk.Frame.of(nwk.FrameType.DATA, PPMID, HUB, 0x20, sealed.to_bytes(), discover_route=True)
    assert datagram(network, 0x10, 1) == TRANSPORT_KEY

    network, found = opened(TRANSPORT_KEY)
    assert network.auxiliary is None
    assert found.auxiliary is not None
    assert found.auxiliary.key is KeyId.KEY_TRANSPORT
    clear = unseal(found, key_transport_key(LINK_KEY))
    assert aps.COMMANDS.from_bytes(clear.payload) == command


def test_line_2_first_block_and_its_inner_steps() -> None:
    sealed = block(0)
    octets = sealed.to_bytes()
    assert octets[:10] == bytes.fromhex("E0 01 0407 0901 01 30 01 02")
    assert octets[10:23] == bytes.fromhex("20 01100000 A2000000005E05D0")
    assert octets[23:] == bytes.fromhex(
        "bd02eb57dbde90b948698f95be45c6dc5e09e12154333c6b632cdc1823868f7d4852c58ba95a3e87a104729a0ccd"
        "3bc007612ac0407fca8b25236fad47d52b68a712fe"
    )
    assert datagram(on_the_network(sealed, PPMID, 0x21, 0x1001), 0x11, 2) == BLOCK_0


def test_line_4_second_block() -> None:
    assert datagram(on_the_network(block(1), PPMID, 0x23, 0x1002), 0x13, 4) == BLOCK_1


@pytest.mark.parametrize(
    ("number", "sequence", "counter", "mac_sequence", "line", "octets"),
    [
        (0, 0x22, 0x1001, 0x12, 3, ACK_0),
        (1, 0x24, 0x1002, 0x14, 5, ACK_1),
    ],
)
def test_lines_3_and_5_acknowledgements(
    number: int, sequence: int, counter: int, mac_sequence: int, line: int, octets: bytes
) -> None:
    acknowledgement = block(number).acknowledgement(number, 0xFF)
    network = on_the_network(acknowledgement, HUB, sequence, counter)
    assert datagram(network, mac_sequence, line) == octets
    assert opened(octets)[1] == acknowledgement


def test_line_6_default_response() -> None:
    response = tunnel_frame().default_response(Status.SUCCESS)
    network, found = opened(RESPONSE)
    clear = unseal(found, LINK_KEY)
    assert clear.payload == response.to_bytes()

    frame = aps.Frame.data(
        *(1, 1, TUNNELING.id, SMART_ENERGY, 0x61, response.to_bytes()),
        ack_request=False,
        auxiliary=Auxiliary.of(KeyId.LINK, 0x1001, HUB_EUI),
    )
    assert clear == frame
    assert network.sequence == 0x25
    assert datagram(on_the_network(seal(frame, LINK_KEY), HUB, 0x25, 0x1003), 0x15, 6) == RESPONSE


def test_the_message_comes_out_as_it_went_in() -> None:
    receiving = Receiving(Policy())
    for octets in (BLOCK_0, BLOCK_1):
        network, frame = opened(octets)
        clear = unseal(frame, LINK_KEY)
        assert clear.block_number is not None
        part = Block(clear.block_number, clear.payload, clear.total_blocks)
        receiving.receive(MessageKey(network.source, clear.counter), part, 0)
    payloads = []
    acknowledgements = []
    while event := receiving.next_event():
        if isinstance(event, Arrived):
            payloads.append(event.payload)
        else:
            acknowledgements.append(event.acknowledgement)
    assert acknowledgements == [Acknowledgement(0, 0xFF), Acknowledgement(1, 0xFF)]
    (payload,) = payloads
    assert payload == bytes.fromhex("01 40 02 0100") + COMMAND
    transfer = Frame.from_bytes(payload)
    assert TUNNELING.command_in(transfer) == TransferData(1, COMMAND)


def test_the_answer_of_the_hub() -> None:
    clear = unseal(opened(RESPONSE)[1], LINK_KEY)
    frame = Frame.from_bytes(clear.payload)
    assert frame.frame_control == 0x18
    assert frame.general_command == DefaultResponse(2, Status.SUCCESS)
