"""DUIS, the language between a DCC User and the DCC: requests, responses, signature and catalogue.

A gateway reads a request with ``parse_request(verify(data, certificate_for).root)``; a User makes one with
``sign(build_request(request), key, *issuer_and_serial(certificate))``.
"""

from __future__ import annotations

from doorstep.duis.catalogue import FutureDated, Role, ServiceRequestVariant, variant
from doorstep.duis.codes import ResponseCode, response_code
from doorstep.duis.command_variant import CommandVariant, Input, Service, command_variant
from doorstep.duis.element import Element, element
from doorstep.duis.request import (
    Request,
    build_request,
    parse_request,
    service_request,
    signed_pre_command,
)
from doorstep.duis.request_id import RequestId
from doorstep.duis.response import (
    DccAlert,
    DeviceAlert,
    FutureDatedAlert,
    GbcsPayload,
    LocalCommand,
    PreCommand,
    Response,
    ResponseMessage,
    build_response,
    parse_response,
)
from doorstep.duis.signature import Verified, is_signed, issuer_and_serial, sign, verify

__all__ = [
    "CommandVariant",
    "DccAlert",
    "DeviceAlert",
    "Element",
    "FutureDated",
    "FutureDatedAlert",
    "GbcsPayload",
    "Input",
    "LocalCommand",
    "PreCommand",
    "Request",
    "RequestId",
    "Response",
    "ResponseCode",
    "ResponseMessage",
    "Role",
    "Service",
    "ServiceRequestVariant",
    "Verified",
    "build_request",
    "build_response",
    "command_variant",
    "element",
    "is_signed",
    "issuer_and_serial",
    "parse_request",
    "parse_response",
    "response_code",
    "service_request",
    "sign",
    "signed_pre_command",
    "variant",
    "verify",
]
