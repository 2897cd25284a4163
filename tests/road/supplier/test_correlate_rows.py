"""Correlation of what critical requests become: a difference in any field of the payload is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import IntEnum, IntFlag
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.duis import Element, Request, RequestId, element, service_request
from doorstep.duis.transform import Known, OtherDevice, transform
from doorstep.errors import EncodeError, Unsupported
from doorstep.eui import Eui
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.payloads.dlms import AccessRequest, Obis
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.supplier.correlate import NotCorrelated, correlate, to_be_joined
from tests.duis.transform import test_credentials as credentials
from tests.duis.transform import test_electricity_tariff as tariff
from tests.duis.transform.test_firmware import activate, clock
from tests.road.supplier.parties import DCC, METER, NOW, SUPPLIER

OTHER = Eui.parse("00-DB-12-34-56-78-90-9A")
CERTIFICATE = bytes.fromhex("3003020105")
OTHERS = {OTHER: OtherDevice(None, CERTIFICATE)}
JOIN = element("JoinServiceCritical", element("OtherDeviceID", str(OTHER)))
TARIFF = tariff.elements(days=tariff.special_days(tariff.special_day(1)))

CASES: dict[str, tuple[DeviceType, Element]] = {
    "ECS01a": (DeviceType.ESME, tariff.whole(TARIFF, tariff.prices(tariff.HYBRID))),
    "ECS01b": (DeviceType.ESME, tariff.only_prices(tariff.HYBRID, "2030-01-15T09:00:00Z")),
    "ECS01d": (DeviceType.ESME, element("UpdatePriceSecondaryElement", tariff.secondary_prices(1, 2, 3, 4))),
    "CS02b": (
        DeviceType.ESME,
        credentials.by_user(
            "Supplier",
            credentials.SIGNING,
            credentials.AGREEMENT,
            credentials.TOP_UP,
            floors=(credentials.FLOOR, credentials.TOP_UP_FLOOR),
            date="2030-01-15T09:00:00Z",
        ),
    ),
    "CS02g": (DeviceType.ESME, credentials.by_user("LoadController", credentials.SIGNING)),
    "CS02d": (
        DeviceType.ESME,
        element("UpdateSecurityCredentialsDevice", credentials.certificate("DeviceCertificate", 6)),
    ),
    "CS02e": (
        DeviceType.ESME,
        element("RetrieveDeviceSecurityCredentialsDevice", element("CredentialType", "Key Agreement")),
    ),
    "CS03A1": (DeviceType.ESME, JOIN),
    "CS03A2": (DeviceType.HCALCS, JOIN),
    "CS03C": (DeviceType.GSME, JOIN),
    "CS04AC": (DeviceType.ESME, element("UnjoinServiceCritical", element("OtherDeviceID", str(OTHER)))),
    "CS06": (DeviceType.ESME, activate(date="2030-01-15T09:00:00Z")),
    "ECS70": (DeviceType.ESME, clock("SynchroniseClock")),
    "GCS28": (DeviceType.GSME, clock("SynchroniseClock")),
}
MOST = 40
"""How many of the fields of a long payload are changed: evenly spread."""


def asked(body: Element) -> Request:
    return service_request(RequestId(SUPPLIER, METER, 1000), 4, body)


def theirs(use_case: str, **known: Any) -> gbcs.Message:
    """The DCC's Pre-Command."""
    device, body = CASES[use_case]
    what = {"device_type": device, "use_cases": frozenset({use_case}), "others": OTHERS, **known}
    return transform(asked(body), Known(DCC, **what))


def changes(value: Any) -> Iterator[Any]:
    """The value with each of its parts changed in turn, down to the last number and byte."""
    if isinstance(value, Struct) and not isinstance(value, Obis):
        for name in value.__struct_fields__:
            if name not in ("tag", "type_name", "departures"):
                yield from (replace(value, **{name: part}) for part in changes(getattr(value, name)))
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from ((*value[:place], other, *value[place + 1 :]) for other in changes(part))
        if value:
            yield value[:-1]
    elif isinstance(value, IntEnum | IntFlag):
        yield from [other for other in type(value) if other != value][:1]
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value - 1 if value > 0 else value + 1
    elif isinstance(value, datetime):
        yield value - timedelta(seconds=1)
    elif isinstance(value, bytes) and value:
        yield type(value)(value[:-1] + bytes((value[-1] ^ 1,)))


