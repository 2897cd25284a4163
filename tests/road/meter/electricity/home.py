"""What the meter's tests share: parties with keys of their own, a meter that trusts them, and Commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs import KeyUsage, MemoryKeyStore, utrn
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import Holding, KeyRing, Role
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse, Action, Component, invoke_id
from doorstep.gbcs.times import Instant, from_iso
from doorstep.gbcs.usecases import Protection, use_cases_named
from doorstep.road.device.cells import Cells
from doorstep.road.device.objects import place
from doorstep.road.machine import Memory
from doorstep.road.meter.electricity.config import EsmeConfig
from doorstep.road.meter.electricity.machine import Esme
from doorstep.road.meter.electricity.state import State
from doorstep.road.meter.events import Executed, MeterEvent, Rejected
from doorstep.road.meter.logs import EMPTY
from doorstep.road.meter.policy import MeterPolicy

NOW = from_iso("2026-11-23T14:20:00Z")

SUPPLIER = Eui.parse("D0-05-5E-00-0F-00-00-02")
NETWORK_OPERATOR = Eui.parse("D0-05-5E-00-0F-00-00-03")
BROKER = Eui.parse("D0-05-5E-00-0F-00-00-04")
OTHER_USER = Eui.parse("D0-05-5E-00-0F-00-00-7F")
STRANGER = Eui.parse("D0-05-5E-00-0F-00-00-99")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")
HUB = Eui.parse("D0-05-5E-01-00-01-00-6F")

_PARTIES = (SUPPLIER, NETWORK_OPERATOR, BROKER, STRANGER, METER, HUB)
_USAGES = (KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT, KeyUsage.PREPAYMENT_TOP_UP)
_PRIVATE = {
    (party, usage): ec.derive_private_key(1 + 3 * number + kind, ec.SECP256R1())
    for number, party in enumerate(_PARTIES)
    for kind, usage in enumerate(_USAGES)
}
STORE = MemoryKeyStore(_PRIVATE, roles={BROKER: Role.ACCESS_CONTROL_BROKER, SUPPLIER: Role.SUPPLIER})
PARTY_KEYS = KeyRing(Holding(STORE, SUPPLIER, NETWORK_OPERATOR, BROKER, STRANGER))
METER_KEYS = KeyRing(Holding(STORE, METER))

CELLS = Cells(
    {
        Role.SUPPLIER: SUPPLIER,
        Role.NETWORK_OPERATOR: NETWORK_OPERATOR,
        Role.ACCESS_CONTROL_BROKER: BROKER,
    }
)

# Places that many tests look at.
BALANCE = "112 0-0:19.10.0.255 2"
EMERGENCY = "112 0-0:19.10.1.255 2"
EMERGENCY_STATUS = "112 0-0:19.10.1.255 8"
SUPPLY = "70 0-0:96.3.10.255 3"
MODE = "111 0-0:19.0.0.255 2"
PASSIVE_MODE = "111 0-1:19.0.0.255 2"
MODE_DATE = "111 0-1:19.0.0.255 13"
PASSIVE_THRESHOLD = "9000 0-0:94.44.128.22 4"
THRESHOLD_DATE = "9000 0-0:94.44.128.22 6"
THRESHOLD = "21 0-0:16.0.1.255 2"
SCRIPTS = "9 0-0:10.0.106.255 1"
TOKEN_GATEWAY = "115 0-0:19.40.0.255 1"


# -- components ------------------------------------------------------------------------------------


def _component(action: Action, text: str, data: Data) -> Component:
    where = place(text)
    return Component(action, where.class_id, where.obis, where.index, data)


def get(text: str) -> Component:
    return _component(Action.GET, text, Data(Tag.NULL_DATA))


def put(text: str, data: Data) -> Component:
    return _component(Action.SET, text, data)


def invoke(text: str, data: Data) -> Component:
    return _component(Action.ACTION, text, data)


def double_long(number: int) -> Data:
    return Data(Tag.DOUBLE_LONG, number)


def octets(value: bytes) -> Data:
    return Data(Tag.OCTET_STRING, value)


def mode(payment: int, status: int = 1) -> Data:
    return Data(Tag.STRUCTURE, (Data(Tag.ENUM, payment), Data(Tag.ENUM, status)))


def script(selector: int) -> Component:
    return invoke(SCRIPTS, Data(Tag.LONG_UNSIGNED, selector))


# -- whole Commands ----------------------------------------------------------------------------------


def command(
    name: str,
    counter: int,
    *components: Component,
    originator: Eui = SUPPLIER,
    target: Eui = METER,
    on_behalf_of: Eui | None = None,
    protection: Protection | None = None,
    keys: KeyRing = PARTY_KEYS,
) -> bytes:
    """The Command of a use case, signed and MACed as its row demands (or as ``protection`` says)."""
    row = use_cases_named(name)[0]
    header = GroupingHeader(
        Cra.COMMAND,
        counter,
        originator,
        target,
        row.code,
        supplementary_remote_party_id=on_behalf_of,
        supplementary_remote_party_counter=None if on_behalf_of is None else 77,
    )
    message = gbcs.build(header, AccessRequest(invoke_id(counter), components))
    protection = row.command[0] if protection is None else protection
    if Protection.SIGNATURE in protection:
        message = gbcs.sign(message, keys)
    if Protection.MAC in protection:
        message = gbcs.seal(message, keys, author=BROKER)
    return bytes(message)


def read_balance(counter: int) -> bytes:
    return command("ECS82", counter, get(BALANCE))


def adjust_balance(counter: int, amount: int) -> bytes:
    return command("ECS04a", counter, invoke("112 0-0:19.10.0.255 1", double_long(amount)))


def reset_balance(counter: int) -> bytes:
    amounts = (f"112 0-0:19.10.{number}.255 2" for number in range(3))
    return command("ECS04b", counter, *(invoke(credit, double_long(0)) for credit in amounts))


def enable_supply(counter: int) -> bytes:
    return command("ECS42", counter, script(51))


def set_mode(name: str, counter: int, date_time: bytes, threshold: int | None = None) -> bytes:
    """ECS02, or ECS03 with its disablement threshold, with an empty credit and charge configuration."""
    passive = [put(PASSIVE_MODE, mode(1 if threshold is None else 2))]
    dates = [put(MODE_DATE, octets(date_time))]
    if threshold is not None:
        passive.append(put(PASSIVE_THRESHOLD, double_long(threshold)))
        dates.insert(0, put(THRESHOLD_DATE, octets(date_time)))
    configuration = put("111 0-1:19.0.0.255 11", Data(Tag.ARRAY, ()))
    return command(name, counter, *passive, configuration, *dates)


def top_up(number: int, pence: int, counter: int | None = None) -> bytes:
    """CS01a with the UTRN of the ``number``-th top-up; ``counter`` where the Command's is to differ."""
    counter = number << 32 if counter is None else counter
    return command("CS01a", counter, invoke(TOKEN_GATEWAY, octets(digits(number, pence).encode())))


