"""What all stops share: events in order, and alarms."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doorstep.road.machine import Alarms, Outbox


def test_events_come_out_in_the_order_in_which_they_went_in() -> None:
    outbox: Outbox[int] = Outbox()
    for number in range(3):
        outbox.put(number)
    assert [outbox.take() for _ in range(4)] == [0, 1, 2, None]


def test_an_event_may_be_put_before_those_that_came_since() -> None:
    outbox: Outbox[str] = Outbox()
    outbox.put("earlier")
    place = len(outbox)
    outbox.put("answer")
    outbox.put_at(place, "remember")
    assert [outbox.take() for _ in range(3)] == ["earlier", "remember", "answer"]


names = st.sampled_from("abc")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("set"), names, st.integers(0, 20)),
        st.tuples(st.just("clear"), names, st.just(0)),
        st.tuples(st.just("due"), st.just(""), st.integers(0, 20)),
    ),
    max_size=60,
)


@given(steps)
def test_alarms_do_what_a_plain_dictionary_would(steps: list[tuple[str, str, int]]) -> None:
    alarms: Alarms[str] = Alarms()
    model: dict[str, int] = {}
    for verb, name, when in steps:
        if verb == "set":
            alarms.set(name, when)
            model[name] = when
        elif verb == "clear":
            alarms.clear(name)
            model.pop(name, None)
        else:
            due = alarms.due(when)
            assert sorted(due) == sorted(name for name in model if model[name] <= when)
            assert [model[name] for name in due] == sorted(model[name] for name in due)
            for each in due:
                del model[each]
        assert alarms.earliest() == min(model.values(), default=None)


def test_an_alarm_that_is_moved_for_ever_takes_no_more_room() -> None:
    alarms: Alarms[str] = Alarms()
    alarms.set("first", 1)
    for when in range(100_000, 0, -1):
        alarms.set("moved", when + 10)
        alarms.set(f"cleared {when}", when + 1_000_000)
        alarms.clear(f"cleared {when}")
    assert len(alarms._heap) < 200
    assert alarms.due(11) == ["first", "moved"]
    assert alarms.earliest() is None
