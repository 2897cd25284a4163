"""The keypad: top-up, emergency credit and supply, asked of the ESME by ZCL and of the GSME by GBCS."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.gbcs import utrn
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.gbz import Component, compose
from doorstep.gbcs.protection import Verdict
from doorstep.gbcs.utrn import Utrn, ValueClass
from doorstep.road.machine import Note, Remember, Send
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.display import Fuel
from doorstep.road.ppmid.events import Action, Deliver, KeyedIn, PoweredOn, Result, Stage
from doorstep.zigbee.clusters import PREPAYMENT
from doorstep.zigbee.clusters.metering import LocalChangeSupply
from doorstep.zigbee.clusters.prepayment import (
    ConsumerTopUp,
    ConsumerTopUpResponse,
    SelectAvailableEmergencyCredit,
)
from doorstep.zigbee.zcl import DefaultResponse, Direction, Frame, Status
from tests.reference import hex_file, shared
from tests.road.hub.messages import ESME, GPF, GSME, PCS02, PPMID, STRANGER
from tests.road.ppmid.keys import ALL, CELLS, OWN
from tests.road.ppmid.kitchen import HOUR, MINUTE, SECOND, Kitchen
from tests.road.ppmid.meters import BALANCE
from tests.road.ppmid.test_effects import command
from tests.road.ppmid.test_machine import order

DIGITS = str(Utrn(3, ValueClass.PENCE, 1_000, 0x12345678))
CONFIG = PpmidConfig(PPMID, GPF, cells=CELLS, esme=ESME, gsme=GSME)
TOP_UP = KeyedIn(Action.TOP_UP, Fuel.ELECTRICITY, DIGITS)
GAS_TOP_UP = KeyedIn(Action.TOP_UP, Fuel.GAS, DIGITS)
CREDIT = KeyedIn(Action.EMERGENCY_CREDIT, Fuel.ELECTRICITY)
GAS_CREDIT = KeyedIn(Action.EMERGENCY_CREDIT, Fuel.GAS)
SUPPLY_ON = KeyedIn(Action.ENABLE_SUPPLY, Fuel.ELECTRICITY)


def kitchen(**changes: Any) -> Kitchen:
    return Kitchen(CONFIG, keys=OWN, **changes)


def results(said: list[Any]) -> list[Result]:
    return [event for event in said if isinstance(event, Result)]


def tunnelled(said: list[Any]) -> list[bytes]:
    """The data of each TransferData that the PPMID sends."""
    frames = [event.asdu.payload for event in said if isinstance(event, Send)]
    return [frame[5:] for frame in frames if frame[0] == 0x01 and frame[2] == 0x02]


# -- electricity ------------------------------------------------------------------------------------


def test_a_top_up_is_asked_of_the_meter_and_its_outcome_shown() -> None:
    home = kitchen()
    home.esme.answers = lambda _command: ConsumerTopUpResponse(0x10, 1_000_000, 2, 2_234_567)
    home.esme.attributes[BALANCE] = 2_234_567
    home.tell(TOP_UP)
    assert ConsumerTopUp(2, DIGITS.encode()) in home.esme.heard
    assert results(home.said) == [Result(TOP_UP, True, "accepted supply enabled")]
    assert home.electricity.balance == Decimal("22.34567")


@pytest.mark.parametrize(
    ("keyed", "frame"),
    [
        (TOP_UP, "01 %02X 04 02 14" + DIGITS.encode().hex()),
        (CREDIT, "01 %02X 00 00000000 02"),
        (SUPPLY_ON, "01 %02X 0C 02"),
    ],
)
def test_what_goes_on_the_wire(keyed: KeyedIn, frame: str) -> None:
    home = kitchen()
    asked = len(home.asked)
    home.esme.on = False
    home.tell(keyed)
    asdu = home.asked[asked].asdu
    assert (asdu.destination, asdu.destination_endpoint, asdu.source) == (ESME, 1, PPMID)
    assert asdu.payload == bytes.fromhex(frame % asdu.payload[1])


@pytest.mark.parametrize(
    ("answer", "succeeded", "words"),
    [
        (ConsumerTopUpResponse(0, 1, 2, 1), True, "accepted"),
        (ConsumerTopUpResponse(2, -1, 2, -1), False, "rejected duplicate"),
        (ConsumerTopUpResponse(9, -1, 2, -1), False, "result 0x09"),
        (Status.NOT_AUTHORIZED, False, "not authorized"),
        (Status.SUCCESS, True, "success"),
    ],
)
def test_what_the_meter_answers_to_a_top_up(answer: Any, succeeded: bool, words: str) -> None:
    home = kitchen()
    home.esme.answers = lambda _command: answer
    assert results(home.tell(TOP_UP)) == [Result(TOP_UP, succeeded, words)]


@pytest.mark.parametrize("keyed", [CREDIT, SUPPLY_ON])
@pytest.mark.parametrize(("status", "succeeded"), [(Status.SUCCESS, True), (Status.HARDWARE_FAILURE, False)])
def test_emergency_credit_and_supply_are_answered_by_default_response(
    keyed: KeyedIn, status: Status, succeeded: bool
) -> None:
    home = kitchen()
    home.esme.answers = lambda _command: status
    (result,) = results(home.tell(keyed))
    assert result.succeeded is succeeded
    heard = [type(one) for one in home.esme.heard]
    assert (SelectAvailableEmergencyCredit in heard, LocalChangeSupply in heard) == (
        keyed is CREDIT,
        keyed is SUPPLY_ON,
    )


def test_what_the_meter_does_not_answer_is_not_sent_again_and_its_outcome_is_not_known() -> None:
    home = kitchen()
    home.esme.on = False
    asked = len(home.asked)
    home.tell(TOP_UP)
    home.wait(4 * SECOND)
    assert results(home.said) == []
    home.wait(2 * SECOND)
    assert results(home.said) == [Result(TOP_UP, None, "the meter did not answer")]
    sent = [Frame.from_bytes(send.asdu.payload) for send in home.asked[asked:]]
    assert [frame.command for frame in sent if frame.cluster_specific].count(0x04) == 1


@pytest.mark.parametrize(
    ("keyed", "words"),
    [
        (KeyedIn(Action.TOP_UP, Fuel.ELECTRICITY, "123"), "twenty decimal digits"),
        (KeyedIn(Action.TOP_UP, Fuel.GAS, "x" * 20), "twenty decimal digits"),
        (KeyedIn(Action.TOP_UP, Fuel.ELECTRICITY, DIGITS[:-1] + str((int(DIGITS[-1]) + 1) % 10)), "mistyped"),
        (KeyedIn(Action.ENABLE_SUPPLY, Fuel.GAS), "at the meter, by a person"),
    ],
)
def test_what_makes_no_sense_is_refused_and_goes_nowhere(keyed: KeyedIn, words: str) -> None:
    home = kitchen()
    said = home.tell(keyed)
    assert [type(event) for event in said] == [Result]
    assert words in said[0].words
    assert not said[0].succeeded


@pytest.mark.parametrize("keyed", [TOP_UP, GAS_TOP_UP, CREDIT, GAS_CREDIT, SUPPLY_ON])
def test_without_that_meter_nothing_can_be_keyed_in(keyed: KeyedIn) -> None:
    home = Kitchen(PpmidConfig(PPMID, GPF), keys=OWN)
    (result,) = results(home.tell(keyed))
    assert result.words == f"this PPMID knows no {keyed.fuel.value} meter"


# -- gas ----------------------------------------------------------------------------------------------


def gas_response(
    counter: int, command: Any, code: int = 0x009B, *, keys: KeyRing = ALL, to_client: bool = True
) -> bytes:
    """A GSME's Response, with its MAC for the PPMID."""
    if isinstance(command, DefaultResponse):
        frame = Frame.of_general(command, sequence=0, direction=Direction.TO_CLIENT)
    else:
        frame = PREPAYMENT.frame(command, Direction.TO_CLIENT, sequence=0)
    header = GroupingHeader(Cra.RESPONSE, counter, GSME, PPMID, code)
    payload = compose((Component.of_frame(PREPAYMENT.id, frame),))
    return bytes(gbcs.seal(gbcs.build(header, payload), keys))


