"""Fields of ZCL commands whose values have names or units, by the command's class and the field's name.

Times need no row, for their type says what they are; nor does text, which shows itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from doorstep.gbcs.names.alerts import numbered_alert
from doorstep.gbcs.names.readings import (
    Reading,
    chosen,
    flags,
    member,
    money,
    money_unless,
    percent,
    pounds,
    quantity,
)
from doorstep.gbcs.payloads.gbz_alerts import FutureDatedOutcome, IntegrityIssue, IntegrityIssueReason
from doorstep.gbcs.usecases import use_case
from doorstep.zigbee import zcl
from doorstep.zigbee.clusters import (
    CLUSTERS,
    calendar,
    device_management,
    events,
    metering,
    prepayment,
    price,
)
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.types import TYPES

__all__ = ["FIELDS", "PRICES", "UNIT_OF_MEASURE", "price_reading"]

Field = tuple[type[Layout], str]

UNIT_OF_MEASURE: Final = chosen({0: "kWh", 1: "m³"})
"""The unit of a meter's registers, or of what a tariff is for."""

_CURRENCY_SIGNS: Final[Mapping[int, str]] = MappingProxyType({price.POUNDS: "£", 978: "€"})  # by ISO 4217


def price_reading(currency: int, trailing_digit: int) -> Reading:
    """The reading of prices in a currency, with the decimals that the high nibble says."""
    sign = _CURRENCY_SIGNS.get(currency, f"currency {currency} ")
    decimals = trailing_digit >> 4
    return lambda value: pounds(value, decimals, sign) if isinstance(value, int) else ""


def _message_code(value: Any) -> str:
    row = use_case(value) if isinstance(value, int) else None
    return f"0x{value:04X} {row.label}" if row else ""


def _cluster(value: Any) -> str:
    cluster = CLUSTERS.get(value) if isinstance(value, int) else None
    return cluster.name if cluster else ""


def _data_type(value: Any) -> str:
    row = TYPES.get(value) if isinstance(value, int) else None
    return row.name if row else ""


def _minutes_from_midnight(value: Any) -> str:
    return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else ""


def _year(value: Any) -> str:
    if value == calendar.ANY:
        return "every year"
    return str(1900 + value) if isinstance(value, int) else ""


_status: Final = member(zcl.Status)
_supply: Final = member(metering.SupplyStatus)
_supply_action: Final = member(metering.SupplyAction)
_device: Final = member(prepayment.OriginatingDevice)
_top_up_result: Final = member(prepayment.TopUpResult)
_log: Final = member(events.EventLog)


def _log_of_control(value: Any) -> str:
    """The log that the low four bits name."""
    return _log(value & 0x0F) if isinstance(value, int) else ""


_seconds: Final = quantity("s")
_minutes: Final = quantity("minutes")
_currency: Final = chosen({price.POUNDS: "pounds sterling", 978: "euro"})
_calendar_type: Final = chosen({0: "delivered energy", 3: "friendly credit"})
_any: Final = chosen({calendar.ANY: "any"})
_tier: Final = chosen({0: "friendly credit ends", 1: "friendly credit begins"})

# A refused top-up has values of all ones, and so has a cut-off that is to stay.
_credit: Final = money_unless("none", -1)
_cut_off: Final = money_unless("as it is", -1)

