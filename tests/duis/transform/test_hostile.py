"""Requests with wrong values: refused with an error of ours, or made into a message that reads back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.duis import catalogue
from doorstep.duis.element import Element, element
from doorstep.duis.request import Request, parse_request
from doorstep.duis.transform import ROWS, Known, candidates, transform
from doorstep.errors import DoorstepError
from tests.duis.transform.made import BROKER, USER, request
from tests.duis.transform_table import pairs
from tests.duis.unchecked import with_body
from tests.reference import shared

KNOWN = Known(BROKER, transitional_cos=USER)
HOSTILE = ("", "x", "-1", "9" * 49, "1.5", "é", "2015-13-41T25:00:00Z", "65535-12-31Z", "true")


def attempt(asked: Request) -> None:
    """Transform by every row that fits: a message that reads back, or an error of doorstep's own."""
    try:
        rows = candidates(asked, KNOWN)
    except DoorstepError:
        return
    for row in {row.use_case.code: row for row in rows}.values():
        name = frozenset({row.use_case.name})
        try:
            made = transform(asked, replace(KNOWN, device_type=row.device_type, use_cases=name))
        except DoorstepError:
            continue
        assert gbcs.decode(bytes(made)).payload == made.payload


def leaves(value: Element, path: tuple[int, ...] = ()) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The name and place of every element that holds no other."""
    if not value.children:
        yield value.name, path
    for index, child in enumerate(value.children):
        yield from leaves(child, (*path, index))


def changed(value: Element, path: tuple[int, ...], text: str) -> Element:
    if not path:
        return replace(value, text=text, children=())
    children = list(value.children)
    children[path[0]] = changed(children[path[0]], path[1:], text)
    return replace(value, children=tuple(children))


def without(value: Element, path: tuple[int, ...]) -> Element:
    first, *rest = path
    children = list(value.children)
    if rest:
        children[first] = without(children[first], tuple(rest))
    else:
        del children[first]
    return replace(value, children=tuple(children))


def repeated(value: Element, path: tuple[int, ...], times: int) -> Element:
    first, *rest = path
    children = list(value.children)
    if rest:
        children[first] = repeated(children[first], tuple(rest), times)
    else:
        children[first:first] = [children[first]] * (times - 1)
    return replace(value, children=tuple(children))


def test_a_wrong_missing_or_repeated_value_raises_nothing_but_our_errors() -> None:
    seen = 0
    for name in {pair.use_case: pair.request_path for pair in pairs()}.values():
        asked = parse_request(shared(f"rtds/{name}").read_bytes())
        for path in dict(leaves(asked.body)).values():
            bodies = [changed(asked.body, path, text) for text in HOSTILE]
            bodies += [without(asked.body, path), repeated(asked.body, path, 60)] if path else []
            for body in bodies:
                attempt(with_body(asked, body))
                seen += 1
    assert seen > 3000


NAMES = sorted({catalogue.variant(row.variant).body_element for row in ROWS})
VALUES = st.builds(
    element, st.sampled_from(["Prepayment", "Date", "Phase", "x810D"]), st.sampled_from(HOSTILE)
)
CONTENT = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3).map(lambda parts: element("Date", *parts))
)


@given(st.sampled_from(NAMES), CONTENT)
def test_a_body_of_another_shape_raises_nothing_but_our_errors(name: str, content: Element) -> None:
    attempt(request(element(name, content)))


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_body_raises_nothing_but_our_errors(name: str) -> None:
    attempt(request(element(name)))
