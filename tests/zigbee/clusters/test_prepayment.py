"""Prepayment: every command."""

from __future__ import annotations

import pytest

from doorstep.zigbee.clusters import prepayment as p
from doorstep.zigbee.clusters.prepayment import PREPAYMENT
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows

UTRN = b"12345678901234567890"

CASES: list[Case] = [
    (TO_SERVER, 0x00, "00000000 02", p.SelectAvailableEmergencyCredit()),
    (
        TO_SERVER,
        0x00,
        "01000000 02 02 4142 FF",
        p.SelectAvailableEmergencyCredit(1, 2, p.MeterIdentity(b"AB", None)),
    ),
    (
        TO_SERVER,
        0x02,
        "804A371C 00 40420F00 00 01 00000000 0000 01 50C30000 1027",
        p.ChangeDebt(0x1C374A80, b"", 1_000_000, 0, 1, 0, 0, 1, 50_000, 10_000),
    ),
    (
        TO_SERVER,
        0x03,
        "804A371C 00000000 80969800 A0860100",
        p.EmergencyCreditSetup(0x1C374A80, 0, 10_000_000, 100_000),
    ),
    (TO_SERVER, 0x04, "02 14 3132333435363738393031323334353637383930", p.ConsumerTopUp(2, UTRN)),
    (TO_SERVER, 0x05, "804A371C 00000000 00 FFFFFFFF", p.CreditAdjustment(0x1C374A80, 0, 0, -1)),
    (
        TO_SERVER,
        0x06,
        "00000000 804A371C 00000000 940C FFFFFFFF",
        p.ChangePaymentMode(0, 0x1C374A80, 0, 0x0C94, -1),
    ),
    (TO_SERVER, 0x07, "01000000 02000000 00 01000000", p.GetPrepaySnapshot(1, 2, 0, 1)),
    (TO_SERVER, 0x08, "FEFFFFFF 05", p.GetTopUpLog(0xFFFF_FFFE, 5)),
    (TO_SERVER, 0x09, "404B4C00", p.SetLowCreditWarningLevel(5_000_000)),
    (TO_SERVER, 0x0A, "20F6361C 0A FF", p.GetDebtRepaymentLog(0x1C36F620, 10, 0xFF)),
    (
        TO_SERVER,
        0x0B,
        "00000000 804A371C 00000000 40787D01 41787D01",
        p.SetMaximumCreditLimit(0, 0x1C374A80, 0, 25_000_000, 25_000_001),
    ),
    (
        TO_SERVER,
        0x0C,
        "00000000 804A371C 00000000 A0860100",
        p.SetOverallDebtCap(0, 0x1C374A80, 0, 100_000),
    ),
    (
        TO_CLIENT,
        0x01,
        "07000000 804A371C 01 00 01 01000000 00 AABB",
        p.PublishPrepaySnapshot(7, 0x1C374A80, 1, 0, 1, 1, 0, b"\xaa\xbb"),
    ),
    (
        TO_CLIENT,
        0x02,
        "01 02000000 40420F00 400D0300",
        p.ChangePaymentModeResponse(1, 2, 1_000_000, 200_000),
    ),
    (
        TO_CLIENT,
        0x03,
        "01 FFFFFFFF 00 FFFFFFFF",
        p.ConsumerTopUpResponse(p.TopUpResult.REJECTED_INVALID, -1, 0, -1),
    ),
    (
        TO_CLIENT,
        0x05,
        "00 01 14 3132333435363738393031323334353637383930 40420F00 001E2F1C 00 FFFFFFFF 00000000",
        p.PublishTopUpLog(0, 1, (p.TopUp(UTRN, 1_000_000, 0x1C2F1E00), p.TopUp(b"", -1, 0))),
    ),
    (
        TO_CLIENT,
        0x06,
        "00 01 804A371C 64000000 02 E8030000",
        p.PublishDebtLog(0, 1, (p.DebtPayment(0x1C374A80, 100, 2, 1000),)),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[3]).__name__)
def test_both_ways(case: Case) -> None:
    both_ways(PREPAYMENT, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(PREPAYMENT)


def test_emergency_credit_and_top_up_as_frames() -> None:
    credit = PREPAYMENT.frame(p.SelectAvailableEmergencyCredit(), TO_SERVER, sequence=10)
    assert credit.to_bytes() == bytes.fromhex("01 0A 00 00000000 02")
    top_up = PREPAYMENT.frame(p.ConsumerTopUp(2, UTRN), TO_SERVER, sequence=11)
    assert top_up.to_bytes() == bytes.fromhex("01 0B 04 02 14 3132333435363738393031323334353637383930")


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        (0x0001, "CreditRemaining"),
        (0x0103, "TopUpCode1"),
        (0x0141, "TopUpAmount5"),
        (0x0210, "DebtLabel1"),
        (0x0239, "DebtRecoveryTopUpPercentage3"),
    ],
)
def test_attributes(identifier: int, name: str) -> None:
    attribute = PREPAYMENT.attribute(identifier)
    assert attribute is not None
    assert attribute.name == name
