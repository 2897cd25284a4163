"""Responses: what the DCC sends to a DCC User: an answer, a Device's Alert, or an alert of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from msgspec import Struct

from doorstep.duis import bodies, codes, envelope, leaf, xml
from doorstep.duis.bodies import CONTENTS, DCC_ALERTS
from doorstep.duis.element import Element
from doorstep.duis.envelope import SCHEMA_VERSION
from doorstep.duis.leaf import Leaf, Leaves
from doorstep.duis.request_id import REQUEST_ID, RequestId
from doorstep.duis.simple_type import BASE64, DATE_TIME, TEXT, hexadecimal, integer, one_of
from doorstep.duis.writing import Canonical, serialise, tag
from doorstep.errors import EncodeError, Unsupported, XmlError

__all__ = [
    "Body",
    "Content",
    "DccAlert",
    "DeviceAlert",
    "FutureDatedAlert",
    "GbcsPayload",
    "LocalCommand",
    "PreCommand",
    "Response",
    "ResponseMessage",
    "build_response",
    "parse_response",
    "write_response",
]


class GbcsPayload(Struct, frozen=True):
    """A Device's GBCS Response, as the DCC forwards it."""

    payload: bytes


class PreCommand(Struct, frozen=True):
    """What Transform made of a critical Service Request: a GBCS Command for the User to check and sign.

    ``gbcs_version`` is free text in the schema; captures show the form ``4.2``.
    """

    gbcs_version: str
    payload: bytes

    def __post_init__(self) -> None:
        leaf.check(_PRE_COMMAND, self)


class LocalCommand(Struct, frozen=True):
    """A finished GBCS Command for Local Delivery. Its bytes are to reach the Device unchanged."""

    payload: bytes


class FutureDatedAlert(Struct, frozen=True):
    """The outcome of a Command that the Device held until its time (FutureDatedDeviceAlertMessage).

    ``alert_code`` is 0x8F66 or 0x8F67; the two numbers say which instruction of how many this is about.
    """

    alert_code: int
    payload: bytes
    instruction_number: int
    total_instructions: int

    def __post_init__(self) -> None:
        leaf.check(_FUTURE_DATED_ALERT, self)
        if self.alert_code not in (0x8F66, 0x8F67):
            raise EncodeError("FutureDatedAlertCode", f"{self.alert_code:#06x} is neither 0x8F66 nor 0x8F67")


Content: TypeAlias = GbcsPayload | PreCommand | LocalCommand | FutureDatedAlert | Element
"""What a ResponseMessage may carry. What the DCC itself reports, such as ``DSPInventory``, is an Element."""


class ResponseMessage(Struct, frozen=True):
    """The answer to a request of that Service Reference and Variant; no content in an acknowledgement."""

    service_reference: str
    service_reference_variant: str
    content: Content | None = None

    def __post_init__(self) -> None:
        leaf.check(envelope.REFERENCES, self)
        envelope.check_reference(self.service_reference, self.service_reference_variant)
        if isinstance(self.content, Element):
            if self.content.name not in CONTENTS:
                raise EncodeError("ResponseMessage", f"{self.content.name[:80]} is not a content of its own")
            bodies.check(self.content, CONTENTS[self.content.name])


class DeviceAlert(Struct, frozen=True):
    """A GBCS Alert that the DCC forwards, with its Alert Code (0x8F12) taken out.

    The last two are there when the DCC holds back a flood of the same alert: which flood, and how many.
    """

    alert_code: int
    payload: bytes
    throttled_sequence_id: int | None = None
    throttled_count: int | None = None

    def __post_init__(self) -> None:
        leaf.check(_DEVICE_ALERT, self)


class DccAlert(Struct, frozen=True):
    """An alert of the DCC itself: its DCC Alert Code and the element that says what happened."""

    code: str
    alert: Element
    throttled_sequence_id: int | None = None
    throttled_count: int | None = None

    def __post_init__(self) -> None:
        leaf.check(_DCC_ALERT, self)
        if self.alert.name not in DCC_ALERTS:
            raise EncodeError("DCCAlert", f"{self.alert.name[:80]} is not an alert of the DCC")
        bodies.check(self.alert, DCC_ALERTS[self.alert.name])


Body: TypeAlias = ResponseMessage | DeviceAlert | DccAlert
"""The three bodies of a Response."""


class Response(Struct, frozen=True, kw_only=True):
    """A response.

    ``code`` is a legal Response Code (:mod:`doorstep.duis.codes`) and ``response_date_time`` is in
    milliseconds since 1970 UTC. ``request_id`` is missing in alerts; ``response_id`` is there when a Device
    answered or alerted. Raises :class:`EncodeError` when built from values that do not fit.
    """

    code: str
    response_date_time: int
    body: Body
    request_id: RequestId | None = None
    response_id: RequestId | None = None
    schema_version: str = SCHEMA_VERSION

    def __post_init__(self) -> None:
        envelope.check(_HEADER, self)


def parse_response(document: bytes | xml.Node) -> Response:
    """The response in a document, or in the root that a verified signature covers.

    A signature is passed over: :func:`doorstep.duis.signature.verify` checks it.
    Raises :class:`XmlError`, or :class:`Unsupported` for the answer of a SMETS1 Device.
    """
    fields, node = envelope.read(document, "Response", _HEADER)
    name = xml.local_name(node)
    if name == "SMETS1ResponseMessage":
        raise Unsupported(f"{name}: doorstep does not serve SMETS1 Devices")
    if name not in _BODIES:
        raise XmlError(f"{xml.place(node)}: not the body of a Response")
    return leaf.built(node, Response, body=_read(node, _BODIES[name]), **fields)


