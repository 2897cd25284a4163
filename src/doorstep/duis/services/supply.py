"""Supply and loads: Service References 6.4, 6.11, 6.25 and 7.1 to 7.13."""

from __future__ import annotations

from datetime import timedelta

from doorstep.duis.bodies import Values
from doorstep.duis.element import Element
from doorstep.duis.services.body import Moment, body, seconds

__all__ = [
    "activate_load",
    "arm_supply",
    "deactivate_load",
    "disable_supply",
    "enable_supply",
    "limit_load",
    "reset_load",
    "reset_load_limit_counter",
    "set_auxiliary_controller",
    "set_randomised_offset_limit",
    "set_tamper_state",
    "synchronise_clock",
]


def enable_supply() -> Element:
    """Close the load switch of an electricity meter (SRV 7.1)."""
    return body("EnableSupply", {})


def disable_supply() -> Element:
    """Cut off supply (SRV 7.2)."""
    return body("DisableSupply", {})


def arm_supply() -> Element:
    """Let the customer switch supply on at the meter (SRV 7.3)."""
    return body("ArmSupply", {})


def set_tamper_state(*, locked: bool) -> Element:
    """Whether a tamper alert locks the supply of electricity (SRV 6.25)."""
    return body("SetElectricitySupplyTamperState", {"SupplyTamperState": _locked(locked)})


def limit_load(
    *,
    watts: int,
    longer_than: timedelta,
    restore_after: timedelta,
    disable: bool,
    at: Moment | None = None,
) -> Element:
    """What an electricity meter does about load over a limit for longer than a time (SRV 6.4.1).

    ``disable`` cuts off supply until the restoration period is over; else it is counted only. Times are whole
    seconds.
    """
    values = {
        "LoadLimitPeriod": seconds(longer_than),
        "LoadLimitPowerThreshold": watts,
        "LoadLimitRestorationPeriod": seconds(restore_after),
        "LoadLimitSupplyState": "Disable" if disable else "Unchanged",
    }
    return body("UpdateDeviceConfigurationLoadLimitingGeneralSettings", values, at)


def reset_load_limit_counter(at: Moment | None = None) -> Element:
    """Count load over the limit from zero again (SRV 6.4.2)."""
    return body("UpdateDeviceConfigurationLoadLimitingCounterReset", {}, at)


def synchronise_clock(now: Moment, tolerance: timedelta, *, commission: bool = False) -> Element:
    """Set a meter's clock if it differs by no more than is tolerated (SRV 6.11); or commission it (8.1.1)."""
    name = "CommissionDeviceSynchroniseClock" if commission else "SynchroniseClock"
    return body(name, {"CurrentDateTime": now, "TolerancePeriod": seconds(tolerance)})


def activate_load(load: int, duration: int) -> Element:
    """Switch an auxiliary load, 1 to 5, on for a time, as the meter counts it (SRV 7.5)."""
    return body("ActivateAuxiliaryLoad", {"ActivateALCSHCALCS": {"index": load, "Duration": duration}})


def deactivate_load(load: int, duration: int) -> Element:
    """Switch an auxiliary load, 1 to 5, off for a time, as the meter counts it (SRV 7.6)."""
    return body("DeactivateAuxiliaryLoad", {"DeactivateALCSHCALCS": {"index": load, "Duration": duration}})


def reset_load(load: int) -> Element:
    """Put an auxiliary load, 1 to 5, back to its schedule (SRV 7.8)."""
    return body("ResetAuxiliaryLoad", {"ResetALCSHCALCS": {"index": load}})


def set_randomised_offset_limit(limit: timedelta) -> Element:
    """By how much, at most, a meter may be late in switching: 0 to 1799 seconds (SRV 7.12)."""
    return body("SetRandomisedOffsetLimit", {"RandomisedOffsetLimit": seconds(limit)})


def set_auxiliary_controller(
    controller: int, level: int, start: Moment, end: Moment, *, from_load: bool = False
) -> Element:
    """Set an auxiliary controller, 1 to 5, to a level, 0 to 100 per cent, for a period (SRV 7.13)."""
    values: Values = {
        "auxiliaryControllerN": controller,
        "StartDateTime": start,
        "EndDateTime": end,
        "CommandedStateLevel": level,
        "InputFromControlledLoad": {} if from_load else None,
    }
    return body("SetAuxiliaryControllerState", values)


def _locked(locked: bool) -> str:
    return "Locked" if locked else "Unchanged"
