"""Wireshark reads the demonstration's radio frames from the air up to the GBCS message, and so do we.

It knows nothing of doorstep but the capture file and the rows of its key table, both as ``doorstep demo``
writes them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from doorstep import gbcs
from doorstep.bench.capture import Capture
from doorstep.bench.case import try_out
from doorstep.bench.records import Hop
from doorstep.bench.scenarios import CASES, demonstration, without_wan
from doorstep.bench.street import Street, command_of
from doorstep.errors import DecodeError
from doorstep.gbcs.block import decode_block, is_block
from doorstep.road.han.trace import Tracer
from doorstep.zigbee import capture, gsme
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.capture import read_key_rows
from doorstep.zigbee.clusters.tunneling import TransferData
from tests.bench.streets import NOW, keys_of
from tests.judges.han import Read, read

TUNNELLED = ("wpan", "zbee_nwk", "zbee_aps", "zbee_zcl", "zbee_zcl_se.tun", "gbcs_tunnel", "gbcs_message")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> tuple[Street, Path, list[str]]:
    """The demonstration after all its cases, its capture as a file, and the rows of the key table."""
    plan, tap = demonstration(), Capture()
    made = Street(plan, keys_of(plan), NOW, wan_down=without_wan(), capture=tap)
    for case in CASES:
        try_out(made, case)
    path = tmp_path_factory.mktemp("capture") / "demo.pcap"
    path.write_bytes(tap.pcap())
    return made, path, tap.key_table().splitlines()


@pytest.fixture(scope="module")
def frames(street: tuple[Street, Path, list[str]]) -> list[Read]:
    """Every frame of it as tshark reads it."""
    _made, path, rows = street
    return read(path, rows)


def test_nothing_is_malformed_and_nothing_stays_encrypted(frames: list[Read]) -> None:
    assert len(frames) > 1_000
    assert [(number, frame) for number, frame in enumerate(frames, 1) if frame.wrong] == []


def test_every_message_that_arrived_is_read_with_its_message_code(
    street: tuple[Street, Path, list[str]], frames: list[Read]
) -> None:
    """The payloads that stops heard, by our own record, against the messages that Wireshark finds."""
    arrived = Counter(code for record in street[0].records if (code := message_code(record)) is not None)
    found = Counter(code for frame in frames for code in frame.codes)
    assert found == arrived
    assert len(found) >= 5
    assert all(frame.protocols[: len(TUNNELLED)] == TUNNELLED for frame in frames if frame.codes)


def test_our_own_trace_reads_the_same_messages_from_the_same_frames(
    street: tuple[Street, Path, list[str]], frames: list[Read]
) -> None:
    tracer = Tracer()
    tracer.know(read_key_rows("\n".join(street[2])))
    ours = []
    for captured in capture.read(street[1].read_bytes()):
        messages = [line.message for line in tracer.take(captured.frame, captured.at) if line.message]
        ours.append(tuple(code for message in messages if (code := code_of(message)) is not None))
    assert [codes for codes in ours if codes] == [frame.codes for frame in frames if frame.codes]


def test_joining_is_there_to_be_read(frames: list[Read]) -> None:
    seen = {protocol for frame in frames for protocol in frame.protocols}
    assert seen >= {"zbee_beacon", "zbee_zdp", "zbee_zcl_se.ke"}


def test_with_a_wrong_key_nothing_above_the_network_header_is_read(
    street: tuple[Street, Path, list[str]],
) -> None:
    wrong = ['"' + "5A" * 16 + '","Normal","nwk"']
    frames = read(street[1], wrong)
    assert {protocol for frame in frames for protocol in frame.protocols} <= {
        "wpan",
        "zbee_beacon",
        "zbee_nwk",
        "zbee_aps",  # Transport Key alone travels without the network key, and stays sealed.
        "data",
    }
    assert [code for frame in frames for code in frame.codes] == []


def test_with_the_network_keys_alone_no_message_is_read(street: tuple[Street, Path, list[str]]) -> None:
    """Link keys protect what Devices say to each other, from whoever else is on the network."""
    rows = [row for row in street[2] if row.endswith('"nwk"')]
    assert [code for frame in read(street[1], rows) for code in frame.codes] == []


def message_code(record: object) -> int | None:
    """The Message Code in a payload that a stop heard; None where it holds no message."""
    if not isinstance(record, Hop) or not isinstance(record.item, Asdu):
        return None
    command = command_of(record.item)
    if not isinstance(command, TransferData):
        return None
    try:
        form = gsme.from_bytes(command.data)
    except DecodeError:
        message = command.data  # Bare, as in every tunnel but a gas meter's.
    else:
        message = getattr(form, "message", b"")
    return code_of(message) if message else None


def code_of(message: bytes) -> int | None:
    """The Message Code; of a message in blocks, which Wireshark puts together, with the last one."""
    if is_block(message) and not decode_block(message).last:
        return None
    return gbcs.peek(message).message_code
