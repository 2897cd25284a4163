"""Wireshark as a judge of radio frames: what tshark reads in a capture of a home, given keys or not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.judges.programs import program

__all__ = ["Read", "read"]

_FIELDS: Final = (
    "frame.protocols",
    "gbcs_message.grouping_header.message_code",
    "_ws.malformed",
    "zbee_sec.encrypted_payload",
    "zbee_aps.fragment.error",
    "wpan.fcs_ok",
    "_ws.expert.message",
)


class Read(Struct, frozen=True):
    """What tshark makes of one frame: its protocols, Message Codes of GBCS, and what it finds wrong."""

    protocols: tuple[str, ...]
    codes: tuple[int, ...]
    wrong: tuple[str, ...]


def read(capture: Path, rows: Iterable[str]) -> list[Read]:
    """Every frame of a capture, read with the rows of Wireshark's key table."""
    options = [part for row in rows for part in ("-o", f"uat:zigbee_pc_keys:{row}")]
    fields = [part for field in _FIELDS for part in ("-e", field)]
    shown = subprocess.run(
        [program("tshark"), "-r", str(capture), *options, "-T", "fields", "-E", "separator=|", *fields],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        timeout=120,
    )
    return [_read(line) for line in shown.stdout.splitlines()]


def _read(line: str) -> Read:
    protocols, codes, malformed, encrypted, fragment, check, expert = line.split("|", len(_FIELDS) - 1)
    wrong = [text for text in (malformed, encrypted, fragment, expert) if text]
    if check not in ("1", "True", ""):
        wrong.append(f"frame check {check}")
    return Read(
        tuple(protocols.split(":")), tuple(int(code, 0) for code in codes.split(",") if code), tuple(wrong)
    )
