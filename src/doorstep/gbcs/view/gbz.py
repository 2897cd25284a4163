"""GBZ payloads as nodes: ZCL commands by name, with their fields, attributes and statuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args, get_type_hints

from msgspec import NODEFAULT
from msgspec.structs import fields

from doorstep.gbcs.json_form.at import JsonObject
from doorstep.gbcs.json_form.gbz import layout_of, write_gbz
from doorstep.gbcs.names import alerts
from doorstep.gbcs.names.readings import Reading, nothing, text, utc2000
from doorstep.gbcs.names.zcl_attributes import ATTRIBUTES
from doorstep.gbcs.names.zcl_fields import FIELDS, PRICES, price_reading
from doorstep.gbcs.payloads.gbz import Component, Encrypted, GbzPayload
from doorstep.gbcs.payloads.gbz_alerts import Alert, FutureDatedOutcome
from doorstep.gbcs.view.fields import Reads, describe_fields
from doorstep.gbcs.view.node import Node
from doorstep.zigbee import zcl
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.clusters.price import POUNDS, PRICE, PriceMatrixEntry, PublishTariffInformation
from doorstep.zigbee.layout import Layout, Unknown
from doorstep.zigbee.types import UTC_TIME
from doorstep.zigbee.zcl import Direction, Frame

__all__ = ["describe_gbz"]


def describe_gbz(payload: GbzPayload) -> Node:
    """A GBZ payload: an Alert's code and time, and a node for each command."""
    written = write_gbz(payload)
    children = [] if payload.alert is None else [_describe_alert(payload.alert, written["alert"])]
    prices = _tariff_prices(payload)
    for number, (component, plain) in enumerate(
        zip(payload.components, written["components"], strict=True), start=1
    ):
        children.append(_describe_component(number, component, plain, prices))
    return Node("Payload", "GBZ", children=tuple(children))


def _describe_alert(alert: Alert, plain: JsonObject) -> Node:
    children = [
        Node("alert code", plain["alert_code"], alerts.alert(alert.code)),
        Node("time stamp", str(plain["timestamp"]), _time(alert.timestamp)),
    ]
    if isinstance(alert.tail, Unknown):
        children.append(Node("unparsed", plain["unparsed"]))
    elif alert.tail is not None:
        children += describe_fields(alert.tail, plain["data"], _reads(_Context(0, 0, nothing)))
    if alert.stated is not None:
        children.append(Node("number of components stated", str(alert.stated)))
    return Node("alert", children=tuple(children))


def _describe_component(number: int, component: Component, plain: JsonObject, prices: Reading) -> Node:
    numbers = (
        plain["extended_header_cluster_id"],
        plain["frame_control"],
        str(plain["transaction_sequence_number"]),
        plain["command_identifier"],
    )
    children: list[Node] = []
    if component.from_date_time is not None:
        meaning = _time(component.from_date_time)
        children.append(Node("from date time", str(plain["from_date_time"]), meaning))
    children += _describe_command(component, plain, prices)
    if component.last:
        children.append(Node("last component", "true"))
    if component.reserved:
        children.append(Node("reserved bits of the Extended Header Control", plain["reserved"]))
    name = _command_name(component.cluster, component.frame_control, component.command_id)
    label = f"{number} {name or 'command without a row'}"
    return Node(label, " ".join(numbers), _cluster_words(component), tuple(children))


def _describe_command(component: Component, plain: JsonObject, prices: Reading) -> tuple[Node, ...]:
    command = component.command
    if isinstance(command, Encrypted):
        return (
            Node("Additional Header", f"{command.control} {command.frame_counter}"),
            Node("ciphered information", plain["ciphered_information"], "encrypted, with a tag of 12 bytes"),
        )
    if isinstance(command, Unknown):
        return (Node("unparsed", plain["unparsed"]),)
    context = _Context(component.cluster, component.frame_control, prices)
    return describe_fields(command, plain["fields"], _reads(context))


def _cluster_words(component: Component) -> str:
    cluster = CLUSTERS.get(component.cluster)
    direction = Frame(component.frame_control, None, 0, 0).direction
    way = "to the server" if direction is Direction.TO_SERVER else "to the client"
    return f"{cluster.name if cluster else 'unknown cluster'}, {way}"


def _command_name(cluster: int, frame_control: int, command_id: int) -> str:
    """The name of a command's row; empty where it has none."""
    layout = layout_of(cluster, frame_control, command_id)
    return layout.__name__ if layout else ""


