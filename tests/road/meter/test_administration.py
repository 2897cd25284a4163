"""Commands in ASN.1 on either meter: credentials, firmware, joins; and those of the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from doorstep import gbcs
from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, KeyUsage, Role
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.payloads import Unparsed, asn1
from doorstep.gbcs.payloads.asn1 import CANCEL, Asn1Payload
from doorstep.gbcs.payloads.asn1.names import ActivateImageResponseCode, DeviceType
from doorstep.gbcs.protection import protect
from doorstep.gbcs.times import Instant, iso
from doorstep.gbcs.usecases import USE_CASES
from doorstep.road.device import Cells, Executed, Rejected
from doorstep.road.device.firmware import Firmware
from doorstep.road.machine import Memory
from doorstep.road.meter.electricity.config import EsmeConfig
from doorstep.road.meter.electricity.machine import Esme
from doorstep.road.meter.gas.config import GsmeConfig
from doorstep.road.meter.gas.machine import Gsme
from tests.reference import available, hex_file, manifest, shared
from tests.road.meter.electricity.home import (
    BROKER,
    CELLS,
    HUB,
    METER,
    METER_KEYS,
    NOW,
    PARTY_KEYS,
    STRANGER,
    SUPPLIER,
    drained,
)
from tests.road.meter.reference_keys import CELLS as REFERENCE_CELLS
from tests.road.meter.reference_keys import ESME, GPF, GSME, THEN, ReferenceKeys

DAY = 86_400_000
HASH = bytes(range(32))
IMAGE = Firmware(b"\x01\x02\x03\x04", HASH, b"\x01\x02\x03\x05")
ACTIVATE, JOIN_A, JOIN_C, UNJOIN, CLOCK, LOG = 0x0012, 0x000D, 0x00AF, 0x000F, 0x007F, 0x0013
OK, NO_IMAGE, MISMATCH, FAILED = ActivateImageResponseCode

Meter = Esme | Gsme


def esme(memory: Memory | None = None, firmware: Firmware = IMAGE, *peers: Eui) -> Esme:
    cells = Cells(CELLS.parties, frozenset(peers))
    return Esme(EsmeConfig(eui=METER, hub=HUB, cells=cells, firmware=firmware), METER_KEYS, memory=memory)


def gsme(memory: Memory | None = None, firmware: Firmware = IMAGE, *peers: Eui) -> Gsme:
    cells = Cells(CELLS.parties, frozenset(peers))
    return Gsme(GsmeConfig(eui=METER, hub=HUB, cells=cells, firmware=firmware), METER_KEYS, memory=memory)


BOTH = pytest.mark.parametrize("make", [esme, gsme])


def command(code: int, counter: int, value: Any, originator: Eui = SUPPLIER) -> bytes:
    header = GroupingHeader(Cra.COMMAND, counter, originator, METER, code)
    message = gbcs.build(header, asn1.build(code, Cra.COMMAND, value))
    return bytes(protect(message, USE_CASES[code].command[0], PARTY_KEYS, author=BROKER))


def activate(counter: int, when: Instant | str | None = None, image: bytes = HASH) -> bytes:
    date = f"{iso(when)[:19]}Z" if isinstance(when, int) else when
    value = {
        "manufacturer_image_hash": image.hex(),
        "originator_counter": counter,
        "execution_date_time": date,
    }
    return command(ACTIVATE, counter, value)


Memories = dict[str, bytes | None]


def outcome(machine: Meter, data: bytes, now: Instant = NOW) -> tuple[Executed | Rejected, Memories]:
    """What became of a Command, and what was remembered of it."""
    machine.take(data, now)
    events, memory = drained(machine), Memories()  # type: ignore[arg-type]
    for event in events:
        memory |= getattr(event, "entries", {})
    (found,) = [event for event in events if isinstance(event, Executed | Rejected)]
    return found, memory


def told(machine: Meter, data: bytes, now: Instant = NOW) -> Any:
    """The value of the Response's payload."""
    event, _memory = outcome(machine, data, now)
    assert isinstance(event, Executed), event.why
    payload = gbcs.decode(event.response).payload
    assert isinstance(payload, Asn1Payload)
    return payload.value


def last_alert(machine: Meter) -> Any:
    payload = gbcs.decode(list(machine.state.unsent.values())[-1]).payload
    assert isinstance(payload, Asn1Payload)
    return payload.value


