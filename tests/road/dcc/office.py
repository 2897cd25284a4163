"""What the DCC's tests share: a street's keys, requests that its supplier signs, and a DCC with a memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from doorstep import gbcs
from doorstep.duis import (
    Element,
    LocalCommand,
    PreCommand,
    Request,
    RequestId,
    Response,
    ResponseMessage,
    build_request,
    command_variant,
    element,
    issuer_and_serial,
    parse_response,
    service_request,
    sign,
    signed_pre_command,
    verify,
)
from doorstep.duis.catalogue import Role
from doorstep.duis.simple_type import BASE64
from doorstep.duis.transform import Known, transform
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader, Holding, KeyRing, KeyUsage, decode_payload
from doorstep.gbcs.times import Instant, from_iso
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.anomaly import Thresholds
from doorstep.road.dcc.events import Answer, DccEvent, DccInput, FromWan, Posted, Push, Pushed, ToWan
from doorstep.road.dcc.inventory import Device, Inventory, User
from doorstep.road.dcc.machine import Dcc, DccConfig
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Memory, Note, Remember
from doorstep.service.pki import street_keys
from doorstep.street import street_plan
from tests import reference
from tests.published import valid

T = TypeVar("T")

NOW = from_iso("2026-11-23T14:20:00Z")
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

PLAN = street_plan(2)
SUPPLIER, OPERATOR, DCC = PLAN.supplier, PLAN.network_operator, PLAN.dcc
ESME, GSME, CHF = (PLAN.homes[0].eui(kind) for kind in ("ESME", "GSME", "CHF"))
NEIGHBOUR, NEXT_CHF = (PLAN.homes[1].eui(kind) for kind in ("ESME", "CHF"))
STRANGER = Eui.parse("D0-05-5E-00-0F-00-00-99")

KEYS = street_keys(PLAN, now=NOW)
EVERYBODY = KeyRing(KEYS)

DEVICES = tuple(
    Device(eui, DeviceType[kind], home.eui("CHF"))
    for home in PLAN.homes
    for eui, kind in home.devices
    if kind != "HHT"
)
USERS = (User(SUPPLIER, frozenset({Role.IS})), User(OPERATOR, frozenset({Role.ED})))
INVENTORY = Inventory(USERS, DEVICES)

SERVICE_S, SERVICE_T, SERVICE_D = "/api/v1/serviceS", "/api/v1/serviceT", "/api/v1/serviceD"

# One critical service, one that is not: SRV 7.1 becomes ECS42 (0x004F), SRV 4.18 becomes ECS82 (0x0069).
ENABLE = element("EnableSupply")
# A legal request whose encoding no source gives, so that no mapping row can answer it.
UNMAPPED = element(
    "UpdatePaymentMode",
    element(
        "Prepayment",
        element("SuspendDebtDisabled", "false"),
        element("SuspendDebtEmergency", "false"),
        element("DisablementThreshold", "0"),
    ),
)
BALANCE = element("ReadMeterBalance")

SCHEMA = (
    etree.XMLSchema(etree.parse(reference.ROOT / "schema/DUIS-Schema-V5.4.xsd"))
    if reference.available()
    else None
)


# -- requests ------------------------------------------------------------------------------------------


def asked(
    variant: int,
    counter: int = 1,
    body: Element = BALANCE,
    *,
    originator: Eui = SUPPLIER,
    target: Eui = ESME,
) -> Request:
    """A request with a service's own body."""
    return service_request(RequestId(originator, target, counter), variant, body)


def pre_command(request: Request) -> gbcs.Message:
    """What the DCC is to make of a request to the electricity meter."""
    return transform(request, Known(DCC, device_type=DeviceType.ESME))


def signed(variant: int, counter: int = 1, body: Element = ENABLE, *, target: Eui = ESME) -> Request:
    """The request that sends a Pre-Command which the supplier has signed."""
    to_transform = asked(4, counter, body, target=target)
    message = gbcs.sign(pre_command(to_transform), EVERYBODY)
    return signed_pre_command(to_transform, variant, bytes(message))


def returned(response: bytes, counter: int = 1, original: RequestId | None = None) -> Request:
    """SRV 8.13: the supplier hands in a Response."""
    children = [element("DeviceGBCSResponse", BASE64.render(response))]
    if original is not None:
        children.insert(0, element("OriginalRequestID", str(original)))
    return asked(8, counter, element("ReturnLocalCommandResponse", *children), target=DCC)


