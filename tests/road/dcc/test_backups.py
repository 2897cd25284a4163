"""The Device Logs that the DCC keeps, and a hub or gas proxy that takes another's place (SRV 8.12)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.duis import DccAlert, Element, Request, element
from doorstep.duis.catalogue import Role
from doorstep.duis.transform import HubLog
from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader, decode_payload
from doorstep.gbcs.payloads.asn1 import build as build_asn1
from doorstep.gbcs.payloads.dlms import AccessRequest
from doorstep.gbcs.times import Instant, cosem_date_time
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.backups import Backups, Taken, backup_of
from doorstep.road.dcc.events import FromWan, Push, ToWan, WanUp
from doorstep.road.dcc.inventory import Inventory, User
from doorstep.road.machine import Note
from tests.reference import hex_file, shared
from tests.road.dcc.office import (
    CHF,
    DCC,
    DEVICES,
    ESME,
    EVERYBODY,
    GSME,
    HOUR,
    NEXT_CHF,
    NOW,
    OPERATOR,
    PLAN,
    STRANGER,
    SUPPLIER,
    Office,
    asked,
    forged,
    of,
    only,
    read,
    response_to,
)

GPF, NEXT_GPF = (home.eui("GPF") for home in PLAN.homes)
BOTH_FUELS = (User(SUPPLIER, frozenset({Role.IS, Role.GS})), User(OPERATOR, frozenset({Role.ED})))
PAN = bytes(range(8))
HASH = bytes(range(16))


def sealed(code: int, device: Eui, counter: int, content: bytes, to: Eui = DCC) -> bytes:
    """An Alert with the MAC for whom it is for."""
    header = GroupingHeader(Cra.ALERT, counter, device, to, code)
    return bytes(gbcs.seal(gbcs.build(header, decode_payload(content, header)), EVERYBODY))


def hub_backup(
    counter: int = 1, at: Instant = NOW, key: bytes = HASH, pan: bytes = PAN, to: Eui = DCC, hub: Eui = CHF
) -> bytes:
    """CS14 as GBCS lays it out: code, time stamp, and time, network and Devices of the log."""
    when = b"\x09\x0c" + cosem_date_time(at)
    entries = (b"\x02\x02\x09\x08" + ESME + b"\x09" + bytes((len(key),)) + key) + (
        b"\x02\x02\x09\x08" + GSME + b"\x09\x00"
    )
    log = b"\x02\x03" + when + b"\x09" + bytes((len(pan),)) + pan + b"\x01\x02" + entries
    content = b"\x0f\x20\x00\x00\x01\x00\x02\x03\x12\x8f\x12" + when + log
    return sealed(0x0018, hub, counter, content, to)


def proxy_backup(counter: int = 1, at: Instant = NOW) -> bytes:
    """GCS62: the same of a gas proxy."""
    entries = [{"device_identifier": str(GSME), "device_type": "gsme"}]
    when = datetime.fromtimestamp(at // 1000, UTC).isoformat()
    said = {"alert_code": 0x8071, "backup_date_time": when, "device_log_entries": entries}
    return sealed(0x00B2, GPF, counter, build_asn1(0x00B2, Cra.ALERT, said).encode())


def restore(old: Eui = CHF, target: Eui = NEXT_CHF, counter: int = 1) -> Request:
    kind = ("RestoreHANDeviceLog", "OldCHFID") if target == NEXT_CHF else ("RestoreGPFDeviceLog", "OldGPFID")
    return asked(1, counter, element(kind[0], element(kind[1], str(old))), target=target)


@pytest.fixture
def office() -> Office:
    devices = [replace(one, parties=frozenset({SUPPLIER, OPERATOR})) for one in DEVICES]
    office = Office(inventory=Inventory(BOTH_FUELS, devices))
    for hub in (CHF, NEXT_CHF):
        office.take(WanUp(hub))
    return office


def log_in(command: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """What a Command of CCS03 gives a hub."""
    payload = gbcs.decode(command).payload
    assert isinstance(payload, AccessRequest)
    (component,) = payload.components
    log: Any = component.data
    pan, listed = log.value
    return pan.value, [tuple(part.value for part in entry.value) for entry in listed.value]


class TestKept:
    def test_a_log_is_kept_and_is_not_an_alert_to_a_user(self, office: Office) -> None:
        said = office.hear(hub_backup())
        assert of(said, Push) == []
        assert [note.what for note in of(said, Note)] == ["kept"]
        assert office.code(restore()) == "I99"

    def test_the_published_alert_is_read(self) -> None:
        data = hex_file(shared("rtds/messages/NA_CS14/CS14_NA_8F12_ALERT_GBCS.HEX"))
        taken = backup_of(gbcs.decode(data))
        devices = tuple(
            (Eui.parse(eui), bytes.fromhex(key))
            for eui, key in (
                ("00-DB-12-34-56-78-90-A0", "83FED3407A939723A5C639B26916D506"),
                ("00-DB-12-34-56-78-90-A1", "83FED3407A939723A5C639B26916D505"),
            )
        )
        assert taken is not None
        assert taken.hub == HubLog(bytes.fromhex("0001020304050607"), devices)

    def test_the_latest_counts_whatever_comes_last(self, office: Office) -> None:
        office.hear(hub_backup(2, NOW))
        (note,) = of(office.hear(hub_backup(1, NOW - HOUR, bytes(16))), Note)
        assert note.what == "repeated"
        office.hear(hub_backup(3, NOW + HOUR, b""))
        command = only(office.post(restore()), ToWan).message
        assert log_in(command) == (PAN, [(ESME, b""), (GSME, b"")])

    def test_what_proves_nothing_is_not_kept(self, office: Office) -> None:
        for bad in (
            forged(hub_backup()),
            hub_backup(to=SUPPLIER),
            hub_backup(key=HASH[:9]),
            hub_backup(pan=b""),
        ):
            office.hear(bad)
        office.take(FromWan(NEXT_CHF, hub_backup()))
        assert office.code(restore()) == "E19"

    @pytest.mark.parametrize("bad", [{"key": HASH[:9]}, {"pan": b""}, {"pan": bytes(9)}])
    def test_a_log_that_is_none(self, bad: dict[str, bytes]) -> None:
        with pytest.raises(DecodeError):
            backup_of(gbcs.decode(hub_backup(**bad)))  # type: ignore[arg-type]

    def test_the_oldest_are_forgotten(self) -> None:
        backups = Backups(2, {})
        for device in (ESME, GSME, CHF):
            backups.keep(device, Taken(NOW))
        assert [backups.find(device) is not None for device in (ESME, GSME, CHF)] == [False, True, True]


class TestRestored:
    def test_a_hub_is_given_the_log_of_the_one_it_replaces(self, office: Office) -> None:
        office.hear(hub_backup())
        again = office.restarted()
        again.take(WanUp(NEXT_CHF))
        sent_out = only(again.post(restore()), ToWan)
        assert sent_out.hub == NEXT_CHF
        message = gbcs.decode(sent_out.message)
        assert (message.header.message_code, message.header.business_target_id) == (0x0003, NEXT_CHF)
        assert log_in(sent_out.message) == (PAN, [(ESME, HASH), (GSME, b"")])

    def test_its_devices_are_reached_through_the_new_hub_once_it_says_so(self, office: Office) -> None:
        office.hear(hub_backup())
        command = only(office.post(restore()), ToWan).message
        assert office.dcc.device(ESME).hub == CHF  # type: ignore[union-attr]
        said = office.hear(response_to(command), NEXT_CHF)
        for dcc in (office.dcc, office.restarted().dcc):
            hubs = [dcc.device(eui).hub for eui in (ESME, GSME, CHF, GPF)]  # type: ignore[union-attr]
            assert hubs == [NEXT_CHF, NEXT_CHF, CHF, CHF]
        alerts = {push.user: read(push.body).body for push in of(said, Push)}
        assert set(alerts) == {SUPPLIER, OPERATOR}
        alert = alerts[OPERATOR]
        assert isinstance(alert, DccAlert)
        assert alert.alert == restored("CHFDeviceLog")

    def test_a_gas_proxy_is_given_the_log_of_the_one_it_replaces(self, office: Office) -> None:
        office.hear(proxy_backup())
        command = only(office.post(restore(GPF, NEXT_GPF)), ToWan).message
        message = gbcs.decode(command)
        assert message.header.message_code == 0x008C
        # A sequence of one sequence: the identifier, and 0 for a GSME.
        assert bytes(message)[:-13].endswith(bytes.fromhex("300f300d0408") + GSME + bytes.fromhex("020100"))

    def test_a_log_that_the_dcc_does_not_have(self, office: Office) -> None:
        office.hear(proxy_backup())
        assert office.code(restore()) == "E19"
        assert office.code(restore(STRANGER)) == "E19"
        assert office.code(restore(CHF, NEXT_GPF)) == "E19"

    def test_the_log_of_a_home_that_is_not_the_users(self) -> None:
        devices = [replace(one, parties=frozenset({OPERATOR})) if one.eui == CHF else one for one in DEVICES]
        office = Office(inventory=Inventory(BOTH_FUELS, devices))
        office.take(WanUp(CHF))
        office.hear(hub_backup())
        assert office.code(restore()) == "E4"

    def test_a_device_that_is_elsewhere_by_now_stays_there(self, office: Office) -> None:
        office.hear(hub_backup())
        command = only(office.post(restore()), ToWan).message
        gone = element("DeviceID", str(ESME))
        remove = element("UpdateHANDeviceLog", gone, element("RequestType", "Remove"))
        office.hear(response_to(only(office.post(asked(1, 1, remove, target=CHF)), ToWan).message))
        office.hear(response_to(command), NEXT_CHF)
        assert office.dcc.device(ESME).hub is None  # type: ignore[union-attr]
        assert office.dcc.device(GSME).hub == NEXT_CHF  # type: ignore[union-attr]


def restored(which: str) -> Element:
    names = (("OldCHF", CHF), ("NewCHF", NEXT_CHF), ("OldGPF", GPF), ("NewGPF", NEXT_GPF))
    parts = (element(f"{name}DeviceID", str(eui)) for name, eui in names)
    return element("DeviceLogRestored", element("RestoredDate", "2026-11-23"), element(which, *parts))


def test_the_kinds_of_device_are_those_of_the_log(office: Office) -> None:
    assert backup_of(gbcs.decode(proxy_backup())) == Taken(NOW, gpf=((GSME, DeviceType.GSME),))
