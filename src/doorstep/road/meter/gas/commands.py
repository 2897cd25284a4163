"""The commands that a GSME carries out: who may send each, what it does, and what answers it.

One row a command. A row without an effect only asks; one without an answer gets a Default Response.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from doorstep.road.device.clusters import Attr
from doorstep.road.device.execution import Occasion
from doorstep.road.meter.gas import events, housekeeping, prepayment, supply, tariff
from doorstep.road.meter.gas.state import GasState
from doorstep.zigbee.clusters import calendar, device_management, messaging, metering, price
from doorstep.zigbee.clusters import events as event_logs
from doorstep.zigbee.clusters import prepayment as credit
from doorstep.zigbee.clusters.cluster import Command

__all__ = ["COMMANDS", "Access", "Fault", "Row"]

Fault = Attr | type[Command] | Command
"""What can be broken: an attribute, a kind of command, or one command that is equal to this."""

Effect = Callable[[GasState, Any, Occasion], GasState]
Answer = Callable[[GasState, Any, Occasion], tuple[Command, ...]]


class Access(Enum):
    """Who may have a command carried out."""

    CRITICAL = "a Critical Command"
    PPMID = "a Critical Command or a PPMID"
    TOP_UP = "any Command or a PPMID"
    ANY = "any Command"


class Row(Struct, frozen=True, kw_only=True):
    """One command.

    ``dated`` is the field that says when it is to take effect, where it may be later. ``refusal`` is what
    answers it in place of a Default Response when it is not carried out. ``quiet`` is how an answer wants
    no Default Response itself, as the reference Responses have it.
    """

    access: Access
    effect: Effect | None = None
    answer: Answer | None = None
    refusal: Callable[[Any], Command] | None = None
    dated: str = ""
    quiet: bool = True


def _payment_mode(state: GasState, _command: Any, _occasion: Occasion) -> tuple[Command, ...]:
    """The prepayment settings that are in force."""
    friendly = tariff.calendar_of(state, tariff.FRIENDLY_CREDIT)
    return (
        credit.ChangePaymentModeResponse(
            0 if friendly is None else 1,
            friendly or 0,
            state.number(prepayment.EMERGENCY_LIMIT),
            state.number(prepayment.EMERGENCY_THRESHOLD),
        ),
    )


def _topped_up(state: GasState, command: credit.ConsumerTopUp, _occasion: Occasion) -> tuple[Command, ...]:
    return (
        credit.ConsumerTopUpResponse(
            credit.TopUpResult.ACCEPTED,
            state.number(prepayment.LAST_TOP_UP),
            command.originating_device,
            state.number(prepayment.CREDIT),
        ),
    )


def _not_topped_up(command: credit.ConsumerTopUp) -> Command:
    """A top-up that is not applied, whatever the reason: our facts know one number for all of them."""
    rejected = credit.TopUpResult.REJECTED_INVALID
    return credit.ConsumerTopUpResponse(rejected, -1, command.originating_device, -1)


def _supply(state: GasState, command: metering.ChangeSupply, _occasion: Occasion) -> tuple[Command, ...]:
    return (
        metering.SupplyStatusResponse(
            command.provider_id,
            command.issuer_event_id,
            command.implementation_time,
            state.number(supply.SUPPLY),
        ),
    )


def _set(effect: Effect, dated: str = "") -> Row:
    """A command that a Critical Command alone may bring."""
    return Row(access=Access.CRITICAL, effect=effect, dated=dated)


def _told(effect: Effect) -> Row:
    """A command that any Command may bring."""
    return Row(access=Access.ANY, effect=effect)


def _asked(answer: Answer, *, quiet: bool = True) -> Row:
    """A command that asks."""
    return Row(access=Access.ANY, answer=answer, quiet=quiet)


COMMANDS: Final[Mapping[type[Command], Row]] = MappingProxyType(
    {
        # Prepayment.
        credit.SelectAvailableEmergencyCredit: Row(
            access=Access.PPMID, effect=prepayment.select_emergency_credit
        ),
        credit.ChangeDebt: _set(prepayment.change_debt),
        credit.EmergencyCreditSetup: _set(prepayment.set_up_emergency_credit, "start_time"),
        credit.SetOverallDebtCap: _set(prepayment.set_debt_cap, "implementation_time"),
        credit.SetLowCreditWarningLevel: _set(prepayment.set_low_credit_level),
        credit.SetMaximumCreditLimit: _set(prepayment.set_maximum_credit, "implementation_time"),
        credit.CreditAdjustment: _set(prepayment.adjust_credit),
        credit.ChangePaymentMode: Row(
            access=Access.CRITICAL,
            effect=prepayment.change_payment_mode,
            answer=_payment_mode,
            dated="implementation_time",
        ),
        credit.ConsumerTopUp: Row(
            access=Access.TOP_UP,
            effect=prepayment.enter_top_up,
            answer=_topped_up,
            refusal=_not_topped_up,
            quiet=False,
        ),
        credit.GetTopUpLog: _asked(housekeeping.top_up_log),
        credit.GetDebtRepaymentLog: _asked(housekeeping.nothing),
        credit.GetPrepaySnapshot: _asked(housekeeping.nothing),
        # Supply and metering.
        metering.ChangeSupply: Row(
            access=Access.CRITICAL, effect=supply.change_supply, answer=_supply, quiet=False
        ),
        metering.SetSupplyStatus: _set(supply.set_supply_status),
        metering.SetUncontrolledFlowThreshold: _set(supply.set_flow_threshold),
        metering.GetSnapshot: _asked(housekeeping.nothing),
        metering.GetSampledData: _asked(housekeeping.nothing),
        metering.StartSampling: Row(
            access=Access.ANY,
            effect=housekeeping.start_sampling,
            answer=housekeeping.sampling,
            refusal=lambda _command: metering.StartSamplingResponse(housekeeping.NOT_SAMPLED),
            quiet=False,
        ),
        # Tariff, prices, gas to energy, billing.
        price.PublishTariffInformation: _set(tariff.publish_tariff, "start_time"),
        price.PublishPriceMatrix: _set(tariff.publish_prices, "start_time"),
        price.PublishBlockThresholds: _set(tariff.publish_block_thresholds, "start_time"),
        price.PublishConversionFactor: _set(tariff.publish_conversion_factor),
        price.PublishCalorificValue: _set(tariff.publish_calorific_value),
        price.PublishBillingPeriod: _set(housekeeping.keep("billing period")),
        price.PublishBlockPeriod: _set(housekeeping.keep("block period")),
        price.GetBillingPeriod: _asked(housekeeping.published("billing period"), quiet=False),
        # Calendars.
        calendar.PublishCalendar: _set(tariff.publish_calendar, "start_time"),
        calendar.PublishDayProfile: _set(tariff.publish_part),
        calendar.PublishWeekProfile: _set(tariff.publish_part),
        calendar.PublishSeasons: _set(tariff.publish_part),
        calendar.PublishSpecialDays: _set(tariff.publish_special_days, "start_time"),
        calendar.GetDayProfiles: _asked(tariff.day_profiles),
        calendar.GetWeekProfiles: _asked(tariff.week_profiles),
        calendar.GetSeasons: _asked(tariff.seasons),
        calendar.GetSpecialDays: _asked(tariff.special_days),
        # Messages, supplier, identity, privacy PIN, events.
        messaging.DisplayMessage: _told(housekeeping.keep("message")),
        device_management.PublishChangeOfSupplier: _told(housekeeping.keep("supplier")),
        device_management.RequestNewPasswordResponse: _told(housekeeping.keep("password")),
        device_management.UpdateSiteId: _told(housekeeping.update_site_id),
        device_management.UpdateCin: _told(housekeeping.keep("customer identification number")),
        event_logs.GetEventLog: _asked(events.events),
        event_logs.ClearEventLog: Row(
            access=Access.ANY, effect=events.clear, answer=events.cleared, quiet=False
        ),
        device_management.SetEventConfiguration: _told(housekeeping.set_event_configuration),
        device_management.GetEventConfiguration: _asked(housekeeping.event_configuration, quiet=False),
    }
)
"""Every command, by its layout."""
