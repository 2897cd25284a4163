"""The check of frames and install codes, by the check values that the literature gives."""

from __future__ import annotations

from doorstep.zigbee.crc import crc16


def test_known_answers() -> None:
    assert crc16(b"123456789", 0x0000) == 0x2189
    assert crc16(b"123456789", 0xFFFF) ^ 0xFFFF == 0x906E
    assert crc16(b"", 0x1234) == 0x1234
