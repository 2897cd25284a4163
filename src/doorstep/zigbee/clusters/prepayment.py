"""Prepayment 0x0705: credit, emergency credit, debt and top-ups.

The server is the meter; the gas proxy mirrors a gas meter's, for reading only.
"""

from __future__ import annotations

import enum
from typing import Final

from doorstep.secret import repr_without
from doorstep.zigbee.clusters.cluster import Attribute, Cluster, Command
from doorstep.zigbee.fields import I32, U8, U16, U32, Bitmap32, Enum8, OctetString, Rest, ToEnd, Utc
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.types import (
    BITMAP8,
    BITMAP16,
    ENUM8,
    INT32,
    OCTET_STRING,
    UINT16,
    UINT32,
    UTC_TIME,
)

__all__ = [
    "PREPAYMENT",
    "CreditStatus",
    "PaymentControl",
    "OriginatingDevice",
    "TopUpResult",
    "SelectAvailableEmergencyCredit",
    "MeterIdentity",
    "ChangeDebt",
    "EmergencyCreditSetup",
    "ConsumerTopUp",
    "ConsumerTopUpResponse",
    "CreditAdjustment",
    "ChangePaymentMode",
    "ChangePaymentModeResponse",
    "GetPrepaySnapshot",
    "PublishPrepaySnapshot",
    "GetTopUpLog",
    "PublishTopUpLog",
    "TopUp",
    "SetLowCreditWarningLevel",
    "GetDebtRepaymentLog",
    "PublishDebtLog",
    "DebtPayment",
    "SetMaximumCreditLimit",
    "SetOverallDebtCap",
]


class CreditStatus(enum.IntFlag):
    """The attribute of that name."""

    CREDIT_OK = 1 << 0
    LOW_CREDIT = 1 << 1
    EMERGENCY_CREDIT_ENABLED = 1 << 2
    EMERGENCY_CREDIT_AVAILABLE = 1 << 3
    EMERGENCY_CREDIT_SELECTED = 1 << 4
    EMERGENCY_CREDIT_IN_USE = 1 << 5
    CREDIT_EXHAUSTED = 1 << 6


class PaymentControl(enum.IntFlag):
    """The attribute PaymentControlConfiguration: how the home pays."""

    DISCONNECTION_ENABLED = 1 << 0
    PREPAYMENT = 1 << 1
    CREDIT_MANAGEMENT = 1 << 2
    CREDIT_DISPLAY = 1 << 4
    ACCOUNT_BASE = 1 << 6
    CONTACTOR_FITTED = 1 << 7
    STANDING_CHARGE = 1 << 8
    EMERGENCY_STANDING_CHARGE = 1 << 9
    DEBT = 1 << 10
    EMERGENCY_DEBT = 1 << 11


class OriginatingDevice(enum.IntEnum):
    """Where a command was made."""

    ENERGY_SERVICE_INTERFACE = 0
    METER = 1
    IN_HOME_DISPLAY = 2


class TopUpResult(enum.IntEnum):
    """What became of a top-up."""

    ACCEPTED = 0x00
    REJECTED_INVALID = 0x01
    REJECTED_DUPLICATE = 0x02
    REJECTED_ERROR = 0x03
    REJECTED_MAXIMUM_CREDIT = 0x04
    REJECTED_KEYPAD_LOCKED = 0x05
    REJECTED_VALUE_TOO_LARGE = 0x06
    ACCEPTED_SUPPLY_ENABLED = 0x10
    ACCEPTED_SUPPLY_DISABLED = 0x11
    ACCEPTED_SUPPLY_ARMED = 0x12


class MeterIdentity(Layout, frozen=True):
    """The meter that a command means, in one old version of the cluster."""

    site_id: OctetString
    meter_serial_number: OctetString


class SelectAvailableEmergencyCredit(Command, frozen=True):
    """Someone in the home starts to use emergency credit. A zero time stands for now."""

    issue_time: Utc = 0
    originating_device: Enum8 = OriginatingDevice.IN_HOME_DISPLAY
    meter: MeterIdentity | None = None


