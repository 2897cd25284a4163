"""A PPMID's own Commands: joins, unjoins, its firmware version; and the Alert when that has changed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import DecodeError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing, KeyUsage, MemoryKeyStore, PrivateKey, PublicKey, Role
from doorstep.gbcs.payloads.asn1 import build
from doorstep.gbcs.protection import Verdict
from doorstep.gbcs.usecases import use_cases_named
from doorstep.road.device import Cells, Executed, Rejected
from doorstep.road.machine import Remember
from doorstep.road.ppmid.config import PpmidConfig
from doorstep.road.ppmid.events import FirmwareActivated, PoweredOn, Report
from doorstep.road.ppmid.machine import Ppmid
from doorstep.service.keystore import FolderKeyStore
from tests.reference import hex_file, shared
from tests.road.hub.messages import ESME, GPF, GSME, PPMID, SUPPLIER
from tests.road.ppmid.keys import ALL, BROKER, CELLS, OWN
from tests.road.ppmid.kitchen import HOUR, SECOND, Kitchen
from tests.road.ppmid.test_consumer import tunnelled
from tests.road.ppmid.test_machine import order

CONFIG = PpmidConfig(PPMID, GPF, cells=CELLS)


def home(**changes: Any) -> Kitchen:
    return Kitchen(CONFIG, keys=OWN, **changes)


def own_command(name: str, counter: int, value: Any, target: Eui = PPMID) -> bytes:
    """A Command of the Access Control Broker's to a PPMID, on the supplier's behalf, protected by its row."""
    row = use_cases_named(name)[0]
    header = GroupingHeader(
        Cra.COMMAND,
        counter,
        BROKER,
        target,
        row.code,
        supplementary_remote_party_id=SUPPLIER,
        supplementary_remote_party_counter=1,
    )
    message = gbcs.build(header, build(row.code, Cra.COMMAND, value))
    if row.critical:
        message = gbcs.sign(message, ALL)
    return bytes(gbcs.seal(message, ALL, author=BROKER))


def join(counter: int, device: Eui, device_type: str = "esme", method: str = "method_a_responder") -> bytes:
    value = {
        "join_method_and_role": method,
        "other_device_entity_identifier": str(device),
        "other_device_type": device_type,
    }
    return own_command("CS03A2", counter, value)


def given_to(bench: Kitchen, data: bytes) -> list[Any]:
    """The hub tunnels a message."""
    return bench.hear("09 44 01 0500", data)


def response(said: list[Any]) -> Any:
    """The value in the payload of the Response that the PPMID puts into the tunnel."""
    (data,) = tunnelled(said)
    message = gbcs.decode(data)
    assert message.header.cra is Cra.RESPONSE
    assert Verdict.FAILED not in (gbcs.verify(message, ALL).mac, gbcs.verify(message, ALL).signature)
    return message.payload.value  # type: ignore[union-attr]  # An ASN.1 payload has one.


def test_a_join_is_executed_and_answered_through_the_hub() -> None:
    bench = home()
    said = given_to(bench, join(1, ESME))
    assert order(said) == ["Remember", "Note", "Executed", "Send", "Send"]
    assert response(said) == 0
    assert bench.memory.keys() == {f"joined/{ESME}", "counter/ACCESS_CONTROL_BROKER", "unsent/1"}
    bench.hear("18 01 0B 02 00")
    assert "unsent/1" not in bench.memory
    assert not any(isinstance(event, Report) for event in bench.said), "it is nothing to the User"


def test_it_is_executed_once_however_often_it_comes() -> None:
    bench = home()
    given_to(bench, join(1, ESME))
    said = bench.hear("09 45 01 0500", join(1, ESME))
    (rejected,) = [event for event in said if isinstance(event, Rejected)]
    assert "is spent" in rejected.why
    again = home(memory=bench.memory)
    (rejected,) = [event for event in given_to(again, join(1, ESME)) if isinstance(event, Rejected)]
    assert "is spent" in rejected.why


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (join(1, ESME, "hcalcs"), 0),
        (join(1, ESME, "gsme"), 3),
        (join(1, ESME, "esme", "method_c"), 1),
        (own_command("CS04AC", 1, bytes(ESME)), 1),
    ],
    ids=["a load switch", "not by method A", "another method", "one that it is not joined to"],
)
def test_what_a_join_comes_to(data: bytes, code: int) -> None:
    assert response(given_to(home(), data)) == code


def test_an_unjoin_takes_a_join_back() -> None:
    bench = home()
    given_to(bench, join(1, ESME))
    bench.hear("18 01 0B 02 00")
    said = bench.hear("09 45 01 0500", own_command("CS04AC", 2, bytes(ESME)))
    assert response(said) == 0
    assert f"joined/{ESME}" not in bench.memory


def test_a_join_with_a_gas_meter_needs_its_certificate() -> None:
    value = {
        "join_method_and_role": "method_c",
        "other_device_entity_identifier": str(GSME),
        "other_device_type": "gsme",
    }
    assert response(given_to(home(), own_command("CS03C", 1, value))) == 11


def test_so_many_joins_fit_and_no_more() -> None:
    bench = home()
    codes = []
    for number in range(17):
        device = Eui.parse(f"D0-05-5E-00-00-00-01-{number:02X}")
        said = bench.hear(f"09 {number:02X} 01 0500", join(number + 1, device))
        codes.append(next(gbcs.decode(event.response) for event in said if isinstance(event, Executed)))
        bench.hear(f"18 {number + 1:02X} 0B 02 00")
    assert [message.payload.value for message in codes] == [0] * 16 + [4]  # type: ignore[union-attr]


def test_its_firmware_version_is_read_and_told_of_when_it_changes() -> None:
    bench = home()
    said = bench.tell(FirmwareActivated(b"\x01\x02\x03\x04"))
    assert order(said) == ["Remember", "Remember", "Send"]
    (data,) = tunnelled(said)
    alert = gbcs.decode(data)
    assert (alert.header.cra, alert.header.message_code) == (Cra.ALERT, 0x012B)
    assert (alert.header.business_target_id, alert.header.originator_counter) == (BROKER, 1)
    assert gbcs.verify(alert, ALL).signature is Verdict.VERIFIED
    assert alert.payload.value.firmware_version == b"\x01\x02\x03\x04"  # type: ignore[union-attr]
    bench.hear("18 01 0B 02 00")
    again = home(memory=bench.memory)
    value = response(given_to(again, own_command("CS08", 1, None)))
    assert (value.firmware_version, value.read_response_code) == (b"\x01\x02\x03\x04", 0)


def test_the_alert_is_that_of_the_reference_set_but_for_its_signature() -> None:
    reference = gbcs.decode(hex_file(shared("rtds/messages/NA_CS09/CS09_NA_8F8B_ALERT_GBCS.HEX")))
    eui = reference.header.business_originator_id
    cells = Cells({Role.ACCESS_CONTROL_BROKER: reference.header.business_target_id})
    memory: dict[str, bytes | None] = {"own-counter": (4_999).to_bytes(8, "big")}
    ppmid = Ppmid(PpmidConfig(eui, GPF, cells=cells), None, memory, _signing(eui))
    ppmid.receive(FirmwareActivated(bytes.fromhex("1234abcd")), 1_420_070_400_000)
    written: dict[str, bytes | None] = {}
    while (event := ppmid.next_event()) is not None:
        written |= event.entries if isinstance(event, Remember) else {}
    assert gbcs.decode(written["unsent/1"] or b"").grouped == reference.grouped


@pytest.mark.parametrize(
    "path",
    [
        "8.7.2_CS03A2NonCritical/CS03A2NonCritical_8.7.2_SUCCESS",
        "8.7.2_CS03CNonCritical/CS03CNonCritical_8.7.2_SUCCESS",
        "8.7.2_CS03CNonCritical/CS03CNonCritical_8.7.2_ERROR",
        "8.8.2_CS04ACNonCritical/CS04ACNonCritical_8.8.2_SUCCESS",
    ],
)
def test_a_reference_command_is_answered_as_in_the_reference_set(path: str) -> None:
    """But for the signature, as the PPMID's key is not published."""
    command = hex_file(shared(f"rtds/messages/{path}_COMMAND_GBCS.HEX"))
    expected = gbcs.decode(hex_file(shared(f"rtds/messages/{path}_RESPONSE_GBCS.HEX")))
    header = expected.header
    eui, broker = header.business_originator_id, header.business_target_id
    config = PpmidConfig(eui, GPF, cells=Cells({Role.ACCESS_CONTROL_BROKER: broker}))
    memory: dict[str, bytes | None] = {"joined/01-02-03-04-05-06-07-08": b"\x01"}
    ppmid = Ppmid(config, None, memory, KeyRing(ReferenceKeys(eui)))
    assert ppmid._own is not None
    ppmid._own.take(command, 0)
    said = [event for event in iter(ppmid.next_event, None) if isinstance(event, Executed | Rejected)]
    (event,) = said
    assert isinstance(event, Executed), event
    assert gbcs.decode(event.response).grouped == expected.grouped


