"""A home in virtual time: PPMID, hub and a stub of a meter, joined by a network that may lose frames.

Each Device is a machine with a rim that performs its events in order and keeps what it remembers. A rim
can be told to crash when it has written something down: whatever the machine said after that is lost,
and some time later a new machine starts from what was written.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

from doorstep.eui import Eui
from doorstep.gbcs import gbt
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.config import HubConfig, HubPolicy
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.events import PoweredOn as HubPoweredOn
from doorstep.road.hub.events import ToWan, WanTook
from doorstep.road.hub.machine import Hub
from doorstep.road.machine import Heard, Machine, Memory, Remember, Send, Stop
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.events import Deliver, Report, Stage
from doorstep.road.ppmid.events import PoweredOn as PpmidPoweredOn
from doorstep.road.ppmid.machine import Ppmid
from doorstep.road.tunnel import Arrived, FrameOut, Path, TunnelServer
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.zcl import Frame
from tests.road.hub.messages import CHF, ESME, GPF, PPMID, RESPONSE, message

LATENCY = 30
MINUTE = 60_000
HOUR = 60 * MINUTE


class StubMeter(Stop[Any]):
    """A meter's tunnel end: it keeps the Commands that come, whole, and answers each if it shall."""

    def __init__(
        self, eui: Eui, answers: bool, kept: list[bytes], blocks: gbt.Policy | None, size: int | None
    ) -> None:
        super().__init__()
        self._reassembly = gbt.Reassembly(blocks)
        self._size = size
        self._path = Path(eui, 1, GPF, 3)
        self._end = TunnelServer()
        self._answers = answers
        self._kept = kept

    def receive(self, event: Any, now: Instant) -> None:
        if isinstance(event, Heard) and self._path.leads_here(event.asdu):
            self._end.receive(Frame.from_bytes(event.asdu.payload), now)
        self._pump(now)

    def deadline(self) -> Instant | None:
        dues = (self._end.deadline(), self._reassembly.deadline())
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        self._end.on_deadline(now)
        self._reassembly.on_deadline(now)
        self._pump(now)

    def _pump(self, now: Instant) -> None:
        self._put_together(now)
        while (event := self._end.next_event()) is not None:
            if isinstance(event, FrameOut):
                self._out.put(Send(self._path.carrying(event.frame)))
            elif isinstance(event, Arrived) and gbt.is_block(event.data):
                self._reassembly.receive(gbt.decode_block(event.data), now)
                self._put_together(now)
            elif isinstance(event, Arrived):
                self._take(event.data, now)

    def _put_together(self, now: Instant) -> None:
        while (event := self._reassembly.next_event()) is not None:
            if isinstance(event, gbt.Whole):
                self._take(event.message, now)
            elif isinstance(event, gbt.Ask):
                self._end.send("ask", bytes(event.block), now)

    def _take(self, command: bytes, now: Instant) -> None:
        self._kept.append(command)
        if self._answers:
            for piece in gbt.pieces_of(self._response(command), 1500):
                self._end.send("response", piece, now)

    def _response(self, command: bytes) -> bytes:
        header = peek(command)
        target, originator = header.business_target_id, header.business_originator_id
        return message(RESPONSE, target, originator, header.originator_counter, size=self._size)


class Rim:
    """One Device: its machine, what it remembers, and all it has said."""

    def __init__(self, home: Home, eui: Eui, make: Callable[[Memory], Machine[Any, Any]], start: Any) -> None:
        self._home = home
        self._eui = eui
        self._make = make
        self._start = start
        self._writes = 0
        self.memory: dict[str, bytes | None] = {}
        self.machine = make({})
        self.on = True
        self.said: list[Any] = []
        self.crash_at: int | None = None
        self.crashes_before_writing = False

    def take(self, event: Any) -> None:
        """Give the machine an event, unless the Device is off."""
        if self.on:
            self.machine.receive(event, self._home.now)
            self.perform()

    def perform(self) -> None:
        while self.on and (event := self.machine.next_event()) is not None:
            if isinstance(event, Remember):
                self._write(event)
            elif isinstance(event, Send):
                self._home.send(event.asdu)
            elif isinstance(event, ToWan):
                self.said.append(event)
                self.take(WanTook(event.reference))
            else:
                self.said.append(event)

    def _write(self, event: Remember) -> None:
        assert event.entries, "there is something to remember"
        self._writes += 1
        crashes = self._writes == self.crash_at
        if not (crashes and self.crashes_before_writing):
            for key, value in event.entries.items():
                if value is None:
                    self.memory.pop(key, None)
                else:
                    self.memory[key] = value
        if crashes:
            self.switch_off()
            self._home.later(1_000, self.switch_on)

    @property
    def held(self) -> dict[str, bytes | None]:
        """What it remembers beside logs."""
        return {key: value for key, value in self.memory.items() if not key.startswith("log:")}

    def switch_off(self) -> None:
        self.on = False

    def switch_on(self) -> None:
        self.machine = self._make(dict(self.memory))
        self.on = True
        self.take(self._start)

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.said if isinstance(event, kind)]


