"""The words that rows are made of: what each lets through, what it refuses, and plain values both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from doorstep.duis.bodies import BODIES, build, check, read
from doorstep.duis.bodies.shape import (
    ANYTHING,
    EMPTY,
    Shape,
    attributed,
    choice,
    elements,
    indexed,
    one,
    optional,
    optionally,
    sequence,
    some,
)
from doorstep.duis.element import Element, element
from doorstep.duis.simple_type import BOOLEAN, DATE, DATE_TIME, TIME, decimal, integer, text
from doorstep.errors import EncodeError

NUMBER = integer(0, 9)
HOUSE = elements(
    optional("Name", text(1, 5)),
    one("Number", NUMBER),
    some("Room", indexed(NUMBER, 3), 1, 2),
    choice(one("Gas", EMPTY), sequence(one("Volts", NUMBER), optional("Amps", NUMBER))),
    optionally(sequence(one("Key", NUMBER), one("Lock", NUMBER))),
)
ROOM = element("Room", "1", index=1)
NUMBERED = element("Number", "7")


def house(*content: Element) -> Element:
    return element("House", *content)


@pytest.mark.parametrize(
    "content",
    [
        (NUMBERED, ROOM, element("Gas")),
        (element("Name", "Ash"), NUMBERED, ROOM, ROOM, element("Volts", "9")),
        (NUMBERED, ROOM, element("Volts", "9"), element("Amps", "0")),
        (NUMBERED, ROOM, element("Gas"), element("Key", "1"), element("Lock", "2")),
    ],
)
def test_what_fits(content: tuple[Element, ...]) -> None:
    check(house(*content), HOUSE)
    assert build("House", HOUSE, read(house(*content), HOUSE)) == house(*content)


@pytest.mark.parametrize(
    ("content", "path", "said"),
    [
        ((), "House", "Number is missing (nothing is left)"),
        ((ROOM,), "House", "Number is missing (found Room)"),
        ((element("Name", "Ash"),), "House", "Number is missing (nothing is left)"),
        ((NUMBERED, element("Gas")), "House", "Room is missing (found Gas)"),
        ((NUMBERED, ROOM), "House", "Gas or Volts is missing (nothing is left)"),
        ((NUMBERED, ROOM, ROOM, ROOM, element("Gas")), "House", "Gas or Volts is missing (found Room)"),
        ((NUMBERED, ROOM, element("Gas"), element("Volts", "1")), "House/Volts", "out of place"),
        ((NUMBERED, ROOM, element("Gas"), element("Key", "1")), "House", "Lock is missing (nothing is left)"),
        ((NUMBERED, ROOM, element("Gas"), element("Lock", "1")), "House/Lock", "out of place"),
        ((NUMBERED, element("Name", "Ash"), ROOM), "House", "Room is missing (found Name)"),
        ((NUMBERED, ROOM, element("Gas", "x")), "House/Gas", "no text belongs here"),
        ((NUMBERED, ROOM, element("Gas", " ")), "House/Gas", "no text belongs here"),
        ((NUMBERED, ROOM, element("Gas", element("Number"))), "House/Gas/Number", "out of place"),
        ((element("Number", element("Number")),), "House/Number/Number", "only text belongs here"),
        ((element("Number", "10"),), "House/Number", "10 is not from 0 to 9"),
        ((element("Name", "Cedar-"),), "House/Name", "'Cedar-' is not text of 1 to 5 characters"),
        ((element("Number", "1", index=1),), "House/Number/@index", "does not belong here"),
        ((element("{urn:x}Number", "1"),), "House", "Number is missing (found {urn:x}Number)"),
        ((NUMBERED, element("Room", "1")), "House/Room[1]", "the attribute index is missing"),
        ((NUMBERED, ROOM, element("Room", "1", index=4)), "House/Room[2]/@index", "4 is not from 1 to 3"),
        (
            (NUMBERED, element("Room", "1", index=1, **{"{urn:x}index": "1"})),
            "House/Room[1]/@{urn:x}index",
            "does not belong here",
        ),
    ],
)
def test_what_does_not_fit_is_named(content: tuple[Element, ...], path: str, said: str) -> None:
    with pytest.raises(EncodeError) as refused:
        check(house(*content), HOUSE)
    assert refused.value.field == path
    assert said in refused.value.detail


def test_white_space_may_stand_where_elements_may() -> None:
    check(element("A", "\n  "), elements(optional("B", EMPTY)))
    with pytest.raises(EncodeError, match="A: no text belongs here"):
        check(element("A", " text "), elements(optional("B", EMPTY)))


def test_anything_is_not_looked_into() -> None:
    foreign = element("{urn:x}A", element("B", "c", d=1))
    check(foreign, ANYTHING)
    assert build("{urn:x}A", ANYTHING, foreign) is foreign is read(foreign, ANYTHING)
    wrongs: tuple[object, ...] = (element("B"), {}, None)
    for wrong in wrongs:
        with pytest.raises(EncodeError, match="an Element of the name"):
            build("{urn:x}A", ANYTHING, wrong)


# -- plain values -----------------------------------------------------------------------------------


def test_each_kind_of_value_has_a_form() -> None:
    values = {"Number": 7, "Room": [{"index": 1, "value": 2}, {"index": 3, "value": 4}], "Gas": {}}
    made = house(NUMBERED, element("Room", "2", index=1), element("Room", "4", index=3), element("Gas"))
    assert build("House", HOUSE, values) == made
    assert read(made, HOUSE) == values


@pytest.mark.parametrize(
    ("shape", "value", "text", "read_back"),
    [
        (BOOLEAN, True, "true", True),
        (BOOLEAN, "1", "true", True),
        (integer(-5, 5), "-5", "-5", -5),
        (DATE_TIME, datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00.000Z", 1_769_860_800_000),
        (DATE_TIME, 1_769_860_800_000, "2026-01-31T12:00:00.000Z", 1_769_860_800_000),
        (DATE, date(2026, 1, 31), "2026-01-31", "2026-01-31"),
        (DATE, "65535-12-31Z", "65535-12-31", "65535-12-31"),
        (TIME, time(9, 30), "09:30:00Z", time(9, 30)),
        (decimal("0", "42949.67295", 5), Decimal("1.02264"), "1.02264", Decimal("1.02264")),
        (decimal("0.5", "2", 1), "2", "2.0", Decimal(2)),
    ],
)
def test_values_of_the_schemas_types(shape: Any, value: object, text: str, read_back: object) -> None:
    made = build("A", elements(one("B", shape)), {"B": value})
    assert made == element("A", element("B", text))
    assert read(made, elements(one("B", shape))) == {"B": read_back}


def test_none_is_left_out() -> None:
    values: dict[str, object] = {
        "Name": None,
        "Number": 7,
        "Room": [{"index": 1, "value": 1}],
        "Gas": {},
        "Volts": None,
    }
    assert build("House", HOUSE, values) == house(NUMBERED, ROOM, element("Gas"))


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"Number": None}, "House", "Number is missing"),
        ({"Number": 10}, "House/Number", "10 is not from 0 to 9"),
        ({"Number": "ten"}, "House/Number", "'ten' is not a decimal number"),
        ({"Number": True}, "House/Number", "a bool is not a number from 0 to 9"),
        ({"Number": 7.0}, "House/Number", "a float is not a number from 0 to 9"),
        ({"Number": [7]}, "House/Number", "a list is not a number from 0 to 9"),
        ({"Name": 5}, "House/Name", "a int is not text of 1 to 5 characters"),
        ({"Name": ""}, "House/Name", "'' is not text of 1 to 5 characters"),
        ({"Room": {"index": 1, "value": 1}}, "House/Room", "a list is wanted, not a dict"),
        ({"Room": []}, "House/Room", "0 of them are not 1 to 2"),
        ({"Room": [{"index": 1, "value": 1}] * 3}, "House/Room", "3 of them are not 1 to 2"),
        ({"Room": [{"index": 1, "value": 1}, 2]}, "House/Room[2]", "a mapping is wanted, not a int"),
        ({"Room": [{"value": 1}]}, "House/Room[1]", "index is missing"),
        ({"Room": [{"index": 1}]}, "House/Room[1]", "value is missing"),
        ({"Room": [{"index": 9, "value": 1}]}, "House/Room[1]/@index", "9 is not from 1 to 3"),
        ({"Gas": None}, "House", "Gas or Volts is missing"),
        ({"Gas": True}, "House/Gas", "a mapping is wanted, not a bool"),
        ({"Gas": {"value": 1}}, "House/Gas/value", "does not belong here"),
        ({"Volts": 1}, "House", "Gas and Volts exclude each other"),
        ({"Key": 1}, "House", "Lock is missing"),
        ({"Colour": "red"}, "House/Colour", "does not belong here"),
        ({7: "red"}, "House/7", "does not belong here"),
    ],
)
def test_a_value_that_does_not_fit_is_named(change: dict[str, object], path: str, said: str) -> None:
    fine: dict[str, object] = {"Number": 7, "Room": [{"index": 1, "value": 1}], "Gas": {}}
    with pytest.raises(EncodeError) as refused:
        build("House", HOUSE, fine | change)
    assert refused.value.field == path
    assert said in refused.value.detail


def test_a_moment_needs_its_time_zone() -> None:
    with pytest.raises(EncodeError, match="does not say in which time zone"):
        build("A", elements(one("B", DATE_TIME)), {"B": datetime(2026, 1, 31)})


@pytest.mark.parametrize("shape", [elements(), EMPTY, attributed(EMPTY, index=NUMBER)])
@pytest.mark.parametrize("value", [None, 1, "text", [], object()])
def test_a_mapping_is_wanted(shape: Shape, value: object) -> None:
    with pytest.raises(EncodeError, match="a mapping is wanted"):
        build("A", shape, value)


def test_a_real_body_both_ways() -> None:
    values = {
        "ExecutionDateTime": 1_769_860_800_000,
        "Prepayment": {
            "SuspendDebtDisabled": False,
            "SuspendDebtEmergency": True,
            "DisablementThreshold": -500,
        },
    }
    made = build("UpdatePaymentMode", BODIES["UpdatePaymentMode"], values)
    assert made == element(
        "UpdatePaymentMode",
        element("ExecutionDateTime", "2026-01-31T12:00:00.000Z"),
        element(
            "Prepayment",
            element("SuspendDebtDisabled", "false"),
            element("SuspendDebtEmergency", "true"),
            element("DisablementThreshold", "-500"),
        ),
    )
    assert read(made, BODIES["UpdatePaymentMode"]) == values