# -- firmware ----------------------------------------------------------------------------------------------


@BOTH
def test_the_image_that_is_held_is_activated_once(make: Any) -> None:
    machine = make()
    result = told(machine, activate(1))
    assert (result.activate_image_response_code, result.firmware_version) == (OK, b"\x01\x02\x03\x05")
    assert machine.state.firmware == Firmware(b"\x01\x02\x03\x05")
    again = told(machine, activate(2))
    assert (again.activate_image_response_code, again.firmware_version) == (NO_IMAGE, b"\x01\x02\x03\x05")


@BOTH
def test_another_image_is_not_activated(make: Any) -> None:
    machine = make()
    assert told(machine, activate(1, image=bytes(32))).activate_image_response_code == MISMATCH
    assert machine.state.firmware == IMAGE


@BOTH
def test_an_activation_for_later_waits_across_a_restart_and_is_told(make: Any) -> None:
    machine = make()
    event, memory = outcome(machine, activate(1, NOW + DAY))
    assert isinstance(event, Executed)
    assert machine.state.firmware == IMAGE
    machine = make(memory)
    assert machine.deadline() == NOW + DAY
    machine.on_deadline(NOW + DAY)
    assert machine.state.firmware.version == b"\x01\x02\x03\x05"
    alert = last_alert(machine)
    assert (alert.alert_code, alert.originator_counter) == (0x8F66, 1)
    assert alert.execution_outcome.activate_image_response_code == OK
    assert machine.state.deferred == ()


@BOTH
def test_an_activation_for_later_that_fails_is_told_too(make: Any) -> None:
    machine = make()
    told(machine, activate(1, NOW + DAY, bytes(32)))
    machine.on_deadline(NOW + DAY)
    assert last_alert(machine).alert_code == 0x8F67


@BOTH
def test_what_waits_can_be_cancelled(make: Any) -> None:
    machine = make()
    told(machine, activate(1, NOW + DAY))
    assert told(machine, activate(2, CANCEL.isoformat().replace("+00:00", "Z"))) is None
    machine.on_deadline(NOW + 2 * DAY)
    assert machine.state.firmware == IMAGE


def test_the_counter_in_the_payload_is_the_messages_own() -> None:
    machine = esme()
    value = {"manufacturer_image_hash": HASH.hex(), "originator_counter": 7, "execution_date_time": None}
    assert told(machine, command(ACTIVATE, 1, value)).activate_image_response_code == FAILED
    assert machine.state.firmware == IMAGE


@pytest.mark.parametrize("wrong", [(b"123", b""), (bytes(4), b"1"), (bytes(4), HASH, b"12345")])
def test_a_firmware_that_cannot_be_is_refused(wrong: tuple[bytes, ...]) -> None:
    with pytest.raises(UsageError):
        Firmware(*wrong)


# -- joins -------------------------------------------------------------------------------------------------


def join(method: str, kind: str, device: Eui = STRANGER) -> dict[str, Any]:
    return {
        "join_method_and_role": method,
        "other_device_entity_identifier": str(device),
        "other_device_type": kind,
        "other_device_certificate": None,
    }


def test_a_display_that_has_joined_is_heard_until_it_is_unjoined() -> None:
    machine = esme()
    _event, memory = outcome(machine, command(JOIN_A, 1, join("method_a_initiator", "ppmid")))
    assert machine.state.cells.peers == {STRANGER}
    assert esme(memory).state.cells.peers == {STRANGER}
    assert told(machine, command(JOIN_A, 2, join("method_a_initiator", "hcalcs"))).name == (
        "INCOMPATIBLE_WITH_EXISTING_ENTRY"
    )
    assert told(machine, command(UNJOIN, 3, str(STRANGER))) == 0
    assert told(machine, command(UNJOIN, 4, str(STRANGER))) == 1
    assert machine.state.cells.peers == frozenset()


def test_a_display_of_the_beginning_that_was_unjoined_stays_so_after_a_restart() -> None:
    machine = esme(None, IMAGE, STRANGER)
    _event, memory = outcome(machine, command(UNJOIN, 1, str(STRANGER)))
    assert esme(memory, IMAGE, STRANGER).state.cells.peers == frozenset()
    assert esme(memory, IMAGE, STRANGER).state.joined == {}


