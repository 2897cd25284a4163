"""Metering 0x0702: what a meter has measured, its supply, and the mirror of one that sleeps.

The server is the meter, or the Communications Hub that mirrors it. A mirror's client attributes are
the flags that tell a sleeping gas meter what to do when it next wakes.
"""

from __future__ import annotations

import enum
from typing import Final

from doorstep.zigbee.clusters.cluster import Attribute, Cluster, Command
from doorstep.zigbee.fields import (
    U8,
    U16,
    U24,
    U32,
    Bitmap8,
    Bitmap32,
    Bool,
    Counted,
    Counted16,
    Enum8,
    Rest,
    ToEnd,
    Utc,
)
from doorstep.zigbee.types import (
    BITMAP8,
    BITMAP32,
    ENUM8,
    INT24,
    OCTET_STRING,
    UINT8,
    UINT16,
    UINT24,
    UINT32,
    UINT48,
)

__all__ = [
    "METERING",
    "SupplyStatus",
    "SupplyAction",
    "NotificationScheme",
    "FunctionalFlag",
    "GetProfile",
    "GetProfileResponse",
    "RequestMirror",
    "RequestMirrorResponse",
    "RemoveMirror",
    "MirrorRemoved",
    "RequestFastPollMode",
    "RequestFastPollModeResponse",
    "TakeSnapshot",
    "TakeSnapshotResponse",
    "GetSnapshot",
    "PublishSnapshot",
    "StartSampling",
    "StartSamplingResponse",
    "GetSampledData",
    "GetSampledDataResponse",
    "ConfigureMirror",
    "ConfigureNotificationScheme",
    "ConfigureNotificationFlags",
    "GetNotifiedMessage",
    "MirrorReportAttributeResponse",
    "ChangeSupply",
    "SupplyStatusResponse",
    "LocalChangeSupply",
    "SetSupplyStatus",
    "SetUncontrolledFlowThreshold",
]


class SupplyStatus(enum.IntEnum):
    """The state of the supply, and in commands the state that it shall have."""

    OFF = 0
    OFF_ARMED = 1
    ON = 2


class SupplyAction(enum.IntEnum):
    """What an event (tampering, credit used up...) does to the supply, in Set Supply Status."""

    OFF = 0
    OFF_ARMED = 1
    ON = 2
    UNCHANGED = 3


class NotificationScheme(enum.IntEnum):
    """How many words of flags a mirror hands over: none, the functional ones, or five words."""

    NONE = 0
    A = 1
    B = 2


class FunctionalFlag(enum.IntFlag):
    """The attribute FunctionalNotificationFlags: what a sleeping meter shall do when it wakes."""

    NEW_OTA_FIRMWARE = 1 << 0
    CBKE_UPDATE_REQUEST = 1 << 1
    TIME_SYNC = 1 << 2
    STAY_AWAKE_HAN = 1 << 4
    STAY_AWAKE_WAN = 1 << 5
    PUSH_HISTORICAL_METERING_A = 1 << 6
    PUSH_HISTORICAL_METERING_B = 1 << 7
    PUSH_HISTORICAL_METERING_C = 1 << 8
    PUSH_HISTORICAL_PREPAYMENT_A = 1 << 9
    PUSH_HISTORICAL_PREPAYMENT_B = 1 << 10
    PUSH_HISTORICAL_PREPAYMENT_C = 1 << 11
    PUSH_STATIC_BASIC = 1 << 12
    PUSH_STATIC_METERING = 1 << 13
    PUSH_STATIC_PREPAYMENT = 1 << 14
    NETWORK_KEY_ACTIVE = 1 << 15
    DISPLAY_MESSAGE = 1 << 16
    CANCEL_ALL_MESSAGES = 1 << 17
    CHANGE_SUPPLY = 1 << 18
    LOCAL_CHANGE_SUPPLY = 1 << 19
    SET_UNCONTROLLED_FLOW_THRESHOLD = 1 << 20
    TUNNEL_MESSAGE_PENDING = 1 << 21
    GET_SNAPSHOT = 1 << 22
    GET_SAMPLED_DATA = 1 << 23
    NEW_SUBGHZ_CHANNEL_MASKS = 1 << 24
    ENERGY_SCAN_PENDING = 1 << 25
    CHANNEL_CHANGE_PENDING = 1 << 26


class GetProfile(Command, frozen=True):
    """Ask for the latest intervals of a channel, up to an end time."""

    interval_channel: Enum8
    end_time: Utc
    number_of_periods: U8


class GetProfileResponse(Command, frozen=True):
    """Consumption interval by interval, the latest first."""

    end_time: Utc
    status: Enum8
    profile_interval_period: Enum8
    intervals: Counted[U24]


