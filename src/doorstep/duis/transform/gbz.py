"""The words in which a mapping row says a GBZ payload: cluster commands, and where their fields come from.

::

    send(METERING, ChangeSupply, provider_id=0, issuer_event_id=event, ...)   # what follows from the request
    each("DayProfiles/DayProfile", send(...))                                 # once for each such element

A source is either a constant or a function of a :class:`Place`; :func:`number`, :func:`text` and the
others make such functions from the path of an element below that place. Times are seconds since
2000-01-01 UTC. The components of a payload are numbered in their order, from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import DATE_TIME, INTEGER, one_of
from doorstep.duis.transform import rows
from doorstep.duis.transform.dlms import ASCII, CANCEL_DATE, scaled, whole_seconds
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.originator import Originator
from doorstep.errors import InputError, Unsupported, XmlError
from doorstep.gbcs import times
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.payloads.gbz import Component, compose
from doorstep.gbcs.usecases import DeviceType, use_cases_named
from doorstep.zigbee.clusters import Cluster, Command
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.zcl import Direction, Frame, ReadAttributes

__all__ = [
    "LATEST",
    "NEVER",
    "NOW",
    "Field",
    "Number",
    "Part",
    "Place",
    "Reader",
    "Sent",
    "Source",
    "activation",
    "by_index",
    "code",
    "count",
    "decimal",
    "each",
    "event",
    "gbz",
    "minutes",
    "moment",
    "nth",
    "number",
    "publication",
    "read",
    "send",
    "several",
    "since",
    "text",
]

NOW: Final = 0
"""The time that stands for at once."""
NEVER: Final = 0xFFFFFFFF
"""The time that cancels what is pending."""
LATEST: Final = 0xFFFFFFFE
"""The last time that 32 bits can say; it cancels what is published, and ends a period that has no end."""


class Place(Struct, frozen=True):
    """Where a source reads: an element of a request's body, and what stands around it."""

    element: Element
    request: Request
    known: Known

    def every(self, path: str) -> tuple[Place, ...]:
        """The places of all elements at a path, none or more; their parent has to be there."""
        parent, _, name = path.rpartition("/")
        container = self.element.child(parent) if parent else self.element
        return tuple(Place(child, self.request, self.known) for child in container.children_named(name))


Field = int | bytes | tuple[int, ...] | tuple[Layout, ...]
"""What a field of a command holds."""
Reader = Callable[[Place], Field]
Number = Callable[[Place], int]
Source = Field | Reader


class Sent(Struct, frozen=True):
    """What one component carries: a command for a cluster, and the time that its extended header has."""

    cluster: Cluster
    command: Command | ReadAttributes
    from_date_time: int | None = None

    def component(self, sequence: int) -> Component:
        """The component. The command goes to whichever side of the cluster takes it."""
        if isinstance(self.command, ReadAttributes):
            frame = Frame.of_general(self.command, sequence=sequence, direction=Direction.TO_SERVER)
        else:
            to_server = type(self.command) in self.cluster.to_server.values()
            direction = Direction.TO_SERVER if to_server else Direction.TO_CLIENT
            frame = self.cluster.frame(self.command, direction, sequence=sequence)
        return Component.of_frame(self.cluster.id, frame, self.from_date_time)


Part = Callable[[Place], Iterable[Sent]]
"""What a row sends, said for any request."""


def gbz(
    name: str,
    variant: str,
    *parts: Part,
    when: Callable[[Request], bool] = rows.always,
    devices: Iterable[DeviceType] = (DeviceType.GSME,),
    originator: Originator = Originator.USER,
    basis: str = "",
) -> tuple[rows.Mapping, ...]:
    """The rows, one for each kind of Device, of a use case whose payload is made of ``parts``."""
    (use_case,) = use_cases_named(name)

    def payload(request: Request, known: Known, _counter: int) -> Payload:
        place = Place(request.body, request, known)
        sent = (one for part in parts for one in part(place))
        return compose(one.component(sequence) for sequence, one in enumerate(sent))

    return tuple(
        rows.Mapping(use_case, variant, device, payload, when, originator, basis) for device in devices
    )


# -- parts --------------------------------------------------------------------------------------


def read(cluster: Cluster, *names: str) -> Part:
    """Read attributes, by the standard's names."""
    identifiers = {attribute.name: attribute.id for attribute in cluster.attributes}
    sent = (Sent(cluster, ReadAttributes(tuple(identifiers[name] for name in names))),)
    return lambda _place: sent


def send(cluster: Cluster, layout: Callable[..., Command], *values: Source, **fields: Source) -> Part:
    """A command whose fields come from sources."""

    def part(place: Place) -> Iterator[Sent]:
        command = layout(
            *(_resolve(value, place) for value in values),
            **{name: _resolve(source, place) for name, source in fields.items()},
        )
        yield Sent(cluster, command)

    return part


