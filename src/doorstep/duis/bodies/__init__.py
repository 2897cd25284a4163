"""What the bodies of Requests and Responses may hold: a shape for each, declared as rows.

The rows are the facts of the DUIS schema 5.4: names, order, cardinality, types and ranges. ``shape`` has the
words that they are made of; ``check`` holds an element to its shape, and ``values`` turns plain Python values
into an element and back. Where the rows are stricter than the schema, they say so:

- the years of a moment are 1 to 9999, and of a date 0001 to 99999; fractions have at most 12 digits;
- Alert Codes and Message Codes have two bytes;
- attributes of other namespaces, such as ``xsi:schemaLocation``, have no place inside a body.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from doorstep.duis.bodies import (
    alerts,
    communications_hub,
    configuration,
    credentials,
    customer,
    firmware,
    inventory,
    prepayment,
    readings,
    schedules,
    sub_ghz,
    supply,
    tariffs,
)
from doorstep.duis.bodies.check import check
from doorstep.duis.bodies.common import future_dated
from doorstep.duis.bodies.contents import CONTENTS
from doorstep.duis.bodies.dcc_alerts import DCC_ALERTS
from doorstep.duis.bodies.shape import Shape, one
from doorstep.duis.bodies.values import Values, build, read
from doorstep.duis.catalogue import SIGNED_PRE_COMMAND
from doorstep.duis.simple_type import BASE64

__all__ = ["BODIES", "CONTENTS", "DCC_ALERTS", "Shape", "Values", "build", "check", "read"]

BODIES: Final[Mapping[str, Shape]] = MappingProxyType(
    tariffs.BODIES
    | prepayment.BODIES
    | customer.BODIES
    | readings.BODIES
    | schedules.BODIES
    | configuration.BODIES
    | alerts.BODIES
    | credentials.BODIES
    | sub_ghz.BODIES
    | supply.BODIES
    | inventory.BODIES
    | communications_hub.BODIES
    | firmware.BODIES
    | {SIGNED_PRE_COMMAND: future_dated(one("GBCSPayload", BASE64))}
)
"""The shape of each body of a Request by its name."""
