"""Joins and unjoins of every pair of Devices that is known, and the logs of who is joined; DER by hand."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep.duis.element import Element, element
from doorstep.duis.transform import OtherDevice
from doorstep.errors import EncodeError, Unsupported, XmlError
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.usecases import DeviceType
from tests.duis.transform.made import BROKER, COUNTER, METER, USER, message

OTHER = Eui.parse("00-DB-12-34-56-78-90-9A")
CERTIFICATE = bytes.fromhex("3003020105")

ESME, GSME, GPF, CHF = DeviceType.ESME, DeviceType.GSME, DeviceType.GPF, DeviceType.CHF
PPMID, HCALCS, TYPE2, SAPC = DeviceType.PPMID, DeviceType.HCALCS, DeviceType.TYPE2, DeviceType.SAPC


def of(name: str, eui: str = str(OTHER)) -> Element:
    return element(name, element("OtherDeviceID", eui))


CRITICAL, NON_CRITICAL = of("JoinServiceCritical"), of("JoinServiceNonCritical")


def joined(body: Element, device: DeviceType, other: DeviceType | None, **known: Any) -> Message:
    held = {OTHER: OtherDevice(other, CERTIFICATE)}
    return message(body, device_type=device, broker_counter=9, **{"others": held, **known})


def named(made: Message) -> str:
    assert made.use_case is not None
    return made.use_case.name


@pytest.mark.parametrize(
    ("body", "device", "other", "use_case", "method", "kind", "speaks"),
    [
        (CRITICAL, ESME, HCALCS, "CS03A1", 0, 4, USER),
        (CRITICAL, ESME, PPMID, "CS03A1", 0, 5, USER),
        (CRITICAL, HCALCS, ESME, "CS03A2", 1, 1, USER),
        (NON_CRITICAL, PPMID, ESME, "CS03A2", 1, 1, BROKER),
        (NON_CRITICAL, GSME, GPF, "CS03B", 2, 3, USER),
        (NON_CRITICAL, ESME, TYPE2, "CS03B", 2, 6, USER),
        (NON_CRITICAL, GPF, TYPE2, "CS03B", 2, 6, USER),
    ],
)
def test_how_two_devices_are_joined_follows_from_what_they_are(
    body: Element, device: DeviceType, other: DeviceType, use_case: str, method: int, kind: int, speaks: Eui
) -> None:
    made = joined(body, device, other)
    assert named(made) == use_case
    assert made.content.hex() == f"30100201{method:02x}0408{OTHER.hex()}0201{kind:02x}"
    header = made.header
    assert header.business_originator_id == speaks
    assert header.originator_counter == (COUNTER if speaks == USER else 9)
    assert header.supplementary_remote_party_id == (None if speaks == USER else USER)


@pytest.mark.parametrize(
    ("body", "device", "other", "kind", "speaks"),
    [(CRITICAL, GSME, PPMID, 5, USER), (NON_CRITICAL, PPMID, GSME, 0, BROKER)],
)
def test_a_gas_meter_and_a_display_are_sent_each_other_s_certificate(
    body: Element, device: DeviceType, other: DeviceType, kind: int, speaks: Eui
) -> None:
    made = joined(body, device, other)
    assert named(made) == "CS03C"
    assert made.content.hex() == f"30150201030408{OTHER.hex()}0201{kind:02x}{CERTIFICATE.hex()}"
    assert made.header.business_originator_id == speaks


@pytest.mark.parametrize(
    "others", [{}, {METER: OtherDevice(PPMID, CERTIFICATE)}, {OTHER: OtherDevice(PPMID)}]
)
def test_a_join_that_wants_a_certificate_which_is_not_known_is_refused(
    others: dict[Eui, OtherDevice],
) -> None:
    with pytest.raises(Unsupported, match=f"certificate of {OTHER} is not known"):
        joined(CRITICAL, GSME, PPMID, others=others)


def test_a_certificate_that_is_no_sequence_is_refused() -> None:
    with pytest.raises(EncodeError, match="SEQUENCE"):
        joined(CRITICAL, GSME, PPMID, others={OTHER: OtherDevice(PPMID, CERTIFICATE[:-1])})


@pytest.mark.parametrize(
    ("body", "device", "other"),
    [
        (CRITICAL, ESME, ESME),
        (CRITICAL, ESME, GPF),
        (CRITICAL, GSME, HCALCS),
        (CRITICAL, PPMID, ESME),
        (CRITICAL, CHF, ESME),
        (NON_CRITICAL, PPMID, TYPE2),
        (NON_CRITICAL, GPF, PPMID),
        (NON_CRITICAL, SAPC, ESME),
    ],
)
def test_other_pairs_are_refused(body: Element, device: DeviceType, other: DeviceType) -> None:
    with pytest.raises(Unsupported, match=f"no mapping row .* for a {device.value}"):
        joined(body, device, other)


@pytest.mark.parametrize(
    ("use_case", "device", "kind"), [("CS03A1", ESME, 4), ("CS03A2", HCALCS, 1), ("CS03C", GSME, 5)]
)
def test_where_the_other_device_is_not_known_the_first_that_it_may_be_is_taken(
    use_case: str, device: DeviceType, kind: int
) -> None:
    made = joined(CRITICAL, device, None)
    assert named(made) == use_case
    assert f"0408{OTHER.hex()}0201{kind:02x}" in made.content.hex()


@pytest.mark.parametrize(
    ("name", "device", "use_case", "speaks"),
    [
        ("UnjoinServiceCritical", ESME, "CS04AC", USER),
        ("UnjoinServiceCritical", GSME, "CS04AC", USER),
        ("UnjoinServiceCritical", HCALCS, "CS04AC", USER),
        ("UnjoinServiceNonCritical", PPMID, "CS04AC", BROKER),
        ("UnjoinServiceNonCritical", GSME, "CS04B", USER),
        ("UnjoinServiceNonCritical", GPF, "CS04B", USER),
    ],
)
def test_an_unjoin_names_the_other_device(name: str, device: DeviceType, use_case: str, speaks: Eui) -> None:
    made = joined(of(name), device, None)
    assert named(made) == use_case
    assert made.content.hex() == f"0408{OTHER.hex()}"
    assert made.header.business_originator_id == speaks


@pytest.mark.parametrize("name", ["JoinServiceCritical", "JoinServiceNonCritical", "UnjoinServiceCritical"])
@pytest.mark.parametrize("eui", ["", "00-DB", "00-DB-12-34-56-78-90-9A-00", "x" * 23])
def test_what_is_no_identifier_is_refused(name: str, eui: str) -> None:
    with pytest.raises(XmlError, match="OtherDeviceID"):
        message(of(name, eui))


def test_a_body_without_the_other_device_is_refused() -> None:
    with pytest.raises(XmlError, match="OtherDeviceID"):
        message(element("JoinServiceCritical"))


@pytest.mark.parametrize(
    ("device", "speaks"), [(GSME, USER), (ESME, USER), (GPF, USER), (PPMID, BROKER), (HCALCS, BROKER)]
)
def test_a_device_s_own_log_is_asked_for_with_nothing(device: DeviceType, speaks: Eui) -> None:
    made = message(element("ReadDeviceLog"), device_type=device)
    assert (named(made), made.content.hex()) == ("CS07", "0500")
    assert made.header.business_originator_id == speaks


def test_security_details_are_the_hub_s_alone() -> None:
    with pytest.raises(Unsupported, match="for a GSME"):
        message(element("ReadDeviceLog", element("ReadSecurityDetails")), device_type=GSME)


RESTORE = element("RestoreGPFDeviceLog", element("OldGPFID", str(OTHER)))


def test_the_log_of_a_gas_proxy_is_restored_from_what_the_dcc_has_kept() -> None:
    log = ((METER, PPMID), (USER, TYPE2))
    made = message(RESTORE, device_type=GPF, gpf_logs={OTHER: log})
    first, second = f"300d0408{METER.hex()}020105", f"300d0408{USER.hex()}020106"
    assert made.content.hex() == f"3020301e{first}{second}"
    assert message(RESTORE, device_type=GPF, gpf_logs={OTHER: ()}).content.hex() == "30023000"


@pytest.mark.parametrize("logs", [{}, {METER: ()}])
def test_a_log_that_the_dcc_has_not_kept_is_refused(logs: dict[Eui, Any]) -> None:
    with pytest.raises(Unsupported, match=f"Device Log of {OTHER} is not known"):
        message(RESTORE, device_type=GPF, gpf_logs=logs)


def test_a_kind_of_device_that_no_log_has_is_refused() -> None:
    with pytest.raises(Unsupported, match="SAPC"):
        message(RESTORE, device_type=GPF, gpf_logs={OTHER: ((METER, SAPC),)})
