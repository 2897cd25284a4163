"""What bad JSON gets: an error that names the place, and never another one."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import EncodeError
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.json_form import from_json, to_json
from doorstep.gbcs.json_form.at import MAX_DEPTH, MAX_TEXT, MAX_VALUES, At, bounded
from doorstep.gbcs.json_form.cosem import read_data, write_data
from doorstep.gbcs.payloads import asn1
from tests.gbcs.test_jsonform import GSME, PAYLOADS, PLAIN_18_4, PPMID, SUPPLIER, message, through_json


def altered(path: str, value: Any) -> dict[str, Any]:
    """The message of 18.4 with one value changed; a path ends at what is to change."""
    plain: Any = copy.deepcopy(PLAIN_18_4)
    whole = plain
    steps = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path)]
    for step in steps[:-1]:
        plain = plain[step]
    plain[steps[-1]] = value
    assert isinstance(whole, dict)
    return whole


FIRST = "payload.access_request.components[0].action"

# (where, what stands there, the path that the error names where it is another)
WRONG = [
    ("message_code", 0x69, None),
    ("message_code", "0x10000", None),
    ("message_code", "0069", None),
    ("cra_flag", "command", None),
    ("cra_flag", 1, None),
    ("originator_counter", "1", None),
    ("originator_counter", True, None),
    ("originator_counter", -1, None),
    ("originator_counter", 2**64, None),
    ("originator_counter", 10**5000, None),
    ("originator_counter", 1.0, None),
    ("business_originator_id", "12-34", None),
    ("business_target_id", None, None),
    ("form", "signed", None),
    ("form", "sealed", None),
    ("signature", "00", None),
    ("signature", "zz" * 64, None),
    ("mac", "5d832d15b57a56d620f198", None),
    ("mac", [], None),
    ("date_time", "2015-02-30T00:00:00Z", None),
    ("date_time", "2015-01-01", None),
    ("date_time", "00", "date-time"),
    ("date_time", {"time": "2015-01-01T00:00:00Z"}, None),
    ("date_time", {"time": "2015-01-01T00:00:00Z", "clock_status": 256}, "date_time.clock_status"),
    ("supplementary_remote_party_counter", 1, "message"),  # without the party it is of
    ("payload", {}, None),
    ("payload", [], None),
    ("payload", {"dlms": {}}, None),
    ("payload", {"access_request": {}, "unparsed": ""}, None),
    ("payload", {"unparsed": "0"}, "payload.unparsed"),
    ("payload", {"unparsed": "d9"}, "message"),  # which begins another kind of payload
    ("payload", {"asn1": {"type": "JoinDevice.CommandPayload", "value": 1}}, "payload.asn1.value"),
    ("payload.access_request", {"components": []}, None),
    ("payload.access_request.components", {}, None),
    ("payload.access_request.components[0]", {"get": 1}, "payload.access_request.components[0].get"),
    ("payload.access_request.components[0]", {"put": {}}, None),
    ("payload.access_request.components[0]", {}, None),
    (f"{FIRST}.class_id", 65536, None),
    (f"{FIRST}.obis", "0-0:19.10.0", None),
    (f"{FIRST}.obis", "0-0:19.10.0.256", None),
    (f"{FIRST}.method_id", 128, None),
    (f"{FIRST}.attribute_id", 2, FIRST),
    (f"{FIRST}.data", {"double_long": 2**31}, f"{FIRST}.data.double_long"),
    (f"{FIRST}.data", {"double_long": None}, f"{FIRST}.data.double_long"),
    (f"{FIRST}.data", {"long": 1, "unsigned": 1}, None),
    (f"{FIRST}.data", {"word": 1}, None),
    (f"{FIRST}.data", {"null_data": 0}, f"{FIRST}.data.null_data"),
    (f"{FIRST}.data", {"boolean": 256}, f"{FIRST}.data.boolean"),
    (f"{FIRST}.data", {"bit_string": {"length": 9, "bits": "00"}}, f"{FIRST}.data.bit_string"),
    (f"{FIRST}.data", {"octet_string": "0"}, f"{FIRST}.data.octet_string"),
    (f"{FIRST}.data", {"visible_string": {"hex": 1}}, f"{FIRST}.data.visible_string.hex"),
    (f"{FIRST}.data", {"float32": "000000"}, f"{FIRST}.data.float32"),
    (f"{FIRST}.data", {"structure": [{"enum": "a"}]}, f"{FIRST}.data.structure[0].enum"),
    (
        f"{FIRST}.data",
        {"compact_array": {"description": "compact_array", "elements": []}},
        f"{FIRST}.data.compact_array.description",
    ),
    (
        f"{FIRST}.data",
        {"compact_array": {"description": "array", "elements": []}},
        f"{FIRST}.data.compact_array.description",
    ),
    (
        f"{FIRST}.data",
        {"compact_array": {"description": {"structure": ["enum"]}, "elements": [[1, 2]]}},
        f"{FIRST}.data.compact_array.elements[0]",
    ),
    (f"{FIRST}.data", {"compact_array": {"description": "null_data", "elements": [None]}}, "message"),
    ("use_cases", "ECS04b", "message"),
    ("signature\ud800", "", "message"),
]


@pytest.mark.parametrize(("where", "value", "field"), WRONG, ids=[where for where, _value, _field in WRONG])
def test_what_is_wrong_is_named_by_its_path(where: str, value: Any, field: str | None) -> None:
    plain = altered(where, value) if "\ud800" not in where else PLAIN_18_4 | {where: value}
    with pytest.raises(EncodeError) as caught:
        from_json(plain)
    assert caught.value.field == (where if field is None else field)
    assert caught.value.detail


@pytest.mark.parametrize(
    "name", ["message_code", "cra_flag", "originator_counter", "business_target_id", "payload"]
)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(EncodeError, match=name):
        from_json({key: value for key, value in PLAIN_18_4.items() if key != name})


COMPONENT = {
    "extended_header_cluster_id": "0x0705",
    "frame_control": "0x01",
    "transaction_sequence_number": 0,
    "command_identifier": "0x00",
    "command": "SelectAvailableEmergencyCredit",
    "fields": {"issue_time": 0, "originating_device": 2},
    "last": True,
}
TAIL = {"message_code": 1, "originator_counter": 1, "cluster": 0, "frame_control": 0, "command_id": 0}
AT = "payload.gbz.components[0]"

# (a GBZ payload, the path that the error names)
WRONG_GBZ = [
    ({"components": [COMPONENT | {"command": "GetTopUpLog"}]}, f"{AT}.command"),
    ({"components": [COMPONENT | {"command_identifier": "0x7F"}]}, f"{AT}.fields"),
    ({"components": [COMPONENT | {"frame_control": "0x05"}]}, None),
    ({"components": [COMPONENT | {"unparsed": "00"}]}, None),
    ({"components": [COMPONENT | {"fields": {"issue_time": 0, "originating_device": 256}}]}, f"{AT}.fields"),
    ({"components": [COMPONENT | {"fields": {"issue_time": "now"}}]}, f"{AT}.fields.issue_time"),
    (
        {"components": [COMPONENT | {"fields": {"issue_time": "1999-12-31T23:59:59Z"}}]},
        f"{AT}.fields.issue_time",
    ),
    ({"components": [COMPONENT | {"fields": {"site": 0}}]}, f"{AT}.fields"),
    ({"components": [COMPONENT | {"fields": None}]}, f"{AT}.fields"),
    ({"components": [COMPONENT | {"last": 1}]}, f"{AT}.last"),
    ({"components": [COMPONENT | {"reserved": "0x01"}]}, None),
    ({"components": [{k: v for k, v in COMPONENT.items() if k != "fields"}]}, AT),
    ({"components": [COMPONENT | {"ciphered_information": "00" * 12}]}, AT),
    (
        {
            "components": [
                {k: v for k, v in COMPONENT.items() if k not in ("command", "fields")}
                | {
                    "additional_header_control": 0,
                    "additional_header_frame_counter": 0,
                    "ciphered_information": "00",
                }
            ]
        },
        f"{AT}.ciphered_information",
    ),
    (
        {"alert": {"alert_code": "0x8F66", "timestamp": 0, "data": TAIL}, "components": [COMPONENT]},
        "payload.gbz",
    ),
    (
        {"alert": {"alert_code": "0x810E", "timestamp": 0, "data": TAIL}, "components": []},
        "payload.gbz.alert.data",
    ),
    (
        {"alert": {"alert_code": "0x8F66", "timestamp": 0, "unparsed": ""}, "components": []},
        "payload.gbz.alert",
    ),
    ({"alert": {"alert_code": "0x8F66"}, "components": []}, "payload.gbz.alert"),
    ({}, "payload.gbz"),
]


@pytest.mark.parametrize(("payload", "field"), WRONG_GBZ)
def test_what_is_wrong_in_gbz_is_named_by_its_path(payload: dict[str, Any], field: str | None) -> None:
    plain = to_json(message(0x0090, Cra.COMMAND, "0109 01 01 0705 0008 01 00 00 00000000 02", PPMID, GSME))
    with pytest.raises(EncodeError) as caught:
        from_json(plain | {"payload": {"gbz": payload}})
    if field is not None:
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"type": "SetTime.CommandPayload", "value": "00-DB-12-34-56-78-90-99"}, "payload.asn1.type"),
        ({"type": "UnjoinDevice.CommandPayload", "value": "00-DB"}, "payload.asn1.value"),
        ({"type": "UnjoinDevice.CommandPayload"}, "payload.asn1"),
        (
            {
                "type": "UnjoinDevice.CommandPayload",
                "value": "00-DB-12-34-56-78-90-99",
                "departures": [{"before_end": 8, "length_octets": 1}],
            },
            "payload.asn1.departures[0]",
        ),
        (
            {
                "type": "UnjoinDevice.CommandPayload",
                "value": "00-DB-12-34-56-78-90-99",
                "departures": [{"before_end": 7, "length_octets": 2}],
            },
            "payload.asn1.value",
        ),
    ],
)
def test_what_is_wrong_in_asn1_is_named_by_its_path(value: dict[str, Any], field: str) -> None:
    plain = to_json(message(0x0010, Cra.COMMAND, "0408 00DB123456789099"))
    with pytest.raises(EncodeError) as caught:
        from_json(plain | {"payload": {"asn1": value}})
    assert caught.value.field == field


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+23:59", "2015-01-01T00:00:00", "soon", 5])
def test_a_time_of_asn1_that_utc_does_not_have(start: Any) -> None:
    plain = to_json(
        gbcs.build(
            GroupingHeader(Cra.COMMAND, 1, SUPPLIER, GSME, 0x007F),
            asn1.build(
                0x007F,
                Cra.COMMAND,
                {
                    "validity_interval_start": "2015-01-01T00:00:00Z",
                    "validity_interval_end": "2015-01-02T00:00:00Z",
                },
            ),
        )
    )
    plain["payload"]["asn1"]["value"]["validity_interval_start"] = start
    with pytest.raises(EncodeError) as caught:
        from_json(plain)
    assert caught.value.field == "payload.asn1.value"


def nested(depth: int, key: str | None = None) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value] if key is None else {key: [value]}
    return value


@pytest.mark.parametrize(
    "value",
    [
        nested(MAX_DEPTH + 1),
        nested(100_000),
        nested(MAX_DEPTH, "structure"),
        [0] * (MAX_VALUES + 1),
        "0" * (MAX_TEXT + 1),
        2**64,
        -(2**64),
        10**5000,
        "\ud800",
        b"bytes",
        {1: 2},
        (1, 2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_too_much_is_refused_at_once(value: Any) -> None:
    with pytest.raises(EncodeError):
        bounded({"payload": value})
    with pytest.raises(EncodeError):
        from_json(PLAIN_18_4 | {"payload": value})


def test_data_is_as_deep_as_bytes_may_be_and_no_deeper() -> None:
    deepest: dict[str, Any] = {"null_data": None}
    for _ in range(24):
        deepest = {"structure": [deepest]}
    data = read_data(bounded(deepest))
    assert write_data(data) == deepest
    with pytest.raises(EncodeError, match="nested"):
        read_data(bounded({"structure": [deepest]}))


def test_an_error_names_long_keys_in_part() -> None:
    with pytest.raises(EncodeError) as caught:
        At({"k" * 1000: 0}).sole()[1].text()
    assert len(str(caught.value)) < 200


any_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(any_json)
def test_any_json_is_a_message_or_an_error(value: Any) -> None:
    with pytest.raises(EncodeError):
        from_json(value)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a JSON value."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path] * bool(path) + [place for key, inner in members for place in places(inner, (*path, key))]


SAMPLES = [
    PLAIN_18_4,
    *(to_json(message(*param.values[:3])) for param in PAYLOADS),  # type: ignore[arg-type]
]


@given(st.data())
@settings(max_examples=400)
def test_any_edit_of_a_message_gives_a_message_or_an_error(data: st.DataObject) -> None:
    plain = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    *path, last = data.draw(st.sampled_from(places(plain)))
    inner: Any = plain
    for step in path:
        inner = inner[step]
    likely: st.SearchStrategy[Any] = st.sampled_from(
        [0, 1, -1, 255, "", "00", "0x00", "2015-01-01T00:00:00Z", [], {}, True, None]
    )
    inner[last] = data.draw(likely | any_json)
    try:
        read = from_json(plain)
    except EncodeError:
        return
    assert gbcs.decode(bytes(read)) == read
    assert from_json(through_json(to_json(read))) == read