class ReferenceKeys:
    """The reference key store, with a signing key of ours for the PPMID, whose own is not published."""

    def __init__(self, own: Eui) -> None:
        self._store = FolderKeyStore(shared("rtds/keystore"), test_pki=True)
        self._own = _signing(own).store

    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        return self._store.public_key(eui, usage)

    def private_key(self, eui: Eui, usage: KeyUsage) -> PrivateKey | None:
        return self._own.private_key(eui, usage) or self._store.private_key(eui, usage)

    def parties(self, role: Role) -> tuple[Eui, ...]:
        return self._store.parties(role)


def _signing(eui: Eui) -> KeyRing:
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.derive_private_key(2015, ec.SECP256R1())
    return KeyRing(MemoryKeyStore({(eui, KeyUsage.DIGITAL_SIGNATURE): key}))


# -- what is not taken --------------------------------------------------------------------------------


def changed_byte(data: bytes, place: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]


@pytest.mark.parametrize(
    "data",
    [
        changed_byte(join(1, ESME), -1),
        changed_byte(join(1, ESME), -40),
        own_command("CS08", 1, None)[:-1] + b"\x00",
    ],
    ids=["MAC", "signature", "MAC of what has no signature"],
)
def test_what_is_not_authentic_is_rejected_and_changes_nothing(data: bytes) -> None:
    bench = home()
    said = given_to(bench, data)
    assert [type(event) for event in said if isinstance(event, Executed | Rejected)] == [Rejected]
    assert bench.memory == {}
    assert tunnelled(said) == []