def _tariff_prices(payload: GbzPayload) -> Reading:
    """How prices read whose currency and decimals stand beside them: in a tariff, or in two attributes."""
    for component in payload.components:
        command = component.command
        if isinstance(command, PublishTariffInformation):
            return price_reading(command.currency, command.trailing_digit)
        if isinstance(command, zcl.ReadAttributesResponse) and component.cluster == PRICE.id:
            values = {record.attribute: record.value for record in command.records}
            currency, digit = values.get(_CURRENCY, POUNDS), values.get(_PRICE_TRAILING_DIGIT)
            if isinstance(currency, int) and isinstance(digit, int):
                return price_reading(currency, digit)
    return nothing


# Attributes of the Price cluster.
_CURRENCY: Final = 0x0616
_PRICE_TRAILING_DIGIT: Final = 0x0617
_PRICES: Final = frozenset((0x0301, *range(0x0400, 0x0500)))


# -- what the fields mean -------------------------------------------------------------------------------


class _Context(NamedTuple):
    """What a field's meaning may depend on: the frame that it is in, and how prices read."""

    cluster: int
    frame_control: int
    prices: Reading


def _reads(context: _Context) -> Reads:
    """The readings of the fields of one command."""

    def reads(owner: Any, name: str, value: Any) -> str:
        layout: type[Layout] = type(owner)
        if value is None:
            return "invalid" if name in _required(layout) else ""
        key = (layout, name)
        if key in FIELDS:
            return FIELDS[key](value)
        if key in PRICES:
            return PRICES[key](owner)(value)
        if key in _IN_CONTEXT:
            return _IN_CONTEXT[key](context, owner, value)
        return _time(value) if name in _times(layout) else text(value)

    return reads


def _attribute_name(context: _Context, _owner: Any, identifier: int) -> str:
    row = CLUSTERS.get(context.cluster)
    found = row and (row.attribute(identifier) or row.attribute(identifier, client=True))
    return found.name if found else ""


def _attribute_value(context: _Context, owner: Any, value: Any) -> str:
    if context.cluster == PRICE.id and owner.attribute in _PRICES:
        return context.prices(value)
    reading = ATTRIBUTES.get((context.cluster, owner.attribute))
    return reading(value) if reading else text(value)


def _answered_command(context: _Context, _owner: Any, command: int) -> str:
    """The cluster's own command that a Default Response is to, which went the other way."""
    row = CLUSTERS.get(context.cluster)
    asked = Frame(context.frame_control, None, 0, 0).direction.opposite
    layout = row.commands(asked).get(command) if row else None
    return layout.__name__ if layout else ""


def _dated_command(_context: _Context, owner: FutureDatedOutcome, command: int) -> str:
    return _command_name(owner.cluster, owner.frame_control, command)


def _matrix_price(context: _Context, _owner: Any, value: int) -> str:
    return context.prices(value)


_IN_CONTEXT: Final[Mapping[tuple[type[Layout], str], Callable[[_Context, Any, Any], str]]] = MappingProxyType(
    {
        (zcl.ReadAttributes, "attributes"): _attribute_name,
        (zcl.AttributeRecord, "attribute"): _attribute_name,
        (zcl.AttributeRecord, "value"): _attribute_value,
        (zcl.AttributeReport, "attribute"): _attribute_name,
        (zcl.AttributeReport, "value"): _attribute_value,
        (zcl.WriteStatus, "attribute"): _attribute_name,
        (zcl.ReportingRecord, "attribute"): _attribute_name,
        (zcl.ReportingStatus, "attribute"): _attribute_name,
        (zcl.DiscoveredAttribute, "attribute"): _attribute_name,
        (zcl.DefaultResponse, "command"): _answered_command,
        (FutureDatedOutcome, "command_id"): _dated_command,
        (PriceMatrixEntry, "price"): _matrix_price,
    }
)


def _time(seconds: Any) -> str:
    """*Now* and *never*; any other time is written as one already."""
    meaning = utc2000(seconds)
    return "" if meaning[:1].isdigit() else meaning


@cache
def _times(layout: type[Layout]) -> frozenset[str]:
    """The fields that are UTC times."""
    hints = get_type_hints(layout, include_extras=True)
    return frozenset(name for name, hint in hints.items() if UTC_TIME in get_args(hint))


@cache
def _required(layout: type[Layout]) -> frozenset[str]:
    """The fields that are always there, so that None is an invalid string and not nothing."""
    return frozenset(field.name for field in fields(layout) if field.default is NODEFAULT)
