"""The view: three trees by hand, tables, names, and that nothing a message says is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import DecodeError
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.json_form import to_json
from doorstep.gbcs.payloads import Unparsed
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessResponse, AccessResult, Action
from doorstep.gbcs.view import Node, describe, text
from doorstep.gbcs.view.node import as_written
from tests.gbcs.test_jsonform import ESME, GSME, PAYLOADS, PPMID, SUPPLIER, message
from tests.gbcs.vectors import COMMAND_18_4
from tests.reference import available, hex_file, manifest, shared

SIGNATURE = bytes(range(64))
MAC = bytes(range(12))
SIGNED = Node("signature", SIGNATURE.hex(), "ECDSA, r and s")
MACED = Node("MAC", MAC.hex())


def maced(plain: gbcs.Message, signature: bytes = b"") -> gbcs.Message:
    """The same message with protections made up."""
    return gbcs.build(plain.header, plain.payload, signature=signature, mac=MAC)


def find(node: Node, label: str) -> Node:
    """The first node with a label, in the order of reading."""
    found = next((one for one in every(node) if one.label == label), None)
    assert found is not None, f"{label} is not in {[one.label for one in every(node)]}"
    return found


def every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from every(child)


# -- three messages by hand -----------------------------------------------------------------------------


def test_a_balance() -> None:
    response = maced(
        message(0x0069, Cra.RESPONSE, "DA 200003E8 00 00 01 05 0003D090 01 01 00", ESME, SUPPLIER)
    )
    assert describe(response) == Node(
        "ECS82 Read Meter Balance for ESME",
        "Response",
        children=(
            Node("Message Code", "0x0069"),
            Node("CRA Flag", "Response"),
            Node("Originator Counter", "1000"),
            Node("Business Originator ID", "00-DB-12-34-56-78-90-A0"),
            Node("Business Target ID", "90-B3-D5-1F-30-01-00-00"),
            Node(
                "Payload",
                "DLMS Access-Response",
                children=(
                    Node("long-invoke-id-and-priority", "0x200003E8"),
                    Node(
                        "1 GET Meter Balance – amount",
                        "success",
                        "112 0-0:19.10.0.255 2",
                        (Node("amount", "250000", "£2.50"),),
                    ),
                ),
            ),
            Node("Protection", "maced", children=(MACED,)),
        ),
    )


def test_supply_enabled() -> None:
    command = maced(
        message(0x004F, Cra.COMMAND, "D9 200003E8 00 01 03 0009 00000A006AFF 01 01 12 0033"), SIGNATURE
    )
    assert describe(command) == Node(
        "ECS42 Remotely Close the Load Switch on the ESME",
        "Command",
        children=(
            Node("Message Code", "0x004F"),
            Node("CRA Flag", "Command"),
            Node("Originator Counter", "1000"),
            Node("Business Originator ID", "90-B3-D5-1F-30-01-00-00"),
            Node("Business Target ID", "00-DB-12-34-56-78-90-A0"),
            Node(
                "Payload",
                "DLMS Access-Request",
                children=(
                    Node("long-invoke-id-and-priority", "0x200003E8"),
                    Node(
                        "1 ACTION Load Switch Scripts – execute",
                        "9 0-0:10.0.106.255 1",
                        children=(Node("execute", "51", "enable supply"),),
                    ),
                ),
            ),
            Node("Protection", "maced", children=(SIGNED, MACED)),
        ),
    )


def test_emergency_credit_of_a_gas_meter() -> None:
    command = maced(message(0x0090, Cra.COMMAND, "0109 01 01 0705 0008 01 00 00 00000000 02", PPMID, GSME))
    assert describe(command) == Node(
        "PCS02 Activate Emergency Credit on GSME from PPMID",
        "Command",
        children=(
            Node("Message Code", "0x0090"),
            Node("CRA Flag", "Command"),
            Node("Originator Counter", "1000"),
            Node("Business Originator ID", "00-DB-12-34-56-78-90-A4"),
            Node("Business Target ID", "00-DB-12-34-56-78-90-A1"),
            Node(
                "Payload",
                "GBZ",
                children=(
                    Node(
                        "1 SelectAvailableEmergencyCredit",
                        "0x0705 0x01 0 0x00",
                        "Prepayment, to the server",
                        (
                            Node("issue time", "0", "now"),
                            Node("originating device", "2", "in home display"),
                            Node("last component", "true"),
                        ),
                    ),
                ),
            ),
            Node("Protection", "maced", children=(MACED,)),
        ),
    )


# -- what a person is told ------------------------------------------------------------------------------


def test_a_tariff_is_a_table_with_its_prices() -> None:
    command = message(
        0x00A2,
        Cra.COMMAND,
        "D9 200003E8 00 01 02 0071 0000131400FF 06 01"
        "0203 0202 0F03 0FFB 0203 120003 0906 0100010800FF 0F02"
        "0102 0202 0901 01 10 0849 0202 0901 A1 10 08F1",
    )
    charges = find(describe(command), "charges")
    assert charges.columns == ("tariff index", "charge")
    assert charges.children == (
        Node(
            "1",
            children=(
                Node("tariff index", "01", "time of use register 1"),
                Node("charge", "2121", "£0.02121 per kWh"),
            ),
        ),
        Node(
            "2",
            children=(
                Node("tariff index", "a1", "block register 1, block 1"),
                Node("charge", "2289", "£0.02289 per kWh"),
            ),
        ),
    )
    assert text(charges) == (
        "charges: 2 elements\n"
        "  tariff index               charge\n"
        "  time of use register 1     £0.02121 per kWh\n"
        "  block register 1, block 1  £0.02289 per kWh"
    )


def test_days_with_schedules_inside_are_no_table_but_their_schedules_are() -> None:
    command = message(
        0x0019,
        Cra.COMMAND,
        "D9 200003E8 00 01 02 0014 00000D0000FF 09 01"
        "0101 0202 1101 0101 0203 0904 07000000 0906 00000A0064FF 12 0003",
    )
    tree = describe(command)
    assert find(tree, "day profiles, passive").columns == ()
    schedule = find(tree, "schedule")
    assert schedule.columns == ("start", "script table", "script selector")
    assert [cell.meaning for cell in schedule.children[0].children] == [
        "07:00",
        "0-0:10.0.100.255 Tariffication Scripts",
        "time of use register 3",
    ]


@pytest.mark.parametrize(
    ("octets", "value", "meaning"),
    [
        ("0000000000000000008000FF", "0000000000000000008000ff", "now"),
        ("FFFFFFFFFFFFFFFFFF8000FF", "ffffffffffffffffff8000ff", "never: cancels what is pending"),
        ("07EE010FFF090000008000FF", "2030-01-15T09:00:00Z", ""),
    ],
)
def test_activation_is_now_or_never_or_a_time(octets: str, value: str, meaning: str) -> None:
    command = message(0x001A, Cra.COMMAND, f"D9 200003E8 00 01 02 006F 0001130000FF 0D 01 09 0C {octets}")
    assert find(describe(command), "activation time") == Node("activation time", value, meaning)


def test_registers_have_the_units_that_come_beside_them() -> None:
    response = message(
        0x0026,
        Cra.RESPONSE,
        "DA 200003E8 00 00 04 06 0000000A 0202 0F03 161E 06 00000014 0202 0F00 1620 04 0100 0100 0100 0100",
    )
    values = [node.meaning for node in every(describe(response)) if node.label == "value"]
    assert values == ["10000 Wh", "20 varh"]


def test_an_alert_says_its_name_and_what_it_is_about() -> None:
    alert = message(
        0x00CC,
        Cra.ALERT,
        "0F 200007DE 00 02 03 12 8F66 09 0C 07EE010FFF090000008000FF"
        "09 13 0019 00000000000003F0 2328 00005E2C0200 06",
        ESME,
        SUPPLIER,
    )
    assert find(describe(alert), "alert").children == (
        Node("alert code", "36710", "0x8F66 Future-date HAN Interface Command Successfully Actioned"),
        Node("time stamp", "2030-01-15T09:00:00Z"),
        Node(
            "what was dated",
            "001900000000000003f0232800005e2c020006",
            "ECS01a, counter 1008: Currency Units (9000 0-0:94.44.2.0 6)",
        ),
    )


def test_a_gas_alert_names_the_command_that_was_dated() -> None:
    alert = message(
        0x00CD, Cra.ALERT, "0109 01 8F66 38818890 0E 006B 00000000000003ED 0700 09 06", GSME, SUPPLIER
    )
    assert find(describe(alert), "alert").children == (
        Node("alert code", "0x8F66", "Future-date HAN Interface Command Successfully Actioned"),
        Node("time stamp", "2030-01-15T09:00:00Z"),
        Node("message code", "107", "0x006B GCS01a"),
        Node("originator counter", "1005"),
        Node("cluster", "1792", "Price"),
        Node("frame control", "9"),
        Node("command id", "6", "PublishBlockThresholds"),
    )


def test_attributes_and_statuses_are_named_and_balances_are_in_pounds() -> None:
    response = message(
        0x008D,
        Cra.RESPONSE,
        "0109 01 01 0705 000E 08 00 01 0100 00 2B A0252600 0200 86",
        GSME,
        SUPPLIER,
    )
    records = find(describe(response), "records")
    assert records.columns == ("attribute", "status", "type", "value")
    assert [[cell.meaning for cell in row.children] for row in records.children] == [
        ["CreditRemaining", "success", "int32", "£25.00"],
        ["EmergencyCreditRemaining", "unsupported attribute", "", ""],
    ]


@pytest.mark.parametrize(
    ("frame_control", "name"), [("00", "PublishTariffInformation"), ("08", "GetConversionFactor")]
)
def test_a_default_response_names_the_command_that_went_the_other_way(frame_control: str, name: str) -> None:
    response = message(
        0x00A3, Cra.RESPONSE, f"0109 01 01 0700 0005 {frame_control} 00 0B 04 8B", GSME, SUPPLIER
    )
    tree = describe(response)
    assert find(tree, "command") == Node("command", "4", name)
    assert find(tree, "status") == Node("status", "139", "not found")


def test_a_string_that_is_invalid_is_said_to_be() -> None:
    command = message(
        0x0071, Cra.COMMAND, "0109 01 01 0703 000F 09 00 00 01000000 00 00000000 FFFF FF", SUPPLIER, GSME
    )
    tree = describe(command)
    assert find(tree, "message") == Node("message", "", "invalid")
    assert "extended control" not in [node.label for node in every(tree)]


def test_prices_read_by_the_tariff_that_comes_with_them() -> None:
    tariff = (
        "0700 0026 09 00 04 00000000 01000000 01000000 00000000 00 00 04 00 00 3A03 50 C1570000"
        "00 010000 E80300"
    )
    matrix = "0700 001B 09 01 05 00000000 01000000 00000000 01000000 00 01 01 01 80250000"
    tree = describe(message(0x00A3, Cra.COMMAND, f"0109 02 00 {tariff} 01 {matrix}", SUPPLIER, GSME))
    assert find(tree, "standing charge").meaning == "£0.22465"
    assert find(tree, "prices").children[0].children == (
        Node("tier block id", "1"),
        Node("price", "9600", "£0.096"),
    )


def test_a_command_without_a_row_stays_as_it_is() -> None:
    tree = describe(message(0x0090, Cra.COMMAND, "0109 01 01 0705 0005 01 00 7F ABCD"))
    assert find(tree, "1 command without a row").value == "0x0705 0x01 0 0x7F"
    assert find(tree, "unparsed").value == "abcd"


def test_a_code_without_a_row_stays_as_it_is() -> None:
    tree = describe(message(0x7FFF, Cra.COMMAND, "00112233"))
    assert tree.label == "Message Code 0x7FFF"
    assert find(tree, "Payload") == Node("Payload", "00112233", "unparsed")


def test_a_result_without_a_name_is_its_number() -> None:
    tree = describe(message(0x0069, Cra.RESPONSE, "DA 200003E8 00 00 01 00 01 01 63"))
    assert find(tree, "1 GET Meter Balance – amount").value == "99"


# -- what a Response is about ---------------------------------------------------------------------------

TWO = "DA 200003E8 00 00 02 00 00 02 02 00 03 00"


def test_results_are_named_where_all_forms_of_the_command_agree() -> None:
    # ECS47 sets the time of one of five switches, which differs, and then runs a script, which does not.
    tree = describe(message(0x0055, Cra.RESPONSE, TWO))
    labels = [node.label for node in find(tree, "Payload").children]
    assert labels == ["long-invoke-id-and-priority", "1 SET", "2 ACTION Auxiliary Load Scripts – execute"]


def test_results_are_not_named_where_they_do_not_fit_the_command() -> None:
    tree = describe(message(0x0069, Cra.RESPONSE, TWO))
    assert [node.label for node in find(tree, "Payload").children[1:]] == ["1 SET", "2 ACTION"]


def test_results_are_named_by_the_command_that_is_at_hand() -> None:
    command = message(
        0x0055,
        Cra.COMMAND,
        "D9 200003E8 00 02 02 0001 00005E2C7501 02 03 0009 00000A0067FF 01 02 12 001E 12 0111",
    )
    tree = describe(message(0x0055, Cra.RESPONSE, TWO), command=command)
    assert find(tree, "Payload").children[1] == Node(
        "1 SET Auxiliary Load 1 on for, or held from – value", "success", "1 0-0:94.44.117.1 2"
    )


def test_a_dlms_response_under_a_code_of_gas_has_no_names() -> None:
    tree = describe(message(0x0090, Cra.RESPONSE, "DA 200003E8 00 00 01 00 01 01 00"))
    assert find(tree, "Payload").children[1] == Node("1 GET", "success")


def test_what_keys_have_opened_is_shown_in_the_place_of_the_ciphertext() -> None:
    sealed = message(0x002D, Cra.RESPONSE, "DA 200003E8 00 00 01 00 01 03 00")
    balances = Data(Tag.STRUCTURE, (Data(Tag.STRUCTURE, (Data(Tag.DOUBLE_LONG, 250000),)),))
    opened = AccessResponse(0x200003E8, (AccessResult(Action.ACTION, 0, balances),))
    tree = describe(sealed, opened=opened)
    assert find(tree, "Payload").meaning == "decrypted"
    assert find(tree, "registers").children == (Node("double-long", "250000", "£2.50"),)
    assert find(describe(sealed, opened=sealed.payload), "Payload").meaning == ""


def test_what_is_encrypted_is_said_to_be() -> None:
    parameters = (
        "0101 0202 1602 0205 0909 0400000000000003E8 0908 00DB1234567890A0 0908 90B3D51F30010000 0900"
        "0202 1602 0202 0901 02 0900"
    )
    item = "0911 3100000000 000102030405060708090A0B"
    tree = describe(message(0x0027, Cra.RESPONSE, f"DA 200003E8 00 00 01 0202 {parameters} {item} 01 03 00"))
    assert find(tree, "protected data").meaning == "encrypted, 17 bytes"
    assert find(tree, "originator system title").meaning == "00-DB-12-34-56-78-90-A0"
    alert = message(
        0x0061, Cra.ALERT, f"0F 200007D1 00 0204 12 8F0A 09 0C 07DF0101FF000000008000FF {parameters} {item}"
    )
    assert find(describe(alert), "protected data").meaning == "encrypted, 17 bytes"


# -- headers, certificates, text ------------------------------------------------------------------------


def test_a_header_with_everything() -> None:
    header = GroupingHeader(
        Cra.RESPONSE, 7, ESME, SUPPLIER, 0x7FFF, bytes.fromhex("07DF0101FF00000000800000"), GSME, 5, 6
    )
    tree = describe(gbcs.build(header, Unparsed(b"")))
    labels = {node.label: (node.value, node.meaning) for node in tree.children}
    assert labels["date-time"] == ("2015-01-01T00:00:00Z 0", "clock reliable")
    assert labels["Supplementary Remote Party ID"] == ("00-DB-12-34-56-78-90-A1", "")
    assert labels["Supplementary Remote Party Counter"] == ("5", "")
    assert labels["Supplementary Originator Counter"] == ("6", "")


def test_a_certificate_that_cannot_be_read_is_shown_all_the_same() -> None:
    header = GroupingHeader(Cra.COMMAND, 7, SUPPLIER, ESME, 0x7FFF, b"", GSME, 5, None, b"\x30\x00")
    node = find(
        describe(gbcs.build(header, Unparsed(b""))), "Supplementary Remote Party Key Agreement Certificate"
    )
    assert node.value == "3000"
    assert node.meaning.startswith("it cannot be read")


def test_certificates_say_whose_they_are_and_for_how_long() -> None:
    folder = "rtds/messages/6.15.1_CS02bSupplierBySupplier"
    file = "CS02bSupplierBySupplier_6.15.1_IMMEDIATE_SUCCESS_COMMAND_GBCS.HEX"
    tree = describe(gbcs.decode(hex_file(shared(f"{folder}/{file}"))))
    certificate = find(tree, "replacement certificate")
    assert certificate.meaning == "certificate of 90-B3-D5-1F-30-01-00-00, digital signature"
    assert {node.label: node.value for node in certificate.children}.items() >= {
        "subject": "90-B3-D5-1F-30-01-00-00",
        "role": "supplier",
        "use": "digital signature",
        "valid": "2016-01-10T00:00:00Z to 2026-01-09T23:59:59Z",
    }.items()
    path = find(tree, "certification path certificates")
    assert path.children[0].meaning == "certificate of an authority, key cert sign, crl sign"


def test_text_cuts_what_is_long_and_explained_and_nothing_else() -> None:
    octets = "00" * 100
    assert text(Node("a", octets)) == f"a: {octets}"
    assert text(Node("a", octets, "known")) == f"a: {'00' * 12}… (200 characters) (known)"
    assert text(Node("a", "", "known", (Node("b"),))) == "a: known\n  b"


def test_text_cannot_be_made_to_do_anything_to_a_screen() -> None:
    escape = "1B5B324A0D0A"
    tree = describe(
        message(0x0053, Cra.COMMAND, f"D9 200003E8 00 01 02 0001 00005E2C000B 02 01 0A 06 {escape}")
    )
    assert find(tree, "value").value == "\x1b[2J\r\n"
    assert "value: \\u001b[2J\\u000d\\u000a" in text(tree)
    assert all(line.isprintable() for line in text(tree).split("\n"))


# -- nothing is left out, and nothing breaks it ---------------------------------------------------------


def leaves(plain: Any) -> Iterator[str]:
    if isinstance(plain, dict):
        for value in plain.values():
            yield from leaves(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from leaves(value)
    elif plain is not None:
        yield as_written(plain)


def words(texts: Iterator[str]) -> Counter[str]:
    return Counter(word.strip("(),:") for one in texts for word in one.split())


def told(tree: Node) -> Iterator[str]:
    return (part for node in every(tree) for part in (node.label, node.value, node.meaning, *node.columns))


def missing(original: gbcs.Message) -> Counter[str]:
    """The values of the JSON form that the view does not show, each as often as it lacks them."""
    plain = to_json(original)
    plain.pop("alert_code", None)  # which the payload says as well
    return words(leaves(plain)) - words(told(describe(original)))


@pytest.mark.parametrize(("code", "cra", "content", "_plain"), PAYLOADS)
def test_the_view_shows_every_value(code: int, cra: Cra, content: str, _plain: Any) -> None:
    assert not missing(message(code, cra, content))


def test_the_view_shows_every_value_of_every_reference_message() -> None:
    for entry in manifest():
        original = gbcs.decode(hex_file(shared("rtds") / entry["path"]))
        assert not missing(original), entry["path"]
        assert text(describe(original))


def samples() -> list[bytes]:
    found = [bytes(message(*param.values[:3])) for param in PAYLOADS]  # type: ignore[arg-type]
    found.append(COMMAND_18_4)
    if available():
        found += [hex_file(shared("rtds") / entry["path"]) for entry in manifest()[::7]]
    return found


SAMPLES = samples()


@given(st.data())
@settings(max_examples=400)
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_whatever_decodes_has_a_view(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        original = gbcs.decode(bytes(octets))
    except DecodeError:
        return
    assert not missing(original)
    assert text(describe(original))
