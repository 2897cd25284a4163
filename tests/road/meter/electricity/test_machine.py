"""The meter on its HAN: a hub's tunnel, lost frames, power that fails at any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import NoKey
from doorstep.gbcs import gbt
from doorstep.gbcs.keys import KeyUsage
from doorstep.gbcs.times import Instant, cosem_date_time
from doorstep.road.device.objects import place
from doorstep.road.machine import Heard, Note, Remember, Send
from doorstep.road.meter.electricity.machine import Esme
from doorstep.road.meter.events import Executed, MeterEvent, PoweredOn, Rejected
from doorstep.road.meter.policy import MeterPolicy
from doorstep.road.tunnel import Arrived, FrameOut, Path, TunnelClient
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.zcl import Direction, Frame
from tests.road.meter.electricity.home import (
    BALANCE,
    HUB,
    METER,
    NOW,
    STRANGER,
    adjust_balance,
    command,
    drained,
    enable_supply,
    get,
    meter,
    meter_keys_without,
    number,
    octets,
    payload,
    put,
    read_balance,
    results,
    set_mode,
    top_up,
)

CONTACT = "9000 0-0:96.13.0.255 2"
DAY = 86_400_000
PATH = Path(HUB, 3, METER, 1)


class PowerCut(Exception):
    """The meter has no power any more."""


class Line:
    """A hub's end of the tunnel and a meter that loses power once, before its ``cut``-th event is performed.

    Frames to a meter without power are lost. After the cut a new meter starts with what the old one had
    remembered; the hub knows nothing of it.
    """

    def __init__(self, cut: int | None = None) -> None:
        self.memory: dict[str, bytes | None] = {}
        self.meter = meter()
        self.hub = TunnelClient()
        self.now: Instant = NOW
        self.cut = cut
        self.performed: list[MeterEvent] = []
        self.cuts = 0
        self.responses: list[bytes] = []

    def power_on(self) -> None:
        self._to_meter(PoweredOn())

    def deliver(self, data: bytes) -> None:
        """The hub tunnels a Command, and both go on until nothing is due within ten minutes."""
        self.deliver_all((data,))

    def deliver_all(self, messages: Iterable[bytes]) -> None:
        """The hub tunnels several at once."""
        for data in messages:
            self.hub.send(data[:8].hex(), data, self.now)
        self.settle()

    def settle(self, until: Instant = 600_000) -> None:
        end = self.now + until
        while True:
            self._pump()
            due = [time for time in (self.hub.deadline(), self.meter.deadline()) if time is not None]
            if not due or min(due) > end:
                return
            self.now = max(self.now, min(due))
            self.hub.on_deadline(self.now)
            self.run(lambda machine: machine.on_deadline(self.now))

    def executed(self) -> list[Executed]:
        return [event for event in self.performed if isinstance(event, Executed)]

    def _pump(self) -> None:
        while (event := self.hub.next_event()) is not None:
            if isinstance(event, FrameOut):
                self._to_meter(Heard(PATH.carrying(event.frame)))
            elif isinstance(event, Arrived):
                self.responses.append(event.data)

    def _to_meter(self, event: Heard | PoweredOn) -> None:
        self.run(lambda machine: machine.receive(event, self.now))

    def run(self, act: Callable[[Esme], None]) -> None:
        act(self.meter)
        try:
            while (event := self.meter.next_event()) is not None:
                self._perform(event)
        except PowerCut:
            self.cuts += 1
            self.meter = meter({key: value for key, value in self.memory.items() if value is not None})
            self.power_on()

    def _perform(self, event: MeterEvent) -> None:
        if self.cut == len(self.performed) and not self.cuts:
            raise PowerCut
        self.performed.append(event)
        if isinstance(event, Remember):
            self.memory |= event.entries
        elif isinstance(event, Send):
            self.hub.receive(Frame.from_bytes(event.asdu.payload), self.now)
            self._pump()


# -- over the tunnel -----------------------------------------------------------------------------------


def test_a_command_comes_by_the_tunnel_and_its_response_goes_back() -> None:
    line = Line()
    line.power_on()
    line.deliver(adjust_balance(1, 250_000))
    line.deliver(read_balance(2))
    first, second = line.executed()
    assert line.responses == [first.response, second.response]
    assert results(first) == [0]
    assert payload(second).results[0].data.value == 250_000
    assert gbcs.decode(second.response).header.business_originator_id == METER


def test_it_is_remembered_before_it_is_told() -> None:
    line = Line()
    line.deliver(adjust_balance(1, 250_000))
    kinds = [type(event).__name__ for event in line.performed]
    # The tunnel is granted; the Command is remembered, told and confirmed; the Response goes, and when
    # the hub has confirmed it, it is forgotten.
    assert kinds == ["Send", "Remember", "Note", "Executed", "Send", "Send", "Remember"]
    first, last = (event for event in line.performed if isinstance(event, Remember))
    balance = "register/112 0-0:19.10.0.255 2"
    assert first.entries.keys() == {"counter/SUPPLIER", balance, "unsent/1", "log/EVENTS 0"}
    assert last.entries == {"unsent/1": None}


def test_the_same_command_twice_is_executed_once() -> None:
    line = Line()
    data = adjust_balance(1, 250_000)
    line.deliver(data)
    line.deliver(data)
    assert len(line.executed()) == 1
    assert [event.alert for event in line.performed if isinstance(event, Rejected)] == [0x8F60]
    assert number(line.meter, BALANCE) == 250_000
    assert len(line.responses) == 1


def test_a_response_waits_for_the_tunnel() -> None:
    line = Line()
    line.run(lambda machine: machine.take(read_balance(1), line.now))
    assert line.responses == []
    assert len(line.meter.state.unsent) == 1
    line.hub.open(line.now)
    line.settle()
    assert line.responses == [line.executed()[0].response]
    assert line.meter.state.unsent == {}


def test_a_response_that_expired_is_sent_when_the_hub_opens_the_tunnel() -> None:
    line = Line()
    line.meter.take(read_balance(1), line.now)
    line.settle(7_200_000)
    assert "undelivered" in [event.what for event in line.performed if isinstance(event, Note)]
    line.hub.open(line.now)
    line.settle()
    assert line.responses == [line.executed()[0].response]


def test_only_so_many_messages_wait() -> None:
    machine = meter(policy=MeterPolicy(unsent=3))
    responses = []
    for counter in range(1, 6):
        machine.take(read_balance(counter), NOW)
        responses += [event.response for event in drained(machine) if isinstance(event, Executed)]
    assert list(machine.state.unsent.values()) == responses[2:]


def test_a_response_longer_than_a_transfer_goes_in_blocks() -> None:
    line = Line()
    line.deliver(command("ECS16", 1, put(CONTACT, octets(bytes(200)))))
    line.deliver(command("ECS16", 2, *[get(CONTACT)] * 8))
    short, long = (event.response for event in line.executed())
    assert len(long) > 1500
    assert line.responses[0] == short
    blocks = [gbt.decode_block(data) for data in line.responses[1:]]
    assert [block.number for block in blocks] == [1, 2]
    assert b"".join(block.data for block in blocks) == long
    assert line.meter.state.unsent == {}


@pytest.mark.parametrize("cut", [None, *range(20)])
def test_a_long_command_in_blocks_is_executed_once_whenever_the_power_fails(cut: int | None) -> None:
    """24 components of 200 bytes: whole, signed and sealed. The sender repeats all after a power cut."""
    long = command("ECS16", 1, *[put(CONTACT, octets(bytes([n] * 200))) for n in range(24)])
    assert len(long) > 5_000
    line = Line(cut)
    line.power_on()
    for _attempt in range(2 if cut is not None else 1):
        line.deliver_all(map(bytes, gbt.split(long)))
    line.settle()
    assert line.meter.state.value(place(CONTACT)) == octets(bytes([23] * 200))
    assert [event.command for event in line.executed()] in ([long], []), "a cut may keep the event back"
    assert len({data for data in line.responses if not gbt.is_block(data)}) == 1
    assert line.meter.state.unsent == {}


def test_a_meter_asks_for_the_block_that_it_misses_and_gives_the_others_up_in_the_end() -> None:
    long = command("ECS16", 1, *[put(CONTACT, octets(bytes(200)))] * 24)
    line = Line()
    line.power_on()
    line.deliver_all(map(bytes, gbt.split(long)[:3]))
    line.settle(3_600_000)
    asked = [gbt.decode_block(data) for data in line.responses]
    assert [(ask.header.business_originator_id, ask.acknowledged) for ask in asked] == [(METER, 3)] * 3
    assert line.executed() == []
    assert [event.what for event in line.performed if isinstance(event, Note)] == ["given up"]


def test_what_only_begins_as_a_block_is_noted() -> None:
    line = Line()
    line.power_on()
    line.deliver(b"\xdd\x09" + bytes(40))
    assert [event.what for event in line.performed if isinstance(event, Note)] == ["refused"]


def test_an_alert_goes_to_the_hub_when_its_time_has_come() -> None:
    line = Line()
    line.deliver(set_mode("ECS02", 1, cosem_date_time(NOW + 300_000)))
    response, alert = line.responses
    assert gbcs.decode(response).header.cra is gbcs.Cra.RESPONSE
    assert gbcs.decode(alert).header.cra is gbcs.Cra.ALERT


@pytest.mark.parametrize(
    "asdu",
    [
        Asdu(STRANGER, METER, 3, 1, 0x0704, 0x0109, b""),
        Asdu(HUB, STRANGER, 3, 1, 0x0704, 0x0109, b""),
        Asdu(HUB, METER, 3, 9, 0x0704, 0x0109, b""),
        Asdu(HUB, METER, 3, 1, 0x0705, 0x0109, b""),
        Asdu(HUB, METER, 3, 1, 0x0704, 0x0000, b""),
        Asdu(HUB, METER, 3, 1, 0x0704, 0x0109, b""),  # no frame in it
    ],
)
def test_what_is_not_from_the_hubs_tunnel_is_ignored(asdu: Asdu) -> None:
    machine = meter()
    machine.receive(Heard(asdu), NOW)
    assert [event.what for event in drained(machine) if isinstance(event, Note)] == ["ignored"]


def test_answers_go_to_the_endpoint_that_asked() -> None:
    machine = meter()
    request = Frame.of_cluster(0, bytes.fromhex("06FFFF00DC05"), sequence=1, direction=Direction.TO_SERVER)
    machine.receive(Heard(Asdu(HUB, METER, 77, 1, 0x0704, 0x0109, request.to_bytes())), NOW)
    (answer,) = [event for event in drained(machine) if isinstance(event, Send)]
    assert answer.asdu.destination_endpoint == 77


@settings(deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=5))
def test_any_frames_raise_nothing(frames: list[bytes]) -> None:
    machine = meter()
    for frame in frames:
        machine.receive(Heard(PATH.carrying(frame)), NOW)
    drained(machine)
    machine.on_deadline(NOW + 10**9)


def test_the_security_log_is_bounded() -> None:
    machine = meter(policy=MeterPolicy(security_log=5))
    for number_ in range(20):
        machine.take(bytes((number_,)), NOW)
    assert [event.command for event in machine.security_log] == [
        bytes((number_,)) for number_ in range(15, 20)
    ]


def test_a_meter_without_its_signing_key_answers_nothing_and_changes_nothing() -> None:
    machine = meter(keys=meter_keys_without(METER, KeyUsage.DIGITAL_SIGNATURE))
    before = machine.state
    with pytest.raises(NoKey):
        machine.take(enable_supply(1), NOW)
    assert machine.state == before
    assert drained(machine) == []


# -- power -----------------------------------------------------------------------------------------------


def story(line: Line) -> list[bytes]:
    """A Command of each kind that changes something, one after the other; what the hub sent."""
    line.power_on()
    sent = [
        adjust_balance(1, 1_200_000),
        top_up(3, 500),
        set_mode("ECS03", 2, cosem_date_time(NOW + 300_000), threshold=-500),
        enable_supply(3),
        read_balance(4),
    ]
    for data in sent:
        line.deliver(data)
    return sent


def uncut() -> Line:
    line = Line()
    story(line)
    return line


@pytest.mark.parametrize("cut", range(len(uncut().performed)))
def test_power_may_fail_at_any_event(cut: int) -> None:
    whole = uncut()
    line = Line(cut)
    sent = story(line)
    # A hub that has nothing to send notices that the tunnel is gone when it renews it.
    line.settle(DAY)

    assert line.cuts == 1
    # Nothing was executed twice, and everything was executed.
    assert number(line.meter, BALANCE) == 1_700_000
    assert line.meter.state.registers == whole.meter.state.registers
    assert line.meter.state.counters == whole.meter.state.counters
    assert line.meter.state.pending == ()
    # Every Command has one Response, however often it arrived, and the activations have their Alerts.
    assert by_message(line.responses) == by_message(whole.responses)
    assert len(set(line.responses)) == len(sent) + 2


def by_message(messages: list[bytes]) -> set[tuple[int, int, int]]:
    headers = [gbcs.peek(message) for message in messages]
    return {(header.cra, header.message_code, header.originator_counter) for header in headers}


def test_power_may_fail_again_and_again() -> None:
    """A meter that never gets beyond one event still never executes twice."""
    data = adjust_balance(1, 7)
    memory: dict[str, bytes | None] = {}
    for _ in range(10):
        machine = meter(memory)
        machine.take(data, NOW)
        event = machine.next_event()
        if isinstance(event, Remember):
            memory |= event.entries
    assert number(meter(memory), BALANCE) == 7
