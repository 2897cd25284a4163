"""The tables of names: complete against the facts, consistent with the languages, and harmless."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.gbcs.header import Cra
from doorstep.gbcs.names import readings
from doorstep.gbcs.names.alert_contents import ALERT_CONTENTS
from doorstep.gbcs.names.alerts import ALERTS, OLD_NUMBERS, alert, numbered_alert
from doorstep.gbcs.names.cosem_classes import CLASSES
from doorstep.gbcs.names.cosem_items import Item
from doorstep.gbcs.names.cosem_objects import OBJECTS, PROTECTED_DATA
from doorstep.gbcs.names.results import RESULTS
from doorstep.gbcs.names.scripts import script
from doorstep.gbcs.names.units import NO_UNIT, UNITS
from doorstep.gbcs.names.zcl_attributes import ATTRIBUTES
from doorstep.gbcs.names.zcl_fields import FIELDS, PRICES
from doorstep.gbcs.payloads.axdr import BitString, Data, Tag
from doorstep.gbcs.payloads.dlms import Obis
from doorstep.zigbee.clusters import CLUSTERS
from tests.reference import shared

# -- complete against the facts -------------------------------------------------------------------------


def test_every_alert_of_the_facts_has_a_name_of_its_own() -> None:
    with shared("spec/alert-codes.csv").open(newline="") as file:
        codes = {int(row["alert_code"], 16) for row in csv.DictReader(file)}
    assert set(ALERTS) == codes
    assert len(set(ALERTS.values())) == len(ALERTS)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (0x8F66, "Future-date HAN Interface Command Successfully Actioned"),
        (0x8002, "Average RMS Voltage rises above Average RMS Over Voltage Threshold"),
        (0x8086, "Average RMS Voltage returns below Average RMS Over Voltage Threshold on Phase 1"),
        (0x8F0F, "Credit Below Disablement Threshold in prepayment mode"),
        (0x8054, "Immediate HAN Interface Command Received and Successfully Actioned"),  # as it was numbered
        (0x0000, ""),
    ],
)
def test_alerts_by_number(code: int, name: str) -> None:
    assert alert(code) == name
    assert numbered_alert(code) == f"0x{code:04X} {name}".rstrip()


def test_old_numbers_lead_to_names() -> None:
    assert set(OLD_NUMBERS.values()) <= set(ALERTS)
    assert not set(OLD_NUMBERS) & set(ALERTS)


def components() -> Iterator[tuple[str, str, int, str, str, int]]:
    """Every DLMS component of the facts: use case, what to do, class, object, kind of index, index."""
    with shared("spec/use-case-payloads.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            for part in row["ordered_components"].split(" | "):
                found = re.fullmatch(r"(\w+) class=(\d+) obis=(\S+) (attr|method)=(\d+)", part)
                if found:
                    yield row["use_case"], found[1], int(found[2]), found[3], found[4], int(found[5])


def test_every_object_and_attribute_of_the_facts_has_a_name() -> None:
    seen = 0
    for use_case, action, class_id, obis, kind, index in components():
        assert Obis.parse(obis) in OBJECTS, f"{use_case} {action} {obis}"
        row = CLASSES[class_id]
        item = (row.methods if kind == "method" else row.attributes).get(index)
        assert item is not None, f"{use_case} class {class_id} {kind} {index}"
        assert item.name, f"{use_case} class {class_id} {kind} {index}"
        seen += 1
    assert seen > 400


def test_objects_have_names_of_their_own() -> None:
    names = [known.name for known in OBJECTS.values()]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert all(names)


def test_protected_objects_are_objects() -> None:
    assert set(PROTECTED_DATA) <= set(OBJECTS)


def test_alerts_with_contents_have_names() -> None:
    assert set(ALERT_CONTENTS) <= set(ALERTS)


# -- consistent with the languages ----------------------------------------------------------------------


@pytest.mark.parametrize(("layout", "field"), [*FIELDS, *PRICES])
def test_fields_exist(layout: Any, field: str) -> None:
    assert field in layout.__struct_fields__


@pytest.mark.parametrize(("cluster", "attribute"), list(ATTRIBUTES))
def test_attributes_exist(cluster: int, attribute: int) -> None:
    assert CLUSTERS[cluster].attribute(attribute) is not None


# -- single names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "success"),
        (1, "hardware_fault"),
        (4, "object_undefined"),
        (11, "object_unavailable"),
        (12, "type_unmatched"),
        (250, "other_reason"),
    ],
)
def test_results_have_their_dlms_numbers(number: int, name: str) -> None:
    assert RESULTS[number] == name


def test_results_are_told_apart_by_name() -> None:
    assert len(set(RESULTS.values())) == len(RESULTS)


@pytest.mark.parametrize(
    ("number", "unit"), [(27, "W"), (30, "Wh"), (32, "varh"), (13, "m³"), (255, "no unit")]
)
def test_units_have_their_cosem_numbers(number: int, unit: str) -> None:
    assert UNITS[number] == unit


def test_no_unit_is_a_unit_too() -> None:
    assert set(NO_UNIT) <= set(UNITS)


@pytest.mark.parametrize(
    ("table", "selector", "words"),
    [
        ("0-0:10.0.106.255", 51, "enable supply"),
        ("0-0:10.0.106.255", 52, "disable supply"),
        ("0-0:10.0.106.255", 54, "arm supply"),
        ("0-0:10.0.106.255", 53, ""),
        ("0-0:10.0.100.255", 99, "reset the block counters"),
        ("0-0:10.0.100.255", 48, "time of use register 48"),
        ("0-0:10.0.100.255", 101, "block register 1"),
        ("0-0:10.0.100.255", 204, "time of use register of the secondary element 4"),
        ("0-0:10.0.100.255", 0, ""),
        ("0-0:10.0.103.255", 0x0111, "switch 1 on for a time"),
        ("0-0:10.0.103.255", 0x0312, "switch 3 off for a time"),
        ("0-0:10.0.103.255", 0x0520, "switch 5 back to its calendar"),
        ("0-0:10.0.103.255", 0x0601, ""),
        ("0-0:10.0.103.255", 0x1564, "auxiliary controller 5 at 100 %"),
        ("0-0:10.0.103.255", 0x11B2, "auxiliary controller 1 at 50 %"),
        ("0-0:10.0.107.255", 0x2332, "auxiliary controller 3 at 50 %, input from its load"),
        ("0-0:10.0.107.255", 0x2365, ""),
        ("0-0:10.0.99.255", 1, ""),
    ],
)
def test_scripts(table: str, selector: int, words: str) -> None:
    assert script(Obis.parse(table), selector) == words


# -- readings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "£0.00"),
        (250000, "£2.50"),
        (-500000, "-£5.00"),
        (1, "£0.00001"),
        (-1, "-£0.00001"),
        (123456789, "£1,234.56789"),
        (100000, "£1.00"),
        (None, ""),
        (b"\x01", ""),
    ],
)
def test_money_is_in_thousandths_of_a_penny(value: Any, words: str) -> None:
    assert readings.money(value) == words


@pytest.mark.parametrize(
    ("value", "exponent", "words"),
    [(5, 0, "5"), (5, 3, "5000"), (5, -1, "0.5"), (-5, -2, "-0.05"), (500, -2, "5"), (0, -5, "0")],
)
def test_scaled_numbers_are_exact(value: int, exponent: int, words: str) -> None:
    assert readings.scaled(value, exponent) == words


@pytest.mark.parametrize(
    ("reading", "value", "words"),
    [
        (readings.date_time, "0000000000000000008000FF", "now"),
        (readings.date_time, "FFFFFFFFFFFFFFFFFF8000FF", "never: cancels what is pending"),
        (readings.date_time, "07EE010FFF090000008000FF", "2030-01-15T09:00:00Z"),
        (readings.date_time, "07EE010FFF09000000800000", "2030-01-15T09:00:00Z, clock reliable"),
        (readings.date_time, "07EE010FFF09000000800004", "2030-01-15T09:00:00Z, clock status 0x04"),
        (readings.date_time, "FFFF0C19FF00FFFFFF8000FF", "*-12-25 00:*:*"),
        (readings.date_time, "00", ""),
        (readings.date, "FFFF0C19FF", "*-12-25"),
        (readings.date, "07DF0501FF", "2015-05-01"),
        (readings.date, "07DF050105", "2015-05-01 Friday"),
        (readings.date, "07DF05", ""),
        (readings.time_of_day, "07000000", "07:00"),
        (readings.time_of_day, "173B1E00", "23:59:30"),
        (readings.time_of_day, "FFFF0000", "*:*"),
        (readings.eui, "00DB1234567890A0", "00-DB-12-34-56-78-90-A0"),
        (readings.eui, "00", ""),
        (readings.text, "77696E746572", '"winter"'),
        (readings.text, "", "empty"),
        (readings.text, "0A", ""),
        (readings.text, "FF", ""),
    ],
)
def test_readings_of_octets(reading: readings.Reading, value: str, words: str) -> None:
    assert reading(bytes.fromhex(value)) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "now"),
        (0xFFFFFFFF, "never: cancels what is pending"),
        (0xFFFFFFFE, "never: cancels what is pending"),
        (473385600, "2015-01-01T00:00:00Z"),
        (-1, ""),
        (2**32, ""),
    ],
)
def test_seconds_since_2000(value: int, words: str) -> None:
    assert readings.utc2000(value) == words


def test_other_readings() -> None:
    assert readings.percent(5000) == "50 %"
    assert readings.quantity("W")(6900) == "6900 W"
    assert readings.truth(0xFF) == "true"
    assert readings.truth(0) == "false"
    assert readings.bits(BitString(3, b"\xe0")) == "111"
    assert readings.bits(BitString(65, bytes(9))) == ""
    assert readings.member(Cra)(3) == "alert"
    assert readings.member(Cra)(9) == ""
    assert readings.money_unless("none", -1)(-1) == "none"
    assert readings.money_unless("none", -1)(100000) == "£1.00"


def test_flags_have_names_or_numbers() -> None:
    reading = ATTRIBUTES[0x0705, 0x0003]
    assert reading(0) == "none"
    assert reading(0b11) == "credit ok, low credit"
    assert reading(0x81) == "credit ok, bit 7"


anything = st.one_of(
    st.none(),
    st.integers(-(2**64), 2**64),
    st.binary(max_size=30),
    st.just(BitString(8, b"\x01")),
)


def all_readings() -> list[readings.Reading]:
    """Every reading that a table names."""

    def of(item: Item) -> Iterator[readings.Reading]:
        yield item.reads
        for part in item.items:
            yield from of(part)

    rows = [item for row in CLASSES.values() for item in (*row.attributes.values(), *row.methods.values())]
    rows += [known.value for known in OBJECTS.values()]
    rows += [*PROTECTED_DATA.values(), *(item for items in ALERT_CONTENTS.values() for item in items)]
    in_items = (reading for item in rows for reading in of(item))
    return [*in_items, *FIELDS.values(), *ATTRIBUTES.values(), alert, numbered_alert]


@given(anything)
def test_no_reading_fails_whatever_it_is_given(value: Any) -> None:
    for reading in all_readings():
        assert isinstance(reading(value), str)


any_structure = st.recursive(
    st.just(Data(Tag.NULL_DATA))
    | st.builds(Data, st.just(Tag.INTEGER), st.integers(-128, 127))
    | st.builds(Data, st.just(Tag.OCTET_STRING), st.binary(max_size=6)),
    lambda inner: st.builds(Data, st.just(Tag.STRUCTURE), st.lists(inner, max_size=4).map(tuple)),
    max_leaves=8,
)


@given(any_structure)
def test_no_item_fails_whatever_it_looks_into(data: Data) -> None:
    rows = [item for row in CLASSES.values() for item in (*row.attributes.values(), *row.methods.values())]
    for item in (*rows, *PROTECTED_DATA.values()):
        for part in item.parts(data):
            assert isinstance(part.reads(data.value), str)


def test_the_language_itself_loads_neither_names_nor_views() -> None:
    program = (
        "import sys, doorstep.gbcs;"
        "print(*(m for m in sys.modules if m.startswith(('doorstep.gbcs.names', 'doorstep.gbcs.view',"
        " 'doorstep.gbcs.json_form'))))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []
