"""What a parent holds for sleeping children: in order, for a time, within bounds."""

from __future__ import annotations

from doorstep.road.han.children import Held

KEEP = 7_680


def test_the_oldest_comes_first_and_each_child_has_its_own() -> None:
    held: Held[str] = Held(KEEP, 4)
    for child, thing in ((1, "a"), (2, "b"), (1, "c")):
        assert held.put(child, thing, 0)
    assert [held.take(1, 1), held.take(1, 1), held.take(1, 1)] == ["a", "c", None]
    assert held.waits(2, 1)
    assert not held.waits(1, 1)


def test_what_is_too_old_is_gone_to_the_millisecond() -> None:
    held: Held[str] = Held(KEEP, 4)
    held.put(1, "old", 0)
    held.put(1, "new", 1)
    assert held.waits(1, KEEP - 1)
    assert held.take(1, KEEP) == "new"
    held.put(1, "again", 0)
    assert held.take(1, KEEP) is None


def test_an_equal_thing_is_held_once_and_only_so_many_are() -> None:
    held: Held[str] = Held(KEEP, 2)
    assert [held.put(1, thing, 0) for thing in ("a", "a", "b", "c")] == [True, True, True, False]
    assert len(held) == 2