def test_a_gas_top_up_is_a_command_of_the_ppmids_own_whose_counter_is_written_down_first() -> None:
    home = kitchen()
    said = home.tell(GAS_TOP_UP)
    assert order(said) == ["Remember", "Send"]
    assert home.memory["own-counter"] == (1).to_bytes(8, "big")
    (data,) = tunnelled(said)
    message = gbcs.decode(data)
    assert (message.header.business_originator_id, message.header.business_target_id) == (PPMID, GSME)
    assert (message.header.message_code, message.header.originator_counter) == (0x009B, 1)
    assert message.content == bytes.fromhex("0109 01 01 0705 0019 01 00 04 02 14") + DIGITS.encode()
    assert gbcs.verify(message, ALL).mac is Verdict.VERIFIED
    home.tell(GAS_CREDIT)
    assert home.memory["own-counter"] == (2).to_bytes(8, "big")


def test_emergency_credit_for_gas_is_as_the_published_example_but_for_its_mac() -> None:
    """The worked example of the ZigBee digest, whose MAC is made up."""
    home = kitchen(memory={"own-counter": (10_000).to_bytes(8, "big")})
    (data,) = tunnelled(home.tell(GAS_CREDIT))
    assert data[:-12] == PCS02[:-12]


@pytest.mark.parametrize(
    ("keyed", "path"),
    [
        (GAS_CREDIT, "NA_PCS02/PCS02_NA_SUCCESS_COMMAND_GBCS.HEX"),
        (
            KeyedIn(Action.TOP_UP, Fuel.GAS, "73941656880950804485"),
            "NA_PCS01/PCS01_NA_SUCCESS_COMMAND_GBCS.HEX",
        ),
    ],
)
def test_a_command_to_the_gas_meter_is_that_of_the_reference_set(keyed: KeyedIn, path: str) -> None:
    """But for its MAC, whose keys are not published."""
    reference = gbcs.decode(hex_file(shared(f"rtds/messages/{path}")))
    header = reference.header
    config = PpmidConfig(
        header.business_originator_id, GPF, esme=ESME, gsme=header.business_target_id, cells=CELLS
    )
    home = Kitchen(config, memory={"own-counter": (9_999).to_bytes(8, "big")}, keys=_keys_of(config))
    home.tell(keyed)
    unsent = home.memory["unsent/1"]
    assert unsent is not None
    assert gbcs.decode(unsent).grouped == reference.grouped


