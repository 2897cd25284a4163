"""Counters that rise, a Command in two requests under one of them, and answers that stay the same."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from doorstep import gbcs
from doorstep.duis import Request, build_request, element, signed_pre_command
from doorstep.duis.writing import Canonical
from doorstep.errors import InputError
from doorstep.gbcs import KeyUsage
from doorstep.road.dcc.events import Answer, ToWan, WanUp
from doorstep.road.dcc.ledger import Ledger
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Note, Remember
from tests.duis.bodies.specimens import smallest
from tests.road.dcc.office import (
    CHF,
    DCC,
    ENABLE,
    ESME,
    EVERYBODY,
    KEYS,
    MINUTE,
    NEIGHBOUR,
    SERVICE_D,
    SERVICE_S,
    SUPPLIER,
    UNMAPPED,
    Office,
    asked,
    document,
    local_command,
    made_pre_command,
    notes,
    of,
    only,
    pre_command,
    response_to,
    returned,
    signed,
    xml_signed,
)

CREDIT = element("UpdatePaymentMode", element("Credit"))
PREPAYMENT = element(
    "UpdatePaymentMode",
    element(
        "Prepayment",
        element("SuspendDebtDisabled", "true"),
        element("SuspendDebtEmergency", "true"),
        element("DisablementThreshold", "100"),
    ),
)


@pytest.fixture
def office() -> Office:
    office = Office()
    office.take(WanUp(CHF))
    return office


class TestCounters:
    def test_they_rise(self, office: Office) -> None:
        codes = [office.answer(asked(2, counter)).code for counter in (0, 1, 5, 2**63, 2**64 - 1)]
        assert codes == ["I0"] * 5

    @pytest.mark.parametrize("counter", [0, 9, 10], ids=["zero", "lower", "the same"])
    def test_one_that_does_not_rise_is_refused(self, office: Office, counter: int) -> None:
        office.answer(asked(2, 10))
        heard = office.post(asked(1, counter))
        assert only(heard, Answer) == Answer("exchange", 400)
        assert notes(heard) == ["denied"]
        assert of(heard, Remember) == []
        assert of(heard, ToWan) == []

    def test_each_target_has_its_own(self, office: Office) -> None:
        office.answer(asked(2, 10))
        assert office.answer(asked(2, 10, target=NEIGHBOUR)).code == "I0"

    def test_or_all_targets_share_one(self) -> None:
        office = Office(DccPolicy(counter_scope_is_pair=False))
        office.answer(asked(2, 10))
        assert office.status(asked(2, 10, target=NEIGHBOUR)) == 400
        assert office.answer(asked(2, 11, target=NEIGHBOUR)).code == "I0"

    def test_a_refused_request_uses_none(self, office: Office) -> None:
        assert office.code(asked(2, 10), SERVICE_S) == "E13"
        assert office.status(asked(4, 10, UNMAPPED)) == 501
        assert office.code(asked(1, 10)) == "I99"

    def test_services_of_the_dcc_itself_count_too(self, office: Office) -> None:
        response = response_to(local_command(office.answer(asked(2, 10))))
        assert office.code(returned(response, 5)) == "I99"
        assert office.status(returned(response_to(local_command(office.answer(asked(2, 11)))), 5)) == 400


class TestTransformThenSend:
    """A critical Command takes two requests under one RequestID."""

    def test_what_was_transformed_is_signed_and_sent(self, office: Office) -> None:
        made = made_pre_command(office.answer(asked(4, 10, ENABLE)))
        payload = bytes(gbcs.sign(gbcs.decode(made), EVERYBODY))
        command = local_command(office.answer(signed_pre_command(asked(4, 10, ENABLE), 6, payload)))
        assert gbcs.decode(command).authenticated == payload

    def test_other_requests_may_come_between(self, office: Office) -> None:
        office.answer(asked(4, 10, ENABLE))
        office.answer(asked(2, 11))
        assert office.answer(signed(6, 10)).code == "I0"
        assert office.status(asked(1, 11)) == 400

    @pytest.mark.parametrize("variant", [5, 6, 7])
    def test_only_one_signed_pre_command_is_taken(self, office: Office, variant: int) -> None:
        office.answer(asked(4, 10, ENABLE))
        office.answer(signed(6, 10))
        assert office.status(signed_at_random(variant)) == 400

    def test_a_request_id_is_transformed_once(self, office: Office) -> None:
        office.answer(asked(4, 10, CREDIT))
        assert office.status(asked(4, 10, PREPAYMENT)) == 400

    def test_a_request_that_is_no_signed_pre_command_may_not_use_the_counter(self, office: Office) -> None:
        office.answer(asked(4, 10, ENABLE))
        assert office.status(asked(2, 10)) == 400

    def test_a_pre_command_changed_after_the_transform_is_refused(self, office: Office) -> None:
        """It is the User's own signature, and a use case of that very service: only comparing shows it."""
        office.answer(asked(4, 10, CREDIT))
        heard = office.post(signed(6, 10, PREPAYMENT))
        assert only(heard, Answer).status == 400
        assert only(heard, Note).why == "the Signed Pre-Command is not what the request was transformed into"
        assert office.answer(signed(6, 10, CREDIT)).code == "I0"

    def test_a_pre_command_moved_to_another_service_is_refused(self) -> None:
        """Three services lead to ECS47: what was asked for as one of them is not sent as another."""
        ledger = Ledger(DccPolicy(), {})
        reset = asked(4, 10, smallest("ResetAuxiliaryLoad"))
        activate = asked(4, 10, smallest("ActivateAuxiliaryLoad"))
        message = pre_command(asked(4, 10, ENABLE))
        ledger.accept(reset, Canonical("answer"), message)
        ledger.check_transformed(reset, message)
        with pytest.raises(InputError, match="not what the request was transformed into"):
            ledger.check_transformed(activate, message)

    def test_a_signed_pre_command_may_come_without_a_transform(self, office: Office) -> None:
        assert office.answer(signed(6, 10)).code == "I0"

    def test_unless_the_policy_asks_for_one(self) -> None:
        office = Office(DccPolicy(transform_first=True))
        assert office.status(signed(6, 10)) == 400
        office.answer(asked(4, 10, ENABLE))
        assert office.answer(signed(6, 10)).code == "I0"

    def test_a_refused_transform_leaves_no_counter_to_use_again(self, office: Office) -> None:
        office.answer(asked(2, 20))
        assert office.code(asked(4, 10, ENABLE), SERVICE_D) == "E13"
        assert office.status(signed(6, 10)) == 400

    def test_a_signed_pre_command_at_the_wrong_service_may_go_to_the_right_one(self, office: Office) -> None:
        office.answer(asked(4, 10, ENABLE))
        request = document(signed(6, 10))
        assert office.code(request, SERVICE_S) == "E13"
        assert office.answer(request, SERVICE_D).code == "I0"


