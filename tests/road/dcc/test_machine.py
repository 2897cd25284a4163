"""The Command Variants, each at its service, and what follows: answers, Commands, Responses, pushes."""

from __future__ import annotations

import pytest

from doorstep import gbcs
from doorstep.duis import (
    DccAlert,
    DeviceAlert,
    GbcsPayload,
    RequestId,
    element,
    signed_pre_command,
)
from doorstep.duis.request import Request
from doorstep.duis.transform import prepayment
from doorstep.duis.transform.dlms import get
from doorstep.duis.transform.rows import dlms
from doorstep.eui import Eui
from doorstep.gbcs import Form, Holding, KeyRing, Verdict
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.events import Answer, Posted, Push, ToWan, WanDown, WanUp
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Remember
from tests.road.dcc.office import (
    BALANCE,
    CHF,
    DAY,
    DCC,
    ENABLE,
    ESME,
    EVERYBODY,
    GSME,
    HOUR,
    KEYS,
    MINUTE,
    NEIGHBOUR,
    NEXT_CHF,
    NOW,
    OPERATOR,
    SECOND,
    SERVICE_D,
    STRANGER,
    SUPPLIER,
    Office,
    alert,
    asked,
    content_of,
    document,
    forged,
    local_command,
    made_pre_command,
    notes,
    of,
    only,
    pre_command,
    read,
    response_to,
    returned,
    sent,
    signed,
)

SYNCHRONOUS = DccPolicy(local_copy_synchronous=True)


@pytest.fixture
def office() -> Office:
    return Office()


def is_for_the_meter(command: bytes, *, critical: bool) -> bool:
    """Whether a Device that holds its own keys alone finds the Command's protections good."""
    proof = gbcs.verify(gbcs.decode(command), KeyRing(Holding(KEYS, ESME)))
    return proof.mac is Verdict.VERIFIED and proof.signature is (
        Verdict.VERIFIED if critical else Verdict.ABSENT
    )


class TestCommandVariants:
    """``duis.md`` section 4, row by row."""

    def test_1_acknowledges_and_sends_over_the_wan(self, office: Office) -> None:
        office.take(WanUp(CHF))
        heard = office.post(asked(1, 10))
        response = read(only(heard, Answer).body)
        assert (response.code, content_of(response)) == ("I99", None)
        assert response.request_id == RequestId(SUPPLIER, ESME, 10)
        assert response.response_id is None
        (command,) = sent(heard)
        assert only(heard, ToWan).hub == CHF
        assert is_for_the_meter(command, critical=False)
        assert gbcs.decode(command).grouped == bytes(pre_command(asked(1, 10)))
        assert of(heard, Push) == []

    def test_2_returns_the_command(self, office: Office) -> None:
        office.take(WanUp(CHF))
        heard = office.post(asked(2, 10))
        response = read(only(heard, Answer).body)
        assert response.code == "I0"
        command = local_command(response)
        assert is_for_the_meter(command, critical=False)
        assert gbcs.decode(command).grouped == bytes(pre_command(asked(2, 10)))
        assert of(heard, ToWan) == of(heard, Push) == []

    def test_3_acknowledges_sends_and_pushes_the_command(self, office: Office) -> None:
        office.take(WanUp(CHF))
        heard = office.post(asked(3, 10))
        response = read(only(heard, Answer).body)
        assert (response.code, content_of(response)) == ("I99", None)
        (command,) = sent(heard)
        push = only(heard, Push)
        assert push.user == SUPPLIER
        copy = read(push.body)
        assert (copy.code, copy.request_id) == ("I0", RequestId(SUPPLIER, ESME, 10))
        assert local_command(copy) == command
        assert is_for_the_meter(command, critical=False)

    def test_4_returns_the_pre_command(self, office: Office) -> None:
        heard = office.post(asked(4, 10, ENABLE))
        response = read(only(heard, Answer).body)
        assert response.code == "I0"
        assert made_pre_command(response) == bytes(pre_command(asked(4, 10, ENABLE)))
        assert of(heard, ToWan) == of(heard, Push) == []

    def test_5_acknowledges_and_sends_over_the_wan(self, office: Office) -> None:
        office.take(WanUp(CHF))
        request = signed(5, 10)
        heard = office.post(request)
        response = read(only(heard, Answer).body)
        assert (response.code, content_of(response)) == ("I99", None)
        (command,) = sent(heard)
        assert is_for_the_meter(command, critical=True)
        assert gbcs.decode(command).authenticated == request.gbcs_payload
        assert of(heard, Push) == []

    def test_6_returns_the_command(self, office: Office) -> None:
        office.take(WanUp(CHF))
        request = signed(6, 10)
        heard = office.post(request)
        response = read(only(heard, Answer).body)
        assert response.code == "I0"
        command = local_command(response)
        assert is_for_the_meter(command, critical=True)
        assert gbcs.decode(command).form is Form.MACED
        assert gbcs.decode(command).authenticated == request.gbcs_payload
        assert of(heard, ToWan) == of(heard, Push) == []

    def test_7_acknowledges_sends_and_pushes_the_command(self, office: Office) -> None:
        office.take(WanUp(CHF))
        heard = office.post(signed(7, 10))
        response = read(only(heard, Answer).body)
        assert (response.code, content_of(response)) == ("I99", None)
        (command,) = sent(heard)
        assert local_command(read(only(heard, Push).body)) == command
        assert is_for_the_meter(command, critical=True)

    @pytest.mark.parametrize("request_", [asked(3, 10), signed(7, 10)], ids=["3", "7"])
    def test_both_ways_with_the_copy_in_the_answer(self, request_: Request) -> None:
        office = Office(SYNCHRONOUS)
        office.take(WanUp(CHF))
        heard = office.post(request_)
        response = read(only(heard, Answer).body)
        assert response.code == "I0"
        assert [local_command(response)] == sent(heard)
        assert of(heard, Push) == []

    def test_8_is_done_by_the_dcc_itself(self, office: Office) -> None:
        command = local_command(office.answer(asked(2, 10)))
        assert office.code(returned(response_to(command))) == "I99"

    def test_a_pre_command_may_end_in_an_empty_signature(self) -> None:
        office = Office(DccPolicy(trailing_zero=True))
        made = made_pre_command(office.answer(asked(4, 10, ENABLE)))
        assert made == bytes(pre_command(asked(4, 10, ENABLE))) + b"\x00"
        assert gbcs.decode(made).form is Form.UNSIGNED_EMPTY
        assert office.answer(signed(6, 10)).code == "I0"

    def test_what_is_known_of_a_twin_element_meter_decides(self) -> None:
        from doorstep.duis.transform import Known, transform
        from doorstep.road.dcc.inventory import Device, Inventory
        from tests.road.dcc.office import USERS

        twin = Device(ESME, DeviceType.ESME, CHF, element="twin")
        request = asked(4, 10, element("UpdatePaymentMode", element("Credit")))
        made = made_pre_command(Office(inventory=Inventory(USERS, [twin])).answer(request))
        assert made == bytes(transform(request, Known(DCC, element="twin")))
        assert made != made_pre_command(Office().answer(request))


