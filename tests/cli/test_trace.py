"""``doorstep trace`` of a capture: lines for people, objects for programs, one line for what cannot be."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from doorstep.cli.tracing import follow, street_names
from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.service.air import UdpAir
from doorstep.zigbee import capture
from tests.cli.conftest import Shell
from tests.zigbee.test_worked_example import (
    ACK_0,
    BLOCK_0,
    BLOCK_1,
    COMMAND,
    LINK_KEY,
    NETWORK_KEY,
    TRANSPORT_KEY,
)

NOW = 1_795_348_800_123


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The worked example as a capture, and its keys."""
    frames = [datagram[32:] for datagram in (TRANSPORT_KEY, BLOCK_0, ACK_0, BLOCK_1)]
    file = tmp_path / "han.pcap"
    file.write_bytes(capture.HEADER + b"".join(capture.record(frame, NOW) for frame in frames))
    keys = tmp_path / "han.keys"
    keys.write_text(
        "# a comment\n\n" + capture.key_row(NETWORK_KEY, "nwk") + capture.key_row(LINK_KEY, "link")
    )
    return file, keys


def test_one_line_a_message(shell: Shell, files: tuple[Path, Path]) -> None:
    result = shell("trace", files[0], "--keys", files[1])
    assert (result.status, result.err) == (0, "")
    transport, message = result.out.splitlines()
    assert transport.endswith("APS  Transport Key  (73 bytes)")
    assert message == (
        "12:00:00.123  D0-05-5E-00-00-00-00-A2 → D0-05-5E-00-00-00-00-C0  ZCL  Tunneling: Transfer Data  "
        "(81 bytes)  tunnel 1  PCS02 Command, counter 10001, 76 bytes, "
        "D0-05-5E-00-00-00-00-A2 to D0-05-5E-00-00-00-00-A3"
    )


def test_every_frame_where_asked_for(shell: Shell, files: tuple[Path, Path]) -> None:
    result = shell("trace", files[0], "--keys", files[1], "--all")
    assert len(result.out.splitlines()) == 5
    assert "block 1 of 2 of message 48" in result.out


def test_a_capture_may_come_on_standard_input(shell: Shell, files: tuple[Path, Path]) -> None:
    piped = shell("trace", "-", "--keys", files[1], stdin=files[0].read_bytes())
    assert piped.out == shell("trace", files[0], "--keys", files[1]).out


def test_an_object_a_line_for_programs(shell: Shell, files: tuple[Path, Path]) -> None:
    result = shell("trace", files[0], "--keys", files[1], "--json")
    message = json.loads(result.out.splitlines()[-1])
    assert message["message"] == {
        "bytes": COMMAND.hex(),
        "use_case": "PCS02",
        "title": "Activate Emergency Credit on GSME from PPMID",
        "message_code": "0x0090",
        "cra_flag": "Command",
        "originator_counter": 10001,
        "business_originator_id": "D0-05-5E-00-00-00-00-A2",
        "business_target_id": "D0-05-5E-00-00-00-00-A3",
    }
    assert (message["tunnel"], message["layer"], message["pan"]) == (1, "ZCL", "0x1A62")


def test_without_keys_it_says_that_frames_are_sealed(shell: Shell, files: tuple[Path, Path]) -> None:
    result = shell("trace", files[0])
    assert result.status == 0
    assert all("sealed" in line for line in result.out.splitlines())


def test_the_street_names_its_devices(street_folder: Path) -> None:
    names = street_names(street_folder)
    assert names[Eui.parse("D0-05-5E-01-00-01-00-6F")] == "home 1/hub"
    assert names[Eui.parse("D0-05-5E-01-00-01-00-BD")] == "home 1/ppmid"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither pcap nor pcapng"),
        (b"GET / HTTP/1.1\r\n", "neither pcap nor pcapng"),
        (capture.HEADER[:20], "ends within its header"),
        (capture.HEADER + b"\0" * 15, "ends within its header"),
    ],
)
def test_what_is_no_capture_is_said_in_a_line(shell: Shell, tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "no.pcap"
    file.write_bytes(content)
    result = shell("trace", file)
    assert result.status == 2
    assert why in result.line
    assert str(file) in result.line


@pytest.mark.parametrize("content", [b"not a row", b"\xff", b'"00","Normal","nwk"'])
def test_a_table_of_keys_that_is_none_is_said_in_a_line(
    shell: Shell, files: tuple[Path, Path], tmp_path: Path, content: bytes
) -> None:
    table = tmp_path / "no.keys"
    table.write_bytes(content)
    result = shell("trace", files[0], "--keys", table)
    assert result.status == 2
    assert str(table) in result.line


def test_files_that_are_not_there_are_named(shell: Shell, files: tuple[Path, Path]) -> None:
    assert shell("trace", "nowhere").line == "nowhere: No such file or directory"
    assert "No such file" in shell("trace", files[0], "--keys", "no such file").line


def test_a_time_outside_the_calendar_is_said_in_a_line(shell: Shell, tmp_path: Path) -> None:
    def block(kind: int, body: bytes) -> bytes:
        size = struct.pack("<I", 12 + len(body))
        return struct.pack("<I", kind) + size + body + size

    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    # Option 9 says that the unit of time is a second.
    interface = block(1, struct.pack("<HHIHHB3x", 195, 0, 0, 9, 1, 0))
    frame = TRANSPORT_KEY[32:]
    body = struct.pack("<5I", 0, 0xFFFF_FFFF, 0, len(frame), len(frame)) + frame + b"\0" * (-len(frame) % 4)
    file = tmp_path / "late.pcapng"
    file.write_bytes(section + interface + block(6, body))
    result = shell("trace", file, "--all")
    assert result.status == 2
    assert str(file) in result.line
    assert "outside the calendar" in result.line


class Air:
    """An air on which two frames are heard."""

    def __init__(self, heard: Callable[[bytes], object]) -> None:
        for _ in range(2):
            asyncio.get_running_loop().call_soon(heard, TRANSPORT_KEY[32:])

    def close(self) -> None:
        """Nothing to close."""


def test_a_table_of_keys_that_comes_later_and_is_none_ends_the_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "air.keys"

    async def opened(_interface: str, _port: int, _clock: object, heard: Callable[[bytes], object]) -> Air:
        table.write_text("not a row\n")
        return Air(heard)

    monkeypatch.setattr(UdpAir, "opened", opened)
    with pytest.raises(UsageError, match=r"air\.keys.*line 1"):
        follow("127.0.0.1", 1, table, {}, everything=False, json=False)
    assert "Traceback" not in capsys.readouterr().err
