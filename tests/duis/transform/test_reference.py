"""Open Commands whose requests are not open: they follow from requests that say what they show."""

from __future__ import annotations

import pytest

from doorstep import gbcs
from doorstep.duis.element import Element, element
from doorstep.gbcs.payloads.dlms import AccessRequest
from doorstep.gbcs.usecases import DeviceType
from tests.duis.transform.made import branch, message
from tests.reference import hex_file, shared

ALERTS = element(
    "ElectricityNetworkOperatorAlerts",
    element("NetworkOperatorESMECommon", element("x8014", "Enable"), element("x8015", "Enable")),
    element("NetworkOperatorESMEPolyPhase", element("x8003", "Enable")),
)
DAILY = element("ElectricityBillingCalendar", element("BillingTime", "00:00:00.00Z"), element("Daily"))


@pytest.mark.parametrize(
    ("path", "body", "device_type"),
    [
        ("3.3_ECS15a/ECS15a_3.3", branch("ClearEventLog/ESMEEventLogType", "ESME"), DeviceType.ESME),
        ("4.12.1_ECS18b/ECS18b_4.12.1", element("ReadMaximumDemandImportRegisters"), DeviceType.ESME),
        ("6.2.4_ECS26n/ECS26n_6.2.4", element("ReadDeviceConfigurationIdentityExcMPxN"), DeviceType.CHF),
        (
            "6.8_ECS30a/ECS30a_6.8",
            element("UpdateDeviceConfigurationBillingCalendar", DAILY),
            DeviceType.ESME,
        ),
        ("6.22_ECS25b/ECS25b_6.22", element("ConfigureAlertBehaviour", ALERTS), DeviceType.ESME),
    ],
)
def test_commands_whose_requests_are_not_in_the_set(
    path: str, body: Element, device_type: DeviceType
) -> None:
    """A request that says what the Command shows has to become its components."""
    reference = gbcs.decode(hex_file(shared(f"rtds/messages/{path}_ERROR_COMMAND_GBCS.HEX")))
    assert reference.use_case is not None
    ours = message(body, reference.use_case.name, device_type)
    assert ours.use_case is reference.use_case
    assert isinstance(ours.payload, AccessRequest)
    assert isinstance(reference.payload, AccessRequest)
    assert ours.payload.components == reference.payload.components
