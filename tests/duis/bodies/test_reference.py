"""The bodies of the reference requests: as plain values, and built again from them."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from doorstep.duis import bodies
from doorstep.duis.bodies import BODIES
from doorstep.duis.element import Element
from doorstep.duis.request import build_request, parse_request
from tests.duis.conftest import FRAME
from tests.duis.unchecked import with_body


def structure(body: Element, path: str = "") -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Every element's path, and its attributes."""
    here = f"{path}/{body.name}"
    yield here, body.attributes
    for child in body.children:
        yield from structure(child, here)


def test_every_reference_body_is_built_again_from_its_values(
    requests: dict[str, bytes], schema: etree.XMLSchema
) -> None:
    """Moments and numbers have other texts with the same meaning, such as ``.000Z`` for ``.00Z``."""
    seen = set()
    for name, document in requests.items():
        if name == FRAME:
            continue
        request = parse_request(document)
        shape = BODIES[request.body.name]
        values = bodies.read(request.body, shape)
        built = bodies.build(request.body.name, shape, values)
        assert bodies.read(built, shape) == values, name
        assert list(structure(built)) == list(structure(request.body)), name
        assert schema.validate(etree.fromstring(build_request(with_body(request, built)))), name
        seen.add(request.body.name)
    assert len(seen) > 90
