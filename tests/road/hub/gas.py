"""What a gas meter and a display say to the gas proxy by ZCL, and Commands in GBZ with their Responses."""

from __future__ import annotations

from typing import Any

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.message import build
from doorstep.gbcs.payloads.gbz import Component, GbzPayload, compose
from doorstep.road.machine import Send
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters import METERING, PRICE
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.clusters.metering import ConfigureMirror, RequestMirror
from doorstep.zigbee.clusters.price import (
    PriceMatrixEntry,
    PublishPriceMatrix,
    PublishTariffInformation,
)
from doorstep.zigbee.mirror import ENERGY_SERVICES, MIRROR, report
from doorstep.zigbee.zcl import (
    DefaultResponse,
    Direction,
    Frame,
    ReadAttributes,
    ReadAttributesResponse,
    Status,
)
from tests.road.hub.bench import Bench
from tests.road.hub.messages import GPF, GSME, PPMID, SUPPLIER

GCS01B = 0x00A3


def say(bench: Bench, device: Eui, endpoint: int, cluster: Cluster, frame: Frame) -> list[tuple[int, Frame]]:
    """Send the proxy a frame; gives the frames that it answers with, and from which endpoint."""
    from doorstep.road.machine import Heard

    said = bench.tell(Heard(Asdu(device, GPF, 1, endpoint, cluster.id, 0x0109, frame.to_bytes())))
    return [
        (event.asdu.source_endpoint, Frame.from_bytes(event.asdu.payload))
        for event in said
        if isinstance(event, Send) and event.asdu.destination == device
    ]


def command(
    bench: Bench, device: Eui, endpoint: int, cluster: Cluster, what: Command, sequence: int = 9
) -> Any:
    """Send a command; gives the one answer: a command of the cluster, or a general one."""
    meter = device == GSME
    direction = Direction.TO_CLIENT if meter else Direction.TO_SERVER
    ((source, answer),) = say(
        bench, device, endpoint, cluster, cluster.frame(what, direction, sequence=sequence)
    )
    assert (source, answer.sequence, answer.direction) == (endpoint, sequence, direction.opposite)
    return cluster.command_in(answer) if answer.cluster_specific else answer.general_command


def read(
    bench: Bench, cluster: Cluster, *attributes: int, device: Eui = PPMID, endpoint: int = MIRROR
) -> list[tuple[int, Any]] | int:
    """Read attributes as a display does: status and value of each, or the status of a Default Response."""
    frame = Frame.of_general(ReadAttributes(attributes), sequence=7, direction=Direction.TO_SERVER)
    ((_endpoint, answer),) = say(bench, device, endpoint, cluster, frame)
    found = answer.general_command
    if isinstance(found, DefaultResponse):
        return found.status
    assert isinstance(found, ReadAttributesResponse)
    assert [record.attribute for record in found.records] == list(attributes)
    return [(record.status, record.value) for record in found.records]


def mirror(bench: Bench, scheme: int = 1) -> None:
    """Let the gas meter have its mirror, and configure it."""
    command(bench, GSME, ENERGY_SERVICES, METERING, RequestMirror())
    answer = command(bench, GSME, MIRROR, METERING, ConfigureMirror(100, 1800, 1, scheme))
    assert answer == DefaultResponse(0x08, Status.SUCCESS)


def reported(bench: Bench, cluster: Cluster, values: dict[int, Any]) -> Any:
    """Report attributes, as the gas meter does when it wakes; gives what answers."""
    frame = report(cluster, values.items(), sequence=3)
    ((_endpoint, answer),) = say(bench, GSME, MIRROR, cluster, frame)
    return METERING.command_in(answer) if answer.cluster_specific else answer.general_command


def tariff(price: int, start: int = 0, charge: int = 500) -> tuple[Command, ...]:
    """A tariff of one price by block, in the commands of GCS01b."""
    return (
        PublishTariffInformation(0, 1, 1, start, 0x10, b"flat", 0, 0, 0, 826, 0x50, charge, 0, 1, 1),
        PublishPriceMatrix(0, 1, start, 1, 0, 1, 0, (PriceMatrixEntry(0, price),)),
    )


def gcs01b(counter: int, *commands: Command) -> bytes:
    """A tariff for the gas meter, with made-up protection."""
    components = [
        Component.of_frame(PRICE.id, PRICE.frame(one, Direction.TO_CLIENT, sequence=number))
        for number, one in enumerate(commands)
    ]
    header = GroupingHeader(Cra.COMMAND, counter, SUPPLIER, GSME, GCS01B)
    return bytes(build(header, compose(components), signature=bytes(64), mac=bytes(12)))


def accepted(counter: int, statuses: tuple[int, ...] = (0, 0), sequences: tuple[int, ...] = (0, 1)) -> bytes:
    """The gas meter's Response: a Default Response for each component."""
    components = []
    for sequence, status in zip(sequences, statuses, strict=True):
        answer = DefaultResponse(4 + sequence, status)
        frame = Frame.of_general(answer, sequence=sequence, direction=Direction.TO_SERVER)
        components.append(Component.of_frame(PRICE.id, frame))
    header = GroupingHeader(Cra.RESPONSE, counter, GSME, SUPPLIER, GCS01B)
    payload: GbzPayload = compose(components)
    return bytes(build(header, payload, signature=bytes(64)))
