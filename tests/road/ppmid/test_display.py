"""The display: what it reads, what it shows of it, when it reads anew and when it owns up to being old."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import UsageError
from doorstep.road.machine import Heard, Note, Send
from doorstep.road.ppmid.config import DisplayPolicy, PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.display import ROWS, MeterDisplay, PaymentMode, reads_of
from doorstep.road.ppmid.events import Displayed
from doorstep.road.ppmid.screen import CLUSTERS
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters import MESSAGING, METERING, PREPAYMENT, PRICE
from doorstep.zigbee.clusters.messaging import CancelMessage
from doorstep.zigbee.clusters.metering import SupplyStatus
from doorstep.zigbee.zcl import Frame
from tests.road.hub.messages import ESME, GPF, PPMID, STRANGER
from tests.road.ppmid.kitchen import HOUR, MINUTE, Kitchen
from tests.road.ppmid.meters import BALANCE, CREDIT_STATUS, MODE, SUPPLY, price, words


def test_it_shows_what_the_electricity_meter_tells() -> None:
    shown = Kitchen().electricity
    assert shown == MeterDisplay(
        payment_mode=PaymentMode.PREPAYMENT,
        balance=Decimal("12.34567"),
        emergency_credit=Decimal(5),
        emergency_credit_in_use=False,
        low_credit=False,
        debt=Decimal(30),
        emergency_credit_limit=Decimal(10),
        emergency_credit_threshold=Decimal(2),
        low_credit_level=Decimal(3),
        supply=SupplyStatus.ON,
        consumption=Decimal("12345.678"),
        tariff_label="Economy 7",
        standing_charge=Decimal("0.25"),
        first_price=Decimal("0.145"),
        price=None,
        message="",
        read=0,
    )


def test_gas_is_read_from_the_mirror_in_the_hub() -> None:
    kitchen = Kitchen()
    assert kitchen.gas.balance == Decimal("12.34567")
    asked = {
        (send.asdu.destination, send.asdu.destination_endpoint, send.asdu.cluster) for send in kitchen.asked
    }
    assert asked == {
        *((ESME, 1, cluster.id) for cluster in CLUSTERS),
        *((GPF, 2, cluster.id) for cluster in (PREPAYMENT, METERING)),
        *((GPF, 1, cluster.id) for cluster in (PRICE, MESSAGING)),
    }


def test_the_reads_on_the_wire() -> None:
    """Written by hand: read attributes 0, 1, 2, 3, 5, 10, 11 and 31 of the Prepayment cluster."""
    kitchen = Kitchen()
    assert kitchen.asked[0].asdu.payload == bytes.fromhex("00 00 00 0000 0100 0200 0300 0500 1000 1100 3100")


@pytest.mark.parametrize(
    ("attribute", "value", "field", "shown"),
    [
        (BALANCE, -5_000, "balance", Decimal("-0.05")),
        (MODE, 0x0004, "payment_mode", PaymentMode.CREDIT),
        (MODE, 0x0003, "payment_mode", PaymentMode.PREPAYMENT),
        (CREDIT_STATUS, 0x02, "low_credit", True),
        (CREDIT_STATUS, 0x40, "low_credit", True),
        (CREDIT_STATUS, 0x10, "emergency_credit_in_use", True),
        (CREDIT_STATUS, 0x20, "emergency_credit_in_use", True),
        (CREDIT_STATUS, 0x0C, "emergency_credit_in_use", False),
        (SUPPLY, 0, "supply", SupplyStatus.OFF),
        (SUPPLY, 1, "supply", SupplyStatus.OFF_ARMED),
        (SUPPLY, 7, "supply", None),
        ((METERING.id, 0x0302), 0, "consumption", Decimal(12_345_678)),
        ((METERING.id, 0x0301), 10, "consumption", Decimal("123456.78")),
        ((METERING.id, 0x030F), b"\x1b[2J\xff", "tariff_label", " [2J\ufffd"),
        ((PRICE.id, 0x0617), 0x20, "standing_charge", Decimal(250)),
        ((PRICE.id, 0x0617), None, "standing_charge", Decimal(25_000)),
        (BALANCE, None, "balance", None),
    ],
)
def test_how_a_value_is_shown(attribute: tuple[int, int], value: Any, field: str, shown: Any) -> None:
    kitchen = Kitchen(opened=False)
    kitchen.esme.attributes[attribute] = value
    kitchen.wait(31 * MINUTE)
    assert getattr(kitchen.electricity, field) == shown


def test_it_reads_anew_in_its_time_and_says_what_has_changed() -> None:
    kitchen = Kitchen()
    first = len(kitchen.said)
    kitchen.wait(29 * MINUTE)
    assert not any(isinstance(event, Displayed) for event in kitchen.said[first:])
    kitchen.esme.attributes[BALANCE] = 0
    kitchen.wait(2 * MINUTE)
    changes = [event for event in kitchen.said[first:] if isinstance(event, Displayed)]
    assert len(changes) == 1
    assert kitchen.electricity.balance == 0


def stale(kitchen: Kitchen) -> tuple[bool, bool]:
    """Whether what is shown of electricity and of gas is marked as old."""
    return kitchen.electricity.stale, kitchen.gas.stale


def test_what_a_meter_no_longer_tells_is_marked_as_stale_and_then_read_again() -> None:
    kitchen = Kitchen()
    kitchen.esme.on = False
    kitchen.wait(64 * MINUTE)
    assert stale(kitchen) == (False, False)
    kitchen.wait(2 * MINUTE)
    assert stale(kitchen) == (True, False)
    assert kitchen.electricity.balance == Decimal("12.34567")
    kitchen.esme.on = True
    kitchen.wait(HOUR)
    assert stale(kitchen) == (False, False)


def test_a_meter_that_never_answered_is_shown_as_stale_and_empty() -> None:
    kitchen = Kitchen(PpmidConfig(PPMID, GPF, esme=ESME), on=False)
    kitchen.wait(MINUTE)
    assert kitchen.electricity == MeterDisplay(stale=True)
    assert kitchen.display.gas is None


def test_a_price_and_a_message_that_the_meter_sends_of_its_own_accord_are_shown_and_confirmed() -> None:
    kitchen = Kitchen()
    kitchen.tell(Heard(kitchen.esme.says(PPMID, PRICE.id, price(17_250))))
    assert kitchen.electricity.price == Decimal("0.1725")
    kitchen.tell(Heard(kitchen.esme.says(PPMID, MESSAGING.id, words("Good morning\x07"))))
    assert kitchen.electricity.message == "Good morning "
    assert kitchen.asked[-1].asdu.payload == bytes.fromhex("10 77 0B 00 00")
    kitchen.tell(Heard(kitchen.esme.says(PPMID, MESSAGING.id, CancelMessage(1, 0), quiet=True)))
    assert kitchen.electricity.message == ""
    assert kitchen.gas.message == ""


def test_the_price_in_force_is_asked_for() -> None:
    kitchen = Kitchen()
    kitchen.esme.price, kitchen.esme.message = price(20_000), words("Hello")
    kitchen.wait(31 * MINUTE)
    assert (kitchen.electricity.price, kitchen.electricity.message) == (Decimal("0.2"), "Hello")
    kitchen.esme.price = kitchen.esme.message = None
    kitchen.wait(31 * MINUTE)
    assert (kitchen.electricity.price, kitchen.electricity.message) == (None, "")


def test_a_request_that_nobody_answers_is_repeated_with_its_number_and_given_up() -> None:
    kitchen = Kitchen(PpmidConfig(PPMID, GPF, esme=ESME))
    kitchen.esme.on = False
    kitchen.asked.clear()
    kitchen.wait(30 * MINUTE + 20_000)
    frames = [Frame.from_bytes(send.asdu.payload) for send in kitchen.asked]
    numbers = [frame.sequence for frame in frames]
    assert len(frames) == 3 * 5
    assert len(set(numbers)) == 5


def test_a_device_without_meters_shows_none_and_asks_nobody() -> None:
    kitchen = Kitchen(PpmidConfig(PPMID, GPF))
    kitchen.wait(3 * HOUR)
    assert kitchen.asked == []
    assert not any(isinstance(event, Displayed) for event in kitchen.said)


@pytest.mark.parametrize(
    "wrong",
    [
        {"poll_every": 0},
        {"stale_after": -1},
        {"effect_after": ()},
        {"effect_after": (20, 10)},
    ],
)
def test_a_policy_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        PpmidPolicy(display=DisplayPolicy(**wrong))


# -- hostile answers ----------------------------------------------------------------------------------


def answer_to(send: Send, **changes: Any) -> Asdu:
    """The frame of a read's answer, empty, with something changed."""
    sequence = changes.pop("sequence", Frame.from_bytes(send.asdu.payload).sequence)
    fields: dict[str, Any] = {
        "source": send.asdu.destination,
        "destination": PPMID,
        "source_endpoint": send.asdu.destination_endpoint,
        "destination_endpoint": 1,
        "cluster": send.asdu.cluster,
        "profile": 0x0109,
        "payload": bytes((changes.pop("control", 0x08), sequence, 0x01)),
    }
    return Asdu(**(fields | changes))


