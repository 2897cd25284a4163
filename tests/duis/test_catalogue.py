"""The catalogue of Service Requests against the published table and the schema."""

from __future__ import annotations

import csv

import pytest
from lxml import etree

from doorstep.duis import catalogue
from doorstep.duis.catalogue import FutureDated, Role, of_body, variant
from doorstep.errors import Unsupported
from tests.reference import shared

XS = "{http://www.w3.org/2001/XMLSchema}"

# The table has once been through a spreadsheet, which took 6.20 for a number; the schema has 6.20.
MISREAD = {"6.20.1": "6.20", "6.20.2": "6.20"}

PATTERNS = {
    "No": FutureDated.NO,
    "DSP": FutureDated.DCC,
    "Device": FutureDated.DEVICE,
    "DSP & Device": FutureDated.DCC_AND_DEVICE,
}


def test_every_row_says_what_the_published_table_says() -> None:
    with shared("spec/service-requests.csv").open(encoding="utf-8") as file:
        published = {row["srv"]: row for row in csv.DictReader(file)}
    assert list(catalogue.VARIANTS) == list(published)
    assert len(published) == 129
    for srv, row in published.items():
        ours = variant(srv)
        assert ours.srv == srv
        assert ours.service_reference == MISREAD.get(srv, row["service_reference"]), srv
        assert ours.name == row["name"], srv
        assert ours.critical == (row["critical"] == "Yes"), srv
        assert ours.future_dated is PATTERNS[row["future_dated_pattern"]], srv
        assert ours.non_device == (row["non_device"] == "Yes"), srv
        assert {role.name for role in ours.roles} == set(row["eligible_roles"].split()), srv
        assert list(ours.command_variants) == [int(number) for number in row["command_variants"].split()], srv
        assert ours.local_delivery == (row["local_delivery_allowed"] == "yes"), srv
        assert ours.body_element == row["body_element"], srv


def enumeration(name: str) -> set[str]:
    root = etree.parse(shared("schema/DUIS-Schema-V5.4.xsd")).getroot()
    (kind,) = (kind for kind in root.iter(f"{XS}simpleType") if kind.get("name") == name)
    return {str(value.get("value")) for value in kind.iter(f"{XS}enumeration")}


def test_the_schema_has_the_same_references() -> None:
    assert set(catalogue.VARIANTS) == enumeration("ServiceReferenceVariant")
    assert {row.service_reference for row in catalogue.VARIANTS.values()} == enumeration("ServiceReference")


def test_the_schema_has_the_same_bodies() -> None:
    root = etree.parse(shared("schema/DUIS-Schema-V5.4.xsd")).getroot()
    (request,) = (kind for kind in root.iter(f"{XS}complexType") if kind.get("name") == "Request")
    (body,) = (node for node in request.iter(f"{XS}element") if node.get("name") == "Body")
    bodies = {node.get("name") for node in body.iter(f"{XS}element")} - {"Body"}
    assert bodies == {row.body_element for row in catalogue.VARIANTS.values()} | {
        catalogue.SIGNED_PRE_COMMAND
    }


def test_a_row() -> None:
    row = variant("7.1")
    assert row.name == "Enable Supply"
    assert row.critical
    assert not row.non_device
    assert row.command_variants == (4, 5, 6, 7)
    assert row.local_delivery
    assert row.roles == {Role.IS}
    assert row is of_body("EnableSupply")


def test_how_many_there_are_of_each_kind() -> None:
    kinds: dict[tuple[int, ...], int] = {}
    for row in catalogue.VARIANTS.values():
        kinds[row.command_variants] = kinds.get(row.command_variants, 0) + 1
    assert kinds == {(1, 2, 3): 75, (4, 5, 6, 7): 36, (8,): 16, (4, 5): 1, (1,): 1}
    assert sum(row.local_delivery for row in catalogue.VARIANTS.values()) == 111


@pytest.mark.parametrize("srv", ["", "7", "7.17", "4.1", "4.1.1 ", "X"])
def test_what_is_not_in_it(srv: str) -> None:
    with pytest.raises(Unsupported, match="is not a Service Reference Variant"):
        variant(srv)


def test_a_signed_pre_command_is_no_services_own_body() -> None:
    with pytest.raises(Unsupported, match="'SignedPreCommand' is not the body"):
        of_body("SignedPreCommand")
