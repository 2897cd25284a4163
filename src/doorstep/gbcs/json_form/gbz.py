"""GBZ payloads in JSON: the Alert's part, then the components, each with the fields of its command by name.

::

    {"components": [{
        "extended_header_cluster_id": "0x0705",
        "frame_control": "0x01", "transaction_sequence_number": 0, "command_identifier": "0x00",
        "command": "SelectAvailableEmergencyCredit",
        "fields": {"issue_time": 0, "originating_device": 2},
        "last": true}]}

``command`` is for reading, and checked. A command that no row describes has ``unparsed`` in the place
of ``fields``; one whose payload is encrypted has ``additional_header_control``,
``additional_header_frame_counter`` and ``ciphered_information`` (ciphertext and tag).
"""

from __future__ import annotations

from typing import Final

from doorstep.errors import EncodeError
from doorstep.gbcs.json_form.at import At, JsonObject
from doorstep.gbcs.json_form.layouts import UNPARSED, read_layout, write_layout
from doorstep.gbcs.json_form.octets import (
    read_code,
    read_octets,
    read_utc2000,
    write_code,
    write_utc2000,
)
from doorstep.gbcs.payloads.gbz import Component, Encrypted, GbzPayload
from doorstep.gbcs.payloads.gbz_alerts import TAILS, Alert, Tail
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.layout import Layout, Unknown
from doorstep.zigbee.zcl import GENERAL_COMMANDS, Frame

__all__ = ["layout_of", "read_gbz", "write_gbz"]

_HEADER: Final = (
    "extended_header_cluster_id",
    "frame_control",
    "transaction_sequence_number",
    "command_identifier",
)
_CIPHERED: Final = ("additional_header_control", "additional_header_frame_counter", "ciphered_information")
_OPTIONAL: Final = ("from_date_time", "command", "fields", UNPARSED, *_CIPHERED, "last", "reserved")


def write_gbz(payload: GbzPayload) -> JsonObject:
    """A GBZ payload."""
    written: JsonObject = {} if payload.alert is None else {"alert": _write_alert(payload.alert)}
    return written | {"components": [_write_component(component) for component in payload.components]}


def read_gbz(at: At) -> GbzPayload:
    """The GBZ payload that :func:`write_gbz` wrote; raises :class:`EncodeError` with the path."""
    members = at.members("components", optional=("alert",))
    alert = _read_alert(members["alert"]) if "alert" in members else None
    components = tuple(_read_component(component) for component in members["components"].items())
    try:
        return GbzPayload(components, alert)
    except EncodeError as error:
        raise at.wrong(error.detail) from None


def layout_of(cluster: int, frame_control: int, command_id: int) -> type[Layout] | None:
    """The layout of a command, or None where no row has it (which encoding will say, too)."""
    frame = Frame(frame_control, None, 0, command_id)
    if frame.profile_wide:
        return GENERAL_COMMANDS.rows.get(command_id)
    row = CLUSTERS.get(cluster)
    return row.commands(frame.direction).get(command_id) if row else None


# -- components ---------------------------------------------------------------------------------


def _write_component(component: Component) -> JsonObject:
    written: JsonObject = {
        "extended_header_cluster_id": write_code(component.cluster, 4),
        "frame_control": write_code(component.frame_control, 2),
        "transaction_sequence_number": component.sequence,
        "command_identifier": write_code(component.command_id, 2),
    }
    if component.from_date_time is not None:
        written["from_date_time"] = write_utc2000(component.from_date_time)
    if isinstance(component.command, Encrypted):
        command = component.command
        values = command.control, command.frame_counter, command.item.hex()
        written |= dict(zip(_CIPHERED, values, strict=True))
    else:
        written |= _write_command(component.command)
    if component.last:
        written["last"] = True
    if component.reserved:
        written["reserved"] = write_code(component.reserved, 2)
    return written


def _write_command(command: Layout | Unknown) -> JsonObject:
    if isinstance(command, Unknown):
        return {UNPARSED: command.payload.hex()}
    return {"command": type(command).__name__, "fields": write_layout(command)}


def _read_component(at: At) -> Component:
    members = at.members(*_HEADER, optional=_OPTIONAL)
    cluster = read_code(members["extended_header_cluster_id"], 4)
    frame_control = read_code(members["frame_control"], 2)
    command_id = read_code(members["command_identifier"], 2)
    return Component(
        cluster,
        frame_control,
        members["transaction_sequence_number"].integer(0, 0xFF),
        command_id,
        _read_command(at, members, (cluster, frame_control, command_id)),
        "last" in members and members["last"].flag(),
        read_utc2000(members["from_date_time"]) if "from_date_time" in members else None,
        read_code(members["reserved"], 2) if "reserved" in members else 0,
    )


def _read_command(
    at: At, members: dict[str, At], numbers: tuple[int, int, int]
) -> Layout | Unknown | Encrypted:
    if "ciphered_information" in members:
        return _read_encrypted(at)
    if UNPARSED in members:
        return Unknown(numbers[2], read_octets(members[UNPARSED]))
    if "fields" not in members:
        raise at.wrong(f"it lacks fields, {UNPARSED} or ciphered_information")
    layout = layout_of(*numbers)
    if layout is None:
        raise members["fields"].wrong("no row describes this command; its octets belong under unparsed")
    if "command" in members and members["command"].text() != layout.__name__:
        raise members["command"].wrong(f"by its numbers the command is {layout.__name__}")
    return read_layout(layout, members["fields"])


def _read_encrypted(at: At) -> Encrypted:
    members = at.members(*_HEADER, *_CIPHERED, optional=("from_date_time", "last", "reserved"))
    control, counter, item = (members[name] for name in _CIPHERED)
    try:
        return Encrypted(read_octets(item), counter.integer(0, 0xFF), control.integer(0, 0xFF))
    except EncodeError as error:
        raise item.wrong(error.detail) from None


# -- Alerts -------------------------------------------------------------------------------------


def _write_alert(alert: Alert) -> JsonObject:
    written: JsonObject = {
        "alert_code": write_code(alert.code, 4),
        "timestamp": write_utc2000(alert.timestamp),
    }
    if isinstance(alert.tail, Unknown):
        written[UNPARSED] = alert.tail.payload.hex()
    elif alert.tail is not None:
        written["data"] = write_layout(alert.tail)
    if alert.stated is not None:
        written["number_of_components"] = alert.stated
    return written


def _read_alert(at: At) -> Alert:
    members = at.members("alert_code", "timestamp", optional=("data", UNPARSED, "number_of_components"))
    code = read_code(members["alert_code"], 4)
    stated = members.get("number_of_components")
    tail: Tail | Unknown | None = None
    if UNPARSED in members:
        tail = Unknown(code, read_octets(members[UNPARSED]))
    elif "data" in members:
        layout = TAILS.get(code)
        if layout is None:
            raise members["data"].wrong(f"an Alert 0x{code:04X} has none that is understood")
        tail = read_layout(layout, members["data"])
    try:
        return Alert(
            code,
            read_utc2000(members["timestamp"]),
            tail,
            stated.integer(0, 0xFF) if stated else None,
        )
    except EncodeError as error:
        raise at.wrong(error.detail) from None
