"""What a Response says of its Command, and whether it is genuine."""

from __future__ import annotations

import msgspec
import pytest

from doorstep import gbcs
from doorstep.duis import RequestId, element, service_request
from doorstep.errors import BadMac, BadSignature, DecodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.encrypted import opened
from doorstep.gbcs.outcome import failure, is_readable
from doorstep.gbcs.payloads import asn1, gbz
from doorstep.gbcs.payloads.dlms import AccessResponse, AccessResult, Action
from doorstep.road.supplier.outcome import answered_counter, authenticate
from doorstep.service.keystore import FolderKeyStore
from tests.reference import hex_file, shared
from tests.road.supplier.parties import (
    DCC,
    KA,
    KEYS,
    METER,
    METER_2,
    STRANGER,
    SUPPLIER,
    command_of,
    response_to,
    ring,
)


def dlms(*results: int) -> AccessResponse:
    return AccessResponse(0x20000001, tuple(AccessResult(Action.SET, result) for result in results))


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ((0, 0, 0), None),
        ((), None),
        ((1, 250, 250), "item 1: hardware-fault"),
        ((0, 3, 250), "item 2: read-write-denied"),
        ((0, 0, 250), "item 3: other-reason"),
        ((77,), "item 1: result 77"),
    ],
)
def test_the_first_item_that_failed_is_named(results: tuple[int, ...], said: str | None) -> None:
    assert failure(dlms(*results)) == said


@pytest.mark.parametrize(
    ("code", "content", "said"),
    [
        (0x000F, "020100", None),
        (0x000F, "020101", "result: not-in-device-log"),
        (0x0012, "0500", None),
        (0x0012, "3009 020102 040401020304", "activate image response code: hash-mismatch"),
    ],
)
def test_a_result_in_asn1_is_named(code: int, content: str, said: str | None) -> None:
    payload = asn1.decode(bytes.fromhex(content), code, gbcs.Cra.RESPONSE)
    assert failure(payload) == said


@pytest.mark.parametrize(
    ("components", "said"),
    [
        ("01 0705 0005 18 00 0B 00 00", None),
        ("01 0705 0005 18 00 0B 05 C0", "item 1: hardware-failure"),
        ("00 0705 0005 18 00 0B 02 00 | 01 0705 0005 18 01 0B 02 01", "item 2: failure"),
        ("01 0702 0005 18 00 0B 08 8B", None),
        ("01 0702 0005 18 00 0B 08 77", "item 1: status 0x77"),
        ("01 0705 000D 09 00 03 00 E8030000 02 E8030000", None),
        ("01 0705 000D 09 00 03 01 FFFFFFFF 02 FFFFFFFF", "item 1: failure"),
        ("01 0705 000B 18 00 01 0100 00 2B E8030000", None),
        ("01 0705 0006 18 00 01 0100 86", "item 1: unsupported-attribute"),
        ("01 0702 0005 09 00 0D 0700", None),
        ("01 0702 0005 09 00 0D FFFF", "item 1: failure"),
    ],
)
def test_a_status_in_gbz_is_named(components: str, said: str | None) -> None:
    """Written by hand from gbcs-messages.md section 7.2; entries that are not found are no failure."""
    count = components.count("|") + 1
    content = bytes.fromhex(f"0109{count:02X}" + components.replace("|", ""))
    header = gbcs.GroupingHeader(gbcs.Cra.RESPONSE, 9, METER, SUPPLIER, 0x0097)
    assert failure(gbz.decode(content, header)) == said


def test_what_is_not_understood_is_not_taken_for_success() -> None:
    assert not is_readable(gbcs.Unparsed(b"\x01"))
    assert is_readable(dlms(0))


def test_every_reference_response_is_read_as_its_name_says() -> None:
    """A future dated firmware activation is accepted even if it fails in the end: an Alert says so then."""
    keys = gbcs.KeyRing(FolderKeyStore(shared("rtds/keystore"), test_pki=True))
    seen = 0
    for file in sorted(shared("rtds/messages").glob("*/*_RESPONSE_GBCS.HEX")):
        response = gbcs.decode(hex_file(file))
        payload = opened(response, keys)
        if not is_readable(payload) or file.name.startswith("CS06_11.3_FUTURE_DATED_ERROR"):
            continue
        seen += 1
        assert (failure(payload) is not None) is ("ERROR" in file.name), file.name
    assert seen >= 200


def encrypted(plaintext: bytes, by: Eui = METER) -> gbcs.Message:
    """A Response with one component, a Read Attributes Response that only the supplier can read.

    It says that it is the meter's, whoever it was that encrypted it.
    """
    header = gbcs.GroupingHeader(gbcs.Cra.RESPONSE, 9, METER, SUPPLIER, 0x0097)
    secret = ring(by, KA).shared_secret(by, SUPPLIER)
    assert secret is not None
    ciphered = bytes.fromhex("3100000000") + gbcs.encrypt(secret, header, plaintext)
    body = bytes.fromhex("00 01 18 00 01") + len(ciphered).to_bytes(2, "big") + ciphered
    content = bytes.fromhex("0109 01 03 0705") + len(body).to_bytes(2, "big") + body
    return gbcs.build(header, gbz.decode(content, header))


