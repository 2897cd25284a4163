"""Bodies as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.duis import writing, xml
from doorstep.duis.element import Element, element
from doorstep.duis.simple_type import BOOLEAN, DATE_TIME, INTEGER
from doorstep.errors import EncodeError, XmlError

TARIFF = element(
    "Tariff",
    element("Starts", "2015-01-15T00:00:00.00Z"),
    element("Price", "12", index=1),
    element("Price", " 13 ", index=2),
    element("Block", element("Threshold", "7"), element("Threshold", "8")),
    element("Key", "3wk="),
    element("Now"),
)

names = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_.-]{0,8}\Z")
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=8)
attributes = st.dictionaries(names, texts, max_size=3)


def _element(name: str, attributes: dict[str, str], content: str | list[Element]) -> Element:
    return element(name, *([content] if isinstance(content, str) else content), **attributes)


leaves = st.builds(_element, names, attributes, texts)
trees = st.recursive(
    leaves, lambda inner: st.builds(_element, names, attributes, st.lists(inner, max_size=4))
)


def test_what_a_path_finds() -> None:
    assert TARIFF.child("Block").children == (element("Threshold", "7"), element("Threshold", "8"))
    assert TARIFF.text_of("Block/Threshold") == "7"
    assert TARIFF.text_of("Now") == ""
    assert TARIFF.has("Block/Threshold")
    assert not TARIFF.has("Block/Price")
    assert not TARIFF.has("Threshold")
    assert TARIFF.find("Nothing/Threshold") is None


def test_what_the_texts_mean() -> None:
    assert TARIFF.value_of("Starts", DATE_TIME) == 1_421_280_000_000
    assert [int(price.text) for price in TARIFF.children_named("Price")] == [12, 13]
    assert TARIFF.bytes_of("Key") == b"\xdf\x09"
    assert TARIFF.children_named("Price")[1].attribute("index") == "2"
    assert TARIFF.children_named("Nothing") == ()


def test_what_is_missing_or_wrong_is_named() -> None:
    with pytest.raises(XmlError, match="Tariff has no Block/Price"):
        TARIFF.text_of("Block/Price")
    with pytest.raises(XmlError, match="Tariff has no Nothing"):
        TARIFF.child("Nothing")
    with pytest.raises(XmlError, match=r"Tariff/Starts: .* not a decimal number"):
        TARIFF.value_of("Starts", INTEGER)
    with pytest.raises(XmlError, match=r"Tariff/Price: .* neither true nor false"):
        TARIFF.value_of("Price", BOOLEAN)
    with pytest.raises(XmlError, match=r"Tariff/Price: .* not base64"):
        TARIFF.bytes_of("Price")
    with pytest.raises(XmlError, match="Tariff has no attribute index"):
        TARIFF.attribute("index")


def test_it_is_a_value() -> None:
    assert element("A", b="1", c=2) == element("A", c="2", b=1)
    assert element("A", element("B")) != element("A", element("b"))
    assert len({TARIFF, element("A"), element("A")}) == 2
    with pytest.raises(AttributeError):
        TARIFF.text = "changed"  # type: ignore[misc]


@pytest.mark.parametrize(
    "make",
    [
        lambda: element(""),
        lambda: element("1A"),
        lambda: element("a:b"),
        lambda: element("A B"),
        lambda: element("A/B"),
        lambda: element("{}A"),
        lambda: element("{urn:x}"),
        lambda: element("A", **{"b c": "1"}),
        lambda: element("A", "\x00"),
        lambda: element("A", b="\ufffe"),
        lambda: element("A", "text", element("B")),
    ],
)
def test_what_xml_cannot_hold(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EncodeError):
        make()


def read_back(value: Element) -> Element:
    root = writing.document("Request", "5.4", value.to_xml(above=1))
    return Element.from_xml(xml.parse(writing.serialise(root))[0])


@given(trees)
def test_a_document_gives_the_value_back(value: Element) -> None:
    assert read_back(value) == value


def test_other_namespaces_come_back_too() -> None:
    foreign = element("{urn:x}A", element("{urn:y}B", "1", **{"{urn:z}c": "2"}), element("C"))
    assert read_back(foreign) == foreign


def test_it_reads_what_a_document_says() -> None:
    root = xml.parse(
        b'<s:A xmlns:s="http://www.dccinterface.co.uk/ServiceUserGateway" b="1">'
        b'\n <s:C>d</s:C>\n <e xmlns="urn:x"/></s:A>'
    )
    assert Element.from_xml(root) == element("A", element("C", "d"), element("{urn:x}e"), b=1)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<A/>", "line 1: {}A: not the name"),
        (b'<A xmlns="urn:x">\n<B xmlns=""/></A>', "line 2: {urn:x}A/{}B: not the name"),
        ('<é xmlns="urn:x"/>'.encode(), "not the name"),
    ],
)
def test_names_that_duis_does_not_have(document: bytes, reason: str) -> None:
    with pytest.raises(XmlError) as refused:
        Element.from_xml(xml.parse(document))
    assert reason in str(refused.value)


def test_what_is_written_can_be_read() -> None:
    deepest = element("A")
    for _ in range(xml.MAX_DEPTH - 2):
        deepest = element("A", deepest)
    assert read_back(deepest) == deepest
    with pytest.raises(EncodeError, match="nest deeper"):
        read_back(element("A", deepest))


def test_what_nests_without_end_is_not_written() -> None:
    deep = element("A")
    for _ in range(100_000):
        deep = Element("A", children=(deep,))
    with pytest.raises(EncodeError, match="nest deeper"):
        deep.to_xml(above=1)
    while deep.children:  # Taken apart by hand: a chain this long would be freed by recursion.
        deep = deep.children[0]