class TestOrder:
    """What is said in which order: memory first, then the answer, then the WAN and the Users."""

    def test_remember_answer_send_push(self, office: Office) -> None:
        office.take(WanUp(CHF))
        kinds = [type(event) for event in office.post(asked(3, 10))]
        assert kinds == [Remember, Answer, ToWan, Push]

    def test_the_answer_names_its_exchange(self, office: Office) -> None:
        for name in ("exchange-1", "exchange-2"):
            heard = office.take(
                Posted(name, "POST", SERVICE_D, "application/xml", document(asked(2, 10)))
            )
            assert only(heard, Answer).exchange == name
        heard = office.take(Posted("lost", "POST", "/", "application/xml", b""))
        assert only(heard, Answer).exchange == "lost"


class TestTransformThenSend:
    """A critical Command takes two requests under one RequestID."""

    def test_the_pair(self, office: Office) -> None:
        made = made_pre_command(office.answer(asked(4, 10, ENABLE)))
        message = gbcs.sign(gbcs.decode(made), EVERYBODY)
        request = signed_pre_command(asked(4, 10, ENABLE), 6, bytes(message))
        assert is_for_the_meter(local_command(office.answer(request)), critical=True)

    def test_others_may_come_between(self, office: Office) -> None:
        office.answer(asked(4, 10, ENABLE))
        office.answer(asked(2, 11))
        assert office.answer(signed(6, 10)).code == "I0"

    def test_only_one_signed_pre_command_is_taken(self, office: Office) -> None:
        office.answer(asked(4, 10, ENABLE))
        assert office.answer(signed(6, 10)).code == "I0"
        assert office.status(signed(5, 10)) == 400
        assert office.status(signed(7, 10)) == 400

    def test_the_transform_is_not_for_sale_twice(self, office: Office) -> None:
        office.answer(asked(4, 10, ENABLE))
        other = element("UpdateMeterBalance", element("PrepaymentMode", element("ResetMeterBalance")))
        assert office.status(asked(4, 10, other)) == 400

    def test_a_pre_command_changed_after_the_transform_is_refused(self, office: Office) -> None:
        """It is the User's own signature, of a use case of that very service: only comparing shows it."""
        credit = element("UpdatePaymentMode", element("Credit"))
        prepayment_mode = element(
            "UpdatePaymentMode",
            element(
                "Prepayment",
                element("SuspendDebtDisabled", "true"),
                element("SuspendDebtEmergency", "true"),
                element("DisablementThreshold", "100"),
            ),
        )
        office.answer(asked(4, 10, credit))
        heard = office.post(signed(6, 10, prepayment_mode))
        assert only(heard, Answer).status == 400
        assert "not what the request was transformed into" in heard[0].why  # type: ignore[union-attr]
        assert office.answer(signed(6, 10, credit)).code == "I0"

    def test_a_signed_pre_command_may_come_without_a_transform(self, office: Office) -> None:
        assert office.answer(signed(6, 10)).code == "I0"

    def test_unless_the_policy_asks_for_one(self) -> None:
        office = Office(DccPolicy(transform_first=True))
        assert office.status(signed(6, 10)) == 400
        office.answer(asked(4, 10, ENABLE))
        assert office.answer(signed(6, 10)).code == "I0"

    def test_a_refused_transform_opens_no_counter(self, office: Office) -> None:
        """A request that got an error was not transformed, so its counter is not there to be used again."""
        office.answer(asked(2, 20))
        assert office.code(asked(4, 10, ENABLE), SERVICE_D) == "E13"
        assert office.status(signed(6, 10)) == 400

    def test_a_signed_pre_command_at_the_wrong_service_may_go_to_the_right_one(self, office: Office) -> None:
        office.answer(asked(4, 10, ENABLE))
        request = document(signed(6, 10))
        assert office.code(request) == "E13"
        assert office.answer(request, SERVICE_D).code == "I0"


