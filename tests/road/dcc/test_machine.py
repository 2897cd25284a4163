"""The Command Variants, each at its service; what a request leads to, and in which order."""

from __future__ import annotations

import pytest

from doorstep import gbcs
from doorstep.duis import RequestId, element
from doorstep.duis.request import Request
from doorstep.duis.transform import Known, transform
from doorstep.eui import Eui
from doorstep.gbcs import Form, Holding, KeyRing, Verdict
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.events import Answer, Posted, Push, ToWan, WanUp
from doorstep.road.dcc.inventory import Device, Inventory
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Note, Remember
from tests.duis.bodies.specimens import smallest
from tests.duis.unchecked import with_body
from tests.road.dcc.office import (
    CHF,
    DCC,
    ENABLE,
    ESME,
    KEYS,
    SERVICE_D,
    SERVICE_T,
    SUPPLIER,
    UNMAPPED,
    USERS,
    Office,
    asked,
    content_of,
    document,
    forged,
    local_command,
    made_pre_command,
    of,
    only,
    pre_command,
    read,
    response_to,
    returned,
    sent,
    signed,
)

CREDIT = element("UpdatePaymentMode", element("Credit"))


@pytest.fixture
def office() -> Office:
    """A DCC that reaches the home's hub."""
    office = Office()
    office.take(WanUp(CHF))
    return office


def holds_for_the_meter(command: bytes, *, critical: bool) -> bool:
    """Whether a Device that holds its own keys alone finds the Command's protections good."""
    proof = gbcs.verify(gbcs.decode(command), KeyRing(Holding(KEYS, ESME)))
    signature = Verdict.VERIFIED if critical else Verdict.ABSENT
    return proof.mac is Verdict.VERIFIED and proof.signature is signature


class TestCommandVariants:
    """``duis.md`` section 4, row by row."""

    def test_1_acknowledges_and_sends_over_the_wan(self, office: Office) -> None:
        heard = office.post(asked(1, 10))
        response = read(only(heard, Answer).body)
        assert (response.code, content_of(response)) == ("I99", None)
        assert response.request_id == RequestId(SUPPLIER, ESME, 10)
        assert response.response_id is None
        (command,) = sent(heard)
        assert only(heard, ToWan).hub == CHF
        assert holds_for_the_meter(command, critical=False)
        assert gbcs.decode(command).grouped == bytes(pre_command(asked(1, 10)))
        assert of(heard, Push) == []

    def test_2_returns_the_command(self, office: Office) -> None:
        heard = office.post(asked(2, 10))
        response = read(only(heard, Answer).body)
        assert response.code == "I0"
        command = local_command(response)
        assert holds_for_the_meter(command, critical=False)
        assert gbcs.decode(command).grouped == bytes(pre_command(asked(2, 10)))
        assert of(heard, ToWan) == []
        assert of(heard, Push) == []

    def test_3_acknowledges_sends_and_pushes_the_command(self, office: Office) -> None:
        heard = office.post(asked(3, 10))
        response = read(only(heard, Answer).body)
        assert (response.code, content_of(response)) == ("I99", None)
        (command,) = sent(heard)
        assert holds_for_the_meter(command, critical=False)
        push = only(heard, Push)
        copy = read(push.body)
        assert push.user == SUPPLIER
        assert (copy.code, copy.request_id) == ("I0", RequestId(SUPPLIER, ESME, 10))
        assert local_command(copy) == command

    def test_4_returns_the_pre_command(self, office: Office) -> None:
        heard = office.post(asked(4, 10, ENABLE))
        response = read(only(heard, Answer).body)
        assert response.code == "I0"
        assert made_pre_command(response) == bytes(pre_command(asked(4, 10, ENABLE)))
        assert of(heard, ToWan) == []
        assert of(heard, Push) == []

    def test_5_acknowledges_and_sends_over_the_wan(self, office: Office) -> None:
        request = signed(5, 10)
        heard = office.post(request)
        response = read(only(heard, Answer).body)
        assert (response.code, content_of(response)) == ("I99", None)
        (command,) = sent(heard)
        assert holds_for_the_meter(command, critical=True)
        assert gbcs.decode(command).authenticated == request.gbcs_payload
        assert of(heard, Push) == []

    def test_6_returns_the_command(self, office: Office) -> None:
        request = signed(6, 10)
        heard = office.post(request)
        response = read(only(heard, Answer).body)
        assert response.code == "I0"
        command = local_command(response)
        assert holds_for_the_meter(command, critical=True)
        assert gbcs.decode(command).form is Form.MACED
        assert gbcs.decode(command).authenticated == request.gbcs_payload
        assert of(heard, ToWan) == []
        assert of(heard, Push) == []

    def test_7_acknowledges_sends_and_pushes_the_command(self, office: Office) -> None:
        heard = office.post(signed(7, 10))
        response = read(only(heard, Answer).body)
        assert (response.code, content_of(response)) == ("I99", None)
        (command,) = sent(heard)
        assert holds_for_the_meter(command, critical=True)
        assert local_command(read(only(heard, Push).body)) == command

    @pytest.mark.parametrize("both", [asked(3, 10), signed(7, 10)], ids=["3", "7"])
    def test_3_and_7_with_the_copy_in_the_answer(self, both: Request) -> None:
        office = Office(DccPolicy(local_copy_synchronous=True))
        office.take(WanUp(CHF))
        heard = office.post(both)
        response = read(only(heard, Answer).body)
        assert response.code == "I0"
        assert [local_command(response)] == sent(heard)
        assert of(heard, Push) == []

    def test_8_is_done_by_the_dcc_itself(self, office: Office) -> None:
        command = local_command(office.answer(asked(2, 10)))
        assert office.code(returned(response_to(command))) == "I99"


