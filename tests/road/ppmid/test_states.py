"""Any state of a PPMID with any input: nothing is raised, nothing leaves the table, little is kept.

The machine is driven by its User, by the hub, by its meters, by somebody at the keypad and by noise; at any
event it may stop, with whatever it said after that lost, and start again from what it had written down.
"""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from doorstep.gbcs import gbt
from doorstep.gbcs.message import peek
from doorstep.road.machine import Heard, Remember, Send
from doorstep.road.ppmid.config import DisplayPolicy, PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.deliveries import MOVES, Delivery
from doorstep.road.ppmid.display import Fuel
from doorstep.road.ppmid.events import (
    Action,
    Deliver,
    FirmwareActivated,
    KeyedIn,
    PoweredOn,
    PpmidInput,
    Report,
    Result,
    Stage,
)
from doorstep.road.ppmid.machine import Ppmid
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters import TUNNELING
from doorstep.zigbee.zcl import DefaultResponse
from tests.road.hub.messages import (
    ESME,
    GPF,
    GSME,
    PPMID,
    STRANGER,
    SUPPLIER,
    alert,
    command,
    message,
    response,
)
from tests.road.ppmid.keys import CELLS, OWN
from tests.road.ppmid.meters import BALANCE, SUPPLY, StubMeter
from tests.road.ppmid.test_consumer import DIGITS, gas_response
from tests.road.ppmid.test_effects import command as command_of
from tests.road.ppmid.test_own import join

CONFIG = PpmidConfig(PPMID, GPF, cells=CELLS, esme=ESME, gsme=GSME)
POLICY = PpmidPolicy(
    pending=3,
    remembered=4,
    repeats=1,
    asks=2,
    unsent=4,
    keyed_in=2,
    display=DisplayPolicy(effect_after=(5_000,)),
)

COMMANDS = [
    command(ESME, 1),
    command(ESME, 2, size=3_000),
    command_of("ECS42", 3),
    command_of("CS01a", 4),
    command_of("GCS02", 5, GSME),
    command(STRANGER, 6),
]
TUNNELLED = [
    response(ESME, 1),
    response(ESME, 2),
    alert(ESME),
    message(2, ESME, SUPPLIER, 3, peek(COMMANDS[2]).message_code),
    *(bytes(block) for block in gbt.split(message(2, ESME, SUPPLIER, 2, size=3_000))),
    bytes(gbt.acknowledgement(peek(COMMANDS[1]), 1)),
    join(1, ESME),
    join(2, GSME),
    gas_response(1, DefaultResponse(0, 0), 0x0090),
    b"",
    b"\xdd\x09",
]
CLUSTERS = [0x0700, 0x0702, 0x0703, 0x0704, 0x0705, 0x0B04]


