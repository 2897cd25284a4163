"""Bodies of requests made from the schema: every optional element, choice, enumeration and limit in turn.

A body is made by *decisions*: at each place where the schema leaves one open, the number of the alternative.
Decision 0, which is taken where nothing else is said, is that the element is there, once, with its first
value. The schema is read from the reference data and never shipped.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from lxml import etree

from doorstep.duis.element import Element, element
from tests.reference import shared

XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_ELEMENT: Final = f"{XS}element"
_COMPLEX: Final = f"{XS}complexType"
_SIMPLE: Final = f"{XS}simpleType"
CANCEL: Final = "3000-12-31T00:00:00Z"

Decisions = Mapping[str, int]
"""The alternatives taken, by the paths of the places that leave something open."""


class Made(NamedTuple):
    """A body, and how many alternatives there are at each place that it passes."""

    body: Element
    places: dict[str, int]


class Variation(NamedTuple):
    """A body, and the decisions that make it; without that at ``place`` they are those of ``base``."""

    place: str
    decisions: Decisions
    base: Decisions
    body: Element


class Schema:
    """The bodies of requests, by the name of their one element."""

    def __init__(self) -> None:
        root = etree.parse(shared("schema/DUIS-Schema-V5.4.xsd")).getroot()
        self.types = {_get(node, "name"): node for node in root if node.tag in (_COMPLEX, _SIMPLE)}
        self.values: dict[tuple[etree._Element, str], list[str]] = {}
        body = next(node for node in root.iter(_ELEMENT) if node.get("name") == "Body")
        self._bodies = {_get(node, "name"): node for node in body.iter(_ELEMENT) if node is not body}

    def make(self, name: str, decisions: Decisions) -> Made:
        """The body that the decisions make."""
        walk = _Walk(self, decisions)
        return Made(walk.one(self._bodies[name], name, 0), walk.places)

    def variations(
        self, name: str, base: Decisions, deeper: Callable[[Decisions], bool] = lambda _decisions: True
    ) -> Iterator[Variation]:
        """Every body that differs from the base in one decision, or in what such a one leads to.

        ``deeper`` is asked, once a variation has been yielded, whether to go on from there.
        """
        seen = set(base)
        waiting = [(base, self.make(name, base).places)]
        while waiting:
            decisions, places = waiting.pop()
            for place, count in places.items():
                if place in seen:
                    continue
                seen.add(place)
                for number in range(1, count):
                    changed = {**decisions, place: number}
                    made = self.make(name, changed)
                    yield Variation(place, changed, decisions, made.body)
                    if made.places.keys() - seen and deeper(changed):
                        waiting.append((changed, made.places))


class _Walk:
    """One way through the schema. A path names a place; positions count the occurrences of what repeats."""

    def __init__(self, schema: Schema, decisions: Decisions) -> None:
        self._types = schema.types
        self._values = schema.values
        self._decisions = decisions
        self.places: dict[str, int] = {}

    def one(self, node: etree._Element, path: str, position: int) -> Element:
        """One occurrence of an element."""
        name = _get(node, "name")
        kind = self._type_of(node)
        if kind is None or kind.tag == _SIMPLE:
            return element(name, self._value(node if kind is None else kind, path, position))
        content = _Content()
        self._fill(content, kind, path, position)
        return element(name, *([content.text] if content.text else content.children), **content.attributes)

    def _decide(self, place: str, count: int) -> int:
        if count < 2:
            return 0
        self.places[place] = count
        return self._decisions.get(place, 0)

    def _type_of(self, node: etree._Element) -> etree._Element | None:
        inline = next((child for child in node if child.tag in (_COMPLEX, _SIMPLE)), None)
        return inline if inline is not None else self._types.get(_local(node.get("type")))

    def _fill(self, content: _Content, kind: etree._Element, path: str, position: int) -> None:
        """Add what a complex type, or a part of one, says."""
        for node in kind:
            if node.tag == f"{XS}attribute":
                name = _get(node, "name")
                content.attributes[name] = self._value(node, f"{path}@{name}", position)
            elif node.tag in (f"{XS}sequence", f"{XS}choice"):
                content.children += self._particle(node, path, position)
            elif node.tag in (f"{XS}simpleContent", f"{XS}complexContent"):
                self._fill(content, node, path, position)
            elif node.tag == f"{XS}extension":
                base = self._types.get(_local(node.get("base")))
                if base is not None and base.tag == _COMPLEX:
                    self._fill(content, base, path, position)
                else:
                    content.text = self._value(node if base is None else base, path, position)
                self._fill(content, node, path, position)

    def _particle(self, node: etree._Element, path: str, position: int) -> list[Element]:
        """The elements of a sequence or a choice."""
        inner = list(node.iterchildren(tag=etree.Element))
        where = f"{path}/{'|'.join(child.get('name') or '...' for child in inner)}"
        if node.get("minOccurs") == "0" and self._decide(f"{where}?", 2):
            return []
        if node.tag == f"{XS}choice":
            inner = [inner[self._decide(where, len(inner))]]
        rounds = range(position, position + max(int(node.get("minOccurs", "1")), 1))
        return [part for number in rounds for child in inner for part in self._some(child, path, number)]

    def _some(self, node: etree._Element, path: str, position: int) -> list[Element]:
        """The occurrences of one element: as few as may be but one, none, one more, and as many as may be."""
        if node.tag != _ELEMENT:
            return self._particle(node, path, position)
        least, most = int(node.get("minOccurs", "1")), node.get("maxOccurs", "1")
        usual = max(least, 1)
        more = usual + 1 if most == "unbounded" else min(usual + 1, int(most))
        counts = list(dict.fromkeys((usual, least, more, more if most == "unbounded" else int(most))))
        where = f"{path}/{node.get('name')}"
        count = counts[self._decide(f"{where}#", len(counts))]
        repeats = most != "1"
        return [self.one(node, where, number if repeats else position) for number in range(count)]

    def _value(self, node: etree._Element, path: str, position: int) -> str:
        """A value: of what repeats, the first has the one that is decided, the next ones those after it."""
        name = path.rpartition("/")[2]
        if (node, name) not in self._values:
            limits = _Limits()
            self._limit(node, limits)
            self._values[node, name] = limits.values(name)
        values = self._values[node, name]
        return values[(self._decide(path, len(values)) + position) % len(values)]

    def _limit(self, node: etree._Element, limits: _Limits) -> None:
        """Collect what limits a simple type, from the one it is derived from down."""
        restriction = next(node.iter(f"{XS}restriction"), None)
        owner = node if restriction is None else restriction
        base = owner.get("base") or owner.get("type") or limits.builtin
        if (parent := self._types.get(_local(base))) is not None:
            self._limit(parent, limits)
        else:
            limits.builtin = base
        for facet in () if restriction is None else restriction.iterchildren(tag=etree.Element):
            limits.add(etree.QName(facet).localname, _get(facet, "value"))


class _Content:
    """What stands in an element of a complex type."""

    def __init__(self) -> None:
        self.text = ""
        self.attributes: dict[str, str] = {}
        self.children: list[Element] = []


_INTEGERS: Final = {
    "xs:unsignedInt": (0, 2**32 - 1),
    "xs:unsignedShort": (0, 2**16 - 1),
    "xs:unsignedLong": (0, 2**64 - 1),
    "xs:int": (-(2**31), 2**31 - 1),
    "xs:short": (-(2**15), 2**15 - 1),
    "xs:integer": (-(2**31), 2**31 - 1),
    "xs:positiveInteger": (1, 2**31 - 1),
    "xs:nonNegativeInteger": (0, 2**31 - 1),
    "xs:nonPositiveInteger": (-(2**31), 0),
}
_FEW: Final = 10
"""Of a range with no more numbers than this, each is a value."""
_FIXED: Final = {
    "xs:boolean": ["true", "false"],
    "xs:date": ["2030-01-15Z", "2031-02-16Z"],
    "xs:time": ["09:00:00Z", "10:30:00Z", "10:30:15Z"],
    "xs:base64Binary": [base64.b64encode(bytes((0x30, 3, 2, 1, n))).decode() for n in (5, 6)],
}
_PATTERNS: Final = {
    "[A-Fa-f0-9]{2}-": ["00-DB-12-34-56-78-90-01", "00-DB-12-34-56-78-90-02"],
    "([A-Fa-f0-9]{2}-": ["00-DB-12-34-56-78-90-01", "00-DB-12-34-56-78-90-02"],
    "[0-9]{20}": ["73946144332040217315", "00000000000000000000"],
}
"""Values of the types that have a pattern, by how it begins."""


class _Limits:
    """What limits a simple type."""

    def __init__(self) -> None:
        self.builtin = "xs:string"
        self._enumeration: list[str] = []
        self._others: dict[str, str] = {}

    def add(self, name: str, value: str) -> None:
        if name == "enumeration":
            self._enumeration.append(value)
        else:
            self._others[name] = value

    def values(self, name: str) -> list[str]:
        """Values of the type, for an element of that name; the first stands for nothing in particular."""
        if self._enumeration:
            return self._enumeration
        if self.builtin == "xs:dateTime":
            return _moments(name)
        if self.builtin in _INTEGERS:
            return self._integers()
        if self.builtin == "xs:decimal":
            return self._decimals()
        return _FIXED.get(self.builtin) or self._texts()

    def _integers(self) -> list[str]:
        low, high = _INTEGERS[self.builtin]
        low = max(low, int(self._others.get("minInclusive", low)))
        low = max(low, int(self._others.get("minExclusive", low - 1)) + 1)
        high = min(high, int(self._others.get("maxInclusive", high)))
        usual = max(low, min(high, 1))
        every = range(low, high + 1) if high - low < _FEW else ()
        return list(dict.fromkeys(map(str, (usual, *every, high, low))))

    def _decimals(self) -> list[str]:
        unit = Decimal(1).scaleb(-int(self._others.get("fractionDigits", "2")))
        low = Decimal(self._others.get("minInclusive", self._others.get("minExclusive", "0")))
        high = Decimal(self._others.get("maxInclusive", self._others.get("maxExclusive", "10")))
        low += unit if "minExclusive" in self._others else 0
        high -= unit if "maxExclusive" in self._others else 0
        return list(dict.fromkeys(f"{value:f}" for value in (low + unit, high, low)))

    def _texts(self) -> list[str]:
        pattern = self._others.get("pattern", "")
        for beginning, values in _PATTERNS.items():
            if pattern.startswith(beginning):
                return values
        least = int(self._others.get("length", self._others.get("minLength", "1")))
        most = int(self._others.get("length", self._others.get("maxLength", str(max(least, 1)))))
        digits = ("AB", "CD") if self.builtin == "xs:hexBinary" else ("1", "2")
        return list(dict.fromkeys((digits[0] * max(least, 1), digits[1] * most, digits[1] * least)))


def _moments(name: str) -> list[str]:
    """Dates and times: the end of a period after its start, and a cancellation where one may be asked for."""
    if name == "ExecutionDateTime":
        return ["2030-01-15T09:00:00Z", "2031-02-16T10:30:15Z", CANCEL]
    if "End" in name:
        return ["2030-02-15T09:00:00Z", "2031-02-16T10:30:15Z"]
    return ["2030-01-15T09:00:00Z", "2029-12-14T10:30:15Z"]


def _get(node: etree._Element, name: str) -> str:
    value = node.get(name)
    assert value is not None, f"{node.tag} has no {name}"
    return str(value)


def _local(name: str | None) -> str:
    return (name or "").removeprefix("sr:")
