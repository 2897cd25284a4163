"""Commands for later: accepted now, carried out in time, replaced, cancelled; and the Alerts on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from doorstep import gbcs
from doorstep.gbcs import KeyRing, Message
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.gbcs.times import utc2000
from doorstep.road.device import Executed
from doorstep.road.meter.gas.config import GsmeConfig
from doorstep.road.meter.gas.machine import Gsme
from doorstep.zigbee.clusters.calendar import (
    DayScheduleEntry,
    GetDayProfiles,
    GetSeasons,
    GetSpecialDays,
    GetWeekProfiles,
    PublishCalendar,
    PublishDayProfile,
    PublishSpecialDays,
    PublishWeekProfile,
)
from doorstep.zigbee.clusters.prepayment import ChangePaymentMode
from doorstep.zigbee.clusters.price import (
    BlockThresholds,
    PriceMatrixEntry,
    PublishBlockThresholds,
    PublishPriceMatrix,
    PublishTariffInformation,
)
from tests.reference import available, hex_file, manifest, shared
from tests.road.meter.electricity.home import NOW
from tests.road.meter.gas.home import (
    DAY,
    MODE,
    PREPAID,
    STANDING_CHARGE,
    answered,
    command,
    drained,
    executed,
    meter,
    set_mode,
    statuses,
)
from tests.road.meter.reference_keys import CELLS, GPF, GSME, THEN, ReferenceKeys

CREDIT_MODE = 0x0C94
LATER, LATEST = utc2000(NOW + DAY), utc2000(NOW + 2 * DAY)
CANCEL, CANCEL_AS_PRICES_DO = 0xFFFFFFFF, 0xFFFFFFFE
IN_FORCE = 0xFFFFFFFF


def alerts(machine: Gsme) -> list[Message]:
    decoded = map(gbcs.decode, machine.state.unsent.values())
    return [message for message in decoded if message.header.cra is gbcs.Cra.ALERT]


def outcomes(machine: Gsme) -> list[int]:
    found = []
    for message in alerts(machine):
        assert isinstance(message.payload, GbzPayload)
        assert message.payload.alert is not None
        found.append(message.payload.alert.code)
    return found


def test_what_is_for_later_waits_and_is_told() -> None:
    machine = meter()
    assert executed(machine, set_mode(1, PREPAID, LATER)).succeeded
    assert machine.state.number(MODE) == CREDIT_MODE
    machine.on_deadline(NOW + DAY - 1)
    assert machine.state.number(MODE) == CREDIT_MODE
    machine.on_deadline(NOW + DAY)
    assert machine.state.number(MODE) == PREPAID
    assert outcomes(machine) == [0x8F66]
    assert machine.state.pending == ()


def test_at_once_and_what_has_passed_take_effect_at_once() -> None:
    for when in (0, utc2000(NOW), utc2000(NOW - DAY)):
        machine = meter()
        executed(machine, set_mode(1, PREPAID, when))
        assert machine.state.number(MODE) == PREPAID
        assert machine.state.pending == ()


@pytest.mark.parametrize("when", [CANCEL, CANCEL_AS_PRICES_DO])
def test_what_is_pending_can_be_cancelled(when: int) -> None:
    machine = meter()
    executed(machine, set_mode(1, PREPAID, LATER))
    assert executed(machine, set_mode(2, PREPAID, when)).succeeded
    machine.on_deadline(NOW + 3 * DAY)
    assert machine.state.number(MODE) == CREDIT_MODE
    assert outcomes(machine) == []


def test_a_later_command_takes_the_place_of_the_one_that_waits() -> None:
    machine = meter()
    executed(machine, set_mode(1, PREPAID, LATER))
    executed(machine, set_mode(2, PREPAID | 1, LATEST))
    machine.on_deadline(NOW + DAY)
    assert machine.state.number(MODE) == CREDIT_MODE
    machine.on_deadline(NOW + 2 * DAY)
    assert machine.state.number(MODE) == PREPAID | 1


def test_what_cannot_be_carried_out_in_time_is_told_too() -> None:
    machine = meter(faults=[ChangePaymentMode])
    assert not executed(machine, set_mode(1, PREPAID, LATER)).succeeded
    machine = meter()
    executed(machine, set_mode(1, PREPAID, LATER))
    memory: dict[str, bytes | None] = {}
    machine = meter()
    machine.take(set_mode(1, PREPAID, LATER), NOW)
    for event in drained(machine):
        memory |= getattr(event, "entries", {})
    broken = meter(memory, faults=[ChangePaymentMode])
    broken.on_deadline(NOW + DAY)
    assert outcomes(broken) == [0x8F67]
    assert broken.state.number(MODE) == CREDIT_MODE


def test_what_is_due_comes_before_the_next_command() -> None:
    machine = meter()
    executed(machine, set_mode(1, PREPAID, LATER))
    executed(machine, set_mode(2, PREPAID | 1), NOW + DAY)
    assert machine.state.number(MODE) == PREPAID | 1
    assert outcomes(machine) == [0x8F66]


# -- calendars ---------------------------------------------------------------------------------------------


def calendar(identifier: int, when: int = 0, kind: int = 0) -> tuple[object, ...]:
    return (
        PublishCalendar(0, 1, identifier, when, kind, 0, b"", 0, 1, 2),
        PublishDayProfile(0, 1, identifier, 1, 1, 0, 1, kind, (DayScheduleEntry(0, 1),)),
        PublishDayProfile(0, 1, identifier, 2, 1, 0, 1, kind, (DayScheduleEntry(0, 2),)),
        PublishWeekProfile(0, 1, identifier, 1, 1, 1, 1, 1, 1, 2, 2),
    )


def days(
    machine: Gsme, counter: int, identifier: int = IN_FORCE, first: int = 1, number: int = 0
) -> list[int]:
    """The days that are read of a calendar: its identifier, then the day's as the last digit."""
    event = executed(machine, command("GCS21f", counter, GetDayProfiles(0, identifier, first, number)))
    return [one.issuer_calendar_id * 10 + one.day_id for one in answered(event) if hasattr(one, "day_id")]


