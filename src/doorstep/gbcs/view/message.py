"""A whole message as a tree: the Grouping Header, the payload, the protections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.json_form.octets import write_code, write_date_time
from doorstep.gbcs.message import Message
from doorstep.gbcs.names.readings import date_time
from doorstep.gbcs.payloads import Payload, Unparsed
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse, DataNotification
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.gbcs.view.asn1 import describe_asn1
from doorstep.gbcs.view.certificates import describe_certificate
from doorstep.gbcs.view.dlms import describe_notification, describe_request, describe_response
from doorstep.gbcs.view.gbz import describe_gbz
from doorstep.gbcs.view.node import Node, as_written, beyond

__all__ = ["describe"]


def describe(message: Message, *, command: Message | None = None, opened: Payload | None = None) -> Node:
    """The tree of a message.

    ``command`` is the Command that a Response answers, for the names of what it asked; without it they are
    those that its use case has. ``opened`` is the payload with what was encrypted in the place of the
    ciphertext, as :func:`doorstep.gbcs.encrypted.opened` gives it; it is shown instead.
    """
    return Node(
        _title(message),
        message.header.cra.name.capitalize(),
        children=(
            *_describe_header(message.header),
            _describe_payload(message, command, opened or message.payload),
            _describe_protection(message),
        ),
    )


def _title(message: Message) -> str:
    """Name and title of the use case, ``ECS82 Read Meter Balance for ESME``; a code without one as it is."""
    row = message.use_case
    if row is None:
        return f"Message Code {write_code(message.header.message_code, 4)}"
    return f"{row.name} {row.title}".strip()


def _describe_header(header: GroupingHeader) -> tuple[Node, ...]:
    nodes = [
        Node("Message Code", write_code(header.message_code, 4)),
        Node("CRA Flag", header.cra.name.capitalize()),
        Node("Originator Counter", str(header.originator_counter)),
        Node("Business Originator ID", str(header.business_originator_id)),
        Node("Business Target ID", str(header.business_target_id)),
    ]
    if header.date_time:
        value = as_written(write_date_time(header.date_time))
        nodes.append(Node("date-time", value, beyond(value, date_time(header.date_time))))
    if header.supplementary_remote_party_id is not None:
        nodes.append(Node("Supplementary Remote Party ID", str(header.supplementary_remote_party_id)))
    if header.supplementary_remote_party_counter is not None:
        nodes.append(
            Node("Supplementary Remote Party Counter", str(header.supplementary_remote_party_counter))
        )
    if header.supplementary_originator_counter is not None:
        nodes.append(Node("Supplementary Originator Counter", str(header.supplementary_originator_counter)))
    if header.supplementary_certificate:
        label = "Supplementary Remote Party Key Agreement Certificate"
        nodes.append(describe_certificate(label, header.supplementary_certificate))
    return tuple(nodes)


def _describe_protection(message: Message) -> Node:
    children = []
    if message.signature:
        children.append(Node("signature", message.signature.hex(), "ECDSA, r and s"))
    if message.mac:
        children.append(Node("MAC", message.mac.hex()))
    return Node("Protection", message.form.value, children=tuple(children))


# -- the kinds of payload -----------------------------------------------------------------------------


def _describe_payload(message: Message, command: Message | None, payload: Payload) -> Node:
    asked = command.payload if command and isinstance(command.payload, AccessRequest) else None
    node = _KINDS[type(payload)](payload, message, asked)
    return node if payload == message.payload else replace(node, meaning="decrypted")


_Describe = Callable[[Any, Message, AccessRequest | None], Node]

_KINDS: Final[Mapping[type, _Describe]] = MappingProxyType(
    {
        AccessRequest: lambda payload, _message, _asked: describe_request(payload),
        AccessResponse: lambda payload, message, asked: describe_response(
            payload, message.header.message_code, asked
        ),
        DataNotification: lambda payload, _message, _asked: describe_notification(payload),
        Asn1Payload: lambda payload, _message, _asked: describe_asn1(payload),
        GbzPayload: lambda payload, _message, _asked: describe_gbz(payload),
        Unparsed: lambda payload, _message, _asked: Node("Payload", payload.data.hex(), "unparsed"),
    }
)