class Home:
    """The three Devices and the time. ``delivers`` decides of each frame whether it arrives."""

    def __init__(
        self,
        *,
        firmware: int = 2,
        response_copy: bool = False,
        answers: bool = False,
        opens_ppmid_tunnels: bool = False,
        delivers: Callable[[int, Asdu], bool] = lambda _number, _asdu: True,
        hub_policy: HubPolicy | None = None,
        ppmid_policy: PpmidPolicy | None = None,
        devices: DeviceLog | None = None,
        meter_blocks: gbt.Policy | None = None,
        response_size: int | None = None,
    ) -> None:
        self.now: Instant = 0
        self.asdus: list[Asdu] = []
        self.commands: list[bytes] = []
        self._delivers = delivers
        self._due: list[tuple[Instant, int, Callable[[], None]]] = []
        self._count = 0
        log = devices or DeviceLog.of([(ESME, DeviceType.ESME), (PPMID, DeviceType.PPMID)])
        hub_config = HubConfig(
            chf=CHF,
            gpf=GPF,
            devices=log,
            firmware=firmware,
            response_copy=response_copy,
            opens_ppmid_tunnels=opens_ppmid_tunnels,
        )
        ppmid_config = PpmidConfig(PPMID, GPF, hub_opens_tunnel=opens_ppmid_tunnels)
        self.hub = Rim(self, GPF, lambda memory: Hub(hub_config, hub_policy, memory), HubPoweredOn())
        self.ppmid = Rim(
            self, PPMID, lambda memory: Ppmid(ppmid_config, ppmid_policy, memory), PpmidPoweredOn()
        )
        self.esme = Rim(
            self, ESME, lambda _memory: self._stub_meter(answers, meter_blocks, response_size), None
        )
        self.rims = {GPF: self.hub, PPMID: self.ppmid, ESME: self.esme}

    def _stub_meter(self, answers: bool, blocks: gbt.Policy | None, size: int | None) -> StubMeter:
        return StubMeter(ESME, answers, self.commands, blocks, size)

    def power_on(self) -> None:
        self.hub.take(HubPoweredOn())
        self.ppmid.take(PpmidPoweredOn())

    def deliver(self, name: str, command: bytes) -> None:
        """The User hands the PPMID a Command."""
        self.ppmid.take(Deliver(name, command))

    def later(self, delay: Instant, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.now + delay, self._count, action))

    def send(self, asdu: Asdu) -> None:
        if self._delivers(len(self.asdus), asdu):
            self.later(LATENCY, lambda: self._arrive(asdu))
        self.asdus.append(asdu)

    def _arrive(self, asdu: Asdu) -> None:
        rim = self.rims.get(asdu.destination)
        if rim is not None:
            rim.take(Heard(asdu))

    def run(self, duration: Instant) -> None:
        """Let time pass, from one thing that is due to the next."""
        until = self.now + duration
        for rim in self.rims.values():
            rim.perform()
        while True:
            dues = [rim.machine.deadline() for rim in self.rims.values() if rim.on]
            dues.append(self._due[0][0] if self._due else None)
            due = min((due for due in dues if due is not None), default=until)
            if due >= until:
                self.now = until
                return
            self.now = max(self.now, due)
            while self._due and self._due[0][0] <= self.now:
                heapq.heappop(self._due)[2]()
            for rim in self.rims.values():
                if rim.on:
                    rim.machine.on_deadline(self.now)
                    rim.perform()

    def stages(self, name: str) -> list[Stage]:
        """What the PPMID has reported of a delivery."""
        reports: list[Report] = self.ppmid.all(Report)
        return [report.stage for report in reports if report.delivery == name]