class ChangeDebt(Command, frozen=True):
    """Set or change one debt and how it is collected.

    Recovery method: 0 time, 1 percentage of top-ups, 2 catch-up. The amount type names the debt and,
    by being even or odd, whether its amount is absolute or to be added.
    """

    issuer_event_id: U32
    debt_label: OctetString
    debt_amount: I32
    recovery_method: Enum8
    amount_type: Enum8
    recovery_start_time: Utc
    recovery_collection_time: U16
    recovery_frequency: Enum8
    recovery_amount: I32
    recovery_percentage: U16


class EmergencyCreditSetup(Command, frozen=True):
    """How much emergency credit there is, and from which balance on it is offered."""

    issuer_event_id: U32
    start_time: Utc
    limit: U32
    threshold: U32


class ConsumerTopUp(Command, frozen=True):
    """A top-up code (UTRN) of twenty decimal digits, as ASCII."""

    originating_device: Enum8
    top_up_code: OctetString

    def __repr__(self) -> str:
        return repr_without(self, "top_up_code")


class ConsumerTopUpResponse(Command, frozen=True):
    """What became of a top-up; a refusal has values of all ones."""

    result: Enum8
    top_up_value: I32
    source: Enum8
    credit_remaining: I32


class CreditAdjustment(Command, frozen=True):
    """Change the credit by a value, or set it to one (type 1)."""

    issuer_event_id: U32
    start_time: Utc
    adjustment_type: Enum8
    value: I32


class ChangePaymentMode(Command, frozen=True):
    """Change how the home pays. A cut-off value of all ones leaves it as it is."""

    provider_id: U32
    issuer_event_id: U32
    implementation_time: Utc
    payment_control: U16
    cut_off_value: I32


class ChangePaymentModeResponse(Command, frozen=True):
    """The prepayment settings that are now in force."""

    friendly_credit: U8
    friendly_credit_calendar_id: U32
    emergency_credit_limit: U32
    emergency_credit_threshold: U32


class GetPrepaySnapshot(Command, frozen=True):
    """Ask for the snapshots of a time that were taken for one of the causes."""

    earliest_start_time: Utc
    latest_end_time: Utc
    offset: U8
    cause: Bitmap32


class PublishPrepaySnapshot(Command, frozen=True):
    """One snapshot. What the payload holds depends on its type."""

    snapshot_id: U32
    snapshot_time: Utc
    total_snapshots_found: U8
    command_index: U8
    total_commands: U8
    cause: Bitmap32
    payload_type: Enum8
    payload: Rest


class GetTopUpLog(Command, frozen=True):
    """Ask for the latest top-ups."""

    latest_end_time: Utc
    number_of_records: U8


class TopUp(Layout, frozen=True):
    """One top-up that was accepted."""

    code: OctetString
    amount: I32
    time: Utc

    def __repr__(self) -> str:
        return repr_without(self, "code")


class PublishTopUpLog(Command, frozen=True):
    """Top-ups, the latest first."""

    command_index: U8
    total_commands: U8
    top_ups: ToEnd[TopUp]


class SetLowCreditWarningLevel(Command, frozen=True):
    """The balance at which the home is warned."""

    low_credit_warning_level: U32


class GetDebtRepaymentLog(Command, frozen=True):
    """Ask for the latest payments of a debt: 0 to 2, or FF for all."""

    latest_end_time: Utc
    number_of_debts: U8
    debt_type: Enum8


class DebtPayment(Layout, frozen=True):
    """One payment of a debt and what was left to pay."""

    collection_time: Utc
    amount_collected: I32
    debt_type: Enum8
    outstanding_debt: U32


class PublishDebtLog(Command, frozen=True):
    """Payments of debts, the latest first."""

    command_index: U8
    total_commands: U8
    payments: ToEnd[DebtPayment]