def digits(number: int, pence: int) -> str:
    return str(utrn.issue(PARTY_KEYS, SUPPLIER, METER, number << 32, pence, utrn.ValueClass.PENCE))


# -- meters ------------------------------------------------------------------------------------------


def meter(
    memory: Memory | None = None,
    policy: MeterPolicy | None = None,
    keys: KeyRing = METER_KEYS,
    *,
    initial: Mapping[str, Data] | None = None,
    faults: Iterable[str] = (),
    **config: Any,
) -> Esme:
    """A meter that trusts the parties above; registers and faults go by the text of their places."""
    described = EsmeConfig(
        eui=METER,
        hub=HUB,
        cells=config.pop("cells", CELLS),
        initial={place(text): data for text, data in (initial or {}).items()},
        faults=frozenset(place(text) for text in faults),
        **config,
    )
    return Esme(described, keys, policy, memory)


def meter_keys_without(party: Eui, usage: KeyUsage) -> KeyRing:
    """The meter's keys, but without those of one party for one usage."""
    kept = {name: key for name, key in _PRIVATE.items() if name != (party, usage)}
    public = {name: key.public_key() for name, key in kept.items()}
    own = {name: key for name, key in kept.items() if name[0] == METER}
    return KeyRing(MemoryKeyStore(own, public))


def drained(machine: Esme) -> list[MeterEvent]:
    """Every event that the meter has to give."""
    events = []
    while (event := machine.next_event()) is not None:
        events.append(event)
    return events


def outcome(machine: Esme, data: bytes, now: Instant = NOW) -> Executed | Rejected:
    """What becomes of a Command."""
    machine.take(data, now)
    (found,) = [event for event in drained(machine) if isinstance(event, Executed | Rejected)]
    return found


def executed(machine: Esme, data: bytes, now: Instant = NOW) -> Executed:
    found = outcome(machine, data, now)
    assert isinstance(found, Executed), found.why
    return found


def rejected(machine: Esme, data: bytes, now: Instant = NOW) -> Rejected:
    found = outcome(machine, data, now)
    assert isinstance(found, Rejected)
    return found


def results(event: Executed) -> list[int]:
    """The result code of each component, from the Response."""
    return [result.result for result in payload(event).results]


def payload(event: Executed) -> AccessResponse:
    found = gbcs.decode(event.response).payload
    assert isinstance(found, AccessResponse)
    return found


def number(machine: Esme, text: str) -> int:
    return machine.state.number(place(text))


def value(machine: Esme, text: str) -> Data:
    return machine.state.value(place(text))


def without_logs(state: State) -> State:
    """A state but for what is noted in its logs: what a refusal leaves as it was."""
    return structs.replace(state, logs=EMPTY)
