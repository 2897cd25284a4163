"""The air between real processes, as a capture on the same machine has it, and as Wireshark reads that."""

from __future__ import annotations

import json
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from doorstep.service.air import GROUP
from doorstep.zigbee.zep import UDP_PORT
from tests.judges.han import read
from tests.processes.conftest import MakeStreet
from tests.processes.street import DEADLINE, ProcessStreet

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]

ENABLE_SUPPLY = 0x004F
RAW_IP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)


@contextmanager
def captured(port: int) -> Iterator[list[bytes]]:
    """The datagrams of an air while the context lasts, as anybody on the machine hears them."""
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.bind((GROUP, port))
    membership = socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1")
    ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    ear.settimeout(0.1)
    heard: list[bytes] = []
    listening = True

    def listen() -> None:
        while listening:
            try:
                heard.append(ear.recv(2048))
            except TimeoutError:
                continue

    thread = Thread(target=listen)
    thread.start()
    try:
        yield heard
    finally:
        listening = False
        thread.join()
        ear.close()


def written(datagrams: list[bytes], path: Path) -> Path:
    """The datagrams as a capture of an IP network, to the port at which Wireshark expects ZEP."""
    with path.open("wb") as file:
        file.write(RAW_IP)
        for number, data in enumerate(datagrams):
            size = len(data) + 8
            header = struct.pack(">BBHHHBBHII", 0x45, 0, size + 20, 0, 0, 1, 17, 0, 0x7F000001, 0xEFFF4D36)
            packet = header + struct.pack(">HHHH", UDP_PORT, UDP_PORT, size, 0) + data
            file.write(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)
    return path


def test_wireshark_reads_what_the_processes_say_to_each_other(
    make_street: MakeStreet, tmp_path: Path
) -> None:
    street = make_street()
    with captured(street.han) as datagrams:
        street.start_all()
        street.reaches(street.place(use="enable-supply"), "executed")
    frames = read(written(datagrams, tmp_path / "air.pcap"), street.key_log.read_text().splitlines())
    assert [frame for frame in frames if frame.wrong] == []
    messages = [frame for frame in frames if frame.codes]
    # PPMID to hub, hub to meter; and the Response from the meter to the hub.
    assert [frame.codes for frame in messages] == [(ENABLE_SUPPLY,)] * 3
    assert all("zep" in frame.protocols for frame in frames)
    without = read(tmp_path / "air.pcap", ['"' + "5A" * 16 + '","Normal","nwk"'])
    assert not any(frame.codes or "zbee_zcl" in frame.protocols for frame in without)


def test_a_trace_follows_a_running_home(make_street: MakeStreet, tmp_path: Path) -> None:
    street = make_street()
    out = tmp_path / "trace.out"
    with out.open("wb") as file, (tmp_path / "trace.err").open("wb") as err:
        trace = subprocess.Popen(
            [
                *(sys.executable, "-m", "doorstep.cli", "trace", "--json", "--han-port", str(street.han)),
                *("--keys", str(street.key_log), "--street", str(street.keys)),
            ],
            stdout=file,
            stderr=err,
        )
    try:
        street.until(lambda: "listening" in (tmp_path / "trace.err").read_text(), "the trace to listen")
        street.start_all()
        street.reaches(street.place(use="enable-supply"), "executed")
        seen = street.until(lambda: found if len(found := ways(out)) >= 3 else None, "the trace of it")
    finally:
        trace.send_signal(signal.SIGINT)
        assert trace.wait(timeout=DEADLINE) == 0
    assert seen[:3] == [
        ("home 1/ppmid", "home 1/hub", "Command"),
        ("home 1/hub", "home 1/meter", "Command"),
        ("home 1/meter", "home 1/hub", "Response"),
    ]


def ways(out: Path) -> list[tuple[str, str, str]]:
    """From where to where the trace has seen the messages of enable-supply go."""
    lines = [json.loads(line) for line in out.read_text().splitlines(keepends=True) if line.endswith("\n")]
    wanted = [line for line in lines if line["message"] and line["message"].get("use_case") == "ECS42"]
    first = [line for line in wanted if not line["repeated"]]
    return [(line["from"], line["to"], line["message"]["cra_flag"]) for line in first]


def test_no_process_says_a_key(make_street: MakeStreet) -> None:
    """The key log is asked for; nothing that a process prints has a key in it."""
    street = make_street()
    street.start_all()
    street.until(lambda: len(rows(street)) > 5, "the keys of both Devices to be written down")
    logs = "".join(stop.log_text() for stop in street.stops.values()).lower()
    assert "joined" in logs
    assert not [key for key in rows(street) if key in logs]


def rows(street: ProcessStreet) -> list[str]:
    """The keys in the key log, as hex."""
    return [row.split('"')[1] for row in street.key_log.read_text().splitlines()]
