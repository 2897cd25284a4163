"""Messages that wait: order, limits, and coming back from memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.road.hub.store import Entries, Store
from tests.road.hub.messages import ESME, GSME, PPMID


def kept(memory: dict[str, bytes | None], entries: Entries) -> None:
    for key, value in entries.items():
        if value is None:
            del memory[key]
        else:
            memory[key] = value


def test_first_come_first_served_for_each_device() -> None:
    store = Store("han", 10, {})
    for device, message in ((ESME, b"1"), (GSME, b"2"), (ESME, b"3")):
        store.add(device, None, message, 5)
    assert [held.message for held in store.of(ESME)] == [b"1", b"3"]
    assert [held.message for held in store.all()] == [b"1", b"2", b"3"]
    first = store.first(ESME)
    assert first is not None
    assert first.since == 5
    store.drop(first.name)
    assert [held.message for held in store.of(ESME)] == [b"3"]
    assert (store.count(ESME), store.count(GSME), store.count(PPMID)) == (1, 1, 0)
    assert store.first(PPMID) is None


def test_the_limit_is_for_each_sender_and_each_device() -> None:
    store = Store("han", 2, {})
    assert store.add(ESME, PPMID, b"", 0)
    second = store.add(ESME, PPMID, b"", 0)
    assert second
    assert store.add(ESME, PPMID, b"", 0) is None
    assert store.add(ESME, None, b"", 0)
    assert store.add(GSME, PPMID, b"", 0)
    store.drop(second[0].name)
    assert store.add(ESME, PPMID, b"", 0)


def test_dropping_twice_is_harmless() -> None:
    store = Store("han", 2, {})
    added = store.add(ESME, PPMID, b"", 0)
    assert added
    assert store.drop(added[0].name) == {added[0].name: None}
    assert store.drop(added[0].name) == {}
    assert len(store) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from([ESME, GSME]),
            st.sampled_from([None, PPMID]),
            st.binary(max_size=5),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_a_store_comes_back_from_memory_as_it_was(steps: list[tuple[Eui, Eui | None, bytes, bool]]) -> None:
    memory: dict[str, bytes | None] = {"wan:0000000000000000": b"another shelf's"}
    store = Store("han", 5, memory)
    for now, (device, sender, message, drops) in enumerate(steps):
        first = store.first(device)
        if drops and first is not None:
            kept(memory, store.drop(first.name))
        else:
            added = store.add(device, sender, message, now)
            if added is not None:
                kept(memory, added[1])
        again = Store("han", 5, memory)
        assert again.all() == store.all()
        for each in (ESME, GSME):
            assert again.of(each) == store.of(each)
        assert len(again) == len(memory) - 1


def test_a_new_message_never_takes_the_name_of_one_that_waits() -> None:
    memory: dict[str, bytes | None] = {}
    store = Store("han", 5, memory)
    for _ in range(3):
        added = store.add(ESME, None, b"", 0)
        assert added
        kept(memory, added[1])
    again = Store("han", 5, memory)
    added = again.add(ESME, None, b"", 0)
    assert added
    assert added[0].name not in memory


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("han:0000000000000000", b""),
        ("han:0000000000000000", b"\xc0"),
        ("han:0000000000000000", b"\x84\xa6device\xc4\x01\x00"),
        ("han:x", None),
    ],
)
def test_a_memory_that_no_store_has_written_is_refused(name: str, data: bytes | None) -> None:
    good = Store("han", 5, {}).add(ESME, None, b"", 0)
    assert good
    entry = data if data is not None else next(iter(good[1].values()))
    with pytest.raises(DecodeError):
        Store("han", 5, {name: entry})
