"""The CHF Device Log: its sizes, its history, and how it is written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.device_log import DeviceLog
from tests.road.hub.messages import CHF, ESME, GPF, HHT, PPMID

KEY, OTHER_KEY = bytes(range(16)), bytes(range(16, 32))


def device(number: int) -> Eui:
    return Eui(number.to_bytes(8, "big"))


def test_a_device_is_listed_until_it_is_removed() -> None:
    log = DeviceLog.of([(ESME, DeviceType.ESME), (PPMID, DeviceType.PPMID)])
    assert log.device_type(ESME) is DeviceType.ESME
    assert log.removing(ESME).device_type(ESME) is None
    assert log.removing(ESME).device_type(PPMID) is DeviceType.PPMID
    assert log.removing(HHT) == log
    assert log.adding(ESME, DeviceType.GSME) == log


def test_sixteen_devices_and_no_more() -> None:
    log = DeviceLog.of([(device(number), DeviceType.TYPE2) for number in range(16)])
    with pytest.raises(UsageError, match="full"):
        log.adding(device(16), DeviceType.ESME)
    assert log.removing(device(3)).adding(device(16), DeviceType.ESME).device_type(device(16))


def test_the_last_fifteen_that_were_removed_are_known_but_never_an_hht() -> None:
    log = DeviceLog()
    for number in range(20):
        log = log.adding(device(number), DeviceType.TYPE2).removing(device(number))
    log = log.adding(HHT, DeviceType.HHT).removing(HHT)
    assert [entry.eui for entry in log.historic] == [device(number) for number in range(5, 20)]


def test_a_device_that_comes_back_leaves_the_history() -> None:
    log = DeviceLog.of([(ESME, DeviceType.ESME)]).removing(ESME).adding(ESME, DeviceType.ESME)
    assert log.historic == ()


def test_it_comes_back_as_it_was_written_down() -> None:
    log = DeviceLog.of([(ESME, DeviceType.ESME), (PPMID, DeviceType.PPMID)]).removing(ESME)
    again = DeviceLog.from_bytes(log.to_bytes())
    assert again == log
    assert isinstance(again.entries[0].eui, Eui)


def test_the_hubs_own_two_are_beside_the_sixteen() -> None:
    log = DeviceLog.of([(CHF, DeviceType.CHF), (GPF, DeviceType.GPF)])
    for number in range(16):
        log = log.adding(device(number), DeviceType.TYPE2)
    assert len(log.others) == 16
    assert {entry.eui for entry in log.entries} - {entry.eui for entry in log.others} == {CHF, GPF}


def test_a_device_that_is_registered_again_brings_the_key_that_it_had() -> None:
    log = DeviceLog().registering(ESME, KEY).removing(ESME).registering(ESME, OTHER_KEY)
    entry = log.find(ESME)
    assert entry is not None
    assert (entry.link_key, entry.earlier_key, entry.joined) == (OTHER_KEY, KEY, False)
    assert log.registering(ESME, KEY) == log
    assert DeviceLog.from_bytes(log.to_bytes()) == log


def test_a_key_does_not_show() -> None:
    log = DeviceLog().registering(ESME, KEY).removing(ESME)
    assert KEY.hex() not in repr(log)
    assert str(KEY) not in repr(log)
    assert log.historic[0].hashed_link_key not in (KEY, b"")


@given(st.binary(max_size=60))
def test_other_bytes_are_refused(data: bytes) -> None:
    written = DeviceLog.of([(ESME, DeviceType.ESME)]).to_bytes()
    for bad in (data, written[:-1], written[:10] + data):
        try:
            log = DeviceLog.from_bytes(bad)
        except DecodeError:
            continue
        assert isinstance(log, DeviceLog)
