"""A Device of any type, executing a language of any kind: what comes out for a Command that comes in."""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import Encoding
from msgspec import structs

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyUsage, Role
from doorstep.gbcs.payloads import asn1
from doorstep.gbcs.payloads.asn1 import Asn1Payload, Certificate
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.gbcs.protection import Verdict
from doorstep.gbcs.usecases import DeviceType, PayloadKind
from doorstep.road.device import (
    Cells,
    Device,
    DeviceState,
    Executed,
    Execution,
    Executors,
    Failure,
    Occasion,
    Outcome,
    Rejected,
    changes,
    process,
)
from doorstep.service.authority import Authorities
from tests.road.meter.electricity.home import (
    BROKER,
    CELLS,
    METER,
    METER_KEYS,
    NOW,
    OTHER_USER,
    PARTY_KEYS,
    STORE,
    STRANGER,
    meter_keys_without,
    read_balance,
)

JOIN_DETAILS = 0x0013  # CS07, in ASN.1 and not critical
EMERGENCY_CREDIT = 0x0090  # PCS02, of a PPMID to its GSME


class Counted(DeviceState, frozen=True):
    """What this Device adds to the state of every Device."""

    reads: int = 0


def read_log(payload: Asn1Payload, state: Counted, occasion: Occasion) -> Execution[Counted]:
    """CS07 as a Device that counts how often it was asked, and fails the third time."""
    asked = structs.replace(state, reads=state.reads + 1)
    failed = asked.reads > 2
    answer = asn1.build(
        JOIN_DETAILS, Cra.RESPONSE, {"read_log_response_code": "read_failure"} if failed else NO_ENTRIES
    )
    return Execution(asked, answer, Failure("the log does not open", 0x8F1E) if failed else None)


def accept(payload: GbzPayload, state: Counted, occasion: Occasion) -> Execution[Counted]:
    return Execution(state, GbzPayload())


UNREADABLE = {"read_log_response_code": "read_failure"}
NO_ENTRIES = {"read_log_response_code": "success", "device_log_entries": []}
EXECUTORS: Executors[Counted] = {PayloadKind.ASN1: read_log, PayloadKind.GBZ: accept}
GSME = Device(METER, DeviceType.GSME, METER_KEYS, EXECUTORS)
START = Counted(cells=CELLS)


def read_details(counter: int) -> bytes:
    header = GroupingHeader(
        Cra.COMMAND,
        counter,
        BROKER,
        METER,
        JOIN_DETAILS,
        supplementary_remote_party_id=OTHER_USER,
        supplementary_remote_party_counter=1,
    )
    message = gbcs.build(header, asn1.build(JOIN_DETAILS, Cra.COMMAND, None))
    return bytes(gbcs.seal(message, PARTY_KEYS, author=BROKER))


def emergency_credit(counter: int, ppmid: Eui = STRANGER, author: Eui = STRANGER) -> bytes:
    header = GroupingHeader(Cra.COMMAND, counter, ppmid, METER, EMERGENCY_CREDIT)
    return bytes(gbcs.seal(gbcs.build(header, GbzPayload()), PARTY_KEYS, author=author))


def outcome_of(command: bytes, state: Counted = START) -> Outcome[Counted]:
    return process(command, state, GSME, NOW)


def test_a_command_is_counted_executed_and_answered() -> None:
    outcome = outcome_of(read_details(9))

    assert isinstance(outcome.event, Executed)
    assert outcome.event.succeeded
    assert outcome.state.reads == 1
    assert outcome.state.counters.executed == {Role.ACCESS_CONTROL_BROKER: 9}
    response = gbcs.decode(outcome.event.response)
    assert response.header.business_target_id == BROKER
    assert response.header.supplementary_remote_party_id == OTHER_USER
    assert changes(START, outcome.state) == {"counter/ACCESS_CONTROL_BROKER": bytes(7) + b"\x09"}


def test_a_command_that_fails_is_counted_and_answered_all_the_same() -> None:
    outcome = outcome_of(read_details(9), structs.replace(START, reads=2))

    assert isinstance(outcome.event, Executed)
    assert not outcome.event.succeeded
    assert outcome.event.why == "the log does not open"
    assert [note.code for note in outcome.notes] == [0x8155, 0x8F1E]


def test_a_command_that_is_refused_changes_nothing() -> None:
    spent = outcome_of(read_details(9)).state
    outcome = outcome_of(read_details(9), spent)
    assert isinstance(outcome.event, Rejected)
    assert outcome.state is spent


def test_a_language_that_a_device_does_not_execute_is_refused() -> None:
    deaf = structs.replace(GSME, executors={PayloadKind.GBZ: accept})
    outcome = process(read_details(9), START, deaf, NOW)
    assert isinstance(outcome.event, Rejected)
    assert "ASN.1" in outcome.event.why


def test_a_gas_meter_understands_no_electricity_use_case() -> None:
    outcome = outcome_of(read_balance(1))
    assert isinstance(outcome.event, Rejected)
    assert outcome.event.alert == 0x8F85


# -- a PPMID and its GSME --------------------------------------------------------------------------------

JOINED = structs.replace(START, cells=Cells(CELLS.parties, frozenset((STRANGER,))))


def test_a_ppmid_that_has_joined_is_known_by_its_own_mac_and_counted_apart() -> None:
    outcome = outcome_of(emergency_credit(5), JOINED)
    assert isinstance(outcome.event, Executed), outcome.event.why
    assert outcome.state.counters.executed == {STRANGER: 5}
    assert gbcs.decode(outcome.event.response).header.business_target_id == STRANGER
    assert isinstance(outcome_of(emergency_credit(5), outcome.state).event, Rejected)


def test_who_came_with_a_command_is_answered_by_the_certificate_that_came() -> None:
    """As a supplier after CS02b, or a display after a join: the key store it was made with knows neither."""
    key = STORE.public_key(STRANGER, KeyUsage.KEY_AGREEMENT)
    assert key is not None
    issued = Authorities.new(NOW).organisation(STRANGER, Role.SUPPLIER.value, KeyUsage.KEY_AGREEMENT, key)
    came = {(STRANGER, KeyUsage.KEY_AGREEMENT): Certificate(issued.public_bytes(Encoding.DER))}
    state = structs.replace(JOINED, anchors=came)
    device = structs.replace(GSME, keys=meter_keys_without(STRANGER, KeyUsage.KEY_AGREEMENT))

    outcome = process(emergency_credit(1), state, device, NOW)

    assert isinstance(outcome.event, Executed)
    response = gbcs.decode(outcome.event.response)
    assert gbcs.verify(response, PARTY_KEYS).mac is Verdict.VERIFIED
    assert isinstance(process(emergency_credit(1), JOINED, device, NOW).event, Rejected)


def test_a_ppmid_that_has_not_joined_is_a_stranger() -> None:
    outcome = outcome_of(emergency_credit(5))
    assert isinstance(outcome.event, Rejected)
    assert outcome.event.alert == 0x8F3E


def test_no_remote_party_may_send_what_a_ppmid_sends() -> None:
    outcome = outcome_of(emergency_credit(5, BROKER, BROKER), JOINED)
    assert isinstance(outcome.event, Rejected)
    assert outcome.event.alert == 0x8F30


def test_the_brokers_mac_does_not_make_a_ppmid() -> None:
    outcome = outcome_of(emergency_credit(5, STRANGER, BROKER), JOINED)
    assert isinstance(outcome.event, Rejected)
    assert outcome.event.alert == 0x8F3D
