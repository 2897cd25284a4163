"""Nothing is signed that is not, field by field, what was asked for."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.duis import Element, Request, RequestId, element, service_request
from doorstep.duis.transform import Known, transform
from doorstep.errors import DecodeError, DoorstepError, Unsupported
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component, Obis
from doorstep.gbcs.times import utc2000
from doorstep.road.supplier.correlate import NotCorrelated, check_command, correlate, difference
from tests.road.supplier.orders import ADJUST, RESET
from tests.road.supplier.parties import (
    DCC,
    KA,
    KEYS,
    METER,
    NOW,
    PPMID,
    STRANGER,
    SUPPLIER,
    command_of,
    ring,
)

# ECS04b for counter 1000, written by hand from gbcs-messages.md sections 4, 5 and 7.1.
PRE_COMMAND = bytes.fromhex(
    "DF 09 01 00000000000003E8 08 90B3D51F30010000 08 00DB1234567890A0 00 02 00B3 35"
    "D9 200003E8 00 03 03 0070 0000130A00FF 02 03 0070 0000130A01FF 02 03 0070 0000130A02FF 02"
    "03 05 00000000 05 00000000 05 00000000"
)


def request(body: Element = RESET, counter: int = 1000) -> Request:
    return service_request(RequestId(SUPPLIER, METER, counter), 4, body)


def refusal(pre_command: bytes, asked: Request | None = None) -> NotCorrelated:
    with pytest.raises(NotCorrelated) as caught:
        correlate(pre_command, asked or request(), DCC, NOW)
    return caught.value


@pytest.mark.parametrize("tail", [b"", b"\x00"], ids=["as in RTDS", "as DCC Boxed sends it"])
def test_a_pre_command_that_is_what_was_asked_for_is_returned_to_be_signed(tail: bytes) -> None:
    assert bytes(correlate(PRE_COMMAND + tail, request(), DCC, NOW)) == PRE_COMMAND


def test_what_is_to_be_signed_is_our_own_message_and_not_the_one_that_came() -> None:
    asked = request()
    assert correlate(PRE_COMMAND + b"\x00", asked, DCC, NOW) == transform(asked, Known(DCC))


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("cra", gbcs.Cra.RESPONSE, "CRA Flag"),
        ("cra", gbcs.Cra.ALERT, "CRA Flag"),
        ("originator_counter", 1001, "Originator Counter"),
        ("originator_counter", 999, "Originator Counter"),
        ("business_originator_id", STRANGER, "Business Originator ID"),
        ("business_originator_id", DCC, "Business Originator ID"),
        ("business_target_id", STRANGER, "Business Target ID"),
        ("message_code", 0x0050, "Message Code"),
        ("message_code", 0x0008, "Message Code"),
        ("message_code", 0x00B2, "Message Code"),
        ("date_time", bytes(12), "header.date_time"),
        ("supplementary_remote_party_id", SUPPLIER, "header.supplementary_remote_party_id"),
    ],
)
def test_another_header_is_refused(field: str, value: Any, named: str) -> None:
    mine = gbcs.decode(PRE_COMMAND)
    header = msgspec.structs.replace(mine.header, **{field: value})
    assert refusal(bytes(gbcs.build(header, mine.payload))).field == named


def test_another_use_case_of_the_same_service_is_refused() -> None:
    """A balance adjustment where a reset was asked for: both are SRV 1.5."""
    adjusted = bytes(transform(request(ADJUST), Known(DCC)))
    assert gbcs.decode(adjusted).header.message_code != 0x00B3
    assert refusal(adjusted).field == "header.message_code"


def _payload(**changes: Any) -> bytes:
    mine = gbcs.decode(PRE_COMMAND)
    return bytes(gbcs.build(mine.header, msgspec.structs.replace(mine.payload, **changes)))


def _component(place: int, **changes: Any) -> bytes:
    payload = gbcs.decode(PRE_COMMAND).payload
    assert isinstance(payload, AccessRequest)
    components = list(payload.components)
    components[place] = msgspec.structs.replace(components[place], **changes)
    return _payload(components=tuple(components))


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("action", Action.SET, "action"),
        ("class_id", 113, "class_id"),
        ("obis", Obis.parse("0-0:19.10.3.255"), "obis"),
        ("attribute", 1, "attribute"),
        ("data", Data(Tag.DOUBLE_LONG, 1), "data.value"),
        ("data", Data(Tag.DOUBLE_LONG_UNSIGNED, 0), "data.tag"),
        ("data", Data(Tag.NULL_DATA), "data.tag"),
    ],
)
def test_another_component_is_refused(place: int, field: str, value: Any, named: str) -> None:
    assert refusal(_component(place, **{field: value})).field == f"payload.components[{place}].{named}"


def test_a_selection_that_was_not_asked_for_is_refused() -> None:
    null = Data(Tag.NULL_DATA)
    changed = _component(0, action=Action.GET_WITH_SELECTION, selector=1, selection=null)
    assert refusal(changed).field == "payload.components[0].action"


def test_another_invoke_id_is_refused() -> None:
    assert refusal(_payload(invoke_id=0x200003E9)).field == "payload.invoke_id"


def test_more_fewer_or_reordered_components_are_refused() -> None:
    payload = gbcs.decode(PRE_COMMAND).payload
    assert isinstance(payload, AccessRequest)
    one, two, three = payload.components
    for components in ((one, two), (one, two, three, three), ()):
        assert refusal(_payload(components=components)).field == "payload.components"
    assert refusal(_payload(components=(two, one, three))).field == "payload.components[0].obis"


def test_another_kind_of_payload_is_refused() -> None:
    mine = gbcs.decode(PRE_COMMAND)
    other = gbcs.build(mine.header, gbcs.Unparsed(bytes.fromhex("0400")))
    assert refusal(bytes(other)).field == "payload"


def test_what_is_signed_or_maced_already_is_no_pre_command() -> None:
    mine = gbcs.decode(PRE_COMMAND)
    signed = gbcs.build(mine.header, mine.payload, signature=bytes(64))
    maced = gbcs.build(mine.header, mine.payload, mac=bytes(12))
    assert refusal(bytes(signed)).field == refusal(bytes(maced)).field == "form"


@given(st.integers(0, len(PRE_COMMAND) - 1), st.integers(1, 255))
def test_a_single_byte_that_differs_is_enough(place: int, flip: int) -> None:
    changed = bytearray(PRE_COMMAND)
    changed[place] ^= flip
    with pytest.raises((NotCorrelated, DecodeError)):
        correlate(bytes(changed), request(), DCC, NOW)


@pytest.mark.parametrize("length", range(len(PRE_COMMAND)))
def test_a_truncated_pre_command_is_refused(length: int) -> None:
    with pytest.raises(DecodeError):
        correlate(PRE_COMMAND[:length], request(), DCC, NOW)


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(DoorstepError):
        correlate(noise, request(), DCC, NOW)


def test_another_value_in_the_request_is_another_payload() -> None:
    asked = element("UpdateMeterBalance", element("CreditMode", element("AdjustMeterBalance", "-1501")))
    adjusted = bytes(transform(request(ADJUST), Known(DCC)))
    assert refusal(adjusted, request(asked)).field == "payload.components[0].data.value"


@pytest.mark.parametrize("form", ["single", "twin"])
def test_single_and_twin_element_forms_both_answer_a_request(form: str) -> None:
    asked = request(element("UpdatePaymentMode", element("Credit")))
    theirs = transform(asked, Known(DCC, element=form))
    assert correlate(bytes(theirs), asked, DCC, NOW) == theirs


def test_the_two_forms_are_not_mixed() -> None:
    asked = request(element("UpdatePaymentMode", element("Credit")))
    single = transform(asked, Known(DCC, element="single"))
    twin = transform(asked, Known(DCC, element="twin"))
    assert isinstance(single.payload, AccessRequest)
    assert isinstance(twin.payload, AccessRequest)
    mixed = (*twin.payload.components[:1], *single.payload.components[1:2], *twin.payload.components[:1])
    message = gbcs.build(single.header, AccessRequest(single.payload.invoke_id, mixed))
    assert refusal(bytes(message), asked).field.startswith("payload.components")


def test_a_request_that_doorstep_cannot_transform_is_not_signed() -> None:
    asked = request(element("JoinServiceCritical", element("OtherDeviceID", str(PPMID))))
    (code,) = (row.code for row in gbcs.use_cases_named("CS03C"))
    header = gbcs.GroupingHeader(gbcs.Cra.COMMAND, 1000, SUPPLIER, METER, code)
    with pytest.raises(Unsupported):
        correlate(bytes(gbcs.build(header, gbcs.decode(PRE_COMMAND).payload)), asked, DCC, NOW)


# -- what the DCC stamps with the time ----------------------------------------------------------------------


@pytest.fixture
def stamped(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], bytes]:
    """A transform whose payload holds the DCC's time in seconds, as some gas use cases have it."""

    def transform_at(asked: Request, known: Known) -> gbcs.Message:
        mine = transform(asked, known)
        data = Data(Tag.DOUBLE_LONG_UNSIGNED, utc2000(known.clock))
        component = Component(Action.SET, 1, Obis.parse("0-0:1.0.0.255"), 2, data)
        return gbcs.build(mine.header, AccessRequest(0x200003E8, (component,)))

    monkeypatch.setattr("doorstep.road.supplier.correlate.transform", transform_at)
    return lambda clock: bytes(transform_at(request(), Known(DCC, clock=clock)))