def test_an_encrypted_status_is_read_with_the_supplier_s_key() -> None:
    failed = encrypted(bytes.fromhex("0100 C0"))
    assert failure(failed.payload) is None
    assert failure(opened(failed, KEYS)) == "item 1: hardware-failure"
    fine = encrypted(bytes.fromhex("0100 00 2B E8030000"))
    assert failure(opened(fine, KEYS)) is None


def test_what_cannot_be_decrypted_is_not_taken_for_success() -> None:
    nobody = gbcs.KeyRing(gbcs.MemoryKeyStore())
    with pytest.raises(NoKey):
        opened(encrypted(bytes.fromhex("0100 C0")), nobody)
    with pytest.raises(BadMac):
        opened(encrypted(bytes.fromhex("0100 C0"), by=METER_2), KEYS)
    with pytest.raises(DecodeError):
        opened(encrypted(b"\x01"), KEYS)


# -- genuine or not -----------------------------------------------------------------------------------------

NAME = RequestId(SUPPLIER, METER, 9)
COMMAND = command_of(service_request(NAME, 2, element("ReadMeterBalance")))
SIGNED_COMMAND = bytes(
    gbcs.seal(
        gbcs.sign(
            gbcs.build(
                gbcs.GroupingHeader(gbcs.Cra.COMMAND, 9, SUPPLIER, METER, 0x00B3),
                gbcs.decode(COMMAND).payload,
            ),
            KEYS,
        ),
        ring(DCC, KA),
        author=DCC,
    )
)


def check(response: bytes, *, vouched: bool = False) -> None:
    authenticate(gbcs.decode(response), KEYS, SUPPLIER, vouched=vouched)


@pytest.mark.parametrize("command", [COMMAND, SIGNED_COMMAND], ids=["MAC", "signature"])
def test_a_meter_s_own_response_is_genuine(command: bytes) -> None:
    check(response_to(command))


@pytest.mark.parametrize("command", [COMMAND, SIGNED_COMMAND], ids=["MAC", "signature"])
def test_a_response_that_another_device_made_is_not(command: bytes) -> None:
    message = gbcs.decode(response_to(command, by=METER_2))
    header = msgspec.structs.replace(message.header, business_originator_id=METER)
    forged = gbcs.build(header, message.payload, signature=message.signature, mac=message.mac)
    with pytest.raises((BadMac, BadSignature)):
        check(bytes(forged))


@pytest.mark.parametrize("command", [COMMAND, SIGNED_COMMAND], ids=["MAC", "signature"])
@pytest.mark.parametrize("vouched", [False, True])
def test_a_response_without_its_protection_is_not_genuine_whoever_vouches(
    command: bytes, vouched: bool
) -> None:
    message = gbcs.decode(response_to(command))
    with pytest.raises(BadMac, match="lacks the protection"):
        check(bytes(gbcs.build(message.header, message.payload)), vouched=vouched)


def test_a_mac_does_not_stand_for_the_signature_of_a_critical_response() -> None:
    message = gbcs.decode(response_to(SIGNED_COMMAND))
    maced = gbcs.seal(gbcs.build(message.header, message.payload), ring(METER, KA))
    with pytest.raises(BadMac, match="lacks the protection"):
        check(bytes(maced))


def test_a_device_whose_keys_are_not_held_cannot_be_checked() -> None:
    nobody = gbcs.KeyRing(gbcs.MemoryKeyStore())
    with pytest.raises(NoKey):
        authenticate(gbcs.decode(response_to(COMMAND)), nobody, SUPPLIER, vouched=False)


def _to_broker() -> gbcs.Message:
    """A Response to a Command that the Access Control Broker sent on the supplier's behalf."""
    message = gbcs.decode(response_to(COMMAND))
    header = msgspec.structs.replace(
        message.header,
        originator_counter=500,
        business_target_id=DCC,
        supplementary_remote_party_id=SUPPLIER,
        supplementary_remote_party_counter=9,
    )
    return gbcs.seal(gbcs.build(header, message.payload), ring(METER, KA))


def test_a_response_to_the_broker_is_believed_if_the_dcc_vouches_for_it() -> None:
    response = _to_broker()
    assert answered_counter(response.header, SUPPLIER) == 9
    check(bytes(response), vouched=True)
    with pytest.raises(NoKey):
        check(bytes(response), vouched=False)


def test_a_response_to_somebody_else_answers_nothing_here() -> None:
    header = gbcs.decode(response_to(COMMAND)).header
    assert answered_counter(header, SUPPLIER) == 9
    assert answered_counter(header, STRANGER) is None
    command = gbcs.decode(COMMAND).header
    assert answered_counter(command, METER) is None
