"""Whatever the schema allows a request to say is in the Command, or refused, or passed over for a reason.

For each mapping row, a body that becomes its use case is changed in one place after the other: each
optional element left out, each other branch of a choice, each other value of an enumeration, the limits
of numbers. The message has to change with it, or the request to be refused; what is passed over is
written down here.
"""

from __future__ import annotations

from functools import cache

import pytest
from lxml import etree

from doorstep.duis import build_request, catalogue
from doorstep.duis.catalogue import FutureDated
from doorstep.duis.element import Element
from doorstep.duis.transform import ROWS, HubLog, Known, Mapping, OtherDevice, candidates, transform
from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs.times import from_iso
from doorstep.gbcs.usecases import DeviceType
from tests.duis.schema_walk import Decisions, Schema
from tests.duis.transform.made import request
from tests.duis.transform_table import BROKER, CLOCK, TRANSITIONAL_COS
from tests.reference import available, shared

PASSED_OVER = {
    ("1.1.1", "ECS01a"): {"ElecTariffElements/ThresholdMatrix/Thresholds@index"},  # The walk's are all equal.
    ("1.1.1", "GCS01a"): {
        "PriceElements/GasPriceElements/BlockTariff/NumberOfThresholds",
        "GasTariffElements/ThresholdMatrix/BlockThreshold",
        "GasTariffElements/ThresholdMatrix/BlockThreshold#",
        "GasTariffElements/ThresholdMatrix/BlockThreshold@index",
    },
    ("1.5", "ECS04a"): {"PrepaymentMode|CreditMode"},
    ("6.23", "CS02b"): {"ImportMPxN"},
    ("8.11", "CCS01"): {
        f"AddDeviceToCHFWhitelist/{name}{what}"
        for name in ("ImportMPxN", "SecondaryImportMPAN", "ExportMPAN")
        for what in ("", "#")
    },
}
"""The places that do not show in the message; ``docs/transform-gaps.md`` has the reasons."""

BY_THE_DCC = {"ExecutionDateTime", "ExecutionDateTime#"}
"""The places that do not show where the DCC holds a request until it is due."""

NETWORK_OPERATOR = {
    "RemotePartyRole": 1,
    "RemotePartyPrepaymentTopUpFloorSeqNumber#": 1,
    "ReplacementCertificates/KeyAgreementTopUpCertificate#": 1,
    "ReplacementCertificates/SupplierOrNetworkOperatorCertificates/KeyAgreementTopUpCertificate#": 1,
}
STARTS: tuple[Decisions, ...] = (
    {},
    {"RequestType": 1, "AddDeviceToCHFWhitelist#": 1},
    {"ElecTariffElements|GasTariffElements": 1, "PriceElements/ElectricityPriceElements|GasPriceElements": 1},
    {"ElecTariffElements|GasTariffElements": 1, "PriceElements/ElectricityPriceElements|GasPriceElements": 1,
     "PriceElements/GasPriceElements/BlockTariff|TOUTariff": 1},
    {"SinglePhaseVoltageSettings|PolyPhaseVoltageSettings": 1},
    {"SinglePhaseVoltageSettings|PolyPhaseVoltageSettings": 1,
     "RMSVoltageCountersNotReset#": 1},
    NETWORK_OPERATOR,
    NETWORK_OPERATOR | {"RemotePartyRole": 6},
)  # fmt: skip
"""Where to begin, for the rows that are more than one decision away from the first body there is."""

OTHERS = tuple(Eui.parse(f"00-DB-12-34-56-78-90-0{number}") for number in (1, 2))
"""The identifiers that a body of the walk has."""


@cache
def walk() -> Schema:
    return Schema()


def outcome(row: Mapping, body: Element) -> bytes | str:
    """What the body becomes by this row: the message, or why it does not."""
    known = Known(
        BROKER,
        broker_counter=5,
        transitional_cos=TRANSITIONAL_COS,
        transitional_cos_counter=6,
        device_type=row.device_type,
        use_cases=frozenset({row.use_case.name}),
        clock=from_iso(CLOCK),
        others={name: OtherDevice(row.other, b"\x30\x00") for name in OTHERS},
        hub_logs={name: HubLog(bytes(8), ((name, b""),)) for name in OTHERS},
        gpf_logs={name: ((name, DeviceType.PPMID),) for name in OTHERS},
    )
    try:
        chosen = candidates(request(body), known)
        message = transform(request(body), known)
    except DoorstepError as error:
        return str(error)
    return message.grouped if chosen[0] is row else "another row"


@cache
def accepted(row: Mapping) -> Decisions:
    """Decisions for a body that becomes the row's use case."""
    name = catalogue.variant(row.variant).body_element
    for start in STARTS:
        begin = {f"{name}/{place}": number for place, number in start.items()}
        tries = [begin, *(variation.decisions for variation in walk().variations(name, begin))]
        for decisions in tries:
            if isinstance(outcome(row, walk().make(name, decisions).body), bytes):
                return decisions
    raise AssertionError(f"no body becomes {row.use_case.name}")


@cache
def passed_over(row: Mapping) -> set[str]:
    """The places, below the body, that the message is the same for whatever they say."""
    name = catalogue.variant(row.variant).body_element
    base = accepted(row)
    made = {_key(base): outcome(row, walk().make(name, base).body)}
    found = set()

    def becomes_a_message(decisions: Decisions) -> bool:
        return isinstance(made[_key(decisions)], bytes)

    for variation in walk().variations(name, base, becomes_a_message):
        after = made[_key(variation.decisions)] = outcome(row, variation.body)
        if isinstance(after, bytes) and after == made[_key(variation.base)]:
            found.add(variation.place.partition("/")[2])
    return found


def _key(decisions: Decisions) -> frozenset[tuple[str, int]]:
    return frozenset(decisions.items())


@cache
def distinct_rows() -> list[Mapping]:
    """One row for each use case of a service that a body can decide for, and each pair of Devices to join."""
    rows = {(row.variant, row.use_case.code, row.other, row.basis): row for row in ROWS}
    return list(rows.values()) if available() else []


@pytest.mark.parametrize("row", distinct_rows(), ids=lambda row: f"{row.variant}-{row.use_case.name}")
def test_nothing_that_the_schema_allows_is_passed_over_but_for_a_reason(row: Mapping) -> None:
    held = catalogue.variant(row.variant).future_dated is FutureDated.DCC
    allowed = PASSED_OVER.get((row.variant, row.use_case.name), set()) | (BY_THE_DCC if held else set())
    assert passed_over(row) - allowed == set()


def test_what_is_passed_over_is_so_still() -> None:
    """No place stands in the list that shows in the message by now."""
    shared("schema/DUIS-Schema-V5.4.xsd")
    found: dict[tuple[str, str], set[str]] = {}
    for row in distinct_rows():
        if (row.variant, row.use_case.name) in PASSED_OVER:
            found.setdefault((row.variant, row.use_case.name), set()).update(passed_over(row) - BY_THE_DCC)
    assert found == PASSED_OVER


def test_the_bodies_of_the_walk_are_what_the_schema_allows(schema: etree.XMLSchema) -> None:
    for row in distinct_rows():
        body = walk().make(catalogue.variant(row.variant).body_element, accepted(row)).body
        schema.assertValid(etree.fromstring(build_request(request(body))))