class TestTransform:
    def test_a_pre_command_may_end_in_an_empty_signature(self) -> None:
        office = Office(DccPolicy(trailing_zero=True))
        made = made_pre_command(office.answer(asked(4, 10, ENABLE)))
        assert made == bytes(pre_command(asked(4, 10, ENABLE))) + b"\x00"
        assert office.answer(signed(6, 10)).code == "I0"

    def test_what_is_known_of_the_meter_decides(self) -> None:
        twin = Device(ESME, DeviceType.ESME, CHF, element="twin")
        office = Office(inventory=Inventory(USERS, [twin]))
        made = made_pre_command(office.answer(asked(4, 10, CREDIT)))
        assert made == bytes(transform(asked(4, 10, CREDIT), Known(DCC, element="twin")))
        assert made != bytes(transform(asked(4, 10, CREDIT), Known(DCC, element="single")))

    def test_a_service_without_a_mapping_row(self, office: Office) -> None:
        assert office.status(asked(4, 10, UNMAPPED)) == 501

    def test_a_body_that_lacks_what_the_row_needs(self, office: Office) -> None:
        top_up = asked(2, 10, smallest("TopUpDevice"))
        assert office.status(with_body(top_up, element("TopUpDevice"))) == 400


class TestFutureDating:
    def test_a_date_that_the_device_holds_goes_into_the_command(self, office: Office) -> None:
        later = element(
            "UpdatePaymentMode", element("ExecutionDateTime", "2026-12-24T00:00:00Z"), element("Credit")
        )
        made = made_pre_command(office.answer(asked(4, 10, later)))
        assert bytes.fromhex("090C 07EA0C18FF000000") in made