@pytest.mark.parametrize(
    ("method", "kind", "code"),
    [("method_b", "ppmid", 1), ("method_a_initiator", "gsme", 3), ("method_a_responder", "ppmid", 1)],
)
def test_a_join_that_is_not_carried_out(method: str, kind: str, code: int) -> None:
    machine = esme()
    assert told(machine, command(JOIN_A, 1, join(method, kind))) == code
    assert machine.state.joined == {}


def test_a_gas_meter_wants_the_certificate_of_a_display() -> None:
    machine = gsme()
    assert told(machine, command(JOIN_C, 1, join("method_c", "ppmid"))) == 11
    value = {**join("method_c", "ppmid"), "other_device_certificate": "3000"}
    assert told(machine, command(JOIN_C, 2, value)) == 11
    assert machine.state.cells.peers == frozenset()


def test_a_gas_meter_knows_its_hub_and_tells_its_clock() -> None:
    machine = gsme(None, IMAGE, STRANGER)
    assert machine.state.joined == {STRANGER: DeviceType.PPMID, HUB: DeviceType.GPF}
    before, after = (f"{iso(NOW + shift)[:19]}Z" for shift in (-1000, 1000))
    interval = {"validity_interval_start": before, "validity_interval_end": after}
    assert told(machine, command(CLOCK, 1, interval)).device_time_status == 0
    interval = {"validity_interval_start": after, "validity_interval_end": after}
    assert told(machine, command(CLOCK, 2, interval)).device_time_status == 2


def test_a_log_has_an_end() -> None:
    machine = esme()
    for number in range(16):
        device = Eui(STRANGER[:7] + bytes((number,)))
        assert told(machine, command(JOIN_A, 1 + number, join("method_a_initiator", "ppmid", device))) == 0
    assert told(machine, command(JOIN_A, 99, join("method_a_initiator", "ppmid", METER))) == 4


CODES = [0x0008, *range(0x0102, 0x0109), ACTIVATE, JOIN_A, JOIN_C, UNJOIN, CLOCK]


@settings(max_examples=60)
@given(st.sampled_from(CODES), st.binary(max_size=80))
def test_any_payload_in_a_good_envelope_is_answered_or_refused(code: int, content: bytes) -> None:
    for make in (esme, gsme):
        header = GroupingHeader(Cra.COMMAND, 1, SUPPLIER, METER, code)
        message = gbcs.build(header, Unparsed(content))
        data = bytes(protect(message, USE_CASES[code].command[0], PARTY_KEYS, author=BROKER))
        outcome(make(), data)


# -- the reference -----------------------------------------------------------------------------------------

EXECUTED = (
    "CS02bSupplier",
    "CS02bNO",
    "CS02bACB",
    "CS02aMAC",
    "CS06",
    "CS03A1",
    "CS03C",
    "CS03B",
    "CS04",
    "GCS28",
)
# The root that these rest on, or the Device that they are about, is not that of the set's own meters.
LEFT_OUT = ("Handover", "NonCritical")


def reference() -> list[str]:
    if not available():
        return ["the reference data"]
    return [
        row["path"]
        for row in manifest()
        if row["kind"] == "COMMAND"
        and row["payload_kind"] == "ASN1"
        and Eui.parse(row["recipient_eui"]) in (ESME, GSME)
        and Path(row["path"]).name.startswith(EXECUTED)
        and not any(word in row["path"] for word in LEFT_OUT)
    ]


def read(path: str) -> gbcs.Message:
    return gbcs.decode(hex_file(shared(f"rtds/{path}")))


def assert_same(ours: gbcs.Message, theirs: gbcs.Message) -> None:
    """The same header and payload; the set writes some lengths of ASN.1 with more bytes than they need."""
    assert ours.form is theirs.form
    assert ours.header == theirs.header
    assert isinstance(theirs.payload, Asn1Payload)
    assert ours.payload == theirs.payload.shortest()


