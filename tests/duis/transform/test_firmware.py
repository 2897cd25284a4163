"""Firmware and clocks: images by their hash, and the interval that a clock has to be in; DER by hand."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import DoorstepError, EncodeError, Unsupported, XmlError
from doorstep.gbcs.usecases import DeviceType
from tests.duis.transform.made import BROKER, USER, message

HASH = "AA" * 32


def activate(image: str = HASH, date: str = "") -> Element:
    when = (element("ExecutionDateTime", date),) if date else ()
    return element("ActivateFirmware", *when, element("FirmwareHash", image))


@pytest.mark.parametrize("device", [DeviceType.ESME, DeviceType.GSME])
@pytest.mark.parametrize(
    ("date", "size", "time"),
    [
        ("", 0x26, ""),
        ("2030-01-15T09:00:00Z", 0x37, "180f" + b"20300115090000Z".hex()),
        ("3000-12-31T00:00:00Z", 0x37, "180f" + b"99991231235959Z".hex()),
    ],
    ids=["at once", "future dated", "cancelled"],
)
def test_an_image_is_activated_by_its_hash(device: DeviceType, date: str, size: int, time: str) -> None:
    """Under the counter of the message itself, 1000."""
    made = message(activate(date=date), device_type=device)
    assert (made.header.message_code, made.header.business_originator_id) == (0x0012, USER)
    assert made.content.hex() == f"30{size:02x}0420{HASH.lower()}020203e8{time}"


@pytest.mark.parametrize("image", ["", "AA", "AA" * 31, "AA" * 33, "ZZ" * 32, "A" * 63])
def test_what_is_no_hash_is_refused(image: str) -> None:
    with pytest.raises((XmlError, EncodeError)):
        message(activate(image))


def test_a_body_without_a_hash_is_refused() -> None:
    with pytest.raises(XmlError, match="FirmwareHash"):
        message(element("ActivateFirmware"))


@pytest.mark.parametrize("device", [DeviceType.PPMID, DeviceType.HCALCS])
def test_what_a_hub_sends_images_to_is_asked_for_its_version_by_the_broker(device: DeviceType) -> None:
    made = message(element("ReadFirmwareVersion"), device_type=device)
    assert (made.header.message_code, made.content.hex()) == (0x0129, "0500")
    assert made.header.business_originator_id == BROKER
    assert made.header.supplementary_remote_party_id == USER


@pytest.mark.parametrize("device", [DeviceType.PPMID, DeviceType.HCALCS, DeviceType.CHF])
def test_images_of_other_devices_are_not_activated_by_command(device: DeviceType) -> None:
    with pytest.raises(Unsupported, match=f"for a {device.value}"):
        message(activate(), device_type=device)


def clock(name: str, now: str = "2015-01-01T01:00:00Z", tolerance: str = "3600") -> Element:
    return element(name, element("CurrentDateTime", now), element("TolerancePeriod", tolerance))


SERVICES = ("SynchroniseClock", "CommissionDeviceSynchroniseClock")


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(("tolerance", "end"), [("3600", b"20150101020000Z"), ("0", b"20150101010000Z")])
def test_a_gas_meter_takes_the_hub_s_time_if_it_is_in_the_interval(
    name: str, tolerance: str, end: bytes
) -> None:
    made = message(clock(name, tolerance=tolerance), device_type=DeviceType.GSME)
    assert made.header.message_code == 0x007F
    assert made.content.hex() == f"3022180f{b'20150101010000Z'.hex()}180f{end.hex()}"


@pytest.mark.parametrize("device", [DeviceType.ESME, DeviceType.GSME])
@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    "wrong",
    [
        {"tolerance": "-1"},
        {"tolerance": "86401"},
        {"tolerance": ""},
        {"now": "noon"},
        {"now": "2015-01-01T01:00:00.5Z"},
        {"now": "9999-12-31T23:59:59Z", "tolerance": "86400"},
    ],
)
def test_an_interval_that_is_none_is_refused(device: DeviceType, name: str, wrong: dict[str, str]) -> None:
    with pytest.raises(DoorstepError):
        message(clock(name, **wrong), device_type=device)
