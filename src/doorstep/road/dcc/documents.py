"""The documents that the DCC sends to its Users, each signed: answers, Devices' messages, its own alerts."""

from __future__ import annotations

from collections.abc import Callable

from doorstep.duis import codes, xml
from doorstep.duis.element import element
from doorstep.duis.request import Request
from doorstep.duis.request_id import RequestId
from doorstep.duis.response import (
    Body,
    Content,
    DccAlert,
    DeviceAlert,
    GbcsPayload,
    Response,
    ResponseMessage,
    response_root,
)
from doorstep.eui import Eui
from doorstep.gbcs.alerts import alert_code
from doorstep.gbcs.message import Message
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.records import Issued, Outstanding

__all__ = ["Documents"]


class Documents:
    """Writes documents; ``sign`` puts the DCC's XML signature on one, given its root."""

    def __init__(self, sign: Callable[[xml.Node], bytes]) -> None:
        self._sign = sign

    def answer(self, request: Request, code: str, content: Content | None, now: Instant) -> bytes:
        """What the DCC itself says to a request."""
        body = ResponseMessage(request.service_reference, request.service_reference_variant, content)
        return self._document(code, body, now, request.request_id)

    def device_response(self, issued: Issued, payload: bytes, now: Instant) -> bytes:
        """What a Device answered to the Command of a request."""
        body = ResponseMessage(issued.service_reference, issued.variant, GbcsPayload(payload))
        return self._document(codes.I0, body, now, issued.request, issued.request.answer)

    def device_alert(self, alert: Message, user: Eui, payload: bytes, now: Instant) -> bytes:
        """What a Device alerts a User of. Raises :class:`DecodeError` where no alert code is found."""
        header = alert.header
        name = RequestId(header.business_originator_id, user, header.originator_counter)
        return self._document(codes.I0, DeviceAlert(alert_code(alert), payload), now, response_id=name)

    def command_failure(self, command: Outstanding, alert: str, now: Instant) -> bytes:
        """That a Command could not be delivered; ``alert`` is the DCC Alert Code."""
        name = command.request
        failure = element(
            "CommandFailure", element("CommandRequestID", str(name)), element("DeviceID", str(name.target))
        )
        return self._document(codes.I0, DccAlert(alert, failure), now)

    def _document(
        self,
        code: str,
        body: Body,
        now: Instant,
        request_id: RequestId | None = None,
        response_id: RequestId | None = None,
    ) -> bytes:
        response = Response(
            code=code,
            response_date_time=now,
            body=body,
            request_id=request_id,
            response_id=response_id,
        )
        return self._sign(response_root(response))
