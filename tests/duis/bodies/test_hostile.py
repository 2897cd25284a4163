"""Anything at all as a body: our own errors, short ones, and nothing that takes long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.duis import bodies, xml
from doorstep.duis.bodies import BODIES, CONTENTS, DCC_ALERTS
from doorstep.duis.bodies.shape import Shape, parts
from doorstep.duis.element import Element
from doorstep.duis.request import build_request, parse_request, service_request
from doorstep.duis.request_id import RequestId
from doorstep.errors import EncodeError, XmlError
from tests.duis.bodies.specimens import DEVICE, covering, smallest
from tests.duis.unchecked import with_body

SHAPES: dict[str, Shape] = {**BODIES, **CONTENTS, **DCC_ALERTS}
NAME = RequestId(DEVICE, DEVICE, 1)
LONGEST_MESSAGE = 1_000


def names_in(shape: Shape) -> set[str]:
    found = set()
    for part in parts(shape):
        found |= {part.name} | names_in(part.shape)
    return found


NAMES = {name: sorted(names_in(shape)) or ["Stranger"] for name, shape in SHAPES.items()}
TEXTS = st.sampled_from(
    ["", " ", "x", "0", "-1", "9" * 60, "1e9", "NaN", "true", "é", "2026-02-30", "25:00:00", "0" * 5000, "=="]
)
ATTRIBUTES = st.dictionaries(st.sampled_from(["index", "identifier", "{urn:x}index"]), TEXTS, max_size=2)


def trees(names: list[str]) -> st.SearchStrategy[Element]:
    """Elements with names that occur in a body, anywhere in it."""
    name = st.sampled_from([*names, "Stranger", "{urn:x}Stranger"])
    attributes = ATTRIBUTES.map(lambda each: tuple(sorted(each.items())))
    leaves = st.builds(Element, name, attributes, TEXTS)
    return st.recursive(
        leaves,
        lambda inner: st.builds(
            Element, name, attributes, st.just(""), st.lists(inner, max_size=4).map(tuple)
        ),
        max_leaves=12,
    )


def said_of(judge: Callable[[], object]) -> str:
    """What our own error says; nothing where there is none."""
    try:
        judge()
    except EncodeError as error:
        return str(error)
    return ""


@settings(max_examples=400)
@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_any_tree_fits_or_is_refused_with_a_short_reason(name: str, data: st.DataObject) -> None:
    body = Element(name, children=tuple(data.draw(st.lists(trees(NAMES[name]), max_size=4))))
    said = said_of(lambda: bodies.check(body, SHAPES[name]))
    assert not said or said.startswith(name)
    assert len(said) < LONGEST_MESSAGE


PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.binary(max_size=30)
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.decimals()
    | st.just(DEVICE)
    | st.just(NAME),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=400)
@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_any_plain_values_make_a_body_or_are_refused(name: str, data: st.DataObject) -> None:
    keys = st.sampled_from([*NAMES[name], "index", "value"])
    inner = st.dictionaries(keys, PLAIN, max_size=3)
    values = data.draw(PLAIN | st.dictionaries(keys, PLAIN | inner, max_size=4))
    shape = SHAPES[name]
    said = said_of(lambda: bodies.check(bodies.build(name, shape, values), shape))
    assert len(said) < LONGEST_MESSAGE


@pytest.mark.parametrize(
    "value",
    [True, 1.0, "x", b"x", [], {}, None, date(2026, 1, 1), datetime(2026, 1, 1), time(), Decimal("NaN")],
    ids=repr,
)
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(EncodeError, match=r"^UpdateMeterBalance/CreditMode"):
        bodies.build(
            "UpdateMeterBalance", BODIES["UpdateMeterBalance"], {"CreditMode": {"AdjustMeterBalance": value}}
        )
    with pytest.raises(EncodeError, match=r"^DecommissionDevice"):
        bodies.build("DecommissionDevice", BODIES["DecommissionDevice"], {"DeviceID": value})


# -- documents --------------------------------------------------------------------------------------


def document(body: str, name: str = "UpdateDebt") -> bytes:
    """The document of a request whose body is replaced by a text."""
    whole = build_request(service_request(NAME, 4, smallest(name)))
    head, _, rest = whole.partition(b"<sr:Body>")
    return head + b"<sr:Body>" + body.encode() + rest[rest.index(b"</sr:Body>") :]


DEBT = "".join(f"<sr:TimeDebtRegister{n}>0</sr:TimeDebtRegister{n}>" for n in (1, 2))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"<sr:UpdateDebt>{DEBT}{DEBT}</sr:UpdateDebt>", "PaymentDebtRegister is missing (found TimeDebtReg"),
        (f"<sr:UpdateDebt>{DEBT}text</sr:UpdateDebt>", "text stands beside elements"),
        ("<sr:UpdateDebt>text</sr:UpdateDebt>", "UpdateDebt: no text belongs here"),
        (f'<sr:UpdateDebt a="1">{DEBT}</sr:UpdateDebt>', "UpdateDebt/@a: the attribute does not belong here"),
        ('<sr:UpdateDebt xml:lang="en"/>', "the attribute does not belong here"),
        (
            '<sr:UpdateDebt xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>',
            "the attribute does not belong here",
        ),
        ("<sr:UpdateDebt><UpdateDebt xmlns='urn:x'/></sr:UpdateDebt>", "found {urn:x}UpdateDebt"),
        (f"<sr:UpdateDebt><sr:{'A' * 40_000}/></sr:UpdateDebt>", "TimeDebtRegister1 is missing (found AAAA"),
        (f"<sr:{'A' * 40_000}/>", "is neither UpdateDebt nor SignedPreCommand"),
        ("<sr:UpdateDebt>" + "<sr:TimeDebtRegister1>" * 25 + "</sr:TimeDebtRegister1>" * 25, None),
        (
            "<sr:UpdateDebt>"
            + "<sr:TimeDebtRegister1>0</sr:TimeDebtRegister1>" * 15_000
            + "</sr:UpdateDebt>",
            "TimeDebtRegister2 is missing",
        ),
        (
            f"<sr:UpdateDebt><sr:TimeDebtRegister1>{'9' * 500_000}</sr:TimeDebtRegister1></sr:UpdateDebt>",
            "is not a decimal number",
        ),
        ("<sr:UpdateDebt/><sr:UpdateDebt/>", "one element is wanted, not 2"),
        ("<!-- a comment --><sr:UpdateDebt><!-- another --></sr:UpdateDebt>", "TimeDebtRegister1 is missing"),
        ("<sr:UpdateDebt><![CDATA[x]]></sr:UpdateDebt>", "no text belongs here"),
        ("<sr:UpdateDebt>&lt;sr:TimeDebtRegister1/&gt;</sr:UpdateDebt>", "no text belongs here"),
        ("<sr:UpdateDebt><?pi?></sr:UpdateDebt>", "a processing instruction is not allowed"),
        ("<sr:UpdateDebt>&amp;xxe;&xxe;</sr:UpdateDebt>", "not well-formed XML"),
    ],
)
def test_hostile_documents_are_refused_in_a_few_words(body: str, said: str | None) -> None:
    with pytest.raises(XmlError) as refused:
        parse_request(document(body))
    assert said is None or said in str(refused.value)
    assert len(str(refused.value)) < LONGEST_MESSAGE


def test_a_device_list_as_long_as_a_document_is_read_at_once() -> None:
    ids = ",".join([str(DEVICE)] * 25_000)
    values = {"FirmwareImage": b"", "FirmwareVersion": "1", "DeviceIDList": ids}
    body = bodies.build("UpdateFirmware", BODIES["UpdateFirmware"], values)
    assert parse_request(build_request(service_request(NAME, 8, body))).body == body
    for wrong in (ids + ",", ids[:-1], ids.replace("-", "_", 1), ids + "x"):
        with pytest.raises(EncodeError, match="DeviceIDList"):
            bodies.build("UpdateFirmware", BODIES["UpdateFirmware"], {**values, "DeviceIDList": wrong})


def test_every_truncation_of_a_body_is_refused() -> None:
    (body, *_) = covering("UpdateDebt", BODIES)
    whole = build_request(service_request(NAME, 4, body))
    request = service_request(NAME, 4, body)
    for end in range(len(whole)):
        with pytest.raises(XmlError):
            parse_request(whole[:end])
    for missing in range(len(body.children)):
        rest = body.children[:missing] + body.children[missing + 1 :]
        with pytest.raises(XmlError, match="is missing"):
            parse_request(build_request(with_body(request, Element(body.name, children=rest))))


def test_the_deepest_body_is_far_from_the_bound() -> None:
    def depth(value: Element) -> int:
        return 1 + max(map(depth, value.children), default=0)

    deepest = max(depth(each) for name in BODIES for each in covering(name, BODIES))
    assert deepest + 2 < xml.MAX_DEPTH // 2