class TestOrder:
    """Memory first, then the answer, then the WAN and the Users."""

    def test_remember_answer_send_push(self, office: Office) -> None:
        kinds = [type(event) for event in office.post(asked(3, 10))]
        assert kinds == [Remember, Note, Answer, ToWan, Push]

    def test_what_is_refused_is_not_remembered(self, office: Office) -> None:
        for request, path in ((asked(1, 10), SERVICE_T), (asked(9, 10), SERVICE_D), (b"<", SERVICE_D)):
            assert of(office.post(request, path), Remember) == []

    def test_each_answer_names_its_exchange(self, office: Office) -> None:
        body = document(asked(2, 10))
        for name in ("exchange-1", "exchange-2"):
            assert (
                only(office.take(Posted(name, "POST", SERVICE_D, "application/xml", body)), Answer).exchange
                == name
            )
        assert only(office.take(Posted("lost", "GET", "/", "", b"")), Answer).exchange == "lost"


class TestReturnLocalCommandResponse:
    """SRV 8.13: the Response comes from the User, since the home's WAN is down."""

    @pytest.fixture
    def cut_off(self) -> Office:
        """A DCC that does not reach the hub."""
        return Office()

    def test_it_settles_the_command_and_ends_sending(self, cut_off: Office) -> None:
        office = cut_off
        command = local_command(read(only(office.post(signed(7, 10)), Push).body))
        assert office.code(returned(response_to(command), 1, RequestId(SUPPLIER, ESME, 10))) == "I99"
        assert office.dcc.deadline() is None
        assert sent(office.take(WanUp(CHF))) == []

    def test_the_original_request_id_may_be_left_out(self, office: Office) -> None:
        command = local_command(office.answer(signed(6, 10)))
        assert office.code(returned(response_to(command))) == "I99"

    def test_it_may_come_after_the_one_by_the_wan(self, office: Office) -> None:
        command = local_command(office.answer(signed(6, 10)))
        office.hear(response_to(command))
        assert office.code(returned(response_to(command))) == "I99"

    def test_what_came_this_way_is_not_pushed_as_well(self, office: Office) -> None:
        command = local_command(office.answer(signed(6, 10)))
        office.code(returned(response_to(command)))
        assert of(office.hear(response_to(command)), Push) == []

    def test_another_original_request_is_refused(self, office: Office) -> None:
        command = local_command(office.answer(signed(6, 10)))
        assert office.status(returned(response_to(command), 1, RequestId(SUPPLIER, ESME, 11))) == 400

    def test_a_response_to_nothing_is_refused(self, office: Office) -> None:
        command = local_command(office.answer(signed(6, 10)))
        assert office.status(returned(response_to(command, counter=11))) == 400

    def test_a_response_of_another_use_case_is_refused(self, office: Office) -> None:
        """Else a MAC that nobody here can check would do for a critical Command."""
        command = local_command(office.answer(signed(6, 10)))
        assert office.status(returned(response_to(command, code=0x0069))) == 400

    def test_a_forged_response_is_refused(self, office: Office) -> None:
        command = local_command(office.answer(signed(6, 10)))
        assert office.status(returned(forged(response_to(command)))) == 400
        assert office.code(returned(response_to(command), 2)) == "I99"

    def test_a_command_is_no_response(self, office: Office) -> None:
        command = local_command(office.answer(signed(6, 10)))
        assert office.status(returned(command)) == 400

    @pytest.mark.parametrize("data", [b"", b"\xdd", b"\xdf\x09", bytes(200)])
    def test_no_message_at_all_is_refused(self, office: Office, data: bytes) -> None:
        assert office.status(returned(data)) == 400

    def test_the_response_to_another_users_command_is_refused(self) -> None:
        gas_supplier = Eui.parse("D0-05-5E-00-0F-00-00-03")
        users = [type(user)(user.eui, USERS[0].roles) for user in USERS]
        office = Office(inventory=Inventory(users, [Device(ESME, DeviceType.ESME, CHF)]))
        command = local_command(office.answer(signed(6, 10)))
        body = returned(response_to(command)).body
        theirs = asked(8, 1, body, originator=gas_supplier, target=DCC)
        assert office.status(theirs) == 400
