"""The gas proxy: the mirror and its flags, what it taps off, and what a display reads of both."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep.errors import DecodeError
from doorstep.gbcs.encrypted import opened as opened_for_reader
from doorstep.gbcs.gbt import split
from doorstep.gbcs.header import Cra
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.asn1 import build as build_asn1
from doorstep.gbcs.payloads.asn1 import plain as plain_asn1
from doorstep.gbcs.payloads.gbz import Component, compose
from doorstep.gbcs.times import utc2000
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.config import HubPolicy
from doorstep.road.hub.events import FromWan, Listed, Unlisted, WanUp
from doorstep.road.hub.mirror import Mirror
from doorstep.road.machine import Heard, Remember
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters import BASIC, MESSAGING, METERING, PREPAYMENT, PRICE
from doorstep.zigbee.clusters.messaging import DisplayMessage, GetLastMessage
from doorstep.zigbee.clusters.metering import (
    ConfigureMirror,
    MirrorRemoved,
    MirrorReportAttributeResponse,
    RemoveMirror,
    RequestMirror,
    RequestMirrorResponse,
)
from doorstep.zigbee.clusters.price import GetCurrentPrice, GetPriceMatrix, GetTariffInformation, PublishPrice
from doorstep.zigbee.mirror import ENERGY_SERVICES, MIRROR
from doorstep.zigbee.zcl import DefaultResponse, Direction, Frame, ReadAttributes, Status
from tests.road.hub.bench import CONFIG, HOUR, Bench, notes, sent_to_wan
from tests.road.hub.gas import accepted, command, gcs01b, mirror, read, reported, say, tariff
from tests.road.hub.messages import ESME, GPF, GSME, PPMID, SUPPLIER, TYPE2
from tests.road.hub.messages import command as any_command
from tests.road.hub.messages import message as any_message
from tests.road.hub.parties import BROKER, CHF_CELLS, GPF_CELLS, KEYS, NOW, PARTY_KEYS, opened, sealed

TUNNEL_MESSAGE_PENDING = 0x00200000
BALANCE = {0x0001: 12_345, 0x0003: 1}
CONFIGURED = replace(CONFIG, chf_cells=CHF_CELLS, gpf_cells=GPF_CELLS)


def hub(**more: Any) -> Bench:
    bench = Bench(CONFIGURED, keys=KEYS, now=NOW, **more)
    bench.tell(WanUp())
    bench.gsme_tunnel = bench.open(GSME)
    return bench


def put(bench: Bench, response: bytes) -> list[Any]:
    """The gas meter hands over a Response."""
    return bench.transfer(GSME, b"\x03" + response, bench.gsme_tunnel)


def accept(bench: Bench, counter: int, *commands: Any, statuses: tuple[int, ...] = (0, 0)) -> list[Any]:
    """A tariff comes by the WAN and the gas meter answers it."""
    bench.tell(FromWan(gcs01b(counter, *commands)))
    return put(bench, accepted(counter, statuses))


def price(bench: Bench) -> int | None:
    """The price that a display is told."""
    found = command(bench, PPMID, ENERGY_SERVICES, PRICE, GetCurrentPrice(1))
    return found.price if isinstance(found, PublishPrice) else None


# -- the mirror --------------------------------------------------------------------------------------


def test_a_gas_meter_asks_for_a_mirror_configures_it_and_reports_to_it() -> None:
    bench = hub()
    asked = command(bench, GSME, ENERGY_SERVICES, METERING, RequestMirror())
    assert asked == RequestMirrorResponse(MIRROR)
    mirror(bench)
    assert reported(bench, PREPAYMENT, BALANCE) == DefaultResponse(0x0A, Status.SUCCESS)
    assert reported(bench, METERING, {0x0000: 5_000}) == MirrorReportAttributeResponse(1, (0,))
    assert read(bench, PREPAYMENT, 0x0001, 0x0003, 0x0005) == [(0, 12_345), (0, 1), (0x86, None)]
    assert read(bench, METERING, 0x0000) == [(0, 5_000)]


@pytest.mark.parametrize(("scheme", "words"), [(1, 1), (2, 5)])
def test_its_flags_say_whether_a_message_waits(scheme: int, words: int) -> None:
    bench = hub()
    mirror(bench, scheme)
    bench.tell(FromWan(any_command(GSME)))
    flags = (TUNNEL_MESSAGE_PENDING, *(0,) * (words - 1))
    assert reported(bench, METERING, {}) == MirrorReportAttributeResponse(scheme, flags)
    flag = Frame.of_general(ReadAttributes((0,)), sequence=1, direction=Direction.TO_CLIENT)
    ((_endpoint, answer),) = say(bench, GSME, MIRROR, METERING, flag)
    assert answer.payload[:8] == bytes.fromhex("0000001B00002000")
    said = bench.transfer(GSME, b"\x01", bench.gsme_tunnel)
    bench.confirm(GSME, [event.asdu.payload for event in said if hasattr(event, "asdu")][-1])
    assert reported(bench, METERING, {}) == MirrorReportAttributeResponse(scheme, (0,) * words)


def test_the_worked_flags_of_the_digest_octet_by_octet() -> None:
    bench = hub()
    mirror(bench)
    bench.tell(FromWan(any_command(GSME)))
    payload = bytes.fromhex("080E0A") + bytes.fromhex("FEFF3001")
    said = bench.tell(Heard(Asdu(GSME, GPF, 1, MIRROR, 0x0702, 0x0109, payload)))
    (sent,) = [event.asdu.payload for event in said if hasattr(event, "asdu")]
    assert sent[1:] == bytes.fromhex("0E090100002000")
    assert sent[0] & 0x0F == 0x01


def test_without_notification_it_only_confirms() -> None:
    bench = hub()
    command(bench, GSME, ENERGY_SERVICES, METERING, RequestMirror())
    assert reported(bench, METERING, {}) == DefaultResponse(0x0A, Status.SUCCESS)
    command(bench, GSME, MIRROR, METERING, ConfigureMirror(1, 1800, 0, 1))
    assert reported(bench, METERING, {}) == DefaultResponse(0x0A, Status.SUCCESS)


@pytest.mark.parametrize(
    ("configure", "status"),
    [
        (ConfigureMirror(100, 1800, 1, 3), Status.INVALID_FIELD),
        (ConfigureMirror(99, 1800, 1, 1), Status.FAILURE),
        (ConfigureMirror(100, 1800, 1, 1), Status.SUCCESS),
    ],
)
def test_a_configuration_that_is_none_or_old_changes_nothing(
    configure: ConfigureMirror, status: Status
) -> None:
    bench = hub()
    mirror(bench)
    assert command(bench, GSME, MIRROR, METERING, configure) == DefaultResponse(0x08, status)
    assert reported(bench, METERING, {}) == MirrorReportAttributeResponse(1, (0,))


def test_there_is_one_mirror_and_nobody_reports_to_anothers() -> None:
    bench = hub()
    other = type(GSME)(b"\xd0\x05\x5e\x00\x00\x00\x00\xa9")
    bench.tell(Listed(other, DeviceType.GSME))
    mirror(bench)
    frame = METERING.frame(RequestMirror(), Direction.TO_CLIENT, sequence=1)
    ((_endpoint, answer),) = say(bench, other, ENERGY_SERVICES, METERING, frame)
    assert METERING.command_in(answer) == RequestMirrorResponse(0xFFFF)
    for device in (other, PPMID, ESME):
        report = Frame.from_bytes(bytes.fromhex("080E0A01002B00000000"))
        ((_endpoint, answer),) = say(bench, device, MIRROR, PREPAYMENT, report)
        assert answer.general_command == DefaultResponse(0x0A, Status.NOT_AUTHORIZED)
    assert read(bench, PREPAYMENT, 0x0001) == [(0x86, None)]


def test_a_mirror_is_given_back_and_lost_with_the_meter() -> None:
    bench = hub()
    mirror(bench)
    reported(bench, PREPAYMENT, BALANCE)
    assert command(bench, GSME, MIRROR, METERING, RemoveMirror()) == MirrorRemoved(MIRROR)
    assert command(bench, GSME, MIRROR, METERING, RemoveMirror()) == MirrorRemoved(0xFFFF)
    assert read(bench, PREPAYMENT, 0x0001) == [(0x86, None)]
    mirror(bench)
    reported(bench, PREPAYMENT, BALANCE)
    bench.tell(Unlisted(GSME))
    assert read(bench, PREPAYMENT, 0x0001) == [(0x86, None)]


def test_a_hub_that_was_off_knows_its_mirror_and_still_says_that_a_message_waits() -> None:
    bench = hub()
    mirror(bench)
    bench.tell(FromWan(any_command(GSME)))
    again = hub(memory=bench.memory)
    assert reported(again, METERING, {}) == MirrorReportAttributeResponse(1, (TUNNEL_MESSAGE_PENDING,))
    again.tell(Unlisted(GSME))
    assert "mirror" not in again.memory


@pytest.mark.parametrize("record", [b"", bytes(13)[:-1] + b"\x09", bytes(14)])
def test_a_record_that_no_mirror_has_written_is_refused(record: bytes) -> None:
    with pytest.raises(DecodeError):
        Mirror(1, lambda _device: False, record)


def test_what_a_hostile_meter_reports_takes_bounded_room() -> None:
    bench = hub(policy=HubPolicy(mirrored=10))
    mirror(bench)
    for attribute in range(0x1000, 0x1100):
        payload = b"\x08\x01\x0a" + attribute.to_bytes(2, "little") + b"\x20\x07"
        bench.tell(Heard(Asdu(GSME, GPF, 1, MIRROR, PREPAYMENT.id, 0x0109, payload)))
    assert len(bench.hub._proxy.mirror) == 10
    assert bench.held.keys() == {"mirror"}


# -- who may read --------------------------------------------------------------------------------------


def test_displays_may_read_and_nobody_else() -> None:
    bench = hub()
    assert read(bench, PRICE, 0x0617, endpoint=ENERGY_SERVICES) == [(0x86, None)]
    assert read(bench, PRICE, 0x0617, endpoint=ENERGY_SERVICES, device=TYPE2) == [(0x86, None)]
    assert read(bench, PRICE, 0x0617, endpoint=ENERGY_SERVICES, device=ESME) == Status.NOT_AUTHORIZED
    assert read(bench, BASIC, 0x0011, endpoint=ENERGY_SERVICES) == [(0, 1)]


@pytest.mark.parametrize(
    ("endpoint", "cluster", "payload", "status"),
    [
        (1, 0x0704, "010200", Status.UNSUPPORTED_CLUSTER),
        (2, 0x0700, "01020001", Status.UNSUPPORTED_CLUSTER),
        (1, 0x0700, "0102FF", Status.UNSUPPORTED_CLUSTER_COMMAND),
        (1, 0x0700, "01020000FF", Status.MALFORMED_COMMAND),
        (1, 0x0700, "000202", Status.UNSUPPORTED_GENERAL_COMMAND),
        (1, 0x0703, "010200", Status.NOT_FOUND),
    ],
)
def test_what_makes_no_sense_is_answered(endpoint: int, cluster: int, payload: str, status: Status) -> None:
    bench = hub()
    said = bench.tell(Heard(Asdu(PPMID, GPF, 1, endpoint, cluster, 0x0109, bytes.fromhex(payload))))
    (answer,) = [Frame.from_bytes(event.asdu.payload) for event in said if hasattr(event, "asdu")]
    found = answer.general_command
    assert isinstance(found, DefaultResponse)
    assert found.status == status


def test_a_default_response_is_not_answered() -> None:
    bench = hub()
    assert bench.tell(Heard(Asdu(PPMID, GPF, 1, 1, 0x0700, 0x0109, bytes.fromhex("18020B0000")))) == []


@given(
    st.sampled_from([PPMID, GSME, ESME]),
    st.sampled_from([1, 2]),
    st.sampled_from([0x0000, 0x0700, 0x0702, 0x0703, 0x0705, 0x0707, 0x0708, 0x1234]),
    st.binary(max_size=40),
)
def test_any_payload_is_borne(device: Any, endpoint: int, cluster: int, payload: bytes) -> None:
    bench = hub()
    mirror(bench)
    bench.tell(Heard(Asdu(device, GPF, 1, endpoint, cluster, 0x0109, payload)))
    assert len(bench.hub._proxy.mirror) <= 256


# -- tapping off ---------------------------------------------------------------------------------------


def test_a_tariff_that_the_meter_accepts_is_the_proxys_too_and_a_display_reads_it() -> None:
    bench = hub()
    assert price(bench) is None
    said = accept(bench, 7, *tariff(9_600))
    assert sent_to_wan(said) == [accepted(7)]
    (note,) = notes(said, "tapped off")
    assert note.code == 0x8154
    assert price(bench) == 9_600
    attributes = read(bench, PRICE, 0x0301, 0x0400, 0x0410, 0x0617, endpoint=ENERGY_SERVICES)
    assert attributes == [(0, 500), (0, 9_600), (0x86, None), (0, 0x50)]
    assert command(bench, PPMID, ENERGY_SERVICES, PRICE, GetTariffInformation(0, 0, 1, 0)) == tariff(9_600)[0]
    assert command(bench, PPMID, ENERGY_SERVICES, PRICE, GetPriceMatrix(1)) == tariff(9_600)[1]


def test_it_is_remembered() -> None:
    bench = hub()
    accept(bench, 7, *tariff(9_600))
    assert price(hub(memory=bench.memory)) == 9_600


def test_a_command_whose_response_is_awaited_is_remembered_too() -> None:
    bench = hub()
    bench.tell(FromWan(gcs01b(7, *tariff(9_600))))
    again = hub(memory=bench.memory)
    put(again, accepted(7))
    assert price(again) == 9_600
    assert [key for key in again.memory if key.startswith("tap:")] == []


def test_a_command_that_came_through_a_ppmid_is_tapped_off_all_the_same() -> None:
    bench = hub()
    bench.transfer(PPMID, gcs01b(7, *tariff(9_600)), bench.open(PPMID))
    put(bench, accepted(7))
    assert price(bench) == 9_600


def test_only_the_components_that_went_well_are_acted_upon() -> None:
    bench = hub()
    accept(bench, 7, *tariff(9_600))
    said = accept(bench, 8, *tariff(10_000, charge=900), statuses=(0, 1))
    (note,) = notes(said, "tapped off")
    assert note.code == 0x8155
    assert price(bench) == 9_600
    assert read(bench, PRICE, 0x0301, endpoint=ENERGY_SERVICES) == [(0, 900)]


@pytest.mark.parametrize(
    "response",
    [
        accepted(7, (0,), (0,)),
        accepted(7, (0, 0), (0, 2)),
        accepted(7, (0, 0, 0), (0, 1, 2)),
        accepted(7)[:60] + bytes(20),
    ],
    ids=["too few", "another sequence number", "too many", "no GBZ"],
)
def test_a_response_that_does_not_answer_it_component_by_component_is_a_failure_and_an_alert(
    response: bytes,
) -> None:
    bench = hub()
    bench.tell(FromWan(gcs01b(7, *tariff(9_600))))
    said = put(bench, response)
    if not notes(said, "tap off failed"):
        assert notes(said, "refused")  # It is no message at all.
        return
    assert price(bench) is None
    alert = opened(sent_to_wan(said)[-1])
    assert (alert.header.business_originator_id, alert.header.business_target_id) == (GPF, SUPPLIER)
    assert alert.payload.alert.code == 0x819E  # type: ignore[union-attr]  # It is one in GBZ.


def test_a_response_to_nothing_known_changes_nothing() -> None:
    bench = hub()
    for counter in (7, 8):
        put(bench, accepted(counter))
    assert price(bench) is None
    bench.tell(FromWan(gcs01b(7, *tariff(9_600))))
    put(bench, accepted(8))
    assert price(bench) is None


def test_a_tariff_for_later_is_in_force_later_and_may_be_taken_back() -> None:
    bench = hub()
    accept(bench, 7, *tariff(9_600))
    later = utc2000(NOW) + 7200
    accept(bench, 8, *tariff(10_000, start=later))
    assert price(bench) == 9_600
    again = hub(memory=bench.memory)
    again.now = NOW + 2 * HOUR
    assert price(again) == 10_000
    accept(bench, 9, *tariff(0, start=0xFFFFFFFF))
    bench.now = NOW + 3 * HOUR
    assert price(bench) == 9_600


def test_nothing_is_tapped_off_of_what_the_meter_never_fetched() -> None:
    bench = hub()
    bench.tell(FromWan(gcs01b(7, *tariff(9_600))))
    bench.wait(25 * HOUR)
    assert [key for key in bench.memory if key.startswith("tap:")] == []


def test_a_flood_of_commands_is_bounded_and_what_is_forgotten_is_told() -> None:
    bench = hub(policy=HubPolicy(taps=3, waiting=100))
    for counter in range(50):
        bench.tell(FromWan(gcs01b(counter, *tariff(counter))))
    assert len([key for key in bench.memory if key.startswith("tap:")]) == 3
    put(bench, accepted(0))
    assert price(bench) is None
    put(bench, accepted(49))
    assert price(bench) == 49


def test_a_command_that_comes_in_blocks_and_its_response_too_are_tapped_off() -> None:
    bench = hub()
    for block in split(gcs01b(7, *tariff(9_600)), 120):
        bench.tell(FromWan(bytes(block)))
    for block in split(accepted(7), 100):
        assert price(bench) is None
        put(bench, bytes(block))
    assert price(bench) == 9_600


def test_blocks_that_never_become_whole_are_forgotten() -> None:
    bench = hub()
    bench.tell(FromWan(bytes(split(gcs01b(7, *tariff(9_600)), 120)[0])))
    (note,) = notes(bench.wait(HOUR), "not tapped off")
    assert note.code == 0x819E


def test_a_message_is_shown_for_its_time() -> None:
    from doorstep.road.hub.gpf_state import GpfState, Published, Slot

    bench = hub()
    message = DisplayMessage(1, 0, 0, 60, b"Your meter will be read")
    slot = Slot("gas", MESSAGING.id, 0)
    state: GpfState = bench.hub._gpf.state
    bench.hub._gpf.become(state.publishing(slot, Published(NOW, (message,)), NOW))
    assert command(bench, PPMID, ENERGY_SERVICES, MESSAGING, GetLastMessage()) == message
    bench.now = NOW + HOUR
    gone = command(bench, PPMID, ENERGY_SERVICES, MESSAGING, GetLastMessage())
    assert gone == DefaultResponse(0, Status.NOT_FOUND)


# -- remote parties ------------------------------------------------------------------------------------


def remote(bench: Bench, code: int, counter: int, *frames: tuple[Any, Frame]) -> Any:
    """A Command in GBZ of the supplier's to the GPF; gives the components of the Response, in clear."""
    payload = compose(Component.of_frame(cluster.id, frame) for cluster, frame in frames)
    sent = sealed(code, counter, payload, originator=SUPPLIER, target=GPF, on_behalf=False)
    (response,) = sent_to_wan(bench.tell(FromWan(sent)))
    return in_clear(response)


