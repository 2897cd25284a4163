"""The reference messages: the meter's Responses and Alerts are those of the set, byte for byte."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import pytest

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, Message
from doorstep.gbcs.encrypted import opened
from doorstep.gbcs.message import Form
from doorstep.gbcs.payloads.axdr import CompactArray, Data, Tag, Value
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse, Action, Component, Obis
from doorstep.gbcs.times import Instant, from_utc2000
from doorstep.road.device.objects import Place, place
from doorstep.road.machine import Memory
from doorstep.road.meter.electricity.config import EsmeConfig
from doorstep.road.meter.electricity.logs import LOGS
from doorstep.road.meter.electricity.machine import Esme
from doorstep.road.meter.electricity.protected import PROTECTED, Guarded, GuardedLog
from doorstep.road.meter.electricity.registers import REGISTERS
from doorstep.road.meter.events import Executed, Rejected
from doorstep.road.meter.logs import Entry, Log
from doorstep.road.meter.usage import Quantity, Usage
from tests.reference import available, hex_file, manifest, shared
from tests.road.meter.electricity.home import drained
from tests.road.meter.reference_keys import CELLS, ESME, GPF, THEN, ReferenceKeys

PREPAYMENT = {place("111 0-0:19.0.0.255 2"): Data(Tag.STRUCTURE, (Data(Tag.ENUM, 2), Data(Tag.ENUM, 2)))}

# What this meter does not have: control of auxiliary switches and its log, and some other logs.
ABSENT_PLACES = (place("7 0-17:99.98.2.255 1"),)
ABSENT_OBJECTS = tuple(
    map(Obis.parse, ("0-0:10.0.103.255", "0-0:94.44.117.1", "0-0:94.44.119.2", "0-0:94.44.121.1"))
)

# Of these the Responses, encrypted, tell of a second element.
TWINS = ("ECS17b_4.1.1_TWIN", "ECS17d_4.1.2_TWIN")

PLAN = {quantity: tuple(range(48)) for quantity in Quantity}

THE_SIX = ("ECS82", "CS01a", "ECS04b", "ECS42", "ECS02", "ECS03")


@pytest.fixture(scope="module")
def keys() -> KeyRing:
    return KeyRing(ReferenceKeys())


class Group(Enum):
    """What the reference Commands in DLMS to the ESME are to this meter."""

    MODELLED = "all objects are there"
    LOGGED = "asks for a log, of which the meter's own life tells"
    BEYOND = "names an object that this meter does not have"
    FOREIGN = "sent by a party that this meter has no cell for (a load controller)"


def scenarios(group: Group) -> list[str]:
    """The paths of the reference Commands in a group."""
    if not available():
        return ["the reference data"]
    return [
        row["path"]
        for row in manifest()
        if row["kind"] == "COMMAND"
        and Eui.parse(row["recipient_eui"]) == ESME
        and row["payload_kind"] == "DLMS"
        and not Path(row["path"]).name.startswith(TWINS)
        and group_of(read(row["path"])) is group
    ]


def read(path: str) -> Message:
    return gbcs.decode(hex_file(shared(f"rtds/{path}")))


def group_of(command: Message) -> Group:
    if command.header.business_originator_id not in CELLS.parties.values():
        return Group.FOREIGN
    components = request_of(command).components
    if not all(map(is_there, components)):
        return Group.BEYOND
    return Group.LOGGED if any(map(is_log, components)) else Group.MODELLED


def is_log(component: Component) -> bool:
    return where(component) in LOGS or isinstance(PROTECTED.get(where(component)), GuardedLog)


def is_there(component: Component) -> bool:
    return not (
        (component.class_id == 30 and where(component) not in PROTECTED)
        or (component.action is Action.GET_WITH_SELECTION and where(component) not in LOGS)
        or where(component) in ABSENT_PLACES
        or component.obis in ABSENT_OBJECTS
    )


def request_of(command: Message) -> AccessRequest:
    assert isinstance(command.payload, AccessRequest)
    return command.payload


def where(component: Component) -> Place:
    return Place(component.class_id, component.obis, component.attribute)


def meter_behind(request: AccessRequest, response: AccessResponse, keys: KeyRing) -> Esme:
    """A meter with the register values that the Response reports, and broken where it reports a fault."""
    initial, faults = dict(PREPAYMENT), set()
    for component, result in zip(request.components, response.results, strict=True):
        if result.result == 1:
            faults.add(where(component))
        elif where(component) in PROTECTED and result.action is Action.ACTION:
            (told,) = elements(result.data)
            guarded = PROTECTED[where(component)]
            assert isinstance(guarded, Guarded)
            initial.update(zip(guarded.registers, elements(told), strict=True))
        elif where(component) in REGISTERS and result.action is Action.GET and result.result == 0:
            initial[where(component)] = result.data
    config = EsmeConfig(eui=ESME, cells=CELLS, hub=GPF, initial=initial, faults=frozenset(faults))
    return Esme(config, keys)


def elements(data: Data) -> tuple[Data, ...]:
    assert isinstance(data.value, tuple)
    return data.value


def process(meter: Esme, command: bytes, now: Instant = THEN) -> Executed | Rejected:
    meter.take(command, now)
    (outcome,) = [event for event in drained(meter) if isinstance(event, Executed | Rejected)]
    return outcome


def executed(meter: Esme, command: bytes, now: Instant = THEN) -> Executed:
    outcome = process(meter, command, now)
    assert isinstance(outcome, Executed), outcome.why
    return outcome


@pytest.mark.parametrize("path", scenarios(Group.MODELLED), ids=lambda path: Path(path).stem)
def test_response_is_that_of_the_reference(path: str, keys: KeyRing) -> None:
    command, response = read(path), read(path.replace("_COMMAND_", "_RESPONSE_"))
    told = opened(response, keys)
    assert isinstance(told, AccessResponse)

    outcome = executed(meter_behind(request_of(command), told, keys), bytes(command))

    ours = gbcs.decode(outcome.response)
    assert ours.form is response.form
    # Signatures are randomised in the set, so all but the signature is compared there.
    assert ours.grouped == response.grouped
    if response.form is Form.MACED:
        assert outcome.response == bytes(response)
    assert outcome.succeeded is ("ERROR" not in path)


# -- logs ------------------------------------------------------------------------------------------------


def buffer(response: Message, keys: KeyRing) -> CompactArray:
    """The entries of the one log that a Response tells of."""
    told = opened(response, keys)
    assert isinstance(told, AccessResponse)
    (result,) = told.results
    data = result.data if result.data.tag is Tag.COMPACT_ARRAY else elements(result.data)[0]
    assert isinstance(data.value, CompactArray)
    return data.value


def column(entries: CompactArray, index: int) -> list[Value]:
    return [elements(entry)[index].value for entry in entries.elements]


def logged(what: str) -> list[str]:
    """The paths of the reference Commands that ask for a log and whose name has ``what``."""
    return [path for path in scenarios(Group.LOGGED) if what in path] or ["the reference data"]


def asked_for(path: str) -> tuple[Message, Message]:
    """A Command and its Response; skips where there is no reference data."""
    shared("rtds")
    return read(path), read(path.replace("_COMMAND_", "_RESPONSE_"))


@pytest.mark.parametrize("path", logged("ERROR"), ids=lambda path: Path(path).stem)
def test_a_broken_log_is_answered_as_in_the_reference(path: str, keys: KeyRing) -> None:
    command, response = asked_for(path)
    assert isinstance(response.payload, AccessResponse)
    meter = meter_behind(request_of(command), response.payload, keys)
    assert executed(meter, bytes(command)).response == bytes(response)


@pytest.mark.parametrize("path", logged("6.13"), ids=lambda path: Path(path).stem)
def test_a_log_of_events_tells_of_them_as_in_the_reference(path: str, keys: KeyRing) -> None:
    """A meter to which just these things have happened answers byte for byte."""
    command, response = asked_for(path)
    if "ERROR" in path:
        return  # Broken, see above.
    log = Log.EVENTS if "ECS35a" in path else Log.SECURITY
    memory: dict[str, bytes | None] = {}
    for number, entry in enumerate(buffer(response, keys).elements):
        seconds, code, *data = (one.value for one in elements(entry))
        assert isinstance(seconds, int)
        assert isinstance(code, int)
        text = data[0] if data and isinstance(data[0], bytes) else b""
        made = Entry(number, from_utc2000(seconds), code, text)
        memory[f"log/{log.name} {number}"] = made.to_bytes()
    meter = Esme(EsmeConfig(eui=ESME, cells=CELLS, hub=GPF), keys, memory=memory)
    assert executed(meter, bytes(command)).response == bytes(response)


@pytest.mark.parametrize("path", logged("SUCCESS"), ids=lambda path: Path(path).stem)
def test_a_log_has_the_entries_and_columns_of_the_reference(path: str, keys: KeyRing) -> None:
    """Another home has other amounts, but the same times, the same types, in a Response of the same form."""
    command, response = asked_for(path)
    theirs = buffer(response, keys)
    last = column(theirs, 0)[-1]
    assert isinstance(last, int)
    meter = Esme(
        EsmeConfig(eui=ESME, cells=CELLS, hub=GPF, usage=Usage(amounts=PLAN), twin="TWIN" in path), keys
    )

    ours = gbcs.decode(executed(meter, bytes(command), from_utc2000(last)).response)

    assert ours.form is response.form
    assert ours.header == response.header
    told = buffer(ours, keys)
    assert told.description == theirs.description
    if "6.13" not in path:
        assert column(told, 0) == column(theirs, 0)


def twins() -> list[str]:
    if not available():
        return ["the reference data"]
    return [
        row["path"]
        for row in manifest()
        if row["kind"] == "COMMAND" and Path(row["path"]).name.startswith(TWINS) and "SUCCESS" in row["path"]
    ]


def shape(data: Data) -> object:
    """The types of a value and of all that is in it."""
    return data.tag, tuple(map(shape, data.value)) if isinstance(data.value, tuple) else None


@pytest.mark.parametrize("path", twins(), ids=lambda path: Path(path).stem)
def test_a_second_element_is_told_as_in_the_reference(path: str, keys: KeyRing) -> None:
    command, response = asked_for(path)
    config = EsmeConfig(eui=ESME, cells=CELLS, hub=GPF, usage=Usage(amounts=PLAN), twin=True)
    ours = gbcs.decode(executed(Esme(config, keys), bytes(command)).response)
    assert ours.header == response.header
    told, expected = opened(ours, keys), opened(response, keys)
    assert isinstance(told, AccessResponse)
    assert isinstance(expected, AccessResponse)
    assert [shape(one.data) for one in told.results] == [shape(one.data) for one in expected.results]


@pytest.mark.parametrize("path", scenarios(Group.BEYOND), ids=lambda path: Path(path).stem)
def test_an_object_that_is_not_there_is_undefined(path: str, keys: KeyRing) -> None:
    command = read(path)
    meter = Esme(EsmeConfig(eui=ESME, cells=CELLS, hub=GPF), keys)

    outcome = executed(meter, bytes(command))

    payload = gbcs.decode(outcome.response).payload
    assert isinstance(payload, AccessResponse)
    there = [is_there(component) for component in request_of(command).components]
    first = there.index(False)
    expected = [0] * first + [4] + [250] * (len(there) - first - 1)
    assert [result.result for result in payload.results] == expected


@pytest.mark.parametrize("path", scenarios(Group.FOREIGN), ids=lambda path: Path(path).stem)
def test_a_party_without_a_cell_is_refused(path: str, keys: KeyRing) -> None:
    meter = Esme(EsmeConfig(eui=ESME, cells=CELLS, hub=GPF), keys)
    assert process(meter, bytes(read(path))) == Rejected(
        bytes(read(path)), "90-B3-D5-1F-30-01-00-08 is in no trust anchor cell", 0x8F3E
    )


@pytest.mark.parametrize("name", THE_SIX)
def test_the_six_use_cases_are_among_them(name: str) -> None:
    shared("rtds")
    found = [Path(path).name for path in scenarios(Group.MODELLED)]
    kinds = {
        kind
        for kind in ("SUCCESS", "ERROR")
        for path in found
        if path.startswith(f"{name}_") and kind in path
    }
    assert kinds == {"SUCCESS", "ERROR"}


def future_dated() -> list[str]:
    return [path for path in scenarios(Group.MODELLED) if "_FUTURE_DATED_" in path] or ["the reference data"]


@pytest.mark.parametrize("path", future_dated(), ids=lambda path: Path(path).stem)
def test_alerts_are_those_of_the_reference(path: str, keys: KeyRing) -> None:
    start, _, rest = Path(path).name.partition("FUTURE_DATED")
    alerts = [
        gbcs.decode(hex_file(found))
        for found in shared(f"rtds/{path}").parent.glob(f"{start}8F66_FUTURE_DATED*_ALERT_*.HEX")
        if found.name.partition("_ALERT_")[0] == f"{start}8F66_FUTURE_DATED{rest.partition('_COMMAND_')[0]}"
    ]
    alerts.sort(key=lambda alert: alert.header.originator_counter)
    assert alerts
    first = alerts[0].header.originator_counter
    memory: Memory = {"own-counter": (first - 1).to_bytes(8, "big")}
    meter = Esme(EsmeConfig(eui=ESME, cells=CELLS, hub=GPF), keys, memory=memory)
    assert executed(meter, bytes(read(path))).succeeded
    responses = len(meter.state.unsent)
    meter.on_deadline(meter.state.pending[0].due)

    ours = [gbcs.decode(message) for message in list(meter.state.unsent.values())[responses:]]
    by_counter = {message.header.originator_counter: message for message in ours}
    for alert in alerts:
        assert by_counter[alert.header.originator_counter].grouped == alert.grouped
