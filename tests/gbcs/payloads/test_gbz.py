"""GBZ payloads: one list of cases both ways, what hostile bytes get, encryption, and the reference set."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import BadMac, DecodeError, EncodeError, Truncated
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads import gbz
from doorstep.gbcs.payloads.gbz import Component, Encrypted, GbzPayload
from doorstep.gbcs.payloads.gbz_alerts import (
    TAILS,
    Alert,
    FirmwareImage,
    FutureDatedOutcome,
    IntegrityIssue,
    IntegrityIssueReason,
    UserInterfaceInput,
)
from doorstep.service.keystore import FolderKeyStore
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.clusters.metering import ChangeSupply
from doorstep.zigbee.clusters.prepayment import (
    GetDebtRepaymentLog,
    OriginatingDevice,
    SelectAvailableEmergencyCredit,
)
from doorstep.zigbee.zcl import (
    AttributeRecord,
    DefaultResponse,
    Direction,
    Frame,
    ReadAttributes,
    ReadAttributesResponse,
    Status,
    Unknown,
)
from tests.reference import hex_file, manifest, shared

PPMID = Eui.parse("00-DB-12-34-56-78-90-A4")
GSME = Eui.parse("00-DB-12-34-56-78-90-A1")
HEADERS = {cra: GroupingHeader(cra, 1000, GSME, PPMID, 0x0090) for cra in Cra}

ITEM = bytes(range(3)) + bytes(range(0xA0, 0xAC))  # three bytes of ciphertext, twelve of tag
HASH = bytes(range(32))

# (kind, value, bytes): what each payload says, written down by hand from the layout of the wrapper.
CASES = {
    "PCS02, emergency credit": (
        Cra.COMMAND,
        GbzPayload(
            (
                Component(
                    0x0705,
                    0x01,
                    0,
                    0x00,
                    SelectAvailableEmergencyCredit(0, OriginatingDevice.IN_HOME_DISPLAY),
                    last=True,
                ),
            )
        ),
        "0109 01 | 01 0705 0008 | 01 00 00 | 00000000 02",
    ),
    "its Response": (
        Cra.RESPONSE,
        GbzPayload((Component(0x0705, 0x08, 0, 0x0B, DefaultResponse(0x00, Status.SUCCESS), last=True),)),
        "0109 01 | 01 0705 0005 | 08 00 0B | 00 00",
    ),
    "two components, attributes of two clusters": (
        Cra.COMMAND,
        GbzPayload(
            (
                Component(0x0702, 0x00, 0, 0x00, ReadAttributes((0x0000, 0x0301))),
                Component(0x0705, 0x00, 1, 0x00, ReadAttributes((0x0001,)), last=True),
            )
        ),
        "0109 02 | 00 0702 0007 | 00 00 00 | 0000 0103 | 01 0705 0005 | 00 01 00 | 0100",
    ),
    "attributes, one of them unsupported": (
        Cra.RESPONSE,
        GbzPayload(
            (
                Component(
                    0x0705,
                    0x18,
                    1,
                    0x01,
                    ReadAttributesResponse(
                        (
                            AttributeRecord(0x0001, Status.SUCCESS, 0x2B, -2),
                            AttributeRecord(0x0002, Status.UNSUPPORTED_ATTRIBUTE),
                        )
                    ),
                    last=True,
                ),
            )
        ),
        "0109 01 | 01 0705 000E | 18 01 01 | 0100 00 2B FEFFFFFF | 0200 86",
    ),
    "a log from a time on": (
        Cra.COMMAND,
        GbzPayload(
            (
                Component(
                    0x0705,
                    0x01,
                    0,
                    0x0A,
                    GetDebtRepaymentLog(0xFFFFFFFF, 10, 2),
                    last=True,
                    from_date_time=0x1C374A80,
                ),
            )
        ),
        "0109 01 | 11 0705 000D | 1C374A80 | 01 00 0A | FFFFFFFF 0A 02",
    ),
    "an encrypted Response": (
        Cra.RESPONSE,
        GbzPayload((Component(0x0702, 0x19, 5, 0x07, Encrypted(ITEM, 7), last=True),)),
        "0109 01 | 03 0702 001B | 00 07 | 19 05 07 | 0014 31 00000000 | 000102 | A0A1A2A3A4A5A6A7A8A9AAAB",
    ),
    "all that an Extended Header can hold": (
        Cra.RESPONSE,
        GbzPayload((Component(0x0702, 0x19, 5, 0x07, Encrypted(ITEM[3:], 7, 9), False, 1, 0xEC),)),
        "0109 01 | FE 0702 001C | 00000001 | 09 07 | 19 05 07 | 0011 31 00000000 | A0A1A2A3A4A5A6A7A8A9AAAB",
    ),
    "no components": (Cra.COMMAND, GbzPayload(), "0109 00"),
    "a cluster that nobody knows": (
        Cra.COMMAND,
        GbzPayload((Component(0x0BAD, 0x01, 0, 0x33, Unknown(0x33, b"\x01\x02"), last=True),)),
        "0109 01 | 01 0BAD 0005 | 01 00 33 | 0102",
    ),
    "a command that its cluster does not have": (
        Cra.RESPONSE,
        GbzPayload((Component(0x0702, 0x09, 0, 0xFE, Unknown(0xFE, b""), last=True),)),
        "0109 01 | 01 0702 0003 | 09 00 FE",
    ),
    "a manufacturer's command is none of the cluster's": (
        Cra.COMMAND,
        GbzPayload((Component(0x0705, 0x05, 0, 0x00, Unknown(0x00, b"\xff"), last=True),)),
        "0109 01 | 01 0705 0004 | 05 00 00 | FF",
    ),
    "a general command to a cluster that nobody knows": (
        Cra.COMMAND,
        GbzPayload((Component(0x0BAD, 0x00, 0, 0x00, ReadAttributes((1,)), last=True),)),
        "0109 01 | 01 0BAD 0005 | 00 00 00 | 0100",
    ),
    "bare Alert": (Cra.ALERT, GbzPayload((), Alert(0x8F30, 0x1C374A80)), "0109 00 | 8F30 1C374A80"),
    "future dated command actioned": (
        Cra.ALERT,
        GbzPayload(
            (), Alert(0x8F66, 0x38818890, FutureDatedOutcome(0x006C, 0x0102030405060708, 0x0705, 0x01, 0x06))
        ),
        "0109 01 | 8F66 38818890 | 0E 006C 0102030405060708 0705 01 06",
    ),
    "future dated command failed": (
        Cra.ALERT,
        GbzPayload((), Alert(0x8F67, 1, FutureDatedOutcome(0x00A3, 1002, 0x0700, 0x09, 0x05))),
        "0109 01 | 8F67 00000001 | 0E 00A3 00000000000003EA 0700 09 05",
    ),
    "firmware verified": (
        Cra.ALERT,
        GbzPayload((), Alert(0x8F72, 1, FirmwareImage(HASH))),
        "0109 01 | 8F72 00000001 | 09 20 | " + HASH.hex(),
    ),
    "firmware not verified, in a payload that states no component": (
        Cra.ALERT,
        GbzPayload((), Alert(0x8F1C, 1, FirmwareImage(HASH), stated=0)),
        "0109 00 | 8F1C 00000001 | 09 20 | " + HASH.hex(),
    ),
    "integrity issue": (
        Cra.ALERT,
        GbzPayload((), Alert(0x81A0, 1, IntegrityIssue(IntegrityIssueReason.UNEXPECTED_HARDWARE_RESET))),
        "0109 01 | 81A0 00000001 | 0005",
    ),
    "a command entered at the meter": (
        Cra.ALERT,
        GbzPayload((), Alert(0x8161, 1, UserInterfaceInput(0x0102))),
        "0109 01 | 8161 00000001 | 0102",
    ),
    "billing data log": (
        Cra.ALERT,
        GbzPayload(
            (Component(0x0702, 0x19, 0, 0x06, Encrypted(ITEM, 0), last=True),), Alert(0x8F0A, 0x1C374A80)
        ),
        "0109 01 | 8F0A 1C374A80 | 03 0702 001B | 00 00 | 19 00 06 | 0014 31 00000000 | 000102"
        "A0A1A2A3A4A5A6A7A8A9AAAB",
    ),
    "an Alert with data that nobody knows": (
        Cra.ALERT,
        GbzPayload((), Alert(0x8001, 1, Unknown(0x8001, b"\x01\x02\x03"), stated=3)),
        "0109 03 | 8001 00000001 | 010203",
    ),
}

both_ways = pytest.mark.parametrize(("cra", "value", "encoded"), CASES.values(), ids=CASES)


def octets(encoded: str) -> bytes:
    return bytes.fromhex(encoded.replace("|", ""))


@both_ways
def test_both_ways(cra: Cra, value: GbzPayload, encoded: str) -> None:
    assert gbz.decode(octets(encoded), HEADERS[cra]) == value
    assert value.encode() == octets(encoded)


@both_ways
def test_every_truncation_is_refused(cra: Cra, value: GbzPayload, encoded: str) -> None:
    data = octets(encoded)
    for size in range(len(data)):
        # An Alert's data may be missing, and data that nobody knows may be of any size.
        if value.alert is not None and not value.components and size >= 9:
            assert_comes_back_or_refuses(data[:size], HEADERS[cra])
            continue
        with pytest.raises(DecodeError) as caught:
            gbz.decode(data[:size], HEADERS[cra])
        assert 0 <= caught.value.offset <= size
        assert caught.value.field


@both_ways
def test_a_byte_too_many_is_refused(cra: Cra, value: GbzPayload, encoded: str) -> None:
    data = octets(encoded) + b"\x00"
    if value.alert is not None and value.alert.code not in TAILS and not value.components:
        # Any data may follow an alert code that has no row.
        assert_comes_back_or_refuses(data, HEADERS[cra])
        return
    with pytest.raises(DecodeError, match="left over"):
        gbz.decode(data, HEADERS[cra])


@both_ways
def test_every_value_of_every_byte_comes_back_or_is_refused(
    cra: Cra, value: GbzPayload, encoded: str
) -> None:
    data = bytearray(octets(encoded))
    for offset, byte in enumerate(data):
        for other in range(256):
            data[offset] = other
            assert_comes_back_or_refuses(bytes(data), HEADERS[cra])
        data[offset] = byte


def assert_comes_back_or_refuses(data: bytes, header: GroupingHeader) -> None:
    try:
        payload = gbz.decode(data, header)
    except DecodeError as error:
        refusal = error
    else:
        assert payload.encode() == data
        return
    assert 0 <= refusal.offset <= len(data)
    assert refusal.field


@pytest.mark.parametrize(
    ("cra", "encoded", "field", "offset"),
    [
        (Cra.COMMAND, "", "number of components", 0),
        (Cra.COMMAND, "0109", "number of components", 2),
        (Cra.COMMAND, "0108 00", "profile", 0),
        # Numbers that promise too much, and too little.
        (Cra.COMMAND, "0109 FF", "Extended Header", 3),
        (Cra.COMMAND, "0109 02 | 01 0705 0005 | 08 00 0B | 00 00", "Extended Header", 13),
        (Cra.COMMAND, "0109 00 | 01 0705 0005 | 08 00 0B | 00 00", "payload", 3),
        (Cra.COMMAND, "0109 01 | 01 0705 FFFF | 08 00 0B | 00 00", "Extended Header GBZ length", 6),
        (Cra.COMMAND, "0109 01 | 01 0705 0006 | 08 00 0B | 00 00", "Extended Header GBZ length", 6),
        (Cra.COMMAND, "0109 01 | 01 0705 0002 | 08 00 0B | 00 00", "ZCL header", 8),
        (Cra.COMMAND, "0109 01 | 01 0705 0000", "ZCL header", 8),
        (Cra.COMMAND, "0109 01 | 01 0705 0004 | 08 00 0B | 00 00", "DefaultResponse.status", 12),
        (Cra.COMMAND, "0109 01 | 01 0705 0006 | 08 00 0B | 00 00 00", "DefaultResponse", 13),
        # In the second component, so that offsets are those of the whole content.
        (
            Cra.COMMAND,
            "0109 02 | 00 0705 0005 | 00 00 00 | 0100 | 01 0705 0004 | 00 01 00 | 01",
            "ReadAttributes.attributes",
            21,
        ),
        (Cra.COMMAND, "0109 01 | 11 0705 0003 | 01 00 0A", "From Date Time", 8),
        (Cra.COMMAND, "0109 01 | 11 0705 0004 | 1C374A80", "ZCL header", 12),
        (Cra.RESPONSE, "0109 01 | 03 0702 0001 | 00", "Additional Header", 8),
        (
            Cra.RESPONSE,
            "0109 01 | 03 0702 0006 | 00 00 | 19 00 06 | 00",
            "length of ciphered information",
            13,
        ),
        (
            Cra.RESPONSE,
            "0109 01 | 03 0702 0018 | 00 00 | 19 00 06 | 0012 31 00000000 | A0A1A2A3A4A5A6A7A8A9AAAB",
            "length of ciphered information",
            13,
        ),
        (
            Cra.RESPONSE,
            "0109 01 | 03 0702 0018 | 00 00 | 19 00 06 | 0010 31 00000000 | A0A1A2A3A4A5A6A7A8A9AAAB",
            "length of ciphered information",
            13,
        ),
        (
            Cra.RESPONSE,
            "0109 01 | 03 0702 0017 | 00 00 | 19 00 06 | 0010 31 00000000 | A0A1A2A3A4A5A6A7A8A9AA",
            "ciphered information",
            15,
        ),
        (
            Cra.RESPONSE,
            "0109 01 | 03 0702 0018 | 00 00 | 19 00 06 | 0011 30 00000000 | A0A1A2A3A4A5A6A7A8A9AAAB",
            "security header",
            15,
        ),
        (Cra.ALERT, "0109 00 | 8F30 1C374A", "alert", 8),
        (Cra.ALERT, "0109 01 | 8F66 00000001 | 0D 006C", "FutureDatedOutcome", 9),
        (Cra.ALERT, "0109 01 | 8F66 00000001 | 0E 006C 00", "FutureDatedOutcome.originator_counter", 12),
        (Cra.ALERT, "0109 01 | 8F72 00000001 | 09 1F", "FirmwareImage", 9),
        (Cra.ALERT, "0109 01 | 81A0 00000001 | 00", "IntegrityIssue.reason", 9),
        (Cra.ALERT, "0109 01 | 8F0A 00000001", "Extended Header", 9),
        (Cra.ALERT, "0109 00 | 8F0A 00000001 | 00", "payload", 9),
    ],
)
def test_what_is_wrong_is_named_where_it_is(cra: Cra, encoded: str, field: str, offset: int) -> None:
    with pytest.raises(DecodeError) as caught:
        gbz.decode(octets(encoded), HEADERS[cra])
    assert (caught.value.field, caught.value.offset) == (field, offset)


def test_what_ends_too_soon_is_told_from_what_is_wrong() -> None:
    for encoded in ("0109 FF", "0109 01 | 01 0705 FFFF | 08 00 0B"):
        with pytest.raises(Truncated):
            gbz.decode(octets(encoded), HEADERS[Cra.COMMAND])


@settings(max_examples=300)
@given(st.sampled_from(list(Cra)), st.binary(max_size=80))
def test_no_bytes_raise_anything_but_a_decode_error(cra: Cra, rest: bytes) -> None:
    for data in (rest, gbz.PROFILE + rest, gbz.PROFILE + b"\x01\x8f\x0a\x00\x00\x00\x00" + rest):
        assert_comes_back_or_refuses(data, HEADERS[cra])


CLUSTERS = st.sampled_from([0x0000, 0x0700, 0x0702, 0x0703, 0x0705, 0x0707, 0x0708, 0x0709, 0x0BAD])
FRAMES = st.tuples(
    st.sampled_from([0x00, 0x01, 0x04, 0x08, 0x09, 0x18, 0x19]),
    st.integers(0, 255),
    st.integers(0, 16),
    st.binary(max_size=60),
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 255), CLUSTERS, FRAMES), max_size=4))
def test_any_frames_in_a_sound_wrapper_come_back_or_are_refused(
    components: list[tuple[int, int, tuple[int, int, int, bytes]]],
) -> None:
    data = gbz.PROFILE + bytes((len(components),))
    for control, cluster, (frame_control, sequence, command, payload) in components:
        body = bytes((frame_control, sequence, command)) + payload
        data += bytes((control & ~0x12,)) + cluster.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body
    for cra in (Cra.COMMAND, Cra.RESPONSE):
        assert_comes_back_or_refuses(data, HEADERS[cra])


@given(st.binary(min_size=12, max_size=40), st.integers(0, 255), st.integers(0, 255))
def test_every_encrypted_item_comes_back(item: bytes, counter: int, control: int) -> None:
    payload = GbzPayload((Component(0x0702, 0x19, 0, 0x06, Encrypted(item, counter, control), last=True),))
    assert gbz.decode(payload.encode(), HEADERS[Cra.RESPONSE]) == payload
    assert gbz.encrypted_items(payload) == (item,)


# -- values that have no encoding --------------------------------------------------------------------

SUCCESS = DefaultResponse(0, 0)


@pytest.mark.parametrize(
    ("component", "field"),
    [
        (Component(0x10000, 0x08, 0, 0x0B, SUCCESS), "Extended Header Cluster ID"),
        (Component(0x0705, 0x08, 0, 0x0B, SUCCESS, reserved=0x02), "Extended Header Control"),
        (Component(0x0705, 0x08, 0, 0x0B, SUCCESS, reserved=0x100), "Extended Header Control"),
        (Component(0x0705, 0x08, 0, 0x0B, SUCCESS, from_date_time=-1), "From Date Time"),
        (Component(0x0705, 0x08, 256, 0x0B, SUCCESS), "ZCL header"),
        (Component(0x0705, 0x18, 0, 0x0B, DefaultResponse(0, 256)), "DefaultResponse.status"),
        (Component(0x0705, 0x08, 0, 0x01, SUCCESS), "command"),
        (Component(0x0705, 0x01, 0, 0x0B, SUCCESS), "command"),
        (Component(0x0BAD, 0x01, 0, 0x05, Unknown(0x06, b"")), "command"),
        (Component(0x0BAD, 0x01, 0, 0x05, Unknown(0x05, bytes(0xFFFD))), "Extended Header GBZ length"),
        (Component(0x0705, 0x01, 0, 0x05, Encrypted(bytes(12), 256)), "Additional Header"),
        (Component(0x0705, 0x01, 0, 0x05, Encrypted(bytes(0xFFFF), 0)), "length of ciphered information"),
    ],
)
def test_components_that_do_not_fit_are_not_encoded(component: Component, field: str) -> None:
    with pytest.raises(EncodeError) as caught:
        GbzPayload((component,)).encode()
    assert caught.value.field == field


def test_no_more_components_than_one_byte_counts() -> None:
    component = Component(0x0705, 0x08, 0, 0x0B, SUCCESS)
    assert GbzPayload((component,) * 255).encode()[2] == 255
    with pytest.raises(EncodeError, match="256"):
        GbzPayload((component,) * 256).encode()


@pytest.mark.parametrize(
    "alert",
    [Alert(0x10000, 0), Alert(0x8F30, 2**32), Alert(0x8F30, 0, stated=256), Alert(0x8F30, 0, None, -1)],
)
def test_alerts_that_do_not_fit_are_not_encoded(alert: Alert) -> None:
    with pytest.raises(EncodeError):
        GbzPayload((), alert).encode()


@pytest.mark.parametrize(
    "build",
    [
        lambda: Encrypted(bytes(11), 0),
        lambda: Alert(0x81A0, 0, FirmwareImage(HASH)),
        lambda: Alert(0x8F30, 0, IntegrityIssue(0)),
        lambda: Alert(0x81A0, 0, Unknown(0x81A0, b"\x00")),
        lambda: Alert(0x8001, 0, Unknown(0x8002, b"\x00")),
        lambda: Alert(0x8F0A, 0, Unknown(0x8F0A, b"\x00")),
        lambda: Alert(0x8F0A, 0, stated=2),
        lambda: GbzPayload((Component(0x0705, 0x08, 0, 0x0B, SUCCESS),), Alert(0x8F30, 0)),
    ],
)
def test_values_that_contradict_themselves_are_not_built(build: Callable[[], object]) -> None:
    with pytest.raises(EncodeError):
        build()


# -- frames ------------------------------------------------------------------------------------------


def test_a_payload_is_composed_of_frames() -> None:
    on = ChangeSupply(0, 1, 0, 0, 2, 0)
    composed = gbz.compose(
        (
            Component.of_frame(0x0702, METERING.frame(on, Direction.TO_SERVER, sequence=0)),
            Component.of_frame(0x0705, Frame(0x00, None, 1, 0x00, b"\x01\x00"), from_date_time=5),
        )
    )
    assert composed.encode() == octets(
        "0109 02 | 00 0702 0015 | 01 00 0B | 00000000 01000000 00000000 00000000 02 00"
        "| 11 0705 0009 | 00000005 | 00 01 00 | 0100"
    )
    assert composed.components[0].command == on
    assert gbz.compose(reversed(composed.components)).components[0].last is False
    assert gbz.compose(()) == GbzPayload()


def test_a_frame_comes_out_as_it_went_in_and_can_be_answered() -> None:
    frame = PREPAYMENT.frame(SelectAvailableEmergencyCredit(), Direction.TO_SERVER, sequence=9)
    component = Component.of_frame(0x0705, frame)
    assert component.frame == frame
    answer = Component.of_frame(0x0705, component.frame.default_response(Status.NOT_FOUND))
    assert answer == Component(0x0705, 0x18, 9, 0x0B, DefaultResponse(0x00, Status.NOT_FOUND))


def test_frames_that_cannot_be_carried_are_refused() -> None:
    with pytest.raises(EncodeError):
        Component.of_frame(0x0705, Frame(0x05, 0x1234, 0, 0))
    with pytest.raises(DecodeError):
        Component.of_frame(0x0705, Frame(0x01, None, 0, 0, b"\x00"))
    with pytest.raises(EncodeError):
        _ = Component(0x0705, 0x19, 0, 0x01, Encrypted(ITEM, 0)).frame


# -- encryption --------------------------------------------------------------------------------------


def test_an_encrypted_component_opens_with_the_users_key_alone() -> None:
    header, secret = HEADERS[Cra.RESPONSE], bytes(range(32))
    command = ReadAttributesResponse((AttributeRecord(0x0001, 0, 0x2B, 1234),))
    item = gbcs.encrypt(secret, header, octets("0100 00 2B D2040000"))
    sent = GbzPayload((Component(0x0705, 0x08, 0, 0x01, Encrypted(item, 0), last=True),))

    received = gbz.decode(sent.encode(), header)
    (taken,) = gbz.encrypted_items(received)
    assert gbz.opened(received.components[0], gbcs.decrypt(secret, header, taken)) == command
    with pytest.raises(BadMac):
        gbcs.decrypt(bytes(32), header, taken)


def test_offsets_in_a_plaintext_count_from_its_start() -> None:
    component = Component(0x0705, 0x08, 0, 0x0B, Encrypted(ITEM, 0))
    with pytest.raises(DecodeError) as caught:
        gbz.opened(component, b"\x00")
    assert (caught.value.field, caught.value.offset) == ("DefaultResponse.status", 1)


# -- the reference set -------------------------------------------------------------------------------


def reference() -> Iterator[tuple[dict[str, str], gbcs.Message, GbzPayload]]:
    """Every GBZ message of the reference set: its row, and its payload as a value."""
    root = shared("rtds")
    for row in manifest():
        if row["payload_kind"] == "GBZ":
            message = gbcs.decode(hex_file(root / row["path"]))
            yield row, message, gbz.decode(message.content, message.header)


def test_every_reference_message_is_understood_and_comes_back_the_same() -> None:
    seen = 0
    for row, message, payload in reference():
        assert payload.encode() == message.content, row["path"]
        assert (payload.alert is None) == (row["kind"] != "ALERT")
        assert not any(isinstance(component.command, Unknown) for component in payload.components), row
        assert payload.alert is None or not isinstance(payload.alert.tail, Unknown), row
        assert payload.alert is None or payload.alert.stated is None, row
        last = [component.last for component in payload.components]
        assert last == [False] * (len(last) - 1) + [True] * bool(last)
        assert not any(component.reserved for component in payload.components)
        seen += 1
    assert seen > 250


def test_every_encrypted_item_of_the_reference_set_opens_and_follows_its_row() -> None:
    keys = KeyRing(FolderKeyStore(shared("rtds/keystore"), test_pki=True))
    seen = 0
    for row, message, payload in reference():
        header = message.header
        assert len(gbz.encrypted_items(payload)) == int(row["encrypted_blobs"]), row["path"]
        user = header.supplementary_remote_party_id or header.business_target_id
        for component in payload.components:
            if isinstance(component.command, Encrypted):
                secret = keys.shared_secret(header.business_originator_id, user)
                assert secret
                plaintext = gbcs.decrypt(secret, header, component.command.item)
                command = gbz.opened(component, plaintext)
                assert not isinstance(command, Unknown), row["path"]
                assert command.to_bytes() == plaintext, row["path"]
                seen += 1
    assert seen > 30


def test_components_are_those_that_the_use_cases_list() -> None:
    with shared("spec/use-case-payloads.csv").open(newline="") as file:
        listed = {row["example_name"]: row for row in csv.DictReader(file) if row["payload_kind"] == "GBZ"}
    seen = 0
    for row, _message, payload in reference():
        example = listed.get(row["scenario"])
        if row["kind"] != "COMMAND" or example is None:
            continue
        found = [
            f"ctl={one.last | 0x10 * (one.from_date_time is not None):02X} cluster={one.cluster:04X} "
            f"fc={one.frame_control:02X} cmd={one.command_id:02X}"
            for one in payload.components
        ]
        assert found == example["ordered_components"].split(" | "), row["path"]
        seen += 1
    assert seen > 20


def test_every_altered_byte_of_reference_messages_comes_back_or_is_refused() -> None:
    longest_of_its_kind: dict[tuple[str, str], tuple[gbcs.Message, int]] = {}
    for row, message, payload in reference():
        kind = (row["kind"], row["use_case"])
        longest_of_its_kind[kind] = max(
            longest_of_its_kind.get(kind, (message, 0)),
            (message, len(payload.components)),
            key=lambda x: x[1],
        )
    chosen = sorted(
        (message for message, _count in longest_of_its_kind.values()), key=lambda m: len(m.content)
    )[::8]
    assert len(chosen) >= 12
    for message in chosen:
        for offset in range(len(message.content)):
            for flip in (0x01, 0x10, 0x80, 0xFF):
                altered = bytearray(message.content)
                altered[offset] ^= flip
                assert_comes_back_or_refuses(bytes(altered), message.header)
