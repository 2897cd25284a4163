"""Wireshark as a judge: what its GBCS dissector reads in messages, as values to compare with ours.

All messages go through one ``text2pcap`` (bytes to a capture file) and one ``tshark`` (capture file to
fields), so a thousand take less than a second. Neither sees our code.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant, from_iso
from tests.judges.programs import program

__all__ = ["MALFORMED", "Dissection", "dissect"]

Dissection = dict[str, tuple[Any, ...]]
"""The fields of one message by their names in :data:`FIELDS`: every occurrence, in the order of the bytes."""

MALFORMED: Final = "malformed"


def _number(text: str) -> int:
    return int(text, 0)


def _identifier(text: str) -> Eui:
    return Eui.parse(text.replace(":", "-"))


def _octets(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _moment(text: str) -> Instant:
    """A time as Wireshark writes it: ``Jan 15, 2030 09:00:00.000000000 UTC``; from 4.2 on in ISO 8601."""
    seconds, _, _fraction = text.partition(".")
    if text[0].isdigit():
        return from_iso(seconds)
    return from_iso(datetime.strptime(seconds, "%b %d, %Y %H:%M:%S").isoformat())


_Reader = Callable[[str], Any]

# Our name for a field, Wireshark's, and how its text reads.
FIELDS: Final[dict[str, tuple[str, _Reader]]] = {
    MALFORMED: ("_ws.malformed", str),
    "warning": ("_ws.expert.message", str),
    "protocol": ("frame.protocols", str),
    "length": ("gbcs_message.element_length", _number),
    "cra": ("gbcs_message.grouping_header.cra_flag", _number),
    "originator counter": ("gbcs_message.grouping_header.originator_counter", _number),
    "originator": ("gbcs_message.grouping_header.business_originator_id", _identifier),
    "target": ("gbcs_message.grouping_header.business_target_id", _identifier),
    "date-time": ("gbcs_message.grouping_header.date_time", _moment),
    "message code": ("gbcs_message.grouping_header.message_code", _number),
    "remote party": ("gbcs_message.grouping_header.supplementary_remote_party_id", _identifier),
    "remote party counter": ("gbcs_message.grouping_header.supplementary_remote_party_counter", _number),
    "supplementary originator counter": (
        "gbcs_message.grouping_header.supplementary_remote_party_originator_counter",
        _number,
    ),
    "certificate": ("gbcs_message.grouping_header.supplementary_remote_party_ka_certificate", _octets),
    "signature": ("gbcs_message.krp", _octets),
    "MAC": ("gbcs_message.mac", _octets),
    "DLMS": ("data.data", _octets),
    "components": ("gbcs_gbz.components", _number),
    "control": ("gbcs_gbz.extended_header_control", _number),
    "cluster": ("gbcs_gbz.extended_header_cluster", _number),
    "from date time": ("gbcs_gbz.from_date_time", _moment),
    "frame counter": ("gbcs_gbz.additional_frame_counter", _number),
    "frame control": ("gbcs_gbz.frame_control", _number),
    "sequence": ("gbcs_gbz.transaction", _number),
    "command": ("gbcs_gbz.command_id", _number),
    "ciphertext": ("gbcs_gbz.encrypted_payload", _octets),
    "tag": ("gbcs_gbz.mac", _octets),
    "alert code": ("gbcs_gbz.alert_code", _number),
    "alert time": ("gbcs_gbz.timestamp", _moment),
    "outcome of message": ("gbcs_gbz.message_code", _number),
    "outcome of counter": ("gbcs_gbz.originator_counter", _number),
    "image hash": ("gbcs_gbz.firmware_hash", _octets),
    "integrity issue": ("gbcs_gbz.integrity_issue_warning", _number),
    "ZCL sequence": ("zbee_zcl.cmd.tsn", _number),
    "ZCL general command": ("zbee_zcl.cmd.id", _number),
}

_SEPARATOR, _AGGREGATOR = "\t", "|"


def dissect(messages: Iterable[bytes]) -> list[Dissection]:
    """What Wireshark reads in each message; a field that a message does not have is an empty tuple."""
    wanted = [argument for field, _ in FIELDS.values() for argument in ("-e", field)]
    form = ["-T", "fields", "-E", f"separator={_SEPARATOR}", "-E", f"aggregator={_AGGREGATOR}"]
    lines = _run("tshark", "-n", "-r", "-", *form, *wanted, stdin=_capture(messages)).decode().splitlines()
    return [_dissection(line) for line in lines]


def _capture(messages: Iterable[bytes]) -> bytes:
    """A capture file with a packet for each message, addressed to the GBCS dissector."""
    lines = [
        f"{offset:06x} {message[offset : offset + 16].hex(' ')}\n"
        for message in messages
        for offset in range(0, len(message), 16)
    ]
    return _run("text2pcap", "-q", "-P", "gbcs_message", "-", "-", stdin="".join(lines).encode())


def _dissection(line: str) -> Dissection:
    texts = line.split(_SEPARATOR)
    return {
        name: tuple(map(read, filter(None, text.split(_AGGREGATOR))))
        for (name, (_, read)), text in zip(FIELDS.items(), texts, strict=True)
    }


def _run(name: str, *arguments: str, stdin: bytes) -> bytes:
    # Without a home there are no settings of the user's own that could change what is read.
    environment = {"PATH": os.environ["PATH"], "HOME": os.devnull, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    command = [program(name), *arguments]
    done = subprocess.run(
        command, input=stdin, capture_output=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout
