"""One request or more for every service, written as a supplier would write it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from doorstep.duis import services
from doorstep.duis.element import Element
from doorstep.duis.request_id import RequestId
from doorstep.duis.services import (
    CalendarDate,
    CredentialType,
    Debt,
    DeviceKind,
    EventLog,
    Log,
    MonthEnd,
    PaymentMode,
    Period,
    PrepaymentLimits,
    Reading,
    Recovery,
    RemotePartyRole,
    Season,
    SpecialDay,
    Switch,
    Week,
)
from doorstep.eui import Eui

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 2, 1, tzinfo=UTC)
USER = Eui.parse("D0-05-5E-00-0F-00-00-02")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")
DISPLAY = Eui.parse("D0-05-5E-01-00-01-00-D1")
CERTIFICATE = b"a certificate"

WEEK = Week(1, (1, 1, 1, 1, 1, 2, 2))
SPRING = Season(CalendarDate(month=3, day=20), 1, "Spring")
CHRISTMAS = CalendarDate(month=12, day=25)
ELECTRICITY_CALENDAR = services.ElectricityCalendar(
    days=(
        services.Day(1, (Switch(time(0), register=1), Switch(time(7), register=2))),
        services.Day(2, (Switch(time(0), block_tariff=1),)),
    ),
    weeks=(WEEK,),
    seasons=(SPRING,),
    special_days=(SpecialDay(CHRISTMAS, 2), SpecialDay(CalendarDate(day=MonthEnd.LAST, day_of_week=5), 2)),
)
TIME_ONLY = services.ElectricityCalendar(
    (services.Day(1, (Switch(time(0), register=1),)),), (WEEK,), (SPRING,)
)
GAS_CALENDAR = services.GasCalendar(
    days=(services.GasDay(1), services.GasDay(2, register=1)),
    weeks=(WEEK,),
    seasons=(SPRING,),
    special_days=(SpecialDay(CHRISTMAS, 1),),
    thresholds=(1_000_000,),
)
TIME_OF_USE = services.TimeOfUsePrices((Decimal("9.6"), Decimal("32.121")))
BLOCKS = services.BlockPrices(((Decimal("3.289"), Decimal("4.546")), (Decimal("5.002"), Decimal("7.969"))))
GAS_BLOCKS = services.BlockPrices(((Decimal("9.6"), Decimal("10.2")),))
LIMITS = PrepaymentLimits(
    debt_recovery_rate_cap=30,
    emergency_credit_limit=1000,
    emergency_credit_threshold=100,
    low_credit_threshold=200,
    max_meter_balance=25_000,
    max_credit_threshold=10_000,
)
PROTECTED = services.NonDisablement(
    entries=(
        services.NonDisablementEntry(True, time(18), date(2026, 1, 1), "65535-12-31", ("Monday", "Friday")),
        services.NonDisablementEntry(False, time(9), date(2026, 1, 1), "65535-12-31", special_days=(1,)),
    ),
    special_days=(CHRISTMAS,),
)
GAS_PROTECTED = services.GasNonDisablement(
    days=(services.NonDisablementDay(1, ((time(0), True), (time(9), False))),),
    weeks=(Week(1, (1, 1, 1, 1, 1, 1, 1)),),
    seasons=(SPRING,),
    special_days=(SpecialDay(CHRISTMAS, 1),),
)
DEBT = Debt(
    time_debt_1=30,
    time_debt_2=15,
    payment_debt=Decimal("50.005"),
    per_payment=1000,
    recovery_1=Recovery(30, Period.DAILY),
    recovery_2=Recovery(150, Period.HOURLY),
)
NEW_KEYS = services.Replacement(
    digital_signing=CERTIFICATE, key_agreement=CERTIFICATE, top_up=CERTIFICATE, path=(CERTIFICATE,)
)

_AVERAGE = {
    "AverageRMSOverVoltageThreshold": 2500,
    "AverageRMSUnderVoltageThreshold": 2100,
    "AverageRMSVoltageMeasurementPeriod": 1800,
}
_DATE = CHRISTMAS.values()
_SWITCHING = {"SwitchTime": time(9), "StartDate": _DATE, "EndDate": _DATE}
_HUB = {
    "DeviceID": METER,
    "CHFInstallType": "New CHF Install",
    "MPxN": "1234567890123",
    "AerialInstall": False,
}
_CHANNELS: dict[str, Any] = {"Channel0": {}, "Channel26": {}}
_LEVEL = {"auxiliaryControllerN": 1, "CommandedStateLevel": 50}

# Services that have no function of their own.
BUILT: dict[str, dict[str, Any]] = {
    "5.1": {
        "ScheduleFrequency": "Daily",
        "ScheduleStartDate": date(2026, 2, 1),
        "DSPScheduledServiceReference": "4.6",
        "DSPScheduledServiceReferenceVariant": "4.6.1",
        "DeviceID": METER,
        "DSPRetrieveImportDailyReadLog": {
            "StartDateOffset": -1,
            "StartTime": time(0),
            "EndDateOffset": 0,
            "EndTime": time(0),
        },
    },
    "5.2": {"DeviceID": METER},
    "5.3": {"DSPScheduleID": 1},
    "6.5": {
        "RMSVoltageSettings": {
            "RMSExtremeOverVoltageMeasurementPeriod": 10,
            "RMSExtremeOverVoltageThreshold": 2600,
            "RMSExtremeUnderVoltageMeasurementPeriod": 10,
            "RMSExtremeUnderVoltageThreshold": 1900,
            "RMSVoltageSagMeasurementPeriod": 10,
            "RMSVoltageSagThreshold": 2000,
            "RMSVoltageSwellMeasurementPeriod": 10,
            "RMSVoltageSwellThreshold": 2550,
        },
        "PolyPhaseVoltageSettings": [{"Phase": n, "PhaseVoltageSettings": _AVERAGE} for n in (1, 2, 3)],
        "RMSVoltageCountersNotReset": {},
    },
    "6.6": {"CalorificValue": Decimal("39.5"), "ConversionFactor": Decimal("1.02264")},
    "6.7": {
        "UncontrolledGasFlowRateDecimal": Decimal("6.5535"),
        "SupplyDepletionState": "Locked",
        "SupplyTamperState": "Unchanged",
        "StabilisationPeriod": 60,
        "MeasurementPeriod": 300,
    },
    "6.8": {
        "ElectricityBillingCalendar": {
            "BillingTime": time(0),
            "Quarterly": {"DayOfMonth": 28, "BillingPeriodStartMonth": 1},
        }
    },
    "6.12": {"LowMediumPowerThreshold": 500, "MediumHighPowerThreshold": 2000},
    "6.14.1": {"ALCSHCALCSDescription": [{"index": 1, "SwitchDescription": "Hot water"}]},
    "6.14.2": {
        "ALCSHCALCSConnectionSchedule": [
            {
                "ActivateDeactivateSwitch": {"index": 1, "ActivateSwitch": {}},
                "SpecialDaysApplicability": [{"index": 1}],
                "ALCSScheduleDatesAndTime": _SWITCHING,
            }
        ],
        "ALCSHCALCSSpecialDays": {"ALCSHCALCSSpecialDay": [{"index": 1, **_DATE}]},
        "SwitchTypeAndId": [{"index": 1, "HCALCS": METER}],
    },
    "6.14.3": {
        "AuxiliaryControllerSchedule": [
            {"AuxiliaryControllerAction": _LEVEL, "AuxiliaryControllerSchedulePeriodAndTime": _SWITCHING}
        ],
        "AuxiliaryControllerSpecialDayDefinitions": {
            "AuxiliaryControllerSpecialDayDefinition": [{"identifier": 1, **_DATE}]
        },
    },
    "6.18.1": {"MaximumDemandTimePeriodSchedule": {"StartTime": time(7), "EndTime": time(19)}},
    "6.18.2": {"MaxDemandActivePowerImportValue": {}},
    "6.20.1": {"ImportMPANs": {"ImportMPAN": "1234567890123"}},
    "6.20.2": {"ExportMPAN": "1234567890123"},
    "6.21": {
        "RemotePartyRole": "Supplier",
        "ReplacementCertificates": {"DigitalSigningCertificate": CERTIFICATE},
        "CertificationPathCertificates": {"Certificate": [CERTIFICATE]},
        "ApplyTimeBasedCPVChecks": False,
    },
    "6.22": {"ElectricitySupplierAlerts": {"SupplierESMECommon": {"x810D": "Enable", "x81C6": "Disable"}}},
    "6.26": {"DailyTariffBlockCounterMatrixReset": True},
    "6.27": {},
    "6.28": {
        "LowerBandSubGHzChannels0To26": _CHANNELS,
        "LowerBandSubGHzChannels27To34": {},
        "LowerBandSubGHzChannels35To61": {"Channel61": {}},
        "UpperBandSubGHzChannels0To26": _CHANNELS,
        "NormalLimitedDutyCycleThreshold": Decimal("2.0"),
        "LimitedCriticalDutyCycleThreshold": Decimal("2.4"),
        "MaximumSubGHzChannelChangesPerWeek": 7,
        "GSMECurfew": 60,
        "ChannelQuieterThreshold": 10,
        "ChannelNoisierThreshold": 10,
        "NonGSMEPoorCommsPercentageThreshold": Decimal("99.99"),
        "NonGSMEPoorCommsMeasurementPeriods": 100,
        "LocalCHNoiseMeasurementPeriod": 3600,
        "LocalCHFailurePercentage": Decimal(1),
        "LocalCHRetryPercentage": Decimal(100),
    },
    "6.29": {},
    "6.30": {},
    "6.31": {},
    "7.9": {"AddToBoostButton": [{"index": n, "value": n == 1} for n in range(1, 6)]},
    "7.10": {"RemoveFromBoostButton": [{"index": n, "value": n == 1} for n in range(1, 6)]},
    "7.16": {**_LEVEL, "StartDateTime": START, "EndDateTime": LATER},
    "8.4": {"DeviceID": METER, "UpdateDeviceDetails": {"FirmwareVersion": "01020304", "ESMEVariant": "AD"}},
    "8.5": {
        "ExecutionDateTime": LATER,
        "ACBFloorSeqNumber": 0,
        "ReplacementCertificates": {"KeyAgreementCertificate": CERTIFICATE},
        "CertificationPathCertificates": {"Certificate": [CERTIFICATE]},
        "ApplyTimeBasedCPVChecks": True,
    },
    "8.6": {
        "DeviceID": METER,
        "DeviceType": "ESME",
        "MPxNs": {"ImportMPxN": "1234567890123"},
        "OptInDate": date(2026, 2, 1),
    },
    "8.12.1": {"OldCHFID": METER},
    "8.12.2": {"OldGPFID": METER},
    "8.14.1": {**_HUB, "CHFLocation": "Deep indoors"},
    "8.14.2": {
        **_HUB,
        "CHFLocation": "Deep indoors",
        "PremiseType": "Terraced",
        "MetalObstructionCheck": False,
        "ConnectivityObstructionCheck": False,
        "SharedObstructionCheck": True,
    },
    "8.14.3": {
        "DeviceID": METER,
        "CHFFaultReturnType": "Fault identified post installation",
        "OtherDeviceID": METER,
        "CHFConnectionMethod": "Hot-shoe",
        "CHFFaultReason": "LED Fault",
    },
    "8.14.4": {"DeviceID": METER, "CHFNoFaultReturnType": "Lost or Stolen Hub", "UserRefDateTime": NOW},
    "12.1": {"PartialAddress": {"PostCode": "AB1 2CD", "AddressIdentifier": "1"}},
}


def examples() -> Iterator[Element]:
    """A body for each service, and more where it has kinds."""
    yield services.update_tariff(ELECTRICITY_CALENDAR, 20, services.HybridPrices(BLOCKS, TIME_OF_USE), LATER)
    yield services.update_gas_tariff(GAS_CALENDAR, Decimal("22.465"), GAS_BLOCKS)
    yield services.update_secondary_tariff(TIME_ONLY, TIME_OF_USE)
    yield services.update_price(20, TIME_OF_USE)
    yield services.update_price(20, BLOCKS, LATER)
    yield services.update_gas_price(20, TIME_OF_USE)
    yield services.update_secondary_price(TIME_OF_USE)
    yield services.adjust_balance(PaymentMode.PREPAYMENT, -500)
    yield services.reset_balance(PaymentMode.CREDIT)
    yield services.credit_mode(services.CANCEL)
    yield services.prepayment_mode(suspend_debt_disabled=True, suspend_debt_emergency=False, at=LATER)
    yield services.reset_tariff_block_counters()
    yield services.configure_prepayment(LIMITS, PROTECTED)
    yield services.configure_gas_prepayment(LIMITS, GAS_PROTECTED, LATER)
    yield services.top_up("12345678901234567890")
    yield services.update_debt(DEBT)
    yield services.update_gas_debt(DEBT)
    yield services.activate_emergency_credit()
    yield services.display_message("Hello")
    yield services.restrict_access(START)
    yield services.clear_event_log()
    yield services.clear_event_log(auxiliary_loads=True)
    yield services.update_supplier_name("Gas & Power", "0333 202 1111")
    yield services.disable_privacy_pin()
    yield services.request_customer_identification_number()
    yield from map(services.read, Reading)
    for log in Log:
        yield services.read_log(log, START, NOW)
    yield services.read_log(Log.DAILY_CONSUMPTION, START, NOW, certificate=CERTIFICATE, at=LATER)
    for events in EventLog:
        yield services.read_event_log(events, START, NOW)
    yield services.read_device_log(security_details=True)
    yield services.synchronise_clock(NOW, timedelta(seconds=10))
    yield services.synchronise_clock(NOW, timedelta(days=1), commission=True)
    yield services.limit_load(
        watts=5000, longer_than=timedelta(minutes=5), restore_after=timedelta(hours=1), disable=True
    )
    yield services.reset_load_limit_counter()
    yield services.set_tamper_state(locked=True)
    yield from (services.enable_supply(), services.disable_supply(), services.arm_supply())
    yield from (services.activate_load(1, 60), services.deactivate_load(5, 0), services.reset_load(1))
    yield services.set_randomised_offset_limit(timedelta(seconds=1799))
    yield services.set_auxiliary_controller(1, 100, START, LATER, from_load=True)
    yield services.update_party_credentials(RemotePartyRole.SUPPLIER, NEW_KEYS, floor=7, top_up_floor=7)
    yield services.change_of_supplier("1234567890123", NEW_KEYS, floor=0, at=LATER)
    yield services.update_device_credentials(CERTIFICATE)
    yield services.issue_credentials(CredentialType.KEY_AGREEMENT)
    yield services.retrieve_party_credentials(*RemotePartyRole)
    yield services.retrieve_device_credentials(CredentialType.DIGITAL_SIGNATURE)
    yield services.read_inventory(device=METER)
    yield services.read_inventory(address=("AB1 2CD", "Flat 1"))
    yield services.pre_notify(DISPLAY, DeviceKind.PPMID, manufacturer="1000", model="0001")
    yield services.decommission(METER)
    for critical in (True, False):
        yield services.join(DISPLAY, critical=critical)
        yield services.unjoin(DISPLAY, critical=critical)
    yield services.add_to_hub(DISPLAY, bytes(16), join_within=timedelta(seconds=90))
    yield services.remove_from_hub(DISPLAY)
    yield services.update_firmware(b"image", "01020304", (METER, METER))
    yield services.update_firmware(b"image", "01020304", (DISPLAY,), ppmids=True)
    yield services.activate_firmware(bytes(32), LATER)
    yield services.return_local_command_response(RequestId(USER, METER, 7), b"response")
    for srv, values in BUILT.items():
        yield services.build(srv, values)
