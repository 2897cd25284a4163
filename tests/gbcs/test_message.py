"""Messages both ways: the forms, the header's fields, every truncation, and the reference set."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader, decode_header
from doorstep.gbcs.lengths import decode_length, encode_length
from doorstep.gbcs.message import MAX_MESSAGE, Form
from tests.gbcs.vectors import COMMAND_18_4, DEVICE, SUPPLIER
from tests.reference import hex_file, manifest, shared

PRE_COMMAND = COMMAND_18_4[14:-77]
SIGNED = COMMAND_18_4[14:-12]

# One message, many tests: what the bytes are, and what they must read as.
FORMS = [
    pytest.param(COMMAND_18_4, Form.MACED, 64, 12, id="MACed and signed Command"),
    pytest.param(SIGNED, Form.SIGNED, 64, 0, id="Signed Pre-Command"),
    pytest.param(PRE_COMMAND, Form.UNSIGNED, 0, 0, id="Pre-Command"),
    pytest.param(PRE_COMMAND + b"\x00", Form.UNSIGNED_EMPTY, 0, 0, id="Pre-Command of DCC Boxed"),
]


@pytest.mark.parametrize(("data", "form", "signature", "mac"), FORMS)
def test_forms(data: bytes, form: Form, signature: int, mac: int) -> None:
    message = gbcs.decode(data)
    assert (message.form, len(message.signature), len(message.mac)) == (form, signature, mac)
    assert bytes(message) == data
    rebuilt = gbcs.build(
        message.header, message.payload, signature=message.signature, mac=message.mac, form=form
    )
    assert rebuilt == message


@pytest.mark.parametrize(("data", "_form", "_signature", "_mac"), FORMS)
def test_peek_reads_the_header_of_every_form(data: bytes, _form: Form, _signature: int, _mac: int) -> None:
    header = gbcs.peek(data)
    assert header == GroupingHeader(Cra.COMMAND, 1, SUPPLIER, DEVICE, 0x00B3)
    assert gbcs.decode(data).header == header


@pytest.mark.parametrize("length", range(len(COMMAND_18_4)))
def test_every_truncation_is_refused(length: int) -> None:
    with pytest.raises(DecodeError) as caught:
        gbcs.decode(COMMAND_18_4[:length])
    assert 0 <= caught.value.offset <= length
    assert caught.value.field


@pytest.mark.parametrize("length", range(len(SIGNED)))
def test_every_truncation_of_a_signed_message_is_refused_or_is_its_pre_command(length: int) -> None:
    if length in (len(PRE_COMMAND),):
        assert gbcs.decode(SIGNED[:length]).form is Form.UNSIGNED
    else:
        with pytest.raises(DecodeError):
            gbcs.decode(SIGNED[:length])


@pytest.mark.parametrize("extra", [b"\x00", b"\x40", bytes(64)])
def test_trailing_bytes_are_refused(extra: bytes) -> None:
    with pytest.raises(DecodeError):
        gbcs.decode(COMMAND_18_4 + extra)


@pytest.mark.parametrize(
    ("offset", "byte", "field"),
    [
        (0, 0x00, "MAC Header"),
        (3, 0x01, "MAC Header"),
        (7, 0x83, "ciphered-service length"),
        (9, 0x31, "security header"),
        (14, 0xDE, "Grouping Header"),
        (15, 0x08, "transaction-id"),
        (16, 0x04, "CRA Flag"),
        (25, 0x07, "originator-system-title"),
        (34, 0x09, "recipient-system-title"),
        (43, 0x0B, "date-time"),
        (44, 0x03, "other-information"),
        (47, 0x7F, "payload"),
        (101, 0x41, "signature length"),
    ],
)
def test_an_error_names_the_field_and_the_offset(offset: int, byte: int, field: str) -> None:
    data = bytearray(COMMAND_18_4)
    data[offset] = byte
    with pytest.raises(DecodeError) as caught:
        gbcs.decode(bytes(data))
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field} at offset {caught.value.offset}: ")


def test_a_message_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(DecodeError, match="over the limit"):
        gbcs.decode(b"\xdd" * (MAX_MESSAGE + 1))


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_decode_error(data: bytes) -> None:
    for prefix in (b"", b"\xdf\x09", PRE_COMMAND[:30], PRE_COMMAND[:34]):
        try:
            message = gbcs.decode(prefix + data)
        except DecodeError:
            continue
        assert bytes(message) == prefix + data


_EUI = st.binary(min_size=8, max_size=8).map(Eui)
_U64 = st.integers(0, 2**64 - 1) | st.sampled_from([2**63 - 1, 2**63, 2**64 - 1])


@st.composite
def headers(draw: st.DrawFn) -> GroupingHeader:
    cra = draw(st.sampled_from(list(Cra)))
    party = draw(st.none() | _EUI)
    party_counter = draw(st.none() | _U64) if party is not None else None
    own = certificate = None
    if party_counter is not None:
        own = draw(st.none() | _U64) if cra is not Cra.COMMAND else None
        certificate = draw(st.binary(max_size=500)) if cra is Cra.COMMAND else b""
    return GroupingHeader(
        cra,
        draw(_U64),
        draw(_EUI),
        draw(_EUI),
        draw(st.integers(0, 0xFFFF)),
        draw(st.sampled_from([b"", bytes(12)])),
        party,
        party_counter,
        own,
        certificate or b"",
    )


@given(headers(), st.integers(0, 0xFFFF))
def test_headers_both_ways(header: GroupingHeader, length: int) -> None:
    encoded = header.encode(length)
    assert decode_header(encoded) == (header, len(encoded), length)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"originator_counter": 2**64}, "Originator Counter"),
        ({"originator_counter": -1}, "Originator Counter"),
        ({"message_code": 0x10000}, "Message Code"),
        ({"date_time": bytes(11)}, "date-time"),
    ],
)
def test_a_header_that_has_no_encoding_is_not_built(change: dict[str, int | bytes], field: str) -> None:
    values = dict.fromkeys(GroupingHeader.__struct_fields__[:0]) | {
        "cra": Cra.COMMAND,
        "originator_counter": 1,
        "business_originator_id": SUPPLIER,
        "business_target_id": DEVICE,
        "message_code": 1,
    }
    with pytest.raises(EncodeError) as caught:
        GroupingHeader(**(values | change))  # type: ignore[arg-type] # The wrong values are the point.
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("length", "encoded"),
    [
        (0, "00"),
        (0x7F, "7F"),
        (0x80, "8180"),
        (0xFF, "81FF"),
        (0x100, "820100"),
        (0xFFFF, "82FFFF"),
    ],
)
def test_lengths(length: int, encoded: str) -> None:
    data = bytes.fromhex(encoded)
    assert encode_length(length) == data
    assert decode_length(data, 0, "length") == (length, len(data))


@pytest.mark.parametrize("encoded", ["817F", "8200FF", "80", "83010000", "FF"])
def test_lengths_in_any_but_the_shortest_form_are_refused(encoded: str) -> None:
    with pytest.raises(DecodeError):
        decode_length(bytes.fromhex(encoded), 0, "length")


@pytest.mark.parametrize("encoded", ["", "81", "82", "8201"])
def test_cut_lengths_are_refused(encoded: str) -> None:
    with pytest.raises(Truncated):
        decode_length(bytes.fromhex(encoded), 0, "length")


def test_a_length_that_does_not_fit_is_not_encoded() -> None:
    with pytest.raises(EncodeError):
        encode_length(0x10000)


def test_signature_and_mac_have_their_sizes() -> None:
    message = gbcs.decode(PRE_COMMAND)
    with pytest.raises(EncodeError, match="signature"):
        gbcs.build(message.header, message.payload, signature=bytes(63))
    with pytest.raises(EncodeError, match="MAC"):
        gbcs.build(message.header, message.payload, mac=bytes(16))
    with pytest.raises(EncodeError, match="form"):
        gbcs.build(message.header, message.payload, form=Form.MACED)


def test_reference_messages_come_back_byte_for_byte() -> None:
    """Every open message: decoded, its payload encoded from the values, and the whole compared."""
    rows = manifest()
    assert len(rows) == 955
    for row in rows:
        data = hex_file(shared("rtds") / row["path"])
        message = gbcs.decode(data)
        assert bytes(message) == data, row["path"]
        assert gbcs.encode_payload(message.payload) == message.content, row["path"]
        header = message.header
        assert f"{header.message_code:04X}" == row["message_code"]
        assert header.originator_counter == int(row["originator_counter"])
        assert header.business_originator_id.hex() == row["originator_eui"]
        assert header.business_target_id.hex() == row["recipient_eui"]
        assert header.date_time.hex() == row["header_datetime"].replace("no", "")
        assert bool(message.signature) == (row["has_signature"] == "yes")
        assert bool(message.mac) == (row["has_mac"] == "yes")


def test_values_are_frozen() -> None:
    with pytest.raises(AttributeError):
        gbcs.decode(COMMAND_18_4).form = Form.SIGNED  # type: ignore[misc] # That it fails is the point.
    assert msgspec.structs.fields(gbcs.Message)