def since(time: Number, part: Part) -> Part:
    """The part with a From Date Time, for commands that have no field of their own for such a time."""
    return lambda place: (replace(sent, from_date_time=time(place)) for sent in part(place))


def each(path: str, *parts: Part) -> Part:
    """The parts once for each element at the path, from which their sources then read."""
    return lambda place: (sent for inner in place.every(path) for part in parts for sent in part(inner))


# -- sources: the message itself --------------------------------------------------------------------


def event(place: Place) -> int:
    """The issuer event identifier, which has to grow from one Command to the next: the DCC's clock."""
    return times.utc2000(place.known.clock)


def activation(place: Place) -> int:
    """When a command takes effect: at once, at the execution time, or :data:`NEVER` to cancel."""
    return _execution(place.request, NEVER)


def publication(place: Place) -> int:
    """As :func:`activation`, for calendars, thresholds and prices: :data:`LATEST` is what cancels those."""
    return _execution(place.request, LATEST)


def _execution(request: Request, cancelled: int) -> int:
    if request.execution_date_time is None:
        return NOW
    if request.execution_date_time == CANCEL_DATE:
        return cancelled
    seconds = times.utc2000(whole_seconds(request.body, "ExecutionDateTime"))
    if not NOW < seconds < LATEST:
        raise Unsupported(f"ExecutionDateTime: the number of its second, {seconds}, has another meaning")
    return seconds


# -- sources: values in the request -------------------------------------------------------------------


def number(path: str, *, default: int | None = None, origin: int = 0) -> Number:
    """A number, counted from ``origin``; ``default`` where the element is not there."""

    def reader(place: Place) -> int:
        if default is not None and not place.element.has(path):
            return default
        value = place.element.value_of(path, INTEGER) - origin
        if value == default:
            raise XmlError(f"{place.element.name}/{path}: {value + origin} stands for an element left out")
        return value

    return reader


def decimal(path: str, places: int) -> Number:
    """A decimal fraction as a whole number of its smallest unit, ``places`` digits below the point."""
    kind = scaled(places)
    return lambda place: place.element.value_of(path, kind)


def code(path: str, codes: Mapping[str, int]) -> Number:
    """The number that stands for the value of an enumeration."""
    kind = one_of(codes, " or ".join(codes))
    return lambda place: codes[place.element.value_of(path, kind)]


def text(path: str) -> Reader:
    """The element's characters, which must be of ASCII."""
    return lambda place: place.element.value_of(path, ASCII)


def moment(path: str) -> Number:
    """A date and time; :data:`LATEST` for one that is later than 32 bits can say, 31 December 3000 say."""

    def reader(place: Place) -> int:
        instant = whole_seconds(place.element, path)
        return LATEST if instant >= times.from_utc2000(LATEST) else times.utc2000(instant)

    return reader


def minutes(path: str) -> Number:
    """A time of day in minutes from midnight UTC."""

    def reader(place: Place) -> int:
        try:
            instant = DATE_TIME.read(f"2000-01-01T{place.element.text_of(path).strip()}")
        except InputError:
            raise XmlError(f"{place.element.name}/{path}: not a time of day") from None
        whole, rest = divmod(instant, 60_000)
        if rest:
            raise Unsupported(f"{path} has seconds, which a day's schedule in ZigBee does not carry")
        return whole % (24 * 60)

    return reader


# -- sources: elements of which there are several -------------------------------------------------------


def count(path: str) -> Number:
    """How many elements there are at the path."""
    return lambda place: len(place.every(path))


def several(path: str, layout: Callable[..., Layout], **fields: Source) -> Reader:
    """A layout for each element at the path, from which its sources read."""
    return lambda place: tuple(
        layout(**{name: _resolve(source, inner) for name, source in fields.items()})
        for inner in place.every(path)
    )


def nth(path: str, index: int) -> Number:
    """The number of the one element at the path that has this index."""

    def reader(place: Place) -> int:
        found = [value for position, value in by_index(place, path) if position == index]
        if len(found) != 1:
            raise XmlError(f"{place.element.name}: {len(found)} elements {path} have the index {index}")
        return found[0]

    return reader


def by_index(place: Place, path: str) -> tuple[tuple[int, int], ...]:
    """Index and number of the elements at a path, in the order of the index."""
    elements = [inner.element for inner in place.every(path)]
    return tuple(sorted((_whole(one, one.attribute("index")), _whole(one, one.text)) for one in elements))


def _whole(element: Element, digits: str) -> int:
    try:
        return INTEGER.read(digits)
    except InputError as error:
        raise XmlError(f"{element.name}: {error}") from None


def _resolve(source: Source, place: Place) -> Field:
    return source(place) if callable(source) else source
