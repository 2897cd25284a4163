"""The checks in their order: each refuses what it is for, with its alert code, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs import KeyUsage, MemoryKeyStore
from doorstep.gbcs.header import Cra
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads import Unparsed
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessResponse, DataNotification
from doorstep.gbcs.usecases import Protection
from doorstep.road.device.checks import CHECKS
from doorstep.road.machine import Note, Remember
from doorstep.road.meter.events import Executed, Rejected
from doorstep.road.meter.policy import MeterPolicy
from tests.road.meter.electricity.home import (
    BALANCE,
    BROKER,
    CELLS,
    HUB,
    METER,
    NETWORK_OPERATOR,
    NOW,
    OTHER_USER,
    PARTY_KEYS,
    STRANGER,
    SUPPLIER,
    adjust_balance,
    command,
    drained,
    enable_supply,
    executed,
    get,
    meter,
    meter_keys_without,
    read_balance,
    rejected,
    reset_balance,
    script,
    top_up,
    without_logs,
)

MAC, SIGNATURE, BOTH = Protection.MAC, Protection.SIGNATURE, Protection.MAC | Protection.SIGNATURE
IMPOSTOR_KEYS = KeyRing(
    MemoryKeyStore(
        {(SUPPLIER, KeyUsage.DIGITAL_SIGNATURE): ec.derive_private_key(99, ec.SECP256R1())}
        | {
            (party, KeyUsage.KEY_AGREEMENT): ec.derive_private_key(100 + number, ec.SECP256R1())
            for number, party in enumerate((SUPPLIER, BROKER, METER))
        }
    )
)


def forged(change: Callable[[Message], Message]) -> bytes:
    """ECS82 with its header or payload changed, and then MACed as it should be."""
    message = change(gbcs.decode(read_balance(1)))
    return bytes(gbcs.seal(gbcs.build(message.header, message.payload), PARTY_KEYS, author=BROKER))


def with_header(**fields: object) -> bytes:
    return forged(
        lambda message: gbcs.build(msgspec.structs.replace(message.header, **fields), message.payload)
    )


def with_payload(payload: gbcs.Payload) -> bytes:
    return forged(lambda message: gbcs.build(message.header, payload))


REFUSED = [
    # 1: format, and whom it is for.
    pytest.param(b"", 0x8F1E, "does not parse", id="nothing"),
    pytest.param(b"\xdd\x00", 0x8F1E, "does not parse", id="truncated"),
    pytest.param(with_header(cra=Cra.RESPONSE), 0x8F1E, "no Command", id="a Response"),
    pytest.param(with_header(cra=Cra.ALERT), 0x8F1E, "no Command", id="an Alert"),
    pytest.param(with_header(date_time=bytes(12)), 0x8F1E, "date-time", id="a date-time"),
    pytest.param(command("ECS82", 1, get(BALANCE), target=HUB), 0x8F1E, "it is for", id="for another Device"),
    # 2: the use case.
    pytest.param(with_header(message_code=0xFFFF), 0x8F85, "no use case", id="unknown Message Code"),
    pytest.param(with_header(message_code=0x0067), 0x8F85, "no Command", id="the code of an Alert"),
    pytest.param(with_header(message_code=0x006B), 0x8F85, "no Command", id="the code of a gas use case"),
    pytest.param(with_header(message_code=0x0012), 0x8F1E, "not ASN.1", id="a use case in another language"),
    pytest.param(
        with_header(message_code=0x000A), 0x8F85, "no Command", id="a use case that is not executed"
    ),
    pytest.param(with_payload(Unparsed(b"\x30\x00")), 0x8F1E, "Unparsed", id="a payload in another language"),
    pytest.param(with_payload(AccessResponse(1, ())), 0x8F1E, "AccessResponse", id="an Access-Response"),
    pytest.param(
        with_payload(DataNotification(1, Data(Tag.NULL_DATA))),
        0x8F1E,
        "DataNotification",
        id="a notification",
    ),
    pytest.param(command("ECS42", 1, script(51), protection=MAC), 0x8F53, "demands", id="no signature"),
    pytest.param(command("ECS42", 1, script(51), protection=SIGNATURE), 0x8F53, "demands", id="no MAC"),
    pytest.param(command("ECS42", 1, script(51), protection=Protection(0)), 0x8F53, "has none", id="neither"),
    pytest.param(command("ECS82", 1, get(BALANCE), protection=BOTH), 0x8F53, "demands", id="one too many"),
    # 3: the originator.
    pytest.param(
        command("ECS82", 1, get(BALANCE), originator=STRANGER),
        0x8F3E,
        "no trust anchor cell",
        id="a stranger",
    ),
    pytest.param(
        command("ECS42", 1, script(51), originator=NETWORK_OPERATOR),
        0x8F30,
        "network operator may not send ECS42",
        id="the wrong role",
    ),
    pytest.param(
        command("ECS42", 1, script(51), originator=BROKER, on_behalf_of=OTHER_USER),
        0x8F30,
        "access control broker may not send ECS42",
        id="the broker, for supply",
    ),
    # 4 and 5: signature and MAC.
    pytest.param(
        command("ECS42", 1, script(51), keys=IMPOSTOR_KEYS), 0x8F3D, "signature", id="not signed by it"
    ),
    pytest.param(command("ECS82", 1, get(BALANCE), keys=IMPOSTOR_KEYS), 0x8F3D, "MAC", id="not MACed by it"),
    # 6: anti-replay.
    pytest.param(read_balance(0), 0x8F60, "spent", id="counter 0"),
]


@pytest.mark.parametrize(("data", "alert", "why"), REFUSED)
def test_what_is_refused(data: bytes, alert: int, why: str) -> None:
    machine = meter()
    before = machine.state

    machine.take(data, NOW)

    logged, note, event = drained(machine)
    assert isinstance(logged, Remember)
    assert logged.entries.keys() == {"log/SECURITY 0"}
    assert isinstance(note, Note)
    assert isinstance(event, Rejected)
    assert event.alert == note.code == alert
    assert why in event.why
    assert note.about == event.command == data
    assert without_logs(machine.state) == before
    assert machine.security_log == (event,)


def test_every_check_has_a_case() -> None:
    assert len(CHECKS) == 9, "a new check wants a row above, or a test of its own"


def test_who_cannot_be_answered_is_refused() -> None:
    """The Response would want a MAC for the supplier, of whom the meter has no key agreement certificate."""
    machine = meter(keys=meter_keys_without(SUPPLIER, KeyUsage.KEY_AGREEMENT))
    before = machine.state
    refused = rejected(machine, read_balance(1))
    assert refused.alert == 0x8F53
    assert "to answer with" in refused.why
    assert without_logs(machine.state) == before
    # What is signed anybody can check.
    executed(machine, enable_supply(2))


def test_authentication_comes_before_anti_replay() -> None:
    """A forger learns nothing of the counters, and cannot move them."""
    machine = meter()
    executed(machine, read_balance(10))
    assert rejected(machine, command("ECS82", 5, get(BALANCE), keys=IMPOSTOR_KEYS)).alert == 0x8F3D
    assert rejected(machine, command("ECS82", 2**64 - 1, get(BALANCE), keys=IMPOSTOR_KEYS)).alert == 0x8F3D
    executed(machine, read_balance(11))


@pytest.mark.parametrize(
    "missing", [(SUPPLIER, KeyUsage.DIGITAL_SIGNATURE), (BROKER, KeyUsage.KEY_AGREEMENT)]
)
def test_a_certificate_that_is_not_held_proves_nothing(missing: tuple[Eui, KeyUsage]) -> None:
    machine = meter(keys=meter_keys_without(*missing))
    assert rejected(machine, enable_supply(1)).alert == 0x8F53


def test_without_a_broker_in_its_cell_a_meter_trusts_no_mac() -> None:
    cells = msgspec.structs.replace(
        CELLS, parties={role: party for role, party in CELLS.parties.items() if party != BROKER}
    )
    machine = meter(cells=cells)
    assert rejected(machine, read_balance(1)).alert == 0x8F53


# -- replay ----------------------------------------------------------------------------------------


def test_a_replayed_command_is_not_executed_again() -> None:
    machine = meter()
    data = adjust_balance(7, 5000)
    assert executed(machine, data).succeeded
    state = machine.state

    machine.take(data, NOW)

    events = drained(machine)
    assert [event.what for event in events if isinstance(event, Note)] == ["replayed"]
    assert not any(isinstance(event, Executed) for event in events)
    (logged,) = [event for event in events if isinstance(event, Remember)]
    assert logged.entries.keys() == {"log/SECURITY 0"}
    assert without_logs(machine.state) == without_logs(state)


def test_a_later_counter_voids_an_earlier_command() -> None:
    machine = meter()
    executed(machine, enable_supply(9))
    assert rejected(machine, reset_balance(8)).alert == 0x8F60


@pytest.mark.parametrize("edge", [2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 2])
def test_counters_are_unsigned_64_bits(edge: int) -> None:
    machine = meter()
    executed(machine, enable_supply(edge))
    rejected(machine, enable_supply(edge))
    rejected(machine, enable_supply(1))
    executed(machine, enable_supply(edge + 1))
    rejected(machine, enable_supply(edge))


def test_the_highest_counter_is_the_last() -> None:
    machine = meter()
    executed(machine, enable_supply(2**64 - 1))
    assert rejected(machine, enable_supply(2**64 - 1)).alert == 0x8F60


def test_roles_are_counted_apart() -> None:
    machine = meter()
    executed(machine, enable_supply(1000))
    executed(machine, command("ECS17b", 5, get("3 1-0:2.8.0.255 2"), originator=NETWORK_OPERATOR))
    executed(machine, enable_supply(1001))


def test_commands_that_are_not_critical_are_counted_unless_the_policy_says_no() -> None:
    strict, lenient = meter(), meter(policy=MeterPolicy(check_non_critical=False))
    for machine in (strict, lenient):
        executed(machine, read_balance(50))
    rejected(strict, read_balance(50))
    executed(lenient, read_balance(50))
    # What is not counted voids nothing either.
    rejected(strict, enable_supply(2))
    executed(lenient, enable_supply(2))
    rejected(lenient, enable_supply(2))


def test_top_ups_come_in_any_order_but_once() -> None:
    machine = meter()
    executed(machine, enable_supply(10 << 32))
    for number in (5, 3, 4):
        assert executed(machine, top_up(number, 100)).succeeded
    for number in (3, 4, 5):
        assert rejected(machine, top_up(number, 100)).alert == 0x8F60


# -- altered bytes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [enable_supply(9), read_balance(9), top_up(9, 100)], ids=["signed", "MACed", "top-up"]
)
def test_every_altered_byte_is_refused(data: bytes) -> None:
    machine = meter()
    before = machine.state
    for position in range(len(data)):
        for flip in (0x01, 0x80):
            altered = bytearray(data)
            altered[position] ^= flip
            assert rejected(machine, bytes(altered)).command == altered, position
    assert without_logs(machine.state) == before
    assert executed(machine, data).succeeded


def test_every_truncation_and_every_extra_byte_is_refused() -> None:
    data, machine = enable_supply(9), meter()
    for length in range(len(data)):
        rejected(machine, data[:length])
        rejected(machine, data[:length] + b"\x00" + data[length:])
    rejected(machine, data + b"\x00")
    assert without_logs(machine.state) == meter().state


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_without_an_error(data: bytes) -> None:
    machine = meter()
    assert rejected(machine, data).why


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_any_payload_in_a_good_envelope_is_answered_or_refused(data: st.DataObject) -> None:
    """Whoever holds the keys may still send nonsense: it must not stop the meter."""
    content = data.draw(st.binary(max_size=60))
    message = gbcs.decode(reset_balance(1))
    payload = Unparsed(b"\xd9" + content)
    signed = gbcs.sign(gbcs.build(message.header, payload), PARTY_KEYS)
    machine = meter()
    machine.take(bytes(gbcs.seal(signed, PARTY_KEYS, author=BROKER)), NOW)
    assert any(isinstance(event, Executed | Rejected) for event in drained(machine))
