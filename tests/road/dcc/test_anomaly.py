"""Threshold Anomaly Detection: what is over a threshold waits, and what Local Delivery evades.

The last class is the point of it: the thresholds see a Command when it is *issued*, once. What happens to
those that a User keeps, and lets go in many homes at the same minute, no threshold of the DCC sees.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from doorstep.duis import DccAlert, Element, LocalCommand, element
from doorstep.errors import UsageError
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.anomaly import DAY, Threshold, Thresholds, ValueLimit
from doorstep.road.dcc.events import Administered, Answer, DccEvent, Discard, Push, Release, WanUp
from doorstep.road.dcc.inventory import Device, DeviceStatus, Inventory
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Note
from tests.road.dcc.office import (
    CHF,
    ENABLE,
    ESME,
    HOUR,
    NEIGHBOUR,
    OPERATOR,
    SUPPLIER,
    USERS,
    Office,
    asked,
    content_of,
    local_command,
    made_pre_command,
    notes,
    of,
    only,
    pre_command,
    read,
    response_to,
    sent,
    signed,
)

OF_SUPPLIER = Threshold(user=SUPPLIER, srv="4.18", quarantine=2)


def office_with(*counts: Threshold, values: tuple[ValueLimit, ...] = (), **more: object) -> Office:
    office = Office(thresholds=Thresholds(counts=counts, values=values), **more)  # type: ignore[arg-type]
    office.take(WanUp(CHF))
    return office


def release(office: Office, reference: int = 1) -> list[DccEvent]:
    return office.take(Release("admin", reference, "the operator"))


def breach(push: Push) -> Element:
    body = read(push.body).body
    assert isinstance(body, DccAlert)
    assert body.code == "AD1"
    return body.alert.children[0]


class TestThresholds:
    def test_what_is_over_one_is_acknowledged_and_not_processed(self) -> None:
        office = office_with(OF_SUPPLIER)
        assert [len(sent(office.post(asked(1, counter)))) for counter in (10, 11)] == [1, 1]
        heard = office.post(asked(1, 12))
        response = read(only(heard, Answer).body)
        assert (response.code, content_of(response)) == ("I99", None)
        assert sent(heard) == []
        found = breach(only(heard, Push))
        assert found.name == "ADUserThresholdBreach"
        assert found.text_of("RequestID") == str(asked(1, 12).request_id)
        assert found.text_of("QuarantineEventRef") == "1"

    def test_the_period_slides(self) -> None:
        office = office_with(OF_SUPPLIER)
        office.post(asked(1, 10))
        office.wait(DAY // 2)
        office.post(asked(1, 11))
        office.wait(DAY // 2 + 2 * HOUR)
        assert len(sent(office.post(asked(1, 12)))) == 1
        assert sent(office.post(asked(1, 13))) == []

    def test_another_service_and_another_user_are_counted_apart(self) -> None:
        office = office_with(Threshold(user=SUPPLIER, srv="4.18", quarantine=0))
        firmware = element("ReadFirmwareVersion")
        assert len(sent(office.post(asked(1, 10, firmware)))) == 1
        assert len(sent(office.post(asked(1, 10, firmware, originator=OPERATOR)))) == 1
        assert sent(office.post(asked(1, 11))) == []

    def test_a_threshold_of_the_dcc_is_over_all_users(self) -> None:
        office = office_with(Threshold(srv="11.2", quarantine=1))
        firmware = element("ReadFirmwareVersion")
        assert len(sent(office.post(asked(1, 10, firmware)))) == 1
        heard = office.post(asked(1, 10, firmware, originator=OPERATOR))
        assert breach(only(heard, Push)).name == "ADDCCThresholdBreach"

    def test_one_may_be_for_every_service_of_a_user(self) -> None:
        office = office_with(Threshold(user=SUPPLIER, quarantine=1))
        office.post(asked(1, 10))
        assert sent(office.post(signed(5, 11))) == []

    def test_over_a_warning_is_noted_and_processed(self) -> None:
        office = office_with(Threshold(user=SUPPLIER, srv="4.18", warning=0))
        heard = office.post(asked(1, 10))
        assert "threshold" in notes(heard)
        assert len(sent(heard)) == 1
        assert office.dcc.quarantined == ()

    def test_transforming_and_services_of_the_dcc_are_not_counted(self) -> None:
        office = office_with(Threshold(user=SUPPLIER, quarantine=0))
        assert office.answer(asked(4, 10, ENABLE)).code == "I0"
        read_inventory = element("ReadInventory", element("DeviceID", str(ESME)))
        assert office.answer(asked(8, 1, read_inventory, target=USERS[0].eui)).code == "E19"
        assert office.dcc.quarantined == ()

    def test_what_is_refused_is_not_counted(self) -> None:
        office = office_with(Threshold(user=SUPPLIER, srv="4.18", quarantine=1))
        for _ in range(5):
            office.post(asked(1, 10), "/api/v1/serviceT")
        assert len(sent(office.post(asked(1, 10)))) == 1

    def test_counts_survive_a_restart(self) -> None:
        office = office_with(OF_SUPPLIER)
        for counter in (10, 11):
            office.post(asked(1, counter))
        again = office.restarted()
        assert sent(again.post(asked(1, 12))) == []
        assert len(again.dcc.quarantined) == 1

    @pytest.mark.parametrize("wrong", [{"warning": -1}, {"quarantine": -5}])
    def test_a_threshold_below_zero_is_none(self, wrong: dict[str, int]) -> None:
        with pytest.raises(UsageError):
            Threshold(**wrong)  # type: ignore[arg-type]

    def test_a_period_has_a_length(self) -> None:
        with pytest.raises(UsageError, match="too short"):
            Thresholds(period=0)


class TestLimitsOnValues:
    LIMIT = ValueLimit(srv="7.12", path="RandomisedOffsetLimit", above=Decimal(1000), below=Decimal(10))

    @pytest.mark.parametrize(
        ("value", "waits"), [("9", True), ("10", False), ("1000", False), ("1001", True)]
    )
    def test_a_value_out_of_bounds_waits_where_it_is_in_the_request(self, value: str, waits: bool) -> None:
        office = office_with(values=(self.LIMIT,))
        body = element("SetRandomisedOffsetLimit", element("RandomisedOffsetLimit", value))
        heard = office.post(asked(4, 10, body))
        assert bool(office.dcc.quarantined) is waits
        if waits:
            assert breach(only(heard, Push)).name == "ADAttributeLimitsBreach"
            assert content_of(read(only(heard, Answer).body)) is None

    def test_a_value_of_another_service_is_nobodys_concern(self) -> None:
        office = office_with(values=(ValueLimit(srv="1.6", path="RandomisedOffsetLimit", above=Decimal(0)),))
        body = element("SetRandomisedOffsetLimit", element("RandomisedOffsetLimit", "1001"))
        assert content_of(office.answer(asked(4, 10, body))) is not None


class TestQuarantine:
    @pytest.fixture
    def office(self) -> Office:
        """A DCC with one request in quarantine."""
        office = office_with(Threshold(user=SUPPLIER, srv="4.18", quarantine=0))
        office.pushed(only(office.post(asked(1, 10)), Push))
        return office

    def test_what_is_released_is_processed_once(self, office: Office) -> None:
        heard = release(office)
        assert only(heard, Administered) == Administered("admin", True)
        (command,) = sent(heard)
        assert office.dcc.quarantined == ()
        again = release(office)
        assert only(again, Administered).done is False
        assert sent(again) == []
        assert len(of(office.hear(response_to(command)), Push)) == 1

    def test_who_released_it_is_in_the_log(self, office: Office) -> None:
        said = [note.why for note in of(release(office), Note) if note.what == "released"]
        assert said == [f"{asked(1, 10).request_id} by the operator"]

    def test_what_is_discarded_is_never_processed(self, office: Office) -> None:
        assert only(office.take(Discard("admin", 1, "the operator")), Administered).done is True
        assert sent(release(office)) == []
        assert office.dcc.quarantined == ()
        assert only(office.take(Discard("admin", 1, "the operator")), Administered).done is False

    def test_it_survives_a_restart_and_no_reference_comes_twice(self, office: Office) -> None:
        again = office.restarted()
        again = Office(memory=office.memory, thresholds=Thresholds(counts=(OF_SUPPLIER,)), now=again.now)
        again.take(WanUp(CHF))
        assert [reference for reference, _held in again.dcc.quarantined] == [1]
        assert len(sent(release(again))) == 1
        for counter in (11, 12):
            again.post(asked(1, counter))
        assert [reference for reference, _held in again.dcc.quarantined] == [2]

    def test_the_user_that_asks_again_has_the_same_answer(self, office: Office) -> None:
        first = office.answer(asked(1, 10))
        assert first.code == "I99"
        release(office)
        assert office.answer(asked(1, 10)) == first

    def test_a_command_for_local_delivery_is_pushed_when_it_is_released(self) -> None:
        office = office_with(Threshold(user=SUPPLIER, srv="4.18", quarantine=0))
        office.pushed(only(office.post(asked(2, 10)), Push))
        response = read(only(release(office), Push).body)
        assert (response.code, response.request_id) == ("I0", asked(2, 10).request_id)
        assert isinstance(content_of(response), LocalCommand)

    def test_a_transform_that_is_released_leads_on_to_its_command(self) -> None:
        limit = ValueLimit(srv="7.12", path="RandomisedOffsetLimit", above=Decimal(0))
        office = office_with(values=(limit,))
        body = element("SetRandomisedOffsetLimit", element("RandomisedOffsetLimit", "5"))
        office.pushed(only(office.post(asked(4, 10, body)), Push))
        # Who makes the Pre-Command itself gets no further than whoever waits for the DCC's.
        assert office.status(signed(5, 10, body)) == 400
        push = only(release(office), Push)
        assert made_pre_command(read(push.body)) == bytes(pre_command(asked(4, 10, body)))
        assert len(sent(office.post(signed(5, 10, body)))) == 1

    def test_without_room_for_what_it_leads_to_it_stays_where_it_is(self) -> None:
        office = office_with(
            Threshold(user=SUPPLIER, srv="4.18", quarantine=0), policy=DccPolicy(wan_outstanding=1)
        )
        office.pushed(only(office.post(asked(1, 10)), Push))
        office.post(asked(1, 11, element("ReadFirmwareVersion")))
        assert only(release(office), Administered).done is False
        assert len(office.dcc.quarantined) == 1

    def test_a_device_that_is_gone_by_then_is_said(self, office: Office) -> None:
        gone = Device(ESME, DeviceType.ESME, CHF, status=DeviceStatus.DECOMMISSIONED)
        again = Office(memory=office.memory, inventory=Inventory(USERS, [gone]), now=office.now)
        assert read(only(release(again), Push).body).code == "E5"

    def test_there_is_room_for_so_many_only(self) -> None:
        office = office_with(
            Threshold(user=SUPPLIER, srv="4.18", quarantine=0), policy=DccPolicy(quarantine_most=1)
        )
        assert office.code(asked(1, 10)) == "I99"
        assert office.status(asked(1, 11)) == 503
        release(office)
        assert office.code(asked(1, 11)) == "I99"


class TestWhatLocalDeliveryEvades:
    def test_commands_are_counted_when_they_are_issued_and_not_when_they_are_let_go(self) -> None:
        """A stock of Commands, made slowly enough, is let go in one minute: the DCC hears of none of it."""
        office = office_with(Threshold(user=SUPPLIER, srv="7.1", warning=0, quarantine=1))
        stock = []
        for counter in range(10, 20):
            stock.append(local_command(office.answer(signed(6, counter))))
            office.wait(DAY + 2 * HOUR)
        assert office.dcc.quarantined == ()
        # Let go: their Responses, all within this minute, are the first that the DCC sees of it.
        responses = [response_to(command) for command in stock]
        heard = [event for response in responses for event in office.hear(response)]
        assert "threshold" not in notes(heard)
        assert office.dcc.quarantined == ()

    def test_over_the_wan_the_same_commands_would_have_waited(self) -> None:
        office = office_with(Threshold(user=SUPPLIER, srv="7.1", quarantine=1))
        sending = [len(sent(office.post(signed(5, counter)))) for counter in range(10, 20)]
        assert sending == [1] + [0] * 9

    def test_one_that_is_issued_for_both_ways_is_counted_once(self) -> None:
        office = office_with(Threshold(user=SUPPLIER, srv="7.1", quarantine=1))
        assert len(sent(office.post(signed(7, 10)))) == 1
        assert sent(office.post(signed(7, 11))) == []

    def test_neighbours_are_counted_together(self) -> None:
        """Which homes the Commands are for, no count looks at."""
        office = office_with(Threshold(user=SUPPLIER, srv="7.1", quarantine=1))
        assert office.answer(signed(6, 10)).code == "I0"
        assert office.answer(signed(6, 10, target=NEIGHBOUR)).code == "I99"
