"""Price: every command."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError
from doorstep.zigbee.clusters import price as p
from doorstep.zigbee.clusters.price import PRICE
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows

_PRICE_HEAD = "00000000 00 804A371C 814A371C 01 3A03 51 41 00000000 A005 80250000"
_PRICE = p.PublishPrice(0, b"", 0x1C374A80, 0x1C374A81, 1, 0x033A, 0x51, 0x41, 0, 1440, 9600)

CASES: list[Case] = [
    (TO_SERVER, 0x00, "01", p.GetCurrentPrice(1)),
    (TO_SERVER, 0x01, "00000000 05", p.GetScheduledPrices(0, 5)),
    (TO_SERVER, 0x02, "00000000 01000000 02000000 01", p.PriceAcknowledgement(0, 1, 2, 1)),
    (TO_SERVER, 0x03, "00000000 05 00", p.GetBlockPeriods(0, 5, 0)),
    (TO_SERVER, 0x04, "00000000 FFFFFFFF 01", p.GetConversionFactor(0, 0xFFFF_FFFF, 1)),
    (TO_SERVER, 0x05, "00000000 FFFFFFFF 01", p.GetCalorificValue(0, 0xFFFF_FFFF, 1)),
    (TO_SERVER, 0x06, "00000000 FFFFFFFF 01 00", p.GetTariffInformation(0, 0xFFFF_FFFF, 1, 0)),
    (TO_SERVER, 0x07, "01000000", p.GetPriceMatrix(1)),
    (TO_SERVER, 0x08, "01000000", p.GetBlockThresholds(1)),
    (TO_SERVER, 0x0A, "01000000", p.GetTierLabels(1)),
    (TO_SERVER, 0x0B, "00000000 FFFFFFFF 01 00", p.GetBillingPeriod(0, 0xFFFF_FFFF, 1, 0)),
    (TO_CLIENT, 0x00, _PRICE_HEAD, _PRICE),
    (
        TO_CLIENT,
        0x00,
        "07000000 03 444159 01000000 02000000 00 3A03 20 11 03000000 FFFF 04000000"
        " FF FFFFFFFF FF FFFFFFFF FF FF 00 01 00 00 02 03 04",
        p.PublishPrice(
            *(7, b"DAY", 1, 2, 0, 0x033A, 0x20, 0x11, 3, 0xFFFF, 4),
            *(0xFF, 0xFFFF_FFFF, 0xFF, 0xFFFF_FFFF, 0xFF, 0xFF, 0, 1, 0, 0, 2, 3, 4),
        ),
    ),
    (
        TO_CLIENT,
        0x01,
        "00000000 804A371C 0029601C 010000 02 23 00 01",
        p.PublishBlockPeriod(0, 0x1C374A80, 0x1C602900, 1, 2, 0x23, 0, 1),
    ),
    (
        TO_CLIENT,
        0x02,
        "804A371C 00000000 788F0100 50",
        p.PublishConversionFactor(0x1C374A80, 0, 102264, 0x50),
    ),
    (
        TO_CLIENT,
        0x03,
        "804A371C 00000000 90010000 01 10",
        p.PublishCalorificValue(0x1C374A80, 0, 400, 1, 0x10),
    ),
    (
        TO_CLIENT,
        0x04,
        "00000000 804A371C 01000000 FFFFFFFF 10 00 00 03 00 3A03 50 AD600000 FF 010000 E80300",
        p.PublishTariffInformation(
            0, 0x1C374A80, 1, 0xFFFF_FFFF, 0x10, b"", 0, 3, 0, p.POUNDS, 0x50, 24749, 0xFF, 1, 1000
        ),
    ),
    (
        TO_CLIENT,
        0x05,
        "00000000 804A371C FEFFFFFF 01000000 00 01 00 00 80250000 01 D8270000",
        p.PublishPriceMatrix(
            0,
            0x1C374A80,
            0xFFFF_FFFE,
            1,
            0,
            1,
            0,
            (p.PriceMatrixEntry(0, 9600), p.PriceMatrixEntry(1, 10200)),
        ),
    ),
    (
        TO_CLIENT,
        0x06,
        "00000000 804A371C FEFFFFFF 01000000 00 01 01 03 40420F000000 80841E000000 C0C62D000000 10",
        p.PublishBlockThresholds(
            *(0, 0x1C374A80, 0xFFFF_FFFE, 1, 0, 1, 1),
            (p.BlockThresholds(3, (1_000_000, 2_000_000, 3_000_000)), p.BlockThresholds(0x10, ())),
        ),
    ),
    (
        TO_CLIENT,
        0x08,
        "00000000 01000000 02000000 00 01 02 01 03 444159 02 00",
        p.PublishTierLabels(0, 1, 2, 0, 1, (p.TierLabel(1, b"DAY"), p.TierLabel(2, b""))),
    ),
    (
        TO_CLIENT,
        0x09,
        "00000000 804A371C 0017561A 010000 22 00",
        p.PublishBillingPeriod(0, 0x1C374A80, 0x1A561700, 1, 0x22, 0),
    ),
    (
        TO_CLIENT,
        0x0A,
        "00000000 01000000 02000000 030000 22 00 04000000 3A03 20",
        p.PublishConsolidatedBill(0, 1, 2, 3, 0x22, 0, 4, p.POUNDS, 0x20),
    ),
    (TO_CLIENT, 0x0E, "00000000 01000000 00", p.CancelTariff(0, 1, 0)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[3]).__name__)
def test_both_ways(case: Case) -> None:
    both_ways(PRICE, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(PRICE)


def test_thresholds_fewer_than_announced_are_refused() -> None:
    with pytest.raises(DecodeError):
        p.BlockThresholds.from_bytes(bytes.fromhex("02 40420F000000"))


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        (0x0000, "Tier1PriceLabel"),
        (0x002F, "Tier48PriceLabel"),
        (0x0102, "Block3Threshold"),
        (0x0403, "NoTierBlock4Price"),
        (0x0441, "Tier4Block2Price"),
        (0x0616, "Currency"),
    ],
)
def test_attributes(identifier: int, name: str) -> None:
    attribute = PRICE.attribute(identifier)
    assert attribute is not None
    assert attribute.name == name
