"""Metering: every command, and the flags and attributes that a mirror and a meter are read by."""

from __future__ import annotations

import pytest

from doorstep.zigbee import types
from doorstep.zigbee.clusters import metering as m
from doorstep.zigbee.clusters.metering import METERING
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows

CASES: list[Case] = [
    (TO_SERVER, 0x00, "00 804A371C 04", m.GetProfile(0, 0x1C374A80, 4)),
    (TO_SERVER, 0x01, "0200", m.RequestMirrorResponse(2)),
    (TO_SERVER, 0x02, "FFFF", m.MirrorRemoved(0xFFFF)),
    (TO_SERVER, 0x03, "05 0F", m.RequestFastPollMode(5, 15)),
    (TO_SERVER, 0x05, "00800000", m.TakeSnapshot(0x8000)),
    (TO_SERVER, 0x06, "0B000000 0C000000 01 01000000", m.GetSnapshot(11, 12, 1, 1)),
    (TO_SERVER, 0x07, "01000000 02000000 00 0807 3000", m.StartSampling(1, 2, 0, 1800, 48)),
    (TO_SERVER, 0x08, "0200 01000000 00 2900", m.GetSampledData(2, 1, 0, 41)),
    (TO_SERVER, 0x09, "01 00002000", m.MirrorReportAttributeResponse(1, (0x0020_0000,))),
    (
        TO_SERVER,
        0x09,
        "02 00002000 00000000 01000000 40000000 00000080",
        m.MirrorReportAttributeResponse(2, (0x0020_0000, 0, 1, 0x40, 0x8000_0000)),
    ),
    (
        TO_SERVER,
        0x0B,
        "00000000 804A371C 01000000 00000000 02 01",
        m.ChangeSupply(0, 0x1C374A80, 1, 0, m.SupplyStatus.ON, 1),
    ),
    (TO_SERVER, 0x0C, "02", m.LocalChangeSupply(m.SupplyStatus.ON)),
    (TO_SERVER, 0x0D, "804A371C 00 01 03 03", m.SetSupplyStatus(0x1C374A80, 0, 1, 3, 3)),
    (
        TO_SERVER,
        0x0E,
        "00000000 804A371C F0F0 01 0100 0200 3C 2C01",
        m.SetUncontrolledFlowThreshold(0, 0x1C374A80, 0xF0F0, 1, 1, 2, 60, 300),
    ),
    (
        TO_CLIENT,
        0x00,
        "804A371C 00 01 02 010000 FFFFFF",
        m.GetProfileResponse(0x1C374A80, 0, 1, (1, 0xFFFFFF)),
    ),
    (TO_CLIENT, 0x01, "", m.RequestMirror()),
    (TO_CLIENT, 0x02, "", m.RemoveMirror()),
    (TO_CLIENT, 0x03, "05 804A371C", m.RequestFastPollModeResponse(5, 0x1C374A80)),
    (TO_CLIENT, 0x05, "07000000 01", m.TakeSnapshotResponse(7, 1)),
    (
        TO_CLIENT,
        0x06,
        "07000000 804A371C 01 00 01 01000000 06 AABB",
        m.PublishSnapshot(7, 0x1C374A80, 1, 0, 1, 1, 6, b"\xaa\xbb"),
    ),
    (
        TO_CLIENT,
        0x07,
        "0200 804A371C 00 0807 0200 010000 020000",
        m.GetSampledDataResponse(2, 0x1C374A80, 0, 1800, (1, 2)),
    ),
    (TO_CLIENT, 0x08, "01000000 080700 01 02", m.ConfigureMirror(1, 1800, 1, m.NotificationScheme.B)),
    (TO_CLIENT, 0x09, "01000000 02 43210000", m.ConfigureNotificationScheme(1, 2, 0x2143)),
    (
        TO_CLIENT,
        0x0A,
        "01000000 02 0100 0207 FFFF 02 0B0C",
        m.ConfigureNotificationFlags(1, 2, 1, 0x0702, 0xFFFF, (0x0B, 0x0C)),
    ),
    (TO_CLIENT, 0x0B, "02 0000 00004000", m.GetNotifiedMessage(2, 0, m.FunctionalFlag.GET_SNAPSHOT)),
    (
        TO_CLIENT,
        0x0C,
        "00000000 804A371C 00000000 01",
        m.SupplyStatusResponse(0, 0x1C374A80, 0, m.SupplyStatus.OFF_ARMED),
    ),
    (TO_CLIENT, 0x0D, "FFFF", m.StartSamplingResponse(0xFFFF)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[3]).__name__)
def test_both_ways(case: Case) -> None:
    both_ways(METERING, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(METERING)


def test_mirror_flags_as_a_frame() -> None:
    flags = m.MirrorReportAttributeResponse(
        m.NotificationScheme.A, (m.FunctionalFlag.TUNNEL_MESSAGE_PENDING,)
    )
    frame = METERING.frame(flags, TO_SERVER, sequence=14)
    assert frame.to_bytes() == bytes.fromhex("01 0E 09 01 00002000")


def test_enable_supply_as_a_frame() -> None:
    frame = METERING.frame(m.LocalChangeSupply(m.SupplyStatus.ON), TO_SERVER, sequence=12)
    assert frame.to_bytes() == bytes.fromhex("01 0C 0C 02")


@pytest.mark.parametrize(
    ("identifier", "name", "row"),
    [
        (0x0000, "CurrentSummationDelivered", types.UINT48),
        (0x0104, "CurrentTier3SummationDelivered", types.UINT48),
        (0x015E, "CurrentTier48SummationDelivered", types.UINT48),
        (0x0700, "CurrentNoTierBlock1SummationDelivered", types.UINT48),
        (0x0723, "CurrentTier2Block4SummationDelivered", types.UINT48),
        (0x0400, "InstantaneousDemand", types.INT24),
        (0xFFFE, "AttributeReportingStatus", types.ENUM8),
    ],
)
def test_attributes(identifier: int, name: str, row: types.DataType) -> None:
    attribute = METERING.attribute(identifier)
    assert attribute is not None
    assert (attribute.name, attribute.type) == (name, row)


def test_the_words_of_flags_are_attributes_of_the_client() -> None:
    names = [attribute.name for attribute in METERING.client_attributes]
    assert names[0] == "FunctionalNotificationFlags"
    assert names[3] == "NotificationFlags4"
    assert [attribute.id for attribute in METERING.client_attributes] == list(range(8))
