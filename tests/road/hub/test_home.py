"""The road from PPMID to meter, joined in memory: faults, crashes, an old hub, a silent one, no WAN."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.config import HubPolicy
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.events import FirmwareActivated, FromWan, HhtPresented, Routed, ToWan, WanUp
from doorstep.road.hub.routing import Fate
from doorstep.road.machine import Note
from doorstep.road.ppmid.events import Report, Stage
from tests.road.hub.home import HOUR, MINUTE, Home
from tests.road.hub.messages import ESME, GPF, HHT, PPMID, command, response

COMMAND = command(ESME, size=1200)


def made(**settings_: object) -> Home:
    home = Home(**settings_)  # type: ignore[arg-type]  # The keywords are Home's own.
    home.power_on()
    home.run(1_000)
    return home


def to_wan(home: Home) -> list[bytes]:
    """What the hub has sent to the WAN, in order."""
    return [event.message for event in home.hub.all(ToWan)]


def transfers(home: Home, source: object) -> list[bytes]:
    """The data of every TransferData from a Device: its frames less header and tunnel id."""
    return [
        asdu.payload[5:]
        for asdu in home.asdus
        if asdu.source == source and asdu.payload[0] & 0x03 == 1 and asdu.payload[5:6] in (b"\xdd", b"\xdf")
    ]


@pytest.mark.parametrize("opens_ppmid_tunnels", [False, True], ids=["PPMID asks", "hub asks"])
def test_a_command_reaches_the_meter_with_the_bytes_that_were_handed_over(opens_ppmid_tunnels: bool) -> None:
    home = made(opens_ppmid_tunnels=opens_ppmid_tunnels)
    home.deliver("d1", COMMAND)
    home.run(MINUTE)
    assert home.commands == [COMMAND]
    assert transfers(home, PPMID) == [COMMAND]
    assert transfers(home, GPF) == [COMMAND]
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED]
    routed = home.hub.all(Routed)
    assert [(item.message, item.decision.fate) for item in routed] == [(COMMAND, Fate.DELIVER)]


def test_who_asks_whom_for_the_tunnel() -> None:
    for setting, asks in ((False, {(PPMID, GPF), (GPF, ESME)}), (True, {(GPF, PPMID), (GPF, ESME)})):
        home = made(opens_ppmid_tunnels=setting)
        requests = [asdu for asdu in home.asdus if asdu.payload[:1] == b"\x01" and asdu.payload[2] == 0x00]
        assert {(asdu.source, asdu.destination) for asdu in requests} == asks


def test_many_commands_arrive_in_their_order() -> None:
    home = made()
    commands = [command(ESME, counter) for counter in range(10)]
    for number, each in enumerate(commands):
        home.deliver(f"d{number}", each)
    home.run(MINUTE)
    assert home.commands == commands


def test_a_hub_without_the_change_confirms_the_bytes_and_refuses_the_command() -> None:
    home = made(firmware=1)
    home.deliver("d1", COMMAND)
    home.run(MINUTE)
    assert home.commands == []
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED]
    (routed,) = home.hub.all(Routed)
    assert routed.decision.fate is Fate.REFUSE
    (note,) = [note for note in home.hub.all(Note) if note.what == "refused"]
    assert note.about == COMMAND
    assert "10.8.2 without the change" in note.why


def test_the_rule_flips_when_the_new_firmware_is_activated_and_stays_so_after_a_restart() -> None:
    home = made(firmware=1)
    home.hub.take(FirmwareActivated(2))
    home.deliver("d1", command(ESME, 1))
    home.run(MINUTE)
    home.hub.switch_off()
    home.hub.switch_on()
    home.deliver("d2", command(ESME, 2))
    home.run(5 * MINUTE)
    assert home.commands == [command(ESME, 1), command(ESME, 2)]


def test_a_silent_hub_means_unanswered_after_a_bounded_number_of_tries() -> None:
    home = Home()
    home.hub.switch_off()
    home.power_on()
    home.deliver("d1", COMMAND)
    home.run(HOUR)
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.UNANSWERED]
    assert len(home.asdus) == 4
    home.hub.switch_on()
    home.deliver("d1", COMMAND)
    home.run(MINUTE)
    assert home.commands == [COMMAND]
    assert home.stages("d1")[2:] == [Stage.ACCEPTED, Stage.RECEIVED]


def test_a_silent_meter_means_a_note_with_the_alert_code_and_no_more_tries() -> None:
    home = made(delivers=lambda _number, asdu: asdu.destination != ESME)
    home.deliver("d1", COMMAND)
    home.run(HOUR)
    (note,) = [note for note in home.hub.all(Note) if note.what == "undelivered"]
    assert (note.about, note.code) == (COMMAND, 0x8F84)
    assert home.hub.held == {}


@pytest.mark.parametrize("which", range(14))
def test_any_one_frame_may_be_lost(which: int) -> None:
    home = Home(delivers=lambda number, _asdu: number != which, answers=True)
    home.power_on()
    home.hub.take(WanUp())
    home.deliver("d1", COMMAND)
    home.run(10 * MINUTE)
    assert home.commands == [COMMAND]
    assert home.stages("d1")[-1] is Stage.RECEIVED
    assert to_wan(home) == [response(ESME)]


@settings(max_examples=40)
@given(st.sets(st.integers(0, 60), max_size=25))
def test_frames_may_be_lost_at_random_and_nothing_arrives_twice(lost: set[int]) -> None:
    home = Home(delivers=lambda number, _asdu: number not in lost)
    home.power_on()
    for counter in range(3):
        home.deliver(f"d{counter}", command(ESME, counter))
    home.run(HOUR)
    assert len(home.commands) == len(set(home.commands))
    for counter in range(3):
        assert home.stages(f"d{counter}")[-1] in (Stage.RECEIVED, Stage.UNANSWERED)


# -- crashes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [False, True], ids=["after writing", "before writing"])
@pytest.mark.parametrize("at", range(1, 4))
@pytest.mark.parametrize("who", ["ppmid", "hub"])
def test_a_crash_at_any_writing_loses_nothing(who: str, at: int, before: bool) -> None:
    home = Home(answers=True, response_copy=True)
    rim = home.ppmid if who == "ppmid" else home.hub
    rim.crash_at, rim.crashes_before_writing = at, before
    home.power_on()
    home.run(MINUTE)
    home.deliver("d1", COMMAND)
    home.run(10 * MINUTE)
    home.deliver("d1", COMMAND)  # The User asks again, having perhaps heard nothing.
    home.run(10 * MINUTE)
    assert 1 <= len(home.commands) <= 2
    assert set(home.commands) == {COMMAND}
    assert home.stages("d1")[-1] in (Stage.RECEIVED, Stage.RESPONSE)
    home.hub.take(WanUp())
    assert set(to_wan(home)) == {response(ESME)}
    assert len(to_wan(home)) <= 2


@settings(max_examples=100, deadline=None)
@example(who="hub", at=11, before=True, lost={32, 33})
@given(
    st.sampled_from(["ppmid", "hub"]),
    st.integers(1, 30),
    st.booleans(),
    # A message has four copies, and the crash itself may cost one: two more losses always leave one.
    st.sets(st.integers(0, 80), max_size=2),
)
def test_crashes_among_many_commands_lose_nothing(who: str, at: int, before: bool, lost: set[int]) -> None:
    home = Home(answers=True, delivers=lambda number, _asdu: number not in lost)
    rim = home.ppmid if who == "ppmid" else home.hub
    rim.crash_at, rim.crashes_before_writing = at, before
    home.power_on()
    commands = [command(ESME, counter) for counter in range(6)]
    for number, each in enumerate(commands):
        home.deliver(f"d{number}", each)
    home.run(HOUR)
    for number, each in enumerate(commands):
        home.deliver(f"d{number}", each)
    home.run(HOUR)
    assert set(home.commands) == set(commands)
    for _ in range(2):  # The crash may come while the hub sends what it held, and the WAN comes up anew.
        home.hub.take(WanUp())
        home.run(MINUTE)
    assert set(to_wan(home)) == {response(ESME, counter) for counter in range(6)}


def test_a_ppmid_that_was_off_goes_on_with_what_it_had_accepted() -> None:
    home = Home()
    home.hub.switch_off()
    home.power_on()
    home.deliver("d1", command(ESME, 1))
    home.deliver("d2", command(ESME, 2))
    home.run(1_000)
    home.ppmid.switch_off()
    home.hub.switch_on()
    home.run(MINUTE)
    home.ppmid.switch_on()
    home.run(MINUTE)
    assert home.commands == [command(ESME, 1), command(ESME, 2)]
    assert home.stages("d1")[-1] is Stage.RECEIVED


# -- the way back ---------------------------------------------------------------------------------


def test_without_a_wan_the_hub_holds_responses_and_sends_them_in_order_when_it_is_back() -> None:
    home = made(answers=True)
    for counter in range(5):
        home.deliver(f"d{counter}", command(ESME, counter))
    home.run(MINUTE)
    assert to_wan(home) == []
    home.hub.switch_off()
    home.hub.switch_on()
    home.hub.take(WanUp())
    assert to_wan(home) == [response(ESME, counter) for counter in range(5)]
    assert home.hub.held == {}
    assert home.stages("d0") == [Stage.ACCEPTED, Stage.RECEIVED]


@pytest.mark.parametrize("wan", [False, True], ids=["no WAN", "WAN"])
def test_with_response_copy_the_ppmid_is_given_the_response_as_well(wan: bool) -> None:
    home = made(answers=True, response_copy=True)
    if wan:
        home.hub.take(WanUp())
    home.deliver("d1", command(ESME, 7))
    home.run(MINUTE)
    (report,) = [report for report in home.ppmid.all(Report) if report.stage is Stage.RESPONSE]
    assert (report.delivery, report.message) == ("d1", response(ESME, 7))
    if not wan:
        home.hub.take(WanUp())
    assert to_wan(home) == [response(ESME, 7)]


def test_a_response_to_a_command_from_the_wan_is_not_the_ppmids() -> None:
    home = made(answers=True, response_copy=True)
    home.hub.take(WanUp())
    home.hub.take(FromWan(command(ESME, 7)))
    home.run(MINUTE)
    assert to_wan(home) == [response(ESME, 7)]
    assert home.ppmid.all(Report) == []


def test_a_copy_is_made_even_where_the_hub_was_switched_off_meanwhile() -> None:
    meter_is_heard = True
    home = Home(
        answers=True,
        response_copy=True,
        delivers=lambda _number, asdu: meter_is_heard or asdu.source != ESME,
    )
    home.power_on()
    home.run(MINUTE)
    meter_is_heard = False
    home.deliver("d1", command(ESME, 7))
    home.run(1_000)
    home.hub.switch_off()
    meter_is_heard = True
    home.hub.switch_on()
    home.run(5 * MINUTE)
    assert home.stages("d1")[-1] is Stage.RECEIVED
    home.run(HOUR)  # The hub knows no tunnel to the PPMID until the PPMID asks for it again.
    assert home.stages("d1")[-1] is Stage.RESPONSE


# -- Hand-Held Terminals --------------------------------------------------------------------------


def test_a_stranger_is_not_heard() -> None:
    home = made(devices=DeviceLog.of([(ESME, DeviceType.ESME)]))
    home.deliver("d1", COMMAND)
    home.run(HOUR)
    assert home.commands == []
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.UNANSWERED]
    assert all(
        "not in the CHF Device Log" in note.why for note in home.hub.all(Note) if note.what == "refused"
    )


def test_a_presented_hht_may_relay_for_an_hour_even_with_old_firmware() -> None:
    home = Home(firmware=1, answers=True, devices=DeviceLog.of([(ESME, DeviceType.ESME)]))
    home.power_on()
    home.run(30 * MINUTE)
    # The relay's machine is the same for a PPMID and an HHT, so the one in this home is presented as one.
    home.hub.take(HhtPresented(PPMID))
    home.deliver("d1", COMMAND)
    home.run(MINUTE)
    assert home.commands == [COMMAND]
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED, Stage.RESPONSE]
    home.run(30 * MINUTE)
    home.deliver("d2", command(ESME, 2))
    home.run(HOUR)
    assert home.commands == [COMMAND]
    assert home.stages("d2") == [Stage.ACCEPTED, Stage.UNANSWERED]


def test_the_hht_of_another_identifier_is_a_stranger() -> None:
    home = made(devices=DeviceLog.of([(ESME, DeviceType.ESME)]))
    home.hub.take(HhtPresented(HHT))
    home.deliver("d1", COMMAND)
    home.run(HOUR)
    assert home.commands == []


# -- load -----------------------------------------------------------------------------------------


def test_a_flood_from_a_ppmid_is_bounded_and_does_not_keep_out_the_wan() -> None:
    policy = HubPolicy(waiting=4)
    home = made(hub_policy=policy, delivers=lambda _number, asdu: asdu.destination != ESME)
    for counter in range(16):
        home.deliver(f"d{counter}", command(ESME, counter))
    home.run(2_000)
    waiting = [key for key in home.hub.memory if key.startswith("han:")]
    assert len(waiting) == 4
    home.hub.take(FromWan(command(ESME, 99)))
    assert len([key for key in home.hub.memory if key.startswith("han:")]) == 5
    refusals = [note.why for note in home.hub.all(Note) if note.what == "refused"]
    assert len(refusals) == 12
    assert all("too many messages" in why for why in refusals)


def test_the_network_carries_no_more_than_is_needed() -> None:
    home = made()
    before = len(home.asdus)
    home.deliver("d1", COMMAND)
    home.run(MINUTE)
    assert len(home.asdus) - before == 4  # Data and its confirmation, on either side of the hub.
    home.deliver("d1", COMMAND)
    home.run(MINUTE)
    assert len(home.asdus) - before == 4
    assert home.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED, Stage.RECEIVED]
