"""Device Management: every command."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError, EncodeError
from doorstep.zigbee.clusters import device_management as d
from doorstep.zigbee.clusters.device_management import DEVICE_MANAGEMENT
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows

CASES: list[Case] = [
    (TO_SERVER, 0x00, "", d.GetChangeOfTenancy()),
    (TO_SERVER, 0x01, "", d.GetChangeOfSupplier()),
    (TO_SERVER, 0x02, "02", d.RequestNewPassword(2)),
    (TO_SERVER, 0x03, "", d.GetSiteId()),
    (
        TO_SERVER,
        0x04,
        "00 01 0D81 18 0E81 58",
        d.ReportEventConfiguration(
            0, 1, (d.EventConfiguration(0x810D, 0x18), d.EventConfiguration(0x810E, 0x58))
        ),
    ),
    (TO_SERVER, 0x05, "", d.GetCin()),
    (
        TO_CLIENT,
        0x00,
        "00000000 804A371C 00 206EC61F 00020000",
        d.PublishChangeOfTenancy(0, 0x1C374A80, 0, 0x1FC66E20, 0x200),
    ),
    (
        TO_CLIENT,
        0x01,
        "00000000 804A371C 00 01000000 00000000 18000000 04 452D4F4E 02 3333",
        d.PublishChangeOfSupplier(0, 0x1C374A80, 0, 1, 0, 0x18, b"E-ON", b"33"),
    ),
    (
        TO_CLIENT,
        0x02,
        "804A371C 00000000 0A00 02 00",
        d.RequestNewPasswordResponse(0x1C374A80, 0, 10, 2, b""),
    ),
    (
        TO_CLIENT,
        0x03,
        "804A371C 00000000 00000000 0A 31323334353637383930",
        d.UpdateSiteId(0x1C374A80, 0, 0, b"1234567890"),
    ),
    (
        TO_CLIENT,
        0x04,
        "804A371C 00000000 5B 00 03 AA81 AB81 C481",
        d.SetEventConfiguration(0x1C374A80, 0, 0x5B, 0, event_ids=(0x81AA, 0x81AB, 0x81C4)),
    ),
    (
        TO_CLIENT,
        0x04,
        "804A371C 00000000 5B 01 FF81",
        d.SetEventConfiguration(0x1C374A80, 0, 0x5B, 1, event_group=0x81FF),
    ),
    (
        TO_CLIENT,
        0x04,
        "804A371C 00000000 5B 02 03",
        d.SetEventConfiguration(0x1C374A80, 0, 0x5B, 2, log_type=3),
    ),
    (
        TO_CLIENT,
        0x04,
        "804A371C 00000000 5B 03 18",
        d.SetEventConfiguration(0x1C374A80, 0, 0x5B, 3, configured_so=0x18),
    ),
    (TO_CLIENT, 0x05, "FF81", d.GetEventConfiguration(0x81FF)),
    (TO_CLIENT, 0x06, "01000000 00000000 00000000 01 41", d.UpdateCin(1, 0, 0, b"A")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[3]).__name__)
def test_both_ways(case: Case) -> None:
    both_ways(DEVICE_MANAGEMENT, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(DEVICE_MANAGEMENT)


def test_the_control_decides_which_events_can_be_named() -> None:
    with pytest.raises(EncodeError, match=r"SetEventConfiguration\.log_type: has no place here"):
        d.SetEventConfiguration(1, 0, 0, d.ConfigurationControl.LISTED, event_ids=(), log_type=3).to_bytes()
    with pytest.raises(DecodeError):
        d.SetEventConfiguration.from_bytes(bytes.fromhex("01000000 00000000 5B 02 03 04"))