@pytest.mark.parametrize("apart", [0, 999, -1_000, 1_000, -30_000, 30_000])
def test_the_dcc_s_clock_may_be_a_little_off(stamped: Callable[[int], bytes], apart: int) -> None:
    theirs = stamped(NOW + apart)
    assert bytes(correlate(theirs, request(), DCC, NOW, 30_000)) == theirs


@pytest.mark.parametrize("apart", [-31_000, 31_000, 3_600_000])
def test_the_dcc_s_clock_may_not_be_far_off(stamped: Callable[[int], bytes], apart: int) -> None:
    with pytest.raises(NotCorrelated) as caught:
        correlate(stamped(NOW + apart), request(), DCC, NOW, 30_000)
    assert caught.value.field == "payload.components[0].data.value"


def test_without_a_tolerance_there_is_none(stamped: Callable[[int], bytes]) -> None:
    with pytest.raises(NotCorrelated):
        correlate(stamped(NOW + 1_000), request(), DCC, NOW)


def test_what_bears_no_time_is_transformed_for_two_times_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal must not cost a transform for every second that the clock could be off."""
    clocks = []

    def counting(asked: Request, known: Known) -> gbcs.Message:
        clocks.append(known.clock)
        return transform(asked, known)

    monkeypatch.setattr("doorstep.road.supplier.correlate.transform", counting)
    with pytest.raises(NotCorrelated):
        correlate(_payload(invoke_id=0), request(), DCC, NOW, 3_600_000)
    assert len(set(clocks)) == 2


def test_a_request_whose_form_doorstep_does_not_know_is_not_signed() -> None:
    settings = ("SuspendDebtDisabled", "SuspendDebtEmergency")
    off = [element(name, "false") for name in settings]
    mode = element("Prepayment", *off, element("DisablementThreshold", "1"))
    (code,) = (row.code for row in gbcs.use_cases_named("ECS03"))
    header = gbcs.GroupingHeader(gbcs.Cra.COMMAND, 1000, SUPPLIER, METER, code)
    theirs = gbcs.build(header, gbcs.decode(PRE_COMMAND).payload)
    with pytest.raises(Unsupported, match="SuspendDebtEmergency"):
        correlate(bytes(theirs), request(element("UpdatePaymentMode", mode)), DCC, NOW)


def test_a_refusal_survives_being_sent_to_another_process() -> None:
    refused = refusal(_payload(invoke_id=0))
    again = pickle.loads(pickle.dumps(refused))
    assert (again.field, str(again)) == (refused.field, str(refused))


def test_the_differing_field_is_found_at_any_depth() -> None:
    deep = Data(Tag.STRUCTURE, (Data(Tag.ENUM, 1), Data(Tag.ARRAY, (Data(Tag.ENUM, 2),))))
    other = Data(Tag.STRUCTURE, (Data(Tag.ENUM, 1), Data(Tag.ARRAY, (Data(Tag.ENUM, 3),))))
    assert difference(deep, other, "data") == "data.value[1].value[0].value"
    assert difference(deep, deep, "data") == ""


# -- the finished Command -----------------------------------------------------------------------------------

NAME = RequestId(SUPPLIER, METER, 1000)


def _signed() -> gbcs.Message:
    return gbcs.sign(gbcs.decode(PRE_COMMAND), KEYS)


def _sealed(message: gbcs.Message) -> bytes:
    return bytes(gbcs.seal(message, ring(DCC, KA), author=DCC))


def test_a_command_that_holds_what_was_signed_is_accepted() -> None:
    signed = _signed()
    assert check_command(_sealed(signed), NAME, "1.5", DCC, bytes(signed)).form is gbcs.Form.MACED


def test_a_command_that_holds_anything_else_is_refused() -> None:
    signed = _signed()
    unsigned = gbcs.decode(PRE_COMMAND)
    other = gbcs.build(signed.header, signed.payload, signature=bytes(64))
    for message in (unsigned, other):
        with pytest.raises(NotCorrelated, match="Signed Pre-Command"):
            check_command(_sealed(message), NAME, "1.5", DCC, bytes(signed))


def test_a_command_without_the_dcc_s_mac_is_refused() -> None:
    with pytest.raises(NotCorrelated, match="form"):
        check_command(bytes(_signed()), NAME, "1.5", DCC, bytes(_signed()))


@pytest.mark.parametrize(
    ("name", "variant", "field"),
    [
        (RequestId(SUPPLIER, METER, 1001), "4.18", "Originator Counter"),
        (RequestId(STRANGER, METER, 1000), "4.18", "Business Originator ID"),
        (RequestId(SUPPLIER, PPMID, 1000), "4.18", "Business Target ID"),
        (NAME, "4.3", "Message Code"),
    ],
)
def test_a_command_for_another_request_is_refused(name: RequestId, variant: str, field: str) -> None:
    command = command_of(service_request(NAME, 2, element("ReadMeterBalance")))
    assert check_command(command, NAME, "4.18", DCC).header.originator_counter == 1000
    with pytest.raises(NotCorrelated) as caught:
        check_command(command, name, variant, DCC)
    assert caught.value.field == field


def test_the_broker_may_speak_for_the_supplier_with_a_counter_of_its_own() -> None:
    header = gbcs.GroupingHeader(
        gbcs.Cra.COMMAND,
        77,
        DCC,
        METER,
        0x0013,
        supplementary_remote_party_id=SUPPLIER,
        supplementary_remote_party_counter=1000,
    )
    message = gbcs.build(header, gbcs.Unparsed(bytes.fromhex("0500")))
    assert check_command(_sealed(message), NAME, "8.9", DCC).header == header
    for field, value in (
        ("supplementary_remote_party_counter", 77),
        ("supplementary_remote_party_id", STRANGER),
    ):
        changed = gbcs.build(msgspec.structs.replace(header, **{field: value}), message.payload)
        with pytest.raises(NotCorrelated, match="Supplementary"):
            check_command(_sealed(changed), NAME, "8.9", DCC)
