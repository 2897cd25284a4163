"""Reads: Service References 4.1 to 4.18, 6.2, 6.13, 7.4, 7.7, 7.11, 7.14, 7.15, 8.9, 11.2 and 14.1."""

from __future__ import annotations

from enum import Enum

from doorstep.duis.bodies import Values
from doorstep.duis.element import Element
from doorstep.duis.services.body import Moment, body

__all__ = ["EventLog", "Log", "Reading", "read", "read_device_log", "read_event_log", "read_log"]


class Reading(Enum):
    """What can be read as it is now."""

    IMPORT_REGISTERS = "ReadInstantaneousImportRegisters"
    IMPORT_TOU = "ReadInstantaneousImportTOUMatrices"
    IMPORT_TOU_WITH_BLOCKS = "ReadInstantaneousImportTOUWithBlocksMatrices"
    IMPORT_BLOCK_COUNTERS = "ReadInstantaneousImportBlockCounters"
    EXPORT_REGISTERS = "ReadInstantaneousExportRegisters"
    PREPAYMENT_VALUES = "ReadInstantaneousPrepayValues"
    BALANCE = "ReadMeterBalance"
    TARIFF = "ReadTariffPrimaryElement"
    SECONDARY_TARIFF = "ReadTariffSecondaryElement"
    MAXIMUM_DEMAND_IMPORT = "ReadMaximumDemandImportRegisters"
    MAXIMUM_DEMAND_EXPORT = "ReadMaximumDemandExportRegisters"
    PREPAYMENT_CONFIGURATION = "ReadPrepaymentConfiguration"
    LOAD_LIMIT = "ReadLoadLimitData"
    ACTIVE_POWER_IMPORT = "ReadActivePowerImport"
    VOLTAGE_CONFIGURATION = "ReadDeviceConfigurationVoltage"
    RANDOMISATION = "ReadDeviceConfigurationRandomisation"
    BILLING_CALENDAR = "ReadDeviceConfigurationBillingCalendar"
    IDENTITY = "ReadDeviceConfigurationIdentityExcMPxN"
    POWER_THRESHOLDS = "ReadDeviceConfigurationInstantaneousPowerThresholds"
    METER_POINTS = "ReadDeviceConfigurationMPxN"
    GAS_CONFIGURATION = "ReadDeviceConfigurationGas"
    PAYMENT_MODE = "ReadDeviceConfigurationPaymentMode"
    ALERT_BEHAVIOUR = "ReadDeviceConfigurationEventAndAlertBehaviours"
    SUPPLY_STATUS = "ReadSupplyStatus"
    AUXILIARY_LOADS = "ReadALCSData"
    AUXILIARY_CONTROLLER_CONFIGURATION = "ReadAuxiliaryControllerConfigurationData"
    AUXILIARY_CONTROLLERS = "ReadAuxiliaryControllerOperationalData"
    FIRMWARE_VERSION = "ReadFirmwareVersion"
    GAS_NETWORK_DATA = "RecordNetworkDataGAS"


class Log(Enum):
    """What is kept with the time of each entry, and is read for a period."""

    TARIFF_BILLING = "RetrieveCoMOrTariffTriggeredBillingDataLog"
    BILLING_CALENDAR = "RetrieveBillingCalendarTriggeredBillingDataLog"
    DEBT_PAYMENTS = "RetrieveBillingDataLogDebtPayments"
    PREPAYMENT_CREDITS = "RetrieveBillingDataLogPrepaymentCredits"
    IMPORT_DAILY_READS = "RetrieveImportDailyReadLog"
    EXPORT_DAILY_READS = "RetrieveExportDailyReadLog"
    PREPAYMENT_DAILY_READS = "ReadPrepaymentDailyReadLog"
    DAILY_CONSUMPTION = "RetrieveDailyConsumptionLog"
    ACTIVE_IMPORT_PROFILE = "ReadActiveImportProfileData"
    REACTIVE_IMPORT_PROFILE = "ReadReactiveImportProfileData"
    EXPORT_PROFILE = "ReadExportProfileData"
    NETWORK_DATA = "ReadNetworkData"
    BOOST_BUTTON = "ReadBoostButtonDetails"
    SUB_GHZ_CHANNEL = "ReadCHFSubGHzChannelLog"


class EventLog(Enum):
    """The logs of events."""

    EVENTS = "Event"
    AUXILIARY_LOADS = "ALCSEvent"
    POWER = "PowerEvent"
    SECURITY = "Security"
    GAS_EVENTS = "GSMEEvent"
    GAS_SECURITY = "GSMESecurity"


def read(what: Reading, at: Moment | None = None) -> Element:
    """Read a thing as it is; not all can be read at a later time, which raises :class:`EncodeError`."""
    return body(what.value, {}, at)


def read_log(
    log: Log,
    start: Moment,
    end: Moment,
    *,
    certificate: bytes | None = None,
    at: Moment | None = None,
) -> Element:
    """Read the entries of a log that were made in a period.

    ``certificate`` is the Key Agreement certificate (DER) of a User whom the Device does not know, for whom
    the entries are encrypted; not all logs are read so, which raises :class:`EncodeError`.
    """
    return body(log.value, {**_period(start, end), "KAPublicSecurityCredentials": certificate}, at)


def read_event_log(log: EventLog, start: Moment, end: Moment) -> Element:
    """Read the entries of a log of events that were made in a period (SRV 6.13)."""
    return body("ReadEventOrSecurityLog", {**_period(start, end), "LogToRead": log.value})


def read_device_log(*, security_details: bool = False, at: Moment | None = None) -> Element:
    """Read which Devices a Device may talk to (SRV 8.9)."""
    return body("ReadDeviceLog", {"ReadSecurityDetails": {} if security_details else None}, at)


def _period(start: Moment, end: Moment) -> Values:
    return {"ReadLogPeriod": {"StartDateTime": start, "EndDateTime": end}}