FIELDS: Final[Mapping[Field, Reading]] = MappingProxyType(
    {
        # General commands.
        (zcl.AttributeRecord, "status"): _status,
        (zcl.AttributeRecord, "type"): _data_type,
        (zcl.AttributeReport, "type"): _data_type,
        (zcl.WriteStatus, "status"): _status,
        (zcl.ReportingStatus, "status"): _status,
        (zcl.DefaultResponse, "status"): _status,
        (zcl.DiscoveredAttribute, "type"): _data_type,
        # Prepayment.
        (prepayment.SelectAvailableEmergencyCredit, "originating_device"): _device,
        (prepayment.ConsumerTopUp, "originating_device"): _device,
        (prepayment.ConsumerTopUpResponse, "result"): _top_up_result,
        (prepayment.ConsumerTopUpResponse, "top_up_value"): _credit,
        (prepayment.ConsumerTopUpResponse, "source"): _device,
        (prepayment.ConsumerTopUpResponse, "credit_remaining"): _credit,
        (prepayment.ChangeDebt, "debt_amount"): money,
        (prepayment.ChangeDebt, "recovery_method"): chosen({0: "by time", 1: "by percentage", 2: "catch-up"}),
        (prepayment.ChangeDebt, "amount_type"): chosen(
            {
                number: f"{words} time or payment debt {number // 2 + 1}"
                for number, words in enumerate(("set", "add to") * 3)
            }
        ),
        (prepayment.ChangeDebt, "recovery_frequency"): chosen(
            dict(enumerate(("hourly", "daily", "weekly", "monthly", "quarterly")))
        ),
        (prepayment.ChangeDebt, "recovery_amount"): money,
        (prepayment.ChangeDebt, "recovery_percentage"): percent,
        (prepayment.EmergencyCreditSetup, "limit"): money,
        (prepayment.EmergencyCreditSetup, "threshold"): money,
        (prepayment.CreditAdjustment, "adjustment_type"): chosen(
            {
                0: "add to the meter balance",
                1: "set the meter balance",
                2: "set the credit mode balance",
                3: "add to the credit mode balance",
            }
        ),
        (prepayment.CreditAdjustment, "value"): money,
        (prepayment.ChangePaymentMode, "payment_control"): flags(prepayment.PaymentControl),
        (prepayment.ChangePaymentMode, "cut_off_value"): _cut_off,
        (prepayment.ChangePaymentModeResponse, "emergency_credit_limit"): money,
        (prepayment.ChangePaymentModeResponse, "emergency_credit_threshold"): money,
        (prepayment.TopUp, "amount"): money,
        (prepayment.SetLowCreditWarningLevel, "low_credit_warning_level"): money,
        (prepayment.DebtPayment, "amount_collected"): money,
        (prepayment.DebtPayment, "outstanding_debt"): money,
        (prepayment.SetMaximumCreditLimit, "maximum_credit_level"): money,
        (prepayment.SetMaximumCreditLimit, "maximum_credit_per_top_up"): money,
        (prepayment.SetOverallDebtCap, "overall_debt_cap"): money,
        # Metering.
        (metering.ChangeSupply, "supply_status"): _supply,
        (metering.SupplyStatusResponse, "supply_status"): _supply,
        (metering.LocalChangeSupply, "supply_status"): _supply,
        (metering.SetSupplyStatus, "supply_tamper_state"): _supply_action,
        (metering.SetSupplyStatus, "supply_depletion_state"): _supply_action,
        (metering.SetSupplyStatus, "supply_uncontrolled_flow_state"): _supply_action,
        (metering.SetSupplyStatus, "load_limit_supply_state"): _supply_action,
        (metering.SetUncontrolledFlowThreshold, "unit_of_measure"): UNIT_OF_MEASURE,
        (metering.SetUncontrolledFlowThreshold, "stabilisation_period"): _seconds,
        (metering.SetUncontrolledFlowThreshold, "measurement_period"): _seconds,
        (metering.StartSampling, "interval"): _seconds,
        (metering.StartSamplingResponse, "sample_id"): chosen({0xFFFF: "refused"}),
        (metering.GetSampledDataResponse, "interval"): _seconds,
        # Price.
        (price.PublishPrice, "unit_of_measure"): UNIT_OF_MEASURE,
        (price.PublishPrice, "currency"): _currency,
        (price.PublishPrice, "duration"): _minutes,
        (price.PublishTariffInformation, "unit_of_measure"): UNIT_OF_MEASURE,
        (price.PublishTariffInformation, "currency"): _currency,
        (price.PublishConsolidatedBill, "currency"): _currency,
        # Calendar.
        (calendar.GetCalendar, "calendar_type"): _calendar_type,
        (calendar.GetSpecialDays, "calendar_type"): _calendar_type,
        (calendar.PublishCalendar, "calendar_type"): _calendar_type,
        (calendar.PublishDayProfile, "calendar_type"): _calendar_type,
        (calendar.PublishSpecialDays, "calendar_type"): _calendar_type,
        (calendar.CancelCalendar, "calendar_type"): _calendar_type,
        (calendar.DayScheduleEntry, "start"): _minutes_from_midnight,
        **{
            (layout, field): reading
            for layout in (calendar.Season, calendar.SpecialDay)
            for field, reading in (
                ("year_since_1900", _year),
                ("month", _any),
                ("day_of_month", _any),
                ("day_of_week", _any),
            )
        },
        # Device management and events.
        (device_management.SetEventConfiguration, "control"): member(device_management.ConfigurationControl),
        (device_management.SetEventConfiguration, "event_ids"): numbered_alert,
        (device_management.GetEventConfiguration, "event_id"): numbered_alert,
        (device_management.EventConfiguration, "event_id"): numbered_alert,
        (events.GetEventLog, "control_and_log"): _log_of_control,
        (events.GetEventLog, "event_id"): lambda value: numbered_alert(value) if value else "any",
        (events.ClearEventLog, "log"): _log,
        (events.PublishEvent, "log"): _log,
        (events.PublishEvent, "event_id"): numbered_alert,
        (events.LoggedEvent, "log"): _log,
        (events.LoggedEvent, "event_id"): numbered_alert,
        # What Alerts add.
        (FutureDatedOutcome, "message_code"): _message_code,
        (FutureDatedOutcome, "cluster"): _cluster,
        (IntegrityIssue, "reason"): member(IntegrityIssueReason),
    }
)
"""The readings of fields. That of a repeated field is the reading of each of its values."""

PRICES: Final[Mapping[Field, Callable[[Any], Reading]]] = MappingProxyType(
    {
        (price.PublishPrice, "price"): lambda command: price_reading(
            command.currency, command.trailing_digit_and_tier
        ),
        (price.PublishTariffInformation, "standing_charge"): lambda command: price_reading(
            command.currency, command.trailing_digit
        ),
        (price.PublishConsolidatedBill, "consolidated_bill"): lambda command: price_reading(
            command.currency, command.trailing_digit
        ),
    }
)
"""The fields that are prices, with the reading that the rest of their command gives them."""