def document(request: Request, signer: Eui | None = None) -> bytes:
    """A request as a document, signed with the XML key of its originator, or of somebody else."""
    return xml_signed(build_request(request), signer or request.request_id.originator)


def xml_signed(unsigned: bytes, signer: Eui = SUPPLIER) -> bytes:
    """A document with the XML signature of a party."""
    key = KEYS.private_key(signer, KeyUsage.XML_SIGNATURE)
    certificate = KEYS.certificate(signer, KeyUsage.XML_SIGNATURE)
    assert key is not None
    assert certificate is not None
    return sign(unsigned, key, *issuer_and_serial(certificate))


def service_of(request: Request) -> str:
    """Where a request belongs."""
    service = command_variant(request.command_variant).service
    assert service is not None
    return service.path


# -- what Devices send ---------------------------------------------------------------------------------


def response_to(
    command: bytes, *, code: int | None = None, counter: int | None = None, keys: KeyRing = EVERYBODY
) -> bytes:
    """The Device's Response to a Command for one component: signed if that is critical, else with a MAC."""
    asked_by = gbcs.decode(command).header
    header = GroupingHeader(
        Cra.RESPONSE,
        asked_by.originator_counter if counter is None else counter,
        asked_by.business_target_id,
        asked_by.business_originator_id,
        asked_by.message_code if code is None else code,
        supplementary_remote_party_id=asked_by.supplementary_remote_party_id,
        supplementary_remote_party_counter=asked_by.supplementary_remote_party_counter,
    )
    invoke = (header.originator_counter & 0xFFFFFF).to_bytes(3, "big")
    # One component, an ACTION that succeeded and returned nothing.
    content = b"\xda\x20" + invoke + bytes.fromhex("0000 0100 010300")
    message = gbcs.build(header, decode_payload(content, header))
    row = message.use_case
    assert row is not None
    return bytes(gbcs.sign(message, keys) if row.critical else gbcs.seal(message, keys))


def alert(device: Eui = ESME, user: Eui = SUPPLIER, counter: int = 500, *, code: int = 0x8F12) -> bytes:
    """A bare, signed Alert (ECS80)."""
    header = GroupingHeader(Cra.ALERT, counter, device, user, 0x0067)
    when = bytes.fromhex("07EA0B17FF0E1400008000FF")
    content = bytes.fromhex("0F 20000001 00 0202 12") + code.to_bytes(2, "big") + b"\x09\x0c" + when
    return bytes(gbcs.sign(gbcs.build(header, decode_payload(content, header)), EVERYBODY))


def forged(message: bytes) -> bytes:
    """The message with the last bit of its signature or MAC turned."""
    return message[:-1] + bytes((message[-1] ^ 1,))


# -- the DCC -------------------------------------------------------------------------------------------


