"""The CHF executes what is for itself: its Device Log, its logs, its firmware, and what follows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from doorstep.eui import Eui
from doorstep.gbcs.gbt import split
from doorstep.gbcs.header import Cra
from doorstep.gbcs.message import decode, peek
from doorstep.gbcs.payloads import asn1
from doorstep.gbcs.payloads.axdr import CompactArray, Data, Tag
from doorstep.gbcs.payloads.dlms import Action, DataNotification
from doorstep.gbcs.times import utc2000
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.device import Executed, Rejected
from doorstep.road.han.endpoints import DESCRIPTORS
from doorstep.road.han.events import Described, Expel, Joined, Left, Permit
from doorstep.road.hub.config import HubConfig
from doorstep.road.hub.event_log import Log
from doorstep.road.hub.events import (
    FromWan,
    HhtPresented,
    ImageReceived,
    PoweredOn,
    ToWan,
    Unlisted,
    WanUp,
)
from doorstep.road.machine import Remember
from doorstep.zigbee import keys as zigbee_keys
from tests.road.hub.bench import CONFIG, HOUR, Bench, frames, notes, order, sent_to_wan
from tests.road.hub.messages import CHF, ESME, GPF, GSME, HHT, PPMID, STRANGER, SUPPLIER, command
from tests.road.hub.parties import (
    BROKER,
    CHF_CELLS,
    DEVICE_LOG,
    KEYS,
    NOW,
    ccs01,
    ccs02,
    ccs03,
    ccs06,
    ccs07,
    component,
    opened,
    plain,
    read_log,
    response,
    results,
    sealed,
    to_chf,
)

SETTING = replace(CONFIG, chf_cells=CHF_CELLS)
CODE = b"0123456789ABCDEF"
KEY = zigbee_keys.link_key(zigbee_keys.install_code(CODE))
OTHER_CODE = b"FEDCBA9876543210"
OTHER_KEY = zigbee_keys.link_key(zigbee_keys.install_code(OTHER_CODE))
HASH = bytes(range(16))
SECOND = 1_000
DEVICE_LOG_CHANGED = 0x8F12
CS14 = 0x0018


def hub(config: HubConfig = SETTING, **more: Any) -> Bench:
    bench = Bench(config, keys=KEYS, now=NOW, **more)
    bench.tell(WanUp())
    return bench


def answer(said: list[Any]) -> bytes:
    """The one Response among what was sent to the WAN."""
    (found,) = [message for message in sent_to_wan(said) if peek(message).cra is Cra.RESPONSE]
    return found


def alerts(said: list[Any]) -> list[bytes]:
    return [message for message in sent_to_wan(said) if peek(message).cra is Cra.ALERT]


def permits(said: list[Any]) -> list[Permit]:
    return [event for event in said if isinstance(event, Permit)]


def listed(bench: Bench) -> set[Eui]:
    return {entry.eui for entry in bench.hub.devices.others}


# -- how a Command is executed ------------------------------------------------------------------------


def test_a_command_for_the_chf_is_counted_executed_and_answered_and_all_of_it_written_down_first() -> None:
    bench = hub()
    said = bench.tell(FromWan(ccs06(7)))
    assert order(said)[:4] == ["Routed", "Executed", "Remember", "ToWan"]
    found = opened(answer(said))
    assert found.header.business_originator_id == CHF
    assert found.header.business_target_id == BROKER
    assert found.header.supplementary_remote_party_id == SUPPLIER
    assert bench.memory["chf:counter/ACCESS_CONTROL_BROKER"] == (7).to_bytes(8, "big")
    (note,) = notes(said, "executed")
    assert note.code == 0x8154


def test_a_command_in_blocks_is_executed_once_all_have_come_in_any_order() -> None:
    bench = hub()
    *first, last = reversed(split(ccs06(7), 80))
    for block in first:
        said = bench.tell(FromWan(bytes(block)))
        assert not any(isinstance(event, Executed | Rejected | ToWan) for event in said)
    said = bench.tell(FromWan(bytes(last)))
    assert [event.command for event in said if isinstance(event, Executed)] == [ccs06(7)]
    # A block that comes again says nothing new.
    said = bench.tell(FromWan(bytes(last)))
    assert not any(isinstance(event, Executed | Rejected | ToWan) for event in said)


def test_blocks_that_never_become_whole_are_forgotten_and_noted() -> None:
    bench = hub()
    first, *_ = split(ccs06(7), 80)
    bench.tell(FromWan(bytes(first)))
    said = bench.wait(7 * 86_400_000)
    (note,) = notes(said, "refused")
    assert "did not come" in note.why
    assert bench.hub._blocks.deadline() is None
    executed_now = bench.tell(FromWan(ccs06(7)))
    assert any(isinstance(event, Executed) for event in executed_now)


def test_a_command_that_came_before_is_rejected_after_a_restart_too() -> None:
    bench = hub()
    bench.tell(FromWan(ccs06(7)))
    for again in (bench, hub(memory=bench.memory)):
        said = again.tell(FromWan(ccs06(7)))
        assert sent_to_wan(said) == []
        (rejected,) = [event for event in said if isinstance(event, Rejected)]
        assert "spent" in rejected.why


def test_a_response_that_the_wan_has_not_taken_is_sent_by_a_hub_that_starts_again() -> None:
    bench = hub()
    bench.wan_takes = False
    said = bench.tell(FromWan(ccs01(7, STRANGER)))
    again = Bench(SETTING, keys=KEYS, now=NOW, memory=bench.memory)
    assert STRANGER in listed(again)
    assert sent_to_wan(again.tell(WanUp())) == sent_to_wan(said)


@pytest.mark.parametrize("make", [ccs01, ccs02], ids=["CCS01", "CCS02"])
def test_a_hub_that_stops_at_any_write_executes_once_and_loses_no_answer(make: Any) -> None:
    device = {ccs01: STRANGER, ccs02: PPMID}[make]
    whole = hub()
    whole.wan_takes = False
    writes = [event for event in whole.tell(FromWan(make(7, device))) if isinstance(event, Remember)]
    assert len(writes) > 2
    for written in range(len(writes) + 1):
        memory: dict[str, bytes | None] = {}
        for write in writes[:written]:
            memory |= write.entries
        kept = {key: value for key, value in memory.items() if value is not None}
        again = Bench(SETTING, keys=KEYS, now=NOW, memory=kept)  # type: ignore[arg-type]  # None is left out.
        first = sent_to_wan(again.tell(WanUp()))
        second = sent_to_wan(again.tell(FromWan(make(7, device))))
        answers = [one for one in first + second if peek(one).cra is Cra.RESPONSE]
        assert len(answers) == 1, f"after {written} writes"
        assert results(answers[0])[0] == 0
        assert (device in listed(again)) is (make is ccs01)


def test_a_changed_command_does_nothing() -> None:
    bench = hub()
    good = ccs02(7, ESME)
    bad = good[:-1] + bytes((good[-1] ^ 1,))
    said = bench.tell(FromWan(bad))
    assert sent_to_wan(said) == []
    assert ESME in listed(bench)
    assert notes(said, "refused")[0].code == 0x8F3D


def test_the_supplier_is_nobody_to_the_chf() -> None:
    bench = hub()
    read = to_chf(0x010F, 7, component(Action.GET, f"{DEVICE_LOG} 4"))
    payload = decode(read).payload
    said = bench.tell(FromWan(sealed(0x010F, 7, payload, originator=SUPPLIER, on_behalf=False)))
    assert sent_to_wan(said) == []
    assert notes(said, "refused")[0].code == 0x8F3E


def test_a_ppmid_has_no_way_to_the_chf_whatever_it_holds() -> None:
    bench = hub()
    bench.open(PPMID)
    said = bench.transfer(PPMID, ccs02(7, ESME))
    assert not [event for event in said if isinstance(event, Executed | Rejected)]
    assert ESME in listed(bench)


def test_an_hht_has_and_is_given_the_answer() -> None:
    bench = hub()
    bench.tell(HhtPresented(HHT))
    bench.open(HHT)
    said = bench.transfer(HHT, ccs06(7))
    assert [frame[5:] for frame in frames(said, HHT) if frame[5:6] == b"\xdd"] == [answer(said)]


def test_without_keys_nothing_is_executed_and_nothing_is_lost() -> None:
    bench = Bench(SETTING, now=NOW)
    (note,) = notes(bench.tell(FromWan(ccs02(7, ESME))), "for the hub itself")
    assert "not executed" in note.why
    assert ESME in listed(bench)


def test_what_there_is_not_is_an_error_in_an_answer() -> None:
    bench = hub()
    asked = to_chf(
        0x010F,
        7,
        component(Action.GET, f"{DEVICE_LOG} 4"),
        component(Action.GET, f"{DEVICE_LOG} 9"),
        component(Action.GET, f"{DEVICE_LOG} 4"),
    )
    said = bench.tell(FromWan(asked))
    assert results(answer(said)) == [0, 4, 250]
    assert notes(said, "executed")[0].code == 0x8155


# -- CCS01, CCS02 ------------------------------------------------------------------------------------


def test_a_device_is_added_and_may_join_with_its_install_code_until_the_timeout() -> None:
    bench = hub()
    said = bench.tell(FromWan(ccs01(7, STRANGER, CODE, timeout=90)))
    assert results(answer(said)) == [0, 0, 0]
    assert permits(said) == [Permit(STRANGER, KEY, NOW + 90 * SECOND)]
    assert STRANGER in listed(bench)
    assert "KEY" not in repr(bench.hub.devices)


def test_a_device_that_is_listed_keeps_its_key_and_nothing_is_said_of_a_change() -> None:
    bench = hub()
    bench.tell(FromWan(ccs01(7, STRANGER, CODE)))
    bench.tell(Joined(STRANGER))
    said = bench.tell(FromWan(ccs01(8, STRANGER, OTHER_CODE)))
    assert results(answer(said)) == [0, 0, 0]
    assert permits(said) == []
    assert alerts(said) == []
    entry = bench.hub.devices.find(STRANGER)
    assert entry is not None
    assert entry.link_key == KEY


def test_a_device_in_the_history_first_tries_the_key_that_it_had_for_half_of_the_time() -> None:
    bench = hub()
    bench.tell(FromWan(ccs01(7, STRANGER, CODE)))
    bench.tell(FromWan(ccs02(8, STRANGER)))
    said = bench.tell(FromWan(ccs01(9, STRANGER, OTHER_CODE, timeout=100)))
    assert permits(said) == [Permit(STRANGER, KEY, NOW + 50 * SECOND)]
    assert permits(bench.wait(49 * SECOND)) == []
    assert permits(bench.wait(SECOND)) == [Permit(STRANGER, OTHER_KEY, NOW + 100 * SECOND)]


def test_one_that_joins_in_the_first_half_needs_no_second() -> None:
    bench = hub()
    bench.tell(FromWan(ccs01(7, STRANGER, CODE)))
    bench.tell(FromWan(ccs02(8, STRANGER)))
    bench.tell(FromWan(ccs01(9, STRANGER, OTHER_CODE, timeout=100)))
    bench.tell(Joined(STRANGER))
    assert permits(bench.wait(HOUR)) == []


def test_joining_goes_on_for_the_rest_of_its_time_after_a_restart() -> None:
    bench = hub()
    bench.tell(FromWan(ccs01(7, STRANGER, CODE, timeout=100)))
    again = Bench(SETTING, keys=KEYS, now=NOW + 60 * SECOND, memory=bench.memory)
    assert permits(again.said) == [Permit(STRANGER, KEY, NOW + 100 * SECOND)]
    late = Bench(SETTING, keys=KEYS, now=NOW + 200 * SECOND, memory=bench.memory)
    assert permits(late.said) == []


def test_an_install_code_of_no_length_that_there_is_fails_and_adds_nothing() -> None:
    bench = hub()
    said = bench.tell(FromWan(ccs01(7, STRANGER, b"short")))
    assert results(answer(said)) == [250, 250, 250]
    assert STRANGER not in listed(bench)


def test_a_seventeenth_device_is_not_added() -> None:
    bench = hub()
    bench.tell(HhtPresented(HHT))
    for number in range(11):
        bench.tell(FromWan(ccs01(10 + number, Eui(number.to_bytes(8, "big")))))
    assert len(listed(bench)) == 16
    assert results(answer(bench.tell(FromWan(ccs01(99, STRANGER))))) == [250, 250, 250]


def test_a_device_is_removed_with_its_tunnel_its_messages_and_its_place_on_the_network() -> None:
    bench = hub()
    bench.open(GSME)
    bench.tell(FromWan(command(GSME)))
    said = bench.tell(FromWan(ccs02(7, GSME)))
    assert results(answer(said)) == [0]
    assert [note.about for note in notes(said, "discarded")] == [command(GSME)]
    assert [event for event in said if isinstance(event, Expel)] == [Expel(GSME)]
    assert [entry.eui for entry in bench.hub.devices.historic] == [GSME]
    assert frames(bench.transfer(GSME, b"\x01")) == []


def test_the_hub_itself_cannot_be_removed_and_what_is_not_listed_is_removed_already() -> None:
    bench = hub()
    assert results(answer(bench.tell(FromWan(ccs02(7, GPF))))) == [3]
    said = bench.tell(FromWan(ccs02(8, STRANGER)))
    assert results(answer(said)) == [0]
    assert alerts(said) == []


# -- CS14 --------------------------------------------------------------------------------------------


def test_each_change_of_the_log_is_an_alert_that_backs_the_log_up() -> None:
    bench = hub()
    for number, changing in enumerate((ccs01(7, STRANGER), ccs02(8, STRANGER)), 1):
        (alert,) = alerts(bench.tell(FromWan(changing)))
        found = opened(alert)
        assert found.header.message_code == CS14
        assert found.header.originator_counter == number
        assert (found.header.business_originator_id, found.header.business_target_id) == (CHF, BROKER)
        assert isinstance(found.payload, DataNotification)
        code, time, backup = plain(found.payload.body)
        assert code == DEVICE_LOG_CHANGED
        assert time == backup[0]
        assert backup[1] == GPF
        hashes = dict(backup[2])
        assert hashes.keys() == {bytes(eui) for eui in listed(bench)}
        assert hashes.get(STRANGER, zigbee_keys.hashed_link_key(KEY)) == zigbee_keys.hashed_link_key(KEY)
    assert [event.code for event in bench.hub.log.all(Log.SECURITY)] == [DEVICE_LOG_CHANGED] * 2


@pytest.mark.parametrize("event", [FromWan(ccs01(7, STRANGER)), Joined(PPMID, HASH), Unlisted(PPMID)])
def test_a_hub_that_is_switched_off_at_any_write_still_tells_of_the_change_once(event: Any) -> None:
    bench = hub()
    bench.wan_takes = False
    memory = dict(bench.memory)
    writes = [said.entries for said in bench.tell(event) if isinstance(said, Remember)]
    assert len(writes) > 1
    for entries in writes:
        memory |= entries
        written: dict[str, bytes | None] = {
            name: value for name, value in memory.items() if value is not None
        }
        again = Bench(SETTING, keys=KEYS, now=NOW, memory=written)
        changed = again.hub.devices.told != CONFIG.devices.told
        again.wan_takes = False
        codes = [peek(message).message_code for message in sent_to_wan(again.tell(WanUp()))]
        assert codes.count(CS14) == changed
    assert changed


def test_an_hht_that_comes_and_goes_is_a_change_too() -> None:
    bench = hub()
    assert len(alerts(bench.tell(HhtPresented(HHT)))) == 1
    assert len(alerts(bench.wait(HOUR))) == 1
    assert bench.hub.devices.historic == ()


# -- CCS03, CCS05 to CCS07 -----------------------------------------------------------------------------


def test_a_log_is_restored_with_the_hashes_of_keys_with_which_its_devices_may_join() -> None:
    bench = hub()
    said = bench.tell(FromWan(ccs03(7, b"\x00" * 7 + b"\x42", {STRANGER: HASH, ESME: HASH[::-1]})))
    assert results(answer(said)) == [0]
    assert listed(bench) == {STRANGER, ESME}
    assert permits(said) == [Permit(STRANGER, HASH, None), Permit(ESME, HASH[::-1], None)]
    assert {event.eui for event in said if isinstance(event, Expel)} >= {GSME, PPMID}
    again = Bench(SETTING, keys=KEYS, now=NOW, memory=bench.memory)
    assert len(permits(again.said)) == 2
    (backup, historic) = (
        plain(result.data) for result in response(answer(hub_with(again, ccs07(8)))).results
    )
    assert backup[1] == b"\x00" * 7 + b"\x42"
    assert historic[2] == []


def test_a_device_that_is_restored_has_the_hash_that_was_restored() -> None:
    bench = hub()
    bench.tell(FromWan(ccs03(7, b"\x00" * 8, {STRANGER: HASH})))
    backup, _historic = (plain(one.data) for one in response(answer(bench.tell(FromWan(ccs07(8))))).results)
    assert backup[2] == [[STRANGER, HASH]]


def test_the_key_that_came_of_joining_takes_the_place_of_the_one_that_was_joined_with() -> None:
    """In the alert of the change, in both logs that CCS07 reads, and over a restart."""
    bench = hub()
    bench.tell(FromWan(ccs01(7, STRANGER, CODE)))
    (alert,) = alerts(bench.tell(Joined(STRANGER, HASH)))
    told = opened(alert).payload
    assert isinstance(told, DataNotification)
    assert [STRANGER, HASH] in plain(told.body)[2][2]
    assert alerts(bench.tell(Joined(STRANGER, HASH))) == [], "it came back with the same key"
    again = Bench(SETTING, keys=KEYS, now=NOW, memory=bench.memory)
    again.tell(WanUp())
    read = response(answer(again.tell(FromWan(ccs07(8))))).results
    assert [STRANGER, HASH] in plain(read[0].data)[2]
    again.tell(FromWan(ccs02(9, STRANGER)))
    read = response(answer(again.tell(FromWan(ccs07(10))))).results
    assert [STRANGER, HASH] in plain(read[1].data)[2]


def hub_with(bench: Bench, message: bytes) -> list[Any]:
    bench.tell(WanUp())
    return bench.tell(FromWan(message))


@pytest.mark.parametrize("keys", [{STRANGER: b"short"}, {Eui(bytes((n,) * 8)): HASH for n in range(17)}])
def test_a_log_that_is_none_is_not_restored(keys: dict[Eui, bytes]) -> None:
    bench = hub()
    before = listed(bench)
    assert results(answer(bench.tell(FromWan(ccs03(7, b"\x00" * 8, keys))))) == [250]
    assert listed(bench) == before


def test_the_log_is_read_with_when_each_device_was_last_heard() -> None:
    bench = hub()
    bench.grant(ESME)
    (found,) = response(answer(bench.tell(FromWan(ccs06(7))))).results
    rows = {row[0]: row for row in plain(found.data)}
    assert rows.keys() == {bytes(eui) for eui in listed(bench)}
    assert all(len(row) == 14 for row in rows.values())
    assert rows[ESME][8][:9].hex() == "07ea0b1cff030a0000"
    assert rows[GSME][8].startswith(b"\xff")


def test_both_logs_are_read_with_the_hashes_of_the_link_keys() -> None:
    bench = hub()
    bench.tell(FromWan(ccs01(7, STRANGER, CODE)))
    bench.tell(FromWan(ccs02(8, STRANGER)))
    active, historic = (
        plain(result.data) for result in response(answer(bench.tell(FromWan(ccs07(9))))).results
    )
    assert [STRANGER, zigbee_keys.hashed_link_key(KEY)] == historic[2][0]
    assert STRANGER not in [row[0] for row in active[2]]
    assert CHF not in [row[0] for row in active[2]]


# -- the logs -----------------------------------------------------------------------------------------


def test_its_logs_are_read_by_period() -> None:
    bench = hub()
    bench.tell(FromWan(ccs01(7, STRANGER)))
    bench.wait(HOUR)
    bench.tell(FromWan(ccs02(8, STRANGER)))
    now = utc2000(NOW)
    for counter, security, since, codes in (
        (100, True, now, [DEVICE_LOG_CHANGED]),
        (101, True, now + 3600, [DEVICE_LOG_CHANGED]),
        (102, False, now, [0x8154]),
    ):
        said = bench.tell(FromWan(read_log(counter, since, since + 1800, security=security)))
        (found,) = response(answer(said)).results
        assert isinstance(found.data.value, CompactArray)
        rows = [plain(row) for row in found.data.value.elements]
        assert [row[1] for row in rows] == codes
        if not security:
            assert rows[0][2] == b"\x00\x01"


def test_a_selection_that_is_no_period_fails() -> None:
    bench = hub()
    wrong = Data(Tag.ENUM, 0)
    asked = component(Action.GET_WITH_SELECTION, "7 0-0:99.98.0.255 2", selector=1, selection=wrong)
    assert results(answer(bench.tell(FromWan(to_chf(0x0093, 7, asked))))) == [11]


# -- who is on the network ----------------------------------------------------------------------------


def test_an_esme_that_joins_is_asked_for_a_tunnel_once_it_is_known_to_be_one() -> None:
    bench = hub(replace(SETTING, devices=type(CONFIG.devices)()))
    bench.tell(FromWan(ccs01(7, ESME)))
    said = bench.tell(Joined(ESME))
    assert frames(said) == []
    assert notes(said, "joined")[0].code == 0x8183
    said = bench.tell(Described(ESME, DESCRIPTORS[DeviceType.ESME]))
    assert [frame[2] for frame in frames(said, ESME)] == [0x00]
    assert bench.tell(Described(ESME, DESCRIPTORS[DeviceType.GSME])) == []


def test_a_device_that_comes_back_begins_with_a_new_tunnel_and_is_sent_what_waits() -> None:
    bench = hub()
    bench.grant(ESME)
    bench.tell(FromWan(command(ESME)))
    bench.tell(Left(ESME))
    said = bench.tell(Joined(ESME))
    assert [frame[2] for frame in frames(said, ESME)] == [0x00]
    assert [frame[5:] for frame in frames(bench.grant(ESME), ESME)] == [command(ESME)]
    codes = [event.code for event in bench.hub.log.all(Log.EVENT)]
    assert codes == [0x81A3, 0x8183, 0x81A2]


def test_who_is_not_in_the_log_is_sent_away() -> None:
    said = hub().tell(Joined(STRANGER))
    assert said == [Expel(STRANGER)]


def test_an_hht_with_an_install_code_may_join_until_the_60_minutes_are_over() -> None:
    bench = hub()
    bench.wait(20 * 60 * SECOND)
    said = bench.tell(HhtPresented(HHT, CODE))
    assert permits(said) == [Permit(HHT, KEY, NOW + HOUR)]
    assert len(notes(bench.tell(HhtPresented(Eui(b"12345678"), b"bad")), "refused")) == 1


# -- firmware -----------------------------------------------------------------------------------------


OLD = replace(SETTING, firmware=1)
IMAGE = bytes(range(32))


def cs06(counter: int, image: bytes, when: datetime | None = None) -> bytes:
    value = {"manufacturer_image_hash": image, "originator_counter": counter, "execution_date_time": when}
    return sealed(0x0012, counter, asn1.build(0x0012, Cra.COMMAND, value))


def takes_from_ppmid(bench: Bench, counter: int) -> bool:
    """Whether a Command of a PPMID is routed."""
    tunnel_id = bench.open(PPMID)
    return not notes(bench.transfer(PPMID, command(ESME, counter), tunnel_id), "refused")


def outcome(message: bytes) -> Any:
    return opened(message).payload.value  # type: ignore[union-attr]  # It is one in ASN.1.


def test_an_activation_turns_the_changed_rule_on() -> None:
    bench = hub(OLD)
    assert not takes_from_ppmid(bench, 1)
    bench.tell(ImageReceived(IMAGE, 2))
    assert not takes_from_ppmid(bench, 2)
    said = bench.tell(FromWan(cs06(7, IMAGE)))
    assert outcome(answer(said)).activate_image_response_code == 0
    assert outcome(answer(said)).firmware_version == b"\x00\x00\x00\x02"
    assert takes_from_ppmid(bench, 3)
    assert takes_from_ppmid(hub(OLD, memory=bench.memory), 4)
    assert 0x8F43 in [event.code for event in bench.hub.log.all(Log.SECURITY)]


@pytest.mark.parametrize(("image", "code"), [(None, 1), (IMAGE[::-1], 2)])
def test_an_activation_without_that_image_says_why_and_changes_nothing(
    image: bytes | None, code: int
) -> None:
    bench = hub(OLD)
    if image is not None:
        bench.tell(ImageReceived(image, 2))
    said = bench.tell(FromWan(cs06(7, IMAGE)))
    assert outcome(answer(said)).activate_image_response_code == code
    assert bench.hub.firmware == 1


def test_an_activation_for_later_is_accepted_now_and_told_of_then() -> None:
    bench = hub(OLD)
    bench.tell(ImageReceived(IMAGE, 2))
    later = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)
    assert outcome(answer(bench.tell(FromWan(cs06(7, IMAGE, later))))) is None
    again = hub(OLD, memory=bench.memory)
    again.wait(int(later.timestamp()) * SECOND - NOW - 1)
    assert not takes_from_ppmid(again, 1)
    (alert,) = alerts(again.wait(1))
    found = opened(alert)
    assert found.header.message_code == 0x00CA
    assert (outcome(alert).alert_code, outcome(alert).originator_counter) == (0x8F66, 7)
    assert outcome(alert).execution_date_time == later
    assert takes_from_ppmid(again, 2)
    assert again.wait(HOUR) == [] or again.hub.firmware == 2


def test_one_that_fails_then_is_told_of_as_well() -> None:
    bench = hub(OLD)
    bench.tell(FromWan(cs06(7, IMAGE, datetime(2026, 11, 28, 5, 0, tzinfo=UTC))))
    (alert,) = alerts(bench.wait(3 * HOUR))
    assert outcome(alert).alert_code == 0x8F67
    assert outcome(alert).execution_outcome.activate_image_response_code == 1


def test_one_that_is_taken_back_does_not_happen() -> None:
    bench = hub(OLD)
    bench.tell(ImageReceived(IMAGE, 2))
    bench.tell(FromWan(cs06(7, IMAGE, datetime(2026, 11, 28, 5, 0, tzinfo=UTC))))
    bench.tell(FromWan(cs06(8, IMAGE, asn1.CANCEL)))
    assert alerts(bench.wait(3 * HOUR)) == []
    assert bench.hub.firmware == 1


def test_power_on_after_the_time_activates_at_once() -> None:
    bench = hub(OLD)
    bench.tell(ImageReceived(IMAGE, 2))
    bench.tell(FromWan(cs06(7, IMAGE, datetime(2026, 11, 28, 5, 0, tzinfo=UTC))))
    again = Bench(OLD, keys=KEYS, now=NOW + 10 * HOUR, memory=bench.memory)
    assert again.hub.firmware == 2
    assert len(alerts(again.tell(WanUp()))) == 1
    assert again.tell(PoweredOn())


def test_the_version_is_read() -> None:
    bench = hub(OLD)
    said = bench.tell(FromWan(to_chf(0x0059, 7, component(Action.GET, "1 0-0:0.2.1.255 2"))))
    (found,) = response(answer(said)).results
    assert (found.result, found.data.value) == (0, b"\x00\x00\x00\x01")


# -- other Alerts -------------------------------------------------------------------------------------


def test_what_no_gsme_fetched_is_told_to_the_access_control_broker() -> None:
    bench = hub()
    bench.tell(FromWan(command(GSME)))
    (alert,) = alerts(bench.wait(24 * HOUR))
    found = opened(alert)
    assert found.header.message_code == 0x1001
    assert isinstance(found.payload, DataNotification)
    assert plain(found.payload.body)[0] == 0x819D


def test_what_an_esme_did_not_take_is_told_with_what_it_was() -> None:
    bench = hub()
    bench.grant(ESME)
    (frame,) = frames(bench.tell(FromWan(command(ESME, 9))), ESME)
    (alert,) = alerts(bench.confirm(ESME, frame, 0x89))
    found = opened(alert)
    assert found.header.message_code == 0x00D5
    assert isinstance(found.payload, DataNotification)
    code, _time, what = plain(found.payload.body)
    assert code == 0x8F84
    assert what == b"\x00\x1d" + (9).to_bytes(8, "big") + SUPPLIER + ESME
