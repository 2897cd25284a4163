"""Logs and encrypted readings: period, protection parameters, and Users that a Device does not know."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import EncodeError, Unsupported, XmlError
from tests.duis.transform.made import BROKER, COUNTER, METER, USER, made, message

START, END = "2014-12-22T09:30:00.00Z", "2015-01-01T00:00:00.00Z"
CERTIFICATE = element("KAPublicSecurityCredentials", "MAMCAQE=")

# Written by hand from gbcs-messages.md, section 7.1: encrypt, transaction, originator, recipient, agreed key.
PROTECTION = (
    "0101 0202 1602 0205 0909 04{counter:016X} 0908 {user} 0908 {meter} 0900 0202 1602 0202 090102 0900"
).replace(" ", "")


def protection(counter: int) -> str:
    return PROTECTION.format(counter=counter, user=USER.hex().upper(), meter=METER.hex().upper())


def log(name: str, start: str = START, end: str = END, *more: Element) -> Element:
    period = element("ReadLogPeriod", element("StartDateTime", start), element("EndDateTime", end))
    return element(name, period, *more)


def test_entries_are_chosen_by_their_time_in_seconds_since_2000() -> None:
    """5,469 days and 9.5 hours after 2000 began, and 5,479 days after."""
    column = "0204 120001 090600005E2C64FF 0F02 120000"
    chosen = f"01 0204 {column} 06{5_469 * 86_400 + 34_200:08X} 06{5_479 * 86_400:08X} 0100".replace(" ", "")
    assert made(log("RetrieveBillingDataLogDebtPayments")) == [f"GET 7 0-0:98.1.4.255 2 {chosen}"]


def test_an_encrypted_log_is_restricted_to_the_period() -> None:
    restriction = "1601 0202 090C07DE0C16FF091E00008000FF 090C07DF0101FF000000008000FF"
    wanted = f"0101 0205 120007 09060000630103FF 0F02 120000 0202 {restriction}".replace(" ", "")
    assert made(log("RetrieveDailyConsumptionLog")) == [
        f"ACTION 30 0-0:43.2.4.255 1 0202{wanted}{protection(COUNTER)}"
    ]


def test_an_encrypted_value_is_not_restricted() -> None:
    wanted = "0101 0205 120001 090600005E2C220A 0F02 120000 0202 1600 00".replace(" ", "")
    assert made(element("ReadInstantaneousImportRegisters")) == [
        f"ACTION 30 0-0:43.2.8.255 1 0202{wanted}{protection(COUNTER)}"
    ]


def test_a_user_that_the_device_does_not_know_sends_its_certificate_through_the_broker() -> None:
    command = message(log("ReadPrepaymentDailyReadLog", START, END, CERTIFICATE), broker_counter=77)
    header = command.header
    assert (header.business_originator_id, header.originator_counter) == (BROKER, 77)
    assert header.supplementary_remote_party_id == USER
    assert header.supplementary_remote_party_counter == COUNTER
    assert header.supplementary_certificate.hex() == "3003020101"
    assert command.content.hex().upper().endswith(protection(77))


def test_a_user_that_the_device_knows_is_the_originator() -> None:
    header = message(log("ReadPrepaymentDailyReadLog"), broker_counter=77).header
    assert (header.business_originator_id, header.originator_counter) == (USER, COUNTER)
    assert header.supplementary_remote_party_id is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (element("RetrieveDailyConsumptionLog"), XmlError),
        (log("RetrieveDailyConsumptionLog", start="yesterday"), XmlError),
        (log("RetrieveDailyConsumptionLog", end="2015-01-01T00:00:00.25Z"), Unsupported),
        (log("RetrieveBillingDataLogDebtPayments", start="1999-12-31T23:59:59Z"), EncodeError),
        (log("RetrieveBillingDataLogDebtPayments", end="3000-12-31T00:00:00Z"), EncodeError),
        (log("ReadPrepaymentDailyReadLog", START, END, element(CERTIFICATE.name, "!")), XmlError),
    ],
)
def test_a_period_that_cannot_be_written_is_refused(body: Element, error: type[Exception]) -> None:
    with pytest.raises(error):
        made(body)