class RequestMirror(Command, frozen=True):
    """A sleeping meter asks the hub to mirror it."""


class RequestMirrorResponse(Command, frozen=True):
    """The endpoint of the mirror; FFFF where none is free."""

    endpoint: U16


class RemoveMirror(Command, frozen=True):
    """A sleeping meter asks the hub to mirror it no more."""


class MirrorRemoved(Command, frozen=True):
    """The endpoint that the mirror had; FFFF where there was none."""

    endpoint: U16


class RequestFastPollMode(Command, frozen=True):
    """Ask for updates every ``update_period`` seconds, for ``duration`` minutes."""

    update_period: U8
    duration: U8


class RequestFastPollModeResponse(Command, frozen=True):
    """The update period that applies, in seconds, and when it ends."""

    applied_update_period: U8
    end_time: Utc


class TakeSnapshot(Command, frozen=True):
    """Ask the meter to keep a copy of its registers now."""

    cause: Bitmap32


class TakeSnapshotResponse(Command, frozen=True):
    """The snapshot that was taken."""

    snapshot_id: U32
    confirmation: Bitmap8


class GetSnapshot(Command, frozen=True):
    """Ask for the snapshots of a time that were taken for one of the causes."""

    earliest_start_time: Utc
    latest_end_time: Utc
    offset: U8
    cause: Bitmap32


class PublishSnapshot(Command, frozen=True):
    """One snapshot, or one part of it. What the payload holds depends on its type."""

    snapshot_id: U32
    snapshot_time: Utc
    total_snapshots_found: U8
    command_index: U8
    total_commands: U8
    cause: Bitmap32
    payload_type: Enum8
    payload: Rest


class StartSampling(Command, frozen=True):
    """Ask the meter to sample, every ``interval`` seconds, up to a number of samples."""

    issuer_event_id: U32
    start_time: Utc
    sample_type: Enum8
    interval: U16
    maximum_samples: U16


class StartSamplingResponse(Command, frozen=True):
    """The identifier of the sampling session; FFFF where it was refused."""

    sample_id: U16


class GetSampledData(Command, frozen=True):
    """Ask for samples of a session from a time on."""

    sample_id: U16
    earliest_sample_time: Utc
    sample_type: Enum8
    number_of_samples: U16


class GetSampledDataResponse(Command, frozen=True):
    """Samples of a session, one every ``interval`` seconds."""

    sample_id: U16
    start_time: Utc
    sample_type: Enum8
    interval: U16
    samples: Counted16[U24]


class ConfigureMirror(Command, frozen=True):
    """A sleeping meter says how often, in seconds, it reports, and which flags it wants in return."""

    issuer_event_id: U32
    reporting_interval: U24
    notification_reporting: Bool
    notification_scheme: Enum8


class ConfigureNotificationScheme(Command, frozen=True):
    """A sleeping meter sets the order of the words of flags in a scheme of its own."""

    issuer_event_id: U32
    notification_scheme: Enum8
    flag_order: Bitmap32


class ConfigureNotificationFlags(Command, frozen=True):
    """A sleeping meter sets which commands the bits of one word of flags stand for."""

    issuer_event_id: U32
    notification_scheme: Enum8
    attribute: U16
    cluster: U16
    manufacturer: U16
    commands: Counted[U8]


class GetNotifiedMessage(Command, frozen=True):
    """A sleeping meter asks for the commands that a word of flags announced."""

    notification_scheme: Enum8
    attribute: U16
    flags: Bitmap32


class MirrorReportAttributeResponse(Command, frozen=True):
    """The mirror's answer to a report: the words of flags, as many as the scheme has."""

    notification_scheme: Enum8
    flags: ToEnd[Bitmap32]


class ChangeSupply(Command, frozen=True):
    """The supplier sets the supply, now or at a time. Bit 0 of the control asks for a response."""

    provider_id: U32
    issuer_event_id: U32
    request_time: Utc
    implementation_time: Utc
    supply_status: Enum8
    supply_control: Bitmap8


class SupplyStatusResponse(Command, frozen=True):
    """The supply has been set."""

    provider_id: U32
    issuer_event_id: U32
    implementation_time: Utc
    supply_status: Enum8


class LocalChangeSupply(Command, frozen=True):
    """Someone in the home arms the supply, or turns it on."""

    supply_status: Enum8


class SetSupplyStatus(Command, frozen=True):
    """What the meter shall do to the supply by itself; each is a :class:`SupplyAction`."""

    issuer_event_id: U32
    supply_tamper_state: Enum8
    supply_depletion_state: Enum8
    supply_uncontrolled_flow_state: Enum8
    load_limit_supply_state: Enum8


