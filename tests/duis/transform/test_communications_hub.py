"""The Communications Hub: everything through the broker, its Device Log and its second radio."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep.duis.element import Element, element
from doorstep.duis.transform import HubLog
from doorstep.errors import Unsupported, XmlError
from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from tests.duis.transform import made as making
from tests.duis.transform.made import BROKER, COUNTER, METER, USER, branch, message

CHF = DeviceType.CHF


def made(body: Element, use_case: str = "", **known: Any) -> list[str]:
    return making.made(body, use_case, CHF, **known)


def test_the_broker_speaks_for_every_user() -> None:
    header = message(element("ReadDeviceLog"), device_type=CHF, broker_counter=9).header
    assert (header.business_originator_id, header.originator_counter) == (BROKER, 9)
    assert (header.supplementary_remote_party_id, header.supplementary_remote_party_counter) == (
        USER,
        COUNTER,
    )


def add(**changes: str) -> Element:
    values = {"JoinTimePeriod": "3600", "InstallCode": "00112233AABB", **changes}
    new = element("AddDeviceToCHFWhitelist", *(element(name, text) for name, text in values.items()))
    return element(
        "UpdateHANDeviceLog",
        element("DeviceID", "00-DB-12-34-56-78-90-A4"),
        element("RequestType", "Add"),
        new,
    )


def test_a_device_is_added_with_its_install_code_and_time_to_join() -> None:
    assert made(add()) == [
        "ACTION 104 0-0:30.3.0.255 1 0204090800DB1234567890A41601090600112233AABB1600",
        "SET 104 0-0:30.3.0.255 3 120E10",
        "SET 104 0-0:30.3.0.255 2 03FF",
    ]


@pytest.mark.parametrize(
    "changes", [{"InstallCode": "0011223"}, {"InstallCode": "zz"}, {"JoinTimePeriod": "soon"}]
)
def test_what_cannot_be_added_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(XmlError):
        made(add(**changes))


def test_a_device_is_removed() -> None:
    body = element(
        "UpdateHANDeviceLog", element("DeviceID", "00-DB-12-34-56-78-90-A4"), element("RequestType", "Remove")
    )
    assert made(body) == ["ACTION 104 0-0:30.3.0.255 2 090800DB1234567890A4"]


def test_the_device_log_is_read_with_or_without_its_keys_hashes() -> None:
    assert made(element("ReadDeviceLog")) == ["GET 104 0-0:30.3.0.255 4 00"]
    assert made(branch("ReadDeviceLog/ReadSecurityDetails")) == [
        "ACTION 104 0-0:30.3.0.255 4 00",
        "ACTION 104 0-0:30.3.1.255 4 00",
    ]


OLD_HUB = Eui.parse("00-DB-12-34-56-78-90-95")
RESTORE = branch("RestoreHANDeviceLog/OldCHFID", str(OLD_HUB))


def test_a_device_log_is_restored_from_what_the_dcc_has_kept() -> None:
    log = HubLog(bytes.fromhex("0000000000000140"), ((METER, bytes(range(16))), (USER, b"")))
    entries = f"0202 0908{METER.hex()} 0910{bytes(range(16)).hex()} 0202 0908{USER.hex()} 0900"
    data = f"0202 09080000000000000140 0102 {entries}".replace(" ", "").upper()
    assert made(RESTORE, hub_logs={OLD_HUB: log}) == [f"ACTION 104 0-0:30.3.0.255 5 {data}"]


@pytest.mark.parametrize("logs", [{}, {METER: HubLog(bytes(8), ())}])
def test_a_device_log_that_the_dcc_has_not_kept_is_refused(logs: dict[Eui, HubLog]) -> None:
    with pytest.raises(Unsupported, match=f"Device Log of {OLD_HUB} is not known"):
        made(RESTORE, hub_logs=logs)


CHANNELS = {
    "LowerBandSubGHzChannels0To26": (0, 26),
    "LowerBandSubGHzChannels27To34": (27,),
    "LowerBandSubGHzChannels35To61": (36, 61),
    "UpperBandSubGHzChannels0To26": (),
}
NUMBERS = {
    "NormalLimitedDutyCycleThreshold": "0.5",
    "LimitedCriticalDutyCycleThreshold": "2.4",
    "MaximumSubGHzChannelChangesPerWeek": "1",
    "GSMECurfew": "1440",
    "ChannelQuieterThreshold": "255",
    "ChannelNoisierThreshold": "0",
    "NonGSMEPoorCommsPercentageThreshold": "100.00",
    "NonGSMEPoorCommsMeasurementPeriods": "50",
    "LocalCHNoiseMeasurementPeriod": "61",
    "LocalCHFailurePercentage": "1.25",
    "LocalCHRetryPercentage": "99.99",
}


def test_the_second_radio_has_a_mask_for_each_of_its_pages() -> None:
    """Pages 28 to 31 in five bits, then 27 channels; thresholds in hundredths."""
    masks = (
        element(name, *(element(f"Channel{channel}") for channel in channels))
        for name, channels in CHANNELS.items()
    )
    numbers = (element(name, value) for name, value in NUMBERS.items())
    pages = ("0420E4000001", "0420E8000001", "0420F4000002", "0420F8000000")
    rest = (
        "120032",
        "1200F0",
        "1101",
        "1205A0",
        "11FF",
        "1100",
        "122710",
        "1132",
        "12003D",
        "12007D",
        "12270F",
    )
    assert made(element("SetCHFSubGHzConfiguration", *masks, *numbers)) == [
        f"SET 1 0-0:94.44.10.0 2 020F{''.join(pages)}{''.join(rest)}"
    ]


def test_versions_of_a_reading_differ_in_what_they_read() -> None:
    body = element("ReadDeviceConfigurationIdentityExcMPxN")
    names = ["0-0:96.1.1.255", "0-0:96.1.4.255", "0-0:96.1.6.255"]
    assert [line.split()[2] for line in made(body)] == names
    assert [line.split()[2] for line in made(body, "ECS26n")] == names[1:]


def test_it_says_which_firmware_runs() -> None:
    """ECS52, whose title names the hub beside the ESME: the same attribute, and the broker asks."""
    body = element("ReadFirmwareVersion")
    assert made(body) == ["GET 1 0-0:0.2.1.255 2 00"]
    assert message(body, device_type=CHF).header.business_originator_id == BROKER
    assert message(body, device_type=DeviceType.SAPC).header.business_originator_id == USER
