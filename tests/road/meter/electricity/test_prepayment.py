"""Prepayment: balances, emergency credit, debts and top-ups, and when the supply goes off."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.gbcs import KeyUsage
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.road.machine import Note
from doorstep.road.meter.electricity.machine import Esme
from tests.road.meter.electricity.home import (
    BALANCE,
    EMERGENCY,
    EMERGENCY_STATUS,
    MODE,
    NOW,
    SUPPLIER,
    SUPPLY,
    THRESHOLD,
    TOKEN_GATEWAY,
    adjust_balance,
    command,
    digits,
    double_long,
    drained,
    executed,
    get,
    invoke,
    meter,
    meter_keys_without,
    mode,
    number,
    octets,
    payload,
    put,
    read_balance,
    reset_balance,
    results,
    script,
    top_up,
    value,
)

PENNY = 1000
IN_USE = Data(Tag.ENUM, 3)
LIMIT = "112 0-0:19.10.1.255 9"
AVAILABLE = "112 0-0:19.10.1.255 10"
PAYMENT_DEBT = "113 0-0:19.20.3.255 12"
SHARE = "113 0-0:19.20.3.255 13"
MAXIMUM_CREDIT = "9000 0-0:94.44.2.10 2"
MAXIMUM_BALANCE = "9000 0-0:94.44.2.20 2"
ACTIVATE = invoke("112 0-0:19.10.1.255 3", Data(Tag.INTEGER, 0))


def prepaid(**amounts: int) -> dict[str, Data]:
    """Registers of a meter in prepayment mode."""
    names = {"balance": BALANCE, "limit": LIMIT, "available": AVAILABLE, "debt": PAYMENT_DEBT}
    money = {names[name]: double_long(amount) for name, amount in amounts.items()}
    return {MODE: mode(2, 2), **money}


def codes(machine: Esme, data: bytes) -> list[int | None]:
    """The codes of what the meter notes on a Command, but for that of the Command itself."""
    machine.take(data, NOW)
    notes = [event for event in drained(machine) if isinstance(event, Note)]
    return [note.code for note in notes if note.what == "event"]


# -- balances ----------------------------------------------------------------------------------------


def test_balance_is_read() -> None:
    outcome = executed(meter(initial={BALANCE: double_long(-250_000)}), read_balance(1))
    assert payload(outcome).results[0].data == double_long(-250_000)


def test_adjustments_add_up() -> None:
    machine = meter()
    for counter, amount in enumerate((1_200_000, -200_000, 5), 1):
        assert executed(machine, adjust_balance(counter, amount)).succeeded
    assert number(machine, BALANCE) == 1_000_005


@pytest.mark.parametrize(("balance", "amount"), [(0x7FFFFFFF, 1), (-0x80000000, -1)])
def test_an_adjustment_beyond_32_bits_fails_and_changes_nothing(balance: int, amount: int) -> None:
    machine = meter(initial={BALANCE: double_long(balance)})
    assert results(executed(machine, adjust_balance(1, amount))) == [250]
    assert number(machine, BALANCE) == balance


def test_reset_clears_the_credits() -> None:
    machine = meter(initial={**prepaid(balance=77), EMERGENCY: double_long(5000), EMERGENCY_STATUS: IN_USE})
    assert results(executed(machine, reset_balance(1))) == [0, 0, 0]
    assert [number(machine, f"112 0-0:19.10.{credit}.255 2") for credit in range(3)] == [0, 0, 0]
    assert number(machine, EMERGENCY_STATUS) == 0


def test_reset_that_fails_half_way_keeps_the_first_half() -> None:
    machine = meter(
        initial={BALANCE: double_long(77), EMERGENCY: double_long(88)}, faults=["112 0-0:19.10.1.255 2"]
    )
    assert results(executed(machine, reset_balance(1))) == [0, 1, 250]
    assert (number(machine, BALANCE), number(machine, EMERGENCY)) == (0, 88)


def test_debts_are_managed() -> None:
    machine = meter(initial={PAYMENT_DEBT: double_long(20_000)})
    rate = Data(
        Tag.STRUCTURE,
        (
            Data(Tag.STRUCTURE, (Data(Tag.INTEGER, 0), Data(Tag.INTEGER, -1))),
            Data(Tag.STRUCTURE, (Data(Tag.LONG_UNSIGNED, 0), octets(bytes(6)), Data(Tag.INTEGER, 0))),
            Data(Tag.ARRAY, (Data(Tag.STRUCTURE, (octets(b""), Data(Tag.LONG, 3))),)),
        ),
    )
    data = command(
        "ECS07",
        1,
        put("113 0-0:19.20.1.255 6", rate),
        invoke("113 0-0:19.20.1.255 2", Data(Tag.INTEGER, 0)),
        invoke("113 0-0:19.20.3.255 4", double_long(50_000)),
        invoke("113 0-0:19.20.1.255 4", double_long(-7)),
    )
    assert results(executed(machine, data)) == [0, 0, 0, 0]
    assert value(machine, "113 0-0:19.20.1.255 5") == rate
    assert number(machine, PAYMENT_DEBT) == 70_000
    assert number(machine, "113 0-0:19.20.1.255 12") == -7


# -- emergency credit ----------------------------------------------------------------------------------


def test_emergency_credit_is_activated_when_credit_is_low() -> None:
    machine = meter(initial=prepaid(balance=100, limit=500_000, available=100))
    assert codes(machine, command("ECS09", 1, ACTIVATE)) == [0x81AB]
    assert (number(machine, EMERGENCY), number(machine, EMERGENCY_STATUS)) == (500_000, 3)


def test_it_succeeds_where_it_was_active_already() -> None:
    machine = meter(initial={**prepaid(limit=500_000), EMERGENCY: double_long(1), EMERGENCY_STATUS: IN_USE})
    assert executed(machine, command("ECS09", 1, ACTIVATE)).succeeded
    assert number(machine, EMERGENCY) == 1


@pytest.mark.parametrize(
    "initial",
    [
        pytest.param({}, id="credit mode"),
        pytest.param(prepaid(balance=101, limit=500_000, available=100), id="credit above the threshold"),
    ],
)
def test_it_is_not_activated_where_it_may_not_be(initial: dict[str, Data]) -> None:
    machine = meter(initial=initial)
    assert results(executed(machine, command("ECS09", 1, ACTIVATE))) == [250]
    assert number(machine, EMERGENCY_STATUS) == 0


# -- top-ups -------------------------------------------------------------------------------------------


def test_a_top_up_is_added_to_the_balance() -> None:
    machine = meter(initial=prepaid(balance=5))
    assert executed(machine, top_up(3, 1000)).succeeded
    assert number(machine, BALANCE) == 1_000_005


def test_the_same_utrn_in_another_command_adds_nothing() -> None:
    machine = meter()
    executed(machine, top_up(3, 1000))
    again = top_up(3, 1000, counter=4 << 32)
    assert codes(machine, again) == [0x8F51]
    assert number(machine, BALANCE) == 1000 * PENNY


def test_a_utrn_whose_command_has_another_counter_is_found_by_its_own_bits() -> None:
    machine = meter()
    assert executed(machine, top_up(3, 1000, counter=(7 << 32) + 5)).succeeded
    assert machine.state.counters.top_ups.spent == (3 << 32,)


def test_the_counter_of_the_command_decides_where_the_bits_agree() -> None:
    """A supplier whose counters are far along is understood from its first top-up on."""
    far = 0x5F000003
    machine = meter()
    assert executed(machine, top_up(far, 1000)).succeeded
    assert machine.state.counters.top_ups.spent == (far << 32,)


def wrong(text: str) -> Any:
    return command("CS01a", 9 << 32, invoke(TOKEN_GATEWAY, octets(text.encode())))


GOOD = digits(3, 1000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD[:-1],
        GOOD[:-1] + str((int(GOOD[-1]) + 1) % 10),  # the check digit
        "0" * 20,
        "x" * 20,
        "٣" * 10,  # digits, but not these
        "73946144332040217315",  # authentic, for another meter
    ],
)
def test_a_utrn_that_is_not_authentic_is_refused(text: str) -> None:
    machine = meter()
    assert codes(machine, wrong(text)) == [0x8F63]
    assert number(machine, BALANCE) == 0
    assert machine.state.counters.top_ups.spent == ()


def test_a_refused_top_up_fails_with_the_result_of_the_reference() -> None:
    outcome = executed(meter(), wrong("0" * 20))
    assert results(outcome) == [1]
    assert not outcome.succeeded


@pytest.mark.parametrize(
    ("limits", "alert"),
    [
        ({MAXIMUM_CREDIT: double_long(999 * PENNY)}, 0x8F5B),
        ({MAXIMUM_BALANCE: double_long(999 * PENNY)}, 0x8F47),
        ({BALANCE: double_long(0x7FFFFFFF)}, None),  # beyond what the register holds
    ],
)
def test_limits(limits: dict[str, Data], alert: int | None) -> None:
    machine = meter(initial=limits)
    before = machine.state.registers
    assert codes(machine, top_up(3, 1000)) == ([alert] if alert else [])
    assert machine.state.registers == before
    # The UTRN is not spent; the Command that brought it is.
    assert machine.state.counters.top_ups.spent == ()
    assert machine.state.counters.commands.spent == (3 << 32,)


def test_limits_are_the_last_amount_that_is_taken() -> None:
    machine = meter(
        initial={MAXIMUM_CREDIT: double_long(1000 * PENNY), MAXIMUM_BALANCE: double_long(1000 * PENNY)}
    )
    assert executed(machine, top_up(3, 1000)).succeeded


def test_a_top_up_pays_emergency_credit_then_debt_then_balance() -> None:
    machine = meter(
        initial={
            **prepaid(balance=0, limit=500_000, debt=100_000),
            EMERGENCY: double_long(200_000),  # 300,000 of it is used
            EMERGENCY_STATUS: IN_USE,
            SHARE: Data(Tag.LONG_UNSIGNED, 5000),
        }
    )
    assert executed(machine, top_up(3, 400)).succeeded
    assert (number(machine, EMERGENCY), number(machine, EMERGENCY_STATUS)) == (0, 0)
    assert number(machine, PAYMENT_DEBT) == 50_000  # half of the 100,000 that were left
    assert number(machine, BALANCE) == 50_000


def test_a_small_top_up_pays_back_part_of_the_emergency_credit() -> None:
    machine = meter(
        initial={**prepaid(limit=500_000), EMERGENCY: double_long(200_000), EMERGENCY_STATUS: IN_USE}
    )
    assert executed(machine, top_up(3, 100)).succeeded
    assert (number(machine, EMERGENCY), number(machine, EMERGENCY_STATUS)) == (300_000, 3)
    assert number(machine, BALANCE) == 0


def test_a_debt_takes_no_more_than_is_owed() -> None:
    machine = meter(initial={**prepaid(debt=30_000), SHARE: Data(Tag.LONG_UNSIGNED, 10_000)})
    executed(machine, top_up(3, 100))
    assert (number(machine, PAYMENT_DEBT), number(machine, BALANCE)) == (0, 70_000)


@given(
    pence=st.integers(0, 8191),
    used=st.integers(0, 500_000),
    debt=st.integers(0, 10**7),
    share=st.integers(0, 10_000),
)
def test_no_money_is_made_or_lost(pence: int, used: int, debt: int, share: int) -> None:
    machine = meter(
        initial={
            **prepaid(limit=500_000, debt=debt),
            EMERGENCY: double_long(500_000 - used),
            EMERGENCY_STATUS: IN_USE,
            SHARE: Data(Tag.LONG_UNSIGNED, share),
        }
    )
    assert executed(machine, top_up(3, pence)).succeeded
    in_use = number(machine, EMERGENCY_STATUS) == 3
    owed = 500_000 - number(machine, EMERGENCY) if in_use else 0
    paid = (used - owed) + (debt - number(machine, PAYMENT_DEBT)) + number(machine, BALANCE)
    assert paid == pence * PENNY
    assert owed >= 0
    assert number(machine, PAYMENT_DEBT) >= 0


def test_without_the_suppliers_prepayment_key_no_top_up_is_authentic() -> None:
    machine = meter(keys=meter_keys_without(SUPPLIER, KeyUsage.PREPAYMENT_TOP_UP))
    assert codes(machine, top_up(3, 1000)) == [0x8F53]


# -- supply --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "selector", "after"),
    [
        (0, 51, 1),
        (1, 51, 1),
        (2, 51, 1),
        (1, 52, 0),
        (2, 52, 0),
        (0, 54, 2),
        (1, 54, 1),  # armed is a step towards enabled, not away from it
    ],
)
def test_scripts_of_the_load_switch(state: int, selector: int, after: int) -> None:
    machine = meter(initial={SUPPLY: Data(Tag.ENUM, state)})
    name = {51: "ECS42", 52: "ECS43", 54: "ECS44"}[selector]
    assert executed(machine, command(name, 1, script(selector))).succeeded
    outcome = executed(machine, command("ECS45", 2, get(SUPPLY)))
    assert payload(outcome).results[0].data == Data(Tag.ENUM, after)


def test_supply_is_armed_when_credit_falls_below_the_threshold() -> None:
    machine = meter(initial={**prepaid(balance=100), THRESHOLD: Data(Tag.ARRAY, (double_long(50),))})
    assert codes(machine, adjust_balance(1, -50)) == []
    assert number(machine, SUPPLY) == 1
    assert codes(machine, adjust_balance(2, -1)) == [0x8F0F, 0x8F32]
    assert number(machine, SUPPLY) == 2


def test_supply_that_is_enabled_without_credit_stays_enabled() -> None:
    machine = meter(initial=prepaid(balance=1))
    executed(machine, adjust_balance(1, -2))
    assert number(machine, SUPPLY) == 2
    executed(machine, command("ECS42", 2, script(51)))
    executed(machine, adjust_balance(3, -10))
    assert number(machine, SUPPLY) == 1


def test_emergency_credit_counts_while_it_is_in_use() -> None:
    machine = meter(initial={**prepaid(balance=1), EMERGENCY: double_long(100), EMERGENCY_STATUS: IN_USE})
    executed(machine, adjust_balance(1, -101))
    assert number(machine, SUPPLY) == 1
    executed(machine, adjust_balance(2, -1))
    assert number(machine, SUPPLY) == 2


def test_in_credit_mode_a_balance_does_not_matter() -> None:
    machine = meter()
    assert codes(machine, adjust_balance(1, -(10**6))) == []
    assert number(machine, SUPPLY) == 1


def test_low_credit_is_noted_once() -> None:
    machine = meter(initial={**prepaid(balance=100), "111 0-0:19.0.0.255 16": double_long(90)})
    assert codes(machine, adjust_balance(1, -20)) == [0x810D]
    assert codes(machine, adjust_balance(2, -20)) == []
