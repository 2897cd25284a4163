"""The gas meter on its HAN: it sleeps, is told what waits, fetches it, and loses power at any moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import NoKey
from doorstep.gbcs.gbt import decode_block, is_block, split
from doorstep.gbcs.keys import KeyUsage
from doorstep.gbcs.times import Instant, utc2000
from doorstep.road.device import Executed, Rejected
from doorstep.road.machine import Heard, Note, Remember, Send
from doorstep.road.meter.events import MeterEvent, PoweredOn
from doorstep.road.meter.gas.machine import Gsme
from doorstep.road.meter.gas.waking import State
from doorstep.road.tunnel import Arrived, FrameOut, Path, TunnelServer
from doorstep.zigbee import gsme
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.clusters.messaging import DisplayMessage
from doorstep.zigbee.clusters.metering import (
    ConfigureMirror,
    MirrorReportAttributeResponse,
    RequestMirror,
    RequestMirrorResponse,
)
from doorstep.zigbee.mirror import ENERGY_SERVICES, MIRROR
from doorstep.zigbee.zcl import Direction, Frame, ReportAttributes
from tests.road.meter.electricity.home import HUB, NOW, STRANGER, meter_keys_without
from tests.road.meter.gas.home import (
    CREDIT,
    DAY,
    GSME,
    MINUTE,
    PREPAID,
    SECOND,
    adjust,
    answered,
    command,
    drained,
    local_top_up,
    meter,
    set_mode,
    top_up,
)

PENDING = 1 << 21
TUNNEL = Path(HUB, 3, GSME, 1)


class PowerCut(Exception):
    """The meter has no power any more."""


class Home:
    """A hub's end of the tunnel and its mirror, and a gas meter that may lose power once.

    The hub keeps messages until they are asked for. Power fails before the meter's ``cut``-th event is
    performed; after that a new meter starts with what the old one had remembered.
    """

    def __init__(self, cut: int | None = None, *, mirrored: bool = True) -> None:
        self.memory: dict[str, bytes | None] = {}
        self.meter = meter()
        self.tunnel = TunnelServer()
        self.mirrored = mirrored
        self.waiting: deque[bytes] = deque()
        self.put: list[bytes] = []
        self.gets = 0
        self.said: list[tuple[Instant, Asdu]] = []
        self.now: Instant = NOW
        self.cut = cut
        self.performed: list[MeterEvent] = []
        self.cuts = 0
        self.deaf = False

    def power_on(self) -> None:
        self.run(lambda machine: machine.receive(PoweredOn(), self.now))

    def pass_time(self, span: Instant) -> None:
        end = self.now + span
        while (due := self._due()) is not None and due <= end:
            self.now = max(self.now, due)
            self.tunnel.on_deadline(self.now)
            self.pump()
            self.run(lambda machine: machine.on_deadline(self.now))
        self.now = end

    def _due(self) -> Instant | None:
        dues = (self.tunnel.deadline(), self.meter.deadline())
        return min((due for due in dues if due is not None), default=None)

    def executed(self) -> list[Executed]:
        return [event for event in self.performed if isinstance(event, Executed)]

    # -- the hub ------------------------------------------------------------------------------------

    def hear(self, asdu: Asdu) -> None:
        self.said.append((self.now, asdu))
        if self.deaf:
            return
        frame = Frame.from_bytes(asdu.payload)
        if asdu.cluster == 0x0704:
            self.tunnel.receive(frame, self.now)
            self.pump()
        elif self.mirrored:
            self.mirror(asdu, frame)

    def mirror(self, asdu: Asdu, frame: Frame) -> None:
        if not frame.cluster_specific:
            if asdu.cluster == METERING.id and asdu.destination_endpoint == MIRROR:
                flags = PENDING if self.waiting else 0
                self.tell(MirrorReportAttributeResponse(1, (flags,)), frame.sequence, MIRROR)
        elif isinstance(METERING.command_in(frame), RequestMirror):
            self.tell(RequestMirrorResponse(MIRROR), frame.sequence, ENERGY_SERVICES)

    def tell(
        self, answer: RequestMirrorResponse | MirrorReportAttributeResponse, sequence: int, own: int
    ) -> None:
        frame = METERING.frame(answer, Direction.TO_SERVER, sequence=sequence)
        self.to_meter(Asdu(HUB, GSME, own, 1, METERING.id, 0x0109, frame.to_bytes()))

    def pump(self) -> None:
        while (event := self.tunnel.next_event()) is not None:
            if isinstance(event, FrameOut):
                self.to_meter(TUNNEL.carrying(event.frame))
            elif isinstance(event, Arrived):
                form = gsme.from_bytes(event.data)
                if isinstance(form, gsme.Put):
                    self.put.append(form.message)
                else:
                    self.gets += 1
                    message = self.waiting.popleft() if self.waiting else b""
                    answer = gsme.GetResponse(len(self.waiting), message)
                    self.tunnel.send(f"answer {self.gets}", gsme.to_bytes(answer), self.now)

    def to_meter(self, asdu: Asdu) -> None:
        self.run(lambda machine: machine.receive(Heard(asdu), self.now))

    # -- the meter's rim --------------------------------------------------------------------------

    def run(self, act: Callable[[Gsme], None]) -> None:
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
            self.hear(event.asdu)


def at_rest() -> Home:
    """A home whose meter has been switched on, has its mirror, and sleeps."""
    home = Home()
    home.power_on()
    home.pass_time(MINUTE)
    assert home.meter.waking is State.ASLEEP
    return home


# -- sleeping and waking ---------------------------------------------------------------------------------


def test_commands_wait_until_it_wakes_and_are_all_fetched_then() -> None:
    home = at_rest()
    commands = [adjust(1, 1000), adjust(2, 200), adjust(3, 30)]
    home.waiting.extend(commands)
    home.pass_time(28 * MINUTE)
    assert home.executed() == []

    home.pass_time(2 * MINUTE)

    assert [event.command for event in home.executed()] == commands
    assert home.meter.state.number(CREDIT) == 1230
    assert home.put == [event.response for event in home.executed()]
    assert home.meter.state.unsent == {}
    assert home.meter.waking is State.ASLEEP


def test_it_asks_for_nothing_when_its_mirror_says_that_nothing_waits() -> None:
    home = at_rest()
    before = home.gets
    home.pass_time(DAY)
    assert home.gets == before


def test_it_wakes_every_half_hour_and_reports_then() -> None:
    home = at_rest()
    home.said.clear()
    home.pass_time(DAY)
    reports = [(at, asdu) for at, asdu in home.said if asdu.cluster == METERING.id]
    assert [at for at, _asdu in reports] == [NOW + count * 30 * MINUTE for count in range(1, 49)]
    assert all(asdu.destination_endpoint == MIRROR for _at, asdu in reports)


def test_a_report_says_what_a_display_shows_and_ends_with_the_mark() -> None:
    home = at_rest()
    home.waiting.append(adjust(1, 12_345))
    home.pass_time(30 * MINUTE)
    home.said.clear()
    home.pass_time(30 * MINUTE)
    credit, metering = (asdu for _at, asdu in home.said if asdu.cluster != 0x0704)
    assert (credit.cluster, metering.cluster) == (PREPAYMENT.id, METERING.id)
    reports = [Frame.from_bytes(asdu.payload).general_command for asdu in (credit, metering)]
    assert all(isinstance(report, ReportAttributes) for report in reports)
    values = {one.attribute: one.value for one in reports[0].records}  # type: ignore[union-attr]
    assert values[0x0001] == 12_345
    assert reports[1].records[-1].attribute == 0xFFFE  # type: ignore[union-attr]
    assert reports[1].records[-1].value == 1  # type: ignore[union-attr]


def test_what_commands_have_changed_is_reported_before_it_sleeps_again() -> None:
    home = at_rest()
    home.pass_time(30 * MINUTE)
    home.said.clear()
    home.waiting.append(adjust(1, 12_345))
    home.pass_time(30 * MINUTE)
    frames = [Frame.from_bytes(asdu.payload) for _at, asdu in home.said if asdu.cluster == PREPAYMENT.id]
    told = [{one.attribute: one.value for one in frame.general_command.records} for frame in frames]  # type: ignore[union-attr]
    assert [values[0x0001] for values in told] == [0, 12_345]


def test_it_asks_for_a_mirror_and_says_how_it_is_used() -> None:
    home = Home()
    home.power_on()
    frames = [Frame.from_bytes(asdu.payload) for _at, asdu in home.said if asdu.cluster == METERING.id]
    told = [METERING.command_in(frame) for frame in frames if frame.cluster_specific]
    assert isinstance(told[0], RequestMirror)
    assert told[1] == ConfigureMirror(utc2000(NOW), 1800, 1, 1)
    assert not frames[-1].cluster_specific  # and fills it before it sleeps


def test_without_a_mirror_it_asks_at_every_wake() -> None:
    home = Home(mirrored=False)
    home.power_on()
    home.pass_time(MINUTE)
    home.waiting.extend([adjust(1, 1000), adjust(2, 200)])
    home.pass_time(30 * MINUTE)
    assert home.meter.state.number(CREDIT) == 1200
    before = home.gets
    home.pass_time(DAY)
    assert home.gets == before + 48


def test_a_mirror_that_falls_silent_is_asked_for_anew() -> None:
    home = at_rest()
    home.mirrored = False
    home.waiting.append(adjust(1, 1000))
    home.pass_time(30 * MINUTE)
    assert home.executed() == []  # it reported, and heard nothing
    home.pass_time(30 * MINUTE)
    assert home.meter.state.number(CREDIT) == 1000  # it took it that there was no mirror, and asked


def test_nothing_is_heard_while_it_sleeps() -> None:
    home = at_rest()
    home.tell(MirrorReportAttributeResponse(1, (PENDING,)), 1, MIRROR)
    assert [event.what for event in home.performed if isinstance(event, Note)][-1] == "asleep"
    assert home.meter.waking is State.ASLEEP


def test_a_hub_that_is_away_is_no_trouble() -> None:
    home = at_rest()
    home.deaf = True
    home.waiting.append(adjust(1, 1000))
    home.pass_time(2 * DAY)
    assert home.executed() == []
    home.deaf = False
    home.pass_time(2 * 30 * MINUTE)
    assert home.meter.state.number(CREDIT) == 1000
    assert len(home.put) == 1


def test_a_month_goes_by() -> None:
    """Each day a Command waits at a time of its own, and is executed and answered at the next wake."""
    home = at_rest()
    for day in range(30):
        home.pass_time(DAY - day * 37 * MINUTE % DAY)
        home.waiting.append(adjust(day + 1, 1))
        home.pass_time(30 * MINUTE)
        assert len(home.put) == day + 1
    assert home.meter.state.number(CREDIT) == 30
    assert home.gets < 40


# -- messages ----------------------------------------------------------------------------------------------


def test_a_long_command_comes_in_blocks() -> None:
    home = at_rest()
    message = DisplayMessage(1, 0, 0, 0xFFFF, bytes(200))
    whole = command("GCS07", 1, *[message] * 20)
    blocks = split(whole)
    assert len(blocks) > 3
    home.waiting.extend(map(bytes, blocks))
    home.pass_time(30 * MINUTE)
    assert [event.command for event in home.executed()] == [whole]


def test_a_long_response_goes_in_blocks() -> None:
    home = at_rest()
    reads = [(PREPAYMENT, tuple(range(4)))] * 60
    home.waiting.append(command("GCS21j", 1, *reads))
    home.pass_time(30 * MINUTE)
    (event,) = home.executed()
    assert len(event.response) > 1500
    assert all(map(is_block, home.put))
    assert b"".join(decode_block(block).data for block in home.put) == event.response


def test_an_alert_on_what_was_for_later_goes_to_the_hub_in_its_time() -> None:
    home = at_rest()
    home.waiting.append(set_mode(1, PREPAID, utc2000(NOW + DAY)))
    home.pass_time(DAY + 31 * MINUTE)
    response, alert = (gbcs.decode(message) for message in home.put)
    assert response.header.cra is gbcs.Cra.RESPONSE
    assert alert.header.cra is gbcs.Cra.ALERT
    assert alert.header.message_code == 0x00CD


def test_a_ppmid_of_the_home_tops_up() -> None:
    home = at_rest()
    home.waiting.append(local_top_up(1, 3, 2025))
    home.pass_time(30 * MINUTE)
    (event,) = home.executed()
    (answer,) = answered(event)
    assert (answer.result, answer.top_up_value, answer.source) == (0, 2_025_000, 2)
    assert gbcs.decode(home.put[0]).header.business_target_id == STRANGER


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x03\xdd", b"\x07", b"\xdd\x00"])
def test_what_is_no_get_response_is_refused(data: bytes) -> None:
    home = at_rest()
    home.power_on()
    home.tunnel.send("odd", data, home.now)
    home.pump()
    assert "refused" in [event.what for event in home.performed if isinstance(event, Note)]
    assert home.executed() == []


# -- power -------------------------------------------------------------------------------------------------


def test_power_may_fail_before_any_event() -> None:
    """Whenever it fails, each Command is executed once, and what answers it reaches the hub."""
    whole = Home()
    script(whole)
    assert whole.meter.state.number(CREDIT) == 1000 + 500_000
    for cut in range(len(whole.performed)):
        home = Home(cut)
        script(home)
        assert home.cuts == 1
        assert home.meter.state.number(CREDIT) == whole.meter.state.number(CREDIT), cut
        assert home.meter.state.counters == whole.meter.state.counters, cut
        assert set(map(content, home.put)) == set(map(content, whole.put)), cut


def content(message: bytes) -> tuple[object, ...]:
    """What a message says, but for the time at which it was made."""
    decoded = gbcs.decode(message)
    return decoded.header.cra, decoded.header.originator_counter, decoded.payload


def script(home: Home) -> None:
    """Three Commands, one of which takes effect later; what the meter has not confirmed comes again."""
    home.power_on()
    home.pass_time(MINUTE)
    for data in (adjust(1, 1000), top_up(1, 500), set_mode(2, PREPAID, utc2000(NOW + 3 * 60 * MINUTE))):
        home.waiting.append(data)
        home.pass_time(31 * MINUTE)
        if data not in [event.command for event in home.performed if isinstance(event, Executed | Rejected)]:
            home.waiting.append(data)
            home.pass_time(31 * MINUTE)
    home.pass_time(4 * 60 * MINUTE)


def test_what_is_remembered_comes_before_what_is_said() -> None:
    home = at_rest()
    home.performed.clear()
    home.waiting.append(adjust(1, 1000))
    home.pass_time(30 * MINUTE)
    kinds = [type(event) for event in home.performed]
    executed = kinds.index(Executed)
    remembered = kinds.index(Remember)
    assert remembered < executed
    assert not any(
        isinstance(event, Send) and b"\x03\xdf" in event.asdu.payload for event in home.performed[:remembered]
    )


def test_without_its_own_keys_nothing_is_changed() -> None:
    machine = meter(keys=meter_keys_without(GSME, KeyUsage.DIGITAL_SIGNATURE))
    with pytest.raises(NoKey):
        machine.take(adjust(1, 1000), NOW)
    assert machine.state.number(CREDIT) == 0
    assert drained(machine) == []


# -- any input, in any state ---------------------------------------------------------------------------------

FRAMES = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda flags, scheme: METERING.frame(
            MirrorReportAttributeResponse(scheme, tuple(flags)), Direction.TO_SERVER, sequence=1
        ).to_bytes(),
        st.lists(st.integers(0, 2**32 - 1), max_size=5),
        st.integers(0, 255),
    ),
    st.builds(
        lambda endpoint: METERING.frame(
            RequestMirrorResponse(endpoint), Direction.TO_SERVER, sequence=1
        ).to_bytes(),
        st.integers(0, 0xFFFF),
    ),
)
ASDUS = st.builds(
    Asdu,
    st.sampled_from([HUB, STRANGER]),
    st.just(GSME),
    st.integers(0, 4),
    st.integers(0, 2),
    st.sampled_from([0x0702, 0x0704, 0x0705, 0x0000]),
    st.sampled_from([0x0109, 0x0000]),
    FRAMES,
)
STEPS = st.lists(
    st.one_of(
        ASDUS,
        st.just(PoweredOn()),
        st.integers(0, 3 * 60 * MINUTE),
        st.sampled_from([adjust(1, 5), adjust(2, 5), top_up(1, 10), b"\xdd\x09"]).map(gsme.Put),
        st.sampled_from([SECOND]),
    ),
    max_size=25,
)


@settings(max_examples=150)
@given(STEPS)
def test_any_input_in_any_state_is_no_trouble(steps: list[object]) -> None:
    home = Home()
    home.power_on()
    for step in steps:
        match step:
            case int():
                home.pass_time(step)
            case PoweredOn():
                home.power_on()
            case gsme.Put(message=message):
                home.waiting.append(message)
            case Asdu():
                home.to_meter(step)
    assert home.meter.waking in State
    assert len(home.meter.state.unsent) <= home.meter.policy.unsent
    assert (due := home.meter.deadline()) is not None
    assert due <= home.now + 30 * MINUTE
    assert sum(event.command == adjust(1, 5) for event in home.executed()) <= 1