def test_a_calendar_in_force_is_read_part_by_part() -> None:
    machine = meter()
    executed(machine, command("GCS01a", 1, *calendar(7)))  # type: ignore[arg-type]
    assert days(machine, 2) == days(machine, 3, 7) == [71, 72]
    assert days(machine, 4, first=2) == [72]
    assert days(machine, 5, number=1) == [71]
    weeks = answered(executed(machine, command("GCS21f", 6, GetWeekProfiles(0, IN_FORCE, 1, 0))))
    assert [one.week_id for one in weeks] == [1]
    assert statuses(executed(machine, command("GCS21f", 7, GetSeasons(0, IN_FORCE)))) == [0x8B]
    assert days(machine, 8, 0xFFFFFFFE) == []  # that is the other calendar, of non-disablement


def test_the_parts_of_a_calendar_wait_with_it_and_go_when_it_goes() -> None:
    machine = meter()
    executed(machine, command("GCS01a", 1, *calendar(7)))  # type: ignore[arg-type]
    executed(machine, command("GCS01a", 2, *calendar(8, LATER)))  # type: ignore[arg-type]
    assert days(machine, 3) == [71, 72]
    assert days(machine, 4, 8) == [81, 82]
    machine.on_deadline(NOW + DAY)
    assert days(machine, 5) == [81, 82]
    assert days(machine, 6, 7) == []
    executed(machine, command("GCS01a", 7, *calendar(9, LATEST)))  # type: ignore[arg-type]
    executed(machine, command("GCS01a", 8, *calendar(10, CANCEL_AS_PRICES_DO)))  # type: ignore[arg-type]
    assert days(machine, 9, 9) == days(machine, 10, 10) == []
    assert days(machine, 11) == [81, 82]
    assert len(machine.state.published) == 4


def test_a_calendar_of_another_type_stays() -> None:
    machine = meter()
    executed(machine, command("GCS01a", 1, *calendar(7)))  # type: ignore[arg-type]
    executed(machine, command("GCS05", 2, *calendar(8, kind=3)))  # type: ignore[arg-type]
    assert days(machine, 3) == [71, 72]
    assert days(machine, 4, 0xFFFFFFFE) == [81, 82]
    assert statuses(executed(machine, command("GCS05", 5, *calendar(9, kind=1)))) == [0x85, 1, 1, 1]  # type: ignore[arg-type]


