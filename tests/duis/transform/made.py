"""What a request becomes, written so that a test can hold it against bytes written by hand."""

from __future__ import annotations

from typing import Any

from doorstep.duis import catalogue
from doorstep.duis.element import Element, element
from doorstep.duis.request import Request
from doorstep.duis.request_id import RequestId
from doorstep.duis.transform import Known, transform
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.axdr import encode_data
from doorstep.gbcs.payloads.dlms import AccessRequest, Component
from doorstep.gbcs.usecases import DeviceType
from tests.duis.unchecked import unchecked_request

BROKER = Eui.parse("90-B3-D5-1F-30-00-00-02")
USER = Eui.parse("D0-05-5E-00-0F-00-00-02")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")
COUNTER = 1000

NOW = "0000000000000000008000FF"
NEVER = "FFFFFFFFFFFFFFFFFF8000FF"


def request(body: Element) -> Request:
    """The service request with that body, which need not be whole."""
    variant = catalogue.of_body(body.name).command_variants[0]
    return unchecked_request(RequestId(USER, METER, COUNTER), variant, body)


def message(
    body: Element, use_case: str = "", device_type: DeviceType = DeviceType.ESME, **known: Any
) -> Message:
    """The message that a request with that body becomes; ``known`` is what else the DCC knows."""
    wanted = frozenset({use_case} - {""})
    return transform(request(body), Known(BROKER, device_type=device_type, use_cases=wanted, **known))


def made(
    body: Element, use_case: str = "", device_type: DeviceType = DeviceType.ESME, **known: Any
) -> list[str]:
    """The components of that message: ``SET 1 0-0:94.44.3.2 2`` and the data in hexadecimal digits."""
    payload = message(body, use_case, device_type, **known).payload
    assert isinstance(payload, AccessRequest)
    return [_line(component) for component in payload.components]


def branch(path: str, *content: Element | str) -> Element:
    """Elements inside each other, one for each name of the path."""
    *outer, name = path.split("/")
    inner = element(name, *content)
    for parent in reversed(outer):
        inner = element(parent, inner)
    return inner


def _line(part: Component) -> str:
    data = encode_data(part.data)
    if part.selection is not None:
        assert part.selector is not None
        data = bytes((part.selector,)) + encode_data(part.selection)
    name = "GET" if part.selection is not None else part.action.name
    return f"{name} {part.class_id} {part.obis} {part.attribute} {data.hex().upper()}"