class SetMaximumCreditLimit(Command, frozen=True):
    """The most credit that a meter may hold and that one top-up may add."""

    provider_id: U32
    issuer_event_id: U32
    implementation_time: Utc
    maximum_credit_level: U32
    maximum_credit_per_top_up: U32


class SetOverallDebtCap(Command, frozen=True):
    """The most that may be collected for debts."""

    provider_id: U32
    issuer_event_id: U32
    implementation_time: Utc
    overall_debt_cap: I32


def _top_up(number: int) -> tuple[Attribute, ...]:
    base = 0x0100 + 0x10 * (number - 1)
    return (
        Attribute(base, f"TopUpDateTime{number}", UTC_TIME),
        Attribute(base + 1, f"TopUpAmount{number}", INT32),
        Attribute(base + 2, f"TopUpOriginatingDevice{number}", ENUM8),
        Attribute(base + 3, f"TopUpCode{number}", OCTET_STRING),
    )


def _debt(number: int) -> tuple[Attribute, ...]:
    base = 0x0200 + 0x10 * number
    return (
        Attribute(base, f"DebtLabel{number}", OCTET_STRING),
        Attribute(base + 1, f"DebtAmount{number}", UINT32),
        Attribute(base + 2, f"DebtRecoveryMethod{number}", ENUM8),
        Attribute(base + 3, f"DebtRecoveryStartTime{number}", UTC_TIME),
        Attribute(base + 4, f"DebtRecoveryCollectionTime{number}", UINT16),
        Attribute(base + 6, f"DebtRecoveryFrequency{number}", ENUM8),
        Attribute(base + 7, f"DebtRecoveryAmount{number}", UINT32),
        Attribute(base + 9, f"DebtRecoveryTopUpPercentage{number}", UINT16),
    )


PREPAYMENT: Final = Cluster(
    0x0705,
    "Prepayment",
    to_server={
        0x00: SelectAvailableEmergencyCredit,
        0x02: ChangeDebt,
        0x03: EmergencyCreditSetup,
        0x04: ConsumerTopUp,
        0x05: CreditAdjustment,
        0x06: ChangePaymentMode,
        0x07: GetPrepaySnapshot,
        0x08: GetTopUpLog,
        0x09: SetLowCreditWarningLevel,
        0x0A: GetDebtRepaymentLog,
        0x0B: SetMaximumCreditLimit,
        0x0C: SetOverallDebtCap,
    },
    to_client={
        0x01: PublishPrepaySnapshot,
        0x02: ChangePaymentModeResponse,
        0x03: ConsumerTopUpResponse,
        0x05: PublishTopUpLog,
        0x06: PublishDebtLog,
    },
    attributes=(
        Attribute(0x0000, "PaymentControlConfiguration", BITMAP16),
        Attribute(0x0001, "CreditRemaining", INT32),
        Attribute(0x0002, "EmergencyCreditRemaining", INT32),
        Attribute(0x0003, "CreditStatus", BITMAP8),
        Attribute(0x0004, "CreditRemainingTimeStamp", UTC_TIME),
        Attribute(0x0005, "AccumulatedDebt", INT32),
        Attribute(0x0006, "OverallDebtCap", INT32),
        Attribute(0x0010, "EmergencyCreditLimit", UINT32),
        Attribute(0x0011, "EmergencyCreditThreshold", UINT32),
        Attribute(0x0021, "MaximumCreditLimit", UINT32),
        Attribute(0x0022, "MaximumCreditPerTopUp", UINT32),
        Attribute(0x0031, "LowCreditWarningLevel", UINT32),
        Attribute(0x0034, "RemainingFriendlyCreditTime", UINT16),
        Attribute(0x0040, "CutOffValue", INT32),
        *(attribute for number in range(1, 6) for attribute in _top_up(number)),
        *(attribute for number in range(1, 4) for attribute in _debt(number)),
        Attribute(0x0400, "PrepaymentAlarmStatus", BITMAP16),
    ),
)
