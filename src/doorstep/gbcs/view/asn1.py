"""ASN.1 payloads as nodes: the components of each type by name."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from doorstep.gbcs.names.alerts import numbered_alert
from doorstep.gbcs.payloads.asn1 import CANCEL, Asn1Payload, plain
from doorstep.gbcs.payloads.asn1.credentials import CredentialsUpdate
from doorstep.gbcs.payloads.asn1.devices import FirmwareActivation
from doorstep.gbcs.view.fields import describe_field, describe_fields
from doorstep.gbcs.view.node import Node

__all__ = ["describe_asn1"]

_DATED: Final = (CredentialsUpdate, FirmwareActivation)
_WHEN: Final = {None: "now", CANCEL: "never: cancels what is pending"}


def describe_asn1(payload: Asn1Payload) -> Node:
    """An ASN.1 payload."""
    value, written = payload.value, plain(payload.value)
    children = [Node("type", payload.type_name)]
    if isinstance(value, Struct):
        children += describe_fields(value, written, _reads)
    elif value is not None:
        children.append(describe_field("value", value, written, _reads))
    children += (
        Node("departure from DER", f"{one.before_end} {one.length_octets}", "bytes to the end, length octets")
        for one in payload.departures
    )
    return Node("Payload", "ASN.1 DER", children=tuple(children))


def _reads(owner: Any, name: str, value: Any) -> str:
    """What a component means that its name and its value do not say."""
    if name == "alert_code":
        return numbered_alert(value)
    if name == "execution_date_time" and isinstance(owner, _DATED):
        return _WHEN.get(value, "")
    return ""
