"""The rows against the schema: the same declarations, and the same verdict on documents, good and bad."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from doorstep.duis import bodies
from doorstep.duis.bodies import BODIES, CONTENTS, DCC_ALERTS
from doorstep.duis.bodies.shape import Shape, parts
from doorstep.duis.catalogue import SIGNED_PRE_COMMAND, VARIANTS
from doorstep.duis.element import Element, element
from doorstep.duis.request import build_request, parse_request, service_request, signed_pre_command
from doorstep.duis.request_id import RequestId
from doorstep.duis.response import DccAlert, Response, ResponseMessage, build_response, parse_response
from doorstep.duis.simple_type import SimpleType
from doorstep.errors import EncodeError
from tests.duis.bodies.declared import Declared, Schema
from tests.duis.bodies.specimens import DEVICE, NEW_YEAR, covering, smallest, smallest_alert
from tests.duis.bodies.strategies import elements_of
from tests.duis.unchecked import unchecked
from tests.reference import shared

NAME = RequestId(DEVICE, DEVICE, 1)
TABLES: dict[str, Mapping[str, Shape]] = {
    **dict.fromkeys(BODIES, BODIES),
    **dict.fromkeys(CONTENTS, CONTENTS),
    **dict.fromkeys(DCC_ALERTS, DCC_ALERTS),
}
# The one holds what another party has signed, which the rows do not look into and the schema does.
JUDGED = sorted(TABLES.keys() - {"S1SPAlertDSP"})

drawn = settings(max_examples=8, suppress_health_check=list(HealthCheck))


def shape_of(name: str) -> Shape:
    return TABLES[name][name]


def document(body: Element) -> bytes:
    """A Request or Response that holds an element which need not have its shape."""
    if TABLES[body.name] is BODIES:
        enable = service_request(NAME, 4, element("EnableSupply"))
        if body.name == SIGNED_PRE_COMMAND:
            return build_request(unchecked(signed_pre_command(enable, 5, b""), body=body))
        return build_request(unchecked(service_request(NAME, 4, smallest(body.name)), body=body))
    if TABLES[body.name] is CONTENTS:
        message: Any = unchecked(ResponseMessage("8.2", "8.2"), content=body)
    else:
        message = unchecked(DccAlert("N1", smallest_alert("CommsHubFirmwareActivation")), alert=body)
    return build_response(Response(code="I0", response_date_time=NEW_YEAR, body=message))


def parsed(data: bytes) -> Element:
    """The element that a document holds, by our own parsers. Raises what they raise."""
    if b"<sr:Request " in data:
        return parse_request(data).body
    body = parse_response(data).body
    held = body.alert if isinstance(body, DccAlert) else body.content  # type: ignore[union-attr]
    assert isinstance(held, Element)
    return held


# -- the same declarations --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def declared() -> dict[str, Declared]:
    """What the schema declares, by name, of everything that the rows describe."""
    root = etree.parse(shared("schema/DUIS-Schema-V5.4.xsd"), etree.XMLParser(remove_comments=True)).getroot()
    schema = Schema(root)
    contents = schema.alternatives("ResponseMessage")
    return (
        schema.alternatives("Request", "Body")
        | {name: contents[name] for name in CONTENTS}
        | schema.alternatives("DCCAlert")
    )


def test_there_is_a_row_for_every_body(declared: dict[str, Declared]) -> None:
    assert TABLES.keys() == declared.keys()
    assert {row.body_element for row in VARIANTS.values()} == BODIES.keys() - {SIGNED_PRE_COMMAND}
    assert len(VARIANTS) == 129


@pytest.mark.parametrize("name", JUDGED)
def test_a_row_has_the_elements_of_the_schema(declared: dict[str, Declared], name: str) -> None:
    assert list(ours(name, shape_of(name))) == list(theirs(name, declared[name]))


def ours(path: str, shape: Shape) -> Iterator[tuple[object, ...]]:
    """Every element in a shape: its path, how often it stands, its attributes, its enumeration."""
    values = sorted(shape.text.facets.values) if shape.text is not None else []
    yield path, sorted(name for name, _ in shape.attributes), values
    for part in parts(shape):
        most = None if part.name == "DSPWANMatrixResponse" else part.most
        yield f"{path}/{part.name}", part.least, most
        yield from ours(f"{path}/{part.name}", part.shape)


def theirs(path: str, declared: Declared) -> Iterator[tuple[object, ...]]:
    yield path, sorted(declared.attributes), sorted(declared.values)
    for child in declared.children:
        yield f"{path}/{child.name}", child.least, child.most
        yield from theirs(f"{path}/{child.name}", child)


@pytest.mark.parametrize("name", JUDGED)
def test_no_name_is_in_a_shape_twice(name: str) -> None:
    def check(shape: Shape) -> None:
        names = [part.name for part in parts(shape)] + [key for key, _ in shape.attributes]
        assert len(names) == len(set(names))
        for part in parts(shape):
            check(part.shape)

    check(shape_of(name))


# -- what the rows allow is valid -------------------------------------------------------------------


@pytest.mark.parametrize("name", JUDGED)
def test_whatever_may_occur_is_valid(schema: etree.XMLSchema, name: str) -> None:
    for body in covering(name, TABLES[name]):
        data = document(body)
        assert schema.validate(etree.fromstring(data)), schema.error_log
        assert parsed(data) == body


@pytest.mark.parametrize("name", JUDGED)
@drawn
@given(data=st.data())
def test_whatever_is_drawn_is_valid(schema: etree.XMLSchema, name: str, data: st.DataObject) -> None:
    body = data.draw(elements_of(name, TABLES[name]))
    written = document(body)
    assert schema.validate(etree.fromstring(written)), schema.error_log
    assert parsed(written) == body
    values = bodies.read(body, shape_of(name))
    assert bodies.read(bodies.build(name, shape_of(name), values), shape_of(name)) == values


# -- what one refuses, the other refuses ------------------------------------------------------------

Change = Callable[[Element], Element]


def at(path: tuple[int, ...], change: Change, body: Element) -> Element:
    """The same element with something changed in it."""
    if not path:
        return change(body)
    children = list(body.children)
    children[path[0]] = at(path[1:], change, children[path[0]])
    return replace(body, children=tuple(children))


def places(body: Element, shape: Shape) -> Iterator[tuple[tuple[int, ...], Shape]]:
    """The elements in a body of that shape, of those that stand several times the first only."""
    yield (), shape
    for part in parts(shape):
        found = next((n for n, child in enumerate(body.children) if child.name == part.name), None)
        if found is not None:
            for path, inner in places(body.children[found], part.shape):
                yield (found, *path), inner


def structural(shape: Shape) -> Iterator[Change]:
    """What can be done to the structure of an element."""
    stranger = element("Stranger")
    yield lambda one: replace(one, children=(), text="")
    yield lambda one: replace(one, children=(), text="text")
    yield lambda one: replace(one, text="", children=(*one.children, stranger))
    yield lambda one: replace(one, text="", children=(stranger, *one.children))
    yield lambda one: replace(one, text="", children=one.children[1:])
    yield lambda one: replace(one, text="", children=one.children[:-1])
    yield lambda one: replace(one, text="", children=one.children[::-1])
    yield lambda one: replace(one, text="", children=tuple(each for each in one.children for _ in "12"))
    yield lambda one: replace(one, text="", children=one.children * 2)
    yield lambda one: replace(one, attributes=(("stray", "1"), *one.attributes))
    yield lambda one: replace(one, attributes=())
    for name, kind in shape.attributes:
        for text in wrong(kind):
            yield lambda one, name=name, text=text: replace(one, attributes=((name, text),))  # type: ignore[misc]
    for part in parts(shape):
        for times in {part.least - 1, part.least, min(part.most, 200), min(part.most, 200) + 1} - {-1}:
            yield lambda one, name=part.name, times=times: several(one, name, times)  # type: ignore[misc]


def several(one: Element, name: str, times: int) -> Element:
    """The element with that many of the children of a name, where it has any."""
    here = [number for number, child in enumerate(one.children) if child.name == name]
    if not here:
        return one
    others = [child for child in one.children if child.name != name]
    others[here[0] : here[0]] = [one.children[here[0]]] * times
    return replace(one, children=tuple(others))


def wrong(kind: SimpleType[Any]) -> Iterator[str]:
    """Texts on both sides of the bounds of a type."""
    yield from (
        "",
        "x",
        "0",
        "-1",
        "1.5",
        "2026-01-31",
        "2026-01-31T24:00:00Z",
        "24:00:00",
        "true",
        " 1 ",
        "é",
    )
    facets = kind.facets
    if facets.low is not None and facets.high is not None:
        step = 10**-facets.digits if facets.digits else 1
        for bound in (facets.low, facets.high):
            yield from (
                f"{float(bound) + much * step:.{facets.digits}f}" if facets.digits else str(int(bound) + much)
                for much in (-1, 0, 1)
            )
    for length in {facets.shortest - 1, facets.shortest, facets.longest or 1, (facets.longest or 1) + 1}:
        if 0 <= length <= 300:
            yield from ("0" * length, "a" * length, "00" * length)
    for value in facets.values:
        yield from (value, value.lower(), value + " ")


@pytest.mark.parametrize("name", JUDGED)
def test_rows_and_schema_agree_on_what_is_wrong(schema: etree.XMLSchema, name: str) -> None:
    seen: set[tuple[str, ...]] = set()
    for body in covering(name, TABLES[name]):
        for path, shape in places(body, shape_of(name)):
            if named(body, path) in seen:
                continue
            seen.add(named(body, path))
            for changed in changes(body, path, shape):
                agree(schema, changed)


def changes(body: Element, path: tuple[int, ...], shape: Shape) -> Iterator[Element]:
    for change in structural(shape):
        yield at(path, change, body)
    if shape.text is not None:
        for text in wrong(shape.text):
            yield at(path, lambda one, text=text: replace(one, text=text, children=()), body)  # type: ignore[misc]
    if path:
        yield at(path, lambda one: replace(one, name="Stranger"), body)
        yield at(path, lambda one: replace(one, name=f"{{urn:x}}{one.name}"), body)


def named(body: Element, path: tuple[int, ...]) -> tuple[str, ...]:
    """The names on the way to a place; the settings of alerts, which are many and all alike, share one."""
    names = []
    for number in path:
        body = body.children[number]
        names.append("x" if body.name.startswith("x8") else body.name)
    return tuple(names)


# Where the rows refuse what the validator lets through, by the end of what they say.
EXCUSES = {
    "is not base64": "libxml2 reads past characters that are not base64; the schema language does not",
    "is not 4 hexadecimal digits": "Alert Codes and Message Codes have two bytes: a choice of ours",
}


def agree(schema: etree.XMLSchema, body: Element) -> None:
    try:
        bodies.check(body, shape_of(body.name))
        refused = ""
    except EncodeError as error:
        refused = str(error)
    valid = schema.validate(etree.fromstring(document(body)))
    assert valid == (not refused) or refused.endswith(tuple(EXCUSES)), (body, refused, schema.error_log)
