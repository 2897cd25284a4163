"""The Access Control Broker: which Signed Pre-Commands it takes, and which messages of Devices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.duis import Request, RequestId, element, signed_pre_command, transform
from doorstep.duis.transform.dlms import get
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import dlms
from doorstep.errors import BadMac, BadSignature, DoorstepError, InputError, NoKey, VerificationError
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader, Holding, KeyRing, Message, Verdict, decode_payload
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.broker import Broker
from doorstep.road.dcc.events import Push, WanUp
from doorstep.road.dcc.inventory import Device, Inventory
from tests.duis.transform.test_credentials import change_of_supplier
from tests.road.dcc.office import (
    CHF,
    DCC,
    ENABLE,
    ESME,
    EVERYBODY,
    GSME,
    INVENTORY,
    KEYS,
    NEIGHBOUR,
    NOW,
    OPERATOR,
    PLAN,
    STRANGER,
    SUPPLIER,
    USERS,
    Office,
    alert,
    asked,
    forged,
    local_command,
    only,
    pre_command,
    read,
    response_to,
    sent,
)

PPMID = PLAN.homes[0].eui("PPMID")
ASKED = asked(4, 10, ENABLE)
GOOD = gbcs.sign(pre_command(ASKED), EVERYBODY)


@pytest.fixture
def broker() -> Broker:
    return Broker(DCC, KeyRing(Holding(KEYS, DCC)))


def sending(payload: bytes, request: Request = ASKED) -> Request:
    return signed_pre_command(request, 6, payload)


def re_signed(message: Message, header: GroupingHeader) -> bytes:
    """The payload under another header, signed by whom that names."""
    return bytes(gbcs.sign(gbcs.build(header, message.payload), EVERYBODY))


def with_header(**changes: object) -> bytes:
    return re_signed(GOOD, replace(GOOD.header, **changes))


WRONG: dict[str, Callable[[], bytes]] = {
    "another originator": lambda: with_header(business_originator_id=OPERATOR),
    "another target": lambda: with_header(business_target_id=NEIGHBOUR),
    "a higher counter": lambda: with_header(originator_counter=11),
    "a lower counter": lambda: with_header(originator_counter=9),
    "a counter 2**32 away": lambda: with_header(originator_counter=10 + 2**32),
    "the Message Code of another service": lambda: with_header(message_code=0x001A),
    "the Message Code of a service that is not critical": lambda: with_header(message_code=0x0069),
    "a Message Code that does not exist": lambda: with_header(message_code=0x7FFF),
    "a Response": lambda: with_header(cra=Cra.RESPONSE),
    "not signed": lambda: bytes(pre_command(ASKED)),
    "not signed, as DCC Boxed sends it": lambda: bytes(pre_command(ASKED)) + b"\x00",
    "a MAC already": lambda: bytes(gbcs.seal(GOOD, EVERYBODY, author=DCC)),
    "a bad signature": lambda: forged(bytes(GOOD)),
    "a signature of zeros": lambda: bytes(GOOD)[:-64] + bytes(64),
    "somebody else's signature": lambda: (
        bytes(GOOD)[:-64] + EVERYBODY.sign(OPERATOR, bytes(pre_command(ASKED))[1:])
    ),
    "a byte more": lambda: bytes(GOOD) + b"\x00",
    "a byte less": lambda: bytes(GOOD)[:-1],
    "nothing": lambda: b"",
}


class TestSignedPreCommands:
    def test_a_good_one(self, broker: Broker) -> None:
        assert broker.signed_pre_command(sending(bytes(GOOD)), bytes(GOOD)) == GOOD

    @pytest.mark.parametrize("payload", WRONG.values(), ids=WRONG)
    def test_a_wrong_one_is_refused(self, broker: Broker, payload: Callable[[], bytes]) -> None:
        with pytest.raises((InputError, BadSignature)):
            broker.signed_pre_command(sending(payload()), payload())
        assert Office().status(sending(payload())) == 400

    @pytest.mark.parametrize("place", range(1, len(bytes(GOOD)), 7))
    def test_every_byte_counts(self, place: int) -> None:
        payload = bytearray(bytes(GOOD))
        payload[place] ^= 0x01
        assert Office().status(sending(bytes(payload))) == 400

    def test_a_user_whose_certificate_is_not_held(self) -> None:
        nobody = Broker(DCC, KeyRing(gbcs.MemoryKeyStore()))
        with pytest.raises(NoKey):
            nobody.signed_pre_command(sending(bytes(GOOD)), bytes(GOOD))


class TestCommands:
    def test_the_command_is_what_was_signed_and_a_mac(self, broker: Broker) -> None:
        command = broker.command(GOOD)
        assert command.authenticated == bytes(GOOD)
        proof = gbcs.verify(command, KeyRing(Holding(KEYS, ESME)))
        assert (proof.mac, proof.signature) == (Verdict.VERIFIED, Verdict.VERIFIED)

    def test_only_the_target_finds_the_mac_good(self, broker: Broker) -> None:
        """The neighbour's meter cannot even check it, with no key that it was made with."""
        proof = gbcs.verify(broker.command(GOOD), KeyRing(Holding(KEYS, NEIGHBOUR)))
        assert proof.mac is Verdict.NO_KEY

    def test_a_device_whose_certificate_is_not_held(self) -> None:
        unknown = Device(STRANGER, DeviceType.ESME, CHF)
        assert Office(inventory=Inventory(USERS, [unknown])).status(asked(2, target=STRANGER)) == 501