class SetUncontrolledFlowThreshold(Command, frozen=True):
    """The flow above which a valve that opens shall close again; times are in seconds."""

    provider_id: U32
    issuer_event_id: U32
    threshold: U16
    unit_of_measure: Enum8
    multiplier: U16
    divisor: U16
    stabilisation_period: U8
    measurement_period: U16


_TIERS: Final = tuple(
    Attribute(0x0100 + 2 * (tier - 1), f"CurrentTier{tier}SummationDelivered", UINT48)
    for tier in range(1, 49)
)
_BLOCKS: Final = tuple(
    Attribute(
        0x0700 + 16 * tier + block - 1,
        f"Current{f'Tier{tier}' if tier else 'NoTier'}Block{block}SummationDelivered",
        UINT48,
    )
    for tier in range(16)
    for block in range(1, 17)
)

METERING: Final = Cluster(
    0x0702,
    "Metering",
    to_server={
        0x00: GetProfile,
        0x01: RequestMirrorResponse,
        0x02: MirrorRemoved,
        0x03: RequestFastPollMode,
        0x05: TakeSnapshot,
        0x06: GetSnapshot,
        0x07: StartSampling,
        0x08: GetSampledData,
        0x09: MirrorReportAttributeResponse,
        0x0B: ChangeSupply,
        0x0C: LocalChangeSupply,
        0x0D: SetSupplyStatus,
        0x0E: SetUncontrolledFlowThreshold,
    },
    to_client={
        0x00: GetProfileResponse,
        0x01: RequestMirror,
        0x02: RemoveMirror,
        0x03: RequestFastPollModeResponse,
        0x05: TakeSnapshotResponse,
        0x06: PublishSnapshot,
        0x07: GetSampledDataResponse,
        0x08: ConfigureMirror,
        0x09: ConfigureNotificationScheme,
        0x0A: ConfigureNotificationFlags,
        0x0B: GetNotifiedMessage,
        0x0C: SupplyStatusResponse,
        0x0D: StartSamplingResponse,
    },
    attributes=(
        Attribute(0x0000, "CurrentSummationDelivered", UINT48),
        Attribute(0x0001, "CurrentSummationReceived", UINT48),
        Attribute(0x0014, "SupplyStatus", ENUM8),
        *_TIERS,
        Attribute(0x0200, "Status", BITMAP8),
        Attribute(0x0201, "RemainingBatteryLife", UINT8),
        Attribute(0x0205, "RemainingBatteryLifeInDays", UINT16),
        Attribute(0x0206, "CurrentMeterID", OCTET_STRING),
        Attribute(0x0300, "UnitOfMeasure", ENUM8),
        Attribute(0x0301, "Multiplier", UINT24),
        Attribute(0x0302, "Divisor", UINT24),
        Attribute(0x0303, "SummationFormatting", BITMAP8),
        Attribute(0x0304, "DemandFormatting", BITMAP8),
        Attribute(0x0306, "MeteringDeviceType", BITMAP8),
        Attribute(0x0307, "SiteID", OCTET_STRING),
        Attribute(0x0308, "MeterSerialNumber", OCTET_STRING),
        Attribute(0x030F, "TariffLabel", OCTET_STRING),
        Attribute(0x0400, "InstantaneousDemand", INT24),
        Attribute(0x0401, "CurrentDayConsumptionDelivered", UINT24),
        Attribute(0x0403, "PreviousDayConsumptionDelivered", UINT24),
        Attribute(0x0605, "LoadLimitSupplyState", ENUM8),
        Attribute(0x0607, "SupplyTamperState", ENUM8),
        Attribute(0x0608, "SupplyDepletionState", ENUM8),
        Attribute(0x0609, "SupplyUncontrolledFlowState", ENUM8),
        *_BLOCKS,
        Attribute(0x0A00, "BillToDateDelivered", UINT32),
        Attribute(0x0B10, "UncontrolledFlowThreshold", UINT16),
        Attribute(0x0B11, "UncontrolledFlowThresholdUnitOfMeasure", ENUM8),
        Attribute(0x0B12, "UncontrolledFlowMultiplier", UINT16),
        Attribute(0x0B13, "UncontrolledFlowDivisor", UINT16),
        Attribute(0x0B14, "FlowStabilisationPeriod", UINT8),
        Attribute(0x0B15, "FlowMeasurementPeriod", UINT16),
        Attribute(0xFFFE, "AttributeReportingStatus", ENUM8),
    ),
    client_attributes=(
        Attribute(0x0000, "FunctionalNotificationFlags", BITMAP32),
        *(Attribute(word - 1, f"NotificationFlags{word}", BITMAP32) for word in range(2, 9)),
    ),
)
