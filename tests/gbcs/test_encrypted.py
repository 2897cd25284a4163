"""Encrypted items as values: found, opened, made; what only resembles one; and the reference set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.errors import BadMac, DecodeError, EncodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader, KeyRing, KeyUsage
from doorstep.gbcs.cipher import encrypt, reader
from doorstep.gbcs.encrypted import (
    EncryptedItem,
    ProtectionParameters,
    ciphered,
    device_secret,
    encrypted_items,
    opened,
    protected,
)
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads import gbz
from doorstep.gbcs.payloads.axdr import Data, Tag, decode_data, encode_data
from doorstep.gbcs.payloads.dlms import (
    AccessResponse,
    AccessResult,
    Action,
    DataNotification,
    invoke_id,
)
from doorstep.service.keystore import FolderKeyStore
from doorstep.zigbee.zcl import DefaultResponse, Status
from tests.gbcs import parties
from tests.gbcs.parties import BROKER, ESME, OTHER_USER, SUPPLIER
from tests.reference import hex_file, manifest, shared

RESPONSE = GroupingHeader(Cra.RESPONSE, 1000, ESME, SUPPLIER, 0x0027)  # ECS17b
ALERT = GroupingHeader(Cra.ALERT, 2001, ESME, SUPPLIER, 0x0061)  # ECS68

# gbcs-messages.md section 7.1, by hand: what an ESME states in an answer to its supplier, counter 1000.
PARAMETERS = bytes.fromhex(
    "0101 0202 1602 0205 0909 0400000000000003E8 0908 00DB1234567890A0 0908 90B3D51F30010000 0900"
    "0202 1602 0202 090102 0900"
)
STATED = ProtectionParameters(bytes.fromhex("0400000000000003E8"), ESME, SUPPLIER)

PLAIN = Data(Tag.STRUCTURE, (Data(Tag.DOUBLE_LONG_UNSIGNED, 0xBE6DF00), Data(Tag.INTEGER, -3)))
TIME = Data(Tag.OCTET_STRING, bytes.fromhex("07DF0101FF000000008000FF"))


def data_of(encoded: bytes) -> Data:
    return decode_data(encoded, 0)[0]


def structure(*elements: Data) -> Data:
    return Data(Tag.STRUCTURE, elements)


def secret(user: Eui = SUPPLIER) -> bytes:
    found = parties.ring(ESME).shared_secret(ESME, user)
    assert found is not None
    return found


def response(*data: Data, header: GroupingHeader = RESPONSE) -> Message:
    results = tuple(AccessResult(Action.ACTION, 0, one) for one in data)
    return gbcs.build(header, AccessResponse(invoke_id(header.originator_counter), results))


def alert(*more: Data) -> Message:
    body = structure(Data(Tag.LONG_UNSIGNED, 0x8F0A), TIME, *more)
    return gbcs.build(ALERT, DataNotification(invoke_id(2001), body))


# -- values ------------------------------------------------------------------------------------------


def test_protection_parameters_both_ways() -> None:
    assert ProtectionParameters.from_data(data_of(PARAMETERS)) == STATED
    assert encode_data(STATED.to_data()) == PARAMETERS
    assert ProtectionParameters.of(RESPONSE) == STATED


@pytest.mark.parametrize("offset", range(len(PARAMETERS)))
def test_parameters_with_any_other_shape_are_none(offset: int) -> None:
    """A changed byte gives other names, or data that are no parameters at all."""
    changed = bytearray(PARAMETERS)
    changed[offset] ^= 0x01
    try:
        data = data_of(bytes(changed))
    except (DecodeError, IndexError):
        return
    found = ProtectionParameters.from_data(data)
    names = (*range(10, 19), *range(21, 29), *range(31, 39))
    assert (found is not None) is (offset in names)
    assert found != STATED


@pytest.mark.parametrize(
    "data", [Data(Tag.NULL_DATA), Data(Tag.ARRAY, ()), structure(), Data(Tag.OCTET_STRING, PARAMETERS)]
)
def test_other_data_are_no_parameters(data: Data) -> None:
    assert ProtectionParameters.from_data(data) is None


def test_values_that_have_no_encoding_are_not_built() -> None:
    with pytest.raises(EncodeError, match="protection parameters"):
        ProtectionParameters(bytes(8), ESME, SUPPLIER)
    with pytest.raises(EncodeError, match="protection parameters"):
        ProtectionParameters(bytes(9), Eui(b""), SUPPLIER)
    with pytest.raises(EncodeError, match="tag"):
        EncryptedItem(b"", bytes(11))
    with pytest.raises(EncodeError, match="protection parameters"):
        EncryptedItem(b"", bytes(12)).to_data()


def test_an_item_as_a_device_writes_it() -> None:
    item = EncryptedItem(b"\xaa\xbb", bytes(range(12)), STATED)
    parameters, octets = item.to_data()
    assert encode_data(parameters) == PARAMETERS
    assert encode_data(octets).hex() == "0913" + "3100000000" + "aabb" + "000102030405060708090a0b"
    assert item.sealed == EncryptedItem.of(item.sealed).sealed
    assert encrypted_items(response(structure(parameters, octets))) == (item,)


# -- finding and opening -----------------------------------------------------------------------------


def test_items_of_a_response_are_found_and_opened_in_their_places() -> None:
    plain = [PLAIN, Data(Tag.UNSIGNED, 7)]
    first, last = (structure(*protected(one, RESPONSE, secret())) for one in plain)
    message = response(first, Data(Tag.NULL_DATA), last)
    assert [item.parameters for item in encrypted_items(message)] == [STATED, STATED]
    for reading in (SUPPLIER, ESME):
        payload = opened(message, parties.ring(reading))
        assert payload == response(plain[0], Data(Tag.NULL_DATA), plain[1]).payload


def test_the_item_of_an_alert_stands_behind_its_time() -> None:
    message = alert(*protected(PLAIN, ALERT, secret()))
    (item,) = encrypted_items(message)
    assert item.parameters == ProtectionParameters(bytes.fromhex("0400000000000007D1"), ESME, SUPPLIER)
    assert opened(message, parties.ring(SUPPLIER)) == alert(PLAIN).payload


def test_items_of_gbz_are_the_payloads_of_frames() -> None:
    clear = gbz.Component(0x0702, 0x18, 0, 0x0B, DefaultResponse(0x06, Status.SUCCESS))
    hidden = ciphered(replace(clear, sequence=1), RESPONSE, secret(), 0)
    assert isinstance(hidden.command, gbz.Encrypted)
    assert hidden.command.item == encrypt(secret(), RESPONSE, bytes.fromhex("0600"))
    message = gbcs.build(RESPONSE, gbz.compose([clear, hidden]))
    assert encrypted_items(message) == (EncryptedItem.of(hidden.command.item),)
    payload = opened(message, parties.ring(SUPPLIER))
    assert payload == gbz.compose([clear, replace(clear, sequence=1)])


@pytest.mark.parametrize(
    "message", [response(PLAIN), alert(), gbcs.build(RESPONSE, gbcs.Unparsed(b"\x77"))], ids=type
)
def test_a_message_in_clear_stays_as_it_is_and_needs_no_key(message: Message) -> None:
    assert encrypted_items(message) == ()
    assert opened(message, KeyRing(gbcs.MemoryKeyStore())) is message.payload


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(bytes.fromhex("3100000000") + bytes(11), id="no room for a tag"),
        pytest.param(bytes.fromhex("3100000001") + bytes(20), id="an invocation counter"),
        pytest.param(bytes.fromhex("1100000000") + bytes(20), id="not encrypted"),
    ],
)
def test_data_that_only_resemble_an_item_are_ordinary_data(octets: bytes) -> None:
    message = response(structure(STATED.to_data(), Data(Tag.OCTET_STRING, octets)))
    assert encrypted_items(message) == ()
    assert opened(message, parties.ring(SUPPLIER)) == message.payload


def test_only_the_pair_of_parameters_and_octet_string_is_an_item() -> None:
    parameters, octets = protected(PLAIN, RESPONSE, secret())
    for data in (
        octets,
        structure(octets, parameters),
        structure(parameters),
        Data(Tag.ARRAY, (parameters, octets)),
    ):
        assert encrypted_items(response(data)) == ()
    assert len(encrypted_items(response(structure(parameters, octets, octets)))) == 1


def test_what_cannot_be_opened() -> None:
    message = response(structure(*protected(PLAIN, RESPONSE, secret())))
    with pytest.raises(NoKey, match=str(SUPPLIER)):
        opened(message, parties.ring(BROKER))
    for_another = response(structure(*protected(PLAIN, RESPONSE, secret(OTHER_USER))))
    with pytest.raises(BadMac):
        opened(for_another, parties.ring(SUPPLIER))


@pytest.mark.parametrize("plaintext", [b"", b"\x12\x00", b"\x09\x05ab", b"\x00\x00", b"\x77", b"\x02" * 200])
def test_what_decrypts_to_no_value_is_a_decode_error(plaintext: bytes) -> None:
    item = EncryptedItem.of(encrypt(secret(), RESPONSE, plaintext), STATED)
    with pytest.raises(DecodeError):
        opened(response(structure(*item.to_data())), parties.ring(SUPPLIER))


@given(st.binary(max_size=80))
def test_no_plaintext_raises_anything_but_a_decode_error(plaintext: bytes) -> None:
    item = EncryptedItem.of(encrypt(secret(), RESPONSE, plaintext), STATED)
    try:
        payload = opened(response(structure(*item.to_data())), parties.ring(SUPPLIER))
    except DecodeError:
        return
    assert isinstance(payload, AccessResponse)
    assert encode_data(payload.results[0].data) == plaintext


# -- the Device's side -------------------------------------------------------------------------------

COMMAND = GroupingHeader(Cra.COMMAND, 1000, SUPPLIER, ESME, 0x0027)
FOR_OTHER = GroupingHeader(
    Cra.COMMAND,
    1302,
    BROKER,
    ESME,
    0x0034,
    supplementary_remote_party_id=OTHER_USER,
    supplementary_remote_party_counter=1004,
    supplementary_certificate=parties.certificate(OTHER_USER),
)


def test_a_device_encrypts_for_the_user_who_asked() -> None:
    assert device_secret(COMMAND, parties.ring(ESME)) == secret(SUPPLIER)
    with pytest.raises(NoKey):
        device_secret(COMMAND, parties.ring(BROKER))


def test_a_device_needs_no_key_of_a_user_whose_certificate_came() -> None:
    alone = gbcs.MemoryKeyStore(
        {(ESME, KeyUsage.KEY_AGREEMENT): parties.private_key(ESME, KeyUsage.KEY_AGREEMENT)}
    )
    assert device_secret(FOR_OTHER, KeyRing(alone)) == secret(OTHER_USER)
    answer = GroupingHeader(Cra.RESPONSE, 1302, ESME, BROKER, 0x0034, b"", OTHER_USER, 1004, 2002)
    message = response(structure(*protected(PLAIN, answer, secret(OTHER_USER))), header=answer)
    assert opened(message, parties.ring(OTHER_USER)) == response(PLAIN, header=answer).payload
    with pytest.raises(NoKey):
        opened(message, parties.ring(BROKER))


@pytest.mark.parametrize(
    "certificate",
    [
        pytest.param(parties.certificate(SUPPLIER), id="another party's"),
        pytest.param(parties.certificate(OTHER_USER, KeyUsage.DIGITAL_SIGNATURE), id="for signatures"),
        pytest.param(b"\x30\x03\x02\x01\x00", id="none"),
    ],
)
def test_a_certificate_that_is_not_the_users_is_refused(certificate: bytes) -> None:
    with pytest.raises(DecodeError):
        device_secret(replace(FOR_OTHER, supplementary_certificate=certificate), parties.ring(ESME))


# -- the reference set -------------------------------------------------------------------------------


def closed(plain: gbcs.Payload, counters: list[int | None], header: GroupingHeader, z: bytes) -> gbcs.Payload:
    """A payload in clear with what was hidden in it hidden again.

    ``counters`` are the frame counters of GBZ components, None for those that always were in clear.
    """
    match plain:
        case AccessResponse(results=results):
            hidden = (replace(one, data=structure(*protected(one.data, header, z))) for one in results)
            return replace(plain, results=tuple(hidden))
        case DataNotification(body=Data(value=(Data() as code, Data() as time, Data() as data))):
            return replace(plain, body=structure(code, time, *protected(data, header, z)))
        case gbz.GbzPayload(components=components):
            pairs = zip(components, counters, strict=True)
            again = (one if n is None else ciphered(one, header, z, n) for one, n in pairs)
            return replace(plain, components=tuple(again))
    raise AssertionError(f"{type(plain)} hides nothing")


def test_reference_items_are_opened_and_made_again_byte_for_byte() -> None:
    keys = KeyRing(FolderKeyStore(shared("rtds/keystore"), test_pki=True))
    made = 0
    for row in manifest():
        message = gbcs.decode(hex_file(shared("rtds") / row["path"]))
        items = encrypted_items(message)
        assert len(items) == int(row["encrypted_blobs"]), row["path"]
        if not items:
            continue
        header = message.header
        z = keys.shared_secret(reader(header), header.business_originator_id)
        assert z is not None
        plain = opened(message, keys)
        assert plain != message.payload
        commands = [one.command for one in getattr(message.payload, "components", ())]
        counters = [one.frame_counter if isinstance(one, gbz.Encrypted) else None for one in commands]
        assert gbcs.encode_payload(closed(plain, counters, header, z)) == message.content, row["path"]
        made += len(items)
    assert made == sum(int(row["encrypted_blobs"]) for row in manifest()) > 0


def test_reference_parameters_state_the_header() -> None:
    for row in manifest():
        message = gbcs.decode(hex_file(shared("rtds") / row["path"]))
        for item in encrypted_items(message):
            stated = ProtectionParameters.of(message.header) if row["payload_kind"] == "DLMS" else None
            assert item.parameters == stated, row["path"]


def test_reference_certificates_are_those_of_their_users() -> None:
    store = FolderKeyStore(shared("rtds/keystore"), test_pki=True)
    own = parties.private_key(ESME, KeyUsage.KEY_AGREEMENT)
    seen = 0
    for row in manifest():
        header = gbcs.peek(hex_file(shared("rtds") / row["path"]))
        user = header.supplementary_remote_party_id
        if not header.supplementary_certificate or user is None:
            continue
        public = store.public_key(user, KeyUsage.KEY_AGREEMENT)
        device = gbcs.MemoryKeyStore(
            {(header.business_target_id, KeyUsage.KEY_AGREEMENT): own},
            {(user, KeyUsage.KEY_AGREEMENT): public} if public else {},
        )
        expected = KeyRing(device).shared_secret(header.business_target_id, user)
        assert device_secret(header, KeyRing(device)) == expected is not None, row["path"]
        seen += 1
    assert seen