def _keys_of(config: PpmidConfig) -> KeyRing:
    from cryptography.hazmat.primitives.asymmetric import ec

    from doorstep.gbcs.keys import KeyUsage, MemoryKeyStore

    assert config.gsme is not None
    pair = (config.eui, config.gsme)
    store = {
        (eui, KeyUsage.KEY_AGREEMENT): ec.derive_private_key(3 + number, ec.SECP256R1())
        for number, eui in enumerate(pair)
    }
    return KeyRing(MemoryKeyStore(store))


def asked(home: Kitchen, keyed: KeyedIn) -> None:
    """Key something in for gas, and let the hub confirm it."""
    home.tell(keyed)
    home.hear("18 01 0B 02 00")


@pytest.mark.parametrize(
    ("keyed", "answer", "code", "succeeded", "words"),
    [
        (GAS_TOP_UP, ConsumerTopUpResponse(0, 2_025_000, 2, 4_525_000), 0x009B, True, "accepted"),
        (GAS_TOP_UP, ConsumerTopUpResponse(1, -1, 2, -1), 0x009B, False, "rejected invalid"),
        (GAS_CREDIT, DefaultResponse(0, 0), 0x0090, True, "success"),
        (GAS_CREDIT, DefaultResponse(0, 0xC0), 0x0090, False, "hardware failure"),
    ],
)
def test_the_gas_meters_response_says_what_became_of_it(
    keyed: KeyedIn, answer: Any, code: int, succeeded: bool, words: str
) -> None:
    home = kitchen()
    asked(home, keyed)
    home.wait(40 * MINUTE)
    home.hear("09 44 01 0500", gas_response(1, answer, code))
    assert results(home.said) == [Result(keyed, succeeded, words)]
    assert home.memory.keys() == {"own-counter"}
    home.hear("09 45 01 0500", gas_response(1, answer, code))
    assert len(results(home.said)) == 1


@pytest.mark.parametrize(
    ("response", "what"),
    [
        (gas_response(2, DefaultResponse(0, 0), 0x0090), "ignored"),
        (gas_response(1, DefaultResponse(0, 0), 0x0090)[:-1] + b"\x00", "refused"),
        (gas_response(1, DefaultResponse(0, 0), 0x0090).replace(GSME, STRANGER), "ignored"),
    ],
    ids=["another counter", "another MAC", "another Device"],
)
def test_a_response_that_is_not_the_gas_meters_own_changes_nothing(response: bytes, what: str) -> None:
    home = kitchen()
    asked(home, GAS_CREDIT)
    said = home.hear("09 44 01 0500", response)
    assert [event.what for event in said if isinstance(event, Note)] == [what]
    home.hear("09 45 01 0500", gas_response(1, DefaultResponse(0, 0), 0x0090))
    assert results(home.said) == [Result(GAS_CREDIT, True, "success")]


