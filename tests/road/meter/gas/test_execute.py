"""Execution on a gas meter: components in order, who may have what done, what is hidden for its reader."""

from __future__ import annotations

import pytest

from doorstep import gbcs
from doorstep.errors import NoKey, UsageError
from doorstep.gbcs import KeyUsage
from doorstep.gbcs.encrypted import encrypted_items, opened
from doorstep.gbcs.keys import Holding, KeyRing
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.road.device.clusters import Attr, named
from doorstep.road.meter.gas.config import GsmeConfig
from doorstep.road.meter.policy import MeterPolicy
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.clusters.device_management import (
    EventConfiguration,
    GetEventConfiguration,
    ReportEventConfiguration,
    SetEventConfiguration,
    UpdateSiteId,
)
from doorstep.zigbee.clusters.metering import (
    ChangeSupply,
    GetSnapshot,
    SetSupplyStatus,
    SupplyStatusResponse,
)
from doorstep.zigbee.clusters.prepayment import ConsumerTopUp, CreditAdjustment, SetLowCreditWarningLevel
from doorstep.zigbee.zcl import DefaultResponse, ReadAttributesResponse
from tests.road.meter.electricity.home import (
    BROKER,
    CELLS,
    HUB,
    NETWORK_OPERATOR,
    OTHER_USER,
    STORE,
    SUPPLIER,
    meter_keys_without,
)
from tests.road.meter.gas.home import (
    CREDIT,
    GSME,
    PPMID,
    SUPPLY,
    adjust,
    answered,
    command,
    executed,
    meter,
    rejected,
    statuses,
)

OK, FAILED, DENIED, BROKEN, UNSUPPORTED, NO_ATTRIBUTE, NOT_FOUND = 0, 1, 0x7E, 0xC0, 0x81, 0x86, 0x8B
ADD = CreditAdjustment(0, 0, 0, 100)
LEVEL = SetLowCreditWarningLevel(5)
SITE = UpdateSiteId(0, 0, 0, b"1234567890")
OFF, ARM, ON = (ChangeSupply(0, 7, 0, 0, status, 1) for status in range(3))


def test_components_are_answered_in_order() -> None:
    event = executed(meter(), command("GCS05", 1, LEVEL, ADD, (PREPAYMENT, (1, 0x31))))
    first, second, third = answered(event)
    assert (first, second) == (DefaultResponse(0x09, 0), DefaultResponse(0x05, 0))
    assert isinstance(third, ReadAttributesResponse)
    assert [record.value for record in third.records] == [100, 5]


def test_what_comes_after_a_failure_is_not_reached() -> None:
    machine = meter(faults=[type(LEVEL)])
    event = executed(machine, command("GCS05", 1, ADD, LEVEL, ADD, ADD))
    assert answered(event)[1:] == (
        DefaultResponse(0x09, BROKEN),
        DefaultResponse(0xFF, FAILED),
        DefaultResponse(0xFF, FAILED),
    )
    assert not event.succeeded
    assert machine.state.number(CREDIT) == 100


def test_by_policy_a_command_that_fails_has_no_effect_at_all() -> None:
    machine = meter(faults=[type(LEVEL)], policy=MeterPolicy(keep_partial=False))
    executed(machine, command("GCS05", 1, ADD, LEVEL))
    assert machine.state.number(CREDIT) == 0
    assert rejected(machine, command("GCS05", 1, ADD)).alert == 0x8F60


def test_what_finds_nothing_stops_nothing() -> None:
    event = executed(meter(), command("GCS16a", 1, GetSnapshot(0, 1, 0, 1), (PREPAYMENT, (1,))))
    assert statuses(event) == [NOT_FOUND, OK]
    assert event.succeeded


def test_an_attribute_that_fails_is_the_failure_of_its_read_and_the_others_are_told() -> None:
    machine = meter(faults=[CREDIT])
    event = executed(machine, command("GCS21j", 1, (PREPAYMENT, (0, 1, 2)), (PREPAYMENT, (0,))))
    assert statuses(event) == [OK, BROKEN, OK, FAILED]
    assert statuses(executed(machine, command("GCS21j", 2, (PREPAYMENT, (0x3FFF, 0))))) == [NO_ATTRIBUTE, OK]


@pytest.mark.parametrize("asked", [ConsumerTopUp(0, b"1" * 20), ADD, LEVEL, OFF, SITE])
def test_what_a_critical_command_may_change_no_other_may(asked: object) -> None:
    machine = meter()
    before = machine.state.attributes
    event = executed(machine, command("GCS41", 1, asked))  # type: ignore[arg-type]
    if asked is SITE:
        assert statuses(event) == [OK]
    elif isinstance(asked, ConsumerTopUp):
        assert answered(event)[0].result == 1
    else:
        assert statuses(event) == [DENIED]
        assert machine.state.attributes == before


