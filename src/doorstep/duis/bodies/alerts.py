"""The body that configures alerts and events: Service Reference 6.22.

Each setting is an element that has the name of an alert code: ``x810D``. A setting that is left out stays as
it is.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.shape import Content, Shape, choice, elements, one, optional
from doorstep.duis.simple_type import one_of

__all__ = ["BODIES"]

_SETTING: Final = one_of(("Disable", "Enable"))
_GAS_SETTING: Final = elements(
    one("WANAlert", _SETTING), one("HANAlert", _SETTING), one("EventLog", _SETTING), one("Alarm", _SETTING)
)


def _alerts(codes: str, setting: Content = _SETTING) -> Shape:
    return elements(*(optional(f"x{code}", setting) for code in codes.split()))


# Alert codes in the order in which the schema wants them.
_ELECTRICITY_SUPPLIER: Final = (
    "810D 810E 8119 8145 8154 8155 8161 8162 8168 8183 81A0 81A1 81A2 81A3 81A4 81A5 81A6 81A7 81A8 "
    "81A9 81AA 81AB 81AC 81AD 81AE 81AF 81B0 81B1 81B2 81B3 81B8 81B9 81BA 81BB 81BC 81BD 81BE 81C0 "
    "81C1 81C4 81C5 81C6"
)
_ELECTRICITY_SUPPLIER_POLYPHASE: Final = "81B7"
_NETWORK: Final = "8014 8015"
_NETWORK_SINGLE_PHASE: Final = "8002 8006 8020 8024 8028 802C 8085 8089 808D 8091 8095 8099 8010"
_NETWORK_POLYPHASE: Final = (
    "8003 8004 8005 8007 8008 8009 8021 8022 8023 8025 8026 8027 8029 802A 802B 802D 802E 802F 8086 "
    "8087 8088 808A 808B 808C 808E 808F 8090 8092 8093 8094 8096 8097 8098 809A 809B 809C 8011 8016 "
    "8013"
)
_GAS_SUPPLIER: Final = (
    "810D 810E 8119 8145 8154 8155 8168 8183 8184 81A1 81A4 81A5 81A6 81A7 81A8 81A9 81AA 81AB 81AC "
    "81AD 81AE 81AF 81B0 81B1 81B2 81B3 81B4 81B5 81B6 81B9 81BA 81BC 81BD 81BE 81BF 81C0 81C2 81C3 "
    "81C4 81C5"
)
_GAS_SUPPLIER_EVENTS: Final = (
    "810D 810E 8119 8145 8154 8155 8161 8162 8168 8183 8184 81A0 81A1 81A4 81A5 81A6 81A7 81A8 81A9 "
    "81AA 81AB 81AC 81AD 81AE 81AF 81B0 81B1 81B2 81B3 81B4 81B5 81B6 81B9 81BA 81BC 81BD 81BE 81BF "
    "81C0 81C2 81C3 81C4 81C5 81C6"
)

_SUPPLIER_SETTINGS: Final = elements(
    optional("SupplierESMECommon", _alerts(_ELECTRICITY_SUPPLIER)),
    optional("SupplierESMEPolyPhase", _alerts(_ELECTRICITY_SUPPLIER_POLYPHASE)),
)
_NETWORK_SETTINGS: Final = elements(
    optional("NetworkOperatorESMECommon", _alerts(_NETWORK)),
    choice(
        optional("NetworkOperatorESMESinglePhase", _alerts(_NETWORK_SINGLE_PHASE)),
        optional("NetworkOperatorESMEPolyPhase", _alerts(_NETWORK_POLYPHASE)),
    ),
)

BODIES: Final = {
    "ConfigureAlertBehaviour": elements(
        choice(
            one("ElectricitySupplierAlerts", _SUPPLIER_SETTINGS),
            one("ElectricitySupplierHANAlertSettings", _SUPPLIER_SETTINGS),
            one("ElectricitySupplierAlarmSettings", _SUPPLIER_SETTINGS),
            one("ElectricitySupplierLoggingSettings", _SUPPLIER_SETTINGS),
            one("ElectricityNetworkOperatorAlerts", _NETWORK_SETTINGS),
            one("ElectricityNetworkOperatorLoggingSettings", _NETWORK_SETTINGS),
            one("GasSupplierAlerts", _alerts(_GAS_SUPPLIER)),
            one("GasSupplierAlertEventSettings", _alerts(_GAS_SUPPLIER_EVENTS, _GAS_SETTING)),
        )
    )
}
"""The shape of the body by its name."""
