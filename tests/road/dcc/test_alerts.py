"""What Users are alerted of: outcomes of instructions for later, and storms that are held back."""

from __future__ import annotations

from doorstep import gbcs
from doorstep.duis import DeviceAlert, FutureDatedAlert, RequestId, element
from doorstep.gbcs import Cra, GroupingHeader, decode_payload
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import DataNotification, invoke_id
from doorstep.gbcs.times import cosem_date_time, from_iso
from doorstep.road.dcc.alerts import instructions_of, outcome_of
from doorstep.road.dcc.events import Push, WanUp
from doorstep.road.dcc.policy import DccPolicy
from tests.road.dcc.office import (
    CHF,
    ESME,
    EVERYBODY,
    HOUR,
    NEIGHBOUR,
    NEXT_CHF,
    NOW,
    SUPPLIER,
    Office,
    alert,
    content_of,
    notes,
    of,
    only,
    read,
    signed,
)

LATER = from_iso("2026-12-24T00:00:00Z")
CREDIT = element("UpdatePaymentMode", element("ExecutionDateTime", "2026-12-24T00:00:00Z"), element("Credit"))


def outcome(command: bytes, instruction: bytes, *, code: int = 0x8F66, counter: int = 900) -> bytes:
    """The meter's signed Alert on one instruction of a Command, message 0x00CC."""
    header = gbcs.decode(command).header
    own = GroupingHeader(Cra.ALERT, counter, ESME, header.business_originator_id, 0x00CC)
    what = header.message_code.to_bytes(2, "big") + header.originator_counter.to_bytes(8, "big") + instruction
    parts = (
        Data(Tag.LONG_UNSIGNED, code),
        Data(Tag.OCTET_STRING, cosem_date_time(LATER)),
        Data(Tag.OCTET_STRING, what),
    )
    body = DataNotification(invoke_id(counter), Data(Tag.STRUCTURE, parts))
    return bytes(gbcs.sign(gbcs.build(own, body), EVERYBODY))


class TestFutureDatedOutcomes:
    def test_the_user_is_answered_with_the_number_of_the_instruction(self) -> None:
        office = Office()
        office.take(WanUp(CHF))
        request = signed(5, 10, CREDIT)
        office.post(request)
        assert request.gbcs_payload is not None
        instructions = instructions_of(gbcs.decode(request.gbcs_payload))
        assert len(instructions) >= 1
        for number, instruction in enumerate(instructions, 1):
            message = outcome(request.gbcs_payload, instruction, counter=900 + number)
            push = only(office.hear(message), Push)
            document = read(push.body)
            assert document.request_id == request.request_id
            assert document.response_id == RequestId(ESME, SUPPLIER, 900 + number)
            expected = FutureDatedAlert(0x8F66, message, number, len(instructions))
            assert content_of(document) == expected
            office.pushed(push)

    def test_one_that_failed_and_one_that_the_command_is_not_known_to_have(self) -> None:
        office = Office()
        request = signed(6, 10, CREDIT)
        office.post(request)
        assert request.gbcs_payload is not None
        message = outcome(request.gbcs_payload, bytes(9), code=0x8F67)
        assert content_of(read(only(office.hear(message), Push).body)) == FutureDatedAlert(
            0x8F67, message, 1, 1
        )

    def test_one_of_a_command_that_the_dcc_did_not_make_is_forwarded_as_any_alert(self) -> None:
        request = signed(6, 10, CREDIT)
        assert request.gbcs_payload is not None
        message = outcome(request.gbcs_payload, bytes(9))
        body = read(only(Office().hear(message), Push).body).body
        assert body == DeviceAlert(0x8F66, message)

    def test_the_instructions_of_a_command_are_those_with_a_time(self) -> None:
        now = element("UpdatePaymentMode", element("Credit"))
        for body, dated in ((CREDIT, True), (now, False)):
            payload = signed(5, 10, body).gbcs_payload
            assert payload is not None
            assert bool(instructions_of(gbcs.decode(payload))) is dated

    def test_an_alert_about_anything_else_is_none(self) -> None:
        assert outcome_of(gbcs.decode(alert())) is None
        header = GroupingHeader(Cra.ALERT, 1, ESME, SUPPLIER, 0x0067)
        short = bytes.fromhex("0F 20000001 00 0202 12 8F66 0900")
        assert outcome_of(gbcs.build(header, decode_payload(short, header))) is None


class TestStorms:
    def storm(self, office: Office, count: int, *, code: int = 0x8F12, first: int = 500) -> list[Push]:
        pushes: list[Push] = []
        for counter in range(first, first + count):
            for push in of(office.hear(alert(counter=counter, code=code)), Push):
                pushes.append(push)
                office.pushed(push)
        return pushes

    def test_of_the_same_alert_so_many_are_forwarded_and_the_rest_counted(self) -> None:
        office = Office()
        assert len(self.storm(office, 25)) == 10
        assert "held back" in notes(office.said)
        push = only(office.wait(HOUR), Push)
        body = read(push.body).body
        assert isinstance(body, DeviceAlert)
        assert body.alert_code == 0x8F12
        assert body.payload == alert(counter=524)
        assert (body.throttled_sequence_id, body.throttled_count) == (NOW // 1000, 15)

    def test_what_stays_below_is_never_told_of(self) -> None:
        office = Office()
        self.storm(office, 10)
        assert of(office.wait(2 * HOUR), Push) == []
        assert not any(name.startswith("storm:") for name in office.memory)

    def test_another_alert_and_another_device_are_counted_apart(self) -> None:
        office = Office()
        self.storm(office, 20)
        assert len(self.storm(office, 5, code=0x8F1C, first=600)) == 5
        assert len(of(office.hear(alert(device=NEIGHBOUR), hub=NEXT_CHF), Push)) == 1

    def test_outcomes_of_instructions_are_never_held_back(self) -> None:
        office = Office()
        request = signed(6, 10, CREDIT)
        assert request.gbcs_payload is not None
        for counter in range(20):
            push = only(office.hear(outcome(request.gbcs_payload, bytes(9), counter=counter)), Push)
            office.pushed(push)

    def test_after_its_time_it_begins_anew(self) -> None:
        office = Office(DccPolicy(storm_count=1))
        self.storm(office, 3)
        office.pushed(only(office.wait(HOUR), Push))
        assert len(self.storm(office, 1, first=700)) == 1

    def test_it_survives_a_restart(self) -> None:
        office = Office()
        self.storm(office, 12)
        again = office.restarted()
        assert self.storm(again, 1, first=700) == []
        body = read(only(again.wait(HOUR), Push).body).body
        assert isinstance(body, DeviceAlert)
        assert body.throttled_count == 3