class AnyPpmid(RuleBasedStateMachine):
    """One PPMID in its home."""

    def __init__(self) -> None:
        super().__init__()
        self.memory: dict[str, bytes | None] = {}
        self.ppmid = Ppmid(CONFIG, POLICY, {}, OWN)
        self.meters = {ESME: StubMeter(ESME), GPF: StubMeter(GPF)}
        self.now = 0
        self.sequence = 0
        self.told: dict[str, Stage] = {}
        self.keyed = self.results = 0
        self.dies_after: int | None = None
        self.counters: list[int] = []

    @initialize()
    def power_on(self) -> None:
        self._tell(PoweredOn())

    # -- what happens to it -----------------------------------------------------------------------

    @rule(name=st.sampled_from("abcde"), data=st.sampled_from(COMMANDS) | st.binary(max_size=40))
    def user_delivers(self, name: str, data: bytes) -> None:
        self._tell(Deliver(name, data))

    @rule(status=st.sampled_from([0, 0, 0, 1, 2, 3]), tunnel=st.sampled_from([5, 0xFFFF]))
    def hub_answers_the_request(self, status: int, tunnel: int) -> None:
        answer = bytes((9, self.sequence, 0)) + tunnel.to_bytes(2, "little") + bytes((status, 0xDC, 5))
        self._from_hub(answer)

    @rule(status=st.sampled_from([0, 0, 0, 0x89]))
    def hub_confirms_what_was_sent_last(self, status: int) -> None:
        self._from_hub(bytes((0x18, self.sequence, 0x0B, 0x02, status)))

    @rule(number=st.integers(0, 255), data=st.sampled_from(TUNNELLED))
    def hub_tunnels(self, number: int, data: bytes) -> None:
        self._from_hub(bytes((9, number, 1, 5, 0)) + data)

    @rule(payload=st.binary(max_size=12))
    def hub_sends_noise(self, payload: bytes) -> None:
        self._from_hub(payload)

    @rule(
        source=st.sampled_from([ESME, GPF, STRANGER]),
        cluster=st.sampled_from(CLUSTERS),
        control=st.sampled_from([0x00, 0x08, 0x09, 0x18]),
        rest=st.binary(max_size=30),
    )
    def the_home_sends_noise(self, source: Any, cluster: int, control: int, rest: bytes) -> None:
        payload = bytes((control, self.sequence)) + rest
        self._tell(Heard(Asdu(source, PPMID, 1, 1, cluster, 0x0109, payload)))

    @rule(
        device=st.sampled_from([ESME, GPF]),
        on=st.booleans(),
        balance=st.integers(-5, 5),
        supply=st.integers(0, 3),
    )
    def a_meter_changes(self, device: Any, on: bool, balance: int, supply: int) -> None:
        self.meters[device].on = on
        self.meters[device].attributes |= {BALANCE: balance, SUPPLY: supply}

    @rule(action=st.sampled_from(Action), fuel=st.sampled_from(Fuel), digits=st.sampled_from(["", DIGITS]))
    def somebody_keys_in(self, action: Action, fuel: Fuel, digits: str) -> None:
        self.keyed += 1
        self._tell(KeyedIn(action, fuel, digits))

    @rule()
    def other_firmware_runs(self) -> None:
        self._tell(FirmwareActivated(b"\x00\x00\x00\x02"))

    @rule(seconds=st.sampled_from([1, 6, 30, 90, 400, 4_000]))
    def time_passes(self, seconds: int) -> None:
        until = self.now + 1_000 * seconds
        while (due := self.ppmid.deadline()) is not None and due <= until:
            assert due >= self.now
            self.now = due
            self.ppmid.on_deadline(due)
            self._perform()
        self.now = until

    @rule(events=st.integers(0, 4))
    def it_will_stop_soon(self, events: int) -> None:
        self.dies_after = events

    # -- what must hold ---------------------------------------------------------------------------

    @invariant()
    def little_is_kept(self) -> None:
        kinds = [key.partition(":")[0].partition("/")[0] for key in self.memory]
        assert kinds.count("delivery") <= POLICY.pending + POLICY.remembered
        assert kinds.count("unsent") <= POLICY.unsent
        assert kinds.count("joined") <= 2
        assert self.results <= self.keyed
        ppmid = self.ppmid
        assert len(ppmid._effects._watches) <= 16
        assert len(ppmid._consumer._asked) <= POLICY.keyed_in
        assert len(ppmid._inquiries._open) <= POLICY.inquiries.open
        assert len(ppmid._relaying._transfers) <= POLICY.pending + POLICY.remembered + 1
        assert len(ppmid._reassembly._partials) <= POLICY.blocks.messages

    @invariant()
    def no_counter_is_spent_twice(self) -> None:
        assert self.counters == sorted(set(self.counters))

    @invariant()
    def what_is_remembered_makes_a_ppmid(self) -> None:
        Ppmid(CONFIG, POLICY, dict(self.memory), OWN)

    # -- how it lives -----------------------------------------------------------------------------

    def _from_hub(self, payload: bytes) -> None:
        self._tell(Heard(Asdu(GPF, PPMID, 3, 1, TUNNELING.id, 0x0109, payload)))

    def _tell(self, event: PpmidInput) -> None:
        self.ppmid.receive(event, self.now)
        self._perform()

    def _perform(self) -> None:
        while (event := self.ppmid.next_event()) is not None:
            if self.dies_after == 0:
                self._restart()
                return
            if self.dies_after is not None:
                self.dies_after -= 1
            self._perform_one(event)

    def _restart(self) -> None:
        self.dies_after = None
        self.ppmid = Ppmid(CONFIG, POLICY, dict(self.memory), OWN)
        self._tell(PoweredOn())

    def _perform_one(self, event: Any) -> None:
        match event:
            case Remember():
                self._write(event)
            case Report() if event.delivery:
                self._check_report(event)
            case Result():
                self.results += 1
            case Send(asdu) if asdu.cluster == TUNNELING.id:
                self.sequence = asdu.payload[1]
            case Send(asdu):
                meter = self.meters.get(asdu.destination)
                for answer in meter.hear(asdu) if meter is not None else ():
                    self.ppmid.receive(Heard(answer), self.now)

    def _write(self, event: Remember) -> None:
        assert event.entries
        for key, value in event.entries.items():
            if value is None:
                self.memory.pop(key, None)
            else:
                self.memory[key] = value
        counter = event.entries.get("own-counter")
        if counter is not None:
            self.counters.append(int.from_bytes(counter, "big"))

    def _check_report(self, report: Report) -> None:
        """A delivery moves as the table says; a refusal may have no delivery behind it."""
        before, kept = self.told.get(report.delivery), self._kept(report.delivery)
        if report.stage is Stage.REFUSED and kept is not Stage.REFUSED:
            return
        assert kept is report.stage, "it is written down before it is told"
        forgotten = report.stage is Stage.ACCEPTED
        assert before is None or forgotten or before is report.stage or _leads(before, report.stage)
        self.told[report.delivery] = report.stage

    def _kept(self, name: str) -> Stage | None:
        """The stage of a delivery that is written down."""
        data = self.memory.get(f"delivery:{name}")
        return None if data is None else msgspec.msgpack.decode(data, type=Delivery).stage


def _leads(before: Stage, after: Stage) -> bool:
    """Whether the table leads from one stage to another; a report in between may be lost when it stops."""
    reached, new = {before}, {before}
    while new:
        new = {to for stage in new for to in Stage if (stage, to) in MOVES} - reached
        reached |= new
    return after in reached


TestAnyPpmid = AnyPpmid.TestCase
TestAnyPpmid.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