def build_response(response: Response) -> bytes:
    """The response as a document without a signature."""
    return serialise(write_response(response))


def write_response(response: Response) -> Canonical:
    """The response in canonical form, for whoever signs it."""
    return envelope.write("Response", _HEADER, response, _write(response.body, _BODIES))


class _Form(Struct, frozen=True):
    """How one of the Structs above stands in a document: its type, its leaves, and what follows them."""

    type: Callable[..., Any]
    leaves: Leaves
    read_rest: Callable[[xml.Node, list[xml.Node]], dict[str, Any]] | None = None
    write_rest: Callable[[Any], str] | None = None


def _read(node: xml.Node, form: _Form) -> Any:
    fields, rest = leaf.read(node, form.leaves)
    if form.read_rest:
        fields |= form.read_rest(node, rest)
    elif rest:
        raise XmlError(f"{xml.place(rest[0])}: the element is out of place")
    return leaf.built(node, form.type, **fields)


def _write(value: Any, forms: dict[str, _Form]) -> str:
    name, form = next((name, form) for name, form in forms.items() if form.type is type(value))
    rest = form.write_rest(value) if form.write_rest else ""
    return tag(name, leaf.write(form.leaves, value) + rest)


def _read_content(parent: xml.Node, rest: list[xml.Node]) -> dict[str, Any]:
    if not rest:
        return {}
    if len(rest) > 1:
        raise XmlError(f"{xml.place(parent)}: one content at most is wanted, not {len(rest)}")
    name = xml.local_name(rest[0])
    if name == "GBCSPayload":
        return {"content": GbcsPayload(leaf.value_of(rest[0], BASE64))}
    if name in _CONTENTS:
        return {"content": _read(rest[0], _CONTENTS[name])}
    return {"content": Element.from_xml(rest[0])}


def _write_content(message: ResponseMessage) -> str:
    content = message.content
    if content is None:
        return ""
    if isinstance(content, Element):
        return content.to_xml(_ABOVE_CONTENT)
    if isinstance(content, GbcsPayload):
        return leaf.write(_PAYLOAD, content)
    return _write(content, _CONTENTS)


def _read_alert(parent: xml.Node, rest: list[xml.Node]) -> dict[str, Any]:
    if [xml.local_name(node) for node in rest] != ["DCCAlert"] or len(rest[0]) != 1:
        raise XmlError(f"{xml.place(parent)}: a DCCAlert with one element is wanted")
    return {"alert": Element.from_xml(rest[0][0])}


def _write_alert(message: DccAlert) -> str:
    return tag("DCCAlert", message.alert.to_xml(_ABOVE_ALERT))


_UNSIGNED_16: Final = integer(0, (1 << 16) - 1)
_UNSIGNED_32: Final = integer(0, (1 << 32) - 1)

# What they stand in: the root, the Body, the message, and the DCCAlert.
_ABOVE_CONTENT: Final = 3
_ABOVE_ALERT: Final = 4

_HEADER: Final[Leaves] = (
    Leaf("RequestID", "request_id", REQUEST_ID, optional=True),
    Leaf("ResponseID", "response_id", REQUEST_ID, optional=True),
    Leaf("ResponseCode", "code", one_of(codes.RESPONSE_CODES, "a Response Code")),
    Leaf("ResponseDateTime", "response_date_time", DATE_TIME),
)
_PAYLOAD: Final[Leaves] = (Leaf("GBCSPayload", "payload", BASE64),)
_THROTTLE: Final[Leaves] = (
    Leaf("ThrottledAlertSequenceId", "throttled_sequence_id", _UNSIGNED_32, optional=True),
    Leaf("ThrottledAlertCount", "throttled_count", _UNSIGNED_32, optional=True),
)
_PRE_COMMAND: Final[Leaves] = (Leaf("GBCSVersion", "gbcs_version", TEXT), *_PAYLOAD)
_FUTURE_DATED_ALERT: Final[Leaves] = (
    Leaf("FutureDatedAlertCode", "alert_code", hexadecimal(2)),
    *_PAYLOAD,
    Leaf("InstructionNumber", "instruction_number", _UNSIGNED_16),
    Leaf("TotalCommandInstructions", "total_instructions", _UNSIGNED_16),
)
_DEVICE_ALERT: Final[Leaves] = (Leaf("AlertCode", "alert_code", hexadecimal(2)), *_THROTTLE, *_PAYLOAD)
_DCC_ALERT: Final[Leaves] = (
    Leaf("DCCAlertCode", "code", one_of(codes.DCC_ALERT_CODES, "a DCC Alert Code")),
    *_THROTTLE,
)

_CONTENTS: Final = {
    "PreCommand": _Form(PreCommand, _PRE_COMMAND),
    "LocalCommand": _Form(LocalCommand, _PAYLOAD),
    "FutureDatedDeviceAlertMessage": _Form(FutureDatedAlert, _FUTURE_DATED_ALERT),
}
_BODIES: Final = {
    "ResponseMessage": _Form(ResponseMessage, envelope.REFERENCES, _read_content, _write_content),
    "DeviceAlertMessage": _Form(DeviceAlert, _DEVICE_ALERT),
    "DCCAlertMessage": _Form(DccAlert, _DCC_ALERT, _read_alert, _write_alert),
}