class TestCounters:
    def test_they_rise(self, office: Office) -> None:
        assert [office.answer(asked(2, counter)).code for counter in (0, 1, 5, 2**64 - 1)] == ["I0"] * 4

    @pytest.mark.parametrize("counter", [0, 9, 10], ids=["zero", "lower", "the same"])
    def test_one_that_does_not_rise_is_refused(self, office: Office, counter: int) -> None:
        office.answer(asked(2, 10))
        office.take(WanUp(CHF))
        heard = office.post(asked(1, counter))
        assert only(heard, Answer) == Answer("exchange", 400)
        assert notes(heard) == ["denied"]
        assert of(heard, Remember) == of(heard, ToWan) == []

    def test_each_target_has_its_own(self, office: Office) -> None:
        office.answer(asked(2, 10))
        assert office.answer(asked(2, 10, target=NEIGHBOUR)).code == "I0"

    def test_or_all_targets_share_one(self) -> None:
        office = Office(DccPolicy(counter_scope_is_pair=False))
        office.answer(asked(2, 10))
        assert office.status(asked(2, 10, target=NEIGHBOUR)) == 400
        assert office.answer(asked(2, 11, target=NEIGHBOUR)).code == "I0"

    def test_a_refused_request_uses_none(self, office: Office) -> None:
        assert office.code(asked(2, 10), SERVICE_S := "/api/v1/serviceS") == "E13"
        assert office.status(asked(4, 10, element("DisableSupply"))) == 501
        assert office.answer(asked(1, 10), SERVICE_S).code == "I99"


class TestTheSameRequestAgain:
    @pytest.mark.parametrize("variant", [1, 2, 3])
    def test_the_answer_is_the_same_and_nothing_else_happens(self, office: Office, variant: int) -> None:
        office.take(WanUp(CHF))
        request = asked(variant, 10)
        first = only(office.post(request), Answer)
        office.now += HOUR // 2
        office.wait(0)
        assert office.post(request) == [first]

    def test_also_when_it_is_signed_anew(self, office: Office) -> None:
        """ECDSA as most make it is random: what counts is the request, not the bytes of its signature."""
        from cryptography.hazmat.primitives.asymmetric import ec

        from doorstep.duis import signature

        first = document(asked(2, 10))
        again = first
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                signature.ec, "ECDSA", lambda algorithm, deterministic_signing=False: _RANDOM(algorithm)
            )
            again = document(asked(2, 10))
        assert isinstance(ec.ECDSA, type)
        assert again != first
        assert only(office.post(first, SERVICE_D), Answer) == only(office.post(again, SERVICE_D), Answer)

    def test_the_same_request_id_with_another_body_is_another_request(self, office: Office) -> None:
        office.answer(asked(2, 10))
        assert office.status(asked(2, 10, element("TopUpDevice", element("UTRN", "1" * 20)))) == 400

    def test_it_is_looked_at_with_the_same_eyes(self, office: Office) -> None:
        request = document(asked(2, 10))
        office.answer(request, SERVICE_D)
        assert office.code(request) == "E13"
        assert office.answer(request, SERVICE_D).code == "I0"


from cryptography.hazmat.primitives.asymmetric.ec import ECDSA as _RANDOM  # noqa: E402, N811