@pytest.mark.parametrize("asked", [ADD, OFF, ARM, SITE])
def test_a_ppmid_may_do_no_more_than_top_up_and_borrow(asked: object) -> None:
    machine = meter()
    before = machine.state.attributes
    event = executed(machine, command("PCS02", 1, asked, originator=PPMID))  # type: ignore[arg-type]
    assert statuses(event) == [DENIED]
    assert machine.state.attributes == before


def test_an_unknown_command_is_unsupported() -> None:
    message = gbcs.decode(adjust(1, 5))
    assert isinstance(message.payload, GbzPayload)
    event = executed(meter(), command("GCS41", 1, ReportEventConfiguration(0, 1, ())))
    assert statuses(event) == [UNSUPPORTED]


def test_the_valve_is_shut_and_armed_and_never_opened_from_afar() -> None:
    machine = meter()
    assert answered(executed(machine, command("GCS39", 1, ARM))) == (SupplyStatusResponse(0, 7, 0, 2),)
    assert answered(executed(machine, command("GCS32", 2, OFF))) == (SupplyStatusResponse(0, 7, 0, 0),)
    assert answered(executed(machine, command("GCS39", 3, ARM))) == (SupplyStatusResponse(0, 7, 0, 1),)
    assert statuses(executed(machine, command("GCS39", 4, ON))) == [DENIED]
    assert machine.state.number(SUPPLY) == 1


def test_what_stays_unchanged_stays() -> None:
    machine = meter()
    executed(machine, command("GCS24", 1, SetSupplyStatus(0, 3, 1, 3, 3)))
    tamper, depletion = (named(METERING, f"Supply{what}State") for what in ("Tamper", "Depletion"))
    assert (machine.state.number(tamper), machine.state.number(depletion)) == (3, 1)


def test_events_are_configured_one_by_one_and_asked_for_by_group() -> None:
    machine = meter()
    assert statuses(executed(machine, command("GCS20r", 1, GetEventConfiguration(0x81FF)))) == [NOT_FOUND]
    for counter, (events, what) in enumerate((((0x810D, 0x8119), 24), ((0x8119, 0x8F3E), 8)), 2):
        executed(machine, command("GCS20", counter, SetEventConfiguration(0, 0, what, 0, events)))
    (group,) = answered(executed(machine, command("GCS20r", 4, GetEventConfiguration(0x81FF))))
    assert group.events == (EventConfiguration(0x810D, 24), EventConfiguration(0x8119, 8))
    (one,) = answered(executed(machine, command("GCS20r", 5, GetEventConfiguration(0x8F3E))))
    assert one.events == (EventConfiguration(0x8F3E, 8),)


# -- what is hidden ------------------------------------------------------------------------------------

CONSUMPTION = (METERING, (0x0302, 0x0301, 0x0300, 0x0000))


def test_consumption_is_hidden_for_who_reads_it() -> None:
    machine = meter(initial={named(METERING, "CurrentSummationDelivered"): 123_456})
    event = executed(machine, command("GCS13a", 1, CONSUMPTION))
    message = gbcs.decode(event.response)
    assert len(encrypted_items(message)) == 1
    payload = opened(message, KeyRing(Holding(STORE, SUPPLIER)))
    assert isinstance(payload, GbzPayload)
    (read,) = (one.command for one in payload.components)
    assert read.records[-1].value == 123_456  # type: ignore[union-attr]
    with pytest.raises(NoKey):
        opened(message, KeyRing(Holding(STORE, HUB)))


def test_the_same_is_hidden_for_the_network_operator() -> None:
    event = executed(meter(), command("GCS13a", 1, CONSUMPTION, originator=NETWORK_OPERATOR))
    payload = opened(gbcs.decode(event.response), KeyRing(Holding(STORE, NETWORK_OPERATOR)))
    assert isinstance(payload, GbzPayload)
    assert isinstance(payload.components[0].command, ReadAttributesResponse)


def test_for_a_reader_whose_certificate_is_not_held_nothing_is_told() -> None:
    machine = meter(keys=meter_keys_without(SUPPLIER, KeyUsage.DIGITAL_SIGNATURE))
    strangers = command("GCS13a", 1, CONSUMPTION, originator=SUPPLIER)
    assert executed(machine, strangers).succeeded
    event = executed(
        machine,
        command(
            "GCS13a",
            2,
            CONSUMPTION,
            originator=BROKER,
            on_behalf_of=OTHER_USER,
        ),
    )
    assert answered(event) == (DefaultResponse(0x00, FAILED),)
    assert "keys" in event.why


# -- a meter that cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what",
    [
        {"initial": {Attr(0x0705, 0x3FFF): 1}},
        {"initial": {CREDIT: 2**31}},
        {"initial": {CREDIT: b"1"}},
        {"faults": frozenset((Attr(0x0705, 0x3FFF),))},
        {"faults": frozenset((ReportEventConfiguration,))},
    ],
)
def test_a_meter_that_cannot_be_is_refused(what: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        GsmeConfig(eui=GSME, hub=HUB, cells=CELLS, **what)  # type: ignore[arg-type]
