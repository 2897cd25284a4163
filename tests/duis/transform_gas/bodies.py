"""Requests for gas of our own making, one of every service, as bodies; and what makes messages of them."""

from __future__ import annotations

from typing import Final

from doorstep.duis.element import Element, element
from doorstep.duis.request import Request
from doorstep.duis.request_id import RequestId
from doorstep.duis.transform import Known, transform
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.gbcs.times import from_iso
from doorstep.gbcs.usecases import DeviceType
from doorstep.zigbee.layout import Layout, Unknown
from tests.duis.unchecked import unchecked_request

BROKER: Final = Eui.parse("D0-05-5E-00-0F-00-00-04")
USER: Final = Eui.parse("D0-05-5E-00-0F-00-00-02")
METER: Final = Eui.parse("D0-05-5E-01-00-01-00-65")
CLOCK: Final = from_iso("2015-01-01T00:00:00Z")
NOW: Final = 473385600
"""The clock, in seconds since 2000."""


def asked(body: Element, *, originator: Eui = USER, target: Eui = METER, counter: int = 1000) -> Request:
    return unchecked_request(RequestId(originator, target, counter), 1, body)


def made(
    body: Element, use_case: str = "", device: DeviceType = DeviceType.GSME, clock: int = CLOCK
) -> Message:
    """What a request with this body becomes for a gas meter, or for the gas proxy."""
    known = Known(BROKER, 7, device_type=device, use_cases=frozenset({use_case} - {""}), clock=clock)
    return transform(asked(body), known)


def commands(
    body: Element, use_case: str = "", device: DeviceType = DeviceType.GSME
) -> tuple[Layout | Unknown, ...]:
    """The commands of that message, in order."""
    payload = made(body, use_case, device).payload
    assert isinstance(payload, GbzPayload)
    found = tuple(component.command for component in payload.components)
    assert all(isinstance(command, Layout | Unknown) for command in found)
    return found  # type: ignore[return-value]  # No Command has encrypted components.


def leaves(**values: object) -> tuple[Element, ...]:
    return tuple(element(name, str(value)) for name, value in values.items())


def period(start: str = "2014-12-31T00:00:00Z", end: str = "2015-01-01T00:00:00Z") -> Element:
    return element("ReadLogPeriod", *leaves(StartDateTime=start, EndDateTime=end))


def when(date: str | None) -> tuple[Element, ...]:
    return () if date is None else leaves(ExecutionDateTime=date)


# -- dates, weeks, calendars --------------------------------------------------------------------------


def date(
    name: str,
    year: int | None = None,
    month: int | None = None,
    day: int | None = None,
    weekday: int | None = None,
) -> Element:
    """A date, of which any part may be left open."""
    parts = (
        ("GasYearWithWildcards", "SpecifiedYear", "NonSpecifiedYear", year),
        ("GasMonthWithWildcards", "SpecifiedMonth", "NonSpecifiedMonth", month),
        ("GasDayOfMonthWithWildcards", "SpecifiedDayOfMonth", "GasNonSpecifiedDayOfMonth", day),
        ("GasDayOfWeekWithWildcards", "SpecifiedDayOfWeek", "NonSpecifiedDayOfWeek", weekday),
    )
    return element(
        name,
        *(
            element(part, element(open_name) if value is None else element(given, str(value)))
            for part, given, open_name, value in parts
        ),
    )


def week(name: int, *days: int) -> Element:
    named = (element("ReferencedDayName", str(day), index=index) for index, day in enumerate(days, 1))
    return element("WeekProfile", element("WeekName", str(name)), *named)


def season(start: Element, name: int) -> Element:
    return element("Season", start, *leaves(ReferencedWeekName=name))


def special_day(start: Element, name: int) -> Element:
    return element("SpecialDay", start, *leaves(ReferencedDayName=name))


SPRING: Final = date("SeasonStartDate", None, 3, 20)
CHRISTMAS: Final = date("Date", 2015, 12, 25, 5)


def indexed(name: str, *values: int) -> tuple[Element, ...]:
    return tuple(element(name, str(value), index=index) for index, value in enumerate(values, 1))


def prices(*content: Element, currency: str = "GBP") -> Element:
    charge = leaves(CurrencyUnits=currency, StandingCharge=54794)
    return element("PriceElements", element("GasPriceElements", *charge, *content))


BLOCK_PRICES: Final = element(
    "BlockTariff", *indexed("BlockPrice", 9600, 10200, 10750), *leaves(NumberOfThresholds=2)
)
TIME_PRICES: Final = element("TOUTariff", *indexed("TOUPrice", 9600, 10200))


