"""The JSON form: what it looks like, and that it leads back to the same bytes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import EncodeError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.json_form import from_json, to_json
from doorstep.gbcs.json_form.at import bounded
from doorstep.gbcs.json_form.cosem import read_data, write_data
from doorstep.gbcs.json_form.layouts import read_layout, write_layout
from doorstep.gbcs.payloads import Unparsed
from doorstep.gbcs.payloads.axdr import BitString, CompactArray, Data, Tag, TypeDescription, decode_data
from doorstep.gbcs.payloads.dlms import AccessResponse, AccessResult, Action
from doorstep.zigbee.clusters.device_management import PublishChangeOfSupplier, SetEventConfiguration
from doorstep.zigbee.clusters.messaging import DisplayMessage
from doorstep.zigbee.clusters.prepayment import PublishPrepaySnapshot
from doorstep.zigbee.clusters.price import (
    BlockThresholds,
    PublishBlockThresholds,
    PublishTierLabels,
    TierLabel,
)
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.zcl import AttributeRecord, ReadAttributesResponse
from tests.gbcs.vectors import COMMAND_18_4
from tests.reference import hex_file, manifest, shared

ESME = Eui.parse("00-DB-12-34-56-78-90-A0")
GSME = Eui.parse("00-DB-12-34-56-78-90-A1")
PPMID = Eui.parse("00-DB-12-34-56-78-90-A4")
SUPPLIER = Eui.parse("90-B3-D5-1F-30-01-00-00")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "json-form.md"

# The published Command of GBCS 18.4, written out by hand.
PLAIN_18_4 = {
    "use_case": "ECS04b",
    "title": "Reset Meter Balance on the ESME",
    "message_code": "0x00B3",
    "cra_flag": "Command",
    "originator_counter": 1,
    "business_originator_id": "12-34-56-78-9A-BC-DE-F0",
    "business_target_id": "FF-FF-FF-FF-FF-FF-FF-FE",
    "payload": {
        "access_request": {
            "long_invoke_id_and_priority": "0x20000001",
            "components": [
                {
                    "action": {
                        "class_id": 112,
                        "obis": f"0-0:19.10.{credit}.255",
                        "method_id": 2,
                        "data": {"double_long": 0},
                    }
                }
                for credit in range(3)
            ],
        }
    },
    "form": "maced",
    "signature": "59045ab0f554622b0360340b9d87b5a23ed5723b41de3f206e58cdd10f915b9f"
    "e2e12e2da3632478a8df678e418895869ac1e55318cce04d120d2d6b44dc167b",
    "mac": "5d832d15b57a56d620f198b3",
}


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def message(code: int, cra: Cra, content: str, sender: Eui = SUPPLIER, target: Eui = ESME) -> gbcs.Message:
    """A Pre-Command or an unprotected Response with a payload given in hex."""
    header = GroupingHeader(cra, 1000, sender, target, code)
    payload = gbcs.decode_payload(bytes.fromhex(content.replace(" ", "")), header)
    return gbcs.build(header, payload)


# -- what it looks like ---------------------------------------------------------------------------------


def test_a_whole_message_by_hand() -> None:
    assert to_json(gbcs.decode(COMMAND_18_4)) == PLAIN_18_4
    assert bytes(from_json(PLAIN_18_4)) == COMMAND_18_4


# (Message Code, CRA Flag, payload bytes, payload in JSON), from the layouts of the standard.
PAYLOADS = [
    pytest.param(
        0x0069,
        Cra.RESPONSE,
        "DA 200003E8 00 00 02 05 0003D090 00 02 01 00 02 FA",
        {
            "access_response": {
                "long_invoke_id_and_priority": "0x200003E8",
                "results": [
                    {"get": {"result": "success", "data": {"double_long": 250000}}},
                    {"set": {"result": "other_reason"}},
                ],
            }
        },
        id="Access-Response",
    ),
    pytest.param(
        0x0069,
        Cra.RESPONSE,
        "DA 200003E8 00 00 01 00 01 04 63",
        {
            "access_response": {
                "long_invoke_id_and_priority": "0x200003E8",
                "results": [{"get_with_selection": {"result": 0x63}}],
            }
        },
        id="a result without a name",
    ),
    pytest.param(
        0x0048,
        Cra.COMMAND,
        "D9 200003E8 00 01 04 0007 0000636200FF 02 01 0201 06 1C360200 01 00",
        {
            "access_request": {
                "long_invoke_id_and_priority": "0x200003E8",
                "components": [
                    {
                        "get_with_selection": {
                            "class_id": 7,
                            "obis": "0-0:99.98.0.255",
                            "attribute_id": 2,
                            "selector": 1,
                            "selection": {"structure": [{"double_long_unsigned": 473301504}]},
                        }
                    }
                ],
            }
        },
        id="selective access",
    ),
    pytest.param(
        0x1000,
        Cra.ALERT,
        "0F 200007D1 00 02 02 12 8F30 09 0C 07DF0101FF000000008000FF",
        {
            "data_notification": {
                "long_invoke_id_and_priority": "0x200007D1",
                "body": {"structure": [{"long_unsigned": 36656}, {"octet_string": "2015-01-01T00:00:00Z"}]},
            }
        },
        id="Data-Notification",
    ),
    pytest.param(
        0x0090,
        Cra.COMMAND,
        "0109 01 01 0705 0008 01 00 00 00000000 02",
        {
            "gbz": {
                "components": [
                    {
                        "extended_header_cluster_id": "0x0705",
                        "frame_control": "0x01",
                        "transaction_sequence_number": 0,
                        "command_identifier": "0x00",
                        "command": "SelectAvailableEmergencyCredit",
                        "fields": {"issue_time": 0, "originating_device": 2},
                        "last": True,
                    }
                ]
            }
        },
        id="GBZ Command",
    ),
    pytest.param(
        0x0090,
        Cra.RESPONSE,
        "0109 02 10 0705 0009 1C35F900 08 00 0B 00 00 03 0705 0018 00 07 09 01 FF 0011 3100000000"
        "000102030405060708090A0B",
        {
            "gbz": {
                "components": [
                    {
                        "extended_header_cluster_id": "0x0705",
                        "frame_control": "0x08",
                        "transaction_sequence_number": 0,
                        "command_identifier": "0x0B",
                        "from_date_time": "2014-12-31T00:00:00Z",
                        "command": "DefaultResponse",
                        "fields": {"command": 0, "status": 0},
                    },
                    {
                        "extended_header_cluster_id": "0x0705",
                        "frame_control": "0x09",
                        "transaction_sequence_number": 1,
                        "command_identifier": "0xFF",
                        "additional_header_control": 0,
                        "additional_header_frame_counter": 7,
                        "ciphered_information": "000102030405060708090a0b",
                        "last": True,
                    },
                ]
            }
        },
        id="GBZ with a date, and encrypted",
    ),
    pytest.param(
        0x0090,
        Cra.COMMAND,
        "0109 01 05 0705 0005 01 00 7F ABCD",
        {
            "gbz": {
                "components": [
                    {
                        "extended_header_cluster_id": "0x0705",
                        "frame_control": "0x01",
                        "transaction_sequence_number": 0,
                        "command_identifier": "0x7F",
                        "unparsed": "abcd",
                        "last": True,
                        "reserved": "0x04",
                    }
                ]
            }
        },
        id="GBZ command without a row",
    ),
    pytest.param(
        0x00CD,
        Cra.ALERT,
        "0109 01 8F66 38818890 0E 006B 00000000000003ED 0700 09 06",
        {
            "gbz": {
                "alert": {
                    "alert_code": "0x8F66",
                    "timestamp": "2030-01-15T09:00:00Z",
                    "data": {
                        "message_code": 0x6B,
                        "originator_counter": 1005,
                        "cluster": 0x0700,
                        "frame_control": 9,
                        "command_id": 6,
                    },
                },
                "components": [],
            }
        },
        id="GBZ Alert",
    ),
    pytest.param(
        0x1001,
        Cra.ALERT,
        "0109 00 810E 1C3774B0 AABB",
        {
            "gbz": {
                "alert": {
                    "alert_code": "0x810E",
                    "timestamp": "2015-01-01T03:00:00Z",
                    "unparsed": "aabb",
                    "number_of_components": 0,
                },
                "components": [],
            }
        },
        id="GBZ Alert that adds what no row reads",
    ),
    pytest.param(
        0x0010,
        Cra.COMMAND,
        "0408 00DB123456789099",
        {"asn1": {"type": "UnjoinDevice.CommandPayload", "value": "00-DB-12-34-56-78-90-99"}},
        id="ASN.1",
    ),
    pytest.param(
        0x0010,
        Cra.COMMAND,
        "048108 00DB123456789099",
        {
            "asn1": {
                "type": "UnjoinDevice.CommandPayload",
                "value": "00-DB-12-34-56-78-90-99",
                "departures": [{"before_end": 8, "length_octets": 2}],
            }
        },
        id="ASN.1 that is not quite DER",
    ),
    pytest.param(0x7FFF, Cra.COMMAND, "00112233", {"unparsed": "00112233"}, id="a code that no row knows"),
]


@pytest.mark.parametrize(("code", "cra", "content", "plain"), PAYLOADS)
def test_payloads_both_ways(code: int, cra: Cra, content: str, plain: dict[str, Any]) -> None:
    original = message(code, cra, content)
    written = to_json(original)
    assert written["payload"] == plain
    assert from_json(through_json(written)) == original
    assert from_json(through_json(written)).content == bytes.fromhex(content.replace(" ", ""))


# (A-XDR bytes, JSON)
DATA = [
    ("00", {"null_data": None}),
    ("0300", {"boolean": False}),
    ("0301", {"boolean": 1}),
    ("03FF", {"boolean": True}),
    ("0403E0", {"bit_string": {"length": 3, "bits": "e0"}}),
    ("0403FF", {"bit_string": {"length": 3, "bits": "ff"}}),
    ("0400", {"bit_string": {"length": 0, "bits": ""}}),
    ("05FFFFFFFE", {"double_long": -2}),
    ("0900", {"octet_string": ""}),
    ("09020102", {"octet_string": "0102"}),
    ("090C07EE010FFF090000008000FF", {"octet_string": "2030-01-15T09:00:00Z"}),
    ("090C07EE010FFF09000000800000", {"octet_string": {"time": "2030-01-15T09:00:00Z", "clock_status": 0}}),
    ("090C0000000000000000008000FF", {"octet_string": "0000000000000000008000ff"}),
    ("090CFFFFFFFFFFFFFFFFFF8000FF", {"octet_string": "ffffffffffffffffff8000ff"}),
    ("090C07EE010F03090000008000FF", {"octet_string": "07ee010f03090000008000ff"}),  # a day of week
    ("090C07EE010FFF090000328000FF", {"octet_string": "07ee010fff090000328000ff"}),  # hundredths
    ("090C07EE010FFF090000000000FF", {"octet_string": "07ee010fff090000000000ff"}),  # a deviation
    ("0A026162", {"visible_string": "ab"}),
    ("0A01FF", {"visible_string": {"hex": "ff"}}),
    ("0C02C2A3", {"utf8_string": "£"}),
    ("0F80", {"integer": -128}),
    ("15FFFFFFFFFFFFFFFF", {"long64_unsigned": 2**64 - 1}),
    ("1602", {"enum": 2}),
    ("177FC00000", {"float32": "7fc00000"}),
    ("1907EE010FFF090000008000FF", {"date_time": "2030-01-15T09:00:00Z"}),
    ("1A07EA0B16FF", {"date": "07ea0b16ff"}),
    ("1B0C000000", {"time": "0c000000"}),
    ("020216010100", {"structure": [{"enum": 1}, {"array": []}]}),
    (
        "13 02021209 07 0001 0161 0002 00",
        {
            "compact_array": {
                "description": {"structure": ["long_unsigned", "octet_string"]},
                "elements": [[1, "61"], [2, ""]],
            }
        },
    ),
    (
        "13 01000211 04 01020304",
        {
            "compact_array": {
                "description": {"array": {"count": 2, "of": "unsigned"}},
                "elements": [[1, 2], [3, 4]],
            }
        },
    ),
]


@pytest.mark.parametrize(("octets", "plain"), DATA, ids=[octets for octets, _plain in DATA])
def test_cosem_data_both_ways(octets: str, plain: dict[str, Any]) -> None:
    data, end = decode_data(bytes.fromhex(octets), 0)
    assert end == len(bytes.fromhex(octets))
    assert write_data(data) == plain
    assert read_data(bounded(through_json(plain))) == data


# (a layout, its JSON)
LAYOUTS: list[tuple[Layout, dict[str, Any]]] = [
    (
        DisplayMessage(1, 0, 0xFFFFFFFF, 60, "Hi £".encode()),
        {"message_id": 1, "control": 0, "start_time": 0xFFFFFFFF, "duration": 60, "message": "Hi £"},
    ),
    (
        DisplayMessage(1, 0, 473385600, 60, b"\xff", 3),
        {
            "message_id": 1,
            "control": 0,
            "start_time": "2015-01-01T00:00:00Z",
            "duration": 60,
            "message": {"hex": "ff"},
            "extended_control": 3,
        },
    ),
    (
        PublishChangeOfSupplier(0, 1, 0, 0, 0xFFFFFFFE, 0x1800, b"E-ON", None),
        {
            "current_provider_id": 0,
            "issuer_event_id": 1,
            "tariff_type": 0,
            "proposed_provider_id": 0,
            "implementation_time": 0xFFFFFFFE,
            "control": 0x1800,
            "proposed_provider_name": "452d4f4e",
            "proposed_provider_contact": None,
        },
    ),
    (
        PublishBlockThresholds(0, 1, 0, 2, 0, 1, 1, (BlockThresholds(0x12, (1000, 2000)),)),
        {
            "provider_id": 0,
            "issuer_event_id": 1,
            "start_time": 0,
            "issuer_tariff_id": 2,
            "command_index": 0,
            "total_commands": 1,
            "control": 1,
            "tiers": [{"tier_and_count": 0x12, "thresholds": [1000, 2000]}],
        },
    ),
    (
        PublishTierLabels(0, 1, 2, 0, 1, (TierLabel(1, b"day"),)),
        {
            "provider_id": 0,
            "issuer_event_id": 1,
            "issuer_tariff_id": 2,
            "command_index": 0,
            "total_commands": 1,
            "labels": [{"tier": 1, "label": "646179"}],
        },
    ),
    (
        SetEventConfiguration(1, 0, 0x5B, 0, (0x81AA, 0x81AB)),
        {
            "issuer_event_id": 1,
            "start_time": 0,
            "configuration": 0x5B,
            "control": 0,
            "event_ids": [33194, 33195],
        },
    ),
    (
        PublishPrepaySnapshot(1, 0, 1, 0, 1, 8, 0, b"\x01\x02"),
        {
            "snapshot_id": 1,
            "snapshot_time": 0,
            "total_snapshots_found": 1,
            "command_index": 0,
            "total_commands": 1,
            "cause": 8,
            "payload_type": 0,
            "payload": {"unparsed": "0102"},
        },
    ),
    (
        ReadAttributesResponse(
            (
                AttributeRecord(1, 0, 0x2B, -5),
                AttributeRecord(2, 0x86),
                AttributeRecord(3, 0, 0x41, b"\x01"),
                AttributeRecord(4, 0, 0x42, b"GB"),
                AttributeRecord(5, 0, 0xE2, 473385600),
                AttributeRecord(6, 0, 0xF0, Eui(bytes(range(8)))),
            )
        ),
        {
            "records": [
                {"attribute": 1, "status": 0, "type": 0x2B, "value": -5},
                {"attribute": 2, "status": 0x86},
                {"attribute": 3, "status": 0, "type": 0x41, "value": "01"},
                {"attribute": 4, "status": 0, "type": 0x42, "value": "GB"},
                {"attribute": 5, "status": 0, "type": 0xE2, "value": "2015-01-01T00:00:00Z"},
                {"attribute": 6, "status": 0, "type": 0xF0, "value": "00-01-02-03-04-05-06-07"},
            ]
        },
    ),
]


@pytest.mark.parametrize(("value", "plain"), LAYOUTS, ids=lambda value: type(value).__name__)
def test_layouts_both_ways(value: Layout, plain: dict[str, Any]) -> None:
    assert write_layout(value) == plain
    assert read_layout(type(value), bounded(through_json(plain))) == value
    assert read_layout(type(value), bounded(plain)).to_bytes() == value.to_bytes()


HEADERS = [
    (
        GroupingHeader(
            Cra.RESPONSE, 2**64 - 1, ESME, SUPPLIER, 0x7FFF, bytes.fromhex("07DF0101FF000000008000FF")
        ),
        {"originator_counter": 2**64 - 1, "date_time": "2015-01-01T00:00:00Z"},
    ),
    (
        GroupingHeader(Cra.RESPONSE, 1, ESME, SUPPLIER, 0x7FFF, bytes.fromhex("07DF0101FF00000000800004")),
        {"date_time": {"time": "2015-01-01T00:00:00Z", "clock_status": 4}},
    ),
    (
        GroupingHeader(Cra.RESPONSE, 1, ESME, SUPPLIER, 0x7FFF, bytes.fromhex("FFFFFFFFFFFFFFFFFF8000FF")),
        {"date_time": "ffffffffffffffffff8000ff"},
    ),
    (
        GroupingHeader(Cra.ALERT, 1, ESME, SUPPLIER, 0x7FFF, b"", GSME),
        {"supplementary_remote_party_id": "00-DB-12-34-56-78-90-A1"},
    ),
    (
        GroupingHeader(Cra.RESPONSE, 1, ESME, SUPPLIER, 0x7FFF, b"", GSME, 5, 6),
        {
            "supplementary_remote_party_id": "00-DB-12-34-56-78-90-A1",
            "supplementary_remote_party_counter": 5,
            "supplementary_originator_counter": 6,
        },
    ),
    (
        GroupingHeader(Cra.COMMAND, 1, SUPPLIER, ESME, 0x7FFF, b"", GSME, 5, None, b"\x30\x01\x00"),
        {
            "supplementary_remote_party_id": "00-DB-12-34-56-78-90-A1",
            "supplementary_remote_party_counter": 5,
            "supplementary_remote_party_key_agreement_certificate": "300100",
        },
    ),
]


@pytest.mark.parametrize(("header", "plain"), HEADERS)
def test_headers_both_ways(header: GroupingHeader, plain: dict[str, Any]) -> None:
    original = gbcs.build(header, Unparsed(b"\x00"))
    written = to_json(original)
    assert written.items() >= plain.items()
    assert {name for name in written if name.startswith(("supplementary", "date"))} == set(plain) - {
        "originator_counter"
    }
    assert from_json(through_json(written)) == original


@pytest.mark.parametrize("form", ["unsigned", "unsigned-empty", "signed", "maced"])
def test_forms_both_ways(form: str) -> None:
    protections = {"signed": {"signature": bytes(64)}, "maced": {"mac": bytes(12)}}.get(form, {})
    original = gbcs.build(
        GroupingHeader(Cra.COMMAND, 1, SUPPLIER, ESME, 0x7FFF),
        Unparsed(b""),
        form=gbcs.Form(form),
        **protections,
    )
    written = to_json(original)
    assert written["form"] == form
    assert bytes(from_json(through_json(written))) == bytes(original)


# -- every message, and every value ---------------------------------------------------------------------


def test_every_reference_message_comes_back_the_same() -> None:
    for entry in manifest():
        data = hex_file(shared("rtds") / entry["path"])
        original = gbcs.decode(data)
        # Through two writers of JSON: Python's own and the one that the shell uses.
        for written in (json.dumps(to_json(original)), msgspec.json.encode(to_json(original))):
            back = from_json(json.loads(written))
            assert bytes(back) == data, entry["path"]
            assert back == original, entry["path"]


def leaves() -> st.SearchStrategy[Data]:
    whole = {
        Tag.BOOLEAN: (0, 255),
        Tag.DOUBLE_LONG: (-(2**31), 2**31 - 1),
        Tag.DOUBLE_LONG_UNSIGNED: (0, 2**32 - 1),
        Tag.BCD: (0, 255),
        Tag.INTEGER: (-128, 127),
        Tag.LONG: (-(2**15), 2**15 - 1),
        Tag.UNSIGNED: (0, 255),
        Tag.LONG_UNSIGNED: (0, 2**16 - 1),
        Tag.LONG64: (-(2**63), 2**63 - 1),
        Tag.LONG64_UNSIGNED: (0, 2**64 - 1),
        Tag.ENUM: (0, 255),
    }
    sized = {Tag.FLOAT32: 4, Tag.FLOAT64: 8, Tag.DATE_TIME: 12, Tag.DATE: 5, Tag.TIME: 4}
    strings = (Tag.OCTET_STRING, Tag.VISIBLE_STRING, Tag.UTF8_STRING)
    return st.one_of(
        st.just(Data(Tag.NULL_DATA)),
        *(st.builds(Data, st.just(tag), st.integers(*bounds)) for tag, bounds in whole.items()),
        *(st.builds(Data, st.just(tag), st.binary(min_size=n, max_size=n)) for tag, n in sized.items()),
        *(st.builds(Data, st.just(tag), st.binary(max_size=20)) for tag in strings),
        st.builds(Data, st.just(Tag.OCTET_STRING), cosem_times()),
        st.binary(max_size=9).flatmap(
            lambda octets: st.builds(
                lambda spare: Data(
                    Tag.BIT_STRING, BitString(max(0, 8 * len(octets) - (spare if octets else 0)), octets)
                ),
                st.integers(0, 7),
            )
        ),
        st.lists(st.integers(0, 65535), max_size=5).map(
            lambda numbers: Data(
                Tag.COMPACT_ARRAY,
                CompactArray(
                    TypeDescription(Tag.LONG_UNSIGNED),
                    tuple(Data(Tag.LONG_UNSIGNED, number) for number in numbers),
                ),
            )
        ),
    )


def cosem_times() -> st.SearchStrategy[bytes]:
    """Twelve bytes that are a date-time, or nearly one."""
    parts = (st.integers(0, limit) for limit in (12, 31, 255, 23, 59, 60, 1))
    return st.builds(
        lambda year, status, *rest: year.to_bytes(2, "big") + bytes(rest) + b"\x80\x00" + bytes((status,)),
        st.integers(0, 0xFFFF),
        st.sampled_from([0, 4, 255]),
        *parts,
    )


def any_data() -> st.SearchStrategy[Data]:
    return st.recursive(
        leaves(),
        lambda inner: st.builds(
            Data, st.sampled_from([Tag.ARRAY, Tag.STRUCTURE]), st.lists(inner, max_size=4).map(tuple)
        ),
        max_leaves=12,
    )


@given(any_data())
def test_any_cosem_data_comes_back_the_same(data: Data) -> None:
    assert read_data(bounded(through_json(write_data(data)))) == data


@given(st.lists(any_data(), max_size=4), st.integers(0, 2**32 - 1), st.integers(0, 255))
def test_any_response_comes_back_the_same(values: list[Data], invoke_id: int, result: int) -> None:
    payload = AccessResponse(invoke_id, tuple(AccessResult(Action.GET, result, value) for value in values))
    original = gbcs.build(GroupingHeader(Cra.RESPONSE, 1, ESME, SUPPLIER, 0x0069), payload)
    assert from_json(through_json(to_json(original))) == original


# -- what is for reading only ---------------------------------------------------------------------------


def test_what_is_for_reading_may_be_left_out() -> None:
    plain = {name: value for name, value in PLAIN_18_4.items() if name not in ("use_case", "title", "form")}
    assert bytes(from_json(plain)) == COMMAND_18_4


@pytest.mark.parametrize(
    ("name", "value"), [("use_case", "ECS04a"), ("title", ""), ("alert_code", "0x8F66"), ("use_case", None)]
)
def test_what_is_for_reading_must_not_lie(name: str, value: Any) -> None:
    with pytest.raises(EncodeError) as caught:
        from_json(PLAIN_18_4 | {name: value})
    assert caught.value.field == name


def test_an_alert_says_its_code() -> None:
    alert = message(0x1000, Cra.ALERT, "0F 200007D1 00 02 02 12 8F30 09 0C 07DF0101FF000000008000FF")
    assert to_json(alert)["alert_code"] == "0x8F30"
    assert "alert_code" not in to_json(message(0x1000, Cra.ALERT, "0F 200007D1 00 00"))


def test_a_row_without_a_name_gives_none() -> None:
    alert = to_json(message(0x1000, Cra.ALERT, "0F 200007D1 00 00"))
    assert "use_case" not in alert
    assert alert["title"]
    unknown = to_json(message(0x7FFF, Cra.COMMAND, "00"))
    assert {"use_case", "title"}.isdisjoint(unknown)


def test_a_decrypted_payload_is_added_and_not_read_back() -> None:
    sealed = message(0x0027, Cra.RESPONSE, "DA 200003E8 00 00 01 00 01 03 00")
    opened = AccessResponse(0x200003E8, (AccessResult(Action.ACTION, 0, Data(Tag.UNSIGNED, 7)),))
    written = to_json(sealed, opened)
    assert written["decrypted"] == {
        "access_response": {
            "long_invoke_id_and_priority": "0x200003E8",
            "results": [{"action": {"result": "success", "data": {"unsigned": 7}}}],
        }
    }
    assert from_json(written) == sealed
    assert "decrypted" not in to_json(sealed, sealed.payload)


# -- the document ---------------------------------------------------------------------------------------


def test_the_example_in_the_document_is_true() -> None:
    blocks = re.findall(r"```(\w+)\n(.*?)```", DOCUMENT.read_text(), flags=re.DOTALL)
    found = dict(blocks)
    octets = bytes.fromhex("".join(found["text"].split()))
    assert to_json(gbcs.decode(octets)) == json.loads(found["json"])
    assert bytes(from_json(json.loads(found["json"]))) == octets