def in_clear(response: bytes) -> Any:
    """The components of a Response in GBZ, opened by its reader."""
    payload: Any = opened_for_reader(opened(response), PARTY_KEYS)
    return payload.components


def told(message: Message) -> Any:
    """What a message in ASN.1 says, in plain words."""
    payload: Any = message.payload
    return plain_asn1(payload.value)


def asking(*attributes: int) -> Frame:
    return Frame.of_general(ReadAttributes(attributes), sequence=0, direction=Direction.TO_SERVER)


def test_the_supplier_reads_from_the_proxy_what_the_meter_reported() -> None:
    bench = hub()
    mirror(bench)
    reported(bench, PREPAYMENT, BALANCE)
    reported(bench, METERING, {0x0A00: 35_000})
    bill, credit = remote(bench, 0x012A, 7, (METERING, asking(0x0A00)), (PREPAYMENT, asking(0x0001)))
    assert [record.value for record in bill.command.records] == [35_000]
    assert [record.value for record in credit.command.records] == [12_345]


def test_consumption_is_only_for_the_reader_to_read() -> None:
    bench = hub()
    mirror(bench)
    reported(bench, METERING, {0x0000: 5_000, 0x0300: 1, 0x0301: 1, 0x0302: 1000})
    asked = asking(0x0302, 0x0301, 0x0300, 0x0000)
    payload = compose([Component.of_frame(METERING.id, asked)])
    sent = sealed(0x0074, 7, payload, originator=SUPPLIER, target=GPF, on_behalf=False)
    (response,) = sent_to_wan(bench.tell(FromWan(sent)))
    assert (5_000).to_bytes(6, "little") not in response
    (found,) = in_clear(response)
    assert [record.value for record in found.command.records] == [1000, 1, 1, 5_000]