def tariff(*, by_block: bool, date: str | None = None) -> Element:
    action = element("BlockTariff") if by_block else element("TOUTariffAction", "2")
    switching = element(
        "SwitchingTable",
        element("DayProfiles", element("DayProfile", *leaves(DayName=1), action)),
        element("WeekProfiles", week(1, 1, 1, 1, 1, 1, 1, 1)),
        element("Seasons", season(SPRING, 1)),
    )
    return element(
        "UpdateImportTariffPrimaryElement",
        *when(date),
        element(
            "GasTariffElements",
            switching,
            element("SpecialDays", special_day(CHRISTMAS, 1)),
            element("ThresholdMatrix", *indexed("BlockThreshold", 1000000, 2000000)),
        ),
        prices(BLOCK_PRICES if by_block else TIME_PRICES),
    )


def price(*content: Element, date: str | None = None, currency: str = "GBP") -> Element:
    return element("UpdatePricePrimaryElement", *when(date), prices(*content, currency=currency))


def prepayment(date: str | None = None) -> Element:
    actions = (
        element("TimeStartAction", *leaves(StartTime=start, NonDisablementAction=action))
        for start, action in (("00:00:00Z", "START"), ("08:30:00Z", "STOP"))
    )
    calendar = element(
        "GasNonDisablementCalendar",
        element("DayProfiles", element("GasNonDisablementDayProfile", *actions, element("GasDayName", "1"))),
        element("WeekProfiles", week(1, 1, 1, 1, 1, 1, 1, 1)),
        element("SeasonProfiles", season(SPRING, 1)),
        element("SpecialDays"),
    )
    return element(
        "UpdatePrepayConfiguration",
        *when(date),
        element(
            "UpdatePrepayConfigGas",
            *leaves(
                DebtRecoveryRateCap=100000,
                EmergencyCreditLimit=10000000,
                EmergencyCreditThreshold=100001,
                LowCreditThreshold=5000000,
            ),
            calendar,
            *leaves(MaxMeterBalance=25000000, MaxCreditThreshold=25000001),
        ),
    )


def payment_mode(*, disabled: bool, emergency: bool) -> Element:
    return element(
        "UpdatePaymentMode",
        element(
            "Prepayment",
            *leaves(
                SuspendDebtDisabled=str(disabled).lower(),
                SuspendDebtEmergency=str(emergency).lower(),
                DisablementThreshold=-500,
            ),
        ),
    )


def debt(first: int, second: int, third: int, percentage: int, *recoveries: tuple[int, str]) -> Element:
    registers = leaves(
        TimeDebtRegister1=first,
        TimeDebtRegister2=second,
        PaymentDebtRegister=third,
        DebtRecoveryPerPayment=percentage,
    )
    rates = (
        element(f"GasDebtRecovery{n}", *leaves(DebtRecoveryRate=rate, DebtRecoveryRatePeriod=each))
        for n, (rate, each) in enumerate(recoveries, 1)
    )
    return element("UpdateDebt", *registers, *rates)


def flow(tamper: str = "Unchanged", depletion: str = "Unchanged", **rate: object) -> Element:
    return element(
        "UpdateDeviceConfigurationGasFlow",
        *leaves(
            **rate,
            SupplyDepletionState=depletion,
            SupplyTamperState=tamper,
            StabilisationPeriod=60,
            MeasurementPeriod=300,
        ),
    )


def billing(periodicity: str) -> Element:
    return element(
        "UpdateDeviceConfigurationBillingCalendar",
        element(
            "GasBillingCalendar",
            *leaves(BillingPeriodStart="2015-02-01T00:00:00Z", Periodicity=periodicity),
        ),
    )


def alerts(**settings: str) -> Element:
    """Settings of alerts: of the letters W, H, L and A those that are enabled."""
    names = {"W": "WANAlert", "H": "HANAlert", "L": "EventLog", "A": "Alarm"}
    return element(
        "ConfigureAlertBehaviour",
        element(
            "GasSupplierAlertEventSettings",
            *(
                element(
                    code,
                    *(element(name, "Enable" if key in on else "Disable") for key, name in names.items()),
                )
                for code, on in settings.items()
            ),
        ),
    )


def log(name: str, start: str = "2014-12-31T00:00:00Z", end: str = "2015-01-01T00:00:00Z") -> Element:
    return element(name, period(start, end))


