"""From service requests to Pre-Commands and Commands: the reference set, and requests that cannot be."""

from __future__ import annotations

import pytest
from msgspec import structs

from doorstep import gbcs
from doorstep.duis.element import element
from doorstep.duis.request import parse_request, service_request, signed_pre_command
from doorstep.duis.request_id import RequestId
from doorstep.duis.transform import ROWS, Known, candidates, signed_form, transform
from doorstep.errors import DecodeError, EncodeError, InputError, Unsupported, WrongDevice, XmlError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.dlms import AccessRequest
from doorstep.gbcs.usecases import DeviceType
from tests.duis.unchecked import unchecked_request
from tests.gbcs.vectors import COMMAND_18_4
from tests.reference import hex_file, shared

BROKER = Eui.parse("90-B3-D5-1F-30-00-00-02")
USER = Eui.parse("D0-05-5E-00-0F-00-00-02")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")
KNOWN = Known(BROKER)
REQUEST_ID = RequestId(USER, METER, 1000)

# The open requests of the use cases that have mapping rows. The folder and the kind of the reference
# message, and the ESME's variant, which the file's name says.
REFERENCE = [
    ("1.5_ECS04a", "ECS04a_1.5_SUCCESS", "single"),
    ("1.5_ECS04b", "ECS04b_1.5_SUCCESS", "single"),
    ("1.6_ECS02", "ECS02_1.6_CANCELLATION_TWIN_SUCCESS", "twin"),
    ("1.6_ECS02", "ECS02_1.6_FUTURE_DATED_TWIN_SUCCESS", "twin"),
    ("1.6_ECS02", "ECS02_1.6_IMMEDIATE_SINGLE_SUCCESS", "single"),
    ("1.6_ECS03", "ECS03_1.6_CANCELLATION_TWIN_SUCCESS", "twin"),
    ("1.6_ECS03", "ECS03_1.6_IMMEDIATE_SINGLE_SUCCESS", "single"),
    ("2.2_CS01a", "CS01a_2.2_SUCCESS", "single"),
    ("4.18_ECS82", "ECS82_4.18_SUCCESS", "single"),
    ("7.1_ECS42", "ECS42_7.1_SUCCESS", "single"),
]


@pytest.mark.parametrize(("folder", "name", "variant"), REFERENCE, ids=[row[1] for row in REFERENCE])
def test_reference_requests_become_their_messages(folder: str, name: str, variant: str) -> None:
    request = parse_request(shared(f"rtds/requests/{name}_REQUEST_DUIS.XML").read_bytes())
    message = transform(request, Known(BROKER, element=variant))
    command = gbcs.decode(hex_file(shared(f"rtds/messages/{folder}/{name}_COMMAND_GBCS.HEX")))
    assert bytes(message) == command.grouped


def test_a_reset_sets_the_three_balances_to_zero() -> None:
    body = element("UpdateMeterBalance", element("PrepaymentMode", element("ResetMeterBalance")))
    message = transform(service_request(REQUEST_ID, 4, body), KNOWN)
    assert (message.use_case and message.use_case.name) == "ECS04b"
    assert isinstance(message.payload, AccessRequest)
    assert [str(part.obis) for part in message.payload.components] == [
        "0-0:19.10.0.255",
        "0-0:19.10.1.255",
        "0-0:19.10.2.255",
    ]
    assert {part.data.value for part in message.payload.components} == {0}


def test_the_header_carries_the_request_id() -> None:
    header = transform(service_request(REQUEST_ID, 4, element("EnableSupply")), KNOWN).header
    assert (header.business_originator_id, header.business_target_id, header.originator_counter) == (
        USER,
        METER,
        1000,
    )


def test_a_request_for_which_there_is_no_row_is_refused() -> None:
    body = element("ConfigureAlertBehaviour", element("GasSupplierAlerts", element("x810D", "Enable")))
    with pytest.raises(Unsupported, match=r"no mapping row for service request 6\.22"):
        transform(service_request(REQUEST_ID, 1, body), KNOWN)


def test_a_request_for_another_kind_of_device_is_that() -> None:
    body = element("SetDeviceConfigurationImportMPxN", element("ImportMPRN", "1234567890"))
    with pytest.raises(WrongDevice, match=r"6\.20\.1 .* for a ESME"):
        transform(service_request(REQUEST_ID, 1, body), structs.replace(KNOWN, device_type=DeviceType.ESME))


def test_a_request_for_no_kind_of_device_is_not_for_another() -> None:
    body = element("ConfigureAlertBehaviour", element("GasSupplierAlerts", element("x810D", "Enable")))
    with pytest.raises(Unsupported) as caught:
        transform(service_request(REQUEST_ID, 1, body), structs.replace(KNOWN, device_type=DeviceType.GSME))
    assert not isinstance(caught.value, WrongDevice)


def test_a_cancellation_of_what_the_dcc_holds_makes_no_command() -> None:
    body = element("ReadMeterBalance", element("ExecutionDateTime", "3000-12-31T00:00:00Z"))
    with pytest.raises(Unsupported, match="the DCC cancels it"):
        transform(service_request(REQUEST_ID, 1, body), KNOWN)


def test_a_device_of_a_type_without_that_use_case_is_refused() -> None:
    with pytest.raises(Unsupported, match="GSME"):
        transform(
            service_request(REQUEST_ID, 4, element("EnableSupply")),
            Known(BROKER, device_type=DeviceType.GSME),
        )


def test_an_encoding_that_no_source_gives_is_refused_not_guessed() -> None:
    body = element(
        "UpdatePaymentMode",
        element(
            "Prepayment",
            element("SuspendDebtDisabled", "false"),
            element("SuspendDebtEmergency", "false"),
            element("DisablementThreshold", "0"),
        ),
    )
    with pytest.raises(Unsupported, match="SuspendDebtEmergency"):
        transform(service_request(REQUEST_ID, 4, body), KNOWN)


@pytest.mark.parametrize("text", ["", "ten pounds", "1e3", "2147483648", "-2147483649"])
def test_an_amount_that_is_none_is_refused(text: str) -> None:
    body = element("UpdateMeterBalance", element("CreditMode", element("AdjustMeterBalance", text)))
    with pytest.raises((XmlError, EncodeError), match=r"AdjustMeterBalance|double-long"):
        transform(unchecked_request(REQUEST_ID, 4, body), KNOWN)


def test_a_missing_element_is_named() -> None:
    with pytest.raises(XmlError, match="UTRN"):
        transform(unchecked_request(REQUEST_ID, 1, element("TopUpDevice")), KNOWN)


def test_a_signed_pre_command_is_not_transformed_again() -> None:
    request = service_request(REQUEST_ID, 4, element("EnableSupply"))
    signed = signed_pre_command(request, 6, COMMAND_18_4[14:-12])
    with pytest.raises(Unsupported, match="transformed already"):
        transform(signed, KNOWN)
    assert signed_form(COMMAND_18_4[14:-12]).header.message_code == 0x00B3


@pytest.mark.parametrize("payload", [COMMAND_18_4, COMMAND_18_4[14:-77]])
def test_what_is_no_signed_pre_command_is_refused(payload: bytes) -> None:
    with pytest.raises(InputError, match="not a Signed Pre-Command"):
        signed_form(payload)
    with pytest.raises(DecodeError):
        signed_form(payload[:40])


def test_every_row_is_reached_by_its_own_service() -> None:
    for row in ROWS:
        assert row.variant in row.use_case.srvs, row.use_case.name
    assert (
        candidates(service_request(REQUEST_ID, 4, element("EnableSupply")), KNOWN)[0].use_case.name == "ECS42"
    )