class TestCommandsOfItsOwn:
    """Where a Device does not know the User, the broker is the originator, with a counter of its own."""

    @pytest.fixture(autouse=True)
    def _balance_is_read_by_the_broker(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = dlms("ECS82", "4.18", get(112, "0-0:19.10.0.255", 2), originator=Originator.BROKER_FOR_USER)
        monkeypatch.setitem(transform._ROWS_OF, "4.18", (row,))

    def test_its_counter_rises_whatever_the_users_are(self) -> None:
        office = Office()
        headers = [
            gbcs.decode(local_command(office.answer(asked(2, counter, target=target)))).header
            for counter, target in ((700, ESME), (800, ESME), (700, NEIGHBOUR))
        ]
        assert [header.business_originator_id for header in headers] == [DCC] * 3
        assert [header.originator_counter for header in headers] == [1, 2, 3]
        assert [header.supplementary_remote_party_id for header in headers] == [SUPPLIER] * 3
        assert [header.supplementary_remote_party_counter for header in headers] == [700, 800, 700]

    def test_nor_does_it_fall_after_a_restart(self) -> None:
        office = Office()
        office.answer(asked(2, 700))
        again = office.restarted()
        header = gbcs.decode(local_command(again.answer(asked(2, 701)))).header
        assert header.originator_counter == 2

    def test_a_request_that_is_repeated_takes_none(self) -> None:
        office = Office()
        first, second = (local_command(office.answer(asked(2, 700))) for _ in range(2))
        assert first == second

    def test_the_response_goes_to_the_user(self) -> None:
        office = Office()
        office.take(WanUp(CHF))
        (command,) = sent(office.post(asked(1, 700)))
        push = only(office.hear(response_to(command)), Push)
        assert push.user == SUPPLIER
        response = read(push.body)
        assert response.request_id == RequestId(SUPPLIER, ESME, 700)
        assert response.response_id == RequestId(ESME, SUPPLIER, 700)

    def test_whose_mac_the_broker_checks_itself(self) -> None:
        office = Office()
        office.take(WanUp(CHF))
        (command,) = sent(office.post(asked(1, 700)))
        assert [type(event).__name__ for event in office.hear(forged(response_to(command)))] == ["Note"]


def response(code: int, device: bytes = ESME) -> Message:
    header = GroupingHeader(Cra.RESPONSE, 10, type(ESME)(device), SUPPLIER, code)
    return gbcs.build(header, decode_payload(bytes.fromhex("DA2000000A0000010001 0300"), header))


CRITICAL, NOT_CRITICAL = response(0x004F), response(0x0069)


class TestMessagesOfDevices:
    """What a Device sends is protected as its use case asks, as far as the broker can tell."""

    @pytest.mark.parametrize(
        "message",
        [
            gbcs.sign(CRITICAL, EVERYBODY),
            gbcs.seal(NOT_CRITICAL, EVERYBODY),
            gbcs.decode(alert()),
            gbcs.decode(alert(device=GSME)),
        ],
        ids=["signed Response", "Response with a MAC for the User", "Alert", "Alert of another Device"],
    )
    def test_good_ones(self, broker: Broker, message: Message) -> None:
        broker.authenticate(message)

    @pytest.mark.parametrize(
        ("message", "error"),
        [
            (gbcs.decode(forged(bytes(gbcs.sign(CRITICAL, EVERYBODY)))), BadSignature),
            (CRITICAL, VerificationError),
            (gbcs.seal(CRITICAL, EVERYBODY), VerificationError),
            (NOT_CRITICAL, VerificationError),
            (gbcs.decode(forged(alert())), BadSignature),
            (gbcs.build(gbcs.decode(alert()).header, gbcs.decode(alert()).payload), VerificationError),
            (response(0x7FFF), VerificationError),
            (gbcs.build(CRITICAL.header, CRITICAL.payload, signature=bytes(64)), BadSignature),
        ],
        ids=[
            "a bad signature",
            "no protection",
            "a MAC where a signature is asked for",
            "no MAC",
            "an Alert with a bad signature",
            "an Alert without protection",
            "an unknown use case without protection",
            "a signature of zeros",
        ],
    )
    def test_bad_ones(self, broker: Broker, message: Message, error: type[DoorstepError]) -> None:
        with pytest.raises(error):
            broker.authenticate(message)

    def test_a_device_whose_certificate_is_not_held(self) -> None:
        nobody = Broker(DCC, KeyRing(gbcs.MemoryKeyStore()))
        with pytest.raises(NoKey):
            nobody.authenticate(gbcs.sign(CRITICAL, EVERYBODY))

    def test_a_mac_for_the_broker_is_checked(self, broker: Broker) -> None:
        header = GroupingHeader(Cra.RESPONSE, 10, ESME, DCC, 0x0069)
        good = gbcs.seal(gbcs.build(header, NOT_CRITICAL.payload), EVERYBODY)
        broker.authenticate(good)
        with pytest.raises(BadMac):
            broker.authenticate(gbcs.decode(forged(bytes(good))))


class TestJoins:
    """What the DCC knows of the other Device decides how two are joined, and goes along."""

    def made(self, target: Eui, other: Eui, *, critical: bool) -> gbcs.Message:
        name = "JoinServiceCritical" if critical else "JoinServiceNonCritical"
        body = element(name, element("OtherDeviceID", str(other)))
        broker = Broker(DCC, KeyRing(Holding(KEYS, DCC)), lambda eui: b"\x30\x08" + eui)
        asked_for = asked(4 if critical else 1, body=body, target=target)
        return broker.pre_command(asked_for, INVENTORY.devices[target], 7, NOW, devices=INVENTORY.devices)

    def test_an_electricity_meter_and_a_display(self) -> None:
        made = self.made(ESME, PPMID, critical=True)
        assert made.header.business_originator_id == SUPPLIER
        assert made.content.hex() == f"30100201000408{PPMID.hex()}020105"

    def test_a_display_that_does_not_know_the_user_is_asked_by_the_broker_who_signs(
        self, broker: Broker
    ) -> None:
        made = self.made(PPMID, ESME, critical=False)
        assert (made.header.business_originator_id, made.header.originator_counter) == (DCC, 7)
        proof = gbcs.verify(broker.command(made), KeyRing(Holding(KEYS, PPMID)))
        assert (proof.mac, proof.signature) == (Verdict.VERIFIED, Verdict.VERIFIED)

    def test_a_device_that_is_not_in_the_inventory_is_refused(self) -> None:
        with pytest.raises(InputError, match=f"{STRANGER}, which is to be joined, is not"):
            self.made(ESME, STRANGER, critical=True)

    def test_the_gateway_answers_so(self) -> None:
        body = element("JoinServiceCritical", element("OtherDeviceID", str(STRANGER)))
        assert Office().status(asked(4, body=body)) == 400
        body = element("JoinServiceCritical", element("OtherDeviceID", str(PPMID)))
        assert Office().answer(asked(4, body=body)).code == "I0"


class TestChangeOfSupplier:
    def test_the_party_for_it_signs_where_the_dcc_is_that_too(self) -> None:
        cos = PLAN.transitional_cos
        broker = Broker(DCC, KeyRing(Holding(KEYS, DCC, cos)))
        request = asked(1, body=change_of_supplier())
        made = broker.pre_command(request, Device(ESME, DeviceType.ESME, CHF), 7, NOW)
        assert (made.header.business_originator_id, made.header.originator_counter) == (cos, 7)
        proof = gbcs.verify(broker.command(made), KeyRing(Holding(KEYS, ESME)))
        assert (proof.mac, proof.signature) == (Verdict.VERIFIED, Verdict.VERIFIED)

    def test_without_its_key_there_is_no_command(self, broker: Broker) -> None:
        request = asked(1, body=change_of_supplier())
        made = broker.pre_command(request, Device(ESME, DeviceType.ESME, CHF), 7, NOW)
        with pytest.raises(NoKey, match=str(PLAN.transitional_cos)):
            broker.command(made)
