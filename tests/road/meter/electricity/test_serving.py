"""A display of the home asks the electricity meter: what it reads, what it may have done, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.eui import Eui
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.times import Instant, utc2000
from doorstep.road.device import Cells
from doorstep.road.device.clusters import Attr
from doorstep.road.machine import Heard, Note, Remember, Send
from doorstep.road.meter.electricity.clusters import ATTRIBUTES, COMMANDS
from doorstep.road.meter.electricity.machine import Esme
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters import CLUSTERS, MESSAGING, METERING, PREPAYMENT, PRICE, TIME
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.clusters.messaging import DisplayMessage, GetLastMessage
from doorstep.zigbee.clusters.metering import LocalChangeSupply, SupplyStatus
from doorstep.zigbee.clusters.prepayment import (
    ChangeDebt,
    ConsumerTopUp,
    ConsumerTopUpResponse,
    CreditStatus,
    PaymentControl,
    SelectAvailableEmergencyCredit,
)
from doorstep.zigbee.clusters.price import GetCurrentPrice, PublishPrice
from doorstep.zigbee.zcl import DefaultResponse, Direction, Frame, ReadAttributes, ReadAttributesResponse
from tests.road.meter.electricity.home import (
    BALANCE,
    CELLS,
    EMERGENCY,
    METER,
    NOW,
    STRANGER,
    SUPPLY,
    digits,
    double_long,
    drained,
    executed,
    meter,
    mode,
    number,
    octets,
    top_up,
    without_logs,
)

DISPLAY = Eui.parse("D0-05-5E-01-00-01-00-BD")
PREPAID = {"111 0-0:19.0.0.255 2": mode(2)}
LIMIT, THRESHOLD = "112 0-0:19.10.1.255 9", "112 0-0:19.10.1.255 10"
ARMED, ENABLED = Data(Tag.ENUM, 2), Data(Tag.ENUM, 1)
DENIED, FAILED, NOT_FOUND = 0x7E, 0x01, 0x8B


def joined(**options: Any) -> Esme:
    """A meter with which the display has joined."""
    return meter(cells=Cells(CELLS.parties, frozenset((DISPLAY,))), **options)


def asdu(cluster: Cluster, frame: bytes, source: Eui = DISPLAY, endpoint: int = 1) -> Asdu:
    return Asdu(source, METER, 4, endpoint, cluster.id, 0x0109, frame)


def hear(machine: Esme, payload: Asdu, now: Instant = NOW) -> list[Any]:
    machine.receive(Heard(payload), now)
    return drained(machine)


def ask(machine: Esme, cluster: Cluster, command: Command, source: Eui = DISPLAY) -> Any:
    """What answers a command."""
    frame = cluster.frame(command, Direction.TO_SERVER, sequence=9)
    return answer(cluster, hear(machine, asdu(cluster, frame.to_bytes(), source)))


def read(machine: Esme, cluster: Cluster, *attributes: int, source: Eui = DISPLAY) -> Any:
    frame = Frame.of_general(ReadAttributes(attributes), sequence=9, direction=Direction.TO_SERVER)
    return answer(cluster, hear(machine, asdu(cluster, frame.to_bytes(), source)))


def answer(cluster: Cluster, events: list[Any]) -> Any:
    (sent,) = [event.asdu for event in events if isinstance(event, Send)]
    assert (sent.source, sent.source_endpoint, sent.destination_endpoint) == (METER, 1, 4)
    frame = Frame.from_bytes(sent.payload)
    assert (frame.sequence, frame.direction) == (9, Direction.TO_CLIENT)
    return cluster.command_in(frame) if frame.cluster_specific else frame.general_command


def values(response: Any) -> list[Any]:
    assert isinstance(response, ReadAttributesResponse)
    return [
        record.value if record.status == 0 else f"status {record.status:02X}" for record in response.records
    ]


# -- reading ---------------------------------------------------------------------------------------------


def test_a_display_reads_what_commands_have_set() -> None:
    machine = joined(initial={**PREPAID, LIMIT: double_long(5000), THRESHOLD: double_long(1000)})
    executed(machine, top_up(1, 250))
    control, balance, emergency, status, absent = values(read(machine, PREPAYMENT, 0, 1, 2, 3, 0x0999))
    assert control & PaymentControl.PREPAYMENT
    assert (balance, emergency) == (250_000, 0)
    assert status == CreditStatus.CREDIT_OK | CreditStatus.EMERGENCY_CREDIT_ENABLED
    assert absent == "status 86"
    assert values(read(machine, METERING, 0x0014, 0x0300, 0x0301, 0x0302)) == [SupplyStatus.ON, 0, 1, 1000]
    assert values(read(machine, TIME, 0)) == [utc2000(NOW)]


@pytest.mark.parametrize(("state", "told"), [(0, 0), (1, 2), (2, 1)])
def test_the_supply_is_told_as_zigbee_numbers_it(state: int, told: int) -> None:
    assert values(read(joined(initial={SUPPLY: Data(Tag.ENUM, state)}), METERING, 0x0014)) == [told]


def unit_charge(scale: int, *prices: int) -> Data:
    def part(*of: Data) -> Data:
        return Data(Tag.STRUCTURE, of)

    table = (part(octets(bytes((one,))), Data(Tag.LONG, price)) for one, price in enumerate(prices))
    return part(
        part(Data(Tag.INTEGER, 0), Data(Tag.INTEGER, scale)),
        part(Data(Tag.LONG_UNSIGNED, 0), octets(bytes(6)), Data(Tag.INTEGER, 0)),
        Data(Tag.ARRAY, tuple(table)),
    )


def test_prices_are_told_with_their_decimal_places() -> None:
    charges = {
        "113 0-0:19.20.4.255 5": unit_charge(-5, 20_000),
        "113 0-0:19.20.0.255 5": unit_charge(-5, 3121, 900),
    }
    machine = joined(initial=charges)
    assert values(read(machine, PRICE, 0x0301, 0x0410, 0x0617, 0x0616)) == [20_000, 3121, 0x50, 826]
    price = ask(machine, PRICE, GetCurrentPrice(1))
    assert isinstance(price, PublishPrice)
    assert (price.price, price.trailing_digit_and_tier) == (3121, 0x51)


def test_where_there_is_no_price_and_no_message_it_is_not_found() -> None:
    assert ask(joined(), PRICE, GetCurrentPrice(1)) == DefaultResponse(0x00, NOT_FOUND)
    assert ask(joined(), MESSAGING, GetLastMessage()) == DefaultResponse(0x00, NOT_FOUND)


def test_the_last_message_is_told() -> None:
    machine = joined(initial={"1 0-2:96.13.1.255 2": octets(b"your engineer comes on Monday")})
    message = ask(machine, MESSAGING, GetLastMessage())
    assert isinstance(message, DisplayMessage)
    assert message.message == b"your engineer comes on Monday"
    long = joined(initial={"1 0-2:96.13.1.255 2": octets(bytes(1000))})
    assert len(ask(long, MESSAGING, GetLastMessage()).message) == 254


@given(
    st.dictionaries(st.sampled_from([BALANCE, EMERGENCY, LIMIT, THRESHOLD]), st.integers(-(2**31), 2**31 - 1))
)
def test_every_attribute_can_be_told_whatever_the_registers_hold(amounts: dict[str, int]) -> None:
    machine = joined(initial={place: double_long(amount) for place, amount in amounts.items()})
    for cluster in (PREPAYMENT, METERING, PRICE, TIME):
        asked = tuple(one.id for one in ATTRIBUTES if one.cluster == cluster.id)
        assert not any(isinstance(one, str) for one in values(read(machine, cluster, *asked)))


def test_debts_beyond_what_an_attribute_holds_are_told_as_the_most() -> None:
    debts = {f"113 0-0:19.20.{debt}.255 12": double_long(2**31 - 1) for debt in (1, 2, 3)}
    assert values(read(joined(initial=debts), PREPAYMENT, 5)) == [2**31 - 1]


def test_too_much_at_a_time_is_not_told() -> None:
    assert read(joined(), PREPAYMENT, *range(65)) == DefaultResponse(0x00, 0x89)


# -- what may be done --------------------------------------------------------------------------------------


def top_up_code(number_: int, pence: int) -> ConsumerTopUp:
    return ConsumerTopUp(2, digits(number_, pence).encode())


def test_a_top_up_is_applied_once_and_remembered_before_it_is_answered() -> None:
    machine = joined(initial={BALANCE: double_long(1000)})
    frame = PREPAYMENT.frame(top_up_code(3, 2025), Direction.TO_SERVER, sequence=9)
    events = hear(machine, asdu(PREPAYMENT, frame.to_bytes()))
    assert [type(event) for event in events] == [Remember, Note, Send]
    assert events[1].code == 0x0116
    assert answer(PREPAYMENT, events) == ConsumerTopUpResponse(0, 2_025_000, 2, 2_026_000)
    assert ask(machine, PREPAYMENT, top_up_code(3, 2025)) == ConsumerTopUpResponse(2, -1, 2, -1)
    assert not executed(machine, top_up(3, 2025)).succeeded
    assert number(machine, BALANCE) == 2_026_000


@pytest.mark.parametrize(
    ("initial", "code", "result"),
    [
        ({}, b"1" * 20, 1),
        ({}, b"", 1),
        ({}, b"\xff\xfe", 1),
        ({"9000 0-0:94.44.2.10 2": double_long(999)}, None, 6),
        ({"9000 0-0:94.44.2.20 2": double_long(999)}, None, 4),
    ],
)
def test_a_top_up_that_is_not_applied_says_why(
    initial: dict[str, Data], code: bytes | None, result: int
) -> None:
    machine = joined(initial=initial)
    command = top_up_code(1, 1) if code is None else ConsumerTopUp(2, code)
    before = machine.state
    assert ask(machine, PREPAYMENT, command) == ConsumerTopUpResponse(result, -1, 2, -1)
    assert without_logs(machine.state) == before


@pytest.mark.parametrize(("supply", "result"), [(0, 0x11), (1, 0), (2, 0x12)])
def test_the_answer_to_a_top_up_says_how_the_supply_stands(supply: int, result: int) -> None:
    machine = joined(initial={SUPPLY: Data(Tag.ENUM, supply)})
    assert ask(machine, PREPAYMENT, top_up_code(1, 1)).result == result


def test_emergency_credit_by_a_display() -> None:
    machine = joined(initial={**PREPAID, LIMIT: double_long(5000)})
    frame = PREPAYMENT.frame(SelectAvailableEmergencyCredit(0, 2), Direction.TO_SERVER, sequence=9)
    events = hear(machine, asdu(PREPAYMENT, frame.to_bytes()))
    assert answer(PREPAYMENT, events) == DefaultResponse(0x00, 0)
    assert 0x0117 in [event.code for event in events if isinstance(event, Note)]
    assert number(machine, EMERGENCY) == 5000
    in_credit_mode = ask(joined(), PREPAYMENT, SelectAvailableEmergencyCredit(0, 2))
    assert in_credit_mode == DefaultResponse(0x00, FAILED)


def test_a_supply_that_is_armed_is_turned_on_by_who_is_at_home() -> None:
    machine = joined(initial={SUPPLY: ARMED})
    assert ask(machine, METERING, LocalChangeSupply(SupplyStatus.ON)) == DefaultResponse(0x0C, 0)
    assert number(machine, SUPPLY) == 1


@pytest.mark.parametrize(
    ("initial", "wanted"),
    [
        ({SUPPLY: ARMED}, SupplyStatus.OFF_ARMED),
        ({SUPPLY: ARMED}, SupplyStatus.OFF),
        ({SUPPLY: ARMED}, 7),
        ({SUPPLY: ENABLED}, SupplyStatus.ON),
        ({SUPPLY: Data(Tag.ENUM, 0)}, SupplyStatus.ON),
        ({SUPPLY: ARMED, BALANCE: double_long(-1), **PREPAID}, SupplyStatus.ON),
    ],
)
def test_no_other_change_of_supply_is_a_displays_to_make(initial: dict[str, Data], wanted: int) -> None:
    machine = joined(initial=initial)
    before = machine.state
    assert ask(machine, METERING, LocalChangeSupply(wanted)) == DefaultResponse(0x0C, FAILED)
    assert without_logs(machine.state) == before


# -- who may, and what is no question ------------------------------------------------------------------------


@pytest.mark.parametrize("source", [STRANGER, METER])
def test_who_has_not_joined_is_told_nothing_and_moves_nothing(source: Eui) -> None:
    machine = joined(initial={SUPPLY: ARMED})
    before = machine.state
    assert read(machine, PREPAYMENT, 1, source=source) == DefaultResponse(0x00, DENIED)
    assert ask(machine, METERING, LocalChangeSupply(2), source) == DefaultResponse(0x0C, DENIED)
    assert ask(machine, PREPAYMENT, top_up_code(1, 1), source) == DefaultResponse(0x04, DENIED)
    assert without_logs(machine.state) == before


def test_what_only_a_command_of_the_supplier_may_change_is_unsupported_here() -> None:
    debt = ChangeDebt(0, b"", -5000, 0, 1, 0, 0, 0, 0, 0)
    assert ask(joined(), PREPAYMENT, debt) == DefaultResponse(0x02, 0x81)


def test_every_command_of_the_table_is_one_that_a_client_sends() -> None:
    for command in COMMANDS:
        assert any(command in cluster.to_server.values() for cluster in CLUSTERS.values())


def test_an_unknown_cluster_is_said_to_be_unsupported() -> None:
    payload = Asdu(DISPLAY, METER, 4, 1, 0x0019, 0x0109, bytes.fromhex("000900"))
    assert Frame.from_bytes(hear(joined(), payload)[-1].asdu.payload).general_command == DefaultResponse(
        0, 0xC3
    )


def test_an_answer_is_not_answered() -> None:
    machine = joined()
    for frame in ("18090B0000", "00090B0000", "080901"):
        assert not any(isinstance(one, Send) for one in hear(machine, asdu(PREPAYMENT, bytes.fromhex(frame))))


@pytest.mark.parametrize("frame", ["", "00", "0109", "010904", "01090402FF", "00090001"])
def test_what_does_not_parse_changes_nothing(frame: str) -> None:
    machine = joined()
    before = machine.state
    hear(machine, asdu(PREPAYMENT, bytes.fromhex(frame)))
    assert without_logs(machine.state) == before


@settings(max_examples=200)
@given(st.sampled_from([*CLUSTERS.values()]), st.binary(max_size=60), st.sampled_from([DISPLAY, STRANGER]))
def test_any_frame_is_no_trouble(cluster: Cluster, frame: bytes, source: Eui) -> None:
    machine = joined(initial={SUPPLY: ARMED, **PREPAID})
    hear(machine, asdu(cluster, frame, source))
    assert Attr(PREPAYMENT.id, 1) in ATTRIBUTES
    assert values(read(machine, PREPAYMENT, 1)) == [0]
