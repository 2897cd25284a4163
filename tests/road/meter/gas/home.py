"""What the gas meter's tests share: Commands in GBZ, a meter that trusts the parties, and a hub for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs import utrn
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.gbz import Component, GbzPayload, compose
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import Protection, use_cases_named
from doorstep.road.device import Cells, Executed, Rejected
from doorstep.road.device.clusters import Attr, named
from doorstep.road.machine import Memory
from doorstep.road.meter.events import MeterEvent
from doorstep.road.meter.gas.commands import Fault
from doorstep.road.meter.gas.config import GsmeConfig, WakePolicy
from doorstep.road.meter.gas.machine import Gsme
from doorstep.road.meter.policy import MeterPolicy
from doorstep.zigbee.clusters import CLUSTERS, METERING, PREPAYMENT, PRICE
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.clusters.prepayment import (
    ChangePaymentMode,
    ConsumerTopUp,
    CreditAdjustment,
    PaymentControl,
    SelectAvailableEmergencyCredit,
)
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import DefaultResponse, Direction, Frame, ReadAttributes, ReadAttributesResponse
from tests.road.meter.electricity.home import (
    BROKER,
    CELLS,
    HUB,
    METER,
    METER_KEYS,
    NOW,
    PARTY_KEYS,
    STRANGER,
    SUPPLIER,
)

# The parties and their keys are those of the electricity meter's tests; so is the one meter.
GSME, PPMID = METER, STRANGER
SECOND, MINUTE = 1000, 60_000
DAY = 1440 * MINUTE
PREPAID = PaymentControl.PREPAYMENT | PaymentControl.CONTACTOR_FITTED

CREDIT = named(PREPAYMENT, "CreditRemaining")
EMERGENCY = named(PREPAYMENT, "EmergencyCreditRemaining")
STATUS = named(PREPAYMENT, "CreditStatus")
MODE = named(PREPAYMENT, "PaymentControlConfiguration")
CUT_OFF = named(PREPAYMENT, "CutOffValue")
SUPPLY = named(METERING, "SupplyStatus")
STANDING_CHARGE = named(PRICE, "StandingCharge")


# -- components and Commands ------------------------------------------------------------------------


def cluster_of(command: Command) -> tuple[Cluster, Direction]:
    return next(
        (cluster, direction)
        for cluster in CLUSTERS.values()
        for direction in Direction
        if type(command) in cluster.commands(direction).values()
    )


def component(sequence: int, command: Command | tuple[Cluster, tuple[int, ...]]) -> Component:
    """A command, or a request for attributes of a cluster."""
    if isinstance(command, tuple):
        cluster, attributes = command
        frame = Frame.of_general(ReadAttributes(attributes), sequence=sequence, direction=Direction.TO_SERVER)
    else:
        cluster, direction = cluster_of(command)
        frame = cluster.frame(command, direction, sequence=sequence)
    return Component.of_frame(cluster.id, frame)


def command(
    name: str,
    counter: int,
    *commands: Command | tuple[Cluster, tuple[int, ...]],
    originator: Eui = SUPPLIER,
    on_behalf_of: Eui | None = None,
    certificate: bytes = b"",
) -> bytes:
    """The Command of a use case, protected as its row demands."""
    row = use_cases_named(name)[0]
    header = GroupingHeader(
        Cra.COMMAND,
        counter,
        originator,
        GSME,
        row.code,
        supplementary_remote_party_id=on_behalf_of,
        supplementary_remote_party_counter=None if on_behalf_of is None else 77,
        supplementary_certificate=certificate,
    )
    message = gbcs.build(header, compose(component(*one) for one in enumerate(commands)))
    if Protection.SIGNATURE in row.command[0]:
        message = gbcs.sign(message, PARTY_KEYS)
    return bytes(gbcs.seal(message, PARTY_KEYS, author=PPMID if originator == PPMID else BROKER))


def adjust(counter: int, value: int) -> bytes:
    return command("GCS40a", counter, CreditAdjustment(0, 0, 0, value))


def set_mode(counter: int, control: int, when: int = 0, cut_off: int = -1) -> bytes:
    name = "GCS03" if control & PaymentControl.PREPAYMENT else "GCS02"
    return command(name, counter, ChangePaymentMode(0, 1, when, control, cut_off))


def digits(number: int, pence: int) -> bytes:
    return str(utrn.issue(PARTY_KEYS, SUPPLIER, GSME, number << 32, pence, utrn.ValueClass.PENCE)).encode()


def top_up(number: int, pence: int, counter: int | None = None) -> bytes:
    return command(
        "CS01b", number << 32 if counter is None else counter, ConsumerTopUp(0, digits(number, pence))
    )


def local_top_up(counter: int, number: int, pence: int) -> bytes:
    """PCS01, as a PPMID sends it."""
    return command("PCS01", counter, ConsumerTopUp(2, digits(number, pence)), originator=PPMID)


def local_emergency_credit(counter: int) -> bytes:
    """PCS02, as a PPMID sends it."""
    return command("PCS02", counter, SelectAvailableEmergencyCredit(0, 2), originator=PPMID)


# -- meters ----------------------------------------------------------------------------------------------


def meter(
    memory: Memory | None = None,
    policy: MeterPolicy | None = None,
    keys: KeyRing = METER_KEYS,
    *,
    initial: Mapping[Attr, Value] | None = None,
    published: Mapping[str, Command] | None = None,
    faults: Iterable[Fault] = (),
    waking: WakePolicy | None = None,
) -> Gsme:
    """A gas meter that trusts the parties and the PPMID above."""
    config = GsmeConfig(
        eui=GSME,
        hub=HUB,
        cells=Cells(CELLS.parties, frozenset((PPMID,))),
        initial=initial or {},
        published=published or {},
        faults=frozenset(faults),
    )
    return Gsme(config, keys, policy, memory, waking=waking)


def drained(machine: Gsme) -> list[MeterEvent]:
    """Every event that the meter has to give."""
    events = []
    while (event := machine.next_event()) is not None:
        events.append(event)
    return events


def outcome(machine: Gsme, data: bytes, now: Instant = NOW) -> Executed | Rejected:
    """What becomes of a Command."""
    machine.take(data, now)
    (found,) = [event for event in drained(machine) if isinstance(event, Executed | Rejected)]
    return found


def executed(machine: Gsme, data: bytes, now: Instant = NOW) -> Executed:
    found = outcome(machine, data, now)
    assert isinstance(found, Executed), found.why
    return found


def rejected(machine: Gsme, data: bytes, now: Instant = NOW) -> Rejected:
    found = outcome(machine, data, now)
    assert isinstance(found, Rejected)
    return found


def answered(event: Executed) -> tuple[Any, ...]:
    """The commands that answer the components, in order."""
    payload = gbcs.decode(event.response).payload
    assert isinstance(payload, GbzPayload)
    return tuple(one.command for one in payload.components)


def statuses(event: Executed) -> list[int]:
    """The status that answers each component; of a read, that of its attributes one by one."""
    found: list[int] = []
    for answer in answered(event):
        if isinstance(answer, DefaultResponse):
            found.append(answer.status)
        elif isinstance(answer, ReadAttributesResponse):
            found += [record.status for record in answer.records]
        else:
            found.append(0)
    return found
