"""Times in their three forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, EncodeError
from doorstep.gbcs import times

NOON = 1_795_348_800_000  # 2026-11-22T12:00:00Z, from the `date` command


def test_iso() -> None:
    assert times.iso(NOON) == "2026-11-22T12:00:00.000Z"
    assert times.from_iso("2026-11-22T12:00:00Z") == NOON
    assert times.from_iso("2026-11-22T13:00:00+01:00") == NOON
    assert times.from_iso("2026-11-22T12:00:00") == NOON


def test_cosem_date_time() -> None:
    # Year 07EA, month 0B, day 16, weekday not specified, 12:00:00.00, deviation 8000, status FF.
    assert times.cosem_date_time(NOON).hex() == "07ea0b16ff0c0000008000ff"
    assert times.from_cosem_date_time(bytes.fromhex("07EA0B16FF0C0000008000FF")) == NOON


@pytest.mark.parametrize("form", [times.IMMEDIATE, times.CANCEL])
def test_now_and_never_are_no_instants(form: bytes) -> None:
    assert times.from_cosem_date_time(form) is None


@pytest.mark.parametrize(
    "hexed", ["07EA0B16FF0C00000080", "07EA0D16FF0C0000008000FF", "FFFF0B16FF0C0000008000FF"]
)
def test_what_is_no_date_is_refused(hexed: str) -> None:
    with pytest.raises(DecodeError):
        times.from_cosem_date_time(bytes.fromhex(hexed))


@given(st.integers(0, 253_402_300_799).map(lambda seconds: seconds * 1000))
def test_both_ways(instant: int) -> None:
    assert times.from_cosem_date_time(times.cosem_date_time(instant)) == instant
    assert times.from_iso(times.iso(instant)) == instant


def test_utc2000() -> None:
    assert times.utc2000(946_684_800_000) == 0
    assert times.from_utc2000(times.utc2000(NOON)) == NOON
    with pytest.raises(EncodeError):
        times.utc2000(946_684_799_999)
    with pytest.raises(EncodeError):
        times.utc2000((946_684_800 + 2**32) * 1000)


def test_a_clock_that_is_not_set_gives_no_seconds_since_2000() -> None:
    assert times.seconds_since_2000(946_684_801_999) == 1
    assert [times.seconds_since_2000(instant) for instant in (0, -1, 10**18)] == [0, 0, 0]


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "9" * 400])
def test_what_is_no_iso_time_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        times.from_iso(text)


def test_what_the_calendar_does_not_reach_is_refused() -> None:
    with pytest.raises(EncodeError):
        times.iso(10**18)