def test_what_was_never_reported_is_an_error_in_an_answer() -> None:
    bench = hub()
    bill, credit = remote(bench, 0x012A, 7, (METERING, asking(0x0A00)), (PREPAYMENT, asking(0x0001)))
    assert [record.status for record in bill.command.records] == [Status.UNSUPPORTED_ATTRIBUTE]
    assert credit.command == DefaultResponse(0xFF, Status.FAILURE)


def test_its_device_log_is_read_restored_and_backed_up() -> None:
    bench = hub()
    entries = [(GSME, "gsme"), (PPMID, "ppmid"), (TYPE2, "type_2")]
    listed = [{"device_identifier": str(eui), "device_type": kind} for eui, kind in entries]
    more = {"device_identifier": "00-11-22-33-44-55-66-77", "device_type": "ppmid"}
    restore = build_asn1(0x008C, Cra.COMMAND, {"device_log_entries": [more, listed[0]]})
    sent = sealed(0x008C, 7, restore, target=GPF, on_behalf=False)
    response, alert = (opened(message) for message in sent_to_wan(bench.tell(FromWan(sent))))
    codes = told(response)["restore_outcomes"]
    assert [one["join_response_code"] for one in codes] == ["success", "success"]
    assert (alert.header.message_code, alert.header.business_target_id) == (0x00B2, BROKER)
    assert told(alert)["device_log_entries"] == [*listed, more]
    again = hub(memory=bench.memory)
    read_log = sealed(0x0013, 8, build_asn1(0x0013, Cra.COMMAND, None), target=GPF)
    (response,) = (opened(message) for message in sent_to_wan(again.tell(FromWan(read_log))))
    assert told(response)["device_log_entries"] == [*listed, more]


def test_a_hub_that_is_switched_off_before_it_tells_of_its_device_log_tells_of_it_when_it_starts() -> None:
    bench = hub()
    memory = dict(bench.memory)
    more = {"device_identifier": "00-11-22-33-44-55-66-77", "device_type": "ppmid"}
    restore = build_asn1(0x008C, Cra.COMMAND, {"device_log_entries": [more]})
    said = bench.tell(FromWan(sealed(0x008C, 7, restore, target=GPF, on_behalf=False)))
    first = next(event for event in said if isinstance(event, Remember))
    again = Bench(CONFIGURED, keys=KEYS, now=NOW, memory=memory | first.entries)
    (_response, alert) = (opened(message) for message in sent_to_wan(again.tell(WanUp())))
    assert alert.header.message_code == 0x00B2
    third = Bench(CONFIGURED, keys=KEYS, now=NOW, memory=again.memory)
    assert sent_to_wan(third.tell(WanUp())) == []


def test_a_command_that_it_has_no_way_to_execute_is_refused_and_logged() -> None:
    bench = hub()
    update = any_message(1, SUPPLIER, GPF, code=0x000A)
    (note,) = notes(bench.tell(FromWan(update)), "refused")
    assert note.code == 0x8F85
