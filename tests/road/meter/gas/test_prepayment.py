"""Prepayment on a gas meter: what Commands and PPMIDs do to credit, debt and supply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.road.device.clusters import Attr, named
from doorstep.road.machine import Note
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.clusters.prepayment import (
    ChangeDebt,
    ConsumerTopUp,
    ConsumerTopUpResponse,
    CreditAdjustment,
    CreditStatus,
    EmergencyCreditSetup,
    GetTopUpLog,
    SelectAvailableEmergencyCredit,
    SetMaximumCreditLimit,
    TopUp,
)
from doorstep.zigbee.types import Value
from tests.road.meter.electricity.home import NOW
from tests.road.meter.gas.home import (
    CREDIT,
    CUT_OFF,
    EMERGENCY,
    MODE,
    PREPAID,
    STATUS,
    SUPPLY,
    adjust,
    answered,
    command,
    digits,
    drained,
    executed,
    local_emergency_credit,
    local_top_up,
    meter,
    rejected,
    set_mode,
    statuses,
    top_up,
)

BILL = named(METERING, "BillToDateDelivered")
LIMIT, THRESHOLD = (named(PREPAYMENT, f"EmergencyCredit{what}") for what in ("Limit", "Threshold"))
LOW = named(PREPAYMENT, "LowCreditWarningLevel")
DEBT, SHARE = named(PREPAYMENT, "DebtAmount3"), named(PREPAYMENT, "DebtRecoveryTopUpPercentage3")
READY: dict[Attr, Value] = {MODE: PREPAID, LIMIT: 5000, THRESHOLD: 1000, LOW: 2000}
BROKEN, REJECTED = 0xC0, ConsumerTopUpResponse(1, -1, 0, -1)


@pytest.mark.parametrize(
    ("kind", "value", "credit", "bill"),
    [(0, -700, 300, 900), (1, 0, 0, 900), (2, 0, 1000, 0), (3, 200, 1000, 700)],
)
def test_the_four_adjustments(kind: int, value: int, credit: int, bill: int) -> None:
    machine = meter(initial={CREDIT: 1000, BILL: 900})
    executed(machine, command("GCS40a", 1, CreditAdjustment(0, 0, kind, value)))
    assert (machine.state.number(CREDIT), machine.state.number(BILL)) == (credit, bill)


@pytest.mark.parametrize(("kind", "value"), [(4, 1), (255, 1), (3, 1000), (2, -1)])
def test_an_adjustment_that_cannot_be_changes_nothing(kind: int, value: int) -> None:
    machine = meter(initial={CREDIT: 1000, BILL: 900})
    event = executed(machine, command("GCS40a", 1, CreditAdjustment(0, 0, kind, value)))
    assert not event.succeeded
    assert (machine.state.number(CREDIT), machine.state.number(BILL)) == (1000, 900)


@pytest.mark.parametrize("credit", [2**31 - 1, -(2**31)])
def test_credit_does_not_wrap(credit: int) -> None:
    machine = meter(initial={CREDIT: credit})
    assert not executed(machine, adjust(1, 1 if credit > 0 else -1)).succeeded
    assert machine.state.number(CREDIT) == credit


def test_payment_mode_and_cut_off() -> None:
    machine = meter(initial={CUT_OFF: 5})
    executed(machine, set_mode(1, PREPAID))
    assert (machine.state.number(MODE), machine.state.number(CUT_OFF)) == (PREPAID, 5)
    executed(machine, set_mode(2, PREPAID, cut_off=-3000))
    assert machine.state.number(CUT_OFF) == -3000


def test_supply_is_armed_when_credit_falls_below_the_cut_off() -> None:
    machine = meter(initial={**READY, CREDIT: 100})
    machine.take(adjust(1, -101), NOW)
    codes = [event.code for event in drained(machine) if isinstance(event, Note)]
    assert machine.state.number(SUPPLY) == 1
    assert {0x8F0F, 0x8F32} <= set(codes)
    executed(machine, adjust(2, 500))
    assert machine.state.number(SUPPLY) == 1  # someone at home opens the valve, no Command does


def test_in_credit_mode_supply_stays_on() -> None:
    machine = meter()
    executed(machine, adjust(1, -(10**6)))
    assert machine.state.number(SUPPLY) == 2


# -- emergency credit ------------------------------------------------------------------------------------


def test_emergency_credit_is_offered_then_used_then_paid_back() -> None:
    machine = meter(initial={**READY, CREDIT: 1000})
    assert machine.state.number(STATUS) & CreditStatus.EMERGENCY_CREDIT_AVAILABLE
    assert statuses(executed(machine, command("GCS06", 1, emergency()))) == [0]
    assert machine.state.number(EMERGENCY) == 5000
    assert machine.state.number(STATUS) & CreditStatus.EMERGENCY_CREDIT_IN_USE
    assert statuses(executed(machine, command("GCS06", 2, emergency()))) == [0]  # it is in use: success
    executed(machine, top_up(1, 10))
    assert machine.state.number(CREDIT) == 11_000  # none of it was used up, so nothing was owed
    assert not machine.state.number(STATUS) & CreditStatus.EMERGENCY_CREDIT_IN_USE


def test_emergency_credit_that_was_used_is_paid_back_first() -> None:
    in_use = CreditStatus.EMERGENCY_CREDIT_SELECTED | CreditStatus.EMERGENCY_CREDIT_IN_USE
    machine = meter(initial={**READY, LIMIT: 50_000, EMERGENCY: 20_000, STATUS: in_use})
    executed(machine, top_up(1, 10))
    assert (machine.state.number(EMERGENCY), machine.state.number(CREDIT)) == (30_000, 0)
    assert machine.state.number(STATUS) & in_use
    executed(machine, top_up(2, 30))
    assert (machine.state.number(EMERGENCY), machine.state.number(CREDIT)) == (0, 10_000)
    assert not machine.state.number(STATUS) & in_use


def emergency() -> SelectAvailableEmergencyCredit:
    return SelectAvailableEmergencyCredit(0, 0)


@pytest.mark.parametrize("initial", [{**READY, CREDIT: 1001}, {LIMIT: 5000, THRESHOLD: 1000}])
def test_emergency_credit_that_is_not_to_be_had(initial: dict[Attr, Value]) -> None:
    machine = meter(initial=initial)
    assert statuses(executed(machine, command("GCS06", 1, emergency()))) == [BROKEN]
    assert machine.state.number(EMERGENCY) == 0


def test_a_ppmid_activates_emergency_credit() -> None:
    machine = meter(initial=READY)
    assert statuses(executed(machine, local_emergency_credit(1))) == [0]
    assert machine.state.number(EMERGENCY) == 5000
    assert rejected(machine, local_emergency_credit(1)).alert == 0x8F60


# -- top-ups -----------------------------------------------------------------------------------------------


def test_a_top_up_pays_debt_by_its_share_and_the_rest_is_credit() -> None:
    machine = meter(initial={**READY, DEBT: 300_000, SHARE: 2500, CREDIT: 10_000})
    event = executed(machine, top_up(1, 1000))
    assert answered(event) == (ConsumerTopUpResponse(0, 1_000_000, 0, 760_000),)
    assert machine.state.number(DEBT) == 50_000
    executed(machine, top_up(2, 1000))
    assert machine.state.number(DEBT) == 0
    assert machine.state.number(CREDIT) == 760_000 + 950_000


def test_the_values_of_the_reference_top_up_by_a_ppmid() -> None:
    machine = meter(initial={CREDIT: 2_500_000})
    event = executed(machine, local_top_up(10_000, 3, 2025))
    assert answered(event) == (ConsumerTopUpResponse(0, 2_025_000, 2, 4_525_000),)


@pytest.mark.parametrize(
    ("initial", "code", "alert"),
    [
        ({}, b"12345678910121314156", 0x8F63),
        ({}, b"not digits", 0x8F63),
        ({}, b"", 0x8F63),
        ({named(PREPAYMENT, "MaximumCreditPerTopUp"): 999}, digits(1, 1), 0x8F5B),
        ({named(PREPAYMENT, "MaximumCreditLimit"): 999}, digits(1, 1), 0x8F47),
    ],
)
def test_a_top_up_that_is_not_applied(initial: dict[Attr, Value], code: bytes, alert: int) -> None:
    machine = meter(initial=initial)
    machine.take(command("CS01b", 1 << 32, ConsumerTopUp(0, code)), NOW)
    events = drained(machine)
    assert alert in [event.code for event in events if isinstance(event, Note)]
    assert machine.state.number(CREDIT) == 0
    assert machine.state.counters.top_ups.spent == ()
    again = executed(meter(initial=initial), command("CS01b", 1 << 32, ConsumerTopUp(0, code)))
    assert answered(again) == (REJECTED,)


def test_a_utrn_counts_once_whichever_way_it_comes() -> None:
    machine = meter()
    assert executed(machine, top_up(3, 100)).succeeded
    assert answered(executed(machine, local_top_up(1, 3, 100)))[0].result == 1
    assert answered(executed(machine, top_up(3, 100, counter=9 << 32)))[0].result == 1
    assert machine.state.number(CREDIT) == 100_000


def test_the_last_five_top_ups_are_kept_the_latest_first() -> None:
    machine = meter()
    for number in range(1, 8):
        executed(machine, top_up(number, number), NOW + number * 1000)
    (log,) = answered(executed(machine, command("GCS15e", 1, GetTopUpLog(0xFFFFFFFE, 10))))
    assert [entry.amount for entry in log.top_ups] == [7000, 6000, 5000, 4000, 3000]
    assert isinstance(log.top_ups[0], TopUp)
    assert log.top_ups[0].code == digits(7, 7)
    (two,) = answered(executed(machine, command("GCS15e", 2, GetTopUpLog(log.top_ups[2].time, 2))))
    assert [entry.amount for entry in two.top_ups] == [5000, 4000]
    assert statuses(executed(machine, command("GCS15e", 3, GetTopUpLog(1, 2)))) == [0x8B]


# -- debts and configuration ---------------------------------------------------------------------------------


def debt(kind: int, amount: int) -> ChangeDebt:
    return ChangeDebt(0, b"", amount, 0, kind, 0, 0, 1, 500, 0)


def test_debts_are_set_or_added_to() -> None:
    machine = meter()
    executed(machine, command("GCS04", 1, debt(1, 100), debt(3, 200), debt(4, 300)))
    executed(machine, command("GCS04", 2, debt(1, 5), debt(2, 6), debt(5, -300)))
    found = [machine.state.number(named(PREPAYMENT, f"DebtAmount{number}")) for number in (1, 2, 3)]
    assert found == [105, 6, 0]
    assert machine.state.number(named(PREPAYMENT, "DebtRecoveryAmount1")) == 500


@pytest.mark.parametrize("wrong", [debt(6, 1), debt(1, -1)])
def test_a_debt_that_cannot_be_changes_nothing(wrong: ChangeDebt) -> None:
    machine = meter()
    assert not executed(machine, command("GCS04", 1, wrong)).succeeded
    assert machine.state.number(named(PREPAYMENT, "DebtAmount1")) == 0


def test_prepayment_is_configured() -> None:
    machine = meter()
    executed(
        machine, command("GCS05", 1, EmergencyCreditSetup(0, 0, 7, 3), SetMaximumCreditLimit(0, 0, 0, 9, 8))
    )
    assert (machine.state.number(LIMIT), machine.state.number(THRESHOLD)) == (7, 3)
    assert machine.state.number(named(PREPAYMENT, "MaximumCreditPerTopUp")) == 8


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=8))
def test_credit_is_the_sum_of_what_was_accepted(values: list[int]) -> None:
    machine, total = meter(initial=READY), 0
    for counter, value in enumerate(values, 1):
        if executed(machine, adjust(counter, value)).succeeded:
            total += value
    assert machine.state.number(CREDIT) == total
