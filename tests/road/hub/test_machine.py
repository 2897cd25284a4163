"""The hub as one machine: what it does with each message from each side."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep.errors import DecodeError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.gbt import Reassembly, Whole, decode_block, split
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.config import HubConfig, HubPolicy
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.event_log import Log
from doorstep.road.hub.events import (
    FirmwareActivated,
    FromWan,
    HhtPresented,
    Listed,
    PoweredOn,
    Routed,
    Unlisted,
    WanDown,
    WanTook,
    WanUp,
)
from doorstep.road.hub.machine import Hub
from doorstep.road.hub.routing import Fate, Source
from doorstep.road.machine import Heard, Send
from doorstep.zigbee.asdu import Asdu
from tests.road.hub.bench import CONFIG, HOUR, Bench, frames, notes, order, sent_to_wan
from tests.road.hub.messages import (
    CHF,
    COMMAND,
    ESME,
    GPF,
    GSME,
    HHT,
    PCS02,
    PPMID,
    RESPONSE,
    STRANGER,
    SUPPLIER,
    TYPE2,
    alert,
    command,
    message,
    response,
)

# -- switching on ---------------------------------------------------------------------------------


def test_on_power_on_it_asks_the_esme_for_a_tunnel_and_waits_for_the_others() -> None:
    bench = Bench()
    (asked,) = [event.asdu for event in bench.said if isinstance(event, Send)]
    assert asked == Asdu(GPF, ESME, 3, 1, 0x0704, 0x0109, bytes.fromhex("01000006FFFF00DC05"))


def test_the_hub_lists_itself() -> None:
    bench = Bench()
    assert bench.hub.devices.device_type(CHF) is DeviceType.CHF
    assert bench.hub.devices.device_type(GPF) is DeviceType.GPF


@pytest.mark.parametrize(
    "wrong",
    [
        {"gpf": CHF},
        {"devices": DeviceLog.of([(GPF, DeviceType.ESME)])},
        {"devices": DeviceLog.of([(CHF, DeviceType.GPF)])},
    ],
)
def test_a_hub_that_is_another_device_as_well_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        HubConfig(**({"chf": CHF, "gpf": GPF} | wrong))


@pytest.mark.parametrize("wrong", ["waiting", "wan_waiting", "gas_retention", "hht_window", "returns"])
def test_a_policy_that_holds_nothing_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong):
        HubPolicy(**{wrong: 0})  # type: ignore[arg-type]  # All of these are numbers.


@pytest.mark.parametrize(
    "memory", [{"chf:firmware": b"two"}, {"chf:device-log": b"?"}, {"han:1": b"?"}, {"log:event:0": b"?"}]
)
def test_a_memory_that_no_hub_has_written_is_refused(memory: dict[str, bytes | None]) -> None:
    with pytest.raises(DecodeError):
        Hub(CONFIG, None, memory)


def test_an_esme_that_rejects_the_request_is_an_event() -> None:
    bench = Bench()
    said = bench.hear(ESME, bytes.fromhex("090000FFFF01DC05"))
    (note,) = notes(said, "tunnel rejected")
    assert note.code == 0x81BA
    assert [event.code for event in bench.hub.log.all(Log.EVENT)] == [0x81BA]


def test_an_esme_that_has_no_more_ids_is_asked_to_close_them_all_and_a_refusal_is_an_event() -> None:
    bench = Bench()
    said = bench.hear(ESME, bytes.fromhex("090000FFFF02DC05"))
    closes = [frame for frame in frames(said, ESME) if frame[2] == 0x01]
    assert [frame[3:5] for frame in closes] == [bytes((tunnel_id, 0)) for tunnel_id in range(8)]
    for frame, status in zip(closes, [0x00, 0x8B, 0x01, *[0x8B] * 5], strict=True):
        said = bench.confirm(ESME, frame, status)
    assert [frame[2] for frame in frames(said, ESME)] == [0x00]
    assert [event.code for event in bench.hub.log.all(Log.EVENT)] == [0x81BA, 0x81A4]
    assert [frame[5:] for frame in frames(bench.tell(FromWan(command(ESME))), ESME)] == []
    assert [frame[5:] for frame in frames(bench.grant(ESME), ESME)] == [command(ESME)]


def test_an_esme_that_is_busy_is_asked_again_after_three_minutes() -> None:
    bench = Bench()
    bench.hear(ESME, bytes.fromhex("090000FFFF01DC05"))
    assert frames(bench.wait(179_999), ESME) == []
    assert [frame[2] for frame in frames(bench.wait(1), ESME)] == [0x00]


def test_a_tunnel_is_renewed_after_its_seconds_are_over() -> None:
    bench = Bench()
    bench.grant(ESME)
    assert frames(bench.wait(0xFFFF * 1_000 - 1), ESME) == []
    assert [frame[2] for frame in frames(bench.wait(1), ESME)] == [0x00]


# -- to Devices -----------------------------------------------------------------------------------


def test_a_command_from_the_wan_is_written_down_and_then_sent_as_it_is() -> None:
    bench = Bench()
    bench.grant(ESME)
    said = bench.tell(FromWan(command(ESME)))
    assert order(said) == ["Routed", "Remember", "Send"]
    (frame,) = frames(said, ESME)
    assert frame == bytes((0x01, 1, 0x02, 1, 0)) + command(ESME)
    assert bench.confirm(ESME, frame)
    assert bench.held == {}


def test_a_command_waits_for_the_tunnel() -> None:
    bench = Bench()
    assert frames(bench.tell(FromWan(command(ESME)))) == []
    (frame,) = frames(bench.grant(ESME))
    assert frame[5:] == command(ESME)


def test_a_ppmids_command_is_written_down_before_its_arrival_is_confirmed() -> None:
    bench = Bench()
    bench.grant(ESME)
    bench.open(PPMID)
    said = bench.transfer(PPMID, command(ESME))
    assert order(said) == ["Routed", "Remember", "Send", "Send"]
    assert frames(said, PPMID) == [bytes((0x18, bench.sequence, 0x0B, 0x02, 0x00))]
    assert frames(said, ESME)[0][5:] == command(ESME)
    (routed,) = [event for event in said if isinstance(event, Routed)]
    assert (routed.source, routed.sender, routed.decision.fate) == (Source.PPMID, PPMID, Fate.DELIVER)


def test_a_command_that_the_esme_does_not_take_is_dropped_with_the_alert_code() -> None:
    bench = Bench()
    bench.grant(ESME)
    (frame,) = frames(bench.tell(FromWan(command(ESME))), ESME)
    (note,) = notes(bench.confirm(ESME, frame, 0x89), "undelivered")
    assert (note.about, note.code) == (command(ESME), 0x8F84)
    assert bench.held == {}


def test_a_device_without_a_tunnel_is_delivered_nothing() -> None:
    bench = Bench()
    (note,) = notes(bench.tell(FromWan(command(TYPE2))), "refused")
    assert "has no tunnel" in note.why
    assert bench.held == {}


def test_a_message_over_one_transfer_is_refused() -> None:
    bench = Bench()
    bench.grant(ESME)
    assert len(frames(bench.tell(FromWan(command(ESME, size=1500))))[0]) == 1505
    (note,) = notes(bench.tell(FromWan(command(ESME, size=1501))), "refused")
    assert "1501 bytes are over the 1500" in note.why


def test_a_smaller_buffer_is_a_policy() -> None:
    bench = Bench(policy=HubPolicy(largest_message=1_200))
    bench.grant(ESME)
    assert len(frames(bench.tell(FromWan(command(ESME, size=1200))))) == 1
    (note,) = notes(bench.tell(FromWan(command(ESME, size=1201))), "refused")
    assert "1201 bytes are over the 1200" in note.why


def test_each_block_of_a_long_command_is_routed_by_its_own_header() -> None:
    bench = Bench(policy=HubPolicy(largest_message=1_200))
    long = command(ESME, size=4_100)
    blocks = [bytes(block) for block in split(long)]
    assert len(blocks) == 4
    bench.grant(ESME)
    tunnel = bench.open(PPMID)
    arrived = []
    for block in blocks:
        said = bench.transfer(PPMID, block, tunnel)
        (frame,) = [frame for frame in frames(said, ESME) if frame[2] == 0x02]
        arrived.append(frame[5:])
        bench.confirm(ESME, frame)
    assert arrived == blocks
    again = Reassembly()
    for block in arrived:
        again.receive(decode_block(block), 0)
    assert again.next_event() == Whole(decode_block(blocks[0]).header, long)


def test_a_block_for_a_target_without_a_route_goes_nowhere() -> None:
    bench = Bench()
    tunnel = bench.open(PPMID)
    for target in (CHF, STRANGER):
        said = bench.transfer(PPMID, bytes(split(command(target, size=4_100))[0]), tunnel)
        assert len(notes(said, "refused")) == 1


@pytest.mark.parametrize("target", [CHF, GPF])
def test_what_is_for_the_hub_itself_is_noted(target: Eui) -> None:
    bench = Bench()
    (note,) = notes(bench.tell(FromWan(command(target))), "for the hub itself")
    assert note.about == command(target)


@given(st.binary(max_size=80) | st.binary(max_size=40).map(lambda tail: command(ESME)[:30] + tail))
def test_what_is_no_gbcs_message_is_noted_and_nothing_else(data: bytes) -> None:
    bench = Bench()
    bench.open(PPMID)
    said = bench.tell(FromWan(data))
    assert [note.about for note in notes(said, "refused")] == [data]
    said = bench.transfer(PPMID, data)
    assert [note.about for note in notes(said, "refused")] == [data]
    assert frames(said) == [bytes((0x18, bench.sequence, 0x0B, 0x02, 0x00))]


@given(st.integers(0, 103), st.integers(0, 255))
def test_any_octet_of_a_message_may_be_wrong(where: int, octet: int) -> None:
    data = bytearray(command(ESME))
    data[where % len(data)] = octet
    bench = Bench()
    bench.grant(ESME)
    for event in bench.tell(FromWan(bytes(data))):
        if isinstance(event, Send):
            assert event.asdu.payload[5:] == bytes(data)


# -- to the WAN -----------------------------------------------------------------------------------


def esme_sends(bench: Bench, data: bytes) -> list[Any]:
    return bench.command(ESME, 0x01, b"\x01\x00" + data, to_client=True)


def test_a_devices_own_messages_go_to_the_wan_while_it_is_up() -> None:
    bench = Bench()
    bench.grant(ESME)
    bench.tell(WanUp())
    said = esme_sends(bench, response(ESME))
    assert order(said) == ["Routed", "Remember", "ToWan", "Send", "Remember"]
    assert sent_to_wan(said) == [response(ESME)]
    assert sent_to_wan(esme_sends(bench, alert(ESME))) == [alert(ESME)]


def test_they_are_held_while_it_is_down_and_each_is_forgotten_once_sent() -> None:
    bench = Bench()
    bench.grant(ESME)
    held = [response(ESME, counter) for counter in range(3)]
    for each in held:
        assert order(esme_sends(bench, each)) == ["Routed", "Remember", "Send"]
    assert len(bench.memory) == 3
    said = bench.tell(WanUp())
    assert order(said) == ["ToWan"] * 3 + ["Remember"] * 3
    assert sent_to_wan(said) == held
    assert bench.held == {}
    bench.tell(WanDown())
    assert sent_to_wan(esme_sends(bench, alert(ESME))) == []


def test_what_the_wan_does_not_take_is_sent_again_and_kept_until_it_does() -> None:
    bench = Bench()
    bench.grant(ESME)
    bench.wan_takes = False
    bench.tell(WanUp())
    assert sent_to_wan(esme_sends(bench, response(ESME))) == [response(ESME)]
    assert sent_to_wan(bench.wait(59_999)) == []
    assert sent_to_wan(bench.wait(1)) == [response(ESME)]
    bench.tell(WanDown())
    assert sent_to_wan(bench.wait(HOUR)) == []
    again = Bench(memory=bench.memory)
    assert sent_to_wan(again.tell(WanUp())) == [response(ESME)]
    assert again.held == {}
    assert again.tell(WanTook("wan:0000000000000000")) == []
    assert sent_to_wan(again.wait(HOUR)) == []


def test_a_device_that_sends_too_much_loses_its_own_oldest_and_nobody_elses() -> None:
    bench = Bench(policy=HubPolicy(wan_waiting=2))
    bench.grant(ESME)
    tunnel_id = bench.open(PPMID)
    esme_sends(bench, response(ESME))
    for counter in range(4):
        said = bench.transfer(PPMID, alert(PPMID, counter), tunnel_id)
    assert [note.about for note in notes(said, "discarded")] == [alert(PPMID, 1)]
    assert sent_to_wan(bench.tell(WanUp())) == [response(ESME), alert(PPMID, 2), alert(PPMID, 3)]


def test_a_ppmid_cannot_speak_for_another_device() -> None:
    bench = Bench()
    bench.tell(WanUp())
    bench.open(PPMID)
    said = bench.transfer(PPMID, response(ESME))
    assert sent_to_wan(said) == []
    assert len(notes(said, "refused")) == 1


# -- the gas meter --------------------------------------------------------------------------------


GET, NOTHING = b"\x01", b"\x02\x00"


def handed(said: list[Any]) -> bytes:
    """The data of the one TransferData to the GSME."""
    (frame,) = [frame for frame in frames(said, GSME) if frame[:1] == b"\x09"]
    assert frame[2:3] == b"\x01"
    return frame[5:]


def last_frame(said: list[Any]) -> bytes:
    return next(frame for frame in reversed(frames(said, GSME)) if frame[:1] == b"\x09")


def test_a_gas_meter_that_asks_when_nothing_waits_is_told_so() -> None:
    bench = Bench()
    bench.open(GSME)
    assert handed(bench.transfer(GSME, GET)) == NOTHING


def test_a_gas_meter_fetches_its_messages_in_order_with_the_number_that_remain() -> None:
    bench = Bench()
    bench.open(GSME)
    waiting = [command(GSME, counter) for counter in range(3)]
    for each in waiting:
        assert frames(bench.tell(FromWan(each))) == []
    for remaining, each in zip((2, 1, 0), waiting, strict=True):
        said = bench.transfer(GSME, GET)
        assert handed(said) == bytes((0x02, remaining)) + each
        bench.confirm(GSME, last_frame(said))
    assert handed(bench.transfer(GSME, GET)) == NOTHING
    assert bench.held == {}


def test_a_message_that_was_not_confirmed_is_handed_over_again() -> None:
    bench = Bench()
    bench.open(GSME)
    bench.tell(FromWan(command(GSME)))
    bench.transfer(GSME, GET)
    assert [frame for frame in frames(bench.transfer(GSME, GET)) if frame[0] == 0x09] == []
    said = bench.wait(120_000)
    assert notes(said, "undelivered") == []
    assert handed(bench.transfer(GSME, GET)) == b"\x02\x00" + command(GSME)


def test_a_message_that_the_gas_meter_cannot_take_does_not_block_the_others() -> None:
    bench = Bench()
    bench.open(GSME)
    bench.tell(FromWan(command(GSME, 1)))
    bench.tell(FromWan(command(GSME, 2)))
    said = bench.transfer(GSME, GET)
    assert len(notes(bench.confirm(GSME, last_frame(said), 0x89), "undelivered")) == 1
    assert handed(bench.transfer(GSME, GET)) == b"\x02\x00" + command(GSME, 2)


def test_more_than_255_that_remain_are_said_to_be_255() -> None:
    bench = Bench(policy=HubPolicy(waiting=400))
    bench.open(GSME)
    for counter in range(300):
        bench.tell(FromWan(command(GSME, counter)))
    assert handed(bench.transfer(GSME, GET))[:2] == b"\x02\xff"


def test_what_a_gas_meter_puts_goes_to_the_wan_without_the_framing() -> None:
    bench = Bench()
    bench.tell(WanUp())
    bench.open(GSME)
    assert sent_to_wan(bench.transfer(GSME, b"\x03" + response(GSME))) == [response(GSME)]


@pytest.mark.parametrize("data", [b"", b"\x04", b"\x02\x00", b"\x01\x00", response(GSME)])
def test_a_gas_meter_that_keeps_to_no_form_is_refused(data: bytes) -> None:
    bench = Bench()
    bench.tell(WanUp())
    bench.open(GSME)
    said = bench.transfer(GSME, data)
    assert [note.about for note in notes(said, "refused")] == [data]
    assert sent_to_wan(said) == []


def test_a_message_nobody_comes_for_is_dropped_after_24_hours() -> None:
    bench = Bench()
    bench.open(GSME)
    bench.tell(FromWan(command(GSME)))
    assert notes(bench.wait(24 * HOUR - 1), "not retrieved") == []
    (note,) = notes(bench.wait(1), "not retrieved")
    assert (note.about, note.code) == (command(GSME), 0x819D)
    assert bench.held == {}
    bench.open(GSME)  # The tunnel was idle for longer than its time.
    assert handed(bench.transfer(GSME, GET)) == NOTHING


def test_the_24_hours_go_on_while_the_hub_is_off() -> None:
    bench = Bench()
    bench.tell(FromWan(command(GSME)))
    again = Bench(memory=bench.memory)
    again.now = 25 * HOUR
    assert len(notes(again.wait(0), "not retrieved")) == 1


def test_a_message_on_its_way_in_a_closed_tunnel_is_not_delivered_after_its_time() -> None:
    bench = Bench()
    tunnel_id = bench.open(GSME)
    bench.tell(FromWan(command(GSME)))
    bench.now = 24 * HOUR - 1_000
    bench.transfer(GSME, GET)
    bench.command(GSME, 0x01, bytes((tunnel_id, 0)))
    assert len(notes(bench.wait(2_000), "not retrieved")) == 1
    bench.open(GSME)
    assert handed(bench.transfer(GSME, GET)) == NOTHING


def test_the_framing_counts_towards_one_transfer() -> None:
    bench = Bench()
    bench.open(GSME)
    bench.tell(FromWan(command(GSME, size=1498)))
    assert len(handed(bench.transfer(GSME, GET))) == 1500
    assert len(notes(bench.tell(FromWan(command(GSME, size=1499))), "refused")) == 1


def test_emergency_credit_from_ppmid_to_gas_meter_and_its_answer_back() -> None:
    bench = Bench(replace(CONFIG, firmware=1))
    ppmid, gsme = bench.open(PPMID), bench.open(GSME)
    bench.transfer(PPMID, PCS02, ppmid)
    said = bench.transfer(GSME, GET, gsme)
    assert handed(said) == b"\x02\x00" + PCS02
    bench.confirm(GSME, last_frame(said))
    answer = message(RESPONSE, GSME, PPMID, code=0x0090)
    said = bench.transfer(GSME, b"\x03" + answer, gsme)
    (frame,) = frames(said, PPMID)
    assert frame == bytes((0x09, frame[1], 0x01, ppmid, 0)) + answer
    assert sent_to_wan(said) == []


def test_the_worked_example_of_the_digest_octet_by_octet() -> None:
    bench = Bench()
    bench.open(GSME)
    assert bench.open(PPMID) == 1
    said = bench.hear(PPMID, bytes.fromhex("0140020100") + PCS02)
    assert frames(said, PPMID) == [bytes.fromhex("18400B0200")]


# -- who may speak --------------------------------------------------------------------------------


def test_a_stranger_is_not_answered() -> None:
    bench = Bench()
    said = bench.hear(STRANGER, bytes.fromhex("01000006FFFF00DC05"))
    assert order(said) == ["Note"]


@pytest.mark.parametrize(
    "change",
    [
        {"cluster": 0x0702},
        {"destination_endpoint": 4},
        {"destination": ESME},
        {"profile": 0},
        {"payload": b"\x01"},
        {"payload": b""},
        {"source": TYPE2},
    ],
)
def test_a_payload_that_is_for_no_tunnel_is_noted(change: dict[str, Any]) -> None:
    bench = Bench()
    asdu = Asdu(PPMID, GPF, 1, 3, 0x0704, 0x0109, bytes.fromhex("01000006FFFF00DC05"))
    assert [note.what for note in bench.tell(Heard(replace(asdu, **change)))] == ["ignored"]


@given(st.binary(max_size=30), st.sampled_from([ESME, GSME, PPMID]))
def test_any_payload_from_any_device_is_borne(payload: bytes, device: Eui) -> None:
    bench = Bench()
    bench.open(PPMID)
    bench.hear(device, payload)
    bench.wait(HOUR)


def test_answers_go_to_the_endpoint_that_asked() -> None:
    bench = Bench()
    request = bytes.fromhex("01000006FFFF00DC05")
    (said,) = [
        event
        for event in bench.tell(Heard(Asdu(PPMID, GPF, 7, 3, 0x0704, 0x0109, request)))
        if isinstance(event, Send)
    ]
    assert said.asdu.destination_endpoint == 7


# -- the Device Log -------------------------------------------------------------------------------


def test_a_device_that_is_listed_is_asked_for_a_tunnel_and_stays_listed_after_a_restart() -> None:
    bench = Bench(replace(CONFIG, devices=DeviceLog()))
    said = bench.tell(Listed(ESME, DeviceType.ESME))
    assert order(said) == ["Remember", "Note", "Note", "Remember", "Send"]
    again = Bench(replace(CONFIG, devices=DeviceLog()), memory=bench.memory)
    assert again.hub.devices.device_type(ESME) is DeviceType.ESME
    assert len(frames(again.said, ESME)) == 1
    assert again.tell(Listed(ESME, DeviceType.ESME)) == []


def test_a_device_that_is_unlisted_loses_its_tunnel_and_its_messages() -> None:
    bench = Bench()
    bench.open(GSME)
    bench.grant(ESME)
    bench.tell(FromWan(command(GSME)))
    bench.tell(FromWan(command(ESME)))
    for device in (GSME, ESME):
        said = bench.tell(Unlisted(device))
        assert [note.about for note in notes(said, "discarded")] == [command(device)]
        assert frames(said) == []
        assert frames(bench.hear(device, bytes.fromhex("010A0206FFFF00DC05"))) == []
    assert [key for key in bench.memory if key.startswith("han:")] == []
    assert len(notes(bench.tell(FromWan(command(ESME))), "refused")) == 1
    bench.wait(48 * HOUR)
    assert bench.tell(Unlisted(ESME)) == []


def test_the_hub_does_not_unlist_itself() -> None:
    bench = Bench()
    for own in (CHF, GPF):
        assert order(bench.tell(Unlisted(own))) == ["Note"]
        assert bench.hub.devices.device_type(own) is not None


def test_a_full_log_refuses() -> None:
    bench = Bench()
    for number in range(12):
        bench.tell(Listed(Eui(number.to_bytes(8, "big")), DeviceType.TYPE2))
    assert len(bench.hub.devices.others) == 16
    assert order(bench.tell(Listed(STRANGER, DeviceType.ESME))) == ["Note"]
    assert order(bench.tell(HhtPresented(HHT))) == ["Note"]


# -- Hand-Held Terminals --------------------------------------------------------------------------


def test_an_hht_may_present_itself_for_60_minutes_after_power_on() -> None:
    for minutes, accepted in ((0, True), (59, True), (60, False), (600, False)):
        bench = Bench()
        bench.wait(minutes * 60_000)
        bench.tell(HhtPresented(HHT))
        assert (bench.hub.devices.device_type(HHT) is DeviceType.HHT) is accepted


def test_it_is_gone_with_its_tunnel_when_they_are_over_and_power_cycling_begins_them_anew() -> None:
    bench = Bench()
    bench.wait(30 * 60_000)
    bench.tell(HhtPresented(HHT))
    bench.open(HHT)
    said = bench.wait(30 * 60_000)
    assert notes(said, "unlisted")
    assert bench.hub.devices.device_type(HHT) is None
    assert bench.hub.devices.historic == ()
    assert frames(bench.transfer(HHT, command(ESME))) == []
    bench.tell(PoweredOn())
    bench.tell(HhtPresented(HHT))
    assert bench.hub.devices.device_type(HHT) is DeviceType.HHT


def test_it_does_not_survive_a_restart() -> None:
    bench = Bench()
    bench.tell(HhtPresented(HHT))
    again = Bench(memory=bench.memory)
    assert again.hub.devices.device_type(HHT) is None


def test_no_other_device_becomes_an_hht_by_presenting_itself() -> None:
    bench = Bench()
    for device in (PPMID, GPF):
        kind = bench.hub.devices.device_type(device)
        assert len(notes(bench.tell(HhtPresented(device)), "refused")) == 1
        assert bench.hub.devices.device_type(device) is kind


def test_an_hht_is_always_given_the_responses_to_its_commands() -> None:
    bench = Bench()
    bench.grant(ESME)
    bench.tell(HhtPresented(HHT))
    bench.open(HHT)
    (frame,) = frames(bench.transfer(HHT, command(ESME, 9)), ESME)
    bench.confirm(ESME, frame)
    said = esme_sends(bench, response(ESME, 9))
    assert [frame[5:] for frame in frames(said, HHT)] == [response(ESME, 9)]


def test_an_hht_may_address_the_hub_itself() -> None:
    bench = Bench()
    bench.tell(HhtPresented(HHT))
    bench.open(HHT)
    assert len(notes(bench.transfer(HHT, command(CHF)), "for the hub itself")) == 1


# -- copies of Responses --------------------------------------------------------------------------


def test_without_the_extension_a_ppmid_is_given_no_response() -> None:
    bench = Bench()
    bench.grant(ESME)
    bench.open(PPMID)
    bench.transfer(PPMID, command(ESME, 9))
    assert frames(esme_sends(bench, response(ESME, 9)), PPMID) == []


def test_a_copy_needs_the_command_to_have_come_from_there() -> None:
    bench = Bench(replace(CONFIG, response_copy=True))
    bench.grant(ESME)
    bench.open(PPMID)
    bench.transfer(PPMID, command(ESME, 9))
    for other in (response(ESME, 8), alert(ESME, 9), message(RESPONSE, ESME, STRANGER, 9)):
        assert frames(esme_sends(bench, other), PPMID) == []
    assert [frame[5:] for frame in frames(esme_sends(bench, response(ESME, 9)), PPMID)] == [response(ESME, 9)]


def test_a_command_that_was_refused_earns_no_copy() -> None:
    bench = Bench(replace(CONFIG, response_copy=True, firmware=1))
    bench.grant(ESME)
    bench.open(PPMID)
    bench.transfer(PPMID, command(ESME, 9))
    assert frames(esme_sends(bench, response(ESME, 9)), PPMID) == []


def test_a_relay_that_takes_no_copies_keeps_no_response_from_the_wan() -> None:
    bench = Bench(replace(CONFIG, response_copy=True), HubPolicy(waiting=1))
    bench.grant(ESME)
    bench.open(PPMID)
    bench.tell(WanUp())
    for counter in (1, 2):
        bench.transfer(PPMID, command(ESME, counter))
        bench.confirm(ESME, frames(bench.said, ESME)[-1])
    assert sent_to_wan(esme_sends(bench, response(ESME, 1))) == [response(ESME, 1)]
    said = esme_sends(bench, response(ESME, 2))
    assert sent_to_wan(said) == [response(ESME, 2)]
    assert len(notes(said, "not copied")) == 1


# -- bounds ---------------------------------------------------------------------------------------


def test_what_a_hostile_ppmid_sends_takes_a_bounded_amount_of_memory() -> None:
    bench = Bench(replace(CONFIG, response_copy=True))
    bench.open(PPMID)
    sizes = set()
    for counter in range(600):
        bench.transfer(PPMID, command(ESME, counter))
        bench.transfer(PPMID, alert(PPMID, counter))
        bench.transfer(PPMID, message(COMMAND, SUPPLIER, GSME, counter))
        if counter >= 300:
            sizes.add(len(bench.memory))
    assert len(sizes) == 1
    assert sizes.pop() <= 32 + 256 + 32 + 64


def test_firmware_is_remembered() -> None:
    bench = Bench(replace(CONFIG, firmware=1))
    said = bench.tell(FirmwareActivated(2))
    assert order(said) == ["Remember", "Note", "Remember"]
    assert notes(said, "firmware")[0].code == 0x8F43
    assert bench.tell(FirmwareActivated(2)) == []
    again = Bench(replace(CONFIG, firmware=1), memory=bench.memory)
    again.open(PPMID)
    (routed,) = [event for event in again.transfer(PPMID, command(ESME)) if isinstance(event, Routed)]
    assert routed.decision.fate is Fate.DELIVER