def test_a_gas_meter_that_does_not_come_for_it_leaves_the_outcome_unknown() -> None:
    home = kitchen()
    asked(home, GAS_TOP_UP)
    home.wait(25 * HOUR)
    assert results(home.said) == [Result(GAS_TOP_UP, None, "no Response of the gas meter came in time")]


def test_a_command_to_the_gas_meter_survives_a_restart_and_goes_once_more() -> None:
    home = kitchen()
    (data,) = tunnelled(home.tell(GAS_CREDIT))
    again = kitchen(memory=home.memory)
    assert tunnelled(again.said) == [data]
    again.tell(GAS_TOP_UP)
    assert again.memory["own-counter"] == (2).to_bytes(8, "big")


def test_what_the_hub_does_not_take_goes_again_later() -> None:
    home = kitchen()
    home.tell(GAS_CREDIT)
    assert len(tunnelled(home.wait(80 * SECOND))) == 3, "its repetitions"
    home.wait(4 * MINUTE)
    assert len(tunnelled(home.wait(2 * MINUTE))) > 0
    assert "unsent/1" in home.memory


def test_so_much_may_wait_for_gas_and_no_more() -> None:
    home = kitchen(policy=PpmidPolicy(keyed_in=2))
    for _ in range(3):
        home.tell(GAS_CREDIT)
    (result,) = results(home.said)
    assert "too much" in result.words
    assert home.memory["own-counter"] == (2).to_bytes(8, "big")


@pytest.mark.parametrize("keys", [None, KeyRing(type(ALL.store)())], ids=["no keys", "not the right ones"])
def test_without_keys_there_is_no_way_to_the_gas_meter(keys: KeyRing | None) -> None:
    home = Kitchen(CONFIG, keys=keys)
    (result,) = results(home.tell(GAS_CREDIT))
    assert result.succeeded is False
    assert "key" in result.words
    assert "own-counter" not in home.memory


# -- and evidence -------------------------------------------------------------------------------------


def test_what_is_keyed_in_spoils_the_evidence_for_what_it_changes() -> None:
    home = kitchen()
    home.tell(Deliver("d1", command("CS01a")))
    home.hear("18 01 0B 02 00")
    home.tell(TOP_UP)
    home.esme.attributes[BALANCE] += 1_000
    home.wait(HOUR)
    stages = [event.stage for event in home.said if type(event).__name__ == "Report"]
    assert stages == [Stage.ACCEPTED, Stage.RECEIVED]


def test_no_digits_come_into_a_note() -> None:
    home = kitchen()
    home.tell(TOP_UP)
    home.tell(GAS_TOP_UP)
    notes = [str(event) for event in home.said if isinstance(event, Note)]
    assert not any(DIGITS in note for note in notes)
    assert utrn.parse(DIGITS).pence == 1_000


@given(
    st.lists(
        st.one_of(
            st.sampled_from([TOP_UP, GAS_TOP_UP, CREDIT, GAS_CREDIT, SUPPLY_ON, PoweredOn()]),
            st.builds(KeyedIn, st.sampled_from(Action), st.sampled_from(Fuel), st.text(max_size=25)),
            st.integers(0, 40),
        ),
        max_size=30,
    )
)
def test_whatever_is_keyed_in_is_borne_and_comes_to_an_end(events: list[Any]) -> None:
    home = kitchen()
    for event in events:
        if isinstance(event, int):
            home.wait(event * MINUTE)
        else:
            home.tell(event)
    home.wait(26 * HOUR)
    keyed = [event for event in events if isinstance(event, KeyedIn)]
    restarts = any(isinstance(event, PoweredOn) for event in events)
    assert len(results(home.said)) <= len(keyed)
    assert restarts or len(results(home.said)) == len(keyed)
    counters = [event.entries.get("own-counter") for event in home.said if isinstance(event, Remember)]
    spent = [int.from_bytes(counter, "big") for counter in counters if counter]
    assert spent == sorted(set(spent))
