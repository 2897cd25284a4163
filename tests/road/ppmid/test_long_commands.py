"""Commands that are too long for one transfer: from the PPMID by blocks through the hub to a meter."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.gbcs import gbt
from doorstep.gbcs.message import peek
from doorstep.road.hub.events import FirmwareActivated, Routed, ToWan, WanUp
from doorstep.road.hub.routing import Fate
from doorstep.road.machine import Note
from doorstep.road.ppmid.config import PpmidPolicy
from doorstep.road.ppmid.events import Deliver, Report, Stage
from doorstep.zigbee.asdu import Asdu
from tests.road.hub.home import HOUR, MINUTE, Home
from tests.road.hub.messages import COMMAND, ESME, GSME, PPMID, RESPONSE, SUPPLIER, command, message
from tests.road.ppmid.test_machine import Bench, frames, reports

LONG = command(ESME, 7, size=4_500)
NOT_REPEATED = PpmidPolicy(repeats=0)
ASKING = gbt.Policy(asks=3)
ECS01B = 0x001A
GCS01A = 0x006B


def made(**settings: object) -> Home:
    home = Home(**settings)  # type: ignore[arg-type]  # The keywords are Home's own.
    home.power_on()
    home.run(1_000)
    return home


def blocks_from(home: Home, sender: object) -> list[gbt.Block]:
    """The blocks that a Device has sent, in order, each as often as it was sent."""
    sent = [asdu.payload[5:] for asdu in home.asdus if asdu.source == sender]
    return [gbt.decode_block(data) for data in sent if gbt.is_block(data)]


def losing(*lost: tuple[object, int]) -> object:
    """Loses every frame to the meter that brings one of these blocks, the first ``n`` times that it comes."""
    left = dict(lost)

    def delivers(_number: int, asdu: Asdu) -> bool:
        data = asdu.payload[5:]
        if asdu.destination != ESME or not gbt.is_block(data):
            return True
        number = gbt.decode_block(data).number
        left[number] = left.get(number, 0) - 1
        return left[number] < 0

    return delivers


# -- there ------------------------------------------------------------------------------------------


def test_a_long_command_goes_in_blocks_and_arrives_as_it_was_handed_over() -> None:
    home = made()
    home.deliver("d1", LONG)
    home.run(MINUTE)
    assert home.commands == [LONG]
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED]
    assert [block.number for block in blocks_from(home, PPMID)] == [1, 2, 3, 4]
    assert [block.last for block in blocks_from(home, PPMID)] == [False, False, False, True]


def test_the_hub_routes_every_block_by_its_own_header() -> None:
    home = made()
    home.deliver("d1", LONG)
    home.run(MINUTE)
    routed = home.hub.all(Routed)
    assert [item.decision.fate for item in routed] == [Fate.DELIVER] * 4
    assert {peek(item.message) for item in routed} == {peek(LONG)}


def test_an_old_hub_refuses_every_block() -> None:
    home = made(firmware=1, ppmid_policy=NOT_REPEATED)
    home.deliver("d1", LONG)
    home.run(MINUTE)
    assert home.commands == []
    assert [item.decision.fate for item in home.hub.all(Routed)] == [Fate.REFUSE] * 4
    home.hub.take(FirmwareActivated(2))
    home.deliver("d2", command(ESME, 8, size=4_500))
    home.run(MINUTE)
    assert home.commands == [command(ESME, 8, size=4_500)]


def test_a_short_command_does_not_overtake_a_long_one() -> None:
    home = made()
    commands = [LONG, command(ESME, 8), command(ESME, 9, size=2_000), command(ESME, 10)]
    for number, each in enumerate(commands):
        home.deliver(f"d{number}", each)
    home.run(MINUTE)
    assert home.commands == commands


@pytest.mark.parametrize(("code", "whole"), [(ECS01B, 1_500), (GCS01A, 1_498)])
def test_the_longest_that_goes_whole_leaves_room_for_a_gas_meters_framing(code: int, whole: int) -> None:
    for size, blocks in ((whole, False), (whole + 1, True)):
        bench = Bench().opened()
        said = bench.tell(Deliver("d1", message(COMMAND, SUPPLIER, GSME, code=code, size=size)))
        assert gbt.is_block(said[2].asdu.payload[5:]) is blocks


def test_a_block_fits_the_buffer_for_one_message() -> None:
    home = made()
    home.deliver("d1", LONG)
    home.run(MINUTE)
    assert max(len(bytes(block)) for block in blocks_from(home, PPMID)) <= 1_200


def test_the_longest_command_crosses_and_a_longer_one_is_refused() -> None:
    home = made()
    longest = command(ESME, 7, size=0x4000)
    home.deliver("d1", longest)
    home.deliver("d2", command(ESME, 8, size=0x4001))
    home.run(MINUTE)
    assert home.commands == [longest]
    assert home.stages("d2") == [Stage.REFUSED]


# -- frames are lost ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_a_long_command_crosses_where_one_frame_in_ten_is_lost(seed: int) -> None:
    random = Random(seed)
    home = made(delivers=lambda _number, _asdu: random.random() >= 0.1)
    home.deliver("d1", LONG)
    home.run(HOUR)
    assert home.commands == [LONG]
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED]


def test_without_a_way_back_the_whole_command_is_sent_again_after_a_time_out() -> None:
    """Block 2 is lost on its way from hub to meter as often as the hub tries."""
    home = made(delivers=losing((2, 4)))
    home.deliver("d1", LONG)
    home.run(5 * MINUTE)
    assert home.commands == []
    home.run(MINUTE)
    assert home.commands == [LONG]
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED]
    assert [note.what for note in home.ppmid.all(Note) if note.what == "repeated"] == ["repeated"]


def test_it_is_sent_again_so_often_and_no_more() -> None:
    home = made()
    home.deliver("d1", LONG)
    home.run(HOUR)
    assert len(blocks_from(home, PPMID)) == 3 * 4
    assert home.commands == [LONG], "a repetition is no second Command"


def test_with_a_way_back_only_what_is_missing_is_sent_again_when_the_meter_asks() -> None:
    home = made(response_copy=True, delivers=losing((2, 4)), meter_blocks=ASKING, ppmid_policy=NOT_REPEATED)
    home.deliver("d1", LONG)
    home.run(5 * MINUTE)
    assert home.commands == [LONG]
    assert [block.number for block in blocks_from(home, PPMID)] == [1, 2, 3, 4, 2, 3, 4]
    assert reports(home.ppmid.said)[-1] == Report("d1", Stage.RECEIVED, reports(home.ppmid.said)[-1].detail)


def test_a_baseline_hub_brings_no_request_for_blocks_back() -> None:
    home = made(delivers=losing((2, 4)), meter_blocks=ASKING, ppmid_policy=NOT_REPEATED)
    home.deliver("d1", LONG)
    home.run(5 * MINUTE)
    assert home.commands == []
    assert len(blocks_from(home, PPMID)) == 4


def test_a_response_ends_the_repetitions() -> None:
    home = made(response_copy=True, answers=True)
    home.deliver("d1", LONG)
    home.run(HOUR)
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED, Stage.RESPONSE]
    assert len(blocks_from(home, PPMID)) == 4


@pytest.mark.parametrize("crash_at", range(1, 6))
@pytest.mark.parametrize("before", [True, False], ids=["before writing", "after writing"])
def test_a_ppmid_that_crashes_at_any_write_delivers_the_long_command(crash_at: int, before: bool) -> None:
    home = made(answers=True, response_copy=True)
    home.ppmid.crash_at, home.ppmid.crashes_before_writing = crash_at, before
    for _ in range(4):  # The User goes on until it is told something.
        home.deliver("d1", LONG)
        home.run(2 * MINUTE)
    assert home.commands[0] == LONG
    assert home.stages("d1")[-1] is Stage.RESPONSE


# -- the way back -------------------------------------------------------------------------------------


def test_a_long_response_is_put_together_before_it_is_reported() -> None:
    home = made(response_copy=True, answers=True, response_size=5_000)
    home.deliver("d1", LONG)
    home.run(MINUTE)
    (report,) = [report for report in home.ppmid.all(Report) if report.stage is Stage.RESPONSE]
    assert report.message == message(RESPONSE, ESME, SUPPLIER, 7, size=5_000)
    assert len(blocks_from(home, ESME)) == 5


def test_the_blocks_of_a_response_go_to_the_wan_as_well() -> None:
    home = made(response_copy=True, answers=True, response_size=5_000)
    home.hub.take(WanUp())
    home.deliver("d1", LONG)
    home.run(MINUTE)
    sent = [gbt.decode_block(event.message) for event in home.hub.all(ToWan)]
    assert b"".join(block.data for block in sent) == message(RESPONSE, ESME, SUPPLIER, 7, size=5_000)


# -- hostile blocks -----------------------------------------------------------------------------------


def from_hub(block: bytes, number: int = 0x44) -> tuple[str, bytes]:
    return f"09 {number:02X} 01 0500", block


def acknowledgement(counter: int, received: int) -> bytes:
    header = peek(command(ESME, counter))
    return bytes(gbt.acknowledgement(header, received))


def test_whoever_asks_for_ever_is_answered_so_often() -> None:
    bench = Bench(policy=PpmidPolicy(asks=3)).opened()
    bench.tell(Deliver("d1", LONG))
    sent, sequence = 0, 1
    for turn in range(40):
        said = bench.hear(f"18 {sequence:02X} 0B 02 00")
        sent += len(frames(said))
        sequence += 1
        if not frames(said):
            said = bench.hear(*from_hub(acknowledgement(7, 0), turn))
            sent += len([frame for frame in frames(said) if frame.startswith("01")])
    assert sent == 3 * 4 + 3


@pytest.mark.parametrize(
    "block",
    [acknowledgement(8, 0), acknowledgement(7, 4), acknowledgement(7, 0xFFFF)],
    ids=["of another Command", "all are there", "more than all"],
)
def test_an_acknowledgement_that_asks_for_nothing_sends_nothing(block: bytes) -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", LONG))
    for sequence in range(1, 5):
        bench.hear(f"18 {sequence:02X} 0B 02 00")
    said = bench.hear(*from_hub(block))
    assert [frame for frame in frames(said) if frame.startswith("01")] == []


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(1, 0xFFFF),
            st.binary(max_size=40),
            st.booleans(),
            st.integers(0, 0xFFFF),
        ),
        max_size=60,
    )
)
def test_any_blocks_from_the_hub_are_borne_and_little_of_them_is_kept(
    blocks: list[tuple[int, int, bytes, bool, int]],
) -> None:
    bench = Bench().opened()
    bench.tell(Deliver("d1", LONG))
    before = dict(bench.memory)
    header = peek(message(RESPONSE, ESME, SUPPLIER, 7))
    for turn, (counter, number, data, last, acknowledged) in enumerate(blocks):
        named = gbt.Block(
            peek(message(RESPONSE, ESME, SUPPLIER, 7 + counter)),
            number,
            data,
            last,
            acknowledged=acknowledged,
        )
        bench.hear(*from_hub(bytes(named), turn))
    assert bench.memory == before, "blocks alone are not written down"
    reassembly = bench.ppmid._reassembly
    assert len(reassembly._partials) <= gbt.Policy().messages_per_originator
    bench.wait(2 * HOUR)
    assert reassembly._partials == {}, header


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_block_that_is_cut_short_is_noted(cut: int) -> None:
    bench = Bench().opened()
    block = bytes(gbt.split(message(RESPONSE, ESME, SUPPLIER, size=4_000))[0])
    said = bench.hear(*from_hub(block[: -cut * 20]))
    assert [event.what for event in said if isinstance(event, Note)] == ["refused"]
    assert reports(said) == []