def differing(message: gbcs.Message) -> list[bytes]:
    """Pre-Commands that differ from this one in one field of the payload."""
    found = []
    for payload in changes(message.payload):
        try:
            found.append(bytes(gbcs.build(message.header, payload)))
        except EncodeError:
            continue
    return found[:: max(len(found) // MOST, 1)]


@pytest.mark.parametrize("use_case", CASES)
def test_what_was_asked_for_is_returned_to_be_signed(use_case: str) -> None:
    message = theirs(use_case)
    assert message.use_case is not None
    assert message.use_case.name == use_case
    body = CASES[use_case][1]
    assert correlate(bytes(message), asked(body), DCC, NOW, others=OTHERS) == message


@pytest.mark.parametrize("use_case", CASES)
def test_a_difference_in_any_field_is_refused(use_case: str) -> None:
    message, body = theirs(use_case), CASES[use_case][1]
    assert isinstance(message.payload, AccessRequest | Asn1Payload)
    others = differing(message)
    assert others
    for other in others:
        with pytest.raises(NotCorrelated) as caught:
            correlate(other, asked(body), DCC, NOW, others=OTHERS)
        assert caught.value.field.startswith("payload")


def test_each_kind_of_device_that_may_be_joined_will_do_unless_it_is_known() -> None:
    kinds = (DeviceType.HCALCS, DeviceType.PPMID)
    both = {kind: theirs("CS03A1", others={OTHER: OtherDevice(kind)}) for kind in kinds}
    assert len({message.grouped for message in both.values()}) == 2
    for kind, message in both.items():
        assert correlate(bytes(message), asked(JOIN), DCC, NOW) == message
        known = {OTHER: OtherDevice(kind)}
        assert correlate(bytes(message), asked(JOIN), DCC, NOW, others=known) == message
    with pytest.raises(NotCorrelated, match="other_device_type"):
        correlate(
            bytes(both[DeviceType.PPMID]),
            asked(JOIN),
            DCC,
            NOW,
            others={OTHER: OtherDevice(DeviceType.HCALCS)},
        )


def test_the_supplier_s_own_certificate_of_the_other_device_will_do() -> None:
    held = {OTHER: CERTIFICATE}
    others = to_be_joined(asked(JOIN), lambda eui: held.get(eui, b""))
    message = theirs("CS03C")
    assert correlate(bytes(message), asked(JOIN), DCC, NOW, others=others) == message
    assert to_be_joined(asked(element("EnableSupply")), lambda _eui: CERTIFICATE) == {}


def test_a_certificate_that_the_supplier_does_not_know_is_not_signed() -> None:
    with pytest.raises(Unsupported, match=f"certificate of {OTHER} is not known"):
        correlate(bytes(theirs("CS03C")), asked(JOIN), DCC, NOW)


def test_another_certificate_is_refused() -> None:
    message = theirs("CS03C", others={OTHER: OtherDevice(None, bytes.fromhex("3003020106"))})
    with pytest.raises(NotCorrelated, match="other_device_certificate"):
        correlate(bytes(message), asked(JOIN), DCC, NOW, others=OTHERS)


def test_a_price_of_another_time_of_use_is_refused() -> None:
    """The same numbers in another place are another tariff."""
    one = tariff.only_prices(element("TOUTariff", *tariff.indexed("TOUPrice", 5, 7)))
    other = tariff.only_prices(element("TOUTariff", *tariff.indexed("TOUPrice", 7, 5)))
    message = transform(asked(other), Known(DCC))
    with pytest.raises(NotCorrelated, match=r"payload.components\[1\].data"):
        correlate(bytes(message), asked(one), DCC, NOW)
