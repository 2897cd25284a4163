"""The reference messages: a gas meter's Responses and Alerts are those of the set, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from doorstep import gbcs
from doorstep.gbcs import KeyRing, Message
from doorstep.gbcs.encrypted import opened
from doorstep.gbcs.message import Form
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.gbcs.times import from_cosem_date_time, from_utc2000
from doorstep.gbcs.usecases import DeviceType, PayloadKind
from doorstep.road.device import Device, Executed, Outcome, process
from doorstep.road.device.clusters import Attr, named
from doorstep.road.meter.gas.attributes import blank_attributes
from doorstep.road.meter.gas.execute import GasClusters
from doorstep.road.meter.gas.housekeeping import NOT_SAMPLED
from doorstep.road.meter.gas.prepayment import BILL_TO_DATE
from doorstep.road.meter.gas.state import GasState
from doorstep.road.meter.gas.supply import SUPPLY, settled
from doorstep.road.meter.logs import EMPTY, Log
from doorstep.zigbee.clusters import PREPAYMENT
from doorstep.zigbee.clusters.calendar import (
    PublishCalendar,
    PublishDayProfile,
    PublishSeasons,
    PublishSpecialDays,
    PublishWeekProfile,
)
from doorstep.zigbee.clusters.device_management import ReportEventConfiguration
from doorstep.zigbee.clusters.events import EventLog, PublishEventLog
from doorstep.zigbee.clusters.metering import StartSamplingResponse, SupplyStatus
from doorstep.zigbee.clusters.prepayment import (
    ChangePaymentModeResponse,
    PaymentControl,
    PublishTopUpLog,
)
from doorstep.zigbee.clusters.price import PublishBillingPeriod
from doorstep.zigbee.zcl import DefaultResponse, ReadAttributesResponse, Status
from tests.reference import available, hex_file, manifest, shared
from tests.road.meter.reference_keys import CELLS, GSME, THEN, ReferenceKeys

# Use cases that ask for logs which this meter does not keep, or for what it does not work out.
NOT_KEPT = ("GCS15", "GCS16", "GCS17", "GCS18", "GCS21f", "GCS61")
KEPT_ALL_THE_SAME = ("GCS15e",)
# The reference answers an error of this one as if the request had been for the server, which it was not.
CURIOUS = ("GCS20r_6.2.10_ERROR",)
# The keys of the PPMID and of the gas meter are not published, so their MACs cannot be checked.
UNKEYED = ("PCS01", "PCS02")


@pytest.fixture(scope="module")
def keys() -> KeyRing:
    return KeyRing(ReferenceKeys())


def scenarios() -> list[str]:
    """The paths of the reference Commands in GBZ to the gas meter that it executes as the set has it."""
    if not available():
        return ["the reference data"]
    return [
        row["path"]
        for row in manifest()
        if row["kind"] == "COMMAND"
        and row["recipient_eui"].upper() == GSME.hex().upper()
        and row["payload_kind"] == "GBZ"
        and not row["use_case"].startswith(UNKEYED)
        and not Path(row["path"]).name.startswith(CURIOUS)
        and (
            row["use_case"] in KEPT_ALL_THE_SAME
            or not row["use_case"].startswith(NOT_KEPT)
            or none_found(row)
        )
    ]


def none_found(row: dict[str, str]) -> bool:
    return "NOT_FOUND" in row["path"]


def read(path: str) -> Message:
    return gbcs.decode(hex_file(shared(f"rtds/{path}")))


class Behind:
    """A gas meter with the values that a Response reports, and broken where it reports a fault."""

    def __init__(self, command: Message, response: Message, keys: KeyRing) -> None:
        self.attributes = blank_attributes()
        mode = named(PREPAYMENT, "PaymentControlConfiguration")
        self.attributes |= {
            mode: PaymentControl.PREPAYMENT,
            SUPPLY: SupplyStatus.OFF,
            BILL_TO_DATE: 5_000_000,
        }
        self.published: dict[str, Any] = {}
        self.faults: set[Any] = set()
        self.logs = EMPTY
        payload = opened(response, keys)
        assert isinstance(command.payload, GbzPayload)
        assert isinstance(payload, GbzPayload)
        asked = {component.sequence: component for component in command.payload.components}
        for component in payload.components:
            self.learn(asked[component.sequence], component.command)

    def learn(self, asked: Any, answer: Any) -> None:
        if isinstance(answer, ReadAttributesResponse):
            for record in answer.records:
                if record.status == Status.SUCCESS:
                    self.attributes[Attr(asked.cluster, record.attribute)] = record.value
                else:
                    self.faults.add(Attr(asked.cluster, record.attribute))
        elif isinstance(answer, DefaultResponse):
            if answer.status == Status.HARDWARE_FAILURE:
                self.faults.add(asked.command)
        elif isinstance(answer, ChangePaymentModeResponse):
            self.attributes[named(PREPAYMENT, "EmergencyCreditLimit")] = answer.emergency_credit_limit
            self.attributes[named(PREPAYMENT, "EmergencyCreditThreshold")] = answer.emergency_credit_threshold
            self.publish_calendar(3, answer.friendly_credit_calendar_id)
        elif isinstance(answer, PublishTopUpLog):
            for number, top_up in enumerate(answer.top_ups, 1):
                self.attributes |= {
                    named(PREPAYMENT, f"TopUpDateTime{number}"): top_up.time,
                    named(PREPAYMENT, f"TopUpAmount{number}"): top_up.amount,
                    named(PREPAYMENT, f"TopUpCode{number}"): top_up.code,
                }
        elif isinstance(answer, PublishEventLog):
            for event in answer.events:
                log = Log.EVENTS if event.log == EventLog.GENERAL else Log.SECURITY
                self.logs = self.logs.adding(
                    log, from_utc2000(event.event_time), event.event_id, event.data or b""
                )
        elif isinstance(answer, PublishDayProfile):
            self.publish_calendar(answer.calendar_type, answer.issuer_calendar_id)
            self.published[f"day {answer.day_id}"] = answer
        elif isinstance(answer, PublishWeekProfile):
            self.published[f"week {answer.week_id}"] = answer
        elif isinstance(answer, PublishSeasons):
            self.published["seasons"] = answer
        elif isinstance(answer, PublishSpecialDays):
            self.published[f"special days {answer.calendar_type}"] = answer
        elif isinstance(answer, PublishBillingPeriod):
            self.published["billing period"] = answer
        elif isinstance(answer, ReportEventConfiguration):
            self.published["event configuration"] = answer
        elif isinstance(answer, StartSamplingResponse) and answer.sample_id == NOT_SAMPLED:
            self.faults.add(asked.command)

    def publish_calendar(self, kind: int, identifier: int) -> None:
        calendar = PublishCalendar(0, 0, identifier, 0, kind, 0, b"", 0, 0, 0)
        self.published[f"calendar {kind}"] = calendar

    @property
    def state(self) -> GasState:
        blank = GasState(cells=CELLS, attributes=self.attributes, published=self.published, logs=self.logs)
        return settled(blank, blank)

    def device(self, keys: KeyRing) -> Device[GasState]:
        clusters = GasClusters(frozenset(self.faults))
        return Device(GSME, DeviceType.GSME, keys, {PayloadKind.GBZ: clusters.execute})


def executed(path: str, keys: KeyRing, behind: Behind, now: int = THEN) -> Outcome[GasState]:
    outcome = process(bytes(read(path)), behind.state, behind.device(keys), now)
    assert isinstance(outcome.event, Executed), outcome.event.why
    return outcome


@pytest.mark.parametrize("path", scenarios(), ids=lambda path: Path(path).stem)
def test_response_is_that_of_the_reference(path: str, keys: KeyRing) -> None:
    command, response = read(path), read(path.replace("_COMMAND_", "_RESPONSE_"))
    header = response.header
    now = (from_cosem_date_time(header.date_time) or THEN) if header.date_time else THEN

    outcome = executed(path, keys, Behind(command, response, keys), now)

    assert isinstance(outcome.event, Executed)
    ours = gbcs.decode(outcome.event.response)
    if "UNRELIABLE" in path:
        # Our clock is always reliable, and what we encrypt is bound to a header that says so.
        assert opened(ours, keys) == opened(response, keys)
        return
    # Signatures are randomised in the set, so all but the signature is compared there.
    assert ours.form is response.form
    assert ours.grouped == response.grouped
    if response.form is Form.MACED:
        assert outcome.event.response == bytes(response)