@pytest.mark.parametrize(
    "change",
    [
        {"source": STRANGER},
        {"source_endpoint": 9},
        {"cluster": 0x0B04},
        {"profile": 0x0104},
        {"sequence": 0xEE},
        {"control": 0x00},
        {"payload": b""},
        {"payload": b"\x08"},
    ],
)
def test_an_answer_to_nothing_that_was_asked_changes_nothing(change: dict[str, Any]) -> None:
    kitchen = Kitchen()
    kitchen.esme.on = False
    kitchen.wait(30 * MINUTE)
    before = kitchen.display
    said = kitchen.tell(Heard(answer_to(kitchen.asked[-5], **change)))
    assert [event.what for event in said if isinstance(event, Note)] in (["ignored"], ["refused"])
    assert kitchen.display == before


def test_a_value_of_another_type_is_no_value() -> None:
    kitchen = Kitchen(opened=False)
    kitchen.esme.on = False
    kitchen.asked.clear()
    kitchen.wait(30 * MINUTE)
    read = next(
        send for send in kitchen.asked if (send.asdu.cluster, send.asdu.destination) == (METERING.id, ESME)
    )
    sequence = Frame.from_bytes(read.asdu.payload).sequence
    records = bytes.fromhex("1400 00 21 0200 0F03 00 42 02 4869")
    kitchen.tell(Heard(answer_to(read, payload=bytes((0x08, sequence, 0x01)) + records)))
    kitchen.wait(MINUTE)
    assert (kitchen.electricity.supply, kitchen.electricity.tariff_label) == (None, None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([cluster.id for cluster in CLUSTERS]),
            st.sampled_from([0x00, 0x01, 0x08, 0x09, 0x18, 0x19]),
            st.integers(0, 20),
            st.integers(0, 15),
            st.binary(max_size=40),
        ),
        max_size=30,
    )
)
def test_any_frame_of_a_meter_is_borne(frames: list[tuple[int, int, int, int, bytes]]) -> None:
    kitchen = Kitchen()
    kitchen.esme.on = False
    kitchen.wait(30 * MINUTE)
    for cluster, control, sequence, command, rest in frames:
        payload = bytes((control, sequence, command)) + rest
        kitchen.tell(Heard(Asdu(ESME, PPMID, 1, 1, cluster, 0x0109, payload)))
    kitchen.wait(3 * HOUR)
    assert kitchen.electricity.stale


def test_every_row_is_an_attribute_of_its_cluster_and_every_field_one_of_the_display() -> None:
    for row in ROWS:
        assert row.cluster.attribute(row.attribute) is not None
        assert not row.field or row.field in MeterDisplay.__struct_fields__
    assert reads_of(MESSAGING) is None


def test_a_meter_that_refuses_to_be_read_is_a_meter_that_tells_nothing() -> None:
    kitchen = Kitchen()
    kitchen.esme.attributes.clear()
    kitchen.wait(31 * MINUTE)
    assert kitchen.electricity.balance is None


def test_a_mirror_that_has_nothing_yet_is_asked_again_soon() -> None:
    kitchen = Kitchen(on=False)
    kitchen.esme.on = True
    kitchen.wait(3 * MINUTE)
    kitchen.mirror.on = True
    kitchen.wait(2 * MINUTE)
    assert kitchen.gas.balance == Decimal("12.34567")
    asked = len(kitchen.asked)
    kitchen.wait(25 * MINUTE)
    assert len(kitchen.asked) - asked <= 10, "and then in its usual time"