class Office:
    """A DCC, what it has said so far, and what it asked to have remembered."""

    def __init__(
        self,
        policy: DccPolicy | None = None,
        memory: Memory | None = None,
        *,
        inventory: Inventory = INVENTORY,
        thresholds: Thresholds | None = None,
        now: Instant = NOW,
    ) -> None:
        key = KEYS.private_key(DCC, KeyUsage.XML_SIGNATURE)
        certificate = KEYS.certificate(DCC, KeyUsage.XML_SIGNATURE)
        assert key is not None
        assert certificate is not None
        issuer, serial = issuer_and_serial(certificate)
        thresholds = thresholds or Thresholds()
        certificate_for = KEYS.certificate_by_serial
        config = DccConfig(
            DCC,
            inventory,
            key,
            issuer,
            serial,
            certificate_for,
            thresholds,
            key_agreement_certificate=key_agreement_certificate,
        )
        self.inventory, self.thresholds = inventory, thresholds
        self.memory = dict(memory or {})
        self.dcc = Dcc(config, KeyRing(Holding(KEYS, DCC)), policy, self.memory)
        self.now = now
        self.said: list[DccEvent] = []

    def take(self, event: DccInput) -> list[DccEvent]:
        """Give the DCC an event; all that it says."""
        self.dcc.receive(event, self.now)
        return self._drain()

    def wait(self, time: int) -> list[DccEvent]:
        """Let time pass, waking the DCC whenever it wants; all that it says."""
        end, heard = self.now + time, self._drain()
        while (due := self.dcc.deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.dcc.on_deadline(self.now)
            heard += self._drain()
            again = self.dcc.deadline()
            assert again is None or again > self.now, "it would be woken for ever"
        self.now = end
        return heard

    def post(
        self, request: Request | bytes, path: str = "", content_type: str = "application/xml"
    ) -> list[DccEvent]:
        """Post a request, by default to the service where it belongs; all that the DCC says."""
        body = request if isinstance(request, bytes) else document(request)
        where = path or (SERVICE_S if isinstance(request, bytes) else service_of(request))
        return self.take(Posted("exchange", "POST", where, content_type, body))

    def answer(self, request: Request | bytes, path: str = "") -> Response:
        """The Response to a request that HTTP does not refuse."""
        answer = only(self.post(request, path), Answer)
        assert answer.status == 200
        return read(answer.body)

    def status(self, request: Request | bytes, path: str = "") -> int:
        """The HTTP status of a request that gets no Response."""
        answer = only(self.post(request, path), Answer)
        assert answer.body == b""
        return answer.status

    def code(self, request: Request | bytes, path: str = "") -> str:
        """The Response Code that a request gets, with nothing else in the Response."""
        response = self.answer(request, path)
        assert isinstance(response.body, ResponseMessage)
        assert response.body.content is None
        return response.code

    def hear(self, message: bytes, hub: Eui = CHF) -> list[DccEvent]:
        """A message from a hub; all that the DCC says."""
        return self.take(FromWan(hub, message))

    def pushed(self, push: Push, status: int | None = 204) -> list[DccEvent]:
        """What came of a push; all that the DCC says."""
        return self.take(Pushed(push.push, status))

    def restarted(self, policy: DccPolicy | None = None) -> Office:
        """The DCC that goes on from what this one asked to have remembered, a second later."""
        return Office(
            policy,
            self.memory,
            inventory=self.inventory,
            thresholds=self.thresholds,
            now=self.now + SECOND,
        )

    def _drain(self) -> list[DccEvent]:
        heard: list[DccEvent] = []
        while (event := self.dcc.next_event()) is not None:
            heard.append(event)
            if isinstance(event, Answer | Push) and event.body:
                valid(event.body)
            if isinstance(event, Remember):
                remember(self.memory, event)
        self.said += heard
        return heard


def key_agreement_certificate(eui: Eui) -> bytes:
    """The certificate of a party of the street, in DER; empty where it has none."""
    certificate = KEYS.certificate(eui, KeyUsage.KEY_AGREEMENT)
    return certificate.public_bytes(Encoding.DER) if certificate is not None else b""


def remember(memory: dict[str, bytes | None], event: Remember) -> None:
    """Do what a :class:`Remember` asks for."""
    for name, data in event.entries.items():
        if data is None:
            memory.pop(name, None)
        else:
            memory[name] = data


def of(events: Iterable[DccEvent], kind: type[T]) -> list[T]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def only(events: Iterable[DccEvent], kind: type[T]) -> T:
    """The one event of a kind."""
    (event,) = of(events, kind)
    return event


def read(body: bytes) -> Response:
    """A document of the DCC: signed with its key, and valid by the schema where that is at hand."""
    certificate = KEYS.certificate(DCC, KeyUsage.XML_SIGNATURE)
    verified = verify(body, KEYS.certificate_by_serial)
    assert verified.certificate == certificate
    if SCHEMA is not None:
        SCHEMA.assertValid(etree.fromstring(body))
    return parse_response(verified.root)


def content_of(response: Response) -> object:
    """What a ResponseMessage carries."""
    assert isinstance(response.body, ResponseMessage)
    return response.body.content


def local_command(response: Response) -> bytes:
    """The Command for Local Delivery in a Response."""
    content = content_of(response)
    assert isinstance(content, LocalCommand)
    return content.payload


def made_pre_command(response: Response) -> bytes:
    """The Pre-Command in a Response."""
    content = content_of(response)
    assert isinstance(content, PreCommand)
    return content.payload


def notes(events: Iterable[DccEvent]) -> list[str]:
    """The short words of the notes among events."""
    return [note.what for note in of(events, Note)]


def sent(events: Iterable[DccEvent]) -> list[bytes]:
    """The messages sent over the WAN."""
    return [event.message for event in of(events, ToWan)]
