"""The XML that DUIS allows, and the documents that it must not even look into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from doorstep.duis import xml
from doorstep.errors import XmlError

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;"><!ENTITY n "&m;&m;&m;&m;&m;&m;&m;&m;">]>
<a>&n;</a>"""

REFUSED = {
    "document type": (b"<!DOCTYPE a><a/>", "line 1: a document type is not allowed"),
    "billion laughs": (BILLION_LAUGHS, "line 2: a document type is not allowed"),
    "a file as an entity": (
        b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]><a>&f;</a>',
        "a document type is not allowed",
    ),
    "a remote document type": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>', "a document type"),
    "a document type in a comment": (b"<!-- <!DOCTYPE a> --><a/>", "a document type"),
    "instruction": (b"<a>\n<?php echo 1 ?></a>", "line 2: a processing instruction is not allowed"),
    "instruction before the root": (b'<?xml-stylesheet href="a.xsl"?><a/>', "a processing instruction"),
    "instruction after the root": (b'<?xml version="1.0"?>\n<a/>\n<?b?>', "line 3: a processing instruction"),
    "second declaration": (b'<?xml version="1.0"?><?xml version="1.0"?><a/>', "a processing instruction"),
    "endless declaration": (
        b"<?xml version='1.0' " + b"encoding='' " * 10_000 + b"?><a/>",
        "a processing instruction",
    ),
    "no document": (b"", "not well-formed"),
    "white space": (b" \n ", "not well-formed"),
    "text": (b"hello", "not well-formed"),
    "unknown entity": (b"<a>&b;</a>", "'b' not defined"),
    "unknown prefix": (b"<a>\n<b:c/></a>", "line 2: not well-formed XML: Namespace prefix b"),
    "not closed": (b"<a><b></a>", "not well-formed"),
    "CDATA not closed": (b"<a>\n<![CDATA[\n</a>", "line 3: not well-formed XML: CData section not finished"),
    "two roots": (b"<a/><a/>", "not well-formed"),
    "the same attribute twice": (b'<a b="1" b="1"/>', "not well-formed"),
    "NUL": (b"<a>\x00</a>", "not well-formed"),
    "a control character": (b"<a>&#1;</a>", "not well-formed"),
    "not UTF-8": (b"<a>\xff</a>", "not well-formed"),
    "UTF-16": ("<a/>".encode("utf-16"), "not well-formed"),
    "UTF-16 without a mark": ("<a/>".encode("utf-16-le"), "not well-formed"),
    "another encoding declared": (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "'ISO-8859-1'"),
    "UTF-7 declared": (b"<?xml version='1.0' encoding='UTF-7'?><a>+ADw-</a>", "the encoding is 'UTF-7'"),
    "text before an element": (b"<a>b<c/></a>", "line 1: a: text stands beside elements"),
    "text after an element": (b"<a><c/>\n<c/>b</a>", "line 2: a/c: text stands beside elements"),
    "text hidden by CDATA": (b"<a><c/><![CDATA[b]]></a>", "text stands beside elements"),
    "a no-break space": ("<a>\u00a0<c/></a>".encode(), "text stands beside elements"),
}


@pytest.mark.parametrize(("document", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(document: bytes, reason: str) -> None:
    with pytest.raises(XmlError) as refused:
        xml.parse(document)
    assert reason in str(refused.value).replace("{}", "")
    assert "\n" not in str(refused.value)


def nested(depth: int) -> bytes:
    return b"<a>" * depth + b"</a>" * depth


def elements(count: int) -> bytes:
    return b"<a>" + b"<a/>" * (count - 1) + b"</a>"


def attributes(count: int) -> bytes:
    return b"<a " + b" ".join(b'a%d=""' % number for number in range(count)) + b"/>"


def namespaces(count: int) -> bytes:
    return b"<a " + b" ".join(b'xmlns:a%d="urn:%d"' % (number, number) for number in range(count)) + b"/>"


def sized(count: int) -> bytes:
    return b"<a>" + b"x" * (count - 7) + b"</a>"


@pytest.mark.parametrize(
    ("make", "most"),
    [
        (nested, xml.MAX_DEPTH),
        (elements, xml.MAX_ELEMENTS),
        (attributes, xml.MAX_ATTRIBUTES),
        (namespaces, xml.MAX_NAMESPACES),
        (sized, xml.MAX_SIZE),
    ],
)
def test_each_bound_is_the_last_value_that_passes(make, most) -> None:  # type: ignore[no-untyped-def]
    assert xml.parse(make(most)).tag == "a"
    with pytest.raises(XmlError):
        xml.parse(make(most + 1))


def test_nesting_that_would_exhaust_a_stack_is_refused() -> None:
    with pytest.raises(XmlError):
        xml.parse(nested(100_000))


def test_a_caller_may_read_less() -> None:
    assert xml.parse(b"<a/>", max_size=4).tag == "a"
    with pytest.raises(XmlError, match="has 4 bytes; at most 3"):
        xml.parse(b"<a/>", max_size=3)


def test_comments_and_white_space_between_elements_go_and_text_stays() -> None:
    root = xml.parse(
        b"<a> \r\n\t<b>1<!-- 2 -->3</b><!-- 4 -->\n<c> </c><d><![CDATA[<&]]></d>\n</a>\n<!-- 5 -->\n"
    )
    assert etree.tostring(root.getroottree()) == b"<a><b>13</b><c> </c><d>&lt;&amp;</d></a>"


@pytest.mark.parametrize(
    "document",
    [
        b"\xef\xbb\xbf<a>\xc2\xa3</a>",
        b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><a>\xc2\xa3</a>',
        b"<?xml version='1.0' encoding='UTF-8' standalone='no'?>\n<a>\xc2\xa3</a>",
        b'<?xml version="1.0" encoding="US-ASCII"?><a>&#163;</a>',
    ],
)
def test_the_forms_of_utf_8(document: bytes) -> None:
    assert xml.parse(document).text == "£"


def test_names_are_those_of_duis_unless_they_say_otherwise() -> None:
    for name in ("Header", "{http://www.w3.org/2000/09/xmldsig#}Signature"):
        assert xml.local_name(etree.Element(xml.qualified(name))) == name
    assert xml.local_name(etree.Element("Header")) == "{}Header"


def test_the_two_canonical_forms_differ_in_what_is_declared_and_not_used() -> None:
    root = xml.parse(b'<a xmlns:x="urn:x"><b/></a>')
    assert xml.canonical(root) == b'<a xmlns:x="urn:x"><b></b></a>'
    assert xml.canonical(root, exclusive=True) == b"<a><b></b></a>"


def test_a_relative_namespace_has_no_canonical_form() -> None:
    with pytest.raises(XmlError, match="no canonical form"):
        xml.canonical(xml.parse(b'<a xmlns:x="here"><x:b/></a>'))


def test_every_truncation_is_refused() -> None:
    document = b'<?xml version="1.0" encoding="UTF-8"?><a b="c"><!-- d --><e>f</e></a>'
    assert xml.parse(document).tag == "a"
    for end in range(len(document)):
        with pytest.raises(XmlError):
            xml.parse(document[:end])


@given(
    st.lists(
        st.sampled_from(
            [b"<a>", b"</a>", b"<a/>", b"b", b"\n", b'<a xmlns="', b'">', b"<!--", b"-->", b"&", b"\xff"]
        )
    )
)
def test_whatever_comes_is_either_read_or_refused(parts: list[bytes]) -> None:
    document = b"".join(parts)
    try:
        root = xml.parse(document)
    except XmlError:
        return
    assert etree.fromstring(document).tag == root.tag