BODIES: Final[dict[str, Element]] = {
    "GCS01a": tariff(by_block=True, date="2030-01-15T09:00:00Z"),
    "GCS01b": price(TIME_PRICES),
    "GCS02": element("UpdatePaymentMode", element("Credit")),
    "GCS03": payment_mode(disabled=True, emergency=False),
    "GCS04": debt(1000, 500, 100, 2500, (30, "DAILY"), (2, "HOURLY")),
    "GCS05": prepayment(),
    "GCS06": element("ActivateEmergencyCredit"),
    "GCS07": element("DisplayMessage", *leaves(SupplierMessage="Hello")),
    "GCS11": element("DisablePrivacyPIN"),
    "GCS13a": element("ReadInstantaneousImportRegisters"),
    "GCS13b": element("ReadInstantaneousImportBlockCounters"),
    "GCS13c": element("ReadInstantaneousImportTOUMatrices"),
    "GCS14": element("ReadInstantaneousPrepayValues"),
    "GCS15b": log("RetrieveCoMOrTariffTriggeredBillingDataLog"),
    "GCS15c": log("RetrieveBillingCalendarTriggeredBillingDataLog"),
    "GCS15d": log("RetrieveBillingDataLogDebtPayments"),
    "GCS15e": log("RetrieveBillingDataLogPrepaymentCredits"),
    "GCS16a": log("RetrieveImportDailyReadLog"),
    "GCS16b": log("ReadPrepaymentDailyReadLog"),
    "GCS17": log("ReadActiveImportProfileData"),
    "GCS18": log("ReadNetworkData"),
    "GCS20": alerts(x810E="W", x81AA="WHLA"),
    "GCS20r": element("ReadDeviceConfigurationEventAndAlertBehaviours"),
    "GCS21a": element("ReadDeviceConfigurationGas"),
    "GCS21b": element("ReadPrepaymentConfiguration"),
    "GCS21d": element("ReadDeviceConfigurationBillingCalendar"),
    "GCS21e": element("ReadDeviceConfigurationIdentityExcMPxN"),
    "GCS21f": element("ReadTariffPrimaryElement"),
    "GCS21j": element("ReadDeviceConfigurationPaymentMode"),
    "GCS23": element(
        "UpdateDeviceConfigurationGasConversion", *leaves(CalorificValue="39.5", ConversionFactor="1.02264")
    ),
    "GCS24": flow(UncontrolledGasFlowRate=6),
    "GCS24a": flow(UncontrolledGasFlowRateDecimal="6.0001"),
    "GCS25": billing("Monthly"),
    "GCS25a": billing("Yearly"),
    "GCS31": element("RecordNetworkDataGAS"),
    "GCS32": element("DisableSupply"),
    "GCS33": element("ReadSupplyStatus"),
    "GCS36": element("RequestCustomerIdentificationNumber"),
    "GCS38": element("ReadFirmwareVersion"),
    "GCS39": element("ArmSupply"),
    "GCS40a": element("UpdateMeterBalance", element("PrepaymentMode", *leaves(AdjustMeterBalance=-23130))),
    "GCS40b": element("UpdateMeterBalance", element("PrepaymentMode", element("ResetMeterBalance"))),
    "GCS40c": element("UpdateMeterBalance", element("CreditMode", *leaves(AdjustMeterBalance=5))),
    "GCS40d": element("UpdateMeterBalance", element("CreditMode", element("ResetMeterBalance"))),
    "GCS41": element("SetDeviceConfigurationImportMPxN", *leaves(ImportMPRN="1234567890")),
    "GCS44": element("UpdateSupplierName", *leaves(SupplierName="Gas", SupplierTelephoneNumber="0333 202")),
    "GCS46": element("ReadDeviceConfigurationMPxN"),
    "GCS60": element("ReadMeterBalance"),
    "CS01b": element("TopUpDevice", *leaves(UTRN="12345678901234567890")),
    "CS10a": element("ReadEventOrSecurityLog", period(), *leaves(LogToRead="Event")),
    "CS10b": element("ReadEventOrSecurityLog", period(), *leaves(LogToRead="Security")),
    "CS11": element("ClearEventLog"),
}
"""A body for each use case that a gas meter takes by default."""

PROXY_BODIES: Final[dict[str, Element]] = {
    "GCS09": element("RestrictAccessForChangeOfTenancy", *leaves(RestrictionDateTime="2015-02-01T00:00:00Z")),
    "GCS60a": element("ReadMeterBalance"),
    "GCS61": log("RetrieveDailyConsumptionLog"),
}
"""The same of the gas proxy."""