class TestTheSameRequestAgain:
    @pytest.mark.parametrize("variant", [1, 2, 3, 4])
    def test_the_answer_is_the_same_and_nothing_else_is_done(self, office: Office, variant: int) -> None:
        request = asked(variant, 10, ENABLE) if variant == 4 else asked(variant, 10)
        first = only(office.post(request), Answer)
        office.now += MINUTE // 2
        assert office.post(request) == [first]

    def test_also_when_it_is_written_and_signed_anew(self, office: Office) -> None:
        """Most signatures are random: what counts is the request, not the bytes that it came in."""
        request = asked(2, 10)
        other = build_request(request).replace(b"sr:", b"duis:").replace(b":sr=", b":duis=")
        anew = xml_signed(other)
        first, second = office.post(request), office.post(anew, SERVICE_D)
        assert anew != document(request)
        assert only(first, Answer) == only(second, Answer)

    def test_with_another_body_it_is_another_request(self, office: Office) -> None:
        office.answer(asked(2, 10))
        assert office.status(asked(2, 10, element("TopUpDevice", element("UTRN", "1" * 20)))) == 400

    def test_it_passes_the_same_checks(self, office: Office) -> None:
        request = document(asked(2, 10))
        office.answer(request, SERVICE_D)
        assert office.code(request, SERVICE_S) == "E13"
        assert office.answer(request, SERVICE_D).code == "I0"

    def test_only_so_many_answers_are_kept(self) -> None:
        policy = DccPolicy(answers_kept=3)
        office = Office(policy)
        for counter in range(1, 6):
            office.answer(asked(2, counter))
        assert sum(name.startswith("kept:") for name in office.memory) == 3
        assert [office.status(asked(2, counter)) for counter in (1, 2)] == [400, 400]
        for counter in (3, 4, 5):
            assert office.answer(asked(2, counter)).code == "I0"

    def test_the_oldest_answer_goes_first_after_a_restart_too(self) -> None:
        """Ten is after nine, whatever the order in which memory gives the names back."""
        policy = DccPolicy(answers_kept=3)
        office = Office(policy)
        for counter in (8, 9, 10):
            office.answer(asked(2, counter))
        again = Office(policy, dict(sorted(office.memory.items())))
        again.answer(asked(2, 11))
        assert again.status(asked(2, 8)) == 400
        assert again.answer(asked(2, 9)).code == "I0"

    def test_a_refusal_pushes_no_answer_out(self) -> None:
        office = Office(DccPolicy(answers_kept=1))
        office.answer(asked(2, 1))
        for counter in range(2, 5):
            assert office.code(asked(2, counter), SERVICE_S) == "E13"
        assert office.answer(asked(2, 1)).code == "I0"


class TestIssued:
    def test_only_so_many_commands_are_remembered(self) -> None:
        office = Office(DccPolicy(commands_kept=2))
        commands = [local_command(office.answer(asked(2, counter))) for counter in (1, 2, 3)]
        assert sum(name.startswith("issued:") for name in office.memory) == 2
        assert office.status(returned(response_to(commands[0]))) == 400
        assert office.code(returned(response_to(commands[1]))) == "I99"

    def test_the_counters_are_as_many_as_pairs_of_users_and_targets(self, office: Office) -> None:
        for counter in range(1, 20):
            office.answer(asked(2, counter))
            office.answer(asked(2, counter, target=NEIGHBOUR))
        assert {name for name in office.memory if name.startswith("counter:")} == {
            f"counter:{SUPPLIER}:{ESME}",
            f"counter:{SUPPLIER}:{NEIGHBOUR}",
        }

    def test_targets_that_do_not_exist_are_not_counted(self, office: Office) -> None:
        """A service of the DCC itself needs no Device, but not just any target."""
        body = returned(b"").body
        for last in range(10):
            nobody = type(ESME)(ESME[:7] + bytes((last,)))
            assert office.code(asked(8, 1, body, target=nobody)) == "E19"
        assert office.memory == {}
        assert office.status(asked(8, 1, body, target=DCC)) == 400


def signed_at_random(variant: int) -> Request:
    """The Pre-Command of request 10 with a good signature that is another each time."""
    message = pre_command(asked(4, 10, ENABLE))
    key = KEYS.private_key(SUPPLIER, KeyUsage.DIGITAL_SIGNATURE)
    assert key is not None
    r, s = decode_dss_signature(key.sign(bytes(message)[1:], ec.ECDSA(SHA256())))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return signed_pre_command(asked(4, 10, ENABLE), variant, bytes(message) + b"\x40" + signature)
