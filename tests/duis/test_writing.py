"""Documents as text: what is written is in canonical form, as lxml finds it, and reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from doorstep.duis import writing, xml
from doorstep.duis.element import Element, element
from doorstep.errors import EncodeError

_SPACES = ["", "", f"{{{xml.RA}}}", f"{{{xml.DS}}}", "{urn:x}", "{http://example.com/a?b=%20#c}"]
_ATTRIBUTE_SPACES = [*_SPACES, f"{{{xml.SR}}}", "{http://www.w3.org/XML/1998/namespace}"]
_LOCAL = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,5}", fullmatch=True)
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")) | st.text(
    "&<>\"'\t\r\n "
)


def names(spaces: list[str]) -> st.SearchStrategy[str]:
    return st.builds(str.__add__, st.sampled_from(spaces), _LOCAL)


def elements(content: st.SearchStrategy[Element]) -> st.SearchStrategy[Element]:
    attributes = st.dictionaries(names(_ATTRIBUTE_SPACES), _TEXTS, max_size=4)
    sorted_attributes = attributes.map(lambda found: tuple(sorted(found.items())))
    empty = st.tuples(_TEXTS, st.just(()))
    full = st.tuples(st.just(""), st.lists(content, min_size=1, max_size=3).map(tuple))
    return st.builds(
        lambda name, attributes, inner: Element(name, attributes, *inner),
        names(_SPACES),
        sorted_attributes,
        empty | full,
    )


@given(st.recursive(elements(st.nothing()), elements, max_leaves=8), _TEXTS)
def test_what_is_written_is_its_own_canonical_form_and_reads_back(value: Element, version: str) -> None:
    text = writing.document("Request", version, value.to_xml(above=1))
    root = etree.fromstring(writing.serialise(text))
    assert etree.tostring(root, method="c14n", with_comments=False).decode() == text
    assert root.get("schemaVersion") == version
    assert Element.from_xml(root[0]) == value


def test_a_document_as_it_goes_out() -> None:
    message = element("Message", "£ & < > \r\n \U0001f600", index='"1"')
    body = writing.tag("Body", message.to_xml(above=2) + element(f"{{{xml.RA}}}Empty").to_xml(above=2))
    root = writing.document("Request", "5.4", body)
    assert writing.serialise(writing.put_last(root, "<last></last>")).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<sr:Request xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.4">'
        '<sr:Body><sr:Message index="&quot;1&quot;">£ &amp; &lt; &gt; &#xD;\n \U0001f600</sr:Message>'
        '<ra:Empty xmlns:ra="http://www.dccinterface.co.uk/ResponseAndAlert"></ra:Empty></sr:Body>'
        "<last></last></sr:Request>"
    )


def test_a_namespace_is_declared_once_where_it_is_first_used() -> None:
    value = element("{urn:x}A", element("{urn:x}B"), element("C", element("{urn:y}D")), element("{urn:y}E"))
    assert value.to_xml(above=1) == (
        '<ns2:A xmlns:ns2="urn:x"><ns2:B></ns2:B><sr:C><ns3:D xmlns:ns3="urn:y"></ns3:D></sr:C>'
        '<ns3:E xmlns:ns3="urn:y"></ns3:E></ns2:A>'
    )


def test_a_document_in_no_namespace() -> None:
    assert writing.bare("A", writing.tag("{}B", "1")) == "<A><B>1</B></A>"


@pytest.mark.parametrize(
    "name",
    [f"{{{space}}}A" for space in ("here", "//host/x", "1x:y", "urn:", "urn:é", "urn:<", "urn:%", "urn:a&b")],
)
def test_a_namespace_that_is_no_absolute_uri_has_no_canonical_form(name: str) -> None:
    with pytest.raises(EncodeError, match="not an absolute URI"):
        element(name).to_xml(above=1)
    with pytest.raises(EncodeError, match="not an absolute URI"):
        Element("A", ((name, "1"),)).to_xml(above=1)
