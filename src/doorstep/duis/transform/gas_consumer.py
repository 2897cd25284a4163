"""Mapping rows of what the consumer of gas sees and is protected by: SRV 3.1, 3.2, 3.4, 3.5 and 9.1."""

from __future__ import annotations

from typing import Final

from doorstep.duis.transform.gbz import NOW, Place, event, gbz, moment, send, text
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping
from doorstep.gbcs.usecases import DeviceType
from doorstep.zigbee.clusters import DEVICE_MANAGEMENT, MESSAGING
from doorstep.zigbee.clusters.device_management import (
    PublishChangeOfSupplier,
    PublishChangeOfTenancy,
    RequestNewPasswordResponse,
    UpdateCin,
)
from doorstep.zigbee.clusters.messaging import UNTIL_CHANGED, DisplayMessage

__all__ = ["ROWS"]

_DELIVERED: Final = 0
_CONSUMER_PASSWORD: Final = 2

# What a change does, a bit each; only the sum has been seen, so the bits go without names.
_TENANCY_CONTROL: Final = 0x0200
_SUPPLIER_CONTROL: Final = 0x1800


def _customer_identification(place: Place) -> bytes:
    return place.known.customer_identification_number.encode()


ROWS: Final[tuple[Mapping, ...]] = (
    *gbz(
        "GCS07",
        "3.1",
        send(
            MESSAGING,
            DisplayMessage,
            message_id=event,
            control=0,
            start_time=NOW,
            duration=UNTIL_CHANGED,
            message=text("SupplierMessage"),
        ),
    ),
    *gbz(
        "GCS09",
        "3.2",
        send(
            DEVICE_MANAGEMENT,
            PublishChangeOfTenancy,
            provider_id=0,
            issuer_event_id=event,
            tariff_type=_DELIVERED,
            implementation_time=moment("RestrictionDateTime"),
            control=_TENANCY_CONTROL,
        ),
        devices=(DeviceType.GPF,),
        basis="one sample, whose time is not that of its request",
    ),
    *gbz(
        "GCS44",
        "3.4",
        send(
            DEVICE_MANAGEMENT,
            PublishChangeOfSupplier,
            current_provider_id=0,
            issuer_event_id=event,
            tariff_type=_DELIVERED,
            proposed_provider_id=0,
            implementation_time=NOW,
            control=_SUPPLIER_CONTROL,
            proposed_provider_name=text("SupplierName"),
            proposed_provider_contact=text("SupplierTelephoneNumber"),
        ),
        basis="one sample",
    ),
    *gbz(
        "GCS11",
        "3.5",
        send(
            DEVICE_MANAGEMENT,
            RequestNewPasswordResponse,
            issuer_event_id=event,
            implementation_time=NOW,
            duration=0,
            password_type=_CONSUMER_PASSWORD,
            password=b"",
        ),
    ),
    *gbz(
        "GCS36",
        "9.1",
        send(
            DEVICE_MANAGEMENT,
            UpdateCin,
            issuer_event_id=event,
            implementation_time=NOW,
            provider_id=0,
            customer_id_number=_customer_identification,
        ),
        originator=Originator.BROKER_FOR_USER,
        basis="guess: the layout of the command, and the broker as in ECS50",
    ),
)
