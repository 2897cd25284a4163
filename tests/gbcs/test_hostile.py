"""Hostile messages: whatever the bytes are, they are a value that gives them back, or a DecodeError.

Thirty messages of every kind, form and payload language are cut at every byte and changed at every bit;
then come bytes that were made to do harm: lengths and counts that lie, structures without an end, few
bytes that stand for many values. Time and memory are held to a small multiple of the bytes.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from typing import Final

import pytest

from doorstep import gbcs
from doorstep.errors import DecodeError
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.message import MAX_MESSAGE, Form, Message
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.payloads.dlms import DataNotification
from doorstep.gbcs.payloads.gbz import GbzPayload
from tests.gbcs.specimens import specimens
from tests.gbcs.vectors import COMMAND_18_4, DEVICE, SUPPLIER
from tests.reference import hex_file, shared

REFERENCE: Final = (
    # DLMS: Pre-Commands, Commands with and without a signature, for a User, with its certificate
    "1.5_ECS04b/ECS04b_1.5_SUCCESS_PRECOMMAND",
    "7.1_ECS42/ECS42_7.1_SUCCESS_COMMAND",
    "1.6_ECS02/ECS02_1.6_IMMEDIATE_SINGLE_SUCCESS_COMMAND",
    "2.2_CS01a/CS01a_2.2_SUCCESS_COMMAND",
    "6.20.2_ECS39b/ECS39b_6.20.2_SUCCESS_COMMAND",
    "4.14_ECS21b/ECS21b_4.14_URP_SUCCESS_COMMAND",
    # DLMS: Responses with a time, a compact array, encrypted data, the Device's own counter, a failure
    "1.5_ECS04a/ECS04a_1.5_ERROR_RESPONSE",
    "4.2_ECS17a/ECS17a_4.2_SUCCESS_RESPONSE",
    "4.4.5_ECS20d/ECS20d_4.4.5_SUCCESS_RESPONSE",
    "4.1.1_ECS17b/ECS17b_4.1.1_SINGLE_SUCCESS_RESPONSE",
    "4.14_ECS21b/ECS21b_4.14_URP_SUCCESS_RESPONSE",
    # DLMS: Alerts, two of them with supplementary fields
    "2.1_ECS08/ECS08_2.1_8F66_FUTURE_DATED_SUCCESS_ALERT_LOW_CREDIT_THRESHOLD",
    "NA_CS14/CS14_NA_8F12_ALERT",
    "NA_ECS200/ECS200_NA_8F88_ALERT",
    "NA_ECS100/ECS100_NA_8F85_SUPPLEMENTARY_REMOTE_PARTY_ALERT",
    # GBZ: Commands, Responses in clear and encrypted, Alerts with each kind of tail
    "7.3_GCS39/GCS39_7.3_SUCCESS_PRECOMMAND",
    "1.1.1_GCS01a/GCS01a_1.1.1_IMMEDIATE_TOU_SUCCESS_COMMAND",
    "14.1_GCS31/GCS31_14.1_SUCCESS_COMMAND",
    "4.11.1_GCS21f/GCS21f_4.11.1_SUCCESS_RESPONSE",
    "4.3_GCS14/GCS14_4.3_SUCCESS_UNRELIABLE_RESPONSE",
    "4.14_GCS16b/GCS16b_4.14_URP_SUCCESS_RESPONSE",
    "1.6_GCS03/GCS03_1.6_8F66_FUTURE_DATED_SUCCESS_ALERT_CHANGE_PAYMENT_MODE",
    "NA_GCS53/GCS53_NA_8F0A_ALERT",
    "NA_MIIWA-ZigBee/MIIWA-ZigBee_NA_81A0_ALERT",
    # ASN.1: certificates, lengths that are not the shortest, times, a certification request, an Alert
    "6.15.2_CS02d/CS02d_6.15.2_SUCCESS_COMMAND",
    "NA_CS02aSignature/CS02aSignature_NA_ERROR_COMMAND",
    "6.24.1_CS02aMAC/CS02aMAC_6.24.1_SUCCESS_RESPONSE",
    "11.3_CS06/CS06_11.3_FUTURE_DATED_ERROR_PRECOMMAND",
    "8.12.2_GCS59/GCS59_8.12.2_SUCCESS_RESPONSE",
    "NA_CCS08/CCS08_NA_NA_ALERT",
)
OURS: Final = {"section 18.4": COMMAND_18_4} | specimens()

# A COSEM value is a Python object of some fifty bytes, a tuple of them another fifty, whatever they took in
# the message; and in a compact array a byte may stand for a few.
MEMORY_PER_BYTE: Final = 512
MEMORY: Final = 0x10000
# This is about decoders that hang, not about speed, which `make bench` is for: a message takes some 20 us,
# and what would be a way to attack takes minutes. A collection of garbage may fall into the middle.
SECONDS: Final = 5.0
SECONDS_OF_THE_LARGEST: Final = 10.0


def reference(name: str) -> bytes:
    return hex_file(shared("rtds/messages") / f"{name}_GBCS.HEX")


def read(data: bytes) -> Message | None:
    """The message, or None where it is refused in the proper way. Anything else fails the test."""
    try:
        message = gbcs.decode(data)
    except DecodeError as error:
        refusal = error
    else:
        assert bytes(message) == data, data.hex()
        assert gbcs.peek(data) == message.header, data.hex()
        assert gbcs.encode_payload(message.payload) == message.content, data.hex()
        return message
    assert refusal.field, data.hex()
    assert 0 <= refusal.offset <= len(data), data.hex()
    return None


def truncations(data: bytes) -> Iterator[bytes]:
    return (data[:length] for length in range(len(data)))


def bit_changes(data: bytes) -> Iterator[bytes]:
    for offset in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[offset] ^= 1 << bit
            yield bytes(changed)


def read_all(data: bytes) -> None:
    """Read a message, cut and changed everywhere; none may take long."""
    assert read(data) is not None
    slowest = 0.0
    for cut in truncations(data):
        read(cut)
    for changed in bit_changes(data):
        start = time.thread_time()
        read(changed)
        slowest = max(slowest, time.thread_time() - start)
    assert slowest < SECONDS


@pytest.mark.parametrize("name", REFERENCE)
def test_reference_messages_cut_and_changed(name: str) -> None:
    read_all(reference(name))


@pytest.mark.parametrize("name", OURS)
def test_our_messages_cut_and_changed(name: str) -> None:
    read_all(OURS[name])


def test_the_reference_names_are_of_every_kind() -> None:
    messages = [gbcs.decode(reference(name)) for name in REFERENCE]
    assert len(messages) == 30
    assert {message.header.cra for message in messages} == set(Cra)
    assert {message.form for message in messages} == set(Form) - {Form.UNSIGNED_EMPTY}
    assert len({type(message.payload) for message in messages}) == 5
    assert {min(len(message.header.other_information), 27) for message in messages} == {2, 10, 18, 26, 27}


# -- time and memory ---------------------------------------------------------------------------------


def peak(data: bytes) -> int:
    """The most memory, in bytes, that reading it took beyond what was there before."""
    tracemalloc.start()
    try:
        read(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def most(data: bytes) -> int:
    return MEMORY_PER_BYTE * len(data) + MEMORY


@pytest.mark.parametrize("name", OURS)
def test_memory_of_changed_messages(name: str) -> None:
    changes = list(bit_changes(OURS[name]))
    for changed in changes[::97]:
        assert peak(changed) < most(changed), changed.hex()


def message(code: int, cra: Cra, content: bytes) -> bytes:
    """An unsigned message of any content."""
    return GroupingHeader(cra, 1, SUPPLIER, DEVICE, code).encode(len(content)) + content


def size_of(contents: bytes) -> bytes:
    """The length of contents in the form that A-XDR and DER share."""
    size = len(contents)
    if size < 0x80:
        return bytes((size,))
    return bytes((0x81, size)) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")


def alert(data: str | bytes) -> bytes:
    """An Alert whose body is one COSEM value."""
    return message(0x1000, Cra.ALERT, octets("0F 20000001 00") + octets(data))


def array(element: str, count: int) -> bytes:
    return alert(b"\x01\x82" + count.to_bytes(2, "big") + octets(element) * count)


def compact_array(description: str, contents: bytes) -> bytes:
    return alert(b"\x13" + octets(description) + size_of(contents) + contents)


def gbz(content: str | bytes) -> bytes:
    """A Response in GBZ, from the number of components on."""
    return message(0x0074, Cra.RESPONSE, octets("0109") + octets(content))


def attributes(record: str, count: int) -> bytes:
    """One component: an answer to Read Attributes with so many records."""
    frame = octets("08 00 01") + octets(record) * count
    return gbz(octets("01 01 0702") + len(frame).to_bytes(2, "big") + frame)


def device_log(contents: str | bytes) -> bytes:
    """A Response to Read Device Log, an ASN.1 SEQUENCE with these contents."""
    data = octets(contents)
    return message(0x0013, Cra.RESPONSE, b"\x30" + size_of(data) + data)


def octets(data: str | bytes) -> bytes:
    return bytes.fromhex(data) if isinstance(data, str) else data


# As many values as fit, of the kinds that cost most for their bytes: these are honest, and are read.
ENTRIES: Final = octets("300D 0408 D0055E01000100E5 020101") * 4000
CROWDED: Final = {
    "null-data": array("00", 0xF000),
    "small numbers": array("1105", 0x7800),
    "empty structures": array("0200", 0x7800),
    "empty bit-strings": array("0400", 0x7800),
    "compact arrays of one byte": array("13110105", 0x3C00),
    "a compact array of bytes": compact_array("11", b"\x05" * 0xF000),
    "a compact array of structures of one byte": compact_array("020111", b"\x05" * 0xF000),
    "attributes that are not there": attributes("000086", 0x5000),
    "attributes of a byte": attributes("0000002005", 0x3000),
    "entries of a Device log": device_log(octets("020100 30") + size_of(ENTRIES) + ENTRIES),
}

# Few bytes that say many values.
EXPLOSIVE: Final = {
    "65,535 null-data in a byte": compact_array("01FFFF 00", b"\x00"),
    "300 times 300 null-data in a byte": compact_array("01012C 01012C 00", b"\x00"),
    "2,000 null-data to each byte": compact_array("0202 11 0107D0 00", b"\x05" * 200),
    "2,000 empty structures to each byte": compact_array("0202 11 0107D0 0200", b"\x05" * 200),
    "4,096 values in ten bytes, over and over": array("13 0202 11 010FFD 00 01 05", 0x1000),
    "90,000 null-data before bytes that are missing": compact_array("0203 01012C 01012C 00 11 11", b"\x05"),
    "structures in structures to each byte": compact_array("0201" * 20 + "11", b"\x05" * 0x1000),
}

# Lengths and counts that promise more than there is, or less, and structures without an end.
LIES: Final = {
    "content length": COMMAND_18_4[:47] + b"\x7f" + COMMAND_18_4[48:],
    "other-information of 65,535 bytes": octets(
        "DF09 01 0000000000000001 08 123456789ABCDEF0 08 FFFFFFFFFFFFFFFE 00 82FFFF 00B3"
    ),
    "ciphered-service of 65,535 bytes": octets("DD000000000000 82FFFF 1100000000"),
    "string of 65,535 bytes": alert("09 82FFFF 00"),
    "bit-string of 65,535 bits": alert("04 82FFFF 00"),
    "array of 65,535 values": alert("01 82FFFF 00"),
    "65,535 arrays of 65,535 values": alert("01 82FFFF 01 82FFFF 01 82FFFF 00"),
    "compact array of 65,535 bytes": alert("13 11 82FFFF 00"),
    "compact array of 65,535 types": alert("13 02 82FFFF 11"),
    "compact array that ends inside an element": compact_array("06", bytes(5)),
    "compact array of compact arrays": alert("13 13 11 01 05"),
    "65,535 requests": message(0x00B3, Cra.COMMAND, octets("D9 20000001 00 82FFFF 01")),
    "65,535 results": message(0x00B3, Cra.RESPONSE, octets("DA 20000001 00 00 82FFFF 00")),
    "fewer results than data": message(0x00B3, Cra.RESPONSE, octets("DA 20000001 00 00 01 00 00")),
    "255 components": gbz("FF"),
    "component of 65,535 bytes": gbz("01 01 0702 FFFF 08 00 01"),
    "component of no bytes": gbz("01 01 0702 0000"),
    "ciphered information of 65,535 bytes": gbz("01 03 0702 000A 00 00 08 00 01 FFFF 310000"),
    "ciphered information without a tag": gbz("01 03 0702 000C 00 00 08 00 01 0005 3100000000"),
    "attribute string of 254 bytes": attributes("0000 00 41 FE 00", 1),
    "SEQUENCE of 4,294,967,295 bytes": message(0x0013, Cra.RESPONSE, octets("30 84FFFFFFFF 020100")),
    "SEQUENCE of five length octets": message(0x0013, Cra.RESPONSE, octets("30 850000000003 020100")),
    "SEQUENCE of indefinite length": message(0x0013, Cra.RESPONSE, octets("30 80 020100 0000")),
    "INTEGER longer than its SEQUENCE": device_log("0205 00"),
    "INTEGER of no bytes": device_log("0200"),
    "arrays in arrays": alert("0101" * 0x7800),
    "structures in structures": alert("0201" * 0x7800 + "00"),
    "types in types": alert("13" + "010001" * 0x5000 + "11 01 00"),
    "SEQUENCEs in SEQUENCEs": message(0x0013, Cra.RESPONSE, octets("3082EFFC" * 0x3C00)),
}


@pytest.mark.parametrize("data", CROWDED.values(), ids=CROWDED)
def test_the_largest_messages_take_bounded_time_and_memory(data: bytes) -> None:
    assert MAX_MESSAGE // 2 < len(data) <= MAX_MESSAGE
    start = time.thread_time()
    assert read(data) is not None
    assert time.thread_time() - start < SECONDS_OF_THE_LARGEST
    assert peak(data) < most(data)


@pytest.mark.parametrize("data", (EXPLOSIVE | LIES).values(), ids=EXPLOSIVE | LIES)
def test_what_lies_is_refused_before_it_costs_anything(data: bytes) -> None:
    start = time.thread_time()
    assert read(data) is None
    assert time.thread_time() - start < SECONDS
    assert peak(data) < most(data)


# -- counters ----------------------------------------------------------------------------------------

COUNTERS: Final = (2**63 - 1, 2**63, 2**64 - 1)


@pytest.mark.parametrize("counter", COUNTERS)
def test_counters_of_64_bits(counter: int) -> None:
    eight = counter.to_bytes(8, "big")
    data = COMMAND_18_4[:17] + eight + COMMAND_18_4[25:]
    found = read(data)
    assert found is not None
    assert found.header.originator_counter == counter
    assert found.header.transaction_id == b"\x01" + eight


@pytest.mark.parametrize("counter", COUNTERS)
def test_supplementary_counters_of_64_bits(counter: int) -> None:
    eight = counter.to_bytes(8, "big")
    data = (
        octets("DF09 02 0000000000000001 08 FFFFFFFFFFFFFFFE 08 123456789ABCDEF0 00 1A 00B3 123456789ABCDEF0")
        + eight * 2
        + octets("09 DA 20000001 00 00 00 00")
    )
    found = read(data)
    assert found is not None
    assert found.header.supplementary_remote_party_counter == counter
    assert found.header.supplementary_originator_counter == counter


@pytest.mark.parametrize(
    ("integer", "counter"),
    [
        ("0208 7FFFFFFFFFFFFFFF", 2**63 - 1),
        ("0209 008000000000000000", 2**63),
        ("0209 00FFFFFFFFFFFFFFFF", 2**64 - 1),
        ("0208 8000000000000000", None),  # negative
        ("0209 010000000000000000", None),  # one more than fits
        ("020A 0000FFFFFFFFFFFFFFFF", None),  # not the shortest
        ("0220" + "7F" * 32, None),
    ],
)
def test_counters_in_asn1(integer: str, counter: int | None) -> None:
    contents = octets("0420" + "00" * 32) + octets(integer)
    found = read(message(0x0012, Cra.COMMAND, b"\x30" + size_of(contents) + contents))
    if counter is None:
        assert found is None
    else:
        assert found is not None
        assert isinstance(found.payload, Asn1Payload)
        assert found.payload.value.originator_counter == counter


@pytest.mark.parametrize("counter", COUNTERS)
def test_counters_in_gbz(counter: int) -> None:
    content = octets("0109 01 8F66 3295A9D0 0E 006B") + counter.to_bytes(8, "big") + octets("0707 09 00")
    found = read(message(0x00CD, Cra.ALERT, content))
    assert found is not None
    assert isinstance(found.payload, GbzPayload)
    assert found.payload.alert is not None
    assert getattr(found.payload.alert.tail, "originator_counter", None) == counter


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("15 FFFFFFFFFFFFFFFF", 2**64 - 1),
        ("14 7FFFFFFFFFFFFFFF", 2**63 - 1),
        ("14 8000000000000000", -(2**63)),
    ],
)
def test_counters_in_dlms(data: str, value: int) -> None:
    found = read(alert(data))
    assert found is not None
    assert isinstance(found.payload, DataNotification)
    assert found.payload.body.value == value
