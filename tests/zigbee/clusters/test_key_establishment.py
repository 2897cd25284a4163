"""Key Establishment: every command, and the certificate."""

from __future__ import annotations

import pytest

from doorstep.eui import Eui
from doorstep.zigbee.clusters import Command
from doorstep.zigbee.clusters import key_establishment as k
from doorstep.zigbee.clusters.key_establishment import KEY_ESTABLISHMENT
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows
from tests.zigbee.hostile import every_truncation

_POINT = "02" + "AB" * 36
_CERTIFICATE = "00 0102030405060708 0D 08 1112131415161718 0054A48E00 FFFFFFFF D0055E00000000A2 88" + _POINT

ONE_WAY: list[tuple[int, str, Command]] = [
    (
        0x00,
        f"0200 0A 14 {_CERTIFICATE}",
        k.InitiateKeyEstablishment(k.Suite.K283, 10, 20, bytes.fromhex(_CERTIFICATE)),
    ),
    (0x01, _POINT, k.EphemeralData(bytes.fromhex(_POINT))),
    (
        0x02,
        "00112233445566778899AABBCCDDEEFF",
        k.ConfirmKey(bytes.fromhex("00112233445566778899AABBCCDDEEFF")),
    ),
    (0x03, "02 0A 0200", k.TerminateKeyEstablishment(k.TerminateStatus.BAD_KEY_CONFIRM, 10, 2)),
]
CASES: list[Case] = [(way, *case) for way in (TO_SERVER, TO_CLIENT) for case in ONE_WAY]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{type(case[3]).__name__}-{case[0].name}")
def test_both_ways(case: Case) -> None:
    both_ways(KEY_ESTABLISHMENT, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(KEY_ESTABLISHMENT)


def test_the_certificate_is_most_significant_octet_first() -> None:
    octets = bytes.fromhex(_CERTIFICATE)
    assert len(octets) == k.CERTIFICATE_SIZES[k.Suite.K283]
    certificate = k.Certificate.from_bytes(octets)
    assert certificate == k.Certificate(
        0,
        bytes(range(1, 9)),
        0x0D,
        0x08,
        bytes(range(0x11, 0x19)),
        0x54A48E00,
        0xFFFF_FFFF,
        Eui.parse("D0-05-5E-00-00-00-00-A2"),
        0x88,
        bytes.fromhex(_POINT),
    )
    assert len(certificate.public_key) == k.PUBLIC_KEY_SIZES[k.Suite.K283]
    assert certificate.to_bytes() == octets
    assert every_truncation(k.Certificate.from_bytes, octets) == 0


def test_the_first_command_just_fits_a_frame() -> None:
    frame = KEY_ESTABLISHMENT.frame(ONE_WAY[0][2], TO_SERVER, sequence=1)
    assert len(frame.to_bytes()) == 81
