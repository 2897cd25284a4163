"""How many Commands one Communications Hub routes in a second, what each hop adds, and what it depends on.

A hub is a machine without I/O, so what is measured is its own work: a Command comes out of a PPMID's tunnel
or over the WAN, is checked against 10.8.2, written down, and sent into the meter's tunnel, whose confirmation
lets the hub forget it. What a memory or a radio takes comes on top.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from itertools import count
from statistics import median
from typing import Final, NamedTuple

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.message import build
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component, Obis, invoke_id
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.config import HubConfig, HubPolicy
from doorstep.road.hub.device_log import HISTORY, DeviceLog
from doorstep.road.hub.events import FromWan, PoweredOn, ToWan, WanTook, WanUp
from doorstep.road.hub.machine import Hub
from doorstep.road.machine import Heard, Send
from doorstep.road.tunnel import ENDPOINTS, Arrived, FrameOut, Path, TunnelClient, TunnelServer
from doorstep.zigbee.zcl import Frame

__all__ = ["Figure", "GROWN", "measure_growth", "measure_hops"]

SUPPLIER: Final = Eui.parse("90-B3-D5-1F-30-01-00-00")
CHF, GPF, ESME, PPMID, GSME = (Eui(b"\xd0\x05\x5e\x00\x00\x00\x00" + bytes((n,))) for n in range(1, 6))
_DEVICES: Final = ((ESME, DeviceType.ESME), (PPMID, DeviceType.PPMID), (GSME, DeviceType.GSME))
_YEAR: Final = 365 * 24 * 3_600_000
_COMMANDS: Final = 400
"""Commands of one round, each of its own."""


class Figure(NamedTuple):
    """What was done, and the microseconds that each Command took in each round."""

    name: str
    rounds: list[float]

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def a_second(self) -> float:
        return 1_000_000 / self.median


class Home:
    """A hub, a PPMID's end and a meter's end of their tunnels, joined without a network between."""

    def __init__(self, hub: Hub, now: Instant = 0) -> None:
        self.hub = hub
        self.now = now
        self.arrived = 0
        self._ends = {PPMID: TunnelClient(), ESME: TunnelServer()}
        self._paths = {
            PPMID: Path(PPMID, 1, GPF, ENDPOINTS[DeviceType.CHF]),
            ESME: Path(ESME, 1, GPF, ENDPOINTS[DeviceType.CHF]),
        }
        hub.receive(PoweredOn(), now)
        hub.receive(WanUp(), now)
        self._ends[PPMID].open(now)
        self.settle()

    def relay(self, command: bytes) -> None:
        """A Command from the PPMID to the meter, and every confirmation."""
        self._ends[PPMID].send("", command, self.now)
        self.settle()

    def from_wan(self, command: bytes) -> None:
        """A Command from the WAN to the meter, and every confirmation."""
        self.hub.receive(FromWan(command), self.now)
        self.settle()

    def answer(self, response: bytes) -> None:
        """A Response from the meter to the WAN, and every confirmation."""
        self._ends[ESME].send("", response, self.now)
        self.settle()

    def settle(self) -> None:
        """Let everything that is said arrive."""
        busy = True
        while busy:
            busy = False
            for eui, end in self._ends.items():
                while (event := end.next_event()) is not None:
                    busy = True
                    if isinstance(event, FrameOut):
                        self.hub.receive(Heard(self._paths[eui].carrying(event.frame)), self.now)
                    elif isinstance(event, Arrived):
                        self.arrived += 1
            while (said := self.hub.next_event()) is not None:
                busy = True
                if isinstance(said, Send) and said.asdu.destination in self._ends:
                    self._ends[said.asdu.destination].receive(Frame.from_bytes(said.asdu.payload), self.now)
                elif isinstance(said, ToWan):
                    self.hub.receive(WanTook(said.reference), self.now)


def measure_hops(rounds: int) -> list[Figure]:
    """What routing takes by each way, and the two tunnel ends alone, without the hub between them."""
    home, numbers = Home(_hub()), count(1)
    jobs: list[tuple[Figure, Callable[[bytes], None]]] = [
        (Figure("PPMID to ESME through the hub", []), home.relay),
        (Figure("WAN to ESME through the hub", []), home.from_wan),
        (Figure("ESME to WAN through the hub", []), home.answer),
        (Figure("one tunnel alone: data and its confirmation", []), _tunnel()),
    ]
    for _ in range(rounds):
        for figure, do in jobs:
            messages = [_message(figure.name, next(numbers)) for _ in range(_COMMANDS)]
            figure.rounds.append(_timed(do, messages))
    return [figure for figure, _do in jobs]


GROWN: Final = (
    "history of the Device Log",
    "messages that wait for another Device",
    "uptime, and Commands before",
)
"""What a hub gathers, and what a Command must not cost more for."""


def measure_growth(rounds: int, sizes: tuple[int, ...] = (1, 10, 100)) -> list[tuple[str, list[Figure]]]:
    """The time that a Command takes from the PPMID to the meter, with so many times as much gathered."""
    makers = (_with_history, _with_queue, _with_uptime)
    rows = []
    for name, maker in zip(GROWN, makers, strict=True):
        homes = [(Figure(f"x{size}", []), maker(size)) for size in sizes]
        numbers = count(10_000_000)
        for _ in range(rounds):
            for figure, home in homes:
                messages = [_message("PPMID", next(numbers)) for _ in range(_COMMANDS)]
                figure.rounds.append(_timed(home.relay, messages))
        rows.append((name, [figure for figure, _home in homes]))
    return rows


def _timed(do: Callable[[bytes], None], messages: list[bytes]) -> float:
    gc.collect()
    start = time.process_time()
    for message in messages:
        do(message)
    return 1_000_000 * (time.process_time() - start) / len(messages)


def _hub(devices: DeviceLog | None = None, policy: HubPolicy | None = None) -> Hub:
    log = devices or DeviceLog.of(_DEVICES)
    return Hub(HubConfig(chf=CHF, gpf=GPF, devices=log, firmware=2, response_copy=True), policy)


def _with_history(size: int) -> Home:
    """Devices that came and went, up to what the historic log holds and far beyond."""
    log = DeviceLog.of(_DEVICES)
    for number in range(size * HISTORY // 5):
        gone = Eui(number.to_bytes(8, "big"))
        log = log.adding(gone, DeviceType.TYPE2).removing(gone)
    return Home(_hub(log))


def _with_queue(size: int) -> Home:
    """Commands that wait for a gas meter that never wakes."""
    home = Home(_hub(policy=HubPolicy(waiting=100_000)))
    for number in range(10 * size):
        home.from_wan(_command(GSME, 1 + number))
    return home


def _with_uptime(size: int) -> Home:
    """Years, and Commands routed in them."""
    home = Home(_hub())
    for number in range(20 * size):
        home.relay(_command(ESME, 1 + number))
    home.now += size * _YEAR // 100
    home.hub.on_deadline(home.now)
    home.settle()
    return home


def _tunnel() -> Callable[[bytes], None]:
    """Data from one end of a tunnel to the other, and its confirmation back."""
    client, server = TunnelClient(), TunnelServer()
    client.open(0)

    def carry(data: bytes) -> None:
        client.send("", data, 0)
        busy = True
        while busy:
            busy = False
            for one, other in ((client, server), (server, client)):
                while (event := one.next_event()) is not None:
                    busy = True
                    if isinstance(event, FrameOut):
                        other.receive(Frame.from_bytes(event.frame), 0)

    return carry


def _message(name: str, counter: int) -> bytes:
    if name.startswith("ESME"):
        return _built(GroupingHeader(Cra.RESPONSE, counter, ESME, SUPPLIER, 0x0062))
    return _command(ESME, counter)


def _command(target: Eui, counter: int) -> bytes:
    return _built(GroupingHeader(Cra.COMMAND, counter, SUPPLIER, target, 0x0062))


def _built(header: GroupingHeader) -> bytes:
    """A message as long as the average of the reference set, some 240 bytes; its protection is made up."""
    component = Component(Action.SET, 1, Obis.parse("0-0:94.44.10.0"), 2, Data(Tag.OCTET_STRING, bytes(80)))
    payload = AccessRequest(invoke_id(header.originator_counter), (component,))
    return bytes(build(header, payload, signature=bytes(64), mac=bytes(12)))
