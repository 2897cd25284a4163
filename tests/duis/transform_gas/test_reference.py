"""Open Commands for gas whose requests are not open: they follow from requests that say what they show."""

from __future__ import annotations

import pytest

from doorstep import gbcs
from doorstep.duis.element import Element, element
from doorstep.duis.transform import Known, transform
from doorstep.gbcs.times import from_iso
from tests.duis.transform_gas.bodies import alerts, asked, debt, flow, leaves, log, period
from tests.duis.transform_table import BROKER, CLOCK, DEVICE_TYPES
from tests.reference import hex_file, shared

WITHOUT_REQUEST = {
    "2.2_CS01b/CS01b_2.2_ERROR": element("TopUpDevice", element("UTRN", "12345678910121314156")),
    "2.3_GCS04/GCS04_2.3_ERROR": debt(1000000, 500000, 1000000, 100, (50000, "DAILY"), (50000, "HOURLY")),
    "4.6.1_GCS16a/GCS16a_4.6.1_ERROR": log(
        "RetrieveImportDailyReadLog", "2014-12-29T00:00:04Z", "2016-01-01T00:00:03Z"
    ),
    "4.8.1_GCS17/GCS17_4.8.1_NOT_FOUND": log(
        "ReadActiveImportProfileData", "2013-01-01T00:00:00Z", "2013-07-01T00:30:00Z"
    ),
    "4.17_GCS61/GCS61_4.17_NOT_FOUND": log(
        "RetrieveDailyConsumptionLog", "2030-12-22T00:00:00Z", "2031-01-01T00:00:00Z"
    ),
    "6.7_GCS24/GCS24_6.7_ERROR": flow(UncontrolledGasFlowRate=61680),
    "6.13_CS10a/CS10a_6.13_NOT_FOUND": element(
        "ReadEventOrSecurityLog",
        period("2030-01-26T00:00:00Z", "2030-01-26T07:00:00Z"),
        *leaves(LogToRead="Event"),
    ),
    "6.22_GCS20/GCS20_6.22_ERROR": alerts(
        x810E="W",
        x8161="LA",
        x8162="LA",
        x81AA="WHLA",
        x81AB="WHLA",
        x81BD="WLA",
        x81BE="WLA",
        x81BF="WLA",
        x81C0="WLA",
        x81C4="WHLA",
    ),
}


@pytest.mark.parametrize(("name", "body"), WITHOUT_REQUEST.items(), ids=WITHOUT_REQUEST)
def test_commands_follow_from_requests_that_are_not_open(name: str, body: Element) -> None:
    command = gbcs.decode(hex_file(shared(f"rtds/messages/{name}_COMMAND_GBCS.HEX")))
    header = command.header
    request = asked(
        body,
        originator=header.business_originator_id,
        target=header.business_target_id,
        counter=header.originator_counter,
    )
    device = DEVICE_TYPES[header.business_target_id.hex()[-2:]]
    message = transform(request, Known(BROKER, device_type=device, clock=from_iso(CLOCK)))
    assert bytes(message).hex() == command.grouped.hex()
