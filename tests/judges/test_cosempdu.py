"""The cosempdu library reads every DLMS payload as we do, down to each value of its data.

It needs Python 3.12, so these tests are skipped below that. It is asked only through the class at the end of
this file, which turns what it read into plain tuples.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from doorstep import gbcs
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.axdr import BitString, CompactArray, Data, Tag, TypeDescription
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse, DataNotification
from tests.gbcs.specimens import specimens
from tests.gbcs.vectors import COMMAND_18_4
from tests.judges.programs import missing
from tests.reference import hex_file, manifest, shared

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="cosempdu needs Python 3.12")

Plain = Any
"""A value as both sides have it: tag and content, or a tuple of such."""


@pytest.fixture(scope="module")
def cosempdu() -> Cosempdu:
    try:
        return Cosempdu()
    except ImportError:
        missing("cosempdu is not installed")


@pytest.fixture(scope="module")
def reference() -> list[bytes]:
    return [hex_file(shared("rtds") / row["path"]) for row in manifest()]


@pytest.fixture(scope="module")
def made() -> list[bytes]:
    return [*specimens().values(), COMMAND_18_4]


@pytest.mark.parametrize(("messages", "count"), [("reference", 555), ("made", 17)])
def test_payloads(messages: str, count: int, cosempdu: Cosempdu, request: pytest.FixtureRequest) -> None:
    found = list(_dlms(request.getfixturevalue(messages)))
    assert len(found) == count
    for message in found:
        assert cosempdu.read(message.content) == _ours(message.payload), bytes(message).hex()


def _dlms(messages: list[bytes]) -> Iterator[Message]:
    for message in map(gbcs.decode, messages):
        if isinstance(message.payload, AccessRequest | AccessResponse | DataNotification):
            yield message


# -- our values as plain tuples -----------------------------------------------------------------------


def _ours(payload: gbcs.Payload) -> Plain:
    if isinstance(payload, AccessRequest):
        specifications = tuple(
            (
                part.action,
                part.class_id,
                bytes(part.obis),
                part.attribute,
                () if part.selection is None else (part.selector, _our_data(part.selection)),
            )
            for part in payload.components
        )
        return payload.invoke_id, specifications, tuple(_our_data(part.data) for part in payload.components)
    if isinstance(payload, AccessResponse):
        data = tuple(_our_data(result.data) for result in payload.results)
        return payload.invoke_id, data, tuple((result.action, result.result) for result in payload.results)
    assert isinstance(payload, DataNotification)
    return payload.invoke_id, _our_data(payload.body)


def _our_data(data: Data) -> Plain:
    value: Plain = data.value
    if isinstance(value, CompactArray):
        value = _our_type(value.description), tuple(map(_our_data, value.elements))
    elif isinstance(value, BitString):
        bits = f"{int.from_bytes(value.data, 'big'):0{8 * len(value.data)}b}"
        value = tuple(map(int, bits[: value.length]))
    elif isinstance(value, tuple):
        value = tuple(map(_our_data, value))
    return int(data.tag), _LOOSELY.get(data.tag, lambda same: same)(value)


def _our_type(description: TypeDescription) -> Plain:
    if description.tag is Tag.ARRAY:
        return int(description.tag), description.count, *map(_our_type, description.parts)
    return int(description.tag), *map(_our_type, description.parts)


# Where cosempdu keeps less of a value than we do, or keeps it in another way: what both can be brought to.
_LOOSELY: Final[dict[Tag, Callable[[Any], Any]]] = {
    Tag.BOOLEAN: bool,  # 01 and FF are both true, and it forgets which
    Tag.BCD: lambda value: value & 0xFF,  # a signed number, as the standard's type says
    Tag.VISIBLE_STRING: lambda value: value if isinstance(value, bytes) else value.encode("ascii"),
    Tag.UTF8_STRING: lambda value: value if isinstance(value, bytes) else value.encode(),
}


# -- cosempdu's values as plain tuples ----------------------------------------------------------------


class Cosempdu:
    """The library, and what it reads in payloads."""

    def __init__(self) -> None:
        self._apdu = importlib.import_module("COSEMpdu.apdu")
        self._axdr = importlib.import_module("COSEMpdu.axdr")
        self._data = importlib.import_module("COSEMpdu.data")
        self._buffer = importlib.import_module("COSEMpdu.byte_buffer").ByteBuffer
        self._error = importlib.import_module("StructResult.result").Error

    def read(self, content: bytes) -> Plain:
        """A whole payload: its long-invoke-id, and what its body holds."""
        bodies = {
            0xD9: (self._apdu.AccessRequestBody, self._request),
            0xDA: (self._apdu.AccessResponseBody, self._response),
            0x0F: (self._data.Data, lambda body: (self._datum(body.value),)),
        }
        kind, plain = bodies[content[0]]
        buffer = self._buffer.wrap(content[1:])
        number = self._get(self._apdu.LongInvokeIdAndPriority, buffer)
        date_time = self._get(self._axdr.OctetStringType, buffer)
        assert not bytes(date_time.value)
        body = plain(self._get(kind, buffer))
        assert not buffer.remaining()
        return int(number.value), *body

    def _get(self, kind: Any, buffer: Any) -> Any:
        value = kind.get(buffer)
        assert not isinstance(value, self._error), value
        return value

    def _request(self, body: Any) -> Plain:
        specifications = (choice.value for choice in body.access_request_specification)
        return tuple(map(self._specification, specifications)), self._list(body.access_request_list_of_data)

    def _response(self, body: Any) -> Plain:
        assert body.access_request_specification is None
        results = (choice.value for choice in body.access_response_specification)
        return (
            self._list(body.access_response_list_of_data),
            tuple((result.tag, int(result.result.value)) for result in results),
        )

    def _specification(self, specification: Any) -> Plain:
        method = getattr(specification, "cosem_method_descriptor", None)
        target = method or specification.cosem_attribute_descriptor
        number = target.method_id if method else target.attribute_id
        selection = getattr(specification, "access_selection", None)
        return (
            specification.tag,
            int(target.class_id.value),
            bytes(target.instance_id.value),
            int(number.value),
            ()
            if selection is None
            else (int(selection.access_selector.value), self._datum(selection.access_parameters.value)),
        )

    def _list(self, choices: Any) -> tuple[Plain, ...]:
        return tuple(self._datum(choice.value) for choice in choices)

    def _datum(self, data: Any) -> Plain:
        tag = Tag(data.tag)
        if tag is Tag.STRUCTURE:
            parts = (getattr(data, part.identifier) for part in data.components)
            return int(tag), tuple(self._datum(getattr(part, "value", part)) for part in parts)
        if tag is Tag.ARRAY:
            return int(tag), self._list(data)
        if tag is Tag.COMPACT_ARRAY:
            description, contents = data.contents_description.value, bytes(data.array_contents.value)
            return int(tag), (self._type(description), tuple(self._elements(description, contents)))
        return int(tag), self._scalar(tag, data)

    def _scalar(self, tag: Tag, data: Any) -> Plain:
        value = None if tag is Tag.NULL_DATA else data.value
        if isinstance(value, bytearray | memoryview):
            value = bytes(value)
        return _LOOSELY.get(tag, lambda same: same)(value)

    def _type(self, description: Any) -> Plain:
        if description.tag == Tag.ARRAY:
            part = self._type(description.type_description.value)
            return description.tag, int(description.number_of_elements.value), part
        if description.tag == Tag.STRUCTURE:
            return description.tag, *(self._type(part.value) for part in description)
        return (description.tag,)

    def _elements(self, description: Any, contents: bytes) -> Iterator[Plain]:
        buffer = self._buffer.wrap(contents)
        while buffer.remaining():
            yield self._element(description, buffer)

    def _element(self, description: Any, buffer: Any) -> Plain:
        """An element of a compact array, which cosempdu has no reader for: only for its parts."""
        tag = Tag(description.tag)
        if tag is Tag.ARRAY:
            parts = [description.type_description.value] * int(description.number_of_elements.value)
        elif tag is Tag.STRUCTURE:
            parts = [part.value for part in description]
        else:
            data = self._data.Data.alternatives[int(tag)].get_lc(buffer)
            assert not isinstance(data, self._error), data
            return int(tag), self._scalar(tag, data)
        return int(tag), tuple(self._element(part, buffer) for part in parts)