def test_special_days_are_kept_by_type() -> None:
    machine = meter()
    special = PublishSpecialDays(0, 1, 7, 0, 3, 0, 0, 1, ())
    executed(machine, command("GCS05", 1, special))
    (found,) = answered(executed(machine, command("GCS21b", 2, GetSpecialDays(0, 0, 3, 0, 0xFFFFFFFE))))
    assert found == special
    assert statuses(executed(machine, command("GCS21b", 3, GetSpecialDays(0, 0, 0, 0, IN_FORCE)))) == [0x8B]


# -- tariffs -------------------------------------------------------------------------------------------------


def test_a_tariff_sets_what_is_read_of_it() -> None:
    machine = meter()
    tariff = PublishTariffInformation(0, 1, 1, LATER, 0x10, b"T", 0, 3, 0, 826, 0x50, 22_465, 0xFF, 1, 1000)
    prices = PublishPriceMatrix(0, 1, 0, 1, 0, 1, 0, tuple(map(PriceMatrixEntry, range(4), (10, 20, 30, 40))))
    tiers = PublishPriceMatrix(0, 1, 0, 1, 0, 1, 1, (PriceMatrixEntry(1, 50), PriceMatrixEntry(4, 60)))
    thresholds = PublishBlockThresholds(0, 1, 0, 1, 0, 1, 1, (BlockThresholds(2, (1000, 2000)),))
    executed(machine, command("GCS01a", 1, tariff, prices, thresholds))
    assert machine.state.number(STANDING_CHARGE) == 0
    machine.on_deadline(NOW + DAY)
    assert machine.state.number(STANDING_CHARGE) == 22_465

    def read(first: int, count: int) -> list[object]:
        machine_values = machine.state.attributes
        return [machine_values[structs.replace(STANDING_CHARGE, id=first + one)] for one in range(count)]

    assert read(0x0400, 4) == [10, 20, 30, 40]
    assert read(0x0100, 3) == [1000, 2000, 0]
    executed(machine, command("GCS01b", 2, tiers))
    assert read(0x0400, 4) == [0, 0, 0, 0]
    assert [read(0x0400 + 0x10 * tier, 1)[0] for tier in range(1, 5)] == [50, 0, 0, 60]


@pytest.mark.parametrize(
    "wrong",
    [
        PublishPriceMatrix(0, 1, 0, 1, 0, 1, 0, (PriceMatrixEntry(4, 1),)),
        PublishPriceMatrix(0, 1, 0, 1, 0, 1, 1, (PriceMatrixEntry(0, 1),)),
        PublishBlockThresholds(0, 1, 0, 1, 0, 1, 1, (BlockThresholds(4, (1, 2, 3, 4)),)),
    ],
)
def test_a_tariff_that_the_meter_cannot_hold_is_declined(wrong: object) -> None:
    machine = meter()
    assert statuses(executed(machine, command("GCS01a", 1, wrong))) == [0x85]  # type: ignore[arg-type]


# -- the reference -------------------------------------------------------------------------------------------


def future_dated() -> list[str]:
    if not available():
        return ["the reference data"]
    return [
        row["path"]
        for row in manifest()
        if row["kind"] == "COMMAND"
        and row["payload_kind"] == "GBZ"
        and "_FUTURE_DATED_" in row["path"]
        and "SUCCESS" in row["path"]
    ]


@pytest.mark.parametrize("path", future_dated(), ids=lambda path: Path(path).stem)
def test_alerts_are_those_of_the_reference(path: str) -> None:
    start, _, _rest = Path(path).name.partition("FUTURE_DATED")
    wanted = [
        gbcs.decode(hex_file(found))
        for found in shared(f"rtds/{path}").parent.glob(f"{start}8F66_FUTURE_DATED*_ALERT_*.HEX")
    ]
    wanted.sort(key=lambda alert: alert.header.originator_counter)
    assert wanted
    first = wanted[0].header.originator_counter
    config = GsmeConfig(eui=GSME, hub=GPF, cells=CELLS)
    machine = Gsme(config, KeyRing(ReferenceKeys()), memory={"own-counter": (first - 1).to_bytes(8, "big")})
    machine.take(hex_file(shared(f"rtds/{path}")), THEN)
    assert any(isinstance(event, Executed) and event.succeeded for event in drained(machine))

    machine.on_deadline(machine.state.pending[0].due)

    assert [alert.grouped for alert in alerts(machine)] == [alert.grouped for alert in wanted]