def test_without_keys_or_without_the_right_ones_it_executes_nothing() -> None:
    for keys in (None, KeyRing(MemoryKeyStore(public=_public())), KeyRing(MemoryKeyStore())):
        bench = Kitchen(CONFIG, keys=keys)
        said = given_to(bench, join(1, ESME))
        assert not any(isinstance(event, Executed) for event in said)
        assert bench.memory == {}
        assert tunnelled(bench.tell(FirmwareActivated(bytes(4)))) == []


def _public() -> dict[tuple[Eui, KeyUsage], PublicKey]:
    found = {(eui, usage): ALL.store.public_key(eui, usage) for eui in (PPMID, BROKER) for usage in KeyUsage}
    return {name: key for name, key in found.items() if key is not None}


@pytest.mark.parametrize(
    "memory",
    [
        {"own-counter": b"x"},
        {"joined/nobody": b"\x01"},
        {f"joined/{ESME}": b""},
        {f"joined/{ESME}": b"\x63"},
        {"counter/PRINCE": bytes(8)},
    ],
)
def test_a_memory_that_no_ppmid_wrote_is_refused(memory: dict[str, bytes | None]) -> None:
    with pytest.raises(DecodeError, match="memory entry"):
        Ppmid(CONFIG, None, memory, OWN)


@pytest.mark.parametrize("version", [b"", b"abc", bytes(5)])
def test_a_firmware_version_has_four_bytes(version: bytes) -> None:
    with pytest.raises(UsageError, match="4 bytes"):
        FirmwareActivated(version)


@pytest.mark.parametrize("crash", range(4))
def test_a_command_survives_a_crash_at_any_write(crash: int) -> None:
    """After each write the PPMID may stop; the hub hands the Command over until it is confirmed."""
    bench = home()
    memory: dict[str, bytes | None] = {}
    bench.ppmid.receive(_heard(join(1, ESME)), bench.now)
    written = 0
    while (event := bench.ppmid.next_event()) is not None:
        if isinstance(event, Remember):
            if written == crash:
                break
            memory |= event.entries
            written += 1
    again = home(memory={key: value for key, value in memory.items() if value is not None})
    given_to(again, join(1, ESME))
    responses = tunnelled(again.said)
    assert len(set(responses)) == 1, "its Response goes, whether it was executed before or after"
    assert gbcs.decode(responses[0]).payload.value == 0  # type: ignore[union-attr]
    assert f"joined/{ESME}" in again.memory


def _heard(data: bytes) -> Any:
    from doorstep.road.machine import Heard
    from doorstep.zigbee.asdu import Asdu

    return Heard(Asdu(GPF, PPMID, 3, 1, 0x0704, 0x0109, bytes.fromhex("0944010500") + data))


@given(
    st.lists(
        st.one_of(
            st.just(PoweredOn()),
            st.builds(FirmwareActivated, st.binary(min_size=4, max_size=4)),
            st.tuples(st.just("join"), st.integers(1, 5), st.integers(0, 2)),
            st.tuples(st.just("noise"), st.binary(max_size=60)),
            st.integers(0, 20),
        ),
        max_size=25,
    )
)
def test_whatever_comes_is_borne_and_what_is_kept_stays_small(events: list[Any]) -> None:
    bench = home()
    counter = 0
    for number, event in enumerate(events):
        if isinstance(event, int):
            bench.wait(event * SECOND)
        elif isinstance(event, tuple) and event[0] == "join":
            counter = max(counter, event[1])
            device = Eui.parse(f"D0-05-5E-00-00-00-01-{event[2]:02X}")
            bench.hear(f"09 {number:02X} 01 0500", join(event[1], device))
        elif isinstance(event, tuple):
            bench.hear(f"09 {number:02X} 01 0500", b"\xdf\x09" + event[1])
        else:
            bench.tell(event)
    bench.wait(2 * HOUR)
    assert len([key for key in bench.memory if key.startswith("unsent/")]) <= 32
    assert len([key for key in bench.memory if key.startswith("joined/")]) <= 3
    Ppmid(CONFIG, None, bench.memory, OWN)
