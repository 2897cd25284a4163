"""DLMS payloads as nodes: components and results, with the objects that they are about.

A Response repeats nothing of its Command. What its results are about is read from the Command, where
that is at hand, and else from the forms that a Command of this use case has.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from doorstep.gbcs.json_form.octets import write_code
from doorstep.gbcs.names.alert_contents import ALERT_CONTENTS
from doorstep.gbcs.names.alerts import numbered_alert
from doorstep.gbcs.names.cosem_classes import CLASSES
from doorstep.gbcs.names.cosem_items import PROTECTED, RANGE, Item, measured
from doorstep.gbcs.names.cosem_objects import OBJECTS, PROTECTED_DATA
from doorstep.gbcs.names.readings import date_time
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
from doorstep.gbcs.usecases import PayloadKind, use_case
from doorstep.gbcs.usecases.components import components
from doorstep.gbcs.view.cosem import describe_data, object_name
from doorstep.gbcs.view.node import Node

__all__ = ["describe_notification", "describe_request", "describe_response"]

_NULL: Final = Data(Tag.NULL_DATA)
_DATA_PROTECTION: Final = 30
_REGISTERS: Final = (3, 4)
_VALUE: Final = 2
_SCALER_UNIT: Final = 3


class _Place(Struct, frozen=True):
    """One attribute or method of one object; ``str`` gives ``112 0-0:19.10.0.255 2``."""

    is_method: bool
    class_id: int
    obis: Obis
    index: int

    def __str__(self) -> str:
        return f"{self.class_id} {self.obis} {self.index}"

    @property
    def item(self) -> Item:
        """What its value is called and how it reads."""
        row = CLASSES.get(self.class_id)
        if row is None:
            return Item()
        item = (row.methods if self.is_method else row.attributes).get(self.index, Item())
        known = OBJECTS.get(self.obis)
        if item.own and known:
            return Item(item.name, known.value.reads, known.value.items, known.value.within)
        return item

    @property
    def words(self) -> str:
        """The object's name and the attribute's or method's: ``Meter Balance – amount``."""
        row = CLASSES.get(self.class_id)
        name = object_name(self.obis) or (row.name if row else "")
        return " – ".join(filter(None, (name, self.item.name)))


def describe_request(payload: AccessRequest) -> Node:
    """An Access-Request."""
    described = (_describe_component(number, one) for number, one in enumerate(payload.components, start=1))
    return _payload("DLMS Access-Request", payload.invoke_id, *described)


def describe_response(payload: AccessResponse, message_code: int, command: AccessRequest | None) -> Node:
    """An Access-Response; ``command`` is what it answers, where that is at hand."""
    places = _places(payload, message_code, command)
    items = _items(payload, places)
    described = (
        _describe_result(number, *one)
        for number, one in enumerate(zip(payload.results, places, items, strict=True), start=1)
    )
    return _payload("DLMS Access-Response", payload.invoke_id, *described)


def describe_notification(payload: DataNotification) -> Node:
    """A Data-Notification, which is an Alert: its code, its time, and what the code adds."""
    elements = payload.body.value
    code = elements[0].value if isinstance(elements, tuple) and elements else None
    contents = ALERT_CONTENTS.get(code, ()) if isinstance(code, int) else ()
    if isinstance(elements, tuple) and _is_protected(elements[2:]):
        contents = PROTECTED.items
    item = Item("alert", items=(Item("alert code", numbered_alert), Item("time stamp", date_time), *contents))
    body = describe_data(payload.body, item)
    return _payload("DLMS Data-Notification", payload.invoke_id, body)


def _payload(kind: str, invoke_id: int, *children: Node) -> Node:
    first = Node("long-invoke-id-and-priority", write_code(invoke_id, 8))
    return Node("Payload", kind, children=(first, *children))


def _describe_component(number: int, component: Component) -> Node:
    is_method = component.action is Action.ACTION
    place = _Place(is_method, component.class_id, component.obis, component.attribute)
    children = []
    if component.selector is not None:
        children.append(Node("selector", str(component.selector)))
    if component.selection is not None:
        children.append(describe_data(component.selection, RANGE))
    if component.data != _NULL:
        children.append(describe_data(component.data, place.item))
    return Node(_label(number, component.action, place), str(place), children=tuple(children))


def _describe_result(number: int, result: AccessResult, place: _Place | None, item: Item) -> Node:
    children = (describe_data(result.data, item),) if result.data != _NULL else ()
    outcome = str(RESULTS.get(result.result, result.result))
    return Node(_label(number, result.action, place), outcome, str(place or ""), children)


def _label(number: int, action: Action, place: _Place | None) -> str:
    """``1 GET Meter Balance – amount``."""
    words = action.name.replace("_", " ")
    return " ".join(filter(None, (str(number), words, place.words if place else "")))


# -- what the results of a Response are about ---------------------------------------------------------


def _places(
    payload: AccessResponse, message_code: int, command: AccessRequest | None
) -> tuple[_Place | None, ...]:
    """The place of each result; None where it is not known, or where the forms differ."""
    methods = tuple(result.action is Action.ACTION for result in payload.results)
    forms = [_asked(command)] if command is not None else _known_forms(message_code)
    fitting = [form for form in forms if tuple(place.is_method for place in form) == methods]
    if not fitting:
        return (None,) * len(methods)
    return tuple(places[0] if len(set(places)) == 1 else None for places in zip(*fitting, strict=True))


def _asked(command: AccessRequest) -> tuple[_Place, ...]:
    return tuple(
        _Place(one.action is Action.ACTION, one.class_id, one.obis, one.attribute)
        for one in command.components
    )


def _known_forms(message_code: int) -> list[tuple[_Place, ...]]:
    row = use_case(message_code)
    if row is None or row.payload is not PayloadKind.DLMS:
        return []
    return [tuple(map(_parse, form)) for form in components(message_code)]


def _parse(row: str) -> _Place:
    """Read ``GET 112 0-0:19.10.0.255 2``, as the table of components has it."""
    action, class_id, obis, index = row.split()
    return _Place(action == Action.ACTION.name, int(class_id), Obis.parse(obis), int(index))


def _items(payload: AccessResponse, places: tuple[_Place | None, ...]) -> tuple[Item, ...]:
    """The item of each result: that of its place, but for what another result or its own data decides."""
    units = {
        (place.class_id, place.obis): result.data
        for result, place in zip(payload.results, places, strict=True)
        if place and place.class_id in _REGISTERS and place.index == _SCALER_UNIT and not place.is_method
    }

    def item(result: AccessResult, place: _Place | None) -> Item:
        if place is None:
            return Item()
        if place.class_id == _DATA_PROTECTION:
            inside = result.data.value
            is_protected = isinstance(inside, tuple) and _is_protected(inside)
            return PROTECTED if is_protected else PROTECTED_DATA.get(place.obis, Item())
        unit = units.get((place.class_id, place.obis))
        if unit is not None and place.index == _VALUE and not place.is_method:
            return Item(place.item.name, measured(unit))
        return place.item

    return tuple(item(result, place) for result, place in zip(payload.results, places, strict=True))


def _is_protected(parts: tuple[Data, ...]) -> bool:
    """Whether they are protection parameters and ciphertext still, not what those hide."""
    return tuple(part.tag for part in parts) == (Tag.ARRAY, Tag.OCTET_STRING)