def reference_meter(target: Eui, response: Any) -> Meter:
    """A meter that holds what the Response says that it held."""
    firmware = Firmware(bytes.fromhex("0123ABCF"))
    if getattr(response, "firmware_version", None) is not None:
        image = bytes.fromhex("AA758690730934FF0685AA758690730934FF0685657788990011223344556677")
        good = response.activate_image_response_code == OK
        firmware = Firmware(b"\x01\x23\xab\xcf", image, response.firmware_version) if good else firmware
    parties = {**REFERENCE_CELLS.parties, Role.TRANSITIONAL_COS: Eui.parse("90-B3-D5-1F-30-00-00-04")}
    cells, keys = Cells(parties), KeyRing(ReferenceKeys())
    if target == ESME:
        return Esme(EsmeConfig(eui=ESME, hub=GPF, cells=cells, firmware=firmware), keys)
    return Gsme(GsmeConfig(eui=GSME, hub=GPF, cells=cells, firmware=firmware), keys)


@pytest.mark.parametrize("path", reference(), ids=lambda path: Path(path).stem)
def test_response_is_that_of_the_reference(path: str) -> None:
    response = read(path.replace("_COMMAND_", "_RESPONSE_"))
    value = response.payload.value  # type: ignore[union-attr]
    command_ = read(path)
    machine = reference_meter(command_.header.business_target_id, value)
    state: Any = machine.state
    subject = command_.payload.value  # type: ignore[union-attr]
    if "CS04" in path and "SUCCESS" in path:
        state = structs.replace(state, joined={subject: DeviceType.PPMID})
    if "CS03A1" in path and "ERROR" in path:
        state = structs.replace(state, joined={subject.other_device_entity_identifier: DeviceType.HCALCS})
    machine._state = state
    if path.endswith("CS02aMAC_6.24.1_SUCCESS_COMMAND_GBCS.HEX"):
        counters = structs.replace(state.counters, executed={Role.NETWORK_OPERATOR: 1})
        machine._state = structs.replace(state, counters=counters)

    event, _memory = outcome(machine, bytes(command_), THEN)

    assert isinstance(event, Executed), event.why
    assert_same(gbcs.decode(event.response), response)
    assert event.succeeded is ("ERROR" not in path or "FUTURE" in path)


@pytest.mark.parametrize("use", ["CS02bSupplierBySupplier", "CS02bSupplierByTransCoS"])
def test_a_new_supplier_is_heard_and_the_old_one_no_more(use: str) -> None:
    shared("rtds")
    path = next(one for one in reference() if f"{use}_" in one and "IMMEDIATE_SUCCESS" in one)
    machine = reference_meter(ESME, None)
    event, memory = outcome(machine, hex_file(shared(f"rtds/{path}")), THEN)
    assert isinstance(event, Executed)
    assert event.succeeded
    state = machine.state
    new = state.anchors[Role.SUPPLIER, KeyUsage.DIGITAL_SIGNATURE].view
    assert state.cells.party(Role.SUPPLIER) == new.subject_unique_id
    assert state.counters.executed[Role.SUPPLIER] == 0
    # A Command of the supplier's under its old certificate is worth nothing any more.
    old = hex_file(shared("rtds/messages/7.1_ECS42/ECS42_7.1_SUCCESS_COMMAND_GBCS.HEX"))
    refused, _entries = outcome(machine, old, THEN)
    assert isinstance(refused, Rejected)
    assert refused.alert in (0x8F3D, 0x8F3E)
    again = Esme(machine.config, KeyRing(ReferenceKeys()), memory=memory)  # type: ignore[arg-type]
    assert again.state == state


@pytest.mark.parametrize(
    ("use", "folder"), [("CS02bSupplierBySupplier", "6.15.1"), ("CS06", "11.3")], ids=["CS02b", "CS06"]
)
def test_alerts_are_those_of_the_reference(use: str, folder: str) -> None:
    found = shared(f"rtds/messages/{folder}_{use}")
    alert = gbcs.decode(hex_file(found / f"{use}_{folder}_8F66_FUTURE_DATED_SUCCESS_ALERT_GBCS.HEX"))
    value = alert.payload.value  # type: ignore[union-attr]
    machine = reference_meter(ESME, getattr(value, "execution_outcome", None))
    state: Any = machine.state
    machine._state = structs.replace(state, own_counter=alert.header.originator_counter - 1)
    sent = hex_file(found / f"{use}_{folder}_FUTURE_DATED_SUCCESS_COMMAND_GBCS.HEX")
    event, _memory = outcome(machine, sent, THEN)
    assert isinstance(event, Executed)
    machine.on_deadline(machine.state.deferred[0].due)
    assert_same(gbcs.decode(list(machine.state.unsent.values())[-1]), alert)
