"""The documents that the DCC sends to its Users, each signed: answers, Devices' messages, its own alerts."""

from __future__ import annotations

from collections.abc import Callable

from doorstep.duis import codes
from doorstep.duis.element import Element, element
from doorstep.duis.request import Request
from doorstep.duis.request_id import RequestId
from doorstep.duis.response import (
    Body,
    Content,
    DccAlert,
    DeviceAlert,
    FutureDatedAlert,
    GbcsPayload,
    Response,
    ResponseMessage,
    write_response,
)
from doorstep.duis.simple_type import BASE64
from doorstep.duis.writing import Canonical
from doorstep.eui import Eui
from doorstep.gbcs.alerts import alert_code
from doorstep.gbcs.message import Message
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.records import Issued, Waited

__all__ = ["Documents"]


class Documents:
    """Writes documents; ``sign`` puts the DCC's XML signature on one.

    What answers a request is not signed yet: it is remembered so, and signed whenever it is given.
    """

    def __init__(self, sign: Callable[[Canonical], bytes]) -> None:
        self.sign = sign

    def answer(self, request: Request, code: str, content: Content | None, now: Instant) -> Canonical:
        """What the DCC itself says to a request."""
        body = ResponseMessage(request.service_reference, request.service_reference_variant, content)
        return _written(code, body, now, request.request_id)

    def device_response(self, issued: Issued, payload: bytes, now: Instant) -> bytes:
        """What a Device answered to the Command of a request."""
        body = ResponseMessage(issued.service_reference, issued.variant, GbcsPayload(payload))
        return self._document(codes.I0, body, now, issued.request, issued.request.answer)

    def device_alert(
        self, alert: Message, user: Eui, payload: bytes, now: Instant, storm: tuple[int, int] | None = None
    ) -> bytes:
        """What a Device alerts a User of; of a storm, its number and how many were held back.

        Raises :class:`DecodeError` where no alert code is found.
        """
        header = alert.header
        name = RequestId(header.business_originator_id, user, header.originator_counter)
        body = DeviceAlert(alert_code(alert), payload, *(storm or ()))
        return self._document(codes.I0, body, now, response_id=name)

    def dated_outcome(self, issued: Issued, dated: FutureDatedAlert, alert: Message, now: Instant) -> bytes:
        """What became of an instruction that a Device held until its time, as an answer to its request."""
        header = alert.header
        name = RequestId(header.business_originator_id, issued.request.originator, header.originator_counter)
        body = ResponseMessage(issued.service_reference, issued.variant, dated)
        return self._document(codes.I0, body, now, issued.request, name)

    def scheduled(self, issued: Issued, number: int, payload: bytes, now: Instant) -> bytes:
        """What a Device answered to a read of a schedule."""
        message = element(
            "DSPScheduledMessage",
            element("GBCSPayload", BASE64.render(payload)),
            element("DSPScheduleID", str(number)),
        )
        body = ResponseMessage(issued.service_reference, issued.variant, message)
        return self._document(codes.I0, body, now, response_id=issued.request.answer)

    def timed_out(self, request: RequestId, waited: Waited, now: Instant) -> bytes:
        """That a request was held until its time, and its Command could then not be delivered (E30)."""
        return self._document(
            codes.E30, ResponseMessage(waited.service_reference, waited.variant), now, request
        )

    def dcc_alert(self, code: str, alert: Element, now: Instant) -> bytes:
        """An alert of the DCC's own."""
        return self._document(codes.I0, DccAlert(code, alert), now)

    def _document(
        self,
        code: str,
        body: Body,
        now: Instant,
        request_id: RequestId | None = None,
        response_id: RequestId | None = None,
    ) -> bytes:
        return self.sign(_written(code, body, now, request_id, response_id))


def _written(
    code: str,
    body: Body,
    now: Instant,
    request_id: RequestId | None = None,
    response_id: RequestId | None = None,
) -> Canonical:
    response = Response(
        code=code,
        response_date_time=now,
        body=body,
        request_id=request_id,
        response_id=response_id,
    )
    return write_response(response)
