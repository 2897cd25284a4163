"""A meter's servers, made of the clusters' own rows: it answers reads, and does as its test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.eui import Eui
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.clusters import CLUSTERS, MESSAGING, METERING, PREPAYMENT, PRICE
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.messaging import DisplayMessage, GetLastMessage
from doorstep.zigbee.clusters.price import GetCurrentPrice, PublishPrice
from doorstep.zigbee.zcl import (
    AttributeRecord,
    Direction,
    Frame,
    ReadAttributes,
    ReadAttributesResponse,
    Status,
)

BALANCE = (PREPAYMENT.id, 0x0001)
MODE = (PREPAYMENT.id, 0x0000)
CREDIT_STATUS = (PREPAYMENT.id, 0x0003)
DEBT = (PREPAYMENT.id, 0x0005)
LIMIT = (PREPAYMENT.id, 0x0010)
SUPPLY = (METERING.id, 0x0014)
STANDING_CHARGE = (PRICE.id, 0x0301)
FIRST_PRICE = (PRICE.id, 0x0410)

ATTRIBUTES: dict[tuple[int, int], Any] = {
    MODE: 0x0002 | 0x0001,
    BALANCE: 1_234_567,
    (PREPAYMENT.id, 0x0002): 500_000,
    CREDIT_STATUS: 0x01,
    DEBT: 3_000_000,
    LIMIT: 1_000_000,
    (PREPAYMENT.id, 0x0011): 200_000,
    (PREPAYMENT.id, 0x0031): 300_000,
    (METERING.id, 0x0000): 12_345_678,
    SUPPLY: 2,
    (METERING.id, 0x0300): 0,
    (METERING.id, 0x0301): 1,
    (METERING.id, 0x0302): 1_000,
    (METERING.id, 0x030F): b"Economy 7",
    STANDING_CHARGE: 25_000,
    FIRST_PRICE: 14_500,
    (PRICE.id, 0x0617): 0x50,
}
"""Money in thousandths of a penny, energy in Wh, prices with five decimal places."""


class StubMeter:
    """The servers of one Device. ``answers`` says what a command of a cluster is answered with."""

    def __init__(self, eui: Eui) -> None:
        self.eui = eui
        self.attributes = dict(ATTRIBUTES)
        self.price: PublishPrice | None = None
        self.message: DisplayMessage | None = None
        self.heard: list[Command] = []
        self.answers: Callable[[Command], Command | Status | None] = lambda _command: Status.SUCCESS
        self.on = True

    def hear(self, asdu: Asdu) -> list[Asdu]:
        """What it answers to a payload."""
        if not self.on:
            return []
        frame, cluster = Frame.from_bytes(asdu.payload), CLUSTERS[asdu.cluster]
        if frame.profile_wide:
            request = frame.general_command
            if not isinstance(request, ReadAttributes):
                return []
            records = tuple(self._record(asdu.cluster, attribute) for attribute in request.attributes)
            answer = Frame.of_general(
                ReadAttributesResponse(records), sequence=frame.sequence, direction=Direction.TO_CLIENT
            )
            return [self._back(asdu, answer)]
        command = cluster.command_in(frame)
        assert isinstance(command, Command)
        self.heard.append(command)
        reply = self._reply(command)
        if reply is None:
            return []
        if isinstance(reply, Status):
            return [self._back(asdu, frame.default_response(reply))]
        return [self._back(asdu, cluster.frame(reply, Direction.TO_CLIENT, sequence=frame.sequence))]

    def says(
        self, to: Eui, cluster: int, command: Command, *, endpoint: int = 1, quiet: bool = False
    ) -> Asdu:
        """A command that it sends of its own accord."""
        frame = CLUSTERS[cluster].frame(command, Direction.TO_CLIENT, sequence=0x77, quiet=quiet)
        return Asdu(self.eui, to, 1, 1, cluster, SMART_ENERGY, frame.to_bytes())

    def _reply(self, command: Command) -> Command | Status | None:
        if isinstance(command, GetCurrentPrice):
            return self.price or Status.NOT_FOUND
        if isinstance(command, GetLastMessage):
            return self.message or Status.NOT_FOUND
        return self.answers(command)

    def _record(self, cluster: int, attribute: int) -> AttributeRecord:
        row = CLUSTERS[cluster].attribute(attribute)
        value = self.attributes.get((cluster, attribute))
        if row is None or value is None:
            return AttributeRecord(attribute, Status.UNSUPPORTED_ATTRIBUTE)
        return AttributeRecord(attribute, Status.SUCCESS, row.type.id, value)

    def _back(self, asdu: Asdu, frame: Frame) -> Asdu:
        return Asdu(
            self.eui,
            asdu.source,
            asdu.destination_endpoint,
            asdu.source_endpoint,
            asdu.cluster,
            asdu.profile,
            frame.to_bytes(),
        )


def words(text: str, number: int = 1) -> DisplayMessage:
    """A message of the supplier's."""
    return DisplayMessage(number, 0, 0, 0xFFFF, text.encode())


def price(amount: int) -> PublishPrice:
    """The price in force, with five decimal places of pounds."""
    return PublishPrice(0, b"Day", 1, 0, 0, 826, 0x51, 0x21, 0, 0xFFFF, amount)


__all__ = ["MESSAGING", "StubMeter", "price", "words"]
