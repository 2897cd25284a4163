"""A DCC User's client: requests of any kind, and the answers to them, synchronous or not.

::

    async with open_client(ClientSetting(keys=Path("street"), listen="127.0.0.1:8090")) as client:
        sent = await client.request(element("EnableSupply"), meter, command_variant=6)
        command = await sent.local_command()          # to be delivered through the home's own network
        ...
        await client.return_response(sent, response)  # SRV 8.13

Critical requests are transformed, compared field by field with what comes back, and signed, before anything
is sent to be carried out. A request that is not answered is posted again, the same bytes each time, which is
safe: the DCC carries it out once.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final
from weakref import WeakValueDictionary

from doorstep import gbcs
from doorstep.duis import (
    Element,
    PreCommand,
    Request,
    RequestId,
    Response,
    ResponseMessage,
    command_variant,
    response_code,
    service_request,
    signed_pre_command,
    variant,
)
from doorstep.duis.catalogue import ServiceRequestVariant, of_body
from doorstep.duis.command_variant import Input
from doorstep.duis.request_id import REQUEST_ID
from doorstep.errors import UsageError, XmlError
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, utrn
from doorstep.road.supplier.correlate import correlate, to_be_joined
from doorstep.road.supplier.events import SendRequest
from doorstep.road.supplier.gateway import (
    SupplierConfig,
    Unanswered,
    believed,
    document_of,
    local_response,
    read_answer,
)
from doorstep.road.supplier.orders import TOP_UP_VARIANT, value_of
from doorstep.road.supplier.policy import Policy
from doorstep.service.clock import Clock
from doorstep.service.dcc_alerts import Alert, Alerts, read_alert
from doorstep.service.gateway_client import GatewayClient
from doorstep.service.request_counters import RequestCounters
from doorstep.service.sent_request import RequestRefused, SentRequest

__all__ = ["DccClient", "usual_variant"]

_TRANSFORM: Final = 4
_MOST_SENT: Final = 10_000
_MOST_ALERTS: Final = 1_000


class DccClient:
    """The client of one User, who signs with the ``keys``.

    ``policy`` says how often and how long apart a request is posted that is not answered, and by how much
    the times that the DCC stamps may be off. The last 10,000 requests are remembered, to match what the DCC
    posts to them; 1,000 alerts wait to be read (policy).
    """

    def __init__(
        self,
        config: SupplierConfig,
        keys: KeyRing,
        gateway: GatewayClient,
        counters: RequestCounters,
        clock: Clock,
        policy: Policy | None = None,
    ) -> None:
        self.config = config
        self.keys = keys
        self.alerts = Alerts(_MOST_ALERTS)
        """Alerts of Devices and of the DCC: ``async for alert in client.alerts``."""
        self._gateway = gateway
        self._counters = counters
        self._clock = clock
        self._policy = policy or Policy()
        self._sent: OrderedDict[RequestId, SentRequest] = OrderedDict()
        self._lines: WeakValueDictionary[Eui, asyncio.Lock] = WeakValueDictionary()

    async def name(self, row: ServiceRequestVariant, target: Eui | None = None) -> RequestId:
        """A new RequestID for a service, for whoever builds the request; ``target`` as in :meth:`request`.

        Raises :class:`UsageError` where a Device is wanted and none is named.
        """
        if target is None and not row.non_device:
            raise UsageError(f"{row.srv} is for a Device: its identifier is wanted")
        return await self._counters.take(target or self.config.dcc, top_up=row.srv == TOP_UP_VARIANT)

    async def request(
        self, body: Element, target: Eui | None = None, *, command_variant: int | None = None
    ) -> SentRequest:
        """Ask for the service that a body belongs to, with a new RequestID.

        ``target`` is the Device, None for a service of the DCC itself; ``command_variant`` how it is to be
        carried out, by default over the WAN. Raises what :meth:`send` raises.
        """
        row = of_body(body.name)
        number = command_variant or usual_variant(row)
        async with self._line(target or self.config.dcc):
            name = await self.name(row, target)
            return await self._send(service_request(name, number, body))

    async def send(self, request: Request) -> SentRequest:
        """Send a request, and give it with the DCC's synchronous answer once that is a good one.

        A Service Request with a Command Variant that wants a Signed Pre-Command (5, 6 or 7) is transformed
        and signed first, under the same RequestID.

        Raises :class:`RequestRefused` for an error code, :class:`GatewayRefused` where HTTP refuses it,
        :class:`Unanswered` where no attempt brought an answer, :class:`NotCorrelated` for a Pre-Command that
        says something else than the request, :class:`UsageError` for a Command Variant that the service does
        not take, and :class:`NoKey`.
        """
        async with self._line(request.request_id.target):
            return await self._send(request)

    async def return_response(self, sent: SentRequest | RequestId, response: bytes) -> SentRequest:
        """Hand the DCC a Device's Response that came by another way than the WAN (SRV 8.13)."""
        original = sent if isinstance(sent, RequestId) else sent.request.request_id
        async with self._line(self.config.dcc):
            name = await self._counters.take(self.config.dcc)
            return await self._send(local_response(name, original, response))

    async def _send(self, request: Request) -> SentRequest:
        _check_variant(request)
        wanted = command_variant(request.command_variant).input
        if wanted is Input.SIGNED_PRE_COMMAND and request.gbcs_payload is None:
            request = await self._signed(request)
        sent = SentRequest(request, self.config, self.keys)
        self._watch(sent)  # What the DCC posts may overtake its answer.
        try:
            sent.answered(await self._good(request))
        except BaseException:
            self._sent.pop(request.request_id, None)
            raise
        return sent

    async def take(self, document: bytes) -> Response:
        """A document that the DCC posted to the receive address, handed to whoever waits for it.

        What answers no request that this client remembers is given back only. Raises what
        :func:`~doorstep.road.supplier.gateway.believed` raises.
        """
        response = believed(self.config, document)
        alert = read_alert(response, self.config.eui, self.keys)
        if alert is not None:
            self.alerts.put(alert)
        sent = self._sent.get(about) if (about := _about(response, alert)) is not None else None
        if sent is not None:
            sent.hear(response)
        return response

    def issue_utrn(self, name: RequestId, pence: int) -> str:
        """The UTRN of a top-up that the request ``name`` is to carry.

        Raises :class:`UsageError` for an amount that no UTRN holds, and :class:`NoKey`.
        """
        value, value_class = value_of(pence)
        issued = utrn.issue(self.keys, self.config.eui, name.target, name.counter, value, value_class)
        return str(issued)

    async def post(self, request: Request) -> Response:
        """Post a request until it is answered, and give the answer, whatever its code.

        Raises :class:`Unanswered` or :class:`GatewayRefused`.
        """
        path, document = document_of(self.config, request)
        attempt = 0
        while True:
            attempt += 1
            answered = await self._gateway.send(SendRequest(str(request.request_id), path, document))
            try:
                return read_answer(self.config, request.request_id, answered.status, answered.body)
            except Unanswered:
                if attempt >= self._policy.attempts:
                    raise
            await asyncio.sleep(self._policy.retry_after(attempt) / 1000)

    async def _good(self, request: Request) -> Response:
        response = await self.post(request)
        if response_code(response.code).is_error:
            raise RequestRefused(response)
        return response

    async def _signed(self, request: Request) -> Request:
        """The request in its signed form: Transform, compare, sign."""
        asked = service_request(request.request_id, _TRANSFORM, request.body)
        answer = await self._good(asked)
        content = answer.body.content if isinstance(answer.body, ResponseMessage) else None
        if not isinstance(content, PreCommand):
            raise Unanswered("the DCC's answer to Transform holds no Pre-Command", unheard=False)
        now, tolerance = self._clock.now(), self._policy.clock_tolerance
        others = to_be_joined(asked, self.config.key_agreement_certificate)
        mine = correlate(content.payload, asked, self.config.dcc, now, tolerance, others)
        return signed_pre_command(asked, request.command_variant, bytes(gbcs.sign(mine, self.keys)))

    def _line(self, target: Eui) -> asyncio.Lock:
        """One request at a time for a target: the DCC refuses a counter under one that overtook it."""
        return self._lines.setdefault(target, asyncio.Lock())

    def _watch(self, sent: SentRequest) -> None:
        self._sent[sent.request.request_id] = sent
        if len(self._sent) > _MOST_SENT:
            self._sent.popitem(last=False)


def usual_variant(row: ServiceRequestVariant) -> int:
    """The Command Variant of a service where none is asked for: 1, 5 or 8, over the WAN or at the DCC."""
    return next(number for number in (1, 5, 8) if number in row.command_variants)


def _check_variant(request: Request) -> None:
    row = variant(request.service_reference_variant)
    if request.command_variant not in row.command_variants:
        legal = ", ".join(map(str, row.command_variants))
        raise UsageError(f"{row.srv} takes Command Variants {legal}, not {request.command_variant}")


def _about(response: Response, alert: Alert | None) -> RequestId | None:
    """The request that a document is about, by its RequestID or else its ResponseID."""
    if alert is None:
        device = response.response_id
        return response.request_id or (device.answer if device is not None else None)
    body = getattr(alert.response.body, "alert", None)
    if body is None or not body.has("CommandRequestID"):
        return None
    try:
        found: RequestId = body.value_of("CommandRequestID", REQUEST_ID)
    except XmlError:
        return None
    return found
