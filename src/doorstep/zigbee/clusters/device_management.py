"""Device Management 0x0708: tenancy, supplier, identifiers and which events are kept."""

from __future__ import annotations

import enum
from typing import Annotated, Final

from doorstep.secret import repr_without
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.fields import (
    U8,
    U16,
    U32,
    Bitmap8,
    Bitmap32,
    Counted,
    Enum8,
    OctetString,
    ToEnd,
    Utc,
    When,
    equals,
)
from doorstep.zigbee.layout import Layout

__all__ = [
    "DEVICE_MANAGEMENT",
    "ConfigurationControl",
    "GetChangeOfTenancy",
    "GetChangeOfSupplier",
    "RequestNewPassword",
    "GetSiteId",
    "ReportEventConfiguration",
    "EventConfiguration",
    "GetCin",
    "PublishChangeOfTenancy",
    "PublishChangeOfSupplier",
    "RequestNewPasswordResponse",
    "UpdateSiteId",
    "SetEventConfiguration",
    "GetEventConfiguration",
    "UpdateCin",
]


class ConfigurationControl(enum.IntEnum):
    """Which events a configuration is for."""

    LISTED = 0
    GROUP = 1
    LOG_TYPE = 2
    CONFIGURED_SO = 3


class GetChangeOfTenancy(Command, frozen=True):
    """Ask for the change of tenancy that waits."""


class GetChangeOfSupplier(Command, frozen=True):
    """Ask for the change of supplier that waits."""


class RequestNewPassword(Command, frozen=True):
    """Ask for a password, or for the removal of one."""

    password_type: Enum8


class GetSiteId(Command, frozen=True):
    """Ask for the site identifier that waits."""


class EventConfiguration(Layout, frozen=True):
    """What is done with one event: which log, and whether it is reported."""

    event_id: U16
    configuration: Bitmap8


class ReportEventConfiguration(Command, frozen=True):
    """What is done with events."""

    command_index: U8
    total_commands: U8
    events: ToEnd[EventConfiguration]


class GetCin(Command, frozen=True):
    """Ask for the customer identification number that waits."""


class PublishChangeOfTenancy(Command, frozen=True):
    """Other people live there from a time on; the control says what is wiped."""

    provider_id: U32
    issuer_event_id: U32
    tariff_type: Bitmap8
    implementation_time: Utc
    control: Bitmap32


class PublishChangeOfSupplier(Command, frozen=True):
    """Another supplier from a time on."""

    current_provider_id: U32
    issuer_event_id: U32
    tariff_type: Bitmap8
    proposed_provider_id: U32
    implementation_time: Utc
    control: Bitmap32
    proposed_provider_name: OctetString
    proposed_provider_contact: OctetString


class RequestNewPasswordResponse(Command, frozen=True):
    """A password, in force for ``duration`` minutes; an empty one takes it away."""

    issuer_event_id: U32
    implementation_time: Utc
    duration: U16
    password_type: Enum8
    password: OctetString

    def __repr__(self) -> str:
        return repr_without(self, "password")


class UpdateSiteId(Command, frozen=True):
    """The site identifier (the supply point) from a time on."""

    issuer_event_id: U32
    implementation_time: Utc
    provider_id: U32
    site_id: OctetString


class SetEventConfiguration(Command, frozen=True):
    """Set what is done with events. Which events, and so which field follows, is in the control."""

    issuer_event_id: U32
    start_time: Utc
    configuration: Bitmap8
    control: Enum8
    event_ids: Annotated[Counted[U16] | None, When("control", equals(ConfigurationControl.LISTED))] = None
    event_group: Annotated[U16 | None, When("control", equals(ConfigurationControl.GROUP))] = None
    log_type: Annotated[U8 | None, When("control", equals(ConfigurationControl.LOG_TYPE))] = None
    configured_so: Annotated[Bitmap8 | None, When("control", equals(ConfigurationControl.CONFIGURED_SO))] = (
        None
    )


class GetEventConfiguration(Command, frozen=True):
    """Ask what is done with an event, or with a group of them (an identifier ending in FF)."""

    event_id: U16


class UpdateCin(Command, frozen=True):
    """The customer identification number from a time on."""

    issuer_event_id: U32
    implementation_time: Utc
    provider_id: U32
    customer_id_number: OctetString


DEVICE_MANAGEMENT: Final = Cluster(
    0x0708,
    "Device Management",
    to_server={
        0x00: GetChangeOfTenancy,
        0x01: GetChangeOfSupplier,
        0x02: RequestNewPassword,
        0x03: GetSiteId,
        0x04: ReportEventConfiguration,
        0x05: GetCin,
    },
    to_client={
        0x00: PublishChangeOfTenancy,
        0x01: PublishChangeOfSupplier,
        0x02: RequestNewPasswordResponse,
        0x03: UpdateSiteId,
        0x04: SetEventConfiguration,
        0x05: GetEventConfiguration,
        0x06: UpdateCin,
    },
)
