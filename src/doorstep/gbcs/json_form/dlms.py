"""DLMS payloads in JSON.

Each component is an object with one member, named for what is to be done::

    {"get": {"class_id": 112, "obis": "0-0:19.10.0.255", "attribute_id": 2}}
    {"action": {"class_id": 9, "obis": "0-0:10.0.106.255", "method_id": 1, "data": {"long_unsigned": 51}}}

and so is each result: ``{"get": {"result": "success", "data": {"double_long": 250000}}}``. Data that is
null-data is left out.
"""

from __future__ import annotations

from typing import Final

from doorstep.errors import EncodeError
from doorstep.gbcs.json_form.at import At, JsonObject
from doorstep.gbcs.json_form.cosem import read_data, write_data
from doorstep.gbcs.json_form.octets import read_code, write_code
from doorstep.gbcs.names.results import RESULTS
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import (
    AccessRequest,
    AccessResponse,
    AccessResult,
    Action,
    Component,
    DataNotification,
    Obis,
)

__all__ = [
    "read_notification",
    "read_request",
    "read_response",
    "write_notification",
    "write_request",
    "write_response",
]

_INVOKE_ID: Final = "long_invoke_id_and_priority"
_NULL: Final = Data(Tag.NULL_DATA)
_ACTIONS: Final = {action.name.lower(): action for action in Action}
_RESULT_CODES: Final = {name: code for code, name in RESULTS.items()}


# -- Access-Request -------------------------------------------------------------------------------


def write_request(payload: AccessRequest) -> JsonObject:
    """An Access-Request."""
    components = [_write_component(component) for component in payload.components]
    return {_INVOKE_ID: write_code(payload.invoke_id, 8), "components": components}


def read_request(at: At) -> AccessRequest:
    """The Access-Request that :func:`write_request` wrote."""
    members = at.members(_INVOKE_ID, "components")
    components = members["components"].items()
    return AccessRequest(read_code(members[_INVOKE_ID], 8), tuple(map(_read_component, components)))


def _write_component(component: Component) -> JsonObject:
    written: JsonObject = {
        "class_id": component.class_id,
        "obis": str(component.obis),
        _index_name(component.action): component.attribute,
    }
    if component.selector is not None and component.selection is not None:
        written |= {"selector": component.selector, "selection": write_data(component.selection)}
    return {component.action.name.lower(): written | _data_member(component.data)}


def _read_component(at: At) -> Component:
    action, inner = _action(at)
    index = _index_name(action)
    selective = ("selector", "selection") if action is Action.GET_WITH_SELECTION else ()
    members = inner.members("class_id", "obis", index, *selective, optional=("data",))
    selector = members["selector"].integer(0, 0xFF) if selective else None
    selection = read_data(members["selection"]) if selective else None
    return Component(
        action,
        members["class_id"].integer(0, 0xFFFF),
        _obis(members["obis"]),
        members[index].integer(-0x80, 0x7F),
        read_data(members["data"]) if "data" in members else _NULL,
        selector,
        selection,
    )


def _index_name(action: Action) -> str:
    return "method_id" if action is Action.ACTION else "attribute_id"


def _action(at: At) -> tuple[Action, At]:
    name, inner = at.sole()
    action = _ACTIONS.get(name)
    if action is None:
        raise at.wrong(f"{name[:40]!r} is none of {', '.join(_ACTIONS)}")
    return action, inner


def _obis(at: At) -> Obis:
    try:
        return Obis.parse(at.text())
    except EncodeError as error:
        raise at.wrong(error.detail) from None


def _data_member(data: Data) -> JsonObject:
    return {} if data == _NULL else {"data": write_data(data)}


# -- Access-Response and Data-Notification ----------------------------------------------------------


def write_response(payload: AccessResponse) -> JsonObject:
    """An Access-Response; a result has its DLMS name where it has one, else its number."""
    results = [
        {result.action.name.lower(): {"result": _write_result(result.result), **_data_member(result.data)}}
        for result in payload.results
    ]
    return {_INVOKE_ID: write_code(payload.invoke_id, 8), "results": results}


def read_response(at: At) -> AccessResponse:
    """The Access-Response that :func:`write_response` wrote."""
    members = at.members(_INVOKE_ID, "results")
    results = members["results"].items()
    return AccessResponse(read_code(members[_INVOKE_ID], 8), tuple(map(_read_result, results)))


def _write_result(result: int) -> str | int:
    return RESULTS.get(result, result)


def _read_result(at: At) -> AccessResult:
    action, inner = _action(at)
    members = inner.members("result", optional=("data",))
    result = members["result"]
    code = result.one_of(_RESULT_CODES) if isinstance(result.value, str) else result.integer(0, 0xFF)
    return AccessResult(action, code, read_data(members["data"]) if "data" in members else _NULL)


def write_notification(payload: DataNotification) -> JsonObject:
    """A Data-Notification."""
    return {_INVOKE_ID: write_code(payload.invoke_id, 8), "body": write_data(payload.body)}


def read_notification(at: At) -> DataNotification:
    """The Data-Notification that :func:`write_notification` wrote."""
    members = at.members(_INVOKE_ID, "body")
    return DataNotification(read_code(members[_INVOKE_ID], 8), read_data(members["body"]))
