"""Requests whose bodies are not held to their shape, as no parser and no builder lets them through.

The transform's sources read one value each. Tests of them take a body that holds just that value, and bodies
that hold nonsense, to see that a source stands on its own.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from doorstep.duis import catalogue
from doorstep.duis.element import Element, element
from doorstep.duis.request import Request
from doorstep.duis.request_id import RequestId

S = TypeVar("S", bound=Struct)


def unchecked_request(request_id: RequestId, command_variant: int, body: Element) -> Request:
    """The Service Request that a body belongs to."""
    row = catalogue.of_body(body.name)
    any_body = element(catalogue.SIGNED_PRE_COMMAND, element("GBCSPayload"))
    request = Request(
        request_id=request_id,
        command_variant=command_variant,
        service_reference=row.service_reference,
        service_reference_variant=row.srv,
        body=any_body,
    )
    return with_body(request, body)


def with_body(request: Request, body: Element) -> Request:
    """The same request with another body."""
    return unchecked(request, body=body)


def unchecked(value: S, **fields: object) -> S:
    """The same value with other fields, which nothing has looked at."""
    copy = replace(value)
    for name, field in fields.items():
        force_setattr(copy, name, field)
    return copy
